"""Mail in transit, in the database: tables and queries, both ways. The only SQL of the post room.

Inbound:   waiting -> in_hand -> done, with a disposition; a held one may be released (waiting again) or rejected.
Outbound:  waiting (due at `next_at`) -> leased while a sender talks -> done, each recipient with a state of its own.

Functions take a connection in a transaction; whoever opened it commits.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from mailgate.mail import Deferred, Delivered, Delivery, Envelope, OutboundMail, RawMail, Refused, Source, domain_of

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = sa.MetaData(naming_convention=NAMING)
Instant = sa.DateTime(timezone=True)
Id = sa.BigInteger().with_variant(sa.Integer, "sqlite")
OPAQUE_ATTEMPT = 2  # attempts 0 and 1 read whole and headers only; the third makes an opaque ticket

installation = sa.Table(
    "installation",
    metadata,
    sa.Column("instance", sa.String(32), primary_key=True),
    sa.Column("installed_at", Instant, nullable=False),
)

blob = sa.Table(
    "blob",
    metadata,
    sa.Column("sha256", sa.String(64), primary_key=True),
    sa.Column("bytes", sa.LargeBinary, nullable=False),
)

inbound_mail = sa.Table(
    "inbound_mail",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("uid", sa.String(32), nullable=False, unique=True),
    sa.Column("sha256", sa.String(64), nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("source", sa.String(8), nullable=False),
    sa.Column("mailbox", sa.String(320)),
    sa.Column("peer", sa.String(64), nullable=False, server_default=""),
    sa.Column("auth_user", sa.String(320)),
    sa.Column("mail_from", sa.String(400)),
    sa.Column("rcpt_to", sa.JSON, nullable=False),
    sa.Column("received_at", Instant, nullable=False),
    sa.Column("state", sa.String(8), nullable=False, server_default="waiting"),
    sa.Column("alone", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("taken_by", sa.String(80)),
    sa.Column("taken_until", Instant),
    sa.Column("released", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("disposition", sa.String(12)),
    sa.Column("rule", sa.String(60)),
    sa.Column("kind", sa.String(20)),
    sa.Column("kind_rule", sa.String(60)),
    sa.Column("ticket", sa.String(16)),
    sa.Column("disposed_at", Instant),
    sa.Column("error", sa.Text),
    sa.Column("quiet", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("whole_size", sa.BigInteger),
    sa.CheckConstraint("state IN ('waiting', 'in_hand', 'done')", name="state"),
    sa.Index(
        "ix_inbound_mail_undone",
        "id",
        sqlite_where=sa.text("state <> 'done'"),
        postgresql_where=sa.text("state <> 'done'"),
    ),
    sa.Index("ix_inbound_mail_disposition", "disposition", "disposed_at"),
    sa.Index("ix_inbound_mail_received_at", "received_at"),
)

outbound_mail = sa.Table(
    "outbound_mail",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("row", sa.String(16), nullable=False, unique=True),
    sa.Column("message_id", sa.String(320), nullable=False, unique=True),
    sa.Column("sha256", sa.String(64), nullable=False),
    sa.Column("mail_from", sa.String(400), nullable=False),
    sa.Column("notice", sa.String(40), nullable=False),
    sa.Column("template", sa.String(80), nullable=False),
    sa.Column("subject", sa.String(400), nullable=False),
    sa.Column("mailbox", sa.String(320), nullable=False),
    sa.Column("ticket", sa.String(16)),
    sa.Column("issued_to", sa.String(320)),
    sa.Column("agent", sa.String(64)),
    sa.Column("answers", sa.BigInteger),
    sa.Column("purpose", sa.String(1)),
    sa.Column("automatic", sa.Boolean, nullable=False),
    sa.Column("posted_at", Instant, nullable=False),
    sa.Column("state", sa.String(10), nullable=False, server_default="waiting"),
    sa.Column("next_at", Instant),
    sa.Column("leased_by", sa.String(80)),
    sa.Column("leased_until", Instant),
    sa.Column("finished_at", Instant),
    sa.Column("error", sa.Text),
    sa.CheckConstraint("state IN ('waiting', 'held', 'sent', 'failed', 'cancelled')", name="state"),
    sa.Index(
        "ix_outbound_mail_due",
        "next_at",
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    ),
    sa.Index("ix_outbound_mail_ticket", "ticket"),
    sa.Index("ix_outbound_mail_answers", "answers"),
)

outbound_recipient = sa.Table(
    "outbound_recipient",
    metadata,
    sa.Column("mail_id", Id, sa.ForeignKey("outbound_mail.id"), primary_key=True),
    sa.Column("address", sa.String(400), primary_key=True),
    sa.Column("domain", sa.String(255), nullable=False),
    sa.Column("posted_at", Instant, nullable=False),
    sa.Column("state", sa.String(10), nullable=False, server_default="waiting"),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("next_at", Instant),
    sa.Column("reply", sa.Text),
    sa.CheckConstraint("state IN ('waiting', 'delivered', 'refused', 'expired')", name="state"),
    sa.Index("ix_outbound_recipient_address", "address", "posted_at"),
    sa.Index("ix_outbound_recipient_domain", "domain", "posted_at"),
)

# What was seen on IMAP servers; its queries are in spool/imap.py.
imap_folder = sa.Table(
    "imap_folder",
    metadata,
    sa.Column("account", sa.String(400), primary_key=True),
    sa.Column("folder", sa.String(400), primary_key=True),
    sa.Column("started_at", Instant, nullable=False),
    sa.Column("uidvalidity", sa.BigInteger),
    sa.Column("last_uid", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("history_below", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("rescan", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("fence", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("leased_by", sa.String(80)),
    sa.Column("leased_until", Instant),
)

imap_ledger = sa.Table(
    "imap_ledger",
    metadata,
    sa.Column("account", sa.String(400), primary_key=True),
    sa.Column("folder", sa.String(400), primary_key=True),
    sa.Column("uidvalidity", sa.BigInteger, primary_key=True),
    sa.Column("uid", sa.BigInteger, primary_key=True),
    sa.Column("state", sa.String(8), nullable=False),
    sa.Column("whole", sa.Boolean, nullable=False, server_default=sa.true()),
    sa.Column("internal_date", Instant),
    sa.Column("size", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("mail_uid", sa.String(32)),
    sa.Column("noted_at", Instant, nullable=False),
    sa.Column("error", sa.Text),
    sa.CheckConstraint("state IN ('kept', 'marked', 'refused', 'old', 'failing', 'gone', 'stale')", name="state"),
    sa.Index(
        "ix_imap_ledger_undone",
        *("account", "folder", "uidvalidity", "uid"),
        sqlite_where=sa.text("state IN ('kept', 'refused', 'old', 'failing')"),
        postgresql_where=sa.text("state IN ('kept', 'refused', 'old', 'failing')"),
    ),
)


# ---- what the rows say ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class InHand:
    """A mail taken for reading. `attempts`: finished attempts of this mail taken alone, its own faults only."""

    id: int
    mail: RawMail
    attempts: int
    alone: bool
    released: bool


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


def insert_missing(connection: sa.Connection, table: sa.Table, rows: Sequence[dict[str, Any]]) -> None:
    """Inserts what is not there yet; a unique key settles it, not a look before."""
    # In here: a dialect takes longer to import than a command that only looks should take in all.
    if connection.dialect.name == "postgresql":
        from sqlalchemy.dialects import postgresql

        statement: Any = postgresql.insert(table)
    else:
        from sqlalchemy.dialects import sqlite

        statement = sqlite.insert(table)
    if rows:
        connection.execute(statement.on_conflict_do_nothing(), rows)


# ---- inbound --------------------------------------------------------------------------------------------------------


def put(connection: sa.Connection, mails: Sequence[RawMail]) -> None:
    """Writes mails with their bytes; the caller's COMMIT makes them safe."""
    digests = [hashlib.sha256(mail.data).hexdigest() for mail in mails]
    insert_missing(
        connection, blob, [{"sha256": sha, "bytes": mail.data} for sha, mail in zip(digests, mails, strict=True)]
    )
    connection.execute(
        sa.insert(inbound_mail),
        [
            {
                "uid": mail.uid,
                "sha256": sha,
                "size": len(mail.data),
                "source": mail.source.value,
                "mailbox": mail.mailbox,
                "peer": mail.peer,
                "auth_user": mail.auth_user,
                "mail_from": mail.envelope.mail_from,
                "rcpt_to": list(mail.envelope.rcpt_to),
                "received_at": mail.received_at,
                "quiet": mail.quiet,
                "whole_size": mail.whole_size,
                # A mail that is not here whole is not worth reading: it becomes an opaque ticket at once (SAFETY).
                "attempts": OPAQUE_ATTEMPT if mail.whole_size else 0,
                "alone": bool(mail.whole_size),
            }
            for sha, mail in zip(digests, mails, strict=True)
        ],
    )


def known_uids(connection: sa.Connection, uids: Sequence[str]) -> set[str]:
    """Which of these reached the database after all: asked after a COMMIT whose answer was an error."""
    return set(connection.scalars(sa.select(inbound_mail.c.uid).where(inbound_mail.c.uid.in_(uids))))


def take_in_hand(
    connection: sa.Connection,
    owner: str,
    now: datetime,
    most: int = 16,
    hold: timedelta = timedelta(minutes=10),
    *,
    failed_first: bool = False,
) -> list[InHand]:
    """Marks the next mails as in hand. One that was in somebody's hand before and stayed undone comes alone; one that
    failed before comes when no other waits, or with `failed_first`: its neighbours do not wait for it.

    The caller commits the mark before the mails are read (no fsync needed: losing it only repeats the work).
    """
    undone = inbound_mail.c.state != "done"
    free = sa.or_(
        inbound_mail.c.state == "waiting",
        sa.and_(inbound_mail.c.state == "in_hand", inbound_mail.c.taken_until < now),
    )
    query = (
        sa.select(inbound_mail.c.id, inbound_mail.c.alone, inbound_mail.c.state)
        .where(undone, free)
        .order_by(inbound_mail.c.id)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    others, failed = query.where(inbound_mail.c.attempts == 0), query.where(inbound_mail.c.attempts > 0)
    first, second = (failed, others) if failed_first else (others, failed)
    ids: list[int] = []
    alone = False
    for row in connection.execute(first).all() or connection.execute(second):
        must_be_alone = row.alone or row.state == "in_hand"
        if must_be_alone and ids:
            break
        ids.append(row.id)
        if must_be_alone:
            alone = True
            break
    if not ids:
        return []
    connection.execute(
        sa.update(inbound_mail)
        .where(inbound_mail.c.id.in_(ids))
        .values(state="in_hand", taken_by=owner, taken_until=now + hold, **({"alone": True} if alone else {}))
    )
    rows = connection.execute(
        sa.select(inbound_mail, blob.c.bytes)
        .join(blob, blob.c.sha256 == inbound_mail.c.sha256)
        .where(inbound_mail.c.id.in_(ids))
        .order_by(inbound_mail.c.id)
    )
    return [InHand(row.id, _raw_mail(row), row.attempts, row.alone, row.released) for row in rows]


def leave_alone(connection: sa.Connection, ids: Sequence[int]) -> None:
    """Puts mails back so that each is taken alone: their batch failed and one of them may be to blame."""
    connection.execute(
        sa.update(inbound_mail)
        .where(inbound_mail.c.id.in_(ids), inbound_mail.c.state == "in_hand")
        .values(state="waiting", alone=True, taken_by=None, taken_until=None)
    )


def set_back(connection: sa.Connection, ids: Sequence[int]) -> None:
    """Puts mails back untouched: the fault was ours (database away, disk full), not theirs."""
    connection.execute(
        sa.update(inbound_mail)
        .where(inbound_mail.c.id.in_(ids), inbound_mail.c.state == "in_hand")
        .values(state="waiting", taken_by=None, taken_until=None)
    )


def holders(connection: sa.Connection) -> set[str]:
    """Who has mails in hand or leases them, dead or alive."""
    reading = sa.select(inbound_mail.c.taken_by).where(inbound_mail.c.state == "in_hand")
    sending = sa.select(outbound_mail.c.leased_by).where(outbound_mail.c.state == "waiting")
    return {name for name in connection.scalars(sa.union(reading, sending)) if name}


def recover(connection: sa.Connection, dead: Collection[str] | None = None) -> int:
    """After a crash: what is still in hand was in hand when its holder died, so each is taken alone. `dead`: holders
    that are no more; None: all of them."""
    return connection.execute(
        sa.update(inbound_mail)
        .where(inbound_mail.c.state == "in_hand", *([] if dead is None else [inbound_mail.c.taken_by.in_(dead)]))
        .values(state="waiting", alone=True, taken_by=None, taken_until=None)
    ).rowcount


def count_attempt(connection: sa.Connection, mail_id: int, error: str) -> None:
    """One attempt of a mail taken alone ended in a fault of the mail's own; it waits for the next one."""
    connection.execute(
        sa.update(inbound_mail)
        .where(inbound_mail.c.id == mail_id)
        .values(
            attempts=inbound_mail.c.attempts + 1,
            error=error[:2000],
            state="waiting",
            alone=True,
            taken_by=None,
            taken_until=None,
        )
    )


def finish(
    connection: sa.Connection,
    mail_id: int,
    *,
    disposition: str,
    rule: str,
    kind: str | None,
    kind_rule: str | None,
    ticket: str | None,
    now: datetime,
    error: str | None = None,
) -> None:
    """Gives a mail in hand its one disposition, in the transaction that holds what became of it."""
    values = {
        "the_mail": mail_id,
        "state": "done",
        "disposition": disposition,
        "rule": rule,
        "kind": kind,
        "kind_rule": kind_rule,
        "ticket": ticket,
        "disposed_at": now,
        "taken_by": None,
        "taken_until": None,
        **({"error": error[:2000]} if error else {}),
    }
    if connection.execute(_FINISH, values).rowcount != 1:
        raise AlreadyDone(mail_id)


# Built once: on the hot path, making a statement costs five times what running it costs.
_FINISH = sa.update(inbound_mail).where(inbound_mail.c.id == sa.bindparam("the_mail"), inbound_mail.c.state != "done")


class AlreadyDone(RuntimeError):
    """Another worker finished this mail meanwhile; the transaction that found out must roll back."""


def release(connection: sa.Connection, mail_id: int) -> bool:
    """Sends a held or set-aside mail through the pipeline again, as if never held. False: it was neither."""
    return (
        connection.execute(
            sa.update(inbound_mail)
            .where(inbound_mail.c.id == mail_id, inbound_mail.c.disposition.in_(("held", "set_aside")))
            .values(
                state="waiting", disposition=None, rule=None, disposed_at=None, released=True, attempts=0, alone=True
            )
        ).rowcount
        == 1
    )


def held(connection: sa.Connection, mail_ids: Iterable[int]) -> set[int]:
    """Which of these wait for a person's decision."""
    query = sa.select(inbound_mail.c.id).where(
        inbound_mail.c.id.in_(list(mail_ids)), inbound_mail.c.disposition == "held"
    )
    return set(connection.scalars(query))


def reject(connection: sa.Connection, mail_id: int, now: datetime) -> bool:
    """A person decided against a held mail: ignored, the raw bytes stay. False: it was not held."""
    return (
        connection.execute(
            sa.update(inbound_mail)
            .where(inbound_mail.c.id == mail_id, inbound_mail.c.disposition == "held")
            .values(disposition="ignored", rule="rejected", disposed_at=now)
        ).rowcount
        == 1
    )


def expire_held(connection: sa.Connection, before: datetime, now: datetime) -> int:
    """Held longer than anybody will look (RULES 8): ignored, rule `expired`, the raw bytes stay."""
    return connection.execute(
        sa.update(inbound_mail)
        .where(inbound_mail.c.disposition == "held", inbound_mail.c.disposed_at < before)
        .values(disposition="ignored", rule="expired", disposed_at=now)
    ).rowcount


def raw_bytes(connection: sa.Connection, mail_id: int) -> bytes | None:
    query = (
        sa.select(blob.c.bytes)
        .join(inbound_mail, inbound_mail.c.sha256 == blob.c.sha256)
        .where(inbound_mail.c.id == mail_id)
    )
    return connection.scalar(query)


def keep(connection: sa.Connection, files: Iterable[tuple[str, bytes]]) -> None:
    """Keeps attachments, each once, by its sha256."""
    insert_missing(connection, blob, [{"sha256": sha, "bytes": data} for sha, data in dict(files).items()])


def blobs(connection: sa.Connection, digests: Sequence[str]) -> dict[str, bytes]:
    """The octets of kept files, by sha256; what is not kept is left out."""
    if not digests:
        return {}
    found = connection.execute(sa.select(blob.c.sha256, blob.c.bytes).where(blob.c.sha256.in_(digests)))
    return {row.sha256: row.bytes for row in found}


def _raw_mail(row: Any) -> RawMail:
    return RawMail(
        uid=row.uid,
        data=row.bytes,
        envelope=Envelope(row.mail_from, tuple(row.rcpt_to)),
        source=Source(row.source),
        received_at=row.received_at,
        mailbox=row.mailbox,
        peer=row.peer,
        auth_user=row.auth_user,
        quiet=row.quiet,
        whole_size=row.whole_size,
    )


# ---- outbound -------------------------------------------------------------------------------------------------------


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


def cancel(connection: sa.Connection, *, answers: int, notice: str) -> int:
    """Takes back a mail that has not left: an undo, or a public answer that was overtaken."""
    return connection.execute(
        sa.update(outbound_mail)
        .where(
            outbound_mail.c.answers == answers,
            outbound_mail.c.notice == notice,
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


# ---- figures and lists ----------------------------------------------------------------------------------------------


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


def install(connection: sa.Connection, instance: str, now: datetime) -> tuple[str, datetime]:
    """The name of this instance and when it was installed; made the first time."""
    row = connection.execute(sa.select(installation)).first()
    if row is None:
        connection.execute(sa.insert(installation).values(instance=instance, installed_at=now))
        return instance, now
    return row.instance, row.installed_at
