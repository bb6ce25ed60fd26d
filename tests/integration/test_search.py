"""Full-text search finds the same on both databases, whatever somebody writes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from ticketing.model import Person
from ticketing.rules.filters import Filter, parse
from ticketing.store import messages, people, search, tickets
from ticketing.store.selecting import select_tickets
from ticketing.store.tables import contact_address, message, ticket, ticket_equipment, ticket_field, ticket_tag

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
OLA = Person("Ola Nordmann", "ola@example.org")


def add(connection: sa.Connection, n: int, title: str, *texts: str, **values: Any) -> int:
    made = tickets.add_ticket(
        connection,
        **{
            "number": f"261123{n:03}", "subject": title, "title": title, "title_made": False, "status": "open",
            "fyi": False, "internal": False, "channel": "mail", "priority": "medium", "queue": "support",
            "mailbox": "support@example.com", "requester": OLA, "opened_at": NOW, "changed_at": NOW,
        } | values,
    )  # fmt: skip
    for text in texts:
        say(connection, made.id, text)
    return made.id


def say(connection: sa.Connection, ticket_id: int, text: str, **values: Any) -> int:
    return messages.add(
        connection, ticket_id, author=OLA, at=NOW, role="requester", internal=values.pop("internal", False),
        verified=True, channel="mail", kind="personal", text=text, full_text=text, **values,
    ).id  # fmt: skip


def found(connection: sa.Connection, text: str) -> list[str]:
    wanted = parse(text)
    assert isinstance(wanted, Filter)
    return [one.number[-1] for one in select_tickets(connection, wanted, NOW)]


def test_what_is_found(connection: sa.Connection) -> None:
    add(connection, 1, "Skriveren på kontoret", "Den tar ikke imot papir.", "Nå brenner den.")
    add(connection, 2, "Faktura 4711-A", "Beløpet er feil, se https://shop.example.org/faktura/4711", status="closed")
    add(connection, 3, "Älä tulosta", "Käyttäjätunnus ei toimi: MATTI.MEIKÄLÄINEN@example.fi")
    add(connection, 4, "Помогите", "Принтер й не работает. Größe ŁÓDŹ e\u0301te\u0301 Ølhunden")
    say(connection, tickets.by_number(connection, ["261123001"])["261123001"].id, "Kverulant", internal=True)
    for text, numbers in {
        "skriver": "1",  # the beginning of a word
        "SKRIVEREN PÅ": "1",
        "skriveren pa": "1",  # without the ring
        "kriveren": "",
        '"ikke imot"': "1",
        '"imot ikke"': "",
        "papir brenner": "1",  # in two messages
        "papir faktura": "",
        "kverulant": "1",  # in a note
        "4711-A": "2",
        "4711": "2",
        "261123002": "2",
        "shop.example.org/faktura": "2",
        "ola@example.org": "1234",
        "Ola -faktura": "134",
        "matti.meikalainen@example.fi": "3",
        "ala": "3",
        "käyttäjä": "3",
        "помог": "4",
        "й": "4",
        "grosse": "",
        "größe": "4",
        "łódź ete": "4",
        "lodz": "",  # ł is a letter of its own
        "ølhund": "4",
        "!!!": "",
        "printer !!!": "",
    }.items():
        assert sorted(found(connection, text)) == list(numbers), text


@pytest.mark.parametrize("text", [
    "' OR 1=1 --", '"', "AND", "NOT OR", "NEAR(a b)", "title:x^2", "*", "a*", "(", "{col}: x", "%s %n %(x)s", ":x ::y",
    "\\", "\x00", "a\x00b", "&|!<->", "'a':*", "x" * 5000, "\U0001f600", "\ud7ff", "\u0301", "- -", "--x", "co'py",
])  # fmt: skip
def test_nothing_somebody_writes_is_an_error(connection: sa.Connection, text: str) -> None:
    add(connection, 1, "Printer")
    wanted = parse(text)
    if isinstance(wanted, Filter):
        select_tickets(connection, wanted, NOW)


def test_the_best_is_first(connection: sa.Connection) -> None:
    add(connection, 1, "Hello", "The invoice and the printer and whatever else there is to say about the office.")
    add(connection, 2, "Printer", "It burns.")
    add(connection, 3, "Hello again", "Nothing of the kind.")
    assert found(connection, "printer") == ["2", "1"]
    assert [number[-1] for number in _numbers(connection, search.search(connection, ["printer"], 1))] == ["2"]


def test_what_changes_is_found_as_it_is_now(connection: sa.Connection) -> None:
    first = add(connection, 1, "Printer", resolution="Turned it off.")
    entry = say(connection, first, "It burns.")
    tickets.change_ticket(connection, first, title="Scanner", resolution="New toner", status="closed")
    messages.change(connection, entry, text="It smokes.")
    assert [found(connection, word) for word in ("scanner", "toner", "smokes")] == [["1"]] * 3
    assert [found(connection, word) for word in ("turned", "burns")] == [[]] * 2
    assert found(connection, "printer") == ["1"]  # still its subject
    messages.change(connection, entry, state="undone")
    assert found(connection, "smokes") == []
    connection.execute(sa.delete(message))
    connection.execute(sa.delete(ticket))
    add(connection, 2, "Another one")
    assert found(connection, "scanner") == [] and found(connection, "another") == ["2"]


def test_properties(connection: sa.Connection) -> None:
    one = add(connection, 1, "a", type="Repair", queue="support", organisation="Nordvik, Barnehage", assignee="kari")
    two = add(connection, 2, "b", status="closed", priority="high", project="Ålesund", requester=Person("", "eva@x.no"))
    connection.execute(sa.insert(ticket_tag), [{"ticket_id": one, "tag": "vip"}, {"ticket_id": one, "tag": "eu"}])
    connection.execute(sa.insert(ticket_field), {"ticket_id": two, "key": "order_number", "value": "A-4711"})
    connection.execute(sa.insert(ticket_equipment), {"ticket_id": two, "serial": "SN 1"})
    for text, numbers in {
        "status:open": "1",
        "status:open,closed": "12",
        "-status:open": "2",
        "type:repair": "1",
        "-type:repair": "2",  # none is not that one either
        "type:none": "2",
        "type:none,repair": "12",
        'org:"nordvik, barnehage"': "1",
        "assignee:none": "2",
        "-assignee:none": "1",
        "project:Ålesund priority:high": "2",
        "tag:vip": "1",
        "tag:vip tag:eu": "1",
        "tag:vip,none -tag:other": "1",
        "-tag:vip": "2",
        "order_number:a-4711": "2",
        "order_number:4711": "",
        'equipment:"sn 1"': "2",
        "requester:eva@x.no": "2",
        "requester:nordmann": "1",
        "is:overdue": "",
        "-is:overdue queue:SUPPORT": "12",
        "b status:closed": "2",
    }.items():
        assert sorted(found(connection, text)) == list(numbers), text


def test_a_person_is_found_by_each_of_his_addresses(connection: sa.Connection) -> None:
    for address in ("ola@home.example", "eva@example.org"):
        people.know(connection, Person("", address), None, None, NOW)
    ola = people.know(connection, OLA, None, None, NOW)
    connection.execute(
        sa.update(contact_address).where(contact_address.c.address == "ola@home.example").values(contact_id=ola.id)
    )
    add(connection, 1, "From work")
    add(connection, 2, "From home", requester=Person("", "ola@home.example"))
    add(connection, 3, "Another", requester=Person("", "eva@example.org"))
    assert sorted(found(connection, "requester:ola@example.org")) == ["1", "2"]
    assert sorted(found(connection, "requester:ola@home.example")) == ["1", "2"]
    assert sorted(found(connection, "-requester:ola@home.example")) == ["3"]


def _numbers(connection: sa.Connection, ids: list[int]) -> list[str]:
    numbers = {one.id: one.number for one in tickets.by_ids(connection, ids)}
    return [numbers[one] for one in ids]


@pytest.mark.parametrize("word", ["한국어", "がっこう", "ﬁne", "İstanbul", "Straße", "ÆRØ", "Łódź", "Ελληνικά", "Ёлка"])
def test_a_word_of_any_writing_finds_itself(connection: sa.Connection, word: str) -> None:
    add(connection, 1, f"About {word} again", f"We wrote {word}, twice.")
    add(connection, 2, "Another one", "Nothing of the kind.")
    assert found(connection, word) == ["1"]
