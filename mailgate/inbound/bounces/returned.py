"""The mail that came back with, or within, the notice."""

from __future__ import annotations

import re
from email.message import Message

from mailgate.inbound.bounces.addresses import addresses_in
from mailgate.inbound.bounces.fields import RECIPIENT_FIELDS, fields_of
from mailgate.inbound.bounces.parts import MAX_RETURNED, header

_FOR = re.compile(r"\bfor <([^<>\s]{3,320})>")
_ENVELOPE_NAMES = frozenset({"delivered-to", "x-envelope-to", "envelope-to", "x-original-to", "x-rcpt-to"})


def written_to(returned: str) -> list[tuple[int, str]]:
    """The only address in To of the returned mail; of several, nobody knows which one failed, unless the envelope was
    kept: in a header of its own, or in Received ("for <…>")."""
    fields = list(fields_of(returned.lstrip()[:16_384]))
    to = next((value for name, value in fields if name == "to"), "")
    found = list(dict.fromkeys(addresses_in(to[:4000])))
    if len(found) != 1:
        kept = [value for name, value in fields if name in _ENVELOPE_NAMES]
        kept += [match[1] for name, value in fields if name == "received" and (match := _FOR.search(value[:1000]))]
        found = list(dict.fromkeys(address for value in kept for address in addresses_in(value[:1000])))
    return [(-1, found[0])] if len(found) == 1 else []


_HEADER_LINE = re.compile(r"[>\s]{0,20}([A-Za-z][A-Za-z0-9-]{1,40}):(?:\s|\Z)")
_SURELY_MAIL = frozenset({
    "received", "message-id", "return-path", "mime-version", "dkim-signature", "x-mailer", "references", "content-type",
})  # fmt: skip
_ID_LINE = re.compile(
    r"^[> \t]{0,20}(?:original[ -])?message[- ]?id[ \t]{0,5}:[ \t]{0,20}(?:\r?\n[> \t]{1,20})?"
    r"(<[^<>\s]{1,996}>|[^<>\s@]{1,500}@[^<>\s@]{1,490})",
    re.I | re.M,
)


def split_returned(text: str) -> tuple[str, str]:
    """The notice and, where the mail came back as text below it, that mail: a block of at least three header fields
    one of which only mails have. No phrase is asked for: every program has its own, the header is always a header.

    An indented block below which the notice goes on only says which mail is meant, and is part of the notice.
    """
    lines = text.splitlines(keepends=True)
    last_words = max((at for at, line in enumerate(lines) if line.strip() and line[:1] not in {" ", "\t"}), default=-1)
    start, fields, certain, position = -1, 0, False, 0
    for at, line in enumerate(lines):
        mentioned = line[:1] in {" ", "\t"} and at < last_words
        match = None if mentioned else _HEADER_LINE.match(line[:200])
        if match is not None and match[1].lower() not in RECIPIENT_FIELDS:
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


def message_id_in(source: str, *, whole: bool = False) -> str | None:
    """Message-ID in the header of a returned mail; with `whole`, wherever a line names one."""
    text = source.lstrip()
    head = text if whole else re.split(r"\n[> \t\r]{0,20}\n", text[:MAX_RETURNED], maxsplit=1)[0] + "\n"
    match = _ID_LINE.search(head)
    if match is None:
        return None
    return match[1] if match[1].startswith("<") else f"<{match[1]}>"


def answered_id(message: Message) -> str | None:
    """Exchange and Gmail answer the mail they report on: In-Reply-To names it."""
    match = re.search(r"<[^<>\s]{1,996}>", header(message, "in-reply-to"))
    return match[0] if match else None
