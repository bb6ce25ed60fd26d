"""The engine: SQLite or PostgreSQL made to behave alike, transactions, and the schema's way up.

SQLite: WAL, synchronous=FULL (read back: a mail answered 250 must survive a power cut), foreign keys, BEGIN
IMMEDIATE for
writers, who queue on one fair lock (in the process, then between processes), because SQLite's own waiting starves.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib import resources
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import Dialect, Engine


class DatabaseFault(Exception):
    """The database cannot be used as it is; the text says what to do."""


def _aware(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("a naive time on its way into the database")
    return value


class _UtcDateTime(sqlite.DATETIME):
    """SQLite keeps no zone: aware in, stored as UTC, aware UTC out."""

    def bind_processor(self, dialect: Dialect) -> Any:
        store = super().bind_processor(dialect)

        def process(value: datetime | None) -> Any:
            if value is None:
                return None
            naive = _aware(value).astimezone(UTC).replace(tzinfo=None)
            return store(naive) if store else naive

        return process

    def result_processor(self, dialect: Dialect, coltype: Any) -> Any:
        load = super().result_processor(dialect, coltype)

        def process(value: Any) -> datetime | None:
            if value is None:
                return None
            moment: datetime | None = load(value) if load else value
            return moment.replace(tzinfo=UTC) if moment else None

        return process


class FairLock:
    """First come, first served; threading.Lock makes no such promise, and a busy listener would starve intake."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: deque[threading.Lock] = deque()
        self._held = False

    def __enter__(self) -> None:
        with self._guard:
            if not self._held and not self._waiting:
                self._held = True
                return
            turn = threading.Lock()
            turn.acquire()
            self._waiting.append(turn)
        turn.acquire()

    def __exit__(self, *_: object) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._held = False


class Database:
    """`write()` and `read()` give a connection in a transaction. `mark()` is `write()` without waiting for the disk,
    for marks whose loss only repeats work."""

    def __init__(self, url: str) -> None:
        self.url = sa.make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = _engine(self.url, "FULL")
        self._quick = _engine(self.url, "NORMAL") if self.is_sqlite else self.engine
        self._turn = FairLock()
        self._turn_file: int | None = None

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        with self._queue(), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def mark(self) -> Iterator[sa.Connection]:
        with self._queue(), self._quick.begin() as connection:
            if not self.is_sqlite:
                connection.exec_driver_sql("SET LOCAL synchronous_commit = off")
            yield connection

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        with self.engine.connect().execution_options(mailgate_read_only=True) as connection:
            if not self.is_sqlite:
                connection.exec_driver_sql("SET TRANSACTION READ ONLY")
            yield connection

    @contextmanager
    def rehearse(self) -> Iterator[sa.Connection]:
        """A writing transaction that is always rolled back: for a dry run that must change nothing."""
        with self._queue(), self.engine.connect() as connection:
            transaction = connection.begin()
            try:
                yield connection
            finally:
                transaction.rollback()

    def close(self) -> None:
        self.engine.dispose()
        self._quick.dispose()
        if self._turn_file is not None:
            os.close(self._turn_file)
            self._turn_file = None

    @contextmanager
    def _queue(self) -> Iterator[None]:
        if not self.is_sqlite or not self.url.database:
            yield
            return
        with self._turn:
            if self._turn_file is None:
                self._turn_file = os.open(f"{self.url.database}-turn", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            fcntl.flock(self._turn_file, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.flock(self._turn_file, fcntl.LOCK_UN)

    # ---- is it fit for use --------------------------------------------------------------------------------------

    def verify_durability(self) -> None:
        """Reads back what a promise to a mail server rests on. Raises DatabaseFault naming the setting."""
        with self.read() as connection:
            if self.is_sqlite:
                mode = connection.exec_driver_sql("PRAGMA journal_mode").scalar()
                full = connection.exec_driver_sql("PRAGMA synchronous").scalar()
                if mode != "wal" or full != 2:
                    raise DatabaseFault(
                        f"SQLite answers journal_mode={mode}, synchronous={full}; mailgate needs WAL and FULL. "
                        "Is the folder on a file system without shared memory (NFS)?"
                    )
                return
            for name in ("fsync", "synchronous_commit"):
                value = connection.exec_driver_sql(f"SHOW {name}").scalar()
                if value == "off":
                    raise DatabaseFault(
                        f"PostgreSQL runs with {name} = off: a mail answered 250 could be lost. Set {name} = on."
                    )

    # ---- the schema ---------------------------------------------------------------------------------------------

    def schema_state(self) -> tuple[str | None, str]:
        """(revision of this database or None when it is empty, newest revision). Raises DatabaseFault where a newer
        mailgate has been at it."""
        # Without Alembic, which takes longer to import than most commands take in all.
        versions = resources.files("mailgate.migrations.versions").iterdir()
        newest = max(entry.name.partition("_")[0] for entry in versions if entry.name[:4].isdigit())
        with self.read() as connection:
            if not sa.inspect(connection).has_table("alembic_version"):
                return None, newest
            current = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
        if current is not None and current > newest:
            raise DatabaseFault(
                f"the database has schema {current}, this mailgate knows none after {newest}: a newer mailgate was here"
            )
        return current, newest

    def migrate(self) -> None:
        """Brings the schema to the newest revision; two processes at once wait for each other."""
        import logging

        from alembic import command
        from alembic.util import CommandError

        logging.getLogger("alembic").setLevel(logging.WARNING)
        try:
            with self._queue():
                command.upgrade(self._alembic(), "head")
        except CommandError as error:
            raise DatabaseFault(f"the schema cannot be brought up: {error}") from error

    def _alembic(self) -> Any:
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", "mailgate:migrations")
        config.attributes["engine"] = self.engine
        return config


def _refuse_naive_times(engine: Engine) -> None:
    """PostgreSQL would take a naive time for one in the session's zone."""
    colspecs: dict[Any, Any] = dict(engine.dialect.colspecs)
    driver_type = colspecs.get(sa.DateTime, sa.DateTime)

    class Aware(driver_type):  # type: ignore[misc, valid-type]
        def bind_processor(self, dialect: Dialect) -> Any:
            return lambda value: None if value is None else _aware(value)

    colspecs[sa.DateTime] = Aware
    engine.dialect.colspecs = colspecs


def _make_private(file: str) -> None:
    """Mail is nobody else's business: a new database is for its owner alone, and SQLite gives what it writes beside it
    the same mode. Whatever hinders this is named when the database is opened."""
    with contextlib.suppress(OSError):
        os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def _engine(url: sa.URL, synchronous: str) -> Engine:
    # hide_parameters: an error of the driver must not print mail text into the log.
    if url.get_backend_name() != "sqlite":
        engine = sa.create_engine(
            url,
            pool_pre_ping=True,
            pool_recycle=1800,
            pool_size=5,
            max_overflow=10,
            hide_parameters=True,
            connect_args={
                "connect_timeout": 5,
                "application_name": "mailgate",
                "options": "-c timezone=utc -c lock_timeout=10s -c idle_in_transaction_session_timeout=60s",
            },
        )
        _refuse_naive_times(engine)
        return engine
    engine = sa.create_engine(url, hide_parameters=True, connect_args={"timeout": 15, "check_same_thread": False})
    colspecs = engine.dialect.colspecs
    engine.dialect.colspecs = {**colspecs, sa.DateTime: _UtcDateTime}

    @event.listens_for(engine, "do_connect")
    def _connecting(_dialect: object, _record: object, arguments: Any, _keywords: object) -> None:
        _make_private(arguments[0])

    @event.listens_for(engine, "connect")
    def _connected(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # no implicit BEGIN; ours follows on the "begin" event
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            f"synchronous={synchronous}",
            "foreign_keys=ON",
            "busy_timeout=15000",
            "temp_store=MEMORY",
            "cache_size=-16000",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        read_only = connection.get_execution_options().get("mailgate_read_only", False)
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

    return engine
