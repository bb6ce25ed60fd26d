"""Milestone A: from an empty folder to a ticket and its acknowledgement, over real sockets, on both databases."""

from __future__ import annotations

import email
import email.policy
import hashlib
import json
import re
import subprocess
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from harness import ADDRESS, MAILGATE, Desk, plain_text, tool
from leaks import check_valid, find_leaks

from mailgate import spool
from mailgate.config import load
from mailgate.database import Database

FIRST = b"""From: Ola Nordmann <ola@example.org>
To: support@example.com
Subject: The printer is on fire
Message-ID: <first@example.org>
Date: Sat, 21 Nov 2026 09:30:00 +0100

Please help, it smokes since this morning.
"""


def keys(names: str) -> set[str]:
    return set(names.split())


# What DESIGN promises of the JSON; more may be there, none may be missing.
TICKET_KEYS = keys(
    """number subject title status waiting_for fyi internal channel priority type category tags fields queue requester
    contact organisation equipment project assignee tasks participants opened_at first_response_at completed_at
    closed_at deadlines messages history links time_spent_minutes resolution"""
)
MESSAGE_KEYS = keys("id at author role internal verified text full_text attachments message_id")
HISTORY_KEYS = keys("at who what from to by")
SPOOL_KEYS = keys("id direction state at attempts disposition ticket error mail_from rcpt_to")
AUDIT_KEYS = keys("arrived dispositions waiting_in waiting_out waiting balanced")
EXPLAIN_KEYS = keys("kind disposition matching ticket reason notices deadlines")
PARSE_KEYS = keys(
    """file message_id author to cc subject sent_at in_reply_to references text html new_text folded attachments kind
    bounce case_numbers language defects"""
)


def raw_outgoing(desk: Desk) -> list[bytes]:
    return [file.read_bytes() for file in sorted((desk.folder / "outgoing" / "new").iterdir())]


def to(mails: list[bytes], address: str) -> list[EmailMessage]:
    parsed = [email.message_from_bytes(mail, policy=email.policy.default) for mail in mails]
    return [mail for mail in parsed if address in str(mail["To"])]


def rows(desk: Desk, query: sa.Select[Any]) -> list[Any]:
    database = Database(load(desk.config).desk.database.url)
    try:
        with database.read() as connection:
            return list(connection.execute(query))
    finally:
        database.close()


def test_a_mail_becomes_a_ticket_and_is_acknowledged(desk: Desk) -> None:
    desk.start()
    assert desk.send(FIRST).startswith("250 ")
    audit = desk.settle()
    assert audit["arrived"] == 1 and audit["dispositions"] == {"new": 1} and audit["balanced"] is True

    (listed,) = desk.tickets()
    number = listed["number"]
    assert re.fullmatch(r"\d{6}001", number)
    ticket = desk.ticket(number)
    assert set(ticket) >= TICKET_KEYS
    assert set(listed) >= TICKET_KEYS - {"messages", "history"} and not set(listed) & {"messages", "history"}
    assert {key: ticket[key] for key in listed} == listed
    assert (ticket["subject"], ticket["title"], ticket["status"]) == (
        "The printer is on fire",
        "The printer is on fire",
        "open",
    )
    assert ticket["requester"] == {"name": "Ola Nordmann", "address": "ola@example.org"}
    assert (ticket["channel"], ticket["queue"], ticket["priority"]) == ("mail", "support", "medium")
    assert ticket["assignee"] is None and ticket["closed_at"] is None and ticket["resolution"] is None
    assert re.search(r"\+0[12]:00$", ticket["opened_at"])  # the desk's zone
    (message,) = ticket["messages"]
    assert set(message) >= MESSAGE_KEYS
    assert message["author"] == {"name": "Ola Nordmann", "address": "ola@example.org"}
    assert message["role"] == "requester" and message["internal"] is False
    assert message["text"].strip() == "Please help, it smokes since this morning."
    assert message["message_id"] == "<first@example.org>" and message["attachments"] == []
    assert ticket["history"] and all(set(entry) >= HISTORY_KEYS for entry in ticket["history"])

    mails = raw_outgoing(desk)
    assert [check_valid(mail) for mail in mails] == [[], []]
    (acknowledgement,) = to(mails, "ola@example.org")
    assert f"[#{number}]" in acknowledgement["Subject"]
    assert acknowledgement["Auto-Submitted"] == "auto-replied"
    assert acknowledgement["X-Auto-Response-Suppress"] == "All"
    assert acknowledgement["In-Reply-To"] == "<first@example.org>"
    own, *others = acknowledgement["References"].split()
    assert own == acknowledgement["Message-ID"] and "<first@example.org>" in others
    assert re.fullmatch(rf"support\+r\.{number}\.[a-z2-7.0-9]+@example\.com", acknowledgement["Reply-To"])
    # Nothing proves who Ola is (auth none), so nothing he wrote is sent to the address in From; and nobody's alert.
    secrets = {"subject": "on fire", "body": "smokes since", "name": "Nordmann", "agent": "kari@example.com"}
    (raw,) = [mail for mail in mails if b"To: ola@" in mail]
    assert find_leaks(raw, secrets) == []

    (alert,) = to(mails, "kari@example.com")
    assert alert["Auto-Submitted"] == "auto-generated"
    assert re.search(rf"support\+p\.{number}\.", alert["Reply-To"])
    assert "smokes since this morning" in plain_text(alert)
    (signed,) = rows(desk, sa.select(spool.outbound_mail).where(spool.outbound_mail.c.issued_to == "ola@example.org"))
    assert re.match(rf"support\+b\.{number}\.", signed.mail_from) and signed.state == "sent"
    assert desk.stop() == 0


def test_a_mail_with_curl_as_readme_says(new_desk: Callable[..., Desk]) -> None:
    """The command stands in `make run`; it is run here as it stands there."""
    makefile = (Path(__file__).parents[2] / "Makefile").read_text()
    (line,) = re.findall(r"printf '(From: Ola.*?)' \|", makefile)
    (curl,) = re.findall(r"(curl smtp://\S+ .*--upload-file -)", makefile)
    desk = new_desk().init()
    desk.start()
    tool("curl")
    command = f"printf '{line}' | {curl}".replace("127.0.0.1:2525", f"127.0.0.1:{desk.port}")
    done = subprocess.run(["bash", "-c", command], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    desk.settle()
    assert [ticket["title"] for ticket in desk.tickets()] == ["The printer is on fire"]


def test_taken_and_worked_without_a_daemon(desk: Desk) -> None:
    late = "2026-11-21T23:30:00+00:00"  # already the 22nd where the desk is
    desk.take(FIRST, arguments=("--at", late))
    waiting = desk.spool("in")
    assert len(waiting) == 1 and set(waiting[0]) >= SPOOL_KEYS
    row = waiting[0]
    assert (row["direction"], row["state"], row["attempts"]) == ("in", "waiting", 0)
    assert row["disposition"] is None and row["ticket"] is None and row["error"] is None
    audit = desk.audit()
    assert set(audit) >= AUDIT_KEYS
    assert (audit["arrived"], audit["waiting_in"], audit["waiting_out"], audit["waiting"]) == (1, 1, 0, 1)
    assert audit["balanced"] is True and audit["dispositions"] == {}

    assert desk.tickets() == []
    desk.work("--at", late)
    (ticket,) = desk.tickets()
    assert ticket["number"] == "261122001" and ticket["opened_at"] == "2026-11-22T00:30:00+01:00"
    assert desk.spool("in") == [] and desk.spool("out") == []
    assert desk.audit()["dispositions"] == {"new": 1}
    sent = raw_outgoing(desk)
    desk.work("--at", late)
    assert raw_outgoing(desk) == sent  # what was told is told once
    assert [one["number"] for one in desk.json_lines("tickets")] == ["261122001"]


def test_take_says_what_it_did_and_refuses_what_it_cannot(new_desk: Callable[..., Desk], tmp_path: Path) -> None:
    desk = new_desk().init()
    files = [tmp_path / name for name in ("a.eml", "b.eml")]
    for number, file in enumerate(files):
        file.write_bytes(FIRST.replace(b"<first@", b"<take%d@" % number))
    taken = desk.json_lines("take", *map(str, files), "--mailbox", ADDRESS, "--mail-from", "ola@example.org")
    assert [one["file"] for one in taken] == [str(file) for file in files]
    assert [(row["mail_from"], row["rcpt_to"]) for row in desk.spool("in")] == [("ola@example.org", [ADDRESS])] * 2
    for wrong, status, word in (
        (["take", str(tmp_path / "none.eml")], 1, "No such file"),
        (["take", str(files[0]), "--mailbox", "other@example.com"], 2, "other@example.com"),
        (["take", str(files[0]), "--mail-from", "no address"], 2, "no address"),
        (["take", str(files[0]), "--at", "yesterday"], 2, "yesterday"),
        (["take", str(tmp_path)], 1, "directory"),
    ):
        done = desk.inside(*wrong, status=status)
        assert word in done.stderr and len(done.stderr.splitlines()) == 1, wrong
    assert len(desk.spool("in")) == 2  # nothing was taken by halves
    mixed = desk.inside("take", str(files[0]), str(tmp_path / "none.eml"), status=1)
    assert "none.eml" in mixed.stderr and len(desk.spool("in")) == 2


def test_explain_tells_and_leaves_the_database_file_alone(new_desk: Callable[..., Desk], tmp_path: Path) -> None:
    desk = new_desk().init()
    mail = tmp_path / "mail.eml"
    mail.write_bytes(FIRST)

    def digest() -> str:
        return hashlib.sha256((desk.folder / "desk.db").read_bytes()).hexdigest()

    before = digest()
    told = desk.json("explain", str(mail), "--at", "2026-11-21T09:30+01:00")
    assert digest() == before and desk.audit()["arrived"] == 0 and desk.tickets() == []
    assert set(told) >= EXPLAIN_KEYS
    assert told["kind"]["name"] == "personal" and told["disposition"]["name"] == "new"
    assert told["ticket"] == "261121001"
    assert sorted(notice["to"][0] for notice in told["notices"]) == ["kari@example.com", "ola@example.org"]
    assert all(set(notice) >= {"to", "template", "subject", "why"} for notice in told["notices"])
    assert all(set(step) >= {"step", "evidence", "strength", "outcome"} for step in told["matching"])

    desk.start()
    desk.send(FIRST)
    desk.settle()
    before = digest()
    assert desk.json("explain", str(mail))["disposition"]["name"] == "duplicate"
    mail.write_bytes(FIRST.replace(b"<first@", b"<second@").replace(b"smokes", b"burns"))
    assert desk.json("explain", str(mail))["disposition"]["name"] == "new"
    assert digest() == before and desk.audit()["arrived"] == 1 and len(desk.tickets()) == 1
    assert not any(b"second@" in sent for sent in raw_outgoing(desk))


HOSTILE = {
    "empty": b"",
    "one line end": b"\n",
    "noise": bytes(range(256)) * 40,
    "no header": b"just words\n",
    "null octets": b"From: a@example.org\0\nSubject: \0\0\n\n\0",
    "encoded newline": b"From: =?utf-8?q?a=0D=0ABcc:_b@example.org?= <a@example.org>\nMessage-ID: <[>\n\nx\n",
    "charset that is a codec": b"Content-Type: text/plain; charset=base64\nSubject: =?idna?q?x?=\n\nAAAA\n",
    "deep": b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (depth, depth) for depth in range(2000)
    ),
    "many headers": b"X: y\n" * 100_000 + b"\nbody\n",
    "a subject of encoded words": b"Subject: " + b"=?utf-8?q?a?= " * 30_000 + b"\n\nbody\n",
    "lone surrogates": b"Subject: =?utf-16-be?b?2AA=?=\n\n\xed\xa0\x80\n",
}


def test_parse_answers_one_line_for_any_bytes(tmp_path: Path) -> None:
    """No configuration, no database, no folder of its own: exit 0 and one JSON object a file, in their order."""
    files = []
    for number, data in enumerate((*HOSTILE.values(), FIRST)):
        files.append(tmp_path / f"{number}.eml")
        files[-1].write_bytes(data)
    elsewhere = tmp_path / "empty"
    elsewhere.mkdir()
    done = subprocess.run([MAILGATE, "parse", *files], cwd=elsewhere, capture_output=True, timeout=100, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    lines = done.stdout.splitlines()
    assert len(lines) == len(files)
    read = [json.loads(line) for line in lines]
    assert [one["file"] for one in read] == [str(file) for file in files]
    for name, one in zip((*HOSTILE, "first"), read, strict=True):
        assert set(one) >= PARSE_KEYS, name
        assert isinstance(one["text"], str) and isinstance(one["new_text"], str) and isinstance(one["html"], str), name
        assert set(one["kind"]) >= {"name", "rule", "detail"}, name
    first = read[-1]
    assert first["author"] == {"name": "Ola Nordmann", "address": "ola@example.org"}
    assert first["kind"]["name"] == "personal" and first["bounce"] is None and first["defects"] == []
    assert first["sent_at"] == "2026-11-21T08:30:00+00:00"
    assert read[0]["author"] is None and read[0]["message_id"] is None
    assert list(elsewhere.iterdir()) == []


def test_parse_of_standard_input_and_of_nothing(tmp_path: Path) -> None:
    done = subprocess.run([MAILGATE, "parse", "-"], input=FIRST, cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == 0 and json.loads(done.stdout)["subject"] == "The printer is on fire"
    lost = subprocess.run([MAILGATE, "parse", "no.eml"], cwd=tmp_path, capture_output=True, check=False)
    assert lost.returncode == 1 and lost.stderr.decode().count("\n") == 1 and "no.eml" in lost.stderr.decode()
    assert subprocess.run([MAILGATE, "parse"], cwd=tmp_path, capture_output=True, check=False).returncode == 2


def test_check_looks_and_starts_nothing(desk: Desk) -> None:
    before = {file.name for file in desk.folder.iterdir()}
    assert desk.run("check").stdout.decode().splitlines()[-1] == "The configuration is in order."
    assert {file.name for file in desk.folder.iterdir()} == before
    assert b"usable" in desk.run("check", "--connect").stdout


def test_init_never_overwrites(new_desk: Callable[..., Desk]) -> None:
    desk = new_desk().init()
    config, secret = desk.config.read_bytes(), (desk.folder / "secret.key").read_bytes()
    done = desk.run("init", str(desk.folder), "--address", "other@example.com", status=1)
    assert b"nothing was" in done.stderr and len(done.stderr.splitlines()) == 1
    assert (desk.config.read_bytes(), (desk.folder / "secret.key").read_bytes()) == (config, secret)
    assert (desk.folder / "secret.key").stat().st_mode & 0o077 == 0


def test_a_desk_in_an_oddly_named_folder(new_desk: Callable[..., Desk]) -> None:
    desk = new_desk()
    desk.folder = desk.folder.parent / "100% a?b#c sûr"
    desk.config = desk.folder / "mailgate.toml"
    desk.init()
    assert (desk.folder / "desk.db").exists()
    desk.take(FIRST)
    desk.work()
    assert len(desk.tickets()) == 1 and len(raw_outgoing(desk)) == 2


def test_sigterm_under_load_loses_nothing(desk: Desk) -> None:
    """Four clients write as fast as they can; what was answered 250 before the end is there after it."""
    accepted: set[str] = set()
    enough = threading.Event()
    desk.start()

    def write(client: int) -> None:
        try:
            with desk.smtp() as connection:
                for number in range(10_000):
                    identity = f"<load.{client}.{number}@example.org>"
                    mail = FIRST.replace(b"<first@example.org>", identity.encode())
                    if connection.deliver(mail, "ola@example.org", [ADDRESS]).startswith("250"):
                        accepted.add(identity)
                    if len(accepted) > 60:
                        enough.set()
        except OSError:
            pass  # the daemon has hung up: what was not answered is the client's still

    with ThreadPoolExecutor(4) as clients:
        running = [clients.submit(write, client) for client in range(4)]
        assert enough.wait(30)
        assert desk.stop(30) == 0  # fails when it takes longer
        for one in running:
            one.result()
    assert len(accepted) > 60
    same_bytes = spool.blob.c.sha256 == spool.inbound_mail.c.sha256
    raws = [row.bytes for row in rows(desk, sa.select(spool.blob.c.bytes).join(spool.inbound_mail, same_bytes))]
    stored = {re.findall(rb"<load\.[\d.]+@example.org>", raw)[0].decode() for raw in raws}
    assert accepted <= stored
    desk.work()
    audit = desk.audit()
    assert audit["balanced"] and audit["waiting"] == 0 and audit["arrived"] == len(stored)
