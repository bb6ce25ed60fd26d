"""Any bytes, through the real parts from the spool to what leaves: a disposition each, and no mail that is not one.

Random mails come from a grammar of what mails are made of, and from the golden mails with octets changed; the abuse of
numbers, tokens and commands is a table.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from harness import all_text, plain_text
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from indoor import ADDRESS, KARI, OLA, House, letter

from mailgate import spool
from mailgate.readers import Readers
from ticketing.commands import Claim

MAILS = sorted((Path(__file__).parents[1] / "mails").rglob("*.eml"))


@pytest.fixture
def house(tmp_path: Path, readers: Readers) -> Iterator[House]:
    house = House(tmp_path / "desk", readers)
    yield house
    assert_sound(house)
    house.close()


def assert_sound(house: House) -> None:
    figures = house.balance()
    assert figures.balanced
    assert (figures.waiting_in, figures.waiting_out) == (0, 0)
    assert house.spool("aside") == []
    assert house.faults_of_sent() == []


# ---- random mails ---------------------------------------------------------------------------------------------------

_octets = st.binary(max_size=60)
_token = st.sampled_from(
    [
        b"=?utf-8?Q?=0D=0ABcc:_x@y.example?=",
        b"=?utf-8?B?w6Y=?=",
        b"=?x?y?z?=",
        b"<",
        b">",
        b"@",
        b'"',
        b"(",
        b")",
        b";",
        b":",
        b",",
        b"support@example.com",
        b"ola@example.org",
        b"<a@b>",
        b"[#261123001]",
        b"261123001",
        b"\r\n ",
        b"\x00",
        b"\xff",
        b"!done",
        b"Re: ",
        b"\r\n-- \r\n",
        b"> ",
        b"On Monday x wrote:",
        b"{{7*7}}",
    ]
)
_value = st.lists(_octets | _token, max_size=6).map(b"".join)
_name = st.sampled_from(
    [
        b"From",
        b"To",
        b"Cc",
        b"Subject",
        b"Date",
        b"Message-ID",
        b"In-Reply-To",
        b"References",
        b"Reply-To",
        b"Sender",
        b"Content-Type",
        b"Content-Transfer-Encoding",
        b"Content-Disposition",
        b"MIME-Version",
        b"Auto-Submitted",
        b"Precedence",
        b"Return-Path",
        b"Delivered-To",
        b"Authentication-Results",
        b"X-Mailgate-Loop",
        b"List-Id",
        b"Received",
    ]
)
_type = st.sampled_from(
    [
        b'multipart/mixed; boundary="b"',
        b'multipart/alternative; boundary="b"',
        b"text/plain; charset=utf-8",
        b"text/html",
        b'multipart/report; report-type=delivery-status; boundary="b"',
        b"message/rfc822",
        b"message/delivery-status",
        b"application/ms-tnef",
        b"text/calendar",
        b"text/plain; charset=utf-16",
        b'multipart/signed; boundary="b"',
    ]
)
_header = st.tuples(_name, _value).map(lambda pair: pair[0] + b": " + pair[1] + b"\r\n") | _type.map(
    lambda one: b"Content-Type: " + one + b"\r\n"
)
_block = st.lists(_header, max_size=8).map(b"".join)
_part = st.tuples(st.sampled_from([b"--b\r\n", b"--b--\r\n", b""]), _block, st.just(b"\r\n"), _value).map(b"".join)
_mail = st.tuples(_block, st.just(b"\r\n"), st.lists(_part, max_size=4).map(b"\r\n".join)).map(b"".join)


def _mutated(seed: int) -> bytes:
    """A golden mail with some octets changed, cut out, doubled or swapped."""
    chance = random.Random(seed)
    data = bytearray(chance.choice(MAILS).read_bytes())
    for _ in range(chance.randint(1, 12)):
        at, end = sorted((chance.randrange(len(data) + 1), chance.randrange(len(data) + 1)))
        end = min(end, at + chance.randint(1, 80))
        match chance.randrange(4):
            case 0:
                data[at:end] = chance.randbytes(end - at)
            case 1:
                del data[at:end]
            case 2:
                data[at:at] = data[at:end] * chance.randint(1, 3)
            case _:
                data[at:at] = chance.choice(
                    [b"\x00", b"\r", b"\n", b"\r\n\r\n", b"--", b"=?", b"<", b"\xff\xfe", b"\x1b$B"]
                )
    return bytes(data)


_any_mail = _mail | st.integers(0, 10**9).map(_mutated)


def test_any_bytes_get_a_disposition(tmp_path: Path, readers: Readers, long_run: bool) -> None:
    house = House(tmp_path / "desk", readers)
    arrived = 0

    @settings(max_examples=400 if long_run else 40, suppress_health_check=list(HealthCheck), database=None)
    @given(mails=st.lists(_any_mail, min_size=8, max_size=16), sender=st.sampled_from(["<>", OLA, KARI, None]))
    def all_are_taken(mails: list[bytes], sender: str | None) -> None:
        nonlocal arrived
        house.later(minutes=11)  # nothing is stopped by a limit, and nothing is a duplicate for want of a date
        house.arrives(*mails, mail_from=sender)
        arrived += len(mails)
        figures = house.balance()
        assert figures.balanced
        assert sum(figures.dispositions.values()) == figures.arrived == arrived
        assert "set_aside" not in figures.dispositions, house.spool("aside")

    all_are_taken()
    assert_sound(house)
    for number in house.tickets():
        assert house.ticket(number)["number"] == number
    house.close()


def test_explaining_any_bytes_changes_nothing(house: House) -> None:
    """And says the same as what then happens."""
    for seed in range(40):
        mail = _mutated(seed)
        before = house.balance()
        told = house.explain(mail, mail_from=OLA)
        assert house.balance() == before
        house.arrives(mail, mail_from=OLA)
        (name,) = [one for one, n in house.balance().dispositions.items() if n != before.dispositions.get(one, 0)]
        assert (name, seed) == (told["disposition"]["name"], seed)
        house.later(minutes=11)


def test_a_mail_the_desk_itself_fails_on(tmp_path: Path, readers: Readers) -> None:
    """A fault of ours that a mail brings out: it is set aside, its neighbours are tickets, the operators hear of it
    once, and with the fault mended it goes through."""
    house = House(tmp_path / "desk", readers)
    fault = "WHEN new.subject LIKE '%fault%' BEGIN SELECT RAISE(ABORT, 'a fault'); END"
    with house.app.database.write() as connection:
        connection.exec_driver_sql(f"CREATE TRIGGER fault BEFORE INSERT ON ticket {fault}")
    mails = [letter("A fault" if n in (2, 5) else "Good", f"{n}", message_id=f"{n}@example.org") for n in range(8)]
    house.arrives(*mails, mail_from=OLA)
    assert house.balance().dispositions == {"new": 6, "set_aside": 2}
    rows = house.spool("aside")
    assert [(row["attempts"], row["ticket"]) for row in rows] == [(2, None)] * 2
    assert len([mail for mail in house.sent(KARI) if "spool aside" in plain_text(mail)]) == 1
    with house.app.database.write() as connection:
        connection.exec_driver_sql("DROP TRIGGER fault")
        assert all(spool.release(connection, row["id"]) for row in rows)
    house.work()
    assert house.balance().dispositions == {"new": 8}
    assert_sound(house)
    house.close()


# ---- abuse of numbers, tokens and commands --------------------------------------------------------------------------

STRANGER = "eva@hostile.example"


@pytest.fixture
def number(house: House) -> str:
    """Ola's ticket; Kari has it."""
    house.arrives(letter("Printer", "My secret-canary printer is on fire."), mail_from=OLA)
    (number,) = house.tickets()
    house.ask(number, Claim())
    return number


def untouched(house: House, number: str, act: Callable[[], object]) -> None:
    before = house.ticket(number)
    act()
    after = house.ticket(number)
    for key in ("status", "assignee", "participants", "messages", "priority", "title"):
        assert after[key] == before[key], key


def from_stranger(subject: str, text: str = "Let me in.", *headers: str, n: int = 1) -> bytes:
    return letter(subject, text, *headers, author=STRANGER, message_id=f"eva-{n}@hostile.example")


@pytest.mark.parametrize(
    "subject",
    [
        "[#{number}]",
        "Re: [#{number}] Printer",
        "{number}",
        "case {number}",
        "saksnr. {number}",
        "#{number}",
        "call me on +47 {number}",
        "{number}0",
        "{number}0000",
        "{wide}",
        "[#{number}] [#261123999]",
    ],
)
def test_somebody_elses_number_in_the_subject(house: House, number: str, subject: str) -> None:
    """A new ticket of his own, and an answer that tells nothing of the other."""
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in number)
    mail = from_stranger(subject.format(number=number, wide=wide))
    untouched(house, number, lambda: house.arrives(mail, mail_from=STRANGER))
    assert len(house.tickets()) == 2
    (answer,) = house.sent(STRANGER)
    words = f"{answer['Subject']} {all_text(answer)}"
    assert number not in words
    assert "secret-canary" not in words
    assert OLA not in words


def test_a_number_that_is_there_and_one_that_is_not_are_answered_alike(house: House, number: str) -> None:
    """But for what is his own: number, ids and time."""
    unknown = f"{number[:6]}777"
    texts = []
    for n, guess in enumerate((number, unknown)):
        house.later(hours=2)
        house.arrives(from_stranger(f"[#{guess}] Printer", n=n), mail_from=STRANGER)
        mail = house.sent(STRANGER)[-1]
        own = max(house.tickets())
        seen = f"{mail['Subject']}\n{sorted(mail.keys())}\n{all_text(mail)}"
        seen = re.sub(r"\w+day \d+ \w+ \d{4} at [\d:]+", "WHEN", seen)
        texts.append(re.sub(r"c?\d{9}\.\w+\.\w+", "ID", seen).replace(own, "OWN"))
    assert texts[0] == texts[1]


def test_a_hundred_guesses(house: House, number: str) -> None:
    """Twenty tickets an hour, then one held bundle; none of them reaches the other ticket."""

    def guess() -> None:
        mails = [from_stranger(f"[#{int(number) + n}] x", f"Guess no {n}.", n=n) for n in range(100)]
        house.arrives(*mails, mail_from=STRANGER)

    untouched(house, number, guess)
    figures = house.balance().dispositions
    # Ola's one and twenty of his; what guesses one of his own is appended there.
    assert figures["new"] == 21
    assert figures["held"] + figures.get("appended", 0) == 80
    assert len(house.sent(STRANGER)) <= 3


@pytest.mark.parametrize(
    "how",
    [
        "!close in an agent's name",
        "!close in a quote",
        "!close in the signature",
        "a forged token",
        "a token's MAC for another case",
        "a wrong id in References",
    ],
)
def test_what_gives_no_power(house: House, number: str, how: str) -> None:
    alert = next(mail for mail in house.sent(KARI) if number in str(mail["Subject"]))
    right = str(alert["Reply-To"])
    last = "b" if right.partition("@")[0].endswith("a") else "a"
    forged = right.replace(right.partition("@")[0], right.partition("@")[0][:-1] + last)
    other = right.replace(number, str(int(number) + 1))
    wrong_id = str(alert["Message-ID"])[:-30] + "a" + str(alert["Message-ID"])[-29:]
    subject = f"Re: {alert['Subject']}"
    mail, sender, rcpt = {
        "!close in an agent's name": (letter(subject, "!close", author=KARI, message_id="k@x"), KARI, ADDRESS),
        "!close in a quote": (from_stranger(subject, "Hi.\r\n> !close"), STRANGER, ADDRESS),
        "!close in the signature": (from_stranger(subject, "Hi.\r\n-- \r\n!close"), STRANGER, ADDRESS),
        "a forged token": (letter(subject, "!close", author=KARI, to=forged, message_id="k@x"), KARI, forged),
        "a token's MAC for another case": (
            letter(subject, "!close", author=KARI, to=other, message_id="k@x"),
            KARI,
            other,
        ),
        "a wrong id in References": (from_stranger("Hi", "!close", f"References: {wrong_id}"), STRANGER, ADDRESS),
    }[how]
    untouched(house, number, lambda: house.arrives(mail, mail_from=sender, rcpt=rcpt))
    assert house.ticket(number)["status"] == "in_progress"


def test_an_agents_token_in_a_strangers_hand(house: House, number: str) -> None:
    """Held, and the operators are told; nothing of it is done."""
    alert = next(mail for mail in house.sent(KARI) if number in str(mail["Subject"]))
    to = str(alert["Reply-To"])
    mail = letter("Re: x", "!close", author=STRANGER, to=to, message_id="eva@x")
    untouched(house, number, lambda: house.arrives(mail, mail_from=STRANGER, rcpt=to))
    assert [row["rule"] for row in house.spool("held")] == ["foreign-agent-token"]
    assert any("used by somebody else" in plain_text(mail) for mail in house.sent(KARI))
    assert house.sent(STRANGER) == []


def test_eleven_commands_are_refused_whole(house: House, number: str) -> None:
    alert = next(mail for mail in house.sent(KARI) if number in str(mail["Subject"]))
    to = str(alert["Reply-To"])
    text = "\r\n".join(["!priority high"] * 10 + ["!close"])
    mail = letter("Re: x", text, author=KARI, to=to, message_id="k@x")
    untouched(house, number, lambda: house.arrives(mail, mail_from=KARI, rcpt=to))
    assert any("10" in plain_text(mail) for mail in house.sent(KARI)[-1:])


def test_a_stranger_in_cc_hears_nothing(house: House, number: str) -> None:
    """An unproven author's Cc is a proposal: no copy until an agent accepts."""
    acknowledgement = house.sent(OLA)[0]
    to = str(acknowledgement["Reply-To"])
    more = letter("Re: Printer", "And eva?", f"Cc: {STRANGER}", to=to, message_id="2@example.org")
    house.arrives(more, mail_from=OLA, rcpt=to)
    house.ask(number, answer="Turn it off.")
    assert house.sent(STRANGER) == []
    assert all(STRANGER not in str(mail) for mail in house.sent(OLA))
    roles = {one["address"]: one["role"] for one in house.ticket(number)["participants"]}
    assert roles[STRANGER] == "external"
