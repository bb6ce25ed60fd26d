"""What remains to be done: tasks, tags, and the reminders that wait for their moment."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import sqlalchemy as sa

from ticketing.store.details import Task
from ticketing.store.dialect import insert
from ticketing.store.tables import reminder, task, ticket_tag

Kind = Literal["remind", "task", "due-soon", "due"]
BATCH = 100


@dataclass(frozen=True, slots=True)
class Reminder:
    """`agent` None: whoever has the ticket when the moment comes. `task_id`: the task it speaks of."""

    id: int
    ticket_id: int | None
    kind: str
    task_id: int | None
    agent: str | None
    words: str
    due_at: datetime


# ---- tasks ----------------------------------------------------------------------------------------------------------


def add_task(connection: sa.Connection, ticket_id: int, text: str, agent: str | None, due_at: datetime | None) -> int:
    row = sa.insert(task).values(ticket_id=ticket_id, text=text, agent=agent, due_at=due_at, done=False)
    return int(connection.execute(row.returning(task.c.id)).scalar_one())


def of_ticket(connection: sa.Connection, ticket_id: int) -> list[Task]:
    rows = connection.execute(sa.select(task).where(task.c.ticket_id == ticket_id).order_by(task.c.id))
    return [Task(row.id, row.text, row.agent, row.due_at, row.done) for row in rows]


def unfinished(connection: sa.Connection, ticket_ids: Collection[int]) -> list[tuple[int, Task]]:
    """(ticket's id, the task) of each that is open there."""
    query = sa.select(task).where(task.c.ticket_id.in_(ticket_ids), task.c.done.is_(False)).order_by(task.c.id)
    rows = connection.execute(query)
    return [(row.ticket_id, Task(row.id, row.text, row.agent, row.due_at, row.done)) for row in rows]


def finish(connection: sa.Connection, task_id: int) -> None:
    connection.execute(sa.update(task).where(task.c.id == task_id).values(done=True))


def is_done(connection: sa.Connection, task_id: int) -> bool:
    return bool(connection.scalar(sa.select(task.c.done).where(task.c.id == task_id)))


# ---- tags -----------------------------------------------------------------------------------------------------------


def tags_of(connection: sa.Connection, ticket_id: int) -> list[str]:
    query = sa.select(ticket_tag.c.tag).where(ticket_tag.c.ticket_id == ticket_id).order_by(ticket_tag.c.tag)
    return list(connection.scalars(query))


def tag(connection: sa.Connection, ticket_id: int, add: Collection[str], remove: Collection[str]) -> None:
    if add:
        rows = [{"ticket_id": ticket_id, "tag": one} for one in add]
        connection.execute(insert(connection, ticket_tag).on_conflict_do_nothing(), rows)
    if remove:
        gone = ticket_tag.c.tag.in_(list(remove))
        connection.execute(sa.delete(ticket_tag).where(ticket_tag.c.ticket_id == ticket_id, gone))


# ---- reminders ------------------------------------------------------------------------------------------------------


def add_reminder(
    connection: sa.Connection,
    kind: Kind,
    due_at: datetime,
    *,
    ticket_id: int | None,
    agent: str | None = None,
    words: str = "",
    task_id: int | None = None,
) -> None:
    values = {
        "kind": kind, "due_at": due_at, "ticket_id": ticket_id, "agent": agent, "words": words, "task_id": task_id,
    }  # fmt: skip
    connection.execute(sa.insert(reminder).values(values))


def drop_reminders(connection: sa.Connection, ticket_id: int, kinds: Collection[Kind]) -> None:
    """Those of these kinds that were not told yet: another moment has been set."""
    connection.execute(
        sa.delete(reminder).where(
            reminder.c.ticket_id == ticket_id, reminder.c.kind.in_(list(kinds)), reminder.c.told_at.is_(None)
        )
    )


def take_due(connection: sa.Connection, now: datetime) -> list[Reminder]:
    """Marks those whose moment has come as told: of two workers at the same time only one gets each."""
    due = (
        sa.select(reminder.c.id)
        .where(reminder.c.told_at.is_(None), reminder.c.due_at <= now)
        .order_by(reminder.c.due_at, reminder.c.id)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )
    ids = list(connection.scalars(due))
    if not ids:
        return []
    taken = sa.update(reminder).where(reminder.c.id.in_(ids), reminder.c.told_at.is_(None)).values(told_at=now)
    rows = connection.execute(taken.returning(reminder)).all()
    return [
        Reminder(row.id, row.ticket_id, row.kind, row.task_id, row.agent, row.words, row.due_at)
        for row in sorted(rows, key=lambda row: (row.due_at, row.id))
    ]
