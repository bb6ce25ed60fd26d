"""The words inside an opaque S/MIME signature (RFC 8551 3.5.2): the signed entity is taken out as it lies there, and no
signature is checked. Enough of DER and BER for that (X.690 8.1): any bytes, no recursion, linear."""

from __future__ import annotations

from collections.abc import Iterator

MAX_TOKENS = 100_000

_SIGNED_DATA = bytes.fromhex("2a864886f70d010702")
_DATA = bytes.fromhex("2a864886f70d010701")
_OID, _OCTETS, _OCTETS_IN_PIECES, _CONTENT, _END = 0x06, 0x04, 0x24, 0xA0, 0x00


def signed_content(data: bytes) -> bytes | None:
    """The MIME entity that was signed, None where this is no signed data or its content is not in it."""
    tokens = _tokens(data)
    if next((value for tag, value in tokens if tag == _OID), b"") != _SIGNED_DATA:
        return None
    for tag, value in tokens:
        if tag == _OID and value == _DATA:
            break
    if next(tokens, (None, b""))[0] != _CONTENT:
        return None
    pieces: list[bytes] = []
    for tag, value in tokens:
        if tag == _OCTETS:
            pieces.append(value)
        elif tag not in (_OCTETS_IN_PIECES, _END):
            break
    return b"".join(pieces) or None


def _tokens(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Tag and value of every element in the order of the bytes; what holds others has no value of its own and is gone
    into. Ends where the bytes make no sense."""
    at = 0
    for _ in range(MAX_TOKENS):
        if at + 2 > len(data) or data[at] & 0x1F == 0x1F:  # long tags have no place in there
            return
        tag, length, at = data[at], data[at + 1], at + 2
        if length > 0x80:
            wide = length & 0x7F
            if wide > 4:
                return
            length, at = int.from_bytes(data[at : at + wide]), at + wide
        elif length == 0x80:
            if not tag & 0x20:
                return
            length = 0  # it ends with an end mark of its own
        if tag & 0x20:
            yield tag, b""
            continue
        yield tag, data[at : at + length]
        at += length
