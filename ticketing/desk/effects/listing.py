"""Commands that send lists and single tickets: list, star, mark, next, time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from ticketing import commands
from ticketing.desk import telling
from ticketing.desk.core import Desk, Refusal
from ticketing.desk.effects import sheet
from ticketing.desk.effects.work import Hand, Work
from ticketing.model import Ticket
from ticketing.rules import authority, filters
from ticketing.rules.filters import Filter
from ticketing.saying import Said, in_hours, say
from ticketing.store import lists, messages, people, tickets, time_spent
from ticketing.store.selecting import select_tickets

LISTED = 30
REMEMBERED = timedelta(days=30)


# ---- lists ----------------------------------------------------------------------------------------------------------


def _list(hand: Hand, command: commands.List) -> None:
    if command.what == "workload":
        sheet.send(hand, say("Who has how much"), telling.workload(hand.desk, hand.agent))
        return
    heading, shown = _found(hand, command)
    lines = [] if shown else [say("There are none.")]
    if len(shown) > LISTED:
        lines.append(say("The first {count}; there are more.", count=LISTED))
    found = telling.entries(hand.desk, shown[:LISTED])
    sheet.send(hand, heading, lines, entries=found, foot=sheet.SHOW_HINT if shown else "")


def _found(hand: Hand, command: commands.List) -> tuple[Said, list[Ticket]]:
    """What the list is called, and its tickets; one more than are shown, where there are more."""
    if command.what == "named" and (name := _name_of(hand.desk, command.of)):
        return _of_the_house(hand, name)
    heading, ids = _listed(hand, command)
    return heading, _in_order(hand.desk, ids)


def _name_of(desk: Desk, name: str) -> str | None:
    return next((one for one in desk.policy.lists if one.casefold() == name.casefold()), None)


def _of_the_house(hand: Hand, name: str) -> tuple[Said, list[Ticket]]:
    desk = hand.desk
    wanted = filters.parse(desk.policy.lists[name])
    assert isinstance(wanted, Filter)  # noqa: S101  (the configuration was checked)
    also = lists.visible(authority.hidden_queues(desk.policy, hand.agent))
    found = select_tickets(desk.connection, wanted.asked_by(hand.agent.id), desk.now, also=also, limit=LISTED + 1)
    return say("List {name}", name=name), found


def _listed(hand: Hand, command: commands.List) -> tuple[Said, list[int]]:
    desk, agent = hand.desk, hand.agent
    connection, most = desk.connection, LISTED + 1
    hidden = authority.hidden_queues(desk.policy, agent)
    match command.what:
        case "mine":
            found = lists.most_urgent(connection, desk.now, hidden, lists.of(agent.id), limit=most)
            return say("Your tickets"), found
        case "unassigned":
            found = lists.most_urgent(
                connection, desk.now, hidden, *lists.free(_queues(hand), desk.policy.agents), limit=most
            )
            return say("Free tickets"), found
        case "overdue":
            found = lists.most_urgent(connection, desk.now, hidden, lists.overdue(desk.now), limit=most)
            return say("Overdue tickets"), found
        case "starred":
            found = lists.newest(connection, hidden, lists.marked(agent.id, lists.STAR), limit=most)
            return say("Tickets with your star"), found
        case "recent":
            since = desk.now - REMEMBERED
            found = lists.seen(connection, agent.id, agent.addresses, since, hidden, limit=most)
            return say("Tickets you saw last"), found
        case "person":
            theirs = lists.of_person(people.same_person(connection, command.of))
            return say("Tickets of {name}", name=command.of), lists.newest(connection, hidden, theirs, limit=most)
        case "org":
            name = next(
                (one for one in desk.policy.organisations if one.casefold() == command.of.casefold()), command.of
            )
            found = lists.newest(connection, hidden, lists.of_organisation(name), limit=most)
            return say("Tickets of {name}", name=name), found
        case _:
            return _marked(hand, command.of, hidden, most)


def _marked(hand: Hand, name: str, hidden: frozenset[str], most: int) -> tuple[Said, list[int]]:
    """One of the agent's own marks."""
    marks = lists.marks_of(hand.desk.connection, hand.agent.id)
    mark = next((one for one in marks if one == name.casefold()), None)
    if mark is None:
        there = ", ".join([*hand.desk.policy.lists, *marks]) or say("none")
        raise Refusal(
            say("there is no list and no mark of yours “{name}” (there are: {there})", name=name, there=there)
        )
    found = lists.newest(hand.desk.connection, hidden, lists.marked(hand.agent.id, mark), limit=most)
    return say("Tickets marked {name}", name=mark), found


def _queues(hand: Hand) -> list[str]:
    """Those he works in; one who works in none sees to all that he may."""
    policy, agent = hand.desk.policy, hand.agent
    own = [one.name for one in policy.queues.values() if agent.id in one.agents or agent.id == one.lead]
    return own or [name for name in policy.queues if name not in authority.hidden_queues(policy, agent)]


def _in_order(desk: Desk, ids: Sequence[int]) -> list[Ticket]:
    found = {one.id: one for one in tickets.by_ids(desk.connection, ids)} if ids else {}
    return [found[one] for one in ids if one in found]


def _next(hand: Hand, _: commands.Next) -> None:
    """Comes as an alert, so that he can take it and answer at once."""
    desk = hand.desk
    hidden = authority.hidden_queues(desk.policy, hand.agent)
    ids = lists.most_urgent(desk.connection, desk.now, hidden, *lists.free(_queues(hand), desk.policy.agents), limit=1)
    if not ids:
        hand.lines.append(say("No ticket is free in your queues."))
        return
    [ticket] = tickets.by_ids(desk.connection, ids)
    outside = [
        one
        for one in messages.of_ticket(desk.connection, ticket.id)
        if one.role in ("requester", "cc") and not one.internal
    ]
    desk.alert(
        ticket,
        "next",
        answer="p" if outside else "n",
        by=ticket.requester.name or ticket.requester.address,
        words=outside[-1].text if outside else "",
        message=outside[-1] if outside else None,
        only=(hand.agent,),
    )


# ---- marks ----------------------------------------------------------------------------------------------------------


def _star(work: Work, _: commands.Star) -> None:
    connection, ticket = work.desk.connection, work.ticket
    if lists.set_mark(connection, work.agent.id, ticket.id, lists.STAR):
        work.lines.append(say("{number} has your star now.", number=ticket.number))
    else:
        lists.take_mark(connection, work.agent.id, ticket.id, lists.STAR)
        work.lines.append(say("{number} has your star no more.", number=ticket.number))


def _mark(work: Work, command: commands.Mark) -> None:
    connection, ticket, agent = work.desk.connection, work.ticket, work.agent.id
    for name in (one.casefold() for one in command.remove):
        if not lists.take_mark(connection, agent, ticket.id, name):
            raise Refusal(say("{number} has no mark “{name}” of yours", number=ticket.number, name=name))
        work.lines.append(say("{number} is marked {name} no more.", number=ticket.number, name=name))
    for name in (one.casefold() for one in command.add):
        if len(name) > 60 or name == lists.STAR:
            raise Refusal(say("“{name}” cannot be the name of a mark", name=name[:60]))
        lists.set_mark(connection, agent, ticket.id, name)
        work.lines.append(say("{number} is marked {name}; !list {name} finds it.", number=ticket.number, name=name))


# ---- time spent -----------------------------------------------------------------------------------------------------


def _time(work: Work, command: commands.Time) -> None:
    spend(work, command.minutes, billable=command.billable)
    spent = time_spent.on_tickets(work.desk.connection, [work.ticket.id])[work.ticket.id]
    noted = (
        "{time} noted on {number}, billable; {all} in all."
        if command.billable
        else "{time} noted on {number}; {all} in all."
    )
    work.lines.append(say(noted, time=in_hours(command.minutes), number=work.ticket.number, all=in_hours(spent)))


def spend(work: Work, minutes: int, *, billable: bool = False) -> None:
    """Time that the agent spent on the ticket at hand, in its books and its history."""
    desk = work.desk
    time_spent.add(desk.connection, work.ticket.id, work.agent.id, desk.now, minutes, billable)
    amount = f"{minutes // 60}:{minutes % 60:02}"
    desk.note_history(work.ticket, work.who, "time", None, f"{amount} billable" if billable else amount, work.cause)


EFFECTS: dict[type, Callable[[Work, Any], None]] = {
    commands.Star: _star,
    commands.Mark: _mark,
    commands.Time: _time,
}
ANYWHERE: dict[type, Callable[[Hand, Any], None]] = {
    commands.List: _list,
    commands.Next: _next,
}
