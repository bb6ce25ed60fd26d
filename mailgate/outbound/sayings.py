"""The desk's own sentences and single words, in the languages beside English: the English pattern is the key."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from mailgate.outbound.tongues import day, languages, moment
from mailgate.outbound.words import ALL
from ticketing.saying import Called, Said

# How English says what the desk knows by a bare key.
_ENGLISH = {
    "next": "the most urgent free one",
    "requester": "the requester",
    "third_party": "a third party",
    "in_progress": "in progress",
}


def saying(text: str, language: str) -> str:
    """What the desk says, in a language; what has no words there stands in English."""
    pattern, values = (text.pattern, text.values) if isinstance(text, Said) else (text, {})
    for tongue in languages(language):
        if tongue == "en":
            break
        if (found := SAYINGS.get(tongue, {}).get(pattern)) is not None:
            return _filled(found, values, tongue) if values else found
    if values:
        return _filled(pattern, values, language)
    return _ENGLISH.get(pattern, str(text))


def _filled(pattern: str, values: Mapping[str, object], language: str) -> str:
    return pattern.format(**{name: _worded(value, language) for name, value in values.items()})


def _worded(value: object, language: str) -> str:
    if isinstance(value, Said):
        return saying(value, language)
    if isinstance(value, Called):
        return next(
            (value.labels[one] for one in (*languages(language)[:-1], "", "en") if value.labels.get(one)), value
        )
    if isinstance(value, datetime):
        return moment(value, language)
    return day(value, language) if isinstance(value, date) else str(value)


SAYINGS: dict[str, dict[str, str]] = {
    "nb": {english: words[0] for english, words in ALL.items()},
    "fi": {english: words[1] for english, words in ALL.items()},
}
