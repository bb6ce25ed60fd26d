"""What the desk says about prepared answers, templates and calls. English: (Norwegian bokmål, Finnish)."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "Prepared answer “{name}”.": ("Svarmal «{name}».", "Vakiovastaus ”{name}”."),
    "Prepared answer “{name}”, with {files}.": (
        "Svarmal «{name}», med vedlegg: {files}.",
        "Vakiovastaus ”{name}”, liitteenä {files}.",
    ),
    "“{name}” needs a value for {value}: {example}": (
        "«{name}» trenger en verdi for {value}: {example}",
        "Vakiovastaus ”{name}” tarvitsee arvon kohtaan {value}: {example}",
    ),
    "the prepared answer “{name}” is broken (line {line}: {message}); tell your operator": (
        "svarmalen «{name}» er ødelagt (linje {line}: {message}); si fra til den som drifter systemet",
        "vakiovastaus ”{name}” on rikki (rivi {line}: {message}); kerro järjestelmän ylläpitäjälle",
    ),
    "there is no prepared answer “{name}”. Did you mean “{meant}”?": (
        "svarmalen «{name}» finnes ikke. Mente du «{meant}»?",
        "vakiovastausta ”{name}” ei ole. Tarkoititko vakiovastausta ”{meant}”?",
    ),
    "there is no prepared answer “{name}”; !canned ? shows which there are": (
        "svarmalen «{name}» finnes ikke; !svarmal ? viser hvilke vi har",
        "vakiovastausta ”{name}” ei ole; !vakiovastaus ? näyttää, mitä on valmiina",
    ),
    "It is written in “{language}”; the requester's language is “{wanted}”.": (
        "Den er skrevet på «{language}»; innmelderens språk er «{wanted}».",
        "Sen kieli on ”{language}”, mutta asiakkaan kieli on ”{wanted}”.",
    ),
    "There are no prepared answers.": ("Det finnes ingen svarmaler.", "Vakiovastauksia ei ole."),
    "“{name}” would say:": ("«{name}» ville ha sagt:", "”{name}” kuuluisi näin:"),
    "It goes with: {file}": ("Vedlegg: {file}", "Liite: {file}"),
}
