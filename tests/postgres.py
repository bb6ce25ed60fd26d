"""A throw-away PostgreSQL cluster for the tests. It keeps fsync on: the daemon refuses a server that does not."""

from __future__ import annotations

import os
import pwd
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from harness import free_port
from psycopg import sql

INSTALL = "PostgreSQL is needed for the tests: apt-get install postgresql (or `make test` as root)"
GIGABYTE = 1 << 30


class Cluster:
    """`start`, `stop`, and start again at the same place; one database a test, copied from a template.

    `durable`: on a real disk, for tests that pull the plug; otherwise in memory where there is room.
    """

    def __init__(self, durable: bool = False) -> None:
        self._programs = _programs()
        self._folder = Path(tempfile.mkdtemp(prefix="mailgate-pg-", dir=_place(durable)))
        self._as_user = self._drop_root()
        self.port = 0
        self._run("initdb", "-D", self._data, "-A", "trust", "-U", "mailgate", "-E", "UTF8", "--locale=C.UTF-8", "-N")

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    def start(self) -> None:
        """Ready for connections when it returns. The port stays the same over restarts."""
        self.port = self.port or free_port()
        options = f"-p {self.port} -k {self._folder} -c listen_addresses=127.0.0.1 -c max_connections=100"
        self._control("-w", "-t", "60", "-l", self._folder / "log", "-o", options, "start")

    def stop(self, how: str = "fast") -> None:
        """`fast` in order, `immediate` as if the power went."""
        self._control("-w", "-t", "60", "-m", how, "stop")

    def remove(self) -> None:
        if (self._data / "postmaster.pid").exists():
            self.stop("immediate")
        shutil.rmtree(self._folder, ignore_errors=True)

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://mailgate@127.0.0.1:{self.port}/{database}"

    def create(self, name: str, template: str = "template0") -> str:
        """A new database, its URL."""
        self._sql("CREATE DATABASE {} TEMPLATE {}", name, template)
        return self.url(name)

    def drop(self, name: str) -> None:
        self._sql("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def _sql(self, statement: str, *names: str) -> None:
        with psycopg.connect(
            host="127.0.0.1", port=self.port, user="mailgate", dbname="postgres", autocommit=True
        ) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    def _control(self, *arguments: str | Path) -> None:
        self._run("pg_ctl", "-D", self._data, *arguments)

    def _run(self, program: str, *arguments: str | Path) -> None:
        # Nothing is piped: the server would inherit the pipe and keep it open.
        done = subprocess.run(
            [self._programs / program, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=self._folder,
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", "HOME": str(self._folder)},
            check=False,
            **self._as_user,
        )
        if done.returncode:
            log = self._folder / "log"
            said = log.read_text(errors="replace")[-2000:] if log.exists() else ""
            raise RuntimeError(f"{program} failed with {done.returncode}\n{said}")

    def _drop_root(self) -> dict[str, Any]:
        """PostgreSQL refuses to run as root, so there it runs as nobody."""
        if os.geteuid() != 0:
            return {}
        nobody = pwd.getpwnam("nobody")
        os.chown(self._folder, nobody.pw_uid, nobody.pw_gid)
        return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


@contextmanager
def running_cluster(durable: bool = False) -> Iterator[Cluster]:
    cluster = Cluster(durable)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.remove()


def _programs() -> Path:
    """The newest server's programs: Debian's place, else next to the one on the path."""

    def version(folder: Path) -> int:
        number = re.search(r"/(\d+)/bin\Z", str(folder))
        return int(number[1]) if number else 0

    debian = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if debian:
        return max(debian, key=version)
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    raise RuntimeError(INSTALL)


def _place(durable: bool) -> str:
    memory = Path("/dev/shm")
    if not durable and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > GIGABYTE:
        return str(memory)
    return tempfile.gettempdir()
