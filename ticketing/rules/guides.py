"""Which guides may help somebody before an agent has read his words: those that share telling words with it, above all
with their titles."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from ticketing.policy import Guide
from ticketing.rules.similar import stems

MOST = 3
# A word of the title counts two, one of the text one: a title's word alone is a coincidence.
ENOUGH = 3
# Where there are more guides than this, a word of most of them tells nothing.
_FEW = 3


def helpful(words: str, language: str, guides: Sequence[Guide]) -> list[Guide]:
    """At most three of the requester's language, the most telling first; none is better than a wrong one."""
    asked = set(stems(words))
    known = [(one, *_words_of(one)) for one in guides if one.language == language.partition("-")[0]]
    often = {stem for stem in asked if len(known) > _FEW and 2 * sum(stem in all_ for _, _, all_ in known) > len(known)}
    asked -= often
    scored = [(len(asked & title) + len(asked & whole), one) for one, title, whole in known if asked & title]
    scored.sort(key=lambda row: (-row[0], row[1].name))
    return [one for score, one in scored if score >= ENOUGH][:MOST]


@lru_cache(maxsize=2000)
def _words_of(guide: Guide) -> tuple[frozenset[str], frozenset[str]]:
    """(of the title, of all of it)."""
    title = frozenset(stems(guide.title))
    return title, title | frozenset(stems(guide.text))


def parts(text: str) -> tuple[str, str, str]:
    """(title, link, text) of a guide's file: the first line is the title, a line `Link: …` below it where it stands."""
    first, _, rest = text.removeprefix("\ufeff").replace("\r\n", "\n").strip().partition("\n")
    rest = rest.strip()
    link = ""
    if rest[:5].casefold() == "link:":
        line, _, rest = rest.partition("\n")
        link = line[5:].strip()
    return first.lstrip("#").strip(), link, rest.strip()
