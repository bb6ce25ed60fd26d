"""Two daemons on one database hand out new tickets at the same time: nobody is skipped, nobody has two turns, nobody is
overfilled."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mailgate.app import App
from mailgate.config import load
from ticketing.desk import Instructions
from ticketing.model import IncomingMessage, Person

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
EACH = 9
CONFIG = """
[desk]
secret_file = "secret.key"
database = "{url}"
[relay]
maildir = "outgoing"
[limits]
alerts_agent = "off"
[[queue]]
name = "support"
agents = ["kari", "per", "liv"]
assignment = "{assignment}"
[[agent]]
id = "kari"
name = "Kari"
addresses = ["kari@example.com"]
capacity = 6
[[agent]]
id = "per"
name = "Per"
addresses = ["per@example.com"]
capacity = 6
[[agent]]
id = "liv"
name = "Liv"
addresses = ["liv@example.com"]
capacity = 3
[[mailbox]]
address = "support@example.com"
queue = "support"
"""


class Stopped(Exception):
    pass


def _app(folder: Path, url: str, assignment: str) -> App:
    folder.mkdir(exist_ok=True)
    secret = folder / "secret.key"
    secret.write_text(f"a 2026-01-01 {'0f' * 32}\n")
    secret.chmod(0o600)
    (folder / "mailgate.toml").write_text(CONFIG.format(url=url, assignment=assignment))
    return App(load(folder / "mailgate.toml", {}), lambda: NOW)


def _receive(app: App, n: int, *, stopped: bool = False) -> None:
    author, to = Person("", f"o{n}@example.org"), (Person("", "support@example.com"),)
    message = IncomingMessage(
        spool_id=n, message_id=f"<{n}@example.org>", fingerprint=str(n), received_at=NOW, sent_at=NOW,
        mailbox="support@example.com", author=author, reply_to=(), to=to, cc=(), auth="none", auth_reason="",
        kind="personal", kind_rule="personal", subject="Printer", text=f"It burns, number {n}.",
        new_text=f"It burns, number {n}.", html="", folds=(), files=(), language="en",
    )  # fmt: skip
    with app.transactions.begin(NOW) as transaction:
        transaction.desk.receive(message, Instructions())
        if stopped:
            raise Stopped


def _by_two_at_once(folder: Path, url: str, assignment: str) -> list[str | None]:
    """Who has each ticket, the oldest first."""
    apps = [_app(folder / name, url, assignment) for name in ("one", "two")]
    ready, faults = threading.Barrier(2), list[BaseException]()

    def work(app: App, first: int) -> None:
        try:
            ready.wait()
            for n in range(first, first + EACH):
                _receive(app, n)
        except BaseException as error:  # a thread's fault must fail the test
            faults.append(error)

    threads = [threading.Thread(target=work, args=(app, 100 * n)) for n, app in enumerate(apps, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults
    with apps[0].transactions.looking(NOW) as desk:
        views = desk.ticket_views(limit=None)
    for app in apps:
        app.database.close()
    return [view["assignee"] and view["assignee"]["id"] for view in sorted(views, key=lambda view: view["number"])]


def test_a_round_without_gaps(database_url: str, tmp_path: Path) -> None:
    given = _by_two_at_once(tmp_path, database_url, "round-robin")
    assert given == ["kari", "per", "liv"] * (2 * EACH // 3)


@pytest.mark.parametrize("assignment", ["least-loaded", "skill"])
def test_nobody_gets_more_than_he_can_carry(database_url: str, tmp_path: Path, assignment: str) -> None:
    given = _by_two_at_once(tmp_path, database_url, assignment)
    assert Counter(given) == {"kari": 6, "per": 6, "liv": 3, None: 3}
    assert set(given[-3:]) == {None}


def test_what_is_rolled_back_was_no_turn(database_url: str, tmp_path: Path) -> None:
    app = _app(tmp_path / "one", database_url, "round-robin")
    _receive(app, 1)
    with pytest.raises(Stopped):
        _receive(app, 2, stopped=True)
    _receive(app, 3)
    with app.transactions.looking(NOW) as desk:
        assert sorted(view["assignee"]["id"] for view in desk.ticket_views()) == ["kari", "per"]
    app.database.close()
