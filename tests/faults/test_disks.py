"""A disk that is full, and one whose power is cut: what was answered 250 is on it (SAFETY, promises 1-4). As root."""

from __future__ import annotations

import random
import sys
import textwrap
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from disks import MIB, Disk, Mounted, disk_without_power, small_memory_disk
from harness import ADDRESS, Desk, dot_stuffed
from reckoning import Client, Result, compare, prepared
from smtp_server import SmtpServer

from mailgate.config import load
from mailgate.database import Database

pytestmark = [pytest.mark.long_only, pytest.mark.timeout(0)]

CLIENTS = 4
CUTS = 500
FILLINGS = 10

NEGLIGENT = """
    # mailgate as it must not be: SQLite may answer before the disk has it.
    import sys
    from mailgate import database

    engine = database._engine
    database._engine = lambda url, synchronous: engine(url, "NORMAL")
    database.Database.verify_durability = lambda self: None
    del sys.argv[0]
    from mailgate.cli import main
    main()
"""


@pytest.fixture
def relay() -> Iterator[SmtpServer]:
    with SmtpServer() as server:
        yield server


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "daemon.log"


def desk_on(folder: Path, relay: SmtpServer, log: Path, template: Path) -> Desk:
    desk = Desk(folder / "desk", template=template)
    desk.log = log  # not on that disk
    return prepared(desk, relay)


# --------------------------------------------------------------------------------------------------------- power loss


def power_loss_loop(disk: Disk, desk: Desk, relay: SmtpServer, cuts: int, wrapper: Sequence[str] = ()) -> Result:
    """Cuts the power so often under load; raises AssertionError where a promise is broken."""
    chance = random.Random(20261122)
    result = Result()
    stop = threading.Event()
    clients = [Client(desk, number, stop) for number in range(CLIENTS)]
    try:
        for client in clients:
            client.start()
        for _ in range(cuts):
            disk.sync()
            desk.start(wrapper=wrapper)
            time.sleep(chance.uniform(0.05, 1.0))
            disk.cut_power()
            time.sleep(0.05)  # what is answered now was stored before
            desk.clean_up()
            disk.unmount()
            disk.mount()
            result.kills += 1
        desk.start(wrapper=wrapper)
        time.sleep(0.2)
        stop.set()
        for client in clients:
            client.join(30)
            assert not client.is_alive()
            assert client.wrong == []
            result.accepted |= client.accepted
        desk.settle()
        assert desk.stop() == 0
        database = Database(load(desk.config).desk.database.url)
        try:
            compare(desk, database, [mail.data for mail in relay.mails], result)
        finally:
            database.close()
    finally:
        stop.set()
        desk.clean_up()
    return result


def test_power_loss(relay: SmtpServer, log: Path, _migrated_sqlite: Path) -> None:
    with disk_without_power(512 * MIB) as disk:
        desk = desk_on(disk.folder, relay, log, _migrated_sqlite)
        result = power_loss_loop(disk, desk, relay, CUTS)
    print(f"{result.kills} cuts, {len(result.accepted)} mails answered 250, none lost")
    assert len(result.accepted) >= 2 * CUTS


def test_the_loop_finds_a_daemon_that_does_not_wait_for_the_disk(
    relay: SmtpServer, log: Path, tmp_path: Path, _migrated_sqlite: Path
) -> None:
    """The same loop; without this one losing mail the other would prove nothing."""
    script = tmp_path / "negligent.py"
    script.write_text(textwrap.dedent(NEGLIGENT))
    with disk_without_power(512 * MIB) as disk:
        desk = desk_on(disk.folder, relay, log, _migrated_sqlite)
        with pytest.raises(AssertionError, match="answered 250 and lost"):
            power_loss_loop(disk, desk, relay, 5, wrapper=[sys.executable, str(script)])


# ----------------------------------------------------------------------------------------------------------- disk full


def test_a_disk_that_fills_again_and_again(relay: SmtpServer, log: Path, _migrated_sqlite: Path) -> None:
    """4xx while it is full, also for a mail that was just coming in; then all goes on, and nothing leaves twice."""
    with small_memory_disk(400 * MIB) as disk:
        desk = desk_on(disk.folder, relay, log, _migrated_sqlite)
        stop = threading.Event()
        clients = [Client(desk, number, stop) for number in range(CLIENTS)]
        big = Big(desk, CLIENTS)
        result = Result()
        database = Database(load(desk.config).desk.database.url)
        try:
            desk.start()
            for client in clients:
                client.start()
            for number in range(FILLINGS):
                time.sleep(0.5)
                big.caught_by(disk, number)
                disk.make_room()
                desk.wait(lambda number=number: big.attempt(number), "room again")  # type: ignore[misc]
            stop.set()
            for client in clients:
                client.join(30)
                assert not client.is_alive()
                assert any(answer.startswith("452") for answer in client.answers)
            assert len(big.answers) >= FILLINGS / 2
            for client in [*clients, big]:
                assert client.wrong == []
                result.accepted |= client.accepted
            desk.settle()
            assert desk.stop() == 0
            compare(desk, database, [mail.data for mail in relay.mails], result)
        finally:
            stop.set()
            desk.clean_up()
            database.close()


def test_no_start_on_a_full_disk(relay: SmtpServer, log: Path, _migrated_sqlite: Path) -> None:
    """One line says so; with room again it goes on where it stood."""
    with small_memory_disk(400 * MIB) as disk:
        desk = desk_on(disk.folder, relay, log, _migrated_sqlite)
        desk.take(Client(desk, 1).letter(1)[1])
        disk.fill()
        for command in (["run"], ["work", "--until-idle"], ["take", "-"], ["audit"], ["migrate"]):
            (line,) = desk.run(*command, status=1).stderr.decode().splitlines()
            assert "desk.db" in line
        disk.make_room()
        desk.work()
        assert desk.audit()["balanced"] and len(relay.mails) == 2


class Big(Client):
    """Each of its mails is larger than the one before, so that there is seldom room in what SQLite keeps for itself."""

    def letter(self, count: int) -> tuple[str, bytes]:
        identity, mail = super().letter(count)
        return identity, mail + b"All is full here.\r\n" * ((4 + 2 * count) * MIB // 19)

    def caught_by(self, disk: Mounted, number: int) -> None:
        """The disk fills while this mail comes in, and stays so for a while."""
        identity, mail = self.letter(number)
        wire = dot_stuffed(mail)
        with self.desk.smtp() as connection:
            for step in ("MAIL FROM:<sender@example.org>", f"RCPT TO:<{ADDRESS}>", "DATA"):
                assert connection.command(step)[:1] in ("2", "3")
            connection.send(wire[: len(wire) // 2])
            disk.fill()
            connection.send(wire[len(wire) // 2 :])
            if (answer := connection.reply()).startswith("250"):
                self.accepted[identity] = mail
            else:
                self._not_taken(answer)
        time.sleep(1)
