"""Who may do what by mail (RULES 6): four kinds of evidence, four kinds of author, six kinds of action, each cell one
real mail at a desk that asks for DMARC. What is expected is written down here by the rules' words.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
from agents import DESK, KARI, PER, House, a_house, body, changes, letter, reply, to

from mailgate.readers import Readers

OLA = "Ola Nordmann <ola@{}.example>"
_counter = itertools.count(1)

# Whose address the mail is sent to, or what it names.
EVIDENCE = ("answer address", "note address", "requester's address", "case number")
AUTHORS = {
    "the agent, proven": (KARI, "pass"),
    "the agent's name alone": (KARI, "none"),
    "another agent, proven": (PER, "pass"),
    "the requester, proven": (None, "pass"),
}
ACTIONS = {
    "words": "Please turn off number {n}.",
    "a note": "!note\nHe has called {n} times before.",
    "a command": "!claim",
    "what destroys": "!merge {other}",
    "what both may": "!close",
    "what a requester may": "!status",
}


@pytest.fixture(scope="module", params=itertools.product(EVIDENCE, AUTHORS), ids=", ".join)
def cell(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, _migrated_sqlite: Path, readers: Readers
) -> Iterator[tuple[House, str, str]]:
    """A desk for the six actions of one kind of evidence in the hands of one kind of author."""
    folder = tmp_path_factory.mktemp("authority") / "desk"
    with a_house(folder, _migrated_sqlite, readers, auth="dmarc") as house:
        house.configure('alerts_agent = ["30/10m"]', 'alerts_agent = "off"')
        yield house, *request.param


def expected(evidence: str, author: str, action: str) -> str:
    """What RULES 6 and 3 say of a cell, in a word."""
    agents_token = evidence in ("answer address", "note address")
    if author == "the agent, proven" or (author == "another agent, proven" and not agents_token):
        return {
            "words": "answered" if evidence == "answer address" else "noted",
            "a note": "noted",
            "a command": "claimed",
            "what destroys": "merged",
            "what both may": "closed",
            "what a requester may": "told what is wrong",
        }[action]
    if author == "another agent, proven" or (author == "the requester, proven" and agents_token):
        return "held, with an alarm"  # a valid token, another author
    if author == "the requester, proven":
        if action == "what both may":
            return "closed by the requester"
        return "status told" if action == "what a requester may" else "appended"
    if agents_token:
        return "kept as an unverified note"
    # The name alone, without a token of his: an author like any other, and no participant.
    return "kept outside" if evidence == "requester's address" else "a ticket of its own"


@pytest.mark.parametrize("action", ACTIONS)
def test_every_cell(cell: tuple[House, str, str], action: str) -> None:
    house, evidence, author = cell
    n = next(_counter)
    ola = OLA.format(f"cell{n}")
    number, alert = house.ask("Printer", author=ola, auth="pass")
    other, _ = house.ask("Scanner", author=ola, auth="pass")
    [acknowledgement] = [mail for mail in to(house.sent(), "ola@") if number in str(mail["Subject"])]
    [receipt] = house.mail(reply(alert, "!sla", auth="pass"))
    before, tickets = house.ticket(number), len(house.tickets())
    who, auth = AUTHORS[author]
    who = who or ola
    text = ACTIONS[action].format(other=other, n=n)
    subject = f"Re: [#{number}] Printer" if evidence == "case number" else "Re: Printer"
    address = {
        "answer address": alert["Reply-To"],
        "note address": receipt["Reply-To"],
        "requester's address": acknowledgement["Reply-To"],
        "case number": DESK,
    }[evidence]
    out = house.mail(letter(who, str(address), subject, text, auth=auth))
    later = house.later(61)
    after = house.ticket(number)
    held, rule = house.became()
    to_requester = [body(mail) for mail in to([*out, *later], "ola@")]
    receipts = [body(mail) for mail in (*to(out, "kari@"), *to(out, "per@")) if "Not done:" in str(mail["Subject"])]
    new = [(one["role"], one["internal"], one["verified"]) for one in after["messages"][len(before["messages"]) :]]
    agent = "per" if who == PER else "kari"
    moved = changes(before, after)
    what = expected(evidence, author, action)
    if what == "answered":
        assert (held, rule) == ("appended", "agent-answer") and to_requester == [f"Please turn off number {n}."]
        assert new == [("agent", False, True)] and after["assignee"]["id"] == agent
        return
    if what == "merged":
        assert (held, rule) == ("entry", "agent-commands")
        assert after["status"] == "closed" and house.ticket(other)["status"] == "open"
        return
    match what:
        case "noted":
            assert (held, rule) == ("appended", "agent-note") and new == [("agent", True, True)] and moved == {}
        case "claimed":
            assert (held, rule) == ("entry", "agent-commands")
            assert after["assignee"]["id"] == agent and after["status"] == "in_progress" and new == []
        case "closed":
            assert (held, rule) == ("entry", "agent-commands") and after["status"] == "closed"
        case "told what is wrong":
            assert (held, rule) == ("entry", "agent-command-error") and moved == {} and new == []
            assert len(receipts) == 1 and "!status open|progress" in receipts[0]
        case "held, with an alarm":
            assert (held, rule) == ("held", "foreign-agent-token") and moved == {} and new == []
            assert len(to(out, "kari@")) == 1 and "answer address" in body(to(out, "kari@")[0])
        case "kept as an unverified note":
            assert (held, rule) == ("appended", "unverified-agent") and moved == {}
            assert new == [("unverified", True, False)] and len(receipts) == 1
            assert "not proven to be yours" in receipts[0]
        case "closed by the requester":
            assert held == "appended" and after["status"] == "closed" and len(to_requester) == 1
            return
        case "status told":
            assert held == "entry" and moved == {} and len(to_requester) == 1 and number in to_requester[0]
            return
        case "appended":
            assert (held, rule) == ("appended", "append") and moved == {}
            assert new == [("requester", False, True)]
        case "kept outside":
            assert held == "appended" and new == [("external", True, False)]
            assert {key for key in moved if key != "participants"} == set()
        case "a ticket of its own":
            assert held == "new" and moved.keys() <= {"links"} and new == []
            assert len(house.tickets()) == tickets + 1
    assert to_requester == [], "nothing of it may leave"
