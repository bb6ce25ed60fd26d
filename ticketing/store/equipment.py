"""Equipment, and which tickets are about it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

import sqlalchemy as sa

from ticketing.model import Equipment
from ticketing.store.dialect import insert
from ticketing.store.tables import equipment, ticket, ticket_equipment

_SERIALS: sa.BindParameter[str] = sa.bindparam("the_serials", expanding=True)
_BY_SERIAL = sa.select(equipment).where(equipment.c.serial.in_(_SERIALS)).order_by(equipment.c.serial)
_OF_TICKET = (
    sa.select(ticket_equipment.c.serial)
    .where(ticket_equipment.c.ticket_id == sa.bindparam("the_ticket"))
    .order_by(ticket_equipment.c.serial)
)


def put(connection: sa.Connection, rows: Iterable[Equipment]) -> None:
    """New ones are added, known ones are as told from now on."""
    values = [
        {
            "serial": one.serial, "name": one.name[:200], "organisation": one.organisation, "place": one.place[:200],
            "warranty": one.warranty,
        }
        for one in rows
    ]  # fmt: skip
    if not values:
        return
    row = insert(connection, equipment)
    new = {name: row.excluded[name] for name in ("name", "organisation", "place", "warranty")}
    connection.execute(row.on_conflict_do_update(index_elements=["serial"], set_=new), values)


def by_serial(connection: sa.Connection, serials: Collection[str]) -> dict[str, Equipment]:
    if not serials:
        return {}
    rows = connection.execute(_BY_SERIAL, {"the_serials": list(serials)})
    return {row.serial: _equipment(row) for row in rows}


def listed(connection: sa.Connection, *, organisation: str | None = None, words: str = "") -> list[Equipment]:
    """All there is, by serial. `words`: stand in serial, name or place."""
    query = sa.select(equipment).order_by(equipment.c.serial)
    if organisation:
        query = query.where(equipment.c.organisation == organisation)
    if words:
        columns = (equipment.c.serial, equipment.c.name, equipment.c.place)
        query = query.where(sa.or_(*(column.icontains(words, autoescape=True) for column in columns)))
    return [_equipment(row) for row in connection.execute(query)]


def of_ticket(connection: sa.Connection, ticket_id: int) -> list[str]:
    return list(connection.scalars(_OF_TICKET, {"the_ticket": ticket_id}))


def attach(connection: sa.Connection, ticket_id: int, serials: Iterable[str]) -> None:
    rows = [{"ticket_id": ticket_id, "serial": one} for one in serials]
    if rows:
        connection.execute(insert(connection, ticket_equipment).on_conflict_do_nothing(), rows)


def detach(connection: sa.Connection, ticket_id: int, serial: str) -> bool:
    gone = connection.execute(
        sa.delete(ticket_equipment).where(
            ticket_equipment.c.ticket_id == ticket_id, ticket_equipment.c.serial == serial
        )
    )
    return gone.rowcount == 1


def tickets_about(
    connection: sa.Connection, serials: Collection[str], *, but: int, queues: Collection[str], each: int
) -> dict[str, list[Any]]:
    """The newest tickets about each of these, `each` at most, in these queues: rows of (number, title, status,
    resolution)."""
    rank = sa.func.row_number().over(
        partition_by=ticket_equipment.c.serial, order_by=(ticket.c.opened_at.desc(), ticket.c.id.desc())
    )
    ranked = (
        sa.select(
            ticket_equipment.c.serial, ticket.c.number, ticket.c.title, ticket.c.status, ticket.c.resolution,
            rank.label("rank"),
        )
        .join(ticket, ticket.c.id == ticket_equipment.c.ticket_id)
        .where(
            ticket_equipment.c.serial.in_(list(serials)), ticket.c.id != but, ticket.c.queue.in_(list(queues)),
            ticket.c.merged_into.is_(None),
        )
        .subquery()
    )  # fmt: skip
    found: dict[str, list[Any]] = {}
    for row in connection.execute(sa.select(ranked).where(ranked.c.rank <= each).order_by(ranked.c.rank)):
        found.setdefault(row.serial, []).append(row)
    return found


def _equipment(row: Any) -> Equipment:
    return Equipment(row.serial, row.name, row.organisation, row.place, row.warranty)
