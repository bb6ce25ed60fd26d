"""The nouns of the post room. Pure values: no socket, no SQL, no clock.

A *mail* is bytes on the way; what the desk makes of it is a *message* (ticketing.model).
Times are aware datetimes in UTC, sizes are octets, addresses are bare `local@domain`, lower-case, domain in IDNA.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import lru_cache

import idna

NULL_SENDER = "<>"
_LOCAL = re.compile(
    r"\.*[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u0080-\U0010ffff-][A-Za-z0-9!#$%&'*+/=?^_`{|}~\u0080-\U0010ffff.-]*\Z"
)
_ODD_DOTS = re.compile(r"\.|.*(?:\.\.|\.\Z)")
_DOMAIN = re.compile(
    r"(?=.{1,253}\Z)[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)*\Z"
)
_INVISIBLE = re.compile(
    r"[\x00-\x20\x7f-\xa0\u00ad\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff\ud800-\udfff\ufff9-\ufffb]"
)


@lru_cache(maxsize=4096)
def valid_address(text: str) -> str | None:
    """The one strict reading of an address, in and out: `local@domain` in the form we compare and store, or None.

    The signs of a dot-atom only (RFC 5322 3.2.3, RFC 6531), no source route, no address literal, no blank or control or
    invisible character anywhere; local part ≤ 64 octets, domain ≤ 253 after IDNA 2008 (RFC 5321 4.5.3.1). Dots may
    stand anywhere, as Japanese carriers gave them out, and underscores in a domain: people have such addresses. A
    quoted local part that needs no more than that is the same address without its quotes; `written` puts them back.
    """
    if len(text) > 320 or _INVISIBLE.search(text):
        return None
    local, at, domain = text.rpartition("@")
    if len(local) > 2 and local[0] == local[-1] == '"':
        local = local[1:-1]
    if not at or len(local.encode()) > 64 or not _LOCAL.match(local):
        return None
    domain = domain.lower()
    if not domain.isascii():
        try:
            domain = idna.encode(domain, uts46=True).decode("ascii")
        except (idna.IDNAError, UnicodeError):
            return None
    return f"{local.lower()}@{domain}" if _DOMAIN.match(domain) else None


def written(address: str) -> str:
    """A valid address as commands and headers have it: dots where a dot-atom has none are quoted (RFC 5321 4.1.2)."""
    local, _, domain = address.rpartition("@")
    return f'"{local}"@{domain}' if _ODD_DOTS.match(local) else address


def domain_of(address: str) -> str:
    return address.rpartition("@")[2]


def without_tag(address: str) -> str:
    """`support+x@our.example` -> `support@our.example`; only ever asked for addresses in our own domains."""
    local, _, domain = address.rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"


class Kind(StrEnum):
    """What sort of mail it is (RULES 2)."""

    SELF = "self"
    BOUNCE = "bounce"
    RECEIPT = "receipt"
    COMPLAINT = "complaint"
    AUTO_REPLY = "auto_reply"
    AUTO_GENERATED = "auto_generated"
    BULK = "bulk"
    PERSONAL = "personal"


class Disposition(StrEnum):
    """What became of a mail (RULES 2); each mail gets exactly one."""

    NEW = "new"
    APPENDED = "appended"
    ENTRY = "entry"
    DUPLICATE = "duplicate"
    HELD = "held"
    IGNORED = "ignored"
    SET_ASIDE = "set_aside"


class Source(StrEnum):
    SMTP = "smtp"
    IMAP = "imap"
    TAKE = "take"


@dataclass(frozen=True, slots=True)
class Envelope:
    """MAIL FROM and RCPT TO, never the header. `mail_from`: an address, "<>" for the null sender, None where
    unknown."""

    mail_from: str | None
    rcpt_to: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RawMail:
    """One mail as it arrived, before anything read it. `uid` is made before the insert, so that a COMMIT whose answer
    was lost can be looked up. `peer`: the client's IP address or ''. `auth_user`: whom SMTP AUTH proved, or None.
    `quiet`: from a first sync or a rescan, nothing automatic answers it. `whole_size`: the octets of a mail too large
    to be taken, of which `data` is only the beginning; else None."""

    uid: str
    data: bytes
    envelope: Envelope
    source: Source
    received_at: datetime
    mailbox: str | None = None
    peer: str = ""
    auth_user: str | None = None
    quiet: bool = False
    whole_size: int | None = None


@dataclass(frozen=True, slots=True)
class Address:
    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """`filename` as stated with controls removed (None: none stated; an attached mail without one bears its subject);
    `sha256` of the transfer-decoded bytes; `data` is empty where only the facts were asked for."""

    filename: str | None
    content_type: str
    size: int
    sha256: str
    inline: bool
    content_id: str | None = None
    data: bytes = field(default=b"", repr=False)
    attached: bool = False  # said to be an attachment: somebody put it there, or his program did


@dataclass(frozen=True, slots=True)
class Fold:
    """Characters [start, end) of InboundMail.text that are not new words, and the name of the rule that says so."""

    start: int
    end: int
    rule: str


@dataclass(frozen=True, slots=True)
class FailedRecipient:
    """One recipient who did not get our mail. `status`: enhanced code `5.1.1` or ''. `action`: failed, delayed,
    delivered,
    relayed, expanded (RFC 3464 2.3.3). `permanent` is False for what may still arrive. `original` is the address we had
    used (Original-Recipient) where it was forwarded from there to `address`; else ''."""

    address: str
    status: str
    action: str
    permanent: bool
    diagnostic: str
    original: str = ""


@dataclass(frozen=True, slots=True)
class BounceReport:
    """`kind`: hard, soft, policy, size, delayed, delivered (RULES 2). `returned_ids`: Message-IDs in the returned part.
    `reason` is for people: "no such user", "mailbox full"."""

    kind: str
    failed: tuple[FailedRecipient, ...]
    original_message_id: str | None
    original_envelope_id: str | None
    reason: str
    returned_text: str = ""


@dataclass(frozen=True, slots=True)
class InboundMail:
    """What a mail says, read from any bytes. Header texts are decoded and without controls; ids keep their angle
    brackets.

    `author` is None when From is missing, is a group, names several or stands twice (`defects` then says which).
    `text` is the whole readable body, `new_text` the new words of a reply, `folds` what was folded away between them.
    `headers` maps lower-case names to all values in order, for the rules that look at rare ones.
    """

    message_id: str | None
    author: Address | None
    reply_to: tuple[Address, ...]
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    subject: str
    sent_at: datetime | None
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    text: str
    html: str
    new_text: str
    folds: tuple[Fold, ...]
    attachments: tuple[Attachment, ...]
    bounce: BounceReport | None
    language: str | None
    case_numbers: tuple[str, ...]
    content_type: str
    content_parameters: dict[str, str]
    headers: dict[str, tuple[str, ...]]
    defects: tuple[str, ...]
    fingerprint: str
    embedded: tuple[EmbeddedMail, ...] = ()
    unseen: tuple[str, ...] = ()
    """Pieces of words outside every quote that its HTML hides, or may hide, from who reads it."""

    def header(self, name: str) -> str:
        """The first value of a header, '' when absent."""
        values = self.headers.get(name)
        return values[0] if values else ""


@dataclass(frozen=True, slots=True)
class EmbeddedMail:
    """A message/rfc822 part, read one level deep: what an agent forwarded (RULES 6, "On behalf")."""

    author: Address | None
    subject: str
    message_id: str | None
    references: tuple[str, ...]
    sent_at: datetime | None
    text: str


@dataclass(frozen=True, slots=True)
class KindFound:
    """`detail` is for people: which header said so."""

    kind: Kind
    rule: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class OutboundMail:
    """One composed mail, ready for the spool: bytes, envelope and Message-ID are fixed from here on.

    `row` is the random public id in its tokens. `issued_to` is the one person whose answers its token proves (the
    requester of a public mail, the agent of an alert). `answers` is the desk's message id it was about, if any;
    `purpose` what an answer to it is for (RULES 3), also where the mail server knows no sub-addresses.
    """

    row: str
    message_id: str
    mail_from: str
    rcpt_to: tuple[str, ...]
    data: bytes = field(repr=False)
    notice: str
    template: str
    subject: str
    mailbox: str
    ticket: str | None
    issued_to: str | None
    agent: str | None
    answers: int | None
    due_at: datetime
    automatic: bool
    purpose: str | None = None
    change: int | None = None
    """What an agent changed and told with this mail; while the mail waits, an undo takes it back."""
    template_fault: str | None = None
    """Why the operator's own template was not used: `en/reply.txt.j2:3: …`."""


@dataclass(frozen=True, slots=True)
class Delivered:
    reply: str


@dataclass(frozen=True, slots=True)
class Deferred:
    """Not now: 4xx, a time-out, a drop. `ambiguous`: it broke after the dot, the mail may have arrived."""

    reply: str
    ambiguous: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """5xx. `status`: the enhanced code if the server gave one."""

    reply: str
    status: str = ""


Outcome = Delivered | Deferred | Refused


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of one recipient of one outbound mail."""

    address: str
    outcome: Outcome
