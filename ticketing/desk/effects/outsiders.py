"""What waits for a decision: held mails, and people who wrote from outside a ticket."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ticketing import commands
from ticketing.desk.core import Refusal
from ticketing.desk.effects.work import Hand, Work, check_outsider
from ticketing.model import Role
from ticketing.saying import say
from ticketing.store import messages, participants


def _accept(hand: Hand, command: commands.Accept) -> None:
    """A held mail by its id; or who wrote from outside (`m5`, or his address), who takes part from now on."""
    if (held := held_id(command.id)) is not None:
        hand.releases.append((held, True))
        hand.lines.append(say("Held mail {id} goes through now.", id=command.id))
        return
    work = _on_a_ticket(hand, command.id)
    address = _outsider(work, command.id)
    check_outsider(work.desk, address)
    title_stays(work)
    participants.set_role(work.desk.connection, work.ticket.id, address, Role.CC)
    let_in(work, address, "cc")
    work.desk.note_history(work.ticket, work.who, "participant", Role.EXTERNAL, f"{address} ({Role.CC})", work.cause)
    work.lines.append(
        say(
            "{address} takes part in {number} from now on, and gets copies of answers.",
            address=address,
            number=work.ticket.number,
        )
    )


def let_in(work: Work, address: str, role: str) -> None:
    """What somebody wrote from outside is seen by the others from now on, as that of a participant."""
    for one in messages.of_ticket(work.desk.connection, work.ticket.id):
        if one.role == "external" and one.author is not None and one.author.address == address:
            messages.change(work.desk.connection, one.id, role=role, internal=False)


def title_stays(work: Work) -> None:
    """Somebody outside joins a case of the house: what it is called was written for agents."""
    first = work.ticket.internal and work.ticket.title_inside and not work.desk.reaches_outside(work.ticket)
    titled = {commands.SetTitle} <= (asked := {type(one) for one in work.asked}) and commands.New not in asked
    if first and not titled:
        work.lines.append(say("Its title stays inside, as it was written for agents; one for all: !title"))


def _reject(hand: Hand, command: commands.Reject) -> None:
    if (held := held_id(command.id)) is not None:
        hand.releases.append((held, False))
        hand.lines.append(say("Held mail {id} is rejected; its bytes are kept.", id=command.id))
        return
    work = _on_a_ticket(hand, command.id)
    address = _outsider(work, command.id)
    participants.remove(work.desk.connection, work.ticket.id, address, work.desk.now)
    work.desk.note_history(work.ticket, work.who, "participant", f"{address} ({Role.EXTERNAL})", None, work.cause)
    work.lines.append(
        say(
            "{address} stays outside; his answer addresses for {number} are void.",
            address=address,
            number=work.ticket.number,
        )
    )


def held_id(text: str) -> int | None:
    digits = text.lstrip("#")
    return int(digits) if digits.isascii() and digits.isdecimal() else None


def _on_a_ticket(hand: Hand, text: str) -> Work:
    if not isinstance(hand, Work):
        raise Refusal(say("“{held}” is not the id of a held mail.", held=text))
    return hand


def _outsider(work: Work, text: str) -> str:
    """The address of an external of this ticket, named by a message of his or by itself."""
    wanted = text.strip().casefold()
    parts = participants.of_tickets(work.desk.connection, [work.ticket.id])[work.ticket.id]
    outside = {one.address for one in parts if one.role is Role.EXTERNAL and not one.removed}
    wrote = {
        f"m{one.m}": one.author.address
        for one in messages.of_ticket(work.desk.connection, work.ticket.id)
        if one.author is not None
    }
    address = wrote.get(wanted, wanted)
    if address not in outside:
        raise Refusal(
            say(
                "“{text}” is neither a held mail nor somebody outside {number} (there is: {there})",
                text=text,
                number=work.ticket.number,
                there=", ".join(sorted(outside)) or say("nobody"),
            )
        )
    return address


EFFECTS: dict[type, Callable[[Work, Any], None]] = {}
ANYWHERE: dict[type, Callable[[Hand, Any], None]] = {
    commands.Accept: _accept,
    commands.Reject: _reject,
}
