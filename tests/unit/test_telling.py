"""Who hears what: one table, the same in README and in the configuration; each row by its people."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from mailgate.config_values import ALSO_TOLD
from ticketing.rules.telling import OPTIONS, TABLE, Hears, Who

ROOT = Path(__file__).parents[2]
STARS = {"always": "a", "option": "o", "never": "-"}

# RULES 10, written down again: requester, cc, old assignee, assignee, asked, queue, lead.
ROWS = {
    "new": "a--a-ao",
    "fyi": "a--a-ao",
    "message": "---a-ao",
    "answer": "aa-a-oo",
    "note": "---a-oo",
    "assigned": "o-oa--o",
    "asked": "----a--",
    "completed": "ao-o--o",
    "merged": "a--a-ao",
    "confirmed": "---a-ao",
    "closed": "---a-ao",
    "satisfaction": "---a-ao",
    "reopened": "---a-ao",
    "undelivered": "---a-ao",
    "delayed": "---a-ao",
    "waiting over": "---a-ao",
    "deadline 75": "---a-ao",
    "deadline 90": "---a-aa",
    "deadline missed": "---a-aa",
    "reminder": "---o-oa",
}


@pytest.mark.parametrize("event", sorted({*ROWS, *TABLE}))
def test_a_row(event: str) -> None:
    assert "".join(STARS[TABLE[event][who]] for who in Who) == ROWS[event]


def test_the_readme_shows_this_table() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = re.search(r"<!-- telling table -->\n(.*?)<!-- /telling table -->", readme, re.DOTALL)
    assert shown, "README.md has no table of who hears what"
    rows = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in shown[1].strip().splitlines()]
    assert rows[0] == ["event", *Who]
    assert rows[2:] == [[event, *row.values()] for event, row in TABLE.items()]


def test_the_configuration_knows_every_option_and_no_other() -> None:
    assert set(ALSO_TOLD) == OPTIONS
    assert all(TABLE[event][Who(who)] is Hears.OPTION for event, _, who in (one.partition(".") for one in OPTIONS))


def test_every_event_that_is_told_stands_in_the_table() -> None:
    """Whatever code tells under a name of its own, told to those it names itself, is here, so that nobody adds one
    without a thought of who should hear it."""
    told: set[str] = set()
    for file in (ROOT / "ticketing").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "alert":
                if any(word.arg == "only" for word in node.keywords) or len(node.args) < 2:
                    continue
                told |= {one.value for one in ast.walk(node.args[1]) if isinstance(one, ast.Constant)}
    assert told
    assert told <= set(TABLE)
