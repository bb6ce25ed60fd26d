"""What short words in a mail mean: a thank-you, a confirmation, "it solved itself", a subject that says nothing.

Tables of words in English, Norwegian (both), Swedish, Danish, Finnish and German, and the few rules that read them.
A wrong yes here closes or keeps closed a case in which somebody still waits, a wrong no only asks a person
    to look: so
every word that is not known speaks against, and "thanks, but" is no thank-you.
"""

from __future__ import annotations

import re
import unicodedata

from ticketing import case_number

MAX_SHORT = 12
MAX_TITLE = 80
MAX_READ = 4000  # a company's signature with what its lawyers want is 1,500
MAX_CARD = 16  # lines


def is_thanks(own_words: str, has_files: bool) -> bool:
    """A thank-you and nothing else (RULES 4.1): at most twelve words, no question, no file, no figure,
        nothing against.
    A name or two may stand in it; a closing formula with a name does not count."""
    words = _short(own_words)
    if words is None or has_files:
        return False
    return _has(words, _THANKS) and _unknown(words, _THANKS | _POLITE | _CONFIRMING) == 0


def is_confirmation(own_words: str) -> bool:
    """A yes and nothing else: ok, ja, bekreftet, kuittaan, confirmed, solved."""
    words = _short(own_words)
    if words is None:
        return False
    return _has(words, _CONFIRMING) and _unknown(words, _THANKS | _POLITE | _CONFIRMING) == 0


def is_refusal(own_words: str) -> bool:
    """A no that stands first, and no yes behind it: nei, no thanks, ei kiitos. Why not may follow."""
    if len(own_words) > 1000 or "?" in own_words:
        return False
    begin, _, rest = _REFUSAL_ENDS.sub("\n", _plain(own_words).strip()).partition("\n")
    later = re.findall(r"[^\W\d_]+", rest)
    return " ".join(begin.split()) in _REFUSING and not _has(later, _CONFIRMING)


def objects(own_words: str) -> bool:
    """Something is asked, denied or added: no plain yes, whatever else is said."""
    return "?" in own_words or not _AGAINST.isdisjoint(re.findall(r"[^\W\d_]+(?:['-][^\W\d_]+)*", _plain(own_words)))


def solved_itself(own_words: str) -> bool:
    """Somebody says that nothing is left to do: "det løste seg", "ratkesi itsestään", "never mind". Only a hint for the
    agent, so one such sentence is enough unless it is denied, asked, or followed by a but."""
    text = _plain(own_words[:4000])
    for match in _SOLVED.finditer(text):
        sentence = _sentence_around(text, match.start(), match.end())
        if "?" in sentence or _DENIED.search(sentence) or _BUT.search(text[match.end() :]):
            continue
        return True
    return False


def generic_subject(subject: str) -> bool:
    """A subject that names nothing: empty, "Re:", "hjelp", "problem", "(no subject)"."""
    words = re.sub(r"[\W_]+", " ", normalise_subject(subject)).strip()
    return not words or words in _GENERIC or len(words) == 1


def title_from(own_words: str) -> str:
    """The first own words that say something, on one line, at most 80 signs, cut between words; '' where
    there are none."""
    lines = (" ".join(_printable(line).split()) for line in own_words[:20_000].split("\n"))
    telling = [line for line in lines if re.search(r"\w", line)]
    title = next((line for line in telling if not _GREETING.match(line)), telling[0] if telling else "")
    title = _LEADING_GREETING.sub("", title) or title
    if len(title) <= MAX_TITLE:
        return title
    cut = title[: MAX_TITLE - 1]
    return (cut.rpartition(" ")[0] or cut).rstrip(" ,;:-–") + "…"


def strip_reply_prefixes(subject: str) -> str:
    """For display only: without `Re:`, `SV:`, `Re[2]:` and their like, however many; marks in brackets stay."""
    kept = ""
    rest = subject.strip()
    while True:
        if match := _PREFIX.match(rest):
            rest = rest[match.end() :].lstrip()
        elif (match := _BRACKETS.match(rest)) and _PREFIX.match(rest, match.end()):
            kept += match[0]
            rest = rest[match.end() :]
        else:
            return kept + rest


def normalise_subject(subject: str) -> str:
    """What two mails about one thing have in common: lower case, no prefixes, no tags of ours, single blanks."""
    text = "".join(unicodedata.normalize("NFKC", sign) for sign in subject[:2000])
    return " ".join(strip_reply_prefixes(case_number.without_tags(text)).casefold().split())


# --- reading ---------------------------------------------------------------------------------------------------------


def _plain(text: str) -> str:
    """Lower case, composed sign by sign where needed, typographic apostrophes made plain."""
    return unicodedata.normalize("NFC", text).casefold().replace("’", "'").replace("ʼ", "'")


def _printable(line: str) -> str:
    return "".join(sign if sign.isprintable() else " " for sign in line)


def _short(own_words: str) -> list[str] | None:
    """The words as written, without greeting and closing; None where they are too many, ask, count or
    contradict."""
    if len(own_words) > MAX_READ:
        return None
    text = _without_closing(unicodedata.normalize("NFC", own_words).replace("’", "'"))
    if len(text) > 1000:
        return None
    words = re.findall(r"[^\W\d_]+(?:['-][^\W\d_]+)*|[0-9]+|👍|🙏|❤|😊|🙂|👌|✅|💪", text)
    if not words or len(words) > MAX_SHORT or _QUESTION.search(_LINK.sub("", own_words)):
        return None
    folded = {word.casefold() for word in words}
    if any(word[0].isdigit() for word in words) or folded & _AGAINST or _has(words, _IN_ADVANCE):
        return None
    # `en` is an article in Scandinavia and denies in Finnish.
    if "en" in folded and folded & _FINNISH:
        return None
    if folded & _AGAIN and not folded & _WORKS:
        return None
    return words


def _without_closing(text: str) -> str:
    """Without "Mvh Ola Nordmann" and what follows it, where that is a card: at most three lines of names, or a name and
    lines that say how to reach him, so that nothing said below it goes unread."""
    lines = [line.strip() for line in text.strip().split("\n")]
    for i, line in enumerate(lines):
        match = _CLOSING.match(line)
        below = [more for more in lines[i + 1 :] if more]
        if match and len(below) <= 3 and _names_only(line[match.end() :], below):
            return "\n".join(lines[:i])
        name = line[match.end() :].strip(" ,.") if match else line
        rest = below[1:] if match and not name and below else below
        named = _is_name(name or (below[0] if below else ""), 1 if match else 2)
        if i and named and len(rest) <= MAX_CARD and _is_card(rest, closed=match is not None):
            return "\n".join(lines[:i])
    return text


def _is_name(line: str, least: int) -> bool:
    words = line.split()
    return least <= len(words) <= 4 and all(word[0].isupper() for word in words) and line[-1] not in ".,!?:"


def _is_card(lines: list[str], closed: bool) -> bool:
    """What stands below a name: title, company, street, telephone; nothing that says something to anybody."""
    for k, line in enumerate(lines):
        plain = _plain(line)
        if _LEGAL.search(plain):
            return closed or k > 0
        if _REACHED.search(plain) and len(plain.split()) <= 12 and "?" not in _LINK.sub("", plain):
            continue
        words = re.findall(r"[^\W\d_]+(?:['-][^\W\d_]+)*", plain)
        said = line.endswith((".", "!", "?", ":")) and len(words) > 2
        if said or "?" in line or len(words) > 6 or not _AGAINST.isdisjoint(words) or plain.startswith(("ps", "p.s")):
            return False
        if not (line[0].isupper() or line[0].isdigit() or line[0] in "[+(" or len(words) <= 2):
            return False
    return any(_REACHED.search(_plain(line)) for line in lines)


_LINK = re.compile(r"(?:https?://|www\.)\S*")
_QUESTION = re.compile(r"[?？]")
_REACHED = re.compile(r"[^\s@]@[^\s@]|://|(?<!\w)www\.|(?<![\d.,])\+?(?:\d[ ()./-]{0,2}){7}|org\.? ?(?:nr|no)|y-tunnus")
_LEGAL = re.compile(
    r"konfidensiel|fortrolig|confidential|luottamuksel|vertraulich|kun ment for|intended (?:solely|only)|"
    r"tenk (?:på )?miljø|before (?:printing|you print)|skrive?r? ut denne e-?post"
)


def _names_only(rest: str, below: list[str]) -> bool:
    words = re.findall(r"[^\W\d_]\S*", " ".join([rest, *below]))
    return len(words) <= 8 and all(word[0].isupper() or len(word) <= 3 or "@" in word for word in words)


def _has(words: list[str], phrases: frozenset[str]) -> bool:
    folded = [word.casefold() for word in words]
    joined = f" {' '.join(folded)} "
    return any(f" {phrase} " in joined for phrase in phrases)


def _unknown(words: list[str], known: frozenset[str]) -> int:
    """How many words mean something we do not know. Two capitalised ones behind the first word may be a name."""
    single = {part for phrase in known for part in phrase.split()}
    strange = [(k, word) for k, word in enumerate(words) if word.casefold() not in single]
    names = [word for k, word in strange if k > 0 and word[0].isupper() and not word.isupper()]
    return len(strange) - min(len(names), 2)


def _sentence_around(text: str, start: int, end: int) -> str:
    begin = max((text.rfind(sign, 0, start) for sign in ".!?\n"), default=-1) + 1
    stops = [at for sign in ".!?\n" if (at := text.find(sign, end)) >= 0]
    return text[begin : min(stops, default=len(text)) + 1]


# --- tables ----------------------------------------------------------------------------------------------------------


def _phrases(text: str) -> frozenset[str]:
    """Phrases divided by commas or line ends."""
    return frozenset(" ".join(phrase.split()).casefold() for phrase in re.split(r"[,\n]", text) if phrase.strip())


def _words(text: str) -> frozenset[str]:
    return frozenset(text.casefold().split())


_THANKS = _phrases("""
    thanks, thank you, thank u, thx, tnx, ty, cheers, much appreciated, appreciate it, appreciated, many thanks
    takk, tusen takk, mange takk, hjertelig takk, takker, tusentakk, takksam, tusind tak, tak, mange tak
    tack, tusen tack, tackar, stort tack, jättetack
    kiitos, kiitoksia, kiitti, kiitän, paljon kiitoksia, suurkiitos, suuret kiitokset, kiitokset, iso kiitos
    danke, dankeschön, danke schön, vielen dank, vielen lieben dank, herzlichen dank, besten dank, tausend dank, merci
    👍, 🙏, ❤, 😊, 🙂, 👌
""")
_CONFIRMING = _phrases("""
    ok, okay, oki, okei, okey, oke, yes, yep, confirmed, confirm, i confirm, solved, resolved, fixed, agreed,
    correct
    approved, go ahead, fine by me, fine with me, sounds good, solved itself, resolved itself, sorted itself out
    greit, det er greit, høres bra ut, kjør på, løste seg, ordnet seg, ordna seg, løyste seg
    sopii, käy hyvin, hyväksyn, hyväksymme, ratkesi itsestään, se ratkesi
    can be closed, please close, close it, works, it works, works now, working, all good, done
    korrekt, det er korrekt
    ja, jepp, japp, jo, bekreftet, bekrefter, bekreftes, stadfester, stadfesta, løst, ordnet, ordna, stemmer,
    virker, virkar
    fungerer, fungerar, kan lukkes, kan avsluttes, lukk, i orden, alt i orden, godkjent, avsluttes
    bekräftat, bekräftar, bekräftas, löst, fungerar nu, stämmer, kan stängas, godkänt, okej
    bekræftet, bekræfter, virker nu, godkendt
    joo, juu, kyllä, kuittaan, kuitattu, vahvistan, vahvistettu, selvä, toimii, ratkesi, ratkaistu, kunnossa,
    hyväksytty
    voi sulkea, saa sulkea
    jawohl, bestätigt, bestätige, hiermit bestätigt, erledigt, gelöst, funktioniert, passt, in ordnung, geht,
    stimmt, genau
    ✅, 👌
""")
_REFUSAL_ENDS = re.compile(r"[.,!;:–—]|\s-\s")
_REFUSING = _phrases("""
    no, nope, no thanks, no thank you, declined, decline, i decline, we decline, rejected, not approved, too expensive
    nei, nei takk, nei tusen takk, avslått, avslås, avslår, vi avslår, jeg avslår, takker nei, jeg takker nei,
    vi takker nei, ikke godkjent, ikkje godkjent, for dyrt, det er for dyrt
    nej, nej tack, nej tak, avböjer, ej godkänt, inte godkänt, ikke godkendt
    ei, ei kiitos, en hyväksy, emme hyväksy, hylkään, hylkäämme, hylätty, ei hyväksytä, liian kallis
    nein, nein danke, abgelehnt, ich lehne ab, wir lehnen ab, zu teuer
""")
# Courtesies and small words that change nothing.
_POLITE = _words("""
    hi hello hey dear all for the your you so much very a lot again great good perfect super fine nice help
    quick fast
    answer reply response support assistance it is that this now and all lovely wonderful excellent awesome
    brilliant kind
    regards best day have weekend problem's got i we really from us me too well swift prompt service cool
    sounds was just
    what needed wow perfectly again everything be can closed case ticket
    hei hallo heisann hjelpen hjelpa hjelp raskt rask raske svar svaret dere deg dykk du de det den så mye
    mykje veldig bra
    flott fint supert kjempebra kjempefint topp perfekt nå no og er var fin god helg dag på på alt for god
    oppfølging
    tilbakemelding tilbakemeldingen info infoen informasjonen som skal nydelig herlig strålende saken kan vi
    jeg eg min
    hilsen igjen greit fin fint ha en ei alle service servicen sørvis endelig fantastisk som en drøm helt
    virkelig kjapp
    mvh hilsen hilsner regards mfg terv terveisin br för
    hej hjälpen snabbt snabb snabba svaret ni er dig så mycket väldigt bra jättebra fint perfekt toppen nu
    och det är trevlig
    helg dag ha en ärendet kan
    hjälp hjælp respons responsen flinke flink snille snill dykkar dyktige bukker ska jeres hurtig lieben
    toiminnasta toiminnastanne
    hjælpen hurtigt hurtige svar jer mange alt godt dejligt fedt weekend sagen kan nu
    moi hei terve paljon avusta avustanne avustasi nopeasta nopeasti vastauksesta tiedosta hyvä hyvää hienoa
    mahtavaa loistavaa
    upeaa nyt se on oli oikein erittäin teille sinulle viikonloppua päivää päivänjatkoa jatkoa asia tiketin
    tapauksen voi näin
    tämä taas kaikesta palvelusta
    guten tag liebe lieber ihre ihnen dir euch die schnelle schnellen hilfe antwort rückmeldung unterstützung
    sehr für alles
    es das ist jetzt nun wieder gut super prima toll perfekt und schönes schönen wochenende tag noch auch der
    fall kann
    geschlossen werden bestens klasse wunderbar
""")
# One of these, and the words are no mere thank-you or yes.
_AGAINST = _words("""
    but however although except unfortunately not no never don't doesn't didn't isn't wasn't won't can't
    cannot couldn't without
    still yet unless until wrong broken error errors fail fails failed failing issue missing wait waiting
    please-help need
    want could would should when where why how who which if instead another also else unresolved unsolved
    men dog likevel imidlertid dessverre ikke ikkje ingen aldri fortsatt framleis fremdeles ennå enno feil
    feiler mangler manglar
    venter ventar trenger treng hvis viss om når hvorfor hvordan korleis hvem hvilken vennligst kunne også
    enda uløst
    bortsett utenom unntatt ødelagt
    dock tyvärr inte inga aldrig fortfarande ändå fel saknas väntar behöver varför hur vem kunde också utom
    desværre ikke stadig fejl mangler venter behøver hvorfor hvordan kunne også undtagen
    mutta kuitenkaan kuitenkin valitettavasti ei emme ette eivät eikä enää vielä edelleen yhä virhe
    vika puuttuu odotan
    odotamme tarvitsen tarvitsemme jos miksi miten milloin kuka voisitko voisitteko myös paitsi rikki
    aber jedoch leider nicht kein keine nie immer-noch trotzdem weiterhin fehler fehlt fehlen warte warten
    brauche wenn warum
    wie wann wer könnten könnte bitte außer nur kaputt
""")
_FINNISH = _words("kiitos kiitoksia kiitti kiitän kyllä joo toimii")
_AGAIN = _words("again igjen igen taas uudelleen uudestaan wieder erneut")
_WORKS = _words(
    "works work working virker virkar fungerer fungerar toimii funktioniert geht thanks takk tack tak kiitos danke"
)
_IN_ADVANCE = _phrases("""
    in advance, beforehand, på forhånd, på førehand, i förväg, på förhand, på forhånd tak, etukäteen,
    ennakkoon, im voraus
    no thanks, no thank you, nei takk, nej tack, nej tak, ei kiitos, nein danke
""")
_CLOSING = re.compile(
    r"(?:mvh|m\.v\.h\.?|v[hn]|vennlig hilsen|venleg helsing|med vennlig hilsen|med venleg helsing|beste hilsen|"
    r"hilsen|helsing|"
    r"hilsener|hälsningar|med vänlig(?:a)? hälsning(?:ar)?|vänlig(?:a)? hälsning(?:ar)?|med venlig hilsen|"
    r"venlig hilsen|"
    r"t:|t\.|terv\.?|terveisin|ystävällisin terveisin|yst\.? ?terv\.?|parhain terveisin|"
    r"(?:kind |best |warm )?regards|best wishes|sincerely|yours sincerely|yours truly|br|kr|rgds|"
    r"mfg|lg|vg|mit freundlichen grüßen|freundliche grüße|viele grüße|beste grüße|liebe grüße|gruß|"
    r"grüße)(?![\w])[,.!]?",
    re.IGNORECASE,
)

_SOLVED = re.compile(
    r"(?<!\w)(?:(?:solved|resolved|fixed|sorted) (?:itself|by itself|on its own|myself|it myself|itself out)|"
    r"sorted itself out|"
    r"never ?mind|nevermind|please (?:disregard|ignore) (?:this|my|the)|(?:i|we)(?: have|'ve)? (?:figured|"
    r"worked|found) (?:it|that) out|"
    r"(?:i|we)(?: have|'ve)? (?:solved|fixed|resolved|sorted) (?:it|this|the (?:problem|issue))|works again|"
    r"working again|"
    r"(?:is|it's|problem|issue|now|been) (?:already )?(?:solved|resolved|fixed|sorted)(?: now)?|"
    r"no longer (?:needed|relevant|an issue|a problem)|"
    r"(?:error|problem|issue) (?:is|has) (?:now )?(?:gone|disappeared|vanished)|managed to (?:fix|solve|resolve) (?:it|"
    r"this)|got it (?:working|to work)|no need to look|false alarm|all is well|"
    r"(?:feilen|feila|problemet|feilmeldingen|feilmeldinga) er (?:nå |no )?(?:borte|vekk)|"
    r"(?:fekk det til sjølv|fikk det til selv)|treng(?:er)? ikk(?:e|je) (?:mer |meir )?hjelp (?:lenger|lengre)|"
    r"falskt? alarm|falskt larm|(?:fejlen|problemet) er (?:nu )?væk|fundet ud af det|fandt (?:selv )?ud af det|"
    r"fungerar (?:det|nu) igen|(?:felet|problemet) är (?:nu )?borta|hittade felet själv|löst det själv|"
    r"(?:ongelma|vika|virhe) (?:poistui|katosi|hävisi)|sain (?:\w{1,12} )?toimimaan|ei (?:ole )?tarvetta enää|"
    r"asia kunnossa|väärä hälytys|"
    r"(?:fehler|problem) ist (?:jetzt |nun )?(?:weg|verschwunden)|ignorieren sie (?:bitte )?(?:meine|die)|fehlalarm|"
    r"läuft (?:jetzt |nun |alles )?wieder|"
    r"(?:løste|løyste|ordna|ordnet|retta|rettet|fiksa|fikset) seg|(?:løst|løyst|ordnet|ordna|rettet|retta|"
    r"fikset|fiksa) seg|gikk over av seg selv|"
    r"(?:fant|fann|funnet|funne) ut av det|(?:løste|fikset|fiksa|ordnet|ordna|løst) det selv|er (?:nå |"
    r"no )?(?:løst|ordnet|i orden|ordna)|"
    r"virker igjen|fungerer igjen|verkar igjen|virker (?:nå|no) (?:igjen|som det skal)|ikke lenger (?:aktuelt|"
    r"nødvendig|et problem)|"
    r"ikkje lenger (?:aktuelt|naudsynt)|se bort fra|sjå bort frå|"
    r"löste sig|löst sig|ordnade sig|ordnat sig|är (?:nu )?löst|fungerar igen|löste det själv|bortse från|"
    r"inte längre aktuellt|"
    r"løst sig|løste sig|løst det selv|virker igen|er løst|se bort fra|ikke længere aktuelt|"
    r"ratkesi|ratkennut|ratkaisin (?:sen|tämän|ongelman)|selvisi|selvinnyt|korjaantui|korjautui|toimii taas|"
    r"toimii nyt|"
    r"ei (?:ole )?enää (?:ajankohtai\w+|tarpee\w+|tarvita)|asia on (?:jo )?(?:kunnossa|hoidettu|hoitunut)|hoitui|"
    r"(?:hat|haben) sich (?:von selbst |inzwischen |bereits |schon )?(?:erledigt|gelöst|geklärt)|"
    r"hat sich von (?:selbst|allein\w*) (?:erledigt|gelöst|geklärt)|"
    r"(?:ist|wurde) (?:jetzt |nun |inzwischen |bereits |schon )?(?:gelöst|erledigt|behoben)|(?:funktioniert|"
    r"geht) (?:jetzt |nun )?wieder|"
    r"selbst (?:gelöst|behoben|gefunden)|hinfällig)(?!\w)"
)
_DENIED = re.compile(
    r"(?<!\w)(?:never(?! ?mind)|aldri|aldrig|koskaan|nie|not|"
    r"isn't|hasn't|hadn't|wasn't|haven't|until|if|unless|can(?:not)? be|when|hope|hoping|"
    r"ikk(?:e|je)(?! lenger| længere)(?! (?:mer |meir )?hjelp (?:lenger|lengre))|"
    r"inntil|hvis|dersom|viss|håper|om|når|blir?|inte(?! längre)|innan|hoppas|"
    r"en|ei ole(?! enää)|ei(?! enää| ole| tarvetta enää)|eivät|jos|"
    r"kunnes|toivottavasti|nicht|kein\w*|wenn|falls|bis|hoffe\w*)(?!\w)"
)
_BUT = re.compile(
    r"(?<!\w)(?:but|however|men|dog|imidlertid|dock|mutta|kuitenkin|aber|jedoch)(?!\w)(?! (?:thanks|thank|takk|"
    r"tack|tak|kiitos|danke))"
)

_GENERIC = _phrases("""
    help, help me, help needed, need help, please help, help please, problem, problems, a problem, issue,
    issues, question
    questions, a question, support, support request, request, inquiry, enquiry, hi, hello, hey, urgent,
    important, error
    no subject, none, subject, untitled, test, mail, email, e mail, message, info, information, fault,
    trouble, it, other, asap
    hjelp, hjelp meg, trenger hjelp, treng hjelp, hjelp trengs, problemer, et problem, eit problem, spørsmål,
    et spørsmål
    eit spørsmål, spm, hei, hallo, haster, viktig, feil, feilmelding, henvendelse, førespurnad, forespørsel,
    ingen emne
    uten emne, intet emne, uten tittel, emne, melding, beskjed, support hjelp, sak, diverse, annet, anna
    hjälp, hjälp mig, fråga, frågor, en fråga, hej, brådskande, viktigt, fel, ärende, inget ämne,
    ingen rubrik, ämne, förfrågan
    meddelande, problem problem
    hjælp, spørgsmål, et spørgsmål, fejl, forespørgsel, intet emne, besked, henvendelser
    apua, apua tarvitaan, ongelma, ongelmia, kysymys, kysymyksiä, kysyttävää, moi, terve, kiire,
    kiireellinen, tärkeä, virhe, vika
    tukipyyntö, pyyntö, asia, ei aihetta, ei otsikkoa, aihe, otsikko, viesti, yhteydenotto, tuki
    hilfe, bitte um hilfe, hilfe benötigt, probleme, ein problem, frage, fragen, eine frage, dringend,
    wichtig, fehler, anfrage
    kein betreff, ohne betreff, betreff, nachricht, mitteilung, support anfrage, anliegen
    aucun objet, sans objet, aide, question question, ayuda, sin asunto, consulta, aiuto, nessun oggetto
""")
_PREFIXES = _words("""
    re sv vs vb vl aw wg fwd fw antw ant antwort svar tr rv enc res rif ref odp pd ynt ilt atb απ πρθ σχετ vá bls doorst
    fs r vast lvs отв пер відп 回复 回覆 答复 答覆 转发 轉寄 轉發 返信 転送
    회신 전달 답장 תגובה הועבר رد
""")
_PREFIX = re.compile(
    r"\s*(?:" + "|".join(sorted(map(re.escape, _PREFIXES), key=len, reverse=True)) + r")"
    r"(?:\s?(?:\[\d{1,3}\]|\(\d{1,3}\)|\^\d{1,3}|\*\d{1,3}))?\s?[:：](?!//)",
    re.IGNORECASE,
)
_BRACKETS = re.compile(r"(?:\[[^\[\]]{1,80}\]\s*){1,5}")
_GREETINGS = (
    r"(?:hi|hello|hey|dear|good (?:morning|day|afternoon|evening)|hei|heisann|hallo|halla|god (?:morgen|morgon|"
    r"dag|kveld)|kjære|til|"
    r"hej|hejsan|tjena|god(?:morgon|dag|kväll)|bästa|kære|moi|moikka|terve|hyvä[äa]?|huomenta|päivää|"
    r"guten (?:tag|morgen|abend)|"
    r"sehr geehrte[rs]?|liebe[rs]?|servus|moin|greetings|to whom it may concern)"
)
_GREETING = re.compile(_GREETINGS + r"(?![\w-])[^.!?:\d]{0,40}[,.!:]?\s*\Z", re.IGNORECASE)
_LEADING_GREETING = re.compile(
    r"(?:hi|hello|hey|hei|heisann|hallo|hej|hejsan|moi|terve|guten tag)(?: [^\W\d_]+)?[,!.] +(?=\S)", re.IGNORECASE
)
