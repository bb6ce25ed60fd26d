"""The largest mail that a server takes, as its refusals say it."""

from __future__ import annotations

import pytest

from ticketing.rules.sizes import limit_in


@pytest.mark.parametrize(
    "diagnostic, size",
    [
        ("smtp; 552 5.3.4 message exceeds the limit of 10485760", "10 MB"),
        ("552 5.3.4 Message size exceeds fixed maximum message size (26214400)", "25 MB"),
        ("552-5.2.3 Your message exceeded Google's message size limits. Maximum size: 25 MB", "25 MB"),
        ("552 Message exceeds maximum size of 20480 KB", "20 MB"),
        ("552 max 500k", "500 kB"),
        ("552 5.3.4 message too big for system", None),
        ("552 5.3.4 limit 3 recipients", None),
        ("550 5.1.1 no such user 4711", None),
        ("", None),
    ],
)
def test_limit(diagnostic: str, size: str | None) -> None:
    assert limit_in(diagnostic) == size
