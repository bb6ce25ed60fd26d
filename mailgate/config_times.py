"""How spans, limits, days and opening times of the configuration are read, in the manner of `config_values`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import AfterValidator, BeforeValidator

from mailgate.config_values import did_you_mean, fault, in_quotes, shown
from ticketing.days import read_when


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `count` in any `period`."""

    count: int
    period: timedelta


_DURATION = re.compile(r"(?:\d{1,9}[smhdw])+\Z", re.ASCII)
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def duration(text: str) -> timedelta | None:
    """`90s`, `10m`, `1h30m`, `7d`, `2w` -> timedelta; None for anything else, or for more than ten years."""
    if not _DURATION.match(text):
        return None
    total = timedelta()
    for number, unit in re.findall(r"(\d+)([smhdw])", text):
        try:
            total += timedelta(**{_UNITS[unit]: int(number)})
        except OverflowError:
            return None
    return total if total <= timedelta(days=3660) else None


def limit(text: str) -> Limit | None:
    """`3/10m`, `5/h`, `1/30d` -> Limit; None for anything else."""
    count, slash, period = text.partition("/")
    length = duration(period if period[:1].isdigit() else f"1{period}")
    if not slash or not re.fullmatch(r"[1-9]\d{0,8}", count, re.ASCII) or not length:
        return None
    return Limit(int(count), length)


def _read_duration(value: object) -> timedelta:
    text = value if isinstance(value, str) else ""
    length = duration(text)
    if length is None:
        raise fault(f'{shown(value)} is not a time span such as "10m", "4h" or "7d"')
    return length


def _read_timeout(value: object) -> timedelta:
    length = _read_duration(value)
    if length <= timedelta():
        raise fault("must be more than nothing")
    return length


def read_limits(value: object) -> tuple[Limit, ...]:
    if value == "off":
        return ()
    texts = value if isinstance(value, tuple) else (value,)
    if not texts:
        raise fault('write "off" to lift this limit')
    limits = []
    for text in texts:
        read = limit(text) if isinstance(text, str) else None
        if read is None:
            raise fault(f'{shown(text)} is not a limit such as "3/10m" or "5/h" (or "off" for the whole list)')
        limits.append(read)
    return tuple(limits)


def _read_zone(value: object) -> ZoneInfo:
    text = in_quotes(value, "a time zone")
    try:
        return ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise fault(f"no time zone named {shown(text)}{did_you_mean(text, sorted(available_timezones()))}") from None


def _read_moment(value: object) -> datetime:
    """A TOML date or date-time; without an offset it is taken as UTC."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            raise fault(f"{shown(value)} is not a date such as 2026-11-21") from None
    if isinstance(value, datetime):
        try:
            return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
        except OverflowError:
            raise fault(f"{shown(str(value))} is too far away") from None
    if isinstance(value, date):
        return datetime.combine(value, time(), tzinfo=UTC)
    raise fault(f"{shown(value)} is not a date such as 2026-11-21")


def _read_times(value: object) -> tuple[tuple[time, time], ...]:
    """`09:00-16:00`, or a list of such; in order, without overlap. 24:00 is the midnight that ends the day."""
    texts = (value,) if isinstance(value, str) else value
    if not isinstance(texts, tuple):
        raise fault('must be opening times such as "09:00-16:00", or a list of them')
    periods = sorted((_read_period(text) for text in texts), key=lambda period: period[0])
    for (_, end, before), (start, _, text) in pairwise(periods):
        if end is None or start < end:
            raise fault(f"{before} and {text} overlap")
    return tuple((start, end or time()) for start, end, _ in periods)


def _read_quiet_hours(value: object) -> tuple[time, time]:
    """`22:00-07:00`: by the clock on the wall, over midnight too."""
    text = value if isinstance(value, str) else ""
    match = re.fullmatch(r"([01]\d|2[0-3]):([0-5]\d) ?[-–] ?([01]\d|2[0-3]):([0-5]\d)", text, re.ASCII)
    if not match:
        raise fault(f'{shown(value)} are no quiet hours such as "22:00-07:00"')
    start, end = time(int(match[1]), int(match[2])), time(int(match[3]), int(match[4]))
    if start == end:
        raise fault(f'{text} begins when it ends; who wants no alerts at all says alerts = "none"')
    return start, end


def _read_period(value: object) -> tuple[time, time | None, str]:
    """(opens, closes or None for midnight, as written)."""
    text = value if isinstance(value, str) else ""
    match = re.fullmatch(r"([01]\d|2[0-3]):([0-5]\d) ?[-–] ?(?:([01]\d|2[0-3]):([0-5]\d)|24:00)", text, re.ASCII)
    if not match:
        raise fault(f'{shown(value)} is no opening time such as "09:00-16:00"')
    start = time(int(match[1]), int(match[2]))
    end = time(int(match[3]), int(match[4])) if match[3] else None
    if end is not None and end <= start:
        raise fault(f"{text} ends before it begins; over midnight, give each day its part: 22:00-24:00, 00:00-06:00")
    return start, end, text


def _read_times_of_day(value: object) -> tuple[tuple[time, time], ...]:
    """The same for one day by hand, which may be `closed`."""
    return () if value == "closed" else _read_times(value)


def _read_day(value: object) -> str:
    """`2026-12-24`, or `12-24` for every year."""
    text = value if isinstance(value, str) else ""
    try:
        # A leap year stands for every year, so that 02-29 is a day.
        date.fromisoformat(f"2028-{text}" if re.fullmatch(r"\d\d-\d\d", text, re.ASCII) else text)
    except ValueError:
        text = ""
    if not re.fullmatch(r"(?:\d{4}-)?\d\d-\d\d", text, re.ASCII):
        raise fault("is no day such as 2026-12-24, or 12-24 for every year")
    return text


def _read_region(value: object) -> str:
    """A country, or a region of one, whose public holidays are known: `NO`, `DE-BY`."""
    from holidays import list_supported_countries  # when it is asked for: the library is large

    text = in_quotes(value, 'a country such as "NO", or a region of one such as "DE-BY"')
    country, dash, part = text.partition("-")
    known = list_supported_countries()
    if country not in known:
        raise fault(f'{shown(text)} is no country whose holidays are known; write "NO", or with a region "DE-BY"')
    if dash and part not in known[country]:
        have = f"have: {', '.join(known[country])}" if known[country] else "there is none"
        raise fault(f"{country} has no region {shown(part)} ({have})")
    return text


def _check_day_ahead(text: str) -> str:
    words = tuple(text.split())
    found = read_when(words)
    if found is None or found[1] != len(words):
        raise fault(f'{shown(text)} is no day that is counted from the opening; write it as "+3d", "friday" or "+2w"')
    return text


Duration = Annotated[timedelta, BeforeValidator(_read_duration)]
Timeout = Annotated[timedelta, BeforeValidator(_read_timeout)]
LimitList = Annotated[tuple[Limit, ...], BeforeValidator(read_limits)]
Zone = Annotated[ZoneInfo, BeforeValidator(_read_zone)]
Moment = Annotated[datetime, BeforeValidator(_read_moment)]
DayAhead = Annotated[str, AfterValidator(_check_day_ahead)]
OpeningTimes = Annotated[tuple[tuple[time, time], ...], BeforeValidator(_read_times)]
QuietHours = Annotated[tuple[time, time], BeforeValidator(_read_quiet_hours)]
TimesOfDay = Annotated[tuple[tuple[time, time], ...], BeforeValidator(_read_times_of_day)]
DayOfYear = Annotated[str, BeforeValidator(_read_day)]
HolidayRegion = Annotated[str, BeforeValidator(_read_region)]
