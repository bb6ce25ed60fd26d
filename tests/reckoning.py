"""Mails answered 250 compared with what is stored, what became of it and what left (SAFETY, promises 1-3)."""

from __future__ import annotations

import contextlib
import hashlib
import sys
import textwrap
import threading
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa
from harness import ADDRESS, Desk, Smtp, dot_stuffed
from smtp_server import SmtpServer

from mailgate import spool
from mailgate.database import Database
from ticketing.store import tables

LIFTED = ("ack_address", "ack_subject", "ack_domain", "ack_desk", "new_tickets_address", "equal_bodies_address")


class Client(threading.Thread):
    """A mail server with a queue of its own: one mail after the other, each again until it is answered 250.

    `answers`: how the others were answered; `wrong`: those that a mail server would not bring again.
    """

    def __init__(self, desk: Desk, number: int, stop: threading.Event | None = None) -> None:
        super().__init__(daemon=True)
        self.desk = desk
        self.number = number
        self.stop = stop or threading.Event()
        self.accepted: dict[str, bytes] = {}
        self.in_data = False
        self.answers: list[str] = []
        self.wrong: list[str] = []

    def run(self) -> None:
        count = 0
        while not self.stop.is_set():
            count += 1
            while not self.stop.is_set() and not self.attempt(count):
                time.sleep(0.02)

    def attempt(self, count: int) -> bool:
        """Brings its mail of that number once; whether it was answered 250."""
        identity, mail = self.letter(count)
        return self._sent(mail, identity)

    def letter(self, count: int) -> tuple[str, bytes]:
        """Message-ID and bytes; each from somebody else."""
        identity = f"<kill.{self.number}.{count}@client.example.org>"
        mail = (
            f"From: Person {count} <p{self.number}.{count}@example.org>\r\nTo: {ADDRESS}\r\n"
            f"Message-ID: {identity}\r\nSubject: Case {self.number} {count}\r\n"
            f"Date: Sat, 21 Nov 2026 09:30:00 +0100\r\n\r\nHelp {count} of {self.number}.\r\n"
        ).encode()
        return identity, mail

    def _sent(self, mail: bytes, identity: str) -> bool:
        with contextlib.suppress(OSError), self.desk.smtp(timeout=20) as connection:
            steps = ("MAIL FROM:<sender@example.org>", f"RCPT TO:<{ADDRESS}>", "DATA")
            for step in steps:
                answer = connection.command(step)
                if answer[:1] not in ("2", "3"):
                    return self._not_taken(answer)
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
        return self._not_taken(answer)

    def _not_taken(self, answer: str) -> bool:
        self.answers.append(answer)
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


def prepared(desk: Desk, relay: SmtpServer | None) -> Desk:
    """Without the limits that so many mails would meet. No `relay`: its maildir."""
    desk.init(relay=f"127.0.0.1:{relay.port}" if relay else None)
    text = desk.config.read_text()
    for name in LIFTED:
        (line,) = [line for line in text.splitlines() if line.startswith(f"{name} =")]
        text = text.replace(line, f'{name} = "off"')
    text = text.replace('alerts_agent = ["30/10m"]', 'alerts_agent = "off"')
    desk.config.write_text(text)
    return desk


def compare(desk: Desk, database: Database, sent: Iterable[bytes], result: Result) -> None:
    """`sent`: what left, each copy."""
    with database.read() as connection:
        shas = Counter(connection.scalars(sa.select(spool.inbound_mail.c.sha256)))
        kept = {hashlib.sha256(data).hexdigest() for data in connection.scalars(sa.select(spool.blob.c.bytes))}
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

    left = Counter(_message_id(mail) for mail in sent)
    assert set(left) == posted, "each mail that was told leaves, and nothing else"
    assert len(posted) == 2 * tickets  # an acknowledgement and an alert
    assert left.total() - len(left) <= result.kills, "more extra copies than crashes"


def _message_id(data: bytes) -> str:
    (line,) = [line for line in data.split(b"\r\n\r\n")[0].split(b"\r\n") if line.lower().startswith(b"message-id:")]
    return line.split(b":", 1)[1].strip().decode()


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


def liar(folder: Path, how: str = "liar") -> list[str]:
    """A wrapper of the command line: what proves a promise must find this daemon, and pass the "honest" one."""
    script = folder / "liar.py"
    script.write_text(textwrap.dedent(LIAR))
    return [sys.executable, str(script), how]
