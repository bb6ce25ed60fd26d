"""A message arrives: which ticket it belongs to, what it does there, whom to tell (RULES 2 to 5)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial

from ticketing.desk import (
    answering,
    approving,
    confirming,
    estimates,
    failing,
    opening,
    outside,
    promises,
    requesting,
    satisfaction,
    sorting,
    writing,
)
from ticketing.desk.core import SYSTEM, Desk
from ticketing.desk.finding import Finding, find
from ticketing.desk.instructions import Instructions
from ticketing.model import APPROVAL, IncomingMessage, Received, Status, Step, Strength, Ticket
from ticketing.policy import Limit
from ticketing.rules import authority, lifecycle, matching, phrases
from ticketing.rules.authority import Recognised, Recognition
from ticketing.rules.lifecycle import Event, Outcome
from ticketing.rules.matching import Match, NoMatch, Verdict
from ticketing.saying import say
from ticketing.store import history, ledger, people, tickets

FORGERIES = Limit(20, timedelta(hours=1))


def receive(desk: Desk, message: IncomingMessage, instructions: Instructions) -> Received:
    """Gives one message its disposition and does what follows from it, all in the desk's transaction."""
    author = message.author.address if message.author else None
    earlier = ledger.arrival(
        desk.connection,
        spool_id=message.spool_id,
        message_id=message.message_id,
        fingerprint=message.fingerprint,
        dated=message.sent_at is not None,
        received_at=message.received_at,
        author=author,
        body_key=ledger.key_of(" ".join(message.new_text.split())),
    )
    steps: list[Step] = []
    if earlier is not None:
        came_as = "same Message-ID and content" if message.message_id else "same content"
        if earlier.same:
            number = _number_of(desk, earlier.ticket_id)
            step = Step("T0", f"{came_as} as mail {earlier.spool_id}", None, "duplicate")
            return Received("duplicate", "T0", number, (step,), "it arrived before")
        steps.append(
            Step("T0", f"same Message-ID as mail {earlier.spool_id}, other content", None, "processed, flagged")
        )
        message = replace(message, defects=(*message.defects, "message-id-seen-before"))

    if message.bad_token:
        _count_forgery(desk, author or say("unknown"))
    received = _by_kind(desk, message, instructions)
    return replace(received, steps=(*steps, *received.steps))


def _count_forgery(desk: Desk, author: str) -> None:
    """Signatures cannot be guessed; somebody who tries for long is worth a look all the same."""
    ledger.note_told(desk.connection, "forged-token", author, desk.now)
    if desk.used_up("forged-token", "forged tokens", (FORGERIES,)):
        desk.alarm(
            "forged-tokens",
            "desk",
            say("Mails with forged answer addresses arrive again and again"),
            say(
                "{count} or more within an hour, the last one from {author}. They gave no access.",
                count=FORGERIES.count,
                author=author,
            ),
        )


def _by_kind(desk: Desk, message: IncomingMessage, instructions: Instructions) -> Received:
    match message.kind:
        case "self":
            return _from_ourselves(desk, message)
        case "bounce":
            return failing.bounce(desk, message)
        case "receipt" | "complaint":
            return failing.report(desk, message)
    author = message.author.address if message.author else None
    if author and message.kind == "personal" and message.auth != "fail":
        people.unsuppress(desk.connection, author)  # whoever writes may be there to read, too (RULES 7)
    if (confirming_token := confirming.token(message)) is not None:
        return answering.confirmation(desk, message, confirming_token)
    proven_by_login = message.auth_reason == "smtp-auth"
    recognised = authority.recognise(
        desk.policy, author, message.auth, proven_by_login, message.evidence, message.received_at
    )
    if recognised.recognition is Recognition.CLAIM and message.kind == "auto_reply":
        return Received("ignored", "agent-automatic", reason="an absence note of an agent, proven or not")
    theirs = (Recognition.AGENT, Recognition.UNMET, Recognition.FOREIGN_TOKEN)
    # Somebody let a mail with a foreign token through: then it is an outsider's, and may join as one.
    let_through = recognised.recognition is Recognition.FOREIGN_TOKEN and message.released
    finding = find(desk, message)
    if recognised.recognition is Recognition.AGENT:
        recognised, finding = _before_a_private_queue(desk, message, recognised, finding)
    if recognised.recognition in theirs and not let_through:
        return answering.agent_mail(desk, message, instructions, recognised, finding, opening.open_ticket)
    if (forwarded := outside.token(message)) is not None:
        return outside.answered(desk, message, forwarded)
    if recognised.recognition is Recognition.CLAIM and message.auth != "fail" and isinstance(finding.match, NoMatch):
        claimed = desk.policy.agent_by_address(author or "")
        if claimed is not None and any(one.agent == claimed.id for one in message.evidence):
            return answering.past_its_address(desk, message, claimed, finding)
    return _from_outside(desk, message, instructions, recognised, finding)


def _before_a_private_queue(
    desk: Desk, message: IncomingMessage, recognised: Recognised, finding: Finding
) -> tuple[Recognised, Finding]:
    """An agent who does not work in a private queue is to it what everybody is: he may write to it, and answer in what
    he takes part in; anything else of it is not there."""
    agent = recognised.agent
    if agent is None or recognised.evidence is not None:
        return recognised, finding
    hidden = authority.hidden_queues(desk.policy, agent)
    queue = desk.policy.mailboxes[message.mailbox].queue
    found = finding.match
    if isinstance(found, Match) and found.ticket.queue in hidden and not finding.takes_part:
        finding = replace(finding, match=NoMatch(found.steps))
    elif isinstance(found, Match):
        queue = found.ticket.queue
    if queue in hidden:
        recognised = Recognised(Recognition.NOBODY, None, None, "an agent before a private queue that is not his")
    return recognised, finding


def _from_ourselves(desk: Desk, message: IncomingMessage) -> Received:
    if message.kind_rule == "self-address":
        if not message.released:
            return Received("held", "self-address", reason="our own address in From without our signature")
        nobody = authority.Recognised(Recognition.NOBODY, None, None, "")
        return _from_outside(desk, message, Instructions(), nobody, find(desk, message))
    ledger.note_told(desk.connection, "self", message.mailbox, desk.now)
    rows = desk.policy.limits.self_desk
    counts = ledger.told(desk.connection, "self", [desk.now - row.period for row in rows])
    if any(count > row.count for count, row in zip(counts, rows, strict=True)):
        desk.alarm(
            "mail-from-ourselves",
            message.mailbox,
            say("Our own mail comes back to us again and again"),
            say("Look for a forwarding rule that sends the desk's mail to the desk."),
        )
    return Received("ignored", message.kind_rule, reason="our own mail came back")


def _from_outside(
    desk: Desk, message: IncomingMessage, instructions: Instructions, recognised: Recognised, finding: Finding
) -> Received:
    if (decided := approving.answered(desk, message)) is not None:
        return decided
    if isinstance(finding.match, NoMatch):
        return _unmatched(desk, message, instructions, recognised, finding)
    author = message.author.address if message.author else None
    verdict = matching.verdict(
        takes_part=finding.takes_part,
        auth=message.auth,
        strength=finding.match.strength,
        was_addressed=author is not None and author in finding.match.addressed,
    )
    matrix = Step(
        "append",
        f"{'participant' if finding.takes_part else 'outsider'}, auth {message.auth}, {finding.match.strength}",
        finding.match.strength.value,
        verdict.value,
    )
    steps = (*finding.match.steps, matrix)
    if verdict is Verdict.HOLD:
        if not message.released:
            return Received(
                "held", "auth-fail", None, steps, "its domain says it is forged, and it claims to answer a ticket"
            )
        # A person let it pass: it goes on as if its domain had said nothing.
        verdict = matching.verdict(
            takes_part=finding.takes_part,
            auth="none",
            strength=finding.match.strength,
            was_addressed=author is not None and author in finding.match.addressed,
        )
    if verdict is Verdict.NEW_LINKED:
        received = _unmatched(desk, message, instructions, recognised, finding)
        return replace(received, steps=(*steps, *received.steps))
    claims_agent = recognised.recognition is Recognition.CLAIM
    received = _append(desk, message, instructions, finding, verdict, claims_agent=claims_agent)
    return replace(received, steps=(*steps, *received.steps))


def _append(
    desk: Desk,
    message: IncomingMessage,
    instructions: Instructions,
    finding: Finding,
    verdict: Verdict,
    *,
    claims_agent: bool,
) -> Received:
    assert isinstance(finding.match, Match)  # noqa: S101
    ticket = finding.match.ticket
    if satisfaction.answers(desk, ticket, message, verdict):
        return satisfaction.take(desk, ticket, message, verdict, verified=_is_proven(message, finding.match, verdict))
    participant = verdict in (Verdict.APPEND, Verdict.UNVERIFIED, Verdict.CAUTIOUS)
    may_ask = participant and (finding.match.strength is Strength.STRONG or message.auth == "pass")
    # Asking how it stands, or closing, is no reply: it must not reopen the ticket or open a new one.
    only_asks = may_ask and bool(instructions.commands) and not instructions.words.strip()
    moves = message.kind not in opening.PASSIVE and not message.only_in_cc and not only_asks
    if only_asks and requesting.only_looks(message, instructions):
        return requesting.answer(desk, ticket, message, instructions)
    answer = estimates.answer_in(desk, ticket, message, verdict, finding.match.strength)
    # Whoever closes his case and asks something has not closed it.
    closing = any(one.purpose == "c" and one.via == "address" and one.notice != "Estimate" for one in message.evidence)
    closing = closing and "?" not in message.new_text
    outcome, rule = lifecycle.reply_to(
        ticket.status,
        ticket.closed_at,
        desk.policy.reopen_window,
        lifecycle.Reply(
            participant=participant,
            strength=finding.match.strength,
            proven=message.auth == "pass",
            cautious=verdict is Verdict.CAUTIOUS,
            moves=moves,
            thanks=answer is None
            and phrases.is_thanks(message.new_text, any(not file.inline for file in message.files)),
            confirms=answer is None and phrases.is_confirmation(message.new_text),
            closes_by_token=closing,
            at=message.received_at,
            reopened_too_often=any(
                history.count(desk.connection, ticket.id, "status", "reply", desk.now - row.period) >= row.count
                for row in desk.policy.limits.reopens_ticket
            ),
        ),
    )
    if outcome is Outcome.REOPEN and approving.never_approved(desk, ticket):
        # What nobody approved begins anew, and is asked for again.
        outcome, rule = Outcome.NEW_TICKET, "never-approved"
    step = Step("status", f"{ticket.status.value}, {verdict.value}", None, f"{outcome.value} ({rule})")
    if outcome is Outcome.NEW_TICKET:
        if (held := _held_for_the_organisation(desk, message, (step,))) is not None:
            return held
        received = opening.open_ticket(desk, message, follows=ticket, participant_of_old=participant, rule=rule)
        return replace(received, steps=(step, *received.steps))
    entry = writing.write(desk, ticket, message, verdict, verified=_is_proven(message, finding.match, verdict))
    who = message.author.address if message.author else "unknown"
    badges = writing.badges_of(message, verdict, claims_agent=claims_agent)
    told_more = (
        participant
        and moves
        and message.kind == "personal"
        and sorting.learn(desk, ticket, entry, message.new_text, who)
    )
    why = "message"
    match outcome:
        case Outcome.REOPEN:
            ticket = desk.move(ticket, Event.REPLY, who, "reply")
            ticket = _keep_assignee_if_active(desk, ticket)
            why = "reopened"
        case Outcome.CLOSE:
            completed = ticket.status is Status.COMPLETED
            ticket = desk.move(ticket, Event.CONFIRM if completed else Event.CLOSE, who, rule)
            why = "confirmed" if completed else "closed"
        case Outcome.STOP_CLOSING:
            ticket = tickets.change_ticket(desk.connection, ticket.id, auto_close_at=None)
            desk.note_history(ticket, who, "auto-close", "running", "stopped", rule)
        case Outcome.NOT_AGAIN:
            desk.note_history(ticket, who, "reopening", None, "refused", rule)
            desk.alarm(
                "reopened-too-often",
                ticket.number,
                say("{number} is reopened by mail again and again", number=ticket.number),
                say("It stays as it is now. Two robots may be talking to each other."),
            )
    if participant and verdict is not Verdict.CAUTIOUS and moves and ticket.waiting_for == "requester":
        ticket = desk.change(ticket, who, "reply", waiting_for=None)
    unapproved = ticket.waiting_for == APPROVAL
    if participant and verdict is not Verdict.CAUTIOUS and moves:
        promises.requester_wrote(desk, ticket, message.received_at)
    if answer is not None and moves:
        ticket, told = estimates.settle(desk, ticket, message, answer)
        badges = (told, *badges)
    if instructions.commands and may_ask:
        before, ticket = ticket, requesting.carry_out(desk, ticket, message, instructions)
        unapproved = unapproved or ticket.waiting_for == APPROVAL
        if ticket.status is not before.status:
            why = "closed"
        if before.fyi and not ticket.fyi:
            badges = (say("wants an answer now"), *badges)
    elif why == "closed":
        requesting.tell_closed(desk, message, ticket)
    if message.kind == "bulk":
        writing.leave_for_digest(desk, ticket)
    elif message.kind != "auto_reply" and not unapproved:
        hints: tuple[str, ...] = ()
        if verdict is Verdict.EXTERNAL and message.author is not None:
            hints = (say("To let this person take part: !accept m{m}; to keep him out: !reject m{m}", m=entry.m),)
        desk.alert(
            ticket,
            why,
            answer="p" if participant else "n",
            by=writing.by_whom(message),
            words=entry.text,
            message=entry,
            badges=badges,
            hints=hints,
            more_hints=partial(writing.hints_for, desk, ticket, message),
            missing=partial(sorting.open_points, desk, ticket) if told_more else sorting.nothing_open,
        )
    return Received("appended", verdict.value if rule == "reply" else rule, ticket.number, (step,), "")


def _is_proven(message: IncomingMessage, match: Match, verdict: Verdict) -> bool:
    """An author whose domain proves nothing is known by the token that only the participants were sent."""
    return message.auth == "pass" or (verdict is Verdict.APPEND and match.strength is Strength.STRONG)


def _keep_assignee_if_active(desk: Desk, ticket: Ticket) -> Ticket:
    if ticket.assignee and ticket.assignee not in desk.policy.agents:
        return desk.change(ticket, SYSTEM, "reopened", assignee=None)
    return ticket


def _unmatched(
    desk: Desk, message: IncomingMessage, instructions: Instructions, recognised: Recognised, finding: Finding
) -> Received:
    """Nothing leads to a ticket it may join: a new one, unless its kind or a breaker says otherwise."""
    steps = finding.match.steps if isinstance(finding.match, NoMatch) else ()
    linked = tuple(
        dict.fromkeys((*((finding.match.ticket,) if isinstance(finding.match, Match) else ()), *finding.mentioned))
    )
    if message.kind == "auto_reply" and not message.released:
        return Received("held", "auto-reply-unmatched", None, steps, "an automatic reply to nothing of ours")
    claims_agent = recognised.recognition is Recognition.CLAIM
    if not claims_agent and requesting.asks_for_own_tickets(message, instructions):
        requesting.tell_own_tickets(desk, message, instructions)
        return Received("entry", "requester-commands", None, steps, "")
    mailbox = desk.policy.mailboxes[message.mailbox]
    if message.kind == "bulk" and mailbox.bulk == "hold" and not message.released:
        return Received("held", "bulk-hold", None, steps, "this mailbox holds mass mail")
    if message.kind == "auto_generated" and (same := _same_machine_report(desk, message)):
        appended = writing.write(desk, same, message, Verdict.APPEND, verified=message.auth == "pass")
        promises.requester_wrote(desk, same, message.received_at)
        desk.alert(
            same,
            "message",
            answer="p",
            by=writing.by_whom(message),
            words=appended.text,
            message=appended,
            badges=writing.badges_of(message, Verdict.APPEND),
        )
        return Received("appended", "same-author-and-subject", same.number, steps, "")
    if not message.released and (breaker := _breaker(desk, message)):
        return Received("held", breaker, None, steps, "too much of it in an hour; see `mailgate spool held`")
    if (held := _held_for_the_organisation(desk, message, steps)) is not None:
        return held
    received = opening.open_ticket(desk, message, linked=linked, claims_agent=claims_agent)
    return replace(received, steps=(*steps, *received.steps))


def _held_for_the_organisation(desk: Desk, message: IncomingMessage, steps: tuple[Step, ...]) -> Received | None:
    organisation = approving.guard(desk, message)
    if organisation is None or organisation.others != "hold":
        return None
    return Received("held", "organisation-hold", None, steps, f"only main users of {organisation.name} open cases")


def _same_machine_report(desk: Desk, message: IncomingMessage) -> Ticket | None:
    if message.author is None:
        return None
    subject = phrases.normalise_subject(message.subject)
    for ticket in tickets.open_with_subject(desk.connection, message.author.address, message.mailbox):
        if phrases.normalise_subject(ticket.subject) == subject:
            return tickets.by_number(desk.connection, [ticket.number], lock=True)[ticket.number]
    return None


def _breaker(desk: Desk, message: IncomingMessage) -> str | None:
    """RULES 2: one address opens too much, or says the same thing again and again. Its further mails are held
    together."""
    if message.author is None:
        return None
    address, at = message.author.address, message.received_at
    limits = desk.policy.limits
    body = ledger.key_of(" ".join(message.new_text.split()))
    opened = [ledger.opened_over(desk.connection, address, at, limit) for limit in limits.new_tickets_address]
    equal = [
        ledger.equal_over(desk.connection, address, body, at, limit, message.spool_id)
        for limit in limits.equal_bodies_address
        if message.new_text.strip()
    ]
    for over, name, subject, words in (
        (
            opened,
            "breaker-new-tickets",
            address,
            say("{address} opens more tickets than allowed", address=address),
        ),
        # Only this text is held; what else the same person writes is nobody's repetition.
        (
            equal,
            "breaker-equal-bodies",
            f"{address} {body[:8]}",
            say("{address} sends the same text again and again", address=address),
        ),
    ):
        if until := max((one for one in over if one), default=None):
            held = say("Further ones are held: `mailgate spool held`.")
            desk.alarm(name, subject, words, held, over_until=until)
            return name
        if ledger.is_tripped(desk.connection, name, subject):
            return name
    return None


def _number_of(desk: Desk, ticket_id: int | None) -> str | None:
    return tickets.number_of(desk.connection, ticket_id) if ticket_id else None
