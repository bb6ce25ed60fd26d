"""What an agent's mail or command changed, row by row, so that it can be taken back.

A change is found by looking: the rows that hang on a ticket, a contact or an agent are read before and after, and what
differs is kept. An effect therefore needs no code of its own to be undone; a new table only has to stand in `TRACKED`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Literal

import sqlalchemy as sa

from ticketing.store.tables import (
    absence,
    change,
    contact,
    contact_address,
    estimate,
    external_number,
    lent,
    link,
    mark,
    message,
    message_version,
    participant,
    question,
    reminder,
    task,
    ticket,
    ticket_equipment,
    ticket_field,
    ticket_tag,
    time_entry,
)

Scope = Literal["ticket", "contact", "agent"]
"""What the rows of a table hang on: a ticket's or a contact's id, or an agent's id."""

Key = tuple[Any, ...]
Rows = dict[tuple[str, Key], dict[str, Any]]
"""(table, primary key) -> its columns, each as JSON knows it."""


@dataclass(frozen=True, slots=True)
class Tracked:
    """`on`: the column that names what the row hangs on. `columns`: those that are looked at; none named: all.
    `until`: a row in which this is set is history, and not looked at."""

    table: sa.Table
    scope: Scope
    on: str
    columns: tuple[str, ...] = ()
    until: str = ""

    @property
    def looked_at(self) -> list[sa.Column[Any]]:
        return [one for one in self.table.c if not self.columns or one.name in self.columns or one.primary_key]


# `changed_at` only says that something was; the text of a message is long and changes by `!edit` alone.
TRACKED: tuple[Tracked, ...] = (
    Tracked(ticket, "ticket", "id", tuple(one.name for one in ticket.c if one.name != "changed_at")),
    Tracked(participant, "ticket", "ticket_id"),
    Tracked(ticket_tag, "ticket", "ticket_id"),
    Tracked(ticket_field, "ticket", "ticket_id"),
    Tracked(ticket_equipment, "ticket", "ticket_id"),
    Tracked(task, "ticket", "ticket_id"),
    Tracked(reminder, "ticket", "ticket_id", until="told_at"),
    Tracked(reminder, "agent", "agent", until="told_at"),
    Tracked(estimate, "ticket", "ticket_id"),
    Tracked(link, "ticket", "ticket_id"),
    Tracked(external_number, "ticket", "ticket_id"),
    Tracked(mark, "ticket", "ticket_id"),
    Tracked(time_entry, "ticket", "ticket_id"),
    Tracked(message, "ticket", "ticket_id", ("ticket_id", "m", "role", "internal", "state", "text")),
    Tracked(lent, "ticket", "ticket_id"),
    Tracked(question, "ticket", "ticket_id"),
    Tracked(absence, "agent", "agent"),
    Tracked(message_version, "ticket", "ticket_id"),
    Tracked(contact, "contact", "id"),
    Tracked(contact_address, "contact", "contact_id"),
)
_BY_NAME = {one.table.name: one for one in TRACKED}


@dataclass(frozen=True, slots=True)
class Difference:
    """One row: None before, it is new; None after, it is gone; else the columns that differ."""

    table: str
    key: Key
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Change:
    """What one mail or command of an agent did. `asked`: its commands by their English words, `answer` and `note` among
    them. `ticket_id` None: it was about no ticket."""

    id: int
    ticket_id: int | None
    agent: str
    at: datetime
    asked: tuple[str, ...]
    rows: tuple[Difference, ...]
    told: tuple[str, ...]
    """Addresses outside the house that it wrote to."""


def look(connection: sa.Connection, scope: Scope, ids: Collection[int | str]) -> Rows:
    """All tracked rows that hang on these."""
    found: Rows = {}
    if not ids:
        return found
    for one in TRACKED:
        if one.scope != scope:
            continue
        keys = [column.name for column in one.table.primary_key]
        query = sa.select(*one.looked_at).where(one.table.c[one.on].in_(ids))
        if one.until:
            query = query.where(one.table.c[one.until].is_(None))
        for row in connection.execute(query).mappings():
            values = {name: _plain(value) for name, value in row.items()}
            found[one.table.name, tuple(values[key] for key in keys)] = values
    return found


def differences(before: Rows, after: Rows) -> list[Difference]:
    """What differs between two looks at the same things, in the order of `TRACKED`."""
    found = []
    order = {name: n for n, name in enumerate(_BY_NAME)}
    for name, key in sorted({*before, *after}, key=lambda one: (order[one[0]], str(one[1]))):
        old, new = before.get((name, key)), after.get((name, key))
        if old is None or new is None:
            found.append(Difference(name, key, old, new))
        elif changed := [column for column in new if old[column] != new[column]]:
            found.append(Difference(name, key, {c: old[c] for c in changed}, {c: new[c] for c in changed}))
    return found


def add_change(connection: sa.Connection, ticket_id: int | None, agent: str, at: datetime, asked: Iterable[str]) -> int:
    """A change whose rows are not known yet; its id goes into the mails that it causes."""
    values = {"ticket_id": ticket_id, "agent": agent, "at": at, "asked": list(asked), "rows": [], "told": []}
    return int(connection.execute(sa.insert(change).values(values).returning(change.c.id)).scalar_one())


def keep(connection: sa.Connection, change_id: int, rows: Iterable[Difference], told: Iterable[str]) -> None:
    kept = [{"table": one.table, "key": list(one.key), "before": one.before, "after": one.after} for one in rows]
    connection.execute(sa.update(change).where(change.c.id == change_id).values(rows=kept, told=list(told)))


def newest(
    connection: sa.Connection, agent: str, ticket_ids: Collection[int], *, before: int | None = None
) -> Change | None:
    """The agent's newest change that was not taken back: of these tickets, or without any, of no ticket. `before`:
    earlier than this one."""
    on = change.c.ticket_id.in_(ticket_ids) if ticket_ids else change.c.ticket_id.is_(None)
    row = connection.execute(
        sa.select(change)
        .where(change.c.agent == agent, on, change.c.undone_at.is_(None))
        .where(sa.true() if before is None else change.c.id < before)
        .order_by(change.c.id.desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    rows = tuple(Difference(one["table"], tuple(one["key"]), one["before"], one["after"]) for one in row.rows)
    return Change(row.id, row.ticket_id, row.agent, row.at, tuple(row.asked), rows, tuple(row.told))


def that_wrote(connection: sa.Connection, message_id: int, agent: str, since: datetime) -> int | None:
    """The change since then by which an agent wrote a message; its mail bears this id."""
    recent = sa.select(change.c.id, change.c.rows).where(change.c.agent == agent, change.c.at >= since)
    for row in connection.execute(recent.order_by(change.c.id.desc())):
        wrote = {"table": "message", "key": [message_id], "before": None}
        if any({name: one[name] for name in wrote} == wrote for one in row.rows):
            return int(row.id)
    return None


def undone(connection: sa.Connection, change_id: int, at: datetime) -> None:
    connection.execute(sa.update(change).where(change.c.id == change_id).values(undone_at=at))


def set_since(
    connection: sa.Connection, since: Change, ticket_ids: Collection[int]
) -> dict[tuple[str, Key], dict[str, str]]:
    """What later changes of these tickets, or of many at once, have set, be it to what it was: of each row its columns,
    or "" for the whole row, and the agent."""
    on = change.c.ticket_id.in_(ticket_ids) | change.c.ticket_id.is_(None)
    later = sa.select(change.c.agent, change.c.rows).where(change.c.id > since.id, change.c.undone_at.is_(None), on)
    found: dict[tuple[str, Key], dict[str, str]] = {}
    for row in connection.execute(later.order_by(change.c.id)):
        for one in row.rows:
            whole = one["before"] is None or one["after"] is None
            columns = ("",) if whole else tuple(one["after"])
            found.setdefault((one["table"], tuple(one["key"])), {}).update(dict.fromkeys(columns, row.agent))
    return found


def as_left(connection: sa.Connection, rows: Iterable[Difference]) -> list[Difference | None]:
    """Of each difference so much as still is what the change left; None: nothing. A query a table."""
    rows = list(rows)
    now: Rows = {}
    for name in dict.fromkeys(one.table for one in rows):
        tracked = _BY_NAME[name]
        primary = list(tracked.table.primary_key)
        keys = [one.key for one in rows if one.table == name]
        wanted = sa.tuple_(*primary).in_(keys) if len(primary) > 1 else primary[0].in_([key for (key,) in keys])
        for row in connection.execute(sa.select(*tracked.looked_at).where(wanted)).mappings():
            values = {column: _plain(value) for column, value in row.items()}
            now[name, tuple(values[column.name] for column in primary)] = values
    return [_as_left(one, now.get((one.table, one.key))) for one in rows]


def _as_left(one: Difference, row: Mapping[str, Any] | None) -> Difference | None:
    if row is None or one.after is None:
        return one if row is None and one.after is None else None
    if one.table == message.name and one.before is None:
        # Wherever it was moved by a merge, with whatever number: it can be taken back as long as it stands.
        return replace(one, after=dict(row)) if row["state"] == one.after["state"] else None
    same = [column for column, value in one.after.items() if row[column] == value]
    if one.before is None:
        return one if len(same) == len(one.after) else None
    return only(one, same) if same else None


def only(one: Difference, columns: Collection[str]) -> Difference:
    """So much of a changed row."""
    before, after = one.before or {}, one.after or {}
    return replace(
        one,
        before={name: value for name, value in before.items() if name in columns},
        after={name: value for name, value in after.items() if name in columns},
    )


def put_back(connection: sa.Connection, one: Difference) -> None:
    """The row as it was before the change."""
    table = _BY_NAME[one.table].table
    if one.before is None:
        connection.execute(sa.delete(table).where(*_is(table, one.key)))
        return
    values = {name: _stored(table.c[name], value) for name, value in one.before.items()}
    if one.after is None:
        connection.execute(sa.insert(table).values(values))
    else:
        connection.execute(sa.update(table).where(*_is(table, one.key)).values(values))


def _is(table: sa.Table, key: Key) -> list[sa.ColumnElement[bool]]:
    return [column == _stored(column, value) for column, value in zip(table.primary_key, key, strict=True)]


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _stored(column: sa.Column[Any], value: Any) -> Any:
    if value is None:
        return None
    if isinstance(column.type, sa.DateTime):
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if isinstance(column.type, sa.Date) else value
