"""A scripted SMTP server on a real socket: a smarthost that does what a test tells it, well or badly.

    with SmtpServer() as server:
        server.on("RCPT", "451 4.7.1 greylisted", times=1)
        server.on("RCPT", "550 5.1.1 no such user", match="nils@")
        server.on("END", HANG)
        ...
        assert [mail.recipients for mail in server.mails] == [["ola@example.org"]]

Steps of a conversation: CONNECT (the greeting), EHLO, HELO, STARTTLS, AUTH, MAIL, RCPT, RSET, NOOP, QUIT, DATA (the
answer to the command), BODY (while the mail is coming in), END (the answer to the dot). The first rule not used up
whose step and text fit decides; without one the server answers as a good server does. What it accepted with 250 is in
`mails`.
"""

from __future__ import annotations

import base64
import contextlib
import socket
import ssl
import struct
import subprocess
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Act:
    """Something else than a reply. `drop`: close; `reset`: close with RST; `hang`: keep silent until the server stops;
    `raw`: these octets as they are; `wait`: seconds before the answer; `call` is run before it, `after` after it."""

    reply: str = ""
    drop: bool = False
    reset: bool = False
    hang: bool = False
    raw: bytes = b""
    wait: float = 0.0
    call: Callable[[], object] | None = None
    after: Callable[[], object] | None = None

    def says(self, usual: str) -> str:
        silent = self.raw or self.drop or self.reset or self.hang
        return self.reply or ("" if silent else usual)


DROP = Act(drop=True)
RESET = Act(reset=True)
HANG = Act(hang=True)


@dataclass
class Rule:
    step: str
    act: Act
    match: str
    times: int | None

    def fits(self, step: str, text: str) -> bool:
        return self.step == step and self.times != 0 and self.match.lower() in text.lower()


@dataclass
class Taken:
    """A mail as it came: `mail_from` and `recipients` without brackets, `options` of MAIL, `data` with dots undone,
    `raw` as on the wire. `user`: who logged in."""

    mail_from: str
    recipients: list[str] = field(default_factory=list)
    options: list[str] = field(default_factory=list)
    data: bytes = b""
    raw: bytes = b""
    connection: int = 0
    tls: bool = False
    user: str | None = None


class _Over(Exception):
    """This conversation has ended."""


class SmtpServer:
    """`extensions` are EHLO's lines; STARTTLS and AUTH are added as `tls` and `users` ask. `certificate` is a file with
    key and certificate, as `make_certificate` writes."""

    def __init__(
        self,
        *,
        extensions: tuple[str, ...] = ("PIPELINING", "SIZE 26214400", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES"),
        tls: str = "none",
        certificate: Path | None = None,
        users: dict[str, str] | None = None,
        mechanisms: str = "PLAIN LOGIN",
        port: int = 0,
    ) -> None:
        self.extensions = extensions
        self.users = users
        self.mechanisms = mechanisms
        self.tls = tls
        self.mails: list[Taken] = []
        self.commands: list[str] = []
        self.connections = 0
        self.host = "127.0.0.1"
        self._context: ssl.SSLContext | None = None
        if certificate is not None:
            self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._context.load_cert_chain(certificate)
        self._rules: list[Rule] = []
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._socket = socket.create_server((self.host, port))
        self.port: int = self._socket.getsockname()[1]

    def on(self, step: str, act: Act | str, *, match: str = "", times: int | None = None) -> None:
        """Adds a rule; `times` None: for ever. A reply of several lines is written with line feeds between them."""
        with self._lock:
            self._rules.append(Rule(step, Act(reply=act) if isinstance(act, str) else act, match, times))

    def forget_rules(self) -> None:
        with self._lock:
            self._rules.clear()

    def __enter__(self) -> SmtpServer:
        thread = threading.Thread(target=self._accept, daemon=True)
        thread.start()
        self._threads.append(thread)
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        self._stopped.set()
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self.drop_connections()
        for thread in list(self._threads):
            thread.join(10)

    def drop_connections(self) -> None:
        """Cuts whoever is connected now, as a restart of the server would."""
        for connection in self.sockets():
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def sockets(self) -> list[socket.socket]:
        """The connections open now, for a test that wants to write to one itself."""
        with self._lock:
            return list(self._open)

    def _accept(self) -> None:
        while not self._stopped.is_set():
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self.connections += 1
                self._open.add(connection)
                number = self.connections
            thread = threading.Thread(target=self._serve, args=(connection, number), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket, number: int) -> None:
        talk = _Talk(self, connection, number)
        try:
            talk.run()
        except (_Over, OSError):
            pass
        finally:
            with self._lock:
                self._open.discard(connection)
            talk.close()

    def rule_for(self, step: str, text: str) -> Act | None:
        with self._lock:
            if step not in ("BODY", "END", "CONNECT"):
                self.commands.append(text)
            for rule in self._rules:
                if rule.fits(step, text):
                    if rule.times is not None:
                        rule.times -= 1
                    return rule.act
        return None

    def wait_until_stopped(self, most: float | None = None) -> None:
        self._stopped.wait(most)

    def take(self, mail: Taken) -> None:
        with self._lock:
            self.mails.append(mail)

    def context(self) -> ssl.SSLContext:
        assert self._context is not None, "a certificate is needed for TLS"
        return self._context


class _Talk:
    def __init__(self, server: SmtpServer, connection: socket.socket, number: int) -> None:
        self._server = server
        self._socket = connection
        self._number = number
        self._buffer = b""
        self._tls = False
        self._user: str | None = None
        self._mail: Taken | None = None
        self._handlers: dict[str, Callable[[str], None]] = {
            "EHLO": self._ehlo,
            "HELO": self._helo,
            "STARTTLS": self._starttls,
            "AUTH": self._auth,
            "MAIL": self._mail_from,
            "RCPT": self._rcpt,
            "DATA": self._data,
            "RSET": self._rset,
            "NOOP": self._noop,
            "QUIT": self._quit,
        }

    def run(self) -> None:
        if self._server.tls == "implicit":
            self._encrypt()
        self._answer("CONNECT", "", "220 mail.example.com ESMTP")
        while True:
            line = self._line().decode("utf-8", "surrogateescape").rstrip("\r\n")
            verb = line.split(" ", 1)[0].upper()
            handler = self._handlers.get(verb)
            if handler is None:
                self._answer(verb, line, "500 5.5.2 unknown command")
            else:
                handler(line)

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._socket.close()

    # ---- commands -----------------------------------------------------------------------------------------------

    def _ehlo(self, line: str) -> None:
        lines = ["mail.example.com", *self._server.extensions]
        if self._server.tls == "starttls" and not self._tls:
            lines.append("STARTTLS")
        if self._server.users is not None:
            lines.append(f"AUTH {self._server.mechanisms}")
        self._answer("EHLO", line, "\n".join(f"250 {text}" for text in lines))

    def _helo(self, line: str) -> None:
        self._answer("HELO", line, "250 mail.example.com")

    def _starttls(self, line: str) -> None:
        if self._answer("STARTTLS", line, "220 2.0.0 go ahead").startswith("220"):
            self._encrypt()

    def _auth(self, line: str) -> None:
        words = line.split(" ")
        if words[1].upper() == "PLAIN":
            _, user, password = base64.b64decode(words[2]).decode().split("\0")
        else:
            self._send("334 VXNlcm5hbWU6")
            user = base64.b64decode(self._line()).decode()
            self._send("334 UGFzc3dvcmQ6")
            password = base64.b64decode(self._line()).decode()
        good = (self._server.users or {}).get(user) == password
        reply = self._answer("AUTH", words[1], "235 2.7.0 welcome" if good else "535 5.7.8 wrong user or password")
        self._user = user if reply.startswith("235") else None

    def _mail_from(self, line: str) -> None:
        path, *options = line.partition(":")[2].strip().split(" ")
        if self._answer("MAIL", line, "250 2.1.0 ok").startswith("250"):
            self._mail = Taken(
                path.strip("<>"), options=options, connection=self._number, tls=self._tls, user=self._user
            )

    def _rcpt(self, line: str) -> None:
        if self._mail is None:
            self._answer("RCPT", line, "503 5.5.1 MAIL first")
        elif self._answer("RCPT", line, "250 2.1.5 ok").startswith("25"):
            self._mail.recipients.append(line.partition(":")[2].strip().strip("<>"))

    def _data(self, line: str) -> None:
        if self._mail is None or not self._mail.recipients:
            self._answer("DATA", line, "503 5.5.1 RCPT first")
            return
        if not self._answer("DATA", line, "354 go ahead").startswith("354"):
            return
        self._perform(self._server.rule_for("BODY", ""), "")
        mail, self._mail = self._mail, None
        lines = []
        while (text := self._line()) != b".\r\n":
            lines.append(text)
        mail.raw = b"".join(lines)
        mail.data = b"".join(text[1:] if text.startswith(b".") else text for text in lines)
        act = self._server.rule_for("END", mail.data.decode("latin-1"))
        usual = "250 2.0.0 taken"
        if act is None or act.says(usual).startswith("250") or act.raw.startswith(b"250 "):
            self._server.take(mail)
        self._perform(act, usual)

    def _rset(self, line: str) -> None:
        self._mail = None
        self._answer("RSET", line, "250 2.0.0 ok")

    def _noop(self, line: str) -> None:
        self._answer("NOOP", line, "250 2.0.0 ok")

    def _quit(self, line: str) -> None:
        self._answer("QUIT", line, "221 2.0.0 bye")
        raise _Over

    # ---- octets -------------------------------------------------------------------------------------------------

    def _answer(self, step: str, text: str, usual: str) -> str:
        return self._perform(self._server.rule_for(step, text), usual)

    def _perform(self, act: Act | None, usual: str) -> str:
        if act is None:
            act = Act(reply=usual)
        if act.wait:
            self._server.wait_until_stopped(act.wait)
        if act.call:
            act.call()
        if act.raw:
            self._socket.sendall(act.raw)
        reply = act.says(usual)
        if reply:
            self._send(reply)
        if act.after:
            act.after()
        if act.hang:
            self._server.wait_until_stopped()
            raise _Over
        if act.reset:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            raise _Over
        if act.drop or reply.startswith("421"):
            raise _Over
        return reply

    def _send(self, reply: str) -> None:
        *first, last = reply.split("\n")
        lines = [line[:3] + "-" + line[4:] for line in first] + [last]
        self._socket.sendall("".join(line + "\r\n" for line in lines).encode("utf-8", "surrogateescape"))

    def _line(self) -> bytes:
        while b"\n" not in self._buffer:
            octets = self._socket.recv(65536)
            if not octets:
                raise _Over
            self._buffer += octets
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line + b"\n"

    def _encrypt(self) -> None:
        with self._server._lock:
            self._server._open.discard(self._socket)
        self._socket = self._server.context().wrap_socket(self._socket, server_side=True)
        with self._server._lock:
            self._server._open.add(self._socket)
        self._tls = True


def make_certificate(folder: Path, host: str = "127.0.0.1") -> Path:
    """A self-signed certificate for an address or a name, key and certificate in one file (good as `ca_file` too)."""
    file = folder / f"{host}.pem"
    kind = "IP" if host.replace(".", "").isdigit() else "DNS"
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    name = ["-subj", f"/CN={host}", "-addext", f"subjectAltName={kind}:{host}"]
    out = ["-days", "2", "-keyout", str(file), "-out", f"{file}.crt"]
    subprocess.run(["openssl", "req", "-x509", *curve, *name, *out], check=True, capture_output=True)
    with open(file, "ab") as both:
        both.write(Path(f"{file}.crt").read_bytes())
    return file
