"""Which earlier tickets are about the same thing."""

from __future__ import annotations

import pytest

from ticketing.rules.similar import ENOUGH, Case, likeness, stems


@pytest.mark.parametrize("text, telling", [
    ("The printer does not print", ("print",)),
    ("Skriveren på kontoret tar ikke imot papir", ("skriv", "konto", "imot", "papir")),
    ("Tulostimen paperi on loppu, tulostin ei toimi", ("tulos", "paper", "loppu", "toimi")),
    ("Größe E5 / Ålesund-2", ("gross", "e5", "alesu", "2")),
    ("Hi, please help me with this question", ()),
    ("", ()),
])  # fmt: skip
def test_telling_words(text: str, telling: tuple[str, ...]) -> None:
    assert stems(text) == telling


@pytest.mark.parametrize("one, other, alike", [
    (("Printer",), ("Printer",), True),
    (("Printer burns", "It burns since this morning."), ("Printer on fire", "The printer burns!"), True),
    (("Skriveren skriver ikke ut",), ("Skriver tar ikke papir",), True),
    (("Tulostin ei toimi", "Ei tulosta mitään, vaikka paperia on."), ("Tulostin jumissa", "Paperi jäi kiinni."), True),
    (("Where is order 4711?",), ("Order 4711",), True),
    (("Order 4711",), ("Order 4712",), False),
    (("The order is late",), ("The invoice is wrong",), False),
    (("Invoice", "The printer burns"), ("Printer", "The printer burns"), False),  # the titles say otherwise
    (("Hello",), ("Hello",), False),  # it says nothing
    (("",), ("",), False),
])  # fmt: skip
def test_alike_or_not(one: tuple[str, ...], other: tuple[str, ...], alike: bool) -> None:
    assert (likeness(Case(*one), Case(*other)) >= ENOUGH) is alike
    assert (likeness(Case(*other), Case(*one)) >= ENOUGH) is alike
