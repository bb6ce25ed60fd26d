"""Commands about who has which ticket: ask, away, back, reassign."""

from __future__ import annotations

from typing import Annotated

import typer

from mailgate.cli.base import AsOption, AtOption, ConfigOption, app, fail, readable
from mailgate.cli.desk import NumberArgument
from mailgate.cli.desk import ask as ask_desk


@app.command()
def ask(
    number: NumberArgument,
    agent: Annotated[str, typer.Argument(metavar="AGENT", help="The colleague.")],
    words: Annotated[list[str] | None, typer.Argument(metavar="[WORDS…]", help="The question.")] = None,
    config: ConfigOption = None,
    who: AsOption = None,
    at: AtOption = None,
) -> None:
    """Ask a colleague about a ticket; whoever has it has it still, and the answer comes as a note."""
    from ticketing.commands import Ask

    ask_desk(config, number, who, (Ask(agent),), readable(" ".join(words or ())), "note", at)


@app.command()
def away(
    until: Annotated[str, typer.Argument(metavar="DAY", help='"friday", "24.12.", "2026-12-24 12:00", "+3d".')],
    to: Annotated[
        str | None,
        typer.Option("--to", metavar="AGENT", help="Who has his open tickets meanwhile. Default: nobody."),
    ] = None,
    config: ConfigOption = None,
    who: AsOption = None,
    at: AtOption = None,
) -> None:
    """An agent (`--as`) is not here: no new tickets, no alerts; others hear of his."""
    from ticketing.commands import Away
    from ticketing.days import read_when

    words = tuple(readable(until).removeprefix("until ").split())
    read = read_when(words)
    if read is None or read[1] != len(words):
        fail(f'{until!r} is not a day: write it as "friday", "24.12.", "2026-12-24 12:00" or "+3d"', 2)
    ask_desk(config, None, who, (Away(read[0], to),), at=at)


@app.command()
def back(config: ConfigOption = None, who: AsOption = None, at: AtOption = None) -> None:
    """An agent (`--as`) is here again, and gets back what his stand-in has not finished."""
    from ticketing.commands import Back

    ask_desk(config, None, who, (Back(),), at=at)


@app.command()
def reassign(
    of: Annotated[str, typer.Argument(metavar="FROM", help="Whose tickets; also one who is configured no more.")],
    to: Annotated[str, typer.Argument(metavar="TO", help="Who gets them.")],
    config: ConfigOption = None,
    who: AsOption = None,
    at: AtOption = None,
) -> None:
    """All open tickets of one agent go to another."""
    from ticketing.commands import Reassign

    ask_desk(config, None, who, (Reassign(of, to),), at=at)
