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
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from mailgate.inbound import html as markup
from mailgate.inbound.bounces.reading import read_bounce
from mailgate.inbound.charsets import decode
from mailgate.inbound.headers import (
    MAX_REFERENCES,
    Addresses,
    Fields,
    clean,
    decode_words,
    read_addresses,
    read_date,
    read_id,
    read_ids,
    text_of,
)
from mailgate.inbound.invitations import invitation_words
from mailgate.inbound.mime import ATTACHED_MAIL, Part, as_message, contents, decode_uu, split
from mailgate.inbound.plain_text import unenrich, unflow, unrich
from mailgate.inbound.reply_text import fold
from mailgate.inbound.tnef import Container, read_tnef
from mailgate.mail import (
    Address,
    Attachment,
    BounceReport,
    EmbeddedMail,
    FailedRecipient,
    Fold,
    InboundMail,
    KindFound,
    valid_address,
)
from ticketing import case_number

MAX_TEXT = markup.MAX_TEXT
MAX_WORDS = 2 * 1024 * 1024
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
    body = _Body() if headers_only else _read_body(source, root)
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
        begins_in_html=body.begins_in_html(),
    )


def _readable(data: bytes) -> tuple[bytes, list[str]]:
    """The bytes from the first header line on. A mail without one LF was written by a program that ends lines by CR."""
    defects: list[str] = []
    if data[:3] == b"\xef\xbb\xbf":
        data = data[3:]
    if data[:1] in (b"\r", b"\n"):
        defects.append("blank-lines-before-header")
        data = data.lstrip(b"\r\n")
    if b"\n" not in data and b"\r" in data:
        defects.append("bare-cr-line-ends")
        data = data.replace(b"\r", b"\n")
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
    defects += [f"{name}-twice" for name in _ONCE if len(fields.all(name)) > 1]
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
    if len(stated.found) != 1:
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


# -- the body ---------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Words:
    """One part of the body that people read. `shown`: whether its words go into the text, or the other form of them
    does."""

    plain: str = ""
    html: str = ""
    shown: bool = True
    _rendered: tuple[str, tuple[Fold, ...]] | None = field(default=None, init=False, repr=False)

    def render(self) -> tuple[str, tuple[Fold, ...]]:
        """Once: HTML is dear to render, and asked for by several."""
        if not self.shown:
            return "", ()
        if self._rendered is None:
            self._rendered = markup.render(self.html) if self.html else (self.plain, ())
        return self._rendered


@dataclass(slots=True)
class _File:
    part: Part
    data: bytes
    sha256: str
    filename: str | None
    disposition: str


class _Body:
    """What the walk over the parts gathers: words in reading order, files in the order they came."""

    def __init__(self) -> None:
        self.words: list[_Words] = []
        self.files: list[_File] = []
        self.defects: list[str] = []

    def html(self) -> str:
        return "\n".join(words.html for words in self.words if words.html)

    def safe_html(self) -> str:
        return "\n".join(markup.sanitise(words.html) for words in self.words if words.html)

    def begins_in_html(self) -> bool:
        """The first words that go into the text stand in HTML only."""
        return next((bool(words.html) for words in self.words if words.render()[0].strip()), False)

    def attachments(self) -> list[Attachment]:
        html = self.html()
        return [
            Attachment(
                filename=file.filename,
                content_type=file.part.content_type,
                size=len(file.data),
                sha256=file.sha256,
                inline=_is_inline(file, html),
                content_id=file.part.content_id(),
                data=file.data,
            )
            for file in self.files
        ]


def _is_inline(file: _File, html: str) -> bool:
    """Said to be, or shown by the HTML: some clients call their inline pictures attachments."""
    content_id = file.part.content_id()
    return file.disposition == "inline" or bool(content_id and f"cid:{content_id}" in html)


def _read_body(source: bytes, root: Part) -> _Body:
    walk = _Walk(source)
    walk.body.words = walk.read(root)
    if not any(words.plain.strip() or words.html.strip() for words in walk.body.words):
        walk.body.words += (walk.named_texts or walk.contained)[:1] or walk.invitations[:1]
    return walk.body


# Text that is data rather than words, unless nothing better names it.
_TEXT_FILES = frozenset({"calendar", "vcard", "x-vcard", "directory", "csv", "xml", "rfc822-headers", "x-amp-html",
                         "css", "javascript", "rtf", "x-patch", "x-diff", "tab-separated-values", "json"})  # fmt: skip
_HTML_START = re.compile(r"\s{0,200}(?:<!doctype html|<html[\s>])", re.I)
_META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s{0,5}=\s{0,5}[\"']?([A-Za-z0-9_.:-]{1,40})", re.I)
_OTHER_LINE_ENDS = "\r\x0b\x0c\x85\u2028\u2029"
_LINE_ENDS = re.compile(f"[{_OTHER_LINE_ENDS}]")
_SEPARATORS = re.compile("[\x1c-\x1e]")
_UU_FILE = re.compile(r"^begin [0-7]{3,4} ([^\n]{1,200})\n(?=[!-`])", re.MULTILINE)


class _Walk:
    """One walk over the tree; its depth is capped where the tree is built."""

    def __init__(self, source: bytes) -> None:
        self.source = source
        self.body = _Body()
        self.named_texts: list[_Words] = []
        self.contained: list[_Words] = []  # what a winmail.dat says
        self.invitations: list[_Words] = []

    def read(self, part: Part) -> list[_Words]:
        """The words in and below a part; its files are filed on the way."""
        if not part.is_multipart:
            return self.leaf(part)
        match part.content_type:
            case "multipart/alternative":
                return _best([self.read(child) for child in part.children])
            case "multipart/related":
                return self.related(part)
            case "multipart/signed":
                first, *rest = part.children
                words = self.read(first)
                for child in rest:
                    self.file(child)
                return words
            case "multipart/encrypted":
                for child in part.children:
                    self.file(child)
                return []
        return [words for child in part.children for words in self.read(child)]

    def related(self, part: Part) -> list[_Words]:
        """RFC 2387: one root, by default the first, and what it shows."""
        start = part.parameters.get("start", "").strip("<> ")
        root = next((child for child in part.children if start and child.content_id() == start), part.children[0])
        words: list[_Words] = []
        for child in part.children:
            if child is root or child.is_multipart or not child.content_id():
                words += self.read(child)
            else:
                self.file(child)
        return words

    def leaf(self, part: Part) -> list[_Words]:
        maintype, _, subtype = part.content_type.partition("/")
        if maintype == "multipart":  # its parts were never found: show what is there, lose nothing
            return [self.plain(part, contents(self.source, part, self.body.defects)[:MAX_WORDS])]
        disposition, _ = part.disposition()
        if maintype != "text" or subtype in _TEXT_FILES or disposition == "attachment":
            self.file(part)
            return []
        self.body.defects += part.fields.defects
        data = contents(self.source, part, self.body.defects)
        named, long = part.filename() is not None, len(data) > MAX_WORDS
        if named or long:
            self.file(part)
        if long:  # a log or a dump: its beginning is shown, all of it is a file
            self.body.defects.append("text-cut")
            data = data[:MAX_WORDS]
        words = self.hypertext(part, data) if subtype in ("html", "xhtml") else self.plain(part, data)
        if named:
            self.named_texts.append(words)
            return []
        return [words]

    def hypertext(self, part: Part, data: bytes) -> _Words:
        charset = part.parameters.get("charset")
        if not charset and (found := _META_CHARSET.search(data[:4096])):
            charset = found[1].decode("ascii")
        return _Words(html=self.decoded(data, charset))

    def plain(self, part: Part, data: bytes) -> _Words:
        text = _one_kind_of_line_end(self.decoded(data, part.parameters.get("charset")))
        if _HTML_START.match(text):
            return _Words(html=text)  # mislabelled
        return _Words(plain=self.take_uu_files(_as_read(part, text)))

    def take_uu_files(self, text: str) -> str:
        """Files written into the text by uuencode, as old programs do; only whole ones, from `begin` to `end`."""
        if "begin " not in text:
            return text
        out: list[str] = []
        at = 0
        following = _UU_FILE.search(text)
        while found := following:
            following = _UU_FILE.search(text, found.end())
            end = text.find("\nend", found.end() - 1, following.start() if following else len(text))
            trouble: list[str] = []
            data = decode_uu(text[found.start() : end + 4].encode("utf-8", "replace"), trouble) if end >= 0 else b""
            if trouble or not data:
                continue
            out.append(text[at : found.start()])
            at = end + 4
            part = Part(Fields(), "application/octet-stream", {"name": clean(found[1])}, 0, 0)
            self.body.files.append(_File(part, data, hashlib.sha256(data).hexdigest(), part.filename(), "attachment"))
        out.append(text[at:])
        return "".join(out)

    def decoded(self, data: bytes, charset: str | None) -> str:
        text, defect = decode(data, charset)
        if defect:
            self.body.defects.append(defect)
        return text

    def file(self, part: Part) -> None:
        """A part that is kept as a file; of a multipart, each leaf."""
        for child in part.children:
            self.file(child)
        if part.is_multipart:
            return
        self.body.defects += part.fields.defects
        data = contents(self.source, part, self.body.defects)
        disposition, _ = part.disposition()
        digest = hashlib.sha256(data).hexdigest()
        self.body.files.append(_File(part, data, digest, part.filename() or part.described_name(), disposition))
        if part.content_type == "text/calendar":
            calendar = decode(data[:MAX_TEXT], part.parameters.get("charset"))[0]
            said = invitation_words(calendar, part.parameters.get("method", ""))
            self.invitations += [_Words(plain=said)] if said else []
        elif container := read_tnef(data):
            self.unpack(container)

    def unpack(self, container: Container) -> None:
        """The files of a winmail.dat, beside it; its words, where the mail has none."""
        if container.damaged:
            self.body.defects.append("tnef-damaged")
        if container.text.strip():
            self.contained.append(_Words(plain=_one_kind_of_line_end(container.text[:MAX_WORDS])))
        elif container.html:
            self.contained.append(_Words(html=self.decoded(container.html[:MAX_WORDS], container.charset)))
        for one in container.files:
            fields = Fields([("content-id", one.content_id.encode("utf-8", "replace"))])
            part = Part(fields, one.content_type, {}, 0, 0)
            digest = hashlib.sha256(one.data).hexdigest()
            self.body.files.append(_File(part, one.data, digest, clean(one.name) or None, "attachment"))


def _one_kind_of_line_end(text: str) -> str:
    text = text.replace("\r\n", "\n")
    if any(sign in text for sign in _OTHER_LINE_ENDS):
        text = _LINE_ENDS.sub("\n", text)
    return _SEPARATORS.sub(" ", text) if any(sign in text for sign in "\x1c\x1d\x1e") else text


def _as_read(part: Part, text: str) -> str:
    match part.content_type:
        case "text/enriched":
            return unenrich(text)
        case "text/richtext":
            return unrich(text)
    if part.parameters.get("format", "").lower() == "flowed":
        return unflow(text, part.parameters.get("delsp", "").lower() == "yes")
    return text


_STUB = re.compile(
    r"(?:does not|doesn't|not able to|cannot|can't|unable to) (?:support|display|show|read|view) (?:\S+ ){0,4}html|"
    r"html[- ](?:enabled|capable|compatible|format|version|e-?mail|message)|enable html|(?:in|as) html|"
    r"(?:view|read|see|open) (?:\S+ ){0,6}(?:browser|online)|"
    r"støtter ikke html|html-(?:e-post|melding|versjon|version|meddelande|viesti)|stöder inte html|ei tue html|"
    r"understøtter ikke html|kein html|nicht (?:im )?html|unterstützt (?:kein|html)|prend pas en charge",
    re.I,
)
_PICTURE_MARK = re.compile(r"\[(?:cid|image|bilde|bild|kuva)[^\]\n]{0,300}\]|<https?://[^\s<>]{1,500}>", re.I)
MAX_STUB = 300


def _best(options: list[list[_Words]]) -> list[_Words]:
    """RFC 2046 5.1.4, read for a desk: the plain form for the text, unless it is empty or only says that there is
    another; the HTML form is kept beside it."""
    options = [option for option in options if option]
    plain = next((option for option in options if not any(words.html for words in option)), [])
    rich = next((option for option in reversed(options) if any(words.html for words in option)), [])
    if not rich:
        return next((option for option in options if any(words.plain.strip() for words in option)), plain)
    if _says_nothing(plain, rich):
        return rich
    return plain + [replace(words, shown=False) for words in rich if words.html]


def _says_nothing(plain: list[_Words], rich: list[_Words]) -> bool:
    text = "\n".join(words.plain for words in plain).strip()
    if len(text) > MAX_STUB * 4:
        return False
    bare = _PICTURE_MARK.sub("", text).strip()
    if bare and not (len(text) <= MAX_STUB and _STUB.search(text)):
        return False
    rendered = "\n".join(words.render()[0] for words in rich)
    return not text or len(rendered) > len(bare)


def _shown(body: _Body, defects: list[str]) -> tuple[str, tuple[Fold, ...]]:
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


def _embedded(body: _Body) -> list[EmbeddedMail]:
    attached = [file for file in body.files if file.part.content_type in ATTACHED_MAIL]
    return [_read_embedded(file.data) for file in attached[:MAX_EMBEDDED]]


def _read_embedded(data: bytes) -> EmbeddedMail:
    source, _ = _readable(data)
    root, _ = split(source)
    head = _read_head(root.fields, [])
    text, _ = _shown(_read_body(source, root), [])
    return EmbeddedMail(
        author=head.author,
        subject=head.subject,
        message_id=head.message_id,
        references=tuple(head.references[-MAX_REFERENCES:]),
        sent_at=head.sent_at,
        text=text,
    )


def _fingerprint(head: _Head, fields: Fields, body: _Body, raw_body: bytes) -> str:
    """SAFETY, "Keys": equal for every copy of a mail, however its transfer encodings were changed on the way. Headers
    that hosts add on the way do not count."""
    stated = [
        head.author.address if head.author else [text_of(value) for value in fields.all("from")],
        head.sent_at.isoformat() if head.sent_at else text_of(fields.first("date")),
        head.subject,
        _squeezed("\n".join(words.plain if words.shown and not words.html else words.html for words in body.words)),
        [_digest(file.part, file.data, file.sha256) for file in body.files],
        hashlib.sha256(raw_body).hexdigest() if raw_body else "",
    ]
    return hashlib.sha256(json.dumps(stated).encode()).hexdigest()


def _squeezed(text: str) -> str:
    return " ".join(text.split())


def _digest(part: Part, data: bytes, sha256: str, depth: int = 0) -> str:
    """The digest of a file, the same after a change of line ends or transfer encodings within it."""
    if part.content_type in ATTACHED_MAIL and depth < 3:
        return _digest_mail(data, depth + 1)
    if part.content_type.startswith("text/"):
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
            found.append(_squeezed(decode(inner, part.parameters.get("charset"))[0]))
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
        ],
        "original_message_id": report.original_message_id,
    }
