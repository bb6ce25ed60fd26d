"""People and equipment in the store, the same on both databases."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa

from ticketing.model import Equipment, Person, Role
from ticketing.store import equipment, participants, people, tickets

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
OLA, EVA = Person("Ola Nordmann", "ola@example.org"), Person("Éva Åse", "eva@example.net")


def add(connection: sa.Connection, n: int, **values: Any) -> int:
    return tickets.add_ticket(
        connection,
        **{
            "number": f"261123{n:03}", "subject": "x", "title": f"Case {n}", "title_made": False, "status": "open",
            "fyi": False, "internal": False, "channel": "mail", "priority": "medium", "queue": "support",
            "mailbox": "support@example.com", "requester": OLA, "opened_at": NOW, "changed_at": NOW,
        } | values,
    ).id  # fmt: skip


def test_cards(connection: sa.Connection) -> None:
    ola, eva = (people.know(connection, one, None, None, NOW).id for one in (OLA, EVA))
    people.add_address(connection, ola, "ola@home.example")
    people.change_contact(connection, ola, phones=["+4722334455", "+4799887766"])
    people.change_contact(connection, eva, phones=["+358401234567"], notes="Finnish")
    for wanted, names in (
        ({"address": "ola@home.example"}, ["Ola Nordmann"]),
        ({"address": "nobody@example.org"}, []),
        ({"phone": "99887766"}, ["Ola Nordmann"]),
        ({"phone": "4"}, ["Ola Nordmann", "Éva Åse"]),
        ({"name": "NORD"}, ["Ola Nordmann"]),
        ({"name": "%"}, []),
    ):
        assert sorted(one.name for one in people.cards(connection, limit=10, **wanted)) == names, wanted
    people.join(connection, ola, eva)
    [card] = people.cards(connection, name="o", limit=10)
    assert card.addresses == ("eva@example.net", "ola@example.org", "ola@home.example")
    assert (card.phones, card.notes) == (("+4722334455", "+4799887766", "+358401234567"), "Finnish")


def test_a_removed_participant_comes_back_in_another_role(connection: sa.Connection) -> None:
    one = add(connection, 1)
    participants.put(connection, one, EVA, Role.REQUESTER)
    assert participants.remove(connection, one, EVA.address, NOW)
    participants.put(connection, one, EVA, Role.CC)
    [part] = participants.of_tickets(connection, [one])[one]
    assert (part.role, part.removed) == (Role.CC, False)


def test_equipment(connection: sa.Connection) -> None:
    equipment.put(connection, [Equipment("A-1", "Printer"), Equipment("B-2", "Plotter", "Example AS", "Attic")])
    equipment.put(connection, [Equipment("A-1", "Laser printer", warranty=date(2027, 1, 31))])
    assert equipment.by_serial(connection, ["A-1", "C-3"]) == {
        "A-1": Equipment("A-1", "Laser printer", warranty=date(2027, 1, 31))
    }
    assert [one.serial for one in equipment.listed(connection, words="PLOT")] == ["B-2"]
    assert [one.serial for one in equipment.listed(connection, organisation="Example AS")] == ["B-2"]
    cases = [add(connection, n, queue="hr" if n == 3 else "support") for n in range(1, 7)]
    for case in cases:
        equipment.attach(connection, case, ["A-1"])
        equipment.attach(connection, case, ["A-1"])
    assert equipment.of_ticket(connection, cases[0]) == ["A-1"]
    about = equipment.tickets_about(connection, ["A-1"], but=cases[-1], queues=["support"], each=3)
    assert [row.title for row in about["A-1"]] == ["Case 5", "Case 4", "Case 2"]
    assert equipment.detach(connection, cases[0], "A-1") and not equipment.detach(connection, cases[0], "A-1")
