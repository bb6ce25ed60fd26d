"""When to try again, when to give up, when to leave the relay in peace. Pure: `now` is an argument, aware."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

# The wait after the first, second, … failed attempt; the last one repeats (RULES 7).
WAITS = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=4),
)
GIVE_UP_AFTER = timedelta(hours=48)
# Fewer attempts than this are never the end, however old the mail: a desk that was off over a long week-end, or an
# operator who retries an old mail, must not give up at the first greylisting.
FEWEST_ATTEMPTS = len(WAITS)


def next_attempt(posted_at: datetime, attempts: int, now: datetime) -> datetime | None:
    """When a recipient deferred just now is due again; None: given up.

    `attempts` counts every attempt so far, the one that has just failed too (1 or more). The last attempt falls on 48 h
    after `posted_at` at the latest.
    """
    wait = WAITS[min(max(attempts, 1), len(WAITS)) - 1]
    end = posted_at + GIVE_UP_AFTER
    if attempts < FEWEST_ATTEMPTS:
        return now + wait
    if now >= end:
        return None
    return min(now + wait, end)


@dataclass(frozen=True, slots=True)
class Breaker:
    """Pauses sending when the relay itself is ill: 20 failures within 5 min bring a pause of 60 s.

    The failures still count after the pause, so that the first mail is a probe: if it fails too, the next pause begins.
    A clock that was set back can neither lengthen a pause nor keep old failures for ever.
    """

    limit: int = 20
    window: timedelta = timedelta(minutes=5)
    pause: timedelta = timedelta(seconds=60)
    failures: tuple[datetime, ...] = ()
    open_until: datetime | None = None

    def is_open(self, now: datetime) -> bool:
        return self.open_until is not None and self.open_until - self.pause <= now < self.open_until

    def failed(self, now: datetime) -> Breaker:
        recent = (*(at for at in self.failures if now - self.window < at <= now), now)[-self.limit :]
        return replace(self, failures=recent, open_until=now + self.pause if len(recent) == self.limit else None)
