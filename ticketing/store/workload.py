"""How much there is to do, and where it piles up."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from ticketing.store import lists
from ticketing.store.tables import ticket


@dataclass(frozen=True, slots=True)
class OfAgent:
    """Unfinished tickets; `waiting`: those of them that are somebody else's turn."""

    open: int = 0
    overdue: int = 0
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class OfQueue:
    """Unfinished tickets. `oldest`: when the oldest that nobody has was opened."""

    open: int = 0
    unassigned: int = 0
    overdue: int = 0
    oldest: datetime | None = None


def of_agents(connection: sa.Connection, now: datetime, hidden: Collection[str]) -> dict[str, OfAgent]:
    query = (
        sa.select(
            ticket.c.assignee,
            sa.func.count(),
            _count(lists.overdue(now)),
            _count(ticket.c.waiting_for.is_not(None)),
        )
        .where(ticket.c.status.in_(lists.UNFINISHED), ticket.c.assignee.is_not(None), lists.visible(hidden))
        .group_by(ticket.c.assignee)
    )
    return {agent: OfAgent(*figures) for agent, *figures in connection.execute(query)}


def of_queues(connection: sa.Connection, now: datetime, hidden: Collection[str]) -> dict[str, OfQueue]:
    nobodys = ticket.c.assignee.is_(None)
    query = (
        sa.select(
            ticket.c.queue,
            sa.func.count(),
            _count(nobodys),
            _count(lists.overdue(now)),
            sa.func.min(sa.case((nobodys, ticket.c.opened_at))),
        )
        .where(ticket.c.status.in_(lists.UNFINISHED), lists.visible(hidden))
        .group_by(ticket.c.queue)
    )
    return {queue: OfQueue(*figures) for queue, *figures in connection.execute(query)}


def _count(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.func.sum(sa.case((condition, 1), else_=0))
