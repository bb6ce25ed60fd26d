"""`mailgate parse` over whatever mails lie in: files, folders, maildirs, mboxes, many at once, always in order."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
from harness import MAILGATE, tool

from mailgate.cli.parsing import found


def letter(subject: str) -> bytes:
    return f"From: ola@example.org\nSubject: {subject}\n\nFrom here on it is {subject}.\n\nFrom now on, too.\n".encode()


MBOX = b"".join(
    b"From ola@example.org Sat Nov 21 10:0%d:00 2026\n%s\n" % (number, letter(f"mbox {number}")) for number in range(3)
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, data in (
        ("b.eml", letter("b")),
        ("a/deep.eml", letter("deep")),
        ("c.mbox", MBOX),
        ("d-single", b"From ola@example.org Sat Nov 21 10:00:00 2026\n" + letter("single")),
        ("e/cur/1:2,S", letter("read")),
        ("e/new/2", letter("unread")),
        ("e/tmp/3", letter("unfinished")),
        ("e/.Sent/cur/4", letter("sent")),
        ("e/dovecot.index", b"no mail"),
        (".hidden", letter("hidden")),
        ("f.eml", b""),
    ):
        file = tmp_path / "mails" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    (tmp_path / "mails" / "e" / ".Sent" / "new").mkdir()
    return tmp_path / "mails"


def test_where_mails_lie(folder: Path) -> None:
    unreadable: list[str] = []
    names = [name.removeprefix(f"{folder}/") for name, _ in found([folder], unreadable)]
    assert names == [
        "a/deep.eml", "b.eml", "c.mbox#1", "c.mbox#2", "c.mbox#3", "d-single", "e/.Sent/cur/4", "e/cur/1:2,S",
        "e/new/2", "f.eml",
    ]  # fmt: skip
    assert unreadable == []
    mails = [data for name, data in found([folder / "c.mbox"], unreadable)]
    assert b"".join(mails) == MBOX


def test_only_files_are_read_and_each_once(folder: Path, tmp_path: Path) -> None:
    aside = tmp_path / "aside"
    aside.mkdir()
    (aside / "linked").write_bytes(letter("linked"))
    os.mkfifo(folder / "pipe")
    for name, target in (
        ("loop", "."), ("zero", "/dev/zero"), ("round", "round"), ("x-again", "b.eml"), ("y-other", aside / "linked"),
        ("z-folder", aside),
    ):  # fmt: skip
        (folder / name).symlink_to(target)
    (tmp_path / "named").symlink_to(folder)
    unreadable: list[str] = []
    names = [name.removeprefix(f"{tmp_path}/named/") for name, _ in found([tmp_path / "named"], unreadable)]
    assert names[-2:] == ["f.eml", "y-other"] and len(names) == 11
    assert [line.removeprefix(f"{tmp_path}/named/") for line in unreadable] == [
        "loop: passed over, a link to a folder",
        "pipe: passed over, neither a file nor a folder",
        "round: Too many levels of symbolic links",
        "x-again: passed over, the same file was read before",
        "z-folder: passed over, a link to a folder",
        "zero: passed over, neither a file nor a folder",
    ]
    unreadable.clear()
    assert list(found([Path("/dev/zero"), folder / "b.eml", folder / "b.eml"], unreadable)) == [
        (f"{folder}/b.eml", letter("b"))
    ]
    assert unreadable == [
        "/dev/zero: passed over, neither a file nor a folder",
        f"{folder}/b.eml: passed over, the same file was read before",
    ]


@pytest.mark.parametrize("name", ["/dev/stdin", "pipe"])
def test_a_pipe_that_is_named_is_read(name: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    file = tmp_path / name  # /dev/stdin remains itself
    with subprocess.Popen(
        [MAILGATE, "parse", file], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as running:
        if name == "pipe":
            file.write_bytes(MBOX)
        lines, told = running.communicate(MBOX if name == "/dev/stdin" else b"", timeout=30)
    assert (running.returncode, told) == (0, b"")
    assert [json.loads(line)["file"] for line in lines.splitlines()] == [f"{file}#{number}" for number in (1, 2, 3)]


def test_one_line_a_mail_in_order_by_many_readers(folder: Path) -> None:
    for number in range(60):
        (folder / f"n{number:02}.eml").write_bytes(letter(f"n{number}") * (1 + 400 * (number % 7 == 0)))
    (folder / os.fsdecode(b"z\xff.eml")).write_bytes(letter("z"))
    (folder / "lost.eml").symlink_to("nowhere")
    done = subprocess.run(
        [MAILGATE, "parse", "--jobs", "3", folder, "-"], input=letter("stdin"), capture_output=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr.decode() == f"mailgate: {folder}/lost.eml: No such file or directory\n"
    read = [json.loads(line) for line in done.stdout.splitlines()]
    subjects = ["deep", "b", "mbox 0", "mbox 1", "mbox 2", "single", "sent", "read", "unread", ""]
    assert [one["subject"] for one in read] == [*subjects, *(f"n{number}" for number in range(60)), "z", "stdin"]
    assert read[-1]["file"] == "-" and read[2]["file"] == f"{folder}/c.mbox#1"


def test_progress_on_a_terminal_only(folder: Path, tmp_path: Path) -> None:
    shown = tmp_path / "shown"
    command = f"{MAILGATE} parse {folder} >{tmp_path}/lines"
    subprocess.run([tool("script", "bsdutils"), "-qec", command, shown], check=True, capture_output=True)
    assert b"10 mails in" in shown.read_bytes()
    assert len((tmp_path / "lines").read_bytes().splitlines()) == 10
