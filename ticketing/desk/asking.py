"""Commands are carried out: all of them or none, by mail and from the command line alike."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, cast

from ticketing import commands
from ticketing.command_words import word_of
from ticketing.commands import Command
from ticketing.desk import by_hand, effects, kept_inside, leaving
from ticketing.desk.core import Desk, Refusal
from ticketing.desk.effects import Hand, Work
from ticketing.model import IncomingMessage, Ticket
from ticketing.notices import CAUSED, Caused, Forwarded, HandedOver, Merged
from ticketing.policy import Agent
from ticketing.saying import say
from ticketing.store import journal, tickets
from ticketing.store.journal import Difference

_ENDING = (commands.Done, commands.Close, commands.Spam)
# Each tells the requester something of its own, and a second one would be read as the first put right.
_ONCE = {commands.New: say("!new"), commands.Estimate: say("!estimate"), commands.Canned: say("!canned")}
# What becomes of the words.
_WHERE = (commands.Note, commands.Reply)


@dataclass(frozen=True, slots=True)
class Done:
    """`ticket`: as it is now; None where it was about none. `lines`: each effect in words. `releases`: held mails to
    let through (True) or to reject (False)."""

    ticket: Ticket | None
    lines: tuple[str, ...]
    wrote: Literal["answer", "note"] | None
    message: int | None
    releases: tuple[tuple[int, bool], ...] = ()
    left_out: bool = False
    """Something of his mail was not sent, so that he has to be told."""
    undoable: bool = False
    """`!undo` takes something of it back."""
    opened: bool = False
    """`ticket` is a new one."""


@dataclass(frozen=True, slots=True)
class NotDone:
    """Nothing was changed; each line says what was wrong."""

    errors: tuple[str, ...]


def ask(
    desk: Desk,
    ticket: Ticket | None,
    agent: Agent,
    asked: Sequence[Command],
    words: str,
    *,
    words_are: Literal["answer", "note"],
    by: str,
    source: IncomingMessage | None = None,
) -> Done | NotDone:
    """Carries out an agent's commands and words, on a ticket or (None) without one, all or nothing.

    `words_are`: what becomes of the words when no `!note` or `!reply` says otherwise.
    """
    words_are, words = _destination(asked, words_are, words)
    if excluding := _excluding(asked):
        return NotDone(excluding)
    if not asked and not words.strip():
        return NotDone((say("there are no words to send") if words_are == "answer" else say("the note is empty"),))
    given: dict[str, Any] = {
        "words": words,
        "words_are": words_are,
        "files": source.files if source else (),
        "asked": asked,
    }
    hand = Hand(desk, agent, by, source, **given)
    if ticket is not None:
        hand = Work(desk, agent, by, source, **given, ticket=ticket)
    errors: list[str] = []
    at_hand = ticket
    noted, withdrawn = len(desk.notices), len(desk.withdrawals)
    savepoint = desk.connection.begin_nested()
    _watch(hand)
    opens = any(isinstance(one, commands.New) for one in asked)
    if opens:
        try:
            hand = by_hand.begin(hand, asked)
        except Refusal as refusal:
            savepoint.rollback()
            return NotDone((refusal.said,))
        ticket = hand.ticket
    # An undo comes first: what is taken back is no part of what this mail does. A new requester stands before the words
    # leave; what ends the ticket comes after them.
    passed = (*by_hand.ASKED, *_WHERE) if opens else _WHERE
    plain = [one for one in asked if not isinstance(one, passed)]
    plain.sort(key=lambda one: (not isinstance(one, commands.Undo), isinstance(one, _ENDING)))
    ending = [one for one in plain if isinstance(one, _ENDING)]
    _carry_out(hand, plain[: len(plain) - len(ending)], errors)
    message: int | None = None
    wrote: Literal["answer", "note"] | None = None
    try:
        if isinstance(hand, Work) and (hand.words.strip() or any(isinstance(one, _WHERE) for one in asked)):
            write = effects.answer if hand.words_are == "answer" else effects.note
            message, wrote = write(hand, hand.words).id, hand.words_are
    except Refusal as refusal:
        errors.append(refusal.said)
    _carry_out(hand, ending, errors)
    rows = [] if errors else hand.changed()
    if not errors:
        try:
            kept_inside.check(hand, rows, at_hand)
        except Refusal as refusal:
            errors.append(refusal.said)
    if errors:
        savepoint.rollback()
        del desk.notices[noted:]
        del desk.withdrawals[withdrawn:]
        desk.away = None
        if hand.passed is not None:
            # What cannot be taken back stands in the way of nothing that he did before it.
            journal.undone(desk.connection, hand.passed, desk.now)
        return NotDone(tuple(errors))
    undoable = _keep(hand, ticket, asked, wrote, noted, rows)
    savepoint.commit()
    after = hand.ticket if isinstance(hand, Work) else None
    return Done(after, tuple(hand.lines), wrote, message, tuple(hand.releases), hand.left_out, undoable, opens)


def rehearse(desk: Desk, *asked: Any, **more: Any) -> Done | NotDone:
    """The same as `ask`, without doing it: what would come of it, or be wrong."""
    noted, withdrawn = len(desk.notices), len(desk.withdrawals)
    savepoint = desk.connection.begin_nested()
    done = ask(desk, *asked, **more)
    savepoint.rollback()
    del desk.notices[noted:]
    del desk.withdrawals[withdrawn:]
    desk.promised.clear()
    desk.away = None
    return done


def _carry_out(hand: Hand, steps: Iterable[Command], errors: list[str]) -> None:
    for step in steps:
        try:
            effects.perform(hand, step)
        except Refusal as refusal:
            errors.append(refusal.said)


def _watch(hand: Hand) -> None:
    hand.watch("agent", hand.agent.id)
    if isinstance(hand, Work):
        hand.watch("ticket", hand.ticket.id)
        hand.watch("contact", *(one for one in (hand.ticket.requester_id, hand.ticket.contact_id) if one is not None))


def _keep(
    hand: Hand,
    ticket: Ticket | None,
    asked: Sequence[Command],
    wrote: str | None,
    noted: int,
    rows: Sequence[Difference],
) -> bool:
    """What it changed, for an undo; what it tells people outside waits as long as an undo may come. Whether there is
    anything to undo."""
    desk = hand.desk
    # An answer that is written anew stays the mail of the change that it came by.
    outside = [
        n for n in range(noted, len(desk.notices))
        if isinstance(notice := desk.notices[n], CAUSED) and notice.change is None
    ]  # fmt: skip
    if not rows and not outside:
        return False
    words = [word_of(type(one)) for one in asked if not isinstance(one, _WHERE)]
    words = [word for word in words if word != "undo"] + ([wrote] if wrote else [])
    change = journal.add_change(desk.connection, ticket.id if ticket else None, hand.agent.id, desk.now, words)
    told: dict[str, None] = {}
    for n in outside:
        notice = replace(cast(Caused, desk.notices[n]), change=change)
        notice = replace(notice, due_at=notice.due_at or desk.now + desk.policy.undo)
        desk.notices[n] = _called_as_now(hand, notice)
        told[notice.to.address] = None
    journal.keep(desk.connection, change, rows, told)
    if isinstance(hand, Work) and any(one.table == "participant" for one in rows):
        hand.lines += leaving.recall(desk, hand.ticket, hand.who, hand.cause)
        [hand.ticket] = tickets.by_ids(desk.connection, [hand.ticket.id])
    return bool(rows) and (words != ["answer"] or bool(desk.policy.undo))


def _called_as_now(hand: Hand, notice: Caused) -> Caused:
    """A notice of a ticket that the same mail has given another title."""
    if isinstance(notice, HandedOver | Merged) or not isinstance(hand, Work):
        return notice
    now = hand.desk.about(hand.ticket)
    if notice.about.number != now.number:
        return notice
    inside = hand.ticket.title_inside if isinstance(notice, Forwarded) else now.title_inside
    about = replace(notice.about, title=now.title, subject=now.subject, title_inside=inside)
    return replace(notice, about=about)


def _destination(
    asked: Sequence[Command], words_are: Literal["answer", "note"], words: str
) -> tuple[Literal["answer", "note"], str]:
    said = [one for one in asked if isinstance(one, _WHERE)]
    if not said:
        # A question to a colleague stays inside, also where the answer address is one for answers.
        return "note" if any(isinstance(one, commands.Ask) for one in asked) else words_are, words
    whole = "\n".join(part for part in (*(one.text for one in said), words) if part.strip())
    return ("note" if isinstance(said[0], commands.Note) else "answer"), whole


def _excluding(asked: Sequence[Command]) -> tuple[str, ...]:
    """Commands that cannot both be meant; guessing which was would send a note out one day."""
    kinds = {type(one) for one in asked}
    if {commands.Note, commands.Reply} <= kinds:
        return (say("!note and !reply in one mail: write two mails, one for each"),)
    for kind, word in _ONCE.items():
        if sum(type(one) is kind and not (isinstance(one, commands.Canned) and one.look) for one in asked) > 1:
            return (say("{command} twice in one mail: write two mails, one for each", command=word),)
    ending = next((one for one in asked if isinstance(one, _ENDING)), None)
    if commands.Estimate in kinds and ending is not None:
        word = say(f"!{word_of(type(ending))}")
        return (say("{command} asks before the work begins, {ending} ends it: write one of them",
                    command=say("!estimate"), ending=word),)  # fmt: skip
    return ()
