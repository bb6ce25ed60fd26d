"""Why a mail was not delivered, and what follows for the address: the words of reports as reasons for people."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from mailgate.mail import BounceReport, FailedRecipient

MAX_DIAGNOSTIC = 500


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
    Reason("not now", "soft", (), ("greylist", "graylist", "grey-list", "gray-list")),
    Reason("mailbox full", "soft", ("2.2", "3.1"), (
        "mailbox full", "mailbox is full", "mailbox was full", "mail box full", "full mailbox", "inbox is full",
        "account is full", "folder is full", "quota", "mailbox size", "exceeded storage", "storage limit",
        "exceeded its", "exceeded storage allocation", "out of space", "postfach ist voll", "postfach voll",
        "boîte pleine",
        "boîte aux lettres est pleine", "buzón lleno", "buzón está lleno", "casella piena", "casella di posta è piena",
        "postbus vol", "caixa postal cheia", "caixa de correio está cheia", "postkassen er full", "postkassa er full",
        "postboksen er full", "postkassen er fyldt", "brevlåda är full", "brevlådan är full", "postilaatikko on täynnä",
        "переполнен", "переповнен", "skrzynka jest pełna", "schránka je plná", "邮箱已满", "邮箱满", "空间不足",
        "信箱已滿",
        "容量が一杯", "容量がいっぱい", "容量を超", "メールボックスが一杯", "가득",
        "ist voll", "está lleno", "est pleine", "è piena", "está cheia", "er fuldt",
        "er fuld", "är full", "on täynnä", "jest pełna", "je plná", "megtelt",
        "exceeds allowed size", "exceeds mailbox", "out of storage", "out of disk", "disk full",
        "insufficient disk", "insufficient storage", "not enough space", "not enough disk", "no space left",
        "too much mail data", "mailbox has exceeded", "recipient's mailbox exceeded", "mailbox exceeds", "full disk",
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
        "nullmx", "no mx record", "no mx host", "no mx or", "has no mx", "no valid mx", "mx record",
        "does not accept mail", "name service error", "unrouteable mail domain",
        "unrouteable domain", "unresolvable", "domain is not valid", "domain isn't",
        "domain couldn't be found", "dns domain", "illegal host", "name-server problem",
        "dns error", "no route found to domain", "domain name system",
    )),
    Reason("sender not authenticated", "policy", ("7.23", "7.24", "7.25", "7.26", "7.27", "7.30"), (
        "spf", "dkim", "dmarc", "unauthenticated", "not authenticated", "authentication required", "reverse dns",
        "ptr record", "rdns", "sender id",
    )),
    Reason("no such user", "hard", ("1.1", "1.3", "1.0", "1.10"), (
        "user unknown", "unknown user", "unbekannter benutzer", "unbekannter empfänger", "empfänger unbekannt",
        "benutzer unbekannt", "existiert nicht", "wurde nicht gefunden", "nicht gefunden", "n'existe pas", "inconnu",
        "introuvable", "no existe", "desconocido", "no se encontró", "non esiste", "sconosciuto", "bestaat niet",
        "onbekende", "não existe", "desconhecido", "não foi encontrado", "finnes ikke", "findes ikke", "finst ikkje",
        "ukjent bruker", "ukjent mottaker", "ble ikke funnet", "blev ikke fundet", "finns inte", "hittades inte",
        "okänd mottagare", "ei löydy", "ei löytynyt", "ei ole olemassa", "tuntematon", "не существует", "не найден",
        "нет такого", "nie istnieje", "nie znaleziono", "neexistuje", "nem létezik", "不存在", "找不到", "存在しない",
        "存在しません", "見つからない", "見つかりません", "존재하지 않", "invalid_address",
        "no such user", "no such recipient", "no such mailbox", "no such address",
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
        "receiver not found", "unknown subscriber", "bulunamadı", "nicht im domino-verzeichnis",
        "is not defined", "not matched by", "unknown recipients", "mailbox does not exist", "такого пользователя",
        "addressee not found",
        "addresses were unknown",
    )),
    Reason("mailbox closed", "hard", ("2.1", "2.0", "1.6"), (
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
    Reason("time ran out", "soft", (), (
        "retry timeout", "retry time not reached", "message expired", "delivery expired", "delivery time expired",
        "deleted from queue", "cannot send message for",
    )),
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
        "policy", "not accepting mail from",
        "not allowed", "denied", "prohibited", "not authorized", "not authorised", "not permitted",
        "permission", "restricted", "administrative", "rejected", "refused", "not accepted",
    )),
)
# fmt: on
# RULES 2, read from the left: the first prefix that fits. 5.4.7 is time that ran out: the address may be a good one.
# 5.1.7 and 5.1.8 speak of the *sender's* address: nothing is wrong with the recipient's, which must not be suppressed.
KIND_OF_STATUS = (
    ("5.1.7", "policy"),
    ("5.1.8", "policy"),
    ("5.1.", "hard"),
    ("5.4.7", "soft"),
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

_ADDRESS = re.compile(r"[\w.+=-]{1,64}@[\w.-]{1,253}")


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
    reason = reason_of(status, recipient.diagnostic)
    if reason is not None and (reason.kind != "hard" or recipient.permanent):
        return reason.kind
    return "hard" if recipient.permanent else "soft"


def reason_of(status: str, words: str) -> Reason | None:
    """The first reason whose status fits; where the status is general, whose words occur."""
    detail = status.partition(".")[2]
    for reason in REASONS:
        if detail in reason.statuses and detail not in VAGUE:
            return reason
    lowered = " ".join(words.lower().replace("’", "'").split())
    if "@" in lowered:  # quota@… and blocked@… are names
        lowered = _ADDRESS.sub(" ", lowered)
    for reason in REASONS:
        if any(map(lowered.__contains__, reason.words)):
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
    return BounceReport(worst_kind(failed), failed, None, None, reason_for_people(failed, ""))


def worst_kind(failed: tuple[FailedRecipient, ...]) -> str:
    # Nobody named: soft, since it suppresses no address.
    return min((sub_kind(one) for one in failed), key=WORST_FIRST.index, default="soft")


def reason_for_people(failed: tuple[FailedRecipient, ...], notice: str) -> str:
    worst = min(failed, key=lambda one: WORST_FIRST.index(sub_kind(one)), default=None)
    if worst is not None and worst.action in ARRIVED:
        return worst.action
    found = reason_of(worst.status, worst.diagnostic) if worst else None
    found = found or reason_of("", notice[:4000])
    if worst is not None and worst.action == "delayed":
        return f"delayed: {found.name}" if found else "delayed"
    if found is not None:
        return found.name
    return "blocked by policy" if worst and worst.status.startswith("5.7.") else "not delivered"
