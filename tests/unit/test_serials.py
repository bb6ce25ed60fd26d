"""Serial numbers in the words of a mail."""

from __future__ import annotations

import pytest

from ticketing.rules import serials


@pytest.mark.parametrize(
    ("serial", "kept"),
    [(" ab-12  34 ", "AB-12 34"), ("ÆØ1", "ÆØ1"), ("x" * 120, "X" * 100), ("", "")],
)
def test_key(serial: str, kept: str) -> None:
    assert serials.key(serial) == kept


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("S/N: ab123456 is dead", ("AB123456",)),  # the group, not the mark before it
        ("sn ab123456, SN:CD654321; again sn ab123456", ("AB123456", "CD654321")),
        ("AB12345", ()),
        ("PR-77", ("PR-77",)),
    ],
)
def test_of_known_form(text: str, found: tuple[str, ...]) -> None:
    assert serials.of_known_form(text, (r"S/?N:?\s*([A-Z]{2}\d{6})\b", r"PR-\d\d")) == found


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The printer HP-4711x. It burns.", ("HP-4711X",)),
        ("no figures here", ()),
        ("https://example.com/x1 and a1, a2b", ("EXAMPLE.COM/X1", "A2B")),  # what is none is in no list
        ("", ()),
    ],
)
def test_possible(text: str, words: tuple[str, ...]) -> None:
    assert serials.possible(text) == words


def test_possible_has_an_end() -> None:
    assert len(serials.possible(" ".join(f"a{n}b" for n in range(5000)))) == serials.MAX_POSSIBLE
