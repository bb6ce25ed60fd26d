"""Killed at one call of the kernel after the other, and refused there: no space left, a disk that does not take it
(SAFETY, promises 1-3).

One mail goes the whole way while one call of one thread is cut; then the daemon is started again, the client brings
what got no 250, and at the end everything is compared. The quick share is a spread; `--long` walks every thread, call
and K until the daemon survives.
"""

from __future__ import annotations

import contextlib
import itertools
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from dovecot import PASSWORD, Dovecot
from harness import Desk, tool
from reckoning import Client, Result, compare, liar, prepared
from schemas import differences, drop_everything
from smtp_server import SmtpServer
from strace import CALLS, TRACEABLE, Point, injected, threads

from mailgate import spool
from mailgate.app import system_clock
from mailgate.config import load
from mailgate.database import Database

KILLS = (
    Point("writer", "pwrite64", "3"),  # the mail half in the log
    Point("writer", "fdatasync", "1"),  # its COMMIT written, not synced
    Point("listener", "sendto", "6"),  # committed, and the 250 not said
    Point("intake", "pwrite64", "20"),  # the ticket and its acknowledgement half in the log
    Point("send", "sendto", "5"),  # on its way to the relay
    Point("send", "fdatasync", "2"),  # the relay has it, we have not noted it
)
REFUSALS = (
    (Point("writer", "pwrite64", "1+"), "error=ENOSPC"),
    (Point("writer", "fdatasync", "1+"), "error=EIO"),
    (Point("intake", "pwrite64", "20+"), "error=ENOSPC"),
    (Point("send", "fdatasync", "2+"), "error=EIO"),
)


class Road:
    """One desk, a client that brings it mail after mail by SMTP, and how far each has come."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.client = Client(desk, 1)
        self.database = Database(load(desk.config).desk.database.url)
        self.result = Result(accepted=self.client.accepted)
        self.count = 0

    def start(self, wrapper: Sequence[str] = ()) -> None:
        self.desk.start(wrapper=[*TRACEABLE, *wrapper])

    @property
    def is_accepted(self) -> bool:
        return len(self.client.accepted) == self.count

    def bring(self) -> bool:
        """The mail of this turn; again where it got no 250."""
        return self.is_accepted or self.client.attempt(self.count)

    def is_through(self) -> bool:
        with self.database.read() as connection:
            figures = spool.balance(connection, system_clock())
        return figures.arrived >= self.count and figures.waiting_in == figures.waiting_out == 0

    def is_dead(self) -> bool:
        assert self.desk.process is not None
        return self.desk.process.poll() is not None

    def end(self, sent: Iterable[bytes]) -> None:
        assert self.desk.stop() == 0
        assert self.client.wrong == []
        with self.database.read() as connection:
            assert not connection.scalar(sa.select(sa.func.max(spool.inbound_mail.c.attempts)))
        compare(self.desk, self.database, sent, self.result)


class FetchedRoad(Road):
    """The same by IMAP: what lies in the mailbox is accepted."""

    def __init__(self, desk: Desk, server: Dovecot) -> None:
        super().__init__(desk)
        self.server = server
        (desk.folder / "imap.pw").write_text(PASSWORD)
        (desk.folder / "imap.pw").chmod(0o600)
        self.user = server.new_user()
        desk.append(
            f'[mailbox.imap]\nhost = "127.0.0.1"\nport = {server.port}\ntls = "none"\nuser = "{self.user}"\n'
            'password_file = "imap.pw"'
        )

    def bring(self) -> bool:
        if not self.is_accepted:
            identity, mail = self.client.letter(self.count)
            with self.server.client(self.user) as other:
                other.append(mail)
            self.client.accepted[identity] = mail
        return True

    def is_through(self) -> bool:
        with self.database.read() as connection:
            states = list(connection.scalars(sa.select(spool.imap_ledger.c.state)))
        return states == ["marked"] * self.count and super().is_through()


@pytest.fixture
def relay() -> Iterator[SmtpServer]:
    with SmtpServer() as server:
        yield server


@pytest.fixture
def new_road(new_desk: Callable[..., Desk]) -> Iterator[Callable[..., Road]]:
    """Makes roads on SQLite, or in the database given; without a relay the mails leave into a maildir."""
    with contextlib.ExitStack() as stack:

        def make(relay: SmtpServer | None, url: str = "sqlite:", server: Dovecot | None = None) -> Road:
            desk = prepared(new_desk(None if url.startswith("sqlite") else url), relay)
            road = FetchedRoad(desk, server) if server else Road(desk)
            stack.callback(road.database.close)
            road.start()
            return road

        yield make


def walk(cut: Callable[[Point], object], threads: Iterable[str], calls: Iterable[str], suffix: str = "") -> int:
    """Cuts at every K of every thread and call, until there is no such call any more; at how many points."""
    met = 0
    for thread, call in itertools.product(threads, calls):
        for number in itertools.count(1):
            if not cut(Point(thread, call, f"{number}{suffix}")):
                break
            met += 1
    print(f"{met} points")  # shown by `pytest -s`
    return met


def until(ready: Callable[[], object], patience: float = 30) -> None:
    deadline = time.monotonic() + patience
    while not ready() and time.monotonic() < deadline:
        time.sleep(0.02)


# ------------------------------------------------------------------------------------------------------------- killed


def killed_at(road: Road, point: Point) -> bool:
    """One mail the whole way, and the daemon killed at this point; False where it came through without such a call."""
    road.count += 1
    with injected(road.desk, point, "signal=KILL"):
        until(lambda: road.is_dead() or (road.bring() and road.is_through()))
        until(road.is_dead, 0.1)  # what comes after it: the relay is told goodbye
    until(road.is_dead, 0.05)
    killed = road.is_dead()
    if killed:
        road.desk.wait_for_end()
        road.result.kills += 1
        if road.database.is_sqlite:
            integrity(road.desk.folder / "desk.db")
        road.start()
    road.desk.wait(lambda: road.bring() and road.is_through(), f"the mail cut at {point}")
    return killed


def integrity(file: Path) -> None:
    """On a copy: whoever opens the database tidies up what the kill left, and that is for the daemon to do."""
    with tempfile.TemporaryDirectory(prefix="integrity-") as folder:
        for part in ("", "-wal"):
            if (source := file.with_name(file.name + part)).exists():
                shutil.copy(source, folder)
        connection = sqlite3.connect(Path(folder) / file.name)
        try:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        finally:
            connection.close()


def test_killed_at_a_spread_of_calls(new_road: Callable[..., Road], relay: SmtpServer) -> None:
    road = new_road(relay)
    for point in KILLS:
        assert killed_at(road, point), f"there is no such call any more: {point}"
    road.end(mail.data for mail in relay.mails)


@pytest.mark.long_only
def test_killed_at_every_call(new_road: Callable[..., Road], database_url: str, relay: SmtpServer) -> None:
    """In, the ticket with its acknowledgement and alert, and out to a relay."""
    road = new_road(relay, database_url)
    met = walk(partial(killed_at, road), threads(road.desk), CALLS)
    assert met >= (100 if road.database.is_sqlite else 40)
    road.end(mail.data for mail in relay.mails)


@pytest.mark.long_only
def test_killed_at_every_call_of_the_maildir(new_road: Callable[..., Road], database_url: str) -> None:
    """The same mail written again is the same file: not one copy more."""
    road = new_road(None, database_url)
    met = walk(partial(killed_at, road), ["send"], CALLS)
    assert met >= 10
    outgoing = road.desk.folder / "outgoing"
    assert list((outgoing / "tmp").iterdir()) == []
    road.result.kills = 0
    road.end(file.read_bytes() for file in (outgoing / "new").iterdir())


@pytest.mark.long_only
def test_killed_at_every_call_of_the_fetch(
    new_road: Callable[..., Road], database_url: str, relay: SmtpServer, dovecot: Dovecot
) -> None:
    road = new_road(relay, database_url, dovecot)
    met = walk(partial(killed_at, road), ["fetch"], CALLS)
    assert met >= 10
    road.end(mail.data for mail in relay.mails)


@pytest.mark.long_only
@pytest.mark.parametrize("start", ["base", "0001"])
def test_killed_at_every_call_of_a_migration(
    new_desk: Callable[..., Desk], empty_database_url: str, start: str
) -> None:
    """Whatever stands there after the kill, `migrate` makes the newest schema of it, and what was in it still is."""
    database = Database(empty_database_url)
    desk = new_desk(empty_database_url)
    try:
        desk.init()
        met = walk(partial(migration_killed_at, desk, database, start), ["main"], ("pwrite64", "fdatasync", "sendto"))
        assert met >= 10
    finally:
        database.close()


def migration_killed_at(desk: Desk, database: Database, start: str, point: Point) -> bool:
    with database.write() as connection:
        drop_everything(connection)
    if start != "base":
        command.upgrade(database._alembic(), start)
        with database.write() as connection:
            connection.execute(spool.blob.insert(), [{"sha256": f"{n:064}", "bytes": b"x" * n} for n in range(300)])
    with tempfile.TemporaryDirectory(prefix="strace-") as folder:
        inject = f"inject={point.call}:signal=KILL:when={point.when}"
        wrapper = [tool("strace"), "-e", f"trace={point.call}", "-e", inject, "-o", f"{folder}/log"]
        killed = desk.run("migrate", status=None, wrapper=wrapper).returncode != 0
    desk.run("migrate")
    with database.read() as connection:
        assert differences(connection) == []
        assert connection.scalar(sa.select(sa.func.count()).select_from(spool.blob)) == 300 * (start != "base")
        if database.is_sqlite:
            assert connection.execute(sa.text("PRAGMA integrity_check")).scalars().all() == ["ok"]
    return killed


# ------------------------------------------------------------------------------------------------------------ refused


def refused_at(road: Road, what: str, point: Point) -> bool:
    """One mail while the kernel refuses: 4xx, or it waits; then the whole way. False where there is no such call."""
    road.count += 1
    known = len(road.client.answers)
    with injected(road.desk, point, what) as traced:
        until(lambda: traced.hits() or (road.bring() and road.is_through()))
        until(lambda: road.bring() and road.is_through(), 0.3)
        met = traced.hits()
        if point.thread == "writer" and point.when.endswith("+") and traced.hits("desk.db-wal"):
            assert not road.is_accepted, f"250, and nothing is on the disk: {point}"
            assert {answer[:3] for answer in road.client.answers[known:]} <= {"451", "452"}
    road.desk.wait(lambda: road.bring() and road.is_through(), f"the mail refused at {point}")
    return bool(met)


def test_no_space_and_a_bad_disk_at_a_spread_of_calls(new_road: Callable[..., Road], relay: SmtpServer) -> None:
    """What the disk did not take is not answered 250; when it takes it again, all goes on, and nothing leaves twice."""
    road = new_road(relay)
    for point, what in REFUSALS:
        assert refused_at(road, what, point), f"there is no such call any more: {point}"
    assert road.client.answers, "nothing was refused"
    road.end(mail.data for mail in relay.mails)


@pytest.mark.parametrize("call, status", [("write", 0), ("openat", 1)])
def test_a_full_disk_at_the_lock(new_desk: Callable[..., Desk], call: str, status: int) -> None:
    """Who holds it need not be written for it to hold; where there is no lock at all, one line says so."""
    desk = new_desk().init()
    lock = desk.folder / "desk.db-lock"
    inject = ["-e", f"trace={call}", "-e", f"inject={call}:error=ENOSPC", "-P", str(lock)]
    wrapper = [tool("strace"), *inject, "-o", str(desk.folder / "strace.log")]
    done = desk.run("work", "--until-idle", status=status, wrapper=wrapper)
    assert "(INJECTED)" in (desk.folder / "strace.log").read_text()
    assert done.stderr.decode().splitlines() == [f"mailgate: {lock}: No space left on device"] * status


@pytest.mark.long_only
@pytest.mark.parametrize("how_long", ["once", "from then on"])
@pytest.mark.parametrize("call, error", [("pwrite64", "ENOSPC"), ("pwrite64", "EIO"), ("fdatasync", "EIO")])
def test_no_space_and_a_bad_disk_at_every_call(
    new_road: Callable[..., Road], relay: SmtpServer, call: str, error: str, how_long: str
) -> None:
    road = new_road(relay)
    cut = partial(refused_at, road, f"error={error}")
    met = walk(cut, ["writer", "intake", "send"], [call], "+" if how_long == "from then on" else "")
    assert met >= 3
    road.end(mail.data for mail in relay.mails)


@pytest.mark.long_only
def test_a_daemon_that_answers_before_the_commit_is_found(
    new_desk: Callable[..., Desk], relay: SmtpServer, tmp_path: Path
) -> None:
    desk = prepared(new_desk(), relay)
    road = Road(desk)
    road.start(liar(tmp_path))
    try:
        with pytest.raises(AssertionError, match="250, and nothing is on the disk"):
            refused_at(road, "error=ENOSPC", Point("writer", "pwrite64", "1+"))
    finally:
        road.database.close()
