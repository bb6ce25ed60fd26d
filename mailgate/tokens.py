"""Signed addresses and Message-IDs (RULES 3, "Tokens"). One form, one module; pure, the keys are an argument.

    address      support+<purpose>.<case>.<row>.<key><mac>@example.com
    Message-ID   <c<case>.<row>.<key><mac>@example.com>
    loop header  c<case>.<row>.<key><mac>, signed for the purpose "l"

`row` is the random public id of the outgoing mail, `case` its case number or 0, `key` one character that names the key,
`mac` the first 20 characters of base32(HMAC-SHA256(key, purpose|instance|mailbox|case|row)). Everything is lower case
and compared lower case, because mail systems change the case of local parts. Message-IDs and loop headers are signed
for the mailbox "", since they must be read where no mailbox is known.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

PURPOSES = "rpnbcsfhk"
ROW_LENGTH = 8
KEY_LIFE = timedelta(days=400)
# "+p." + case (10 digits on a busy day) + "." + row + "." + key + mac
TOKEN_LENGTH = 1 + 1 + 1 + 10 + 1 + ROW_LENGTH + 1 + 1 + 20
LONGEST_LOCAL_PART = 64 - TOKEN_LENGTH

_ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"
_TOKEN = rf"(\d{{1,13}})\.([a-z2-7]{{{ROW_LENGTH}}})\.([a-z])([a-z2-7]{{20}})"
_TAG = re.compile(rf"([{PURPOSES}])\.{_TOKEN}\Z")
_ID = re.compile(rf"<c{_TOKEN}@[^<>@\s]{{1,253}}>\Z")
_BARE_ID = re.compile(rf"(?<![a-z0-9])c{_TOKEN}(?![a-z0-9])")
# Whatever is meant to look like a token of ours counts as a bad one when it does not verify.
_TOKEN_SHAPED = re.compile(r"[a-z]\.\d{1,13}\.[a-z0-9]{1,16}\.[a-z0-9]{8,40}\Z")


@dataclass(frozen=True, slots=True)
class Key:
    id: str
    made_on: date
    secret: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Token:
    """A token whose MAC is right. Whether its row exists, only the spool knows."""

    purpose: str
    case: str
    row: str


@dataclass(frozen=True, slots=True)
class BadToken:
    """Shaped like a token of ours, and not one."""

    text: str


class KeyFault(ValueError):
    """The secret file does not hold a key ring."""


def new_row() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(ROW_LENGTH))


def read_keys(text: str, today: date) -> tuple[Key, ...]:
    """Reads a key ring, a line a key: `<id> <ISO date> <64 hex digits>`; blank lines and `#` lines are skipped.

    The newest key signs; a key replaced more than 400 days ago no longer verifies. Raises KeyFault with the line.
    """
    keys: list[Key] = []
    for number, line in enumerate(text.splitlines(), 1):
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        try:
            key_id, made_on, secret = words
            key = Key(key_id, date.fromisoformat(made_on), bytes.fromhex(secret))
        except ValueError:
            raise KeyFault(f"line {number}: expected '<letter> <date> <64 hex digits>'") from None
        if not re.fullmatch("[a-z]", key.id) or len(key.secret) < 32:
            raise KeyFault(f"line {number}: the id is one letter a-z, the secret 64 hex digits or more")
        if any(key.id == other.id for other in keys):
            raise KeyFault(f"line {number}: a second key with the id {key.id!r}")
        keys.append(key)
    if not keys:
        raise KeyFault("no key in it")
    keys.sort(key=lambda key: key.made_on)
    replaced_on = [*(key.made_on for key in keys[1:]), date.max]
    return tuple(key for key, end in zip(keys, replaced_on, strict=True) if end == date.max or end + KEY_LIFE > today)


class Signer:
    """Makes and verifies tokens with a key ring for one instance (a random name kept in the database)."""

    def __init__(self, keys: Sequence[Key], instance: str) -> None:
        self._keys = {key.id: key.secret for key in keys}
        self._newest = keys[-1].id
        self._instance = instance

    def address(self, purpose: str, mailbox: str, case: str | None, row: str) -> str:
        local, _, domain = mailbox.rpartition("@")
        case = case or "0"
        return f"{local}+{purpose}.{case}.{row}.{self._sign(purpose, mailbox, case, row)}@{domain}"

    def message_id(self, host: str, case: str | None, row: str) -> str:
        return f"<{self.body_id(case, row)}@{host}>"

    def body_id(self, case: str | None, row: str) -> str:
        case = case or "0"
        return f"c{case}.{row}.{self._sign('id', '', case, row)}"

    def loop_header(self, case: str | None, row: str) -> str:
        case = case or "0"
        return f"c{case}.{row}.{self._sign('l', '', case, row)}"

    def read_address(self, address: str, mailbox: str) -> Token | BadToken | None:
        """Reads `local+tag@domain` sent to one of ours, `mailbox` being its canonical address; None: no token in it."""
        _, plus, tag = address.lower().rpartition("@")[0].partition("+")
        if not plus:
            return None
        if found := _TAG.match(tag):
            purpose, case, row, key, mac = found.groups()
            if self._verify(purpose, mailbox, case, row, key, mac):
                return Token(purpose, case, row)
        return BadToken(tag) if _TOKEN_SHAPED.match(tag) else None

    def read_message_id(self, message_id: str) -> Token | None:
        found = _ID.match(message_id.lower())
        return self._identified("id", found) if found else None

    def read_loop_header(self, value: str) -> bool:
        found = _BARE_ID.fullmatch(value.strip().lower())
        return found is not None and self._identified("l", found) is not None

    def find_body_ids(self, text: str, most: int = 20) -> list[Token]:
        """Our ids in the text of a mail, in order; at most `most` candidates are looked at."""
        tokens: Iterable[Token | None] = (
            self._identified("id", found)
            for found, _ in zip(_BARE_ID.finditer(text.lower()), range(most), strict=False)
        )
        return list(dict.fromkeys(token for token in tokens if token))

    def _identified(self, purpose: str, found: re.Match[str]) -> Token | None:
        case, row, key, mac = found.groups()
        return Token(purpose, case, row) if self._verify(purpose, "", case, row, key, mac) else None

    def _sign(self, purpose: str, mailbox: str, case: str, row: str) -> str:
        return self._newest + _mac(self._keys[self._newest], purpose, self._instance, mailbox, case, row)

    def _verify(self, purpose: str, mailbox: str, case: str, row: str, key: str, mac: str) -> bool:
        secret = self._keys.get(key)
        if secret is None:
            return False
        return hmac.compare_digest(mac, _mac(secret, purpose, self._instance, mailbox, case, row))


def _mac(secret: bytes, *parts: str) -> str:
    digest = hmac.new(secret, "|".join(parts).encode(), hashlib.sha256).digest()
    return base64.b32encode(digest).decode().lower()[:20]
