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
from collections.abc import Sequence
from dataclasses import dataclass, field

from mailgate.inbound.reply_headers import HEADER_BLOCK_LINES, prefixes
from mailgate.inbound.reply_lines import DRAWN, QUOTE_SIGNS, Line, Part, first_of, read_lines, single_spaced
from mailgate.inbound.reply_phrases import (
    ANSWERS_BELOW,
    ANSWERS_BELOW_ALONE,
    ANSWERS_MARKED,
    FORWARD_PHRASES,
    FORWARD_PREFIXES,
    FORWARD_STEMS,
    NAMED_ANSWER,
)
from mailgate.inbound.reply_quotes import (
    announces,
    ends_attribution,
    mark_html,
    mark_quotes,
    reads_as_attribution,
)
from mailgate.inbound.reply_signatures import mark_signatures
from mailgate.mail import Fold

CITED = "html:blockquote-cite"
WRAPPED_AT = 66
ANNOUNCING = 4  # lines, at the head and at the end of what stands above a quote
_LOOKS_LIKE_OURS = re.compile(
    r"##- |\+[a-z]\.[0-9]{9,12}\.|<c[0-9]{9,12}\.[^\s>]+@", re.IGNORECASE
)  # our marker, a signed address, one of our Message-IDs

_OUR_MARKER = "##- "
_OUR_END = re.compile(r"ref: c[0-9]{9,12}\.[a-z0-9]{1,20}\.[a-z0-9]{20,40}\Z")


@dataclass(frozen=True, slots=True)
class OwnWords:
    """An agent's own words, ready to be sent, and the lines in them that still look like part of an alert: where there
    is a leftover, nothing may be sent. `among`: lines of the quote that are not the requester's, where he says that
    his answers stand in it, or wrote nothing else."""

    text: str
    leftovers: tuple[str, ...] = field(default=())
    among: tuple[str, ...] = field(default=())


def fold(text: str, html_folds: tuple[Fold, ...] = (), subject: str = "") -> tuple[str, tuple[Fold, ...]]:
    """The new words, and every span of `text` that is not part of them, in order and disjoint, with its rule.

    `html_folds`: where the mail program's own markup says that a quote stands. `subject` only helps to tell a forward,
    which is kept whole. The new words are the text without the folds, stripped; they are never empty where the text
    is not.
    """
    lines = single_spaced(read_lines(text))
    mark_html(lines, html_folds, len(text))
    forward = _forward_line(lines)
    mark_quotes(lines, subject)
    _keep_announced(lines)
    first = first_of(lines, Part.INTRODUCTION, Part.QUOTED, Part.HISTORY)
    if forward is not None and (first is None or forward <= first or _starts_html(lines, first, forward)):
        return text.strip(), ()
    if first is not None and (_is_forward(subject, lines, first) or _quotes_forward(lines, first)):
        return text.strip(), ()
    mark_signatures(lines)
    folds = _folds(lines, _history(lines), len(text))
    new = _without(text, folds)
    return (new, folds) if new else (text.strip(), ())


def own_words(text: str, requester_words: str, html_folds: tuple[Fold, ...] = ()) -> OwnWords:
    """What an agent wrote himself, for a public answer: the law of trimming reversed (RULES 6).

    Everything from the first sign of a quote on goes, but own lines below or between `>` lines stay, and so do those
    `>` lines above them that are `requester_words`. A signature goes too: the desk puts its own.
    """
    lines = read_lines(text)
    mark_html(lines, html_folds, len(text))
    mark_quotes(lines, "")
    mark_signatures(lines)
    _mark_rules_above(lines)
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
    among = _among(lines, requester_words)
    return OwnWords("\n".join(kept).strip(), tuple(dict.fromkeys(doubtful + left)), among)


def _among(lines: Sequence[Line], requester_words: str) -> tuple[str, ...]:
    """A quote without `>` shows no answer that was typed into it; only what the requester wrote is known."""
    own = [line.plain for line in lines if line.part is Part.OWN]
    if own and not any(ANSWERS_BELOW.search(plain) or _says_answers_follow(plain) for plain in own):
        return ()
    theirs = _RequesterLines(requester_words)
    history = (line for line in lines if line.part is Part.HISTORY and any(map(str.isalnum, line.plain)))
    return tuple(line.bare for line in history if line.plain not in theirs)


def first_quote(text: str, html_folds: tuple[Fold, ...]) -> tuple[int | None, bool]:
    """Where the first quote of an agent's mail begins, or None; and whether he writes below it: it is one whole mail of
    ours, with nothing of his above or between, and below it an empty line."""
    lines = read_lines(text)
    mark_html(lines, html_folds, len(text))
    mark_quotes(lines, "")
    behind = (Part.INTRODUCTION, Part.QUOTED, Part.HISTORY)
    first = first_of(lines, *behind)
    if first is None:
        return None, False
    last = max(i for i, line in enumerate(lines) if line.part in behind and line.plain)
    whole = _OUR_END.match(lines[last].plain) is not None and any(
        _OUR_MARKER in line.plain for line in lines[first:last]
    )
    own = [i for i, line in enumerate(lines) if line.part not in (*behind, Part.BLANK)]
    apart = last + 1 < len(lines) and not lines[last + 1].plain
    return lines[first].start, whole and apart and all(i > last for i in own)


# --- forwards --------------------------------------------------------------------------------------------------------


def _forward_line(lines: Sequence[Line]) -> int | None:
    """The first line that says, unquoted, that a forwarded mail follows."""
    for i, line in enumerate(lines):
        plain = line.plain
        if line.quoted or not plain or plain[-1] not in "-_=–—:：" or len(plain) > 160:
            continue
        ruled = plain.startswith(("--", "__", "==", "––", "——", "- -")) and plain.endswith(
            ("-", "_", "=", "–", "—", ":")
        )
        if ruled and any(stem in plain for stem in FORWARD_STEMS):
            return i
        if plain.endswith((":", "：")) and _says_forwarded(plain):
            return i
    return None


def _quotes_forward(lines: Sequence[Line], first: int) -> bool:
    """Apple Mail quotes the forwarded mail and its "Begin forwarded message:" too."""
    line = lines[first]
    return line.quoted and line.rule == "" and line.plain.endswith((":", "：")) and _says_forwarded(line.plain)


def _says_forwarded(plain: str) -> bool:
    return plain.strip(" :：-") in FORWARD_PHRASES


def _is_forward(subject: str, lines: Sequence[Line], first: int) -> bool:
    """The outermost prefix says forward, and what follows is a mail with headers or the like."""
    found = prefixes(subject)
    if not found:
        return False
    if found[0] == "vs":
        # Norwegian and Danish forward with VS:, Finnish replies with it.
        block = " ".join(line.plain for line in lines[first : first + HEADER_BLOCK_LINES])
        return lines[first].rule in ("header-block", "original-message") and bool(
            re.search(r"(?:\A|\s)(?:fra|frå)\s?:", block)
        )
    return found[0] in FORWARD_PREFIXES and lines[first].rule != ""


def _starts_html(lines: Sequence[Line], first: int, forward: int) -> bool:
    """The forward line is the head of the quote that markup shows: one of its first three lines."""
    if not lines[first].rule.startswith("html"):
        return False
    return sum(1 for line in lines[first:forward] if line.bare) <= 2


# --- what the author shows on purpose --------------------------------------------------------------------------------


def _keep_announced(lines: Sequence[Line]) -> None:
    """ "The manual says:" above quoted lines, pasted as a quotation: they are the author's own. Not where more quoted
    lines follow that nothing introduces, since all of them may be of one mail."""
    first = first_of(lines, Part.INTRODUCTION, Part.QUOTED, Part.HISTORY)
    if not first or not lines[first].quoted or lines[first].rule not in ("", CITED):
        return
    above = next((line for line in reversed(lines[max(0, first - 2) : first]) if line.bare), None)
    if above is None or above.part is not Part.OWN or not announces(above):
        return
    end = first
    while end < len(lines) and (lines[end].quoted or not lines[end].bare):
        end += 1
    behind = next((line for line in lines[end:] if line.part not in (Part.OWN, Part.BLANK)), None)
    if behind is not None and behind.part is Part.QUOTED:
        return
    for line in lines[first:end]:
        if line.bare:
            line.part, line.rule = Part.OWN, ""


# --- the decision ----------------------------------------------------------------------------------------------------


def _history(lines: list[Line]) -> tuple[int, int] | None:
    """Which lines [begin, end) are folded as history; None where they must stay."""
    behind = (Part.INTRODUCTION, Part.QUOTED, Part.HISTORY)
    first = first_of(lines, *behind)
    if first is None:
        return None
    last = max(i for i, line in enumerate(lines) if line.part in behind)
    own = [i for i, line in enumerate(lines) if line.part is Part.OWN]
    above = [i for i in own if i < first]
    if any(first < i < last and not _is_wrapped_quote(lines, i) for i in own):
        return None
    if any(ANSWERS_BELOW.search(lines[i].plain) for i in above):
        return None
    ends = [lines[i].plain for i in (*above[:ANNOUNCING], *above[ANNOUNCING:][-ANNOUNCING:])]
    if any(_says_answers_follow(plain) for plain in ends) or _names_answers(ends, lines[first:]):
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


def _says_answers_follow(plain: str) -> bool:
    """What the author says of answers that he put into the mail below."""
    return plain.strip(" .:!,*;>-…") in ANSWERS_BELOW_ALONE or ANSWERS_MARKED.search(plain) is not None


def _names_answers(above: Sequence[str], below: Sequence[Line]) -> bool:
    """ "[Ola] Yes" both above the quote and within it."""
    names = {found[0] for plain in above if plain.startswith("[") and (found := NAMED_ANSWER.match(plain))}
    return bool(names) and any(
        line.plain.startswith("[") and (found := NAMED_ANSWER.match(line.plain)) is not None and found[0] in names
        for line in below
    )


def _quotes_attribution(lines: Sequence[Line], first: int) -> bool:
    """Apple Mail quotes its attribution too."""
    line = lines[first]
    return ends_attribution(line.plain) and reads_as_attribution(line.plain, sure=True)


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
        if DRAWN.match(lines[i].bare) and not _underlines(lines, i):
            begin = i
        elif lines[i].bare:
            break
    return begin


def _mark_rules_above(lines: Sequence[Line]) -> None:
    """The rule that a mail program draws above each quote, or between the headers and what it quotes, is no word of
    the author's."""
    behind = (Part.INTRODUCTION, Part.QUOTED, Part.HISTORY)
    for first in [i for i, line in enumerate(lines) if line.part in behind]:
        if first and lines[first - 1].part in behind:
            continue
        for line in lines[_with_rule_above(lines, first) : first]:
            if line.part is Part.OWN:
                line.part, line.rule = Part.INTRODUCTION, lines[first].rule


def _underlines(lines: Sequence[Line], i: int) -> bool:
    """Equals signs, stars and tildes right below some words underline them; no mail program draws such a rule there."""
    return i > 0 and lines[i - 1].part is Part.OWN and lines[i].bare[0] in "=~*"


def _folds(lines: list[Line], history: tuple[int, int] | None, size: int) -> tuple[Fold, ...]:
    spans: list[Fold] = []
    behind = (Part.INTRODUCTION, Part.QUOTED, Part.HISTORY)
    begin, end = history or (len(lines), len(lines))
    i = 0
    if history is None:  # an interleaved answer stays whole, but for the signature at its end
        i = max((k + 1 for k, line in enumerate(lines) if line.part in behind), default=0)
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
        whole = [_normal(QUOTE_SIGNS.sub("", line.strip(), count=1)) for line in words.split("\n")]
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
