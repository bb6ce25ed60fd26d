"""Mail on its way out: waiting, leased while a sender talks, done; each recipient with a state of its own."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from mailgate.mail import Deferred, Delivered, Delivery, OutboundMail, Refused, domain_of
from mailgate.spool.tables import (
    blob,
    insert_missing,
    outbound_mail,
    outbound_recipient,
)


@dataclass(frozen=True, slots=True)
class DueMail:
    """An outbound mail under our lease, with the recipients that are due: address -> attempts so far."""

    id: int
    row: str
    message_id: str
    mail_from: str
    data: bytes
    recipients: dict[str, int]
    posted_at: datetime
    ticket: str | None
    notice: str


@dataclass(frozen=True, slots=True)
class Issued:
    """To whom a row's tokens were issued, and about what."""

    row: str
    mail_id: int
    ticket: str | None
    issued_to: str | None
    agent: str | None
    answers: int | None
    posted_at: datetime
    notice: str
    automatic: bool
    purpose: str | None
    mailbox: str


def post(connection: sa.Connection, mails: Sequence[OutboundMail], now: datetime) -> None:
    """Queues composed mails; they leave when due, after the commit of the change that caused them."""
    if not mails:
        return
    digests = [hashlib.sha256(mail.data).hexdigest() for mail in mails]
    insert_missing(
        connection, blob, [{"sha256": sha, "bytes": mail.data} for sha, mail in zip(digests, mails, strict=True)]
    )
    connection.execute(
        sa.insert(outbound_mail),
        [
            {
                "row": mail.row,
                "message_id": mail.message_id,
                "sha256": sha,
                "mail_from": mail.mail_from,
                "notice": mail.notice,
                "template": mail.template,
                "subject": mail.subject[:400],
                "mailbox": mail.mailbox,
                "ticket": mail.ticket,
                "issued_to": mail.issued_to,
                "agent": mail.agent,
                "answers": mail.answers,
                "change_id": mail.change,
                "purpose": mail.purpose,
                "automatic": mail.automatic,
                "posted_at": now,
                "next_at": mail.due_at,
            }
            for sha, mail in zip(digests, mails, strict=True)
        ],
    )
    rows = [mail.row for mail in mails]
    ids = {
        row.row: row.id
        for row in connection.execute(
            sa.select(outbound_mail.c.row, outbound_mail.c.id).where(outbound_mail.c.row.in_(rows))
        )
    }
    connection.execute(
        sa.insert(outbound_recipient),
        [
            {
                "mail_id": ids[mail.row],
                "address": address,
                "domain": domain_of(address),
                "posted_at": now,
                "next_at": mail.due_at,
            }
            for mail in mails
            for address in dict.fromkeys(mail.rcpt_to)
        ],
    )


def lease_due(
    connection: sa.Connection, owner: str, now: datetime, most: int = 20, lease: timedelta = timedelta(minutes=15)
) -> list[DueMail]:
    """Leases mails that are due. A sender that dies loses its lease in time, and the same bytes go out again."""
    due = (
        sa.select(outbound_mail.c.id)
        .where(
            outbound_mail.c.state == "waiting",
            outbound_mail.c.next_at <= now,
            sa.or_(outbound_mail.c.leased_until.is_(None), outbound_mail.c.leased_until < now),
        )
        .order_by(outbound_mail.c.next_at, outbound_mail.c.id)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    ids = list(connection.scalars(due))
    if not ids:
        return []
    connection.execute(
        sa.update(outbound_mail).where(outbound_mail.c.id.in_(ids)).values(leased_by=owner, leased_until=now + lease)
    )
    recipients: dict[int, dict[str, int]] = {mail_id: {} for mail_id in ids}
    waiting = sa.select(outbound_recipient).where(
        outbound_recipient.c.mail_id.in_(ids),
        outbound_recipient.c.state == "waiting",
        outbound_recipient.c.next_at <= now,
    )
    for recipient in connection.execute(waiting):
        recipients[recipient.mail_id][recipient.address] = recipient.attempts
    mails = connection.execute(
        sa.select(outbound_mail, blob.c.bytes)
        .join(blob, blob.c.sha256 == outbound_mail.c.sha256)
        .where(outbound_mail.c.id.in_(ids))
        .order_by(outbound_mail.c.next_at, outbound_mail.c.id)
    )
    return [
        DueMail(
            row.id,
            row.row,
            row.message_id,
            row.mail_from,
            row.bytes,
            recipients[row.id],
            row.posted_at,
            row.ticket,
            row.notice,
        )
        for row in mails
    ]


def unlease(connection: sa.Connection, dead: Collection[str] | None = None) -> int:
    """After a crash: nobody is talking for its leases any more. `dead` as for `recover`."""
    theirs = outbound_mail.c.leased_by.is_not(None) if dead is None else outbound_mail.c.leased_by.in_(dead)
    return connection.execute(sa.update(outbound_mail).where(theirs).values(leased_by=None, leased_until=None)).rowcount


def record(
    connection: sa.Connection,
    mail_id: int,
    owner: str,
    results: Sequence[tuple[Delivery, datetime | None]],
    now: datetime,
) -> bool:
    """Records what became of some recipients of a mail under our lease, and gives the lease back.

    `results`: a delivery and, for a deferred one, when to try again (None: given up). False: the lease was no longer
    ours, and nothing was recorded.
    """
    held = connection.execute(
        sa.update(outbound_mail)
        .where(outbound_mail.c.id == mail_id, outbound_mail.c.leased_by == owner, outbound_mail.c.state == "waiting")
        .values(leased_by=None, leased_until=None)
    ).rowcount
    if held != 1:
        return False
    for delivery, again_at in results:
        match delivery.outcome:
            case Delivered(reply):
                state = "delivered"
            case Refused(reply):
                state = "refused"
            case Deferred(reply):
                state = "waiting" if again_at else "expired"
        connection.execute(
            sa.update(outbound_recipient)
            .where(outbound_recipient.c.mail_id == mail_id, outbound_recipient.c.address == delivery.address)
            .values(state=state, reply=reply[:1000], next_at=again_at, attempts=outbound_recipient.c.attempts + 1)
        )
    _settle(connection, mail_id, now)
    return True


def recipient_failed(connection: sa.Connection, row: str, address: str, reply: str, now: datetime) -> bool:
    """A bounce says that this recipient did not get this mail. False: no such recipient, or it was known already."""
    mail_id = connection.scalar(sa.select(outbound_mail.c.id).where(outbound_mail.c.row == row))
    if mail_id is None:
        return False
    changed = connection.execute(
        sa.update(outbound_recipient)
        .where(
            outbound_recipient.c.mail_id == mail_id,
            outbound_recipient.c.address == address,
            outbound_recipient.c.state != "refused",
        )
        .values(state="refused", reply=reply[:1000], next_at=None)
    ).rowcount
    if changed:
        _settle(connection, mail_id, now)
    return changed > 0


def _settle(connection: sa.Connection, mail_id: int, now: datetime) -> None:
    """The mail follows its recipients: waiting while one waits, failed if one failed, else sent."""
    recipients = connection.execute(sa.select(outbound_recipient).where(outbound_recipient.c.mail_id == mail_id)).all()
    waiting = [recipient.next_at for recipient in recipients if recipient.state == "waiting"]
    failed = [recipient for recipient in recipients if recipient.state in ("refused", "expired")]
    if waiting:
        values: dict[str, Any] = {"next_at": min(waiting)}
    else:
        values = {"state": "failed" if failed else "sent", "next_at": None, "finished_at": now}
    if failed:
        values["error"] = "; ".join(
            f"{recipient.address}: {recipient.reply or recipient.state}" for recipient in failed
        )[:2000]
    connection.execute(sa.update(outbound_mail).where(outbound_mail.c.id == mail_id).values(**values))


def cancel(connection: sa.Connection, change: int) -> int:
    """Takes back the mails of a change that have not left: an undo, or a public answer that was overtaken."""
    return connection.execute(
        sa.update(outbound_mail)
        .where(
            outbound_mail.c.change_id == change,
            outbound_mail.c.state.in_(("waiting", "held")),
            outbound_mail.c.leased_until.is_(None),
        )
        .values(state="cancelled", next_at=None)
    ).rowcount


def cancel_answer(connection: sa.Connection, message: int) -> int:
    """Takes back the mail of one public answer that has not left, because it is written anew."""
    return connection.execute(
        sa.update(outbound_mail)
        .where(
            outbound_mail.c.answers == message,
            outbound_mail.c.notice == "ReplyToRequester",
            outbound_mail.c.state.in_(("waiting", "held")),
            outbound_mail.c.leased_until.is_(None),
        )
        .values(state="cancelled", next_at=None)
    ).rowcount


def retry(connection: sa.Connection, mail_id: int, now: datetime) -> bool:
    """Tries a failed, held or waiting outbound mail now, for the recipients that have not got it. False: nothing to
    try; what was taken back never leaves."""
    state = connection.scalar(sa.select(outbound_mail.c.state).where(outbound_mail.c.id == mail_id))
    if state not in ("waiting", "held", "failed"):
        return False
    changed = connection.execute(
        sa.update(outbound_recipient)
        .where(outbound_recipient.c.mail_id == mail_id, outbound_recipient.c.state != "delivered")
        .values(state="waiting", next_at=now, attempts=0)
    ).rowcount
    if not changed:
        return False
    connection.execute(
        sa.update(outbound_mail)
        .where(outbound_mail.c.id == mail_id)
        .values(state="waiting", next_at=now, finished_at=None, leased_by=None, leased_until=None)
    )
    return True


# ---- what the tokens need -------------------------------------------------------------------------------------------


def issued(connection: sa.Connection, rows: Iterable[str]) -> dict[str, Issued]:
    return {
        row.row: _issued(row)
        for row in connection.execute(sa.select(outbound_mail).where(outbound_mail.c.row.in_(list(rows))))
    }


def newest_to(connection: sa.Connection, address: str, since: datetime) -> Issued | None:
    """Our newest mail to an address: the last resort for a bounce that names nothing else (RULES 7)."""
    row = connection.execute(
        sa.select(outbound_mail)
        .join(outbound_recipient, outbound_recipient.c.mail_id == outbound_mail.c.id)
        .where(outbound_recipient.c.address == address, outbound_recipient.c.posted_at >= since)
        .order_by(outbound_recipient.c.posted_at.desc(), outbound_mail.c.id.desc())
        .limit(1)
    ).first()
    return _issued(row) if row else None


def recipients_of(connection: sa.Connection, row: str) -> list[str]:
    """To whom the mail of this row went."""
    query = (
        sa.select(outbound_recipient.c.address)
        .join(outbound_mail, outbound_mail.c.id == outbound_recipient.c.mail_id)
        .where(outbound_mail.c.row == row)
    )
    return list(connection.scalars(query))


def wrote_to_domain(connection: sa.Connection, domain: str, since: datetime, until: datetime) -> bool:
    which = {"the_domain": domain, "the_start": since, "the_end": until}
    return connection.scalar(_WROTE_TO_DOMAIN, which) is not None


_WROTE_TO_DOMAIN = (
    sa.select(sa.literal(1))
    .where(
        outbound_recipient.c.domain == sa.bindparam("the_domain"),
        outbound_recipient.c.posted_at >= sa.bindparam("the_start"),
        outbound_recipient.c.posted_at <= sa.bindparam("the_end"),
    )
    .limit(1)
)


def _issued(row: Any) -> Issued:
    return Issued(
        row.row,
        row.id,
        row.ticket,
        row.issued_to,
        row.agent,
        row.answers,
        row.posted_at,
        row.notice,
        row.automatic,
        row.purpose,
        row.mailbox,
    )
