"""The status table (RULES 10) and what a reply does to a finished ticket (RULES 4). Only this table moves a status."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from ticketing.model import Status, Strength


class Event(StrEnum):
    CLAIM = "claim"
    ASSIGN = "assign"
    ANSWER = "answer"
    DONE = "done"
    CONFIRM = "confirm"
    AUTO_CLOSE = "auto-close"
    CLOSE = "close"
    SPAM = "spam"
    MERGE = "merge"
    REPLY = "reply"
    UNDELIVERED = "undelivered"
    REOPEN = "reopen"
    BACK_TO_OPEN = "status open"
    PROGRESS = "status progress"
    APPROVE = "approve"


_OPEN, _PROGRESS, _COMPLETED, _CLOSED = Status.OPEN, Status.IN_PROGRESS, Status.COMPLETED, Status.CLOSED
_ANY = (_OPEN, _PROGRESS, _COMPLETED)

# (what happens, from, to); the README shows the same table and a test compares them.
TRANSITIONS: tuple[tuple[Event, tuple[Status, ...], Status], ...] = (
    (Event.CLAIM, (_OPEN,), _PROGRESS),
    (Event.ASSIGN, (_OPEN,), _PROGRESS),
    (Event.ANSWER, (_OPEN,), _PROGRESS),
    (Event.PROGRESS, (_OPEN,), _PROGRESS),
    (Event.APPROVE, (_OPEN,), _PROGRESS),
    (Event.DONE, (_PROGRESS,), _COMPLETED),
    (Event.CONFIRM, (_COMPLETED,), _CLOSED),
    (Event.AUTO_CLOSE, (_COMPLETED,), _CLOSED),
    (Event.CLOSE, _ANY, _CLOSED),
    (Event.SPAM, _ANY, _CLOSED),
    (Event.MERGE, _ANY, _CLOSED),
    (Event.REPLY, (_COMPLETED, _CLOSED), _PROGRESS),
    (Event.UNDELIVERED, (_COMPLETED, _CLOSED), _PROGRESS),
    (Event.REOPEN, (_COMPLETED, _CLOSED), _PROGRESS),
    (Event.BACK_TO_OPEN, (_PROGRESS,), _OPEN),
)
_TABLE = {(event, start): end for event, starts, end in TRANSITIONS for start in starts}


def after(status: Status, event: Event) -> Status | None:
    """The status after an event; None when the table does not move this status for it."""
    return _TABLE.get((event, status))


# What an undo may go by, in the order it is tried: events of an agent that tell nobody.
_BACK = (Event.BACK_TO_OPEN, Event.PROGRESS, Event.REOPEN, Event.DONE, Event.CLOSE)


def way_back(status: Status, wanted: Status) -> tuple[Event, ...]:
    """The shortest way through the table from a status to the one it had before."""
    ways: dict[Status, tuple[Event, ...]] = {status: ()}
    ahead = [status]
    for here in ahead:
        for event in _BACK:
            following = after(here, event)
            if following is not None and following not in ways:
                ways[following] = (*ways[here], event)
                ahead.append(following)
    return ways[wanted]


class Outcome(StrEnum):
    """What a message does to the ticket it belongs to, beside being appended."""

    APPEND = "append"
    REOPEN = "reopen"
    CLOSE = "close"
    STOP_CLOSING = "stop-closing"
    NEW_TICKET = "new-ticket"
    NOT_AGAIN = "reopened-too-often"


@dataclass(frozen=True, slots=True)
class Reply:
    """What a reply brings along, for the decision below. `participant`: its author takes part in the ticket.
    `closes_by_token`: it came to the address below "close the case", and asks nothing."""

    participant: bool
    strength: Strength
    proven: bool
    cautious: bool
    moves: bool
    thanks: bool
    confirms: bool
    closes_by_token: bool
    at: datetime
    reopened_too_often: bool


def reply_to(status: Status, closed_at: datetime | None, window: timedelta, reply: Reply) -> tuple[Outcome, str]:
    """What a reply does (RULES 4), with the rule's name.

    `moves` is False for kinds and places that never touch a status: automatic mail, bulk, only in Cc.
    """
    if status in (Status.OPEN, Status.IN_PROGRESS):
        may_close = reply.moves and reply.participant and not reply.cautious
        return (Outcome.CLOSE, "closed-by-link") if may_close and reply.closes_by_token else (Outcome.APPEND, "reply")
    if status is Status.COMPLETED:
        return _to_completed(reply)
    return _to_closed(closed_at, window, reply)


def _to_completed(reply: Reply) -> tuple[Outcome, str]:
    if not reply.moves:
        return Outcome.APPEND, "reply-without-effect"
    if not reply.participant:
        return Outcome.APPEND, "external-on-completed"
    if reply.cautious:
        return Outcome.STOP_CLOSING, "unverified-on-completed"
    if reply.closes_by_token or reply.confirms:
        return Outcome.CLOSE, "confirmed"
    if reply.thanks:
        return Outcome.APPEND, "thanks"
    return _reopen(reply, "reply-to-completed")


def _to_closed(closed_at: datetime | None, window: timedelta, reply: Reply) -> tuple[Outcome, str]:
    if not reply.moves:
        return Outcome.APPEND, "reply-without-effect"
    sure = reply.strength is not Strength.WEAK or reply.proven
    if sure and reply.participant and reply.closes_by_token:
        return Outcome.APPEND, "closed-already"
    if closed_at is not None and reply.at - closed_at <= window:
        if not reply.participant:
            return Outcome.APPEND, "external-on-closed"
        if sure:
            # A second "thank you" after the case was closed says nothing new, and nobody wants it reopened.
            if reply.thanks or reply.confirms:
                return Outcome.APPEND, "thanks"
            return _reopen(reply, "reply-to-closed")
    return Outcome.NEW_TICKET, "follow-up"


def _reopen(reply: Reply, rule: str) -> tuple[Outcome, str]:
    if reply.reopened_too_often:
        return Outcome.NOT_AGAIN, "reopened-too-often"
    return Outcome.REOPEN, rule
