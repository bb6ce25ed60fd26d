"""A ticket told to an agent: whole, as a story, as an entry of a list. Lines in words, ready for his language."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import partial

from ticketing import case_number
from ticketing.desk import promises, sorting, views
from ticketing.desk.core import SYSTEM, Desk, in_words
from ticketing.model import APPROVAL, HistoryEntry, Message, Person, Role, Ticket
from ticketing.notices import Entry
from ticketing.policy import Agent
from ticketing.rules import authority, estimates, story
from ticketing.saying import Said, in_hours, joined, say
from ticketing.store import clocks, details, history, messages, satisfaction, tickets, versions

BEGINNING = 60
# A ticket is sent whole, but no megabytes to a telephone.
LINES_OF_A_MESSAGE = 200
LINES_OF_ALL = 2000


# ---- one ticket, whole ----------------------------------------------------------------------------------------------


def whole(desk: Desk, ticket: Ticket, reader: Agent) -> list[str]:
    """Its newest message, all that is known of it, then what was written before, the newest first. Other tickets are
    named as far as `reader` may see them."""
    more = details.of_tickets(desk.connection, [ticket.id])[ticket.id]
    hidden = _hidden(desk, reader, [ticket.merged_into or "", *(one.number for one in more.links)])
    language = reader.language or desk.policy.language
    lines: list[str] = [_words(ticket.title), _state(desk, ticket)]
    if ticket.merged_into and ticket.merged_into not in hidden:
        lines.append(say("It was merged into {number}.", number=ticket.merged_into))
    if ticket.waiting_until:
        lines.append(say("It waits until {until}.", until=desk.local(ticket.waiting_until)))
    newest, *older = _messages(desk, messages.of_ticket(desk.connection, ticket.id)) or [[]]
    lines += newest
    lines += ["", *_people(desk, ticket), *_properties(desk, ticket, more, hidden)]
    if more.deadlines or ticket.due_at:
        lines += ["", *promises.in_brief(desk, ticket)]
    if missing := sorting.open_points(desk, ticket, language).in_words():
        lines += ["", *missing]
    if more.tasks:
        lines += ["", *(_task(desk, one) for one in more.tasks)]
    if ticket.resolution:
        lines += ["", say("What solved it:"), *map(_words, ticket.resolution.split("\n"))]
    if (given := satisfaction.of_tickets(desk.connection, [ticket.id]).get(ticket.id)) and given.score:
        lines += [
            "",
            say("How it was: {score} of 5", score=given.score),
            *([_words(given.words)] if given.words else []),
        ]
    return [*lines, *(line for one in older for line in one)]


def _state(desk: Desk, ticket: Ticket) -> Said:
    return _joined(
        in_words(ticket.status),
        say("priority {priority}", priority=say(ticket.priority.value)),
        say("queue {queue}", queue=ticket.queue),
        _assignee(desk, ticket) or say("nobody has it"),
        _turn(ticket),
        say("for information") if ticket.fyi else "",
        say("internal") if ticket.internal else "",
    )


def _turn(ticket: Ticket) -> str:
    """Whom it waits for."""
    if ticket.waiting_for == "requester":
        return say("waiting for the requester")
    if ticket.waiting_for == APPROVAL:
        return say("waiting for approval")
    return say("waiting for a third party") if ticket.waiting_for == "third_party" else ""


def _assignee(desk: Desk, ticket: Ticket) -> str:
    agent = desk.policy.agents.get(ticket.assignee or "")
    return agent.name if agent else ticket.assignee or ""


def _people(desk: Desk, ticket: Ticket) -> list[str]:
    there = [one for one in desk.participants(ticket) if not one.removed]
    contact = next((one.person for one in there if one.role is Role.CONTACT), None)
    others = [
        say("{who} (from outside)", who=one.address) if one.role is Role.EXTERNAL else one.address
        for one in there
        if one.role not in (Role.REQUESTER, Role.CONTACT)
    ]
    opened = say("Opened: {when} ({channel})", when=desk.local(ticket.opened_at), channel=say(ticket.channel))
    return [
        say("From: {who}", who=_person(ticket.requester)),
        *([say("Organisation: {name}", name=ticket.organisation)] if ticket.organisation else []),
        *([say("Contact: {who}", who=_person(contact))] if contact else []),
        *([say("Others: {who}", who=_joined(*others, by=", "))] if others else []),
        opened,
        *([say("Completed: {when}", when=desk.local(ticket.completed_at))] if ticket.completed_at else []),
        *([say("Closed: {when}", when=desk.local(ticket.closed_at))] if ticket.closed_at else []),
    ]


def _properties(desk: Desk, ticket: Ticket, more: details.Details, hidden: Collection[str]) -> list[str]:
    lines = [
        *([say("Type: {name}", name=sorting.called_type(desk, ticket.type))] if ticket.type else []),
        *([say("Category: {name}", name=sorting.called_category(desk, ticket.category))] if ticket.category else []),
        *([say("Project: {name}", name=ticket.project)] if ticket.project else []),
        *([say("Equipment: {names}", names=", ".join(more.equipment))] if more.equipment else []),
        *([say("Tags: {names}", names=", ".join(more.tags))] if more.tags else []),
        *(say("{key}: {value}", key=sorting.called_field(desk, key), value=value) for key, value, _ in more.fields),
        *(
            say("Linked: {number} ({kind})", number=one.number, kind=say(one.kind))
            for one in more.links
            if one.number not in hidden
        ),
    ]
    lines += [
        say("Estimate: {what} ({state})", what=estimates.in_words(one.minutes, one.price), state=say(one.state))
        for one in more.estimates
    ]
    if more.minutes:
        lines.append(say("Time spent: {time}", time=in_hours(more.minutes)))
    return list(lines)


def _task(desk: Desk, task: details.Task) -> Said:
    agent = desk.policy.agents.get(task.agent or "")
    return _joined(
        say("Done: {task}", task=task.text) if task.done else say("To do: {task}", task=task.text),
        agent.name if agent else task.agent or "",
        say("until {until}", until=desk.local(task.due_at)) if task.due_at and not task.done else "",
    )


def _messages(desk: Desk, written: Sequence[Message]) -> list[list[str]]:
    """Of each its lines, the newest first."""
    found: list[list[str]] = []
    told = 0
    corrected = versions.of_ticket(desk.connection, written[0].ticket_id) if written else {}
    for left, one in enumerate(reversed(written)):
        if told > LINES_OF_ALL:
            older = len(written) - left
            return [
                *found,
                ["", say("{count} older messages are left out: `mailgate ticket` shows them.", count=older)],
            ]
        lines = ["", _heading(desk, one), *_cut(one.text)]
        if (said := corrected.get(one.id)) and said[-1].text != one.text:
            lines += [say("Corrected {when}:", when=desk.local(said[-1].at)), *_cut(said[-1].text)]
        lines += [_words(f"  + {file.filename or file.content_type}") for file in one.files]
        found.append(lines)
        told += len(lines)
    return found


def _heading(desk: Desk, message: Message) -> Said:
    return _joined(
        f"M{message.m}",
        _author(desk, message),
        desk.local(message.at),
        _sort(message),
        _typed_by(desk, message) or (say("unverified") if not message.verified and message.role != "agent" else ""),
        say(message.state) if message.state != "stands" else "",
    )


def _typed_by(desk: Desk, message: Message) -> str:
    """Who typed the words of somebody outside, where he did not write them himself."""
    agent = desk.policy.agents.get(message.agent or "")
    return say("written down by {name}", name=agent.name) if agent and message.role != "agent" else ""


def _sort(message: Message) -> str:
    if message.role == "external":
        return say("from outside")
    return say("note") if message.internal else ""


def _cut(text: str) -> list[str]:
    lines = text.strip("\n").split("\n")
    if len(lines) <= LINES_OF_A_MESSAGE:
        return list(map(_words, lines))
    left = say("({count} more lines)", count=len(lines) - LINES_OF_A_MESSAGE)
    return [*map(_words, lines[:LINES_OF_A_MESSAGE]), left]


# ---- as a story -----------------------------------------------------------------------------------------------------


# Lines of the history that name another ticket.
_JOINING = frozenset({"link", "merged", "merged_into", "split", "number", "forward"})


def who_did_what(desk: Desk, ticket: Ticket, reader: Agent | None = None) -> list[str]:
    """Who did what when, each day under its date; for an agent without what names a ticket that he may not see."""
    written = messages.of_ticket(desk.connection, ticket.id)
    changes = _readable(desk, history.of_ticket(desk.connection, ticket.id), reader)
    told = {entry.new for entry in changes if entry.what in ("answer", "note")}
    # The first message is the ticket's opening; what an agent wrote has its line among the changes. What a message
    # brought about comes after it.
    came = [
        HistoryEntry(one.at, one.author.address if one.author else "", "message", None, f"M{one.m}", one.kind)
        for one in written[1:]
        if f"M{one.m}" not in told
    ]
    entries = sorted([*came, *_telling(changes)], key=lambda entry: entry.at)
    names = {one.author.address: one.author.name for one in written if one.author and one.author.name}
    begins = {f"M{one.m}": _beginning(one.text) for one in written}

    def name_of(who: str) -> str:
        agent = desk.policy.agents.get(who) or desk.policy.agent_by_address(who)
        if agent:
            return agent.name
        return say("the desk") if who == SYSTEM else names.get(who) or who or say("somebody")

    lines: list[str] = []
    day = None
    for entry in entries:
        at = desk.local(entry.at)
        if at.date() != day:
            day = at.date()
            lines += ["", say("{day}:", day=day)]
        told_in_words = story.sentence(entry, name_of, begins, partial(sorting.called, desk))
        lines.append(say("{time} {told}", time=f"{at:%H:%M}", told=told_in_words))
    return lines[1:]


def _readable(desk: Desk, changes: Sequence[HistoryEntry], reader: Agent | None) -> Sequence[HistoryEntry]:
    named = {
        n: case_number.find(f"{entry.old or ''} {entry.new or ''}", desk.policy.tag_words)
        for n, entry in enumerate(changes)
        if entry.what in _JOINING
    }
    hidden = _hidden(desk, reader, [number for numbers in named.values() for number in numbers])
    return [entry for n, entry in enumerate(changes) if not hidden.intersection(named.get(n, ()))]


def _hidden(desk: Desk, reader: Agent | None, numbers: Collection[str]) -> frozenset[str]:
    """Which of these tickets do not exist for him. Without a reader: none, it is for the whole house."""
    if reader is None or not authority.hidden_queues(desk.policy, reader):
        return frozenset()
    found = tickets.by_number(desk.connection, {one for one in numbers if one}).values()
    return frozenset(one.number for one in found if not authority.may_see(desk.policy, reader, one))


def _telling(changes: Sequence[HistoryEntry]) -> list[HistoryEntry]:
    """Whoever takes a ticket or answers sets the work going; that needs no line of its own."""
    began = {(one.at, one.who) for one in changes if one.what in ("assignee", "answer") and one.new}
    return [
        one
        for one in changes
        if (one.what, one.old, one.new) != ("status", "open", "in_progress") or (one.at, one.who) not in began
    ]


def _beginning(text: str) -> str:
    words = " ".join(text[: 4 * BEGINNING].split())
    return words if len(words) <= BEGINNING else words[: BEGINNING - 1] + "…"


# ---- in a list ------------------------------------------------------------------------------------------------------


def entries(desk: Desk, found: Sequence[Ticket]) -> tuple[Entry, ...]:
    owed = clocks.owed(desk.connection, [one.id for one in found])
    return tuple(Entry(one.number, _entry(desk, one, owed.get(one.id))) for one in found)


def _entry(desk: Desk, ticket: Ticket, due_at: datetime | None) -> tuple[str, ...]:
    state = _joined(
        say(ticket.priority.value),
        in_words(ticket.status),
        ticket.requester.name or ticket.requester.address,
        _assignee(desk, ticket),
        _turn(ticket),
    )
    lines = (say("{number} {title}", number=ticket.number, title=ticket.title), state)
    if due_at is None:
        return lines
    pattern = "overdue since {when}" if due_at <= desk.now else "due {when}"
    return (*lines, say(pattern, when=desk.local(due_at)))


# ---- the house ------------------------------------------------------------------------------------------------------


def workload(desk: Desk, agent: Agent) -> list[str]:
    """Where it piles up: queues and colleagues, those first who have most that is overdue."""
    hidden = authority.hidden_queues(desk.policy, agent)
    view = views.workload(desk, hidden)
    lines: list[str] = []
    for one in view["queues"]:
        pattern = "{name}: open {open}, with nobody {unassigned}, overdue {overdue}"
        lines.append(say(pattern, **{key: one[key] for key in ("name", "open", "unassigned", "overdue")}))
        if one["oldest_unassigned_at"]:
            since = datetime.fromisoformat(one["oldest_unassigned_at"])
            lines.append(say("the oldest with nobody since {since}", since=since))
    lines.append("")
    for one in view["agents"]:
        pattern = "{name}: open {open}, overdue {overdue}, waiting for others {waiting}"
        lines.append(say(pattern, **{key: one[key] for key in ("name", "open", "overdue", "waiting")}))
    return lines


# ---- words ----------------------------------------------------------------------------------------------------------


def _author(desk: Desk, message: Message) -> str:
    agent = desk.policy.agents.get(message.agent or "")
    if agent and message.role == "agent":
        return agent.name
    return (message.author.name or message.author.address) if message.author else say("unknown")


def _person(person: Person) -> str:
    return f"{person.name} <{person.address}>" if person.name else person.address or say("unknown")


def _words(text: str) -> Said:
    """Somebody's words, which are never looked up in another language."""
    return say("{text}", text=text)


def _joined(*parts: str | datetime, by: str = " · ") -> Said:
    """Those that say something, in a row."""
    return joined([part for part in parts if part], by)
