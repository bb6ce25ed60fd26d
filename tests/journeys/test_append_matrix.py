"""Who may append (RULES 3): every cell made by a real mail, with the real token of a real acknowledgement.

The table below is RULES' own, written down again; nothing here asks `matching` what it thinks.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from inside import SUPPORT, InsideDesk, Out, Outcome, mail, people

from ticketing import commands

NO_LIMITS = """\
[limits]
ack_address = "off"
ack_subject = "off"
ack_domain = "off"
ack_desk = "off"
alerts_agent = "off"
reopens_ticket = "off"
"""
SECRET = "The safe stands behind the picture"

# Where the evidence stands, and how strong it is.
EVIDENCE = {
    "token": "strong",
    "references": "strong",
    "body-line": "strong",
    "inbound-id": "medium",
    "tag": "weak",
    "worded": "weak",
    "hash": "weak",
    "bare": "weak",
}
WHO = ("requester", "cc", "colleague", "outsider", "outsider-in-cc")
_counter = itertools.count(1)


@pytest.fixture(scope="module")
def desk(new_inside_for_module: Callable[..., InsideDesk]) -> InsideDesk:
    return new_inside_for_module(limits=NO_LIMITS)


@dataclass(frozen=True)
class Case:
    """A ticket with its people, and what each of them may have in hand."""

    number: str
    first_id: str
    acknowledgement: Out
    requester: str
    cc: str
    colleague: str
    outsider: str

    def address(self, who: str) -> str:
        # Whoever an unproven author puts in Cc is only proposed: not a participant, but addressed all the same.
        return self.cc if who == "outsider-in-cc" else str(getattr(self, who.replace("-", "_")))


def open_case(desk: InsideDesk, who: str) -> Case:
    n = next(_counter)
    first_id = f"<first{n}@acme.example>"
    requester, cc = f"ola{n}@acme.example", f"cc{n}@side.no"
    opened = desk.receive(
        mail(
            f"Ola <{requester}>",
            subject=f"Stripes {n}",
            body=SECRET,
            auth="none" if who == "outsider-in-cc" else "pass",
            message_id=first_id,
            headers=[("Cc", cc)],
        ),
        explained=False,
    )
    return Case(
        opened.ticket, first_id, opened.acknowledgement, requester, cc, f"lise{n}@acme.example", f"eve{n}@evil.example"
    )


def reply(case: Case, author: str, auth: str, evidence: str, body: str = "And now it smokes, too.") -> bytes:
    to, subject, headers = SUPPORT, "Smoke", []
    match evidence:
        case "token":
            to = case.acknowledgement.token
        case "references":
            headers = [("In-Reply-To", "<x@y.no>"), ("References", f"<x@y.no> {case.acknowledgement.id}")]
        case "body-line":
            body = f"{body}\n\n> {case.acknowledgement.body_id}"
        case "inbound-id":
            headers = [("In-Reply-To", case.first_id)]
        case "tag":
            subject = f"SV: [#{case.number}] Smoke"
        case "worded":
            subject = f"Vedr. saksnr. {case.number} Smoke"
        case "hash":
            subject = f"Smoke #{case.number}"
        case "bare":
            subject = f"Smoke {case.number}"
    return mail(author, to, subject, body, auth=auth, headers=headers)


# ---- an open ticket -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("evidence", EVIDENCE)
@pytest.mark.parametrize("auth", ["pass", "none", "fail"])
@pytest.mark.parametrize("who", WHO)
def test_every_cell_on_an_open_ticket(desk: InsideDesk, who: str, auth: str, evidence: str) -> None:
    case = open_case(desk, who)
    author = case.address(who)
    strength = EVIDENCE[evidence]
    takes_part = who in ("requester", "cc", "colleague")
    before = desk.ticket(case.number)
    outcome = desk.receive(reply(case, author, auth, evidence))
    after = desk.ticket(case.number)
    assert after["status"] == "open"

    if evidence == "bare" and not takes_part:
        strength = "none"  # a bare number counts only for those who take part
    if auth == "fail" and strength != "none":
        assert outcome.what == ("held", "auth-fail")
        assert outcome.mails == ()
        assert after == before
    elif takes_part:
        appended(desk, case, outcome, author, "cc" if who != "requester" else "requester", before)
        rule = {"medium": "append-unverified", "weak": "append-cautious"}.get(strength, "append")
        assert outcome.what == ("appended", "append" if auth == "pass" else rule)
        message = after["messages"][-1]
        assert message["verified"] is (auth == "pass" or strength == "strong")
        assert not message["internal"]
        assert people(after) == people(before)
        (alert,) = outcome.mails
        assert alert.token.startswith("support+p.")
        assert ("unverified sender" in alert.text) is (rule != "append" and auth != "pass")
    elif strength == "strong":
        appended(desk, case, outcome, author, "external", before)
        assert outcome.what == ("appended", "append-external")
        assert after["messages"][-1]["internal"]
        assert people(after) == {**people(before), author: "external"}
        (alert,) = outcome.mails
        assert alert.token.startswith("support+n.")
        assert "from outside the ticket" in alert.text
    elif strength == "medium" and who == "outsider-in-cc":
        appended(desk, case, outcome, author, "observer", before)
        assert outcome.what == ("appended", "append-observer")
        assert people(after) == {**people(before), author: "observer"}
    else:
        a_new_one(desk, case, outcome, author, auth, linked=True)


def appended(desk: InsideDesk, case: Case, outcome: Outcome, author: str, role: str, before: dict[str, object]) -> None:
    """It stands in the ticket, and only the agent heard of it."""
    assert outcome.ticket == case.number
    after = desk.ticket(case.number)
    messages = before["messages"]
    assert isinstance(messages, list)
    assert len(after["messages"]) == len(messages) + 1
    message = after["messages"][-1]
    assert message["author"]["address"] == author
    assert message["role"] == role
    assert message["text"].startswith("And now it smokes, too.")
    assert [one.to for one in outcome.mails] == [("kari@example.com",)]
    assert outcome.mails[0].notice == "AgentAlert"


def a_new_one(
    desk: InsideDesk, case: Case, outcome: Outcome, author: str, auth: str, *, linked: bool, kind: str = "mentions"
) -> None:
    """A ticket of its own, linked; its author learns nothing of the other."""
    assert outcome.what == ("new", "new")
    assert outcome.ticket != case.number
    view = desk.ticket(outcome.ticket)
    assert view["requester"]["address"] == author
    assert view["messages"][0]["verified"] is (auth == "pass")
    assert ({"kind": kind, "number": case.number} in view["links"]) is linked
    told = [one.to for one in outcome.mails]
    if auth == "fail":
        assert told == [("kari@example.com",)]
        assert "its domain says it is forged" in outcome.mails[0].text
        assert any(one["what"] == "flag" for one in view["history"])
        return
    assert told == [(author,), ("kari@example.com",)]
    answer = outcome.acknowledgement
    assert answer.ticket == outcome.ticket
    assert outcome.ticket in answer.text
    for secret in (SECRET, case.requester, case.number):
        # A proven author hears his own subject again, and the number that he wrote there himself.
        assert secret not in answer.data.decode().replace(f"Smoke {case.number}", "").replace(
            f"#{case.number}", ""
        ) or (auth == "pass" and secret == case.number)


# ---- a finished ticket ----------------------------------------------------------------------------------------------

# (who, auth, evidence) -> on a completed ticket, on one closed within the window: status after, or "new".
FINISHED = {
    ("requester", "pass", "token"): ("in_progress", "in_progress"),
    ("requester", "pass", "inbound-id"): ("in_progress", "in_progress"),
    ("requester", "pass", "tag"): ("in_progress", "in_progress"),
    ("requester", "none", "token"): ("in_progress", "in_progress"),
    ("requester", "none", "inbound-id"): ("in_progress", "in_progress"),
    ("requester", "none", "tag"): ("completed", "new"),
    ("cc", "pass", "token"): ("in_progress", "in_progress"),
    ("cc", "none", "body-line"): ("in_progress", "in_progress"),
    ("colleague", "pass", "hash"): ("in_progress", "in_progress"),
    ("colleague", "none", "worded"): ("completed", "new"),
    ("outsider", "pass", "token"): ("completed", "closed"),
    ("outsider", "none", "references"): ("completed", "closed"),
    ("outsider", "pass", "inbound-id"): ("new", "new"),
    ("outsider", "none", "tag"): ("new", "new"),
    ("outsider-in-cc", "none", "inbound-id"): ("completed", "closed"),
    ("outsider-in-cc", "pass", "token"): ("completed", "closed"),
    ("requester", "fail", "token"): ("held", "held"),
    ("requester", "fail", "inbound-id"): ("held", "held"),
    ("outsider", "fail", "tag"): ("held", "held"),
}


@pytest.mark.parametrize("finish", ["completed", "closed"])
@pytest.mark.parametrize("cell", FINISHED, ids="-".join)
def test_cells_on_a_finished_ticket(desk: InsideDesk, cell: tuple[str, str, str], finish: str) -> None:
    who, auth, evidence = cell
    expected = FINISHED[cell][finish == "closed"]
    case = open_case(desk, who)
    asked = [commands.Claim(), commands.Done()] if finish == "completed" else [commands.Claim(), commands.Close()]
    desk.ask(case.number, *asked)
    desk.now += timedelta(days=1)
    outcome = desk.receive(reply(case, case.address(who), auth, evidence, "It is broken again, worse than before."))
    desk.now -= timedelta(days=1)
    after = desk.ticket(case.number)
    if expected == "held":
        assert outcome.what == ("held", "auth-fail")
        assert after["status"] == finish
        assert outcome.mails == ()
    elif expected == "new":
        assert outcome.disposition == "new"
        assert after["status"] == finish
        assert len(after["messages"]) == 1
    else:
        assert outcome.disposition == "appended"
        assert outcome.ticket == case.number
        assert after["status"] == expected
        assert len(after["messages"]) == 2
        if expected == "in_progress":
            assert after["assignee"]["id"] == "kari"
            assert outcome.to("kari@example.com")


def test_a_held_mail_goes_on_as_if_never_held(desk: InsideDesk) -> None:
    """A person let it pass: what its domain said is set aside, what it proves by its token stands."""
    case = open_case(desk, "requester")
    held = desk.receive(reply(case, case.requester, "fail", "token"))
    assert held.what == ("held", "auth-fail")
    released = desk.release(held.id)
    assert released.what == ("appended", "append")
    assert released.ticket == case.number
    held = desk.receive(reply(case, case.outsider, "fail", "tag"))
    released = desk.release(held.id)
    assert released.disposition == "new"
    assert released.to(case.outsider) == []  # its domain still says that he did not write it


def test_a_removed_participants_token_fails(desk: InsideDesk) -> None:
    case = open_case(desk, "cc")
    desk.receive(mail(case.cc, case.acknowledgement.token, body="!stop", auth="pass"))
    assert case.cc not in people(desk.ticket(case.number))
    outcome = desk.receive(reply(case, case.cc, "none", "token"))
    assert outcome.disposition == "new"
    assert outcome.told["matching"][0]["outcome"] == "a removed participant's token"
