"""The moments that agents have set come: reminders, the days of tasks, deadlines by hand. Each is told once; rows of
the database wait for it, not a timer, so a restart forgets none."""

from __future__ import annotations

from collections.abc import Iterable

from ticketing.desk.core import SYSTEM, Desk
from ticketing.model import Status, Ticket
from ticketing.notices import Reminder
from ticketing.policy import Agent
from ticketing.rules import authority
from ticketing.store import people, tasks, tickets

_UNFINISHED = (Status.OPEN, Status.IN_PROGRESS)


def remind(desk: Desk) -> int:
    """Tells what is due; how much there was."""
    due = tasks.take_due(desk.connection, desk.now)
    on = {
        ticket.id: ticket for ticket in tickets.by_ids(desk.connection, [one.ticket_id for one in due if one.ticket_id])
    }
    for one in due:
        ticket = on.get(one.ticket_id) if one.ticket_id is not None else None
        if ticket is not None and ticket.merged_into:
            ticket = tickets.follow_merges(desk.connection, ticket)
        if _still_matters(desk, one, ticket):
            for agent in _who(desk, one, ticket):
                _tell(desk, one, ticket, agent)
            if ticket is not None and one.kind == "due":
                passed = f"{desk.local(one.due_at):%Y-%m-%d %H:%M}"
                desk.note_history(ticket, SYSTEM, "due", passed, "passed", "deadline")
    return len(due)


def _still_matters(desk: Desk, one: tasks.Reminder, ticket: Ticket | None) -> bool:
    """What an agent asked for himself always does; a task while it is open, a deadline while there is work."""
    if one.kind == "remind":
        return True
    if ticket is None or ticket.status not in _UNFINISHED:
        return False
    return one.task_id is None or not tasks.is_done(desk.connection, one.task_id)


def _who(desk: Desk, one: tasks.Reminder, ticket: Ticket | None) -> Iterable[Agent]:
    """Whoever it names, a task's only if he may see its ticket still; else who hears of deadlines."""
    named = desk.policy.agents.get(one.agent or "")
    if one.kind == "remind" or (named and ticket and authority.may_see(desk.policy, named, ticket)):
        return [named] if named is not None else []
    if ticket is None:
        return []
    return desk.hearers(ticket, "deadline missed" if one.kind == "due" else "deadline 75")


def _tell(desk: Desk, one: tasks.Reminder, ticket: Ticket | None, agent: Agent) -> None:
    if people.is_suppressed(desk.connection, agent.address, desk.now):
        return
    if ticket is not None and not authority.may_see(desk.policy, agent, ticket):
        ticket = None  # his own words are his
    desk.notices.append(
        Reminder(
            about=desk.about(ticket) if ticket else None,
            agent_id=agent.id,
            to=agent.person,
            mailbox=ticket.mailbox if ticket else next(iter(desk.policy.mailboxes)),
            language=agent.language or desk.policy.language,
            why=one.kind,
            words=one.words,
            due_at=ticket.due_at if ticket and ticket.due_at and one.kind == "due-soon" else one.due_at,
        )
    )
