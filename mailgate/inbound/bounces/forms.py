"""Whether a mail is a report at all: a form that only machines give, or a notice in a machine's words."""

from __future__ import annotations

import re
from collections.abc import Callable
from email.message import Message

from mailgate.inbound.bounces.daemons import answers_nobody, is_daemon, machine_sign
from mailgate.inbound.bounces.fields import has_fields
from mailgate.inbound.bounces.parts import STATUS_TYPES, Parts, header, headers_named, parameter_of
from mailgate.inbound.bounces.voices import VOICES, Voice

_REPLIED = re.compile(
    r"\s*(?:re|sv|vs|vb|vl|aw|wg|fw|fwd|tr|rv|enc|antw|odp|doorst|i|r|ang)\s{0,3}(?:\[\d{1,3}\])?\s?:", re.I
)


def is_another_report(message: Message, text: str) -> bool:
    """Receipts, complaints and whatever else is a multipart/report of another type."""
    report = parameter_of(message, "report-type")
    ours = {"", "delivery-status", "global-delivery-status", "delivery-notification"}
    if message.get_content_type() != "multipart/report" or report in ours:
        return False
    return not (report == "disposition-notification" and _is_refusal_as_receipt(message, text))


def _is_refusal_as_receipt(message: Message, text: str) -> bool:
    """Sieve's reject and a full mailbox come as a receipt (RFC 5429 2.1), from the mail system and in its words."""
    return is_daemon(header(message, "from")) and "was automatically rejected" in text[:500]


def may_be_report(message: Message, parts: Parts) -> bool:
    """Asked before anything is read: most mails are letters, and neither form nor head says otherwise."""
    return _has_form(message, parts) or machine_sign(header(message, "from")) != "" or _is_automatic(message)


def is_report(message: Message, parts: Parts, notice: str, returned: str) -> bool:
    """The forms of RULES 2, the certain ones first; then the voices."""
    if _has_form(message, parts):
        return True
    voice = _voice_of(message, parts, notice, returned)
    return any(says(voice) for _, says in VOICES) and not voice.is_persons


def _has_form(message: Message, parts: Parts) -> bool:
    return any(has(message, parts) for _, has in FORMS)


def is_typed_report(message: Message, parts: Parts) -> bool:
    if message.get_content_type() != "multipart/report":
        return False
    return parameter_of(message, "report-type") != "" or bool(parts.status and not parts.has_odd_status)


def is_bare_status(message: Message, parts: Parts) -> bool:
    return message.get_content_type() in STATUS_TYPES


def names_failed_recipients(message: Message, parts: Parts) -> bool:
    return bool(headers_named(message, "x-failed-recipients"))


def is_exchange_report(message: Message, parts: Parts) -> bool:
    return bool(headers_named(message, "x-ms-exchange-message-is-ndr"))


FORMS: tuple[tuple[str, Callable[[Message, Parts], bool]], ...] = (
    ("typed-report", is_typed_report),
    ("bare-status", is_bare_status),
    ("failed-recipients", names_failed_recipients),
    ("exchange-report", is_exchange_report),
)


def _voice_of(message: Message, parts: Parts, notice: str, returned: str) -> Voice:
    sender = header(message, "from")
    subject = header(message, "subject")
    return Voice(
        machine=machine_sign(sender),
        is_daemon=is_daemon(sender),
        null=_has_null_sender(message),
        automatic=_is_automatic(message),
        replied=_REPLIED.match(subject) is not None,
        sender=sender,
        subject=subject.lower(),
        notice=notice,
        has_parts=bool(parts.status or returned) or has_fields(notice),
    )


def _has_null_sender(message: Message) -> bool:
    return any(value.strip() == "<>" for value in headers_named(message, "return-path")[:1])


def _is_automatic(message: Message) -> bool:
    return _has_null_sender(message) or _says_automatic(message) or answers_nobody(header(message, "from"))


def _says_automatic(message: Message) -> bool:
    submitted = header(message, "auto-submitted").strip().lower()
    if submitted != "" and not submitted.startswith("no"):
        return True
    return header(message, "precedence").strip().lower() in {"junk", "bulk"}
