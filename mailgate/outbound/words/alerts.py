"""What the desk says in alerts and hints, and about their settings. English: (Norwegian bokmål, Finnish)."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    # what is wrong with a filter
    "{key}: say what it should be, as in {example}": (
        "{key}: si hva det skal være, som i {example}",
        "{key}: kerro arvo, esimerkiksi {example}",
    ),
    "{key}:{value} is not known; say {known}": (
        "{key}:{value} er ukjent; skriv {known}",
        "{key}:{value} on tuntematon; kirjoita {known}",
    ),
    "That is too much at once: at most {count} words and properties": (
        "Det er for mye på én gang: høyst {count} ord og egenskaper",
        "Liikaa kerralla: enintään {count} sanaa ja ominaisuutta",
    ),
}
