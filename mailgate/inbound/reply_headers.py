"""Where the headers of the mail answered begin: "Original Message", header blocks in their forms, and the prefixes of a
subject. It finds and marks nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from mailgate.inbound.reply_lines import DIRECTION, RULED, Line, Part, next_words
from mailgate.inbound.reply_phrases import (
    FORWARD_PREFIXES,
    HEADER_LINE,
    HEADER_SLOTS,
    MESSAGE_FROM,
    ORIGINAL_MESSAGE,
    OTHER_HEADERS,
    PASTED_BELOW,
    REPLY_PREFIXES,
    SAID_TO_SOMEBODY,
    SUBJECT_PREFIX,
    WROTE,
)

HEADER_BLOCK_LINES = 8
NOTES_LINES = 24
ANNOUNCEMENT = 100  # its last characters
MORE_HEADERS = 4

# --- "Original Message" ----------------------------------------------------------------------------------------------

_RULES = " -_=*–—―─~<>[]|#+.:"
FIRST_SIGNS = frozenset("#=*_~–—―─-<[|+.")  # of a line drawn around "Original Message" and the like
_COLUMN = re.compile(r"(?:\A|\s{3})([^\W\d_]{2,14})\Z")
_BOX = re.compile(r"\|-[-+]{4,}>?\Z")


def original_message(lines: Sequence[Line], i: int, _subject: str) -> tuple[int, int] | None:
    """ "Original Message" between signs, or alone above a header block; with the headers below it."""
    undrawn = lines[i].plain.rstrip(" :") in ORIGINAL_MESSAGE
    if _runs_on(lines[i].plain):
        return i, i + 1
    if not undrawn and not _is_original_message(lines[i].plain):
        return None
    after = next_words(lines, i + 1)
    end = None if after is None else header_block(lines, after, minimum=1)
    if end is None:
        return None if undrawn else (i, i + 1)
    return i, _last_header(lines, end)


_RUN_ON = re.compile(r"[-_=–—─]{3,40} ?([^-_=–—─:：]{3,40}?) ?[-_=–—─]{3,40} ?\*?([^\W\d_][^:：]{0,24})[:：]")


def _runs_on(plain: str) -> bool:
    """Samsung's text form, in which the headers stand behind the drawn line without a line end."""
    found = _RUN_ON.match(plain)
    return found is not None and found[1] in ORIGINAL_MESSAGE and found[2].strip("* ") in HEADER_SLOTS


def _is_original_message(plain: str) -> bool:
    if len(plain) > 200 or plain[:1] not in _RULES:
        return False
    inner = plain.strip(_RULES)
    if inner in ORIGINAL_MESSAGE:
        return True
    # "---- kari@example.com schrieb ----", "----- Message from kari@example.com -----"
    framed = len(plain) <= 200 and plain.startswith("---") and plain.endswith("---")
    if not framed or SAID_TO_SOMEBODY.search(inner):
        return False
    wrote = [match.end() for match in WROTE.finditer(inner)]
    return bool(wrote and wrote[-1] == len(inner)) or (inner.startswith(MESSAGE_FROM) and "@" in inner)


# --- header blocks --------------------------------------------------------------------------------------------------


def headers_in_lines(lines: Sequence[Line], i: int, subject: str) -> tuple[int, int] | None:
    end = header_block(lines, i, minimum=2 if i > 0 and RULED.match(lines[i - 1].bare) else 3)
    if end is None or _is_pasted(lines[i:end], subject) or _is_announced(lines, i):
        return None
    return _first_header(lines, i), _last_header(lines, end)


def _is_announced(lines: Sequence[Line], i: int) -> bool:
    """ "This is what he answered me:" or "I got this" above the headers: shown on purpose, and the author's words may
    follow."""
    first = i
    while i - first < HEADER_BLOCK_LINES and first > 0 and header_of(lines[first - 1]):
        first -= 1  # asked of the block's later lines too
    above = next((line for line in reversed(lines[max(0, first - 3) : first]) if line.bare), None)
    if above is None or above.part is not Part.OWN or header_of(above):
        return False
    return above.bare.endswith(":") or PASTED_BELOW.search(above.plain[-ANNOUNCEMENT:]) is not None


def _first_header(lines: Sequence[Line], i: int) -> int:
    """Above the first known header there may be others of the same mail."""
    while i > 0 and lines[i - 1].part is Part.OWN and lines[i - 1].plain.partition(":")[0].strip("* ") in OTHER_HEADERS:
        i -= 1
    return i


def _last_header(lines: Sequence[Line], end: int) -> int:
    """Right below the last known header there may be others: a language's word that no row has, "Importance"."""
    for k in range(end, min(end + MORE_HEADERS, len(lines))):
        if lines[k].part is not Part.OWN or not HEADER_LINE.match(lines[k].plain):
            return k
    return min(end + MORE_HEADERS, len(lines))


def header_block(lines: Sequence[Line], i: int, minimum: int = 3) -> int | None:
    """The line behind a block of headers that begins at line i, or None.

    At least `minimum` different headers of one language within eight lines, in any order, From among them; and, unless
    one is enough, signs that a mail program wrote them, since people write "Fra: … Til: … Dato: …" of journeys too: an
    address, or a subject with a date.
    """
    first = header_of(lines[i])
    if not first or lines[i].bare[0].islower():
        return None  # no program writes them small: settings, a log
    # Some programs put an empty line behind every header; else the first empty line ends the block.
    spaced = i + 1 < len(lines) and not lines[i + 1].bare
    ends: dict[int, dict[str, int]] = {language: {} for language in first}
    address = "@" in lines[i].plain
    k = i
    for k in range(i, min(i + HEADER_BLOCK_LINES * (2 if spaced else 1), len(lines))):
        line = lines[k]
        if line.quoted or (k > i and (spaced and (k - i) % 2 == 1) is bool(line.bare)):
            break
        if not line.bare:
            continue
        slots = header_of(line)
        # A line without a known header goes on with the one above it, or is a header of little use.
        for language, slot in slots.items():
            if language in ends:
                if slot in ends[language] and slot != "cc":
                    ends[language]["again"] = k
                elif "again" not in ends[language]:
                    ends[language][slot] = k + 1
        address = address or "@" in line.plain
    complete = [found for found in ends.values() if _is_complete(found, minimum, address)]
    return max((max(end for slot, end in found.items() if slot != "again") for found in complete), default=None)


def headers_in_one_line(lines: Sequence[Line], i: int, subject: str) -> tuple[int, int] | None:
    """From, date, To and Subject run together: what is left of a table, or of a program's care."""
    plain = lines[i].plain
    if plain.count(":") < 4 or len(plain) > 600:
        return None
    slots: dict[int, set[str]] = {}
    for word in plain.replace("|", " ").split():
        if word.endswith(":"):
            for language, slot in HEADER_SLOTS.get(word.strip("*:"), {}).items():
                slots.setdefault(language, set()).add(slot)
    first = header_of(lines[i])
    whole = any(first.get(language) == "from" and len(found - {"cc"}) == 4 for language, found in slots.items())
    return (i, i + 1) if whole and not _is_pasted(lines[i : i + 1], subject) else None


def headers_in_a_box(lines: Sequence[Line], i: int, subject: str) -> tuple[int, int] | None:
    """The box that an old Lotus Notes drew around its headers."""
    if lines[i].bare[:1] != "|" or not _BOX.match(lines[i].bare):
        return None
    end = i
    slots: set[str] = set()
    while end < len(lines) and end - i < 30 and lines[end].bare.startswith(("|", ">")):
        inner = HEADER_LINE.match(lines[end].plain.strip("|> "))
        if inner:
            slots.update(HEADER_SLOTS.get(inner[1].strip(), {}).values())
        end += 1
    return (i, end) if {"to", "subject"} <= slots and not _is_pasted(lines[i:end], subject) else None


def headers_in_columns(lines: Sequence[Line], i: int, _subject: str) -> tuple[int, int] | None:
    """The two columns in which Lotus Notes 7 sent its headers: the author at the left, and "To", "cc",
    "Subject" without a colon at the right end of their lines."""
    if not lines[i].bare or not is_indented(lines[i]):
        return None
    slots: set[str] = set()
    end = i
    for k in range(i, min(i + NOTES_LINES, len(lines))):
        if not lines[k].bare:
            continue
        if not is_indented(lines[k]):
            break
        column = _COLUMN.search(lines[k].plain[-40:])
        if column:
            slots.update(HEADER_SLOTS.get(column[1], {}).values())
        end = k + 1
    return (i, end) if {"to", "cc", "subject"} <= slots else None


def is_indented(line: Line) -> bool:
    return line.end - line.start - len(line.bare) >= 8


def names_header(plain: str) -> bool:
    """Whether a line may be a header: `_header` without its pattern, since it is asked of every line."""
    head, colon, _ = (plain.replace("：", ":") if "：" in plain else plain).partition(":")
    return bool(colon) and head.strip("*_| ") in HEADER_SLOTS


def header_of(line: Line) -> dict[int, str]:
    """Which header a line is, in each language that knows the word."""
    match = HEADER_LINE.match(line.plain.lstrip("| "))
    return HEADER_SLOTS.get(match[1].strip(), {}) if match else {}


def _is_complete(found: dict[str, int], minimum: int, address: bool) -> bool:
    slots = found.keys() - {"again"}
    if "from" not in slots:
        # An old web mail leaves the author out, since it has just named him.
        return address and {"date", "to", "subject"} <= slots
    return len(slots) >= minimum and (minimum == 1 or address or {"date", "subject"} <= slots)


def _is_pasted(block: Sequence[Line], subject: str) -> bool:
    """Headers of some other mail, pasted into a fresh one: no reply prefix in our subject, and theirs is another."""
    if not subject.strip() or prefixes(subject):
        return False
    for line in block:
        match = HEADER_LINE.match(line.plain)
        if match and "subject" in header_of(line).values():
            theirs = topic(match[2])
            return bool(theirs) and theirs not in topic(subject) and topic(subject) not in theirs
    return False


# --- prefixes of a subject --------------------------------------------------------------------------------------------


def prefixes(subject: str) -> list[str]:
    """The reply and forward prefixes at the head of a subject, outermost first."""
    found = []
    rest = subject[:400]
    while match := SUBJECT_PREFIX.match(rest):
        word = DIRECTION.sub("", match[1]).casefold().strip(".")
        if word not in REPLY_PREFIXES and word not in FORWARD_PREFIXES and word != "vs":
            break
        found.append(word)
        rest = rest[match.end() :]
    return found


def topic(subject: str) -> str:
    rest = subject[:400]
    while (match := SUBJECT_PREFIX.match(rest)) and prefixes(rest):
        rest = rest[match.end() :]
    return " ".join(re.sub(r"\[[^\[\]]{0,80}\]", " ", rest).casefold().split())
