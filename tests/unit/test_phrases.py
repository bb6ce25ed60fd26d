"""What short words mean. A wrong yes leaves a person waiting; so the doubtful rows are all no."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticketing.rules.phrases import (
    generic_subject,
    is_confirmation,
    is_thanks,
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
        "Sopii", "Joo sopii", "Käy hyvin", "Hyväksyn", "Greit", "Høres bra ut", "Det er greit", "Kjør på", "Go ahead",
        "Fine by me", "Godkjent", "Approved", "Sounds good", "Takk, det ordnet seg", "Det løste seg, takk!",
        "Kiitos, ratkesi itsestään", "Kiitos, se ratkesi", "Thanks, it solved itself.", "Takk, det løste seg",
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
        "Greit, men ikke i dag", "Joo, mutta ei vielä", "Ei sopii", "Ei käy", "Det er ikke greit", "Ikke kjør på",
        "Go ahead and call me", "Sopiiko?", "Ja, men det er for dyrt", "Det løste seg ikke", "En hyväksy",
        "Takk, det løste seg?", "Takk, det løste seg, men nå er det tilbake", "Thanks, you are great. Go home",
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


@given(st.text(max_size=300))
def test_nothing_raises(text: str) -> None:
    is_thanks(text, has_files=False)
    is_confirmation(text)
    solved_itself(text)
    generic_subject(text)
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
    title_from(text)
    strip_reply_prefixes(text[:16_384])


@pytest.mark.parametrize(
    "words",
    [
        "Hei, det løste seg av seg selv i natt.", "Det ordnet seg, dere kan lukke saken.",
        "Problemet er løst, takk for hjelpen!", "Vi fant ut av det selv.", "Dere kan se bort fra forrige mail.",
        "Alt virker igjen etter omstart.", "Trenger ikke hjelp lenger, takk.", "Dette er i orden nå.",
        "Det har løyst seg.", "Eg fekk det til sjølv.", "Jeg fikk det til selv!", "Det løste sig af sig selv.",
        "Jeg har selv fundet ud af det.", "Det virker igen nu.", "Fejlen er væk nu.",
        "I kan se bort fra min mail.", "Problemet löste sig av sig självt.", "Det löste sig!",
        "Nu fungerar det igen.", "Felet är borta nu.", "Jag hittade felet själv.",
        "Ni kan bortse från mitt förra mejl.", "Ongelma poistui itsestään.",
        "Vika korjaantui uudelleenkäynnistyksellä.", "Asia ratkesi, kiitos.", "Sain sen toimimaan.",
        "Ei tarvetta enää, kiitos.", "Asia kunnossa.", "The problem fixed itself.",
        "It resolved itself overnight.", "Please ignore my last e-mail, it works now.",
        "I managed to fix it myself.", "We got it working.", "The error is gone.",
        "No need to look into it any more.", "False alarm, sorry!", "All is well again.",
        "Das Problem hat sich von allein gelöst.", "Hat sich erledigt, danke.", "Der Fehler ist weg.",
        "Ich habe es selbst gelöst.", "Bitte ignorieren Sie meine letzte Mail.", "Es funktioniert wieder.",
        "Fehlalarm, alles läuft wieder.",
    ],
)  # fmt: skip
def test_more_that_solved_itself(words: str) -> None:
    """Norwegian (both), Danish, Swedish, Finnish, English, German."""
    assert solved_itself(words)


@pytest.mark.parametrize(
    "words",
    [
        "Det løste seg ikke.", "Det ordnet seg aldri.", "Kan dette løses i dag?", "Feilen er ikke borte.",
        "Når er det løst?", "Det virker ikke igjen.", "Hvis det løser seg, sier jeg fra.",
        "Jeg trenger hjelp, det virker fortsatt ikke.", "Det løste sig ikke.", "Har det løst sig?",
        "Fejlen er stadig ikke væk.", "Felet är inte borta.", "Har det löst sig?", "Det fungerar inte igen.",
        "Vika ei korjaantunut.", "Ratkesiko asia?", "Toivottavasti tämä ratkeaa pian.", "Asia ei ole kunnossa.",
        "The problem did not fix itself.", "It has not been resolved.", "Please fix it, the error is not gone.",
        "The error is gone but now the screen is black.", "Is it fixed?", "I thought it was fixed, but no.",
        "I can not get it working.", "Das Problem hat sich nicht gelöst.", "Ist das erledigt?",
        "Der Fehler ist nicht weg.", "Es funktioniert noch nicht wieder.",
        "Wenn es wieder funktioniert, melde ich mich.",
    ],
)  # fmt: skip
def test_more_that_did_not(words: str) -> None:
    """The same languages, denied, asked or hoped."""
    assert not solved_itself(words)


@pytest.mark.parametrize(
    "words",
    [
        "Tusen hjertelig takk for hjelpen!", "Takk skal du ha", "Takk skal dere ha!", "Takk for rask respons",
        "Mange takk, Ola", "Supert, takk", "Tusen takk, dere er flinke!", "Takk så mykje for hjelpa",
        "Takker og bukker", "Tusind tak for hjælpen", "Mange tak for jeres hurtige svar", "Super, tak!",
        "Fantastisk, tak", "Tak skal du have", "Tack för hjälpen!", "Tack ska du ha",
        "Stort tack för snabbt svar", "Toppen, tack!", "Tusen tack för er hjälp",
        "Kiitos nopeasta toiminnasta!", "Paljon kiitoksia", "Hienoa, kiitos!", "Kiitos avusta",
        "Iso kiitos teille", "Thanks so much!", "Thank you, much appreciated", "Great, thanks",
        "Thanks again for your help", "Brilliant, cheers", "Many thanks for your quick response",
        "Vielen lieben Dank!", "Danke für die Hilfe", "Super, danke!", "Besten Dank für die schnelle Antwort",
        "Dankeschön",
    ],
)  # fmt: skip
def test_more_thanks(words: str) -> None:
    """A thank-you and nothing else."""
    assert is_thanks(words, has_files=False)


@pytest.mark.parametrize(
    "words",
    [
        "Takk, men hvor finner jeg den?", "Takk, jeg prøver i morgen", "Takk for sist", "Nei takk",
        "Takk, det gjelder også Kari", "Takk, send den til meg", "Tak, men den er i stykker", "Nej tak",
        "Tak, jeg prøver", "Tack på förhand", "Nej tack", "Tack, jag testar i morgon",
        "Kiitos, kokeilen huomenna", "Ei kiitos", "Kiitos, mutta ei auta", "Thanks, I will try tomorrow",
        "Thanks for nothing", "No thanks", "Thanks but still broken", "Danke, ich versuche es morgen",
        "Nein danke", "Danke, aber nein", "Danke im Voraus",
    ],
)  # fmt: skip
def test_more_that_are_no_thanks(words: str) -> None:
    """Something is still to do or to say."""
    assert not is_thanks(words, has_files=False)


@pytest.mark.parametrize(
    "words",
    [
        "Ja, det er løst", "Løst", "Ok", "Okei", "Bekrefter", "Det stemmer", "Ja, lukk saken",
        "Saken kan lukkes", "Ja, alt i orden", "Ja, det fungerer", "Stadfester", "Bekræftet", "Ja, det virker",
        "Det er korrekt", "Ja, sagen kan lukkes", "Ja, det stämmer", "Bekräftar", "Ärendet kan stängas",
        "Ja, löst", "Kyllä", "Selvä", "Joo, kunnossa", "Kuittaan", "Voi sulkea", "Tiketin voi sulkea",
        "Yes, it works", "Confirmed", "Yes, you can close it", "All good", "Resolved", "Ja", "Erledigt",
        "Passt", "Ja, kann geschlossen werden", "Ja, funktioniert",
    ],
)  # fmt: skip
def test_more_confirmations(words: str) -> None:
    """A yes and nothing else."""
    assert is_confirmation(words)


@pytest.mark.parametrize(
    "words",
    [
        "Nei", "Ikke ok", "Ja, men ikke på min maskin", "Ok, hva nå", "Ja, når kommer dere", "Nej",
        "Ja, men ikke endnu", "Ikke i orden", "Inte löst", "Ja, men det saknas en", "Ei", "Ei kunnossa",
        "Joo, mutta yksi puuttuu", "Not ok", "Yes, but not on mine", "Not confirmed", "Yes, please call me",
        "Yes, two more", "Nein", "Nicht ok", "Ja, aber nicht bei mir", "Ja, bitte rufen Sie an",
    ],
)  # fmt: skip
def test_more_that_confirm_nothing(words: str) -> None:
    """A no, or a yes and more."""
    assert not is_confirmation(words)


CARD = "Ola Nordmann\nDaglig leder\nNordmann Bygg AS\nStorgata 1, 0155 Oslo\nTlf: 22 33 44 55\nwww.nordmannbygg.example"
LEGAL = "Denne e-posten er KONFIDENSIELL og kun ment for mottakeren. Slett den dersom du ikke skulle hatt den."


@pytest.mark.parametrize(
    "card", [CARD, f"Med vennlig hilsen\n\n{CARD}", f"Mvh\n{CARD}\n\n[Logo]\n{LEGAL}", f"Mvh\n{CARD}?id=2"]
)
@pytest.mark.parametrize(
    "words, thanks, yes",
    [
        ("Tusen takk!", True, False),
        ("Ja, nå virker den!", False, True),
        ("Ja", False, True),
        ("Ja, men bare på skuff 1", False, False),
        ("Ja?", False, False),
    ],
)
def test_a_company_signature_says_nothing(words: str, thanks: bool, yes: bool, card: str) -> None:
    text = f"{words}\n\n{card}"
    assert (is_thanks(text, has_files=False), is_confirmation(text)) == (thanks, yes)


@pytest.mark.parametrize("said", ["Den virker ikke", "Når kommer den nye?", "Ring meg straks.", "PS Skuff 2 klemmer"])
def test_what_is_said_among_a_signature_is_read(said: str) -> None:
    for card in (f"Mvh\n{CARD}\n{said}", f"Mvh\n{said}\n{CARD}", CARD.replace("\nTlf", f"\n{said}\nTlf")):
        assert not is_confirmation(f"Ja\n\n{card}")
        assert not is_thanks(f"Takk!\n\n{card}", has_files=False)
