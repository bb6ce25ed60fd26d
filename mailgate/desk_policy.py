"""The desk's part of the configuration, in the desk's own nouns."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from mailgate.config import Settings
from mailgate.config_tables import Policy, Routing, TicketTemplate, TicketType
from mailgate.config_values import LevelAction
from ticketing import policy
from ticketing.model import Priority
from ticketing.policy import DeskPolicy, Prepared


def policy_of(settings: Settings, prepared: Prepared) -> DeskPolicy:
    desk, limits = settings.desk, settings.limits

    def rows(name: str) -> tuple[policy.Limit, ...]:
        return tuple(policy.Limit(one.count, one.period) for one in getattr(limits, name))

    return DeskPolicy(
        name=desk.name,
        timezone=desk.timezone.key,
        language=desk.language,
        operators=tuple(agent.id for agent in settings.operators),
        undo=timedelta(seconds=desk.undo_seconds),
        auto_close=desk.auto_close,
        reopen_window=desk.reopen_window,
        require_resolution=desk.require_resolution,
        satisfaction=desk.satisfaction,
        also_told=frozenset(desk.also_told),
        agent_auth=settings.authentication.agent_auth,
        agent_token_age=settings.authentication.agent_token_age,
        limits=policy.Limits(**{name: rows(name) for name in policy.Limits.__dataclass_fields__}),
        agents={
            one.id: policy.Agent(
                one.id,
                one.name,
                one.addresses,
                one.skills,
                one.language,
                one.signature,
                one.capacity,
                one.alerts,
                one.quiet,
                one.digest,
            )
            for one in settings.agents
        },
        queues={
            one.name: policy.Queue(
                one.name,
                one.agents,
                one.lead,
                one.phone or None,
                one.signature,
                one.private,
                one.type,
                one.assignment,
                one.tell_taken,
            )
            for one in settings.queues
        },
        mailboxes={
            one.address: policy.Mailbox(
                one.address,
                one.queue,
                one.aliases,
                one.tag_word,
                one.language,
                one.plus_addressing,
                one.bulk,
                one.contact_form_senders,
            )
            for one in settings.mailboxes
        },
        organisations={
            one.name: policy.Organisation(one.name, one.domains, one.shares_tickets, one.main_users, one.others)
            for one in settings.organisations
        },
        brands=tuple(policy.Brand(one.prefix, one.organisation, one.queue, one.category) for one in settings.brands),
        routing=tuple(_routing(one) for one in settings.routing),
        number_patterns=tuple(one.pattern.pattern for one in settings.number_patterns),
        serial_patterns=tuple(one.pattern.pattern for one in settings.equipment),
        types={one.name: _type(one) for one in settings.types},
        categories={one.name: policy.Category(one.name, one.label, one.words) for one in settings.categories},
        lists={one.name: one.filter for one in settings.lists},
        calendars={
            one.name: policy.Calendar(
                one.name,
                (one.timezone or desk.timezone).key,
                one.week.days,
                one.holidays,
                tuple(sorted(one.days.items())),
            )
            for one in settings.calendars
        },
        promises=tuple(_promises(one) for one in settings.policies),
        prepared=prepared,
        open_todos=desk.open_todos,
        channels={one.address: one.channel for one in settings.senders},
        ticket_templates={one.name: _ticket_template(one) for one in settings.ticket_templates},
        agent_of={address: one.id for one in settings.agents for address in one.addresses},
        organisation_of={domain: one.name for domain, one in settings.organisation_of.items()},
    )


def _type(row: TicketType) -> policy.TicketType:
    fields = tuple(
        policy.TypeField(one.name, one.label, one.patterns, one.who, one.own_words, one.takes, one.lasting)
        for one in row.fields
    )
    return policy.TicketType(row.name, row.label, row.words, Priority(row.default_priority), fields)


def _ticket_template(one: TicketTemplate) -> policy.TicketTemplate:
    return policy.TicketTemplate(
        name=one.name,
        title=one.title,
        text=one.text,
        type=one.type,
        category=one.category,
        priority=Priority(one.priority) if one.priority else None,
        queue=one.queue,
        assignee=one.assignee,
        tags=one.tags,
        fields=one.fields,
        todos=tuple(policy.TodoTemplate(todo.text, todo.agent, todo.due) for todo in one.todos),
    )


def _promises(row: Policy) -> policy.SlaPolicy:
    def actions(level: Sequence[LevelAction]) -> tuple[policy.LevelAction, ...]:
        return tuple(policy.LevelAction(one.kind, one.whom) for one in level)

    return policy.SlaPolicy(
        name=row.name,
        calendar=row.calendar,
        queue=row.queue,
        type=row.type,
        priority=Priority(row.priority) if row.priority else None,
        organisation=row.organisation,
        first_response=row.first_response,
        next_response=row.next_response,
        resolution=row.resolution,
        update=row.update,
        at_75=actions(row.at_75),
        at_90=actions(row.at_90),
        at_100=actions(row.at_100),
    )


def _routing(row: Routing) -> policy.RoutingRule:
    when, then = row.when, row.then
    return policy.RoutingRule(
        name=row.name,
        mailboxes=tuple(one.lower() for one in when.mailbox),
        brands=when.brand,
        types=when.type,
        categories=when.category,
        organisations=when.organisation,
        requesters=when.requester,
        words=when.words,
        queue=then.queue,
        assign=then.assign,
        priority=Priority(then.priority) if then.priority else None,
        type=then.type,
        category=then.category,
        tags=then.tags,
    )
