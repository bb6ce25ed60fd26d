"""The signatures in a reply: what stands below "-- ", and what a telephone or a mail program adds at the end."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mailgate.inbound.reply_lines import DRAWN, RULED, Line, Part, first_of
from mailgate.inbound.reply_phrases import MOBILE_SIGNATURE

MAX_SIGNATURE_LINES = 25
MAX_LOOSE_SIGNATURE_LINES = 10
MAX_SIGNATURE_LINE = 100
MAX_RULES = 6

_MARK = re.compile(r"(?:--|__{1,79}|—|⸻)\Z")
# Outlook's own line in any language: few words and a link that only Microsoft writes.
_OUTLOOK_LINK = re.compile(r"(?:\S{1,20} ){0,3}outlook(?: \S{1,12}){0,3} ?[<(\[]?\s?https?://aka\.ms/\S{1,40}\Z")
_REACHED_AT = re.compile(r"[^\s@]@[^\s@]|://|(?<!\w)www\.|(?:\d[ ()./-]{0,2}){7}|mailing list")


def mark_signatures(lines: list[Line]) -> None:
    """The signature above the history and the one at the end of the text."""
    first = first_of(lines, Part.INTRODUCTION, Part.QUOTED, Part.HISTORY)
    _mark_signature(lines, 0, len(lines) if first is None else first)
    if first is not None:
        last = max(i for i, line in enumerate(lines) if line.part in (Part.INTRODUCTION, Part.QUOTED, Part.HISTORY))
        _mark_signature(lines, last + 1, len(lines))


def _mark_signature(lines: list[Line], begin: int, end: int) -> None:
    if end < len(lines):
        end = _without_rule_below(lines, begin, end)
    end = _mark_mobile(lines, begin, end)
    for i in range(end - 1, max(begin, end - MAX_SIGNATURE_LINES * 2) - 1, -1):
        if not _MARK.match(lines[i].bare):
            continue
        if _is_signature(lines[i], [line.bare for line in lines[i + 1 : end] if line.bare]):
            for k in range(i, end):
                if lines[k].bare:
                    lines[k].part, lines[k].rule = Part.SIGNATURE, "signature"
            return
        if lines[i].bare == "--":
            return


def _without_rule_below(lines: list[Line], begin: int, end: int) -> int:
    """A rule drawn right above the quote belongs to the quote, and is no mark of a signature."""
    last = end
    while last > begin and end - last <= MAX_RULES and (not lines[last - 1].bare or DRAWN.match(lines[last - 1].bare)):
        last -= 1
    return last


def _is_signature(mark: Line, below: Sequence[str]) -> bool:
    """RFC 3676 4.3: the mark is `-- ` with its blank. Without it, two dashes may be somebody's own ruling; and a line
    or a long dash is a mark only where what stands below it reads as a name and how to reach him."""
    if mark.bare == "--" and mark.end - mark.start >= 3:
        return len(below) <= MAX_SIGNATURE_LINES
    if len(below) > MAX_LOOSE_SIGNATURE_LINES or not below:
        return False
    if mark.bare == "--":
        return not _is_sentence(below[0])
    if any(_is_sentence(line) or len(line) > MAX_SIGNATURE_LINE for line in below):
        return False
    reachable = any(_REACHED_AT.search(line[:500]) for line in below)
    name = all(word[0].isupper() for word in below[0].split()) and len(below[0].split()) <= 4
    return reachable if len(mark.bare) > 3 else reachable or name


def _is_sentence(line: str) -> bool:
    return line.endswith("?") or (line.endswith((".", "!")) and len(line.split()) > 5)


def _mark_mobile(lines: list[Line], begin: int, end: int) -> int:
    """Mark "Sent from my phone" at the end of a piece; where the piece ends without it."""
    last = end
    for i in range(end - 1, max(begin, end - 12) - 1, -1):
        line = lines[i]
        if len(line.bare) <= 200 and _is_advert(line.plain):
            last = i
        elif line.bare and not RULED.match(line.bare):
            break
    for line in lines[last:end]:
        if line.bare:
            line.part, line.rule = Part.SIGNATURE, "mobile-signature"
    return last


def _is_advert(plain: str) -> bool:
    return MOBILE_SIGNATURE.match(_link_removed(plain)) is not None or _OUTLOOK_LINK.match(plain) is not None


def _link_removed(plain: str) -> str:
    return re.sub(r"\s?[<(\[]\s?https?://[^\s<>()\[\]]*\s?[>)\]]", "", plain).strip(" .*_[]")
