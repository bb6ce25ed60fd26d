"""Meaning to bytes: headers, names, bodies. The few forms our mails need, written so that every reader reads them back.

The standard library's writer loses blanks when it folds long subjects that are not ASCII, puts domains into
encoded-words, and takes most of the time of composing; so the few forms are made here (RFC 5322, 2045, 2047).
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mailgate.mail import written

MOST_OF_A_HEADER = 200
_LINE = 76
_LONGEST_WORD = 75
# 39 octets make an encoded-word of 64 signs, which fits behind the name of any header of ours.
_WORD_OCTETS = 39
# Behind "From:", "To:" and "Cc:" there is room for more, and a name in one piece is read alike by all.
_NAME_OCTETS = 42
_LONGEST_QUOTED = 60
_LONGEST_PLAIN_LINE = 900

_UNSEEMLY = re.compile(r"[\x00-\x20\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]+")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_BREAK = re.compile(r"\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")
_WORD = re.compile(r"[^ ]+ ?")
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,250}>\Z")


@dataclass(frozen=True, slots=True)
class Header:
    """A header as it goes out: `pieces` are parted by one blank or a fold, and never broken themselves."""

    name: str
    pieces: tuple[str, ...]


def clean_header(text: str, most: int = MOST_OF_A_HEADER) -> str:
    """Text that may stand in a header: controls, NEL, LS, PS and bidi signs become blanks, blanks are collapsed, what
    is left is cut to `most` characters. Lone surrogates become U+FFFD."""
    # Cut roughly before the work: a name of a megabyte costs what a long one does.
    text = _SURROGATE.sub("\ufffd", text[: 8 * most])
    return " ".join(_UNSEEMLY.sub(" ", text).split())[:most].rstrip()


def clean_text(text: str) -> str:
    """Text that may stand in a body: one kind of line end, `\\n`; no controls but the tab; no lone surrogates."""
    return _SURROGATE.sub("\ufffd", _CONTROL.sub("", _BREAK.sub("\n", text)))


def clean_ids(ids: Iterable[str]) -> list[str]:
    """Those that are Message-IDs in angle brackets, ASCII, without blanks, at most 252 signs; each once, in order."""
    return list(dict.fromkeys(one for one in ids if _MESSAGE_ID.match(one)))


def text_header(name: str, text: str) -> Header:
    """Free text. Leading ASCII words stay readable, since rules in other people's mail systems look at the tag; from
    the first word that cannot be written so, the rest is one run of encoded-words, which keeps the blanks."""
    words = clean_header(text).split(" ")
    plain = next((at for at, word in enumerate(words) if not _can_be_plain(word)), len(words))
    return Header(name, (*words[:plain], *_encoded_words(" ".join(words[plain:]))))


def address_header(name: str, people: Sequence[tuple[str, str]]) -> Header:
    """Addresses, each (display name or "", address)."""
    pieces: list[str] = []
    for display, address in people:
        phrase, spec = _phrase(display), written(address)
        pieces += [*phrase, f"<{spec}>," if phrase else f"{spec},"]
    return Header(name, (*pieces[:-1], pieces[-1].rstrip(","))) if pieces else Header(name, ())


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file that goes along. `content_type` as stated by whoever attached it."""

    name: str
    content_type: str
    data: bytes


def mail_bytes(
    headers: Sequence[Header], text: str, files: Sequence[Enclosure] = (), boundary: str = "", html: str | None = None
) -> bytes:
    """One mail with CRLF line ends: text/plain, with `html` the better half of a multipart/alternative (RFC 2046
    5.1.4), with files multipart/mixed and the files below. Parts are parted by `boundary` (whatever base64 and a desk's
    text cannot hold). `text` and `html` are as `clean_text` leaves them. Adds the MIME headers."""
    mime, body = _text_part("plain", text)
    if html is not None:
        markup = _block_of(_text_part("html", html))
        mime, body = _parts("alternative", [_block_of((mime, body)), markup], f"=_both{boundary}")
    if files:
        enclosed = [_block(_file_headers(file)) + _base64(file.data) for file in files]
        mime, body = _parts("mixed", [_block_of((mime, body)), *enclosed], boundary)
    return _block((*headers, Header("MIME-Version", ("1.0",)), *mime)) + body


def mime_headers(files: Sequence[Enclosure], html: str | None = None) -> tuple[str, ...]:
    """The names of the headers that `mail_bytes` adds."""
    return MIME_HEADERS if not files and html is None else ("MIME-Version", "Content-Type")


def _text_part(subtype: str, text: str) -> tuple[tuple[Header, ...], bytes]:
    """Headers and body of one text."""
    encoding, body = _body(text if text.endswith("\n") else text + "\n")
    return (
        Header("Content-Type", (f"text/{subtype};", "charset=utf-8")),
        Header("Content-Transfer-Encoding", (encoding,)),
    ), body


def _parts(subtype: str, parts: Sequence[bytes], boundary: str) -> tuple[tuple[Header, ...], bytes]:
    """Headers and body of a multipart."""
    rule = f"--{boundary}".encode()
    body = b"".join(rule + b"\r\n" + part + b"\r\n" for part in parts) + rule + b"--\r\n"
    return (Header("Content-Type", (f"multipart/{subtype};", f'boundary="{boundary}"')),), body


def _block_of(part: tuple[tuple[Header, ...], bytes]) -> bytes:
    headers, body = part
    return _block(headers) + body


MIME_HEADERS = ("MIME-Version", "Content-Type", "Content-Transfer-Encoding")
# A mail within, or a part of parts, would need its own reading; as octets it is a file like any other.
_PLAIN_TYPE = re.compile(r"(?!message/|multipart/)[a-z0-9][a-z0-9!#$&^_.+-]{0,60}/[a-z0-9][a-z0-9!#$&^_.+-]{0,80}\Z")


def _block(headers: Iterable[Header]) -> bytes:
    return "".join(map(_folded, headers)).encode(errors="replace") + b"\r\n"


def _file_headers(file: Enclosure) -> tuple[Header, ...]:
    stated = file.content_type.lower()
    name = file.name
    if name.isascii() and re.fullmatch(r"[\w .,()+@=-]{1,60}", name):
        filename: tuple[str, ...] = (f'filename="{name}"',)
    else:
        filename = _continued(name)
    return (
        Header("Content-Type", (stated if _PLAIN_TYPE.match(stated) else "application/octet-stream",)),
        Header("Content-Disposition", ("attachment;", *filename)),
        Header("Content-Transfer-Encoding", ("base64",)),
    )


def _continued(name: str) -> tuple[str, ...]:
    """RFC 2231, in pieces that fit into a line and break no character."""
    pieces = [""]
    for sign in name:
        written = sign if sign.isascii() and sign.isalnum() else "".join(f"%{octet:02X}" for octet in sign.encode())
        if len(pieces[-1]) + len(written) > 50:
            pieces.append("")
        pieces[-1] += written
    if len(pieces) == 1:
        return (f"filename*=utf-8''{pieces[0]}",)
    first, last = "utf-8''", len(pieces) - 1
    return tuple(
        f"filename*{n}*={first if n == 0 else ''}{piece}{'' if n == last else ';'}" for n, piece in enumerate(pieces)
    )


def _base64(data: bytes) -> bytes:
    return base64.encodebytes(data).replace(b"\n", b"\r\n").removesuffix(b"\r\n")


def _folded(header: Header) -> str:
    lines = [f"{header.name}:"]
    for piece in header.pieces:
        # The first piece stays beside the name: some readers lose a header whose first line is empty.
        if len(lines[-1]) + 1 + len(piece) > _LINE and piece is not header.pieces[0]:
            lines.append("")
        lines[-1] += f" {piece}"
    return "\r\n".join(lines) + "\r\n"


def _can_be_plain(word: str) -> bool:
    return word.isascii() and len(word) <= _LONGEST_WORD - 10 and "=?" not in word


def _phrase(display: str) -> list[str]:
    display = clean_header(display)
    if not display:
        return []
    if display.isascii() and len(display) <= _LONGEST_QUOTED and "=?" not in display:
        return ['"' + display.replace("\\", "\\\\").replace('"', '\\"') + '"']
    return _encoded_words(display, _NAME_OCTETS)


def _encoded_words(text: str, most: int = _WORD_OCTETS) -> list[str]:
    """RFC 2047, base64, UTF-8, at most `most` octets each. Parted at blanks where that can be, and never within a
    character: the standard library's newer reader puts a blank between the encoded-words of a name."""
    runs: list[bytearray] = []
    for word in _WORD.findall(text):
        for piece in (word,) if len(word.encode()) <= most else word:
            octets = piece.encode()
            if not runs or len(runs[-1]) + len(octets) > most:
                runs.append(bytearray())
            runs[-1] += octets
    return [f"=?utf-8?B?{base64.b64encode(run).decode()}?=" for run in runs]


def _body(text: str) -> tuple[str, bytes]:
    """The transfer encoding that keeps the text readable and the lines short."""
    data = text.replace("\n", "\r\n").encode()
    if text.isascii() and max(map(len, text.split("\n"))) <= _LONGEST_PLAIN_LINE:
        return "7bit", data
    foreign = sum(octet > 127 for octet in data)
    if foreign * 6 < len(data):
        return "quoted-printable", binascii.b2a_qp(data, istext=True)
    return "base64", base64.encodebytes(data).replace(b"\n", b"\r\n")
