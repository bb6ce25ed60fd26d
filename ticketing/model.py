"""The nouns of the desk. Pure values; times are aware datetimes in UTC, addresses bare and lower-case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Literal

# The title of a ticket whose mail had neither a subject nor words.
NO_SUBJECT = "(no subject)"

# What a ticket waits for while a main user of its organisation has not said yes.
APPROVAL = "approval"


class Status(StrEnum):
    OPEN = "open"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    CLOSED = "closed"


class Role(StrEnum):
    """What a participant is to a ticket. An external is hidden from other outsiders and told nothing until accepted.
    The contact, of whom there is at most one, gets the answers in the requester's place. Whoever is removed as the
    requester was the former one."""

    REQUESTER = "requester"
    CONTACT = "contact"
    CC = "cc"
    OBSERVER = "observer"
    EXTERNAL = "external"


class Priority(StrEnum):
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    URGENT = "urgent"


class Strength(StrEnum):
    """How surely a message belongs to a ticket (RULES 3)."""

    STRONG = "strong"
    MEDIUM = "medium"
    WEAK = "weak"


Auth = Literal["pass", "none", "fail"]


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    address: str


@dataclass(frozen=True, slots=True)
class File:
    filename: str | None
    content_type: str
    size: int
    sha256: str
    inline: bool
    inside: bool = False
    """It never leaves the house, whatever is forwarded: a mail that an agent passed on, with its headers."""


# ---- what came in ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Evidence:
    """One verified token or id of ours. `issued_to`: the one address its row was issued to; `agent`: the agent it was
    issued to; `answers`: the message it was about; `via` says where it stood (address, in-reply-to, references,
    body)."""

    purpose: str
    case: str
    row: str
    via: str
    issued_to: str | None
    agent: str | None
    issued_at: datetime
    answers: int | None
    ticket: str | None
    notice: str = ""
    """What the mail with that row told: the name of its notice."""


@dataclass(frozen=True, slots=True)
class OwnWords:
    """An agent's words for the requester; `leftovers`: lines of ours (alert, note, token) found in them, a reason to
    stop."""

    text: str
    leftovers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EmbeddedMessage:
    """A mail that an agent forwarded to the desk: its author asked, the agent only passed it on."""

    author: Person | None
    subject: str
    message_id: str | None
    references: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Failure:
    """One recipient whom a mail of ours did not reach, as its bounce says."""

    address: str
    status: str
    permanent: bool
    diagnostic: str
    kind: str
    """hard, soft, policy or size: what follows for this address."""


@dataclass(frozen=True, slots=True)
class Bounce:
    """A bounce, matched to the mail of ours it speaks of where that could be done (`row` and `ticket` are None
    otherwise). `public`: that mail went to a requester; `agent`: it went to this agent."""

    kind: str
    reason: str
    failures: tuple[Failure, ...]
    row: str | None
    ticket: str | None
    public: bool
    agent: str | None
    ours: bool
    message: int | None = None
    """The public message whose mail failed."""
    proven: bool = True
    """A signature of ours came back with it, or the server refused to our face. Anybody can write a bounce that only
    names an address: such a one is told, and nothing follows from it."""
    notice: str = ""
    """What that mail told: the name of the notice."""


@dataclass(frozen=True, slots=True)
class IncomingMessage:
    """What the desk looks at: a mail with everything verified that can be verified outside the desk.

    `kind`, `kind_rule`: RULES 2. `author` None: unknown. `mailbox`: which of ours it came to. `evidence`: T1, T2a
    and T3
    in their order of strength. `other_ids`: In-Reply-To, then References from right to left, that are not ours (T2b).
    `forbids_answer`: why nothing automatic may answer it, or None. `released`: a person let it pass, so no rule
    holds it.
    """

    spool_id: int
    message_id: str | None
    fingerprint: str
    received_at: datetime
    sent_at: datetime | None
    mailbox: str
    author: Person | None
    reply_to: tuple[str, ...]
    to: tuple[Person, ...]
    cc: tuple[Person, ...]
    auth: Auth
    auth_reason: str
    kind: str
    kind_rule: str
    subject: str
    text: str
    new_text: str
    html: str
    folds: tuple[tuple[int, int, str], ...]
    files: tuple[File, ...]
    language: str | None
    evidence: tuple[Evidence, ...] = ()
    bad_token: bool = False
    other_ids: tuple[str, ...] = ()
    addressed: bool = True
    """One of our addresses stands literally in To or Cc."""
    only_in_cc: bool = False
    forbids_answer: str | None = None
    quiet: bool = False
    """From a first sync or a rescan: nothing automatic answers it."""
    released: bool = False
    bounce: Bounce | None = None
    embedded: EmbeddedMessage | None = None
    channel: str = "mail"
    """form, chat: a contact form or a chat that we know wrote it for `author`, whom its Reply-To or its words name."""
    to_operators: bool = False
    """It came to postmaster and to no mailbox of ours."""
    own_words: OwnWords | None = None
    """Only for an agent's mail: what he wrote himself, below the command block."""
    importance: str = ""
    defects: tuple[str, ...] = ()


# ---- what the desk keeps --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Absence:
    """An agent is not here. `stand_in`: the agent who has his tickets meanwhile."""

    agent: str
    until: datetime
    stand_in: str | None = None


@dataclass(frozen=True, slots=True)
class Ticket:
    id: int
    number: str
    subject: str
    title: str
    title_made: bool
    status: Status
    waiting_for: str | None
    waiting_until: datetime | None
    fyi: bool
    internal: bool
    channel: str
    priority: Priority
    type: str | None
    category: str | None
    queue: str
    mailbox: str
    language: str
    requester: Person
    requester_id: int | None
    contact_id: int | None
    organisation: str | None
    project: str | None
    assignee: str | None
    opened_at: datetime
    first_response_at: datetime | None
    completed_at: datetime | None
    closed_at: datetime | None
    changed_at: datetime
    merged_into: str | None
    resolution: str | None
    due_at: datetime | None = None
    """A deadline that an agent set by hand, whatever was promised."""
    title_inside: bool = False
    """Title and subject are for agents alone: somebody else than the requester of now wrote them."""

    @property
    def is_no_request(self) -> bool:
        """Nothing is owed: it came for information, or nobody has approved it yet."""
        return self.fyi or self.waiting_for == APPROVAL


@dataclass(frozen=True, slots=True)
class Participant:
    address: str
    name: str
    role: Role
    removed: bool = False

    @property
    def person(self) -> Person:
        return Person(self.name, self.address)


@dataclass(frozen=True, slots=True)
class Message:
    """`m` is its number within the ticket: M1, M2, …"""

    id: int
    ticket_id: int
    m: int
    at: datetime
    author: Person | None
    agent: str | None
    role: str
    internal: bool
    verified: bool
    kind: str
    text: str
    full_text: str
    message_id: str | None
    references: tuple[str, ...]
    to_addresses: tuple[str, ...]
    files: tuple[File, ...] = ()
    folded: bool = False
    only_in_cc: bool = False
    channel: str = "mail"
    state: str = "stands"
    """stands; of a public answer also: queued (may be undone), held (a collision), undone, undelivered."""


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    at: datetime
    who: str
    what: str
    old: str | None
    new: str | None
    by: str


@dataclass(frozen=True, slots=True)
class Link:
    kind: str
    number: str


@dataclass(frozen=True, slots=True)
class Equipment:
    """Something with a serial number (upper-case, as `rules.serials.key` makes it). `warranty`: its last day."""

    serial: str
    name: str = ""
    organisation: str | None = None
    place: str = ""
    warranty: date | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a decision, for `explain` and the log: what was looked at, how strong it was, what came of it."""

    step: str
    evidence: str
    strength: str | None
    outcome: str


@dataclass(frozen=True, slots=True)
class Received:
    """What became of a message: a disposition of RULES 2 with its rule, the ticket it is in, and how that was
    decided."""

    disposition: str
    rule: str
    ticket: str | None = None
    steps: tuple[Step, ...] = ()
    reason: str = ""
