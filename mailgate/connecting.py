"""`check --connect`: whether what the daemon needs from outside is there. Changes nothing, and never raises."""

from __future__ import annotations

import contextlib
import os
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mailgate.config_values import HostPort
from mailgate.database import DatabaseFault

if TYPE_CHECKING:
    from mailgate.app import App

WAIT = 5.0  # seconds for a listener that is there to greet


@dataclass(frozen=True, slots=True)
class Found:
    good: bool
    text: str


def database(made: App) -> Iterator[Found]:
    """Reachable, keeps what it is given, and its schema one that `run` takes."""
    shown, path = made.settings.desk.database.shown, made.settings.desk.database.path
    if path is not None and not path.exists():
        writable = os.access(path.parent, os.W_OK)
        yield Found(writable, f"{path} will be made" if writable else f"{path} cannot be made: the folder is closed")
        return
    if path is not None and not os.access(path, os.W_OK):
        yield Found(False, f"{path} cannot be written to")
        return
    try:
        current, newest = made.database.schema_state()
        made.database.verify_durability()
    except DatabaseFault as fault:
        yield Found(False, str(fault))
        return
    except Exception as error:
        if not type(error).__module__.startswith("sqlalchemy."):
            raise
        yield Found(False, f"cannot be used ({shown}): {str(error).splitlines()[0]}")
        return
    if current not in (None, newest) and path is None:
        yield Found(False, f"{shown} has schema {current}, this mailgate needs {newest}: mailgate migrate")
        return
    yield Found(True, f"{shown} is usable")


def relay(made: App) -> Iterator[Found]:
    """Connects, secures and logs in as for a mail, and sends none."""
    where = made.settings.relay
    shown = f"maildir {where.maildir}" if where.maildir is not None else f"{where.smtp}"
    try:
        way = made.relay()
    except (OSError, ValueError) as error:
        yield Found(False, f"{shown}: {error}")
        return
    if fault := way.try_out():
        yield Found(False, f"{shown}: {fault}")
        return
    yield Found(True, f"{shown} takes mail" + (f" from {where.user}" if where.user else ""))


def listener(made: App) -> Iterator[Found]:
    """Its certificate fits, and each address is free, or this desk's daemon answers there already."""
    from mailgate.transport.smtp_listener import check_certificate

    try:
        check_certificate(made.listener_settings())
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        yield Found(False, f"certificate or key: {error}")
    for at in made.settings.listener.listen:
        fault = _cannot_bind(at)
        if fault is None:
            yield Found(True, f"{at} is free")
        elif _greeting(made, at).startswith(f"220 {made.settings.listener.hostname} "):
            yield Found(True, f"{at} is answered by this desk's daemon")
        else:
            yield Found(False, f"{at}: {fault}")


def _cannot_bind(at: HostPort) -> str | None:
    try:
        places = socket.getaddrinfo(at.host, at.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        for family, kind, protocol, _, address in places:
            with socket.socket(family, kind, protocol) as probe:
                # As asyncio binds: what the kernel still remembers of the last daemon is no hindrance.
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                if family == socket.AF_INET6:
                    probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                probe.bind(address)
                probe.listen(1)
    except OSError as error:
        return error.strerror or str(error)
    return None


def _greeting(made: App, at: HostPort) -> str:
    tls = made.settings.listener.tls
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(at.host, at.host)  # noqa: S104
    with contextlib.suppress(OSError), socket.create_connection((host, at.port), WAIT) as client:
        if tls is not None and tls.mode == "implicit":
            context = ssl.create_default_context()
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE  # only the greeting is wanted
            with context.wrap_socket(client) as secured:
                return secured.recv(512).decode("ascii", "replace")
        return client.recv(512).decode("ascii", "replace")
    return ""
