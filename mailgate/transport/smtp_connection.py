"""One client at the door: SMTP in (RFC 5321), on aiosmtpd's protocol. It moves bytes to the spool and decides nothing
about tickets.

The law of this file:

* 250 after the dot is said only when the submitted future is done, that is after the commit. Whoever gets no 250 still
  owns the mail. A client that goes away does not stop a commit that has begun.
* What we cannot do now is 4xx. 5xx is only what the sender must change, from a fixed list: 500-503 protocol, 530/535
  authentication, 550 5.1.1 unknown recipient, 550 5.7.1 relay, 552 5.3.4 size, 553 5.1.3/5.1.7 bad address,
  554 5.4.6 mail loop, 554 5.7.1 block list. Every fault of ours is `451 4.3.0` with an id that stands in our log too;
  no text of an exception ever leaves.
* CRLF.CRLF alone ends a mail. The mail is kept as sent, NUL and bare CR or LF too; only dot-stuffing is undone.
  Nothing is prepended: envelope and peer lie beside the bytes.
* No client can hold more than a bounded share of memory, connections or time. A busy connection is kept for ever.

aiosmtpd gives the protocol class, the switch to TLS (which drops what was pipelined behind STARTTLS) and the timer;
commands, DATA, AUTH and every limit are here, because there an exception of ours is a permanent refusal, limits count
the whole session, and a line of more than 1,000 octets is refused.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import ipaddress
import logging
import secrets
import ssl
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from aiosmtpd.smtp import SMTP, TLSSetupException

from mailgate.mail import NULL_SENDER, Envelope, RawMail, Source, valid_address
from mailgate.transport.smtp_grammar import (
    MAIL_PARAMETERS,
    Body,
    content_refusal,
    is_sender,
    read_parameters,
    read_path,
    unbase64,
)

if TYPE_CHECKING:
    from mailgate.transport.smtp_listener import Listener

log = logging.getLogger("mailgate.listener")

MIB = 2**20
COMMAND_LIMIT = 2048  # RFC 5321 4.5.3.1.4 asks for 512, its extensions for some hundred more
AUTH_LIMIT = 12_288  # RFC 4954 section 4
COMMAND_FLOOD = 65_536  # a command line that goes on after this gets no answer but good-bye
DATA_RATE = 1024  # octets a second; slower than this for longer than the timeout is no delivery but a siege
DRAIN_FACTOR = 10  # a mail over the limit is read to its end, so that the refusal is heard, up to this many limits
LINGER = 1.0  # seconds we go on reading after good-bye, so that a client still sending sees it
CLOSE_GRACE = 5.0  # seconds a client has to take our last words

# How often a command may come before a mail is accepted; each accepted mail starts the count anew, so that a kept
# connection delivers as long as it likes. RCPT: ten times the recipients, since refused ones are asked for too.
PER_MAIL = {
    "AUTH": 3,
    "DATA": 20,
    "EHLO": 10,
    "EXPN": 5,
    "HELO": 10,
    "HELP": 5,
    "MAIL": 20,
    "NOOP": 20,
    "QUIT": 5,
    "RSET": 20,
    "STARTTLS": 3,
    "VRFY": 10,
    "unknown": 5,
}

TRY_LATER_FULL = "452 4.3.1 Insufficient system storage, try again later"
SHUTTING_DOWN = "421 4.3.2 Service shutting down"
NOT_NOW = "421 4.3.0 Cannot store mail now, try again later"
TOO_MUCH_CHATTER = "421 4.7.0 Too many commands without a mail"
TOO_BIG = "552 5.3.4 Message too big"


class Recipient(Enum):
    """What an address is to us."""

    OURS = "ours"
    UNKNOWN = "unknown"  # in one of our domains, but nobody there
    FOREIGN = "foreign"  # not our domain: to take it would be to relay


class _Gone(Exception):
    """The client is no longer there."""


class _HangUp(Exception):
    """Say this, then close."""

    def __init__(self, reply: str) -> None:
        super().__init__(reply)
        self.reply = reply


@dataclass(slots=True)
class _Transaction:
    """What MAIL began. `sender` as in Envelope.mail_from."""

    sender: str | None
    utf8: bool
    recipients: list[str] = field(default_factory=list)


class Connection(SMTP):
    """One client. Replies are decided by plain functions that return them; `smtp_*` send them."""

    line_length_limit = 65_536  # of the stream's buffer; it holds up to twice as much

    def __init__(self, door: Listener, tls: ssl.SSLContext | None) -> None:
        self._door = door
        self._limits = door.settings
        self._input = bytearray()  # read from the stream, not yet used
        self._mail: _Transaction | None = None
        self._spent: Counter[str] = Counter()
        self._waiting = False  # for a command
        self._greeted = False
        self._reading_data = False
        self._user: str | None = None
        self.peer = ""
        self.address_key = ""
        super().__init__(
            None,
            hostname=door.settings.hostname,
            data_size_limit=door.settings.size_limit,
            enable_SMTPUTF8=True,
            tls_context=tls if door.settings.tls == "starttls" else None,
            timeout=door.settings.timeout,
            loop=asyncio.get_running_loop(),
        )

    # The connection's life

    @property
    def task(self) -> asyncio.Task[None] | None:
        return self._handler_coroutine

    @property
    def secure(self) -> bool:
        return self.transport is not None and self.transport.get_extra_info("ssl_object") is not None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called twice where STARTTLS is used: nothing said before it counts after it (RFC 3207 4.2)."""
        self._input.clear()
        self._mail = None
        self._greeted = False
        self._user = None
        if not self.peer:
            self.peer, self.address_key = _peer(transport)
        super().connection_made(transport)

    def eof_received(self) -> bool:
        # Not cancelled, as upstream does: a client that closed its half after the dot still hears its 250.
        self._reader.feed_eof()
        return not self.secure

    async def _handle_client(self) -> None:
        if refusal := self._door.admit(self):
            with contextlib.suppress(_Gone):
                await self.push(refusal)
            self._close()
            return
        try:
            await self.push(f"220 {self._limits.hostname} ESMTP")
            while not self._door.stopping:
                self._reset_timeout()
                await self._obey(await self._command_line())
            await self.push(SHUTTING_DOWN)
        except _Gone:
            pass
        except _HangUp as end:
            await self._hang_up(end.reply)
        except TLSSetupException as error:
            self._close()
            self.connection_lost(error)  # asyncio does not, when a handshake fails
        except Exception as error:
            await self._hang_up(await self.handle_exception(error))
        finally:
            self._door.leave(self)
            self._close()

    async def _obey(self, line: bytes) -> None:
        verb, _, argument = line.partition(b" ")
        name = verb.upper().decode("ascii", "replace")
        command = self._smtp_methods.get(name)
        self._count(name if command else "unknown")
        if command is None:
            await self.push("500 5.5.2 Command not recognised")
            return
        try:
            await command(argument.strip().decode("utf-8", "surrogateescape"))
        except (_Gone, _HangUp, TLSSetupException):
            raise
        except Exception as error:
            reply = await self.handle_exception(error)
            if self._reading_data:  # what follows is the rest of a mail, not commands
                raise _HangUp(reply) from error
            await self.push(reply)

    def _count(self, name: str) -> None:
        self._spent[name] += 1
        allowed = 10 * self._limits.max_recipients if name == "RCPT" else PER_MAIL.get(name, PER_MAIL["unknown"])
        if self._spent[name] > allowed:
            log.warning("%s: too many %s without a mail, closed", self.peer, name)
            raise _HangUp(TOO_MUCH_CHATTER)

    async def handle_exception(self, error: Exception) -> str:
        """The one answer to everything unforeseen: temporary, and silent about us. The id leads to the log."""
        ticket = secrets.token_hex(6)
        log.error("trouble %s with a client at %s", ticket, self.peer, exc_info=error)
        return f"451 4.3.0 Temporary trouble here, try again later (id {ticket})"

    def _timeout_cb(self) -> None:
        self._say("421 4.4.2 Too long without a word, closing")
        self._close()

    def dismiss_if_waiting(self) -> None:
        if self._waiting:
            self.dismiss()

    def dismiss(self) -> None:
        self._say(SHUTTING_DOWN)
        self._close()

    def abort(self) -> None:
        if isinstance(self.transport, asyncio.WriteTransport):
            self.transport.abort()

    def _close(self) -> None:
        """Closes after our last words are out, or without when the client does not take them."""
        if self._timeout_handle is not None:
            self._timeout_handle.cancel()
        transport = self.transport
        if isinstance(transport, asyncio.WriteTransport) and not transport.is_closing():
            transport.close()
            self.loop.call_later(CLOSE_GRACE, transport.abort)

    async def _hang_up(self, reply: str) -> None:
        with contextlib.suppress(_Gone, TimeoutError, OSError):
            async with asyncio.timeout(LINGER):
                await self.push(reply)
                # To close over unread input resets the connection, and the client may never see the reply.
                if isinstance(self.transport, asyncio.WriteTransport) and self.transport.can_write_eof():
                    self.transport.write_eof()
                    while await self._reader.read(65_536):
                        pass

    # Octets in and out

    async def push(self, status: str | bytes) -> None:
        if self.transport is None:
            raise _Gone
        self._say(status)
        try:
            await self._writer.drain()
        except OSError:
            raise _Gone from None

    def _say(self, status: str | bytes) -> None:
        line = status.encode() if isinstance(status, str) else status
        if line[:1] in b"45":
            self._door.replies[line[:3].decode()] += 1
        if isinstance(self.transport, asyncio.WriteTransport) and not self.transport.is_closing():
            self.transport.write(line + b"\r\n")

    async def _block(self) -> bytes:
        """The next octets, whatever has come; raises _Gone at the end of the stream."""
        try:
            block = await self._reader.read(2 * self.line_length_limit)
        except OSError:
            raise _Gone from None
        if not block:
            raise _Gone
        return block

    async def _line(self, limit: int) -> bytes | None:
        """One line without its end (LF, after CR or not); None for one over `limit`, which is swallowed whole."""
        searched = 0
        dropped = 0
        while (end := self._input.find(b"\n", searched)) < 0:
            if len(self._input) > limit:
                dropped += len(self._input)
                self._input.clear()
            if dropped > COMMAND_FLOOD:
                raise _HangUp("421 4.7.0 Line without end")
            searched = len(self._input)
            self._input += await self._block()
        line = bytes(self._input[:end])
        del self._input[: end + 1]
        return None if dropped or len(line) > limit else line.removesuffix(b"\r")

    async def _command_line(self) -> bytes:
        while True:
            self._waiting = True
            try:
                line = await self._line(AUTH_LIMIT)
            finally:
                self._waiting = False
            if line is not None and (len(line) <= COMMAND_LIMIT or line[:5].upper() == b"AUTH "):
                return line
            self._count("unknown")
            await self.push("500 5.5.2 Line too long")

    # Greetings and small talk

    async def smtp_HELO(self, hostname: str) -> None:
        if not hostname:
            await self.push("501 5.5.4 Syntax: HELO hostname")
            return
        self._greet()
        await self.push(f"250 {self._limits.hostname}")

    async def smtp_EHLO(self, hostname: str) -> None:
        if not hostname:
            await self.push("501 5.5.4 Syntax: EHLO hostname")
            return
        self._greet()
        lines = [
            self._limits.hostname,
            f"SIZE {self._limits.size_limit}",
            "8BITMIME",
            "SMTPUTF8",
            "PIPELINING",
            "ENHANCEDSTATUSCODES",
        ]
        if self.tls_context and not self.secure:
            lines.append("STARTTLS")
        if self._limits.authenticate and self.secure:
            lines.append("AUTH PLAIN LOGIN")
        await self.push("\r\n".join([f"250-{line}" for line in lines[:-1]] + [f"250 {lines[-1]}"]))

    def _greet(self) -> None:
        self._mail = None
        self._greeted = True

    async def smtp_NOOP(self, arg: str) -> None:
        await self.push("250 2.0.0 Ok")

    async def smtp_RSET(self, arg: str) -> None:
        self._mail = None
        await self.push("250 2.0.0 Ok")

    async def smtp_QUIT(self, arg: str) -> None:
        raise _HangUp("221 2.0.0 Bye")

    async def smtp_HELP(self, arg: str) -> None:
        await self.push("214 2.0.0 See RFC 5321")

    async def smtp_VRFY(self, arg: str) -> None:
        await self.push("252 2.5.2 Send some mail and see")

    async def smtp_EXPN(self, arg: str) -> None:
        await self.push("502 5.5.1 Not implemented")

    async def smtp_STARTTLS(self, arg: str) -> None:
        if self.tls_context is None:
            await self.push("502 5.5.1 Not implemented")
        elif self.secure:
            await self.push("503 5.5.1 TLS is on already")
        elif arg:
            await self.push("501 5.5.4 Syntax: STARTTLS")
        else:
            await super().smtp_STARTTLS(arg)

    # AUTH (RFC 4954), over TLS only

    async def smtp_AUTH(self, arg: str) -> None:
        authenticate = self._limits.authenticate
        if authenticate is None:
            await self.push("502 5.5.1 Not implemented")
            return
        if refusal := self._auth_refusal(arg):
            await self.push(refusal)
            return
        mechanism, _, initial = arg.partition(" ")
        ask = self._ask_plain if mechanism.upper() == "PLAIN" else self._ask_login
        credentials = await ask(initial.strip())
        if credentials is None:
            await self.push("501 5.5.2 Authentication cancelled or not understood")
            return
        proved = await asyncio.to_thread(authenticate, *credentials)
        if proved is None:
            self._door.password_failed(self.address_key, self.loop.time())
            log.warning("%s: authentication failed", self.peer)
            await self.push("535 5.7.8 Authentication credentials invalid")
            return
        self._user = proved
        await self.push("235 2.7.0 Authentication successful")

    def _auth_refusal(self, arg: str) -> str | None:
        if not self.secure:
            return "530 5.7.0 Must issue a STARTTLS command first"
        if not self._greeted or self._mail is not None or self._user is not None:
            return "503 5.5.1 Not at this point"
        if arg.partition(" ")[0].upper() not in ("PLAIN", "LOGIN"):
            return "501 5.5.4 Mechanism not known; PLAIN and LOGIN are"
        if not self._door.may_try_password(self.address_key, self.loop.time()):
            return "454 4.7.0 Too many failures, try again later"
        return None

    async def _ask_plain(self, initial: str) -> tuple[str, str] | None:
        """RFC 4616: authorisation identity NUL user NUL password; nobody acts for somebody else here."""
        answer = unbase64(initial) if initial else await self._challenge(b"")
        parts = answer.split("\0") if answer is not None else []
        if len(parts) != 3 or parts[0] not in ("", parts[1]):
            return None
        return parts[1], parts[2]

    async def _ask_login(self, initial: str) -> tuple[str, str] | None:
        user = unbase64(initial) if initial else await self._challenge(b"Username:")
        password = await self._challenge(b"Password:") if user is not None else None
        return (user, password) if user is not None and password is not None else None

    async def _challenge(self, text: bytes) -> str | None:
        await self.push(b"334 " + base64.b64encode(text))
        line = await self._line(AUTH_LIMIT)
        return None if line is None else unbase64(line.decode("latin-1").strip())

    # The envelope

    async def smtp_MAIL(self, arg: str) -> None:
        await self.push(self._mail_reply(arg))

    def _mail_reply(self, arg: str) -> str:
        if not self._greeted:
            return "503 5.5.1 Send EHLO first"
        if self._limits.require_tls and not self.secure:
            return "530 5.7.0 Must issue a STARTTLS command first"
        if self._mail is not None:
            return "503 5.5.1 One mail at a time"
        path = read_path("FROM:", arg)
        if path is None:
            return "501 5.5.4 Syntax: MAIL FROM:<address>"
        parameters = read_parameters(path[1], MAIL_PARAMETERS)
        if parameters is None:
            return "501 5.5.4 Parameter not known, or not understood"
        text, utf8 = path[0], "SMTPUTF8" in parameters
        if not is_sender(text) or not (utf8 or text.isascii()):
            return "553 5.1.7 Bad sender address"
        sender = valid_address(text)
        if self._door.is_blocked(sender or text.lower()):
            return "554 5.7.1 Sender refused by local policy"
        size = int(parameters.get("SIZE", 0))
        if size > self._limits.size_limit:
            return TOO_BIG
        if not self._door.has_room_for(size) or not self._door.has_disk():
            return TRY_LATER_FULL
        self._mail = _Transaction(sender if text else NULL_SENDER, utf8)
        return "250 2.1.0 Ok"

    async def smtp_RCPT(self, arg: str) -> None:
        await self.push(self._rcpt_reply(arg))

    def _rcpt_reply(self, arg: str) -> str:
        if self._mail is None:
            return "503 5.5.1 Send MAIL first"
        path = read_path("TO:", arg)
        if path is None:
            return "501 5.5.4 Syntax: RCPT TO:<address>"
        if read_parameters(path[1], {}) is None:
            return "501 5.5.4 Parameter not known, or not understood"
        if len(self._mail.recipients) >= self._limits.max_recipients:
            return "452 4.5.3 Too many recipients"
        text = path[0]
        if text.lower() == "postmaster":
            text = self._door.postmaster
        address = valid_address(text)
        if address is None or not (self._mail.utf8 or text.isascii()):
            return "553 5.1.3 Bad recipient address"
        if refusal := self._recipient_refusal(address):
            return refusal
        if address not in self._mail.recipients:
            self._mail.recipients.append(address)
        return "250 2.1.5 Ok"

    def _recipient_refusal(self, address: str) -> str | None:
        if address == self._door.postmaster:
            return None
        match self._door.accepts(address):
            case Recipient.OURS:
                return None
            case Recipient.UNKNOWN if address.startswith("postmaster@"):
                return None
            case Recipient.UNKNOWN:
                return "550 5.1.1 No such recipient here"
            case Recipient.FOREIGN:
                return "550 5.7.1 We do not relay"

    # The mail

    async def smtp_DATA(self, arg: str) -> None:
        if self._mail is None or not self._mail.recipients:
            await self.push("503 5.5.1 Send MAIL and RCPT first")
        elif arg:
            await self.push("501 5.5.4 Syntax: DATA")
        elif not self._door.has_room_for(1):
            self._mail = None
            await self.push(TRY_LATER_FULL)
        else:
            mail, self._mail = self._mail, None
            await self.push("354 End data with <CR><LF>.<CR><LF>")
            await self.push(await self._receive(mail))

    async def _receive(self, mail: _Transaction) -> str:
        """Reads one mail to its end, gives it to the writer, returns the reply. Its octets count as in flight from
        their arrival until they are refused or the commit ends, whether or not the client still listens."""
        body = Body(self._limits.size_limit)
        held = 0
        try:
            self._reading_data = True
            started = self.loop.time()
            block = bytes(self._input)
            self._input.clear()
            while True:
                after = body.feed(block)
                if not self._door.has_room_for(body.held - held):
                    body.drop("no room")
                self._door.in_flight += body.held - held
                held = body.held
                if after is not None:
                    break
                if body.seen > DRAIN_FACTOR * self._limits.size_limit:
                    raise _HangUp(TOO_BIG)
                self._give_time(started, body.seen)
                block = await self._block()
            self._input += after
            self._reading_data = False
            if body.dropped:
                return TOO_BIG if body.dropped == "too big" else TRY_LATER_FULL
            data = body.take()
            if refusal := content_refusal(data, self._limits.line_limit):
                return refusal
            raw = self._raw(mail, data)
            future = self._door.submit(raw)
            stored = asyncio.wrap_future(future)
            stored.add_done_callback(self._give_back(held))
            held = 0  # the commit holds them now
        finally:
            self._door.in_flight -= held
        return await self._outcome(raw, future, stored)

    def _raw(self, mail: _Transaction, data: bytes) -> RawMail:
        return RawMail(
            uid=self._door.new_id(),
            data=data,
            envelope=Envelope(mail.sender, tuple(mail.recipients)),
            source=Source.SMTP,
            received_at=self._door.clock(),
            peer=self.peer,
            auth_user=self._user,
        )

    def _give_time(self, started: float, octets: int) -> None:
        """An idle cap a block, and a slowest rate over the whole, so that nobody drips a mail for ever."""
        last = started + self._limits.timeout + octets / DATA_RATE
        self._reset_timeout(max(0.001, min(self._limits.timeout, last - self.loop.time())))

    def _give_back(self, octets: int) -> Callable[[asyncio.Future[None]], None]:
        def done(stored: asyncio.Future[None]) -> None:
            self._door.in_flight -= octets
            if not stored.cancelled():
                stored.exception()  # looked at, in case the client is gone and nobody else will

        return done

    async def _outcome(self, raw: RawMail, future: Future[None], stored: asyncio.Future[None]) -> str:
        """Waits for the commit, and never stops one: `asyncio.wait` leaves it alone when we are cancelled."""
        if self._timeout_handle is not None:
            self._timeout_handle.cancel()
        await asyncio.wait([stored], timeout=self._door.commit_wait())
        if not stored.done():
            # Still in the line: taken out, the client brings it again. Being stored just now: unknown; if it succeeds
            # the client's copy is a duplicate, which the desk settles.
            future.cancel()
            log.error("%s: no commit of %s in time, client told to come again", self.peer, raw.uid)
            raise _HangUp(NOT_NOW)
        self._reset_timeout()
        if error := stored.exception():
            raise error
        self._spent.clear()
        self._door.replies["250"] += 1
        log.info(
            "accepted %s from %s at %s, %d octets", raw.uid, raw.envelope.mail_from or "?", self.peer, len(raw.data)
        )
        return f"250 2.0.0 Ok, kept as {raw.uid}"


def _peer(transport: asyncio.BaseTransport) -> tuple[str, str]:
    """The client's address, and the one its connections are counted under: an IPv6 /64 is one customer."""
    name: Sequence[object] | None = transport.get_extra_info("peername")
    if not name or isinstance(name, (str, bytes)):
        return "", ""
    ip = ipaddress.ip_address(str(name[0]).partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is None:
            return str(ip), str(ipaddress.ip_network((ip, 64), strict=False))
        ip = ip.ipv4_mapped
    return str(ip), str(ip)
