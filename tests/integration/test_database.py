"""The engine: what is promised of a commit, of times, and of writers who queue."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from postgres import Cluster
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError

from mailgate import spool
from mailgate.database import Database, DatabaseFault, FairLock
from mailgate.spool import installation

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    yield database
    database.close()


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path / 'desk.db'}")
    database.migrate()
    yield database
    database.close()


def names(database: Database) -> list[str]:
    with database.read() as connection:
        return sorted(connection.scalars(sa.select(installation.c.instance)))


# ---- both -----------------------------------------------------------------------------------------------------------


def test_it_is_fit_for_use(database: Database) -> None:
    database.verify_durability()
    current, newest = database.schema_state()
    assert current == newest


@pytest.mark.parametrize("how", ["write", "mark"])
def test_a_block_that_ends_is_there_and_one_that_raises_is_not(database: Database, how: str) -> None:
    with getattr(database, how)() as connection:
        spool.install(connection, "kept", NOW)
    with pytest.raises(KeyError), getattr(database, how)() as connection:
        connection.execute(sa.insert(installation).values(instance="lost", installed_at=NOW))
        raise KeyError
    assert names(database) == ["kept"]


def test_a_rehearsal_leaves_nothing(database: Database) -> None:
    with database.rehearse() as connection:
        spool.install(connection, "played", NOW)
        assert connection.scalar(sa.select(sa.func.count()).select_from(installation)) == 1
    assert names(database) == []


def test_reading_cannot_write(database: Database) -> None:
    if database.is_sqlite:
        # There a reader holds no lock: the write that follows it is not kept.
        with database.read() as connection:
            connection.execute(sa.insert(installation).values(instance="sneaked", installed_at=NOW))
    else:
        with pytest.raises(DBAPIError), database.read() as connection:
            connection.execute(sa.insert(installation).values(instance="sneaked", installed_at=NOW))
    assert names(database) == []


@pytest.mark.parametrize("zone", [UTC, timezone(timedelta(hours=5, minutes=45)), timezone(-timedelta(hours=8))])
def test_times_come_back_as_the_same_moment_in_utc(database: Database, zone: timezone) -> None:
    moment = datetime(2026, 11, 21, 9, 0, 0, 123456, tzinfo=zone)
    with database.write() as connection:
        spool.install(connection, "here", moment)
    with database.read() as connection:
        found = connection.scalar(sa.select(installation.c.installed_at))
        same = connection.scalar(sa.select(installation.c.instance).where(installation.c.installed_at == moment))
    assert found == moment and found.utcoffset() == timedelta(0) and same == "here"


def test_a_naive_time_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="naive"), database.write() as connection:
        spool.install(connection, "here", datetime(2026, 11, 21, 9, 0))
    assert names(database) == []


def test_foreign_keys_hold(database: Database) -> None:
    orphan = {"mail_id": 4711, "address": "a@example.org", "domain": "example.org", "posted_at": NOW}
    with pytest.raises(IntegrityError), database.write() as connection:
        connection.execute(sa.insert(spool.outbound_recipient).values(**orphan))


def test_an_error_does_not_print_what_a_mail_said(database: Database) -> None:
    with database.write() as connection:
        connection.execute(sa.insert(spool.blob).values(sha256="a", bytes=b"x"))
    with pytest.raises(IntegrityError) as caught, database.write() as connection:
        connection.execute(sa.insert(spool.blob).values(sha256="a", bytes=b"the secret words"))
    assert "secret words" not in str(caught.value)


def test_writers_of_two_processes_wait_for_each_other(database: Database, database_url: str) -> None:
    """Nobody gets "database is locked", nothing is lost."""
    script = """
        import sys
        from datetime import UTC, datetime
        import sqlalchemy as sa
        from mailgate.database import Database
        from mailgate.spool import installation
        database = Database(sys.argv[1])
        for number in range(40):
            with database.write() as connection:
                row = {"instance": f"{sys.argv[2]} {number}", "installed_at": datetime(2026, 11, 21, tzinfo=UTC)}
                connection.execute(sa.insert(installation).values(**row))
    """
    writers = [
        subprocess.Popen([sys.executable, "-c", textwrap.dedent(script), database_url, name], stderr=subprocess.PIPE)
        for name in ("a", "b", "c")
    ]
    for writer in writers:
        _, said = writer.communicate(timeout=60)
        assert writer.returncode == 0, said.decode()
    assert len(names(database)) == 120


# ---- SQLite ---------------------------------------------------------------------------------------------------------


def test_the_pragmas_are_what_the_promise_rests_on(sqlite: Database) -> None:
    def pragmas(connection: sa.Connection) -> dict[str, object]:
        asked = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        return {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in asked}

    durable = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 15000}
    with sqlite.write() as connection:
        assert pragmas(connection) == durable
    with sqlite.read() as connection:
        assert pragmas(connection) == durable
    with sqlite.mark() as connection:  # the mark may be lost with the power, never the mail
        assert pragmas(connection) == {**durable, "synchronous": 1}


def test_a_writing_transaction_begins_as_a_writer(sqlite: Database) -> None:
    """BEGIN IMMEDIATE: who has read within it can write, without "database is locked" in the middle of its work."""
    other = sa.create_engine(sqlite.url, connect_args={"timeout": 0})
    try:
        with sqlite.write() as connection:
            connection.execute(sa.select(installation)).all()
            with pytest.raises(DBAPIError, match="locked"), other.connect() as second:
                second.exec_driver_sql("BEGIN IMMEDIATE")
        with sqlite.read() as connection:
            connection.execute(sa.select(installation)).all()
            with other.connect() as second:  # a reader keeps no writer out
                second.exec_driver_sql("BEGIN IMMEDIATE")
                second.exec_driver_sql("ROLLBACK")
    finally:
        other.dispose()


def test_a_database_that_answers_otherwise_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file system without shared memory keeps no WAL: SQLite says so only when asked."""
    database = Database(f"sqlite:///{tmp_path / 'desk.db'}")
    real = sa.Connection.exec_driver_sql

    def without_wal(self: sa.Connection, statement: str, *arguments: object) -> object:
        if statement == "PRAGMA journal_mode":
            return real(self, "SELECT 'delete'")
        return real(self, statement)

    monkeypatch.setattr(sa.Connection, "exec_driver_sql", without_wal)
    with pytest.raises(DatabaseFault, match="journal_mode=delete"):
        database.verify_durability()
    database.close()


def test_a_busy_writer_does_not_starve_the_others() -> None:
    """Ten threads that come while one holds the lock and wants it again at once are served in their order."""
    lock = FairLock()
    served: list[str] = []
    waiting: list[threading.Thread] = []

    def work(name: str) -> None:
        with lock:
            served.append(name)

    lock.__enter__()
    for number in range(10):
        waiting.append(threading.Thread(target=work, args=(str(number),)))
        waiting[-1].start()
        _wait(lambda: len(lock._waiting) == len(waiting))
    greedy = threading.Thread(target=work, args=("greedy",))
    lock.__exit__()
    greedy.start()
    for thread in (*waiting, greedy):
        thread.join()
    assert served[:10] == [str(number) for number in range(10)] and served[10:] == ["greedy"]
    with lock:  # and it is free again
        pass


def test_the_lock_lets_one_in_at_a_time() -> None:
    lock = FairLock()
    inside: list[int] = []
    most = 0

    def work() -> None:
        nonlocal most
        for _ in range(200):
            with lock:
                inside.append(1)
                most = max(most, len(inside))
                time.sleep(0)
                inside.pop()

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1


def _wait(ready: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not ready():
        assert time.monotonic() < deadline
        time.sleep(0.001)


# ---- PostgreSQL -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("setting", ["fsync", "synchronous_commit"])
def test_a_server_that_may_lose_commits_is_refused(durable_postgres: Cluster, setting: str) -> None:
    url = durable_postgres.create("desk")
    with psycopg.connect(durable_postgres.url("postgres").replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(f"ALTER SYSTEM SET {setting} = off")
        connection.execute("SELECT pg_reload_conf()")
    database = Database(url)

    def refused() -> bool:
        try:
            database.verify_durability()
        except DatabaseFault as fault:
            return f"{setting} = off" in str(fault)
        return False

    try:
        _wait(refused)  # the server re-reads its configuration a moment later
    finally:
        database.close()


def test_a_new_database_is_for_its_owner_alone(tmp_path: Path) -> None:
    """Whatever the umask: all mail is in it, and in what SQLite writes beside it."""
    before = os.umask(0o022)
    try:
        database = Database(f"sqlite:///{tmp_path / 'desk.db'}")
        database.migrate()
        with database.write() as connection:
            connection.execute(sa.text("CREATE TABLE x (y)"))
            modes = {file.name: file.stat().st_mode & 0o777 for file in tmp_path.glob("desk.db*")}
        database.close()
    finally:
        os.umask(before)
    assert modes["desk.db"] == modes["desk.db-wal"] == modes["desk.db-shm"] == 0o600
