"""Which queue a new ticket goes to, and who hears of it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ticketing.model import Agent, Brand, DeskPolicy, Mailbox, Ticket
from ticketing.rules import authority
from ticketing.rules.assignment import Absences, in_place_of, who_is_there

_NUMBERED = re.compile(r"\s*\d{1,2}[.)]\s")
# "First … second …", in words: only both together tell of two topics.
_FIRST = re.compile(
    r"(?<!\w)(?:firstly|first of all|for det (?:første|fyrste)|för det första|ensinnäkin|ensiksi(?:kin)?|"
    r"erstens|zum einen)(?!\w)"
)
_SECOND = re.compile(
    r"(?<!\w)(?:secondly|second of all|for det (?:andre|annet|andet)|för det andra|toiseksi|zweitens|zum anderen)(?!\w)"
)


@dataclass(frozen=True, slots=True)
class Route:
    """Where a new ticket goes; `rule` says what decided."""

    queue: str
    category: str | None
    organisation: str | None
    rule: str


def brand_of(subject: str, brands: tuple[Brand, ...]) -> Brand | None:
    """The brand whose prefix the subject begins with (`nettbutikk.no: …`); the longest prefix wins."""
    start = subject.strip().casefold()
    fitting = [brand for brand in brands if start.startswith(brand.prefix.casefold().rstrip(": ") + ":")]
    return max(fitting, key=lambda brand: len(brand.prefix), default=None)


def brands_in(text: str, brands: tuple[Brand, ...]) -> list[str]:
    """Prefixes of all brands that begin a line: two of them are a sign of several topics."""
    lines = [line.strip().casefold() for line in text.splitlines()[:200]]
    return [
        brand.prefix
        for brand in brands
        if any(line.startswith(brand.prefix.casefold().rstrip(": ") + ":") for line in lines)
    ]


def numbered_questions(words: str) -> int:
    """How many lines are a question with a number before it: `2) … ?`."""
    return sum(1 for line in words.splitlines()[:200] if _NUMBERED.match(line) and line.rstrip().endswith("?"))


def tells_several(words: str) -> bool:
    """Whether more than one thing is asked or told: numbered questions, or "for det første … for det andre …"."""
    if numbered_questions(words) > 1:
        return True
    text = words[:20_000].casefold()
    first = _FIRST.search(text)
    return first is not None and _SECOND.search(text, first.end()) is not None


def names(words: str, name: str) -> bool:
    """Is a person named in a text: the full name, or the first name as a word of its own?"""
    first = next(iter(name.split()), "")
    word = re.compile(rf"(?<!\w){re.escape(first.casefold())}(?!\w)")
    return bool(first) and word.search(words[:20_000].casefold()) is not None


def route(mailbox: Mailbox, brand: Brand | None, author_organisation: str | None) -> Route:
    if brand is None:
        return Route(mailbox.queue, None, author_organisation, "mailbox")
    return Route(
        brand.queue or mailbox.queue, brand.category, brand.organisation or author_organisation, f"brand {brand.prefix}"
    )


def who_hears(policy: DeskPolicy, ticket: Ticket, absences: Absences, *, but: str | None = None) -> tuple[Agent, ...]:
    """The assignee, or whoever stands in for him; without one, or where none of them is there and may see the ticket,
    those of the queue who are at work. `but`: the agent who did it himself."""
    there = policy.agents.get(in_place_of(ticket.assignee or "", absences) or "")
    queue = policy.queues.get(ticket.queue)
    if there is not None and authority.may_see(policy, there, ticket):
        hearers: tuple[str, ...] = (there.id,)
    else:
        hearers = who_is_there(queue, absences) if queue else ()
    return tuple(policy.agents[one] for one in hearers if one != but and one in policy.agents)
