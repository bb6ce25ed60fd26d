"""Who has which ticket: colleagues asked, away and back, whole lists that change hands, new tickets handed out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from agents import DESK, NOTE, PER, House, NewHouse, a_house, body, changes, letter, number_in, reply, to

from mailgate.inbound.command_lines import read_commands
from mailgate.readers import Readers
from ticketing.command_words import WORDS
from ticketing.commands import Away, Back, Reassign
from ticketing.days import When
from ticketing.desk import Done, NotDone

OLA, EVA = "Ola <ola@example.org>", "Eva <eva@example.net>"
NILS = """
[[agent]]
id = "nils"
name = "Nils Berg"
addresses = ["nils@example.com"]
"""
NAMES = {word.name: (word.name, *word.nb, *word.fi) for word in WORDS}
ME, PER_HAS_IT = {"id": "kari", "name": "Kari Nordmann"}, {"id": "per", "name": "Per Hansen"}


# ---- one by one: what differs, what the receipt says, and what an undo leaves ---------------------------------------

# before, the commands, what differs in the JSON, what the receipt says
TABLE: list[tuple[str, str, dict[str, Any], str]] = [
    ("", "!claim", {"assignee": ME, "status": "in_progress"}, "Kari Nordmann has"),
    ("", "!tildel per", {"assignee": PER_HAS_IT, "status": "in_progress"}, "Per Hansen has"),
    ("!claim", "!assign none", {"assignee": None}, "Nobody has it now"),
    ("!claim", f"!kysy per\n{NOTE}", {}, "Per Hansen is asked"),
    ("!claim", "!away until 2026-12-01", {}, "away until 1 December 2026"),
    ("!claim", "!borte til 1.12. til per", {"assignee": PER_HAS_IT}, "Per Hansen has your cases until"),
    ("!claim\n!away until friday to per", "!takaisin", {"assignee": ME}, "Welcome back"),
    ("!claim", "!omfordel kari til per", {"assignee": PER_HAS_IT}, "Cases that Per Hansen has from Kari Nordmann"),
]


@pytest.mark.parametrize(
    "word, arguments",
    [
        ("claim", ""), ("assign", "per"), ("assign", "none"), ("ask", "per"), ("away", "until friday"),
        ("away", "until 1.12. to per"), ("back", ""), ("reassign", "kari to per"),
    ],
)  # fmt: skip
def test_every_name_of_a_command_means_it(word: str, arguments: str) -> None:
    read = {read_commands(f"!{name} {arguments}", for_whom="agent").commands for name in NAMES[word]}
    assert len(read) == 1 and len(read.pop()) == 1


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory, _migrated_sqlite: Path, readers: Readers) -> Iterator[House]:
    """One house for all the rows below: each asks under its own name, and leaves it as it was."""
    with a_house(tmp_path_factory.mktemp("shared") / "desk", _migrated_sqlite, readers, auth="dmarc") as house:
        yield house


@pytest.mark.parametrize("n, before, asked, changed, said", [(n, *row) for n, row in enumerate(TABLE)])
def test_what_a_command_does_and_an_undo_takes_back(
    shared: House, n: int, before: str, asked: str, changed: dict[str, Any], said: str
) -> None:
    house = shared
    house.now += timedelta(hours=1)  # or the limits of alerts and receipts would be used up
    number, alert = house.ask(words=f"It burns, the {n}th time.", author=f"Ola <ola{n}@example.org>")
    if before:
        house.mail(reply(alert, before, auth="pass"))
    was, absent = house.ticket(number), _absent(house)
    receipt = to(house.mail(reply(alert, asked, auth="pass")), "kari@")[-1]
    assert changes(was, house.ticket(number)) == changed
    assert said in body(receipt)
    taken_back = to(house.mail(reply(alert, "!undo", auth="pass")), "kari@")[-1]
    assert "Taken back: !" in body(taken_back)
    assert changes(was, house.ticket(number)) == {} and _absent(house) == absent
    house.mail(reply(alert, "!back\n!close" if absent else "!close", auth="pass"))


def _absent(house: House) -> dict[str, Any]:
    with house.app.transactions.looking(house.now) as desk:
        return dict(desk.absences)


# What cannot be done: the commands, what the receipt says.
WRONG = [
    ("!ask kari", "that is you yourself"),
    ("!ask nobody", "no agent “nobody”"),
    ("!away until 2026-11-20", "that moment has passed already"),
    ("!away until friday to kari", "nobody can stand in for himself"),
    ("!away until friday to nobody", "no agent “nobody”"),
    ("!back", "you are not away"),
    ("!reassign per to kari", "Per Hansen has no open cases"),
    ("!reassign kari to kari", "Kari Nordmann has them already"),
    ("!reassign nobody to kari", "no agent “nobody”"),
]


def test_what_cannot_be_done(shared: House) -> None:
    shared.now += timedelta(hours=1)
    number, alert = shared.ask(words="It burns for ever.", author="Ola <ola99@example.org>")
    was = shared.ticket(number)
    for asked, said in WRONG:
        receipt = to(shared.mail(reply(alert, f"!priority high\n{asked}", auth="pass")), "kari@")[-1]
        assert said in body(receipt) and str(receipt["Subject"]).startswith(f"[#{number}] Not done"), asked
        assert changes(was, shared.ticket(number)) == {} and _absent(shared) == {}, asked


# ---- asking ---------------------------------------------------------------------------------------------------------


def test_a_question_stays_inside_and_its_answer_comes_back(house: House) -> None:
    house.canaries["the question"] = "Hva tror du om ham"
    number, alert = house.ask()
    out = house.mail(reply(alert, "!ask per\nHva tror du om ham?"))
    [asked] = to(out, "per@")
    assert "Kari Nordmann asks you about case" in body(asked) and "Hva tror du om ham?" in body(asked)
    ticket = house.ticket(number)
    assert (ticket["messages"][-1]["internal"], ticket["assignee"]) == (True, None)
    assert ticket["messages"][-1]["text"] == "Hva tror du om ham?"
    # Nobody has the ticket: the note goes to her who asked, and once.
    out = house.mail(reply(asked, "Ro ham ned.", author=PER))
    assert [one["To"].addresses[0].addr_spec for one in out] == ["kari@example.com"]
    assert "New note in" in body(out[0]) and "Ro ham ned." in body(out[0])
    assert not house.mail(reply(asked, "Og en ting til.", author=PER))
    assert not to(house.later(300), "ola@")


def test_the_answer_to_a_question_goes_to_the_asker_and_to_whom_the_ticket_is(house: House) -> None:
    house.configure("[[mailbox]]", NILS + "[[mailbox]]")
    _, alert = house.ask()
    [his] = [one for one in house.sent() if "per@" in str(one["To"])]
    house.mail(reply(his, "!claim", author=PER))
    out = house.mail(reply(alert, "!ask nils\nWhat now?"))
    assert sorted(one["To"].addresses[0].addr_spec for one in out) == [
        "kari@example.com", "nils@example.com", "per@example.com",
    ]  # fmt: skip
    asked = to(out, "nils@")[0]
    out = house.mail(reply(asked, "Wait.", author="Nils Berg <nils@example.com>"))
    assert sorted(one["To"].addresses[0].addr_spec for one in out) == ["kari@example.com", "per@example.com"]


def test_a_question_without_words_shows_what_the_requester_wrote(house: House) -> None:
    _, alert = house.ask(words="It burns in the third floor.")
    [asked] = to(house.mail(reply(alert, "!spør per")), "per@")
    assert "It burns in the third floor." in body(asked) and "Your answer is an internal note" in body(asked)


def test_an_answer_beside_a_question_goes_to_the_requester(house: House) -> None:
    number, alert = house.ask()
    house.mail(reply(alert, "!ask per\n!reply\nWe are looking at it."))
    assert house.ticket(number)["messages"][-1]["internal"] is False
    assert "looking at it" in body(to(house.later(120), "ola@")[0])


# ---- away and back --------------------------------------------------------------------------------------------------


def test_whoever_is_away_hears_nothing_and_his_colleagues_do(house: House) -> None:
    number, alert = house.ask()
    house.mail(reply(alert, "!claim\n!away until 2026-12-01"))
    more = letter(OLA, DESK, f"Re: [#{number}] Printer", "Hello?", answers=alert)
    [told] = house.mail(more)
    assert str(told["To"]) == "Per Hansen <per@example.com>"
    assert "Kari Nordmann, who has this case, is away until 1 December 2026." in body(told)
    assert house.ticket(number)["assignee"] == ME
    # New cases, too; and from the first of December on, all of it again.
    assert [str(one["To"]) for one in house.mail(letter(EVA, DESK, "Toner", "None left."))][-1:] == [
        "Per Hansen <per@example.com>"
    ]
    out = house.later(8 * 86_400)
    assert any("You are here again" in str(one["Subject"]) for one in to(out, "kari@"))
    [told] = house.mail(letter(OLA, DESK, f"Re: [#{number}] Printer", "Hello again?", answers=alert))
    assert str(told["To"]) == "Kari Nordmann <kari@example.com>"


def test_when_all_are_away_all_hear(house: House) -> None:
    _, alert = house.ask()
    [his] = [one for one in house.sent() if "per@" in str(one["To"])]
    house.mail(reply(alert, "!away until friday"), reply(his, "!away until friday", author=PER))
    out = house.mail(letter(EVA, DESK, "Toner", "None left."))
    assert to(out, "kari@") and to(out, "per@")


def test_a_stand_in_has_the_cases_and_gives_back_what_he_has_not_finished(house: House) -> None:
    numbers = []
    for subject in ("One", "Two", "Three"):
        number, alert = house.ask(subject, f"{subject} is broken.")
        house.mail(reply(alert, "!claim"))
        numbers.append(number)
    out = house.mail(reply(alert, "!away until 2026-12-01 to per"))
    assert not to(out, "per@")
    [told] = to(house.later(61), "per@")
    assert "You stand in for Kari Nordmann until 1 December 2026" in body(told)
    assert all(number in body(told) for number in numbers)
    assert [house.ticket(one)["assignee"] for one in numbers] == [PER_HAS_IT] * 3
    [asked] = house.mail(letter(OLA, DESK, f"[#{numbers[0]}]", "More.", answers=alert))
    assert str(asked["To"]).startswith("Per")
    house.mail(reply(asked, "!done", author=PER))
    out = house.later(8 * 86_400)
    given_back = [number for number in numbers if house.ticket(number)["assignee"] == ME]
    assert len(given_back) == 2 and house.ticket(number_in(asked))["assignee"] == PER_HAS_IT
    [mine] = [one for one in to(out, "kari@") if "You are here again" in str(one["Subject"])]
    [his] = [one for one in to(out, "per@") if "Kari Nordmann is here again" in str(one["Subject"])]
    assert all(number in body(mail) for mail in (mine, his) for number in given_back)


def test_what_nobody_answers_is_told_to_whoever_is_there(house: House) -> None:
    """Kari has it and is the lead, and is away: Per hears of the missed deadline."""
    _, alert = house.ask()
    house.mail(reply(alert, "!claim\n!away until 2026-12-01"))
    late = [one for one in house.later(3 * 86_400) if "Overdue" in str(one["Subject"])]
    assert late and {str(one["To"]) for one in late} == {"Per Hansen <per@example.com>"}


def test_who_helped_last_is_suggested_while_he_is_there(house: House) -> None:
    _, alert = house.ask()
    house.mail(reply(alert, "!assign per\n!close"))
    said = "Per Hansen helped this person last: !assign per"
    _, again = house.ask("Toner", "None left.")
    assert said in body(again)
    [his] = [one for one in house.sent() if "per@" in str(one["To"]) and "Toner" in str(one["Subject"])]
    house.mail(reply(his, "!away until friday", author=PER))
    _, third = house.ask("Paper", "None left, either.")
    assert said not in body(third)


# ---- whole lists ----------------------------------------------------------------------------------------------------


def test_a_whole_list_changes_hands_with_one_mail_and_comes_back_with_one_undo(
    new_house: NewHouse,
) -> None:
    with new_house(auth="dmarc") as house:
        numbers = []
        for subject in ("One", "Two", "Three", "Four"):
            number, alert = house.ask(subject, f"{subject} is broken.")
            house.mail(reply(alert, "!claim", auth="pass"))
            numbers.append(number)
        house.mail(reply(alert, "!done", auth="pass"))
        was = [house.ticket(number) for number in numbers]
        # Somebody else does it, by a mail that is about no ticket.
        [receipt] = house.mail(letter(PER, DESK, "Kari leaves", "!reassign Kari to Per", auth="pass"))
        assert "Cases that Per Hansen has from Kari Nordmann now: 3." in body(receipt)
        assert [house.ticket(one)["assignee"]["id"] for one in numbers] == ["per", "per", "per", "kari"]
        out = house.mail(letter(PER, DESK, "No", "!undo", auth="pass"))
        assert "Taken back: !reassign" in body(to(out, "per@")[0])
        assert [changes(old, house.ticket(one)) for old, one in zip(was, numbers, strict=True)] == [{}] * 4
        assert not to(house.later(300), "kari@")
        house.mail(letter(PER, DESK, "Yes", "!reassign kari to per", auth="pass"))
        [told] = house.later(61)
        assert str(told["To"]).startswith("Kari") and "with Per Hansen now" in str(told["Subject"])


def test_it_needs_a_yes_where_only_the_answer_address_speaks_for_him(house: House) -> None:
    number, alert = house.ask()
    house.mail(reply(alert, "!claim"))
    [question] = house.mail(reply(alert, "!reassign kari to per"))
    assert house.became() == ("held", "awaits-confirmation") and house.ticket(number)["assignee"] == ME
    house.mail(reply(question, "ok"))
    house.later(61)
    assert house.ticket(number)["assignee"] == PER_HAS_IT


def test_cases_of_an_agent_who_is_configured_no_more(house: House) -> None:
    number, alert = house.ask()
    house.mail(reply(alert, "!claim"))
    house.configure('"kari"', '"kari2"')
    assert isinstance(_by_hand(house, Reassign("kari", "per"), "per"), Done)
    assert house.ticket(number)["assignee"] == PER_HAS_IT


# ---- who has taken it, told to the requester ------------------------------------------------------------------------

TOLD = [
    ("!claim", "Kari has taken your case"),
    ("!assign per", "Per has taken your case"),
    ("!claim\nTurn it off.", "Turn it off."),  # her answer says so
    ("!claim\n!done", "is solved"),
    ("!claim\n!spam", None),
    ("!assign none", None),
]


@pytest.mark.parametrize("asked, told", TOLD, ids=[row[0] for row in TOLD])
def test_the_requester_is_told_where_the_queue_says_so(house: House, asked: str, told: str | None) -> None:
    _claims_are_told(house)
    _, alert = house.ask()
    house.mail(reply(alert, asked))
    out = to(house.later(61), "ola@")
    assert len(out) == (told is not None) and (told or "") in "".join(map(body, out))


def test_in_the_language_of_the_requester_and_not_after_an_undo(house: House) -> None:
    _claims_are_told(house)
    _, alert = house.ask("Skriver", "Hei, skriveren min virker ikke lenger, og jeg vet ikke hvorfor.")
    house.mail(reply(alert, "!claim"))
    house.mail(reply(alert, "!undo"))
    assert not to(house.later(120), "ola@")
    house.mail(reply(alert, "!claim"))
    assert "Kari har tatt saken din" in body(to(house.later(120), "ola@")[0])
    # Who has it already does not take it once more.
    house.mail(reply(alert, "!claim"))
    assert not to(house.later(120), "ola@")


def _claims_are_told(house: House) -> None:
    house.configure('agents = ["kari", "per"]', 'agents = ["kari", "per"]\ntell_taken = true')


# ---- from the command line ------------------------------------------------------------------------------------------


def _by_hand(house: House, asked: Any, agent: str) -> Done | NotDone:
    with house.app.transactions.begin(house.now) as transaction:
        who = house.app.policy.agents[agent]
        return transaction.desk.ask(None, who, (asked,), "", words_are="note", by="command line")


def test_what_needs_no_ticket_can_be_asked_without_one(house: House) -> None:
    assert isinstance(_by_hand(house, Away(When("2026-12-01")), "kari"), Done)
    assert set(_absent(house)) == {"kari"}
    assert isinstance(_by_hand(house, Back(), "kari"), Done)
    assert _absent(house) == {}
