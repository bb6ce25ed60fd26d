"""Commands that work on a ticket: open, reply, note, claim, assign, done, close, reopen, priority."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from mailgate.cli.base import AsOption, AtOption, ConfigOption, app, desk_app, fail, readable, say

if TYPE_CHECKING:
    from mailgate.app import App
    from ticketing.commands import Command
    from ticketing.model import Agent

NumberArgument = Annotated[str, typer.Argument(metavar="NUMBER", help="A case number, 261121001.")]
WordsArgument = Annotated[list[str] | None, typer.Argument(metavar="[WORDS…]", help="Default: standard input.")]


def acting(made: App, who: str | None) -> Agent:
    """Who does it: `--as`, else the first operator."""
    agents = made.policy.agents
    if who is None:
        if not made.policy.operators:
            fail("nobody to act as: the configuration has no agent")
        return agents[made.policy.operators[0]]
    if who not in agents:
        fail(f"--as {who}: no such agent (there are: {', '.join(agents)})", 2)
    return agents[who]


def _words(words: list[str] | None) -> str:
    try:
        return readable(" ".join(words) if words else sys.stdin.read())
    except UnicodeDecodeError:
        fail("the text is not valid UTF-8", 2)


def ask(
    config: Path | None,
    number: str,
    who: str | None,
    asked: Sequence[Command],
    words: str = "",
    words_are: Literal["answer", "note"] = "note",
    at: str | None = None,
) -> None:
    from ticketing.desk import NotDone

    with desk_app(config, at) as made:
        with made.transactions.begin(made.clock()) as transaction:
            done = transaction.desk.ask(
                number.strip("[]# "), acting(made, who), asked, words, words_are=words_are, by="command line"
            )
        if isinstance(done, NotDone):
            fail("; ".join(done.errors))
        for line in done.lines:
            say(line)


def ask_line(config: Path | None, number: str, who: str | None, line: str, at: str | None, words: str = "") -> None:
    """Does what a command line of a mail would do: `!split "Toner" m3 files`. What it does not understand is wrong
    usage."""
    from mailgate.inbound.command_lines import read_commands

    asked = read_commands(readable(line), for_whom="agent")
    if asked.errors or not asked.commands:
        fail("; ".join(error.text for error in asked.errors) or f"{line}: no command", 2)
    ask(config, number, who, asked.commands, words, at=at)


@app.command("open")
def open_case(
    requester: Annotated[str, typer.Option(metavar='"NAME <ADDR>"', help="Who asked.")],
    subject: Annotated[str, typer.Option(help="What it is about.")] = "",
    words: WordsArgument = None,
    channel: Annotated[str, typer.Option(help="phone, chat, form or internal.")] = "phone",
    mailbox: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Which of ours it belongs to. Default: the first.")
    ] = None,
    silent: Annotated[bool, typer.Option("--silent", help="The requester is not told.")] = False,
    config: ConfigOption = None,
    who: AsOption = None,
    at: AtOption = None,
) -> None:
    """Open a ticket for somebody who called or came by; prints its number."""
    from mailgate.mail import valid_address
    from ticketing.desk import Refusal
    from ticketing.model import Person

    requester, subject = readable(requester), readable(subject)
    name, _, address = requester.rpartition("<")
    known = valid_address(address.rstrip("> ").strip())
    if known is None:
        fail(f'--requester {requester!r}: write it as "Ola Nordmann <ola@example.org>"', 2)
    if channel not in ("phone", "chat", "form", "internal"):
        fail(f"--channel {channel}: say phone, chat, form or internal", 2)
    text = _words(words)
    with desk_app(config, at) as made:
        box = made.settings.mailbox_for(mailbox.lower()) if mailbox else None
        if mailbox and box is None:
            ours = ", ".join(one.address for one in made.settings.mailboxes)
            fail(f"--mailbox {mailbox} is none of our mailboxes (there are: {ours})", 2)
        if made.settings.mailbox_for(known) is not None:
            fail(f"--requester {known} is our own mailbox", 2)
        try:
            with made.transactions.begin(made.clock()) as transaction:
                ticket = transaction.desk.open_case(
                    Person(name.strip().strip('"'), known),
                    subject,
                    text,
                    acting(made, who),
                    channel=channel,
                    mailbox=box.address if box else None,
                    silent=silent,
                )
        except Refusal as refusal:
            fail(str(refusal))
        say(ticket.number)


@app.command()
def reply(
    number: NumberArgument,
    words: WordsArgument = None,
    config: ConfigOption = None,
    who: AsOption = None,
    at: AtOption = None,
) -> None:
    """Answer the requester; it leaves when the undo time is over."""
    ask(config, number, who, (), _words(words), "answer", at)


@app.command()
def note(
    number: NumberArgument,
    words: WordsArgument = None,
    config: ConfigOption = None,
    who: AsOption = None,
    at: AtOption = None,
) -> None:
    """Write an internal note."""
    ask(config, number, who, (), _words(words), "note", at)


@app.command()
def claim(number: NumberArgument, config: ConfigOption = None, who: AsOption = None, at: AtOption = None) -> None:
    """Take a ticket."""
    from ticketing.commands import Claim

    ask(config, number, who, (Claim(),), at=at)


@app.command()
def assign(
    number: NumberArgument,
    agent: Annotated[str, typer.Argument(metavar="AGENT|none")],
    config: ConfigOption = None,
    who: AsOption = None,
    at: AtOption = None,
) -> None:
    """Give a ticket to an agent, or to nobody."""
    from ticketing.commands import Assign

    ask(config, number, who, (Assign(None if agent.lower() == "none" else agent),), at=at)


@app.command()
def done(number: NumberArgument, config: ConfigOption = None, who: AsOption = None, at: AtOption = None) -> None:
    """Complete a ticket; the requester is told, and it closes by itself later."""
    from ticketing.commands import Done

    ask(config, number, who, (Done(),), at=at)


@app.command()
def close(number: NumberArgument, config: ConfigOption = None, who: AsOption = None, at: AtOption = None) -> None:
    """Close a ticket."""
    from ticketing.commands import Close

    ask(config, number, who, (Close(),), at=at)


@app.command()
def reopen(number: NumberArgument, config: ConfigOption = None, who: AsOption = None, at: AtOption = None) -> None:
    """Put a completed or closed ticket back to work."""
    from ticketing.commands import Reopen

    ask(config, number, who, (Reopen(),), at=at)


@app.command()
def accept(
    number: NumberArgument,
    whom: Annotated[str, typer.Argument(metavar="m5|ADDRESS", help="A message from outside, or who wrote it.")],
    config: ConfigOption = None,
    who: AsOption = None,
    at: AtOption = None,
) -> None:
    """Let somebody who wrote from outside take part in a ticket."""
    from ticketing.commands import Accept

    ask(config, number, who, (Accept(whom),), at=at)


@app.command()
def undo(number: NumberArgument, config: ConfigOption = None, who: AsOption = None, at: AtOption = None) -> None:
    """Take back the last answer, while it has not left."""
    from ticketing.commands import Undo

    ask(config, number, who, (Undo(),), at=at)


@app.command()
def priority(
    number: NumberArgument,
    level: Annotated[str, typer.Argument(metavar="low|medium|high|urgent")],
    config: ConfigOption = None,
    who: AsOption = None,
    at: AtOption = None,
) -> None:
    """Set how urgent a ticket is."""
    from ticketing.commands import SetPriority

    match level.lower():
        case "low" | "medium" | "high" | "urgent" as known:
            ask(config, number, who, (SetPriority(known),), at=at)
        case _:
            fail(f"priority {level}: say low, medium, high or urgent", 2)


@app.command("import-numbers")
def import_numbers(
    file: Annotated[Path, typer.Argument(metavar="CSV", help="Two columns: another system's number, ours.")],
    config: ConfigOption = None,
) -> None:
    """Teach the desk which number of another system belongs to which ticket, so that replies under it find theirs."""
    import csv

    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            pairs = (row for row in csv.reader(lines) if len(row) >= 2 and row[0].strip())
            rows = [(row[0].strip(), row[1].strip("[]# ")) for row in pairs]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        fail(f"{file}: {error}")
    with desk_app(config) as made:
        with made.transactions.begin(made.clock()) as transaction:
            known, unknown = transaction.desk.import_numbers(rows)
        for number in unknown[:20]:
            print(f"mailgate: there is no ticket {number}", file=sys.stderr)  # noqa: T201
        say(f"{known} numbers known, {len(unknown)} rows without a ticket of ours")
        if unknown:
            raise typer.Exit(1)
