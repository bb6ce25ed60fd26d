"""Who did not get our mail, for good or for now.

Reports are read from the most formal source to the least: the fields of RFC 3464, then the header X-Failed-Recipients,
then the prose of the sending software, then the address the returned mail was written to. What a mail *is* is decided
by its form: a report part, a telling header, or a notice in a machine's words at the head of a mail that a machine
sent. The words alone never suffice, so that a person who forwards or quotes a bounce stays a person; nor does the
sender alone, since postmasters write letters too.

Everything is line by line and linear; nothing raises, whatever the bytes were.
"""

from __future__ import annotations

import base64
import binascii
import quopri
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message

from mailgate.mail import BounceReport, FailedRecipient, valid_address, without_tag

MAX_NOTICE = 65_536  # characters of prose that are looked at
MAX_RETURNED = 65_536  # characters of the returned mail that are kept
MAX_DIAGNOSTIC = 500
MAX_RECIPIENTS = 200
MAX_PARTS = 200


def read_bounce(message: Message, text: str) -> BounceReport | None:
    """What a delivery report says, or None for a mail that is no report in form.

    `message` is the compat32 root of the tree, `text` its readable body, decoded. A report about a delay, or about a
    delivery that succeeded, is a report too; its `kind` says so. `failed` names each recipient once, and is empty
    where nobody could be made out. RFC 3464, 3462, 6533; the rest is the habit of many programs.
    """
    if _is_another_report(message):
        return None
    parts = _Parts.of(message)
    notice, quoted = _split_returned(text[:MAX_NOTICE])
    returned = parts.returned or quoted
    if not _is_report(message, parts, notice, returned):
        return None
    whole, records = _read_fields("\n\n".join(parts.status) or (text if _has_fields(text) else ""))
    failed = tuple(_recipients(message, records, notice, returned))
    return BounceReport(
        kind=_worst(failed),
        failed=failed,
        original_message_id=_message_id(returned) or _message_id(notice, whole=True) or _answered_id(message),
        original_envelope_id=_xtext(whole.get("original-envelope-id", "")) or None,
        reason=_reason_for_people(failed, notice),
        returned_text=returned[:MAX_RETURNED],
    )


# -- Kinds and reasons ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a mail was not delivered: a name for people, the sub-kind of RULES 2, and how reports say it."""

    name: str
    kind: str
    statuses: tuple[str, ...]
    words: tuple[str, ...]


# Order matters among the words: "mailbox size limit" is a full mailbox and no large message, "domain does not exist"
# is no unknown user, and a full mailbox is often called unavailable too.
# fmt: off
REASONS = (
    Reason("mailbox full", "soft", ("2.2", "3.1"), (
        "mailbox full", "mailbox is full", "mailbox was full", "mail box full", "full mailbox", "inbox is full",
        "account is full", "folder is full", "quota", "mailbox size", "exceeded storage", "storage limit",
        "exceeded its", "exceeds allowed size", "exceeds mailbox", "out of storage", "out of disk", "disk full",
        "insufficient disk", "insufficient storage", "not enough space", "not enough disk", "no space left",
        "too much mail data", "mailbox has exceeded", "mailbox exceeds", "full disk",
    )),
    Reason("message too large", "size", ("2.3", "3.4"), (
        "message too large", "message too big", "message size", "message is too", "too large", "too big",
        "size limit", "maximum size", "max message size", "exceeds fixed", "exceeds the maximum", "larger than the",
        "exceeds size", "message exceeds", "mail exceeds", "message length exceeds",
    )),
    Reason("mail loop", "hard", ("4.6", "4.14"), (
        "too many hops", "mail loop", "loops back", "routing loop", "hop count", "forwarding loop", "loop detected",
        "too many received",
    )),
    Reason("domain not found", "hard", ("1.2", "4.3", "4.4"), (
        "domain not found", "host not found", "unknown host", "host unknown", "name or service not known",
        "no such domain", "domain does not exist", "domain doesn't exist", "nxdomain", "couldn't find any host",
        "unknown domain", "bad domain", "invalid domain", "domain name not found", "non-existent host", "null mx",
        "nullmx", "no mx", "mx record", "does not accept mail", "name service error", "unrouteable mail domain",
        "unrouteable domain", "unresolvable", "domain is not valid", "domain isn't",
        "domain couldn't be found", "dns domain", "dns error", "no route found to domain", "domain name system",
    )),
    Reason("sender not authenticated", "policy", ("7.23", "7.24", "7.25", "7.26", "7.27", "7.30"), (
        "spf", "dkim", "dmarc", "unauthenticated", "not authenticated", "authentication required", "reverse dns",
        "ptr record", "rdns", "sender id",
    )),
    Reason("no such user", "hard", ("1.1", "1.3", "1.0", "1.6", "1.10"), (
        "user unknown", "unknown user", "no such user", "no such recipient", "no such mailbox", "no such address",
        "no such person", "no such account", "no such local", "does not exist", "doesn't exist", "do not exist",
        "not exist", "invalid recipient", "invalid mailbox", "invalid user", "invalid address", "invalid receiver",
        "unknown recipient", "recipient unknown", "recipient not found", "user not found", "mailbox not found",
        "address not found", "account not found", "no mailbox", "not a known user", "unknown address",
        "unknown mailbox", "unknown account", "unknown local", "address unknown", "no such name", "not listed in",
        "unrouteable address", "not a valid mailbox", "not a valid recipient", "not a valid user", "no user here",
        "nobody here", "bad destination", "bad address", "address couldn't be found", "wasn't found",
        "could not be found", "name is not recognized", "doesn't have a", "not our customer", "unknown or illegal",
        "no valid recipients", "recipnotfound", "recipient address rejected", "undeliverable address",
        "mailbox unavailable", "user doesn't", "is unknown", "not recognized", "no account", "unknown email",
        "recipient rejected", "does not like recipient", "no matches to", "user invalid", "not known",
    )),
    Reason("mailbox closed", "hard", ("2.1", "2.0"), (
        "disabled", "inactive", "suspended", "deactivated", "not active", "account closed", "mailbox closed",
        "no longer", "discontinued", "account expired", "terminated", "has moved", "is locked", "been blocked by user",
    )),
    Reason("virus or forbidden content", "policy", ("6.0", "6.1", "7.7"), (
        "virus", "malware", "infected", "attachment", "executable", "dangerous", "illegal content", "banned content",
    )),
    Reason("too many mails", "policy", ("7.28",), (
        "too many", "rate limit", "throttl", "rate that", "exceeded the rate", "sending limit", "message limit",
        "too frequent",
    )),
    Reason("blocked as spam", "policy", (), (
        "spam", "blacklist", "black list", "blocklist", "block list", "denylist", "rbl", "dnsbl", "reputation",
        "unsolicited", "junk", "blocked", "banned", "listed at", "listed by", "bulk mail", "suspicious",
    )),
    Reason("sender not accepted", "policy", ("1.7", "1.8", "7.60"), (
        "sender address rejected", "sender rejected", "invalid sender", "unknown sender", "sender denied",
        "bad sender", "sender domain", "sender address",
    )),
    Reason("relaying denied", "policy", (), ("relay", "not our domain", "rcpthosts")),
    Reason("host does not answer", "soft", ("4.1", "4.2", "4.0"), (
        "connection refused", "timed out", "timeout", "time out", "time-out", "connection reset", "no route to host",
        "unreachable", "could not connect", "couldn't connect", "unable to connect", "cannot connect",
        "establish an smtp connection", "lost connection", "not responding", "did not respond", "does not respond",
        "wasn't able to establish", "connection dropped", "no answer from host", "connection failed", "greeting failed",
        "bad connection",
    )),
    Reason("time ran out", "soft", ("4.7",), (
        "queue too long", "retry timeout", "retry time not reached", "message expired", "delivery time expired",
        "time expired", "expired", "too long", "retry limit", "maximum retries", "max retry", "retries exceeded",
        "not going to try again",
    )),
    Reason("not now", "soft", ("3.2", "2.4"), (
        "try again", "greylist", "graylist", "temporar", "resources", "service unavailable", "local error",
        "system error", "deferred",
    )),
    Reason("policy", "policy", (), (
        "policy", "not allowed", "denied", "prohibited", "not authorized", "not authorised", "not permitted",
        "permission", "restricted", "administrative", "rejected", "refused", "not accepted",
    )),
)
# fmt: on

# RULES 2, read from the left: the first prefix that fits. 5.1.7 and 5.1.8 speak of the *sender's* address: nothing is
# wrong with the recipient's, which must not be suppressed for it.
KIND_OF_STATUS = (
    ("5.1.7", "policy"),
    ("5.1.8", "policy"),
    ("5.1.", "hard"),
    ("5.4.", "hard"),
    ("5.2.1", "hard"),
    ("5.2.2", "soft"),
    ("5.2.3", "size"),
    ("5.3.4", "size"),
    ("5.7.", "policy"),
    ("4.", "soft"),
)
# Details that are used for many things; the words are asked before them. Microsoft says 5.4.1 and 5.1.10 of users.
VAGUE = frozenset({"1.0", "1.10", "2.0", "2.1", "2.4", "3.1", "3.2", "4.0", "4.1", "4.2", "4.3", "4.7", "6.0", "6.1"})
WORST_FIRST = ("hard", "policy", "size", "soft", "delayed", "delivered")
ARRIVED = frozenset({"delivered", "relayed", "expanded"})


def sub_kind(recipient: FailedRecipient) -> str:
    """hard, soft, policy, size, delayed or delivered, for one recipient: by Action, then Status, then the words."""
    if recipient.action in ARRIVED:
        return "delivered"
    if recipient.action == "delayed":
        return "delayed"
    status = recipient.status
    for prefix, kind in KIND_OF_STATUS:
        if status == prefix or (prefix.endswith(".") and status.startswith(prefix)):
            return kind
    reason = _reason(status, recipient.diagnostic)
    if reason is not None and (reason.kind != "hard" or recipient.permanent):
        return reason.kind
    return "hard" if recipient.permanent else "soft"


def _reason(status: str, words: str) -> Reason | None:
    """The first reason whose status fits; where the status is general, whose words occur."""
    detail = status.partition(".")[2]
    for reason in REASONS:
        if detail in reason.statuses and detail not in VAGUE:
            return reason
    lowered = " ".join(words.lower().replace("’", "'").split())
    for reason in REASONS:
        if any(word in lowered for word in reason.words):
            return reason
    return next((reason for reason in REASONS if detail in reason.statuses), None)


def refused(recipients: Iterable[tuple[str, str, str]]) -> BounceReport:
    """The report that a refusal in the SMTP dialogue amounts to; address, reply and enhanced status (or '') of each."""
    failed = tuple(
        FailedRecipient(
            address,
            status,
            "failed",
            permanent=status.startswith("5") if status else reply.startswith("5"),
            diagnostic=reply[:MAX_DIAGNOSTIC],
        )
        for address, reply, status in recipients
    )
    return BounceReport(_worst(failed), failed, None, None, _reason_for_people(failed, ""))


def _worst(failed: tuple[FailedRecipient, ...]) -> str:
    # Nobody named: soft, since it suppresses no address.
    return min((sub_kind(one) for one in failed), key=WORST_FIRST.index, default="soft")


def _reason_for_people(failed: tuple[FailedRecipient, ...], notice: str) -> str:
    worst = min(failed, key=lambda one: WORST_FIRST.index(sub_kind(one)), default=None)
    if worst is not None and worst.action in ARRIVED:
        return worst.action
    found = _reason(worst.status, worst.diagnostic) if worst else None
    found = found or _reason("", notice[:4000])
    if worst is not None and worst.action == "delayed":
        return f"delayed: {found.name}" if found else "delayed"
    if found is not None:
        return found.name
    return "blocked by policy" if worst and worst.status.startswith("5.7.") else "not delivered"


# -- Is it a report? --------------------------------------------------------------------------------------------------

# A local part compares without its dots, dashes and underlines: Mailer-Daemon, mailer_daemon, post_master.
DAEMONS = frozenset({
    "mailerdaemon", "mailerdeamon", "maildaemon", "daemon", "mailer", "mdaemon", "mmdf", "mailsystem",
    "maildeliverysystem", "maildeliverysubsystem", "maildelivery", "mta", "mailrouter",
})  # fmt: skip
DAEMON_STARTS = ("mailerdaemon", "microsoftexchange")
OFFICES = frozenset({
    "postmaster", "root", "admin", "administrator", "mailadmin", "mailadministrator", "systemadministrator", "system",
    "postoffice", "bounce", "bounces", "mail", "exchange", "server",
})  # fmt: skip
DAEMON_NAMES = (
    "mailer-daemon", "mailer daemon", "mail delivery subsystem", "mail delivery system", "mail delivery service",
    "delivery subsystem", "internet mail delivery", "mail daemon",
)  # fmt: skip
OFFICE_NAMES = (
    "postmaster", "mail system", "mail administrator", "mail router", "system administrator", "mail server",
    "undeliver", "delivery system", "delivery notification", "delivery service", "mail delivery", "administrator",
)  # fmt: skip
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
    "退信", "系统退信", "無法傳遞", "投递失败",
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
    ("imail", "user mailbox exceeds allowed size"),
    ("powermta", "inform you on the delivery status of a message"),
    ("x6", "we had trouble delivering your message"),
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
    r"\s*(?:>(?!>>)|-{2,}\s*(?:forwarded|original|videresendt|opprinnelig|vidarebefordrat|välitetty|alkuperäinen"
    r"|weitergeleitete|ursprüngliche|message transf|mensaje reenviado|messaggio inoltrato|doorgestuurd)"
    r"|begin forwarded|start på|on .{1,200} wrote:\s*$|.{1,200} (?:skrev|kirjoitti|schrieb).{0,40}:\s*$"
    r"|\*?(?:from|fra|från|lähettäjä|von|de|van|da|od|от)\s?:)",
    re.I,
)
_CODE = re.compile(r"(?<![\d.])(?:[45]\.[0-7]\.\d{1,3}|[45][0-5]\d(?=[ -]))(?![\d.])")


def _is_another_report(message: Message) -> bool:
    """Receipts, complaints and whatever else is a multipart/report of another type."""
    report = _parameter(message, "report-type")
    ours = {"", "delivery-status", "delivery-notification"}
    return message.get_content_type() == "multipart/report" and report not in ours


def _is_report(message: Message, parts: _Parts, notice: str, returned: str) -> bool:
    """The forms of RULES 2, the certain ones first."""
    if message.get_content_type() == "multipart/report" and (_parameter(message, "report-type") or parts.status):
        return True
    if message.get_content_type() in _STATUS_TYPES or _texts(message, "x-failed-recipients"):
        return True
    if _texts(message, "x-ms-exchange-message-is-ndr"):
        return True
    return _speaks_like_a_mail_system(message, parts, notice, returned)


def _speaks_like_a_mail_system(message: Message, parts: _Parts, notice: str, returned: str) -> bool:
    """A machine sent it, and it opens as the notices of mail systems open. Both, or it is somebody's letter."""
    subject = _text(message, "subject")
    machine = machine_sign(_text(message, "from"))
    null = any(value.strip() == "<>" for value in _texts(message, "return-path")[:1])
    automatic = null or _says_automatic(message)
    if not (machine or automatic) or (_REPLIED.match(subject) and machine != "daemon" and not null):
        return False
    telling_subject = subject.lower().lstrip("*[(! ").startswith(SUBJECTS)
    opening = any(words in _head(notice) for _, words in OPENINGS)
    proof = bool(parts.status or returned or _CODE.search(notice))
    evidence = proof or _ADDRESS.search(notice) is not None
    if machine == "daemon":
        said = opening or telling_subject or parts.status or any(word in notice.lower() for word in FAILURE_WORDS)
        return evidence and bool(said)
    if null or (machine and automatic):
        return evidence and (opening or telling_subject)
    if machine:  # postmasters write letters, too
        return opening and evidence and (telling_subject or proof)
    return opening and telling_subject and proof  # shops send automatic mail about what they could not deliver


def machine_sign(from_header: str) -> str:
    """Return "daemon" where From names a mail system, "office" where it names a role that people hold too, else ''."""
    text = from_header.strip().lower()[:500]
    if not text.strip('<>" '):
        return "daemon"
    local, name = _local_part_and_rest(text)
    if local in DAEMONS or local.startswith(DAEMON_STARTS) or any(known in name for known in DAEMON_NAMES):
        return "daemon"
    return "office" if local in OFFICES or any(known in name for known in OFFICE_NAMES) else ""


def is_daemon(from_header: str) -> bool:
    """Whether the local part in From is mailer-daemon, postmaster or of their kind; the display name is not asked."""
    local, _ = _local_part_and_rest(from_header.strip().lower()[:500])
    return local in DAEMONS or local == "postmaster" or local.startswith(DAEMON_STARTS)


def _local_part_and_rest(text: str) -> tuple[str, str]:
    """The first address's local part, without its dots, dashes and underlines, and what else the header says."""
    found = _ADDRESS.search(text)
    local = found[0].partition("@")[0] if found else text.strip('<>" ').partition("@")[0].partition(" ")[0]
    return re.sub(r"[-_.]", "", local.strip("<>\"'")), text.replace(found[0], "") if found else text


def _says_automatic(message: Message) -> bool:
    submitted = _text(message, "auto-submitted").strip().lower()
    if submitted != "" and not submitted.startswith("no"):
        return True
    return _text(message, "precedence").strip().lower() in {"junk", "bulk"}


def _head(notice: str) -> str:
    """The first lines of the notice in one, lower-case; it ends where somebody else's words begin."""
    kept: list[str] = []
    for line in notice[:6000].splitlines():
        if _FORWARDED.match(line):
            break
        kept.append(line)
    return " ".join(" ".join(kept).lower().replace("’", "'").split())[:2500]


# -- The parts of the mail --------------------------------------------------------------------------------------------

_STATUS_TYPES = frozenset({"message/delivery-status", "message/global-delivery-status"})
_RETURNED_TYPES = frozenset({
    "message/rfc822", "message/global", "text/rfc822-headers", "text/rfc822-header", "message/rfc822-headers",
    "message/global-headers", "message/partial", "text/rfc822",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Parts:
    """The report parts and the returned mail, as source text."""

    status: tuple[str, ...]
    returned: str

    @classmethod
    def of(cls, root: Message) -> _Parts:
        status: list[str] = []
        returned = ""
        for part in _leaves(root):
            content_type = part.get_content_type()
            if content_type in _STATUS_TYPES:
                status.append(_source(part, MAX_RETURNED))
            elif content_type in _RETURNED_TYPES and not returned and part is not root:
                returned = _source(part, MAX_RETURNED)
        return cls(tuple(status), returned)


def _leaves(root: Message) -> Iterator[Message]:
    """The parts in order. A returned mail is one leaf: what it carries is not part of the report."""
    waiting: list[Message] = [root]
    for _ in range(MAX_PARTS):
        if not waiting:
            return
        part = waiting.pop()
        if part.is_multipart() and part.get_content_maintype() == "multipart":
            waiting.extend(reversed(_children(part)))
        else:
            yield part


def _source(part: Message, limit: int) -> str:
    """The text of a message/* or text/* part, header lines first; transfer encodings undone, even where forbidden."""
    if not part.is_multipart():
        return _decoded(part)[:limit]
    pieces: list[str] = []
    size = 0
    waiting = _children(part)[::-1]
    for _ in range(MAX_PARTS):
        if not waiting or size > limit:
            break
        message = waiting.pop()
        fields = "".join(f"{name}: {_clean(value)}\n" for name, value in message.raw_items())
        body = _decoded(message) if message.get_content_maintype() in {"text", "message"} else ""
        waiting.extend(reversed(_children(message)))
        pieces.append(f"{fields}\n{body}\n")
        size += len(fields) + len(body)
    text = "\n".join(pieces)
    # RFC 3464 and 2046 forbid to encode these parts; some gateways do, and then the parser saw no header in them.
    encoding = _text(part, "content-transfer-encoding").strip().lower()
    return _undo(text.strip(), encoding)[:limit] if encoding in {"base64", "quoted-printable"} else text[:limit]


def _children(part: Message) -> list[Message]:
    children = part.get_payload() if part.is_multipart() else None
    return [child for child in children if isinstance(child, Message)] if isinstance(children, list) else []


def _decoded(part: Message) -> str:
    try:
        data = part.get_payload(decode=True)
    except (UnicodeError, LookupError, ValueError):  # a text of surrogates and others, which no bytes can have made
        return ""
    return _clean(data) if isinstance(data, bytes) else ""


def _undo(text: str, encoding: str) -> str:
    raw = text.encode("utf-8", "replace")
    if encoding == "base64":
        letters = re.sub(rb"[^A-Za-z0-9+/]", b"", raw)
        letters = letters[: len(letters) // 4 * 4 + (len(letters) % 4 if len(letters) % 4 != 1 else 0)]
        try:
            raw = base64.b64decode(letters + b"=" * (-len(letters) % 4))
        except (binascii.Error, ValueError):
            return _clean(text)
    elif encoding == "quoted-printable":
        raw = quopri.decodestring(raw)
    return _clean(raw)


def _clean(value: object) -> str:
    """Any header value or bytes as text that can be encoded again: UTF-8 where it is, else cp1252."""
    raw = value if isinstance(value, bytes) else _bytes(str(value))
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def _bytes(text: str) -> bytes:
    """The bytes behind a header value: compat32 keeps 8-bit ones as surrogates."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace")


def _texts(message: Message, name: str) -> list[str]:
    return [_clean(value) for key, value in message.raw_items() if key.lower() == name]


def _text(message: Message, name: str) -> str:
    """The first value of a header, unfolded, RFC 2047 undone; '' where absent."""
    value = next(iter(_texts(message, name)), "")[:2000]
    value = " ".join(value.split())
    if "=?" not in value:
        return value
    try:
        return "".join(
            piece if isinstance(piece, str) else piece.decode(charset or "ascii", "replace")
            for piece, charset in decode_header(value)
        )
    except (HeaderParseError, LookupError, ValueError, binascii.Error):
        return value


def _parameter(message: Message, name: str) -> str:
    try:
        value = message.get_param(name)
    except (LookupError, ValueError, TypeError):
        return ""
    return (value[2] if isinstance(value, tuple) else value or "").strip().strip('"').lower()


# -- The fields of RFC 3464 -------------------------------------------------------------------------------------------

_FIELD = re.compile(r"([A-Za-z][A-Za-z0-9-]{1,60})[ \t]{0,20}:(.*)", re.S)
_RECIPIENT_FIELDS = frozenset({
    "final-recipient", "original-recipient", "action", "status", "diagnostic-code", "remote-mta",
    "x-actual-recipient", "last-attempt-date", "final-log-id", "will-retry-until",
})  # fmt: skip
_WHO = frozenset({"final-recipient", "original-recipient"})
_STARTS = frozenset({"final-recipient", "original-recipient", "action", "status"})
# What is seen for the five actions of RFC 3464 2.3.3.
ACTIONS = (
    ("delay", "delayed"),
    ("defer", "delayed"),
    ("warn", "delayed"),
    ("transient", "delayed"),
    ("deliver", "delivered"),
    ("success", "delivered"),
    ("relay", "relayed"),
    ("expand", "expanded"),
)


def _has_fields(text: str) -> bool:
    return "final-recipient:" in text[:MAX_NOTICE].lower()


def _read_fields(text: str) -> tuple[dict[str, str], list[dict[str, str]]]:
    """The fields about the whole message, and one record a recipient.

    Blank lines should part the records; they are missing here and doubled there. So a record ends where a field that
    each has once comes again, or where a new recipient is named after a blank line.
    """
    whole: dict[str, str] = {}
    records: list[dict[str, str]] = []
    current: dict[str, str] = {}
    blank = False
    for name, value in _fields(text):
        if not name:
            blank = True
            continue
        if name not in _RECIPIENT_FIELDS:
            whole.setdefault(name, value)
            continue
        again = name in _STARTS and name in current
        if again or (blank and name in _WHO and not _WHO.isdisjoint(current)):
            current = {}
        if not current:
            if len(records) >= MAX_RECIPIENTS:
                break
            records.append(current)
        current.setdefault(name, value)
        blank = False
    return whole, records


def _fields(text: str) -> Iterator[tuple[str, str]]:
    """(lower-case name, unfolded value) in order; ("", "") for a blank line."""
    name, pieces = "", [""]
    for line in re.split(r"\r\n|\r|\n", text[: 4 * MAX_RETURNED]):
        folded = line[:1] in {" ", "\t"} and line.strip() != ""
        match = None if folded else _FIELD.match(line)
        if match is None and name and line.strip():
            # A diagnostic that was broken without a blank goes on; any other stray line does too, and harms nobody.
            pieces.append(line.strip())
            continue
        if name:
            yield name, " ".join(pieces).strip()
        name, pieces = (match[1].lower(), [match[2].strip()]) if match else ("", [""])
        if not line.strip():
            yield "", ""
    if name:
        yield name, " ".join(pieces).strip()


def _xtext(value: str) -> str:
    """RFC 3461 4: `+2B` is a plus, `+3D` an equals sign. Nothing else printable is encoded so, which keeps
    `ola+AB@example.com` whole."""
    return value.replace("+2B", "+").replace("+3D", "=")


def _typed_address(value: str) -> str | None:
    """`rfc822; <ola@example.no> (Ola)` -> the address. Unknown address types are read alike; X.400 names give None."""
    kind, semicolon, rest = value.partition(";")
    if not semicolon or "@" in kind:
        rest = value
    if kind.strip().lower() == "utf-8":  # RFC 6533 3: utf-8-addr-xtext writes \x{E5} for å
        rest = re.sub(r"\\x\{([0-9A-Fa-f]{2,6})\}", _embedded_unicode, rest)
    found = _ADDRESS.search(rest[:2000])
    address = valid_address(found[0]) if found else None
    return None if address is None or address.startswith("imceaex-") else address


def _embedded_unicode(match: re.Match[str]) -> str:
    code = int(match[1], 16)
    return chr(code) if 0x20 < code < 0x110000 and not 0xD800 <= code <= 0xDFFF else match[0]


def _action(value: str) -> str:
    lowered = value.strip().lower()
    return next((action for start, action in ACTIONS if lowered.startswith(start)), "failed")


# -- From fields and prose to recipients ------------------------------------------------------------------------------


def _recipients(message: Message, records: list[dict[str, str]], notice: str, returned: str) -> list[FailedRecipient]:
    named = _Prose(message, notice, returned)
    found = [_from_record(record, named) for record in records]
    stated = [one for one in found if one is not None]
    if not stated:
        action = _action(records[0]["action"]) if records and records[0].get("action") else named.action
        status = (records[0].get("status", "") if len(records) == 1 else "") or named.class_stated
        failed_header = [
            address for value in _texts(message, "x-failed-recipients") for address in _addresses(value[:MAX_RETURNED])
        ]
        addresses = list(dict.fromkeys(failed_header)) or named.addresses
        stated = [
            _recipient(address, action, status, named.diagnostic(address, alone=len(addresses) == 1))
            for address in addresses[:MAX_RECIPIENTS]
        ]
    unique = {(one.address, one.action): one for one in reversed(stated)}
    ordered = list(reversed(unique.values()))
    # Who got it stands beside who did not only in some reports; a list of failures has no place for them.
    missing = [one for one in ordered if one.action not in ARRIVED]
    return missing or ordered


def _from_record(record: dict[str, str], prose: _Prose) -> FailedRecipient | None:
    diagnostic = record.get("diagnostic-code", "")
    original = _typed_address(_xtext(record.get("original-recipient", "")))
    final = _typed_address(record.get("final-recipient", "")) or _typed_address(record.get("x-actual-recipient", ""))
    bracketed = _BRACKETED.search(diagnostic[:2000])
    address = final or original or (valid_address(bracketed[1]) if bracketed else None)
    if address is None:
        return None
    words = re.sub(r"\A\s*[A-Za-z0-9-]{1,40}\s?;\s*", "", diagnostic[:4000]) or prose.diagnostic(address)
    action = _action(record.get("action", ""))
    if not record.get("action") and record.get("status", "").strip().startswith("2"):
        action = "delivered"
    return _recipient(address, action, record.get("status", ""), words, original or "")


def _recipient(address: str, action: str, stated: str, words: str, original: str = "") -> FailedRecipient:
    status = _status(stated, words)
    return FailedRecipient(
        address=address,
        status=status,
        action=action,
        permanent=action == "failed" and _is_permanent(status, stated, words),
        diagnostic=" ".join(words.split())[:MAX_DIAGNOSTIC],
        original=original if original != address else "",
    )


_ENHANCED = re.compile(r"(?<![\d.])([245]\.[0-7]\.\d{1,3})(?![\d.])")
_AFTER_REPLY = re.compile(r"(?<![\d.])[45][0-5]\d[ -]#?([45]\.[0-7]\.\d{1,3})(?![\d.])")
_REPLY = re.compile(
    r"(?:^\s{0,20}|[:<(\[#\"'>=;]\s?|\b(?:said|error|code|reply|response|with|status|by|host)\b:?\s)"
    r"([45][0-5]\d)(?=[ \-\])>:;,.\"'/]|$)",
    re.I | re.M,
)


def _status(stated: str, words: str) -> str:
    """The enhanced status (RFC 3463): the stated one, or a more telling one out of the diagnostic. '' where none is."""
    found = _ENHANCED.search(stated[:200])
    code = found[1] if found else ""
    if code and not code.endswith(".0.0"):
        return code
    better = _AFTER_REPLY.search(words[:4000]) or _ENHANCED.search(words[:4000])
    if better and better[1][0] != "2":
        return better[1]
    return code


def _is_permanent(status: str, stated: str, words: str) -> bool:
    """The class of the status (RFC 3463 2: 5 permanent, 4 transient), else of the reply code, else what is said."""
    reply = _REPLY.search(words[:4000])
    if status and not (status.endswith(".0.0") and reply):
        return status[0] == "5"
    if reply:
        return reply[1][0] == "5"
    if stated.strip()[:1] in {"4", "5"}:
        return stated.strip()[0] == "5"
    lowered = words.lower()
    if "permanent" in lowered or "fatal" in lowered:
        return True
    if "temporar" in lowered or "transient" in lowered:
        return False
    reason = _reason("", words)
    return reason is None or reason.kind != "soft"


# -- Prose ------------------------------------------------------------------------------------------------------------

# What an address is made of, said by the ASCII that it is not made of: a class that names the letters of the world is
# slow to compile, and each is compiled in many expressions.
_NEVER = r"\x00-\x20\"(),:;<>[\\\]\x7f"
_LOCAL = rf"[^{_NEVER}@]"
_DOMAIN = r"[^\x00-,/:-@\[-`{-\x7f]"
_A = (
    rf"[^\x00-\x22$%'-*,./:-<>-@\[-^`{{-\x7f]{_LOCAL}{{0,63}}"
    rf"@[^\x00-/:-@\[-`{{-\x7f]{_DOMAIN}{{0,252}}"
)
_ADDRESS = re.compile(rf"(?<![^{_NEVER}]){_A}|(?<=[='`|*/])(?<![A-Za-z0-9@]=){_A}")
_BRACKETED = re.compile(rf"<({_A})>")
# How programs point at an address, the plainest way first. The first that finds somebody decides.
# A line is looked at alone, so no expression sees more than MAX_LINE characters.
MAX_LINE = 2000
_MARKS = r"[\s\"'<*|•·‘’“”>\[(-]{0,60}"
_LISTED = (
    re.compile(rf"\s{{0,40}}[\"'<]{{1,3}}({_A})[\"'>]{{1,3}}\s{{0,5}}(?:\([^()]{{0,300}}\))?\s{{0,5}}:"),
    re.compile(rf"{_MARKS}({_A})[\s\"'>*|:;,.\])‘’“”]{{0,60}}(?:[(<\[].*)?\Z"),
    re.compile(rf"{_MARKS}({_A})['\">]{{0,2}}\s{{1,5}}on\s"),
    re.compile(rf"{_MARKS}({_A})['\">]{{0,2}}\s?(?:[:,-]|\.\.\.)\s"),
    re.compile(rf".{{0,300}}?<mailto:({_A})>"),
)
_LABELLED = re.compile(
    rf"\s{{0,40}}([^:=@]{{1,120}}?)\s{{0,20}}[:=]\s{{0,20}}[\"'<*\[(]{{0,4}}({_A})"
    r"[\"'>*\])]{0,4}\s{0,20}[.,;]?\s{0,20}(?:\(.*)?\Z"
)
_STARTED = re.compile(rf"{_MARKS}({_A})[>\"':]{{0,3}}\s")
_SENTENCE = re.compile(
    r"\b(?:to|for|by|recipient|user|address|mailbox|account|addressee)\s{1,3}(?:the\s)?"
    rf"(?:recipient\s|address\s|user\s|mailbox\s)?[\"'<*‘“\[(]{{0,4}}({_A})",
    re.I,
)
_RCPT = re.compile(rf"RCPT\s{{1,3}}TO\s{{0,3}}:\s{{0,3}}<?({_A})", re.I)
_REPLY_LINE = re.compile(r"\s{0,20}(?:received\s)?<{3,4}\s{0,5}(\d)\d\d|\s{0,20}(\d)\d\d[ -]", re.I)
_NOT_A_RECIPIENT = (
    "from", "sender", "reply", "return", "message-id", "message id", "contact", "subject", "to", "cc", "mail from",
    "mailto", "reporting", "in-reply",
)  # fmt: skip
_NOT_A_PERSON = frozenset({"postmaster", "mailer-daemon", "mailerdaemon", "abuse", "hostmaster", "mail-daemon"})

DELAY_WORDS = (
    "warning message only", "not yet been delivered", "not been delivered yet", "attempts will continue",
    "continue to try", "continue trying", "keep trying", "still trying", "delivery is delayed", "delivery delayed",
    "delivery is being delayed", "message is delayed", "has been delayed", "been delayed", "delivery incomplete",
    "will be retried", "will retry", "do not need to resend", "don't need to resend", "for past", "will be attempted",
    "temporarily delayed", "further attempts will be", "will try again", "has not been delivered yet", "be attempting",
)  # fmt: skip


PERMANENT_WORDS = (
    "permanent error",
    "permanent fatal",
    "failed permanently",
    "permanent failure",
    "permanently failed",
)


class _Prose:
    """The words of a notice, read for addresses and for what is said of each."""

    def __init__(self, message: Message, notice: str, returned: str) -> None:
        self._lines = [line[:MAX_LINE] for line in notice.replace("\xa0", " ").splitlines()[:2000]]
        headers = ("to", "cc", "delivered-to", "from", "return-path")
        own = {address for name in headers for address in _addresses(_text(message, name))}
        own |= {without_tag(address) for address in own}
        self.action = "delayed" if self._is_warning(message) else "failed"
        # Asked only where neither a status nor a reply code says better.
        self.class_stated = "5" if any(words in notice[:6000].lower() for words in PERMANENT_WORDS) else ""
        candidates = [*self._candidates(), _written_to(returned)]
        strangers = ([(i, a) for i, a in named if a not in own] for named in candidates)
        # Somebody may have written to himself; then his own address is all there is.
        chosen = next((named for named in strangers if named), None) or next((n for n in candidates if n), [])
        self._where: dict[str, int] = {}
        for index, address in chosen:
            self._where.setdefault(address, index)
        self.addresses = list(self._where)

    def diagnostic(self, address: str, *, alone: bool = False) -> str:
        """What is said of one address: from its line to the next one's, else, where that tells nothing, all of it."""
        index = self._where.get(address, -1)
        if index < 0:
            index = next((i for i, line in enumerate(self._lines) if address in line.lower()), -1)
        after = [i for i in self._where.values() if i > index]
        end = min([index + 14, *after]) if not alone else index + 40
        near = "\n".join(self._lines[index:end]).strip() if index >= 0 else ""
        if near and (_REPLY.search(near) or _ENHANCED.search(near) or _reason("", near.lower().replace(address, ""))):
            return near
        whole = "\n".join(line for line in self._lines if line.strip())
        return whole[:4000]

    def _is_warning(self, message: Message) -> bool:
        head = _head("\n".join(self._lines))
        subject = _text(message, "subject").lower()
        if any(words in head for words in DELAY_WORDS) or "(delay" in subject:
            return True
        return subject.startswith(("delayed", "delivery delay", "warning: message"))

    def _candidates(self) -> Iterator[list[tuple[int, str]]]:
        """Addresses with their line, by how plainly the notice points at them."""
        yield list(_unique(self._listed()))
        yield list(_unique(self._transcript()))
        yield list(_unique(self._matches(_SENTENCE)))
        yield list(_unique(self._matches(_STARTED)))
        yield list(_unique(self._matches(_ADDRESS)))

    def _listed(self) -> Iterator[tuple[int, str]]:
        for index, line in enumerate(self._lines):
            if "@" not in line or _RCPT.search(line):
                continue
            match = next((found for pattern in _LISTED if (found := pattern.match(line))), None)
            if match is not None:
                yield index, match[1]
            elif (label := _LABELLED.match(line)) and not label[1].strip().lower().startswith(_NOT_A_RECIPIENT):
                yield index, label[2]

    def _transcript(self) -> Iterator[tuple[int, str]]:
        """RCPT TO whose answer, in the next lines, is no 2xx; then the answers that name somebody."""
        for index, line in enumerate(self._lines):
            if (match := _RCPT.search(line)) is not None:
                answers = (_REPLY_LINE.match(next_line) for next_line in self._lines[index + 1 : index + 4])
                answer = next((found for found in answers if found), None)
                if answer is None or "2" not in answer.groups():
                    yield index, match[1]
            elif _CODE.search(line) and (bracketed := _BRACKETED.search(line)):
                yield index, bracketed[1]

    def _matches(self, pattern: re.Pattern[str]) -> Iterator[tuple[int, str]]:
        for index, line in enumerate(self._lines):
            if "@" in line:
                for match in pattern.finditer(line):
                    yield index, match[match.lastindex or 0]


def _unique(found: Iterable[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    seen: set[str] = set()
    for index, text in found:
        address = valid_address(text.strip(".'`\"").removeprefix("mailto:"))
        if address is None or address in seen or address.partition("@")[0] in _NOT_A_PERSON:
            continue
        seen.add(address)
        yield index, address
        if len(seen) >= MAX_RECIPIENTS:
            return


def _addresses(text: str) -> list[str]:
    return [address for found in _ADDRESS.findall(text) if (address := valid_address(found.strip(".'`")))]


def _written_to(returned: str) -> list[tuple[int, str]]:
    """The only address in To of the returned mail; of several, nobody knows which one failed."""
    head = returned.lstrip()[:16_384]
    to = next((value for name, value in _fields(head) if name == "to"), "")
    found = list(dict.fromkeys(_addresses(to[:4000])))
    return [(-1, found[0])] if len(found) == 1 else []


# -- The returned mail ------------------------------------------------------------------------------------------------

_HEADER_LINE = re.compile(r"[>\s]{0,20}([A-Za-z][A-Za-z0-9-]{1,40}):(?:\s|\Z)")
_SURELY_MAIL = frozenset({
    "received", "message-id", "return-path", "mime-version", "dkim-signature", "x-mailer", "references", "content-type",
})  # fmt: skip
_ID_LINE = re.compile(
    r"^[> \t]{0,20}(?:original[ -])?message[- ]?id[ \t]{0,5}:[ \t]{0,20}(?:\r?\n[> \t]{1,20})?"
    r"(<[^<>\s]{1,996}>|[^<>\s@]{1,500}@[^<>\s@]{1,490})",
    re.I | re.M,
)


def _split_returned(text: str) -> tuple[str, str]:
    """The notice and, where the mail came back as text below it, that mail: a block of at least three header fields
    one of which only mails have. No phrase is asked for: every program has its own, the header is always a header."""
    lines = text.splitlines(keepends=True)
    start, fields, certain, position = -1, 0, False, 0
    for line in lines:
        match = _HEADER_LINE.match(line[:200])
        if match is not None and match[1].lower() not in _RECIPIENT_FIELDS:
            if start < 0:
                start = position
            fields += 1
            certain = certain or match[1].lower() in _SURELY_MAIL
            if fields >= 3 and certain:
                return text[:start], text[start:]
        elif match is not None or not line.strip() or line[:1] not in {" ", "\t", ">"}:
            start, fields, certain = -1, 0, False
        position += len(line)
    return text, ""


def _message_id(source: str, *, whole: bool = False) -> str | None:
    """Message-ID in the header of a returned mail; with `whole`, wherever a line names one."""
    text = source.lstrip()
    head = text if whole else re.split(r"\n[> \t\r]{0,20}\n", text[:MAX_RETURNED], maxsplit=1)[0] + "\n"
    match = _ID_LINE.search(head)
    if match is None:
        return None
    return match[1] if match[1].startswith("<") else f"<{match[1]}>"


def _answered_id(message: Message) -> str | None:
    """Exchange and Gmail answer the mail they report on: In-Reply-To names it."""
    match = re.search(r"<[^<>\s]{1,996}>", _text(message, "in-reply-to"))
    return match[0] if match else None
