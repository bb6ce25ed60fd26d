"""Tickets that a filter wants."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ticketing.model import Ticket
from ticketing.rules.filters import NOBODY, Filter, Term
from ticketing.store import clocks, search
from ticketing.store.tables import contact_address, ticket, ticket_equipment, ticket_field, ticket_tag
from ticketing.store.tickets import from_row


def select_tickets(
    connection: sa.Connection,
    wanted: Filter,
    now: datetime,
    *,
    also: sa.ColumnElement[bool] | None = None,
    limit: int | None = 50,
) -> list[Ticket]:
    """Newest first; where words are looked for, the best first. `also`: a further condition on the ticket's row."""
    dialect = connection.dialect.name
    query = sa.select(ticket)
    for word in wanted.words:
        query = query.where(search.having(dialect, word))
    for word in wanted.without:
        query = query.where(sa.not_(search.having(dialect, word)))
    for term in wanted.terms:
        condition = _holds(term, now)
        # What is not known is not so: a ticket without a type is not of that type.
        query = query.where(sa.not_(sa.func.coalesce(condition, sa.false())) if term.negated else condition)
    if also is not None:
        query = query.where(also)
    best = search.ranked(dialect, wanted.words)
    if best is not None:
        query = query.join(best, best.c.ticket_id == ticket.c.id).order_by(best.c.score.desc())
    query = query.order_by(ticket.c.opened_at.desc(), ticket.c.id.desc())
    if limit is not None:
        query = query.limit(limit)
    return [from_row(row) for row in connection.execute(query)]


def _holds(term: Term, now: datetime) -> sa.ColumnElement[bool]:
    match term.key:
        case "is":
            overdue = clocks.owing(now, overdue=True, due_within=None)
            assert overdue is not None  # noqa: S101  asked for, so there is one
            return overdue
        case "tag":
            return _has(ticket_tag, _any_of(ticket_tag.c.tag, term.values))
        case "equipment":
            return _has(ticket_equipment, _any_of(ticket_equipment.c.serial, term.values))
        case "requester":
            return sa.or_(*(_is_or_is_named(value) for value in term.values))
        case key if key in _COLUMNS:
            column = _COLUMNS[key]
            wanted = [_any_of(column, [value for value in term.values if value != NOBODY])]
            if NOBODY in term.values:
                wanted.append(column.is_(None))
            return sa.or_(*wanted)
    return _has(ticket_field, sa.and_(ticket_field.c.key == term.key, _any_of(ticket_field.c.value, term.values)))


_COLUMNS: dict[str, sa.Column[Any]] = {
    "status": ticket.c.status,
    "priority": ticket.c.priority,
    "type": ticket.c.type,
    "category": ticket.c.category,
    "queue": ticket.c.queue,
    "assignee": ticket.c.assignee,
    "organisation": ticket.c.organisation,
    "project": ticket.c.project,
    "waiting": ticket.c.waiting_for,
}


def _any_of(column: sa.ColumnElement[Any], values: Sequence[str]) -> sa.ColumnElement[bool]:
    """In any case. As written too: SQLite's lower() knows no letters beyond ASCII."""
    if not values:
        return sa.false()
    return sa.or_(column.in_(list(values)), sa.func.lower(column).in_([value.lower() for value in values]))


def _has(table: sa.Table, condition: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    return sa.exists().where(table.c.ticket_id == ticket.c.id, condition)


def _is_or_is_named(value: str) -> sa.ColumnElement[bool]:
    """An address is the person's, so his others count as well; anything else is a part of his name."""
    if "@" in value:
        his = contact_address.alias()
        others = sa.select(his.c.address).join(contact_address, contact_address.c.contact_id == his.c.contact_id)
        return sa.or_(
            ticket.c.requester_address == value,
            ticket.c.requester_address.in_(others.where(contact_address.c.address == value)),
        )
    return ticket.c.requester_name.icontains(value, autoescape=True)
