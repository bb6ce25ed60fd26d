"""What was promised to the requester (RULES 9): what happens to a ticket starts, rests and ends its clocks, and what is
due is told to the agents.

The functions under "what happened" are called where it happens, in the same transaction; each is safe to call when
nothing follows from it. Deadlines are rows: `due` finds the clocks that have some, `fire` tells one of them in a
transaction of its own. Whoever fires first has told it; a restart finds what is left.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ticketing.desk.clock_book import Book, hours_by
from ticketing.model import APPROVAL, Person, Priority, Status, Ticket
from ticketing.notices import Escalation
from ticketing.policy import Agent, LevelAction
from ticketing.rules import authority, hearing, sla
from ticketing.rules.assignment import in_place_of
from ticketing.rules.business_hours import NeverOpen, version_of
from ticketing.rules.lifecycle import Event
from ticketing.rules.sla import BREACH, NOTHING, Clock, Outcome, State, Target
from ticketing.saying import Said, in_hours, say
from ticketing.store import clocks, history, messages, tickets
from ticketing.store.clocks import DeadlineRow, Due

if TYPE_CHECKING:
    from ticketing.desk.core import Desk

SYSTEM = "mailgate"
BATCH = 100
LINES_QUOTED = 20
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
    book = Book(desk, ticket, [])
    for target in targets:
        book.start(row, target, at, "opened")
    book.write()
    started = next((clock for clock in book.started if clock.late_intake), None)
    if started is not None:
        desk.note_history(ticket, SYSTEM, "late intake", None, f"came {desk.local(at):%Y-%m-%d %H:%M}", "sla")


def answered(desk: Desk, ticket: Ticket, at: datetime) -> None:
    """An agent's public words: the requester has heard from us."""
    book = Book.of(desk, ticket)
    for clock in book.unfinished(*_ANSWERS):
        book.end(clock, at, sla.ended(clock, at, book.hours(clock)))
    book.write()


def answer_taken_back(desk: Desk, ticket: Ticket, at: datetime) -> None:
    """The answer of that moment never left: what it met is owed again, from the same start."""
    book = Book.of(desk, ticket)
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
    book = Book.of(desk, ticket)
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
    book = Book.of(desk, ticket)
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
    book = Book.of(desk, ticket)
    for clock in book.unfinished(*Target):
        book.end(clock, desk.now, Outcome.DROPPED)
    book.write()


def changed(desk: Desk, ticket: Ticket, columns: Collection[str]) -> None:
    """Plain columns of a ticket were changed: the turn may have, or the promise that fits."""
    if not ({"waiting_for"} | _LOOKED_AT) & set(columns):
        return
    book = Book.of(desk, ticket)
    if _LOOKED_AT & set(columns):
        _promise_anew(book, ticket, ", ".join(sorted(_LOOKED_AT & set(columns))))
    book.follow_turn(ticket, desk.now)
    book.write()


def _take_up_again(book: Book, ticket: Ticket, event: Event) -> None:
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


def _promise_anew(book: Book, ticket: Ticket, cause: str) -> None:
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
    book = Book.of(desk, ticket)
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


def _remind_later(book: Book, clock: Clock, fired: DeadlineRow) -> None:
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
            book = Book.of(desk, ticket)
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
    # Nobody gets two mails of one deadline: what is told names who has the ticket after it.
    notified = any(one.kind == "notify" for one in actions)
    hearers = {one.id: one for one in _hearers(desk, ticket, row)} if notified else {}
    mailed = {address for one in hearers.values() for address in one.addresses}
    for action in () if row.repeat else actions:
        if action.kind == "raise-priority":
            ticket = _raise_priority(desk, ticket, row)
        elif action.kind == "reassign":
            ticket = _reassign(desk, ticket, row, action.whom, told=hearers)
    if notified:
        _escalate(desk, ticket, clock, row, list(hearers.values()))
    for action in actions:
        if action.kind == "mail" and action.whom not in {ticket.requester.address, *mailed}:
            _escalate(desk, ticket, clock, row, (), Person("", action.whom))


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
        words=_their_last_words(desk, ticket) if hearers else "",
    )
    if other is not None:
        desk.notices.append(notice)
    for one in hearers:
        # A warning lets people sleep, a broken promise does not.
        waits = row.level < BREACH and hearing.waits(one, ticket.priority, desk.local(desk.now), addressed=True)
        if desk.tells_now(one, ticket, waits):
            to, language = one.person, one.language or desk.policy.language
            desk.notices.append(replace(notice, agent_id=one.id, to=to, language=language, mine=one == agent))


def _their_last_words(desk: Desk, ticket: Ticket) -> str:
    """The requester's own, of at most so many lines; not those of whoever asked before him."""
    address = ticket.requester.address
    theirs = [
        one.text
        for one in messages.of_ticket(desk.connection, ticket.id)
        if one.role == "requester" and one.agent is None and not one.internal and one.author
        if one.author.address == address
    ]
    return "\n".join(theirs[-1].strip("\n").split("\n")[:LINES_QUOTED]) if theirs else ""


def _raise_priority(desk: Desk, ticket: Ticket, row: DeadlineRow) -> Ticket:
    """One step up, once for each target and level: a shorter promise must not raise it again and again."""
    order = list(Priority)
    by = f"sla {row.target} {row.level}"
    if ticket.priority is order[-1]:
        return ticket
    if history.count(desk.connection, ticket.id, "priority", by, desk.now - _EVER):
        return ticket
    return desk.change(ticket, SYSTEM, by, priority=order[order.index(ticket.priority) + 1])


def _reassign(desk: Desk, ticket: Ticket, row: DeadlineRow, whom: str, *, told: Mapping[str, Agent]) -> Ticket:
    """`told`: who hears of the deadline anyway."""
    queue = desk.policy.queues.get(ticket.queue)
    named = (queue.lead or "" if queue else "") if whom == "lead" else whom
    agent = desk.policy.agents.get(in_place_of(named, desk.absences) or "")
    if agent is None or ticket.assignee == agent.id or not authority.may_see(desk.policy, agent, ticket):
        return ticket
    # Automatic assignment leaves the ticket open (RULES 10).
    ticket = desk.change(ticket, SYSTEM, f"sla {row.target} {row.level}", assignee=agent.id)
    if agent.id not in told:
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


def in_brief(desk: Desk, ticket: Ticket) -> list[str]:
    """The same in a few words each, for a telephone."""
    newest: dict[Target, Clock] = {clock.target: clock for clock in clocks.of_ticket(desk.connection, ticket.id)}
    lines = [
        say("{what}: {state}", what=_NAMES[target], state=_state(desk, ticket.id, newest[target], brief=True))
        for target in Target
        if target in newest
    ]
    return [*lines, say("By hand: due {at}", at=desk.local(ticket.due_at))] if ticket.due_at else list(lines)


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


def _state(desk: Desk, ticket_id: int, clock: Clock, *, brief: bool = False) -> Said:
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
    if left > NOTHING and brief:
        return say("due {when}", when=due_at)
    if left > NOTHING:
        return say("{used} used, {left} left, due {when}", used=used, left=_in_words(left), when=due_at)
    # Told already: at the moment it was due then, whatever has rested since.
    rows = clocks.deadlines_of_clock(desk.connection, ticket_id, clock)
    told = next((row.due_at for row in rows if (row.level, row.repeat) == (BREACH, 0) and row.fired_at), None)
    since = desk.local(told) if told else due_at
    if brief:
        return say("overdue since {when}", when=since)
    return say("{used} used, overdue since {when}", used=used, when=since)


def _in_words(span: timedelta) -> Said:
    return in_hours(int(span.total_seconds()) // 60)
