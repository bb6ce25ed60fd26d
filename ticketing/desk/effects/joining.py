"""Commands that bring tickets together or part them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ticketing import commands
from ticketing.desk.effects.work import Hand, Work, other_ticket
from ticketing.saying import say
from ticketing.store import tickets


def _link(work: Work, command: commands.Link) -> None:
    other = other_ticket(work, command.number)
    tickets.add_link(work.desk.connection, work.ticket, "related", other, "related")
    work.desk.note_history(work.ticket, work.who, "link", None, other.number, work.cause)
    work.lines.append(say("{number} and {other} are linked.", number=work.ticket.number, other=other.number))


EFFECTS: dict[type, Callable[[Work, Any], None]] = {
    commands.Link: _link,
}
ANYWHERE: dict[type, Callable[[Hand, Any], None]] = {}
