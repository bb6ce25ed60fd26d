"""What sort of thing a new ticket is: its type and its category, by the words that stand in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache

from ticketing.policy import Category, TicketType

MOST_TEXT = 20_000


def type_of(text: str, types: Mapping[str, TicketType]) -> str | None:
    """The type most of whose words stand there; of several the first."""
    counted = _counted(text, ((one.name, one.words) for one in types.values()))
    return max(counted, key=lambda name: counted[name], default=None)


def categories_of(text: str, categories: Mapping[str, Category]) -> tuple[str, ...]:
    """The category most of whose words stand there; several when they have as many, so that a person chooses."""
    counted = _counted(text, ((one.name, one.words) for one in categories.values()))
    most = max(counted.values(), default=0)
    return tuple(name for name, count in counted.items() if count == most)


def named(written: str, sorts: Mapping[str, TicketType] | Mapping[str, Category]) -> str | None:
    """The type or category that somebody means, by its name or by what it is called in any language."""
    wanted = " ".join(written.split()).casefold()
    for one in sorts.values():
        if wanted in (one.name.casefold(), *(label.casefold() for label in one.label.values())):
            return one.name
    return None


def _counted(text: str, sorts: Iterable[tuple[str, tuple[str, ...]]]) -> dict[str, int]:
    plain = " ".join(text[:MOST_TEXT].casefold().split())
    counts = {name: sum(1 for word in words if begins_with(word).search(plain)) for name, words in sorts}
    return {name: count for name, count in counts.items() if count}


@cache
def begins_with(word: str) -> re.Pattern[str]:
    """The beginning of a word counts: `levering` stands in `leveringen` too."""
    return re.compile(rf"(?<!\w){re.escape(' '.join(word.casefold().split()))}")
