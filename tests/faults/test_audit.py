"""`audit` finds what was taken away behind its back: the figures are the proof that nothing vanished."""

from __future__ import annotations

import json
from collections.abc import Callable

import sqlalchemy as sa
from harness import Desk

from mailgate.config import load
from mailgate.database import Database

LETTERS = [
    f"From: P{n} <p{n}@example.org>\nTo: support@example.com\nSubject: S{n}\nMessage-ID: <a{n}@example.org>\n\n{n}\n"
    for n in range(3)
]
HELD = "From: support@example.com\nTo: support@example.com\nSubject: me\nMessage-ID: <h@example.org>\n\nx\n"


def take(desk: Desk, *letters: str) -> None:
    files = []
    for number, letter in enumerate(letters):
        files.append(desk.folder / f"{number}.eml")
        files[-1].write_text(letter)
    desk.run("take", *map(str, files))


def change(desk: Desk, *statements: str) -> None:
    database = Database(load(desk.config).desk.database.url)
    try:
        with database.write() as connection:
            for statement in statements:
                assert connection.execute(sa.text(statement)).rowcount == 1
    finally:
        database.close()


def test_what_was_taken_away_is_named(desk: Desk) -> None:
    take(desk, *LETTERS)
    desk.work()
    assert desk.audit()["balanced"] is True
    for damage, repair in (
        ("disposition = NULL, rule = NULL", "disposition = 'new', rule = 'unmatched'"),
        ("state = 'waiting'", "state = 'done'"),
        ("ticket = '261121999'", "ticket = (SELECT number FROM ticket WHERE number LIKE '%002')"),
        ("ticket = NULL", "ticket = (SELECT number FROM ticket WHERE number LIKE '%002')"),
    ):
        change(desk, f"UPDATE inbound_mail SET {damage} WHERE id = 2")
        done = desk.inside("audit", "--json", status=1)
        assert json.loads(done.stdout)["balanced"] is False, damage
        lines = done.stderr.splitlines()
        assert any("mail 2" in line for line in lines), (damage, lines)
        assert not any("mail 1" in line or "mail 3" in line for line in lines), (damage, lines)
        change(desk, f"UPDATE inbound_mail SET {repair} WHERE id = 2")
    assert desk.audit()["balanced"] is True


def test_a_ticket_deleted_with_all_that_hangs_on_it_is_missed(new_desk: Callable[..., Desk]) -> None:
    desk = new_desk().init()
    take(desk, *LETTERS[:2])
    desk.work()
    database = Database(load(desk.config).desk.database.url)
    with database.engine.connect() as connection:
        raw = connection.connection.dbapi_connection
        assert raw is not None
        raw.execute("PRAGMA foreign_keys=OFF")
        raw.execute("DELETE FROM ticket WHERE number LIKE '%002'")
    database.close()
    lines = desk.run("audit", status=1).stderr.decode().splitlines()
    assert any("mail 2" in line and "ticket" in line for line in lines), lines


def test_what_waits_is_no_fault(desk: Desk) -> None:
    """Held, set aside, waiting in and due out: each has its place."""
    take(desk, LETTERS[0])
    waiting = desk.audit()
    assert (waiting["arrived"], waiting["waiting_in"], waiting["balanced"]) == (1, 1, True)
    take(desk, HELD)
    desk.work()
    figures = desk.audit()
    assert figures["dispositions"] == {"new": 1, "held": 1}
    assert figures["waiting"] == 0 and figures["balanced"] is True
