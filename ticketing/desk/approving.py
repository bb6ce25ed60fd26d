"""Where an organisation's main users decide: a case of anybody else of theirs waits for a yes.

Until then nothing is promised, no clock runs and no agent is called. The answer is known by whom our question went to,
so that only a main user who was asked can give it.
"""

from __future__ import annotations

from datetime import timedelta

from ticketing import case_number
from ticketing.desk import placing, promises, writing
from ticketing.desk.core import SYSTEM, Desk
from ticketing.model import APPROVAL, IncomingMessage, Message, Person, Received, Step, Ticket
from ticketing.notices import ApprovalRequest, RequesterReceipt
from ticketing.policy import Organisation
from ticketing.rules import approval
from ticketing.rules.lifecycle import Event
from ticketing.saying import Said, say
from ticketing.store import history, messages, people, tickets

# When nobody has answered by then, the agents hear of it.
PATIENCE = timedelta(days=3)
KINDS = ("personal", "auto_generated")


def guard(desk: Desk, message: IncomingMessage) -> Organisation | None:
    """The organisation whose word this new mail waits for; None: nobody's."""
    if message.author is None or message.released or message.kind not in KINDS:
        return None
    if not any(one.others != "open" for one in desk.policy.organisations.values()):
        return None
    address = message.author.address
    contact = people.contact_of(desk.connection, address)
    name = desk.policy.organisation_of.get(address.rpartition("@")[2]) or (contact.organisation if contact else None)
    organisation = desk.policy.organisations.get(name or "")
    own = people.same_person(desk.connection, address)
    if organisation is None or (message.only_in_cc and organisation.others != "hold"):
        # Nobody works on what came for information; that they ask for it to be done is a mail of its own.
        return None
    return organisation if approval.asks_first(organisation, own, message.auth) else None


def never_approved(desk: Desk, ticket: Ticket) -> bool:
    """Whether a closed case waited for its organisation's word to the end, or was declined."""
    said = [one for one in history.of_ticket(desk.connection, ticket.id) if one.what == "waiting_for"]
    last = next((one for one in reversed(said) if APPROVAL in (one.old, one.new)), None)
    return last is not None and last.new == APPROVAL


def ask(desk: Desk, ticket: Ticket, organisation: Organisation, entry: Message) -> Ticket:
    """The ticket waits, and each main user is asked; the first answer counts. Where none of them can be reached, the
    case goes on as any other."""
    reached = [one for one in organisation.main_users if not people.is_suppressed(desk.connection, one, desk.now)]
    if not reached:
        desk.note_history(ticket, SYSTEM, "approval", None, "no main user can be reached", organisation.name)
        return ticket
    desk.change(ticket, SYSTEM, organisation.name, waiting_for=APPROVAL)
    ticket = tickets.change_ticket(desk.connection, ticket.id, waiting_until=desk.now + PATIENCE)
    for address in reached:
        contact = people.contact_of(desk.connection, address)
        desk.notices.append(
            ApprovalRequest(
                about=desk.about(ticket),
                to=Person(contact.name if contact else "", address),
                language=(contact.language if contact else None) or ticket.language or desk.policy.language,
                organisation=organisation.name,
                words=entry.text,
                message=entry.id,
            )
        )
    return ticket


def answered(desk: Desk, message: IncomingMessage) -> Received | None:
    """A main user's answer to our question; None: this mail is none."""
    if message.author is None or message.auth == "fail":
        return None
    for evidence in message.evidence:
        ticket = tickets.by_number(desk.connection, [evidence.ticket or ""], lock=True).get(evidence.ticket or "")
        if ticket is None or ticket.waiting_for != APPROVAL or evidence.issued_to is None:
            continue
        organisation = desk.policy.organisations.get(ticket.organisation or "")
        mine = people.same_person(desk.connection, evidence.issued_to)
        if organisation and evidence.issued_to in organisation.main_users and message.author.address in mine:
            step = Step("T1", f"{evidence.via} {evidence.purpose}.{evidence.case}.{evidence.row}", "strong", "approval")
            return _decided(desk, message, ticket, message.author, step)
    return None


def _decided(desk: Desk, message: IncomingMessage, ticket: Ticket, main_user: Person, step: Step) -> Received:
    if message.kind != "personal":
        return Received("entry", "approval-automatic", ticket.number, (step,), "a main user's automatic mail")
    entry = writing.keep(
        desk,
        ticket,
        message,
        role="main_user",
        text=message.new_text,
        verified=message.auth == "pass",
        author=main_user,
    )
    match approval.answer(message.new_text, case_number.without_tags(message.subject, desk.policy.tag_words)):
        case True:
            approved(desk, ticket, main_user.address, "main user", entry)
            return Received("appended", "approved", ticket.number, (step,), "")
        case False:
            _declined(desk, ticket, main_user.address)
            return Received("appended", "declined", ticket.number, (step,), "")
    desk.alert(
        ticket,
        "message",
        answer="n",
        by=main_user.address,
        words=entry.text,
        message=entry,
        hints=(say("The main user said neither yes nor no. To go on with it: !request; to close it: !close"),),
    )
    return Received("appended", "approval-unclear", ticket.number, (step,), "neither yes nor no")


def approved(desk: Desk, ticket: Ticket, who: str, by: str, entry: Message | None = None) -> Ticket:
    """It goes on as if it came now: clocks start, agents are called, the requester hears of it."""
    ticket = desk.change(ticket, who, by, waiting_for=None)
    promises.opened(desk, ticket, desk.now)
    promised = promises.promised_in_time(desk, ticket)
    told = [say("Your case {number} is approved, and we are at work on it.", number=ticket.number)]
    if promised is not None:
        told.append(say("You hear from us by {moment}.", moment=desk.local(promised)))
    _tell_requester(desk, ticket, *told)
    first = next(iter(messages.of_ticket(desk.connection, ticket.id)), None)
    ticket = placing.give_at_last(desk, ticket)
    said = " ".join(entry.text.split())[:200] if entry else ""
    desk.alert(
        ticket,
        "new",
        answer="p",
        by=ticket.requester.address,
        words=first.text if first else "",
        message=first,
        hints=(say("Approved by {who}: {words}", who=who, words=said) if said else say("Approved by {who}", who=who),),
    )
    return ticket


def _declined(desk: Desk, ticket: Ticket, who: str) -> None:
    desk.move(ticket, Event.CLOSE, who, "main user")
    _tell_requester(
        desk,
        ticket,
        say("Case {number} is closed: your organisation did not approve it.", number=ticket.number),
        say("If you think it should have, please talk to whoever is responsible in your organisation."),
    )


def waits(ticket: Ticket) -> tuple[Said, ...]:
    """What the requester is told in place of an acknowledgement."""
    return (
        say("We have received your mail; it has the case number {number}.", number=ticket.number),
        say("Your organisation approves requests before we begin. We have asked, and you hear from us."),
    )


def _tell_requester(desk: Desk, ticket: Ticket, *lines: Said) -> None:
    if ticket.requester.address:
        tell(desk, ticket, ticket.requester, lines)


def tell(desk: Desk, ticket: Ticket, to: Person, lines: tuple[Said, ...]) -> None:
    """Nothing that the sender wrote is in it, so that it may go to whoever wrote under this address."""
    desk.notices.append(
        RequesterReceipt(
            about=desk.about(ticket),
            mailbox=ticket.mailbox,
            language=ticket.language or desk.policy.language,
            to=Person("", to.address),
            thread=desk.thread_with(ticket, ticket.requester.address),
            lines=lines,
        )
    )
