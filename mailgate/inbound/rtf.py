"""Rich text as Outlook stores it: decompressed (MS-OXRTFCP) and reduced to its words. Any bytes, linear, capped."""

from __future__ import annotations

import re
import struct

from mailgate.inbound.charsets import decode

MAX_RTF = 512 * 1024

_COMPRESSED, _PLAIN = b"LZFu", b"MELA"
# What both sides know before the first octet (MS-OXRTFCP 2.1.2.1).
_DICTIONARY = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor MS Sans Serif"
    rb"SymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0"
    + b"\r\n"
    + rb"\par \pard\plain\f0\fs20\b\i\u\tab\tx"
)


def decompress(data: bytes) -> bytes:
    """The RTF, cut at MAX_RTF; b"" where it is none."""
    if len(data) < 16:
        return b""
    (raw_size,) = struct.unpack_from("<I", data, 4)
    if data[8:12] == _PLAIN:
        return data[16 : 16 + min(raw_size, MAX_RTF)]
    if data[8:12] != _COMPRESSED:
        return b""
    # Places in the dictionary go round at 4,096; kept in one growing line they need no wrapping.
    out = bytearray(_DICTIONARY)
    start = len(_DICTIONARY)
    size = min(raw_size, MAX_RTF) + start
    at = 16
    while at < len(data) and len(out) < size:
        flags = data[at]
        at += 1
        for bit in range(8):
            if at >= len(data):
                break
            if not flags >> bit & 1:
                out.append(data[at])
                at += 1
                continue
            if at + 1 >= len(data):
                return bytes(out[start:])
            reference = data[at] << 8 | data[at + 1]
            at += 2
            back = (len(out) - (reference >> 4)) % 4096
            if back == 0:  # it points at the place to be written: the end
                return bytes(out[start:size])
            _copy(out, back, (reference & 15) + 2)
    return bytes(out[start:size])


def _copy(out: bytearray, back: int, length: int) -> None:
    if back > len(out):  # before the beginning: nothing has been written there
        out += b"\0" * length
        return
    for _ in range(length):
        out.append(out[-back])


_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?[0-9]{1,10})?[ ]?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])|[\r\n]+|([^\\{}\r\n]+)"
)
_SILENT = frozenset(
    {b"fonttbl", b"colortbl", b"stylesheet", b"info", b"pict", b"object", b"header", b"footer", b"generator",
     b"listtable", b"listoverridetable", b"themedata", b"fldinst", b"xmlnstbl"}
)  # fmt: skip
_BREAKS = {b"par": b"\n", b"line": b"\n", b"tab": b"\t", b"row": b"\n", b"cell": b"\t", b"sect": b"\n", b"page": b"\n"}
_SIGNS = {b"emdash": "—", b"endash": "–", b"lquote": "‘", b"rquote": "’", b"ldblquote": "“", b"rdblquote": "”",
          b"bullet": "•"}  # fmt: skip


def rtf_words(rtf: bytes, charset: str) -> str:
    """The words of rich text, its dress and its tables left out; octets without a sign of their own are `charset`."""
    pieces: list[str] = []
    octets = bytearray()
    groups: list[tuple[bool, int]] = []  # whether silent, and how many stand-ins follow a \u
    silent, stand_ins, skipping, hidden = False, 1, 0, False

    def flush() -> None:
        if octets:
            pieces.append(decode(bytes(octets), charset)[0])
            octets.clear()

    for token in _TOKEN.finditer(rtf):
        word, number, hexes, sign, brace, plain = token.groups()
        if brace == b"{":
            groups.append((silent, stand_ins))
        elif brace == b"}":
            silent, stand_ins = groups.pop() if groups else (False, 1)
            skipping = 0
        elif word is not None:
            if word == b"ansicpg" and number:
                charset = f"cp{number.decode()}"
            elif word == b"uc":
                stand_ins = min(int(number or b"1"), 8)
            elif word == b"htmlrtf":  # what HTML readers of this text leave out (MS-OXRTFEX)
                hidden = number != b"0"
            elif word in _SILENT:
                silent = True
            elif silent or hidden:
                continue
            elif word == b"u" and number:
                flush()
                pieces.append(_unit(int(number)))
                skipping = stand_ins
            elif word in _SIGNS:
                flush()
                pieces.append(_SIGNS[word])
            else:
                octets += _BREAKS.get(word, b"")
        elif sign == b"*":
            silent = True
        elif not (silent or hidden):
            said = bytes((int(hexes, 16),)) if hexes else _escaped(sign) if sign else plain or b""
            octets += said[skipping:]
            skipping = max(skipping - len(said), 0)
    flush()
    return _joined("".join(pieces))


def _escaped(sign: bytes) -> bytes:
    return {b"~": b" ", b"_": b"-", b"-": b"", b"\n": b"\n", b"\r": b"\n"}.get(sign, sign)


def _unit(number: int) -> str:
    return chr(number & 0xFFFF)


def _joined(text: str) -> str:
    """Halves of signs beyond the first plane made whole."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").replace("\0", "\ufffd").strip()
