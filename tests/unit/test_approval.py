"""Whose mails wait for a main user, and what his answer means."""

from __future__ import annotations

from typing import Literal

import pytest

from ticketing.model import Auth
from ticketing.policy import Organisation
from ticketing.rules import approval


def company(others: Literal["open", "ask", "hold"]) -> Organisation:
    return Organisation("Example Shipping", main_users=("it@shipping.example",), others=others)


@pytest.mark.parametrize(
    ("organisation", "addresses", "auth", "waits"),
    [
        (None, {"ola@shipping.example"}, "pass", False),
        (company("open"), {"ola@shipping.example"}, "pass", False),
        (company("ask"), {"ola@shipping.example"}, "pass", True),
        (company("ask"), {"ola@shipping.example"}, "none", True),
        (company("hold"), {"ola@shipping.example"}, "none", True),
        (company("ask"), {"it@shipping.example"}, "none", False),
        (company("ask"), {"ida@home.example", "it@shipping.example"}, "pass", False),  # under another address of hers
        (company("ask"), {"ola@shipping.example"}, "fail", False),  # nobody is asked about a forgery
    ],
)
def test_asks_first(organisation: Organisation | None, addresses: set[str], auth: Auth, waits: bool) -> None:
    assert approval.asks_first(organisation, addresses, auth) is waits


@pytest.mark.parametrize(
    ("words", "subject", "said"),
    [
        ("Yes", "", True),
        ("ok!", "", True),
        ("Ja, sett i gang.\n\nHilsen Ida", "", True),
        ("Kyllä", "Re: Aloitammeko?", True),
        ("Godkjent", "", True),
        ("No", "", False),
        ("Nei, la det være", "", False),
        ("Ei", "", False),
        ("Not approved", "", False),
        ("ikke godkjent", "", False),
        ("", "Yes, go ahead", True),  # what the link prepares, sent without words
        ("", "No, leave it", False),
        ("", "Re: Kyllä, hyväksyn", True),
        ("", "Shall we begin? Printer", None),
        ("Yes?", "", None),
        ("Ok, but not the blue one", "", None),
        ("Yes, not sure though", "", None),
        ("What does it cost?", "Yes, go ahead", None),
        ("Can it wait until Monday", "", None),
        ("", "", None),
    ],
)
def test_answer(words: str, subject: str, said: bool | None) -> None:
    assert approval.answer(words, subject) is said
