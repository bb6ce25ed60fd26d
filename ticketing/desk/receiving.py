"""A message arrives: which ticket it belongs to, what it does there, whom to tell (RULES 2 to 5)."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import timedelta

from ticketing import case_number, commands
from ticketing.desk import answering, asking, failing, promises
from ticketing.desk.core import SYSTEM, Desk
from ticketing.desk.instructions import Instructions
from ticketing.model import (
    NO_SUBJECT,
    Agent,
    IncomingMessage,
    Limit,
    Message,
    Person,
    Priority,
    Received,
    Role,
    Status,
    Step,
    Strength,
    Ticket,
)
from ticketing.notices import Acknowledgement, FyiAnswer
from ticketing.rules import acknowledging, authority, languages, lifecycle, matching, phrases, routing
from ticketing.rules.authority import Recognised, Recognition
from ticketing.rules.lifecycle import Event, Outcome
from ticketing.rules.matching import Match, NoMatch, Pointer, Verdict
from ticketing.saying import say
from ticketing.store import ledger, people, tickets

EVER = timedelta(days=36500)
MENTIONS = 20
THREAD_IDS = 50
FORGERIES = Limit(20, timedelta(hours=1))

# A requester's questions are answered by the desk itself; what he decides, the agents hear.
_ASKS_ONLY = (commands.AskStatus, commands.Mine)

# Kinds that never move a status and never stop a clock (RULES 2).
_PASSIVE = frozenset({"auto_reply", "bulk"})


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
    proven_by_login = message.auth_reason == "smtp-auth"
    recognised = authority.recognise(
        desk.policy, author, message.auth, proven_by_login, message.evidence, message.received_at
    )
    if recognised.recognition is Recognition.CLAIM and message.kind == "auto_reply":
        return Received("ignored", "agent-automatic", reason="an absence note of an agent, proven or not")
    theirs = (Recognition.AGENT, Recognition.UNMET, Recognition.FOREIGN_TOKEN)
    # Somebody let a mail with a foreign token through: then it is an outsider's, and may join as one.
    let_through = recognised.recognition is Recognition.FOREIGN_TOKEN and message.released
    if recognised.recognition in theirs and not let_through:
        return answering.agent_mail(desk, message, instructions, recognised, _find(desk, message), open_ticket)
    return _from_outside(desk, message, instructions, recognised)


def _from_ourselves(desk: Desk, message: IncomingMessage) -> Received:
    if message.kind_rule == "self-address":
        if not message.released:
            return Received("held", "self-address", reason="our own address in From without our signature")
        return _from_outside(desk, message, Instructions(), authority.Recognised(Recognition.NOBODY, None, None, ""))
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


# ---- which ticket ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Finding:
    """Where the evidence leads. `mentioned`: tickets whose numbers stand in subject or body and decide nothing."""

    match: Match | NoMatch
    takes_part: bool
    mentioned: tuple[Ticket, ...]


def _find(desk: Desk, message: IncomingMessage) -> Finding:
    """Loads all that the decision may look at, then lets `matching` decide."""
    author = message.author.address if message.author else None
    own = people.same_person(desk.connection, author) if author else frozenset()
    in_subject = [str(one.number) for one in case_number.find_in_subject(message.subject, desk.policy.tag_words)]
    in_body = case_number.find(message.text, desk.policy.tag_words)[:MENTIONS]
    by_ids = tickets.by_inbound_id(desk.connection, message.other_ids)
    foreign = tickets.by_external_number(desk.connection, _external_numbers(desk, message.subject))
    numbers = {
        *(one.ticket for one in message.evidence if one.ticket),
        *(number for number, _ in by_ids.values()),
        *foreign.values(),
        *in_subject,
        *in_body,
    }
    loaded = tickets.by_number(desk.connection, numbers, lock=True)
    resolved = {number: tickets.follow_merges(desk.connection, ticket) for number, ticket in loaded.items()}
    parts = tickets.participants(desk.connection, {ticket.id for ticket in resolved.values()})

    def takes_part(ticket: Ticket) -> bool:
        roles = {one.role for one in parts[ticket.id] if one.address in own and not one.removed}
        if roles & {Role.REQUESTER, Role.CC}:
            return True
        organisation = desk.policy.organisations.get(ticket.organisation or "")
        theirs = desk.policy.organisation_of.get(author.rpartition("@")[2]) if author else None
        return bool(organisation and organisation.shares_tickets and theirs == organisation.name)

    def removed(ticket: Ticket, address: str | None) -> bool:
        return any(one.removed for one in parts[ticket.id] if one.address == address)

    pointers: list[Pointer] = []
    for one in message.evidence:
        step = {"address": "T1", "body": "T3"}.get(one.via, "T2a")
        ticket = resolved.get(one.ticket) if one.ticket else None
        gone = ticket is not None and (
            removed(ticket, author) or (one.agent is None and removed(ticket, one.issued_to))
        )
        void = "a removed participant's token" if gone else None
        pointers.append(Pointer(step, f"{one.via} {one.purpose}.{one.case}.{one.row}", ticket, void=void))
    for message_id in message.other_ids:
        if message_id in by_ids:
            number, addressed = by_ids[message_id]
            ticket = resolved[number]
            if loaded[number].mailbox == message.mailbox:
                pointers.append(Pointer("T2b", message_id, ticket, addressed))
    if message.bad_token:
        pointers.append(Pointer("T1", "a recipient shaped like our token", None, void="forged: the signature is wrong"))
    counting = matching.subject_numbers(
        message.subject,
        desk.policy.tag_words,
        desk.local(message.received_at).date(),
        known=resolved,
        takes_part_in={number for number, ticket in resolved.items() if takes_part(ticket)},
    )
    pointers += [Pointer("T5", number, resolved[number]) for number in counting]
    pointers += [Pointer("T5", number, resolved[ours]) for number, ours in foreign.items()]
    pointers.sort(key=lambda pointer: ("T1", "T2a", "T2b", "T3", "T5").index(pointer.step))
    two = len({pointer.ticket.id for pointer in pointers if pointer.step == "T5" and pointer.ticket}) > 1
    found = matching.match(pointers, bad_token=message.bad_token, two_numbers=two)
    mentioned = tuple(dict.fromkeys(resolved[number] for number in (*in_subject, *in_body) if number in resolved))
    part = takes_part(found.ticket) if isinstance(found, Match) else False
    return Finding(found, part, mentioned)


def _external_numbers(desk: Desk, subject: str) -> list[str]:
    return list(
        dict.fromkeys(
            found[0]
            for pattern in desk.policy.number_patterns
            for found in re.finditer(pattern, subject[:500], re.IGNORECASE)
        )
    )[:10]


# ---- somebody from outside ------------------------------------------------------------------------------------------


def _from_outside(desk: Desk, message: IncomingMessage, instructions: Instructions, recognised: Recognised) -> Received:
    finding = _find(desk, message)
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
    participant = verdict in (Verdict.APPEND, Verdict.UNVERIFIED, Verdict.CAUTIOUS)
    may_ask = participant and (finding.match.strength is Strength.STRONG or message.auth == "pass")
    # Asking how it stands, or closing, is no reply: it must not reopen the ticket or open a new one.
    only_asks = may_ask and bool(instructions.commands) and not instructions.words.strip()
    moves = message.kind not in _PASSIVE and not message.only_in_cc and not only_asks
    closing = any(one.purpose == "c" and one.via == "address" for one in message.evidence)
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
            thanks=phrases.is_thanks(message.new_text, any(not file.inline for file in message.files)),
            confirms=phrases.is_confirmation(message.new_text),
            closes_by_token=closing,
            at=message.received_at,
            reopened_too_often=any(
                tickets.count_history(desk.connection, ticket.id, "status", "reply", desk.now - row.period) >= row.count
                for row in desk.policy.limits.reopens_ticket
            ),
        ),
    )
    step = Step("status", f"{ticket.status.value}, {verdict.value}", None, f"{outcome.value} ({rule})")
    if outcome is Outcome.NEW_TICKET:
        received = open_ticket(desk, message, follows=ticket, participant_of_old=participant, rule=rule)
        return replace(received, steps=(step, *received.steps))
    # An author whose domain proves nothing is known by the token that only the participants were sent.
    proven = message.auth == "pass" or (verdict is Verdict.APPEND and finding.match.strength is Strength.STRONG)
    entry = _write(desk, ticket, message, verdict, verified=proven)
    who = message.author.address if message.author else "unknown"
    badges = _badges(message, verdict, claims_agent=claims_agent)
    why = "message"
    match outcome:
        case Outcome.REOPEN:
            ticket = desk.move(ticket, Event.REPLY, who, "reply")
            ticket = _keep_assignee_if_active(desk, ticket)
            why = "reopened"
        case Outcome.CLOSE:
            ticket = desk.move(ticket, Event.CONFIRM, who, rule)
            why = "confirmed"
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
    if participant and verdict is not Verdict.CAUTIOUS and moves:
        promises.requester_wrote(desk, ticket, message.received_at)
    asked: tuple[str, ...] = ()
    if instructions.commands and may_ask:
        asked = asking.requester_commands(desk, ticket, message, instructions)
    only_asked = bool(asked) and not instructions.words.strip()
    only_asked = only_asked and all(isinstance(one, _ASKS_ONLY) for one in instructions.commands)
    if message.kind == "bulk":
        _leave_for_digest(desk, ticket)
    elif message.kind != "auto_reply" and not only_asked:
        hints = _hints(desk, ticket, message)
        if verdict is Verdict.EXTERNAL and message.author is not None:
            hints += (say("To let this person take part: !accept m{m}; to keep him out: !reject m{m}", m=entry.m),)
        desk.alert(
            ticket,
            why,
            answer="p" if participant else "n",
            by=_by(message),
            words=entry.text,
            message=entry,
            badges=badges,
            hints=hints,
        )
    return Received("appended", verdict.value if rule == "reply" else rule, ticket.number, (step,), "")


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
    if not claims_agent and asking.asks_for_own_tickets(message, instructions):
        asking.tell_own_tickets(desk, message)
        return Received("entry", "requester-commands", None, steps, "")
    mailbox = desk.policy.mailboxes[message.mailbox]
    if message.kind == "bulk" and mailbox.bulk == "hold" and not message.released:
        return Received("held", "bulk-hold", None, steps, "this mailbox holds mass mail")
    if message.kind == "auto_generated" and (same := _same_machine_report(desk, message)):
        appended = _write(desk, same, message, Verdict.APPEND, verified=message.auth == "pass")
        promises.requester_wrote(desk, same, message.received_at)
        desk.alert(
            same,
            "message",
            answer="p",
            by=_by(message),
            words=appended.text,
            message=appended,
            badges=_badges(message, Verdict.APPEND),
        )
        return Received("appended", "same-author-and-subject", same.number, steps, "")
    if not message.released and (breaker := _breaker(desk, message)):
        return Received("held", breaker, None, steps, "too much of it in an hour; see `mailgate spool held`")
    received = open_ticket(desk, message, linked=linked, claims_agent=claims_agent)
    return replace(received, steps=(*steps, *received.steps))


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


# ---- a new ticket ---------------------------------------------------------------------------------------------------


def open_ticket(
    desk: Desk,
    message: IncomingMessage,
    *,
    linked: tuple[Ticket, ...] = (),
    follows: Ticket | None = None,
    participant_of_old: bool = False,
    claims_agent: bool = False,
    rule: str = "new",
    requester: Person | None = None,
    internal: bool = False,
    by_agent: str | None = None,
    on_behalf: bool = False,
) -> Received:
    """Opens a ticket from a message, links it, acknowledges it and tells the queue. `by_agent`: an agent's mail opened
    it; `on_behalf`: with somebody else's words, which he passed on."""
    author = message.author or Person("", "")
    requester = requester or (follows.requester if follows and participant_of_old else author)
    fyi = message.only_in_cc and by_agent is None
    ticket = _new_ticket(
        desk, message, requester, fyi=fyi, internal=internal, follows=follows if participant_of_old else None
    )
    entry = _write(
        desk,
        ticket,
        message,
        Verdict.APPEND,
        verified=message.auth == "pass",
        first=True,
        by_agent=None if on_behalf else by_agent,
    )
    if message.author and author.address != requester.address and by_agent is None:
        tickets.add_participant(desk.connection, ticket.id, author, Role.CC)
    desk.note_history(ticket, by_agent or author.address or "unknown", "opened", None, ticket.status, rule)
    for flag in _flags(message):
        desk.note_history(ticket, SYSTEM, "flag", None, flag, "intake")
    if follows is not None:
        kinds = ("follows-up", "followed-by") if participant_of_old else ("mentions", "mentioned-by")
        tickets.add_link(desk.connection, ticket, kinds[0], follows, kinds[1])
    for other in linked:
        tickets.add_link(desk.connection, ticket, "mentions", other, "mentioned-by")
    ledger.arrived_in(desk.connection, message.spool_id, ticket.id, opened=True)
    promises.opened(desk, ticket, message.received_at, passive=message.kind in _PASSIVE)
    badges = _badges(message, Verdict.APPEND, claims_agent=claims_agent)
    if by_agent is None:
        _answer_automatically(desk, ticket, message, follows if participant_of_old else None, claims_agent)
    if message.kind == "bulk":
        _leave_for_digest(desk, ticket)
    else:
        desk.alert(
            ticket,
            "fyi" if fyi else "new",
            answer="n" if internal else "p",
            by=_by(message),
            words=entry.text,
            message=entry,
            badges=badges,
            hints=_hints(desk, ticket, message),
            but=by_agent,
            only=_operators(desk) if message.to_operators else None,
        )
    return Received("new", "fyi" if fyi and rule == "new" else rule, ticket.number, (), "")


def _operators(desk: Desk) -> tuple[Agent, ...]:
    return tuple(desk.policy.agents[one] for one in desk.policy.operators)


def _new_ticket(
    desk: Desk, message: IncomingMessage, requester: Person, *, fyi: bool, internal: bool, follows: Ticket | None
) -> Ticket:
    mailbox = desk.policy.mailboxes[message.mailbox]
    organisation = desk.policy.organisation_of.get(requester.address.rpartition("@")[2])
    brand = routing.brand_of(phrases.strip_reply_prefixes(message.subject), desk.policy.brands)
    route = routing.route(mailbox, brand, organisation)
    guessed = languages.language_meant(message.language, message.new_text)
    contact = people.know(desk.connection, requester, organisation, guessed, desk.now) if requester.address else None
    subject = case_number.without_tags(message.subject, desk.policy.tag_words)
    title = phrases.strip_reply_prefixes(subject)
    made = phrases.generic_subject(subject)
    if made:
        title = phrases.title_from(message.new_text) or title or NO_SUBJECT
    ticket = tickets.add_ticket(
        desk.connection,
        number=tickets.next_number(desk.connection, desk.local(message.received_at).date()),
        subject=subject[:998],
        title=title[:998],
        title_made=made,
        status=Status.OPEN,
        fyi=fyi,
        internal=internal,
        channel="form" if message.form else "mail",
        priority=Priority.MEDIUM,
        category=route.category,
        queue=route.queue,
        mailbox=message.mailbox,
        language=guessed or (contact.language if contact else None) or mailbox.language or desk.policy.language,
        requester=requester,
        requester_id=contact.id if contact else None,
        organisation=(follows.organisation if follows else None)
        or route.organisation
        or (contact.organisation if contact else None),
        opened_at=message.received_at,
        changed_at=desk.now,
    )
    if requester.address:
        tickets.add_participant(desk.connection, ticket.id, requester, Role.REQUESTER)
    return ticket


def _answer_automatically(
    desk: Desk, ticket: Ticket, message: IncomingMessage, follows: Ticket | None, claims_agent: bool
) -> None:
    """Acknowledges, or says why not, in the history."""
    author = message.author.address if message.author else None
    subject = phrases.normalise_subject(message.subject) or "-"
    to = _answer_address(desk, message, author) if author else None
    circumstances = acknowledging.Circumstances(
        new_ticket=True,
        by_mail_or_form=True,
        kind=message.kind,
        auth=message.auth,
        forbidden=message.forbids_answer,
        author=author,
        author_is_us=author is not None and _is_ours(desk, author),
        author_is_agent=author is not None and desk.policy.agent_by_address(author) is not None,
        claims_to_be_agent=claims_agent,
        suppressed=people.is_suppressed(desk.connection, to.address, desk.now) if to else None,
        addressed=message.addressed or ticket.fyi,
        held=False,
        quiet=message.quiet,
        already=ledger.told(desk.connection, "ack", [desk.now - EVER], ticket_id=ticket.id) != [0],
        limit_passed=_ack_limit(desk, to.address, subject) if to else None,
    )
    if refused := acknowledging.refusal(circumstances):
        desk.note_history(ticket, SYSTEM, "acknowledgement", None, f"not sent: {refused[1]}", refused[0])
        return
    if to is None:
        return
    if ticket.fyi:
        if not desk.used_up("fyi", "answers to copies", desk.policy.limits.fyi_address, address=to.address):
            ledger.note_told(desk.connection, "fyi", to.address, desk.now, ticket_id=ticket.id)
            desk.notices.append(FyiAnswer(desk.about(ticket), to, desk.thread_with(ticket, author)))
        return
    ledger.note_told(desk.connection, "ack", to.address, desk.now, ticket_id=ticket.id, subject=subject)
    desk.note_history(ticket, SYSTEM, "acknowledgement", None, "sent", "acknowledge")
    desk.notices.append(
        Acknowledgement(
            about=desk.about(ticket),
            to=to,
            thread=desk.thread_with(ticket, author),
            reveal=message.auth == "pass",
            follows_up=follows.number if follows else None,
            promised_at=promises.promised_in_time(desk, ticket),
        )
    )


def _answer_address(desk: Desk, message: IncomingMessage, author: str) -> Person:
    """The author himself; his Reply-To only where he is proven."""
    name = message.author.name if message.author else ""
    if len(message.reply_to) == 1 and message.auth == "pass":
        other = message.reply_to[0]
        if not _is_ours(desk, other) and desk.policy.agent_by_address(other) is None:
            return Person(name, other)
    return Person(name, author)


def _ack_limit(desk: Desk, author: str, subject: str) -> str | None:
    limits = desk.policy.limits
    used_up = (
        desk.used_up("ack", "this address", limits.ack_address, address=author)
        or desk.used_up("ack", "this address and subject", limits.ack_subject, address=author, subject=subject or "-")
        or desk.used_up("ack", "this domain", limits.ack_domain, domain=author.rpartition("@")[2])
    )
    if used_up:
        return used_up
    whole = desk.used_up("ack", say("the whole desk"), limits.ack_desk)
    if whole:
        desk.alarm(
            "acknowledgements",
            "desk",
            say("Acknowledgements are stopped: the desk has sent too many"),
            say(
                "Limit: {limit}. Tickets are opened as always; acknowledgements begin again by themselves.",
                limit=whole,
            ),
        )
        return whole
    if ledger.is_tripped(desk.connection, "acknowledgements", "desk"):
        return "the desk's breaker is open"
    return None


def _is_ours(desk: Desk, address: str) -> bool:
    """One of our mailboxes, with or without a `+tag`."""
    local, _, domain = address.rpartition("@")
    both = (address, f"{local.partition('+')[0]}@{domain}")
    return any(one in (box.address, *box.aliases) for box in desk.policy.mailboxes.values() for one in both)


# ---- writing it down ------------------------------------------------------------------------------------------------


def _write(
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
    entry = tickets.add_message(
        desk.connection,
        ticket.id,
        files=message.files,
        at=message.received_at,
        author=message.author,
        agent=by_agent,
        role=role,
        internal=verdict is Verdict.EXTERNAL or by_agent is not None,
        verified=verified,
        channel="mail",
        kind=message.kind,
        subject=message.subject[:998],
        text=message.text if first else message.new_text,
        full_text=message.text,
        html=message.html,
        folds=[list(fold) for fold in message.folds],
        folded=message.kind == "auto_reply",
        message_id=message.message_id,
        reference_ids=list(message.other_ids)[:THREAD_IDS],
        to_addresses=[person.address for person in (*message.to, *message.cc)],
        only_in_cc=message.only_in_cc,
        spool_id=message.spool_id,
    )
    ledger.arrived_in(desk.connection, message.spool_id, ticket.id, opened=first)
    if message.author and verdict is Verdict.EXTERNAL:
        tickets.add_participant(desk.connection, ticket.id, message.author, Role.EXTERNAL)
    if message.author and verdict is Verdict.OBSERVER:
        # Whoever was only proposed before, because an unproven author had put him in Cc, is an observer now.
        tickets.add_participant(desk.connection, ticket.id, message.author, Role.OBSERVER, instead_of=Role.EXTERNAL)
    if verdict in (Verdict.APPEND, Verdict.UNVERIFIED) and by_agent is None and message.kind == "personal":
        _propose_others(desk, ticket, message)
    tickets.change_ticket(desk.connection, ticket.id, changed_at=desk.now)
    return entry


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
        if _is_ours(desk, person.address) or desk.policy.agent_by_address(person.address):
            continue
        if tickets.add_participant(desk.connection, ticket.id, person, role):
            desk.note_history(
                ticket,
                message.author.address if message.author else "unknown",
                "participant",
                None,
                f"{person.address} ({role})",
                "to-and-cc",
            )


def _leave_for_digest(desk: Desk, ticket: Ticket) -> None:
    for agent in routing.who_hears(desk.policy, ticket):
        ledger.note_told(desk.connection, "alert", agent.address, desk.now, ticket_id=ticket.id, sent=False)


def _flags(message: IncomingMessage) -> tuple[str, ...]:
    """What stays doubtful about a new ticket's mail, for its history."""
    marks = (
        (message.author is None, "author unknown"),
        (message.auth == "fail", "its domain says it is forged"),
        ("message-id-seen-before" in message.defects, "its Message-ID came before with other content"),
    )
    return tuple(text for applies, text in marks if applies)


def _badges(message: IncomingMessage, verdict: Verdict, *, claims_agent: bool = False) -> tuple[str, ...]:
    marks = (
        *((True, flag) for flag in _flags(message)),
        (verdict in (Verdict.UNVERIFIED, Verdict.CAUTIOUS), "unverified sender"),
        (verdict is Verdict.EXTERNAL, "from outside the ticket"),
        (verdict is Verdict.OBSERVER, "observer"),
        (message.only_in_cc, "only in Cc"),
        (claims_agent, "claims to be an agent"),
        (message.kind == "auto_generated", "sent by a machine"),
        (bool(message.importance), f"marked {message.importance}"),
    )
    return tuple(text for applies, text in marks if applies)


def _hints(desk: Desk, ticket: Ticket, message: IncomingMessage) -> tuple[str, ...]:
    """Whole lines for the alert, each with a command ready to send."""
    hints: list[str] = []
    words = message.new_text
    if phrases.solved_itself(words):
        hints.append(say("It seems to have solved itself. If so, answer with: !done"))
    brands = routing.brands_in(words, desk.policy.brands)
    if len(brands) > 1 or routing.tells_several(words):
        hints.append(say("There is more than one topic in it."))
    hints += [
        say("{name} is named in it and has helped this person before: !assign {id}", name=agent.name, id=agent.id)
        for agent in _colleagues_named(desk, ticket, message)
    ]
    if ticket.fyi:
        hints.append(say("We are only in Cc. To make it a request, answer with: !request"))
    return tuple(hints)


def _colleagues_named(desk: Desk, ticket: Ticket, message: IncomingMessage) -> list[Agent]:
    """Who is named in the mail and handled this person's tickets before; nobody where somebody has the ticket."""
    if ticket.assignee is not None or message.author is None:
        return []
    named = {agent.id: agent for agent in desk.policy.agents.values() if routing.names(message.new_text, agent.name)}
    if not named:
        return []
    handled = tickets.agents_of(desk.connection, people.same_person(desk.connection, message.author.address))
    return [named[one] for one in handled if one in named]


def _by(message: IncomingMessage) -> str:
    if message.author is None:
        return say("an unknown author")
    return f"{message.author.name} <{message.author.address}>" if message.author.name else message.author.address


def _number_of(desk: Desk, ticket_id: int | None) -> str | None:
    return tickets.number_of(desk.connection, ticket_id) if ticket_id else None
