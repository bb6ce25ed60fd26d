"""Who gets a new ticket, and who is there in whose place. Values in, an answer out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ticketing.model import Absence
from ticketing.policy import Agent, Queue
from ticketing.rules.sorting import MOST_TEXT, begins_with

Absences = Mapping[str, Absence]
"""An agent's id -> his absence; whoever is not in it is here."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Who gets it; `rule` says why, for the history."""

    agent: Agent
    rule: str


def in_place_of(agent_id: str, absences: Absences) -> str | None:
    """Who is there for an agent: he himself, his stand-in, or that one's; None: nobody."""
    asked: set[str] = set()
    there: str | None = agent_id
    while there is not None and there in absences:
        if there in asked:
            return None
        asked.add(there)
        there = absences[there].stand_in
    return there


def who_is_there(queue: Queue, absences: Absences) -> tuple[str, ...]:
    """Who of a queue is at work. When nobody is, its lead or whoever is there for him; at last all, since somebody has
    to hear."""
    here = tuple(one for one in queue.agents if one not in absences)
    if here:
        return here
    lead = in_place_of(queue.lead, absences) if queue.lead else None
    return (lead,) if lead else queue.agents


def choose(
    assignment: str,
    agents: Sequence[Agent],
    absences: Absences,
    last: str | None,
    loads: Mapping[str, int],
    text: str,
) -> Choice | None:
    """Who gets the next ticket; None: it stays with the queue.

    `agents`: those who work in the queue, in the order of the configuration. `last`: who was given the one before.
    `loads`: how many unfinished tickets each has. `text`: what the ticket says of itself.
    """
    turns = [one for one in _from_the_next(agents, last) if one.id not in absences]
    if not turns:
        return None
    if assignment == "round-robin":
        return Choice(turns[0], "round-robin")
    free = [one for one in turns if loads.get(one.id, 0) < one.capacity]
    if assignment == "skill":
        skilled = {one.id: _skills_for(one, text) for one in free}
        most = max((len(skills) for skills in skilled.values()), default=0)
        if most:
            chosen = _least_loaded([one for one in free if len(skilled[one.id]) == most], loads)
            return Choice(chosen, f"skill {', '.join(skilled[chosen.id])}") if chosen else None
    chosen = _least_loaded(free, loads)
    return Choice(chosen, f"least-loaded, {loads.get(chosen.id, 0)} of {chosen.capacity}") if chosen else None


def _from_the_next(agents: Sequence[Agent], last: str | None) -> list[Agent]:
    """The round, beginning behind whoever had the last turn; from the top, where he is here no more."""
    ids = [one.id for one in agents]
    start = ids.index(last) + 1 if last in ids else 0
    return [*agents[start:], *agents[:start]]


def _least_loaded(agents: Sequence[Agent], loads: Mapping[str, int]) -> Agent | None:
    """By share of what each can carry; of equals the first in the round."""
    return min(agents, key=lambda one: loads.get(one.id, 0) / one.capacity, default=None)


def _skills_for(agent: Agent, text: str) -> list[str]:
    """His skills that a text names: at the beginning of a word, since words have endings."""
    said = " ".join(text[:MOST_TEXT].casefold().split())
    return [skill for skill in agent.skills if begins_with(skill).search(said)]
