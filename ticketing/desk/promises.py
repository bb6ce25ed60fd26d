"""What was promised to the requester (RULES 9): what happens to a ticket starts, rests and ends its clocks, and what is
due is told to the agents.

The functions under "what happened" are called where it happens, in the same transaction; each is safe to call when
nothing follows from it. Deadlines are rows: `due` finds the clocks that have some, `fire` tells one of them in a
transaction of its own. Whoever fires first has told it; a restart finds what is left.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ticketing.model import APPROVAL, Agent, LevelAction, Person, Priority, SlaPolicy, Status, Ticket
from ticketing.notices import Escalation
from ticketing.rules import authority, hearing, sla
from ticketing.rules.assignment import in_place_of
from ticketing.rules.business_hours import BusinessHours, NeverOpen, hours_of, version_of
from ticketing.rules.lifecycle import Event
from ticketing.rules.sla import BREACH, LEVELS, NOTHING, Clock, Outcome, Segment, State, Target
from ticketing.saying import Said, in_hours, say
from ticketing.store import clocks, tickets
from ticketing.store.clocks import DeadlineRow, Due

if TYPE_CHECKING:
    from ticketing.desk.core import Desk

SYSTEM = "mailgate"
BATCH = 100
# A row of the policy table may look at these; when one changes, so may the promise.
_LOOKED_AT = frozenset({"queue", "type", "priority", "organisation"})
_ANSWERS = (Target.FIRST_RESPONSE, Target.NEXT_RESPONSE, Target.UPDATE)
_UNFINISHED = (Status.OPEN, Status.IN_PROGRESS)
_EVER = timedelta(days=36500)


# ---- what happened --------------------------------------------------------------------------------------------------


def opened(desk: Desk, ticket: Ticket, at: datetime, *, passive: bool = False) -> None:
    """A request came at `at`, or what was there for information became one. `passive`: mass and automatic mail, which
    starts no clock."""
    row = None if passive or ticket.is_no_request else sla.policy_for(desk.policy.promises, ticket)
    if row is None:
        return
    targets = (Target.RESOLUTION,) if ticket.internal else (Target.FIRST_RESPONSE, Target.RESOLUTION, Target.UPDATE)
    book = _Book(desk, ticket, [])
    for target in targets:
        book.start(row, target, at, "opened")
    book.write()
    started = next((clock for clock in book.started if clock.late_intake), None)
    if started is not None:
        desk.note_history(ticket, SYSTEM, "late intake", None, f"came {desk.local(at):%Y-%m-%d %H:%M}", "sla")


def answered(desk: Desk, ticket: Ticket, at: datetime) -> None:
    """An agent's public words: the requester has heard from us."""
    book = _Book.of(desk, ticket)
    for clock in book.unfinished(*_ANSWERS):
        book.end(clock, at, sla.ended(clock, at, book.hours(clock)))
    book.write()


def answer_taken_back(desk: Desk, ticket: Ticket, at: datetime) -> None:
    """The answer of that moment never left: what it met is owed again, from the same start."""
    book = _Book.of(desk, ticket)
    for clock in book.clocks:
        if clock.ended_at == at and clock.target in _ANSWERS and clock.outcome in (Outcome.MET, Outcome.LATE):
            book.go_on(clock)
    book.follow_turn(ticket, desk.now)
    book.write()


def requester_wrote(desk: Desk, ticket: Ticket, at: datetime) -> None:
    """A participant's own message, which asks for an answer while none is owed already."""
    if ticket.status not in _UNFINISHED or ticket.is_no_request or ticket.internal:
        return
    row = sla.policy_for(desk.policy.promises, ticket)
    if row is None:
        return
    book = _Book.of(desk, ticket)
    if ticket.first_response_at is None and not book.unfinished(Target.FIRST_RESPONSE):
        book.owe(row, Target.FIRST_RESPONSE, at, "message")
    if not book.unfinished(Target.FIRST_RESPONSE, Target.NEXT_RESPONSE):
        book.start(row, Target.NEXT_RESPONSE, at, "message")
    if not book.unfinished(Target.UPDATE):
        book.start(row, Target.UPDATE, at, "message")
    book.owe(row, Target.RESOLUTION, at, "message")
    book.write()


def moved(desk: Desk, before: Ticket, ticket: Ticket, event: Event) -> None:
    """The status was moved by an event."""
    book = _Book.of(desk, ticket)
    if ticket.status is Status.CLOSED:
        moot = event in (Event.SPAM, Event.MERGE)
        for clock in book.unfinished(*Target):
            kept = not moot and clock.target is Target.RESOLUTION
            book.end(clock, desk.now, sla.ended(clock, desk.now, book.hours(clock)) if kept else Outcome.DROPPED)
    else:
        if before.status in (Status.COMPLETED, Status.CLOSED):
            _take_up_again(book, ticket, event)
        book.follow_turn(ticket, desk.now)
    book.write()


def no_longer(desk: Desk, ticket: Ticket) -> None:
    """It is no request after all: nothing is owed."""
    book = _Book.of(desk, ticket)
    for clock in book.unfinished(*Target):
        book.end(clock, desk.now, Outcome.DROPPED)
    book.write()


def changed(desk: Desk, ticket: Ticket, columns: Collection[str]) -> None:
    """Plain columns of a ticket were changed: the turn may have, or the promise that fits."""
    if not ({"waiting_for"} | _LOOKED_AT) & set(columns):
        return
    book = _Book.of(desk, ticket)
    if _LOOKED_AT & set(columns):
        _promise_anew(book, ticket, ", ".join(sorted(_LOOKED_AT & set(columns))))
    book.follow_turn(ticket, desk.now)
    book.write()


def _take_up_again(book: _Book, ticket: Ticket, event: Event) -> None:
    """A finished ticket is worked on again: the time that its resolution took before still counts."""
    row = sla.policy_for(book.desk.policy.promises, ticket)
    if row is None or ticket.is_no_request:
        return
    if book.newest(Target.RESOLUTION) is not None:
        book.owe_again(row, Target.RESOLUTION, book.desk.now, event.value)
    if ticket.first_response_at is None and not ticket.internal:
        book.owe(row, Target.FIRST_RESPONSE, book.desk.now, event.value)
    if not book.unfinished(Target.UPDATE) and not ticket.internal:
        book.start(row, Target.UPDATE, book.desk.now, event.value)


def _promise_anew(book: _Book, ticket: Ticket, cause: str) -> None:
    """Another row of the policy table fits: what runs under the old one goes on under the new one, its time counted."""
    row = sla.policy_for(book.desk.policy.promises, ticket)
    now = book.desk.now
    for clock in book.unfinished(*Target):
        amount = sla.promised(row, clock.target) if row else None
        if row is None or amount is None:
            book.end(clock, now, Outcome.DROPPED)
        elif (amount, row.calendar) != (clock.amount, clock.calendar):
            taken = sla.spent(clock, now, book.hours(clock))
            book.end(clock, now, Outcome.REPLACED)
            book.start(row, clock.target, now, cause, since=clock.started_at, spent=taken, entered=clock.entered_at)
    if row is None or ticket.is_no_request or ticket.status not in _UNFINISHED:
        return
    book.owe(row, Target.RESOLUTION, now, cause)
    if ticket.first_response_at is None and not ticket.internal:
        book.owe(row, Target.FIRST_RESPONSE, now, cause)


# ---- the clocks of one ticket ---------------------------------------------------------------------------------------


class _Book:
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
    def of(cls, desk: Desk, ticket: Ticket) -> _Book:
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


# ---- what is due ----------------------------------------------------------------------------------------------------


def due(desk: Desk, limit: int = BATCH) -> list[Due]:
    """Clocks with something to tell now."""
    return clocks.due(desk.connection, desk.now, limit)


def fire_due(desk: Desk, now: datetime) -> int:
    """Tells all that is due, in the desk's own transaction; the worker takes them one by one instead."""
    return sum(fire(desk, one) for one in clocks.due(desk.connection, now, BATCH))


def fire(desk: Desk, one: Due) -> int:
    """Tells what is due of one clock, once: of several deadlines the most urgent, as after an outage. How many there
    were; 0 when another scheduler was quicker or the clock has moved on."""
    ticket = tickets.by_number(desk.connection, [one.ticket], lock=True).get(one.ticket)
    rows = clocks.fire(desk.connection, ticket.id, one, desk.now) if ticket else []
    if ticket is None or not rows:
        return 0
    book = _Book.of(desk, ticket)
    clock = next(clock for clock in book.clocks if (clock.target, clock.n) == (one.target, one.n))
    worst = max(rows, key=lambda row: (row.level, row.repeat))
    if worst.level == BREACH:
        _remind_later(book, clock, worst)
    what = f"{one.target} {worst.level} %" + (f", reminder {worst.repeat}" if worst.repeat else "")
    due_at = desk.local(worst.due_at or desk.now)
    desk.note_history(ticket, SYSTEM, "deadline", None, f"{what}, due {due_at:%Y-%m-%d %H:%M}", "sla")
    desk.promised.pop(ticket.id, None)
    _act(desk, ticket, clock, worst)
    return len(rows)


def _remind_later(book: _Book, clock: Clock, fired: DeadlineRow) -> None:
    hours = book.hours(clock)
    repeat = sla.next_repeat(clock, fired.repeat, book.desk.now, hours)
    row = DeadlineRow(
        clock.target, clock.n, BREACH, repeat, sla.due_at(clock, BREACH, repeat, hours), None, State.RUNNING
    )
    clocks.add_deadlines(book.desk.connection, book.ticket.id, [row])


def follow_calendars(desk: Desk) -> int:
    """Unfinished clocks whose calendar was edited: what is past stays as it was measured, from now on the new one
    counts."""
    found = 0
    for calendar in desk.policy.calendars.values():
        numbers = clocks.outdated(desk.connection, calendar.name, version_of(calendar), BATCH)
        for ticket in tickets.by_number(desk.connection, numbers, lock=True).values():
            book = _Book.of(desk, ticket)
            for clock in book.unfinished(*Target):
                if clock.calendar == calendar.name and clock.segment.version != version_of(calendar):
                    cause = "calendar changed" if clock.segment.running else clock.segment.cause
                    book.next_segment(clock, desk.now, running=clock.segment.running, cause=cause)
            book.write()
            found += 1
    return found


def end_waits(desk: Desk) -> int:
    """`!wait vendor until friday`, and it is friday: it is our turn again, and whoever has the ticket hears so."""
    numbers = clocks.waits_over(desk.connection, desk.now, BATCH)
    done = 0
    for ticket in tickets.by_number(desk.connection, numbers, lock=True).values():
        if ticket.waiting_for is None or ticket.waiting_until is None or ticket.waiting_until > desk.now:
            continue  # somebody was quicker
        if ticket.waiting_for == APPROVAL:
            # It still waits; but somebody has to know that nobody answers.
            tickets.change_ticket(desk.connection, ticket.id, waiting_until=None)
            words = say("No main user has answered yet. To go on without an answer: !request; to close it: !close")
            desk.alert(ticket, "waiting over", answer="n", by=SYSTEM, words=words)
            done += 1
            continue
        after = desk.change(ticket, SYSTEM, "waiting time over", waiting_for=None)
        if ticket.waiting_for == "requester":
            words = say("The time of waiting for the requester is over.")
        else:
            words = say("The time of waiting for a third party is over.")
        desk.alert(after, "waiting over", answer="n", by=SYSTEM, words=words)
        done += 1
    return done


# ---- what a deadline does -------------------------------------------------------------------------------------------


def _act(desk: Desk, ticket: Ticket, clock: Clock, row: DeadlineRow) -> None:
    policy = next((one for one in desk.policy.promises if one.name == clock.policy), None)
    actions = {75: policy.at_75, 90: policy.at_90, 100: policy.at_100}[row.level] if policy else ()
    if policy is None:
        actions = (LevelAction("notify"),)
    for action in actions:
        match action.kind:
            case "notify":
                _escalate(desk, ticket, clock, row, _hearers(desk, ticket, row))
            case "mail" if action.whom != ticket.requester.address:
                _escalate(desk, ticket, clock, row, (), Person("", action.whom))
            case "raise-priority" if not row.repeat:
                ticket = _raise_priority(desk, ticket, row)
            case "reassign" if not row.repeat:
                ticket = _reassign(desk, ticket, row, action.whom)


def _hearers(desk: Desk, ticket: Ticket, row: DeadlineRow) -> tuple[Agent, ...]:
    """By the table of `rules.telling`; where that names nobody who is there, all who hear when it is missed."""
    event = {75: "deadline 75", 90: "deadline 90"}.get(row.level, "deadline missed")
    hearers = desk.hearers(ticket, "reminder") if row.repeat else desk.hearers(ticket, event)
    # Its queue and its agent may be in the configuration no more; somebody has to hear.
    return hearers or desk.hearers(ticket, "deadline missed") or desk.operators_for(ticket)


def _escalate(
    desk: Desk,
    ticket: Ticket,
    clock: Clock,
    row: DeadlineRow,
    hearers: Collection[Agent],
    other: Person | None = None,
) -> None:
    deadlines = clocks.deadlines_of_clock(desk.connection, ticket.id, clock)
    breach = next(one for one in deadlines if (one.level, one.repeat) == (BREACH, 0))
    agent = desk.policy.agents.get(ticket.assignee or "")
    notice = Escalation(
        about=desk.about(ticket),
        agent_id=None,
        to=other or Person("", ""),
        target=clock.target.value,
        level=row.level,
        repeat=row.repeat,
        due_at=breach.due_at or row.due_at or desk.now,
        started_at=clock.started_at,
        late_intake=clock.late_intake,
        assignee=agent.name if agent else ticket.assignee,
        language=desk.policy.language,
    )
    if other is not None:
        desk.notices.append(notice)
    for one in hearers:
        # A warning lets people sleep, a broken promise does not.
        waits = row.level < BREACH and hearing.waits(one, ticket.priority, desk.local(desk.now), addressed=True)
        if desk.tells_now(one, ticket, waits):
            to, language = Person(one.name, one.address), one.language or desk.policy.language
            desk.notices.append(replace(notice, agent_id=one.id, to=to, language=language))


def _raise_priority(desk: Desk, ticket: Ticket, row: DeadlineRow) -> Ticket:
    """One step up, once for each target and level: a shorter promise must not raise it again and again."""
    order = list(Priority)
    by = f"sla {row.target} {row.level}"
    if ticket.priority is order[-1]:
        return ticket
    if tickets.count_history(desk.connection, ticket.id, "priority", by, desk.now - _EVER):
        return ticket
    return desk.change(ticket, SYSTEM, by, priority=order[order.index(ticket.priority) + 1])


def _reassign(desk: Desk, ticket: Ticket, row: DeadlineRow, whom: str) -> Ticket:
    queue = desk.policy.queues.get(ticket.queue)
    named = (queue.lead or "" if queue else "") if whom == "lead" else whom
    agent = desk.policy.agents.get(in_place_of(named, desk.absences) or "")
    if agent is None or ticket.assignee == agent.id or not authority.may_see(desk.policy, agent, ticket):
        return ticket
    # Automatic assignment leaves the ticket open (RULES 10).
    ticket = desk.change(ticket, SYSTEM, f"sla {row.target} {row.level}", assignee=agent.id)
    desk.alert(ticket, "assigned", answer="n", by=SYSTEM, words="", only=(agent,))
    return ticket


# ---- what is told of it ---------------------------------------------------------------------------------------------


def promised_at(desk: Desk, ticket: Ticket) -> datetime | None:
    """The moment until which the requester hears from us, as promised; None where nothing is promised or it rests."""
    if ticket.id not in desk.promised:
        desk.promised[ticket.id] = clocks.next_promise(desk.connection, ticket.id)
    return desk.promised[ticket.id]


def promised_in_time(desk: Desk, ticket: Ticket) -> datetime | None:
    """The same for a requester: a moment that has passed is no promise."""
    moment = promised_at(desk, ticket)
    return moment if moment is not None and moment > desk.now else None


_NAMES = {
    Target.FIRST_RESPONSE: say("First response"),
    Target.NEXT_RESPONSE: say("Next response"),
    Target.RESOLUTION: say("Resolution"),
    Target.UPDATE: say("Update to the requester"),
}


def in_words(desk: Desk, ticket: Ticket) -> list[str]:
    """How each promise stands, a line each, for `!sla` and `explain`."""
    newest: dict[Target, Clock] = {clock.target: clock for clock in clocks.of_ticket(desk.connection, ticket.id)}
    lines = [_line(desk, ticket.id, newest[target]) for target in Target if target in newest]
    if ticket.due_at is not None:
        lines.append(say("By hand: due {at}", at=desk.local(ticket.due_at)))
    return lines or [say("Nothing is promised for this ticket.")]


def _line(desk: Desk, ticket_id: int, clock: Clock) -> str:
    promise = say(
        "{what}, {amount} of {calendar} hours",
        what=_NAMES[clock.target],
        amount=_in_words(clock.amount),
        calendar=clock.calendar,
    )
    since = (
        "{promise} since {since} (came in late): {state}" if clock.late_intake else "{promise} since {since}: {state}"
    )
    return say(since, promise=promise, since=desk.local(clock.started_at), state=_state(desk, ticket_id, clock))


def _state(desk: Desk, ticket_id: int, clock: Clock) -> Said:
    if clock.ended_at is not None:
        how = {
            Outcome.MET: "kept, {when}",
            Outcome.LATE: "missed, {when}",
            Outcome.DROPPED: "no longer owed, {when}",
            Outcome.REPLACED: "replaced, {when}",
        }[clock.outcome or Outcome.DROPPED]
        return say(how, when=desk.local(clock.ended_at))
    hours = hours_by(desk, clock.calendar, clock.segment.version)
    used = _in_words(sla.spent(clock, desk.now, hours))
    if not clock.segment.running:
        return say("rests, {cause}; {used} used", cause=say(clock.segment.cause), used=used)
    try:
        left = clock.amount - sla.spent(clock, desk.now, hours)
        due_at = desk.local(hours.add(clock.segment.at, max(clock.amount - clock.segment.spent, NOTHING)))
    except NeverOpen:
        return say("{used} used, and the calendar does not open again", used=used)
    if left > NOTHING:
        return say("{used} used, {left} left, due {when}", used=used, left=_in_words(left), when=due_at)
    # Told already: at the moment it was due then, whatever has rested since.
    rows = clocks.deadlines_of_clock(desk.connection, ticket_id, clock)
    told = next((row.due_at for row in rows if (row.level, row.repeat) == (BREACH, 0) and row.fired_at), None)
    return say("{used} used, overdue since {when}", used=used, when=desk.local(told) if told else due_at)


def _in_words(span: timedelta) -> Said:
    return in_hours(int(span.total_seconds()) // 60)
