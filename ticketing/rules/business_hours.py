"""Working time: add it, measure it.

A calendar is read as what people mean by it: at work is every moment at which the clock on the wall, in the calendar's
zone, shows a time between opening and closing. So an hour that a summer-time night skips is not worked, one that it
repeats is worked twice, and an office that opens at 09:00 opens at 09:00 in winter and in summer.

A local year becomes, once, a list of open periods in UTC with the working time before each; adding and measuring are
then look-ups, whatever the distance.
"""

from __future__ import annotations

import hashlib
import json
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from ticketing.policy import Calendar, OpenTimes

NOTHING = timedelta()
_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)
_FIRST_YEAR, _LAST_YEAR = 2, 9990
# Nobody waits longer; a calendar that has not opened by then never does.
_HORIZON = 200


class NeverOpen(ValueError):
    """So much working time does not come, or the moment lies outside what a calendar can tell."""


@dataclass(frozen=True, slots=True)
class _Year:
    """Open periods in order; `before[i]`, `after[i]`: the year's working time when period i begins and ends."""

    starts: tuple[datetime, ...]
    ends: tuple[datetime, ...]
    before: tuple[timedelta, ...]
    after: tuple[timedelta, ...]

    @property
    def total(self) -> timedelta:
        return self.after[-1] if self.after else NOTHING

    def until(self, moment: datetime) -> timedelta:
        """The year's working time up to a moment."""
        i = bisect_right(self.starts, moment) - 1
        return NOTHING if i < 0 else self.before[i] + min(moment, self.ends[i]) - self.starts[i]

    def moment(self, worked: timedelta) -> datetime:
        """The first moment at which so much of the year's working time is over; `worked` > 0 and at most the total."""
        i = bisect_left(self.after, worked)
        return self.starts[i] + (worked - self.before[i])


class BusinessHours:
    """The arithmetic over one calendar. Moments are aware; answers are in UTC."""

    def __init__(self, calendar: Calendar) -> None:
        self.calendar = calendar
        self._zone = ZoneInfo(calendar.timezone)
        self._days = dict(calendar.days)
        self._years: dict[int, _Year] = {}

    def add(self, start: datetime, span: timedelta) -> datetime:
        """The first moment at which `span` of working time has passed since `start`; without any, `start` itself.

        Raises NeverOpen when it does not come, ValueError for less than nothing."""
        if span < NOTHING:
            raise ValueError("working time cannot be added backwards")
        moment = start.astimezone(UTC)
        if not span:
            return moment
        first = self._year_of(moment)
        wanted = self._year(first).until(moment) + span
        for number in range(first, first + _HORIZON):
            year = self._year(number)
            if wanted <= year.total:
                return year.moment(wanted)
            wanted -= year.total
        raise NeverOpen(f"calendar {self.calendar.name} has no {span} of working time after {start}")

    def between(self, start: datetime, end: datetime) -> timedelta:
        """The working time from `start` to `end`; negative when `end` comes first. Raises NeverOpen beyond all years"""
        start, end = start.astimezone(UTC), end.astimezone(UTC)
        if end < start:
            return -self.between(end, start)
        first, last = self._year_of(start), self._year_of(end)
        if last - first > 2 * _HORIZON:
            raise NeverOpen(f"{start} and {end} are too far from each other")
        whole = sum((self._year(number).total for number in range(first, last)), NOTHING)
        return whole + self._year(last).until(end) - self._year(first).until(start)

    def is_open(self, moment: datetime) -> bool:
        moment = moment.astimezone(UTC)
        year = self._year(self._year_of(moment))
        i = bisect_right(year.starts, moment) - 1
        return i >= 0 and moment < year.ends[i]

    def times_of(self, day: date) -> OpenTimes:
        """The opening times of a day: by hand, else closed on a holiday, else the week's."""
        for key in (day.isoformat(), f"{day:%m-%d}"):
            if key in self._days:
                return self._days[key]
        if any(day in _free_days(region, day.year) for region in self.calendar.holidays):
            return ()
        return self.calendar.week[day.weekday()]

    # ---- a year ----------------------------------------------------------------------------------------------------

    def _year_of(self, moment: datetime) -> int:
        try:
            return moment.astimezone(self._zone).year
        except OverflowError:
            raise NeverOpen(f"{moment} lies outside what a calendar can tell") from None

    def _year(self, number: int) -> _Year:
        year = self._years.get(number)
        if year is None:
            # Two threads may both make it; they make the same.
            year = self._years[number] = self._made(number)
        return year

    def _made(self, number: int) -> _Year:
        if not _FIRST_YEAR <= number <= _LAST_YEAR:
            raise NeverOpen(f"the year {number} lies outside what a calendar can tell")
        periods: list[tuple[datetime, datetime]] = []
        for start, end in sorted(self._periods(number)):
            if periods and periods[-1][1] == start:
                periods[-1] = (periods[-1][0], end)  # midnight, where one day's opening goes on into the next
            else:
                periods.append((start, end))
        before, after, worked = [], [], NOTHING
        for start, end in periods:
            before.append(worked)
            worked += end - start
            after.append(worked)
        return _Year(tuple(one for one, _ in periods), tuple(one for _, one in periods), tuple(before), tuple(after))

    def _periods(self, number: int) -> Iterator[tuple[datetime, datetime]]:
        """Each opening time of each local day, cut to the stretches of time over which the zone's offset holds."""
        stretches = list(self._stretches(number))
        day = date(number, 1, 1)
        while day.year == number:
            for opens, closes in self.times_of(day):
                wall_start = datetime.combine(day, opens, UTC)
                wall_end = datetime.combine(day + _DAY if closes == time() else day, closes, UTC)
                for since, until, offset in stretches:
                    start, end = max(wall_start - offset, since), min(wall_end - offset, until)
                    if start < end:
                        yield start, end
            day += _DAY

    def _stretches(self, number: int) -> Iterator[tuple[datetime, datetime, timedelta]]:
        """(from, to, offset of the zone), over the local year and two days at each side."""
        here, last = datetime(number, 1, 1, tzinfo=UTC) - 2 * _DAY, datetime(number + 1, 1, 1, tzinfo=UTC) + 2 * _DAY
        since, offset = here, self._offset(here)
        while here < last:
            following = here + _DAY / 4
            if self._offset(following) != offset:
                changed = self._change(here, following)
                yield since, changed, offset
                since, offset = changed, self._offset(changed)
            here = following
        yield since, last, offset

    def _change(self, before: datetime, after: datetime) -> datetime:
        """The second at which the offset changes between two moments."""
        offset = self._offset(before)
        while after - before > _SECOND:
            middle = before + timedelta(seconds=(after - before) // _SECOND // 2)
            before, after = (middle, after) if self._offset(middle) == offset else (before, middle)
        return after

    def _offset(self, moment: datetime) -> timedelta:
        return moment.astimezone(self._zone).utcoffset() or NOTHING


@lru_cache(1024)
def _free_days(region: str, year: int) -> frozenset[date]:
    # Imported when a calendar asks for it: the library is large, and most commands need no holiday.
    from holidays import country_holidays

    country, _, part = region.partition("-")
    return frozenset(country_holidays(country, subdiv=part or None, years=year))


# ---- versions -------------------------------------------------------------------------------------------------------


@lru_cache(256)
def hours_of(calendar: Calendar) -> BusinessHours:
    """The arithmetic of a calendar, made once."""
    return BusinessHours(calendar)


@lru_cache(256)
def version_of(calendar: Calendar) -> str:
    """Names what a calendar says: the same times, zone and days have the same version, whatever the calendar's name."""
    return hashlib.sha256(json.dumps(definition_of(calendar), sort_keys=True).encode()).hexdigest()[:16]


def definition_of(calendar: Calendar) -> dict[str, Any]:
    """A calendar as plain values, to be kept with the times measured by it."""
    return {
        "timezone": calendar.timezone,
        "week": [_written(times) for times in calendar.week],
        "holidays": list(calendar.holidays),
        "days": {day: _written(times) for day, times in calendar.days},
    }


def calendar_from(name: str, definition: Mapping[str, Any]) -> Calendar:
    """The calendar that `definition_of` described."""
    return Calendar(
        name,
        definition["timezone"],
        tuple(_read(times) for times in definition["week"]),
        tuple(definition["holidays"]),
        tuple((day, _read(times)) for day, times in sorted(definition["days"].items())),
    )


def _written(times: OpenTimes) -> list[list[str]]:
    return [[f"{start:%H:%M}", f"{end:%H:%M}"] for start, end in times]


def _read(times: list[list[str]]) -> OpenTimes:
    return tuple((time.fromisoformat(start), time.fromisoformat(end)) for start, end in times)
