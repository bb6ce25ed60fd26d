"""Agents at work on a desk of their own: a real folder, a real database, real readers; only the clock is ours.

The road is that of `mailgate take` and `mailgate work`, walked in this process because a story takes dozens of steps.
At the end of every story `House.close` looks through each mail that the desk ever made.
"""

from __future__ import annotations

import email
import email.policy
import html
import itertools
import re
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Any, cast

import sqlalchemy as sa
from leaks import check_valid, find_leaks
from shared import share

from mailgate import spool, starting
from mailgate.app import App, new_uid
from mailgate.config import load
from mailgate.mail import Envelope, RawMail, Source
from mailgate.outbound.marks import MARKER
from mailgate.readers import Readers
from ticketing.desk import Desk

DESK = "support@example.com"
KARI = "Kari Nordmann <kari@example.com>"
PER = "Per Hansen <per@example.com>"
START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
PROOF = "Authentication-Results: mx.example.com; dmarc={} header.from={}"

# What no requester may ever read, whatever an agent's mail program sends along.
NOTE = "Kunden er en kjent kverulant"
OTHER = "Min hemmelige diagnose er podagra"
FILE = "lonnsslipp-kanarifugl.pdf"
PIXEL = "https://track.example.net/o.gif?u=4711"
PHONE = "+47 99 88 77 66"
CANARIES = {
    "the agent's address": "kari@example.com",
    "the other agent's address": "per@example.com",
    "a note": NOTE,
    "another requester's words": OTHER,
    "a file's name": FILE,
    "a tracking pixel": "track.example.net",
    "the agent's telephone": PHONE,
    "an alert's first line": "Your answer goes to:",
    "a note's first line": "Your answer is an internal note",
    "the marker": "type your answer above this line",
    "a line of an alert": ":: Queue support",
}
_AGENT_TOKEN = re.compile(rb"\+[pn]\.\d{9,10}\.[a-z2-7]{8}\.")
_counter = itertools.count(1)


class House:
    """A desk with the agents Kari and Per. `auth`: how agents prove themselves. Every `work` moves the clock."""

    def __init__(
        self, folder: Path, migrated: Path, readers: Readers, *, auth: str = "token", undo: int = 60, more: str = ""
    ) -> None:
        self.folder = folder
        self.now = START
        wishes = starting.Wishes(
            addresses=(DESK,), agents=(KARI, PER), listen="127.0.0.1:2525", relay=None, timezone="Europe/Oslo",
            language="en", database="sqlite:///desk.db",
        )  # fmt: skip
        made = starting.init_files(wishes, fqdn="mail.example.com", today=START.date(), secret=b"s" * 32)
        starting.create(folder, made)
        shutil.copy(migrated, folder / "desk.db")
        config = folder / "mailgate.toml"
        text = config.read_text().replace("undo_seconds = 60", f"undo_seconds = {undo}")
        text = text.replace("trusted_authserv_ids = []", 'trusted_authserv_ids = ["mx.example.com"]')
        config.write_text(text.replace('agent_auth = "token"', f'agent_auth = "{auth}"') + more)
        self.readers = readers
        self.reload()
        self.canaries: dict[str, str] = dict(CANARIES)
        self._left: dict[int, EmailMessage] = {}

    def reload(self) -> None:
        """Read the configuration again, as a restart does."""
        if "app" in self.__dict__:
            self.app.database.close()
        self.app: App = App(load(self.folder / "mailgate.toml"), lambda: self.now)
        share(self.app, self.readers)
        self.app.open_database()
        # Installed before the first mail, or numbers of earlier days would not count.
        _ = self.app.instance

    def configure(self, old: str, new: str) -> None:
        config = self.folder / "mailgate.toml"
        text = config.read_text()
        assert old in text
        config.write_text(text.replace(old, new))
        self.reload()

    # ---- mail in, time on ---------------------------------------------------------------------------------------

    def take(self, *mails: str | bytes, mail_from: str | None = None, rcpt: Sequence[str] = ()) -> None:
        self.app.store(
            [
                RawMail(
                    new_uid(), mail if isinstance(mail, bytes) else mail.encode(),
                    Envelope(mail_from, tuple(rcpt)), Source.TAKE, self.now, peer="127.0.0.1",
                )
                for mail in mails
            ]
        )  # fmt: skip

    def work(self, seconds: float = 0) -> None:
        """What `mailgate work` does, so many seconds later."""
        self.now += timedelta(seconds=seconds)
        intake, sender = self.app.intake(), self.app.sender()
        try:
            while True:
                self.app.deadlines.keep_up(self.now)
                done = 0
                while count := intake.work(self.now):
                    done += count
                self.app.deadlines.send_digests(self.now)
                while sender.send_due(self.now):
                    pass
                if not done:
                    return
        finally:
            sender.close()

    def mail(self, *mails: str | bytes, seconds: float = 1) -> list[EmailMessage]:
        """Take mails, work, and give what left because of them."""
        before = len(self.sent())
        self.now += timedelta(seconds=seconds)
        self.take(*mails)
        self.work()
        return self.sent()[before:]

    def later(self, seconds: float) -> list[EmailMessage]:
        """What leaves when so much time has passed."""
        before = len(self.sent())
        self.work(seconds)
        return self.sent()[before:]

    def ask(self, subject: str = "Printer", words: str = "It burns.", author: str = "Ola <ola@example.org>", **more: Any
            ) -> tuple[str, EmailMessage]:  # fmt: skip
        """A requester asks; the number of his ticket and the alert to Kari."""
        out = self.mail(letter(author, DESK, subject, words, **more))
        alert = next(one for one in out if "kari@" in str(one["To"]))
        return number_in(alert), alert

    # ---- what became of it --------------------------------------------------------------------------------------

    def ticket(self, number: str) -> dict[str, Any]:
        with self.app.database.read() as connection:
            view = Desk(connection, self.app.policy, self.now).ticket_view(number)
        assert view is not None, number
        return view

    def tickets(self) -> list[dict[str, Any]]:
        with self.app.database.read() as connection:
            return Desk(connection, self.app.policy, self.now).ticket_views(limit=None)

    def sent(self) -> list[EmailMessage]:
        """Every mail that has left, in the order it was seen leaving; each is read once. (On a busy machine a sender's
        clock runs ahead of ours.)"""
        mails = spool.outbound_mail.c
        with self.app.database.read() as connection:
            left = sa.select(mails.id, mails.sha256).where(mails.state == "sent").order_by(mails.finished_at, mails.id)
            new = [row for row in connection.execute(left) if row.id not in self._left]
            data = spool.blobs(connection, sorted({row.sha256 for row in new}))
        self._left |= {row.id: _read(data[row.sha256]) for row in new}
        return list(self._left.values())

    def last_mail(self) -> Any:
        """The row of the newest mail that came in: disposition, rule, ticket."""
        with self.app.database.read() as connection:
            query = sa.select(spool.inbound_mail).order_by(spool.inbound_mail.c.id.desc()).limit(1)
            return connection.execute(query).one()

    def became(self) -> tuple[str, str]:
        row = self.last_mail()
        return row.disposition, row.rule

    def _stored(self) -> list[Any]:
        with self.app.database.read() as connection:
            return list(
                connection.execute(
                    sa.select(spool.outbound_mail, spool.blob.c.bytes)
                    .join(spool.blob, spool.blob.c.sha256 == spool.outbound_mail.c.sha256)
                    .order_by(spool.outbound_mail.c.finished_at, spool.outbound_mail.c.id)
                )
            )

    # ---- the end ------------------------------------------------------------------------------------------------

    def faults(self) -> list[str]:
        """What is wrong with the mails the desk made, sent or not: leaks and bad form; and with its books."""
        found: list[str] = []
        own = {"kari@example.com", "per@example.com", *self.app.policy.agent_of}
        for row in self._stored():
            found += [f"{row.notice} {row.id}: {fault}" for fault in check_valid(row.bytes)]
            mail = _read(row.bytes)
            if mail["Reply-To"] is None and any(one in whole(mail) for one in MARKER.values()):
                found.append(f"{row.notice} {row.id}: asks for an answer, and has no address for it")
            readers = {one.addr_spec for name in ("To", "Cc") for one in getattr(mail[name], "addresses", ())}
            if readers <= own:
                continue
            found += [f"{row.notice} {row.id}: {leak}" for leak in find_leaks(row.bytes, self.canaries)]
            if _AGENT_TOKEN.search(row.bytes):
                found.append(f"{row.notice} {row.id}: an agent's answer address")
            if readers & own:
                found.append(f"{row.notice} {row.id}: goes to an agent and to somebody else")
        with self.app.database.read() as connection:
            desk = Desk(connection, self.app.policy, self.now)
            figures = spool.balance(connection, self.now)
            if not figures.balanced or figures.waiting_in or spool.without_ticket(connection, desk.known_numbers):
                found.append(f"the books do not balance: {figures}")
        return found

    def close(self) -> None:
        self.app.database.close()


NewHouse = Callable[..., AbstractContextManager[House]]
"""Makes houses as a test wishes them: the fixture `new_house`."""


@contextmanager
def a_house(folder: Path, migrated: Path, readers: Readers, **wishes: Any) -> Iterator[House]:
    """A house for one story; at the end every mail it ever made is looked through."""
    house = House(folder, migrated, readers, **wishes)
    try:
        yield house
        if faults := house.faults():
            raise AssertionError("\n".join(faults))
    finally:
        house.close()


# ---- mails ----------------------------------------------------------------------------------------------------------


def letter(
    author: str,
    to: str,
    subject: str,
    text: str,
    *,
    cc: str = "",
    headers: Sequence[str] = (),
    auth: str | None = None,
    answers: EmailMessage | str | None = None,
    message_id: str | None = None,
    date: datetime = START,
    content: str = "text/plain; charset=utf-8",
) -> str:
    """A plain mail. `auth`: what our own mail server says of the author's domain."""
    domain = re.sub(r".*@|>.*", "", author)
    answered = str(answers["Message-ID"]) if isinstance(answers, EmailMessage) else answers
    lines = [
        *([PROOF.format(auth, domain)] if auth else []),
        f"From: {author}",
        f"To: {to}",
        *([f"Cc: {cc}"] if cc else []),
        f"Subject: {subject}",
        f"Date: {format_datetime(date)}",
        f"Message-ID: {message_id or new_id(domain)}",
        *([f"In-Reply-To: {answered}", f"References: {answered}"] if answered else []),
        *headers,
        "MIME-Version: 1.0",
        f"Content-Type: {content}",
        "Content-Transfer-Encoding: 8bit",
    ]
    return "\n".join(lines) + "\n\n" + text + "\n"


def reply(alert: EmailMessage, text: str, *, author: str = KARI, to: str | None = None, **more: Any) -> str:
    """An answer to where the mail asks for it, without a quote."""
    return letter(author, to or str(alert["Reply-To"]), f"Re: {alert['Subject']}", text, answers=alert, **more)


def new_id(domain: str = "example.org") -> str:
    return f"<m{next(_counter)}@{domain}>"


def number_in(mail: EmailMessage) -> str:
    found = re.search(r"#(\d{9,10})\]", str(mail["Subject"]))
    assert found, mail["Subject"]
    return found[1]


def body(mail: EmailMessage) -> str:
    """The words of a mail of ours, without its foot."""
    return re.sub(r"(?:\n+[^\n]* <mailto:[^>\n]*>)*\n*Ref: \S+\s*\Z", "", whole(mail))


def whole(mail: EmailMessage) -> str:
    """All that its text says."""
    part = mail.get_body(("plain",))
    assert part is not None
    return str(cast(EmailMessage, part).get_content()).replace("\r\n", "\n")


def to(mails: Sequence[EmailMessage], address: str) -> list[EmailMessage]:
    return [mail for mail in mails if address in str(mail["To"])]


def _read(data: bytes) -> EmailMessage:
    return email.message_from_bytes(data, policy=email.policy.default)


# ---- as mail programs write answers ---------------------------------------------------------------------------------


def gmail(alert: EmailMessage, words: str, **more: Any) -> str:
    """Both forms, answer on top, quote in a gmail_quote."""
    old = body(alert)
    plain = f"{words}\n\nOn Mon, Nov 23, 2026 at 10:00 AM Support <{DESK}> wrote:\n\n" + _quoted(old)
    rich = (
        f'<div dir="ltr">{_html(words)}</div><br><div class="gmail_quote gmail_quote_container"><div dir="ltr" '
        f'class="gmail_attr">On Mon, Nov 23, 2026 at 10:00 AM Support &lt;<a href="mailto:{DESK}">{DESK}</a>&gt; '
        f'wrote:<br></div><blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex">{_html(old)}</blockquote>'
        f"</div>"
    )
    return _both(alert, plain, rich, **more)


def outlook(alert: EmailMessage, words: str, **more: Any) -> str:
    """Both forms, a signature without a mark, a header block, the old text bare below it."""
    old = body(alert)
    plain = (
        f"{words}\n\nBest regards,\nKari Nordmann\nSupport | {PHONE}\nkari@example.com\n\n" + _header_block(alert) + old
    )
    rich = (
        f"<html><body lang=EN-US><div class=WordSection1><p class=MsoNormal>{_html(words)}</p><p class=MsoNormal>Best "
        f'regards,<br>Kari Nordmann<br>Support | {PHONE}<br>kari@example.com</p><img src="{PIXEL}" width=1 height=1>'
        f"<div><div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm'><p class=MsoNormal>"
        f"{_html(_header_block(alert))}</p></div></div><p class=MsoNormal>{_html(old)}</p></div></body></html>"
    )
    return _both(alert, plain, rich, **more)


def outlook_web(alert: EmailMessage, words: str, **more: Any) -> str:
    """HTML only, the header block in divRplyFwdMsg, a tracking pixel in the signature."""
    rich = (
        f'<html><head></head><body><div class="elementToProof">{_html(words)}</div><div id="Signature">'
        f'<div>Kari Nordmann</div><div>kari@example.com</div><img src="{PIXEL}" width="1" height="1"></div>'
        f'<div id="appendonsend"></div>'
        f'<hr style="display:inline-block;width:98%"><div id="divRplyFwdMsg" dir="ltr"><font face="Calibri">'
        f"{_html(_header_block(alert))}</font></div><div><div>{_html(body(alert))}</div></div></body></html>"
    )
    return reply(alert, rich, content="text/html; charset=utf-8", **more)


def outlook_norwegian(alert: EmailMessage, words: str, **more: Any) -> str:
    block = f"Fra: Support <{DESK}>\nSendt: mandag 23. november 2026 10:00\nTil: {KARI}\nEmne: {alert['Subject']}\n\n"
    return reply(alert, f"{words}\n\n{block}{body(alert)}", **more)


def thunderbird(alert: EmailMessage, words: str, **more: Any) -> str:
    """Plain text, the answer below the quote, a signature with its mark."""
    quote = f"On 23/11/2026 10:00, Support wrote:\n{_quoted(whole(alert).rstrip())}"
    text = f"{quote}\n\n{words}\n\n-- \nKari Nordmann\nkari@example.com"
    return reply(alert, text, content="text/plain; charset=UTF-8; format=flowed", **more)


def iphone(alert: EmailMessage, words: str, **more: Any) -> str:
    """Plain text, answer on top, the attribution quoted too, an unseen mark before the old text."""
    quote = _quoted(f"On 23 Nov 2026, at 10:00, Support <{DESK}> wrote:\n\n\ufeff{body(alert)}")
    return reply(alert, f"{words}\n\nSent from my iPhone\n\n{quote}", **more)


PROGRAMS = (gmail, outlook, outlook_web, outlook_norwegian, thunderbird, iphone)


def _both(alert: EmailMessage, plain: str, rich: str, **more: Any) -> str:
    text = (
        f"--b1\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n{plain}\n"
        f"--b1\nContent-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n{rich}\n--b1--"
    )
    return reply(alert, text, content='multipart/alternative; boundary="b1"', **more)


def _header_block(alert: EmailMessage) -> str:
    return (
        f"From: Support <{DESK}>\nSent: Monday, November 23, 2026 10:00 AM\nTo: {KARI}\nSubject: {alert['Subject']}\n\n"
    )


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))


def _html(text: str) -> str:
    return html.escape(text).replace("\n", "<br>\n")


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """What differs between two views of a ticket. Messages and history are left out, and the deadlines, which have
    tests of their own."""
    apart = ("messages", "history", "deadlines")
    return {key: value for key, value in after.items() if key not in apart and before[key] != value}


def steps(ticket: Mapping[str, Any]) -> list[tuple[str, str, str | None, str | None]]:
    """The history as (who, what, from, to)."""
    return [(one["who"], one["what"], one["from"], one["to"]) for one in ticket["history"]]
