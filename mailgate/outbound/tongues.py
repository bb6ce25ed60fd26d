"""Languages: which stands in for which, and how each writes a day, a moment and a size.

The forms of days and sizes are CLDR's, by Babel. What CLDR leaves open, how a moment reads within a sentence, stands
here: Finnish inflects the day ("lauantaina 28. marraskuuta"), which CLDR knows as the form within a date.
"""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time
from babel.units import format_unit

# Where a language has no texts of its own, the nearest one that its readers read; English stands behind all.
_NEAREST = {"nn": "nb", "no": "nb", "da": "nb"}
# The region whose forms a language gets when none is said: English dates put the day first, as all the others do.
_REGION = {"en": "en_GB", "no": "nb"}

# Day with its weekday, and what joins it to the time; None, and for other languages CLDR's own.
_WITH_WEEKDAY = {"en": "EEEE d MMMM y", "nb": "EEEE d. MMMM y", "nn": "EEEE d. MMMM y", "fi": "EEEE d. MMMM y"}
_AT = {"en": " at ", "nb": " kl. ", "nn": " kl. ", "da": " kl. ", "sv": " kl. ", "fi": " klo ", "de": " um "}
_TIME = {"en": "HH:mm", "nb": "HH.mm", "nn": "HH.mm", "da": "HH.mm", "sv": "HH.mm", "fi": "H.mm", "de": "HH:mm"}


def languages(language: str) -> tuple[str, ...]:
    """Where a text is looked for: the language itself, its primary subtag, its neighbour, English."""
    exact = language.lower().replace("_", "-")
    primary = exact.partition("-")[0]
    return tuple(dict.fromkeys(one for one in (exact, primary, _NEAREST.get(primary, ""), "en") if one))


def day(when: date, language: str) -> str:
    """A date as it is read aloud: `28 November 2026`, `28. marraskuuta 2026`; a figure alone is read two ways."""
    return _plain(format_date(when, "long", locale=_locale(language)))


def weekday(when: date, language: str) -> str:
    """The same with its weekday, in the form that stands within a sentence."""
    return _plain(format_date(when, _of(_WITH_WEEKDAY, language) or "full", locale=_locale(language)))


def moment(when: datetime, language: str) -> str:
    """Weekday, date and time as the clock of `when`'s zone shows them."""
    time = format_time(when, _of(_TIME, language) or "short", locale=_locale(language))
    return f"{weekday(when, language)}{_of(_AT, language) or ', '}{_plain(time)}"


def size(octets: int, language: str) -> str:
    """As people say it: `812 bytes`, `12 kB`, `3,4 Mt`."""
    unit, length, number, form = "digital-byte", "long", float(octets), "#,##0"
    # From where on the smaller unit would be rounded up to a thousand.
    if octets >= 999_500:
        unit, length, number, form = "digital-megabyte", "short", octets / 1_000_000, "#,##0.0"
    elif octets >= 1000:
        unit, length, number = "digital-kilobyte", "short", octets / 1000
    return _plain(format_unit(number, unit, length, format=form, locale=_locale(language)))  # type: ignore[arg-type]


def _of(table: dict[str, str], language: str) -> str | None:
    return table.get(_locale(language).language)


@lru_cache(maxsize=64)
def _locale(language: str) -> Locale:
    for tongue in languages(language):
        try:
            return Locale.parse(_REGION.get(tongue, tongue.replace("-", "_")))
        except (UnknownLocaleError, ValueError):
            continue
    return Locale.parse("en_GB")


def _plain(text: str) -> str:
    """With plain blanks: CLDR's narrow and hard ones are not in every font of a mail reader."""
    return " ".join(text.split())
