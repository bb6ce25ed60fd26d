"""What the desk says to requesters about how their case goes on. English: (Norwegian bokmål, Finnish)."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    # ---- at the foot of a mail to a requester
    "Yes, it is solved": ("Saken er løst", "Kyllä, asia on kunnossa"),
    "Close the case": ("Lukk saken", "Sulje tapaus"),
    "How does it stand?": ("Hvordan står det til med saken?", "Missä vaiheessa tapaus on?"),
    "Please treat it as a request": ("Behandle den som en henvendelse", "Käsitelkää se pyyntönä"),
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
