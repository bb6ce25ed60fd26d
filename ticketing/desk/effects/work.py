"""One agent at work on one ticket: what every command has in hand."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from ticketing.commands import Canned, Command, Silent
from ticketing.desk.core import Desk, Refusal
from ticketing.desk.writing import is_ours
from ticketing.model import File, IncomingMessage, Message, Status, Ticket
from ticketing.policy import Agent
from ticketing.rules import authority
from ticketing.saying import say
from ticketing.store import journal, messages, tickets
from ticketing.store.journal import Difference, Rows, Scope

SCOPES: tuple[Scope, ...] = ("ticket", "contact", "agent")


@dataclass
class Hand:
    """One agent at work, on whatever: `lines` is what the receipt will say.

    `source`: the mail it came by, None from the command line. `by`: what the history names as the cause.
    """

    desk: Desk
    agent: Agent
    by: str
    source: IncomingMessage | None = None
    lines: list[str] = field(default_factory=list)
    releases: list[tuple[int, bool]] = field(default_factory=list)
    left_out: bool = False
    command: str = ""
    """The word of the command at hand; "" while the words are written."""
    words: str = ""
    """What he wrote below the commands. An effect that makes use of it empties it."""
    words_are: Literal["answer", "note"] = "note"
    """What becomes of the words that are left when all effects are done."""
    files: tuple[File, ...] = ()
    """What goes along with the words: at first what he attached."""
    asked: Sequence[Command] = ()
    """All that he asks for in this mail."""
    asking: list[Agent] = field(default_factory=list)
    """Colleagues to whom the words are a question."""
    passed: int | None = None
    """A change of his that `!undo` could not take back: the next one looks past it."""
    beside: Ticket | None = None
    """The ticket he had before him when he opened the one at hand."""
    made: list[int] = field(default_factory=list)
    """Tickets that this opened."""
    watched: dict[tuple[Scope, int | str], None] = field(default_factory=dict)
    before: Rows = field(default_factory=dict)

    @property
    def who(self) -> str:
        return self.agent.id

    @property
    def cause(self) -> str:
        """What the history names: `!claim (mail)`, `command line`."""
        return f"!{self.command} ({self.by})" if self.command else self.by

    @property
    def silent(self) -> bool:
        """He wrote `!silent`: people outside are not told of it."""
        return any(isinstance(one, Silent) for one in self.asked)

    @property
    def words_leave(self) -> bool:
        """Whether he says something to the requester of the ticket at hand."""
        prepared = any(isinstance(one, Canned) for one in self.asked)
        return prepared or (self.words_are == "answer" and bool(self.words.strip()))

    def watch(self, scope: Scope, *ids: int | str) -> None:
        """Before anything of these is changed, so that it can be taken back. The ticket at hand, its requester and the
        agent are watched already."""
        new = [one for one in dict.fromkeys(ids) if (scope, one) not in self.watched]
        self.watched |= dict.fromkeys((scope, one) for one in new)
        self.before |= journal.look(self.desk.connection, scope, new)

    def opened(self, ticket_id: int) -> None:
        """A ticket that this made, with all it begins with: taking back closes it, for nothing is ever deleted."""
        self.made.append(ticket_id)
        self.watch("ticket", ticket_id)
        row = self.before["ticket", (ticket_id,)]
        self.before["ticket", (ticket_id,)] = {**row, "status": Status.CLOSED.value}

    def watch_anew(self) -> None:
        """What was changed so far is no part of this change: it was itself taken back."""
        watched, self.watched, self.before = self.watched, {}, {}
        for scope, one in watched:
            self.watch(scope, one)

    def changed(self) -> list[Difference]:
        after: Rows = {}
        for scope in SCOPES:
            after |= journal.look(self.desk.connection, scope, [one for of, one in self.watched if of == scope])
        return journal.differences(self.before, after)


@dataclass
class Work(Hand):
    """The same on one ticket, which moves on with every command."""

    ticket: Ticket = field(kw_only=True)


def keep_words(work: Work, text: str, *, channel: str, internal: bool = True, **more: Any) -> Message:
    """The agent's own words become a message of the ticket."""
    values: dict[str, Any] = {
        "at": work.desk.now,
        "author": work.agent.person,
        "agent": work.agent.id,
        "role": "agent",
        "internal": internal,
        "verified": True,
        "channel": channel,
        "kind": "personal",
        "text": text,
        "full_text": text,
    }
    return messages.add(work.desk.connection, work.ticket.id, **values | more)


def find_agent(desk: Desk, text: str) -> Agent:
    """An agent by id, address, or first, last or full name where one alone has it, also as Finnish bends it. Raises
    Refusal naming whom there is."""
    everybody = list(desk.policy.agents.values())
    for wanted in _as_named(text):
        for agent in everybody:
            if wanted in (agent.id.casefold(), agent.name.casefold(), *agent.addresses):
                return agent
        for place in (0, -1):
            named = [one for one in everybody if one.name.casefold().split()[place:][:1] == [wanted]]
            if len(named) == 1:
                return named[0]
    agents = ", ".join(sorted(desk.policy.agents))
    raise Refusal(say("no agent “{text}” (there are: {agents})", text=text, agents=agents))


def _as_named(text: str) -> list[str]:
    """`Kari Nordmann <kari@example.com>` by both, `Karille` and `Perille` to Kari and Per."""
    wanted = " ".join(text.split()).lstrip("@").casefold()
    before, _, address = wanted.partition("<")
    names = [wanted, address.rstrip("> "), before.strip()] if address else [wanted]
    if wanted.endswith(_TO_OR_FROM) and " " not in wanted:
        names += [wanted[:-3], wanted[:-4]]
    return [one for one in names if one]


_TO_OR_FROM = ("lle", "lta", "ltä")
_MYSELF = frozenset({"me", "myself", "meg", "meg selv", "minulle", "itselleni"})


def find_colleague(work: Work, text: str) -> Agent:
    """An agent who may be given the ticket at hand, or asked about it."""
    agent = work.agent if text.casefold() in _MYSELF else find_agent(work.desk, text)
    if not authority.may_see(work.desk.policy, agent, work.ticket):
        queue = work.ticket.queue
        raise Refusal(say("{name} does not work in the private queue {queue}", name=agent.name, queue=queue))
    return agent


def other_ticket(hand: Hand, number: object) -> Ticket:
    """A further ticket that a command names, its row locked. Raises Refusal where there is none, and in the same words
    where this agent may not see it."""
    found = tickets.by_number(hand.desk.connection, [str(number)], lock=True).get(str(number))
    if found is None or not authority.may_see(hand.desk.policy, hand.agent, found):
        raise Refusal(say("there is no ticket {number}", number=number))
    return found


def newest_from_outside(work: Work, but: Collection[str] = ()) -> Message | None:
    """The requester's newest message: its words may be said back to him, so the alert shows them unsigned. `but`: whose
    words do not count."""
    outside = [
        one
        for one in messages.of_ticket(work.desk.connection, work.ticket.id)
        if one.role in ("requester", "cc") and not one.internal and not (one.author and one.author.address in but)
    ]
    return outside[-1] if outside else None


def check_outsider(desk: Desk, address: str) -> None:
    """Raises Refusal for our own address and for an agent's: neither is somebody outside."""
    if is_ours(desk, address):
        raise Refusal(say("{address} is our own address", address=address))
    if desk.policy.agent_by_address(address) is not None:
        raise Refusal(say("{address} is an agent's address", address=address))
