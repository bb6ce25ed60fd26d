"""What the desk says about types, fields, categories and estimates. English: (Norwegian bokmål, Finnish)."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "Type of {number} is {value} now.": (
        "Typen til {number} er nå {value}.",
        "Tapauksen {number} tyyppi on nyt {value}.",
    ),
    "Category of {number} is {value} now.": (
        "Kategorien til {number} er nå {value}.",
        "Tapauksen {number} kategoria on nyt {value}.",
    ),
    "{key} of {number} is {value} now.": (
        "{key} i {number} er nå {value}.",
        "{key} on nyt {value} (tapaus {number}).",
    ),
    "{key} of {number} is cleared.": ("{key} i {number} er tømt.", "{key} on tyhjennetty (tapaus {number})."),
    "{number} has no {key} that could be cleared": (
        "{number} har ingen {key} som kan tømmes",
        "tapauksessa {number} ei ole tyhjennettävää kenttää {key}",
    ),
    "no type “{text}”{nearest} (there are: {there})": (
        "det finnes ingen type «{text}»{nearest} (typene er: {there})",
        "tyyppiä ”{text}” ei ole{nearest} (tyypit: {there})",
    ),
    "no category “{text}”{nearest} (there are: {there})": (
        "det finnes ingen kategori «{text}»{nearest} (kategoriene er: {there})",
        "kategoriaa ”{text}” ei ole{nearest} (kategoriat: {there})",
    ),
    ", did you mean {meant}?": (", mente du {meant}?", ", tarkoititko {meant}?"),
    "“{text}” is no name of a field: letters, figures and _ only": (
        "«{text}» er ikke et feltnavn: bare bokstaver, tall og _",
        "”{text}” ei ole kentän nimi: vain kirjaimia, numeroita ja _",
    ),
    "that is too long for a field; write it as a note": (
        "det er for langt for et felt; skriv det som et notat",
        "se on liian pitkä kenttään; kirjoita se muistiinpanoksi",
    ),
    "Still missing: {missing}": ("Mangler fortsatt: {missing}", "Puuttuu vielä: {missing}"),
    "Its words fit several categories. Choose one: {ready}": (
        "Ordene passer til flere kategorier. Velg én: {ready}",
        "Sanat sopivat useaan kategoriaan. Valitse yksi: {ready}",
    ),
}
