"""Commands about people: who asked, who hears of it, whose address and organisation it is (RULES 6)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from agents import DESK, KARI, NOTE, PER, House, NewHouse, body, changes, letter, reply, to
from typer.testing import CliRunner

from mailgate.cli import app
from ticketing.command_words import WORDS

OLA = "Ola <ola@example.org>"
EVA = "Eva <eva@example.net>"
COMPANY = """
[[organisation]]
name = "Example Shipping"
domains = ["shipping.example"]

[[number_pattern]]
pattern = '[A-Z]{2}-\\d{4,}'
"""


@pytest.fixture
def house(new_house: NewHouse) -> Iterator[House]:
    with new_house(more=COMPANY) as house:
        yield house


def command(house: House, alert: Any, text: str, **more: Any) -> str:
    """What a proven agent asks for; the receipt's words."""
    return body(to(house.mail(reply(alert, text, auth="pass", **more)), "kari@")[-1])


def part(name: str, address: str, role: str) -> dict[str, str]:
    return {"name": name, "address": address, "role": role}


OLA_ASKED = part("Ola", "ola@example.org", "requester")
EVA_ASKED = part("", "eva@example.net", "requester")
EVA_HEARS = part("", "eva@example.net", "cc")
EVA_CONTACT = part("", "eva@example.net", "contact")

# (the command, what was asked before, what stands behind the word, what differs, the history's new lines, the receipt)
DOES: list[tuple[str, str, str, dict[str, Any], list[tuple[str, str | None, str | None]], str]] = [
    ("requester", "", "eva@example.net",
     {"requester": {"name": "", "address": "eva@example.net"}, "participants": [EVA_ASKED]},
     [("requester", "ola@example.org", "eva@example.net")],
     "eva@example.net is the requester of 261123001 now."),
    ("requester", "", "post@shipping.example",
     {"requester": {"name": "", "address": "post@shipping.example"}, "organisation": "Example Shipping",
      "participants": [part("", "post@shipping.example", "requester")]},
     [("requester", "ola@example.org", "post@shipping.example"), ("organisation", None, "Example Shipping")],
     "post@shipping.example is told the number."),
    ("contact", "", "Eva <eva@example.net>",
     {"contact": {"name": "", "address": "eva@example.net"}, "participants": [EVA_CONTACT, OLA_ASKED]},
     [("contact", None, "eva@example.net")],
     "Answers in 261123001 go to eva@example.net, with a copy to ola@example.org."),
    ("contact", "!contact eva@example.net", "none", {"contact": None, "participants": [OLA_ASKED]},
     [("contact", "eva@example.net", None)], "Answers in 261123001 go to ola@example.org."),
    ("cc", "", "+eva@example.net", {"participants": [EVA_HEARS, OLA_ASKED]},
     [("participant", None, "eva@example.net (cc)")], "eva@example.net gets copies of answers in 261123001."),
    ("cc", "!cc +eva@example.net", "-eva@example.net", {"participants": [OLA_ASKED]},
     [("participant", "eva@example.net (cc)", None)], "eva@example.net takes part in 261123001 no more"),
    ("alias", "", "ola@home.example", {}, [("address", None, "ola@example.org: ola@home.example")],
     "ola@home.example is an address of ola@example.org now."),
    ("org", "", "example shipping", {"organisation": "Example Shipping"}, [("organisation", None, "Example Shipping")],
     "So do new cases of ola@example.org."),
    ("org", "!org Example Shipping", "ingen", {"organisation": None}, [("organisation", "Example Shipping", None)],
     "belongs to no organisation now"),
    ("project", "", "New offices", {"project": "New offices"}, [("project", None, "New offices")],
     "Project of 261123001 is New offices now."),
    ("project", "!project New offices", "ei-mitään", {"project": None}, [("project", "New offices", None)],
     "belongs to no project now"),
    ("number", "", "AB-1234", {"numbers": ["AB-1234"]}, [("number", None, "AB-1234")],
     "A mail with AB-1234 in its subject leads to 261123001."),
]  # fmt: skip
NAMES = {word.name: word for word in WORDS}


@pytest.mark.parametrize("row", DOES, ids=[f"{row[0]} {row[2]}" for row in DOES])
def test_what_a_command_does_and_how_it_is_taken_back(house: House, row: tuple[Any, ...]) -> None:
    """In each of its names, in three languages: all the same, and undone as if it had not been."""
    name, before, arguments, changed, history, said = row
    number, alert = house.ask()
    if before:
        command(house, alert, before)
    was = house.ticket(number)
    word = NAMES[name]
    for n, one in enumerate((word.name, *word.nb, *word.fi)):
        old = house.ticket(number)
        told = command(house, alert, f"!{one} {arguments}")
        now = house.ticket(number)
        assert changes(was, now) == changed
        assert [(one["what"], one["from"], one["to"]) for one in now["history"][len(old["history"]) :]] == history
        assert said in told
        assert "Taken back" in command(house, alert, "!undo"), n
        assert changes(was, house.ticket(number)) == {}
    assert to(house.later(300), "eva@") == [], "what was taken back was not told"


# (what was asked before, the commands, what the receipt must say)
REFUSED = [
    ("", f"!requester {DESK}", "is our own address"),
    ("", "!requester per@example.com", "per@example.com is an agent's address"),
    ("", "!requester ola@example.org", "is the requester of 261123001 already"),
    ("", "!contact support+x@example.com", "is our own address"),
    ("", "!contact none", "answers in 261123001 go to ola@example.org already"),
    ("", "!contact Ola", "“Ola” is no mail address"),
    ("", "!cc +kari@example.com", "is an agent's address"),
    ("", "!cc -eva@example.net", "eva@example.net takes no part in 261123001"),
    ("", "!cc -ola@example.org", "ola@example.org asked, and hears of it"),
    ("", "!alias per@example.com", "is an agent's address"),
    ("", f"!alias {DESK}", "is our own address"),
    ("", "!alias ola@example.org", "is an address of ola@example.org already"),
    ("", "!org Exampel Shiping", "no organisation “Exampel Shiping” (there are: Example Shipping)"),
    ("", "!number 261123001", "is a case number of our own"),
]


def test_what_cannot_be_done_does_nothing(house: House) -> None:
    house.configure("alerts_agent", 'receipts_agent = "off"\nalerts_agent')
    number, alert = house.ask()
    was = house.ticket(number)
    for before, text, said in REFUSED:
        assert said in command(house, alert, "\n".join(filter(None, (before, "!project X", text)))), text
    assert changes(was, house.ticket(number)) == {}


@pytest.mark.parametrize(
    ("text", "asked_back"),
    [
        ("!requester eva@example.net", True), ("!alias eva@example.net", True), ("!cc +eva@example.net", True),
        ("!contact eva@example.net", True), ("!cc -nina@example.org", False), ("!org Example Shipping", False),
        ("!project X", False), ("!number AB-1234", False),
    ],
)  # fmt: skip
def test_what_discloses_needs_a_proven_agent(house: House, text: str, asked_back: bool) -> None:
    number, alert = house.ask(auth="pass", cc="Nina <nina@example.org>")
    was = house.ticket(number)
    [mail] = house.mail(reply(alert, text))
    assert (house.became()[1] == "awaits-confirmation") is asked_back
    assert (changes(was, house.ticket(number)) == {}) is asked_back
    if asked_back:
        house.mail(reply(mail, "ok"))
        assert ("eva@example.net" in str(house.ticket(number)["participants"])) or "alias" in text


# ---- the requester --------------------------------------------------------------------------------------------------

SECRET = "Only Ola may read this sentence of his"


def test_another_requester(house: House) -> None:
    """The new one is told the number and gets the answers; the former one is out, his words with him."""
    number, alert = house.ask(words=f"It burns.\n{SECRET}.")
    acknowledgement = to(house.sent(), "ola@")[0]
    command(house, alert, "!requester eva@example.net")
    told = to(house.later(61), "eva@")
    assert len(told) == 1 and number in body(told[0]) and str(told[0]["Reply-To"]).startswith("support+r.")
    command(house, alert, "!cc -eva@example.net")
    house.mail(reply(alert, "Turn it off."))
    [answer] = to(house.later(61), "eva@")
    assert body(answer) == "Turn it off." and answer["Cc"] is None and SECRET not in body(told[0])
    assert str(told[0]["References"]).count("@example.org") == 0, "nor an id of a mail of his"
    # His token is void.
    house.mail(reply(acknowledgement, "And now?", author=OLA))
    assert house.last_mail().ticket != number and len(house.ticket(number)["messages"]) == 2
    house.mail(reply(told[0], "Thanks, it is off. What now?", author=EVA))
    assert house.ticket(number)["messages"][-1]["role"] == "requester"


def test_the_former_requesters_words_stay_inside(house: House) -> None:
    number, alert = house.ask(words=f"{SECRET}, and nobody else.")
    command(house, alert, "!requester eva@example.net")
    receipt = command(house, alert, f"!reply\nYou wrote: {SECRET}, and nobody else.")
    assert "must not leave the house" in receipt
    assert house.ticket(number)["first_response_at"] is None
    # A colleague who gets the case reads them, as words that are not for the requester.
    out = house.mail(reply(alert, "!assign per"))
    [handed] = to(out, "per@")
    assert f":: {SECRET}" in body(handed) and "from the former requester" in body(handed)


def test_an_answer_on_its_way_to_another_is_held(house: House) -> None:
    number, alert = house.ask()
    [other] = [one for one in house.sent() if "per@" in str(one["To"])]
    house.mail(reply(other, "!requester eva@example.net", author=PER, auth="pass"))
    house.mail(reply(alert, "Turn it off."))
    assert house.became() == ("held", "collision")
    assert "has another requester since: your answer would go to eva@example.net" in body(house.sent()[-1])
    assert house.ticket(number)["first_response_at"] is None


def test_nobody_outside_is_told_where_the_agent_is_silent(house: House) -> None:
    _, alert = house.ask()
    command(house, alert, "!requester eva@example.net\n!silent")
    assert to(house.later(120), "eva@") == []


def test_the_named_requester_goes_before_the_forwarded_author(
    new_house: NewHouse,
) -> None:
    with new_house(auth="dmarc", more=COMPANY) as house:
        forwarded = (
            "!requester eva@example.net\n\n---------- Forwarded message ---------\nFrom: Ola <ola@example.org>\n"
            "Date: Mon, 23 Nov 2026 08:00\nSubject: Printer\nTo: kari@example.com\n\nIt burns.\n"
        )
        house.mail(letter(KARI, DESK, "Fwd: Printer", forwarded, auth="pass"))
        [ticket] = house.tickets()
        assert ticket["requester"]["address"] == "eva@example.net" and not ticket["internal"]
        assert [one["address"] for one in ticket["participants"]] == ["eva@example.net"]
        assert to(house.later(120), "ola@") == [] and len(to(house.sent(), "eva@")) == 1
        # Without a forwarded mail the words are the agent's own, and stay inside.
        words = f"!innmelder eva@example.net\n!prioritet høy\n{NOTE}: she called."
        house.mail(letter(KARI, DESK, "Room 4", words, auth="pass"))
        second = next(one for one in house.tickets() if one["number"] != ticket["number"])
        assert second["requester"]["address"] == "eva@example.net" and second["priority"] == "high"
        assert house.ticket(second["number"])["messages"][0]["internal"]
        # One's own and a colleague's address are no requesters.
        [receipt] = house.mail(letter(KARI, DESK, "Room 5", "!requester per@example.com\nx", auth="pass"))
        assert "is an agent's address" in body(receipt) and len(house.tickets()) == 2


# ---- contact and copies ---------------------------------------------------------------------------------------------


def test_answers_go_to_the_contact(house: House) -> None:
    number, alert = house.ask()
    command(house, alert, "!contact eva@example.net\n!reply\nTurn it off.")
    [answer] = [one for one in house.later(61) if "Turn it off." in body(one)]
    assert "eva@example.net" in str(answer["To"]) and "ola@example.org" in str(answer["Cc"])
    [alerted] = to(house.mail(reply(answer, "It is off, and still burns.", author=EVA)), "kari@")
    assert house.became() == ("appended", "append") and house.ticket(number)["waiting_for"] is None
    assert "Your answer goes to: eva@example.net, ola@example.org" in body(alerted)
    house.mail(reply(answer, "!stop", author=EVA))
    assert house.ticket(number)["contact"] is None


def test_who_is_taken_out_may_not_answer(house: House) -> None:
    number, alert = house.ask()
    command(house, alert, "!cc +eva@example.net, +nina@example.org\n!reply\nTurn it off.")
    [answer] = [one for one in house.later(61) if "Turn it off." in body(one)]
    assert "eva@example.net" in str(answer["Cc"]) and "nina@example.org" in str(answer["Cc"])
    command(house, alert, "!cc -eva@example.net")
    house.mail(reply(answer, "I am still here.", author=EVA))
    assert house.last_mail().ticket != number
    command(house, alert, "!cc +eva@example.net")
    house.mail(reply(answer, "I am here again.", author=EVA))
    assert house.last_mail().ticket == number


def test_an_outsider_becomes_a_copy_or_an_alias(house: House) -> None:
    number, alert = house.ask()
    acknowledgement = to(house.sent(), "ola@")[0]
    for author in (EVA, "Ola <ola@home.example>"):
        house.mail(reply(acknowledgement, f"From {author}", author=author))
    assert [one["role"] for one in house.ticket(number)["messages"]] == ["requester", "external", "external"]
    command(house, alert, "!cc +eva@example.net\n!alias ola@home.example")
    messages = house.ticket(number)["messages"]
    assert [(one["role"], one["internal"]) for one in messages] == [
        ("requester", False), ("cc", False), ("requester", False)
    ]  # fmt: skip
    command(house, alert, "!undo")
    assert [one["role"] for one in house.ticket(number)["messages"]] == ["requester", "external", "external"]


# ---- addresses ------------------------------------------------------------------------------------------------------


def test_two_contacts_become_one(house: House) -> None:
    first, alert = house.ask()
    second, _ = house.ask("Toner", "No toner.", "Ola <ola@home.example>")
    command(house, alert, "!alias ola@home.example")
    house.mail(letter("Ola <ola@home.example>", DESK, f"Re: [#{first}] Printer", "From home.", auth="pass"))
    assert (house.last_mail().ticket, house.ticket(first)["messages"][-1]["role"]) == (first, "requester")
    command(house, alert, "!undo")
    house.mail(letter("Ola <ola@home.example>", DESK, f"Re: [#{first}] Printer", "From home again.", auth="pass"))
    assert house.last_mail().ticket not in (first, second)


def test_the_same_person_under_another_address(house: House) -> None:
    number, alert = house.ask()
    acknowledgement = to(house.sent(), "ola@")[0]
    command(house, alert, "!alias ola@home.example\n!requester ola@home.example")
    [alert] = to(house.mail(reply(acknowledgement, "From the old address.", author=OLA)), "kari@")
    assert house.last_mail().ticket == number
    command(house, alert, "!reply\nTurn it off.")
    [answer] = [one for one in house.later(61) if "Turn it off." in body(one)]
    assert "ola@home.example" in str(answer["To"]) and answer["Cc"] is None


# ---- numbers --------------------------------------------------------------------------------------------------------


def test_another_systems_number_finds_the_case(house: House) -> None:
    first, alert = house.ask()
    second, other = house.ask("Toner", "No toner.")
    command(house, alert, "!number AB-1234")
    house.mail(letter(OLA, DESK, "AB-1234 and again", "It burns again.", auth="pass"))
    assert house.last_mail().ticket == first
    assert f"Until now it led to {first}." in command(house, other, "!number ab-1234")
    assert (house.ticket(first)["numbers"], house.ticket(second)["numbers"]) == ([], ["AB-1234"])
    command(house, other, "!undo")
    assert (house.ticket(first)["numbers"], house.ticket(second)["numbers"]) == (["AB-1234"], [])
    assert "no pattern in the configuration fits" in command(house, alert, "!number X99")


def test_the_same_by_the_command_line(house: House) -> None:
    number, _ = house.ask()
    config = ("--config", str(house.folder / "mailgate.toml"))
    for arguments, said in (
        (("cc", number, "--add", "eva@example.net", "--add", "nina@example.org"), "gets copies"),
        (("cc", number, "--remove", "nina@example.org"), "no more"),
        (("requester", number, "post@shipping.example"), "is the requester"),
        (("org", number, "none"), "no organisation"),
        (("project", number, "New offices"), "is New offices now"),
        (("number", number, "AB-1234"), "AB-1234"),
    ):
        done = CliRunner().invoke(app, [*arguments, *config])
        assert done.exit_code == 0 and said in done.output, done.output
    ticket = house.ticket(number)
    assert [one["address"] for one in ticket["participants"]] == ["eva@example.net", "post@shipping.example"]
    assert (ticket["project"], ticket["numbers"], ticket["organisation"]) == ("New offices", ["AB-1234"], None)
    for arguments, code in ((("cc", number), 2), (("requester", number, "ola"), 2), (("org", number, "Shiping"), 1)):
        assert CliRunner().invoke(app, [*arguments, *config]).exit_code == code


def test_a_person_sees_all_cases_of_his_addresses(house: House) -> None:
    first, alert = house.ask()
    second, _ = house.ask("Toner", "No toner.", "Ola <ola@home.example>")
    command(house, alert, "!alias ola@home.example")
    [told] = to(house.mail(letter(OLA, DESK, "my cases", "!mine", auth="pass")), "ola@example.org")
    assert first in body(told) and second in body(told)
