"""Builds every part from the Settings: the only module that knows them all. Makes the one clock and hands it on."""

from __future__ import annotations

import fcntl
import os
import secrets
import socket
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from mailgate import spool
from mailgate.config import Settings
from mailgate.database import Database, DatabaseFault
from mailgate.desk_policy import policy_of
from mailgate.mail import RawMail
from mailgate.owner import is_dead, owner_name
from mailgate.prepared import Fault, faults_of, read_prepared
from ticketing.desk import Desk
from ticketing.policy import DeskPolicy, Prepared

# Most commands only look at tickets: what reads, signs and composes mail is imported by the part that needs it.
if TYPE_CHECKING:
    import sqlalchemy as sa

    from mailgate.daemon import Daemon, Door, Pulse
    from mailgate.inbound.authentication import Trust
    from mailgate.outbound.compose import Composer
    from mailgate.outbound.templates import Sources, Templates
    from mailgate.readers import Readers
    from mailgate.tokens import Signer
    from mailgate.transaction import Transactions
    from mailgate.transport.imap import Account
    from mailgate.transport.relay import Relay
    from mailgate.transport.smtp_listener import Listener, ListenerSettings, Recipient
    from mailgate.workers.deadlines import Deadlines
    from mailgate.workers.fetch import Fetcher
    from mailgate.workers.intake import Intake
    from mailgate.workers.listen import ListenThread
    from mailgate.workers.send import Sender


def system_clock() -> datetime:
    """The one clock: aware, UTC."""
    return datetime.now(UTC)  # noqa: TID251


# A batch of mails that each drive their reader out of its limits; after that intake counts as hung.
_READING = timedelta(minutes=5)


@dataclass
class _Running:
    """Parts of a running daemon that take a new configuration while they run."""

    sender: Sender | None = None
    listener: Listener | None = None
    listen: ListenThread | None = None


class AlreadyRunning(Exception):
    """Another daemon works on this database; the text names it."""


class App:
    """A desk, put together. `clock` is the time for everything that asks; parts are made when first asked for."""

    def __init__(self, settings: Settings, clock: Callable[[], datetime] = system_clock) -> None:
        self.settings = settings
        self.at_start = settings
        self.clock = clock
        self._running: _Running | None = None
        # One name a process: what it has in hand and what it leases can be told from others'.
        self.owner = owner_name()

    # ---- the database -------------------------------------------------------------------------------------------

    @cached_property
    def database(self) -> Database:
        return Database(self.settings.desk.database.url)

    def open_database(self) -> None:
        """Checks that it keeps what it is given, and brings the schema up where that may be done unasked."""
        current, newest = self.database.schema_state()
        if current != newest:
            if not self.database.is_sqlite and current is not None:
                raise DatabaseFault(
                    f"the database has schema {current}, this mailgate needs {newest}; "
                    "stop all daemons, then: mailgate migrate"
                )
            self.database.migrate()
        self.database.verify_durability()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Only one `run` or `work` on a SQLite database. Raises AlreadyRunning naming the holder."""
        path = self.settings.desk.database.path
        if path is None:
            yield
            return
        try:
            lock = open(f"{path}-lock", "ab+", buffering=0)  # noqa: SIM115
        except OSError as error:
            raise DatabaseFault(f"{path}-lock: {error.strerror}") from error
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise AlreadyRunning(f"another mailgate works on {path}: {_holder(lock)}") from None
            since = f"process {os.getpid()} on {socket.gethostname()}, since {self.clock():%Y-%m-%d %H:%M:%S} UTC"
            with suppress(OSError):  # the lock holds without its name too, on a disk that is full
                lock.truncate(0)
                lock.write(since.encode())
            yield

    @cached_property
    def instance(self) -> str:
        """The random name of this installation; it is part of every signature."""
        with self.database.write() as connection:
            return spool.install(connection, secrets.token_hex(8), self.clock())[0]

    @contextmanager
    def looking(self) -> Iterator[tuple[sa.Connection, Desk]]:
        """The desk as it stands, for looking only."""
        with self.database.read() as connection:
            yield connection, Desk(connection, self.policy, self.clock())

    # ---- the parts ----------------------------------------------------------------------------------------------

    @cached_property
    def signer(self) -> Signer:
        from mailgate.tokens import Signer, read_keys

        return Signer(read_keys(self.settings.desk.key_ring.get_secret_value(), self.clock().date()), self.instance)

    @cached_property
    def templates(self) -> Templates:
        return read_templates(self.settings)

    @cached_property
    def policy(self) -> DeskPolicy:
        return policy_of(self.settings, self.prepared[0])

    @cached_property
    def prepared(self) -> tuple[Prepared, tuple[Fault, ...]]:
        """What lies ready, and what of it cannot be used."""
        return read_prepared(data_folder("templates"), self.settings.desk.templates)

    def check_templates(self) -> None:
        """Every template and all that lies ready. Raises TemplateFault with every fault."""
        from mailgate.outbound.templates import TemplateFault

        self.templates.check_all()
        ready, unread = self.prepared
        faults = [TemplateFault(one.file, one.line, one.message) for one in (*unread, *faults_of(ready))]
        if faults:
            first, *more = faults
            raise TemplateFault(first.file, first.line, first.message, more)

    @cached_property
    def composer(self) -> Composer:
        from mailgate.outbound.compose import Composer, ComposeSettings

        boxes = self.settings.mailboxes
        return Composer(
            self.signer,
            self.templates,
            ComposeSettings(
                desk=self.settings.desk.name,
                mailbox=boxes[0].address,
                timezone=self.settings.desk.timezone.key,
                envelope=self.settings.relay.envelope,
                plus_addressing={box.address: box.plus_addressing for box in boxes},
                tag_words=tuple({box.tag_word for box in boxes if box.tag_word}),
            ),
        )

    @cached_property
    def transactions(self) -> Transactions:
        from mailgate.transaction import Transactions

        return Transactions(self.database, self.policy, self.composer)

    @cached_property
    def readers(self) -> Readers:
        from mailgate.readers import Readers

        return Readers()

    @property
    def trust(self) -> Trust:
        from mailgate.inbound.authentication import Trust

        believed = [box.address for box in self.settings.mailboxes if box.imap is not None and box.imap.trust_results]
        return Trust(
            frozenset(self.settings.authentication.trusted_authserv_ids),
            self.settings.listener.trusted_relays,
            imap_mailboxes=frozenset(believed),
        )

    def intake(self) -> Intake:
        from mailgate.workers.intake import Intake

        return Intake(self.transactions, self.readers, self.signer, self.policy, self.trust, self.owner)

    def relay(self) -> Relay:
        from mailgate.transport.relay.maildir import MaildirRelay
        from mailgate.transport.relay.smarthost import SmtpRelay

        relay = self.settings.relay
        if relay.maildir is not None:
            return MaildirRelay(relay.maildir)
        if relay.smtp is None:
            raise AssertionError("a configuration without a way out was accepted")
        password = relay.password
        return SmtpRelay(
            relay.smtp.host,
            relay.smtp.port,
            tls=relay.tls,
            user=relay.user,
            password=password.get_secret_value if password else None,
            timeout=relay.timeout.total_seconds(),
            local_hostname=self.settings.listener.hostname,
        )

    def sender(self) -> Sender:
        import logging

        from mailgate.workers.intake import bounce_of_refusal
        from mailgate.workers.send import Failed, Sender

        def on_failure(connection: object, mail: spool.DueMail, failed: Failed) -> None:
            import sqlalchemy as sa

            assert isinstance(connection, sa.Connection)  # noqa: S101
            issued = spool.issued(connection, [mail.row]).get(mail.row)
            with self.transactions.within(connection, self.clock()) as transaction:
                transaction.desk.undelivered(bounce_of_refusal(mail, issued, failed))

        return Sender(
            self.database, self.relay(), owner=self.owner, on_failure=on_failure, log=logging.getLogger("mailgate.send")
        )

    @cached_property
    def deadlines(self) -> Deadlines:
        from mailgate.workers.deadlines import Deadlines

        return Deadlines(self.transactions, self.settings.desk.held_for)

    def recover(self) -> tuple[int, int]:
        """What a daemon that died had in hand or leased waits again: on SQLite, where we are the only one, all of it;
        else what dead processes of this machine had. (mails to read again, mails to send again)."""
        with self.database.write() as connection:
            dead = None
            if not self.database.is_sqlite:
                dead = [one for one in spool.holders(connection) if is_dead(one, self.owner)]
            return spool.recover(connection, dead), spool.unlease(connection, dead)

    @cached_property
    def running_intake(self) -> Intake:
        """The daemon's own, replaced by `renew`."""
        return self.intake()

    def accounts(self) -> dict[str, Account]:
        """Mailbox address -> where it is fetched, for those that are."""
        from mailgate.transport.imap import Account

        return {
            box.address: Account(
                imap.host,
                imap.port,
                imap.tls,
                imap.user,
                imap.folder,
                imap.password.get_secret_value,
                timeout=imap.timeout.total_seconds(),
            )
            for box in self.settings.mailboxes
            if (imap := box.imap) is not None
        }

    def fetchers(self, woken: Callable[[], None], import_all: Collection[str] = ()) -> list[Fetcher]:
        """One for each mailbox that is fetched. `import_all`: the addresses of which nothing is too old."""
        from mailgate.workers.fetch import Fetcher, FetchSettings

        accounts = self.accounts()
        return [
            Fetcher(
                FetchSettings(
                    mailbox=box.address,
                    account=accounts[box.address],
                    after=box.imap.after,
                    move_to=box.imap.move_to,
                    import_since=box.imap.import_since,
                    size_limit=self.settings.listener.size,
                    sweep=box.imap.sweep.total_seconds(),
                    import_all=box.address in import_all,
                ),
                self.transactions,
                owner=self.owner,
                clock=self.clock,
                new_uid=new_uid,
                woken=woken,
            )
            for box in self.settings.mailboxes
            if box.imap is not None
        ]

    def daemon(
        self,
        roles: Collection[str],
        reload: Callable[[], str] = lambda: "nothing to reload",
        import_all: Collection[str] = (),
    ) -> Daemon:
        """The daemon with the chosen roles, ready to run. `reload`: see Daemon; `import_all`: see `fetchers`."""
        import threading

        from mailgate.daemon import Daemon, Periodic, Pulse, Worker
        from mailgate.systemd import Notifier

        notifier = Notifier()
        pulse = Pulse(notifier.watchdog)
        self._running = _Running()
        mail_in, mail_out = threading.Event(), threading.Event()
        workers: list[Worker] = []
        periodic: list[Periodic] = []
        self.check_templates()  # a broken one stops the start, not the first mail
        _ = self.composer
        if "intake" in roles:
            self.readers.start()  # before any thread exists: its fork server must not inherit one's locks
            _ = self.running_intake
            workers.append(
                Worker("intake", lambda now: self.running_intake.work(now), mail_in, mail_out, longest=_READING)
            )
        if "send" in roles:
            sender = self._running.sender = self.sender()
            workers.append(
                Worker("send", sender.send_due, mail_out, stop=sender.stop, close=sender.close, longest=sender.longest)
            )
        if "fetch" in roles:
            for one in self.fetchers(mail_in.set, import_all):
                # A mail server that hangs is an alarm, never a reason for systemd to kill the daemon.
                name = f"fetch {one.settings.mailbox}"
                workers.append(Worker(name, one.work, threading.Event(), stop=one.stop, close=one.close, longest=None))
        if "deadlines" in roles:
            periodic = [
                Periodic("deadlines", lambda now: self.deadlines.keep_up(now), timedelta(seconds=15), mail_out),
                Periodic("digests", lambda now: self.deadlines.send_digests(now), timedelta(minutes=10), mail_out),
                Periodic("held mail", lambda now: self.deadlines.expire_held(now), timedelta(hours=1), mail_out),
            ]
        door = self._door(mail_in.set, pulse) if "listen" in roles else None
        return Daemon(self.clock, workers, periodic, door, reload, pulse, notifier)

    def _door(self, woken: Callable[[], None], pulse: Pulse) -> Door:
        import time

        from mailgate.daemon import Door
        from mailgate.workers.listen import ListenThread, Writer

        writer = Writer(self.store, self.stored, woken, beat=pulse.of("writer"), every=pulse.every)
        listener = self.listener(writer.submit)
        listen = ListenThread(listener, pulse.of("listener"), pulse.every)
        if self._running is not None:
            self._running.listener, self._running.listen = listener, listen

        def open_door() -> list[tuple[str, int]]:
            writer.start()
            return listen.start()

        def close_door(seconds: float) -> None:
            # The listener first, so that what is in flight is still committed and told.
            end = time.monotonic() + seconds
            listen.stop(max(0.0, seconds - 8.0))
            writer.stop(max(1.0, end - time.monotonic()))

        return Door(open_door, close_door)

    def renew(self, settings: Settings) -> list[str]:
        """A new configuration, for whatever a running daemon begins from now on. Answers with the keys of what only a
        restart changes. Raises TemplateFault, OSError or ValueError, and then nothing has changed."""
        from mailgate.reload import until_restart
        from mailgate.transport.smtp_listener import check_certificate

        settings, waiting = until_restart(self.at_start, settings)
        fresh = App(settings, self.clock)
        kept = ("owner", "at_start", "_running", "database", "instance", "readers")
        fresh.__dict__.update({name: self.__dict__[name] for name in kept if name in self.__dict__})
        parts = [name for name, part in vars(App).items() if isinstance(part, cached_property) and name not in kept]
        for name in parts:
            getattr(fresh, name)
        fresh.check_templates()
        running = self._running
        relay = fresh.relay() if running and running.sender else None
        if running and running.listener and running.listen:
            listener, door, accepts = running.listener, fresh.listener_settings(), fresh.accepts
            check_certificate(door)
            running.listen.call(lambda: listener.renew(door, accepts))
        # Nothing can fail any more. In one step, so that no worker sees half of it.
        self.__dict__.update({name: fresh.__dict__[name] for name in (*parts, "settings")})
        if relay is not None and running and running.sender:
            running.sender.renew(relay)
        return waiting

    # ---- the door -----------------------------------------------------------------------------------------------

    def listener_settings(self) -> ListenerSettings:
        from mailgate.transport.smtp_listener import ListenerSettings

        listener = self.settings.listener
        return ListenerSettings(
            listen=tuple((one.host, one.port) for one in listener.listen),
            hostname=listener.hostname,
            tls=listener.tls.mode if listener.tls else "none",
            certificate=listener.tls.cert if listener.tls else None,
            key=listener.tls.key if listener.tls else None,
            trusted_relays=listener.trusted_relays,
            size_limit=listener.size,
            max_connections=listener.connections,
            per_address=listener.connections_per_address,
            max_recipients=listener.recipients,
            timeout=listener.command_timeout.total_seconds(),
            in_flight=listener.in_flight,
            blocked=frozenset(listener.block),
        )

    def accepts(self, address: str) -> Recipient:
        """What an address is to us."""
        from mailgate.mail import domain_of
        from mailgate.transport.smtp_listener import Recipient

        if self.settings.mailbox_for(address) is not None:
            return Recipient.OURS
        return Recipient.UNKNOWN if domain_of(address) in self.settings.our_domains else Recipient.FOREIGN

    def listener(self, submit: Callable[[RawMail], Future[None]]) -> Listener:
        import shutil

        from mailgate.transport.smtp_listener import Listener

        where = self.settings.desk.database.path or self.settings.folder
        return Listener(
            self.listener_settings(),
            self.accepts,
            submit,
            self.clock,
            new_uid,
            lambda: shutil.disk_usage(where.parent).free,
        )

    def store(self, mails: Sequence[RawMail]) -> None:
        """What the writer does: all of them in one commit."""
        with self.database.write() as connection:
            spool.put(connection, mails)

    def stored(self, uids: Sequence[str]) -> set[str]:
        with self.database.read() as connection:
            return spool.known_uids(connection, uids)

    def close(self) -> None:
        if "readers" in self.__dict__:
            self.readers.stop()
        if "database" in self.__dict__:
            self.database.close()


def read_templates(settings: Settings) -> Templates:
    """The operator's templates over ours. Raises TemplateFault with file and line."""
    from mailgate.outbound.templates import Templates

    own = settings.desk.templates
    return Templates(_templates_in(data_folder("templates") / "mail"), _templates_in(own / "mail") if own else None)


def new_uid() -> str:
    return secrets.token_hex(16)


def data_folder(name: str) -> Path:
    """Where `templates`, `config` or `systemd` lie: in the wheel, or at the top of a checkout."""
    packed = Path(str(resources.files("mailgate"))) / "_data" / name
    return packed if packed.is_dir() else Path(__file__).resolve().parent.parent / name


def _templates_in(folder: Path) -> Sources:
    from mailgate.outbound.templates import load_templates

    files = [str(path.relative_to(folder)) for path in sorted(folder.rglob("*")) if path.is_file()]
    return load_templates(lambda name: (folder / name).read_text(encoding="utf-8"), files)


def _holder(lock: BinaryIO) -> str:
    lock.seek(0)
    return lock.read().decode(errors="replace").strip() or "unknown"
