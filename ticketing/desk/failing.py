"""Mail of ours that did not arrive, and what machines report about our mail (RULES 7)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from ticketing.desk.core import Desk
from ticketing.model import Bounce, Failure, IncomingMessage, Received, Status, Step, Ticket
from ticketing.rules import sizes
from ticketing.rules.lifecycle import Event
from ticketing.saying import say
from ticketing.store import ledger, messages, people, tickets

HARD_REST = timedelta(days=60)
SOFT_REST = timedelta(days=7)
SOFT_TIMES, SOFT_WITHIN = 3, timedelta(days=3)
MAIL_SYSTEM = say("mail system")


def bounce(desk: Desk, message: IncomingMessage) -> Received:
    """A bounce came by mail. It never makes a ticket and is never answered."""
    found = message.bounce
    if found is None:
        return Received("held", "bounce-unread", None, (), "a bounce that does not say which mail it is about")
    step = Step("bounce", f"{found.kind}: {found.reason}", None, found.row or "no mail of ours")
    if found.row is None:
        if not found.ours:
            return Received("ignored", "backscatter", None, (step,), "it speaks of a mail that is not ours")
        return Received(
            "held", "bounce-unmatched", None, (step,), "it may be about a mail of ours, but does not say which"
        )
    if not found.proven:
        return _unproven(desk, message, found, step)
    ticket = undelivered(desk, found)
    return Received("entry", f"bounce-{found.kind}", ticket.number if ticket else None, (step,), found.reason)


def _unproven(desk: Desk, message: IncomingMessage, found: Bounce, step: Step) -> Received:
    """It names somebody we wrote to, and nothing else of ours. It may be true, and anybody could have written it: the
    assignee is told, but nobody is suppressed and no ticket moves. About an agent it waits for a person."""
    whom = _whom(found)
    about_agents = found.agent is not None or any(_agents(desk, found))
    if about_agents and not message.released:
        desk.alarm(
            "unproven-bounce",
            found.agent or whom,
            say("A bounce says that {whom} cannot be reached, without anything of ours in it", whom=whom),
            say("It may be forged. If it is true, release it: `mailgate spool held`."),
        )
        return Received("held", "bounce-unproven", None, (step,), "nothing in it shows that it answers a mail of ours")
    if about_agents:
        undelivered(desk, found)
        return Received("entry", f"bounce-{found.kind}", None, (step,), found.reason)
    ticket = tickets.by_number(desk.connection, [found.ticket or ""], lock=True).get(found.ticket or "")
    if ticket is None:
        return Received("held", "bounce-unproven", None, (step,), "nothing in it shows that it answers a mail of ours")
    ticket = tickets.follow_merges(desk.connection, ticket)
    desk.note_history(ticket, MAIL_SYSTEM, "undelivered", None, f"perhaps {whom}: {found.reason}", "bounce-unproven")
    if found.kind not in ("delayed", "delivered"):
        words = say(
            "A bounce that may be forged says that our mail to {whom} did not arrive: {reason}.",
            whom=whom,
            reason=say(found.reason),
        )
        desk.alert(ticket, "undelivered", answer="n", by=MAIL_SYSTEM, words=words)
    return Received("entry", "bounce-unproven", ticket.number, (step,), found.reason)


def undelivered(desk: Desk, found: Bounce) -> Ticket | None:
    """What follows when recipients did not get our mail: also called when the server refuses them to our face."""
    ticket = None
    if found.ticket:
        ticket = tickets.by_number(desk.connection, [found.ticket], lock=True).get(found.ticket)
        ticket = tickets.follow_merges(desk.connection, ticket) if ticket else None
    if found.agent is None and found.ticket is None:
        # An alarm goes to several operators at once, so no agent is noted with it.
        found = replace(found, agent=next(iter(_agents(desk, found)), None))
    if found.agent is not None:
        _agent_unreachable(desk, found)
        return None
    if found.kind == "delivered":
        if ticket is not None:
            desk.note_history(ticket, MAIL_SYSTEM, "delivered", None, found.reason[:200], "bounce-delivered")
        return ticket
    if found.kind != "delayed":
        # One report may speak of recipients who got it, too.
        missed = tuple(one for one in found.failures if one.kind not in ("delayed", "delivered"))
        found = replace(found, failures=missed)
    for failure in found.failures:
        _suppress(desk, found, failure)
    if found.kind == "policy":
        desk.alarm(
            "mail-refused-by-policy",
            _domain(found),
            say("{domain} refuses our mail: {reason}", domain=_domain(found), reason=say(found.reason)),
            *(failure.diagnostic[:300] for failure in found.failures[:3]),
        )
    if ticket is None:
        return None
    whom = _whom(found)
    word = "delayed" if found.kind == "delayed" else "undelivered"
    desk.note_history(ticket, MAIL_SYSTEM, word, None, f"{whom}: {found.reason}", f"bounce-{found.kind}")
    if word == "undelivered" and found.public:
        ticket = _our_turn_again(desk, ticket, found)
    diagnostics = "\n".join(failure.diagnostic for failure in found.failures if failure.diagnostic)
    told = _told(whom, found)
    words = say("{told}\n\n{diagnostics}", told=told, diagnostics=diagnostics) if diagnostics else told
    desk.alert(ticket, word, answer="n", by=MAIL_SYSTEM, words=words)
    return ticket


def _our_turn_again(desk: Desk, ticket: Ticket, found: Bounce) -> Ticket:
    """He has not read what we wrote last: what was finished is not, and nobody waits for his answer."""
    theirs = {person.address for person in (ticket.requester, desk.answers_to(ticket)[0])}
    if found.failures and not any(failure.address in theirs for failure in found.failures):
        return ticket  # only somebody in Cc missed it
    if found.message is not None:
        messages.change(desk.connection, found.message, state="undelivered")
    if not _is_newest(desk, ticket, found):
        return ticket
    if ticket.status in (Status.COMPLETED, Status.CLOSED):
        return desk.move(ticket, Event.UNDELIVERED, MAIL_SYSTEM, "undelivered")
    if ticket.waiting_for == "requester":
        return desk.change(ticket, MAIL_SYSTEM, "undelivered", waiting_for=None)
    return ticket


def report(desk: Desk, message: IncomingMessage) -> Received:
    """A read receipt or a complaint: an entry where it belongs to a ticket; only complaints are told, to the
    operators."""
    number = next((one.ticket for one in message.evidence if one.ticket), None) or (
        message.bounce.ticket if message.bounce else None
    )
    ticket = tickets.by_number(desk.connection, [number or ""]).get(number or "")
    if message.kind == "complaint":
        desk.alarm(
            "complaint",
            message.author.address if message.author else "",
            say("Somebody reported our mail as unwanted"),
            say("Ticket: {number}. The report: `mailgate spool in`.", number=number or say("unknown")),
        )
    if ticket is None:
        if message.kind == "complaint":
            return Received("held", "complaint-unmatched", None, (), "a complaint about a mail we do not find")
        return Received("ignored", "receipt-unmatched", None, (), "a receipt for a mail that is not ours")
    desk.note_history(
        ticket,
        message.author.address if message.author else "unknown",
        message.kind,
        None,
        message.subject[:200],
        message.kind_rule,
    )
    return Received("entry", message.kind, ticket.number, (), "")


def _suppress(desk: Desk, found: Bounce, failure: Failure) -> None:
    if failure.kind == "hard":
        people.suppress(desk.connection, failure.address, desk.now + HARD_REST, found.reason, desk.now)
    elif failure.kind == "soft" and found.row:
        times = ledger.soft_failures(desk.connection, failure.address, found.row, desk.now, SOFT_WITHIN)
        if times >= SOFT_TIMES:
            people.suppress(desk.connection, failure.address, desk.now + SOFT_REST, found.reason, desk.now)


def _agent_unreachable(desk: Desk, found: Bounce) -> None:
    """An agent's address fails: its alerts stop and the operators are told; no ticket is touched."""
    if found.kind in ("delayed", "delivered"):
        return
    addresses = {failure.address for failure in found.failures} or (
        {agent.address} if (agent := desk.policy.agents.get(found.agent or "")) else set()
    )
    for address in addresses:
        if found.kind == "hard":
            people.suppress(desk.connection, address, desk.now + HARD_REST, found.reason, desk.now)
        elif (
            found.row and ledger.soft_failures(desk.connection, address, found.row, desk.now, SOFT_WITHIN) >= SOFT_TIMES
        ):
            people.suppress(desk.connection, address, desk.now + SOFT_REST, found.reason, desk.now)
    stopped = any(people.is_suppressed(desk.connection, address, desk.now) for address in addresses)
    if stopped:
        follows = say("Alerts to this address stop until it is mended.")
    elif found.kind == "soft":
        follows = say("Alerts still go there; they stop when it fails three times in three days.")
    else:
        follows = say("Alerts still go there: the server refuses our mail, the address is not dead.")
    desk.alarm(
        "agent-unreachable",
        # That it has stopped is news, also when it was told before that it fails.
        found.agent or "" if stopped else f"{found.agent}, still tried",
        say("Mail to agent {agent} does not arrive: {reason}", agent=found.agent, reason=say(found.reason)),
        follows,
    )


def _is_newest(desk: Desk, ticket: Ticket, found: Bounce) -> bool:
    """Is the mail that failed the newest public one of the ticket?"""
    public = [one for one in messages.of_ticket(desk.connection, ticket.id) if one.role == "agent" and not one.internal]
    if not public:
        return True
    # The word that it is completed comes after every answer; an acknowledgement comes before.
    return public[-1].id == found.message or found.notice == "Completed"


def _agents(desk: Desk, found: Bounce) -> Iterator[str]:
    for failure in found.failures:
        if agent := desk.policy.agent_by_address(failure.address):
            yield agent.id


def _domain(found: Bounce) -> str:
    return found.failures[0].address.rpartition("@")[2] if found.failures else say("a server")


def _whom(found: Bounce) -> str:
    return ", ".join(failure.address for failure in found.failures) or say("unknown recipient")


def _told(whom: str, found: Bounce) -> str:
    """What the agent reads. The reason's English name is what the history and the figures know it by."""
    if found.kind != "delayed":
        told = say("Our mail to {whom} was not delivered: {reason}.", whom=whom, reason=say(found.reason))
        size = next((size for one in found.failures if (size := sizes.limit_in(one.diagnostic))), None)
        if found.kind == "size" and size is not None:
            return say("{told} The largest mail that is taken there: {size}.", told=told, size=size)
        return told
    reason = found.reason.removeprefix("delayed").removeprefix(": ")
    if not reason:
        return say("Our mail to {whom} was delayed.", whom=whom)
    return say("Our mail to {whom} was delayed: {reason}.", whom=whom, reason=say(reason))
