"""Contacts: a person may have many addresses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa

from ticketing.model import Person
from ticketing.store.dialect import insert, insert_missing
from ticketing.store.tables import contact, contact_address, suppressed

_OWNER = sa.select(contact_address.c.contact_id).where(contact_address.c.address == sa.bindparam("the_address"))


@dataclass(frozen=True, slots=True)
class Contact:
    id: int
    name: str
    organisation: str | None
    language: str | None


def contact_of(connection: sa.Connection, address: str) -> Contact | None:
    row = connection.execute(_CONTACT_OF, {"the_address": address}).first()
    return Contact(row.id, row.name, row.organisation, row.language) if row else None


_CONTACT_OF = (
    sa.select(contact.c.id, contact.c.name, contact.c.organisation, contact.c.language)
    .join(contact_address, contact_address.c.contact_id == contact.c.id)
    .where(contact_address.c.address == sa.bindparam("the_address"))
)


def know(
    connection: sa.Connection, person: Person, organisation: str | None, language: str | None, now: datetime
) -> Contact:
    """The contact of an address, made when it is new. Two writers at once end with one: the address is the key."""
    if known := contact_of(connection, person.address):
        if person.name and not known.name:
            connection.execute(sa.update(contact).where(contact.c.id == known.id).values(name=person.name[:200]))
        return known
    contact_id = connection.execute(
        _ADD_CONTACT,
        {"name": person.name[:200], "organisation": organisation, "language": language, "created_at": now},
    ).scalar_one()
    made = connection.scalar(
        _add_address(connection.dialect.name), {"address": person.address, "contact_id": contact_id}
    )
    if made is None:
        connection.execute(sa.delete(contact).where(contact.c.id == contact_id))
        known = contact_of(connection, person.address)
        if known is None:
            raise RuntimeError("a contact's address was taken and given back at once")
        return known
    return Contact(contact_id, person.name, organisation, language)


_ADD_CONTACT = sa.insert(contact).returning(contact.c.id)


@cache
def _add_address(dialect: str) -> Any:
    # RETURNING, because psycopg knows no rowcount of an INSERT once it is over.
    return insert_missing(dialect, contact_address).returning(contact_address.c.address)


@dataclass(frozen=True, slots=True)
class Card:
    """All that is known of a person. `addresses`: at least one."""

    id: int
    name: str
    organisation: str | None
    language: str | None
    phones: tuple[str, ...]
    notes: str
    addresses: tuple[str, ...]


def cards(
    connection: sa.Connection,
    *,
    address: str | None = None,
    phone: str | None = None,
    name: str | None = None,
    limit: int,
) -> list[Card]:
    """People by one of these, in the order of their names. `phone`: figures that stand in one of his numbers; `name`: a
    part of it. Whoever has no address any more became somebody else's contact."""
    query = sa.select(contact).where(sa.exists().where(contact_address.c.contact_id == contact.c.id))
    if address is not None:
        query = query.where(contact.c.id == _OWNER.params(the_address=address).scalar_subquery())
    if phone is not None:
        query = query.where(sa.cast(contact.c.phones, sa.Text).contains(phone, autoescape=True))
    if name is not None:
        query = query.where(contact.c.name.icontains(name, autoescape=True))
    rows = connection.execute(query.order_by(contact.c.name, contact.c.id).limit(limit)).all()
    theirs: dict[int, list[str]] = {row.id: [] for row in rows}
    found = sa.select(contact_address).where(contact_address.c.contact_id.in_(list(theirs)))
    for row in connection.execute(found.order_by(contact_address.c.address)):
        theirs[row.contact_id].append(row.address)
    return [
        Card(row.id, row.name, row.organisation, row.language, tuple(row.phones), row.notes, tuple(theirs[row.id]))
        for row in rows
    ]


def change_contact(connection: sa.Connection, contact_id: int, **values: Any) -> None:
    connection.execute(sa.update(contact).where(contact.c.id == contact_id).values(**values))


def join(connection: sa.Connection, into: int, other: int) -> None:
    """Two contacts are one person: the addresses of the other go over, and what is known of him where nothing was. His
    row stays, without an address, because older tickets name it."""
    rows = {row.id: row for row in connection.execute(sa.select(contact).where(contact.c.id.in_((into, other))))}
    here, there = rows[into], rows[other]
    change_contact(
        connection,
        into,
        name=here.name or there.name,
        organisation=here.organisation or there.organisation,
        language=here.language or there.language,
        phones=list(dict.fromkeys((*here.phones, *there.phones))),
        notes="\n".join(one for one in (here.notes, there.notes) if one),
    )
    connection.execute(sa.update(contact_address).where(contact_address.c.contact_id == other).values(contact_id=into))


def add_address(connection: sa.Connection, contact_id: int, address: str) -> None:
    connection.execute(sa.insert(contact_address).values(address=address, contact_id=contact_id))


def organisations_in_use(connection: sa.Connection) -> list[str]:
    """The organisations that contacts belong to."""
    query = sa.select(contact.c.organisation).where(contact.c.organisation.is_not(None)).distinct()
    return list(connection.scalars(query.order_by(contact.c.organisation).limit(1000)))


def same_person(connection: sa.Connection, address: str) -> frozenset[str]:
    """All addresses of the person who has this one."""
    return frozenset(connection.scalars(_SAME_PERSON, {"the_address": address})) | {address}


_SAME_PERSON = sa.select(contact_address.c.address).where(contact_address.c.contact_id == _OWNER.scalar_subquery())


def is_suppressed(connection: sa.Connection, address: str, now: datetime) -> str | None:
    """Why automatic mail to this address is stopped for now, or None."""
    return connection.scalar(_SUPPRESSED, {"the_address": address, "the_now": now})


_SUPPRESSED = sa.select(suppressed.c.reason).where(
    suppressed.c.address == sa.bindparam("the_address"), suppressed.c.until > sa.bindparam("the_now")
)


def suppress(connection: sa.Connection, address: str, until: datetime, reason: str, now: datetime) -> None:
    row = insert(connection, suppressed).values(address=address, until=until, reason=reason, since=now)
    connection.execute(
        row.on_conflict_do_update(index_elements=["address"], set_={"until": until, "reason": reason, "since": now})
    )


def unsuppress(connection: sa.Connection, address: str) -> bool:
    return connection.execute(_UNSUPPRESS, {"the_address": address}).rowcount > 0


_UNSUPPRESS = sa.delete(suppressed).where(suppressed.c.address == sa.bindparam("the_address"))
