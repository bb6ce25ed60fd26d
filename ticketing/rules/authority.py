"""Who may ask what (RULES 6). Mail, command line and console ask the same question here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ticketing.model import Agent, Auth, DeskPolicy, Evidence
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
