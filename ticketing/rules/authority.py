"""Who may ask what (RULES 6). Mail, command line and console ask the same question here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from ticketing.command_words import BY_NAME, word_key, word_of
from ticketing.commands import Accept, Cc, Command, New, SetContact, SetRequester
from ticketing.model import Auth, Evidence, Ticket
from ticketing.policy import Agent, DeskPolicy
from ticketing.saying import say


class Recognition(StrEnum):
    """How an incoming mail stands to the agents."""

    AGENT = "agent"
    UNMET = "unverified-agent"
    """The right token and the right From, but not the proof the configuration asks for."""
    FOREIGN_TOKEN = "foreign-agent-token"  # noqa: S105
    """An agent's token in somebody else's mail."""
    CLAIM = "claims-to-be-an-agent"
    NOBODY = "not-an-agent"


@dataclass(frozen=True, slots=True)
class Recognised:
    """`evidence`: the p or n token that came along, if it was issued to this agent. `reason`: for the
    log, and where the proof is not met, for the agent."""

    recognition: Recognition
    agent: Agent | None
    evidence: Evidence | None
    reason: str


def may_see(policy: DeskPolicy, agent: Agent, ticket: Ticket) -> bool:
    """Every agent reads every ticket, but those of a private queue: there only its agents and its lead. To anybody else
    such a ticket does not exist: no command, no alert, no list and no hint knows it."""
    return ticket.queue not in hidden_queues(policy, agent)


def hidden_queues(policy: DeskPolicy, agent: Agent) -> frozenset[str]:
    """The queues whose tickets do not exist for this agent; the same answer as `may_see`, for a query."""
    return frozenset(
        queue.name
        for queue in policy.queues.values()
        if queue.private and agent.id not in queue.agents and agent.id != queue.lead
    )


CONFIRM_WITHIN = timedelta(minutes=15)


def needs_confirmation(asked: Sequence[Command], proven: bool) -> tuple[str, ...]:
    """The words of those commands that destroy or disclose, which a signed answer address alone does not allow: the
    agent has to be authenticated or to confirm (RULES 6)."""
    if proven:
        return ()
    # Whose a new ticket is discloses nothing: there is nothing in it yet.
    opens = any(isinstance(one, New) for one in asked)
    return tuple(word_of(type(one)) for one in asked if _is_guarded(one) and not (opens and type(one) is SetRequester))


def _is_guarded(command: Command) -> bool:
    match command:
        case Cc(add):
            return bool(add)
        case SetContact(address):
            return address is not None
        case Accept(held):
            # A held mail goes the way it would have gone; a person from outside gets every answer from now on.
            digits = held.lstrip("#")
            return not (digits.isascii() and digits.isdecimal())
    word = BY_NAME.get(word_key(word_of(type(command))))
    return word is not None and word.guarded


def recognise(
    policy: DeskPolicy,
    author: str | None,
    auth: Auth,
    proven_by_login: bool,
    evidence: tuple[Evidence, ...],
    at: datetime,
) -> Recognised:
    """Is this mail an agent's? `dmarc`: From is an agent's and proven. `token`: From, and a p/n token issued to that
    agent within `agent_token_age`. A token alone, or a name alone, is never enough."""
    agent = policy.agent_by_address(author) if author else None
    tokens = [one for one in evidence if one.purpose in ("p", "n") and one.via == "address"]
    own = next((one for one in tokens if agent is not None and one.agent == agent.id), None)
    if tokens and own is None:
        return Recognised(
            Recognition.FOREIGN_TOKEN, agent, tokens[0], "an agent's answer address in another person's mail"
        )
    if agent is None:
        return Recognised(Recognition.NOBODY, None, None, "not an agent's address")
    proven = auth == "pass" or proven_by_login
    fresh = own is not None and at - own.issued_at <= policy.agent_token_age
    if auth == "fail":
        if own is not None:
            return Recognised(Recognition.UNMET, agent, own, say("the author's domain says the mail is forged"))
        return Recognised(Recognition.CLAIM, agent, None, "the author's domain says the mail is forged")
    if policy.agent_auth == "dmarc":
        if proven:
            return Recognised(Recognition.AGENT, agent, own, "From is an agent's address and proven")
        if own is not None:
            return Recognised(Recognition.UNMET, agent, own, say("the answer address is right, but From is not proven"))
        return Recognised(Recognition.CLAIM, agent, None, "From is an agent's address, but not proven")
    if fresh or proven_by_login:
        return Recognised(
            Recognition.AGENT, agent, own, "From is an agent's address and the answer address was issued to him"
        )
    if own is not None:
        return Recognised(Recognition.UNMET, agent, own, say("the answer address is too old"))
    return Recognised(
        Recognition.CLAIM, agent, None, "From is an agent's address, without an answer address issued to him"
    )
