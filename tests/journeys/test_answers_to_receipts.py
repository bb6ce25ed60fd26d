"""An agent answers mails of ours that are no alerts: what was meant comes of it, or a receipt; never a ticket."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from email.message import EmailMessage

import pytest
from agents import PER, PROGRAMS, House, body, reply, to

OLA = "ola@example.org"


@pytest.fixture(params=["dmarc", "token"])
def house(new_house: Callable[..., AbstractContextManager[House]], request: pytest.FixtureRequest) -> Iterator[House]:
    with new_house(auth=request.param) as house:
        yield house


def handed_over(house: House) -> EmailMessage:
    house.ask()
    # Per is away, and Kari stands in for him.
    [per] = [one for one in house.sent() if "per@" in str(one["To"])]
    house.mail(reply(per, "!claim\n!away until +3d to kari", author=PER, auth="pass"))
    return [one for one in to(house.later(120), "kari@") if "+n.0." in str(one["Reply-To"])][-1]


@pytest.mark.parametrize("where", ["Reply-To", "From"])
def test_an_answer_to_a_list_is_no_ticket(house: House, where: str) -> None:
    told = handed_over(house)
    tickets = len(house.tickets())
    [receipt] = house.mail(reply(told, "Thanks, I see to them.", to=str(told[where]), auth="pass"))
    assert (house.became(), len(house.tickets())) == (("entry", "agent-no-ticket"), tickets)
    assert "That mail was about no ticket" in body(receipt) and "Thanks, I see to them." in body(receipt)
    # And what is answered to this receipt is none either.
    house.mail(reply(receipt, "Oh.", auth="pass"))
    assert len(house.tickets()) == tickets


@pytest.mark.parametrize("refused", ["!priorty high\n\nWe look at it.", "Hi,\n!claim\n\nWe look at it."])
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda one: one.__name__)
def test_a_refused_answer_is_mended_by_answering_its_receipt(
    house: House, refused: str, program: Callable[..., str]
) -> None:
    number, alert = house.ask(author=f"Ola <{OLA}>")
    [receipt] = house.mail(reply(alert, refused, auth="pass"))
    assert body(receipt).startswith(f"Your answer goes to: {OLA}\n") and "+p." in receipt["Reply-To"]
    [done] = to(house.mail(program(receipt, "!priority high\n\nWe look at it today.", auth="pass")), "kari@")
    assert f"goes to {OLA}" in body(done)
    [answer] = to(house.later(61), OLA)
    assert "We look at it today." in body(answer) and "priorty" not in body(answer) and "claim" not in body(answer)
    assert house.ticket(number)["priority"] == "high"


def test_what_came_between_the_alert_and_the_receipts_answer_is_seen(house: House) -> None:
    _, alert = house.ask(author=f"Ola <{OLA}>")
    acknowledged = to(house.sent(), OLA)[-1]
    house.mail(reply(acknowledged, "It went out.", author=f"Ola <{OLA}>"))
    [receipt] = house.mail(reply(alert, "Hi,\n!claim\n\nIs it still burning?", auth="pass"))
    house.mail(reply(receipt, "Is it still burning?", auth="pass"))
    assert house.became() == ("held", "collision")


@pytest.mark.parametrize(
    "refused", ["!noet Ola is angry.", "!nte\nOla is angry.", "!nnn\nOla is angry.", "!ask nobody\nA?"]
)
def test_what_may_have_been_a_note_gets_no_answer_address(house: House, refused: str) -> None:
    _, alert = house.ask()
    [receipt] = house.mail(reply(alert, refused, auth="pass"))
    assert "+n." in receipt["Reply-To"]


def test_the_receipt_says_how_to_answer_the_requester_after_all(house: House) -> None:
    _, alert = house.ask()
    [receipt] = house.mail(reply(alert, "!nnn\nIt is on its way.", auth="pass"))
    assert "answer the earlier mail again, or write !reply at the top" in " ".join(body(receipt).split())
