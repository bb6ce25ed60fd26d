"""Equipment: imported, found in mails, named by agents, shown with what was done to it before."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from agents import House, NewHouse, body, changes, reply, to
from typer.testing import CliRunner

from mailgate.cli import app

OLA = "Ola <ola@example.org>"
FORM = "\n[[equipment]]\npattern = 'S/N:?\\s*([A-Z]{2}\\d{6})'\n"
LIST = (
    "serial;name;organisation;place;warranty\nhp-4711;Laser printer;Example Shipping;3rd floor;2027-01-31\n"
    "PR-9;Plotter;;Cellar;2025-06-30\n"
)


@pytest.fixture
def house(new_house: NewHouse) -> Iterator[House]:
    with new_house(more=FORM) as house:
        yield house


def mailgate(house: House, *arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, [*arguments, "--config", str(house.folder / "mailgate.toml")])
    return done.exit_code, done.output


def imported(house: House, text: str = LIST) -> tuple[int, str]:
    file = house.folder / "equipment.csv"
    file.write_text(text)
    return mailgate(house, "equipment", "import", str(file))


def test_import_and_list(house: House) -> None:
    assert imported(house) == (0, "2 serial numbers known\n")
    assert imported(house, "Serial,Place\nPR-9,Attic\n")[0] == 0
    code, printed = mailgate(house, "equipment", "list", "--json")
    rows = [json.loads(line) for line in printed.splitlines()]
    assert code == 0 and [(row["serial"], row["place"], row["warranty"]) for row in rows] == [
        ("HP-4711", "3rd floor", "2027-01-31"), ("PR-9", "Attic", None)
    ]  # fmt: skip
    assert mailgate(house, "equipment", "list", "laser")[1].startswith("HP-4711\tLaser printer\tExample Shipping")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("serial,warranty\nA1,soon\n,2026-01-01\n", "2 rows are wrong, so nothing was imported"),
        ("serial,warranty\nA1,soon\n", "line 2: warranty 'soon' is no day like 2026-12-31"),
        ("number,name\n1,x\n", "the first line must name the columns"),
        ("", "the first line must name the columns"),
    ],
)
def test_a_bad_list_is_not_imported(house: House, text: str, said: str) -> None:
    code, printed = imported(house, text)
    assert code == 1 and said in printed
    assert mailgate(house, "equipment", "list", "--json")[1] == ""


def test_found_in_mails_and_shown_with_earlier_repairs(house: House) -> None:
    imported(house)
    first, alert = house.ask("Printer", "The hp-4711 burns, and so does S/N: AB123456.")
    assert house.ticket(first)["equipment"] == ["AB123456", "HP-4711"]
    told = body(alert)
    assert ":: HP-4711 · Laser printer · Example Shipping · 3rd floor · warranty until 31 January 2027" in told
    house.mail(reply(alert, "!resolution\nNew fuser.\n!end\n!close"))
    second, alert = house.ask("Again", "Smoke.", "Eva <eva@example.net>")
    assert house.ticket(second)["equipment"] == []
    acknowledgement = to(house.sent(), "eva@")[-1]
    [more] = to(house.mail(reply(acknowledgement, "It is HP-4711.", author="Eva <eva@example.net>")), "kari@")
    assert f"Before: {first}: Printer – New fuser." in body(more)
    assert house.ticket(second)["equipment"] == ["HP-4711"]
    assert not any("New fuser" in body(one) for one in to(house.sent(), "eva@"))


def test_earlier_repairs_of_a_private_queue_are_not_told(house: House) -> None:
    imported(house)
    _, alert = house.ask("Payroll printer", "HP-4711")
    house.mail(reply(alert, "!close"))
    config = house.folder / "mailgate.toml"
    with house.app.database.write() as connection:
        connection.exec_driver_sql("UPDATE ticket SET queue = 'hr'")
    config.write_text(config.read_text() + '\n[[queue]]\nname = "hr"\nprivate = true\nagents = ["per"]\n')
    house.reload()
    _, alert = house.ask("Printer", "HP-4711 again.")
    assert "HP-4711 · Laser" in body(alert) and "Payroll" not in body(alert)


@pytest.mark.parametrize("word", ["equipment", "utstyr", "laite"])
def test_named_by_an_agent(house: House, word: str) -> None:
    imported(house)
    number, alert = house.ask()
    was = house.ticket(number)
    [receipt] = house.mail(reply(alert, f"!{word} pr-9 +ZZ1"))
    assert changes(was, house.ticket(number)) == {"equipment": ["PR-9", "ZZ1"]}
    assert "is about PR-9 · Plotter · Cellar · warranty ended on 30 June 2025" in body(receipt)
    assert "is about ZZ1, which is not in the list of equipment" in body(receipt)
    house.mail(reply(alert, "!undo"))
    assert changes(was, house.ticket(number)) == {}
    house.mail(reply(alert, f"!{word} PR-9\n!{word} -pr-9"))
    assert changes(was, house.ticket(number)) == {}
    [receipt] = house.mail(reply(alert, f"!{word} -PR-9"))
    assert "is not about PR-9" in body(receipt)


def test_cases_are_found_by_it(house: House) -> None:
    imported(house)
    first, _ = house.ask("Printer", "HP-4711 burns.")
    house.ask("Other", "Nothing burns.")
    code, printed = mailgate(house, "tickets", "--search", "equipmnt:hp-4711")
    assert code == 2 and "there is no property or field equipmnt; did you mean equipment?" in printed
    code, printed = mailgate(house, "tickets", "--search", "equipment:hp-4711", "--json")
    assert code == 0 and [json.loads(line)["number"] for line in printed.splitlines()] == [first]
