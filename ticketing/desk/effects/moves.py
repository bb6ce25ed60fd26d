"""Commands that move a ticket on: who has it, how far it is."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from ticketing import commands
from ticketing.desk import background, equipment, sorting
from ticketing.desk.core import Refusal, in_words
from ticketing.desk.effects.assigning import warn_if_away
from ticketing.desk.effects.tasks import what_remains
from ticketing.desk.effects.work import Hand, Work, find_colleague, newest_from_outside
from ticketing.model import Status
from ticketing.notices import Completed, Taken
from ticketing.policy import Agent
from ticketing.rules.lifecycle import Event
from ticketing.saying import say

# What says more to the requester, or is said about nothing he should hear of.
_TELLS = (commands.Done, commands.Close, commands.Spam, commands.Merge, commands.Silent, commands.Canned)


def _claim(work: Work, _: commands.Claim) -> None:
    _give(work, work.agent, Event.CLAIM)


def _assign(work: Work, command: commands.Assign) -> None:
    if command.agent is None:
        work.ticket = work.desk.change(work.ticket, work.who, work.cause, assignee=None)
        work.lines.append(say("Nobody has it now; the queue is told of new messages."))
        return
    _give(work, find_colleague(work, command.agent), Event.ASSIGN)


def _give(work: Work, agent: Agent, event: Event) -> None:
    desk = work.desk
    before = work.ticket.assignee
    ticket = desk.change(work.ticket, work.who, work.cause, assignee=agent.id)
    work.ticket = desk.move_if_it_fits(ticket, event, work.who, work.cause)
    has = "{name} has {number} now." if before != agent.id else "{name} has {number} already."
    work.lines.append(say(has, name=agent.name, number=ticket.number))
    if agent.id != work.agent.id:
        warn_if_away(work, agent)
    if before != agent.id:
        _tell_taken(work, agent)
    if agent.id != work.agent.id and before != agent.id:
        newest = newest_from_outside(work)
        author = newest.author.address if newest and newest.author else None
        former = author in desk.former_requesters(work.ticket)
        desk.alert(
            work.ticket,
            "assigned",
            answer="p" if newest else "n",
            by=work.agent.name,
            words=newest.text if newest else "",
            message=newest,
            hints=equipment.lines(desk, work.ticket),
            badges=(say("from the former requester"),) if former else (),
            missing=partial(sorting.open_points, desk, work.ticket),
            beside=partial(background.gather, desk.connection, work.ticket, newest.text if newest else "", desk.now),
            only=(agent,),
        )
    if before != agent.id:
        others = desk.hearers(work.ticket, "assigned", but=work.agent.id, former=before)
        others = tuple(one for one in others if one != agent)
        desk.alert(work.ticket, "passed on", answer="n", by=work.agent.name, words="", only=others)


def _tell_taken(work: Work, agent: Agent) -> None:
    """The requester hears who has his case, where the queue says so and nothing else of this mail tells him more."""
    desk, ticket = work.desk, work.ticket
    queue = desk.policy.queues.get(ticket.queue)
    if queue is None or not queue.tell_taken or ticket.internal or ticket.fyi or not ticket.requester.address:
        return
    if ticket.status is not Status.IN_PROGRESS or any(isinstance(one, _TELLS) for one in work.asked):
        return
    if work.words_are == "answer" and work.words.strip():
        return
    desk.notices.append(Taken(desk.about(ticket), ticket.requester, desk.thread_with(ticket), agent.name))


def _done(work: Work, _: commands.Done) -> None:
    desk = work.desk
    if desk.policy.require_resolution and not (work.ticket.resolution or "").strip():
        raise Refusal(
            say("write what was done first: !resolution, the words on lines of their own, !end, and then !done")
        )
    remains = what_remains(work)
    if remains and desk.policy.open_todos == "refuse":
        tasks = ", ".join(remains)
        raise Refusal(say("{number} still has open tasks: {tasks}", number=work.ticket.number, tasks=tasks))
    if work.ticket.status is Status.OPEN:
        # Whoever completes a ticket that nobody had has worked on it.
        work.ticket = desk.change(work.ticket, work.who, work.cause, assignee=work.ticket.assignee or work.agent.id)
        work.ticket = desk.move(work.ticket, Event.CLAIM, work.who, work.cause)
    work.ticket = desk.move(work.ticket, Event.DONE, work.who, work.cause)
    closes_at = desk.now + desk.policy.auto_close
    work.lines.append(
        say(
            "{number} is completed; it closes by itself on {day}.",
            number=work.ticket.number,
            day=desk.local(closes_at).date(),
        )
    )
    work.lines += [say("Still to do: {task}", task=task) for task in remains]
    if work.ticket.requester.address and not work.ticket.internal:
        to, copies = desk.told_outside(work.ticket, "completed")
        desk.notices.append(
            Completed(
                desk.about(work.ticket),
                to,
                desk.thread_with(work.ticket),
                work.ticket.resolution,
                closes_at,
                cc=copies,
            )
        )
    told, by = work.ticket.resolution or "", work.agent.name
    desk.alert(work.ticket, "completed", answer="n", by=by, words=told, but=work.agent.id)


def _close(work: Work, _: commands.Close) -> None:
    _move(work, Event.CLOSE)


def _spam(work: Work, _: commands.Spam) -> None:
    _move(work, Event.SPAM)


def _reopen(work: Work, _: commands.Reopen) -> None:
    _move(work, Event.REOPEN)


def _status(work: Work, command: commands.SetStatus) -> None:
    _move(work, Event.BACK_TO_OPEN if command.status == "open" else Event.PROGRESS)


def _move(work: Work, event: Event) -> None:
    work.ticket = work.desk.move(work.ticket, event, work.who, work.cause)
    work.lines.append(say("{number} is {status} now.", number=work.ticket.number, status=in_words(work.ticket.status)))


EFFECTS: dict[type, Callable[[Work, Any], None]] = {
    commands.Claim: _claim,
    commands.Assign: _assign,
    commands.Done: _done,
    commands.Close: _close,
    commands.Spam: _spam,
    commands.Reopen: _reopen,
    commands.SetStatus: _status,
}
ANYWHERE: dict[type, Callable[[Hand, Any], None]] = {}
