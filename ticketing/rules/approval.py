"""Whose mails open a case where an organisation has main users, and whether a main user's answer is a yes."""

from __future__ import annotations

import re
from collections.abc import Collection

from ticketing.model import Auth
from ticketing.policy import Organisation
from ticketing.rules import phrases

_WORD = re.compile(r"\w+")
MOST_WORDS = 4
_YES = frozenset({
    "yes", "ok", "okay", "approve", "approved", "agreed", "fine", "sure",
    "ja", "jo", "jepp", "greit", "godkjenn", "godkjent", "godkjennes", "godkänn", "godkänd", "godkend", "godkendt",
    "kyllä", "joo", "hyväksy", "hyväksyn", "hyväksytty", "hyväksytään", "genehmigt",
})  # fmt: skip
_NO = frozenset({
    "no", "not", "never", "don", "dont", "decline", "declined", "reject", "rejected",
    "nei", "ikke", "ikkje", "avslå", "avslås", "avslått", "avvis", "nej", "inte",
    "ei", "en", "hylkää", "hylkään", "hylätty", "nein", "nicht",
})  # fmt: skip


def asks_first(organisation: Organisation | None, addresses: Collection[str], auth: Auth) -> bool:
    """Whether a mail of somebody with these addresses waits for the organisation's word. A main user speaks for it; of
    what its domain calls forged nobody is asked."""
    if organisation is None or organisation.others == "open" or auth == "fail":
        return False
    return not set(addresses) & set(organisation.main_users)


def answer(own_words: str, subject: str) -> bool | None:
    """Yes, no, or None where a person has to read it. The first line decides, if it is short; without words of his own
    the subject (without our tag), which the links in our mail fill in."""
    line = next((one for one in own_words.splitlines() if _WORD.search(one)), "")
    words = _WORD.findall((line or phrases.strip_reply_prefixes(subject)).casefold()[:200])
    if not words or len(words) > MOST_WORDS or "?" in line:
        return None
    if words[0] in _NO:
        return False
    return True if words[0] in _YES and not _NO & set(words) else None
