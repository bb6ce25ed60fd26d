"""Commands that bring tickets together or part them: merge, split, link."""

from __future__ import annotations

from typing import Annotated

import typer

from mailgate.cli.base import AsOption, AtOption, ConfigOption, app
from mailgate.cli.desk import NumberArgument, ask_line

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
