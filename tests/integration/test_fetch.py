"""A mailbox on a real Dovecot comes into the spool, whatever happens to the connection, the folder and the others."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from dovecot import HOST, PASSWORD, Client, Dovecot
from fault_proxy import Fault, FaultProxy
from harness import ADDRESS, Desk

from mailgate.app import App, new_uid
from mailgate.config import load
from mailgate.readers import Readers
from mailgate.spool import imap as ledger
from mailgate.spool import imap_folder, imap_ledger, inbound_mail
from mailgate.transport.imap import KEYWORD, Account, LoginRefused, Session, probe
from mailgate.workers.fetch import Fetcher, FetchSettings

LONG_AGO = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
MARK = KEYWORD.decode()


def letter(number: int, body: str = "Help.", author: str = "ola@example.org") -> bytes:
    return (
        f"Return-Path: <{author}>\r\nFrom: Ola <{author}>\r\nTo: {ADDRESS}\r\nSubject: Printer {number}\r\n"
        f"Message-ID: <m{number}@example.org>\r\nDate: Sat, 21 Nov 2026 10:{number % 60:02d}:00 +0100\r\n\r\n"
        f"{body} {number}\r\n"
    ).encode()


class Office:
    """A desk, a mailbox on the server, and fetchers for it."""

    def __init__(self, desk: Desk, server: Dovecot, readers: Readers) -> None:
        self.desk, self.server, self.user = desk, server, server.new_user()
        self.app = App(load(desk.config))
        self.app.__dict__["readers"] = readers
        self.app.open_database()
        self.fetchers: list[Fetcher] = []
        self.woken = 0

    def account(self, port: int | None = None, **more: Any) -> Account:
        values = {"timeout": 10.0, "connect_timeout": 5.0, **more}
        return Account(HOST, port or self.server.port, "none", self.user, "INBOX", lambda: PASSWORD, **values)

    def fetcher(
        self, account: Account | None = None, owner: str | None = None, clock: Callable[[], datetime] | None = None,
        **more: Any,
    ) -> Fetcher:  # fmt: skip
        """One that looks once a call of `work`, and then does not wait."""
        values: dict[str, Any] = {
            "mailbox": ADDRESS, "account": account or self.account(), "after": "keyword", "move_to": None,
            "import_since": None, "size_limit": 25 << 20, "sweep": 0.0, "first_delay": 0.01, "login_delay": 0.05,
            **more,
        }  # fmt: skip
        made = Fetcher(
            FetchSettings(**values),
            self.app.transactions,
            owner=owner or self.app.owner,
            clock=clock or self.app.clock,
            new_uid=new_uid,
            woken=self._wake,
        )
        self.fetchers.append(made)
        return made

    def look(self, fetcher: Fetcher) -> None:
        fetcher.work(self.app.clock())

    def stop(self, fetcher: Fetcher) -> None:
        fetcher.close()
        self.fetchers.remove(fetcher)

    def _wake(self) -> None:
        self.woken += 1

    def inbound(self) -> list[Any]:
        with self.app.database.read() as connection:
            return list(connection.execute(sa.select(inbound_mail).order_by(inbound_mail.c.id)))

    def ledger(self) -> dict[int, str]:
        """UID -> state, of the present numbering."""
        with self.app.database.read() as connection:
            mine = imap_folder.c.account == ADDRESS
            present = sa.select(imap_folder.c.uidvalidity).where(mine).scalar_subquery()
            query = sa.select(imap_ledger).where(imap_ledger.c.account == ADDRESS, imap_ledger.c.uidvalidity == present)
            return {row.uid: row.state for row in connection.execute(query)}

    def client(self) -> Client:
        return self.server.client(self.user)

    def decide(self) -> None:
        """What `mailgate work` does."""
        intake, sender = self.app.intake(), self.app.sender()
        while intake.work(self.app.clock()):
            pass
        self.app.deadlines.keep_up(self.app.clock())
        while sender.send_due(self.app.clock()):
            pass
        sender.close()

    def acknowledged(self) -> int:
        return len(self.desk.outgoing_to("ola@example.org"))

    def alarms(self) -> list[str]:
        return [str(mail["Subject"]) for mail in self.desk.outgoing_to("kari@example.com") if "mailbox" in str(mail)]


@pytest.fixture
def office(desk: Desk, dovecot: Dovecot, readers: Readers) -> Iterator[Office]:
    made = Office(desk, dovecot, readers)
    try:
        yield made
    finally:
        for fetcher in made.fetchers:
            fetcher.close()
        made.app.database.close()


# ---- the ordinary way -----------------------------------------------------------------------------------------------


def test_a_mail_becomes_a_ticket_and_is_marked(office: Office) -> None:
    fetcher = office.fetcher()
    office.look(fetcher)
    with office.client() as other:
        for number in (1, 2, 3):
            other.append(letter(number))
        office.look(fetcher)
        office.look(fetcher)
        assert [(row.source, row.mailbox, row.quiet) for row in office.inbound()] == [("imap", ADDRESS, False)] * 3
        assert office.ledger() == {1: "marked", 2: "marked", 3: "marked"}
        for uid in (1, 2, 3):
            flags = other.flags(uid)
            assert MARK in flags and "\\Seen" not in flags
    assert office.woken == 1
    office.decide()
    assert len(office.desk.tickets()) == 3 and office.desk.audit()["balanced"]
    assert office.desk.outgoing_to("ola@example.org")  # limited to three in ten minutes, which is another's test


def test_the_time_is_the_servers(office: Office) -> None:
    office.look(fetcher := office.fetcher(import_since=LONG_AGO))
    office.stop(fetcher)
    earlier = office.app.clock() - timedelta(days=3)
    with office.app.database.write() as connection:
        connection.execute(sa.text("UPDATE installation SET installed_at = :at"), {"at": "2026-01-01 00:00:00"})
    fetcher = office.fetcher(import_since=LONG_AGO)
    with office.client() as other:
        other.append(letter(1), earlier)
        other.append(letter(2), LONG_AGO - timedelta(days=300))
        other.append(letter(3), office.app.clock() + timedelta(days=2))
    office.look(fetcher)
    first, second, third = (row.received_at for row in office.inbound())
    assert first == earlier.replace(microsecond=0)
    assert second == LONG_AGO  # not before what is to be imported
    assert third <= office.app.clock()  # not in the future


@pytest.mark.parametrize("capability", ["", "IMAP4rev1 UIDPLUS", "IMAP4rev1"], ids=["MOVE", "UIDPLUS", "neither"])
def test_moved(office: Office, capability: str, monkeypatch: pytest.MonkeyPatch) -> None:
    fetcher = office.fetcher(after="move", move_to="Ferdig æøå")
    office.look(fetcher)
    assert fetcher._session is not None
    if capability:
        fetcher._session.abilities = replace(
            fetcher._session.abilities, move=False, uidplus="UIDPLUS" in capability, idle=False
        )
    with office.client() as other:
        other.append(letter(1))
        other.append(letter(2))
        other.flag("2", "\\Deleted")  # somebody else's; only he may expunge it
        other.append(letter(3))
        office.look(fetcher)
        assert other.uids("ALL", "Ferdig &AOYA+ADl-".join(['"', '"'])) == [1, 2, 3]
        left = other.uids()
        assert left == ([] if capability != "IMAP4rev1" else [1, 2, 3])
    assert set(office.ledger().values()) == {"marked"}
    office.look(fetcher)
    assert len(office.inbound()) == 3


def test_deleted_and_only_what_is_ours(office: Office) -> None:
    fetcher = office.fetcher(after="delete")
    office.look(fetcher)
    with office.client() as other:
        other.append(letter(1), LONG_AGO)
        office.look(fetcher)
        assert other.uids() == []
        assert len(office.inbound()) == 1  # its date is old, but it came after the first look
        other.append(letter(2))
        other.append(letter(3))
        # Taken, but not yet deleted, when somebody else flags another mail.
        other.flag("3", "\\Seen")
        office.look(fetcher)
        assert other.uids() == []


def test_others_read_flag_move_and_delete_meanwhile(office: Office) -> None:
    fetcher = office.fetcher()
    office.look(fetcher)
    stop = threading.Event()

    def meddle() -> None:
        with office.client() as other:
            number = 0
            while not stop.is_set():
                number += 1
                other.flag("1:*", "\\Seen \\Flagged" if number % 2 else "\\Answered")
                uids = other.uids(f"KEYWORD {MARK}")
                if len(uids) > 20:
                    other.take_away(",".join(map(str, uids[:5])), "Elsewhere")

    thread = threading.Thread(target=meddle)
    thread.start()
    try:
        with office.client() as other:
            for number in range(80):
                other.append(letter(number))
                if number % 8 == 7:
                    office.look(fetcher)
        office.look(fetcher)
    finally:
        stop.set()
        thread.join()
    assert len(office.inbound()) == 80
    assert set(office.ledger().values()) == {"marked"} and len(office.ledger()) == 80


def test_taken_away_before_it_was_fetched(office: Office) -> None:
    fetcher = office.fetcher()
    office.look(fetcher)
    with office.client() as other:
        other.append(letter(1))
        other.append(letter(2))
        other.take_away("1", "Elsewhere")
        office.look(fetcher)
    assert office.ledger() == {2: "marked"} and len(office.inbound()) == 1


# ---- what was there before ------------------------------------------------------------------------------------------


def test_what_lay_there_before_is_left_alone_until_asked_for(office: Office) -> None:
    with office.client() as other:
        for number in range(5):
            other.append(letter(number), LONG_AGO + timedelta(days=number))
    fetcher = office.fetcher()
    office.look(fetcher)
    assert office.inbound() == [] and set(office.ledger().values()) == {"old"} and len(office.ledger()) == 5
    with office.client() as other:
        other.append(letter(10), LONG_AGO)  # a server whose clock is wrong: it came after the first look all the same
    office.look(fetcher)
    assert [row.quiet for row in office.inbound()] == [False]
    office.stop(fetcher)

    office.look(fetcher := office.fetcher(import_since=LONG_AGO + timedelta(days=3)))
    assert [row.quiet for row in office.inbound()] == [False, True, True]
    office.stop(fetcher)

    office.look(fetcher := office.fetcher(import_all=True))
    assert [row.quiet for row in office.inbound()] == [False] + [True] * 5
    office.look(fetcher)
    assert len(office.inbound()) == 6 and set(office.ledger().values()) == {"marked"}
    office.decide()
    assert len(office.desk.tickets()) == 6 and office.acknowledged() == 1


def test_another_name_for_the_same_server_loses_nothing(office: Office) -> None:
    office.look(office.fetcher())
    with office.client() as other:
        other.append(letter(1))
    office.look(office.fetchers[0])
    office.stop(office.fetchers[0])
    with office.client() as other:
        other.append(letter(2))
    office.look(office.fetcher(replace(office.account(), host="localhost")))
    assert office.ledger() == {1: "marked", 2: "marked"}
    assert len(office.inbound()) == 2


def test_another_folder_begins_where_the_first_was_left(office: Office) -> None:
    with office.client() as other:
        other.append(letter(1))
    office.look(office.fetcher(import_since=LONG_AGO))
    office.stop(office.fetchers[0])
    with office.client() as other:
        other.imap.create("Support")
        other.append(letter(2), folder="Support")
    office.look(office.fetcher(replace(office.account(), folder="Support")))
    assert len(office.inbound()) == 2


def test_a_long_first_look_goes_on_where_it_was_cut(
    office: Office, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mailgate.workers.fetch.TELL_EVERY", 0.01)
    for number in range(600):
        office.server.put_file(office.user, letter(number), LONG_AGO)
    caplog.set_level(logging.INFO, "mailgate.fetch")
    with FaultProxy(office.server.port) as proxy:
        fetcher = office.fetcher(office.account(proxy.port), import_since=LONG_AGO)
        proxy.fail(Fault("reset", octets=60_000, times=3))
        looks = 0
        while len(office.inbound()) < 600:
            before = len(office.inbound())
            office.look(fetcher)
            looks += 1
            assert looks < 12
            assert len(office.inbound()) >= before
        assert proxy.struck == 3
    rows = office.inbound()
    assert len({row.sha256 for row in rows}) == 600 and all(row.quiet for row in rows)
    assert set(office.ledger().values()) <= {"marked", "kept"} and len(office.ledger()) == 600
    assert any("mails looked at" in record.getMessage() for record in caplog.records)


# ---- the connection breaks ------------------------------------------------------------------------------------------

STAGES = ["LOGIN", "SELECT", "SEARCH", "RFC822.SIZE", "BODY.PEEK", "STORE"]


@pytest.mark.parametrize("how", ["close", "reset", "half_close", "black_hole"])
def test_cut_at_every_stage(office: Office, how: Any) -> None:
    faults = {stage: Fault(how, "to_server", seen=stage.encode(), times=1) for stage in STAGES}
    faults["in mid-fetch"] = Fault(how, seen=b"x" * 900, times=1)
    # The server has done it, and nobody hears of it.
    faults["before the answer to FETCH"] = Fault(how, seen=b"OK Fetch completed", times=1)
    faults["before the answer to STORE"] = Fault(how, seen=b"OK Store completed", times=1)
    for row, (stage, fault) in enumerate(faults.items(), 1):
        office.user = office.server.new_user()
        with FaultProxy(office.server.port) as proxy, office.client() as other:
            fetcher = office.fetcher(office.account(proxy.port, timeout=0.4))
            office.look(fetcher)
            fetcher._drop()
            for number in range(5):
                other.append(letter(row * 10 + number, "x" * 2000))
            proxy.fail(fault)
            for _ in range(3):
                office.look(fetcher)
            office.stop(fetcher)
            assert proxy.struck == 1, stage
            assert office.ledger() == dict.fromkeys(range(1, 6), "marked"), stage
            assert other.uids(f"KEYWORD {MARK}") == [1, 2, 3, 4, 5], stage
            assert other.uids("SEEN") == [], stage
        rows = office.inbound()
        assert len(rows) == len({one.sha256 for one in rows}) == 5 * row, stage


def test_a_server_that_drips_does_not_hold_the_mailbox_for_ever(office: Office) -> None:
    with FaultProxy(office.server.port) as proxy:
        proxy.fail(Fault(delay=0.3))
        fetcher = office.fetcher(office.account(proxy.port, timeout=5.0, whole_timeout=0.2))
        started = time.monotonic()
        office.look(fetcher)
        assert time.monotonic() - started < 4 and fetcher.looked_at is None
        proxy.fail(None)
        fetcher.settings = replace(fetcher.settings, account=office.account(proxy.port))
        office.look(fetcher)
        assert fetcher.looked_at is not None


def test_log_in_refused(office: Office) -> None:
    wrong = replace(office.account(), password=lambda: "wrong")
    with pytest.raises(LoginRefused):
        probe(wrong)
    with pytest.raises(LoginRefused):
        probe(replace(wrong, password=lambda: "blåbær"))  # goes another way: LOGIN is ASCII
    fetcher = office.fetcher(wrong, login_delay=0.3)
    started = time.monotonic()
    for _ in range(3):
        office.look(fetcher)
    assert time.monotonic() - started > 0.9
    office.decide()
    assert len(office.alarms()) == 1  # after the second refusal, once


# ---- the numbers mean something else --------------------------------------------------------------------------------


@pytest.mark.parametrize("uidvalidity", ["another", "the same"])
def test_renumbered(office: Office, uidvalidity: str) -> None:
    office.look(fetcher := office.fetcher())
    with office.client() as other:
        for number in range(1, 4):
            other.append(letter(number), LONG_AGO + timedelta(days=number))
    office.look(fetcher)
    office.decide()
    assert len(office.desk.tickets()) == 3
    answered = office.acknowledged()
    old = office.fetchers[0]._held.uidvalidity
    assert old is not None
    office.stop(fetcher)
    with office.client() as other:
        other.take_away("1", "Elsewhere")
    # What arrives now gets the UID that another mail had.
    office.server.put_file(office.user, letter(9), office.app.clock())
    office.server.renumber(office.user, old + 1 if uidvalidity == "another" else old)
    office.look(fetcher := office.fetcher(import_since=LONG_AGO))
    office.look(fetcher)
    office.decide()
    with office.client() as other:
        assert sorted(office.ledger()) == other.uids() == [1, 2, 3]
    assert set(office.ledger().values()) == {"marked"}
    dispositions = sorted(row.disposition for row in office.inbound())
    assert dispositions == ["duplicate", "duplicate", "new", "new", "new", "new"]
    assert len(office.desk.tickets()) == 4 and office.acknowledged() == answered
    assert len(office.alarms()) == 1 and office.desk.audit()["balanced"]


def test_a_uid_given_to_another_mail_is_noticed_though_more_came_after(office: Office) -> None:
    """A restored backup: same UIDVALIDITY, next UID even higher than before, and an old UID means another mail."""
    office.look(fetcher := office.fetcher())
    with office.client() as other:
        other.append(letter(1), LONG_AGO)
        other.append(letter(2), LONG_AGO)
    office.look(fetcher)
    old = fetcher._held.uidvalidity
    assert old is not None
    office.stop(fetcher)
    with office.client() as other:
        other.take_away("1:2", "Elsewhere")
    for number in (7, 8, 9):
        office.server.put_file(office.user, letter(number), LONG_AGO + timedelta(days=number))
    office.server.renumber(office.user, old)
    office.look(fetcher := office.fetcher(import_since=LONG_AGO))
    assert len(office.inbound()) == 5 and office.ledger() == {1: "marked", 2: "marked", 3: "marked"}


# ---- too large, refused, shared -------------------------------------------------------------------------------------


@pytest.mark.parametrize("after", ["delete", "keyword", "move"])
def test_too_large_comes_with_its_beginning_and_stays(office: Office, after: Any) -> None:
    office.look(fetcher := office.fetcher(after=after, size_limit=3 << 20, move_to="Handled"))
    large = letter(1) + b"0123456789abcdef" * 4 * (70_000)
    with office.client() as other:
        other.append(large)
        other.append(letter(2))
        office.look(fetcher)
        assert other.uids("ALL", "Handled" if after == "move" else "INBOX")[0] == 1
    row, _ = office.inbound()
    assert row.whole_size == len(large) > 3 << 20 and row.size < 600_000
    office.decide()
    aside = next(row for row in office.inbound() if row.whole_size)
    assert aside.disposition == "set_aside" and aside.ticket
    ticket = office.desk.ticket(aside.ticket)
    assert "too large" in ticket["messages"][0]["full_text"] + ticket["messages"][0]["text"]
    assert ticket["requester"]["address"] == "ola@example.org"
    assert office.desk.audit()["balanced"]


def test_a_large_mail_within_the_limit_comes_whole(office: Office) -> None:
    office.look(fetcher := office.fetcher())
    large = letter(1) + bytes(range(32, 127)) * 60_000
    with office.client() as other:
        other.append(large)
        other.append(b"no header\r\n")
        office.server.put_file(office.user, b"", office.app.clock())  # nothing at all
        other.uids()
    office.look(fetcher)
    assert [row.size for row in office.inbound()] == [len(large), 11, 0]
    with office.app.database.read() as connection:
        from mailgate import spool

        assert spool.raw_bytes(connection, office.inbound()[0].id) == large


@pytest.mark.parametrize("after", ["keyword", "move", "delete"])
def test_marks_the_server_refuses(office: Office, after: Any, caplog: pytest.LogCaptureFixture) -> None:
    for row, rights in enumerate(("lr", "lrs", "lrsi", "lrst"), 1):
        office.user = office.server.new_user()
        office.look(fetcher := office.fetcher(after=after, move_to="Handled"))
        with office.client() as other:
            for number in range(3):
                other.append(letter(row * 10 + number))
        office.stop(fetcher)
        office.server.allow(office.user, rights)
        caplog.clear()
        fetcher = office.fetcher(after=after, move_to="Handled")
        for _ in range(4):
            office.look(fetcher)
        assert len(office.inbound()) == 3 * row
        if after == "delete" and rights == "lrst":
            # Flagged as deleted, which is allowed; whoever may expunge does the rest.
            assert set(office.ledger().values()) == {"marked"}
            continue
        assert set(office.ledger().values()) == {"refused"}, rights
        warnings = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
        assert len(warnings) == 1 and "safe" in warnings[0]
        office.stop(fetcher)
        office.server.allow(office.user, "lrwstipekxa")
        office.look(fetcher := office.fetcher(after=after, move_to="Handled"))
        office.stop(fetcher)
        assert set(office.ledger().values()) == {"marked"} and len(office.inbound()) == 3 * row


def test_two_hosts_one_mailbox(office: Office) -> None:
    now = office.app.clock()
    moment = [now]
    first = office.fetcher(owner="north:1:aa", clock=lambda: moment[0])
    second = office.fetcher(owner="south:1:bb", clock=lambda: moment[0])
    first.work(now)
    with office.client() as other:
        other.append(letter(1))
        second.work(now)
        assert office.inbound() == [] and second._session is None
        first.work(now)
        assert len(office.inbound()) == 1
        # The first is frozen in the middle: its session and its lease in hand, and wakes up later.
        other.append(letter(2))
        moment[0] = now + timedelta(minutes=5)
        second.work(moment[0])
        assert len(office.inbound()) == 2
        other.append(letter(3))
        session = first._session
        assert session is not None
        with pytest.raises(ledger.LostLease):
            first._look(session)
        assert len(office.inbound()) == 2  # what it fetched went nowhere
        second.work(moment[0])
        first.work(moment[0])
    assert len(office.inbound()) == 3 and set(office.ledger().values()) == {"marked"}


def test_a_dead_process_of_this_machine_is_followed_at_once(office: Office) -> None:
    import socket
    import subprocess

    done = subprocess.Popen(["true"])
    done.wait()
    gone = office.fetcher(owner=f"{socket.gethostname()}:{done.pid}:aa")
    office.look(gone)
    with office.client() as other:
        other.append(letter(1))
    office.look(office.fetcher())
    assert len(office.inbound()) == 1


# ---- pushed ---------------------------------------------------------------------------------------------------------


def test_idle_tells_within_a_second_and_stop_is_at_once(office: Office) -> None:
    fetcher = office.fetcher(sweep=60.0)
    stopped = threading.Event()

    def loop() -> None:
        while not stopped.is_set():
            fetcher.work(office.app.clock())

    thread = threading.Thread(target=loop)
    thread.start()
    try:
        _wait(lambda: fetcher.looked_at is not None)
        with office.client() as other:
            for number in range(3):
                started = time.monotonic()
                other.append(letter(number))
                _wait(lambda number=number: len(office.inbound()) > number)  # type: ignore[misc]
                assert time.monotonic() - started < 1.5
    finally:
        stopped.set()
        started = time.monotonic()
        fetcher.stop()
        thread.join(10)
        assert time.monotonic() - started < 3


def test_over_tls_and_not_to_a_stranger(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    from mailgate.transport.imap import ConnectionGone

    for tls, port in (("implicit", office.server.tls_port), ("starttls", office.server.port)):
        account = replace(office.account(port), tls=tls)
        with pytest.raises(ConnectionGone, match="certificate"):
            Session(account)
    monkeypatch.setenv("SSL_CERT_FILE", str(office.server.certificate))
    for tls, port in (("implicit", office.server.tls_port), ("starttls", office.server.port)):
        found = probe(replace(office.account(port), tls=tls))
        assert found.abilities.idle and found.abilities.move and found.abilities.uidplus and found.folder.keywords


def _wait(ready: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < deadline
        time.sleep(0.01)
