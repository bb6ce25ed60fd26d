"""The fields of a ticket: key -> value, with the message that told it."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import sqlalchemy as sa

from ticketing.store.dialect import insert
from ticketing.store.tables import ticket_field


def of_ticket(connection: sa.Connection, ticket_id: int) -> dict[str, str]:
    return of_tickets(connection, [ticket_id])[ticket_id]


def of_tickets(connection: sa.Connection, ticket_ids: Collection[int]) -> dict[int, dict[str, str]]:
    found: dict[int, dict[str, str]] = {one: {} for one in ticket_ids}
    if found:
        for row in connection.execute(_FIELDS, {"the_tickets": list(found)}):
            found[row.ticket_id][row.key] = row.value
    return found


_FIELDS = (
    sa.select(ticket_field.c.ticket_id, ticket_field.c.key, ticket_field.c.value)
    .where(ticket_field.c.ticket_id.in_(sa.bindparam("the_tickets", expanding=True)))
    .order_by(ticket_field.c.key)
)


def put(connection: sa.Connection, ticket_id: int, values: Mapping[str, str], message_id: int | None) -> None:
    """Sets fields. `message_id`: the message that told them, None where an agent did."""
    for key, value in values.items():
        row = insert(connection, ticket_field).values(ticket_id=ticket_id, key=key, value=value, message_id=message_id)
        connection.execute(
            row.on_conflict_do_update(
                index_elements=["ticket_id", "key"], set_={"value": value, "message_id": message_id}
            )
        )


def remove(connection: sa.Connection, ticket_id: int, key: str) -> None:
    connection.execute(sa.delete(ticket_field).where(ticket_field.c.ticket_id == ticket_id, ticket_field.c.key == key))


def in_use(connection: sa.Connection) -> set[str]:
    """The names of all fields that some ticket has."""
    return set(connection.scalars(sa.select(ticket_field.c.key).distinct()))
