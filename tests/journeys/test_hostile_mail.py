"""Bad mail over the whole road: a reply from the fixed list, one disposition each, and nobody falls over.

All rows go to one daemon over SMTP, and to a second desk by `take` and `work`; good mails go between them. What is
asked of each row is then a test of its own.
"""

from __future__ import annotations

import email
import json
import os
import re
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from harness import ADDRESS, Desk, plain_text
from hostile_mails import Bad, all_rows
from indoor import OLA, T0, letter, without_trace
from leaks import check_valid, find_leaks

ROWS = all_rows()
NEIGHBOURS = 10
# SAFETY, "Accepting": what we say when we do not take a mail.
FIXED = re.compile(
    r"250 2\.0\.0 |4\d\d 4\.|550 5\.1\.1 |550 5\.7\.1 |552 5\.3\.4 |553 5\.1\.[37] "
    r"|554 5\.4\.6 |554 5\.7\.1 |50[0-3] 5\."
)
CANARIES = {"a header that was injected": "victim.example"}


@dataclass
class Road:
    """What became of the rows at one desk."""

    desk: Desk
    replies: dict[str, str] = field(default_factory=dict)
    fates: dict[str, tuple[str | None, str | None, str | None]] = field(default_factory=dict)
    audit: dict[str, Any] = field(default_factory=dict)
    outgoing: list[bytes] = field(default_factory=list)
    neighbours: dict[str, str | None] = field(default_factory=dict)


def look(desk: Desk, question: str, *values: object) -> list[tuple[Any, ...]]:
    connection = sqlite3.connect(f"file:{desk.folder / 'desk.db'}?mode=ro", uri=True, timeout=10)
    try:
        return connection.execute(question, values).fetchall()
    finally:
        connection.close()


def neighbour(n: int) -> bytes:
    author = f"good-{n}@friends.example"
    return letter(f"Good no {n}", f"Good words no {n}.", author=author, message_id=f"good-{n}@friends.example")


def with_neighbours() -> list[tuple[str, bytes]]:
    """(envelope sender, mail): the rows, with good mails spread between them."""
    mails: list[tuple[str, bytes]] = []
    every = len(ROWS) // NEIGHBOURS
    for n, row in enumerate(ROWS):
        mails.append((f"{row.name}@hostile.example", row.data))
        if n % every == 0 and n // every < NEIGHBOURS:
            mails.append((f"good-{n // every}@friends.example", neighbour(n // every)))
    return mails


def gather(road: Road) -> Road:
    rows = look(road.desk, "SELECT mail_from, disposition, ticket, error FROM inbound_mail")
    for sender, disposition, ticket, error in rows:
        name, _, domain = sender.partition("@")
        if domain == "hostile.example":
            assert name not in road.fates, "one row, one mail"
            road.fates[name] = (disposition, ticket, error)
        else:
            road.neighbours[name] = disposition
    road.audit = road.desk.audit()
    files = (road.desk.folder / "outgoing" / "new").iterdir()
    road.outgoing = [without_trace(file.read_bytes()) for file in files]
    return road


@pytest.fixture(scope="module")
def new_module_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Desk]]:
    made: list[Desk] = []

    def make(name: str) -> Desk:
        made.append(Desk(tmp_path_factory.mktemp(name) / "desk"))
        made[-1].init()
        return made[-1]

    yield make
    for desk in made:
        desk.clean_up()


@pytest.fixture(scope="module")
def over_smtp(new_module_desk: Callable[[str], Desk]) -> Road:
    road = Road(new_module_desk("smtp"))
    desk = road.desk
    desk.start()
    assert desk.process is not None
    pid = desk.process.pid
    client = desk.smtp()
    for sender, mail in with_neighbours():
        reply = client.deliver(mail, sender, [ADDRESS])
        road.replies[sender.partition("@")[0]] = reply
        if not reply.startswith("250"):
            client.close()
            client = desk.smtp()
    client.close()
    taken = sum(reply.startswith("250") for reply in road.replies.values())
    desk.wait(lambda: look(desk, "SELECT count(*) FROM inbound_mail WHERE disposition IS NOT NULL") == [(taken,)],
              "every mail to have a disposition", 90)  # fmt: skip
    desk.settle()
    assert desk.process is not None
    assert (desk.process.pid, desk.process.poll()) == (pid, None), "the same daemon, alive"
    return gather(road)


@pytest.fixture(scope="module")
def by_take(new_module_desk: Callable[[str], Desk], tmp_path_factory: pytest.TempPathFactory) -> Road:
    road = Road(new_module_desk("take"))
    folder = tmp_path_factory.mktemp("files")
    mails = [row.data for row in ROWS] + [neighbour(n) for n in range(NEIGHBOURS)]
    names = [f"{row.name}@hostile.example" for row in ROWS] + [f"good-{n}@friends.example" for n in range(NEIGHBOURS)]
    files = [folder / f"{n:04}.eml" for n in range(len(mails))]
    for file, mail in zip(files, mails, strict=True):
        file.write_bytes(mail)
    road.desk.run("take", "--at", T0.isoformat(), "--rcpt", ADDRESS, *map(str, files))
    road.desk.work("--at", T0.isoformat())
    rows = look(road.desk, "SELECT disposition, ticket, error FROM inbound_mail ORDER BY id")
    assert len(rows) == len(mails)
    for name, (disposition, ticket, error) in zip(names, rows, strict=True):
        local, _, domain = name.partition("@")
        if domain == "hostile.example":
            road.fates[local] = (disposition, ticket, error)
        else:
            road.neighbours[local] = disposition
    road.audit = road.desk.audit()
    road.outgoing = [without_trace(file.read_bytes()) for file in (road.desk.folder / "outgoing" / "new").iterdir()]
    return road


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_over_smtp(over_smtp: Road, row: Bad) -> None:
    reply = over_smtp.replies[row.name]
    assert FIXED.match(reply), reply
    assert any(reply.startswith(one) for one in row.smtp.split("|")), reply
    if reply.startswith("250"):
        disposition, ticket, error = over_smtp.fates[row.name]
        assert disposition in row.dispositions, (disposition, error)
        assert (ticket is not None) == (disposition in ("new", "duplicate"))
    else:
        assert row.name not in over_smtp.fates


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_by_take_and_work(by_take: Road, row: Bad) -> None:
    disposition, ticket, error = by_take.fates[row.name]
    assert disposition in row.dispositions, (disposition, error)
    assert (ticket is not None) == (disposition in ("new", "duplicate"))


@pytest.mark.parametrize("way", ["over_smtp", "by_take"])
def test_the_whole_road(way: str, request: pytest.FixtureRequest) -> None:
    """Arrivals balance, good mails between the bad ones are tickets, and every mail that left is a mail."""
    road: Road = request.getfixturevalue(way)
    assert road.audit["balanced"]
    assert road.audit["waiting"] == 0
    assert road.audit["arrived"] == len(road.fates) + NEIGHBOURS
    assert road.neighbours == {f"good-{n}": "new" for n in range(NEIGHBOURS)}
    assert len(road.outgoing) > 50
    assert [fault for data in road.outgoing for fault in check_valid(data)] == []
    for data in road.outgoing:
        mail = email.message_from_bytes(data)
        assert mail["Bcc"] is None
        addressed = " ".join(str(mail[name] or "") for name in ("To", "Cc", "Reply-To"))
        assert find_leaks(f"To: {addressed}\r\n\r\n".encode(), CANARIES) == []
    # Nothing that the sender wrote goes back to him: none of these authors is proven.
    canaries = {"a subject": "printer is on fire", "script": "alert(1)", "a template": "{{7*7}}", "a name": "Bcc:"}
    back = [data for data in road.outgoing if "kari@example.com" not in str(email.message_from_bytes(data)["To"])]
    assert len(back) > 20
    assert [leak for data in back for leak in find_leaks(data, canaries)] == []


def test_every_ticket_can_be_looked_at(by_take: Road) -> None:
    views = by_take.desk.tickets()
    numbers = {ticket for _, ticket, _ in by_take.fates.values() if ticket}
    assert numbers <= {view["number"] for view in views}
    for view in views:
        assert not re.search(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", view["subject"] + view["title"])
        assert len(view["title"]) <= 998


def test_parse_answers_every_row(by_take: Road, tmp_path: Path) -> None:
    files = []
    for n, row in enumerate(ROWS):
        files.append(tmp_path / f"{n:04}.eml")
        files[-1].write_bytes(row.data)
    lines = by_take.desk.run("parse", *map(str, files)).stdout.splitlines()
    assert len(lines) == len(ROWS)
    for line, file in zip(lines, files, strict=True):
        said = json.loads(line)
        assert said["file"] == str(file)
        assert isinstance(said["text"], str)
        assert isinstance(said["new_text"], str)
        assert said["kind"]["name"]
        assert len(said["attachments"]) <= 200


# ---- poison: what a reader dies of ----------------------------------------------------------------------------------


def poison(how: str, *, in_headers: bool, n: int = 0) -> bytes:
    line = f"mailgate-poison: {how}"
    author = f"poison-{n}@hostile.example"
    if in_headers:
        return letter("Poison", "Words.", line, author=author, message_id=author)
    return letter("Poison", f"Words.\r\n{line}", author=author, message_id=author)


def wait_for_new(desk: Desk, count: int) -> None:
    question = "SELECT count(*) FROM inbound_mail WHERE disposition = 'new'"
    desk.wait(lambda: look(desk, question) == [(count,)], f"{count} mails to be tickets")


def take_all(desk: Desk, *mails: bytes, at: tuple[str, ...] = ()) -> None:
    """Mails in one command."""
    files = [desk.folder / f"take-{n}.eml" for n in range(len(mails))]
    for file, mail in zip(files, mails, strict=True):
        file.write_bytes(mail)
    desk.run("take", "--rcpt", ADDRESS, *at, *map(str, files))


@pytest.fixture
def poisoned(new_desk: Callable[..., Desk]) -> Desk:
    desk = new_desk().init()
    desk.environment["MAILGATE_TEST_POISON"] = "1"
    return desk


def children(pid: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def readers_of(desk: Desk) -> list[int]:
    """The fork server and its readers."""
    assert desk.process is not None
    servers = [one for one in children(desk.process.pid) if b"readers" in Path(f"/proc/{one}/cmdline").read_bytes()]
    return [*servers, *(reader for server in servers for reader in children(server))]


def test_what_a_reader_dies_of_in_the_text(poisoned: Desk) -> None:
    """Attempt 1 reads whole, attempt 2 the headers only: a ticket, and the mail itself hangs on it as a file."""
    desk = poisoned
    desk.start()
    bad = [poison(how, in_headers=False, n=n) for n, how in enumerate(("raise", "die", "eat-memory"))]
    for n in range(6):
        assert desk.send(neighbour(n), f"good-{n}@friends.example").startswith("250")
        if n < len(bad):
            assert desk.send(bad[n], OLA).startswith("250")
    wait_for_new(desk, 9)
    figures = desk.settle()
    assert figures["dispositions"] == {"new": 9}
    assert figures["balanced"]
    poisonous = [one for one in desk.tickets() if one["subject"] == "Poison"]
    assert {one["requester"]["address"] for one in poisonous} == {f"poison-{n}@hostile.example" for n in range(3)}
    (message,) = desk.ticket(poisonous[0]["number"])["messages"]
    (file,) = message["attachments"]
    assert file["content_type"] == "message/rfc822"
    assert file["size"] in {len(mail) for mail in bad}
    assert look(desk, "SELECT count(*) FROM attachment") == [(3,)], "the others were read whole"
    assert desk.stop() == 0


def test_what_a_reader_dies_of_anywhere(poisoned: Desk) -> None:
    """Attempt 3 makes an opaque ticket of it: author and subject if they can be found, the mail as a file. It is set
    aside, listed, and can be tried again; nobody is acknowledged for it."""
    desk = poisoned
    bad = [poison(how, in_headers=True, n=n) for n, how in enumerate(("raise", "die", "eat-memory"))]
    take_all(desk, *bad, *map(neighbour, range(5)))
    desk.work()
    figures = desk.audit()
    assert figures["dispositions"] == {"new": 5, "set_aside": 3}
    assert figures["balanced"]
    rows = desk.spool("aside")
    assert [(row["disposition"], row["attempts"]) for row in rows] == [("set_aside", 2)] * 3
    assert all(row["ticket"] and row["error"] for row in rows)
    ticket = desk.ticket(rows[0]["ticket"])
    assert ticket["subject"] == "Poison"
    assert ticket["requester"]["address"] == "poison-0@hostile.example"
    assert [file["content_type"] for file in ticket["messages"][0]["attachments"]] == ["message/rfc822"]
    assert desk.outgoing_to("hostile.example") == []
    # When the fault is mended, it goes through as if nothing had been.
    desk.environment["MAILGATE_TEST_POISON"] = "0"
    desk.run("retry", "--in", str(rows[0]["id"]))
    desk.work()
    assert len(desk.spool("aside")) == 2
    assert desk.audit()["balanced"]


def test_one_that_hangs_does_not_hold_its_neighbours(poisoned: Desk) -> None:
    """A reader is given ten seconds; what came meanwhile is read before the bad mail is tried again."""
    desk = poisoned
    desk.start()
    assert desk.send(poison("hang", in_headers=True), OLA).startswith("250")
    started = time.monotonic()
    for n in range(5):
        assert desk.send(neighbour(n), f"good-{n}@friends.example").startswith("250")
    wait_for_new(desk, 5)
    assert time.monotonic() - started < 15, "they waited for one attempt, not for two"
    desk.kill()


def test_readers_killed_while_running(new_desk: Callable[..., Desk]) -> None:
    """kill -9 of the fork server, of its reader: the next mail is read whole all the same."""
    desk = new_desk().init()
    desk.start()
    for turn in range(4):
        for pid in readers_of(desk)[turn % 2 : turn % 2 + 1]:
            os.kill(pid, signal.SIGKILL)
        assert desk.send(neighbour(turn), f"good-{turn}@friends.example").startswith("250")
        wait_for_new(desk, turn + 1)
    # Whoever was read by halves has his own mail as a file.
    assert look(desk, "SELECT count(*) FROM attachment") == [(0,)]
    assert desk.audit()["balanced"]
    assert desk.stop() == 0


# ---- a template of the operators' own -------------------------------------------------------------------------------


def test_a_template_that_fails_at_run_time(new_desk: Callable[..., Desk]) -> None:
    """The shipped one takes its place, the operators hear of it once, and the ticket is untouched."""
    desk = new_desk().init()
    own = desk.folder / "own" / "mail" / "en"
    own.mkdir(parents=True)
    # Good on every sample, and not on the day it is needed.
    fails = f"{{{{ 1 // (0 if number[:6] == '{T0:%y%m%d}' else 1) }}}}"
    (own / "acknowledgement_plain.txt.j2").write_text(f"Subject: We have it\nYour number is {{{{ number }}}}.{fails}\n")
    desk.replace("[desk]", '[desk]\ntemplates = "own"')
    desk.run("check")
    take_all(desk, *map(neighbour, range(3)), at=("--at", T0.isoformat()))
    desk.work("--at", T0.isoformat())
    assert desk.audit()["dispositions"] == {"new": 3}
    for n in range(3):
        (acknowledgement,) = desk.outgoing_to(f"good-{n}@friends.example")
        assert "We have it" not in str(acknowledgement["Subject"])
    alarms = [mail for mail in desk.outgoing_to("kari@example.com") if "acknowledgement_plain" in plain_text(mail)]
    assert len(alarms) == 1
    assert "ZeroDivisionError" in plain_text(alarms[0])
