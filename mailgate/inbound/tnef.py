"""winmail.dat: the container Outlook and Exchange put a mail's files and words into (MS-OXTNEF, MS-OXCMSG). Read like
all else: any bytes, no exception, time linear in them, under caps. Nothing in it is trusted beyond names and contents.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from mailgate.inbound.charsets import decode
from mailgate.inbound.rtf import decompress, rtf_words

SIGNATURE = b"\x78\x9f\x3e\x22"
MAX_FILES = 200
MAX_DEPTH = 3

# Attributes, by the low half of their id (MS-OXTNEF 2.1.3.2).
_SUBJECT, _BODY, _RENDERING, _TITLE, _DATA = 0x8004, 0x800C, 0x9002, 0x8010, 0x800F
_CODE_PAGE, _MESSAGE_PROPERTIES, _FILE_PROPERTIES = 0x9007, 0x9003, 0x9005
# Properties (MS-OXPROPS).
_PLAIN, _RTF, _HTML, _INTERNET_CODE_PAGE = 0x1000, 0x1009, 0x1013, 0x3FDE
_OBJECT, _SHORT_NAME, _LONG_NAME, _MIME_TAG, _CONTENT_ID = 0x3701, 0x3704, 0x3707, 0x370E, 0x3712
_FIXED = {0x00: 0, 0x01: 0, 0x02: 4, 0x03: 4, 0x04: 4, 0x05: 8, 0x06: 8, 0x07: 8, 0x0A: 4, 0x0B: 4, 0x14: 8, 0x40: 8,
          0x48: 16}  # fmt: skip
_STRING8, _UNICODE, _EMBEDDED, _BINARY = 0x1E, 0x1F, 0x0D, 0x102
_VARIABLE = frozenset({_STRING8, _UNICODE, _EMBEDDED, _BINARY})
_MULTIPLE = 0x1000


@dataclass(slots=True)
class ContainedFile:
    name: str = ""
    content_type: str = "application/octet-stream"
    content_id: str = ""
    data: bytes = b""


@dataclass(slots=True)
class Container:
    """`html` is as stated, in `charset`; `text` is the plain form, or what the rich one says."""

    text: str = ""
    html: bytes = b""
    charset: str = "cp1252"
    files: list[ContainedFile] = field(default_factory=list)
    damaged: bool = False


def read_tnef(data: bytes, depth: int = 0) -> Container | None:
    """What lies in the container, None where it is none."""
    if not data.startswith(SIGNATURE):
        return None
    found = Container()
    rich = b""
    for name, value in _attributes(data, found):
        if name == _CODE_PAGE and len(value) >= 4:
            found.charset = f"cp{struct.unpack_from('<I', value)[0]}"
        elif name == _BODY:
            found.text = _string(value, _STRING8, found.charset)
        elif name == _MESSAGE_PROPERTIES:
            rich = _read_message(found, value) or rich
        elif name == _RENDERING and len(found.files) < MAX_FILES:
            found.files.append(ContainedFile())
        elif found.files:
            _read_file(found, found.files[-1], name, value)
    if not found.text.strip() and not found.html and rich:
        found.text = rtf_words(decompress(rich), found.charset)
    found.files = _flat(found.files, depth)
    return found


def _attributes(data: bytes, found: Container) -> Iterator[tuple[int, bytes]]:
    """Level, id, length, value, checksum; the checksum is not asked, since writers get it wrong."""
    at = 6
    while at + 9 <= len(data):
        level, name, length = struct.unpack_from("<BII", data, at)
        at += 9
        if level not in (1, 2) or at + length > len(data):
            found.damaged = True
            return
        yield name & 0xFFFF, data[at : at + length]
        at += length + 2


def _read_message(found: Container, value: bytes) -> bytes:
    """The words of the message; the compressed rich text, if there is one, is the caller's."""
    rich = b""
    for name, kind, one in _properties(value, found):
        if name == _INTERNET_CODE_PAGE and len(one) >= 4:
            found.charset = f"cp{struct.unpack_from('<I', one)[0]}"
        elif name == _PLAIN:
            found.text = _string(one, kind, found.charset)
        elif name == _HTML:
            found.html = one
        elif name == _RTF:
            rich = one
    return rich


def _read_file(found: Container, file: ContainedFile, name: int, value: bytes) -> None:
    if name == _TITLE:
        file.name = file.name or _string(value, _STRING8, found.charset)
    elif name == _DATA:
        file.data = value
    elif name == _FILE_PROPERTIES:
        short = ""
        for key, kind, one in _properties(value, found):
            if key == _LONG_NAME:
                file.name = _string(one, kind, found.charset) or file.name
            elif key == _SHORT_NAME:
                short = _string(one, kind, found.charset)
            elif key == _MIME_TAG:
                file.content_type = _string(one, kind, found.charset).lower() or file.content_type
            elif key == _CONTENT_ID:
                file.content_id = _string(one, kind, found.charset).strip("<> ")
            elif key == _OBJECT and kind in (_EMBEDDED, _BINARY):
                file.data = (one[16:] if kind == _EMBEDDED else one) or file.data  # an interface id stands before it
        file.name = file.name or short


def _properties(block: bytes, found: Container) -> Iterator[tuple[int, int, bytes]]:
    """Id, type and first value of each property (MS-OXTNEF 2.1.3.4)."""
    try:
        (count,) = struct.unpack_from("<I", block)
        at = 4
        for _ in range(min(count, len(block) // 4)):
            kind, name = struct.unpack_from("<HH", block, at)
            at += 4
            if name >= 0x8000:
                at = _after_name(block, at)
            first, at = _value(block, at, kind)
            yield name, kind & ~_MULTIPLE, first
    except (struct.error, ValueError):
        found.damaged = True


def _after_name(block: bytes, at: int) -> int:
    """A named property: a set's id, then a number or a name of its own."""
    (by_name,) = struct.unpack_from("<I", block, at + 16)
    if not by_name:
        return at + 24
    (length,) = struct.unpack_from("<I", block, at + 20)
    return at + 24 + _padded(length)


def _value(block: bytes, at: int, kind: int) -> tuple[bytes, int]:
    single = kind & ~_MULTIPLE
    if single in _VARIABLE:
        (count,) = struct.unpack_from("<I", block, at)
        at += 4
        first = b""
        for index in range(min(count, len(block))):
            (length,) = struct.unpack_from("<I", block, at)
            if at + 4 + length > len(block):
                raise ValueError("beyond the block")
            first = first if index else block[at + 4 : at + 4 + length]
            at += 4 + _padded(length)
        return first, at
    if single not in _FIXED:
        raise ValueError("unknown type")
    count = 1
    if kind & _MULTIPLE:
        (count,) = struct.unpack_from("<I", block, at)
        at += 4
    end = at + count * _FIXED[single]
    if end > len(block):
        raise ValueError("beyond the block")
    return block[at : at + _FIXED[single]], end


def _padded(length: int) -> int:
    return (length + 3) & ~3


def _string(value: bytes, kind: int, charset: str) -> str:
    text = value.decode("utf-16-le", "replace") if kind == _UNICODE else decode(value, charset)[0]
    return text.rstrip("\0\ufffd").replace("\0", "\ufffd")


def _flat(files: list[ContainedFile], depth: int) -> list[ContainedFile]:
    """A message within is itself such a container: its files stand beside ours."""
    out: list[ContainedFile] = []
    for file in files:
        inner = read_tnef(file.data, depth + 1) if depth < MAX_DEPTH else None
        if inner is not None and inner.files:
            out += inner.files
        elif file.data or file.name:
            out.append(file)
    return out[:MAX_FILES]
