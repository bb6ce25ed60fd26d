"""Commands without the second that Python needs to import them: a process that has everything in it forks one for each.

What runs is a process of its own with its own arguments, surroundings and files, as the installed command is one; only
its modules are read already. Tests of the start itself run the installed command.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import importlib
import io
import json
import os
import pkgutil
import random
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


def run(
    arguments: Sequence[str], stdin: bytes, folder: Path, environ: Mapping[str, str], timeout: float
) -> subprocess.CompletedProcess[bytes]:
    """As subprocess.run of `mailgate` with captured output."""
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        given.write(stdin)
        given.seek(0)
        asked = json.dumps({"arguments": list(arguments), "folder": str(folder), "environ": dict(environ)})
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as door:
            door.settimeout(timeout)
            door.connect(_door())
            socket.send_fds(door, [b"."], [given.fileno(), out.fileno(), err.fileno()])
            door.sendall(asked.encode("utf-8", "surrogateescape"))
            door.shutdown(socket.SHUT_WR)
            try:
                status = door.makefile().read()
            except TimeoutError:
                raise subprocess.TimeoutExpired(["mailgate", *arguments], timeout) from None
        out.seek(0)
        err.seek(0)
        return subprocess.CompletedProcess(["mailgate", *arguments], int(status), out.read(), err.read())


@functools.cache
def _door() -> str:
    """Where the process with everything in it listens; it ends with this one."""
    name = f"{tempfile.mkdtemp(prefix='mailgate-')}/door"
    alive, held = os.pipe()
    process = subprocess.Popen([sys.executable, __file__, name, str(alive)], pass_fds=[alive])
    os.close(alive)

    def end() -> None:
        os.close(held)
        process.wait()

    atexit.register(end)
    deadline = time.monotonic() + 60
    while not os.path.exists(name):
        assert process.poll() is None and time.monotonic() < deadline, "no command can be started"
        time.sleep(0.02)
    return name


# ---- in the process with everything in it ---------------------------------------------------------------------------


def _serve(name: str, alive: int) -> None:
    for package in ("mailgate", "ticketing"):
        for one in pkgutil.walk_packages([str(ROOT / package)], f"{package}."):
            if ".migrations." not in one.name:
                importlib.import_module(one.name)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as door:
        door.bind(name + ".new")
        door.listen(64)
        os.rename(name + ".new", name)
        while True:
            ready, _, _ = select.select([door, alive], [], [])
            if alive in ready:
                return
            client, _ = door.accept()
            if os.fork() == 0:
                door.close()
                os.close(alive)
                _answer(client)
            client.close()


def _answer(client: socket.socket) -> None:
    """One command, watched by a process of its own that tells how it ended."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    _, files, _, _ = socket.recv_fds(client, 1, 3)
    with client.makefile("rb") as reader:
        asked = json.loads(reader.read().decode("utf-8", "surrogateescape"))
    command = os.fork()
    if command == 0:
        client.close()
        _become(asked, files)
    _, how = os.waitpid(command, 0)
    client.sendall(str(os.waitstatus_to_exitcode(how)).encode())
    os._exit(0)


def _become(asked: Mapping[str, Any], files: Sequence[int]) -> None:
    from mailgate.cli import main

    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    os.chdir(asked["folder"])
    os.environ.clear()
    os.environ.update(asked["environ"])
    time.tzset()
    random.seed()
    sys.argv = ["mailgate", *asked["arguments"]]
    sys.stdin = io.TextIOWrapper(io.BufferedReader(io.FileIO(0, closefd=False)), "utf-8", "surrogateescape")
    sys.stdout = io.TextIOWrapper(io.BufferedWriter(io.FileIO(1, "w", closefd=False)), "utf-8", "strict")
    sys.stderr = io.TextIOWrapper(io.BufferedWriter(io.FileIO(2, "w", closefd=False)), "utf-8", "backslashreplace")
    status = 1
    try:
        main()
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 0 if end.code is None else 1
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
    except BaseException:
        traceback.print_exc()
    finally:
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError):
                stream.flush()
        os._exit(status)


if __name__ == "__main__":
    _serve(sys.argv[1], int(sys.argv[2]))
