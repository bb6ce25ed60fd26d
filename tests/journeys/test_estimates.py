"""An estimate is asked for, mailed, approved by whom it was sent to and nobody else, declined, replaced, taken back."""

from __future__ import annotations

import re
from email.message import EmailMessage
from typing import Any
from urllib.parse import unquote

import pytest
from agents import KARI, House, body, changes, letter, reply, to

from ticketing.command_words import BY_NAME

OLA = "Ola <ola@example.org>"


def estimated(
    house: House, asked: str = "!estimate 6:00 4500 kr", **more: Any
) -> tuple[str, EmailMessage, EmailMessage]:
    """(number, the alert, the mail with the estimate)"""
    number, alert = house.ask(**more)
    house.mail(reply(alert, asked))
    return number, alert, to(house.later(61), "ola@")[0]


def links_of(mail: EmailMessage) -> list[tuple[str, str]]:
    """The links at the foot: (address, the rest)."""
    part = mail.get_body(("plain",))
    assert part is not None
    return re.findall(r"<mailto:([^?>]+)[?]([^>]*)>", part.get_content())


def approving_address(mail: EmailMessage) -> str:
    return next(address for address, _ in links_of(mail) if "+c." in address)


def state(house: House, number: str) -> list[str]:
    return [one["state"] for one in house.ticket(number)["estimates"]]


@pytest.mark.parametrize("name", [name for word in (BY_NAME["estimate"],) for name in (word.name, *word.nb, *word.fi)])
def test_the_command(house: House, name: str) -> None:
    number, alert = house.ask()
    was = house.ticket(number)
    [receipt] = to(house.mail(reply(alert, f"!{name} 6:00 4500 kr")), "kari@")
    assert "The estimate 6:00, 4500 kr goes to ola@example.org in 60 seconds." in body(receipt)
    now = house.ticket(number)
    assert changes(was, now) == {
        "estimates": [
            {"agent": "kari", "at": now["estimates"][0]["at"], "minutes": 360, "price": "4500 kr", "state": "open",
             "answered_at": None}
        ],
        "waiting_for": "requester",
    }  # fmt: skip
    house.mail(reply(alert, "!undo"))
    assert changes(was, house.ticket(number)) == {}
    assert house.later(120) == []


@pytest.mark.parametrize(
    "words, asked",
    [
        ("The printer prints only blank pages, and I have no idea why.",
         ["Time: 6 h 30 min", "Price: 4500 kr", 'answer this mail with "yes"']),
        ("Skriveren skriver bare blanke ark siden i går, og jeg aner ikke hvorfor det skjer.",
         ["Tid: 6 t 30 min", "Pris: 4500 kr", "svare «ja»"]),
        ("Tulostin tulostaa vain tyhjiä sivuja, enkä tiedä mistä se johtuu.",
         ["Aika: 6 h 30 min", "Hinta: 4500 kr", "vastaa tähän viestiin ”kyllä”"]),
    ],
)  # fmt: skip
def test_the_mail_speaks_the_requesters_language(house: House, words: str, asked: list[str]) -> None:
    _, _, mail = estimated(house, "!estimate 6:30 4500 kr", words=words)
    assert all(one in body(mail) for one in asked)
    # The links say it by themselves, and the second of them in his words.
    links = links_of(mail)
    assert ["+c." in address for address, _ in links] == [True, False]
    house.mail(letter(OLA, links[1][0], "Re", unquote(links[1][1].partition("body=")[2])))
    assert [one["state"] for one in house.tickets()[0]["estimates"]] == ["declined"]
    house.mail(letter(OLA, links[0][0], "Re", ""))
    assert [one["state"] for one in house.tickets()[0]["estimates"]] == ["approved"]


# (what the requester writes, to the approving address, what becomes of the estimate)
ANSWERS = [
    ("", True, "approved"),
    ("Yes", True, "approved"),
    ("What about VAT?", True, "open"),
    ("Men bare hvis det blir ferdig i dag", True, "open"),
    ("Ola Nordmann\nManager", True, "approved"),
    ("Nei takk", True, "declined"),
    ("Ja", False, "approved"),
    ("OK, takk!", False, "approved"),
    ("Kyllä", False, "approved"),
    ("No, that is too much.", False, "declined"),
    ("Nei, det blir for dyrt for oss.", False, "declined"),
    ("Ei kiitos.", False, "declined"),
    ("No problem, go ahead", False, "open"),
    ("Does it include the drum?", False, "open"),
    ("Nei, eller jo: ja", False, "open"),
]


@pytest.mark.parametrize("words, approving, became", ANSWERS, ids=[row[0][:12] or "empty" for row in ANSWERS])
def test_what_the_requester_says(house: House, words: str, approving: bool, became: str) -> None:
    number, _, mail = estimated(house)
    where = approving_address(mail) if approving else None
    out = house.mail(reply(mail, words, author=OLA, to=where))
    ticket = house.ticket(number)
    assert state(house, number) == [became]
    assert ticket["status"] == ("in_progress" if became == "approved" else "open")
    assert ticket["waiting_for"] is None
    [alert] = to(out, "kari@")
    assert (f"estimate {became}: 6:00, 4500 kr" in body(alert)) == (became != "open")
    thanked = [body(one) for one in to(out, "ola@")]
    thanks = f"You have {became} our estimate for case {number}: 6:00, 4500 kr."
    assert (thanks in "".join(thanked)) == (became != "open")
    told = [(one["who"], one["to"]) for one in ticket["history"] if one["what"] == "estimate"]
    assert told == [("kari", "6:00, 4500 kr"), *([("ola@example.org", became)] if became != "open" else [])]


def test_only_the_requester_approves(house: House) -> None:
    number, _, mail = estimated(house)
    for author in ("Eve <eve@example.net>", KARI):
        house.mail(reply(mail, "Yes", author=author, to=approving_address(mail)))
        house.mail(reply(mail, "Yes", author=author))
    assert state(house, number) == ["open"]
    house.mail(letter(OLA, "support@example.com", f"[#{number}] estimate", "Yes"))
    assert state(house, number) == ["open"]
    house.mail(reply(mail, "Yes", author=OLA, auth="fail (p=reject)"))
    assert state(house, number) == ["open"]


def test_a_yes_to_something_newer_is_no_approval(house: House) -> None:
    number, alert, _ = estimated(house)
    house.mail(reply(alert, "!reply\nShall we send you the drum meanwhile?"))
    [answer] = to(house.later(61), "ola@")
    house.mail(reply(answer, "Yes", author=OLA))
    assert state(house, number) == ["open"]


def test_a_newer_estimate_replaces_the_older(house: House) -> None:
    number, alert, first = estimated(house)
    house.mail(reply(alert, "!estimate 2:00"))
    assert state(house, number) == ["replaced", "open"]
    [told] = to(house.mail(reply(first, "Yes", author=OLA)), "kari@")
    assert "answers an older estimate: 6:00, 4500 kr" in body(told)
    assert (state(house, number), house.ticket(number)["status"]) == (["replaced", "open"], "open")


def test_what_was_answered_cannot_be_undone_and_a_yes_does_not_close(house: House) -> None:
    number, alert, mail = estimated(house)
    house.mail(reply(alert, "!claim\n!done"))
    house.later(61)
    house.mail(reply(mail, "Ja", author=OLA))
    assert (state(house, number), house.ticket(number)["status"]) == (["approved"], "in_progress")
    house.mail(reply(alert, "!undo"))
    house.mail(reply(alert, "!undo"))
    assert state(house, number) == ["approved"]


@pytest.mark.parametrize(
    "before, asked, said",
    [
        ("!close", "!estimate 1:00", "is closed, so there is nothing to estimate"),
        ("", "!estimate", "How long will it take?"),
        ("", "!estimate soon", "is no time"),
        ("", "!estimate 1:00 " + "x" * 61, "stands the price alone"),
        ("", "!estimate 1:00 ask kari@example.com", "must not leave the house"),
    ],
)
def test_what_cannot_be_estimated(house: House, before: str, asked: str, said: str) -> None:
    number, alert = house.ask()
    if before:
        house.mail(reply(alert, before))
    [receipt] = to(house.mail(reply(alert, asked)), "kari@")
    assert said in body(receipt)
    assert state(house, number) == []
