"""What a notice's letter is, and what its writers have in common. A letter says something to somebody; nothing here
knows of headers or bytes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from mailgate.outbound import marks
from mailgate.outbound.mime import clean_header, clean_text
from mailgate.outbound.sayings import saying
from mailgate.tokens import Signer
from ticketing import case_number
from ticketing.model import NO_SUBJECT, File, Person
from ticketing.notices import About, Thread

Touch = Literal["confirm", "close", "approve", "decline", "status", "request", "yes", "no", "5", "4", "3", "2", "1"]
"""What the reader of a mail can do with one touch, by a link at its foot."""
# A line of its own that the agent's template puts where the words go; a noncharacter, never part of a text.
WORDS_HERE = "\ufdd0"
_REPLY_PREFIXES = re.compile(r"\A(?:(?:re|sv|vs|aw|antw|ang)(?:\[\d{1,3}\])?\s?:\s?)+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Letter:
    """What differs from notice to notice. `answers_to`: the purpose of the Reply-To, None for no own address.
    `automatic`: the word of Auto-Submitted (RFC 3834), None for an agent's own words. `head`: the first lines of a mail
    to an agent; where it stands, what the template says is signed, and `words` are put in as they are, or signed too
    where they must not leave (`inside`). `suppress`: which automatic answers Exchange shall not send (MS-OXCMAIL
    X-Auto-Response-Suppress). `foot`: the links in its last lines (foot.py)."""

    template: str
    language: str
    values: Mapping[str, object]
    to: tuple[Person, ...]
    answers_to: str | None
    automatic: Literal["auto-replied", "auto-generated"] | None
    cc: tuple[Person, ...] = ()
    sender: str = ""
    thread: Thread = field(default_factory=Thread)
    head: str = ""
    words: str = ""
    inside: bool = False
    agent: str | None = None
    message: int | None = None
    due_at: datetime | None = None
    change: int | None = None
    suppress: str = "All"
    files: tuple[File, ...] = ()
    foot: tuple[Touch, ...] = ()


@dataclass(frozen=True, slots=True)
class Writing:
    """The mail that is being composed, as its letter needs it: the desk that writes, and which mail it is. `about`: its
    ticket, `mailbox`: what it is sent from, `plus`: whether that mailbox's server knows `+tag`."""

    desk: str
    zone: ZoneInfo
    tag_words: tuple[str, ...]
    signer: Signer
    about: About | None
    mailbox: str
    plus: bool
    now: datetime
    row: str

    @property
    def number(self) -> str | None:
        return self.about.number if self.about else None

    def address(self, purpose: str) -> str:
        """Our address that takes answers of this purpose to this mail: signed, or the bare mailbox without `plus`."""
        return self.address_about(self.number, purpose)

    def address_about(self, number: str | None, purpose: str) -> str:
        """The same where one mail names several cases."""
        return self.signer.address(purpose, self.mailbox, number, self.row) if self.plus else self.mailbox

    def case(self, about: About, language: str) -> dict[str, object]:
        """What a template may know of a ticket."""
        subject = self.without_tags(clean_header(about.subject), about)
        called = self.without_tags(title(about, language), about)
        return {
            "desk": self.desk,
            "number": about.number,
            "title": called,
            "subject": _REPLY_PREFIXES.sub("", subject) or called,
            "status": about.status,
            "queue": clean_header(about.queue),
            "phone": clean_header(about.phone or "") or None,
        }

    def number_only(self, about: About) -> dict[str, object]:
        """What a template may know when nothing that the sender wrote may be echoed."""
        return {"desk": self.desk, "number": about.number, "phone": clean_header(about.phone or "") or None}

    def local(self, moment: datetime | None) -> datetime | None:
        """A moment as the desk's clock shows it."""
        return moment.astimezone(self.zone) if moment is not None else None

    def without_tags(self, subject: str, about: About) -> str:
        return case_number.without_tags(subject, {*self.tag_words, about.tag_word} - {""})


def last_only(thread: Thread) -> Thread:
    """The mail that is answered, without the chain that its sender put before it."""
    return Thread(in_reply_to=thread.in_reply_to)


def nameless(person: Person) -> Person:
    return Person("", person.address)


def head(answer: str, goes_to: Sequence[str], language: str) -> str:
    return marks.head(answer, tuple(map(clean_header, goes_to)), language)


def title(about: About, language: str) -> str:
    """The ticket's title; where it came without words, the desk's own for that."""
    return clean_header(saying(NO_SUBJECT, language) if about.title == NO_SUBJECT else about.title)


def first_name(name: str) -> str:
    """`Kari` of `Kari Nordmann`; nothing where an address stands in a name's place: no agent's address goes out."""
    words = clean_header(name).split(",")[-1].split()
    return "" if not words or "@" in name else words[0]


def lines(said: Sequence[str], language: str) -> tuple[str, ...]:
    """Lines of the desk in the reader's language, each made one line; a long one is not cut."""
    return tuple(" ".join(clean_text(saying(line, language)).split("\n")).rstrip() for line in said)


def file_name(file: File, language: str = "en") -> str:
    if name := clean_header(file.filename or "", 150):
        return name
    return f"{saying('unnamed', language)} ({clean_header(file.content_type, 80)})"
