"""The words of an agent: public ones go to the requester, notes stay."""

from __future__ import annotations

import re

from ticketing.commands import Wait
from ticketing.desk import leaving, promises
from ticketing.desk.core import Desk, Refusal
from ticketing.desk.effects.work import Work
from ticketing.model import File, Message, Person, Status, Ticket
from ticketing.rules.lifecycle import Event
from ticketing.saying import say
from ticketing.store import agents, tickets

# A line of a note shorter than this may stand in an answer too.
SHORT_LINE = 12
RUN = 6  # words
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
    if inside := kept_inside(desk, ticket, words):
        raise Refusal(say("this must not leave the house: {lines}", lines=" / ".join(inside[:5])))
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
    desk.alert(ticket, "answer", answer="n", by=work.agent.name, words=words, message=entry, but=work.agent.id)
    return entry


def send_again(work: Work, entry: Message) -> None:
    """An answer that waits leaves with the words that it has now, unless its ticket is somebody else's by now."""
    to, _ = work.desk.answers_to(work.ticket)
    if to.address not in entry.to_addresses:
        raise Refusal(say("M{m} was written to somebody else, so it does not leave again", m=entry.m))
    leaving.post_again(work.desk, work.ticket, entry.id)


def kept_inside(desk: Desk, ticket: Ticket, words: str, *, party: str | None = None) -> list[str]:
    """Lines of a public answer that stand in a note of the ticket or in the words of a former requester, or name an
    agent's address; what the requester wrote himself may be said back to him. `party`: the words go to somebody outside
    instead, who may hear again what he wrote and what was written to him."""
    inside: set[str] = set()
    theirs: set[str] = set()
    noted: set[tuple[str, ...]] = set()
    said: set[tuple[str, ...]] = set()
    former = desk.former_requesters(ticket)
    for one in tickets.messages(desk.connection, ticket.id):
        wrote = one.author.address if one.author is not None else None
        if party is not None and party in (wrote, *one.to_addresses):
            theirs.update(map(_squeezed, one.full_text.splitlines()))
            said |= _runs(one.full_text)
        elif one.internal or (one.author is not None and one.author.address in former):
            inside.update(map(_squeezed, (one.text + "\n" + one.full_text).splitlines()))
            noted |= _runs(one.text)
        elif one.role in ("requester", "cc"):
            theirs.update(map(_squeezed, one.full_text.splitlines()))
            said |= _runs(one.full_text)
    # A short line of a note ("Thanks", "Hello Ola") says nothing of the note.
    inside = {line for line in inside if len(line) >= SHORT_LINE} - theirs
    # Mail programs wrap lines anew, so that a note's words may stand there in other lines.
    runs = [" ".join(run) for run in sorted(_runs(words) & (noted - said))]
    to, copies = desk.answers_to(ticket)
    reached = {party} if party is not None else {to.address, *(one.address for one in copies)}
    staff = [address for address in desk.policy.agent_of if address not in reached]
    return [
        line.strip()
        for line in words.splitlines()
        if (plain := _squeezed(line)) not in theirs
        and (plain in inside or any(_names(plain, address) for address in staff))
    ] or runs


def _runs(text: str) -> set[tuple[str, ...]]:
    """Every run of words in a text that is long enough not to stand in two texts by chance."""
    words = re.findall(r"\w+", text.casefold())
    return {tuple(words[n : n + RUN]) for n in range(len(words) - RUN + 1)}


def _squeezed(line: str) -> str:
    return " ".join(line.lstrip("> \t").casefold().split())


def _names(line: str, address: str) -> bool:
    return address in line and re.search(rf"(?<![\w.+-]){re.escape(address)}(?![\w-])", line) is not None


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


def _add(work: Work, words: str, *, internal: bool, to: tuple[Person, ...] = ()) -> Message:
    desk, source = work.desk, work.source
    files: tuple[File, ...] = tuple(file for file in work.files if not file.inline)
    if source and not internal:
        files = tuple(file for file in files if file.content_type not in SIGNATURES)
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
    entry = tickets.add_message(
        desk.connection,
        work.ticket.id,
        files=files,
        at=desk.now,
        author=Person(work.agent.name, work.agent.address),
        agent=work.agent.id,
        role="agent",
        internal=internal,
        verified=True,
        channel="mail" if source else "internal",
        kind="personal",
        text=words.strip(),
        full_text=source.text if source and internal else words.strip(),
        message_id=source.message_id if source and internal else None,
        to_addresses=[one.address for one in to],
        spool_id=source.spool_id if source else None,
    )
    tickets.change_ticket(desk.connection, work.ticket.id, changed_at=desk.now)
    return entry
