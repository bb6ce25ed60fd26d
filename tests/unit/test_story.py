"""A ticket's history as sentences: no name of a column, and in every language."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from mailgate.outbound.sayings import saying
from ticketing.model import HistoryEntry
from ticketing.rules.story import sentence

NOON = datetime(2026, 11, 21, 11, 0, tzinfo=UTC)
NAMES = {"kari": "Kari Nordmann", "per": "Per Hansen", "mailgate": "the desk"}

# (who, what, from, to, the sentence)
TOLD = [
    ("ola@example.org", "opened", None, "open", "ola@example.org opened the ticket"),
    ("kari", "assignee", None, "kari", "Kari Nordmann took the ticket"),
    ("kari", "assignee", "per", "kari", "Kari Nordmann took the ticket over from Per Hansen"),
    ("kari", "assignee", None, "per", "Kari Nordmann gave the ticket to Per Hansen"),
    ("kari", "assignee", "per", None, "Kari Nordmann put the ticket back, nobody has it"),
    ("kari", "status", "completed", "in_progress", "Kari Nordmann opened the ticket again"),
    ("kari", "status", "in_progress", "open", "Kari Nordmann set the status to open"),
    ("mailgate", "status", "completed", "closed", "the desk closed the ticket"),
    ("kari", "priority", "medium", "high", "Kari Nordmann changed the priority from medium to high"),
    ("kari", "title", "A {b}", "C", "Kari Nordmann changed the title from “A {b}” to “C”"),
    ("kari", "waiting_for", "requester", None, "Kari Nordmann ended the waiting"),
    ("kari", "resolution", None, "Turned\nit off.", "Kari Nordmann noted what solved it: Turned it off."),
    ("kari", "answer", None, "M2", "Kari Nordmann answered, M2: Turn it off."),
    ("kari", "answer", "M2", "undone", "Kari Nordmann took back the answer M2: Turn it off."),
    ("kari", "note", None, "M9", "Kari Nordmann noted, M9"),
    ("kari", "asked", None, "per", "Kari Nordmann asked Per Hansen"),
    ("kari", "type", None, "order", "Kari Nordmann set type: order"),
    ("kari", "organisation", "A", "B", "Kari Nordmann changed organisation from A to B"),
    ("kari", "queue", "a", None, "Kari Nordmann took away queue: a"),
    ("kari", "merged_into", None, "261121001", "Kari Nordmann merged it into 261121001"),
    ("kari", "edit", "M3", "corrected", "Kari Nordmann corrected M3"),
    ("kari", "something_new", None, "x", "Kari Nordmann set something new: x"),
]  # fmt: skip


@pytest.mark.parametrize("who, what, old, new, told", TOLD, ids=[row[4] for row in TOLD])
def test_a_line_of_the_history_in_words(who: str, what: str, old: str | None, new: str | None, told: str) -> None:
    entry = HistoryEntry(NOON, who, what, old, new, "!x (mail)")
    said = sentence(entry, lambda one: NAMES.get(one, one), {"M2": "Turn it off."})
    assert said == told
    assert "_" not in said
    for language in ("nb", "fi"):
        assert saying(said, language) != told
