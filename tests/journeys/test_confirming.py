"""What destroys or discloses waits for a yes, where only his answer address speaks for an agent (RULES 6)."""

from __future__ import annotations

from collections.abc import Iterator
from email.message import EmailMessage

import pytest
from agents import KARI, PER, House, NewHouse, body, letter, reply, to

SIGNED = f"""Ja

Med vennlig hilsen

Kari Nordmann
Seniorkonsulent, IT-drift
Mobil: +47 99 88 77 66
kari@example.com | www.example.com

[Eksempel AS]
{"Denne e-posten er KONFIDENSIELL og kun ment for mottakeren. " * 2}"""


@pytest.fixture
def house(new_house: NewHouse) -> Iterator[House]:
    with new_house(auth="token") as house:
        yield house


def asks_to_merge(house: House, words: str = "") -> tuple[str, str, EmailMessage, EmailMessage]:
    """Kari merges one of Ola's tickets into the other: both numbers, her alert and the question she is asked."""
    number, alert = house.ask("Printer")
    other, _ = house.ask("Scanner")
    [question] = house.mail(reply(alert, f"!merge {other}\n{words}"))
    assert str(question["To"]) == KARI and "+k." in str(question["Reply-To"]) and "!merge" in body(question)
    assert house.became() == ("held", "awaits-confirmation")
    assert house.ticket(number)["status"] == "open"
    return number, other, alert, question


@pytest.mark.parametrize("yes", ["ok", "Ja.", "yes", "kyllä", "OK\n\n> Is it you?", SIGNED])
def test_a_yes_lets_it_go_through(house: House, yes: str) -> None:
    number, other, _, question = asks_to_merge(house, "He meant the same.")
    [receipt] = to(house.mail(reply(question, yes)), "kari@")
    assert f"{number} goes into {other}" in body(receipt)
    assert house.ticket(number)["status"] == "closed"
    assert house.ticket(other)["messages"][-1]["text"] == "He meant the same."
    # Once: a second yes finds nothing that waits.
    [told] = house.mail(reply(question, yes))
    assert "Nothing waits for this confirmation" in body(told)


@pytest.mark.parametrize("no", ["no", "Nei, det var ikke meg", "What is this?"])
def test_anything_else_drops_it(house: House, no: str) -> None:
    number, _, _, question = asks_to_merge(house)
    [told] = house.mail(reply(question, no))
    assert "That was no ok" in body(told)
    [told] = house.mail(reply(question, "ok"))
    assert "Nothing waits for this confirmation" in body(told)
    assert house.ticket(number)["status"] == "open"


def test_too_late(house: House) -> None:
    number, _, _, question = asks_to_merge(house)
    house.later(16 * 60)
    assert house.mail(reply(question, "ok")) != []
    assert house.ticket(number)["status"] == "open"


def test_nobody_elses_yes_counts(house: House) -> None:
    number, _, _, question = asks_to_merge(house)
    for author in (PER, "Ola <ola@example.org>"):
        out = house.mail(reply(question, "ok", author=author))
        assert house.became() == ("held", "foreign-agent-token")
        assert all("kari@" in str(mail["To"]) for mail in out)
    house.mail(reply(question, "I am away.", headers=["Auto-Submitted: auto-replied"]))
    assert house.became() == ("ignored", "agent-automatic")
    house.mail(reply(question, "ok", auth="fail (p=reject)"))
    assert house.became() == ("held", "foreign-agent-token")
    assert house.ticket(number)["status"] == "open"


def test_the_held_mail_cannot_be_let_through_another_way(house: House) -> None:
    """`!accept` lets a held mail go the way it would have gone: it asks again."""
    number, _, alert, _ = asks_to_merge(house)
    held = house.last_mail().id
    out = house.mail(reply(alert, f"!accept {held}"))
    assert any("+k." in str(mail["Reply-To"]) for mail in to(out, "kari@"))
    assert house.ticket(number)["status"] == "open"


def test_what_cannot_be_done_is_not_asked_for(house: House) -> None:
    number, alert = house.ask("Printer")
    [receipt] = house.mail(reply(alert, f"!merge {number}"))
    assert "is this ticket itself" in body(receipt) and house.became() == ("entry", "agent-command-error")


def test_proven_mail_is_not_asked(house: House) -> None:
    number, alert = house.ask("Printer")
    other, _ = house.ask("Scanner")
    [receipt] = to(house.mail(reply(alert, f"!merge {other}", auth="pass")), "kari@")
    assert f"{number} goes into {other}" in body(receipt)


def test_without_a_ticket(house: House) -> None:
    """Whole lists change hands: the agent is proven by nothing but an answer address, so he is asked."""
    _, alert = house.ask("Printer")
    house.mail(reply(alert, "!claim"))
    [question] = house.mail(reply(alert, "!reassign kari to per"))
    assert "+k." in str(question["Reply-To"])
    house.mail(reply(question, "ok"))
    assert {one["assignee"]["id"] for one in house.tickets()} == {"per"}
    house.mail(letter(KARI, "support@example.com", "Orders", "!reassign per to kari"))
    assert house.became()[0] == "new", "a name alone is an author like any other"
