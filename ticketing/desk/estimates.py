"""An estimate goes to the requester; his yes is history and lets the work begin, his no is told to the agents."""

from __future__ import annotations

from dataclasses import dataclass

from ticketing.desk import requesting
from ticketing.desk.core import Desk
from ticketing.model import IncomingMessage, Strength, Ticket
from ticketing.rules import phrases
from ticketing.rules.estimates import in_words
from ticketing.rules.lifecycle import Event
from ticketing.rules.matching import Verdict
from ticketing.saying import Said, say
from ticketing.store import estimates, people
from ticketing.store.estimates import Estimate


@dataclass(frozen=True, slots=True)
class Answer:
    estimate: Estimate
    approved: bool


def answer_in(
    desk: Desk, ticket: Ticket, message: IncomingMessage, verdict: Verdict, strength: Strength
) -> Answer | None:
    """What the requester says to an estimate, where his mail answers it and nothing newer: a plain yes or no. Anything
    else, and anybody else, only writes a message."""
    asked = next(iter(message.evidence), None)
    if asked is None or asked.notice != "Estimate" or asked.answers is None or message.kind != "personal":
        return None
    if verdict is not Verdict.APPEND or strength is not Strength.STRONG or message.author is None:
        return None
    if message.author.address not in people.same_person(desk.connection, ticket.requester.address):
        return None
    estimate = estimates.by_id(desk.connection, asked.answers)
    if estimate is None or estimate.ticket_id != ticket.id or estimate.state == "approved":
        return None
    if phrases.is_refusal(message.new_text):
        return Answer(estimate, approved=False)
    # A mail to the approving address says yes by itself, with the words that its link fills in or none; what else is
    # written there is for people to read.
    touched = asked.purpose == "c" and asked.via == "address" and not phrases.objects(message.new_text)
    first = next((line.strip() for line in message.new_text.splitlines() if line.strip()), "")
    # A name and nothing else is a signature.
    signed = first.istitle() and len(first.split()) <= 3
    by_touch = touched and (not first or signed or phrases.is_confirmation(first))
    return Answer(estimate, approved=True) if by_touch or phrases.is_confirmation(message.new_text) else None


def settle(desk: Desk, ticket: Ticket, message: IncomingMessage, answer: Answer) -> tuple[Ticket, Said]:
    """Keeps the answer, moves the ticket on, and thanks the requester; and what the agents are told."""
    estimate, who = answer.estimate, ticket.requester.address
    what = in_words(estimate.minutes, estimate.price)
    if estimate.state == "replaced":
        return ticket, say("answers an older estimate: {what}", what=what)
    state = "approved" if answer.approved else "declined"
    estimates.settle(desk.connection, estimate.id, state, desk.now)
    desk.note_history(ticket, who, "estimate", what, state, "answer to the estimate")
    if not answer.approved:
        thanks = say("You have declined our estimate for case {number}: {what}.", number=ticket.number, what=what)
        requesting.tell(desk, message, ticket, (thanks,))
        return ticket, say("estimate declined: {what}", what=what)
    ticket = desk.move_if_it_fits(ticket, Event.APPROVE, who, "estimate approved")
    thanks = say("You have approved our estimate for case {number}: {what}.", number=ticket.number, what=what)
    requesting.tell(desk, message, ticket, (thanks,))
    return ticket, say("estimate approved: {what}", what=what)
