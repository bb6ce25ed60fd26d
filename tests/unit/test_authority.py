"""Who is an agent (RULES 6): the name alone never, the token alone never, and which proof each mode asks for."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType, SimpleNamespace
from typing import Literal, cast, get_args

import pytest

from ticketing.model import Auth, Evidence, Ticket
from ticketing.policy import Agent, DeskPolicy, Limits, Mailbox, Queue
from ticketing.rules.authority import Recognition, hidden_queues, may_see, recognise

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
AGENT, UNMET, FOREIGN, CLAIM, NOBODY = Recognition
KARI, PRIVATE, PER, OLA = "kari@example.com", "kari@private.example", "per@example.com", "ola@example.org"


def _policy(mode: Literal["dmarc", "token"]) -> DeskPolicy:
    agents = {"kari": Agent("kari", "Kari Nordmann", (KARI, PRIVATE)), "per": Agent("per", "Per Hansen", (PER,))}
    return DeskPolicy(
        name="Support", timezone="UTC", language="en", operators=("kari",), undo=timedelta(seconds=60),
        auto_close=timedelta(days=7), reopen_window=timedelta(days=7), agent_auth=mode,
        agent_token_age=timedelta(days=30), limits=Limits(), agents=agents,
        queues={"support": Queue("support", ("kari", "per"))},
        mailboxes={"support@example.com": Mailbox("support@example.com", "support")},
        agent_of=MappingProxyType({address: one.id for one in agents.values() for address in one.addresses}),
    )  # fmt: skip


def _token(text: str) -> Evidence:
    """`p kari 29`: purpose, agent it was issued to ("-": nobody), age in days; `via` follows where it is no address."""
    purpose, agent, days, *via = text.split()
    return Evidence(
        purpose=purpose, case="261123001", row="abcdefgh", via=via[0] if via else "address", issued_to=KARI,
        agent=None if agent == "-" else agent, issued_at=NOW - timedelta(days=float(days)), answers=None,
        ticket="261123001",
    )  # fmt: skip


# author, auth, logged in, tokens; what he is where DMARC counts, what he is where tokens count
TABLE: list[tuple[str | None, Auth, bool, list[str], Recognition, Recognition]] = [
    # no agent's name
    (OLA, "pass", False, [], NOBODY, NOBODY),
    (OLA, "none", False, ["r - 1"], NOBODY, NOBODY),
    (None, "none", False, [], NOBODY, NOBODY),
    ("xkari@example.com", "pass", False, [], NOBODY, NOBODY),
    # the name alone
    (KARI, "none", False, [], CLAIM, CLAIM),
    (KARI, "fail", False, [], CLAIM, CLAIM),
    (KARI, "pass", False, [], AGENT, CLAIM),
    (PRIVATE, "pass", False, [], AGENT, CLAIM),
    (KARI, "none", False, ["r - 1"], CLAIM, CLAIM),
    (KARI, "none", False, ["b kari 1"], CLAIM, CLAIM),
    # SMTP AUTH as that agent
    (KARI, "pass", True, [], AGENT, AGENT),
    # name and token
    (KARI, "none", False, ["p kari 1"], UNMET, AGENT),
    (KARI, "none", False, ["n kari 1"], UNMET, AGENT),
    (PRIVATE, "none", False, ["p kari 1"], UNMET, AGENT),  # issued to the agent, whichever address of his
    (KARI, "pass", False, ["p kari 1"], AGENT, AGENT),
    (KARI, "none", False, ["p kari 30"], UNMET, AGENT),
    (KARI, "none", False, ["p kari 30.001"], UNMET, UNMET),
    (KARI, "pass", False, ["p kari 400"], AGENT, UNMET),
    (KARI, "none", False, ["p per 1", "p kari 1"], UNMET, AGENT),
    # the domain says that it is forged: nothing helps
    (KARI, "fail", False, ["p kari 1"], UNMET, UNMET),
    # an id in References is read by everybody the mail was forwarded to: no token
    (KARI, "none", False, ["p kari 1 references"], CLAIM, CLAIM),
    (KARI, "none", False, ["p kari 1 body"], CLAIM, CLAIM),
    # somebody else's token
    (OLA, "pass", False, ["p kari 1"], FOREIGN, FOREIGN),
    (OLA, "none", False, ["n kari 1"], FOREIGN, FOREIGN),
    (PER, "pass", False, ["p kari 1"], FOREIGN, FOREIGN),
    (PER, "pass", True, ["n kari 1"], FOREIGN, FOREIGN),
    (None, "none", False, ["p kari 1"], FOREIGN, FOREIGN),
    (OLA, "pass", False, ["p nils 1"], FOREIGN, FOREIGN),  # an agent no more
]  # fmt: skip


@pytest.mark.parametrize("author, auth, login, tokens, by_dmarc, by_token", TABLE)
def test_who_is_an_agent(
    author: str | None, auth: Auth, login: bool, tokens: list[str], by_dmarc: Recognition, by_token: Recognition
) -> None:
    evidence = tuple(map(_token, tokens))
    found = [recognise(_policy(mode), author, auth, login, evidence, NOW) for mode in ("dmarc", "token")]
    assert [one.recognition for one in found] == [by_dmarc, by_token]
    for one in found:
        assert one.reason
        if one.recognition is AGENT and one.evidence is not None:
            assert one.agent is not None and one.evidence.agent == one.agent.id


def test_every_way_to_stand_is_in_the_table() -> None:
    assert {one for row in TABLE for one in row[4:]} == set(Recognition)
    assert {row[1] for row in TABLE} == set(get_args(Auth))


# the queue: private, its agents, its lead; who may see its tickets
@pytest.mark.parametrize(
    "private, agents, lead, sees",
    [
        (False, ("per",), None, {"kari", "per"}),  # every agent reads every queue
        (False, (), None, {"kari", "per"}),
        (True, ("per",), None, {"per"}),
        (True, ("kari", "per"), None, {"kari", "per"}),
        (True, ("per",), "kari", {"kari", "per"}),  # whoever hears of its missed deadlines reads them
        (True, (), "kari", {"kari"}),
        (True, ("nils",), None, set()),  # an agent no more
    ],
)
def test_who_sees_a_ticket(private: bool, agents: tuple[str, ...], lead: str | None, sees: set[str]) -> None:
    policy = _policy("dmarc")
    policy = replace(policy, queues={**policy.queues, "hr": Queue("hr", agents, lead, private=private)})
    for agent in policy.agents.values():
        assert may_see(policy, agent, cast(Ticket, SimpleNamespace(queue="hr"))) is (agent.id in sees)
        assert may_see(policy, agent, cast(Ticket, SimpleNamespace(queue="support")))
        # A queue that the configuration names no more was not said to be private.
        assert may_see(policy, agent, cast(Ticket, SimpleNamespace(queue="gone")))
        assert hidden_queues(policy, agent) == (set() if agent.id in sees else {"hr"})


def test_agents_and_queues_can_be_told_apart_in_sets() -> None:
    """Who hears of a deadline is gathered in one."""
    agent = Agent("kari", "Kari", ("kari@example.com",), signature={"nb": "Hilsen"})
    queue = Queue("support", ("kari",), signature={"nb": "Hilsen"})
    assert len({agent, agent}) == len({queue, queue}) == 1
