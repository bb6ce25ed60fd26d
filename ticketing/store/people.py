"""Contacts: a person may have many addresses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from ticketing.model import Person
from ticketing.store.dialect import insert
from ticketing.store.tables import contact, contact_address, suppressed


@dataclass(frozen=True, slots=True)
class Contact:
    id: int
    name: str
    organisation: str | None
    language: str | None


def contact_of(connection: sa.Connection, address: str) -> Contact | None:
    row = connection.execute(
        sa.select(contact)
        .join(contact_address, contact_address.c.contact_id == contact.c.id)
        .where(contact_address.c.address == address)
    ).first()
    return Contact(row.id, row.name, row.organisation, row.language) if row else None


def know(
    connection: sa.Connection, person: Person, organisation: str | None, language: str | None, now: datetime
) -> Contact:
    """The contact of an address, made when it is new. Two writers at once end with one: the address is the key."""
    if known := contact_of(connection, person.address):
        if person.name and not known.name:
            connection.execute(sa.update(contact).where(contact.c.id == known.id).values(name=person.name[:200]))
        return known
    contact_id = connection.execute(
        sa.insert(contact)
        .values(name=person.name[:200], organisation=organisation, language=language, created_at=now)
        .returning(contact.c.id)
    ).scalar_one()
    # RETURNING, because psycopg knows no rowcount of an INSERT once it is over.
    made = connection.scalar(
        insert(connection, contact_address)
        .values(address=person.address, contact_id=contact_id)
        .on_conflict_do_nothing()
        .returning(contact_address.c.address)
    )
    if made is None:
        connection.execute(sa.delete(contact).where(contact.c.id == contact_id))
        known = contact_of(connection, person.address)
        if known is None:
            raise RuntimeError("a contact's address was taken and given back at once")
        return known
    return Contact(contact_id, person.name, organisation, language)


def same_person(connection: sa.Connection, address: str) -> frozenset[str]:
    """All addresses of the person who has this one."""
    owner = sa.select(contact_address.c.contact_id).where(contact_address.c.address == address).scalar_subquery()
    found = connection.scalars(sa.select(contact_address.c.address).where(contact_address.c.contact_id == owner))
    return frozenset(found) | {address}


def is_suppressed(connection: sa.Connection, address: str, now: datetime) -> str | None:
    """Why automatic mail to this address is stopped for now, or None."""
    return connection.scalar(
        sa.select(suppressed.c.reason).where(suppressed.c.address == address, suppressed.c.until > now)
    )


def suppress(connection: sa.Connection, address: str, until: datetime, reason: str, now: datetime) -> None:
    row = insert(connection, suppressed).values(address=address, until=until, reason=reason, since=now)
    connection.execute(
        row.on_conflict_do_update(index_elements=["address"], set_={"until": until, "reason": reason, "since": now})
    )


def unsuppress(connection: sa.Connection, address: str) -> bool:
    return connection.execute(sa.delete(suppressed).where(suppressed.c.address == address)).rowcount > 0
