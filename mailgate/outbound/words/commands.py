"""Commands in the languages beside English: their names, what stands behind them, what they do, and what can be wrong
with one. English: (Norwegian bokmål, Finnish)."""

from __future__ import annotations

from ticketing import command_words

# The first of the names that people write in each language.
_NAMES = {f"!{word.name}": (f"!{word.nb[0]}", f"!{word.fi[0]}") for word in command_words.WORDS}

# What stands behind a name. Each word that is no placeholder is one that `inbound.command_readers` reads.
_ARGUMENTS = {
    "AGENT": ("NAVN", "NIMI"),
    "AGENT|none": ("NAVN|ingen", "NIMI|ei-kukaan"),
    "open|progress": ("åpen|pågår", "avoin|kesken"),
    "low|medium|high|urgent": ("lav|middels|høy|haster", "matala|normaali|korkea|kiireellinen"),
    "TYPE": ("TYPE", "TYYPPI"),
    "CATEGORY": ("KATEGORI", "LUOKKA"),
    "+x -y": ("+x -y", "+x -y"),
    '"TITLE"': ('"TITTEL"', '"OTSIKKO"'),
    "KEY=VALUE": ("FELT=VERDI", "KENTTÄ=ARVO"),
    "requester|vendor [until DAY]": ("innmelder|leverandør [til DAG]", "asiakas|toimittaja [PÄIVÄ]"),
    "DAY": ("DAG", "PÄIVÄ"),
    "(lines) !end": ("(linjer) !slutt", "(rivit) !loppu"),
    "NAME [KEY=VALUE]": ("NAVN [FELT=VERDI]", "NIMI [KENTTÄ=ARVO]"),
    "+ADDRESS -ADDRESS": ("+ADRESSE -ADRESSE", "+OSOITE -OSOITE"),
    "ADDRESS": ("ADRESSE", "OSOITE"),
    "ADDRESS|none": ("ADRESSE|ingen", "OSOITE|ei-kukaan"),
    "NAME|none": ("NAVN|ingen", "NIMI|ei-mitään"),
    "SERIAL -SERIAL": ("SERIENUMMER -SERIENUMMER", "SARJANUMERO -SARJANUMERO"),
    "NUMBER": ("NUMMER", "NUMERO"),
    "CASE": ("SAK", "TAPAUS"),
    '"TITLE" [m3 files]': ('"TITTEL" [m3 filer]', '"OTSIKKO" [m3 tiedostot]'),
    "ADDRESS [m3 m5|all] [#CASE …]": ("ADRESSE [m3 m5|alle] [#SAK …]", "OSOITE [m3 m5|kaikki] [#TAPAUS …]"),
    "m3 (lines) !end": ("m3 (linjer) !slutt", "m3 (rivit) !loppu"),
    "0:30 [billable]": ("0:30 [fakturerbar]", "0:30 [laskutettava]"),
    "WORDS [@AGENT] [DAY]": ("TEKST [@NAVN] [DAG]", "TEKSTI [@NIMI] [PÄIVÄ]"),
    "DAY WORDS": ("DAG TEKST", "PÄIVÄ TEKSTI"),
    "ID": ("ID", "TUNNUS"),
    "[TEMPLATE]": ("[MAL]", "[POHJA]"),
    "mine|unassigned|overdue|starred|recent|workload|person ADDRESS|org NAME|NAME": (
        "mine|ledige|forfalte|stjerne|siste|fordeling|person ADRESSE|org NAVN|NAVN",
        "omat|vapaat|myöhässä|tähti|viimeisimmät|kuormitus|henkilö OSOITE|järjestö NIMI|NIMI",
    ),
    "until DAY [to AGENT]": ("til DAG [til NAVN]", "PÄIVÄ [henkilölle NIMI]"),
    "AGENT to AGENT": ("NAVN til NAVN", "NIMI henkilölle NIMI"),
    "[CASE]": ("[SAK]", "[TAPAUS]"),
    "NAME|-NAME": ("NAVN|-NAVN", "NIMI|-NIMI"),
    "[COMMAND]": ("[KOMMANDO]", "[KOMENTO]"),
}

_HELP = {
    "the words below stay internal": ("teksten under forblir intern", "alla oleva teksti jää sisäiseksi"),
    "the words below go to the requester": (
        "teksten under går til innmelderen",
        "alla oleva teksti lähtee asiakkaalle",
    ),
    "take the ticket": ("ta saken", "ota tapaus itsellesi"),
    "give the ticket to an agent": ("gi saken til en saksbehandler", "siirrä tapaus käsittelijälle"),
    "ask a colleague, keep the ticket": ("spør en kollega, behold saken", "kysy kollegalta, tapaus pysyy sinulla"),
    "completed": ("fullført", "ratkaistu"),
    "closed": ("lukket", "suljettu"),
    "back to work": ("åpne saken igjen", "avaa tapaus uudelleen"),
    "set it; a requester asks how it stands": (
        "endre status; en innmelder får vite hvordan saken står",
        "muuta tilaa; asiakas saa tiedon tilanteesta",
    ),
    "how urgent it is": ("hvor mye det haster", "kuinka kiireellinen asia on"),
    "set the type": ("velg sakstype", "valitse tyyppi"),
    "set the category": ("velg kategori", "valitse luokka"),
    "add and remove tags": ("legg til og fjern merkelapper", "lisää ja poista tunnisteita"),
    "set the title": ("endre tittelen", "muuta otsikkoa"),
    "fill in a field": ("fyll ut et felt", "täytä kenttä"),
    "it is somebody else's turn": ("saken venter på noen andre", "tapaus odottaa jotakuta muuta"),
    "set a deadline": ("sett en frist", "aseta määräaika"),
    "what solved it": ("hva som løste saken", "mikä ratkaisi asian"),
    "send a prepared answer (? shows them)": (
        "send et ferdig svar (? viser dem)",
        "lähetä vakiovastaus (? näyttää ne)",
    ),
    "who else hears of it": ("hvem andre som får kopi", "ketkä muut saavat kopion"),
    "who asked": ("hvem som har meldt saken", "kuka pyynnön lähetti"),
    "whom the answers go to, the requester in copy": (
        "hvem svarene går til, med kopi til innmelderen",
        "kenelle vastaukset lähtevät, kopio asiakkaalle",
    ),
    "set the organisation": ("velg organisasjon", "valitse organisaatio"),
    "set the project": ("velg prosjekt", "valitse projekti"),
    "which equipment it is about": ("hvilket utstyr saken gjelder", "mitä laitetta tapaus koskee"),
    "one more address of the requester": ("enda en adresse til innmelderen", "asiakkaan toinen osoite"),
    "the number of this case in another system": (
        "sakens nummer i et annet system",
        "tapauksen numero toisessa järjestelmässä",
    ),
    "these two have to do with each other": ("disse to hører sammen", "nämä kaksi liittyvät toisiinsa"),
    "this ticket goes into that one": ("denne saken slås sammen med den andre", "tämä tapaus yhdistetään toiseen"),
    "a new ticket out of this one": ("skill ut en ny sak", "erota uusi tapaus"),
    "show it to somebody outside": ("vis den til noen utenfor", "näytä se ulkopuoliselle"),
    "correct a message": ("rett en melding", "korjaa viestiä"),
    "there was a telephone call": ("noter en telefonsamtale", "kirjaa puhelu"),
    "time spent": ("brukt tid", "käytetty aika"),
    "something to be done": ("noe som skal gjøres", "jotakin tehtävää"),
    "remind me": ("minn meg på det", "muistuta minua"),
    "unwanted: close it": ("uønsket, lukkes", "roskapostia, suljetaan"),
    "the requester hears nothing of it": ("innmelderen får ikke vite om det", "asiakkaalle ei ilmoiteta"),
    "take what waits for a decision": ("godta det som venter på en avgjørelse", "hyväksy päätöstä odottava"),
    "refuse what waits for a decision": ("avvis det som venter på en avgjørelse", "hylkää päätöstä odottava"),
    "take back the last answer or change": (
        "trekk tilbake det siste svaret eller den siste endringen",
        "peru viimeisin vastaus tai muutos",
    ),
    "send me the ticket": ("send meg saken", "lähetä minulle tapaus"),
    "send me who did what": ("send meg historikken", "lähetä minulle tapahtumahistoria"),
    "send me the deadlines": ("send meg fristene", "lähetä minulle määräajat"),
    "open a ticket": ("åpne en sak", "avaa uusi tapaus"),
    "send me a list": ("send meg en liste", "lähetä minulle lista"),
    "put a star on it, or take it off": ("sett på eller ta av stjerne", "lisää tai poista tähti"),
    "my own mark, to find it again": ("mitt eget merke, så jeg finner den igjen", "oma merkki, jolla löydän sen taas"),
    "send me the most urgent free ticket": (
        "send meg den ledige saken som haster mest",
        "lähetä minulle kiireellisin vapaa tapaus",
    ),
    "I am not here": ("jeg er borte", "olen poissa"),
    "I am here again": ("jeg er tilbake", "olen taas paikalla"),
    "all open tickets change hands": ("alle åpne saker bytter saksbehandler", "kaikki avoimet tapaukset siirtyvät"),
    "send me the figures": ("send meg tallene", "lähetä minulle luvut"),
    "send me this list": ("send meg denne listen", "lähetä minulle tämä lista"),
    "no further copies to me": ("ingen flere kopier til meg", "ei enää kopioita minulle"),
    "please treat this as a request": ("behandle dette som en henvendelse", "käsittele tämä pyyntönä"),
    "send me my cases": ("send meg sakene mine", "lähetä minulle tapaukseni"),
}

# What does not fit a ticket's status, by the name of the event.
_EVENTS = {
    "claim": ("ta", "ota"),
    "assign": ("tildel", "siirrä"),
    "answer": ("svar", "vastaa"),
    "done": ("ferdig", "valmis"),
    "confirm": ("bekreft", "vahvista"),
    "auto-close": ("lukk av seg selv", "sulje automaattisesti"),
    "close": ("lukk", "sulje"),
    "spam": ("søppel", "roskaposti"),
    "merge": ("flett", "yhdistä"),
    "reply": ("svar", "vastaus"),
    "undelivered": ("ikke levert", "ei toimitettu"),
    "reopen": ("gjenåpne", "avaa"),
    "status open": ("status åpen", "tila avoin"),
    "status progress": ("status pågår", "tila kesken"),
}

_MISTAKES = {
    "At most {most} commands in one mail.": (
        "Høyst {most} kommandoer i én e-post.",
        "Yhdessä viestissä voi olla enintään {most} komentoa.",
    ),
    "There is no command !{name}. !help lists them.": (
        "Kommandoen !{name} finnes ikke. !hjelp viser dem som finnes.",
        "Komentoa !{name} ei ole. Komento !ohje näyttää kaikki.",
    ),
    "There is no command !{name}. Did you mean {meant}?": (
        "Kommandoen !{name} finnes ikke. Mente du {meant}?",
        "Komentoa !{name} ei ole. Tarkoititko komentoa {meant}?",
    ),
    "{wrong} Write: {usage}": ("{wrong} Skriv: {usage}", "{wrong} Kirjoita: {usage}"),
    "Something is missing.": ("Noe mangler.", "Jotakin puuttuu."),
    "Nothing stands behind this command.": (
        "Det skal ikke stå noe etter denne kommandoen.",
        "Tämän komennon perään ei kirjoiteta mitään.",
    ),
    "“{text}” is no mail address.": ("«{text}» er ikke en e-postadresse.", "”{text}” ei ole sähköpostiosoite."),
    "One case number is needed.": ("Det trengs ett saksnummer.", "Anna yksi tapausnumero."),
    "“{text}” is no time: hours:minutes, like 0:10 or 1:30.": (
        "«{text}» er ikke en varighet: timer:minutter, for eksempel 0:10 eller 1:30.",
        "”{text}” ei ole kesto: kirjoita tunnit:minuutit, esimerkiksi 0:10 tai 1:30.",
    ),
    "“{text}” of what? Write 6:00 or 6 t for six hours, 0:30 or 30 min.": (
        "«{text}» av hva? Skriv 6:00 eller 6 t for seks timer, 0:30 eller 30 min for en halv.",
        "”{text}” mitä? Kirjoita kuusi tuntia 6:00 tai 6 t, puoli tuntia 0:30 tai 30 min.",
    ),
    "The time is zero.": ("Varigheten er null.", "Kesto on nolla."),
    "A day is needed, like 2026-12-25, 25.12., friday, fredag, perjantai or +3d.": (
        "Det trengs en dag, for eksempel 2026-12-25, 25.12., fredag eller +3d.",
        "Anna päivä, esimerkiksi 2026-12-25, 25.12., perjantai tai +3pv.",
    ),
    "“{text}” behind the day is too much.": (
        "«{text}» etter dagen er for mye.",
        "Päivän perässä on liikaa: ”{text}”.",
    ),
    "“{text}” is none of {known}.": (
        "«{text}» er ingen av disse: {known}.",
        "”{text}” ei kelpaa. Vaihtoehdot: {known}.",
    ),
    "low, medium, high, urgent": ("lav, middels, høy, haster", "matala, normaali, korkea, kiireellinen"),
    "open, progress": ("åpen, pågår", "avoin, kesken"),
    "“{text}” is no KEY=VALUE.": ("«{text}» har ikke formen FELT=VERDI.", "”{text}” ei ole muotoa KENTTÄ=ARVO."),
    "The line !end is missing below it.": ("Linjen !slutt mangler under den.", "Sen alta puuttuu rivi !loppu."),
    "There are no words before !end.": ("Det står ingen tekst før !slutt.", "Ennen riviä !loppu ei ole tekstiä."),
    "The number of a message is needed, like m3.": (
        "Det trengs nummeret på en melding, for eksempel m3.",
        "Anna viestin numero, esimerkiksi m3.",
    ),
    "A field and its value are needed.": ("Det trengs et felt og en verdi.", "Anna kenttä ja sen arvo."),
    "Who has the turn, the requester or a vendor?": (
        "Hvem venter saken på, innmelderen eller leverandøren?",
        "Ketä tapaus odottaa, asiakasta vai toimittajaa?",
    ),
    "The name of the answer is missing.": ("Navnet på svarmalen mangler.", "Vakiovastauksen nimi puuttuu."),
    "The title of the new ticket is missing.": (
        "Tittelen på den nye saken mangler.",
        "Uuden tapauksen otsikko puuttuu.",
    ),
    "The address is missing.": ("Adressen mangler.", "Osoite puuttuu."),
    "“{text}” is neither a message like m3, nor all, nor a case number.": (
        "«{text}» er verken en melding, for eksempel m3, eller alle eller et saksnummer.",
        "”{text}” ei ole viesti (esimerkiksi m3), kaikki eikä tapausnumero.",
    ),
    "Behind the title stand only messages and “files”, like m3 m4 files.": (
        "Bak tittelen står bare meldinger og «filer», som m3 m4 filer.",
        "Otsikon perässä on vain viestejä ja ”tiedostot”, esimerkiksi m3 m4 tiedostot.",
    ),
    "Commands stand at the top of the text; in a subject none is read. Send it again.": (
        "Kommandoer står øverst i teksten; i emnet leses ingen. Send det på nytt.",
        "Komennot kirjoitetaan tekstin alkuun; aiheesta niitä ei lueta. Lähetä uudelleen.",
    ),
    "The mail could not be read, so nothing in it was done. It is kept as it came: mail {id} of the spool.": (
        "E-posten kunne ikke leses, så ingenting i den er utført. Den er lagret slik den kom: e-post {id} i køen.",
        "Viestiä ei voitu lukea, joten mitään siinä pyydettyä ei tehty. Se on tallessa: viesti {id} jonossa.",
    ),
    "Commands stand at the top, above all that is quoted or forwarded; below it none is read. Send it again.": (
        "Kommandoer står øverst, over alt som er sitert eller videresendt; under det leses ingen. Send det på nytt.",
        "Komennot kirjoitetaan alkuun, lainatun tai välitetyn tekstin yläpuolelle; sen alta niitä ei lueta. "
        "Lähetä uudelleen.",
    ),
    "{day} is farther away than can be reckoned.": (
        "{day} er for langt fram i tid.",
        "{day} on liian kaukana.",
    ),
    "How long did it take?": ("Hvor lang tid tok det?", "Kuinka kauan se kesti?"),
    "A time, and perhaps billable.": ("En varighet, og eventuelt fakturerbar.", "Kesto ja tarvittaessa laskutettava."),
    "One agent at most.": ("Høyst én saksbehandler.", "Enintään yksi käsittelijä."),
    "What is to be done?": ("Hva skal gjøres?", "Mitä pitää tehdä?"),
    "Which list?": ("Hvilken liste?", "Mikä lista?"),
    "Behind the day stands only: to AGENT.": (
        "Etter dagen står bare: til NAVN.",
        "Päivän perässä voi olla vain: henkilölle NIMI.",
    ),
    "From whom to whom?": ("Fra hvem til hvem?", "Keneltä kenelle?"),
    "You seem to have written into the quote, which is not sent: “{text}”. Write above it; send again.": (
        "Fra det siterte sendes ingenting, og det ser ut til at du har skrevet i det: «{text}». Skriv over det, og "
        "send på nytt.",
        "Lainatusta tekstistä ei lähetetä mitään, ja näyttää siltä, että kirjoitit sen sekaan: ”{text}”. Kirjoita sen "
        "yläpuolelle ja lähetä uudelleen.",
    ),
    "Words are hidden in the HTML of this mail: “{text}”. Send it as plain text.": (
        "I HTML-en i denne e-posten er det skjulte ord: «{text}». Send den som ren tekst.",
        "Tämän viestin HTML:ssä on piilotettuja sanoja: ”{text}”. Lähetä viesti pelkkänä tekstinä.",
    ),
}

WORDS: dict[str, tuple[str, str]] = {**_NAMES, **_ARGUMENTS, **_HELP, **_EVENTS, **_MISTAKES}
