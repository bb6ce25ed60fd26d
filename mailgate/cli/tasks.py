"""Commands about what remains to be done: todo, remind, tag, due."""

from __future__ import annotations

from typing import Annotated

import typer

from mailgate.cli.base import AsOption, AtOption, ConfigOption, app
from mailgate.cli.desk import NumberArgument, ask_line

DayArgument = Annotated[str, typer.Argument(metavar="DAY", help="2026-12-25, friday, +3d; also with 14:30.")]


@app.command()
def todo(
    number: NumberArgument,
    words: Annotated[
        list[str], typer.Argument(metavar="WORDS [@AGENT] [DAY]", help="`done ID` says that one is done.")
    ],
    config: ConfigOption = None,
    who: AsOption = None,
    at: AtOption = None,
) -> None:
    """Note something to be done in a ticket."""
    ask_line(config, number, who, " ".join(["!todo", *words]), at)


@app.command()
def remind(
    number: NumberArgument,
    day: DayArgument,
    words: Annotated[list[str] | None, typer.Argument(metavar="[WORDS…]")] = None,
    config: ConfigOption = None,
    who: AsOption = None,
    at: AtOption = None,
) -> None:
    """Send yourself a mail about a ticket on a day."""
    ask_line(config, number, who, " ".join(["!remind", day, *(words or [])]), at)


@app.command()
def due(
    number: NumberArgument,
    day: DayArgument,
    config: ConfigOption = None,
    who: AsOption = None,
    at: AtOption = None,
) -> None:
    """Set a ticket's deadline by hand; `none` takes it away."""
    ask_line(config, number, who, f"!due {day}", at)


@app.command(context_settings={"ignore_unknown_options": True})
def tag(
    number: NumberArgument,
    tags: Annotated[list[str], typer.Argument(metavar="+TAG -TAG…", help="+ adds, - removes.")],
    config: ConfigOption = None,
    who: AsOption = None,
    at: AtOption = None,
) -> None:
    """Tag a ticket, or take tags off."""
    ask_line(config, number, who, " ".join(["!tag", *tags]), at)
