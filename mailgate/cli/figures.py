"""Who has how much to do, and what took how long: workload, time."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, cast

import typer

from mailgate.cli.base import (
    AsOption,
    AtOption,
    ConfigOption,
    JsonOption,
    app,
    desk_app,
    fail,
    read_time,
    safe,
    say,
    say_json,
    short_time,
    table,
)


@app.command()
def workload(config: ConfigOption = None, at: AtOption = None, as_json: JsonOption = False) -> None:
    """Who has how many open tickets, and which queues pile up; those first that have most overdue."""
    with desk_app(config, at) as made, made.looking() as (_, desk):
        view = desk.workload()
    if as_json:
        say_json(view)
        return
    table(["queue", "open", "with nobody", "overdue", "oldest with nobody"], list(map(_queue, view["queues"])), "")
    say("")
    table(["agent", "open", "overdue", "waiting for others"], list(map(_agent, view["agents"])), "")


def _queue(one: dict[str, Any]) -> list[str]:
    oldest = short_time(one["oldest_unassigned_at"]) if one["oldest_unassigned_at"] else "-"
    return [one["name"], str(one["open"]), str(one["unassigned"]), str(one["overdue"]), oldest]


def _agent(one: dict[str, Any]) -> list[str]:
    return [one["name"], str(one["open"]), str(one["overdue"]), str(one["waiting"])]


@app.command("time")
def time_spent(
    number: Annotated[str | None, typer.Argument(metavar="[NUMBER]", help="One ticket alone.")] = None,
    spent: Annotated[str | None, typer.Argument(metavar="[H:MM]", help="Note this time on it.")] = None,
    billable: Annotated[bool, typer.Option("--billable", help="What is noted can be billed.")] = False,
    by: Annotated[str, typer.Option(metavar="WHAT", help="Sums by ticket, agent or organisation.")] = "",
    start: Annotated[str | None, typer.Option("--from", metavar="TIME", help="Spent from this time on.")] = None,
    end: Annotated[str | None, typer.Option("--to", metavar="TIME", help="Spent before this time.")] = None,
    config: ConfigOption = None,
    who: AsOption = None,
    at: AtOption = None,
    as_json: JsonOption = False,
) -> None:
    """Time spent: the sums, the most first; with a ticket and a time, notes it there."""
    ticket = number.strip("[]# ") if number else None
    if spent is not None:
        _note(ticket or "", spent, billable, config, who, at)
        return
    kind = by or ("agent" if ticket else "ticket")
    if kind not in ("ticket", "agent", "organisation"):
        fail(f"--by {by}: say ticket, agent or organisation", 2)
    since = read_time(start, "--from") if start else None
    until = read_time(end, "--to") if end else None
    with desk_app(config, at) as made, made.looking() as (_, desk):
        if ticket and ticket not in desk.known_numbers([ticket]):
            fail(f"there is no ticket {number}")
        of = cast(Literal["ticket", "agent", "organisation"], kind)
        sums = desk.time_spent(of, since=since, until=until, number=ticket)
    if as_json:
        for one in sums:
            say_json(one)
        return
    rows = [[safe(one["of"] or "-"), _hours(one["minutes"]), _hours(one["billable_minutes"])] for one in sums]
    table([kind, "time", "billable"], rows, "No time is noted. `mailgate time NUMBER 0:30` notes it.")


def _note(number: str, spent: str, billable: bool, config: Any, who: str | None, at: str | None) -> None:
    from mailgate.cli.desk import ask
    from ticketing.commands import Time

    match = re.fullmatch(r"(\d{1,3}):([0-5]\d)", spent)
    minutes = int(match[1]) * 60 + int(match[2]) if match else 0
    if not minutes:
        fail(f"{spent}: write hours and minutes, such as 0:30", 2)
    ask(config, number, who, (Time(minutes, billable),), at=at)


def _hours(minutes: int) -> str:
    return f"{minutes // 60}:{minutes % 60:02}"
