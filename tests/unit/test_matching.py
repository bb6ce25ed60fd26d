"""Which evidence decides, and the append matrix as a whole: every cell has its verdict."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime

import pytest

from ticketing.model import Person, Priority, Status, Strength, Ticket
from ticketing.rules.matching import MATRIX, Match, NoMatch, Pointer, Verdict, match, subject_numbers, verdict

NOON = datetime(2026, 11, 21, 11, 0, tzinfo=UTC)


def ticket(n: int) -> Ticket:
    return Ticket(
        id=n, number=f"26112100{n}", subject="", title="", title_made=False, status=Status.OPEN, waiting_for=None,
        waiting_until=None, fyi=False, internal=False, channel="mail", priority=Priority.MEDIUM, type=None,
        category=None, queue="support", mailbox="support@example.com", language="en", requester=Person("", "o@x.no"),
        requester_id=None, contact_id=None, organisation=None, project=None, assignee=None, opened_at=NOON,
        first_response_at=None, completed_at=None, closed_at=None, changed_at=NOON, merged_into=None, resolution=None,
    )  # fmt: skip


def test_every_cell_of_the_matrix_has_a_verdict() -> None:
    assert set(MATRIX) == set(itertools.product((True, False), ("pass", "none", "fail"), Strength))


@pytest.mark.parametrize("addressed, expected", [(True, Verdict.OBSERVER), (False, Verdict.NEW_LINKED)])
def test_an_outsiders_medium_evidence_needs_that_he_was_addressed(addressed: bool, expected: Verdict) -> None:
    for auth in ("pass", "none"):
        found = verdict(takes_part=False, auth=auth, strength=Strength.MEDIUM, was_addressed=addressed)  # type: ignore[arg-type]
        assert found is expected


@pytest.mark.parametrize(
    "pointers, bad_token, two, decides",
    [
        ([Pointer("T1", "a", ticket(1)), Pointer("T5", "b", ticket(2))], False, False, 1),
        ([Pointer("T1", "a", None), Pointer("T2a", "b", ticket(2))], False, False, 2),
        ([Pointer("T1", "a", ticket(1), void="removed"), Pointer("T2b", "b", ticket(2))], False, False, 2),
        ([Pointer("T5", "b", ticket(2))], False, False, 2),
        ([Pointer("T5", "b", ticket(2))], True, False, None),
        ([Pointer("T5", "b", ticket(2))], False, True, None),
        ([Pointer("T2b", "a", ticket(1)), Pointer("T5", "b", ticket(2))], True, True, 1),
        ([Pointer("T3", "a", ticket(3))], True, False, 3),
        ([], False, False, None),
    ],
)
def test_the_first_that_leads_somewhere_decides(
    pointers: list[Pointer], bad_token: bool, two: bool, decides: int | None
) -> None:
    found = match(pointers, bad_token=bad_token, two_numbers=two)
    assert len(found.steps) == len(pointers)
    if decides is None:
        assert isinstance(found, NoMatch)
    else:
        assert isinstance(found, Match)
        assert found.ticket.id == decides


@pytest.mark.parametrize(
    "subject, known, mine, numbers",
    [
        ("[#261121001] x", {"261121001"}, set(), ["261121001"]),
        ("[#261121001] x", set(), set(), []),
        ("261121001", {"261121001"}, set(), []),
        ("261121001", {"261121001"}, {"261121001"}, ["261121001"]),
        ("[#261122001] tomorrow", {"261122001"}, {"261122001"}, []),
        ("[#261121001] sak 261121002", {"261121001", "261121002"}, set(), ["261121001", "261121002"]),
        ("[#261121001] 261121001", {"261121001"}, set(), ["261121001"]),
        ("[AB #261121001]", {"261121001"}, set(), ["261121001"]),
        ("[XY #261121001]", {"261121001"}, {"261121001"}, []),
    ],
)
def test_which_numbers_of_a_subject_count(subject: str, known: set[str], mine: set[str], numbers: list[str]) -> None:
    today = date(2026, 11, 21)
    assert subject_numbers(subject, ["AB"], today, known=known, takes_part_in=mine) == numbers
