"""What servers say that a good one does not: a scripted server, and what our side makes of it."""

from __future__ import annotations

import contextlib
import os
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from mailgate.transport.imap import Account, ConnectionGone, LoginRefused, Refused, Session

Answer = bytes | Callable[[bytes], bytes]

GOOD: dict[str, Answer] = {
    "CAPABILITY": b"* CAPABILITY IMAP4rev1 IDLE UIDPLUS MOVE\r\n",
    "LOGIN": b"",
    "AUTHENTICATE": b"",
    "LOGOUT": b"* BYE\r\n",
    "SELECT": b"* 2 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT 12] x\r\n"
    b"* OK [PERMANENTFLAGS (\\Deleted \\Seen \\*)] x\r\n",
    "UID SEARCH": b"* SEARCH 10 11\r\n",
    "UID STORE": b"",
    "UID MOVE": b"",
    "UID COPY": b"",
    "UID EXPUNGE": b"",
}


class Scripted:
    """Answers each command with what stands for it, and a tagged OK unless that says `{tag}` itself. None hangs up."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer | None] = dict(GOOD)
        self.commands: list[str] = []
        self.greeting = b"* OK ready\r\n"
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self.port: int = self._socket.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        for one in (self._socket, *self._open):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def push(self, data: bytes) -> None:
        self._open[-1].sendall(data)

    def account(self, password: str = "secret", timeout: float = 2.0) -> Account:
        return Account("127.0.0.1", self.port, "none", "ann", "INBOX", lambda: password, timeout=timeout)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._socket.accept()
                self._open.append(connection)
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection.makefile("rb") as lines:
            connection.sendall(self.greeting)
            for line in lines:
                tag, _, command = line.strip().partition(b" ")
                if tag == b"DONE":
                    tag, command = self._idling, b"DONE"
                self.commands.append(command.decode())
                words = command.decode().upper().split() or [""]
                name = " ".join(words[:2]) if words[0] == "UID" else words[0]
                if name == "IDLE":
                    self._idling = tag
                answer = self.answers.get(name, b"")
                if answer is None:
                    connection.shutdown(socket.SHUT_RDWR)
                    return
                said = answer(command) if callable(answer) else answer
                if b"{tag}" in said:
                    connection.sendall(said.replace(b"{tag}", tag))
                elif name != "IDLE":
                    connection.sendall(said + tag + b" OK done\r\n")
                else:
                    connection.sendall(said)


@pytest.fixture
def server() -> Iterator[Scripted]:
    made = Scripted()
    try:
        yield made
    finally:
        made.close()


@pytest.fixture
def session(server: Scripted) -> Iterator[Session]:
    made = Session(server.account())
    made.select()
    try:
        yield made
    finally:
        made.close()


@pytest.fixture
def wake() -> Iterator[int]:
    ear, mouth = os.pipe()
    yield ear
    os.close(ear)
    os.close(mouth)


# ---- letting us in -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "greeting, login, raised",
    [
        (b"* BYE too many\r\n", b"", ConnectionGone),
        (b"220 smtp.example.org\r\n", b"", ConnectionGone),
        (b"* OK hello\r\n", b"{tag} NO [AUTHENTICATIONFAILED] no\r\n", LoginRefused),
        (b"* OK hello\r\n", b"{tag} BAD what\r\n", LoginRefused),
        (b"* OK hello\r\n", None, ConnectionGone),  # IMAPClient calls this a refusal too
        (b"* OK hello\r\n", b"* BYE shutting down\r\n{tag} NO x\r\n", ConnectionGone),
    ],
)
def test_log_in(server: Scripted, greeting: bytes, login: bytes | None, raised: type[Exception]) -> None:
    server.greeting, server.answers["LOGIN"] = greeting, login
    with pytest.raises(raised):
        Session(server.account())


def test_a_server_that_does_not_greet(server: Scripted) -> None:
    server.greeting = b""
    account = server.account()
    started = time.monotonic()
    with pytest.raises(ConnectionGone):
        Session(Account(**{**{name: getattr(account, name) for name in account.__slots__}, "connect_timeout": 0.3}))
    assert time.monotonic() - started < 2


def test_no_uidvalidity_and_no_uidnext(server: Scripted) -> None:
    session = Session(server.account())
    server.answers["SELECT"] = b"* 2 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n"
    assert session.select().uidnext == 0
    server.answers["SELECT"] = b"* 2 EXISTS\r\n"
    with pytest.raises(ConnectionGone, match="UIDVALIDITY"):
        session.select()
    session.close()


def test_a_folder_that_is_not_there_and_one_to_look_at_only(server: Scripted, session: Session) -> None:
    server.answers["SELECT"] = b"{tag} NO [NONEXISTENT] no such folder\r\n"
    with pytest.raises(Refused, match="NONEXISTENT"):
        session.select()
    server.answers["SELECT"] = b"* 2 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n{tag} OK [READ-ONLY] done\r\n"
    server.answers["EXAMINE"] = server.answers["SELECT"]
    assert session.select().read_only
    for attempt in (lambda: session.mark([10]), lambda: session.move([10], "Done"), lambda: session.delete([10])):
        with pytest.raises(Refused, match="may be"):
            attempt()
    assert not [one for one in server.commands if "STORE" in one or "MOVE" in one]


# ---- looking --------------------------------------------------------------------------------------------------------


def test_the_star_finds_the_newest_even_below(server: Scripted, session: Session) -> None:
    server.answers["UID SEARCH"] = b"* SEARCH 11\r\n"
    assert session.uids_above(11, 2) == []
    server.answers["UID SEARCH"] = b"* SEARCH\r\n"
    assert session.uids_above(0, 0) == []
    server.answers["UID SEARCH"] = b"* SEARCH 11 10 10\r\n"
    assert session.uids_above(0, 2) == [10, 11]


def test_a_folder_of_120_000_is_asked_for_in_windows(server: Scripted, session: Session) -> None:
    def search(command: bytes) -> bytes:
        window = re.search(rb"SEARCH (\d+):(\*|\d+) UID (\d+):\*", command)
        assert window is not None, command
        last = 120_000 if window[2] == b"*" else int(window[2])
        found = range(max(int(window[1]), int(window[3])), last + 1)
        said = b" ".join(b"%d" % one for one in found)
        assert len(said) < 1_000_000  # imaplib reads no longer line
        return b"* SEARCH " + said + b"\r\n"

    server.answers["UID SEARCH"] = search
    assert session.uids_above(0, 120_000) == list(range(1, 120_001))
    assert len(server.commands) - server.commands.index('LOGIN ann "secret"') < 8
    before = len(server.commands)
    assert session.uids_above(119_990, 120_000) == list(range(119_991, 120_001))
    assert len(server.commands) - before == 2


@pytest.mark.parametrize(
    "answer, uids",
    [
        (b'* 1 FETCH (UID 10 RFC822.SIZE 5 INTERNALDATE "21-Nov-2026 10:00:00 +0100")\r\n', {10}),
        (b"* 1 FETCH (FLAGS (\\Seen))\r\n", set()),  # somebody reads another mail meanwhile
        (b"* 10 FETCH (FLAGS (\\Seen))\r\n", set()),  # its number is the UID we ask for
        (b"* 10 FETCH (FLAGS (\\Seen))\r\n* 1 FETCH (UID 10 RFC822.SIZE 5)\r\n", {10}),
        (b"* 1 FETCH (UID 99 RFC822.SIZE 5)\r\n", set()),
        (b"* 1 EXPUNGE\r\n", set()),
        (b"", set()),
    ],
)
def test_facts(server: Scripted, session: Session, answer: bytes, uids: set[int]) -> None:
    server.answers["UID FETCH"] = answer
    assert set(session.facts([10])) == uids


@pytest.mark.parametrize("date", [b'"99-Foo-2026 10:00:00 +0100"', b'""', b"NIL", b'"31-Feb-2026 10:00:00 +0000"'])
def test_a_date_that_makes_no_sense_is_one_mails_trouble(server: Scripted, session: Session, date: bytes) -> None:
    server.answers["UID FETCH"] = b"* 1 FETCH (UID 10 RFC822.SIZE 5 INTERNALDATE " + date + b")\r\n"
    with contextlib.suppress(Refused):
        assert session.facts([10])[10].internal_date is None
    server.answers["UID FETCH"] = b"* 2 FETCH (UID 11 RFC822.SIZE 5)\r\n"
    assert session.facts([11])[11].size == 5  # the connection stands


# ---- fetching -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "answer, mails",
    [
        (b"* 1 FETCH (UID 10 BODY[] {5}\r\nabc\r\n)\r\n", {10: b"abc\r\n"}),
        (b"* 1 FETCH (BODY[] {5}\r\nabc\r\n UID 10)\r\n", {10: b"abc\r\n"}),
        (b'* 1 FETCH (UID 10 BODY[] "abc" FLAGS (\\Seen))\r\n', {10: b"abc"}),
        (b"* 1 FETCH (UID 10 BODY[] {0}\r\n)\r\n", {10: b""}),
        (b"* 1 FETCH (UID 10 BODY[] NIL)\r\n", {}),
        (b"* 1 FETCH (UID 10 BODY[] {19}\r\n* 2 FETCH (UID 3)\r\n)\r\n", {10: b"* 2 FETCH (UID 3)\r\n"}),
        (b"* 10 FETCH (FLAGS (\\Seen))\r\n", {}),
        (b"* 3 EXISTS\r\n* 1 FETCH (UID 10 BODY[] {1}\r\nx)\r\n* 2 FETCH (FLAGS ())\r\n", {10: b"x"}),
    ],
)
def test_fetch(server: Scripted, session: Session, answer: bytes, mails: dict[int, bytes]) -> None:
    server.answers["UID FETCH"] = answer
    assert session.fetch([10]) == mails
    assert server.commands[-1] == "UID FETCH 10 (BODY.PEEK[])"


@pytest.mark.parametrize(
    "answer, raised",
    [
        (b"{tag} NO [SERVERBUG] cannot read\r\n", Refused),
        (b"{tag} BAD what\r\n", Refused),
        (b"* BYE going down\r\n{tag} NO x\r\n", ConnectionGone),
        (b"* 1 FETCH (UID 10 BODY[] {500}\r\nshort\r\n", ConnectionGone),
        (b"rubbish\r\n", ConnectionGone),
        (b'* 1 FETCH (UID 10 BODY[] "unclosed)\r\n', Refused),
        (b"* 1 FETCH (UID ten BODY[] {1}\r\nx)\r\n", Refused),
        (None, ConnectionGone),
    ],
)
def test_a_bad_answer(server: Scripted, session: Session, answer: bytes | None, raised: type[Exception]) -> None:
    if answer is not None and b"short" in answer:
        answer += b"{tag}"  # nothing follows
    server.answers["UID FETCH"] = answer
    with pytest.raises(raised):
        session.fetch([10])


# ---- waiting --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "idle, news",
    [
        (b"+ idling\r\n* 3 EXISTS\r\n", True),  # in one packet: poll() never sees it
        (b"* 3 EXISTS\r\n+ idling\r\n", True),  # before the "+": IMAPClient takes it for a refusal
        (b"+ idling\r\n* 1 FETCH (FLAGS (\\Seen))\r\n", False),
        (b"+ idling\r\n* 1 EXPUNGE\r\n", False),
        (b"+ \r\n* OK still here\r\n", False),
    ],
)
def test_idle(server: Scripted, session: Session, wake: int, idle: bytes, news: bool) -> None:
    server.answers["IDLE"] = idle
    started = time.monotonic()
    assert session.wait(5, wake) is news
    assert time.monotonic() - started < 1
    assert server.commands[-1] == "DONE"
    assert session.uids_above(0, 2) == [10, 11]


def test_idle_pushed_later_ended_by_time_and_by_the_end(server: Scripted, session: Session, wake: int) -> None:
    server.answers["IDLE"] = b"+ idling\r\n"
    assert session.wait(0.1, wake) is False
    threading.Timer(0.2, server.push, [b"* 4 EXISTS\r\n"]).start()
    assert session.wait(5, wake) is True
    session.select()
    threading.Timer(0.2, server.push, [b"* 5 EXI"]).start()  # half a line
    server.answers["DONE"] = b"STS\r\n"
    assert session.wait(5, wake) is True
    session.select()
    threading.Timer(0.2, server.close).start()
    started = time.monotonic()
    with pytest.raises(ConnectionGone):  # IMAPClient's own wait would spin
        session.wait(5, wake)
    assert time.monotonic() - started < 2


def test_idle_refused_leaves_the_connection(server: Scripted, session: Session, wake: int) -> None:
    server.answers["IDLE"] = b"{tag} NO not today\r\n"
    with pytest.raises(Refused, match="not today"):
        session.wait(5, wake)
    assert session.uids_above(0, 2) == [10, 11]


def test_an_exists_inside_another_answer_is_news(server: Scripted, session: Session, wake: int) -> None:
    server.answers["UID STORE"] = b"* 3 EXISTS\r\n"
    session.mark([10])
    assert session.wait(5, wake) is True
    assert not [one for one in server.commands if one == "IDLE"]
    session.select()
    server.answers["UID STORE"] = b"* 2 EXISTS\r\n"  # said again, nothing new
    session.mark([10])
    server.answers["IDLE"] = b"+ idling\r\n"
    assert session.wait(0.1, wake) is False


# ---- marking --------------------------------------------------------------------------------------------------------


def test_only_ours_is_expunged(server: Scripted) -> None:
    server.answers["CAPABILITY"] = b"* CAPABILITY IMAP4rev1\r\n"
    session = Session(server.account())
    session.select()
    session.move([10, 11], "Done")
    assert server.commands[-2:] == ['UID COPY 10,11 "Done"', "UID STORE 10,11 +FLAGS.SILENT (\\Deleted)"]
    assert not any("EXPUNGE" in one for one in server.commands)
    session.close(politely=True)
    assert server.commands[-1] == "LOGOUT"


def test_the_password_is_in_no_error_and_no_repr(server: Scripted) -> None:
    server.answers["LOGIN"] = b"{tag} NO no\r\n"
    account = server.account("s3cr3t-word")
    with pytest.raises(LoginRefused) as refused:
        Session(account)
    assert "s3cr3t-word" not in f"{refused.value!r} {account!r}"
