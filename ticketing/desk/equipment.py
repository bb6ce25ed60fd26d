"""What a ticket is about: equipment that a mail names, and what was done to it before."""

from __future__ import annotations

from collections.abc import Sequence

from ticketing.desk.core import SYSTEM, Desk, in_words
from ticketing.model import Equipment, IncomingMessage, Status, Ticket
from ticketing.rules import serials
from ticketing.saying import Said, say
from ticketing.store import equipment

REPAIRS_TOLD = 3
MAX_TOLD = 5
MAX_RESOLUTION = 120


def note_found(desk: Desk, ticket: Ticket, message: IncomingMessage) -> None:
    """Serials in a mail's own words stand on its ticket from now on."""
    text = f"{message.subject}\n{message.new_text}"
    found = serials.of_known_form(text, desk.policy.serial_patterns)
    if possible := serials.possible(text):
        found = tuple(dict.fromkeys((*found, *equipment.by_serial(desk.connection, possible))))
    if not found:
        return
    there = equipment.of_ticket(desk.connection, ticket.id)
    new = [one for one in found if one not in there]
    equipment.attach(desk.connection, ticket.id, new)
    for one in new:
        desk.note_history(ticket, SYSTEM, "equipment", None, one, "intake")


def lines(desk: Desk, ticket: Ticket) -> tuple[Said, ...]:
    """For an agent: what it is, where it stands, and the last cases about it that whoever works here may see."""
    named = equipment.of_ticket(desk.connection, ticket.id)[:MAX_TOLD]
    if not named:
        return ()
    known = equipment.by_serial(desk.connection, named)
    queues = [one.name for one in desk.policy.queues.values() if not one.private or one.name == ticket.queue]
    before = equipment.tickets_about(desk.connection, named, but=ticket.id, queues=queues, each=REPAIRS_TOLD)
    told: list[Said] = []
    for serial in named:
        told.append(in_a_line(desk, known.get(serial) or Equipment(serial)))
        for row in before.get(serial, ()):
            case = say("{number}: {title}", number=row.number, title=row.title)
            outcome = _shortened(row.resolution) if row.resolution else in_words(Status(row.status))
            told.append(say("  Before: {case} – {outcome}", case=case, outcome=outcome))
    return tuple(told)


def in_a_line(desk: Desk, one: Equipment) -> Said:
    parts: dict[str, object] = {
        "serial": one.serial, "name": one.name, "organisation": one.organisation, "place": one.place,
    }  # fmt: skip
    if one.warranty is not None:
        over = one.warranty < desk.local(desk.now).date()
        pattern = "warranty ended on {day}" if over else "warranty until {day}"
        parts["warranty"] = say(pattern, day=one.warranty)
    there = {name: part for name, part in parts.items() if part}
    return say(" · ".join(f"{{{name}}}" for name in there), **there)


def _shortened(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= MAX_RESOLUTION else words[: MAX_RESOLUTION - 1] + "…"


def put(desk: Desk, rows: Sequence[Equipment]) -> None:
    equipment.put(desk.connection, rows)


def listed(desk: Desk, organisation: str | None, words: str) -> list[Equipment]:
    return equipment.listed(desk.connection, organisation=organisation, words=words)
