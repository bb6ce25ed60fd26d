"""Where quotes begin in a reply: attributions, header blocks, "Original Message", a desk's own marker, and what the
mail program's markup says. It marks lines and decides nothing; `reply_text` decides.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from mailgate.inbound.reply_lines import DIRECTION, RULED, Line, Part, next_words
from mailgate.inbound.reply_phrases import (
    ATTRIBUTION_STARTS,
    FORWARD_PREFIXES,
    HEADER_LINE,
    HEADER_SLOTS,
    MESSAGE_FROM,
    ORIGINAL_MESSAGE,
    REPLY_ABOVE,
    REPLY_PREFIXES,
    SAID_TO_SOMEBODY,
    SUBJECT_PREFIX,
    WROTE,
)
from mailgate.mail import Fold

OWN_MARKER = "##- "

MAX_ATTRIBUTION = 450
MAX_ATTRIBUTION_LINES = 4
HEADER_BLOCK_LINES = 8
WRAPPED_ATTRIBUTION = 20
MAX_BLANKS = 12
NOTES_LINES = 24


def mark_quotes(lines: list[Line], subject: str) -> None:
    """Name the introductions and, behind those that no `>` follows, the history."""
    _mark_initialled(lines)
    i = 0
    while i < len(lines):
        line = lines[i]
        found = None
        if line.part is Part.OWN:
            if _may_introduce(line):
                found = _introduction(lines, i, subject)
        elif line.part is Part.QUOTED:
            found = _framed_introduction(lines, i)
        if found is None:
            i += 1
            continue
        begin, end, rule = found
        for k in range(begin, end):
            if lines[k].bare and lines[k].part is not Part.HISTORY:
                lines[k].part, lines[k].rule = Part.INTRODUCTION, rule
        following = next_words(lines, end, blanks=MAX_BLANKS)
        if following is not None and lines[following].quoted:
            i = end
            continue
        if rule != "attribution" or not any(line.rule.startswith("html") for line in lines[end : end + 4]):
            for k in range(end, len(lines)):
                if lines[k].bare:
                    lines[k].part, lines[k].rule = Part.HISTORY, rule
            return
        i = end


def _mark_initialled(lines: Sequence[Line]) -> None:
    """The Bat! and old newsreaders quote with the author's initials, `KN> `; believed below "… wrote:" only, since
    programs ask with such signs too."""
    if not any(">" in line.bare[1:6] for line in lines):
        return
    known: set[str] = set()
    for i, line in enumerate(lines):
        initials = _INITIALS.match(line.bare)
        if initials and initials[1] in known:
            line.quoted, line.part = True, Part.QUOTED
            line.plain = line.plain[initials.end() :].strip()
        elif ends_attribution(line.plain) and WROTE.search(line.plain):
            following = next_words(lines, i + 1)
            below = None if following is None else _INITIALS.match(lines[following].bare)
            if below:
                known.add(below[1])


def _may_introduce(line: Line) -> bool:
    """Asked of every line, so without a pattern: each kind of introduction holds or begins with one of these signs, or
    its headers stand far to the right."""
    plain = line.plain
    return ":" in plain or "@" in plain or "：" in plain or plain[0] in _FIRST_SIGNS or _is_indented(line)


def _introduction(lines: list[Line], i: int, subject: str) -> tuple[int, int, str] | None:
    """An introduction at line i: (first line, line behind it, rule). What a kind always begins, ends or holds is asked
    before its patterns are: most lines of a long text are none of them."""
    plain = lines[i].plain
    drawn = plain[:1] in _DRAWN_SIGNS
    if drawn and lines[i].bare.startswith(OWN_MARKER):
        return _introduced_above(lines, i), i + 1, "own-marker"
    if drawn and _is_reply_above(plain):
        return _introduced_above(lines, i), i + 1, "reply-above"
    if ("@" in plain or plain[-1:] in _ATTRIBUTION_ENDS) and (begin := _attribution(lines, i)) is not None:
        return begin, i + 1, "attribution"
    if drawn and _is_original_message(plain):
        after = next_words(lines, i + 1)
        end = None if after is None else _header_block(lines, after, minimum=2)
        return i, i + 1 if end is None else end, "original-message"
    if "@" in plain and _is_attribution_with_words(plain):
        return i, i + 1, "attribution"
    end = _header_block(lines, i) if ":" in plain or "：" in plain else None
    if end is None and (plain[:1] == "|" or _is_indented(lines[i])):
        end = _boxed_headers(lines, i) or _column_headers(lines, i)
    if end is not None and not _is_pasted(lines[i:end], subject):
        return i, end, "header-block"
    return None


def _framed_introduction(lines: Sequence[Line], i: int) -> tuple[int, int, str] | None:
    """GroupWise frames its attribution with the signs of a quote: `>>> Kari Nordmann 09.03.26 16:12 >>>`, newer ones
    `>>> Kari <kari@example.com> schrieb am 9. März 2026 um 16:12 in Nachricht <id>:`, over up to three lines."""
    if not lines[i].bare.startswith(">>> ") or (i > 0 and lines[i - 1].quoted):
        return None
    joined = ""
    for k in range(i, min(i + 3, len(lines))):
        if not lines[k].bare or (k > i and lines[k].quoted):
            return None
        joined = f"{joined} {lines[k].plain}".strip()
        if len(joined) > MAX_ATTRIBUTION:
            return None
        dated = _DATE.search(joined) and (_TIME.search(joined) or _YEAR.search(joined))
        if dated and (joined.endswith(">>>") or (ends_attribution(joined) and WROTE.search(joined))):
            return i, k + 1, "attribution"
    return None


def _is_reply_above(plain: str) -> bool:
    """Another desk's own marker. A line drawn before it tells it from somebody's sentence, and from own words that a
    mail program has run into it: those must never be folded away."""
    return len(plain) <= 160 and bool(_DRAWN.search(plain)) and bool(REPLY_ABOVE.search(plain))


def _introduced_above(lines: Sequence[Line], i: int) -> int:
    """Above a sure sign of a quote, a short paragraph that ends with a colon and holds a figure or an address
    introduces it, in whatever language: its first line, else i."""
    last = i - 1
    while last >= 0 and i - last <= 3 and (not lines[last].bare or RULED.match(lines[last].bare)):
        last -= 1
    if last < 0 or lines[last].part is not Part.OWN or not lines[last].plain.endswith((":", "：")):
        return i
    begin = last
    while begin > 0 and last - begin < MAX_ATTRIBUTION_LINES - 1 and lines[begin - 1].part is Part.OWN:
        begin -= 1
    if begin > 0 and lines[begin - 1].part is Part.OWN:
        return i
    joined = _joined(lines[begin : last + 1])
    return begin if len(joined) <= MAX_ATTRIBUTION and ("@" in joined or _FIGURE.search(joined)) else i


_DRAWN_SIGNS = frozenset("#=*_~–—─-")
_FIRST_SIGNS = _DRAWN_SIGNS | {"|"}
_ATTRIBUTION_ENDS = frozenset(":：>*_-")
_INITIALS = re.compile(r"([^\W\d_]{1,4})> ?")
_DRAWN = re.compile(r"\A[#=*_~–—─-]{2}|\A[-=*_] [-=*_]")

# --- attributions ----------------------------------------------------------------------------------------------------

_FIGURE = re.compile(r"\d")
_DATE = re.compile(
    r"\d{1,4}[./-] ?\d{1,2}|\d{1,2}[:.h]\d{2}|(?:19|20)\d{2}|\d{1,2}\.? ?(?:de |di )?[^\W\d_]{3,}"
    r"|[^\W\d_]{3,}\.? \d{1,2}|\d ?[月日월일]"
)
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)|\d{1,2}[./-]\d{1,2}[./-]\d{2}(?!\d)|٢٠\d\d")
_TIME = re.compile(r"\d{1,2} ?[:.h時点시] ?\d{2}|\d{1,2} ?(?:am|pm)")
_ADDRESS = re.compile(r"[<(\[]\s?(?:mailto:)?[^\s<>()\[\]@]{1,64}@[^\s<>()\[\]@]{1,255}\s?[>)\]]")
_ADDRESS_AT_THE_END = re.compile(r"@[^\s<>()\[\]@]{1,255}\s?[>)\]]{1,2}\s?[:：]\Z")
_STARTS = re.compile(r"[\"'«»“”„(\[<*_-]{0,12}\s?([^\s,.:;()]{1,14})")
_HEAD_OF_LINE = re.compile(r"([^:]{0,120}(?::\d{2}[^:]{0,200}){1,3}):[ \u00a0]{2,}\S")
_SENTENCE_END = re.compile(r"[!?:;…]\Z|[^\W\d_]{4,}\.\Z")


def _attribution(lines: Sequence[Line], last: int) -> int | None:
    """The first line of an attribution that ends at line `last`, or None. Mail programs break it over up to four lines
    and end it with a colon (Zoho: with dashes)."""
    plain = lines[last].plain
    # An old Gmail ended with the address: `2011/4/7 Kari <kari@example.com>`.
    bare_address = plain.endswith(">") and len(plain) <= MAX_ATTRIBUTION and bool(_ADDRESS.search(plain))
    unended = not bare_address and not ends_attribution(plain)
    if unended and not (len(plain) <= MAX_ATTRIBUTION and _is_dated_attribution(plain) and "@" in plain):
        return None
    following = next_words(lines, last + 1, blanks=MAX_BLANKS)
    sure = following is not None and (lines[following].quoted or lines[following].rule.startswith("html"))
    sure = sure or lines[last].rule.startswith("html")
    if unended and not sure:
        return None
    if bare_address and not (sure and (plain[0].isdigit() or _is_dated_attribution(plain))):
        return None
    for begin in range(last, max(-1, last - MAX_ATTRIBUTION_LINES), -1):
        if lines[begin].part is not Part.OWN or (begin < last and not _may_be_wrapped(lines[begin].bare)):
            return None
        joined = _joined(lines[begin : last + 1])
        if len(joined) > MAX_ATTRIBUTION:
            return None
        if reads_as_attribution(joined, sure, one_line=begin == last):
            return _whole_attribution(lines, begin, last)
    return None


def _is_dated_attribution(plain: str) -> bool:
    """One whole line with a date, an hour and "wrote", which some programs end without a colon."""
    if not _starts_like_attribution(plain) or not _YEAR.search(plain) or not _TIME.search(plain):
        return False
    wrote = [match.end() for match in WROTE.finditer(plain)]
    return bool(wrote) and (plain.endswith(">") or wrote[-1] == len(plain))


def _whole_attribution(lines: Sequence[Line], begin: int, last: int) -> int:
    """A name and address may stand alone on the last line, the date on the one above it."""
    above = lines[begin - 1] if begin > 0 else None
    if (
        above is not None
        and above.part is Part.OWN
        and not _starts_like_attribution(lines[begin].plain)
        and _starts_like_attribution(above.plain)
        and _DATE.search(above.plain)
        and not _SENTENCE_END.search(above.bare)
        and last - begin + 2 <= MAX_ATTRIBUTION_LINES
    ):
        return begin - 1
    return begin


def _may_be_wrapped(bare: str) -> bool:
    """No program breaks a line that is short, but around an address, and no sentence ends within an attribution."""
    return (len(bare) >= WRAPPED_ATTRIBUTION or "@" in bare or bare.endswith("<")) and not _SENTENCE_END.search(bare)


def reads_as_attribution(joined: str, sure: bool, one_line: bool = True) -> bool:
    """`sure`: a quote follows, so little is asked; else only what no person writes by hand is believed."""
    wrote = WROTE.search(joined)
    address = _ADDRESS.search(joined)
    dated = _DATE.search(joined)
    if wrote and not address and SAID_TO_SOMEBODY.search(joined):
        # The Bat! writes to the person himself: "You wrote on 9 March 2026, 16:12:33:"
        return bool(sure and _YEAR.search(joined) and _TIME.search(joined))
    starts = _starts_like_attribution(joined)
    if sure:
        if address and (wrote or dated or starts):
            return starts or _starts_with_name(joined)
        if wrote and dated:
            return starts or _starts_with_name(joined)
        # "Kari Nordmann wrote:", the whole line
        if wrote is None or "@" in joined or ">" in joined:
            return False
        return joined.rstrip(" :：").endswith(wrote[0]) and _starts_with_name(joined[: wrote.start()])
    if address and starts and _ADDRESS_AT_THE_END.search(joined) and _YEAR.search(joined) and _TIME.search(joined):
        return True
    if address and dated and wrote:
        return starts or _starts_with_name(joined, words=3)
    return bool(wrote and starts and one_line and _YEAR.search(joined) and _TIME.search(joined))


def _is_attribution_with_words(plain: str) -> bool:
    """Web mail turned to text may put the quote on the attribution's own line, behind two blanks or more."""
    head = _HEAD_OF_LINE.match(plain)
    if head is None or not _starts_like_attribution(plain) or not _ADDRESS.search(head[0]):
        return False
    return bool(WROTE.search(head[1])) and bool(_YEAR.search(head[1])) and bool(_TIME.search(head[1]))


def ends_attribution(plain: str) -> bool:
    plain = plain.rstrip("*_ ")
    if plain.endswith((":", "：")):
        return 2 < len(plain) <= MAX_ATTRIBUTION
    return (
        plain.startswith("--") and plain.endswith("--") and len(plain) <= MAX_ATTRIBUTION and bool(WROTE.search(plain))
    )


def _starts_like_attribution(plain: str) -> bool:
    match = _STARTS.match(plain)
    return bool(match) and (match[1] in ATTRIBUTION_STARTS or match[1][0].isdigit()) if match else False


def _starts_with_name(plain: str, words: int = 7) -> bool:
    """A few words before the first sign of something else, as a name or an address has."""
    head = re.split(r"[<(\[@:,]|\s\d", plain, maxsplit=1)[0]
    return 1 <= len(head.split()) <= words


def _joined(lines: Sequence[Line]) -> str:
    return " ".join(line.plain for line in lines)


# --- "Original Message" and header blocks ---------------------------------------------------------------------


_COLUMN = re.compile(r"(?:\A|\s{3})([^\W\d_]{2,14})\Z")
_BOX = re.compile(r"\|-[-+]{4,}>?\Z")


def _is_original_message(plain: str) -> bool:
    if not plain.startswith(("--", "__", "==", "**", "––", "——", "- -", "-*")):
        return False
    inner = plain.strip(" -_=*–—:>")
    if inner in ORIGINAL_MESSAGE:
        return True
    # "---- kari@example.com schrieb ----", "----- Message from kari@example.com -----"
    framed = len(plain) <= 200 and plain.startswith("---") and plain.endswith("---")
    if not framed or SAID_TO_SOMEBODY.search(inner):
        return False
    wrote = [match.end() for match in WROTE.finditer(inner)]
    return bool(wrote and wrote[-1] == len(inner)) or (inner.startswith(MESSAGE_FROM) and "@" in inner)


def _header_block(lines: Sequence[Line], i: int, minimum: int = 3) -> int | None:
    """The line behind a block of headers that begins at line i, or None.

    At least `minimum` different headers of one language within eight lines, in any order, From among them; and signs
    that a mail program wrote them, since people write "Fra: … Til: … Dato: …" of journeys too: an address, or a
    subject with a date.
    """
    first = _header(lines[i])
    if not first:
        return None
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
        slots = _header(line)
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


def _boxed_headers(lines: Sequence[Line], i: int) -> int | None:
    """The line behind the box that an old Lotus Notes drew around its headers, or None."""
    if not _BOX.match(lines[i].bare):
        return None
    end = i
    slots: set[str] = set()
    while end < len(lines) and end - i < 30 and lines[end].bare.startswith(("|", ">")):
        inner = HEADER_LINE.match(lines[end].plain.strip("|> "))
        if inner:
            slots.update(HEADER_SLOTS.get(inner[1].strip(), {}).values())
        end += 1
    return end if {"to", "subject"} <= slots else None


def _column_headers(lines: Sequence[Line], i: int) -> int | None:
    """The line behind the two columns in which Lotus Notes 7 sent its headers: the author at the left, and "To", "cc",
    "Subject" without a colon at the right end of their lines. Or None."""
    if not lines[i].bare or not _is_indented(lines[i]):
        return None
    slots: set[str] = set()
    end = i
    for k in range(i, min(i + NOTES_LINES, len(lines))):
        if not lines[k].bare:
            continue
        if not _is_indented(lines[k]):
            break
        column = _COLUMN.search(lines[k].plain[-40:])
        if column:
            slots.update(HEADER_SLOTS.get(column[1], {}).values())
        end = k + 1
    return end if {"to", "cc", "subject"} <= slots else None


def _is_indented(line: Line) -> bool:
    return line.end - line.start - len(line.bare) >= 8


def _header(line: Line) -> dict[int, str]:
    """Which header a line is, in each language that knows the word."""
    match = HEADER_LINE.match(line.plain.lstrip("| "))
    return HEADER_SLOTS.get(match[1].strip(), {}) if match else {}


def _is_complete(found: dict[str, int], minimum: int, address: bool) -> bool:
    slots = found.keys() - {"again"}
    return "from" in slots and len(slots) >= minimum and (address or {"date", "subject"} <= slots)


def _is_pasted(block: Sequence[Line], subject: str) -> bool:
    """Headers of some other mail, pasted into a fresh one: no reply prefix in our subject, and theirs is another."""
    if not subject.strip() or prefixes(subject):
        return False
    for line in block:
        match = HEADER_LINE.match(line.plain)
        if match and "subject" in _header(line).values():
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


# --- what the mail program's markup says -----------------------------------------------------------------------------


def mark_html(lines: list[Line], html_folds: Sequence[Fold], size: int) -> None:
    """Quotes that markup shows. Inside one, `>` lines keep their part and so do lines between them, since answers are
    written there; a quote without any `>` is history as a whole."""
    at = covered = 0
    for html in sorted(html_folds, key=lambda f: (f.start, -f.end)):
        start, end = max(covered, html.start), min(size, html.end)
        covered = max(covered, end)
        while at < len(lines) and lines[at].end < start:
            at += 1
        inside = []
        k = at
        while k < len(lines) and lines[k].start < end:
            if lines[k].bare and lines[k].start >= start:
                inside.append(k)
            k += 1
        if not inside:
            continue
        rule = html.rule if html.rule.startswith("html") else f"html:{html.rule}"
        quoted = next((n for n, k in enumerate(inside) if lines[k].quoted), None)
        if quoted is not None and quoted <= MAX_ATTRIBUTION_LINES and not _header_among(lines, inside[:quoted]):
            for k in inside[: quoted + 1]:
                lines[k].rule = rule
                if not lines[k].quoted:
                    lines[k].part = Part.INTRODUCTION
        else:
            for k in inside:
                lines[k].part, lines[k].rule = Part.HISTORY, rule
        begin = _introduced_above(lines, inside[0])
        for k in range(begin, inside[0]):
            if lines[k].bare:
                lines[k].part, lines[k].rule = Part.INTRODUCTION, rule


def _header_among(lines: Sequence[Line], places: Sequence[int]) -> bool:
    return any(_header_block(lines, k) is not None for k in places)
