"""Who takes part in tickets, and in which role."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa

from ticketing.model import Participant, Person, Role
from ticketing.store.dialect import bare_insert, insert
from ticketing.store.tables import participant


def of_tickets(connection: sa.Connection, ticket_ids: Collection[int]) -> dict[int, list[Participant]]:
    found: dict[int, list[Participant]] = {ticket_id: [] for ticket_id in ticket_ids}
    if ticket_ids:
        for row in connection.execute(_OF_TICKETS, {"the_tickets": list(ticket_ids)}):
            found[row.ticket_id].append(Participant(row.address, row.name, Role(row.role), row.removed_at is not None))
    return found


_OF_TICKETS = (
    sa.select(participant)
    .where(participant.c.ticket_id.in_(sa.bindparam("the_tickets", expanding=True)))
    .order_by(participant.c.ticket_id, participant.c.address)
)


def add(
    connection: sa.Connection, ticket_id: int, person: Person, role: Role, *, instead_of: Role | None = None
) -> bool:
    """False when the address takes part already, in whatever role but `instead_of`, or was removed."""
    values = {"ticket_id": ticket_id, "address": person.address, "name": person.name[:200], "role": role}
    return connection.scalar(_add(connection.dialect.name, role, instead_of), values) is not None


@cache
def _add(dialect: str, role: Role, instead_of: Role | None) -> Any:
    row = bare_insert(dialect, participant)
    if instead_of is None:
        row = row.on_conflict_do_nothing()
    else:
        lesser = (participant.c.role == instead_of) & participant.c.removed_at.is_(None)
        row = row.on_conflict_do_update(index_elements=["ticket_id", "address"], set_={"role": role}, where=lesser)
    return row.returning(participant.c.address)


def put(connection: sa.Connection, ticket_id: int, person: Person, role: Role) -> None:
    """He takes part in this role from now on, whatever he was before."""
    values = {"ticket_id": ticket_id, "address": person.address, "name": person.name[:200], "role": role}
    row = insert(connection, participant).values(values)
    connection.execute(
        row.on_conflict_do_update(index_elements=["ticket_id", "address"], set_={"role": role, "removed_at": None})
    )


def set_role(connection: sa.Connection, ticket_id: int, address: str, role: Role) -> None:
    connection.execute(
        sa.update(participant)
        .where(participant.c.ticket_id == ticket_id, participant.c.address == address)
        .values(role=role)
    )


def remove(connection: sa.Connection, ticket_id: int, address: str, now: datetime) -> bool:
    changed = connection.execute(
        sa.update(participant)
        .where(
            participant.c.ticket_id == ticket_id, participant.c.address == address, participant.c.removed_at.is_(None)
        )
        .values(removed_at=now)
    )
    return changed.rowcount == 1
