"""Organisations with main users: what others of theirs ask waits for a yes, or is held (RULES 1, "organisation")."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.message import EmailMessage
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from agents import DESK, House, NewHouse, body, letter, reply, to

OLA = "Ola <ola@shipping.example>"
IDA = "Ida <it@shipping.example>"
COMPANY = """
[[organisation]]
name = "Example Shipping"
domains = ["shipping.example"]
main_users = ["it@shipping.example"]
others = "ask"

[[calendar]]
name = "always"
week = { mon = "00:00-24:00", tue = "00:00-24:00", wed = "00:00-24:00" }

[[policy]]
name = "shipping"
calendar = "always"
organisation = "Example Shipping"
first_response = "4h"
resolution = "24h"
"""


@pytest.fixture
def house(new_house: NewHouse) -> Iterator[House]:
    with new_house(more=COMPANY) as house:
        yield house


def asked(house: House) -> tuple[str, EmailMessage]:
    """Ola asks, and the case waits: its number, and where Ida's answer goes."""
    out = house.mail(letter(OLA, DESK, "New printer", "May I have one?"))
    assert house.became() == ("new", "awaits-approval")
    assert to(out, "kari@") == [] and to(out, "per@") == []
    [question], [told] = to(out, "it@"), to(out, "ola@")
    assert "Ola <ola@shipping.example>" in body(question) and "May I have one?" in body(question)
    assert str(question["Reply-To"]).startswith("support+f.")
    assert "approves requests before we begin" in body(told) and "it@shipping.example" not in body(told)
    [ticket] = house.tickets()
    assert (ticket["waiting_for"], ticket["status"], ticket["deadlines"]) == ("approval", "open", [])
    return ticket["number"], question


def test_a_yes_lets_it_go_on(house: House) -> None:
    number, question = asked(house)
    house.work(7200)
    out = house.mail(reply(question, "Yes, please.", author=IDA))
    assert house.became() == ("appended", "approved")
    ticket = house.ticket(number)
    assert ticket["waiting_for"] is None and ticket["messages"][-1]["internal"]
    # The clock begins with the yes.
    assert min(one["due_at"] for one in ticket["deadlines"] if one["level"] == 100) >= "2026-11-23T16:00"
    [alert] = to(out, "kari@")
    assert "May I have one?" in body(alert) and "Approved by it@shipping.example: Yes, please." in body(alert)
    [told] = to(out, "ola@")
    assert f"Your case {number} is approved" in body(told) and "You hear from us by" in body(told)
    house.mail(reply(alert, "It comes tomorrow."))
    [answer] = [one for one in house.later(61) if "It comes tomorrow." in body(one)]
    assert answer["Cc"] is None and "Yes, please" not in body(answer)
    # A second word of hers is a word from outside.
    house.mail(reply(question, "Yes", author=IDA))
    assert house.became() == ("appended", "append-external")


def test_a_no_closes_it(house: House) -> None:
    number, question = asked(house)
    out = house.mail(reply(question, "Nei", author=IDA))
    assert house.became() == ("appended", "declined") and house.ticket(number)["status"] == "closed"
    assert to(out, "kari@") == []
    [told] = to(out, "ola@")
    assert f"Case {number} is closed" in body(told) and "Nei" not in body(told)


def whole(mail: EmailMessage) -> str:
    """With its foot, and each link on one line."""
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


@pytest.mark.parametrize(("which", "status", "waiting"), [(0, "open", None), (1, "closed", None)])
def test_one_touch_is_enough(house: House, which: int, status: str, waiting: str | None) -> None:
    """The links of the mail, sent as a telephone sends them."""
    number, question = asked(house)
    link = urlsplit(re.findall(r"mailto:[^>\s]+", whole(question))[which])
    fields = parse_qs(link.query)
    house.mail(letter(IDA, unquote(link.path), fields["subject"][0], fields.get("body", [""])[0]))
    ticket = house.ticket(number)
    assert (ticket["status"], ticket["waiting_for"]) == (status, waiting)


def test_what_is_neither_is_for_the_agents(house: House) -> None:
    number, question = asked(house)
    [alert] = to(house.mail(reply(question, "What does it cost?", author=IDA)), "kari@")
    assert "neither yes nor no" in body(alert) and "What does it cost?" in body(alert)
    assert house.ticket(number)["waiting_for"] == "approval"
    receipt = house.mail(reply(alert, "!request"))
    assert "goes on without" in body(to(receipt, "kari@")[-1])
    assert house.ticket(number)["waiting_for"] is None and house.ticket(number)["deadlines"]


def test_when_nobody_answers_the_agents_hear_of_it_once(house: House) -> None:
    number, _ = asked(house)
    assert house.later(2 * 86400) == []
    alerts = house.later(86400)
    assert "No main user has answered yet" in body(to(alerts, "kari@")[0]) and to(alerts, "ola@") == []
    assert house.later(7 * 86400) == [] and house.ticket(number)["waiting_for"] == "approval"


def test_only_who_was_asked_can_say_yes(house: House) -> None:
    number, question = asked(house)
    house.mail(reply(question, "Yes", author=OLA))
    house.mail(reply(question, "Yes", author="Eve <eve@example.net>"))
    house.mail(reply(question, "Yes", author=IDA, auth="fail (p=reject)"))
    house.mail(letter(IDA, DESK, f"Re: [#{number}] New printer", "Yes"))
    assert house.ticket(number)["waiting_for"] == "approval"
    # An absence note is no answer, and more words of the requester wake nobody.
    house.mail(reply(question, "Yes", author=IDA, headers=["Auto-Submitted: auto-replied"]))
    acknowledgement = to(house.sent(), "ola@")[0]
    assert to(house.mail(reply(acknowledgement, "Please!", author=OLA)), "kari@") == []
    assert (house.ticket(number)["waiting_for"], house.ticket(number)["deadlines"]) == ("approval", [])


def test_a_main_user_and_others_elsewhere_open_cases_as_always(house: House) -> None:
    for author in (IDA, "Eva <eva@example.net>"):
        out = house.mail(letter(author, DESK, "Printer", f"It burns, says {author}."))
        assert house.became() == ("new", "new") and to(out, "kari@")


def test_held_for_an_operator(new_house: NewHouse) -> None:
    with new_house(more=COMPANY.replace('"ask"', '"hold"')) as house:
        assert house.mail(letter(OLA, DESK, "New printer", "May I have one?")) == []
        assert house.became() == ("held", "organisation-hold") and house.tickets() == []
        house.mail(letter(IDA, DESK, "Printer", "It burns."))
        assert house.became() == ("new", "new")
        _, alert = house.ask("Other", "Nothing burns.", "Eva <eva@example.net>")
        house.mail(reply(alert, "!accept 1"))
        assert [one["requester"]["address"] for one in house.tickets()].count("ola@shipping.example") == 1


# ---- no way around it -----------------------------------------------------------------------------------------------


def waits(house: House) -> bool:
    newest = house.tickets()[0]
    return newest["waiting_for"] == "approval" and newest["status"] == "open" and newest["deadlines"] == []


def test_what_was_never_approved_is_not_reopened_by_an_answer(house: House) -> None:
    _, question = asked(house)
    [no] = to(house.mail(reply(question, "No", author=IDA)), "ola@")
    out = house.mail(reply(no, "But I need it, order it please.", author=OLA))
    assert waits(house) and len(house.tickets()) == 2
    assert to(out, "it@") != [] and to(out, "kari@") == []


def test_nor_after_its_requester_closed_it(house: House) -> None:
    asked(house)
    [told] = to(house.sent(), "ola@")
    house.mail(reply(told, "!close", author=OLA))
    house.mail(reply(told, "Order it all the same.", author=OLA))
    assert waits(house)


def test_what_came_for_information_waits_once_it_is_a_request(house: House) -> None:
    out = house.mail(letter(OLA, "Bo <bo@shipping.example>", "New desk", "Order one.", cc=DESK))
    [answer] = to(out, "ola@")
    out = house.mail(reply(answer, "!request", author=OLA))
    assert waits(house)
    assert to(out, "it@") != [] and to(out, "kari@") == []


def test_held_is_held_on_every_road(new_house: NewHouse) -> None:
    with new_house(more=COMPANY.replace('others = "ask"', 'others = "hold"')) as house:
        house.mail(letter(OLA, IDA, "New desk", "Order one.", cc=DESK))
        assert house.became() == ("held", "organisation-hold")
        number, alert = house.ask(author=IDA)
        out = house.mail(reply(alert, '!new\n!requester ola@shipping.example\n!title "Printer"\nHe called.'))
        [told] = to(house.later(61) or out, "ola@")
        opened = house.tickets()[0]["number"]
        mine = next(
            one for one in reversed(house.sent()) if "kari@" in str(one["To"]) and opened in str(one["Subject"])
        )
        house.mail(reply(mine, "!close"))
        house.later(86400 * 20)
        house.mail(reply(told, "A wholly new matter: order me a car.", author=OLA))
        assert house.became() == ("held", "organisation-hold")
        assert number != opened
