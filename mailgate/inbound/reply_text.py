"""The new words of a reply; what was said before is folded, never destroyed (RULES 6).

First law: no word of the author is lost. Second law: history is folded. So every doubt ends with nothing folded, and
the whole text always stays beside the new words.

A text is read line by line, in linear time. Each line gets a part: blank, own words, quoted (`>`), an introduction of
a quote (an attribution, a header block, "Original Message"), or history (what follows an introduction without `>`).
Then the *order* of the parts decides: own words above history are a plain reply, own words below one quote an answer
below it, own words between quoted lines an interleaved answer, which only makes sense whole.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum

from mailgate.inbound.reply_phrases import (
    ANSWERS_BELOW,
    ATTRIBUTION_STARTS,
    FORWARD_PHRASES,
    FORWARD_PREFIXES,
    FORWARD_STEMS,
    HEADER_LINE,
    HEADER_SLOTS,
    MOBILE_SIGNATURE,
    ORIGINAL_MESSAGE,
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
MAX_SIGNATURE_LINES = 25
MAX_LOOSE_SIGNATURE_LINES = 10
WRAPPED_AT = 66
WRAPPED_ATTRIBUTION = 20


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


@dataclass(frozen=True, slots=True)
class OwnWords:
    """An agent's own words, ready to be sent, and the lines in them that still look like part of an alert: where there
    is a leftover, nothing may be sent."""

    text: str
    leftovers: tuple[str, ...] = field(default=())


def fold(text: str, html_folds: tuple[Fold, ...] = (), subject: str = "") -> tuple[str, tuple[Fold, ...]]:
    """The new words, and every span of `text` that is not part of them, in order and disjoint, with its rule.

    `html_folds`: where the mail program's own markup says that a quote stands. `subject` only helps to tell a forward,
    which is kept whole. The new words are the text without the folds, stripped; they are never empty where the text
    is not.
    """
    lines = _lines(text)
    _mark_html(lines, html_folds, len(text))
    forward = _forward_line(lines)
    _mark(lines, subject)
    first = _first(lines, Part.INTRODUCTION, Part.QUOTED, Part.HISTORY)
    if forward is not None and (first is None or forward <= first or _starts_html(lines, first, forward)):
        return text.strip(), ()
    if first is not None and _is_forward(subject, lines, first):
        return text.strip(), ()
    _mark_signatures(lines)
    folds = _folds(lines, _history(lines), len(text))
    new = _without(text, folds)
    return (new, folds) if new else (text.strip(), ())


def own_words(text: str, requester_words: str, html_folds: tuple[Fold, ...] = ()) -> OwnWords:
    """What an agent wrote himself, for a public answer: the law of trimming reversed (RULES 6).

    Everything from the first sign of a quote on goes, but own lines below or between `>` lines stay, and so do those
    `>` lines above them that are `requester_words`. A signature goes too: the desk puts its own.
    """
    lines = _lines(text)
    _mark_html(lines, html_folds, len(text))
    _mark(lines, "")
    _mark_signatures(lines)
    theirs = _RequesterLines(requester_words)
    last_own = max((i for i, line in enumerate(lines) if line.part is Part.OWN), default=-1)
    kept: list[str] = []
    doubtful: list[str] = []
    foreign = False  # the line above was quoted and not the requester's
    for line in lines[: last_own + 1]:
        if line.part is Part.QUOTED:
            foreign = bool(line.plain) and line.plain not in theirs
            if not foreign:
                kept.append(text[line.start : line.end])
        elif line.part in (Part.OWN, Part.BLANK):
            # Directly below a line of the alert: as likely the wrapped end of that line as an answer to it.
            if line.part is Part.OWN and foreign:
                doubtful.append(line.bare)
            foreign = foreign and line.part is Part.OWN
            kept.append(text[line.start : line.end])
    kept = _without_empty_quotes(kept)
    left = [line.strip() for line in kept if _LOOKS_LIKE_OURS.search(line)]
    return OwnWords("\n".join(kept).strip(), tuple(dict.fromkeys(doubtful + left)))


def quoted_lines(text: str) -> list[str]:
    """The `>` lines of a text without their signs, in order."""
    return [_QUOTE_SIGNS.sub("", line.bare) for line in _lines(text) if line.quoted]


# --- lines -----------------------------------------------------------------------------------------------------------

_DIRECTION = re.compile("[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_QUOTE_SIGNS = re.compile(r"(?:> ?)+")
_RULED = re.compile(r"[-_=*–—~]{5,}\Z")
_LOOKS_LIKE_OURS = re.compile(
    r"##- |\+[a-z]\.[0-9]{9,12}\.|<c[0-9]{9,12}\.[^\s>]+@", re.IGNORECASE
)  # our marker, a signed address, one of our Message-IDs


def _lines(text: str) -> list[Line]:
    found = []
    start = 0
    for raw in text.split("\n"):
        bare = raw.strip() if raw.isascii() else _DIRECTION.sub("", raw).strip()
        quoted = bare.startswith(">")
        inner = bare[:1000]
        if quoted:
            signs = _QUOTE_SIGNS.match(inner)
            inner = inner[signs.end() :] if signs else inner
        part = Part.QUOTED if quoted else Part.OWN if bare else Part.BLANK
        if not inner.isascii():
            inner = unicodedata.normalize("NFC", inner).replace("\u00a0", " ")
        plain = inner.casefold().strip()
        found.append(Line(start, start + len(raw), bare, quoted, plain, part))
        start += len(raw) + 1
    _unescape_from(found)
    return found


def _unescape_from(lines: list[Line]) -> None:
    """`>From here on` alone is no quote: mail stores put that sign before a line that begins with From."""
    for i, line in enumerate(lines):
        if line.bare.startswith(">From ") and not (
            (i > 0 and lines[i - 1].quoted) or (i + 1 < len(lines) and lines[i + 1].quoted)
        ):
            line.quoted, line.part = False, Part.OWN


def _first(lines: Sequence[Line], *parts: Part) -> int | None:
    return next((i for i, line in enumerate(lines) if line.part in parts), None)


def _next_words(lines: Sequence[Line], i: int, blanks: int = 3) -> int | None:
    """The next line from i on with anything in it, at most so many blank ones away."""
    for k in range(i, min(i + blanks + 1, len(lines))):
        if lines[k].bare:
            return k
    return None


# --- where quotes begin ----------------------------------------------------------------------------------------------


def _mark(lines: list[Line], subject: str) -> None:
    """Name the introductions and, behind those that no `>` follows, the history."""
    i = 0
    while i < len(lines):
        line = lines[i]
        if line.part is not Part.OWN:
            i += 1
            continue
        found = _introduction(lines, i, subject)
        if found is None:
            i += 1
            continue
        begin, end, rule = found
        for k in range(begin, end):
            if lines[k].bare and lines[k].part is not Part.HISTORY:
                lines[k].part, lines[k].rule = Part.INTRODUCTION, rule
        following = _next_words(lines, end, blanks=4)
        if following is not None and lines[following].quoted:
            i = end
            continue
        if rule != "attribution" or not any(line.rule.startswith("html") for line in lines[end : end + 4]):
            for k in range(end, len(lines)):
                if lines[k].bare:
                    lines[k].part, lines[k].rule = Part.HISTORY, rule
            return
        i = end


def _introduction(lines: list[Line], i: int, subject: str) -> tuple[int, int, str] | None:
    """An introduction at line i: (first line, line behind it, rule)."""
    if lines[i].bare.startswith(OWN_MARKER):
        return _introduced_above(lines, i), i + 1, "own-marker"
    if (begin := _attribution(lines, i)) is not None:
        return begin, i + 1, "attribution"
    if _is_original_message(lines[i].plain):
        after = _next_words(lines, i + 1)
        end = None if after is None else _header_block(lines, after, minimum=2)
        return i, i + 1 if end is None else end, "original-message"
    end = _header_block(lines, i)
    if end is not None and not _is_pasted(lines[i:end], subject):
        return i, end, "header-block"
    return None


def _introduced_above(lines: Sequence[Line], i: int) -> int:
    """Above a sure sign of a quote, a short paragraph that ends with a colon and holds a figure or an address
    introduces it, in whatever language: its first line, else i."""
    last = i - 1
    while last >= 0 and i - last <= 3 and (not lines[last].bare or _RULED.match(lines[last].bare)):
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


# --- attributions ----------------------------------------------------------------------------------------------------

_FIGURE = re.compile(r"\d")
_DATE = re.compile(
    r"\d{1,4}[./-] ?\d{1,2}|\d{1,2}[:.h]\d{2}|(?:19|20)\d{2}|\d{1,2}\.? ?(?:de |di )?[^\W\d_]{3,}"
    r"|[^\W\d_]{3,}\.? \d{1,2}|\d ?[月日월일]"
)
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)|\d{1,2}[./-]\d{1,2}[./-]\d{2}(?!\d)|٢٠\d\d")
_TIME = re.compile(r"\d{1,2} ?[:.h時点시] ?\d{2}|\d{1,2} ?(?:am|pm)")
_ADDRESS = re.compile(r"[<(\[]\s?(?:mailto:)?[^\s<>()\[\]@]{1,64}@[^\s<>()\[\]@]{1,255}\s?[>)\]]")
_STARTS = re.compile(r"[\"'«»“”„(\[<*_-]{0,12}\s?([^\s,.:;()]{1,14})")
_SENTENCE_END = re.compile(r"[!?:;…]\Z|[^\W\d_]{4,}\.\Z")


def _attribution(lines: Sequence[Line], last: int) -> int | None:
    """The first line of an attribution that ends at line `last`, or None. Mail programs break it over up to four lines
    and end it with a colon (Zoho: with dashes)."""
    plain = lines[last].plain
    # An old Gmail ended with the address: `2011/4/7 Kari <kari@example.com>`.
    bare_address = plain.endswith(">") and len(plain) <= MAX_ATTRIBUTION and bool(_ADDRESS.search(plain))
    if not bare_address and not _ends_attribution(plain):
        return None
    following = _next_words(lines, last + 1, blanks=4)
    sure = following is not None and (lines[following].quoted or lines[following].rule.startswith("html"))
    sure = sure or lines[last].rule.startswith("html")
    if bare_address and not (sure and plain[0].isdigit()):
        return None
    for begin in range(last, max(-1, last - MAX_ATTRIBUTION_LINES), -1):
        if lines[begin].part is not Part.OWN or (begin < last and not _may_be_wrapped(lines[begin].bare)):
            return None
        joined = _joined(lines[begin : last + 1])
        if len(joined) > MAX_ATTRIBUTION:
            return None
        if _reads_as_attribution(joined, sure, one_line=begin == last):
            return _whole_attribution(lines, begin, last)
    return None


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
    return (len(bare) >= WRAPPED_ATTRIBUTION or "@" in bare) and not _SENTENCE_END.search(bare)


def _reads_as_attribution(joined: str, sure: bool, one_line: bool = True) -> bool:
    """`sure`: a quote follows, so little is asked; else only what no person writes by hand is believed."""
    wrote = WROTE.search(joined)
    address = _ADDRESS.search(joined)
    if wrote and not address and SAID_TO_SOMEBODY.search(joined):
        return False
    dated = _DATE.search(joined)
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
    if address and dated and wrote:
        return starts or _starts_with_name(joined, words=3)
    return bool(wrote and starts and one_line and _YEAR.search(joined) and _TIME.search(joined))


def _ends_attribution(plain: str) -> bool:
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


# --- "Original Message", header blocks, forwards ---------------------------------------------------------------------


def _is_original_message(plain: str) -> bool:
    if not plain.startswith(("--", "__", "==", "**", "––", "——", "- -", "-*")):
        return False
    return plain.strip(" -_=*–—:>") in ORIGINAL_MESSAGE


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


def _header(line: Line) -> dict[int, str]:
    """Which header a line is, in each language that knows the word."""
    match = HEADER_LINE.match(line.plain)
    return HEADER_SLOTS.get(match[1].strip(), {}) if match else {}


def _is_complete(found: dict[str, int], minimum: int, address: bool) -> bool:
    slots = found.keys() - {"again"}
    return "from" in slots and len(slots) >= minimum and (address or {"date", "subject"} <= slots)


def _is_pasted(block: Sequence[Line], subject: str) -> bool:
    """Headers of some other mail, pasted into a fresh one: no reply prefix in our subject, and theirs is another."""
    if not subject.strip() or _prefixes(subject):
        return False
    for line in block:
        match = HEADER_LINE.match(line.plain)
        if match and "subject" in _header(line).values():
            theirs = _topic(match[2])
            return bool(theirs) and theirs not in _topic(subject) and _topic(subject) not in theirs
    return False


def _forward_line(lines: Sequence[Line]) -> int | None:
    """The first line that says, unquoted, that a forwarded mail follows."""
    for i, line in enumerate(lines):
        if line.quoted or not line.plain or len(line.plain) > 160:
            continue
        plain = line.plain
        ruled = plain.startswith(("--", "__", "==", "––", "——", "- -")) and plain.endswith(
            ("-", "_", "=", "–", "—", ":")
        )
        if ruled and any(stem in plain for stem in FORWARD_STEMS):
            return i
        if plain.endswith((":", "：")) and plain.strip(" :：-") in FORWARD_PHRASES:
            return i
    return None


def _is_forward(subject: str, lines: Sequence[Line], first: int) -> bool:
    """The outermost prefix says forward, and what follows is a mail with headers or the like."""
    prefixes = _prefixes(subject)
    if not prefixes:
        return False
    if prefixes[0] == "vs":
        # Norwegian and Danish forward with VS:, Finnish replies with it.
        block = " ".join(line.plain for line in lines[first : first + HEADER_BLOCK_LINES])
        return lines[first].rule in ("header-block", "original-message") and bool(
            re.search(r"(?:\A|\s)(?:fra|frå)\s?:", block)
        )
    return prefixes[0] in FORWARD_PREFIXES and lines[first].rule != ""


def _prefixes(subject: str) -> list[str]:
    """The reply and forward prefixes at the head of a subject, outermost first."""
    found = []
    rest = subject[:400]
    while match := SUBJECT_PREFIX.match(rest):
        word = _DIRECTION.sub("", match[1]).casefold().strip(".")
        if word not in REPLY_PREFIXES and word not in FORWARD_PREFIXES and word != "vs":
            break
        found.append(word)
        rest = rest[match.end() :]
    return found


def _topic(subject: str) -> str:
    rest = subject[:400]
    while (match := SUBJECT_PREFIX.match(rest)) and _prefixes(rest):
        rest = rest[match.end() :]
    return " ".join(re.sub(r"\[[^\[\]]{0,80}\]", " ", rest).casefold().split())


# --- what the mail program's markup says -----------------------------------------------------------------------------


def _mark_html(lines: list[Line], html_folds: Sequence[Fold], size: int) -> None:
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


def _starts_html(lines: Sequence[Line], first: int, forward: int) -> bool:
    """The forward line is the head of the quote that markup shows: one of its first three lines."""
    if not lines[first].rule.startswith("html"):
        return False
    return sum(1 for line in lines[first:forward] if line.bare) <= 2


# --- signatures ------------------------------------------------------------------------------------------------------


def _mark_signatures(lines: list[Line]) -> None:
    """The signature above the history and the one at the end of the text."""
    first = _first(lines, Part.INTRODUCTION, Part.QUOTED, Part.HISTORY)
    _mark_signature(lines, 0, len(lines) if first is None else first)
    if first is not None:
        last = max(i for i, line in enumerate(lines) if line.part in (Part.INTRODUCTION, Part.QUOTED, Part.HISTORY))
        _mark_signature(lines, last + 1, len(lines))


def _mark_signature(lines: list[Line], begin: int, end: int) -> None:
    end = _mark_mobile(lines, begin, end)
    for i in range(end - 1, max(begin, end - MAX_SIGNATURE_LINES * 2) - 1, -1):
        if lines[i].bare != "--":
            continue
        below = sum(1 for line in lines[i + 1 : end] if line.bare)
        # RFC 3676 4.3: the blank belongs to the mark; without it two dashes may be somebody's own ruling.
        proper = lines[i].end - lines[i].start >= 3
        if below <= (MAX_SIGNATURE_LINES if proper else MAX_LOOSE_SIGNATURE_LINES):
            for k in range(i, end):
                if lines[k].bare:
                    lines[k].part, lines[k].rule = Part.SIGNATURE, "signature"
        return


def _mark_mobile(lines: list[Line], begin: int, end: int) -> int:
    """Mark "Sent from my phone" at the end of a piece; where the piece ends without it."""
    last = end
    for i in range(end - 1, max(begin, end - 12) - 1, -1):
        line = lines[i]
        if len(line.bare) <= 200 and MOBILE_SIGNATURE.match(_link_removed(line.plain)):
            last = i
        elif line.bare and not _RULED.match(line.bare):
            break
    for line in lines[last:end]:
        if line.bare:
            line.part, line.rule = Part.SIGNATURE, "mobile-signature"
    return last


def _link_removed(plain: str) -> str:
    return re.sub(r"\s?[<(\[]\s?https?://[^\s<>()\[\]]*\s?[>)\]]", "", plain).strip(" .*_[]")


# --- the decision ----------------------------------------------------------------------------------------------------


def _history(lines: list[Line]) -> tuple[int, int] | None:
    """Which lines [begin, end) are folded as history; None where they must stay."""
    behind = (Part.INTRODUCTION, Part.QUOTED, Part.HISTORY)
    first = _first(lines, *behind)
    if first is None:
        return None
    last = max(i for i, line in enumerate(lines) if line.part in behind)
    own = [i for i, line in enumerate(lines) if line.part is Part.OWN]
    above = [i for i in own if i < first]
    if any(first < i < last and not _is_wrapped_quote(lines, i) for i in own):
        return None
    if any(ANSWERS_BELOW.search(lines[i].plain) for i in above):
        return None
    if not own or own[-1] < last:
        return _with_rule_above(lines, first), len(lines)
    # Own words below one quote. With words above it too, lines nothing introduces may be anything: a prompt, a log.
    if above and lines[first].part is Part.QUOTED and not lines[first].rule and not _quotes_attribution(lines, first):
        return None
    end = last + 1
    while above and end < len(lines) and not lines[end].bare:
        end += 1
    return _with_rule_above(lines, first), end


def _quotes_attribution(lines: Sequence[Line], first: int) -> bool:
    """Apple Mail quotes its attribution too."""
    line = lines[first]
    return _ends_attribution(line.plain) and _reads_as_attribution(line.plain, sure=True)


def _is_wrapped_quote(lines: Sequence[Line], i: int) -> bool:
    """The end of a quoted line that some relay broke in two: `>` lines right above and below, the one above long and in
    the middle of a sentence."""
    if not (0 < i < len(lines) - 1 and lines[i - 1].quoted and lines[i + 1].quoted):
        return False
    above, line = lines[i - 1].bare, lines[i].bare
    if "://" in above[above.rfind("(") :] and ")" not in above[above.rfind("(") :] and line.endswith(")"):
        return " " not in line  # the end of a broken link
    return (
        len(above) >= WRAPPED_AT
        and len(line) < len(above)
        and line[0].islower()
        and (above[-1].isalnum() or above[-1] == ",")
        and line[-1] not in ".!?"
    )


def _with_rule_above(lines: Sequence[Line], first: int) -> int:
    """Blank lines and drawn rules right above a quote go with it."""
    begin = first
    for i in range(first - 1, max(-1, first - 6), -1):
        if _RULED.match(lines[i].bare):
            begin = i
        elif lines[i].bare:
            break
    return begin


def _folds(lines: list[Line], history: tuple[int, int] | None, size: int) -> tuple[Fold, ...]:
    spans: list[Fold] = []
    behind = (Part.INTRODUCTION, Part.QUOTED, Part.HISTORY)
    if history is None and any(line.part in behind for line in lines):
        return ()  # an interleaved answer stays whole
    begin, end = history or (len(lines), len(lines))
    i = 0
    while i < len(lines):
        if i == begin:
            rule = next((line.rule for line in lines[begin:end] if line.rule and line.part in behind), "quoted-lines")
            spans.append(Fold(lines[begin].start, _end_of(lines, end, size), rule))
            i = end
        elif lines[i].part is Part.SIGNATURE:
            stop = i
            while stop < len(lines) and stop != begin and lines[stop].part in (Part.SIGNATURE, Part.BLANK):
                stop += 1
            spans.append(Fold(lines[i].start, _end_of(lines, stop, size), lines[i].rule))
            i = stop
        else:
            i += 1
    return tuple(spans)


def _end_of(lines: Sequence[Line], end: int, size: int) -> int:
    return lines[end].start if end < len(lines) else size


def _without(text: str, folds: Sequence[Fold]) -> str:
    pieces = []
    at = 0
    for span in folds:
        pieces.append(text[at : span.start])
        at = span.end
    pieces.append(text[at:])
    return "".join(pieces).strip()


# --- the agent's quotes ----------------------------------------------------------------------------------------------


class _RequesterLines:
    """Asks whether a quoted line is the requester's own. A mail program may wrap his lines anew, so a longer piece of
    them counts as well as a whole line."""

    SEARCHES = 500
    PIECE = 16

    def __init__(self, words: str) -> None:
        whole = [_normal(_QUOTE_SIGNS.sub("", line.strip(), count=1)) for line in words.split("\n")]
        self._lines = frozenset(line for line in whole if line)
        self._text = " ".join(line for line in whole if line)
        self._left = self.SEARCHES

    def __contains__(self, plain: object) -> bool:
        line = _normal(str(plain))
        if line in self._lines:
            return True
        # Bounded, so that hostile texts cannot make it lines times length.
        self._left -= 1
        return self._left >= 0 and len(line) >= self.PIECE and line in self._text


def _normal(line: str) -> str:
    return " ".join(line[:1000].casefold().split())


def _without_empty_quotes(kept: Sequence[str]) -> list[str]:
    """Empty `>` lines stay only between kept quoted ones."""
    result: list[str] = []
    for i, line in enumerate(kept):
        if line.strip() and not line.replace(">", "").strip():
            before = bool(result) and result[-1].lstrip().startswith(">")
            after = i + 1 < len(kept) and kept[i + 1].lstrip().startswith(">")
            if not (before and after and kept[i + 1].replace(">", "").strip()):
                continue
        result.append(line)
    return result
