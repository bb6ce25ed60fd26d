"""Handing a mail over: a real socket with a server that behaves as scripted, and a real maildir."""

from __future__ import annotations

import mailbox
import random
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from hypothesis import given
from hypothesis import strategies as st
from smtp_server import DROP, HANG, RESET, Act, SmtpServer, make_certificate

from mailgate.mail import Deferred, Delivered, Delivery, Refused
from mailgate.transport.relay.maildir import MaildirRelay
from mailgate.transport.relay.smarthost import SmtpRelay, stuffed, with_crlf

SENDER = "support+b.261121001.abcdefgh.a@example.com"
OLA, KARI, NILS = "ola@example.org", "kari@example.org", "nils@example.net"
MAIL = b"Message-ID: <1@example.com>\r\nSubject: hello\r\n\r\nhei\r\n"
BIG = MAIL + b"0123456789abcdef" * 500_000 + b"\r\n"


@pytest.fixture
def server() -> Iterator[SmtpServer]:
    with SmtpServer() as server:
        yield server


@pytest.fixture
def connect() -> Iterator[Callable[..., SmtpRelay]]:
    relays: list[SmtpRelay] = []

    def make(server: SmtpServer, *, timeout: float = 5.0, **options: Any) -> SmtpRelay:
        relay = SmtpRelay(
            server.host, server.port, timeout=timeout, local_hostname="desk.example.com", **{"tls": "none", **options}
        )
        relays.append(relay)
        return relay

    yield make
    for relay in relays:
        relay.close()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_certificate(tmp_path_factory.mktemp("certificate"))


Connect = Callable[..., SmtpRelay]


def words(deliveries: Sequence[Delivery]) -> dict[str, str]:
    """ola@example.org -> "delivered", "deferred", "ambiguous" or "refused"."""
    found = {}
    for delivery in deliveries:
        match delivery.outcome:
            case Deferred(ambiguous=True):
                found[delivery.address] = "ambiguous"
            case outcome:
                found[delivery.address] = type(outcome).__name__.lower()
    return found


def reply(deliveries: Sequence[Delivery], address: str = OLA) -> str:
    return next(delivery.outcome.reply for delivery in deliveries if delivery.address == address)


# ---- one mail, whatever the server does -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "step, act, expected, says",
    [
        # the greeting
        ("CONNECT", "421 4.3.2 going down", "deferred", "421 4.3.2 going down"),
        ("CONNECT", "554 5.7.1 we do not like you", "deferred", "554 5.7.1 we do not like you"),
        ("CONNECT", DROP, "deferred", "closed"),
        ("CONNECT", Act(raw=b"SSH-2.0-OpenSSH_9.2\r\n"), "deferred", "no SMTP"),
        ("CONNECT", Act(raw=b"\x00\xff\xfe\r\n"), "deferred", "no SMTP"),
        ("CONNECT", Act(raw=b"220" * 4000), "deferred", "no end"),
        ("CONNECT", Act(raw=b"220-hello\r\n" * 300), "deferred", "no end"),
        ("CONNECT", Act(raw=b"220-one\r\n220-two\r\n220 three\r\n"), "delivered", "250"),
        ("CONNECT", Act(raw=b"220\r\n"), "delivered", "250"),
        ("CONNECT", Act(raw=b"220 only a line feed\n"), "delivered", "250"),
        ("CONNECT", Act(reply="220 slow", wait=0.5), "delivered", "250"),
        # the answer to EHLO, and HELO after it
        ("EHLO", "502 5.5.1 what?", "delivered", "250"),
        ("EHLO", "421 no", "deferred", "421 no"),
        ("EHLO", RESET, "deferred", ""),
        # MAIL
        ("MAIL", "451 4.3.0 try later", "deferred", "451 4.3.0 try later"),
        ("MAIL", "550 5.1.8 bad sender", "refused", "550 5.1.8 bad sender"),
        ("MAIL", "530 5.7.0 authentication required", "deferred", "530"),  # our operator mends that
        ("MAIL", "503 5.5.1 out of order", "deferred", "503"),
        ("MAIL", "421 4.7.0 enough for today", "deferred", "421 4.7.0 enough"),
        # RCPT
        ("RCPT", "451 4.7.1 greylisted", "deferred", "451 4.7.1 greylisted"),
        ("RCPT", "550 5.1.1 no such user", "refused", "550 5.1.1 no such user"),
        ("RCPT", "550 5.1.1 no such user\n550 5.1.1 here at all", "refused", "550 5.1.1 no such user here at all"),
        ("RCPT", "252 2.5.0 cannot say, will try", "delivered", "250"),
        ("RCPT", "251 2.1.5 will forward", "delivered", "250"),
        ("RCPT", "552 5.2.2 mailbox full", "refused", "5.2.2"),
        ("RCPT", "354 what", "deferred", "out of step"),
        ("RCPT", Act(raw=b"hello\r\n"), "deferred", "no SMTP"),
        ("RCPT", Act(raw=b"999 what\r\n"), "deferred", "no SMTP"),
        ("RCPT", DROP, "deferred", ""),
        ("RCPT", Act(raw=b"550 5.1.1 \xff\x00\x1b[31mno\r\n"), "refused", "550 5.1.1"),
        # DATA, and the answer to the dot
        ("DATA", "451 4.3.0 no", "deferred", "451 4.3.0 no"),
        ("DATA", "554 5.5.1 no valid recipients", "refused", "554"),
        ("DATA", "250 2.0.0 ok", "deferred", "out of step"),
        ("END", "250 2.0.0 queued as 4711", "delivered", "250 2.0.0 queued as 4711"),
        ("END", "250-2.0.0 queued\n250 2.0.0 as 4711", "delivered", "250 2.0.0 queued as 4711"),
        ("END", "452 4.3.1 disk full", "deferred", "452 4.3.1 disk full"),
        ("END", "554 5.7.1 looks like spam", "refused", "554 5.7.1 looks like spam"),
        ("END", "421 4.3.2 going down", "deferred", "421"),
        ("END", "354 what", "ambiguous", "out of step"),
        ("END", Act(raw=b"taken, thank you\r\n"), "ambiguous", "after the mail was sent"),
        ("END", Act(raw=b"250"), "ambiguous", "after the mail was sent"),  # and then silence
        ("END", DROP, "ambiguous", "after the mail was sent"),
        ("END", RESET, "ambiguous", "after the mail was sent"),
    ],
)
def test_one_mail(server: SmtpServer, connect: Connect, step: str, act: Act | str, expected: str, says: str) -> None:
    server.on(step, act)
    deliveries = connect(server, timeout=0.2 if act == Act(raw=b"250") else 5.0).send(SENDER, [OLA], MAIL)
    assert words(deliveries) == {OLA: expected}
    assert says in reply(deliveries)
    assert reply(deliveries).isprintable()


@pytest.mark.parametrize(
    "step, expected",
    [
        ("CONNECT", "deferred"),
        ("EHLO", "deferred"),
        ("MAIL", "deferred"),
        ("RCPT", "deferred"),
        ("DATA", "deferred"),
        ("END", "ambiguous"),
    ],
)
def test_silence_is_bounded(server: SmtpServer, connect: Connect, step: str, expected: str) -> None:
    server.on(step, HANG)
    began = time.monotonic()
    assert words(connect(server, timeout=0.3).send(SENDER, [OLA], MAIL)) == {OLA: expected}
    assert time.monotonic() - began < 5


def test_a_server_that_speaks_a_letter_at_a_time_is_bounded(server: SmtpServer, connect: Connect) -> None:
    def trickle() -> None:
        (connection,) = server.sockets()
        for _ in range(100):
            try:
                connection.sendall(b"2")
            except OSError:
                return
            server.wait_until_stopped(0.1)

    server.on("CONNECT", Act(call=trickle))
    began = time.monotonic()
    assert words(connect(server, timeout=0.5).send(SENDER, [OLA], MAIL)) == {OLA: "deferred"}
    assert time.monotonic() - began < 3


def test_a_server_that_is_not_there(connect: Connect) -> None:
    server = SmtpServer()
    server.stop()
    deliveries = connect(server).send(SENDER, [OLA, KARI], MAIL)
    assert words(deliveries) == {OLA: "deferred", KARI: "deferred"}
    assert reply(deliveries) == f"cannot reach 127.0.0.1 port {server.port}: Connection refused"


def test_a_host_that_has_no_address() -> None:
    for host in ("no-such-host.invalid", "a" * 70 + ".invalid", "\udcff", "a..b"):
        assert words(SmtpRelay(host, 25, tls="none", timeout=5).send(SENDER, [OLA], MAIL)) == {OLA: "deferred"}


def test_a_drop_in_the_middle_of_the_mail_is_not_ambiguous(server: SmtpServer, connect: Connect) -> None:
    server.on("BODY", RESET)
    assert words(connect(server).send(SENDER, [OLA], BIG)) == {OLA: "deferred"}
    assert server.mails == []


def test_a_server_that_stops_reading_is_bounded(server: SmtpServer, connect: Connect) -> None:
    server.on("BODY", HANG)
    assert words(connect(server, timeout=0.3).send(SENDER, [OLA], BIG)) == {OLA: "deferred"}


def test_a_server_that_says_no_in_the_middle_of_the_mail(server: SmtpServer, connect: Connect) -> None:
    server.on("BODY", Act(raw=b"552 5.3.4 too big for us\r\n", hang=True), times=1)
    relay = connect(server, timeout=0.5)
    assert relay.send(SENDER, [OLA], BIG) == [Delivery(OLA, Refused("552 5.3.4 too big for us", "5.3.4"))]
    assert words(relay.send(SENDER, [OLA], MAIL)) == {OLA: "delivered"}  # over a new connection
    assert server.connections == 2


def test_a_server_that_says_why_before_it_hangs_up(server: SmtpServer, connect: Connect) -> None:
    def give_up() -> None:
        (connection,) = server.sockets()
        connection.sendall(b"552 5.3.4 too big for us\r\n")
        connection.shutdown(socket.SHUT_RDWR)

    server.on("BODY", Act(call=give_up))
    relay = connect(server)
    assert words(relay.send(SENDER, [OLA], BIG)) in ({OLA: "refused"}, {OLA: "deferred"})  # a RST may outrun the words
    assert words(relay.send(SENDER, [OLA], BIG)) in ({OLA: "refused"}, {OLA: "deferred"})
    server.forget_rules()
    assert words(relay.send(SENDER, [OLA], MAIL)) == {OLA: "delivered"}


# ---- several recipients ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "rules, expected, taken",
    [
        ([], {OLA: "delivered", KARI: "delivered", NILS: "delivered"}, [[OLA, KARI, NILS]]),
        (
            [("RCPT", "550 5.1.1 no such user", "kari")],
            {OLA: "delivered", KARI: "refused", NILS: "delivered"},
            [[OLA, NILS]],
        ),
        (
            [("RCPT", "550 5.1.1 no such user", "kari"), ("RCPT", "451 4.7.1 greylisted", "nils")],
            {OLA: "delivered", KARI: "refused", NILS: "deferred"},
            [[OLA]],
        ),
        (
            [("RCPT", "550 5.1.1 no", "ola"), ("RCPT", "550 5.1.1 no", "kari"), ("RCPT", "450 4.2.1 later", "nils")],
            {OLA: "refused", KARI: "refused", NILS: "deferred"},
            [],
        ),
        # Refused stays refused, whatever happens to the rest.
        (
            [("RCPT", "550 5.1.1 no such user", "ola"), ("RCPT", "421 4.3.2 going down", "nils")],
            {OLA: "refused", KARI: "deferred", NILS: "deferred"},
            [],
        ),
        (
            [("RCPT", "550 5.1.1 no such user", "ola"), ("END", DROP, "")],
            {OLA: "refused", KARI: "ambiguous", NILS: "ambiguous"},
            [],
        ),
        (
            [("RCPT", "550 5.1.1 no such user", "ola"), ("END", "554 5.6.0 bad content", "")],
            {OLA: "refused", KARI: "refused", NILS: "refused"},
            [],
        ),
        # An old "too many recipients" (RFC 5321 4.5.3.1.10); the new one is 452.
        ([("RCPT", "552 too many", "kari")], {OLA: "delivered", KARI: "deferred", NILS: "delivered"}, [[OLA, NILS]]),
        (
            [("RCPT", "452 4.5.3 too many", "nils")],
            {OLA: "delivered", KARI: "delivered", NILS: "deferred"},
            [[OLA, KARI]],
        ),
    ],
)
def test_each_recipient_has_a_fate_of_its_own(
    server: SmtpServer,
    connect: Connect,
    rules: list[tuple[str, Act | str, str]],
    expected: dict[str, str],
    taken: list[list[str]],
) -> None:
    for step, act, match in rules:
        server.on(step, act, match=match)
    assert words(connect(server).send(SENDER, [OLA, KARI, NILS], MAIL)) == expected
    assert [mail.recipients for mail in server.mails] == taken


def test_the_enhanced_status_is_told(server: SmtpServer, connect: Connect) -> None:
    server.on("RCPT", "550 5.1.1 no such user", match="ola")
    server.on("RCPT", "550 no such user", match="kari")
    server.on("RCPT", "550 5.1.1.9 odd", match="nils")
    found = {delivery.address: delivery.outcome for delivery in connect(server).send(SENDER, [OLA, KARI, NILS], MAIL)}
    assert found == {
        OLA: Refused("550 5.1.1 no such user", "5.1.1"),
        KARI: Refused("550 no such user", ""),
        NILS: Refused("550 5.1.1.9 odd", ""),
    }


# ---- addresses ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    ["", "ola", "ola@", "@example.org", "ola@example.org>\r\nRCPT TO:<eve@example.net", "ola @example.org", "<>",
     "ola@example.org\n", "ola@exam\x00ple.org", "o" * 65 + "@example.org", "ola@[127.0.0.1]", '"a b"@example.org',
     "\ud800@example.org", "@a,@b:ola@example.org"],
)  # fmt: skip
def test_a_bad_address_is_refused_without_a_word(
    server: SmtpServer, connect: Connect, tmp_path: Path, address: str
) -> None:
    relay = connect(server)
    assert words(relay.send(SENDER, [address], MAIL)) == {address: "refused"}
    if address != "<>":
        assert words(relay.send(address, [OLA], MAIL)) == {OLA: "refused"}
    assert words(MaildirRelay(tmp_path / "out").send(SENDER, [address], MAIL)) == {address: "refused"}
    assert server.connections == 0 and not (tmp_path / "out").exists()
    assert words(relay.send(SENDER, [OLA, address], MAIL)) == {OLA: "delivered", address: "refused"}


def test_a_domain_travels_in_idna_and_a_recipient_asked_twice_is_told_once(
    server: SmtpServer, connect: Connect
) -> None:
    deliveries = connect(server).send(SENDER, ["ola@blåbær.example", OLA, OLA], MAIL)
    assert deliveries == [
        Delivery("ola@blåbær.example", Delivered("250 2.0.0 taken")),
        Delivery(OLA, Delivered("250 2.0.0 taken")),
    ]
    assert server.mails[0].recipients == ["ola@xn--blbr-roah.example", OLA]


def test_the_null_sender(server: SmtpServer, connect: Connect) -> None:
    connect(server).send("<>", [OLA], MAIL)
    assert "MAIL FROM:<> SIZE=" in server.commands[1]


@pytest.mark.parametrize(
    "extensions, data, recipient, expected, options",
    [
        (("SIZE 1000", "8BITMIME", "SMTPUTF8"), MAIL, OLA, "delivered", [f"SIZE={len(MAIL)}"]),
        ((), MAIL, OLA, "delivered", []),
        (("8BITMIME",), MAIL + "blåbær\r\n".encode(), OLA, "delivered", ["BODY=8BITMIME"]),
        ((), MAIL + "blåbær\r\n".encode(), OLA, "refused", None),
        (("8BITMIME", "SMTPUTF8"), MAIL, "blåbær@example.org", "delivered", ["SMTPUTF8"]),
        (("8BITMIME",), MAIL, "blåbær@example.org", "refused", []),
        (("8BITMIME", "SMTPUTF8"), "Subject: blåbær\r\n\r\n".encode(), OLA, "delivered", ["BODY=8BITMIME", "SMTPUTF8"]),
        (("8BITMIME",), "Subject: blåbær\r\n\r\n".encode(), OLA, "refused", None),
        ((f"SIZE {len(MAIL)}",), MAIL, OLA, "delivered", [f"SIZE={len(MAIL)}"]),
        ((f"SIZE {len(MAIL) - 1}",), MAIL, OLA, "refused", None),
        (("SIZE 0",), MAIL, OLA, "delivered", [f"SIZE={len(MAIL)}"]),  # no fixed limit (RFC 1870 4)
        (("SIZE",), MAIL, OLA, "delivered", [f"SIZE={len(MAIL)}"]),
        (("SIZE lots",), MAIL, OLA, "delivered", [f"SIZE={len(MAIL)}"]),
        (("size 10000",), MAIL, OLA, "delivered", [f"SIZE={len(MAIL)}"]),
    ],
)
def test_extensions(
    connect: Connect, extensions: tuple[str, ...], data: bytes, recipient: str, expected: str, options: list[str] | None
) -> None:
    with SmtpServer(extensions=extensions) as server:
        assert words(connect(server).send(SENDER, [recipient], data)) == {recipient: expected}
        asked = [command for command in server.commands if command.startswith("MAIL")]
        assert asked == ([] if options is None else [" ".join([f"MAIL FROM:<{SENDER}>", *options])])


# ---- the octets -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data, arrives",
    [
        (b"a\r\n\r\nb\r\n", b"a\r\n\r\nb\r\n"),
        (b"a\n\nb\n", b"a\r\n\r\nb\r\n"),
        (b"a\r\rb\r", b"a\r\n\r\nb\r\n"),
        (b"no end", b"no end\r\n"),
        (b"", b""),
        (b".", b".\r\n"),
        (b".\r\n..\r\n.a\r\n", b".\r\n..\r\n.a\r\n"),
        (b"a\n.\nMAIL FROM:<eve@example.net>\n", b"a\r\n.\r\nMAIL FROM:<eve@example.net>\r\n"),
        (b"a\r.\rb", b"a\r\n.\r\nb\r\n"),
        (b"a\r\n.\r\rb\r\n", b"a\r\n.\r\n\r\nb\r\n"),
        (bytes(range(256)), bytes(range(10)) + b"\r\n\x0b\x0c\r\n" + bytes(range(14, 256)) + b"\r\n"),
    ],
)
def test_what_arrives(server: SmtpServer, connect: Connect, data: bytes, arrives: bytes) -> None:
    head = b"Subject: x\r\n\r\n"
    connect(server).send(SENDER, [OLA], head + data)
    assert [mail.data for mail in server.mails] == [head + arrives]


@given(st.lists(st.sampled_from([b"\r", b"\n", b"\r\n", b".", b"a", b"\r\n.\r\n", b"\x00"]), max_size=40).map(b"".join))
def test_nothing_in_a_mail_ends_it_early(data: bytes) -> None:
    wire = stuffed(with_crlf(data))
    assert wire.endswith(b"\r\n.\r\n") or wire == b"\r\n.\r\n"
    assert b"\r\n.\r\n" not in wire[:-5] and not wire.startswith(b".\r\n")
    assert b"\n" not in wire.replace(b"\r\n", b"") and b"\r" not in wire.replace(b"\r\n", b"")
    lines = wire.split(b"\r\n")[:-2]
    assert b"".join((line[1:] if line.startswith(b".") else line) + b"\r\n" for line in lines) == with_crlf(data)


def test_a_large_mail_arrives_whole(server: SmtpServer, connect: Connect) -> None:
    connect(server).send(SENDER, [OLA], BIG)
    assert server.mails[0].data == BIG


class Keep:
    """A handler for aiosmtpd, which did not learn SMTP from us."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, list[str], bytes]] = []

    async def handle_DATA(self, server: object, session: object, envelope: Any) -> str:
        self.taken.append((envelope.mail_from, list(envelope.rcpt_tos), envelope.content))
        return "250 2.0.0 taken"


@pytest.mark.parametrize("tls", ["none", "starttls", "implicit"])
def test_another_server_reads_the_same(certificate: Path, tls: str) -> None:
    pieces = [b"\r", b"\n", b"\r\n", b".", b"..", b"a", b"\r\n.\r\n", b"\n.\n", b"\x00", b"\xff", b" ", b"MAIL FROM:<>"]
    chance = random.Random(20261121)
    bodies = [b"".join(chance.choices(pieces, k=chance.randrange(60))) for _ in range(100)]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    options: dict[str, dict[str, Any]] = {
        "none": {},
        "starttls": {"tls_context": context, "require_starttls": True},
        "implicit": {"ssl_context": context},
    }
    keep = Keep()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(keep, hostname="127.0.0.1", port=port, **options[tls])
    controller.start()
    try:
        ca_file = None if tls == "none" else certificate
        relay = SmtpRelay("127.0.0.1", port, tls=tls, timeout=5, ca_file=ca_file)  # type: ignore[arg-type]
        for body in bodies:
            assert words(relay.send(SENDER, [OLA, "blåbær@example.org"], MAIL + body)) == {
                OLA: "delivered",
                "blåbær@example.org": "delivered",
            }
        relay.close()
    finally:
        controller.stop()
    assert keep.taken == [(SENDER, [OLA, "blåbær@example.org"], with_crlf(MAIL + body)) for body in bodies]


# ---- one kept connection --------------------------------------------------------------------------------------------


def test_mails_share_a_connection_and_leave_nothing_behind(server: SmtpServer, connect: Connect) -> None:
    relay = connect(server)
    server.on("RCPT", "550 5.1.1 no such user", match="nils")
    for recipient, expected in [(OLA, "delivered"), (NILS, "refused"), (KARI, "delivered")]:
        assert words(relay.send(SENDER, [recipient], MAIL)) == {recipient: expected}
    relay.close()
    relay.close()
    assert server.connections == 1
    assert [mail.recipients for mail in server.mails] == [[OLA], [KARI]]
    assert server.commands.count("RSET") == 2 and server.commands[-1] == "QUIT"


@pytest.mark.parametrize(
    "step, act",
    [
        ("RSET", "421 4.4.2 idle too long"),
        ("RSET", DROP),
        ("RSET", RESET),
        ("RSET", HANG),
        ("RSET", "500 5.5.2 what"),
        ("RSET", Act(raw=b"250 ok\r\n250 and more\r\n")),
        ("MAIL", "421 4.7.0 too many mails on this connection"),
        ("MAIL", DROP),
    ],
)
def test_a_kept_connection_gone_stale_is_replaced(
    server: SmtpServer, connect: Connect, step: str, act: Act | str
) -> None:
    relay = connect(server, timeout=1.0)
    relay.send(SENDER, [OLA], MAIL)
    server.on(step, act, times=1)
    assert words(relay.send(SENDER, [KARI], MAIL)) == {KARI: "delivered"}
    assert server.connections == 2
    assert [mail.recipients for mail in server.mails] == [[OLA], [KARI]]


def test_a_server_restarted_between_mails(server: SmtpServer, connect: Connect) -> None:
    relay = connect(server)
    relay.send(SENDER, [OLA], MAIL)
    server.drop_connections()
    assert words(relay.send(SENDER, [KARI], MAIL)) == {KARI: "delivered"}


def test_after_any_fault_the_next_mail_gets_a_new_connection(server: SmtpServer, connect: Connect) -> None:
    relay = connect(server)
    for step in ("CONNECT", "EHLO", "RCPT", "DATA", "END"):
        server.on(step, DROP, times=1)
        relay.close()
        assert set(words(relay.send(SENDER, [OLA], MAIL)).values()) <= {"deferred", "ambiguous"}
        assert words(relay.send(SENDER, [OLA], MAIL)) == {OLA: "delivered"}


# ---- TLS and log-in -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tls", ["implicit", "starttls"])
@pytest.mark.parametrize("mechanisms", ["PLAIN LOGIN", "LOGIN", "CRAM-MD5 PLAIN"])
def test_tls_and_log_in(connect: Connect, certificate: Path, tls: str, mechanisms: str) -> None:
    users = {"desk": "blåbær \U0001f511"}
    with SmtpServer(tls=tls, certificate=certificate, users=users, mechanisms=mechanisms) as server:
        relay = connect(server, tls=tls, ca_file=certificate, user="desk", password=lambda: users["desk"])
        assert words(relay.send(SENDER, [OLA], BIG)) == {OLA: "delivered"}
        assert words(relay.send(SENDER, [KARI], MAIL)) == {KARI: "delivered"}
        assert [(mail.tls, mail.user, mail.connection) for mail in server.mails] == [(True, "desk", 1)] * 2


def test_the_old_spelling_of_auth(connect: Connect, certificate: Path) -> None:
    with SmtpServer(extensions=("AUTH=LOGIN PLAIN",), tls="implicit", certificate=certificate, mechanisms="") as server:
        server.users = {"desk": "secret"}
        relay = connect(server, tls="implicit", ca_file=certificate, user="desk", password=lambda: "secret")
        assert words(relay.send(SENDER, [OLA], MAIL)) == {OLA: "delivered"}


def test_starttls_stripped_sends_nothing(connect: Connect) -> None:
    with SmtpServer(users={"desk": "secret"}) as server:
        deliveries = connect(server, tls="starttls", user="desk", password=lambda: "secret").send(SENDER, [OLA], MAIL)
    assert words(deliveries) == {OLA: "deferred"}
    assert reply(deliveries) == "127.0.0.1 offers no STARTTLS, and nothing is sent without TLS"
    assert server.commands == ["EHLO desk.example.com"]


@pytest.mark.parametrize(
    "answer", ["454 4.7.0 TLS not available", "502 5.5.1 no", DROP, Act(raw=b"220 go\r\n250 mail\r\n")]
)
def test_starttls_refused_or_poisoned(connect: Connect, certificate: Path, answer: Act | str) -> None:
    with SmtpServer(tls="starttls", certificate=certificate) as server:
        server.on("STARTTLS", answer)
        assert words(connect(server, tls="starttls", ca_file=certificate).send(SENDER, [OLA], MAIL)) == {
            OLA: "deferred"
        }
        assert server.mails == []
        assert not any(command.startswith("MAIL") for command in server.commands)


def test_a_certificate_nobody_vouches_for(connect: Connect, certificate: Path) -> None:
    with SmtpServer(tls="implicit", certificate=certificate) as server:
        deliveries = connect(server, tls="implicit").send(SENDER, [OLA], MAIL)
        assert words(deliveries) == {OLA: "deferred"}
        assert "certificate is not trusted" in reply(deliveries)
        assert server.commands == []


def test_a_certificate_of_another_host(connect: Connect, tmp_path: Path) -> None:
    other = make_certificate(tmp_path, "mail.example.net")
    with SmtpServer(tls="starttls", certificate=other) as server:
        deliveries = connect(server, tls="starttls", ca_file=other).send(SENDER, [OLA], MAIL)
        assert words(deliveries) == {OLA: "deferred"}
        assert "certificate is not trusted" in reply(deliveries)
        assert not any(command.startswith("MAIL") for command in server.commands)


def test_tls_asked_of_a_plain_server_and_the_other_way_round(connect: Connect, certificate: Path) -> None:
    with SmtpServer() as server:
        assert words(connect(server, tls="implicit", timeout=0.5).send(SENDER, [OLA], MAIL)) == {OLA: "deferred"}
    with SmtpServer(tls="implicit", certificate=certificate) as server:
        assert words(connect(server, timeout=0.5).send(SENDER, [OLA], MAIL)) == {OLA: "deferred"}


@pytest.mark.parametrize(
    "password, answer, says",
    [
        (lambda: "mistyped", None, "the relay refused our log-in as desk: 535 5.7.8 wrong user or password"),
        (lambda: "secret", "454 4.7.0 temporary failure", "refused our log-in as desk: 454"),
        (lambda: "secret", "535 5.7.8 expired", "refused our log-in as desk: 535"),
        (lambda: Path("/nonexistent/password").read_text(), None, "cannot be read (FileNotFoundError)"),
    ],
)
def test_a_log_in_that_fails_loses_nothing(
    connect: Connect, certificate: Path, password: Callable[[], str], answer: str | None, says: str
) -> None:
    with SmtpServer(tls="implicit", certificate=certificate, users={"desk": "secret"}) as server:
        if answer:
            server.on("AUTH", answer)
        relay = connect(server, tls="implicit", ca_file=certificate, user="desk", password=password)
        deliveries = relay.send(SENDER, [OLA], MAIL)
        assert words(deliveries) == {OLA: "deferred"}
        assert says in reply(deliveries) and "secret" not in reply(deliveries)
        assert server.mails == []


@pytest.mark.parametrize("mechanisms", ["PLAIN", "LOGIN"])
@pytest.mark.parametrize("code", ["501", "421", "503", "what?"])
def test_a_password_quoted_by_the_server_is_not_told(connect: Connect, mechanisms: str, code: str) -> None:
    plain, password = "AGRlc2sAczNjcjN0IQ==", "czNjcjN0IQ=="
    with SmtpServer(users={"desk": "s3cr3t!"}, mechanisms=mechanisms) as server:
        server.on("AUTH", f"{code} 5.5.2 what is {plain} or {password} or s3cr3t!")
        told = reply(connect(server, user="desk", password=lambda: "s3cr3t!").send(SENDER, [OLA], MAIL))
    assert code in told and not any(secret in told for secret in (plain, password, "s3cr3t!"))


def test_no_log_in_we_know(connect: Connect, certificate: Path) -> None:
    with SmtpServer(tls="implicit", certificate=certificate, users={"desk": "secret"}, mechanisms="NTLM") as server:
        relay = connect(server, tls="implicit", ca_file=certificate, user="desk", password=lambda: "secret")
        assert "no log-in we know (AUTH NTLM)" in reply(relay.send(SENDER, [OLA], MAIL))


def test_a_password_goes_in_the_clear_to_this_host_only(connect: Connect) -> None:
    with SmtpServer(users={"desk": "secret"}) as server:
        relay = connect(server, user="desk", password=lambda: "secret")
        assert words(relay.send(SENDER, [OLA], MAIL)) == {OLA: "delivered"}
        assert server.mails[0].user == "desk"


def test_a_ca_file_that_is_missing_is_told_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(OSError):
        SmtpRelay("mail.example.com", 587, ca_file=tmp_path / "missing.pem")


# ---- the maildir ----------------------------------------------------------------------------------------------------


DATED = b"Date: Sat, 21 Nov 2026 10:00:00 +0100\r\n" + MAIL


def test_a_maildir_is_made_and_filled(tmp_path: Path) -> None:
    folder = tmp_path / "desk" / "outgoing"
    deliveries = MaildirRelay(folder).send(SENDER, [OLA, KARI], DATED)
    assert words(deliveries) == {OLA: "delivered", KARI: "delivered"}
    (file,) = (folder / "new").iterdir()
    assert file.name.startswith("1795251600.")  # the mail's own date
    assert file.read_bytes() == (
        f"Return-Path: <{SENDER}>\r\nDelivered-To: {OLA}\r\nDelivered-To: {KARI}\r\n".encode() + DATED
    )
    assert list((folder / "tmp").iterdir()) == []
    assert [mail["Message-ID"] for mail in mailbox.Maildir(folder)] == ["<1@example.com>"]
    assert file.stat().st_mode & 0o077 == 0


def test_the_same_mail_twice_is_one_file(tmp_path: Path) -> None:
    relay = MaildirRelay(tmp_path)
    relay.send("<>", [OLA], MAIL)
    relay.send("<>", [OLA], MAIL)
    (file,) = (tmp_path / "new").iterdir()
    assert file.read_bytes() == b"Return-Path: <>\r\nDelivered-To: ola@example.org\r\n" + MAIL
    file.rename(tmp_path / "cur" / f"{file.name}:2,S")  # somebody has read it
    assert words(relay.send("<>", [OLA], MAIL)) == {OLA: "delivered"}
    assert list((tmp_path / "new").iterdir()) == []
    relay.send("<>", [KARI], MAIL)
    assert len(list((tmp_path / "new").iterdir())) == 1


@pytest.mark.parametrize(
    "data, seconds",
    [(MAIL, "0"), (b"Date: yesterday\n\n", "0"), (b"Date: Fri, 99 Foo 99999 99:99:99 +9999\n\n", "0"), (b"", "0"),
     (b"date: Thu, 1 Jan 1970 00:00:07 GMT\n\n", "7"), (b"Date: Mon, 1 Jan 1000 00:00:00 +2359\n\n", "0"),
     (b"Date: \xff\xfe\n\n", "0")],
)  # fmt: skip
def test_the_date_in_a_file_name_is_only_a_help(tmp_path: Path, data: bytes, seconds: str) -> None:
    MaildirRelay(tmp_path).send(SENDER, [OLA], data)
    (file,) = (tmp_path / "new").iterdir()
    assert file.name.split(".")[0] == seconds


def test_a_maildir_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    deliveries = MaildirRelay(tmp_path / "file" / "outgoing").send(SENDER, [OLA], MAIL)
    assert words(deliveries) == {OLA: "deferred"}
    (tmp_path / "out" / "new").mkdir(parents=True)
    (tmp_path / "out" / "tmp").write_text("in the way")
    assert words(MaildirRelay(tmp_path / "out").send(SENDER, [OLA], MAIL)) == {OLA: "deferred"}
