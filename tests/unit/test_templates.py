"""Templates: the language found, faults told at the start, hostile ones harmless, a failing one replaced."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mailgate.outbound.templates import (
    SAMPLES,
    WITH_HTML,
    TemplateFault,
    Templates,
    languages,
    load_templates,
)

FOLDER = Path(__file__).parents[2] / "templates" / "mail"
SHIPPED = load_templates(
    lambda file: (FOLDER / file).read_text(encoding="utf-8"),
    [str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*.j2")],
)
RECEIPT: dict[str, Any] = SAMPLES["requester_receipt"][0]


def test_shipped_templates_are_whole() -> None:
    Templates(SHIPPED)
    every = set(SAMPLES) | {f"{name}.html" for name in WITH_HTML}
    for tongue in ("en", "nb", "fi"):
        assert {name for language, name in SHIPPED if language == tongue} == every


@pytest.mark.parametrize("key, source", sorted(SHIPPED.items()))
def test_shipped_lines_are_short_and_end(key: tuple[str, str], source: str) -> None:
    assert source.endswith("\n")
    if key[1].endswith(".html"):
        return
    spoken = [line for line in source.splitlines() if "{%" not in line and "{{" not in line]
    assert max(map(len, spoken), default=0) <= 78


@pytest.mark.parametrize("name", SAMPLES)
def test_no_shipped_text_has_gaps(name: str) -> None:
    for sample in SAMPLES[name]:
        text = Templates(SHIPPED).render(name, "en", sample).text
        assert "\n\n\n" not in text
        assert "None" not in text
        assert not any(line.endswith(" ") for line in text.splitlines())


@pytest.mark.parametrize(
    "asked, tried",
    [
        ("en", ("en",)),
        ("nb", ("nb", "en")),
        ("nb-NO", ("nb-no", "nb", "en")),
        ("nn_NO", ("nn-no", "nn", "nb", "en")),
        ("no", ("no", "nb", "en")),
        ("de-AT", ("de-at", "de", "en")),
        ("", ("en",)),
    ],
)
def test_languages(asked: str, tried: tuple[str, ...]) -> None:
    assert languages(asked) == tried


@pytest.mark.parametrize(
    "language, template",
    [
        ("en", "own:en/requester_receipt"),
        ("en-GB", "own:en/requester_receipt"),
        ("nb", "shipped:nb/requester_receipt"),
        ("nn", "shipped:nb/requester_receipt"),
        ("fi", "own:fi/requester_receipt"),
        ("de", "own:en/requester_receipt"),
    ],
)
def test_language_first_then_the_operators_own(language: str, template: str) -> None:
    name = "requester_receipt"
    shipped = {
        **SHIPPED,
        ("nb", name): "Subject: Saken din\nHi {{ name }}",
        ("fi", name): "Subject: Asiasi\nHi {{ name }}",
    }
    shipped = {key: source for key, source in shipped.items() if key[0] == "en" or not key[1].endswith(".html")}
    own = {("en", name): "Subject: Own\nHi {{ name }}", ("fi", name): "Subject: Oma\nHi {{ name }}"}
    assert Templates(shipped, own).render(name, language, RECEIPT).template == template


@pytest.mark.parametrize(
    "source, line, message",
    [
        ("Hello\n", 1, "first line"),
        ("", 1, "first line"),
        ("Subject: x\n", 2, "text is empty"),
        ("Subject: \nHello", 1, "subject is empty"),
        ("Subject: x\n\n{{ name", 3, "unexpected end"),
        ("Subject: x\n{% if %}", 2, "Expected an expression"),
        ("Subject: x\nHello\n{{ nmae }}\n", 3, "'nmae' is undefined"),
        ("Subject: x\n{{ name.first }}", 2, "no attribute 'first'"),
        ("Subject: x\n{% if number %}{{ x }}{% endif %}.", 2, "'x' is undefined"),
        # Only the sparse sample goes there.
        ("Subject: x\nHello\n{% if not number %}\n{{ x }}{% endif %}", 4, "'x' is undefined"),
        ("Subject: x\n{{ ''.__class__.__mro__ }}", 2, "SecurityError"),
        ("Subject: x\n{{ lines.append('x') }}", 2, "no attribute .append."),
        ("Subject: x\n{% include 'en/reply' %}", 2, "no loader"),
        ("Subject: x\n{{ 1 / 0 }}", 2, "ZeroDivisionError"),
        ("Subject: x\n{% for i in range(10000000) %}x{% endfor %}", 2, "OverflowError"),
    ],
)
def test_broken_template_is_told_at_the_start(source: str, line: int, message: str) -> None:
    with pytest.raises(TemplateFault, match=message) as caught:
        Templates(SHIPPED, {("en", "requester_receipt"): source})
    assert (caught.value.file, caught.value.line) == ("en/requester_receipt.txt.j2", line)


def test_unknown_name_is_told() -> None:
    with pytest.raises(TemplateFault, match=r"en/recept\.txt\.j2:1: no mail is made of it"):
        Templates(SHIPPED, {("en", "recept"): "Subject: x\ny"})


def test_missing_shipped_template_is_told() -> None:
    with pytest.raises(TemplateFault, match=r"en/reply\.txt\.j2:1: is not there"):
        Templates({key: source for key, source in SHIPPED.items() if key != ("en", "reply")})


@pytest.mark.parametrize(
    "name, lost",
    [("reply", "words"), ("agent_alert", "words"), ("receipt", "returned_words"), ("completed", "resolution")],
)
def test_template_that_loses_words_is_told(name: str, lost: str) -> None:
    with pytest.raises(TemplateFault, match=f"leaves out {lost}"):
        Templates(SHIPPED, {("en", name): "Subject: x\nHello"})


def test_every_broken_template_is_named_at_once() -> None:
    with pytest.raises(TemplateFault) as raised:
        Templates(SHIPPED, {("en", "reply"): "x", ("en", "completed"): "x", ("nb", "receipt"): "Subject: x\n{{ y }}"})
    lines = str(raised.value).splitlines()
    assert [line.partition(":")[0] for line in lines] == ["en/reply.txt.j2", "en/completed.txt.j2", "nb/receipt.txt.j2"]


def test_unechoed_templates_cannot_echo() -> None:
    for name in ("acknowledgement_plain", "fyi_answer"):
        for variable in ("subject", "title", "name", "words", "queue"):
            with pytest.raises(TemplateFault, match="is undefined"):
                Templates(SHIPPED, {("en", name): f"Subject: x\n{{{{ {variable} }}}}"})


def test_operators_template_that_fails_later_falls_back() -> None:
    own = {("en", "requester_receipt"): "Subject: x\nHello\n{{ 1 / (lines | length - 2) }}"}
    templates = Templates(SHIPPED, own)
    good = templates.render("requester_receipt", "en", RECEIPT)
    bad = templates.render("requester_receipt", "en", {**RECEIPT, "lines": ("a", "b")})
    assert (good.template, good.fault) == ("own:en/requester_receipt", None)
    assert (bad.template, bad.subject) == ("shipped:en/requester_receipt", "Your case")
    assert str(bad.fault) == "en/requester_receipt.txt.j2:3: ZeroDivisionError: division by zero"


@pytest.mark.parametrize("text", ["{{ 7 * 7 }}", "{% raw %}", "${jndi:ldap://x}", "%n%s", "{# x #}", "<b>&amp;</b>"])
def test_mail_text_is_never_a_template(text: str) -> None:
    rendered = Templates(SHIPPED).render("reply", "en", {**SAMPLES["reply"][0], "subject": text, "words": text})
    assert rendered.subject == f"Re: {text}"
    assert rendered.text.startswith(f"{text}\n")


def test_subject_is_one_clean_line() -> None:
    values = {**SAMPLES["reply"][0], "subject": "a\x00b\u202ec" + "x" * 300}
    subject = Templates(SHIPPED).render("reply", "en", values).subject
    assert subject.startswith("Re: a")
    assert len(subject) <= 200
    assert subject.isprintable()


def test_load_templates_passes_over_what_is_none() -> None:
    files = {
        "en/reply.txt.j2": "a",
        "NB/reply.txt.j2": "b",
        "fi/reply.html.j2": "f",
        "en/reply.html": "c",
        "README": "d",
        "en/x/reply.txt.j2": "e",
    }
    assert load_templates(files.__getitem__, files) == {
        ("en", "reply"): "a",
        ("nb", "reply"): "b",
        ("fi", "reply.html"): "f",
    }


def test_load_templates_tells_of_other_charsets() -> None:
    with pytest.raises(TemplateFault, match=r"nb/reply\.txt\.j2:1: is not UTF-8"):
        load_templates(lambda file: b"\xe6".decode(), ["nb/reply.txt.j2"])
