"""Bodies and files as programs really send them: encodings, structures, names."""

# ruff: noqa: E501 - a mail a row
from __future__ import annotations

import base64
import time

import pytest

from mailgate.inbound.parse import parse
from mailgate.inbound.smime import signed_content

Row = tuple[bytes, str, list[tuple[str | None, bytes]]]
HEAD = b"From: a@example.org\r\nSubject: s\r\nMIME-Version: 1.0\r\n"
MIXED = b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n'


def flowed(text: bytes, more: bytes = b"") -> bytes:
    return b"Content-Type: text/plain; charset=utf-8; format=flowed" + more + b"\r\n\r\n" + text


def qp(text: bytes) -> bytes:
    return b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" + text


def b64(text: bytes) -> bytes:
    return b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n" + text


def file(head: bytes, data: bytes = b"DATA") -> bytes:
    """A mail of a text and one file."""
    return MIXED + b"--b\r\n\r\nhi\r\n--b\r\n" + head + b"\r\n\r\n" + data + b"\r\n--b--\r\n"


ENCODINGS: list[tuple[bytes, str]] = [
    (qp(b"bl=c3=a5"), "blå"),  # lower-case hex
    (qp(b"one=\r\ntwo"), "onetwo"),
    (qp(b"one= \t\r\ntwo"), "onetwo"),  # blanks added after a soft break on the way
    (qp(b"one=\ntwo"), "onetwo"),
    (qp(b"one\r\n-- \r\ntwo"), "one\n-- \ntwo"),  # a sign-off's blank, though RFC 2045 6.7 would cut it
    (qp(b"one=20\r\ntwo"), "one \ntwo"),
    (qp(b"bl=C3=\r\n=A5"), "blå"),  # cut in mid-character
    (qp(b"a = b"), "a = b"),
    (qp(b"50=%"), "50=%"),
    (qp(b"end="), "end"),
    (qp(b"=C3=A5" * 2000), "å" * 2000),  # one over-long line
    (qp("rå blå".encode()), "rå blå"),  # raw octets within
    (qp(b"a=3D3D"), "a=3D"),
    (qp(b"soft =\r\n\r\nhard"), "soft \nhard"),
    (b64(b"aGVp"), "hei"),
    (b64(b"aGVpIHDDpSBkZWc="), "hei på deg"),
    (b64(b"aGVpIHDDpSBkZWc"), "hei på deg"),  # no padding
    (b64(b"  aGVpIHDD\r\n  pSBkZWc=\r\n"), "hei på deg"),
    (b64(b"aGVp\r\n\r\nIHDDpSBkZWc=\r\n\r\n"), "hei på deg"),
    (b64(b"aGVpIHDDpSBkZWc=\r\n_______________________\r\nList mailing list\r\n"), "hei på deg"),
    (b64(b"aGVpIHDDpSBkZWc=aGVp"), "hei på deghei"),
    (b64(b""), ""),
    (b"Content-Transfer-Encoding: binary\r\n\r\nhi", "hi"),
    (b"Content-Transfer-Encoding: 8-bit\r\n\r\nhi", "hi"),
    (b"Content-Transfer-Encoding: 7bit;\r\n\r\nhi", "hi"),
    (b'Content-Transfer-Encoding: "base64"\r\n\r\naGVp', "hei"),
    (b"Content-Transfer-Encoding: BASE64 \r\n\r\naGVp", "hei"),
    (b"Content-Transfer-Encoding: quoted-printable\r\n\r\nbl=E5", "blå"),
    (b"Content-Transfer-Encoding: quotedprintable\r\n\r\nbl=E5", "blå"),
    (b"Content-Transfer-Encoding: utf-8\r\n\r\nbl\xc3\xa5", "blå"),
    (b"Content-Transfer-Encoding: 7bit\r\nContent-Transfer-Encoding: 8bit\r\n\r\nhi", "hi"),
]  # fmt: skip


@pytest.mark.parametrize("body, text", ENCODINGS)
def test_transfer_encodings(body: bytes, text: str) -> None:
    assert parse(HEAD + body).text == text


FLOWED: list[tuple[bytes, str]] = [
    (flowed(b"one \r\ntwo\r\nthree"), "one two\nthree"),
    (flowed(b"one \r\ntwo", b"; delsp=no"), "one two"),
    (flowed(b"on \r\ne two", b"; DelSp=yes"), "one two"),
    (flowed(b"one  \r\ntwo", b"; DelSp=Yes"), "one two"),
    (flowed(b" >not a quote\r\n From here"), ">not a quote\nFrom here"),  # space-stuffing
    (flowed(b"> one \r\n> two\r\nthree"), "> one two\nthree"),
    (flowed(b"> one \r\n>> two"), "> one \n>> two"),  # another depth ends the paragraph (RFC 3676 4.5)
    (flowed(b">> one \r\n>> two"), ">> one two"),
    (flowed(b"> one \r\ntwo"), "> one \ntwo"),
    (flowed(b"one\r\n-- \r\nKari"), "one\n-- \nKari"),  # the signature line never flows
    (flowed(b"one \r\n-- \r\nKari"), "one \n-- \nKari"),
    (flowed(b"one \r\n\r\ntwo"), "one \n\ntwo"),
    (flowed(b"one \r\n  two"), "one  two"),
    (flowed(b"hard\r\nlines"), "hard\nlines"),
    (b"Content-Type: text/plain; format=fixed\r\n\r\none \r\ntwo", "one \ntwo"),
    (b'Content-Type: text/plain; format="flowed"; charset=utf-8\r\n\r\none \r\ntwo', "one two"),
    (qp(b"one =\r\n").replace(b"utf-8\r\n", b"utf-8; format=flowed\r\n", 1) + b"\r\ntwo", "one two"),
]  # fmt: skip


@pytest.mark.parametrize("body, text", FLOWED)
def test_flowed_text_is_joined(body: bytes, text: str) -> None:
    assert parse(HEAD + body).text == text


NAMES: list[tuple[bytes, str | None]] = [
    (b"Content-Type: application/pdf; name=x.pdf", "x.pdf"),
    (b"Content-Type: application/pdf\r\nContent-Disposition: attachment; filename=x.pdf", "x.pdf"),
    (b"Content-Type: application/pdf; name=n.pdf\r\nContent-Disposition: attachment; filename=f.pdf", "f.pdf"),
    (b"Content-Type: application/pdf; name=n.pdf\r\nContent-Disposition: attachment", "n.pdf"),
    (b'Content-Type: application/pdf; name=n.pdf\r\nContent-Disposition: attachment; filename=""', "n.pdf"),
    (b"Content-Type: application/pdf\r\nContent-Disposition: attachment; name=x.pdf", "x.pdf"),  # wrong word
    (b"Content-Type: application/pdf; filename=x.pdf", "x.pdf"),
    (b"Content-Type: application/pdf\r\nContent-Disposition: filename=x.pdf", "x.pdf"),  # no disposition at all
    (b"Content-Type: application/pdf\r\nContent-Disposition: attachment; file-name=x.pdf", None),
    (b"Content-Type: application/pdf\r\nContent-Description: x.pdf\r\nContent-Disposition: attachment", "x.pdf"),
    (b"Content-Type: application/pdf\r\nContent-Description: the invoice you asked for", None),
    (b"Content-Type: application/pdf", None),
    (b"Content-Type: application/pdf; name=\"=?iso-8859-1?Q?bl=E5.pdf?=\"", "blå.pdf"),
    (b"Content-Type: application/pdf;\r\n\tname=\"=?UTF-8?B?YmzDpWI=?=\r\n\t=?UTF-8?B?w6ZyLnBkZg==?=\"", "blåbær.pdf"),
    (b"Content-Type: application/pdf\r\nContent-Disposition: attachment;\r\n filename*0*=UTF-8''bl%C3%A5;\r\n "
     b"filename*1*=%20b.pdf", "blå b.pdf"),
    (b"Content-Type: application/pdf; name=\"bl?.pdf\"\r\nContent-Disposition: attachment; filename=\"bl?.pdf\";\r\n"
     b" filename*=UTF-8''bl%C3%A5.pdf", "blå.pdf"),
    (b"Content-Type: application/pdf; name=bl\xe5.pdf", "blå.pdf"),
    (b"Content-Type: application/octet-stream\r\nContent-Location: http://example.org/a/x.pdf", None),
    (b"Content-Type: image/png; name=image001.png\r\nContent-ID: <image001.png@01D0>\r\nContent-Disposition: inline; "
     b"filename=image001.png; size=4; creation-date=\"Sat, 21 Nov 2026 10:00:00 GMT\"", "image001.png"),
    (b"Content-Disposition: attachment; filename=notes.txt", "notes.txt"),  # no type: text, but a file
    (b"Content-Type: text/plain; name=notes.txt\r\nContent-Disposition: ATTACHMENT", "notes.txt"),
    (b"Content-Type: text/csv\r\nContent-Disposition: inline; filename=a.csv", "a.csv"),
    (b"Content-Type: text/html; name=page.html\r\nContent-Disposition: attachment; filename=page.html", "page.html"),
    (b"Content-Type: audio/x-wav; name=a.wav", "a.wav"),
    (b"Content-Type: application/octet-stream\r\nContent-Disposition: unheard-of; filename=x.bin", "x.bin"),
    (b"Content-Type: jpeg; name=x.jpg", "x.jpg"),  # a type without slash, and a name
    (b"Content-Type: ; name=x.jpg", "x.jpg"),
    (b"Content-Type: image/jpg name=x.jpg", "x.jpg"),
    (b"content-type:application/pdf;name=x.pdf", "x.pdf"),
]  # fmt: skip


@pytest.mark.parametrize("head, name", NAMES)
def test_names_of_files(head: bytes, name: str | None) -> None:
    read = parse(HEAD + file(head))
    assert read.text == "hi"
    assert [(one.filename, one.data) for one in read.attachments] == [(name, b"DATA")]


STRUCTURES: list[Row] = [
    # the boundary
    (b"Content-Type: multipart/mixed; boundary=b\r\n\r\npreamble\r\n--b  \r\n\r\nhi\r\n--b--  \r\nepilogue", "hi", []),
    (b"Content-Type: multipart/mixed; boundary=\"b b\"\r\n\r\n--b b\r\n\r\nhi\r\n--b b--\r\n", "hi", []),
    (b"Content-Type: multipart/mixed; boundary='b'\r\n\r\n--'b'\r\n\r\nhi\r\n--'b'--\r\n", "hi", []),
    (b"Content-Type: multipart/mixed; BOUNDARY=b\r\n\r\n--b\r\n\r\nhi\r\n--b--\r\n", "hi", []),
    (b"Content-Type: multipart/mixed;\r\n boundary=b\r\n\r\n--b\n\nhi\n--b--\n", "hi", []),
    (b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nhi", "hi", []),
    (b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nhi\r\n--b\r\n--b\r\n\r\nho\r\n--b--", "hi\nho", []),
    (b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nhi\r\n--b--\r\n--b\r\n\r\nho\r\n--b--", "hi", []),
    (b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n--bbbb is no delimiter\r\n--b--", "--bbbb is no delimiter", []),
    (b"Content-Type: multipart/mixed; boundary==_b_=\r\n\r\n--=_b_=\r\n\r\nhi\r\n--=_b_=--\r\n", "hi", []),
    (b"Content-Type: multipart/mixed; boundary=\"--b\"\r\n\r\n----b\r\n\r\nhi\r\n----b--\r\n", "hi", []),
    (b"Content-Type: multipart/mixed (of two); boundary=b\r\n\r\n--b\r\n\r\nhi\r\n--b--\r\n", "hi", []),
    (b"Content-Type: image/png, name=a.png\r\n\r\nP", "", [("a.png", b"P")]),
    (b"Content-Type: multipart/mixed; boundary*0=\"a\"; boundary*1=\"b\"\r\n\r\n--ab\r\n\r\nhi\r\n--ab--\r\n", "hi", []),
    (b"Content-Type: multipart/mixed; boundary=b; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n--b\r\n\r\nhi\r\n--b--", "hi", []),
    (b"Content-Type: application/octet-stream; name=a.txt\r\nContent-Transfer-Encoding: x-uuencode\r\n\r\nbegin 644 a.txt\r\n#:&5I\r\n`\r\nend\r\n", "",
     [("a.txt", b"hei")]),
    (b"Content-Type: text/plain; name=a.txt\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment\r\n\r\nYQ0KYg0K\r\n\r\n", "",
     [("a.txt", b"a\r\nb\r\n")]),
    (b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\n\r\nSorry.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nStatus: 5.1.1\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\nSubject: y\r\n--b--", "Sorry.",
     [(None, b"Status: 5.1.1"), (None, b"Subject: y")]),
    (b"Content-Type: multipart/mixed\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\nhi\r\n--x\r\nContent-Type: image/png; name=a.png\r\n\r\nP\r\n--x--", "hi",
     [("a.png", b"P")]),
    (b"Content-Type: text/calendar; method=CANCEL\r\n\r\nBEGIN:VEVENT\r\nSUMMARY:x\r\nEND:VEVENT", "Cancelled: x",
     [(None, b"BEGIN:VEVENT\r\nSUMMARY:x\r\nEND:VEVENT")]),
    # several texts and files
    (MIXED + b"--b\r\n\r\none\r\n--b\r\nContent-Type: image/png; name=a.png\r\n\r\nP\r\n--b\r\n\r\ntwo\r\n--b--", "one\ntwo",
     [("a.png", b"P")]),
    (MIXED + b"--b\r\nContent-Type: text/plain; name=a.txt\r\nContent-Disposition: inline; filename=a.txt\r\n\r\nfile\r\n"
     b"--b\r\nContent-Type: text/html\r\n\r\n<p>hi</p>\r\n--b--", "hi", [("a.txt", b"file")]),
    (MIXED + b"--b\r\nContent-Type: application/pdf; name=a.pdf\r\n\r\nP\r\n--b--", "", [("a.pdf", b"P")]),
    (b"Content-Type: application/pdf; name=a.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\nUA==", "", [("a.pdf", b"P")]),
    (b"Content-Type: text/plain\r\nContent-Disposition: attachment; filename=a.txt\r\n\r\nwords", "",
     [("a.txt", b"words")]),
    # appledouble, parallel, unheard of
    (MIXED + b"--b\r\n\r\nhi\r\n--b\r\nContent-Type: multipart/appledouble; boundary=c\r\n\r\n--c\r\n"
     b"Content-Type: application/applefile; name=\"%a.doc\"\r\n\r\nRES\r\n--c\r\n"
     b"Content-Type: application/msword; name=\"a.doc\"\r\n\r\nDOC\r\n--c--\r\n--b--", "hi",
     [("%a.doc", b"RES"), ("a.doc", b"DOC")]),
    (b"Content-Type: multipart/parallel; boundary=b\r\n\r\n--b\r\n\r\none\r\n--b\r\n\r\ntwo\r\n--b--", "one\ntwo", []),
    (b"Content-Type: multipart/x-unknown; boundary=b\r\n\r\n--b\r\n\r\none\r\n--b--", "one", []),
    (b"Content-Type: multipart; boundary=b\r\n\r\n--b\r\n\r\none\r\n--b--", "one", []),
    # related
    (b"Content-Type: multipart/related; type=\"multipart/alternative\"; boundary=b\r\n\r\n--b\r\n"
     b"Content-Type: multipart/alternative; boundary=c\r\n\r\n--c\r\n\r\nplain\r\n--c\r\nContent-Type: text/html\r\n\r\n"
     b"<p>rich <img src='cid:p1'></p>\r\n--c--\r\n--b\r\nContent-Type: image/png; name=p.png\r\nContent-ID: <p1>\r\n\r\nP\r\n--b--",
     "plain", [("p.png", b"P")]),
    (b"Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\n\r\nplain\r\n--b\r\n"
     b"Content-Type: multipart/related; boundary=c\r\n\r\n--c\r\nContent-Type: text/html\r\n\r\n<p>rich</p>\r\n--c\r\n"
     b"Content-Type: image/png; name=p.png\r\nContent-ID: <p1>\r\n\r\nP\r\n--c--\r\n--b--", "plain", [("p.png", b"P")]),
    (b"Content-Type: multipart/related; start=\"<r>\"; boundary=b\r\n\r\n--b\r\nContent-Type: image/png; name=p.png\r\n"
     b"Content-ID: <p1>\r\n\r\nP\r\n--b\r\nContent-Type: text/html\r\nContent-ID: <r>\r\n\r\n<p>rich</p>\r\n--b--",
     "rich", [("p.png", b"P")]),
    # the calendar and the plain form of the same words
    (b"Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\n\r\nplain\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>rich</p>"
     b"\r\n--b\r\nContent-Type: text/calendar; method=REQUEST\r\n\r\nBEGIN:VCALENDAR\r\n--b--", "plain",
     [(None, b"BEGIN:VCALENDAR")]),
    # Apple Mail: text beside an alternative whose rich form holds a file
    (b"Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\n\r\nplain\r\n--b\r\nContent-Type: multipart/mixed; "
     b"boundary=c\r\n\r\n--c\r\nContent-Type: text/html\r\n\r\n<p>rich</p>\r\n--c\r\nContent-Type: application/pdf; name=a.pdf"
     b"\r\nContent-Disposition: inline; filename=a.pdf\r\n\r\nP\r\n--c\r\nContent-Type: text/html\r\n\r\n<p>end</p>\r\n--c--\r\n--b--",
     "plain", [("a.pdf", b"P")]),
    # signed, encrypted
    (b"Content-Type: multipart/signed; protocol=\"application/pgp-signature\"; boundary=b\r\n\r\n--b\r\n\r\nhi\r\n--b\r\n"
     b"Content-Type: application/pgp-signature; name=signature.asc\r\n\r\nSIG\r\n--b--", "hi", [("signature.asc", b"SIG")]),
    (b"Content-Type: multipart/encrypted; protocol=\"application/pgp-encrypted\"; boundary=b\r\n\r\n--b\r\n"
     b"Content-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n--b\r\nContent-Type: application/octet-stream; "
     b"name=encrypted.asc\r\n\r\nENC\r\n--b--", "", [(None, b"Version: 1"), ("encrypted.asc", b"ENC")]),
    (b"Content-Type: application/pkcs7-mime; name=smime.p7m; smime-type=enveloped-data\r\n\r\nENC", "", [("smime.p7m", b"ENC")]),
    # mails within
    (MIXED + b"--b\r\n\r\nhi\r\n--b\r\nContent-Type: message/rfc822; name=\"a.eml\"\r\n\r\nSubject: x\r\n\r\ny\r\n--b--", "hi",
     [("a.eml", b"Subject: x\r\n\r\ny")]),
    (MIXED + b"--b\r\n\r\nhi\r\n--b\r\nContent-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n"
     b"U3ViamVjdDogeA0KDQp5\r\n--b--", "hi", [("x.eml", b"Subject: x\r\n\r\ny")]),
    (b"Content-Type: message/partial; id=\"1@x\"; number=1; total=2\r\n\r\nSubject: x\r\n\r\ny", "",
     [(None, b"Subject: x\r\n\r\ny")]),
    (MIXED + b"--b\r\n\r\nhi\r\n--b\r\nContent-Type: message/external-body; access-type=URL; URL=\"http://example.org/\"\r\n\r\n"
     b"Content-Type: image/png\r\n--b--", "hi", [(None, b"Content-Type: image/png")]),
    # texts that are data, and rich text
    (b"Content-Type: text/richtext\r\n\r\n<bold>hi</bold><nl>there", "hi\nthere", []),
    (b"Content-Type: text/enriched\r\n\r\none\r\n\r\ntwo\r\nstill two<param>red</param>", "one\ntwo still two", []),
    (b"Content-Type: application/rtf; name=a.rtf\r\n\r\n{\\rtf1 hi}", "", [("a.rtf", b"{\\rtf1 hi}")]),
    (b"Content-Type: text/x-unknown\r\n\r\nhi", "hi", []),
    (b"Content-Type: text/markdown; charset=utf-8\r\n\r\n*hi*", "*hi*", []),
    # line ends
    (b"\r\none\rtwo\nthree\r\nfour", "one\ntwo\nthree\nfour", []),
    # yEnc and uuencode
    (b"\r\n=ybegin line=128 size=3 name=a\r\n\x8b\x8c\x8d\r\n=yend size=3", "", []),
    (b"\r\nsee:\r\n\r\nbegin 644 hei.txt\r\n#:&5I\r\n`\r\nend\r\nbye", "see:\n\n\nbye", [("hei.txt", b"hei")]),
]  # fmt: skip


@pytest.mark.parametrize("body, text, files", STRUCTURES)
def test_structures(body: bytes, text: str, files: list[tuple[str | None, bytes]]) -> None:
    read = parse(HEAD + body)
    if b"=ybegin" not in body:  # left alone: shown as it came
        assert read.text == text
    assert [(one.filename, one.data) for one in read.attachments] == files


BLOCKS: list[tuple[bytes, str, str, str | None]] = [
    (b"\n\n\nSubject: x\n\nhi", "x", "hi", "blank-lines-before-header"),
    (b"Subject: x\n\n\n\nhi", "x", "hi", None),
    (b"Subject: x\nDate: Sat, 21 Nov 2026 10:00:00 +0100\nDate: Sat, 21 Nov 2026 11:00:00 +0100\n\nhi", "x", "hi", "date-twice"),
    (b"Subject: x\nContent-Type: text/plain\nContent-Type: text/html\n\n<p>hi", "x", "<p>hi", "content-type-twice"),
    (b"Subject: x\nX-Long: " + b"y" * 5000 + b"\nTo: a@example.org\n\nhi", "x", "hi", None),
    (b"Subject: x\n \t \nTo: a@example.org\n\nhi", "x", "hi", None),
    (b" folded before any field\nSubject: x\n\nhi", "x", "hi", None),
    (b"From a@example.org  Sat Nov 21 10:00:00 2026\nSubject: x\n\nhi\n>From here on", "x", "hi\n>From here on", None),
    (b"Just words,\nno header: at all\n\nhi", "", "Just words,\nno header: at all\n\nhi", "header-without-end"),
    (b"Subject: x", "x", "", None),
    (b"Subject: x\n", "x", "", None),
    (b"\n\n", "", "", "empty-mail"),
    (b"Subject: x\r\n\r\n\x00\x00", "x", "\ufffd\ufffd", None),
    (b"Subject: x\nContent-Type:\n\nhi", "x", "hi", None),
    (b"Subject: x\nContent-Type: /\n\nhi", "x", "hi", "content-type-invalid"),
    (b"Subject: x\nContent-Type: TEXT/PLAIN; CHARSET=UTF-8\n\nhi", "x", "hi", None),
    (b"subject: x\nMIME-VERSION: 1.0\ncontent-TYPE: text/html\n\n<b>hi</b>", "x", "hi", None),
    (b"Subject: x\nContent-Type: text/html; charset=utf-16\n\n" + "<p>blå</p>".encode("utf-16"), "x", "blå", None),
    (b"Subject: x\nContent-Type: text/html\n\n" + b"<meta charset=windows-1251><p>\xcf\xf0\xe8</p>", "x", "При", None),
    (b"Subject: x\nContent-Type: text/html; charset=utf-8\n\n<p>bl\xe5</p>", "x", "blå", "charset-wrong"),
]  # fmt: skip


@pytest.mark.parametrize("data, subject, text, defect", BLOCKS)
def test_header_blocks(data: bytes, subject: str, text: str, defect: str | None) -> None:
    read = parse(data)
    assert (read.subject, read.text) == (subject, text)
    assert defect is None or defect in read.defects


@pytest.mark.parametrize(
    "pattern",
    [
        lambda n: flowed(b"> x \n" * n),
        lambda n: flowed(b">" * n * 4),
        lambda n: b"Content-Type: text/enriched\n\n" + b"<nofill>" * n,
        lambda n: b"Content-Type: text/enriched\n\n" + b"<param>" * n,
        lambda n: b"Content-Type: text/richtext\n\n" + b"<nl" * n,
        lambda n: qp(b"= \t" * n),
        lambda n: qp(b"=" + b" " * n * 4),
        lambda n: b"Content-Type: text/calendar\n\nBEGIN:VEVENT\n" + b'A;"' * n + b":x\n" + b"BEGIN:VEVENT\n" * n,
        lambda n: b"Content-Type: text/html\n\n<p style='" + b"max-height:0;" * n + b"'>x",
    ],
)
def test_twice_the_bytes_take_about_twice_the_time(pattern: object) -> None:
    assert callable(pattern)

    def seconds(n: int) -> float:
        best = 9.0
        for _ in range(3):
            began = time.process_time()
            parse(HEAD + pattern(n))
            best = min(best, time.process_time() - began)
        return best

    assert seconds(16_000) < 4 * 3 * max(seconds(4_000), 0.01)


@pytest.mark.parametrize(
    "data",
    [b"", b"0", b"0\x80", b"\x30\x84\xff\xff\xff\xff", b"\x06\x09*\x86H\x86\xf7\r\x01\x07\x02", b"\x1f" * 50,
     b"\x06\x09*\x86H\x86\xf7\r\x01\x07\x02\x06\x09*\x86H\x86\xf7\r\x01\x07\x01\xa0\x80", b"\x00" * 300_000,
     b"0\x80" * 300_000, b"\x04\x85" * 1000],
)  # fmt: skip
def test_what_is_no_signature_has_no_signed_content(data: bytes) -> None:
    assert signed_content(data) is None


def test_a_blank_eaten_on_the_way_adds_nothing_to_a_uuencoded_file() -> None:
    read = parse(b"\r\nbegin 644 f\r\n#:&5I\r\n\r\nend\r\n")
    assert [one.data for one in read.attachments] == [b"hei"]


def test_a_mail_of_rich_text_alone_shows_its_words() -> None:
    read = parse(b"Content-Type: text/rtf\r\n\r\n{\\rtf1\\ansi Hei p\\'e5 deg\\par}")
    assert (read.text, len(read.attachments)) == ("Hei på deg", 1)


def test_entities_within_entities_end_somewhere() -> None:
    """A multipart encoded as a whole, in one encoded as a whole, and so on."""
    data = b"Content-Type: text/plain\r\n\r\ninnermost"
    for n in range(8):
        inside = b"--b%d\r\n" % n + data + b"\r\n--b%d--\r\n" % n
        head = b"Content-Type: multipart/mixed; boundary=b%d\r\nContent-Transfer-Encoding: base64\r\n\r\n" % n
        data = head + base64.encodebytes(inside)
    assert parse(data).text
