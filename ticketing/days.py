"""Days as people write them, in three languages: `2026-12-25`, `1. desember`, `perjantaina klo 12`, `in 3 days`.

A reading is made in two parts, a day and a time, each a table of patterns. What is no day reads as None.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

MAX_WORDS = 7
# Farther days overflow when they are moved to another zone, and nobody means them.
FIRST_YEAR, LAST_YEAR = 1970, 2999


@dataclass(frozen=True, slots=True)
class When:
    """A day, perhaps with a time, as somebody wrote it: `2026-12-25`, `25.12.`, `1. desember`, `fredag`, `tomorrow`,
    `+3d`, `+2h`, each of the days also with `14:30` or `kl. 12` beside it; or such a time alone. Made by `read_when`
    only, so `at` always has an answer."""

    text: str

    def at(self, now: datetime, time_of_day: time) -> datetime:
        """The moment meant, in the zone of `now` (aware, in the desk's zone). `time_of_day` is taken where only a day
        was said. A day without a year is the next such day from today on, a weekday the next one after today, a time
        alone the next such time."""
        text = _plain(self.text)
        if hours := _HOURS.match(text):
            later = now.astimezone(UTC) + timedelta(hours=_count(hours["n"] or hours["m"]))
            return later.astimezone(now.tzinfo)  # so many hours, in a night of 23 or 25 too
        day_text, stated = _without_time(text)
        if not day_text and stated is not None:
            moment = datetime.combine(now.date(), stated, tzinfo=now.tzinfo)
            return moment if moment > now else moment + timedelta(days=1)
        day = _day(day_text, now.date()) or now.date()
        return datetime.combine(day, time_of_day if stated is None else stated, tzinfo=now.tzinfo)


def read_when(words: tuple[str, ...]) -> tuple[When, int] | None:
    """The day at the head of some words and how many of them it took, the longest reading first; None: none there."""
    for taken in range(min(len(words), MAX_WORDS), 0, -1):
        text = " ".join(words[:taken]).casefold()
        if len(text) <= 80 and _is_moment(_plain(text)):
            return When(_plain(text)), taken
    return None


def is_far(word: str) -> bool:
    """A day that is written well and that no desk lives to see."""
    match = _ISO_DAY.match(word) or _DAY_MONTH_YEAR.match(word)
    return match is not None and not FIRST_YEAR <= int(max(match.groups(), key=len)) <= LAST_YEAR


def _is_moment(text: str) -> bool:
    if _HOURS.match(text):
        return True
    day, stated = _without_time(text)
    # A leap year, so that 29.2. is a day.
    return stated is not None if not day else _day(day, date(2000, 1, 1)) is not None


# --- words around it -------------------------------------------------------------------------------------------------

_BEFORE = re.compile(r"(?:(?:on|by|before|the|den|på|innen|senest|før|til|until|till|viimeistään)\s)+(?=\S)")
_BEHIND = re.compile(r"\s(?:mennessä|asti|saakka)\Z")


def _plain(text: str) -> str:
    """Without what may stand before and behind a day and says nothing more of it."""
    text = _BEHIND.sub("", " ".join(text.split()).strip(" ,"))
    return _BEFORE.sub("", text, count=1) if _BEFORE.match(text) else text


# --- the time --------------------------------------------------------------------------------------------------------

_AT = r"(?:kl|klo|kello|klokken|klokka|at|@)\.? ?"
_CLOCK = r"(?P<hour>[01]?[0-9]|2[0-3])(?:[:.](?P<minute>[0-5][0-9]))?(?: ?(?P<half>am|pm))?"
_TIME_BEHIND = re.compile(rf"(?:\A|,? |t)(?:(?P<at>{_AT}))?{_CLOCK}\Z")
_TIME_BEFORE = re.compile(rf"{_AT}{_CLOCK} (?=\S)")


def _without_time(text: str) -> tuple[str, time | None]:
    """The day's words, and the time beside them. A mere figure is no time: it may be a day's or a year's."""
    if (match := _TIME_BEFORE.match(text)) and (stated := _time(match)) is not None:
        return text[match.end() :], stated
    match = _TIME_BEHIND.search(text)
    if match is None or not (match["at"] or match["minute"] or match["half"]):
        return text, None
    if match.start() == 0 and not (match["at"] or match["half"] or ":" in match[0]):
        return text, None  # `12.30` alone may be meant as a day
    if match[0].startswith("t") and not _ISO_DAY.match(text[: match.start()]):
        return text, None
    stated = _time(match)
    return (text, None) if stated is None else (text[: match.start()].rstrip(" ,"), stated)


def _time(match: re.Match[str]) -> time | None:
    hour = int(match["hour"])
    if match["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + 12 * (match["half"] == "pm")
    return time(hour, int(match["minute"] or 0))


# --- so far ahead ----------------------------------------------------------------------------------------------------

_NUMBERS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5,
    "en": 1, "ei": 1, "ein": 1, "et": 1, "ett": 1, "én": 1, "to": 2, "tre": 3, "fire": 4, "fem": 5,
    "yhden": 1, "kahden": 2, "kolmen": 3, "neljän": 4, "viiden": 5,
}  # fmt: skip
_N = rf"(?:[0-9]{{1,4}}|{'|'.join(_NUMBERS)})"
_LATER = r"(?: (?:päästä|kuluttua|from now))"
_HOUR_UNIT = r"(?:h|hrs?|t|hours?|time|timer|timar|tunti|tuntia|tunnin)"
_UNITS = {
    "days": r"d|days?|dag|dager|dagar|døgn|pv|päivä|päivää|päivän",
    "weeks": r"w|wks?|weeks?|u|uke|uker|veke|veker|vk|viikko|viikkoa|viikon",
    "months": r"months?|mnd|måned|måneder|månad|månader|kk|kuukausi|kuukautta|kuukauden",
}
_UNIT = "|".join(f"(?P<{name}>{unit})" for name, unit in _UNITS.items())
_HOURS = re.compile(rf"(?:(?:\+|in |om )(?P<n>{_N}) ?{_HOUR_UNIT}|(?P<m>{_N}) ?{_HOUR_UNIT}{_LATER})\Z", re.IGNORECASE)
_AHEAD = re.compile(rf"(?:(?:\+|in |om )?(?P<n>{_N}) ?(?:{_UNIT}){_LATER}?|(?P<one>päivän|viikon|kuukauden){_LATER})\Z")


def _count(number: str) -> int:
    return _NUMBERS.get(number) or int(number)


def _ahead(match: re.Match[str], today: date) -> date:
    one = match["one"] or ""
    count = 1 if one else _count(match["n"])
    if match["weeks"] or one == "viikon":
        return today + timedelta(weeks=count)
    if match["months"] or one == "kuukauden":
        year, month = divmod(today.month - 1 + count, 12)
        year, month = today.year + year, month + 1
        return date(year, month, min(today.day, monthrange(year, month)[1]))
    return today + timedelta(days=count)


# --- days that have a name -------------------------------------------------------------------------------------------

_DAY_WORDS = {
    0: ("today", "i dag", "idag", "tänään", "heute"),
    1: ("tomorrow", "i morgen", "imorgen", "i morgon", "imorgon", "i morra", "huomenna", "huomiseen", "huomiselle",
        "morgen"),
    2: ("day after tomorrow", "i overmorgen", "overmorgen", "overimorgen", "i övermorgon", "ylihuomenna",
        "ylihuomiseen", "übermorgen"),
}  # fmt: skip
_WEEKDAYS = (
    ("monday", "mandag", "måndag", "maanantai", "montag"),
    ("tuesday", "tirsdag", "tysdag", "tisdag", "tiistai", "dienstag"),
    ("wednesday", "onsdag", "keskiviikko", "mittwoch", "keskiviikkona", "keskiviikkoon", "keskiviikoksi",
     "keskiviikolle"),
    ("thursday", "torsdag", "torstai", "donnerstag"),
    ("friday", "fredag", "perjantai", "freitag"),
    ("saturday", "lørdag", "laurdag", "lördag", "lauantai", "samstag"),
    ("sunday", "søndag", "sundag", "söndag", "sunnuntai", "sonntag"),
)  # fmt: skip
# Before a date only: alone they are words of other meanings.
_SHORT = r"(?:mon|tues?|wed|thu(?:rs?)?|fri|sat|sun|man|tir|ons|tor|fre|lør|søn|ma|ti|ke|to|pe|la|su)\.?,? "
_ENDINGS = {"ntai": ("na", "hin", "ksi", "lle"), "stai": ("na", "hin", "ksi", "lle"), "dag": ("en",)}
_NEXT_WEEK = re.compile(r" (?:next week|(?:i )?neste (?:uke|veke)|ensi viikolla)\Z|\Aensi viikon ")
_WHOLE_NEXT_WEEK = frozenset({"next week", "neste uke", "neste veke", "ensi viikolla", "ensi viikko"})
_NEXT = re.compile(r"(?:next|neste|ensi) ")
_THIS = re.compile(r"(?:this|coming|kommende|førstkommende|denne|tulevana|tänä) ")


def _forms(name: str) -> tuple[str, ...]:
    more = (end for stem, ends in _ENDINGS.items() if name.endswith(stem) or (stem == "ntai" and name == "tiistai")
            for end in ends)  # fmt: skip
    return (name, *(name + end for end in more))


_AHEAD_BY_WORD = {word: days for days, words in _DAY_WORDS.items() for word in words}
_WEEKDAY_BY_WORD = {
    form: number for number, words in enumerate(_WEEKDAYS) for name in words for form in _forms(name)
}  # fmt: skip
_LONG = "|".join(sorted(_WEEKDAY_BY_WORD, key=len, reverse=True))
_WEEKDAY_BEFORE = re.compile(rf"(?:(?:{_LONG}),? (?:den |the )?|{_SHORT})(?=\S)")


def _named_day(text: str, today: date) -> date | None:
    if (ahead := _AHEAD_BY_WORD.get(text)) is not None:
        return today + timedelta(days=ahead)
    monday = today + timedelta(days=7 - today.weekday())
    if text in _WHOLE_NEXT_WEEK:
        return monday
    in_next_week = _NEXT_WEEK.sub("", text)
    name = in_next_week if in_next_week != text else _NEXT.sub("", text, count=1) if _NEXT.match(text) else None
    if name is not None:
        weekday = _WEEKDAY_BY_WORD.get(name)
        return None if weekday is None else monday + timedelta(days=weekday)
    weekday = _WEEKDAY_BY_WORD.get(_THIS.sub("", text, count=1) if _THIS.match(text) else text)
    return None if weekday is None else today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)


# --- days of the calendar --------------------------------------------------------------------------------------------

_MONTHS = (
    ("january", "jan", "januar", "januari", "tammikuu"),
    ("february", "feb", "februar", "februari", "helmikuu"),
    ("march", "mar", "mars", "maaliskuu"),
    ("april", "apr", "huhtikuu"),
    ("may", "mai", "maj", "toukokuu"),
    ("june", "jun", "juni", "kesäkuu"),
    ("july", "jul", "juli", "heinäkuu"),
    ("august", "aug", "augusti", "elokuu"),
    ("september", "sep", "sept", "syyskuu"),
    ("october", "oct", "okt", "oktober", "lokakuu"),
    ("november", "nov", "marraskuu"),
    ("december", "dec", "des", "desember", "joulukuu"),
)
_MONTH_BY_WORD = {
    word + end: number
    for number, words in enumerate(_MONTHS, 1)
    for word in words
    for end in (("", "ta", "n") if word.endswith("kuu") else ("",))
}
_MONTH = "|".join(sorted(_MONTH_BY_WORD, key=len, reverse=True))
_ISO_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})\Z")
_DAY_MONTH = re.compile(r"([0-9]{1,2})[./] ?([0-9]{1,2})\.?(?:[./]? ?((?:20)?[0-9]{2}))?\Z")
_DAY_MONTH_YEAR = re.compile(r"([0-9]{1,2})[./]([0-9]{1,2})[./]([0-9]{4})\Z")
_DAY_NAMED_MONTH = re.compile(rf"([0-9]{{1,2}})(?:\.|st|nd|rd|th)? ?(?:of |i )?({_MONTH})\.?(?:,? ([0-9]{{4}}))?\Z")
_NAMED_MONTH_DAY = re.compile(rf"({_MONTH})\.? (?:the )?([0-9]{{1,2}})(?:\.|st|nd|rd|th)?(?:,? ([0-9]{{4}}))?\Z")


def _day(text: str, today: date) -> date | None:
    if match := _AHEAD.match(text):
        return _ahead(match, today)
    if (named := _named_day(text, today)) is not None:
        return named
    if before := _WEEKDAY_BEFORE.match(text):
        text = text[before.end() :]
    if match := _ISO_DAY.match(text):
        return _real(int(match[1]), int(match[2]), int(match[3]))
    if match := _DAY_MONTH.match(text):
        year = 2000 + int(match[3][-2:]) if match[3] else None
        return _in_year(year, int(match[2]), int(match[1]), today)
    if match := _DAY_NAMED_MONTH.match(text):
        return _in_year(int(match[3]) if match[3] else None, _MONTH_BY_WORD[match[2]], int(match[1]), today)
    if match := _NAMED_MONTH_DAY.match(text):
        return _in_year(int(match[3]) if match[3] else None, _MONTH_BY_WORD[match[1]], int(match[2]), today)
    return None


def _in_year(year: int | None, month: int, day: int, today: date) -> date | None:
    if year is not None:
        return _real(year, month, day)
    # Nine years, because 29 February may be missing in eight (1896 to 1904, 2096 to 2104).
    days = (_real(year, month, day) for year in range(today.year, today.year + 9))
    return next((found for found in days if found is not None and found >= today), None)


def _real(year: int, month: int, day: int) -> date | None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None
