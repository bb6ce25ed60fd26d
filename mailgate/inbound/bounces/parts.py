"""The parts of a report, and header values, as text; whatever their bytes and encodings were."""

from __future__ import annotations

import base64
import binascii
import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message

MAX_NOTICE = 65_536  # characters of prose that are looked at
MAX_RETURNED = 65_536  # characters of the returned mail that are kept
MAX_PARTS = 200
STATUS_TYPES = frozenset({"message/delivery-status", "message/global-delivery-status"})
_RETURNED_TYPES = frozenset({
    "message/rfc822", "message/global", "text/rfc822-headers", "text/rfc822-header", "message/rfc822-headers",
    "message/global-headers", "message/partial", "text/rfc822",
})  # fmt: skip


_ODD_STATUS_TYPES = frozenset({"application/octet-stream", "message/delivery-report", "text/delivery-status"})


def _may_hold_status(part: Message) -> bool:
    if part.get_content_type() == "text/plain":
        return header(part, "content-disposition").lower().startswith("attachment")
    return part.get_content_type() in _ODD_STATUS_TYPES


def _names_fields(text: str) -> bool:
    lowered = text[:8192].lower()
    return "final-recipient:" in lowered and ("action:" in lowered or "status:" in lowered)


@dataclass(frozen=True, slots=True)
class Parts:
    """The report parts and the returned mail, as source text."""

    status: tuple[str, ...]
    returned: str
    has_odd_status: bool = False  # the fields came as a file, which people attach, too

    @classmethod
    def of(cls, root: Message) -> Parts:
        status: list[str] = []
        odd: list[str] = []
        returned = ""
        for part in _leaves(root):
            content_type = part.get_content_type()
            if content_type in STATUS_TYPES:
                status.append(source_of(part, MAX_RETURNED))
            elif content_type in _RETURNED_TYPES and not returned and part is not root:
                returned = source_of(part, MAX_RETURNED)
            elif _may_hold_status(part) and _names_fields(text := source_of(part, MAX_RETURNED)):
                odd.append(text)
        return cls(tuple(status or odd), returned, has_odd_status=bool(odd and not status))


def _leaves(root: Message) -> Iterator[Message]:
    """The parts in order. A returned mail is one leaf: what it carries is not part of the report."""
    waiting: list[Message] = [root]
    for _ in range(MAX_PARTS):
        if not waiting:
            return
        part = waiting.pop()
        if part.is_multipart() and part.get_content_maintype() == "multipart":
            waiting.extend(reversed(_children(part)))
        else:
            yield part


def source_of(part: Message, limit: int) -> str:
    """The text of a message/* or text/* part, header lines first; transfer encodings undone, even where forbidden."""
    if not part.is_multipart():
        return _decoded(part)[:limit]
    pieces: list[str] = []
    size = 0
    waiting = _children(part)[::-1]
    for _ in range(MAX_PARTS):
        if not waiting or size > limit:
            break
        message = waiting.pop()
        fields = "".join(f"{name}: {_clean(value)}\n" for name, value in message.raw_items())
        body = _decoded(message) if message.get_content_maintype() in {"text", "message"} else ""
        waiting.extend(reversed(_children(message)))
        pieces.append(f"{fields}\n{body}\n")
        size += len(fields) + len(body)
    text = "\n".join(pieces)
    # RFC 3464 and 2046 forbid to encode these parts; some gateways do. A parser that undid it saw headers in them.
    if any(child.keys() for child in _children(part)):
        return text[:limit]
    encoding = header(part, "content-transfer-encoding").strip().lower()
    return _undo(text.strip(), encoding)[:limit] if encoding in {"base64", "quoted-printable"} else text[:limit]


def _children(part: Message) -> list[Message]:
    children = part.get_payload() if part.is_multipart() else None
    return [child for child in children if isinstance(child, Message)] if isinstance(children, list) else []


def _decoded(part: Message) -> str:
    try:
        data = part.get_payload(decode=True)
    except (UnicodeError, LookupError, ValueError):  # a text of surrogates and others, which no bytes can have made
        return ""
    return _clean(data) if isinstance(data, bytes) else ""


def _undo(text: str, encoding: str) -> str:
    raw = text.encode("utf-8", "replace")
    if encoding == "base64":
        letters = re.sub(rb"[^A-Za-z0-9+/]", b"", raw)
        letters = letters[: len(letters) // 4 * 4 + (len(letters) % 4 if len(letters) % 4 != 1 else 0)]
        try:
            raw = base64.b64decode(letters + b"=" * (-len(letters) % 4))
        except (binascii.Error, ValueError):
            return _clean(text)
    elif encoding == "quoted-printable":
        raw = quopri.decodestring(raw)
    return _clean(raw)


def _clean(value: object) -> str:
    """Any header value or bytes as text that can be encoded again: UTF-8 where it is, else cp1252."""
    raw = value if isinstance(value, bytes) else _bytes(str(value))
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def _bytes(text: str) -> bytes:
    """The bytes behind a header value: compat32 keeps 8-bit ones as surrogates."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace")


def headers_named(message: Message, name: str) -> list[str]:
    return [_clean(value) for key, value in message.raw_items() if key.lower() == name]


def header(message: Message, name: str) -> str:
    """The first value of a header, unfolded, RFC 2047 undone; '' where absent."""
    value = next((_clean(value) for key, value in message.raw_items() if key.lower() == name), "")[:2000]
    value = " ".join(value.split())
    if "=?" not in value:
        return value
    try:
        return "".join(
            piece if isinstance(piece, str) else piece.decode(charset or "ascii", "replace")
            for piece, charset in decode_header(value)
        )
    except (HeaderParseError, LookupError, ValueError, binascii.Error):
        return value


def parameter_of(message: Message, name: str) -> str:
    try:
        value = message.get_param(name)
    except (LookupError, ValueError, TypeError):
        return ""
    return (value[2] if isinstance(value, tuple) else value or "").strip().strip('"').lower()
