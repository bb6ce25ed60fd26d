"""Agents' mails as people write them, through the whole desk: names, days, slips of the hand, and where they put a
command that is not read there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from agents import House, a_house, body, reply, to

from mailgate.readers import Readers

ME, PER_HAS_IT = {"id": "kari", "name": "Kari Nordmann"}, {"id": "per", "name": "Per Hansen"}
NEW = Callable[..., AbstractContextManager[House]]


@pytest.fixture(scope="module")
def readers() -> Iterator[Readers]:
    with Readers() as readers:
        yield readers


@pytest.fixture
def new_house(tmp_path: Path, _migrated_sqlite: Path, readers: Readers) -> NEW:
    return lambda **wishes: a_house(tmp_path / "desk", _migrated_sqlite, readers, **wishes)


@pytest.fixture
def house(new_house: NEW) -> Iterator[House]:
    with new_house() as house:
        yield house


@pytest.mark.parametrize("lines", [
    [("!assign me", ME), ("!tildel til Per", PER_HAS_IT), ("!tildel meg", ME), ("!assign Hansen", PER_HAS_IT),
     ("!siirrä minulle", ME), ("!siirrä Perille", PER_HAS_IT), ("!siirrä Karille", ME),
     ("!assign to Per Hansen <per@example.com>", PER_HAS_IT), ("!assign @Nordmann", ME),
     ("!assign per@example.com <mailto:per@example.com>", PER_HAS_IT)],
])  # fmt: skip
def test_agents_are_named_as_people_name_them(house: House, lines: list[tuple[str, dict[str, str]]]) -> None:
    number, alert = house.ask()
    for line, has in lines:
        house.mail(reply(alert, line))
        assert house.ticket(number)["assignee"] == has, line
    [receipt] = house.mail(reply(alert, "!assign Pelle"))
    assert "no agent “Pelle” (there are: kari, per)" in body(receipt)


# (on Monday 23 November 2026, the mail, what the receipt says)
DAYS = [
    ("!vent på kunden til fredag", "waits for the requester until Friday 27 November 2026 at 09:00"),
    ("!wait vendor until next friday", "until Friday 4 December 2026 at 09:00"),
    ("!odota asiakasta 1. joulukuuta klo 12", "until Tuesday 1 December 2026 at 12:00"),
    ("!due perjantaihin", "Friday 27 November 2026 at 16:00"),
    ("!frist på fredag kl 12", "Friday 27 November 2026 at 12:00"),
    ("!due in 3 days", "Thursday 26 November 2026 at 16:00"),
    ("!minn meg på i morgen å ringe Ola", "Tuesday 24 November 2026"),
    ("!due 9999-12-31 23:59", "farther away than can be reckoned"),
    ("!due yesterday", "A day is needed"),
    ("!accept ٣", "neither a held mail nor somebody outside"),
]


def test_days_are_told_back(house: House) -> None:
    _, alert = house.ask()
    for line, said in DAYS:
        [receipt] = to(house.mail(reply(alert, line)), "kari@")
        assert said in body(receipt), (line, body(receipt))


@pytest.mark.parametrize("desk_zone", ["America/New_York", "Asia/Tokyo"])
def test_no_day_is_too_far_for_any_zone(house: House, desk_zone: str) -> None:
    house.configure('timezone = "Europe/Oslo"', f'timezone = "{desk_zone}"')
    number, alert = house.ask()
    for day in ("2999-12-31 23:59", "9999-12-31 23:59", "0001-01-01", "1970-01-01", "+9999 months"):
        house.mail(reply(alert, f"!due {day}"))
        assert house.became()[0] in ("entry", "appended"), day
    assert len(house.ticket(number)["messages"]) == 1


def test_a_phones_command_and_its_advert(house: House) -> None:
    number, alert = house.ask()
    house.mail(reply(alert, "! Klar.\n\nSendt fra min iPhone"))
    assert house.ticket(number)["status"] == "completed" and len(house.ticket(number)["messages"]) == 1
