"""What of an agent's mail is his own words, in the text part that mail programs write beside their HTML."""

from __future__ import annotations

import pytest

from mailgate.inbound.agents_words import AgentsWords, read_agents_words
from mailgate.inbound.parse import parse
from mailgate.inbound.reply_text import fold
from mailgate.outbound.marks import looks_like_ours

NAME, ADDRESSES = "Kari Nordmann", ("kari@example.com",)
THEIRS = "Hei,\n\nskriveren tar ikke papir.\n\nHilsen Ola"
HEADERS = (
    "Fra: Support <support@example.com>\nSendt: mandag 23. november 2026 10:00\nTil: Kari Nordmann\nEmne: Skriveren"
)
ALERT = f"""Svaret ditt går til: ola@example.org
##- Skriv svaret ditt over denne linjen -##

:: Ny sak 261123001 fra Ola <ola@example.org>
:: Skriveren

{THEIRS}

:: Kø support, åpen, ikke tildelt noen

Ref: c261123001.bc4r2o66.apyxjflf6dr45mtmllnq2"""


def read(text: str, theirs: str = THEIRS) -> AgentsWords:
    raw = (
        "From: Kari Nordmann <kari@example.com>\nSubject: SV: [#261123001] Skriveren\nMIME-Version: 1.0\n"
        f"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n{text}\n"
    )
    return read_agents_words(parse(raw.encode()), None, theirs, NAME, ADDRESSES)


@pytest.mark.parametrize("rule", ["_" * 32, "-" * 40, "─" * 20, "═" * 30, "–" * 12])
@pytest.mark.parametrize("between", ["\n", "\n\n", "\n\n\n"])
@pytest.mark.parametrize(
    "words, rest", [("!ta", ""), ("!ta\n\nVi kommer.", "Vi kommer."), ("Vi kommer.", "Vi kommer.")]
)
def test_a_rule_above_the_quote_goes_with_it(words: str, rest: str, rule: str, between: str) -> None:
    found = read(f"{words}{between}{rule}\n{HEADERS}\n\n{ALERT}")
    assert (found.asked.rest, found.leftovers) == (rest, ())


def test_the_rule_below_a_telephones_signature_goes_too() -> None:
    found = read(f"!ta\n\nSkaff deg Outlook for iOS<https://aka.ms/o0ukef>\n{'_' * 32}\n{HEADERS}\n\n{ALERT}")
    assert found.words == "!ta"


@pytest.mark.parametrize("words", ["____", "- - -", "***", "═════", "...", "|---|", "~ = ~"])
def test_what_says_nothing_is_no_answer(words: str) -> None:
    assert read(words).words == ""
    assert read(f"!ta\n\n{words}").asked.rest == ""


@pytest.mark.parametrize("words", ["👍", "2", "Ja", "✓", "€", "はい"])
def test_a_single_sign_may_say_something(words: str) -> None:
    assert read(words).words == words


@pytest.mark.parametrize("head", [f"{'_' * 32}\n{HEADERS}", HEADERS, f"-----Opprinnelig melding-----\n{HEADERS}"])
@pytest.mark.parametrize(
    "words", ["Hei Ola, se svar under.", "Mine svar i rødt nedenfor.", "See my answers in blue below.", ""]
)
def test_answers_typed_into_a_quote_without_signs_are_found(words: str, head: str) -> None:
    mixed = ALERT.replace("papir.", "papir.\nDra ut skuff 2.")
    found = [line for line in read(f"{words}\n\n{head}\n\n{mixed}").among if not looks_like_ours(line)]
    assert found == ["Dra ut skuff 2."]
    untouched = read(f"{words}\n\n{head}\n\n{ALERT}").among
    assert not [line for line in untouched if not looks_like_ours(line) and line != "Skriveren"]


def test_a_plain_answer_above_is_not_compared_with_the_quote() -> None:
    assert read(f"Vi kommer.\n\n{HEADERS}\n\n{ALERT}\nUkjent linje.").among == ()


@pytest.mark.parametrize("said", ["Kari Nordmann reagerte via Gmail", "Kari Nordmann reacted via Gmail"])
def test_a_reaction_by_gmail_is_no_answer(said: str) -> None:
    text = f"👍\n\n{said}\n<https://www.google.com/gmail/about/?utm_source=gmail-in-product>"
    assert read(text).words == ""
    assert read(f"Ja, gjør det.\n\n{text.partition(chr(10))[2]}").words == "Ja, gjør det."
    assert fold(text)[0] == "👍"
    assert read("👍\n\nJeg sendte den via Gmail").words == "👍\n\nJeg sendte den via Gmail"
