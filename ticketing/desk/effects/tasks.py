"""Commands about what remains: tasks, reminders, tags, deadlines by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any

from ticketing import commands
from ticketing.days import When
from ticketing.desk.core import Refusal
from ticketing.desk.effects.work import Hand, Work, find_colleague
from ticketing.desk.todos import in_a_line
from ticketing.model import Status
from ticketing.saying import Said, say
from ticketing.store import tasks, tickets
from ticketing.store.details import Task

MORNING = time(9)
END_OF_WORK = time(16)
WARN_BEFORE = timedelta(days=1)
_LONGEST_TAG = 60


def _moment(hand: Hand, when: When, time_of_day: time) -> datetime:
    """The moment that was meant. Raises Refusal where it has passed."""
    at = when.at(hand.desk.local(hand.desk.now), time_of_day)
    if at <= hand.desk.now:
        raise Refusal(say("that moment has passed already: {until}", until=at))
    return at


# ---- tasks ----------------------------------------------------------------------------------------------------------


def _todo(work: Work, command: commands.Todo) -> None:
    """Something to be done. On its day whoever has to do it gets a mail."""
    desk, ticket = work.desk, work.ticket
    agent = find_colleague(work, command.agent) if command.agent else None
    due_at = _moment(work, command.due, MORNING) if command.due else None
    task_id = tasks.add_task(desk.connection, ticket.id, command.words, agent.id if agent else None, due_at)
    if due_at is not None:
        tasks.add_reminder(
            desk.connection, "task", due_at, ticket_id=ticket.id, agent=agent.id if agent else None,
            words=command.words, task_id=task_id,
        )  # fmt: skip
    desk.note_history(ticket, work.who, "task", None, command.words, work.cause)
    line = in_a_line(work.desk, Task(task_id, command.words, agent.id if agent else None, due_at, False))
    work.lines.append(say("To do in {number}: {task}", number=ticket.number, task=line))
    work.lines.append(say("When it is done: !todo -{id}", id=task_id))


def _todo_done(work: Work, command: commands.TodoDone) -> None:
    desk, ticket = work.desk, work.ticket
    there = {one.id: one for one in tasks.of_ticket(desk.connection, ticket.id)}
    task = there.get(command.id)
    if task is None or task.done:
        remains = [str(one.id) for one in there.values() if not one.done]
        raise Refusal(
            say("{number} has no open task {id} (there is: {there})", number=ticket.number, id=command.id,
                there=", ".join(remains) or say("nothing"))
        )  # fmt: skip
    tasks.finish(desk.connection, task.id)
    desk.note_history(ticket, work.who, "task", task.text, "done", work.cause)
    work.lines.append(say("Done: {task}", task=task.text))


def what_remains(work: Work) -> list[Said]:
    """The open tasks of the ticket at hand, a line each."""
    return [in_a_line(work.desk, one) for one in tasks.of_ticket(work.desk.connection, work.ticket.id) if not one.done]


# ---- reminders ------------------------------------------------------------------------------------------------------


def _remind(hand: Hand, command: commands.Remind) -> None:
    """A mail to the agent himself, at its moment and once."""
    at = _moment(hand, command.when, MORNING)
    words = command.words
    if not isinstance(hand, Work):
        # Without a ticket there is nobody else whom the words below could be for.
        words = "\n".join(part for part in (words, hand.words.strip()) if part)
        hand.words = ""
    ticket_id = hand.ticket.id if isinstance(hand, Work) else None
    tasks.add_reminder(hand.desk.connection, "remind", at, ticket_id=ticket_id, agent=hand.agent.id, words=words)
    hand.lines.append(say("You are reminded on {at}.", at=at))


# ---- deadlines by hand ----------------------------------------------------------------------------------------------


def _due(work: Work, command: commands.Due) -> None:
    """A deadline beside what was promised, by the clock on the wall. Whoever has the ticket is warned a day before, and
    told with the lead when it has passed."""
    desk, ticket = work.desk, work.ticket
    if command.when is not None and ticket.status not in (Status.OPEN, Status.IN_PROGRESS):
        raise Refusal(say("{number} is finished, so nothing is due in it", number=ticket.number))
    at = _moment(work, command.when, END_OF_WORK) if command.when else None
    old, new = (f"{desk.local(one):%Y-%m-%d %H:%M}" if one else None for one in (ticket.due_at, at))
    desk.note_history(ticket, work.who, "due", old, new, work.cause)
    work.ticket = tickets.change_ticket(desk.connection, ticket.id, due_at=at, changed_at=desk.now)
    tasks.drop_reminders(desk.connection, ticket.id, ("due-soon", "due"))
    if at is None:
        work.lines.append(say("{number} has no deadline of its own now.", number=ticket.number))
        return
    soon = max(at - WARN_BEFORE, desk.now + (at - desk.now) / 2)
    tasks.add_reminder(desk.connection, "due-soon", soon, ticket_id=ticket.id)
    tasks.add_reminder(desk.connection, "due", at, ticket_id=ticket.id)
    work.lines.append(say("{number} is due on {at}.", number=ticket.number, at=at))


# ---- tags -----------------------------------------------------------------------------------------------------------


def _tag(work: Work, command: commands.Tag) -> None:
    desk, ticket = work.desk, work.ticket
    add, remove = (tuple(dict.fromkeys(map(_plain, some))) for some in (command.add, command.remove))
    before = tasks.tags_of(desk.connection, ticket.id)
    if missing := [one for one in remove if one not in before]:
        raise Refusal(
            say("{number} has no tag {tags} (there is: {there})", number=ticket.number, tags=", ".join(missing),
                there=", ".join(before) or say("nothing"))
        )  # fmt: skip
    tasks.tag(desk.connection, ticket.id, add, remove)
    after = tasks.tags_of(desk.connection, ticket.id)
    if after != before:
        desk.note_history(ticket, work.who, "tags", ", ".join(before) or None, ", ".join(after) or None, work.cause)
    work.lines.append(say("Tags of {number}: {tags}", number=ticket.number, tags=", ".join(after) or say("none")))


def _plain(tag: str) -> str:
    """One word, whatever its case: `VIP` and `vip` are one tag."""
    return "-".join(tag.split()).casefold()[:_LONGEST_TAG]


EFFECTS: dict[type, Callable[[Work, Any], None]] = {
    commands.Todo: _todo,
    commands.TodoDone: _todo_done,
    commands.Due: _due,
    commands.Tag: _tag,
}
ANYWHERE: dict[type, Callable[[Hand, Any], None]] = {
    commands.Remind: _remind,
}
