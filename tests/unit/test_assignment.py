"""Who gets a new ticket, and who is there for whom: tables."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from itertools import pairwise

import pytest

from ticketing.model import Absence
from ticketing.policy import Agent, Queue
from ticketing.rules.assignment import choose, in_place_of, who_is_there

UNTIL = datetime(2026, 12, 1, tzinfo=UTC)
KARI = Agent("kari", "Kari", ("kari@example.com",), ("invoice", "nettbutikk"))
PER = Agent("per", "Per", ("per@example.com",), ("invoice", "printer"))
LIV = Agent("liv", "Liv", ("liv@example.com",), (), capacity=10)
ALL = (KARI, PER, LIV)


def _away(text: str) -> dict[str, Absence]:
    """`kari>per liv`: Kari is away and Per stands in, Liv is away."""
    pairs = [one.partition(">") for one in text.split()]
    return {agent: Absence(agent, UNTIL, stand_in or None) for agent, _, stand_in in pairs}


# the way, who is away, who had the last one, the loads of Kari, Per and Liv, what it says; who gets it
TABLE = [
    ("round-robin", "", None, (9, 9, 9), "", "kari"),
    ("round-robin", "", "kari", (9, 0, 9), "", "per"),
    ("round-robin", "", "liv", (9, 0, 9), "", "kari"),
    ("round-robin", "per", "kari", (0, 0, 99), "", "liv"),  # it asks for no load
    ("round-robin", "kari", "kari", (0, 0, 0), "", "per"),  # behind whoever had the last one, away or not
    ("round-robin", "", "gone", (0, 0, 0), "", "kari"),
    ("round-robin", "kari per liv", None, (0, 0, 0), "", None),
    ("least-loaded", "", None, (3, 2, 4), "", "per"),
    ("least-loaded", "", None, (4, 6, 1), "", "liv"),
    ("least-loaded", "", None, (4, 6, 2), "", "kari"),  # Liv's share is as large: the round decides
    ("least-loaded", "", "kari", (4, 6, 2), "", "liv"),
    ("least-loaded", "per", None, (3, 2, 4), "", "kari"),
    ("least-loaded", "", None, (20, 20, 9), "", "liv"),
    ("least-loaded", "", None, (20, 25, 10), "", None),  # everybody is full
    ("skill", "", None, (5, 1, 0), "Wrong invoices again", "per"),
    ("skill", "", None, (5, 1, 0), "The invoice of the nettbutikk", "kari"),  # two of her skills
    ("skill", "", None, (5, 1, 0), "Reprinter", "liv"),  # within a word it is another word
    ("skill", "per", None, (5, 1, 0), "PRINTER", "liv"),  # who can is away: the least loaded
    ("skill", "", None, (5, 20, 0), "invoice", "kari"),  # Per is full
    ("skill", "", None, (1, 5, 1), "nothing anybody knows", "kari"),
    ("skill", "kari per liv", None, (0, 0, 0), "invoice", None),
]


@pytest.mark.parametrize("way, away, last, loads, text, chosen", TABLE)
def test_who_gets_it(
    way: str, away: str, last: str | None, loads: tuple[int, ...], text: str, chosen: str | None
) -> None:
    having = {one.id: load for one, load in zip(ALL, loads, strict=True)}
    choice = choose(way, ALL, _away(away), last, having, text)
    assert (choice.agent.id if choice else None) == chosen


def test_a_round_is_fair_whoever_is_away_for_a_while() -> None:
    given, last = [], None
    for n in range(30):
        choice = choose("round-robin", ALL, _away("per" if 10 <= n < 16 else ""), last, {}, "")
        assert choice is not None
        given.append(last := choice.agent.id)
    assert Counter(given) == {"kari": 11, "per": 8, "liv": 11}
    assert all(one != other for one, other in pairwise(given))


@pytest.mark.parametrize(
    "agent, away, there",
    [
        ("kari", "", "kari"),
        ("kari", "per", "kari"),
        ("kari", "kari", None),
        ("kari", "kari>per", "per"),
        ("kari", "kari>per per>liv", "liv"),
        ("kari", "kari>per per", None),
        ("kari", "kari>per per>kari", None),  # they stand in for each other
        ("gone", "kari", "gone"),
    ],
)
def test_who_is_there_in_whose_place(agent: str, away: str, there: str | None) -> None:
    assert in_place_of(agent, _away(away)) == there


@pytest.mark.parametrize(
    "lead, away, hear",
    [
        (None, "", ("kari", "per")),
        (None, "kari", ("per",)),
        (None, "kari>liv", ("per",)),
        (None, "kari per", ("kari", "per")),  # nobody is there: all of them, so that somebody hears
        ("liv", "kari per", ("liv",)),
        ("kari", "kari>liv per", ("liv",)),
        ("kari", "kari per", ("kari", "per")),
    ],
)
def test_who_of_a_queue_is_at_work(lead: str | None, away: str, hear: tuple[str, ...]) -> None:
    assert who_is_there(Queue("support", ("kari", "per"), lead), _away(away)) == hear
