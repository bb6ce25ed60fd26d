"""What the desk says about what is taken back or has to be confirmed. English: (Norwegian bokmål, Finnish)."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "there is nothing of yours to take back": (
        "det er ingenting av deg å angre",
        "sinulla ei ole mitään peruttavaa",
    ),
    "that was changed again since ({what}), so it stays": (
        "det er endret igjen siden ({what}), så det blir stående",
        "sitä on muutettu sen jälkeen ({what}), joten se jää voimaan",
    ),
    "{name} has changed that since ({what}), so it stays": (
        "{name} har endret det siden ({what}), så det blir stående",
        "{name} on muuttanut sitä sen jälkeen ({what}), joten se jää voimaan",
    ),
    "{why}. Before that you asked for {commands}; another undo takes that back": (
        "{why}. Før det ba du om {commands}; angrer du en gang til, angres det",
        "{why}. Sitä ennen pyysit: {commands}. Toinen peruutus peruu sen",
    ),
    "Put back: {what}": ("Satt tilbake: {what}", "Palautettu ennalleen: {what}"),
    "Not put back, because {name} has changed it since: {what}": (
        "Ikke satt tilbake, fordi {name} har endret det siden: {what}",
        "Ei palautettu, koska {name} on muuttanut sitä sen jälkeen: {what}",
    ),
    "Not put back, because it was changed since: {what}": (
        "Ikke satt tilbake, fordi det er endret siden: {what}",
        "Ei palautettu, koska sitä on muutettu sen jälkeen: {what}",
    ),
    "who has it": ("hvem som har saken", "käsittelijä"),
    "the status": ("statusen", "tila"),
    "what it waits for": ("hva den venter på", "mitä tapaus odottaa"),
    "the priority": ("prioriteten", "kiireellisyys"),
    "the title": ("tittelen", "otsikko"),
    "the type": ("typen", "tyyppi"),
    "the category": ("kategorien", "luokka"),
    "the queue": ("køen", "jono"),
    "the resolution": ("løsningen", "ratkaisu"),
    "the deadline": ("fristen", "määräaika"),
    "the organisation": ("organisasjonen", "organisaatio"),
    "the project": ("prosjektet", "projekti"),
    "the contact": ("kontakten", "yhteyshenkilö"),
    "who takes part": ("hvem som er med", "osallistujat"),
    "the message": ("meldingen", "viesti"),
    "the task": ("oppgaven", "tehtävä"),
    "the reminder": ("påminnelsen", "muistutus"),
    "the tags": ("merkelappene", "tunnisteet"),
    "the fields": ("feltene", "kentät"),
    "the estimate": ("anslaget", "arvio"),
    "the links": ("koblingene", "linkitykset"),
    "something else": ("noe annet", "jotain muuta"),
    "somebody has written since, so it stays": (
        "noen har skrevet siden, så det blir stående",
        "joku on kirjoittanut sen jälkeen, joten se jää voimaan",
    ),
    "To take this back, answer with: {command}": (
        "For å angre dette, svar med: {command}",
        "Jos haluat perua tämän, vastaa: {command}",
    ),
    "{address} takes part since, by {name}: your answer would reach him too": (
        "{address} er tatt med siden, av {name}: svaret ditt ville også gått dit",
        "{address} on nyt mukana (lisääjä: {name}): vastauksesi menisi myös sinne",
    ),
    "{address} takes part no more, by {name}: your answer would not reach him": (
        "{address} er ikke lenger med ({name} endret det): svaret ditt ville ikke gått dit",
        "{address} ei ole enää mukana (poistaja: {name}): vastauksesi ei menisi sinne",
    ),
    "Answer M{m}, which waits, leaves without {addresses}.": (
        "Svaret M{m}, som venter, sendes uten {addresses}.",
        "Odottava vastaus M{m} lähtee ilman vastaanottajaa {addresses}.",
    ),
    "Answer M{m} is not sent: {address} takes part in {number} no more.": (
        "Svaret M{m} blir ikke sendt: {address} er ikke lenger med i {number}.",
        "Vastausta M{m} ei lähetetä: {address} ei ole enää mukana tapauksessa {number}.",
    ),
    "Taken back: {command}": ("Angret: {command}", "Peruttu: {command}"),
    "Told already, which cannot be taken back: {addresses}": (
        "Allerede varslet, og det kan ikke angres: {addresses}",
        "Ilmoitus on jo lähtenyt, eikä sitä voi perua: {addresses}",
    ),
    "Note M{m} was taken back.": ("Notatet M{m} er trukket tilbake.", "Muistiinpano M{m} on peruttu."),
    "{command} needs a ticket: write it in an answer to a mail about one": (
        "{command} trenger en sak: skriv det i et svar på en e-post om saken",
        "{command} tarvitsee tapauksen: kirjoita se vastauksena tapausta koskevaan viestiin",
    ),
    "Nothing waits for this confirmation any more.": (
        "Det er ingenting igjen å bekrefte her.",
        "Tätä vahvistusta ei enää odoteta.",
    ),
    "The confirmation came too late, so nothing was done. Send your mail again.": (
        "Bekreftelsen kom etter fristen, så ingenting ble utført. Skriv e-posten på nytt.",
        "Vahvistus tuli liian myöhään, joten mitään ei tehty. Kirjoita viestisi uudelleen.",
    ),
    "That was no ok, so nothing was done. To do it after all, send your mail again.": (
        "Det var ikke noe ok, så ingenting ble utført. Skriv e-posten på nytt hvis det likevel skal gjøres.",
        "Vastaus ei ollut ok, joten mitään ei tehty. Jos se pitää silti tehdä, kirjoita viestisi uudelleen.",
    ),
}
