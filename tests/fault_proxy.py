"""A TCP proxy that does to connections what networks do: delay, cut after so many octets, reset, swallow, half-close.

Every connection goes through to one server. What is to go wrong is said as a `Fault`; it holds for connections that
are made from then on, and for as many of them as `times` says. `cut_all` and `swallow` act on those that are open.
"""

from __future__ import annotations

import contextlib
import select
import socket
import struct
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Way = Literal["to_server", "to_client"]
How = Literal["close", "reset", "black_hole", "half_close"]


@dataclass
class Fault:
    """After `octets` octets on one way, or once `seen` has passed there, `how` happens; `delay`: seconds before each
    piece of data is handed on. `times` None: on every connection."""

    how: How | None = None
    way: Way = "to_client"
    octets: int | None = None
    seen: bytes | None = None
    delay: float = 0.0
    times: int | None = None


class FaultProxy:
    def __init__(self, port: int, host: str = "127.0.0.1") -> None:
        self._server = (host, port)
        self._fault: Fault | None = None
        self._lock = threading.Lock()
        self._pairs: set[_Pair] = set()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self.connections = 0
        self.struck = 0
        self._closed = threading.Event()

    def __enter__(self) -> FaultProxy:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closed.set()
        # A close alone would leave the accept waiting.
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self.cut_all()

    def fail(self, fault: Fault | None) -> None:
        """From the next connection on; None: nothing goes wrong any more."""
        with self._lock:
            self._fault = fault

    def cut_all(self) -> int:
        """Ends what is open; how many connections that were."""
        pairs = self._open()
        for pair in pairs:
            pair.end(reset=False)
        return len(pairs)

    def swallow(self) -> None:
        """What is open stays so, but nothing arrives any more."""
        for pair in self._open():
            pair.hole = True

    def _open(self) -> list[_Pair]:
        with self._lock:
            return list(self._pairs)

    def _accept(self) -> None:
        while not self._closed.is_set():
            try:
                client, _ = self._socket.accept()
            except OSError:
                return
            self.connections += 1
            try:
                server = socket.create_connection(self._server, 10)
            except OSError:
                client.close()
                continue
            pair = _Pair(client, server, self._next_fault(), self._strike, self._over)
            with self._lock:
                self._pairs.add(pair)
            threading.Thread(target=pair.run, daemon=True).start()

    def _next_fault(self) -> Fault | None:
        with self._lock:
            fault = self._fault
            if fault is not None and fault.times is not None:
                if fault.times <= 0:
                    return None
                fault.times -= 1
            return fault

    def _strike(self) -> None:
        self.struck += 1

    def _over(self, pair: _Pair) -> None:
        with self._lock:
            self._pairs.discard(pair)


class _Pair:
    def __init__(
        self,
        client: socket.socket,
        server: socket.socket,
        fault: Fault | None,
        strike: Callable[[], None],
        over: Callable[[_Pair], None],
    ) -> None:
        self._client, self._server, self._fault = client, server, fault
        self._strike, self._over = strike, over
        self._passed: dict[Way, int] = {"to_server": 0, "to_client": 0}
        self._tail = b""
        self._half_closed = False
        self.hole = False

    def run(self) -> None:
        try:
            while self._pump():
                pass
        except OSError:
            pass
        finally:
            self.end(reset=False)
            self._over(self)

    def _pump(self) -> bool:
        ready, _, _ = select.select([self._client, self._server], [], [])
        for one in ready:
            way: Way = "to_server" if one is self._client else "to_client"
            data = one.recv(65536)
            if not data:
                return False
            if not self.hole and not self._pass(way, data):
                return False
        return True

    def _pass(self, way: Way, data: bytes) -> bool:
        target = self._server if way == "to_server" else self._client
        fault = self._fault
        if fault is not None and fault.delay:
            time.sleep(fault.delay)
        if fault is None or fault.how is None or fault.way != way:
            target.sendall(data)
            return True
        place = self._place(fault, data)
        if place is None:
            self._passed[way] += len(data)
            target.sendall(data)
            return True
        target.sendall(data[:place])
        self._strike()
        self._fault = None
        match fault.how:
            case "black_hole":
                self.hole = True
                return True
            case "half_close":
                target.shutdown(socket.SHUT_WR)
                self.hole = True
                return True
            case _:
                self.end(reset=fault.how == "reset")
                return False

    def _place(self, fault: Fault, data: bytes) -> int | None:
        """Where in these octets it happens, if it does."""
        if fault.seen is not None:
            found = (self._tail + data).find(fault.seen)
            if found < 0:
                self._tail = (self._tail + data)[-len(fault.seen) :]
                return None
            return min(len(data), max(0, found + len(fault.seen) - len(self._tail)))
        left = (fault.octets or 0) - self._passed[fault.way]
        return left if left < len(data) else None

    def end(self, reset: bool) -> None:
        for one in (self._client, self._server):
            with contextlib.suppress(OSError):
                if reset:
                    one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                else:
                    one.shutdown(socket.SHUT_RDWR)
            one.close()
