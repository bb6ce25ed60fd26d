"""Targets, their clocks, what is due (RULES 9).

A clock is one start of one target. It measures working time: it runs while it is our turn and rests while it is not,
and each change is a segment of a ledger that only grows. What it has spent is what was spent when its newest segment
began, and what that segment has added since; a segment is measured by the calendar as it was when it began.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from ticketing.model import APPROVAL, Status, Ticket
from ticketing.policy import SlaPolicy
from ticketing.rules.business_hours import BusinessHours, NeverOpen

LEVELS = (75, 90, 100)
BREACH = 100
REPEAT_EVERY = timedelta(hours=4)
LATE_INTAKE = timedelta(minutes=15)
NOTHING = timedelta()


class Target(StrEnum):
    FIRST_RESPONSE = "first_response"
    NEXT_RESPONSE = "next_response"
    RESOLUTION = "resolution"
    UPDATE = "update"


class Outcome(StrEnum):
    """How a clock ended. DROPPED: nothing is promised any more. REPLACED: another promise took its place."""

    MET = "met"
    LATE = "late"
    DROPPED = "dropped"
    REPLACED = "replaced"


class State(StrEnum):
    """Of a deadline. DROPPED ones are kept and not shown."""

    RUNNING = "running"
    RESTING = "resting"
    WARNED = "warned"
    BREACHED = "breached"
    MET = "met"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Segment:
    """`spent`: on the clock before this segment began. `version`: of the calendar that measures it."""

    at: datetime
    running: bool
    cause: str
    version: str
    spent: timedelta = NOTHING


@dataclass(frozen=True, slots=True)
class Clock:
    """`n` counts the starts of a target in a ticket. `started_at`: when the promise began; `entered_at`: when we got to
    know of it. `segment`: the newest, `segments`: how many there are."""

    target: Target
    n: int
    policy: str
    calendar: str
    amount: timedelta
    started_at: datetime
    entered_at: datetime
    segment: Segment
    segments: int = 1
    ended_at: datetime | None = None
    outcome: Outcome | None = None

    @property
    def late_intake(self) -> bool:
        return self.entered_at - self.started_at >= LATE_INTAKE


# ---- which promise --------------------------------------------------------------------------------------------------

# Of two rows with as many conditions, the one that names what stands first here is the more specific.
_PRECEDENCE = ("organisation", "type", "priority", "queue")


def policy_for(rows: Iterable[SlaPolicy], ticket: Ticket) -> SlaPolicy | None:
    """The most specific row that fits; it counts as a whole."""
    fitting = [row for row in rows if all(getattr(row, key) in (None, getattr(ticket, key)) for key in _PRECEDENCE)]
    return max(fitting, key=_specificity, default=None)


def _specificity(row: SlaPolicy) -> tuple[int, tuple[bool, ...]]:
    named = tuple(getattr(row, key) is not None for key in _PRECEDENCE)
    return sum(named), named


def promised(row: SlaPolicy, target: Target) -> timedelta | None:
    amount: timedelta | None = getattr(row, target.value)
    return amount


# ---- whose turn -----------------------------------------------------------------------------------------------------


def rests_because(status: Status, waiting_for: str | None) -> str | None:
    """Why the clocks of a ticket rest, or None: it is our turn, they run."""
    if status is Status.COMPLETED:
        return "completed"
    if status is Status.CLOSED:
        return "closed"
    if waiting_for == APPROVAL:
        return "waiting for approval"
    if waiting_for:
        return f"waiting for {'the requester' if waiting_for == 'requester' else 'a third party'}"
    return None


# ---- time on a clock ------------------------------------------------------------------------------------------------


def spent(clock: Clock, at: datetime, hours: BusinessHours) -> timedelta:
    """Working time on a clock at a moment; `hours` of the newest segment's calendar. It never goes back."""
    segment = clock.segment
    if not segment.running or at <= segment.at:
        return segment.spent
    try:
        return segment.spent + hours.between(segment.at, at)
    except NeverOpen:
        return segment.spent


def needed(amount: timedelta, level: int, repeat: int) -> timedelta:
    """How much must be spent for a deadline to be due."""
    return amount * level / BREACH + REPEAT_EVERY * repeat


def due_at(clock: Clock, level: int, repeat: int, hours: BusinessHours) -> datetime | None:
    """When a deadline of a clock is due if nothing changes; None while it rests, or if that much time never comes."""
    segment = clock.segment
    if not segment.running or clock.ended_at is not None:
        return None
    try:
        return hours.add(segment.at, max(needed(clock.amount, level, repeat) - segment.spent, NOTHING))
    except NeverOpen:
        return None


def next_repeat(clock: Clock, fired: int, at: datetime, hours: BusinessHours) -> int:
    """The number of the next reminder after a breach: those that were due meanwhile are passed over."""
    over = spent(clock, at, hours) - clock.amount
    return max(fired + 1, over // REPEAT_EVERY + 1)


def ended(clock: Clock, at: datetime, hours: BusinessHours) -> Outcome:
    """Kept or not, for a clock that is stopped at a moment by what was promised."""
    return Outcome.MET if spent(clock, at, hours) <= clock.amount else Outcome.LATE


# ---- deadlines ------------------------------------------------------------------------------------------------------


def state_of(level: int, *, fired: bool, clock: Clock) -> State:
    """What a deadline's row says of itself."""
    if clock.outcome is Outcome.MET:
        return State.MET
    if fired or clock.outcome is Outcome.LATE:
        return State.BREACHED if level == BREACH else State.WARNED
    if clock.outcome is not None:
        return State.DROPPED
    return State.RUNNING if clock.segment.running else State.RESTING
