"""The fields of a ticket: key -> value, with the message that told it."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa

from ticketing.store.dialect import insert
from ticketing.store.tables import ticket_field


def of_ticket(connection: sa.Connection, ticket_id: int) -> dict[str, str]:
    return {row.key: row.value for row in connection.execute(_FIELDS, {"the_ticket": ticket_id})}


_FIELDS = (
    sa.select(ticket_field.c.key, ticket_field.c.value)
    .where(ticket_field.c.ticket_id == sa.bindparam("the_ticket"))
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
