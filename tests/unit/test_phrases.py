"""What short words mean. A wrong yes leaves a person waiting; so the doubtful rows are all no."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticketing.rules.phrases import (
    generic_subject,
    is_confirmation,
    is_thanks,
    language_meant,
    language_of,
    normalise_subject,
    solved_itself,
    strip_reply_prefixes,
    title_from,
)


@pytest.mark.parametrize(
    "words",
    [
        "Thanks!", "Thank you so much for the quick help!", "Thanks, works now.", "Perfect, thank you!",
        "Many thanks, Kari!",
        "Thanks a lot\n\nBest regards\nOla Nordmann", "Takk!", "Tusen takk for hjelpen!",
        "Takk for raskt svar :)",
        "Takk for hjelpen, ha en fin dag!", "Tusen takk, Kari Nordmann!", "Hei, takk for hjelpen\n\nMvh\nOla",
        "Takk, nå virker det igjen", "Takk for hjelpa, det er flott!", "Tack så mycket för hjälpen!",
        "Mange tak for hjælpen",
        "Kiitos!", "Kiitos paljon avusta!", "Suuret kiitokset nopeasta vastauksesta",
        "Hei, kiitos!\nTerveisin Matti",
        "Danke!", "Vielen Dank für die schnelle Hilfe!",
        "Herzlichen Dank\n\nMit freundlichen Grüßen\nHans Meier", "👍", "Ok, takk",
    ],
)  # fmt: skip
def test_thanks(words: str) -> None:
    assert is_thanks(words, has_files=False)
    assert not is_thanks(words, has_files=True)
    assert not is_thanks(words + "?", has_files=False)


@pytest.mark.parametrize(
    "words",
    [
        "", "   ", "Takk, men det virker fortsatt ikke", "Thanks, but it still fails",
        "Takk. Men nå er skriveren borte igjen.",
        "Thanks in advance", "På forhånd takk!", "Kiitos etukäteen", "Vielen Dank im Voraus",
        "Thanks, when will it be done?",
        "Thanks, please also fix the printer", "Thanks, cancel it", "Takk, ring meg",
        "Takk, fakturanummeret er 4711",
        "Thanks, it happens again", "Takk, feilen er der igjen", "Kiitos, ei toimi", "Kiitos, en saanut sitä",
        "Danke, leider nicht",
        "Danke, aber es geht wieder nicht", "No thanks", "Nei takk", "The printer is fine",
        "Tack, men det fungerar inte",
        "Thanks thanks thanks thanks thanks thanks thanks thanks thanks thanks thanks thanks thanks",
        "Takk\n\nMvh Ola\n\nPS skriveren står i brann og vi må evakuere",
        "Thanks. My new number is 99 88 77 66",
    ],
)  # fmt: skip
def test_no_thanks(words: str) -> None:
    assert not is_thanks(words, has_files=False)


@pytest.mark.parametrize(
    "words",
    [
        "ok", "OK!", "Ja", "Ja.", "Bekreftet", "bekreftes, mvh Ola", "Kuittaan", "kuittaan, kiitos!",
        "Confirmed.", "Solved",
        "Yes, thanks", "Ja, det virker nå", "Ok, Kari", "Løst!", "Ja, saken kan lukkes", "Selvä",
        "Joo, toimii nyt", "Bekräftat",
        "Ja, bestätigt", "Yes, it works now\n\nRegards\nOla", "Ja, takk!", "Bekræftet",
    ],
)  # fmt: skip
def test_confirmation(words: str) -> None:
    assert is_confirmation(words)


@pytest.mark.parametrize(
    "words",
    [
        "", "ok, but it still fails", "Ok, men det virker ikke", "ok?", "Ja, jeg vil gjerne ha en ny skriver",
        "not solved",
        "ikke løst", "Ei toimi", "Ok, see you tomorrow", "ok, mutta ei toimi", "Ja, aber es geht nicht", "no",
        "Nei",
        "Yes, 3 of them", "Takk", "is it solved?", "unresolved", "It works except on Fridays", "Ok, jeg venter",
    ],
)  # fmt: skip
def test_no_confirmation(words: str) -> None:
    assert not is_confirmation(words)


@pytest.mark.parametrize(
    "words, solved",
    [
        ("Hei, det løste seg. Takk!", True),
        ("Dette har ordnet seg nå.", True),
        ("Ongelma ratkesi itsestään.", True),
        ("Asia selvisi, kiitos", True),
        ("Please never mind, I figured it out", True),
        ("It solved itself over the weekend.", True),
        ("Das Problem hat sich von selbst gelöst.", True),
        ("Es hat sich erledigt.", True),
        ("Problemet löste sig", True),
        ("Eg fann ut av det, takk", True),
        ("Har det løst seg?", False),
        ("Det har ikke løst seg.", False),
        ("Det løste seg, men nå er det tilbake.", False),
        ("I hope it is solved soon", False),
        ("Håper det ordner seg", False),
        ("Ei ole vielä ratkennut", False),
        ("Wenn es sich erledigt hat, melde ich mich", False),
        ("It works, but the problem is back", False),
        ("", False),
    ],
)
def test_solved_itself(words: str, solved: bool) -> None:
    assert solved_itself(words) is solved


@pytest.mark.parametrize(
    "subject",
    ["", "   ", "Re:", "SV: Re:", "hjelp", "Hjelp!", "HJELP!!!", "Problem", "Re: problem", "?", "(no subject)",
     "Spørsmål", "[#261121001] Re: hjelp", "Apua!", "Kysymys", "VS: ongelma", "Hilfe", "Frage", "Hej", "Hjälp!!",
     "(ingen emne)",
     "Hei :)", "haster!", "Support", "..."],
)  # fmt: skip
def test_generic_subject(subject: str) -> None:
    assert generic_subject(subject)


@pytest.mark.parametrize(
    "subject",
    ["Printer is out of toner", "Hjelp til faktura 4711", "Problem med innlogging", "Re: kassalappar", "VPN"],
)
def test_telling_subject(subject: str) -> None:
    assert not generic_subject(subject)


@pytest.mark.parametrize(
    "words, title",
    [
        ("", ""),
        ("\n\n  \n", ""),
        ("Skriveren virker ikke.\nDen er rød.", "Skriveren virker ikke."),
        ("Hei,\n\nSkriveren virker ikke.", "Skriveren virker ikke."),
        ("Hei Kari!\nSkriveren   virker\tikke.", "Skriveren virker ikke."),
        ("Hei, skriveren virker ikke.", "skriveren virker ikke."),
        ("Dear support team,\n\nThe door is stuck", "The door is stuck"),
        ("Hei", "Hei"),
        ("-----\n***\nNoe", "Noe"),
        ("a" * 100, "a" * 79 + "…"),
        ("word " * 30, "word word word word word word word word word word word word word word word…"),
        ("skriv\u202eer\x07 x", "skriv er x"),
    ],
)
def test_title_from(words: str, title: str) -> None:
    assert title_from(words) == title


@pytest.mark.parametrize(
    "subject, left",
    [
        ("Re: printer", "printer"),
        ("RE: SV: VS: AW: printer", "printer"),
        ("Re[2]: printer", "printer"),
        ("Re(3): printer", "printer"),
        ("RE : printer", "printer"),
        ("Re：printer", "printer"),
        ("Fwd: Re: printer", "printer"),
        ("VS: tulostin", "tulostin"),
        ("[EXT] Re: printer", "[EXT] printer"),
        ("Re: [#261121001] Re: printer", "[#261121001] printer"),
        ("回复：打印机", "打印机"),
        ("Reorder: printer", "Reorder: printer"),
        ("Resultat: 3-0", "Resultat: 3-0"),
        ("nettbutikk.no: ordre", "nettbutikk.no: ordre"),
        ("fs://share is full", "fs://share is full"),
        ("Re:", ""),
        ("", ""),
    ],
)
def test_strip_reply_prefixes(subject: str, left: str) -> None:
    assert strip_reply_prefixes(subject) == left


@pytest.mark.parametrize(
    "subject, normal",
    [
        ("Re: [#261121001]  Printer\tOUT", "printer out"),
        ("SV: [AB #261121001] SV: Printer out", "printer out"),
        ("Ｐrinter out", "printer out"),
        ("[XYZ] printer", "[xyz] printer"),
    ],
)
def test_normalise_subject(subject: str, normal: str) -> None:
    assert normalise_subject(subject) == normal


@pytest.mark.parametrize(
    "text, language",
    [
        ("Hei, jeg får ikke logget inn på nettsiden etter at dere byttet passord.", "nb"),
        ("Hei, eg får ikkje logga inn på nettsida. Kva skal eg gjere?", "nn"),
        ("Hej, jag kan inte logga in och vet inte vad jag ska göra.", "sv"),
        ("Hej, jeg kan ikke logge ind efter at I har skiftet noget. Hvad skal jeg gøre?", "da"),
        ("Hei, en pääse kirjautumaan sivustolle. Mitä minun pitää tehdä? Kiitos", "fi"),
        ("Guten Tag, ich kann mich nicht mehr anmelden. Was ist zu tun?", "de"),
        ("Hello, I cannot log in and do not know what to do.", "en"),
        ("ok", None),
        ("", None),
        ("4711", None),
        ("Jeg har et problem", None),  # Norwegian and Danish alike
        ("Dzień dobry, nie mogę zalogować się do systemu od wczoraj, proszę o pomoc w tej sprawie", None),
        ("Здравствуйте, не могу войти", None),
        ("Bonjour, je ne peux pas me connecter au site depuis hier", None),
    ],
)
def test_language_of(text: str, language: str | None) -> None:
    assert language_of(text) == language


@given(st.text(max_size=300))
def test_nothing_raises(text: str) -> None:
    is_thanks(text, has_files=False)
    is_confirmation(text)
    solved_itself(text)
    generic_subject(text)
    language_of(text)
    normalise_subject(text)
    assert len(title_from(text)) <= 80
    assert text.strip().endswith(strip_reply_prefixes(text)[-5:])


@pytest.mark.parametrize(
    "unit", ["Re: ", "[a] ", "[", "takk ", "\u0301\u0316", "hat sich ", "Hei, ", "re[", "løste seg?"]
)
def test_hostile_texts_take_linear_time(unit: str) -> None:
    text = unit * (250_000 // len(unit))
    is_thanks(text, has_files=False)
    is_confirmation(text)
    solved_itself(text)
    generic_subject(text[:16_384])
    language_of(text)
    title_from(text)
    strip_reply_prefixes(text[:16_384])


FINNISH = "Hei, minulla on ongelma ja tulostin ei toimi, kun se on päällä."


@pytest.mark.parametrize(
    "stated, text, language",
    [
        (None, FINNISH, "fi"),
        (None, "123", None),
        ("nb-NO", "123", "nb-NO"),
        ("nb-NO", FINNISH, "nb-NO"),
        ("en-US", "123", "en-US"),
        # What Exchange states for everybody.
        ("en-US", FINNISH, "fi"),
    ],
)
def test_language_meant(stated: str | None, text: str, language: str | None) -> None:
    assert language_meant(stated, text) == language
