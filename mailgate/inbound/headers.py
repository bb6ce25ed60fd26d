"""The header block: fields found in bytes, and what their values say. Pure; nothing here raises on any bytes.

RFC 5322 (fields, ids, dates), RFC 2047 (encoded words), RFC 2045 and 2231 (parameters). Caps are SAFETY's.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_tz

from mailgate.inbound.charsets import codec_for, decode

MAX_BLOCK = 256 * 1024
MAX_FIELD = 16 * 1024
MAX_FIELDS = 1000
MAX_ID = 998
MAX_REFERENCES = 50

_FIELD = re.compile(rb"([!-9;-~]{1,200})[ \t]*:")
# What begins a field for certain: words of a body look like others.
_KNOWN_FIELD = re.compile(
    rb"(?:from|to|cc|subject|date|message-id|received|return-path|reply-to|sender|in-reply-to|references|mime-version|"
    rb"content-(?:type|transfer-encoding|disposition|id)|(?:x|list|arc|thread|resent)-[a-z-]{2,40}|dkim-signature|bcc|"
    rb"delivered-to|user-agent|organization|precedence|importance|authentication-results|auto-submitted)[ \t]*:",
    re.I,
)
_BLANK_LINE = re.compile(rb"\n\r?\n")
_MBOX = re.compile(rb">?From ")
# Controls, and the characters that reorder what a person sees. Joiners and direction marks of single words stay.
CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]+")


@dataclass(slots=True)
class Fields:
    """The fields of one header block in order: lower-case name and unfolded value (octets, no line ends)."""

    items: list[tuple[str, bytes]] = field(default_factory=list)
    defects: list[str] = field(default_factory=list)

    def all(self, name: str) -> list[bytes]:
        return [value for found, value in self.items if found == name]

    def recode(self, codec: str) -> bool:
        """Raw octets in a header have no label of their own (RFC 5322 knows no such header): those that are no UTF-8
        are read as `codec` and kept as UTF-8. Whether that changed any."""
        before = self.items
        self.items = [(name, _recoded(value, codec)) for name, value in before]
        return self.items != before

    def first(self, name: str) -> bytes:
        """The first value, b"" where there is none: of a field that may stand once, the first one counts."""
        for found, value in self.items:
            if found == name:
                return value
        return b""


def _recoded(value: bytes, codec: str) -> bytes:
    if value.isascii():
        return value
    try:
        value.decode("utf-8")
    except UnicodeDecodeError:
        try:
            return value.decode(codec).encode()
        except (UnicodeError, LookupError):
            return value
    return value


def read_fields(data: bytes, start: int, delimiters: Container[bytes] = ()) -> tuple[Fields, int]:
    """The fields of the block at `start`, and where its body begins.

    The block ends at an empty line, before a line that is no field (the body has begun without a blank line, RFC 5322
    does not know it, senders do) and before a line in `delimiters` (a part without a body). What lies beyond a cap is
    left out and named in `defects`.
    """
    fields = Fields()
    raw: list[tuple[bytes, list[bytes]]] = []
    at = start
    size = len(data)
    while at < size:
        end = data.find(b"\n", at)
        end = size if end < 0 else end + 1
        line = data[at:end] if end - at <= MAX_FIELD else data[at : at + MAX_FIELD]
        if not line.rstrip(b"\r\n"):
            at = end
            break
        if line[:2] == b"--" and line.rstrip() in delimiters:
            break
        if at - start > MAX_BLOCK or len(raw) > MAX_FIELDS:
            fields.defects.append("header-too-large" if len(raw) <= MAX_FIELDS else "too-many-headers")
            at = _after_blank_line(data, at)
            break
        if line[:1] in b" \t":
            if raw:
                raw[-1][1].append(data[at:end])
        elif found := _FIELD.match(line):
            raw.append((found[1], [data[at + found.end() : end]]))
        elif _MBOX.match(line):
            if at != start:
                fields.defects.append("from-line-in-header")
        elif _KNOWN_FIELD.match(data, end) or (line[:1] == b":" and start == 0 and not raw):
            # A line of no meaning between two fields, or above the first one.
            fields.defects.append("no-field-in-header")
            if raw and raw[-1][0].lower() == b"subject":  # its fold lost a blank: these are the author's words
                raw[-1][1].append(b" " + line)
        else:
            fields.defects.append("header-without-end")
            break
        at = end
    for name, lines in raw[:MAX_FIELDS]:
        fields.items.append((name.decode("ascii").lower(), _unfold(name, lines, fields.defects)))
    return fields, at


def _after_blank_line(data: bytes, at: int) -> int:
    found = _BLANK_LINE.search(data, max(at - 1, 0))
    return found.end() if found else len(data)


def _unfold(name: bytes, lines: list[bytes], defects: list[str]) -> bytes:
    first, *folded = lines
    value = first.removesuffix(b"\n").removesuffix(b"\r")
    if folded:
        value += b"".join([line.removesuffix(b"\n").removesuffix(b"\r") for line in folded])
    if len(value) > MAX_FIELD:
        defects.append("field-cut")
        # The newest references stand last, and they are the ones that thread.
        value = value[-MAX_FIELD:] if name.lower() == b"references" else value[:MAX_FIELD]
    # RFC 5322 2.2.3: only the line end goes. A bare CR or a NUL is no line end, and never begins a new field.
    if b"\r" in value or b"\0" in value:
        defects.append("control-in-header")
        value = value.replace(b"\r", b" ").replace(b"\0", b"\xef\xbf\xbd")
    return value.strip(b" \t")


# -- words ------------------------------------------------------------------------------------------------------------

_WORD_START = re.compile(r"=\?([^?\s=]{1,60})\?([bBqQ])\?")
_HEX_PAIR = re.compile(rb"=([0-9A-Fa-f]{2})")
_NOT_BASE64 = re.compile(r"[^A-Za-z0-9+/]+")


def text_of(value: bytes) -> str:
    """A field value as people read it: raw eight-bit octets and encoded words decoded, controls made blanks."""
    if value.isascii() and b"=?" not in value and b"\x1b" not in value:
        return clean(value.decode("ascii"))
    return clean(decode_words(decode(value, None)[0]))


def clean(text: str) -> str:
    return text.strip() if text.isprintable() else CONTROLS.sub(" ", text).strip()


@dataclass(frozen=True, slots=True)
class _Word:
    start: int
    end: int
    charset: str
    base64: bool
    text: str


def find_words(text: str) -> list[_Word]:
    """Every encoded word, also those senders get wrong: blanks inside, too long, glued to other text, in quotes."""
    words: list[_Word] = []
    following = _WORD_START.search(text)
    while found := following:
        end = text.find("?=", found.end())
        if end < 0:
            break
        following = _WORD_START.search(text, found.end())
        if following and following.start() < end:  # this one never ended
            continue
        body = text[found.end() : end]
        words.append(_Word(found.start(), end + 2, found[1].partition("*")[0].lower(), found[2] in "bB", body))
    return words


def decode_words(text: str) -> str:
    """RFC 2047, with the octets of neighbouring words of one charset joined before they are read: senders cut words in
    the middle of a character, and base64 in the middle of a quantum."""
    words = find_words(text)
    if not words:
        return text
    out: list[str] = []
    run: list[_Word] = []
    at = 0
    for word in words:
        gap = text[at : word.start]
        neighbours = bool(run) and not gap.strip(" \t")  # RFC 2047 6.2: blanks between two words are not shown
        if not neighbours or word.charset != run[-1].charset:
            out.append(_read_run(run))
            run = []
        if not neighbours:
            out.append(gap)
        run.append(word)
        at = word.end
    out.append(_read_run(run))
    out.append(text[at:])
    return "".join(out)


def _read_run(run: list[_Word]) -> str:
    if not run:
        return ""
    octets = bytearray()
    carried = ""
    for index, word in enumerate(run):
        if not word.base64:
            raw = word.text.replace("_", " ").encode("utf-8", "replace")
            octets += _HEX_PAIR.sub(lambda found: bytes((int(found[1], 16),)), raw)
            continue
        digits = carried + _NOT_BASE64.sub("", word.text)
        carried = ""
        if len(digits) % 4 and "=" not in word.text and index + 1 < len(run) and run[index + 1].base64:
            whole = len(digits) // 4 * 4
            digits, carried = digits[:whole], digits[whole:]
        octets += unbase64(digits)
    text, _ = decode(bytes(octets), run[0].charset)
    return text


def unbase64(digits: str) -> bytes:
    """Base64 digits without padding, cut anywhere."""
    usable = len(digits) - (len(digits) % 4 == 1)
    return base64.b64decode(digits[:usable] + "=" * (-usable % 4))


# -- parameters -------------------------------------------------------------------------------------------------------

_SEGMENT = re.compile(r"([^*]+)(?:\*([0-9]{1,3}))?(\*)?\Z")
_PERCENT = re.compile(rb"%([0-9A-Fa-f]{2})")
MAX_PARAMETERS = 100


def read_parameters(value: bytes) -> tuple[str, dict[str, str]]:
    """`text/plain; charset=utf-8` -> ("text/plain", {"charset": "utf-8"}), names lower-case, values decoded.

    RFC 2231 continuations and charsets, RFC 2047 words (not allowed there, written everywhere), quoted strings, values
    with blanks and no quotes. Of two equal names the first counts; an extended value wins over a plain one.
    """
    if b"\x1b$" in value:  # raw ISO-2022-JP, whose octets look like quotation marks and semicolons
        value = decode(value, None)[0].encode()
    if not value:
        return "", {}
    text = value.decode("ascii", "surrogateescape")
    if found := _SIMPLE_PARAMETERS.match(text):
        stated: dict[str, str] = {}
        for name, quoted, token in _SIMPLE_PARAMETER.findall(text, found.end(1)):
            stated.setdefault(name.lower(), (quoted or token).strip())
        return found[1].lower(), stated
    return _read_odd_parameters(text)


# What nearly all of them are: tokens, or quoted strings in which nothing needs decoding.
_NAME, _QUOTED, _TOKEN = r";\s{0,99}([A-Za-z-]{1,40})=", r'[^"\\%?\'\x00-\x1f\x7f-\uffff]*', r"[A-Za-z0-9_./+:=-]+"
_SIMPLE_PARAMETER = re.compile(rf'{_NAME}(?:"({_QUOTED})"|({_TOKEN}))')
_SIMPLE_PARAMETERS = re.compile(
    rf'([A-Za-z0-9.+-]+(?:/[A-Za-z0-9.+-]+)?)\s{{0,99}}(?:{_NAME}(?:"{_QUOTED}"|{_TOKEN})\s{{0,99}})*;?\s*\Z'
)


def _read_odd_parameters(text: str) -> tuple[str, dict[str, str]]:
    head, rest = _until(text, 0)
    plain: dict[str, str] = {}
    extended: dict[str, dict[int, tuple[str, bool]]] = {}
    head, *glued = _unglue(head)
    if "=" in head and "/" not in head:  # `Content-Disposition: filename=x`, the first word forgotten
        head, glued = "", [head, *glued]
    for item in glued + list(_items(text, rest)):
        name, equals, stated = item.partition("=")
        name = name.strip().lower()
        segment = _SEGMENT.match(name)
        if not equals or not segment:
            continue
        stated = _unquote(stated.strip())
        if name != "boundary":  # where they are signs like others
            stated = _without_single_quotes(stated)
        if segment[2] is None and segment[3] is None:
            plain.setdefault(name, stated)
        else:
            extended.setdefault(segment[1], {}).setdefault(int(segment[2] or 0), (stated, bool(segment[3])))
    found = {name: clean(_plain_value(stated)) for name, stated in plain.items()}
    found.update({name: clean(_join_segments(segments)) for name, segments in extended.items()})
    return clean(_octets_to_text(head)).lower(), found


def _items(text: str, at: int) -> Iterator[str]:
    for _ in range(MAX_PARAMETERS):
        if at >= len(text):
            break
        item, at = _until(text, at + 1)
        yield from _unglue(item)


# Names that stand before an equals sign in a mail's header because they are parameters, not by chance.
_FORGOTTEN = re.compile(r"(?<=\S)[ \t]{1,50}(?=(?:file)?name\*?=|charset=|boundary=|format=)", re.I)


def _unglue(item: str) -> list[str]:
    """One parameter, or several whose semicolons were forgotten."""
    found = next((one for one in _FORGOTTEN.finditer(item) if item.count('"', 0, one.start()) % 2 == 0), None)
    return [item[: found.start()], item[found.end() :]] if found else [item]


def _until(text: str, at: int) -> tuple[str, int]:
    """From `at` to the next `;` outside quotes and encoded words; the piece and where it ended. An open quote ends with
    the field."""
    start = at
    semicolon = word = -1
    while True:
        if semicolon < at:
            semicolon = text.find(";", at) % (len(text) + 1)  # none: the end
        if word < at <= len(text):
            word = text.find("=?", at) % (len(text) + 1)
        quote = text.find('"', at)
        if word < semicolon and (quote < 0 or word < quote) and (after := _end_of_word(text, word)) > semicolon:
            at = after
            continue
        if quote < 0 or quote > semicolon:
            return text[start:semicolon], semicolon
        at = _end_of_quote(text, quote)


def _end_of_word(text: str, word: int) -> int:
    """0 where none begins or it never ends."""
    found = _WORD_START.match(text, word)
    end = text.find("?=", found.end()) if found else -1
    return end + 2 if end >= 0 else 0


def _end_of_quote(text: str, quote: int) -> int:
    at = quote + 1
    if text.startswith("=?", at) and (after := _end_of_word(text, at)) and text.find('";', at, after) < 0:
        at = after  # quotation marks in an encoded word are no ends
    while at < len(text):
        if text[at] == "\\":
            at += 2
        elif text[at] == '"':
            return at + 1
        else:
            at += 1
    return len(text)


def _unquote(stated: str) -> str:
    if not stated.startswith('"'):
        return stated
    if stated.startswith('""') and stated.strip('"'):  # quoted twice
        return stated.strip('"')
    inside = stated[1 : _end_of_quote(stated, 0)].removesuffix('"')
    # Only what needs escaping is unescaped: old clients put whole Windows paths here.
    return inside.replace('\\"', '"').replace("\\\\", "\\")


_STARLESS = re.compile(r"([A-Za-z0-9_-]{2,40})'[A-Za-z-]{0,20}'(?=.*%[0-9A-Fa-f]{2})")


def _without_single_quotes(stated: str) -> str:
    """No quotes of RFC 2045, but some scripts'."""
    return stated[1:-1] if len(stated) > 2 and stated[0] == stated[-1] == "'" else stated


def _plain_value(stated: str) -> str:
    """Without a star a percent sign is one, unless a charset stands before it as RFC 2231 would have it."""
    if (found := _STARLESS.match(stated)) and codec_for(found[1]):
        return _join_segments({0: (stated, True)})
    return decode_words(_octets_to_text(stated))


def _octets_to_text(stated: str) -> str:
    if stated.isascii():
        return stated
    return decode(stated.encode("utf-8", "surrogateescape"), None)[0]


def _join_segments(segments: dict[int, tuple[str, bool]]) -> str:
    octets = bytearray()
    charset: str | None = None
    run = b""  # escaped pieces in a row, which some programs cut within an escape
    for number in sorted(segments):
        stated, escaped = segments[number]
        if escaped and charset is None and stated.count("'") >= 2:
            label, _, stated = stated.split("'", 2)
            charset = label
        raw = stated.encode("utf-8", "surrogateescape")
        if escaped:
            run += raw
            continue
        octets += _unescaped(run) + raw
        run = b""
    text = decode(bytes(octets + _unescaped(run)), charset)[0]
    return decode_words(text) if charset is None else text


def _unescaped(raw: bytes) -> bytes:
    return _PERCENT.sub(lambda found: bytes((int(found[1], 16),)), raw)


# -- ids and dates ----------------------------------------------------------------------------------------------------

_ANGLE = re.compile(r"<([^<>]*)>")
_SANE_ID = re.compile(r"[!-;=?-~\u00a1-\ufffc\U00010000-\U0010ffff]+\Z")
_ALNUM = re.compile(r"[^\W_]")


def sane_id(inside: str) -> str | None:
    """`<inside>` where it can serve as a Message-ID: printable, no blank, no angle, a letter or digit on each side of
    its @ (some programs write none), at most 998 octets. `<[>` and `<@>` cannot."""
    inside = inside.strip()
    if not _SANE_ID.match(inside) or len(inside.encode()) + 2 > MAX_ID:
        return None
    left, at, right = inside.rpartition("@")
    if not _ALNUM.search(right) or (at and not _ALNUM.search(left)):
        return None
    return f"<{inside}>"


def read_id(value: bytes) -> str | None:
    """The Message-ID a field states, None where it states none that is sane. Missing angle brackets are added."""
    text = decode(value, None)[0]
    found = _ANGLE.search(text)
    if found:
        return sane_id(re.sub(r"[ \t]+", "", found[1]))
    return sane_id(text) if "@" in text and "<" not in text else None


def read_ids(value: bytes) -> list[str]:
    """The ids of In-Reply-To or References in order, each once; insane ones left out."""
    text = decode(value, None)[0]
    inside = _ANGLE.findall(text)
    if not inside and "<" not in text:
        inside = [word.strip(",;") for word in text.split() if "@" in word]
    ids = (sane_id(re.sub(r"[ \t]+", "", one)) for one in inside)
    return list(dict.fromkeys(one for one in ids if one))


_COMMENT = re.compile(r"\([^()]*\)")
_SPACED_COLON = re.compile(r"\s{0,9}:\s{0,9}")
_ZONE_TWICE = re.compile(r"\b(?:GMT|UTC)(?=[+-][0-9]{4})")
_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}")


def read_date(value: bytes) -> datetime | None:
    """A Date field as an aware time in UTC, None where it makes no sense. A missing zone counts as UTC."""
    text = text_of(value[:200])
    try:
        if _ISO_DATE.match(text):
            iso = datetime.fromisoformat(text.replace(" +", "+").replace(" -", "-"))
            return iso.replace(tzinfo=UTC) if iso.tzinfo is None else iso.astimezone(UTC)
        if "GMT" in text or "UTC" in text:
            text = _ZONE_TWICE.sub("", text)
        parts = parsedate_tz(text)
        if parts is None and "(" in text:  # comments anywhere, as RFC 5322 A.5 has them
            parts = parsedate_tz(_SPACED_COLON.sub(":", _COMMENT.sub(" ", text)))
        if parts is None:
            return None
        year, month, day, hour, minute, second = parts[:6]
        offset = timedelta(seconds=parts[9] or 0)
        year += 1900 if 100 <= year < 200 else 0  # a program that counts from 1900
        if not 1970 <= year < 10000 or abs(offset) >= timedelta(days=1):
            return None
        local = datetime(year, month, day, hour, minute, min(second, 59), tzinfo=timezone(offset))
        return local.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError, AttributeError):
        return None
