"""What the desk says to requesters about how their case goes on. English: (Norwegian bokmål, Finnish)."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    # ---- at the foot of a mail to a requester
    "Yes, it is solved": ("Saken er løst", "Kyllä, asia on kunnossa"),
    "Close the case": ("Lukk saken", "Sulje tapaus"),
    "How does it stand?": ("Hvordan står det til med saken?", "Missä vaiheessa tapaus on?"),
    "Please treat it as a request": ("Behandle den som en henvendelse", "Käsitelkää se pyyntönä"),
    # ---- how it stands
    "{who} asked how it stands": ("{who} spurte hvordan det står til", "{who} kysyi, missä vaiheessa tapaus on"),
    "our turn": ("vår tur", "meidän vuoromme"),
    "waiting for somebody else": ("venter på andre", "odottaa muita"),
    "You hear from us by {when}.": ("Du hører fra oss senest {when}.", "Kuulet meistä viimeistään {when}."),
    "You could still tell us: {missing}": (
        "Du kan fortsatt fortelle oss: {missing}",
        "Voit vielä kertoa meille: {missing}",
    ),
    "It closes by itself on {day}, unless you write again.": (
        "Den lukkes av seg selv {day}, hvis du ikke skriver igjen.",
        "Se suljetaan automaattisesti {day}, ellet kirjoita uudelleen.",
    ),
    # ---- mail that did not arrive
    "{told} The largest mail that is taken there: {size}.": (
        "{told} Den største e-posten som tas imot der: {size}.",
        "{told} Suurin siellä vastaanotettava viesti: {size}.",
    ),
    "Alerts still go there; they stop when it fails three times in three days.": (
        "Varsler sendes fortsatt dit; de stopper når det feiler tre ganger på tre dager.",
        "Ilmoituksia lähetetään sinne yhä; ne loppuvat, kun lähetys epäonnistuu kolmesti kolmessa päivässä.",
    ),
    "Alerts still go there: the server refuses our mail, the address is not dead.": (
        "Varsler sendes fortsatt dit: Serveren avviser e-posten vår, adressen er ikke død.",
        "Ilmoituksia lähetetään sinne yhä: palvelin torjuu viestimme, osoite itsessään toimii.",
    ),
    # ---- how it was
    "5 – very good": ("5 – svært bra", "5 – erittäin hyvin"),
    "4 – good": ("4 – bra", "4 – hyvin"),
    "3 – neither good nor bad": ("3 – verken bra eller dårlig", "3 – siltä väliltä"),
    "2 – poor": ("2 – dårlig", "2 – huonosti"),
    "1 – very poor": ("1 – svært dårlig", "1 – erittäin huonosti"),
    "{score} of 5": ("{score} av 5", "{score}/5"),
    "The case stays closed. To take it up again: !reopen": (
        "Saken forblir lukket. For å ta den opp igjen: !gjenåpne",
        "Tapaus pysyy suljettuna. Jos haluat avata sen uudelleen: !avaa",
    ),
    # ---- completing
    "write what was done first: !resolution, the words on lines of their own, !end, and then !done": (
        "skriv først hva som ble gjort: !løsning, teksten på egne linjer, !slutt, og så !ferdig",
        "kirjoita ensin, mitä tehtiin: !ratkaisu, teksti omille riveilleen, !loppu ja sitten !valmis",
    ),
}
