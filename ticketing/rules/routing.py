"""Which queue a new ticket goes to, and who hears of it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from ticketing.model import Ticket
from ticketing.policy import Agent, Brand, DeskPolicy, Mailbox, RoutingRule
from ticketing.rules import authority
from ticketing.rules.assignment import Absences, in_place_of, who_is_there
from ticketing.rules.sorting import MOST_TEXT, begins_with

_NUMBERED = re.compile(r"\d{1,2}[.)]\s")
# "First … second …", in words: only both together tell of two topics.
_FIRST = re.compile(
    r"(?<!\w)(?:firstly|first of all|for det (?:første|fyrste)|för det första|ensinnäkin|ensiksi(?:kin)?|"
    r"erstens|zum einen)(?!\w)",
    re.IGNORECASE,
)
_SECOND = re.compile(
    r"(?<!\w)(?:secondly|second of all|for det (?:andre|annet|andet)|för det andra|toiseksi|zweitens|"
    r"zum anderen)(?!\w)",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[^.?!\n]{0,200}")


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


def topics(words: str, brands: tuple[Brand, ...]) -> list[str]:
    """What each of several topics is about, in the mail's own words: numbered questions, lines with different brand
    prefixes, or "for det første … for det andre …". Nothing where there are fewer than two."""
    lines = [line.strip() for line in words.splitlines()[:200]]
    questions = [
        line[number.end() :].strip() for line in lines if (number := _NUMBERED.match(line)) and line.endswith("?")
    ]
    if len(questions) > 1:
        return questions
    branded: dict[str, str] = {}
    for line in lines:
        if brand := brand_of(line, brands):
            branded.setdefault(brand.prefix, line)
    return list(branded.values()) if len(branded) > 1 else _counted_out(words[:20_000])


def _counted_out(words: str) -> list[str]:
    first = _FIRST.search(words)
    second = _SECOND.search(words, first.end()) if first else None
    if first is None or second is None:
        return []
    return [_SENTENCE.match(words, one.end())[0].strip(" ,:") for one in (first, second)]  # type: ignore[index]


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


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a new ticket before a rule looks at it. `text`: subject and words."""

    mailbox: str
    brand: str | None
    type: str | None
    category: str | None
    organisation: str | None
    requester: str
    text: str


def rule_for(rules: Iterable[RoutingRule], facts: Facts) -> RoutingRule | None:
    """The first rule all of whose conditions fit."""
    return next((rule for rule in rules if _fits(rule, facts)), None)


def _fits(rule: RoutingRule, facts: Facts) -> bool:
    return (
        _among(facts.mailbox, rule.mailboxes)
        and _among(facts.brand, rule.brands)
        and _among(facts.type, rule.types)
        and _among(facts.category, rule.categories)
        and _among(facts.organisation, rule.organisations)
        and (not rule.requesters or _is_from(facts.requester, rule.requesters))
        and (not rule.words or _says_any(facts.text, rule.words))
    )


def _among(value: str | None, wanted: tuple[str, ...]) -> bool:
    return not wanted or value in wanted


def _is_from(address: str, wanted: tuple[str, ...]) -> bool:
    """By the address, or by its domain; a domain's subdomains are its own."""
    domain = address.rpartition("@")[2]
    return any(one in (address, domain) or domain.endswith(f".{one}") for one in wanted)


def _says_any(text: str, words: tuple[str, ...]) -> bool:
    plain = " ".join(text[:MOST_TEXT].casefold().split())
    return any(begins_with(word).search(plain) for word in words)


def holder(policy: DeskPolicy, ticket: Ticket, absences: Absences) -> Agent | None:
    """The assignee, or whoever stands in for him; None: nobody has it, or none of them is there and may see it."""
    there = policy.agents.get(in_place_of(ticket.assignee or "", absences) or "")
    return there if there is not None and authority.may_see(policy, there, ticket) else None


def who_has_it(policy: DeskPolicy, ticket: Ticket, absences: Absences) -> tuple[Agent, ...]:
    """The holder; without one those of the queue who are at work, or all of them where whoever stands in for them may
    not see the ticket: somebody has to hear."""
    if (one := holder(policy, ticket, absences)) is not None:
        return (one,)
    queue = policy.queues.get(ticket.queue)
    if queue is None:
        return ()
    there, everybody = (
        [policy.agents[one] for one in some if one in policy.agents]
        for some in (who_is_there(queue, absences), queue.agents)
    )
    return tuple(one for one in there if authority.may_see(policy, one, ticket)) or tuple(everybody)
