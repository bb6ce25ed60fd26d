"""Equipment: what the desk knows of the things people write about."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mailgate.cli.base import ConfigOption, JsonOption, app, desk_app, fail, readable, safe, say, say_json, table

if TYPE_CHECKING:
    from ticketing.model import Equipment

COLUMNS = ("serial", "name", "organisation", "place", "warranty")
MOST_FAULTS = 20

equipment = typer.Typer(
    help="What people write about: printers, cars, machines, by serial number.", no_args_is_help=True
)
app.add_typer(equipment, name="equipment")


@equipment.command("import")
def import_equipment(
    file: Annotated[Path, typer.Argument(metavar="CSV", help=f"With a first line that names: {', '.join(COLUMNS)}.")],
    config: ConfigOption = None,
) -> None:
    """Add equipment, or change what is known of it. All rows or none."""
    rows, faults = _read(file)
    for fault in faults[:MOST_FAULTS]:
        print(f"mailgate: {file}: {fault}", file=sys.stderr)  # noqa: T201
    if faults:
        fail(f"{file}: {len(faults)} rows are wrong, so nothing was imported")
    with desk_app(config) as made:
        with made.transactions.begin(made.clock()) as transaction:
            transaction.desk.import_equipment(rows)
        say(f"{len(rows)} serial numbers known")


@equipment.command("list")
def list_equipment(
    words: Annotated[str, typer.Argument(metavar="[WORDS]", help="Stand in serial, name or place.")] = "",
    organisation: Annotated[str | None, typer.Option(metavar="NAME", help="Only this organisation's.")] = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """List the equipment that is known."""
    with desk_app(config) as made, made.looking() as (_, desk):
        found = desk.equipment(organisation, readable(words))
    if as_json:
        for one in found:
            say_json({
                "serial": one.serial, "name": one.name, "organisation": one.organisation, "place": one.place,
                "warranty": one.warranty.isoformat() if one.warranty else None,
            })  # fmt: skip
        return
    rows = [
        [safe(value or "") for value in (one.serial, one.name, one.organisation, one.place, one.warranty)]
        for one in found
    ]
    table(["serial", "name", "organisation", "place", "warranty"], rows, "No equipment.")


def _read(file: Path) -> tuple[list[Equipment], list[str]]:
    """The rows of a CSV, and what is wrong with others, each with its line."""
    import csv

    from ticketing.desk import serial_key
    from ticketing.model import Equipment

    rows: dict[str, Equipment] = {}
    faults: list[str] = []
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            sample = lines.readline()
            lines.seek(0)
            reader = csv.DictReader(lines, delimiter=";" if sample.count(";") > sample.count(",") else ",")
            named = [(name or "").strip().casefold() for name in reader.fieldnames or ()]
            if "serial" not in named or set(named) - set(COLUMNS):
                fail(f"{file}: the first line must name the columns: serial, and any of {', '.join(COLUMNS[1:])}")
            reader.fieldnames = named
            for row in reader:
                values = {name: (row.get(name) or "").strip() for name in COLUMNS}
                serial = serial_key(values["serial"])
                if not serial:
                    faults.append(f"line {reader.line_num}: no serial")
                    continue
                try:
                    warranty = date.fromisoformat(values["warranty"]) if values["warranty"] else None
                except ValueError:
                    faults.append(f"line {reader.line_num}: warranty {values['warranty']!r} is no day like 2026-12-31")
                    continue
                rows[serial] = Equipment(
                    serial, values["name"][:200], values["organisation"][:200] or None, values["place"][:200], warranty
                )
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        fail(f"{file}: {error}")
    return list(rows.values()), faults
