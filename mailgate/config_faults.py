"""What is wrong with a configuration, each fault with the dotted key of its place."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from pydantic import (
    BaseModel,
)

from mailgate import config_patterns
from mailgate.config_tables import Settings, folder_name
from mailgate.config_values import did_you_mean, shown
from mailgate.mail import valid_address, without_tag
from ticketing.rules import filters


@dataclass(frozen=True, slots=True)
class Fault:
    """`key`: dotted, list items by their name; '' where the file as a whole is meant."""

    key: str
    text: str

    def __str__(self) -> str:
        return f"{self.key}: {self.text}" if self.key else self.text


class ConfigError(Exception):
    """The file cannot be used; `str` is the whole report, one line a fault, and holds no secret."""

    def __init__(self, path: Path, faults: tuple[Fault, ...]) -> None:
        self.path, self.faults = path, faults
        count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
        super().__init__("\n".join([f"{path}: {count}", *(f"  {fault}" for fault in faults)]))


# What names an item of each list of tables.
NAMED_BY = {
    "queue": "name",
    "agent": "id",
    "mailbox": "address",
    "sender": "address",
    "organisation": "name",
    "brand": "prefix",
    "routing": "name",
    "number_pattern": "pattern",
    "equipment": "pattern",
    "type": "name",
    "category": "name",
    "ticket_template": "name",
    "todos": "text",
    "fields": "name",
    "list": "name",
    "calendar": "name",
    "policy": "name",
}


def items_of(document: Mapping[str, Any], table: str) -> Iterator[Mapping[str, Any]]:
    items = document.get(table)
    if isinstance(items, tuple):
        yield from (item for item in items if isinstance(item, dict))


# What may stand once only: (what it is, the table, its keys). Rows of one kind share a namespace.
_UNIQUE: tuple[tuple[str, str, tuple[str, ...], Callable[[str], str | None]], ...] = (
    ("queue", "queue", ("name",), str.casefold),
    ("agent", "agent", ("id",), str),
    ("address", "mailbox", ("address", "aliases"), valid_address),
    ("address", "agent", ("addresses",), valid_address),
    ("sender", "sender", ("address",), valid_address),
    ("organisation", "organisation", ("name",), str.casefold),
    ("domain", "organisation", ("domains",), lambda domain: valid_address(f"x@{domain}")),
    ("prefix", "brand", ("prefix",), str.casefold),
    ("type", "type", ("name",), str.casefold),
    ("category", "category", ("name",), str.casefold),
    ("list", "list", ("name",), str.casefold),
    ("ticket_template", "ticket_template", ("name",), str.casefold),
    ("calendar", "calendar", ("name",), str.casefold),
    ("policy", "policy", ("name",), str.casefold),
    ("rule", "routing", ("name",), str.casefold),
)


def twice(document: Mapping[str, Any]) -> list[Fault]:
    """What stands twice; the second place gets the fault, and it names the first."""
    first: dict[tuple[str, str], str] = {}
    faults = []
    for what, form, text, place in _unique_texts(document):
        if (what, form) not in first:
            first[what, form] = place
        elif first[what, form] == place:
            faults.append(Fault(place, f"{shown(text)} stands there twice"))
        else:
            faults.append(Fault(place, f"{shown(text)} stands in {first[what, form]} already"))
    return faults


def fetched_twice(document: Mapping[str, Any]) -> list[Fault]:
    """Two mailboxes fetched from one folder: a mail would belong to whoever looks first."""
    first: dict[tuple[str, str, str], str] = {}
    faults = []
    for index, box in enumerate(document["mailbox"] if isinstance(document.get("mailbox"), tuple) else ()):
        imap = box.get("imap") if isinstance(box, dict) else None
        if not isinstance(imap, dict):
            continue
        host, user, folder = (str(imap.get(key, default)) for key, default in _SOURCE)
        place = _dotted(document, ("mailbox", index, "imap"))
        source = (host.lower(), user, folder_name(folder))
        if source in first:
            text = f"{shown(user)}, folder {shown(folder)}, is fetched for {first[source]} already"
            faults.append(Fault(place, text))
        first.setdefault(source, place)
    return faults


_SOURCE = (("host", ""), ("user", ""), ("folder", "INBOX"))


def to_ourselves(document: Mapping[str, Any], settings: Settings) -> list[Fault]:
    """Escalations by mail to an address of our own: they would come back and be dropped as a loop."""
    ours = {address for box in settings.mailboxes for address in (box.address, *box.aliases)}
    return [
        Fault(_dotted(document, ("policy", index, key)), f"{action.whom} is an address of this desk: nobody would hear")
        for index, row in enumerate(settings.policies)
        for key in ("at_75", "at_90", "at_100")
        for action in getattr(row, key)
        if action.kind == "mail" and without_tag(action.whom) in ours
    ]


def seen_by_nobody(document: Mapping[str, Any], settings: Settings) -> list[Fault]:
    """Private queues without anybody who works in them."""
    return [
        Fault(_dotted(document, ("queue", index, "private")), "nobody would see its tickets: give agents or a lead")
        for index, queue in enumerate(settings.queues)
        if queue.private and not queue.agents and queue.lead is None
    ]


def heard_by_nobody(document: Mapping[str, Any], settings: Settings) -> list[Fault]:
    """Queues whose new tickets are given to nobody, and of whose agents none wants to hear of them."""
    hears = {agent.id for agent in settings.agents if agent.alerts == "all"}
    return [
        Fault(
            _dotted(document, ("queue", index, "agents")),
            'nobody would hear of a new ticket: let one of them have alerts = "all", or choose an assignment',
        )
        for index, queue in enumerate(settings.queues)
        if queue.agents and queue.assignment == "none" and not hears.intersection(queue.agents)
    ]


def not_outside(document: Mapping[str, Any], settings: Settings) -> list[Fault]:
    """Addresses of ours and of agents where somebody outside is meant: he would answer himself."""
    ours = {address for box in settings.mailboxes for address in (box.address, *box.aliases)}
    named = [
        *(
            (("organisation", index, "main_users"), address, "a main user says yes or no as a requester does")
            for index, one in enumerate(settings.organisations)
            for address in one.main_users
        ),
        *(
            (("sender", index, "address"), one.address, "name the address that its transcripts come from")
            for index, one in enumerate(settings.senders)
        ),
    ]
    faults = []
    for place, address, instead in named:
        if without_tag(address) in ours:
            faults.append(Fault(_dotted(document, place), f"{address} is an address of this desk: {instead}"))
        elif (agent := settings.agent_of.get(address)) is not None:
            faults.append(Fault(_dotted(document, place), f"{address} is the agent {agent.id}'s: {instead}"))
    return faults


def not_in_private(document: Mapping[str, Any], settings: Settings) -> list[Fault]:
    """Agents who would be given what they may not see."""
    private = {one.name: {*one.agents, one.lead} for one in settings.queues if one.private}
    boxes = {one.address: one.queue for one in settings.mailboxes}
    given: list[tuple[tuple[str | int, ...], str | None, str | None]] = []
    for n, rule in enumerate(settings.routing):
        given.append((("routing", n, "then", "assign"), rule.then.queue, rule.then.assign))
    for n, template in enumerate(settings.ticket_templates):
        place: tuple[str | int, ...] = ("ticket_template", n)
        queue = template.queue or next(iter(boxes.values()))
        given.append(((*place, "assignee"), queue, template.assignee))
        given += [((*place, "todos", m, "agent"), queue, todo.agent) for m, todo in enumerate(template.todos)]
    return [
        Fault(_dotted(document, place), f"{agent} does not work in the private queue {queue}; add him there")
        for place, queue, agent in given
        if agent is not None and queue in private and agent not in private[queue]
    ]


def fits_nothing(document: Mapping[str, Any], settings: Settings) -> list[Fault]:
    """Lists that would always be empty, and fields of templates that are a slip of those on a checklist."""
    declared = {field.name for one in settings.types for field in one.fields}
    by_hand = {name for one in settings.ticket_templates for name in one.fields}
    names = {
        "queue": [one.name for one in settings.queues],
        "assignee": [*(one.id for one in settings.agents), filters.NOBODY, filters.ME],
        "type": [*(one.name for one in settings.types), filters.NOBODY],
        "category": [*(one.name for one in settings.categories), filters.NOBODY],
        "organisation": [*(one.name for one in settings.organisations), filters.NOBODY],
    }
    faults = []
    for index, one in enumerate(settings.lists):
        wanted = filters.parse(one.filter)
        wrong = filters.fits_nothing(wanted, declared | by_hand) if isinstance(wanted, filters.Filter) else None
        texts = [str(wrong)] if wrong else []
        for term in wanted.terms if isinstance(wanted, filters.Filter) else ():
            known = {name.casefold() for name in names.get(term.key, ())}
            texts += [
                f"no {term.key} named {shown(value)}{did_you_mean(value, names[term.key])}"
                for value in term.values
                if term.key in names and value.casefold() not in known
            ]
        faults += [Fault(_dotted(document, ("list", index, "filter")), text) for text in texts]
    for index, template in enumerate(settings.ticket_templates):
        for name in template.fields:
            near = difflib.get_close_matches(name, declared, n=1, cutoff=0.8)
            if name not in declared and near:
                text = f"is on no checklist; did you mean `{near[0]}`?"
                faults.append(Fault(_dotted(document, ("ticket_template", index, "fields", name)), text))
    return faults


def endless_patterns(document: Mapping[str, Any], settings: Settings) -> list[Fault]:
    """Patterns that could stop the desk."""
    places: list[tuple[tuple[str | int, ...], str]] = [
        (("number_pattern", n, "pattern"), one.pattern.pattern) for n, one in enumerate(settings.number_patterns)
    ]
    places += [(("equipment", n, "pattern"), one.pattern.pattern) for n, one in enumerate(settings.equipment)]
    places += [
        (("type", n, "fields", m, "patterns"), pattern.pattern)
        for n, one in enumerate(settings.types)
        for m, item in enumerate(one.fields)
        for pattern in item.patterns
    ]
    endless = config_patterns.endless(tuple(pattern for _, pattern in places))
    return [
        Fault(
            _dotted(document, place),
            f"{shown(pattern)} can take for ever on a text that almost fits: do not repeat what is repeated already,"
            " and say how often at most, as in \\w{1,20}",
        )
        for place, pattern in places
        if pattern in endless
    ]


def for_the_same(document: Mapping[str, Any]) -> list[Fault]:
    """Rows of the promises that fit the same tickets: no rule could choose between them."""
    first: dict[tuple[Any, ...], str] = {}
    faults = []
    rows = document.get("policy")
    for index, row in enumerate(rows if isinstance(rows, tuple) else ()):
        if not isinstance(row, dict):
            continue
        chosen = tuple(row.get(key) for key in ("queue", "type", "priority", "organisation"))
        if not all(one is None or isinstance(one, str) for one in chosen):
            continue
        place = _dotted(document, ("policy", index))
        if chosen in first:
            faults.append(Fault(place, f"is for the same tickets as {first[chosen]}"))
        first.setdefault(chosen, place)
    return faults


def _unique_texts(document: Mapping[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    """(what it is, the form it is compared in, as written, where) of each text that may stand once only."""
    for what, table, keys, same_form in _UNIQUE:
        for index, item in enumerate(document[table] if isinstance(document.get(table), tuple) else ()):
            for key in keys if isinstance(item, dict) else ():
                value = item.get(key)
                for text in value if isinstance(value, tuple) else (value,):
                    form = same_form(text) if isinstance(text, str) else None
                    if form is not None:
                        yield what, form, text, _dotted(document, (table, index, key))


def fault_from(document: Mapping[str, Any], error: Mapping[str, Any]) -> Fault:
    where: tuple[str | int, ...] = error["loc"]
    where = where[:-1] if where[-1:] == ("[key]",) else where  # pydantic's mark for the key of a free table
    kind, context = error["type"], error.get("ctx", {})
    match kind:
        case "fault":
            text = error["msg"]
        case "missing":
            text = "is missing" if len(where) > 1 else f"is missing; at least one [[{where[0]}]] is needed"
        case "extra_forbidden":
            text = f"unknown key{did_you_mean(str(where[-1]), _keys_at(where[:-1]))}"
        case "literal_error":
            text = f"must be {context['expected']}".replace("'", '"')
        case "string_pattern_mismatch":
            text = f"must fit {context['pattern']}"
        case "greater_than_equal":
            text = f"must be at least {context['ge']}"
        case "less_than_equal":
            text = f"must be at most {context['le']}"
        case _:
            text = _PLAIN.get(kind) or f"{error['msg'][:1].lower()}{error['msg'][1:]}"
    return Fault(_dotted(document, where), text)


_PLAIN = {
    "string_type": "must be a text in quotes",
    "int_type": "must be a whole number",
    "bool_type": "must be true or false",
    "tuple_type": "must be a list (of tables: [[…]])",
    "model_type": "must be a table",
    "dict_type": "must be a table",
}


def _dotted(document: Any, where: tuple[str | int, ...]) -> str:
    """('mailbox', 0, 'imap', 'user') -> mailbox.support@example.com.imap.user; items of plain lists have no name."""
    steps: list[str] = []
    here = document
    for step in where:
        try:
            here = here[step]
        except (KeyError, IndexError, TypeError):
            here = None
        if isinstance(step, str):
            steps.append(step)
        elif steps[-1] in NAMED_BY:
            name = here.get(NAMED_BY[steps[-1]]) if isinstance(here, dict) else None
            steps.append(shown(name)[1:-1] if isinstance(name, str) and name else f"#{step + 1}")
    return ".".join(steps)


def _keys_at(where: tuple[str | int, ...]) -> list[str]:
    """The keys that the table at this place knows."""
    table: type[BaseModel] | None = Settings
    for step in where:
        if isinstance(step, str) and table is not None:
            known = {info.alias or name: info for name, info in table.model_fields.items()}
            table = _table_in(known[step].annotation) if step in known else None
    return [info.alias or name for name, info in table.model_fields.items()] if table else []


def _table_in(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for argument in get_args(annotation) if (found := _table_in(argument))), None)
