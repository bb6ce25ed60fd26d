"""A whole daemon and a real mailbox: pushed mail, the same mail by two ways, crashes, a first look at thousands."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from dovecot import PASSWORD, Dovecot
from harness import ADDRESS, Desk

from mailgate.database import Database
from mailgate.spool import imap_folder, imap_ledger, inbound_mail
from mailgate.transport.imap import KEYWORD


def letter(number: int, body: str = "It does not print.") -> bytes:
    """Each from somebody else, so that no limit on answers is met."""
    return (
        f"From: Person {number} <p{number}@d{number // 40}.example.org>\r\nTo: {ADDRESS}\r\nSubject: P{number}\r\n"
        f"Message-ID: <m{number}@example.org>\r\nDate: Sat, 21 Nov 2026 10:00:00 +0100\r\n\r\n{body} {number}\r\n"
    ).encode()


def fetches(desk: Desk, server: Dovecot, more: str = "") -> str:
    """Lets the desk fetch from a new user's mailbox; the user."""
    user = server.new_user()
    (desk.folder / "imap.pw").write_text(PASSWORD)
    (desk.folder / "imap.pw").chmod(0o600)
    desk.append(
        f'[mailbox.imap]\nhost = "127.0.0.1"\nport = {server.port}\ntls = "none"\nuser = "{user}"\n'
        f'password_file = "imap.pw"\n{more}'
    )
    return user


class Rows:
    def __init__(self, desk: Desk) -> None:
        self._database = Database(desk.database or f"sqlite:///{desk.folder / 'desk.db'}")

    def __enter__(self) -> Rows:
        return self

    def __exit__(self, *_: object) -> None:
        self._database.close()

    def states(self) -> dict[int, str]:
        with self._database.read() as connection:
            return {row.uid: row.state for row in connection.execute(sa.select(imap_ledger))}

    def dispositions(self) -> list[str | None]:
        with self._database.read() as connection:
            return sorted(connection.scalars(sa.select(inbound_mail.c.disposition)), key=str)

    def numbered(self) -> bool:
        with self._database.read() as connection:
            return bool(connection.scalar(sa.select(imap_folder.c.uidvalidity)))


def test_check_says_what_the_mailbox_can(desk: Desk, dovecot: Dovecot) -> None:
    fetches(desk, dovecot)
    said = desk.run("check", "--connect").stdout.decode()
    assert "INBOX holds 0 mails; IDLE yes, UIDPLUS yes, MOVE yes, keywords allowed" in said
    (desk.folder / "imap.pw").write_text("wrong")
    done = desk.run("check", "--connect", status=1)
    assert b"AUTHENTICATIONFAILED" in done.stderr and b"wrong" not in done.stderr


def test_pushed_mail_is_a_ticket_within_a_second(desk: Desk, dovecot: Dovecot) -> None:
    user = fetches(desk, dovecot)
    desk.start()
    with Rows(desk) as rows, dovecot.client(user) as other:
        desk.wait(rows.numbered, "the first look")
        slowest = 0.0
        for number in range(3):
            started = time.monotonic()
            other.append(letter(number))
            desk.wait(lambda number=number: rows.dispositions() == ["new"] * (number + 1), "the ticket")  # type: ignore[misc]
            slowest = max(slowest, time.monotonic() - started)
        assert slowest < 2.5, slowest  # Dovecot waits half a second; the rest is room for a busy machine
    assert desk.stop() == 0
    assert "Traceback" not in desk.log.read_text()


@pytest.mark.timeout(400)  # the machine may be busy with other tests
@pytest.mark.parametrize(
    "order",
    [
        pytest.param("SMTP first", marks=pytest.mark.long_only),
        pytest.param("IMAP first", marks=pytest.mark.long_only),
        "at once",
    ],
)
def test_the_same_mails_by_both_ways_and_crashes(
    new_desk: Callable[..., Desk], database_url: str, dovecot: Dovecot, order: str, long_run: bool
) -> None:
    count, kills = (200, 10) if long_run else (60, 4)
    desk = new_desk(None if database_url.startswith("sqlite") else database_url).init()
    user = fetches(desk, dovecot)
    desk.replace('ack_desk = ["200/10m"]', 'ack_desk = "off"')
    mails = [letter(number) for number in range(count)]
    desk.start()
    with Rows(desk) as rows:
        desk.wait(rows.numbered, "the first look")

    def by_imap() -> None:
        with dovecot.client(user) as other:
            for mail in mails:
                other.append(mail)

    def by_smtp() -> None:
        waiting = list(mails)
        while waiting:
            try:
                waiting = waiting[desk.send_all(waiting) :]
            except OSError:
                time.sleep(0.02)  # it is just being killed; an MTA tries again

    ways = [threading.Thread(target=way) for way in (by_smtp, by_imap)]
    if order == "IMAP first":
        ways.reverse()
    for way in ways:
        way.start()
        if order != "at once":
            _crash_while(desk, way, kills // 2)
    if order == "at once":
        _crash_while(desk, ways[0], kills)
    for way in ways:
        way.join()
    with Rows(desk) as rows:
        desk.wait(lambda: list(rows.states().values()) == ["marked"] * count, "every mail to be marked", 150)
        desk.settle(120)
        assert rows.dispositions().count("new") == count
        assert set(rows.dispositions()) == {"new", "duplicate"}
        with dovecot.client(user) as other:
            assert sorted(rows.states()) == other.uids() == other.uids(f"KEYWORD {KEYWORD.decode()}")
    assert len(desk.tickets()) == count and desk.audit()["balanced"]
    assert desk.stop() == 0
    acknowledged: dict[str, set[str]] = {}
    for mail in desk.outgoing():
        if "example.org" in str(mail["To"]):
            acknowledged.setdefault(str(mail["To"]), set()).add(str(mail["Message-ID"]))
    # A crash after the server's 250 may send the same mail again, never another one.
    assert len(acknowledged) == count and all(len(ids) == 1 for ids in acknowledged.values())


def _crash_while(desk: Desk, way: threading.Thread, times: int) -> None:
    for number in range(times):
        time.sleep(0.15 + 0.05 * (number % 5))
        desk.kill()
        desk.start()
    way.join()


def test_a_first_look_at_thousands_in_bounded_memory(
    new_desk: Callable[..., Desk], dovecot: Dovecot, long_run: bool
) -> None:
    count = 20_000 if long_run else 2_000
    desk = new_desk().init()
    user = fetches(desk, dovecot, "import_since = 2026-01-01\n")
    long_ago = datetime(2026, 1, 5, tzinfo=UTC)
    for number in range(count):
        # Mostly small, some large: 64 MB in all, so that holding it all would show.
        body = "x" * 76 + "\r\n"
        dovecot.put_file(
            user, letter(number, body * (13_000 if number % 40 == 7 else 20)), long_ago + timedelta(hours=number % 999)
        )
    desk.start("--only", "fetch", answers=False)
    peak = 0
    with Rows(desk) as rows:
        killed = False
        deadline = time.monotonic() + (1500 if long_run else 100)
        while len(rows.states()) < count or set(rows.states().values()) != {"marked"}:
            assert time.monotonic() < deadline and desk.process is not None, desk.said()
            peak = max(peak, _peak_of(desk.process.pid))
            if not killed and len(rows.states()) > count // 3:
                desk.kill()
                desk.start("--only", "fetch", answers=False)
                killed = True
            time.sleep(0.1)
        assert killed and len(rows.dispositions()) == count
    assert desk.stop() == 0
    assert 0 < peak < 250 << 10, peak
    print(f"peak of the fetcher: {peak >> 10} MiB")


def _peak_of(process: int) -> int:
    """KiB."""
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")), 0)
