"""What lies ready: answers with blanks, tickets that come again, cases that were opened by hand or by telephone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from agents import NOTE, House, a_house, body, changes, reply

from mailgate.readers import Readers
from ticketing.commands import BY_NAME

OLA = "Ola <ola@example.org>"
ME = {"id": "kari", "name": "Kari Nordmann"}


@pytest.fixture(scope="module")
def readers() -> Iterator[Readers]:
    with Readers() as readers:
        yield readers


@pytest.fixture
def new_house(tmp_path: Path, _migrated_sqlite: Path, readers: Readers) -> Callable[..., AbstractContextManager[House]]:
    return lambda **wishes: a_house(tmp_path / "desk", _migrated_sqlite, readers, **wishes)


@pytest.fixture
def house(new_house: Callable[..., AbstractContextManager[House]]) -> Iterator[House]:
    with new_house() as house:
        (house.folder / "own").mkdir()
        house.configure("undo_seconds", 'templates = "own"\nundo_seconds')
        yield house


def put(house: House, **files: str | bytes) -> None:
    """Files of the operators' own, `canned__en__reset.md.j2` for canned/en/reset.md.j2."""
    for name, content in files.items():
        path = house.folder / "own" / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    house.reload()


RESET = """Title: A new password
Attach: choosing.pdf

Hello {{ name }}, your case is {{ number }} ({{ title }}).
Your user name{% if fields.product %} for {{ fields.product }}{% endif %} is {{ user }}.

{{ agent }} at {{ desk }}
"""


def a_shelf(house: House) -> None:
    put(house, **{
        "canned__en__reset.md.j2": RESET,
        "canned__nb__reset.md.j2": "Hei {{ name }}! Brukernavn: {{ user }}",
        "canned__en__ordinary.md.j2": "Before. {{ words }} After.",
        "guides__choosing.pdf": b"%PDF-1.4 choose well",
    })  # fmt: skip


# ---- prepared answers -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["canned", *BY_NAME["canned"].nb, *BY_NAME["canned"].fi])
def test_a_prepared_answer_goes_out_with_the_words_below(house: House, word: str) -> None:
    a_shelf(house)
    number, alert = house.ask()
    was = house.ticket(number)
    [receipt] = house.mail(reply(alert, f'!{word} RESET user="ola n"\n\nCall me if it does not work.'))
    assert "Prepared answer “reset”, with choosing.pdf." in body(receipt)
    assert "Answer M2 goes to ola@example.org in 60 seconds" in body(receipt)
    now = house.ticket(number)
    assert changes(was, now) == {
        "assignee": ME, "status": "in_progress", "waiting_for": "requester",
        "first_response_at": now["first_response_at"],
    }  # fmt: skip
    [answer] = house.later(61)
    assert body(answer).strip() == (
        f"Hello Ola, your case is {number} (Printer).\nYour user name is ola n.\n\nKari at Support\n\n"
        "Call me if it does not work."
    )
    [file] = answer.iter_attachments()
    assert (file.get_filename(), file.get_content_type()) == ("choosing.pdf", "application/pdf")
    assert file.get_content() == b"%PDF-1.4 choose well"
    assert now["messages"][1]["attachments"][0]["filename"] == "choosing.pdf"
    assert answer["Auto-Submitted"] is None


def test_it_can_be_taken_back(house: House) -> None:
    a_shelf(house)
    number, alert = house.ask()
    was = house.ticket(number)
    house.mail(reply(alert, "!canned reset user=ola"))
    [receipt] = house.mail(reply(alert, "!undo"))
    assert "Answer M2 was taken back" in body(receipt) and "Taken back: !canned" in body(receipt)
    assert house.later(120) == []
    assert changes(was, house.ticket(number)) == {}


def test_own_words_stand_where_the_answer_wants_them(house: House) -> None:
    a_shelf(house)
    _, alert = house.ask()
    house.mail(reply(alert, "!canned ordinary\nTurn it off."))
    [answer] = house.later(61)
    assert body(answer).strip() == "Before. Turn it off. After."


def test_a_note_beside_it_stays_a_note(house: House) -> None:
    a_shelf(house)
    number, alert = house.ask()
    content = 'multipart/mixed; boundary="b1"'
    text = (
        f"--b1\nContent-Type: text/plain\n\n!note\n!canned ordinary\n{NOTE}\n--b1\n"
        "Content-Type: application/pdf\nContent-Disposition: attachment; filename=inside.pdf\n\nx\n--b1--"
    )
    house.mail(reply(alert, text, content=content))
    [answer] = house.later(61)
    assert body(answer).strip() == "Before.  After." and list(answer.iter_attachments()) == []
    note, sent = house.ticket(number)["messages"][1:]
    assert (note["internal"], note["text"], len(note["attachments"])) == (True, NOTE, 1)
    assert (sent["internal"], sent["attachments"]) == (False, [])
    # Nor does it leave by an answer address that promises to keep the words inside.
    [receipt] = house.mail(reply(alert, "!priority high"))
    assert str(receipt["Reply-To"]).startswith("support+n.")
    house.mail(reply(receipt, f"!canned ordinary\n{NOTE}"))
    assert body(house.later(61)[0]).strip() == "Before.  After."


# (the mail, what the receipt must say)
WRONG = [
    ("!canned reset", "“reset” needs a value for user: !canned reset user=…"),
    ("!canned rest user=x", "there is no prepared answer “rest”. Did you mean “reset”?"),
    ("!canned xyzzy", "there is no prepared answer “xyzzy”; !canned ? shows which there are"),
    ("!canned broken", "the prepared answer “broken” is broken (line 2: ZeroDivisionError"),
    ("!canned sly", "SecurityError"),
    ("!priority high\n!canned reset\nWords.", "needs a value for user"),
]


def test_what_cannot_be_filled_in_is_not_sent(house: House) -> None:
    a_shelf(house)
    put(house, **{
        "canned__en__broken.md.j2": "One.\n{{ 1 / 0 }}", "canned__en__sly.md.j2": "{{ ''.__class__.__mro__ }}",
    })  # fmt: skip
    number, alert = house.ask()
    was = house.ticket(number)
    for text, said in WRONG:
        [receipt] = house.mail(reply(alert, text))
        assert said in body(receipt), body(receipt)
        assert house.became() == ("entry", "agent-command-error")
    assert house.later(120) == [] and changes(was, house.ticket(number)) == {}


def test_what_came_by_mail_is_no_template(house: House) -> None:
    a_shelf(house)
    _, alert = house.ask("{{ 7*7 }} {% raw %}")
    house.mail(reply(alert, "!canned reset user={{7*7}}"))
    [answer] = house.later(61)
    assert "({{ 7*7 }} {% raw %})" in body(answer) and "{{7*7}}" in body(answer)


def test_looking_before_sending(house: House) -> None:
    a_shelf(house)
    number, alert = house.ask()
    [receipt] = house.mail(reply(alert, "!canned ?"))
    assert "!canned reset: A new password (en, nb)" in body(receipt)
    assert "!canned more-details: Ask what happened (en, fi, nb)" in body(receipt)
    [receipt] = house.mail(reply(alert, "!canned ? reset user=ola"))
    assert "“reset” would say:" in body(receipt) and "Your user name is ola." in body(receipt)
    assert "It goes with: choosing.pdf" in body(receipt)
    assert house.later(120) == [] and len(house.ticket(number)["messages"]) == 1


def test_in_the_requesters_language(house: House) -> None:
    a_shelf(house)
    norwegian = "Hei, skriveren brenner og jeg vet ikke hva jeg skal gjøre med den. Kan dere hjelpe meg?"
    _, alert = house.ask("Skriver", norwegian)
    house.mail(reply(alert, "!canned reset user=ola"))
    [answer] = house.later(61)
    assert body(answer).strip() == "Hei Ola! Brukernavn: ola"
    _, alert = house.ask("Skriver", norwegian, "Eva <eva@example.net>")
    [receipt] = house.mail(reply(alert, "!canned ordinary"))
    assert "It is written in “en”; the requester's language is “nb”." in body(receipt)


@pytest.mark.parametrize("name", ["more-details", "solved"])
@pytest.mark.parametrize("language", ["en", "nb", "fi"])
def test_the_shipped_ones_can_be_used_at_once(house: House, name: str, language: str) -> None:
    from ticketing.rules import canned

    answer = house.app.policy.prepared.canned[name][language]
    assert answer.title
    for name_of_requester in ("", "Ola"):
        said = canned.fill(answer, {"name": name_of_requester, "words": ""})
        assert isinstance(said, canned.Filled) and name_of_requester in said.text


def test_every_fault_is_told_before_it_starts(house: House) -> None:
    from mailgate.outbound.templates import TemplateFault

    house.app.check_templates()
    put(house, **{
        "canned__en__a.md.j2": "Hello\n{{ name", "canned__nb__b.md.j2": "Attach: ../../mailgate.toml\n\nx",
        "canned__nb__c.md.j2": "Attach: no.pdf\n\nx", "canned__fi__d.md.j2": "\xe4".encode("latin-1"),
        "canned__fi__e.md.j2": "Title: nothing\n", "canned__fi__f.md.j2": "{{ name | shout }}",
    })  # fmt: skip
    with pytest.raises(TemplateFault) as caught:
        house.app.check_templates()
    lines = str(caught.value).split("\n") + [str(one) for one in caught.value.more]
    assert sorted({line.partition(":")[0] for line in lines}) == [
        "canned/en/a.md.j2", "canned/fi/d.md.j2", "canned/fi/e.md.j2", "canned/fi/f.md.j2", "canned/nb/b.md.j2",
        "canned/nb/c.md.j2",
    ]  # fmt: skip
    assert any(line.startswith("canned/en/a.md.j2:2: ") for line in lines)
    assert "lies outside of guides/" in str(caught.value)
