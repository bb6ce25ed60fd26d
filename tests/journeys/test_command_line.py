"""The desk from the terminal: the same commands as by mail, exit 0, 1 or 2, and errors that say what to do."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from agents import body, changes, letter, number_in, reply
from harness import AGENT, Desk
from leaks import check_valid, find_leaks

NOTE = "Kunden er en kjent kverulant"


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    """One desk for all these stories: each opens tickets of its own."""
    with tempfile.TemporaryDirectory(prefix="mailgate-", ignore_cleanup_errors=True) as folder:
        desk = Desk(Path(folder) / "desk").init(agents=[AGENT, "Per Hansen <per@example.com>"])
        yield desk
        # Whatever left for a requester in these stories, no word of the house was in it.
        for file in (desk.folder / "outgoing" / "new").iterdir():
            data = _bare(file.read_bytes())
            assert check_valid(data) == []
            if not re.search(rb"^To: .*@example\.com", data, re.MULTILINE):
                assert find_leaks(data, {"note": NOTE, "agent": "kari@example.com"}) == []
        figures = desk.audit()
        assert figures["balanced"] and figures["waiting_in"] == 0


def _bare(data: bytes) -> bytes:
    """Without the lines that the maildir put above it."""
    return re.sub(rb"\A(?:(?:Return-Path|Delivered-To): [^\n]*\n)+", b"", data)


def _open(desk: Desk, who: str, *more: str) -> str:
    done = desk.inside("open", "--requester", who, "--subject", "Printer", *more, stdin=b"It burns.\nSince Monday.\n")
    return done.stdout.strip()


def test_a_case_that_came_by_phone(desk: Desk) -> None:
    at = "2030-01-01T10:{}+00:00".format
    number = _open(desk, "Ola Nordmann <ola@example.org>", "--at", at("00"))
    desk.work("--at", at("01"))
    ticket = desk.ticket(number)
    assert (ticket["channel"], ticket["status"], ticket["internal"]) == ("phone", "open", False)
    assert ticket["requester"] == {"name": "Ola Nordmann", "address": "ola@example.org"}
    assert ticket["messages"][0]["text"] == "It burns.\nSince Monday."
    [told] = desk.outgoing_to("ola@example.org")
    assert number in body(told) and number_in(told) == number
    # His answer finds the case.
    desk.take(reply(told, "It is out.", author="Ola <ola@example.org>").encode(), arguments=("--at", at("02")))
    desk.work("--at", at("02"))
    assert [one["text"] for one in desk.ticket(number)["messages"]][1:] == ["It is out."]


def test_nobody_is_told_of_a_silent_one(desk: Desk) -> None:
    _open(desk, "silent@example.org", "--silent", "--channel", "chat")
    desk.work()
    assert desk.outgoing_to("silent@example.org") == []


def test_the_life_of_a_case(desk: Desk) -> None:
    number = _open(desk, "Nina <nina@example.org>", "--silent")
    before = desk.ticket(number)
    for arguments, said in (
        (("claim", number), "Kari Nordmann has"),
        (("priority", number, "high"), "is high now"),
        (("assign", number, "per", "--as", "kari"), "Per Hansen has"),
        (("note", f"[#{number}]", NOTE), "the requester does not see it"),
        (("done", number, "--as", "per"), "is completed"),
        (("close", number), "is closed now"),
        (("reopen", number), "is in progress now"),
        (("assign", number, "none"), "Nobody has it now"),
    ):
        assert said in desk.inside(*arguments).stdout, arguments
    after = desk.ticket(number)
    assert changes(before, after) == {"status": "in_progress", "priority": "high"}
    assert [
        (one["who"], one["what"], one["from"], one["to"]) for one in after["history"][len(before["history"]) :]
    ] == [
        ("kari", "assignee", None, "kari"),
        ("kari", "status", "open", "in_progress"),
        ("kari", "priority", "medium", "high"),
        ("kari", "assignee", "kari", "per"),
        ("kari", "note", None, "M2"),
        ("per", "status", "in_progress", "completed"),
        ("kari", "status", "completed", "closed"),
        ("kari", "status", "closed", "in_progress"),
        ("kari", "assignee", "per", None),
    ]
    assert {one["by"] for one in after["history"] if one["what"] == "priority"} == {"!priority (command line)"}
    assert after["messages"][-1]["text"] == NOTE and after["messages"][-1]["internal"]


def test_an_answer_waits_and_can_be_taken_back(desk: Desk) -> None:
    number = _open(desk, "Eva <eva@example.org>", "--silent")
    at = "2030-01-02T10:{}+00:00".format
    said = desk.inside("reply", number, "Wrong", "words.", "--at", at("00:00")).stdout
    assert "eva@example.org in 60 seconds." in said
    assert "taken back" in desk.inside("undo", number, "--at", at("00:59")).stdout
    desk.inside("reply", number, "--at", at("01:00"), stdin="Rett på:\nslå av.\n".encode())
    desk.work("--at", at("01:59"))
    assert desk.outgoing_to("eva@example.org") == []
    desk.work("--at", at("02:00"))
    [answer] = desk.outgoing_to("eva@example.org")
    assert body(answer) == "Rett på:\nslå av." and str(answer["From"]).startswith('"Kari, Support"')
    late = desk.inside("undo", number, "--at", at("02:00"), status=1).stderr
    assert late.startswith("mailgate: your last answer has left already")


# (arguments, exit status, what stderr says); `{}` is a ticket that is open
WRONG = [
    (("claim", "261301001"), 1, "there is no ticket 261301001"),
    (("ticket", "nonsense"), 1, "there is no ticket nonsense"),
    (("reopen", "{}"), 1, "is open"),
    (("undo", "{}", "--as", "per"), 1, "there is nothing of yours to take back"),
    (("note", "{}", " "), 1, "the note is empty"),
    (("reply", "{}", ""), 1, "there are no words to send"),
    (("reply", "{}", "Ask kari@example.com"), 1, "must not leave the house"),
    (("assign", "{}", "nobody-here"), 1, "no agent “nobody-here” (there are: kari, per)"),
    (("priority", "{}", "enormous"), 2, "say low, medium, high or urgent"),
    (("claim", "{}", "--as", "nobody-here"), 2, "no such agent (there are: kari, per)"),
    (("open", "--requester", "Zebra", "x"), 2, 'write it as "Ola Nordmann <ola@example.org>"'),
    (("open", "--requester", "a@example.org", "--channel", "pigeon", "x"), 2, "say phone, chat, form or internal"),
    (("open", "--requester", "a@example.org", "--mailbox", "no@example.com", "x"), 2, "none of our mailboxes"),
    (("release", "4711"), 1, "mail 4711 is not held; see `mailgate spool held`"),
    (("reject", "4711"), 1, "mail 4711 is not held; see `mailgate spool held`"),
    (("retry", "4711"), 1, "nobody left to send to"),
    (("claim", "{}", "--at", "soon"), 2, "is not a time"),
    (("claim",), 2, "NUMBER"),
]


@pytest.fixture(scope="module")
def open_case(desk: Desk) -> str:
    return _open(desk, "still@example.org", "--silent")


@pytest.mark.parametrize("arguments, status, said", WRONG, ids=[" ".join(row[0])[:30] for row in WRONG])
def test_an_error_says_what_to_do(
    desk: Desk, open_case: str, arguments: tuple[str, ...], status: int, said: str
) -> None:
    done = desk.inside(*(one.format(open_case) for one in arguments), status=status)
    error = done.stderr
    assert said in error and "Traceback" not in error and done.stdout == ""
    if status == 1:
        assert error.startswith("mailgate: ") and error.count("\n") == 1


def test_errors_changed_nothing(desk: Desk, open_case: str) -> None:
    ticket = desk.ticket(open_case)
    assert ticket["status"] == "open" and len(ticket["messages"]) == 1 and ticket["assignee"] is None


def test_a_ticket_cannot_play_with_the_terminal(desk: Desk) -> None:
    evil = "\x1b]0;owned\x07\x1b[2J\x9b31m\u202egpj.exe\u2066"
    name = "=?utf-8?B?G1sySgc=?="
    mail = letter(f'"{name}" <eve@evil.example>', "support@example.com", f"Fire {name}", f"Hello {evil}\r\x08\x08bye")
    desk.take(mail.encode("utf-8", "surrogatepass"))
    desk.work()
    [row] = [one for one in desk.tickets() if one["requester"]["address"] == "eve@evil.example"]
    for arguments in (("ticket", row["number"]), ("tickets", "--all"), ("spool",)):
        shown = desk.inside(*arguments).stdout
        assert all(sign == "\n" or sign == "\t" or sign.isprintable() for sign in shown), arguments
    shown = desk.inside("ticket", row["number"]).stdout
    assert "Hello" in shown and "bye" in shown and f"{row['number']}  Fire" in shown


@pytest.mark.parametrize(
    "arguments, status, said",
    [
        (("note", "261121001", "\udcff"), 2, "not valid UTF-8"),
        (("open", "--requester", "\udcffx <a@b.example>", "hello"), 2, "not valid UTF-8"),
        (("open", "--requester", "x <support@example.com>", "hello"), 2, "our own mailbox"),
        (("open", "--requester", "x <a@b.example>", "--mailbox", "x@example.com", "hello"), 2, "none of our mailboxes"),
        (("retry", "99999999999999999999"), 2, "should be less"),
        (("retry", "--in", "1"), 1, "was not set aside"),
        (("work", "--at", "9999-12-31T23:59-12:00"), 2, "--at"),
        (("audit", "--from", "yesterday"), 2, "--from"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(desk: Desk, arguments: tuple[str, ...], status: int, said: str) -> None:
    if arguments[0] == "work":
        error = desk.run(*arguments, status=status).stderr.decode()
    else:
        error = desk.inside(*arguments, status=status).stderr
    assert said in error
    assert "Traceback" not in error
