"""Reader processes for real: what a mail does to its reader, and to nobody else."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailgate.inbound.parse import parse
from mailgate.mail import InboundMail
from mailgate.readers import FRAME_BYTES, Level, ReaderFault, Readers

ROOT = Path(__file__).resolve().parents[2]


def mail(subject: str, body: bytes = b"hello\r\n", header: bytes = b"") -> bytes:
    return b"From: a@example.org\r\nSubject: " + subject.encode() + b"\r\n" + header + b"\r\n" + body


def poison(what: str) -> bytes:
    return mail(f"poison {what}", f"mailgate-poison: {what}\r\n".encode())


ENVIRONMENT = {**os.environ, "MAILGATE_TEST_POISON": "1", "SECRET_OF_OURS": "x"}


@pytest.fixture
def readers() -> Iterator[Readers]:
    with Readers(wall_seconds=30.0, cpu_seconds=1, environment=ENVIRONMENT) as started:
        yield started


def subjects(outcomes: list[InboundMail | ReaderFault]) -> list[str]:
    return [one.subject if isinstance(one, InboundMail) else f"fault {one.reason}" for one in outcomes]


def test_what_is_read_there_equals_what_is_read_here(readers: Readers) -> None:
    attached = (
        b"From: K <k@example.org>\r\nReply-To: r@example.org\r\nSubject: =?utf-8?Q?bl=C3=A5?=\r\nDate: 1 Nov 202"
        b"6 10:00 +0100\r\n"
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nhei\r\n\r\n> old\r\n--b\r\nContent-Type: i"
        b"mage/png\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\nAAECAwT/\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n"
        b"From: c@example.org\r\nSubject: inner\r\n\r\nwords\r\n--b--\r\n"
    )
    bounced = (
        b"From: MAILER-DAEMON@example.org\r\nContent-Type: multipart/report; report-type=delivery-status; bounda"
        b"ry=b\r\n\r\n"
        b"--b\r\n\r\nno such user\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx\r\n\r\n"
        b"Final-Recipient: rfc822; x@example.org\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--b--\r\n"
    )
    for data in (attached, bounced, b"", b"\xff\x00\r\r\n", mail("x")):
        assert readers.read([(data, Level.WHOLE)]) == [parse(data)]
        assert readers.read([(data, Level.HEADERS)]) == [parse(data, headers_only=True)]


@pytest.mark.parametrize(
    "what, reason",
    [
        ("raise", "error: RuntimeError at readers.py"),
        ("hang", "time"),
        ("eat-memory", "memory"),
        ("eat-cpu", "cpu"),
        ("die", "crash: SIGKILL"),
    ],
)
def test_a_poisonous_mail_costs_itself_alone(what: str, reason: str) -> None:
    batch = [(mail("one"), Level.WHOLE), (poison(what), Level.WHOLE), (mail("two"), Level.WHOLE)]
    # Only the one that hangs is to meet the wall limit, however busy this machine is.
    with Readers(wall_seconds=2.0 if what == "hang" else 60.0, cpu_seconds=1, environment=ENVIRONMENT) as readers:
        first, fault, last = readers.read(batch)
        assert subjects([first, last]) == ["one", "two"]
        assert isinstance(fault, ReaderFault) and fault.reason.startswith(reason)
        assert subjects(readers.read(batch[2:])) == ["two"]


def test_the_ladder_gets_past_poison_in_the_body_and_in_the_header(readers: Readers) -> None:
    in_header = mail("s", header=b"mailgate-poison: die\r\n")
    outcomes = readers.read([(poison("die"), Level.HEADERS), (in_header, Level.HEADERS), (in_header, Level.OPAQUE)])
    assert subjects(outcomes) == ["poison die", "fault crash: SIGKILL", "s"]


def test_without_the_hook_poison_is_text() -> None:
    with Readers() as readers:
        (read,) = readers.read([(poison("die"), Level.WHOLE)])
    assert isinstance(read, InboundMail) and read.text == "mailgate-poison: die"


def test_many_and_large_mails_keep_their_order(readers: Readers) -> None:
    large = mail("large", b"x" * 76 + b"\r\n" + b"y" * (3 * FRAME_BYTES))
    batch = [(large if n % 7 == 3 else mail(str(n)), Level.WHOLE) for n in range(60)]
    expected = ["large" if n % 7 == 3 else str(n) for n in range(60)]
    assert subjects(readers.read(batch)) == expected


def test_a_large_attachment_crosses_both_pipes(readers: Readers) -> None:
    body = b"Content-Type: application/x\r\nContent-Transfer-Encoding: base64\r\n"
    data = mail("big", (b"A" * 76 + b"\r\n") * 130_000, header=body)
    (read,) = readers.read([(data, Level.WHOLE)])
    assert isinstance(read, InboundMail) and read.attachments[0].data == bytes(57 * 130_000)


def test_a_reader_killed_from_outside_is_replaced(readers: Readers) -> None:
    _, reader = readers.pids
    os.kill(reader, signal.SIGKILL)
    outcomes = readers.read([(mail("a"), Level.WHOLE), (mail("b"), Level.WHOLE)])
    assert subjects(outcomes)[-1] == "b"
    assert subjects(readers.read([(mail("c"), Level.WHOLE)])) == ["c"]


def test_a_fork_server_killed_from_outside_is_replaced(readers: Readers) -> None:
    server, _ = readers.pids
    os.kill(server, signal.SIGKILL)
    readers.read([(mail("a"), Level.WHOLE)])
    assert subjects(readers.read([(mail("b"), Level.WHOLE)])) == ["b"]


def test_a_reader_is_recycled_and_leaves_no_zombie() -> None:
    with Readers(mails_a_reader=2) as readers:
        seen = set()
        for n in range(6):
            assert subjects(readers.read([(mail(str(n)), Level.WHOLE)])) == [str(n)]
            seen.add(readers.pids[1])
        assert len(seen) == 3
        children = Path(f"/proc/{readers.pids[0]}/task/{readers.pids[0]}/children").read_text().split()
        assert len(children) <= 2


def test_a_reader_holds_nothing_of_ours(readers: Readers, tmp_path: Path) -> None:
    with (tmp_path / "open").open("w"):
        readers.read([(poison("die"), Level.WHOLE)])
        readers.read([(mail("x"), Level.WHOLE)])
        server, reader = readers.pids
        names = sorted(os.readlink(f"/proc/{reader}/fd/{fd}") for fd in os.listdir(f"/proc/{reader}/fd"))
        assert [name for name in names if not name.startswith(("socket:", "/dev/null"))] == []
        assert sum(name.startswith("socket:") for name in names) == 1
        assert b"SECRET_OF_OURS" not in Path(f"/proc/{server}/environ").read_bytes()
        limits = Path(f"/proc/{reader}/limits").read_text()
        assert str(600 * 1024 * 1024) in next(line for line in limits.splitlines() if "address space" in line)


def test_threads_may_share_the_readers(readers: Readers) -> None:
    wrong: list[str] = []

    def work(name: str) -> None:
        for n in range(20):
            batch = [(mail(f"{name}-{n}-{i}"), Level.WHOLE) for i in range(3)]
            if subjects(readers.read(batch)) != [f"{name}-{n}-{i}" for i in range(3)]:
                wrong.append(name)

    threads = [threading.Thread(target=work, args=(name,)) for name in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_readers_die_with_the_daemon_even_in_the_middle_of_a_mail() -> None:
    """kill -9 for the daemon while its reader hangs: neither fork server nor reader stays."""
    program = (
        "import sys, json; from mailgate.readers import Readers, Level\n"
        "readers = Readers(wall_seconds=100); readers.start(); print(json.dumps(readers.pids), flush=True)\n"
        "readers.read([(b'Subject: x\\n\\nmailgate-poison: hang\\n', Level.WHOLE)])\n"
    )
    environment = {**os.environ, "MAILGATE_TEST_POISON": "1", "PYTHONPATH": str(ROOT)}
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, env=environment) as daemon:
        assert daemon.stdout is not None
        pids = json.loads(daemon.stdout.readline())
        daemon.kill()
    deadline = time.monotonic() + 10
    while any(is_running(pid) for pid in pids) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not any(is_running(pid) for pid in pids)


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in "ZX"


def test_one_reader_reads_on(readers: Readers) -> None:
    """A process of its own for every mail would cost more than the reading."""
    batch = [(mail(str(n), b"some words in a line\r\n" * 40), Level.WHOLE) for n in range(320)]
    readers.read(batch[:16])
    pids = readers.pids
    assert len(readers.read(batch)) == 320
    assert readers.pids == pids
