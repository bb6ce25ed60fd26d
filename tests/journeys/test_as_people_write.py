"""Agents' mails as people write them, through the whole desk: names, days, slips of the hand, and where they put a
command that is not read there."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from agents import DESK, KARI, House, NewHouse, body, changes, letter, outlook_web, reply, to

from mailgate import spool

ME, PER_HAS_IT = {"id": "kari", "name": "Kari Nordmann"}, {"id": "per", "name": "Per Hansen"}


@pytest.mark.parametrize("lines", [
    [("!assign me", ME), ("!tildel til Per", PER_HAS_IT), ("!tildel meg", ME), ("!assign Hansen", PER_HAS_IT),
     ("!siirrä minulle", ME), ("!siirrä Perille", PER_HAS_IT), ("!siirrä Karille", ME),
     ("!assign to Per Hansen <per@example.com>", PER_HAS_IT), ("!assign @Nordmann", ME),
     ("!assign per@example.com <mailto:per@example.com>", PER_HAS_IT)],
])  # fmt: skip
def test_agents_are_named_as_people_name_them(house: House, lines: list[tuple[str, dict[str, str]]]) -> None:
    number, alert = house.ask()
    for line, has in lines:
        house.mail(reply(alert, line))
        assert house.ticket(number)["assignee"] == has, line
    [receipt] = house.mail(reply(alert, "!assign Pelle"))
    assert "no agent “Pelle” (there are: kari, per)" in body(receipt)


# (on Monday 23 November 2026, the mail, what the receipt says)
DAYS = [
    ("!vent på kunden til fredag", "waits for the requester until Friday 27 November 2026 at 09:00"),
    ("!wait vendor until next friday", "until Friday 4 December 2026 at 09:00"),
    ("!odota asiakasta 1. joulukuuta klo 12", "until Tuesday 1 December 2026 at 12:00"),
    ("!due perjantaihin", "Friday 27 November 2026 at 16:00"),
    ("!frist på fredag kl 12", "Friday 27 November 2026 at 12:00"),
    ("!due in 3 days", "Thursday 26 November 2026 at 16:00"),
    ("!minn meg på i morgen å ringe Ola", "Tuesday 24 November 2026"),
    ("!due 9999-12-31 23:59", "farther away than can be reckoned"),
    ("!due yesterday", "A day is needed"),
    ("!accept ٣", "neither a held mail nor somebody outside"),
]


def test_days_are_told_back(house: House) -> None:
    _, alert = house.ask()
    for line, said in DAYS:
        [receipt] = to(house.mail(reply(alert, line)), "kari@")
        assert said in body(receipt), (line, body(receipt))


@pytest.mark.parametrize("desk_zone", ["America/New_York", "Asia/Tokyo"])
def test_no_day_is_too_far_for_any_zone(house: House, desk_zone: str) -> None:
    house.configure('timezone = "Europe/Oslo"', f'timezone = "{desk_zone}"')
    number, alert = house.ask()
    for day in ("2999-12-31 23:59", "9999-12-31 23:59", "0001-01-01", "1970-01-01", "+9999 months"):
        house.mail(reply(alert, f"!due {day}"))
        assert house.became()[0] in ("entry", "appended"), day
    assert len(house.ticket(number)["messages"]) == 1


def test_a_phones_command_and_its_advert(house: House) -> None:
    number, alert = house.ask()
    house.mail(reply(alert, "! Klar.\n\nSendt fra min iPhone"))
    assert house.ticket(number)["status"] == "completed" and len(house.ticket(number)["messages"]) == 1


# ---- where no command is read ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("subject, text", [
    ("!done", ""), ("Re: [#261123001] !ferdig", "Mvh\nKari Nordmann"), ("!list mine", "\n\n"), ("SV: !valmis", ""),
])  # fmt: skip
def test_a_command_in_the_subject_is_told_where_commands_go(new_house: NewHouse, subject: str, text: str) -> None:
    with new_house(auth="dmarc") as house:
        number, alert = house.ask()
        before = house.ticket(number)
        for address in (str(alert["Reply-To"]), DESK):
            [receipt] = house.mail(letter(KARI, address, subject, text, auth="pass"))
            assert "Commands stand at the top of the text" in body(receipt) and "Not done" in str(receipt["Subject"])
        assert not changes(before, house.ticket(number)) and len(house.tickets()) == 1


def test_a_subject_with_words_below_it_is_an_answer(house: House) -> None:
    _, alert = house.ask()
    house.mail(letter(KARI, str(alert["Reply-To"]), "!done", "Turn it off.", answers=alert))
    assert any("Turn it off." in body(one) for one in to(house.later(60), "ola@"))


# ---- a requester asks what he may ask -------------------------------------------------------------------------------


@pytest.mark.parametrize("language, word, said", [
    ("en", "!help", "!status: how your case stands"), ("nb", "!hjelp", "!tilstand: hvordan det står til med saken din"),
    ("fi", "!ohje", "!sulje: et tarvitse enää vastausta"),
])  # fmt: skip
def test_a_requester_asks_for_help(house: House, language: str, word: str, said: str) -> None:
    house.configure('language = "en"', f'language = "{language}"')
    number, _ = house.ask(auth="pass")
    first = to(house.sent(), "ola@")[0]
    [told] = house.mail(reply(first, word, author="Ola <ola@example.org>"))
    assert said in body(told) and "!assign" not in body(told) and "!tildel" not in body(told)
    assert len(house.ticket(number)["messages"]) == 1
    [told] = house.mail(letter("Ola <ola@example.org>", DESK, "?", word, auth="pass"))
    assert said in body(told) and len(house.tickets()) == 1 and house.became() == ("entry", "requester-commands")
    for n in range(6):
        house.mail(reply(first, word, author="Ola <ola@example.org>", message_id=f"<h{n}@example.org>"))
    assert len(to(house.sent(), "ola@")) <= 5


def test_a_requesters_html_is_read_too(house: House) -> None:
    number, _ = house.ask(auth="pass")
    first = to(house.sent(), "ola@")[0]
    house.mail(reply(first, '<p style="color:#fff">!close</p>', author="Ola <ola@example.org>", content="text/html"))
    assert house.ticket(number)["status"] == "open"
    house.mail(outlook_web(first, "!close", author="Ola <ola@example.org>"))
    assert house.ticket(number)["status"] == "closed"


# ---- what could not be read -----------------------------------------------------------------------------------------


def test_a_mail_that_could_not_be_read_is_told_as_such(house: House) -> None:
    number, alert = house.ask()
    before = house.ticket(number)
    house.take(reply(alert, "!done\nTurn it off."))
    with house.app.database.write() as connection:
        newest = sa.select(sa.func.max(spool.inbound_mail.c.id)).scalar_subquery()
        connection.execute(sa.update(spool.inbound_mail).where(spool.inbound_mail.c.id == newest).values(attempts=1))
    house.work(1)
    [receipt] = to(house.sent(), "kari@")[1:]
    assert "could not be read" in body(receipt) and f"mail {house.last_mail().id} of the spool" in body(receipt)
    assert "lines of our own" not in body(receipt) and not changes(before, house.ticket(number))
    assert not house.later(120)
