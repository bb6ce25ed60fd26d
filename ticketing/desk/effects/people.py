"""Commands about people: who asked, whom the answers go to, who hears of it, which addresses and which organisation are
theirs; and what a case is about: its project, its equipment, its number in another system."""

from __future__ import annotations

from collections.abc import Callable
from difflib import get_close_matches
from typing import Any

from ticketing import case_number, commands
from ticketing.desk import finding, promises
from ticketing.desk.core import Desk, Refusal
from ticketing.desk.effects.outsiders import let_in, title_stays
from ticketing.desk.effects.work import Hand, Work, check_outsider
from ticketing.desk.equipment import in_a_line
from ticketing.model import Participant, Person, Role, Ticket
from ticketing.notices import OpenedForYou, Thread
from ticketing.rules import authority, serials
from ticketing.saying import say
from ticketing.store import equipment, messages, participants, people, tickets

NAMES_TOLD = 20


def _requester(work: Work, command: commands.SetRequester) -> None:
    """Somebody else asked. The former requester takes part no more, and nothing that he wrote goes to the new one."""
    desk, before = work.desk, work.ticket
    check_outsider(desk, command.address)
    if command.address == before.requester.address:
        raise Refusal(
            say("{address} is the requester of {number} already", address=command.address, number=before.number)
        )
    theirs = _organisation_by_domain(desk, command.address)
    contact = people.know(desk.connection, Person("", command.address), theirs, None, desk.now)
    after = Person(contact.name, command.address)
    _leave(desk, before, after)
    participants.put(desk.connection, before.id, after, Role.REQUESTER)
    desk.note_history(before, work.who, "requester", before.requester.address or None, after.address, work.cause)
    was = _organisation_of(desk, before.requester.address)
    kept = None if before.organisation == was else before.organisation
    ticket = tickets.change_ticket(
        desk.connection,
        before.id,
        requester=after,
        requester_id=contact.id,
        language=contact.language or before.language,
        internal=False,
        changed_at=desk.now,
    )
    work.ticket = desk.change(ticket, work.who, work.cause, organisation=theirs or contact.organisation or kept)
    _keep_from(work, after)
    if before.internal:
        promises.requester_wrote(desk, work.ticket, desk.now)
    work.lines.append(say("{address} is the requester of {number} now.", address=after.address, number=before.number))
    if before.requester.address and desk.policy.agent_by_address(before.requester.address) is None:
        work.lines.append(
            say("{address} takes part no more; for copies of answers: !cc +{address}", address=before.requester.address)
        )
    if work.silent:
        return
    desk.notices.append(OpenedForYou(desk.about(work.ticket), after, Thread()))
    work.lines.append(say("{address} is told the number.", address=after.address))


def _keep_from(work: Work, after: Person) -> None:
    """What the ticket is called and what solved it was not written for the new requester, unless by himself or in the
    mail that makes him one."""
    desk, own = work.desk, people.same_person(work.desk.connection, after.address)
    written = messages.of_ticket(desk.connection, work.ticket.id)
    first = min(written, key=lambda one: one.m, default=None)
    if first is not None and first.author is not None and first.author.address in own and first.agent is None:
        work.ticket = tickets.change_ticket(desk.connection, work.ticket.id, title_inside=False)
        return
    asked = [type(one) for one in work.asked]
    if commands.SetTitle in asked[: asked.index(commands.SetRequester)]:
        work.ticket = desk.change(work.ticket, work.who, work.cause, subject=work.ticket.title)
    else:
        work.ticket = tickets.change_ticket(desk.connection, work.ticket.id, title_inside=True)
    if commands.SetTitle not in asked:
        work.lines.append(say("Its title stays inside, as somebody else wrote it; to give it one for all: !title"))
    if work.ticket.resolution and commands.Resolution not in asked:
        work.ticket = desk.change(work.ticket, work.who, work.cause, resolution=None)
        work.lines.append(say("Its resolution was written for somebody else and is taken out; it stands in !history."))


def _leave(desk: Desk, ticket: Ticket, after: Person) -> None:
    """The former requester goes. Where it is the same person under another address, the old one stays known."""
    old = ticket.requester.address
    # As whatever he took part before, perhaps as the contact.
    desk.part_with(ticket, after.address)
    if old and old in people.same_person(desk.connection, after.address):
        participants.set_role(desk.connection, ticket.id, old, Role.OBSERVER)
    elif old:
        desk.part_with(ticket, old)


def _contact(work: Work, command: commands.SetContact) -> None:
    """Answers go to the contact from now on, and to the requester in copy."""
    desk, ticket = work.desk, work.ticket
    there = _taking_part(desk, ticket)
    was = next((one.address for one in there.values() if one.role is Role.CONTACT), None)
    wanted = None if command.address == ticket.requester.address else command.address
    if wanted is not None:
        check_outsider(desk, wanted)
    if wanted == was:
        now = was or ticket.requester.address
        raise Refusal(say("answers in {number} go to {address} already", number=ticket.number, address=now))
    if was is not None:
        desk.part_with(ticket, was)
    contact_id = None
    if wanted is not None:
        person = _bring_in(work, there.get(wanted), wanted, Role.CONTACT)
        contact_id = person.id
    work.ticket = tickets.change_ticket(desk.connection, ticket.id, contact_id=contact_id, changed_at=desk.now)
    desk.note_history(ticket, work.who, "contact", was, wanted, work.cause)
    to, copies = desk.answers_to(work.ticket)
    told = (
        say("Answers in {number} go to {address}, with a copy to {others}.", number=ticket.number, address=to.address,
            others=", ".join(one.address for one in copies))
        if copies
        else say("Answers in {number} go to {address}.", number=ticket.number, address=to.address)
    )  # fmt: skip
    work.lines.append(told)


def _cc(work: Work, command: commands.Cc) -> None:
    desk, ticket = work.desk, work.ticket
    for address in command.add:
        check_outsider(desk, address)
        there = _taking_part(desk, ticket).get(address)
        if there is not None and there.role in (Role.REQUESTER, Role.CONTACT, Role.CC):
            hears = say("{address} hears of {number} already.", address=address, number=ticket.number)
            work.lines.append(hears)
            continue
        _bring_in(work, there, address, Role.CC)
        desk.note_history(ticket, work.who, "participant", None, f"{address} ({Role.CC})", work.cause)
        work.lines.append(say("{address} gets copies of answers in {number}.", address=address, number=ticket.number))
    for address in command.remove:
        there = _taking_part(desk, ticket).get(address)
        if there is None:
            raise Refusal(say("{address} takes no part in {number}", address=address, number=ticket.number))
        if there.role is Role.REQUESTER:
            raise Refusal(
                say("{address} asked, and hears of it; another requester: !requester ADDRESS", address=address)
            )
        desk.part_with(ticket, address)
        desk.note_history(ticket, work.who, "participant", f"{address} ({there.role})", None, work.cause)
        work.lines.append(
            say(
                "{address} takes part in {number} no more; his answer addresses for it are void.",
                address=address,
                number=ticket.number,
            )
        )
    [work.ticket] = tickets.by_ids(desk.connection, [ticket.id])


def _bring_in(work: Work, there: Participant | None, address: str, role: Role) -> people.Contact:
    """Somebody takes part from now on; what he wrote from outside is seen by the others then."""
    desk = work.desk
    title_stays(work)
    contact = people.know(desk.connection, Person("", address), _organisation_by_domain(desk, address), None, desk.now)
    if there is not None and there.role is Role.EXTERNAL:
        let_in(work, address, "cc")
    name = (there.name if there else "") or contact.name
    participants.put(desk.connection, work.ticket.id, Person(name, address), role)
    return contact


def _alias(work: Work, command: commands.AddAlias) -> None:
    """One more address of the requester; a contact who had it before and he are one person from now on."""
    desk, ticket, address = work.desk, work.ticket, command.address
    check_outsider(desk, address)
    own = people.contact_of(desk.connection, ticket.requester.address) if ticket.requester.address else None
    if own is None:
        raise Refusal(say("the requester of {number} is unknown", number=ticket.number))
    other = people.contact_of(desk.connection, address)
    if other is not None and other.id == own.id:
        raise Refusal(
            say("{address} is an address of {requester} already", address=address, requester=ticket.requester.address)
        )
    work.watch("contact", own.id)
    if other is None:
        people.add_address(desk.connection, own.id, address)
    else:
        work.watch("contact", other.id)
        people.join(desk.connection, own.id, other.id)
    there = _taking_part(desk, ticket).get(address)
    if there is not None and there.role is Role.EXTERNAL:
        let_in(work, address, "requester")
        participants.set_role(desk.connection, ticket.id, address, Role.OBSERVER)
    desk.note_history(ticket, work.who, "address", None, f"{ticket.requester.address}: {address}", work.cause)
    work.lines.append(
        say("{address} is an address of {requester} now.", address=address, requester=ticket.requester.address)
    )


def _organisation(work: Work, command: commands.SetOrganisation) -> None:
    """The ticket's, and its requester's too unless his domain says already where he belongs."""
    desk, requester = work.desk, work.ticket.requester
    name = None if command.name is None else known_organisation(desk, command.name)
    work.ticket = desk.change(work.ticket, work.who, work.cause, organisation=name)
    if name is None:
        work.lines.append(say("{number} belongs to no organisation now.", number=work.ticket.number))
    else:
        work.lines.append(say("{number} belongs to {name} now.", number=work.ticket.number, name=name))
    if not requester.address or _organisation_by_domain(desk, requester.address) is not None:
        return
    contact = people.contact_of(desk.connection, requester.address)
    if contact is None or contact.organisation == name:
        return
    work.watch("contact", contact.id)
    people.change_contact(desk.connection, contact.id, organisation=name)
    if name is not None:
        work.lines.append(say("So do new cases of {address}.", address=requester.address))


def known_organisation(desk: Desk, wanted: str) -> str:
    """As it is written in the configuration or at a contact; a mistyped name makes no new organisation."""
    known = list(dict.fromkeys((*desk.policy.organisations, *people.organisations_in_use(desk.connection))))
    by_key = {one.casefold(): one for one in known}
    if (found := by_key.get(wanted.casefold())) is not None:
        return found
    near = [by_key[one] for one in get_close_matches(wanted.casefold(), by_key, n=NAMES_TOLD, cutoff=0.5)]
    names = ", ".join((near or known)[:NAMES_TOLD]) or say("none")
    raise Refusal(say("no organisation “{text}” (there are: {names})", text=wanted, names=names))


def _project(work: Work, command: commands.SetProject) -> None:
    name = command.name[:200] if command.name else None
    work.ticket = work.desk.change(work.ticket, work.who, work.cause, project=name)
    if name is None:
        work.lines.append(say("{number} belongs to no project now.", number=work.ticket.number))
    else:
        work.lines.append(say("Project of {number} is {name} now.", number=work.ticket.number, name=name))


def _equipment(work: Work, command: commands.Equipment) -> None:
    desk, ticket = work.desk, work.ticket
    there = equipment.of_ticket(desk.connection, ticket.id)
    known = equipment.by_serial(desk.connection, [serials.key(one) for one in command.add])
    for serial in map(serials.key, command.add):
        if serial not in there:
            equipment.attach(desk.connection, ticket.id, [serial])
            desk.note_history(ticket, work.who, "equipment", None, serial, work.cause)
        one = known.get(serial)
        if one is None:
            line = say("{number} is about {serial}, which is not in the list of equipment.", number=ticket.number,
                       serial=serial)  # fmt: skip
        else:
            line = say("{number} is about {equipment}.", number=ticket.number, equipment=in_a_line(desk, one))
        work.lines.append(line)
    for serial in map(serials.key, command.remove):
        if not equipment.detach(desk.connection, ticket.id, serial):
            raise Refusal(say("{number} is not about {serial}", number=ticket.number, serial=serial))
        desk.note_history(ticket, work.who, "equipment", serial, None, work.cause)
        work.lines.append(say("{number} is not about {serial} any more.", number=ticket.number, serial=serial))


def _number(work: Work, command: commands.AddNumber) -> None:
    """Another system's number leads here from now on."""
    desk, ticket = work.desk, work.ticket
    number = command.number.strip("[]# ")[:64]
    if not number:
        raise Refusal(say("the number is empty"))
    if case_number.find(number, desk.policy.tag_words):
        raise Refusal(say("{number} is a case number of our own; to link the two: !link {number}", number=number))
    known = tickets.by_external_number(desk.connection, [number])
    number, led_to = next(iter(known.items()), (number, None))
    if led_to is not None and led_to != ticket.number:
        other = tickets.by_number(desk.connection, [led_to], lock=True)[led_to]
        if not authority.may_see(desk.policy, work.agent, other):
            raise Refusal(say("{number} leads to another case already", number=number))
        work.watch("ticket", other.id)
    tickets.add_external_number(desk.connection, ticket.id, number)
    desk.note_history(ticket, work.who, "number", led_to if led_to != ticket.number else None, number, work.cause)
    work.lines.append(say("A mail with {other} in its subject leads to {number}.", other=number, number=ticket.number))
    if led_to is not None and led_to != ticket.number:
        work.lines.append(say("Until now it led to {number}.", number=led_to))
    if number not in finding.external_numbers(desk, number):
        work.lines.append(say("Not yet: no pattern in the configuration fits it."))


# ---- who is who -----------------------------------------------------------------------------------------------------


def _taking_part(desk: Desk, ticket: Ticket) -> dict[str, Participant]:
    return {one.address: one for one in desk.participants(ticket) if not one.removed}


def _organisation_by_domain(desk: Desk, address: str) -> str | None:
    return desk.policy.organisation_of.get(address.rpartition("@")[2])


def _organisation_of(desk: Desk, address: str) -> str | None:
    contact = people.contact_of(desk.connection, address) if address else None
    return _organisation_by_domain(desk, address) or (contact.organisation if contact else None)


EFFECTS: dict[type, Callable[[Work, Any], None]] = {
    commands.SetRequester: _requester,
    commands.SetContact: _contact,
    commands.Cc: _cc,
    commands.AddAlias: _alias,
    commands.SetOrganisation: _organisation,
    commands.SetProject: _project,
    commands.Equipment: _equipment,
    commands.AddNumber: _number,
}
ANYWHERE: dict[type, Callable[[Hand, Any], None]] = {}
