"""Clocks, their segments and deadlines: queries and typed rows. Whoever writes here has locked the ticket's row."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from ticketing.policy import Calendar
from ticketing.rules.business_hours import calendar_from, definition_of, version_of
from ticketing.rules.sla import BREACH, Clock, Outcome, Segment, State, Target
from ticketing.store.tables import calendar_version, clock, clock_segment, deadline, ticket

# Written into the statement: SQLite takes a partial index only where it sees the same condition.
_RUNNING: sa.ColumnClause[str] = sa.literal_column(f"'{State.RUNNING}'")


@dataclass(frozen=True, slots=True)
class Due:
    """A clock with deadlines that are due."""

    ticket: str
    target: Target
    n: int


@dataclass(frozen=True, slots=True)
class DeadlineRow:
    """One deadline of a clock. `fired_at`: when it was told; it is not told again."""

    target: Target
    n: int
    level: int
    repeat: int
    due_at: datetime | None
    fired_at: datetime | None
    state: State


# ---- calendars ------------------------------------------------------------------------------------------------------


def keep_calendar(connection: sa.Connection, calendar: Calendar, now: datetime) -> None:
    """Keeps what a calendar says now, for segments measured by it."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    row = dialect.insert(calendar_version).values(
        version=version_of(calendar), definition=definition_of(calendar), seen_at=now
    )
    connection.execute(row.on_conflict_do_nothing())


def calendar_as_it_was(connection: sa.Connection, name: str, version: str) -> Calendar:
    definition = connection.scalar(
        sa.select(calendar_version.c.definition).where(calendar_version.c.version == version)
    )
    if definition is None:
        raise RuntimeError(f"version {version} of calendar {name} is not kept, though a segment names it")
    return calendar_from(name, definition)


# ---- clocks ---------------------------------------------------------------------------------------------------------


def of_ticket(connection: sa.Connection, ticket_id: int) -> list[Clock]:
    """All clocks of a ticket, each with its newest segment, in the order of their starts."""
    newest = (
        sa.select(
            clock_segment.c.target,
            clock_segment.c.clock,
            sa.func.max(clock_segment.c.n).label("n"),
        )
        .where(clock_segment.c.ticket_id == ticket_id)
        .group_by(clock_segment.c.target, clock_segment.c.clock)
        .subquery()
    )
    query = (
        sa.select(
            clock,
            clock_segment.c.n.label("segments"),
            clock_segment.c.at,
            clock_segment.c.running,
            clock_segment.c.cause,
            clock_segment.c.version.label("measured_by"),
            clock_segment.c.spent,
        )
        .join(newest, (newest.c.target == clock.c.target) & (newest.c.clock == clock.c.n))
        .join(
            clock_segment,
            (clock_segment.c.ticket_id == clock.c.ticket_id)
            & (clock_segment.c.target == clock.c.target)
            & (clock_segment.c.clock == clock.c.n)
            & (clock_segment.c.n == newest.c.n),
        )
        .where(clock.c.ticket_id == ticket_id)
        .order_by(clock.c.started_at, clock.c.target, clock.c.n)
    )
    return [_clock(row) for row in connection.execute(query)]


def add_clocks(connection: sa.Connection, ticket_id: int, started: Sequence[Clock]) -> None:
    """Enters new clocks with their first segment."""
    connection.execute(
        sa.insert(clock),
        [
            {
                "ticket_id": ticket_id,
                "target": one.target.value,
                "n": one.n,
                "policy": one.policy,
                "calendar": one.calendar,
                "version": one.segment.version,
                "amount": one.amount,
                "started_at": one.started_at,
                "entered_at": one.entered_at,
            }
            for one in started
        ],
    )
    connection.execute(sa.insert(clock_segment), [_segment_row(ticket_id, one) for one in started])


def add_segment(connection: sa.Connection, ticket_id: int, changed: Clock) -> None:
    """Enters the newest segment of a clock."""
    connection.execute(sa.insert(clock_segment).values(**_segment_row(ticket_id, changed)))
    connection.execute(sa.update(clock).where(*_key(clock, ticket_id, changed)).values(version=changed.segment.version))


def end(connection: sa.Connection, ticket_id: int, changed: Clock) -> None:
    """Enters how and when a clock ended, or that it goes on after all."""
    outcome = changed.outcome.value if changed.outcome else None
    connection.execute(
        sa.update(clock).where(*_key(clock, ticket_id, changed)).values(ended_at=changed.ended_at, outcome=outcome)
    )


def outdated(connection: sa.Connection, calendar: str, version: str, limit: int) -> list[str]:
    """Numbers of tickets with an unfinished clock that another version of its calendar measures."""
    query = (
        sa.select(ticket.c.number)
        .join(clock, clock.c.ticket_id == ticket.c.id)
        .where(clock.c.ended_at.is_(None), clock.c.calendar == calendar, clock.c.version != version)
        .group_by(ticket.c.id, ticket.c.number)
        .order_by(ticket.c.id)
        .limit(limit)
    )
    return list(connection.scalars(query))


def _clock(row: Any) -> Clock:
    return Clock(
        target=Target(row.target),
        n=row.n,
        policy=row.policy,
        calendar=row.calendar,
        amount=row.amount,
        started_at=row.started_at,
        entered_at=row.entered_at,
        segment=Segment(row.at, row.running, row.cause, row.measured_by, row.spent),
        segments=row.segments,
        ended_at=row.ended_at,
        outcome=Outcome(row.outcome) if row.outcome else None,
    )


def _segment_row(ticket_id: int, of: Clock) -> dict[str, Any]:
    return {
        "ticket_id": ticket_id,
        "target": of.target.value,
        "clock": of.n,
        "n": of.segments,
        "at": of.segment.at,
        "running": of.segment.running,
        "cause": of.segment.cause[:60],
        "version": of.segment.version,
        "spent": of.segment.spent,
    }


def _key(table: sa.Table, ticket_id: int, of: Clock) -> tuple[sa.ColumnElement[bool], ...]:
    number = table.c.n if table is clock else table.c.clock
    return table.c.ticket_id == ticket_id, table.c.target == of.target.value, number == of.n


# ---- deadlines ------------------------------------------------------------------------------------------------------


def add_deadlines(connection: sa.Connection, ticket_id: int, rows: Iterable[DeadlineRow]) -> None:
    """Enters deadlines; one that is there already stays as it is: the key (clock, level, repeat) settles it."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    values = [
        {
            "ticket_id": ticket_id,
            "target": row.target.value,
            "clock": row.n,
            "level": row.level,
            "repeat": row.repeat,
            "due_at": row.due_at,
            "state": row.state.value,
        }
        for row in rows
    ]
    if values:
        connection.execute(dialect.insert(deadline).on_conflict_do_nothing(), values)


def deadlines_of_clock(connection: sa.Connection, ticket_id: int, of: Clock) -> list[DeadlineRow]:
    query = sa.select(deadline).where(*_key(deadline, ticket_id, of)).order_by(deadline.c.level, deadline.c.repeat)
    return [_deadline(row) for row in connection.execute(query)]


def set_deadline(connection: sa.Connection, ticket_id: int, row: DeadlineRow) -> None:
    """Another due moment or state for a deadline; whether it was told stays."""
    connection.execute(
        sa.update(deadline)
        .where(
            deadline.c.ticket_id == ticket_id,
            deadline.c.target == row.target.value,
            deadline.c.clock == row.n,
            deadline.c.level == row.level,
            deadline.c.repeat == row.repeat,
        )
        .values(due_at=row.due_at, state=row.state.value)
    )


def due(connection: sa.Connection, now: datetime, limit: int) -> list[Due]:
    """Clocks with deadlines that are due and were not told, the longest waiting first."""
    query = (
        sa.select(ticket.c.number, deadline.c.target, deadline.c.clock, sa.func.min(deadline.c.due_at).label("since"))
        .join(ticket, ticket.c.id == deadline.c.ticket_id)
        .where(deadline.c.state == _RUNNING, deadline.c.due_at <= now)
        .group_by(ticket.c.number, deadline.c.target, deadline.c.clock)
        .order_by(sa.text("since"), ticket.c.number)
        .limit(limit)
    )
    return [Due(row.number, Target(row.target), row.clock) for row in connection.execute(query)]


def fire(connection: sa.Connection, ticket_id: int, of: Due, now: datetime) -> list[DeadlineRow]:
    """Marks the due deadlines of one clock as told, and answers with those that nobody had told before."""
    told = sa.case((deadline.c.level == BREACH, State.BREACHED.value), else_=State.WARNED.value)
    rows = connection.execute(
        sa.update(deadline)
        .where(
            deadline.c.ticket_id == ticket_id,
            deadline.c.target == of.target.value,
            deadline.c.clock == of.n,
            deadline.c.state == _RUNNING,
            deadline.c.fired_at.is_(None),
            deadline.c.due_at <= now,
        )
        .values(fired_at=now, state=told)
        .returning(deadline)
    )
    return sorted((_deadline(row) for row in rows), key=lambda row: (row.level, row.repeat))


def shown(connection: sa.Connection, ticket_ids: Collection[int]) -> dict[int, list[DeadlineRow]]:
    """What a ticket says of its deadlines: those of the newest clock of each target, without reminders."""
    found: dict[int, list[DeadlineRow]] = {ticket_id: [] for ticket_id in ticket_ids}
    if not found:
        return found
    rows = connection.execute(
        sa.select(deadline)
        .where(deadline.c.ticket_id.in_(list(found)), deadline.c.repeat == 0)
        .order_by(deadline.c.ticket_id, deadline.c.clock)
    )
    newest: dict[tuple[int, str], list[Any]] = {}
    for row in rows:
        of_target = newest.setdefault((row.ticket_id, row.target), [])
        if of_target and of_target[0].clock != row.clock:
            of_target.clear()
        of_target.append(row)
    order = list(Target)
    for (ticket_id, _), of_target in newest.items():
        found[ticket_id] += [row for row in map(_deadline, of_target) if row.state is not State.DROPPED]
    for of_ticket in found.values():
        of_ticket.sort(key=lambda row: (order.index(row.target), row.level))
    return found


def next_promise(connection: sa.Connection, ticket_id: int) -> datetime | None:
    """When the requester hears from us at the latest, by the promise that runs: an answer if one is due, else an update
    or the solution."""
    rows = connection.execute(
        sa.select(deadline.c.target, deadline.c.due_at).where(
            deadline.c.ticket_id == ticket_id,
            deadline.c.level == BREACH,
            deadline.c.repeat == 0,
            deadline.c.state.in_((State.RUNNING.value, State.BREACHED.value)),
            deadline.c.due_at.is_not(None),
            # What was kept too late was breached, and is owed no more.
            clock.c.ticket_id == deadline.c.ticket_id,
            clock.c.target == deadline.c.target,
            clock.c.n == deadline.c.clock,
            clock.c.ended_at.is_(None),
        )
    ).all()
    order = (Target.FIRST_RESPONSE, Target.NEXT_RESPONSE, Target.UPDATE, Target.RESOLUTION)
    by_target = {row.target: row.due_at for row in rows}
    return next((by_target[target] for target in order if target in by_target), None)


def owed(connection: sa.Connection, ticket_ids: Collection[int]) -> dict[int, datetime]:
    """Ticket -> when the first of its promises that are not kept yet is or was due."""
    rows = connection.execute(
        sa.select(deadline.c.ticket_id, sa.func.min(deadline.c.due_at).label("due_at"))
        .join(
            clock,
            sa.and_(
                clock.c.ticket_id == deadline.c.ticket_id,
                clock.c.target == deadline.c.target,
                clock.c.n == deadline.c.clock,
            ),
        )
        .where(
            deadline.c.ticket_id.in_(list(ticket_ids)),
            deadline.c.level == BREACH,
            deadline.c.repeat == 0,
            deadline.c.state.in_((State.RUNNING.value, State.BREACHED.value)),
            deadline.c.due_at.is_not(None),
            clock.c.ended_at.is_(None),
        )
        .group_by(deadline.c.ticket_id)
    )
    return {row.ticket_id: row.due_at for row in rows}


def owing(now: datetime, *, overdue: bool, due_within: timedelta | None) -> sa.ColumnElement[bool] | None:
    """A condition for a query over tickets: a promise is broken and not made good, or a deadline by hand has passed; or
    one is to be kept from now on within a time. Both asked: either is enough; None asked: None."""
    asked, by_hand = [], []
    running = deadline.c.state == _RUNNING
    if overdue:
        asked += [deadline.c.state == State.BREACHED.value, sa.and_(running, deadline.c.due_at <= now)]
        by_hand.append(ticket.c.due_at <= now)
    if due_within is not None:
        asked.append(sa.and_(running, deadline.c.due_at > now, deadline.c.due_at <= now + due_within))
        by_hand.append(sa.and_(ticket.c.due_at > now, ticket.c.due_at <= now + due_within))
    if not asked:
        return None
    unfinished = ticket.c.status.in_(("open", "in_progress"))
    return sa.or_(_has_breach_deadline(sa.or_(*asked)), sa.and_(unfinished, sa.or_(*by_hand)))


def _has_breach_deadline(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    return sa.exists().where(
        deadline.c.ticket_id == ticket.c.id,
        deadline.c.level == BREACH,
        deadline.c.repeat == 0,
        condition,
        clock.c.ticket_id == deadline.c.ticket_id,
        clock.c.target == deadline.c.target,
        clock.c.n == deadline.c.clock,
        clock.c.ended_at.is_(None),
    )


def _deadline(row: Any) -> DeadlineRow:
    return DeadlineRow(
        target=Target(row.target),
        n=row.clock,
        level=row.level,
        repeat=row.repeat,
        due_at=row.due_at,
        fired_at=row.fired_at,
        state=State(row.state),
    )


# ---- waiting --------------------------------------------------------------------------------------------------------


def waits_over(connection: sa.Connection, now: datetime, limit: int) -> list[str]:
    """Numbers of tickets whose time of waiting for somebody is over."""
    query = (
        sa.select(ticket.c.number)
        .where(
            ticket.c.waiting_until.is_not(None),
            ticket.c.waiting_until <= now,
            ticket.c.waiting_for.is_not(None),
        )
        .order_by(ticket.c.id)
        .limit(limit)
    )
    return list(connection.scalars(query))
