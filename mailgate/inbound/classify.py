"""What kind of mail it is: ordered, named rules over what the mail says and what is known to us.

The first rule that hits decides, and its name goes with the mail. Headers that machines set are asked before anything
a person could have written; a subject alone never makes a machine of somebody, except where no desk is at hand.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from mailgate.inbound.bounces import is_daemon
from mailgate.mail import NULL_SENDER, InboundMail, Kind, KindFound, domain_of, valid_address

MAX_RECEIVED = 100


@dataclass(frozen=True, slots=True)
class KnownToUs:
    """Plain facts the caller looked up before.

    `valid_loop_header`: our signed loop header with a valid MAC. `message_id_is_ours`: its Message-ID verifies as one
    of ours. `from_our_address`: the author is one of our mailboxes. `valid_bounce_token`: a recipient is a token of
    purpose b. `returned_mail_is_ours`: the Message-ID in the returned part verifies. `refers_to_ours`: In-Reply-To,
    References or a token name a mail of ours. `recent_mail_to_domain`: we wrote to the author's domain within the last
    10 minutes. `env_from`: the envelope sender, "<>" for the null sender, None where unknown. `has_desk`: False where
    only the mail is at hand (`parse`).
    """

    valid_loop_header: bool = False
    message_id_is_ours: bool = False
    from_our_address: bool = False
    valid_bounce_token: bool = False
    returned_mail_is_ours: bool = False
    refers_to_ours: bool = False
    recent_mail_to_domain: bool = False
    env_from: str | None = None
    has_desk: bool = False


def classify(mail: InboundMail, known: KnownToUs) -> KindFound:
    """The kind, the rule that says so and, for people, what it saw (RULES 2). Always an answer; never raises."""
    for name, kind, says in RULES:
        if (detail := says(mail, known)) is not None:
            return KindFound(kind, name, detail)
    return KindFound(Kind.PERSONAL, "personal")


def explain(mail: InboundMail, known: KnownToUs) -> list[tuple[str, str | None]]:
    """Every rule that was tried, in order, with what it saw; None where it did not hit. The last one decided."""
    tried: list[tuple[str, str | None]] = []
    for name, _, says in RULES:
        detail = says(mail, known)
        tried.append((name, detail))
        if detail is not None:
            return tried
    return [*tried, ("personal", "")]


def return_path(mail: InboundMail) -> str | None:
    """The envelope sender as the first Return-Path tells it: "<>", an address, or None where there is none."""
    if "return-path" not in mail.headers:
        return None
    stated = mail.header("return-path").strip()
    return NULL_SENDER if stated == NULL_SENDER else valid_address(stated.strip("<> "))


# -- The rules --------------------------------------------------------------------------------------------------------


def has_loop_header(mail: InboundMail, known: KnownToUs) -> str | None:
    return "our signed loop header" if known.valid_loop_header else None


def has_our_message_id(mail: InboundMail, known: KnownToUs) -> str | None:
    return "its Message-ID is one of ours" if known.message_id_is_ours else None


def went_in_circles(mail: InboundMail, known: KnownToUs) -> str | None:
    hops = len(mail.headers.get("received", ()))
    return f"{hops} Received headers" if hops > MAX_RECEIVED else None


def claims_our_address(mail: InboundMail, known: KnownToUs) -> str | None:
    return "From is our own address, without proof of a loop" if known.from_our_address else None


def bears_bounce_token(mail: InboundMail, known: KnownToUs) -> str | None:
    return "a valid token of purpose b" if known.valid_bounce_token else None


def is_delivery_report(mail: InboundMail, known: KnownToUs) -> str | None:
    return _report_of_type(mail, "delivery-status")


def names_failed_recipients(mail: InboundMail, known: KnownToUs) -> str | None:
    return _present(mail, "x-failed-recipients")


def is_exchange_report(mail: InboundMail, known: KnownToUs) -> str | None:
    return _present(mail, "x-ms-exchange-message-is-ndr")


def has_known_bounce_form(mail: InboundMail, known: KnownToUs) -> str | None:
    return None if mail.bounce is None else f"the notice of a mail system: {mail.bounce.reason}"


def is_from_mailer_daemon(mail: InboundMail, known: KnownToUs) -> str | None:
    if known.env_from == NULL_SENDER and is_daemon(mail.header("from")):
        return f"null sender and From: {mail.header('from')[:100]}"
    return None


def returns_our_mail(mail: InboundMail, known: KnownToUs) -> str | None:
    if known.env_from == NULL_SENDER and known.returned_mail_is_ours:
        return "null sender, and the returned mail is ours"
    return None


def is_receipt(mail: InboundMail, known: KnownToUs) -> str | None:
    return _report_of_type(mail, "disposition-notification")


def is_complaint(mail: InboundMail, known: KnownToUs) -> str | None:
    return _report_of_type(mail, "feedback-report")


def says_auto_replied(mail: InboundMail, known: KnownToUs) -> str | None:
    return _first(f"Auto-Submitted: {word}" for word in _auto_submitted(mail) if word == "auto-replied")


def bears_responder_header(mail: InboundMail, known: KnownToUs) -> str | None:
    return _first(
        f"{name}: {value[:80]}"
        for name, is_sign in RESPONDER_HEADERS
        for value in mail.headers.get(name, ())
        if is_sign(value.strip().lower())
    )


def has_reply_precedence(mail: InboundMail, known: KnownToUs) -> str | None:
    return _precedence(mail, {"auto_reply", "auto-reply", "autoreply"})


def announces_absence(mail: InboundMail, known: KnownToUs) -> str | None:
    """Weak: people write such subjects too, so it takes a sign that something of ours is answered."""
    if (phrase := absence_phrase(mail.subject)) is None:
        return None
    if not known.has_desk:
        return f"subject: {phrase}"
    if known.refers_to_ours:
        return f"subject: {phrase}; it refers to a mail of ours"
    if known.recent_mail_to_domain:
        return f"subject: {phrase}; we had just written to that domain"
    return None


def says_auto_generated(mail: InboundMail, known: KnownToUs) -> str | None:
    return _first(f"Auto-Submitted: {word}" for word in _auto_submitted(mail) if word != "no")


def has_null_sender(mail: InboundMail, known: KnownToUs) -> str | None:
    return "null sender" if known.env_from == NULL_SENDER else None


def comes_from_cron(mail: InboundMail, known: KnownToUs) -> str | None:
    return _present(mail, "x-cron-env")


def comes_from_list(mail: InboundMail, known: KnownToUs) -> str | None:
    return _first(detail for name in ("list-id", "list-post", "mailing-list") if (detail := _present(mail, name)))


def has_bulk_precedence(mail: InboundMail, known: KnownToUs) -> str | None:
    return _precedence(mail, {"bulk", "list", "junk"})


Rule = Callable[[InboundMail, KnownToUs], str | None]

# Order matters. A loop comes first: whatever else it is, it must not go round again. A delivery report is
# auto-submitted too, an absence note may have a null sender too, and both may say Precedence: bulk.
RULES: tuple[tuple[str, Kind, Rule], ...] = (
    ("loop-header", Kind.SELF, has_loop_header),
    ("our-message-id", Kind.SELF, has_our_message_id),
    ("too-many-hops", Kind.SELF, went_in_circles),
    ("self-address", Kind.SELF, claims_our_address),
    ("bounce-token", Kind.BOUNCE, bears_bounce_token),
    ("delivery-report", Kind.BOUNCE, is_delivery_report),
    ("failed-recipients", Kind.BOUNCE, names_failed_recipients),
    ("exchange-report", Kind.BOUNCE, is_exchange_report),
    ("bounce-format", Kind.BOUNCE, has_known_bounce_form),
    ("mailer-daemon", Kind.BOUNCE, is_from_mailer_daemon),
    ("returned-mail", Kind.BOUNCE, returns_our_mail),
    ("receipt", Kind.RECEIPT, is_receipt),
    ("complaint", Kind.COMPLAINT, is_complaint),
    ("auto-replied", Kind.AUTO_REPLY, says_auto_replied),
    ("responder-header", Kind.AUTO_REPLY, bears_responder_header),
    ("reply-precedence", Kind.AUTO_REPLY, has_reply_precedence),
    ("absence-subject", Kind.AUTO_REPLY, announces_absence),
    ("auto-submitted", Kind.AUTO_GENERATED, says_auto_generated),
    ("null-sender", Kind.AUTO_GENERATED, has_null_sender),
    ("cron", Kind.AUTO_GENERATED, comes_from_cron),
    ("mailing-list", Kind.BULK, comes_from_list),
    ("bulk-precedence", Kind.BULK, has_bulk_precedence),
)


def _is_there(value: str) -> bool:
    return value not in {"no", "false", "0", "none"}


# Header, and what of its value (lower-case, stripped) is the sign of a responder.
RESPONDER_HEADERS: tuple[tuple[str, Callable[[str], bool]], ...] = (
    ("x-autoreply", _is_there),
    ("x-autorespond", _is_there),
    ("x-autoresponder", _is_there),
    ("x-autoresponse", _is_there),
    ("x-autoreply-from", _is_there),
    ("x-mail-autoreply", _is_there),
    ("x-autogenerated", lambda value: value.startswith("reply")),
    ("x-fc-machinegenerated", lambda value: value == "true"),
    ("delivered-to", lambda value: value.strip("<>").partition("@")[0] == "autoresponder"),
    ("x-post-messageclass", lambda value: re.match(r"9(?!\d)", value) is not None),
    ("x-ms-exchange-inbox-rules-loop", _is_there),
)


def _report_of_type(mail: InboundMail, report_type: str) -> str | None:
    """RFC 6522: only the type of the whole mail counts; a report that somebody forwards lies deeper."""
    stated = mail.content_parameters.get("report-type", "").strip().strip('"').lower()
    if mail.content_type.lower() == "multipart/report" and stated == report_type:
        return f"multipart/report; report-type={report_type}"
    return None


def _present(mail: InboundMail, name: str) -> str | None:
    value = next((value.strip() for value in mail.headers.get(name, ()) if value.strip()), None)
    return None if value is None else f"{name}: {value[:80]}"


def _auto_submitted(mail: InboundMail) -> Iterator[str]:
    """The keyword of each Auto-Submitted (RFC 3834 5): what stands before parameters and comments."""
    for value in mail.headers.get("auto-submitted", ()):
        if match := re.match(r"\s*(?:\([^()]{0,200}\)\s*)?([a-z0-9_.-]+)", value.lower()[:500]):
            yield match[1]


def _precedence(mail: InboundMail, words: set[str]) -> str | None:
    return _first(
        f"{name}: {value.strip()[:80]}"
        for name in ("precedence", "x-precedence")
        for value in mail.headers.get(name, ())
        if value.strip().lower() in words
    )


def _first(details: Iterator[str]) -> str | None:
    return next(details, None)


# -- Absence ----------------------------------------------------------------------------------------------------------

# What responders put before or instead of the subject. Only the whole phrase counts: see ends_there.
ABSENCE_PHRASES: dict[str, tuple[str, ...]] = {
    "en": (
        "automatic reply", "auto reply", "auto-reply", "autoreply", "auto response", "auto-response", "autoresponse",
        "automatic response", "automated reply", "automated response", "automatically generated reply",
        "out of office", "out-of-office", "out of the office", "out of office autoreply", "out of office auto-reply",
        "out of office reply", "out of office response", "out of office notification", "out of office message",
        "ooo", "oof", "i am out of the office", "i'm out of the office", "i am currently out of the office",
        "away from my mail", "away from office", "away from the office", "away from my desk", "vacation reply",
        "vacation response", "vacation message", "vacation notice", "absence notice", "on vacation", "on holiday",
        "on annual leave", "annual leave", "on leave", "maternity leave", "parental leave", "i am on vacation",
    ),
    "nb": (
        "automatisk svar", "autosvar", "autosvar fra", "automatisk e-post", "automatisk fraværsmelding",
        "fraværsmelding", "fraværende", "fraværsassistent", "ikke til stede", "ikke på kontoret", "ute av kontoret",
        "ferieavvikling", "på ferie", "jeg er på ferie", "fravær", "automatisk besvarelse",
    ),
    "nn": ("automatisk svar", "fråversmelding", "ikkje til stades", "ikkje på kontoret", "fråvær"),
    "da": (
        "automatisk svar", "autosvar", "ikke til stede", "ikke på kontoret", "fraværsbesked", "feriebesked",
        "fraværsmeddelelse", "fravær", "på ferie",
    ),
    "sv": (
        "autosvar", "automatiskt svar", "automatsvar", "automatiskt meddelande", "frånvaromeddelande", "frånvaro",
        "semestermeddelande", "ej på kontoret", "inte på kontoret", "på semester",
    ),
    "fi": (
        "automaattinen vastaus", "automaattivastaus", "poissaoloviesti", "poissaoloilmoitus", "poissa toimistosta",
        "poissa", "en ole paikalla", "lomavastaus", "lomaviesti", "olen lomalla", "lomalla", "automaattinen viesti",
        "autom. vastaus",
    ),
    "de": (
        "automatische antwort", "autom. antwort", "automatische rückantwort", "automatische abwesenheitsnotiz",
        "automatische abwesenheitsmeldung", "abwesenheitsnotiz", "abwesenheitsmeldung", "abwesenheitsbenachrichtigung",
        "abwesenheitsassistent", "abwesenheitsagent", "abwesenheit", "abwesend", "nicht im büro", "nicht im haus",
        "außer haus", "im urlaub", "urlaubsmeldung", "urlaubsnotiz", "ich bin im urlaub",
    ),
    "fr": (
        "réponse automatique", "reponse automatique", "message automatique", "absence du bureau", "absent du bureau",
        "absence", "absent", "absente", "notification d'absence", "message d'absence", "avis d'absence", "en congé",
        "en congés", "absent(e)", "hors du bureau",
    ),
    "es": (
        "respuesta automática", "respuesta automatica", "fuera de la oficina", "fuera de oficina", "ausente",
        "mensaje automático", "de vacaciones", "contestación automática",
    ),
    "ca": ("resposta automàtica", "fora de l'oficina", "fora d'oficina"),
    "it": (
        "risposta automatica", "fuori sede", "fuori ufficio", "assente", "assenza dall'ufficio", "messaggio automatico",
        "in ferie", "risponditore automatico",
    ),
    "nl": (
        "automatisch antwoord", "automatische reactie", "automatische beantwoording", "automatisch bericht", "afwezig",
        "afwezigheid", "afwezigheidsbericht", "niet aanwezig", "niet op kantoor", "buiten kantoor", "met vakantie",
        "op vakantie",
    ),
    "pt": (
        "resposta automática", "resposta automatica", "ausência temporária", "ausência", "fora do escritório",
        "ausente", "mensagem automática", "de férias", "em férias",
    ),
    "pl": (
        "automatyczna odpowiedź", "odpowiedź automatyczna", "autoodpowiedź", "autoresponder", "poza biurem",
        "nieobecność", "nieobecność w biurze", "jestem na urlopie", "na urlopie", "wiadomość automatyczna",
    ),
    "cs": ("automatická odpověď", "automaticka odpoved", "mimo kancelář", "nepřítomnost", "nejsem v kanceláři"),
    "sk": ("automatická odpoveď", "mimo kancelárie", "neprítomnosť", "som mimo kancelárie"),
    "ru": (
        "автоматический ответ", "автоответ", "автоответчик", "автоматическое уведомление", "вне офиса",
        "нет на рабочем месте", "в отпуске", "отсутствие на рабочем месте",
    ),
    "uk": ("автоматична відповідь", "автовідповідь", "поза офісом", "у відпустці"),
    "bg": ("автоматичен отговор", "извън офиса"),
    "sr": ("automatski odgovor", "аутоматски одговор"),
    "hr": ("automatski odgovor", "izvan ureda", "odsutan iz ureda"),
    "sl": ("samodejni odgovor", "avtomatski odgovor", "odsotnost", "odsoten"),
    "tr": ("otomatik yanıt", "otomatik cevap", "ofis dışında", "ofis dışındayım"),
    "el": ("αυτόματη απάντηση", "εκτός γραφείου"),
    "hu": ("automatikus válasz", "házon kívül", "irodán kívül", "nem vagyok az irodában", "szabadságon"),
    "ro": ("răspuns automat", "raspuns automat", "în afara biroului", "in afara biroului"),
    "et": ("automaatvastus", "automaatne vastus", "kontorist väljas", "puhkusel", "eemal"),
    "lv": ("automātiska atbilde", "automātiskā atbilde", "ārpus biroja", "prombūtnē", "atvaļinājumā"),
    "lt": ("automatinis atsakymas", "automatinis atsakas", "nesu biure", "atostogose"),
    "is": ("sjálfvirkt svar", "ekki við", "fjarverandi", "í fríi", "í sumarfríi"),
    "fo": ("sjálvvirkandi svar", "sjálvvirkið svar"),
    "se": ("automáhtalaš vástádus",),
    "ja": ("自動応答", "自動返信", "不在通知", "不在のお知らせ"),
    "zh": ("自动答复", "自动回复", "自動回覆", "自動回復", "不在办公室", "外出"),
    "ko": ("자동 회신", "자동회신", "자동 응답", "부재중"),
    "he": ("תשובה אוטומטית", "מענה אוטומטי", "מחוץ למשרד"),
    "ar": ("رد تلقائي", "رد آلي", "خارج المكتب"),
    "vi": ("trả lời tự động",),
    "th": ("ตอบกลับอัตโนมัติ",),
}  # fmt: skip
# Words that a person uses for other things too ("Absence: how do I register it?"): they count only as the
# whole subject or before a date.
_COMMON_WORDS = frozenset({
    "ooo", "oof", "absence", "absent", "absente", "ausente", "ausência", "assente", "afwezig", "afwezigheid",
    "abwesend", "abwesenheit", "frånvaro", "fravær", "fråvær", "poissa", "lomalla", "odsotnost", "odsoten", "puhkusel",
    "eemal", "fjarverandi", "nieobecność", "nepřítomnost", "neprítomnosť", "外出", "부재중", "on vacation",
    "on holiday", "on leave", "annual leave", "on annual leave", "maternity leave", "parental leave", "på ferie",
    "på semester", "im urlaub", "in ferie", "de vacaciones", "de férias", "em férias", "en congé", "en congés",
    "op vakantie", "met vakantie", "na urlopie", "в отпуске", "у відпустці", "ferieavvikling", "í fríi", "í sumarfríi",
    "ekki við", "atvaļinājumā", "atostogose", "szabadságon", "message automatique", "mensaje automático",
    "messaggio automatico", "mensagem automática", "automatisch bericht", "automaattinen viesti",
    "automatiskt meddelande", "automatisk e-post", "wiadomość automatyczna", "autoresponder",
    "автоматическое уведомление", "автоответчик", "niet aanwezig", "ikke til stede", "ikkje til stades",
})  # fmt: skip
_BY_LENGTH = tuple(sorted({p for phrases in ABSENCE_PHRASES.values() for p in phrases}, key=lambda p: (-len(p), p)))
_UNTIL = re.compile(
    r"\s*[-–—:,(]?\s*(?:(?:until|till|til|t\.?o\.?m|to|from|fra|från|frem til|tom|bis|ab|vom|von|asti|saakka|"
    r"jusqu'au|du|au|hasta|del|fino al|dal|tot|t/m|van|até|de|do|od|с|до|по)\s)?\s*(?:\w{2,10}\.?\s)?\s?\d{1,4}[./ -]",
    re.I,
)


def absence_phrase(subject: str) -> str | None:
    """The phrase of a responder a subject starts with, or None.

    No reply prefix is cut off first: a responder's phrase stands in front of the prefix ("Automatic reply: Re: …"),
    and behind it stands what a person answers ("Re: Automatic reply: …").
    """
    text = " ".join(subject[:300].split()).lower().replace("’", "'").lstrip("[(*<\"'!# ")
    for phrase in _BY_LENGTH:
        if text.startswith(phrase):
            rest = text[len(phrase) :]
            return phrase if _ends_there(rest, phrase in _COMMON_WORDS) else None
    return None


def _ends_there(rest: str, common: bool) -> bool:
    """Whether the phrase stands by itself: "Automatic reply: X" does, "Automatic reply does not work" does not."""
    if not rest.strip(" .!)]>*\"'"):
        return True
    if _UNTIL.match(rest):
        return True
    if common:
        return False
    return re.match(r"\s?[:：\])]|\s[-–—|/(]|[.!,;](?:\s|\Z)|\s\"", rest) is not None


# -- Whom never to answer ---------------------------------------------------------------------------------------------

_SUPPRESS = frozenset({"all", "oof", "autoreply"})
# RULES 2; compared without dots, dashes and underlines, since everybody writes no-reply in his own way.
_NEVER_EXACTLY = frozenset({"mailerdaemon", "postmaster", "root", "nobody", "abuse", "majordomo", "maildaemon"})
_NEVER_AT_START = ("noreply", "donotreply", "dontreply", "donotrespond", "noresponse", "noanswer", "bounce")
_NEVER_AT_END = ("noreply", "donotreply", "dontreply")
_NOREPLY_ABROAD = (
    "ikkesvar", "ikkebesvar", "svarikke", "svarikkje", "ejsvar", "svaraej", "inteesvar", "alavastaa", "eivastausta",
    "eivastata", "älävastaa", "nichtantworten", "keineantwort", "nepasrepondre", "noresponder", "nonrispondere",
    "nietantwoorden", "naoresponder", "nieodpowiadaj",
)  # fmt: skip


def forbids_automatic_answer(mail: InboundMail, env_from: str | None) -> str | None:
    """Why no automatic answer may go to this mail, or None; its kind is another matter (RULES 2, RFC 3834 2)."""
    if env_from == NULL_SENDER:
        return "null sender"
    for value in mail.headers.get("x-auto-response-suppress", ()):
        for word in value.lower().split(","):
            if word.strip() in _SUPPRESS:
                return f"X-Auto-Response-Suppress: {word.strip()}"
    if mail.author is None:
        return "the author is unknown"
    if never_answers(mail.author.address):
        return f"{mail.author.address} never reads answers"
    # The envelope sender of a person's mail may well be a bounce address of his provider; a list's is another matter.
    if env_from is not None and _is_list_or_daemon(env_from.partition("@")[0].lower()):
        return f"envelope sender {env_from}"
    return None


def never_answers(address: str) -> bool:
    """Whether the local part says that nobody reads there: no-reply…, bounce…, owner-…, …-request and so on."""
    local = address.removesuffix("@" + domain_of(address)).lower().partition("+")[0]
    plain = re.sub(r"[-_.]", "", local)
    return (
        plain in _NEVER_EXACTLY
        or plain.startswith((*_NEVER_AT_START, *_NOREPLY_ABROAD))
        or plain.endswith(_NEVER_AT_END)
        or _is_list_or_daemon(local)
    )


def _is_list_or_daemon(local: str) -> bool:
    plain = local.partition("+")[0]
    return plain.startswith("owner-") or plain.endswith(("-request", "-bounces", "-owner")) or plain == "mailer-daemon"
