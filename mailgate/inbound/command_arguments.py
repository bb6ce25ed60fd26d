"""What stands behind a command: words and quoted pieces, addresses, times, days, and what is added and removed."""

from __future__ import annotations

import re
import unicodedata

from mailgate.mail import valid_address
from ticketing import case_number
from ticketing.command_words import TO
from ticketing.days import MAX_WORDS, When, is_far, read_when
from ticketing.saying import Said, say

MAX_LINE = 2000
BLANKS = " \t\r\f\v\u00a0\u200b\u200c\u200d\u2060\ufeff"


class Wrong(Exception):
    """What stands there cannot be read: why, and the command probably meant."""

    def __init__(self, text: Said, nearest: str | None = None) -> None:
        super().__init__(text)
        self.text = text
        self.nearest = nearest


# Editors turn any quotation mark into any other.
_TOKEN = re.compile(r"""([^\s"“”„‟«»]*)["“”„‟«»]([^"“”„‟«»]*)["“”„‟«»]|(\S+)""")
_WHOLE_QUOTE = re.compile(r"""(?:["“”„‟«»]([^"“”„‟«»]*)["“”„‟«»]|[‘‚]([^‘’]*)[’‘])\Z""")
# `a@x.no <mailto:a@x.no>`, as programs write a link into plain text.
_LINKED = re.compile(r"(?<!\S)([^\s<>]++)[ \u00a0]?<(?:mailto:|https?://|tel:)[^<>\s]{1,500}+>")
# `Ola Nordmann <ola@x.no>`, as programs complete an address.
NAMED_ADDRESS = re.compile(
    r"(?<!\S)([+＋–−-]?)[^\s<>@,0-9]+(?:\s+[^\s<>@,0-9]+){0,4}\s*<(?:mailto:)?([^<>\s@]+@[^<>\s@]+)>"
)
_PLUS, _MINUS = "+＋", "-–—−‐‑‒﹣－•·▪◦‣"
_HOURS = r"(?:t|h|hrs?|time|timer|timar|hours?|tunti|tuntia)\.?(?=\s|\Z)"
_CLOCKED = re.compile(rf"([0-9]{{1,3}})[:.]([0-5][0-9])(?:\s*{_HOURS}|(?=\s|\Z))", re.IGNORECASE)
# `6 t`, `1,5 h`, `1 t 30 min`, `30 min`; a point and two digits are minutes: `1.30`.
_IN_MINUTES = r"([0-9]{1,4})\s*(?:m|min|mins|minutt|minutter|minutes?|minuutti|minuuttia)\.?(?=\s|\Z)"
_IN_UNITS = re.compile(
    rf"([0-9]{{1,3}}(?:\.[0-9]|,[0-9]{{1,2}})?)\s*{_HOURS}(?:\s+(?:(?:and|og|ja)\s+)?{_IN_MINUTES})?|{_IN_MINUTES}",
    re.IGNORECASE,
)
_RUN_TOGETHER = re.compile(r"([0-9]{1,3})\s?[ht]([0-5]?[0-9])(?:m|min)?\.?(?=\s|\Z)", re.IGNORECASE)
_IN_WORDS = {
    "half an hour": 30, "half hour": 30, "en halv time": 30, "halv time": 30, "ein halv time": 30, "puoli tuntia": 30,
    "an hour": 60, "one hour": 60, "en time": 60, "én time": 60, "ein time": 60, "tunti": 60, "tunnin": 60,
    "halvannen time": 90, "puolitoista tuntia": 90, "et kvarter": 15, "kvarter": 15, "vartti": 15,
}  # fmt: skip
_WORDED = re.compile(rf"({'|'.join(sorted(_IN_WORDS, key=len, reverse=True))})(?=\s|\Z)", re.IGNORECASE)


def tokens(arguments: str) -> list[str]:
    """Words; a quoted piece is one, without its quotation marks."""
    return [m[3] if m[3] is not None else m[1] + m[2] for m in _TOKEN.finditer(arguments)]


def unlinked(arguments: str) -> str:
    if "<" not in arguments:
        return arguments
    return _LINKED.sub(lambda found: found[1] if "@" in found[1] or "." in found[1] else found[0], arguments)


def unquoted(arguments: str) -> str:
    match = _WHOLE_QUOTE.match(arguments)
    text = next((part for part in match.groups() if part is not None), "") if match else arguments
    return " ".join(text.split())


def one_text(arguments: str) -> str:
    text = unquoted(arguments)
    if not text:
        raise Wrong(say("Something is missing."))
    return text


def nothing_behind(arguments: str) -> None:
    if arguments.strip(BLANKS + ".!"):
        raise Wrong(say("Nothing stands behind this command."))


def address_of(token: str) -> str:
    found = re.search(r"<([^<>]*)>", token)
    address = valid_address((found[1] if found else token).removeprefix("mailto:").strip(" ,;"))
    if address is None:
        raise Wrong(say("“{text}” is no mail address.", text=token[:60]))
    return address


def agent_named(arguments: str) -> str:
    text = one_text(arguments)
    named = text.partition(" ")
    if named[0].casefold() in TO and named[2]:
        text = named[2]
    return text.removeprefix("@").rstrip(".!")


def case_of(arguments: str) -> case_number.CaseNumber:
    numbers = case_number.find(arguments)
    if len(numbers) != 1:
        raise Wrong(say("One case number is needed."))
    return case_number.CaseNumber(numbers[0])


def minutes_at_head(arguments: str) -> tuple[int, str]:
    """The time at the head of some words, and the words behind it."""
    if (match := _CLOCKED.match(arguments)) or (match := _RUN_TOGETHER.match(arguments)):
        minutes = int(match[1]) * 60 + int(match[2])
    elif match := _WORDED.match(arguments):
        minutes = _IN_WORDS[match[1].casefold()]
    elif match := _IN_UNITS.match(arguments):
        hours = float((match[1] or "0").replace(",", "."))
        minutes = round(hours * 60) + int(match[2] or match[3] or 0)
    else:
        token = arguments.split(maxsplit=1)[0]
        if token.replace(",", "").isdecimal():
            raise Wrong(say("“{text}” of what? Write 6:00 or 6 t for six hours, 0:30 or 30 min.", text=token[:20]))
        raise Wrong(say("“{text}” is no time: hours:minutes, like 0:10 or 1:30.", text=token[:20]))
    if not minutes:
        raise Wrong(say("The time is zero."))
    return minutes, arguments[match.end() :].strip()


def day_at_head(tokens: list[str]) -> tuple[When, list[str]]:
    """The day at the head of some words, and the words behind it."""
    found = read_when(tuple(tokens))
    if found is None and (far := next((token for token in tokens if is_far(token)), None)):
        raise Wrong(say("{day} is farther away than can be reckoned.", day=far))
    if found is None:
        raise Wrong(say("A day is needed, like 2026-12-25, 25.12., friday, fredag, perjantai or +3d."))
    when, taken = found
    return when, tokens[taken:]


def only_a_day(tokens: list[str]) -> When:
    when, more = day_at_head(tokens)
    if more:
        raise Wrong(say("“{text}” behind the day is too much.", text=" ".join(more)[:60]))
    return when


def plain_word(arguments: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", arguments[:MAX_LINE]).casefold().split()).rstrip(".!")


def one_of(arguments: str, table: dict[str, str], known: Said) -> str:
    word = plain_word(arguments)
    if not word:
        raise Wrong(say("Something is missing."))
    if word not in table:
        raise Wrong(say("“{text}” is none of {known}.", text=arguments[:40], known=known))
    return table[word]


def plus_and_minus(arguments: str) -> tuple[list[str], list[str]]:
    """What is added and what is removed. A sign alone belongs to the word behind it."""
    add: list[str] = []
    remove: list[str] = []
    sign = ""
    for token in tokens(arguments.replace(",", " ")):
        sign = token[0] if token[:1] and token[0] in _PLUS + _MINUS else sign
        word = token.lstrip(_PLUS + _MINUS)
        if word:
            (remove if sign and sign in _MINUS else add).append(word)
            sign = ""
    if not any(add + remove):
        raise Wrong(say("Something is missing."))
    return add, remove


def pairs_of(tokens: list[str]) -> tuple[tuple[str, str], ...]:
    pairs = []
    for token in tokens:
        key, equals, value = token.partition("=")
        if not equals or not key:
            raise Wrong(say("“{text}” is no KEY=VALUE.", text=token[:40]))
        pairs.append((key, value))
    return tuple(pairs)


def day_at_the_end(words: list[str]) -> tuple[When | None, list[str]]:
    """The longest day at the end of some words, of which one at least is left. The day's first words may stand alone as
    a day too ("2026-12-01 14:30")."""
    for k in range(max(1, len(words) - MAX_WORDS), len(words)):
        found = read_when(tuple(words[k:]))
        if found is not None and found[1] == len(words) - k:
            return found[0], words[:k]
    return None, words
