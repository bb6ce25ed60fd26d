"""The contact block below an agent's words: name, telephone, his own address. The desk puts its own signature.

Outlook and others write no `-- ` above it, so it is known by what stands in it: an address of the agent, which must not
leave the house (RULES 6).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

MOST_LINES = 12
LONGEST_LINE = 80

_CLOSING = re.compile(
    r"(?:(?:with |med |mit )?(?:best|kind|warm|many|vennlig|venleg|beste|vänlig|vänliga|freundlichen|ystävällisin)?\s*"
    r"(?:regards|wishes|greetings|hilsen|hilsing|helsing|hälsning|hälsningar|grüßen|terveisin|cordially|sincerely)"
    r"|mvh|vh|terv|br|med vennlig hilsen|yours (?:sincerely|truly)|cheers|t\.?|best)[,.!]?\Z"
)


def without_contact_block(text: str, name: str, addresses: Collection[str]) -> str:
    """The text without its last lines where these are a contact block with one of `addresses` in it: from the closing
    phrase or the agent's name on, or else the last paragraph, if all of it is short lines. What is no such block stays
    as it is."""
    lines = text.split("\n")
    if not any(_holds(line, addresses) for line in lines[-2 * MOST_LINES :]):
        return text
    begin = _begin(lines, name)
    if begin is None or not any(_holds(line, addresses) for line in lines[begin:]):
        return text
    return "\n".join(lines[:begin]).rstrip()


def says_something(words: str) -> bool:
    """Whether there is a letter, a figure or a sign with a meaning, as an emoji is; a drawn line has none."""
    return any(unicodedata.category(sign) in _TELLING and not "\u2500" <= sign <= "\u25ff" for sign in words)


_TELLING = frozenset(("Lu", "Ll", "Lt", "Lo", "Nd", "Nl", "No", "So", "Sc"))


def is_silent(words: str, name: str) -> bool:
    """Whether there are no words, or a signature alone."""
    return not words.strip() or is_signature_alone(words, name)


def is_signature_alone(words: str, name: str) -> bool:
    """Whether words are a closing phrase and the agent's name, or one line of either, or his full name, and a few lines
    of a card: they say nothing to anybody."""
    lines = [line.strip() for line in words.split("\n") if line.strip()]
    names = (name.casefold(), name.casefold().split()[0])
    if not 1 <= len(lines) <= 6:
        return False
    first = " ".join(lines[0].casefold().split()).lstrip("/-–— ").rstrip(",.")
    if len(lines) > 1 and _CLOSING.match(" ".join(lines[0].casefold().split())):
        return lines[1].casefold().rstrip(",.") in names and all(map(_is_of_a_card, lines[2:]))
    if first == names[0]:
        return all(map(_is_of_a_card, lines[1:]))
    signed = next((one for one in names if first.endswith(f" {one}")), None)
    closed = signed is not None and _CLOSING.match(first.removesuffix(signed).rstrip()) is not None
    return len(lines) == 1 and (first in names or closed)


def _is_of_a_card(line: str) -> bool:
    return any(one.isdigit() for one in line) or (len(line.split()) <= 2 and not line.endswith((".", "?", "!", ":")))


def _begin(lines: list[str], name: str) -> int | None:
    """Where the block begins; None where the last lines are none."""
    window = len(lines)
    filled = 0
    paragraph = None
    for at in range(len(lines) - 1, -1, -1):
        bare = lines[at].strip()
        if len(bare) > LONGEST_LINE or bare.startswith((">", "!")) or filled >= MOST_LINES:
            break
        if bare:
            filled += 1
        elif paragraph is None and filled:
            paragraph = at + 1
        window = at
    for at in range(window, len(lines)):
        if _opens(lines[at], name):
            return at
    if paragraph is None:
        return window if window == 0 and not any(_is_sentence(line) for line in lines) else None
    return None if any(_is_sentence(line) for line in lines[paragraph:]) else paragraph


def _opens(line: str, name: str) -> bool:
    plain = " ".join(line.casefold().split()).strip("*_ ")
    return bool(plain) and (_CLOSING.match(plain) is not None or plain.rstrip(",.") == name.casefold())


def _is_sentence(line: str) -> bool:
    """Words said to somebody, not a line of a card."""
    return line.rstrip().endswith((".", "?", "!", ":")) and len(line.split()) > 3


def _holds(line: str, addresses: Collection[str]) -> bool:
    plain = line.casefold()
    return any(address in plain for address in addresses)
