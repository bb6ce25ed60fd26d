"""A planted leak is found in each place where a mail can hold one."""

from __future__ import annotations

import base64
import quopri
from email.header import Header
from email.message import EmailMessage
from email.mime.application import MIMEApplication
from email.mime.message import MIMEMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from urllib.parse import quote

import pytest

from tests.leaks import check_valid, find_leaks, inside_of_the_house

SECRET = "Hemmelig nøkkel 4711"


def plain(body: str, headers: str = "Subject: hello") -> bytes:
    return f"{headers}\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{body}\r\n".encode()


def encoded(encoding: str, body: bytes, content_type: str = "text/plain") -> bytes:
    head = f"Content-Type: {content_type}; charset=utf-8\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
    return head.encode() + body


def with_file(name: str, content: bytes = b"x") -> bytes:
    mail = EmailMessage()
    mail.set_content("hello")
    mail.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return bytes(mail)


def nested(inner: bytes) -> bytes:
    mail = MIMEMultipart()
    mail.attach(MIMEText("hello"))
    other = MIMEMultipart()
    other.attach(MIMEApplication(inner))
    mail.attach(other)
    return mail.as_bytes()


def forwarded() -> bytes:
    inner = EmailMessage()
    inner["Subject"] = SECRET
    inner.set_content("hello")
    mail = MIMEMultipart()
    mail.attach(MIMEMessage(inner))
    return mail.as_bytes()


@pytest.mark.parametrize(
    "data",
    [
        plain(SECRET),
        plain(SECRET.upper()),
        plain("Hemmelig\r\n   nøkkel\r\n\t4711"),
        plain("Hemme\u200blig\u00a0nøk\u00adkel 4711"),
        plain("hello", f"X-Note: {SECRET}"),
        plain("hello", f"Subject: {Header(SECRET, 'utf-8').encode()}"),
        plain("hello", f"Subject: {Header(SECRET, 'iso-8859-1').encode()}"),
        plain("hello", "Subject: =?utf-8?B?SGVtbWVsaWcgbsO4?=\r\n =?utf-8?Q?kkel_4711?="),
        plain("hello", f"List-Help: <mailto:x@example.org?subject={quote(SECRET)}>"),
        encoded("quoted-printable", quopri.encodestring(SECRET.encode())),
        encoded("base64", base64.encodebytes(SECRET.encode())),
        plain(f"see {base64.b64encode(SECRET.encode()).decode()}"),
        plain(f"https://example.org/?q={quote(SECRET)}"),
        encoded("8bit", f"<p>{SECRET}</p>".encode(), "text/html"),
        encoded("8bit", b"<p>Hemme<b>lig</b> n&oslash;kkel&nbsp;4711</p>", "text/html"),
        encoded("8bit", f'<img alt="{SECRET}" src="cid:x">'.encode(), "text/html"),
        encoded("8bit", f'<a href="https://example.org/{quote(SECRET)}">x</a>'.encode(), "text/html"),
        with_file(f"{SECRET}.txt"),
        with_file("x.txt", SECRET.encode()),
        nested(SECRET.encode()),
        nested(plain("hello", f"Subject: {Header(SECRET, 'utf-8').encode()}")),
        forwarded(),
    ],
)
def test_planted_leak_is_found(data: bytes) -> None:
    assert find_leaks(data, {"note": SECRET})


def test_punycode_is_read() -> None:
    data = plain("write to post@xn--blbrsyltety-y8ao3x.example")
    assert find_leaks(data, {"domain": "blåbærsyltetøy"}) == ["domain in raw", "domain in body"]


def test_clean_mail_has_no_leak() -> None:
    assert find_leaks(plain("Hemmelig nøkkel 4712"), {"note": SECRET, "other": "kari@example.com"}) == []


def test_blank_canary_is_refused() -> None:
    with pytest.raises(ValueError, match="blank"):
        find_leaks(plain("x"), {"note": " "})


GOOD = (
    b'From: "A, B" <a@example.com>\r\nTo: b@example.com\r\nSubject: hello\r\n'
    b"Date: Sat, 21 Nov 2026 13:00:00 +0100\r\n"
    b"Message-ID: <1@example.com>\r\nReferences: <1@example.com> <2@example.com>\r\nMIME-Version: 1.0\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 7bit\r\n\r\nhello\r\n"
)


def test_good_mail_is_valid() -> None:
    assert check_valid(GOOD) == []


@pytest.mark.parametrize(
    "old, new",
    [
        (b"hello\r\n", b"hello\n"),
        (b"\r\nhello\r\n", b"\r\nhello"),
        (b"\r\nhello\r\n", b"\r\n" + b"x" * 999 + b"\r\n"),
        (b"To: b@example.com\r\n", b""),
        (b"To: b@example.com\r\n", b"To: b@example.com\r\nTo: c@example.com\r\n"),
        (b"b@example.com", b"b@@example.com"),
        (b"Subject: hello", "Subject: hællo".encode()),
        (b"Subject: hello", b"Subject: =?utf-8?B?" + b"QUFB" * 20 + b"?="),
        (b"References: <1@example.com> ", b"References: "),
        (b" <2@example.com>", b" 2@example.com"),
        (b"\r\n\r\nhello", b"\r\n\r\n\xff"),
    ],
)
def test_fault_is_told(old: bytes, new: bytes) -> None:
    assert check_valid(GOOD.replace(old, new))


def test_what_belongs_in_the_house_is_found_in_mail_to_others_only() -> None:
    mail = b"Subject: x\r\n\r\n##- Please type your answer above this line -##\r\nfrom Kari@example.com\r\n"
    to_ola = inside_of_the_house(["ola@example.org"], ["kari@example.com"])
    found = {leak.rpartition(" in ")[0] for leak in find_leaks(mail, to_ola)}
    assert found == {"the agent's address kari@example.com", "an alert"}
    assert inside_of_the_house(["kari@example.com"], ["kari@example.com"]) == {}
