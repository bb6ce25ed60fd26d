"""What the desk says about requesters, contacts, organisations and equipment. English: (Norwegian bokmål, Finnish)."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "{address} works here no more; for another requester: !requester ADDRESS": (
        "{address} arbeider ikke her lenger; annen innmelder: !innmelder ADRESSE",
        "{address} ei ole enää täällä töissä; toinen asiakas: !pyytäjä OSOITE",
    ),
    "{number} leads to another case already": (
        "{number} fører allerede til en annen sak",
        "{number} johtaa jo toiseen tapaukseen",
    ),
    # who is who
    "{address} is our own address": ("{address} er vår egen adresse", "{address} on meidän oma osoitteemme"),
    "{address} is an agent's address": (
        "{address} er adressen til en saksbehandler",
        "{address} on käsittelijän osoite",
    ),
    "{address} is the requester of {number} already": (
        "{address} er allerede innmelder i {number}",
        "{address} on jo tapauksen {number} asiakas",
    ),
    "{address} is the requester of {number} now.": (
        "{address} er nå innmelder i {number}.",
        "Tapauksen {number} asiakas on nyt {address}.",
    ),
    "{address} takes part no more; for copies of answers: !cc +{address}": (
        "{address} er ikke med lenger. Kopi av svarene: !kopi +{address}",
        "{address} ei ole enää mukana. Kopiot vastauksista: !kopio +{address}",
    ),
    "Its title stays inside, as it was written for agents; one for all: !title": (
        "Tittelen blir hos oss, siden den er skrevet for kolleger; en som alle kan se: !tittel",
        "Otsikko jää meille, koska se on kirjoitettu työtovereille; kaikille näkyvä: !otsikko",
    ),
    "Its title stays inside, as somebody else wrote it; to give it one for all: !title": (
        "Tittelen blir hos oss, siden noen andre skrev den. Ny tittel for alle: !tittel",
        "Otsikko jää sisäiseksi, koska sen kirjoitti joku muu. Uusi otsikko kaikille: !otsikko",
    ),
    "Its resolution was written for somebody else and is taken out; it stands in !history.": (
        "Løsningen var skrevet til noen andre og er tatt ut. Den står i !historikk.",
        "Ratkaisu oli kirjoitettu jollekulle muulle ja on poistettu. Se on luettavissa: !historia.",
    ),
    "from the former requester": ("fra den tidligere innmelderen", "aiemmalta asiakkaalta"),
    "{number} has another requester since: your answer would go to {address} now": (
        "{number} har fått en annen innmelder siden: svaret ditt ville nå gått til {address}",
        "Tapauksen {number} asiakas on vaihtunut: vastauksesi lähtisi nyt osoitteeseen {address}",
    ),
    # the contact of a case
    "answers in {number} go to {address} already": (
        "svarene i {number} går allerede til {address}",
        "tapauksen {number} vastaukset lähtevät jo osoitteeseen {address}",
    ),
    "Answers in {number} go to {address}, with a copy to {others}.": (
        "Svarene i {number} går til {address}, med kopi til {others}.",
        "Tapauksen {number} vastaukset lähtevät osoitteeseen {address}, kopio: {others}.",
    ),
    "Answers in {number} go to {address}.": (
        "Svarene i {number} går til {address}.",
        "Tapauksen {number} vastaukset lähtevät osoitteeseen {address}.",
    ),
    # copies
    "{address} hears of {number} already.": (
        "{address} får allerede svarene i {number}.",
        "{address} saa jo tapauksen {number} vastaukset.",
    ),
    "{address} gets copies of answers in {number}.": (
        "{address} får kopi av svarene i {number}.",
        "{address} saa kopiot tapauksen {number} vastauksista.",
    ),
    "{address} takes no part in {number}": ("{address} er ikke med i {number}", "{address} ei ole mukana: {number}"),
    "{address} asked, and hears of it; another requester: !requester ADDRESS": (
        "{address} har meldt saken og får svarene. Annen innmelder: !innmelder ADRESSE",
        "{address} lähetti pyynnön ja saa vastaukset. Toinen asiakas: !pyytäjä OSOITE",
    ),
    "{address} takes part in {number} no more; his answer addresses for it are void.": (
        "{address} er ikke lenger med i {number}, og svaradressene dit gjelder ikke lenger.",
        "{address} ei ole enää mukana tapauksessa {number}, eivätkä vastausosoitteet siihen enää kelpaa.",
    ),
    # addresses
    "the requester of {number} is unknown": (
        "innmelderen i {number} er ukjent",
        "tapauksen {number} asiakas on tuntematon",
    ),
    "{address} is an address of {requester} already": (
        "{address} er allerede en adresse for {requester}",
        "{address} on jo osoite henkilölle {requester}",
    ),
    "{address} is an address of {requester} now.": (
        "{address} er nå også en adresse for {requester}.",
        "{address} on nyt myös henkilön {requester} osoite.",
    ),
    # organisations and projects
    "{number} belongs to no organisation now.": (
        "{number} hører ikke til noen organisasjon nå.",
        "{number} ei kuulu nyt mihinkään organisaatioon.",
    ),
    "{number} belongs to {name} now.": ("{number} hører til {name} nå.", "{number}: organisaatio on nyt {name}."),
    "So do new cases of {address}.": (
        "Det gjør også nye saker fra {address}.",
        "Samoin uudet tapaukset osoitteesta {address}.",
    ),
    "no organisation “{text}” (there are: {names})": (
        "ingen organisasjon «{text}» (det finnes: {names})",
        "organisaatiota ”{text}” ei ole (on: {names})",
    ),
    "none": ("ingen", "ei yhtään"),
    "{number} belongs to no project now.": (
        "{number} hører ikke til noe prosjekt nå.",
        "{number} ei kuulu nyt mihinkään projektiin.",
    ),
    "Project of {number} is {name} now.": ("Prosjektet i {number} er nå {name}.", "{number}: projekti on nyt {name}."),
    # main users, who approve what their people ask
    "Yes, go ahead": ("Ja, sett i gang", "Kyllä, hyväksyn"),
    "No, leave it": ("Nei, la det være", "Ei, en hyväksy"),
    "yes": ("ja", "kyllä"),
    "no": ("nei", "ei"),
    "We have received your mail; it has the case number {number}.": (
        "Vi har mottatt e-posten din. Den har fått saksnummer {number}.",
        "Olemme saaneet viestisi. Sen tapausnumero on {number}.",
    ),
    "Your organisation approves requests before we begin. We have asked, and you hear from us.": (
        "Organisasjonen din godkjenner henvendelser før vi begynner. Vi har spurt, og du hører fra oss.",
        "Organisaatiosi hyväksyy pyynnöt ennen kuin aloitamme. Olemme kysyneet, ja palaamme asiaan.",
    ),
    "Your case {number} is approved, and we are at work on it.": (
        "Saken din {number} er godkjent, og vi er i gang.",
        "Tapauksesi {number} on hyväksytty, ja hoidamme sitä.",
    ),
    "You hear from us by {moment}.": (
        "Du hører fra oss innen {moment}.",
        "Saat meiltä vastauksen viimeistään {moment}.",
    ),
    "Case {number} is closed: your organisation did not approve it.": (
        "Sak {number} er lukket: organisasjonen din godkjente den ikke.",
        "Tapaus {number} on suljettu: organisaatiosi ei hyväksynyt sitä.",
    ),
    "If you think it should have, please talk to whoever is responsible in your organisation.": (
        "Mener du at den burde vært godkjent, ta det opp med den som er ansvarlig hos dere.",
        "Jos se mielestäsi pitäisi hyväksyä, ota yhteyttä oman organisaatiosi vastuuhenkilöön.",
    ),
    "The main user said neither yes nor no. To go on with it: !request; to close it: !close": (
        "Hovedbrukeren svarte verken ja eller nei. For å gå videre: !forespørsel; for å lukke: !lukk",
        "Pääkäyttäjä ei vastannut kyllä eikä ei. Jatka: !pyyntö; sulje: !sulje",
    ),
    "No main user has answered yet. To go on without an answer: !request; to close it: !close": (
        "Ingen hovedbruker har svart ennå. For å gå videre uten svar: !forespørsel; for å lukke: !lukk",
        "Yksikään pääkäyttäjä ei ole vielä vastannut. Jatka ilman vastausta: !pyyntö; sulje: !sulje",
    ),
    "Approved by {who}": ("Godkjent av {who}", "Hyväksyjä: {who}"),
    "Approved by {who}: {words}": ("Godkjent av {who}: {words}", "Hyväksyjä: {who}: {words}"),
    "{number} goes on without its organisation's approval.": (
        "{number} går videre uten godkjenning fra organisasjonen.",
        "{number} etenee ilman organisaation hyväksyntää.",
    ),
    "waiting for approval": ("venter på godkjenning", "odottaa hyväksyntää"),
    "approval": ("godkjenning", "hyväksyntä"),
    "{who} let it go on": ("{who} lot den gå videre", "{who} antoi sen jatkua"),
    "a main user was asked to approve it": (
        "en hovedbruker ble bedt om å godkjenne den",
        "pääkäyttäjää pyydettiin hyväksymään se",
    ),
    # equipment
    "warranty until {day}": ("garanti til {day}", "takuu {day} asti"),
    "warranty ended on {day}": ("garantien gikk ut {day}", "takuu päättyi {day}"),
    "  Before: {case} – {outcome}": ("  Før: {case} – {outcome}", "  Aiemmin: {case} – {outcome}"),
    "{number} is about {equipment}.": ("{number} gjelder {equipment}.", "{number}: laite on {equipment}."),
    "{number} is about {serial}, which is not in the list of equipment.": (
        "{number} gjelder {serial}, som ikke står i listen over utstyr.",
        "{number}: laite on {serial}, jota ei ole laiteluettelossa.",
    ),
    "{number} is not about {serial}": ("{number} gjelder ikke {serial}", "{number} ei koske laitetta {serial}"),
    "{number} is not about {serial} any more.": (
        "{number} gjelder ikke lenger {serial}.",
        "{number} ei enää koske laitetta {serial}.",
    ),
    # numbers of other systems
    "the number is empty": ("nummeret er tomt", "numero on tyhjä"),
    "{number} is a case number of our own; to link the two: !link {number}": (
        "{number} er et saksnummer hos oss. For å koble sakene: !koble {number}",
        "{number} on oma tapausnumeromme. Tapausten linkitys: !linkitä {number}",
    ),
    "A mail with {other} in its subject leads to {number}.": (
        "E-post med {other} i emnet havner i {number}.",
        "Viesti, jonka otsikossa on {other}, tulee tapaukseen {number}.",
    ),
    "Until now it led to {number}.": ("Til nå havnet den i {number}.", "Tähän asti se tuli tapaukseen {number}."),
    "Not yet: no pattern in the configuration fits it.": (
        "Ikke ennå: ingen mønstre i konfigurasjonen passer.",
        "Ei vielä: mikään asetusten malli ei sovi siihen.",
    ),
}  # fmt: skip
