"""The signatures in a reply: what stands below "-- ", and what a telephone or a mail program adds at the end."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from mailgate.inbound.reply_lines import DRAWN, RULED, Line, Part, first_of
from mailgate.inbound.reply_phrases import BREVITY, MOBILE_SIGNATURE, NO_NAMES, PROGRAM_LINK

MOBILE = "mobile-signature"
MAX_SIGNATURE_LINES = 25
MAX_LOOSE_SIGNATURE_LINES = 10
MAX_SIGNATURE_LINE = 100
MAX_RULES = 6
WRAPPED = 45  # a line so long, the next going on with a small letter, is prose
MAX_LINES_BELOW_NAME = 3
MIN_PROSE = 3  # words in small letters

_MARK_BEGINS = frozenset("-_—–⸻~=*")
# A dash, perhaps a blank, and one to three words.
_DASHED_NAME = re.compile(r"(--|[-—–~])( ?)([^\W\d_][\w.'’-]{0,20}(?: [^\W\d_][\w.'’-]{0,20}){0,2})\Z")
_MARK = re.compile(r"(?:---?|__{1,79}|—|–|⸻|[-=*~]{4,100})\Z")
# Long rules stand above anything; only a name with how to reach him, or a list's farewell, makes one a mark.
_LONG = re.compile(r"[-=*~]{4}")
_FAREWELL = re.compile(
    r"\Ato unsubscribe|(?:,| or) unsubscribe|unsubscribe(?:[:<@-]| <| at )|\A\S{1,40} mailing list|/listinfo|"
    r"reply to this e-?mail directly|\Azum abmelden|\Apour vous désabonner|\A(?:for å )?meld(?:e)? deg av"
)
_REACHED_BY_NAME = re.compile(r"[^\s@]@[^\s@]|://|(?<!\w)www\.|\+\d|(?:tel|phone|mob|tlf|puh|gsm)\w{0,4}\.?:? ?\(?\d")
# Outlook's own line in any language: few words and a link that only Microsoft writes.
_OUTLOOK_LINK = re.compile(r"(?:\S{1,20} ){0,3}outlook(?: \S{1,12}){0,3} ?[<(\[]?\s?https?://aka\.ms/\S{1,40}\Z")
_LINK = re.compile(r"[<(\[]?https?://\S+\Z")
# "P.S.", "PS:", "P.-S.", "PD:"; bare only where words follow.
_POSTSCRIPT = re.compile(r"p{1,3}[.-]{0,2} ?(?:s(?: (?=-|\S+ \S+ \S))?|d)(?:(?<= )|[.:!,)–—]|\Z)", re.IGNORECASE)
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
        bare = lines[i].bare
        if bare[:1] not in _MARK_BEGINS:
            continue
        below = [line.bare for line in lines[i + 1 : end] if line.bare]
        rule = next((rule for rule, begins in SIGNATURES if begins(lines, i, begin, below)), "")
        if rule:
            for k in range(i, end):
                if lines[k].bare:
                    lines[k].part, lines[k].rule = Part.SIGNATURE, rule
            if not RULED.match(bare):
                return
            end = i  # a list's footer; the author's own signature may stand above it
        if bare == "--":
            return


def _without_rule_below(lines: list[Line], begin: int, end: int) -> int:
    """A rule drawn right above the quote belongs to the quote, and is no mark of a signature."""
    last = end
    while last > begin and end - last <= MAX_RULES and (not lines[last - 1].bare or DRAWN.match(lines[last - 1].bare)):
        last -= 1
    return last


def _is_marked(lines: Sequence[Line], i: int, begin: int, below: Sequence[str]) -> bool:
    """RFC 3676 4.3: the mark is `-- ` with its blank. Without it, two dashes may be somebody's own ruling; and a line
    or a long dash is a mark only where what stands below it reads as a name and how to reach him."""
    mark = lines[i]
    if not _MARK.match(mark.bare):
        return False
    marked = mark.bare == "--" and mark.end - mark.start >= 3
    if len(below) > (MAX_SIGNATURE_LINES if marked else MAX_LOOSE_SIGNATURE_LINES) or any(map(_is_said_below, below)):
        return False
    if marked or not below:
        return marked
    if not below[-1].endswith("?") and any(_FAREWELL.search(line.casefold()) for line in below):
        return True
    if _above(lines, i, begin).endswith((":", "：")) or all(map(_is_link, below)):
        return False
    reachable = _gives_a_way(below)
    named = reachable and _is_name(below[0], 2)
    titled = reachable and any(_is_name(line, 2) for line in below[:2])
    advert = any(PROGRAM_LINK.match(line.casefold()) for line in below)
    if not advert and any(_is_prose(line, titled) for line in below):
        return False
    if not _ends_words(lines, i, begin) and not (mark.bare == "--" and named):
        return False
    if mark.bare == "--":
        going_on = len(below) > 1 and below[1][0].islower() and "://" not in below[1][:8]
        wrapped = going_on and len(below[0]) > WRAPPED
        return not wrapped and not _is_sentence(below[0])
    if any(_is_sentence(line) or len(line) > MAX_SIGNATURE_LINE for line in below):
        return False
    if any(RULED.match(line) for line in below[:-1]):
        return False  # a form, or a box drawn around something
    if _LONG.match(mark.bare):
        return named
    if mark.bare == "---":
        return _is_name(below[0], 2)
    reachable = reachable or any(_REACHED_AT.search(line[:500]) for line in below[1:])
    return reachable or (len(mark.bare) <= 3 and _is_name(below[0], 1) and _is_closed(_above(lines, i, begin)))


def _is_said_below(line: str) -> bool:
    """A question or a postscript: the author went on below his signature."""
    return (line.endswith("?") and len(line.split()) > 4) or (line[0] in "pP" and _POSTSCRIPT.match(line) is not None)


def _is_prose(line: str, titled: bool) -> bool:
    """Below a name with how to reach him, a line with a capital is his title or his department."""
    if titled and not line[0].islower():
        return False
    return sum(1 for word in line.split() if word[0].islower() and word.isalpha()) >= MIN_PROSE


def _is_link(line: str) -> bool:
    return _LINK.match(line) is not None


def _above(lines: Sequence[Line], i: int, begin: int) -> str:
    return next((line.bare for line in reversed(lines[max(begin, i - 4) : i]) if line.bare), "")


def _is_closed(above: str) -> bool:
    """ "Thanks," or "Done." above a mere name: what a longer sentence ends with may be what it asks for."""
    return len(above.split()) <= (3 if above.endswith(",") else 1)


def _ends_words(lines: Sequence[Line], i: int, begin: int) -> bool:
    """Whether the words above are at an end: a sentence's, or a closing of a few words, and not underlined. Else what
    stands below the rule is what they speak of."""
    if i > 0 and lines[i - 1].bare and lines[i].bare != "--":
        return False
    above = _above(lines, i, begin)
    return above.endswith((".", "!", "?", ")")) or (0 < len(above.split()) <= 3 and not above.endswith(":"))


def _gives_a_way(below: Sequence[str]) -> bool:
    return any(_REACHED_BY_NAME.search(line.casefold()) for line in below)


def _is_dashed_name(lines: Sequence[Line], i: int, begin: int, below: Sequence[str]) -> bool:
    """`-Ola Nordmann` below the last words. Not an item of a list, not "-Yes", and no dialogue. Two dashes and a blank
    begin no list."""
    found = _DASHED_NAME.match(lines[i].bare)
    if found is None or len(below) > MAX_LINES_BELOW_NAME or any(_is_sentence(line) for line in below):
        return False
    words = found[3].split()
    if not all(word[0].isupper() for word in words) or words[0].casefold().strip(".") in NO_NAMES:
        return False
    above = _above(lines, i, begin)
    if found[2] and found[1] != "--" and (lines[i - 1].bare or not _is_closed(above)):
        return False  # an item of a list
    if not above or above[0] in "-–—" or above.endswith((":", "：", "?")):
        return False
    return i > begin and not (found[2] and lines[i - 1].bare) and not any(line[0] in "-–—" for line in below)


def _is_name(line: str, words: int) -> bool:
    """At least so many words, at most four, each with a capital; and no "Thanks" or "Yes"."""
    found = line.split()
    named = words <= len(found) <= 4 and all(word[0].isupper() for word in found)
    return named and line[-1] not in ",:" and found[0].casefold().strip(".,!") not in NO_NAMES


def _is_sentence(line: str) -> bool:
    return line.endswith("?") or (line.endswith((".", "!")) and len(line.split()) > 5)


def _mark_mobile(lines: list[Line], begin: int, end: int) -> int:
    """Mark "Sent from my phone" at the end of a piece; where the piece ends without it."""
    last = end
    for i in range(end - 1, max(begin, end - 12) - 1, -1):
        line = lines[i]
        if len(line.bare) <= 200 and any(knows(line.plain) for _, knows in ADVERTS):
            last = i
        elif line.bare and not RULED.match(line.bare) and not _belongs_to_advert(line.plain):
            break
    if last < end:
        for line in lines[last:end]:
            if line.bare:
                line.part, line.rule = Part.SIGNATURE, MOBILE
        above = next((i for i in range(last - 1, max(begin, last - 3) - 1, -1) if lines[i].bare), None)
        if above is not None and _MARK.match(lines[above].bare) and not _LONG.match(lines[above].bare):
            lines[above].part, lines[above].rule = Part.SIGNATURE, "signature"
            return above
    return last


def _belongs_to_advert(plain: str) -> bool:
    """The excuse or the program's own link below "Sent from my phone"; alone they are the author's."""
    return len(plain) <= 100 and (BREVITY.search(plain) is not None or PROGRAM_LINK.match(plain) is not None)


def _is_sent_from(plain: str) -> bool:
    return MOBILE_SIGNATURE.match(_link_removed(plain)) is not None


def is_reaction(plain: str) -> bool:
    """Gmail's lines below an emoji that somebody reacted with: "… reacted via Gmail" and its link."""
    return plain.startswith(_REACTION_LINK) or (len(plain) <= 120 and _REACTED.search(plain) is not None)


_REACTED = re.compile(r"(?<!\w)(?:react|reag)\w{2,6} via gmail:?\Z")
_REACTION_LINK = "<https://www.google.com/gmail/about/?utm_source=gmail"


def _is_outlook_link(plain: str) -> bool:
    return _OUTLOOK_LINK.match(plain) is not None


def _link_removed(plain: str) -> str:
    return re.sub(r"\s?[<(\[]\s?https?://[^\s<>()\[\]]*\s?[>)\]]", "", plain).strip(" .*_[]()~")


# --- the rules -------------------------------------------------------------------------------------------------------

SIGNATURES: tuple[tuple[str, Callable[[Sequence[Line], int, int, Sequence[str]], bool]], ...] = (
    ("signature", _is_marked),
    ("signature", _is_dashed_name),
)
ADVERTS: tuple[tuple[str, Callable[[str], bool]], ...] = (
    (MOBILE, _is_sent_from),
    (MOBILE, _is_outlook_link),
    (MOBILE, is_reaction),
)
