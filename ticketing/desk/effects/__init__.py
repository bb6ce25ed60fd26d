"""What each command does to a ticket. An effect adds what its receipt says to `Work.lines`, or raises Refusal.

Each module keeps the effects of one area in its table `EFFECTS`, command type -> function.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ticketing import commands
from ticketing.commands import Command
from ticketing.desk.core import Refusal
from ticketing.desk.effects import (
    assigning,
    joining,
    listing,
    moves,
    outsiders,
    people,
    prepared,
    showing,
    sorting,
    tasks,
    undoing,
    values,
)
from ticketing.desk.effects.values import promote
from ticketing.desk.effects.words import SIGNATURES, answer, note
from ticketing.desk.effects.work import Work, find_agent
from ticketing.saying import say

__all__ = ["SIGNATURES", "Work", "answer", "find_agent", "help_lines", "note", "perform", "possible", "promote"]


def perform(work: Work, command: Command) -> None:
    """Does one command. Raises Refusal with words for the agent when it cannot be done."""
    word = commands.word_of(type(command))
    effect = EFFECTS.get(type(command))
    if effect is None:
        refused = "{command} cannot be done in this version; !help lists what can"
        raise Refusal(say(refused, command=say(f"!{word}")))
    work.command = word
    try:
        effect(work, command)
    finally:
        work.command = ""


def possible() -> frozenset[str]:
    """The words of all commands that this version carries out for an agent."""
    return frozenset((*map(commands.word_of, EFFECTS), "note", "reply"))


def _help(work: Work, command: commands.Help) -> None:
    work.lines.extend(help_lines(command.about))


def help_lines(about: str = "") -> list[str]:
    """What a command does, or all that this version can do."""
    word = commands.BY_NAME.get(commands.word_key(about.lstrip("!"))) if about else None
    if word is None:
        return commands.help_lines("agent", possible())
    return [commands.help_on(word)]


EFFECTS: dict[type, Callable[[Work, Any], None]] = {
    **moves.EFFECTS,
    **values.EFFECTS,
    **assigning.EFFECTS,
    **people.EFFECTS,
    **sorting.EFFECTS,
    **prepared.EFFECTS,
    **tasks.EFFECTS,
    **joining.EFFECTS,
    **outsiders.EFFECTS,
    **listing.EFFECTS,
    **showing.EFFECTS,
    **undoing.EFFECTS,
    commands.Help: _help,
}
