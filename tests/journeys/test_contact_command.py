"""`mailgate contact`: who somebody is, by address, number or name; what is known of him, and his cases."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from agents import DESK, House, NewHouse, letter
from typer.testing import CliRunner

from mailgate.cli import app
from ticketing.desk import contacts

OLA = "Ola Nordmann <ola@example.org>"
COMPANY = '\n[[organisation]]\nname = "Example Shipping"\ndomains = ["shipping.example"]\n'


@pytest.fixture
def house(new_house: NewHouse) -> Iterator[House]:
    with new_house(more=COMPANY) as house:
        yield house


def contact(house: House, *arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["contact", *arguments, "--config", str(house.folder / "mailgate.toml")])
    return done.exit_code, done.output


def shown(house: House, *arguments: str) -> list[dict[str, Any]]:
    code, printed = contact(house, *arguments, "--json")
    assert code == 0, printed
    return [json.loads(line) for line in printed.splitlines()]


def test_a_person_is_found_by_whatever_a_caller_says(house: House) -> None:
    first, _ = house.ask("Printer", author=OLA)
    second, _ = house.ask("Toner", "None left.", author="<ola@home.example>")
    [one] = shown(
        house, "ola@example.org", "--add-address", "ola@home.example", "--phone", "+47 22 33 44 55", "--phone",
        "0047 99887766", "--language", "nb", "--note", "Calls before nine.", "--organisation", "example shipping",
    )  # fmt: skip
    assert one == {
        "name": "Ola Nordmann", "addresses": ["ola@example.org", "ola@home.example"],
        "phones": ["+4722334455", "+4799887766"], "organisation": "Example Shipping", "language": "nb",
        "notes": "Calls before nine.",
        "tickets": [{"number": second, "title": "Toner", "status": "open"},
                    {"number": first, "title": "Printer", "status": "open"}],
    }  # fmt: skip
    for who in ("ola@home.example", "22 33 44 55", "+4799887766", "nordmann", "OLA@example.org"):
        assert shown(house, who) == [one], who
    code, printed = contact(house, "22334455")
    assert code == 0 and f"{first}  open  Printer" in printed and "Calls before nine." in printed
    [one] = shown(house, "nordmann", "--note", "Has two printers.", "--organisation", "none")
    assert (one["notes"], one["organisation"]) == ("Calls before nine.\nHas two printers.", None)
    # Both are one person now: his other address takes part.
    house.mail(letter("Ola <ola@home.example>", DESK, f"Re: [#{first}] Printer", "From home.", auth="pass"))
    assert house.last_mail().ticket == first


def test_what_cannot_be_done_changes_nothing(house: House) -> None:
    house.ask(author=OLA)
    house.ask("Toner", "None left.", author="Ola Hansen <hansen@example.net>")
    for code, said, arguments in (
        (1, "nobody is known as 'Eva'", ("Eva",)),
        (1, "name him by his address", ("Eva", "--note", "x")),
        (1, "2 people are meant by 'ola'", ("ola", "--note", "x")),
        (1, "kari@example.com is an agent's address", ("nordmann", "--add-address", "kari@example.com")),
        (1, "is our own address", ("nordmann", "--note", "x", "--add-address", DESK)),
        (1, "no organisation “Shiping”", ("nordmann", "--organisation", "Shiping")),
        (2, "a telephone number has", ("nordmann", "--phone", "12")),
        (2, "is no mail address", ("nordmann", "--add-address", "ola")),
        (2, "is no language", ("nordmann", "--language", "norsk bokmål")),
    ):
        assert contact(house, *arguments)[0] == code, arguments
        assert said in contact(house, *arguments)[1], arguments
    assert [(one["notes"], len(one["addresses"])) for one in shown(house, "ola")] == [("", 1), ("", 1)]


def test_somebody_new_is_made_by_his_address(house: House) -> None:
    [one] = shown(house, "eva@shipping.example", "--name", "Eva", "--phone", "99 88 77 66")
    assert (one["name"], one["organisation"], one["tickets"]) == ("Eva", "Example Shipping", [])
    number, _ = house.ask(author="eva@shipping.example")
    assert house.ticket(number)["requester"]["address"] == "eva@shipping.example"
    assert shown(house, "99887766")[0]["tickets"][0]["number"] == number


@pytest.mark.parametrize(
    ("text", "kept"),
    [("+47 22 33 44 55", "+4722334455"), ("0047-22334455", "+4722334455"), ("(040) 123.4567", "0401234567"),
     ("12", None), ("ola", None), ("+47 22 call", None)],
)  # fmt: skip
def test_phone(text: str, kept: str | None) -> None:
    assert contacts.phone(text) == kept
