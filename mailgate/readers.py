"""The reader processes: hostile bytes in, a plain value out, under limits; no database, no keys (SAFETY, "Reading").

    with Readers() as readers:
        for outcome in readers.read([(raw, Level.WHOLE)]): ...

    this process ──socket──▶ fork server ──fork──▶ reader ◀──socket── this process

The fork server is started by exec, with a reduced environment and no descriptor but its socket, so that a reader holds
nothing of the daemon. It has imported the parser once; a reader is a fork of it that serves one socket. A reader that
dies costs the one mail it died of: the mails before it are answered, those after it go to a fresh reader.

Frames: a length and a JSON head, then raw octets (mails one way, attachments the other). Never pickle. A reader reads a
whole request before it writes: else both sides wait on full sockets.
"""

from __future__ import annotations

import array
import contextlib
import ctypes
import gc
import json
import os
import resource
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Any

from mailgate.inbound.parse import opaque, parse
from mailgate.mail import (
    InboundMail,
)
from mailgate.mail_wire import mail_from_wire, mail_to_wire

MEMORY_LIMIT = 600 * 1024 * 1024
CPU_SECONDS = 20
WALL_SECONDS = 10.0
MAILS_A_READER = 5_000
FRAME_MAILS = 16
FRAME_BYTES = 512 * 1024

POISON = "MAILGATE_TEST_POISON"
_PR_SET_PDEATHSIG = 1
_OUT_OF_MEMORY = 12
_LENGTHS = struct.Struct("!II")  # JSON head, raw octets after it


class Level(StrEnum):
    """The rungs of the ladder (SAFETY, "Attempts")."""

    WHOLE = "whole"
    HEADERS = "headers"
    OPAQUE = "opaque"


@dataclass(frozen=True, slots=True)
class ReaderFault:
    """The reader could not read this mail. `reason`: `memory`, `cpu`, `time`, `crash: SIGSEGV`, `error: KeyError at …`;
    nothing of the mail is in it."""

    reason: str


class ReadersUnavailable(Exception):
    """No reader could be had (the fork server will not start): a fault of this host, never of a mail."""


class _ReaderGone(Exception):
    """The reader ended, or did not answer in time."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


# -- this side --------------------------------------------------------------------------------------------------------


class Readers:
    """Reads mails in a process apart. Thread-safe: one request at a time. `start` before other threads, where there are
    any; `read` starts what is not running."""

    def __init__(
        self,
        *,
        wall_seconds: float = WALL_SECONDS,
        cpu_seconds: int = CPU_SECONDS,
        memory_limit: int = MEMORY_LIMIT,
        mails_a_reader: int = MAILS_A_READER,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """`environment` is looked at for PATH, LANG and the test hook only; default: this process's."""
        self._wall_seconds = wall_seconds
        self._limits = {"cpu": cpu_seconds, "memory": memory_limit}
        self._mails_a_reader = mails_a_reader
        self._environment = os.environ if environment is None else environment
        self._lock = threading.Lock()
        self._server: _ForkServer | None = None
        self._reader: _Reader | None = None

    def start(self) -> None:
        """Raises ReadersUnavailable."""
        with self._lock:
            self._fresh_reader()

    def stop(self) -> None:
        with self._lock:
            self._drop_reader()
            self._drop_server()

    def __enter__(self) -> Readers:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def read(self, items: Sequence[tuple[bytes, Level]]) -> list[InboundMail | ReaderFault]:
        """One outcome a mail, in order. Raises ReadersUnavailable, and nothing else, whatever the mails hold."""
        outcomes: list[InboundMail | ReaderFault] = []
        with self._lock:
            while len(outcomes) < len(items):
                self._read_frame(items, outcomes)
        return outcomes

    @property
    def pids(self) -> tuple[int, ...]:
        """The fork server's and the reader's process ids, for metrics."""
        return tuple(one.pid for one in (self._server, self._reader) if one is not None)

    def _read_frame(self, items: Sequence[tuple[bytes, Level]], outcomes: list[InboundMail | ReaderFault]) -> None:
        """Answers at least one mail: the frame's, or the fault of the one its reader died of."""
        frame = _next_frame(items, len(outcomes))
        reader = self._reader
        if reader is None or reader.has_ended() or reader.served + len(frame) > self._mails_a_reader:
            self._drop_reader()
            reader = self._fresh_reader()
        try:
            for outcome in reader.read(frame, self._wall_seconds):
                outcomes.append(outcome)  # noqa: PERF402 - one by one: those before a fault are kept
        except _ReaderGone as gone:
            self._reader = None
            outcomes.append(ReaderFault(self._bury(reader, gone)))

    def _fresh_reader(self) -> _Reader:
        for attempt in (1, 2):
            try:
                if self._server is None:
                    self._server = _ForkServer(self._environment)
                if self._reader is None:
                    self._reader = self._server.fork(self._limits)
                return self._reader
            except OSError as error:
                self._drop_server()
                if attempt == 2:
                    raise ReadersUnavailable(f"the readers do not start: {error}") from error
        raise ReadersUnavailable

    def _drop_reader(self) -> None:
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    def _bury(self, reader: _Reader, gone: _ReaderGone) -> str:
        """Ends the reader for good and says what it died of."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(reader.pid, signal.SIGKILL)  # its number is kept by the fork server until it is asked for the end
        reader.close()
        try:
            status = self._server.end_of(reader.pid) if self._server is not None else None
        except OSError:
            self._drop_server()
            status = None
        return gone.reason or _cause(status)

    def _drop_server(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None


def _next_frame(items: Sequence[tuple[bytes, Level]], done: int) -> list[tuple[bytes, Level]]:
    """The mails from `done` on that fit one frame; a big one goes alone."""
    frame: list[tuple[bytes, Level]] = []
    size = 0
    for data, level in items[done : done + FRAME_MAILS]:
        size += len(data)
        if frame and size > FRAME_BYTES:
            break
        frame.append((data, level))
    return frame


def _cause(status: int | None) -> str:
    if status is None:
        return "crash"
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        return "cpu" if number == signal.SIGXCPU else f"crash: {signal.Signals(number).name}"
    code = os.waitstatus_to_exitcode(status)
    return "memory" if code == _OUT_OF_MEMORY else f"crash: exit {code}"


class _ForkServer:
    """The process that forks readers. Its socket carries: "fork" with the reader's end of a pair -> the pid; "end
    PID" -> the wait status. Any OSError means that it is gone."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._socket, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-X", "utf8", "-m", "mailgate.readers", str(theirs.fileno())],
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd="/",
                env=_reduced(environment),
                start_new_session=True,  # Ctrl-C is for the daemon, which then ends the readers in its own time
            )
        self.pid = self._process.pid
        self._socket.settimeout(30.0)

    def fork(self, limits: dict[str, int]) -> _Reader:
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                _send_with_descriptor(self._socket, {"do": "fork", **limits}, theirs.fileno())
            pid = int(_receive(self._socket)[0]["pid"])
        except BaseException:
            ours.close()
            raise
        return _Reader(pid, ours)

    def end_of(self, pid: int) -> int | None:
        _send(self._socket, {"do": "end", "pid": pid})
        status = _receive(self._socket)[0]["status"]
        return None if status is None else int(status)

    def close(self) -> None:
        """The server ends when its socket does, and its readers with it."""
        self._socket.close()
        try:
            self._process.wait(5.0)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _reduced(environment: Mapping[str, str]) -> dict[str, str]:
    """No secret that stands in the environment may reach a reader."""
    kept = {name: environment[name] for name in ("PATH", "LANG", POISON) if name in environment}
    return kept | {"PYTHONPATH": str(Path(__file__).resolve().parents[1])}


class _Reader:
    def __init__(self, pid: int, connection: socket.socket) -> None:
        self.pid = pid
        self.served = 0
        self._socket = connection

    def read(self, frame: list[tuple[bytes, Level]], wall_seconds: float) -> Iterator[InboundMail | ReaderFault]:
        """The outcomes as they come. Raises _ReaderGone at the mail that the reader died of."""
        self.served += len(frame)
        try:
            self._socket.settimeout(wall_seconds)
            head = {"items": [{"size": len(data), "level": level.value} for data, level in frame]}
            _send(self._socket, head, b"".join(data for data, _ in frame))
        except OSError as error:
            raise _ReaderGone("") from error
        for _ in frame:
            try:
                answer, raw = _receive(self._socket, time.monotonic() + wall_seconds)
            except TimeoutError as error:
                raise _ReaderGone("time") from error
            except OSError as error:
                raise _ReaderGone("") from error
            yield ReaderFault(answer["fault"]) if "fault" in answer else mail_from_wire(answer["mail"], raw)

    def has_ended(self) -> bool:
        """It died while it had nothing to read: the next mail is not to blame."""
        try:
            # With a time-out set, Python would wait for it before it asks, whatever the flags say.
            self._socket.settimeout(0)
            return not self._socket.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return False
        except OSError:
            return True

    def close(self) -> None:
        self._socket.close()


# -- frames -----------------------------------------------------------------------------------------------------------


def _send(connection: socket.socket, head: dict[str, Any], raw: bytes = b"") -> None:
    encoded = json.dumps(head, ensure_ascii=False).encode("utf-8", "replace")
    connection.sendall(_LENGTHS.pack(len(encoded), len(raw)) + encoded)
    if raw:
        connection.sendall(raw)


def _send_with_descriptor(connection: socket.socket, head: dict[str, Any], descriptor: int) -> None:
    encoded = json.dumps(head).encode()
    rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [descriptor]))]
    connection.sendmsg([_LENGTHS.pack(len(encoded), 0)], rights)
    connection.sendall(encoded)


def _receive(connection: socket.socket, deadline: float | None = None) -> tuple[dict[str, Any], bytes]:
    """One frame. Raises OSError where the other side is gone, TimeoutError past the deadline."""
    lengths = _LENGTHS.unpack(_exactly(connection, _LENGTHS.size, deadline))
    head = json.loads(_exactly(connection, lengths[0], deadline))
    return head, bytes(_exactly(connection, lengths[1], deadline))


def _exactly(connection: socket.socket, size: int, deadline: float | None) -> bytearray:
    received = bytearray(size)
    view = memoryview(received)
    at = 0
    while at < size:
        if deadline is not None:
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError
            connection.settimeout(left)
        count = connection.recv_into(view[at:])
        if not count:
            raise ConnectionResetError("closed")
        at += count
    return received


# -- the fork server and its readers, in their own processes ----------------------------------------------------------


def main(descriptor: int) -> None:
    """The fork server: single-threaded, ends when its socket does."""
    gc.collect()
    gc.freeze()  # what is loaded is shared with the readers and never looked at again
    connection = socket.socket(fileno=descriptor)
    server = os.getpid()
    while True:
        try:
            request, passed = _receive_with_descriptor(connection)
        except OSError:
            return  # the daemon is gone; the readers follow by their parent-death signal
        if request["do"] == "fork" and passed is not None:
            _reap()
            pid = os.fork()
            if pid == 0:
                connection.close()
                _serve(socket.socket(fileno=passed), server, request["memory"], request["cpu"])
                os._exit(0)
            os.close(passed)
            _send(connection, {"pid": pid})
        elif request["do"] == "end":
            _send(connection, {"status": _wait_for(request["pid"])})


def _receive_with_descriptor(connection: socket.socket) -> tuple[dict[str, Any], int | None]:
    head, ancillary, _, _ = connection.recvmsg(_LENGTHS.size, socket.CMSG_SPACE(array.array("i").itemsize))
    if not head:
        raise ConnectionResetError("closed")
    descriptors = array.array("i")
    for level, kind, data in ancillary:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            descriptors.frombytes(data[: len(data) - len(data) % descriptors.itemsize])
    head += bytes(_exactly(connection, _LENGTHS.size - len(head), None))
    request = json.loads(_exactly(connection, _LENGTHS.unpack(head)[0], None))
    return request, (descriptors[0] if descriptors else None)


def _reap() -> None:
    """Takes leave of readers that ended in peace; whoever asks for an end does so before the next fork."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _wait_for(pid: int) -> int | None:
    try:
        return os.waitpid(pid, 0)[1]
    except ChildProcessError:
        return None


def _serve(connection: socket.socket, server: int, memory: int, cpu: int) -> None:
    """A reader: requests from its socket until that closes."""
    _die_with(server)
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    poisonable = os.environ.get(POISON) == "1"
    while True:
        try:
            head, raw = _receive(connection)
        except OSError:
            return
        at = 0
        for item in head["items"]:
            data = raw[at : at + item["size"]]
            at += item["size"]
            _allow_cpu(cpu)
            try:
                if poisonable:
                    _honour_poison(data, Level(item["level"]))
                answer, octets = mail_to_wire(_read_at(data, Level(item["level"])))
                _send(connection, {"mail": answer}, octets)
            except MemoryError:
                os._exit(_OUT_OF_MEMORY)  # what is left of this process is not to be trusted
            except OSError:
                return
            except Exception as error:
                _send(connection, {"fault": f"error: {_where(error)}"})


def _read_at(data: bytes, level: Level) -> InboundMail:
    match level:
        case Level.WHOLE:
            return parse(data)
        case Level.HEADERS:
            return parse(data, headers_only=True)
        case Level.OPAQUE:
            return opaque(data)


def _where(error: BaseException) -> str:
    """The kind of error and the place in our code, without a word of the mail."""
    trace = error.__traceback__
    place = ""
    while trace is not None:
        place = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}"
        trace = trace.tb_next
    return f"{type(error).__name__} at {place}"


def _allow_cpu(seconds: int) -> None:
    """SIGXCPU once this mail has used `seconds` more than all before it."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + 1 + seconds, hard))


def _die_with(server: int) -> None:
    """prctl(2): a reader in the middle of a mail must not outlive the daemon, which the fork server follows."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != server:
        os._exit(0)


def _honour_poison(data: bytes, level: Level) -> None:
    """The hook of the fault tests: a line `mailgate-poison: raise|hang|eat-memory|eat-cpu|die` in what is read at this
    level does what it says. Only where the environment asks for it."""
    if level is Level.OPAQUE:
        return
    seen = data if level is Level.WHOLE else data.replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    for line in seen.splitlines():
        match line.strip():
            case b"mailgate-poison: raise":
                raise RuntimeError("poison")
            case b"mailgate-poison: hang":
                signal.pause()
            case b"mailgate-poison: eat-memory":
                hoard = [bytes(16 * 1024 * 1024) for _ in range(1024)]
                hoard.clear()
            case b"mailgate-poison: eat-cpu":
                while True:
                    pass
            case b"mailgate-poison: die":
                os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main(int(sys.argv[1]))
