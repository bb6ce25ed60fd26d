"""Who is away, who stands in, who was asked, and whose turn it is: queries and typed rows."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa

from ticketing.model import Absence, Status
from ticketing.store.dialect import bare_insert, insert
from ticketing.store.tables import absence, lent, question, rotation, ticket

_UNFINISHED = (Status.OPEN, Status.IN_PROGRESS)


# ---- away and back --------------------------------------------------------------------------------------------------


def absences(connection: sa.Connection, now: datetime) -> dict[str, Absence]:
    """Agent's id -> his absence, of those who are away now."""
    rows = connection.execute(_ABSENCES, {"the_moment": now})
    return {row.agent: Absence(row.agent, row.until, row.stand_in) for row in rows}


_ABSENCES = sa.select(absence).where(absence.c.until > sa.bindparam("the_moment", type_=absence.c.until.type))


def set_absence(connection: sa.Connection, one: Absence, now: datetime) -> None:
    values = {"since": now, "until": one.until, "stand_in": one.stand_in}
    row = insert(connection, absence).values(agent=one.agent, **values)
    connection.execute(row.on_conflict_do_update(index_elements=["agent"], set_=values))


def end_absence(connection: sa.Connection, agent: str) -> bool:
    """False: he was not away, or somebody was quicker."""
    return connection.execute(sa.delete(absence).where(absence.c.agent == agent)).rowcount == 1


def absences_over(connection: sa.Connection, now: datetime) -> list[Absence]:
    """Whose time has passed, locked: another scheduler passes them over."""
    query = sa.select(absence).where(absence.c.until <= now).order_by(absence.c.agent).with_for_update(skip_locked=True)
    return [Absence(row.agent, row.until, row.stand_in) for row in connection.execute(query)]


# ---- whole lists that change hands ----------------------------------------------------------------------------------


def unfinished_of(connection: sa.Connection, agent: str) -> list[str]:
    """The numbers of the tickets he has and has to do with still."""
    query = sa.select(ticket.c.number).where(ticket.c.assignee == agent, ticket.c.status.in_(_UNFINISHED))
    return list(connection.scalars(query.order_by(ticket.c.id)))


def lend(connection: sa.Connection, ticket_ids: Collection[int], agent: str, stand_in: str) -> None:
    rows = [{"ticket_id": one, "agent": agent, "stand_in": stand_in} for one in ticket_ids]
    if rows:
        row = insert(connection, lent)
        renewed = {"agent": row.excluded.agent, "stand_in": row.excluded.stand_in}
        connection.execute(row.on_conflict_do_update(index_elements=["ticket_id"], set_=renewed), rows)


def lent_by(connection: sa.Connection, agent: str) -> list[str]:
    """The numbers of his tickets that his stand-in has still and has not finished."""
    query = (
        sa.select(ticket.c.number)
        .join(lent, lent.c.ticket_id == ticket.c.id)
        .where(lent.c.agent == agent, ticket.c.assignee == lent.c.stand_in, ticket.c.status.in_(_UNFINISHED))
        .order_by(ticket.c.id)
    )
    return list(connection.scalars(query))


def no_longer_lent(connection: sa.Connection, agent: str) -> None:
    connection.execute(sa.delete(lent).where(lent.c.agent == agent))


# ---- questions ------------------------------------------------------------------------------------------------------


def ask(connection: sa.Connection, ticket_id: int, agent: str, asked_by: str, now: datetime) -> None:
    row = insert(connection, question).values(ticket_id=ticket_id, agent=agent, asked_by=asked_by, asked_at=now)
    again = {"asked_at": now, "answered_at": None}
    connection.execute(row.on_conflict_do_update(index_elements=["ticket_id", "agent", "asked_by"], set_=again))


def answered(connection: sa.Connection, ticket_id: int, agent: str, now: datetime) -> list[str]:
    """He has answered whoever asked him about this ticket: their ids."""
    query = (
        sa.update(question)
        .where(question.c.ticket_id == ticket_id, question.c.agent == agent, question.c.answered_at.is_(None))
        .values(answered_at=now)
        .returning(question.c.asked_by)
    )
    return sorted(connection.scalars(query))


# ---- whose turn it is -----------------------------------------------------------------------------------------------


def take_turn(connection: sa.Connection, name: str) -> str | None:
    """Whom the last ticket was given to. Until the transaction ends nobody else can hand one out under this name, so
    that two daemons never choose at once; what is rolled back was no turn."""
    last: str | None = connection.scalar(_take_turn(connection.dialect.name), {"name": name[:60], "turns": 1})
    return last


@cache
def _take_turn(dialect: str) -> Any:
    row = bare_insert(dialect, rotation)
    more = {"turns": rotation.c.turns + 1}
    return row.on_conflict_do_update(index_elements=["name"], set_=more).returning(rotation.c.last_agent)


def gave(connection: sa.Connection, name: str, agent: str) -> None:
    connection.execute(sa.update(rotation).where(rotation.c.name == name[:60]).values(last_agent=agent))


def loads(connection: sa.Connection, agents: Collection[str]) -> dict[str, int]:
    """How many unfinished tickets each of them has."""
    counted = (
        sa.select(ticket.c.assignee, sa.func.count())
        .where(ticket.c.assignee.in_(list(agents)), ticket.c.status.in_(_UNFINISHED))
        .group_by(ticket.c.assignee)
    )
    found = dict.fromkeys(agents, 0)
    found.update((row[0], row[1]) for row in connection.execute(counted))
    return found
