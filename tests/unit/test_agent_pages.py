"""The HTML of mails to agents: the lines of the text, each with its sign, and no word of a mail as markup."""

from __future__ import annotations

import dataclasses
import html
import re
from email.message import EmailMessage
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from selectolax.lexbor import LexborHTMLParser

from mailgate.inbound.html import render
from mailgate.inbound.reply_text import own_words
from mailgate.outbound.marks import looks_like_ours
from mailgate.outbound.templates import SAMPLES, Templates
from mailgate.tokens import Token
from tests.unit.test_compose import (
    ABOUT,
    ALERT,
    BOX,
    ESCALATION,
    KARI,
    NOTE_ALERT,
    NUMBER,
    RECEIPT,
    REMINDER,
    SHIPPED,
    SIGNER,
    compose,
    composer,
    read,
)
from ticketing.model import Person
from ticketing.notices import ConfirmationRequest, Entry, Notice, Sheet, Thread

SHEET = Sheet(
    "kari", KARI, BOX, "en", "Your tickets", ("Two of them.",), Thread(),
    entries=(Entry(NUMBER, ("261121001 Printer", "high · open")), Entry("261121002", ("261121002 Scanner",))),
)  # fmt: skip
CONFIRM = ConfirmationRequest(ABOUT, "kari", KARI, BOX, "en", 7, ("!merge 261120002",), 15, ("It goes there.",))
LONG_NOTE = dataclasses.replace(NOTE_ALERT, words="He owes us money, says his bank. " * 30)
EXTERNAL = dataclasses.replace(ALERT, badges=("external",))
FULL = dataclasses.replace(
    ALERT, missing=("the order number",), to_do=("stock checked",), theirs=("261120001 Scanner, closed",),
    similar=("261001001 Printer", "= Turned it off."), assignee="Per Hansen",
)  # fmt: skip
DUE = dataclasses.replace(REMINDER, why="due")
WITH_LINKS: list[Any] = [FULL, NOTE_ALERT, LONG_NOTE, EXTERNAL, ESCALATION, SHEET, CONFIRM, DUE]
HOSTILE = [
    "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "<a href='javascript:x'>Take it</a>",
    "</p></div><h1>Overdue</h1>", "<style>*{display:none}</style>", "<!--", "]]>", "&lt;b&gt;", "<mailto:x@y.z>",
    "Take it: <mailto:evil@example.net?body=!done>", "Take it: mailto:evil@example.net", "\ufdd0", ":: x", "> <b>x",
]  # fmt: skip


def page(notice: Notice) -> str:
    part = read(compose(notice)).get_body(("html",))
    assert isinstance(part, EmailMessage)
    text: str = part.get_content()
    return text.replace("\r\n", "\n")


def text(notice: Notice) -> str:
    part = read(compose(notice)).get_body(("plain",))
    assert isinstance(part, EmailMessage)
    plain: str = part.get_content()
    return plain.replace("\r\n", "\n")


def said(text: str) -> str:
    """As both forms say it: signs and links alike, whatever the line ends. HTML has the marker lower."""
    links = re.sub(r"^(.+?):?[ \n](?::: )?<(mailto:[^>]*)>$", r"\1 <\2>", html.unescape(text), flags=re.MULTILINE)
    rest, found = re.subn(r"^##- .* -##$", "", links, flags=re.MULTILINE)
    assert found == 1
    return " ".join(re.sub(r"(?:^|(?<=>) ):: ", " ", rest, flags=re.MULTILINE).split())


@pytest.mark.parametrize("notice", WITH_LINKS)
@pytest.mark.parametrize("language", ["en", "nb", "fi"])
def test_it_reads_as_the_text_does(notice: Any, language: str) -> None:
    notice = dataclasses.replace(notice, language=language)
    shown, folds = render(page(notice))
    assert folds == ()
    assert said(shown) == said(text(notice))


def test_the_buttons_stand_in_a_row_and_each_is_known_again() -> None:
    """Also where a program makes a line of every button, and where it forgets the links."""
    [row] = re.findall(r"<p [^>]*>((?:(?!</p>).)*>Take it<.*?)</p>", page(FULL), flags=re.DOTALL)
    assert "<br>" not in row and row.count("</a></span>") == 4
    assert len(render(row)[0].splitlines()) == 1
    shown, _ = render(row.replace("</a></span>", "</a></span><br>"))
    for text in (shown, re.sub(r" <[^>]*>", "", shown)):
        assert [line[:6] for line in text.splitlines()] == [":: Tak", ":: Don", ":: Rep", ":: Not"]
        assert all(map(looks_like_ours, text.splitlines()))


@pytest.mark.parametrize("language, first", [
    ("en", "Your answer goes to: ola@example.org, per@example.org :: New case 261121001 from Ola Nordmann"),
    ("nb", "Svaret ditt går til: ola@example.org, per@example.org :: Ny sak 261121001 fra Ola Nordmann"),
    ("fi", "Vastauksesi lähetetään tänne: ola@example.org, per@example.org :: Uusi tapaus 261121001"),
])  # fmt: skip
def test_a_telephone_shows_what_happened(language: str, first: str) -> None:
    """In its list of mails: the first words of the page."""
    shown, _ = render(page(dataclasses.replace(FULL, language=language)))
    assert " ".join(shown.split()).startswith(first)


@pytest.mark.parametrize("above, own", [("Call him.\n\n", "Call him."), ("", "")])
def test_an_unquoted_page_is_known_by_its_marker(above: str, own: str) -> None:
    """What stands above the marker and bears our sign goes with it."""
    shown, _ = render(page(FULL))
    below = shown.partition("\n")[2]
    assert below.strip().startswith(":: New case") and "##- " in below
    assert own_words(f"{above}{below}", FULL.words).text == own


@pytest.mark.parametrize("notice", WITH_LINKS)
def test_each_line_but_the_requesters_words_is_known_again(notice: Any) -> None:
    shown, _ = render(page(notice))
    theirs = set(notice.words.splitlines()) if notice is FULL else set()
    for line in shown.splitlines():
        assert not line.strip() or looks_like_ours(line) or line in theirs, line
        assert looks_like_ours(f"> {line}") or not line.strip() or line in theirs


def test_the_requesters_words_may_be_quoted_to_him() -> None:
    """Whatever his mail program makes of the HTML: only they are left of what an agent quotes and answers below."""
    shown, _ = render(page(FULL))
    answer = "\n".join(f"> {line}" for line in shown.splitlines()) + "\n\nWe come."
    own = own_words(answer, FULL.words)
    assert own.text == "> It burns.\n> \n> Please help.\n\nWe come." and own.leftovers == ()


@pytest.mark.parametrize("hostile", HOSTILE)
@pytest.mark.parametrize("kind", WITH_LINKS, ids=lambda one: type(one).__name__)
def test_no_word_of_a_mail_is_markup(kind: Any, hostile: str) -> None:
    about = dataclasses.replace(ABOUT, title=hostile, subject=hostile, requester=Person(hostile, "ola@example.org"))
    filled: dict[str, Any] = {
        name: (hostile,) if isinstance(value, tuple) else f"{hostile}\n{hostile}"
        for name, value in ((one.name, getattr(kind, one.name)) for one in dataclasses.fields(kind))
        if name in ("words", "by", "hints", "badges", "missing", "to_do", "theirs", "similar", "lines", "commands",
                    "effects", "organisation", "assignee", "heading") and value
    }  # fmt: skip
    filled |= {"about": about} if getattr(kind, "about", None) else {}
    whole = page(dataclasses.replace(kind, **filled))
    tree = LexborHTMLParser(whole)
    assert {node.tag for node in tree.css("*")} <= {
        "html", "head", "meta", "body", "div", "p", "br", "span", "strong", "a",
    }  # fmt: skip
    assert "<!--" not in whole
    for node in tree.css("body *"):
        assert set(node.attributes) <= {"href", "style"}
    for link in tree.css("a"):
        address = unquote(urlsplit(link.attributes["href"] or "").path)
        assert isinstance(SIGNER.read_address(address, BOX), Token)


def test_where_the_links_lead() -> None:
    """RFC 6068: the address percent-encoded, a subject, the command as the body."""
    hrefs = {node.text(): node.attributes["href"] or "" for node in LexborHTMLParser(page(FULL)).css("a")}
    assert list(hrefs) == ["Take it", "Done", "Reply", "Note"]
    asked = {name: parse_qs(urlsplit(link).query) for name, link in hrefs.items()}
    purposes = {}
    for name, link in hrefs.items():
        assert re.fullmatch(r"mailto:[A-Za-z0-9.%@-]+\?[A-Za-z0-9.%&=-]+", link)
        token = SIGNER.read_address(unquote(urlsplit(link).path), BOX)
        assert isinstance(token, Token)
        purposes[name] = token.purpose
    assert purposes == {"Take it": "n", "Done": "n", "Reply": "p", "Note": "n"}
    assert [one.get("body") for one in asked.values()] == [["!claim"], ["!done"], None, None]
    assert all(one["subject"] == [NUMBER] for one in asked.values())
    [yes, no] = re.findall(r'href="([^"]*)"', page(CONFIRM))
    assert "%2Bk." in yes and yes.endswith("&amp;body=yes") and no.endswith("&amp;body=no")


def test_a_deadline_can_be_acted_on() -> None:
    hrefs = {node.text(): node.attributes["href"] or "" for node in LexborHTMLParser(page(ESCALATION)).css("a")}
    assert {name: parse_qs(urlsplit(link).query)["body"] for name, link in hrefs.items()} == {
        "Take it": ["!claim"], "Done": ["!done"], "Reply": ["!reply"],
    }  # fmt: skip
    assert all("%2Bn." in link for link in hrefs.values())
    assert "Take it" not in text(dataclasses.replace(ESCALATION, mine=True))

    assert re.findall(r">([^<]+)</a>", page(REMINDER)) == ["Show it"]
    assert re.findall(r">([^<]+)</a>", page(DUE)) == ["Show it", "Done"]


def test_a_deadline_shows_what_waits_for_an_answer() -> None:
    """His words bare, so that an answer may quote them; never beyond the house."""
    waiting = dataclasses.replace(ESCALATION, words="Still no paper.\n\nWhen do you come?")
    said = text(waiting)
    assert ":: What Ola Nordmann wrote last:\n\nStill no paper.\n\nWhen do you come?\n\n:: To answer Ola" in said
    assert said.startswith("Your answer is an internal note.") and "or put !reply first" in said
    assert "wrote last" not in text(ESCALATION)
    assert "Still no paper" not in text(dataclasses.replace(waiting, agent_id=None))


@pytest.mark.parametrize("language", ["en", "nb", "fi"])
@pytest.mark.parametrize("name", sorted(set(SAMPLES) - {"alert_digest"}))
def test_no_gap_and_no_heading_of_nothing(language: str, name: str) -> None:
    """Each sample leaves out one thing after another, too, as mails do."""
    full, bare = SAMPLES[name]
    for values in (full, bare, *({**full, key: bare[key]} for key in full if not bare[key])):
        said = Templates(SHIPPED).render(name, language, values).text
        assert "\n\n\n" not in said and said == said.strip("\n") and "None" not in said
        lines = said.split("\n")
        assert not any(line.endswith(" ") for line in lines)
        for line, below in zip(lines, [*lines[1:], ""], strict=True):
            assert not (line.endswith(":") and below.startswith(("http", "Kind", "Vennlig", "Yst"))), line
        assert not lines[-1].endswith(":")


def test_where_there_is_nothing_to_touch_the_text_is_all() -> None:
    elsewhere = dataclasses.replace(ESCALATION, agent_id=None)
    for notice in (RECEIPT, elsewhere):
        assert read(compose(notice)).get_content_type() == "text/plain"
    bare = composer(plus_addressing={BOX: False}).compose(ALERT, now=ESCALATION.due_at, row="abcdefgh")
    assert read(bare).get_content_type() == "text/plain" and b"mailto:" not in bare.data
