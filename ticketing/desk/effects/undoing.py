"""Second thoughts: what an agent asked for is taken back (RULES 6)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from ticketing import commands
from ticketing.desk import as_left, leaving, promises
from ticketing.desk.core import Desk, Refusal, in_words
from ticketing.desk.effects.words import send_again
from ticketing.desk.effects.work import Hand, Work
from ticketing.model import Message, Participant, Role, Status, Ticket
from ticketing.rules import lifecycle
from ticketing.saying import Said, joined, say
from ticketing.store import journal, messages, participants, tickets
from ticketing.store.journal import Change, Difference

# Columns that people know by a name: each gets its line in the history, and the promises follow.
_NAMED = (
    "title", "priority", "type", "category", "queue", "organisation", "project", "assignee", "waiting_for",
    "resolution",
)  # fmt: skip
# These make a ticket, which taking back closes.
_OPENING = frozenset({"split", "new"})
_WORDS = frozenset({"answer", "note"})
# By these the requester has heard from us.
_ANSWERING = frozenset({"answer", "call"})


def _undo(hand: Hand, _: commands.Undo) -> None:
    """The last public answer that has not left, else the last change: the agent's own newest mail or command on this
    ticket, with all that it did."""
    desk = hand.desk
    ticket = hand.ticket if isinstance(hand, Work) else None
    on = [ticket.id, *tickets.merged_into(desk.connection, ticket.number)] if ticket else []
    last = journal.newest(desk.connection, hand.agent.id, on)
    if last is None:
        raise Refusal(say("there is nothing of yours to take back"))
    left = desk.now >= last.at + desk.policy.undo
    gone = left and "answer" in last.asked
    if gone:
        last = replace(last, rows=_beside_the_answer(last), asked=tuple(one for one in last.asked if one != "answer"))
        if not last.rows:
            raise _stays(hand, last, on, say("your last answer has left already"))
    standing, changed = as_left.standing(desk, last, on)
    # An answer that has not left can always be stopped, whatever came between; the rest goes back as far as it can.
    if changed and "answer" not in last.asked:
        raise _stays(hand, last, on, as_left.why_not(changed))
    if _wrote_since(hand, last):
        raise _stays(hand, last, on, say("somebody has written since, so it stays"))
    desk.withdrawals.append(last.id)
    desk.away = None  # he may have been away, or not
    _take_back(hand, replace(last, rows=tuple(standing)))
    journal.undone(desk.connection, last.id, desk.now)
    if changed:
        hand.lines += as_left.half(standing, changed)
    else:
        hand.lines += [say("Taken back: {command}", command=say(f"!{one}")) for one in last.asked if one not in _WORDS]
    if gone:
        hand.lines.append(say("Your answer has left already; it cannot be taken back."))
    if left and last.told:
        hand.lines.append(say("Told already, which cannot be taken back: {addresses}", addresses=", ".join(last.told)))
    hand.watch_anew()


def _stays(hand: Hand, last: Change, on: Sequence[int], why: Said) -> Refusal:
    """It cannot be taken back. The next undo looks past it, to what he did before; not this one, for he may not mean
    that."""
    hand.passed = last.id
    before = journal.newest(hand.desk.connection, hand.agent.id, on, before=last.id)
    asked = [say(f"!{word}") for word in before.asked if word not in _WORDS] if before else []
    if not asked:
        return Refusal(why)
    told = "{why}. Before that you asked for {commands}; another undo takes that back"
    return Refusal(say(told, why=why, commands=joined(asked)))


# ---- what others have done there ------------------------------------------------------------------------------------


def _wrote_since(hand: Hand, last: Change) -> bool:
    """Whether people or messages came to another ticket, and somebody else has written there: put back, his words would
    stand where they are nobody's, or in a ticket that nobody looks at any more."""
    people = not _OPENING.isdisjoint(last.asked) or any(
        one.table == "participant"
        or (one.table == "message" and one.before is not None and "ticket_id" in one.before)
        or (one.table == "ticket" and one.before is not None and "requester_address" in one.before)
        for one in last.rows
    )
    if not people or "answer" in last.asked:
        return False
    columns = {"ticket": 0, "participant": 0}
    ids = {one.key[columns[one.table]] for one in last.rows if one.table in columns}
    ids |= {(one.after or {}).get("ticket_id") for one in last.rows if one.table == "message"} - {None}
    return any(
        one.at > last.at and one.agent != hand.agent.id and one.state != "undone" and not _waits(hand.desk, one)
        for ticket_id in ids
        for one in messages.of_ticket(hand.desk.connection, ticket_id)
    )


def _waits(desk: Desk, one: Message) -> bool:
    """A colleague's answer that can be kept from whoever takes part no more."""
    return one.role == "agent" and not one.internal and leaving.still_here(desk, one)


def _beside_the_answer(last: Change) -> tuple[Difference, ...]:
    """What a change did besides an answer that has left: what the answer itself did stays as true as the answer."""
    its = {"first_response_at"}
    if "wait" not in last.asked:
        its |= {"waiting_for", "waiting_until"}
    if not {"claim", "assign"} & set(last.asked):
        its.add("assignee")
    rest = []
    for one in last.rows:
        if one.table == "message" and one.before is None:
            continue
        if one.table == "ticket" and one.before is not None and one.after is not None:
            before = {name: value for name, value in one.before.items() if name not in its}
            if before.get("status") == Status.OPEN:
                before["status"] = Status.IN_PROGRESS.value
            before = {name: value for name, value in before.items() if one.after[name] != value}
            one = replace(one, before=before, after={name: one.after[name] for name in before})
            if not before:
                continue
        rest.append(one)
    return tuple(rest)


# ---- putting back ---------------------------------------------------------------------------------------------------


def _take_back(hand: Hand, last: Change) -> None:
    desk = hand.desk
    moving = {
        one.key[0] for one in last.rows
        if one.table == "participant" or (one.table == "ticket" and "requester_address" in (one.before or {}))
    }  # fmt: skip
    there = participants.of_tickets(desk.connection, moving)
    moved = [one for one in last.rows if one.table == "ticket" and one.before is not None]
    written = [one for one in last.rows if one.table == "message" and one.before is None]
    for one in reversed(last.rows):
        if one not in moved and one not in written:
            journal.put_back(desk.connection, one)
    for one in written:
        _unsay(hand, one)
    for one in last.rows:
        # A correction of an answer that waits: it leaves with the words it had.
        if one.table == "message" and one.before is not None and "text" in one.before and isinstance(hand, Work):
            entry = messages.by_id(desk.connection, one.key[0])
            if entry is not None and not entry.internal and leaving.still_here(desk, entry):
                send_again(hand, entry)
    for one in moved:
        after = _as_it_was(hand, one)
        if isinstance(hand, Work) and after.id == hand.ticket.id:
            if after.status is not hand.ticket.status:
                again = say("{number} is {status} again.", number=after.number, status=in_words(after.status))
                hand.lines.append(again)
            hand.ticket = after
    for ticket in tickets.by_ids(desk.connection, list(moving)):
        _note_people(hand, ticket, there[ticket.id])
        hand.lines += leaving.recall(desk, ticket, hand.who, hand.cause)
    if isinstance(hand, Work) and hand.ticket.id in moving:
        [hand.ticket] = tickets.by_ids(desk.connection, [hand.ticket.id])
    if not _ANSWERING.isdisjoint(last.asked) and isinstance(hand, Work):
        hand.ticket = leaving.owed_again(desk, hand.ticket, last.at)


def _note_people(hand: Hand, ticket: Ticket, before: Sequence[Participant]) -> None:
    """Who takes part again and who no more, for the history: other agents' answers look there."""
    was = {one.address: one.role for one in before if not one.removed}
    now = {one.address: one.role for one in hand.desk.participants(ticket) if not one.removed}
    named = {Role.REQUESTER: "requester", Role.CONTACT: "contact"}
    for address in sorted(was.keys() ^ now.keys()):
        old, new = (f"{address} ({these[address]})" if address in these else None for these in (was, now))
        if (was.get(address) or now[address]) not in named:
            hand.desk.note_history(ticket, hand.who, "participant", old, new, hand.cause)
    for role, what in named.items():
        old, new = (next((one for one, its in these.items() if its is role), None) for these in (was, now))
        if old != new:
            hand.desk.note_history(ticket, hand.who, what, old, new, hand.cause)


def _unsay(hand: Hand, one: Difference) -> None:
    """A message stays in the ticket, marked as taken back."""
    messages.change(hand.desk.connection, one.key[0], state="undone")
    values = one.after or {}
    if values["internal"]:
        hand.lines.append(say("Note M{m} was taken back.", m=values["m"]))
    else:
        hand.lines.append(say("Answer M{m} was taken back; nothing of it was sent.", m=values["m"]))
    if isinstance(hand, Work):
        what = "note" if values["internal"] else "answer"
        hand.desk.note_history(hand.ticket, hand.who, what, f"M{values['m']}", "undone", hand.cause)


def _as_it_was(hand: Hand, one: Difference) -> Ticket:
    """The ticket's own row. The status goes back by the table, so that its clocks follow."""
    desk, before = hand.desk, dict(one.before or {})
    [ticket] = tickets.by_ids(desk.connection, [one.key[0]])
    if "status" in before:
        for event in lifecycle.way_back(ticket.status, Status(before["status"])):
            ticket = desk.move(ticket, event, hand.who, hand.cause)
    named = {name: before.pop(name) for name in _NAMED if name in before}
    ticket = desk.change(ticket, hand.who, hand.cause, **named)
    journal.put_back(desk.connection, Difference(one.table, one.key, {**before, **named}, one.after))
    [after] = tickets.by_ids(desk.connection, [ticket.id])
    if after.fyi and not ticket.fyi:
        promises.no_longer(desk, after)
    return after


EFFECTS: dict[type, Callable[[Work, Any], None]] = {}
ANYWHERE: dict[type, Callable[[Hand, Any], None]] = {
    commands.Undo: _undo,
}
