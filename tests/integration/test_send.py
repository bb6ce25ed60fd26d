"""Sending what is due: real databases, a real socket, and whatever can go wrong between the two."""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from postgres import Cluster
from smtp_server import DROP, HANG, Act, SmtpServer
from sqlalchemy.exc import OperationalError

import mailgate
from mailgate import spool
from mailgate.database import Database
from mailgate.mail import OutboundMail
from mailgate.spool import DueMail, outbound_mail, outbound_recipient
from mailgate.transport.relay.maildir import MaildirRelay
from mailgate.transport.relay.smarthost import SmtpRelay
from mailgate.workers.send import BATCH, Failed, MayLeave, Sender, always

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
OLA, KARI, NILS = "ola@example.org", "kari@example.org", "nils@example.net"
LOG = logging.getLogger("test")


@pytest.fixture
def database(empty_database_url: str) -> Iterator[Database]:
    database = Database(empty_database_url)
    spool.metadata.create_all(database.engine)
    yield database
    database.close()


@pytest.fixture
def server() -> Iterator[SmtpServer]:
    with SmtpServer() as server:
        yield server


Told = list[tuple[str, Failed]]


class Post:
    """A sender with its database and server, and what the desk was told."""

    def __init__(self, database: Database, server: SmtpServer) -> None:
        self.database = database
        self.server = server
        self.told: Told = []
        self.senders: list[Sender] = []

    def tell(self, _connection: sa.Connection, mail: DueMail, failed: Failed) -> None:
        self.told.append((mail.row, failed))

    def sender(
        self,
        owner: str = "a",
        *,
        on_failure: Callable[[sa.Connection, DueMail, Failed], None] | None = None,
        may_leave: MayLeave = always,
        timeout: float = 5.0,
    ) -> Sender:
        relay = SmtpRelay(self.server.host, self.server.port, tls="none", timeout=timeout)
        sender = Sender(
            self.database, relay, owner=owner, on_failure=on_failure or self.tell, log=LOG, may_leave=may_leave
        )
        self.senders.append(sender)
        return sender

    def post(self, *rows: str, to: tuple[str, ...] = (OLA,), due_at: datetime = NOW, posted_at: datetime = NOW) -> None:
        with self.database.write() as connection:
            spool.post(connection, [outbound(row, to, due_at) for row in rows], posted_at)

    def states(self) -> dict[str, str]:
        with self.database.read() as connection:
            query = sa.select(outbound_mail).order_by(outbound_mail.c.id)
            return {row.row: row.state for row in connection.execute(query)}

    def recipients(self) -> dict[str, tuple[str, int]]:
        with self.database.read() as connection:
            rows = connection.execute(sa.select(outbound_recipient)).all()
            return {row.address: (row.state, row.attempts) for row in rows}

    def next_at(self) -> datetime | None:
        with self.database.read() as connection:
            found: datetime | None = connection.scalar(sa.select(sa.func.min(outbound_mail.c.next_at)))
            return found

    def leased(self) -> list[str]:
        with self.database.read() as connection:
            query = sa.select(outbound_mail.c.row).where(outbound_mail.c.leased_until.is_not(None))
            return list(connection.scalars(query))

    def arrived(self) -> list[str]:
        return [message_id(mail.data) for mail in self.server.mails]


@pytest.fixture
def post(database: Database, server: SmtpServer) -> Iterator[Post]:
    post = Post(database, server)
    yield post
    for sender in post.senders:
        sender.close()


def outbound(row: str, to: tuple[str, ...], due_at: datetime) -> OutboundMail:
    data = f"Message-ID: <{row}@example.com>\r\nDate: {format_datetime(NOW)}\r\nSubject: hei\r\n\r\nhei\r\n".encode()
    return OutboundMail(
        row=row,
        message_id=f"<{row}@example.com>",
        mail_from="support+b.261121001.x@example.com",
        rcpt_to=to,
        data=data,
        notice="reply",
        template="reply",
        subject="hei",
        mailbox="support@example.com",
        ticket="261121001",
        issued_to=to[0],
        agent=None,
        answers=None,
        due_at=due_at,
        automatic=False,
    )


def message_id(data: bytes) -> str:
    return data.partition(b"\r\n")[0].decode().partition(": ")[2]


# ---- the good day ---------------------------------------------------------------------------------------------------


def test_what_is_due_leaves_in_order_over_one_connection(post: Post) -> None:
    post.post("second", due_at=NOW - MINUTE)
    post.post("first", due_at=NOW - HOUR)
    post.post("undone", due_at=NOW + MINUTE)
    sender = post.sender()
    assert sender.send_due(NOW) == 2
    assert post.arrived() == ["<first@example.com>", "<second@example.com>"]
    assert post.server.connections == 1
    assert post.states() == {"second": "sent", "first": "sent", "undone": "waiting"}
    assert sender.send_due(NOW) == 0
    assert post.server.commands[-1] == "QUIT"  # an idle sender keeps nobody waiting
    assert sender.send_due(NOW + MINUTE) == 1
    assert post.told == [] and post.leased() == []


def test_into_a_maildir(post: Post, tmp_path: Path) -> None:
    post.post("one", "two")
    relay = MaildirRelay(tmp_path / "outgoing")
    assert Sender(post.database, relay, owner="a", on_failure=post.tell, log=LOG).send_due(NOW) == 2
    assert len(list((tmp_path / "outgoing" / "new").iterdir())) == 2
    assert set(post.states().values()) == {"sent"}


def test_a_large_backlog_leaves_batch_by_batch(post: Post) -> None:
    post.post(*(f"mail{n:03d}" for n in range(BATCH + 5)))
    sender = post.sender()
    assert [sender.send_due(NOW) for _ in range(3)] == [BATCH, 5, 0]
    assert post.arrived() == [f"<mail{n:03d}@example.com>" for n in range(BATCH + 5)]


# ---- what the server says -------------------------------------------------------------------------------------------


def test_greylisted_then_taken(post: Post) -> None:
    post.server.on("RCPT", "451 4.7.1 greylisted", times=1)
    post.post("one")
    sender = post.sender()
    assert sender.send_due(NOW) == 1
    assert post.arrived() == [] and post.leased() == []
    again = post.next_at()
    assert again is not None and NOW + MINUTE <= again < NOW + MINUTE + timedelta(seconds=10)
    assert sender.send_due(NOW + timedelta(seconds=59)) == 0
    assert sender.send_due(again) == 1
    assert post.arrived() == ["<one@example.com>"]
    assert post.recipients() == {OLA: ("delivered", 2)}


def test_each_recipient_waits_or_fails_alone(post: Post) -> None:
    post.server.on("RCPT", "550 5.1.1 no such user", match="nils")
    post.server.on("RCPT", "450 4.2.0 busy", match="kari", times=1)
    post.post("one", to=(OLA, KARI, NILS))
    sender = post.sender()
    sender.send_due(NOW)
    assert post.told == [("one", [(NILS, "550 5.1.1 no such user", "5.1.1")])]
    assert post.recipients() == {OLA: ("delivered", 1), KARI: ("waiting", 1), NILS: ("refused", 1)}
    assert post.states() == {"one": "waiting"}
    sender.send_due(NOW + 2 * MINUTE)
    assert [mail.recipients for mail in post.server.mails] == [[OLA], [KARI]]
    assert post.states() == {"one": "failed"}
    assert len(post.told) == 1


@pytest.mark.parametrize("fault", [DROP, HANG, Act(raw=b"what\r\n")])
def test_ambiguous_after_the_dot_is_the_same_mail_again(post: Post, fault: Act) -> None:
    post.server.on("END", fault, times=1)
    post.post("one")
    sender = post.sender(timeout=0.2)
    sender.send_due(NOW)
    assert post.states() == {"one": "waiting"}
    sender.send_due(NOW + 2 * MINUTE)
    assert post.arrived() == ["<one@example.com>"]
    assert post.states() == {"one": "sent"}


def test_given_up_after_48_hours(post: Post) -> None:
    post.server.on("RCPT", "451 4.3.0 still no", match="ola")
    post.post("one", to=(OLA, KARI))
    sender = post.sender()
    now: datetime | None = NOW
    attempts = 0
    while now is not None:
        attempts += sender.send_due(now)
        last, now = now, post.next_at()
    assert attempts == 17
    assert timedelta(hours=48) <= last - NOW < timedelta(hours=48, minutes=1)
    assert post.told == [("one", [(OLA, "given up after 48 h: 451 4.3.0 still no", "4.4.7")])]
    assert post.recipients() == {OLA: ("expired", 17), KARI: ("delivered", 1)}
    assert post.states() == {"one": "failed"}


def test_an_operator_retries_an_old_mail(post: Post) -> None:
    post.post("one", posted_at=NOW - timedelta(days=5))
    post.server.on("RCPT", "451 4.7.1 greylisted", times=1)
    sender = post.sender()
    sender.send_due(NOW)
    assert post.states() == {"one": "waiting"} and post.told == []
    sender.send_due(NOW + 2 * MINUTE)
    assert post.states() == {"one": "sent"}


def test_the_breaker_leaves_an_ill_relay_in_peace(post: Post) -> None:
    post.server.on("CONNECT", DROP)
    post.post(*(f"mail{n:03d}" for n in range(25)))
    sender = post.sender()
    assert sender.send_due(NOW) == 20
    assert sender.send_due(NOW + timedelta(seconds=30)) == 0
    assert post.server.connections == 20
    # After the pause one mail is the probe; the others go back untouched.
    assert sender.send_due(NOW + timedelta(seconds=62)) == 1
    assert post.server.connections == 21 and post.leased() == []
    post.server.forget_rules()
    with post.database.read() as connection:
        attempts = sorted(connection.scalars(sa.select(outbound_recipient.c.attempts)))
    assert attempts == [0] * 4 + [1] * 21
    while sender.send_due(NOW + 10 * MINUTE):
        pass
    assert set(post.states().values()) == {"sent"}


def test_refusals_do_not_trip_the_breaker(post: Post) -> None:
    post.server.on("RCPT", "550 5.1.1 no such user")
    post.post(*(f"mail{n:03d}" for n in range(25)))
    sender = post.sender()
    assert [sender.send_due(NOW) for _ in range(3)] == [20, 5, 0]
    assert len(post.told) == 25


# ---- the desk's word ------------------------------------------------------------------------------------------------


def test_a_mail_that_may_not_leave_is_not_sent(post: Post) -> None:
    def may_leave(connection: sa.Connection, mail: DueMail) -> bool:
        if mail.row != "collided":
            return True
        connection.execute(
            sa.update(outbound_mail)
            .where(outbound_mail.c.id == mail.id)
            .values(state="held", leased_by=None, leased_until=None)
        )
        return False

    post.post("collided", "good")
    assert post.sender(may_leave=may_leave).send_due(NOW) == 1
    assert post.arrived() == ["<good@example.com>"]
    assert post.states() == {"collided": "held", "good": "sent"}


def test_a_mail_that_cannot_be_judged_does_not_hold_the_others(post: Post) -> None:
    def may_leave(connection: sa.Connection, mail: DueMail) -> bool:
        if mail.row == "poison":
            connection.execute(sa.update(outbound_mail).values(error="half done"))
            raise KeyError("poison")
        return True

    post.post("poison", "good")
    sender = post.sender(may_leave=may_leave)
    assert sender.send_due(NOW) == 1
    assert post.states() == {"poison": "waiting", "good": "sent"}
    assert post.next_at() == NOW + MINUTE
    with post.database.read() as connection:
        assert set(connection.scalars(sa.select(outbound_mail.c.error))) == {None}


def test_a_failure_that_cannot_be_told_is_told_later(post: Post) -> None:
    def on_failure(connection: sa.Connection, mail: DueMail, failed: Failed) -> None:
        connection.execute(sa.update(outbound_mail).values(subject="half done"))
        if not broken:
            post.tell(connection, mail, failed)
        else:
            raise KeyError(broken.pop())

    broken = ["a defect"]
    post.server.on("RCPT", "550 5.1.1 no such user", match="kari")
    post.post("one", to=(OLA, KARI))
    sender = post.sender(on_failure=on_failure)
    sender.send_due(NOW)
    assert post.recipients() == {OLA: ("delivered", 1), KARI: ("waiting", 1)}
    with post.database.read() as connection:
        assert connection.scalar(sa.select(outbound_mail.c.subject)) == "hei"
    sender.send_due(NOW + 2 * HOUR)
    assert post.told == [("one", [(KARI, "550 5.1.1 no such user", "5.1.1")])]
    assert [mail.recipients for mail in post.server.mails] == [[OLA]]
    assert post.states() == {"one": "failed"}


# ---- crashes, and others at the same work ---------------------------------------------------------------------------


CHILD = """
import logging, sys
from datetime import datetime
from mailgate.database import Database
from mailgate.transport.relay.smarthost import SmtpRelay
from mailgate.workers.send import Sender
url, port, now = sys.argv[1:]
relay = SmtpRelay("127.0.0.1", int(port), tls="none", timeout=60)
told = lambda connection, mail, failed: None
sender = Sender(Database(url), relay, owner="child", on_failure=told, log=logging.getLogger())
sender.send_due(datetime.fromisoformat(now))
"""


def test_killed_between_250_and_the_record_sends_that_one_mail_again(post: Post, empty_database_url: str) -> None:
    """The child cannot record the second mail, since we hold its row; it is killed there."""
    post.post("one", "two", "three")
    with ExitStack() as held:

        def hold() -> None:
            connection = held.enter_context(post.database.write())
            connection.execute(sa.update(outbound_mail).values(error=None))

        answered = threading.Event()
        post.server.on("END", Act(call=hold, after=answered.set), match="<two@")
        child = subprocess.Popen(
            [sys.executable, "-c", CHILD, empty_database_url, str(post.server.port), NOW.isoformat()],
            cwd=Path(mailgate.__file__).parents[1],
        )
        try:
            assert answered.wait(30)
        finally:
            child.kill()
            child.wait()
    assert post.arrived() == ["<one@example.com>", "<two@example.com>"]
    assert post.states() == {"one": "sent", "two": "waiting", "three": "waiting"}
    post.server.forget_rules()
    sender = post.sender("parent")
    assert sender.send_due(NOW + MINUTE) == 0  # the dead one's lease still runs
    assert sender.send_due(NOW + HOUR) == 2
    assert post.arrived() == [f"<{row}@example.com>" for row in ("one", "two", "two", "three")]
    first, second = post.server.mails[1:3]
    assert first.data == second.data and first.recipients == second.recipients
    assert set(post.states().values()) == {"sent"}


def test_a_lease_that_was_lost_records_nothing(post: Post) -> None:
    def another_takes_it() -> None:  # no transaction is open while we talk, so another may write
        with post.database.write() as connection:
            assert spool.lease_due(connection, "b", NOW + HOUR)

    post.server.on("RCPT", "550 5.1.1 no such user", match="kari")
    post.server.on("END", Act(call=another_takes_it))
    post.post("one", to=(OLA, KARI))
    post.sender("a").send_due(NOW)
    assert post.told == []
    assert post.recipients() == {OLA: ("waiting", 0), KARI: ("waiting", 0)}
    assert post.leased() == ["one"]


def test_two_senders_share_the_work(post: Post) -> None:
    rows = [f"mail{n:03d}" for n in range(2 * BATCH)]
    post.post(*rows)
    first, second = post.sender("a"), post.sender("b")
    asked: list[int] = []
    post.server.on("END", Act(call=lambda: asked.append(second.send_due(NOW))), times=1)
    assert first.send_due(NOW) == BATCH and asked == [BATCH]
    assert sorted(post.arrived()) == [f"<{row}@example.com>" for row in rows]
    assert set(post.states().values()) == {"sent"}


def test_stopped_in_mid_batch_gives_the_rest_back(post: Post) -> None:
    post.post("one", "two", "three")
    sender = post.sender()
    post.server.on("END", Act(call=sender.stop), times=1)
    assert sender.send_due(NOW) == 1
    assert post.states() == {"one": "sent", "two": "waiting", "three": "waiting"}
    assert post.leased() == []
    assert sender.send_due(NOW) == 0
    assert post.sender("b").send_due(NOW) == 2


def test_a_database_gone_after_the_250_costs_no_second_copy(durable_postgres: Cluster, server: SmtpServer) -> None:
    database = Database(durable_postgres.create("desk"))
    spool.metadata.create_all(database.engine)
    post = Post(database, server)
    post.post("one", "two")
    server.on("END", Act(call=lambda: durable_postgres.stop("immediate")), times=1)
    sender = post.sender()
    for _ in range(2):
        with pytest.raises(OperationalError):
            sender.send_due(NOW)
    durable_postgres.start()
    assert sender.send_due(NOW + MINUTE) == 1
    assert post.arrived() == ["<one@example.com>", "<two@example.com>"]
    assert set(post.states().values()) == {"sent"}
    sender.close()
    database.close()
