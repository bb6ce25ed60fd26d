"""begin → desk → compose → spool → commit: what is told goes with what was changed.

Whoever changes the desk does it in here. The desk notes notices; at the end, and before the commit, each is composed,
re-parsed and posted, so nobody can forget to, and nothing is told that was not done.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from mailgate import spool
from mailgate.database import Database
from mailgate.mail import OutboundMail
from mailgate.outbound.compose import Composer
from mailgate.outbound.gate import GateRefused
from mailgate.tokens import new_row
from ticketing.desk import Desk
from ticketing.notices import Acknowledgement, Forwarded, Notice, ReplyToRequester
from ticketing.policy import DeskPolicy

log = logging.getLogger("mailgate.desk")

_WITH_FILES = (Acknowledgement, ReplyToRequester, Forwarded)


class Posted(NamedTuple):
    notice: Notice
    mail: OutboundMail


@dataclass
class Transaction:
    """One open transaction with its desk. `posted` is filled by `post`."""

    connection: sa.Connection
    desk: Desk
    composer: Composer
    posted: list[Posted]

    def post(self) -> None:
        """Composes and queues what the desk noted, takes back what it withdrew, releases what it let through."""
        desk, now = self.desk, self.desk.now
        for one in desk.withdrawals:
            if isinstance(one, int):
                spool.cancel(self.connection, one)
            else:
                spool.cancel_answer(self.connection, one.message)
        for mail_id, let_through in desk.releases:
            changed = (
                spool.release(self.connection, mail_id) if let_through else spool.reject(self.connection, mail_id, now)
            )
            log.info(
                "held mail %s %s", mail_id, ("released" if let_through else "rejected") if changed else "is not held"
            )
        desk.withdrawals.clear()
        desk.releases.clear()
        mails: list[OutboundMail] = []
        while desk.notices:
            notice = desk.notices.pop(0)
            if desk.silenced(notice):
                continue
            try:
                spool.keep(self.connection, self._from_the_shelf(notice))
                files = spool.blobs(self.connection, _digests(notice))
                mail = self.composer.compose(notice, now=now, row=new_row(), files=files)
            except GateRefused as refused:
                # The ticket stands; an agent hears that this one mail could not be made. Alerts about alerts end here.
                log.error("a mail was not composed: %s: %s", type(notice).__name__, refused)
                desk.unsendable(notice, refused.reason)
                continue
            if mail.template_fault:
                log.error("a template failed, the shipped one was used: %s", mail.template_fault)
                desk.template_failed(mail.template_fault)
            if isinstance(notice, ReplyToRequester):
                desk.mailed_as(notice.message, mail.message_id)
            mails.append(mail)
            self.posted.append(Posted(notice, mail))
        spool.post(self.connection, mails, now)

    def _from_the_shelf(self, notice: Notice) -> list[tuple[str, bytes]]:
        """Files of prepared answers are kept in the database from the first mail that holds them."""
        contents = self.desk.policy.prepared.contents
        return [(digest, contents[digest]) for digest in _digests(notice) if digest in contents]


def _digests(notice: Notice) -> list[str]:
    """What an agent attached or forwarded goes out, and the desk's own; an alert only names files."""
    return [file.sha256 for file in notice.files] if isinstance(notice, _WITH_FILES) else []


class Transactions:
    """Opens transactions on one database for one desk."""

    def __init__(self, database: Database, policy: DeskPolicy, composer: Composer) -> None:
        self.database = database
        self.policy = policy
        self.composer = composer

    @contextmanager
    def begin(self, now: datetime) -> Iterator[Transaction]:
        """A transaction that commits at the end with everything it tells, or leaves no trace."""
        with self.database.write() as connection:
            transaction = self._on(connection, now)
            yield transaction
            transaction.post()

    @contextmanager
    def rehearse(self, now: datetime) -> Iterator[Transaction]:
        """The same, rolled back at the end: call `post` to see what would have been told."""
        with self.database.rehearse() as connection:
            yield self._on(connection, now)

    @contextmanager
    def looking(self, now: datetime) -> Iterator[Desk]:
        """The desk as it stands, for looking only."""
        with self.database.read() as connection:
            yield Desk(connection, self.policy, now)

    @contextmanager
    def within(self, connection: sa.Connection, now: datetime) -> Iterator[Transaction]:
        """The same inside somebody's transaction, who commits it."""
        transaction = self._on(connection, now)
        yield transaction
        transaction.post()

    def _on(self, connection: sa.Connection, now: datetime) -> Transaction:
        return Transaction(connection, Desk(connection, self.policy, now), self.composer, [])
