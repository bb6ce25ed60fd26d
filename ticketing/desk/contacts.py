"""People as the desk knows them: found by address, telephone number or name, with their cases; what is known of them is
changed here."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ticketing.desk.core import Desk
from ticketing.desk.effects.people import known_organisation
from ticketing.desk.effects.work import check_outsider
from ticketing.model import Person
from ticketing.rules.filters import Filter
from ticketing.store import people
from ticketing.store.people import Card
from ticketing.store.selecting import select_tickets

TICKETS_SHOWN = 10
MOST_FOUND = 50


@dataclass(frozen=True, slots=True)
class Changes:
    """What is to be known of somebody from now on; None leaves it as it is. An organisation of `none` is none."""

    addresses: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    name: str | None = None
    language: str | None = None
    note: str | None = None
    organisation: str | None = None

    @property
    def any(self) -> bool:
        return self != Changes()


def find(desk: Desk, who: str) -> list[Card]:
    """By an address, by the end of a telephone number, or by a part of the name."""
    if "@" in who:
        return people.cards(desk.connection, address=who.strip().lower(), limit=1)
    if number := _digits(who):
        return people.cards(desk.connection, phone=number, limit=MOST_FOUND)
    return people.cards(desk.connection, name=who.strip(), limit=MOST_FOUND)


def phone(text: str) -> str | None:
    """As it is kept: `+4722000000`, or without a country as it was given; None: no telephone number."""
    plain = re.sub(r"[\s()./-]", "", text)
    plain = f"+{plain[2:]}" if plain.startswith("00") else plain
    return plain if re.fullmatch(r"\+?[0-9]{5,15}", plain) else None


def change(desk: Desk, card: Card | None, address: str, changes: Changes) -> Card:
    """`card` None: somebody new, of this address. Raises Refusal for an address of the house and an organisation that
    nobody knows."""
    if card is None:
        check_outsider(desk, address)
        organisation = desk.policy.organisation_of.get(address.rpartition("@")[2])
        people.know(desk.connection, Person("", address), organisation, None, desk.now)
        [card] = people.cards(desk.connection, address=address, limit=1)
    contact_id = card.id
    for one in changes.addresses:
        check_outsider(desk, one)
        other = people.contact_of(desk.connection, one)
        if other is None:
            people.add_address(desk.connection, contact_id, one)
        elif other.id != contact_id:
            people.join(desk.connection, contact_id, other.id)
    [card] = people.cards(desk.connection, address=card.addresses[0], limit=1)
    values: dict[str, Any] = {"phones": list(dict.fromkeys((*card.phones, *changes.phones)))}
    if changes.name is not None:
        values["name"] = changes.name[:200]
    if changes.language is not None:
        values["language"] = changes.language
    if changes.note is not None:
        values["notes"] = "\n".join(part for part in (card.notes, changes.note) if part)
    if changes.organisation is not None:
        named = changes.organisation
        values["organisation"] = None if named == "none" else known_organisation(desk, named)
    people.change_contact(desk.connection, contact_id, **values)
    [card] = people.cards(desk.connection, address=card.addresses[0], limit=1)
    return card


def views(desk: Desk, cards: Sequence[Card]) -> list[dict[str, Any]]:
    """Each with the newest of his cases, under whatever address he wrote."""
    return [
        {
            "name": one.name,
            "addresses": list(one.addresses),
            "phones": list(one.phones),
            "organisation": one.organisation
            or next((org for at in one.addresses if (org := desk.policy.organisation_of.get(at.split("@")[-1]))), None),
            "language": one.language,
            "notes": one.notes,
            "tickets": [
                {"number": case.number, "title": case.title, "status": case.status.value}
                for case in select_tickets(
                    desk.connection, Filter().narrowed(requester=one.addresses), desk.now, limit=TICKETS_SHOWN
                )
            ],
        }
        for one in cards
    ]


def _digits(who: str) -> str | None:
    """The last eight digits: people leave the country out, or write it in three ways."""
    number = phone(who)
    return number.lstrip("+")[-8:] if number else None
