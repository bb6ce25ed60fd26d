"""Time that agents spent on tickets."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import sqlalchemy as sa

from ticketing.store.tables import ticket, time_entry

Of = Literal["ticket", "agent", "organisation"]


@dataclass(frozen=True, slots=True)
class Spent:
    """`of`: a case number, an agent's id or an organisation; None: tickets without one."""

    of: str | None
    minutes: int
    billable: int


def add(connection: sa.Connection, ticket_id: int, agent: str, at: datetime, minutes: int, billable: bool) -> None:
    values = {"ticket_id": ticket_id, "agent": agent, "at": at, "minutes": minutes, "billable": billable}
    connection.execute(sa.insert(time_entry), values)


def on_tickets(connection: sa.Connection, ticket_ids: Collection[int]) -> dict[int, int]:
    """Ticket -> minutes; one without an entry is left out."""
    query = (
        sa.select(time_entry.c.ticket_id, sa.func.sum(time_entry.c.minutes).label("minutes"))
        .where(time_entry.c.ticket_id.in_(list(ticket_ids)))
        .group_by(time_entry.c.ticket_id)
    )
    return {row.ticket_id: int(row.minutes) for row in connection.execute(query)}


def by(
    connection: sa.Connection, of: Of, *, since: datetime | None, until: datetime | None, number: str | None = None
) -> list[Spent]:
    """The sums of a period, the most first. `number`: of one ticket alone."""
    column = {"ticket": ticket.c.number, "agent": time_entry.c.agent, "organisation": ticket.c.organisation}[of]
    minutes = sa.func.sum(time_entry.c.minutes)
    billable = sa.func.sum(sa.case((time_entry.c.billable, time_entry.c.minutes), else_=0))
    query = (
        sa.select(column.label("of"), minutes.label("minutes"), billable.label("billable"))
        .join(ticket, ticket.c.id == time_entry.c.ticket_id)
        .group_by(column)
        .order_by(minutes.desc(), column)
    )
    if since is not None:
        query = query.where(time_entry.c.at >= since)
    if until is not None:
        query = query.where(time_entry.c.at < until)
    if number is not None:
        query = query.where(ticket.c.number == number)
    return [Spent(row.of, int(row.minutes), int(row.billable)) for row in connection.execute(query)]
