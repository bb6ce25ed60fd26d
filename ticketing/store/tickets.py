"""Tickets, what leads to them, and their links: queries and typed rows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa

from ticketing import case_number
from ticketing.model import (
    Link,
    Person,
    Priority,
    Status,
    Ticket,
)
from ticketing.store.dialect import bare_insert, insert
from ticketing.store.tables import (
    day_counter,
    external_number,
    link,
    message,
    thread_id,
    ticket,
    ticket_tag,
)

MERGE_HOPS = 10


def next_number(connection: sa.Connection, day: Any) -> str:
    """The next case number of a local day: one atomic statement, unique, never handed out twice."""
    n = connection.scalar(_next_number(connection.dialect.name), {"day": f"{day:%y%m%d}", "n": 1})
    return str(case_number.make(day, n))


@cache
def _next_number(dialect: str) -> Any:
    row = bare_insert(dialect, day_counter)
    return row.on_conflict_do_update(index_elements=["day"], set_={"n": day_counter.c.n + 1}).returning(day_counter.c.n)


def add_ticket(connection: sa.Connection, **values: Any) -> Ticket:
    requester: Person = values.pop("requester")
    values |= {"requester_name": requester.name[:200], "requester_address": requester.address}
    return from_row(connection.execute(_ADD_TICKET, values).one())


_ADD_TICKET = sa.insert(ticket).returning(ticket)


def change_ticket(connection: sa.Connection, ticket_id: int, **values: Any) -> Ticket:
    if requester := values.pop("requester", None):
        values |= {"requester_name": requester.name[:200], "requester_address": requester.address}
    return from_row(connection.execute(_CHANGE_TICKET, values | {"the_ticket": ticket_id}).one())


_CHANGE_TICKET = sa.update(ticket).where(ticket.c.id == sa.bindparam("the_ticket")).returning(ticket)


def by_number(connection: sa.Connection, numbers: Collection[str], *, lock: bool = False) -> dict[str, Ticket]:
    """Tickets by number; `lock` holds their rows until the transaction ends (ids in order, so that two never cross)."""
    if not numbers:
        return {}
    query = _LOCK_BY_NUMBER if lock else _BY_NUMBER
    return {row.number: from_row(row) for row in connection.execute(query, {"the_numbers": list(numbers)})}


_BY_NUMBER = (
    sa.select(ticket).where(ticket.c.number.in_(sa.bindparam("the_numbers", expanding=True))).order_by(ticket.c.id)
)
_LOCK_BY_NUMBER = _BY_NUMBER.with_for_update()


def by_ids(connection: sa.Connection, ticket_ids: Collection[int]) -> list[Ticket]:
    query = sa.select(ticket).where(ticket.c.id.in_(set(ticket_ids))).order_by(ticket.c.id)
    return [from_row(row) for row in connection.execute(query)]


def number_of(connection: sa.Connection, ticket_id: int) -> str | None:
    return connection.scalar(sa.select(ticket.c.number).where(ticket.c.id == ticket_id))


def follow_merges(connection: sa.Connection, start: Ticket) -> Ticket:
    """The ticket that a merged one points on to: at most ten hops, and a circle ends where it closes."""
    seen = {start.number}
    current = start
    for _ in range(MERGE_HOPS):
        if not current.merged_into or current.merged_into in seen:
            break
        following = by_number(connection, [current.merged_into], lock=True).get(current.merged_into)
        if following is None:
            break
        seen.add(following.number)
        current = following
    return current


def merged_into(connection: sa.Connection, number: str) -> list[int]:
    """The ids of the tickets that point on to this one, over however many others."""
    found: dict[str, int] = {}
    ahead = [number]
    while ahead:
        rows = connection.execute(sa.select(ticket.c.id, ticket.c.number).where(ticket.c.merged_into.in_(ahead))).all()
        ahead = [row.number for row in rows if row.number not in found]
        found |= {row.number: row.id for row in rows}
    return list(found.values())


def by_inbound_id(connection: sa.Connection, message_ids: Sequence[str]) -> dict[str, tuple[str, frozenset[str]]]:
    """Message-ID -> (number of the ticket that holds it, addresses in To and Cc of that mail)."""
    if not message_ids:
        return {}
    found: dict[str, tuple[str, frozenset[str]]] = {}
    row: Any
    ids = {"the_ids": list(message_ids)}
    for row in connection.execute(_FORWARDED_IDS, ids):
        found[row.message_id] = (row.number, frozenset())
    for row in connection.execute(_STORED_IDS, ids):
        found.setdefault(row.message_id, (row.number, frozenset(row.to_addresses)))
    return found


_THE_IDS: sa.BindParameter[str] = sa.bindparam("the_ids", expanding=True)
_FORWARDED_IDS = (
    sa.select(thread_id.c.message_id, ticket.c.number)
    .join(ticket, ticket.c.id == thread_id.c.ticket_id)
    .where(thread_id.c.message_id.in_(_THE_IDS))
)
_STORED_IDS = (
    sa.select(message.c.message_id, message.c.to_addresses, ticket.c.number)
    .join(ticket, ticket.c.id == message.c.ticket_id)
    .where(message.c.message_id.in_(_THE_IDS), message.c.spool_id.is_not(None))
    .order_by(message.c.id)
)


def by_external_number(connection: sa.Connection, numbers: Sequence[str]) -> dict[str, str]:
    if not numbers:
        return {}
    query = (
        sa.select(external_number.c.number, ticket.c.number.label("ours"))
        .join(ticket, ticket.c.id == external_number.c.ticket_id)
        .where(sa.func.upper(external_number.c.number).in_([number.upper() for number in numbers]))
    )
    return {row.number: row.ours for row in connection.execute(query)}


def add_external_number(connection: sa.Connection, ticket_id: int, number: str) -> None:
    """Another system's number leads to this ticket from now on, also where it led to another before."""
    row = insert(connection, external_number).values(number=number[:64], ticket_id=ticket_id)
    connection.execute(row.on_conflict_do_update(index_elements=["number"], set_={"ticket_id": ticket_id}))


def open_with_subject(connection: sa.Connection, address: str, mailbox: str, limit: int = 50) -> list[Ticket]:
    """A requester's unfinished tickets in a mailbox, newest first."""
    query = (
        sa.select(ticket)
        .where(
            ticket.c.requester_address == address,
            ticket.c.mailbox == mailbox,
            ticket.c.status.in_((Status.OPEN, Status.IN_PROGRESS)),
        )
        .order_by(ticket.c.opened_at.desc(), ticket.c.id.desc())
        .limit(limit)
    )
    return [from_row(row) for row in connection.execute(query)]


def due_to_close(connection: sa.Connection, now: datetime, limit: int = 100) -> list[Ticket]:
    query = (
        sa.select(ticket)
        .where(ticket.c.auto_close_at.is_not(None), ticket.c.auto_close_at <= now, ticket.c.status == Status.COMPLETED)
        .order_by(ticket.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return [from_row(row) for row in connection.execute(query)]


def agents_of(connection: sa.Connection, addresses: Collection[str]) -> list[str]:
    """Who handled a person's tickets, the latest first: had one, or answered in one."""
    theirs = ticket.c.requester_address.in_(list(addresses))
    had = sa.select(ticket.c.assignee.label("agent"), ticket.c.opened_at.label("at")).where(
        theirs, ticket.c.assignee.is_not(None)
    )
    answered = (
        sa.select(message.c.agent.label("agent"), message.c.at.label("at"))
        .join(ticket, ticket.c.id == message.c.ticket_id)
        .where(theirs, message.c.agent.is_not(None), message.c.internal.is_(False))
    )
    both = sa.union_all(had, answered).subquery()
    query = sa.select(both.c.agent).group_by(both.c.agent).order_by(sa.func.max(both.c.at).desc()).limit(20)
    return list(connection.scalars(query))


def from_row(row: Any) -> Ticket:
    return Ticket(
        id=row.id,
        number=row.number,
        subject=row.subject,
        title=row.title,
        title_made=row.title_made,
        status=Status(row.status),
        waiting_for=row.waiting_for,
        waiting_until=row.waiting_until,
        fyi=row.fyi,
        internal=row.internal,
        channel=row.channel,
        priority=Priority(row.priority),
        type=row.type,
        category=row.category,
        queue=row.queue,
        mailbox=row.mailbox,
        language=row.language,
        requester=Person(row.requester_name, row.requester_address),
        requester_id=row.requester_id,
        contact_id=row.contact_id,
        organisation=row.organisation,
        project=row.project,
        assignee=row.assignee,
        opened_at=row.opened_at,
        first_response_at=row.first_response_at,
        completed_at=row.completed_at,
        closed_at=row.closed_at,
        changed_at=row.changed_at,
        merged_into=row.merged_into,
        resolution=row.resolution,
        due_at=row.due_at,
        title_inside=row.title_inside,
    )


def add_tags(connection: sa.Connection, ticket_id: int, tags: Iterable[str]) -> None:
    rows = [{"ticket_id": ticket_id, "tag": tag} for tag in dict.fromkeys(tags)]
    if rows:
        connection.execute(insert(connection, ticket_tag).on_conflict_do_nothing(), rows)


def add_link(connection: sa.Connection, one: Ticket, kind: str, other: Ticket, back: str) -> None:
    """Links two tickets, each with its own word for it: `follows-up` and `followed-by`, `mentions` and
    `mentioned-by`."""
    if one.id == other.id:
        return
    rows = [
        {"ticket_id": one.id, "kind": kind, "number": other.number},
        {"ticket_id": other.id, "kind": back, "number": one.number},
    ]
    connection.execute(insert(connection, link).on_conflict_do_nothing(), rows)


def links(connection: sa.Connection, ticket_id: int) -> list[Link]:
    query = sa.select(link).where(link.c.ticket_id == ticket_id).order_by(link.c.kind, link.c.number)
    return [Link(row.kind, row.number) for row in connection.execute(query)]
