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


def addresses_in(text: str) -> list[str]:
    return [address for found in ADDRESS.findall(text) if (address := valid_address(found.strip(".'`")))]
