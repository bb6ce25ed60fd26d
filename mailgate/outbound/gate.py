"""The one gate that every outgoing mail passes before it is queued (SAFETY, "Addresses and headers").

What was meant is compared with what a reader finds: if anything that came by mail had become a header, a recipient or a
line end, the two would differ, and the mail does not leave.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from email import message_from_bytes
from email.policy import compat32

from mailgate.mail import valid_address
from ticketing.saying import say

LONGEST_LINE = 998
MOST_RECIPIENTS = 100

_LONE_LINE_END = re.compile(rb"\r(?!\n)|(?<!\r)\n")
_TOO_LONG = re.compile(rb"[^\r\n]{%d}" % (LONGEST_LINE + 1))


class GateRefused(ValueError):
    """A mail that must not leave. `reason` is for people and holds no words of the mail."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def check_outgoing(
    data: bytes,
    set_headers: Sequence[str],
    recipients: Sequence[str],
    *,
    mailbox: str | None = None,
    smtputf8: bool = False,
) -> None:
    """Raises GateRefused unless `data` is a whole mail with exactly the headers `set_headers`, in that order, and every
    recipient, and `mailbox`, is an address in the form we store. Non-ASCII local parts need `smtputf8` (RFC 6531)."""
    if not 1 <= len(recipients) <= MOST_RECIPIENTS:
        raise GateRefused(
            say("{count} recipients; 1 to {most} are possible", count=len(recipients), most=MOST_RECIPIENTS)
        )
    _check_addresses(recipients if mailbox is None else (*recipients, mailbox), smtputf8)
    _check_lines(data, smtputf8)
    _check_headers(data, set_headers)


def _check_addresses(addresses: Sequence[str], smtputf8: bool) -> None:
    for address in addresses:
        if valid_address(address) != address:
            raise GateRefused(say("not an address: {address}", address=ascii(address)[:80]))
        if not (address.isascii() or smtputf8):
            needs = "{address} needs a relay with SMTPUTF8, which is not configured"
            raise GateRefused(say(needs, address=ascii(address)[:80]))


def _check_lines(data: bytes, smtputf8: bool) -> None:
    if b"\0" in data:
        raise GateRefused("a NUL in it")
    if not data.endswith(b"\r\n"):
        raise GateRefused("its last line does not end")
    if _LONE_LINE_END.search(data):
        raise GateRefused("a line end that is not CRLF")
    if _TOO_LONG.search(data):
        raise GateRefused(f"a line over {LONGEST_LINE} octets")
    headers, blank, _ = data.partition(b"\r\n\r\n")
    if not blank:
        raise GateRefused("no blank line after the headers")
    if not (headers.isascii() or smtputf8):
        raise GateRefused("a header that is not ASCII")


def _check_headers(data: bytes, set_headers: Sequence[str]) -> None:
    message = message_from_bytes(data, policy=compat32)
    found = message.keys()
    if found != list(set_headers):
        raise GateRefused(f"headers set: {', '.join(set_headers)}; headers found: {ascii(', '.join(found))[:400]}")
    defects = [type(defect).__name__ for part in message.walk() for defect in part.defects]
    if defects:
        raise GateRefused(f"not well formed: {', '.join(defects)}")
