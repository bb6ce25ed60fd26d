"""winmail.dat, rich text and invitations: what they hold, and that no bytes hurt."""

from __future__ import annotations

import base64
import struct
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailgate.inbound.invitations import invitation_words
from mailgate.inbound.parse import parse
from mailgate.inbound.rtf import decompress, rtf_words
from mailgate.inbound.tnef import read_tnef


def attribute(level: int, name: int, value: bytes) -> bytes:
    return struct.pack("<BII", level, name, len(value)) + value + struct.pack("<H", sum(value) & 0xFFFF)


def padded(value: bytes) -> bytes:
    return value + b"\0" * (-len(value) % 4)


def variable(kind: int, name: int, value: bytes) -> bytes:
    return struct.pack("<HHII", kind, name, 1, len(value)) + padded(value)


def number(name: int, value: int) -> bytes:
    return struct.pack("<HHI", 0x03, name, value)


def named_property(kind: int, value: bytes) -> bytes:
    own = "Keywords\0".encode("utf-16-le")
    name = struct.pack("<HH", kind, 0x8001) + b"\x29" * 16 + struct.pack("<II", 1, len(own)) + padded(own)
    return name + struct.pack("<II", 1, len(value)) + padded(value)


def block(*properties: bytes) -> bytes:
    return struct.pack("<I", len(properties)) + b"".join(properties)


def wide(text: str) -> bytes:
    return (text + "\0").encode("utf-16-le")


def tnef(*attributes: bytes) -> bytes:
    return b"\x78\x9f\x3e\x22\x01\x00" + attribute(1, 0x00089006, b"\x00\x00\x01\x00") + b"".join(attributes)


CODE_PAGE = attribute(1, 0x00069007, struct.pack("<II", 1252, 0))


def contained(short: bytes, long: str, data: bytes, kind: str = "application/pdf") -> bytes:
    return (
        attribute(2, 0x00069002, b"\x01\x00" + b"\xff" * 12)
        + attribute(2, 0x00018010, short + b"\0")
        + attribute(2, 0x0006800F, data)
        + attribute(2, 0x00069005, block(named_property(0x1F, wide("x")), variable(0x1F, 0x3707, wide(long)),
                                         number(0x3705, 1), variable(0x1F, 0x370E, wide(kind))))
    )  # fmt: skip


def rich(rtf: bytes) -> bytes:
    """LZFu with no reference but the last, which ends it."""
    out = bytearray()
    for at in range(0, len(rtf), 8):
        out += b"\0" + rtf[at : at + 8]
    if len(rtf) % 8:
        end = (207 + len(rtf)) % 4096
        out[-(len(rtf) % 8) - 1] = 1 << len(rtf) % 8
        out += struct.pack(">H", end << 4)
    return struct.pack("<II4sI", len(out) + 12, len(rtf), b"LZFu", 0) + bytes(out)


WITH_FILES = tnef(
    CODE_PAGE, contained(b"FAKTUR~1.PDF", "Faktura høst 2026.pdf", b"PDF"), contained(b"BL\xc5.TXT", "", b"hei", "")
)


def mail(data: bytes, text: bytes = b"") -> bytes:
    return (
        b"From: k@example.org\r\nSubject: x\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n" + text +
        b"\r\n--b\r\nContent-Type: application/ms-tnef; name=winmail.dat\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + base64.encodebytes(data) + b"\r\n--b--\r\n"
    )  # fmt: skip


def test_files_stand_beside_their_container() -> None:
    read = parse(mail(WITH_FILES, b"hi"))
    assert read.text == "hi"
    assert [(one.filename, one.content_type, one.data) for one in read.attachments] == [
        ("winmail.dat", "application/ms-tnef", WITH_FILES),
        ("Faktura høst 2026.pdf", "application/pdf", b"PDF"),
        ("BLÅ.TXT", "application/octet-stream", b"hei"),
    ]
    assert not [one for one in read.defects if one.startswith("tnef")]


@pytest.mark.parametrize(
    "properties, text",
    [
        ((variable(0x1F, 0x1000, wide("Hei på deg\r\nKari")),), "Hei på deg\nKari"),
        ((variable(0x1E, 0x1000, "Hei på deg\0".encode("cp1252")),), "Hei på deg"),
        ((number(0x3FDE, 65001), variable(0x102, 0x1013, "<p>Hei på deg</p>".encode())), "Hei på deg"),
        (
            (variable(0x102, 0x1009, rich(rb"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}}Hei p\'e5 deg\par Kari}")),),
            "Hei på deg\nKari",
        ),
    ],
)
def test_the_words_of_the_container_are_read_where_the_mail_has_none(properties: tuple[bytes, ...], text: str) -> None:
    data = tnef(CODE_PAGE, attribute(1, 0x00069003, block(*properties)))
    assert parse(mail(data)).text == text
    assert parse(mail(data, b"own words")).text == "own words"


def test_a_message_within_gives_its_files() -> None:
    inner = b"\x07" * 16 + WITH_FILES
    data = tnef(attribute(2, 0x00069002, b"\x01\x00"), attribute(2, 0x00069005, block(variable(0x0D, 0x3701, inner))))
    found = read_tnef(data)
    assert found is not None and [one.data for one in found.files] == [b"PDF", b"hei"]


def test_what_is_damaged_is_named_and_the_rest_is_read() -> None:
    read = parse(mail(WITH_FILES[:-60]))
    assert "tnef-damaged" in read.defects
    assert "Faktura høst 2026.pdf" in [one.filename for one in read.attachments]
    assert read_tnef(b"no container") is None


@pytest.mark.parametrize(
    "rtf, text",
    [
        (rb"{\rtf1 one\par two\tab three}", "one\ntwo\tthree"),
        (rb"{\rtf1\ansicpg1251 \'cf\'f0\'e8}", "При"),
        (rb"{\rtf1\uc1 \u8364? 5 \u-10179?\u-8704?}", "€ 5 😀"),
        (rb"{\rtf1{\*\generator x;}{\pict 00ff}a\{b\}c\\d}", "a{b}c\\d"),
        (rb"{\rtf1\fromhtml1 {\*\htmltag64 <p>}\htmlrtf {\htmlrtf0 hi\htmlrtf }\htmlrtf0 {\*\htmltag72 </p>}}", "hi"),
        (rb"{\rtf1 \ldblquote hi\rdblquote\~there}", "“hi” there"),
        (b"", ""),
    ],
)  # fmt: skip
def test_rich_text(rtf: bytes, text: str) -> None:
    assert rtf_words(rtf, "cp1252") == text


def test_references_in_compressed_rich_text() -> None:
    """The specification's own second example: one reference into what was just written."""
    data = bytes.fromhex("1a0000001c0000004c5a4675e2d44b5141000420 5758595a0d6e7d010eb0".replace(" ", ""))
    assert decompress(data) == b"{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}"
    plain = struct.pack("<II4sI", 16, 4, b"MELA", 0) + b"{\\a}"
    assert decompress(plain) == b"{\\a}"


@given(st.binary(max_size=300), st.integers(0, 400))
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_read(noise: bytes, at: int) -> None:
    at = min(at, len(WITH_FILES))
    for data in (WITH_FILES[:at] + noise, WITH_FILES[:at] + noise + WITH_FILES[at + len(noise) :]):
        read_tnef(data)
        parse(mail(data))
    rtf_words(decompress(struct.pack("<II4sI", 0, 1 << 30, b"LZFu", 0) + noise), "cp1252").encode()
    rtf_words(noise, "cp1252").encode()
    invitation_words("BEGIN:VEVENT\n" + noise.decode("latin-1")).encode()


@pytest.mark.parametrize(
    "pattern",
    [
        lambda n: tnef(*[attribute(2, 0x00069002, b"")] * n),
        lambda n: tnef(attribute(1, 0x00069003, struct.pack("<I", n) + b"\0" * 8 * n)),
        lambda n: tnef(attribute(1, 0x00069003, struct.pack("<IHHI", 1, 0x102, 0x1000, 2**31) + b"\0" * 8 * n)),
        lambda n: tnef(attribute(1, 0x00069003, block(variable(0x102, 0x1009, rich(b"{" * n * 8))))),
        lambda n: tnef(attribute(1, 0x00069003, block(variable(0x102, 0x1009, rich(rb"\'e5\u1?" * n))))),
    ],
)
def test_twice_the_bytes_take_about_twice_the_time(pattern: object) -> None:
    assert callable(pattern)

    def seconds(n: int) -> float:
        data = pattern(n)
        best = 9.0
        for _ in range(3):
            began = time.process_time()
            found = read_tnef(data)
            best = min(best, time.process_time() - began)
            assert found is not None
        return best

    assert seconds(16_000) < 4 * 3 * max(seconds(4_000), 0.01)


INVITATION = """BEGIN:VCALENDAR\r
PRODID:-//Example//EN\r
VERSION:2.0\r
METHOD:REQUEST\r
BEGIN:VTIMEZONE\r
TZID:Europe/Oslo\r
BEGIN:STANDARD\r
DTSTART:16010101T030000\r
END:STANDARD\r
END:VTIMEZONE\r
BEGIN:VEVENT\r
ORGANIZER;CN="Nordmann, Kari":mailto:kari@example.com\r
ATTENDEE;PARTSTAT=NEEDS-ACTION;CN=Support:mailto:support@example.net\r
SUMMARY;LANGUAGE=nb:Gjennomgang av ordre 77\\, runde \r
 to\r
DTSTART;TZID=Europe/Oslo:20261123T100000\r
DTEND;TZID=Europe/Oslo:20261123T110000\r
LOCATION:Møterom 3\r
DESCRIPTION:Ta med listen.\\nHilsen Kari\r
BEGIN:VALARM\r
DESCRIPTION:Reminder\r
END:VALARM\r
END:VEVENT\r
END:VCALENDAR\r
"""
SAID = (
    "Invitation: Gjennomgang av ordre 77, runde to\nWhen: 2026-11-23 10:00 - 11:00 (Europe/Oslo)\nWhere: Møterom 3\n"
    "Organiser: Nordmann, Kari <kari@example.com>\n\nTa med listen.\nHilsen Kari"
)


def test_an_invitation_without_other_words_is_said_in_words() -> None:
    alone = "Content-Type: text/calendar; method=REQUEST; charset=utf-8\r\n\r\n" + INVITATION
    read = parse(alone.encode())
    assert read.text == SAID
    assert [one.content_type for one in read.attachments] == ["text/calendar"]


@pytest.mark.parametrize(
    "lines, words",
    [
        ("METHOD:CANCEL\nBEGIN:VEVENT\nSUMMARY:Lunch\nDTSTART:20261123T100000Z\nEND:VEVENT",
         "Cancelled: Lunch\nWhen: 2026-11-23 10:00 UTC"),
        ("METHOD:REPLY\nBEGIN:VEVENT\nSUMMARY:Lunch\nATTENDEE;PARTSTAT=ACCEPTED:MAILTO:a@example.org\nEND:VEVENT",
         "Answer: Lunch\na@example.org: accepted"),
        ("BEGIN:VEVENT\nDTSTART;VALUE=DATE:20261123\nDTEND;VALUE=DATE:20261124\nEND:VEVENT",
         "Event: -\nWhen: 2026-11-23 - 2026-11-24"),
        ("BEGIN:VEVENT\nDTSTART:soon\nSUMMARY:x\nEND:VEVENT", "Event: x\nWhen: soon"),
        ("BEGIN:VCALENDAR\nEND:VCALENDAR", ""),
        ("", ""),
    ],
)  # fmt: skip
def test_invitations(lines: str, words: str) -> None:
    assert invitation_words(lines) == words
