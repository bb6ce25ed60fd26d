"""What was seen on IMAP servers: which UIDs, and what became of each.

A folder is one mailbox's folder on one account; whoever fetches it holds a lease with a fencing number, and the last
UPDATE of every commit asks for that number, so that a fetcher who was frozen cannot write over his successor.

A UID is in the ledger once it was looked at:
    kept      its bytes are in the spool, the server has not been told yet
    marked    the server was told (marked, moved or deleted it)
    refused   its bytes are in the spool, the server would not be told
    old       older than what is to be imported; left alone
    failing   the server would not hand it out; tried again
    gone      somebody took it away before it could be fetched
    stale     the server gave its UID to another mail since
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from mailgate.mail import RawMail
from mailgate.spool import imap_folder, imap_ledger, installation, put


class Seen(StrEnum):
    KEPT = "kept"
    MARKED = "marked"
    REFUSED = "refused"
    OLD = "old"
    FAILING = "failing"
    GONE = "gone"
    STALE = "stale"


# A row in one of these says that there is no mail of ours behind it yet: it may be taken over.
_OPEN = (Seen.OLD, Seen.FAILING, Seen.STALE)


@dataclass(frozen=True, slots=True)
class Lease:
    """A folder that is ours for now. `started_at`: when this folder was first to be fetched."""

    account: str
    folder: str
    owner: str
    fence: int
    started_at: datetime
    uidvalidity: int | None
    last_uid: int
    history_below: int
    rescan: bool


@dataclass(frozen=True, slots=True)
class Look:
    """One UID that was looked at, and the mail if its bytes came with it."""

    uid: int
    state: Seen
    internal_date: datetime | None
    size: int
    mail: RawMail | None = None
    whole: bool = True
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Untold:
    """A mail that is safe with us and of which the server knows nothing yet."""

    uid: int
    internal_date: datetime | None
    whole: bool


class LostLease(RuntimeError):
    """Somebody else fetches this folder now; the transaction that found out must roll back."""


def installed_at(connection: sa.Connection) -> datetime | None:
    return connection.scalar(sa.select(installation.c.installed_at))


def hold(
    connection: sa.Connection,
    account: str,
    folder: str,
    owner: str,
    now: datetime,
    until: datetime,
    dead: Sequence[str] = (),
) -> Lease | str:
    """Takes or keeps the lease of a folder; the name of its holder where it is another's. `dead`: holders that are
    known to be no more. The first call of all enters the folder, with `now` as the start of fetching; where another
    folder of the mailbox was fetched before, it starts where that one was left."""
    insert = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(imap_folder)
    if connection.scalar(sa.select(imap_folder.c.account).where(_is(imap_folder, account, folder))) is None:
        left_at = sa.select(sa.func.max(imap_ledger.c.noted_at)).where(imap_ledger.c.account == account)
        start = connection.scalar(left_at) or now
        connection.execute(insert.values(account=account, folder=folder, started_at=start).on_conflict_do_nothing())
    free = sa.or_(
        imap_folder.c.leased_by.is_(None),
        imap_folder.c.leased_by.in_((owner, *dead)),
        imap_folder.c.leased_until < now,
    )
    next_fence = sa.case((imap_folder.c.leased_by == owner, imap_folder.c.fence), else_=imap_folder.c.fence + 1)
    row = connection.execute(
        sa.update(imap_folder)
        .where(_is(imap_folder, account, folder), free)
        .values(leased_by=owner, leased_until=until, fence=next_fence)
        .returning(imap_folder)
    ).first()
    if row is None:
        return connection.scalar(sa.select(imap_folder.c.leased_by).where(_is(imap_folder, account, folder))) or ""
    return _lease(row)


def release(connection: sa.Connection, lease: Lease) -> None:
    """Gives the folder back, so that nobody need wait for the lease to end."""
    connection.execute(sa.update(imap_folder).where(*_ours(lease)).values(leased_by=None, leased_until=None))


def number_anew(connection: sa.Connection, lease: Lease, uidvalidity: int, uidnext: int) -> Lease:
    """The folder has a numbering we do not know: from here on it is looked through from its first UID. Whatever lies
    below `uidnext` now is history. Rows of the same numbering, if any, speak of other mails than its UIDs do now."""
    connection.execute(
        sa.update(imap_ledger)
        .where(_is(imap_ledger, lease.account, lease.folder), imap_ledger.c.uidvalidity == uidvalidity)
        .values(state=Seen.STALE.value)
    )
    row = connection.execute(
        sa.update(imap_folder)
        .where(*_ours(lease))
        .values(uidvalidity=uidvalidity, last_uid=0, history_below=uidnext, rescan=lease.uidvalidity is not None)
        .returning(imap_folder)
    ).first()
    if row is None:
        raise LostLease(lease.folder)
    return _lease(row)


def note(connection: sa.Connection, lease: Lease, looks: Sequence[Look], now: datetime, until: datetime) -> Lease:
    """Enters what was seen, with the bytes of the mails among it, and how far we have come: all in one commit.

    Raises LostLease when the folder is no longer ours or one of the UIDs was taken already.
    """
    mails = [look.mail for look in looks if look.mail is not None]
    if mails:
        put(connection, mails)
    before = _states(connection, lease, [look.uid for look in looks])
    rows = [_row(lease, look, now) for look in looks]
    if fresh := [row for row in rows if row["uid"] not in before]:
        connection.execute(sa.insert(imap_ledger), fresh)
    for row in rows:
        if row["uid"] in before:
            _replace(connection, lease, row)
    highest = max((look.uid for look in looks), default=0)
    # The last statement: if the fence has moved, none of this has happened.
    kept = connection.execute(
        sa.update(imap_folder)
        .where(*_ours(lease))
        .values(
            last_uid=sa.case((imap_folder.c.last_uid < highest, highest), else_=imap_folder.c.last_uid),
            leased_until=until,
        )
        .returning(imap_folder)
    ).first()
    if kept is None:
        raise LostLease(lease.folder)
    return _lease(kept)


def known(connection: sa.Connection, lease: Lease, above: int) -> set[int]:
    """UIDs above this one that need not be looked at again."""
    query = sa.select(imap_ledger.c.uid).where(
        *_of(lease), imap_ledger.c.uid > above, imap_ledger.c.state != Seen.STALE.value
    )
    return set(connection.scalars(query))


def left_alone(connection: sa.Connection, lease: Lease, since: datetime) -> list[int]:
    """UIDs entered as old that are not too old any more, oldest first."""
    query = sa.select(imap_ledger.c.uid).where(
        *_of(lease), imap_ledger.c.state == Seen.OLD.value, imap_ledger.c.internal_date >= since
    )
    return list(connection.scalars(query.order_by(imap_ledger.c.uid)))


def failing(connection: sa.Connection, lease: Lease) -> list[int]:
    query = sa.select(imap_ledger.c.uid).where(*_of(lease), imap_ledger.c.state == Seen.FAILING.value)
    return list(connection.scalars(query.order_by(imap_ledger.c.uid)))


def untold(connection: sa.Connection, lease: Lease, state: Seen, most: int) -> list[Untold]:
    """Mails of the present numbering that are safe and in this state, oldest first."""
    query = (
        sa.select(imap_ledger.c.uid, imap_ledger.c.internal_date, imap_ledger.c.whole)
        .where(*_of(lease), imap_ledger.c.state == state.value)
        .order_by(imap_ledger.c.uid)
        .limit(most)
    )
    return [Untold(row.uid, row.internal_date, row.whole) for row in connection.execute(query)]


def told(connection: sa.Connection, lease: Lease, uids: Sequence[int], state: Seen, error: str | None = None) -> None:
    """Enters what the server said to our mark."""
    if uids:
        connection.execute(
            sa.update(imap_ledger)
            .where(*_of(lease), imap_ledger.c.uid.in_(uids))
            .values(state=state.value, error=error[:2000] if error else None)
        )


def newest_dates(connection: sa.Connection, lease: Lease, most: int) -> dict[int, datetime]:
    """The server's dates of the newest mails we know: whether its UIDs still mean the same mails is told by them."""
    query = (
        sa.select(imap_ledger.c.uid, imap_ledger.c.internal_date)
        .where(*_of(lease), imap_ledger.c.internal_date.is_not(None), imap_ledger.c.state != Seen.STALE.value)
        .order_by(imap_ledger.c.uid.desc())
        .limit(most)
    )
    return {row.uid: row.internal_date for row in connection.execute(query)}


def _states(connection: sa.Connection, lease: Lease, uids: Sequence[int]) -> set[int]:
    return set(
        connection.scalars(sa.select(imap_ledger.c.uid).where(*_of(lease), imap_ledger.c.uid.in_(uids))) if uids else ()
    )


def _replace(connection: sa.Connection, lease: Lease, row: dict[str, Any]) -> None:
    changed = connection.execute(
        sa.update(imap_ledger)
        .where(*_of(lease), imap_ledger.c.uid == row["uid"], imap_ledger.c.state.in_([one.value for one in _OPEN]))
        .values(**row)
    ).rowcount
    if changed != 1:
        raise LostLease(f"{lease.folder}: UID {row['uid']} was taken already")


def _row(lease: Lease, look: Look, now: datetime) -> dict[str, Any]:
    return {
        "account": lease.account,
        "folder": lease.folder,
        "uidvalidity": lease.uidvalidity,
        "uid": look.uid,
        "state": look.state.value,
        "whole": look.whole,
        "internal_date": look.internal_date,
        "size": look.size,
        "mail_uid": look.mail.uid if look.mail else None,
        "noted_at": now,
        "error": look.error[:2000] if look.error else None,
    }


def _is(table: sa.Table, account: str, folder: str) -> sa.ColumnElement[bool]:
    return sa.and_(table.c.account == account, table.c.folder == folder)


def _of(lease: Lease) -> tuple[sa.ColumnElement[bool], ...]:
    return (_is(imap_ledger, lease.account, lease.folder), imap_ledger.c.uidvalidity == lease.uidvalidity)


def _ours(lease: Lease) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        _is(imap_folder, lease.account, lease.folder),
        imap_folder.c.leased_by == lease.owner,
        imap_folder.c.fence == lease.fence,
    )


def _lease(row: Any) -> Lease:
    return Lease(
        row.account,
        row.folder,
        row.leased_by,
        row.fence,
        row.started_at,
        row.uidvalidity,
        row.last_uid,
        row.history_below,
        row.rescan,
    )
