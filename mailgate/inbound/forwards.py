"""The mail that an agent forwards in his own text (RULES 6, "On behalf"): its header block, and the words below it.

Telephones, Gmail and Outlook attach no mail; they write From, date, To and Subject into the text, Apple's programs with
`>` before them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from mailgate.inbound.addresses import read_addresses
from mailgate.inbound.reply_headers import header_block, header_of, names_header, prefixes
from mailgate.inbound.reply_lines import DIRECTION, RULED, Line, read_lines
from mailgate.inbound.reply_phrases import (
    FORWARD_PHRASES,
    FORWARD_STEMS,
    HEADER_LINE,
    ORIGINAL_MESSAGE,
    REPLY_PREFIXES,
)
from mailgate.mail import Address, EmbeddedMail

LABELS = 2
MOST_ABOVE = 1000  # lines of the agent's own
FIRST_IN_A_QUOTE = 3  # lines that may stand above the headers within the `>` lines

_MAILTO = re.compile(r"[<\[(]mailto:([^<>\[\]()\s]{3,320})[>\])]", re.IGNORECASE)
_ONE_SIGN = re.compile(r"\A\s*> ?")


@dataclass(frozen=True, slots=True)
class Forwarded:
    """`above`: where in the text the forward begins; what stands before it, and `below` it, is the agent's own."""

    mail: EmbeddedMail
    above: int
    below: str


def inline_forward(text: str, subject: str) -> Forwarded | None:
    """The first mail that stands in the text under its headers, or None: no two labels of one language with From among
    them, an author without a valid address, or a reply, which quotes in the same form."""
    if (found := prefixes(subject)) and found[0] in REPLY_PREFIXES:
        return None
    lines = read_lines(text)
    i = 0
    while i < min(len(lines), MOST_ABOVE):
        if lines[i].quoted:
            end = _end_of_quote(lines, i)
            inner = "\n".join(_ONE_SIGN.sub("", text[one.start : one.end], count=1) for one in lines[i:end])
            mail = _first_mail(inner)
            if mail is not None:
                below = text[lines[end].start :] if end < len(lines) else ""
                return Forwarded(mail, _begin(lines, i), below)
            i = end
        elif (block := _block(lines, i)) is not None:
            mail = _read(text, lines, i, block)
            return Forwarded(mail, _begin(lines, i), "") if mail else None
        else:
            i += 1
    return None


def _end_of_quote(lines: Sequence[Line], i: int) -> int:
    end = i
    while end < len(lines) and (lines[end].quoted or not lines[end].bare):
        end += 1
    return end


def _first_mail(text: str) -> EmbeddedMail | None:
    """The mail that begins at the head of a quote: further down it is history."""
    lines = read_lines(text)
    filled = [i for i, line in enumerate(lines) if line.bare][: FIRST_IN_A_QUOTE + 1]
    for i in filled:
        if (block := _block(lines, i)) is not None:
            return _read(text, lines, i, block)
    return None


def _block(lines: Sequence[Line], i: int) -> int | None:
    return header_block(lines, i, minimum=LABELS) if names_header(lines[i].plain) else None


def _begin(lines: Sequence[Line], i: int) -> int:
    """Where the line stands that says that a mail follows, else the first header."""
    begin = i
    while i > 0 and (not lines[i - 1].bare or _says_forwarded(lines[i - 1])):
        i -= 1
        begin = i if lines[i].bare else begin
    return lines[begin].start


def _says_forwarded(line: Line) -> bool:
    inner = line.plain.strip(" -_=–—*:：>")
    drawn = line.plain.startswith("--") and any(stem in line.plain for stem in FORWARD_STEMS)
    return drawn or inner in FORWARD_PHRASES or inner in ORIGINAL_MESSAGE or RULED.match(line.bare) is not None


# --- what the headers say ---------------------------------------------------------------------------------------------


def _read(text: str, lines: Sequence[Line], begin: int, end: int) -> EmbeddedMail | None:
    stated, body = _stated(lines, begin, end)
    author = _author(stated.get("from", ""))
    if author is None or len(stated) < LABELS:
        return None
    words = DIRECTION.sub("", text[lines[body].start :]) if body < len(lines) else ""
    return EmbeddedMail(author, stated.get("subject", ""), None, (), None, words.strip())


def _stated(lines: Sequence[Line], begin: int, end: int) -> tuple[dict[str, str], int]:
    """What stands behind each label, with its wrapped lines, and the first line below the block."""
    language = _language(lines[begin:end])
    stated: dict[str, str] = {}
    slot = ""
    for line in lines[begin:end]:
        head = HEADER_LINE.match(line.bare.lstrip("| "))
        if head and (found := header_of(line)):
            slot = found.get(language, "")
            if slot and slot not in stated:
                stated[slot] = head[2].strip(" *")
        elif line.bare and slot in stated and not head:
            stated[slot] = f"{stated[slot]} {line.bare}"
    # Recipients that run on into further lines are nobody's words.
    while slot in ("to", "cc") and end < len(lines) and "@" in lines[end].bare:
        end += 1
    return stated, end


def _language(block: Sequence[Line]) -> int:
    """The one that knows most of the labels, From among them."""
    known: dict[int, set[str]] = {}
    for line in block:
        for language, slot in header_of(line).items():
            known.setdefault(language, set()).add(slot)
    return max(known, key=lambda language: ("from" in known[language], len(known[language])))


def _author(stated: str) -> Address | None:
    """The one address that stands there, with the name before it. Outlook adds the address as a link."""
    plain = _MAILTO.sub(lambda link: "" if link[1] in stated[: link.start()] else f"<{link[1]}>", stated[:1000])
    found = read_addresses([plain.encode()]).found
    return found[0] if len({one.address for one in found}) == 1 else None
