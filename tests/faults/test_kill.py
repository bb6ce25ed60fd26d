"""kill -9 at any moment: what was answered 250 is there, once; what leaves leaves at least once (SAFETY, promises 1-3).

Four clients write without a pause and send again what was not answered, as a mail server would. Before each kill the
daemon is frozen and looked at, so that it is known what the kill cuts through.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from harness import Desk
from reckoning import Client, Result, compare, liar, prepared
from smtp_server import SmtpServer

from mailgate import spool
from mailgate.app import system_clock
from mailgate.config import load
from mailgate.database import Database

CLIENTS = 4


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
        compare(desk, database, [mail.data for mail in relay.mails], result)
    finally:
        stop.set()
        desk.clean_up()
        database.close()
    return result


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


@pytest.mark.parametrize("says_250", ["too early", "in time"])
def test_the_loop_finds_a_daemon_that_answers_before_the_commit(
    new_desk: Callable[..., Desk], relay: SmtpServer, tmp_path: Path, says_250: str
) -> None:
    """The same loop, the same slow disk; only the one that answers first loses mail."""
    desk = prepared(new_desk(), relay)
    wrapper = liar(tmp_path, "liar" if says_250 == "too early" else "honest")
    if says_250 == "in time":
        kill_loop(desk, relay, 2, wrapper=wrapper)
        return
    with pytest.raises(AssertionError, match="answered 250 and lost"):
        kill_loop(desk, relay, 2, wrapper=wrapper)
