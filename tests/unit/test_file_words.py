"""What a file of an agent's answer says, however it is wrapped."""

from __future__ import annotations

import base64
import io
import quopri
import time
import zipfile
from email.message import EmailMessage

import pytest

from mailgate.inbound import file_words
from mailgate.outbound.marks import holds_ours

SECRET = "kari@example.com"
WORDS = "the customer is a known liar på jobben"


OUTLOOK = bytes.fromhex("d0cf11e0a1b11ae1") + "__substg1.0_1".encode("utf-16-le")


def zipped(name: str, data: bytes, how: int = zipfile.ZIP_DEFLATED) -> bytes:
    with io.BytesIO() as out:
        with zipfile.ZipFile(out, "w", how) as archive:
            archive.writestr("first.bin", bytes(range(256)) * 9)
            archive.writestr(name, data)
        return out.getvalue()


class Stream(io.BytesIO):
    """Nobody goes back in it: a zip tells the size of a member behind it."""

    def seekable(self) -> bool:
        return False

    def seek(self, *_: int) -> int:
        raise OSError

    def tell(self) -> int:
        raise OSError


def streamed(name: str, data: bytes, how: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = Stream()
    with zipfile.ZipFile(out, "w", how) as archive:
        archive.writestr("first.bin", bytes(range(256)) * 9)
        archive.writestr(name, data)
    return out.getvalue()


def whole(text: str) -> bytes:
    return f"{text}\n".encode()


@pytest.mark.parametrize(
    "wrap",
    [
        whole,
        lambda text: text.encode("utf-16"),
        lambda text: text.encode("utf-16-le"),
        lambda text: text.encode("utf-16-be"),
        lambda text: text.encode("cp1252"),
        lambda text: b"\xef\xbb\xbf" + text.encode(),
        lambda text: b"x\n" * 150_000 + whole(text),
        lambda text: whole("".join(f"&#{ord(sign)};" for sign in text)),
        lambda text: whole("".join(f"&#x{ord(sign):x};" for sign in text)),
        lambda text: whole("".join(f"<i>{sign}</i>" for sign in text)),
        lambda text: whole("".join(f"%{octet:02x}" for octet in text.encode())),
        lambda text: whole(f"BEGIN:VCALENDAR\r\nDESCRIPTION:{text[:7]}\r\n {text[7:]}\r\nEND:VCALENDAR"),
        lambda text: whole(quopri.encodestring(text.encode(), quotetabs=True).decode().replace("e", "=65")),
        lambda text: whole(quopri.encodestring(text.encode()).decode().replace("o", "=\n=6F")),
        lambda text: b"data:;base64," + base64.b64encode(text.encode() * 3),
        lambda text: base64.encodebytes(b"some words before it, so that it has several lines, " * 3 + text.encode()),
        lambda text: zipped("note.txt", text.encode()),
        lambda text: zipped("note.txt", text.encode(), zipfile.ZIP_STORED),
        lambda text: streamed("note.txt", text.encode()),
        lambda text: streamed("note.txt", text.encode(), zipfile.ZIP_STORED),
        lambda text: zipped("word/document.xml", b"<w:t>x</w:t>" * 150_000 + text.encode()),
        lambda text: zipped("inner.zip", zipped("note.txt", text.encode())),
        lambda text: zipped("word/document.xml", f"<w:t>{text[:9]}</w:t><w:t>{text[9:]}</w:t>".encode()),
    ],
)
@pytest.mark.parametrize("text", [SECRET, WORDS])
def test_a_text_is_found_however_it_is_wrapped(wrap: object, text: str) -> None:
    data = wrap(text)  # type: ignore[operator]
    assert any(text in one for one in file_words.texts_in(data))


def a_mail(**headers: str) -> bytes:
    mail = EmailMessage()
    for name, value in {"From": "Ola <ola@example.org>", "To": "support@example.com", **headers}.items():
        mail[name] = value
    mail.set_content("It burns.")
    return mail.as_bytes()


@pytest.mark.parametrize(
    "kind, name, data, expected",
    [
        ("message/rfc822", "x", b"", True),
        ("application/octet-stream", "mail.bin", a_mail(), True),
        ("application/octet-stream", "late.bin", a_mail(**{"X-Long": "x" * 9000}), True),
        ("application/octet-stream", "two.bin", a_mail().decode().encode("utf-16"), True),
        ("text/plain", "bare.txt", b"From: ola@example.org\nSubject: Printer\n\nIt burns.", True),
        ("text/plain", "box.txt", b"From ola@example.org Mon Nov 23 09:00:00 2026\nFrom: o@x.org\nTo: a\n\nIt.", True),
        ("application/octet-stream", "item.bin", OUTLOOK, True),
        ("application/zip", "all.zip", zipped("mail.eml", b"x"), True),
        ("application/zip", "all.zip", zipped("mail.bin", a_mail()), True),
        ("text/plain", "words.txt", b"Dear Ola,\n\nfrom: here\nto: there\n", False),
        ("application/zip", "all.zip", zipped("words.txt", b"Dear Ola"), False),
        ("application/pdf", "x.pdf", b"%PDF-1.4\n", False),
        ("application/octet-stream", "empty", b"", False),
    ],
)  # fmt: skip
def test_a_mail_is_known_under_any_type_and_name(kind: str, name: str, data: bytes, expected: bool) -> None:
    assert file_words.holds_mail(kind, name, data) is expected


def test_names_are_read_with_blanks_and_in_zips_too() -> None:
    data = zipped("folder/kjent_kverulant.pdf", b"%PDF")
    assert {"a-b c.txt", "a b c", "folder/kjent kverulant"} <= set(file_words.names_in("a-b c.txt", data))


@pytest.mark.parametrize(
    "text, ours",
    [
        ("It burns.\n> :: Queue support\n", True),
        ("x\nYour  answer goes to: ola@example.org", True),
        ("write to support+p.261123001.abcdefgh.kmnopqrstuv@example.com", True),
        ("a :: b\nC++::std", False),
        ("Ref. 4711", False),
    ],
)
def test_a_long_text_is_looked_through_in_one_search(text: str, ours: bool) -> None:
    assert holds_ours(text) is ours


HOSTILE = {
    "plain": b"word " * 200,
    "tags": b"<" * 1000,
    "entities": b"&#" * 500,
    "base64 pieces": (b"A" * 41 + b"\n.") * 23,
    "quoted": b"=\r\n=3D" * 140,
    "percents": b"%41" * 330,
    "headers": b"A: b\n" * 200,
    "zip heads": b"PK\x03\x04" + b"\0" * 22 + b"\1\0\0\0" + b"PK\x03\x04" * 240,
    "quote signs": b"> " * 500,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_the_time_grows_with_the_size_alone(name: str) -> None:
    def seconds(data: bytes) -> float:
        began = time.process_time()
        file_words.holds_mail("", "x", data)
        for text in file_words.texts_in(data):
            holds_ours(text)
        return time.process_time() - began

    small, large = seconds(HOSTILE[name] * 100), seconds(HOSTILE[name] * 400)
    assert large < max(8 * small, 0.4), (small, large)


def test_a_bomb_is_not_unpacked() -> None:
    bomb = zipped("big.txt", b"\0" * 60_000_000)
    assert sum(map(len, file_words.texts_in(bomb))) < 12 * 2**20
