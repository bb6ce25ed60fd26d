"""What a line of an agent's mail does, done at the terminal: the same effects, told in the terminal's own commands."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from agents import House, a_house, changes
from typer.testing import CliRunner

from mailgate.cli import app
from mailgate.cli.wording import in_terminal
from mailgate.readers import Readers
from ticketing.command_words import WORDS
from ticketing.desk import effects
from ticketing.saying import say


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory, _migrated_sqlite: Path, readers: Readers) -> Iterator[House]:
    """One house for all the rows below: each has a ticket of its own."""
    with a_house(tmp_path_factory.mktemp("shared") / "desk", _migrated_sqlite, readers) as house:
        yield house


def run(house: House, line: str) -> tuple[int, str]:
    at = ["--at", house.now.isoformat(), "--config", str(house.folder / "mailgate.toml")]
    done = CliRunner().invoke(app, [*shlex.split(line), *at])
    return done.exit_code, done.output


# The line, what differs in the ticket then (None: nothing), and what is said; N is the ticket, O another one.
@pytest.mark.parametrize("line, differs, said", [
    ("wait N vendor until 2026-12-01", {"waiting_for": "third_party"}, "waits for a third party until"),
    ("title N Toner in the third floor", {"title": "Toner in the third floor"}, "Toner in the third floor"),
    ("status N progress", {"status": "in_progress"}, "N is in progress now."),
    ("resolution N It was empty.", {"resolution": "It was empty."}, "The resolution is kept."),
    ("sla N", None, "First response, 4 h"),
    ("spam N", {"status": "closed"}, "N is closed now."),
    ("alias N ola@home.example", None, "ola@home.example is an address of ola@example.org now."),
    ("history N", None, "Ola opened the ticket"),
    ("estimate N 6:00 4500 kr", None, "4500 kr"),
    ("tag N +vip -help", None, "has no tag help"),
    ("tag N +vip", {"tags": ["vip"]}, "Tags of N: vip"),
    ("mark N -later", None, "has no mark “later” of yours"),
    ("remind friday Call the shop", None, "You are reminded on 2026-11-27"),
    ("remind N friday Call him", None, "You are reminded on 2026-11-27"),
    ("list unassigned", None, "N Printer"),
    ("do N '!contact eva@example.net' '!priority high'", {"priority": "high"}, "Answers in N go to eva@example.net"),
    ("do N '!claim' '' 'He called.'", {"status": "in_progress"}, "Note M2 is kept in N"),
    ("do '!list starred'", None, "There are none."),
    ("do N '!resolution\nEmpty.\nNow full.\n!end'", {"resolution": "Empty.\nNow full."}, "The resolution is kept."),
])  # fmt: skip
def test_a_line(shared: House, line: str, differs: dict[str, Any] | None, said: str) -> None:
    number, _ = shared.ask(words=f"It burns: {line}")
    before = shared.ticket(number)
    status, told = run(shared, line.replace(" N ", f" {number} ").replace(" N", f" {number}"))
    after = changes(before, shared.ticket(number))
    assert status == (1 if said.startswith("has no") else 0), told
    assert re.sub(r"\bN\b", number, said) in told
    assert {key: after.get(key) for key in differs or ()} == (differs or {})


def test_a_task_is_done_by_its_number_as_the_receipt_says(house: House) -> None:
    number, _ = house.ask()
    _, told = run(house, f"todo {number} Order toner tomorrow")
    [line] = [one for one in told.splitlines() if "When it is done" in one]
    assert line == f"When it is done: mailgate todo {number} -1"
    assert run(house, line.partition("mailgate ")[2]) == (0, "Done: Order toner\n")


def test_what_it_tells_to_do_is_of_the_terminal(house: House) -> None:
    number, _ = house.ask()
    _, told = run(house, f"reply {number} Hello")
    assert "Answer M2 goes to ola@example.org in 60 seconds" in told and "!" not in told
    assert run(house, f"undo {number}")[0] == 0
    run(house, f"claim {number}")
    assert run(house, f"undo {number}")[1].splitlines()[-1] == "Taken back: claim"
    for wrong, said in (
        (f"merge {number}", "Write: mailgate merge NUMBER CASE"),
        (f"number {number} [#{number}]", f"to link the two: mailgate link {number} {number}"),
        (f"forward {number} ola@example.org", f"answer with mailgate reply {number}"),
        ("do '!claim'", "claim needs a ticket: write its number first"),
        (f"do {number} claim", "no command; one begins with !"),
        ("todo 999 x", "there is no ticket 999"),
    ):
        status, told = run(house, wrong)
        assert status in (1, 2) and said in told, told


@pytest.mark.parametrize("sentence, told", [
    (say("Do it by: !undo"), "Do it by: mailgate undo 261123001"),
    (say("{number} is open: {title}", number="1", title="!undo it"), "1 is open: !undo it"),
    (say("!list {name} finds it", name="later"), "mailgate list later finds it"),
    (say("write !contact ADDRESS"), "write !contact ADDRESS"),
    ("!undo of no pattern", "!undo of no pattern"),
])  # fmt: skip
def test_its_words(sentence: str, told: str) -> None:
    assert in_terminal(sentence, "261123001") == told


def test_all_that_mail_can_do_the_terminal_can() -> None:
    elsewhere = {
        "new": "open", "show": "ticket", "help": "--help", "silent": "open --silent",
        # What is called so is about people and things of all tickets: `mailgate do N '!contact …'`.
        "contact": "do", "equipment": "do",
    }  # fmt: skip
    names = {one.name or getattr(one.callback, "__name__", "") for one in app.registered_commands}
    words = {word.name for word in WORDS if "agent" in word.who and word.name in effects.possible()}
    assert words - names - set(elsewhere) == set()
    assert all(re.fullmatch(r"[a-z-]+", name) for name in names)
