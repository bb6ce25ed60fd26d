"""A private queue: to agents who do not work in it, its tickets do not exist, whatever way they ask."""

from __future__ import annotations

from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from agents import DESK, KARI, PER, House, a_house, body, letter, number_in, reply, to

from mailgate.readers import Readers
from ticketing.commands import Note
from ticketing.desk import NotDone

HR = "hr@example.com"
SECRET = "Lonnskonflikt i tredje etasje"
PRIVATE = f"""
[[queue]]
name = "hr"
agents = ["per"]
private = true

[[mailbox]]
address = "{HR}"
queue = "hr"
"""


@pytest.fixture(scope="module")
def readers() -> Iterator[Readers]:
    with Readers() as readers:
        yield readers


@pytest.fixture
def house(tmp_path: Path, _migrated_sqlite: Path, readers: Readers) -> Iterator[House]:
    """Kari and Per work in support, Per alone in hr. Kari is the operator."""
    with a_house(tmp_path / "desk", _migrated_sqlite, readers, auth="dmarc", more=PRIVATE) as house:
        house.canaries["a private ticket"] = "never looked for"
        yield house


def _hidden(house: House) -> tuple[str, EmailMessage]:
    """A ticket of the private queue, and the alert to Per."""
    out = house.mail(letter("Ola <ola@example.org>", HR, SECRET, "I am paid too little."))
    assert not to(out, "kari@")
    alert = to(out, "per@")[-1]
    return number_in(alert), alert


def _nothing_of_it(mails: list[EmailMessage]) -> None:
    assert all(SECRET not in mail.as_string() and "paid too little" not in mail.as_string() for mail in mails)


def test_only_those_who_work_in_it_hear_of_it(house: House) -> None:
    number, alert = _hidden(house)
    assert not to(house.mail(letter("Ola <ola@example.org>", HR, f"Re: [#{number}]", "More.", answers=alert)), "kari@")


# What Kari asks for, and what she must be told: what she would be told of a number that was never given.
@pytest.mark.parametrize("asked", ["!link {number}", "!link {number}\n!claim"])
def test_a_command_that_names_it(house: House, asked: str) -> None:
    number, _ = _hidden(house)
    mine, alert = house.ask()
    out = house.mail(reply(alert, asked.format(number=number), auth="pass"))
    other = house.mail(reply(alert, asked.format(number="261123777"), auth="pass"))
    assert f"there is no ticket {number}" in body(out[-1])
    assert body(other[-1]).replace("261123777", number) == body(out[-1])
    _nothing_of_it(out)
    assert house.ticket(mine)["links"] == [] and house.ticket(number)["links"] == []


def test_an_answer_address_of_somebody_who_left_the_queue(house: House) -> None:
    house.configure('agents = ["per"]', 'agents = ["per", "kari"]')
    out = house.mail(letter("Ola <ola@example.org>", HR, SECRET, "I am paid too little."))
    alert = to(out, "kari@")[-1]
    house.configure('agents = ["per", "kari"]', 'agents = ["per"]')
    before = house.ticket(number_in(alert))
    out = house.mail(reply(alert, "!claim\nYou get more.", auth="pass"))
    assert house.became() == ("entry", "agent-may-not-see") and house.ticket(number_in(alert)) == before
    assert f"there is no ticket {number_in(alert)}" in body(out[-1])
    _nothing_of_it(out)


def test_its_number_in_a_subject_leads_nowhere(house: House) -> None:
    number, _ = _hidden(house)
    out = house.mail(letter(KARI, DESK, f"[#{number}] what is it?", "!claim\nTell me.", auth="pass"))
    known = house.mail(letter(KARI, DESK, "[#261123777] what is it?", "!claim\nTell me.", auth="pass"))
    assert house.ticket(number)["assignee"] is None
    assert [one["To"] for one in out] == [one["To"] for one in known]
    _nothing_of_it(out)


def test_a_held_mail_of_it_is_not_there(house: House) -> None:
    forged = letter("Ola <ola@example.org>", HR, "x", "x", headers=["Auto-Submitted: auto-replied"])
    house.take(forged, rcpt=[HR])
    house.work(1)
    held = house.last_mail()
    assert held.disposition == "held"
    _, alert = house.ask()
    out = house.mail(reply(alert, f"!reject {held.id}", auth="pass"))
    assert f"There is no held mail {held.id}" in body(out[-1])
    out = house.mail(letter(PER, DESK, "It", f"!reject {held.id}", auth="pass"))
    assert "is rejected" in body(out[-1])


def test_the_command_line_asks_the_same_authority(house: House) -> None:
    number, _ = _hidden(house)
    for who, done in (("kari", False), ("per", True)):
        with house.app.transactions.begin(house.now) as transaction:
            agent = house.app.policy.agents[who]
            made = transaction.desk.ask(number, agent, (Note("x"),), "", words_are="note", by="command line")
        assert isinstance(made, NotDone) is not done
        assert done or made == NotDone((f"there is no ticket {number}",))


def test_it_is_given_to_those_who_work_in_it_only(house: House) -> None:
    number, alert = _hidden(house)
    out = house.mail(reply(alert, "!assign kari", author=PER, auth="pass"))
    assert "Kari Nordmann does not work in the private queue hr" in body(out[-1])
    assert house.ticket(number)["assignee"] is None


def test_whoever_has_a_ticket_and_leaves_its_queue_hears_no_more_of_it(house: House) -> None:
    house.configure('agents = ["per"]', 'agents = ["per", "kari"]')
    asked = letter("Ola <ola@example.org>", HR, SECRET, "I am paid too little.")
    alert = to(house.mail(asked), "kari@")[-1]
    house.mail(reply(alert, "!claim", auth="pass"))
    house.configure('agents = ["per", "kari"]', 'agents = ["per"]')
    more = letter("Ola <ola@example.org>", HR, f"[#{number_in(alert)}] more", "Much too little.", answers=asked)
    out = house.mail(more.replace("From:", "Authentication-Results: mx.example.com; dmarc=pass\nFrom:", 1))
    assert to(out, "per@") and not to(out, "kari@")


def test_an_agent_may_write_to_it_as_anybody_may(house: House) -> None:
    out = house.mail(letter(KARI, HR, "My pay", "Is too little, too.", auth="pass"))
    alert = to(out, "per@")[-1]
    number = number_in(alert)
    assert house.ticket(number)["requester"]["address"] == "kari@example.com" and not to(out, "kari@")
    assert not house.ticket(number)["internal"]
    answer = letter(KARI, HR, f"Re: [#{number}] My pay", "!show\n\nReally.", auth="pass")
    house.mail(answer)
    assert house.became()[0] == "appended" and house.ticket(number)["messages"][-1]["role"] == "requester"
