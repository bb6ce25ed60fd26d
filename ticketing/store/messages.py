"""The messages of tickets with their files: queries and typed rows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from ticketing.model import File, Message, Person
from ticketing.store.dialect import insert
from ticketing.store.tables import attachment, message, thread_id


def add(connection: sa.Connection, ticket_id: int, files: Iterable[File] = (), **values: Any) -> Message:
    """Appends a message as the next M number of its ticket, whose row the caller has locked."""
    author: Person | None = values.pop("author")
    values |= {
        "ticket_id": ticket_id,
        "m": (connection.scalar(_LAST_M, {"the_ticket": ticket_id}) or 0) + 1,
        "author_name": author.name[:200] if author else None,
        "author_address": author.address if author else None,
    }
    row = connection.execute(_ADD, values).one()
    files = tuple(files)
    if files:
        connection.execute(
            sa.insert(attachment),
            [
                {
                    "message_id": row.id,
                    "n": n,
                    "filename": file.filename,
                    "content_type": file.content_type[:200],
                    "size": file.size,
                    "sha256": file.sha256,
                    "inline": file.inline,
                    "inside": file.inside,
                }
                for n, file in enumerate(files, 1)
            ],
        )
    return _message(row, files)


_LAST_M = sa.select(sa.func.max(message.c.m)).where(message.c.ticket_id == sa.bindparam("the_ticket"))
_ADD = sa.insert(message).returning(message)


def copy(connection: sa.Connection, one: Message, ticket_id: int, *, files: bool, role: str) -> Message:
    """The same message in another ticket, as a person outside wrote it. Its Message-ID leads to where it came first."""
    row = connection.execute(sa.select(message).where(message.c.id == one.id)).mappings().one()
    left = ("id", "ticket_id", "m", "author_name", "author_address", "spool_id")
    values = {name: value for name, value in row.items() if name not in left}
    values |= {"role": role, "internal": False, "author": one.author}
    return add(connection, ticket_id, one.files if files else (), **values)


def change(connection: sa.Connection, entry: int, **values: Any) -> None:
    connection.execute(sa.update(message).where(message.c.id == entry).values(**values))


def of_ticket(connection: sa.Connection, ticket_id: int) -> list[Message]:
    files: dict[int, list[File]] = {}
    which = {"the_ticket": ticket_id}
    for row in connection.execute(_FILES, which):
        files.setdefault(row.message_id, []).append(
            File(row.filename, row.content_type, row.size, row.sha256, row.inline, row.inside)
        )
    return [_message(row, tuple(files.get(row.id, ()))) for row in connection.execute(_OF_TICKET, which)]


_OF_TICKET = (
    sa.select(message)
    .where(message.c.ticket_id == sa.bindparam("the_ticket"))
    # Those of a merged ticket have later numbers and stand among the others where they belong.
    .order_by(message.c.at, message.c.m)
)
_FILES = (
    sa.select(attachment)
    .join(message, message.c.id == attachment.c.message_id)
    .where(message.c.ticket_id == sa.bindparam("the_ticket"))
    .order_by(attachment.c.message_id, attachment.c.n)
)


def by_id(connection: sa.Connection, entry: int) -> Message | None:
    row = connection.execute(sa.select(message).where(message.c.id == entry)).first()
    return _message(row, ()) if row else None


def add_thread_ids(connection: sa.Connection, ticket_id: int, ids: Iterable[str]) -> None:
    rows = [{"message_id": one, "ticket_id": ticket_id} for one in dict.fromkeys(ids) if one and len(one) < 998]
    if rows:
        connection.execute(insert(connection, thread_id).on_conflict_do_nothing(), rows)


def _message(row: Any, files: tuple[File, ...]) -> Message:
    author = Person(row.author_name or "", row.author_address or "") if row.author_address is not None else None
    return Message(
        id=row.id,
        ticket_id=row.ticket_id,
        m=row.m,
        at=row.at,
        author=author,
        agent=row.agent,
        role=row.role,
        internal=row.internal,
        verified=row.verified,
        kind=row.kind,
        text=row.text,
        full_text=row.full_text,
        message_id=row.message_id,
        references=tuple(row.reference_ids),
        to_addresses=tuple(row.to_addresses),
        files=files,
        folded=row.folded,
        only_in_cc=row.only_in_cc,
        channel=row.channel,
        state=row.state,
    )
