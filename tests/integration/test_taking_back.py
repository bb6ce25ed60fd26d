"""Taking back on each database: rows of one key and of several, dates, and what a colleague has set since."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from test_clocks import House

from ticketing import commands
from ticketing.desk import Desk


def shown(house: House, number: str) -> dict[str, Any]:
    with house.app.database.read() as connection:
        view = Desk(connection, house.app.policy, house.app.clock()).ticket_view(number)
    return {name: value for name, value in (view or {}).items() if name not in ("history", "deadlines", "messages")}


def test_what_was_asked_for_is_as_it_was(database_url: str, tmp_path: Path) -> None:
    house = House(tmp_path, database_url)
    try:
        number = house.receive("23 09:00")
        was = shown(house, number)
        asked = (commands.Cc(("eva@example.org", "liv@example.org")), commands.Tag(("vip", "toner")), commands.Claim())
        house.ask("23 09:10", number, *asked)
        assert shown(house, number) != was
        assert "Taken back: !cc" in house.ask("23 09:11", number, commands.Undo()).lines
        assert shown(house, number) == was
    finally:
        house.app.database.close()


def test_what_a_colleague_has_set_since_stays(database_url: str, tmp_path: Path) -> None:
    house = House(tmp_path, database_url)
    try:
        number = house.receive("23 09:00")
        high, low = commands.SetPriority("high"), commands.SetPriority("low")
        house.ask("23 09:10", number, high, words="Turn it off.")
        for moment, asked in (("23 09:10:10", low), ("23 09:10:20", high)):
            house.ask(moment, number, asked, who="per")
        told = house.ask("23 09:10:30", number, commands.Undo()).lines
        assert any(line.startswith("Not put back, because Per") and line.endswith(": the priority") for line in told)
        assert (shown(house, number)["priority"], shown(house, number)["assignee"]) == ("high", None)
    finally:
        house.app.database.close()
