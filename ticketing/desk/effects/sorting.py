"""Commands that say what sort of thing a ticket is: type, category, fields, estimates."""

from __future__ import annotations

from collections.abc import Callable
from difflib import get_close_matches
from typing import Any

from ticketing import commands
from ticketing.desk import sorting as checklist
from ticketing.desk.core import Refusal, in_words
from ticketing.desk.effects.work import Hand, Work
from ticketing.model import Status
from ticketing.notices import Estimate
from ticketing.rules import fields, sorting
from ticketing.rules.estimates import in_words as in_short
from ticketing.saying import say
from ticketing.store import estimates, messages, tickets
from ticketing.store import fields as kept

LONGEST_NAME = 60
LONGEST_VALUE = 2000


def _type(work: Work, command: commands.SetType) -> None:
    """Also looks anew at what the requester wrote: another type asks for other things."""
    desk, types = work.desk, work.desk.policy.types
    name = sorting.named(command.type, types) if types else _free(command.type)
    if name is None:
        there = ", ".join(types)
        nearest = _nearest(command.type, tuple(types))
        raise Refusal(
            say("no type “{text}”{nearest} (there are: {there})", text=command.type, nearest=nearest, there=there)
        )
    work.ticket = desk.change(work.ticket, work.who, work.cause, type=name)
    work.lines.append(
        say("Type of {number} is {value} now.", number=work.ticket.number, value=checklist.called_type(desk, name))
    )
    for one in messages.of_ticket(desk.connection, work.ticket.id):
        if one.role in ("requester", "cc") and not one.internal:
            checklist.learn(desk, work.ticket, one, f"{work.ticket.subject}\n{one.text}", work.who)
    _tell_missing(work)


def _category(work: Work, command: commands.SetCategory) -> None:
    known = work.desk.policy.categories
    name = sorting.named(command.category, known) if known else _free(command.category)
    if name is None:
        there = ", ".join(known)
        nearest = _nearest(command.category, tuple(known))
        raise Refusal(
            say(
                "no category “{text}”{nearest} (there are: {there})",
                text=command.category,
                nearest=nearest,
                there=there,
            )
        )
    work.ticket = work.desk.change(work.ticket, work.who, work.cause, category=name)
    work.lines.append(
        say(
            "Category of {number} is {value} now.",
            number=work.ticket.number,
            value=checklist.called_category(work.desk, name),
        )
    )


def _field(work: Work, command: commands.SetField) -> None:
    desk, ticket = work.desk, work.ticket
    key = fields.key_of(command.key, desk.policy.types.values())
    if key is None:
        raise Refusal(say("“{text}” is no name of a field: letters, figures and _ only", text=command.key[:60]))
    value = command.value.strip()
    if len(value) > LONGEST_VALUE:
        raise Refusal(say("that is too long for a field; write it as a note"))
    before = kept.of_ticket(desk.connection, ticket.id).get(key)
    if value:
        kept.put(desk.connection, ticket.id, {key: value}, None)
        work.lines.append(say("{key} of {number} is {value} now.", key=key, number=ticket.number, value=value))
    elif before is None:
        raise Refusal(say("{number} has no {key} that could be cleared", number=ticket.number, key=key))
    else:
        kept.remove(desk.connection, ticket.id, key)
        work.lines.append(say("{key} of {number} is cleared.", key=key, number=ticket.number))
    if value != (before or ""):
        old, new = (f"{key}={one}" if one else None for one in (before, value))
        desk.note_history(ticket, work.who, "field", old, new, work.cause)
        work.ticket = tickets.change_ticket(desk.connection, ticket.id, changed_at=desk.now)


def _tell_missing(work: Work) -> None:
    language = work.agent.language or work.desk.policy.language
    work.lines += checklist.open_points(work.desk, work.ticket, language).in_words()


def _free(written: str) -> str | None:
    """Where the operators have listed none, any name will do."""
    name = " ".join(written.split())
    return name if 0 < len(name) <= LONGEST_NAME else None


def _nearest(written: str, names: tuple[str, ...]) -> str:
    close = get_close_matches(written.casefold(), names, n=1)
    return say(", did you mean {meant}?", meant=close[0]) if close else ""


def _estimate(work: Work, command: commands.Estimate) -> None:
    desk, ticket = work.desk, work.ticket
    if ticket.status not in (Status.OPEN, Status.IN_PROGRESS):
        status = in_words(ticket.status)
        raise Refusal(say("{number} is {status}, so there is nothing to estimate", number=ticket.number, status=status))
    if ticket.internal or not ticket.requester.address:
        raise Refusal(say("{number} has no requester who could approve an estimate", number=ticket.number))
    thread = desk.thread_with(ticket)
    made = estimates.add(desk.connection, ticket.id, work.who, desk.now, command.minutes, command.price)
    what = in_short(command.minutes, command.price)
    desk.note_history(ticket, work.who, "estimate", None, what, work.cause)
    work.ticket = desk.change(ticket, work.who, work.cause, waiting_for="requester")
    desk.notices.append(Estimate(desk.about(ticket), ticket.requester, thread, command.minutes, command.price, made.id))
    work.lines.append(
        say(
            "The estimate {what} goes to {to} in {seconds} seconds. You will hear the answer.",
            what=what, to=ticket.requester.address, seconds=int(desk.policy.undo.total_seconds()),
        )
    )  # fmt: skip


EFFECTS: dict[type, Callable[[Work, Any], None]] = {
    commands.SetType: _type,
    commands.SetCategory: _category,
    commands.SetField: _field,
    commands.Estimate: _estimate,
}
ANYWHERE: dict[type, Callable[[Hand, Any], None]] = {}
