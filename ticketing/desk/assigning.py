"""Tickets are handed out: a new one by the queue's way of assigning, whole lists when somebody goes or comes back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from ticketing.desk.core import SYSTEM, Desk
from ticketing.model import Absence, Ticket
from ticketing.notices import HandedOver
from ticketing.policy import Agent
from ticketing.rules import assignment, authority
from ticketing.saying import say
from ticketing.store import agents, people, tickets

# The turns of all who are chosen by their load: one for the whole desk, since a load is made in all queues.
BY_LOAD = "by load"
LINES = 100


def assign_new(desk: Desk, ticket: Ticket, words: str) -> Ticket:
    """Gives a new ticket to whom its queue's way of assigning chooses. It stays open (RULES 10)."""
    queue = desk.policy.queues.get(ticket.queue)
    if queue is None or queue.assignment == "none" or ticket.assignee is not None or ticket.fyi:
        return ticket
    turns = f"queue {queue.name}" if queue.assignment == "round-robin" else BY_LOAD
    workers = [desk.policy.agents[one] for one in queue.agents if one in desk.policy.agents]
    last = agents.take_turn(desk.connection, turns)
    loads = {} if queue.assignment == "round-robin" else agents.loads(desk.connection, [one.id for one in workers])
    text = "\n".join(part for part in (ticket.type, ticket.category, ticket.title, words) if part)
    choice = assignment.choose(queue.assignment, workers, desk.absences, last, loads, text)
    if choice is None:
        desk.note_history(ticket, SYSTEM, "assignment", None, "nobody is free", queue.assignment)
        return ticket
    agents.gave(desk.connection, turns, choice.agent.id)
    return desk.change(ticket, SYSTEM, choice.rule, assignee=choice.agent.id)


# ---- whole lists ----------------------------------------------------------------------------------------------------


def locked(desk: Desk, numbers: Collection[str], assignee: str) -> list[Ticket]:
    """These tickets, as far as they are this agent's still, held until the transaction ends."""
    found = tickets.by_number(desk.connection, numbers, lock=True).values()
    return [one for one in found if one.assignee == assignee]


def give_all(desk: Desk, given: Iterable[Ticket], to: Agent, who: str, by: str) -> list[Ticket]:
    """All of these change hands, as far as he may see them; those that did, as they are now. Their status stays: nobody
    has begun to work on them by that."""
    return [desk.change(one, who, by, assignee=to.id) for one in given if authority.may_see(desk.policy, to, one)]


def tell(desk: Desk, to: Agent, headline: str, about: Sequence[Ticket]) -> None:
    """One mail with the whole list, of what he may see."""
    about = [one for one in about if authority.may_see(desk.policy, to, one)]
    if people.is_suppressed(desk.connection, to.address, desk.now):
        return
    lines = [line_of(one) for one in about[:LINES]]
    if len(about) > LINES:
        lines.append(say("and {count} more", count=len(about) - LINES))
    mailbox, language = next(iter(desk.policy.mailboxes)), to.language or desk.policy.language
    person = to.person
    desk.notices.append(HandedOver(to.id, person, mailbox, language, headline, tuple(lines)))


def line_of(ticket: Ticket) -> str:
    who = ticket.requester.name or ticket.requester.address or say("unknown")
    return say("{number}  {title}  ({who})", number=ticket.number, title=ticket.title, who=who)


# ---- back again -----------------------------------------------------------------------------------------------------


def end_absences(desk: Desk) -> int:
    """Whose time has passed is here again, and gets back what his stand-in has not finished."""
    over = agents.absences_over(desk.connection, desk.now)
    for one in over:
        if agents.end_absence(desk.connection, one.agent):
            returned = give_back(desk, one, SYSTEM, "absence over")
            agent = desk.policy.agents.get(one.agent)
            if agent is not None:
                headline = say("You are here again: new cases and alerts come to you.")
                tell(desk, agent, headline, returned)
    return len(over)


def give_back(desk: Desk, one: Absence, who: str, by: str, lent: Sequence[Ticket] | None = None) -> list[Ticket]:
    """What the stand-in has still of somebody who is here again goes back to him; both know of it from one mail."""
    desk.away = None
    agent, stand_in = desk.policy.agents.get(one.agent), desk.policy.agents.get(one.stand_in or "")
    if lent is None:
        lent = still_lent(desk, one)
    returned = give_all(desk, lent, agent, who, by) if agent else []
    agents.no_longer_lent(desk.connection, one.agent)
    if stand_in is not None and agent is not None:
        tell(desk, stand_in, say("{name} is here again, and has these cases back.", name=agent.name), returned)
    return returned


def still_lent(desk: Desk, one: Absence) -> list[Ticket]:
    if one.stand_in is None:
        return []
    return locked(desk, agents.lent_by(desk.connection, one.agent), one.stand_in)
