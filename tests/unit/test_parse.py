"""What any bytes say when read as a mail."""

from __future__ import annotations

import base64
import email
import json
import quopri
import time
from datetime import UTC, datetime
from email.message import Message
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from mailgate.inbound.addresses import read_addresses
from mailgate.inbound.charsets import codec_for, decode
from mailgate.inbound.headers import (
    read_date,
    read_id,
    read_ids,
    read_parameters,
    text_of,
)
from mailgate.inbound.mime import as_message, contents, split
from mailgate.inbound.parse import opaque, parse, to_json
from mailgate.mail import Address, InboundMail, Kind, KindFound

GOLDEN = sorted((Path(__file__).parents[1] / "mails" / "parse").glob("*.eml"))
KIND = KindFound(Kind.PERSONAL, "the-rest")
KEYS = ["file", "message_id", "author", "to", "cc", "subject", "sent_at", "in_reply_to", "references",
        "text", "html", "new_text", "folded", "attachments", "kind", "bounce", "case_numbers", "language",
        "defects"]  # fmt: skip


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_golden_mails(path: Path) -> None:
    expected = json.loads(path.with_suffix(".json").read_text("utf-8"))
    found = to_json(parse(path.read_bytes()), path.name, KIND)
    expected.pop("tags", None)  # tests/mails/coverage reads them
    assert {key: found[key] for key in expected} == expected
    assert list(found) == KEYS
    json.dumps(found)


@pytest.mark.parametrize("action, failed", [
    ("delivered", []), ("relayed", []), ("expanded", []), ("failed", ["kari@firma.no"]), ("delayed", ["kari@firma.no"]),
])  # fmt: skip
def test_who_got_it_did_not_fail(action: str, failed: list[str]) -> None:
    mail = parse(
        b"From: MAILER-DAEMON@mx.example.no\n"
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
        b"--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx\n\n"
        b"Final-Recipient: rfc822; kari@firma.no\nAction: " + action.encode() + b"\n\n--b--\n"
    )
    assert mail.bounce is not None and [one.address for one in mail.bounce.failed] == ["kari@firma.no"]
    assert [one["address"] for one in to_json(mail, "x", KIND)["bounce"]["failed"]] == failed


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_bare_line_feeds_change_nothing_that_people_read(path: Path) -> None:
    """Files from a Unix disk. Attached text differs by its line ends, so may its digest; the fingerprint must not."""
    sent = parse(path.read_bytes())
    stored = parse(path.read_bytes().replace(b"\r\n", b"\n"))
    assert (stored.text, stored.subject, stored.author, stored.defects) == (
        sent.text,
        sent.subject,
        sent.author,
        sent.defects,
    )
    if "forwarded" not in path.stem:
        assert [one.filename for one in stored.attachments] == [one.filename for one in sent.attachments]
    assert stored.fingerprint == sent.fingerprint


def mail(*lines: str, body: str = "") -> bytes:
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


# -- words and headers ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value, text",
    [
        (b"plain", "plain"),
        (b"=?utf-8?Q?Bl=C3=A5?=", "Blå"),
        (b"=?utf-8?B?QmzDpQ==?= syltet=?utf-8?Q?=C3=B8y?=", "Blå syltetøy"),
        (b"=?utf-8?Q?a?= =?utf-8?Q?b?=", "ab"),
        (b"=?utf-8?Q?a?=  b  =?utf-8?Q?c?=", "a  b  c"),
        (b"=?iso-8859-1?Q?=E6?= =?utf-8?Q?=C3=B8?=", "æø"),
        (b"=?utf-8?Q?bl=C3?= =?utf-8?Q?=A5?=", "blå"),  # cut in mid-character
        (b"=?utf-8?B?YmzD?= =?utf-8?B?pQ==?=", "blå"),
        (b"=?utf-8?B?QmzDp?= =?utf-8?B?WLDpnI=?=", "Blåbær"),  # cut in mid-quantum
        (b"=?utf-8*nb?Q?hei?=", "hei"),  # RFC 2231 5
        (b"=?UTF-8?Q?Hva skjer?=", "Hva skjer"),  # blanks inside
        (b"=?utf-8?Q?Hva_skjer??=", "Hva skjer?"),
        (b'"=?utf-8?Q?=C3=A5?="', '"å"'),
        (b"Re:=?utf-8?Q?=C3=A5?=!", "Re:å!"),
        (b"=?utf-8?Q?never ended", "=?utf-8?Q?never ended"),
        (b"=?utf-8?Q?one =?utf-8?Q?=C3=A5?=", "=?utf-8?Q?one å"),
        (b"=?klingon?Q?=E5?=", "å"),
        (b"=?utf-8?Q?=E5?=", "å"),  # says UTF-8, is Latin-1
        (b"=?gb2312?B?xOO6w4F5?=", "你好亂"),  # beyond gb2312, within gb18030
        (b"=?iso-2022-jp?B?GyRCMHU6fhsoQg==?=", "印刷"),
        (b"=?utf-7?Q?+AGE-?=", "+AGE-"),
        (b"bl\xc3\xa5", "blå"),
        (b"bl\xe5", "blå"),
        (b"a\x00b\x0bc\x7f", "a b c"),
        ("a\u2028b\u202ec\u0085d".encode(), "a b c d"),
        (b"=?utf-8?Q?a=0D=0ABcc:_x?=", "a Bcc: x"),  # an encoded line end is a blank
        (b"=?utf-8?B?!!!?=", ""),
        (b"=??Q??=", "=??Q??="),
        (b"", ""),
    ],
)
def test_words(value: bytes, text: str) -> None:
    assert text_of(value) == text


def test_a_subject_is_whole_and_without_controls() -> None:
    words = "\r\n ".join(["=?utf-8?Q?=C3=A5=C3=A5=C3=A5=C3=A5=C3=A5?="] * 300)
    assert parse(mail(f"Subject: {words}")).subject == "å" * 1500


@pytest.mark.parametrize(
    "value, content_type, parameters",
    [
        (b"text/plain; charset=utf-8", "text/plain", {"charset": "utf-8"}),
        (b'Text/HTML;CHARSET="iso-8859-1" ; x', "text/html", {"charset": "iso-8859-1"}),
        (b'a/b; name="a;b\\"c"', "a/b", {"name": 'a;b"c'}),
        (b'a/b; name="C:\\temp\\x.txt"', "a/b", {"name": "C:\\temp\\x.txt"}),
        (b"a/b; name=My file.pdf; x=1", "a/b", {"name": "My file.pdf", "x": "1"}),
        (b"a/b; name*=utf-8'nb'bl%C3%A5.txt", "a/b", {"name": "blå.txt"}),
        (b"a/b; name*1*=%A5; name*0*=utf-8''bl%C3; name*2=.txt", "a/b", {"name": "blå.txt"}),
        (b"a/b; name*0=one; name*1=two", "a/b", {"name": "onetwo"}),
        (b"a/b; name=plain; name*=utf-8''better", "a/b", {"name": "better"}),
        (b'a/b; name="=?utf-8?Q?bl=C3=A5?="', "a/b", {"name": "blå"}),
        (b"a/b; name=bl\xe5", "a/b", {"name": "blå"}),
        (b"a/b; name=one; name=two", "a/b", {"name": "one"}),
        (b'a/b; name="never closed; x=1', "a/b", {"name": "never closed; x=1"}),
        (b"a/b; name*=klingon''%FF%zz", "a/b", {"name": "ÿ%zz"}),
        (b";;;==;", "", {"": "="}),
        (b"", "", {}),
    ],
)
def test_parameters(value: bytes, content_type: str, parameters: dict[str, str]) -> None:
    found_type, found = read_parameters(value)
    assert (found_type, {name: one for name, one in found.items() if name}) == (
        content_type,
        {name: one for name, one in parameters.items() if name},
    )


@pytest.mark.parametrize(
    "value, found",
    [
        (b"kari@example.org", [("", "kari@example.org")]),
        (b"Kari <KARI@Example.ORG>", [("Kari", "kari@example.org")]),
        (
            b'"Nordmann, Kari" <k@example.org>, p@example.org',
            [("Nordmann, Kari", "k@example.org"), ("", "p@example.org")],
        ),
        (b"=?utf-8?Q?N=2C_K=C3=A5re?= <k@example.org>", [("N, Kåre", "k@example.org")]),
        (b"=?utf-8?Q?K=C3?= =?utf-8?Q?=A5re?= <k@example.org>", [("Kåre", "k@example.org")]),
        (b"=?utf-8?Q?a,b?= <k@example.org>", [("a,b", "k@example.org")]),
        (b"K\xe5re <k@example.org>", [("Kåre", "k@example.org")]),
        (b"k@example.org (Kari N)", [("Kari N", "k@example.org")]),
        ("k@blåbær.no".encode(), [("", "k@xn--blbr-roah.no")]),
        (b"alice@example.org <bob@evil.example>", [("alice@example.org", "bob@evil.example")]),
        (b"alice@example.org)bob@evil.example", []),  # CVE-2023-27043
        (b"=?utf-8?Q?bob=40evil.example?=", []),  # no address is fished out of words
        (b"=?utf-8?Q?=3Cbob=40evil.example=3E?= <k@example.org>", [("<bob@evil.example>", "k@example.org")]),
        (b"Team: a@example.org, b@example.org;", [("", "a@example.org"), ("", "b@example.org")]),
        (b"undisclosed-recipients:;", []),
        (b'"', []),
        (b"<>", []),
        (b"a@b@c", []),
        (b'"quoted local"@example.org', []),
    ],
)
def test_addresses(value: bytes, found: list[tuple[str, str]]) -> None:
    assert [(one.name, one.address) for one in read_addresses([value]).found] == found


@pytest.mark.parametrize(
    "lines, author, defect",
    [
        (["From: K <k@example.org>"], Address("K", "k@example.org"), None),
        ([], None, "from-missing"),
        (["From:"], None, "from-missing"),
        (["From: a@example.org, b@example.org"], None, "from-several"),
        (["From: a@example.org", "From: a@example.org"], None, "from-twice"),
        (["From: Us: a@example.org;"], None, "from-group"),
        (["From: nobody in particular"], None, "from-invalid"),
        (
            ["From: bob@evil.example <k@example.org>"],
            Address("bob@evil.example", "k@example.org"),
            "from-invalid-display-name",
        ),
        (["From: k@example.org <k@example.org>"], Address("k@example.org", "k@example.org"), None),
        (['From: "Vakt: natt" <k@example.org>'], Address("Vakt: natt", "k@example.org"), None),
        (["From: k@example.org\rBcc: b@example.org"], None, "from-group"),  # a bare CR begins no field
        (
            ["From: =?utf-8?Q?x=0D=0ABcc:_b=40example.org?= <k@example.org>"],
            Address("x Bcc: b@example.org", "k@example.org"),
            None,
        ),
    ],
)
def test_author(lines: list[str], author: Address | None, defect: str | None) -> None:
    read = parse(mail(*lines, "Subject: x", body="hi"))
    assert read.author == author
    wrong = [one for one in read.defects if one.startswith("from-")]
    assert (defect in wrong) if defect else wrong == []
    assert "bcc" not in read.headers


@pytest.mark.parametrize(
    "value, found",
    [
        (b"<a@b>", "<a@b>"),
        (b" <A.b+c=d@[127.0.0.1]> (comment)", "<A.b+c=d@[127.0.0.1]>"),
        (b"<no-at-sign>", "<no-at-sign>"),
        (b"bare@example.org", "<bare@example.org>"),
        (b"<a@b c>", "<a@bc>"),  # folded in the middle
        (b"<[>", None),
        (b"<@>", None),
        (b"<a@>", None),
        (b"<>", None),
        (b"", None),
        (b"words", None),
        (b"<" + b"x" * 10_000 + b"@y>", None),
        (b"<" + b"x" * 994 + b"@y>", "<" + "x" * 994 + "@y>"),
        (b"<a\x00@b>", None),
    ],
)
def test_message_id(value: bytes, found: str | None) -> None:
    assert read_id(value) == found


def test_references() -> None:
    assert read_ids(b"<a@x> <b@x>\t<a@x> junk <[> <c@x>") == ["<a@x>", "<b@x>", "<c@x>"]
    assert read_ids(b"a@x, b@x") == ["<a@x>", "<b@x>"]
    many = " ".join(f"<{n}@example.org>" for n in range(100_000))
    newest = parse(mail(f"References: {many}")).references
    assert newest == tuple(f"<{n}@example.org>" for n in range(99_950, 100_000))


@pytest.mark.parametrize(
    "value, found",
    [
        (b"Sat, 21 Nov 2026 10:00:00 +0100", datetime(2026, 11, 21, 9, tzinfo=UTC)),
        (b"21 Nov 26 10:00 GMT", datetime(2026, 11, 21, 10, tzinfo=UTC)),
        (b"Sat, 21 Nov 2026 10:00:00 -0000 (CET)", datetime(2026, 11, 21, 10, tzinfo=UTC)),
        (b"Sat, 21 Nov 2026 23:59:60 +0000", datetime(2026, 11, 21, 23, 59, 59, tzinfo=UTC)),
        (b"Sat, 99 Nov 2026 10:00:00 +0100", None),
        (b"Sat, 21 Nov 99999 10:00:00 +9999", None),
        (b"yesterday", None),
        (b"", None),
        (b"\xff" * 300, None),
    ],
)
def test_dates(value: bytes, found: datetime | None) -> None:
    assert read_date(value) == found


def test_headers_are_all_there_decoded_and_in_order() -> None:
    read = parse(mail("Received: a", "X-Tag: =?utf-8?Q?=C3=A5?=", "received: b\r\n\tc"))
    assert read.headers == {"received": ("a", "b c"), "x-tag": ("å",)}
    assert read.header("X-TAG".lower()) == "å"


@pytest.mark.parametrize(
    "data, subject, text, defect",
    [
        (b"", "", "", "empty-mail"),
        (b"From someone Sat Nov 21\r\nSubject: x\r\n\r\nhi", "x", "hi", None),
        (b"Subject: x\r\n>From someone Sat\r\nTo: a@b.no\r\n\r\nhi", "x", "hi", "from-line-in-header"),
        (b"\r\n\r\nSubject: x\r\n\r\nhi", "x", "hi", "blank-lines-before-header"),
        (b"\xef\xbb\xbfSubject: x\r\n\r\nhi", "x", "hi", None),
        (b"Subject: x\rTo: b\r\rhi\rho", "x", "hi\nho", "bare-cr-line-ends"),
        (b"Subject: x\r\r\nTo: b\r\r\n\r\r\none\r\r\ntwo\r\r\n", "x", "one\ntwo", "doubled-cr-line-ends"),
        (b"Subject : x\n\nhi", "x", "hi", None),
        ("\ufeffSubject: å\r\n\r\nblå".encode("utf-16-le"), "å", "blå", "utf-16-mail"),
        ("Subject: å\r\n\r\nblå".encode("utf-16"), "å", "blå", "utf-16-mail"),
        (b"Subject: x that\nwent on\nTo: b\n\nhi", "x that went on", "hi", "no-field-in-header"),
        (b"To: b\nno field, no words\nSubject: x\n\nhi", "x", "hi", "no-field-in-header"),
        (b"To: b\nno field\nNote: words\n\nhi", "", "no field\nNote: words\n\nhi", "header-without-end"),
        (b"Subject: x\nNo separator here\nmore", "x", "No separator here\nmore", "header-without-end"),
        (b"no header at all", "", "no header at all", "header-without-end"),
        (b"Subject: a\r\nSubject: b\r\n\r\n", "a", "", "subject-twice"),
        (b"Subject: a\rTo: b\r\n\r\nx", "a To: b", "x", "control-in-header"),
        (b"Subject: a\x00b\r\n\r\nx\x00y", "a\ufffdb", "x\ufffdy", "control-in-header"),
        (b"Subject: " + b"x" * 1_000_000 + b"\r\n\r\nhi", "x" * (16 * 1024 - 1), "hi", "field-cut"),
        (b"X: y\r\n" * 100_000 + b"\r\nhi", "", "hi", "too-many-headers"),
        (b"Subject: x\r\n" + b"X: " + b"y" * 300_000 + b"\r\nX: y\r\n\r\nhi", "x", "hi", "header-too-large"),
    ],
)
def test_header_block(data: bytes, subject: str, text: str, defect: str | None) -> None:
    read = parse(data)
    assert (read.subject, read.text) == (subject, text)
    assert defect is None or defect in read.defects


# -- charsets ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "raw, label, text, defect",
    [
        (b"abc", None, "abc", None),
        ("blå".encode(), None, "blå", None),
        ("blå".encode("latin-1"), None, "blå", "charset-unstated"),
        ("blå".encode("latin-1"), "iso-8859-1", "blå", None),
        ("blå".encode(), "iso-8859-1", "blå", "charset-wrong"),
        (b"\x93q\x94 \x80", "latin-1", "“q” €", None),
        ("Привет".encode("koi8-r"), "KOI8-R", "Привет", None),
        ("Привет".encode("cp1251"), "windows-1251", "Привет", None),
        ("亂".encode("gb18030"), "gb2312", "亂", None),
        ("똠".encode("cp949"), "ks_c_5601-1987", "똠", None),
        ("①".encode("cp932"), "shift_jis", "①", None),
        ("印刷".encode("iso2022_jp"), "iso-2022-jp", "印刷", None),
        (b"\x1b$B-!\x1b(B", "iso-2022-jp", "①", None),  # NEC row 13, which Windows writes
        (b"\x1b$B0u:~\x1b(B", None, "印刷", None),
        (b"~{0u~}", "hz-gb-2312", b"\xb0\xf5".decode("gb2312"), None),
        ("hei".encode("utf-16"), "utf-16", "hei", None),
        ("hei".encode("utf-16-le"), "utf-16", "hei", None),
        ("hei".encode("utf-16-be"), "utf-16", "hei", None),
        (b"hei", "utf-16", "hei", "charset-wrong"),
        (b"\xff\xfeh\x00i\x00", None, "hi", None),
        (b"\xef\xbb\xbfhi", "utf-8", "hi", None),
        (
            "mange gode ord på norsk, så ø, æ og å, åååååå".encode() + b"\xc3",
            "utf-8",
            "mange gode ord på norsk, så ø, æ og å, åååååå\ufffd",
            "charset-damaged",
        ),
        (b"+AGE-", "utf-7", "+AGE-", "charset-unknown"),
        (b"abc", "base64", "abc", "charset-unknown"),
        (b"abc", "unicode_escape", "abc", "charset-unknown"),
        (b"bl\xe5", "klingon", "blå", "charset-unknown"),
        (b"bl\xe5", "\0", "blå", "charset-unknown"),
        (b"a\x00b", None, "a\ufffdb", None),
        (b"\xed\xa0\x80", "utf-8", None, None),  # a lone surrogate: anything but one
    ],
)
def test_charsets(raw: bytes, label: str | None, text: str | None, defect: str | None) -> None:
    found, found_defect = decode(raw, label)
    if text is not None:
        assert (found, found_defect) == (text, defect)
    found.encode()


@pytest.mark.parametrize("label", ["base64", "zlib", "idna", "punycode", "unicode_escape", "rot13", "utf-7", "hex",
                                   "undefined", "mbcs", "../x", "a" * 99, "", "\0", "é"])  # fmt: skip
def test_labels_that_reach_no_codec(label: str) -> None:
    assert codec_for(label) is None


# -- the body ---------------------------------------------------------------------------------------------------------


def parts(subtype: str, *inner: str, boundary: str = "b") -> str:
    body = "".join(f"--{boundary}\r\n{one}\r\n" for one in inner)
    return f'Content-Type: multipart/{subtype}; boundary="{boundary}"\r\n\r\n{body}--{boundary}--\r\n'


def text_part(text: str, kind: str = "plain", more: str = "") -> str:
    return f"Content-Type: text/{kind}; charset=utf-8\r\n{more}\r\n{text}"


@pytest.mark.parametrize(
    "body, text, files",
    [
        (text_part("hi"), "hi", []),
        (parts("mixed", text_part("one"), text_part("two")), "one\ntwo", []),
        (parts("alternative", text_part("plain"), text_part("<p>html</p>", "html")), "plain", []),
        (parts("alternative", text_part("<p>html</p>", "html"), text_part("plain")), "plain", []),
        (parts("alternative", text_part("  "), text_part("<p>html</p>", "html")), "html", []),
        (
            parts("alternative", text_part("[cid:a@b]"), text_part("<p>the real words</p>", "html")),
            "the real words",
            [],
        ),
        (parts("alternative", text_part("<p>html</p>", "html")), "html", []),
        (parts("mixed", text_part("<p>a</p>", "html"), text_part("b")), "a\nb", []),
        (parts("mixed", text_part("a"), text_part("b", more="Content-Disposition: attachment\r\n")), "a", [None]),
        (
            parts("mixed", text_part("a"), text_part("b", more='Content-Disposition: inline; filename="b.txt"\r\n')),
            "a",
            ["b.txt"],
        ),
        (text_part("a", more='Content-Disposition: inline; filename="b.txt"\r\n'), "a", ["b.txt"]),
        (parts("digest", "\r\nSubject: x\r\n\r\ninner"), "", ["x.eml"]),
        (parts("unheard-of", text_part("a")), "a", []),
        (
            parts("mixed", parts("mixed", text_part("a"), boundary="bb"), text_part("c")),
            "a\nc",
            [],
        ),  # a prefix of another
        (parts("mixed", parts("mixed", text_part("a"), boundary="b")), "a", []),  # the same boundary twice
        ("Content-Type: multipart/mixed\r\n\r\n--b\r\n\r\nhi", "--b\n\nhi", []),
        ('Content-Type: multipart/mixed; boundary=""\r\n\r\nhi', "hi", []),
        ("Content-Type: multipart/mixed; boundary=x\r\n\r\nhi there", "hi there", []),
        ("Content-Type: text\r\n\r\nhi", "hi", []),
        ("Content-Type: text/plain/odd\r\n\r\nhi", "hi", []),
        ("Content-Type: text/plain\r\n\r\n<!DOCTYPE html><html><body><p>a</p></body></html>", "a", []),
        ("Content-Type: text/enriched\r\n\r\n<bold>hi</bold> << 2", "hi < 2", []),
        ("Content-Transfer-Encoding: base64\r\n\r\naGkgYW5k\r\nIGhv", "hi and ho", []),
        ("Content-Transfer-Encoding: base64\r\n\r\naGkgYW5kIGhv\r\n!!aGk=", "hi and hohi", []),
        ("Content-Transfer-Encoding: base64\r\n\r\naGk=\r\n\r\n-- \r\nA list's footer.", "hi", []),
        (
            "Content-Transfer-Encoding: base64\r\n\r\nthese are plain words, nobody encoded them",
            "these are plain words, nobody encoded them",
            [],
        ),
        ("Content-Transfer-Encoding: QUOTED-PRINTABLE (x)\r\n\r\na=20=\r\nb=C3=A5=ZZ", "a bå=ZZ", []),
        ("Content-Transfer-Encoding: klingon\r\n\r\nhi", "hi", []),
        ("Content-Transfer-Encoding: x-uuencode\r\n\r\nbegin 644 a\r\n#:&5I\r\n`\r\nend", "hei", []),
        ("Content-Type: application/pdf\r\n\r\nx", "", [None]),
        ("Content-Type: message/rfc822\r\n\r\nSubject: y\r\n\r\nz", "", ["y.eml"]),
    ],
)
def test_bodies(body: str, text: str, files: list[str | None]) -> None:
    read = parse(b"Subject: x\r\n" + body.encode())
    assert read.text == text
    assert [one.filename for one in read.attachments] == files


def test_an_attached_mail_is_the_bytes_that_were_sent_and_read_one_level_deep() -> None:
    (path,) = (one for one in GOLDEN if one.stem == "forwarded-as-attachment")
    read = parse(path.read_bytes())
    (attached,) = read.attachments
    assert attached.data in path.read_bytes()
    assert attached.data.startswith(b"From: Customer") and attached.data.endswith(b"--Z--\r\n")
    (inner,) = read.embedded
    assert inner.author == Address("Customer", "customer@example.org")
    assert (inner.subject, inner.message_id) == ("Spørsmål", "<inner@example.org>")
    assert inner.references == ("<a@example.org>", "<b@example.org>")
    assert (inner.text, inner.sent_at) == ("Inner words", datetime(2026, 11, 20, 9, tzinfo=UTC))


@pytest.mark.parametrize("name", ["../../etc/passwd", "con", "a\u202etxt.exe", "x" * 5000, "\u200b.htaccess", "a\x00b"])
def test_filenames_are_as_stated_without_controls(name: str) -> None:
    stated = base64.b64encode(name.encode()).decode()
    read = parse(mail("Content-Type: a/b", f'Content-Disposition: attachment; filename="=?utf-8?B?{stated}?="'))
    (attached,) = read.attachments
    assert attached.filename == name.replace("\u202e", " ").replace("\x00", "\ufffd")


def test_two_hundred_parts_and_twenty_levels_are_read_and_no_more() -> None:
    wide = parse(b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * 100_000)
    assert "too-many-parts" in wide.defects and wide.text.count("x") == 199
    deep = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(10_000))
    assert "too-deep" in parse(deep + b"\r\nhi").defects


def test_shown_text_is_capped() -> None:
    read = parse(mail("Subject: x", body="word " * 200_000))
    assert len(read.text) == 256 * 1024 and "text-cut" in read.defects


def test_a_text_too_long_to_show_is_a_file_as_well() -> None:
    log = b"a line of a log\r\n" * 200_000
    read = parse(b"Subject: x\r\n\r\n" + log)
    assert [one.data for one in read.attachments] == [log]
    assert read.text.startswith("a line of a log\n") and "text-cut" in read.defects


# -- the same mail again ----------------------------------------------------------------------------------------------

WORDS = "Hei på deg,\r\n\r\ndet er tomt for blekk – igjen.   \r\nHilsen Åse\r\n"


def copies(words: str) -> list[bytes]:
    """One mail with its text as 8bit, quoted-printable, base64 and in another charset, and a file in two encodings."""
    head = (
        "From: Åse <aase@example.no>\r\nDate: Sat, 21 Nov 2026 10:00:00 +0100\r\nSubject: blekk\r\n"
        "Message-ID: <1@example.no>\r\n"
        "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset="
    )
    raw = words.encode()
    encoded_file = (
        "\r\n--b\r\nContent-Type: application/x\r\nContent-Transfer-Encoding: base64\r\n\r\nAAEC\r\n--b--\r\n"
    )
    quoted_file = (
        "\r\n--b\r\nContent-Type: application/x\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
        "=00=01=02\r\n--b--\r\n"
    )
    return [
        (head + "utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" + words + encoded_file).encode(),
        (head + "utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n").encode()
        + base64.encodebytes(raw).replace(b"\n", b"\r\n")
        + encoded_file.encode(),
        (head + "utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n").encode()
        + quopri.encodestring(raw.replace(b"\r\n", b"\n")).replace(b"\n", b"\r\n")
        + quoted_file.encode(),
        b"Received: by another host\r\nX-Spam: no\r\n"
        + head.replace("Åse", "=?utf-8?Q?=C3=85se?=").encode()
        + b"windows-1252\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
        + words.encode("cp1252")
        + encoded_file.encode(),
    ]


def test_copies_of_one_mail_have_one_fingerprint() -> None:
    assert len({parse(copy).fingerprint for copy in copies(WORDS)}) == 1


def test_a_copy_inside_a_forward_has_one_fingerprint_too() -> None:
    outer = b"From: k@example.no\r\nContent-Type: message/rfc822\r\n\r\n"
    assert len({parse(outer + copy).fingerprint for copy in copies(WORDS)}) == 1


@pytest.mark.parametrize(
    "old, new",
    [
        (b"blekk \xe2\x80\x93", b"papir \xe2\x80\x93"),
        (b"Subject: blekk", b"Subject: papir"),
        (b"10:00:00", b"10:00:01"),
        (b"aase@", b"ase@"),
        (b"AAEC", b"AAED"),
    ],
)
def test_other_mails_have_other_fingerprints(old: bytes, new: bytes) -> None:
    first = copies(WORDS)[0]
    assert old in first
    assert parse(first).fingerprint != parse(first.replace(old, new)).fingerprint


# -- the lower rungs --------------------------------------------------------------------------------------------------


def test_headers_only_does_not_look_at_the_body() -> None:
    read = parse((GOLDEN[0]).read_bytes(), headers_only=True)
    whole = parse((GOLDEN[0]).read_bytes())
    assert (read.subject, read.author, read.message_id) == (whole.subject, whole.author, whole.message_id)
    assert (read.text, read.html, read.attachments, read.bounce) == ("", "", (), None)
    assert "body-not-read" in read.defects
    body = b"Subject: x\r\n\r\nbody "
    assert parse(body + b"1", headers_only=True).fingerprint != parse(body + b"2", headers_only=True).fingerprint


@pytest.mark.parametrize(
    "data, author, subject",
    [
        (b"From: Kari <k@example.org>\r\nSubject: =?utf-8?Q?=C3=A5?=\r\n\r\nx", "k@example.org", "å"),
        (b"Subject: x\nFrom: k@example.org\n\nx", "k@example.org", "x"),
        (b"From: k@example.org\nFrom: l@example.org\n\nx", None, ""),
        (b"\nFrom: k@example.org\n", "k@example.org", ""),
        (b"\xff" * 1000, None, ""),
        (b"", None, ""),
    ],
)
def test_opaque(data: bytes, author: str | None, subject: str) -> None:
    read = opaque(data)
    assert (read.author.address if read.author else None, read.subject) == (author, subject)
    assert (read.text, read.attachments, read.message_id, read.defects) == ("", (), None, ("opaque",))


# -- promises for any bytes -------------------------------------------------------------------------------------------


def check(read: InboundMail) -> None:
    encoded = json.dumps(to_json(read, "x", KIND), ensure_ascii=False).encode()
    assert b"\\u0000" not in encoded
    last = 0
    for one in read.folds:
        assert last <= one.start < one.end <= len(read.text)
        last = one.end
    for attached in read.attachments:
        assert attached.size == len(attached.data)


PIECES = [b"\r\n", b"\n", b"\r", b"\r\n\r\n", b"--b\r\n", b"--b--\r\n",
          b"Content-Type: multipart/mixed; boundary=b\r\n",
          b"Content-Type: text/html\r\n", b"Content-Type: message/rfc822\r\n", b"Content-Transfer-Encoding: base64\r\n",
          b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n", b"From: ", b"<a@b.no>",
          b"Subject: ",
          b"=?utf-8?B?", b"?=", b"=", b"begin 644 x\n", b"end\n", b"<div class=gmail_quote>", b"<blockquote>", b"> ",
          b"Content-Type: message/delivery-status\r\n", b"Status: 5.1.1\r\n", b"\xff\xfe", b"\x00", b"\x1b$B",
          b"boundary*0*=",
          b"Content-Type: multipart/alternative; boundary=b\r\n", b"Date: ", b"-- \n", b"References: "]  # fmt: skip


@given(st.lists(st.one_of(st.sampled_from(PIECES), st.binary(max_size=20)), max_size=40).map(b"".join))
@example(b"Content-Type: message/delivery-status\r\n\r\nContent-Transfer-Encoding: base64\r\n")
@settings(max_examples=400, deadline=None)
def test_any_bytes_are_read(data: bytes) -> None:
    check(parse(data))
    check(parse(data, headers_only=True))
    check(opaque(data))


@given(st.sampled_from(GOLDEN), st.data())
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_damaged_mails_are_read(path: Path, draw: st.DataObject) -> None:
    data = bytearray(path.read_bytes())
    for _ in range(draw.draw(st.integers(1, 8))):
        at = draw.draw(st.integers(0, len(data) - 1))
        match draw.draw(st.integers(0, 3)):
            case 0:
                data[at] = draw.draw(st.integers(0, 255))
            case 1:
                del data[at : at + draw.draw(st.integers(1, 30))]
            case 2:
                data[at:at] = draw.draw(st.sampled_from(PIECES))
            case 3:
                data[at:at] = data[at : at + 200]
        if not data:
            return
    check(parse(bytes(data)))


LEAF = st.tuples(st.sampled_from(["text/plain", "application/x", "image/png"]), st.binary(max_size=200))
TREE = st.recursive(LEAF, lambda below: st.lists(below, min_size=1, max_size=4), max_leaves=12)
Tree = tuple[str, bytes] | list["Tree"]


def compose(tree: Tree, level: int = 0) -> bytes:
    if isinstance(tree, tuple):
        kind, data = tree
        return b"Content-Type: %s\r\nContent-Transfer-Encoding: base64\r\n\r\n%s" % (
            kind.encode(),
            base64.encodebytes(data).replace(b"\n", b"\r\n"),
        )
    boundary = b"b%d" % level
    inner = b"".join(b"--%s\r\n%s\r\n" % (boundary, compose(one, level + 1)) for one in tree)
    return b"Content-Type: multipart/mixed; boundary=%s\r\n\r\n%s--%s--\r\n" % (boundary, inner, boundary)


@given(TREE)
@settings(max_examples=200, deadline=None)
def test_well_formed_trees_are_split_as_the_standard_library_splits_them(tree: Tree) -> None:
    data = b"MIME-Version: 1.0\r\n" + compose(tree)
    root, defects = split(data)
    assert defects == []
    theirs = [leaf for leaf in email.message_from_bytes(data).walk() if not leaf.is_multipart()]
    ours: list[tuple[str, bytes]] = []
    waiting = [root]
    while waiting:
        part = waiting.pop()
        waiting += reversed(part.children)
        if not part.children:
            ours.append((part.content_type, contents(data, part, [])))
    assert ours == [(leaf.get_content_type(), leaf.get_payload(decode=True)) for leaf in theirs]


def test_the_tree_for_readers_of_reports_is_the_standard_librarys() -> None:
    data = (
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\n\r\nSorry.\r\n--b\r\n"
        b"Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx\r\n\r\n"
        b"Final-Recipient: rfc822; x@y.no\r\n"
        b"Action: failed\r\n\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n"
        b"Message-ID: <1@y.no>\r\n\r\nwords\r\n--b--\r\n"
    )
    ours = as_message(data, split(data)[0])
    theirs = email.message_from_bytes(data)

    def shape(message: Message) -> list[tuple[str, list[tuple[str, str]]]]:
        fields = [(part.get_content_type(), [(k.lower(), v) for k, v in part.items()]) for part in message.walk()]
        return [one for one in fields if one != ("text/plain", [])]  # theirs has an empty block at the end

    assert shape(ours) == shape(theirs)
    assert ours.get_payload(0).get_payload(decode=True) == b"Sorry."  # type: ignore[union-attr]


SIGNED = bytes.fromhex("06092a864886f70d01070206092a864886f70d010701a080")


@pytest.mark.parametrize(
    "pattern",
    [
        lambda n: b"Subject: " + b"=?utf-8?Q?" * n + b"\r\n\r\n",
        lambda n: b"\r\n--\r\n" * n,
        lambda n: b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * n,
        lambda n: b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (i, i) for i in range(n)),
        lambda n: b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--c\r\n" * n,
        lambda n: b"\r\n" + b"begin 644 x\n#:&5I\n" * n,
        lambda n: b"Content-Transfer-Encoding: base64\r\n\r\n" + b"=A" * n,
        lambda n: b"\r\n" + b"x" * n * 10,
        lambda n: b"\r\n" + b"\n" * n * 4,
        lambda n: b"From: a,@" + b" " * n + b"x\r\nTo: <@" + b" " * n + b"\r\nCc: a@" + b"<" * n + b"\r\n\r\n",
        lambda n: b'Content-Type: a/b; x="y' + b" name=" * n + b"\r\nContent-Disposition: a;" + b"=?a?Q?;" * n,
        lambda n: b"Content-Transfer-Encoding: base64\r\n\r\n" + b"A!\na b" * n,
        lambda n: b"\r\n" + "здрав ствуйте ".encode("koi8-r") * n,
        lambda n: b"\r\n" + "发票发票，".encode("gbk") * n,
        lambda n: b"Content-Type: text/plain; charset=iso-2022-jp\r\n\r\n" + b"\x1b$B\x75\x41" * n,
        lambda n: b"\r\n" + b"\xed\xa0\xbd" * n,
        lambda n: b"no field\nSubject: x\n" * n + b"\nhi",
        lambda n: b"Content-Type: multipart/mixed; boundary=y\r\n\r\n" + b"--z\r\nContent-Type: a/b\r\n\r\n" * n,
        lambda n: b"Content-Type: text/html\r\n\r\n<pre>" + b"\n \n" * n,
        lambda n: b"From: " + b"a@b <" * n + b"\r\n\r\nx",
        lambda n: b"Content-Type: application/pkcs7-mime\r\n\r\n" + b"\x30\x80" * n,
        lambda n: b"Content-Type: application/pkcs7-mime\r\n\r\n" + SIGNED + b"\x04\x01A" * n,
        lambda n: b"X: " + b'"' * n + b"\r\nTo: " + b"<(" * n + b"\r\n\r\n",
    ],
)
def test_twice_the_bytes_take_about_twice_the_time(pattern: object) -> None:
    assert callable(pattern)

    def seconds(n: int) -> float:
        data = pattern(n)
        return min(timed(data) for _ in range(3))

    def timed(data: bytes) -> float:
        began = time.process_time()
        parse(data)
        return time.process_time() - began

    assert seconds(16_000) < 4 * 3 * max(seconds(4_000), 0.01)
