"""What an agent is told of a mail of his: done, or refused and why (RULES 6)."""

from __future__ import annotations

from ticketing.desk import asking
from ticketing.desk.core import Desk
from ticketing.model import Evidence, IncomingMessage, Received, Step, Ticket
from ticketing.notices import Receipt, Thread
from ticketing.policy import Agent
from ticketing.saying import say
from ticketing.store import ledger, people


def told(done: asking.Done) -> tuple[str, ...]:
    """Each effect, and how to take it back (RULES 6)."""
    how = say("To take this back, answer with: {command}", command=say("!undo"))
    return (*done.lines, how) if done.undoable else done.lines


def refused(
    desk: Desk,
    message: IncomingMessage,
    agent: Agent,
    ticket: Ticket | None,
    steps: tuple[Step, ...],
    errors: tuple[str, ...],
    rule: str,
    *,
    anew: Evidence | None = None,
    lost_its_way: bool = False,
) -> Received:
    """Nothing sent, nothing done; the mail is kept and the receipt says why. `anew`: it was an answer to this, and an
    answer to the receipt takes its place. `lost_its_way`: it was one too, and an answer to the receipt is a note."""
    if lost_its_way:
        errors += (say("An answer to this mail is a note: answer the earlier mail again, or write !reply at the top."),)
    if ticket is not None:
        desk.note_history(ticket, agent.id, "mail", None, "not carried out", rule)
        ledger.arrived_in(desk.connection, message.spool_id, ticket.id, opened=False)
    send(desk, message, agent, ticket, False, errors, anew)
    return Received("entry", rule, ticket.number if ticket else None, steps, "; ".join(errors))


def send(
    desk: Desk,
    message: IncomingMessage,
    agent: Agent,
    ticket: Ticket | None,
    done: bool,
    lines: tuple[str, ...],
    anew: Evidence | None = None,
) -> None:
    """To the stored address, never to the one in the mail; within the limit."""
    if people.is_suppressed(desk.connection, agent.address, desk.now):
        return
    left = _left(desk, agent)
    number = ticket.id if ticket else None
    if left <= 0:
        if not done:
            ledger.note_told(desk.connection, ledger.REFUSED, agent.address, desk.now, ticket_id=number, sent=False)
        return
    if left == 1:
        enough = say("So many receipts are enough for now: what of your next mails is not done comes in one mail.")
        lines += ("", enough)
    ledger.note_told(desk.connection, "receipt", agent.address, desk.now, ticket_id=number)
    proven = message.author is not None and message.author.address in agent.addresses
    to, copies = desk.answers_to(ticket) if ticket is not None and anew is not None else (None, ())
    goes_to = (to.address, *(one.address for one in copies)) if to is not None and to.address else ()
    desk.notices.append(
        Receipt(
            agent_id=agent.id,
            to=agent.person,
            mailbox=ticket.mailbox if ticket else message.mailbox,
            language=agent.language or desk.policy.language,
            done=done,
            lines=lines,
            thread=Thread(message.message_id) if proven else Thread(),
            about=desk.about(ticket) if ticket else None,
            returned_words="" if done else message.own_words.text if message.own_words else message.new_text,
            answer="p" if goes_to else "n",
            goes_to=goes_to,
            message=anew.answers if anew is not None and goes_to else None,
        )
    )


def _left(desk: Desk, agent: Agent) -> int:
    limits = desk.policy.limits.receipts_agent
    counts = ledger.told(desk.connection, "receipt", [desk.now - one.period for one in limits], address=agent.address)
    return min((one.count - count for count, one in zip(counts, limits, strict=True)), default=2)
