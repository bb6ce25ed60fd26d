"""Promises on a real database: what happens to a ticket, and what its clocks make of it. A row says when; all times are
those of the desk, in Oslo."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from mailgate import spool
from mailgate.app import App
from mailgate.config import load
from ticketing import commands
from ticketing.commands import Command
from ticketing.days import When
from ticketing.desk import Done, Instructions, promises
from ticketing.model import Evidence, IncomingMessage, Person
from ticketing.rules.business_hours import version_of
from ticketing.rules.sla import Target
from ticketing.store import clocks, history, tables, tickets

OSLO = ZoneInfo("Europe/Oslo")
OLA = Person("Ola", "ola@example.org")
HOUR = timedelta(hours=1)
CONFIG = """
[desk]
timezone = "Europe/Oslo"
secret_file = "secret.key"
database = "{url}"
undo_seconds = 60
[relay]
maildir = "outgoing"
[[queue]]
name = "support"
agents = ["kari", "per"]
lead = "liv"
[[queue]]
name = "vip"
agents = ["kari"]
[[agent]]
id = "kari"
name = "Kari"
addresses = ["kari@example.com"]
[[agent]]
id = "per"
name = "Per"
addresses = ["per@example.com"]
[[agent]]
id = "liv"
name = "Liv"
addresses = ["liv@example.com"]
[[mailbox]]
address = "support@example.com"
queue = "support"
[[calendar]]
name = "office"
week = {{ mon = "09:00-16:00", tue = "09:00-16:00", wed = "09:00-16:00", thu = "09:00-16:00", fri = "09:00-16:00" }}
holidays = ["NO"]
[[policy]]
name = "standard"
calendar = "office"
first_response = "4h"
next_response = "8h"
resolution = "24h"
{more}
"""
URGENT = """
[[policy]]
name = "urgent"
calendar = "office"
priority = "urgent"
first_response = "1h"
resolution = "8h"
update = "2h"
"""


def at(text: str) -> datetime:
    return datetime.fromisoformat(text if len(text) > 11 else f"2026-11-{text}").replace(tzinfo=OSLO).astimezone(UTC)


class House:
    """A desk in this process, at the moments a test names."""

    def __init__(self, folder: Path, url: str, more: str = "") -> None:
        folder.mkdir(exist_ok=True)
        secret = folder / "secret.key"
        secret.write_text(f"a 2026-01-01 {'0f' * 32}\n")
        secret.chmod(0o600)
        (folder / "mailgate.toml").write_text(CONFIG.format(url=url, more=more))
        self.app = App(load(folder / "mailgate.toml", {}), lambda: at("2026-01-01 00:00"))
        self.mails = 0

    def message(self, moment: datetime, **changes: Any) -> IncomingMessage:
        self.mails += 1
        plain = IncomingMessage(
            spool_id=self.mails, message_id=f"<{self.mails}@example.org>", fingerprint=str(self.mails),
            received_at=moment, sent_at=moment, mailbox="support@example.com", author=OLA, reply_to=(),
            to=(Person("", "support@example.com"),), cc=(), auth="pass", auth_reason="dmarc", kind="personal",
            kind_rule="personal", subject="Printer", text=f"It burns, number {self.mails}.",
            new_text=f"It burns, number {self.mails}.", html="", folds=(), files=(), language="en",
        )  # fmt: skip
        return replace(plain, **changes)

    def receive(self, when: str, seen: str | None = None, ticket: str | None = None, **changes: Any) -> str:
        """A mail of Ola's; `seen`: when intake gets to it; `ticket`: it answers one."""
        moment = at(when)
        if ticket:
            proof = Evidence("r", ticket, "row", "address", OLA.address, None, moment, None, ticket)
            changes["evidence"] = (proof,)
        with self.app.transactions.begin(at(seen) if seen else moment) as transaction:
            received = transaction.desk.receive(self.message(moment, **changes), Instructions())
        assert received.ticket is not None, received
        return received.ticket

    def ask(self, when: str, number: str, *asked: Command, words: str = "", who: str = "kari") -> Done:
        with self.app.transactions.begin(at(when)) as transaction:
            agent = self.app.policy.agents[who]
            done = transaction.desk.ask(number, agent, asked, words, words_are="answer", by="test")
        assert isinstance(done, Done), done
        return done

    def tick(self, when: str) -> int:
        return self.app.deadlines.keep_up(at(when))

    def deadlines(self, number: str, when: str = "30 12:00") -> dict[str, tuple[str | None, str]]:
        """Target -> (when it is due, state) of its 100 %."""
        with self.app.transactions.looking(at(when)) as desk:
            view = desk.ticket_view(number)
        assert view is not None
        return {
            one["target"]: (one["due_at"] and one["due_at"][8:16].replace("T", " "), one["state"])
            for one in view["deadlines"]
            if one["level"] == 100
        }

    def states(self, number: str, target: str) -> list[str]:
        with self.app.transactions.looking(at("30 12:00")) as desk:
            view = desk.ticket_view(number) or {}
        return [one["state"] for one in view["deadlines"] if one["target"] == target]

    def listed(self, when: str, **filters: Any) -> list[str]:
        with self.app.transactions.looking(at(when)) as desk:
            return [view["number"] for view in desk.ticket_views(**filters)]

    def in_words(self, when: str, number: str) -> list[str]:
        return [str(line) for line in self.ask(when, number, commands.Sla()).lines]

    def promised(self, when: str, number: str) -> datetime | None:
        """The moment that alerts name."""
        with self.app.transactions.looking(at(when)) as desk:
            return promises.promised_at(desk, tickets.by_number(desk.connection, [number])[number])

    def waiting_for(self, number: str) -> str | None:
        with self.app.database.read() as connection:
            return tickets.by_number(connection, [number])[number].waiting_for

    def told(self, notice: str = "Escalation") -> list[tuple[str, str]]:
        """(recipient, subject) of the mails made of a notice, oldest first."""
        with self.app.database.read() as connection:
            rows = connection.execute(
                sa.select(spool.outbound_mail.c.subject, spool.outbound_recipient.c.address)
                .join(spool.outbound_recipient, spool.outbound_recipient.c.mail_id == spool.outbound_mail.c.id)
                .where(spool.outbound_mail.c.notice == notice)
                .order_by(spool.outbound_mail.c.id)
            ).all()
        return [(row.address, row.subject.partition("] ")[2]) for row in rows]

    def bytes_of(self, notice: str) -> bytes:
        """The only mail made of a notice."""
        with self.app.database.read() as connection:
            mail, blob = spool.outbound_mail, spool.blob
            query = sa.select(blob.c.bytes).join(mail, mail.c.sha256 == blob.c.sha256).where(mail.c.notice == notice)
            return bytes(connection.execute(query).scalar_one())

    def ledger(self, number: str, target: Target, n: int = 1) -> list[tuple[bool, str, timedelta]]:
        with self.app.database.read() as connection:
            ticket = tickets.by_number(connection, [number])[number]
            part = tables.clock_segment.c
            query = sa.select(part.running, part.cause, part.spent).order_by(part.n)
            rows = connection.execute(query.where(part.ticket_id == ticket.id, part.target == target, part.clock == n))
            return [(row.running, row.cause, row.spent) for row in rows]

    def history(self, number: str) -> list[tuple[str, str | None]]:
        with self.app.database.read() as connection:
            ticket = tickets.by_number(connection, [number])[number]
            return [(one.what, one.new) for one in history.of_ticket(connection, ticket.id)]


@pytest.fixture
def new_house(database_url: str, tmp_path: Path) -> Iterator[Callable[..., House]]:
    houses: list[House] = []

    def make(more: str = "") -> House:
        houses.append(House(tmp_path / f"house{len(houses)}", database_url, more))
        return houses[-1]

    yield make
    for house in houses:
        house.app.close()


@pytest.fixture
def house(new_house: Callable[..., House]) -> House:
    return new_house()


# ---- the ways of a clock --------------------------------------------------------------------------------------------


def test_friday_two_minutes_before_closing(house: House) -> None:
    number = house.receive("20 15:58")
    assert house.deadlines(number) == {"first_response": ("23 12:58", "running"), "resolution": ("26 11:58", "running")}


def test_over_a_holiday(house: House) -> None:
    number = house.receive("2026-12-24 15:00")
    assert house.deadlines(number)["first_response"] == ("28 12:00", "running")


def test_answered_in_time(house: House) -> None:
    number = house.receive("23 09:00")
    house.ask("23 10:00", number, words="Turn it off.")
    assert house.deadlines(number) == {"first_response": ("23 13:00", "met"), "resolution": (None, "resting")}
    assert house.tick("27 12:00") == 0
    assert house.told() == []


def test_an_acknowledgement_or_a_note_answers_nothing(house: House) -> None:
    number = house.receive("23 09:00")
    assert len(house.told("Acknowledgement")) == 1
    house.ask("23 10:00", number, commands.Note("Who has it?"))
    assert house.deadlines(number)["first_response"] == ("23 13:00", "running")


def test_pause_and_resume(house: House) -> None:
    """An hour before the answer, a day of rest, and the rest of the time after the requester's reply."""
    number = house.receive("23 09:00")
    house.ask("23 10:00", number, words="Which printer?")
    assert house.receive("24 10:00", ticket=number) == number
    assert house.deadlines(number) == {
        "first_response": ("23 13:00", "met"),
        "next_response": ("25 11:00", "running"),
        "resolution": ("27 12:00", "running"),
    }
    assert house.ledger(number, Target.RESOLUTION) == [
        (True, "opened", timedelta()),
        (False, "waiting for the requester", HOUR),
        (True, "our turn", HOUR),
    ]
    # A second message asks no second time, and the answer keeps the promise.
    house.receive("24 15:00", ticket=number)
    assert house.deadlines(number)["next_response"] == ("25 11:00", "running")
    house.ask("25 09:30", number, words="Thank you.")
    assert house.deadlines(number)["next_response"] == ("25 11:00", "met")


def test_every_start_is_a_new_clock(house: House) -> None:
    number = house.receive("23 09:00")
    for day in (24, 25, 26):
        house.ask(f"{day} 09:00", number, words=f"Answer of the {day}th.")
        house.receive(f"{day} 09:30", ticket=number)
    with house.app.database.read() as connection:
        ticket = tickets.by_number(connection, [number])[number]
        known = clocks.of_ticket(connection, ticket.id)
    assert [(one.n, one.outcome) for one in known if one.target is Target.NEXT_RESPONSE] == [
        (1, "met"),
        (2, "met"),
        (3, None),
    ]


def test_waiting_for_a_third_party_until_a_day(house: House) -> None:
    number = house.receive("23 09:00")
    house.ask("23 10:00", number, commands.Wait("third_party", When("2026-11-25")))
    assert house.deadlines(number) == {"first_response": (None, "resting"), "resolution": (None, "resting")}
    assert house.tick("25 08:59") == 0
    house.tick("25 09:00")
    assert house.deadlines(number) == {"first_response": ("25 12:00", "running"), "resolution": ("30 11:00", "running")}
    assert ("waiting_for", None) in house.history(number)
    house.tick("25 09:01")
    assert [what for what, _ in house.history(number)].count("waiting_for") == 2


def test_an_answer_taken_back_was_none(house: House) -> None:
    number = house.receive("23 09:00")
    house.ask("23 10:00", number, words="Oops")
    assert house.deadlines(number)["first_response"] == ("23 13:00", "met")
    house.ask("23 10:00:30", number, commands.Undo())
    assert house.deadlines(number)["first_response"] == ("23 13:00", "running")
    due, state = house.deadlines(number)["resolution"]
    assert (due, state) == ("26 12:00", "running")


def test_completed_rests_and_closed_ends(house: House) -> None:
    number = house.receive("23 09:00")
    house.ask("23 10:00", number, commands.Done(), words="Done.")
    assert house.deadlines(number)["resolution"] == (None, "resting")
    house.ask("24 10:00", number, commands.Close())
    assert house.deadlines(number)["resolution"][1] == "met"
    assert house.tick("2026-12-20 12:00") == 0


def test_reopened_after_closing_the_time_taken_still_counts(house: House) -> None:
    number = house.receive("23 09:00")
    house.ask("23 12:00", number, commands.Done(), words="Done.")
    house.ask("23 15:00", number, commands.Close())
    house.receive("24 10:00", ticket=number, new_text="It burns again, come at once please?")
    # Three of the 24 hours were taken before.
    assert house.deadlines(number)["resolution"] == ("27 10:00", "running")
    assert house.deadlines(number)["next_response"] == ("25 11:00", "running")


def test_taken_for_spam_by_mistake(house: House) -> None:
    number = house.receive("23 09:00")
    house.ask("23 09:30", number, commands.Spam())
    house.ask("23 11:30", number, commands.Reopen())
    # Half an hour was used; nobody worked on it while it was spam.
    assert house.deadlines(number)["first_response"] == ("23 15:00", "running")
    assert house.deadlines(number)["resolution"] == ("26 14:00", "running")


def test_a_promise_that_fits_again_is_owed_again(new_house: Callable[..., House]) -> None:
    house = new_house(URGENT.replace('first_response = "1h"\n', ""))
    number = house.receive("23 09:00")
    house.ask("23 09:30", number, commands.SetPriority("urgent"))
    assert "first_response" not in house.deadlines(number)
    house.ask("23 09:30", number, commands.SetPriority("medium"))
    assert house.deadlines(number)["first_response"] == ("23 13:00", "running")


def test_closed_and_opened_again_is_not_late_intake(house: House) -> None:
    number = house.receive("23 09:00")
    house.ask("23 09:30", number, commands.Close())
    house.ask("23 09:31", number, commands.Reopen())
    assert not [line for line in house.in_words("23 09:40", number) if "came in late" in line]


def test_a_promise_kept_too_late_is_owed_no_more(house: House) -> None:
    number = house.receive("23 09:00")
    house.tick("23 15:00")
    house.ask("23 15:30", number, words="Sorry for the wait.")
    house.receive("24 10:00", ticket=number)
    assert house.promised("24 10:00", number) == at("25 11:00")


def test_an_answer_taken_back_gives_the_turn_back(house: House) -> None:
    number = house.receive("23 09:00")
    house.ask("23 09:10", number, commands.Wait("third_party", None))
    house.ask("23 09:20", number, words="We asked the maker.")
    house.ask("23 09:20:30", number, commands.Undo())
    assert house.waiting_for(number) == "third_party"
    house.ask("23 10:00", number, words="First.")
    house.ask("23 11:00", number, words="Second.")
    house.ask("23 11:00:30", number, commands.Undo())
    assert house.waiting_for(number) == "requester", "the first answer stands"


def test_overdue_since_it_was_due(house: House) -> None:
    number = house.receive("23 09:00")
    house.tick("23 14:00")
    house.ask("23 15:00", number, commands.Wait("third_party", When("2026-11-24")))
    house.tick("24 10:05")
    (line,) = (line for line in house.in_words("24 10:10", number) if line.startswith("First response"))
    assert "overdue since 2026-11-23 13:00" in line


def test_waiting_for_a_moment_that_has_passed_is_refused(house: House) -> None:
    number = house.receive("23 09:00")
    with house.app.transactions.begin(at("23 10:00")) as transaction:
        asked = [commands.Wait("requester", When("2020-01-01"))]
        done = transaction.desk.ask(number, house.app.policy.agents["kari"], asked, "", words_are="note", by="test")
    assert "has passed already" in str(done)


def test_queue_and_agent_are_gone_so_the_operators_hear(new_house: Callable[..., House]) -> None:
    house = new_house()
    number = house.receive("23 09:00")
    with house.app.database.write() as connection:
        connection.execute(sa.update(tables.ticket).values(queue="closed-down", assignee="left"))
    house.tick("23 14:00")
    assert [to for to, _ in house.told()], number


def test_spam_owes_nothing(house: House) -> None:
    number = house.receive("23 09:00")
    house.ask("23 10:00", number, commands.Spam())
    assert house.deadlines(number) == {}
    assert house.tick("27 12:00") == 0


@pytest.mark.parametrize("kind", ["bulk", "auto_reply"])
def test_mass_mail_starts_no_clock(house: House, kind: str) -> None:
    number = house.receive("23 09:00", kind=kind, released=True)
    assert house.deadlines(number) == {}


def test_for_information_until_it_is_a_request(house: House) -> None:
    number = house.receive("23 09:00", only_in_cc=True)
    assert house.deadlines(number) == {}
    house.ask("24 09:00", number, commands.Request())
    assert house.deadlines(number)["first_response"] == ("24 13:00", "running")


def test_a_case_by_phone_is_promised_the_same(house: House) -> None:
    with house.app.transactions.begin(at("23 09:00")) as transaction:
        agent, new = house.app.policy.agents["kari"], commands.New(requester=OLA, title="Printer")
        done = transaction.desk.ask(None, agent, (new,), "It burns.", words_are="note", by="command line")
    assert isinstance(done, Done) and done.ticket is not None
    assert house.deadlines(done.ticket.number)["first_response"] == ("23 13:00", "running")


# ---- late intake ----------------------------------------------------------------------------------------------------


def test_late_intake_keeps_its_true_start_and_says_so(house: House) -> None:
    number = house.receive("20 09:00", seen="23 09:00")
    assert house.deadlines(number)["first_response"] == ("20 13:00", "running")
    assert ("late intake", "came 2026-11-20 09:00") in house.history(number)
    assert house.listed("23 09:00", overdue=True) == [number]
    house.tick("23 09:00")
    assert {subject for _, subject in house.told()} == {"Overdue: Printer"}
    assert b"hear from us by" not in house.bytes_of("Acknowledgement"), "a moment that has passed is no promise"


# ---- who hears when -------------------------------------------------------------------------------------------------


def test_warnings_breach_and_reminders(house: House) -> None:
    number = house.receive("23 09:00")
    house.ask("23 09:10", number, commands.Claim())
    for moment, recipients, subject in (
        ("23 11:59", [], ""),
        ("23 12:00", ["kari"], "Due soon"),
        ("23 12:36", ["kari", "liv"], "Due soon"),
        ("23 13:00", ["kari", "liv"], "Overdue"),
        ("23 13:00", [], ""),
        ("24 09:59", [], ""),
        ("24 10:00", ["liv"], "Overdue"),
        ("24 14:00", ["liv"], "Overdue"),
    ):
        before = len(house.told())
        house.tick(moment)
        assert house.told()[before:] == [(f"{one}@example.com", f"{subject}: Printer") for one in recipients], moment
    assert house.states(number, "first_response") == ["warned", "warned", "breached"]
    house.ask("24 14:30", number, words="Sorry.")
    house.tick("27 09:00")
    assert house.deadlines(number)["first_response"] == ("23 13:00", "breached")
    assert len(house.told()) == 7


def test_after_an_outage_only_the_most_urgent_is_told(house: House) -> None:
    """Everything was due meanwhile: one mail a person, not seven."""
    house.receive("16 09:00")
    house.tick("16 09:01")
    house.tick("23 12:00")
    assert [one for one in house.told() if one[0] == "liv@example.com"] == [("liv@example.com", "Overdue: Printer")] * 2
    assert house.tick("23 12:01") == 0


def test_nobody_has_it_so_the_queue_hears_and_no_requester_ever(house: House) -> None:
    house.receive("23 09:00")
    house.tick("27 12:00")
    assert {address for address, _ in house.told()} == {"kari@example.com", "per@example.com", "liv@example.com"}


def test_two_schedulers_fire_once(new_house: Callable[..., House]) -> None:
    houses = [new_house(), new_house()]
    for number in range(12):
        houses[0].receive(f"23 09:{number:02}", author=Person("", f"o{number}@example.org"))
    ready = threading.Barrier(2)
    faults: list[BaseException] = []

    def work(house: House) -> None:
        try:
            ready.wait()
            house.app.deadlines.fire_due(at("23 12:20"))
        except BaseException as error:  # a thread's fault must fail the test
            faults.append(error)

    threads = [threading.Thread(target=work, args=(house,)) for house in houses]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults
    told = houses[0].told()
    assert len(told) == 24 and len({(address, subject) for address, subject in told}) == 2


def test_a_storm_becomes_a_digest(house: House) -> None:
    for number in range(33):
        house.receive(f"23 09:{number:02}", author=Person("", f"o{number}@example.org"))
    house.tick("27 12:00")
    to_liv = [one for one in house.told() if one[0] == "liv@example.com"]
    assert len(to_liv) == 30
    with house.app.transactions.begin(at("27 12:01")) as transaction:
        assert transaction.desk.send_digests() >= 1


# ---- another promise ------------------------------------------------------------------------------------------------


def test_more_urgent_means_sooner_with_the_time_taken(new_house: Callable[..., House]) -> None:
    house = new_house(URGENT)
    number = house.receive("23 09:00")
    house.ask("23 09:30", number, commands.SetPriority("urgent"))
    assert house.deadlines(number) == {
        "first_response": ("23 10:00", "running"),
        "resolution": ("24 10:00", "running"),
    }
    house.ask("23 09:40", number, commands.SetPriority("medium"))
    assert house.deadlines(number)["first_response"] == ("23 13:00", "running")


def test_while_it_is_our_turn_the_requester_hears_something(new_house: Callable[..., House]) -> None:
    house = new_house(URGENT.replace('priority = "urgent"', 'queue = "support"'))
    number = house.receive("23 09:00")
    assert house.deadlines(number)["update"] == ("23 11:00", "running")
    house.ask("23 10:00", number, words="We look into it.")
    assert house.deadlines(number)["update"] == ("23 11:00", "met")
    house.receive("23 12:00", ticket=number)
    assert house.deadlines(number)["update"] == ("23 14:00", "running")


ACTIONS = """
[[policy]]
name = "acting"
calendar = "office"
queue = "support"
first_response = "4h"
at_75 = ["raise-priority"]
at_90 = []
at_100 = ["notify", "reassign:lead", "mail:boss@example.net", "mail:ola@example.org", "mail:liv@example.com"]
"""


def test_what_a_level_does(new_house: Callable[..., House]) -> None:
    house = new_house(ACTIONS)
    number = house.receive("23 09:00")
    house.tick("23 12:00")
    house.tick("23 12:01")
    assert house.told() == []
    assert [new for what, new in house.history(number) if what == "priority"] == ["high"]
    house.tick("23 12:40")
    assert house.told() == []
    alerts = house.told("AgentAlert")
    house.tick("23 13:00")
    assert ("assignee", "liv") in house.history(number)
    assert house.told("AgentAlert") == alerts, "Liv, who has it now, hears of it once"
    assert sorted(address for address, _ in house.told()) == [
        "boss@example.net", "kari@example.com", "liv@example.com", "per@example.com",
    ]  # fmt: skip


# ---- calendars are edited -------------------------------------------------------------------------------------------


def test_an_edited_calendar_rewrites_nothing_that_is_past(new_house: Callable[..., House]) -> None:
    house = new_house()
    number = house.receive("23 09:00")
    other = new_house()
    edited = replace(other.app.policy.calendars["office"], days=(("2026-11-24", ()), ("2026-11-23", ())))
    other.app.policy.calendars["office"] = edited  # type: ignore[index]
    # Three hours were worked before the edit; the day that is now closed counts as it was until then.
    assert other.app.deadlines.keep_up(at("23 12:00")) >= 0
    assert other.deadlines(number)["first_response"] == ("25 10:00", "running")
    ledger = other.ledger(number, Target.FIRST_RESPONSE)
    assert ledger == [(True, "opened", timedelta()), (True, "calendar changed", 3 * HOUR)]
    other.app.deadlines.keep_up(at("23 12:01"))
    assert other.ledger(number, Target.FIRST_RESPONSE) == ledger, "once"
    with other.app.database.read() as connection:
        kept = clocks.calendar_as_it_was(connection, "office", version_of(house.app.policy.calendars["office"]))
    assert kept == house.app.policy.calendars["office"]


# ---- looking --------------------------------------------------------------------------------------------------------


def test_overdue_and_due_within(house: House) -> None:
    early, late = house.receive("23 09:00"), house.receive("23 11:00", author=Person("", "b@example.org"))
    answered = house.receive("23 09:30", author=Person("", "c@example.org"))
    house.ask("23 10:00", answered, words="There.")
    assert house.listed("23 12:00", overdue=True) == []
    assert house.listed("23 12:00", due_within=2 * HOUR) == [early]
    assert house.listed("23 12:00", due_within=4 * HOUR) == [late, early]
    assert house.listed("23 14:00", overdue=True) == [early]
    assert house.listed("23 14:00", overdue=True, due_within=2 * HOUR) == [late, early]
    house.tick("23 14:00")
    assert house.listed("23 14:00", overdue=True) == [early]
    house.ask("23 14:30", early, words="Sorry.")
    assert house.listed("23 14:30", overdue=True) == []


def test_in_words(house: House) -> None:
    number = house.receive("23 09:00")
    house.ask("23 10:00", number, words="There.")
    done = house.ask("23 11:00", number, commands.Sla())
    assert done.lines == (
        "First response, 4 h of office hours since 2026-11-23 09:00: kept, 2026-11-23 10:00",
        "Resolution, 24 h of office hours since 2026-11-23 09:00: rests, waiting for the requester; 1 h used",
    )


def test_the_due_rows_are_found_by_their_index(house: House) -> None:
    with house.app.database.read() as connection:
        if connection.dialect.name != "sqlite":
            assert "state" in str(
                connection.execute(
                    sa.text("SELECT indexdef FROM pg_indexes WHERE indexname = 'ix_deadline_due'")
                ).scalar()
            )
            return
        plan = connection.exec_driver_sql(
            "EXPLAIN QUERY PLAN SELECT * FROM deadline WHERE state = 'running' AND due_at <= ?", ("2026",)
        ).all()
        assert "ix_deadline_due" in str(plan)
