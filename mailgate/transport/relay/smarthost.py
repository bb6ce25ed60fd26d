"""Mail out, to the smarthost by SMTP (RFC 5321): one kept connection, each recipient with an outcome of its own."""

from __future__ import annotations

import base64
import contextlib
import ipaddress
import re
import socket
import ssl
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Literal

from mailgate.mail import NULL_SENDER, Deferred, Delivered, Delivery, Outcome, Refused, valid_address, written
from mailgate.transport.relay import refuse_bad_addresses, results_for

Tls = Literal["implicit", "starttls", "none"]

CHUNK = 64 * 1024
LONGEST_LINE = 4096  # RFC 5321 4.5.3.1.5 says 512; some servers are wordy
MOST_LINES = 200
PHASE = 5  # before the dot, and after it, a mail may take this many time-outs in all
OPENING = 4  # and this many before that: finding a kept connection dead, and two addresses of one host

# Codes from 500 that blame the conversation, not the mail: an operator mends them, and the mail waits meanwhile.
NOT_THE_MAIL = frozenset({503, 530, 534, 535, 538})  # RFC 5321 4.2.2, RFC 4954 6, RFC 3207 4

_REPLY_LINE = re.compile(rb"([2-5][0-9][0-9])(?:([ -])(.*))?\Z", re.DOTALL)
_STATUS = re.compile(r"([245]\.[0-9]{1,3}\.[0-9]{1,3})(?:\s+|\Z)")
# Our Message-IDs need no xtext (RFC 3461 4); a report that comes back names it as Original-Envelope-Id.
_PLAIN_ID = re.compile(rb"^Message-ID: <([A-Za-z0-9.@-]{1,100})>\r?$", re.MULTILINE | re.IGNORECASE)
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


class SmtpRelay:
    """One smarthost over one kept connection, by our own small dialogue (RFC 5321).

    Why not smtplib: its replies have no deadline (a server that sends an octet a minute holds it for ever) and no end,
    it rewrites addresses it finds odd, and its `sendmail` raises where recipients must be told apart.

    `timeout` in seconds bounds each reply; all before the dot ends within 5 of them, and so does the answer to the dot
    (RFC 5321 4.5.3.2.6 asks for patience there: a wait cut short makes a second copy).
    `tls`: "implicit" and "starttls" are required and the certificate is checked against `host`, by the system's
    authorities or `ca_file`; a server without them gets nothing. `password` is asked anew at each log-in and goes
    over TLS or to a loopback address only. A faulty `ca_file` raises OSError here, at the start.
    """

    def __init__(
        self,
        host: str,
        port: int,
        *,
        tls: Tls = "starttls",
        user: str | None = None,
        password: Callable[[], str] | None = None,
        timeout: float = 60.0,
        local_hostname: str = "localhost",
        ca_file: Path | None = None,
    ) -> None:
        self._host = host
        self._port = port
        self._tls = tls
        self._user = user
        self._password = password
        self._timeout = timeout
        self._local_hostname = local_hostname
        self._context = ssl.create_default_context(cafile=ca_file) if tls != "none" else None
        self._kept: _Conversation | None = None

    @property
    def longest(self) -> timedelta:
        return timedelta(seconds=(OPENING + 2 * PHASE) * self._timeout)

    def send(self, mail_from: str, recipients: Sequence[str], data: bytes) -> list[Delivery]:
        """Hands over one mail, at most once; one Delivery for each recipient, in order."""
        outcomes = refuse_bad_addresses(mail_from, recipients)
        good = {address: written(valid_address(address) or "") for address in recipients if address not in outcomes}
        rest = Deferred("")
        if good:
            sender = "" if mail_from == NULL_SENDER else written(valid_address(mail_from) or "")
            try:
                self._hand_over(_Mail(sender, good, with_crlf(data)), outcomes)
            except _Lost as lost:
                rest = Deferred(lost.reply, lost.ambiguous)
                self._drop()
        return results_for(recipients, outcomes, rest)

    def try_out(self) -> str | None:
        """Connects and logs in as for a mail, and sends none: None, or why no mail could go this way now."""
        try:
            self._drop()
            self._kept = self._connect()
        except _Lost as lost:
            return lost.reply
        self.close()
        return None

    def close(self) -> None:
        """Says goodbye, if there is somebody to say it to."""
        if self._kept:
            with contextlib.suppress(_Lost):
                self._kept.allow(min(self._timeout, 2.0))
                self._kept.command("QUIT")
            self._drop()

    def _drop(self) -> None:
        if self._kept:
            self._kept.close()
            self._kept = None

    # ---- one mail -----------------------------------------------------------------------------------------------

    def _hand_over(self, mail: _Mail, outcomes: dict[str, Outcome]) -> None:
        """Fills in an outcome for each recipient; _Lost means deferred for those that have none yet."""
        relay, reply = self._begin(mail)
        if not reply.accepted:
            outcomes |= dict.fromkeys(mail.recipients, _outcome(reply))
            return
        takers = []
        for address, wire in mail.recipients.items():
            foreign = not wire.isascii() and not relay.can("SMTPUTF8")
            reply = _no_utf8(wire) if foreign else relay.command(f"RCPT TO:<{wire}>")
            if reply.accepted:
                takers.append(address)
            elif reply.code == 552 and takers and not reply.status:
                # An old way to say "too many recipients", and temporary (RFC 5321 4.5.3.1.10).
                outcomes[address] = Deferred(reply.words)
            else:
                outcomes[address] = _outcome(reply)
        if takers:
            outcomes |= dict.fromkeys(takers, _outcome(relay.data(stuffed(mail.data))))

    def _begin(self, mail: _Mail) -> tuple[_Conversation, _Reply]:
        """A conversation and its answer to MAIL. A kept connection that has gone stale is replaced, once: nothing was
        handed over yet."""
        if self._kept:
            self._kept.allow(PHASE * self._timeout)
            try:
                if self._kept.command("RSET").accepted:
                    return self._kept, _introduce(self._kept, mail)
            except _Lost:
                pass
            self._drop()
        self._kept = self._connect()
        return self._kept, _introduce(self._kept, mail)

    # ---- a new connection ---------------------------------------------------------------------------------------

    def _connect(self) -> _Conversation:
        relay = _Conversation(self._open_socket(), self._timeout)
        try:
            if self._tls == "implicit":
                self._start_tls(relay)
            greeting = relay.reply()
            if greeting.code != 220:
                raise _Lost(f"the relay does not greet us: {greeting.words}")
            self._say_hello(relay)
            if self._tls == "starttls":
                self._ask_for_tls(relay)
                self._say_hello(relay)
            self._log_in(relay)
        except _Lost:
            relay.close()
            raise
        return relay

    def _open_socket(self) -> socket.socket:
        try:
            connection = socket.create_connection((self._host, self._port), self._timeout)
        except (OSError, ValueError, OverflowError) as fault:
            raise _Lost(f"cannot reach {self._host} port {self._port}: {_in_words(fault)}") from fault
        with contextlib.suppress(OSError):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def _say_hello(self, relay: _Conversation) -> None:
        reply = relay.command(f"EHLO {self._local_hostname}")
        if not reply.accepted and self._tls != "starttls" and not self._user:
            reply = relay.command(f"HELO {self._local_hostname}")
        if not reply.accepted:
            raise _Lost(f"the relay refused our greeting: {reply.words}")
        relay.features = _features(reply)

    def _ask_for_tls(self, relay: _Conversation) -> None:
        if not relay.can("STARTTLS"):
            raise _Lost(f"{self._host} offers no STARTTLS, and nothing is sent without TLS")
        reply = relay.command("STARTTLS")
        if reply.code != 220:
            raise _Lost(f"the relay refused STARTTLS: {reply.words}")
        self._start_tls(relay)

    def _start_tls(self, relay: _Conversation) -> None:
        assert self._context is not None  # noqa: S101 - made whenever TLS is asked for
        relay.encrypt(self._context, self._host)

    def _log_in(self, relay: _Conversation) -> None:
        if self._user is None or self._password is None:
            return
        if not relay.is_private():
            raise _Lost("a password is sent over TLS or to this host only")
        try:
            password = self._password()
        except Exception as fault:
            raise _Lost(f"the password for the relay cannot be read ({type(fault).__name__})") from None
        plain = _base64(f"\0{self._user}\0{password}")
        try:
            reply = _say_who_we_are(relay, plain, [_base64(self._user), _base64(password)])
            if reply.code != 235:
                raise _Lost(f"the relay refused our log-in as {self._user}: {reply.words}")
        except _Lost as lost:
            # Some servers quote what they did not understand; a reply is stored and shown.
            raise _Lost(_without(lost.reply, plain, _base64(password), password)) from None


@dataclass(frozen=True, slots=True)
class _Mail:
    """`recipients`: as asked for -> as written on the wire. `sender`: '' for the null sender."""

    sender: str
    recipients: dict[str, str]
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Reply:
    """One whole reply. `words`: code and text in a line, no controls; `status`: the enhanced code (RFC 3463) or ''."""

    code: int
    lines: tuple[str, ...]

    @property
    def accepted(self) -> bool:
        return 200 <= self.code < 300

    @property
    def status(self) -> str:
        found = _STATUS.match(self.lines[0])
        return found[1] if found else ""

    @property
    def words(self) -> str:
        first, *more = self.lines
        said = [first, *(_STATUS.sub("", line, count=1) if self.status else line for line in more)]
        return " ".join(f"{self.code} {' '.join(said)}".split())[:500]


class _Lost(Exception):
    """The conversation is over without an answer to the mail. `reply` is for people."""

    def __init__(self, reply: str, ambiguous: bool = False) -> None:
        super().__init__(reply)
        self.reply = _CONTROLS.sub(" ", reply)[:500]
        self.ambiguous = ambiguous


def _say_who_we_are(relay: _Conversation, plain: str, user_and_password: list[str]) -> _Reply:
    """The answer to AUTH, in the first way of ours that the server offers (RFC 4954, 4616)."""
    ways = relay.features.get("AUTH", "").upper().split()
    if "PLAIN" in ways:
        return relay.command(f"AUTH PLAIN {plain}")
    if "LOGIN" not in ways:
        raise _Lost(f"the relay offers no log-in we know (AUTH {' '.join(ways) or 'not offered'})")
    reply = relay.command("AUTH LOGIN", goes_on=True)
    for word in user_and_password:
        if reply.code == 334:
            reply = relay.command(word, goes_on=True)
    return reply


def _without(text: str, *secrets: str) -> str:
    for secret in secrets:
        text = text.replace(secret, "…") if secret else text
    return text


class _Conversation:
    """Commands and replies over one socket, under deadlines. Every fault of the wire is a _Lost."""

    def __init__(self, connection: socket.socket, timeout: float) -> None:
        self.features: dict[str, str] = {}
        self._socket = connection
        self._timeout = timeout
        self._buffer = b""
        self.allow(PHASE * timeout)

    def allow(self, seconds: float) -> None:
        """Whatever follows must end within this time, all together."""
        self._end = time.monotonic() + seconds

    def can(self, extension: str) -> bool:
        return extension in self.features

    def is_private(self) -> bool:
        if isinstance(self._socket, ssl.SSLSocket):
            return True
        try:
            return ipaddress.ip_address(self._socket.getpeername()[0].partition("%")[0]).is_loopback
        except (OSError, ValueError):
            return False

    def encrypt(self, context: ssl.SSLContext, host: str) -> None:
        if self._buffer:
            # Said in plain text, meant to be believed after the handshake (CVE-2011-0411 and its kin).
            raise _Lost("the relay said more than it should before TLS")
        try:
            self._socket.settimeout(self._timeout)
            self._socket = context.wrap_socket(self._socket, server_hostname=host)
        except (OSError, ValueError) as fault:
            raise _Lost(f"no TLS with {host}: {_in_words(fault)}") from fault

    def command(self, line: str, goes_on: bool = False) -> _Reply:
        """One command and its reply. 421 ends the conversation whatever was asked (RFC 5321 3.8); so does 503, and a
        3xx where nothing goes on, since one of us has lost count."""
        if self._buffer:
            raise _Lost("the relay answers what was not asked")
        try:
            self._write(f"{line}\r\n".encode("utf-8", "replace"))
        except OSError as fault:
            raise _Lost(f"the connection broke: {_in_words(fault)}") from fault
        reply = self.reply()
        if reply.code in (421, 503):
            raise _Lost(reply.words)
        if 300 <= reply.code < 400 and not goes_on:
            raise _Lost(f"the relay is out of step: {reply.words}")
        return reply

    def data(self, body: bytes) -> _Reply:
        """DATA, the mail, the dot; the final reply, or an earlier one that says no."""
        reply = self.command("DATA", goes_on=True)
        if reply.code != 354:
            if reply.code < 400:
                raise _Lost(f"the relay is out of step: {reply.words}")
            return reply
        dot_sent = False
        try:
            for start in range(0, len(body), CHUNK):
                dot_sent = start + CHUNK >= len(body)
                self._write(body[start : start + CHUNK])
        except OSError as fault:
            return self._last_words(fault, ambiguous=dot_sent)
        try:
            self.allow(PHASE * self._timeout)
            reply = self.reply(PHASE * self._timeout)
        except _Lost as lost:
            raise _Lost(f"after the mail was sent: {lost.reply}", ambiguous=True) from lost
        if reply.code == 421:
            raise _Lost(reply.words)
        if 300 <= reply.code < 400:
            raise _Lost(f"the relay is out of step: {reply.words}", ambiguous=True)
        return reply

    def _last_words(self, fault: OSError, ambiguous: bool) -> _Reply:
        """A server that hangs up in the middle of a mail has often said why (552 too big)."""
        try:
            self.allow(min(self._timeout, 2.0))
            reply = self.reply()
        except _Lost:
            raise _Lost(f"the connection broke in the mail: {_in_words(fault)}", ambiguous) from fault
        if reply.code < 400 or reply.code == 421:
            raise _Lost(reply.words, ambiguous and reply.code != 421)
        self.close()  # what comes next would be read in the middle of a mail
        return reply

    def reply(self, within: float | None = None) -> _Reply:
        end = min(self._end, time.monotonic() + (within or self._timeout))
        lines = []
        for _ in range(MOST_LINES):
            line = self._line(end)
            found = _REPLY_LINE.match(line)
            if found is None:
                raise _Lost(f"the relay's reply is no SMTP: {line[:80].decode('ascii', 'replace')}")
            lines.append(_CONTROLS.sub(" ", (found[3] or b"").decode("utf-8", "replace")).strip())
            if found[2] != b"-":
                return _Reply(int(found[1]), tuple(lines))
        raise _Lost("the relay's reply has no end")

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._socket.close()

    def _line(self, end: float) -> bytes:
        while b"\n" not in self._buffer:
            if len(self._buffer) > LONGEST_LINE:
                raise _Lost("the relay's reply has no end")
            self._buffer += self._receive(end)
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line.rstrip(b"\r")

    def _receive(self, end: float) -> bytes:
        left = end - time.monotonic()
        try:
            if left <= 0:
                raise TimeoutError
            self._socket.settimeout(left)
            octets = self._socket.recv(LONGEST_LINE)
        except TimeoutError:
            raise _Lost("no answer from the relay in time") from None
        except OSError as fault:
            raise _Lost(f"the connection broke: {_in_words(fault)}") from fault
        if not octets:
            raise _Lost("the relay closed the connection")
        return octets

    def _write(self, octets: bytes) -> None:
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError("the mail took too long")
        self._socket.settimeout(min(left, self._timeout))
        self._socket.sendall(octets)


def with_crlf(data: bytes) -> bytes:
    """Every line end CRLF, the last line ended (RFC 5321 2.3.8). A bare CR or LF never leaves: some servers read it as
    a line end, and a mail could then hold a second one."""
    text = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\n", b"\r\n")
    return text if text.endswith(b"\r\n") else text + b"\r\n"


def stuffed(text: bytes) -> bytes:
    """What follows DATA: leading dots doubled, then the end of data (RFC 5321 4.5.2)."""
    return (b"." if text.startswith(b".") else b"") + text.replace(b"\r\n.", b"\r\n..") + b".\r\n"


def _introduce(relay: _Conversation, mail: _Mail) -> _Reply:
    """MAIL, or the answer it would get when the server's EHLO says already that it cannot carry the mail."""
    head, _, _ = mail.data.partition(b"\r\n\r\n")
    utf8 = not (mail.sender.isascii() and head.isascii())
    eight_bit = not mail.data.isascii()
    limit = relay.features.get("SIZE", "")
    if limit.isdecimal() and 0 < int(limit[:18]) < len(mail.data):
        return _Reply(552, (f"5.3.4 the mail has {len(mail.data)} octets, the relay takes {limit}",))
    if utf8 and not relay.can("SMTPUTF8"):
        return _no_utf8(mail.sender or "a header")
    if eight_bit and not relay.can("8BITMIME"):
        return _Reply(554, ("5.6.3 the relay takes no 8-bit mail",))
    utf8 = relay.can("SMTPUTF8") and (utf8 or not all(wire.isascii() for wire in mail.recipients.values()))
    options = [
        *([f"SIZE={len(mail.data)}"] if relay.can("SIZE") else []),  # RFC 1870
        *(["BODY=8BITMIME"] if eight_bit else []),  # RFC 6152
        *([f"ENVID={found[1].decode()}"] if relay.can("DSN") and (found := _PLAIN_ID.search(head)) else []),  # RFC 3461
        *(["SMTPUTF8"] if utf8 else []),  # RFC 6531
    ]
    return relay.command(" ".join([f"MAIL FROM:<{mail.sender}>", *options]))


def _no_utf8(what: str) -> _Reply:
    return _Reply(553, (f"5.6.7 the relay cannot carry {what}: it has no SMTPUTF8",))


def _outcome(reply: _Reply) -> Outcome:
    if reply.accepted:
        return Delivered(reply.words)
    if reply.code >= 500 and reply.code not in NOT_THE_MAIL:
        return Refused(reply.words, reply.status)
    return Deferred(reply.words)


def _features(reply: _Reply) -> dict[str, str]:
    """EHLO's extensions, in capitals -> their parameters. `AUTH=LOGIN` is an old spelling, kept beside the new one."""
    found: dict[str, str] = {}
    for line in reply.lines[1:]:
        name, _, parameters = line.replace("=", " ", 1).partition(" ")
        name = name.upper()
        found[name] = f"{found.get(name, '')} {parameters}".strip()
    return found


def _base64(text: str) -> str:
    return base64.b64encode(text.encode("utf-8", "replace")).decode("ascii")


def _in_words(fault: BaseException) -> str:
    if isinstance(fault, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted: {fault.verify_message}"
    if isinstance(fault, TimeoutError):
        return "it took too long"
    if isinstance(fault, OSError):
        return fault.strerror or str(fault) or type(fault).__name__
    return str(fault) or type(fault).__name__
