"""What an agent wants to know before he answers a new ticket: the requester's other cases, earlier ones like it with
what solved them, and who of the same organisation wrote just before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from ticketing.model import Status, Ticket
from ticketing.policy import Agent, DeskPolicy
from ticketing.rules import authority, similar
from ticketing.saying import Said, say
from ticketing.store import neighbours, tickets

LATELY = timedelta(hours=48)
SHOWN = 3
# A line of an alert must not be broken by a mail program: what it made of it would have no sign of ours.
LINE = 68


@dataclass(frozen=True, slots=True)
class Background:
    """Tickets beside the one at hand, the most telling first. An agent is told only of those that he may see."""

    theirs: tuple[Ticket, ...] = ()
    alike: tuple[tuple[Ticket, str], ...] = ()
    """With what solved it."""
    colleagues: tuple[Ticket, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """The same as lines for one agent."""

    theirs: tuple[str, ...]
    alike: tuple[str, ...]
    hints: tuple[str, ...]


def gather(connection: sa.Connection, ticket: Ticket, words: str, now: datetime) -> Background:
    """`words`: what the requester wrote."""
    theirs = neighbours.of_requester(connection, ticket)
    unfinished = (Status.OPEN, Status.IN_PROGRESS)
    theirs.sort(key=lambda one: one.status not in unfinished)
    colleagues = neighbours.of_colleagues(connection, ticket, now - LATELY) if ticket.organisation else []
    return Background(tuple(theirs), _alike(connection, ticket, words), tuple(colleagues))


def _alike(connection: sa.Connection, ticket: Ticket, words: str) -> tuple[tuple[Ticket, str], ...]:
    beginnings = similar.stems(ticket.title, similar.MOST_WORDS)
    nearest = similar.nearest(ticket.title, neighbours.finished_with(connection, beginnings, ticket.id))
    if not nearest:
        return ()
    firsts = neighbours.first_texts(connection, nearest)
    earlier = [
        (one, similar.Case(one.title, f"{one.resolution or ''} {firsts.get(one.id, '')}"))
        for one in tickets.by_ids(connection, nearest)
    ]
    found = similar.most_alike(similar.Case(ticket.title, words), earlier)
    # Where nobody wrote down what solved it, the last answer comes nearest.
    answers = neighbours.last_answers(connection, [one.id for one in found if not one.resolution])
    return tuple((one, one.resolution or answers.get(one.id, "")) for one in found)


def told_to(policy: DeskPolicy, agent: Agent, background: Background) -> Told:
    def visible(found: Sequence[Ticket]) -> list[Ticket]:
        return [one for one in found if authority.may_see(policy, agent, one)][:SHOWN]

    alike = [row for row in background.alike if authority.may_see(policy, agent, row[0])][:SHOWN]
    # What solved it says more than that there was one.
    theirs = visible([one for one in background.theirs if one.id not in {other.id for other, _ in alike}])
    return Told(
        tuple(_case(one) for one in theirs),
        tuple(line for one, solution in alike for line in _solved(one, solution)),
        tuple(line for one in visible(background.colleagues)[:1] for line in _colleague(one)),
    )


def _case(ticket: Ticket) -> Said:
    status = say(ticket.status.value.replace("_", " "))
    return say("{number} {title}, {status}", number=ticket.number, title=_short(ticket.title, 40), status=status)


def _solved(ticket: Ticket, solution: str) -> tuple[Said, ...]:
    line = say("{number} {title}", number=ticket.number, title=_short(ticket.title, LINE - 10))
    return (line, say("= {solution}", solution=_short(solution, LINE - 2))) if solution else (line,)


def _colleague(ticket: Ticket) -> tuple[Said, ...]:
    who = ticket.requester.name or ticket.requester.address
    return (
        say("{name}, of the same organisation, wrote lately:", name=_short(who, 30)),
        _case(ticket),
        say("If it is the same thing: !merge {number} or !link {number}", number=ticket.number),
    )


def _short(text: str, most: int) -> str:
    line = " ".join(text.split())
    if len(line) <= most:
        return line
    cut = line[: most - 1]
    return (cut.rpartition(" ")[0] or cut).rstrip(" ,;:-–") + "…"
