"""Commands that part tickets, show or correct what stands in them: split, forward, edit; and who hears of it: cc."""

from __future__ import annotations

from typing import Annotated

import typer

from mailgate.cli.base import AS_WRITTEN, AsOption, AtOption, ConfigOption, app, fail
from mailgate.cli.desk import NumberArgument, WordsArgument, ask, ask_line, words_or_input


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


@app.command(context_settings=AS_WRITTEN)
def cc(
    number: NumberArgument,
    changes: Annotated[list[str] | None, typer.Argument(metavar="[+ADDRESS -ADDRESS…]")] = None,
    add: Annotated[list[str] | None, typer.Option(metavar="ADDRESS", help="Gets copies of answers.")] = None,
    remove: Annotated[list[str] | None, typer.Option(metavar="ADDRESS", help="Takes part no more.")] = None,
    config: ConfigOption = None,
    who: AsOption = None,
    at: AtOption = None,
) -> None:
    """Say who else hears of a ticket."""
    words = [*(changes or ()), *(f"+{one}" for one in add or ()), *(f"-{one}" for one in remove or ())]
    if not words:
        fail("cc: name somebody with --add or --remove", 2)
    ask_line(config, number, who, f"!cc {' '.join(words)}", at)


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
