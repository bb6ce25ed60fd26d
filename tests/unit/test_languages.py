"""Languages: every template of each is whole and speaks that language alone, the text and the HTML say the same, and
whatever the desk says in its own lines has words in all of them."""

from __future__ import annotations

import ast
import dataclasses
import html
import itertools
import re
import string
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any, TypeGuard

import pytest
from markupsafe import escape
from test_command_lines import MISTAKES
from test_compose import ALERT, ALL, NUMBER, ROW, SHIPPED, SIGNER, compose, lines, plain_part, read
from test_templates import SAMPLES, WITH_HTML

from mailgate.inbound.bounces import reasons as bounce_reasons
from mailgate.inbound.command_lines import read_commands
from mailgate.inbound.reply_quotes import OWN_MARKER
from mailgate.outbound import marks, tongues
from mailgate.outbound.sayings import SAYINGS, saying
from mailgate.outbound.templates import TemplateFault, Templates, paragraphs
from tests.leaks import check_valid, find_leaks
from ticketing.command_words import WORDS, Word, usage
from ticketing.model import NO_SUBJECT, Priority, Status
from ticketing.notices import Acknowledgement, AgentAlert, Receipt
from ticketing.rules import sla
from ticketing.rules.languages import language_of
from ticketing.rules.lifecycle import Event
from ticketing.saying import say

LANGUAGES = ("en", "nb", "fi")
TEMPLATES = Templates(SHIPPED)

# Words that each language's texts are full of, and that the other two do not have.
# Finnish `ja` is a Norwegian yes.
OWN_WORDS = {
    "en": """the and your you our we are is was this that with hello kind regards case number thank message if not just
        answer mail please call will hear from nobody has new note waiting queue files commands done wrong open again
        written nothing sent kept line promised priority assigned""",
    "nb": """jeg vi du deg din ditt dine dette det som ikke og på av til fra med er har vennlig hilsen saken
        saksnummeret takk meldingen svare svar hvis noe ring ringe ny nytt notat venter kø filer kommandoer utført
        ingenting sendt senest lovet tildelt innmelderen linje e-posten""",
    "fi": """olemme viestisi viestiin että jos joku sinulle sinun meille meillä kiitos ystävällisin terveisin
        tapaus tapausnumerosi vastaa voit myös numeroon uusi muistiinpano odottaa jono tiedostot komennot tehty mitään
        viimeistään luvattu käsittelijä asiakas rivi ei""",
}  # fmt: skip


def words_of(text: str) -> set[str]:
    return set(re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)*", text.casefold()))


def empty(sample: dict[str, object]) -> dict[str, Any]:
    """A sample without words of its own: names and numbers only, so that the template's words are all there are."""
    kept = {"why", "answer", "status", "waiting", "target"}
    return {
        name: "X" if isinstance(value, str) and value and name not in kept
        else tuple({**one, "name": "X"} if isinstance(one, dict) else "X" for one in value) if isinstance(value, tuple)
        else value
        for name, value in sample.items()
    }  # fmt: skip


CASES = [
    (language, name, number, why)
    for language in LANGUAGES
    for name in SAMPLES
    for number in (0, 1)
    for why in (
        ("new", "fyi", "message", "note", "answer", "assigned", "asked", "reopened", "undelivered", "delayed")
        if name == "agent_alert"
        else ("",)
    )
]


@pytest.mark.parametrize("language, name, number, why", CASES)
def test_a_template_speaks_its_language_alone(language: str, name: str, number: int, why: str) -> None:
    sample = empty(SAMPLES[name][number])
    rendered = TEMPLATES.render(name, language, {**sample, "why": why} if why else sample)
    assert rendered.template == f"shipped:{language}/{name}"
    assert rendered.language == language
    assert (rendered.html is not None) == (name in WITH_HTML)
    spoken = re.sub(r"![^\s,]+( [^\s,]+)?", "", f"{rendered.subject}\n{rendered.text}\n{rendered.html or ''}")
    said = words_of(html.unescape(re.sub(r"<[^>]*>", " ", spoken)))
    for other in set(LANGUAGES) - {language}:
        assert said & (words_of(OWN_WORDS[other]) - words_of(OWN_WORDS[language])) == set()
    assert "_" not in rendered.text
    assert "\n\n\n" not in rendered.text
    assert not any(line.endswith(" ") for line in rendered.text.splitlines())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", sorted(WITH_HTML))
@pytest.mark.parametrize("number", [0, 1])
def test_html_says_what_the_text_says(language: str, name: str, number: int) -> None:
    rendered = TEMPLATES.render(name, language, SAMPLES[name][number])
    assert rendered.html is not None
    shown = html.unescape(re.sub(r"<[^>]*>", " ", re.sub(r"</?strong>", "", rendered.html)))
    assert shown.split() == rendered.text.split()
    tags = set(re.findall(r"<(/?\w+)", rendered.html))
    assert {tag.strip("/") for tag in tags} <= {"p", "br", "strong", *({"a"} if name == "estimate" else ())}
    assert rendered.html.count("<p>") == rendered.html.count("</p>")


@pytest.mark.parametrize("language", LANGUAGES)
def test_acknowledgements_are_read_as_their_language(language: str) -> None:
    assert language_of(TEMPLATES.render("acknowledgement", language, SAMPLES["acknowledgement"][0]).text) == language


# ---- whole mails ----------------------------------------------------------------------------------------------------


def in_language(notice: Any, language: str) -> Any:
    changes: dict[str, Any] = {}
    if getattr(notice, "about", None) is not None:
        changes["about"] = dataclasses.replace(notice.about, language=language)
    if hasattr(notice, "language"):
        changes["language"] = language
    return dataclasses.replace(notice, **changes)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("notice", ALL, ids=lambda one: type(one).__name__)
def test_every_mail_in_every_language(notice: Any, language: str) -> None:
    mail = compose(in_language(notice, language))
    assert check_valid(mail.data) == []
    assert mail.template.startswith(f"shipped:{language}/")
    ref = f"Ref: {SIGNER.body_id(mail.ticket, ROW)}"
    assert lines(mail)[-1] == ref
    page = read(mail).get_body(("html",))
    if isinstance(page, EmailMessage):
        assert read(mail).get_content_type() == "multipart/alternative"
        assert [part.get_content_type() for part in read(mail).iter_parts()] == ["text/plain", "text/html"]
        whole = page.get_content().replace("\r\n", "\n")
        assert f'<html lang="{language}">' in whole
        assert f"<p>{ref}</p>\n</body>" in whole
        # What we say to agents has buttons, in a grey that shows on black and on white.
        plain = whole if mail.template.partition("/")[2] in WITH_HTML else re.sub(r' style="[^"]*"', "", whole)
        assert set(re.findall(r"color:([^;\"]*)", whole)) <= {"#888"}
        assert not re.search(r"style|<img|<a (?!href=\"mailto:support(?:\+|%2B))|http|url\(|<script", plain)
    else:
        assert mail.template.partition("/")[2] not in WITH_HTML


@pytest.mark.parametrize("text", ["<b>x</b>", "<script>alert(1)</script>", '"><img src=x>', "a & b &lt;", "{{ 7*7 }}"])
def test_mail_text_is_never_markup(text: str) -> None:
    about = dataclasses.replace(ALL[0].about, subject=text, title=text)
    notice = dataclasses.replace(ALL[0], about=about, to=dataclasses.replace(ALL[0].to, name=text))
    page = read(compose(notice)).get_body(("html",))
    assert isinstance(page, EmailMessage)
    whole = page.get_content()
    assert f"Your message: {escape(text)}<br>" in whole
    assert set(re.findall(r"<(\w+)", whole)) <= {"html", "head", "meta", "body", "p", "br", "strong", "a"}


def test_an_unproven_author_is_echoed_in_no_part() -> None:
    (plain,) = [one for one in ALL if isinstance(one, Acknowledgement) and not one.reveal]
    for language in LANGUAGES:
        data = compose(in_language(plain, language)).data
        assert find_leaks(data, {"name": "Nordmann", "subject": "Printer", "title": "burns"}) == []


@pytest.mark.parametrize(
    "text, shown",
    [
        ("one\ntwo", "<p>one<br>\ntwo</p>"),
        ("one\n\n\ntwo", "<p>one</p>\n<p>two</p>"),
        ("  code  x", "<p>\u00a0 code \u00a0x</p>"),
        ("a < b\n\tc", "<p>a &lt; b<br>\n\u00a0 \u00a0 c</p>"),
        ("\r\nend\r\n", "<p>end</p>"),
        ("", ""),
    ],
)
def test_paragraphs(text: str, shown: str) -> None:
    found = paragraphs(text)
    plain = found.replace("\u00a0", " ")
    assert plain == shown.replace("\u00a0", " ")


# ---- the operator's own ---------------------------------------------------------------------------------------------

OWN_TEXT = "Subject: Own\nHello {{ name }}, {{ number }}"


@pytest.mark.parametrize(
    "source, line, message",
    [
        ("<p>{{ nmae }}</p>", 1, "'nmae' is undefined"),
        ("<p>\n{{ name", 2, "unexpected end"),
        ("", 1, "the text is empty"),
        ("<p> </p>", 1, "the text is empty"),
        ("<p>{{ title | safe }}</p>", 1, "as markup"),
        ("<p>{% autoescape false %}{{ title }}{% endautoescape %}</p>", 1, "as markup"),
        ("<html><body>{{ name }}</body></html>", 1, "what stands within the body"),
        ("<p>{{ ''.__class__.__mro__ }}</p>", 1, "SecurityError"),
    ],
)
def test_broken_html_is_told_at_the_start(source: str, line: int, message: str) -> None:
    own = {("nb", "acknowledgement"): OWN_TEXT, ("nb", "acknowledgement.html"): source}
    with pytest.raises(TemplateFault, match=message) as caught:
        Templates(SHIPPED, own)
    assert (caught.value.file, caught.value.line) == ("nb/acknowledgement.html.j2", line)


def test_html_needs_its_text_beside_it_and_goes_to_requesters_only() -> None:
    with pytest.raises(TemplateFault, match=r"nb/reply\.html\.j2:1: nb/reply\.txt\.j2, which says the same"):
        Templates(SHIPPED, {("nb", "reply.html"): "<p>{{ words }}</p>"})
    with pytest.raises(TemplateFault, match="made of its text"):
        Templates(SHIPPED, {("nb", "agent_alert.html"): "<p>{{ words }}</p>"})
    with pytest.raises(TemplateFault, match="leaves out words"):
        own = {("nb", "reply"): "Subject: x\n{{ words }}", ("nb", "reply.html"): "<p>Hei</p>"}
        Templates(SHIPPED, own)


def test_own_text_without_html_goes_out_alone() -> None:
    templates = Templates(SHIPPED, {("nb", "acknowledgement"): OWN_TEXT})
    sample = SAMPLES["acknowledgement"][0]
    assert templates.render("acknowledgement", "nb", sample).html is None
    assert templates.render("acknowledgement", "fi", sample).html is not None


def test_own_html_that_fails_later_falls_back_with_its_text() -> None:
    own = {
        ("nb", "requester_receipt"): "Subject: Egen\n{{ lines | join }}x",
        ("nb", "requester_receipt.html"): "<p>{{ 1 / (lines | length - 2) }}</p>",
    }
    sample = {**SAMPLES["requester_receipt"][0], "lines": ("a", "b")}
    rendered = Templates(SHIPPED, own).render("requester_receipt", "nb", sample)
    assert rendered.template == "shipped:nb/requester_receipt"
    assert str(rendered.fault) == "nb/requester_receipt.html.j2:1: ZeroDivisionError: division by zero"


# ---- the desk's own lines -------------------------------------------------------------------------------------------


ROOT = Path(__file__).parents[2]
SPEAKING = [
    file
    for folder in ("mailgate", "ticketing")
    for file in sorted((ROOT / folder).rglob("*.py"))
    if re.search(r"^from ticketing\.saying import .*\bsay\b", file.read_text(encoding="utf-8"), re.MULTILINE)
]
OTHERS = ("nb", "fi")


def patterns() -> set[str]:
    """Every sentence the desk can say: each text that stands in a call of `say`, or that has `{names}` to fill in. What
    has no words outside the names needs none."""
    found: set[str] = set()
    for file in SPEAKING:
        tree = ast.parse(file.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and _name(node) == "say":
                found |= {one.value for one in ast.walk(node.args[0]) if _is_text(one)}
        found |= {text for text in _texts(tree) if re.search(r"\{[a-z]+\}", text)}
    return {one for one in found if re.search(r"[a-z]", re.sub(r"\{\w+\}", "", one))}


def _texts(node: ast.AST) -> Iterator[str]:
    """The texts in some code, without its docstrings and what is made in place (`f""`)."""
    if isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Expr) and _is_text(node.value)):
        return
    if _is_text(node):
        yield node.value
    for child in ast.iter_child_nodes(node):
        yield from _texts(child)


def _is_text(node: ast.AST) -> TypeGuard[Any]:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def unworded(texts: Iterable[str]) -> set[tuple[str, str]]:
    return {(language, text) for language in OTHERS for text in texts if text not in SAYINGS[language]}


def test_every_sentence_of_the_desk_has_words_in_every_language() -> None:
    assert len(patterns()) > 150
    assert unworded(patterns()) == set()


# Which of a call's arguments are told to people, from which on.
TOLD = {"alarm": 2, "_alarm": 1, "tell_operators": 1, "Refusal": 0, "_Wrong": 0, "NotDone": 0, "alert": 9,
        "lines.append": 0, "hints.append": 0, "errors.append": 0}  # fmt: skip
TOLD_BY_NAME = {"words", "hints", "badges", "headline", "lines", "by"}
# Only ever printed by the command line, which speaks English.
PRINTED = {"is none of our mailboxes", "there is no ticket", "(there are: "}


def test_nothing_is_told_in_plain_english() -> None:
    """Whatever is handed to a notice in place, as a text or made of one, is said by `say`."""
    found = []
    for file in sorted((ROOT / "ticketing" / "desk").glob("*.py")) + SPEAKING:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            whole = ast.unparse(node.func).split(".")
            first = TOLD.get(whole[-1], TOLD.get(".".join(whole[-2:])))
            if first is None:
                continue
            told = node.args[first:]
            told += [one.value for one in node.keywords if one.arg in TOLD_BY_NAME]
            found += [f"{file.name}:{node.lineno}: {text}" for one in told for text in _unsaid(one)]
    assert [one for one in found if not any(text in one for text in PRINTED)] == []


def _unsaid(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Call) and _name(node) in ("say", "join"):
        return
    if _is_text(node) and re.search(r"[a-z]{2,} |[a-z] [a-z]", node.value):
        yield node.value
    for child in ast.iter_child_nodes(node):
        yield from _unsaid(child)


def test_what_the_desk_knows_by_a_name_has_words() -> None:
    """Names that stand in the books in English, and in a mail in the reader's language."""
    reasons = {one.name for one in bounce_reasons.REASONS} | {"blocked by policy", "not delivered", "delayed"}
    commands = {
        text for word in WORDS for text in (f"!{word.name}", word.arguments, word.help) if re.search("[a-z]", text)
    }
    moves = {event.value for event in Event} | {status.value.replace("_", " ") for status in Status}
    rests = {sla.rests_because(Status.OPEN, one) for one in ("requester", "third_party")} | {"completed", "closed"}
    recognitions = {
        node.args[3].args[0].value
        for node in ast.walk(ast.parse((ROOT / "ticketing" / "rules" / "authority.py").read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and _name(node) == "Recognised" and isinstance(node.args[3], ast.Call)
    }
    assert len(recognitions) == 3
    others = {*Priority, "phone", "chat", "form", "internal", "waiting over", "marked urgent", NO_SUBJECT}
    alarms = {one.replace("-", " ") for one in alarm_names()}
    assert len(alarms) == 16
    everything = reasons | commands | moves | rests | recognitions | others | alarms
    assert unworded(str(one) for one in everything) == set()


def alarm_names() -> set[str]:
    found = {"breaker-new-tickets", "breaker-equal-bodies"}
    for folder in ("mailgate", "ticketing"):
        for file in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and _name(node) in ("alarm", "_alarm") and _is_text(node.args[0]):
                    found.add(node.args[0].value)
    return found


ENGLISH = {"a", "an", "the", "and", "or", "of", "no", "not", "is", "are", "was", "were", "with", "this", "that"}


def english_in(text: str, language: str) -> set[str]:
    """The English words of a text of ours, past what it quotes."""
    plain = re.sub(r"“[^“”]*”|«[^»]*»|”[^”]*”|`[^`]*`|![^\s,.:;?]+|\S+@\S+", " ", text)
    return words_of(plain) & ((words_of(OWN_WORDS["en"]) | ENGLISH) - words_of(OWN_WORDS[language]))


@pytest.mark.parametrize("language", OTHERS)
def test_mistakes_are_told_in_the_agents_language(language: str) -> None:
    for line in [*(line for line, _, _ in MISTAKES), "!star\n" * 11]:
        (error,) = read_commands(line, for_whom="agent").errors
        told = saying(error.text, language)
        assert told != error.text, line
        assert english_in(told, language) == set(), told


def test_a_mistake_in_three_languages() -> None:
    (error,) = read_commands("!tildle per", for_whom="agent").errors
    assert error.text == "There is no command !tildle. Did you mean !assign?"
    assert saying(error.text, "nb") == "Kommandoen !tildle finnes ikke. Mente du !tildel?"
    assert saying(error.text, "fi") == "Komentoa !tildle ei ole. Tarkoititko komentoa !siirrä?"
    (error,) = read_commands("!prioritet {snart}", for_whom="agent").errors
    assert error.text == ("“{snart}” is none of low, medium, high, urgent. Write: !priority low|medium|high|urgent")
    assert saying(error.text, "nb") == (
        "«{snart}» er ingen av disse: lav, middels, høy, haster. Skriv: !prioritet lav|middels|høy|haster"
    )


# What somebody writes in a placeholder's place.
FILLED = {
    "AGENT": "kari", "NAVN": "kari", "NIMI": "kari", "TYPE": "x", "TYYPPI": "x", "CATEGORY": "x", "KATEGORI": "x",
    "LUOKKA": "x", "TITLE": "x", "TITTEL": "x", "OTSIKKO": "x", "KEY": "k", "FELT": "k", "KENTTÄ": "k", "VALUE": "v",
    "VERDI": "v", "ARVO": "v", "DAY": "friday", "DAG": "fredag", "PÄIVÄ": "perjantai", "(lines)": "\nx\n",
    "(linjer)": "\nx\n", "(rivit)": "\nx\n", "ADDRESS": "a@x.no", "ADRESSE": "a@x.no", "OSOITE": "a@x.no",
    "NUMBER": "n", "NUMMER": "n", "NUMERO": "n", "CASE": "261121001", "SAK": "261121001", "TAPAUS": "261121001",
    "WORDS": "w", "TEKST": "w", "TEKSTI": "w", "ID": "17", "TUNNUS": "17", "TEMPLATE": "t", "MAL": "t", "POHJA": "t",
    "COMMAND": "c", "KOMMANDO": "c", "KOMENTO": "c", "NAME": "kari", " …": "", "SERIAL": "s",
    "SERIENUMMER": "s", "SARJANUMERO": "s",
}  # fmt: skip
_PLACEHOLDER = re.compile("|".join(sorted(map(re.escape, FILLED), key=len, reverse=True)))


def ways_to_write(shown: str) -> Iterator[str]:
    """The command lines that a usage stands for: each choice, with and without what is in brackets."""
    command, _, rest = shown.partition(" ")
    if "[" not in rest:
        found = rest.split("|")
    else:
        fewest, most = re.sub(r" ?\[[^]]*\]", "", rest), re.sub(r"[][]", "", rest)
        found = [" ".join(one) for form in (fewest, most)
                 for one in itertools.product(*(word.split("|") for word in form.split(" ")))]  # fmt: skip
    for one in found:
        yield f"{command} {_PLACEHOLDER.sub(lambda word: FILLED[word[0]], one)}".strip()


@pytest.mark.parametrize("word", [word for word in WORDS if "agent" in word.who], ids=lambda word: word.name)
def test_help_in_each_language_shows_what_can_be_written(word: Word) -> None:
    asked = [
        [read_commands(line, for_whom="agent") for line in ways_to_write(saying(usage(word), language))]
        for language in LANGUAGES
    ]
    for one in itertools.chain(*asked):
        assert (one.errors, len(one.commands)) == ((), 1)
    english, norwegian, finnish = ([type(one.commands[0]) for one in found] for found in asked)
    assert english == norwegian == finnish


@pytest.mark.parametrize("language", ["nb", "fi"])
def test_sayings_keep_their_values_and_their_language(language: str) -> None:
    def names(pattern: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(pattern) if name}

    for english, told in SAYINGS[language].items():
        assert names(told) == names(english), english
        said = words_of(re.sub(r"![^\s,]+|\{\w+\}", "", told))
        for other in set(LANGUAGES) - {language}:
            assert said & (words_of(OWN_WORDS[other]) - words_of(OWN_WORDS[language])) == set(), english


@pytest.mark.parametrize("language", LANGUAGES)
def test_commands_that_our_mails_name_are_commands(language: str) -> None:
    texts = [TEMPLATES.render("agent_alert", language, sample).text for sample in SAMPLES["agent_alert"]]
    texts += [TEMPLATES.render("escalation", language, SAMPLES["escalation"][0]).text]
    offered = {one for text in texts for line in text.splitlines() if line.startswith("!") for one in line.split(", ")}
    assert len(offered) > 6
    assert [read_commands(one, for_whom="agent").errors for one in sorted(offered)] == [()] * len(offered)
    asked = re.findall(r"!\w+", TEMPLATES.render("fyi_answer", language, SAMPLES["fyi_answer"][0]).text)
    assert [read_commands(one, for_whom="requester").errors for one in asked] == [()]
    assert read_commands(asked[0], for_whom="requester").commands


def test_a_said_is_its_english_and_can_be_said_anew() -> None:
    said = say("{number} is {status} now.", number="261121001", status=say("in progress"))
    assert said == "261121001 is in progress now."
    assert saying(said, "nb") == "261121001 er nå under arbeid."
    assert saying(said, "fi") == "Tapaus 261121001 on nyt käsittelyssä."
    assert saying(said, "de") == said
    until = say("{number} waits for the requester until {until}.", number="1", until=datetime(2026, 11, 23, 9, 5))
    assert until == "1 waits for the requester until 2026-11-23 09:05."
    told = "Tapaus 1 odottaa asiakasta. Odotus päättyy maanantaina 23. marraskuuta 2026 klo 9.05."
    assert saying(until, "fi") == told


def test_braces_in_a_value_stay() -> None:
    said = say("Title of {number} is {value} now.", number="1", value="{number.__class__} {")
    assert said == "Title of 1 is {number.__class__} { now."
    assert saying(said, "nb") == "1 har nå tittelen {number.__class__} {"


def test_a_persons_name_is_never_looked_up() -> None:
    alert = dataclasses.replace(in_language(ALERT, "nb"), by="closed")
    assert f":: Ny sak {NUMBER} fra closed, Example AS" in lines(compose(alert))


def test_receipt_in_the_agents_language() -> None:
    line = say("{name} has {number} now.", name="Kari", number=NUMBER)
    (receipt,) = [one for one in ALL if isinstance(one, Receipt) and one.about is not None]
    text = lines(compose(dataclasses.replace(in_language(receipt, "nb"), lines=(line,), done=True)))
    assert text[:2] == ["Svaret ditt blir et internt notat.", "##- Skriv svaret ditt over denne linjen -##"]
    assert f":: Kari har {NUMBER} nå." in text


# ---- first lines ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_first_lines_are_known_again(language: str) -> None:
    for notice in (one for one in ALL if isinstance(one, AgentAlert)):
        first, marker = lines(compose(in_language(notice, language)))[:2]
        assert first.startswith((marks.GOES_TO if notice.answer == "p" else marks.INTERNAL)[language])
        assert marker == marks.MARKER[language]
        assert marker.startswith(OWN_MARKER)
        for quoted in ("", "> ", "> > "):
            assert marks.looks_like_ours(f"{quoted}{first}")
            assert marks.looks_like_ours(f"{quoted}{marker}")
            assert marks.looks_like_ours(f"{quoted}{first.upper()}")


@pytest.mark.parametrize("language, first", [("nn-NO", "nb"), ("da", "nb"), ("fi-FI", "fi"), ("de", "en"), ("", "en")])
def test_first_lines_follow_the_template(language: str, first: str) -> None:
    assert lines(compose(in_language(ALERT, language)))[1] == marks.MARKER[first]


# ---- days, moments, sizes -------------------------------------------------------------------------------------------

WHEN = datetime(2026, 11, 28, 9, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    "language, day, moment",
    [
        ("en", "28 November 2026", "Saturday 28 November 2026 at 09:05"),
        ("nb", "28. november 2026", "lørdag 28. november 2026 kl. 09.05"),
        ("nb-NO", "28. november 2026", "lørdag 28. november 2026 kl. 09.05"),
        ("nn", "28. november 2026", "laurdag 28. november 2026 kl. 09.05"),
        # The day in its inflected form, as it stands within a sentence.
        ("fi", "28. marraskuuta 2026", "lauantaina 28. marraskuuta 2026 klo 9.05"),
        ("de", "28. November 2026", "Samstag, 28. November 2026 um 09:05"),
        ("xx", "28 November 2026", "Saturday 28 November 2026 at 09:05"),
        ("../../etc", "28 November 2026", "Saturday 28 November 2026 at 09:05"),
    ],
)
def test_days_and_moments(language: str, day: str, moment: str) -> None:
    assert tongues.day(date(2026, 11, 28), language) == day
    assert tongues.moment(WHEN, language) == moment


@pytest.mark.parametrize(
    "octets, english, norwegian, finnish",
    [
        (0, "0 bytes", "0 byte", "0 tavua"),
        (1, "1 byte", "1 byte", "1 tavu"),
        (999, "999 bytes", "999 byte", "999 tavua"),
        (12_345, "12 kB", "12 kB", "12 kt"),
        (999_499, "999 kB", "999 kB", "999 kt"),
        (999_500, "1.0 MB", "1,0 MB", "1,0 Mt"),
        (3_440_000, "3.4 MB", "3,4 MB", "3,4 Mt"),
    ],
)
def test_sizes(octets: int, english: str, norwegian: str, finnish: str) -> None:
    assert [tongues.size(octets, one) for one in LANGUAGES] == [english, norwegian, finnish]


def test_a_plain_reader_finds_the_text() -> None:
    """Whoever shows text only shows the whole of it."""
    message = read(compose(ALL[0]))
    assert plain_part(message).get_content_type() == "text/plain"
    assert NUMBER in plain_part(message).get_content()
