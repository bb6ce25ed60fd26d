"""The door: the sockets of SMTP in, and what their connections share. What one client may say: `smtp_connection`."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import ssl
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Literal

from mailgate.mail import RawMail, domain_of, valid_address
from mailgate.transport.smtp_connection import SHUTTING_DOWN, Connection, Recipient

__all__ = ["Listener", "ListenerSettings", "Recipient", "check_certificate"]

log = logging.getLogger("mailgate.listener")

MIB = 2**20
SPARE_DISK = 64 * MIB
COMMIT_RATE = 10 * MIB  # octets a second any working disk takes; what is in flight earns the commit this much more time
AUTH_FAILURES = 20  # an address, in the time below
AUTH_MEMORY = 600.0


@dataclass(frozen=True, slots=True)
class ListenerSettings:
    """Where and how the door stands. Sizes in octets, times in seconds.

    `listen`: (host, port); port 0 takes a free one. `tls`: "implicit" speaks TLS from the first octet; "starttls"
    offers it, and demands it where `require_tls` (not for a public MX, RFC 3207 section 4). `trusted_relays`: addresses
    or networks that `per_address` does not bind. `blocked`: sender addresses and domains (with all below them).
    `authenticate(user, password)` names the address that was proved, or None; it is asked over TLS only, in a thread.
    `commit_wait`: how long the spool may be silent before the client is told to come again.
    """

    listen: tuple[tuple[str, int], ...]
    hostname: str
    tls: Literal["none", "starttls", "implicit"] = "none"
    certificate: Path | None = None
    key: Path | None = None
    require_tls: bool = False
    trusted_relays: tuple[str, ...] = ()
    size_limit: int = 25 * MIB
    max_connections: int = 100
    per_address: int = 20
    max_recipients: int = 100
    timeout: float = 300.0
    line_limit: int = 65_536
    in_flight: int = 256 * MIB
    commit_wait: float = 5.0
    blocked: frozenset[str] = frozenset()
    authenticate: Callable[[str, str], str | None] | None = field(default=None, repr=False)


class Listener:
    """Owns the sockets and what connections share: their number, the octets in flight, the failed passwords.

    `accepts` tells what a lower-case address is to us; `submit` hands one mail to the writer, its future ends after the
    commit; `free_space` is the octets left where the spool lies. All of them may raise: the client then gets 451.
    """

    def __init__(
        self,
        settings: ListenerSettings,
        accepts: Callable[[str], Recipient],
        submit: Callable[[RawMail], Future[None]],
        clock: Callable[[], datetime],
        new_id: Callable[[], str],
        free_space: Callable[[], int],
    ) -> None:
        self.settings = settings
        self.accepts = accepts
        self.submit = submit
        self.clock = clock
        self.new_id = new_id
        self.free_space = free_space
        # Who writes to the bare <postmaster> (RFC 5321 4.5.1); a host's own name need not be a mail domain.
        self.postmaster = valid_address(f"postmaster@{settings.hostname}") or "postmaster@localhost"
        self.stopping = False
        self.in_flight = 0
        self.replies: Counter[str] = Counter()  # by code, for the metrics; "250" counts mails only
        self._tls: ssl.SSLContext | None = None
        self._servers: list[asyncio.Server] = []
        self._connections: set[Connection] = set()
        self._per_address: Counter[str] = Counter()
        self._failed_auth: dict[str, tuple[int, float]] = {}
        self._exempt, self._blocked = _exempt(settings), _blocked(settings)
        # It logs every command at INFO and every line of a mail at DEBUG.
        logging.getLogger("mail.log").setLevel(logging.ERROR)

    async def start(self) -> list[tuple[str, int]]:
        """Binds every address and returns what was bound. Raises OSError, ssl.SSLError or ValueError, nothing bound."""
        self._tls = _tls_context(self.settings)
        implicit = self._tls if self.settings.tls == "implicit" else None
        loop = asyncio.get_running_loop()
        try:
            for host, port in self.settings.listen:
                self._servers.append(
                    await loop.create_server(
                        self._connection,
                        host or None,
                        port,
                        backlog=256,
                        ssl=implicit,
                        ssl_handshake_timeout=20 if implicit else None,
                    )
                )
        except BaseException:
            for server in self._servers:
                server.close()
            self._servers.clear()
            raise
        bound: list[tuple[str, int]] = [
            socket.getsockname()[:2] for server in self._servers for socket in server.sockets
        ]
        return bound

    async def stop(self, grace: float) -> None:
        """Takes no new connection, says 421 to those that wait for a command, lets DATA and commits in flight finish
        for up to `grace` seconds, then says 421 to the rest."""
        self.stopping = True
        for server in self._servers:
            server.close()
        for connection in self._connections:
            connection.dismiss_if_waiting()
        await self._emptied(grace)
        for connection in self._connections:
            connection.dismiss()
        await self._emptied(1.0)
        for connection in self._connections:
            connection.abort()
        for server in self._servers:
            await server.wait_closed()

    def renew(self, settings: ListenerSettings, accepts: Callable[[str], Recipient]) -> None:
        """For connections to come; certificate and key are read again. Where we listen, and whether with TLS, stays as
        it is. Raises as `start`, and then nothing has changed. To be called in the loop's thread."""
        settings = replace(settings, listen=self.settings.listen, tls=self.settings.tls)
        if self._tls is not None:
            check_certificate(settings)  # a pair that does not fit must not spoil the context in use
            _load_certificate(self._tls, settings)
        self.settings = settings
        self.accepts = accepts
        self.postmaster = valid_address(f"postmaster@{settings.hostname}") or "postmaster@localhost"
        self._exempt, self._blocked = _exempt(settings), _blocked(settings)

    def _connection(self) -> Connection:
        return Connection(self, self._tls)

    async def _emptied(self, seconds: float) -> None:
        if tasks := [connection.task for connection in self._connections if connection.task is not None]:
            await asyncio.wait(tasks, timeout=seconds)

    # What connections ask

    def admit(self, connection: Connection) -> str | None:
        """None: come in (and `leave` later); else the 421 to answer."""
        if self.stopping:
            return SHUTTING_DOWN
        if len(self._connections) >= self.settings.max_connections:
            return "421 4.3.2 Too many connections, try again later"
        address = connection.address_key
        if self._per_address[address] >= self.settings.per_address and not self._is_exempt(connection.peer):
            return "421 4.7.0 Too many connections from your address"
        self._connections.add(connection)
        self._per_address[address] += 1
        return None

    def leave(self, connection: Connection) -> None:
        if connection in self._connections:
            self._connections.remove(connection)
            self._per_address[connection.address_key] -= 1
            self._per_address += Counter()  # forget the zeros

    def is_blocked(self, sender: str) -> bool:
        """The address, its domain, or a domain above it stands on the block list."""
        if not self._blocked:
            return False
        labels = domain_of(sender).split(".")
        return sender in self._blocked or any(".".join(labels[i:]) in self._blocked for i in range(len(labels)))

    def has_room_for(self, octets: int) -> bool:
        return self.in_flight + octets <= self.settings.in_flight

    def has_disk(self) -> bool:
        return self.free_space() >= 1.5 * self.settings.size_limit + SPARE_DISK

    def commit_wait(self) -> float:
        """Silence is measured against what we asked for: a disk that is busy writing 200 MB of ours is not away."""
        return self.settings.commit_wait + self.in_flight / COMMIT_RATE

    def may_try_password(self, address: str, now: float) -> bool:
        failures, since = self._failed_auth.get(address, (0, now))
        return failures < AUTH_FAILURES or now - since > AUTH_MEMORY

    def password_failed(self, address: str, now: float) -> None:
        failures, since = self._failed_auth.pop(address, (0, now))
        if now - since > AUTH_MEMORY:
            failures, since = 0, now
        while len(self._failed_auth) >= 10_000:
            del self._failed_auth[next(iter(self._failed_auth))]
        self._failed_auth[address] = (failures + 1, since)

    def _is_exempt(self, peer: str) -> bool:
        try:
            address = ipaddress.ip_address(peer)
        except ValueError:
            return False
        return any(address in network for network in self._exempt)


def check_certificate(settings: ListenerSettings) -> None:
    """Raises OSError, ssl.SSLError or ValueError where certificate and key cannot be used."""
    _tls_context(settings)


def _exempt(settings: ListenerSettings) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    return [ipaddress.ip_network(relay, strict=False) for relay in settings.trusted_relays]


def _blocked(settings: ListenerSettings) -> frozenset[str]:
    return frozenset(entry.lower() for entry in settings.blocked)


def _tls_context(settings: ListenerSettings) -> ssl.SSLContext | None:
    if settings.tls == "none":
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    _load_certificate(context, settings)
    return context


def _load_certificate(context: ssl.SSLContext, settings: ListenerSettings) -> None:
    if settings.certificate is None:
        raise ValueError("TLS needs a certificate")
    # An encrypted key is an error at start; OpenSSL would ask for its password on a terminal nobody sees.
    context.load_cert_chain(settings.certificate, settings.key, password=lambda: "")
