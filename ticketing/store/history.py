"""Who did what in a ticket."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from ticketing.model import HistoryEntry
from ticketing.store.tables import history


def add(
    connection: sa.Connection,
    ticket_id: int,
    at: datetime,
    who: str,
    what: str,
    old: str | None,
    new: str | None,
    by: str,
) -> None:
    values = {"ticket_id": ticket_id, "at": at, "who": who, "what": what, "old": old, "new": new, "by": by[:60]}
    connection.execute(_ADD, values)


_ADD = sa.insert(history)


def people_changed(connection: sa.Connection, ticket_id: int, who: str, since: datetime) -> list[HistoryEntry]:
    """Requester, contact and participants as anybody but `who` has set them since, by the history: each once, from what
    it was then to what it is now; not what is as it was."""
    query = (
        sa.select(history)
        .where(
            history.c.ticket_id == ticket_id,
            history.c.what.in_(("requester", "contact", "participant")),
            history.c.who != who,
            history.c.at > since,
        )
        .order_by(history.c.id)
    )
    found: dict[str, HistoryEntry] = {}
    for row in connection.execute(query):
        address = (row.new or row.old or "").rpartition(" (")[0] if row.what == "participant" else ""
        first = found.pop(f"{row.what} {address}", row)
        found[f"{row.what} {address}"] = HistoryEntry(row.at, row.who, row.what, first.old, row.new, row.by)
    return [one for one in found.values() if one.old != one.new]


def of_ticket(connection: sa.Connection, ticket_id: int) -> list[HistoryEntry]:
    rows = connection.execute(sa.select(history).where(history.c.ticket_id == ticket_id).order_by(history.c.id))
    return [HistoryEntry(row.at, row.who, row.what, row.old, row.new, row.by) for row in rows]


def count(connection: sa.Connection, ticket_id: int, what: str, by: str, since: datetime) -> int:
    query = (
        sa.select(sa.func.count())
        .select_from(history)
        .where(history.c.ticket_id == ticket_id, history.c.what == what, history.c.by == by, history.c.at > since)
    )
    return connection.scalar(query) or 0
