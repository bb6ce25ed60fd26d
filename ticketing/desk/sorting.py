"""What sort of thing a ticket is, what its requester has told of it, and what is still to be told or done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ticketing.model import IncomingMessage, Message, Priority, Ticket
from ticketing.policy import TicketType, TypeField
from ticketing.rules import fields, sorting
from ticketing.saying import called_by, say
from ticketing.store import fields as kept

if TYPE_CHECKING:
    from ticketing.desk.core import Desk


@dataclass(frozen=True, slots=True)
class Sorted:
    """What a new ticket is by its words and its queue; each of these a rule of the operators may overrule."""

    type: str | None
    category: str | None
    priority: Priority


def sort(
    desk: Desk,
    queue: str,
    text: str,
    *,
    type: str | None = None,
    category: str | None = None,
    priority: Priority | None = None,
) -> Sorted:
    """`type`, `category`, `priority`: what a rule has said already."""
    policy = desk.policy
    default = policy.queues[queue].type if queue in policy.queues else None
    kind = type or sorting.type_of(text, policy.types) or default
    suggested = sorting.categories_of(text, policy.categories)
    known = policy.types.get(kind or "")
    return Sorted(
        kind,
        category or (suggested[0] if len(suggested) == 1 else None),
        priority or (known.default_priority if known else Priority.MEDIUM),
    )


def hints_for(desk: Desk, ticket: Ticket, text: str) -> tuple[str, ...]:
    """Where the words fit several categories, a person chooses."""
    if ticket.category is not None:
        return ()
    suggested = sorting.categories_of(text, desk.policy.categories)
    if not suggested:
        return ()
    ready = ", ".join(f"!category {name}" for name in suggested[:4])
    return (say("Its words fit several categories. Choose one: {ready}", ready=ready),)


def words_of(message: IncomingMessage) -> str:
    return f"{message.subject}\n{message.new_text or message.text}"


def learn(desk: Desk, ticket: Ticket, entry: Message, words: str, who: str) -> bool:
    """Keeps what a requester's words tell of the checklist; whether they told anything. What is known already stays: an
    agent may have set it."""
    kind = _type_of(desk, ticket)
    if kind is None:
        return False
    wanted = fields.absent(kind, kept.of_ticket(desk.connection, ticket.id), "requester")
    told = fields.found(wanted, words)
    kept.put(desk.connection, ticket.id, told, entry.id)
    for key, value in told.items():
        desk.note_history(ticket, who, "field", None, f"{key}={value}", "checklist")
    return bool(told)


def inherit(desk: Desk, ticket: Ticket, follows: Ticket, who: str) -> None:
    """What was known of the requester or the product of the case before need not be asked again."""
    kind = _type_of(desk, ticket)
    before = kept.of_tickets(desk.connection, [ticket.id, follows.id]) if kind else {}
    for one in fields.absent(kind, before.get(ticket.id, {}), "requester"):
        if one.lasting and (value := before[follows.id].get(one.name)):
            kept.put(desk.connection, ticket.id, {one.name: value}, None)
            desk.note_history(ticket, who, "field", None, f"{one.name}={value}", "follows-up")


def questions_to_requester(desk: Desk, ticket: Ticket) -> tuple[str, ...]:
    """What the requester has not told yet, as he calls it."""
    asked, _ = _absent(desk, ticket)
    return fields.questions(asked, ticket.language or desk.policy.language)


@dataclass(frozen=True, slots=True)
class OpenPoints:
    """What is still missing of a ticket, in an agent's words: what its requester has not told, what is not done."""

    asked: tuple[str, ...] = ()
    to_do: tuple[str, ...] = ()

    def in_words(self) -> tuple[str, ...]:
        """A line each."""
        return (
            *([say("Still missing: {missing}", missing=", ".join(self.asked))] if self.asked else []),
            *([say("For us to do: {what}", what=", ".join(self.to_do))] if self.to_do else []),
        )


def open_points(desk: Desk, ticket: Ticket, language: str) -> OpenPoints:
    asked, to_do = _absent(desk, ticket)
    return OpenPoints(fields.questions(asked, language), fields.questions(to_do, language))


def nothing_open(_language: str) -> OpenPoints:
    """For those who have heard of it before."""
    return OpenPoints()


def missing_of(desk: Desk, ticket: Ticket, known: Mapping[str, str]) -> tuple[str, ...]:
    """The names of the fields that a ticket with these fields still lacks."""
    return tuple(one.name for one in _absent_of(_type_of(desk, ticket), ticket, known)[0])


def _absent(desk: Desk, ticket: Ticket) -> tuple[tuple[TypeField, ...], tuple[TypeField, ...]]:
    kind = _type_of(desk, ticket)
    known = kept.of_ticket(desk.connection, ticket.id) if kind and kind.fields else {}
    return _absent_of(kind, ticket, known)


def _absent_of(
    kind: TicketType | None, ticket: Ticket, known: Mapping[str, str]
) -> tuple[tuple[TypeField, ...], tuple[TypeField, ...]]:
    """(from the requester, from the agent). A case of the house has nobody to ask, a copy for information no need."""
    if ticket.fyi:
        return (), ()
    asked = () if ticket.internal else fields.absent(kind, known, "requester")
    return asked, fields.absent(kind, known, "agent")


# ---- what things are called ------------------------------------------------------------------------------------------


def called(desk: Desk, what: str, name: str) -> str:
    """A type, a category or a field as its reader calls it; anything else by its name."""
    match what:
        case "type":
            return called_type(desk, name)
        case "category":
            return called_category(desk, name)
        case "field":
            key, equals, value = name.partition("=")
            return say("{key}: {value}", key=called_field(desk, key), value=value) if equals else name
    return name


def called_type(desk: Desk, name: str) -> str:
    kind = desk.policy.types.get(name)
    return called_by(name, kind.label if kind else None)


def called_category(desk: Desk, name: str) -> str:
    category = desk.policy.categories.get(name)
    return called_by(name, category.label if category else None)


def called_field(desk: Desk, key: str) -> str:
    known = (one for kind in desk.policy.types.values() for one in kind.fields if one.name == key)
    return called_by(key, next((one.label for one in known), None))


def _type_of(desk: Desk, ticket: Ticket) -> TicketType | None:
    return desk.policy.types.get(ticket.type or "")
