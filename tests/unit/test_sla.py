"""Which promise counts, when a clock rests, when it is due."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any, cast

import pytest

from ticketing.model import Priority, Status, Ticket
from ticketing.policy import Calendar, SlaPolicy
from ticketing.rules import sla
from ticketing.rules.business_hours import BusinessHours
from ticketing.rules.sla import Clock, Outcome, Segment, State, Target

HOUR = timedelta(hours=1)
OFFICE = BusinessHours(Calendar("office", "UTC", (*([((time(9), time(16)),)] * 5), (), ())))
FRIDAY = datetime(2026, 11, 20, 15, 58, tzinfo=UTC)
MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


class _Facts:
    """What a policy looks at of a ticket."""

    def __init__(self, **values: Any) -> None:
        self.queue, self.type, self.organisation = "support", None, None
        self.priority = Priority.MEDIUM
        self.__dict__.update(values)


def chosen(rows: list[SlaPolicy], **ticket: Any) -> str | None:
    row = sla.policy_for(rows, cast(Ticket, _Facts(**ticket)))
    return row.name if row else None


ROWS = [
    SlaPolicy("all", "office"),
    SlaPolicy("queue", "office", queue="support"),
    SlaPolicy("urgent", "office", priority=Priority.URGENT),
    SlaPolicy("orders", "office", type="order"),
    SlaPolicy("acme", "office", organisation="Acme"),
    SlaPolicy("urgent in queue", "office", queue="support", priority=Priority.URGENT),
    SlaPolicy("acme urgent", "office", organisation="Acme", priority=Priority.URGENT),
]


@pytest.mark.parametrize(
    "ticket, row",
    [
        ({"queue": "billing"}, "all"),
        ({}, "queue"),
        ({"queue": "billing", "priority": Priority.URGENT}, "urgent"),
        ({"priority": Priority.URGENT}, "urgent in queue"),
        ({"type": "order"}, "orders"),  # as many conditions as `queue`: type goes before it
        ({"type": "order", "organisation": "Acme"}, "acme"),
        ({"type": "order", "organisation": "Acme", "priority": Priority.URGENT}, "acme urgent"),
    ],
)
def test_the_most_specific_row_counts(ticket: dict[str, Any], row: str) -> None:
    assert chosen(ROWS, **ticket) == row
    assert chosen(ROWS[::-1], **ticket) == row, "the order in the file decides nothing"


def test_without_a_row_nothing_is_promised() -> None:
    assert chosen(ROWS[3:4]) is None


@pytest.mark.parametrize(
    "status, waiting_for, cause",
    [
        (Status.OPEN, None, None),
        (Status.IN_PROGRESS, None, None),
        (Status.IN_PROGRESS, "requester", "waiting for the requester"),
        (Status.IN_PROGRESS, "third_party", "waiting for a third party"),
        (Status.COMPLETED, None, "completed"),
        (Status.CLOSED, None, "closed"),
    ],
)
def test_when_clocks_rest(status: Status, waiting_for: str | None, cause: str | None) -> None:
    assert sla.rests_because(status, waiting_for) == cause


CLOCK = Clock(
    Target.FIRST_RESPONSE, 1, "standard", "office", 4 * HOUR, FRIDAY, FRIDAY, Segment(FRIDAY, True, "opened", "v")
)
RESTING = replace(CLOCK, segment=Segment(MONDAY, False, "waiting for the requester", "v", HOUR), segments=2)
RESUMED = replace(CLOCK, segment=Segment(MONDAY + HOUR, True, "our turn", "v", HOUR), segments=3)


@pytest.mark.parametrize(
    "clock, level, repeat, due",
    [
        (CLOCK, 75, 0, "2026-11-23 11:58"),
        (CLOCK, 90, 0, "2026-11-23 12:34"),
        (CLOCK, 100, 0, "2026-11-23 12:58"),
        (CLOCK, 100, 1, "2026-11-24 09:58"),  # four working hours later
        (RESTING, 100, 0, None),
        (RESUMED, 100, 0, "2026-11-23 13:00"),
        # More is spent than this promise allows, as after a change of the priority: due at once.
        (replace(RESUMED, amount=HOUR), 75, 0, "2026-11-23 10:00"),
        (replace(CLOCK, ended_at=MONDAY, outcome=Outcome.MET), 100, 0, None),
    ],
)
def test_when_a_deadline_is_due(clock: Clock, level: int, repeat: int, due: str | None) -> None:
    moment = datetime.fromisoformat(due).replace(tzinfo=UTC) if due else None
    assert sla.due_at(clock, level, repeat, OFFICE) == moment


def test_time_on_a_clock_never_goes_back() -> None:
    assert sla.spent(CLOCK, FRIDAY - HOUR, OFFICE) == timedelta()
    assert sla.spent(CLOCK, MONDAY + HOUR, OFFICE) == timedelta(hours=1, minutes=2)
    assert sla.spent(RESTING, MONDAY + 5 * HOUR, OFFICE) == HOUR
    assert sla.spent(RESUMED, MONDAY + 3 * HOUR, OFFICE) == 3 * HOUR


@pytest.mark.parametrize(
    "answered, outcome",
    [("2026-11-23 12:58", Outcome.MET), ("2026-11-23 12:59", Outcome.LATE), ("2026-11-21 03:00", Outcome.MET)],
)
def test_kept_or_not(answered: str, outcome: Outcome) -> None:
    assert sla.ended(CLOCK, datetime.fromisoformat(answered).replace(tzinfo=UTC), OFFICE) is outcome


@pytest.mark.parametrize(
    "fired, days_later, repeat",
    [(0, 0, 1), (1, 0, 2), (0, 1, 2), (0, 2, 4)],  # seven hours a day; those that were slept through are not made up
)
def test_reminders_after_an_outage(fired: int, days_later: int, repeat: int) -> None:
    breach = datetime(2026, 11, 23, 12, 58, tzinfo=UTC)
    assert sla.next_repeat(CLOCK, fired, breach + timedelta(days=days_later), OFFICE) == repeat


@pytest.mark.parametrize(
    "clock, fired, states",
    [
        (CLOCK, False, ["running"] * 3),
        (RESTING, False, ["resting"] * 3),
        (CLOCK, True, ["warned", "warned", "breached"]),
        (replace(CLOCK, ended_at=MONDAY, outcome=Outcome.MET), True, ["met"] * 3),
        (replace(CLOCK, ended_at=MONDAY, outcome=Outcome.LATE), False, ["warned", "warned", "breached"]),
        (replace(CLOCK, ended_at=MONDAY, outcome=Outcome.DROPPED), False, ["dropped"] * 3),
        (replace(CLOCK, ended_at=MONDAY, outcome=Outcome.REPLACED), True, ["warned", "warned", "breached"]),
    ],
)
def test_states(clock: Clock, fired: bool, states: list[str]) -> None:
    assert [sla.state_of(level, fired=fired, clock=clock) for level in sla.LEVELS] == [State(one) for one in states]


@pytest.mark.parametrize("minutes, late", [(0, False), (14, False), (15, True), (600, True)])
def test_late_intake(minutes: int, late: bool) -> None:
    assert replace(CLOCK, entered_at=FRIDAY + timedelta(minutes=minutes)).late_intake is late
