"""The words of an agent: public ones go to the requester, notes stay."""

from __future__ import annotations

from ticketing.commands import Wait
from ticketing.desk import kept_inside, leaving, promises
from ticketing.desk.core import Refusal
from ticketing.desk.effects.work import Work, keep_words
from ticketing.model import File, Message, Person, Status
from ticketing.policy import Agent
from ticketing.rules.lifecycle import Event
from ticketing.saying import say
from ticketing.store import agents, tickets

# What mail programs add to an agent's mail that names him: it is his, not his answer.
SIGNATURES = frozenset({
    "application/pgp-keys",
    "application/pgp-signature",
    "application/pkcs7-signature",
    "application/x-pkcs7-signature",
    "text/directory",
    "text/vcard",
    "text/x-vcard",
})  # fmt: skip


def answer(work: Work, words: str) -> Message:
    """Public words to the requester, copied to the participants; they leave when the undo time is over."""
    desk, ticket = work.desk, work.ticket
    if not words.strip():
        raise Refusal(say("there are no words to send to the requester"))
    to, copies = desk.answers_to(ticket)
    if not to.address:
        raise Refusal(say("the requester of {number} is unknown, so nobody can be answered", number=ticket.number))
    if not desk.reaches_outside(ticket) and desk.policy.agent_by_address(to.address) is None:
        raise Refusal(
            say("{address} works here no more; for another requester: !requester ADDRESS", address=to.address)
        )
    kept_inside.refuse(desk, ticket, words, beside=work.beside)
    thread = desk.thread_with(ticket)
    entry = _add(work, words, internal=False, to=(to, *copies))
    desk.note_history(ticket, work.who, "answer", None, f"M{entry.m}", work.cause)
    ticket = desk.move_if_it_fits(ticket, Event.ANSWER, work.who, "first answer")
    if ticket.first_response_at is None:
        ticket = tickets.change_ticket(desk.connection, ticket.id, first_response_at=entry.at)
    promises.answered(desk, ticket, entry.at)
    if ticket.assignee is None and ticket.status is not Status.CLOSED:
        ticket = desk.change(ticket, work.who, "first answer", assignee=work.agent.id)
    said_otherwise = any(isinstance(one, Wait) for one in work.asked)
    if ticket.status in (Status.OPEN, Status.IN_PROGRESS) and not said_otherwise:
        ticket = desk.change(ticket, work.who, "answer", waiting_for="requester")
    work.ticket = ticket
    leaving.post(desk, ticket, entry, to, copies, thread)
    addresses = ", ".join((to.address, *(one.address for one in copies)))
    seconds = int(desk.policy.undo.total_seconds())
    if seconds:
        told = say(
            "Answer M{m} goes to {to} in {seconds} seconds.",
            m=entry.m,
            to=addresses,
            seconds=seconds,
        )
    else:
        told = say("Answer M{m} goes to {to}.", m=entry.m, to=addresses)
    work.lines.append(told)
    desk.alert(ticket, "answer", answer="n", by=work.agent.name, words=words, message=entry, only=_hearers(work, to))
    return entry


def _hearers(work: Work, to: Person) -> tuple[Agent, ...]:
    """The agents who hear of a public answer; whoever opened a case of the house is in no mail to people outside."""
    desk, ticket = work.desk, work.ticket
    hearers = {one.id: one for one in desk.hearers(ticket, "answer", but=work.agent.id)}
    asked = desk.policy.agent_by_address(ticket.requester.address)
    if ticket.internal and asked is not None and to.address != ticket.requester.address:
        hearers[asked.id] = asked
    hearers.pop(work.agent.id, None)
    return tuple(hearers.values())


def send_again(work: Work, entry: Message) -> None:
    """An answer that waits leaves with the words that it has now, unless its ticket is somebody else's by now."""
    to, _ = work.desk.answers_to(work.ticket)
    if to.address not in entry.to_addresses:
        raise Refusal(say("M{m} was written to somebody else, so it does not leave again", m=entry.m))
    leaving.post_again(work.desk, work.ticket, entry.id)


def note(work: Work, words: str) -> Message:
    """Words for the agents only."""
    if not words.strip():
        raise Refusal(say("the note is empty"))
    entry = _add(work, words, internal=True)
    work.desk.note_history(work.ticket, work.who, "note", None, f"M{entry.m}", work.cause)
    work.lines.append(
        say("Note M{m} is kept in {number}; the requester does not see it.", m=entry.m, number=work.ticket.number)
    )
    _tell_colleagues(work, words, entry)
    return entry


def _tell_colleagues(work: Work, words: str, entry: Message) -> None:
    """Whom the note asks; whoever had asked this agent; and who has the ticket. Nobody twice."""
    desk, ticket = work.desk, work.ticket
    asked = tuple({one.id: one for one in work.asking}.values())
    desk.alert(ticket, "asked", answer="n", by=work.agent.name, words=words, message=entry, only=asked)
    askers = agents.answered(desk.connection, ticket.id, work.agent.id, desk.now)
    hearers = desk.hearers(ticket, "note", but=work.agent.id)
    hearers += tuple(desk.policy.agents[one] for one in askers if one in desk.policy.agents)
    others = tuple({one.id: one for one in hearers if one not in (work.agent, *asked)}.values())
    desk.alert(ticket, "note", answer="n", by=work.agent.name, words=words, message=entry, only=others)


def sendable(work: Work) -> tuple[File, ...]:
    """Of what came with an agent's mail, what goes along with his words; the rest is told in the receipt."""
    files = tuple(file for file in work.files if not file.inline and file.content_type not in SIGNATURES)
    left_out = [file.filename or file.content_type for file in work.files if file not in files]
    if left_out:
        work.left_out = True
        work.lines.append(
            say(
                "Not sent: {files}. Pictures within the text, mail signatures and visiting cards stay here; attach "
                "a picture as a file.",
                files=", ".join(left_out),
            )
        )
    return files


def _add(work: Work, words: str, *, internal: bool, to: tuple[Person, ...] = ()) -> Message:
    desk, source = work.desk, work.source
    files = tuple(file for file in work.files if not file.inline) if internal or source is None else sendable(work)
    entry = keep_words(
        work,
        words.strip(),
        channel="mail" if source else "internal",
        internal=internal,
        files=files,
        full_text=source.text if source and internal else words.strip(),
        message_id=source.message_id if source and internal else None,
        to_addresses=[one.address for one in to],
        spool_id=source.spool_id if source else None,
    )
    tickets.change_ticket(desk.connection, work.ticket.id, changed_at=desk.now)
    return entry
