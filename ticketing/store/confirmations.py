"""Mails of agents that wait for a yes."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from ticketing.store.dialect import insert
from ticketing.store.tables import confirmation


def ask(connection: sa.Connection, spool_id: int, agent: str, ticket_id: int | None, now: datetime) -> None:
    """He is asked; asked again, the time begins again."""
    row = insert(connection, confirmation).values(spool_id=spool_id, agent=agent, ticket_id=ticket_id, asked_at=now)
    connection.execute(row.on_conflict_do_update(index_elements=["spool_id"], set_={"asked_at": now, "agent": agent}))


def waiting(connection: sa.Connection, spool_id: int, agent: str) -> datetime | None:
    """Since when the mail waits for this agent; None: it does not."""
    return connection.scalar(
        sa.select(confirmation.c.asked_at).where(
            confirmation.c.spool_id == spool_id, confirmation.c.agent == agent, confirmation.c.confirmed_at.is_(None)
        )
    )


def confirm(connection: sa.Connection, spool_id: int, now: datetime) -> None:
    connection.execute(sa.update(confirmation).where(confirmation.c.spool_id == spool_id).values(confirmed_at=now))


def drop(connection: sa.Connection, spool_id: int) -> None:
    """Nothing waits any more: he said no, or too late."""
    connection.execute(sa.delete(confirmation).where(confirmation.c.spool_id == spool_id))


def is_confirmed(connection: sa.Connection, spool_id: int, agent: str) -> bool:
    found = connection.scalar(
        sa.select(confirmation.c.confirmed_at).where(confirmation.c.spool_id == spool_id, confirmation.c.agent == agent)
    )
    return found is not None


def unanswered(connection: sa.Connection, before: datetime) -> list[int]:
    """Takes those away that have waited since before this moment."""
    late = sa.delete(confirmation).where(confirmation.c.asked_at < before, confirmation.c.confirmed_at.is_(None))
    return list(connection.scalars(late.returning(confirmation.c.spool_id)))
