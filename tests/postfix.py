"""A real Postfix in private folders, on private ports, with waits of seconds. Its master insists on root."""

from __future__ import annotations

import contextlib
import grp
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from harness import free_port, tool

# What a test needs to run beside whatever else this machine does; how mail goes is the argument of `postfix`.
_MAIN = """
compatibility_level = 3.6
queue_directory = {home}/spool
data_directory = {home}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
meta_directory = {home}/conf
mail_owner = postfix
setgid_group = postdrop
myhostname = mx.example.com
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
disable_dns_lookups = yes
smtp_host_lookup = native
alias_maps =
alias_database =
local_recipient_maps =
default_transport = error:no route
notify_classes =
minimal_backoff_time = 2s
maximal_backoff_time = 3s
queue_run_delay = 2s
maillog_file = {home}/mail.log
maillog_file_prefixes = {home}
"""
_MASTER = """
127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 2 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
showq unix n - n - - showq
postlog unix-dgram n - n - 1 postlogd
"""


@dataclass(frozen=True)
class Postfix:
    home: Path
    port: int

    def log(self) -> str:
        file = self.home / "mail.log"
        return file.read_text(errors="replace") if file.exists() else ""


@contextlib.contextmanager
def postfix(settings: str, files: Mapping[str, str]) -> Iterator[Postfix]:
    """`settings`: lines of main.cf, after those above; `{home}/conf` in them is where `files` (name -> text) lie."""
    program = tool("postfix")
    if os.geteuid() != 0:
        raise RuntimeError("Postfix can only be started by root: run the tests as root, or with sudo")
    # Not tmp_path: Postfix's processes are other users, and a Unix socket's name must be short.
    home = Path(tempfile.mkdtemp(prefix="postfix-"))
    home.chmod(0o755)
    for name in ("conf", "spool", "data"):
        (home / name).mkdir()
    os.chown(home / "data", pwd.getpwnam("postfix").pw_uid, grp.getgrnam("postfix").gr_gid)
    port = free_port()
    main = _MAIN.replace("{home}", str(home)) + settings.replace("{home}", str(home))
    for name, text in {"main.cf": main, "master.cf": _MASTER.replace("{port}", str(port)), **files}.items():
        (home / "conf" / name).write_text(text)
    for name in ("dynamicmaps.cf", "postfix-files"):
        if (Path("/etc/postfix") / name).exists():
            shutil.copy(Path("/etc/postfix") / name, home / "conf" / name)
    server = Postfix(home, port)

    def control(*words: str) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "MAIL_CONFIG": str(home / "conf")}
        command = [program, "-c", str(home / "conf"), *words]
        return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)

    try:
        started = control("start")
        assert started.returncode == 0, started.stdout + started.stderr + server.log()
        _wait_for(server)
        yield server
    finally:
        control("stop")
        shutil.rmtree(home, ignore_errors=True)


def _wait_for(server: Postfix) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", server.port), 1) as client:
            if client.recv(10).startswith(b"220"):
                return
        time.sleep(0.05)
    raise AssertionError(f"Postfix did not answer\n{server.log()}")
