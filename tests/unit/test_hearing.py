"""What an agent wants to hear, and when."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from ticketing.model import Priority
from ticketing.policy import Agent
from ticketing.rules.hearing import digest_takes, is_quiet, waits, wants

OSLO = ZoneInfo("Europe/Oslo")
KARI = Agent("kari", "Kari", ("kari@example.com",))
NIGHT = (time(22), time(7))


def at(moment: str) -> datetime:
    """`23 09:00`: in November 2026, by Oslo's clock."""
    return datetime.strptime(f"2026-11-{moment}", "%Y-%m-%d %H:%M").replace(tzinfo=OSLO)


def agent(**settings: Any) -> Agent:
    return replace(KARI, **settings)


@pytest.mark.parametrize("alerts, own, hears", [
    ("all", False, True), ("all", True, True),
    ("mine", False, False), ("mine", True, True),
    ("none", False, False), ("none", True, False),
])  # fmt: skip
def test_what_he_wants_to_hear(alerts: str, own: bool, hears: bool) -> None:
    assert wants(agent(alerts=alerts), own=own) is hears


@pytest.mark.parametrize("quiet, when, is_so", [
    (None, "23 03:00", False),
    (NIGHT, "23 21:59", False), (NIGHT, "23 22:00", True), (NIGHT, "24 00:00", True), (NIGHT, "24 06:59", True),
    (NIGHT, "24 07:00", False),
    ((time(12), time(13)), "23 12:30", True), ((time(12), time(13)), "23 13:00", False),
])  # fmt: skip
def test_quiet_hours(quiet: Any, when: str, is_so: bool) -> None:
    assert is_quiet(agent(quiet=quiet), at(when)) is is_so


@pytest.mark.parametrize("settings, when, priority, addressed, later", [
    ({}, "23 03:00", "medium", False, False),
    ({"quiet": NIGHT}, "23 03:00", "high", True, True),
    ({"quiet": NIGHT}, "23 03:00", "urgent", False, False),
    ({"quiet": NIGHT}, "23 12:00", "medium", False, False),
    ({"digest": "hourly"}, "23 12:00", "medium", False, True),
    ({"digest": "hourly"}, "23 12:00", "medium", True, False),
    ({"digest": "daily"}, "23 12:00", "urgent", False, False),
    ({"digest": "daily", "quiet": NIGHT}, "23 03:00", "medium", True, True),
])  # fmt: skip
def test_what_waits(settings: dict[str, Any], when: str, priority: str, addressed: bool, later: bool) -> None:
    assert waits(agent(**settings), Priority(priority), at(when), addressed=addressed) is later


@pytest.mark.parametrize("settings, now, before", [
    ({}, "23 12:34", "23 12:34"),
    ({"quiet": NIGHT}, "23 03:00", None),
    ({"quiet": NIGHT}, "23 07:00", "23 07:00"),
    ({"digest": "hourly"}, "23 12:34", "23 12:00"),
    ({"digest": "hourly", "quiet": NIGHT}, "23 22:30", None),
    ({"digest": "daily"}, "23 06:59", "22 07:00"),
    ({"digest": "daily"}, "23 12:34", "23 07:00"),
    ({"digest": "daily", "quiet": (time(17), time(8, 30))}, "23 12:34", "23 08:30"),
])  # fmt: skip
def test_what_a_digest_takes(settings: dict[str, Any], now: str, before: str | None) -> None:
    assert digest_takes(agent(**settings), at(now)) == (at(before) if before else None)
