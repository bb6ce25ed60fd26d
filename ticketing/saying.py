"""A sentence of the desk that can be said in another language: English as it stands, and what it was made of.

The desk writes English. A `Said` is that English text, so the command line, the log and the history need to know
nothing of it; the post room looks at `pattern` and `values` and says the same in the reader's language.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime


class Said(str):
    """`pattern` with its `{names}` filled by `values`. A value that is a Said, a date or a time is worded in the
    reader's language too; any other stands as it is."""

    __slots__ = ("pattern", "values")

    pattern: str
    values: Mapping[str, object]


class Called(str):
    """What the operators call something: as text its name, to a reader what `labels` say in his language."""

    __slots__ = ("labels",)

    labels: Mapping[str, str]


def called_by(name: str, labels: Mapping[str, str] | None) -> Called:
    """`labels`: language -> what it is called there, "" for all others; None: nothing but its name."""
    found = Called(name)
    found.labels = labels or {}
    return found


def say(pattern: str, /, **values: object) -> Said:
    """Only `pattern` is a form; braces within a value stay what they are."""
    said = Said(pattern.format(**{name: _in_figures(value) for name, value in values.items()}) if values else pattern)
    said.pattern = pattern
    said.values = values
    return said


def _in_figures(value: object) -> object:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    return value.isoformat() if isinstance(value, date) else value


def joined(parts: Sequence[object], between: str = ", ") -> Said:
    """Several in a row, each worded in the reader's language."""
    names = {f"part{n}": part for n, part in enumerate(parts)}
    return say(between.join(f"{{{name}}}" for name in names), **names)


def in_hours(minutes: int) -> Said:
    """A length of time: `1 h 30 min`, `2 h`, `20 min`."""
    hours, left = divmod(minutes, 60)
    if not hours:
        return say("{count} min", count=left)
    return say("{hours} h {minutes} min", hours=hours, minutes=left) if left else say("{hours} h", hours=hours)
