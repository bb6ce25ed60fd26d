"""What the operators are told, in the languages beside English: the alarms' names, headlines and lines. English:
(Norwegian bokmål, Finnish)."""

from __future__ import annotations

# As they stand when an alarm is over; the name itself is for the log and for searching.
_NAMES = {
    "acknowledgements": ("for mange mottaksbekreftelser", "liikaa vastaanottoilmoituksia"),
    "agent unreachable": ("en saksbehandler kan ikke nås", "käsittelijää ei tavoiteta"),
    "breaker equal bodies": ("samme tekst gang på gang", "sama teksti toistuvasti"),
    "breaker new tickets": ("for mange nye saker", "liian monta uutta tapausta"),
    "complaint": ("klage på e-posten vår", "valitus viestistämme"),
    "foreign agent token": ("svaradresse brukt av noen andre", "vastausosoitetta käytti joku muu"),
    "forged tokens": ("forfalskede svaradresser", "väärennetyt vastausosoitteet"),
    "mail from ourselves": ("vår egen e-post kommer tilbake", "omat viestimme palaavat"),
    "mail refused by policy": ("e-posten vår blir avvist", "viestimme torjutaan"),
    "mail set aside": ("e-post lagt til side", "viesti siirretty sivuun"),
    "mailbox mail failing": ("en e-post kan ikke hentes", "yhtä viestiä ei voida hakea"),
    "mailbox renumbered": ("nye numre i postkassen", "postilaatikko numeroitu uudelleen"),
    "mailbox unreachable": ("postkassen kan ikke hentes", "postilaatikkoa ei tavoiteta"),
    "reopened too often": ("åpnet igjen for ofte", "avattu uudelleen liian usein"),
    "template": ("en mal virker ikke", "viestipohja ei toimi"),
    "unproven bounce": ("ubekreftet returmelding", "varmentamaton palautusviesti"),
}

WORDS: dict[str, tuple[str, str]] = {
    **_NAMES,
    "It has been quiet for half an hour; nothing needs to be done.": (
        "Det har vært stille i en halv time; du trenger ikke å gjøre noe.",
        "Puoleen tuntiin ei ole tapahtunut mitään. Toimia ei tarvita.",
    ),
    "An agent's answer address was used by somebody else": (
        "En saksbehandlers svaradresse er brukt av noen andre",
        "Joku muu on käyttänyt käsittelijän vastausosoitetta",
    ),
    "The mail is held: `mailgate spool held`. Its author: {author}.": (
        "E-posten holdes tilbake: `mailgate spool held`. Avsender: {author}.",
        "Viesti on pidätetty: `mailgate spool held`. Lähettäjä: {author}.",
    ),
    "A bounce says that {whom} cannot be reached, without anything of ours in it": (
        "En returmelding sier at {whom} ikke kan nås, men inneholder ingenting fra oss",
        "Palautusviesti kertoo, ettei viesti mene perille, mutta siinä ei ole mitään meiltä. Vastaanottaja: {whom}",
    ),
    "It may be forged. If it is true, release it: `mailgate spool held`.": (
        "Den kan være forfalsket. Stemmer den, slipp den gjennom: `mailgate spool held`.",
        "Se voi olla väärennetty. Jos se pitää paikkansa, päästä se läpi: `mailgate spool held`.",
    ),
    "a server": ("en server", "palvelin"),
    "{domain} refuses our mail: {reason}": (
        "{domain} avviser e-posten vår: {reason}",
        "{domain} torjuu viestimme: {reason}",
    ),
    "Mail to agent {agent} does not arrive: {reason}": (
        "E-post til saksbehandleren {agent} kommer ikke fram: {reason}",
        "Viestit eivät mene perille, käsittelijä {agent}: {reason}",
    ),
    "Alerts to this address stop until it is mended.": (
        "Varsler til denne adressen er stanset til feilen er rettet.",
        "Ilmoitukset tähän osoitteeseen on keskeytetty, kunnes vika on korjattu.",
    ),
    "Somebody reported our mail as unwanted": (
        "Noen har meldt e-posten vår som uønsket",
        "Joku on ilmoittanut viestimme ei-toivotuksi",
    ),
    "Ticket: {number}. The report: `mailgate spool in`.": (
        "Sak: {number}. Rapporten: `mailgate spool in`.",
        "Tapaus: {number}. Ilmoitus: `mailgate spool in`.",
    ),
    "The template {file} fails": ("Malen {file} virker ikke", "Viestipohja {file} ei toimi"),
    "The shipped one is used until it is mended.": (
        "Den medfølgende malen brukes til feilen er rettet.",
        "Mukana tullutta pohjaa käytetään, kunnes vika on korjattu.",
    ),
    "Mails with forged answer addresses arrive again and again": (
        "Det kommer stadig e-poster med forfalskede svaradresser",
        "Viestejä väärennettyihin vastausosoitteisiin tulee toistuvasti",
    ),
    "{count} or more within an hour, the last one from {author}. They gave no access.": (
        "{count} eller flere på en time, den siste fra {author}. De ga ingen tilgang.",
        "Vähintään {count} tunnin aikana. Viimeisimmän lähettäjä: {author}. Ne eivät antaneet pääsyä mihinkään.",
    ),
    "Our own mail comes back to us again and again": (
        "Vår egen e-post kommer stadig tilbake til oss",
        "Omat viestimme palaavat meille toistuvasti",
    ),
    "Look for a forwarding rule that sends the desk's mail to the desk.": (
        "Se etter en regel som videresender e-posten vår til oss selv.",
        "Etsi sääntö, joka välittää viestimme takaisin meille.",
    ),
    "{number} is reopened by mail again and again": (
        "{number} blir stadig åpnet igjen på e-post",
        "Tapaus {number} avataan toistuvasti uudelleen sähköpostilla",
    ),
    "It stays as it is now. Two robots may be talking to each other.": (
        "Saken blir stående som den er nå. Kanskje er det to roboter som skriver til hverandre.",
        "Tapaus jää nykyiseen tilaansa. Kaksi robottia saattaa kirjoittaa toisilleen.",
    ),
    "{address} opens more tickets than allowed": (
        "{address} åpner flere saker enn tillatt",
        "Samasta osoitteesta tulee liian monta uutta tapausta: {address}",
    ),
    "{address} sends the same text again and again": (
        "{address} sender samme tekst gang på gang",
        "Samasta osoitteesta tulee sama teksti toistuvasti: {address}",
    ),
    "Further ones are held: `mailgate spool held`.": (
        "De neste holdes tilbake: `mailgate spool held`.",
        "Seuraavat pidätetään: `mailgate spool held`.",
    ),
    "Acknowledgements are stopped: the desk has sent too many": (
        "Mottaksbekreftelsene er stanset: det er sendt for mange",
        "Vastaanottoilmoitukset on keskeytetty: niitä on lähetetty liikaa",
    ),
    "Limit: {limit}. Tickets are opened as always; acknowledgements begin again by themselves.": (
        "Grense: {limit}. Saker åpnes som vanlig; bekreftelsene starter igjen av seg selv.",
        "Raja: {limit}. Tapauksia avataan normaalisti, ja ilmoitukset alkavat itsestään uudelleen.",
    ),
    "{name} {count} in {period}": ("{name} {count} på {period}", "{name} {count} / {period}"),
    "the whole desk": ("i alt", "yhteensä"),
    "A mail could not be made a ticket and is set aside": (
        "En e-post kunne ikke gjøres til en sak og er lagt til side",
        "Viestistä ei voitu tehdä tapausta, ja se on siirretty sivuun",
    ),
    "See `mailgate spool aside`; once the fault is mended: `mailgate retry --in ID`.": (
        "Se `mailgate spool aside`; når feilen er rettet: `mailgate retry --in ID`.",
        "Katso `mailgate spool aside`. Kun vika on korjattu: `mailgate retry --in ID`.",
    ),
    "The mailbox {mailbox} cannot be fetched": (
        "Postkassen {mailbox} kan ikke hentes",
        "Postilaatikkoa {mailbox} ei tavoiteta",
    ),
    "It is tried again by itself. `mailgate check --connect` says what the server answers.": (
        "Vi prøver igjen av oss selv. `mailgate check --connect` viser hva serveren svarer.",
        "Sitä yritetään itsestään uudelleen. `mailgate check --connect` näyttää, mitä palvelin vastaa.",
    ),
    "Last looked through: {when} UTC.": ("Sist gjennomgått: {when} UTC.", "Käyty viimeksi läpi: {when} UTC."),
    "It has never been looked through.": ("Den er aldri gjennomgått.", "Sitä ei ole koskaan käyty läpi."),
    "The server has renumbered the mailbox {mailbox}": (
        "Serveren har gitt e-posten i {mailbox} nye numre",
        "Palvelin on numeroinut viestit uudelleen, postilaatikko {mailbox}",
    ),
    "its UIDVALIDITY went from {old} to {new}": (
        "UIDVALIDITY er endret fra {old} til {new}",
        "UIDVALIDITY on muuttunut: ennen {old}, nyt {new}",
    ),
    "its next UID is {next}, but {last} was given already": (
        "neste UID er {next}, men {last} er allerede brukt",
        "seuraava UID on {next}, mutta {last} on jo käytetty",
    ),
    "its UID {uid} is another mail now": ("UID {uid} er nå en annen e-post", "UID {uid} on nyt eri viesti"),
    "It is looked through again from the beginning. Mails that are here already are recognised by their content; no "
    "acknowledgement goes out for any of them.": (
        "Alt gjennomgås på nytt. E-post som allerede er her, kjennes igjen på innholdet, og ingen bekreftelser sendes.",
        "Kaikki käydään läpi alusta. Jo saapuneet viestit tunnistetaan sisällöstä, eikä niistä lähetetä ilmoituksia.",
    ),
    "A mail in {mailbox} cannot be fetched": (
        "En e-post i {mailbox} kan ikke hentes",
        "Yhtä viestiä ei voida hakea, postilaatikko {mailbox}",
    ),
    "It is tried again every hour; the others are not held up. Look at it with a mail program.": (
        "Vi prøver igjen hver time, og de andre blir ikke forsinket. Se på den i et e-postprogram.",
        "Sitä yritetään uudelleen tunnin välein, eikä se viivytä muita. Katso sitä sähköpostiohjelmalla.",
    ),
}
