"""Cases that no requester's mail opened, and those that become requests later: routed and handed out as by mail."""

from __future__ import annotations

from collections.abc import Iterator
from email.message import EmailMessage
from typing import Any

import pytest
from agents import DESK, KARI, PER, House, NewHouse, body, letter, number_in, reply, to
from typer.testing import CliRunner

from mailgate.cli import app

OLA, EVA = "Ola <ola@example.org>", "Eva <eva@example.net>"
BILLS = "bills@example.com"
TURNS = f"""
[[mailbox]]
address = "{BILLS}"
queue = "invoices"

[[queue]]
name = "invoices"
agents = ["per"]
assignment = "round-robin"

[[routing]]
name = "invoices"
when = {{ words = ["faktura"] }}
then = {{ queue = "invoices", priority = "high", tags = ["money"] }}

[[routing]]
name = "servers"
when = {{ words = ["server"] }}
then = {{ assign = "per" }}

[[ticket_template]]
name = "toner"
title = "Toner"
text = "The server room has none."
queue = "support"
"""


@pytest.fixture
def house(new_house: NewHouse) -> Iterator[House]:
    with new_house(auth="dmarc", more=TURNS) as house:
        yield house


def newest(house: House) -> dict[str, Any]:
    return max(house.tickets(), key=lambda one: str(one["number"]))


def _who(ticket: dict[str, Any]) -> tuple[str, str | None]:
    return ticket["queue"], ticket["assignee"] and ticket["assignee"]["id"]


# What Kari writes to the desk, and where the case is then and with whom.
@pytest.mark.parametrize("text, place", [
    ("!new\n!requester ola@example.org\nFaktura 4711 is wrong.", ("invoices", "per")),
    ("!new\n!requester ola@example.org\nThe server burns.", ("support", "per")),
    ("!new\n!requester ola@example.org\nThe printer burns.", ("support", None)),
    ("!new\n!requester ola@example.org\n!claim\nFaktura 4711 is wrong.", ("invoices", "kari")),
    ("!new\n!requester ola@example.org\n!reply\nYour faktura is wrong.", ("invoices", "kari")),
    ("!new\n!requester ola@example.org\n!call 0:05\nHis faktura is wrong.", ("invoices", "kari")),
    # What the agent names goes before the rules, and a case of the house is nobody's until somebody takes it.
    ("!requester ola@example.org\nFaktura 4711 is wrong.", ("invoices", "per")),
    ("!requester ola@example.org\n!claim\nFaktura 4711 is wrong.", ("invoices", "kari")),
    ("!new toner\n!requester ola@example.org\nSoon.", ("support", None)),
    ("!new\nOur own faktura is wrong.", ("invoices", None)),
])  # fmt: skip
def test_what_an_agent_opens_is_placed_as_mail_is(house: House, text: str, place: tuple[str, str | None]) -> None:
    out = house.mail(letter(KARI, DESK, "x", text, auth="pass"))
    ticket = newest(house)
    assert _who(ticket) == place
    assert (ticket["priority"], ticket["tags"]) == (("high", ["money"]) if place[0] == "invoices" else ("medium", []))
    assert to(out, "per@") or place[1] != "per"


def test_from_the_command_line(house: House) -> None:
    made = ["open", "--requester", OLA, "--subject", "Faktura", "It is wrong.", "--config"]
    done = CliRunner().invoke(app, [*made, str(house.folder / "mailgate.toml")])
    assert done.exit_code == 0 and _who(house.ticket(done.output.strip())) == ("invoices", "per")


# Who makes a request of what came for information; an agent who takes it has it.
@pytest.mark.parametrize("asked, by, has", [
    ("!request", "agent", "per"), ("!request\n!claim", "agent", "kari"), ("!request", "requester", "per"),
])  # fmt: skip
def test_a_copy_that_becomes_a_request_is_handed_out(house: House, asked: str, by: str, has: str) -> None:
    out = house.mail(letter(OLA, "eva@example.net", "Order", "It came.", cc=BILLS, auth="pass"))
    ticket = newest(house)
    assert ticket["fyi"] and _who(ticket) == ("invoices", None)
    if by == "agent":
        out = house.mail(letter(KARI, BILLS, f"[#{ticket['number']}]", asked, auth="pass"))
    else:
        out = house.mail(reply(to(out, "ola@")[-1], asked, author=OLA, auth="pass"))
    after = house.ticket(ticket["number"])
    assert (after["fyi"], _who(after)) == (False, ("invoices", has))
    assert bool(to(out, "per@")) is (has == "per")


# ---- the contact of a case ------------------------------------------------------------------------------------------


def _with_contact(house: House) -> tuple[str, EmailMessage]:
    number, alert = house.ask(author=OLA)
    house.mail(reply(alert, "!claim\n!contact eva@example.net\n!cc +nils@example.net", auth="pass"))
    return number, alert


def test_its_contact_hears_that_it_is_completed_and_its_requester_in_copy(house: House) -> None:
    _, alert = _with_contact(house)
    house.mail(reply(alert, "!done", auth="pass"))
    [told] = to(house.later(120), "eva@")
    assert str(told["To"]) == "eva@example.net" and str(told["Cc"]) == "Ola <ola@example.org>"


def test_its_contact_is_nobody_from_outside(house: House) -> None:
    number, alert = _with_contact(house)
    out = house.mail(reply(alert, "!forward eva@example.net", auth="pass"))
    assert f"eva@example.net takes part in {number}: answer with !reply" in body(out[-1])
    assert not to(house.later(120), "eva@")


# ---- an agent who has left ------------------------------------------------------------------------------------------


def test_what_a_retired_agent_had_is_free(house: House) -> None:
    number, alert = house.ask(author=OLA)
    house.mail(reply(alert, "!assign per", auth="pass"))
    _retire_per(house)
    listed = house.mail(letter(KARI, DESK, "x", "!list unassigned", auth="pass"))
    assert number in body(listed[-1])
    assert number in str(house.mail(letter(KARI, DESK, "x", "!next", auth="pass"))[-1]["Subject"])


def test_a_retired_agent_takes_no_part_in_cases_of_the_house(house: House) -> None:
    out = house.mail(letter(PER, DESK, "Coffee", "The machine is old.", auth="pass"))
    number, alert = number_in(to(out, "kari@")[-1]), to(out, "kari@")[-1]
    receipt = to(out, "per@")[-1]
    _retire_per(house)
    out = house.mail(letter(PER, DESK, f"Re: [#{number}] Coffee", "!status\n\nAnd?", answers=receipt, auth="pass"))
    assert house.ticket(number)["messages"][-1]["role"] in ("agent", "external")
    assert not to(house.mail(letter(PER, DESK, "x", "!mine", auth="pass")), "per@") or "Coffee" not in body(
        house.sent()[-1]
    )
    out = house.mail(reply(alert, "!reply\nIt is new now.", auth="pass"))
    assert "per@example.com works here no more" in body(out[-1])
    assert not to(house.later(120), "per@")


def _retire_per(house: House) -> None:
    config = house.folder / "mailgate.toml"
    text = config.read_text()
    begin = text.index('[[agent]]\nid = "per"')
    end = text.index("\n[[", begin + 5)
    text = text[:begin] + text[end + 1 :]
    config.write_text(
        text.replace('"kari", "per"', '"kari"')
        .replace('agents = ["per"]', 'agents = ["kari"]')
        .replace('assign = "per"', 'assign = "kari"')
    )
    house.reload()
    house.canaries = {name: one for name, one in house.canaries.items() if one != "per@example.com"}
