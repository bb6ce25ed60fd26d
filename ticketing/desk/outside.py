"""An outside party answers what was forwarded to it: its words come back inside and go to nobody else."""

from __future__ import annotations

from ticketing.desk import writing
from ticketing.desk.core import Desk
from ticketing.model import Evidence, IncomingMessage, Received, Step
from ticketing.rules.matching import Verdict
from ticketing.saying import say
from ticketing.store import ledger, tickets

# What a machine of theirs says of itself ("we have received your mail", "I am away") is folded and alerts nobody.
_FOLDED = frozenset({"auto_reply", "bulk"})


def token(message: IncomingMessage) -> Evidence | None:
    """The answer address of what was forwarded; a main user's has the same purpose and another notice."""
    there = (one for one in message.evidence if one.purpose == "f" and one.via == "address")
    return next((one for one in there if one.notice == "Forwarded"), None)


def answered(desk: Desk, message: IncomingMessage, evidence: Evidence) -> Received:
    """Appends it as an internal message of that party, who takes no part. No status moves; a ticket that
    waited for a third party waits no more."""
    step = Step("T1", f"address f.{evidence.case}.{evidence.row}", "strong", "an outside party's answer")
    number = evidence.ticket or ""
    ticket = tickets.by_number(desk.connection, [number], lock=True).get(number)
    if ticket is None:
        return Received("held", "outside-unmatched", None, (step,), "an answer to a ticket that is not there")
    ticket = tickets.follow_merges(desk.connection, ticket)
    if message.auth == "fail" and not message.released:
        return Received("held", "auth-fail", ticket.number, (step,), "its domain says it is forged")
    folded = message.kind in _FOLDED
    entry = writing.keep(
        desk,
        ticket,
        message,
        role="external",
        text=message.new_text,
        verified=message.auth == "pass",
        folded=folded,
        **writing.in_its_thread(message),
    )
    ledger.arrived_in(desk.connection, message.spool_id, ticket.id, opened=False)
    ticket = tickets.change_ticket(desk.connection, ticket.id, changed_at=desk.now)
    received = Received("appended", "outside-answer", ticket.number, (step,), "")
    if folded:
        return received
    who = message.author.address if message.author else evidence.issued_to or "unknown"
    if message.kind == "personal" and ticket.waiting_for == "third_party":
        ticket = desk.change(ticket, who, "outside answer", waiting_for=None)
    hints = (
        say("To answer: !forward {address}, and your words below it. The requester sees nothing of it.", address=who),
    )
    desk.alert(
        ticket,
        "message",
        answer="n",
        by=writing.by_whom(message),
        words=entry.text,
        message=entry,
        badges=(*writing.badges_of(message, Verdict.EXTERNAL),),
        hints=hints,
    )
    return received
