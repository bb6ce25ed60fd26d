"""Every rule that reads a bounce earns its place: switched off, it changes what some golden mail says."""

from __future__ import annotations

import email
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest

from mailgate.inbound.bounces import forms, prose
from mailgate.inbound.bounces.reading import read_bounce
from mailgate.inbound.bounces.wordings import OPENINGS, opening_of
from mailgate.inbound.parse import parse
from mailgate.mail import BounceReport

MAILS = Path(__file__).parents[1] / "mails"
Golden = tuple[email.message.Message, str, BounceReport | None]


@cache
def golden() -> tuple[Golden, ...]:
    """Each golden mail, its text, and what is read with all rules on."""
    found = []
    for folder in ("bounces", "kinds"):
        for path in sorted((MAILS / folder).glob("*.eml")):
            raw = path.read_bytes()
            message, text = email.message_from_bytes(raw), parse(raw).text
            found.append((message, text, read_bounce(message, text)))
    return tuple(found)


@pytest.mark.parametrize(
    "module, table, name",
    [
        (module, table, row[0])
        for module, table in ((forms, "FORMS"), (forms, "VOICES"), (prose, "LISTED"), (prose, "SOURCES"))
        for row in getattr(module, table)
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_rule_is_needed(module: ModuleType, table: str, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    mails = golden()
    monkeypatch.setattr(module, table, tuple(row for row in getattr(module, table) if row[0] != name))
    assert any(read_bounce(message, text) != expected for message, text, expected in mails)


@pytest.mark.parametrize("words", [words for _, words in OPENINGS])
def test_each_opening_is_some_programs(words: str) -> None:
    assert any(words in opening for opening in openings())


@cache
def openings() -> tuple[str, ...]:
    return tuple(opening_of(text) for _, text, expected in golden() if expected is not None)


# What nothing but the null sender tells from somebody's letter.
KNOWN_BY_NULL_SENDER = {
    "daemon-in-estonian-and-icelandic", "no-from-at-all-daemon", "sms-gateway-orange",
    "user-filter-from-recipients-own-address",
    "yahoogroups-refusal",
}  # fmt: skip


def test_bounces_are_heard_without_their_envelope() -> None:
    """Exports and some servers drop Return-Path."""
    unheard = set()
    for path in sorted((MAILS / "bounces").glob("*.eml")):
        message, text = email.message_from_bytes(path.read_bytes()), parse(path.read_bytes()).text
        heard = read_bounce(message, text) is not None
        del message["Return-Path"]
        if heard and read_bounce(message, text) is None:
            unheard.add(path.stem)
    assert unheard == KNOWN_BY_NULL_SENDER
