"""What corrected messages said before, and say now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from ticketing.model import Message
from ticketing.store.tables import message_version


@dataclass(frozen=True, slots=True)
class Version:
    """`n` 1: as it was written."""

    message_id: int
    n: int
    at: datetime
    agent: str | None
    text: str


def of_ticket(connection: sa.Connection, ticket_id: int) -> dict[int, list[Version]]:
    """The versions of each corrected message, in the order they were written."""
    found: dict[int, list[Version]] = {}
    query = sa.select(message_version).where(message_version.c.ticket_id == ticket_id).order_by(message_version.c.n)
    for row in connection.execute(query):
        found.setdefault(row.message_id, []).append(Version(row.message_id, row.n, row.at, row.agent, row.text))
    return found


def add(connection: sa.Connection, one: Message, text: str, agent: str, at: datetime) -> None:
    """A correction; the first one keeps what stood there, too."""
    last = connection.scalar(sa.select(sa.func.max(message_version.c.n)).where(message_version.c.message_id == one.id))
    rows = [] if last else [{"n": 1, "at": one.at, "agent": one.agent, "text": one.text}]
    rows.append({"n": (last or 1) + 1, "at": at, "agent": agent, "text": text})
    connection.execute(
        sa.insert(message_version), [{**row, "message_id": one.id, "ticket_id": one.ticket_id} for row in rows]
    )
