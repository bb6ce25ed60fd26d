"""What happens because time passes: completed tickets close, alarms end, digests go out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from ticketing.desk.core import SYSTEM, Desk
from ticketing.desk.todos import in_a_line
from ticketing.model import Ticket
from ticketing.notices import AlertDigest, Receipt, Thread
from ticketing.policy import Agent
from ticketing.rules import authority, hearing
from ticketing.rules.lifecycle import Event
from ticketing.saying import say
from ticketing.store import confirmations, ledger, people, tasks, tickets

DIGEST_EVERY = timedelta(minutes=10)
MOST_NAMED = 30
TASKS_TOLD = 30


def close_silent(desk: Desk) -> int:
    """Closes tickets that were completed and stayed silent for `auto_close`; the requester was told when they were
    completed."""
    due = tickets.due_to_close(desk.connection, desk.now)
    for ticket in due:
        desk.move(ticket, Event.AUTO_CLOSE, SYSTEM, "auto-close")
    return len(due)


def drop_unconfirmed(desk: Desk) -> int:
    """Mails whose agent did not say yes in time are let go; their bytes stay."""
    late = confirmations.unanswered(desk.connection, desk.now - authority.CONFIRM_WITHIN)
    desk.releases.extend((spool_id, False) for spool_id in late)
    return len(late)


def end_alarms(desk: Desk) -> int:
    """Closes breakers that rested for half an hour, and tells the operators that it is over."""
    over = ledger.rested(desk.connection, desk.now)
    for name, subject in over:
        alarm = say(name.replace("-", " "))
        desk.tell_operators(
            name,
            say("{alarm} ({subject})", alarm=alarm, subject=subject) if subject else alarm,
            say("It has been quiet for half an hour; nothing needs to be done."),
            ended=True,
        )
    return len(over)


def send_digests(desk: Desk) -> int:
    """One mail for all the alerts that an agent was not sent singly: every ten minutes at most, or when he wants it."""
    lately = ledger.told_since(desk.connection, "digest", desk.now - DIGEST_EVERY)
    special = [one for one in desk.policy.agents.values() if one.quiet or one.digest != "off"]
    until = {one.address: hearing.digest_takes(one, desk.local(desk.now)) for one in special}
    waiting = ledger.claim_digests(desk.connection, "alert", but=lately, until=until)
    for address, ticket_ids in waiting.items():
        agent = desk.policy.agent_by_address(address)
        if agent is not None and people.is_suppressed(desk.connection, address, desk.now) is None:
            _send_digest(desk, agent, [one for one in ticket_ids if one is not None])
            ledger.note_told(desk.connection, "digest", address, desk.now)
    return len(waiting)


def tell_refused(desk: Desk) -> int:
    """One receipt for all of an agent's mails that were not carried out while he had had enough of them; when he may
    have one again."""
    limits = desk.policy.limits.receipts_agent
    waiting = [
        agent
        for address in ledger.waiting_for_digest(desk.connection, ledger.REFUSED)
        if (agent := desk.policy.agent_by_address(address)) is not None
        and desk.used_up("receipt", "receipts to an agent", limits, address=address) is None
    ]
    for agent in waiting:
        claimed = ledger.claim_digests(desk.connection, ledger.REFUSED, only=agent.address)
        if not (ids := claimed.get(agent.address)) or people.is_suppressed(desk.connection, agent.address, desk.now):
            continue
        found = [one for one in tickets.by_ids(desk.connection, [one for one in ids if one is not None])
                 if authority.may_see(desk.policy, agent, one)]  # fmt: skip
        lines = [say("Mails of yours that were not carried out, while receipts waited: {count}", count=len(ids))]
        lines += [say("{number}: {title}", number=one.number, title=one.title) for one in found[:MOST_NAMED]]
        ledger.note_told(desk.connection, "receipt", agent.address, desk.now)
        desk.notices.append(
            Receipt(
                agent_id=agent.id,
                to=agent.person,
                mailbox=next(iter(desk.policy.mailboxes)),
                language=agent.language or desk.policy.language,
                done=False,
                lines=tuple(lines),
                thread=Thread(),
            )
        )
    return len(waiting)


def _send_digest(desk: Desk, agent: Agent, ticket_ids: Sequence[int]) -> None:
    found = tickets.by_ids(desk.connection, ticket_ids)
    touched = [one for one in found if authority.may_see(desk.policy, agent, one)]
    if not touched:
        return
    lines = tuple(
        say("{number}  {title}  ({who})", number=one.number, title=one.title,
            who=one.requester.address or say("unknown"))
        for one in touched
    )  # fmt: skip
    desk.notices.append(
        AlertDigest(
            agent.id,
            agent.person,
            next(iter(desk.policy.mailboxes)),
            agent.language or desk.policy.language,
            lines,
            _what_remains(desk, touched),
        )
    )


def _what_remains(desk: Desk, found: Sequence[Ticket]) -> tuple[str, ...]:
    """The open tasks of these tickets, a line each."""
    open_tasks = tasks.unfinished(desk.connection, [one.id for one in found])
    numbers = {one.id: one.number for one in found}
    lines = [
        say("{number}  {task}", number=numbers[ticket_id], task=in_a_line(desk, task))
        for ticket_id, task in open_tasks[:TASKS_TOLD]
    ]
    if len(open_tasks) > TASKS_TOLD:
        lines.append(say("and {count} more", count=len(open_tasks) - TASKS_TOLD))
    return tuple(lines)
