"""Addresses in the text of notices."""

from __future__ import annotations

import re

from mailgate.mail import valid_address

MAX_RECIPIENTS = 200
# What an address is made of, said by the ASCII that it is not made of: a class that names the letters of the world is
# slow to compile, and each is compiled in many expressions.
_NEVER = r"\x00-\x20\"(),:;<>[\\\]\x7f"
_LOCAL = rf"[^{_NEVER}@]"
_DOMAIN = r"[^\x00-,/:-@\[-`{-\x7f]"
ADDR = (
    rf"[^\x00-\x22$%'-*,./:-<>-@\[-^`{{-\x7f]{_LOCAL}{{0,63}}"
    rf"@[^\x00-/:-@\[-`{{-\x7f]{_DOMAIN}{{0,252}}"
)
ADDRESS = re.compile(rf"(?<![^{_NEVER}]){ADDR}|(?<=[='`|*/])(?<![A-Za-z0-9@]=){ADDR}")
BRACKETED = re.compile(rf"<({ADDR})>")

# "ola (at) firma.no", "to ola at firma.no": how some programs and archives hide an address. Without brackets only
# behind a word that leads to one: every program tells that it is the mail system at some host.
SPELT_OUT = re.compile(
    r"(?<![^\s<\"'(:])([A-Za-z0-9][\w.+-]{0,63})\s?[(\[]at[)\]]\s?"
    r"([A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{2,63}){1,5})"
    r"|\b(?:to|for|recipient|user|address|mailbox):?\s<?([A-Za-z0-9][\w.+-]{0,63})\sat\s"
    r"([A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{2,63}){1,5})",
    re.I,
)


def stated_address(text: str) -> str | None:
    """As `valid_address`; but a dot too many is left, as Japanese carriers once gave them out. We send to none of
    these, yet they name who failed."""
    address = valid_address(text)
    if address is not None or not (".." in text or ".@" in text or text.startswith(".")):
        return address
    local, _, domain = text.rpartition("@")
    mended = valid_address(re.sub(r"\.{2,}", ".", local).strip(".") + "@" + domain) if len(text) <= 320 else None
    return None if mended is None else f"{local.lower()}@{mended.partition('@')[2]}"


def addresses_in(text: str) -> list[str]:
    return [address for found in ADDRESS.findall(text) if (address := stated_address(found.strip(".'`")))]
