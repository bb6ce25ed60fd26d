"""Working time: tables of what people expect, and the laws of adding and measuring for any calendar."""

from __future__ import annotations

import time as stopwatch
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticketing.policy import Calendar, OpenTimes
from ticketing.rules.business_hours import (
    BusinessHours,
    NeverOpen,
    calendar_from,
    definition_of,
    hours_of,
    version_of,
)

HOUR = timedelta(hours=1)
NINE_TO_FOUR: OpenTimes = ((time(9), time(16)),)
ALL_DAY: OpenTimes = ((time(), time()),)
OSLO = ZoneInfo("Europe/Oslo")


def office(zone: str = "Europe/Oslo", **changes: object) -> Calendar:
    week = (*([NINE_TO_FOUR] * 5), (), ())
    return Calendar("office", zone, **{"week": week, **changes})  # type: ignore[arg-type]


OFFICE = BusinessHours(office())
NORWAY = BusinessHours(
    office(holidays=("NO",), days=(("12-24", ((time(9), time(12)),)), ("2026-12-19", ((time(10), time(14)),))))
)
ALWAYS = BusinessHours(office(week=(ALL_DAY,) * 7))


def at(text: str, zone: ZoneInfo = OSLO) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


@pytest.mark.parametrize(
    "hours, start, worked, end",
    [
        (OFFICE, "2026-11-20 15:58", "4:00", "2026-11-23 12:58"),  # Friday 15:58: two minutes, then Monday
        (OFFICE, "2026-11-20 16:00", "4:00", "2026-11-23 13:00"),
        (OFFICE, "2026-11-21 12:00", "4:00", "2026-11-23 13:00"),  # Saturday
        (OFFICE, "2026-11-23 08:59", "4:00", "2026-11-23 13:00"),
        (OFFICE, "2026-11-23 09:00", "7:00", "2026-11-23 16:00"),  # at closing, not at the next opening
        (OFFICE, "2026-11-23 09:00", "7:01", "2026-11-24 09:01"),
        (OFFICE, "2026-11-23 09:00", "24:00", "2026-11-26 12:00"),
        (OFFICE, "2026-11-21 12:00", "0:00", "2026-11-21 12:00"),  # nothing takes no time, even on a Saturday
        (NORWAY, "2026-05-15 15:00", "2:00", "2026-05-18 10:00"),  # 17 May is a Sunday in 2026
        (NORWAY, "2027-05-14 15:00", "2:00", "2027-05-18 10:00"),  # in 2027 it is Whit Monday, too
        (NORWAY, "2026-04-01 15:30", "1:00", "2026-04-07 09:30"),  # Easter: Thursday to Monday
        (NORWAY, "2026-12-24 11:00", "2:00", "2026-12-28 10:00"),  # half a day, every year
        (NORWAY, "2030-12-24 11:00", "2:00", "2030-12-27 10:00"),
        (NORWAY, "2026-12-18 15:00", "2:00", "2026-12-19 11:00"),  # an open Saturday by hand
        (ALWAYS, "2026-03-28 12:00", "24:00", "2026-03-29 13:00"),  # the night that loses an hour
        (ALWAYS, "2026-10-24 12:00", "24:00", "2026-10-25 11:00"),  # the night that has one twice
        (OFFICE, "2026-03-27 15:00", "2:00", "2026-03-30 10:00"),  # 09:00 is 09:00 on both sides of the change
        (OFFICE, "2026-10-23 15:00", "2:00", "2026-10-26 10:00"),
    ],
)
def test_when_it_is_due(hours: BusinessHours, start: str, worked: str, end: str) -> None:
    span = timedelta(hours=int(worked.split(":")[0]), minutes=int(worked.split(":")[1]))
    assert hours.add(at(start), span) == at(end)
    assert hours.between(at(start), at(end)) == span


def night(start: str, end: str) -> BusinessHours:
    times = ((time.fromisoformat(start), time.fromisoformat(end)),)
    return BusinessHours(office(week=(times,) * 7))


@pytest.mark.parametrize(
    "start, end, spring, autumn",
    [
        ("02:00", "03:00", 0, 120),  # the hour that is skipped, and that comes twice
        ("02:15", "02:45", 0, 60),
        ("01:30", "02:30", 30, 90),
        ("02:30", "03:30", 30, 90),
        ("01:00", "04:00", 120, 240),
        ("04:00", "05:00", 60, 60),
    ],
)
def test_the_two_nights_of_a_year(start: str, end: str, spring: int, autumn: int) -> None:
    hours = night(start, end)
    assert hours.between(at("2026-03-29 00:00"), at("2026-03-30 00:00")) == timedelta(minutes=spring)
    assert hours.between(at("2026-10-25 00:00"), at("2026-10-26 00:00")) == timedelta(minutes=autumn)


def test_a_day_that_a_zone_skipped() -> None:
    """Samoa had no 30 December 2011."""
    hours = BusinessHours(office("Pacific/Apia", week=(NINE_TO_FOUR,) * 7))
    apia = ZoneInfo("Pacific/Apia")
    assert hours.between(at("2011-12-29 00:00", apia), at("2012-01-01 00:00", apia)) == 14 * HOUR


@pytest.mark.parametrize(
    "region, day, free",
    [
        ("NO", "2026-05-17", True),
        ("NO", "2026-05-14", True),  # Ascension
        ("NO", "2026-05-18", False),
        ("FI", "2026-12-06", True),
        ("FI", "2026-06-19", True),  # Midsummer Eve
        ("FI", "2026-05-17", False),
        ("DE", "2026-01-06", False),
        ("DE-BY", "2026-01-06", True),  # Epiphany, in Bavaria
    ],
)
def test_holidays(region: str, day: str, free: bool) -> None:
    hours = BusinessHours(office(holidays=(region,), week=(NINE_TO_FOUR,) * 7))
    assert hours.times_of(date.fromisoformat(day)) == (() if free else NINE_TO_FOUR)


def test_by_hand_wins_over_holidays_and_the_dated_day_over_the_yearly_one() -> None:
    hours = BusinessHours(
        office(
            holidays=("NO",),
            days=(("12-25", NINE_TO_FOUR), ("2026-12-25", ()), ("05-17", ((time(10), time(11)),))),
        )
    )
    assert hours.times_of(date(2026, 12, 25)) == ()
    assert hours.times_of(date(2025, 12, 25)) == NINE_TO_FOUR
    assert hours.times_of(date(2026, 5, 17)) == ((time(10), time(11)),)


# ---- laws -----------------------------------------------------------------------------------------------------------


@st.composite
def opening_times(draw: st.DrawFn) -> OpenTimes:
    marks = draw(st.lists(st.integers(0, 24 * 60), max_size=6, unique=True).map(sorted))
    clock = [time(minute // 60 % 24, minute % 60) for minute in marks]
    return tuple((one, other) for one, other in zip(clock[::2], clock[1::2], strict=False))


ZONES = ["Europe/Oslo", "UTC", "America/St_Johns", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Chatham"]


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    week = draw(st.tuples(*[opening_times()] * 7).filter(any))
    days = draw(st.dictionaries(st.dates(date(2024, 1, 1), date(2029, 1, 1)).map(date.isoformat), opening_times()))
    holidays = draw(st.sampled_from([(), ("NO",), ("FI", "SE")]))
    return Calendar("any", draw(st.sampled_from(ZONES)), week, holidays, tuple(sorted(days.items())))


moments = st.datetimes(datetime(2025, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))
spans = st.timedeltas(timedelta(), timedelta(days=20))


@given(calendars(), moments, spans)
def test_measuring_is_the_inverse_of_adding(calendar: Calendar, start: datetime, span: timedelta) -> None:
    hours = BusinessHours(calendar)
    end = hours.add(start, span)
    assert end >= start
    assert hours.between(start, end) == span
    assert hours.between(end, start) == -span


@given(calendars(), moments, spans)
def test_no_earlier_moment_will_do(calendar: Calendar, start: datetime, span: timedelta) -> None:
    hours = BusinessHours(calendar)
    end = hours.add(start, span)
    tick = timedelta(microseconds=1)
    assert end == start or hours.between(start, end - tick) == span - tick


@given(calendars(), moments, spans, spans)
def test_adding_twice_is_adding_both(calendar: Calendar, start: datetime, one: timedelta, other: timedelta) -> None:
    hours = BusinessHours(calendar)
    assert hours.add(hours.add(start, one), other) == hours.add(start, one + other)


@given(calendars(), st.lists(moments, min_size=3, max_size=3))
def test_parts_add_up(calendar: Calendar, three: list[datetime]) -> None:
    hours = BusinessHours(calendar)
    a, b, c = three
    assert hours.between(a, b) + hours.between(b, c) == hours.between(a, c)


def wall_clock_says_open(hours: BusinessHours, moment: datetime) -> bool:
    """By another road: what the clock on the wall shows, nothing else."""
    shown = moment.astimezone(ZoneInfo(hours.calendar.timezone))
    now = shown.time()
    return any(start <= now and (now < end or end == time()) for start, end in hours.times_of(shown.date()))


@given(calendars(), moments)
def test_open_is_what_the_clock_on_the_wall_says(calendar: Calendar, moment: datetime) -> None:
    hours = BusinessHours(calendar)
    assert hours.is_open(moment) == wall_clock_says_open(hours, moment)


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("day", ["2026-03-28", "2026-04-04", "2026-09-26", "2026-10-24", "2026-10-31", "2026-03-07"])
def test_the_nights_of_change_minute_by_minute(zone: str, day: str) -> None:
    hours = BusinessHours(office(zone, week=(((time(0, 30), time(2, 10)), (time(2, 40), time(3, 20))),) * 7))
    start = datetime.fromisoformat(f"{day} 00:00").replace(tzinfo=UTC)
    minutes = [start + timedelta(minutes=n) for n in range(3 * 24 * 60)]
    counted = sum(wall_clock_says_open(hours, minute) for minute in minutes)
    assert hours.between(start, start + timedelta(days=3)) == timedelta(minutes=counted)


@given(calendars())
def test_a_definition_reads_back(calendar: Calendar) -> None:
    again = calendar_from(calendar.name, definition_of(calendar))
    assert (again, version_of(again)) == (calendar, version_of(calendar))


def test_versions_differ_where_calendars_do() -> None:
    one = office()
    others = [
        office("Europe/Helsinki"),
        office(holidays=("NO",)),
        office(days=(("12-24", ()),)),
        office(week=(NINE_TO_FOUR,) * 7),
    ]
    assert len({version_of(one), *map(version_of, others)}) == 5
    assert hours_of(one) is hours_of(office())


# ---- the edges ------------------------------------------------------------------------------------------------------


def test_a_calendar_that_never_opens_again() -> None:
    only_once = BusinessHours(office(week=((),) * 7, days=(("2026-11-23", NINE_TO_FOUR),)))
    assert only_once.add(at("2026-11-01 00:00"), 7 * HOUR) == at("2026-11-23 16:00")
    with pytest.raises(NeverOpen):
        only_once.add(at("2026-11-01 00:00"), 8 * HOUR)


@pytest.mark.parametrize("moment", [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)])
def test_the_ends_of_time(moment: datetime) -> None:
    with pytest.raises(NeverOpen):
        OFFICE.add(moment, HOUR)
    with pytest.raises(NeverOpen):
        OFFICE.between(moment, at("2026-11-01 00:00"))


def test_no_time_is_added_backwards() -> None:
    with pytest.raises(ValueError, match="backwards"):
        OFFICE.add(at("2026-11-23 12:00"), -HOUR)


def test_periods_are_in_order_and_apart() -> None:
    year = NORWAY._year(2026)
    assert all(start < end for start, end in zip(year.starts, year.ends, strict=True))
    assert all(end < start for end, (_, start) in zip(year.ends, pairwise(year.starts), strict=False))


def test_it_is_quick() -> None:
    """A year is made once; after that a look-up costs no more for ten years than for ten minutes."""
    hours = BusinessHours(office(holidays=("NO",)))
    start = at("2026-01-05 09:00")
    hours.add(start, timedelta(days=900))

    def seconds(span: timedelta) -> float:
        began = stopwatch.perf_counter()
        for _ in range(2_000):
            hours.between(start, hours.add(start, span))
        return stopwatch.perf_counter() - began

    seconds(HOUR)
    assert seconds(timedelta(days=900)) < 10 * max(seconds(timedelta(minutes=10)), 0.01)
