"""Commands about the people of a ticket: who asked, who gets copies, where it belongs."""

from __future__ import annotations

from typing import Annotated

import typer

from mailgate.cli.base import AsOption, AtOption, ConfigOption, app, fail
from mailgate.cli.desk import NumberArgument, ask_line


@app.command()
def requester(
    number: NumberArgument,
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="Who asked.")],
    config: ConfigOption = None,
    who: AsOption = None,
    at: AtOption = None,
) -> None:
    """Make somebody else the requester; he is told the number, and the former one takes part no more."""
    ask_line(config, number, who, f"!requester {address}", at)


@app.command()
def cc(
    number: NumberArgument,
    add: Annotated[list[str] | None, typer.Option(metavar="ADDRESS", help="Gets copies of answers.")] = None,
    remove: Annotated[list[str] | None, typer.Option(metavar="ADDRESS", help="Takes part no more.")] = None,
    config: ConfigOption = None,
    who: AsOption = None,
    at: AtOption = None,
) -> None:
    """Say who else hears of a ticket."""
    if not add and not remove:
        fail("cc: name somebody with --add or --remove", 2)
    words = [*(f"+{one}" for one in add or ()), *(f"-{one}" for one in remove or ())]
    ask_line(config, number, who, f"!cc {' '.join(words)}", at)


@app.command()
def org(
    number: NumberArgument,
    name: Annotated[str, typer.Argument(metavar="NAME|none")],
    config: ConfigOption = None,
    who: AsOption = None,
    at: AtOption = None,
) -> None:
    """Say which organisation a ticket belongs to."""
    ask_line(config, number, who, f"!org {name}", at)


@app.command()
def project(
    number: NumberArgument,
    name: Annotated[str, typer.Argument(metavar="NAME|none")],
    config: ConfigOption = None,
    who: AsOption = None,
    at: AtOption = None,
) -> None:
    """Say which project a ticket belongs to."""
    ask_line(config, number, who, f"!project {name}", at)


@app.command("number")
def other_number(
    number: NumberArgument,
    other: Annotated[str, typer.Argument(metavar="OTHER", help="Its number in another system.")],
    config: ConfigOption = None,
    who: AsOption = None,
    at: AtOption = None,
) -> None:
    """Teach the desk the number that a ticket has elsewhere."""
    ask_line(config, number, who, f"!number {other}", at)
