"""What a mail tells of its type's checklist, what it is called, and which type and category its words speak of."""

from __future__ import annotations

import re
import time
import tomllib
from pathlib import Path

import pytest

from mailgate.config_tables import TicketType as Row
from mailgate.config_tables import TypeField as FieldRow
from ticketing.model import Priority
from ticketing.policy import Category, TicketType, TypeField
from ticketing.rules import fields, sorting

FOLDER = Path(__file__).parents[2] / "config" / "types"


def shipped(name: str) -> TicketType:
    document = tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    items = [
        FieldRow(**{key: tuple(value) if isinstance(value, list) else value for key, value in one.items()})
        for one in document["fields"]
    ]
    row = Row(name=name, label=document["label"], words=tuple(document.get("words", ())), fields=tuple(items))
    kept = tuple(TypeField(one.name, one.label, one.patterns, one.who, one.own_words, one.takes) for one in row.fields)
    return TicketType(name, row.label, row.words, Priority.MEDIUM, kept)


SUPPORT, ORDER, REPAIR = (shipped(name) for name in ("support", "order", "repair"))

# (type, what was written, what it tells of the checklist)
TOLD: list[tuple[TicketType, str, dict[str, str]]] = [
    (SUPPORT, "The printer is on fire.", {}),
    (SUPPORT, "Skriveren brenner.", {}),
    (SUPPORT, "Tulostin on tulessa.", {}),
    (SUPPORT, "My user name is ola.nordmann", {"user_name": "ola.nordmann"}),
    (SUPPORT, "My user name is not accepted", {}),
    (SUPPORT, "Brukernavn: ola", {"user_name": "ola"}),
    (SUPPORT, "Käyttäjätunnus on ola2", {"user_name": "ola2"}),
    (SUPPORT, "Medlemsnummer 1234567", {"member_number": "1234567"}),
    (SUPPORT, "I expected a page, got nothing.", {"expected": "I expected a page, got nothing."}),
    (SUPPORT, "Odotin laskua, tuli muistutus.", {"expected": "Odotin laskua, tuli muistutus."}),
    (SUPPORT, "Det skjer f.eks. i ordrelisten.", {"example": "Det skjer f.eks. i ordrelisten."}),
    (SUPPORT, "Example: invoice 12", {"example": "invoice 12"}),
    (SUPPORT, "Error: disk full on drive C", {"error": "disk full on drive C"}),
    (SUPPORT, "Det står: feilmelding «kan ikke lagre»", {"error": "Det står: feilmelding «kan ikke lagre»"}),
    (SUPPORT, "ValueError: bad literal", {"error": "ValueError: bad literal"}),
    (SUPPORT, "HTTP 502 all the time", {"error": "HTTP 502 all the time"}),
    # A picture says nothing that could be searched, and what is only passed on is not the requester's own.
    (SUPPORT, "See the picture of the error.", {}),
    (SUPPORT, "See below.\n\n---------- Forwarded message ---------\nFrom: x <x@example.org>\n\nError: disk full", {}),
    (SUPPORT, "FYI\n\nFra: x <x@example.org>\nSendt: i fjor\nEmne: y\n\nFeilmelding: full disk", {}),
    (SUPPORT, "It happens when I press print.", {"steps": "It happens when I press print."}),
    (SUPPORT, "Vi oppdaterte Windows.", {"changes": "Vi oppdaterte Windows.", "device": "Vi oppdaterte Windows."}),
    (SUPPORT, "Jeg har prøvd en annen kabel.", {"tried": "Jeg har prøvd en annen kabel."}),
    (SUPPORT, "Kokeilin Firefoxia.", {"tried": "Kokeilin Firefoxia."}),
    (SUPPORT, "Det er slik siden i forrige måned", {"since": "Det er slik siden i forrige måned"}),
    (SUPPORT, "Hele siden er borte.", {}),
    (SUPPORT, "Eilisestä? Eilen alkoi.", {"since": "Eilisestä? Eilen alkoi."}),
    (SUPPORT, "12 users cannot log in.", {"extent": "12 users cannot log in."}),
    (SUPPORT, "Det gjelder bare meg.", {"extent": "Det gjelder bare meg."}),
    # Our question, quoted, with the answer below it or behind it
    (SUPPORT, "> - since when\nHalf a year\n> - how many are affected\nThree",
     {"since": "Half a year", "extent": "Three"}),
    (SUPPORT, "- siden når: i sommer\n- hvor mange det gjelder: to", {"since": "i sommer", "extent": "to"}),
    (SUPPORT, "> - since when\n> - how many are affected", {}),
    (ORDER, "Order number: A-123456", {"order_number": "A-123456"}),
    (ORDER, "Ordrenummeret er 1234567", {"order_number": "1234567"}),
    (ORDER, "Tilausnumero 7654321", {"order_number": "7654321"}),
    (ORDER, "Ring meg på +4722000000", {}),
    (ORDER, "Kundenr. 4711", {"customer_number": "4711"}),
    (ORDER, "Varenummer X-100 fra nettbutikken",
     {"product_number": "X-100", "shop": "Varenummer X-100 fra nettbutikken"}),
    (ORDER, "the order number: 99", {"order_number": "99"}),
    (REPAIR, "Serial number SN12345 is broken",
     {"product_number": "SN12345", "error": "Serial number SN12345 is broken"}),
    (REPAIR, "Ostin sen viime viikolla", {"shop": "Ostin sen viime viikolla", "since": "Ostin sen viime viikolla"}),
]  # fmt: skip


@pytest.mark.parametrize("kind, text, told", TOLD, ids=[f"{kind.name} {text[:30]}" for kind, text, _ in TOLD])
def test_what_a_mail_tells(kind: TicketType, text: str, told: dict[str, str]) -> None:
    assert fields.found(fields.absent(kind, (), "requester"), text) == told


@pytest.mark.parametrize("kind", [SUPPORT, ORDER, REPAIR], ids=lambda kind: kind.name)
def test_our_own_questions_tell_nothing(kind: TicketType) -> None:
    for language in ("en", "nb", "fi"):
        asked = fields.questions(fields.absent(kind, (), "requester"), language)
        assert len(set(asked)) == len(asked)
        for mark in ("> - ", "- ", "• ", ""):
            quoted = "\n".join(f"{mark}{one}" for one in asked)
            assert fields.found(fields.absent(kind, (), "requester"), quoted) == {}, language


@pytest.mark.parametrize("kind", [SUPPORT, ORDER, REPAIR], ids=lambda kind: kind.name)
@pytest.mark.parametrize(
    "unit",
    ["a", " ", "-", "\n", "> ", ">- since when\n", "error:", "order 1-", "1", "_", "user name", "From: x\n", '"'],
)
def test_reading_takes_no_longer_than_the_text(kind: TicketType, unit: str) -> None:
    begun = time.perf_counter()
    fields.found(kind.fields, unit * (60_000 // len(unit)))
    assert time.perf_counter() - begun < 1.5


LABEL = {"nb": "ordrenummeret", "en": "the order number", "fi": "tilausnumero"}


@pytest.mark.parametrize(
    "label, language, called",
    [
        (LABEL, "nb", "ordrenummeret"),
        (LABEL, "nb-NO", "ordrenummeret"),
        (LABEL, "nn", "ordrenummeret"),
        (LABEL, "fi", "tilausnumero"),
        (LABEL, "sv", "the order number"),
        ({"": "order no."}, "fi", "order no."),
        ({"fi": "tilaus"}, "nb", "tilaus"),
        ({}, "nb", "order number"),
    ],
)
def test_what_a_field_is_called(label: dict[str, str], language: str, called: str) -> None:
    assert fields.label_in(label, language, "order_number") == called


@pytest.mark.parametrize(
    "written, key",
    [
        ("order_number", "order_number"),
        ("Order Number", "order_number"),
        ("ordrenummeret", "order_number"),
        ("TILAUSNUMERO", "order_number"),
        ("serial", "serial"),
        ("Rack 7", "rack_7"),
        ("a;b", None),
        ("", None),
        ("x" * 41, None),
    ],
)
def test_which_field_an_agent_means(written: str, key: str | None) -> None:
    kind = TicketType("order", {}, (), Priority.MEDIUM, (TypeField("order_number", LABEL),))
    assert fields.key_of(written, [kind]) == key


TYPES = {one.name: one for one in (SUPPORT, ORDER, REPAIR)}
CATEGORIES = {
    "delivery": Category("delivery", {"nb": "levering"}, ("levering", "pakke", "delivery")),
    "invoice": Category("invoice", {"nb": "faktura"}, ("faktura", "invoice", "betaling")),
}


@pytest.mark.parametrize(
    "text, kind, categories",
    [
        ("The printer is on fire", None, ()),
        ("Hvor er leveringen av pakken?", None, ("delivery",)),
        ("Bestillingen min: ordrenummer 123", "order", ()),
        ("Can you repair it under warranty?", "repair", ()),
        ("Kan dere reparere det?", "repair", ()),
        ("Faktura for levering", None, ("delivery", "invoice")),
        ("Faktura, betaling og levering", None, ("invoice",)),
        # In the middle of a word it is another word.
        ("utlevering", None, ()),
        ("In order to print, I press the key", None, ()),
    ],
)
def test_what_the_words_speak_of(text: str, kind: str | None, categories: tuple[str, ...]) -> None:
    assert sorting.type_of(text, TYPES) == kind
    assert sorting.categories_of(text, CATEGORIES) == categories


@pytest.mark.parametrize(
    "written, name",
    [("delivery", "delivery"), ("Levering", "delivery"), ("faktura", "invoice"), ("x", None), ("", None)],
)
def test_a_category_by_any_of_its_names(written: str, name: str | None) -> None:
    assert sorting.named(written, CATEGORIES) == name


def test_every_shipped_item_has_a_name_in_every_language() -> None:
    for kind in TYPES.values():
        assert set(kind.label) == {"en", "nb", "fi"}
        for one in kind.fields:
            assert set(one.label) == {"en", "nb", "fi"}, one.name
            assert one.who == "agent" or one.patterns
            assert not any(pattern.flags & re.MULTILINE for pattern in one.patterns)
