"""RFC 5322 bytes -> InboundMail. Accepts anything, raises nothing, names every defect (SAFETY, "Reading").

    parse(data)                     the whole mail
    parse(data, headers_only=True)  its header block, the second rung of the ladder
    opaque(data)                    author and subject if a plain scan finds them, the last rung

The time is linear in the bytes; caps bound what is shown. `to_json` is what `mailgate parse` prints (DESIGN, "JSON").
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from mailgate.inbound.addresses import Addresses, read_addresses
from mailgate.inbound.body import MAX_TEXT, Body, read_body, squeezed
from mailgate.inbound.bounces.reading import read_bounce
from mailgate.inbound.bounces.reasons import ARRIVED
from mailgate.inbound.charsets import decode
from mailgate.inbound.headers import (
    MAX_REFERENCES,
    Fields,
    clean,
    decode_words,
    read_date,
    read_id,
    read_ids,
    text_of,
)
from mailgate.inbound.mime import ATTACHED_MAIL, Part, as_message, contents, split
from mailgate.inbound.reply_text import fold
from mailgate.mail import (
    Address,
    BounceReport,
    EmbeddedMail,
    FailedRecipient,
    Fold,
    InboundMail,
    KindFound,
    valid_address,
)
from ticketing import case_number

MAX_EMBEDDED = 10

# Fields that may stand once (RFC 5322 3.6). From is judged on its own.
_ONCE = ("subject", "date", "message-id", "to", "cc", "reply-to", "in-reply-to", "references", "content-type",
         "content-transfer-encoding", "content-disposition", "mime-version", "sender")  # fmt: skip


def parse(data: bytes, *, headers_only: bool = False) -> InboundMail:
    """What a mail says. With `headers_only` the body is not looked at: text, files, bounce and embedded mails are
    empty."""
    source, defects = _readable(data)
    if headers_only:
        root, structure = split(_header_block(source))
        root.children.clear()
        structure = ["body-not-read"]
    else:
        root, structure = split(source)
    fields = root.fields
    defects += fields.defects + structure
    head = _read_head(fields, defects)
    body = Body() if headers_only else read_body(source, root)
    defects += body.defects
    text, html_folds = _shown(body, defects)
    new_text, folds = fold(text, html_folds, head.subject)
    bounce = None if headers_only else _scrub(read_bounce(as_message(source, root), text))
    return InboundMail(
        message_id=head.message_id,
        author=head.author,
        reply_to=head.reply_to,
        to=head.to,
        cc=head.cc,
        subject=head.subject,
        sent_at=head.sent_at,
        in_reply_to=tuple(read_ids(fields.first("in-reply-to"))),
        references=tuple(head.references[-MAX_REFERENCES:]),
        text=text,
        html=body.safe_html(),
        new_text=new_text,
        folds=folds,
        attachments=tuple(body.attachments()),
        bounce=bounce,
        language=_language(fields),
        case_numbers=tuple(case_number.find(f"{head.subject}\n{text}")),
        content_type=root.content_type,
        content_parameters=root.parameters,
        headers=_all_headers(fields),
        defects=tuple(dict.fromkeys(defects)),
        fingerprint=_fingerprint(head, fields, body, _body_bytes(source, root) if headers_only else b""),
        embedded=tuple(_embedded(body)),
        unseen=body.unseen(),
    )


def _readable(data: bytes) -> tuple[bytes, list[str]]:
    """The bytes from the first header line on. A mail without one LF was written by a program that ends lines by CR."""
    defects: list[str] = []
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") and b"\0" in data[2:6]:  # saved by an editor as UTF-16
        defects.append("utf-16-mail")
        data = data.decode("utf-16", "replace").encode("utf-8", "replace")
    if data[:3] == b"\xef\xbb\xbf":
        data = data[3:]
    if data[:1] in (b"\r", b"\n"):
        defects.append("blank-lines-before-header")
        data = data.lstrip(b"\r\n")
    if b"\n" not in data and b"\r" in data:
        defects.append("bare-cr-line-ends")
        data = data.replace(b"\r", b"\n")
    if b"\r\r\n" in data[:1000] and data[: data.find(b"\n") + 1].endswith(b"\r\r\n"):
        defects.append("doubled-cr-line-ends")
        data = data.replace(b"\r\r\n", b"\r\n")
    if not data.strip():
        defects.append("empty-mail")
    return data, defects


def _header_block(source: bytes) -> bytes:
    found = re.search(rb"\n\r?\n", source)
    return source[: found.end()] if found else source


def _body_bytes(source: bytes, root: Part) -> bytes:
    return source[root.start :].replace(b"\r\n", b"\n")


# -- the header block -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Head:
    author: Address | None
    reply_to: tuple[Address, ...]
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    subject: str
    sent_at: datetime | None
    message_id: str | None
    references: list[str]


def _read_head(fields: Fields, defects: list[str]) -> _Head:
    names = [name for name, _ in fields.items]
    if len(set(names)) < len(names):
        defects += [f"{name}-twice" for name in _ONCE if names.count(name) > 1]
    author = _author(fields.all("from"), defects)
    lists: dict[str, tuple[Address, ...]] = {}
    for name in ("reply-to", "to", "cc"):
        addresses = read_addresses(fields.all(name))
        defects += [f"{name}-{doubt}" for doubt in addresses.doubts]
        lists[name] = addresses.found
    stated_date, stated_id = fields.first("date"), fields.first("message-id")
    sent_at, message_id = read_date(stated_date), read_id(stated_id)
    if sent_at is None:
        defects.append("date-invalid" if stated_date else "date-missing")
    if message_id is None:
        defects.append("message-id-invalid" if stated_id else "message-id-missing")
    return _Head(
        author=author,
        reply_to=lists["reply-to"],
        to=lists["to"],
        cc=lists["cc"],
        subject=text_of(fields.first("subject")),
        sent_at=sent_at,
        message_id=message_id,
        references=read_ids(fields.first("references")),
    )


def _author(values: list[bytes], defects: list[str]) -> Address | None:
    """RULES 1: the single address in From, else nobody, and the defect says why."""
    stated = read_addresses(values)
    defects += [f"from-{doubt}" for doubt in stated.doubts]
    trouble = _author_trouble(values, stated)
    if trouble:
        defects.append(trouble)
        return None
    return stated.found[0]


def _author_trouble(values: list[bytes], stated: Addresses) -> str | None:
    if not any(values):
        return "from-missing"
    if len(values) > 1:
        return "from-twice"
    if stated.group:
        return "from-group"
    if len({one.address for one in stated.found}) != 1:
        return "from-several" if stated.found else "from-invalid"
    return None


_LANGUAGE = re.compile(r"([A-Za-z]{2,3})(?:[-_][A-Za-z0-9-]*)?\s*(?:[,;]|\Z)")


def _language(fields: Fields) -> str | None:
    """The first tag of Content-Language, its primary part in lower case (RFC 3282, 5646)."""
    found = _LANGUAGE.match(text_of(fields.first("content-language")))
    return found[1].lower() if found else None


def _all_headers(fields: Fields) -> dict[str, tuple[str, ...]]:
    headers: dict[str, list[str]] = {}
    for name, value in fields.items:
        headers.setdefault(name, []).append(text_of(value))
    return {name: tuple(values) for name, values in headers.items()}


# -- the words ---------------------------------------------------------------------------------------------------------


def _shown(body: Body, defects: list[str]) -> tuple[str, tuple[Fold, ...]]:
    """The words of all parts, one under the other, and where the HTML ones were quoted."""
    folds: list[Fold] = []
    pieces: list[str] = []
    at = 0
    for words in body.words:
        rendered, quoted = words.render()
        lead = len(rendered) - len(rendered.lstrip("\n"))
        piece = rendered.strip("\n")
        if not piece.strip():
            continue
        folds += [Fold(at + max(one.start - lead, 0), at + min(one.end - lead, len(piece)), one.rule) for one in quoted]
        pieces.append(piece)
        at += len(piece) + 1
    text = "\n".join(pieces)
    if len(text) > MAX_TEXT:
        defects.append("text-cut")
        text = text[:MAX_TEXT]
    bounded = (replace(one, end=min(one.end, len(text))) for one in folds)
    return text, tuple(one for one in bounded if one.start < one.end)


# -- mails within, and the same mail again ----------------------------------------------------------------------------


def _embedded(body: Body) -> list[EmbeddedMail]:
    attached = [file for file in body.files if file.part.content_type in ATTACHED_MAIL]
    return [_read_embedded(file.data) for file in attached[:MAX_EMBEDDED]]


def _read_embedded(data: bytes) -> EmbeddedMail:
    source, _ = _readable(data)
    root, _ = split(source)
    head = _read_head(root.fields, [])
    text, _ = _shown(read_body(source, root), [])
    return EmbeddedMail(
        author=head.author,
        subject=head.subject,
        message_id=head.message_id,
        references=tuple(head.references[-MAX_REFERENCES:]),
        sent_at=head.sent_at,
        text=text,
    )


def _fingerprint(head: _Head, fields: Fields, body: Body, raw_body: bytes) -> str:
    """SAFETY, "Keys": equal for every copy of a mail, however its transfer encodings were changed on the way. Headers
    that hosts add on the way do not count."""
    stated = [
        head.author.address if head.author else [text_of(value) for value in fields.all("from")],
        head.sent_at.isoformat() if head.sent_at else text_of(fields.first("date")),
        head.subject,
        squeezed("\n".join(words.plain if words.shown and not words.html else words.html for words in body.words)),
        [_digest(file.part, file.data, file.sha256) for file in body.files],
        hashlib.sha256(raw_body).hexdigest() if raw_body else "",
    ]
    return hashlib.sha256(json.dumps(stated).encode()).hexdigest()


def _digest(part: Part, data: bytes, sha256: str, depth: int = 0) -> str:
    """The digest of a file, the same after a change of line ends or transfer encodings within it."""
    if part.content_type in ATTACHED_MAIL and depth < 3:
        return _digest_mail(data, depth + 1)
    if part.content_type.startswith("text/") or data.isascii():
        return hashlib.sha256(data.replace(b"\r\n", b"\n").rstrip(b"\n")).hexdigest()
    return sha256


def _digest_mail(data: bytes, depth: int) -> str:
    root, _ = split(data)
    found = [text_of(root.fields.first(name)) for name in ("from", "date", "subject", "message-id")]
    waiting = [root]
    while waiting:
        part = waiting.pop()
        waiting += part.children
        if part.is_multipart:
            continue
        inner = contents(data, part, [])
        if part.content_type in ("text/plain", "text/html"):
            found.append(squeezed(decode(inner, part.parameters.get("charset"))[0]))
        else:
            found.append(_digest(part, inner, hashlib.sha256(inner).hexdigest(), depth))
    return hashlib.sha256(json.dumps(found).encode()).hexdigest()


def _scrub(report: BounceReport | None) -> BounceReport | None:
    """The report without the stand-ins that the standard library uses for raw octets."""
    if report is None:
        return None
    return replace(
        report,
        failed=tuple(
            FailedRecipient(_plain(one.address), _plain(one.status), one.action, one.permanent, _plain(one.diagnostic))
            for one in report.failed
        ),
        original_message_id=_plain(report.original_message_id) if report.original_message_id else None,
        original_envelope_id=_plain(report.original_envelope_id) if report.original_envelope_id else None,
        reason=_plain(report.reason),
        returned_text=_plain(report.returned_text),
    )


def _plain(text: str) -> str:
    return text.encode("utf-8", "replace").decode().replace("\0", "\ufffd")


# -- the last rung ----------------------------------------------------------------------------------------------------

_SCANNED = 256 * 1024
_FROM_LINE = re.compile(rb"^From:[ \t]*([^\r\n]{1,998})", re.I | re.M)
_SUBJECT_LINE = re.compile(rb"^Subject:[ \t]*([^\r\n]{1,998})", re.I | re.M)
_BRACKETED = re.compile(rb"<([^<>@\s]{1,64}@[^<>@\s]{1,253})>\s*\Z")


def opaque(data: bytes) -> InboundMail:
    """A mail nothing else could read: author and subject if they stand plainly in its header block, the fingerprint
    of its bytes, the defect `opaque`; nothing else is trusted. The whole raw mail is the operator's to look at."""
    head = _header_block(data[:_SCANNED])[:_SCANNED]
    subject = _SUBJECT_LINE.search(head)
    return InboundMail(
        message_id=None,
        author=_plain_author(head),
        reply_to=(),
        to=(),
        cc=(),
        subject=clean(decode_words(decode(subject[1], None)[0])) if subject else "",
        sent_at=None,
        in_reply_to=(),
        references=(),
        text="",
        html="",
        new_text="",
        folds=(),
        attachments=(),
        bounce=None,
        language=None,
        case_numbers=(),
        content_type="application/octet-stream",
        content_parameters={},
        headers={},
        defects=("opaque",),
        fingerprint=hashlib.sha256(b"opaque\n" + data).hexdigest(),
    )


def _plain_author(head: bytes) -> Address | None:
    lines = _FROM_LINE.findall(head)
    if len(lines) != 1:
        return None
    line = lines[0].strip()
    bracketed = _BRACKETED.search(line)
    address = valid_address((bracketed[1] if bracketed else line).decode("utf-8", "replace"))
    return Address("", address) if address else None


# -- what `mailgate parse` prints -------------------------------------------------------------------------------------


def to_json(mail: InboundMail, file: str, kind: KindFound) -> dict[str, Any]:
    """The promised keys (DESIGN, "JSON"); times ISO 8601 with offset, what is absent null."""
    return {
        "file": file,
        "message_id": mail.message_id,
        "author": _address(mail.author) if mail.author else None,
        "to": [_address(one) for one in mail.to],
        "cc": [_address(one) for one in mail.cc],
        "subject": mail.subject,
        "sent_at": mail.sent_at.isoformat() if mail.sent_at else None,
        "in_reply_to": list(mail.in_reply_to),
        "references": list(mail.references),
        "text": mail.text,
        "html": mail.html,
        "new_text": mail.new_text,
        "folded": [{"start": one.start, "end": one.end, "rule": one.rule} for one in mail.folds],
        "attachments": [
            {
                "filename": one.filename,
                "content_type": one.content_type,
                "size": one.size,
                "sha256": one.sha256,
                "inline": one.inline,
            }
            for one in mail.attachments
        ],
        "kind": {"name": kind.kind.value, "rule": kind.rule, "detail": kind.detail},
        "bounce": _bounce(mail.bounce) if mail.bounce else None,
        "case_numbers": list(mail.case_numbers),
        "language": mail.language,
        "defects": list(mail.defects),
    }


def _address(one: Address) -> dict[str, str]:
    return {"name": one.name, "address": one.address}


def _bounce(report: BounceReport) -> dict[str, Any]:
    return {
        "failed": [
            {
                "address": one.address,
                "status": one.status,
                "permanent": one.permanent,
                "diagnostic": one.diagnostic,
            }
            for one in report.failed
            if one.action not in ARRIVED  # a report that says where the mail went
        ],
        "original_message_id": report.original_message_id,
    }
