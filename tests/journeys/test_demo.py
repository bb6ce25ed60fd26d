"""`mailgate demo` makes a desk that is alive; `mailgate backup` copies one."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from harness import ADDRESS, Desk

from mailgate.app import data_folder
from mailgate.demo import events, read_stories

pytestmark = pytest.mark.timeout(300)
NOW = datetime.fromisoformat("2026-11-20T15:00+01:00")


def shown(desk: Desk, folder: Path, *arguments: str) -> list[dict[str, object]]:
    done = desk.run(*arguments, "--json", environ={"MAILGATE_CONFIG": str(folder / "mailgate.toml")})
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.long_only
def test_two_hundred_tickets(new_desk: Callable[..., Desk], tmp_path: Path) -> None:
    desk = new_desk()
    done = desk.run("demo", "--keep", str(tmp_path / "one"), "--at", NOW.isoformat(), timeout=250)
    said = done.stdout.decode()
    assert "mailgate tickets" in said and str(tmp_path / "one") in said
    tickets = shown(desk, tmp_path / "one", "tickets", "--all")
    assert len(tickets) == 200
    states = Counter(ticket["status"] for ticket in tickets)
    assert set(states) == {"open", "in_progress", "completed", "closed"}
    assert {ticket["queue"] for ticket in tickets} == {"support", "invoices"}
    assert {ticket["organisation"] for ticket in tickets} >= {"Vardøya Turlag", "Koivukylä School"}
    audit = shown(desk, tmp_path / "one", "audit")[0]
    assert audit["balanced"] and audit["waiting_in"] == 0
    # A second one into the same folder would spoil the first.
    again = desk.run("demo", "--keep", str(tmp_path / "one"), status=1)
    assert b"holds a desk already" in again.stderr


def test_what_happens_is_the_same_each_time() -> None:
    stories = read_stories(data_folder("config") / "demo-stories.toml")
    happened = events(stories, NOW)
    assert happened == events(stories, NOW)
    assert happened[-1].at <= NOW
    assert events(stories, NOW + timedelta(days=1)) != happened


def test_a_copy_made_while_it_runs_is_a_whole_desk(new_desk: Callable[..., Desk], tmp_path: Path) -> None:
    desk = new_desk().init()
    desk.start()
    letter = f"From: Ola <ola@example.org>\nTo: {ADDRESS}\nSubject: Printer\nMessage-ID: <b@example.org>\n\nHelp.\n"
    desk.send(letter)
    desk.settle()
    copy = tmp_path / "copy.db"
    desk.run("backup", str(copy))
    assert copy.stat().st_mode & 0o777 == 0o600
    assert b"is a folder" in desk.run("backup", str(tmp_path), status=1).stderr
    assert b"already" in desk.run("backup", str(copy), status=1).stderr
    assert desk.stop() == 0
    with sqlite3.connect(copy) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    # Put back in place of a lost one, it goes on where it was.
    for file in desk.folder.glob("desk.db*"):
        os.unlink(file)
    shutil.copy(copy, desk.folder / "desk.db")
    assert desk.audit()["arrived"] == 1 and len(desk.tickets()) == 1
