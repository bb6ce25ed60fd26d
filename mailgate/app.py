"""Builds every part from the Settings: the only module that knows them all. Makes the one clock and hands it on."""

from __future__ import annotations

import fcntl
import os
import secrets
import socket
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from mailgate import spool
from mailgate.config import Settings
from mailgate.database import Database, DatabaseFault
from mailgate.mail import RawMail
from ticketing import model
from ticketing.desk import Desk
from ticketing.model import DeskPolicy

# Most commands only look at tickets: what reads, signs and composes mail is imported by the part that needs it.
if TYPE_CHECKING:
    import sqlalchemy as sa

    from mailgate.daemon import Daemon, Door
    from mailgate.inbound.authentication import Trust
    from mailgate.outbound.compose import Composer
    from mailgate.outbound.templates import Sources, Templates
    from mailgate.readers import Readers
    from mailgate.tokens import Signer
    from mailgate.transaction import Transactions
    from mailgate.transport.relay import Relay
    from mailgate.transport.smtp_listener import Listener
    from mailgate.workers.deadlines import Deadlines
    from mailgate.workers.intake import Intake
    from mailgate.workers.send import Sender


def system_clock() -> datetime:
    """The one clock: aware, UTC."""
    return datetime.now(UTC)  # noqa: TID251


class AlreadyRunning(Exception):
    """Another daemon works on this database; the text names it."""


class App:
    """A desk, put together. `clock` is the time for everything that asks; parts are made when first asked for."""

    def __init__(self, settings: Settings, clock: Callable[[], datetime] = system_clock) -> None:
        self.settings = settings
        self.clock = clock
        # One name a process: what it has in hand and what it leases can be told from others'.
        self.owner = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}"

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
        with open(f"{path}-lock", "a+", encoding="utf-8") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise AlreadyRunning(f"another mailgate works on {path}: {_holder(lock)}") from None
            lock.truncate(0)
            lock.write(f"process {os.getpid()} on {socket.gethostname()}, since {self.clock():%Y-%m-%d %H:%M:%S} UTC")
            lock.flush()
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
        return policy_of(self.settings)

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

        imap = any(box.imap is not None and box.imap.trust_results for box in self.settings.mailboxes)
        return Trust(
            frozenset(self.settings.authentication.trusted_authserv_ids), self.settings.listener.trusted_relays, imap
        )

    def intake(self) -> Intake:
        from mailgate.workers.intake import Intake

        return Intake(self.transactions, self.readers, self.signer, self.policy, self.trust, self.owner)

    def relay(self) -> Relay:
        from mailgate.transport.relay import MaildirRelay, SmtpRelay

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
        """For the only daemon on a SQLite database: whatever is in hand or leased was so when the last one died.
        (mails to read again, mails to send again)."""
        if not self.database.is_sqlite:
            return 0, 0
        with self.database.write() as connection:
            return spool.recover(connection), spool.unlease(connection)

    def daemon(self, roles: Collection[str]) -> Daemon:
        """The daemon with the chosen roles, ready to run."""
        import threading

        from mailgate.daemon import Daemon, Periodic, Worker

        mail_in, mail_out = threading.Event(), threading.Event()
        workers: list[Worker] = []
        periodic: list[Periodic] = []
        _ = self.composer  # a broken template stops the start, not the first mail
        if "intake" in roles:
            self.readers.start()  # before any thread exists: its fork server must not inherit one's locks
            workers.append(Worker("intake", self.intake().work, mail_in, wakes=mail_out))
        if "send" in roles:
            sender = self.sender()
            workers.append(Worker("send", sender.send_due, mail_out, stop=sender.stop, close=sender.close))
        if "deadlines" in roles:
            periodic = [
                Periodic("deadlines", self.deadlines.keep_up, timedelta(seconds=15), mail_out),
                Periodic("digests", self.deadlines.send_digests, timedelta(minutes=10), mail_out),
                Periodic("held mail", self.deadlines.expire_held, timedelta(hours=1), mail_out),
            ]
        door = self._door(mail_in.set) if "listen" in roles else None
        return Daemon(self.clock, workers, periodic, door)

    def _door(self, woken: Callable[[], None]) -> Door:
        from mailgate.daemon import STOP_WITHIN, Door
        from mailgate.workers.listen import ListenThread, Writer

        writer = Writer(self.store, self.stored, woken)
        listen = ListenThread(self.listener(writer.submit))

        def open_door() -> list[tuple[str, int]]:
            writer.start()
            return listen.start()

        def close_door() -> None:
            # The listener first, so that what is in flight is still committed and told.
            listen.stop()
            writer.stop(STOP_WITHIN)

        return Door(open_door, close_door)

    # ---- the door -----------------------------------------------------------------------------------------------

    def listener(self, submit: Callable[[RawMail], Future[None]]) -> Listener:
        import shutil

        from mailgate.mail import domain_of
        from mailgate.transport.smtp_listener import Listener, ListenerSettings, Recipient

        listener, domains = self.settings.listener, self.settings.our_domains
        mailbox_for = self.settings.mailbox_for
        where = self.settings.desk.database.path or self.settings.folder

        def accepts(address: str) -> Recipient:
            if mailbox_for(address) is not None:
                return Recipient.OURS
            return Recipient.UNKNOWN if domain_of(address) in domains else Recipient.FOREIGN

        return Listener(
            ListenerSettings(
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
            ),
            accepts,
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
    """The operator's templates over ours, compiled and rendered on samples. Raises TemplateFault with file and line."""
    from mailgate.outbound.templates import Templates

    own = settings.desk.templates
    return Templates(_templates_in(data_folder("templates") / "mail"), _templates_in(own / "mail") if own else None)


def new_uid() -> str:
    return secrets.token_hex(16)


def policy_of(settings: Settings) -> DeskPolicy:
    """The desk's part of the configuration, in the desk's own nouns."""
    desk, limits = settings.desk, settings.limits

    def rows(name: str) -> tuple[model.Limit, ...]:
        return tuple(model.Limit(one.count, one.period) for one in getattr(limits, name))

    return DeskPolicy(
        name=desk.name,
        timezone=desk.timezone.key,
        language=desk.language,
        operators=tuple(agent.id for agent in settings.operators),
        undo=timedelta(seconds=desk.undo_seconds),
        auto_close=desk.auto_close,
        reopen_window=desk.reopen_window,
        agent_auth=settings.authentication.agent_auth,
        agent_token_age=settings.authentication.agent_token_age,
        limits=model.Limits(**{name: rows(name) for name in model.Limits.__dataclass_fields__}),
        agents={
            one.id: model.Agent(one.id, one.name, one.addresses, one.skills, one.language, one.signature or None)
            for one in settings.agents
        },
        queues={
            one.name: model.Queue(one.name, one.agents, one.lead, one.phone or None, one.signature or None, one.private)
            for one in settings.queues
        },
        mailboxes={
            one.address: model.Mailbox(
                one.address,
                one.queue,
                one.aliases,
                one.tag_word,
                one.language,
                one.plus_addressing,
                one.bulk,
                one.contact_form_senders,
            )
            for one in settings.mailboxes
        },
        organisations={
            one.name: model.Organisation(one.name, one.domains, one.shares_tickets) for one in settings.organisations
        },
        brands=tuple(model.Brand(one.prefix, one.organisation, one.queue, one.category) for one in settings.brands),
        number_patterns=tuple(one.pattern.pattern for one in settings.number_patterns),
        agent_of={address: one.id for one in settings.agents for address in one.addresses},
        organisation_of={domain: one.name for domain, one in settings.organisation_of.items()},
    )


def data_folder(name: str) -> Path:
    """Where `templates`, `config` or `systemd` lie: in the wheel, or at the top of a checkout."""
    packed = Path(str(resources.files("mailgate"))) / "_data" / name
    return packed if packed.is_dir() else Path(__file__).resolve().parent.parent / name


def _templates_in(folder: Path) -> Sources:
    from mailgate.outbound.templates import load_templates

    files = [str(path.relative_to(folder)) for path in sorted(folder.rglob("*")) if path.is_file()]
    return load_templates(lambda name: (folder / name).read_text(encoding="utf-8"), files)


def _holder(lock: TextIO) -> str:
    lock.seek(0)
    return lock.read().strip() or "unknown"
