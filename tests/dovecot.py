"""A real Dovecot 2.3 for the tests, on private ports, with TLS, in a folder of its own.

As root it drops to nobody (Dovecot's imap refuses user 0). Every user name has the same password; a mailbox is made
when first asked for, so that each test takes a name nobody else has. Mails can be put in by IMAP (`append`) or as files
(`put_file`, for thousands); `renumber` does what a restored backup or a rebuilt mailbox does.
"""

from __future__ import annotations

import grp
import imaplib
import itertools
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from smtp_server import make_certificate

INSTALL = "Dovecot is needed for the tests: apt-get install dovecot-imapd (or `make test` as root)"
PASSWORD = "correct-horse"
HOST = "127.0.0.1"

_CONFIGURATION = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
instance_name = mailgate-test
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
default_process_limit = 200
protocols = imap
listen = 127.0.0.1
mail_location = maildir:{folder}/mail/%n:LAYOUT=fs
mail_max_userip_connections = 100
mail_fsync = never
mail_plugins = acl
first_valid_uid = 1
first_valid_gid = 1
auth_mechanisms = plain login
disable_plaintext_auth = no
auth_username_format = %Ln
auth_failure_delay = 0
imap_capability = {capability}
ssl = yes
ssl_cert = <{folder}/certificate.pem
ssl_key = <{folder}/certificate.pem
ssl_min_protocol = TLSv1.2
plugin {{
  acl = vfile
}}
protocol imap {{
  mail_plugins = acl imap_acl
}}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail/%n allow_all_users=yes
}}
namespace inbox {{
  inbox = yes
  separator = /
}}
service anvil {{
  chroot =
  # No waiting longer and longer for whoever gave a wrong password.
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service imap-login {{
  chroot =
  service_count = 0
  process_min_avail = 1
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
"""


class Dovecot:
    """`capability`: what it says it can, instead of all it can."""

    def __init__(self, capability: str = "") -> None:
        self._program = shutil.which("dovecot") or "/usr/sbin/dovecot"
        if not os.access(self._program, os.X_OK):
            raise RuntimeError(INSTALL)
        # Not pytest's tmp_path: under root that is closed to nobody, and its name is too long for a Unix socket.
        self._folder = Path(tempfile.mkdtemp(prefix="mailgate-dc-"))
        self._user = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.getuid())
        self._numbers = itertools.count(1)
        self._process: subprocess.Popen[bytes] | None = None
        self.port, self.tls_port = _free_port(), _free_port()
        self.certificate = self._folder / "certificate.pem"
        make_certificate(self._folder, HOST).rename(self.certificate)
        for name in ("run", "state", "mail"):
            (self._folder / name).mkdir()
        values = {
            "folder": self._folder,
            "user": self._user.pw_name,
            "group": grp.getgrgid(self._user.pw_gid).gr_name,
            "uid": self._user.pw_uid,
            "gid": self._user.pw_gid,
            "imap": self.port,
            "imaps": self.tls_port,
            "password": PASSWORD,
            "capability": capability,
        }
        (self._folder / "dovecot.conf").write_text(_CONFIGURATION.format(**values))
        self._own(self._folder)

    def start(self) -> None:
        drop: dict[str, Any] = {}
        if os.geteuid() == 0:
            drop = {"user": self._user.pw_uid, "group": self._user.pw_gid, "extra_groups": []}
        self._process = subprocess.Popen(
            [self._program, "-F", "-c", str(self._folder / "dovecot.conf")],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=self._folder,
            start_new_session=True,
            **drop,
        )
        deadline = time.monotonic() + 20
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"Dovecot does not start\n{self.said()}")
            time.sleep(0.02)

    def stop(self) -> None:
        """It and every connection to it end."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGTERM)
            self._process.wait(20)
            self._process = None

    def restart(self) -> None:
        self.stop()
        self.start()

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def said(self) -> str:
        log = self._folder / "log"
        return log.read_text(errors="replace")[-3000:] if log.exists() else ""

    def new_user(self) -> str:
        return f"user{next(self._numbers)}"

    def client(self, user: str) -> Client:
        return Client(self.port, user)

    # ---- behind its back ------------------------------------------------------------------------------------------

    def maildir(self, user: str) -> Path:
        return self._folder / "mail" / user

    def put_file(self, user: str, data: bytes, at: datetime | None = None) -> None:
        """A mail delivered by something other than IMAP, as quick as a file; new UIDs are given when Dovecot looks."""
        box = self.maildir(user)
        if not (box / "new").is_dir():
            for name in ("cur", "new", "tmp"):
                (box / name).mkdir(parents=True)
            self._own(box)
        number = next(self._numbers)
        file = box / "tmp" / f"{1_700_000_000 + number}.M{number}P1.test"
        file.write_bytes(data)
        if at is not None:
            os.utime(file, (at.timestamp(), at.timestamp()))
        os.chown(file, self._user.pw_uid, self._user.pw_gid)
        file.rename(box / "new" / file.name)

    def renumber(self, user: str, uidvalidity: int, next_uid: int = 1) -> None:
        """All mails get new UIDs from `next_uid` on. Nobody may be connected to this mailbox."""
        box = self.maildir(user)
        for file in box.glob("dovecot*"):
            if file.is_file():
                file.unlink()
        listed = box / "dovecot-uidlist"
        listed.write_text(f"3 V{uidvalidity} N{next_uid}\n")
        self._own(box)

    def allow(self, user: str, rights: str) -> None:
        """The owner's rights to his INBOX from now on (RFC 4314): `lr` is looking only."""
        self.maildir(user).mkdir(parents=True, exist_ok=True)
        (self.maildir(user) / "dovecot-acl").write_text(f"owner {rights}\n")
        self._own(self.maildir(user))

    def _own(self, path: Path) -> None:
        if os.geteuid() == 0:
            for one in (path, *path.rglob("*")):
                os.chown(one, self._user.pw_uid, self._user.pw_gid)

    def _answers(self) -> bool:
        try:
            with socket.create_connection((HOST, self.port), 1) as probe:
                return probe.recv(4) == b"* OK"
        except OSError:
            return False


class Client:
    """Somebody else's mail program, by the standard library: nothing of ours."""

    def __init__(self, port: int, user: str) -> None:
        self.imap = imaplib.IMAP4(HOST, port, timeout=30)
        self.imap.login(user, PASSWORD)
        self.imap.select()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.imap.logout()

    def append(self, data: bytes, at: datetime | None = None, folder: str = "INBOX") -> None:
        moment = imaplib.Time2Internaldate(at or datetime.now(UTC)) if at else None  # noqa: TID251
        status, said = self.imap.append(folder, None, moment, data)  # type: ignore[arg-type]
        assert status == "OK", said

    def uids(self, criteria: str = "ALL", folder: str = "INBOX") -> list[int]:
        """The UIDs of what a fresh look at the folder finds."""
        self.imap.select(folder)
        return [int(uid) for uid in self.imap.uid("SEARCH", criteria)[1][0].split()]

    def flags(self, uid: int) -> set[str]:
        self.imap.select()
        said = self.imap.uid("FETCH", str(uid), "(FLAGS)")[1][0]
        assert isinstance(said, bytes), said
        return {flag.decode() for flag in imaplib.ParseFlags(said)}

    def flag(self, uids: str, flags: str) -> None:
        self.imap.uid("STORE", uids, "+FLAGS", f"({flags})")

    def take_away(self, uids: str, folder: str) -> None:
        self.imap.create(folder)
        self.imap.uid("MOVE", uids, folder)


@contextmanager
def running_dovecot(capability: str = "") -> Iterator[Dovecot]:
    server = Dovecot(capability)
    try:
        server.start()
        yield server
    finally:
        server.remove()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
