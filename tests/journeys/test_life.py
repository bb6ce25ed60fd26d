"""How a case ends, and what its requester does about it from his mail client: confirm, close, ask, say how it was
(RULES 4, 6, 10)."""

from __future__ import annotations

import html
import re
import shutil
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from agents import DESK, House, NewHouse, body, changes, letter, reply, to
from typer.testing import CliRunner

from mailgate.cli import app
from ticketing.command_words import WORDS

OLA = "Ola <ola@example.org>"
TYPES = Path(__file__).parents[2] / "config" / "types"


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
    new_house: NewHouse,
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
def test_completed_only_with_a_resolution(new_house: NewHouse, asked: str, done: bool) -> None:
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


def test_the_command_line_says_what_was_done_too(new_house: NewHouse) -> None:
    with new_house() as house:
        house.configure("[desk]\n", "[desk]\nrequire_resolution = true\n")
        number, _ = house.ask()
        config = ["--config", str(house.folder / "mailgate.toml")]
        assert CliRunner().invoke(app, ["done", number, *config]).exit_code == 1
        assert CliRunner().invoke(app, ["done", number, "--resolution", "Turned it on.", *config]).exit_code == 0
        ticket = house.ticket(number)
        assert (ticket["status"], ticket["resolution"]) == ("completed", "Turned it on.")


# ---- how it was -----------------------------------------------------------------------------------------------------

ASKED = "How was it?"


@pytest.fixture
def asking_house(new_house: NewHouse) -> Iterator[House]:
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


# (which link, words in the mail, what is kept, the message's words, whether it asks for a person)
ANSWERS = [
    (0, "", 5, "", False),
    (4, "", 1, "", False),
    (1, "Quick and friendly.", 4, "Quick and friendly.", False),
    (0, "2", 2, "", False),
    (0, "3/5\nIt took a week.", 3, "It took a week.", False),
    (1, "Will it happen again?", 4, "Will it happen again?", True),
    (4, "It still smokes.", 1, "It still smokes.", True),
]


@pytest.mark.parametrize("link, words, score, kept, asks", ANSWERS)
def test_what_a_score_does(asking_house: House, link: int, words: str, score: int, kept: str, asks: bool) -> None:
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
    # Whoever has the case hears of each score.
    [told] = out
    assert to(out, "kari@") and f"{score} of 5" in body(told) and kept in body(told)
    assert ("To take it up again" in body(told)) is asks


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
def test_the_question_in_the_requesters_language(new_house: NewHouse, language: str, words: str) -> None:
    with new_house() as house:
        house.configure("[desk]\n", "[desk]\nsatisfaction = true\n")
        house.configure('language = "en"', f'language = "{language}"')
        number, alert = house.ask("X", "1 2 3 4")
        house.mail(reply(alert, "!close"))
        question = to(house.later(61), "ola@")[-1]
        assert links(question)[0][0] == words
        house.mail(touch(question, 0))
        assert house.ticket(number)["satisfaction"]["score"] == 5


# ---- what a requester asks by mail ----------------------------------------------------------------------------------

WORD = {word.name: (word.name, *word.nb, *word.fi) for word in WORDS if "requester" in word.who}


def told(mails: list[EmailMessage]) -> list[str]:
    """The lines of the one answer to Ola, without greeting and farewell."""
    (mail,) = to(mails, "ola@")
    return [line for line in body(mail).splitlines()[1:-2] if line]


@pytest.mark.parametrize("word", WORD["status"])
def test_how_it_stands(house: House, word: str) -> None:
    number, alert = house.ask()
    ack = to(house.sent(), "ola@")[0]
    before = house.ticket(number)
    out = house.mail(reply(ack, f"!{word}", author=OLA))
    assert told(out) == [
        f"{number}: Printer", "open · our turn", "You hear from us by Monday 23 November 2026 at 14:00."
    ]  # fmt: skip
    assert to(out, "kari@") == [], "a question to the desk is no question to an agent"
    assert changes(before, house.ticket(number)) == {}
    house.mail(reply(alert, "Is it plugged in?"))
    answer = to(house.later(60), "ola@")[-1]
    assert told(house.mail(touch(answer, 1)))[1:] == ["in progress · Kari · waiting for you"]
    house.mail(reply(alert, "!done"))
    done = to(house.later(60), "ola@")[-1]
    assert told(house.mail(touch(done, 1))) == [
        f"{number}: Printer", "completed · Kari",
        "It closes by itself on 30 November 2026, unless you write again.",
    ]  # fmt: skip
    assert house.ticket(number)["status"] == "completed"


@pytest.mark.parametrize("word", WORD["mine"])
def test_all_of_mine(house: House, word: str) -> None:
    first, alert = house.ask("Printer")
    second, _ = house.ask("Scanner", "It hums.")
    house.ask("Secret", "Somebody else's.", "Eva <eva@example.net>")
    house.mail(reply(alert, "!close"))
    out = house.mail(letter(OLA, DESK, "My cases", f"!{word}", auth="pass"))
    assert house.became() == ("entry", "requester-commands")
    assert [line for line in told(out) if re.match(r"\d{9}: ", line)] == [f"{second}: Scanner", f"{first}: Printer"]
    assert len(house.tickets()) == 3


def test_what_is_missing_is_told_too(new_house: NewHouse) -> None:
    with new_house() as house:
        shutil.copytree(TYPES, house.folder / "types")
        house.configure('assignment = "none"\n', 'assignment = "none"\ntype = "support"\n')
        number, _ = house.ask("The shop", "It does not work.", auth="pass")
        answer = told(house.mail(letter(OLA, DESK, "?", "!status", auth="pass")))
        assert answer[0] == f"{number}: The shop"
        assert any(line.startswith("You could still tell us: your user name; ") for line in answer)


@pytest.mark.parametrize("word", WORD["close"])
def test_closed_by_its_requester(house: House, word: str) -> None:
    number, _ = house.ask()
    ack = to(house.sent(), "ola@")[0]
    out = house.mail(reply(ack, f"!{word}", author=OLA))
    assert told(out) == [f"Your case {number} is closed."]
    assert house.ticket(number)["status"] == "closed"
    assert len(to(out, "kari@")) == 1


@pytest.mark.parametrize("word", WORD["stop"])
def test_a_participant_leaves(house: House, word: str) -> None:
    number, alert = house.ask(cc="Eva <eva@example.net>", auth="pass")
    house.mail(reply(alert, "Turn it off."))
    answer = to(house.later(60), "ola@")[-1]
    assert "eva@example.net" in str(answer["Cc"])
    (left,) = to(house.mail(reply(answer, f"!{word}", author="Eva <eva@example.net>", auth="pass")), "eva@")
    assert f"You get no further copies of case {number}." in body(left)
    house.mail(reply(alert, "And on again."))
    assert to(house.later(60), "ola@")[-1]["Cc"] is None
    assert told(house.mail(reply(answer, f"!{word}", author=OLA))) == [
        "You are the one who asked; write !close when you need no answer."
    ]


@pytest.mark.parametrize("word", WORD["request"])
def test_a_copy_becomes_a_request(house: House, word: str) -> None:
    out = house.mail(letter(OLA, "eva@example.net", "Copy", "See below.", cc=DESK))
    (answer,) = to(out, "ola@")
    number = house.tickets()[0]["number"]
    assert house.ticket(number)["fyi"]
    house.mail(reply(answer, f"!{word}", author=OLA) if word != "request" else touch(answer, 0))
    assert not house.ticket(number)["fyi"]


@pytest.mark.parametrize(
    "author, where, auth, answered",
    [
        (OLA, "token", "none", True),
        (OLA, "number", "pass", True),
        (OLA, "number", "none", False),
        ("Eve <eve@evil.example>", "token", "pass", False),
        ("Eve <eve@evil.example>", "number", "pass", False),
        (OLA, "nothing", "none", False),
    ],
)
def test_who_is_answered(house: House, author: str, where: str, auth: str, answered: bool) -> None:
    number, _ = house.ask()
    ack = to(house.sent(), "ola@")[0]
    address = str(ack["Reply-To"]) if where == "token" else DESK
    subject = f"Re: [#{number}] Printer" if where == "number" else "Well"
    house.later(3600)
    out = house.mail(letter(author, address, subject, "!status", auth=auth))
    assert any(f"{number}: Printer" in body(mail) for mail in out if "kari@" not in str(mail["To"])) == answered
    assert house.ticket(number)["status"] == "open"


def test_whoever_asks_too_often_is_not_answered(house: House) -> None:
    house.ask()
    ack = to(house.sent(), "ola@")[0]
    answers = [to(house.mail(reply(ack, "!status", author=OLA)), "ola@") for _ in range(5)]
    assert [len(one) for one in answers] == [1, 1, 1, 0, 0]
    house.later(601)
    assert len(to(house.mail(reply(ack, "!status", author=OLA)), "ola@")) == 1


@pytest.mark.parametrize(
    "language, lines",
    [
        ("nb", ["åpen · vår tur", "Du hører fra oss senest mandag 23. november 2026 kl. 14.00."]),
        ("fi", ["avoin · meidän vuoromme", "Kuulet meistä viimeistään maanantaina 23. marraskuuta 2026 klo 14.00."]),
    ],
)
def test_in_his_language(new_house: NewHouse, language: str, lines: list[str]) -> None:
    with new_house() as house:
        house.configure('language = "en"', f'language = "{language}"')
        house.ask("X", "1 2 3 4")
        ack = to(house.sent(), "ola@")[0]
        assert told(house.mail(touch(ack, 1)))[1:] == lines
