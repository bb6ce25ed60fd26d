"""Which tickets somebody wants to see, as he writes it: `printer "paper jam" status:open -tag:later order:4711`.

Words are looked for in the ticket, each must stand in it somewhere; words in quotes stand side by side. `key:value` is
a property of the ticket, and a key that is none of ours is a field. Values parted by commas: any of them. A minus
before it: not that.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from difflib import get_close_matches

from ticketing.model import APPROVAL, Priority, Status
from ticketing.saying import Said, say

KEYS = (
    "status", "priority", "type", "category", "tag", "queue", "assignee", "requester", "organisation", "project",
    "equipment", "waiting", "is",
)  # fmt: skip
NOBODY = "none"
ME = "me"
OVERDUE = "overdue"
MAX_PARTS = 20

_ALSO_CALLED = {"org": "organisation"}
_VALUES: dict[str, tuple[str, ...]] = {
    "status": tuple(Status),
    "priority": tuple(Priority),
    "waiting": ("requester", "third_party", APPROVAL, NOBODY),
    "is": (OVERDUE,),
}
_SAID_AS = {"progress": "in_progress", "vendor": "third_party"}
# `https://…` is a word, and so is `12:30`.
_PART = re.compile(r'(?P<minus>-?)(?:(?P<key>[A-Za-z]\w{0,39}):(?!//|\s|\Z))?(?:"(?P<quoted>[^"]*)"?|(?P<bare>\S+))')


@dataclass(frozen=True, slots=True)
class Term:
    """One property: `key` is one of KEYS, or a field's; any of `values` will do."""

    key: str
    values: tuple[str, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Filter:
    """Everything in it must hold. `words`: a blank within one means side by side. `without`: must not stand in it."""

    words: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    terms: tuple[Term, ...] = ()

    def narrowed(self, **properties: str | tuple[str, ...] | None) -> Filter:
        """And these properties too; those that are None or empty are left out."""
        more = tuple(
            Term(key, (values,) if isinstance(values, str) else tuple(values))
            for key, values in properties.items()
            if values
        )
        return replace(self, terms=(*self.terms, *more))

    def asked_by(self, agent_id: str) -> Filter:
        """What `assignee:me` means when this agent asks."""
        return replace(
            self,
            terms=tuple(
                replace(term, values=tuple(agent_id if value == ME else value for value in term.values))
                if term.key == "assignee"
                else term
                for term in self.terms
            ),
        )


EVERYTHING = Filter()


def both(one: Filter, other: Filter) -> Filter:
    """What both want."""
    return Filter(one.words + other.words, one.without + other.without, one.terms + other.terms)


def parse(text: str) -> Filter | Said:
    """A filter, or in words what is wrong with it."""
    words: list[str] = []
    without: list[str] = []
    terms: list[Term] = []
    for part in _PART.finditer(text):
        negated = bool(part["minus"])
        if part["key"] is None:
            word = (part["quoted"] if part["quoted"] is not None else part["bare"]).strip()
            if word.endswith(":") and _key(word[:-1]) in KEYS:
                return say("{key}: say what it should be, as in {example}", key=word[:-1], example=f"{word}VALUE")
            if word:
                (without if negated else words).append(word)
            continue
        term = _term(_key(part["key"]), part["quoted"], part["bare"], negated)
        if isinstance(term, Said):
            return term
        terms.append(term)
    if len(words) + len(without) + len(terms) > MAX_PARTS:
        return say("That is too much at once: at most {count} words and properties", count=MAX_PARTS)
    return Filter(tuple(words), tuple(without), tuple(terms))


def fits_nothing(wanted: Filter, fields: Collection[str]) -> Said | None:
    """What of it no ticket can have, in words. `fields`: those that tickets may have."""
    for key in (term.key for term in wanted.terms):
        if key not in KEYS and key not in fields:
            if close := get_close_matches(key, (*KEYS, *_ALSO_CALLED, *fields), n=1):
                return say("there is no property or field {key}; did you mean {meant}?", key=key, meant=close[0])
            return say("there is no property or field {key} (there is: {known})", key=key, known=", ".join(KEYS))
    empty = next((word for word in wanted.words if not any(map(str.isalnum, word))), None)
    return say("“{word}” holds no letter and no figure, so it stands nowhere", word=empty) if empty else None


def _key(written: str) -> str:
    key = written.lower()
    return _ALSO_CALLED.get(key, key)


def _term(key: str, quoted: str | None, bare: str | None, negated: bool) -> Term | Said:
    found = [quoted] if quoted is not None else [one.strip() for one in (bare or "").split(",")]
    values = tuple(value for value in found if value)
    if not values:
        return say("{key}: say what it should be, as in {example}", key=key, example=f"{key}:VALUE")
    known = _VALUES.get(key)
    if known is not None:
        values = tuple(_SAID_AS.get(value.lower(), value.lower()) for value in values)
        if wrong := next((value for value in values if value not in known), None):
            return say("{key}:{value} is not known; say {known}", key=key, value=wrong, known=", ".join(known))
    if key in ("assignee", "requester"):
        values = tuple(value.lower() for value in values)
    return Term(key, values, negated)
