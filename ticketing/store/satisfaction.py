"""How it was, in the requester's words: whom to ask when, and what was answered."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from ticketing.store.dialect import insert
from ticketing.store.tables import satisfaction


@dataclass(frozen=True, slots=True)
class Satisfaction:
    asked_at: datetime
    answered_at: datetime | None
    score: int | None
    words: str


def ask_later(connection: sa.Connection, ticket_id: int, at: datetime) -> None:
    """To be asked at that time, unless he was asked before."""
    row = insert(connection, satisfaction).values(ticket_id=ticket_id, ask_at=at)
    connection.execute(
        row.on_conflict_do_update(
            index_elements=["ticket_id"], set_={"ask_at": at}, where=satisfaction.c.asked_at.is_(None)
        )
    )


def ask_not(connection: sa.Connection, ticket_id: int) -> None:
    """It is not over after all."""
    connection.execute(
        sa.update(satisfaction)
        .where(satisfaction.c.ticket_id == ticket_id, satisfaction.c.asked_at.is_(None))
        .values(ask_at=None)
    )


def claim_due(connection: sa.Connection, now: datetime, limit: int = 100) -> list[int]:
    """The ids of tickets whose requester is asked now. They count as asked from here on, so that of two workers at the
    same time only one gets them."""
    due = (
        sa.select(satisfaction.c.ticket_id)
        .where(satisfaction.c.ask_at <= now, satisfaction.c.asked_at.is_(None))
        .order_by(satisfaction.c.ask_at)
        .limit(limit)
    )
    claim = (
        sa.update(satisfaction)
        .where(satisfaction.c.ticket_id.in_(due), satisfaction.c.asked_at.is_(None))
        .values(asked_at=now)
        .returning(satisfaction.c.ticket_id)
    )
    return sorted(connection.scalars(claim))


def answer(connection: sa.Connection, ticket_id: int, score: int | None, words: str, now: datetime) -> None:
    """The newest answer counts; a score or words that it lacks stay as they were."""
    values: dict[str, object] = {"answered_at": now}
    if score is not None:
        values["score"] = score
    if words:
        values["words"] = words
    connection.execute(sa.update(satisfaction).where(satisfaction.c.ticket_id == ticket_id).values(values))


def of_tickets(connection: sa.Connection, ticket_ids: Collection[int]) -> dict[int, Satisfaction]:
    """Of those whose requesters were asked."""
    if not ticket_ids:
        return {}
    query = sa.select(satisfaction).where(
        satisfaction.c.ticket_id.in_(ticket_ids), satisfaction.c.asked_at.is_not(None)
    )
    return {
        row.ticket_id: Satisfaction(row.asked_at, row.answered_at, row.score, row.words)
        for row in connection.execute(query)
    }
