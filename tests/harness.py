"""A whole desk for the journeys: the installed `mailgate` command as a process, a real folder, a real wire."""

from __future__ import annotations

import contextlib
import email
import email.policy
import itertools
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any, TypeVar, cast

import commands_at_once
from click.testing import Result
from typer.testing import CliRunner

from mailgate import starting
from mailgate.app import App, system_clock
from mailgate.cli import app
from mailgate.config import load
from mailgate.database import Database
from mailgate.spool import balance, listing

T = TypeVar("T")

MAILGATE = Path(sys.executable).parent / "mailgate"
ADDRESS = "support@example.com"
AGENT = "Kari Nordmann <kari@example.com>"
PATIENCE = 90.0


class Smtp:
    """A client that says what it is told, byte for byte, so that wrong things can be said too."""

    def __init__(self, host: str, port: int, timeout: float = PATIENCE) -> None:
        self.socket = socket.create_connection((host, port), timeout)
        self._file = self.socket.makefile("rb")
        try:
            self.greeting = self.reply()
        except OSError:
            self.close()
            raise

    def __enter__(self) -> Smtp:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._file.close()
        self.socket.close()

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def reply(self) -> str:
        """The whole reply, lines joined by \\n; '' when the server has hung up."""
        lines = []
        while line := self._file.readline():
            lines.append(line.decode("utf-8", "replace").rstrip("\r\n"))
            if line[3:4] != b"-":
                break
        return "\n".join(lines)

    def command(self, line: str) -> str:
        self.send(f"{line}\r\n".encode())
        return self.reply()

    def deliver(self, mail: bytes, mail_from: str, rcpt_to: Sequence[str]) -> str:
        """One transaction; the reply that ended it: to the data, or the first refusal before. EHLO comes first."""
        for line in (f"MAIL FROM:<{mail_from}>", *(f"RCPT TO:<{address}>" for address in rcpt_to), "DATA"):
            answer = self.command(line)
            if answer[:1] not in ("2", "3"):
                self.command("RSET")
                return answer
        self.send(dot_stuffed(mail))
        return self.reply()


def _as_json(value: object) -> object:
    """A value as a reader of the command line's JSON gets it."""
    return json.loads(json.dumps(value, ensure_ascii=False, default=lambda moment: moment.isoformat()))


def plain_text(mail: EmailMessage) -> str:
    """The text of a mail, alone or beside its HTML."""
    part = mail.get_body(("plain",))
    assert isinstance(part, EmailMessage), "it has no text"
    return str(part.get_content())


def all_text(mail: EmailMessage) -> str:
    """Text and HTML of a mail, for what must stand in neither."""
    return "\n".join(str(part.get_content()) for part in mail.walk() if part.get_content_maintype() == "text")


def dot_stuffed(mail: bytes) -> bytes:
    """As it goes over the wire, with CRLF and the final dot (RFC 5321 4.5.2)."""
    lines = mail.replace(b"\r\n", b"\n").removesuffix(b"\n").split(b"\n")
    return b"".join(b"." * line.startswith(b".") + line + b"\r\n" for line in lines) + b".\r\n"


class Desk:
    """One desk in a folder. `init` first; then `run` commands, `start` and `stop` the daemon, `send` mail to it."""

    def __init__(self, folder: Path, database: str | None = None, template: Path | None = None) -> None:
        """`template`: a migrated SQLite database to begin with, which saves the time to make one."""
        self.folder = folder
        self.database = database
        self.template = template
        self.config = folder / "mailgate.toml"
        self.port = free_port()
        self.log = folder / "daemon.log"
        self.environment: dict[str, str] = {}
        self.process: subprocess.Popen[bytes] | None = None

    # ---- commands -----------------------------------------------------------------------------------------------

    def init(
        self,
        relay: str | None = None,
        address: str = ADDRESS,
        agents: Sequence[str] = (AGENT,),
        at: Callable[[], datetime] = system_clock,
    ) -> Desk:
        """What `mailgate init` does, in this process: most tests begin with it, and few are about it."""
        listen, database = f"127.0.0.1:{self.port}", self.database or "sqlite:///desk.db"
        wishes = starting.Wishes((address,), tuple(agents), listen, relay, "Europe/Oslo", "en", database)
        files = starting.init_files(wishes, fqdn=starting.machine_name(), today=at().date(), secret=os.urandom(32))
        starting.create(self.folder, files)
        if self.template is not None and self.database is None:
            shutil.copy(self.template, self.folder / "desk.db")
        app = App(load(self.config, {}), at)
        try:
            app.open_database()
            _ = app.instance
        finally:
            app.close()
        return self

    def replace(self, old: str, new: str) -> None:
        """Change the configuration; `old` must be in it."""
        text = self.config.read_text()
        assert old in text, f"{old!r} is not in {self.config}"
        self.config.write_text(text.replace(old, new))

    def append(self, text: str) -> None:
        self.config.write_text(f"{self.config.read_text()}\n{text}\n")

    def run(
        self,
        *arguments: str,
        status: int | None = 0,
        stdin: bytes = b"",
        environ: Mapping[str, str] | None = None,
        timeout: float = 120,
        wrapper: Sequence[str] = (),
    ) -> subprocess.CompletedProcess[bytes]:
        """Run a command to its end; `status` is the exit status it must have, None for any. `wrapper`: see `start`."""
        if not (wrapper or environ or self.environment or arguments[0] in ("run", "--version")):
            done = commands_at_once.run(arguments, stdin, self.folder.parent, self._environ(None), timeout)
        else:
            done = self._run_installed(arguments, stdin, environ, timeout, wrapper)
        if status is not None and done.returncode != status:
            said = (done.stdout[-2000:] + b"\n" + done.stderr[-4000:]).decode(errors="replace")
            raise AssertionError(f"mailgate {' '.join(arguments)}: exit status {done.returncode}\n{said}")
        return done

    def _run_installed(
        self,
        arguments: Sequence[str],
        stdin: bytes,
        environ: Mapping[str, str] | None,
        timeout: float,
        wrapper: Sequence[str],
    ) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [*wrapper, MAILGATE, *arguments],
            input=stdin,
            capture_output=True,
            cwd=self.folder.parent,
            env=self._environ(environ),
            timeout=timeout,
            check=False,
        )

    def json(self, *arguments: str, status: int | None = 0) -> Any:
        """The one object that a command prints with --json."""
        return json.loads(self.run(*arguments, "--json", status=status).stdout)

    def json_lines(self, *arguments: str, status: int | None = 0) -> list[Any]:
        return [json.loads(line) for line in self.run(*arguments, "--json", status=status).stdout.splitlines()]

    # What these print is proved in test_command_line; here they are asked in this process, as a command would ask. In
    # a surrounding of its own, with another clock, only a process sees what the daemon sees.

    def ticket(self, number: str) -> dict[str, Any]:
        if self.environment:
            return cast(dict[str, Any], self.json("ticket", number))
        with self._looking() as (_, desk):
            view = desk.ticket_view(number)
        assert view is not None, f"no ticket {number}"
        return cast(dict[str, Any], _as_json(view))

    def tickets(self, *arguments: str) -> list[dict[str, Any]]:
        if arguments or self.environment:
            return self.json_lines("tickets", *(arguments or ("--all",)))
        with self._looking() as (_, desk):
            return [cast(dict[str, Any], _as_json(view)) for view in desk.ticket_views(limit=None)]

    def spool(self, which: str = "in") -> list[dict[str, Any]]:
        if self.environment:
            return self.json_lines("spool", which)
        with self._looking() as (connection, _):
            return [cast(dict[str, Any], _as_json(row)) for row in listing(connection, which)]

    def audit(self) -> dict[str, Any]:
        """The figures, whether or not they balance."""
        if self.environment:
            return cast(dict[str, Any], self.json("audit", status=None))
        return cast(dict[str, Any], json.loads(self.inside("audit", "--json", status=None).stdout))

    def inside(self, *arguments: str, status: int | None = 0, stdin: bytes = b"") -> Result:
        """A command run in this process: one of its own costs a second and shows no more. What nobody caught is raised.
        Not for commands that make a surrounding of their own, as `run` and `work` do."""
        environ = {"MAILGATE_CONFIG": str(self.config)}
        done = CliRunner().invoke(
            app, arguments, input=stdin, env=environ, prog_name="mailgate", catch_exceptions=False
        )
        assert status in (None, done.exit_code), done.output
        return done

    @contextlib.contextmanager
    def _looking(self) -> Iterator[tuple[Any, Any]]:
        app = App(load(self.config), system_clock)
        try:
            app.open_database()
            with app.looking() as both:
                yield both
        finally:
            app.close()

    def take(self, *mails: bytes, arguments: Iterable[str] = ()) -> None:
        """Put mails into the spool as if received, without a daemon."""
        run = self.run if self.environment else self.inside
        for mail in mails:
            run("take", *arguments, "-", stdin=mail)

    def work(self, *arguments: str) -> None:
        self.run("work", "--until-idle", *arguments)

    # ---- the daemon ---------------------------------------------------------------------------------------------

    def start(
        self,
        *arguments: str,
        wrapper: Sequence[str] = (),
        environ: Mapping[str, str] | None = None,
        answers: bool = True,
    ) -> None:
        """Start `mailgate run` and wait until its port answers. `wrapper`: for instance strace and its options."""
        assert self.process is None, "it runs already"
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*wrapper, MAILGATE, "run", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                env=self._environ(environ),
                start_new_session=True,
            )
        if answers:
            self.wait(self._answers, "the daemon's port to answer")

    def stop(self, timeout: float = 35) -> int:
        """SIGTERM; the exit status."""
        return self.end(signal.SIGTERM, timeout)

    def kill(self) -> None:
        """kill -9 of the daemon alone: what becomes of its children is its own affair."""
        self.end(signal.SIGKILL)

    def end(self, how: signal.Signals, timeout: float = 35) -> int:
        process = self._running()
        process.send_signal(how)
        try:
            status = process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.clean_up()
            raise AssertionError(f"it did not end within {timeout} s\n{self.said()}") from None
        self.process = None
        return status

    def wait_for_end(self, timeout: float = PATIENCE) -> int:
        """The exit status of a daemon that is to end by itself."""
        status = self._running().wait(timeout)
        self.process = None
        return status

    def freeze(self) -> None:
        self._running().send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        self._running().send_signal(signal.SIGCONT)

    def clean_up(self) -> None:
        """End whatever is left of it, at the end of a test."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):  # it ended by itself, and none of its children is left
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def said(self) -> str:
        """The end of the daemon's log."""
        return self.log.read_text(errors="replace")[-6000:] if self.log.exists() else ""

    # ---- mail ---------------------------------------------------------------------------------------------------

    def smtp(self, timeout: float = PATIENCE) -> Smtp:
        """A connection that has said EHLO."""
        client = Smtp("127.0.0.1", self.port, timeout)
        try:
            client.command("EHLO client.example.org")
        except OSError:
            client.close()
            raise
        return client

    def send(
        self, mail: bytes | str, mail_from: str = "ola@example.org", rcpt_to: str | Sequence[str] = ADDRESS
    ) -> str:
        """One mail over a connection of its own; the reply."""
        recipients = [rcpt_to] if isinstance(rcpt_to, str) else rcpt_to
        with self.smtp() as client:
            return client.deliver(mail.encode() if isinstance(mail, str) else mail, mail_from, recipients)

    def send_all(self, mails: Iterable[bytes], mail_from: str = "ola@example.org", rcpt_to: str = ADDRESS) -> int:
        """Mails over one connection, until it breaks; how many were answered 250."""
        accepted = 0
        try:
            with self.smtp() as client:
                for mail in mails:
                    accepted += client.deliver(mail, mail_from, [rcpt_to]).startswith("250")
        except OSError:
            pass  # what was not answered was not accepted
        return accepted

    def outgoing(self) -> list[EmailMessage]:
        """The mails in the outgoing maildir, in the order they were put there."""
        files = [*(self.folder / "outgoing" / "new").glob("*"), *(self.folder / "outgoing" / "cur").glob("*")]
        files.sort(key=lambda file: (file.stat().st_mtime_ns, file.name))
        return [email.message_from_bytes(file.read_bytes(), policy=email.policy.default) for file in files]

    def outgoing_to(self, address: str) -> list[EmailMessage]:
        return [mail for mail in self.outgoing() if address in str(mail["To"])]

    def clear_outgoing(self) -> None:
        for file in (self.folder / "outgoing" / "new").glob("*"):
            file.unlink()

    # ---- waiting ------------------------------------------------------------------------------------------------

    def wait(self, ready: Callable[[], T], what: str, timeout: float = PATIENCE) -> T:
        """Ask until the answer is true, and give it; fail when time is up or the daemon has died. A machine that stood
        still for a while, as virtual ones do, has waited no longer than a second."""
        left, asked = timeout, time.monotonic()
        while True:
            if answer := ready():
                return answer
            if self.process is not None and (status := self.process.poll()) is not None:
                raise AssertionError(f"the daemon ended with {status} while waiting for {what}\n{self.said()}")
            left -= min(1.0, time.monotonic() - asked)
            asked = time.monotonic()
            if left < 0:
                raise AssertionError(f"{timeout} s are over, still waiting for {what}\n{self.said()}")
            time.sleep(0.02)

    def settle(self, timeout: float = PATIENCE) -> dict[str, Any]:
        """Wait until nothing that is due waits in the spool; the audit."""
        database = Database(self.database or f"sqlite:///{self.folder / 'desk.db'}")

        def empty() -> bool:
            with database.read() as connection:
                figures = balance(connection, system_clock())
            return figures.waiting_in == figures.waiting_out == 0

        try:
            self.wait(empty, "the spool to be empty", timeout)
        finally:
            database.close()
        return self.audit()

    def _answers(self) -> bool:
        try:
            with Smtp("127.0.0.1", self.port, 2) as client:
                return client.greeting.startswith("220")
        except OSError:
            return False

    def _running(self) -> subprocess.Popen[bytes]:
        assert self.process is not None, "it does not run"
        return self.process

    def _environ(self, more: Mapping[str, str] | None) -> dict[str, str]:
        # As installed: compiled once and not at every start, whatever the shell that runs the tests prefers.
        compiled = {"PYTHONDONTWRITEBYTECODE": ""}
        return {**os.environ, **compiled, "MAILGATE_CONFIG": str(self.config), **self.environment, **(more or {})}


# Below what the kernel hands out to clients (32768), so that no connection takes the port before its server does; each
# worker of a run in parallel has a thousand of its own.
_WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 20
_ports = itertools.count(os.getpid() % 1000)


def free_port() -> int:
    for _ in range(1000):
        port = 12_000 + 1000 * _WORKER + next(_ports) % 1000
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise RuntimeError("no port is free between 12000 and 32000")


def libfaketime() -> Path:
    """The library that moves a process's clock; `FAKETIME_TIMESTAMP_FILE` moves it while it runs."""
    for folder in sorted(Path("/usr/lib").glob("*/faketime")):
        if (library := folder / "libfaketime.so.1").exists():
            return library
    raise RuntimeError("libfaketime is needed for the tests: apt-get install libfaketime (or `make test` as root)")


def tool(name: str, package: str | None = None) -> str:
    """The path of a program the tests need; an error and no skip where it is missing."""
    if found := shutil.which(name):
        return found
    raise RuntimeError(f"{name} is needed for the tests: apt-get install {package or name} (or `make test` as root)")
