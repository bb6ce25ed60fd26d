"""What was received and what was told: duplicates, limits, breakers."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import sqlalchemy as sa

from ticketing.policy import Limit
from ticketing.store.dialect import insert, insert_missing
from ticketing.store.tables import breaker, notice_log, received, soft_failure

BREAKER_REST = timedelta(minutes=30)
NO_DATE_WINDOW = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier arrival of the same mail (`same`) or of another one under the same Message-ID."""

    spool_id: int
    ticket_id: int | None
    same: bool


def key_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def arrival(
    connection: sa.Connection,
    *,
    spool_id: int,
    message_id: str | None,
    fingerprint: str,
    dated: bool,
    received_at: datetime,
    author: str | None,
    body_key: str,
) -> Earlier | None:
    """Enters an arrival; the unique key (Message-ID, fingerprint) settles whether it came before.

    Without a Message-ID the fingerprint stands in for it; without a Date too, only ten minutes back count.
    """
    if message_id is None and not dated:
        near = connection.execute(
            sa.select(received.c.spool_id, received.c.ticket_id).where(
                received.c.fingerprint == fingerprint,
                received.c.received_at >= received_at - NO_DATE_WINDOW,
                received.c.received_at <= received_at + NO_DATE_WINDOW,
                received.c.spool_id != spool_id,
            )
        ).first()
        if near:
            return Earlier(near.spool_id, near.ticket_id, same=True)
        key = f"none:{fingerprint}:{spool_id}"
    else:
        key = message_id or f"none:{fingerprint}"
    connection.execute(
        insert_missing(connection.dialect.name, received),
        {
            "message_key": key[:1000],
            "fingerprint": fingerprint,
            "spool_id": spool_id,
            "received_at": received_at,
            "author_address": author,
            "body_key": body_key,
        },
    )
    others = connection.execute(_UNDER_KEY, {"the_key": key[:1000]}).all()
    for other in others:
        if other.fingerprint == fingerprint and other.spool_id != spool_id:
            return Earlier(other.spool_id, other.ticket_id, same=True)
    for other in others:
        if other.spool_id != spool_id:
            return Earlier(other.spool_id, other.ticket_id, same=False)
    return None


_UNDER_KEY = sa.select(received.c.spool_id, received.c.ticket_id, received.c.fingerprint).where(
    received.c.message_key == sa.bindparam("the_key")
)


def arrived_in(connection: sa.Connection, spool_id: int, ticket_id: int, *, opened: bool) -> None:
    connection.execute(_ARRIVED_IN, {"the_mail": spool_id, "ticket_id": ticket_id, "opened": opened})


_ARRIVED_IN = sa.update(received).where(received.c.spool_id == sa.bindparam("the_mail"))


def opened_over(connection: sa.Connection, address: str, at: datetime, limit: Limit) -> datetime | None:
    """Until when an address is over its limit of new tickets, as seen at `at`; None: it is not."""
    return _over(connection, _OPENED, at, limit, {"the_address": address})


def equal_over(
    connection: sa.Connection, address: str, body_key: str, at: datetime, limit: Limit, but: int
) -> datetime | None:
    """The same for mails with one and the same body; `but`: the mail in hand does not count itself."""
    return _over(connection, _EQUAL, at, limit, {"the_address": address, "the_body": body_key, "the_mail": but})


def _over(
    connection: sa.Connection, arrivals: sa.Select[Any], at: datetime, limit: Limit, which: dict[str, object]
) -> datetime | None:
    """The limit is full while its `count`-th newest arrival is younger than its period."""
    within = {"the_start": at - limit.period, "the_end": at, "the_others": limit.count - 1}
    oldest: datetime | None = connection.scalar(arrivals, which | within)
    return None if oldest is None else oldest + limit.period


_ARRIVALS = (
    sa.select(received.c.received_at)
    .where(
        received.c.author_address == sa.bindparam("the_address"),
        received.c.received_at > sa.bindparam("the_start"),
        received.c.received_at <= sa.bindparam("the_end"),
    )
    .order_by(received.c.received_at.desc())
    .offset(sa.bindparam("the_others", type_=sa.Integer))
    .limit(1)
)
_OPENED = _ARRIVALS.where(received.c.opened)
_EQUAL = _ARRIVALS.where(
    received.c.body_key == sa.bindparam("the_body"), received.c.spool_id != sa.bindparam("the_mail")
)


# ---- what was told --------------------------------------------------------------------------------------------------


def note_told(
    connection: sa.Connection,
    kind: str,
    address: str,
    now: datetime,
    *,
    ticket_id: int | None = None,
    subject: str = "",
    sent: bool = True,
) -> None:
    connection.execute(
        _NOTE_TOLD,
        {
            "kind": kind,
            "address": address,
            "domain": address.rpartition("@")[2],
            "subject_key": key_of(subject) if subject else "",
            "ticket_id": ticket_id,
            "at": now,
            "sent": sent,
        },
    )


_NOTE_TOLD = sa.insert(notice_log)


def told(
    connection: sa.Connection,
    kind: str,
    since: Sequence[datetime],
    *,
    address: str | None = None,
    domain: str | None = None,
    subject: str | None = None,
    ticket_id: int | None = None,
) -> list[int]:
    """How often something of this kind was told after each of these moments, in one query."""
    if not since:
        return []
    key = key_of(subject) if subject else None
    which = {"address": address, "domain": domain, "subject_key": key, "ticket_id": ticket_id}
    asked = {name: value for name, value in which.items() if value is not None}
    values = {f"the_{name}": value for name, value in asked.items()} | {"the_kind": kind, "the_first": min(since)}
    values |= {f"the_start_{n}": moment for n, moment in enumerate(since)}
    return list(connection.execute(_told(tuple(asked), len(since)), values).one())


@cache
def _told(columns: tuple[str, ...], periods: int) -> Any:
    counts = [sa.func.count().filter(notice_log.c.at > sa.bindparam(f"the_start_{n}")) for n in range(periods)]
    return sa.select(*counts).where(
        notice_log.c.kind == sa.bindparam("the_kind"),
        notice_log.c.at > sa.bindparam("the_first"),
        notice_log.c.sent,
        *(notice_log.c[name] == sa.bindparam(f"the_{name}") for name in columns),
    )


def told_since(connection: sa.Connection, kind: str, since: datetime) -> frozenset[str]:
    """The addresses that were told something of this kind after `since`."""
    query = sa.select(notice_log.c.address).where(notice_log.c.kind == kind, notice_log.c.at > since, notice_log.c.sent)
    return frozenset(connection.scalars(query))


REFUSED = "receipt-refused"
"""An agent's mail that was not carried out, and that no receipt told of."""


def waiting_for_digest(connection: sa.Connection, kind: str) -> list[str]:
    """The addresses with something of this kind that was not told singly."""
    query = sa.select(notice_log.c.address).where(notice_log.c.kind == kind, notice_log.c.sent.is_(False)).distinct()
    return list(connection.scalars(query))


def claim_digests(
    connection: sa.Connection,
    kind: str,
    but: Collection[str] = (),
    until: Mapping[str, datetime | None] | None = None,
    only: str | None = None,
) -> dict[str, list[int | None]]:
    """Address -> ids of tickets it was not told of singly, except of the addresses in `but`; of those in `until` only
    what happened before their moment (None: nothing). They count as told from here on: of two workers at the same time
    only one gets them. `only`: of this address alone. An id is None where it was about no ticket."""
    until = until or {}
    claims: list[sa.ColumnElement[bool]] = [notice_log.c.address.not_in([*but, *until])]
    claims += [
        sa.and_(notice_log.c.address == address, notice_log.c.at < moment)
        for address, moment in until.items()
        if moment is not None and address not in but
    ]
    if only is not None:
        claims = [notice_log.c.address == only]
    waiting: dict[str, list[int | None]] = {}
    claim = (
        sa.update(notice_log)
        .where(notice_log.c.kind == kind, notice_log.c.sent.is_(False), sa.or_(*claims))
        .values(sent=True)
        .returning(notice_log.c.address, notice_log.c.ticket_id)
    )
    for row in connection.execute(claim):
        waiting.setdefault(row.address, []).append(row.ticket_id)
    return waiting


# ---- breakers and soft failures -------------------------------------------------------------------------------------


def trip(connection: sa.Connection, name: str, subject: str, now: datetime, over_until: datetime | None = None) -> bool:
    """A limit is passed, and will be until `over_until` (default: just now). True the first time, or the first time
    after it had rested: then somebody has to be told."""
    over = max(now, over_until or now)
    row = insert(connection, breaker).values(name=name, subject=subject, tripped_at=now, last_over_at=over)
    if connection.scalar(row.on_conflict_do_nothing().returning(breaker.c.name)) is not None:
        return True
    connection.execute(
        sa.update(breaker)
        .where(breaker.c.name == name, breaker.c.subject == subject, breaker.c.last_over_at < over)
        .values(last_over_at=over)
    )
    return False


def is_tripped(connection: sa.Connection, name: str, subject: str) -> bool:
    return connection.scalar(_TRIPPED, {"the_name": name, "the_subject": subject}) is not None


_TRIPPED = sa.select(sa.literal(1)).where(
    breaker.c.name == sa.bindparam("the_name"), breaker.c.subject == sa.bindparam("the_subject")
)


def rested(connection: sa.Connection, now: datetime) -> list[tuple[str, str]]:
    """Breakers that stayed below their limit for thirty minutes: they close, and the end is told."""
    over = sa.delete(breaker).where(breaker.c.last_over_at <= now - BREAKER_REST)
    return [(row.name, row.subject) for row in connection.execute(over.returning(breaker.c.name, breaker.c.subject))]


def soft_failures(connection: sa.Connection, address: str, row: str, now: datetime, within: timedelta) -> int:
    """Enters a soft failure and counts those of this address within the period."""
    entry = insert(connection, soft_failure).values(address=address, row=row, at=now)
    connection.execute(entry.on_conflict_do_nothing())
    query = (
        sa.select(sa.func.count())
        .select_from(soft_failure)
        .where(soft_failure.c.address == address, soft_failure.c.at > now - within)
    )
    return connection.scalar(query) or 0
