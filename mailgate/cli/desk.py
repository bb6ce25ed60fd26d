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
    from ticketing.commands import Command, SetPriority
    from ticketing.model import Person
    from ticketing.policy import Agent

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


def words_or_input(words: list[str] | None) -> str:
    try:
        return readable(" ".join(words) if words else sys.stdin.read())
    except UnicodeDecodeError:
        fail("the text is not valid UTF-8", 2)


def ask(
    config: Path | None,
    number: str | None,
    who: str | None,
    asked: Sequence[Command],
    words: str = "",
    words_are: Literal["answer", "note"] = "note",
    at: str | None = None,
) -> None:
    """Has an agent's commands done, on a ticket or (None) without one, and prints what a receipt would say."""
    from mailgate.cli.wording import in_terminal
    from ticketing.desk import NotDone

    number = number.strip("[]# ") if number is not None else None
    with desk_app(config, at) as made:
        with made.transactions.begin(made.clock()) as transaction:
            agent = acting(made, who)
            done = transaction.desk.ask(number, agent, asked, words, words_are=words_are, by="command line")
        if isinstance(done, NotDone):
            fail("; ".join(in_terminal(error, number) for error in done.errors))
        for line in done.lines:
            say(in_terminal(line, number))


def ask_line(
    config: Path | None, number: str | None, who: str | None, line: str, at: str | None, words: str = ""
) -> None:
    """Does what a command line of a mail would do: `!split "Toner" m3 files`. What it does not understand is wrong
    usage."""
    from mailgate.cli.wording import in_terminal
    from mailgate.inbound.command_lines import read_commands

    asked = read_commands(readable(line), for_whom="agent")
    if asked.errors or not asked.commands:
        wrong = "; ".join(in_terminal(error.text, number) for error in asked.errors)
        fail(wrong or f"{line}: no command; one begins with !", 2)
    ask(config, number, who, asked.commands, words or asked.rest, at=at)


@app.command("open")
def open_case(
    requester: Annotated[
        str | None,
        typer.Option(metavar='"NAME <ADDR>"', help="Who asked. Default: nobody outside; the ticket is internal."),
    ] = None,
    subject: Annotated[
        str, typer.Option(help="What it is about. Default: the template's title, or the first words.")
    ] = "",
    words: WordsArgument = None,
    template: Annotated[str, typer.Option(metavar="NAME", help="What such a ticket begins with.")] = "",
    kind: Annotated[str | None, typer.Option("--type", metavar="TYPE", help="One of the configured types.")] = None,
    priority: Annotated[str | None, typer.Option(metavar="LEVEL", help="low, medium, high or urgent.")] = None,
    assign: Annotated[str | None, typer.Option(metavar="AGENT", help="Who has it.")] = None,
    outbound: Annotated[
        bool, typer.Option("--outbound", help="The words go to the requester, as our first message to him.")
    ] = False,
    channel: Annotated[str, typer.Option(help="phone, chat, form or internal. Default: phone.")] = "",
    mailbox: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Which of ours it belongs to. Default: the first.")
    ] = None,
    silent: Annotated[bool, typer.Option("--silent", help="The requester is not told.")] = False,
    config: ConfigOption = None,
    who: AsOption = None,
    at: AtOption = None,
) -> None:
    """Open a ticket for somebody who called or came by, or for the house; prints its number."""
    from ticketing import commands
    from ticketing.desk import NotDone

    if channel not in ("", "phone", "chat", "form", "internal"):
        fail(f"--channel {channel}: say phone, chat, form or internal", 2)
    if outbound and requester is None:
        fail("--outbound: to whom? Add --requester", 2)
    person = _person(requester) if requester is not None and "@" in requester else None
    text = words_or_input(words) if words or not template else ""
    with desk_app(config, at) as made:
        box = made.settings.mailbox_for(mailbox.lower()) if mailbox else None
        if mailbox and box is None:
            ours = ", ".join(one.address for one in made.settings.mailboxes)
            fail(f"--mailbox {mailbox} is none of our mailboxes (there are: {ours})", 2)
        if person and made.settings.mailbox_for(person.address) is not None:
            fail(f"--requester {person.address} is our own mailbox", 2)
        if requester is not None and person is None:
            person = _somebody_known(made, requester)
        new = commands.New(template, person, readable(subject), channel, box.address if box else None)
        asked: list[Command] = [new]
        asked += [commands.SetType(kind)] if kind else []
        asked += [_set_priority(priority)] if priority else []
        asked += [commands.Assign(assign)] if assign else []
        asked += [commands.Reply()] if outbound else []
        asked += [commands.Silent()] if silent else []
        with made.transactions.begin(made.clock()) as transaction:
            done = transaction.desk.ask(None, acting(made, who), asked, text, words_are="note", by="command line")
        if isinstance(done, NotDone):
            fail("; ".join(done.errors))
        if done.ticket is not None:
            say(done.ticket.number)


def _person(text: str) -> Person:
    """`Ola <ola@example.org>`, or the address alone."""
    from mailgate.mail import valid_address
    from ticketing.model import Person

    name, _, address = readable(text).rpartition("<")
    known = valid_address(address.rstrip("> ").strip())
    if known is None:
        fail(f'--requester {text!r}: write it as "Ola Nordmann <ola@example.org>"', 2)
    return Person(name.strip().strip('"'), known)


def _somebody_known(made: App, text: str) -> Person:
    """Who called, by his name or his telephone number."""
    from ticketing.desk import contacts
    from ticketing.model import Person

    with made.looking() as (_, desk):
        found = contacts.find(desk, readable(text))
    if not found:
        fail(f'--requester {text!r}: nobody we know; write it as "Ola Nordmann <ola@example.org>"', 2)
    if len(found) > 1:
        fail(f"--requester {text!r} may be {'; '.join(f'{one.name} <{one.addresses[0]}>' for one in found)}", 2)
    return Person(found[0].name, found[0].addresses[0])


def _set_priority(level: str) -> SetPriority:
    from ticketing.commands import SetPriority

    match level.lower():
        case "low" | "medium" | "high" | "urgent" as known:
            return SetPriority(known)
    return fail(f"priority {level}: say low, medium, high or urgent", 2)


@app.command()
def call(
    number: NumberArgument,
    minutes: Annotated[str, typer.Argument(metavar="H:MM", help="How long it took.")],
    words: WordsArgument = None,
    config: ConfigOption = None,
    who: AsOption = None,
    at: AtOption = None,
) -> None:
    """Keep what was said in a telephone call, and count its time."""
    from mailgate.inbound.command_lines import read_commands

    read = read_commands(f"!call {readable(minutes)}", for_whom="agent")
    if read.errors:
        fail("; ".join(one.text for one in read.errors), 2)
    ask(config, number, who, read.commands, words_or_input(words), at=at)


@app.command()
def reply(
    number: NumberArgument,
    words: WordsArgument = None,
    config: ConfigOption = None,
    who: AsOption = None,
    at: AtOption = None,
) -> None:
    """Answer the requester; it leaves when the undo time is over."""
    ask(config, number, who, (), words_or_input(words), "answer", at)


@app.command()
def note(
    number: NumberArgument,
    words: WordsArgument = None,
    config: ConfigOption = None,
    who: AsOption = None,
    at: AtOption = None,
) -> None:
    """Write an internal note."""
    ask(config, number, who, (), words_or_input(words), "note", at)


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
def done(
    number: NumberArgument,
    resolution: Annotated[str, typer.Option(metavar="WORDS", help="What was done; the requester is told.")] = "",
    config: ConfigOption = None,
    who: AsOption = None,
    at: AtOption = None,
) -> None:
    """Complete a ticket; the requester is told, and it closes by itself later."""
    from ticketing.commands import Done, Resolution

    ask(config, number, who, (*([Resolution(resolution)] if resolution.strip() else []), Done()), at=at)


@app.command()
def resolution(
    number: NumberArgument,
    words: WordsArgument = None,
    config: ConfigOption = None,
    who: AsOption = None,
    at: AtOption = None,
) -> None:
    """Keep what solved a ticket, for the next who asks."""
    from ticketing.commands import Resolution

    ask(config, number, who, (Resolution(words_or_input(words)),), at=at)


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
    ask(config, number, who, (_set_priority(level),), at=at)


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
