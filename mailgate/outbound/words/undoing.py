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
    "somebody has written since, so it stays": (
        "noen har skrevet siden, så det blir stående",
        "joku on kirjoittanut sen jälkeen, joten se jää voimaan",
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
