"""What remains to be done: tasks, reminders, tags and deadlines by hand. What each changes, that it is undone, and that
its moment is told once, whatever restarts meanwhile."""

from __future__ import annotations

from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from agents import DESK, KARI, House, NewHouse, body, changes, letter, reply, to
from typer.testing import CliRunner

from mailgate.cli.base import app
from ticketing.command_words import BY_NAME, word_key

DAY = 86_400
AT = "2026-11-23T10:30:00+01:00"


def kari(house: House, alert: EmailMessage, text: str) -> str:
    """What the receipt says."""
    return body(to(house.mail(reply(alert, text)), "kari@")[-1])


def names(word: str) -> list[str]:
    found = BY_NAME[word_key(word)]
    return [found.name, *found.nb, *found.fi]


def task(text: str, agent: str | None = None, due_at: str | None = None, done: bool = False) -> dict[str, Any]:
    return {"id": 1, "text": text, "agent": agent, "due_at": due_at, "done": done}


FRIDAY = "2026-11-27T09:00:00+01:00"
# (what was asked before, the command, what differs afterwards, what the receipt says); each is undone at the end.
ONE_BY_ONE: list[tuple[str, str, dict[str, Any], str]] = [
    *(("", f"!{word} Order toner", {"tasks": [task("Order toner")]}, "1: Order toner") for word in names("todo")),
    ("", "!todo Order toner @per", {"tasks": [task("Order toner", "per")]}, "1: Order toner · Per Hansen"),
    (
        "",
        "!todo Order toner friday",
        {"tasks": [task("Order toner", None, FRIDAY)]},
        "27 November 2026 at 09:00",
    ),
    *(
        ("!todo Order toner", f"!{word}", {"tasks": [task("Order toner", done=True)]}, "Done: Order toner")
        for word in ("todo -1", "todo done 1", "oppgave ferdig 1", "tehtävä valmis 1")
    ),
    *(("", f"!{word} +VIP +toner", {"tags": ["toner", "vip"]}, "toner, vip") for word in names("tag")),
    ("!tag +vip", "!tag +toner -VIP", {"tags": ["toner"]}, "Tags of 261123001: toner"),
    ("!tag +vip", "!tag -vip", {"tags": []}, "Tags of 261123001: none"),
    *(("", f"!{word} friday", {}, "is due on Friday 27 November 2026 at 16:00") for word in names("due")),
    ("!due friday", "!due none", {}, "has no deadline of its own now"),
    *(("", f"!{word} friday Call Ola", {}, "You are reminded on Friday 27 November") for word in names("remind")),
]


@pytest.mark.parametrize("before, asked, changed, said", ONE_BY_ONE, ids=[row[1] for row in ONE_BY_ONE])
def test_what_a_command_changes_and_an_undo_puts_back(
    house: House, before: str, asked: str, changed: dict[str, Any], said: str
) -> None:
    number, alert = house.ask()
    if before:
        house.mail(reply(alert, before))
    was = house.ticket(number)
    assert said in kari(house, alert, asked)
    assert changes(was, house.ticket(number)) == changed
    assert "Taken back" in kari(house, alert, "!undo")
    back = house.ticket(number)
    assert changes(was, back) == {} and [one for one in back["deadlines"] if one["target"] == "due"] == [
        one for one in was["deadlines"] if one["target"] == "due"
    ]


WRONG = [
    ("!todo -7", "has no open task 7"),
    ("!todo Order toner @nobody", "no agent “nobody”"),
    ("!todo Order toner 2020-01-01", "has passed already"),
    ("!remind 2020-01-01 x", "has passed already"),
    ("!due 2020-01-01", "has passed already"),
    ("!tag -vip", "has no tag vip"),
]


@pytest.mark.parametrize("asked, said", WRONG)
def test_what_cannot_be_done(house: House, asked: str, said: str) -> None:
    number, alert = house.ask()
    assert said in kari(house, alert, asked)
    assert house.ticket(number)["tasks"] == []


def test_a_reminder_comes_once_also_after_a_restart(house: House) -> None:
    number, alert = house.ask()
    house.mail(reply(alert, "!remind +2d Ask Ola whether it still burns"))
    house.reload()
    assert not [one for one in house.later(DAY) if "Reminder" in str(one["Subject"])]
    house.reload()
    [mail] = [one for one in to(house.later(DAY), "kari@") if "Reminder" in str(one["Subject"])]
    assert str(mail["To"]) == KARI and number in str(mail["Subject"])
    assert "Ask Ola whether it still burns" in body(mail) and str(mail["Reply-To"]).startswith("support+n.")
    house.reload()
    assert not [one for one in house.later(DAY) if "Reminder" in str(one["Subject"])]
    # Nothing of it can go out in an answer.
    house.mail(reply(alert, "!reply\n:: Ask Ola whether it still burns"))
    assert house.became() == ("entry", "agent-leftovers")


def test_a_reminder_without_a_ticket(new_house: NewHouse) -> None:
    with new_house(auth="dmarc") as house:
        text = "!remind i morgen 14:30 Ring Ola\nHan har ferie etterpå."
        [receipt] = house.mail(letter(KARI, DESK, "husk", text, auth="pass"))
        assert "You are reminded on Tuesday 24 November 2026 at 14:30" in body(receipt) and house.tickets() == []
        [mail] = house.later(2 * DAY)
        assert "Ring Ola" in body(mail) and "Han har ferie etterpå." in body(mail) and "+n.0." in str(mail["Reply-To"])


def test_the_day_of_a_task_is_told_while_it_is_open(house: House) -> None:
    number, alert = house.ask()
    house.mail(reply(alert, "!claim\n!todo Order toner +1d\n!todo Sweep the room @per +1d\n!todo Dust +1d"))
    house.mail(reply(alert, "!todo -3"))
    told = [one for one in house.later(2 * DAY) if "Reminder" in str(one["Subject"])]
    assert [(str(one["To"]).split()[0], str(one["Subject"]).rpartition(": ")[2]) for one in told] == [
        ("Kari", "Order toner"), ("Per", "Sweep the room")
    ]  # fmt: skip
    assert number in body(told[0])


@pytest.mark.parametrize("wish, status", [("allow", "completed"), ("refuse", "open")])
def test_open_tasks_are_what_remains(house: House, wish: str, status: str) -> None:
    house.configure('reopen_window = "7d"', f'reopen_window = "7d"\nopen_todos = "{wish}"')
    number, alert = house.ask()
    house.mail(reply(alert, "!todo Order toner"))
    said = kari(house, alert, "!done")
    assert "1: Order toner" in said and house.ticket(number)["status"] == status
    house.mail(reply(alert, "!todo -1\n!done" if wish == "refuse" else "!claim"))
    assert house.ticket(number)["status"] == "completed"


def test_a_deadline_by_hand_warns_and_is_overdue(house: House) -> None:
    number, alert = house.ask()
    house.mail(reply(alert, "!claim\n!due +4d"))
    due = [one for one in house.ticket(number)["deadlines"] if one["target"] == "due"]
    assert due == [{"target": "due", "level": 100, "due_at": "2026-11-27T16:00:00+01:00", "state": "running"}]
    assert "By hand: due Friday 27 November" in kari(house, alert, "!sla")

    def told(seconds: float) -> list[str]:
        marks = ("Deadline is near", "Past the deadline")
        return [word for one in house.later(seconds) for word in marks if word in str(one["Subject"])]

    assert told(3 * DAY + 7 * 3600) == ["Deadline is near"]
    assert told(DAY) == ["Past the deadline"] and told(DAY) == []
    assert house.ticket(number)["deadlines"][-1]["state"] == "breached"
    with house.app.looking() as (_, desk):
        assert [one["number"] for one in desk.ticket_views(overdue=True)] == [number]


def test_another_deadline_takes_the_place_of_the_first(house: House) -> None:
    number, alert = house.ask()
    house.mail(reply(alert, "!claim\n!due +2d"))
    house.mail(reply(alert, "!due +9d"))
    out = house.later(timedelta(days=5).total_seconds())
    assert not [
        one for one in out if "the deadline" in str(one["Subject"]).casefold() and "Past" in str(one["Subject"])
    ]
    house.mail(reply(alert, "!close"))
    assert not [one for one in house.later(6 * DAY) if "eadline" in str(one["Subject"])]
    assert house.ticket(number)["deadlines"][-1]["state"] == "met"


def test_tasks_and_reminders_follow_a_merge(house: House) -> None:
    first, _ = house.ask()
    _, alert = house.ask("Toner", "No toner.")
    house.mail(reply(alert, "!todo Order toner\n!tag +toner\n!remind +1d Look"))
    house.mail(reply(alert, f"!merge {first}", auth="pass"))
    merged = house.ticket(first)
    assert [one["text"] for one in merged["tasks"]] == ["Order toner"] and merged["tags"] == ["toner"]
    [mail] = [one for one in house.later(2 * DAY) if "Reminder" in str(one["Subject"])]
    assert first in str(mail["Subject"])


def test_the_command_line_does_the_same(house: House) -> None:
    first, _ = house.ask()
    second, _ = house.ask("Toner", "No toner.")
    runs = [
        (["todo", first, "Order", "toner", "@per", "friday"], "1: Order toner · Per Hansen"),
        (["todo", first, "done", "1"], "Done: Order toner"),
        (["remind", first, "+2d", "Call Ola"], "You are reminded on"),
        (["due", first, "2026-12-24 12:00"], "is due on"),
        (["tag", first, "+vip", "+toner"], "toner, vip"),
        (["tag", first, "-vip"], "Tags of 261123001: toner"),
        (["link", second, first], "are linked"),
        (["split", second, 'A "good" title', "m1", "--files"], "is open: A 'good' title"),
        (["merge", second, first], f"{second} goes into {first}"),
    ]
    for words, said in runs:
        done = CliRunner().invoke(app, [*words, "--config", str(house.folder / "mailgate.toml"), "--at", AT])
        assert (done.exit_code, said in done.output) == (0, True), (words, done.output, done.exception)
    wrong = CliRunner().invoke(app, ["due", first, "soon", "--config", str(house.folder / "mailgate.toml")])
    assert wrong.exit_code == 2
