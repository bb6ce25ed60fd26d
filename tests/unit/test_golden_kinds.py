"""Every rule earns its place: switched off, it changes the kind of some golden mail. So does every responder header,
and every language has an absence note that only its own phrases know."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest

from mailgate.inbound import absence, classify
from mailgate.inbound.classify import KnownToUs, return_path
from mailgate.inbound.parse import parse
from mailgate.mail import InboundMail, Kind

KINDS = Path(__file__).parents[1] / "mails" / "kinds"


@cache
def golden() -> tuple[tuple[InboundMail, KnownToUs, Kind], ...]:
    """The mails, what was known when they came, and what they are."""
    found = []
    for path in sorted(KINDS.glob("*.eml")):
        expected = json.loads(path.with_suffix(".json").read_text())
        mail = parse(path.read_bytes())
        known = KnownToUs(env_from=return_path(mail), **expected.get("known", {}))
        found.append((mail, known, Kind(expected["kind"])))
    return tuple(found)


def mistaken() -> int:
    return sum(classify.classify(mail, known).kind is not kind for mail, known, kind in golden())


def test_no_golden_mail_is_mistaken() -> None:
    assert mistaken() == 0


# What these see, the reader of bounce forms sees as well: they keep the kind apart from its judgement, and name it.
ALSO_A_FORM = {"delivery-report", "failed-recipients", "exchange-report"}


@pytest.mark.parametrize("name", [name for name, _, _ in classify.RULES])
def test_each_rule_is_needed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if name not in ALSO_A_FORM:
        assert mistaken_without(monkeypatch, name)
    else:
        assert mistaken_without(monkeypatch, name, "bounce-format") > mistaken_without(monkeypatch, "bounce-format")


def mistaken_without(monkeypatch: pytest.MonkeyPatch, *names: str) -> int:
    with monkeypatch.context() as patch:
        patch.setattr(classify, "RULES", tuple(rule for rule in classify.RULES if rule[0] not in names))
        return mistaken()


@pytest.mark.parametrize("name", [name for name, _ in classify.RESPONDER_HEADERS])
def test_each_responder_header_is_needed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = tuple(row for row in classify.RESPONDER_HEADERS if row[0] != name)
    monkeypatch.setattr(classify, "RESPONDER_HEADERS", rows)
    assert mistaken()


@pytest.mark.parametrize("language", sorted(absence.ABSENCE_PHRASES))
def test_each_language_is_needed(language: str) -> None:
    """Not by switching it off: neighbours share phrases ("automatisk svar" is Norwegian and Danish)."""
    phrases = set(map(absence.fold_phrase, absence.ABSENCE_PHRASES[language]))
    assert phrases & {absence.absence_phrase(mail.subject, mail.header("from")) for mail, _, _ in golden()}


@pytest.mark.parametrize("place", ["Re: ", "Fwd: ", "Sv: ", "My "])
def test_no_absence_note_is_one_behind_a_persons_word(place: str) -> None:
    for mail, _, kind in golden():
        if kind is Kind.AUTO_REPLY:
            assert absence.absence_phrase(place + mail.subject, mail.header("from")) is None, mail.subject
