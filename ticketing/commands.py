"""What can be asked of the desk. Mail, the command line and later the console build the same values.

The values say what is wanted, not whether it may be done: rights are `rules.authority`, effects are `desk`.
What people write for them stands in `command_words`. Addresses are those `mailgate.mail.valid_address` accepted,
agents are named as they were written (id, name or address), times are minutes, days are `When`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ticketing.case_number import CaseNumber
from ticketing.days import When
from ticketing.model import Person


@dataclass(frozen=True, slots=True)
class Reply:
    """Public words to the requester. By mail the words stand below the commands and `text` holds only those on the
    line itself."""

    text: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """Words for the agents only. By mail as in `Reply`."""

    text: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """The agent takes the ticket."""


@dataclass(frozen=True, slots=True)
class Assign:
    agent: str | None
    """None: nobody."""


@dataclass(frozen=True, slots=True)
class Ask:
    """Ask a colleague; the assignee stays."""

    agent: str


@dataclass(frozen=True, slots=True)
class Done:
    """Completed; closes by itself later."""


@dataclass(frozen=True, slots=True)
class Close:
    """For good, also by the requester."""


@dataclass(frozen=True, slots=True)
class Reopen:
    """Back to work."""


@dataclass(frozen=True, slots=True)
class SetStatus:
    status: Literal["open", "in_progress"]


@dataclass(frozen=True, slots=True)
class SetPriority:
    priority: Literal["low", "medium", "high", "urgent"]


@dataclass(frozen=True, slots=True)
class SetType:
    type: str


@dataclass(frozen=True, slots=True)
class SetCategory:
    category: str


@dataclass(frozen=True, slots=True)
class Tag:
    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SetTitle:
    title: str


@dataclass(frozen=True, slots=True)
class SetField:
    """An empty value clears the field."""

    key: str
    value: str


@dataclass(frozen=True, slots=True)
class Estimate:
    """What the work will take, for the requester to approve. `price`: in the agent's own words, "" for none."""

    minutes: int
    price: str = ""


@dataclass(frozen=True, slots=True)
class Wait:
    waiting_for: Literal["requester", "third_party"]
    until: When | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """A deadline by hand; None: none."""

    when: When | None


@dataclass(frozen=True, slots=True)
class Resolution:
    """What solved it, for the next who asks."""

    text: str


@dataclass(frozen=True, slots=True)
class Canned:
    """A prepared answer with its blanks filled in. `look`: only show it, or without a name, show which there are."""

    name: str
    values: tuple[tuple[str, str], ...] = ()
    look: bool = False


@dataclass(frozen=True, slots=True)
class Cc:
    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SetRequester:
    address: str


@dataclass(frozen=True, slots=True)
class SetContact:
    """None: nobody but the requester."""

    address: str | None


@dataclass(frozen=True, slots=True)
class SetOrganisation:
    """None: none."""

    name: str | None


@dataclass(frozen=True, slots=True)
class SetProject:
    """None: none."""

    name: str | None


@dataclass(frozen=True, slots=True)
class Equipment:
    """What it is about, by serial number."""

    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AddAlias:
    """One more address of the requester."""

    address: str


@dataclass(frozen=True, slots=True)
class AddNumber:
    """The number this case has in another system."""

    number: str


@dataclass(frozen=True, slots=True)
class Link:
    number: CaseNumber


@dataclass(frozen=True, slots=True)
class Merge:
    """This ticket goes into that one."""

    number: CaseNumber


@dataclass(frozen=True, slots=True)
class Split:
    """A new ticket out of this one. `messages`: their numbers as the alert shows them (`m3`), none: the newest of the
    requester; `files`: the files of those messages go along."""

    title: str
    messages: tuple[int, ...] = ()
    files: bool = False


@dataclass(frozen=True, slots=True)
class Forward:
    """Messages of this ticket (none named: the newest of the requester; `everything`: all public ones) and whole other
    cases, to somebody outside."""

    address: str
    messages: tuple[int, ...] = ()
    everything: bool = False
    cases: tuple[CaseNumber, ...] = ()


@dataclass(frozen=True, slots=True)
class Edit:
    """New words for a message; the old ones stay in the history."""

    message: int
    text: str


@dataclass(frozen=True, slots=True)
class Call:
    """There was a telephone call of so many minutes."""

    minutes: int
    text: str = ""


@dataclass(frozen=True, slots=True)
class Time:
    minutes: int
    billable: bool = False


@dataclass(frozen=True, slots=True)
class Todo:
    words: str
    agent: str | None = None
    due: When | None = None


@dataclass(frozen=True, slots=True)
class TodoDone:
    """The task of this id is done."""

    id: int


@dataclass(frozen=True, slots=True)
class Remind:
    when: When
    words: str = ""


@dataclass(frozen=True, slots=True)
class Spam:
    """Closed as unwanted."""


@dataclass(frozen=True, slots=True)
class Silent:
    """The requester hears nothing of what this mail opens."""


@dataclass(frozen=True, slots=True)
class Accept:
    """Take what waits for a decision: a held mail, an outsider, a proposed cc."""

    id: str


@dataclass(frozen=True, slots=True)
class Reject:
    id: str


@dataclass(frozen=True, slots=True)
class Undo:
    """Take back the last public answer that has not left, else the last change."""


@dataclass(frozen=True, slots=True)
class Show:
    """A ticket, whole: the one at hand, or another."""

    number: CaseNumber | None = None


@dataclass(frozen=True, slots=True)
class History:
    """Who did what, of the ticket at hand or of another."""

    number: CaseNumber | None = None


@dataclass(frozen=True, slots=True)
class Sla:
    """The deadlines, in words."""


@dataclass(frozen=True, slots=True)
class New:
    """A new ticket, which the other commands beside it are about. `template`: what it begins with. `requester`: who
    asked; None: the agent himself, for the house. `title`: "" takes the template's, the mail's subject or the first
    words. `channel`: how it came; "": by telephone, or internally. `mailbox`: which of ours it belongs to."""

    template: str = ""
    requester: Person | None = None
    title: str = ""
    channel: str = ""
    mailbox: str | None = None


OwnList = Literal["mine", "unassigned", "overdue", "starred", "recent", "workload"]


@dataclass(frozen=True, slots=True)
class List:
    """`what`: mine, unassigned, overdue, starred, recent, workload, person, org, or the name of a stored list or an own
    mark in `of`."""

    what: OwnList | Literal["person", "org", "named"]
    of: str = ""


@dataclass(frozen=True, slots=True)
class Star:
    """Put a star on the ticket, or take it off."""


@dataclass(frozen=True, slots=True)
class Mark:
    """The agent's own marks on a ticket, by which he finds it again."""

    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Next:
    """The most urgent ticket that is free."""


@dataclass(frozen=True, slots=True)
class Away:
    until: When
    to: str | None = None


@dataclass(frozen=True, slots=True)
class Back:
    """At work again."""


@dataclass(frozen=True, slots=True)
class Reassign:
    """Every open ticket of one agent goes to another."""

    of: str
    to: str


@dataclass(frozen=True, slots=True)
class Report:
    """The figures of the last 30 days."""


@dataclass(frozen=True, slots=True)
class Help:
    about: str = ""


@dataclass(frozen=True, slots=True)
class Stop:
    """A participant in cc leaves."""


@dataclass(frozen=True, slots=True)
class Request:
    """What came for information becomes a request."""


@dataclass(frozen=True, slots=True)
class AskStatus:
    """A requester asks how it stands."""


@dataclass(frozen=True, slots=True)
class Mine:
    """A requester asks for all tickets of his own."""


Command = (
    Reply | Note | Claim | Assign | Ask | Done | Close | Reopen | SetStatus | SetPriority | SetType | SetCategory | Tag
    | SetTitle | SetField | Wait | Due | Resolution | Canned | Cc | SetRequester | SetContact | SetOrganisation
    | Estimate | AddAlias | AddNumber | Link | Merge | Split | Forward | Edit | Call | Time | Todo | TodoDone | Remind
    | Spam
    | Silent | Accept | Reject | Undo | Show | History | Sla | New | List | Star | Mark | Next | Away | Back | Reassign
    | Report | Help | Stop | Request | AskStatus | Mine
    | SetProject | Equipment
)  # fmt: skip
