"""Where quotes begin in a reply: attributions, a desk's own marker, what `reply_headers` finds, and what the mail
program's markup says. It marks lines and decides nothing; `reply_text` decides.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from mailgate.inbound.reply_headers import (
    FIRST_SIGNS,
    header_block,
    headers_in_a_box,
    headers_in_columns,
    headers_in_lines,
    headers_in_one_line,
    is_indented,
    names_header,
    original_message,
)
from mailgate.inbound.reply_lines import RULED, Line, Part, next_words
from mailgate.inbound.reply_phrases import (
    ATTRIBUTION_STARTS,
    IN_ARTICLE,
    NAMED_ALONE,
    ORIGINAL_MESSAGE,
    QUOTING,
    REPLY_ABOVE,
    REPORTED,
    SAID_ALONE,
    SAID_TO_SOMEBODY,
    WROTE,
)
from mailgate.mail import Fold

OWN_MARKER = "##- "
OWN_SIGN = ":: "

# What a line shows at a glance.
DRAWN, ENDED, HEADER, APART, FRAMED = 1, 2, 4, 8, 16

MAX_ATTRIBUTION = 450
MAX_ATTRIBUTION_LINES = 6
MAX_UNKNOWN_INTRODUCTION = 4  # lines, where no word says that it is one
WRAPPED_ATTRIBUTION = 20
WRAPPED_SURELY = 50
MAX_BLANKS = 12
MAX_SIGNED = 12


def mark_quotes(lines: list[Line], subject: str) -> None:
    """Name the introductions and, behind those that no `>` follows, the history."""
    _mark_initialled(lines)
    i = 0
    while i < len(lines):
        found = _introduction(lines, i, subject)
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
    """The Bat! and old newsreaders quote with the author's initials, `KN> `, or with `|`, `:` or `»`; believed below
    "… wrote:" only, since programs ask with such signs too."""
    if not any(">" in line.bare[1:6] or line.bare[:1] in _QUOTE_SIGNS for line in lines):
        return
    known: set[str] = set()
    for i, line in enumerate(lines):
        initials = _INITIALS.match(line.bare)
        if initials and initials[initials.lastindex or 0] in known:
            line.quoted, line.part = True, Part.QUOTED
            line.plain = line.plain[initials.end() :].strip()
        elif ends_attribution(line.plain) and WROTE.search(line.plain):
            following = next_words(lines, i + 1)
            below = None if following is None else _INITIALS.match(lines[following].bare)
            if below:
                known.add(below[below.lastindex or 0])


def _signs(line: Line) -> int:
    """Asked of every line, so without a pattern: each kind of introduction begins, ends or holds one of these, is a
    phrase of its own, or its headers stand far to the right."""
    plain = line.plain
    if line.part is not Part.OWN:
        return FRAMED if line.part is Part.QUOTED and line.bare.startswith(">>> ") else 0
    signs = HEADER if names_header(plain) else 0
    if plain[:1] in FIRST_SIGNS or plain.rstrip(" :") in ORIGINAL_MESSAGE:
        signs |= DRAWN
    if plain[-1:] in _ATTRIBUTION_ENDS or "@" in plain or plain.endswith("..."):
        signs |= ENDED
    return signs | APART if is_indented(line) else signs


def _introduction(lines: Sequence[Line], i: int, subject: str) -> tuple[int, int, str] | None:
    """An introduction at line i: (first line, line behind it, rule)."""
    signs = _signs(lines[i])
    for rule, needed, find in INTRODUCTIONS if signs else ():
        if signs & needed and (found := find(lines, i, subject)) is not None:
            return *found, rule
    return None


def _own_marker(lines: Sequence[Line], i: int, _subject: str) -> tuple[int, int] | None:
    """With the lines right above it that bear our sign: in HTML they say first what the mail is about."""
    if not lines[i].bare.startswith(OWN_MARKER):
        return None
    begin = i
    for k in range(i - 1, max(-1, i - MAX_SIGNED), -1):
        if lines[k].bare.startswith(OWN_SIGN):
            begin = k
        elif lines[k].bare:
            break
    return _introduced_above(lines, begin), i + 1


def _reply_above(lines: Sequence[Line], i: int, _subject: str) -> tuple[int, int] | None:
    """Another desk's own marker. A line drawn before it, or above it, tells it from somebody's sentence, and from own
    words that a mail program has run into it: those must never be folded away."""
    plain = lines[i].plain
    if plain[:1] not in _DRAWN_SIGNS or len(plain) > 160 or not _DRAWN.search(plain):
        return None
    ruled = bool(RULED.match(plain)) and i + 1 < len(lines) and len(lines[i + 1].plain) <= 60
    if not REPLY_ABOVE.search(lines[i + 1].plain if ruled else plain):
        return None
    return _introduced_above(lines, i), i + 1 + ruled


def _framed(lines: Sequence[Line], i: int, _subject: str) -> tuple[int, int] | None:
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
            return i, k + 1
    return None


def _introduced_above(lines: Sequence[Line], i: int) -> int:
    """Above a sure sign of a quote, a short paragraph that ends with a colon and holds a figure or an address
    introduces it, in whatever language: its first line, else i."""
    last = i - 1
    while last >= 0 and i - last <= 3 and (not lines[last].bare or RULED.match(lines[last].bare)):
        last -= 1
    if last < 0 or lines[last].part is not Part.OWN or not lines[last].plain.endswith((":", "：")):
        return i
    begin = last
    while (
        begin > 0
        and last - begin < MAX_UNKNOWN_INTRODUCTION - 1
        and lines[begin - 1].part is Part.OWN
        and _may_be_wrapped(lines[begin - 1].bare, sure=True)
    ):
        begin -= 1
    if begin > 0 and lines[begin - 1].part is Part.OWN and _may_be_wrapped(lines[begin - 1].bare, sure=True):
        return i
    joined = _joined(lines[begin : last + 1])
    return begin if len(joined) <= MAX_ATTRIBUTION and ("@" in joined or _FIGURE.search(joined)) else i


_DRAWN_SIGNS = frozenset("#=*_~–—─-")
_QUOTE_SIGNS = frozenset("|:»›")
_ATTRIBUTION_ENDS = frozenset(":：>*_-")
_INITIALS = re.compile(r"([^\W\d_]{1,4})> ?|([|:»›])(?: |\Z)")
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
_BARE_ADDRESS_AT_THE_END = re.compile(r" [^\s<>()\[\]@]{1,64}@[^\s<>()\[\]@]{1,255}:\Z")
_STARTS = re.compile(r"[\"'«»“”„(\[<*_-]{0,12}\s?([^\s,.:;()]{1,14})")
_HEAD_OF_LINE = re.compile(r"([^:]{0,120}(?::\d{2}[^:]{0,200}){1,3}):[ \u00a0]{2,}\S")
_FIRST_WORDS = frozenset(("On", "Am", "Le", "El", "Il", "Op", "Em", "Den"))  # alone on a line, never a whole answer
_BY_THE_CLOCK = re.compile(r"\d:\d{2}:\d{2} ?[+-]\d{4}(?: \([^()]{1,9}\))?:\Z")
_ADDRESS_FIRST = re.compile(r"[^\s<>()@:]{1,64}@[^\s<>()@:]{1,255} ")
_HOUR_FIRST = re.compile(r"(?:[^\W\d_]{1,4}\.? ){0,2}\d{1,2}[:.h]\d{2}(?![.\d/-])")
_LOGGED = re.compile(r"\[?\d{4}-\d\d-\d\d[ t]\d\d:\d\d(?::\d\d)?\]? <[^<>\s]{1,255}> ")
_SENTENCE_END = re.compile(r"[!?:;…]\Z|[^\W\d_]{4,}\.\Z")


def _attribution(lines: Sequence[Line], last: int, _subject: str) -> tuple[int, int] | None:
    """The first line of an attribution that ends at line `last`, or None. Mail programs break it over up to four lines
    and end it with a colon (Zoho: with dashes)."""
    plain = lines[last].plain
    # An old Gmail ended with the address: `2011/4/7 Kari <kari@example.com>`.
    bare_address = plain.endswith(">") and len(plain) <= MAX_ATTRIBUTION and bool(_ADDRESS.search(plain))
    unended = not bare_address and not ends_attribution(plain)
    if unended and not ("@" in plain and len(plain) <= MAX_ATTRIBUTION and _is_dated_attribution(plain)):
        return None
    following = next_words(lines, last + 1, blanks=MAX_BLANKS)
    sure = following is not None and (lines[following].quoted or lines[following].rule.startswith("html"))
    sure = sure or lines[last].rule.startswith("html")
    if unended and not sure:
        return None
    if bare_address and not (sure and (plain[0].isdigit() or _is_dated_attribution(plain))):
        return None
    for begin in range(last, max(-1, last - MAX_ATTRIBUTION_LINES), -1):
        if lines[begin].part is not Part.OWN or (begin < last and not _may_be_wrapped(lines[begin].bare, sure)):
            return None
        joined = _joined(lines[begin : last + 1])
        if len(joined) > MAX_ATTRIBUTION:
            return None
        one_line = begin == last or (begin == last - 1 and len(lines[begin].bare) >= WRAPPED_SURELY)
        if reads_as_attribution(joined, sure, one_line) and not _is_a_thing_said(lines[last].bare):
            if not sure and _is_reported(lines, begin, last):
                return None
            return _whole_attribution(lines, begin, last), last + 1
    return None


def _is_reported(lines: Sequence[Line], begin: int, last: int) -> bool:
    """ "On 5 January at 10:12 our boss Kari wrote:": no program says whose he is. Nor does one begin with a date in
    figures, leave out the name, and go on in the next line, as a log does."""
    if REPORTED.search(" ".join(line.bare for line in lines[begin : last + 1])):
        return True
    return last + 1 < len(lines) and bool(lines[last + 1].bare) and _LOGGED.match(lines[begin].plain) is not None


def _is_a_thing_said(bare: str) -> bool:
    """ "The manual says:" above a quote is the author's own; "Kari said:" is a program's."""
    said = SAID_ALONE.match(bare.casefold())
    return said is not None and not all(word[0].isupper() for word in bare[: said.end(1)].split())


def announces(line: Line) -> bool:
    """Whether somebody's own sentence ends so above what he quotes: no name, figure or address, and nobody wrote."""
    bare = line.bare
    if not bare.endswith((":", "：")) or len(bare) > MAX_ATTRIBUTION or "@" in bare or _FIGURE.search(bare):
        return False
    small = sum(1 for word in bare[:-1].split() if word[0].islower())
    return small >= 2 and (WROTE.search(line.plain) is None or _is_a_thing_said(bare))


def _is_dated_attribution(plain: str) -> bool:
    """One whole line with a date, an hour and "wrote", which some programs end without a colon."""
    if not _starts_like_attribution(plain) or not _YEAR.search(plain) or not _TIME.search(plain):
        return False
    wrote = [match.end() for match in WROTE.finditer(plain)]
    return bool(wrote) and (plain.endswith(">") or wrote[-1] == len(plain))


def _whole_attribution(lines: Sequence[Line], begin: int, last: int) -> int:
    """The date may stand on a line of its own above, or be broken before the hour: as far up in the paragraph as a line
    begins like an attribution, is dated, and no sentence ends between."""
    if begin > 0 and lines[begin - 1].bare in _FIRST_WORDS:
        return begin - 1
    if _starts_like_attribution(lines[begin].plain) and not _HOUR_FIRST.match(lines[begin].plain):
        return begin
    whole = begin
    for k in range(begin - 1, max(-1, last - MAX_ATTRIBUTION_LINES), -1):
        if lines[k].part is not Part.OWN or _SENTENCE_END.search(lines[k].bare):
            break
        if _starts_like_attribution(lines[k].plain) and _DATE.search(lines[k].plain):
            whole = k
            if not _HOUR_FIRST.match(lines[k].plain):
                break
    return whole


def _verb_apart(lines: Sequence[Line], last: int, _subject: str) -> tuple[int, int] | None:
    """HTML turned to text may leave "wrote:" as a paragraph of its own."""
    plain = lines[last].plain
    if last < 2 or len(plain) > 30 or lines[last - 1].bare or not lines[last - 2].bare.endswith((">", ")")):
        return None
    if not ends_attribution(plain) or not WROTE.fullmatch(plain.rstrip(" :：")):
        return None
    for begin in range(last - 2, max(-1, last - 2 - MAX_ATTRIBUTION_LINES), -1):
        joined = f"{_joined(lines[begin : last - 1])} {plain}"
        if lines[begin].part is not Part.OWN or len(joined) > MAX_ATTRIBUTION:
            return None
        if reads_as_attribution(joined, sure=False):
            return _whole_attribution(lines, begin, last - 2), last + 1
    return None


def _named_alone(lines: Sequence[Line], i: int, _subject: str) -> tuple[int, int] | None:
    """ "Kari Nordmann wrote:" as a paragraph below own words: a full name or an address, as programs give it."""
    bare = lines[i].bare
    if not bare.endswith((":", "：")) or len(bare) > 110 or i == 0 or lines[i - 1].bare:
        return None
    found = NAMED_ALONE.match(bare.casefold())
    if found is None or (i + 1 < len(lines) and lines[i + 1].bare):
        return None
    words = bare[: found.end(1)].split()
    full = len(words) <= 5 and all(word[0].isupper() or word.startswith("<") for word in words)
    return (i, i + 1) if ("@" in words[0] if len(words) == 1 else full) else None


def _may_be_wrapped(bare: str, sure: bool) -> bool:
    """No program breaks a line that is short, but around an address or, some, behind each part of a name; and no
    sentence ends within an attribution."""
    long = len(bare) >= WRAPPED_ATTRIBUTION or "@" in bare or bare.endswith("<")
    return (long or (sure and bare[0].isupper() and bare.isalpha())) and not _SENTENCE_END.search(bare)


def reads_as_attribution(joined: str, sure: bool, one_line: bool = True) -> bool:
    """`sure`: a quote follows, so little is asked; else only what no person writes by hand is believed."""
    wrote = WROTE.search(joined)
    address = _ADDRESS.search(joined)
    dated = _DATE.search(joined)
    if wrote and not address and SAID_TO_SOMEBODY.search(joined):
        # The Bat! writes to the person himself: "You wrote on 9 March 2026, 16:12:33:"
        return bool(sure and _YEAR.search(joined) and _TIME.search(joined))
    starts = _starts_like_attribution(joined)
    exact = _YEAR.search(joined) and _TIME.search(joined)
    if sure:
        if exact and starts and _BARE_ADDRESS_AT_THE_END.search(joined):
            return True  # Mail.ru puts no brackets around the address
        if exact and _BY_THE_CLOCK.search(joined):
            return True
        if wrote and _ADDRESS_FIRST.match(joined):
            return joined.rstrip(" :：").endswith(wrote[0])
        if address and (wrote or dated or starts):
            return starts or _starts_with_name(joined)
        if wrote and dated:
            return starts or _starts_with_name(joined)
        # "Kari Nordmann wrote:", the whole line
        if wrote is None or "@" in joined or ">" in joined:
            return False
        return joined.rstrip(" :：").endswith(wrote[0]) and _starts_with_name(joined[: wrote.start()])
    if address and starts and _ADDRESS_AT_THE_END.search(joined):
        if exact or joined.split(maxsplit=1)[0] in QUOTING:
            return True
    elif wrote and IN_ARTICLE.match(joined):
        return True
    if address and dated and wrote:
        return starts or _starts_with_name(joined, words=3)
    return bool(wrote and starts and one_line and exact)


def _attribution_with_words(lines: Sequence[Line], i: int, _subject: str) -> tuple[int, int] | None:
    """Web mail turned to text may put the quote on the attribution's own line, behind two blanks or more."""
    head = _HEAD_OF_LINE.match(lines[i].plain) if "@" in lines[i].plain else None
    if head is None or not _starts_like_attribution(lines[i].plain) or not _ADDRESS.search(head[0]):
        return None
    exact = _YEAR.search(head[1]) and _TIME.search(head[1])
    return (i, i + 1) if exact and WROTE.search(head[1]) else None


def ends_attribution(plain: str) -> bool:
    plain = plain.rstrip("*_ ")
    if plain.endswith((":", "：")):
        return 2 < len(plain) <= MAX_ATTRIBUTION
    if plain.endswith("..."):
        return "news:" in plain and len(plain) <= MAX_ATTRIBUTION  # Outlook Express in a newsgroup
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


# --- the rules -------------------------------------------------------------------------------------------------------

Introduction = Callable[[Sequence[Line], int, str], tuple[int, int] | None]

# The first that knows a line decides; it is asked where the line has one of the signs it needs. Rows of one name are
# the same to who reads a fold: only written differently.
INTRODUCTIONS: tuple[tuple[str, int, Introduction], ...] = (
    ("own-marker", DRAWN, _own_marker),
    ("reply-above", DRAWN, _reply_above),
    ("attribution", ENDED, _attribution),
    ("original-message", DRAWN, original_message),
    ("attribution", ENDED, _attribution_with_words),
    ("attribution", ENDED, _named_alone),
    ("attribution", ENDED, _verb_apart),
    ("header-block", HEADER, headers_in_lines),
    ("header-block", HEADER, headers_in_one_line),
    ("header-block", DRAWN, headers_in_a_box),
    ("header-block", APART, headers_in_columns),
    ("attribution", FRAMED, _framed),
)

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
    return any(header_block(lines, k) is not None for k in places)
