"""Outgoing mail over a smarthost (RULES 7, SAFETY "Sending"): what is kept from strangers, what is tried again and
when, and what follows where the answer is no.

The server is real and does what the row says. Stories run the installed command with `--at`; rows run its parts.
"""

from __future__ import annotations

import email
import email.policy
import itertools
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from harness import Desk, free_port, plain_text
from indoor import ADDRESS, KARI, OLA, T0, House, letter
from leaks import check_valid
from smtp_server import HANG, Act, SmtpServer, Taken, make_certificate

from mailgate.readers import Readers
from ticketing.commands import Done

PER = "Per Hansen <per@example.com>"
PROVEN = 'Authentication-Results: mx.example.com; dmarc=pass header.from="example.org"'


@pytest.fixture
def server() -> Iterator[SmtpServer]:
    with SmtpServer() as server:
        yield server
        assert [fault for mail in server.mails for fault in check_valid(mail.data)] == []


class Post(House):
    """A desk that hands its mail to a smarthost."""

    def __init__(self, folder: Path, readers: Readers, port: int, *agents: str) -> None:
        who = agents or (f"Kari Nordmann <{KARI}>",)
        super().__init__(folder, readers, agents=who, relay=f"127.0.0.1:{port}", more=quick)

    def at(self, moment: datetime) -> None:
        self.now = moment
        self.work()

    def waiting(self) -> dict[str, datetime]:
        """Recipients of what has not left -> when it is tried again."""
        rows = self.spool("out")
        return {one: row["next_at"] for row in rows if row["state"] == "waiting" for one in row["rcpt_to"]}


def quick(text: str) -> str:
    text = text.replace("undo_seconds = 60", "undo_seconds = 0").replace("[relay]", '[relay]\ntimeout = "1s"')
    return text.replace("[authentication]", '[authentication]\ntrusted_authserv_ids = ["mx.example.com"]').replace(
        "trusted_authserv_ids = []", ""
    )


@pytest.fixture
def post(tmp_path: Path, readers: Readers, server: SmtpServer) -> Iterator[Post]:
    post = Post(tmp_path / "desk", readers, server.port)
    yield post
    assert post.balance().balanced
    post.close()


def to(server: SmtpServer, address: str) -> list[Taken]:
    return [mail for mail in server.mails if address in mail.recipients]


def text_of(mail: Taken) -> str:
    return plain_text(email.message_from_bytes(mail.data, policy=email.policy.default))


def message_id(mail: Taken) -> str:
    return str(email.message_from_bytes(mail.data)["Message-ID"])


# ---- what is kept from strangers: the installed command -------------------------------------------------------------


def with_login(desk: Desk, tls: str) -> None:
    password = desk.folder / "relay.pw"
    password.write_text("secret-word\n")
    password.chmod(0o600)
    desk.replace('tls = "none"', f'tls = "{tls}"\nuser = "desk"\npassword_file = "relay.pw"\ntimeout = "3s"')


@pytest.mark.parametrize("tls", ["implicit", "starttls"])
def test_tls_with_a_certificate_that_is_checked(new_desk: Callable[..., Desk], tmp_path: Path, tls: str) -> None:
    certificate = make_certificate(tmp_path)
    with SmtpServer(tls=tls, certificate=certificate, users={"desk": "secret-word"}) as server:
        desk = new_desk().init(relay=f"127.0.0.1:{server.port}")
        with_login(desk, tls)
        desk.take(letter(), arguments=("--mail-from", OLA, "--at", T0.isoformat()))
        # Nobody vouches for the certificate: the mail waits, and the password is not said.
        desk.work("--at", T0.isoformat())
        assert server.mails == []
        assert not [line for line in server.commands if line.startswith(("AUTH", "MAIL"))]
        errors = [str(row["error"]) for row in desk.spool("out")]
        assert len(errors) == 2
        assert all("certificate" in error or "TLS" in error for error in errors), errors
        # The system's authorities know it, two minutes later.
        desk.environment["SSL_CERT_FILE"] = str(certificate)
        desk.work("--at", (T0 + timedelta(minutes=2)).isoformat())
        assert sorted(mail.recipients[0] for mail in server.mails) == [KARI, OLA]
        assert all(mail.tls and mail.user == "desk" for mail in server.mails)
        assert len({mail.connection for mail in server.mails}) == 1, "one connection is kept for both"
        assert desk.spool("out") == []


def test_starttls_stripped_on_the_way(new_desk: Callable[..., Desk]) -> None:
    with SmtpServer(tls="none", users={"desk": "secret-word"}) as server:
        desk = new_desk().init(relay=f"127.0.0.1:{server.port}")
        with_login(desk, "starttls")
        desk.take(letter(), arguments=("--mail-from", OLA, "--at", T0.isoformat()))
        desk.work("--at", T0.isoformat())
        assert server.mails == []
        assert {line.split()[0] for line in server.commands} <= {"EHLO", "QUIT"}, "nothing in the clear"
        rows = desk.spool("out")
        assert [row["state"] for row in rows] == ["waiting", "waiting"]
        assert all("STARTTLS" in row["error"] for row in rows)


def test_a_relay_that_is_away_for_a_day(new_desk: Callable[..., Desk]) -> None:
    """Nothing is lost and nothing is said twice; the tickets are there all the while."""
    port = free_port()
    desk = new_desk().init(relay=f"127.0.0.1:{port}")
    files = [desk.folder / f"{n}.eml" for n in range(3)]
    for n, file in enumerate(files):
        file.write_bytes(letter(f"Printer no {n}", author=f"ola{n}@example.org", message_id=f"{n}@example.org"))
    desk.run("take", "--mail-from", OLA, "--at", T0.isoformat(), *map(str, files))
    for hours in (0, 1, 20):
        desk.work("--at", (T0 + timedelta(hours=hours)).isoformat())
    assert len(desk.tickets()) == 3
    assert {row["state"] for row in desk.spool("out")} == {"waiting"}
    with SmtpServer(port=port) as server:
        desk.work("--at", (T0 + timedelta(hours=25)).isoformat())
        requesters = [f"ola{n}@example.org" for n in range(3)]
        # Kari's alerts, and what became due in the meantime: every warning of three promises of an answer.
        assert sorted(mail.recipients[0] for mail in server.mails) == [KARI] * (3 + 6) + requesters
        assert len({message_id(mail) for mail in server.mails}) == len(server.mails)
        assert [fault for mail in server.mails for fault in check_valid(mail.data)] == []
    assert desk.spool("out") == []
    assert desk.audit()["balanced"]


# ---- one connection, each recipient ---------------------------------------------------------------------------------


def test_one_connection_for_many_mails(post: Post, server: SmtpServer) -> None:
    for n in range(10):
        author = f"ola{n}@example.org"
        post.take(letter(author=author, message_id=f"{n}@example.org"), mail_from=author)
    post.work()
    assert len(server.mails) == 20
    assert server.connections == 1


def test_refused_for_one_of_three(post: Post, server: SmtpServer) -> None:
    """The two others have the answer; it is not sent to them again."""
    cc = "Cc: eva@example.org, nils@example.net"
    post.arrives(letter("Printer", "It burns.", cc, PROVEN), mail_from=OLA)
    (number,) = post.tickets()
    server.on("RCPT", "550 5.1.1 no such user", match="nils@")
    post.ask(number, answer="Turn it off.")
    (answer,) = [mail for mail in server.mails if "Turn it off." in text_of(mail) and KARI not in mail.recipients]
    assert sorted(answer.recipients) == ["eva@example.org", OLA]
    (line,) = post.history(number, "undelivered")
    assert line.startswith("nils@example.net: ")
    assert "eva@" not in line
    server.forget_rules()
    post.later(hours=6)
    post.work()
    assert len([mail for mail in server.mails if "eva@example.org" in mail.recipients]) == 1


# ---- tried again ----------------------------------------------------------------------------------------------------


def test_greylisting(post: Post, server: SmtpServer) -> None:
    """4xx, then the same words again a minute later."""
    server.on("RCPT", "451 4.7.1 greylisted, come again", match=OLA, times=1)
    post.arrives(letter(), mail_from=OLA)
    assert to(server, OLA) == []
    post.at(T0 + timedelta(seconds=59))
    assert to(server, OLA) == []
    post.at(T0 + timedelta(seconds=61))
    assert len(to(server, OLA)) == 1
    (number,) = post.tickets()
    assert post.history(number, "undelivered") == [], "nobody needs to know"


def test_the_table_of_waits_and_its_end(post: Post, server: SmtpServer) -> None:
    """1 m, 5 m, 15 m, 1 h, then every 4 h until 48 h have passed; then it is failed, and its ticket says so."""
    server.on("RCPT", "451 4.3.0 not today", match=OLA)
    post.arrives(letter(), mail_from=OLA)
    (number,) = post.tickets()
    asked = [T0]
    while OLA in post.waiting():
        asked.append(post.waiting()[OLA].astimezone(T0.tzinfo))
        post.at(asked[-1])
    waits = [round((later - earlier).total_seconds() / 60) for earlier, later in itertools.pairwise(asked)]
    assert waits[:5] == [1, 5, 15, 60, 240]
    assert set(waits[5:-1]) == {240}
    assert asked[-1] - T0 == timedelta(hours=48)
    assert to(server, OLA) == []
    (line,) = post.history(number, "undelivered")
    assert OLA in line
    told = [text_of(mail) for mail in to(server, KARI)]
    assert len([text for text in told if "given up after 48 h: 451 4.3.0 not today" in text]) == 1
    assert [row["state"] for row in post.spool("out")] == ["failed"]


@pytest.mark.parametrize(
    "act", [Act(raw=b"250 2.0", drop=True), Act(raw=b"250 ", reset=True), Act(raw=b"250 2.0.0 ok", hang=True)]
)
def test_broken_after_the_dot(post: Post, server: SmtpServer, act: Act) -> None:
    """Nobody knows whether it arrived: it goes again, and bears the same Message-ID."""
    server.on("END", act, match=f"To: {OLA}", times=1)
    post.arrives(letter(), mail_from=OLA)
    assert len(to(server, OLA)) == 1
    post.at(T0 + timedelta(minutes=2))
    first, second = to(server, OLA)
    assert (first.data, first.mail_from) == (second.data, second.mail_from)
    post.at(T0 + timedelta(hours=5))
    assert len(to(server, OLA)) == 2


def test_no_answer_to_the_dot(post: Post, server: SmtpServer) -> None:
    server.on("END", HANG, match=f"To: {OLA}", times=1)
    post.arrives(letter(), mail_from=OLA)
    assert to(server, OLA) == []
    post.at(T0 + timedelta(minutes=2))
    assert len(to(server, OLA)) == 1
    assert len(to(server, KARI)) == 1, "the other mail did not wait for it"


# ---- no, to our face: the same as a bounce --------------------------------------------------------------------------

NO = {
    "hard": "550 5.1.1 no such user",
    "hard, no enhanced code": "550 no such user here",
    "policy": "550 5.7.1 blocked",
    "policy, no enhanced code": "554 blocked, see our blocklist",
    "size": "552 5.3.4 message exceeds 1000000 octets",
    "soft": "552 5.2.2 mailbox full",
}


@pytest.mark.parametrize("where", ["MAIL", "RCPT", "DATA", "END"])
@pytest.mark.parametrize("name", ["hard", "policy"])
def test_a_refusal_wakes_a_completed_ticket(post: Post, server: SmtpServer, name: str, where: str) -> None:
    post.arrives(letter(), mail_from=OLA)
    (number,) = post.tickets()
    server.on(where, NO[name], match={"RCPT": OLA, "END": f"To: {OLA}"}.get(where, ""), times=1)
    told = len(to(server, KARI))
    post.ask(number, Done(), answer="Turn it off.")
    moves = [(line["from"], line["to"], line["by"]) for line in post.ticket(number)["history"]]
    assert ("completed", "in_progress", "undelivered") in moves
    (line,) = post.history(number, "undelivered")
    assert OLA in line
    assert any(NO[name] in text_of(mail) for mail in to(server, KARI)[told:])
    assert any(row["state"] == "failed" and NO[name] in row["error"] for row in post.spool("out"))


@pytest.mark.parametrize("name", list(NO))
def test_what_follows_for_the_address(post: Post, server: SmtpServer, name: str) -> None:
    """Hard stops automatic mail until the person writes again; policy tells the operators; size tells the limit."""
    server.on("RCPT", NO[name], match=OLA, times=1)
    post.arrives(letter(), mail_from=OLA)
    (number,) = post.tickets()
    (line,) = post.history(number, "undelivered")
    assert OLA in line
    words = [text_of(mail) for mail in to(server, KARI)]
    assert any(NO[name] in text for text in words), "the assignee is told, with the server's own words"
    assert any("example.org refuses our mail" in text for text in words) == name.startswith("policy")
    post.ask(number, Done())
    hard = name.startswith("hard")
    assert len(to(server, OLA)) == (0 if hard else 1)
    post.arrives(letter("Another", "Hello again.", message_id="2@example.org"), mail_from=OLA)
    assert len(to(server, OLA)) == (1 if hard else 2), "whoever writes can be written to"


def test_an_agents_address_that_fails(tmp_path: Path, readers: Readers, server: SmtpServer) -> None:
    post = Post(tmp_path / "desk", readers, server.port, f"Kari Nordmann <{KARI}>", PER)
    server.on("RCPT", NO["hard"], match="per@example.com")
    post.arrives(letter(), mail_from=OLA)
    (number,) = post.tickets()
    alarms = [text_of(mail) for mail in to(server, KARI) if "does not arrive" in text_of(mail)]
    assert len(alarms) == 1
    assert "agent per" in alarms[0]
    assert post.history(number, "undelivered") == []
    asked = len([line for line in server.commands if "per@example.com" in line])
    post.arrives(letter("Another", "Hello again.", message_id="2@example.org"), mail_from=OLA)
    assert len([line for line in server.commands if "per@example.com" in line]) == asked, "its alerts stop"
    assert len([mail for mail in to(server, KARI) if "does not arrive" in text_of(mail)]) == 1
    post.close()


def test_the_envelope_identifier_goes_with_the_mail(tmp_path: Path, readers: Readers) -> None:
    """A relay that makes reports puts it into them, also where the sender is not a signed one (RFC 3461 4.4)."""
    with SmtpServer(extensions=("SIZE 1000000", "DSN")) as server:
        post = Post(tmp_path / "desk", readers, server.port)
        post.arrives(letter(), mail_from=OLA)
        (mail,) = to(server, OLA)
        identifier = message_id(mail).strip("<>")
        (option,) = [one for one in mail.options if one.startswith("ENVID=")]
        assert option == f"ENVID={identifier}"
        fields = f"Original-Envelope-Id: {identifier}\r\n"
        bounce = (
            f"From: MAILER-DAEMON@mx.example.net\r\nTo: {ADDRESS}\r\nSubject: failure\r\nMIME-Version: 1.0\r\n"
            'Content-Type: multipart/report; boundary="b"; report-type=delivery-status\r\n\r\n--b\r\n\r\nNo.\r\n'
            f"--b\r\nContent-Type: message/delivery-status\r\n\r\n{fields}\r\nFinal-Recipient: rfc822;x@example.net\r\n"
            "Action: failed\r\nStatus: 5.1.1\r\n\r\n--b--\r\n"
        )
        post.arrives(bounce.encode())
        (number,) = post.tickets()
        assert len(post.history(number, "undelivered")) == 1
        post.close()
