"""Public answers on their way out: they wait for their undo time, and reach nobody who takes part no more by then."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from ticketing.desk import promises
from ticketing.desk.core import AnswerMail, Desk
from ticketing.model import Message, Person, Ticket
from ticketing.notices import ReplyToRequester, Thread
from ticketing.policy import in_language
from ticketing.saying import Said, say
from ticketing.store import journal, messages, tickets


def post(
    desk: Desk,
    ticket: Ticket,
    entry: Message,
    to: Person,
    copies: Sequence[Person],
    thread: Thread,
    *,
    change: int | None = None,
) -> None:
    """The mail of a public answer; it leaves when its undo time is over."""
    agent = desk.policy.agents.get(entry.agent or "")
    queue = desk.policy.queues.get(ticket.queue)
    signature = (agent.signature if agent else None) or (queue.signature if queue else {})
    desk.notices.append(
        ReplyToRequester(
            about=desk.about(ticket),
            to=to,
            cc=tuple(copies),
            thread=thread,
            agent_name=agent.name if agent else entry.author.name if entry.author else "",
            words=entry.text,
            signature=in_language(signature, ticket.language),
            due_at=entry.at + desk.policy.undo,
            message=entry.id,
            files=entry.files,
            change=change,
        )
    )


def still_here(desk: Desk, entry: Message) -> bool:
    """Whether the mail of a public answer waits for its undo time to be over."""
    return entry.state == "stands" and desk.now < entry.at + desk.policy.undo


def post_again(desk: Desk, ticket: Ticket, entry_id: int) -> None:
    """An answer that waits leaves with the words that it has now, to those whom it was written to and nobody else. It
    stays the mail of the change that it came by, so that an undo of that still stops it."""
    # Not below itself.
    messages.change(desk.connection, entry_id, message_id=None)
    entry = next(one for one in messages.of_ticket(desk.connection, ticket.id) if one.id == entry_id)
    names = {one.address: one.name for one in desk.participants(ticket)}
    to, *copies = (Person(names.get(one, ""), one) for one in entry.to_addresses)
    change = journal.that_wrote(desk.connection, entry.id, entry.agent or "", entry.at)
    desk.withdrawals.append(AnswerMail(entry.id))
    post(desk, ticket, entry, to, copies, desk.thread_with(ticket), change=change)


def recall(desk: Desk, ticket: Ticket, who: str, cause: str) -> list[Said]:
    """Somebody takes part no more: no answer that waits gets to him. A copy is left out; what was written to him is not
    sent at all, and its author hears so. What to tell whoever did it."""
    there = {one.address: one.removed for one in desk.participants(ticket)}
    to, _ = desk.answers_to(ticket)
    lines: list[Said] = []
    for entry in messages.of_ticket(desk.connection, ticket.id):
        if entry.role != "agent" or entry.internal or not still_here(desk, entry):
            continue
        gone = [one for one in entry.to_addresses if there.get(one, desk.policy.agent_by_address(one) is None)]
        if not gone:
            continue
        # Of a ticket that was merged into somebody else's, no mail is made anew.
        if gone[0] == entry.to_addresses[0] or to.address not in entry.to_addresses:
            lines.append(_stop(desk, ticket, entry, gone[0], who, cause))
            continue
        stay = [one for one in entry.to_addresses if one not in gone]
        messages.change(desk.connection, entry.id, to_addresses=stay)
        post_again(desk, ticket, entry.id)
        left_out = ", ".join(gone)
        lines.append(say("Answer M{m}, which waits, leaves without {addresses}.", m=entry.m, addresses=left_out))
    return lines


def _stop(desk: Desk, ticket: Ticket, entry: Message, address: str, who: str, cause: str) -> Said:
    desk.withdrawals.append(AnswerMail(entry.id))
    messages.change(desk.connection, entry.id, state="undone")
    desk.note_history(ticket, who, "answer", f"M{entry.m}", "undone", cause)
    if ticket.waiting_for == "requester" and ticket.waiting_until is None:
        ticket = desk.change(ticket, who, cause, waiting_for=None)
    owed_again(desk, ticket, entry.at)
    told = say("Answer M{m} is not sent: {address} takes part in {number} no more.", m=entry.m, address=address,
               number=ticket.number)  # fmt: skip
    author = desk.policy.agents.get(entry.agent or "")
    if author is not None and author.id != who:
        desk.alert(ticket, "undelivered", answer="n", by=who, words=entry.text, message=entry, hints=(told,),
                   only=(author,))  # fmt: skip
    return told


def owed_again(desk: Desk, ticket: Ticket, at: datetime) -> Ticket:
    """The answer of that moment never left: what it met is owed again, unless another one has met it since."""
    answers = (
        one for one in messages.of_ticket(desk.connection, ticket.id) if one.role == "agent" and not one.internal
    )
    other = next((one for one in answers if one.state == "stands"), None)
    if ticket.first_response_at in (None, at):
        first = other.at if other else None
        ticket = tickets.change_ticket(desk.connection, ticket.id, first_response_at=first)
    promises.answer_taken_back(desk, ticket, at)
    if other is not None and other.at > at:
        promises.answered(desk, ticket, other.at)
    return ticket
