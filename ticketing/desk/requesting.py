"""What a requester may ask by mail: how his cases stand, to close one, to leave it, to have it taken as a request
(RULES 6). Everything else that begins with `!` is text."""

from __future__ import annotations

from ticketing import commands
from ticketing.command_words import word_of
from ticketing.desk import approving, effects, leaving, promises, sorting
from ticketing.desk.core import Desk, in_words
from ticketing.desk.instructions import Instructions
from ticketing.model import APPROVAL, IncomingMessage, Person, Received, Role, Status, Ticket
from ticketing.notices import RequesterReceipt, Thread
from ticketing.rules.filters import EVERYTHING
from ticketing.rules.lifecycle import Event
from ticketing.saying import say
from ticketing.store import ledger, messages, people, tickets
from ticketing.store.selecting import select_tickets

TICKETS_LISTED = 30
_LOOKING = (commands.Mine, commands.AskStatus, commands.Help)
# What a requester may ask for; the help of the agents' commands says it of their work.
_HELP = (
    ("status", "how your case stands"),
    ("mine", "all your cases"),
    ("close", "you need no answer any more"),
    ("stop", "no further copies to you"),
    ("request", "what you sent for information is to be answered"),
    ("help", "this list"),
)


def carry_out(desk: Desk, ticket: Ticket, message: IncomingMessage, instructions: Instructions) -> Ticket:
    """Carries out the few commands of a requester and answers him, within the limits of automatic mail; gives the
    ticket as it is then."""
    if message.author is None:
        return ticket
    who = message.author.address
    lines: list[str] = []
    for one in instructions.commands:
        match one:
            case commands.Close():
                if ticket.status is not Status.CLOSED:
                    ticket = desk.move(ticket, Event.CLOSE, who, "requester's !close")
                lines.append(say("Your case {number} is closed.", number=ticket.number))
            case commands.Request():
                if ticket.fyi and (organisation := approving.guard(desk, message)) is not None:
                    ticket = tickets.change_ticket(desk.connection, ticket.id, fyi=False)
                    entry = messages.of_ticket(desk.connection, ticket.id)[0]
                    ticket = approving.ask(desk, ticket, organisation, entry)
                    if ticket.waiting_for == APPROVAL:
                        lines.extend(approving.waits(ticket))
                        continue
                    ticket = effects.promote(desk, ticket, who, "requester's !request")
                elif ticket.fyi:
                    ticket = effects.promote(desk, ticket, who, "requester's !request")
                lines.append(say("Your case {number} is a request; we will answer you.", number=ticket.number))
            case commands.Stop():
                lines.append(_leave(desk, ticket, who))
            case commands.AskStatus():
                lines += _state(desk, ticket)
            case commands.Mine():
                lines += _own_tickets(desk, who)
            case commands.Help():
                lines += _help()
    tell(desk, message, ticket, tuple(lines))
    return ticket


def only_looks(message: IncomingMessage, instructions: Instructions) -> bool:
    """Whether a mail does nothing but ask what the desk itself can answer. What a requester decides, agents hear."""
    asked = instructions.commands
    files = any(not file.inline for file in message.files)
    only_asks = bool(asked) and all(isinstance(one, _LOOKING) for one in asked) and not instructions.words.strip()
    return only_asks and not files and message.author is not None and message.kind == "personal"


def answer(desk: Desk, ticket: Ticket, message: IncomingMessage, instructions: Instructions) -> Received:
    """Answers a mail that only looks. It is no message, or an agent's answer would be overtaken by it."""
    carry_out(desk, ticket, message, instructions)
    ledger.arrived_in(desk.connection, message.spool_id, ticket.id, opened=False)
    asked = " ".join(f"!{word_of(type(one))}" for one in instructions.commands)
    who = message.author.address if message.author else "unknown"
    desk.note_history(ticket, who, "looked", None, asked, "requester-commands")
    return Received("entry", "requester-commands", ticket.number)


def asks_for_own_tickets(message: IncomingMessage, instructions: Instructions) -> bool:
    """`!mine`, `!help`, or `!status` of no case in particular, from a proven author: it needs no ticket, and makes
    none."""
    return only_looks(message, instructions) and message.auth == "pass"


def tell_own_tickets(desk: Desk, message: IncomingMessage, instructions: Instructions) -> None:
    if message.author is None:
        return
    helps = [one for one in instructions.commands if isinstance(one, commands.Help)]
    lines = _help() if helps else []
    if len(helps) < len(instructions.commands):
        lines += [*([""] if lines else []), *_own_tickets(desk, message.author.address)]
    tell(desk, message, None, tuple(lines))


def tell_closed(desk: Desk, message: IncomingMessage, ticket: Ticket) -> None:
    """He closed his case himself, by the link at the foot of a mail: so that he knows that it was heard."""
    tell(desk, message, ticket, (say("Your case {number} is closed.", number=ticket.number),))


def _leave(desk: Desk, ticket: Ticket, who: str) -> str:
    if ticket.requester.address == who:
        return say("You are the one who asked; write !close when you need no answer.")
    if desk.part_with(ticket, who):
        desk.note_history(ticket, who, "participant", f"{who} ({Role.CC})", None, "requester's !stop")
        leaving.recall(desk, ticket, who, "requester's !stop")
    return say("You get no further copies of case {number}.", number=ticket.number)


def tell(desk: Desk, message: IncomingMessage, ticket: Ticket | None, lines: tuple[str, ...]) -> None:
    """Within the limits of automatic mail, to the author alone."""
    if message.author is None or not lines or message.forbids_answer or message.kind != "personal":
        return
    who = message.author.address
    if people.is_suppressed(desk.connection, who, desk.now) or _too_many(desk, who):
        return
    ledger.note_told(desk.connection, "asked", who, desk.now, ticket_id=ticket.id if ticket else None)
    desk.notices.append(
        RequesterReceipt(
            about=desk.about(ticket) if ticket else None,
            mailbox=ticket.mailbox if ticket else message.mailbox,
            language=(ticket.language if ticket else message.language) or desk.policy.language,
            to=Person(message.author.name, who),
            thread=desk.thread_with(ticket, who) if ticket else Thread(message.message_id),
            lines=lines,
        )
    )


def _too_many(desk: Desk, who: str) -> str | None:
    """The limits of acknowledgements, but for the one of a subject: who asks twice how it stands means it twice."""
    limits = desk.policy.limits
    return (
        desk.used_up("asked", "answers to this address", limits.ack_address, address=who)
        or desk.used_up("asked", "answers to this domain", limits.ack_domain, domain=who.rpartition("@")[2])
        or desk.used_up("asked", "answers of the whole desk", limits.ack_desk)
    )


def _own_tickets(desk: Desk, address: str) -> list[str]:
    """All that this person asked, newest first, what is unfinished before what is not."""
    theirs = EVERYTHING.narrowed(requester=tuple(people.same_person(desk.connection, address)))
    found = select_tickets(desk.connection, theirs, desk.now, limit=TICKETS_LISTED)
    own = [one for one in found if not one.internal]
    own.sort(key=lambda one: one.status in (Status.COMPLETED, Status.CLOSED))
    lines: list[str] = []
    for ticket in own:
        lines += [*([""] if lines else []), *_state(desk, ticket)]
    return lines or [say("You have no cases with us.")]


def _state(desk: Desk, ticket: Ticket) -> list[str]:
    """How a case stands, for its requester: number and title, status, who has it, whose turn it is, until when he hears
    from us, what he has not told yet."""
    agent = desk.policy.agents.get(ticket.assignee or "")
    parts: dict[str, object] = {
        "status": in_words(ticket.status),
        "agent": agent.first_name if agent else "",
        "turn": _turn(ticket),
    }
    there = {name: part for name, part in parts.items() if part}
    called = ticket.number if ticket.title_inside else f"{ticket.number}: {ticket.title}"
    lines = [called, say(" · ".join(f"{{{name}}}" for name in there), **there)]
    if ticket.status is Status.COMPLETED and ticket.completed_at is not None:
        closes_at = desk.local(ticket.completed_at + desk.policy.auto_close).date()
        lines.append(say("It closes by itself on {day}, unless you write again.", day=closes_at))
    if ticket.status not in (Status.OPEN, Status.IN_PROGRESS):
        return lines
    if (promised := promises.promised_in_time(desk, ticket)) is not None:
        lines.append(say("You hear from us by {when}.", when=desk.local(promised)))
    if missing := sorting.questions_to_requester(desk, ticket):
        lines.append(say("You could still tell us: {missing}", missing="; ".join(missing)))
    return lines


def _help() -> list[str]:
    begin = say("Write one of these words alone on the first line of your answer:")
    return [begin, *(say("{usage}: {help}", usage=say(f"!{word}"), help=say(told)) for word, told in _HELP)]


def _turn(ticket: Ticket) -> str:
    if ticket.status in (Status.COMPLETED, Status.CLOSED):
        return ""
    if ticket.waiting_for == "requester":
        return say("waiting for you")
    return say("waiting for somebody else") if ticket.waiting_for else say("our turn")
