"""A message is written into its ticket, with what is doubtful about it and what an agent may want to know."""

from __future__ import annotations

from typing import Any

from ticketing.desk import equipment
from ticketing.desk.core import Desk
from ticketing.model import IncomingMessage, Message, Role, Ticket
from ticketing.rules import authority, phrases, routing
from ticketing.rules.matching import Verdict
from ticketing.saying import say
from ticketing.store import ledger, messages, participants, people, tickets

THREAD_IDS = 50
MOST_SPLITS = 5


def write(
    desk: Desk,
    ticket: Ticket,
    message: IncomingMessage,
    verdict: Verdict,
    *,
    verified: bool,
    first: bool = False,
    by_agent: str | None = None,
) -> Message:
    """Appends the message. The first one of a ticket is not cut; later ones show their new words, the whole text
    stays."""
    role = _role(desk, ticket, message, verdict, by_agent)
    entry = keep(
        desk,
        ticket,
        message,
        role=role,
        text=message.text if first else message.new_text,
        verified=verified,
        agent=by_agent,
        internal=verdict is Verdict.EXTERNAL or by_agent is not None,
        channel=message.channel,
        folded=message.kind == "auto_reply",
        only_in_cc=message.only_in_cc,
        **in_its_thread(message),
    )
    ledger.arrived_in(desk.connection, message.spool_id, ticket.id, opened=first)
    if message.author and verdict is Verdict.EXTERNAL:
        participants.add(desk.connection, ticket.id, message.author, Role.EXTERNAL)
    if message.author and verdict is Verdict.OBSERVER:
        # Whoever was only proposed before, because an unproven author had put him in Cc, is an observer now.
        participants.add(desk.connection, ticket.id, message.author, Role.OBSERVER, instead_of=Role.EXTERNAL)
    if verdict in (Verdict.APPEND, Verdict.UNVERIFIED) and by_agent is None and message.kind == "personal":
        _propose_others(desk, ticket, message)
    if verdict in (Verdict.APPEND, Verdict.UNVERIFIED) and message.kind != "auto_reply":
        equipment.note_found(desk, ticket, message)
    tickets.change_ticket(desk.connection, ticket.id, changed_at=desk.now)
    return entry


def keep(
    desk: Desk, ticket: Ticket, message: IncomingMessage, *, role: str, text: str, verified: bool, **more: Any
) -> Message:
    """A mail becomes a message of its ticket: inside, unless `more` says otherwise."""
    values: dict[str, Any] = {
        "at": message.received_at,
        "author": message.author,
        "agent": None,
        "role": role,
        "internal": True,
        "verified": verified,
        "channel": "mail",
        "kind": message.kind,
        "subject": message.subject[:998],
        "text": text,
        "full_text": message.text,
        "message_id": message.message_id,
        "spool_id": message.spool_id,
    }
    return messages.add(desk.connection, ticket.id, message.files, **values | more)


def in_its_thread(message: IncomingMessage) -> dict[str, Any]:
    """What later mails of its thread are found by, and what of it is shown folded."""
    return {
        "html": message.html,
        "folds": [list(fold) for fold in message.folds],
        "reference_ids": list(message.other_ids)[:THREAD_IDS],
        "to_addresses": [person.address for person in (*message.to, *message.cc)],
    }


def _role(desk: Desk, ticket: Ticket, message: IncomingMessage, verdict: Verdict, by_agent: str | None) -> str:
    if by_agent is not None:
        return "agent"
    if verdict is Verdict.EXTERNAL:
        return "external"
    if verdict is Verdict.OBSERVER:
        return "observer"
    own = people.same_person(desk.connection, message.author.address) if message.author else frozenset()
    return "requester" if not own or ticket.requester.address in own else "cc"


def _propose_others(desk: Desk, ticket: Ticket, message: IncomingMessage) -> None:
    """Who else stands in To and Cc. Proven author: they get copies from now on. Otherwise they are only proposed, as
    externals, and hear nothing until an agent accepts them."""
    role = Role.CC if message.auth == "pass" else Role.EXTERNAL
    for person in (*message.to, *message.cc):
        if is_ours(desk, person.address) or desk.policy.agent_by_address(person.address):
            continue
        if participants.add(desk.connection, ticket.id, person, role):
            desk.note_history(
                ticket,
                message.author.address if message.author else "unknown",
                "participant",
                None,
                f"{person.address} ({role})",
                "to-and-cc",
            )


def leave_for_digest(desk: Desk, ticket: Ticket) -> None:
    for agent in desk.hearers(ticket, "message"):
        if not desk.wants(agent, ticket, addressed=False):
            continue
        ledger.note_told(desk.connection, "alert", agent.address, desk.now, ticket_id=ticket.id, sent=False)


def flags_of(message: IncomingMessage) -> tuple[str, ...]:
    """What stays doubtful about a new ticket's mail, for its history."""
    marks = (
        (message.author is None, "author unknown"),
        (message.auth == "fail", "its domain says it is forged"),
        ("message-id-seen-before" in message.defects, "its Message-ID came before with other content"),
    )
    return tuple(text for applies, text in marks if applies)


def badges_of(message: IncomingMessage, verdict: Verdict, *, claims_agent: bool = False) -> tuple[str, ...]:
    marks = (
        *((True, flag) for flag in flags_of(message)),
        (verdict in (Verdict.UNVERIFIED, Verdict.CAUTIOUS), "unverified sender"),
        (verdict is Verdict.EXTERNAL, "from outside the ticket"),
        (verdict is Verdict.OBSERVER, "observer"),
        (message.only_in_cc, "only in Cc"),
        (claims_agent, "claims to be an agent"),
        (message.kind == "auto_generated", "sent by a machine"),
        (bool(message.importance), f"marked {message.importance}"),
    )
    return tuple(text for applies, text in marks if applies)


def hints_for(desk: Desk, ticket: Ticket, message: IncomingMessage) -> tuple[str, ...]:
    """Whole lines for the alert, each with a command ready to send."""
    hints: list[str] = []
    words = message.new_text
    if phrases.solved_itself(words):
        hints.append(say("It seems to have solved itself. If so, answer with: !done"))
    if topics := routing.topics(words, desk.policy.brands):
        hints.append(say("There is more than one topic in it. To part them:"))
        hints += [say('!split "{title}"', title=_as_title(one)) for one in topics[1:MOST_SPLITS]]
    hints += _suggested(desk, ticket, message)
    hints += equipment.lines(desk, ticket)
    if ticket.fyi:
        hints.append(say("We are only in Cc. To make it a request, answer with: !request"))
    return tuple(hints)


def _as_title(topic: str) -> str:
    """So that a command can be copied as it stands: one short line without the quotes that end a title."""
    return phrases.title_from(topic.replace('"', "'"))[:50].strip() or "…"


def _suggested(desk: Desk, ticket: Ticket, message: IncomingMessage) -> list[str]:
    """Who might take it: a colleague whom the mail names and who handled this person's tickets before, else whoever
    handled the last one. Nobody where somebody has the ticket, and nobody who is away or may not see it."""
    if ticket.assignee is not None or message.author is None or message.kind != "personal":
        return []
    ids = tickets.agents_of(desk.connection, people.same_person(desk.connection, message.author.address))
    known = [desk.policy.agents[one] for one in ids if one in desk.policy.agents and one not in desk.absences]
    handled = [one for one in known if authority.may_see(desk.policy, one, ticket)]
    if named := [one for one in handled if routing.names(message.new_text, one.name)]:
        said = "{name} is named in it and has helped this person before: !assign {id}"
        return [say(said, name=one.name, id=one.id) for one in named]
    return [say("{name} helped this person last: !assign {id}", name=one.name, id=one.id) for one in handled[:1]]


def by_whom(message: IncomingMessage) -> str:
    if message.author is None:
        return say("an unknown author")
    return f"{message.author.name} <{message.author.address}>" if message.author.name else message.author.address


def without_tag(address: str) -> str:
    local, _, domain = address.rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"


def is_ours(desk: Desk, address: str) -> bool:
    """One of our mailboxes, with or without a `+tag`."""
    both = (address, without_tag(address))
    return any(one in (box.address, *box.aliases) for box in desk.policy.mailboxes.values() for one in both)
