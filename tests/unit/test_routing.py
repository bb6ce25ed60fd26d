"""Queue, brand, topics, names: what a new ticket's subject and words say of where it goes."""

from __future__ import annotations

import pytest

from ticketing.model import Brand, Mailbox
from ticketing.rules.routing import brand_of, brands_in, names, numbered_questions, route, tells_several

SHOP, LONG = Brand("nettbutikk.no", "Nettbutikk", "billing", "shop"), Brand("nettbutikk.no: b2b", None, "b2b", None)
BOX = Mailbox("support@example.com", "support")


@pytest.mark.parametrize(
    "subject, brand",
    [
        ("nettbutikk.no: order", SHOP),
        ("  NETTBUTIKK.NO: order", SHOP),
        ("nettbutikk.no:order", SHOP),
        ("nettbutikk.no: b2b: order", LONG),
        ("nettbutikk.no order", None),
        ("xnettbutikk.no: order", None),
        ("about nettbutikk.no: order", None),
        ("", None),
    ],
)
def test_the_longest_brand_prefix_wins(subject: str, brand: Brand | None) -> None:
    assert brand_of(subject, (SHOP, LONG)) == brand


def test_a_brand_goes_before_the_mailbox_and_the_organisation() -> None:
    assert route(BOX, None, "Acme").queue == "support"
    assert route(BOX, None, "Acme").organisation == "Acme"
    found = route(BOX, SHOP, "Acme")
    assert (found.queue, found.category, found.organisation) == ("billing", "shop", "Nettbutikk")
    assert route(BOX, LONG, "Acme").organisation == "Acme"


@pytest.mark.parametrize(
    "words, name, said",
    [
        ("Can Kari help me?", "Kari Nordmann", True),
        ("can KARI help", "Kari Nordmann", True),
        ("Kari's answer", "Kari Nordmann", True),
        ("Karin helped", "Kari Nordmann", False),
        ("MacKari", "Kari Nordmann", False),
        ("Nordmann", "Kari Nordmann", False),
        ("anything", "", False),
        ("a.b", "a.b", True),
        ("axb", "a.b", False),
    ],
)
def test_a_person_named(words: str, name: str, said: bool) -> None:
    assert names(words, name) is said


def test_several_topics() -> None:
    assert numbered_questions("1) One?\n2. Two?\n3) Three.") == 2
    assert numbered_questions("I have 2 questions?") == 0
    assert brands_in("nettbutikk.no: a\nverkko.fi: b", (SHOP, Brand("verkko.fi"))) == ["nettbutikk.no", "verkko.fi"]


@pytest.mark.parametrize(
    "words, several",
    [
        ("1) Hvor er varen?\n2) Når kommer den?", True),
        ("For det første virker ikke skriveren. For det andre er skjermen svart.", True),
        ("For det fyrste verkar han ikkje, og for det andre er han gammal.", True),
        ("För det första fungerar det inte, för det andra är fakturan fel.", True),
        ("For det første virker den ikke. For det andet er fakturaen forkert.", True),
        ("Ensinnäkin tulostin ei toimi. Toiseksi lasku on väärä.", True),
        ("Firstly the printer. Secondly the invoice.", True),
        ("Erstens der Drucker, zweitens die Rechnung.", True),
        ("For det første virker ikke skriveren.", False),
        ("Secondly the invoice. Firstly nothing.", False),
        ("Den andre skriveren for det første året", False),
        ("Toiseksi paras vaihtoehto", False),
        ("Zweitens fehlt die Rechnung", False),
        ("för det andra kontoret", False),
        ("", False),
    ],
)
def test_several_things_told(words: str, several: bool) -> None:
    assert tells_several(words) is several
