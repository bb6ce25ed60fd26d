"""What the desk says in lists, of time spent, and as a ticket's story. English: (Norwegian bokmål, Finnish)."""

from __future__ import annotations

# A ticket, whole
_WHOLE = {
    "priority {priority}": ("prioritet {priority}", "prioriteetti {priority}"),
    "queue {queue}": ("kø {queue}", "jono {queue}"),
    "nobody has it": ("ingen har den", "ei käsittelijää"),
    "for information": ("til orientering", "tiedoksi"),
    "It was merged into {number}.": ("Den er slått sammen med {number}.", "Yhdistetty, uusi numero on {number}."),
    "It waits until {until}.": ("Den venter til {until}.", "Odottaa, kunnes on {until}."),
    "From: {who}": ("Fra: {who}", "Lähettäjä: {who}"),
    "Organisation: {name}": ("Organisasjon: {name}", "Organisaatio: {name}"),
    "Contact: {who}": ("Kontakt: {who}", "Yhteyshenkilö: {who}"),
    "Others: {who}": ("Andre: {who}", "Muut: {who}"),
    "{who} (from outside)": ("{who} (utenfra)", "{who} (ulkopuolinen)"),
    "Opened: {when} ({channel})": ("Åpnet: {when} ({channel})", "Avattu: {when} ({channel})"),
    "mail": ("e-post", "sähköposti"),
    "Completed: {when}": ("Fullført: {when}", "Ratkaistu: {when}"),
    "Closed: {when}": ("Lukket: {when}", "Suljettu: {when}"),
    "Type: {name}": ("Type: {name}", "Tyyppi: {name}"),
    "Category: {name}": ("Kategori: {name}", "Luokka: {name}"),
    "Project: {name}": ("Prosjekt: {name}", "Projekti: {name}"),
    "Equipment: {names}": ("Utstyr: {names}", "Laitteet: {names}"),
    "Tags: {names}": ("Merkelapper: {names}", "Tunnisteet: {names}"),
    "Linked: {number} ({kind})": ("Koblet til: {number} ({kind})", "Linkitetty: {number} ({kind})"),
    "related": ("hører sammen", "liittyy"),
    "mentions": ("nevner", "mainitsee"),
    "mentioned-by": ("nevnt av", "mainittu tapauksessa"),
    "follows-up": ("følger opp", "jatkaa tapausta"),
    "followed-by": ("fulgt opp av", "jatkuu tapauksessa"),
    "Time spent: {time}": ("Brukt tid: {time}", "Käytetty aika: {time}"),
    "To do: {task}": ("Gjenstår: {task}", "Tekemättä: {task}"),
    "Done: {task}": ("Gjort: {task}", "Tehty: {task}"),
    "until {until}": ("innen {until}", "viimeistään {until}"),
    "written down by {name}": ("skrevet ned av {name}", "kirjannut {name}"),
    "Show it": ("Vis saken", "Näytä tapaus"),
    "How it was: {score} of 5": ("Hvordan det gikk: {score} av 5", "Palaute: {score}/5"),
    "What solved it:": ("Hva som løste den:", "Mikä sen ratkaisi:"),
    "{count} older messages are left out: `mailgate ticket` shows them.": (
        "{count} eldre meldinger er utelatt: `mailgate ticket` viser dem.",
        "Vanhempia viestejä jätettiin pois {count}: `mailgate ticket` näyttää ne.",
    ),
    "({count} more lines)": ("({count} linjer til)", "(vielä {count} riviä)"),
    "from outside": ("utenfra", "ulkopuolinen"),
    "note": ("notat", "muistiinpano"),
    "unverified": ("ubekreftet", "varmentamaton"),
    "held": ("holdt tilbake", "pidätetty"),
    "undone": ("trukket tilbake", "peruttu"),
    "undelivered": ("ikke levert", "ei toimitettu"),
    "queued": ("venter på å bli sendt", "odottaa lähetystä"),
    "say which ticket: {command} NUMBER": (
        "skriv hvilken sak: {command} SAKSNUMMER",
        "kerro mikä tapaus: {command} TAPAUSNUMERO",
    ),
    "That mail was about no ticket. Answer a mail about one, or write !show NUMBER.": (
        "Den e-posten gjaldt ingen bestemt sak. Svar på en e-post om saken, eller skriv !vis og saksnummeret.",
        "Se viesti ei koskenut mitään tapausta. Vastaa tapausta koskevaan viestiin tai kirjoita !näytä ja numero.",
    ),
}

# Its story
_STORY = {
    "What happened": ("Hva som har skjedd", "Mitä on tapahtunut"),
    "the desk": ("systemet", "järjestelmä"),
    "somebody": ("noen", "joku"),
    "{who} opened the ticket": ("{who} åpnet saken", "{who} avasi tapauksen"),
    "{who} took the ticket": ("{who} tok saken", "{who} otti tapauksen"),
    "{who} took the ticket over from {old}": (
        "{who} overtok saken fra {old}",
        "{who} otti tapauksen, edellinen käsittelijä: {old}",
    ),
    "{who} put the ticket back, nobody has it": (
        "{who} la saken tilbake, ingen har den",
        "{who} vapautti tapauksen, ei käsittelijää",
    ),
    "{who} gave the ticket to {new}": ("{who} ga saken til {new}", "{who} siirsi tapauksen, uusi käsittelijä: {new}"),
    "{who} set the work going": ("{who} satte arbeidet i gang", "{who} aloitti käsittelyn"),
    "{who} opened the ticket again": ("{who} åpnet saken igjen", "{who} avasi tapauksen uudelleen"),
    "{who} completed the ticket": ("{who} fullførte saken", "{who} merkitsi tapauksen ratkaistuksi"),
    "{who} closed the ticket": ("{who} lukket saken", "{who} sulki tapauksen"),
    "{who} set the status to {new}": ("{who} satte status til {new}", "{who} vaihtoi tilaksi {new}"),
    "{who} set the priority to {new}": ("{who} satte prioriteten til {new}", "{who} asetti prioriteetiksi {new}"),
    "{who} changed the priority from {old} to {new}": (
        "{who} endret prioriteten fra {old} til {new}",
        "{who} vaihtoi prioriteetin: {old} → {new}",
    ),
    "{who} changed the title from “{old}” to “{new}”": (
        "{who} endret tittelen fra «{old}» til «{new}»",
        "{who} vaihtoi otsikon: ”{old}” → ”{new}”",
    ),
    "{who} ended the waiting": ("{who} avsluttet ventingen", "{who} lopetti odotuksen"),
    "{who} left it to the requester, for whom it waits": (
        "{who} overlot den til innmelderen, som saken venter på",
        "{who} jätti vuoron asiakkaalle, jota tapaus odottaa",
    ),
    "{who} left it to a third party, for whom it waits": (
        "{who} overlot den til en tredjepart, som saken venter på",
        "{who} jätti vuoron ulkopuoliselle, jota tapaus odottaa",
    ),
    "{who} took the resolution away": ("{who} fjernet løsningen", "{who} poisti ratkaisun"),
    "{who} noted what solved it: {new}": ("{who} noterte løsningen: {new}", "{who} kirjasi ratkaisun: {new}"),
    "{who} took back the answer {old}": ("{who} trakk tilbake svaret {old}", "{who} perui vastauksen {old}"),
    "{who} wrote an answer that is held, because something came between": (
        "{who} skrev et svar som holdes tilbake, fordi noe kom imellom",
        "{who} kirjoitti vastauksen, joka on pidätetty, koska väliin tuli jotakin",
    ),
    "{who} answered, {new}": ("{who} svarte, {new}", "{who} vastasi, {new}"),
    "{who} took back the note {old}": ("{who} trakk tilbake notatet {old}", "{who} perui muistiinpanon {old}"),
    "somebody wrote in the name of {who}, and it is kept as a note": (
        "noen skrev i navnet til {who}, og det er lagret som notat",
        "joku kirjoitti nimellä {who}, ja viesti on tallessa muistiinpanona",
    ),
    "{who} noted, {new}": ("{who} noterte, {new}", "{who} kirjasi muistiinpanon, {new}"),
    "{who} wrote, {new}": ("{who} skrev, {new}", "{who} kirjoitti, {new}"),
    "{message}: {words}": ("{message}: {words}", "{message}: {words}"),
    "{who} linked it with {new}": ("{who} koblet den til {new}", "{who} linkitti sen, numero {new}"),
    "{who} made it a request": ("{who} gjorde den til en henvendelse", "{who} teki siitä pyynnön"),
    "{who} removed {old}": ("{who} fjernet {old}", "{who} poisti osallistujan {old}"),
    "{who} let {new} take part": ("{who} lot {new} delta", "{who} otti mukaan osallistujan {new}"),
    "{who} sent the acknowledgement": ("{who} sendte bekreftelsen", "{who} lähetti vastaanottovahvistuksen"),
    "{who} sent no acknowledgement ({new})": (
        "{who} sendte ingen bekreftelse ({new})",
        "{who} ei lähettänyt vastaanottovahvistusta ({new})",
    ),
    "{who} sent a mail that could not be carried out": (
        "{who} sendte en e-post som ikke kunne utføres",
        "{who} lähetti viestin, jota ei voitu toteuttaa",
    ),
    "{who} sent a mail that waits for his confirmation": (
        "{who} sendte en e-post som venter på bekreftelse",
        "{who} lähetti viestin, joka odottaa vahvistusta",
    ),
    "a mail of ours did not arrive: {new}": (
        "en e-post fra oss kom ikke fram: {new}",
        "viestimme ei mennyt perille: {new}",
    ),
    "a mail of ours is delayed: {new}": ("en e-post fra oss er forsinket: {new}", "viestimme on viivästynyt: {new}"),
    "a mail of ours arrived: {new}": ("en e-post fra oss kom fram: {new}", "viestimme meni perille: {new}"),
    "a deadline: {new}": ("en frist: {new}", "määräaika: {new}"),
    "it came in late: {new}": ("den kom inn forsinket: {new}", "se saapui myöhässä: {new}"),
    "{who} wrote, so it does not close by itself": (
        "{who} skrev, så den lukkes ikke av seg selv",
        "{who} kirjoitti, joten tapaus ei sulkeudu itsestään",
    ),
    "{who} wrote, but it was opened again too often and stays as it is": (
        "{who} skrev, men saken er åpnet igjen for mange ganger og blir stående som den er",
        "{who} kirjoitti, mutta tapaus on avattu uudelleen liian monta kertaa ja pysyy ennallaan",
    ),
    "marked: {new}": ("merket: {new}", "merkitty: {new}"),
    "{who} spent {new} on it": ("{who} brukte {new} på den", "{who} käytti siihen {new}"),
    "{who} asked {new}": ("{who} spurte {new}", "{who} kysyi kollegalta: {new}"),
    "{who} parted {new} from it": ("{who} skilte ut {new}", "{who} erotti siitä tapauksen {new}"),
    "{who} merged {new} into it": ("{who} flettet inn {new}", "{who} yhdisti siihen tapauksen {new}"),
    "{who} spoke on the telephone, {new}": ("{who} snakket i telefonen, {new}", "{who} puhui puhelimessa, {new}"),
    "{who} named {new} as the requester": ("{who} satte {new} som innmelder", "{who} vaihtoi asiakkaaksi {new}"),
    "{who} removed the contact {old}": ("{who} fjernet kontakten {old}", "{who} poisti yhteyshenkilön {old}"),
    "{who} named {new} as the contact": ("{who} satte {new} som kontakt", "{who} asetti yhteyshenkilöksi {new}"),
    "{who} added an address, {new}": ("{who} la til en adresse, {new}", "{who} lisäsi osoitteen, {new}"),
    "{who} noted {new}, its number elsewhere": (
        "{who} noterte {new}, nummeret i et annet system",
        "{who} kirjasi toisen järjestelmän numeron {new}",
    ),
    "{who} cleared {old}": ("{who} tømte {old}", "{who} tyhjensi kentän {old}"),
    "{who} filled in {new}": ("{who} fylte ut {new}", "{who} täytti kentän {new}"),
    "{who} removed all tags": ("{who} fjernet alle merkelapper", "{who} poisti kaikki tunnisteet"),
    "{who} set the tags {new}": ("{who} satte merkelappene {new}", "{who} asetti tunnisteet {new}"),
    "{who} has done: {old}": ("{who} har gjort: {old}", "{who} on tehnyt: {old}"),
    "{who} put on the list: {new}": ("{who} noterte som oppgave: {new}", "{who} lisäsi tehtävän: {new}"),
    "the deadline by hand has passed: {old}": (
        "fristen som var satt for hånd, er gått ut: {old}",
        "käsin asetettu määräaika on päättynyt: {old}",
    ),
    "{who} took the deadline away": ("{who} fjernet fristen", "{who} poisti määräajan"),
    "{who} set the deadline {new}": ("{who} satte fristen {new}", "{who} asetti määräajan {new}"),
    "{who} sent an estimate: {new}": ("{who} sendte et overslag: {new}", "{who} lähetti kustannusarvion: {new}"),
    "{who} answered the estimate: {new}": (
        "{who} svarte på overslaget: {new}",
        "{who} vastasi kustannusarvioon: {new}",
    ),
    "{who} put it into the queue {new}": ("{who} la den i køen {new}", "{who} ohjasi sen jonoon {new}"),
    "{who} found nobody who is free to take it": (
        "{who} fant ingen som er ledig til å ta den",
        "{who} ei löytänyt vapaata käsittelijää",
    ),
    "{who} asked how it was": ("{who} spurte hvordan det gikk", "{who} kysyi palautetta"),
    "{who} gave {new} of 5": ("{who} ga {new} av 5", "{who} antoi arvosanan {new}/5"),
    "{who} set {what}: {new}": ("{who} satte {what}: {new}", "{who} asetti, {what}: {new}"),
    "{who} changed {what} from {old} to {new}": (
        "{who} endret {what} fra {old} til {new}",
        "{who} muutti, {what}: {old} → {new}",
    ),
    "{who} took away {what}: {old}": ("{who} fjernet {what}: {old}", "{who} poisti, {what}: {old}"),
    "type": ("type", "tyyppi"),
    "category": ("kategori", "luokka"),
    "queue": ("kø", "jono"),
    "organisation": ("organisasjon", "organisaatio"),
    "project": ("prosjekt", "projekti"),
    "contact": ("kontakt", "yhteyshenkilö"),
    "tag": ("merkelapp", "tunniste"),
    "field": ("felt", "kenttä"),
    "equipment": ("utstyr", "laite"),
    "task": ("oppgave", "tehtävä"),
}

# Lists
_LISTS = {
    "Your tickets": ("Sakene dine", "Omat tapauksesi"),
    "Free tickets": ("Ledige saker", "Vapaat tapaukset"),
    "Overdue tickets": ("Forfalte saker", "Myöhässä olevat tapaukset"),
    "Tickets with your star": ("Saker med stjernen din", "Tähdellä merkityt tapaukset"),
    "Tickets you saw last": ("Saker du sist så på", "Viimeksi katsomasi tapaukset"),
    "Tickets of {name}": ("Saker for {name}", "Tapaukset: {name}"),
    "Tickets marked {name}": ("Saker merket {name}", "Tapaukset, joissa on merkki {name}"),
    "There are none.": ("Det er ingen.", "Ei yhtään."),
    "The first {count}; there are more.": ("De første {count}; det er flere.", "Ensimmäiset {count}; niitä on lisää."),
    "Answer this mail with !show NUMBER to get one of them.": (
        "Svar på denne e-posten med !vis og saksnummeret for å få en av dem.",
        "Vastaa tähän viestiin: !näytä ja tapausnumero, niin saat niistä yhden.",
    ),
    "List {name}": ("Listen {name}", "Lista {name}"),
    "Who has how much": ("Hvem som har hvor mye", "Kenellä on kuinka paljon"),
    "{name}: open {open}, with nobody {unassigned}, overdue {overdue}": (
        "{name}: åpne {open}, uten saksbehandler {unassigned}, forfalte {overdue}",
        "{name}: avoimia {open}, ilman käsittelijää {unassigned}, myöhässä {overdue}",
    ),
    "the oldest with nobody since {since}": (
        "den eldste uten saksbehandler siden {since}",
        "vanhin ilman käsittelijää, avattu {since}",
    ),
    "{name}: open {open}, overdue {overdue}, waiting for others {waiting}": (
        "{name}: åpne {open}, forfalte {overdue}, venter på andre {waiting}",
        "{name}: avoimia {open}, myöhässä {overdue}, odottaa muita {waiting}",
    ),
    "none": ("ingen", "ei yhtään"),
    "there is no list and no mark of yours “{name}” (there are: {there})": (
        "ingen liste og ingen merker du har satt, heter «{name}» (det finnes: {there})",
        "listaa tai omaa merkkiä ”{name}” ei ole (on: {there})",
    ),
    "overdue since {when}": ("fristen gikk ut {when}", "määräaika päättyi {when}"),
    "due {when}": ("frist {when}", "määräaika {when}"),
    "No ticket is free in your queues.": (
        "Ingen saker er ledige i køene dine.",
        "Jonoissasi ei ole vapaita tapauksia.",
    ),
    "next": ("den mest presserende ledige", "kiireellisin vapaa"),
    "{number} has your star now.": ("{number} har stjernen din nå.", "Tapauksessa {number} on nyt tähtesi."),
    "{number} has your star no more.": (
        "{number} har ikke lenger stjernen din.",
        "Tapauksessa {number} ei ole enää tähteäsi.",
    ),
    "{number} has no mark “{name}” of yours": (
        "{number} har ikke merket «{name}» fra deg",
        "tapauksessa {number} ei ole merkkiäsi ”{name}”",
    ),
    "{number} is marked {name} no more.": (
        "{number} er ikke lenger merket {name}.",
        "Merkki {name} poistettiin, tapaus {number}.",
    ),
    "“{name}” cannot be the name of a mark": ("«{name}» kan ikke være et merke", "”{name}” ei kelpaa merkiksi"),
    "{number} is marked {name}; !list {name} finds it.": (
        "{number} er merket {name}; !liste {name} finner den.",
        "Merkki {name} lisättiin, tapaus {number}; !lista {name} löytää sen.",
    ),
}

# Time, help
_OTHERS = {
    "{time} noted on {number}; {all} in all.": (
        "{time} er ført på {number}; {all} til sammen.",
        "Kirjattu {time}, tapaus {number}; yhteensä {all}.",
    ),
    "{time} noted on {number}, billable; {all} in all.": (
        "{time} er ført på {number}, fakturerbart; {all} til sammen.",
        "Kirjattu {time} laskutettavaa, tapaus {number}; yhteensä {all}.",
    ),
    "Commands": ("Kommandoer", "Komennot"),
    "low: it can wait, and nobody is held up": (
        "lav: det kan vente, og ingen blir hindret",
        "matala: asia voi odottaa, eikä kukaan ole jumissa",
    ),
    "medium: somebody is hindered, but can work on": (
        "middels: noen er hindret, men kan arbeide videre",
        "normaali: joku on vaikeuksissa mutta voi jatkaa työtään",
    ),
    "high: somebody cannot do his work, or many are hindered": (
        "høy: noen får ikke gjort jobben sin, eller mange er hindret",
        "korkea: joku ei voi tehdä työtään, tai moni on vaikeuksissa",
    ),
    "urgent: a whole house stands still, or there is danger or loss": (
        "haster: en hel virksomhet står stille, eller det er fare for skade eller tap",
        "kiireellinen: koko talon työ seisoo, tai on vahingon tai menetyksen vaara",
    ),
}

WORDS: dict[str, tuple[str, str]] = {**_WHOLE, **_STORY, **_LISTS, **_OTHERS}
