"""What every use case of the desk needs: the transaction at hand, the moves of a ticket, and whom to tell.

The desk only notes notices. The transaction that made the desk composes and posts them in the same commit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from ticketing.desk import background, promises, sorting
from ticketing.desk.background import Background
from ticketing.model import Absence, Message, Participant, Person, Role, Status, Ticket
from ticketing.notices import About, AgentAlert, Notice, OperatorAlarm, Thread
from ticketing.policy import Agent, DeskPolicy, Limit
from ticketing.rules import acknowledging, authority, hearing, lifecycle, telling
from ticketing.rules.assignment import in_place_of
from ticketing.rules.lifecycle import Event
from ticketing.rules.satisfaction import asks_after
from ticketing.saying import Said, say
from ticketing.store import agents, guide_offers, history, ledger, messages, participants, people, satisfaction, tickets

THREAD_LENGTH = 20
# Others are about somebody else, or told to those who know him by now.
_ABOUT_THE_REQUESTER = ("new", "fyi", "assigned", "asked")
SYSTEM = "mailgate"


class Refusal(Exception):
    """Something asked of the desk cannot be done; the text tells the person who asked. Nothing has been changed."""

    @property
    def said(self) -> str:
        """The words, still ready for another language, which `str()` would lose."""
        words: str = self.args[0]
        return words


@dataclass(frozen=True, slots=True)
class AnswerMail:
    """The mail of a public answer, named by its message."""

    message: int


@dataclass
class Desk:
    """The desk within one transaction. `notices`: what to tell whom. `withdrawals`: changes, or single answers,
    whose mails must not leave any more. `now`: the moment of this transaction."""

    connection: sa.Connection
    policy: DeskPolicy
    now: datetime
    notices: list[Notice] = field(default_factory=list)
    withdrawals: list[int | AnswerMail] = field(default_factory=list)
    releases: list[tuple[int, bool]] = field(default_factory=list)
    """Held mails that an agent lets through (True) or rejects (False); the transaction does it in the spool."""
    promised: dict[int, datetime | None] = field(default_factory=dict)
    """What `promises.promised_at` has found out in this transaction."""
    away: Mapping[str, Absence] | None = None
    """What `absences` has found out; None again when that changes."""

    # ---- moving a ticket ----------------------------------------------------------------------------------------

    def note_history(self, ticket: Ticket, who: str, what: str, old: str | None, new: str | None, by: str) -> None:
        history.add(self.connection, ticket.id, self.now, who, what, old, new, by)

    def change(self, ticket: Ticket, who: str, by: str, **values: str | None) -> Ticket:
        """Sets plain columns of a ticket, each with its line in the history; what is the same already stays out of
        it."""
        changed = {name: value for name, value in values.items() if getattr(ticket, name) != value}
        for name, value in changed.items():
            self.note_history(ticket, who, name, _plain(getattr(ticket, name)), _plain(value), by)
        if not changed:
            return ticket
        # A time to wait until belongs to the waiting it was set for.
        until = {"waiting_until": None} if "waiting_for" in changed else {}
        after = tickets.change_ticket(self.connection, ticket.id, changed_at=self.now, **until, **changed)
        promises.changed(self, after, changed)
        return after

    def move(self, ticket: Ticket, event: Event, who: str, by: str) -> Ticket:
        """Moves the status by the table. Raises Refusal where the table has no such move."""
        status = lifecycle.after(ticket.status, event)
        if status is None:
            raise Refusal(
                say(
                    "{number} is {status}; “{event}” does not fit there",
                    number=ticket.number,
                    status=in_words(ticket.status),
                    event=say(event.value),
                )
            )
        values: dict[str, object] = {"status": status, "changed_at": self.now, "auto_close_at": None}
        if status is Status.COMPLETED:
            values |= {
                "completed_at": self.now,
                "auto_close_at": self.now + self.policy.auto_close,
                "waiting_for": None,
                "waiting_until": None,
            }
        elif status is Status.CLOSED:
            values |= {"closed_at": self.now, "waiting_for": None, "waiting_until": None}
        else:
            values |= {"completed_at": None, "closed_at": None}
        if status is Status.CLOSED and self.policy.satisfaction and asks_after(ticket, event):
            # Not before it can be taken back no more.
            satisfaction.ask_later(self.connection, ticket.id, self.now + self.policy.undo)
        elif ticket.status is Status.CLOSED:
            satisfaction.ask_not(self.connection, ticket.id)
        if self.policy.prepared.guides and Status.CLOSED in (status, ticket.status):
            alone = status is Status.CLOSED and ticket.first_response_at is None and who == ticket.requester.address
            guide_offers.helped(self.connection, ticket.id, self.now if alone else None)
        self.note_history(ticket, who, "status", ticket.status, status, by)
        after = tickets.change_ticket(self.connection, ticket.id, **values)
        promises.moved(self, ticket, after, event)
        return after

    def move_if_it_fits(self, ticket: Ticket, event: Event, who: str, by: str) -> Ticket:
        return ticket if lifecycle.after(ticket.status, event) is None else self.move(ticket, event, who, by)

    # ---- who takes part -----------------------------------------------------------------------------------------

    def participants(self, ticket: Ticket) -> list[Participant]:
        return participants.of_tickets(self.connection, [ticket.id])[ticket.id]

    def told_outside(self, ticket: Ticket, event: str) -> tuple[Person, tuple[Person, ...]]:
        """Who is told of an event, and who gets a copy: where a case has a contact, the requester does."""
        to, copies = self.answers_to(ticket)
        if not telling.hears(self.policy, event, telling.Who.CC):
            copies = tuple(one for one in copies if one.address == ticket.requester.address)
        return to, copies

    def answers_to(self, ticket: Ticket) -> tuple[Person, tuple[Person, ...]]:
        """Whom a public answer goes to, and who gets a copy: where a case has a contact, the requester does. A case of
        the house has an agent for its requester, whom no mail to people outside names: he hears of it as agents do."""
        there = [one for one in self.participants(ticket) if not one.removed]
        contact = next((one.person for one in there if one.role is Role.CONTACT), None)
        copies = tuple(
            one.person
            for one in there
            if one.role is Role.CC
            and one.address != ticket.requester.address
            and self.policy.agent_by_address(one.address) is None
        )
        if ticket.internal and (contact is not None or copies):
            to, *copied = (contact, *copies) if contact is not None else copies
            return to, tuple(one for one in copied if one.address != to.address)
        if contact is None:
            return ticket.requester, copies
        return contact, (ticket.requester, *copies) if ticket.requester.address else copies

    def reaches_outside(self, ticket: Ticket) -> bool:
        """Whether somebody who is no agent reads what is answered in it."""
        to, _ = self.answers_to(ticket)
        return not ticket.internal or to.address != ticket.requester.address

    def former_requesters(self, ticket: Ticket) -> frozenset[str]:
        """Who asked before somebody else was made the requester: what he wrote is not for that one to read."""
        parts = self.participants(ticket)
        return frozenset(one.address for one in parts if one.role is Role.REQUESTER and one.removed)

    def part_with(self, ticket: Ticket, address: str) -> bool:
        """Somebody takes part no more, and his answer addresses are void. False: he did not."""
        was = next((one for one in self.participants(ticket) if one.address == address and not one.removed), None)
        if was is None:
            return False
        participants.remove(self.connection, ticket.id, address, self.now)
        if was.role is Role.CONTACT:
            tickets.change_ticket(self.connection, ticket.id, contact_id=None)
        return True

    # ---- what a mail about a ticket needs -----------------------------------------------------------------------

    def about(self, ticket: Ticket) -> About:
        mailbox = self.policy.mailboxes.get(ticket.mailbox)
        queue = self.policy.queues.get(ticket.queue)
        return About(
            number=ticket.number,
            title=ticket.title,
            subject=ticket.subject,
            mailbox=ticket.mailbox,
            tag_word=mailbox.tag_word if mailbox else "",
            queue=ticket.queue,
            status=ticket.status.value,
            language=ticket.language or self.policy.language,
            requester=ticket.requester,
            phone=queue.phone if queue else None,
            title_inside=ticket.title_inside and self.reaches_outside(ticket),
        )

    def thread_with(self, ticket: Ticket, address: str | None = None) -> Thread:
        """Where a mail to the requester hangs: below the newest message that came by mail from a participant, and below
        those before it. Only ids that this side of the ticket has seen."""
        written = [
            message
            for message in messages.of_ticket(self.connection, ticket.id)
            if not message.internal
            and message.message_id
            and message.role in ("requester", "cc", "agent")
            and message.state != "undone"
            # What an agent wrote to the requester of a ticket that was merged into this one.
            and not (message.role == "agent" and _went_elsewhere(message, ticket))
        ]
        if any(one.role != "agent" and _address(one) != ticket.requester.address for one in written):
            former = self.former_requesters(ticket)
            written = [one for one in written if _address(one) not in former]
        own = [message for message in written if message.role != "agent" and address in (None, _address(message))]
        newest = own[-1] if own else (written[-1] if written else None)
        if newest is None:
            return Thread()
        chain = [one for message in written for one in (*message.references[-3:], message.message_id) if one]
        return Thread(newest.message_id, tuple(dict.fromkeys(chain))[-THREAD_LENGTH:])

    # ---- who is there -------------------------------------------------------------------------------------------

    @property
    def absences(self) -> Mapping[str, Absence]:
        """Agents who are away now, by their ids."""
        if self.away is None:
            self.away = agents.absences(self.connection, self.now)
        return self.away

    def hearers(
        self, ticket: Ticket, event: str, *, but: str | None = None, former: str | None = None
    ) -> tuple[Agent, ...]:
        """The agents who are told of an event, by the table of `rules.telling`, as of now."""
        return telling.agents(self.policy, ticket, event, self.absences, but=but, former=former)

    def operators_for(self, ticket: Ticket) -> tuple[Agent, ...]:
        """The operators, as far as they may see it."""
        operators = (self.policy.agents[one] for one in self.policy.operators if one in self.policy.agents)
        return tuple(one for one in operators if authority.may_see(self.policy, one, ticket))

    # ---- telling the agents -------------------------------------------------------------------------------------

    def alert(
        self,
        ticket: Ticket,
        why: str,
        *,
        answer: str,
        by: str,
        words: str,
        message: Message | None = None,
        badges: tuple[str, ...] = (),
        hints: tuple[str, ...] = (),
        more_hints: Callable[[], tuple[str, ...]] = tuple,
        missing: Callable[[str], sorting.OpenPoints] = sorting.nothing_open,
        beside: Callable[[], Background] = Background,
        but: str | None = None,
        only: tuple[Agent, ...] | None = None,
    ) -> None:
        """Tells an event, `why`, to those who hear of it; one mail an agent. Over the limit, a digest follows.
        `missing`: what of the checklist is open, in his language. `beside`: other tickets worth knowing of; these and
        `more_hints` are looked for when somebody is mailed, not for every mail of a flood. `only`: these agents
        instead, as far as they may see the ticket."""
        to, copies = self.answers_to(ticket)
        goes_to = (to.address, *(one.address for one in copies)) if to.address else ()
        has_it = self.policy.agents.get(ticket.assignee or "")
        if not goes_to:
            answer = "n"
        around: Background | None = None
        for agent in only if only is not None else self.hearers(ticket, why, but=but):
            if not authority.may_see(self.policy, agent, ticket):
                continue
            addressed = only is not None
            if not self.wants(agent, ticket, addressed=addressed):
                continue
            waits = hearing.waits(agent, ticket.priority, self.local(self.now), addressed=addressed)
            if not self.tells_now(agent, ticket, waits):
                continue
            if around is None:
                around, hints = beside(), (*hints, *more_hints())
            told, language = background.told_to(self.policy, agent, around), agent.language or self.policy.language
            open_points = missing(language)
            self.notices.append(
                AgentAlert(
                    about=self.about(ticket),
                    agent_id=agent.id,
                    to=agent.person,
                    answer=answer,
                    why=why,
                    by=by,
                    words=words,
                    files=message.files if message else (),
                    badges=badges,
                    hints=(*hints, *told.hints, *self._in_place_of(ticket, agent)),
                    goes_to=goes_to,
                    message=message.id if message else None,
                    language=language,
                    assignee=has_it.name if has_it else ticket.assignee,
                    mine=ticket.assignee == agent.id,
                    waiting=ticket.waiting_for,
                    organisation=ticket.organisation if why in _ABOUT_THE_REQUESTER else None,
                    promised_at=promises.promised_at(self, ticket),
                    priority=ticket.priority.value,
                    missing=open_points.asked,
                    to_do=open_points.to_do,
                    theirs=told.theirs,
                    similar=told.alike,
                )
            )

    def wants(self, agent: Agent, ticket: Ticket, *, addressed: bool) -> bool:
        """Whether he wants to hear of it. Whom he stands in for, for him he hears as for himself."""
        own = addressed or in_place_of(ticket.assignee or "", self.absences) == agent.id
        return hearing.wants(agent, own=own)

    def tells_now(self, agent: Agent, ticket: Ticket, waits: bool) -> bool:
        """Whether this agent is mailed about a ticket now. What waits, and what is over the limit, goes into his
        digest."""
        if people.is_suppressed(self.connection, agent.address, self.now):
            return False
        limits = self.policy.limits.alerts_agent
        waits = waits or self.used_up("alert", "alerts to an agent", limits, address=agent.address) is not None
        ledger.note_told(self.connection, "alert", agent.address, self.now, ticket_id=ticket.id, sent=not waits)
        return not waits

    def _in_place_of(self, ticket: Ticket, hearer: Agent) -> tuple[str, ...]:
        """Why somebody hears of a ticket that is another's."""
        assignee = self.policy.agents.get(ticket.assignee or "")
        if assignee is None or assignee.id == hearer.id or assignee.id not in self.absences:
            return ()
        until = self.day(self.absences[assignee.id].until)
        return (say("{name}, who has this case, is away until {until}.", name=assignee.name, until=until),)

    def alarm(self, name: str, subject: str, headline: str, *lines: str, over_until: datetime | None = None) -> None:
        """Tells the operators once; `upkeep` tells the end half an hour after the cause was last there, which it will
        be until `over_until` where that is known."""
        if ledger.trip(self.connection, name, subject, self.now, over_until):
            self.tell_operators(name, headline, *lines)

    def tell_operators(self, name: str, headline: str, *lines: str, ended: bool = False) -> None:
        # An alarm that an operator's own address fails has to reach somebody else.
        operators = self._reachable(self.policy.operators) or self._reachable(self.policy.agents)
        if operators:
            mailbox = next(iter(self.policy.mailboxes))
            self.notices.append(
                OperatorAlarm(name, operators, mailbox, headline, lines, ended=ended, language=self.policy.language)
            )

    def _reachable(self, agent_ids: Iterable[str]) -> tuple[Person, ...]:
        agents = (self.policy.agents[one] for one in agent_ids)
        return tuple(
            agent.person for agent in agents if not people.is_suppressed(self.connection, agent.address, self.now)
        )

    def used_up(
        self,
        kind: str,
        name: str,
        limits: Sequence[Limit],
        *,
        address: str | None = None,
        domain: str | None = None,
        subject: str | None = None,
    ) -> str | None:
        """Which row of a limit is used up, in words; None: there is room."""
        since = [self.now - limit.period for limit in limits]
        counts = ledger.told(self.connection, kind, since, address=address, domain=domain, subject=subject)
        return acknowledging.passed(name, counts, limits)

    # ---- time ---------------------------------------------------------------------------------------------------

    def local(self, moment: datetime) -> datetime:
        return moment.astimezone(ZoneInfo(self.policy.timezone))

    def day(self, moment: datetime) -> date:
        """A moment in words: its day, where it is the beginning of one."""
        local = self.local(moment)
        return local.date() if local.time() == time(0) else local


def in_words(status: Status) -> Said:
    return say(status.value.replace("_", " "))


def _address(message: Message) -> str | None:
    return message.author.address if message.author else None


def _went_elsewhere(message: Message, ticket: Ticket) -> bool:
    return bool(message.to_addresses) and ticket.requester.address not in message.to_addresses


def _plain(value: object) -> str | None:
    return None if value is None else str(value)
