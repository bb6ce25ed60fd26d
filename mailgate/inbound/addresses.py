"""The mailboxes of an address field (RFC 5322 3.4). Pure; nothing here raises on any bytes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from mailparser.utils import get_addresses

from mailgate.inbound.charsets import decode
from mailgate.inbound.headers import CONTROLS, clean, decode_words, find_words
from mailgate.inbound.odd_addresses import sole_address
from mailgate.mail import Address, valid_address, written

MAX_ADDRESSES = 100

_OPEN, _CLOSE = "\uf8fe", "\uf8ff"
_HIDDEN = re.compile(f"{_OPEN}([0-9]{{1,5}}){_CLOSE}")


@dataclass(frozen=True, slots=True)
class Addresses:
    """`group`: the field names a group (RFC 5322 3.4), whose members are in `found` all the same. `doubts`: why some of
    it could not be read, or was read in spite of its form; one word each, from mail-parser's scanner."""

    found: tuple[Address, ...]
    group: bool
    doubts: tuple[str, ...]


def read_addresses(values: Iterable[bytes]) -> Addresses:
    """The mailboxes of address fields. Only a whole, valid address counts; none is fished out of a display name."""
    found: list[Address] = []
    doubts: list[str] = []
    group = False
    for value in values:
        if (plain := _plain_mailbox(value)) is not None:
            found.append(plain)
            continue
        line, words = _hide_words(CONTROLS.sub(" ", decode(value, None)[0]))
        group = group or (":" in line and _is_group(line))
        stated = line
        line = line if group else _mended(line)
        if not group and len(found) >= MAX_ADDRESSES:
            break
        troubles: list[str] = []
        pairs = [(name, valid_address(address)) for name, address in _scan(line, troubles) if address]
        if not group and not any(valid for _, valid in pairs) and (sole := sole_address(stated)):
            valid = valid_address(sole[1])
            pairs = [(sole[0], valid)]
            if valid and written(valid) != valid:
                troubles.clear()  # a carrier's dots, which the scanner does not know
        doubts += troubles
        for name, valid in pairs:
            if valid is None:
                doubts.append("unusable-address")
                continue
            found.append(Address(_display_name(name, words), valid))
    if len(found) > MAX_ADDRESSES:
        doubts.append("too-many-addresses")
    return Addresses(tuple(found[:MAX_ADDRESSES]), group, tuple(dict.fromkeys(doubts)))


# One address in a form that leaves no doubt, with a name that could not be mistaken for another address: nine in ten.
_PLAIN_MAILBOX = re.compile(
    rb"(?:\"([^\"\\@<>()\[\]:;,]*)\"|([^\"\\@<>()\[\]:;,]*?))[ \t]*<([A-Za-z0-9_+=.-]{1,64}@[A-Za-z0-9.-]{1,255})>\Z"
    rb"|([A-Za-z0-9_+=.-]{1,64}@[A-Za-z0-9.-]{1,255})\Z"
)


def _plain_mailbox(value: bytes) -> Address | None:
    found = _PLAIN_MAILBOX.match(value) if value.isascii() else None
    if found is None or (address := valid_address((found[3] or found[4]).decode("ascii"))) is None:
        return None
    name = (found[1] or found[2] or b"").decode("ascii")
    return Address(_undressed(clean(decode_words(CONTROLS.sub(" ", name)))), address)


_ONLY_ANGLES = re.compile(r"\s*<([^<>()\s]+)>\s*\(([^()<>]*)\)\s*\Z")
_BARE_COMMA = re.compile(r'([^"<>(),]+(?:,[^"<>(),]+)+)(<[^<>]+>)\s*\Z')
_COMMENT_OR_SEMICOLON = re.compile(r"(\([^()]*\))|;")
_DRESSED = re.compile(r"<\s{0,9}(?:mailto:|<)?\s{0,9}([^<>\s]+?)\.?\s*>{1,2}\s*\Z", re.I)


def _mended(line: str) -> str:
    """Forms no scanner takes, in a field that can only mean one address because it holds one @; and Outlook's
    semicolons between addresses."""
    if ";" in line and '"' not in line:
        line = _COMMENT_OR_SEMICOLON.sub(lambda found: found[1] or ",", line)
    if line.count("@") != 1:
        return line
    line = line.strip(" \t,")
    if line.count("<") == 1 and ">" not in line and line.find("<") < line.find("@"):
        line += ">"
    if found := _ONLY_ANGLES.match(line):
        return f"{found[1]} ({found[2]})"
    if found := _DRESSED.search(line):
        line = f"{line[: found.start()]}<{found[1]}>"
    if found := _BARE_COMMA.match(line):
        return f'"{found[1].strip()}" {found[2]}'
    return line


def _scan(line: str, doubts: list[str]) -> list[tuple[str, str]]:
    defects: list[dict[str, object]] = []
    try:
        pairs: list[tuple[str, str]] = get_addresses(line, defects=defects)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        doubts.append(f"unreadable-{type(error).__name__}")
        return []
    for defect in defects:
        candidates = defect.get("candidates")
        misnamed = defect.get("reason") == "invalid-display-name"
        if misnamed and isinstance(candidates, list) and _names_itself(candidates):
            continue
        doubts.extend(str(defect.get("reason", "")).split(","))
    return pairs


def _names_itself(candidates: list[dict[str, str]]) -> bool:
    """`kari@example.org <kari@example.org>`: no lie, and half the world's robots write it."""
    return all(one.get("display_name", "").lower() == one.get("address", "").lower() for one in candidates)


# Python 3.11 and 3.12 encode the comma between two addresses where they fold: `a <a@x> =?utf-8?q?=2C?= b <b@x>`.
_ENCODED_COMMA = re.compile(r"(>|@[A-Za-z0-9.-]{1,255})[ \t]{0,9}=\?[A-Za-z0-9-]{1,40}\?[qQ]\?=2C\?=")


def _hide_words(line: str) -> tuple[str, list[str]]:
    """Encoded words put out of the scanner's way: nothing inside one may look like structure (RFC 2047 6.2)."""
    if "=2C?=" in line:
        line = _ENCODED_COMMA.sub(r"\1,", line)
    line = line.replace(_OPEN, "\ufffd").replace(_CLOSE, "\ufffd")
    words = find_words(line)
    hidden: list[str] = []
    out: list[str] = []
    at = 0
    for word in words:
        out.append(line[at : word.start])
        out.append(f"{_OPEN}{len(hidden)}{_CLOSE}")
        hidden.append(line[word.start : word.end])
        at = word.end
    out.append(line[at:])
    return "".join(out), hidden


def _display_name(name: str, words: list[str]) -> str:
    def word(found: re.Match[str]) -> str:
        index = int(found[1])
        return words[index] if index < len(words) else ""

    return _undressed(clean(decode_words(_HIDDEN.sub(word, name))))


def _undressed(name: str) -> str:
    """Without the quotation marks around it; a single one is part of a word: `'Kari N' via List`."""
    name = name.strip('" ')
    return name.strip("' ") if name[:1] == "'" == name[-1:] else name


def _is_group(line: str) -> bool:
    """A group ends with a semicolon; a colon before one lonely address belongs to somebody's name."""
    return (";" in line or line.count("@") != 1) and _has_group(line)


def _has_group(line: str) -> bool:
    """A colon outside quotes, comments, angles and brackets opens a group."""
    closer = ""
    depth = 0
    escaped = False
    for sign in line:
        if escaped:
            escaped = False
        elif closer:
            if sign == "\\" and closer != ">":
                escaped = True
            elif closer == ")" and sign == "(":
                depth += 1
            elif sign == closer:
                depth -= closer == ")"
                if depth <= 0:
                    closer = ""
        elif sign == ":":
            return True
        elif sign in '"(<[':
            closer = {'"': '"', "(": ")", "<": ">", "[": "]"}[sign]
            depth = int(sign == "(")
    return False
