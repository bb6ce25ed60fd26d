"""Mails from the spool, read, given to the desk: one transaction a batch, one disposition a mail."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from mailgate import spool
from mailgate.inbound.authentication import Trust
from mailgate.inbound.bounces.reasons import refused, sub_kind
from mailgate.mail import (
    NULL_SENDER,
    InboundMail,
    Kind,
    RawMail,
)
from mailgate.readers import Level, ReaderFault, Readers, ReadersUnavailable
from mailgate.spool import InHand, Issued
from mailgate.tokens import Signer
from mailgate.transaction import Transaction, Transactions
from mailgate.workers.preparing import Preparing
from ticketing.model import Bounce, Failure, IncomingMessage
from ticketing.policy import DeskPolicy
from ticketing.saying import say

log = logging.getLogger("mailgate.intake")

BATCH = 16
FAILED_FIRST = 8
LAST_ATTEMPT = spool.OPAQUE_ATTEMPT
LEVELS = (Level.WHOLE, Level.HEADERS, Level.OPAQUE)


class DatabaseAway(Exception):
    """The database cannot be used now; the mails wait, no attempt was counted."""


class Intake:
    """One intake worker. `owner` names it in the marks on mails in hand."""

    def __init__(
        self, transactions: Transactions, readers: Readers, signer: Signer, policy: DeskPolicy, trust: Trust, owner: str
    ) -> None:
        self._transactions = transactions
        self._readers = readers
        self._preparing = Preparing(signer, policy, trust)
        self._owner = owner
        self._turn = 0
        # Ours, and to be set back: the disk was so full that not even this could be noted.
        self._kept: set[int] = set()

    def work(self, now: datetime) -> int:
        """Handles the next batch; how many mails it took. 0: nothing waits. Raises DatabaseAway."""
        try:
            self._set_back_kept()
            with self._transactions.database.mark() as connection:
                # Now and then one that failed goes first: else it would wait for ever where mail never ceases.
                self._turn += 1
                failed_first = self._turn % FAILED_FIRST == 0
                batch = spool.take_in_hand(connection, self._owner, now, BATCH, failed_first=failed_first)
        except (OperationalError, InterfaceError) as error:
            raise DatabaseAway(str(error)) from error
        if not batch:
            return 0
        try:
            readings = self._readers.read(
                [(as_delivered(one.mail), LEVELS[min(one.attempts, LAST_ATTEMPT)]) for one in batch]
            )
        except ReadersUnavailable as error:
            self._set_back([one.id for one in batch])
            raise DatabaseAway(f"no reader process can be started: {error}") from error
        good: list[tuple[InHand, InboundMail]] = []
        for one, reading in zip(batch, readings, strict=True):
            if isinstance(reading, ReaderFault):
                self._failed(one, reading.reason, alone=len(batch) == 1 or one.alone, now=now)
            else:
                good.append((one, reading))
        if good:
            self._decide(good, now)
        return len(batch)

    def _decide(self, read: Sequence[tuple[InHand, InboundMail]], now: datetime) -> None:
        """All of a batch in one transaction; if any of them fails, each in its own."""
        try:
            with self._transactions.begin(now) as transaction:
                lines = [self._one(transaction, in_hand, mail, now) for in_hand, mail in read]
        except Exception as error:
            if _lost_a_race(error):
                # Nobody's fault: rolled back, taken singly, and alone again with the next batch; no attempt counted.
                log.info("%d mails met another worker's (%s)", len(read), _brief(error))
                if len(read) == 1:
                    self._set_back([read[0][0].id])
                    return
                for one in read:
                    self._decide([one], now)
                return
            if _is_ours(error):
                self._set_back([in_hand.id for in_hand, _ in read])
                raise DatabaseAway(str(error)) from error
            if len(read) > 1:
                log.warning("a batch of %d failed (%s); its mails are taken singly", len(read), _brief(error))
                for one in read:
                    self._decide([one], now)
                return
            log.exception("mail %s failed", read[0][0].id)
            self._failed(read[0][0], _brief(error), alone=True, now=now)
            return
        for line in lines:
            log.info("%s", line)

    def _one(self, transaction: Transaction, in_hand: InHand, mail: InboundMail, now: datetime) -> str:
        prepared = self._preparing.prepare(transaction.connection, transaction.desk, in_hand, mail)
        received = transaction.desk.receive(prepared.message, prepared.instructions)
        opaque = in_hand.attempts >= LAST_ATTEMPT
        if received.disposition in ("new", "appended", "held") or received.ticket:
            spool.keep(transaction.connection, [(one.sha256, one.data) for one in mail.attachments if one.data])
        self._fail_rows(transaction, prepared.message, now)
        spool.finish(
            transaction.connection,
            in_hand.id,
            disposition="set_aside" if opaque else received.disposition,
            rule="opaque" if opaque else received.rule,
            kind=prepared.kind.kind.value,
            kind_rule=prepared.kind.rule,
            ticket=received.ticket,
            now=now,
        )
        return (
            f"mail {in_hand.id} {prepared.message.message_id or '(no Message-ID)'}: {received.disposition} "
            f"{received.ticket or '-'} rule={received.rule} kind={prepared.kind.kind.value}/{prepared.kind.rule}"
        )

    def _fail_rows(self, transaction: Transaction, message: IncomingMessage, now: datetime) -> None:
        bounce = message.bounce
        if (
            message.kind != Kind.BOUNCE
            or bounce is None
            or bounce.row is None
            or not bounce.proven
            or bounce.kind in ("delayed", "delivered")
        ):
            return
        for failure in bounce.failures:
            if failure.kind in ("delayed", "delivered"):
                continue  # one report may speak of several recipients
            spool.recipient_failed(transaction.connection, bounce.row, failure.address, bounce.reason, now)

    def _failed(self, in_hand: InHand, reason: str, *, alone: bool, now: datetime) -> None:
        """A fault of the mail's own. Only what happened to it alone counts; after the last attempt it is set aside."""
        with self._transactions.database.write() as connection:
            if not alone:
                spool.leave_alone(connection, [in_hand.id])
            elif in_hand.attempts < LAST_ATTEMPT:
                log.warning("mail %s: attempt %d failed: %s", in_hand.id, in_hand.attempts + 1, reason)
                spool.count_attempt(connection, in_hand.id, reason)
            else:
                log.error("mail %s is set aside: %s (`mailgate spool aside`)", in_hand.id, reason)
                spool.finish(
                    connection,
                    in_hand.id,
                    disposition="set_aside",
                    rule="failed",
                    kind=None,
                    kind_rule=None,
                    ticket=None,
                    now=now,
                    error=reason,
                )
        if alone and in_hand.attempts >= LAST_ATTEMPT:
            self._tell_operators(now)

    def _tell_operators(self, now: datetime) -> None:
        """Not even a ticket could be made of a mail: nobody else would hear of it. What fails here is in the log."""
        try:
            with self._transactions.begin(now) as transaction:
                transaction.desk.alarm(
                    "mail-set-aside",
                    "",
                    say("A mail could not be made a ticket and is set aside"),
                    say("See `mailgate spool aside`; once the fault is mended: `mailgate retry --in ID`."),
                )
        except Exception:
            log.exception("the operators could not be told of a mail set aside")

    def _set_back(self, ids: Sequence[int]) -> None:
        self._kept.update(ids)
        try:
            self._set_back_kept()
        except DBAPIError as error:
            log.warning("the database is away, %d mails stay in hand: %s", len(ids), _brief(error))

    def _set_back_kept(self) -> None:
        if not self._kept:
            return
        with self._transactions.database.write() as connection:
            spool.set_back(connection, self._owner, self._kept)
        self._kept.clear()


def as_delivered(mail: RawMail) -> bytes:
    """The bytes to read: the null sender stands in the envelope only, and reports are told by it (RFC 5321 4.4)."""
    return b"Return-Path: <>\r\n" + mail.data if mail.envelope.mail_from == NULL_SENDER else mail.data


# SQLite: NOMEM, BUSY, LOCKED, READONLY, IOERR, CORRUPT, FULL, CANTOPEN, PROTOCOL, NOTADB.
_SQLITE_AWAY = frozenset({5, 6, 7, 8, 10, 11, 13, 14, 15, 26})
_TOO_MUCH_FOR_POSTGRESQL = "54"  # the class of "program limit exceeded": this mail's, and it would come again


def _is_ours(error: Exception) -> bool:
    """A fault of the database or the machine, not of the mail: away, full, a deadlock, somebody was quicker."""
    if isinstance(error, OperationalError):
        code = getattr(error.orig, "sqlite_errorcode", None)
        if code is not None:
            return code & 0xFF in _SQLITE_AWAY
        return not str(getattr(error.orig, "sqlstate", None) or "").startswith(_TOO_MUCH_FOR_POSTGRESQL)
    return isinstance(error, (InterfaceError, OSError, ReadersUnavailable))


def _lost_a_race(error: Exception) -> bool:
    """Another worker was quicker: it finished the same mail, or the database chose between two that waited for each
    other (PostgreSQL: serialization_failure, deadlock_detected)."""
    state = getattr(error.orig, "sqlstate", None) if isinstance(error, DBAPIError) else None
    return isinstance(error, spool.AlreadyDone) or state in ("40001", "40P01")


def _brief(error: Exception) -> str:
    return f"{type(error).__name__}: {str(error).splitlines()[0][:300] if str(error) else ''}"


# ---- from a mail to a message ---------------------------------------------------------------------------------------


def bounce_of_refusal(mail: spool.DueMail, issued: Issued | None, failed: Sequence[tuple[str, str, str]]) -> Bounce:
    """The server refused recipients to our face, or we gave up: the same event as a bounce (RULES 7)."""
    report = refused(failed)
    return Bounce(
        kind=report.kind,
        reason=report.reason,
        failures=tuple(
            Failure(one.address, one.status, one.permanent, one.diagnostic, sub_kind(one)) for one in report.failed
        ),
        row=mail.row,
        ticket=mail.ticket,
        public=issued is not None and issued.agent is None,
        agent=issued.agent if issued else None,
        ours=True,
        message=issued.answers if issued and issued.notice == "ReplyToRequester" else None,
        notice=issued.notice if issued else "",
    )
