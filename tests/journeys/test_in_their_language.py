"""Everybody is written to in his own language: a Norwegian, a Finn and somebody who writes English, and an agent who
reads Norwegian; by real mails through the whole desk."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from agents import House, NewHouse, a_house, body, letter, reply, to
from indoor import report
from inside import InsideDesk, Out, mail
from leaks import find_leaks
from test_agent_by_mail import with_file
from test_agent_commands import WRONG

from mailgate.readers import Readers

KARI = "kari@example.com"
WRITERS = {
    "nb": ("ola@firma.no", "Hei, skriveren vår virker ikke og vi får ikke skrevet ut noe som helst i dag."),
    "fi": ("matti@yritys.fi", "Hei, minulla on ongelma ja tulostin ei toimi, kun se on päällä."),
    "en": ("ann@company.example", "Hello, our printer does not work and we cannot print anything this morning."),
}
SAYS = {
    "nb": ("Takk for meldingen.", "Saksnummeret ditt:", "Vennlig hilsen", "Vi mener at saken din"),
    "fi": ("Kiitos viestistäsi.", "Tapausnumerosi:", "Ystävällisin terveisin", "Uskomme, että asiasi on nyt ratkaistu"),
    "en": ("thank you for your message.", "Your case number:", "Kind regards", "we believe that your case"),
}


@pytest.fixture
def desk(inside: InsideDesk) -> InsideDesk:
    """The same desk with an agent who reads Norwegian."""
    text = inside.config.read_text().replace('name = "Kari Nordmann"', 'name = "Kari Nordmann"\nlanguage = "nb"')
    inside.config.write_text(text)
    inside.again()
    return inside


def page(out: Out) -> str:
    part = out.message.get_body(("html",))
    assert isinstance(part, EmailMessage)
    return str(part.get_content())


@pytest.mark.parametrize("language", ["nb", "fi", "en"])
def test_each_in_his_own_language(desk: InsideDesk, language: str) -> None:
    writer, words = WRITERS[language]
    outcome = desk.receive(mail(writer, body=words, auth="pass"))
    answer = outcome.acknowledgement
    assert answer.template == f"shipped:{language}/acknowledgement"
    for form in (answer.text, page(answer)):
        assert all(one in form for one in SAYS[language][:3])
        assert not any(one in form for other in SAYS if other != language for one in SAYS[other][:3])
    assert f'<html lang="{language}">' in page(answer)
    assert answer.body_id in page(answer)

    (alert,) = outcome.to(KARI)
    assert alert.text.splitlines()[0].startswith(f"Svaret ditt går til: {writer}")
    assert alert.text.splitlines()[1] == "##- Skriv svaret ditt over denne linjen -##"
    assert f":: Ny sak {outcome.ticket} fra {writer}" in alert.text
    assert ":: Kø support, åpen, ikke tildelt noen" in alert.text
    assert words in alert.text

    reply = mail(f"Kari Nordmann <{KARI}>", alert.token, f"Re: {alert.message['Subject']}", "!ferdig\nFerdig: 42.",
                 auth="pass")  # fmt: skip
    answered = desk.receive(reply, rcpt=(alert.token,))
    assert answered.what == ("appended", "agent-answer")
    (public,) = answered.of("ReplyToRequester")
    assert public.text.splitlines()[0] == "Ferdig: 42."
    assert "<p>Ferdig: 42.</p>" in page(public)
    (completed,) = answered.of("Completed")
    assert completed.template == f"shipped:{language}/completed"
    assert SAYS[language][3] in completed.text
    (receipt,) = answered.of("Receipt")
    assert f":: Svaret M2 går til {writer} om 60 sekunder." in receipt.text
    assert f":: {outcome.ticket} er fullført; saken lukkes av seg selv 28. november 2026." in receipt.text
    for one in (public, completed, answer):
        assert find_leaks(one.data, {"agent": KARI, "alert": "Svaret ditt går til", "sign": ":: "}) == []


def test_an_answer_below_a_norwegian_alert_holds_nothing_of_it(desk: InsideDesk) -> None:
    outcome = desk.receive(mail("ola@firma.no", body=WRITERS["nb"][1], auth="pass"))
    (alert,) = outcome.to(KARI)
    quoted = "".join(f"> {line}\n" for line in alert.text.splitlines())
    for text in (f"Slå den av.\n\nDen 21.11.2026 skrev Support:\n{quoted}", f"Slå den av.\n\n{alert.text}"):
        answered = desk.receive(mail(f"Kari Nordmann <{KARI}>", alert.token, body=text, auth="pass"),
                                rcpt=(alert.token,))  # fmt: skip
        for public in answered.of("ReplyToRequester"):
            assert find_leaks(public.data, {"head": "Svaret ditt", "marker": "Skriv svaret", "sign": ":: "}) == []


def test_a_requesters_own_command_is_answered_in_finnish(desk: InsideDesk) -> None:
    outcome = desk.receive(mail(WRITERS["fi"][0], body=WRITERS["fi"][1], auth="pass"))
    asked = desk.receive(mail(WRITERS["fi"][0], outcome.acknowledgement.token, body="!sulje", auth="pass"),
                         rcpt=(outcome.acknowledgement.token,))  # fmt: skip
    (told,) = asked.of("RequesterReceipt")
    assert f"Tapauksesi {outcome.ticket} on suljettu." in told.text
    assert f"Tapauksesi {outcome.ticket} on suljettu." in page(told)


def test_the_acknowledgement_grows_by_its_html_only(desk: InsideDesk) -> None:
    """Two short parts, no pictures, no styles: a few kilobytes."""
    data = desk.receive(mail(WRITERS["nb"][0], body=WRITERS["nb"][1])).acknowledgement.data
    assert len(data) < 5000


# ---- every line that the desk says to its own people ----------------------------------------------------------------

_ENGLISH = """a an and are at be but by come does for from had has here is it its may mail no not nobody nothing of one
    or our out says sent so somebody that the there this to too us was were what which who will with you your"""
ENGLISH = set(_ENGLISH.split())
# Words of that spelling which the language has itself.
OWN = {"nb": {"at", "be", "for", "to"}, "fi": set[str]()}
OLA, PER = "Ola <ola@example.org>", "Per Hansen <per@example.com>"


@pytest.fixture(params=["nb", "fi"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def new_house(tmp_path: Path, _migrated_sqlite: Path, readers: Readers, language: str) -> NewHouse:
    """A house that speaks one language; at its end no mail to its agents may hold an English line of the desk's."""

    @contextmanager
    def make(**wishes: Any) -> Iterator[House]:
        with a_house(tmp_path / "desk", _migrated_sqlite, readers, **wishes) as house:
            house.configure('language = "en"', f'language = "{language}"')
            house.configure("alerts_agent", 'receipts_agent = "off"\nalerts_agent')
            yield house
            found = [
                (line, words)
                for one in [*to(house.sent(), "kari@"), *to(house.sent(), "per@")]
                for line in said_in(one)
                if (words := english_in(line, language))
            ]
            assert found == []

    return make


def said_in(mail: EmailMessage) -> list[str]:
    """What the desk says in a mail to its people: the signed lines of an alert or a receipt, the whole of an alarm."""
    lines = body(mail).splitlines()
    signed = [line for line in lines if line.startswith(":: ")]
    return signed or [str(mail["Subject"]), *lines[:-1]]


def english_in(line: str, language: str) -> set[str]:
    plain = re.sub(r"“[^“”]*”|«[^»]*»|”[^”]*”|`[^`]*`|![^\s,.:;?]+|\S+@\S+", " ", line)
    return set(re.findall(r"\w+", plain.casefold())) & (ENGLISH - OWN[language])


def test_every_mistake_is_told_in_their_language(new_house: NewHouse) -> None:
    with new_house() as house:
        _, alert = house.ask("Skriver", "x")
        for text, _ in WRONG:
            house.mail(reply(alert, text))
            assert house.became() == ("entry", "agent-command-error")


def test_what_is_done_is_told_in_their_language(new_house: NewHouse) -> None:
    with new_house() as house:
        _, alert = house.ask("Skriver", "x")
        for text in ("!help", "!help assign", "!sla", "!wait vendor", "!sla", "!priority high\n!title x y", "!reopen"):
            house.mail(reply(alert, text))
        [receipt] = house.mail(with_file(alert, "x", "text/vcard", "kari.vcf", b"x"))
        assert "kari.vcf" in body(receipt)
        house.mail(with_file(alert, "x", "text/html", "page.html", b"<p>kari@example.com</p>"))
        house.mail(reply(alert, "<p>!claim</p>", content="text/html; charset=utf-8"))
        house.mail(reply(alert, "!done\n!sla"))
        house.mail(reply(alert, "!reopen\n!wait requester until +1d"))
        assert [one["Subject"] for one in house.later(timedelta(days=2).total_seconds())], "the time of waiting is over"


def test_what_came_between_is_told_in_their_language(new_house: NewHouse) -> None:
    with new_house() as house:
        number, alert = house.ask("Skriver", "x")
        per = to(house.sent(), "per@")[-1]
        house.mail(reply(per, "x y z", author=PER))
        house.mail(reply(to(house.sent(), "ola@")[0], "x", author=OLA))
        house.mail(reply(alert, "x"))
        assert house.became() == ("held", "collision")
        house.mail(reply(alert, f"!reject {house.last_mail().id}"))
        _, other = house.ask("Lampe", "x", "Siri <siri@example.net>")
        house.mail(reply(alert, "x", to=f"{alert['Reply-To']}, {other['Reply-To']}"))
        house.mail(reply(alert, "x", author="Eve <eve@evil.example>"))
        assert house.became() == ("held", "foreign-agent-token")
        house.later(7200)
        assert house.ticket(number)["status"] == "in_progress"


def test_who_is_outside_is_told_in_their_language(new_house: NewHouse) -> None:
    with new_house(auth="dmarc") as house:
        _, alert = house.ask("Skriver", "x")
        house.mail(letter("Siri <siri@elsewhere.example>", str(to(house.sent(), "ola@")[0]["Reply-To"]), "x", "x"))
        house.mail(reply(alert, "!accept m2", auth="none"))
        assert house.became() == ("appended", "unverified-agent")
        for text in ("!accept m7", "!accept m2", "!reject m2"):
            house.mail(reply(alert, text, auth="pass"))
        house.mail(letter("Tor <tor@elsewhere.example>", str(to(house.sent(), "ola@")[0]["Reply-To"]), "x", "x"))
        house.mail(reply(alert, "!reject m4", auth="pass"))


def test_what_did_not_arrive_is_told_in_their_language(new_house: NewHouse) -> None:
    with new_house() as house:
        _, alert = house.ask("Skriver", "x")
        house.mail(reply(alert, "x"))
        house.later(61)
        answer = to(house.sent(), "ola@")[-1]
        returned = f"Message-ID: {answer['Message-ID']}\r\nSubject: x"
        for action, status in (("failed", "5.1.1"), ("failed", "5.7.1"), ("delayed", "4.4.1"), ("delayed", "4.9.9")):
            house.mail(
                report("ola@example.org", status, "smtp; x", action=action, returned=returned, to="x@example.com")
            )
            assert house.became()[0] == "entry"
        house.mail(report("ola@example.org", "5.2.2", "smtp; x", returned="", to="support@example.com"))
        house.mail(report("per@example.com", "5.1.1", "smtp; x", returned="", to="support@example.com"))
        house.later(7200)


def test_one_alarm_in_norwegian_and_in_finnish(new_house: NewHouse, language: str) -> None:
    with new_house() as house:
        _, alert = house.ask("Skriver", "x")
        [alarm] = house.mail(reply(alert, "x", author="Eve <eve@evil.example>"))
        headline, line = {
            "nb": ("En saksbehandlers svaradresse er brukt av noen andre", "Avsender: eve@evil.example."),
            "fi": ("Joku muu on käyttänyt käsittelijän vastausosoitetta", "Lähettäjä: eve@evil.example."),
        }[language]
        assert headline in str(alarm["Subject"]) and line in body(alarm)
        over = [one for one in house.later(7200) if "foreign-agent-token" in body(one)]
        assert [str(one["Subject"]).count("ver:") + str(one["Subject"]).count("hi:") for one in over] == [1]
