"""What is read of SMTP without a connection: where a mail ends, what a path and its parameters say.

RFC 5321; sizes 1870, AUTH 4954."""

from __future__ import annotations

import base64
import binascii
import re

from mailgate.mail import valid_address

END_OF_DATA = b"\r\n.\r\n"
MAX_HOPS = 100  # Received fields; more is a loop (RFC 5321 6.3)
HEADER_SCAN = 256 * 1024  # no honest header block is longer


class Body:
    """The octets of one mail, from DATA to CRLF.CRLF (RFC 5321 4.5.2), in blocks of any size; linear time.

    `seen`: octets so far. `held`: those kept in memory. Over `limit` (counted as RFC 1870 does, without stuffed dots)
    nothing more is kept; only the end is looked for.
    """

    def __init__(self, limit: int) -> None:
        # The line before the first one was ended by the DATA command.
        self._octets = bytearray(b"\r\n")
        self._limit = limit
        self._stuffed = 0
        self.seen = 0
        self.dropped = ""

    @property
    def held(self) -> int:
        return len(self._octets)

    def feed(self, block: bytes) -> bytes | None:
        """None: more must come. Else what came after the end: it belongs to the commands that follow."""
        old = len(self._octets)
        self._octets += block
        self.seen += len(block)
        end = self._octets.find(END_OF_DATA, max(0, old - len(END_OF_DATA) + 1))
        after = None
        if end >= 0:
            after = bytes(self._octets[end + len(END_OF_DATA) :])
            self.seen -= len(after)
            del self._octets[end + 2 :]
        self._stuffed += self._octets.count(b"\r\n.", max(0, old - 2))
        if self.dropped or self._is_too_big(ended=after is not None):
            self.drop("too big")
        return after

    def _is_too_big(self, ended: bool) -> bool:
        if ended and len(self._octets) - 2 > self._limit:
            # The running count may hold the dot that ended the mail, when its octets came in two blocks.
            return len(self._octets) - 2 - self._octets.count(b"\r\n.") > self._limit
        # Until then the last two octets may be the beginning of the end.
        return len(self._octets) - 2 - self._stuffed > self._limit + 2

    def drop(self, why: str) -> None:
        """Keeps nothing any more but the last octets, to find the end by. The first reason stands."""
        self.dropped = self.dropped or why
        del self._octets[: -len(END_OF_DATA) + 1]

    def take(self) -> bytes:
        """The mail as the client had it before it doubled the leading dots; every other octet as sent. Only once."""
        whole = bytes(self._octets)
        self._octets.clear()
        return whole.replace(b"\r\n.", b"\r\n")[2:]


def content_refusal(data: bytes, line_limit: int) -> str | None:
    """Why a mail that was read to its end is not taken, or None."""
    if has_long_line(data, line_limit):
        return "500 5.5.2 Line too long"
    if hops(data) > MAX_HOPS:
        return "554 5.4.6 Too many hops, this mail is in a loop"
    return None


def has_long_line(data: bytes, limit: int) -> bool:
    """Whether a line holds more than `limit` octets before its CRLF (a bare LF ends one too).

    Goes from the last line end within reach to the last one within reach of that: two steps always cover more than
    `limit` octets, so the time is linear, and most octets are never looked at.
    """
    start = 0
    while len(data) - start > limit:
        end = data.rfind(b"\n", start, start + limit + 1)
        if end < 0 and data[start + limit : start + limit + 2] == b"\r\n":
            end = start + limit + 1
        if end < 0:
            return True
        start = end + 1
    return False


def hops(data: bytes) -> int:
    """How many Received fields the header block has, as far as header blocks are read."""
    head = b"\n" + data[:HEADER_SCAN].replace(b"\r\n", b"\n")
    end = head.find(b"\n\n")
    return head[: end if end >= 0 else None].lower().count(b"\nreceived:")


# The grammar of MAIL and RCPT. No two branches of a repetition begin with the same character: no backtracking.
_ANGLE = re.compile(r'<((?:"(?:[^"\\]|\\.)*"|[^<>"])*)>(?:[ \t]+(.*))?\Z', re.DOTALL)
_UNANSWERABLE = re.compile(
    r"""(?:[!#-'*+\-./0-9=?A-Z^_`a-z{|}~]{1,255} | "(?:[ !#-\[\]-~]|\\[ -~]){0,255}")
        @ (?: (?=[^@]{1,253}\Z) [A-Za-z0-9_] [A-Za-z0-9._-]* | \[ [0-9A-Za-z.:-]{1,64} \] ) \Z""",
    re.VERBOSE,
)
MAIL_PARAMETERS = {
    "AUTH": re.compile(r"\S+\Z"),  # RFC 4954 section 5: read, not believed
    "BODY": re.compile(r"(?:7BIT|8BITMIME)\Z", re.IGNORECASE),
    "SIZE": re.compile(r"[0-9]{1,20}\Z"),
    "SMTPUTF8": re.compile(r"\Z"),
}


def read_path(keyword: str, argument: str) -> tuple[str, str] | None:
    """`FROM:<a@b> SIZE=1` -> ("a@b", "SIZE=1"), and ("", …) for `<>`; None when it has no such shape.

    The blank after the colon and the missing brackets of old programs are forgiven. The address is not judged yet.
    """
    if argument[: len(keyword)].upper() != keyword:
        return None
    rest = argument[len(keyword) :].strip(" \t")
    if rest.startswith("<"):
        found = _ANGLE.match(rest)
        return (found[1], found[2] or "") if found else None
    text, _, parameters = rest.partition(" ")
    return (text, parameters) if text else None


def read_parameters(text: str, known: dict[str, re.Pattern[str]]) -> dict[str, str] | None:
    """`SIZE=1 SMTPUTF8` -> {"SIZE": "1", "SMTPUTF8": ""}; None when one is not known or its value is wrong."""
    parameters: dict[str, str] = {}
    for word in text.split():
        name, equals, value = word.partition("=")
        name = name.upper()
        if name not in known or not known[name].match(value) or (equals and not value):
            return None
        parameters[name] = value
    return parameters


def is_sender(text: str) -> bool:
    """Whether MAIL FROM may say so: nothing, an address as we store them, or one that is only good to be kept.

    The last are legal or widely used, though we could not answer them: quoted local parts, address literals, the
    over-long local parts of bounce handlers. Such mail is taken with an unknown sender: to refuse it would lose what a
    person wrote, for an address that nobody reads.
    """
    return text == "" or valid_address(text) is not None or _UNANSWERABLE.match(text) is not None


def unbase64(text: str) -> str | None:
    """The text, or None for `*` (RFC 4954: cancelled) and what is no base64 of UTF-8; `=` stands for nothing at all."""
    try:
        return "" if text == "=" else base64.b64decode(text, validate=True).decode()
    except (binascii.Error, ValueError):
        return None
