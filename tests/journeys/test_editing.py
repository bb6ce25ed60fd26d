"""Corrections: what has not left is changed, what has left keeps the correction beside it, and an undo puts back the
words that stood there, also into the mail that waits."""

from __future__ import annotations

from email.message import EmailMessage

import pytest
from agents import NOTE, House, body, reply, to
from typer.testing import CliRunner

from mailgate.cli.base import app
from ticketing.command_words import BY_NAME, word_key

EDIT = BY_NAME[word_key("edit")]
WORDS = list(zip((EDIT.name, *EDIT.nb, *EDIT.fi), ("end", "slutt", "loppu"), strict=True))


def kari(house: House, alert: EmailMessage, text: str, seconds: float = 1) -> str:
    return body(to(house.mail(reply(alert, text), seconds=seconds), "kari@")[-1])


@pytest.mark.parametrize("word, end", WORDS)
def test_a_note_is_corrected_and_put_back(house: House, word: str, end: str) -> None:
    number, alert = house.ask()
    house.mail(reply(alert, f"!note\n{NOTE}"))
    before = house.ticket(number)["messages"]
    assert "M2 is corrected; the words it had are kept." in kari(house, alert, f"!{word} m2\nHe is kind.\n!{end}")
    note = house.ticket(number)["messages"][1]
    assert note["text"] == "He is kind." and [one["text"] for one in note["versions"]] == [NOTE, "He is kind."]
    # What it said still must not leave.
    assert "must not leave the house" in kari(house, alert, f"!reply\n{NOTE}")
    kari(house, alert, "!undo")
    assert house.ticket(number)["messages"] == before


def test_an_answer_that_waits_leaves_with_the_new_words(house: House) -> None:
    number, alert = house.ask()
    house.mail(reply(alert, "Turn it of."))
    assert "leaves with the new words" in kari(house, alert, "!edit m2\nTurn it off.\n!end", seconds=30)
    [answer] = to(house.later(60), "ola@")
    assert body(answer) == "Turn it off." and str(answer["In-Reply-To"]) in str(answer["References"])
    message = house.ticket(number)["messages"][1]
    assert message["text"] == "Turn it off." and message["message_id"] == str(answer["Message-ID"])
    assert to(house.later(3600), "ola@") == []


def test_an_undo_sends_the_words_that_stood_there(house: House) -> None:
    number, alert = house.ask()
    house.mail(reply(alert, "Turn it off."))
    kari(house, alert, "!edit m2\nTurn it on.\n!end")
    kari(house, alert, "!undo")
    [answer] = to(house.later(60), "ola@")
    assert body(answer) == "Turn it off." and house.ticket(number)["messages"][1]["versions"] == []


def test_a_second_undo_stops_the_answer(house: House) -> None:
    number, alert = house.ask()
    house.mail(reply(alert, "Turn it off."))
    kari(house, alert, "!edit m2\nTurn it on.\n!end")
    kari(house, alert, "!undo")
    kari(house, alert, "!undo")
    assert to(house.later(3600), "ola@") == [] and house.ticket(number)["messages"][1]["state"] == "undone"


def test_what_has_left_stays_with_the_correction_beside_it(house: House) -> None:
    number, alert = house.ask()
    house.mail(reply(alert, "Turn it of."))
    house.later(60)
    assert "has left already" in kari(house, alert, "!edit m2\nTurn it off.\n!end")
    message = house.ticket(number)["messages"][1]
    assert message["text"] == "Turn it of."
    assert [one["text"] for one in message["versions"]] == ["Turn it of.", "Turn it off."]
    assert "Corrected" in str([body(one) for one in house.mail(reply(alert, "!show"))])
    assert to(house.later(3600), "ola@") == []


def test_what_is_not_corrected(house: House) -> None:
    number, alert = house.ask()
    house.mail(reply(alert, f"!note\n{NOTE}"))
    house.mail(reply(alert, "Turn it off."))
    for asked, said in (
        ("!edit m1\nx\n!end", "was written outside"),
        ("!edit m9\nx\n!end", f"there is no M9 in {number}"),
        ("!edit m3\nTurn it off.\n!end", "says that already"),
        (f"!edit m3\n{NOTE}\n!end", "must not leave the house"),
        ("!edit m3\n:: New case\n!end", "lines of our own mails"),
    ):
        assert said in kari(house, alert, asked), asked


def test_from_the_command_line(house: House) -> None:
    number, alert = house.ask()
    house.mail(reply(alert, f"!note\n{NOTE}"))
    config = ["--config", str(house.folder / "mailgate.toml")]
    done = CliRunner().invoke(app, ["edit", number, "m2", "He", "is", "kind.", *config])
    assert done.exit_code == 0 and house.ticket(number)["messages"][1]["text"] == "He is kind.", done.output
