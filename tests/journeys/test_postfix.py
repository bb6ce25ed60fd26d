"""Postfix in front, set up as docs/postfix.md says: what it hands on arrives, what we refuse it tells the sender."""

from __future__ import annotations

import contextlib
import email
import email.policy
import re
import socket
import sqlite3
import threading
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from harness import ADDRESS, Desk, Smtp, free_port
from postfix import Postfix, postfix
from test_service import certificate

DOCUMENT = Path(__file__).parents[2] / "docs" / "postfix.md"


class Mailbox:
    """A small mail server that takes everything: where the senders' own mail arrives."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self._server = socket.create_server(("127.0.0.1", free_port()))
        self.port = self._server.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._server.close()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._server.accept()
            except OSError:
                return
            with client, client.makefile("rb") as lines:
                self._talk(client, lines)

    def _talk(self, client: socket.socket, lines: object) -> None:
        client.sendall(b"220 box.test ESMTP\r\n")
        for line in lines:  # type: ignore[attr-defined]
            verb = line[:4].upper()
            if verb == b"DATA":
                client.sendall(b"354 go on\r\n")
                data = b"".join(iter(lambda: next(lines), b".\r\n"))  # type: ignore[call-overload]
                self.mails.append(email.message_from_bytes(data, policy=email.policy.default))  # type: ignore[arg-type]
            client.sendall(b"221 bye\r\n" if verb == b"QUIT" else b"250 fine\r\n")
            if verb == b"QUIT":
                return


@pytest.fixture
def sender() -> Iterator[Mailbox]:
    box = Mailbox()
    try:
        yield box
    finally:
        box.close()


@pytest.fixture
def behind(new_desk: Callable[..., Desk]) -> Desk:
    """A desk that listens with a certificate of its own."""
    desk = new_desk().init()
    certificate(desk.folder, "tls", "localhost")
    desk.replace("[listener]", '[listener]\ntls = { mode = "starttls", cert = "tls.pem", key = "tls.key" }')
    return desk


@pytest.fixture
def front(behind: Desk, sender: Mailbox) -> Iterator[Postfix]:
    with postfix(documented(behind.port, sender.port), {"ca.pem": (behind.folder / "tls.pem").read_text()}) as server:
        yield server


def documented(desk_port: int, sender_port: int) -> str:
    """The fragment of the document; changed is only what lies elsewhere here, and how long Postfix waits."""
    found = re.search(r"<!-- main\.cf -->\n```\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    assert found
    text = found[1]
    for old, new in (
        ("/etc/postfix/mailgate-ca.pem", "{home}/conf/ca.pem"),
        ("minimal_backoff_time = 60s", "minimal_backoff_time = 2s"),
        ("maximal_backoff_time = 15m", "maximal_backoff_time = 3s"),
        ("{ support@example.com = desk }", "{ support@example.com = desk }, { gone@example.com = desk }"),
        (
            "{ support@example.com = smtp:[localhost]:2525 }",
            f"{{ support@example.com = smtp:[localhost]:{desk_port} }},"
            f" {{ gone@example.com = smtp:[localhost]:{desk_port} }},"
            f" {{ example.org = smtp:[127.0.0.1]:{sender_port} }}",
        ),
    ):
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    # The senders' own server speaks no TLS; and the log is to tell of it.
    return f"{text}smtp_tls_loglevel = 1\nsmtp_tls_policy_maps = inline:{{ {{ [127.0.0.1]:{sender_port} = none }} }}\n"


def letter(name: str, subject: str = "The printer is on fire") -> bytes:
    return (
        f"From: Ola <ola@example.org>\nTo: {ADDRESS}\nSubject: {subject}\nMessage-ID: <{name}@example.org>\n"
        f"MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n"
        f"Hjelp, blåbær: {name}.\n"
    ).encode()


def hand_to(
    front: Postfix, mail: bytes, mail_from: str = "ola@example.org", rcpt_to: str = ADDRESS, option: str = ""
) -> None:
    with Smtp("127.0.0.1", front.port) as client:
        client.command("EHLO client.example.org")
        for line in (f"MAIL FROM:<{mail_from}>{option}", f"RCPT TO:<{rcpt_to}>", "DATA"):
            answer = client.command(line)
            assert answer[:1] in "23", (line, answer)
        client.send(mail.replace(b"\n", b"\r\n") + b".\r\n")
        assert client.reply().startswith("250")


def test_mail_through_postfix(behind: Desk, front: Postfix, sender: Mailbox) -> None:
    # Nobody is there yet: Postfix keeps it.
    hand_to(front, letter("early"))
    behind.wait(lambda: "status=deferred" in front.log(), "Postfix to find nobody there")
    behind.start()

    # TLS with the certificate checked, 8-bit text unharmed; what came early comes by itself.
    hand_to(front, letter("plain", "Skriver på Ås"))
    # An address beyond ASCII.
    hand_to(front, letter("utf8", "Blåbær"), "blåbær@example.org", option=" SMTPUTF8 BODY=8BITMIME")
    # The null sender: a machine's, never acknowledged.
    hand_to(front, letter("null", "Report"), "")
    # A signed address has a +part.
    hand_to(front, letter("plus", "The scanner is wet"), rcpt_to="support+anything@example.com")
    behind.wait(lambda: behind.audit()["arrived"] == 5, f"five mails\n{front.log()[-3000:]}", 60)
    figures = behind.settle()
    assert figures["balanced"]
    assert front.log().count("Verified TLS connection established to localhost") >= 5
    titles = {ticket["title"] for ticket in behind.tickets()}
    assert {"Skriver på Ås", "Blåbær", "The printer is on fire", "The scanner is wet"} <= titles
    text = behind.ticket(next(t["number"] for t in behind.tickets() if t["title"] == "Blåbær"))["messages"][0]["text"]
    assert "blåbær" in text

    # Not now: the database takes no mail. Postfix comes again, and the mail makes one ticket.
    refuse = "CREATE TRIGGER refuse BEFORE INSERT ON inbound_mail BEGIN SELECT RAISE(ABORT, 'not now'); END"
    with contextlib.closing(sqlite3.connect(behind.folder / "desk.db", isolation_level=None, timeout=30)) as database:
        database.execute(refuse)
        hand_to(front, letter("later", "The fax is late"))
        behind.wait(lambda: re.search(r"status=deferred .*451 4\.3\.0", front.log()), "a temporary refusal", 60)
        database.execute("DROP TRIGGER refuse")
    behind.wait(lambda: [t for t in behind.tickets() if t["title"] == "The fax is late"], "the second attempt", 60)
    behind.settle()
    assert len([t for t in behind.tickets() if t["title"] == "The fax is late"]) == 1

    # 550: the sender hears of it from his own server, not from us.
    hand_to(front, letter("wrong", "The wrong door"), rcpt_to="gone@example.com")
    report = behind.wait(
        lambda: next((mail for mail in sender.mails if mail.get_content_type() == "multipart/report"), None),
        f"Postfix's report\n{front.log()[-2000:]}",
        60,
    )
    assert "5.1.1" in report.as_string() and "gone@example.com" in report.as_string()
    assert behind.stop() == 0
    assert behind.audit()["balanced"]
