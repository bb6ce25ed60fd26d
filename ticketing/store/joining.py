"""Tickets brought together: what hangs on one goes over to the other, each in a statement of its own."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa

from ticketing.store.dialect import insert
from ticketing.store.tables import (
    estimate,
    external_number,
    message,
    message_version,
    reminder,
    task,
    ticket,
    ticket_equipment,
    ticket_field,
    ticket_tag,
    time_entry,
)

# What a ticket has once each: the target keeps its own where both have it.
_SETS = ((ticket_tag, "tag"), (ticket_field, "key"), (ticket_equipment, "serial"))
# Ids of a forwarded thread stay: they lead to the target by the merge itself.
_WHOLE = (estimate, message_version, task, reminder, time_entry, external_number)


def hide_from_outside(connection: sa.Connection, ticket_id: int) -> None:
    """All that was written to a ticket becomes the words of somebody outside: kept inside, quoted to nobody."""
    connection.execute(
        sa.update(message)
        .where(message.c.ticket_id == ticket_id, message.c.role.in_(("requester", "cc", "observer")))
        .values(role="external", internal=True)
    )


def move_all(connection: sa.Connection, source_id: int, target_id: int) -> int:
    """Messages, tags, fields, tasks, estimates, time spent and numbers of one ticket go over to another. Its messages
    get the next M numbers there; answers with how many the target had before."""
    before = connection.scalar(sa.select(sa.func.max(message.c.m)).where(message.c.ticket_id == target_id)) or 0
    connection.execute(
        sa.update(message).where(message.c.ticket_id == source_id).values(ticket_id=target_id, m=message.c.m + before)
    )
    for table, key in _SETS:
        rows = connection.execute(sa.select(table).where(table.c.ticket_id == source_id)).mappings().all()
        if rows:
            missing = insert(connection, table).on_conflict_do_nothing(index_elements=["ticket_id", key])
            connection.execute(missing, [{**row, "ticket_id": target_id} for row in rows])
    for table in _WHOLE:
        connection.execute(sa.update(table).where(table.c.ticket_id == source_id).values(ticket_id=target_id))
    return before


def hops_to(connection: sa.Connection, number: str, most: int) -> int:
    """How many merges lie before this ticket at the most; no more than `most` are counted."""
    here: Collection[str] = [number]
    for hops in range(most):
        query = sa.select(ticket.c.number).where(ticket.c.merged_into.in_(list(here)))
        here = list(connection.scalars(query))
        if not here:
            return hops
    return most
