"""Mail in transit, on both databases: what is taken, by whom, in what order, and what a crash leaves."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from mailgate import spool
from mailgate.database import Database
from mailgate.mail import Deferred, Delivered, Delivery, Envelope, OutboundMail, RawMail, Refused, Source
from mailgate.spool import InHand

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=11)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    yield database
    database.close()


def raw(number: int, data: bytes = b"", at: datetime = NOW) -> RawMail:
    envelope = Envelope("ola@example.org", ("support@example.com",))
    return RawMail(f"{number:032}", data or b"mail %d" % number, envelope, Source.SMTP, at, peer="192.0.2.1")


def put(database: Database, *numbers: int) -> None:
    with database.write() as connection:
        spool.put(connection, [raw(number) for number in numbers])


def take(database: Database, owner: str = "one", now: datetime = NOW, most: int = 16) -> list[InHand]:
    with database.mark() as connection:
        return spool.take_in_hand(connection, owner, now, most)


def names(taken: list[InHand]) -> list[bytes]:
    return [one.mail.data for one in taken]


def finish(database: Database, mail_id: int, disposition: str = "new", now: datetime = NOW) -> None:
    with database.write() as connection:
        spool.finish(
            connection,
            mail_id,
            disposition=disposition,
            rule="a rule",
            kind="personal",
            kind_rule="the rest",
            ticket=None,
            now=now,
        )


# ---- inbound --------------------------------------------------------------------------------------------------------


def test_what_is_put_comes_back_as_it_was(database: Database) -> None:
    mails = [
        raw(1, bytes(range(256))),
        RawMail(
            "f" * 32,
            b"",
            Envelope("<>", ("å@example.com", "b@example.com")),
            Source.IMAP,
            NOW + timedelta(microseconds=1),
            mailbox="support@example.com",
            auth_user="kari@example.com",
        ),
        RawMail("e" * 32, b"x", Envelope(None, ()), Source.TAKE, NOW.astimezone(), peer="2001:db8::1"),
    ]
    with database.write() as connection:
        spool.put(connection, mails)
    with database.read() as connection:
        assert spool.known_uids(connection, ["f" * 32, "0" * 32]) == {"f" * 32}
        (row, *_) = connection.execute(sa.select(spool.inbound_mail).order_by(spool.inbound_mail.c.id)).all()
        assert row.sha256 == hashlib.sha256(mails[0].data).hexdigest() and row.size == 256
    assert [one.mail for one in take(database)] == mails


def test_the_same_bytes_lie_there_once_and_are_two_mails(database: Database) -> None:
    with database.write() as connection:
        spool.put(connection, [raw(1, b"same"), raw(2, b"same")])
    with database.write() as connection:
        spool.put(connection, [raw(3, b"same")])
    with database.read() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(spool.blob)) == 1
    assert names(take(database)) == [b"same"] * 3


def test_a_uid_is_stored_once_and_its_batch_not_at_all(database: Database) -> None:
    put(database, 1)
    with pytest.raises(IntegrityError):
        put(database, 2, 1, 3)
    assert names(take(database)) == [b"mail 1"]


def test_taken_in_order_of_arrival_and_no_more_than_asked_for(database: Database) -> None:
    put(database, *range(5))
    assert names(take(database, most=2)) == [b"mail 0", b"mail 1"]
    assert names(take(database, owner="two")) == [b"mail 2", b"mail 3", b"mail 4"]
    assert take(database) == []


@pytest.mark.parametrize("found_by", ["recover", "time"])
def test_after_a_crash_each_mail_in_hand_comes_alone(database: Database, found_by: str) -> None:
    """Its neighbours do not wait for ever, and no attempt was counted: who was to blame is not known yet."""
    put(database, 1, 2)
    assert len(take(database)) == 2  # and the process dies
    put(database, 3, 4)
    now = NOW
    if found_by == "recover":
        with database.write() as connection:
            assert spool.recover(connection) == 2
    else:
        assert names(take(database, owner="too early", most=0)) == []
        now = LATER
    batches = []
    while batch := take(database, owner="two", now=now):
        batches.append((names(batch), [one.alone for one in batch], [one.attempts for one in batch]))
        for one in batch:
            finish(database, one.id)
    assert batches == [
        ([b"mail 1"], [True], [0]),
        ([b"mail 2"], [True], [0]),
        ([b"mail 3", b"mail 4"], [False, False], [0, 0]),
    ]


def test_a_mail_in_hand_is_left_to_whoever_has_it(database: Database) -> None:
    put(database, 1)
    (mine,) = take(database)
    assert take(database, owner="two", now=NOW + 9 * MINUTE) == []
    assert [one.id for one in take(database, owner="two", now=LATER)] == [mine.id]
    with database.write() as connection:
        spool.set_back(connection, "one", [mine.id])  # too late: it is another's by now
    assert take(database, now=LATER) == []


def test_one_that_must_be_alone_ends_the_batch_before_it(database: Database) -> None:
    put(database, 1, 2, 3)
    taken = take(database)
    with database.write() as connection:
        spool.leave_alone(connection, [taken[1].id])
        spool.set_back(connection, "one", [taken[0].id, taken[2].id])
    assert names(take(database)) == [b"mail 1"]
    assert names(take(database)) == [b"mail 2"]
    assert names(take(database)) == [b"mail 3"]


def test_attempts_are_counted_and_kept_over_a_fault_of_ours(database: Database) -> None:
    put(database, 1)
    for attempt in range(3):
        (one,) = take(database)
        assert one.attempts == attempt
        with database.write() as connection:
            spool.count_attempt(connection, one.id, "it hangs")
    (one,) = take(database)
    with database.write() as connection:
        spool.set_back(connection, "one", [one.id])
    (one,) = take(database)
    assert one.attempts == 3
    finish(database, one.id, "set_aside")
    with database.read() as connection:
        (row,) = spool.listing(connection, "aside")
    assert (row["disposition"], row["error"], row["attempts"]) == ("set_aside", "it hangs", 3)


def test_one_disposition_and_no_second(database: Database) -> None:
    put(database, 1)
    (one,) = take(database)
    finish(database, one.id)
    with pytest.raises(spool.AlreadyDone):
        finish(database, one.id, "held")
    with database.read() as connection:
        assert spool.balance(connection, NOW).dispositions == {"new": 1}


def test_a_held_mail_is_released_rejected_or_expires(database: Database) -> None:
    put(database, 1, 2, 3, 4)
    for one in take(database):
        finish(database, one.id, "held", now=NOW if one.mail.data != b"mail 4" else LATER)
    with database.write() as connection:
        first, second, third, fourth = (row["id"] for row in spool.listing(connection, "held"))
        assert spool.release(connection, first) and spool.reject(connection, second, NOW)
        assert not spool.reject(connection, second, NOW) and not spool.release(connection, second)
        assert not spool.release(connection, first) and not spool.release(connection, 999)
    (again,) = take(database)
    assert (again.id, again.released, again.alone) == (first, True, True)
    with database.write() as connection:
        assert spool.expire_held(connection, NOW + MINUTE, LATER) == 1
        assert [row["id"] for row in spool.listing(connection, "held")] == [fourth]
        kept = [spool.raw_bytes(connection, mail_id) for mail_id in (second, third)]
        ignored = sa.select(spool.inbound_mail.c.id, spool.inbound_mail.c.rule).where(
            spool.inbound_mail.c.disposition == "ignored"
        )
        rules = {row.id: row.rule for row in connection.execute(ignored)}
    assert kept == [b"mail 2", b"mail 3"] and rules == {second: "rejected", third: "expired"}


def test_two_intakes_never_take_the_same_mail(database: Database, database_url: str) -> None:
    """On PostgreSQL two processes may take at once (SKIP LOCKED); on SQLite they queue. Neither waits for the other's
    reading, and nothing is left."""
    put(database, *range(120))
    other = Database(database_url)
    seen: dict[str, list[int]] = {"one": [], "two": []}
    start = threading.Barrier(2)

    def intake(name: str, own: Database) -> None:
        start.wait()
        while batch := take(own, owner=name, most=3):
            seen[name] += [one.id for one in batch]
            for one in batch:
                finish(own, one.id)

    threads = [threading.Thread(target=intake, args=pair) for pair in (("one", database), ("two", other))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other.close()
    assert sorted(seen["one"] + seen["two"]) == sorted(set(seen["one"] + seen["two"]))
    assert len(seen["one"] + seen["two"]) == 120 and all(seen.values())


def test_rows_locked_by_one_intake_are_skipped_by_the_next(database: Database) -> None:
    if database.is_sqlite:
        put(database, 1)
        with database.mark() as connection:  # there the lock is the whole database's, and the mark is short
            assert len(spool.take_in_hand(connection, "one", NOW)) == 1
        assert take(database, "two") == []
        return
    put(database, 1, 2, 3)
    with database.mark() as first, database.mark() as second:
        assert names(spool.take_in_hand(first, "one", NOW, 2)) == [b"mail 1", b"mail 2"]
        assert names(spool.take_in_hand(second, "two", NOW, 2)) == [b"mail 3"]


# ---- the figures ----------------------------------------------------------------------------------------------------


def test_a_disposition_that_was_deleted_is_found(database: Database) -> None:
    put(database, 1, 2)
    for one in take(database):
        finish(database, one.id)
    with database.write() as connection:
        assert spool.balance(connection, NOW).balanced
        lost = connection.scalar(sa.select(sa.func.max(spool.inbound_mail.c.id)))
        connection.execute(
            sa.update(spool.inbound_mail).where(spool.inbound_mail.c.id == lost).values(disposition=None, rule=None)
        )
        found = spool.balance(connection, NOW)
    assert not found.balanced and found.stray == (lost,)


def test_the_figures_of_a_time(database: Database) -> None:
    with database.write() as connection:
        spool.put(connection, [raw(hour, at=NOW + timedelta(hours=hour)) for hour in range(4)])
    with database.read() as connection:
        found = spool.balance(connection, NOW, NOW + timedelta(hours=1), NOW + timedelta(hours=3))
    assert (found.arrived, found.waiting_in, found.balanced) == (2, 2, True)


# ---- outbound -------------------------------------------------------------------------------------------------------


def outbound(number: int, *to: str, due: datetime = NOW) -> OutboundMail:
    return OutboundMail(
        row=f"row{number}",
        message_id=f"<m{number}@example.com>",
        mail_from="support@example.com",
        rcpt_to=to or ("ola@example.org",),
        data=b"out %d" % number,
        notice="ReplyToRequester",
        template="reply",
        subject="About it",
        mailbox="support@example.com",
        ticket="261121001",
        issued_to="ola@example.org",
        agent=None,
        answers=number,
        due_at=due,
        automatic=False,
    )


def post(database: Database, *mails: OutboundMail) -> None:
    with database.write() as connection:
        spool.post(connection, mails, NOW)


def lease(database: Database, owner: str = "one", now: datetime = NOW) -> list[spool.DueMail]:
    with database.write() as connection:
        return spool.lease_due(connection, owner, now, lease=timedelta(minutes=5))


def record(database: Database, mail_id: int, *results: tuple[Delivery, datetime | None], owner: str = "one") -> bool:
    with database.write() as connection:
        return spool.record(connection, mail_id, owner, results, NOW)


def state(database: Database, mail_id: int) -> str:
    with database.read() as connection:
        query = sa.select(spool.outbound_mail.c.state).where(spool.outbound_mail.c.id == mail_id)
        return str(connection.scalar(query))


def test_leased_when_due_the_longest_due_first(database: Database) -> None:
    post(database, outbound(1, due=NOW + MINUTE), outbound(2), outbound(3, due=NOW - MINUTE))
    assert [mail.data for mail in lease(database)] == [b"out 3", b"out 2"]
    assert [mail.data for mail in lease(database, "two", NOW + MINUTE)] == [b"out 1"]
    assert lease(database, "three", NOW + MINUTE) == []


def test_a_lease_that_ran_out_is_taken_over_and_the_first_holder_records_nothing(database: Database) -> None:
    post(database, outbound(1))
    (mail,) = lease(database)
    assert lease(database, "two", NOW + 5 * MINUTE) == []
    (again,) = lease(database, "two", NOW + 6 * MINUTE)
    assert (again.data, again.message_id) == (mail.data, mail.message_id)
    told = (Delivery("ola@example.org", Delivered("250 ok")), None)
    assert record(database, mail.id, told) is False and state(database, mail.id) == "waiting"
    assert record(database, mail.id, told, owner="two") is True and state(database, mail.id) == "sent"
    assert record(database, mail.id, told, owner="two") is False


def test_after_a_crash_of_the_only_daemon_nobody_waits_for_its_leases(database: Database) -> None:
    post(database, outbound(1), outbound(2))
    lease(database)
    with database.write() as connection:
        assert spool.unlease(connection) == 2
    assert [mail.data for mail in lease(database, "two")] == [b"out 1", b"out 2"]


def test_each_recipient_has_a_state_of_its_own(database: Database) -> None:
    post(database, outbound(1, "a@example.org", "b@example.org", "c@example.org"))
    (mail,) = lease(database)
    assert mail.recipients == {"a@example.org": 0, "b@example.org": 0, "c@example.org": 0}
    record(
        database,
        mail.id,
        (Delivery("a@example.org", Delivered("250")), None),
        (Delivery("b@example.org", Refused("550 no such user", "5.1.1")), None),
        (Delivery("c@example.org", Deferred("451 later")), NOW + MINUTE),
    )
    assert state(database, mail.id) == "waiting" and lease(database) == []
    (again,) = lease(database, now=NOW + MINUTE)
    assert again.recipients == {"c@example.org": 1}
    record(database, mail.id, (Delivery("c@example.org", Deferred("451 later")), None))
    assert state(database, mail.id) == "failed"
    with database.write() as connection:
        (row,) = spool.listing(connection, "out")
        assert "b@example.org: 550 no such user" in row["error"] and "c@example.org: 451 later" in row["error"]
        assert spool.retry(connection, mail.id, LATER)
    (third,) = lease(database, now=LATER)
    assert set(third.recipients) == {"b@example.org", "c@example.org"}  # the first has it


def test_only_what_has_not_left_is_cancelled(database: Database) -> None:
    post(database, replace(outbound(1), change=7), outbound(2))
    (first, _) = lease(database)
    with database.write() as connection:
        assert spool.cancel(connection, 7) == 0  # it is on the wire
        spool.unlease(connection)
        assert spool.cancel(connection, 7) == 1
    assert state(database, first.id) == "cancelled"
    assert [mail.data for mail in lease(database, "two")] == [b"out 2"]


def test_nothing_half_posted(database: Database) -> None:
    post(database, outbound(1))
    with pytest.raises(IntegrityError):
        post(database, outbound(2), outbound(1))
    assert [mail.data for mail in lease(database)] == [b"out 1"]
