"""strace on one thread of a running daemon: it dies, or the kernel refuses, at the K-th call of one kind.

strace counts for each thread and each kind of call, so a point is (thread, call, K); walked for every thread, call and
K until the daemon survives, that is every place where these calls can be cut. A killed call has not happened.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from harness import Desk, tool

# What changes the disk or is heard outside; `write` and `fsync` are those of a mail put into a maildir.
CALLS = ("pwrite64", "fdatasync", "sendto", "ftruncate", "unlink", "rename", "write", "fsync")


# Yama, on many machines, lets only an ancestor trace; unless who is to be traced has said that anybody may.
_ANYBODY_MAY = """
import ctypes, os, sys
ctypes.CDLL(None).prctl(0x59616D61, ctypes.c_ulong(-1), 0, 0, 0)
os.execv(sys.argv[1], sys.argv[1:])
"""
TRACEABLE = (sys.executable, "-S", "-c", _ANYBODY_MAY)


@dataclass(frozen=True)
class Point:
    """`when` as strace has it: "3" is the third call, "3+" that and every later one."""

    thread: str
    call: str
    when: str

    def __str__(self) -> str:
        return f"{self.thread}: {self.call} {self.when}"


class Traced:
    def __init__(self, process: subprocess.Popen[bytes], log: Path) -> None:
        self._process = process
        self._log = log

    def hits(self, path: str = "") -> int:
        """How often it was met; `path`: only on files whose name ends so."""
        lines = self._log.read_text(errors="replace").splitlines()
        return sum("(INJECTED)" in line and (not path or f"{path}>" in line) for line in lines)

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(20)


def threads(desk: Desk) -> dict[str, int]:
    """The daemon's threads by name, as mailgate/app.py makes them one after the other."""
    assert desk.process is not None
    found = sorted(int(task.name) for task in Path(f"/proc/{desk.process.pid}/task").iterdir())
    fetches = ["fetch"] * ("[mailbox.imap]" in desk.config.read_text())
    names = ["main", "intake", "send", *fetches, "scheduler", "writer", "listener"]
    assert len(found) >= len(names), f"the daemon has {len(found)} threads, not {names}"
    return dict(zip(names, found, strict=False))


@contextlib.contextmanager
def injected(desk: Desk, point: Point, what: str) -> Iterator[Traced]:
    """`what`: "signal=KILL", "error=ENOSPC" … until the end of the block, or of the daemon, which was started with
    the wrapper TRACEABLE."""
    with tempfile.TemporaryDirectory(prefix="strace-") as folder:
        log = Path(folder) / "log"
        options = ["-y", "-s", "0", "-e", f"trace={point.call}", "-e", f"inject={point.call}:{what}:when={point.when}"]
        process = subprocess.Popen(
            [tool("strace"), *options, "-o", str(log), "-p", str(threads(desk)[point.thread])],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        assert process.stderr is not None
        with process.stderr as said:
            traced = Traced(process, log)
            try:
                first = said.readline()
                assert b"attached" in first, f"strace: {first.decode() + said.read().decode()}"
                yield traced
            finally:
                traced.stop()
