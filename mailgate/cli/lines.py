"""Commands that are a line of an agent's mail with a number before it: `mailgate merge 261121001 261121002` does what
`!merge 261121002` does in an answer about the first. Whatever else a mail can do, `do` does."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mailgate.cli.base import AS_WRITTEN, AsOption, AtOption, ConfigOption, app
from mailgate.cli.desk import ask_line

# word, what stands behind the number, help
_ON_A_TICKET = (
    ("status", "open|progress", "Say how far a ticket is."),
    ("wait", "requester|vendor [until DAY]", "Say that it is somebody else's turn."),
    ("due", "DAY|none", "Set a ticket's deadline by hand; `none` takes it away."),
    ("sla", "", "Say how each promise about a ticket stands."),
    ("spam", "", "Close a ticket as unwanted."),
    ("request", "", "Make a request of what came for information."),
    ("title", "WORDS", "Set a ticket's title."),
    ("type", "TYPE", "Set a ticket's type: another checklist, other promises."),
    ("category", "CATEGORY", "Set a ticket's category."),
    ("field", "KEY=VALUE", "Fill in a field of a ticket; no value clears it."),
    ("tag", "+TAG -TAG…", "Tag a ticket, or take tags off."),
    ("estimate", "TIME [PRICE]", "Ask the requester to approve what the work will take: 6:00 4500 kr."),
    ("todo", "WORDS [@AGENT] [DAY]", "Note something to be done in a ticket; `-ID` says that one is done."),
    ("requester", "ADDRESS", "Make somebody else the requester; he is told the number, the former one is out."),
    ("alias", "ADDRESS", "One more address of the requester."),
    ("org", "NAME|none", "Say which organisation a ticket belongs to."),
    ("project", "NAME|none", "Say which project a ticket belongs to."),
    ("number", "OTHER", "Teach the desk the number that a ticket has in another system."),
    ("merge", "OTHER", "Put a ticket into another one; its number and its mails lead there from now on."),
    ("link", "OTHER", "Note that two tickets have to do with each other."),
    ("history", "", "Say who did what with a ticket."),
    ("star", "", "Put your star on a ticket, or take it off."),
    ("mark", "NAME|-NAME", "Your own mark on a ticket, to find it again."),
)
_WITH_OR_WITHOUT = (
    ("remind", "[NUMBER] DAY [WORDS]", "Send yourself a mail on a day, about a ticket or none."),
    ("list", "mine|unassigned|overdue|starred|recent|person ADDRESS|org NAME|NAME", "Tickets as `!list` tells them."),
    ("next", "", "Have the most urgent free ticket mailed to you."),
)


def _add(word: str, arguments: str, told: str, *, about_one: bool) -> None:
    def command(
        words: list[str] | None = None, config: Path | None = None, who: str | None = None, at: str | None = None
    ) -> None:
        given = words or []
        number, behind = (given[0], given[1:]) if about_one else _number_first(given)
        ask_line(config, number, who, " ".join([f"!{word}", *behind]), at)

    shown = typer.Argument(
        metavar=f"NUMBER {arguments}".strip() if about_one else arguments, hidden=not (about_one or arguments)
    )
    command.__annotations__ = {
        "words": Annotated[list[str], shown] if about_one else Annotated[list[str] | None, shown],
        "config": ConfigOption,
        "who": AsOption,
        "at": AtOption,
    }
    if about_one:
        command.__defaults__ = (None, None, None)  # there is always a number
    app.command(word, help=told, context_settings=AS_WRITTEN)(command)


for _row in _ON_A_TICKET:
    _add(*_row, about_one=True)
for _row in _WITH_OR_WITHOUT:
    _add(*_row, about_one=False)


@app.command("do", context_settings=AS_WRITTEN)
def do_lines(
    lines: Annotated[
        list[str],
        typer.Argument(metavar="[NUMBER] '!COMMAND …'…", help="As in a mail; words below the commands are a note."),
    ],
    config: ConfigOption = None,
    who: AsOption = None,
    at: AtOption = None,
) -> None:
    """Do what command lines of a mail would do, all of them or none."""
    number, behind = _number_first(lines)
    ask_line(config, number, who, "\n".join(behind), at)


def _number_first(words: list[str]) -> tuple[str | None, list[str]]:
    from ticketing.case_number import parse

    number = words[0].strip("[]# ") if words else ""
    return (number, words[1:]) if parse(number) is not None else (None, words)
