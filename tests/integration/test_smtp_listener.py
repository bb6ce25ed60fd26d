"""The door over real sockets: what SAFETY promises under "Accepting", row by row.

Every test talks to a whole listener (loop thread and writer thread); the spool is a list that a commit appends to.
"""

from __future__ import annotations

import base64
import itertools
import os
import random
import re
import smtplib
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mailgate.mail import RawMail, Source
from mailgate.transport.smtp_listener import Listener, ListenerSettings, Recipient
from mailgate.workers.listen import ListenThread, Writer

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
OURS = {"support@our.example", "help@our.example"}
MIB = 2**20
SETTINGS = ListenerSettings(listen=(("127.0.0.1", 0),), hostname="desk.our.example", trusted_relays=("127.0.0.1",))
HELLO = b"From: a@their.example\r\nSubject: hello\r\n\r\nHello\r\n"


def our_addresses(address: str) -> Recipient:
    local, _, domain = address.rpartition("@")
    if domain != "our.example":
        return Recipient.FOREIGN
    return Recipient.OURS if f"{local.partition('+')[0]}@{domain}" in OURS else Recipient.UNKNOWN


@dataclass
class Spool:
    """Mails in order of their commit. `trouble` is called with each batch before it is stored, and may raise."""

    mails: list[RawMail] = field(default_factory=list)
    trouble: Callable[[Sequence[RawMail]], None] = lambda mails: None
    commits: int = 0
    changed: threading.Condition = field(default_factory=threading.Condition)

    def store(self, mails: Sequence[RawMail]) -> None:
        self.trouble(mails)
        with self.changed:
            self.mails.extend(mails)
            self.commits += 1
            self.changed.notify_all()

    def lookup(self, uids: Sequence[str]) -> set[str]:
        return {mail.uid for mail in self.mails} & set(uids)

    def wait_for(self, number: int) -> bool:
        with self.changed:
            return self.changed.wait_for(lambda: len(self.mails) >= number, timeout=10)


def held_back_by(gate: threading.Event) -> Callable[[Sequence[RawMail]], None]:
    def wait(mails: Sequence[RawMail]) -> None:
        gate.wait(20)

    return wait


@dataclass
class Door:
    spool: Spool
    listener: Listener
    thread: ListenThread
    writer: Writer
    port: int
    clients: list[Client] = field(default_factory=list)

    def client(self, greet: bool = True, tls: ssl.SSLContext | None = None) -> Client:
        sock = socket.create_connection(("127.0.0.1", self.port), timeout=20)
        client = Client(tls.wrap_socket(sock, server_hostname="localhost") if tls else sock)
        self.clients.append(client)
        if greet:
            assert client.reply().startswith("220 ")
            assert client.say("EHLO client.their.example").startswith("250")
        return client


class Client:
    """A line to the door that sends octets as they are and reads whole replies."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.read = sock.makefile("rb")

    def send(self, octets: bytes) -> None:
        self.sock.sendall(octets)

    def say(self, line: str | bytes) -> str:
        self.send((line.encode() if isinstance(line, str) else line) + b"\r\n")
        return self.reply()

    def reply(self) -> str:
        """One reply, all its lines; "" when the door has closed."""
        lines = []
        while line := self.read.readline():
            lines.append(line.decode())
            if line[3:4] == b" ":
                break
        return "".join(lines).strip()

    def envelope(self, mail_from: str = "a@their.example", rcpt_to: str = "support@our.example") -> None:
        assert self.say(f"MAIL FROM:<{mail_from}>") == "250 2.1.0 Ok"
        assert self.say(f"RCPT TO:<{rcpt_to}>") == "250 2.1.5 Ok"

    def data(self, mail: bytes = HELLO) -> str:
        assert self.say("DATA").startswith("354")
        self.send(mail + b".\r\n")
        return self.reply()

    def deliver(self, mail: bytes = HELLO, **envelope: str) -> str:
        self.envelope(**envelope)
        return self.data(mail)

    def secure(self, context: ssl.SSLContext) -> None:
        self.read.close()
        self.sock = context.wrap_socket(self.sock, server_hostname="localhost")
        self.read = self.sock.makefile("rb")

    def closed_with(self) -> str:
        """The last reply before the door closes."""
        last = ""
        while reply := self.reply():
            last = reply
        return last

    def close(self) -> None:
        self.read.close()
        self.sock.close()


@pytest.fixture
def open_door() -> Iterator[Callable[..., Door]]:
    opened: list[Door] = []

    def build(
        settings: ListenerSettings = SETTINGS,
        accepts: Callable[[str], Recipient] = our_addresses,
        free_space: Callable[[], int] = lambda: 2**40,
        submit: Callable[[RawMail], Future[None]] | None = None,
        **changes: object,
    ) -> Door:
        spool = Spool()
        writer = Writer(spool.store, spool.lookup, lambda: None)
        writer.start()
        ids = (f"uid{number}" for number in itertools.count(1))
        listener = Listener(
            replace(settings, **changes),  # type: ignore[arg-type]
            accepts,
            submit or writer.submit,
            lambda: NOW,
            lambda: next(ids),
            free_space,
        )
        thread = ListenThread(listener)
        opened.append(Door(spool, listener, thread, writer, 0))
        opened[-1].port = thread.start()[0][1]
        return opened[-1]

    yield build
    for door in opened:
        for client in door.clients:
            client.close()
        door.thread.stop(grace=2)
        assert not door.thread.is_alive()
        assert door.writer.stop(timeout=10)


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("tls")
    cert, key = folder / "cert.pem", folder / "key.pem"
    subprocess.run(
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost "
        f"-addext subjectAltName=DNS:localhost -keyout {key} -out {cert}".split(),
        check=True,
        capture_output=True,
    )
    return cert, key


@pytest.fixture
def trust(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=certificate[0])


# What is kept


def test_a_mail_is_kept_byte_for_byte_with_its_envelope_beside_it(open_door: Callable[..., Door]) -> None:
    door = open_door()
    client = door.client()
    assert client.deliver(rcpt_to="Support+r.1@Our.Example") == "250 2.0.0 Ok, kept as uid1"
    [mail] = door.spool.mails
    assert (mail.uid, mail.data, mail.source, mail.received_at) == ("uid1", HELLO, Source.SMTP, NOW)
    assert mail.envelope.mail_from == "a@their.example"
    assert mail.envelope.rcpt_to == ("support+r.1@our.example",)
    assert (mail.peer, mail.auth_user) == ("127.0.0.1", None)


@pytest.mark.parametrize(
    "sent, kept",
    [
        (b"", b""),
        (b"\r\n", b"\r\n"),
        (b"..\r\n", b".\r\n"),
        (b"..one\r\n...two\r\n", b".one\r\n..two\r\n"),
        (b"a\0b\r\n", b"a\0b\r\n"),
        (b"bare\nlf and\rcr\r\n", b"bare\nlf and\rcr\r\n"),
        (b"\n..not stuffed\r\n", b"\n..not stuffed\r\n"),  # a dot after a bare LF does not stand at a line's start
        (b"\xff\xfe 8 bit \xe5\r\n", b"\xff\xfe 8 bit \xe5\r\n"),
        (b"x" * 65_536 + b"\r\n", b"x" * 65_536 + b"\r\n"),
        (b"Received: x\r\n" * 100 + b"\r\n", b"Received: x\r\n" * 100 + b"\r\n"),
        (b"\r\n" + b"Received: x\r\n" * 200, b"\r\n" + b"Received: x\r\n" * 200),  # quoted in the body
    ],
)
def test_octets_come_through(open_door: Callable[..., Door], sent: bytes, kept: bytes) -> None:
    door = open_door()
    client = door.client()
    assert client.deliver(sent).startswith("250 ")
    assert door.spool.mails[0].data == kept


FALSE_ENDS = [b"\n.\n", b"\n.\r\n", b"\r\n.\n", b"\r.\r", b"\r\n.\r", b"\r.\r\n", b"\r\n\0.\r\n", b"\n.\r", b"\r.\n"]


@pytest.mark.parametrize("end", FALSE_ENDS)
def test_only_the_true_end_ends_a_mail(open_door: Callable[..., Door], end: bytes) -> None:
    door = open_door()
    client = door.client()
    client.envelope()
    smuggled = b"one" + end + b"MAIL FROM:<boss@our.example>\r\nRCPT TO:<help@our.example>\r\nDATA\r\ntwo\r\n"
    assert client.data(smuggled).startswith("250 ")
    assert client.say("NOOP").startswith("250 ")
    # A dot at a line's start was doubled by an honest client, whatever follows it (RFC 5321 4.5.2).
    assert [mail.data for mail in door.spool.mails] == [smuggled.replace(b"\r\n.", b"\r\n")]


def test_pipelined_mails_in_one_packet(open_door: Callable[..., Door]) -> None:
    door = open_door()
    client = door.client()
    one = b"MAIL FROM:<a@their.example>\r\nRCPT TO:<support@our.example>\r\nDATA\r\n%d\r\n.\r\n"
    client.send(b"".join(one % number for number in range(30)) + b"QUIT\r\n")
    replies = [client.reply()[:3] for _ in range(121)]
    assert replies == ["250", "250", "354", "250"] * 30 + ["221"]
    assert client.reply() == ""
    assert [mail.data for mail in door.spool.mails] == [b"%d\r\n" % number for number in range(30)]


def test_a_stream_cut_anywhere_into_pieces_is_read_the_same(open_door: Callable[..., Door]) -> None:
    door = open_door()
    client = door.client()
    client.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    client.envelope()
    assert client.say("DATA").startswith("354")
    octets = b"..a\r\n.\n\r.\r\r\n..\r\n.\r\nNOOP\r\n"
    for at in range(len(octets)):
        client.send(octets[at : at + 1])
        time.sleep(0.002)  # so that most octets make a packet of their own; right without it too
    assert client.reply().startswith("250 2.0.0 Ok, kept")
    assert client.reply() == "250 2.0.0 Ok"
    assert door.spool.mails[0].data == b".a\r\n\n\r.\r\r\n.\r\n"


def test_a_large_mail_and_one_too_large(open_door: Callable[..., Door]) -> None:
    door = open_door()
    client = door.client()
    line = random.Random(4).randbytes(45).hex().encode() + b"\r\n"
    whole = line * (25 * MIB // len(line))
    whole += b"x" * (25 * MIB - len(whole) - 2) + b"\r\n"
    assert len(whole) == 25 * MIB
    assert client.deliver(whole).startswith("250 ")
    assert door.spool.mails[0].data == whole
    assert client.deliver(whole + b"\r\n") == "552 5.3.4 Message too big"
    assert client.deliver().startswith("250 ")
    assert door.listener.in_flight == 0


def test_stuffed_dots_do_not_count_as_size(open_door: Callable[..., Door]) -> None:
    door = open_door(size_limit=3000)
    client = door.client()
    assert client.deliver(b"..\r\n" * 1000).startswith("250 ")
    assert client.deliver(b"..\r\n" * 1000 + b"\r\n").startswith("552 5.3.4")


def test_a_mail_without_end_is_cut_off(open_door: Callable[..., Door]) -> None:
    door = open_door(size_limit=10_000)
    client = door.client()
    client.envelope()
    assert client.say("DATA").startswith("354")
    started = time.monotonic()
    with pytest.raises(OSError):  # the door stops listening
        while time.monotonic() - started < 10:
            client.send(b"x" * 100_000)
    assert door.spool.mails == []


def test_a_kept_connection_delivers_on_and_on(open_door: Callable[..., Door]) -> None:
    door = open_door()
    client = door.client()
    for _ in range(500):
        assert client.say("RSET").startswith("250 ")
        assert client.deliver().startswith("250 ")
    assert len({mail.uid for mail in door.spool.mails}) == 500


def test_many_clients_share_commits(open_door: Callable[..., Door]) -> None:
    door = open_door()
    gate = threading.Event()
    door.spool.trouble = held_back_by(gate)
    clients = [door.client() for _ in range(10)]
    for client in clients:
        client.envelope()
        assert client.say("DATA").startswith("354")
        client.send(HELLO + b".\r\n")
    deadline = time.monotonic() + 10
    while door.listener.in_flight < 10 * len(HELLO) and time.monotonic() < deadline:
        time.sleep(0.01)
    gate.set()
    assert all(client.reply().startswith("250 ") for client in clients)
    assert len(door.spool.mails) == 10
    assert door.spool.commits < 10


# What is refused


@pytest.mark.parametrize(
    "lines, expected",
    [
        # order
        (["MAIL FROM:<a@b.example>", "MAIL FROM:<a@b.example>"], "503 5.5.1"),
        (["RCPT TO:<support@our.example>"], "503 5.5.1"),
        (["DATA"], "503 5.5.1"),
        (["MAIL FROM:<a@b.example>", "DATA"], "503 5.5.1"),
        (["MAIL FROM:<a@b.example>", "RSET", "RCPT TO:<support@our.example>"], "503 5.5.1"),
        (["MAIL FROM:<a@b.example>", "EHLO again", "RCPT TO:<support@our.example>"], "503 5.5.1"),
        (["MAIL FROM:<a@b.example>", "RCPT TO:<support@our.example>", "DATA now"], "501 5.5.4"),
        # syntax
        (["EHLO"], "501 5.5.4"),
        (["HELO"], "501 5.5.4"),
        (["MAIL"], "501 5.5.4"),
        (["MAIL a@b.example"], "501 5.5.4"),
        (["MAIL FROM:"], "501 5.5.4"),
        (["MAIL FROM:<"], "501 5.5.4"),
        (["MAIL FROM:<a@"], "501 5.5.4"),
        (["MAIL FROM:<a@b.example>junk"], "501 5.5.4"),
        (['MAIL FROM:<"\\'], "501 5.5.4"),
        (["MAIL FROM:<a@b.example> RET=FULL"], "501 5.5.4"),  # DSN is not offered
        (["MAIL FROM:<a@b.example> BODY=BINARYMIME"], "501 5.5.4"),
        (["MAIL FROM:<a@b.example> SMTPUTF8=1"], "501 5.5.4"),
        (["XYZZY"], "500 5.5.2"),
        ([""], "500 5.5.2"),
        ([" MAIL FROM:<a@b.example>"], "500 5.5.2"),
        (["MAIL FROM:<" + "a" * 3000 + "@b.example>"], "500 5.5.2"),
        (["EXPN staff"], "502 5.5.1"),
        (["STARTTLS"], "502 5.5.1"),
        (["AUTH PLAIN AGEAYg=="], "502 5.5.1"),
        (["BDAT 5"], "500 5.5.2"),
        # size
        (["MAIL FROM:<a@b.example> SIZE=26214400"], "250 2.1.0"),
        (["MAIL FROM:<a@b.example> SIZE=26214401"], "552 5.3.4"),
        (["MAIL FROM:<a@b.example> SIZE=99999999999999999999"], "552 5.3.4"),
        (["MAIL FROM:<a@b.example> SIZE=" + "9" * 500], "501 5.5.4"),
        (["MAIL FROM:<a@b.example> SIZE=-1"], "501 5.5.4"),
        (["MAIL FROM:<a@b.example> SIZE="], "501 5.5.4"),
        (["MAIL FROM:<a@b.example> SIZE"], "501 5.5.4"),
        (["MAIL FROM:<a@b.example> SIZE=²"], "501 5.5.4"),
        # senders that are taken
        (["MAIL FROM:<>"], "250 2.1.0"),
        (["mail from:<>"], "250 2.1.0"),
        (["MAIL FROM: <a@b.example> SIZE=5 BODY=8BITMIME SMTPUTF8"], "250 2.1.0"),
        (["MAIL FROM:a@b.example SIZE=5"], "250 2.1.0"),
        (['MAIL FROM:<"john doe>"@b.example>'], "250 2.1.0"),
        (["MAIL FROM:<a@[192.0.2.1]>"], "250 2.1.0"),
        (["MAIL FROM:<bounce-" + "x" * 100 + "@b.example>"], "250 2.1.0"),
        (["MAIL FROM:<taro..x.@b.example>"], "250 2.1.0"),
        (["MAIL FROM:<root@my_host.b.example>"], "250 2.1.0"),
        (["MAIL FROM:<jørgen@b.example> SMTPUTF8"], "250 2.1.0"),
        # and that are not
        (["MAIL FROM:<jørgen@b.example>"], "553 5.1.7"),
        (["MAIL FROM:<a@b\x00.example>"], "553 5.1.7"),
        (["MAIL FROM:<a\rb@b.example>"], "553 5.1.7"),
        (["MAIL FROM:<a b@b.example>"], "553 5.1.7"),
        (["MAIL FROM:<a@" + "b." * 126 + "example>"], "553 5.1.7"),
        (["MAIL FROM:<@b.example:a@c.example>"], "553 5.1.7"),
        (["MAIL FROM:<a>"], "553 5.1.7"),
        (["MAIL FROM:<a@b@c.example>"], "553 5.1.7"),
        (["MAIL FROM:<" + "x" * 300 + "@b.example>"], "553 5.1.7"),
        # recipients
        (["MAIL FROM:<>", "RCPT TO:<support@our.example>"], "250 2.1.5"),
        (["MAIL FROM:<>", "RCPT TO:support@our.example"], "250 2.1.5"),
        (["MAIL FROM:<>", "RCPT TO:<SUPPORT+anything.at.all@OUR.example>"], "250 2.1.5"),
        (["MAIL FROM:<>", "RCPT TO:<postmaster>"], "250 2.1.5"),
        (["MAIL FROM:<>", "RCPT TO:<Postmaster@our.example>"], "250 2.1.5"),
        (["MAIL FROM:<>", "RCPT TO:<postmaster@desk.our.example>"], "250 2.1.5"),
        (["MAIL FROM:<>", "RCPT TO:<nobody@our.example>"], "550 5.1.1"),
        (["MAIL FROM:<>", "RCPT TO:<support@their.example>"], "550 5.7.1"),
        (["MAIL FROM:<>", "RCPT TO:<postmaster@their.example>"], "550 5.7.1"),
        (["MAIL FROM:<>", "RCPT TO:<support%their.example@our.example>"], "550 5.1.1"),
        (["MAIL FROM:<>", "RCPT TO:<@their.example:support@our.example>"], "553 5.1.3"),
        (["MAIL FROM:<>", "RCPT TO:<support@our.example\x00>"], "553 5.1.3"),
        (["MAIL FROM:<>", "RCPT TO:<support @our.example>"], "553 5.1.3"),
        (["MAIL FROM:<>", "RCPT TO:<sup\rport@our.example>"], "553 5.1.3"),
        (["MAIL FROM:<>", "RCPT TO:<" + "s" * 65 + "@our.example>"], "553 5.1.3"),
        (["MAIL FROM:<>", "RCPT TO:<støtte@our.example>"], "553 5.1.3"),
        (["MAIL FROM:<>", "RCPT TO:<>"], "553 5.1.3"),
        (["MAIL FROM:<>", "RCPT TO:<support>"], "553 5.1.3"),
        (["MAIL FROM:<>", "RCPT TO:<support@our.example> NOTIFY=NEVER"], "501 5.5.4"),
    ],
)
def test_one_line_one_answer(open_door: Callable[..., Door], lines: list[str], expected: str) -> None:
    client = open_door().client()
    *before, last = lines
    for line in before:
        assert client.say(line)[:3] == "250"
    assert client.say(last).startswith(expected)
    assert client.say("NOOP") == "250 2.0.0 Ok"  # and the door still stands


@pytest.mark.parametrize(
    "line",
    [b"\xff\xfe", b"MAIL FROM:<\xff@b.example> SMTPUTF8", b"\0\0\0\0", b"M\xc3\x86IL x", b"RCPT TO:<\xed\xa0\x80@a.b>"],
)
def test_octets_that_are_no_text(open_door: Callable[..., Door], line: bytes) -> None:
    client = open_door().client()
    assert client.say(line)[0] == "5"
    assert client.deliver().startswith("250 ")


def test_a_mail_needs_a_greeting(open_door: Callable[..., Door]) -> None:
    client = open_door().client(greet=False)
    assert client.reply() == "220 desk.our.example ESMTP"
    assert client.say("MAIL FROM:<>").startswith("503 5.5.1")
    assert client.say("HELO client") == "250 desk.our.example"
    assert client.deliver().startswith("250 ")


def test_what_is_offered(open_door: Callable[..., Door]) -> None:
    client = open_door().client()
    offered = set(re.findall(r"^250[- ](.*?)\r?$", client.say("EHLO x"), re.MULTILINE))
    expected = {"desk.our.example", "SIZE 26214400", "8BITMIME", "SMTPUTF8", "PIPELINING", "ENHANCEDSTATUSCODES"}
    assert offered == expected


@pytest.mark.parametrize(
    "mail_from, kept",
    [("", "<>"), ("A@Their.Example", "a@their.example"), ("a@[192.0.2.1]", None), ('"a b"@their.example', None)],
)
def test_the_sender_as_it_is_kept(open_door: Callable[..., Door], mail_from: str, kept: str | None) -> None:
    door = open_door()
    assert door.client().deliver(mail_from=mail_from).startswith("250 ")
    assert door.spool.mails[0].envelope.mail_from == kept


@pytest.mark.parametrize(
    "hostname, kept", [("Desk.Our.Example", "postmaster@desk.our.example"), ("odd..host", "postmaster@localhost")]
)
def test_the_bare_postmaster(open_door: Callable[..., Door], hostname: str, kept: str) -> None:
    door = open_door(hostname=hostname)
    assert door.client().deliver(rcpt_to="Postmaster").startswith("250 ")
    assert door.spool.mails[0].envelope.rcpt_to == (kept,)


@pytest.mark.parametrize(
    "mail, expected",
    [
        (b"x" * 65_537 + b"\r\n", "500 5.5.2"),
        (b"short\r\n" + b"x" * 300_000 + b"\r\n", "500 5.5.2"),
        (b"Received: x\r\n" * 101 + b"\r\n", "554 5.4.6"),
        (b"rEceived: x\n" * 101 + b"\r\n", "554 5.4.6"),
    ],
)
def test_mails_that_are_refused(open_door: Callable[..., Door], mail: bytes, expected: str) -> None:
    door = open_door()
    client = door.client()
    assert client.deliver(mail).startswith(expected)
    assert door.spool.mails == []
    assert client.deliver().startswith("250 ")


def test_the_101st_recipient_is_for_another_time(open_door: Callable[..., Door]) -> None:
    door = open_door()
    client = door.client()
    assert client.say("MAIL FROM:<>").startswith("250")
    for number in range(100):
        assert client.say(f"RCPT TO:<support+{number}@our.example>").startswith("250")
    assert client.say("RCPT TO:<support+100@our.example>") == "452 4.5.3 Too many recipients"
    assert client.data().startswith("250 ")
    assert len(door.spool.mails[0].envelope.rcpt_to) == 100


@pytest.mark.parametrize(
    "sender, expected",
    [
        ("spam@their.example", "554 5.7.1"),
        ("SPAM@Their.Example", "554 5.7.1"),
        ("ham@their.example", "250 2.1.0"),
        ("any@evil.example", "554 5.7.1"),
        ("any@deep.in.evil.example", "554 5.7.1"),
        ("any@notevil.example", "250 2.1.0"),
        ('"odd one"@evil.example', "554 5.7.1"),
        ("", "250 2.1.0"),
    ],
)
def test_the_block_list(open_door: Callable[..., Door], sender: str, expected: str) -> None:
    client = open_door(blocked=frozenset({"spam@their.example", "Evil.Example"})).client()
    assert client.say(f"MAIL FROM:<{sender}>").startswith(expected)


# Limits


def test_the_twenty_first_connection_of_a_stranger_and_the_cap(open_door: Callable[..., Door]) -> None:
    door = open_door(trusted_relays=(), per_address=3)
    held = [door.client() for _ in range(3)]
    assert door.client(greet=False).closed_with() == "421 4.7.0 Too many connections from your address"
    assert held[0].say("QUIT").startswith("221 ")
    assert held[0].reply() == ""
    held[0].close()
    deadline = time.monotonic() + 10
    while door.client(greet=False).reply()[:3] != "220":
        assert time.monotonic() < deadline

    relay = open_door(per_address=3, max_connections=5)
    held = [relay.client() for _ in range(5)]
    assert relay.client(greet=False).closed_with() == "421 4.3.2 Too many connections, try again later"


@pytest.mark.parametrize("command", ["NOOP", "RSET", "VRFY x", "EHLO x", "XYZZY", "", "MAIL FROM:<", "MAIL FROM:<>"])
def test_a_flood_of_commands_ends(open_door: Callable[..., Door], command: str) -> None:
    client = open_door().client()
    client.send(f"{command}\r\n".encode() * 5000)
    assert client.closed_with() == "421 4.7.0 Too many commands without a mail"


def test_a_flood_of_recipients_ends(open_door: Callable[..., Door]) -> None:
    client = open_door(max_recipients=5).client()
    assert client.say("MAIL FROM:<>").startswith("250")
    client.send(b"RCPT TO:<nobody@our.example>\r\n" * 100)
    assert client.closed_with() == "421 4.7.0 Too many commands without a mail"


def test_a_command_without_end(open_door: Callable[..., Door]) -> None:
    client = open_door().client()
    client.send(b"NOOP " + b"x" * 100_000)
    assert client.closed_with() == "421 4.7.0 Line without end"


def test_a_silent_client_is_sent_away(open_door: Callable[..., Door]) -> None:
    client = open_door(timeout=0.2).client()
    assert client.closed_with() == "421 4.4.2 Too long without a word, closing"


def test_dripping_a_command_gains_no_time(open_door: Callable[..., Door]) -> None:
    client = open_door(timeout=0.5).client()
    started = time.monotonic()
    with pytest.raises(OSError):
        while time.monotonic() - started < 10:
            client.send(b"N")
            time.sleep(0.02)
    assert time.monotonic() - started < 5


def test_dripping_a_mail_gains_little_time(open_door: Callable[..., Door]) -> None:
    door = open_door(timeout=0.5)
    clients = [door.client() for _ in range(10)]
    for client in clients:
        client.envelope()
        assert client.say("DATA").startswith("354")
    started = time.monotonic()
    with pytest.raises(OSError):
        while time.monotonic() - started < 10:
            for client in clients:
                client.send(b"x")
            time.sleep(0.02)
    assert time.monotonic() - started < 5
    assert door.spool.mails == []


def test_a_full_disk_is_said_at_mail(open_door: Callable[..., Door]) -> None:
    free = [int(1.5 * 25 * MIB) + 64 * MIB]
    client = open_door(free_space=lambda: free[0]).client()
    assert client.deliver().startswith("250 ")
    free[0] -= 1
    assert client.say("MAIL FROM:<>").startswith("452 4.3.1")
    free[0] += 1
    assert client.deliver().startswith("250 ")


def test_octets_in_flight_are_bounded(open_door: Callable[..., Door]) -> None:
    door = open_door(in_flight=100_000)
    gate = threading.Event()
    door.spool.trouble = held_back_by(gate)
    first, second = door.client(), door.client()
    first.envelope()
    assert first.say("DATA").startswith("354")
    first.send(b"x" * 60_000 + b"\r\n.\r\n")
    second.envelope()
    assert second.say("DATA").startswith("354")
    second.send((b"y" * 998 + b"\r\n") * 60 + b".\r\n")
    assert second.reply().startswith("452 4.3.1")
    assert second.say("MAIL FROM:<> SIZE=60000").startswith("452 4.3.1")
    gate.set()
    assert first.reply().startswith("250 ")
    assert second.deliver(b"y" * 60_000 + b"\r\n").startswith("250 ")
    assert door.listener.in_flight == 0


# Faults


def test_a_cut_in_the_mail_stores_nothing_and_after_the_dot_once(open_door: Callable[..., Door]) -> None:
    door = open_door()
    for octets in (b"", HELLO, HELLO + b".", HELLO + b".\r"):
        client = door.client()
        client.envelope()
        assert client.say("DATA").startswith("354")
        client.send(octets)
        client.close()
    client = door.client()
    client.envelope()
    assert client.say("DATA").startswith("354")
    client.send(HELLO + b".\r\n")
    client.close()
    assert door.spool.wait_for(1)
    assert door.client().deliver(b"last\r\n").startswith("250 ")
    assert [mail.data for mail in door.spool.mails] == [HELLO, b"last\r\n"]
    assert door.listener.in_flight == 0


@pytest.mark.parametrize("how", ["close", "reset"])
def test_a_client_that_leaves_does_not_stop_its_commit(open_door: Callable[..., Door], how: str) -> None:
    door = open_door()
    begun, gate = threading.Event(), threading.Event()

    def slow(mails: Sequence[RawMail]) -> None:
        begun.set()
        gate.wait(10)

    door.spool.trouble = slow
    client = door.client()
    client.envelope()
    assert client.say("DATA").startswith("354")
    client.send(HELLO + b".\r\n")
    assert begun.wait(10)
    if how == "reset":
        client.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    client.close()
    gate.set()
    assert door.spool.wait_for(1)
    assert door.client().deliver().startswith("250 ")
    assert len(door.spool.mails) == 2


def test_a_client_that_closed_its_half_still_hears_its_250(open_door: Callable[..., Door]) -> None:
    door = open_door()
    client = door.client()
    client.envelope()
    assert client.say("DATA").startswith("354")
    client.send(HELLO + b".\r\n")
    client.sock.shutdown(socket.SHUT_WR)
    assert client.reply().startswith("250 ")
    assert client.reply() == ""


SECRET = "password=hunter2\r\n250 Ok"
FAULTS = [RuntimeError(SECRET), ConnectionRefusedError(SECRET), TimeoutError(SECRET), OSError(28, SECRET)]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: type(fault).__name__)
@pytest.mark.parametrize("where", ["store", "submit", "accepts", "free_space"])
def test_every_fault_of_ours_is_temporary_and_says_nothing(
    open_door: Callable[..., Door], where: str, fault: Exception
) -> None:
    broken = [True]

    def trouble(*args: object) -> None:
        if broken[0]:
            raise fault

    def accepts(address: str) -> Recipient:
        trouble()
        return our_addresses(address)

    def free_space() -> int:
        trouble()
        return 2**40

    def submit(mail: RawMail) -> Future[None]:
        trouble()
        future: Future[None] = Future()
        future.set_result(None)
        return future

    match where:
        case "store":
            door = open_door()
            door.spool.trouble = trouble
        case "submit":
            door = open_door(submit=submit)
        case "accepts":
            door = open_door(accepts=accepts)
        case _:
            door = open_door(free_space=free_space)
    client = door.client()
    replies = [client.say("MAIL FROM:<>"), client.say("RCPT TO:<support@our.example>")]
    if where in ("store", "submit"):
        replies.append(client.data())
    failed = [reply for reply in replies if not reply.startswith(("250", "503"))]
    assert len(failed) == 1
    assert re.fullmatch(r"451 4\.3\.0 Temporary trouble here, try again later \(id [0-9a-f]{12}\)", failed[0])
    broken[0] = False
    assert client.say("RSET").startswith("250")
    assert client.deliver().startswith("250 ")
    assert door.listener.in_flight == 0


def test_a_database_that_hangs_is_421_and_the_door_stays_up(open_door: Callable[..., Door]) -> None:
    door = open_door(commit_wait=0.3)
    gate = threading.Event()
    door.spool.trouble = held_back_by(gate)
    being_stored, in_the_line = door.client(), door.client()
    for client in (being_stored, in_the_line):
        assert client.deliver() == "421 4.3.0 Cannot store mail now, try again later"
        assert client.reply() == ""
    gate.set()
    door.spool.trouble = lambda mails: None
    assert door.client().deliver(b"again\r\n").startswith("250 ")
    # The first was being stored, and nobody can know; the second stood in the line and was taken out of it.
    assert [mail.data for mail in door.spool.mails] == [HELLO, b"again\r\n"]
    assert door.listener.in_flight == 0


def test_a_commit_that_fails_after_it_happened_is_250_and_stored_once(open_door: Callable[..., Door]) -> None:
    door = open_door()

    def lost_answer(mails: Sequence[RawMail]) -> None:
        door.spool.mails.extend(mails)
        raise OSError("connection lost during COMMIT")

    door.spool.trouble = lost_answer
    assert door.client().deliver().startswith("250 ")
    assert len(door.spool.mails) == 1


def test_stop_lets_a_mail_in_flight_end_and_sends_the_others_away(open_door: Callable[..., Door]) -> None:
    door = open_door()
    idle, talking, sending, hanging = (door.client() for _ in range(4))
    talking.envelope()
    for client in (sending, hanging):
        client.envelope()
        assert client.say("DATA").startswith("354")
        client.send(b"first half\r\n")
    stopper = threading.Thread(target=door.thread.stop, kwargs={"grace": 1.5})
    stopper.start()
    assert idle.closed_with() == "421 4.3.2 Service shutting down"
    assert talking.closed_with() == "421 4.3.2 Service shutting down"
    sending.send(b"second half\r\n.\r\n")
    assert sending.reply().startswith("250 ")
    assert sending.closed_with() == "421 4.3.2 Service shutting down"
    assert hanging.closed_with() == "421 4.3.2 Service shutting down"
    stopper.join()
    assert [mail.data for mail in door.spool.mails] == [b"first half\r\nsecond half\r\n"]
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", door.port))


def test_an_address_in_use_is_an_error_at_start(open_door: Callable[..., Door]) -> None:
    door = open_door()
    with pytest.raises(OSError, match="in use"):
        open_door(listen=(("127.0.0.1", 0), ("127.0.0.1", door.port)))


def test_no_descriptor_is_left(open_door: Callable[..., Door]) -> None:
    door = open_door()
    before = len(os.listdir("/proc/self/fd"))
    for number in range(60):
        client = door.client(greet=False)
        if number % 3:
            client.send(b"EHLO x\r\nMAIL FROM:<>\r\n")
        client.close()
    deadline = time.monotonic() + 10
    while len(os.listdir("/proc/self/fd")) > before and time.monotonic() < deadline:
        time.sleep(0.02)
    assert len(os.listdir("/proc/self/fd")) <= before


# TLS and AUTH


def passwords(user: str, password: str) -> str | None:
    if user == "fault":
        raise RuntimeError(SECRET)
    return {("kari", "pæss"): "kari@our.example", ("ola", "ascii"): "ola@our.example"}.get((user, password))


@pytest.fixture
def tls_door(open_door: Callable[..., Door], certificate: tuple[Path, Path]) -> Callable[..., Door]:
    def build(**changes: object) -> Door:
        tls = {"tls": "starttls", "certificate": certificate[0], "key": certificate[1], "authenticate": passwords}
        return open_door(**{**tls, **changes})

    return build


def starttls(door: Door, trust: ssl.SSLContext) -> Client:
    client = door.client()
    assert client.say("STARTTLS").startswith("220 ")
    client.secure(trust)
    assert "STARTTLS" not in client.say("EHLO x")
    return client


def plain(user: str, password: str) -> str:
    return base64.b64encode(f"\0{user}\0{password}".encode()).decode()


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def test_mail_over_starttls_and_over_implicit_tls(tls_door: Callable[..., Door], trust: ssl.SSLContext) -> None:
    door = tls_door()
    client = starttls(door, trust)
    assert client.say("STARTTLS").startswith("503 ")
    assert client.deliver(HELLO * 50_000).startswith("250 ")
    assert door.spool.mails[0].peer == "127.0.0.1"

    implicit = tls_door(tls="implicit")
    client = implicit.client(greet=False, tls=trust)
    assert client.reply().startswith("220 ")
    assert "AUTH PLAIN LOGIN" in client.say("EHLO x")
    assert client.say("STARTTLS")[:3] == "502"
    assert client.say(f"AUTH PLAIN {plain('kari', 'pæss')}").startswith("235 ")
    assert client.deliver().startswith("250 ")
    assert implicit.spool.mails[0].auth_user == "kari@our.example"


def test_the_client_of_the_standard_library(tls_door: Callable[..., Door], trust: ssl.SSLContext) -> None:
    door = tls_door()
    with smtplib.SMTP("localhost", door.port) as client:
        client.starttls(context=trust)
        client.login("ola", "ascii")
        for number in range(3):
            client.sendmail("a@their.example", ["support@our.example"], b".\r\n..\r\n%d\r\n" % number)
        with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
            client.sendmail("a@their.example", ["x@our.example", "x@their.example"], b"")
        assert [code for code, _ in refused.value.recipients.values()] == [550, 550]
        client.sendmail("jørgen@their.example", ["support@our.example"], b"x", mail_options=["SMTPUTF8"])
    assert [mail.data for mail in door.spool.mails] == [b".\r\n..\r\n%d\r\n" % n for n in range(3)] + [b"x\r\n"]
    assert door.spool.mails[3].envelope.mail_from == "jørgen@their.example"
    assert door.spool.mails[3].auth_user == "ola@our.example"


def test_what_was_pipelined_behind_starttls_is_dropped(tls_door: Callable[..., Door], trust: ssl.SSLContext) -> None:
    door = tls_door()
    client = door.client()
    client.envelope()
    client.send(b"STARTTLS\r\nMAIL FROM:<evil@their.example>\r\nRCPT TO:<support@our.example>\r\n")
    assert client.reply().startswith("220 ")
    client.secure(trust)
    assert client.say("MAIL FROM:<>").startswith("503 ")  # the greeting before TLS does not count either
    client.say("EHLO x")
    assert client.say("RCPT TO:<support@our.example>").startswith("503 ")
    assert client.deliver().startswith("250 ")
    assert door.spool.mails[0].envelope.mail_from == "a@their.example"


def test_tls_can_be_demanded(tls_door: Callable[..., Door], trust: ssl.SSLContext) -> None:
    door = tls_door(require_tls=True)
    assert door.client().say("MAIL FROM:<>").startswith("530 5.7.0")
    assert starttls(door, trust).deliver().startswith("250 ")


def test_rubbish_instead_of_a_handshake(tls_door: Callable[..., Door], trust: ssl.SSLContext) -> None:
    door = tls_door()
    for rubbish in (b"EHLO again\r\n", b"\x16\x03\x01", b""):
        client = door.client()
        assert client.say("STARTTLS").startswith("220 ")
        client.send(rubbish)
        client.close()
    assert starttls(door, trust).deliver().startswith("250 ")


def test_no_password_in_the_clear(tls_door: Callable[..., Door]) -> None:
    client = tls_door().client()
    assert "AUTH" not in client.say("EHLO x")
    assert client.say(f"AUTH PLAIN {plain('kari', 'pæss')}").startswith("530 5.7.0")


@pytest.mark.parametrize(
    "lines, expected",
    [
        ([f"AUTH PLAIN {plain('kari', 'pæss')}"], "235 2.7.0"),
        ([f"auth plain {plain('kari', 'pæss')}"], "235 2.7.0"),
        (["AUTH PLAIN", plain("kari", "pæss")], "235 2.7.0"),
        (["AUTH LOGIN", b64("kari"), b64("pæss")], "235 2.7.0"),
        ([f"AUTH LOGIN {b64('kari')}", b64("pæss")], "235 2.7.0"),
        ([f"AUTH PLAIN {plain('kari', 'wrong')}"], "535 5.7.8"),
        (["AUTH LOGIN", b64("kari"), b64("")], "535 5.7.8"),
        (["AUTH LOGIN", "*"], "501 5.5.2"),
        (["AUTH LOGIN", b64("kari"), "!!!"], "501 5.5.2"),
        (["AUTH PLAIN ="], "501 5.5.2"),
        (["AUTH PLAIN /w=="], "501 5.5.2"),
        ([f"AUTH PLAIN {b64('boss' + chr(0) + 'kari' + chr(0) + 'pæss')}"], "501 5.5.2"),
        (["AUTH CRAM-MD5"], "501 5.5.4"),
        (["AUTH"], "501 5.5.4"),
        (["MAIL FROM:<>", f"AUTH PLAIN {plain('kari', 'pæss')}"], "503 5.5.1"),
        ([f"AUTH PLAIN {plain('kari', 'pæss')}"] * 2, "503 5.5.1"),
        ([f"AUTH PLAIN {plain('fault', 'x')}"], "451 4.3.0"),
    ],
)
def test_passwords(tls_door: Callable[..., Door], trust: ssl.SSLContext, lines: list[str], expected: str) -> None:
    client = starttls(tls_door(), trust)
    *before, last = lines
    for line in before:
        assert client.say(line)[0] in "23"
    reply = client.say(last)
    assert reply.startswith(expected)
    assert "hunter2" not in reply
    assert client.say("NOOP").startswith("250 ")


def test_guessing_passwords_ends(tls_door: Callable[..., Door], trust: ssl.SSLContext) -> None:
    door = tls_door()
    client = starttls(door, trust)
    guess = f"AUTH PLAIN {plain('kari', 'guess')}"
    assert [client.say(guess)[:3] for _ in range(4)] == ["535", "535", "535", "421"]
    for _ in range(17):
        assert starttls(door, trust).say(guess)[:3] == "535"
    assert starttls(door, trust).say(f"AUTH PLAIN {plain('kari', 'pæss')}").startswith("454 4.7.0")
    assert starttls(door, trust).deliver().startswith("250 ")


def test_a_new_certificate_is_read_without_a_restart(
    open_door: Callable[..., Door], certificate: tuple[Path, Path], trust: ssl.SSLContext, tmp_path: Path
) -> None:
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    cert.write_bytes(certificate[0].read_bytes())
    key.write_bytes(certificate[1].read_bytes())
    door = open_door(tls="starttls", certificate=cert, key=key)
    door.listener.renew(door.listener.settings, door.listener.accepts)
    cert.write_text("rubbish")
    with pytest.raises(ssl.SSLError):
        door.listener.renew(door.listener.settings, door.listener.accepts)
    assert starttls(door, trust).deliver().startswith("250 ")


def test_a_certificate_that_cannot_be_read_is_an_error_at_start(open_door: Callable[..., Door], tmp_path: Path) -> None:
    with pytest.raises(OSError):
        open_door(tls="starttls", certificate=tmp_path / "none.pem")
    with pytest.raises(ValueError):
        open_door(tls="implicit")
