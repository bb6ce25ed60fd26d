"""A new ticket is opened from a message, its requester told that it arrived (RULES 5)."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from ticketing import case_number
from ticketing.desk import approving, background, placing, promises, sorting, writing
from ticketing.desk.core import SYSTEM, Desk
from ticketing.desk.placing import Place
from ticketing.model import APPROVAL, NO_SUBJECT, IncomingMessage, Person, Received, Role, Status, Ticket
from ticketing.notices import Acknowledgement, FyiAnswer
from ticketing.policy import Guide
from ticketing.rules import acknowledging, guides, languages, phrases
from ticketing.rules.matching import Verdict
from ticketing.saying import say
from ticketing.store import guide_offers, ledger, participants, people, tickets

EVER = timedelta(days=36500)
# Whoever is asked for more at once answers nothing; the rest stays open in the ticket.
MOST_QUESTIONS = 5

# Kinds that never move a status and never stop a clock (RULES 2).
PASSIVE = frozenset({"auto_reply", "bulk"})


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
    hand_out: bool = True,
) -> Received:
    """Opens a ticket from a message, links it, acknowledges it and tells whom it is for. `by_agent`: an agent's mail
    opened it; `on_behalf`: with somebody else's words, which he passed on. `hand_out`: it may be given to an agent; one
    for our information, mass mail and a case of the house never is."""
    author = message.author or Person("", "")
    requester = requester or (follows.requester if follows and participant_of_old else author)
    fyi = message.only_in_cc and by_agent is None
    ticket, place = _new_ticket(
        desk,
        message,
        requester,
        fyi=fyi,
        internal=internal,
        told=by_agent is None or on_behalf,
        follows=follows if participant_of_old else None,
    )
    entry = writing.write(
        desk,
        ticket,
        message,
        Verdict.APPEND,
        verified=message.auth == "pass",
        first=True,
        by_agent=None if on_behalf else by_agent,
    )
    if message.author and author.address != requester.address and by_agent is None:
        participants.add(desk.connection, ticket.id, author, Role.CC)
    desk.note_history(ticket, by_agent or author.address or "unknown", "opened", None, ticket.status, rule)
    sorting.learn(desk, ticket, entry, sorting.words_of(message), author.address or "unknown")
    if follows is not None and participant_of_old:
        sorting.inherit(desk, ticket, follows, SYSTEM)
    for flag in writing.flags_of(message):
        desk.note_history(ticket, SYSTEM, "flag", None, flag, "intake")
    if follows is not None:
        kinds = ("follows-up", "followed-by") if participant_of_old else ("mentions", "mentioned-by")
        tickets.add_link(desk.connection, ticket, kinds[0], follows, kinds[1])
    for other in linked:
        tickets.add_link(desk.connection, ticket, "mentions", other, "mentioned-by")
    ledger.arrived_in(desk.connection, message.spool_id, ticket.id, opened=True)
    if by_agent is None and (organisation := approving.guard(desk, message)):
        ticket = approving.ask(desk, ticket, organisation, entry)
    waits = ticket.waiting_for == APPROVAL
    promises.opened(desk, ticket, message.received_at, passive=message.kind in PASSIVE)
    hand_out = hand_out and not fyi and not waits and message.kind not in PASSIVE and not internal
    ticket = placing.settle(desk, ticket, place, sorting.words_of(message), hand_out=hand_out)
    badges = writing.badges_of(message, Verdict.APPEND, claims_agent=claims_agent)
    if by_agent is None:
        _answer_automatically(desk, ticket, message, follows if participant_of_old else None, claims_agent)
    if waits:
        return Received("new", "awaits-approval", ticket.number, (), "")
    if message.kind == "bulk":
        writing.leave_for_digest(desk, ticket)
    else:
        desk.alert(
            ticket,
            "fyi" if fyi else "new",
            answer="n" if internal else "p",
            by=writing.by_whom(message),
            words=entry.text,
            message=entry,
            badges=badges,
            more_hints=lambda: (
                *writing.hints_for(desk, ticket, message),
                *sorting.hints_for(desk, ticket, sorting.words_of(message)),
            ),
            missing=partial(sorting.open_points, desk, ticket),
            beside=partial(background.gather, desk.connection, ticket, entry.text, desk.now),
            but=by_agent,
            # Where no operator may see it, its queue.
            only=(desk.operators_for(ticket) or None) if message.to_operators else None,
        )
    return Received("new", "fyi" if fyi and rule == "new" else rule, ticket.number, (place.step,), "")


def _new_ticket(
    desk: Desk,
    message: IncomingMessage,
    requester: Person,
    *,
    fyi: bool,
    internal: bool,
    told: bool,
    follows: Ticket | None,
) -> tuple[Ticket, Place]:
    mailbox = desk.policy.mailboxes[message.mailbox]
    organisation = desk.policy.organisation_of.get(requester.address.rpartition("@")[2])
    guessed = languages.language_meant(message.language, message.new_text)
    contact = people.know(desk.connection, requester, organisation, guessed, desk.now) if requester.address else None
    known = (follows.organisation if follows else None) or organisation or (contact.organisation if contact else None)
    place = placing.place(desk, message.mailbox, message.subject, sorting.words_of(message), requester.address, known)
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
        # Made of what an agent wrote for his colleagues.
        title_inside=internal or (made and not told),
        status=Status.OPEN,
        fyi=fyi,
        internal=internal,
        channel=message.channel,
        priority=place.sort.priority,
        type=place.sort.type,
        category=place.sort.category,
        queue=place.queue,
        mailbox=message.mailbox,
        language=guessed or (contact.language if contact else None) or mailbox.language or desk.policy.language,
        requester=requester,
        requester_id=contact.id if contact else None,
        organisation=(follows.organisation if follows else None) or place.organisation,
        opened_at=message.received_at,
        changed_at=desk.now,
    )
    if requester.address:
        participants.add(desk.connection, ticket.id, requester, Role.REQUESTER)
    return ticket, place


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
        author_is_us=author is not None and writing.is_ours(desk, author),
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
    if ticket.waiting_for == APPROVAL:
        approving.tell(desk, ticket, to, approving.waits(ticket))
        return
    offered = _offer_guides(desk, ticket, message)
    reveal = message.auth == "pass"
    desk.notices.append(
        Acknowledgement(
            about=desk.about(ticket),
            to=to,
            thread=desk.thread_with(ticket, author),
            reveal=reveal,
            follows_up=follows.number if follows else None,
            promised_at=promises.promised_in_time(desk, ticket),
            missing=sorting.questions_to_requester(desk, ticket)[:MOST_QUESTIONS],
            guides=tuple((one.title, one.link) for one in offered),
            # Whoever writes in another's name makes us send him a title at most.
            files=tuple(one.file for one in offered if not one.link) if reveal else (),
        )
    )


def _offer_guides(desk: Desk, ticket: Ticket, message: IncomingMessage) -> list[Guide]:
    """What may help him before an agent has read his words; those without a link are good only where they go along."""
    known = [one for one in desk.policy.prepared.guides if one.link or message.auth == "pass"]
    found = guides.helpful(sorting.words_of(message), ticket.language, known)
    guide_offers.add(desk.connection, ticket.id, [(one.name, one.language) for one in found], desk.now)
    for one in found:
        desk.note_history(ticket, SYSTEM, "guide", None, one.title, "acknowledge")
    return found


def _answer_address(desk: Desk, message: IncomingMessage, author: str) -> Person:
    """The author himself; his Reply-To only where he is proven."""
    name = message.author.name if message.author else ""
    if len(message.reply_to) == 1 and message.auth == "pass":
        other = message.reply_to[0]
        if not writing.is_ours(desk, other) and desk.policy.agent_by_address(other) is None:
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
