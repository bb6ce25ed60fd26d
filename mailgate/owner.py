"""Who has something in hand: one name a process, so that what it took and leases can be told from others'."""

from __future__ import annotations

import os
import secrets
import socket


def owner_name() -> str:
    """host:pid:random."""
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}"


def is_dead(holder: str, owner: str) -> bool:
    """Whether a holder was a process of this machine that is no more, seen from `owner`. It says so only where it is
    sure that nobody of that number lives; a wrong guess would cost work done twice, never a mail."""
    host, _, process = holder.rpartition(":")[0].rpartition(":")
    if not host or host != owner.rpartition(":")[0].rpartition(":")[0] or not process.isdigit() or holder == owner:
        return False
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return True
    except (PermissionError, OverflowError):
        return False
    return False
