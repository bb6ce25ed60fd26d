"""How a case ends, and what its requester does about it from his mail client: confirm, close, ask, say how it was
(RULES 4, 6, 10)."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from agents import DESK, House, a_house, body, changes, letter, reply, to

from mailgate.readers import Readers

OLA = "Ola <ola@example.org>"
LANGUAGES = ("en", "nb", "fi")


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
        yield house


def links(mail: EmailMessage) -> list[tuple[str, str]]:
    """The mailto links of a mail as a reader sees them, (words, link), the same in text and HTML."""
    in_text = re.findall(r"^(.+) <(mailto:[^>]+)>\r?$", mail.get_body(("plain",)).get_content(), re.MULTILINE)  # type: ignore[union-attr]
    page = mail.get_body(("html",)).get_content()  # type: ignore[union-attr]
    in_html = [(html.unescape(w), html.unescape(a)) for a, w in re.findall(r'<a href="([^"]+)">([^<]+)</a>', page)]
    assert in_text == in_html
    return in_text


def touch(mail: EmailMessage, n: int, *, author: str = OLA, words: str = "", **more: Any) -> str:
    """The mail that a mail program prepares when the n-th link is touched, and its owner sends: a new one, in no
    thread."""
    address, _, query = links(mail)[n][1].removeprefix("mailto:").partition("?")
    fields = {name: unquote(value) for name, _, value in (one.partition("=") for one in query.split("&"))}
    text = words or fields.get("body", "").replace("\r\n", "\n")
    return letter(author, unquote(address), fields["subject"], text, **more)


def completed(house: House, *commands: str, **more: Any) -> tuple[str, EmailMessage]:
    """A case that Kari has completed; its number and what Ola was told."""
    number, alert = house.ask(**more)
    house.mail(reply(alert, "\n".join((*commands, "!done"))))
    (told,) = to(house.later(60), "ola@")
    assert house.ticket(number)["status"] == "completed"
    return number, told


# ---- completed, and confirmed ---------------------------------------------------------------------------------------


def test_the_requester_is_told_what_was_done_and_confirms_with_one_touch(house: House) -> None:
    number, told = completed(house, "!resolution", "Turned it on.", "!end")
    assert "Turned it on." in body(told)
    assert [words for words, _ in links(told)] == ["Yes, it is solved", "How does it stand?"]
    (alert,) = house.mail(touch(told, 0))
    assert house.became() == ("appended", "confirmed")
    assert house.ticket(number)["status"] == "closed"
    assert f"Solved, says Ola <ola@example.org>: case {number} is closed" in body(alert)


def test_a_question_at_the_confirming_address_is_a_question(house: House) -> None:
    number, told = completed(house)
    house.mail(touch(told, 0, words="Is it really? It still smokes."))
    assert house.ticket(number)["status"] == "in_progress"


@pytest.mark.parametrize("status", ["open", "in_progress"])
def test_a_case_is_closed_by_the_link_below_an_answer(house: House, status: str) -> None:
    number, alert = house.ask()
    (ack,) = to(house.sent(), "ola@")
    if status == "in_progress":
        house.mail(reply(alert, "Turn it off."))
        (ack,) = to(house.later(60), "ola@")
    assert house.ticket(number)["status"] == status
    out = house.mail(touch(ack, 0))
    assert house.became() == ("appended", "closed-by-link")
    assert house.ticket(number)["status"] == "closed"
    (told,) = to(out, "ola@")
    assert f"Your case {number} is closed." in body(told)
    assert links(told) == []
    assert f"Case {number} was closed by Ola" in body(to(out, "kari@")[0])
    # Touched once more, much later: it says nothing new, and makes no case.
    house.now = house.now.replace(year=2027)
    house.mail(touch(ack, 0))
    assert house.became() == ("appended", "closed-already")


def test_a_stranger_with_the_link_closes_nothing(house: House) -> None:
    number, told = completed(house)
    house.mail(touch(told, 0, author="Eve <eve@evil.example>"))
    assert house.ticket(number)["status"] == "completed"
    assert house.ticket(number)["messages"][-1]["role"] == "external"


def test_a_mailbox_without_sub_addresses_has_links_that_work(
    new_house: Callable[..., AbstractContextManager[House]],
) -> None:
    with new_house() as house:
        house.configure('queue = "support"\n', 'queue = "support"\nplus_addressing = false\n')
        number, _ = house.ask()
        (ack,) = to(house.sent(), "ola@")
        assert all(link.startswith(f"mailto:{DESK}?") for _, link in links(ack))
        (told,) = to(house.mail(touch(ack, 1)), "ola@")
        assert f"{number}: Printer" in body(told)
        house.mail(touch(ack, 0))
        assert house.ticket(number)["status"] == "closed"


# ---- a resolution is asked for --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "asked, done",
    [
        ("!done", False),
        ("!ferdig", False),
        ("!resolution\nTurned it on.\n!end\n!done", True),
        ("!done\n!løsning\nSkrudde den på.\n!slutt", True),
    ],
)
def test_completed_only_with_a_resolution(
    new_house: Callable[..., AbstractContextManager[House]], asked: str, done: bool
) -> None:
    with new_house() as house:
        house.configure("[desk]\n", "[desk]\nrequire_resolution = true\n")
        number, alert = house.ask()
        was = house.ticket(number)
        (receipt,) = to(house.mail(reply(alert, asked)), "kari@")
        if done:
            assert house.ticket(number)["status"] == "completed"
        else:
            assert changes(was, house.ticket(number)) == {}
            assert "!resolution, the words on lines of their own, !end" in body(receipt)
        house.later(120)


# ---- how it was -----------------------------------------------------------------------------------------------------

ASKED = "How was it?"


@pytest.fixture
def asking_house(new_house: Callable[..., AbstractContextManager[House]]) -> Iterator[House]:
    """A house that asks how it was."""
    with new_house() as house:
        house.configure("[desk]\n", "[desk]\nsatisfaction = true\n")
        yield house


def asked(mails: list[EmailMessage]) -> list[EmailMessage]:
    return [mail for mail in mails if ASKED in body(mail)]


def closed_and_asked(house: House) -> tuple[str, EmailMessage]:
    number, alert = house.ask()
    house.mail(reply(alert, "!close\nTurn it off."))
    (question,) = asked(house.later(61))
    assert house.ticket(number)["satisfaction"]["score"] is None
    return number, question


@pytest.mark.parametrize(
    "ended, question",
    [("!close", True), ("!done", True), ("!spam", False), ("link", True), ("!done, link", True)],
)
def test_who_is_asked_how_it_was(asking_house: House, ended: str, question: bool) -> None:
    house = asking_house
    number, alert = house.ask()
    (ack,) = to(house.sent(), "ola@")
    if ended.startswith("!"):
        house.mail(reply(alert, ended.partition(",")[0]))
    if ended.endswith("link"):
        house.mail(touch(ack, 0))
    out = house.later(61)
    if ended == "!done":
        assert asked(out) == []
        out = house.later(8 * 86400) + house.later(61)
    assert house.ticket(number)["status"] == "closed"
    assert len(asked(out)) == question
    # Once a ticket, whatever happens afterwards.
    house.mail(reply(alert, "!reopen"))
    house.mail(reply(alert, "!close"))
    assert len(asked(house.later(61))) == (not question)


def test_nobody_is_asked_who_did_not_ask(asking_house: House) -> None:
    """A copy for information, a closing that was taken back; and nowhere, when it is off."""
    house = asking_house
    house.mail(letter(OLA, "per@example.net", "Copy", "For information.", cc=DESK))
    fyi = to(house.sent(), "kari@")[-1]
    house.mail(reply(fyi, "!close"))
    number, alert2 = house.ask()
    house.mail(reply(alert2, "!close"))
    house.mail(reply(alert2, "!undo"))
    assert asked(house.later(100)) == []
    assert house.ticket(number)["status"] == "open"
    house.mail(reply(alert2, "!close"))
    house.configure("satisfaction = true", "satisfaction = false")
    assert asked(house.later(100)) == []


# (which link, words in the mail, what is kept, the message's words, whether an agent hears of it)
ANSWERS = [
    (0, "", 5, "", False),
    (4, "", 1, "", False),
    (1, "Quick and friendly.", 4, "Quick and friendly.", False),
    (0, "2", 2, "", False),
    (0, "3/5\nIt took a week.", 3, "It took a week.", False),
    (1, "Will it happen again?", 4, "Will it happen again?", True),
    (4, "It still smokes.", 1, "It still smokes.", True),
]


@pytest.mark.parametrize("link, words, score, kept, heard", ANSWERS)
def test_what_a_score_does(asking_house: House, link: int, words: str, score: int, kept: str, heard: bool) -> None:
    house = asking_house
    number, question = closed_and_asked(house)
    assert [words for words, _ in links(question)][::4] == ["5 – very good", "1 – very poor"]
    before = house.ticket(number)
    out = house.mail(touch(question, link, words=words))
    after = house.ticket(number)
    assert house.became() == ("appended" if kept else "entry", "satisfaction")
    assert after["satisfaction"]["score"] == score and after["satisfaction"]["words"] == kept
    assert set(changes(before, after)) == {"satisfaction"}, "a score moves nothing"
    assert len(after["messages"]) - len(before["messages"]) == bool(kept)
    assert len(to(out, "kari@")) == len(out) == heard
    if heard:
        assert f"{score} of 5" in body(out[0]) and words in body(out[0])


def test_a_bare_score_may_answer_the_mail_itself(asking_house: House) -> None:
    house = asking_house
    number, question = closed_and_asked(house)
    house.mail(reply(question, "4\n\nAll fine.", author=OLA))
    assert house.ticket(number)["satisfaction"]["score"] == 4
    assert house.ticket(number)["status"] == "closed"
    house.mail(touch(question, 4))
    assert house.ticket(number)["satisfaction"] | {"asked_at": "", "answered_at": ""} == {
        "score": 1, "words": "All fine.", "asked_at": "", "answered_at": ""
    }  # fmt: skip
    # Whatever is no score is a reply like any other.
    house.mail(reply(question, "It smokes again, please come.", author=OLA))
    assert house.ticket(number)["status"] == "in_progress"


@pytest.mark.parametrize("author", ["Eve <eve@evil.example>", "Per <per@example.net>"])
def test_nobody_scores_for_the_requester(asking_house: House, author: str) -> None:
    house = asking_house
    number, question = closed_and_asked(house)
    house.mail(touch(question, 0, author=author))
    assert house.ticket(number)["satisfaction"]["score"] is None


@pytest.mark.parametrize("language, words", [("nb", "5 – svært bra"), ("fi", "5 – erittäin hyvin")])
def test_the_question_in_the_requesters_language(
    new_house: Callable[..., AbstractContextManager[House]], language: str, words: str
) -> None:
    with new_house() as house:
        house.configure("[desk]\n", "[desk]\nsatisfaction = true\n")
        house.configure('language = "en"', f'language = "{language}"')
        number, alert = house.ask("X", "1 2 3 4")
        house.mail(reply(alert, "!close"))
        question = to(house.later(61), "ola@")[-1]
        assert links(question)[0][0] == words
        house.mail(touch(question, 0))
        assert house.ticket(number)["satisfaction"]["score"] == 5
