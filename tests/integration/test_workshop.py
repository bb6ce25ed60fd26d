"""What the other tests rest on: both databases, and a client that says what it is told."""

from __future__ import annotations

import contextlib
import socket
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa
from harness import Desk, Smtp, dot_stuffed, free_port
from postgres import Cluster

from mailgate.database import Database


def test_a_database_with_the_newest_schema_and_nothing_in_it(database_url: str) -> None:
    database = Database(database_url)
    try:
        assert database.schema_state()[0] == database.schema_state()[1]
        database.verify_durability()  # the tests run on what the daemon accepts
    finally:
        database.close()


def test_an_empty_database(empty_database_url: str) -> None:
    database = Database(empty_database_url)
    try:
        assert database.schema_state()[0] is None
    finally:
        database.close()


@pytest.mark.parametrize("turn", [1, 2])
def test_every_test_has_a_database_of_its_own(database_url: str, turn: int) -> None:
    engine = sa.create_engine(database_url)
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE mine (turn INTEGER)"))  # a second time it would be there already
    engine.dispose()


def test_a_cluster_that_is_stopped_hard_comes_back(durable_postgres: Cluster) -> None:
    url = durable_postgres.create("desk")
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE kept (n INTEGER)"))
    durable_postgres.stop("immediate")
    durable_postgres.start()
    assert durable_postgres.url("desk") == url
    engine.dispose()
    with engine.begin() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM kept")).scalar() == 0
    engine.dispose()


@pytest.mark.parametrize(
    "mail, wire",
    [
        (b"a: b\n\nx\n", b"a: b\r\n\r\nx\r\n.\r\n"),
        (b"a: b\r\n\r\n.x\r\n..\r\n", b"a: b\r\n\r\n..x\r\n...\r\n.\r\n"),
        (b"no end", b"no end\r\n.\r\n"),
    ],
)
def test_mail_on_the_wire(mail: bytes, wire: bytes) -> None:
    assert dot_stuffed(mail) == wire


class Parrot(threading.Thread):
    """A server that says its lines, one to each thing it hears, and hangs up."""

    def __init__(self, *lines: bytes) -> None:
        super().__init__(daemon=True)
        self.lines, self.heard = lines, b""
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]

    def run(self) -> None:
        with self.socket, self.socket.accept()[0] as client:
            for line in self.lines:
                client.sendall(line)
                # It may hang up while it is being told something.
                with contextlib.suppress(OSError):
                    self.heard += client.recv(65536)


def test_the_client_reads_whole_replies_and_stops_at_a_refusal() -> None:
    server = Parrot(b"220-a\r\n220 b\r\n", b"250-x\r\n250 y\r\n", b"250 ok\r\n", b"550 5.1.1 no\r\n", b"250 reset\r\n")
    server.start()
    with Smtp("127.0.0.1", server.port, 5) as client:
        assert client.greeting == "220-a\n220 b"
        assert client.command("EHLO x") == "250-x\n250 y"
        assert client.deliver(b"a: b\n\nc\n", "a@b.example", ["x@y.example"]) == "550 5.1.1 no"
    server.join(5)
    assert server.heard == b"EHLO x\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<x@y.example>\r\nRSET\r\n"


def test_the_client_counts_only_what_was_answered(tmp_path: Path) -> None:
    ok = b"250 ok\r\n"
    server = Parrot(b"220 hi\r\n", ok, ok, ok, b"354 go\r\n", ok, ok, b"451 later\r\n", ok)
    server.start()
    desk = Desk(tmp_path)
    desk.port = server.port
    assert desk.send_all([b"a: b\n\nc\n"] * 9) == 1
    server.join(5)


def test_waiting_ends_with_a_word_of_what_for(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    with pytest.raises(AssertionError, match="still waiting for a miracle"):
        desk.wait(lambda: False, "a miracle", timeout=0.05)
    desk.port = free_port()
    assert not desk._answers()


def test_outgoing_mail_in_the_order_it_was_put_there(tmp_path: Path) -> None:
    new = tmp_path / "outgoing" / "new"
    new.mkdir(parents=True)
    for name, to in (("2", "ola@example.org"), ("1", "kari@example.com")):
        (new / name).write_text(f"To: {to}\nSubject: {name}\n\nx\n")
    desk = Desk(tmp_path)
    assert {str(mail["Subject"]) for mail in desk.outgoing()} == {"1", "2"}
    assert [str(mail["Subject"]) for mail in desk.outgoing_to("kari@example.com")] == ["1"]
    desk.clear_outgoing()
    assert desk.outgoing() == []
