"""A desk without processes of its own: the real parts, put together by `App` over a folder that `mailgate init` wrote,
in this process and at the time the test says. For tables of many rows; the stories run the installed command.
"""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta, timezone
from email.message import EmailMessage
from pathlib import Path
from typing import Any, cast

from leaks import check_valid, find_leaks, inside_of_the_house
from shared import share

from mailgate import config, spool, starting
from mailgate.app import App, new_uid
from mailgate.cli.explaining import explain
from mailgate.mail import Envelope, RawMail, Source
from mailgate.readers import Readers
from ticketing.commands import Command

T0 = datetime(2026, 11, 23, 9, 0, tzinfo=timezone(timedelta(hours=1)))
ADDRESS = "support@example.com"
OLA = "ola@example.org"
KARI = "kari@example.com"


class House:
    """`now` moves only when the test moves it. `readers` are a real reader process, shared between houses."""

    def __init__(
        self,
        folder: Path,
        readers: Readers,
        *,
        agents: Sequence[str] = (f"Kari Nordmann <{KARI}>",),
        relay: str | None = None,
        more: Callable[[str], str] = str,
    ) -> None:
        """`more` may change the configuration before it is read."""
        self.folder = folder
        self.now = T0
        database = "sqlite:///desk.db"
        wishes = starting.Wishes((ADDRESS,), tuple(agents), "127.0.0.1:2525", relay, "Europe/Oslo", "en", database)
        start = starting.init_files(wishes, fqdn="desk.example.com", today=T0.date(), secret=bytes(range(32)))
        starting.create(folder, start)
        file = folder / "mailgate.toml"
        file.write_text(more(file.read_text()))
        self._readers = readers
        self.open()

    def open(self) -> None:
        """Builds the parts anew, after a change of the configuration."""
        self.app = App(config.load(self.folder / "mailgate.toml"), lambda: self.now)
        share(self.app, self._readers)
        self.app.open_database()
        self._intake, self._sender = self.app.intake(), self.app.sender()

    def close(self) -> None:
        self._sender.close()
        self.app.database.close()

    def later(self, **span: float) -> None:
        self.now += timedelta(**span)

    # ---- mail ---------------------------------------------------------------------------------------------------

    def take(
        self, *mails: bytes, mail_from: str | None = "<>", rcpt: str = ADDRESS, source: Source = Source.TAKE
    ) -> None:
        envelope = Envelope(mail_from, (rcpt,))
        self.app.store([RawMail(new_uid(), one, envelope, source, self.now, peer="127.0.0.1") for one in mails])

    def work(self) -> list[EmailMessage]:
        """Until nothing is left to do; what left meanwhile."""
        before = self._files()
        while self._intake.work(self.now):
            pass
        self.app.deadlines.keep_up(self.now)
        self.app.deadlines.send_digests(self.now)
        while self._sender.send_due(self.now):
            pass
        return [_read(file) for file in self._files() if file not in before]

    def arrives(self, *mails: bytes, mail_from: str | None = "<>", rcpt: str = ADDRESS) -> list[EmailMessage]:
        self.take(*mails, mail_from=mail_from, rcpt=rcpt)
        return self.work()

    def explain(self, mail: bytes, *, mail_from: str | None = "<>", rcpt: str = ADDRESS) -> dict[str, Any]:
        envelope = Envelope(mail_from, (rcpt,))
        return explain(self.app, RawMail(new_uid(), mail, envelope, Source.TAKE, self.now, peer="127.0.0.1"))

    def sent(self, address: str = "") -> list[EmailMessage]:
        """All that has left so far, to this address."""
        return [mail for mail in map(_read, self._files()) if address in str(mail["To"])]

    def faults_of_sent(self) -> list[str]:
        """What is wrong with the mails that left, as mails, and what of the house stands in those to others."""
        faults = []
        for file in self._files():
            data = file.read_bytes()
            recipients = _read(file).get_all("Delivered-To", [])
            faults += check_valid(without_trace(data))
            faults += find_leaks(without_trace(data), inside_of_the_house(recipients, self.app.policy.agent_of))
        return faults

    def _files(self) -> list[Path]:
        files = (self.folder / "outgoing" / "new").glob("*")
        return sorted(files, key=lambda file: (file.stat().st_mtime_ns, file.name))

    # ---- the desk -----------------------------------------------------------------------------------------------

    def ask(self, number: str, *asked: Command, answer: str = "", agent: str = "kari") -> list[EmailMessage]:
        """An agent at the command line: commands, and words for the requester. What leaves in the next two minutes."""
        with self.app.transactions.begin(self.now) as transaction:
            who = self.app.policy.agents[agent]
            done = transaction.desk.ask(number, who, asked, answer, words_are="answer", by="command line")
            assert not hasattr(done, "errors"), done
        self.later(minutes=2)
        return self.work()

    def ticket(self, number: str) -> dict[str, Any]:
        with self.app.looking() as (_, desk):
            return cast(dict[str, Any], desk.ticket_view(number))

    def tickets(self) -> list[str]:
        with self.app.looking() as (_, desk):
            return sorted(one["number"] for one in desk.ticket_views(limit=None))

    def history(self, number: str, what: str) -> list[str]:
        return [str(line["to"]) for line in self.ticket(number)["history"] if line["what"] == what]

    def spool(self, which: str) -> list[dict[str, Any]]:
        with self.app.database.read() as connection:
            return spool.listing(connection, which)

    def balance(self) -> spool.Balance:
        with self.app.database.read() as connection:
            return spool.balance(connection, self.now)


def _read(file: Path) -> EmailMessage:
    return email.message_from_bytes(file.read_bytes(), policy=email.policy.default)


def without_trace(data: bytes) -> bytes:
    """A mail as it was sent, below the lines that the delivery into the maildir put on top."""
    return re.sub(rb"\A(?:(?:Return-Path|Delivered-To): [^\r\n]*\r\n)+", b"", data)


def letter(
    subject: str = "Printer",
    text: str = "The printer is on fire.",
    *headers: str,
    author: str = OLA,
    to: str = ADDRESS,
    message_id: str = "letter-1@example.org",
) -> bytes:
    more = "".join(f"{line}\r\n" for line in headers)
    return (
        f"From: {author}\r\nTo: {to}\r\nSubject: {subject}\r\nMessage-ID: <{message_id}>\r\n"
        f"Date: Mon, 23 Nov 2026 08:00:00 +0000\r\n{more}\r\n{text}\r\n"
    ).encode()


def report(
    recipient: str,
    status: str = "5.1.1",
    diagnostic: str = "smtp; 550 5.1.1 no such user here",
    *,
    action: str = "failed",
    returned: str = "Message-ID: <somebody-elses@example.net>\r\nSubject: x",
    envelope_id: str = "",
    text: str = "Your mail could not be delivered.",
    to: str = ADDRESS,
    message_id: str = "",
    more: str = "",
) -> bytes:
    """A delivery status notification (RFC 3464). `more`: further recipients' fields."""
    envelope = f"Original-Envelope-Id: {envelope_id}\r\n" if envelope_id else ""
    given = f"Message-ID: <{message_id}@mx.example.net>\r\n" if message_id else ""
    return (
        f"From: MAILER-DAEMON@mx.example.net\r\nTo: {to}\r\nSubject: Undelivered Mail Returned to Sender\r\n{given}"
        'Auto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\nContent-Type: multipart/report; boundary="b";\r\n'
        " report-type=delivery-status\r\n\r\n"
        f"--b\r\nContent-Type: text/plain\r\n\r\n{text}\r\n"
        f"--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.net\r\n{envelope}\r\n"
        f"Final-Recipient: rfc822; {recipient}\r\nAction: {action}\r\nStatus: {status}\r\n"
        f"Diagnostic-Code: {diagnostic}\r\n\r\n{more}"
        + (f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\n{returned}\r\n\r\n" if returned else "")
        + "--b--\r\n"
    ).encode()


def signed_sender(mail: EmailMessage) -> str:
    """The address that bounces of this mail go to."""
    return str(mail["Return-Path"]).strip("<>")
