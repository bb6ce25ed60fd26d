"""Lists an agent asks for: his own, free ones, those he saw last, those he has marked. Ids, in the order of the list.

`hidden`: queues whose tickets do not exist for the agent.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa

from ticketing.model import Status
from ticketing.store import clocks
from ticketing.store.dialect import insert_missing
from ticketing.store.tables import change, mark, notice_log, ticket

UNFINISHED = (Status.OPEN, Status.IN_PROGRESS)
STAR = "*"
_RANK = sa.case({"urgent": 0, "high": 1, "medium": 2}, value=ticket.c.priority, else_=3)


def most_urgent(
    connection: sa.Connection, now: datetime, hidden: Collection[str], *wanted: sa.ColumnElement[bool], limit: int
) -> list[int]:
    """Unfinished ones: first those with a broken promise, then by priority, then the oldest."""
    overdue = clocks.owing(now, overdue=True, due_within=None)
    late = sa.case((overdue, 0), else_=1) if overdue is not None else sa.literal(1)
    query = (
        sa.select(ticket.c.id)
        .where(ticket.c.status.in_(UNFINISHED), visible(hidden), *wanted)
        .order_by(late, _RANK, ticket.c.opened_at, ticket.c.id)
        .limit(limit)
    )
    return list(connection.scalars(query))


def of(agent: str) -> sa.ColumnElement[bool]:
    return ticket.c.assignee == agent


def free(queues: Collection[str], agents: Collection[str]) -> tuple[sa.ColumnElement[bool], ...]:
    """None of these agents has it, and it is somebody's turn here: neither for information only nor waiting for
    others."""
    return (
        sa.or_(ticket.c.assignee.is_(None), ticket.c.assignee.not_in(agents)),
        ticket.c.queue.in_(queues),
        ticket.c.fyi.is_(False),
        ticket.c.waiting_for.is_(None),
    )


def overdue(now: datetime) -> sa.ColumnElement[bool]:
    condition = clocks.owing(now, overdue=True, due_within=None)
    return sa.true() if condition is None else condition


def newest(
    connection: sa.Connection, hidden: Collection[str], *wanted: sa.ColumnElement[bool], limit: int
) -> list[int]:
    """Finished ones too."""
    query = sa.select(ticket.c.id).where(visible(hidden), *wanted)
    return list(connection.scalars(query.order_by(ticket.c.opened_at.desc(), ticket.c.id.desc()).limit(limit)))


def visible(hidden: Collection[str]) -> sa.ColumnElement[bool]:
    return ticket.c.queue.not_in(hidden)


def of_person(addresses: Collection[str]) -> sa.ColumnElement[bool]:
    return ticket.c.requester_address.in_(list(addresses))


def of_organisation(name: str) -> sa.ColumnElement[bool]:
    return ticket.c.organisation == name


def marked(agent: str, name: str) -> sa.ColumnElement[bool]:
    return sa.exists().where(mark.c.ticket_id == ticket.c.id, mark.c.agent == agent, mark.c.name == name)


def seen(
    connection: sa.Connection,
    agent: str,
    addresses: Collection[str],
    since: datetime,
    hidden: Collection[str],
    limit: int,
) -> list[int]:
    """The tickets this agent was told of or worked on, the last first. What he did stands in `change`, what he was told
    in `notice_log`; nothing is kept for this list alone."""
    told = sa.select(notice_log.c.ticket_id, notice_log.c.at).where(
        notice_log.c.kind.in_(("alert", "receipt")),
        notice_log.c.address.in_(list(addresses)),
        notice_log.c.at > since,
        notice_log.c.ticket_id.is_not(None),
    )
    did = sa.select(change.c.ticket_id, change.c.at).where(
        change.c.agent == agent, change.c.at > since, change.c.ticket_id.is_not(None)
    )
    both = sa.union_all(told, did).subquery()
    query = (
        sa.select(both.c.ticket_id)
        .join(ticket, ticket.c.id == both.c.ticket_id)
        .where(visible(hidden))
        .group_by(both.c.ticket_id)
        .order_by(sa.func.max(both.c.at).desc(), both.c.ticket_id.desc())
        .limit(limit)
    )
    return list(connection.scalars(query))


# ---- an agent's own marks -------------------------------------------------------------------------------------------


def marks_of(connection: sa.Connection, agent: str) -> list[str]:
    """The names he uses, without the star."""
    query = sa.select(mark.c.name).where(mark.c.agent == agent, mark.c.name != STAR).distinct().order_by(mark.c.name)
    return list(connection.scalars(query))


def set_mark(connection: sa.Connection, agent: str, ticket_id: int, name: str) -> bool:
    """False: it was there already."""
    row = insert_missing(connection.dialect.name, mark).returning(mark.c.name)
    return connection.scalar(row, {"agent": agent, "ticket_id": ticket_id, "name": name}) is not None


def take_mark(connection: sa.Connection, agent: str, ticket_id: int, name: str) -> bool:
    """False: it was not there."""
    condition = (mark.c.agent == agent, mark.c.ticket_id == ticket_id, mark.c.name == name)
    return connection.execute(sa.delete(mark).where(*condition)).rowcount > 0
