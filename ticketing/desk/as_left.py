"""What of a change still is as it left it, and what others have changed since, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ticketing.desk.core import Desk
from ticketing.saying import Said, joined, say
from ticketing.store import journal
from ticketing.store.journal import Change, Difference, Key


@dataclass(frozen=True, slots=True)
class Changed:
    """Something that is not as the change left it. `column` "": the row as a whole. `by`: who did, "" unknown."""

    row: Difference
    column: str
    by: str


def standing(desk: Desk, last: Change, on: Sequence[int]) -> tuple[list[Difference], list[Changed]]:
    """What of a change still is as it left it, and what is not. What belongs together stands or falls together."""
    here = {*on, *(one.key[0] for one in last.rows if one.table == "ticket")}
    since = {
        key: {column: _name(desk, agent) for column, agent in columns.items()}
        for key, columns in journal.set_since(desk.connection, last, here).items()
    }
    stands: list[Difference] = []
    changed: list[Changed] = []
    for one, left in zip(last.rows, journal.as_left(desk.connection, last.rows), strict=True):
        by = since.get((one.table, one.key), {})
        whole = one.before is None or one.after is None
        if left is None or (whole and by and one.table != "message"):
            names = ("",) if whole else tuple(one.after or ())
            changed += [Changed(one, name, by.get(name) or next(iter(by.values()), "")) for name in names]
        elif whole:
            stands.append(left)
        else:
            same = [name for name in left.after or () if name not in by and "" not in by]
            lost = [name for name in one.after or () if name not in same]
            changed += [Changed(one, name, by.get(name) or by.get("", "")) for name in lost]
            stands += [journal.only(left, same)] if same else []
    return _kept_together(last, stands, changed, _other_people(last, since))


def _name(desk: Desk, agent: str) -> str:
    return desk.policy.agents[agent].name if agent in desk.policy.agents else agent


def _other_people(last: Change, since: Mapping[tuple[str, Key], Mapping[str, str]]) -> str | None:
    """Who has made the ticket somebody else's since, or wrote into it for whom the change made its requester: then
    nobody comes back into it. None: nobody did."""
    later = [columns for (table, _), columns in since.items() if table == "ticket"]
    asks = any(one.table == "ticket" and "requester_address" in (one.after or ()) for one in last.rows if one.before)
    telling = ("requester_address", *(_WRITTEN_FOR if asks else ()))
    return next((columns[name] for columns in later for name in telling if name in columns), None)


def _kept_together(
    last: Change, stands: list[Difference], changed: list[Changed], others: str | None
) -> tuple[list[Difference], list[Changed]]:
    """Who has a ticket and how far it is; what it waits for and until when; who asked and who takes part; and all that
    a merge did. `others`: whoever gave it to other people since."""
    set_by = [one.before for one in last.rows if one.table == "ticket" and one.before and one.after]
    columns = {name for one in set_by for name in one}
    people = bool(columns & {"requester_address", "contact_id"})
    merged = changed[0].by if changed and "merged_into" in columns else None
    moved = next((one.by for one in changed if people and _about_people(one.row, one.column)), others)
    beside: dict[tuple[str, Key], list[Changed]] = {}
    for other in changed:
        beside.setdefault((other.row.table, other.row.key), []).append(other)
    kept: list[Difference] = []
    fallen: list[Changed] = []
    for one in stands:
        names = ("",) if one.before is None or one.after is None else tuple(one.after)
        falls: dict[str, str] = {}
        for name in names:
            if one.before is None and one.table == "message":
                continue
            if merged is not None:
                falls[name] = merged
            elif moved is not None and _about_people(one, name):
                falls[name] = moved
            else:
                for other in beside.get((one.table, one.key), ()):
                    if any({name, other.column} <= these for these in _TOGETHER):
                        falls[name] = other.by
        stays = [name for name in names if name not in falls]
        if stays:
            kept.append(journal.only(one, stays) if falls else one)
        fallen += [Changed(one, name, by) for name, by in falls.items()]
    return kept, [*changed, *fallen]


_TOGETHER = (
    frozenset({"status", "assignee", "completed_at", "closed_at", "auto_close_at"}),
    frozenset({"waiting_for", "waiting_until"}),
)
# What an agent writes into a ticket for its requester to read.
_WRITTEN_FOR = ("title", "subject", "resolution")
_OF_PEOPLE = frozenset({
    "requester_name", "requester_address", "requester_id", "contact_id", "internal", "language", "organisation",
})  # fmt: skip


def _about_people(row: Difference, column: str) -> bool:
    moved = row.table == "message" and row.before is not None
    return row.table == "participant" or moved or (row.table == "ticket" and column in _OF_PEOPLE)


def why_not(changed: Sequence[Changed]) -> Said:
    """Why none of it is put back."""
    what, name = _called([(one.row, one.column) for one in changed]), _by(changed)
    if name:
        return say("{name} has changed that since ({what}), so it stays", name=name, what=what)
    return say("that was changed again since ({what}), so it stays", what=what)


def half(standing: Sequence[Difference], changed: Sequence[Changed]) -> list[Said]:
    """What is put back and what is not. Messages taken back have lines of their own."""
    back = [
        (one, name)
        for one in standing
        if one.table != "message" or one.before is not None
        for name in (tuple(one.after) if one.before and one.after else ("",))
    ]
    lines = [say("Put back: {what}", what=joined(names))] if (names := _names(back)) else []
    what, name = _called([(one.row, one.column) for one in changed]), _by(changed)
    if name:
        return [*lines, say("Not put back, because {name} has changed it since: {what}", name=name, what=what)]
    return [*lines, say("Not put back, because it was changed since: {what}", what=what)]


def _by(changed: Sequence[Changed]) -> str:
    return ", ".join(dict.fromkeys(one.by for one in changed if one.by))


_NAMES: dict[str, Said] = {
    "assignee": say("who has it"),
    "status": say("the status"),
    "waiting_for": say("what it waits for"),
    "priority": say("the priority"),
    "title": say("the title"),
    "type": say("the type"),
    "category": say("the category"),
    "queue": say("the queue"),
    "resolution": say("the resolution"),
    "due_at": say("the deadline"),
    "organisation": say("the organisation"),
    "project": say("the project"),
    "requester_address": say("the requester"),
    "contact_id": say("the contact"),
    "participant": say("who takes part"),
    "message": say("the message"),
    "task": say("the task"),
    "reminder": say("the reminder"),
    "ticket_tag": say("the tags"),
    "ticket_field": say("the fields"),
    "estimate": say("the estimate"),
    "link": say("the links"),
}


def _called(parts: Sequence[tuple[Difference, str]]) -> Said:
    """What rows and columns are about."""
    return joined(_names(parts) or [say("something else")])


def _names(parts: Sequence[tuple[Difference, str]]) -> list[Said]:
    """As people call it, each once; what only keeps the books has no name."""
    keys = [column if row.table == "ticket" else row.table for row, column in parts]
    return [_NAMES[one] for one in dict.fromkeys(keys) if one in _NAMES]
