"""What the desk says to requesters about how their case goes on. English: (Norwegian bokmål, Finnish)."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    # ---- at the foot of a mail to a requester
    "Yes, it is solved": ("Saken er løst", "Kyllä, asia on kunnossa"),
    "Close the case": ("Lukk saken", "Sulje tapaus"),
    "How does it stand?": ("Hvordan står det til med saken?", "Missä vaiheessa tapaus on?"),
    "Please treat it as a request": ("Behandle den som en henvendelse", "Käsitelkää se pyyntönä"),
    # ---- completing
    "write what was done first: !resolution, the words on lines of their own, !end, and then !done": (
        "skriv først hva som ble gjort: !løsning, teksten på egne linjer, !slutt, og så !ferdig",
        "kirjoita ensin, mitä tehtiin: !ratkaisu, teksti omille riveilleen, !loppu ja sitten !valmis",
    ),
}
