"""The contact block below an agent's words: name, telephone, his own address. The desk puts its own signature.

Outlook and others write no `-- ` above it, so it is known by what stands in it: an address of the agent, which must not
leave the house (RULES 6), or his name and then nothing but lines of a card, one of them how to reach somebody, or what
lawyers want below each mail. What may be a sentence of his stays.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence

MOST_LINES = 12
LONGEST_LINE = 80
MOST_CARD_LINES = 30
LONGEST_CARD_LINE = 4000
PROSE = 4  # words in small letters

_CLOSING = re.compile(
    r"(?:(?:with |med |mit )?(?:best|kind|warm|many|vennlig|venleg|vennleg|venlig|beste|vänlig|vänliga|freundlichen"
    r"|ystävällisin|parhain)?\s*"
    r"(?:regards|wishes|greetings|hilsen|hilsing|helsing|hälsning|hälsningar|grüßen|terveisin|cordially|sincerely)"
    r"|mvh|vh|terv|br|med vennlig hilsen|yours (?:sincerely|truly)|cheers|t[.:]?|best)[,.!]?\Z"
)
_PIECES = re.compile(r" ?[|•·] ?| [–—-] |, ")
_BEHIND_NAME = re.compile(r"\s*(?:[|•·,(/]|[–—-] |\s[–—-]|\Z)")
_REACHED = re.compile(
    r"[^\s@]@[^\s@]|://|(?<!\w)www\.|(?<![\d.,])\+?(?:\d[ ()./-]{0,2}){7}|org\.? ?(?:nr|no|nummer)|y-tunnus|vat\b"
    r"|(?:tlf|tel|phone|mob\w*|puh|gsm|direct)[.: ]{1,3}\(?\+?\d"
)
_LEGAL = re.compile(
    r"konfidensiel|fortrolig|confidential|luottamuksel|konfidentiel|vertraulich|taushet|intended (?:solely|only|for)|"
    r"(?:kun|bare) (?:ment|beregnet|meint) for|received (?:it|this\b.{0,40}) (?:in error|by mistake)|"
    r"tenk (?:på )?miljø|before (?:printing|you print)|skrive?r? ut denne e-?post|tulosta\w* tät|"
    r"tietosuojaseloste|personvernerklæring"
)
_TITLE = re.compile(
    r"konsulent|rådg(?:i|je)v|sjef|leder|leiar|ingeniør|utvikler|tekniker|drift\Z|support|kundes|avdeling|manager|engineer"
    r"|consultant|advisor|developer|technician|specialist|director|officer|asiantuntija|päällikkö|johtaja|insinööri|tuki\Z"
    r"|\b(?:as|asa|oy|oyj|ab|ltd|inc|llc|gmbh)\Z"
)


def without_contact_block(text: str, name: str, addresses: Collection[str]) -> str:
    """The text without its last lines where these are a contact block: his card, or lines with one of `addresses` in
    them: from the closing phrase or the agent's name on, or else the last paragraph, if all of it is short lines. What
    is no such block stays as it is, and a mere "Mvh Kari" above it too."""
    lines = text.split("\n")
    begin = _card(lines, name)
    if begin is None:
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


def _card(lines: Sequence[str], name: str) -> int | None:
    """Where a card begins that goes down to the end: with a closing phrase, or with his name."""
    first = max(len(lines) - 3 * MOST_CARD_LINES, 0)
    for at in range(len(lines) - 1, first - 1, -1):
        if len(lines[at]) > LONGEST_CARD_LINE or lines[at].lstrip().startswith((">", "!")):
            first = at + 1
            break
    filled = [at for at in range(first, len(lines)) if lines[at].strip()][-MOST_CARD_LINES:]
    for k, at in enumerate(filled):
        above = lines[filled[k - 1]].strip() if k else ""
        apart = at == 0 or not lines[at - 1].strip() or _closes(above, name)
        begin = _card_at([lines[one] for one in filled[k:]], name, apart)
        if begin is None or begin >= len(filled) - k or (above.endswith(":") and not _closes(above, name)):
            continue
        return filled[k + begin]
    if filled and _is_of_a_company(paragraph := _last_paragraph(lines, first)):
        above = next((line for line in reversed(lines[: -len(paragraph)]) if line.strip()), "")
        return None if above.rstrip().endswith(":") else len(lines) - len(paragraph)
    return None


def _card_at(lines: Sequence[str], name: str, apart: bool) -> int | None:
    """Which of these lines, all of them filled, is the first of a card that the rest of them belong to."""
    closed = _closes(lines[0], name)
    named = 1 if closed and len(lines) > 1 and not _is_his(lines[0], name) else 0
    if not closed and not _is_his(lines[0], name):
        return None
    full = _is_his(lines[named], name, full=True)
    card = lines[named + (_is_his(lines[named], name) and not full) :]
    if not card or not all(_may_be_of_a_card(card, k) for k in range(1 if full else 0, len(card))):
        return None
    if not any(_tells_how(line) for line in card):
        titled = full and len(card) > 1 and all(_TITLE.search(line.strip().casefold()) for line in card[1:])
        return 0 if titled and (closed or apart) else None
    if full or (closed and not _is_his(lines[named], name)):
        return 0
    return len(lines) - len(card) if closed or apart else None


def _closes(line: str, name: str) -> bool:
    """A closing phrase, in two languages perhaps, and his name behind it perhaps."""
    plain = " ".join(line[:LONGEST_LINE].casefold().split()).strip("*_ ")
    for one in (name.casefold(), name.casefold().split()[0]):
        plain = plain.removesuffix(f" {one}")
    return bool(plain) and all(_CLOSING.match(one) for one in plain.split(" / "))


def _is_his(line: str, name: str, full: bool = False) -> bool:
    """A line with his name alone, or his full name and then a part of his card."""
    plain = " ".join(line.casefold().split()).strip("*_ ")
    whole = name.casefold()
    if plain.startswith(whole) and " " in whole:
        return _BEHIND_NAME.match(plain[len(whole) :]) is not None and not _is_sentence(plain)
    behind = any(plain.endswith(f" {one}") for one in ((whole,) if full else (whole, whole.split()[0])))
    if behind and _closes(line, name):
        return True
    return not full and plain.lstrip("/-–— ").rstrip(",.") == whole.split()[0]


def _may_be_of_a_card(lines: Sequence[str], k: int) -> bool:
    line = lines[k].strip()
    if _LEGAL.search(line.casefold()):
        return True
    if k and _is_legal_above(lines, k):
        return True
    if line.startswith("[") and line.endswith("]"):
        return True  # a picture
    if (
        line.casefold().startswith(("ps", "p.s", "nb", "obs", "huom"))
        or line.endswith("?")
        or line.startswith(("-", "*"))
    ):
        return False
    pieces = _PIECES.split(line)
    if len(line) > LONGEST_LINE and (len(pieces) < 3 or any(len(one) > LONGEST_LINE for one in pieces)):
        return False
    small = sum(1 for word in line.split() if word.isalpha() and word[0].islower())
    return not _is_sentence(line) and (small < PROSE or _REACHED.search(line.casefold()) is not None)


def _is_legal_above(lines: Sequence[str], k: int) -> bool:
    """The wrapped rest of what lawyers want: long lines, and the last of them."""
    above = k - 1
    while above > 0 and len(lines[above]) > LONGEST_LINE // 2 and not _LEGAL.search(lines[above].casefold()):
        above -= 1
    return _LEGAL.search(lines[above].casefold()) is not None and len(lines[above]) > LONGEST_LINE // 2


def _tells_how(line: str) -> bool:
    plain = line.casefold()
    return _REACHED.search(plain) is not None or _LEGAL.search(plain) is not None


def _last_paragraph(lines: Sequence[str], first: int) -> Sequence[str]:
    begin = len(lines)
    while begin > first and (lines[begin - 1].strip() or begin == len(lines)):
        begin -= 1
    return lines[begin:]


def _is_of_a_company(lines: Sequence[str]) -> bool:
    """Its name and its number, and nothing else: no word of anybody's."""
    numbered = any(re.search(r"org\.? ?(?:nr|no|nummer)|y-tunnus", line.casefold()) for line in lines)
    return numbered and len(lines) > 1 and all(_may_be_of_a_card(lines, k) for k in range(len(lines)))


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
