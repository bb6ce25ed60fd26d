"""The status table: only it moves a status, and the README shows the same one."""

from __future__ import annotations

import itertools
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ticketing.model import Status, Strength
from ticketing.rules.lifecycle import TRANSITIONS, Event, Outcome, Reply, after, reply_to

README = Path(__file__).parents[2] / "README.md"
NOON = datetime(2026, 11, 21, 11, 0, tzinfo=UTC)
WEEK = timedelta(days=7)
OPEN, PROGRESS, COMPLETED, CLOSED = Status.OPEN, Status.IN_PROGRESS, Status.COMPLETED, Status.CLOSED

# RULES 10, written down again: (event, from) -> to. What is not here does not move.
TABLE = {
    (Event.CLAIM, OPEN): PROGRESS,
    (Event.ASSIGN, OPEN): PROGRESS,
    (Event.ANSWER, OPEN): PROGRESS,
    (Event.PROGRESS, OPEN): PROGRESS,
    (Event.APPROVE, OPEN): PROGRESS,
    (Event.DONE, PROGRESS): COMPLETED,
    (Event.CONFIRM, COMPLETED): CLOSED,
    (Event.AUTO_CLOSE, COMPLETED): CLOSED,
    **{
        (event, start): CLOSED
        for event in (Event.CLOSE, Event.SPAM, Event.MERGE)
        for start in (OPEN, PROGRESS, COMPLETED)
    },
    **{
        (event, start): PROGRESS
        for event in (Event.REPLY, Event.UNDELIVERED, Event.REOPEN)
        for start in (COMPLETED, CLOSED)
    },
    (Event.BACK_TO_OPEN, PROGRESS): OPEN,
}  # fmt: skip


@pytest.mark.parametrize("event, start", list(itertools.product(Event, Status)), ids=str)
def test_every_move_and_every_refusal(event: Event, start: Status) -> None:
    assert after(start, event) == TABLE.get((event, start))


def test_the_readme_shows_this_table() -> None:
    shown = re.search(r"<!-- status table -->\n(.*?)<!-- /status table -->", README.read_text(encoding="utf-8"), re.S)
    assert shown, "README.md has no status table"
    rows = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in shown[1].strip().splitlines()]
    assert rows[0] == ["event", "from", "to"]
    in_readme = [(event, start, end) for event, start, end in rows[2:]]
    in_code = [(event.value, ", ".join(one.value for one in starts), end.value) for event, starts, end in TRANSITIONS]
    assert in_readme == in_code


def reply(**facts: object) -> Reply:
    plain: dict[str, object] = {
        "participant": True, "strength": Strength.STRONG, "proven": False, "cautious": False, "moves": True,
        "thanks": False, "confirms": False, "closes_by_token": False, "at": NOON, "reopened_too_often": False,
    }  # fmt: skip
    return Reply(**{**plain, **facts})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "facts, outcome",
    [
        ({}, Outcome.REOPEN),
        ({"thanks": True}, Outcome.APPEND),
        ({"confirms": True}, Outcome.CLOSE),
        ({"closes_by_token": True}, Outcome.CLOSE),
        ({"thanks": True, "confirms": True}, Outcome.CLOSE),
        ({"moves": False}, Outcome.APPEND),
        ({"moves": False, "confirms": True}, Outcome.APPEND),
        ({"participant": False}, Outcome.APPEND),
        ({"participant": False, "closes_by_token": True}, Outcome.APPEND),
        ({"cautious": True}, Outcome.STOP_CLOSING),
        ({"cautious": True, "confirms": True}, Outcome.STOP_CLOSING),
        ({"reopened_too_often": True}, Outcome.NOT_AGAIN),
    ],
)
def test_on_a_completed_ticket(facts: dict[str, object], outcome: Outcome) -> None:
    assert reply_to(COMPLETED, None, WEEK, reply(**facts))[0] is outcome


@pytest.mark.parametrize(
    "age, facts, outcome",
    [
        (WEEK, {}, Outcome.REOPEN),
        (WEEK + timedelta(seconds=1), {}, Outcome.NEW_TICKET),
        (timedelta(), {"strength": Strength.MEDIUM}, Outcome.REOPEN),
        (timedelta(), {"strength": Strength.WEAK, "proven": True}, Outcome.REOPEN),
        (timedelta(), {"strength": Strength.WEAK}, Outcome.NEW_TICKET),
        (timedelta(), {"participant": False}, Outcome.APPEND),
        (WEEK * 2, {"participant": False}, Outcome.NEW_TICKET),
        (WEEK * 2, {"moves": False}, Outcome.APPEND),
        (timedelta(), {"thanks": True}, Outcome.APPEND),
        (WEEK * 2, {"closes_by_token": True}, Outcome.APPEND),
        (WEEK * 2, {"closes_by_token": True, "participant": False}, Outcome.NEW_TICKET),
        (timedelta(), {"reopened_too_often": True}, Outcome.NOT_AGAIN),
    ],
)
def test_on_a_closed_ticket(age: timedelta, facts: dict[str, object], outcome: Outcome) -> None:
    assert reply_to(CLOSED, NOON - age, WEEK, reply(**facts))[0] is outcome


@pytest.mark.parametrize("status", [OPEN, PROGRESS])
@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"confirms": True},
        {"participant": False},
        {"cautious": True},
        {"closes_by_token": True, "participant": False},
        {"closes_by_token": True, "cautious": True},
        {"closes_by_token": True, "moves": False},
    ],
)
def test_an_unfinished_ticket_takes_whatever_belongs_to_it(status: Status, facts: dict[str, object]) -> None:
    assert reply_to(status, None, WEEK, reply(**facts)) == (Outcome.APPEND, "reply")


@pytest.mark.parametrize("status", [OPEN, PROGRESS])
def test_the_link_below_an_answer_closes_an_unfinished_ticket(status: Status) -> None:
    assert reply_to(status, None, WEEK, reply(closes_by_token=True))[0] is Outcome.CLOSE
