"""Which earlier tickets are about the same thing: by the words they share, in any language.

Words are compared by their beginnings, so that `skriver`, `skriveren` and `tulostin`, `tulostimen` are one; short words
and those that stand in every letter count for nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from ticketing.model import Ticket

MOST_WORDS = 8
# Of 1: the same title is 0.6, all words of the shorter one shared 0.4.
ENOUGH = 0.35
# Titles are compared with many tickets, texts only with those whose titles come nearest.
TEXTS_READ = 6

_WORD = re.compile(r"[^\W_]+")
_FIGURE = re.compile(r"\d")
_MARKS = re.compile(r"[\u0300-\u036f]+")
_STEM = 5
_SHORTEST = 4
_READ = 500
# What stands in any letter to a help desk, by its first five letters.
_COMMON_WORDS = """
about after again also been could does doesn don every first from hello help have here into just know like more much
need needs only other over please problem question regarding same should since some still than thank thanks that their
them then there these they thing this time used very want were what when where which while will with would your
alle andre bare blir dere dette eller ennå etter feil finne fordi fors frem gjerne gjøre hadde hallo hans hels hilsen
hjelp hvor hvordan hvis igjen ikke ingen kanskje komme litt mange med mitt mulig neste noen også over selv siden skal
skulle slik snill spørsmål takk tror under uten vært være vennlig ville vårt
alla anna antaa asiaa edelleen ehkä että hyvä jälkeen jonka josta jotka kanssa kiitos kuin kysymys meidän meillä mikä
mitä mutta myös nyt olen olisi ollut onko ongelma ovat paljon pitäisi pyydän sekä siis sitten tämä terve tervehdys
voisi voiko vaan vielä
"""


@dataclass(frozen=True, slots=True)
class Case:
    """What is compared of a ticket; `text`: its first message and, of a finished one, what solved it."""

    title: str
    text: str = ""


def stems(text: str, most: int | None = None) -> tuple[str, ...]:
    """The telling words of a text by their beginnings, each once, in order. A word with a figure is telling at any
    length."""
    found: dict[str, None] = {}
    for word in _WORD.findall(_plain(text[:_READ])):
        stem = word[:_STEM]
        figured = _FIGURE.search(word) is not None
        if (figured or len(word) >= _SHORTEST) and stem not in _COMMON:
            found.setdefault(word if figured else stem)
            if most is not None and len(found) == most:
                break
    return tuple(found)


def nearest(title: str, earlier: Iterable[tuple[int, str]]) -> list[int]:
    """Of (ticket's id, its title): those whose titles share most with this one, and are worth reading."""
    ours = set(stems(title))
    scored = sorted(((_shared(ours, set(stems(other))), one) for one, other in earlier), reverse=True)
    return [one for score, one in scored if score][:TEXTS_READ]


def likeness(one: Case, other: Case) -> float:
    """From 0 to 1."""
    titles = set(stems(one.title)), set(stems(other.title))
    numbers = [{stem for stem in stems_of if _FIGURE.search(stem)} for stems_of in titles]
    # Error 404 is not error 500, and order 4711 not order 4712.
    if not titles[0] & titles[1] or (all(numbers) and not numbers[0] & numbers[1]):
        return 0.0
    wholes = titles[0] | set(stems(one.text)), titles[1] | set(stems(other.text))
    return 0.6 * _shared(*titles) + 0.4 * len(wholes[0] & wholes[1]) / min(len(wholes[0]), len(wholes[1]))


def _shared(one: set[str], other: set[str]) -> float:
    return len(one & other) / max(1, len(one | other))


def most_alike(new: Case, earlier: Iterable[tuple[Ticket, Case]]) -> list[Ticket]:
    """Those that are alike enough, the most alike first, of equals the newest."""
    scored = [(likeness(new, case), ticket.id, ticket) for ticket, case in earlier]
    return [ticket for score, _, ticket in sorted(scored, key=lambda row: row[:2], reverse=True) if score >= ENOUGH]


def _plain(text: str) -> str:
    low = text.casefold()
    return low if low.isascii() else _MARKS.sub("", unicodedata.normalize("NFKD", low))


_COMMON = frozenset(word[:_STEM] for word in _plain(_COMMON_WORDS).split())
