"""What an agent wants to hear, and when: his own settings, against the wish of the desk to tell him.

What does not leave at once waits for his digest; nothing is dropped but what he said he does not want. Escalations
go through whatever he wants to hear, and only wait for the end of his quiet hours, unless a promise is broken.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta

from ticketing.model import Priority
from ticketing.policy import Agent

# When a daily digest comes to somebody without quiet hours.
MORNING = time(7)


def wants(agent: Agent, *, own: bool) -> bool:
    """Whether he wants to hear of a ticket at all. `own`: he has it, or is asked about it."""
    return agent.alerts == "all" or (agent.alerts == "mine" and own)


def waits(agent: Agent, priority: Priority, local_now: datetime, *, addressed: bool) -> bool:
    """Whether it waits for his digest: in quiet hours all but what is urgent; of what a digest gathers, that which is
    `addressed` to him alone comes at once too."""
    if priority is Priority.URGENT:
        return False
    return is_quiet(agent, local_now) or (agent.digest != "off" and not addressed)


def is_quiet(agent: Agent, local_now: datetime) -> bool:
    if agent.quiet is None:
        return False
    start, end = agent.quiet
    at = local_now.time()
    return start <= at < end if start < end else at >= start or at < end


def digest_takes(agent: Agent, local_now: datetime) -> datetime | None:
    """His digest takes what happened before this moment; None: no digest now."""
    if is_quiet(agent, local_now):
        return None
    match agent.digest:
        case "off":
            return local_now
        case "hourly":
            return local_now.replace(minute=0, second=0, microsecond=0)
        case "daily":
            return _last(agent.quiet[1] if agent.quiet else MORNING, local_now)


def _last(at: time, local_now: datetime) -> datetime:
    """The newest moment with this time on the clock."""
    today = datetime.combine(local_now.date(), at, local_now.tzinfo)
    return today if today <= local_now else today - timedelta(days=1)
