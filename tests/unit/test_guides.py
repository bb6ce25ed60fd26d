"""Which guides are named: a table of what people write, and what helps them."""

from __future__ import annotations

import pytest

from ticketing.model import File
from ticketing.policy import Guide
from ticketing.rules.guides import helpful, parts

FILE = File("x.txt", "text/plain", 1, "0", False)


def guide(name: str, language: str, title: str, text: str) -> Guide:
    return Guide(name, language, title, "", text, FILE)


GUIDES = (
    guide("password", "en", "Choosing a new password", "If you have forgotten your password, ask for a new one here."),
    guide("vpn", "en", "Working from home by VPN", "How to install the client and connect to the network."),
    guide("paper", "en", "Paper jams in the printer", "Open the tray, pull the sheet out."),
    guide("scan", "en", "Scanning to mail", "The printer sends what you scan to your address."),
    guide("toner", "en", "A new toner for the printer", "Order it in the shop; the printer shows when it is empty."),
    guide("passord", "nb", "Velge nytt passord", "Har du glemt passordet, kan du be om et nytt her."),
    guide("salasana", "fi", "Uusi salasana", "Jos olet unohtanut salasanasi, voit pyytää uuden täältä."),
)


@pytest.mark.parametrize(
    "words, language, names",
    [
        ("Login\nI have forgotten my password for the shop", "en", ["password"]),
        ("Passord\nHei, jeg har glemt passordet mitt", "nb", ["passord"]),
        ("Hei\nOlen unohtanut salasanani, auttakaa", "fi", ["salasana"]),
        # Of his own language only.
        ("Passord\nHei, jeg har glemt passordet mitt", "en", []),
        ("Passord\nHei, jeg har glemt passordet mitt", "nb-NO", ["passord"]),
        # One word is a coincidence.
        ("Password\nThank you for everything", "en", []),
        ("Cannot connect\nThe VPN client does not install when I work at home", "en", ["vpn"]),
        # What most of them say ("printer") tells nothing.
        ("Printer\nA paper jam: the sheet is in the tray of the printer", "en", ["paper"]),
        # The most telling first.
        ("VPN\nThe VPN client at home wants a new password, I have forgotten it", "en", ["password", "vpn"]),
        ("", "en", []),
        ("thanks", "en", []),
    ],
)
def test_what_helps(words: str, language: str, names: list[str]) -> None:
    assert [one.name for one in helpful(words, language, GUIDES)] == names


def test_at_most_three() -> None:
    many = [guide(f"g{n}", "en", "Choosing a password", "forgotten") for n in range(3)] + [GUIDES[0]]
    assert len(helpful("forgotten my password", "en", many[:3])) == 3
    # What nearly all of them say tells nothing.
    assert helpful("forgotten my password", "en", many) == []


@pytest.mark.parametrize(
    "text, found",
    [
        ("# Title\n\nText.\n", ("Title", "", "Text.")),
        ("\ufeffTitle\r\nLink: https://example.com/a\r\n\r\nText.", ("Title", "https://example.com/a", "Text.")),
        ("Title", ("Title", "", "")),
        ("", ("", "", "")),
    ],
)
def test_the_parts_of_a_file(text: str, found: tuple[str, str, str]) -> None:
    assert parts(text) == found
