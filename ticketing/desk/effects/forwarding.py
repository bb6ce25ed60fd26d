"""Showing messages to somebody outside who takes no part in the ticket."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ticketing import commands
from ticketing.desk import kept_inside, writing
from ticketing.desk.core import Refusal
from ticketing.desk.effects.joining import another
from ticketing.desk.effects.words import sendable
from ticketing.desk.effects.work import Hand, Work, keep_words, newest_from_outside
from ticketing.model import Message, Person, Role, Ticket
from ticketing.notices import Forwarded, Shown, Thread
from ticketing.saying import say
from ticketing.store import history, messages, people, tickets

# What most servers take, once it is written as text (a third more).
MOST_OCTETS = 18 * 2**20


def _forward(work: Work, command: commands.Forward) -> None:
    """Public messages with their files, and the words below the commands, to one outside party, who takes no part in
    the ticket. His answer comes back inside; nobody else hears of either."""
    desk, ticket = work.desk, work.ticket
    address = command.address
    _refuse_party(work, address)
    addressed = any(isinstance(one, (commands.Note, commands.Reply, commands.Ask)) for one in work.asked)
    words = "" if addressed else work.words.strip()
    chosen = _chosen(work, command, words)
    kept_inside.refuse(desk, ticket, words, party=address)
    shown = tuple(_shown(one) for one in chosen)
    own = sendable(work) if words else ()
    theirs = [file for one in chosen for file in one.files]
    files = tuple({file.sha256: file for file in (*own, *theirs) if not file.inside}.values())
    if kept := [file.filename or file.content_type for file in theirs if file.inside]:
        work.lines.append(say("Not sent: {files}, which an agent brought; it names the house.", files=", ".join(kept)))
    if (size := sum(file.size for file in files)) > MOST_OCTETS:
        most = MOST_OCTETS // 2**20
        raise Refusal(
            say("the files have {size} MB, and {most} MB are taken by most servers: name fewer messages",
                size=-(-size // 2**20), most=most)
        )  # fmt: skip
    if words:
        work.words, work.files = "", ()
        _keep_words(work, address, words)
    what = ", ".join(_label(work, one) for one in chosen) or say("words alone")
    desk.note_history(ticket, work.who, "forward", None, f"{what} -> {address}", work.cause)
    contact = people.contact_of(desk.connection, address)
    language = (contact.language if contact else None) or desk.policy.language
    desk.notices.append(
        Forwarded(
            about=replace(desk.about(ticket), language=language, title_inside=ticket.title_inside),
            to=Person("", address),
            thread=_thread_with(work, address),
            agent_name=work.agent.name,
            words=words,
            shown=shown,
            files=files,
        )
    )
    work.lines.append(say("{what} goes to {address}; his answer comes to you, not to the requester.", what=what,
                          address=address))  # fmt: skip


def _refuse_party(work: Work, address: str) -> None:
    desk = work.desk
    if writing.is_ours(desk, address):
        raise Refusal(say("{address} is our own address", address=address))
    if (agent := desk.policy.agent_by_address(address)) is not None:
        raise Refusal(say("{name} is an agent: !ask {id}", name=agent.name, id=agent.id))
    takes_part = [
        one.address for one in desk.participants(work.ticket)
        if one.role in (Role.REQUESTER, Role.CONTACT, Role.CC) and not one.removed
    ]  # fmt: skip
    if address in takes_part:
        raise Refusal(say("{address} takes part in {number}: answer with !reply", address=address,
                          number=work.ticket.number))  # fmt: skip


def _chosen(work: Work, command: commands.Forward, words: str) -> list[Message]:
    """What is shown. Nothing named: the requester's newest message, or, once somebody was written to, words alone."""
    ticket = work.ticket
    public = _public(work, ticket)
    if command.everything:
        chosen = list(public.values())
    elif command.messages:
        for m in command.messages:
            if m not in public:
                raise Refusal(say("M{m} of {number} is none that may leave the house", m=m, number=ticket.number))
        chosen = [public[m] for m in dict.fromkeys(command.messages)]
    elif command.cases or (words and _wrote_to(work, command.address)):
        chosen = []
    else:
        # What a former requester wrote goes out by its name alone.
        newest = newest_from_outside(work, but=work.desk.former_requesters(ticket))
        if newest is None:
            raise Refusal(say("nobody outside wrote in {number} yet: name a message, like m3", number=ticket.number))
        chosen = [newest]
    for number in command.cases:
        chosen += _public(work, another(work, number)).values()
    if not chosen and not words:
        raise Refusal(say("there is nothing to forward"))
    return chosen


def _public(work: Work, ticket: Ticket) -> dict[int, Message]:
    """What the requester wrote and what was answered to him, and has left."""
    desk = work.desk
    return {
        one.m: one
        for one in messages.of_ticket(desk.connection, ticket.id)
        if not one.internal and not one.folded and one.state in ("stands", "undelivered")
        and (one.role != "agent" or one.at + desk.policy.undo <= desk.now)
    }  # fmt: skip


def _wrote_to(work: Work, address: str) -> bool:
    entries = history.of_ticket(work.desk.connection, work.ticket.id)
    return any(one.what == "forward" and (one.new or "").endswith(f"-> {address}") for one in entries)


def _shown(one: Message) -> Shown:
    """An agent stands there without his address."""
    by = one.author.name or one.author.address if one.author else ""
    if one.role == "agent":
        by = one.author.name if one.author else ""
    return Shown(by=by, agent=one.role == "agent", at=one.at, words=one.text)


def _label(work: Work, one: Message) -> str:
    if one.ticket_id == work.ticket.id:
        return f"M{one.m}"
    return f"M{one.m} ({tickets.number_of(work.desk.connection, one.ticket_id)})"


def _keep_words(work: Work, address: str, words: str) -> None:
    """What was written to the party stands in the ticket, for the agents."""
    entry = keep_words(work, words, channel="mail", to_addresses=[address])
    work.lines.append(say("Your words to {address} are kept as M{m}.", address=address, m=entry.m))


def _thread_with(work: Work, address: str) -> Thread:
    """Below his own newest mail in this ticket, if he wrote one."""
    his = [
        one.message_id
        for one in messages.of_ticket(work.desk.connection, work.ticket.id)
        if one.message_id and one.role == "external" and one.author is not None and one.author.address == address
    ]
    return Thread(his[-1]) if his else Thread()


EFFECTS: dict[type, Callable[[Work, Any], None]] = {
    commands.Forward: _forward,
}
ANYWHERE: dict[type, Callable[[Hand, Any], None]] = {}
