"""Estimates: what the requester was told that the work would take, and what became of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from ticketing.store.tables import estimate


@dataclass(frozen=True, slots=True)
class Estimate:
    """`state`: open, approved, declined, or replaced by a newer one."""

    id: int
    ticket_id: int
    minutes: int
    price: str
    state: str


def add(connection: sa.Connection, ticket_id: int, agent: str, at: datetime, minutes: int, price: str) -> Estimate:
    """The ticket's estimate from now on: one that still waits for an answer is replaced."""
    waiting = (estimate.c.ticket_id == ticket_id, estimate.c.state == "open")
    connection.execute(sa.update(estimate).where(*waiting).values(state="replaced"))
    values = {"ticket_id": ticket_id, "agent": agent, "at": at, "minutes": minutes, "price": price, "state": "open"}
    made = connection.execute(sa.insert(estimate).values(values).returning(estimate.c.id)).scalar_one()
    return Estimate(made, ticket_id, minutes, price, "open")


def by_id(connection: sa.Connection, estimate_id: int) -> Estimate | None:
    row = connection.execute(sa.select(estimate).where(estimate.c.id == estimate_id)).first()
    return Estimate(row.id, row.ticket_id, row.minutes, row.price, row.state) if row else None


def settle(connection: sa.Connection, estimate_id: int, state: str, at: datetime) -> None:
    connection.execute(sa.update(estimate).where(estimate.c.id == estimate_id).values(state=state, answered_at=at))
