"""Send what is due: claim by lease, talk with no transaction open, record.

Each mail is recorded before the next one is sent, so that a crash sends at most one mail a second time, and that one
with the same bytes and the same Message-ID (SAFETY, promise 3).
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.exc import InterfaceError, OperationalError

from mailgate.database import Database
from mailgate.mail import Deferred, Delivered, Delivery, Refused
from mailgate.outbound.retry import GIVE_UP_AFTER, Breaker, next_attempt
from mailgate.spool import DueMail, lease_due, record
from mailgate.transport.relay import Relay

BATCH = 20
# No mail of a batch is begun later than this, so that the lease outlives the slowest one.
BEGIN_WITHIN = timedelta(minutes=4)
LEASE_RESERVE = timedelta(minutes=1)
# Whoever was refused has got no copy: asking again is free when the refusal could not be told to the desk.
TELL_AGAIN_AFTER = timedelta(hours=1)

Failed = list[tuple[str, str, str]]
"""Recipients who will not get a mail: address, reply for people, enhanced status or ''."""
OnFailure = Callable[[sa.Connection, DueMail, Failed], None]
MayLeave = Callable[[sa.Connection, DueMail], bool]


def always(_connection: sa.Connection, _mail: DueMail) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class _Spoken:
    """What the relay said to one mail, at what time; no deliveries: the mail goes back untouched."""

    mail: DueMail
    deliveries: list[Delivery]
    at: datetime


class Sender:
    """One sender thread's work, a function of `now`. It remembers the breaker, and what it could not record yet.

    `owner` names this sender alone: its leases are told from others' by it.
    `on_failure(connection, mail, failed)` runs in the transaction that records refusals and give-ups.
    `may_leave(connection, mail)` runs in the leasing transaction; False: the mail is not sent, and the callable has
    moved it out of `waiting` and cleared its lease. If it raises, the mail waits like a deferred one.
    """

    def __init__(
        self,
        database: Database,
        relay: Relay,
        *,
        owner: str,
        on_failure: OnFailure,
        log: logging.Logger,
        may_leave: MayLeave = always,
        breaker: Breaker | None = None,
    ) -> None:
        self.breaker = breaker or Breaker()
        self._database = database
        self._relay = relay
        self._owner = owner
        self._on_failure = on_failure
        self._may_leave = may_leave
        self._log = log
        self._stopping = threading.Event()
        self._new_relay: Relay | None = None
        # A database that went away after the server's 250 must not cost a second copy: it is told when it is back.
        self._unrecorded: deque[_Spoken] = deque()

    def send_due(self, now: datetime) -> int:
        """Sends one batch of what is due, the longest due first; how many mails the relay was asked to take.

        0: nothing is due, or the breaker is open. Raises what the database raises when it is away; nothing is lost by
        it, and the next call goes on where this one ended.
        """
        started = time.monotonic()
        self._take_new_relay()
        self._record()
        if self.breaker.is_open(now) or self._stopping.is_set():
            return 0
        mails = self._lease(now)
        asked = 0
        try:
            while mails:
                at = now + timedelta(seconds=time.monotonic() - started)
                if self._stopping.is_set() or at > now + BEGIN_WITHIN or self.breaker.is_open(at):
                    break
                mail = mails.popleft()
                deliveries = self._talk(mail)
                asked += bool(deliveries)
                at = now + timedelta(seconds=time.monotonic() - started)
                self._unrecorded.append(_Spoken(mail, deliveries, at))
                self._watch(deliveries, at)
                self._record()
        finally:
            self._unrecorded.extend(_Spoken(mail, [], now) for mail in mails)
        self._record()
        if not asked:
            self._relay.close()
        return asked

    @property
    def longest(self) -> timedelta:
        """No `send_due` takes longer, however slow the relay is."""
        return BEGIN_WITHIN + self._relay.longest + LEASE_RESERVE

    def renew(self, relay: Relay) -> None:
        """From any thread: the next batch goes this way, and what the old one did wrong is forgotten."""
        self._new_relay = relay

    def _take_new_relay(self) -> None:
        relay, self._new_relay = self._new_relay, None
        if relay is not None:
            self._relay.close()
            self._relay = relay
            self.breaker = Breaker()

    def stop(self) -> None:
        """From any thread: the mail on the wire is finished and recorded, the rest of the batch goes back."""
        self._stopping.set()

    def close(self) -> None:
        """From the sender's own thread, at the end: says goodbye to the relay."""
        self._relay.close()

    def _lease(self, now: datetime) -> deque[DueMail]:
        leaving: deque[DueMail] = deque()
        undecided: list[_Spoken] = []
        with self._database.write() as connection:
            lease = BEGIN_WITHIN + self._relay.longest + LEASE_RESERVE
            for mail in lease_due(connection, self._owner, now, BATCH, lease):
                try:
                    with connection.begin_nested():
                        leaves = self._may_leave(connection, mail)
                except (OperationalError, InterfaceError):
                    raise
                except Exception:
                    # One mail that cannot be judged must not hold all the others for ever.
                    self._log.exception("mail %s: whether it may leave cannot be told", mail.message_id)
                    fault = Deferred("mailgate could not tell whether the mail may leave")
                    undecided.append(_Spoken(mail, [Delivery(address, fault) for address in mail.recipients], now))
                    continue
                if leaves:
                    leaving.append(mail)
        self._unrecorded.extend(undecided)
        return leaving

    def _talk(self, mail: DueMail) -> list[Delivery]:
        if not mail.recipients:
            return []
        try:
            return self._relay.send(mail.mail_from, list(mail.recipients), mail.data)
        except Exception:
            self._log.exception("mail %s: the relay failed in a way it should not", mail.message_id)
            return [Delivery(address, Deferred("a fault in mailgate", ambiguous=True)) for address in mail.recipients]

    def _watch(self, deliveries: list[Delivery], at: datetime) -> None:
        """A mail that got nothing but deferrals counts against the relay; a refusal is an answer."""
        if deliveries and all(isinstance(delivery.outcome, Deferred) for delivery in deliveries):
            self.breaker = self.breaker.failed(at)
            if self.breaker.is_open(at):
                self._log.warning("the relay failed too often; sending pauses until %s", self.breaker.open_until)

    # ---- recording ----------------------------------------------------------------------------------------------

    def _record(self) -> None:
        while self._unrecorded:
            self._record_one(self._unrecorded[0])
            self._unrecorded.popleft()

    def _record_one(self, spoken: _Spoken) -> None:
        results, failed = _judge(spoken)
        try:
            ours = self._write(spoken, results, failed)
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            self._log.exception("mail %s: its failure could not be told; again in an hour", spoken.mail.message_id)
            ours = self._write(spoken, _tell_again(spoken, results, failed), [])
        if spoken.deliveries:
            self._say(spoken, results, ours)

    def _write(self, spoken: _Spoken, results: list[tuple[Delivery, datetime | None]], failed: Failed) -> bool:
        with self._database.write() as connection:
            ours = record(connection, spoken.mail.id, self._owner, results, spoken.at)
            if ours and failed:
                self._on_failure(connection, spoken.mail, failed)
        return ours

    def _say(self, spoken: _Spoken, results: list[tuple[Delivery, datetime | None]], ours: bool) -> None:
        for delivery, again_at in results:
            self._log.info(
                "mail %s ticket %s to %s: %s%s%s",
                spoken.mail.message_id,
                spoken.mail.ticket or "none",
                delivery.address,
                _in_a_word(delivery, again_at),
                f", again at {again_at:%Y-%m-%d %H:%M:%S}Z" if again_at else "",
                f" ({delivery.outcome.reply})",
            )
        if not ours:
            self._log.warning("mail %s: the lease was lost, so nothing was recorded", spoken.mail.message_id)


def _judge(spoken: _Spoken) -> tuple[list[tuple[Delivery, datetime | None]], Failed]:
    """What to record for each recipient, and who will not get the mail."""
    results: list[tuple[Delivery, datetime | None]] = []
    failed: Failed = []
    for delivery in spoken.deliveries:
        again_at = None
        match delivery.outcome:
            case Refused(reply, status):
                failed.append((delivery.address, reply, status))
            case Deferred(reply, ambiguous):
                attempts = spoken.mail.recipients.get(delivery.address, 0) + 1
                again_at = next_attempt(spoken.mail.posted_at, attempts, spoken.at)
                if again_at is None:
                    reply = f"given up after {GIVE_UP_AFTER // timedelta(hours=1)} h: {reply}"
                    delivery = Delivery(delivery.address, Deferred(reply, ambiguous))
                    # "Delivery time expired" (RFC 3463 3.5), of the class that does not condemn the address.
                    failed.append((delivery.address, reply, "4.4.7"))
            case Delivered():
                pass
        results.append((delivery, again_at))
    return results, failed


def _tell_again(
    spoken: _Spoken, results: list[tuple[Delivery, datetime | None]], failed: Failed
) -> list[tuple[Delivery, datetime | None]]:
    """The same, but those who failed wait: what could not be told must not vanish."""
    replies = {address: reply for address, reply, _ in failed}
    return [
        (Delivery(delivery.address, Deferred(replies[delivery.address])), spoken.at + TELL_AGAIN_AFTER)
        if delivery.address in replies
        else (delivery, again_at)
        for delivery, again_at in results
    ]


def _in_a_word(delivery: Delivery, again_at: datetime | None) -> str:
    match delivery.outcome:
        case Delivered():
            return "delivered"
        case Refused():
            return "refused"
        case Deferred(ambiguous=ambiguous):
            if again_at is None:
                return "given up"
            return "unknown, perhaps delivered" if ambiguous else "deferred"
