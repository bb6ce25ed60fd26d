"""A text, line by line, as the rules of a reply read it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from html import unescape
from itertools import pairwise


class Part(Enum):
    BLANK = "blank"
    OWN = "own"
    QUOTED = "quoted"
    INTRODUCTION = "introduction"
    HISTORY = "history"
    SIGNATURE = "signature"


@dataclass(slots=True)
class Line:
    """`start` and `end` are offsets into the text, the line break not included; `bare` is the line without blanks at
    its ends and direction marks; `plain` is `bare` without its `>` signs, casefolded and cut to what rules read."""

    start: int
    end: int
    bare: str
    quoted: bool
    plain: str
    part: Part
    rule: str = ""


DIRECTION = re.compile("[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
QUOTE_SIGNS = re.compile(r"(?:> ?)+")
RULED = re.compile(r"[-_=*–—~]{5,}\Z")
DRAWN = re.compile(r"[-_=*–—~\u2500-\u2550]{3,}\Z")  # so short a rule counts right above a quote only

MIN_DOUBLED = 6

_END_OF_ADDRESS = re.compile(r">[)\],]?(?:\s?[^\W\d_]{1,20}){0,3}\s?[:：]\Z")


def read_lines(text: str) -> list[Line]:
    found = []
    start = 0
    for raw in text.split("\n"):
        end = start + len(raw) - raw.endswith("\r")
        found.append(_ascii_line(raw, start, end) if raw.isascii() else _line(raw, start, end))
        start += len(raw) + 1
    if "&nbsp;" in text:
        _read_entities(found)
    if ">" in text:
        _unescape_from(found)
        _mend_broken_address(found)
    return found


def _read_entities(lines: list[Line]) -> None:
    """QQ leaves those of HTML in the plain form of a mail, in the headers of what is answered."""
    for line in lines:
        if "&" in line.plain:
            line.plain = " ".join(unescape(line.plain).split())


def _ascii_line(raw: str, start: int, end: int) -> Line:
    """Most lines are such, and a reading asks for nothing more of them: this is what a long text costs."""
    bare = raw.strip()
    if not bare:
        return Line(start, end, "", False, "", Part.BLANK)
    if bare[0] == ">":
        return Line(start, end, bare, True, QUOTE_SIGNS.sub("", bare[:1000], count=1).lower().strip(), Part.QUOTED)
    return Line(start, end, bare, False, bare[:1000].lower().rstrip(), Part.OWN)


def _line(raw: str, start: int, end: int) -> Line:
    bare = DIRECTION.sub("", raw).replace("\u00a0", " ").strip()
    quoted = bare.startswith(">")
    inner = bare[:1000]
    if quoted:
        signs = QUOTE_SIGNS.match(inner)
        inner = inner[signs.end() :] if signs else inner
    part = Part.QUOTED if quoted else Part.OWN if bare else Part.BLANK
    if not inner.isascii():
        inner = unicodedata.normalize("NFC", inner)
    return Line(start, end, bare, quoted, inner.casefold().strip(), part)


def single_spaced(lines: list[Line]) -> list[Line]:
    """The lines without those that some program put behind every line, empty ones among them: what stands together in
    the writer's eye stands together here."""
    doubled = len(lines) > MIN_DOUBLED and not any(line.bare for line in lines[1::2])
    empty = sum(1 for line in lines[:-1:2] if not line.bare)
    return lines[::2] if doubled and 0 < empty < len(lines) // 4 else lines


def _unescape_from(lines: list[Line]) -> None:
    """`>From here on` alone is no quote: mail stores put that sign before a line that begins with From."""
    for i, line in enumerate(lines):
        if line.bare.startswith(">From ") and not (
            (i > 0 and lines[i - 1].quoted) or (i + 1 < len(lines) and lines[i + 1].quoted)
        ):
            line.quoted, line.part = False, Part.OWN


def _mend_broken_address(lines: list[Line]) -> None:
    """`<kari@example.com` and `> wrote:` on the next line are one attribution that was broken in two, and no quote."""
    for above, line in pairwise(lines):
        if line.quoted and not above.quoted and "@" in above.bare and _END_OF_ADDRESS.match(line.bare):
            line.quoted, line.part, line.plain = False, Part.OWN, line.bare.casefold()


def first_of(lines: Sequence[Line], *parts: Part) -> int | None:
    return next((i for i, line in enumerate(lines) if line.part in parts), None)


def next_words(lines: Sequence[Line], i: int, blanks: int = 3) -> int | None:
    """The next line from i on with anything in it, at most so many blank ones away."""
    for k in range(i, min(i + blanks + 1, len(lines))):
        if lines[k].bare:
            return k
    return None
