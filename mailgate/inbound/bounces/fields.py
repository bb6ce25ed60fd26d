"""The fields of RFC 3464, as programs write them: records a recipient, addresses with a type, actions."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mailgate.inbound.bounces.addresses import ADDRESS, MAX_RECIPIENTS, stated_address
from mailgate.inbound.bounces.parts import MAX_NOTICE, MAX_RETURNED

_FIELD = re.compile(r"([A-Za-z][A-Za-z0-9-]{1,60})[ \t]{0,20}:(.*)", re.S)
RECIPIENT_FIELDS = frozenset({
    "final-recipient", "original-recipient", "action", "status", "diagnostic-code", "remote-mta",
    "x-actual-recipient", "last-attempt-date", "final-log-id", "will-retry-until",
})  # fmt: skip
_WHO = frozenset({"final-recipient", "original-recipient"})
_STARTS = frozenset({"final-recipient", "original-recipient", "action", "status"})
# What is seen for the five actions of RFC 3464 2.3.3.
ACTIONS = (
    ("delay", "delayed"),
    ("defer", "delayed"),
    ("warn", "delayed"),
    ("transient", "delayed"),
    ("deliver", "delivered"),
    ("success", "delivered"),
    ("relay", "relayed"),
    ("expand", "expanded"),
)


def has_fields(text: str) -> bool:
    return "final-recipient:" in text[:MAX_NOTICE].lower()


def read_fields(text: str) -> tuple[dict[str, str], list[dict[str, str]]]:
    """The fields about the whole message, and one record a recipient.

    Blank lines should part the records; they are missing here and doubled there. So a record ends where a field that
    each has once comes again, or where a new recipient is named after a blank line.
    """
    whole: dict[str, str] = {}
    records: list[dict[str, str]] = []
    current: dict[str, str] = {}
    blank = False
    for name, value in fields_of(text):
        if not name:
            blank = True
            continue
        if name not in RECIPIENT_FIELDS:
            whole.setdefault(name, value)
            continue
        again = name in _STARTS and name in current
        if again or (blank and name in _WHO and not _WHO.isdisjoint(current)):
            current = {}
        if not current:
            if len(records) >= MAX_RECIPIENTS:
                break
            records.append(current)
        current.setdefault(name, value)
        blank = False
    return whole, records


def fields_of(text: str) -> Iterator[tuple[str, str]]:
    """(lower-case name, unfolded value) in order; ("", "") for a blank line."""
    name, pieces = "", [""]
    for line in re.split(r"\r\n|\r|\n", text[: 4 * MAX_RETURNED]):
        folded = line[:1] in {" ", "\t"} and line.strip() != ""
        match = None if folded else _FIELD.match(line)
        if match is None and name and line.strip():
            # A diagnostic that was broken without a blank goes on; any other stray line does too, and harms nobody.
            pieces.append(line.strip())
            continue
        if name:
            yield name, " ".join(pieces).strip()
        name, pieces = (match[1].lower(), [match[2].strip()]) if match else ("", [""])
        if not line.strip():
            yield "", ""
    if name:
        yield name, " ".join(pieces).strip()


def without_xtext(value: str) -> str:
    """RFC 3461 4: `+2B` is a plus, `+3D` an equals sign. Nothing else printable is encoded so, which keeps
    `ola+AB@example.com` whole."""
    return value.replace("+2B", "+").replace("+3D", "=")


def typed_address(value: str) -> str | None:
    """`rfc822; <ola@example.no> (Ola)` -> the address. Unknown address types are read alike; X.400 names give None."""
    kind, semicolon, rest = value.partition(";")
    if not semicolon or "@" in kind:
        rest = value
    if kind.strip().lower() == "utf-8":  # RFC 6533 3: utf-8-addr-xtext writes \x{E5} for å
        rest = re.sub(r"\\x\{([0-9A-Fa-f]{2,6})\}", _embedded_unicode, rest)
    if embedded := _X400_EMBEDDED.search(rest[:2000]):
        rest = embedded[1].replace("(a)", "@").replace("(p)", "%").replace("(u)", "_")
    if embedded := _EXCHANGE_EMBEDDED.search(rest[:2000]):
        rest = re.sub(r"\+([0-9A-Fa-f]{2})", lambda match: chr(int(match[1], 16)), embedded[1])
    found = ADDRESS.search(rest[:2000])
    address = stated_address(found[0]) if found else None
    return None if address is None or address.startswith("imceaex-") else address


_EXCHANGE_EMBEDDED = re.compile(r"\bIMCEASMTP-([^@\s]{3,320})@", re.I)  # ola+40firma+2Eno@ex.example
# A gateway puts our address into an X.400 name (RFC 2156 4.2.4, 4.1.1): /DD.RFC-822=ola(a)firma.no/.
_X400_EMBEDDED = re.compile(r"\bRFC-?822=([^/;\s]{3,320})", re.I)


def _embedded_unicode(match: re.Match[str]) -> str:
    code = int(match[1], 16)
    return chr(code) if 0x20 < code < 0x110000 and not 0xD800 <= code <= 0xDFFF else match[0]


def action_of(value: str) -> str:
    lowered = value.strip().lower()
    return next((action for start, action in ACTIONS if lowered.startswith(start)), "failed")
