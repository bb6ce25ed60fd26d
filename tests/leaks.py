"""Two questions asked of every outgoing mail of every journey: does it hold what its reader must not see, and is it
well made? The reading here is the suite's own, so that a fault of our writer cannot hide behind one of our reader.
"""

from __future__ import annotations

import base64
import html
import quopri
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from email import message_from_bytes, policy
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.utils import collapse_rfc2231_value
from urllib.parse import unquote_to_bytes

from mailgate.mail import valid_address, written

_ONCE = ("from", "to", "subject", "date", "message-id", "mime-version", "content-type")
_AT_MOST_ONCE = ("cc", "reply-to", "in-reply-to", "references", "auto-submitted", "content-transfer-encoding")
_UNSEEN = re.compile(r"[\s\u00ad\u200b-\u200f\u2060-\u2064\ufeff]+")
_BASE64_RUN = re.compile(r"[A-Za-z0-9+/_-]{12,}={0,2}")
_PUNYCODE = re.compile(r"xn--[a-z0-9-]+", re.IGNORECASE)
_TAGS = re.compile(r"<[^<>]*>")
_ENCODED_WORD = re.compile(r"=\?[^?\s]+\?[bq]\?[^?\s]*\?=", re.IGNORECASE)


# The signature of an address or id of ours may end in the letters of a canary, "per" before "@example.com".
_SIGNED = re.compile(r"(?<=\d\.)[a-z2-7]{8}\.[a-z][a-z2-7]{20}")


def inside_of_the_house(recipients: Iterable[str], agents: Iterable[str]) -> dict[str, str]:
    """The canaries that a mail to these recipients must not hold: nothing when an agent is among them, else every
    agent's address and the words that only alerts and receipts bear."""
    agents = sorted(agents)
    if set(agents) & set(recipients):
        return {}
    addresses = {f"the agent's address {address}": address for address in agents}
    return addresses | {"an alert": "##- Please type your answer", "a note": "Your answer is an internal note"}


def find_leaks(data: bytes, canaries: Mapping[str, str]) -> list[str]:
    """`name in place` for every canary (name -> secret text) found anywhere in the mail: headers, bodies, HTML text and
    attributes, file names, mails within the mail; in any transfer encoding, RFC 2047 and 2231, percent-encoding,
    entities, punycode; whatever the case and the blanks between its letters."""
    wanted = {name: _squeezed(secret) for name, secret in canaries.items()}
    if not all(wanted.values()):
        raise ValueError("a canary is blank")
    found: dict[str, None] = {}
    for place, text in _places(data, "", 0) if wanted else ():
        views = {_SIGNED.sub("signed", _squeezed(view)) for view in _views(text)}
        for name, secret in wanted.items():
            if any(secret in view for view in views):
                found[f"{name} in {place}"] = None
    return list(found)


def check_valid(data: bytes) -> list[str]:
    """What is wrong with an outgoing mail as a mail; empty when nothing is."""
    faults: list[str] = []
    if re.search(rb"\r(?!\n)|(?<!\r)\n", data) or not data.endswith(b"\r\n"):
        faults.append("line ends are not all CRLF")
    if any(len(line) > 998 for line in data.split(b"\r\n")):
        faults.append("a line over 998 octets")
    header_block = data.partition(b"\r\n\r\n")[0]
    if not header_block.isascii():
        faults.append("a header that is not ASCII")
    words = _ENCODED_WORD.findall(header_block.decode("latin-1"))
    faults += [f"encoded-word over 75: {word[:40]}" for word in words if len(word) > 75]
    plain = message_from_bytes(data, policy=policy.compat32)
    modern = message_from_bytes(data, policy=policy.default)
    names = [name.lower() for name in plain]
    faults += [f"{name} stands {names.count(name)} times" for name in _ONCE if names.count(name) != 1]
    faults += [f"{name} stands {names.count(name)} times" for name in _AT_MOST_ONCE if names.count(name) > 1]
    for part in modern.walk():
        faults += [f"defect {type(defect).__name__}" for defect in part.defects]
        for name, value in part.items():
            faults += [f"{name}: {type(defect).__name__}" for defect in getattr(value, "defects", ())]
        if part.get_content_maintype() == "text":
            faults += _text_faults(part)
    for name in ("From", "To", "Cc", "Reply-To"):
        for address in getattr(modern[name], "addresses", ()):
            if written(valid_address(address.addr_spec) or "") != address.addr_spec:
                faults.append(f"{name}: not an address")
    for name in ("Message-ID", "In-Reply-To", "References"):
        for one in str(plain.get(name, "")).split():
            if not re.fullmatch(r"<[!-;=?-~]+>", one):
                faults.append(f"{name}: not an id")
    if str(plain.get("Message-ID", "")).strip() not in str(plain.get("References", "")).split()[:1]:
        faults.append("the Message-ID does not stand first in References")
    return faults


def _text_faults(part: Message) -> Iterator[str]:
    payload = part.get_payload(decode=True)
    try:
        assert isinstance(payload, bytes)
        payload.decode(part.get_content_charset("us-ascii"))
    except (UnicodeDecodeError, LookupError):
        yield "a text that is not in its charset"


def _places(data: bytes, path: str, depth: int) -> Iterator[tuple[str, str]]:
    """Every text of a mail with the name of its place."""
    yield f"{path}raw", data.decode("latin-1")
    yield f"{path}raw", data.decode("utf-8", "replace")
    root = message_from_bytes(data, policy=policy.compat32)
    for number, part in enumerate(root.walk()):
        here = f"{path}part {number} " if number else path
        for name, value in part.items():
            yield f"{here}header {name}", _header(str(value))
        filename = part.get_filename()
        if filename:
            yield f"{here}file name", _header(filename)
        for header in ("content-disposition", "content-type"):
            for _, value in part.get_params(failobj=[], header=header):
                yield f"{here}parameter", collapse_rfc2231_value(value)
        for text in (part.preamble, part.epilogue):
            if isinstance(text, str):
                yield f"{here}between parts", text
        payload = part.get_payload(decode=True)
        if isinstance(payload, bytes):
            yield f"{here}body", _decoded(payload, part.get_content_charset())
            yield f"{here}body", payload.decode("utf-8", "replace")
            if depth < 4 and re.match(rb"[!-9;-~]{1,60}:", payload):
                yield from _places(payload, f"{here}mail within, ", depth + 1)


def _views(text: str) -> Iterator[str]:
    """A text and what decoders make of it, twice over: percent in base64, entities in quoted-printable, …"""
    first = list(_decodings(text))
    yield text
    yield from first
    for view in first:
        yield from _decodings(view)


def _decodings(text: str) -> Iterator[str]:
    if "%" in text:
        yield unquote_to_bytes(text).decode("utf-8", "replace")
    if "&" in text:
        yield html.unescape(text)
    if "<" in text:
        yield _TAGS.sub("", html.unescape(text))
        yield _TAGS.sub("", text)
    if "=" in text:
        yield quopri.decodestring(text.encode("utf-8", "replace")).decode("utf-8", "replace")
    if "xn--" in text.lower():
        yield _PUNYCODE.sub(lambda match: _label(match[0]), text)
    for run in _BASE64_RUN.findall(text):
        bare = run.rstrip("=").replace("-", "+").replace("_", "/")
        try:
            yield base64.b64decode(bare + "=" * (-len(bare) % 4)).decode()
        except ValueError:
            continue


def _header(value: str) -> str:
    pieces: list[str] = []
    try:
        for text, charset in decode_header(value):
            pieces.append(text if isinstance(text, str) else _decoded(text, charset))
    except (HeaderParseError, ValueError):
        return value
    return "".join(pieces)


def _decoded(data: bytes, charset: str | None) -> str:
    try:
        return data.decode(charset or "utf-8", "replace")
    except LookupError:
        return data.decode("utf-8", "replace")


def _label(label: str) -> str:
    try:
        return label[4:].encode("ascii").decode("punycode")
    except UnicodeError:
        return label


def _squeezed(text: str) -> str:
    return _UNSEEN.sub("", unicodedata.normalize("NFKC", text)).casefold()
