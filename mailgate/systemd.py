"""What the daemon tells systemd: sd_notify(3) over $NOTIFY_SOCKET, without a library.

Where systemd did not start us nothing is sent and nothing fails: all of it is a courtesy, no step of the work.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Mapping


class Notifier:
    """`watchdog`: seconds within which systemd wants a sign of life, 0.0 where it asks for none."""

    def __init__(self, environ: Mapping[str, str] = os.environ) -> None:
        address = environ.get("NOTIFY_SOCKET", "")
        self._address = f"\0{address[1:]}" if address.startswith("@") else address
        self.watchdog = _watchdog(environ)

    def ready(self, status: str) -> None:
        """Also after `reloading`."""
        self._send("READY=1", f"STATUS={status}")

    def status(self, status: str) -> None:
        self._send(f"STATUS={status}")

    def reloading(self) -> None:
        # The stamp is for Type=notify-reload (systemd 253); older ones pass over it.
        self._send("RELOADING=1", f"MONOTONIC_USEC={time.monotonic_ns() // 1000}")

    def alive(self) -> None:
        self._send("WATCHDOG=1")

    def stopping(self) -> None:
        self._send("STOPPING=1", "STATUS=stopping")

    def _send(self, *lines: str) -> None:
        if not self._address:
            return
        text = "\n".join(line.replace("\n", " ") for line in lines)
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as door:
                # A systemd that does not read must not hold the loop that feeds it.
                door.settimeout(1.0)
                door.connect(self._address)
                door.sendall(text.encode())
        except (OSError, ValueError):
            pass  # nobody is there to be told


def _watchdog(environ: Mapping[str, str]) -> float:
    """WATCHDOG_PID names whom the wish is for: it must not be inherited by a child."""
    try:
        seconds = int(environ.get("WATCHDOG_USEC", "0")) / 1e6
        meant = int(environ.get("WATCHDOG_PID", "0"))
    except ValueError:
        return 0.0
    return max(0.0, seconds) if meant in (0, os.getpid()) else 0.0
