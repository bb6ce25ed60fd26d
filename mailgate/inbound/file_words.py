"""What an attached file says, as far as its reader would find it without opening it in a program of its own: text in
any charset, HTML and XML, calendars and cards, quoted-printable and base64, the members of a zip (office documents are
such). Pure and linear: of one file at most `MOST` octets are read and as many unpacked, at most `DEEPEST` layers deep.
"""

from __future__ import annotations

import binascii
import html
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

MOST = 4 * 2**20
"""Octets of a file that are read, and again octets that are unpacked or decoded of it."""
MOST_MEMBERS = 500
DEEPEST = 3
# So that many small pieces take no longer than a few large ones.
_SMALLEST = 8192

_MAIL_NAME = re.compile(r"\.(?:eml|emlx|msg|oft|mbox|mbx|mht|mhtml|pst|ost)\Z", re.IGNORECASE)
# Only a mail has one of these; the others stand in letters and articles too.
_TRACE = re.compile(
    rb"^(?:return-path|received|delivered-to|message-id|mime-version|dkim-signature|authentication-results):",
    re.MULTILINE | re.IGNORECASE,
)
# Anywhere near its beginning, as in a file of many mails.
_NEAR = 4096
# Or nothing but header lines (RFC 5322 2.2) up to the first blank one, From among them.
_HEADERS = re.compile(
    rb"\s{0,64}(?:From [^\r\n]*\r?\n)?((?:[!-9;-~]{1,76}:[^\r\n]*\r?\n(?:[ \t][^\r\n]*\r?\n)*)+)(?:\r?\n|\Z)"
)
_FROM = re.compile(rb"^from:", re.MULTILINE | re.IGNORECASE)
_BESIDE = re.compile(rb"^(?:to|subject|date|cc|reply-to):", re.MULTILINE | re.IGNORECASE)
_HEAD = 262_144
# A property stream of an Outlook item (MS-OXMSG 2.1).
_OUTLOOK_ITEM = "__substg1.0_".encode("utf-16-le")
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")

_TAG = re.compile(r"<[^<>]*>")
_ENTITY = re.compile(r"&(?:#[0-9]{1,7};?|#[xX][0-9a-fA-F]{1,6};?|[A-Za-z][A-Za-z0-9]{1,31};)")
_FOLDED = re.compile(r"\r?\n[ \t]")
_QUOTED_PRINTABLE = re.compile(rb"=(?:\r?\n|[0-9A-F]{2})")
_BASE64 = re.compile(rb"(?:[A-Za-z0-9+/]{40,120}\r?\n){1,}[A-Za-z0-9+/]{0,120}={0,2}|[A-Za-z0-9+/]{64,}={0,2}")
_PERCENT = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
_ZIP_MEMBER = b"PK\x03\x04"
_ZIP_DESCRIPTOR = b"PK\x07\x08"


@dataclass(slots=True)
class _Budget:
    """Octets that may still be unpacked."""

    left: int = MOST


def is_mail(content_type: str, name: str, data: bytes) -> bool:
    """Whether a file is a whole mail, under whatever type and name."""
    if content_type.startswith("message/") or _MAIL_NAME.search(name):
        return True
    head = data[:_HEAD]
    if b"\0" in head:
        head = _text(head).encode()
    if _TRACE.search(head[:_NEAR]):
        return True
    headers = _HEADERS.match(head)
    if headers and _FROM.search(headers[1]) and _BESIDE.search(headers[1]):
        return True
    return data.startswith(_OLE) and _OUTLOOK_ITEM in data


def holds_mail(content_type: str, name: str, data: bytes) -> bool:
    """Whether it is a mail, or a zip with one in it."""
    budget = _Budget()
    return is_mail(content_type, name, data) or any(
        is_mail("", inner, octets) for inner, octets in _members(data[:MOST], budget)
    )


def names_in(name: str, data: bytes) -> Iterator[str]:
    """The name of a file, and of what is packed in it, also with blanks for what stands in their place."""
    for one in (name, *(inner for inner, _ in _members(data[:MOST], _Budget(0)))):
        yield one
        yield re.sub(r"[\s_\-.+]+", " ", re.sub(r"\.\w{1,5}\Z", "", one)).strip()


def texts_in(data: bytes) -> Iterator[str]:
    """What the octets say, each reading for itself: as they stand, and with what wraps them undone."""
    yield from _texts(data[:MOST], _Budget(), DEEPEST)


def _texts(data: bytes, budget: _Budget, depth: int) -> Iterator[str]:
    if data.startswith(_ZIP_MEMBER):
        if depth:
            for _, octets in _members(data, budget):
                yield from _texts(octets, budget, depth - 1)
        return
    text = _text(data)
    yield text
    if "%" in text and (plain := _PERCENT.sub(lambda match: unquote(match[0]), text)) != text:
        yield plain
    if "BEGIN:V" in text:
        yield _FOLDED.sub("", text).replace("\\n", "\n").replace("\\,", ",")
    if "<" in text or "&" in text:
        # Tags may stand within a word and between two lines.
        for between in ("", "\n"):
            yield _ENTITY.sub(lambda match: html.unescape(match[0]), _TAG.sub(between, text))
    if depth:
        for octets in _decoded(data, budget):
            yield from _texts(octets, budget, depth - 1)


def _decoded(data: bytes, budget: _Budget) -> Iterator[bytes]:
    if _QUOTED_PRINTABLE.search(data) and len(data) <= budget.left:
        budget.left -= len(data)
        plain = binascii.a2b_qp(data)
        if plain != data:
            yield plain
    for match in _BASE64.finditer(data):
        packed = re.sub(rb"\s", b"", match[0])
        if len(packed) > budget.left:
            return
        budget.left -= max(len(packed), _SMALLEST)
        yield binascii.a2b_base64(packed[: len(packed) // 4 * 4])


def _text(data: bytes) -> str:
    """In the charset that it seems to be in: UTF-16, UTF-8, else Windows' western one."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    head = data[:2048]
    if head.count(0) * 4 >= len(head) > 0:
        return data.decode("utf-16-le" if head[1::2].count(0) >= head[::2].count(0) else "utf-16-be", "replace")
    try:
        return data.replace(b"\0", b"").decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.replace(b"\0", b"").decode("cp1252", "replace")


def _members(data: bytes, budget: _Budget) -> Iterator[tuple[str, bytes]]:
    """Names and beginnings of what a zip holds, by the headers before each member (APPNOTE 4.3.7), in one pass. What is
    encrypted is named alone."""
    at = 0
    for _ in range(MOST_MEMBERS):
        at = data.find(_ZIP_MEMBER, at)
        if at < 0 or (at and not data.startswith(_ZIP_MEMBER)):
            return
        flags, method = (int.from_bytes(data[at + n : at + n + 2], "little") for n in (6, 8))
        size = int.from_bytes(data[at + 18 : at + 22], "little")
        named, more = (int.from_bytes(data[at + n : at + n + 2], "little") for n in (26, 28))
        name = data[at + 30 : at + 30 + named].decode("utf-8", "replace")
        start = at + 30 + named + more
        if flags & 8 and not size and method == 0:  # written in one go: its size stands behind it
            end = data.find(_ZIP_DESCRIPTOR, start, start + MOST)
            size = (end if end >= 0 else len(data)) - start
        yield name, b"" if flags & 1 else _unpacked(data, start, size, method, budget)
        at = start


def _unpacked(data: bytes, start: int, size: int, method: int, budget: _Budget) -> bytes:
    most = min(MOST, budget.left)
    if most <= 0:
        return b""
    if method == 8:
        try:
            octets = zlib.decompressobj(-15).decompress(data[start : start + MOST], most)
        except zlib.error:
            return b""
    else:
        octets = data[start : start + min(size, most)] if method == 0 else b""
    budget.left -= len(octets)
    return octets
