"""Serial numbers in a text: those of a form that the configuration knows, and words that may be one."""

from __future__ import annotations

import re
from collections.abc import Sequence

MAX_TEXT = 20_000
MAX_FOUND = 20
MAX_POSSIBLE = 200
_MAYBE = re.compile(r"[^\W_][\w./-]{2,60}")


def key(serial: str) -> str:
    """As serials are kept and compared: upper-case, with single blanks, at most 100 signs."""
    return " ".join(serial.split()).upper()[:100].rstrip()


def of_known_form(text: str, patterns: Sequence[str]) -> tuple[str, ...]:
    """Each once, in their order. A group in a pattern is the serial, else the whole match."""
    found: dict[str, None] = {}
    for pattern in patterns:
        for match in re.finditer(pattern, text[:MAX_TEXT], re.IGNORECASE):
            serial = next((one for one in match.groups() if one), match[0])
            found.setdefault(key(serial))
            if len(found) >= MAX_FOUND:
                break
    return tuple(one for one in found if one)


def possible(text: str) -> tuple[str, ...]:
    """Words that may be a serial because a figure stands in them; whether one is, the list of equipment knows."""
    words = (match[0].rstrip("./-") for match in _MAYBE.finditer(text[:MAX_TEXT]))
    telling = (key(word) for word in words if any(sign.isdigit() for sign in word))
    return tuple(dict.fromkeys(telling))[:MAX_POSSIBLE]
