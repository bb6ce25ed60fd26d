"""The parts of a mail: where they lie in its bytes, and what they hold once the transfer encoding is undone.

One pass over the delimiter lines finds every part (RFC 2046 5.1.1), so the time is linear in the bytes whatever the
nesting; the standard library's parser recurses, compares each line with every open boundary, and rewrites attached
mails. Parts are spans of the source: an attached mail is the very bytes that were sent. `as_message` gives the same
tree as the standard library's compat32 messages, for readers of reports.
"""

from __future__ import annotations

import binascii
import re
from dataclasses import dataclass, field
from email.message import Message

from mailgate.inbound.charsets import codec_for, guess
from mailgate.inbound.headers import Fields, read_fields, read_parameters, text_of, unbase64

MAX_DEPTH = 20
MAX_PARTS = 200
MAX_BOUNDARY = 512

_DELIMITER = re.compile(rb"^--[^\r\n]*", re.MULTILINE)
_LIKE_A_NAME = re.compile(r"[^\s/\\:*?\"<>|@]{1,120}\.(?!com\Z|net\Z|org\Z)[A-Za-z][A-Za-z0-9]{1,4}\Z")
# Where no boundary is stated: a delimiter is what the header of a part follows.
_LIKE_A_DELIMITER = re.compile(rb"^--([^\s-][^\r\n]{0,69})\r?\n(?=Content-)", re.M | re.I)
_SOON = 64 * 1024  # no preamble is that long
_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]+/[a-z0-9!#$&^_.+-]+\Z")
# Content-Types that are none, and what their senders mean.
_MEANT = {"text": "text/plain", "plain": "text/plain", "html": "text/html", "text/htm": "text/html",
          "plain/text": "text/plain", "text/plaintext": "text/plain", "text/text": "text/plain",
          "html/text": "text/html", "message": "message/rfc822", "multipart": "multipart/mixed",
          "multipart/alternate": "multipart/alternative"}  # fmt: skip
ATTACHED_MAIL = frozenset({"message/rfc822", "message/global", "message/news"})
_STATUS_BLOCKS = frozenset({"message/delivery-status", "message/global-delivery-status"})


@dataclass(slots=True)
class Part:
    """One part; `start` and `end` span its body in the source. A multipart whose boundary is missing, never comes, or
    lies beyond a cap has no children: its whole body is then a leaf's."""

    fields: Fields
    content_type: str
    parameters: dict[str, str]
    start: int
    end: int
    children: list[Part] = field(default_factory=list)
    _disposition: tuple[str, dict[str, str]] | None = None  # asked several times, read once

    @property
    def is_multipart(self) -> bool:
        return bool(self.children)

    def disposition(self) -> tuple[str, dict[str, str]]:
        """`attachment`, `inline` or '' with its parameters (RFC 2183); an unknown one is an attachment where it names a
        file. The `name` of form-data is a field's, not a file's (RFC 7578 4.2)."""
        if self._disposition is None:
            stated, parameters = read_parameters(self.fields.first("content-disposition"))
            word = stated.split()[0] if stated.split() else ""
            if word not in ("", "inline", "attachment"):
                parameters.pop("name", None)
                word = "attachment" if "filename" in parameters else ""
            self._disposition = word, parameters
        return self._disposition

    def filename(self) -> str | None:
        """As stated, controls removed; None where none is. Some programs mix up the two fields' words for it."""
        disposed = self.disposition()[1]
        places = (disposed.get("filename"), self.parameters.get("name"), disposed.get("name"))
        return next((one for one in places if one), None) or self.parameters.get("filename") or None

    def described_name(self) -> str | None:
        """A description or a location that can only be a file's name, for a file that states none."""
        described = (text_of(self.fields.first(name)) for name in ("content-description", "content-location"))
        return next((one for one in described if _LIKE_A_NAME.match(one)), None)

    def content_id(self) -> str | None:
        return self.fields.first("content-id").decode("ascii", "replace").strip(" <>") or None


def split(data: bytes, start: int = 0) -> tuple[Part, list[str]]:
    """The mail at `start` as a tree of parts, and the defects of its structure (those of a header block: with its
    part)."""
    root, _ = _part_at(data, start, {}, "text/plain")
    defects: list[str] = []
    _Splitter(data, root, defects).run()
    _recode(root)
    return root, list(dict.fromkeys(defects))


def _recode(root: Part) -> None:
    """Raw octets in headers, read in the charset of the mail: its first text that states one, else as they look."""
    parts = [root]
    for part in parts:
        parts += part.children
    raw = [value for part in parts for _, value in part.fields.items if not value.isascii()]
    if not raw:
        return
    stated = (codec_for(part.parameters.get("charset")) for part in parts)
    codec = next((one for one in stated if one and one not in ("utf-8", "ascii")), None) or guess(b"\n".join(raw))
    if codec is None:
        return
    for part in parts:
        if part.fields.recode(codec):
            _, part.parameters = read_parameters(part.fields.first("content-type"))


def _part_at(data: bytes, at: int, delimiters: dict[bytes, int], default: str) -> tuple[Part, int]:
    fields, body = read_fields(data, at, delimiters)
    stated, parameters = read_parameters(fields.first("content-type"))
    stated = stated.partition("(")[0].strip(" ,\"'").replace(" ", "").removeprefix("content-type:")
    content_type = _MEANT.get(stated, stated)
    if not content_type:
        content_type = default
    elif not _TYPE.match(content_type):
        fields.defects.append("content-type-invalid")
        content_type = "text/plain"
    return Part(fields, content_type, parameters, body, len(data)), body


class _Splitter:
    """The open multiparts, outermost first, and the delimiter lines that would end or continue each."""

    def __init__(self, data: bytes, root: Part, defects: list[str]) -> None:
        self.data = data
        self.defects = defects
        self.open: list[tuple[Part, bytes]] = []
        self.lines: dict[bytes, int] = {}  # delimiter line -> its place in `open`; of two equal ones the inner
        self.hidden: list[tuple[bytes, int | None]] = []
        self.parts = 1
        self.leaf: Part | None = None  # the part whose end is not known yet
        self.enter(root)

    def run(self) -> None:
        at = self.open[0][0].start if self.open else len(self.data)
        misses = 0
        while self.open and (found := self.next_dashes(at, misses)):
            at = found.end()
            if at - found.start() > MAX_BOUNDARY:
                continue
            line = found[0].rstrip(b" \t")
            if (level := self.lines.get(line)) is not None:
                self.close_inner(level, found.start())
                if self.parts >= MAX_PARTS:
                    self.defects.append("too-many-parts")
                    return
                at = self.begin_child(self.line_after(at))
            elif line.endswith(b"--") and (level := self.lines.get(line[:-2])) is not None:
                self.close_inner(level, found.start())
                self.open[-1][0].end = self.before_line_end(found.start())
                self.leave()
                at = self.line_after(at)
            else:
                misses += 1
        if self.open:
            self.defects.append("boundary-unterminated")
            self.close_inner(0, len(self.data), cut=False)
            self.leave()

    def next_dashes(self, at: int, misses: int) -> re.Match[bytes] | None:
        """The next line that begins with two dashes; where many of those are none of ours, only ours (dearer to
        compile)."""
        if misses >= 1000:
            return self.own_lines().search(self.data, at)
        # A plain search for octets is many times quicker than a pattern that asks at every line.
        found = _DELIMITER.match(self.data, at) if at == 0 or self.data[at - 1 : at] == b"\n" else None
        while found is None and (at := self.data.find(b"\n--", at) + 1):
            found = _DELIMITER.match(self.data, at)
        return found

    def own_lines(self) -> re.Pattern[bytes]:
        lines = b"|".join(re.escape(line) for line in self.lines)
        return re.compile(rb"^(?:" + lines + rb")(?:--)?[ \t]{0,99}(?=\r?$)", re.MULTILINE)

    def line_after(self, at: int) -> int:
        return self.data.find(b"\n", at) + 1 or len(self.data)

    def enter(self, part: Part) -> None:
        if not part.content_type.startswith("multipart/"):
            self.leaf = part
            return
        boundary = self.boundary(part)
        if not boundary:
            self.leaf = part
        elif len(self.open) >= MAX_DEPTH:
            self.defects.append("too-deep")
            self.leaf = part
        else:
            line = b"--" + boundary
            self.hidden.append((line, self.lines.get(line)))
            self.lines[line] = len(self.open)
            self.open.append((part, line))
            self.leaf = None

    def boundary(self, part: Part) -> bytes:
        """As stated; where that never comes soon, or none is stated, the line that stands where one must."""
        boundary = part.parameters.get("boundary", "").rstrip().encode("utf-8", "replace")
        if len(boundary) > MAX_BOUNDARY:
            self.defects.append("boundary-missing")
            return b""
        if boundary and self.data.find(b"--" + boundary, part.start, part.start + _SOON) >= 0:
            return boundary
        seen = _LIKE_A_DELIMITER.search(self.data, part.start, part.start + 4096)
        seen_boundary = seen[1].rstrip() if seen else b""
        if b"--" + seen_boundary in self.lines or b"--" + seen_boundary.removesuffix(b"--") in self.lines:
            seen_boundary = b""  # an outer one: this part is empty
        if not boundary or seen_boundary:
            self.defects.append("boundary-wrong" if boundary else "boundary-missing")
        return seen_boundary or boundary

    def leave(self) -> None:
        part, line = self.open.pop()
        _, before = self.hidden.pop()
        if before is None:
            del self.lines[line]
        else:
            self.lines[line] = before
        if not part.children:
            self.defects.append("boundary-never-seen")
        self.leaf = None

    def close_inner(self, level: int, at: int, cut: bool = True) -> None:
        """A delimiter of the multipart at `level` stands at `at`: whatever is open inside it ends there."""
        end = self.before_line_end(at) if cut else at
        while len(self.open) > level + 1:
            self.defects.append("boundary-unterminated")
            self.end_leaf(end)
            self.open[-1][0].end = end
            self.leave()
        self.end_leaf(end)

    def end_leaf(self, end: int) -> None:
        if self.leaf is not None:
            self.leaf.end = max(end, self.leaf.start)
            self.leaf = None

    def begin_child(self, at: int) -> int:
        parent = self.open[-1][0]
        self.parts += 1
        default = "message/rfc822" if parent.content_type == "multipart/digest" else "text/plain"
        child, body = _part_at(self.data, at, self.delimiters(), default)
        parent.children.append(child)
        self.enter(child)
        return body

    def delimiters(self) -> dict[bytes, int]:
        return self.lines | {line + b"--": level for line, level in self.lines.items()}

    def before_line_end(self, at: int) -> int:
        """RFC 2046 5.1.1: the line end before a delimiter belongs to the delimiter."""
        if at and self.data[at - 1 : at] == b"\n":
            at -= 1
            if at and self.data[at - 1 : at] == b"\r":
                at -= 1
        return at


# -- transfer encodings -----------------------------------------------------------------------------------------------

_BASE64_JUNK = re.compile(rb"[^A-Za-z0-9+/=]+")
_PADDING = re.compile(rb"=[=\r\n]*")
_NOT_DIGITS = re.compile(rb"[^A-Za-z0-9+/=\s]")
# A list's footer below the digits: a rule, or three words on a line.
_WORDS = re.compile(rb"\n(?:[_-]{5,}|-- ?\r?$|[^\s]+ [^\s]+ [^\s]+)", re.M)
_UU_BEGIN = re.compile(rb"^begin [0-7]{3,4} ", re.MULTILINE)
_PADDED_BREAK = re.compile(rb"=[ \t]+\r?\n")  # a soft line break that got blanks on the way (RFC 2045 6.7)
_USUAL = {"": "", "7bit": "", "8bit": "", "binary": "", "base64": "base64", "quoted-printable": "quoted-printable"}
_NO_SIGN_OF_A_NAME = re.compile(r"[^a-z0-9]+")
# What senders write, without its hyphens, blanks and dots -> what they mean.
_ENCODINGS = {"7bit": "", "8bit": "", "binary": "", "7bits": "", "8bits": "", "base64": "base64", "b64": "base64",
              "quotedprintable": "quoted-printable", "qp": "quoted-printable", "quoted": "quoted-printable",
              "xuuencode": "uuencode", "uuencode": "uuencode", "uue": "uuencode", "xuue": "uuencode"}  # fmt: skip


def transfer_encoding(part: Part) -> str:
    """`base64`, `quoted-printable`, `uuencode`, "" for none, else what is stated."""
    stated = part.fields.first("content-transfer-encoding").decode("ascii", "replace").lower()
    if (usual := _USUAL.get(stated)) is not None:
        return usual
    stated = stated.partition(";")[0].partition("(")[0]
    meant = [_ENCODINGS.get(_NO_SIGN_OF_A_NAME.sub("", one)) for one in stated.split(",", 3)]
    known = [one for one in meant if one is not None]
    return max(known, key=bool) if known else stated.strip(" \t\"'")


def contents(data: bytes, part: Part, defects: list[str]) -> bytes:
    """The part's body with the transfer encoding undone (RFC 2045 6). Damage is read as far as it goes, and named."""
    raw = data[part.start : part.end]
    match transfer_encoding(part):
        case "":
            return raw
        case "base64":
            return decode_base64(raw, defects)
        case "quoted-printable":
            return binascii.a2b_qp(_PADDED_BREAK.sub(b"=\n", raw))
        case "uuencode":
            return decode_uu(raw, defects)
    defects.append("transfer-encoding-unknown")
    return raw


def decode_base64(raw: bytes, defects: list[str]) -> bytes:
    try:
        decoded = binascii.a2b_base64(raw)
    except binascii.Error:
        decoded = b""
    count = len(raw) - sum(raw.count(blank) for blank in (b"\r", b"\n", b" ", b"\t"))
    padding = raw.rstrip()[-8:].translate(None, b"\r\n \t")[-2:].count(b"=")
    # The usual case, proved by length alone: nothing but digits, and every one of them used.
    if count % 4 == 0 and len(decoded) == count // 4 * 3 - padding:
        return decoded
    if b" " in raw.lstrip().partition(b"\n")[0].strip():
        defects.append("base64-invalid")  # words with blanks between them: nobody encoded them
        return raw
    defects.append("base64-damaged")
    if (ended := _PADDING.search(raw)) and _NOT_DIGITS.search(raw, ended.end()):
        raw = raw[: ended.end()]  # words after the end: a list's footer, say
    elif footer := _WORDS.search(raw):
        raw = raw[: footer.start()]
    digits = _BASE64_JUNK.sub(b"", raw)
    pieces = digits.split(b"=") if digits.count(b"=") < 1000 else [digits.replace(b"=", b"")]
    return b"".join(unbase64(piece.decode("ascii")) for piece in pieces if piece)


def decode_uu(raw: bytes, defects: list[str]) -> bytes:
    found = _UU_BEGIN.search(raw)
    if not found:
        defects.append("uuencode-damaged")
        return raw
    out: list[bytes] = []
    ended = False
    for line in raw[found.end() :].splitlines()[1:]:
        if line.strip() == b"end":
            ended = True
            break
        if not line.strip():  # a last line of no octets whose blank was eaten on the way
            continue
        try:
            out.append(binascii.a2b_uu(line))
        except binascii.Error:
            try:  # trailing blanks eaten on the way, or a sloppy length: as many octets as the first sign promises
                out.append(binascii.a2b_uu(line[: (((line[0] - 32) & 63) * 4 + 5) // 3]))
            except (binascii.Error, IndexError):
                defects.append("uuencode-damaged")
    if not ended:
        defects.append("uuencode-damaged")
    return b"".join(out)


# -- the same tree for readers of compat32 messages -------------------------------------------------------------------


def as_message(data: bytes, root: Part) -> Message[str, str]:
    """The tree as the standard library builds it (an attached mail is a message within, a delivery status a list of
    header blocks), without recursion. Leaves that are no text have an empty payload."""
    top = _message(root.fields)
    waiting: list[tuple[Message[str, str], Part, bytes, int]] = [(top, root, data, 0)]
    while waiting:
        message, part, source, depth = waiting.pop()
        if part.is_multipart:
            message.set_payload([])
            for child in part.children:
                below = _message(child.fields)
                message.attach(below)
                waiting.append((below, child, source, depth))
        elif part.content_type in _STATUS_BLOCKS:
            if blocks := _status_blocks(contents(source, part, [])):
                message.set_payload([*blocks])
        elif part.content_type.startswith("message/") and depth < 3:
            inner = contents(source, part, [])
            nested, _ = split(inner)
            below = _message(nested.fields)
            message.set_payload([below])
            waiting.append((below, nested, inner, depth + 1))
        elif part.content_type.startswith(("text/", "message/", "multipart/")) or _may_be_report(part):
            message.set_payload(source[part.start : part.end].decode("ascii", "surrogateescape"))
    return top


def _may_be_report(part: Part) -> bool:
    """Some gateways send the fields of a delivery report as a nameless small file."""
    return part.content_type == "application/octet-stream" and part.end - part.start <= 16_384


def _message(fields: Fields) -> Message[str, str]:
    """Never without a payload: asked to decode None, the standard library raises."""
    message: Message[str, str] = Message()
    message.set_payload("")
    for name, value in fields.items:
        message.set_raw(name, value.decode("ascii", "surrogateescape"))
    return message


def _status_blocks(raw: bytes) -> list[Message[str, str]]:
    blocks: list[Message[str, str]] = []
    raw = re.sub(rb"\r(?!\n)", b"\n", raw)  # here a lone CR ends a field: nobody hides a header in a report
    at = 0
    while at < len(raw) and len(blocks) < MAX_PARTS:
        fields, after = read_fields(raw, at)
        if fields.items:
            blocks.append(_message(fields))
        if after == at:  # a line that is no field: the rest of this line is skipped
            after = raw.find(b"\n", at) + 1 or len(raw)
        at = after
    return blocks
