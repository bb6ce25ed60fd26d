"""Commands that only tell: nothing is changed by them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ticketing import commands
from ticketing.case_number import CaseNumber
from ticketing.desk import promises, telling
from ticketing.desk.core import Refusal
from ticketing.desk.effects import sheet
from ticketing.desk.effects.work import Hand, Work, other_ticket
from ticketing.model import Ticket
from ticketing.rules import authority
from ticketing.saying import say
from ticketing.store import tickets


def _show(hand: Hand, command: commands.Show) -> None:
    ticket = _ticket(hand, command.number)
    sheet.send(hand, "", telling.whole(hand.desk, ticket, hand.agent), ticket=ticket)


def _history(hand: Hand, command: commands.History) -> None:
    ticket = _ticket(hand, command.number)
    sheet.send(hand, say("What happened"), telling.who_did_what(hand.desk, ticket, hand.agent), ticket=ticket)


def _ticket(hand: Hand, number: CaseNumber | None) -> Ticket:
    """The ticket that is named, or what it was merged into; else the one at hand."""
    if number is not None:
        named = other_ticket(hand, number)
        after = tickets.follow_merges(hand.desk.connection, named)
        return after if authority.may_see(hand.desk.policy, hand.agent, after) else named
    if isinstance(hand, Work):
        return hand.ticket
    raise Refusal(say("say which ticket: {command} NUMBER", command=say(f"!{hand.command}")))


def _sla(work: Work, _: commands.Sla) -> None:
    work.lines.extend(promises.in_words(work.desk, work.ticket))


def _silent(hand: Hand, _: commands.Silent) -> None:
    hand.lines.append(say("The requester hears nothing of it."))


EFFECTS: dict[type, Callable[[Work, Any], None]] = {
    commands.Sla: _sla,
}
ANYWHERE: dict[type, Callable[[Hand, Any], None]] = {
    commands.Show: _show,
    commands.History: _history,
    commands.Silent: _silent,
}
