"""Hand one mail on: Delivered, Deferred or Refused for each recipient. To the smarthost, or into a maildir.

Both relays move bytes and decide nothing. `send` never raises and always ends: what a server does wrong becomes a
`Deferred`, so nothing is lost by it. One relay belongs to one thread.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Protocol

from mailgate.mail import NULL_SENDER, Delivery, Outcome, Refused, valid_address


class Relay(Protocol):
    """`longest`: no `send` takes more; a lease must outlive it."""

    @property
    def longest(self) -> timedelta: ...

    def send(self, mail_from: str, recipients: Sequence[str], data: bytes) -> list[Delivery]: ...

    def try_out(self) -> str | None: ...

    def close(self) -> None: ...


def refuse_bad_addresses(mail_from: str, recipients: Sequence[str]) -> dict[str, Outcome]:
    """The last look at the addresses: what is not one is refused without a word to the server."""
    if mail_from != NULL_SENDER and valid_address(mail_from) is None:
        return dict.fromkeys(recipients, Refused("553 5.1.7 the sender's address is not valid", "5.1.7"))
    bad = Refused("553 5.1.3 the recipient's address is not valid", "5.1.3")
    return {address: bad for address in recipients if valid_address(address) is None}


def results_for(recipients: Sequence[str], outcomes: dict[str, Outcome], rest: Outcome) -> list[Delivery]:
    return [Delivery(address, outcomes.get(address, rest)) for address in dict.fromkeys(recipients)]
