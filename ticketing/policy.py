"""The desk as it is configured: what agents, queues, types, rules and templates there are. Pure values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time, timedelta
from typing import Literal

from ticketing.model import File, Person, Priority


def in_language(texts: Mapping[str, str], language: str) -> str | None:
    """What stands there for a language; `nb-NO` is read by whoever reads `nb`. "" stands for all that have none."""
    return (
        texts.get(language)
        or texts.get(language.partition("-")[0])
        or texts.get("")
        or next(iter(texts.values()), None)
    )


@dataclass(frozen=True, slots=True)
class Agent:
    id: str
    name: str
    addresses: tuple[str, ...]
    skills: tuple[str, ...] = ()
    language: str | None = None
    signature: Mapping[str, str] = field(default_factory=dict, hash=False)
    """Language -> text, "" for all others."""
    capacity: int = 20
    """How many unfinished tickets are a full load."""
    alerts: Literal["all", "mine", "none"] = "all"
    quiet: tuple[time, time] | None = None
    """From when until when, by the desk's clock; also over midnight."""
    digest: Literal["off", "hourly", "daily"] = "off"

    @property
    def address(self) -> str:
        return self.addresses[0]

    @property
    def person(self) -> Person:
        return Person(self.name, self.address)

    @property
    def first_name(self) -> str:
        """As requesters hear of him; nothing where an address stands in the name's place."""
        words = self.name.split(",")[-1].split()
        return "" if not words or "@" in self.name else words[0]


@dataclass(frozen=True, slots=True)
class Queue:
    name: str
    agents: tuple[str, ...]
    lead: str | None = None
    phone: str | None = None
    signature: Mapping[str, str] = field(default_factory=dict, hash=False)
    """Language -> text, "" for all others."""
    private: bool = False
    type: str | None = None
    """What a new ticket is where neither a rule nor its words say another."""
    assignment: str = "none"
    """Who gets a new ticket: none, round-robin, least-loaded or skill."""
    tell_taken: bool = False
    """The requester is told who has taken his case."""


@dataclass(frozen=True, slots=True)
class Mailbox:
    address: str
    queue: str
    aliases: tuple[str, ...] = ()
    tag_word: str = ""
    language: str | None = None
    plus_addressing: bool = True
    bulk: Literal["ticket", "hold"] = "ticket"
    contact_form_senders: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Organisation:
    """`others`: what becomes of new mails of anybody of it who is no main user: `open` as always, `ask` a main user
    first, `hold` for an operator."""

    name: str
    domains: tuple[str, ...] = ()
    shares_tickets: bool = False
    main_users: tuple[str, ...] = ()
    others: Literal["open", "ask", "hold"] = "open"


@dataclass(frozen=True, slots=True)
class Brand:
    """What a subject's prefix `nettbutikk.no: …` sets."""

    prefix: str
    organisation: str | None = None
    queue: str | None = None
    category: str | None = None


@dataclass(frozen=True, slots=True)
class TypeField:
    """One item of a type's checklist. `label`: language -> what it is called, "" for all others. `who`: has to tell or
    do it. `own_words`: only what stands above a forwarded mail counts. `takes`: what is kept of it, the match or its
    line. `lasting`: true of the requester or the product, so of a case that follows it up, too."""

    name: str
    label: Mapping[str, str]
    patterns: tuple[re.Pattern[str], ...] = ()
    who: Literal["requester", "agent"] = "requester"
    own_words: bool = False
    takes: Literal["match", "line"] = "match"
    lasting: bool = False


@dataclass(frozen=True, slots=True)
class TicketType:
    """`words`: how a mail shows that its ticket is of this type."""

    name: str
    label: Mapping[str, str]
    words: tuple[str, ...]
    default_priority: Priority
    fields: tuple[TypeField, ...] = ()


@dataclass(frozen=True, slots=True)
class Category:
    name: str
    label: Mapping[str, str]
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RoutingRule:
    """Which new tickets it is for, each condition with its alternatives (empty: any), and what follows for them (None:
    nothing). `requesters`: addresses or domains. `words`: beginnings of words in subject or text."""

    name: str
    mailboxes: tuple[str, ...] = ()
    brands: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()
    requesters: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    queue: str | None = None
    assign: str | None = None
    priority: Priority | None = None
    type: str | None = None
    category: str | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `count` within `period`."""

    count: int
    period: timedelta


@dataclass(frozen=True, slots=True)
class Limits:
    """RULES 2 and 5; an empty tuple lifts a limit."""

    ack_address: tuple[Limit, ...] = ()
    ack_subject: tuple[Limit, ...] = ()
    ack_domain: tuple[Limit, ...] = ()
    ack_desk: tuple[Limit, ...] = ()
    new_tickets_address: tuple[Limit, ...] = ()
    equal_bodies_address: tuple[Limit, ...] = ()
    reopens_ticket: tuple[Limit, ...] = ()
    self_desk: tuple[Limit, ...] = ()
    fyi_address: tuple[Limit, ...] = ()
    alerts_agent: tuple[Limit, ...] = ()
    receipts_agent: tuple[Limit, ...] = ()


OpenTimes = tuple[tuple[time, time], ...]
"""When a day is open, by the clock on the wall, in order; 00:00 as an end is the midnight that ends the day."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """When the desk works. `week`: Monday first. `holidays`: countries or regions whose public holidays are free days
    (`NO`, `DE-BY`). `days`: days with times of their own, `2026-12-24` or, in every year, `12-24`; a day by hand wins
    over a holiday, a dated one over a yearly one, and no times mean closed."""

    name: str
    timezone: str
    week: tuple[OpenTimes, ...]
    holidays: tuple[str, ...] = ()
    days: tuple[tuple[str, OpenTimes], ...] = ()


@dataclass(frozen=True, slots=True)
class LevelAction:
    """What a deadline does beside standing in the ticket: notify, raise-priority, reassign (to an agent or `lead`) or
    mail (an address)."""

    kind: Literal["notify", "raise-priority", "reassign", "mail"]
    whom: str = ""


_NOTIFY = (LevelAction("notify"),)


@dataclass(frozen=True, slots=True)
class SlaPolicy:
    """One row of the policy table: which tickets it is for (None: any), and what it promises in working time of its
    calendar (None: nothing). `at_75`, `at_90`, `at_100`: what happens when so much of it has passed."""

    name: str
    calendar: str
    queue: str | None = None
    type: str | None = None
    priority: Priority | None = None
    organisation: str | None = None
    first_response: timedelta | None = None
    next_response: timedelta | None = None
    resolution: timedelta | None = None
    update: timedelta | None = None
    at_75: tuple[LevelAction, ...] = _NOTIFY
    at_90: tuple[LevelAction, ...] = _NOTIFY
    at_100: tuple[LevelAction, ...] = _NOTIFY


@dataclass(frozen=True, slots=True)
class CannedAnswer:
    """A prepared answer in one language. `source`: its template; `files`: what goes along with it."""

    name: str
    language: str
    title: str
    source: str
    files: tuple[File, ...] = ()


@dataclass(frozen=True, slots=True)
class Guide:
    """What a requester may help himself with. `link`: where it stands, or ""; `file`: its text, to go along."""

    name: str
    language: str
    title: str
    link: str
    text: str
    file: File


@dataclass(frozen=True, slots=True)
class TodoTemplate:
    """`due`: a day as people write it, counted from the opening; None: none."""

    text: str
    agent: str | None = None
    due: str | None = None


@dataclass(frozen=True, slots=True)
class TicketTemplate:
    """What a ticket that comes again and again begins with; None and "": as for any other."""

    name: str
    title: str
    text: str = ""
    type: str | None = None
    category: str | None = None
    priority: Priority | None = None
    queue: str | None = None
    assignee: str | None = None
    tags: tuple[str, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)
    todos: tuple[TodoTemplate, ...] = ()


@dataclass(frozen=True, slots=True)
class Prepared:
    """What the desk keeps ready beside its configuration. `canned`: name -> language -> answer. `contents`: the octets
    of files that go along, by sha256."""

    canned: Mapping[str, Mapping[str, CannedAnswer]] = field(default_factory=dict)
    guides: tuple[Guide, ...] = ()
    contents: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DeskPolicy:
    """The desk's part of the configuration: who works here, what is promised, what is allowed."""

    name: str
    timezone: str
    language: str
    operators: tuple[str, ...]
    undo: timedelta
    auto_close: timedelta
    reopen_window: timedelta
    agent_auth: Literal["dmarc", "token"]
    agent_token_age: timedelta
    limits: Limits
    agents: Mapping[str, Agent]
    queues: Mapping[str, Queue]
    mailboxes: Mapping[str, Mailbox]
    organisations: Mapping[str, Organisation] = field(default_factory=dict)
    brands: tuple[Brand, ...] = ()
    routing: tuple[RoutingRule, ...] = ()
    number_patterns: tuple[str, ...] = ()
    serial_patterns: tuple[str, ...] = ()
    types: Mapping[str, TicketType] = field(default_factory=dict)
    categories: Mapping[str, Category] = field(default_factory=dict)
    lists: Mapping[str, str] = field(default_factory=dict)
    """Lists of the house: name -> filter, in the grammar of `rules.filters`."""
    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    promises: tuple[SlaPolicy, ...] = ()
    prepared: Prepared = field(default_factory=Prepared)
    open_todos: Literal["allow", "refuse"] = "allow"
    """Whether a ticket with open tasks may be completed."""
    ticket_templates: Mapping[str, TicketTemplate] = field(default_factory=dict)
    channels: Mapping[str, str] = field(default_factory=dict)
    """The address of a known sender -> the channel that its mails come by."""
    agent_of: Mapping[str, str] = field(default_factory=dict)
    """An agent's every address -> the agent's id."""
    organisation_of: Mapping[str, str] = field(default_factory=dict)
    """A domain -> the organisation's name."""
    require_resolution: bool = False
    """A ticket is completed only with words for what was done."""
    also_told: frozenset[str] = frozenset()
    """Options of `rules.telling` that are on: who hears what beside those who always do, as `completed.lead`."""
    satisfaction: bool = False
    """Requesters are asked how it was."""

    @property
    def tag_words(self) -> tuple[str, ...]:
        return tuple({box.tag_word for box in self.mailboxes.values() if box.tag_word})

    def agent_by_address(self, address: str) -> Agent | None:
        """Also with a `+tag` in a domain of ours, where it means the same person."""
        agent_id = self.agent_of.get(address)
        local, _, domain = address.rpartition("@")
        if agent_id is None and "+" in local and any(box.endswith(f"@{domain}") for box in self.mailboxes):
            agent_id = self.agent_of.get(f"{local.partition('+')[0]}@{domain}")
        return self.agents[agent_id] if agent_id else None
