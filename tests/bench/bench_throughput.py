"""How fast the whole road is, measured against the same machine in the same run: `make bench`.

The yardstick is aiosmtpd as it comes, throwing every mail away: no disk, no reading, no answer. Ours takes the same
mails from the same clients, commits each before 250, reads it, opens a ticket, and sends an acknowledgement and an
alert to the yardstick. Machines differ, the ratio hardly.
"""

from __future__ import annotations

import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from harness import ADDRESS, Desk, Smtp, free_port

from mailgate import spool
from mailgate.config import load
from mailgate.database import Database

MAILS = 1000
CLIENTS = 8
LIFTED = ("ack_address", "ack_subject", "ack_domain", "ack_desk", "new_tickets_address", "equal_bodies_address")

YARDSTICK = """
    import sys, threading
    from aiosmtpd.controller import Controller
    class Discard:
        async def handle_DATA(self, server, session, envelope):
            return "250 OK"
    Controller(Discard(), hostname="127.0.0.1", port=int(sys.argv[1])).start()
    threading.Event().wait()
"""


def mail(number: int) -> bytes:
    body = "\n".join(f"Line {line} of what went wrong with order {number}." for line in range(30))
    return (
        f"From: Person {number} <p{number}@example.org>\nTo: {ADDRESS}\nSubject: Order {number}\n"
        f"Message-ID: <bench.{number}@example.org>\nDate: Sat, 21 Nov 2026 09:30:00 +0100\n"
        f"MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n{body}\n"
    ).encode()


def send(port: int) -> None:
    """All mails, over a few connections at once; every one must be answered 250."""

    def some(client: int) -> None:
        with Smtp("127.0.0.1", port) as connection:
            connection.command("EHLO client.example.org")
            for number in range(client, MAILS, CLIENTS):
                answer = connection.deliver(mail(number), "sender@example.org", [ADDRESS])
                assert answer.startswith("250"), answer

    with ThreadPoolExecutor(CLIENTS) as clients:
        for done in [clients.submit(some, client) for client in range(CLIENTS)]:
            done.result()


@pytest.fixture
def yardstick() -> Iterator[int]:
    port = free_port()
    process = subprocess.Popen([sys.executable, "-c", textwrap.dedent(YARDSTICK), str(port)])
    try:
        deadline = time.monotonic() + 20
        while True:
            try:
                Smtp("127.0.0.1", port).close()
                break
            except OSError:
                assert time.monotonic() < deadline
                time.sleep(0.05)
        yield port
    finally:
        process.kill()
        process.wait()


def test_the_whole_road_against_aiosmtpd(new_desk: Callable[..., Desk], database_url: str, yardstick: int) -> None:
    started = time.perf_counter()
    send(yardstick)
    discarding = MAILS / (time.perf_counter() - started)

    desk = new_desk(None if database_url.startswith("sqlite") else database_url)
    desk.init(relay=f"127.0.0.1:{yardstick}")
    text = desk.config.read_text()
    for name in LIFTED:
        (line,) = [line for line in text.splitlines() if line.startswith(f"{name} =")]
        text = text.replace(line, f'{name} = "off"')
    desk.config.write_text(text.replace('alerts_agent = ["30/10m"]', 'alerts_agent = "off"'))
    desk.start()
    database = Database(load(desk.config).desk.database.url)

    def count(table: sa.Table, *where: sa.ColumnElement[bool]) -> int:
        with database.read() as connection:
            return connection.scalar(sa.select(sa.func.count()).select_from(table).where(*where)) or 0

    started = time.perf_counter()
    send(desk.port)
    accepting = MAILS / (time.perf_counter() - started)
    made = spool.inbound_mail.c.disposition == "new"
    done = spool.inbound_mail.c.state == "done"
    desk.wait(lambda: count(spool.inbound_mail, done) == MAILS, "the tickets", timeout=120)
    assert count(spool.inbound_mail, made) == MAILS, desk.audit()
    deciding = MAILS / (time.perf_counter() - started)
    sent = spool.outbound_mail.c.state == "sent"
    desk.wait(lambda: count(spool.outbound_mail, sent) == 2 * MAILS, "the mails to leave", timeout=120)
    whole = MAILS / (time.perf_counter() - started)
    database.close()
    assert desk.stop() == 0
    assert desk.audit()["balanced"]

    print(f"\n{MAILS} mails of {len(mail(0))} octets from {CLIENTS} clients, {database_url.partition(':')[0]}")
    for what, rate in (
        ("aiosmtpd, discarding", discarding),
        ("accepted (committed, then 250)", accepting),
        ("… and a ticket", deciding),
        ("… and acknowledgement and alert sent", whole),
    ):
        print(f"  {what:<38}{rate:8.0f} mails/s   1 : {discarding / rate:.1f}")
