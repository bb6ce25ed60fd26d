"""Who gets an automatic answer, and how often (RULES 5). Every condition has a name, so that `explain` can tell it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from ticketing.policy import Limit
from ticketing.saying import Said, say


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is known when the question comes up. `forbidden`, `suppressed`: why, or None."""

    new_ticket: bool
    by_mail_or_form: bool
    kind: str
    auth: str
    forbidden: str | None
    author: str | None
    author_is_us: bool
    author_is_agent: bool
    claims_to_be_agent: bool
    suppressed: str | None
    addressed: bool
    held: bool
    quiet: bool
    already: bool
    limit_passed: str | None


CONDITIONS = (
    ("new-ticket", lambda c: c.new_ticket, "only a new ticket is acknowledged"),
    ("by-mail", lambda c: c.by_mail_or_form, "it did not come by mail or form"),
    ("personal", lambda c: c.kind == "personal", "it was not written by a person"),
    ("auth-not-failed", lambda c: c.auth != "fail", "the author's domain says it is forged"),
    ("not-forbidden", lambda c: c.forbidden is None, "automatic answers are not wanted"),
    ("author-known", lambda c: c.author is not None, "nobody to answer"),
    ("author-not-us", lambda c: not c.author_is_us, "it came from ourselves"),
    ("author-no-agent", lambda c: not c.author_is_agent and not c.claims_to_be_agent, "agents are not acknowledged"),
    ("not-suppressed", lambda c: c.suppressed is None, "mail to this address is stopped"),
    ("addressed", lambda c: c.addressed, "our address stands in neither To nor Cc"),
    ("not-held", lambda c: not c.held, "it is held"),
    ("not-quiet", lambda c: not c.quiet, "it came from a first synchronisation"),
    ("first-time", lambda c: not c.already, "it was acknowledged before"),
    ("limits-free", lambda c: c.limit_passed is None, "a limit is reached"),
)


def refusal(circumstances: Circumstances) -> tuple[str, str] | None:
    """The first condition that does not hold, with its reason in words; None: acknowledge."""
    for name, holds, reason in CONDITIONS:
        if not holds(circumstances):
            detail = {
                "not-forbidden": circumstances.forbidden,
                "not-suppressed": circumstances.suppressed,
                "limits-free": circumstances.limit_passed,
            }.get(name)
            return name, f"{reason}: {detail}" if detail else reason
    return None


def passed(name: str, counts: Sequence[int], limits: Sequence[Limit]) -> str | None:
    """Which of a limit's rows is used up, in words; `counts` stand beside `limits`."""
    for count, limit in zip(counts, limits, strict=True):
        if count >= limit.count:
            return say("{name} {count} in {period}", name=name, count=limit.count, period=_words(limit.period))
    return None


def _words(period: timedelta) -> Said:
    seconds = int(period.total_seconds())
    for size, pattern in ((86400, "{count} d"), (3600, "{count} h"), (60, "{count} min")):
        if seconds % size == 0:
            return say(pattern, count=seconds // size)
    return say("{count} s", count=seconds)
