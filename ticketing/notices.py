"""What the desk tells people. Values only: the desk notes them, the transaction makes mails of them and posts them.

Whoever is named in `to` is a stored address, never one taken from the mail at hand without authority. A notice to a
requester holds nothing but what that person may read: no note, no agent's address, no other requester's words.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import get_args

from ticketing.model import File, Person


@dataclass(frozen=True, slots=True)
class Thread:
    """Where a mail hangs in the reader's mail client: the Message-ID it answers, and the chain before it, oldest
    first."""

    in_reply_to: str | None = None
    references: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class About:
    """The ticket a notice is about, as far as its mail needs it. `mailbox`: our canonical address it is sent from."""

    number: str
    title: str
    subject: str
    mailbox: str
    tag_word: str
    queue: str
    status: str
    language: str
    requester: Person
    phone: str | None = None
    title_inside: bool = False
    """Title and subject are for agents alone."""


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """The automatic first answer. `reveal`: the author is proven, so that his own words may be echoed; otherwise
    nothing
    he wrote is. `follows_up`: the number of the finished ticket this one follows, told to its participants only.
    `promised_at`: until when he hears from us, None where nothing is promised. `missing`: what he has not told yet,
    as his language calls it. `guides`: (title, link) of what he may help himself with; `files`: their texts, only for a
    proven author."""

    about: About
    to: Person
    thread: Thread
    reveal: bool
    follows_up: str | None = None
    promised_at: datetime | None = None
    missing: tuple[str, ...] = ()
    guides: tuple[tuple[str, str], ...] = ()
    files: tuple[File, ...] = ()


@dataclass(frozen=True, slots=True)
class FyiAnswer:
    """We were only in Cc: stored, no request yet; how to make it one."""

    about: About
    to: Person
    thread: Thread


@dataclass(frozen=True, slots=True)
class ReplyToRequester:
    """An agent's public words. They leave at `due_at`, unless undone or overtaken before."""

    about: About
    to: Person
    cc: tuple[Person, ...]
    thread: Thread
    agent_name: str
    words: str
    signature: str | None
    due_at: datetime
    message: int
    """The desk's id of this public message; a collision finds its mail by it."""
    files: tuple[File, ...] = ()
    """What the agent attached; goes along."""
    change: int | None = None


@dataclass(frozen=True, slots=True)
class Completed:
    """Told when a ticket is completed: what was done, how to say that it is not, when it closes by itself."""

    about: About
    to: Person
    thread: Thread
    resolution: str | None
    closes_at: datetime
    due_at: datetime | None = None
    change: int | None = None
    cc: tuple[Person, ...] = ()


@dataclass(frozen=True, slots=True)
class Taken:
    """Who has taken the requester's case, where the queue's option says so. Only his name goes out."""

    about: About
    to: Person
    thread: Thread
    agent_name: str
    due_at: datetime | None = None
    change: int | None = None


@dataclass(frozen=True, slots=True)
class Estimate:
    """What the work will take, for the requester to approve or decline. `estimate`: the desk's id of it; his answer
    is found by it."""

    about: About
    to: Person
    thread: Thread
    minutes: int
    price: str
    estimate: int
    due_at: datetime | None = None
    change: int | None = None


@dataclass(frozen=True, slots=True)
class OpenedForYou:
    """A case opened on somebody's behalf: the number and the address to answer to."""

    about: About
    to: Person
    thread: Thread
    due_at: datetime | None = None
    change: int | None = None


@dataclass(frozen=True, slots=True)
class Merged:
    """A requester's case goes on under another number. `about`: that number, and of the rest only what he knows of his
    own case, whose number was `former`."""

    about: About
    to: Person
    thread: Thread
    former: str
    due_at: datetime | None = None
    change: int | None = None


@dataclass(frozen=True, slots=True)
class Parted:
    """Something a person asked has got a case of its own. `former`: the number of the one it was in, None where he
    takes no part there."""

    about: About
    to: Person
    thread: Thread
    former: str | None
    due_at: datetime | None = None
    change: int | None = None


@dataclass(frozen=True, slots=True)
class SatisfactionRequest:
    """Asked once, when a case was closed: how was it, from 1 to 5?"""

    about: About
    to: Person
    thread: Thread


@dataclass(frozen=True, slots=True)
class Shown:
    """A message as somebody outside is shown it: who wrote it (an agent without his address), when, what."""

    by: str
    agent: bool
    at: datetime
    words: str


@dataclass(frozen=True, slots=True)
class Forwarded:
    """Messages of a ticket with their files, and an agent's words, to an outside party. Its answer address leads inside
    the ticket and to nobody else."""

    about: About
    to: Person
    thread: Thread
    agent_name: str
    words: str
    shown: tuple[Shown, ...]
    files: tuple[File, ...] = ()
    due_at: datetime | None = None
    change: int | None = None


@dataclass(frozen=True, slots=True)
class RequesterReceipt:
    """The answer to a requester's own `!status`, `!mine`, `!close`, `!stop`, `!request` or `!help`."""

    about: About | None
    mailbox: str
    language: str
    to: Person
    thread: Thread
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ApprovalRequest:
    """To a main user of an organisation: one of his people asks for something; shall we begin? `words`: what was asked.
    A yes or a no to the signed address decides."""

    about: About
    to: Person
    language: str
    organisation: str
    words: str
    message: int


@dataclass(frozen=True, slots=True)
class AgentAlert:
    """One mail to one agent. `answer`: "p", his answer goes to the requester, or "n", it becomes an internal note.

    `why`: new, message, note, assigned, undelivered, reopened, asked … `badges`: short marks such as "only in Cc",
    "unverified sender". `hints`: whole lines, with ready commands. `goes_to`: the addresses a public answer
    would reach. `message`: the desk's id of the message it is about. `promised_at`: until when the requester was
    promised to hear from us.
    """

    about: About
    agent_id: str
    to: Person
    answer: str
    why: str
    by: str
    words: str
    files: tuple[File, ...]
    badges: tuple[str, ...]
    hints: tuple[str, ...]
    goes_to: tuple[str, ...]
    message: int | None
    language: str
    assignee: str | None = None
    """His name; `mine`: it is the reader himself."""
    mine: bool = False
    waiting: str | None = None
    organisation: str | None = None
    thread: Thread = Thread()
    promised_at: datetime | None = None
    priority: str = "medium"
    missing: tuple[str, ...] = ()
    """What of the type's checklist the requester has not told, as labels; `to_do`: what no agent has done yet."""
    to_do: tuple[str, ...] = ()
    theirs: tuple[str, ...] = ()
    """The requester's other cases, a line each."""
    similar: tuple[str, ...] = ()
    """Earlier finished cases like this one, with what solved them, in lines."""


@dataclass(frozen=True, slots=True)
class Escalation:
    """A deadline warns (`level` 75 or 90) or a promise was broken (100); `repeat` counts the reminders after that. To
    the assignee and the lead, or to an address of the configuration (`agent_id` None); never to a requester.

    `target`: first_response, next_response, resolution or update. `due_at`: when the promise is or was due.
    `late_intake`: we got to know of the request long after it came. `words`: what the requester wrote last.
    """

    about: About
    agent_id: str | None
    to: Person
    target: str
    level: int
    repeat: int
    due_at: datetime
    started_at: datetime
    late_intake: bool
    assignee: str | None
    language: str
    thread: Thread = Thread()
    mine: bool = False
    words: str = ""


@dataclass(frozen=True, slots=True)
class Reminder:
    """A moment has come that somebody of the house had set. `why`: remind (the agent asked to be reminded), task (it is
    the day of a task), due-soon and due (a deadline by hand). `about` None: it belongs to no ticket."""

    about: About | None
    agent_id: str
    to: Person
    mailbox: str
    language: str
    why: str
    words: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class AlertDigest:
    """In place of single alerts when there were too many: which tickets changed, and what remains to be done there."""

    agent_id: str
    to: Person
    mailbox: str
    language: str
    lines: tuple[str, ...]
    remains: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HandedOver:
    """Many tickets of one agent have changed hands: one mail with the list, in place of one a ticket. `headline`: what
    happened, to whom."""

    agent_id: str
    to: Person
    mailbox: str
    language: str
    headline: str
    lines: tuple[str, ...]
    due_at: datetime | None = None
    change: int | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of an agent's mail: each effect or each error, what was sent to whom, how to undo, what he had
    written. `answer` "p": a public answer was refused, and what he answers to this is the answer anew, to `goes_to`,
    about the same `message`."""

    agent_id: str
    to: Person
    mailbox: str
    language: str
    done: bool
    lines: tuple[str, ...]
    thread: Thread
    about: About | None = None
    returned_words: str = ""
    answer: str = "n"
    goes_to: tuple[str, ...] = ()
    message: int | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A ticket in a list: what is said of it, a line each."""

    number: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """What an agent asked to see: a ticket whole, its history, a list, figures, help. It changes nothing. `entries`:
    tickets that he may ask for from there, each with an answer address of its own. An answer to a sheet about a ticket
    is a note; to any other, commands alone."""

    agent_id: str
    to: Person
    mailbox: str
    language: str
    heading: str
    lines: tuple[str, ...]
    thread: Thread
    about: About | None = None
    entries: tuple[Entry, ...] = ()
    foot: str = ""


@dataclass(frozen=True, slots=True)
class ConfirmationRequest:
    """An agent asked for something that destroys or discloses, and only his answer address speaks for him: is it he?
    `held`: the mail that waits. `commands`: the lines that need his yes. `effects`: what would come of the whole mail.
    `minutes`: how long it is taken."""

    about: About | None
    agent_id: str
    to: Person
    mailbox: str
    language: str
    held: int
    commands: tuple[str, ...]
    minutes: int
    effects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OperatorAlarm:
    """Something the operators have to look at. `ended`: it is over. Sent once at the start and once at the end."""

    name: str
    operators: tuple[Person, ...]
    mailbox: str
    headline: str
    lines: tuple[str, ...] = field(default=())
    ended: bool = False
    language: str = "en"


Notice = (
    Acknowledgement
    | FyiAnswer
    | ReplyToRequester
    | Completed
    | Taken
    | OpenedForYou
    | Estimate
    | Merged
    | Parted
    | Forwarded
    | SatisfactionRequest
    | RequesterReceipt
    | ApprovalRequest
    | AgentAlert
    | Escalation
    | Reminder
    | AlertDigest
    | HandedOver
    | Receipt
    | Sheet
    | ConfirmationRequest
    | OperatorAlarm
)

Caused = ReplyToRequester | Completed | OpenedForYou | Estimate | Taken | HandedOver | Merged | Parted | Forwarded
"""What others are told because an agent asked for something: people outside, and colleagues who get a whole list.
`change`: the desk's id of what he did; an undo takes back the mails that bear it while they wait, until `due_at`."""
CAUSED = get_args(Caused)
