"""Where a new ticket goes and who gets it: rules of the operators, rounds, loads, skills."""

from __future__ import annotations

from typing import Any

from agents import DESK, KARI, House, NewHouse, body, letter, number_in, reply, to

from mailgate.cli.explaining import explain
from mailgate.mail import Envelope, RawMail, Source

RULES = """
[[queue]]
name = "billing"
agents = ["per"]

[[organisation]]
name = "Acme"
domains = ["acme.example"]

[[brand]]
prefix = "shop"
queue = "billing"

[[routing]]
name = "invoices"
when = { words = ["faktura", "invoice"] }
then = { queue = "billing", assign = "per", priority = "high", tags = ["money", "invoice"] }

[[routing]]
name = "acme"
when = { organisation = "Acme" }
then = { priority = "urgent", assign = "kari" }

[[routing]]
name = "brand"
when = { brand = "shop", requester = "example.org" }
then = { tags = "shop" }
"""
# subject, words, author; the rule, and what the ticket is
TABLE: list[tuple[str, str, str, str | None, dict[str, Any]]] = [
    ("Wrong invoices", "Twice as much.", "ola@example.org", "rule invoices",
     {"queue": "billing", "assignee": "per", "priority": "high", "tags": ["invoice", "money"]}),
    ("Hei", "Fakturaen er feil.", "eva@acme.example", "rule invoices", {"queue": "billing", "assignee": "per"}),
    ("Hello", "It does not work.", "nils@acme.example", "rule acme",
     {"queue": "support", "assignee": "kari", "priority": "urgent", "tags": []}),
    ("shop: where is it", "Since Monday.", "liv@example.org", "rule brand",
     {"queue": "billing", "assignee": None, "tags": ["shop"]}),
    ("shop: where is it", "Since Tuesday.", "liv@example.net", None, {"queue": "billing", "tags": []}),
    ("Hello", "What an important mail.", "liv@example.com.example", None, {"queue": "support", "priority": "medium"}),
]  # fmt: skip


def _new(house: House, n: int, subject: str = "Printer", words: str = "It burns.", **more: Any) -> dict[str, Any]:
    """A requester of his own asks."""
    house.mail(letter(f"Ola <ola{n}@example.org>", DESK, subject, f"{words} ({n})", **more))
    return house.ticket(house.last_mail().ticket)


def _given(ticket: dict[str, Any]) -> str | None:
    return ticket["assignee"] and ticket["assignee"]["id"]


def test_the_first_rule_that_fits_says_where_it_goes(new_house: NewHouse) -> None:
    with new_house(more=RULES) as house:
        for subject, words, author, rule, is_so in TABLE:
            mail = letter(f"X <{author}>", DESK, subject, words, headers=["Importance: high", "X-Priority: 1"])
            raw = RawMail("x", mail.encode(), Envelope(None, ()), Source.TAKE, house.now, peer="127.0.0.1")
            told = [one for one in explain(house.app, raw)["matching"] if one["step"] == "routing"]
            house.mail(mail)
            ticket = house.ticket(house.last_mail().ticket)
            seen = {**ticket, "assignee": _given(ticket)}
            assert {key: seen[key] for key in is_so} == is_so, subject
            routed = [(one["to"], one["by"]) for one in ticket["history"] if one["what"] == "routed"]
            assert routed == ([(ticket["queue"], rule)] if rule else [])
            assert ticket["status"] == "open"  # nobody has begun
            [step] = told
            assert step["evidence"] == (rule or ("brand shop" if "shop" in subject else "mailbox"))
            assert f"queue {ticket['queue']}" in step["outcome"] and f"priority {ticket['priority']}" in step["outcome"]


def test_a_rule_gives_it_to_whoever_stands_in(new_house: NewHouse) -> None:
    with new_house(more=RULES) as house:
        _, alert = house.ask()
        house.mail(reply(alert, "!away until friday to per"))
        [told] = to(house.mail(letter("Nils <nils@acme.example>", DESK, "Hello", "Nothing works.")), "per@")
        assert _given(house.ticket(number_in(told))) == "per"


def test_each_in_turn_whoever_is_away_and_over_a_restart(
    new_house: NewHouse,
) -> None:
    with new_house() as house:
        house.configure('assignment = "none"', 'assignment = "round-robin"')
        first, second = _new(house, 1), _new(house, 2)
        assert [_given(first), _given(second)] == ["kari", "per"] and first["status"] == "open"
        [alert] = [one for one in house.sent() if "kari@" in str(one["To"])]  # the second is Per's alone
        assert number_in(alert) == first["number"] and "assigned to Kari" in body(alert)
        assert ("assignee", None, "kari", "round-robin") in [
            (one["what"], one["from"], one["to"], one["by"]) for one in first["history"]
        ]
        house.reload()
        assert _given(_new(house, 3)) == "kari"
        house.mail(reply(alert, "!away until friday"))
        assert [_given(_new(house, n)) for n in (4, 5)] == ["per", "per"]
        house.mail(reply(alert, "!back"))
        assert [_given(_new(house, n)) for n in (6, 7)] == ["kari", "per"]
        # What is no request is given to nobody, nor what an agent opens; and it takes nobody's turn.
        copied = _new(house, 8, headers=["List-Id: <x.example.org>"])
        house.mail(letter("Ola <ola9@example.org>", "eva@example.net", "FYI", "Look.", cc=DESK), seconds=1)
        assert _given(copied) is None and _given(house.ticket(house.last_mail().ticket)) is None
        assert _given(_new(house, 10)) == "kari"


def test_the_least_loaded_by_share_of_what_each_carries(
    new_house: NewHouse,
) -> None:
    with new_house() as house:
        house.configure('assignment = "none"', 'assignment = "least-loaded"')
        house.configure('addresses = ["per@example.com"]', 'addresses = ["per@example.com"]\ncapacity = 2')
        house.configure('addresses = ["kari@example.com"]', 'addresses = ["kari@example.com"]\ncapacity = 4')
        assert [_given(_new(house, n)) for n in range(7)] == ["kari", "per", "kari", "per", "kari", "kari", None]
        full = house.ticket(house.last_mail().ticket)
        assert "nobody is free" in [one["to"] for one in full["history"]]
        assert to(house.sent()[-4:], "per@")  # it stays with the queue, which hears of it
        [alert] = [one for one in to(house.sent(), "kari@") if "(0)" in body(one)]
        house.mail(reply(alert, "!done"))
        assert _given(_new(house, 8)) == "kari"


def test_by_skill(new_house: NewHouse) -> None:
    with new_house() as house:
        house.configure('assignment = "none"', 'assignment = "skill"')
        house.configure('addresses = ["per@example.com"]', 'addresses = ["per@example.com"]\nskills = ["faktura"]')
        assert [_given(_new(house, n, "Hei", "Fakturaen er feil.")) for n in range(2)] == ["per", "per"]
        assert _given(_new(house, 3, "Hei", "Skriveren brenner.")) == "kari"
        ticket = _new(house, 4, "Faktura", "Igjen.")
        assert ("per", "skill faktura") in [(one["to"], one["by"]) for one in ticket["history"]]


def test_a_forwarded_mail_is_given_by_its_queue_unless_the_agent_names_somebody(
    new_house: NewHouse,
) -> None:
    with new_house(auth="dmarc") as house:
        house.configure('assignment = "none"', 'assignment = "round-robin"')
        for n, (asked, given) in enumerate([("", "kari"), ("!assign kari\n", "kari"), ("", "per")]):
            inner = letter(f"Eva <eva{n}@example.net>", "kari@example.com", f"Toner {n}", f"None {n}.")
            text = f"--b\nContent-Type: text/plain\n\n{asked}\n--b\nContent-Type: message/rfc822\n\n{inner}\n--b--"
            form = 'multipart/mixed; boundary="b"'
            house.mail(letter(KARI, DESK, f"Fwd: Toner {n}", text, content=form, auth="pass"))
            ticket = house.ticket(house.last_mail().ticket)
            assert ticket["requester"]["address"] == f"eva{n}@example.net"
            assert _given(ticket) == given, n
