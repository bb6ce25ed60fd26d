"""Fetch: what lies in an IMAP folder comes into the spool, and only then is the server told.

One thread and one connection a mailbox. Every minute the folder is looked through: that is the truth. IDLE only makes
the next look come sooner. Whatever breaks, the ledger in the database knows which UIDs are safe, and the next look
goes on from there; a mail that comes twice is settled by its content at the desk.
"""

from __future__ import annotations

import contextlib
import logging
import os
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError

from mailgate.mail import Envelope, RawMail, Source
from mailgate.owner import is_dead
from mailgate.spool import imap as ledger
from mailgate.spool.imap import Lease, Look, LostLease, Seen, Untold
from mailgate.transaction import Transactions
from mailgate.transport.imap import (
    CHUNK,
    Account,
    ConnectionGone,
    Facts,
    Folder,
    LoginRefused,
    Refused,
    Session,
    beginning_of,
)
from mailgate.workers.intake import DatabaseAway
from ticketing.saying import say

log = logging.getLogger("mailgate.fetch")


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FACTS = 500  # UIDs whose size and date are asked for at once
BATCH = 32  # mails fetched and committed at once …
BATCH_OCTETS = CHUNK  # … or this much: what a mailbox needs of memory does not depend on how full it is
MARKS = 100
# Servers on which several write may show a UID late: so far back is looked again, and the ledger says what is known.
LOOK_BACK = 500
SAMPLE = 100  # newest known mails whose dates are compared at each log-in: do their UIDs still mean them?
LEASE = timedelta(minutes=2)
LONGEST_DELAY = 300.0
LOGIN_DELAY = 60.0  # sooner would lock accounts
ALARM_AFTER = timedelta(minutes=15)
AGAIN_AFTER = 3600.0  # seconds until marks and mails that the server refused are asked for again
TELL_EVERY = 10.0  # seconds between two lines about a long first look


@dataclass(frozen=True, slots=True)
class FetchSettings:
    """One mailbox. `mailbox`: our address. `import_since`: what is older is left alone; None: the first start.
    `import_all`: nothing is too old. `size_limit`: larger mails come with their beginning only. Times in seconds."""

    mailbox: str
    account: Account
    after: Literal["keyword", "move", "delete"]
    move_to: str | None
    import_since: datetime | None
    size_limit: int
    sweep: float = 60.0
    import_all: bool = False
    first_delay: float = 1.0
    login_delay: float = LOGIN_DELAY

    @property
    def name(self) -> str:
        """The mailbox as the ledger knows it: by our address, since a server may be called otherwise tomorrow."""
        return self.mailbox


class Fetcher:
    """One mailbox's loop, in the daemon's terms: `work` does one round and waits for the next, `stop` ends it from
    another thread, `close` says goodbye in its own.

    `owner` names this process (host:pid:random). `woken()` is called after each commit that brought mail.
    """

    def __init__(
        self,
        settings: FetchSettings,
        transactions: Transactions,
        *,
        owner: str,
        clock: Callable[[], datetime],
        new_uid: Callable[[], str],
        woken: Callable[[], None],
    ) -> None:
        self.settings = settings
        self.looked_at: datetime | None = None
        """When the folder was last looked through to its end."""
        self._transactions = transactions
        self._owner = owner
        self._clock = clock
        self._new_uid = new_uid
        self._woken = woken
        self._stop = _Stop()
        self._session: Session | None = None
        self._lease: Lease | None = None
        self._holder = ""
        self._started = clock()
        self._installed: datetime | None = None
        self._delay = settings.first_delay
        self._logins_refused = 0
        self._idle_again = 0.0
        self._refused_again = 0.0
        self._warned: set[str] = set()
        self._chance = secrets.SystemRandom()

    # ---- the loop -----------------------------------------------------------------------------------------------

    def work(self, now: datetime) -> int:
        """One look at the folder, and the wait for the next; always 1. Raises DatabaseAway."""
        try:
            if not self._hold(now):
                # Twice within a lease, so that a mailbox whose fetcher died does not wait long.
                self._stop.wait(min(self.settings.sweep, LEASE.total_seconds() / 2) * self._chance.uniform(0.7, 1.0))
                return 1
            session = self._session or self._log_in()
            self._look(session)
            if not self._stop.is_set():
                self._rest(session)
        except LoginRefused as refused:
            self._logins_refused += 1
            self._delay = max(self._delay, self.settings.login_delay)
            self._broken("login refused", f"the server refuses the log-in: {refused}", now=self._logins_refused > 1)
        except (ConnectionGone, Refused) as gone:
            self._broken("connection lost", str(gone))
        except (LostLease, IntegrityError) as lost:
            log.warning("%s: another fetcher has taken over (%s)", self.settings.mailbox, _brief(lost))
            self._drop()
            self._lease = None
            self._stop.wait(self.settings.first_delay)
        except (OperationalError, InterfaceError) as error:
            raise DatabaseAway(_brief(error)) from error
        except Exception:
            # Whatever it was, the connection may be in the middle of something.
            self._drop()
            raise
        return 1

    def stop(self) -> None:
        """From any thread. What is on the wire may end within a few seconds; then it is cut off, and nothing is lost
        by that."""
        self._stop.set()
        timer = threading.Timer(5.0, self._cut)
        timer.daemon = True
        timer.start()

    def close(self) -> None:
        """From the fetcher's own thread, at the end."""
        self._drop(politely=True)
        if self._lease is not None:
            with contextlib.suppress(DBAPIError), self._transactions.database.write() as connection:
                ledger.release(connection, self._lease)
            self._lease = None
        self._stop.close()

    def _cut(self) -> None:
        if session := self._session:
            session.cut()

    def _log_in(self) -> Session:
        settings = self.settings
        self._session = session = Session(settings.account)
        self._logins_refused = 0
        log.info("%s: logged in to %s", settings.mailbox, settings.account.host)
        if settings.after == "move" and settings.move_to:
            try:
                session.make_folder(settings.move_to)
            except Refused as refused:
                self._warn(f"cannot make the folder {settings.move_to}: {refused}")
        folder = session.select()
        self._enter(session, folder)
        self._check_numbers(session, folder)
        return session

    def _rest(self, session: Session) -> None:
        """Until the next look: at the latest after `sweep` seconds."""
        end = time.monotonic() + self.settings.sweep
        while not self._stop.is_set() and (left := end - time.monotonic()) > 0:
            if not session.abilities.idle or time.monotonic() < self._idle_again:
                self._stop.wait(left)
            else:
                try:
                    if session.wait(left, self._stop.fileno()):
                        return
                except Refused as refused:
                    self._warn(f"no IDLE: {refused}; looking every {self.settings.sweep:.0f} s")
                    self._idle_again = time.monotonic() + AGAIN_AFTER

    def _broken(self, name: str, reason: str, now: bool = False) -> None:
        """Says so, tells the operators if it lasts, and waits longer each time."""
        self._drop()
        if self._stop.is_set():
            return
        delay = self._delay * self._chance.uniform(0.7, 1.3)
        if name == "login refused":
            delay = max(delay, self.settings.login_delay)
        log.warning("%s: %s; again in %.0f s", self.settings.mailbox, reason, delay)
        moment = self._clock()
        if now or moment - (self.looked_at or self._started) > ALARM_AFTER:
            self._alarm(
                "mailbox-unreachable",
                say("The mailbox {mailbox} cannot be fetched", mailbox=self.settings.mailbox),
                reason,
                say("It is tried again by itself. `mailgate check --connect` says what the server answers."),
                say("Last looked through: {when} UTC.", when=self.looked_at)
                if self.looked_at
                else say("It has never been looked through."),
            )
        self._delay = min(self._delay * 2, LONGEST_DELAY)
        self._stop.wait(delay)

    def _drop(self, politely: bool = False) -> None:
        if self._session is not None:
            self._session.close(politely)
            self._session = None

    def _alarm(self, name: str, headline: str, *lines: str) -> None:
        try:
            with self._transactions.begin(self._clock()) as transaction:
                transaction.desk.alarm(name, self.settings.mailbox, headline, *lines)
        except (OperationalError, InterfaceError) as error:
            log.warning("%s: the operators could not be told: %s", self.settings.mailbox, _brief(error))

    def _warn(self, text: str) -> None:
        """Once a kind of trouble: what comes first in the text names it."""
        kind = text.partition(":")[0]
        if kind not in self._warned:
            self._warned.add(kind)
            log.warning("%s: %s", self.settings.mailbox, text)

    # ---- whose it is --------------------------------------------------------------------------------------------

    def _hold(self, now: datetime) -> bool:
        """Takes or keeps the lease of the folder. False: somebody else fetches it."""
        settings = self.settings
        dead: list[str] = []
        while True:
            with self._transactions.database.write() as connection:
                held = ledger.hold(
                    connection, settings.name, settings.account.folder, self._owner, now, now + LEASE, dead
                )
            if isinstance(held, Lease):
                break
            if held in dead or not is_dead(held, self._owner):
                if held != self._holder:
                    log.info("%s: %s fetches it", settings.mailbox, held)
                self._holder, self._lease = held, None
                self._drop()
                return False
            dead.append(held)
        if self._lease is not None and self._lease.fence != held.fence:
            self._drop()  # somebody else had it meanwhile
        self._holder, self._lease = self._owner, held
        return True

    @property
    def _held(self) -> Lease:
        if self._lease is None:
            raise LostLease(self.settings.account.folder)
        return self._lease

    def _note(self, looks: Sequence[Look]) -> None:
        """One commit: ledger, bytes, how far we are."""
        now = self._clock()
        with self._transactions.database.write() as connection:
            lease = ledger.note(connection, self._held, looks, now, now + LEASE)
        self._lease = lease

    def _keep_lease(self) -> None:
        self._note(())

    # ---- what the numbers mean ----------------------------------------------------------------------------------

    def _enter(self, session: Session, folder: Folder) -> None:
        """Compares the folder's numbering with the one we know."""
        lease = self._held
        if folder.uidvalidity != lease.uidvalidity:
            self._number_anew(
                session,
                folder,
                say("its UIDVALIDITY went from {old} to {new}", old=lease.uidvalidity, new=folder.uidvalidity)
                if lease.uidvalidity is not None
                else "",
            )
        elif 0 < folder.uidnext <= lease.last_uid and not session.uids_above(folder.uidnext - 1, folder.exists):
            # Where mails lie above its next UID, the server only counts badly.
            why = say("its next UID is {next}, but {last} was given already", next=folder.uidnext, last=lease.last_uid)
            self._number_anew(session, folder, why)

    def _check_numbers(self, session: Session, folder: Folder) -> None:
        """A server that restores a backup may give old UIDs to other mails and say nothing."""
        with self._transactions.database.read() as connection:
            known = ledger.newest_dates(connection, self._held, SAMPLE)
        there = session.facts(sorted(known)) if known else {}
        for uid, facts in there.items():
            if facts.internal_date is not None and facts.internal_date != known[uid]:
                self._number_anew(session, folder, say("its UID {uid} is another mail now", uid=uid))
                return

    def _number_anew(self, session: Session, folder: Folder, why: str) -> None:
        """`why` '': this folder was never looked at before."""
        settings, now = self.settings, self._clock()
        # Not every server says what comes next.
        below = folder.uidnext or max(session.uids_above(0, folder.exists), default=0) + 1
        with self._transactions.begin(now) as transaction:
            lease = ledger.number_anew(transaction.connection, self._held, folder.uidvalidity, below)
            if why:
                transaction.desk.alarm(
                    "mailbox-renumbered",
                    settings.mailbox,
                    say("The server has renumbered the mailbox {mailbox}", mailbox=settings.mailbox),
                    say("Why: {reason}.", reason=why),
                    say(
                        "It is looked through again from the beginning. Mails that are here already are recognised by "
                        "their content; no acknowledgement goes out for any of them."
                    ),
                )
        self._lease = lease
        log.warning("%s: %s; looking through it again", settings.mailbox, why) if why else log.info(
            "%s: first look, %d mails there", settings.mailbox, folder.exists
        )

    # ---- the look -----------------------------------------------------------------------------------------------

    def _look(self, session: Session) -> None:
        folder = session.select()
        self._enter(session, folder)
        refused_too = time.monotonic() >= self._refused_again
        if refused_too:
            self._refused_again = time.monotonic() + AGAIN_AFTER
        self._tell_rest(session, refused_too)
        since = self._since()
        above = max(0, self._held.last_uid - LOOK_BACK)
        found = session.uids_above(above, folder.exists)
        with self._transactions.database.read() as connection:
            known = ledger.known(connection, self._held, above)
            brought_back = set(ledger.left_alone(connection, self._held, since))
            if refused_too:
                brought_back |= set(ledger.failing(connection, self._held))
        self._take(session, sorted({uid for uid in found if uid not in known} | brought_back), since)
        self.looked_at = self._clock()
        self._delay = self.settings.first_delay

    def _since(self) -> datetime:
        """What came to the folder before this is left alone. INTERNALDATE knows whole seconds only."""
        if self.settings.import_all:
            return EPOCH
        return (self.settings.import_since or self._held.started_at).replace(microsecond=0)

    def _take(self, session: Session, uids: Sequence[int], since: datetime) -> None:
        """Brings these into the spool, the oldest first, in batches of bounded size."""
        progress = _Progress(self.settings.mailbox, len(uids))
        for start in range(0, len(uids), FACTS):
            some = uids[start : start + FACTS]
            facts = self._facts(session, some)
            # Entered along with the batch they lie before, so that the cursor never passes a UID that is not entered.
            apart = [
                Look(uid, Seen.OLD, facts[uid].internal_date, facts[uid].size)
                if uid in facts
                else Look(uid, Seen.GONE, None, 0)
                for uid in some
                if uid not in facts or self._is_old(uid, facts[uid], since)
            ]
            not_fetched = {look.uid for look in apart}
            for batch in _batches([uid for uid in some if uid not in not_fetched], facts, self.settings.size_limit):
                if self._stop.is_set():
                    return
                before = [look for look in apart if look.uid < batch[-1]]
                apart = apart[len(before) :]
                self._take_batch(session, batch, facts, before)
                progress.tell(len(batch) + len(before))
            if apart:
                self._note(apart)
                progress.tell(len(apart))
        progress.end()

    def _facts(self, session: Session, uids: Sequence[int]) -> dict[int, Facts]:
        try:
            return session.facts(uids)
        except Refused:
            # One answer that cannot be read must not stand for all.
            facts: dict[int, Facts] = {}
            for uid in uids:
                try:
                    facts |= session.facts([uid])
                except Refused as refused:
                    log.warning("%s: UID %d: no size and date: %s", self.settings.mailbox, uid, refused)
                    facts[uid] = Facts(0, None)
            return facts

    def _is_old(self, uid: int, facts: Facts, since: datetime) -> bool:
        """Old is only what lay there at the first look: a server's clock may go wrong, its numbers do not."""
        return uid < self._held.history_below and facts.internal_date is not None and facts.internal_date < since

    def _take_batch(
        self, session: Session, uids: Sequence[int], facts: dict[int, Facts], before: Sequence[Look]
    ) -> None:
        looks = [*before, *self._fetched(session, uids, facts)]
        try:
            self._note(looks)
        except (IntegrityError, OperationalError, InterfaceError):
            raise
        except DBAPIError as error:
            # A mail that cannot be stored must not keep its neighbours out.
            for look in looks:
                self._note_alone(look, error)
        kept = [Untold(look.uid, look.internal_date, look.whole) for look in looks if look.state is Seen.KEPT]
        if kept:
            self._woken()
            self._tell(session, kept)

    def _note_alone(self, look: Look, error: DBAPIError) -> None:
        try:
            self._note([look])
        except (IntegrityError, OperationalError, InterfaceError):
            raise
        except DBAPIError as own:
            log.error("%s: UID %d cannot be stored: %s", self.settings.mailbox, look.uid, _brief(own))
            self._note([Look(look.uid, Seen.FAILING, look.internal_date, look.size, error=_brief(error))])

    def _fetched(self, session: Session, uids: Sequence[int], facts: dict[int, Facts]) -> Iterator[Look]:
        if len(uids) == 1 and facts[uids[0]].size > min(BATCH_OCTETS, self.settings.size_limit):
            yield self._fetched_alone(session, uids[0], facts[uids[0]])
            return
        try:
            data = session.fetch(uids)
        except Refused as refused:
            if len(uids) > 1:
                for uid in uids:
                    yield from self._fetched(session, [uid], facts)
                return
            yield self._failing(uids[0], facts[uids[0]], str(refused))
            return
        for uid in uids:
            if uid in data:
                yield self._kept(uid, facts[uid], data[uid])
            elif session.facts([uid]):
                yield self._failing(uid, facts[uid], "the server answers without the mail")
            else:
                yield Look(uid, Seen.GONE, facts[uid].internal_date, facts[uid].size)

    def _fetched_alone(self, session: Session, uid: int, facts: Facts) -> Look:
        """A large mail in pieces; one over the limit with its beginning only."""
        limit = self.settings.size_limit
        try:
            data = session.fetch_large(uid, limit, self._keep_lease) if facts.size <= limit else b""
            if data is None:
                return Look(uid, Seen.GONE, facts.internal_date, facts.size)
            if data and len(data) <= limit:
                return self._kept(uid, facts, data)
            beginning = session.fetch_beginning(uid)
        except Refused as refused:
            return self._failing(uid, facts, str(refused))
        if beginning is None:
            return Look(uid, Seen.GONE, facts.internal_date, facts.size)
        return self._kept(uid, facts, beginning, whole_size=max(facts.size, len(data)))

    def _kept(self, uid: int, facts: Facts, data: bytes, whole_size: int | None = None) -> Look:
        if whole_size is None and len(data) > self.settings.size_limit:
            # It was announced smaller. What is cut away here stays on the server.
            whole_size, data = len(data), beginning_of(data)
        if whole_size is not None:
            log.warning(
                "%s: UID %d has %d octets, more than the limit; its beginning was taken, the whole stays there",
                self.settings.mailbox, uid, whole_size,
            )  # fmt: skip
        mail = RawMail(
            uid=self._new_uid(),
            data=data,
            envelope=Envelope(None, ()),
            source=Source.IMAP,
            received_at=self._received_at(facts),
            mailbox=self.settings.mailbox,
            quiet=self._is_quiet(uid, facts),
            whole_size=whole_size,
        )
        return Look(uid, Seen.KEPT, facts.internal_date, facts.size, mail, whole_size is None)

    def _failing(self, uid: int, facts: Facts, reason: str) -> Look:
        log.error("%s: UID %d is not handed out: %s", self.settings.mailbox, uid, reason)
        self._alarm(
            "mailbox-mail-failing",
            say("A mail in {mailbox} cannot be fetched", mailbox=self.settings.mailbox),
            f"UID {uid}: {reason}",
            say("It is tried again every hour; the others are not held up. Look at it with a mail program."),
        )
        return Look(uid, Seen.FAILING, facts.internal_date, facts.size, error=reason)

    def _is_quiet(self, uid: int, facts: Facts) -> bool:
        """From a rescan, or from before the desk was there: nothing automatic answers it (RULES 5)."""
        lease = self._held
        if uid >= lease.history_below:
            return False
        started = lease.started_at.replace(microsecond=0)
        return lease.rescan or facts.internal_date is None or facts.internal_date < started

    def _received_at(self, facts: Facts) -> datetime:
        """INTERNALDATE, not before there was a desk or what is to be imported, not in the future (RULES 1)."""
        now = self._clock()
        if self._installed is None:
            with self._transactions.database.read() as connection:
                self._installed = ledger.installed_at(connection) or self._started
        earliest = max(self._installed, self.settings.import_since or self._installed)
        return min(max(facts.internal_date or now, earliest), now)

    # ---- telling the server -------------------------------------------------------------------------------------

    def _tell_rest(self, session: Session, refused_too: bool) -> None:
        """What was safe before the last crash or refusal, but the server does not know it."""
        for state in (Seen.KEPT, Seen.REFUSED) if refused_too else (Seen.KEPT,):
            while not self._stop.is_set():
                with self._transactions.database.read() as connection:
                    waiting = ledger.untold(connection, self._held, state, MARKS)
                if not waiting:
                    break
                if not self._tell_checked(session, waiting):
                    break

    def _tell_checked(self, session: Session, waiting: Sequence[Untold]) -> bool:
        """The same for mails of an earlier connection: only where the UID still means that mail."""
        facts = self._facts(session, [one.uid for one in waiting])
        gone = [one.uid for one in waiting if one.uid not in facts]
        other = [one.uid for one in waiting if one.uid in facts and facts[one.uid].internal_date != one.internal_date]
        with self._transactions.database.write() as connection:
            ledger.told(connection, self._held, gone, Seen.MARKED)
            ledger.told(connection, self._held, other, Seen.STALE, "the UID is another mail now")
        rest = [one for one in waiting if one.uid not in {*gone, *other}]
        return self._tell(session, rest)

    def _tell(self, session: Session, kept: Sequence[Untold]) -> bool:
        """Marks, moves or deletes what is safe. False: the server refused; the mails are safe all the same."""
        after = self.settings.after
        whole = [one.uid for one in kept if one.whole]
        part = [one.uid for one in kept if not one.whole]
        # What is not stored whole is never deleted.
        groups = [(after, whole), ("keyword" if after == "delete" else after, part)]
        good = True
        for how, uids in groups:
            if uids:
                good = self._tell_as(session, how, uids) and good
        return good

    def _tell_as(self, session: Session, how: str, uids: Sequence[int]) -> bool:
        try:
            if how == "keyword":
                session.mark(uids)
            elif how == "move":
                session.move(uids, self.settings.move_to or "")
            else:
                session.delete(uids)
        except Refused as refused:
            if len(uids) > 1 and "EXPUNGEISSUED" in str(refused).upper():
                # Some of them were taken away meanwhile; that says nothing about the others (RFC 5530).
                outcomes = [self._tell_as(session, how, [uid]) for uid in uids]
                return all(outcomes)
            self._warn(f"cannot {how} on the server: {refused}; the mails are safe here and stay there as they are")
            state, error = Seen.REFUSED, str(refused)
        else:
            state, error = Seen.MARKED, ""
        with self._transactions.database.write() as connection:
            ledger.told(connection, self._held, uids, state, error or None)
        return state is Seen.MARKED


class _Progress:
    """Says how a long look goes on; nothing about a short one."""

    def __init__(self, mailbox: str, whole: int) -> None:
        self._mailbox, self._whole, self._done = mailbox, whole, 0
        self._told_at = time.monotonic()
        self._told = False

    def tell(self, more: int) -> None:
        self._done += more
        if time.monotonic() - self._told_at >= TELL_EVERY:
            self._told_at, self._told = time.monotonic(), True
            log.info("%s: %d of %d mails looked at", self._mailbox, self._done, self._whole)

    def end(self) -> None:
        if self._told or self._whole >= FACTS:
            log.info("%s: all %d mails looked at", self._mailbox, self._whole)


class _Stop:
    """An event that poll() can wait for too."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._ear, self._mouth = os.pipe()
        self._lock = threading.Lock()
        self._closed = False

    def set(self) -> None:
        with self._lock:
            # A closed number may be somebody else's file by now.
            if not self._event.is_set() and not self._closed:
                os.write(self._mouth, b".")
            self._event.set()

    def is_set(self) -> bool:
        return self._event.is_set()

    def wait(self, seconds: float) -> bool:
        return self._event.wait(seconds)

    def fileno(self) -> int:
        return self._ear

    def close(self) -> None:
        with self._lock:
            if not self._closed:
                self._closed = True
                os.close(self._ear)
                os.close(self._mouth)


def _batches(uids: Sequence[int], facts: dict[int, Facts], limit: int) -> Iterator[list[int]]:
    """In order, each of bounded size; a large mail is alone."""
    batch: list[int] = []
    octets = 0
    for uid in uids:
        size = facts[uid].size
        if batch and (len(batch) >= BATCH or octets + size > min(BATCH_OCTETS, limit)):
            yield batch
            batch, octets = [], 0
        batch.append(uid)
        octets += size
    if batch:
        yield batch


def _brief(error: BaseException) -> str:
    text = str(error)
    return f"{type(error).__name__}: {text.splitlines()[0][:300] if text else ''}"
