"""kill -9 at any moment: what was answered 250 is there, once; what leaves leaves at least once (SAFETY, promises 1-3).

Four clients write without a pause and send again what was not answered, as a mail server would. Before each kill the
daemon is frozen and looked at, so that it is known what the kill cuts through.
"""

from __future__ import annotations

import contextlib
import hashlib
import random
import sys
import textwrap
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from harness import ADDRESS, Desk, Smtp, dot_stuffed
from smtp_server import SmtpServer

from mailgate import spool
from mailgate.app import system_clock
from mailgate.config import load
from mailgate.database import Database
from ticketing.store import tables

CLIENTS = 4
LIFTED = ("ack_address", "ack_subject", "ack_domain", "ack_desk", "new_tickets_address", "equal_bodies_address")


class Client(threading.Thread):
    """A mail server with a queue of its own: one mail after the other, each again until it is answered 250."""

    def __init__(self, desk: Desk, number: int, stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self.desk = desk
        self.number = number
        self.stop = stop
        self.accepted: dict[str, bytes] = {}
        self.in_data = False
        self.wrong: list[str] = []

    def run(self) -> None:
        count = 0
        while not self.stop.is_set():
            count += 1
            identity = f"<kill.{self.number}.{count}@client.example.org>"
            mail = (
                f"From: Person {count} <p{self.number}.{count}@example.org>\r\nTo: {ADDRESS}\r\n"
                f"Message-ID: {identity}\r\nSubject: Case {self.number} {count}\r\n"
                f"Date: Sat, 21 Nov 2026 09:30:00 +0100\r\n\r\nHelp {count} of {self.number}.\r\n"
            ).encode()
            while not self.stop.is_set() and not self._sent(mail, identity):
                time.sleep(0.02)

    def _sent(self, mail: bytes, identity: str) -> bool:
        with contextlib.suppress(OSError), self.desk.smtp(timeout=20) as connection:
            steps = ("MAIL FROM:<sender@example.org>", f"RCPT TO:<{ADDRESS}>", "DATA")
            if all(connection.command(step)[:1] in "23" for step in steps):
                return self._data(connection, mail, identity)
        return False

    def _data(self, connection: Smtp, mail: bytes, identity: str) -> bool:
        wire = dot_stuffed(mail)
        self.in_data = True
        try:
            connection.send(wire[:60])
            time.sleep(0.01)
            connection.send(wire[60:])
            answer = connection.reply()
        finally:
            self.in_data = False
        if answer.startswith("250"):
            self.accepted[identity] = mail
            return True
        if answer and not answer.startswith("4"):
            self.wrong.append(answer)
        return False


@dataclass
class Result:
    kills: int = 0
    in_data: int = 0
    in_hand: int = 0
    either: int = 0
    accepted: dict[str, bytes] = field(default_factory=dict)


def prepared(desk: Desk, relay: SmtpServer) -> Desk:
    desk.init(relay=f"127.0.0.1:{relay.port}")
    text = desk.config.read_text()
    for name in LIFTED:
        (line,) = [line for line in text.splitlines() if line.startswith(f"{name} =")]
        text = text.replace(line, f'{name} = "off"')
    text = text.replace('alerts_agent = ["30/10m"]', 'alerts_agent = "off"')
    desk.config.write_text(text)
    return desk


def kill_loop(
    desk: Desk, relay: SmtpServer, kills: int, *, wrapper: Sequence[str] = (), seed: int = 20261121
) -> Result:
    """Kills the daemon so often under load; raises AssertionError where a promise is broken."""
    chance = random.Random(seed)
    result = Result()
    stop = threading.Event()
    clients = [Client(desk, number, stop) for number in range(CLIENTS)]
    database = Database(load(desk.config).desk.database.url)
    try:
        for client in clients:
            client.start()
        for _ in range(kills):
            desk.start(wrapper=wrapper)
            time.sleep(chance.uniform(0.05, 0.5))  # any moment will do
            desk.freeze()
            time.sleep(0.03)  # answers that are on their way arrive
            in_data = any(client.in_data for client in clients)
            with database.read() as connection:
                # Its own: what an earlier one had in hand may still wait for the end of its lease.
                its = spool.inbound_mail.c.taken_by.like(f"%:{desk.process.pid}:%") if desk.process else sa.false()
                query = sa.select(sa.func.count()).where(spool.inbound_mail.c.state == "in_hand", its)
                in_hand = bool(connection.scalar(query))
            desk.kill()
            result.kills += 1
            result.in_data += in_data
            result.in_hand += in_hand
            result.either += in_data or in_hand
        desk.start(wrapper=wrapper)
        time.sleep(0.2)
        stop.set()
        for client in clients:
            client.join(30)
            assert not client.is_alive()
        assert desk.stop() == 0
        # Leases of the dead have run out by then, and nothing is due much later.
        desk.work("--at", (system_clock() + timedelta(hours=1)).isoformat())
        for client in clients:
            assert client.wrong == []
            result.accepted |= client.accepted
        compare(desk, database, relay, result)
    finally:
        stop.set()
        desk.clean_up()
        database.close()
    return result


def compare(desk: Desk, database: Database, relay: SmtpServer, result: Result) -> None:
    with database.read() as connection:
        shas = Counter(connection.scalars(sa.select(spool.inbound_mail.c.sha256)))
        kept = set(connection.scalars(sa.select(spool.blob.c.sha256)))
        messages = Counter(
            connection.scalars(
                sa.select(tables.message.c.message_id).where(tables.message.c.message_id.like("<kill.%"))
            )
        )
        tickets = connection.scalar(sa.select(sa.func.count()).select_from(tables.ticket))
        posted = set(connection.scalars(sa.select(spool.outbound_mail.c.message_id)))
    lost = [one for one, mail in result.accepted.items() if hashlib.sha256(mail).hexdigest() not in shas]
    assert not lost, f"answered 250 and lost: {len(lost)} of {len(result.accepted)}, {lost[:3]}"
    assert set(shas) <= kept
    missing = set(result.accepted) - set(messages)
    assert not missing, f"answered 250 and on no ticket: {sorted(missing)[:3]}"
    twice = [one for one, count in messages.items() if count != 1]
    assert not twice, f"on a ticket more than once: {twice[:3]}"
    assert tickets == len(messages)

    audit = desk.audit()
    assert audit["balanced"] and audit["waiting"] == 0
    assert audit["arrived"] == sum(shas.values()) == sum(audit["dispositions"].values())
    assert set(audit["dispositions"]) <= {"new", "duplicate"}
    assert audit["dispositions"]["new"] == len(messages)
    assert desk.run("audit").returncode == 0

    left = Counter(_message_id(mail.data) for mail in relay.mails)
    assert set(left) == posted, "each mail that was told leaves, and nothing else"
    assert len(posted) == 2 * tickets  # an acknowledgement and an alert
    assert left.total() - len(left) <= result.kills, "more extra copies than crashes"


def _message_id(data: bytes) -> str:
    (line,) = [line for line in data.split(b"\r\n\r\n")[0].split(b"\r\n") if line.lower().startswith(b"message-id:")]
    return line.split(b":", 1)[1].strip().decode()


@pytest.fixture
def relay() -> Iterator[SmtpServer]:
    with SmtpServer() as server:
        yield server


@pytest.mark.timeout(0)
def test_kill_9_under_load(new_desk: Callable[..., Desk], database_url: str, relay: SmtpServer, long_run: bool) -> None:
    desk = prepared(new_desk(None if database_url.startswith("sqlite") else database_url), relay)
    kills = 5000 if long_run else 10
    result = kill_loop(desk, relay, kills)
    print(  # `pytest -s` shows what the kills cut through
        f"{result.kills} kills, {result.in_data} with DATA open, {result.in_hand} with a row in hand, "
        f"{len(result.accepted)} mails answered 250, {len(relay.mails)} mails left"
    )
    assert result.either >= 0.7 * kills, result
    assert len(result.accepted) >= kills


LIAR = """
    # mailgate as it must not be: it says 250 when it has the bytes in memory, and the disk is slow.
    import sys, time
    from concurrent.futures import Future
    from mailgate.workers import listen

    honest = listen.Writer.submit

    def submit(self, mail):
        honest(self, mail)
        told = Future()
        told.set_result(None)
        return told

    store = listen.Writer._try

    def slow(self, batch):
        time.sleep(0.1)
        return store(self, batch)

    listen.Writer._try = slow
    if sys.argv[1] == "liar":
        listen.Writer.submit = submit
    sys.argv[1:3] = []
    from mailgate.cli import main
    main()
"""


@pytest.mark.parametrize("says_250", ["too early", "in time"])
def test_the_loop_finds_a_daemon_that_answers_before_the_commit(
    new_desk: Callable[..., Desk], relay: SmtpServer, tmp_path: Path, says_250: str
) -> None:
    """The same loop, the same slow disk; only the one that answers first loses mail."""
    script = tmp_path / "liar.py"
    script.write_text(textwrap.dedent(LIAR))
    desk = prepared(new_desk(), relay)
    wrapper = [sys.executable, str(script), "liar" if says_250 == "too early" else "honest"]
    if says_250 == "in time":
        kill_loop(desk, relay, 2, wrapper=wrapper)
        return
    with pytest.raises(AssertionError, match="answered 250 and lost"):
        kill_loop(desk, relay, 2, wrapper=wrapper)
