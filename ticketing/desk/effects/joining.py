"""Commands that bring tickets together or part them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ticketing import commands
from ticketing.case_number import CaseNumber
from ticketing.desk import promises
from ticketing.desk.core import Refusal, in_words
from ticketing.desk.effects.work import Hand, Work, newest_from_outside, other_ticket
from ticketing.model import Message, Person, Role, Status, Ticket
from ticketing.notices import Merged, Parted
from ticketing.rules import authority
from ticketing.rules.lifecycle import Event
from ticketing.saying import say
from ticketing.store import joining, messages, participants, people, tickets

_UNFINISHED = (Status.OPEN, Status.IN_PROGRESS)


def another(work: Work, number: CaseNumber) -> Ticket:
    """A further ticket that the agent may know of, or the one that it was merged into. Raises Refusal where it is the
    one at hand."""
    other = tickets.follow_merges(work.desk.connection, other_ticket(work, number))
    if other.id == work.ticket.id:
        raise Refusal(say("{number} is this ticket itself", number=number))
    if not authority.may_see(work.desk.policy, work.agent, other):
        raise Refusal(say("there is no ticket {number}", number=number))
    return other


# ---- link -----------------------------------------------------------------------------------------------------------


def _link(work: Work, command: commands.Link) -> None:
    other = another(work, command.number)
    work.watch("ticket", other.id)
    tickets.add_link(work.desk.connection, work.ticket, "related", other, "related")
    work.desk.note_history(work.ticket, work.who, "link", None, other.number, work.cause)
    work.desk.note_history(other, work.who, "link", None, work.ticket.number, work.cause)
    work.lines.append(say("{number} and {other} are linked.", number=work.ticket.number, other=other.number))


# ---- merge ----------------------------------------------------------------------------------------------------------


def _merge(work: Work, command: commands.Merge) -> None:
    """The ticket at hand goes into another one. Its number, tokens and thread lead there from now on. Where somebody
    else asked there, nobody reads of the other: his messages stay inside and he hears nothing until an agent accepts
    him."""
    desk, source, target = work.desk, work.ticket, another(work, command.number)
    same = _same_person(work, source, target)
    _refuse_merge(work, source, target, same)
    work.watch("ticket", target.id)
    notice = _told_of_merge(work, source, target)
    if not same:
        joining.hide_from_outside(desk.connection, source.id)
    _take_people_along(work, source, target, same)
    before = joining.move_all(desk.connection, source.id, target.id)
    tickets.add_link(desk.connection, source, "merged-into", target, "merged-from")
    source = desk.change(source, work.who, work.cause, merged_into=target.number)
    source = desk.move_if_it_fits(source, Event.MERGE, work.who, work.cause)
    desk.note_history(target, work.who, "merged", None, source.number, work.cause)
    moved = [one for one in messages.of_ticket(desk.connection, target.id) if one.m > before]
    _owe_what_was_owed(work, target, moved, same)
    work.ticket = tickets.change_ticket(desk.connection, target.id, changed_at=desk.now)
    if notice is not None:
        desk.notices.append(notice)
    _say_merged(work, source, target, moved, told=notice is not None, same=same)
    words = say("{other} was merged into it: {title}", other=source.number, title=source.title)
    desk.alert(work.ticket, "merged", answer="n", by=work.agent.name, words=words, but=work.agent.id)


def _refuse_merge(work: Work, source: Ticket, target: Ticket, same: bool) -> None:
    desk = work.desk
    if target.status not in _UNFINISHED and source.status in _UNFINISHED:
        status = in_words(target.status)
        raise Refusal(
            say("{other} is {status}; reopen it first, or what is left to do is lost in it", other=target.number,
                status=status)
        )  # fmt: skip
    queue = desk.policy.queues.get(source.queue)
    if queue is not None and queue.private and target.queue != source.queue:
        raise Refusal(
            say(
                "{number} is in a private queue, and more people read {other}",
                number=source.number,
                other=target.number,
            )
        )
    if joining.hops_to(desk.connection, source.number, tickets.MERGE_HOPS) + 1 > tickets.MERGE_HOPS:
        most = tickets.MERGE_HOPS
        raise Refusal(say("more than {most} tickets would be merged in a row; merge them into the last one", most=most))
    if not same and work.words_leave:
        raise Refusal(
            say(
                "{other} is another requester's: your words would go to {address}, so write them in another mail",
                other=target.number,
                address=target.requester.address or say("unknown"),
            )
        )


def _same_person(work: Work, source: Ticket, target: Ticket) -> bool:
    # By addresses: two contacts may have become one since (`!alias`).
    one, other = source.requester.address, target.requester.address
    return bool(one) and other in people.same_person(work.desk.connection, one)


def _take_people_along(work: Work, source: Ticket, target: Ticket, same: bool) -> None:
    """Who took part there takes part here. Of another person's ticket nobody does, until he is accepted."""
    desk = work.desk
    for one in desk.participants(source):
        if desk.policy.agent_by_address(one.address) is not None or one.removed:
            continue
        role = one.role if same else Role.EXTERNAL
        if role is Role.REQUESTER and one.address != target.requester.address:
            role = Role.CC  # his other address
        elif role is Role.CONTACT:
            role = Role.CC  # of whom this ticket may have its own
        added = participants.add(desk.connection, target.id, one.person, role)
        if added and role is Role.CC:
            desk.note_history(target, work.who, "participant", None, f"{one.address} ({role})", work.cause)


def _owe_what_was_owed(work: Work, target: Ticket, moved: list[Message], same: bool) -> None:
    """What the requester had asked there and was not answered is owed here."""
    asked = [one for one in moved if one.role in ("requester", "cc")]
    answered = [one for one in moved if one.role == "agent" and not one.internal]
    if same and asked and not (answered and answered[-1].at > asked[-1].at):
        if target.waiting_for == "requester":
            target = work.desk.change(target, work.who, work.cause, waiting_for=None)
        promises.requester_wrote(work.desk, target, asked[-1].at)


def _told_of_merge(work: Work, source: Ticket, target: Ticket) -> Merged | None:
    """The number to use from now on, under the title that he knows: nothing of the other ticket."""
    desk = work.desk
    if source.internal or source.status is Status.CLOSED or not source.requester.address:
        return None
    if desk.policy.agent_by_address(source.requester.address) is not None:
        return None
    about = replace(desk.about(source), number=target.number, mailbox=target.mailbox)
    return Merged(about, source.requester, desk.thread_with(source), former=source.number)


def _say_merged(work: Work, source: Ticket, target: Ticket, moved: list[Message], *, told: bool, same: bool) -> None:
    work.lines.append(say("{number} goes into {other} and is closed.", number=source.number, other=target.number))
    who = target.requester.name or target.requester.address
    if who:
        work.lines.append(say("{other} is “{title}”, from {who}.", other=target.number, title=target.title, who=who))
    if moved:
        first, last = moved[0].m, moved[-1].m
        work.lines.append(
            say("Its messages are M{first} to M{last} there.", first=min(first, last), last=max(first, last))
        )
    address = source.requester.address
    if told:
        work.lines.append(say("{address} is told the number to use.", address=address))
    if not same:
        work.lines.append(
            say(
                "{address} is not the requester of {other}: what he wrote is kept inside there, and he gets no copies. "
                "To let him take part: !accept {address}",
                address=address,
                other=target.number,
            )
        )


# ---- split ----------------------------------------------------------------------------------------------------------


def _split(work: Work, command: commands.Split) -> None:
    """A new ticket with some of the messages of this one, for whoever wrote them. They stay here, too."""
    desk, source = work.desk, work.ticket
    chosen = _chosen(work, command)
    author = chosen[0].author
    if author is None:
        raise Refusal(say("the author of M{m} is unknown, so nobody could be answered", m=chosen[0].m))
    new = _new_ticket(work, command.title, author)
    entries = [
        messages.copy(desk.connection, one, new.id, files=command.files, role=_role_there(one, author))
        for one in chosen
    ]
    tickets.add_link(desk.connection, new, "split-from", source, "split-into")
    desk.note_history(source, work.who, "split", None, new.number, work.cause)
    desk.note_history(new, work.who, "opened", None, new.status, work.cause)
    promises.opened(desk, new, desk.now)
    work.opened(new.id)
    work.lines.append(say("{number} is open: {title}", number=new.number, title=new.title))
    if not new.internal:
        takes_part = author.address in {
            one.address for one in desk.participants(source) if one.role is not Role.EXTERNAL
        }
        desk.notices.append(
            Parted(desk.about(new), new.requester, desk.thread_with(new), former=source.number if takes_part else None)
        )
        work.lines.append(say("{address} is told the number.", address=new.requester.address))
    entry = entries[0]
    # Whoever splits needs the new ticket's answer address too.
    hears = {one.id: one for one in (*desk.hearers(new, "new"), work.agent)}
    by = f"{author.name} <{author.address}>" if author.name else author.address
    answer = "n" if new.internal else "p"
    desk.alert(new, "new", answer=answer, by=by, words=entry.text, message=entry, only=tuple(hears.values()))


def _chosen(work: Work, command: commands.Split) -> list[Message]:
    """The messages that go along: those named, all of one person outside, or his newest."""
    if not command.messages:
        newest = newest_from_outside(work)
        if newest is None:
            raise Refusal(
                say("nobody outside wrote in {number} yet: name a message, like m3", number=work.ticket.number)
            )
        return [newest]
    by_number = {one.m: one for one in messages.of_ticket(work.desk.connection, work.ticket.id)}
    chosen = []
    for m in dict.fromkeys(command.messages):
        if (one := by_number.get(m)) is None:
            raise Refusal(say("there is no M{m} in {number}", m=m, number=work.ticket.number))
        if one.role == "agent" or one.author is None:
            raise Refusal(say("M{m} is no message of a requester", m=m))
        chosen.append(one)
    if len({one.author.address for one in chosen if one.author}) > 1:
        raise Refusal(say("these messages are of several people: split them one by one"))
    return chosen


def _role_there(one: Message, author: Person) -> str:
    return "requester" if one.author == author or one.role in ("requester", "cc", "observer", "external") else one.role


def _new_ticket(work: Work, title: str, author: Person) -> Ticket:
    """In the same queue and with the same agent, for its author, whose own organisation and language count."""
    desk, source = work.desk, work.ticket
    organisation = desk.policy.organisation_of.get(author.address.rpartition("@")[2])
    contact = people.know(desk.connection, author, organisation, None, desk.now)
    his_own = author.address == source.requester.address
    new = tickets.add_ticket(
        desk.connection,
        number=tickets.next_number(desk.connection, desk.local(desk.now).date()),
        subject=title[:998],
        title=title[:998],
        title_made=False,
        title_inside=desk.policy.agent_by_address(author.address) is not None,
        status=Status.OPEN,
        fyi=False,
        internal=desk.policy.agent_by_address(author.address) is not None,
        channel=source.channel,
        priority=source.priority,
        queue=source.queue,
        mailbox=source.mailbox,
        language=source.language if his_own else contact.language or source.language,
        requester=author,
        requester_id=contact.id,
        organisation=source.organisation if his_own else contact.organisation or organisation,
        assignee=source.assignee,
        opened_at=desk.now,
        changed_at=desk.now,
    )
    participants.add(desk.connection, new.id, author, Role.REQUESTER)
    return new


EFFECTS: dict[type, Callable[[Work, Any], None]] = {
    commands.Link: _link,
    commands.Merge: _merge,
    commands.Split: _split,
}
ANYWHERE: dict[type, Callable[[Hand, Any], None]] = {}
