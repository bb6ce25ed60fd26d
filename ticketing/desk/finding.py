"""Which ticket a message belongs to: all that the decision may look at is loaded here, `matching` decides (RULES 3)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ticketing import case_number
from ticketing.desk.core import Desk
from ticketing.model import IncomingMessage, Role, Ticket
from ticketing.rules import matching
from ticketing.rules.matching import Match, NoMatch, Pointer
from ticketing.store import participants, people, tickets

MENTIONS = 20


@dataclass(frozen=True, slots=True)
class Finding:
    """Where the evidence leads. `mentioned`: tickets whose numbers stand in subject or body and decide nothing."""

    match: Match | NoMatch
    takes_part: bool
    mentioned: tuple[Ticket, ...]


def find(desk: Desk, message: IncomingMessage) -> Finding:
    """Loads all that the decision may look at, then lets `matching` decide."""
    author = message.author.address if message.author else None
    own = people.same_person(desk.connection, author) if author else frozenset()
    in_subject = [str(one.number) for one in case_number.find_in_subject(message.subject, desk.policy.tag_words)]
    in_body = case_number.find(message.text, desk.policy.tag_words)[:MENTIONS]
    by_ids = tickets.by_inbound_id(desk.connection, message.other_ids)
    foreign = tickets.by_external_number(desk.connection, external_numbers(desk, message.subject))
    numbers = {
        *(one.ticket for one in message.evidence if one.ticket),
        *(number for number, _ in by_ids.values()),
        *foreign.values(),
        *in_subject,
        *in_body,
    }
    loaded = tickets.by_number(desk.connection, numbers, lock=True)
    resolved = {number: tickets.follow_merges(desk.connection, ticket) for number, ticket in loaded.items()}
    parts = participants.of_tickets(desk.connection, {ticket.id for ticket in resolved.values()})

    def takes_part(ticket: Ticket) -> bool:
        if ticket.internal and desk.policy.agent_by_address(author or "") is None:
            return False  # a case of the house is no more that of whoever has left it
        roles = {one.role for one in parts[ticket.id] if one.address in own and not one.removed}
        if roles & {Role.REQUESTER, Role.CONTACT, Role.CC}:
            return True
        if any(one.address in own and one.removed for one in parts[ticket.id]):
            return False
        organisation = desk.policy.organisations.get(ticket.organisation or "")
        theirs = desk.policy.organisation_of.get(author.rpartition("@")[2]) if author else None
        return bool(organisation and organisation.shares_tickets and theirs == organisation.name)

    def removed(ticket: Ticket, address: str | None) -> bool:
        return any(one.removed for one in parts[ticket.id] if one.address == address)

    pointers: list[Pointer] = []
    for one in message.evidence:
        step = {"address": "T1", "body": "T3"}.get(one.via, "T2a")
        ticket = resolved.get(one.ticket) if one.ticket else None
        gone = ticket is not None and (
            removed(ticket, author) or (one.agent is None and removed(ticket, one.issued_to))
        )
        void = "a removed participant's token" if gone else None
        pointers.append(Pointer(step, f"{one.via} {one.purpose}.{one.case}.{one.row}", ticket, void=void))
    for message_id in message.other_ids:
        if message_id in by_ids:
            number, addressed = by_ids[message_id]
            ticket = resolved[number]
            if message.mailbox in _mailboxes(desk, loaded[number], message.mailbox):
                pointers.append(Pointer("T2b", message_id, ticket, addressed))
    if message.bad_token:
        pointers.append(Pointer("T1", "a recipient shaped like our token", None, void="forged: the signature is wrong"))
    counting = matching.subject_numbers(
        message.subject,
        desk.policy.tag_words,
        desk.local(message.received_at).date(),
        known=resolved,
        takes_part_in={number for number, ticket in resolved.items() if takes_part(ticket)},
    )
    pointers += [Pointer("T5", number, resolved[number]) for number in counting]
    pointers += [Pointer("T5", number, resolved[ours]) for number, ours in foreign.items()]
    pointers.sort(key=lambda pointer: ("T1", "T2a", "T2b", "T3", "T5").index(pointer.step))
    two = len({pointer.ticket.id for pointer in pointers if pointer.step == "T5" and pointer.ticket}) > 1
    found = matching.match(pointers, bad_token=message.bad_token, two_numbers=two)
    mentioned = tuple(dict.fromkeys(resolved[number] for number in (*in_subject, *in_body) if number in resolved))
    part = takes_part(found.ticket) if isinstance(found, Match) else False
    return Finding(found, part, mentioned)


def _mailboxes(desk: Desk, ticket: Ticket, wanted: str) -> set[str]:
    """Where a ticket is at home: in its own mailbox, and in those of the tickets that were merged into it."""
    if ticket.mailbox == wanted:
        return {wanted}
    return {one.mailbox for one in tickets.by_ids(desk.connection, tickets.merged_into(desk.connection, ticket.number))}


def external_numbers(desk: Desk, subject: str) -> list[str]:
    """What looks like a number of another system, as the configuration describes them."""
    return list(
        dict.fromkeys(
            found[0]
            for pattern in desk.policy.number_patterns
            for found in re.finditer(pattern, subject[:500], re.IGNORECASE)
        )
    )[:10]
