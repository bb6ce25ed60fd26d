"""How large a mail may be, as servers say it when one was too large."""

from __future__ import annotations

import re

_UNITS = {"b": 1, "k": 1024, "m": 1024**2, "g": 1024**3}
_LIMIT = re.compile(
    r"(?:limit|maximum|max|exceed\w*|larger than|bigger than|allow\w*|up to)\b[^0-9]{0,40}"
    r"(?<![\d.])(\d{1,12}(?:\.\d{1,2})?) ?(?:([kmg])i?b?|bytes?|octets?|b)?\b",
    re.IGNORECASE,
)
SMALLEST = 10_000


def limit_in(diagnostic: str) -> str | None:
    """`10 MB` of "552 5.3.4 message exceeds the limit of 10485760"; None where no size is told."""
    for found in _LIMIT.finditer(diagnostic[:1000]):
        size = int(float(found[1]) * _UNITS[(found[2] or "b").lower()])
        if size >= SMALLEST:
            return f"{size / 1024**2:.0f} MB" if size >= 1024**2 else f"{size / 1024:.0f} kB"
    return None
