"""What a stranger found: words that would have reached somebody whom they were not written to."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from agents import DESK, KARI, NOTE, PER, House, NewHouse, body, letter, to

EVA = "eva@other.net"


@pytest.fixture
def house(new_house: NewHouse) -> Iterator[House]:
    with new_house(auth="dmarc") as house:
        yield house


def alerts(house: House) -> tuple[str, dict[str, str]]:
    """Ola asks: the number, and the address that each agent's answer goes to."""
    out = house.mail(letter("Ola <ola@example.org>", DESK, "Printer", "It burns.", auth="pass"))
    told = {one: next(mail for mail in out if f"{one}@" in str(mail["To"])) for one in ("kari", "per")}
    number = house.tickets()[0]["number"]
    return number, {one: str(mail["Reply-To"]) for one, mail in told.items()}


def says(house: House, who: str, address: str, text: str) -> list[str]:
    """An agent writes; what he is told."""
    out = house.mail(letter(who, address, "Re: Printer", text, auth="pass"))
    return [body(mail) for mail in out if who.partition("<")[2].rstrip(">") in str(mail["To"])]


def test_a_corrected_answer_goes_to_nobody_else(house: House) -> None:
    _, address = alerts(house)
    says(house, KARI, address["kari"], "Dear Ola, about your illness.")
    says(house, PER, address["per"], f"!requester {EVA}")
    [told] = says(house, KARI, address["kari"], "!edit m2\nDear Ola, about your illnes.\n!end")
    assert "M2 was taken back" in told
    assert not [mail for mail in to(house.later(120), "eva@") if "illness" in body(mail)]


def test_a_held_answer_is_let_through_to_whom_it_was_written(house: House) -> None:
    _, address = alerts(house)
    says(house, PER, address["per"], "We look at it.")
    [told] = says(house, KARI, address["kari"], "Dear Ola, about your illness.")
    held = house.last_mail().id
    assert f"!accept {held}" in told
    says(house, PER, address["per"], f"!requester {EVA}")
    told = "\n".join(says(house, KARI, address["kari"], f"!accept {held}"))
    assert f"your answer would go to {EVA} now" in told
    assert not [mail for mail in house.later(120) if "illness" in body(mail) and "kari@" not in str(mail["To"])]


def test_a_resolution_says_nothing_of_a_note(house: House) -> None:
    _, address = alerts(house)
    says(house, KARI, address["kari"], f"!note\n{NOTE}")
    [told] = says(house, KARI, address["kari"], f"!resolution\n{NOTE}\n!end\n!done")
    assert "this must not leave the house" in told
    assert to(house.later(120), "ola@") == []


def test_nobody_with_an_agents_address_gets_copies(house: House) -> None:
    _, address = alerts(house)
    ours = next(mail for mail in house.sent() if "ola@" in str(mail["To"]))
    house.mail(letter(PER, str(ours["Reply-To"]), "Re: Printer", "Hello.", auth="none"))
    [told] = says(house, KARI, address["kari"], "!accept per@example.com")
    assert "is an agent's address" in told


def test_an_alert_passed_on_is_nobodys_request(house: House) -> None:
    _, alert = house.ask("Printer", auth="pass")
    part = f"Content-Type: message/rfc822\n\n{alert.as_string()}"
    text = f"--b1\nContent-Type: text/plain\n\nSee this.\n--b1\n{part}\n--b1--"
    house.mail(letter(KARI, DESK, "Fwd: Printer", text, auth="pass", content='multipart/mixed; boundary="b1"'))
    assert house.became() == ("new", "agent-internal")
    assert house.tickets()[0]["requester"]["address"] == "kari@example.com"


def test_what_came_in_between_stays_with_its_author(house: House) -> None:
    """Eva, made the requester, has written: an undo would leave her words in Ola's ticket."""
    number, address = alerts(house)
    says(house, KARI, address["kari"], f"!requester {EVA}")
    [told] = to(house.later(61), EVA)
    house.mail(letter(f"Eva <{EVA}>", str(told["Reply-To"]), "Re: Printer", "Eva's diagnosis is podagra.", auth="pass"))
    [receipt] = says(house, KARI, address["kari"], "!undo")
    assert "somebody has written since" in receipt
    assert house.ticket(number)["requester"]["address"] == EVA


def test_a_split_off_case_with_an_answer_is_not_closed_by_an_undo(house: House) -> None:
    _, address = alerts(house)
    says(house, KARI, address["kari"], '!split "Other" m1')
    [told] = to(house.later(61), "ola@")
    house.mail(letter("Ola <ola@example.org>", str(told["Reply-To"]), "Re: Other", "Call me today.", auth="pass"))
    [receipt] = says(house, KARI, address["kari"], "!undo")
    assert "somebody has written since" in receipt
    assert {one["status"] for one in house.tickets()} == {"open"}


def test_an_answer_is_stopped_however_often_its_ticket_was_merged(house: House) -> None:
    _, address = alerts(house)
    others = [house.ask(one, f"The {one} hums.", auth="pass")[0] for one in ("Scanner", "Screen")]
    says(house, KARI, address["kari"], "Wrong words.")
    merged = [says(house, PER, address["per"], f"!merge {one}") for one in others]
    assert ["is closed" in "".join(one) for one in merged] == [True, True], merged
    says(house, KARI, address["kari"], "!undo")
    assert not [mail for mail in to(house.later(120), "ola@") if "Wrong words" in body(mail)]


@pytest.mark.parametrize("digits", ["²", "#²"])
def test_strange_digits_are_no_id(house: House, digits: str) -> None:
    _, address = alerts(house)
    [told] = says(house, KARI, address["kari"], f"!accept {digits}")
    assert "neither a held mail nor somebody outside" in told


def test_a_forward_without_a_name_is_not_of_a_former_requester(house: House) -> None:
    _, address = alerts(house)
    says(house, PER, address["per"], f"!requester {EVA}")
    [told] = says(house, PER, address["per"], "!forward vendor@maker.example\nCan you help?")
    assert "nobody outside wrote in" in told
    assert not to(house.later(120), "vendor@")


def test_what_a_colleague_wrote_for_the_new_requester_is_not_read_by_the_former(house: House) -> None:
    number, address = alerts(house)
    says(house, KARI, address["kari"], f"!requester {EVA}")
    out = house.mail(letter(KARI, address["kari"], "Re: Printer", "!assign per", auth="pass"))
    [fresh] = to(out, "per@")
    says(house, PER, str(fresh["Reply-To"]), "!resolution\nEva Dahl gets sick pay for her podagra.\n!end")
    says(house, KARI, address["kari"], "!undo")
    [told] = says(house, KARI, address["kari"], "!undo")
    assert "changed that since" in told
    assert house.ticket(number)["requester"]["address"] == EVA
    says(house, PER, str(fresh["Reply-To"]), "!done")
    assert not [mail for mail in to(house.later(120), "ola@") if "podagra" in body(mail)]


def test_nobody_is_brought_back_into_a_case_that_is_another_persons_now(house: House) -> None:
    number, address = alerts(house)
    says(house, PER, address["per"], "!contact boss@example.org")
    says(house, PER, address["per"], "!contact none")
    says(house, KARI, address["kari"], f"!requester {EVA}")
    [told] = says(house, PER, address["per"], "!undo")
    assert "changed that since" in told
    assert "boss@example.org" not in str(house.ticket(number)["participants"])
