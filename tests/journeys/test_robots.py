"""Machines that answer machines (RULES 2 and 5): however they do it, it ends, after few tickets and fewer words.

Two daemons that are each other's smarthost, on a real wire; then the robots nobody should build, over a day of the
desk's own time.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from harness import Desk, plain_text
from indoor import ADDRESS, OLA, House, letter
from smtp_server import SmtpServer

from mailgate.readers import Readers

MOST_TICKETS = 5
MOST_ACKNOWLEDGEMENTS = 3
DAY = timedelta(days=1)


# ---- two daemons, face to face --------------------------------------------------------------------------------------


def figures(desk: Desk) -> dict[str, int]:
    """What has come and gone at a desk, read from its database beside the running daemon."""
    questions = {
        "arrived": "SELECT count(*) FROM inbound_mail",
        "unread": "SELECT count(*) FROM inbound_mail WHERE disposition IS NULL",
        "left": "SELECT count(*) FROM outbound_mail WHERE state <> 'waiting'",
        "leaving": "SELECT count(*) FROM outbound_mail WHERE state = 'waiting'",
        "tickets": "SELECT count(*) FROM ticket",
        "acknowledgements": "SELECT count(*) FROM outbound_mail WHERE notice = 'Acknowledgement'",
    }
    connection = sqlite3.connect(f"file:{desk.folder / 'desk.db'}?mode=ro", uri=True, timeout=10)
    try:
        return {name: connection.execute(question).fetchone()[0] for name, question in questions.items()}
    finally:
        connection.close()


def until_quiet(*desks: Desk) -> list[dict[str, int]]:
    """Waits until nothing is on its way at any of them, looked at twice."""
    last: list[list[dict[str, int]]] = []

    def quiet() -> bool:
        now = [figures(desk) for desk in desks]
        still = all(not one["unread"] and not one["leaving"] for one in now)
        same = bool(last) and last[-1] == now
        last.append(now)
        return still and same

    desks[0].wait(quiet, "both desks to have said all they have to say")
    return last[-1]


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param("From: support@b.example\nTo: support@a.example", id="from-the-other"),
        pytest.param("From: Support <support@b.example>\nTo: support@a.example, support@b.example", id="to-both"),
        pytest.param("From: support@b.example\nReply-To: support@a.example\nTo: support@a.example", id="reply-to-us"),
    ],
)
def test_two_desks_face_to_face(new_desk: Callable[..., Desk], headers: str) -> None:
    a, b = new_desk(), new_desk()
    a.init(f"127.0.0.1:{b.port}", address="support@a.example", agents=["Ann <ann@a.example>"])
    b.init(f"127.0.0.1:{a.port}", address="support@b.example", agents=["Bo <bo@b.example>"])
    a.start()
    b.start()
    mail = f"{headers}\nSubject: Hello\nMessage-ID: <1@b.example>\nDate: Mon, 23 Nov 2026 08:00:00 +0000\n\nIs it on?\n"
    assert a.send(mail, "support@b.example", "support@a.example").startswith("250")
    at_a, at_b = until_quiet(a, b)
    assert at_a["tickets"] >= 1
    assert at_b["arrived"] >= 1, "they do talk"
    assert at_a["tickets"] + at_b["tickets"] <= MOST_TICKETS
    assert at_a["acknowledgements"] + at_b["acknowledgements"] <= MOST_ACKNOWLEDGEMENTS
    assert a.audit()["balanced"]
    assert b.audit()["balanced"]
    assert (a.stop(), b.stop()) == (0, 0)


# ---- two desks with an unkind relay between them --------------------------------------------------------------------


def as_it_is(mail: EmailMessage) -> None:
    """What the other desk wrote, nothing lost."""


def without_marks(mail: EmailMessage) -> None:
    for name in ("Auto-Submitted", "X-Auto-Response-Suppress", "X-Mailgate-Loop"):
        del mail[name]


def without_thread(mail: EmailMessage) -> None:
    without_marks(mail)
    number = abs(hash(str(mail["Message-ID"])))
    for name in ("Message-ID", "In-Reply-To", "References", "Reply-To"):
        del mail[name]
    mail["Message-ID"] = f"<{number}@relay.example>"


def without_anything(mail: EmailMessage) -> None:
    without_thread(mail)
    mail.replace_header("Subject", re.sub(r"\[#\d+\]|\d{9}", "", str(mail["Subject"])))
    words = re.sub(r"(?m)^Ref: .*$|\d{9}", "", plain_text(mail))
    mail.clear_content()
    mail.set_content(words)


UNKIND: list[Callable[[EmailMessage], None]] = [as_it_is, without_marks, without_thread, without_anything]


@pytest.mark.parametrize("relay", UNKIND)
def test_two_desks_with_an_unkind_relay_between_them(
    tmp_path: Path, readers: Readers, relay: Callable[[EmailMessage], None]
) -> None:
    def rename(text: str) -> str:
        return text.replace(ADDRESS, "support@other.example").replace("kari@example.com", "bo@other.example")

    a, b = House(tmp_path / "a", readers), House(tmp_path / "b", readers, more=rename)
    to_a = [letter("Hello", "Is it on?", author="support@other.example")]
    to_b: list[bytes] = []
    started = a.now
    while (to_a or to_b) and a.now < started + DAY:
        answers = a.arrives(*to_a, mail_from="support@other.example") if to_a else []
        to_b = [passed(mail, relay) for mail in answers if "support@other.example" in str(mail["To"])]
        answers = b.arrives(*to_b, mail_from=ADDRESS, rcpt="support@other.example") if to_b else []
        to_a = [passed(mail, relay) for mail in answers if ADDRESS in str(mail["To"])]
        a.later(minutes=1)
        b.later(minutes=1)
    assert not (to_a or to_b), "they never come to an end"
    assert 1 <= len(a.tickets()) + len(b.tickets()) <= MOST_TICKETS
    assert 1 <= len(a.sent("support@other.example")) + len(b.sent(ADDRESS)) <= MOST_ACKNOWLEDGEMENTS
    assert a.balance().balanced
    assert b.balance().balanced
    a.close()
    b.close()


def passed(mail: EmailMessage, relay: Callable[[EmailMessage], None]) -> bytes:
    del mail["Return-Path"]
    del mail["Delivered-To"]
    relay(mail)
    return mail.as_bytes()


# ---- a robot that answers everything --------------------------------------------------------------------------------


class Robot:
    """Answers whatever it gets, and says nowhere that it is one. `keeps`: subject, thread, quote, reply-to."""

    def __init__(
        self, *keeps: str, times: int = 1, delay: timedelta = timedelta(seconds=1), words: str = "same"
    ) -> None:
        self.keeps = keeps
        self.times = times
        self.delay = delay
        self.words = words
        self.said = 0

    def answers(self, mail: EmailMessage) -> Iterator[tuple[bytes, str]]:
        for _ in range(self.times):
            self.said += 1
            to = (mail["Reply-To"] if "reply-to" in self.keeps else mail["From"]).addresses[0].addr_spec
            new = "Thank you for your mail" if self.words == "same" else f"Thank you no {self.said}"
            subject = f"Re: {mail['Subject']}" if "subject" in self.keeps else new
            thread = f"In-Reply-To: {mail['Message-ID']}\r\nReferences: {mail['Message-ID']}\r\n"
            quoted = "".join(f"> {line}\r\n" for line in plain_text(mail).splitlines())
            text = "We have received it." if self.words == "same" else f"We have received it ({self.said})."
            yield (
                (
                    f"From: {OLA}\r\nTo: {to}\r\nSubject: {subject}\r\nMessage-ID: <robot-{self.said}@example.org>\r\n"
                    f"{thread if 'thread' in self.keeps else ''}Date: Mon, 23 Nov 2026 08:00:00 +0000\r\n\r\n"
                    f"{text}\r\n{quoted if 'quote' in self.keeps else ''}"
                ).encode(),
                to,
            )


ROBOTS: dict[str, Robot] = {
    "keeps all": Robot("subject", "thread", "quote", "reply-to"),
    "keeps the subject": Robot("subject"),
    "keeps the thread": Robot("thread"),
    "keeps the quote": Robot("quote"),
    "answers to Reply-To": Robot("reply-to"),
    "keeps nothing": Robot(),
    "keeps nothing, never the same words": Robot(words="new"),
    "keeps the subject, never the same words": Robot("subject", words="new"),
    "keeps nothing, answers twice": Robot(times=2),
    "keeps nothing, answers twice in new words": Robot(times=2, words="new"),
    "keeps nothing, takes a quarter of an hour": Robot(delay=timedelta(minutes=15)),
    "keeps the subject, takes a quarter of an hour": Robot("subject", delay=timedelta(minutes=15)),
    "keeps all, takes a quarter of an hour": Robot("subject", "thread", "quote", delay=timedelta(minutes=15)),
}


@pytest.mark.parametrize("name", list(ROBOTS))
def test_a_robot_that_answers_everything(tmp_path: Path, readers: Readers, name: str) -> None:
    robot = ROBOTS[name]
    house = House(tmp_path / "desk", readers)
    started = house.now
    got = house.arrives(letter("Hello", "I am a person, for now."), mail_from=OLA)
    while any(OLA in str(mail["To"]) for mail in got) and house.now < started + DAY:
        house.now += robot.delay
        answers = [answer for mail in got if OLA in str(mail["To"]) for answer in robot.answers(mail)]
        for answer, to in answers:
            house.take(answer, mail_from=OLA, rcpt=to)
        got = house.work()
    assert house.now < started + DAY, "it never comes to an end"
    assert robot.said >= 1
    assert 1 <= len(house.tickets()) <= MOST_TICKETS + (robot.times - 1) * 2
    assert 1 <= len(house.sent(OLA)) <= MOST_ACKNOWLEDGEMENTS
    assert house.balance().balanced
    assert house.faults_of_sent() == []
    house.close()


def test_a_robot_that_answers_a_running_daemon(new_desk: Callable[..., Desk]) -> None:
    """The same on the wire: the robot is the smarthost, and answers within the conversation."""
    robot = Robot(words="new")
    desk = new_desk()
    with SmtpServer() as server:
        desk.init(relay=f"127.0.0.1:{server.port}")
        desk.start()
        desk.send(letter("Hello", "I am a person, for now."), OLA)
        answered = 0

        def quiet() -> dict[str, Any]:
            nonlocal answered
            got = server.mails[answered:]
            for mail in got:
                answered += 1
                if OLA in mail.recipients:
                    message = message_of(mail.data)
                    for answer, to in robot.answers(message):
                        assert desk.send(answer, OLA, to).startswith("250")
            now = figures(desk)
            done = not got and robot.said and not now["unread"] and not now["leaving"]
            return now if done and answered == len(server.mails) == now["left"] else {}

        now = desk.wait(quiet, "the robot and the desk to come to an end")
        assert now["arrived"] == 1 + robot.said
        assert now["tickets"] <= MOST_TICKETS
        assert now["acknowledgements"] <= MOST_ACKNOWLEDGEMENTS
        assert desk.stop() == 0


def message_of(data: bytes) -> EmailMessage:
    import email
    import email.policy

    return email.message_from_bytes(data, policy=email.policy.default)
