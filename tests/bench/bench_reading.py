"""What reading a mail costs, against the standard library reading less of the same mail: `make bench`.

Ours makes everything of it: addresses, text, new words, folds, safe HTML, files with digests, bounce, fingerprint. The
yardstick is `email.policy.default` asked for subject, addresses, body and attachments; "the same" is ours asked for
just these. All in this process, the best of several rounds, so that machines differ and the ratio hardly.
"""

from __future__ import annotations

import base64
import email
import email.policy
import time
from collections.abc import Callable, Sequence
from email.message import EmailMessage
from pathlib import Path

import pytest

from mailgate.inbound.addresses import read_addresses
from mailgate.inbound.body import read_body
from mailgate.inbound.headers import text_of
from mailgate.inbound.mime import split
from mailgate.inbound.parse import parse

GOLDEN = sorted((Path(__file__).parents[1] / "mails").rglob("*.eml"))
ROUNDS = 5


def by_stdlib(data: bytes) -> None:
    mail = email.message_from_bytes(data, policy=email.policy.default)
    assert isinstance(mail, EmailMessage)
    try:
        str(mail["subject"])
        for name in ("from", "to", "cc", "reply-to"):
            _ = mail[name] and [one.addr_spec for one in mail[name].addresses]
        if body := mail.get_body(("plain", "html")):
            body.get_content()
        for part in mail.iter_attachments():
            part.get_filename(), part.get_content()
    except (LookupError, ValueError, AttributeError, TypeError):
        pass  # it does not read every mail; what it did until then counts


def the_same(data: bytes) -> None:
    root, _ = split(data)
    text_of(root.fields.first("subject"))
    for name in ("from", "to", "cc", "reply-to"):
        read_addresses(root.fields.all(name))
    body = read_body(data, root)
    assert all(isinstance(words.plain or words.html, str) for words in body.words)
    body.attachments()


def milliseconds(read: Callable[[bytes], object], mails: Sequence[bytes]) -> float:
    """A mail, in the best round."""

    def once() -> float:
        began = time.perf_counter()
        for one in mails:
            read(one)
        return time.perf_counter() - began

    return min(once() for _ in range(ROUNDS)) / len(mails) * 1000


def large(kind: str) -> bytes:
    lines = [f"Line {number}: what went wrong with order {number * 7919}, in some detail." for number in range(600)]
    head = b"From: Ola <ola@example.org>\r\nTo: support@example.com\r\nSubject: Large\r\nMIME-Version: 1.0\r\n"
    if kind == "text of 40 kB":
        return head + b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + "\r\n".join(lines).encode()
    if kind == "reply of an office program":
        return head + office_reply(lines)
    html = "".join(
        f"<div style='color:#111'><p>{line} <a href='https://example.org/{line[5:8]}'>more</a></p></div>"
        for line in lines
    )
    if kind == "HTML of 80 kB":
        return head + b"Content-Type: text/html; charset=utf-8\r\n\r\n" + f"<html><body>{html}</body></html>".encode()
    file = base64.encodebytes(bytes(range(256)) * (4 * int(kind.split()[2]) * 1024)).replace(b"\n", b"\r\n")
    return (
        head + b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n\r\nSee the file.\r\n'
        b'--b\r\nContent-Type: image/png; name="a.png"\r\nContent-Transfer-Encoding: base64\r\n'
        b'Content-Disposition: attachment; filename="a.png"\r\n\r\n' + file + b"--b--\r\n"
    )  # fmt: skip


def office_reply(lines: Sequence[str]) -> bytes:
    """Two lines of words above a long thread, as text and as HTML full of styles, with a small picture."""
    header = "From: Kari <kari@example.com>\nSent: 9 March 2026 16:12\nTo: Ola <ola@example.org>\nSubject: Large\n"
    thread = "\n".join(lines[:60])
    text = f"Thank you, it works now.\n\nOla\n\n{header}\n{thread}\n"
    paragraphs = "".join(
        f'<p class="MsoNormal"><span style="font-size:11.0pt;font-family:&quot;Calibri&quot;,sans-serif">{line}'
        "<o:p></o:p></span></p>\n"
        for line in ["Thank you, it works now.", "Ola", *header.splitlines(), *lines[:60]]
    )
    mail = EmailMessage()
    mail.set_content(text, cte="quoted-printable")
    mail.add_alternative(f"<html><body><div>{paragraphs}</div></body></html>", subtype="html", cte="quoted-printable")
    mail.add_attachment(bytes(range(256)) * 60, "image", "png", filename="image001.png", cid="<image001.png@x>")
    return mail.as_bytes(policy=email.policy.SMTP).split(b"MIME-Version: 1.0\r\n", 1)[-1]


@pytest.mark.parametrize(
    "kind", ["golden", "reply of an office program", "text of 40 kB", "HTML of 80 kB", "file of 1 MB", "file of 10 MB"]
)
def test_reading(kind: str) -> None:
    mails = [file.read_bytes() for file in GOLDEN] if kind == "golden" else [large(kind)]
    ours, same, theirs = (milliseconds(read, mails) for read in (parse, the_same, by_stdlib))
    size = sum(map(len, mails)) / len(mails) / 1024
    print(
        f"\n{kind}: {size:.0f} KiB; ours {ours:.2f} ms, the same {same:.2f} ms, stdlib {theirs:.2f} ms: "
        f"{ours / theirs:.2f} for all of it, {same / theirs:.2f} for the same"
    )
