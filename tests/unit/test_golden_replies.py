"""Golden replies: in the style of one program each, and beside it what a person calls its new words. Every rule earns
its place: switched off, it changes what some golden reply says."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest

from mailgate.inbound import reply_quotes, reply_signatures
from mailgate.inbound.html import render
from mailgate.inbound.reply_text import fold

FOLDER = Path(__file__).parents[1] / "mails" / "reply"
REPLIES = sorted(FOLDER.glob("*.txt"))
HTML_REPLIES = sorted(FOLDER.glob("*.html"))
TABLES = (
    (reply_quotes, "INTRODUCTIONS"),
    (reply_signatures, "SIGNATURES"),
    (reply_signatures, "ADVERTS"),
)
RULES = [
    pytest.param(module, table, place, id=f"{rule}:{function.__name__.lstrip('_')}")
    for module, table in TABLES
    for place, (rule, *_, function) in enumerate(getattr(module, table))
]


@cache
def golden() -> dict[str, tuple[str, str, str, list[str]]]:
    """By name: the text, its subject, its new words, and the rules that folded the rest."""
    found = {}
    for path in REPLIES:
        stated = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        text = path.read_text(encoding="utf-8")
        found[path.stem] = (text, stated["subject"], stated["new_text"], stated["rules"])
    return found


@pytest.mark.parametrize("name", [path.stem for path in REPLIES])
def test_golden_replies(name: str) -> None:
    text, subject, words, rules = golden()[name]
    new, folds = fold(text, subject=subject)
    assert new == words
    assert [one.rule for one in folds] == rules


@pytest.mark.parametrize("name", [path.stem for path in REPLIES])
def test_golden_replies_however_their_blanks_are_written(name: str) -> None:
    """Other line ends, no-break spaces, blanks at the ends of lines and in empty ones, a mark of the byte order."""
    text, subject, words, _ = golden()[name]
    for rewritten in (
        text.replace("\n", "\r\n"),
        text.replace(" ", "\u00a0"),
        "\n".join(f"{line}  " if line and line != "--" else line for line in text.split("\n")),
        "\n".join(line or "\u00a0" for line in text.split("\n")),
        f"\ufeff{text}",
    ):
        new, _ = fold(rewritten, subject=subject)
        assert new.replace("\ufeff", "").split() == words.split()


@pytest.mark.parametrize("path", HTML_REPLIES, ids=lambda path: path.stem)
def test_golden_replies_in_html(path: Path) -> None:
    stated = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    text, marked = render(path.read_text(encoding="utf-8"))
    new, folds = fold(text, marked, stated["subject"])
    assert new == stated["new_text"]
    assert [one.rule for one in folds] == stated["rules"]


@pytest.mark.parametrize("module, table, place", RULES)
def test_each_rule_is_needed(module: ModuleType, table: str, place: int, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = getattr(module, table)
    monkeypatch.setattr(module, table, rows[:place] + rows[place + 1 :])
    assert any(fold(text, subject=subject)[0] != words for text, subject, words, _ in golden().values())


def test_every_name_of_a_rule_stands_in_a_golden_reply() -> None:
    named = {rule for module, table in TABLES for rule, *_ in getattr(module, table)}
    assert {rule for *_, rules in golden().values() for rule in rules} == named | {"quoted-lines"}
