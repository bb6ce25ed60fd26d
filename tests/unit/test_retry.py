"""When to try again, when to give up, when to leave the relay in peace."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailgate.outbound.retry import GIVE_UP_AFTER, Breaker, next_attempt

POSTED = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    "attempts, age, next_age",
    [
        (1, 0 * MINUTE, 1 * MINUTE),
        (2, 1 * MINUTE, 6 * MINUTE),
        (3, 6 * MINUTE, 21 * MINUTE),
        (4, 21 * MINUTE, 81 * MINUTE),
        (5, 81 * MINUTE, 81 * MINUTE + 4 * HOUR),
        (6, 10 * HOUR, 14 * HOUR),
        (15, 43 * HOUR, 47 * HOUR),
        (15, 45 * HOUR, 48 * HOUR),  # the last one is drawn forward to the end
        (16, 48 * HOUR - MINUTE, 48 * HOUR),
        (16, 48 * HOUR, None),
        (5, 72 * HOUR, None),
        (1, 72 * HOUR, 72 * HOUR + MINUTE),  # the daemon was off for three days: greylisting is not the end
        (4, 72 * HOUR, 73 * HOUR),
        (0, 0 * HOUR, MINUTE),  # never asked for, still an answer
        (1, -2 * HOUR, -2 * HOUR + MINUTE),  # the clock went back
    ],
)
def test_next_attempt(attempts: int, age: timedelta, next_age: timedelta | None) -> None:
    expected = None if next_age is None else POSTED + next_age
    assert next_attempt(POSTED, attempts, POSTED + age) == expected


@given(attempts=st.integers(0, 10_000), age=st.timedeltas(-timedelta(days=3), timedelta(days=30)))
def test_a_next_attempt_lies_ahead_and_within_four_hours(attempts: int, age: timedelta) -> None:
    now = POSTED + age
    again = next_attempt(POSTED, attempts, now)
    if again is None:
        assert age >= GIVE_UP_AFTER
    else:
        assert now < again <= now + 4 * HOUR


def test_a_mail_never_accepted_is_tried_sixteen_times_in_48_hours() -> None:
    now: datetime | None = POSTED
    attempts = 0
    while now is not None:
        attempts, last = attempts + 1, now
        now = next_attempt(POSTED, attempts, now)
    # 0, 1, 6, 21, 81 minutes; then every 4 h from 81 minutes on: 11 times until 45 h 21 m; and the end.
    assert (attempts, last) == (5 + 11 + 1, POSTED + GIVE_UP_AFTER)


def fail(breaker: Breaker, *seconds: float) -> Breaker:
    for second in seconds:
        breaker = breaker.failed(POSTED + timedelta(seconds=second))
    return breaker


def is_open(breaker: Breaker, second: float) -> bool:
    return breaker.is_open(POSTED + timedelta(seconds=second))


@pytest.mark.parametrize(
    "failures, asked_at, expected",
    [
        ([], 0, False),
        (range(19), 19, False),
        (range(20), 19, True),
        (range(20), 78, True),
        (range(20), 79, False),  # 60 s after the last failure
        (range(0, 400, 20), 380, False),  # 20 in 380 s: never 20 within 5 min
        (range(0, 300, 15), 286, True),
        ([*range(20), 80], 81, True),  # the probe after the pause failed too
        ([*range(20), 80], 139.9, True),
        ([*range(20), 80], 140, False),
        ([*range(20), 500], 500, False),  # long quiet since
        ([*range(20)], -3600, False),  # the clock went back an hour: no pause of an hour
    ],
)
def test_breaker(failures: list[int], asked_at: float, expected: bool) -> None:
    assert is_open(fail(Breaker(), *failures), asked_at) is expected


def test_failures_from_a_clock_that_went_back_are_forgotten() -> None:
    breaker = fail(Breaker(), *range(19), -3600)
    assert breaker.failures == (POSTED - timedelta(seconds=3600),)


@given(st.lists(st.integers(0, 100_000), max_size=200))
def test_the_breaker_remembers_no_more_than_it_needs(seconds: list[int]) -> None:
    assert len(fail(Breaker(), *seconds).failures) <= 20
