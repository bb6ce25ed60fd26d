"""The clocks of one ticket within one transaction: started, rested and ended in memory, written together (RULES 9)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ticketing.model import Ticket
from ticketing.policy import SlaPolicy
from ticketing.rules import sla
from ticketing.rules.business_hours import BusinessHours, hours_of, version_of
from ticketing.rules.sla import LEVELS, NOTHING, Clock, Outcome, Segment, State, Target
from ticketing.store import clocks
from ticketing.store.clocks import DeadlineRow

if TYPE_CHECKING:
    from ticketing.desk.core import Desk


class Book:
    """The clocks of one ticket within one transaction: changed here first, written together."""

    def __init__(self, desk: Desk, ticket: Ticket, known: list[Clock]) -> None:
        self.desk = desk
        self.ticket = ticket
        self.clocks = known
        self.started: list[Clock] = []
        # Each as it was with one more segment, in order; and the keys of clocks that were there and have changed.
        self._segments: list[Clock] = []
        self._changed: set[tuple[Target, int]] = set()

    @classmethod
    def of(cls, desk: Desk, ticket: Ticket) -> Book:
        return cls(desk, ticket, clocks.of_ticket(desk.connection, ticket.id))

    def unfinished(self, *targets: Target) -> list[Clock]:
        return [clock for clock in self.clocks if clock.ended_at is None and clock.target in targets]

    def newest(self, target: Target) -> Clock | None:
        return max((clock for clock in self.clocks if clock.target is target), key=lambda one: one.n, default=None)

    def hours(self, clock: Clock) -> BusinessHours:
        """Of the calendar as it was when the clock's newest segment began."""
        return hours_by(self.desk, clock.calendar, clock.segment.version)

    def start(
        self,
        row: SlaPolicy,
        target: Target,
        at: datetime,
        cause: str,
        *,
        since: datetime | None = None,
        spent: timedelta = NOTHING,
        entered: datetime | None = None,
    ) -> None:
        """A new clock, if the row promises this. `since`: when the promise began, if earlier; `spent`: what an earlier
        clock had spent of it."""
        amount = sla.promised(row, target)
        if amount is None:
            return
        last = self.newest(target)
        rests = sla.rests_because(self.ticket.status, self.ticket.waiting_for)
        self.started.append(
            Clock(
                target=target,
                n=last.n + 1 if last else 1,
                policy=row.name,
                calendar=row.calendar,
                amount=amount,
                started_at=since or at,
                entered_at=entered or (since and at) or self.desk.now,
                segment=Segment(
                    at, rests is None, rests or cause, version_of(self.desk.policy.calendars[row.calendar]), spent
                ),
            )
        )
        self.clocks.append(self.started[-1])

    def owe(self, row: SlaPolicy, target: Target, at: datetime, cause: str) -> None:
        """A promise that was never made, or was dropped and fits again; nothing where it runs or was settled."""
        newest = self.newest(target)
        if newest is None:
            self.start(row, target, at, cause)
        elif newest.outcome is Outcome.DROPPED:
            self.owe_again(row, target, at, cause)

    def owe_again(self, row: SlaPolicy, target: Target, at: datetime, cause: str) -> None:
        """What had ended goes on as a new clock: from the same start, with the time it had taken."""
        earlier = self.newest(target)
        if earlier is None or earlier.ended_at is None:
            return
        taken = sla.spent(earlier, earlier.ended_at, self.hours(earlier))
        self.start(row, target, at, cause, since=earlier.started_at, spent=taken, entered=earlier.entered_at)

    def end(self, clock: Clock, at: datetime, outcome: Outcome) -> None:
        self._put(clock, replace(clock, ended_at=at, outcome=outcome))

    def go_on(self, clock: Clock) -> None:
        """A clock that had ended has not; the time since counts."""
        self._put(clock, replace(clock, ended_at=None, outcome=None))

    def follow_turn(self, ticket: Ticket, at: datetime) -> None:
        """Lets all unfinished clocks run or rest as the ticket's state says."""
        self.ticket = ticket
        rests = sla.rests_because(ticket.status, ticket.waiting_for)
        for clock in self.unfinished(*Target):
            if clock.segment.running != (rests is None) or (rests and rests != clock.segment.cause):
                self.next_segment(clock, at, running=rests is None, cause=rests or "our turn")

    def next_segment(self, clock: Clock, at: datetime, *, running: bool, cause: str) -> None:
        at = max(at, clock.segment.at)
        version = self._version_now(clock)
        segment = Segment(at, running, cause, version, sla.spent(clock, at, self.hours(clock)))
        self._put(clock, replace(clock, segment=segment, segments=clock.segments + 1))

    def _version_now(self, clock: Clock) -> str:
        calendar = self.desk.policy.calendars.get(clock.calendar)
        # A calendar that the configuration has no more goes on as it was.
        return version_of(calendar) if calendar else clock.segment.version

    def _put(self, old: Clock, new: Clock) -> None:
        self.clocks[self.clocks.index(old)] = new
        self._changed.add((new.target, new.n))
        if new.segments > old.segments:
            self._segments.append(new)

    def write(self) -> None:
        """Enters what has changed, and what follows from it for the deadlines."""
        if not self.started and not self._changed:
            return
        connection, ticket_id = self.desk.connection, self.ticket.id
        now = {(clock.target, clock.n): clock for clock in self.clocks}
        for name in sorted({clock.calendar for clock in (*self.started, *self._segments)}):
            if calendar := self.desk.policy.calendars.get(name):
                clocks.keep_calendar(connection, calendar, self.desk.now)
        if self.started:
            clocks.add_clocks(connection, ticket_id, self.started)
            rows = [
                DeadlineRow(clock.target, clock.n, level, 0, None, None, State.RUNNING)
                for clock in self.started
                for level in LEVELS
            ]
            after = [self._deadline(now[row.target, row.n], row) for row in rows]
            clocks.add_deadlines(connection, ticket_id, after)
        for clock in self._segments:
            clocks.add_segment(connection, ticket_id, clock)
        for clock in (now[key] for key in sorted(self._changed)):
            clocks.end(connection, ticket_id, clock)
            for row in clocks.deadlines_of_clock(connection, ticket_id, clock):
                if (after_it := self._deadline(clock, row)) != row:
                    clocks.set_deadline(connection, ticket_id, after_it)
        self.desk.promised.pop(ticket_id, None)

    def _deadline(self, clock: Clock, row: DeadlineRow) -> DeadlineRow:
        """The row as the clock now makes it. What was told, and what a clock ended with, keep their moment."""
        fired = row.fired_at is not None
        state = sla.state_of(row.level, fired=fired, clock=clock)
        if row.repeat and clock.ended_at is not None and not fired:
            state = State.DROPPED
        due = row.due_at
        if not fired and clock.ended_at is None:
            due = sla.due_at(clock, row.level, row.repeat, self.hours(clock))
        return replace(row, due_at=due, state=state)


def hours_by(desk: Desk, calendar: str, version: str) -> BusinessHours:
    """The arithmetic of a calendar in a version: the configured one, or as it was kept."""
    configured = desk.policy.calendars.get(calendar)
    if configured is not None and version_of(configured) == version:
        return hours_of(configured)
    return hours_of(clocks.calendar_as_it_was(desk.connection, calendar, version))
