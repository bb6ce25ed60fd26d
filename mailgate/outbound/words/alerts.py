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
    "there is no property or field {key}; did you mean {meant}?": (
        "det finnes ingen egenskap eller felt {key}; mente du {meant}?",
        "ominaisuutta tai kenttää {key} ei ole; tarkoititko {meant}?",
    ),
    "there is no property or field {key} (there is: {known})": (
        "det finnes ingen egenskap eller felt {key} (det finnes: {known})",
        "ominaisuutta tai kenttää {key} ei ole (nämä ovat: {known})",
    ),
    "“{word}” holds no letter and no figure, so it stands nowhere": (
        "«{word}» har verken bokstav eller siffer, så det står ingen steder",
        "”{word}” ei sisällä kirjainta eikä numeroa, joten sitä ei löydy mistään",
    ),
    "That is too much at once: at most {count} words and properties": (
        "Det er for mye på én gang: høyst {count} ord og egenskaper",
        "Liikaa kerralla: enintään {count} sanaa ja ominaisuutta",
    ),
    # alerts
    "There is more than one topic in it. To part them:": (
        "Det står om mer enn én ting. Slik deler du saken:",
        "Viestissä on useampi kuin yksi asia. Näin jaat tapauksen:",
    ),
    '!split "{title}"': ('!del "{title}"', '!jaa "{title}"'),
    "{number} {title}": ("{number} {title}", "{number} {title}"),
    "{number} {title}, {status}": ("{number} {title}, {status}", "{number} {title}, {status}"),
    "= {solution}": ("= {solution}", "= {solution}"),
    "{name}, of the same organisation, wrote lately:": (
        "{name}, fra samme organisasjon, skrev nylig:",
        "{name}, samasta organisaatiosta, kirjoitti hiljattain:",
    ),
    "If it is the same thing: !merge {number} or !link {number}": (
        "Hvis det er det samme: !flett {number} eller !koble {number}",
        "Jos asia on sama: !yhdistä {number} tai !linkitä {number}",
    ),
}
