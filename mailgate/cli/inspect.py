"""Commands that look and change nothing: explain, ticket, tickets."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mailgate.cli.base import (
    AsOption,
    AtOption,
    ConfigOption,
    JsonOption,
    MailFromOption,
    RcptOption,
    app,
    bold,
    desk_app,
    fail,
    readable,
    safe,
    say,
    say_json,
    short_time,
    table,
)
from mailgate.cli.post import raw_mail, read_file

if TYPE_CHECKING:
    from ticketing.rules.filters import Filter


@app.command()
def explain(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A mail, or - for standard input.")],
    config: ConfigOption = None,
    mailbox: Annotated[str | None, typer.Option(metavar="ADDRESS", help="Which of ours it came to.")] = None,
    mail_from: MailFromOption = None,
    rcpt: RcptOption = None,
    at: AtOption = None,
    as_json: JsonOption = False,
) -> None:
    """Dry run: every rule tried, the ticket it would go to and why, the mails that would leave. Changes nothing."""
    from mailgate.cli.explaining import explain as explained
    from mailgate.mail import Source

    with desk_app(config, at) as made:
        raw = raw_mail(made, read_file(file), mailbox, mail_from, rcpt or [], Source.TAKE)
        answer = explained(made, raw)
        if as_json:
            say_json(answer)
        else:
            _tell(answer)


def _tell(answer: dict[str, Any]) -> None:
    kind, disposition = answer["kind"], answer["disposition"]
    say("Kind")
    for rule in answer["rules"]:
        say(f"  {rule['rule']:<28} {'yes: ' + safe(rule['detail']) if rule['hit'] else 'no'}")
    say(f"  -> {kind['name']} ({kind['rule']})")
    say("Matching")
    for step in answer["matching"]:
        strength = f" [{step['strength']}]" if step["strength"] else ""
        say(f"  {step['step']:<8} {safe(step['evidence'])}{strength}: {safe(step['outcome'])}")
    say(f"Disposition: {disposition['name']} ({disposition['rule']})")
    say(f"Ticket: {answer['ticket'] or 'none'}")
    if answer["reason"]:
        say(f"Why: {safe(answer['reason'])}")
    say("Mails that would leave" if answer["notices"] else "No mail would leave.")
    for notice in answer["notices"]:
        say(f"  {notice['template']} to {', '.join(notice['to'])}: {safe(notice['subject'])} ({notice['why']})")
    for line in answer["promises"]:
        say(f"Promise: {line}")


@app.command()
def ticket(
    number: Annotated[str, typer.Argument(metavar="NUMBER", help="A case number, 261121001.")],
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """One ticket, whole: what is known of it, its messages, and who did what."""
    with desk_app(config) as made:
        with made.looking() as (_, desk):
            view = desk.ticket_view(number.strip("[]# "))
            story = desk.ticket_story(number.strip("[]# "))
        if view is None:
            fail(f"there is no ticket {number}")
        if as_json:
            say_json(view)
        else:
            _show(view, story)


def _show(view: dict[str, Any], story: list[str]) -> None:
    from ticketing.saying import in_hours

    assignee = view["assignee"]["name"] if view["assignee"] else "nobody"
    say(bold(f"{view['number']}  {safe(view['title'])}"))
    say(
        f"{view['status']}, {view['priority']}, {view['queue']}, {assignee}"
        + (", for information" if view["fyi"] else "")
        + (f", waiting for {view['waiting_for']}" if view["waiting_for"] else "")
    )
    say(
        f"from {safe(_person(view['requester']))}, opened {short_time(view['opened_at'])}"
        + (f", {safe(view['organisation'])}" if view["organisation"] else "")
    )
    for deadline in view["deadlines"]:
        if deadline["level"] == 100:
            when = (
                f", due {short_time(deadline['due_at'])}" if deadline["due_at"] and deadline["state"] != "met" else ""
            )
            say(f"{deadline['target'].replace('_', ' ')}: {deadline['state']}{when}")
    for name in ("type", "category", "project"):
        if view[name]:
            say(f"{name}: {safe(view[name])}")
    if view["tags"]:
        say(f"tags: {safe(', '.join(view['tags']))}")
    for key, one in view["fields"].items():
        say(f"{safe(key)}: {safe(one['value'])}")
    for link in view["links"]:
        say(f"{link['kind'].replace('-', ' ')} {link['number']}")
    if view["satisfaction"]:
        score = view["satisfaction"]["score"]
        say(f"satisfaction: {f'{score} of 5' if score else 'asked, not answered'}")
    if view["time_spent_minutes"]:
        say(f"time spent: {in_hours(view['time_spent_minutes'])}")
    for task in view["tasks"]:
        say(f"{'done' if task['done'] else 'to do'}: {safe(task['text'])}")
    if view["resolution"]:
        say(f"what solved it: {safe(view['resolution'])}")
    for message in view["messages"]:
        marks = [
            name for name, on in (("internal", message["internal"]), ("unverified", not message["verified"])) if on
        ]
        if message["state"] != "stands":
            marks.append(message["state"])
        say("")
        say(
            bold(f"{message['id']}  {short_time(message['at'])}  {safe(_person(message['author']))}")
            + (f"  ({', '.join(marks)})" if marks else "")
        )
        for line in message["text"].splitlines():
            say(f"    {safe(line)}")
        for file in message["attachments"]:
            say(f"    + {safe(file['filename'] or 'unnamed')}, {file['content_type']}, {file['size']} bytes")
    say("")
    for line in story:
        say(safe(line) if line[:1].isdigit() and line[2:3] == ":" else bold(safe(line)))


def _person(person: dict[str, str] | None) -> str:
    if not person or not person["address"]:
        return "unknown"
    return f"{person['name']} <{person['address']}>" if person["name"] else person["address"]


@app.command()
def tickets(
    config: ConfigOption = None,
    everything: Annotated[bool, typer.Option("--all", help="Every ticket, closed ones too.")] = False,
    search: Annotated[
        str | None,
        typer.Option(
            metavar="WORDS",
            help='Each word, or its beginning, stands in it somewhere; the best first. Also "side by side", tag:x,'
            " status:open,in_progress, a field's key:value, and -key:value for what is not.",
        ),
    ] = None,
    status: Annotated[str | None, typer.Option(metavar="S", help="open, in_progress, completed or closed.")] = None,
    mine: Annotated[bool, typer.Option("--mine", help="Only what is assigned to --as, or the first operator.")] = False,
    queue: Annotated[str | None, typer.Option(metavar="Q", help="Only this queue.")] = None,
    requester: Annotated[str | None, typer.Option(metavar="ADDRESS", help="Only this person's.")] = None,
    organisation: Annotated[str | None, typer.Option(metavar="NAME", help="Only this organisation's.")] = None,
    kind: Annotated[str | None, typer.Option("--type", metavar="T", help="Only of this type.")] = None,
    category: Annotated[str | None, typer.Option(metavar="C", help="Only of this category.")] = None,
    tag: Annotated[str | None, typer.Option(metavar="X", help="Only with this tag.")] = None,
    listed: Annotated[
        str | None, typer.Option("--list", metavar="NAME", help="A list of the house: [[list]] in the configuration.")
    ] = None,
    overdue: Annotated[bool, typer.Option("--overdue", help="Only with a broken promise.")] = False,
    due_within: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="Only with a promise to keep within 2h, 30m, 1d; with --overdue: or that."),
    ] = None,
    who: AsOption = None,
    at: AtOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tickets, newest first: those that are not closed, at most 50. A search looks through closed ones too."""
    from mailgate.cli.desk import acting
    from mailgate.config_times import duration as read_duration
    from ticketing.model import Status
    from ticketing.rules import filters

    wanted = filters.parse(readable(search or ""))
    if isinstance(wanted, str):
        fail(f"--search: {wanted}", 2)
    if status is not None and status not in set(Status):
        fail(f"--status {status}: say {', '.join(Status)}", 2)
    unclosed = tuple(one for one in Status if one is not Status.CLOSED)
    wanted = wanted.narrowed(
        status=status or (() if everything or search or listed else unclosed),
        queue=queue,
        requester=requester.lower() if requester else None,
        organisation=organisation,
        type=kind,
        category=category,
        tag=tag,
    )
    within = read_duration(due_within) if due_within is not None else None
    if due_within is not None and within is None:
        fail(f"--due-within {due_within}: write a time span such as 30m, 2h or 1d", 2)
    with desk_app(config, at) as made:
        with made.looking() as (_, desk):
            if wrong := filters.fits_nothing(wanted, desk.known_fields()):
                fail(f"--search: {wrong}", 2)
            me = acting(made, who).id if mine or who or listed else None
            if listed:
                wanted = _and_of(made.policy.lists, listed, wanted)
            if mine:
                wanted = wanted.narrowed(assignee=me)
            found = desk.ticket_views(
                wanted.asked_by(me) if me else wanted,
                limit=None if everything else 50,
                overdue=overdue,
                due_within=within,
            )
        if as_json:
            for view in found:
                say_json(view)
            return
        table(
            ["number", "status", "priority", "assignee", "requester", "opened", "title"],
            [
                [
                    view["number"],
                    view["status"],
                    view["priority"],
                    view["assignee"]["id"] if view["assignee"] else "-",
                    safe(view["requester"]["address"] or "unknown"),
                    short_time(view["opened_at"]),
                    safe(view["title"]),
                ]
                for view in found
            ],
            "No tickets. Mail the desk, or see `mailgate tickets --all`.",
            loud=[n for n, view in enumerate(found) if view["priority"] == "urgent" and view["status"] != "closed"],
        )


def _and_of(lists: Mapping[str, str], name: str, wanted: Filter) -> Filter:
    """What was asked for, of a list of the house."""
    from ticketing.rules import filters

    found = next((one for one in lists if one.casefold() == name.casefold()), None)
    if found is None:
        fail(f"--list {name}: no list of that name (there are: {', '.join(lists) or 'none'})", 2)
    of_list = filters.parse(lists[found])
    assert not isinstance(of_list, str)  # noqa: S101  (the configuration was checked)
    return filters.both(of_list, wanted)
