"""Commands that only tell: nothing is changed by them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ticketing import commands
from ticketing.desk import promises
from ticketing.desk.effects.work import Hand, Work
from ticketing.saying import say


def _sla(work: Work, _: commands.Sla) -> None:
    work.lines.extend(promises.in_words(work.desk, work.ticket))


def _silent(hand: Hand, _: commands.Silent) -> None:
    hand.lines.append(say("The requester hears nothing of it."))


EFFECTS: dict[type, Callable[[Work, Any], None]] = {
    commands.Sla: _sla,
}
ANYWHERE: dict[type, Callable[[Hand, Any], None]] = {
    commands.Silent: _silent,
}
