"""What the desk says about who has which ticket. English: (Norwegian bokmål, Finnish)."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "{name} does not work in the private queue {queue}": (
        "{name} arbeider ikke i den private køen {queue}",
        "{name} ei kuulu yksityiseen jonoon {queue}",
    ),
    "You do not work in the private queue {queue}: a ticket can be opened there, and nothing else done to it": (
        "Du arbeider ikke i den private køen {queue}: der kan du opprette en sak, men ikke gjøre noe mer med den",
        "Et kuulu yksityiseen jonoon {queue}: voit avata sinne tapauksen, mutta et tehdä sille muuta",
    ),
    "{name} is asked; the answer comes to you as a note.": (
        "{name} er spurt; svaret kommer til deg som et notat.",
        "Kysymys lähti, vastaaja: {name}. Vastaus tulee sinulle muistiinpanona.",
    ),
    "that is you yourself": (
        "det er jo deg selv",
        "se olet sinä itse",
    ),
    "{name} is away until {until}.": (
        "{name} er borte til {until}.",
        "{name} on poissa, paluu: {until}.",
    ),
    "{name} is away until {until}": (
        "{name} er borte til {until}",
        "{name} on poissa, paluu: {until}",
    ),
    "nobody can stand in for himself": (
        "ingen kan være sin egen vikar",
        "kukaan ei voi olla oma sijaisensa",
    ),
    "You are away until {until}; new cases go to others.": (
        "Du er borte til {until}; nye saker går til andre.",
        "Olet poissa, paluu: {until}. Uudet tapaukset menevät muille.",
    ),
    "Your cases stay yours; what comes in them is told to your colleagues.": (
        "Sakene dine er fortsatt dine; kollegene dine får beskjed om det som kommer i dem.",
        "Tapauksesi pysyvät sinulla; niihin tulevista viesteistä ilmoitetaan kollegoillesi.",
    ),
    "{name} has your cases until you are here again: {count}.": (
        "{name} har sakene dine til du er tilbake: {count}.",
        "Tapauksiasi hoitaa paluuseesi asti {name}, määrä: {count}.",
    ),
    "You stand in for {name} until {until}, and have these cases meanwhile.": (
        "Du er vikar for {name} til {until} og har disse sakene imens.",
        "Sijaistat toista käsittelijää: {name}, paluu: {until}. Sen ajan nämä tapaukset ovat sinulla.",
    ),
    "you are not away": (
        "du er ikke meldt borte",
        "et ole merkitty poissaolevaksi",
    ),
    "Welcome back: new cases and alerts come to you again.": (
        "Velkommen tilbake! Nye saker og varsler kommer til deg igjen.",
        "Tervetuloa takaisin! Uudet tapaukset ja ilmoitukset tulevat taas sinulle.",
    ),
    "You are here again: new cases and alerts come to you.": (
        "Du er tilbake: Nye saker og varsler kommer til deg.",
        "Olet taas paikalla: uudet tapaukset ja ilmoitukset tulevat sinulle.",
    ),
    "{name} is here again, and has these cases back.": (
        "{name} er tilbake og har fått igjen disse sakene.",
        "{name} on palannut ja saa nämä tapaukset takaisin.",
    ),
    "{name} has them already": (
        "{name} har dem allerede",
        "ne ovat jo käsittelijällä {name}",
    ),
    "{name} has no open cases": (
        "{name} har ingen åpne saker",
        "ei avoimia tapauksia: {name}",
    ),
    "{name} may see none of these cases": (
        "{name} har ikke tilgang til noen av disse sakene",
        "{name} ei saa nähdä yhtäkään näistä tapauksista",
    ),
    "Cases that {name} has from {former} now: {count}.": (
        "Saker som {name} nå har fått fra {former}: {count}.",
        "Tapauksia siirretty: {count}. Edellinen käsittelijä: {former}, uusi: {name}.",
    ),
    "These cases of {former} are yours now, by {who}.": (
        "Disse sakene fra {former} er nå dine, tildelt av {who}.",
        "Nämä tapaukset ovat nyt sinun. Edellinen käsittelijä: {former}, siirtäjä: {who}.",
    ),
    "These cases of yours are with {name} now, by {who}.": (
        "Disse sakene dine er nå hos {name}, flyttet av {who}.",
        "Nämä tapauksesi ovat nyt toisella: {name}, siirtäjä: {who}.",
    ),
    "Not given to {name}, who may not see them: {numbers}": (
        "Ikke gitt til {name}, som ikke har tilgang til dem: {numbers}",
        "Siirtämättä jäi, koska {name} ei saa nähdä niitä: {numbers}",
    ),
    "{name}, who has this case, is away until {until}.": (
        "{name}, som har saken, er borte til {until}.",
        "Tapauksen käsittelijä {name} on poissa, paluu: {until}.",
    ),
    "{name} helped this person last: !assign {id}": (
        "{name} hjalp denne personen sist: !tildel {id}",
        "Lähettäjää auttoi viimeksi {name}: !siirrä {id}",
    ),
    "and {count} more": (
        "og {count} til",
        "ja {count} muuta",
    ),
}
