"""What the desk says about merged, split, linked and forwarded tickets. English: (Norwegian bokmål, Finnish)."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "M{m} was written to somebody else, so it does not leave again": (
        "M{m} var skrevet til en annen, og blir derfor ikke sendt på nytt",
        "M{m} oli kirjoitettu toiselle, joten sitä ei lähetetä uudelleen",
    ),
    "merged": ("flettet", "yhdistetty"),
    "{number} is this ticket itself": ("{number} er denne saken selv", "{number} on tämä tapaus itse"),
    "{other} is {status}; reopen it first, or what is left to do is lost in it": (
        "{other} er {status}; gjenåpne den først, ellers blir det som gjenstår, borte i den",
        "{other} on {status}; avaa se ensin uudelleen, muuten keskeneräiset asiat katoavat siihen",
    ),
    "more than {most} tickets would be merged in a row; merge them into the last one": (
        "det ville blitt mer enn {most} saker flettet på rad; flett dem inn i den siste",
        "peräkkäin yhdistettyjä tapauksia tulisi yli {most}; yhdistä ne viimeiseen",
    ),
    "{other} is another requester's: your words would go to {address}, so write them in another mail": (
        "{other} har en annen innmelder, så teksten din ville gått til {address}: skriv den i en egen e-post",
        "{other} on toisen asiakkaan tapaus. Teksti lähtisi osoitteeseen {address}: kirjoita se omaan viestiinsä",
    ),
    "{number} is in a private queue, and more people read {other}": (
        "{number} ligger i en privat kø, og flere leser {other}",
        "{number} on yksityisessä jonossa, ja useampi lukee tapausta {other}",
    ),
    "{other} was merged into it: {title}": (
        "{other} er flettet inn i den: {title}",
        "Siihen on yhdistetty {other}: {title}",
    ),
    "{number} goes into {other} and is closed.": (
        "{number} er flettet inn i {other} og lukket.",
        "{number} on yhdistetty tapaukseen {other} ja suljettu.",
    ),
    "{other} is “{title}”, from {who}.": (
        "{other} er «{title}», fra {who}.",
        "{other} on ”{title}”, asiakas {who}.",
    ),
    "Its messages are M{first} to M{last} there.": (
        "Meldingene derfra er M{first} til M{last} der.",
        "Sen viestit ovat siellä M{first}–M{last}.",
    ),
    "{address} is told the number to use.": (
        "{address} får vite hvilket nummer som gjelder.",
        "Uusi numero ilmoitetaan: {address}.",
    ),
    "{address} is not the requester of {other}: what he wrote is kept inside there, and he gets no copies. "
    "To let him take part: !accept {address}": (
        "{address} er ikke innmelder i {other}: Det som er skrevet derfra, blir værende internt der, og det går "
        "ingen kopier dit. For å la vedkommende delta: !godta {address}",
        "{address} ei ole tapauksen {other} asiakas: hänen viestinsä jäävät siellä sisäisiksi, eikä hän saa "
        "kopioita. Jos hän saa osallistua: !hyväksy {address}",
    ),
    "the author of M{m} is unknown, so nobody could be answered": (
        "avsenderen av M{m} er ukjent, så ingen kunne fått svar",
        "viestin M{m} lähettäjä on tuntematon, joten kenellekään ei voisi vastata",
    ),
    "nobody outside wrote in {number} yet: name a message, like m3": (
        "ingen utenfra har skrevet i {number} ennå: oppgi en melding, for eksempel m3",
        "tapaukseen {number} ei ole vielä kirjoitettu ulkopuolelta: anna viesti, esimerkiksi m3",
    ),
    "there is no M{m} in {number}": ("{number} har ingen M{m}", "viestiä M{m} ei ole, tapaus {number}"),
    "M{m} is no message of a requester": (
        "M{m} er ikke skrevet av en innmelder",
        "viesti M{m} ei ole asiakkaan kirjoittama",
    ),
    "{what} goes to {address}; his answer comes to you, not to the requester.": (
        "{what} går til {address}; svaret kommer til deg, ikke til innmelderen.",
        "{what} lähetetään osoitteeseen {address}. Vastaus tulee sinulle, ei asiakkaalle.",
    ),
    "Not sent: {files}, which an agent brought; it names the house.": (
        "Ikke sendt: {files}, som en saksbehandler la ved; der står det noe om huset.",
        "Ei lähetetty: {files}, jonka käsittelijä toi; siinä on talon omia tietoja.",
    ),
    "M{m} says that already": ("M{m} sier det allerede", "viestissä M{m} lukee jo niin"),
    "M{m} has left already, so it stays as it was sent; your words stand beside it as the correction.": (
        "M{m} er allerede sendt, så den blir stående slik; teksten din står ved siden av som rettelse.",
        "M{m} on jo lähtenyt, joten se jää ennalleen. Tekstisi näkyy sen rinnalla korjauksena.",
    ),
    "M{m} is corrected, and leaves with the new words.": (
        "M{m} er rettet, og blir sendt med den nye teksten.",
        "M{m} on korjattu ja lähtee uudella tekstillä.",
    ),
    "M{m} is corrected; the words it had are kept.": (
        "M{m} er rettet; den gamle teksten er tatt vare på.",
        "M{m} on korjattu; entinen teksti on tallessa.",
    ),
    "M{m} was written outside and stays as it came": (
        "M{m} er skrevet utenfor huset og blir stående slik den kom",
        "M{m} on kirjoitettu talon ulkopuolella ja jää ennalleen",
    ),
    "M{m} was taken back": ("M{m} er trukket tilbake", "M{m} on peruttu"),
    "Corrected {when}:": ("Rettet {when}:", "Korjattu {when}:"),
    "{who} parted it from {old} again": ("{who} skilte den fra {old} igjen", "{who} erotti sen taas: {old}"),
    "{who} merged it into {new}": ("{who} flettet den inn i {new}", "{who} yhdisti sen tapaukseen {new}"),
    "{who} showed it to somebody outside: {new}": (
        "{who} videresendte til noen utenfor: {new}",
        "{who} välitti ulkopuoliselle: {new}",
    ),
    "{who} corrected {old}": ("{who} rettet {old}", "{who} korjasi: {old}"),
    "words alone": ("Bare teksten", "Pelkkä teksti"),
    "Your words to {address} are kept as M{m}.": (
        "Teksten din til {address} er lagret som M{m}.",
        "Tekstisi vastaanottajalle {address} on tallennettu: M{m}.",
    ),
    "{address} is our own address": ("{address} er vår egen adresse", "{address} on oma osoitteemme"),
    "{name} is an agent: !ask {id}": ("{name} er saksbehandler: !spør {id}", "{name} on käsittelijä: !kysy {id}"),
    "{address} takes part in {number}: answer with !reply": (
        "{address} deltar i {number}: svar med !svar",
        "{address} osallistuu tapaukseen {number}: vastaa komennolla !vastaa",
    ),
    "M{m} of {number} is none that may leave the house": (
        "{number} har ingen M{m} som kan sendes ut av huset",
        "tapauksen {number} viestiä M{m} ei voi lähettää talon ulkopuolelle",
    ),
    "there is nothing to forward": ("det er ingenting å videresende", "ei ole mitään välitettävää"),
    "the files have {size} MB, and {most} MB are taken by most servers: name fewer messages": (
        "filene er på {size} MB, og de fleste tjenere tar imot {most} MB: oppgi færre meldinger",
        "tiedostot ovat {size} Mt, ja useimmat palvelimet ottavat vastaan {most} Mt: valitse vähemmän viestejä",
    ),
    "To answer: !forward {address}, and your words below it. The requester sees nothing of it.": (
        "Svar med: !videresend {address}, og teksten din under. Innmelderen ser ikke noe av det.",
        "Vastaa näin: !välitä {address} ja tekstisi sen alle. Asiakas ei näe siitä mitään.",
    ),
    "these messages are of several people: split them one by one": (
        "disse meldingene er fra flere personer: del dem én etter én",
        "nämä viestit ovat useammalta henkilöltä: jaa ne yksi kerrallaan",
    ),
}
