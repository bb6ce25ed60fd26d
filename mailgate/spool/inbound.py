"""Mail that came in: waiting, in hand, done with a disposition; a held one may be released or rejected."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from mailgate.mail import Envelope, RawMail, Source
from mailgate.spool.tables import (
    blob,
    inbound_mail,
    insert_missing,
    outbound_mail,
)

OPAQUE_ATTEMPT = 2  # attempts 0 and 1 read whole and headers only; the third makes an opaque ticket


@dataclass(frozen=True, slots=True)
class InHand:
    """A mail taken for reading. `attempts`: finished attempts of this mail taken alone, its own faults only."""

    id: int
    mail: RawMail
    attempts: int
    alone: bool
    released: bool


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


def set_back(connection: sa.Connection, owner: str, ids: Collection[int]) -> None:
    """Puts back untouched what `owner` still has of these: the fault was ours (database away, disk full)."""
    connection.execute(
        sa.update(inbound_mail)
        .where(inbound_mail.c.id.in_(ids), inbound_mail.c.state == "in_hand", inbound_mail.c.taken_by == owner)
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


def held(connection: sa.Connection, mail_ids: Iterable[int]) -> dict[int, tuple[str | None, tuple[str, ...]]]:
    """Which of these wait for a person's decision: each with its ticket, and where it was sent."""
    which = (inbound_mail.c.id, inbound_mail.c.ticket, inbound_mail.c.mailbox, inbound_mail.c.rcpt_to)
    query = sa.select(*which).where(inbound_mail.c.id.in_(list(mail_ids)), inbound_mail.c.disposition == "held")
    return {
        row.id: (row.ticket, tuple(one for one in (row.mailbox, *row.rcpt_to) if one))
        for row in connection.execute(query)
    }


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
