"""Tickets as plain values, in the shape that DESIGN's JSON promises. Times in the desk's zone, absent is None."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from ticketing.desk import sorting
from ticketing.desk.core import Desk
from ticketing.model import File, Message, Participant, Person, Role, Ticket
from ticketing.rules.filters import Filter
from ticketing.store import (
    clocks,
    details,
    history,
    messages,
    participants,
    satisfaction,
    tickets,
    time_spent,
    versions,
)
from ticketing.store import workload as workloads
from ticketing.store.satisfaction import Satisfaction
from ticketing.store.selecting import select_tickets
from ticketing.store.versions import Version


def whole(desk: Desk, number: str) -> dict[str, Any] | None:
    ticket = tickets.by_number(desk.connection, [number]).get(number)
    if ticket is None:
        return None
    view = _without_messages(desk, [ticket])[0]
    corrected = versions.of_ticket(desk.connection, ticket.id)
    view["messages"] = [
        _message(desk, one, corrected.get(one.id, ())) for one in messages.of_ticket(desk.connection, ticket.id)
    ]
    view["history"] = [
        {"at": _time(desk, one.at), "who": one.who, "what": one.what, "from": one.old, "to": one.new, "by": one.by}
        for one in history.of_ticket(desk.connection, ticket.id)
    ]
    return view


def listed(
    desk: Desk, wanted: Filter, *, limit: int | None = 50, due_within: timedelta | None = None, overdue: bool = False
) -> list[dict[str, Any]]:
    """`overdue`, `due_within`: only tickets with a broken promise, with one to be kept in this time; both, either."""
    also = clocks.owing(desk.now, overdue=overdue, due_within=due_within)
    return _without_messages(desk, select_tickets(desk.connection, wanted, desk.now, also=also, limit=limit))


def workload(desk: Desk, hidden: Collection[str] = ()) -> dict[str, Any]:
    """Unfinished tickets by agent and by queue, those first that have most overdue. `hidden`: queues left out."""
    agents = workloads.of_agents(desk.connection, desk.now, hidden)
    queues = workloads.of_queues(desk.connection, desk.now, hidden)
    everyone = dict.fromkeys((*desk.policy.agents, *agents))
    everywhere = dict.fromkeys((*(one for one in desk.policy.queues if one not in hidden), *queues))
    by_agent = [_load(desk, one, agents.get(one, workloads.OfAgent())) for one in everyone]
    by_queue = [_queue_load(desk, one, queues.get(one, workloads.OfQueue())) for one in everywhere]
    by_agent.sort(key=lambda one: (-one["overdue"], -one["open"]))
    by_queue.sort(key=lambda one: (-one["overdue"], -one["unassigned"]))
    return {"agents": by_agent, "queues": by_queue}


def _load(desk: Desk, agent_id: str, load: workloads.OfAgent) -> dict[str, Any]:
    agent = desk.policy.agents.get(agent_id)
    name = agent.name if agent else agent_id
    return {"id": agent_id, "name": name, "open": load.open, "overdue": load.overdue, "waiting": load.waiting}


def _queue_load(desk: Desk, name: str, load: workloads.OfQueue) -> dict[str, Any]:
    return {
        "name": name,
        "open": load.open,
        "unassigned": load.unassigned,
        "overdue": load.overdue,
        "oldest_unassigned_at": _time(desk, load.oldest),
    }


def spent(
    desk: Desk, by: time_spent.Of, since: datetime | None, until: datetime | None, number: str | None
) -> list[dict[str, Any]]:
    """Time spent in a period, summed by ticket, agent or organisation (None: tickets without one), the most first."""
    sums = time_spent.by(desk.connection, by, since=since, until=until, number=number)
    return [{"by": by, "of": one.of, "minutes": one.minutes, "billable_minutes": one.billable} for one in sums]


def _without_messages(desk: Desk, found: list[Ticket]) -> list[dict[str, Any]]:
    ids = [ticket.id for ticket in found]
    parts = participants.of_tickets(desk.connection, ids)
    more = details.of_tickets(desk.connection, ids)
    scores = satisfaction.of_tickets(desk.connection, ids)
    return [
        {
            **_ticket(desk, ticket, parts[ticket.id], more[ticket.id]),
            "satisfaction": _satisfaction(desk, scores.get(ticket.id)),
        }
        for ticket in found
    ]


def _satisfaction(desk: Desk, found: Satisfaction | None) -> dict[str, Any] | None:
    """None: nobody was asked."""
    if found is None:
        return None
    asked_at, answered_at = _time(desk, found.asked_at), _time(desk, found.answered_at)
    return {"asked_at": asked_at, "answered_at": answered_at, "score": found.score, "words": found.words}


def _ticket(desk: Desk, ticket: Ticket, parts: list[Participant], more: details.Details) -> dict[str, Any]:
    agent = desk.policy.agents.get(ticket.assignee or "")
    return {
        "number": ticket.number,
        "subject": ticket.subject,
        "title": ticket.title,
        "status": ticket.status.value,
        "waiting_for": ticket.waiting_for,
        "fyi": ticket.fyi,
        "internal": ticket.internal,
        "channel": ticket.channel,
        "priority": ticket.priority.value,
        "type": ticket.type,
        "category": ticket.category,
        "tags": list(more.tags),
        "fields": {key: {"value": value, "message": message} for key, value, message in more.fields},
        "missing": list(sorting.missing_of(desk, ticket, {key: value for key, value, _ in more.fields})),
        "queue": ticket.queue,
        "requester": _person(ticket.requester),
        "contact": next(
            (_person(one.person) for one in parts if one.role is Role.CONTACT and not one.removed),
            None,
        ),
        "organisation": ticket.organisation,
        "equipment": list(more.equipment),
        "project": ticket.project,
        "numbers": list(more.numbers),
        "assignee": {"id": ticket.assignee, "name": agent.name if agent else ticket.assignee}
        if ticket.assignee
        else None,
        "tasks": [
            {
                "id": task.id,
                "text": task.text,
                "agent": task.agent,
                "due_at": _time(desk, task.due_at),
                "done": task.done,
            }
            for task in more.tasks
        ],
        "estimates": [
            {
                "agent": one.agent,
                "at": _time(desk, one.at),
                "minutes": one.minutes,
                "price": one.price,
                "state": one.state,
                "answered_at": _time(desk, one.answered_at),
            }
            for one in more.estimates
        ],
        "participants": [
            {"name": one.name, "address": one.address, "role": one.role.value} for one in parts if not one.removed
        ],
        "opened_at": _time(desk, ticket.opened_at),
        "first_response_at": _time(desk, ticket.first_response_at),
        "completed_at": _time(desk, ticket.completed_at),
        "closed_at": _time(desk, ticket.closed_at),
        "deadlines": [
            {
                "target": one.target.value,
                "level": one.level,
                "due_at": _time(desk, one.due_at),
                "state": one.state.value,
            }
            for one in more.deadlines
        ]
        + _by_hand(desk, ticket),
        "links": [{"kind": one.kind, "number": one.number} for one in more.links],
        "merged_into": ticket.merged_into,
        "time_spent_minutes": more.minutes,
        "resolution": ticket.resolution,
    }


def _by_hand(desk: Desk, ticket: Ticket) -> list[dict[str, Any]]:
    """A deadline that an agent set, beside those of the policy."""
    if ticket.due_at is None:
        return []
    ended = ticket.completed_at or ticket.closed_at
    state = "met" if ended and ended <= ticket.due_at else "breached" if ticket.due_at <= desk.now else "running"
    return [{"target": "due", "level": 100, "due_at": _time(desk, ticket.due_at), "state": state}]


def _message(desk: Desk, message: Message, corrected: Sequence[Version]) -> dict[str, Any]:
    return {
        "id": f"M{message.m}",
        "at": _time(desk, message.at),
        "author": _person(message.author) if message.author else None,
        "role": message.role,
        "internal": message.internal,
        "verified": message.verified,
        "text": message.text,
        "full_text": message.full_text,
        "attachments": [_file(file) for file in message.files],
        "message_id": message.message_id,
        "kind": message.kind,
        "channel": message.channel,
        "folded": message.folded,
        "state": message.state,
        "versions": [{"at": _time(desk, one.at), "agent": one.agent, "text": one.text} for one in corrected],
    }


def _file(file: File) -> dict[str, Any]:
    return {
        "filename": file.filename,
        "content_type": file.content_type,
        "size": file.size,
        "sha256": file.sha256,
        "inline": file.inline,
    }


def _person(person: Person) -> dict[str, str]:
    return {"name": person.name, "address": person.address}


def _time(desk: Desk, moment: datetime | None) -> str | None:
    return desk.local(moment).isoformat() if moment else None
