"""What kind of mail it is: ordered, named rules over what the mail says and what is known to us.

The first rule that hits decides, and its name goes with the mail. Headers that machines set are asked before anything
a person could have written; a subject alone never makes a machine of somebody, except where no desk is at hand.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from mailgate.inbound.absence import absence_phrase, asks
from mailgate.inbound.bounces.daemons import is_daemon
from mailgate.mail import NULL_SENDER, InboundMail, Kind, KindFound, domain_of, valid_address
from ticketing import case_number

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
    stated = _report_of_type(mail, "disposition-notification")
    return stated or _report_with_part(mail, "message/disposition-notification")


def is_complaint(mail: InboundMail, known: KnownToUs) -> str | None:
    """RFC 5965, and X-ARF: what hosters and honeypots write, an older form."""
    stated = _report_of_type(mail, "feedback-report") or _report_with_part(mail, "message/feedback-report")
    return stated or _first(detail for name in COMPLAINT_HEADERS if (detail := _present(mail, name)))


def has_complaint_form(mail: InboundMail, known: KnownToUs) -> str | None:
    """Hotmail's junk mail reports are no RFC 5965 report, nor were AOL's first: a bare subject, mostly with the address
    of our relay."""
    subject = " ".join(mail.subject[:200].lower().split())
    found = re.fullmatch(
        r"(?:complaint about message from|email feedback report for ip) [0-9a-f.:]{2,45}|client tos notification",
        subject,
    )
    return None if found is None else f"subject: {found[0]}"


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
    if (phrase := absence_phrase(mail.subject, mail.header("from"))) is None:
        return None
    if not _is_machines_answer(mail, known) and asks(mail.subject, mail.new_text or mail.text):
        return None
    if not known.has_desk:
        return f"subject: {phrase}"
    if known.refers_to_ours:
        return f"subject: {phrase}; it refers to a mail of ours"
    if known.recent_mail_to_domain:
        return f"subject: {phrase}; we had just written to that domain"
    return None


def _is_machines_answer(mail: InboundMail, known: KnownToUs) -> bool:
    """Whether more than its words says that it answers, or that no person sent it: then a question proves nothing, as
    notes repeat the subject of what they answer."""
    answers = known.refers_to_ours or mail.in_reply_to or mail.references or case_number.find(mail.subject)
    return bool(answers) or known.env_from == NULL_SENDER or says_auto_generated(mail, known) is not None


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
# auto-submitted too, an absence note may have a null sender too, and both may say Precedence: bulk. A complaint returns
# our mail with a null sender, and a receipt may come from a postmaster: both are asked before those two signs.
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
    ("receipt", Kind.RECEIPT, is_receipt),
    ("complaint", Kind.COMPLAINT, is_complaint),
    ("complaint-form", Kind.COMPLAINT, has_complaint_form),
    ("mailer-daemon", Kind.BOUNCE, is_from_mailer_daemon),
    ("returned-mail", Kind.BOUNCE, returns_our_mail),
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


COMPLAINT_HEADERS = ("x-arf", "x-xarf", "x-spamcop-sourceip")
# Header, and what of its value (lower-case, stripped) is the sign of a responder.
RESPONDER_HEADERS: tuple[tuple[str, Callable[[str], bool]], ...] = (
    ("x-autoreply", _is_there),
    ("x-autorespond", _is_there),
    ("x-autoresponder", _is_there),
    ("x-autoresponse", _is_there),
    ("x-autoreply-from", _is_there),
    ("x-mail-autoreply", _is_there),
    ("x-auto-reply", _is_there),
    ("x-auto-response", _is_there),
    ("x-vacation", _is_there),
    ("x-autogenerated", lambda value: value.startswith("reply")),
    ("x-fc-machinegenerated", lambda value: value == "true"),
    ("delivered-to", lambda value: value.strip("<>").partition("@")[0] == "autoresponder"),
    ("x-post-messageclass", lambda value: re.match(r"9(?!\d)", value) is not None),
    ("x-ms-exchange-inbox-rules-loop", _is_there),
    ("x-apple-action", lambda value: value.startswith("vacation")),
    ("x-amazon-auto-reply", lambda value: value == "true"),
)


def _report_of_type(mail: InboundMail, report_type: str) -> str | None:
    """RFC 6522: only the type of the whole mail counts; a report that somebody forwards lies deeper."""
    stated = mail.content_parameters.get("report-type", "").strip().strip('"').lower()
    if mail.content_type.lower() == "multipart/report" and stated == report_type:
        return f"multipart/report; report-type={report_type}"
    return None


def _report_with_part(mail: InboundMail, content_type: str) -> str | None:
    """Reports whose type was forgotten: the part is there, among the mail's own (a forwarded one lies deeper). In a
    mail that does not call itself a report, a part that was attached, or has a file's name, is what a person sends."""
    container = mail.content_type.lower()
    if not container.startswith("multipart/"):
        return None
    return _first(
        f"a part {content_type}"
        for one in mail.attachments
        if one.content_type.lower() == content_type
        and (container == "multipart/report" or not (one.attached or one.filename))
    )


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
        for name in ("precedence", "x-precedence", "preference")  # the last a slip that some responders make
        for value in mail.headers.get(name, ())
        if value.strip().lower() in words
    )


def _first(details: Iterator[str]) -> str | None:
    return next(details, None)


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
