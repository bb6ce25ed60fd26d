"""Cases that did not come by mail: a call, a visit, something the house noticed itself."""

from __future__ import annotations

from ticketing.desk import background, promises, sorting
from ticketing.desk.core import Desk, Refusal
from ticketing.model import NO_SUBJECT, Agent, Person, Role, Status, Ticket
from ticketing.notices import OpenedForYou, Thread
from ticketing.rules import phrases
from ticketing.saying import say
from ticketing.store import people, tickets


def open_case(
    desk: Desk,
    requester: Person,
    subject: str,
    text: str,
    agent: Agent,
    *,
    channel: str,
    mailbox: str | None,
    silent: bool,
) -> Ticket:
    """Opens a ticket for somebody. He is told the number and where to write, unless `silent`."""
    box = desk.policy.mailboxes.get(mailbox or next(iter(desk.policy.mailboxes)))
    if box is None:
        raise Refusal(f"{mailbox} is none of our mailboxes (there are: {', '.join(desk.policy.mailboxes)})")
    organisation = desk.policy.organisation_of.get(requester.address.rpartition("@")[2])
    contact = people.know(desk.connection, requester, organisation, None, desk.now)
    made = phrases.generic_subject(subject)
    title = (phrases.title_from(text) or NO_SUBJECT) if made else subject.strip()
    sort = sorting.sort(desk, box.queue, f"{subject}\n{text}")
    ticket = tickets.add_ticket(
        desk.connection,
        number=tickets.next_number(desk.connection, desk.local(desk.now).date()),
        subject=subject.strip()[:998],
        title=title[:998],
        title_made=made,
        status=Status.OPEN,
        fyi=False,
        internal=desk.policy.agent_by_address(requester.address) is not None,
        channel=channel,
        priority=sort.priority,
        type=sort.type,
        category=sort.category,
        queue=box.queue,
        mailbox=box.address,
        language=contact.language or box.language or desk.policy.language,
        requester=Person(requester.name or contact.name, requester.address),
        requester_id=contact.id,
        organisation=organisation or contact.organisation,
        opened_at=desk.now,
        changed_at=desk.now,
    )
    tickets.add_participant(desk.connection, ticket.id, ticket.requester, Role.REQUESTER)
    entry = tickets.add_message(
        desk.connection,
        ticket.id,
        at=desk.now,
        author=ticket.requester,
        agent=agent.id,
        role="requester",
        internal=False,
        verified=False,
        channel=channel,
        kind="personal",
        subject=subject.strip()[:998],
        text=text.strip(),
        full_text=text.strip(),
    )
    desk.note_history(ticket, agent.id, "opened", None, ticket.status, channel)
    sorting.learn(desk, ticket, entry, f"{subject}\n{text}", agent.id)
    promises.opened(desk, ticket, desk.now)
    if not ticket.internal and not silent:
        desk.notices.append(OpenedForYou(desk.about(ticket), ticket.requester, Thread()))
    by = say("{name}, by {channel}", name=agent.name, channel=say(channel))
    beside = background.gather(desk.connection, ticket, entry.text, desk.now)
    desk.alert(ticket, "new", answer="p", by=by, words=entry.text, message=entry, beside=beside, but=agent.id)
    return ticket
