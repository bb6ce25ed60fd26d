"""Queue, brand, topics, names: what a new ticket's subject and words say of where it goes."""

from __future__ import annotations

import pytest

from ticketing.policy import Brand, Mailbox, RoutingRule
from ticketing.rules.routing import Facts, brand_of, names, route, rule_for, topics

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


SEVERAL = [
    ("1) Hvor er varen?\n2) Når kommer den?", ["Hvor er varen?", "Når kommer den?"]),
    ("1) One?\n2. Two?\n3) Three.", ["One?", "Two?"]),
    ("I have 2 questions?", []),
    ("1) One?\n2) Two.", []),
    ("nettbutikk.no: a\nverkko.fi: b\nverkko.fi: c", ["nettbutikk.no: a", "verkko.fi: b"]),
    ("nettbutikk.no: a\nnettbutikk.no: b", []),
    ("For det første virker ikke skriveren. For det andre er skjermen svart.",
     ["virker ikke skriveren", "er skjermen svart"]),
    ("For det fyrste verkar han ikkje, og for det andre er han gammal.",
     ["verkar han ikkje, og for det andre er han gammal", "er han gammal"]),
    ("För det första fungerar det inte, för det andra är fakturan fel.",
     ["fungerar det inte, för det andra är fakturan fel", "är fakturan fel"]),
    ("For det første virker den ikke. For det andet er fakturaen.", ["virker den ikke", "er fakturaen"]),
    ("Ensinnäkin tulostin ei toimi. Toiseksi lasku on väärä.", ["tulostin ei toimi", "lasku on väärä"]),
    ("Firstly the printer. Secondly the invoice.", ["the printer", "the invoice"]),
    ("Erstens der Drucker. Zweitens: die Rechnung.", ["der Drucker", "die Rechnung"]),
    ("For det første virker ikke skriveren.", []),
    ("Secondly the invoice. Firstly nothing.", []),
    ("Den andre skriveren for det første året", []),
    ("Toiseksi paras vaihtoehto", []),
    ("Zweitens fehlt die Rechnung", []),
    ("för det andra kontoret", []),
    ("", []),
]  # fmt: skip


@pytest.mark.parametrize("words, told", SEVERAL)
def test_several_topics(words: str, told: list[str]) -> None:
    assert topics(words, (SHOP, Brand("verkko.fi"))) == told


FACTS = Facts(
    "support@example.com", "shop", "order", "delivery", "Acme", "ola@mail.acme.example", "Pakken\n  er forsvunnet."
)


@pytest.mark.parametrize(
    "conditions, fits",
    [
        ({}, True),
        ({"mailboxes": ("support@example.com",)}, True),
        ({"mailboxes": ("x@example.com", "support@example.com")}, True),
        ({"mailboxes": ("x@example.com",)}, False),
        ({"brands": ("shop",), "types": ("order",), "categories": ("delivery",), "organisations": ("Acme",)}, True),
        ({"brands": ("shop",), "types": ("order",), "categories": ("invoice",)}, False),  # all of them
        ({"organisations": ("Other",)}, False),
        ({"requesters": ("ola@mail.acme.example",)}, True),
        ({"requesters": ("mail.acme.example",)}, True),
        ({"requesters": ("acme.example",)}, True),
        ({"requesters": ("cme.example",)}, False),
        ({"requesters": ("eva@mail.acme.example",)}, False),
        ({"words": ("FORSV",)}, True),  # the beginning of a word, in any case
        ({"words": ("svunnet",)}, False),
        ({"words": ("pakken er",)}, True),  # over the end of a line
        ({"words": ("nothing", "pakke")}, True),
        ({"words": ("pakke",), "types": ("repair",)}, False),
    ],
)
def test_whether_a_rule_fits(conditions: dict[str, tuple[str, ...]], fits: bool) -> None:
    rule = RoutingRule("it", **conditions)
    assert rule_for((rule,), FACTS) == (rule if fits else None)


def test_the_first_rule_that_fits_counts() -> None:
    rules = (RoutingRule("no", types=("repair",)), RoutingRule("one"), RoutingRule("two"))
    found = rule_for(rules, FACTS)
    assert found is not None and found.name == "one"
