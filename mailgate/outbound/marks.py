"""The lines that only the desk itself writes, so that none of them ever leaves in an agent's answer (RULES 6).

An alert or a receipt is built of three sorts of lines: the first ones, fixed here and never a template's; those the
desk says, each signed with `:: `; and words that the agent may quote, which stand bare. Whatever an agent sends back is
looked through line by line with `looks_like_ours`; it knows them in any language, because a sign has none.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from mailgate.outbound.tongues import languages
from mailgate.tokens import PURPOSES, ROW_LENGTH

SIGN = "::"
# Reply cutting knows the marker by its first four signs alone.
MARKER = {
    "en": "##- Please type your answer above this line -##",
    "nb": "##- Skriv svaret ditt over denne linjen -##",
    "fi": "##- Kirjoita vastauksesi tämän rivin yläpuolelle -##",
}
GOES_TO = {
    "en": "Your answer goes to:",
    "nb": "Svaret ditt går til:",
    "fi": "Vastauksesi lähetetään tänne:",
}
INTERNAL = {
    "en": "Your answer is an internal note.",
    "nb": "Svaret ditt blir et internt notat.",
    "fi": "Vastauksesi jää sisäiseksi muistiinpanoksi.",
}
REF = "Ref:"
# Every beginning by which a line of an alert, receipt or note of ours is known, lower case.
ALERT_MARKERS = (
    f"{SIGN} ",
    "##- ",
    "ref: c",
    *(text.lower() for text in GOES_TO.values()),
    *(text.lower().rstrip(".") for text in INTERNAL.values()),
)

_TOKEN_SHAPED = re.compile(
    rf"(?:(?<![a-z0-9])|(?<=%2b))[{PURPOSES}]\.?\d{{1,13}}\.[a-z2-7]{{{ROW_LENGTH}}}\.[a-z2-7]{{8,21}}", re.IGNORECASE
)
# What quoting puts before a line, and what nobody sees.
_QUOTING = "> |\t\u00a0\u200b\u200c\u200d\u2060\ufeff"
_BEGINNINGS = "|".join(r"[ \t\u00a0]+".join(map(re.escape, one.split(" "))) for one in ALERT_MARKERS)
_OUR_LINE = re.compile(rf"^[{_QUOTING}]*(?:{SIGN}[ \t]*$|{_BEGINNINGS})", re.IGNORECASE | re.MULTILINE)
_WIDTH = 72


def looks_like_ours(line: str) -> bool:
    """Whether a line was written by the desk: quoted or not, in any case, or holding a token, verified or not."""
    bare = " ".join(line.strip(_QUOTING).split()).lower()
    return bare == SIGN or bare.startswith(ALERT_MARKERS) or _TOKEN_SHAPED.search(line) is not None


def holds_ours(text: str) -> bool:
    """Whether a line of a long text looks like ours: the same in one search."""
    return _OUR_LINE.search(text) is not None or _TOKEN_SHAPED.search(text) is not None


def head(answer: str, goes_to: Sequence[str], language: str) -> str:
    """The first lines of a mail to an agent: where his answer goes ("p" to people, "n" a note), then the marker."""
    if answer == "p":
        first = f"{_in(GOES_TO, language)} {', '.join(goes_to)}"
    else:
        first = _in(INTERNAL, language)
    return f"{first}\n{marker(language)}"


def marker(language: str) -> str:
    """The line above which an answer belongs."""
    return _in(MARKER, language)


def sign(text: str) -> str:
    """Signs every line that is not blank."""
    return "\n".join(f"{SIGN} {line}" if line.strip() else "" for line in text.split("\n"))


def sign_words(words: str) -> str:
    """Somebody's words that must not leave, such as a note: signed, and wrapped first, so that no mail client has to
    and makes a line without a sign."""
    return "\n".join(f"{SIGN} {piece}" if piece else "" for line in words.split("\n") for piece in _wrapped(line))


def _wrapped(line: str) -> list[str]:
    # A link is one word to whoever reads it, and is known by the token within it.
    if len(line) <= _WIDTH or (line.endswith(">") and "<mailto:" in line):
        return [line.rstrip()]
    pieces = [""]
    for word in line.split():
        if pieces[-1] and len(pieces[-1]) + 1 + len(word) > _WIDTH:
            pieces.append("")
        pieces[-1] = f"{pieces[-1]} {word}".lstrip()
    return pieces


def _in(texts: dict[str, str], language: str) -> str:
    return next(texts[tongue] for tongue in languages(language) if tongue in texts)
