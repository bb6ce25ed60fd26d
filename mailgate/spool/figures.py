"""What lies in the spool, for people: the balance of `audit`, the lists of `spool`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from mailgate.spool.tables import (
    inbound_mail,
    outbound_mail,
    outbound_recipient,
)


@dataclass(frozen=True, slots=True)
class Balance:
    """`mailgate audit`: balanced when every arrival has a disposition or waits for one."""

    arrived: int
    dispositions: dict[str, int]
    waiting_in: int
    waiting_out: int
    stray: tuple[int, ...]
    """Arrivals that have neither a disposition nor a place in the line: what must never be."""

    @property
    def balanced(self) -> bool:
        return self.arrived == sum(self.dispositions.values()) + self.waiting_in and not self.stray


def without_ticket(
    connection: sa.Connection,
    known: Callable[[Sequence[str]], set[str]],
    start: datetime | None = None,
    end: datetime | None = None,
) -> tuple[int, ...]:
    """Mails whose disposition names a ticket that the desk does not know; `known` tells which numbers it does."""
    within = [
        *([inbound_mail.c.received_at >= start] if start else []),
        *([inbound_mail.c.received_at < end] if end else []),
    ]
    stray: list[int] = []
    last = 0
    while True:
        query = (
            sa.select(inbound_mail.c.id, inbound_mail.c.ticket, inbound_mail.c.disposition)
            .where(*within, inbound_mail.c.id > last, inbound_mail.c.disposition.in_(("new", "appended")))
            .order_by(inbound_mail.c.id)
            .limit(500)
        )
        rows = connection.execute(query).all()
        if not rows:
            return tuple(stray[:100])
        numbers = known([row.ticket for row in rows if row.ticket])
        stray += [row.id for row in rows if row.ticket not in numbers]
        last = rows[-1].id


def balance(
    connection: sa.Connection, now: datetime, start: datetime | None = None, end: datetime | None = None
) -> Balance:
    within = [
        *([inbound_mail.c.received_at >= start] if start else []),
        *([inbound_mail.c.received_at < end] if end else []),
    ]
    arrived = connection.scalar(sa.select(sa.func.count()).select_from(inbound_mail).where(*within)) or 0
    by_name = sa.select(inbound_mail.c.disposition, sa.func.count().label("n")).where(
        *within, inbound_mail.c.disposition.is_not(None)
    )
    dispositions = {row.disposition: row.n for row in connection.execute(by_name.group_by(inbound_mail.c.disposition))}
    waiting_in = (
        connection.scalar(
            sa.select(sa.func.count())
            .select_from(inbound_mail)
            .where(*within, inbound_mail.c.disposition.is_(None), inbound_mail.c.state.in_(("waiting", "in_hand")))
        )
        or 0
    )
    stray = sa.select(inbound_mail.c.id).where(
        *within, (inbound_mail.c.state == "done") != inbound_mail.c.disposition.is_not(None)
    )
    waiting_out = (
        connection.scalar(
            sa.select(sa.func.count())
            .select_from(outbound_mail)
            .where(outbound_mail.c.state == "waiting", outbound_mail.c.next_at <= now)
        )
        or 0
    )
    return Balance(arrived, dispositions, waiting_in, waiting_out, tuple(connection.scalars(stray.limit(100))))


def listing(connection: sa.Connection, which: str | None, limit: int | None = None) -> list[dict[str, Any]]:
    """Mail in transit, newest last: `in` undone, `out` not gone, `held`, `aside`; None: all of these."""
    rows: list[dict[str, Any]] = []
    mine = {
        "in": inbound_mail.c.disposition.is_(None),
        "held": inbound_mail.c.disposition == "held",
        "aside": inbound_mail.c.disposition == "set_aside",
    }
    inward = [mine[which]] if which in mine else list(mine.values()) if which is None else []
    if inward:
        query = sa.select(inbound_mail).where(sa.or_(*inward)).order_by(inbound_mail.c.id).limit(limit)
        rows += [
            {
                "id": row.id,
                "direction": "in",
                "state": row.disposition or row.state,
                "at": row.received_at,
                "attempts": row.attempts,
                "disposition": row.disposition,
                "rule": row.rule,
                "ticket": row.ticket,
                "error": row.error,
                "mail_from": row.mail_from,
                "rcpt_to": list(row.rcpt_to),
            }
            for row in connection.execute(query)
        ]
    if which in ("out", None):
        rows += _outward(connection, limit)
    return rows


def _outward(connection: sa.Connection, limit: int | None) -> list[dict[str, Any]]:
    leaving = outbound_mail.c.state.in_(("waiting", "held", "failed"))
    mails = connection.execute(sa.select(outbound_mail).where(leaving).order_by(outbound_mail.c.id).limit(limit)).all()
    recipients: dict[int, list[Any]] = {mail.id: [] for mail in mails}
    for row in connection.execute(
        sa.select(outbound_recipient).where(outbound_recipient.c.mail_id.in_(list(recipients)))
    ):
        recipients[row.mail_id].append(row)
    return [
        {
            "id": mail.id,
            "direction": "out",
            "state": mail.state,
            "at": mail.posted_at,
            "attempts": max((one.attempts for one in recipients[mail.id]), default=0),
            "disposition": None,
            "rule": mail.template,
            "ticket": mail.ticket,
            "error": mail.error or next((one.reply for one in recipients[mail.id] if one.reply), None),
            "mail_from": mail.mail_from,
            "rcpt_to": [one.address for one in recipients[mail.id]],
            "next_at": mail.next_at,
        }
        for mail in mails
    ]
