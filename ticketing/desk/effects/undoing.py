"""Second thoughts: what an agent asked for is taken back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ticketing import commands
from ticketing.desk import promises
from ticketing.desk.core import Refusal, in_words
from ticketing.desk.effects.work import Work
from ticketing.rules.lifecycle import Event
from ticketing.saying import say
from ticketing.store import tickets


def _undo(work: Work, _: commands.Undo) -> None:
    """Takes back this agent's newest public answer while it has not left."""
    desk = work.desk
    own = [
        one
        for one in tickets.messages(desk.connection, work.ticket.id)
        if one.role == "agent" and one.agent == work.agent.id and not one.internal and one.state == "stands"
    ]
    if not own or desk.now >= own[-1].at + desk.policy.undo:
        raise Refusal(
            say("your last answer has left already") if own else say("there is no answer of yours to take back")
        )
    last = own[-1]
    tickets.change_message(desk.connection, last.id, state="undone")
    desk.withdrawals.append(last.id)
    desk.note_history(work.ticket, work.who, "answer", f"M{last.m}", "undone", work.cause)
    ticket = work.ticket
    # Whose turn it was before this answer; an earlier answer, or a wait, still stands.
    turned = next(
        (
            one
            for one in reversed(tickets.history_of(desk.connection, ticket.id))
            if one.what == "waiting_for" and one.at == last.at and one.new == "requester"
        ),
        None,
    )
    if turned is not None and ticket.waiting_for == "requester":
        ticket = desk.change(ticket, work.who, work.cause, waiting_for=turned.old)
    if ticket.first_response_at == last.at:
        ticket = tickets.change_ticket(desk.connection, ticket.id, first_response_at=None, changed_at=desk.now)
    promises.answer_taken_back(desk, ticket, last.at)
    work.lines.append(say("Answer M{m} was taken back; nothing of it was sent.", m=last.m))
    if last.at in (ticket.completed_at, ticket.closed_at):
        # The same mail ended the ticket: without its answer nobody would know.
        ticket = desk.move(ticket, Event.REOPEN, work.who, work.cause)
        work.lines.append(say("{number} is {status} again.", number=ticket.number, status=in_words(ticket.status)))
    work.ticket = ticket


EFFECTS: dict[type, Callable[[Work, Any], None]] = {
    commands.Undo: _undo,
}
