"""What came between an alert and the answer to it (RULES 6, "Collision")."""

from __future__ import annotations

from datetime import datetime

from ticketing import commands
from ticketing.desk import receipts
from ticketing.desk.core import Desk
from ticketing.model import Evidence, IncomingMessage, Message, Received, Step, Ticket
from ticketing.policy import Agent
from ticketing.saying import Said, say
from ticketing.store import history, messages, tickets

_REACHING_OUT = (
    commands.Resolution,
    commands.Done,
    commands.Estimate,
    commands.Split,
    commands.SetTitle,
    commands.Cc,
    commands.SetRequester,
    commands.SetContact,
    commands.AddAlias,
    commands.Merge,
    commands.Forward,
)


def what_came(desk: Desk, ticket: Ticket, agent: Agent, evidence: Evidence | None) -> tuple[str, ...]:
    """What came after the message that this answer is about: a colleague's public answer or the requester's own
    words."""
    if evidence is None:
        return ()
    known = messages.by_id(desk.connection, evidence.answers) if evidence.answers is not None else None
    if known is not None and known.ticket_id != ticket.id:
        known = None
    # An alert about no message (a receipt, a deadline), or of a ticket merged since, shows what stood when it was made.
    newer = [
        one
        for one in messages.of_ticket(desk.connection, ticket.id)
        if one.state == "stands" and (one.id > known.id if known else one.at > evidence.issued_at)
    ]
    lines: list[str] = []
    to, _ = desk.answers_to(ticket)
    if (moved := _moved_to_another_requester(desk, ticket, evidence)) is not None:
        lines.append(moved)
    else:
        lines += others_reached(desk, ticket, agent, evidence.issued_at)
    for one in newer:
        if one.role == "agent" and not one.internal and one.agent is not None and one.agent != agent.id:
            name = desk.policy.agents[one.agent].name if one.agent in desk.policy.agents else one.agent
            lines.append(say("M{m}: {name} answered: {words}", m=one.m, name=name, words=_start(one.text)))
        elif (one.role == "requester" or (one.role == "cc" and _address(one) == to.address)) and one.kind == "personal":
            who = one.author.address if one.author else say("the requester")
            lines.append(say("M{m}: {name} wrote: {words}", m=one.m, name=who, words=_start(one.text)))
    return tuple(lines)


def reaches_out(command: commands.Command) -> bool:
    """Whether it tells people outside something, now or later on, or changes who they are."""
    if isinstance(command, commands.Accept):
        # A held mail that is let through is looked at by itself.
        return not command.id.lstrip("#").isdecimal()
    return isinstance(command, _REACHING_OUT)


def another_requester(
    desk: Desk, ticket: Ticket, agent: Agent, evidence: Evidence | None, since: datetime | None
) -> tuple[str, ...]:
    """What is not an answer, but was written for a requester whom a colleague has replaced since the alert, or `since`
    then."""
    if evidence is None:
        return ()
    if since is None and (moved := _moved_to_another_requester(desk, ticket, evidence)) is not None:
        return (moved,)
    changed = history.people_changed(desk.connection, ticket.id, agent.id, since or evidence.issued_at)
    if not any(one.what == "requester" for one in changed):
        return ()
    return (_has_another(desk, ticket),)


def _has_another(desk: Desk, ticket: Ticket) -> Said:
    to, _ = desk.answers_to(ticket)
    told = "{number} has another requester since: your answer would go to {address} now"
    return say(told, number=ticket.number, address=to.address)


def _moved_to_another_requester(desk: Desk, ticket: Ticket, evidence: Evidence) -> str | None:
    """The alert named whom the answer goes to. Since then the ticket was merged into somebody else's."""
    if not evidence.ticket or evidence.ticket == ticket.number:
        return None
    before = tickets.by_number(desk.connection, [evidence.ticket]).get(evidence.ticket)
    if before is None or before.requester.address == ticket.requester.address:
        return None
    return say(
        "{before} was merged into {number}: your answer would go to {address} now",
        before=before.number,
        number=ticket.number,
        address=ticket.requester.address,
    )


def others_reached(desk: Desk, ticket: Ticket, agent: Agent, since: datetime) -> tuple[str, ...]:
    """Whom the answer would reach now and did not then, and the other way round: there is another requester or contact,
    or somebody else has let people take part or removed them."""
    changed = history.people_changed(desk.connection, ticket.id, agent.id, since)
    to, copies = desk.answers_to(ticket)
    reached = {to.address, *(one.address for one in copies)}
    lines: list[str] = []
    if any(one.what != "participant" for one in changed):
        lines.append(_has_another(desk, ticket))
    for one in changed:
        address = (one.new or one.old or "").rpartition(" (")[0]
        name = desk.policy.agents[one.who].name if one.who in desk.policy.agents else one.who
        if one.what != "participant" or not address:
            continue
        if one.new and address in reached:
            told = "{address} takes part since, by {name}: your answer would reach him too"
            lines.append(say(told, address=address, name=name))
        elif one.new is None and address not in reached and one.who != address:
            told = "{address} takes part no more, by {name}: your answer would not reach him"
            lines.append(say(told, address=address, name=name))
    return tuple(lines)


def hold(
    desk: Desk,
    message: IncomingMessage,
    agent: Agent,
    ticket: Ticket,
    steps: tuple[Step, ...],
    came: tuple[str, ...],
) -> Received:
    """The answer waits, and its author is shown what came."""
    lines = (
        say("Your answer is held, because something came between:"),
        *(say("    {line}", line=line) for line in came),
        say("To send it all the same, answer with: !accept {id}", id=message.spool_id),
        say("To drop it: !reject {id}", id=message.spool_id),
    )
    receipts.send(desk, message, agent, ticket, False, lines)
    desk.note_history(ticket, agent.id, "answer", None, "held", "collision")
    return Received("held", "collision", ticket.number, steps, "a newer answer or message stands in the ticket")


def _address(message: Message) -> str | None:
    return message.author.address if message.author else None


def _start(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= 200 else words[:199] + "…"
