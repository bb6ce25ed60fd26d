"""What agents read, in words of theirs: labels in place of keys, names in place of ids, whose words they are."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from agents import PER, House, NewHouse, body, reply, to

TYPES = """
[[type]]
name = "order"
label = { en = "an order", nb = "bestilling", fi = "tilaus" }
words = ["zzz"]

[[type.fields]]
name = "order_number"
label = { en = "the order number", nb = "ordrenummeret", fi = "tilausnumero" }

[[category]]
name = "delivery"
label = { nb = "levering" }
"""


@pytest.fixture
def house(new_house: NewHouse) -> Iterator[House]:
    with new_house(more=TYPES, undo=0) as house:
        yield house


def speaks(house: House, language: str) -> None:
    house.configure('id = "kari"\n', f'id = "kari"\nlanguage = "{language}"\n')


@pytest.mark.parametrize(
    "language, shown",
    [
        ("en", ("Type: an order", "Category: delivery", "the order number: 4711", "set type: an order")),
        ("nb", ("Type: bestilling", "Kategori: levering", "ordrenummeret: 4711", "fylte ut ordrenummeret: 4711")),
        # What has no words in his language has those of another, at last its name.
        ("fi", ("Tyyppi: tilaus", "Luokka: delivery", "tilausnumero: 4711", "täytti kentän tilausnumero: 4711")),
    ],
)
def test_labels_in_place_of_keys(house: House, language: str, shown: tuple[str, ...]) -> None:
    speaks(house, language)
    _, alert = house.ask()
    asked = "!type order\n!category delivery\n!field order_number=4711\n!todo Ring ham @per\n!show\n!history"
    told = "\n".join(map(body, to(house.mail(reply(alert, asked)), "kari@")))
    assert all(one in told for one in shown), told
    assert "order_number:" not in told and "Per Hansen" in told


@pytest.mark.parametrize(
    "language, nothing, sent",
    [
        ("en", "Nothing was changed.", "Nothing was sent."),
        ("nb", "Ingenting er endret.", "Ingenting ble sendt."),
        ("fi", "Mitään ei muutettu.", "Mitään ei lähetetty."),
    ],
)
def test_only_where_words_were_meant_to_leave_is_that_told(
    house: House, language: str, nothing: str, sent: str
) -> None:
    speaks(house, language)
    _, alert = house.ask()
    [receipt] = house.mail(reply(alert, "!undo"))
    assert f":: {nothing}\n\n:: - " in body(receipt) and sent not in body(receipt)
    [receipt] = house.mail(reply(alert, "!undo\n\nTurn it off."))
    assert f":: {sent}" in body(receipt) and nothing not in body(receipt)


def test_what_an_agent_wrote_down_says_so(house: House) -> None:
    """Ola told it by telephone; nobody shall take it for his own writing."""
    _, own = house.ask()
    [alert] = to(house.mail(reply(own, "!new\n!requester eva@example.net\nIt burns.", auth="pass")), "per@")
    assert "written down by Kari Nordmann" in body(alert)
    [shown] = to(house.mail(reply(alert, "!show", author=PER)), "per@")
    said = body(shown).replace("\n:: ", " ")
    assert "written down by Kari Nordmann" in said and "unverified" not in said
