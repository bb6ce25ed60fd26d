"""Where a new ticket goes: its queue, what it is, how urgent, and who gets it. The operators' rules go before what its
words suggest; what an Importance header says is not asked."""

from __future__ import annotations

from dataclasses import dataclass

from ticketing.desk import assigning, sorting
from ticketing.desk.core import SYSTEM, Desk
from ticketing.model import Step, Ticket
from ticketing.policy import RoutingRule, TicketTemplate
from ticketing.rules import assignment, authority, phrases, routing
from ticketing.store import messages, tickets

NO_TEMPLATE = TicketTemplate("", "")


@dataclass(frozen=True, slots=True)
class Place:
    """`decided`: what chose the queue, in words: `mailbox`, `brand shop.example`, `rule invoices`."""

    queue: str
    organisation: str | None
    sort: sorting.Sorted
    decided: str
    rule: RoutingRule | None

    @property
    def step(self) -> Step:
        """For `explain`."""
        rule = self.rule
        said = {
            "queue": self.queue,
            "type": self.sort.type,
            "category": self.sort.category,
            "priority": self.sort.priority,
            "assign": rule.assign if rule else None,
            "tags": " ".join(rule.tags) if rule and rule.tags else None,
        }
        outcome = ", ".join(f"{name} {value}" for name, value in said.items() if value)
        return Step("routing", self.decided, None, outcome)


def place(
    desk: Desk,
    mailbox: str,
    subject: str,
    text: str,
    requester: str,
    organisation: str | None,
    template: TicketTemplate = NO_TEMPLATE,
) -> Place:
    """`text`: subject and words. `organisation`: the requester's, as far as it is known. What a template says goes
    before everything; where it names a queue no rule is asked."""
    policy = desk.policy
    brand = routing.brand_of(phrases.strip_reply_prefixes(subject), policy.brands)
    route = routing.route(policy.mailboxes[mailbox], brand, organisation)
    queue, category = template.queue or route.queue, template.category or route.category
    sort = sorting.sort(desk, queue, text, type=template.type, category=category, priority=template.priority)
    if template.queue is not None:
        return Place(queue, route.organisation, sort, f"template {template.name}", None)
    facts = routing.Facts(
        mailbox, brand.prefix if brand else None, sort.type, sort.category, route.organisation, requester, text
    )
    rule = routing.rule_for(policy.routing, facts)
    if rule is None:
        return Place(route.queue, route.organisation, sort, route.rule, None)
    queue = rule.queue or route.queue
    sort = sorting.sort(
        desk,
        queue,
        text,
        type=template.type or rule.type,
        category=template.category or rule.category or category,
        priority=template.priority or rule.priority,
    )
    return Place(queue, route.organisation, sort, f"rule {rule.name}", rule)


def give_at_last(desk: Desk, ticket: Ticket) -> Ticket:
    """What nobody was to work on until now is given to somebody, as if it came now."""
    first = next(iter(messages.of_ticket(desk.connection, ticket.id)), None)
    words = f"{ticket.subject}\n{first.text if first else ''}"
    requester, organisation = ticket.requester.address, ticket.organisation
    if ticket.mailbox not in desk.policy.mailboxes:
        return assigning.assign_new(desk, ticket, words)
    found = place(desk, ticket.mailbox, ticket.subject, words, requester, organisation)
    return give(desk, ticket, found, words)


def settle(desk: Desk, ticket: Ticket, place: Place, words: str, *, hand_out: bool) -> Ticket:
    """What the rule says of the ticket that is there now; and who gets it, where it is `hand_out`."""
    rule = place.rule
    if rule is not None:
        desk.note_history(ticket, SYSTEM, "routed", None, ticket.queue, place.decided)
        tickets.add_tags(desk.connection, ticket.id, rule.tags)
    return give(desk, ticket, place, words) if hand_out else ticket


def give(desk: Desk, ticket: Ticket, place: Place, words: str) -> Ticket:
    """To whom the rule names, else to whom the queue's way of assigning chooses; it stays with whoever has it."""
    rule = place.rule
    if ticket.assignee is None and rule is not None and rule.assign is not None:
        there = desk.policy.agents.get(assignment.in_place_of(rule.assign, desk.absences) or "")
        if there is not None and authority.may_see(desk.policy, there, ticket):
            return desk.change(ticket, SYSTEM, place.decided, assignee=there.id)
    return assigning.assign_new(desk, ticket, words)
