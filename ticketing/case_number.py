"""The case number: YYMMDD of the day a case arrived, then its number on that day.

`261121001` is the first case of 21 November 2026 and `2611211000` the thousandth: at least three digits, more when they
are needed, never a leading zero in the longer form. `tag` is its form in a subject: `[#261121001]`, `[AB #261121001]`.

Finding is looser than making, because people retype numbers, but what is found is always a number that `make` could
have made. Whether such a case exists, and who may add to it, is asked elsewhere: a number is a label and never a key.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal

MAX_OF_A_DAY = 999_999

Form = Literal["tag", "worded", "hash", "bare"]


class CaseNumber(str):
    """A case number, valid because it exists: `CaseNumber(text)` raises ValueError where `parse` says None."""

    __slots__ = ()

    def __new__(cls, text: str) -> CaseNumber:
        if _day_in(text) is None:
            raise ValueError(f"not a case number: {text[:40]!r}")
        return super().__new__(cls, text)


@dataclass(frozen=True, slots=True)
class Found:
    """A number found in a subject and how it stood there (RULES 3, T5)."""

    number: CaseNumber
    form: Form


def make(day: date, n: int) -> CaseNumber:
    """The n-th number of a day: n from 1 to 999,999, day in the years 2000 to 2099; else ValueError."""
    if not (1 <= n <= MAX_OF_A_DAY and 2000 <= day.year <= 2099):
        raise ValueError(f"no case number for {day} and {n}")
    return CaseNumber(f"{day:%y%m%d}{n:03d}")


def parse(text: str) -> CaseNumber | None:
    """Exactly a case number and nothing around it, or None."""
    return CaseNumber(text) if _day_in(text) is not None else None


def day_of(number: CaseNumber) -> date:
    return date(2000 + int(number[:2]), int(number[2:4]), int(number[4:6]))


def tag(number: CaseNumber | str, word: str = "") -> str:
    return f"[{word} #{number}]" if word else f"[#{number}]"


def find(text: str, tag_words: Collection[str] | None = None) -> list[str]:
    """Every number that a text names, in order, each once: tagged, worded, with `#`, bare.

    `tag_words`: those of our mailboxes, in any case. None says they are not known here; then any tag word may be ours.
    """
    return list(dict.fromkeys(str(found.number) for found in _all_in(text, tag_words)))


def find_in_subject(subject: str, tag_words: Collection[str]) -> list[Found]:
    """The numbers a subject names, in order, each once with the strongest form it stands in. Days in the future are
    found too: the caller has the clock and asks `day_of`."""
    strongest: dict[CaseNumber, Form] = {}
    for found in _all_in(subject, tag_words):
        before = strongest.get(found.number)
        if before is None or _STRENGTH[found.form] < _STRENGTH[before]:
            strongest[found.number] = found.form
    return [Found(number, form) for number, form in strongest.items()]


def without_tags(subject: str, tag_words: Collection[str] | None = None) -> str:
    """A subject without our own tags; blanks at their place are closed up."""

    def ours(match: re.Match[str]) -> str:
        word = match["word"].strip()
        return " " if parse(match["number"]) and _is_our_word(word, _folded(tag_words)) else match[0]

    return " ".join(_TAG.sub(ours, subject).split())


_STRENGTH: dict[Form, int] = {"tag": 0, "worded": 1, "hash": 2, "bare": 3}

_NUMBER = re.compile(r"[0-9]{6}(?:[0-9]{3}|[1-9][0-9]{3,5})\Z")
_DIGITS = re.compile(r"[0-9]{9,}")  # nothing before it, so that the search may skip to the next digit
_DIGITS_MADE_ZERO = bytes.maketrans(b"123456789", b"000000000")
_NINE = b"000000000"
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_TAG = re.compile(r"\[(?P<word>[^\[\]#\n]{0,30})# ?(?P<number>[0-9]{9,12}) ?\]")

# Contexts are matched in the few characters beside a number, so their cost does not grow with the text.
_LEFT = 60
_OPENS_TAG = re.compile(r"\[(?P<word>[^\[\]#]{0,30})#\s?\Z")
_CLOSES_TAG = re.compile(r"\s?\]")
_CASE_WORDS = (
    # nb, nn, da
    "sak", "saken", "saka", "saks", "saksnr", "saksnummer", "saksid", "sag", "sagen", "sagsnr", "sagsnummer", "sags",
    "henvendelse", "henvendelsesnr", "henvendelsesnummer",
    # sv
    "ärende", "ärendet", "ärendenr", "ärendenummer", "arende", "ärendeid",
    # fi
    "tapaus", "tapausnro", "tapausnumero", "tapauksen", "asia", "asian", "asianro", "asianumero", "asiatunnus",
    "tiketti", "tikettinumero", "tiketin", "palvelupyyntö",
    # en
    "case", "caseid", "casenr", "ticket", "ticketid", "issue", "incident",
    # de, nl
    "fall", "fallnummer", "vorgang", "vorgangsnummer", "vorgangsnr", "ticketnummer", "ticketnr", "zaak", "zaaknummer",
    "zaaknr", "melding", "meldingsnummer",
    # is, et
    "mál", "málsnúmer", "juhtum", "pöördumine",
    # fr, es, it, pt, pl, cs
    "dossier", "caso", "incidencia", "pratica", "chamado", "sprawa", "zgłoszenie", "případ", "požadavek", "tiket",
)  # fmt: skip
_WORDED = re.compile(
    r"(?:\A|[\W_])(?:" + "|".join(sorted(map(re.escape, _CASE_WORDS), key=len, reverse=True)) + r")"
    r"[\s:.#=(–-]{0,4}(?:(?:n|nr|no|nro|num|numero|número|numéro|number|nummer|id|ref)\b[\s:.°#=(–-]{0,4})?\Z",
    re.IGNORECASE,
)
_HASH = re.compile(r"(?:\A|[^\w/&#.?=])#\s?\Z")
_INSIDE_LEFT = re.compile(
    r"(?:[\w+/=@#&-]"                      # part of a longer word, address, path, key or telephone number
    r"|\d[.,:]"                            # the end of a decimal, an amount or a time
    r"|(?:\+|\b00)\d{1,3}[ .()-]{1,2}"     # a country code
    r"|\(\d{1,5}\) ?"                      # an area code
    r"|(?<![\d.,:/-])\d{1,8} "             # a number written in groups
    r"|\b(?:tlf|tel|telefon|telephone|phone|mob|mobil|mobile|mobiltlf|gsm|puh|puhelin|fax|faks|cell|ring|call)"
    r"[.:]{0,2} ?"
    r")\Z",
    re.IGNORECASE,
)  # fmt: skip
_INSIDE_RIGHT = re.compile(r"[\w@%]|[.,:/-]\d|\.\w|-\w")


@lru_cache(maxsize=4096)
def _day_in(text: str) -> date | None:
    if not _NUMBER.match(text) or int(text[6:]) == 0:
        return None
    try:
        return date(2000 + int(text[:2]), int(text[2:4]), int(text[4:6]))
    except ValueError:
        return None


def _all_in(text: str, tag_words: Collection[str] | None) -> Iterator[Found]:
    """Every place of a number, in order."""
    if text.isascii() and _NINE not in text.encode("ascii").translate(_DIGITS_MADE_ZERO):
        return  # many times quicker than a pattern, and nearly every text
    text = _compatible(text)
    ours = _folded(tag_words)
    for digits in _DIGITS.finditer(text):
        number = parse(digits[0])
        beside = text[digits.start() - 1 : digits.start()] + text[digits.end() : digits.end() + 1]
        if number is None or any(map(str.isdecimal, beside)):
            continue
        left = unicodedata.normalize("NFC", text[max(0, digits.start() - _LEFT) : digits.start()])
        form = _form(left, text[digits.end() : digits.end() + 2], ours)
        if form is not None:
            yield Found(number, form)


def _form(left: str, right: str, ours: frozenset[str] | None) -> Form | None:
    """How a number stands between what is left and right of it; None where it belongs to something else."""
    opening = _OPENS_TAG.search(left)
    if opening and _CLOSES_TAG.match(right):
        if _is_our_word(opening["word"].strip(), ours):
            return "tag"
        # `[Ticket #…]` is a case word in brackets; any other word is the tag of somebody else's desk.
        return "worded" if _WORDED.search(left) else None
    if _INSIDE_RIGHT.match(right):
        return None
    if _WORDED.search(left):
        return "worded"
    if _HASH.search(left):
        return "hash"
    return None if _INSIDE_LEFT.search(left) else "bare"


def _folded(tag_words: Collection[str] | None) -> frozenset[str] | None:
    return None if tag_words is None else frozenset(" ".join(word.split()).casefold() for word in tag_words)


def _is_our_word(word: str, ours: frozenset[str] | None) -> bool:
    return not word or ours is None or " ".join(word.split()).casefold() in ours


def _compatible(text: str) -> str:
    """NFKC sign by sign: full-width digits and brackets become plain ones. Whole texts are not normalised, because
    ordering a long run of combining marks takes quadratic time."""
    return text if text.isascii() else _NOT_ASCII.sub(_compatible_sign, text)


def _compatible_sign(match: re.Match[str]) -> str:
    return _nfkc(match[0])


@lru_cache(maxsize=4096)
def _nfkc(sign: str) -> str:
    return unicodedata.normalize("NFKC", sign)
