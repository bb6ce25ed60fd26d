"""How it was: a requester is asked once, after his case was closed, and his answer is kept beside the case. It never
opens the case again, and whoever has the case hears of it."""

from __future__ import annotations

from ticketing.desk import writing
from ticketing.desk.core import SYSTEM, Desk
from ticketing.model import IncomingMessage, Received, Status, Ticket
from ticketing.notices import SatisfactionRequest
from ticketing.rules import satisfaction as rules
from ticketing.rules.matching import Verdict
from ticketing.saying import say
from ticketing.store import ledger, people, satisfaction, tickets


def ask_due(desk: Desk) -> int:
    """Asks those whose case was closed and stayed so while it could be taken back; how many."""
    if not desk.policy.satisfaction:
        return 0
    claimed = tickets.by_ids(desk.connection, satisfaction.claim_due(desk.connection, desk.now))
    for ticket in claimed:
        desk.note_history(ticket, SYSTEM, "satisfaction", None, "asked", "closed")
        desk.notices.append(SatisfactionRequest(desk.about(ticket), ticket.requester, desk.thread_with(ticket)))
    return len(claimed)


def answers(desk: Desk, ticket: Ticket, message: IncomingMessage, verdict: Verdict) -> bool:
    """Whether this mail is the requester's answer to our question: it came to the address of a score, or begins with a
    bare score while the ticket is closed."""
    if verdict not in (Verdict.APPEND, Verdict.UNVERIFIED) or message.kind != "personal" or message.author is None:
        return False
    to_a_score = any(one.purpose == "s" and one.via == "address" for one in message.evidence)
    if not to_a_score and not (ticket.status is Status.CLOSED and rules.is_bare_score(message.new_text)):
        return False
    own = people.same_person(desk.connection, message.author.address)
    return ticket.requester.address in own and ticket.id in satisfaction.of_tickets(desk.connection, [ticket.id])


def take(desk: Desk, ticket: Ticket, message: IncomingMessage, verdict: Verdict, *, verified: bool) -> Received:
    """Keeps the score and the words. Words stand in the ticket as a message too."""
    score, words = rules.read(message.subject, message.new_text, desk.policy.tag_words)
    who = message.author.address if message.author else "unknown"
    before = satisfaction.of_tickets(desk.connection, [ticket.id])[ticket.id].score
    satisfaction.answer(desk.connection, ticket.id, score, words, desk.now)
    if score is not None and score != before:
        desk.note_history(ticket, who, "satisfaction", str(before) if before else None, str(score), "reply")
    if not words and not message.files:
        ledger.arrived_in(desk.connection, message.spool_id, ticket.id, opened=False)
        if score is not None and score != before:
            desk.alert(
                ticket, "satisfaction", answer="n", by=writing.by_whom(message), words="",
                hints=(say("{score} of 5", score=score),),
            )  # fmt: skip
        return Received("entry", "satisfaction", ticket.number)
    entry = writing.write(desk, ticket, message, verdict, verified=verified)
    hints: tuple[str, ...] = (say("{score} of 5", score=score),) if score is not None else ()
    if rules.wants_an_agent(score, words) or message.files:
        hints += (say("The case stays closed. To take it up again: !reopen"),)
    desk.alert(
        ticket,
        "satisfaction",
        answer="p",
        by=writing.by_whom(message),
        words=entry.text,
        message=entry,
        badges=writing.badges_of(message, verdict),
        hints=hints,
    )
    return Received("appended", "satisfaction", ticket.number)
