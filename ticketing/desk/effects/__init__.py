"""What each command does to a ticket. An effect adds what its receipt says to `Work.lines`, or raises Refusal.

Each module keeps the effects of one area in its tables, command type -> function: `EFFECTS` for what is done to a
ticket, `ANYWHERE` for what needs none.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ticketing import commands
from ticketing.command_words import BY_NAME, guidance, help_lines, help_on, word_key, word_of
from ticketing.commands import Command
from ticketing.desk.core import Refusal
from ticketing.desk.effects import (
    assigning,
    editing,
    forwarding,
    joining,
    listing,
    moves,
    outsiders,
    people,
    prepared,
    sheet,
    showing,
    sorting,
    tasks,
    undoing,
    values,
)
from ticketing.desk.effects.values import promote
from ticketing.desk.effects.words import SIGNATURES, answer, note
from ticketing.desk.effects.work import Hand, Work, check_outsider, find_agent
from ticketing.saying import say

__all__ = [
    "ANYWHERE",
    "SIGNATURES",
    "Hand",
    "Work",
    "answer",
    "check_outsider",
    "find_agent",
    "note",
    "perform",
    "possible",
    "promote",
    "stands_alone",
]


def perform(hand: Hand, command: Command) -> None:
    """Does one command. Raises Refusal with words for the agent when it cannot be done."""
    word = word_of(type(command))
    asked = say(f"!{word}")
    effect: Callable[[Any, Any], None] | None = ANYWHERE.get(type(command)) or EFFECTS.get(type(command))
    if effect is None:
        raise Refusal(say("{command} cannot be done in this version; !help lists what can", command=asked))
    if type(command) not in ANYWHERE and not isinstance(hand, Work):
        raise Refusal(say("{command} needs a ticket: write it in an answer to a mail about one", command=asked))
    hand.command = word
    try:
        effect(hand, command)
    finally:
        hand.command = ""


def possible() -> frozenset[str]:
    """The words of all commands that this version carries out for an agent."""
    return frozenset((*map(word_of, (*EFFECTS, *ANYWHERE)), "note", "reply", "new"))


def stands_alone(asked: Sequence[Command]) -> bool:
    """Whether a mail with these commands needs no ticket, neither one at hand nor a new one."""
    return any(type(one) is not commands.Silent for one in asked) and all(type(one) in ANYWHERE for one in asked)


def _help(hand: Hand, command: commands.Help) -> None:
    """What a command does, or all that this version can do."""
    word = BY_NAME.get(word_key(command.about.lstrip("!"))) if command.about else None
    if word is None:
        sheet.send(hand, say("Commands"), help_lines("agent", possible()))
    else:
        sheet.send(hand, say(f"!{word.name}"), [help_on(word), *guidance(word)])


_AREAS = (
    moves, values, assigning, people, sorting, prepared, tasks, joining, forwarding, editing, outsiders, listing,
    showing, undoing,
)  # fmt: skip
EFFECTS: dict[type, Callable[[Work, Any], None]] = {}
"""What is done to a ticket."""
ANYWHERE: dict[type, Callable[[Hand, Any], None]] = {commands.Help: _help}
"""What needs no ticket."""
for _area in _AREAS:
    EFFECTS |= _area.EFFECTS
    ANYWHERE |= _area.ANYWHERE
