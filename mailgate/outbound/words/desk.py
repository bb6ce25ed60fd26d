"""What the desk says of mails, tickets and promises. English: (Norwegian bokmål, Finnish)."""

from __future__ import annotations

# A value never needs a case ending: it stands as a name does, or after a colon.
WORDS: dict[str, tuple[str, str]] = {
    "open": ("åpen", "avoin"),
    "in_progress": ("under arbeid", "käsittelyssä"),
    "in progress": ("under arbeid", "käsittelyssä"),
    "completed": ("fullført", "ratkaistu"),
    "closed": ("lukket", "suljettu"),
    "requester": ("innmelderen", "asiakas"),
    "third_party": ("en tredjepart", "ulkopuolinen"),
    "low": ("lav", "matala"),
    "medium": ("middels", "normaali"),
    "high": ("høy", "korkea"),
    "urgent": ("haster", "kiireellinen"),
    "unnamed": ("uten navn", "nimetön"),
    "an unknown author": ("en ukjent avsender", "tuntematon lähettäjä"),
    "mail system": ("e-postsystemet", "sähköpostijärjestelmä"),
    "author unknown": ("ukjent avsender", "lähettäjä tuntematon"),
    "its domain says it is forged": ("domenet sier at den er forfalsket", "verkkotunnuksen mukaan väärennetty"),
    "its Message-ID came before with other content": (
        "samme Message-ID har kommet før med annet innhold",
        "sama Message-ID on tullut aiemmin eri sisällöllä",
    ),
    "unverified sender": ("avsenderen er ikke bekreftet", "lähettäjää ei ole varmennettu"),
    "from outside the ticket": ("fra en som ikke deltar i saken", "tapauksen ulkopuolelta"),
    "observer": ("fra en som følger saken", "tapauksen seuraajalta"),
    "only in Cc": ("bare kopi til oss", "meille vain kopiona"),
    "claims to be an agent": ("gir seg ut for å være saksbehandler", "väittää olevansa käsittelijä"),
    "sent by a machine": ("sendt av en maskin", "koneen lähettämä"),
    "marked urgent": ("merket som viktig", "merkitty tärkeäksi"),
    "It seems to have solved itself. If so, answer with: !done": (
        "Det ser ut til å ha løst seg selv. Svar i så fall med: !ferdig",
        "Asia näyttää ratkenneen itsestään. Jos näin on, vastaa: !valmis",
    ),
    "We are only in Cc. To make it a request, answer with: !request": (
        "Vi har bare fått kopi. Svar med !henvendelse for å gjøre den til en henvendelse.",
        "Saimme vain kopion. Jos tämä on pyyntö, vastaa: !pyyntö",
    ),
    "{name} is named in it and has helped this person before: !assign {id}": (
        "{name} er nevnt i den og har hjulpet denne personen før: !tildel {id}",
        "Viestissä mainitaan {name}, joka on auttanut lähettäjää aiemmin: !siirrä {id}",
    ),
    "Answer M{m} goes to {to} in {seconds} seconds.": (
        "Svaret M{m} går til {to} om {seconds} sekunder.",
        "Vastaus M{m} lähtee {seconds} sekunnin kuluttua. Vastaanottajat: {to}.",
    ),
    "Answer M{m} goes to {to}.": ("Svaret M{m} går til {to}.", "Vastaus M{m} lähtee. Vastaanottajat: {to}."),
    "Note M{m} is kept in {number}; the requester does not see it.": (
        "Notatet M{m} er lagret i {number}; innmelderen ser det ikke.",
        "Muistiinpano M{m} on tallennettu, tapaus {number}. Asiakas ei näe sitä.",
    ),
    "An answer to this mail is a note: answer the earlier mail again, or write !reply at the top.": (
        "Svarer du på denne e-posten, blir det et notat: svar på den forrige igjen, eller skriv !svar øverst.",
        "Vastaus tähän viestiin jää muistiinpanoksi: vastaa uudelleen aiempaan viestiin tai kirjoita alkuun !vastaus.",
    ),
    "Nobody has it now; the queue is told of new messages.": (
        "Ingen har saken nå; køen får beskjed om nye meldinger.",
        "Tapauksella ei ole nyt käsittelijää. Uusista viesteistä ilmoitetaan jonolle.",
    ),
    "{name} has {number} now.": ("{name} har {number} nå.", "Tapauksen {number} käsittelijä on nyt {name}."),
    "{name} has {number} already.": ("{name} har allerede {number}.", "Tapauksen {number} käsittelijä on jo {name}."),
    "{number} is completed; it closes by itself on {day}.": (
        "{number} er fullført; saken lukkes av seg selv {day}.",
        "Tapaus {number} on ratkaistu. Se suljetaan automaattisesti {day}.",
    ),
    "{number} is {status} now.": ("{number} er nå {status}.", "Tapaus {number} on nyt {status}."),
    "{number} is {status} again.": ("{number} er igjen {status}.", "Tapaus {number} on taas {status}."),
    "Title of {number} is {value} now.": (
        "{number} har nå tittelen {value}",
        "Tapauksen {number} otsikko on nyt {value}",
    ),
    "Priority of {number} is {value} now.": (
        "{number} har nå prioriteten {value}.",
        "Tapauksen {number} kiireellisyys on nyt {value}.",
    ),
    "{number} waits for the requester.": ("{number} venter på innmelderen.", "Tapaus {number} odottaa asiakasta."),
    "{number} waits for the requester until {until}.": (
        "{number} venter på innmelderen til {until}.",
        "Tapaus {number} odottaa asiakasta. Odotus päättyy {until}.",
    ),
    "{number} waits for a third party.": (
        "{number} venter på en tredjepart.",
        "Tapaus {number} odottaa ulkopuolista.",
    ),
    "{number} waits for a third party until {until}.": (
        "{number} venter på en tredjepart til {until}.",
        "Tapaus {number} odottaa ulkopuolista. Odotus päättyy {until}.",
    ),
    "The resolution is kept.": ("Løsningen er lagret.", "Ratkaisu on tallennettu."),
    "{number} and {other} are linked.": (
        "{number} og {other} er koblet sammen.",
        "Tapaukset {number} ja {other} on linkitetty.",
    ),
    "{number} is a request now.": ("{number} er nå en henvendelse.", "Tapaus {number} on nyt pyyntö."),
    "Answer M{m} was taken back; nothing of it was sent.": (
        "Svaret M{m} er trukket tilbake; ingenting av det ble sendt.",
        "Vastaus M{m} on peruttu. Siitä ei lähetetty mitään.",
    ),
    "Held mail {id} goes through now.": (
        "E-posten {id}, som ble holdt tilbake, slipper nå gjennom.",
        "Pidätetty viesti {id} päästetään nyt läpi.",
    ),
    "Held mail {id} is rejected; its bytes are kept.": (
        "E-posten {id}, som ble holdt tilbake, er avvist, men tatt vare på.",
        "Pidätetty viesti {id} on hylätty, mutta se säilytetään.",
    ),
    "The requester hears nothing of it.": ("Innmelderen får ikke vite om det.", "Asiakkaalle ei ilmoiteta tästä."),
    "{command} cannot be done in this version; !help lists what can": (
        "{command} virker ikke i denne versjonen; !hjelp viser kommandoene som gjør det",
        "Komento {command} ei toimi tässä versiossa. Komento !ohje näyttää toimivat komennot.",
    ),
    "there are no words to send to the requester": (
        "det er ingen tekst å sende til innmelderen",
        "asiakkaalle lähetettävä teksti puuttuu",
    ),
    "there are no words to send": ("det er ingen tekst å sende", "lähetettävä teksti puuttuu"),
    "the requester of {number} is unknown, so nobody can be answered": (
        "innmelderen i {number} er ukjent, så det er ingen å svare",
        "tapauksen {number} asiakas on tuntematon, joten vastausta ei voi lähettää",
    ),
    "this must not leave the house: {lines} – delete it and send it again; a signature goes below a line “-- ”": (
        "dette skal ikke ut av huset: {lines} – slett det og send på nytt; en signatur skal stå under en linje «-- »",
        "tätä ei saa lähettää ulkopuolelle: {lines} – poista se ja lähetä uudelleen; allekirjoitus kuuluu rivin "
        "”-- ” alle",
    ),
    "the note is empty": ("notatet er tomt", "muistiinpano on tyhjä"),
    "the title is empty": ("tittelen er tom", "otsikko on tyhjä"),
    "{number} is {status}; “{event}” does not fit there": (
        "{number} er {status}; «{event}» passer ikke der",
        "tapaus {number} on {status}, eikä ”{event}” sovi siihen",
    ),
    "{number} is {status}, so nobody is waited for": (
        "{number} er {status}, så det ventes ikke på noen",
        "tapaus {number} on {status}, joten ketään ei odoteta",
    ),
    "that moment has passed already: {until}": (
        "det tidspunktet er allerede passert: {until}",
        "se ajankohta on jo mennyt: {until}",
    ),
    "there is no ticket {number}": ("saken {number} finnes ikke", "tapausta {number} ei ole"),
    "{number} is a request already": ("{number} er allerede en henvendelse", "tapaus {number} on jo pyyntö"),
    "Your answer has left already; it cannot be taken back.": (
        "Svaret ditt er allerede sendt og kan ikke trekkes tilbake.",
        "Vastauksesi on jo lähtenyt, eikä sitä voi perua.",
    ),
    "your last answer has left already": (
        "det siste svaret ditt er allerede sendt",
        "viimeisin vastauksesi on jo lähetetty",
    ),
    "“{text}” is not the id of a held mail; `mailgate spool held` lists them": (
        "«{text}» er ikke nummeret på en e-post som holdes tilbake; `mailgate spool held` viser dem",
        "”{text}” ei ole pidätetyn viestin tunnus; `mailgate spool held` näyttää ne",
    ),
    "“{held}” is not the id of a held mail.": (
        "«{held}» er ikke nummeret på en e-post som holdes tilbake.",
        "”{held}” ei ole pidätetyn viestin tunnus.",
    ),
    "no agent “{text}” (there are: {agents})": (
        "ingen saksbehandler heter «{text}» (dere er: {agents})",
        "käsittelijää ”{text}” ei ole (käsittelijät: {agents})",
    ),
    "!note and !reply in one mail: write two mails, one for each": (
        "!notat og !svar i samme e-post: skriv to e-poster, én for hver",
        "!muistiinpano ja !vastaa samassa viestissä: kirjoita kummallekin oma viesti",
    ),
    "wants an answer now": ("ber nå om svar", "pyytää nyt vastausta"),
    "Your case {number} is closed.": ("Saken din, {number}, er lukket.", "Tapauksesi {number} on suljettu."),
    "Your case {number} is a request; we will answer you.": (
        "Saken din, {number}, er tatt imot som en henvendelse, og vi svarer deg.",
        "Tapauksesi {number} on otettu käsittelyyn, ja vastaamme sinulle.",
    ),
    "You get no further copies of case {number}.": (
        "Du får ikke flere kopier av sak {number}.",
        "Et saa enää kopioita tapauksesta {number}.",
    ),
    "You are the one who asked; write !close when you need no answer.": (
        "Det er du som har meldt saken; skriv !lukk hvis du ikke trenger svar.",
        "Tapaus on sinun; kirjoita !sulje, jos et tarvitse vastausta.",
    ),
    "Write one of these words alone on the first line of your answer:": (
        "Skriv ett av disse ordene alene på den første linjen i svaret ditt:",
        "Kirjoita jokin näistä sanoista yksin vastauksesi ensimmäiselle riville:",
    ),
    "how your case stands": ("hvordan det står til med saken din", "missä vaiheessa tapauksesi on"),
    "all your cases": ("alle sakene dine", "kaikki tapauksesi"),
    "you need no answer any more": ("du trenger ikke noe svar lenger", "et tarvitse enää vastausta"),
    "no further copies to you": ("du får ingen flere kopier", "sinulle ei lähetetä enää kopioita"),
    "what you sent for information is to be answered": (
        "det du sendte til orientering, skal besvares",
        "tiedoksi lähettämääsi viestiin halutaan vastaus",
    ),
    "this list": ("denne listen", "tämä luettelo"),
    "So many receipts are enough for now: what of your next mails is not done comes in one mail.": (
        "Det var mange kvitteringer: hva av de neste e-postene dine som ikke blir utført, kommer samlet i én e-post.",
        "Kuittauksia on tullut jo paljon: se, mitä seuraavista viesteistäsi ei toteuteta, kerrotaan yhdessä viestissä.",
    ),
    "Mails of yours that were not carried out, while receipts waited: {count}": (
        "E-poster fra deg som ikke ble utført mens kvitteringene ventet: {count}",
        "Viestejäsi, joita ei toteutettu kuittausten odottaessa: {count}",
    ),
    "You have no cases with us.": ("Du har ingen saker hos oss.", "Sinulla ei ole tapauksia meillä."),
    "waiting for you": ("venter på deg", "odottaa sinua"),
    "Your text still holds lines of our own mails, which the requester must not see:": (
        "Teksten din inneholder fortsatt linjer fra våre egne e-poster, som innmelderen ikke skal se:",
        "Tekstissäsi on vielä rivejä omista viesteistämme. Asiakas ei saa nähdä niitä:",
    ),
    "A command stands within your text, where it would not be done and the requester would read it:": (
        "Det står en kommando inne i teksten din. Der blir den ikke utført, og innmelderen ville ha lest den:",
        "Tekstisi keskellä on komento. Siinä sitä ei suoriteta, ja asiakas näkisi sen:",
    ),
    "Move it to the top, or write it without the “!”, and send it again.": (
        "Flytt den helt øverst, eller skriv den uten «!», og send på nytt.",
        "Siirrä se aivan alkuun tai kirjoita se ilman huutomerkkiä ja lähetä uudelleen.",
    ),
    "Delete them and send it again.": ("Slett dem og send på nytt.", "Poista ne ja lähetä uudelleen."),
    "There are no words of your own in it. Write above the quoted text, and send it again.": (
        "Den inneholder ingen egen tekst fra deg. Skriv over det siterte og send på nytt.",
        "Viestissä ei ole omaa tekstiäsi. Kirjoita lainauksen yläpuolelle ja lähetä uudelleen.",
    ),
    "Your answer is held, because something came between:": (
        "Svaret ditt er holdt tilbake fordi noe kom imellom:",
        "Vastaustasi ei ole vielä lähetetty, koska väliin tuli jotakin:",
    ),
    "To send it all the same, answer with: !accept {id}": (
        "Vil du sende det likevel, svar med: !godta {id}",
        "Jos haluat silti lähettää sen, vastaa: !hyväksy {id}",
    ),
    "To drop it: !reject {id}": ("Skal det ikke sendes: !avvis {id}", "Jos et halua lähettää sitä: !hylkää {id}"),
    "A mail in your name arrived, but it is not proven to be yours, so nothing was sent and nothing was done.": (
        "Det kom en e-post i ditt navn, men den er ikke bekreftet. Derfor er ingenting sendt og ingenting gjort.",
        "Nimissäsi tuli viesti, jonka alkuperää ei ole varmennettu. Siksi mitään ei lähetetty eikä tehty.",
    ),
    "Why: {reason}.": ("Hvorfor: {reason}.", "Syy: {reason}."),
    "It is kept as an internal note. If you wrote it, ask your operator why your mail is not signed.": (
        "Den er lagret som et internt notat. Er den fra deg, spør driftsansvarlig hvorfor den ikke er signert.",
        "Se on tallessa sisäisenä muistiinpanona. Jos se on sinun, kysy ylläpidolta, miksi allekirjoitus puuttuu.",
    ),
    "{number} is open: {title}": ("{number} er åpnet: {title}", "Tapaus {number} on avattu: {title}"),
    "unknown": ("ukjent", "tuntematon"),
    "nobody": ("ingen", "ei ketään"),
    "the requester": ("innmelderen", "asiakas"),
    "(no subject)": ("(uten emne)", "(ei aihetta)"),
    "phone": ("telefon", "puhelin"),
    "chat": ("chat", "chat"),
    "form": ("skjema", "lomake"),
    "internal": ("intern", "sisäinen"),
    "{name}, by {channel}": ("{name} ({channel})", "{name} ({channel})"),
    "To let this person take part: !accept m{m}; to keep him out: !reject m{m}": (
        "Svar med !godta m{m} for å la denne personen delta, eller med !avvis m{m} for å si nei.",
        "Komento !hyväksy m{m} ottaa henkilön mukaan, komento !hylkää m{m} jättää hänet ulkopuolelle.",
    ),
    "Not sent: {files}. Pictures within the text, mail signatures and visiting cards stay here; attach a picture as a "
    "file.": (
        "Ikke sendt: {files}. Bilder i teksten, e-postsignaturer og visittkort blir igjen her. Skal et bilde med, legg "
        "det ved som fil.",
        "Ei lähetetty: {files}. Tekstiin upotetut kuvat, sähköpostin allekirjoitukset ja käyntikortit jäävät tänne. "
        "Liitä kuva tiedostona.",
    ),
    "letting somebody take part needs mail that is proven to be yours, or `mailgate accept`": (
        "for å la noen delta må e-posten være bekreftet som din; ellers bruk `mailgate accept`",
        "osallistujan voi lisätä vain viestillä, joka on varmennettu sinun lähettämäksesi, tai näin: `mailgate accept`",
    ),
    "{address} takes part in {number} from now on, and gets copies of answers.": (
        "{address} deltar nå i {number} og får kopi av svarene.",
        "{address} osallistuu nyt ja saa kopiot vastauksista, tapaus {number}.",
    ),
    "{address} stays outside; his answer addresses for {number} are void.": (
        "{address} holdes utenfor; svaradressene til {number} gjelder ikke lenger.",
        "{address} jää ulkopuolelle, eivätkä vastausosoitteet enää kelpaa, tapaus {number}.",
    ),
    "“{text}” is neither a held mail nor somebody outside {number} (there is: {there})": (
        "«{text}» er verken en e-post som holdes tilbake eller noen utenfor {number} (der er: {there})",
        "”{text}” ei ole pidätetty viesti eikä ulkopuolinen, tapaus {number} (ulkopuoliset: {there})",
    ),
    "It goes to the answer addresses of several cases at once. Answer each of them on its own.": (
        "Den går til svaradressene for flere saker samtidig. Svar på hver sak for seg.",
        "Se on lähetetty usean tapauksen vastausosoitteisiin yhtä aikaa. Vastaa jokaiseen erikseen.",
    ),
    "M{m}: {name} answered: {words}": ("M{m}: {name} svarte: {words}", "M{m}: {name} vastasi: {words}"),
    "M{m}: {name} wrote: {words}": ("M{m}: {name} skrev: {words}", "M{m}: {name} kirjoitti: {words}"),
    "{before} was merged into {number}: your answer would go to {address} now": (
        "{before} er slått sammen med {number}: svaret ditt ville nå gått til {address}",
        "Tapaus {before} on yhdistetty, uusi numero on {number}. Vastauksesi lähtisi nyt tänne: {address}",
    ),
    "the author's domain says the mail is forged": (
        "avsenderens domene sier at e-posten er forfalsket",
        "lähettäjän verkkotunnuksen mukaan viesti on väärennetty",
    ),
    "the answer address is right, but From is not proven": (
        "svaradressen stemmer, men avsenderen er ikke bekreftet",
        "vastausosoite on oikea, mutta lähettäjää ei ole varmennettu",
    ),
    "the answer address is too old": ("svaradressen er for gammel", "vastausosoite on vanhentunut"),
    "the attached {file}": ("vedlegget {file}", "liite {file}"),
    "There is no held mail {name}; your operator lists them with `mailgate spool held`.": (
        "Ingen e-post med nummer {name} holdes tilbake; driftsansvarlig finner dem med `mailgate spool held`.",
        "Pidätettyä viestiä {name} ei ole. Ylläpito näkee pidätetyt viestit näin: `mailgate spool held`.",
    ),
    "(This mail could not be read whole. It is attached as it came.)": (
        "(Denne e-posten kunne ikke leses i sin helhet. Den er lagt ved slik den kom.)",
        "(Tätä viestiä ei voitu lukea kokonaan. Se on liitteenä sellaisena kuin se saapui.)",
    ),
    "(This mail has {size} MB and was too large to be taken. Its beginning is attached; the whole mail lies in the "
    "mailbox {mailbox}.)": (
        "(Denne e-posten er på {size} MB og var for stor til å tas imot. Begynnelsen er lagt ved; hele e-posten ligger "
        "i postkassen {mailbox}.)",
        "(Viestin koko on {size} Mt, ja se oli liian suuri vastaanotettavaksi. Sen alku on liitteenä. Koko viesti on "
        "postilaatikossa {mailbox}.)",
    ),
    # Mail that did not arrive
    "unknown recipient": ("ukjent mottaker", "tuntematon vastaanottaja"),
    "Our mail to {whom} was not delivered: {reason}.": (
        "E-posten vår til {whom} ble ikke levert: {reason}.",
        "Viestiämme ei voitu toimittaa. Vastaanottaja: {whom}. Syy: {reason}.",
    ),
    "Our mail to {whom} was delayed: {reason}.": (
        "E-posten vår til {whom} er forsinket: {reason}.",
        "Viestimme on viivästynyt. Vastaanottaja: {whom}. Syy: {reason}.",
    ),
    "Our mail to {whom} was delayed.": (
        "E-posten vår til {whom} er forsinket.",
        "Viestimme on viivästynyt. Vastaanottaja: {whom}.",
    ),
    "A bounce that may be forged says that our mail to {whom} did not arrive: {reason}.": (
        "En returmelding, som kan være forfalsket, sier at e-posten vår til {whom} ikke kom fram: {reason}.",
        "Palautusviesti, joka voi olla väärennetty, kertoo, ettei viestimme mennyt perille. Vastaanottaja: {whom}. "
        "Syy: {reason}.",
    ),
    "A mail to the requester could not be sent: {reason}": (
        "En e-post til innmelderen kunne ikke sendes: {reason}",
        "Viestiä asiakkaalle ei voitu lähettää: {reason}",
    ),
    "a line or an address of an alert stands in the answer": (
        "svaret inneholder en linje eller en adresse fra et varsel",
        "vastauksessa on ilmoituksen rivi tai osoite",
    ),
    "{count} recipients; 1 to {most} are possible": (
        "{count} mottakere; 1 til {most} er mulig",
        "vastaanottajia {count}; sallittu määrä on 1–{most}",
    ),
    "not an address: {address}": ("ikke en adresse: {address}", "ei ole osoite: {address}"),
    "{address} needs a relay with SMTPUTF8, which is not configured": (
        "{address} krever en server med SMTPUTF8, og det er ikke satt opp",
        "{address} vaatii palvelimen, joka tukee SMTPUTF8:aa, eikä sellaista ole määritetty",
    ),
    # Why it did not arrive; the English names are those of `inbound.bounces`.
    "mailbox full": ("postkassen er full", "postilaatikko on täynnä"),
    "message too large": ("meldingen er for stor", "viesti on liian suuri"),
    "mail loop": ("e-posten går i ring", "viesti kiertää kehää"),
    "domain not found": ("domenet finnes ikke", "verkkotunnusta ei löydy"),
    "sender not authenticated": ("avsenderen kunne ikke bekreftes", "lähettäjää ei voitu varmentaa"),
    "no such user": ("adressen finnes ikke", "osoitetta ei ole"),
    "mailbox closed": ("postkassen er stengt", "postilaatikko on suljettu"),
    "virus or forbidden content": ("virus eller forbudt innhold", "virus tai kielletty sisältö"),
    "too many mails": ("for mange e-poster", "liian monta viestiä"),
    "blocked as spam": ("stoppet som søppelpost", "estetty roskapostina"),
    "sender not accepted": ("avsenderen ble ikke godtatt", "lähettäjää ei hyväksytty"),
    "relaying denied": ("serveren vil ikke sende den videre", "palvelin ei välitä viestiä eteenpäin"),
    "host does not answer": ("serveren svarer ikke", "palvelin ei vastaa"),
    "time ran out": ("tiden løp ut", "aika loppui kesken"),
    "not now": ("serveren kan ikke ta imot nå", "palvelin ei voi ottaa viestiä vastaan juuri nyt"),
    "policy": ("mottakerens regler", "vastaanottajan säännöt"),
    "blocked by policy": ("stoppet av mottakerens regler", "vastaanottajan säännöt estivät"),
    "delayed": ("forsinket", "viivästynyt"),
    "not delivered": ("ikke levert", "ei toimitettu"),
    # Promises
    "waiting over": ("ventetiden er over", "odotusaika päättyi"),
    "The time of waiting for the requester is over.": (
        "Ventetiden på innmelderen er over.",
        "Asiakkaan odotusaika on päättynyt.",
    ),
    "The time of waiting for a third party is over.": (
        "Ventetiden på en tredjepart er over.",
        "Ulkopuolisen odotusaika on päättynyt.",
    ),
    "Nothing is promised for this ticket.": (
        "Ingenting er lovet i denne saken.",
        "Tässä tapauksessa ei ole luvattu mitään.",
    ),
    "First response": ("Første svar", "Ensimmäinen vastaus"),
    "Next response": ("Neste svar", "Seuraava vastaus"),
    "Resolution": ("Løsning", "Ratkaisu"),
    "Update to the requester": ("Statusmelding til innmelderen", "Tilannetieto asiakkaalle"),
    "{what}, {amount} of {calendar} hours": (
        "{what}, {amount} etter kalenderen {calendar}",
        "{what}, {amount}, kalenteri {calendar}",
    ),
    "{what}: {state}": ("{what}: {state}", "{what}: {state}"),
    "{promise} since {since}: {state}": ("{promise}, fra {since}: {state}", "{promise}, alkoi {since}: {state}"),
    "{promise} since {since} (came in late): {state}": (
        "{promise}, fra {since} (kom inn forsinket): {state}",
        "{promise}, alkoi {since} (saapui myöhässä): {state}",
    ),
    "kept, {when}": ("holdt, {when}", "pidetty, {when}"),
    "missed, {when}": ("ikke holdt, {when}", "ylitetty, {when}"),
    "no longer owed, {when}": ("bortfalt, {when}", "rauennut, {when}"),
    "replaced, {when}": ("erstattet, {when}", "korvattu, {when}"),
    "rests, {cause}; {used} used": ("står stille, {cause}; brukt: {used}", "pysähdyksissä, {cause}; käytetty: {used}"),
    "waiting for the requester": ("venter på innmelderen", "odottaa asiakasta"),
    "waiting for a third party": ("venter på en tredjepart", "odottaa ulkopuolista"),
    "{used} used, and the calendar does not open again": (
        "brukt: {used}, og kalenderen åpner ikke igjen",
        "käytetty: {used}, eikä kalenteri enää aukea",
    ),
    "{used} used, {left} left, due {when}": (
        "brukt: {used}, igjen: {left}, frist {when}",
        "käytetty: {used}, jäljellä: {left}, määräaika {when}",
    ),
    "{used} used, overdue since {when}": (
        "brukt: {used}, fristen gikk ut {when}",
        "käytetty: {used}, määräaika päättyi {when}",
    ),
    "{count} d": ("{count} d", "{count} vrk"),
    "{count} h": ("{count} t", "{count} t"),
    "{count} min": ("{count} min", "{count} min"),
    "{count} s": ("{count} s", "{count} s"),
    "{hours} h": ("{hours} t", "{hours} t"),
    "{hours} h {minutes} min": ("{hours} t {minutes} min", "{hours} t {minutes} min"),
    "{address} is told the number.": ("{address} får vite saksnummeret.", "Tapausnumero on lähetetty: {address}"),
}
