"""A private queue: to agents who do not work in it, its tickets do not exist, whatever way they ask."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage

import pytest
from agents import DESK, KARI, PER, House, NewHouse, body, changes, letter, number_in, reply, to

from ticketing.commands import Note
from ticketing.desk import NotDone

OLA = "Ola <ola@example.org>"
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

[[ticket_template]]
name = "hiring"
title = "Somebody begins here"
queue = "hr"
"""
LEFT, WORKS = 'agents = ["per"]', 'agents = ["per", "kari"]'


@pytest.fixture
def house(new_house: NewHouse) -> Iterator[House]:
    """Kari and Per work in support, Per alone in hr. Kari is the operator."""
    with new_house(auth="dmarc", more=PRIVATE) as house:
        house.canaries["a private ticket"] = "never looked for"
        yield house


def _hidden(house: House) -> tuple[str, EmailMessage]:
    """A ticket of the private queue, and the alert to Per."""
    out = house.mail(letter(OLA, HR, SECRET, "I am paid too little."))
    assert not to(out, "kari@")
    alert = to(out, "per@")[-1]
    return number_in(alert), alert


def _nothing_of_it(mails: list[EmailMessage]) -> None:
    read = [f"{mail['Subject']}\n{body(mail)}" for mail in mails]
    assert all(SECRET not in one and "paid too little" not in one for one in read), read


def test_only_those_who_work_in_it_hear_of_it(house: House) -> None:
    number, alert = _hidden(house)
    assert not to(house.mail(letter(OLA, HR, f"Re: [#{number}]", "More.", answers=alert)), "kari@")


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
    out = house.mail(letter(OLA, HR, SECRET, "I am paid too little."))
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


@pytest.mark.parametrize("asked", ["!assign kari", "!ask kari\nWhat do you say?", "!todo Call him @kari tomorrow"])
def test_it_is_given_to_those_who_work_in_it_only(house: House, asked: str) -> None:
    number, alert = _hidden(house)
    before = house.ticket(number)
    out = house.mail(reply(alert, asked, author=PER, auth="pass"))
    assert "Kari Nordmann does not work in the private queue hr" in body(out[-1])
    assert changes(before, house.ticket(number)) == {} and not to(out, "kari@")


# ---- what another ticket tells of it --------------------------------------------------------------------------------


@pytest.mark.parametrize("joined", ["!link {number}", "!merge {number}"])
def test_a_ticket_that_has_to_do_with_it_does_not_name_it(house: House, joined: str) -> None:
    number, _ = _hidden(house)
    mine, alert = house.ask()
    house.mail(
        reply(alert, joined.format(number=number), author=PER, to=to(house.sent(), "per@")[-1]["Reply-To"], auth="pass")
    )
    assert [one["number"] for one in house.ticket(mine)["links"]] == [number]
    out = house.mail(letter(KARI, DESK, "x", f"!show {mine}\n!history {mine}", auth="pass"))
    assert len(to(out, "kari@")) == 2 and all(number not in body(one) for one in out), list(map(body, out))
    _nothing_of_it(out)
    seen = house.mail(letter(PER, DESK, "x", f"!show {mine}\n!history {mine}", auth="pass"))
    assert all(number in f"{one['Subject']} {body(one)}" for one in seen)


# ---- an agent who leaves it -----------------------------------------------------------------------------------------


@pytest.fixture
def left(house: House) -> tuple[House, str]:
    """Kari has a ticket of hr, with her star, a task and a reminder; then she works there no more."""
    house.configure(LEFT, WORKS)
    alert = to(house.mail(letter(OLA, HR, SECRET, "I am paid too little.")), "kari@")[-1]
    house.mail(
        reply(alert, "!claim\n!star\n!todo Ask the lawyer @kari tomorrow\n!remind tomorrow It is time", auth="pass")
    )
    house.configure(WORKS, LEFT)
    return house, number_in(alert)


@pytest.mark.parametrize(
    "asked",
    [
        "!list mine", "!list starred", "!list recent", "!list person ola@example.org", "!list overdue",
        "!list workload", "!next", "!away until friday to per", "!away until friday", "!reassign kari to per",
    ],
)  # fmt: skip
def test_whoever_left_it_finds_it_in_no_list(left: tuple[House, str], asked: str) -> None:
    house, number = left
    out = to([*house.mail(letter(KARI, DESK, "x", asked, auth="pass")), *house.later(300)], "kari@")
    assert out and all(number not in body(one) for one in out)
    _nothing_of_it(out)


def test_its_tasks_go_to_those_who_work_there_and_his_own_reminder_comes_without_it(left: tuple[House, str]) -> None:
    house, number = left
    out = house.later(timedelta(days=2).total_seconds())
    mine = to(out, "kari@")
    assert any("It is time" in body(one) for one in mine) and all(number not in one.as_string() for one in mine)
    assert any("Ask the lawyer" in body(one) for one in to(out, "per@"))
    _nothing_of_it(mine)


def test_what_a_stand_in_had_is_not_told_to_him_when_it_goes_back(house: House) -> None:
    house.configure(LEFT, WORKS)
    alert = to(house.mail(letter(OLA, HR, SECRET, "I am paid too little.")), "per@")[-1]
    house.mail(reply(alert, "!claim", author=PER, auth="pass"))
    house.mail(letter(PER, DESK, "x", "!away until friday to kari", auth="pass"))
    house.later(300)
    house.configure(WORKS, LEFT)
    out = house.mail(letter(PER, DESK, "x", "!back", auth="pass"))
    assert house.ticket(number_in(alert))["assignee"]["id"] == "per"
    assert number_in(alert) in body(to(out, "per@")[-1])
    told = to(house.later(300), "kari@")
    assert "has these cases back" in body(told[-1])
    _nothing_of_it(told)


def test_whoever_stands_in_for_its_lead_hears_nothing_of_it(house: House) -> None:
    house.configure(LEFT, 'agents = ["per"]\nlead = "per"')
    house.mail(letter(PER, DESK, "x", "!away until 2026-12-24 to kari", auth="pass"))
    out = house.mail(letter(OLA, HR, SECRET, "I am paid too little."))
    out += house.later(timedelta(days=4).total_seconds())
    assert any(SECRET in one.as_string() for one in to(out, "per@"))
    _nothing_of_it(to(out, "kari@"))


# ---- a template of it -----------------------------------------------------------------------------------------------


def test_a_template_of_it_opens_a_ticket_that_is_gone_from_sight(house: House) -> None:
    out = house.mail(letter(KARI, DESK, "x", "!new hiring\nNils, on Monday.", auth="pass"))
    [ticket] = house.tickets()
    assert (ticket["queue"], ticket["assignee"]) == ("hr", None)
    assert f"{ticket['number']} is open" in body(to(out, "kari@")[-1]) and to(out, "per@")
    out = house.mail(reply(to(out, "kari@")[-1], "!show", auth="pass"))
    assert f"there is no ticket {ticket['number']}" in body(out[-1])


@pytest.mark.parametrize("more", ["!claim", "!assign per", "!star", "!show", "!note x", "!todo x", "!time 0:10"])
def test_nothing_else_is_done_to_it_by_somebody_from_outside(house: House, more: str) -> None:
    out = house.mail(letter(KARI, DESK, "x", f"!new hiring\n{more}\n\nNils, on Monday.", auth="pass"))
    assert "You do not work in the private queue hr" in body(out[-1])
    assert house.tickets() == [] and not to(out, "per@")


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
