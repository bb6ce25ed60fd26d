"""Tickets beside the one at hand: of the same person, of the same organisation, about the same thing.

Asked for every new ticket, so each query is built once and looks at no more rows than stand beside its `limit`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa

from ticketing.model import Status, Ticket
from ticketing.store import search
from ticketing.store.tables import contact_address, message, ticket
from ticketing.store.tickets import from_row

FINISHED = (Status.COMPLETED, Status.CLOSED)
# Older ones are passed over, so that a desk of many years answers as quickly as a new one.
NEWEST = 20_000
CANDIDATES = 100
_READ = 500


def of_requester(connection: sa.Connection, one: Ticket) -> list[Ticket]:
    """The newest other tickets of the same person, under whatever address."""
    if one.requester_id is None:
        return []
    values = {"the_ticket": one.id, "the_contact": one.requester_id}
    return [from_row(row) for row in connection.execute(_OF_REQUESTER, values)]


_OF_REQUESTER = (
    sa.select(ticket)
    .where(
        ticket.c.requester_address.in_(
            sa.select(contact_address.c.address).where(contact_address.c.contact_id == sa.bindparam("the_contact"))
        ),
        ticket.c.id != sa.bindparam("the_ticket"),
        ticket.c.merged_into.is_(None),
    )
    .order_by(ticket.c.opened_at.desc(), ticket.c.id.desc())
    .limit(20)
)


def of_colleagues(connection: sa.Connection, one: Ticket, since: datetime) -> list[Ticket]:
    """The newest unclosed tickets that others of the same organisation opened since."""
    values = {"the_organisation": one.organisation, "the_start": since, "the_address": one.requester.address}
    return [from_row(row) for row in connection.execute(_OF_COLLEAGUES, values)]


_OF_COLLEAGUES = (
    sa.select(ticket)
    .where(
        ticket.c.organisation == sa.bindparam("the_organisation"),
        ticket.c.opened_at > sa.bindparam("the_start"),
        ticket.c.requester_address != sa.bindparam("the_address"),
        ticket.c.status != Status.CLOSED,
    )
    .order_by(ticket.c.opened_at.desc(), ticket.c.id.desc())
    .limit(5)
)


def finished_with(connection: sa.Connection, stems: Sequence[str], before: int) -> list[tuple[int, str]]:
    """(id, title) of the newest finished tickets that have one of these beginnings of words in title or solution."""
    question = search.any_of(connection.dialect.name, stems)
    if question is None:
        return []
    values = {"the_question": question, "the_ticket": before, "the_floor": before - NEWEST}
    return [(row.id, row.title) for row in connection.execute(_finished(connection.dialect.name), values)]


@cache
def _finished(dialect: str) -> Any:
    # The newest alone first: without this a word that stands in every title would have every ticket looked up. No join
    # of ids with tickets: before its first ANALYZE, PostgreSQL would pass all finished ones for each.
    newest = (
        search.hits(dialect, sa.bindparam("the_question"), ticket.c.title, ticket.c.status, ticket.c.merged_into)
        .where(search.ids(dialect) < sa.bindparam("the_ticket"), search.ids(dialect) > sa.bindparam("the_floor"))
        .order_by(search.ids(dialect).desc())
        .limit(5 * CANDIDATES)
        .subquery()
    )
    return (
        sa.select(newest.c.id, newest.c.title)
        .where(newest.c.status.in_(FINISHED), newest.c.merged_into.is_(None))
        .order_by(newest.c.id.desc())
        .limit(CANDIDATES)
    )


def first_texts(connection: sa.Connection, ticket_ids: Collection[int]) -> dict[int, str]:
    """The beginning of what each ticket was opened with."""
    rows = connection.execute(_FIRST_TEXTS, {"the_tickets": list(ticket_ids)})
    return {row.ticket_id: row.text for row in rows}


_IN_TICKETS = message.c.ticket_id.in_(sa.bindparam("the_tickets", expanding=True))
_FIRST_TEXTS = sa.select(message.c.ticket_id, sa.func.substr(message.c.text, 1, _READ).label("text")).where(
    _IN_TICKETS, message.c.m == 1, message.c.internal.is_(False)
)


def last_answers(connection: sa.Connection, ticket_ids: Collection[int]) -> dict[int, str]:
    """The beginning of the last public answer in each ticket."""
    rows = connection.execute(_ANSWERS, {"the_tickets": list(ticket_ids)})
    return {row.ticket_id: row.text for row in rows}


_ANSWERS = (
    sa.select(message.c.ticket_id, sa.func.substr(message.c.text, 1, _READ).label("text"))
    .where(_IN_TICKETS, message.c.role == "agent", message.c.internal.is_(False), message.c.state == "stands")
    .order_by(message.c.ticket_id, message.c.m)
)
