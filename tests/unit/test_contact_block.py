"""The contact block below an agent's words is cut where it would tell his address, and never anything else."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailgate.inbound.contact_block import is_signature_alone, without_contact_block

NAME, ADDRESSES = "Kari Nordmann", ("kari@example.com",)
BLOCK = "Kari Nordmann\nSupport | +47 99 88 77 66\nkari@example.com"


@pytest.mark.parametrize(
    "text, kept",
    [
        (f"Turn it off.\n\n{BLOCK}", "Turn it off."),
        (f"Turn it off.\n{BLOCK}", "Turn it off."),
        (f"Turn it off.\n\nBest regards,\n{BLOCK}", "Turn it off."),
        (f"Slå av.\n\nMed vennlig hilsen\n\n{BLOCK}", "Slå av."),
        (f"Slå av.\n\nMvh\n{BLOCK}", "Slå av."),
        (f"Sammuta se.\n\nYstävällisin terveisin,\n{BLOCK}", "Sammuta se."),
        ("Turn it off.\n\nK. Nordmann\nE: KARI@example.com\nM: 99 88 77 66", "Turn it off."),
        ("Turn it off.\n\nKari\n\nkari@example.com", "Turn it off.\n\nKari"),
        (f"One.\n\nTwo.\n\nThree?\n\nRegards\n{BLOCK}", "One.\n\nTwo.\n\nThree?"),
        # nothing of his address in it: his words
        ("Turn it off.\n\nBest regards,\nKari Nordmann", "Turn it off.\n\nBest regards,\nKari Nordmann"),
        # a sentence, no block: it stays, and is refused later on
        ("Turn it off.\n\nYou can write to kari@example.com at night.", None),
        ("Write to kari@example.com.\n\nThen turn it off.", None),
        ("kari@example.com can tell you.\n\n" + "A long explanation of what to do then. " * 4, None),
        ("> kari@example.com", None),
        ("", ""),
        (BLOCK, ""),
    ],
)
def test_what_is_cut(text: str, kept: str | None) -> None:
    assert without_contact_block(text, NAME, ADDRESSES) == (text if kept is None else kept)


@given(st.lists(st.sampled_from([*BLOCK.split("\n"), "", "Mvh", "Turn it off.", "> quoted", "!claim", "x" * 90])))
def test_only_the_end_is_cut_and_only_with_an_address(lines: list[str]) -> None:
    text = "\n".join(lines)
    kept = without_contact_block(text, NAME, ADDRESSES)
    assert text.startswith(kept)
    assert kept == text or ADDRESSES[0] in text[len(kept) :]
    assert "!claim" not in text[len(kept) :] and "> quoted" not in text[len(kept) :]


@pytest.mark.parametrize("unit", ["kari@example.com\n", "\n", "Mvh\n", " ", "a b\n", "med "])
def test_time_grows_with_the_length_only(unit: str) -> None:
    def seconds(size: int) -> float:
        text = (unit * (size // len(unit) + 1))[:size] + "\nkari@example.com"
        began = time.process_time()
        without_contact_block(text, NAME, ADDRESSES)
        return time.process_time() - began

    assert seconds(200_000) < 9 * seconds(50_000) + 0.5


@pytest.mark.parametrize(
    "words, alone",
    [
        ("Mvh\nKari Nordmann\nSupport", True),
        ("Vennlig hilsen\n\nKari\nTlf 99 88 77 66", True),
        ("Den er ordnet.\nMvh\nKari", False),
        ("Mvh\nKari\nDen er ordnet nå", False),
        ("Best", False),
        ("Kari", True),
        ("/Kari", True),
        ("- Kari Nordmann", True),
        ("Mvh Kari", True),
        ("Vennlig hilsen, Kari Nordmann", True),
        ("Terv. Kari", True),
        ("T. Kari", True),
        ("Best regards, Kari", True),
        ("Kari Nordmann\nSupport\n+47 99 88 77 66", True),
        ("Ring Kari", False),
        ("Takk, Kari", False),
        ("Kari\nDen er ordnet.", False),
        ("Kari\nFerdig", False),
        ("Hei Kari Nordmann\nSupport", False),
        ("", False),
    ],
)
def test_a_signature_alone(words: str, alone: bool) -> None:
    assert is_signature_alone(words, NAME) == alone
