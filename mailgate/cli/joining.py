"""Commands that bring tickets together or part them, show or correct what stands in them: merge,
split, link, forward, edit."""

from __future__ import annotations

from typing import Annotated

import typer

from mailgate.cli.base import AsOption, AtOption, ConfigOption, app, fail
from mailgate.cli.desk import NumberArgument, WordsArgument, ask, ask_line, words_or_input

OtherArgument = Annotated[str, typer.Argument(metavar="OTHER", help="The other case number.")]


@app.command()
def merge(
    number: NumberArgument,
    other: OtherArgument,
    config: ConfigOption = None,
    who: AsOption = None,
    at: AtOption = None,
) -> None:
    """Put a ticket into another one; its number and its mails lead there from now on."""
    ask_line(config, number, who, f"!merge {other}", at)


@app.command()
def split(
    number: NumberArgument,
    title: Annotated[str, typer.Argument(metavar="TITLE", help="Of the new ticket.")],
    messages: Annotated[
        list[str] | None, typer.Argument(metavar="[m3…]", help="Default: the requester's newest.")
    ] = None,
    files: Annotated[bool, typer.Option("--files", help="Their files go along.")] = False,
    config: ConfigOption = None,
    who: AsOption = None,
    at: AtOption = None,
) -> None:
    """Open a ticket of its own for something that was asked in this one."""
    plain = title.replace('"', "'")
    ask_line(config, number, who, " ".join([f'!split "{plain}"', *(messages or []), *["files"][: int(files)]]), at)


@app.command()
def link(
    number: NumberArgument,
    other: OtherArgument,
    config: ConfigOption = None,
    who: AsOption = None,
    at: AtOption = None,
) -> None:
    """Note that two tickets have to do with each other."""
    ask_line(config, number, who, f"!link {other}", at)


@app.command()
def forward(
    number: NumberArgument,
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="Somebody outside.")],
    what: Annotated[
        list[str] | None,
        typer.Argument(metavar="[m3…|all|OTHER…]", help="Default: the requester's newest message."),
    ] = None,
    words: Annotated[str, typer.Option(help="What you say to him.")] = "",
    config: ConfigOption = None,
    who: AsOption = None,
    at: AtOption = None,
) -> None:
    """Show messages of a ticket to somebody outside, with their files and never a note."""
    ask_line(config, number, who, " ".join(["!forward", address, *(what or [])]), at, words)


@app.command()
def edit(
    number: NumberArgument,
    message: Annotated[str, typer.Argument(metavar="m3", help="One that an agent wrote.")],
    words: WordsArgument = None,
    config: ConfigOption = None,
    who: AsOption = None,
    at: AtOption = None,
) -> None:
    """Correct a note, or an answer that has not left; what has left stays, with the correction beside it."""
    from ticketing.commands import Edit

    m = message.lower().removeprefix("m")
    if not m.isdecimal():
        fail(f"{message}: name a message, like m3", 2)
    ask(config, number, who, (Edit(int(m), words_or_input(words).strip()),), at=at)
