"""The card below an agent's words is cut, with his address or without, and never anything else."""

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


LEGAL = "Denne e-posten er KONFIDENSIELL og kun ment for mottakeren. Slett den dersom du har fått den ved en feil."
WORDS = "Hei Ola,\n\nprøv skuff 1."


@pytest.mark.parametrize(
    "card",
    [
        f"Med vennlig hilsen\n\nKari Nordmann\nSeniorkonsulent, IT-drift\nEksempel AS\nMobil: +47 99 88 77 66\n"
        f"kari@example.com | www.example.com\n\n[Eksempel AS]\n{LEGAL}",
        "Med vennlig hilsen\n\nKari Nordmann\nIT-drift\nTlf. +47 99 88 77 66",
        f"Kari Nordmann\nSeniorkonsulent\nMobil: +47 99 88 77 66\n\n{LEGAL}",
        f"Med vennlig hilsen\nKari Nordmann\nkari@example.com\n\n{LEGAL}",
        "Kind regards\nKari Nordmann\nT: +47 22 00 00 01 | M: +47 99 88 77 66 | W: www.example.com",
        "Hilsen\nKari Nordmann – Eksempel AS – www.example.com – 99 88 77 66",
        "Kind regards\nKari Nordmann | Senior Consultant | Example Ltd | www.example.com",
        "Vennlig hilsen,\nKari Nordmann | Eksempel AS | +47 99 88 77 66 | kari@example.com<mailto:kari@example.com>",
        "Med vennlig hilsen / Best regards\n\nKari Nordmann\nRådgiver / Advisor\n+47 99 88 77 66",
        "Ystävällisin terveisin,\nKari Nordmann\nIT-tuki",
        "Parhain terveisin\nKari Nordmann\nIT-asiantuntija\np. +358 40 123 4567\nwww.example.com",
        "Med venleg helsing\n\nKari Nordmann\nrådgjevar",
        "Med vennlig hilsen\nEksempel AS\nTlf 22 33 44 55",
        "Eksempel AS\nOrg.nr. 987 654 321\nwww.example.com",
        "Mvh Kari Nordmann\nMobil 99 88 77 66",
        "Regards,\nKari Nordmann | "
        + " | ".join(("Senior Consultant, IT Operations", "Example Ltd", "Main Street 1, Oslo", "+47 22 33 44 55")),
    ],
)
def test_a_card_goes_whole(card: str) -> None:
    assert without_contact_block(f"{WORDS}\n\n{card}", NAME, ADDRESSES) == WORDS
    assert without_contact_block(f"!claim\n\n{card}", NAME, ADDRESSES) == "!claim"


@pytest.mark.parametrize("card", [LEGAL, "Tlf. 99 88 77 66", "IT-drift\nTlf. 99 88 77 66\nwww.example.com"])
def test_a_sign_off_stays_above_its_card(card: str) -> None:
    for signed in ("Mvh\nKari", "Mvh Kari"):
        assert without_contact_block(f"{WORDS}\n\n{signed}\n\n{card}", NAME, ADDRESSES) == f"{WORDS}\n\n{signed}"


@pytest.mark.parametrize(
    "text",
    [
        "Ta kontakt med:\n\nKari Nordmann\n99 88 77 66",
        "De er her:\n\nEksempel AS\nOrg.nr. 987 654 321",
        "Mvh\nKari\nHusk nøkkelen i dag",
        "Mvh\nKari Nordmann\nHusk nøkkelen i dag",
        "Mvh\nKari\n\nPS Ring 99 88 77 66",
        "Mvh\nKari Nordmann\nNB! Stengt fredag\nwww.example.com/stengt",
        "Hei\n\nKari Nordmann, som kan dette, ringer deg på 99 88 77 66.",
        "Kari Nordmann\nkommer kl. 14.\nRing 99 88 77 66.",
        "Det ordner\nKari Nordmann",
        "Prøv www.example.com\n\nHilsen\nKari",
        "Mvh\nKari Nordmann\n\nVi trenger nummeret på maskinen din, det står under lokket",
        "> Kari Nordmann\n> Tlf. 99 88 77 66",
    ],
)
def test_words_stay(text: str) -> None:
    assert without_contact_block(text, NAME, ADDRESSES) == text


@given(st.lists(st.sampled_from([*BLOCK.split("\n"), "", "Mvh", "Turn it off.", "> quoted", "!claim", "x" * 90])))
def test_only_the_end_is_cut_and_only_with_an_address_or_his_name(lines: list[str]) -> None:
    text = "\n".join(lines)
    kept = without_contact_block(text, NAME, ADDRESSES)
    assert text.startswith(kept)
    assert kept == text or any(one in text[len(kept) :] for one in (*ADDRESSES, NAME, "Mvh"))
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
