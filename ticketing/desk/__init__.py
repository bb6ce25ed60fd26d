"""The use cases of the desk: load, decide, save, note what to tell whom.

A `Desk` lives as long as one transaction; it changes the database through the connection it was given and leaves the
commit, and the mails that its notices become, to whoever opened the transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import Any, Literal

from ticketing.commands import Command
from ticketing.desk import (
    asking,
    assigning,
    core,
    equipment,
    failing,
    kept_inside,
    promises,
    receiving,
    reminding,
    satisfaction,
    telling,
    upkeep,
    views,
    writing,
)
from ticketing.desk.asking import Done, NotDone
from ticketing.desk.core import Refusal
from ticketing.desk.effects import SIGNATURES
from ticketing.desk.instructions import Instructions
from ticketing.model import Bounce, Equipment, IncomingMessage, Received, Ticket
from ticketing.notices import (
    Acknowledgement,
    AgentAlert,
    AlertDigest,
    ApprovalRequest,
    Completed,
    ConfirmationRequest,
    Escalation,
    FyiAnswer,
    HandedOver,
    Merged,
    Notice,
    OpenedForYou,
    OperatorAlarm,
    Parted,
    Receipt,
    Reminder,
    ReplyToRequester,
    RequesterReceipt,
    SatisfactionRequest,
    Sheet,
    Taken,
)
from ticketing.policy import Agent
from ticketing.rules import authority
from ticketing.rules.filters import EVERYTHING, Filter
from ticketing.rules.serials import key as serial_key
from ticketing.saying import say
from ticketing.store import fields, guide_offers, messages, people, tickets
from ticketing.store.clocks import Due

__all__ = ["SIGNATURES", "Desk", "Done", "Due", "Instructions", "NotDone", "Refusal", "serial_key"]

# What goes to people of the house; failing to write one of these must not cause another.
_TO_AGENTS = (
    AgentAlert, AlertDigest, HandedOver, Escalation, Reminder, Receipt, Sheet, ConfirmationRequest, OperatorAlarm,
)  # fmt: skip
# What goes to requesters without anybody having written it.
_AUTOMATIC = (
    Acknowledgement, FyiAnswer, Completed, Taken, OpenedForYou, Merged, Parted, SatisfactionRequest,
    RequesterReceipt, ApprovalRequest,
)  # fmt: skip


class Desk(core.Desk):
    """The desk's front. Times, addresses and evidence come in verified; notices go out as values."""

    # ---- mail ---------------------------------------------------------------------------------------------------

    def receive(self, message: IncomingMessage, instructions: Instructions) -> Received:
        return receiving.receive(self, message, instructions)

    def undelivered(self, bounce: Bounce) -> Ticket | None:
        """A server refused our mail to our face, or it was given up."""
        return failing.undelivered(self, bounce)

    def words_of_requester(self, number: str) -> str:
        """Everything that people outside wrote in a ticket: an agent may quote it in his answer. What an agent wrote
        down of a call is not theirs."""
        ticket = tickets.by_number(self.connection, [number]).get(number)
        if ticket is None:
            return ""
        ticket = tickets.follow_merges(self.connection, ticket)
        former = self.former_requesters(ticket)
        outside = (
            one
            for one in messages.of_ticket(self.connection, ticket.id)
            if one.role in ("requester", "cc")
            and one.agent is None
            and (one.author is None or one.author.address not in former)
        )
        return "\n".join(one.full_text for one in outside)

    def says_what_is_kept(self, number: str) -> Callable[[str], bool]:
        """Whether a text says what stands in a ticket's notes, and so must not leave in a file of an answer."""
        ticket = tickets.by_number(self.connection, [number]).get(number)
        if ticket is None:
            return lambda text: False
        return kept_inside.inside(self, tickets.follow_merges(self.connection, ticket)).notes_in

    def mailed_as(self, message: int, message_id: str) -> None:
        """The public message left under this Message-ID."""
        messages.change(self.connection, message, message_id=message_id)

    def unsendable(self, notice: Notice, reason: str) -> None:
        """A notice could not be made a mail. The ticket stands; its agents are told, once."""
        about = getattr(notice, "about", None)
        if about is None or isinstance(notice, _TO_AGENTS):
            return
        ticket = tickets.by_number(self.connection, [about.number]).get(about.number)
        if ticket is None:
            return
        self.note_history(ticket, core.SYSTEM, "mail", None, f"not sent: {reason}", "outgoing-gate")
        if isinstance(notice, ReplyToRequester):
            messages.change(self.connection, notice.message, state="undelivered")
        self.alert(
            ticket,
            "undelivered",
            answer="n",
            by=core.SYSTEM,
            words=say("A mail to the requester could not be sent: {reason}", reason=reason),
        )

    def silenced(self, notice: Notice) -> bool:
        """Automatic mail to somebody whose address has failed is not made (RULES 7); an agent's own words are."""
        if not isinstance(notice, _AUTOMATIC):
            return False
        reason = people.is_suppressed(self.connection, notice.to.address, self.now)
        if reason is None:
            return False
        about = notice.about
        ticket = tickets.by_number(self.connection, [about.number]).get(about.number) if about else None
        if ticket is not None:
            told = f"not sent: mail to {notice.to.address} is stopped: {reason}"
            self.note_history(ticket, core.SYSTEM, "mail", None, told, "suppressed")
        return True

    def template_failed(self, fault: str) -> None:
        """A template of the operators' own failed and the shipped one took its place; they are told, once a file."""
        file = fault.partition(":")[0]
        self.alarm(
            "template",
            file[:320],
            say("The template {file} fails", file=file),
            fault,
            say("The shipped one is used until it is mended."),
        )

    # ---- hands --------------------------------------------------------------------------------------------------

    def ask(
        self,
        number: str | None,
        agent: Agent,
        asked: Sequence[Command],
        words: str,
        *,
        words_are: Literal["answer", "note"],
        by: str,
    ) -> Done | NotDone:
        """Carries out an operator's or agent's commands from outside the mail, all or nothing; without a number, those
        that need no ticket, or open one."""
        ticket = None
        if number is not None:
            ticket = tickets.by_number(self.connection, [number], lock=True).get(number)
            ticket = tickets.follow_merges(self.connection, ticket) if ticket else None
            if ticket is None or not authority.may_see(self.policy, agent, ticket):
                return NotDone((f"there is no ticket {number}",))
        done = asking.ask(self, ticket, agent, asked, words, words_are=words_are, by=by)
        if isinstance(done, Done):
            self.releases.extend(done.releases)
        return done

    def guide_counts(self) -> dict[tuple[str, str], tuple[int, int]]:
        """(name, language) of a guide -> how often it was offered, and how often that was all it took."""
        return guide_offers.counts(self.connection)

    def hides(self, agent: Agent, number: str | None, addresses: Collection[str]) -> bool:
        """Whether a held mail is for a private queue that this agent may not see: by its ticket, or else by where it
        was sent."""
        hidden = authority.hidden_queues(self.policy, agent)
        ticket = tickets.by_number(self.connection, [number]).get(number) if hidden and number else None
        if ticket is not None:
            return ticket.queue in hidden
        return any(
            box.queue in hidden
            for box in self.policy.mailboxes.values()
            if any(writing.without_tag(one) in (box.address, *box.aliases) for one in addresses)
        )

    def import_numbers(self, rows: Sequence[tuple[str, str]]) -> tuple[int, list[str]]:
        """Rows of (another system's number, ours): how many are known now, and which of ours are not there."""
        ours = tickets.by_number(self.connection, {number for _, number in rows})
        for other, number in rows:
            if number in ours:
                tickets.add_external_number(self.connection, ours[number].id, other)
        return sum(number in ours for _, number in rows), sorted({number for _, number in rows if number not in ours})

    def import_equipment(self, rows: Sequence[Equipment]) -> None:
        """Serials are as `serial_key` makes them; known ones are as told from now on."""
        equipment.put(self, rows)

    def equipment(self, organisation: str | None = None, words: str = "") -> list[Equipment]:
        return equipment.listed(self, organisation, words)

    # ---- time ---------------------------------------------------------------------------------------------------

    def keep_up(self) -> int:
        """What is due because time has passed; how much there was to do."""
        promises.follow_calendars(self)
        return (
            promises.end_waits(self)
            + assigning.end_absences(self)
            + upkeep.close_silent(self)
            + satisfaction.ask_due(self)
            + reminding.remind(self)
            + upkeep.drop_unconfirmed(self)
            + upkeep.end_alarms(self)
        )

    def due(self, limit: int = promises.BATCH) -> list[Due]:
        """Clocks with deadlines that are due; each is to be fired in a transaction of its own."""
        return promises.due(self, limit)

    def fire(self, due: Due) -> int:
        """Tells what is due of one clock; 0 when somebody else has."""
        return promises.fire(self, due)

    def send_digests(self) -> int:
        return upkeep.send_digests(self) + upkeep.tell_refused(self)

    def known_numbers(self, numbers: Sequence[str]) -> set[str]:
        return set(tickets.by_number(self.connection, numbers))

    # ---- looking ------------------------------------------------------------------------------------------------

    def promises_in_words(self, number: str) -> list[str]:
        """How each promise about a ticket stands, a line each."""
        ticket = tickets.by_number(self.connection, [number]).get(number)
        return promises.in_words(self, ticket) if ticket else []

    def ticket_view(self, number: str) -> dict[str, Any] | None:
        """A ticket with all that belongs to it, in the shape of DESIGN's JSON; None: no such ticket."""
        return views.whole(self, number)

    def ticket_story(self, number: str) -> list[str]:
        """Who did what with a ticket, in words; days and their lines."""
        ticket = tickets.by_number(self.connection, [number]).get(number)
        return telling.who_did_what(self, ticket) if ticket else []

    def workload(self) -> dict[str, Any]:
        """Unfinished tickets by agent and by queue."""
        return views.workload(self)

    def time_spent(
        self,
        by: Literal["ticket", "agent", "organisation"],
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        number: str | None = None,
    ) -> list[dict[str, Any]]:
        """Sums of a period, the most first. `number`: of one ticket alone."""
        return views.spent(self, by, since, until, number)

    def known_fields(self) -> frozenset[str]:
        """Fields that a ticket may have: of the checklists, and those that were filled in by hand."""
        declared = {one.name for kind in self.policy.types.values() for one in kind.fields}
        return frozenset(declared.union(fields.in_use(self.connection)))

    def ticket_views(self, wanted: Filter = EVERYTHING, **how: Any) -> list[dict[str, Any]]:
        """Tickets without messages and history, newest first or, where words are looked for, the best first."""
        return views.listed(self, wanted, **how)
