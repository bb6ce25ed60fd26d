"""A mail that was read, as JSON and octets, for the way from a reader process to the daemon; and back. Never pickle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from mailgate.mail import (
    Address,
    Attachment,
    BounceReport,
    EmbeddedMail,
    FailedRecipient,
    Fold,
    InboundMail,
)


def mail_to_wire(mail: InboundMail) -> tuple[dict[str, Any], bytes]:
    """A mail as JSON and the octets of its attachments, one after the other."""
    head = {
        "message_id": mail.message_id,
        "author": _pair(mail.author),
        "reply_to": [_pair(one) for one in mail.reply_to],
        "to": [_pair(one) for one in mail.to],
        "cc": [_pair(one) for one in mail.cc],
        "subject": mail.subject,
        "sent_at": mail.sent_at.isoformat() if mail.sent_at else None,
        "in_reply_to": mail.in_reply_to,
        "references": mail.references,
        "text": mail.text,
        "html": mail.html,
        "new_text": mail.new_text,
        "folds": [(one.start, one.end, one.rule) for one in mail.folds],
        "attachments": [
            (one.filename, one.content_type, one.size, one.sha256, one.inline, one.content_id, one.attached)
            for one in mail.attachments
        ],
        "bounce": asdict(mail.bounce) if mail.bounce else None,
        "language": mail.language,
        "case_numbers": mail.case_numbers,
        "content_type": mail.content_type,
        "content_parameters": mail.content_parameters,
        "headers": mail.headers,
        "defects": mail.defects,
        "fingerprint": mail.fingerprint,
        "embedded": [
            (
                _pair(one.author),
                one.subject,
                one.message_id,
                one.references,
                one.sent_at.isoformat() if one.sent_at else None,
                one.text,
            )
            for one in mail.embedded
        ],
        "unseen": mail.unseen,
    }
    return head, b"".join(one.data for one in mail.attachments)


def mail_from_wire(head: dict[str, Any], raw: bytes) -> InboundMail:
    attachments: list[Attachment] = []
    at = 0
    for filename, content_type, size, sha256, inline, content_id, attached in head["attachments"]:
        data = raw[at : at + size]
        attachments.append(Attachment(filename, content_type, size, sha256, inline, content_id, data, attached))
        at += size
    plain = ("message_id", "subject", "text", "html", "new_text", "language", "content_type", "content_parameters",
             "fingerprint")  # fmt: skip
    return InboundMail(
        author=_address(head["author"]),
        reply_to=_addresses(head["reply_to"]),
        to=_addresses(head["to"]),
        cc=_addresses(head["cc"]),
        sent_at=_time(head["sent_at"]),
        in_reply_to=tuple(head["in_reply_to"]),
        references=tuple(head["references"]),
        folds=tuple(Fold(*one) for one in head["folds"]),
        attachments=tuple(attachments),
        bounce=_bounce_from_wire(head["bounce"]) if head["bounce"] else None,
        case_numbers=tuple(head["case_numbers"]),
        headers={name: tuple(values) for name, values in head["headers"].items()},
        defects=tuple(head["defects"]),
        unseen=tuple(head["unseen"]),
        embedded=tuple(
            EmbeddedMail(_address(author), subject, message_id, tuple(references), _time(sent_at), text)
            for author, subject, message_id, references, sent_at, text in head["embedded"]
        ),
        **{name: head[name] for name in plain},
    )


def _pair(one: Address | None) -> tuple[str, str] | None:
    return (one.name, one.address) if one else None


def _address(pair: Sequence[str] | None) -> Address | None:
    return Address(pair[0], pair[1]) if pair else None


def _addresses(pairs: Sequence[Sequence[str]]) -> tuple[Address, ...]:
    return tuple(Address(name, address) for name, address in pairs)


def _time(stated: str | None) -> datetime | None:
    return datetime.fromisoformat(stated) if stated else None


def _bounce_from_wire(head: dict[str, Any]) -> BounceReport:
    fields: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in head.items()}
    fields["failed"] = tuple(FailedRecipient(**one) for one in head["failed"])
    return BounceReport(**fields)
