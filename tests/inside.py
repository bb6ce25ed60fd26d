"""A desk in this process, for tables of many mails: the real parts on a real database, with the time in our hand.

Every mail given to `receive` is explained first: `explain` must tell what `take` and `work` then do, and must leave the
database's bytes as they were. What would be slow as commands is quick as calls; the same road is driven through the
installed command in the journeys beside these tables.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from leaks import check_valid, find_leaks, inside_of_the_house
from shared import share

from mailgate import spool
from mailgate.app import App, new_uid
from mailgate.cli.explaining import explain
from mailgate.config import load
from mailgate.mail import Envelope, RawMail, Source
from mailgate.readers import Readers
from mailgate.workers.intake import Intake

NOON = datetime(2026, 11, 21, 11, 0, tzinfo=UTC)  # 12:00 in Oslo
SUPPORT, BILLING, SALES, LISTS = (f"{name}@example.com" for name in ("support", "billing", "sales", "lists"))
FORM = "form@shop.example"

CONFIG = """\
[desk]
name = "Example Support"
timezone = "Europe/Oslo"
language = "en"
operators = ["kari"]
undo_seconds = 60
database = "{database}"
secret_file = "secret.key"
[listener]
listen = ["127.0.0.1:2525"]
[authentication]
trusted_authserv_ids = ["mx.example.com"]
agent_auth = "dmarc"
{limits}
[relay]
maildir = "outgoing"
[[queue]]
name = "support"
agents = ["kari"]
lead = "kari"
[[queue]]
name = "billing"
agents = ["ola"]
[[agent]]
id = "kari"
name = "Kari Nordmann"
addresses = ["kari@example.com"]
[[agent]]
id = "ola"
name = "Ola Hansen"
addresses = ["ola@example.com"]
[[mailbox]]
address = "support@example.com"
aliases = ["help@example.com"]
queue = "support"
contact_form_senders = ["form@shop.example", "noreply@shop.example"]
[[mailbox]]
address = "billing@example.com"
queue = "billing"
[[mailbox]]
address = "sales@example.com"
queue = "support"
tag_word = "AB"
[[mailbox]]
address = "lists@example.com"
queue = "support"
bulk = "hold"
[[organisation]]
name = "Acme"
domains = ["acme.example"]
shares_tickets = true
[[organisation]]
name = "Silent"
domains = ["silent.example"]
[[brand]]
prefix = "nettbutikk.no"
organisation = "Nettbutikk"
queue = "billing"
category = "shop"
[[brand]]
prefix = "verkko.fi"
[[organisation]]
name = "Nettbutikk"
domains = ["nettbutikk.no"]
[[category]]
name = "shop"
[[number_pattern]]
pattern = "[A-Z]{{2}}-\\\\d{{4,}}"
{more}
"""

_ids = itertools.count(1)


def mail(
    author: str = "Ola Nordmann <ola@firma.no>",
    to: str = SUPPORT,
    subject: str = "The printer on floor two",
    body: str = "It prints nothing but stripes.",
    *,
    auth: str = "none",
    message_id: str | None = None,
    date: str | None = "Sat, 21 Nov 2026 12:00:00 +0100",
    headers: Sequence[tuple[str, str]] = (),
) -> bytes:
    """A mail as another mail system writes it. `auth`: what our own border says of it, in Authentication-Results."""
    domain = author.rpartition("@")[2].rstrip("> ")
    verdict = {
        "pass": f"mx.example.com; dmarc=pass header.from={domain}",
        "fail": f"mx.example.com; dmarc=fail (p=reject dis=reject) header.from={domain}",
        "none": "",
    }[auth]
    if message_id is None:
        message_id = f"<m{next(_ids)}@firma.no>"
    lines = [
        *([("Authentication-Results", verdict)] if verdict else []),
        ("From", author),
        ("To", to),
        ("Subject", subject),
        *([("Message-ID", message_id)] if message_id else []),
        *([("Date", date)] if date else []),
        ("MIME-Version", "1.0"),
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Transfer-Encoding", "8bit"),
    ]
    given = {name.lower() for name, _ in headers}
    lines = [*(one for one in lines if one[0].lower() not in given or one[0] == "Authentication-Results"), *headers]
    head = "".join(f"{name}: {value}\r\n" for name, value in lines)
    return head.encode() + b"\r\n" + body.replace("\n", "\r\n").encode() + b"\r\n"


@dataclass(frozen=True)
class Out:
    """A mail of ours on its way out."""

    to: tuple[str, ...]
    notice: str
    template: str
    ticket: str | None
    mail_from: str
    data: bytes = field(repr=False)

    @property
    def message(self) -> EmailMessage:
        return message_from_bytes(self.data, policy=policy.default)  # type: ignore[return-value]

    @property
    def text(self) -> str:
        part = self.message.get_body(("plain",))
        assert isinstance(part, EmailMessage)
        return str(part.get_content())

    @property
    def token(self) -> str:
        """The signed address that an answer goes to."""
        return str(self.message["Reply-To"])

    @property
    def id(self) -> str:
        return str(self.message["Message-ID"])

    @property
    def body_id(self) -> str:
        """The id in its last line, as a mail client quotes it."""
        return self.text.rstrip().splitlines()[-1]


@dataclass(frozen=True)
class Outcome:
    """What became of one mail: its row in the spool, and the mails that left with it."""

    id: int
    disposition: str
    rule: str
    kind: str
    kind_rule: str
    ticket: str
    mails: tuple[Out, ...]
    told: dict[str, Any]

    @property
    def what(self) -> tuple[str, str]:
        return self.disposition, self.rule

    def to(self, address: str) -> list[Out]:
        return [one for one in self.mails if address in one.to]

    def of(self, notice: str) -> list[Out]:
        return [one for one in self.mails if one.notice == notice]

    @property
    def acknowledgement(self) -> Out:
        (one,) = self.of("Acknowledgement")
        return one


class InsideDesk:
    """One desk and its clock. `now` moves only where a test says so."""

    def __init__(
        self, folder: Path, readers: Readers, url: str = "sqlite:///desk.db", *, limits: str = "", more: str = ""
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.now = NOON
        (folder / "secret.key").write_text(f"a 2026-01-01 {'5a' * 32}\n")
        (folder / "secret.key").chmod(0o600)
        self.config = folder / "mailgate.toml"
        self.config.write_text(CONFIG.format(database=url, limits=limits, more=more))
        self._readers = readers
        self.app = self._new_app()

    def _new_app(self) -> App:
        app = App(load(self.config), lambda: self.now)
        share(app, self._readers)
        app.open_database()
        assert app.instance
        self.intake: Intake = app.intake()
        self.sender = app.sender()
        return app

    def again(self) -> None:
        """Stops and starts: configuration and key ring are read anew."""
        self.close()
        self.app = self._new_app()

    def close(self) -> None:
        self.sender.close()
        self.app.__dict__.pop("readers", None)  # shared with other tests
        self.app.close()

    def wait(self, **span: float) -> None:
        """Lets time pass, and does what is due then."""
        self.now += timedelta(**span)
        self.app.deadlines.keep_up(self.now)
        self._send()

    # ---- mail in ------------------------------------------------------------------------------------------------

    def receive(
        self,
        data: bytes,
        *,
        mail_from: str | None = "sender@relay.example",
        rcpt: Sequence[str] = (SUPPORT,),
        explained: bool = True,
    ) -> Outcome:
        """Explains a mail, takes it in, works until idle; the explanation must come true."""
        raw = RawMail(new_uid(), data, Envelope(mail_from, tuple(rcpt)), Source.TAKE, self.now, peer="127.0.0.1")
        told: dict[str, Any] = {}
        if explained:
            before = self._bytes()
            told = explain(self.app, raw)
            assert self._bytes() == before, "explain changed the database"
        before_out = self._last_out()
        self.app.store([raw])
        self.work()
        with self.app.database.read() as connection:
            row = connection.execute(sa.select(spool.inbound_mail).where(spool.inbound_mail.c.uid == raw.uid)).one()
        outcome = Outcome(
            row.id, row.disposition, row.rule, row.kind, row.kind_rule, row.ticket or "", self.out(before_out), told
        )
        if explained:
            self._came_true(told, outcome)
        return outcome

    def receive_all(self, mails: Sequence[bytes], rcpt: Sequence[str] = (SUPPORT,)) -> list[Outcome]:
        """Takes many in at once: whole batches, as a busy desk does."""
        raws = [
            RawMail(
                new_uid(), data, Envelope("sender@relay.example", tuple(rcpt)), Source.TAKE, self.now, peer="127.0.0.1"
            )
            for data in mails
        ]
        before_out = self._last_out()
        self.app.store(raws)
        self.work()
        out = self.out(before_out)
        with self.app.database.read() as connection:
            rows = {row.uid: row for row in connection.execute(sa.select(spool.inbound_mail))}
        return [
            Outcome(row.id, row.disposition, row.rule, row.kind, row.kind_rule, row.ticket or "",
                    tuple(one for one in out if one.ticket == row.ticket), {})
            for row in (rows[raw.uid] for raw in raws)
        ]  # fmt: skip

    def release(self, mail_id: int) -> Outcome:
        """`mailgate release`, then `work`."""
        with self.app.database.write() as connection:
            assert spool.release(connection, mail_id)
        before = self._last_out()
        self.work()
        with self.app.database.read() as connection:
            row = connection.execute(sa.select(spool.inbound_mail).where(spool.inbound_mail.c.id == mail_id)).one()
        return Outcome(
            row.id, row.disposition, row.rule, row.kind, row.kind_rule, row.ticket or "", self.out(before), {}
        )

    def digests(self) -> tuple[Out, ...]:
        """What the ten-minute round tells in place of single alerts."""
        before = self._last_out()
        self.app.deadlines.send_digests(self.now)
        self._send()
        return self.out(before)

    def work(self) -> None:
        while self.intake.work(self.now):
            pass
        self._send()

    def _send(self) -> None:
        while self.sender.send_due(self.now):
            pass

    def _came_true(self, told: dict[str, Any], outcome: Outcome) -> None:
        assert told["kind"]["name"] == outcome.kind
        assert told["kind"]["rule"] == outcome.kind_rule
        assert (told["disposition"]["name"], told["disposition"]["rule"]) == outcome.what
        assert (told["ticket"] or "") == outcome.ticket
        foreseen = sorted((tuple(one["to"]), one["template"], one["subject"]) for one in told["notices"])
        happened = sorted((one.to, one.template, str(one.message["Subject"])) for one in outcome.mails)
        assert foreseen == happened

    def _bytes(self) -> str:
        if not self.app.database.is_sqlite:
            return ""
        files = (self.folder / "desk.db", self.folder / "desk.db-wal")
        return hashlib.sha256(b"".join(file.read_bytes() for file in files if file.exists())).hexdigest()

    # ---- mail out -----------------------------------------------------------------------------------------------

    def _last_out(self) -> int:
        with self.app.database.read() as connection:
            return connection.scalar(sa.select(sa.func.max(spool.outbound_mail.c.id))) or 0

    def out(self, after: int = 0) -> tuple[Out, ...]:
        """Mails written after a row of the spool, each of them well made."""
        with self.app.database.read() as connection:
            query = sa.select(spool.outbound_mail, spool.blob.c.bytes)
            query = query.join(spool.blob, spool.blob.c.sha256 == spool.outbound_mail.c.sha256)
            rows = connection.execute(query.where(spool.outbound_mail.c.id > after).order_by(spool.outbound_mail.c.id))
            mails = rows.all()
            addresses: dict[int, list[str]] = {}
            recipients = sa.select(spool.outbound_recipient).where(spool.outbound_recipient.c.mail_id > after)
            for one in connection.execute(recipients):
                addresses.setdefault(one.mail_id, []).append(one.address)
        found = tuple(
            Out(tuple(sorted(addresses[row.id])), row.notice, row.template, row.ticket, row.mail_from, row.bytes)
            for row in mails
        )
        for one in found:
            assert check_valid(one.data) == []
            assert find_leaks(one.data, inside_of_the_house(one.to, self.app.policy.agent_of)) == []
        return found

    # ---- looking and doing --------------------------------------------------------------------------------------

    def ticket(self, number: str) -> dict[str, Any]:
        with self.app.looking() as (_, desk):
            view = desk.ticket_view(number)
        assert view is not None, number
        return view

    def tickets(self) -> list[dict[str, Any]]:
        with self.app.looking() as (_, desk):
            return desk.ticket_views(limit=None)

    def ask(self, number: str, *asked: Any, words: str = "", words_are: Any = "note", agent: str = "kari") -> Any:
        """An agent's commands from the command line."""
        with self.app.transactions.begin(self.now) as transaction:
            done = transaction.desk.ask(
                number, self.app.policy.agents[agent], asked, words, words_are=words_are, by="command line"
            )
        self._send()
        return done

    @contextmanager
    def sql(self) -> Iterator[sa.Connection]:
        with self.app.database.write() as connection:
            yield connection

    def execute(self, statement: str, **values: Any) -> None:
        with self.sql() as connection:
            connection.execute(sa.text(statement), values)

    def audit(self) -> spool.Balance:
        with self.app.database.read() as connection:
            return spool.balance(connection, self.now)


def people(view: dict[str, Any]) -> dict[str, str]:
    """address -> role"""
    return {one["address"]: one["role"] for one in view["participants"]}
