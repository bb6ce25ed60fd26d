"""Correcting what an agent wrote: a note and an answer that has not left are changed, one that has left is not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ticketing import commands
from ticketing.desk import kept_inside, leaving
from ticketing.desk.core import Refusal
from ticketing.desk.effects.words import send_again
from ticketing.desk.effects.work import Hand, Work
from ticketing.model import Message
from ticketing.saying import say
from ticketing.store import messages, versions


def _edit(work: Work, command: commands.Edit) -> None:
    desk, ticket = work.desk, work.ticket
    one = _own_message(work, command.message)
    earlier = versions.of_ticket(desk.connection, ticket.id).get(one.id)
    if command.text == (earlier[-1].text if earlier else one.text):
        raise Refusal(say("M{m} says that already", m=one.m))
    waits = not one.internal and leaving.still_here(desk, one)
    if waits:
        kept_inside.refuse(desk, ticket, command.text)
    versions.add(desk.connection, one, command.text, work.agent.id, desk.now)
    desk.note_history(ticket, work.who, "edit", f"M{one.m}", "corrected", work.cause)
    if not waits and (not one.internal or one.to_addresses):
        work.lines.append(
            say("M{m} has left already, so it stays as it was sent; your words stand beside it as the correction.",
                m=one.m)
        )  # fmt: skip
        return
    messages.change(desk.connection, one.id, text=command.text)
    if waits:
        send_again(work, one)
        work.lines.append(say("M{m} is corrected, and leaves with the new words.", m=one.m))
    else:
        work.lines.append(say("M{m} is corrected; the words it had are kept.", m=one.m))


def _own_message(work: Work, m: int) -> Message:
    """A message that an agent wrote and that stands. Raises Refusal for any other."""
    written = messages.of_ticket(work.desk.connection, work.ticket.id)
    one = next((one for one in written if one.m == m), None)
    if one is None:
        raise Refusal(say("there is no M{m} in {number}", m=m, number=work.ticket.number))
    if one.role != "agent":
        raise Refusal(say("M{m} was written outside and stays as it came", m=m))
    if one.state == "undone":
        raise Refusal(say("M{m} was taken back", m=m))
    return one


EFFECTS: dict[type, Callable[[Work, Any], None]] = {
    commands.Edit: _edit,
}
ANYWHERE: dict[type, Callable[[Hand, Any], None]] = {}
