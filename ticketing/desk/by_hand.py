"""Cases that did not come as a requester's mail: a call, a visit, something the house noticed itself, a matter that
comes again and again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime, time
from difflib import get_close_matches
from functools import partial

from ticketing import case_number, commands
from ticketing.command_words import word_key
from ticketing.commands import Command
from ticketing.days import read_when
from ticketing.desk import background, placing, promises, sorting, writing
from ticketing.desk.core import Desk, Refusal
from ticketing.desk.effects.work import Hand, Work, check_outsider
from ticketing.desk.placing import NO_TEMPLATE, Place
from ticketing.model import Message, Person, Role, Status, Ticket
from ticketing.notices import OpenedForYou, Thread
from ticketing.policy import TicketTemplate
from ticketing.rules import authority, phrases
from ticketing.saying import say
from ticketing.store import details, messages, participants, people, tickets

# What a new ticket begins with; whatever else is asked for is done to it when it is there.
ASKED = (commands.New, commands.SetRequester, commands.SetTitle, commands.Silent)
# By these the agent has it himself, or says who has it.
GIVEN = (
    commands.Claim, commands.Assign, commands.Reply, commands.Canned, commands.Call, commands.Done, commands.Close,
)  # fmt: skip


def begin(hand: Hand, asked: Sequence[Command]) -> Work:
    """Opens the ticket that `!new` asks for and takes it in hand; the words are its text, unless they are said to be a
    note or an answer. Its requester is told the number and where to write, unless an answer goes to him anyway or
    `!silent` stands there. Raises Refusal."""
    desk = hand.desk
    [new] = [one for one in asked if isinstance(one, commands.New)]
    at_hand = hand.ticket if isinstance(hand, Work) else None
    hand.command = "new"
    template = _template(desk, new.template)
    goes_out = any(isinstance(one, commands.Reply) for one in asked)
    text = _text(hand, template, asked, goes_out)
    named = [one.title.strip() for one in asked if isinstance(one, commands.SetTitle)]
    own = new.title.strip() or "".join(named[-1:]) or template.title
    title, made = _title(hand, own, text, at_hand)
    words = f"{title}\n{text}"
    ticket, place = _open(hand, new, _requester(hand, new, asked), template, title, words, made=made)
    _refuse_more_than_sight(hand, ticket, asked)
    if at_hand is not None:
        tickets.add_link(desk.connection, ticket, "related", at_hand, "related")
    entry = None if goes_out else _write(hand, ticket, text)
    desk.note_history(ticket, hand.who, "opened", None, ticket.status, hand.cause)
    if entry is not None:
        sorting.learn(desk, ticket, entry, words, hand.who)
    promises.opened(desk, ticket, desk.now)
    hand_out = not ticket.internal and not any(isinstance(one, GIVEN) for one in asked)
    ticket = placing.settle(desk, ticket, place, words, hand_out=hand_out)
    hand.lines.append(say("{number} is open: {title}", number=ticket.number, title=ticket.title))
    _tell(hand, ticket, asked)
    if entry is not None:
        by = say("{name}, by {channel}", name=hand.agent.name, channel=say(ticket.channel))
        answer = "n" if ticket.internal else "p"
        beside = partial(background.gather, desk.connection, ticket, text, desk.now)
        # What he typed is not word for word what the requester said.
        badges = () if ticket.internal else (say("written down by {name}", name=hand.agent.name),)
        desk.alert(
            ticket,
            "new",
            answer=answer,
            by=by,
            words=text,
            message=entry,
            badges=badges,
            beside=beside,
            but=hand.agent.id,
        )
    hand.command = ""
    hand.beside = at_hand
    work = Work(**{one.name: getattr(hand, one.name) for one in fields(Hand)}, ticket=ticket)
    work.opened(ticket.id)
    return work


def _refuse_more_than_sight(hand: Hand, ticket: Ticket, asked: Sequence[Command]) -> None:
    """An agent may write to a private queue as everybody may; what becomes of it is the matter of those who work
    there."""
    if authority.may_see(hand.desk.policy, hand.agent, ticket) or all(isinstance(one, ASKED) for one in asked):
        return
    raise Refusal(
        say("You do not work in the private queue {queue}: a ticket can be opened there, and nothing else done to it",
            queue=ticket.queue)
    )  # fmt: skip


def _text(hand: Hand, template: TicketTemplate, asked: Sequence[Command], goes_out: bool) -> str:
    """What the ticket is about: the template's text and the words, which are used up by it."""
    if any(isinstance(one, commands.Note) for one in asked):
        return template.text.strip()
    text = "\n\n".join(part.strip() for part in (template.text, hand.words) if part.strip())
    hand.words = text if goes_out else ""
    return text


def _tell(hand: Hand, ticket: Ticket, asked: Sequence[Command]) -> None:
    """By an answer he is told the number too."""
    if ticket.internal or any(isinstance(one, (commands.Reply, commands.Canned, commands.Silent)) for one in asked):
        return
    hand.desk.notices.append(OpenedForYou(hand.desk.about(ticket), ticket.requester, Thread()))
    hand.lines.append(say("{address} is told the number.", address=ticket.requester.address))


def _requester(hand: Hand, new: commands.New, asked: Sequence[Command]) -> Person:
    named = [one.address for one in asked if isinstance(one, commands.SetRequester)]
    if new.requester is None and not named:
        return hand.agent.person
    if new.requester is None:
        check_outsider(hand.desk, named[-1])
        return Person("", named[-1])
    if writing.is_ours(hand.desk, new.requester.address):
        raise Refusal(say("{address} is our own address", address=new.requester.address))
    return new.requester


def _template(desk: Desk, name: str) -> TicketTemplate:
    if not name:
        return NO_TEMPLATE
    known = {word_key(one): template for one, template in desk.policy.ticket_templates.items()}
    if (found := known.get(word_key(name))) is not None:
        return found
    close = get_close_matches(word_key(name), known, n=1, cutoff=0.5)
    if close:
        raise Refusal(
            say("there is no template “{name}”. Did you mean “{meant}”?", name=name, meant=known[close[0]].name)
        )
    names = ", ".join(sorted(desk.policy.ticket_templates)) or say("none")
    raise Refusal(say("there is no template “{name}” (there are: {names})", name=name, names=names))


def _title(hand: Hand, own: str, text: str, at_hand: Ticket | None) -> tuple[str, bool]:
    """A title, and whether we made it of the words. `own`: what he or the template calls it. The subject of an answer
    to an alert is that of another ticket."""
    if own:
        return own, False
    if hand.source is not None and at_hand is None:
        own = phrases.strip_reply_prefixes(case_number.without_tags(hand.source.subject, hand.desk.policy.tag_words))
    if own and not phrases.generic_subject(own):
        return own, False
    title = phrases.title_from(text) or own
    if not title:
        raise Refusal(say("a new ticket needs a title or words: what is it about?"))
    return title, True


def _mailbox(desk: Desk, wanted: str | None, queue: str | None) -> str:
    """The mailbox asked for, else one of the template's queue, else the first."""
    boxes = desk.policy.mailboxes
    if wanted is not None and wanted not in boxes:
        raise Refusal(f"{wanted} is none of our mailboxes (there are: {', '.join(boxes)})")
    of_queue = (address for address, box in boxes.items() if box.queue == queue)
    return wanted or next(of_queue, next(iter(boxes)))


def _due(desk: Desk, day: str | None) -> datetime | None:
    found = read_when(tuple(day.split())) if day else None
    return found[0].at(desk.local(desk.now), time(9)) if found else None


def _write(hand: Hand, ticket: Ticket, text: str) -> Message:
    """What was asked, as the agent wrote it down. The Message-ID is his mail's, and no requester's business."""
    source, files = hand.source, hand.files
    hand.files = ()
    return messages.add(
        hand.desk.connection,
        ticket.id,
        files=files,
        at=hand.desk.now,
        author=ticket.requester,
        agent=hand.agent.id,
        role="agent" if ticket.internal else "requester",
        internal=ticket.internal,
        verified=ticket.internal,
        channel=ticket.channel,
        kind="personal",
        subject=ticket.subject,
        text=text,
        full_text=text,
        message_id=source.message_id if source and ticket.internal else None,
        spool_id=source.spool_id if source else None,
    )


def _open(
    hand: Hand, new: commands.New, requester: Person, template: TicketTemplate, title: str, words: str, *, made: bool
) -> tuple[Ticket, Place]:
    desk = hand.desk
    box = _mailbox(desk, new.mailbox, template.queue)
    internal = desk.policy.agent_by_address(requester.address) is not None
    organisation = desk.policy.organisation_of.get(requester.address.rpartition("@")[2])
    contact = people.know(desk.connection, requester, organisation, None, desk.now)
    known = organisation or contact.organisation
    place = placing.place(desk, box, title, words, requester.address, known, template)
    ticket = tickets.add_ticket(
        desk.connection,
        number=tickets.next_number(desk.connection, desk.local(desk.now).date()),
        subject=title[:998],
        title=title[:998],
        title_made=made,
        title_inside=internal,
        status=Status.OPEN,
        fyi=False,
        internal=internal,
        channel=new.channel or ("internal" if internal else "phone"),
        priority=place.sort.priority,
        type=place.sort.type,
        category=place.sort.category,
        queue=place.queue,
        mailbox=box,
        language=contact.language or desk.policy.mailboxes[box].language or desk.policy.language,
        requester=Person(requester.name or contact.name, requester.address),
        requester_id=contact.id,
        organisation=place.organisation,
        assignee=template.assignee,
        opened_at=desk.now,
        changed_at=desk.now,
    )
    participants.add(desk.connection, ticket.id, ticket.requester, Role.REQUESTER)
    details.begin_with(
        desk.connection,
        ticket.id,
        tags=template.tags,
        fields=template.fields,
        tasks=[(one.text, one.agent, _due(desk, one.due)) for one in template.todos],
    )
    return ticket, place
