"""Commands about what sort of thing a ticket is: type, category, field, estimate."""

from __future__ import annotations

from typing import Annotated

import typer

from mailgate.cli.base import AsOption, AtOption, ConfigOption, app
from mailgate.cli.desk import NumberArgument, ask_line


@app.command("type")
def set_type(
    number: NumberArgument,
    name: Annotated[str, typer.Argument(metavar="TYPE")],
    config: ConfigOption = None,
    who: AsOption = None,
    at: AtOption = None,
) -> None:
    """Set a ticket's type: another checklist, other promises."""
    ask_line(config, number, who, f"!type {name}", at)


@app.command()
def category(
    number: NumberArgument,
    name: Annotated[str, typer.Argument(metavar="CATEGORY")],
    config: ConfigOption = None,
    who: AsOption = None,
    at: AtOption = None,
) -> None:
    """Set a ticket's category."""
    ask_line(config, number, who, f"!category {name}", at)


@app.command("field")
def set_field(
    number: NumberArgument,
    pair: Annotated[str, typer.Argument(metavar="KEY=VALUE", help="No value clears the field.")],
    config: ConfigOption = None,
    who: AsOption = None,
    at: AtOption = None,
) -> None:
    """Fill in a field of a ticket."""
    ask_line(config, number, who, f"!field {pair}", at)


@app.command()
def estimate(
    number: NumberArgument,
    time: Annotated[str, typer.Argument(metavar="TIME", help="Hours and minutes, 6:00.")],
    price: Annotated[str, typer.Argument(metavar="[PRICE]")] = "",
    config: ConfigOption = None,
    who: AsOption = None,
    at: AtOption = None,
) -> None:
    """Ask the requester to approve what the work will take."""
    ask_line(config, number, who, f"!estimate {time} {price}".rstrip(), at)
