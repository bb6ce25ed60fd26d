"""Commands that set what is known of a ticket: title, priority, whom it waits for, what solved it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time
from typing import Any

from ticketing import commands
from ticketing.desk import approving, placing, promises
from ticketing.desk.core import Desk, Refusal, in_words
from ticketing.desk.effects.work import Hand, Work
from ticketing.model import APPROVAL, Status, Ticket
from ticketing.saying import say
from ticketing.store import tickets

# In one mail with these a title is for people outside, too.
_TO_PEOPLE_OUTSIDE = (commands.SetRequester, commands.SetContact, commands.Cc, commands.Accept, commands.Forward)


def _set(work: Work, column: str, value: str, words: str) -> None:
    """`words`: what the receipt says of it, with `{number}` and `{value}`."""
    work.ticket = work.desk.change(work.ticket, work.who, work.cause, **{column: value})
    work.lines.append(say(words, number=work.ticket.number, value=say(value) if column == "priority" else value))


def _title(work: Work, command: commands.SetTitle) -> None:
    if not command.title.strip():
        raise Refusal(say("the title is empty"))
    before = work.ticket
    inside = _nobody_outside(work)
    _set(work, "title", command.title.strip()[:998], "Title of {number} is {value} now.")
    if before.title_inside and not inside:
        # The subject is what somebody else wrote; from now on it is called as the agent calls it.
        work.ticket = work.desk.change(work.ticket, work.who, work.cause, subject=work.ticket.title)
    work.ticket = tickets.change_ticket(work.desk.connection, before.id, title_made=False, title_inside=inside)


def _nobody_outside(work: Work) -> bool:
    """A case of the house is called for agents, as long as no mail of it leaves."""
    leaves = any(isinstance(one, _TO_PEOPLE_OUTSIDE) for one in work.asked)
    return work.ticket.internal and not leaves and not work.desk.reaches_outside(work.ticket)


def _priority(work: Work, command: commands.SetPriority) -> None:
    _set(work, "priority", command.priority, "Priority of {number} is {value} now.")


def _wait(work: Work, command: commands.Wait) -> None:
    if work.ticket.status not in (Status.OPEN, Status.IN_PROGRESS):
        status = in_words(work.ticket.status)
        raise Refusal(say("{number} is {status}, so nobody is waited for", number=work.ticket.number, status=status))
    until = command.until.at(work.desk.local(work.desk.now), time(9)) if command.until else None
    if until is not None and until <= work.desk.now:
        raise Refusal(say("that moment has passed already: {until}", until=until))
    work.ticket = work.desk.change(work.ticket, work.who, work.cause, waiting_for=command.waiting_for)
    work.ticket = tickets.change_ticket(work.desk.connection, work.ticket.id, waiting_until=until)
    if command.waiting_for == "requester":
        waits = "{number} waits for the requester until {until}." if until else "{number} waits for the requester."
    else:
        waits = "{number} waits for a third party until {until}." if until else "{number} waits for a third party."
    work.lines.append(say(waits, number=work.ticket.number, until=until))


def _resolution(work: Work, command: commands.Resolution) -> None:
    work.ticket = work.desk.change(work.ticket, work.who, work.cause, resolution=command.text.strip())
    work.lines.append(say("The resolution is kept."))


def _request(work: Work, _: commands.Request) -> None:
    if work.ticket.waiting_for == APPROVAL:
        work.ticket = approving.approved(work.desk, work.ticket, work.who, work.cause)
        work.lines.append(say("{number} goes on without its organisation's approval.", number=work.ticket.number))
        return
    if not work.ticket.fyi:
        raise Refusal(say("{number} is a request already", number=work.ticket.number))
    taken = any(isinstance(one, (commands.Claim, commands.Assign, commands.Done, commands.Close)) for one in work.asked)
    work.ticket = promote(work.desk, work.ticket, work.who, work.cause, hand_out=not (taken or work.words_leave))
    work.lines.append(say("{number} is a request now.", number=work.ticket.number))
    if (assignee := work.desk.policy.agents.get(work.ticket.assignee or "")) and assignee.id != work.agent.id:
        work.desk.alert(work.ticket, "assigned", answer="n", by=work.agent.name, words="", only=(assignee,))


def promote(desk: Desk, ticket: Ticket, who: str, by: str, *, hand_out: bool = True) -> Ticket:
    """What came for information becomes a request, and is handed out as one."""
    desk.note_history(ticket, who, "fyi", "true", "false", by)
    ticket = tickets.change_ticket(desk.connection, ticket.id, fyi=False, changed_at=desk.now)
    promises.opened(desk, ticket, desk.now)
    return placing.give_at_last(desk, ticket) if hand_out and not ticket.internal else ticket


EFFECTS: dict[type, Callable[[Work, Any], None]] = {
    commands.SetPriority: _priority,
    commands.SetTitle: _title,
    commands.Wait: _wait,
    commands.Resolution: _resolution,
    commands.Request: _request,
}
ANYWHERE: dict[type, Callable[[Hand, Any], None]] = {}
