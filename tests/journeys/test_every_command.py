"""Every word of the command table, in three languages: a mail, what differs afterwards, what the receipt says, and how
it is after `!undo`."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from agents import DESK, KARI, House, a_house, body, letter, number_in, reply, to

from mailgate.readers import Readers
from ticketing.command_words import BY_NAME, WORDS, word_key

TONGUES = ("en", "nb", "fi")
MORE = """
[[type]]
name = "repair"
label = { en = "repair", nb = "reparasjon", fi = "korjaus" }
words = ["zzz"]

[[category]]
name = "delivery"
label = { en = "delivery", nb = "levering", fi = "toimitus" }
words = ["zzz"]

[[organisation]]
name = "Acme"
domains = ["acme.example"]

[[list]]
name = "urgent"
filter = "priority:urgent"
"""
_counter = itertools.count(1)


def same(text: str) -> tuple[str, str, str]:
    return (text, text, text)


ANY = object()
"""Whatever it is: a moment, an id."""


@dataclass(frozen=True)
class Row:
    """One command. `asked`, `receipt`: in English, Norwegian and Finnish, with `{number}`, `{other}`, `{held}`, `{n}`
    filled in. `changes`: exactly what of the ticket differs afterwards. `before`, `alone_before`: what was asked
    before. `alone`: sent to the plain address. `copied`: the desk was only in Cc. `stays`: an undo finds nothing to
    take back."""

    asked: tuple[str, str, str]
    receipt: tuple[str, str, str]
    changes: dict[str, Any] = field(default_factory=dict)
    before: str = ""
    alone_before: str = ""
    alone: bool = False
    copied: bool = False
    stays: bool = False


ME = {"id": "kari", "name": "Kari Nordmann"}
PER = {"id": "per", "name": "Per Hansen"}
ANSWERED = {
    "status": "in_progress",
    "waiting_for": "requester",
    "assignee": ME,
    "first_response_at": ANY,
    "messages": ANY,
}
ANSWER_GOES = (
    "Answer M2 goes to ola{n}@home{n}.example in 60 seconds.",
    "Svaret M2 går til ola{n}@home{n}.example om 60 sekunder.",
    "Vastaus M2 lähtee 60 sekunnin kuluttua. Vastaanottajat: ola{n}@home{n}.example.",
)
NOTE_KEPT = (
    "Note M2 is kept in {number}; the requester does not see it.",
    "Notatet M2 er lagret i {number}; innmelderen ser det ikke.",
    "Muistiinpano M2 on tallennettu, tapaus {number}.",
)
IN_PROGRESS = (
    "{number} is in progress now.",
    "{number} er nå under arbeid.",
    "Tapaus {number} on nyt käsittelyssä.",
)
CLOSED = ("{number} is closed now.", "{number} er nå lukket.", "Tapaus {number} on nyt suljettu.")
ROWS: dict[str, Row] = {
    "note": Row(
        ("!note\nHe calls often.", "!notat\nHan ringer ofte.", "!muistiinpano\nHän soittaa usein."),
        NOTE_KEPT,
        {"messages": ANY},
    ),
    "reply": Row(("!reply\nTurn it off.", "!svar\nSlå den av.", "!vastaa\nSammuta se."), ANSWER_GOES, ANSWERED),
    "claim": Row(
        ("!claim", "!ta", "!ota"),
        ("Kari Nordmann has {number} now.", "Kari Nordmann har {number} nå.", "käsittelijä on nyt Kari Nordmann."),
        {"assignee": ME, "status": "in_progress"},
    ),
    "assign": Row(
        ("!assign per", "!tildel per", "!siirrä per"),
        ("Per Hansen has {number} now.", "Per Hansen har {number} nå.", "käsittelijä on nyt Per Hansen."),
        {"assignee": PER, "status": "in_progress"},
    ),
    "ask": Row(
        ("!ask per\nDo you know?", "!spør per\nVet du?", "!kysy per\nTiedätkö?"),
        (
            "Per Hansen is asked; the answer comes to you as a note.",
            "Per Hansen er spurt; svaret kommer til deg som et notat.",
            "Kysymys lähti, vastaaja: Per Hansen.",
        ),
        {"messages": ANY},
    ),
    "done": Row(
        ("!done", "!ferdig", "!valmis"),
        ("it closes by itself on", "saken lukkes av seg selv", "Se suljetaan automaattisesti"),
        {"status": "completed", "assignee": ME, "completed_at": ANY},
    ),
    "close": Row(("!close", "!lukk", "!sulje"), CLOSED, {"status": "closed", "closed_at": ANY}),
    "reopen": Row(
        ("!reopen", "!gjenåpne", "!avaa"), IN_PROGRESS, {"status": "in_progress", "closed_at": None}, before="!close"
    ),
    "status": Row(("!status progress", "!tilstand pågår", "!tila kesken"), IN_PROGRESS, {"status": "in_progress"}),
    "priority": Row(
        ("!priority high", "!prioritet høy", "!prioriteetti korkea"),
        ("Priority of {number} is high now.", "{number} har nå prioriteten høy.", "kiireellisyys on nyt korkea."),
        {"priority": "high"},
    ),
    "type": Row(
        ("!type repair", "!sakstype reparasjon", "!tyyppi korjaus"),
        ("Type of {number} is", "Typen til {number} er nå", "Tapauksen {number} tyyppi on nyt"),
        {"type": "repair"},
    ),
    "category": Row(
        ("!category delivery", "!kategori levering", "!kategoria toimitus"),
        ("Category of {number} is", "Kategorien til {number} er nå", "Tapauksen {number} kategoria on nyt"),
        {"category": "delivery"},
    ),
    "tag": Row(
        ("!tag +vip", "!tagg +vip", "!tunniste +vip"),
        ("Tags of {number}: vip", "Merkelapper på {number}: vip", "Tapauksen {number} tunnisteet: vip"),
        {"tags": ["vip"]},
    ),
    "title": Row(
        ('!title "Fire"', '!tittel "Fire"', '!otsikko "Fire"'),
        ("Title of {number} is Fire now.", "{number} har nå tittelen Fire", "Tapauksen {number} otsikko on nyt Fire"),
        {"title": "Fire"},
    ),
    "field": Row(
        ("!field floor=3", "!felt floor=3", "!kenttä floor=3"),
        ("floor of {number} is 3 now.", "floor i {number} er nå 3.", "floor on nyt 3 (tapaus {number})."),
        {"fields": {"floor": {"value": "3", "message": None}}},
    ),
    "wait": Row(
        ("!wait requester", "!vent innmelder", "!odota asiakas"),
        ("{number} waits for the requester.", "{number} venter på innmelderen.", "Tapaus {number} odottaa asiakasta."),
        {"waiting_for": "requester"},
    ),
    "due": Row(
        ("!due 2026-12-24", "!frist 24.12.2026", "!määräaika 24.12.2026"),
        (
            "{number} is due on Thursday 24 December 2026",
            "{number} har frist torsdag 24. desember 2026",
            "Tapauksen {number} määräaika: torstaina 24. joulukuuta 2026",
        ),
    ),
    "resolution": Row(
        ("!resolution\nTurned off.\n!end", "!løsning\nTurned off.\n!slutt", "!ratkaisu\nTurned off.\n!loppu"),
        ("The resolution is kept.", "Løsningen er lagret.", "Ratkaisu on tallennettu."),
        {"resolution": "Turned off."},
    ),
    "canned": Row(
        ("!canned more-details", "!svarmal more-details", "!vakiovastaus more-details"), ANSWER_GOES, ANSWERED
    ),
    "cc": Row(
        ("!cc +lise@acme.example", "!kopi +lise@acme.example", "!kopio +lise@acme.example"),
        (
            "lise@acme.example gets copies of answers",
            "lise@acme.example får kopi av svarene",
            "lise@acme.example saa kopiot tapauksen {number} vastauksista.",
        ),
        {"participants": ANY},
    ),
    "requester": Row(
        ("!requester eva@acme.example", "!innmelder eva@acme.example", "!pyytäjä eva@acme.example"),
        (
            "eva@acme.example is the requester of {number} now.",
            "eva@acme.example er nå innmelder i {number}.",
            "Tapauksen {number} asiakas on nyt eva@acme.example.",
        ),
        {"requester": {"name": "", "address": "eva@acme.example"}, "organisation": "Acme", "participants": ANY},
    ),
    "contact": Row(
        ("!contact lise@acme.example", "!kontakt lise@acme.example", "!yhteyshenkilö lise@acme.example"),
        (
            "Answers in {number} go to lise@acme.example",
            "Svarene i {number} går til lise@acme.example",
            "vastaukset lähtevät osoitteeseen lise@acme.example",
        ),
        {"contact": ANY, "participants": ANY},
    ),
    "org": Row(
        ("!org Acme", "!organisasjon Acme", "!organisaatio Acme"),
        ("{number} belongs to Acme now.", "{number} hører til Acme nå.", "{number}: organisaatio on nyt Acme."),
        {"organisation": "Acme"},
    ),
    "project": Row(
        ("!project Roof", "!prosjekt Roof", "!projekti Roof"),
        ("Project of {number} is Roof now.", "Prosjektet i {number} er nå Roof.", "{number}: projekti on nyt Roof."),
        {"project": "Roof"},
    ),
    "equipment": Row(
        ("!equipment SN-1", "!utstyr SN-1", "!laite SN-1"),
        same("SN-1"),
        {"equipment": ["SN-1"]},
    ),
    "alias": Row(
        ("!alias ola{n}@too.example", "!adresse ola{n}@too.example", "!osoite ola{n}@too.example"),
        (
            "ola{n}@too.example is an address of",
            "ola{n}@too.example er nå også en adresse",
            "ola{n}@too.example on nyt myös",
        ),
    ),
    "number": Row(
        ("!number AB-{n}", "!nummer AB-{n}", "!numero AB-{n}"),
        (
            "A mail with AB-{n} in its subject leads to {number}.",
            "E-post med AB-{n} i emnet havner i {number}.",
            "Viesti, jonka otsikossa on AB-{n}, tulee tapaukseen {number}.",
        ),
        {"numbers": ANY},
    ),
    "link": Row(
        ("!link {other}", "!koble {other}", "!linkitä {other}"),
        (
            "{number} and {other} are linked.",
            "{number} og {other} er koblet sammen.",
            "Tapaukset {number} ja {other} on linkitetty.",
        ),
        {"links": ANY},
    ),
    "merge": Row(
        ("!merge {other}", "!flett {other}", "!yhdistä {other}"),
        (
            "{number} goes into {other} and is closed.",
            "{number} er flettet inn i {other} og lukket.",
            "{number} on yhdistetty tapaukseen {other} ja suljettu.",
        ),
        {"status": "closed", "closed_at": ANY, "links": ANY, "merged_into": ANY, "messages": []},
    ),
    "split": Row(
        ('!split "Scanner"', '!del "Scanner"', '!jaa "Scanner"'),
        ("is open: Scanner", "er åpnet: Scanner", "on avattu: Scanner"),
        {"links": ANY},
    ),
    "forward": Row(
        ("!forward fix@vendor.example all", "!videresend fix@vendor.example alle", "!välitä fix@vendor.example kaikki"),
        same("fix@vendor.example"),
    ),
    "edit": Row(
        ("!edit m2\nBetter.\n!end", "!rediger m2\nBetter.\n!slutt", "!muokkaa m2\nBetter.\n!loppu"),
        same("M2"),
        {"messages": ANY},
        before="!note\nWorse.",
    ),
    "call": Row(
        ("!call 0:10", "!samtale 0:10", "!puhelu 0:10"),
        same("10 min"),
        {"time_spent_minutes": 10, "messages": ANY, "assignee": ME, "status": "in_progress", "first_response_at": ANY},
    ),
    "time": Row(
        ("!time 0:30 billable", "!tid 0:30 fakturerbar", "!aika 0:30 laskutettava"),
        same("30 min"),
        {"time_spent_minutes": 30},
    ),
    "todo": Row(
        ("!todo call the vendor", "!oppgave call the vendor", "!tehtävä call the vendor"),
        ("To do in {number}:", "Å gjøre i {number}:", "{number}"),
        {"tasks": ANY},
    ),
    "remind": Row(
        ("!remind 2026-12-01 look again", "!påminn 1.12.2026 se igjen", "!muistuta 1.12.2026 katso taas"),
        (
            "You are reminded on Tuesday 1 December 2026",
            "Du får en påminnelse tirsdag 1. desember 2026",
            "1. joulukuuta 2026",
        ),
    ),
    "spam": Row(("!spam", "!søppel", "!roskaposti"), CLOSED, {"status": "closed", "closed_at": ANY}),
    "silent": Row(
        ("!silent", "!stille", "!hiljaa"),
        ("The requester hears nothing of it.", "Innmelderen får ikke vite om det.", "Asiakkaalle ei ilmoiteta"),
        stays=True,
    ),
    "accept": Row(
        ("!accept {held}", "!godta {held}", "!hyväksy {held}"),
        same("{held}"),
        {"participants": ANY, "messages": ANY},
        stays=True,
    ),
    "reject": Row(("!reject {held}", "!avvis {held}", "!hylkää {held}"), same("{held}"), stays=True),
    "undo": Row(
        ("!undo", "!angre", "!peru"),
        ("Taken back: !priority", "Angret: !prioritet", "Peruttu: !prioriteetti"),
        {"priority": "medium"},
        before="!priority high",
        stays=True,
    ),
    "show": Row(("!show", "!vis", "!näytä"), same("Printer {n}"), stays=True),
    "history": Row(
        ("!history", "!historikk", "!historia"), ("Ola opened the ticket", "Ola åpnet saken", "Ola"), stays=True
    ),
    "sla": Row(
        ("!sla", "!frister", "!määräajat"), ("First response", "Første svar", "Ensimmäinen vastaus"), stays=True
    ),
    "new": Row(
        ("!new\nWash the windows", "!ny\nWash the windows", "!uusi\nWash the windows"),
        ("is open: Orders", "er åpnet: Orders", "on avattu: Orders"),
        alone=True,
    ),
    "list": Row(("!list urgent", "!liste urgent", "!lista urgent"), same("urgent"), alone=True, stays=True),
    "star": Row(("!star", "!stjerne", "!tähti"), ("{number} has your star now.", "{number}", "{number}")),
    "mark": Row(("!mark roof", "!merke tak", "!merkki katto"), ("{number} is marked roof", "tak", "katto")),
    "next": Row(("!next", "!neste", "!seuraava"), ("Case 26", "Sak 26", "apaus 26"), alone=True, stays=True),
    "away": Row(
        ("!away until 2026-12-01 to per", "!borte til 1.12.2026 til per", "!poissa 1.12.2026 henkilölle per"),
        ("You are away until 1 December 2026", "1. desember 2026", "1. joulukuuta 2026"),
        alone=True,
    ),
    "reassign": Row(
        ("!reassign kari to per", "!omfordel kari til per", "!siirrä-kaikki kari henkilölle per"),
        same("Per Hansen"),
        {"assignee": PER},
        before="!claim",
        alone=True,
    ),
    "request": Row(
        ("!request", "!henvendelse", "!pyyntö"),
        ("{number} is a request now.", "{number}", "{number}"),
        {"fyi": False},
        copied=True,
    ),
    "estimate": Row(
        ("!estimate 6:00 500", "!anslag 6:00 500", "!arvio 6:00 500"),
        ("The estimate", "nslag", "rvio"),
        {"waiting_for": "requester", "estimates": ANY},
    ),
    "help": Row(
        ("!help claim", "!hjelp ta", "!ohje ota"),
        ("!claim: take the ticket", "!ta: ta saken", "!ota: ota tapaus"),
        stays=True,
    ),
    # The last one: its undo leaves Kari away.
    "back": Row(("!back", "!tilbake", "!takaisin"), same(""), alone_before="!away until 2026-12-01", alone=True),
}


@pytest.fixture(scope="module", params=TONGUES)
def desk(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, _migrated_sqlite: Path, readers: Readers
) -> Iterator[tuple[House, str]]:
    """A desk whose agent Kari reads this language."""
    folder = tmp_path_factory.mktemp("commands") / "desk"
    with a_house(folder, _migrated_sqlite, readers, auth="dmarc", more=MORE) as house:
        house.configure('id = "kari"\n', f'id = "kari"\nlanguage = "{request.param}"\n')
        house.configure('alerts_agent = ["30/10m"]', 'alerts_agent = "off"\nreceipts_agent = "off"')
        house.configure('ack_domain = ["60/h"]', 'ack_domain = "off"')
        yield house, request.param


def test_every_word_has_its_row() -> None:
    """Those of requesters have their own tests; `!report` comes with the reports."""
    mine = {word.name for word in WORDS if "agent" in word.who}
    assert mine - set(ROWS) == {"report"} and set(ROWS) - mine == set()
    for row in ROWS.values():
        for asked, names in zip(row.asked, ("name", "nb", "fi"), strict=True):
            written = asked.split()[0].lstrip("!")
            word = BY_NAME[word_key(written)]
            assert written in (getattr(word, names) if names != "name" else (word.name,)), asked


@pytest.mark.parametrize("name", ROWS)
def test_a_command(desk: tuple[House, str], name: str) -> None:
    house, language = desk
    row, tongue, n = ROWS[name], TONGUES.index(language), next(_counter)
    ola = f"Ola <ola{n}@home{n}.example>"
    number, alert = _asked(house, f"Printer {n}", ola, copied=row.copied)
    other, _ = _asked(house, f"Scanner {n}", ola)
    held = _held(house, alert, n) if "{held}" in row.asked[tongue] else 0
    if row.before:
        house.mail(reply(alert, row.before, auth="pass"))
    if row.alone_before:
        house.mail(_order(row.alone_before))
    house.later(61)
    stood = _standing(house.ticket(number))
    asked = row.asked[tongue].format(other=other, n=n, held=held)
    out = house.mail(_order(asked) if row.alone else reply(alert, asked, auth="pass"))
    told = "\n".join(f"{mail['Subject']}\n{body(mail)}" for mail in to(out, "kari@"))
    after = _standing(house.ticket(number))
    different = {key: value for key, value in after.items() if stood[key] != value}
    assert {key: ANY if row.changes.get(key) is ANY else value for key, value in different.items()} == (row.changes)
    assert " ".join(row.receipt[tongue].format(number=number, other=other, n=n, held=held).split()) in " ".join(
        told.replace("\n::", " ").split()
    )

    undo = ("!undo", "!angre", "!peru")[tongue]
    last = to(out, "kari@")[-1]
    # Of a ticket that it opened, the answer to its receipt; of what is about no ticket, another mail without one.
    about = last if last["Reply-To"] else None if row.alone else alert
    [receipt] = to(house.mail(reply(about, undo, auth="pass") if about else _order(undo)), "kari@")
    nothing = ("nothing of yours to take back", "ingenting av deg å angre", "ei ole mitään peruttavaa")[tongue]
    assert (nothing in body(receipt)) is row.stays
    assert _standing(house.ticket(number)) == (after if row.stays else stood)
    left = [mail for mail in house.later(61) if "kari@" not in str(mail["To"]) and "per@" not in str(mail["To"])]
    assert left == [], "an undo stops what would have left"


def _asked(house: House, subject: str, author: str, *, copied: bool = False) -> tuple[str, EmailMessage]:
    """A requester asks, or only sends us a copy: the number and Kari's alert."""
    to_us, cc = ("Lise <lise@home.example>", DESK) if copied else (DESK, "")
    out = house.mail(letter(author, to_us, subject, f"About the {subject}: help.", cc=cc, auth="pass"))
    alert = next(one for one in to(out, "kari@") if subject in str(one["Subject"]))
    return number_in(alert), alert


def _order(text: str) -> str:
    """A mail to the plain address, about no ticket."""
    return letter(KARI, DESK, "Orders", text, auth="pass")


def _held(house: House, alert: EmailMessage, n: int) -> int:
    """A mail that waits for a decision: its author's domain says it is forged."""
    house.mail(letter(f"Eve <eve{n}@e.example>", str(alert["Reply-To"]), "Hei", f"Hei {n}", auth="fail (p=reject)"))
    assert house.became()[0] == "held"
    return int(house.last_mail().id)


def _standing(ticket: dict[str, Any]) -> dict[str, Any]:
    """What stands in a ticket: not what was taken back, and not how it came to be so."""
    kept = {key: value for key, value in ticket.items() if key not in ("history", "deadlines", "changed_at")}
    messages = [one for one in kept["messages"] if one["state"] != "undone"]
    return {**kept, "messages": [(one["role"], one["internal"], one["text"]) for one in messages]}
