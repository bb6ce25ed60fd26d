"""Whether a subject is that of an absence note: the phrases that responders write, by language.

Weak evidence by nature, since people write of absence too. A phrase counts where a responder puts it, at the very
start, and only where it stands by itself: before a colon, a date, a reply prefix, or nothing.
"""

from __future__ import annotations

import re
import unicodedata

MAX_SUBJECT = 300

# What responders put before or instead of the subject. Only the whole phrase counts: see _ends_there.
ABSENCE_PHRASES: dict[str, tuple[str, ...]] = {
    "en": (
        "automatic reply", "auto reply", "auto-reply", "autoreply", "auto response", "auto-response", "autoresponse",
        "automatic response", "automated reply", "automated response", "automatically generated reply",
        "out of office", "out-of-office", "out of the office", "out of office autoreply", "out of office auto-reply",
        "out of office reply", "out of office response", "out of office notification", "out of office message", "ooo",
        "oof", "i am out of the office", "i'm out of the office", "i am currently out of the office",
        "away from my mail", "away from office", "away from the office", "away from my desk", "vacation reply",
        "vacation response", "vacation message", "vacation notice", "absence notice", "on vacation", "on holiday",
        "on annual leave", "annual leave", "on leave", "maternity leave", "parental leave", "i am on vacation",
        "i will be out of the office", "holiday auto-reply", "vacation auto-reply", "vacation", "away",
    ),
    "nb": (
        "automatisk svar", "autosvar", "automatisk e-post", "automatisk fraværsmelding", "fraværsmelding",
        "fraværende", "fraværsassistent", "ikke til stede", "ikke på kontoret", "ute av kontoret", "ferieavvikling",
        "på ferie", "jeg er på ferie", "fravær", "automatisk besvarelse",
    ),
    "nn": (
        "fråverande", "autosvar", "automatisk e-post", "automatisk svar", "fråversmelding", "ikkje til stades",
        "ikkje på kontoret", "fråvær",
    ),
    "da": (
        "jeg er ikke på kontoret", "automatisk besked", "automatisk svar", "autosvar", "ikke til stede",
        "ikke på kontoret", "fraværsbesked", "feriebesked", "ferielukket", "fraværsmeddelelse", "fravær", "på ferie",
    ),
    "sv": (
        "semester t.o.m.", "föräldraledig", "tjänstledig", "autosvar", "automatiskt svar", "automatsvar",
        "automatiskt meddelande", "frånvaromeddelande", "frånvaro", "semestermeddelande", "ej på kontoret",
        "inte på kontoret", "på semester", "semester till", "frånvarande",
    ),
    "fi": (
        "poissaolo", "automaattinen poissaoloviesti", "loma-automaatti", "automaattinen vastaus", "automaattivastaus",
        "poissaoloviesti", "poissaoloilmoitus", "poissa toimistosta", "poissa", "en ole paikalla", "lomavastaus",
        "lomaviesti", "olen lomalla", "lomalla", "automaattinen viesti", "autom. vastaus",
    ),
    "de": (
        "automatische e-mail-antwort", "automatische mitteilung", "automatisch generierte antwort",
        "automatische antwort", "autom. antwort", "automatische rückantwort", "automatische abwesenheitsnotiz",
        "automatische abwesenheitsmeldung", "abwesenheitsnotiz", "abwesenheitsmeldung",
        "abwesenheitsbenachrichtigung", "abwesenheitsnachricht",
        "abwesenheitshinweis", "automatische empfangsbestätigung", "abwesenheitsinfo",
        "abwesenheitsassistent", "abwesenheitsagent", "abwesenheit", "abwesend",
        "nicht im büro", "nicht im haus", "außer haus", "im urlaub", "urlaubsmeldung", "urlaubsnotiz",
        "ich bin im urlaub", "urlaub", "ich bin nicht im büro", "ich bin außer haus",
    ),
    "fr": (
        "réponse automatisée", "absence de bureau", "message d'absence automatique", "réponse automatique",
        "reponse automatique", "message automatique", "absence du bureau", "absent du bureau", "absence", "absent",
        "absente", "notification d'absence", "message d'absence", "avis d'absence", "en congé", "en congés",
        "absent(e)", "hors du bureau", "je suis absent du bureau", "je suis absente du bureau", "je suis en congé",
    ),
    "es": (
        "respuesta automatizada", "autorespuesta", "ausencia de la oficina", "respuesta automática",
        "respuesta automatica", "fuera de la oficina", "fuera de oficina", "ausente", "mensaje automático",
        "de vacaciones", "contestación automática", "estoy fuera de la oficina", "estoy de vacaciones",
    ),
    "ca": (
        "resposta automatitzada", "absent de l'oficina", "resposta automàtica", "fora de l'oficina", "fora d'oficina",
    ),
    "it": (
        "risposta automatizzata", "non in ufficio", "risposta automatica", "fuori sede", "fuori ufficio", "assente",
        "assenza dall'ufficio", "messaggio automatico", "in ferie", "risponditore automatico",
        "sono fuori ufficio", "sono in ferie",
    ),
    "nl": (
        "automatisch antwoordbericht", "ik ben afwezig", "automatisch antwoord", "automatische reactie",
        "automatische beantwoording", "automatisch bericht", "afwezig", "afwezigheid", "afwezigheidsbericht",
        "afwezigheidsmelding", "afwezigheidsassistent", "automatisch afwezigheidsbericht",
        "niet aanwezig", "niet op kantoor", "buiten kantoor", "met vakantie", "op vakantie",
    ),
    "pt": (
        "autoresposta", "resposta automatizada", "fora de escritório", "ausente do escritório", "resposta automática",
        "resposta automatica", "ausência temporária", "ausência", "fora do escritório", "ausente",
        "mensagem automática", "de férias", "em férias",
    ),
    "pl": (
        "odpowiedź automatyczna - nieobecność", "nieobecny", "automatyczna odpowiedź", "odpowiedź automatyczna",
        "autoodpowiedź", "autoresponder", "poza biurem", "nieobecność", "nieobecność w biurze", "jestem na urlopie",
        "urlop",
        "na urlopie", "wiadomość automatyczna",
    ),
    "cs": (
        "mimo kancelari", "automatická zpráva", "automatická odpověď", "automaticka odpoved", "mimo kancelář",
        "nepřítomnost", "nejsem v kanceláři",
    ),
    "sk": (
        "nie som v kancelárii", "automatická správa", "automatická odpoveď", "mimo kancelárie", "neprítomnosť",
        "som mimo kancelárie",
    ),
    "ru": (
        "отсутствие в офисе", "меня нет в офисе", "автоматический ответ", "автоответ", "автоответчик",
        "автоматическое уведомление", "вне офиса", "нет на рабочем месте", "в отпуске", "отсутствие на рабочем месте",
        "я в отпуске",
    ),
    "uk": (
        "автоматичне повідомлення", "відсутність", "автоматична відповідь", "автовідповідь", "поза офісом",
        "у відпустці",
    ),
    "bg": ("автоматичен отговор", "извън офиса"),
    "sr": ("automatski odgovor", "аутоматски одговор"),
    "hr": (
        "izvan kancelarije", "odsutnost", "na godišnjem odmoru", "automatski odgovor", "izvan ureda",
        "odsutan iz ureda",
    ),
    "sl": ("samodejni odgovor", "avtomatski odgovor", "odsotnost", "odsoten"),
    "tr": (
        "otomatik mesaj", "izindeyim", "otomatik yanıt", "otomatik cevap", "ofis dışında", "ofis dışındayım",
    ),
    "el": (
        "απουσία από το γραφείο", "απουσιάζω από το γραφείο", "αυτόματη απάντηση", "εκτός γραφείου",
    ),
    "hu": (
        "irodán kívüli értesítés", "automata válasz", "automatikus válasz", "házon kívül", "irodán kívül",
        "nem vagyok az irodában", "szabadságon",
    ),
    "ro": (
        "mesaj automat", "în concediu", "răspuns automat", "raspuns automat", "în afara biroului",
        "in afara biroului",
    ),
    "et": ("automaatvastus", "automaatne vastus", "kontorist väljas", "puhkusel", "eemal"),
    "lv": (
        "automātiska atbilde", "automātiskā atbilde", "ārpus biroja", "prombūtnē", "atvaļinājumā",
    ),
    "lt": ("automatinis atsakymas", "automatinis atsakas", "nesu biure", "atostogose"),
    "is": (
        "sjálfvirk svörun", "er í fríi", "er ekki við", "fjarvera", "sjálfvirkt svar", "ekki við", "fjarverandi",
        "í fríi", "í sumarfríi",
    ),
    "fo": ("sjálvvirkandi svar", "sjálvvirkið svar"),
    "se": ("automáhtalaš vástádus",),
    "ja": ("不在時の自動応答", "自動送信", "不在です", "休暇中", "自動応答", "自動返信", "不在通知", "不在のお知らせ"),
    "zh": (
        "自動答覆", "系统自动回复", "外出自动回复", "自动答复", "自动回复", "自動回覆", "自動回復", "不在办公室",
        "外出",
    ),
    "ko": ("자동 답장", "부재 중", "자동응답", "자동 회신", "자동회신", "자동 응답", "부재중"),
    "he": (
        "מענה אוטומטי למייל", "הודעה אוטומטית", "לא במשרד", "תשובה אוטומטית", "מענה אוטומטי", "מחוץ למשרד",
    ),
    "ar": ("الرد التلقائي", "رد تلقائى", "خارج مكتبي", "رد تلقائي", "رد آلي", "خارج المكتب"),
    "gl": ("resposta automática",),
    "eu": ("erantzun automatikoa",),
    "id": ("balasan otomatis",),
    "hi": ("स्वचालित उत्तर",),
    "vi": ("trả lời tự động", "thư trả lời tự động"),
    "th": ("ตอบกลับอัตโนมัติ", "การตอบกลับอัตโนมัติ"),
    "af": ("outomatiese antwoord",),
    "fa": ("پاسخ خودکار",),
    "kk": ("автоматты жауап",),
    "ms": ("balasan automatik",),
    "sq": ("përgjigje automatike",),
    "bn": ("স্বয়ংক্রিয় উত্তর",),
    "ta": ("தானியங்கு பதில்",),
    "mk": ("автоматски одговор",),
    "az": ("avtomatik cavab",),
    "ka": ("ავტომატური პასუხი",),
    "hy": ("ավտոմատ պատասխան",),
    "cy": ("ymateb awtomatig",),
    "ga": ("freagra uathoibríoch",),
    "be": ("аўтаматычны адказ",),
}  # fmt: skip
# Words that a person uses for other things too ("Absence: how do I register it?"): they count only as the
# whole subject or before a date.
_COMMON_WORDS = frozenset({
    "semester t.o.m.", "semester till", "föräldraledig", "tjänstledig", "odsutnost", "na godišnjem odmoru",
    "automatická správa", "automatická zpráva", "automatisk besked", "otomatik mesaj", "izindeyim", "mesaj automat",
    "în concediu", "автоматичне повідомлення", "відсутність", "休暇中", "הודעה אוטומטית", "fjarvera", "nieobecny",
    "自動送信", "automatische mitteilung", "automatisk e-post", "oof", "absence", "absent", "absente",
    "ausente", "ausência", "assente", "afwezig", "afwezigheid", "abwesend", "abwesenheit", "frånvaro", "fravær",
    "fråvær", "poissa", "lomalla", "odsotnost", "odsoten", "puhkusel", "eemal", "fjarverandi", "nieobecność",
    "nepřítomnost", "neprítomnosť", "外出", "on vacation", "on holiday", "on leave", "annual leave",
    "on annual leave", "maternity leave", "parental leave", "på ferie", "på semester", "im urlaub", "in ferie",
    "de vacaciones", "de férias", "em férias", "en congé", "en congés", "op vakantie", "met vakantie", "na urlopie",
    "в отпуске", "у відпустці", "ferieavvikling", "í fríi", "í sumarfríi", "ekki við", "atvaļinājumā", "atostogose",
    "szabadságon", "message automatique", "mensaje automático", "messaggio automatico", "mensagem automática",
    "automatisch bericht", "automaattinen viesti",
    "vacation", "away", "urlop", "urlaub", "я в отпуске", "je suis en congé", "estoy de vacaciones",
    "sono in ferie", "automatiskt meddelande", "wiadomość automatyczna",
    "autoresponder", "автоматическое уведомление", "автоответчик", "niet aanwezig", "ikke til stede",
    "ikkje til stades",
})  # fmt: skip


def fold_phrase(text: str) -> str:
    """For comparing: one case, single blanks, without accents, since capitals and old programs lose them; and without
    the marks that only steer the direction of writing."""
    apart = unicodedata.normalize("NFKD", text.replace("’", "'")).casefold()
    plain = "".join(sign for sign in apart if not "\u0300" <= sign <= "\u036f" and unicodedata.category(sign) != "Cf")
    return " ".join(unicodedata.normalize("NFKC", plain).replace("ı", "i").split())


_COMMON = frozenset(map(fold_phrase, _COMMON_WORDS))
_BY_LENGTH = tuple(
    sorted({fold_phrase(p) for phrases in ABSENCE_PHRASES.values() for p in phrases}, key=lambda p: (-len(p), p))
)

_OPENING = "[(*<\"'!#【「『《«„“ "
# What a gateway puts before the subject of every mail from outside.
_GATEWAY_TAG = re.compile(
    r"(?:\[(?:ext|extern|external|ekstern|ulkoinen|externe|externo|esterno)\]:?\s?|external:\s?){1,3}"
)
_REPLY_PREFIX = r"(?:re|sv|vs|aw|antw|odp|ynt|res|rif|ref|fw|fwd|vb|wg|tr|回复|答复|返信)\s?[:：]"
_UNTIL_WORD = (
    r"(?:until|till|til|t\.?o\.?m\.?|to|from|fra|fran|frem til|tom|bis|ab|vom|von|asti|saakka|jusqu'au|du|au|hasta|del|"
    r"fino al|dal|tot|t/m|van|ate|de|do|od|с|до|по)"
)
_UNTIL_DATE = re.compile(
    rf"\s{{0,3}}[-–—:,(]?\s{{0,3}}(?:{_UNTIL_WORD}\s)?\s{{0,3}}(?:\w{{2,10}}\.?\s)?\s?\d{{1,4}}(?:[./ -]|st|nd|rd|th)"
)
# "until Monday", "til over ferien": only with a word of time, since people write "automatisk svar til kunder".
_TIME_WORD = (
    r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:man|tirs|ons|tors|fre|lør|søn|tis|lor|son)da[gn]?e?n?|"
    r"(?:mon|diens|donners|frei|sams|sonn)tag|mittwoch|"
    r"(?:jan|feb|mar|apr|may|mai|maj|jun|jul|aug|sep|oct|okt|nov|dec|des|dez|aout|avr|juin|juil|ene|abr|ago|giu|lug|ott|dic|mrt)[^\W\d_]{0,7}|"
    r"week|uke|uge|vecka|woche|tomorrow|notice|weiteres|ferien|summer|christmas|easter|jul|pase|nyttar)"
)
_UNTIL_WORDS = re.compile(
    rf"\s(?:until|till|til|frem til|bis)(?:\s[\w.]{{1,12}}){{0,3}}\s{_TIME_WORD}(?:\s\d{{4}})?[.!)]{{0,3}}"
)
# Behind a common word a mere figure is no date: "Fravær 17 elever mangler".
_SURELY_DATE = re.compile(
    rf"\s{{0,3}}[-–—:,(]?\s{{0,3}}(?:\w{{2,10}}\.?\s)?(?:"
    rf"{_UNTIL_WORD}\s\s?(?:\w{{2,10}}\.?\s)?\d{{1,4}}[./-]|\d{{1,4}}\.?[./-]\d|"
    rf"(?:{_UNTIL_WORD}\s)?\d{{1,2}}(?:st|nd|rd|th)?\s{_TIME_WORD}(?!\w))"
)
# "Automatische Antwort auf Ihre E-Mail", and nothing after it: what some responders answer every mail with.
_TO_YOUR_MAIL = re.compile(
    r"\s(?:to|on|pa|til|auf|a|al|a la|zu|op|na|till|do)\s(?:your|din|ditt|deres|er|ert|ihre|deine|eure|votre|su|tu|tuo|"
    r"tua|vostro|vostra|uw|je|jouw|a sua|seu|sua|twoja|twoj|panstwa|la tua|il tuo)\s"
    r"(?:e-?mail|mail|e-?post|henvendelse|melding|meddelelse|besked|mejl|meddelande|nachricht|anfrage|message|courriel|"
    r"correo|mensaje|messaggio|bericht|mensagem|wiadomosc|inquiry|request)[.!]?"
)
_FROM_SOMEBODY = re.compile(r"\s(?:from|fra|fran|von|van|de|di|da|od)\s(.{1,200})")
_IN_BRACKETS = re.compile(r"\s?\(.{1,60}\)[.!]?")
_STANDS_APART = re.compile(r"\s?[:：՝\])】」』》»]|[.!](?:\s|\Z)|\s\"")
_STANDS_APART_UNASKED = re.compile(r"\s[-–—|/(]|[,;](?:\s|\Z)")

# Domino writes whose note it is: "AUTO: Kari Nordmann is out of the office (returning 03.08.2026)".
_OF_SOMEBODY = re.compile(
    r"(?P<auto>auto\s?:\s?)?(?P<name>[^:?!]{2,60}?)\s(?:"
    r"is (?:currently )?(?:out of (?:the )?office|away from (?:the )?office|on (?:vacation|leave|holiday))|"
    r"er (?:ikke (?:pa kontoret|til stede)|fraværende|pa ferie)|ar inte pa kontoret|on poissa(?: toimistosta)?|"
    r"ist (?:nicht im (?:buro|hause?)|ausser haus|abwesend|im urlaub)|"
    r"est (?:absent(?:e|\(e\))?(?: du bureau)?|en conges?)|is (?:niet aanwezig|afwezig|niet op kantoor)|"
    r"e (?:fuori (?:sede|ufficio)|assente)|esta (?:fuera de (?:la )?oficina|fora do escritorio|ausente)|"
    r"jest (?:poza biurem|nieobecn[ya])|je mimo kancelar"
    r")(?P<rest>.*)"
)
_AUTO_ANSWER = re.compile(rf"auto\s?:\s?{_REPLY_PREFIX}")


def absence_phrase(subject: str, author: str = "") -> str | None:
    """The phrase of a responder a subject starts with, or None. `author` is the From, as it stands.

    No reply prefix is cut off first: a responder's phrase stands in front of the prefix ("Automatic reply: Re: …"),
    and behind it stands what a person answers ("Re: Automatic reply: …").
    """
    text = fold_phrase(subject[:MAX_SUBJECT])
    text = text[found.end() :] if (found := _GATEWAY_TAG.match(text)) else text
    if _AUTO_ANSWER.match(text):
        return "auto:"
    bare = text.lstrip(_OPENING)
    phrase = next((phrase for phrase in _BY_LENGTH if bare.startswith(phrase)), None)
    if phrase is None:
        return _note_of(text, fold_phrase(author[:MAX_SUBJECT]))
    return phrase if _ends_there(bare[len(phrase) :], phrase in _COMMON, fold_phrase(author[:MAX_SUBJECT])) else None


# How, why and who, as a question begins: "Urgent?" and "Need help?" stand in notes, too. Where no blanks part the
# words, or the word stands late, it may be anywhere.
_ASKING = (
    r"(?:how|why|who(?! to )|whom|hvordan|hvorfor|hvem|korleis|kvifor|kven|hur|varför|vem|miten|miksi|kuka|"
    r"wie|warum|wieso|wer|comment|pourquoi|qui|cómo|como|por qu[eé]|porqu[eê]|quién|quem|com|per què|"
    r"come(?= (?:faccio|posso|si|fa|mai|devo|imposto|attivo|disattivo|funziona|possiamo))|perch[eé]|chi|"
    r"hoe|waarom|jak|dlaczego|kto|proč|kdo|ako|prečo|как|почему|кто|як|чому|хто|защо|кой|kako|zašto|zakaj|tko|ko|"
    r"hogyan|hogy|miért|ki|cum|de ce|cine|nasıl|neden|kim|πώς|πως|γιατί|ποιος|kuidas|miks|kes|kā|kāpēc|kas|kaip|kodėl|"
    r"hvernig|hvers vegna|hver|كيف|لماذا|איך|כיצד|למה|מדוע)(?!\w)"
)
_QUESTION = re.compile(
    rf"(?:(?:\A|[.!?:;,\n–—-])[\s\"'«“„(¿>*-]{{0,9}}{_ASKING}|\bnasıl\b|어떻게|왜|如何|怎么|怎麼|为什么|為什麼|"
    r"どうすれば|どうやって|なぜ|どのように)"
    r"(?:[^.!?？؟。\n]|\.(?=\S)|\n(?![ \t\r]{0,9}\n)){0,300}[?？؟\u037e]"
)
# "Poissaolo: järjestelmä ei toimi": no question, yet somebody wants an answer.
_TROUBLE = re.compile(
    r"\b(?:(?:not|doesn't|isn't|stopped) work(?:ing)?|(?:virker|fungerer|verkar|fungerar) (?:ikke|ikkje|"
    r"inte)|ei (?:toimi|onnistu)|(?:funktioniert|geht) nicht|ne (?:fonctionne|marche) p(?:as|lus)|no funciona|"
    r"non funziona|werkt niet|nao funciona|nie działa|nefunguje|не работает|не працює)\b"
)
_MAX_ASKED = 1000
_ECHO = re.compile(rf"[:\s]{_REPLY_PREFIX}")


def asks(subject: str, text: str) -> bool:
    """Whether somebody asks for something in the words of a note. What a responder repeats of the subject it answers
    may be a question as well."""
    folded = fold_phrase(subject[:MAX_SUBJECT])
    asked = folded.rstrip(" \"')]!»”").endswith(("?", "\u061f", ";")) or _TROUBLE.search(folded)
    if asked and not _ECHO.search(folded):
        return True
    return _QUESTION.search(unicodedata.normalize("NFC", text[:_MAX_ASKED]).casefold()) is not None


def _ends_there(rest: str, common: bool, author: str) -> bool:
    """Whether the phrase stands by itself: "Automatic reply: X" does, "Automatic reply does not work" does not."""
    if not rest.strip(" .!)]>*\"'】」』》»"):
        return True
    if re.match(rf"\s?:?\s{_REPLY_PREFIX}", rest):
        return True
    if common:
        return _SURELY_DATE.match(rest) is not None
    if _UNTIL_DATE.match(rest):
        return True
    if _TO_YOUR_MAIL.fullmatch(rest) or _UNTIL_WORDS.fullmatch(rest) or _STANDS_APART.match(rest):
        return True
    if found := _FROM_SOMEBODY.fullmatch(rest):
        return _names(found[1].partition(":")[0], author)
    return "?" not in rest and "？" not in rest and _STANDS_APART_UNASKED.match(rest) is not None


def _note_of(text: str, author: str) -> str | None:
    """A note that names whose it is. Without the program's "AUTO:" the name must be the author's own: people write in
    the same words of each other."""
    found = _OF_SOMEBODY.fullmatch(text)
    if found is None or not _ends_note(found["rest"]):
        return None
    return text[:60] if found["auto"] or _names(found["name"], author) else None


def _ends_note(rest: str) -> bool:
    dated = _UNTIL_DATE.match(rest) is not None and "?" not in rest
    return not rest.strip(" .!") or dated or _IN_BRACKETS.fullmatch(rest.lstrip(".")) is not None


def _names(words: str, author: str) -> bool:
    """Whether every word is one of the author's name or address, and there is one."""
    named = re.findall(r"[^\W_]+", words)
    known = set(re.findall(r"[^\W_]+", author))
    return bool(named) and known.issuperset(named)
