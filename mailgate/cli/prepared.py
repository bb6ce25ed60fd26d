"""What lies ready: prepared answers, shown and sent; guides, and how often they helped."""

from __future__ import annotations

from typing import Annotated

import typer

from mailgate.cli.base import AsOption, AtOption, ConfigOption, JsonOption, app, desk_app, fail, say_json, table
from mailgate.cli.desk import ask


@app.command()
def canned(
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="Which one. Default: list them all.")] = None,
    number: Annotated[str | None, typer.Argument(metavar="[NUMBER]", help="The ticket it is for.")] = None,
    values: Annotated[list[str] | None, typer.Argument(metavar="[KEY=VALUE…]", help="What fills its blanks.")] = None,
    send: Annotated[bool, typer.Option("--send", help="Send it to the requester.")] = False,
    config: ConfigOption = None,
    who: AsOption = None,
    at: AtOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the prepared answers; with a ticket, show what one would say there, or send it."""
    if name is None:
        _list(config, as_json)
        return
    if number is None:
        fail("for which ticket? mailgate canned NAME NUMBER", 2)
    pairs = [one.partition("=") for one in values or ()]
    if wrong := [key for key, equals, _ in pairs if not key or not equals]:
        fail(f"{wrong[0]!r} is no KEY=VALUE", 2)
    from ticketing.commands import Canned

    filled = tuple((key, value) for key, _, value in pairs)
    ask(config, number, who, (Canned(name, filled, look=not send),), at=at)


def _list(config: ConfigOption, as_json: bool) -> None:
    with desk_app(config, keep_closed=True) as made:
        rows = [
            {"name": name, "language": one.language, "title": one.title, "files": [file.filename for file in one.files]}
            for name, answers in sorted(made.policy.prepared.canned.items())
            for one in sorted(answers.values(), key=lambda answer: answer.language)
        ]
    if as_json:
        for row in rows:
            say_json(row)
        return
    cells = [[str(row["name"]), str(row["language"]), str(row["title"])] for row in rows]
    table(["name", "language", "title"], cells, "There are no prepared answers.")


@app.command()
def guides(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """List the guides that acknowledgements may name: how often each was offered, and how often that was enough."""
    with desk_app(config) as made, made.looking() as (_, desk):
        counts = desk.guide_counts()
        rows = [
            {"name": one.name, "language": one.language, "title": one.title, "link": one.link or None,
             "offered": counts.get((one.name, one.language), (0, 0))[0],
             "helped": counts.get((one.name, one.language), (0, 0))[1]}
            for one in made.policy.prepared.guides
        ]  # fmt: skip
    if as_json:
        for row in rows:
            say_json(row)
        return
    cells = [[str(row[key]) for key in ("name", "language", "title", "offered", "helped")] for row in rows]
    table(["name", "language", "title", "offered", "helped"], cells, "There are no guides.")
