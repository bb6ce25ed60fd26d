"""Who is asked how it was, and what an answer to that says: a score from 1 to 5, and words."""

from __future__ import annotations

import re
from collections.abc import Collection

from ticketing import case_number
from ticketing.model import Ticket
from ticketing.rules import phrases
from ticketing.rules.lifecycle import Event

# Unwanted mail and one case merged into another end for reasons of the house.
_ENDINGS = frozenset({Event.CONFIRM, Event.AUTO_CLOSE, Event.CLOSE})
LOW = 2
"""So low a score, with words to it, is a complaint."""

_BARE = re.compile(r"\s*([1-5])(?: ?/ ?5)?\s*[.!]?\s*")
# As the link had put it: `5 – very good`.
_IN_SUBJECT = re.compile(r"([1-5])(?: ?/ ?5)?(?: [-–] |\Z)")


def asks_after(ticket: Ticket, event: Event) -> bool:
    """Whether a ticket's requester is asked how it was, once it was closed like this."""
    return event in _ENDINGS and not ticket.fyi and not ticket.internal and bool(ticket.requester.address)


def is_bare_score(words: str) -> bool:
    """Whether the first line is a score and nothing else: then it answers the question, wherever it was sent."""
    return _bare(words)[0] is not None


def read(subject: str, words: str, tag_words: Collection[str]) -> tuple[int | None, str]:
    """(the score, what was said beside it). A line of its own that is a score wins over the subject, which the link
    wrote."""
    score, rest = _bare(words)
    if score is not None:
        return score, rest
    found = _IN_SUBJECT.match(phrases.strip_reply_prefixes(case_number.without_tags(subject, tag_words)).strip())
    return (int(found[1]) if found else None), words.strip()


def _bare(words: str) -> tuple[int | None, str]:
    first, _, rest = words.strip().partition("\n")
    found = _BARE.fullmatch(first)
    return (int(found[1]), rest.strip()) if found else (None, words)


def wants_an_agent(score: int | None, words: str) -> bool:
    """Words are kept with the score; a question, or what went wrong, is for a person."""
    return bool(words) and ("?" in words or (score is not None and score <= LOW))
