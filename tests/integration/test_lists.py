"""Lists, marks, workload and sums of time on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from ticketing.model import Person, Priority, Status, Ticket
from ticketing.store import ledger, lists, tickets, time_spent, workload

NOON = datetime(2026, 11, 21, 11, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def add(connection: sa.Connection, n: int, **values: Any) -> Ticket:
    plain: dict[str, Any] = {
        "number": f"2611210{n:02}", "subject": "", "title": "", "title_made": False, "status": Status.OPEN,
        "fyi": False, "internal": False, "channel": "mail", "priority": Priority.MEDIUM, "queue": "support",
        "mailbox": "support@example.com", "requester": Person("", "ola@example.org"), "opened_at": NOON + n * HOUR,
        "changed_at": NOON,
    }  # fmt: skip
    return tickets.add_ticket(connection, **plain | values)


def test_lists_and_marks(connection: sa.Connection) -> None:
    old = add(connection, 1)
    high = add(connection, 2, priority=Priority.HIGH)
    mine = add(connection, 3, assignee="kari", status=Status.IN_PROGRESS)
    closed = add(connection, 4, status=Status.CLOSED, organisation="Example AS")
    secret = add(connection, 5, queue="staff", priority=Priority.URGENT)
    hidden = frozenset({"staff"})

    def urgent(*wanted: sa.ColumnElement[bool]) -> list[int]:
        return lists.most_urgent(connection, NOON, hidden, *wanted, limit=10)

    assert urgent() == [high.id, old.id, mine.id]
    assert lists.most_urgent(connection, NOON, (), limit=1) == [secret.id]
    assert urgent(*lists.free(["support", "staff"], ["kari", "per"])) == [high.id, old.id]
    assert urgent(lists.of("kari")) == [mine.id]
    assert urgent(lists.overdue(NOON)) == []
    assert lists.newest(connection, hidden, lists.of_person(["ola@example.org"]), limit=2) == [closed.id, mine.id]
    assert lists.newest(connection, (), lists.of_organisation("Example AS"), limit=9) == [closed.id]
    assert [lists.set_mark(connection, "kari", old.id, name) for name in ("*", "later", "later")] == [True, True, False]
    assert lists.newest(connection, hidden, lists.marked("kari", "later"), limit=9) == [old.id]
    assert lists.newest(connection, hidden, lists.marked("per", "later"), limit=9) == []
    assert lists.marks_of(connection, "kari") == ["later"]
    assert [lists.take_mark(connection, "kari", old.id, "later") for _ in range(2)] == [True, False]
    for n, one in enumerate((old, secret, high)):
        ledger.note_told(connection, "alert", "kari@example.com", NOON + n * HOUR, ticket_id=one.id)
    seen = lists.seen(connection, "kari", ["kari@example.com"], NOON - HOUR, hidden, limit=9)
    assert seen == [high.id, old.id]


def test_workload(connection: sa.Connection) -> None:
    add(connection, 1)
    add(connection, 2)
    add(connection, 3, assignee="kari", waiting_for="requester")
    add(connection, 4, assignee="kari", status=Status.CLOSED)
    add(connection, 5, queue="staff", assignee="per")
    assert workload.of_agents(connection, NOON, ()) == {
        "kari": workload.OfAgent(1, 0, 1), "per": workload.OfAgent(1, 0, 0)
    }  # fmt: skip
    assert workload.of_queues(connection, NOON, ["staff"]) == {"support": workload.OfQueue(3, 2, 0, NOON + HOUR)}


def test_time(connection: sa.Connection) -> None:
    one, two = add(connection, 1, organisation="Example AS"), add(connection, 2)
    for ticket, agent, minutes, billable in ((one, "kari", 30, True), (one, "per", 20, False), (two, "kari", 5, False)):
        time_spent.add(connection, ticket.id, agent, NOON, minutes, billable)

    def sums(of: time_spent.Of, **period: Any) -> list[tuple[str | None, int, int]]:
        found = time_spent.by(connection, of, **{"since": None, "until": None, **period})
        return [(spent.of, spent.minutes, spent.billable) for spent in found]

    assert sums("ticket") == [(one.number, 50, 30), (two.number, 5, 0)]
    assert sums("agent") == [("kari", 35, 30), ("per", 20, 0)]
    assert sums("organisation") == [("Example AS", 50, 30), (None, 5, 0)]
    assert sums("agent", number=two.number) == [("kari", 5, 0)]
    assert sums("agent", since=NOON + HOUR) == sums("agent", until=NOON) == []
    assert time_spent.on_tickets(connection, [one.id, two.id]) == {one.id: 50, two.id: 5}
