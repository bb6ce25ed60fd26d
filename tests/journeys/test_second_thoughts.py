"""Second thoughts of one agent while others work on the same case: what is taken back and what stays, in words; whom an
answer reaches that waits; one mail, one effect."""

from __future__ import annotations

import re
from typing import Any

import pytest
from agents import DESK, KARI, PER, House, NewHouse, body, changes, letter, reply, to

OLA, LIV = "ola@example.org", "liv@example.org"


class Case:
    """Ola's case, with the alert of each agent."""

    def __init__(self, house: House, subject: str = "Printer", *, cc: str = "") -> None:
        self.house = house
        out = house.mail(letter(f"Ola <{OLA}>", DESK, subject, f"{subject} burns.", auth="pass", cc=cc))
        self.alerts = {name: to(out, f"{name}@")[0] for name in ("kari", "per")}
        self.number = str(house.last_mail().ticket)

    def says(self, name: str, words: str, seconds: float = 1) -> str:
        """What the agent is told of his mail; "" where he gets no receipt."""
        mail = reply(self.alerts[name], words, author={"kari": KARI, "per": PER}[name], auth="pass")
        return "\n".join(body(one) for one in to(self.house.mail(mail, seconds=seconds), f"{name}@"))

    @property
    def now(self) -> dict[str, Any]:
        return self.house.ticket(self.number)

    def gets(self, seconds: float = 61) -> list[list[str]]:
        """Whom each mail goes to that has Kari's words and leaves by then."""
        out = [one for one in self.house.later(seconds) if "Turn it off" in body(one) and "+n." not in one["Reply-To"]]
        return [re.findall(r"[\w.]+@[\w.]+", f"{one['To']} {one['Cc']}") for one in out]


# ---- how to take it back --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("asked, undoable", [
    ("!claim", True), ("!tag +vip\n\nTurn it off.", True), ("!note\nA note.", True), ("!show", False), ("!sla", False),
    ("!undo", False), ("!star", True), ("!priority enormous", False),
])  # fmt: skip
def test_a_receipt_says_how_to_take_back_what_was_done(house: House, asked: str, undoable: bool) -> None:
    case = Case(house)
    case.says("kari", "!priority high")
    assert case.says("kari", asked).count("To take this back, answer with: !undo") == undoable


def test_it_says_so_in_the_agents_language(new_house: NewHouse) -> None:
    with new_house() as house:
        house.configure('name = "Kari Nordmann"', 'name = "Kari Nordmann"\nlanguage = "nb"')
        assert "For å angre dette, svar med: !angre" in Case(house).says("kari", "!claim")


def test_an_answer_that_leaves_at_once_is_not_offered_back(
    new_house: NewHouse,
) -> None:
    with new_house(undo=0) as house:
        case = Case(house)
        assert "take this back" not in case.says("kari", "!reply\nTurn it off.")
        assert "take this back" in case.says("kari", "!tag +vip\n!reply\nTurn it off and on.")


# ---- whom an answer reaches -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("by", ["!requester eva@example.org", "!merge {}"])
def test_what_was_meant_for_a_former_requester_is_held(house: House, by: str) -> None:
    house.mail(letter("Eva <eva@example.org>", DESK, "Payroll", "My pay?", auth="pass"))
    evas = str(house.last_mail().ticket)
    case = Case(house)
    case.says("per", by.format(evas))
    number = evas if "merge" in by else case.number
    before = {**house.ticket(number), "history": None}
    for asked in (
        "!resolution\nHe has gout.\n!end\n!done", "!estimate 1:00 500 kr", '!split "Gout"', "!title Gout of Ola",
        "!cc +liv@example.org", "!requester bo@example.org", "!contact bo@example.org", "!forward bo@example.org all",
    ):  # fmt: skip
        assert "is held, because something came between" in case.says("kari", asked), asked
    assert {**house.ticket(number), "history": None} == before
    for asked in ("!tag +vip", "!claim", "!note\nA note."):
        assert "is held" not in case.says("kari", asked)


# (Per's commands before the alert is answered, why the answer is held or "" where it leaves, whom it reaches then)
CHANGED_MEANWHILE = [
    (("!cc +eva@example.org",), "eva@example.org takes part since, by Per Hansen", []),
    (("!cc -liv@example.org",), "liv@example.org takes part no more, by Per Hansen", []),
    (("!cc +eva@example.org", "!cc -eva@example.org"), "", [OLA, LIV]),
    (("!cc -liv@example.org", "!undo"), "", [OLA, LIV]),
    (("!requester eva@example.org", "!undo"), "", [OLA, LIV]),
    (("!contact eva@example.org",), "your answer would go to eva@example.org now", []),
    (("!tag +vip",), "", [OLA, LIV]),
]  # fmt: skip


@pytest.mark.parametrize(
    "meanwhile, why, reached", CHANGED_MEANWHILE, ids=[" ".join(row[0]) for row in CHANGED_MEANWHILE]
)
def test_an_answer_reaches_those_it_was_written_to_or_waits(
    house: House, meanwhile: tuple[str, ...], why: str, reached: list[str]
) -> None:
    case = Case(house, cc="liv@example.org")
    for one in meanwhile:
        case.says("per", one)
    told = case.says("kari", "Turn it off.")
    assert (why in told) if why else told == ""
    assert case.gets() == ([reached] if reached else [])


def test_who_left_by_himself_holds_nobody_up(house: House) -> None:
    case = Case(house, cc="liv@example.org")
    case.says("kari", "Turn it off.", seconds=5)
    [first] = [one for one in house.later(61) if "Turn it off" in body(one)]
    house.mail(letter("Liv <liv@example.org>", str(first["Reply-To"]), "Re: Printer", "!stop", auth="pass"))
    assert "goes to ola@example.org in" in case.says("kari", "!reply\nTurn it off again.")
    assert case.gets() == [[OLA]]


# (what Per does while Kari's answer waits, whom it reaches, what he is told, what Kari is told)
WHILE_IT_WAITS = [
    ("!cc -liv@example.org", ["ola@example.org"], "Answer M2, which waits, leaves without liv@example.org.", ""),
    ("!requester eva@example.org", [], "Answer M2 is not sent: ola@example.org takes part in", "M2 is not sent: ola@"),
]


@pytest.mark.parametrize("asked, reached, told, author", WHILE_IT_WAITS)
def test_an_answer_that_waits_reaches_nobody_who_is_taken_out(
    house: House, asked: str, reached: list[str], told: str, author: str
) -> None:
    case = Case(house, cc="liv@example.org")
    case.says("kari", "Turn it off.")
    before = len(house.sent())
    assert told in case.says("per", asked)
    assert author in "".join(body(one) for one in to(house.sent()[before:], "kari@"))
    assert case.gets() == ([reached] if reached else [])
    message = case.now["messages"][1]
    assert message["state"] == ("stands" if reached else "undone")


def test_an_answer_to_somebody_let_in_by_mistake_is_not_sent_to_him(house: House) -> None:
    case = Case(house)
    case.says("per", "!cc +eva@example.org")
    held = re.search(r"!accept \d+", case.says("kari", "Turn it off."))
    case.says("kari", held[0] if held else "")
    assert "leaves without eva@example.org" in case.says("per", "!undo")
    assert case.gets() == [[OLA]]


@pytest.mark.parametrize("removed", [False, True])
def test_who_was_removed_is_no_participant_by_his_organisation(new_house: NewHouse, removed: bool) -> None:
    more = '\n[[organisation]]\nname = "Example"\ndomains = ["example.org"]\nshares_tickets = true\n'
    with new_house(more=more) as house:
        case = Case(house, cc="liv@example.org")
        if removed:
            case.says("kari", "!cc -liv@example.org")
        house.mail(letter("Liv <liv@example.org>", DESK, f"Re: [#{case.number}] Printer", "Me too.", auth="pass"))
        assert house.became()[0] == ("new" if removed else "appended")


# ---- what is taken back, and what stays -----------------------------------------------------------------------------


# (Kari's mail, Per's mails, what her undo says, what it does not say, what is true afterwards)
HALVES: list[tuple[str, tuple[str, ...], tuple[str, ...], str, dict[str, Any]]] = [
    ("!priority high\n\nTurn it off.", ("!priority low",),
     ("Answer M2 was taken back", "Not put back, because Per Hansen has changed it since: the priority",
      "Put back: the status, what it waits for, who has it"), "Taken back", {"priority": "low", "status": "open"}),
    # To what it was: his all the same.
    ("!priority high\n\nTurn it off.", ("!priority low", "!priority high"),
     ("because Per Hansen has changed it since: the priority",), "Taken back", {"priority": "high"}),
    ("!priority high", ("!priority low", "!priority high"), ("Per Hansen has changed that since (the priority)",),
     "Taken back", {"priority": "high"}),
    ("!priority high", ("!priority low", "!undo"), ("Taken back: !priority",), "Not put back", {"priority": "medium"}),
    # Whoever has it by now, it is not open.
    ("Turn it off.", ("!claim",), ("because Per Hansen has changed it since: who has it, the status",), "Taken back",
     {"status": "in_progress", "assignee": {"id": "per", "name": "Per Hansen"}}),
    # Who asked and who takes part do not come apart.
    ("!requester eva@example.org\n\nTurn it off.", ("!cc +ola@example.org",),
     ("Answer M2 was taken back", "because Per Hansen has changed it since: who takes part, the requester"),
     "Taken back", {"requester": {"name": "", "address": "eva@example.org"}, "organisation": None}),
]  # fmt: skip


@pytest.mark.parametrize(
    "first, then, told, not_told, true", HALVES, ids=[" / ".join((row[0], *row[1])) for row in HALVES]
)
def test_what_a_colleague_has_changed_since_stays_his(
    house: House, first: str, then: tuple[str, ...], told: tuple[str, ...], not_told: str, true: dict[str, Any]
) -> None:
    case = Case(house)
    case.says("kari", first)
    for one in then:
        receipt = case.says("per", one)
        if "is held" in receipt:
            # His alert was about another requester; he means it all the same.
            receipt = case.says("per", f"!accept {house.last_mail().id}")
            house.work(1)
        assert "Done:" in receipt
    said = case.says("kari", "!undo")
    assert [one for one in told if one not in " ".join(said.split())] == [] and not_told not in said
    assert {name: case.now[name] for name in true} == true
    roles = {one["address"]: one["role"] for one in case.now["participants"]}
    assert case.now["requester"]["address"] in [one for one, role in roles.items() if role == "requester"]
    assert not any("Turn it off" in body(one) for one in to(house.later(61), "@example.org"))


# (what cannot be taken back any more, after which time)
STANDS_IN_THE_WAY = [("Turn it off.", 61), ("!remind 23.11. 10:30 Look again", 3700)]


@pytest.mark.parametrize("last, seconds", STANDS_IN_THE_WAY)
def test_what_cannot_be_taken_back_does_not_bar_the_rest(house: House, last: str, seconds: float) -> None:
    case = Case(house)
    case.says("kari", "!priority high")
    case.says("kari", last)
    house.later(seconds)
    said = " ".join(case.says("kari", "!undo").split())
    assert "Before that you asked for !priority; another undo takes that back" in said
    assert case.now["priority"] == "high", "nothing is done that he may not mean"
    assert "Taken back: !priority" in case.says("kari", "!undo")
    assert case.now["priority"] == "medium"
    assert "there is nothing of yours to take back" in case.says("kari", "!undo")


def test_an_answer_is_taken_back_through_two_merges_and_its_author_is_told(house: House) -> None:
    case, second, third = (Case(house, one) for one in ("One thing", "Another thing", "Third thing"))
    case.says("kari", "Turn it off.")
    case.says("per", f"!merge {second.number}")
    second.says("per", f"!merge {third.number}")
    assert "Answer M4 was taken back; nothing of it was sent." in case.says("kari", "!undo")
    assert case.gets() == []
    assert [one["id"] for one in third.now["messages"] if one["state"] == "undone"] == ["M4"]


def test_a_first_answer_taken_back_leaves_the_second_the_first(house: House) -> None:
    case = Case(house)
    case.says("kari", "Turn it off.")
    held = re.search(r"!accept \d+", case.says("per", "Turn it off, please."))
    case.says("per", held[0] if held else "")
    case.says("kari", "!undo")
    after = case.now
    assert after["first_response_at"] == after["messages"][2]["at"]
    assert [one["state"] for one in after["messages"]] == ["stands", "undone", "stands"]
    assert {one["state"] for one in after["deadlines"] if one["target"] == "first_response"} <= {"met", "dropped"}


# ---- one mail, one effect -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("asked, why", [
    ("!estimate 6:00 4500 kr\n!estimate 2:00 1500 kr", "!estimate twice in one mail: write two mails, one for each"),
    ("!estimate 6:00\n!close", "!estimate asks before the work begins, !close ends it: write one of them"),
    ("!done\n!estimate 6:00", "!estimate asks before the work begins, !done ends it: write one of them"),
    ("!canned reset\n!canned later", "!canned twice in one mail: write two mails, one for each"),
])  # fmt: skip
def test_what_cannot_both_be_meant_is_asked_for_anew(house: House, asked: str, why: str) -> None:
    case = Case(house)
    before = case.now
    assert why in " ".join(case.says("kari", asked).split())
    assert changes(before, case.now) == {} and to(house.later(61), OLA) == []


def test_a_new_case_is_called_what_the_agent_calls_it(
    new_house: NewHouse,
) -> None:
    with new_house(auth="dmarc") as house:
        house.mail(letter(KARI, DESK, "Problem", "!new\n!title N\nThe whole floor has no power.", auth="pass"))
        assert [one["title"] for one in house.tickets()] == ["N"]


@pytest.mark.parametrize("says, state", [("Yes", "approved"), ("No", "declined")])
def test_an_estimate_is_answered_where_its_case_went(house: House, says: str, state: str) -> None:
    case, other = Case(house), Case(house, "Scanner")
    case.says("kari", "!estimate 6:00 4500 kr")
    [asked] = [one for one in to(house.later(61), OLA) if "4500 kr" in body(one)]
    case.says("kari", f"!merge {other.number}")
    house.mail(letter(f"Ola <{OLA}>", str(asked["Reply-To"]), "Re: Printer", says, auth="pass", answers=asked))
    assert [one["state"] for one in other.now["estimates"]] == [state]
    assert case.now["estimates"] == []
