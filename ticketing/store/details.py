"""What hangs on tickets beside their messages: tags, fields, equipment, tasks, deadlines, links, other
systems' numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ticketing.model import Link
from ticketing.store import clocks, time_spent
from ticketing.store.clocks import DeadlineRow
from ticketing.store.tables import (
    estimate,
    external_number,
    link,
    message,
    task,
    ticket_equipment,
    ticket_field,
    ticket_tag,
)


@dataclass(frozen=True, slots=True)
class Task:
    id: int
    text: str
    agent: str | None
    due_at: datetime | None
    done: bool


@dataclass(frozen=True, slots=True)
class Estimate:
    agent: str
    at: datetime
    minutes: int
    price: str
    state: str
    answered_at: datetime | None


@dataclass(slots=True)
class Details:
    tags: list[str] = field(default_factory=list)
    fields: list[tuple[str, str, str | None]] = field(default_factory=list)
    equipment: list[str] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)
    estimates: list[Estimate] = field(default_factory=list)
    deadlines: list[DeadlineRow] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    minutes: int = 0
    """Time spent on it."""
    numbers: list[str] = field(default_factory=list)
    """Those of other systems."""


def begin_with(
    connection: sa.Connection,
    ticket_id: int,
    *,
    tags: Iterable[str],
    fields: Mapping[str, str],
    tasks: Iterable[tuple[str, str | None, datetime | None]],
) -> None:
    """What a new ticket has from its template; a task is (text, agent, due)."""

    def add(table: sa.Table, rows: list[dict[str, Any]]) -> None:
        if rows:
            connection.execute(sa.insert(table), rows)

    add(ticket_tag, [{"ticket_id": ticket_id, "tag": tag} for tag in dict.fromkeys(tags)])
    add(ticket_field, [{"ticket_id": ticket_id, "key": key, "value": value} for key, value in fields.items()])
    add(task, [{"ticket_id": ticket_id, "text": text, "agent": who, "due_at": due} for text, who, due in tasks])


def of_tickets(connection: sa.Connection, ticket_ids: Sequence[int]) -> dict[int, Details]:
    """One query a table, however many tickets."""
    found = {ticket_id: Details() for ticket_id in ticket_ids}
    if not ticket_ids:
        return found

    def rows(table: sa.Table, *order: sa.Column[Any]) -> Any:
        return connection.execute(sa.select(table).where(table.c.ticket_id.in_(ticket_ids)).order_by(*order))

    row: Any
    for row in rows(ticket_tag, ticket_tag.c.tag):
        found[row.ticket_id].tags.append(row.tag)
    told = (
        sa.select(ticket_field, message.c.m)
        .outerjoin(message, message.c.id == ticket_field.c.message_id)
        .where(ticket_field.c.ticket_id.in_(ticket_ids))
        .order_by(ticket_field.c.key)
    )
    for row in connection.execute(told):
        found[row.ticket_id].fields.append((row.key, row.value, f"M{row.m}" if row.m else None))
    for row in rows(ticket_equipment, ticket_equipment.c.serial):
        found[row.ticket_id].equipment.append(row.serial)
    for row in rows(task, task.c.id):
        found[row.ticket_id].tasks.append(Task(row.id, row.text, row.agent, row.due_at, row.done))
    for row in rows(estimate, estimate.c.id):
        one = Estimate(row.agent, row.at, row.minutes, row.price, row.state, row.answered_at)
        found[row.ticket_id].estimates.append(one)
    for ticket_id, deadlines in clocks.shown(connection, ticket_ids).items():
        found[ticket_id].deadlines = deadlines
    for row in rows(link, link.c.kind, link.c.number):
        found[row.ticket_id].links.append(Link(row.kind, row.number))
    for ticket_id, minutes in time_spent.on_tickets(connection, ticket_ids).items():
        found[ticket_id].minutes = minutes
    for row in rows(external_number, external_number.c.number):
        found[row.ticket_id].numbers.append(row.number)
    return found
