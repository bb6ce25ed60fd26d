"""Whether a mail is a report at all: a form that only machines give, or a notice in a machine's words."""

from __future__ import annotations

import re
from email.message import Message

from mailgate.inbound.bounces.addresses import ADDRESS
from mailgate.inbound.bounces.codes import CODE
from mailgate.inbound.bounces.daemons import machine_sign
from mailgate.inbound.bounces.parts import STATUS_TYPES, Parts, header, headers_named, parameter_of

SUBJECTS = (
    "undeliver", "non-deliver", "nondeliver", "failure notice", "returned mail", "return mail", "returned message",
    "mail delivery", "mail failure", "mail system error", "mail error", "message delivery",
    "delivery status", "delivery fail", "delivery error", "delivery notification", "delivery report", "delivery delay",
    "delivery has failed", "delivery problem", "delivery unsuccessful", "delivery incomplete", "delayed mail",
    "delayed:", "failed mail", "failed delivery", "failed message", "failed:", "failure delivery", "unable to deliver",
    "not delivered", "could not deliver", "could not send message", "message not delivered", "message undeliverable",
    "message could not be delivered", "message status - undeliverable", "mail could not be delivered",
    "mail not delivered", "email not delivered", "your message could not be delivered", "message blocked",
    "warning: could not send", "warning: message", "warning - delayed", "warning from", "error sending", "rejected:",
    "rejected mail", "bounced mail", "bounced message", "mail bounced", "bounce:", "user unknown", "unknown user",
    "address not found", "nondeliverable mail", "unzustellbar", "unzustellbare", "nicht zustellbar", "zustellung",
    "fehlgeschlagen", "non remis", "non distribuable", "échec de la remise", "echec de", "message non",
    "no se puede entregar", "no entregado", "correo no entregado", "no se ha podido entregar", "não entregue",
    "não foi possível entregar", "não é possível entregar", "falha na entrega", "non recapitabile",
    "mancato recapito", "impossibile recapitare", "onbestelbaar", "niet bezorgd", "kan ikke leveres", "ikke levert",
    "ikke leveret", "kunne ikke leveres", "uleverelig", "ikke mulig å levere", "det går inte att leverera",
    "går ej att leverera", "olevererbart", "ej levererat", "kunde inte levereras", "ei voitu toimittaa",
    "toimittaminen epäonnistui", "ei voi toimittaa", "toimitus epäonnistui", "niedostarczalne", "nie można dostarczyć",
    "nedoručiteln", "nelze doručit", "nedoručené", "kézbesíthetetlen", "nem kézbesíthető", "не доставлено",
    "недоставлен", "не удалось доставить", "не удается доставить", "недоставка", "teslim edilemedi",
    "teslim edilemeyen", "配信不能", "配信できません", "配達不能", "未配信", "エラーメール", "无法投递",
    "退信", "系统退信", "сообщение не доставлено", "письмо не доставлено", "не получилось доставить", "ошибка доставки",
    "メールが送信できません", "送信できません", "送信エラー", "メール配信エラー", "leveringsfejl", "leveringsfeil",
    "leveransfel", "toimitusvirhe", "übermittlungsfehler", "zustellungsfehler", "zustellfehler", "mail konnte nicht",
    "ihre nachricht konnte nicht", "erreur de distribution", "échec de distribution", "échec de livraison",
    "echec de la remise", "avis de non-remise", "error de entrega", "errore di consegna", "mancata consegna",
    "bezorging mislukt", "kon niet worden bezorgd", "błąd dostarczania", "doručení selhalo", "배달되지 않음",
    "전송 실패",    "無法傳遞", "投递失败",
)  # fmt: skip
# What the programs say first. Any of these, before a quote or a forwarded header, is the voice of a mail system.
OPENINGS = (
    ("qmail", "this is the qmail-send program"),
    ("qmail", "i'm afraid i wasn't able to deliver your message"),
    ("qmail", "i wasn't able to deliver your message"),
    ("qmail", "this is the machine generated message from mail service"),
    ("qmail", "this message was created automatically by the mail"),
    ("qmail", "this is the mail delivery agent at"),
    ("qmail", "this is the mail transport agent at"),
    ("yahoo", "we were unable to deliver your message to the following"),
    ("yahoo", "message from yahoo"),
    ("exim", "this message was created automatically by mail delivery software"),
    ("exim", "this message was created automatically by mail delivery system"),
    ("exim", "a message that you sent could not be delivered"),
    ("exim", "a message that you sent contained"),
    ("exim", "a message that you sent has not yet been delivered"),
    ("exim", "message you sent was not delivered"),
    ("postfix", "this is the mail system at host"),
    ("postfix", "this is the postfix program at host"),
    ("postfix", "i'm sorry to have to inform you that your message could not be delivered"),
    ("postfix", "i'm sorry to have to inform you that the message returned"),
    ("sendmail", "the original message was received at"),
    ("sendmail", "--- the following addresses had"),
    ("sendmail", "--- transcript of session follows"),
    ("sendmail", "--- transcript of the session follows"),
    ("sendmail", "warning message only"),
    ("smail", "failed addresses follow"),
    ("exchange", "did not reach the following recipient"),
    ("exchange", "did not reach some or all of the intended recipients"),
    ("exchange", "delivery has failed to these recipients"),
    ("exchange", "delivery to the following recipient"),
    ("exchange", "this is an automatically generated delivery status notification"),
    ("exchange", "the following recipient(s) could not be reached"),
    ("microsoft 365", "couldn't be delivered"),
    ("gmail", "there was a problem delivering your message"),
    ("gmail", "your message wasn't delivered to"),
    ("gmail", "message blocked"),
    ("domino", "was not delivered to"),
    ("groupwise", "was undeliverable to the following"),
    ("courier", "this is a delivery status notification from"),
    ("courier", "undeliverable mail"),
    ("opensmtpd", "this is the mailer-daemon"),
    ("james", "this is the james mail server"),
    ("communigate", "failed to deliver to"),
    ("mdaemon", "permanent fatal delivery errors"),
    ("mdaemon", "delivery errors"),
    ("ironport", "was undeliverable"),
    ("surfcontrol", "your message could not be sent"),
    ("mcafee", "addresses had delivery problems"),
    ("imail", "unknown user:"),
    ("imail", "unknown host:"),
    ("intermail", "this message was undeliverable due to the following"),
    ("intermail", "each of the following recipients was rejected"),
    ("intermail", "the user(s) account is"),
    ("mailenable", "your message has been delayed because"),
    ("imail", "user mailbox exceeds allowed size"),
    ("powermta", "inform you on the delivery status of a message"),
    ("x6", "we had trouble delivering your message"),
    ("domino", "blev ikke leveret til"),
    ("domino", "ble ikke levert til"),
    ("domino", "levererades inte till"),
    ("domino", "wurde nicht zugestellt an"),
    ("domino", "n'a pas été distribué à"),
    ("mailenable", "could not be delivered to some recipients"),
    ("exchange", "nådde ikke enkelte eller alle"),
    ("exchange", "nådde inte vissa eller alla"),
    ("exchange", "nåede ikke"),
    ("exchange", "hat einige oder alle empfänger nicht erreicht"),
    ("exchange", "n'est pas parvenu"),
    ("any", "konnte nicht zugestellt werden"),
    ("any", "kunne ikke leveres"),
    ("any", "kunde inte levereras"),
    ("any", "ei voitu toimittaa"),
    ("any", "n'a pas pu être remis"),
    ("any", "n'a pas pu être distribué"),
    ("any", "no se pudo entregar"),
    ("any", "no se ha podido entregar"),
    ("any", "non è stato possibile recapitare"),
    ("any", "kon niet worden bezorgd"),
    ("any", "não pôde ser entregue"),
    ("any", "nie można dostarczyć"),
    ("any", "не было доставлено"),
    ("any", "не может быть отправлено"),
    ("any", "送信できませんでした"),
    ("any", "配信できませんでした"),
    ("any", "届きませんでした"),
    ("any", "您的邮件被退回"),
    ("any", "could not be delivered to"),
    ("any", "cannot be delivered to"),
    ("any", "unable to deliver your message"),
    ("any", "unable to deliver message"),
    ("any", "delivery failed"),
    ("any", "permanent fatal errors"),
)
# Good enough in the mouth of a daemon, too weak in another's.
FAILURE_WORDS = (
    "deliver", "undeliver", "returned", "bounce", "rejected", "refused", "unknown", "failed", "failure", "mailbox",
    "not found", "quota", "error", "warning",
)  # fmt: skip
_REPLIED = re.compile(
    r"\s*(?:re|sv|vs|vb|vl|aw|wg|fw|fwd|tr|rv|enc|antw|odp|doorst|i|r|ang)\s{0,3}(?:\[\d{1,3}\])?\s?:", re.I
)
_FORWARDED = re.compile(
    r"\s*(?:>(?!>>)|[\"“„«]\w[^\"@]{20}|-{2,}\s*(?:forwarded|original|videresendt|opprinnelig|vidarebefordrat|välitetty|alkuperäinen"
    r"|weitergeleitete|ursprüngliche|message transf|mensaje reenviado|messaggio inoltrato|doorgestuurd)"
    r"|begin forwarded|start på|on .{1,200} wrote:\s*$|.{1,200} (?:skrev|kirjoitti|schrieb).{0,40}:\s*$"
    r"|\*?(?:from|fra|från|lähettäjä|von|de|van|da|od|от)\s?:)",
    re.I,
)


def is_another_report(message: Message) -> bool:
    """Receipts, complaints and whatever else is a multipart/report of another type."""
    report = parameter_of(message, "report-type")
    ours = {"", "delivery-status", "global-delivery-status", "delivery-notification"}
    return message.get_content_type() == "multipart/report" and report not in ours


def may_be_report(message: Message, parts: Parts) -> bool:
    """Asked before anything is read: most mails are letters, and neither form nor head says otherwise."""
    return _has_form(message, parts) or bool(machine_sign(header(message, "from"))) or _is_automatic(message)


def is_report(message: Message, parts: Parts, notice: str, returned: str) -> bool:
    """The forms of RULES 2, the certain ones first."""
    return _has_form(message, parts) or _speaks_like_a_mail_system(message, parts, notice, returned)


def _has_form(message: Message, parts: Parts) -> bool:
    if message.get_content_type() == "multipart/report" and (parameter_of(message, "report-type") or parts.status):
        return True
    if message.get_content_type() in STATUS_TYPES or headers_named(message, "x-failed-recipients"):
        return True
    return bool(headers_named(message, "x-ms-exchange-message-is-ndr"))


def _speaks_like_a_mail_system(message: Message, parts: Parts, notice: str, returned: str) -> bool:
    """A machine sent it, and it opens as the notices of mail systems open. Both, or it is somebody's letter."""
    subject = header(message, "subject")
    machine = machine_sign(header(message, "from"))
    null, automatic = _has_null_sender(message), _is_automatic(message)
    if not (machine or automatic) or (_REPLIED.match(subject) and machine != "daemon" and not null):
        return False
    telling_subject = subject.lower().lstrip("*[(! ").startswith(SUBJECTS)
    head = opening_of(notice)
    opening = any(words in head for _, words in OPENINGS)
    proof = bool(parts.status or returned or CODE.search(notice))
    evidence = proof or ADDRESS.search(notice) is not None
    if machine == "daemon":
        said = opening or telling_subject or parts.status or any(word in notice.lower() for word in FAILURE_WORDS)
        return evidence and bool(said)
    if null or (machine and automatic):
        return evidence and (opening or telling_subject)
    if machine:  # postmasters write letters, too
        return opening and evidence and (telling_subject or proof)
    return opening and telling_subject and proof  # shops send automatic mail about what they could not deliver


def _has_null_sender(message: Message) -> bool:
    return any(value.strip() == "<>" for value in headers_named(message, "return-path")[:1])


def _is_automatic(message: Message) -> bool:
    return _has_null_sender(message) or _says_automatic(message)


def _says_automatic(message: Message) -> bool:
    submitted = header(message, "auto-submitted").strip().lower()
    if submitted != "" and not submitted.startswith("no"):
        return True
    return header(message, "precedence").strip().lower() in {"junk", "bulk"}


def opening_of(notice: str) -> str:
    """The first lines of the notice in one, lower-case; it ends where somebody else's words begin."""
    kept: list[str] = []
    for line in notice[:6000].splitlines():
        if _FORWARDED.match(line):
            break
        kept.append(line)
    return " ".join(" ".join(kept).lower().replace("’", "'").split())[:2500]
