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
    "none": ("ingen", "ei yhtään"),
    "{address} is our own address": ("{address} er vår egen adresse", "{address} on meidän oma osoitteemme"),
    "It goes with: {file}": ("Vedlegg: {file}", "Liite: {file}"),
    "there is no template “{name}”. Did you mean “{meant}”?": (
        "saksmalen «{name}» finnes ikke. Mente du «{meant}»?",
        "tapauspohjaa ”{name}” ei ole. Tarkoititko pohjaa ”{meant}”?",
    ),
    "there is no template “{name}” (there are: {names})": (
        "saksmalen «{name}» finnes ikke (disse finnes: {names})",
        "tapauspohjaa ”{name}” ei ole (nämä ovat: {names})",
    ),
    "a new ticket needs a title or words: what is it about?": (
        "en ny sak trenger en tittel eller litt tekst: hva gjelder den?",
        "uusi tapaus tarvitsee otsikon tai tekstiä: mistä on kyse?",
    ),
    "{command} twice in one mail: write two mails, one for each": (
        "{command} to ganger i én e-post: skriv to e-poster, én for hver",
        "{command} kahdesti samassa viestissä: kirjoita kaksi viestiä, kummallekin omansa",
    ),
    "{command} asks before the work begins, {ending} ends it: write one of them": (
        "{command} spør før arbeidet begynner, {ending} avslutter det: skriv én av dem",
        "{command} kysyy ennen työn alkua, {ending} päättää sen: kirjoita vain toinen",
    ),
    "A forwarded mail opens a ticket by itself: send it again without !new.": (
        "En videresendt e-post oppretter en sak av seg selv: send den igjen uten !ny.",
        "Edelleen lähetetty viesti avaa tapauksen itsestään: lähetä se uudelleen ilman komentoa !uusi.",
    ),
    "The call of {time} is kept as M{m} in {number}; the requester does not see it.": (
        "Samtalen på {time} er lagret som M{m} i {number}; innmelderen ser den ikke.",
        "Puhelu ({time}) on tallennettu viestinä M{m} tapaukseen {number}; asiakas ei näe sitä.",
    ),
}
