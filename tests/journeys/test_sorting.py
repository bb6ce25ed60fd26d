"""What sort of thing a ticket is: its type and category, what is asked of the requester, what is filled in."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from agents import DESK, NOTE, House, NewHouse, body, changes, letter, reply, to

from ticketing.command_words import BY_NAME

TYPES = Path(__file__).parents[2] / "config" / "types"
CATEGORIES = """
[[category]]
name = "delivery"
label = { en = "delivery", nb = "levering", fi = "toimitus" }
words = ["levering", "delivery"]

[[category]]
name = "invoice"
label = { nb = "faktura", fi = "lasku" }
words = ["faktura", "invoice"]
"""


@pytest.fixture
def house(new_house: NewHouse) -> Iterator[House]:
    """With the types that `mailgate init` begins with."""
    with new_house(more=CATEGORIES) as house:
        shutil.copytree(TYPES, house.folder / "types")
        house.configure('assignment = "none"\n', 'assignment = "none"\ntype = "support"\n')
        yield house


def names(word: str) -> tuple[str, ...]:
    known = BY_NAME[word]
    return (known.name, *known.nb, *known.fi)


# ---- intake ---------------------------------------------------------------------------------------------------------


def test_what_is_missing_is_asked_for_in_the_requesters_language(house: House) -> None:
    for words, asked, known in (
        ("The printer prints only blank pages since yesterday, and I have no idea why.",
         "- your user name", "since when"),
        ("Skriveren skriver bare blanke ark siden i går, og jeg aner ikke hvorfor det skjer.",
         "- brukernavnet ditt", "siden når"),
        ("Tulostin tulostaa vain tyhjiä sivuja eilisestä alkaen, enkä tiedä mistä se johtuu.",
         "- käyttäjätunnuksesi", "mistä lähtien"),
    ):  # fmt: skip
        author = f"ola{len(known)}{len(asked)}@example.org"
        out = house.mail(letter(author, DESK, "Printer", words, auth="pass"))
        [acknowledgement] = to(out, author)
        assert asked in body(acknowledgement)
        assert f"- {known}" not in body(acknowledgement)


def test_the_unechoed_form_asks_too_and_echoes_nothing(house: House) -> None:
    [acknowledgement] = to(house.mail(letter("ola@example.org", DESK, "Canary", "Kanarifugl siden i går.")), "ola@")
    assert "- brukernavnet ditt" in body(acknowledgement) or "- your user name" in body(acknowledgement)
    assert "anar" not in acknowledgement.as_string()


def test_answers_fill_the_fields_and_the_first_one_stays(house: House) -> None:
    number, _ = house.ask(words="My user name is ola2.")
    assert house.ticket(number)["fields"] == {"user_name": {"value": "ola2", "message": "M1"}}
    acknowledgement = to(house.sent(), "ola@")[-1]
    house.mail(reply(acknowledgement, "Since when: last week\nUser name: ola3", author="Ola <ola@example.org>"))
    ticket = house.ticket(number)
    assert ticket["fields"] == {
        "since": {"value": "last week", "message": "M2"},
        "user_name": {"value": "ola2", "message": "M1"},
    }
    assert "since" not in ticket["missing"] and "device" in ticket["missing"]
    assert [(one["who"], one["to"]) for one in ticket["history"] if one["what"] == "field"] == [
        ("ola@example.org", "user_name=ola2"), ("ola@example.org", "since=last week"),
    ]  # fmt: skip
    # What somebody from outside writes is nobody's answer.
    house.mail(reply(acknowledgement, "Extent: all of us", author="Eve <eve@example.net>"))
    assert "extent" not in house.ticket(number)["fields"]


def test_few_things_are_asked_and_all_are_known_to_be_open(house: House) -> None:
    number, alert = house.ask(words="It burns.")
    [acknowledgement] = to(house.sent(), "ola@")
    asked = [line for line in body(acknowledgement).splitlines() if line.startswith("- ")]
    assert asked[0] == "- your user name" and len(asked) == 5 and len(house.ticket(number)["missing"]) == 11
    assert ":: Still missing:\n:: - your user name\n" in body(alert) and ":: - and 6 more\n" in body(alert)

    # An answer that tells nothing of it changes nothing of it.
    def heard(words: str) -> str:
        [told] = to(house.mail(reply(acknowledgement, words, author="Ola <ola@example.org>")), "kari@")
        return body(told)

    assert "Still missing" not in heard("Hello?") and ":: For us to do:" not in heard("Are you there?")
    told = heard("User name: ola2")
    assert ":: Still missing:\n:: - your member number" in told and ":: - and 5 more\n" in told


def test_what_lasts_is_not_asked_again(house: House) -> None:
    number, alert = house.ask(words="User name: ola2\nSince when: last week")
    acknowledgement = to(house.sent(), "ola@")[-1]
    house.mail(reply(alert, "!close"))
    house.later(8 * 86400)
    house.mail(reply(acknowledgement, "It burns again.", author="Ola <ola@example.org>"))
    [after] = [one for one in house.tickets() if one["number"] != number]
    assert after["fields"] == {"user_name": {"value": "ola2", "message": None}}
    assert "user_name" not in after["missing"] and "since" in after["missing"]


def test_words_choose_type_and_category_and_a_tie_is_the_agents(house: House) -> None:
    number, _ = house.ask("Bestilling", "Hvor er leveringen? Ordrenummer 12345678")
    ticket = house.ticket(number)
    assert (ticket["type"], ticket["category"], ticket["priority"]) == ("order", "delivery", "medium")
    assert ticket["fields"]["order_number"]["value"] == "12345678"
    number, alert = house.ask("Faktura", "Faktura for levering")
    assert house.ticket(number)["category"] is None
    assert "!category delivery, !category invoice" in body(alert)


def test_the_types_priority_is_that_of_a_new_ticket(house: House) -> None:
    file = house.folder / "types" / "repair.toml"
    file.write_text(file.read_text().replace('default_priority = "medium"', 'default_priority = "high"'))
    house.reload()
    number, _ = house.ask(words="Please repair it, it has a warranty.")
    assert (house.ticket(number)["type"], house.ticket(number)["priority"]) == ("repair", "high")


def test_without_types_nothing_is_asked(new_house: NewHouse) -> None:
    with new_house() as house:
        number, alert = house.ask()
        assert (house.ticket(number)["type"], house.ticket(number)["missing"]) == (None, [])
        house.mail(reply(alert, "!type Repair\n!category Anything goes"))
        assert (house.ticket(number)["type"], house.ticket(number)["category"]) == ("Repair", "Anything goes")


# ---- commands -------------------------------------------------------------------------------------------------------

BY_HAND = {"value": "4711", "message": None}
COMMANDS: list[tuple[str, str, dict[str, Any], str]] = [
    ("type", "order", {"type": "order", "missing": "*"}, "Type of 261123001 is order now."),
    ("type", "bestilling", {"type": "order", "missing": "*"}, "Still missing: the order number"),
    ("type", "KORJAUS", {"type": "repair", "missing": "*"}, "Type of 261123001 is repair now."),
    ("category", "invoice", {"category": "invoice"}, "Category of 261123001 is invoice now."),
    ("category", "toimitus", {"category": "delivery"}, "Category of 261123001 is delivery now."),
    ("field", "order_number=4711", {"fields": {"order_number": BY_HAND}}, "order_number of 261123001 is 4711 now."),
    ("field", '"Ordrenummeret" = 4711', {"fields": {"order_number": BY_HAND}}, "order_number of 261123001 is 4711"),
    ("field", "rack=4711", {"fields": {"rack": BY_HAND}}, "rack of 261123001 is 4711 now."),
]

FIRST = {("type", "order"), ("category", "invoice"), ("field", "rack=4711")}


@pytest.mark.parametrize("word, arguments, changed, said", COMMANDS, ids=[f"{row[0]} {row[1]}" for row in COMMANDS])
def test_what_a_command_does(house: House, word: str, arguments: str, changed: dict[str, Any], said: str) -> None:
    number, alert = house.ask()
    was = house.ticket(number)
    # Every name of the word is tried once.
    for name in names(word) if (word, arguments) in FIRST else (word,):
        receipt = to(house.mail(reply(alert, f"!{name} {arguments}")), "kari@")[-1]
        differs = changes(was, house.ticket(number))
        assert {key: "*" if changed.get(key) == "*" else value for key, value in differs.items()} == changed
        assert said in body(receipt)
        house.mail(reply(alert, "!undo"))
        assert changes(was, house.ticket(number)) == {}


def test_a_field_is_corrected_and_cleared(house: House) -> None:
    number, alert = house.ask(words="My user name is ola2.")
    house.mail(reply(alert, "!field user_name=kari\n!field tested=yes"))
    assert house.ticket(number)["fields"]["user_name"] == {"value": "kari", "message": None}
    [receipt] = to(house.mail(reply(alert, "!field user_name=")), "kari@")
    assert "user_name of 261123001 is cleared." in body(receipt)
    assert list(house.ticket(number)["fields"]) == ["tested"]
    house.mail(reply(alert, "!undo"))
    assert house.ticket(number)["fields"]["user_name"] == {"value": "kari", "message": None}


@pytest.mark.parametrize(
    "asked, said",
    [
        ("!type ordr", "no type “ordr”, did you mean order? (there are: order, repair, support)"),
        ("!category x", "no category “x” (there are: delivery, invoice)"),
        ("!field a;b=1", "“a;b” is no name of a field"),
        ("!field order_number=", "has no order_number that could be cleared"),
        (f"!field x={'y' * 1990}\n!type nothing", "no type “nothing”"),
    ],
)
def test_what_cannot_be_done_changes_nothing(house: House, asked: str, said: str) -> None:
    number, alert = house.ask()
    was = house.ticket(number)
    [receipt] = to(house.mail(reply(alert, asked)), "kari@")
    assert said in body(receipt)
    assert changes(was, house.ticket(number)) == {}


def test_another_type_looks_anew_at_what_was_written_but_not_at_notes(house: House) -> None:
    number, alert = house.ask(words="Where is it? It is 12345678.")
    house.mail(reply(alert, f"!note\n{NOTE}. Kundenr. 4711"))
    assert house.ticket(number)["fields"] == {}
    house.mail(reply(alert, "!type order"))
    assert house.ticket(number)["fields"] == {"order_number": {"value": "12345678", "message": "M1"}}


def test_what_is_missing_is_told_to_who_asks(house: House) -> None:
    _, alert = house.ask(words="My user name is ola2.")
    assert ":: - and 5 more\n\n:: For us to do:\n" in body(alert) and "solution tested" in body(alert)
    [own] = house.mail(letter("Ola <ola@example.org>", DESK, "my cases", "!mine", auth="pass"))
    assert "since when" in body(own) and "solution tested" not in body(own)
    shown = "\n".join(map(body, to(house.mail(reply(alert, "!field tested=yes\n!show")), "kari@")))
    assert "Still missing: your member number" in shown and "compared with a case" in shown
    assert "solution tested" not in shown.partition("Still missing")[2]


def test_from_the_command_line(house: House) -> None:
    from typer.testing import CliRunner

    from mailgate.cli import app

    number, _ = house.ask()
    at = ["--config", str(house.folder / "mailgate.toml")]
    for asked in (["type", number, "order"], ["category", number, "faktura"], ["field", number, "shop=Oslo"],
                  ["estimate", number, "6:00", "4500 kr"]):  # fmt: skip
        done = CliRunner().invoke(app, [*asked, *at])
        assert done.exit_code == 0, done.output
    ticket = house.ticket(number)
    assert (ticket["type"], ticket["category"], ticket["fields"]["shop"]["value"]) == ("order", "invoice", "Oslo")
    assert [(one["minutes"], one["price"]) for one in ticket["estimates"]] == [(360, "4500 kr")]
    wrong = CliRunner().invoke(app, ["type", number, "ordr", *at])
    assert (wrong.exit_code, "did you mean order?" in wrong.output) == (1, True)
