"""One agent at work on one ticket: what every command has in hand."""

from __future__ import annotations

from dataclasses import dataclass, field

from ticketing.desk.core import Desk, Refusal
from ticketing.model import Agent, IncomingMessage, Message, Ticket
from ticketing.saying import say
from ticketing.store import tickets


@dataclass
class Work:
    """One agent at work on one ticket: the ticket moves on with every command, `lines` is what the receipt will say.

    `source`: the mail it came by, None from the command line. `by`: what the history names as the cause.
    """

    desk: Desk
    ticket: Ticket
    agent: Agent
    by: str
    source: IncomingMessage | None = None
    lines: list[str] = field(default_factory=list)
    releases: list[tuple[int, bool]] = field(default_factory=list)
    left_out: bool = False
    command: str = ""
    """The word of the command at hand; "" while the words are written."""
    answered: Message | None = None
    """The public answer of this mail; what is told beside it leaves with it."""

    @property
    def who(self) -> str:
        return self.agent.id

    @property
    def cause(self) -> str:
        """What the history names: `!claim (mail)`, `command line`."""
        return f"!{self.command} ({self.by})" if self.command else self.by


def find_agent(desk: Desk, text: str) -> Agent:
    """An agent by id, address or first or full name. Raises Refusal naming whom there is."""
    wanted = text.strip().lstrip("@").casefold()
    for agent in desk.policy.agents.values():
        if wanted in (agent.id.casefold(), agent.name.casefold(), *agent.addresses):
            return agent
    by_first = [one for one in desk.policy.agents.values() if one.name.casefold().split()[:1] == [wanted]]
    if len(by_first) == 1:
        return by_first[0]
    agents = ", ".join(sorted(desk.policy.agents))
    raise Refusal(say("no agent “{text}” (there are: {agents})", text=text, agents=agents))


def newest_from_outside(work: Work) -> Message | None:
    """The requester's newest message: its words may be said back to him, so the alert shows them unsigned."""
    outside = [
        one
        for one in tickets.messages(work.desk.connection, work.ticket.id)
        if one.role in ("requester", "cc") and not one.internal
    ]
    return outside[-1] if outside else None
