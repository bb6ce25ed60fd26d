"""Tickets that are merged, split and linked: what follows where, who is told what, and that an undo takes all of it
back (RULES 3, 4, 6)."""

from __future__ import annotations

from email.message import EmailMessage
from itertools import pairwise
from typing import Any

import pytest
from agents import DESK, KARI, NOTE, OTHER, PER, House, body, changes, letter, number_in, reply, to

from ticketing.case_number import CaseNumber
from ticketing.command_words import BY_NAME, word_key
from ticketing.commands import Merge
from ticketing.desk import Done, NotDone

OLA = "Ola <ola@example.org>"
EVA = "Eva <eva@example.net>"


def kari(house: House, alert: EmailMessage, text: str, **more: Any) -> str:
    """What the receipt says to a proven mail of hers."""
    more = {"auth": "pass", **more}
    return body(to(house.mail(reply(alert, text, **more)), "kari@")[-1])


def names(word: str) -> list[str]:
    found = BY_NAME[word_key(word)]
    return [found.name, *found.nb, *found.fi]


def texts(house: House, number: str) -> list[str]:
    return [one["text"] for one in house.ticket(number)["messages"]]


# ---- merge ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", names("merge"))
def test_what_a_merge_changes_and_an_undo_puts_back(house: House, word: str) -> None:
    first, _ = house.ask("Printer", "It burns.")
    second, alert = house.ask("Printer again", "It still burns.")
    before = {number: house.ticket(number) for number in (first, second)}
    said = kari(house, alert, f"!{word} {first}")
    assert f"{second} goes into {first} and is closed." in said and "ola@example.org is told" in said
    assert changes(before[second], house.ticket(second)) == {
        "status": "closed", "closed_at": house.ticket(second)["closed_at"], "merged_into": first,
        "links": [{"kind": "merged-into", "number": first}],
    }  # fmt: skip
    assert changes(before[first], house.ticket(first)) == {"links": [{"kind": "merged-from", "number": second}]}
    assert texts(house, first) == ["It burns.", "It still burns."] and texts(house, second) == []
    kari(house, alert, "!undo")
    for number in (first, second):
        assert changes(before[number], house.ticket(number)) == {}
        assert house.ticket(number)["messages"] == before[number]["messages"]
    assert to(house.later(3600), "ola@") == []


def test_every_way_of_the_source_leads_to_the_target(house: House) -> None:
    """Its answer address, its ids, its number, and the mail it came by."""
    first, _ = house.ask("Printer", "It burns.", auth="pass")
    second, alert = house.ask("Toner", "No toner.", message_id="<toner@example.org>", auth="pass")
    acknowledgement = to(house.sent(), "ola@")[-1]
    kari(house, alert, f"!merge {first}")
    [told] = to(house.later(60), "ola@")
    assert number_in(told) == first and second in body(told) and str(told["Subject"]).endswith("Toner")
    ways = [
        reply(told, "One.", author=OLA),
        reply(acknowledgement, "Two.", author=OLA),
        letter(OLA, DESK, "Sv: something else", "Three.", answers="<toner@example.org>", auth="pass"),
        letter(OLA, DESK, f"Re: [#{second}] Toner", "Four.", auth="pass"),
        letter(OLA, DESK, "x", "Five.", answers=acknowledgement),
    ]
    for mail in ways:
        house.mail(mail)
        assert house.last_mail().ticket == first and house.became()[0] == "appended", house.became()
    assert texts(house, first)[2:] == ["One.", "Two.", "Three.", "Four.", "Five."]
    assert len(house.tickets()) == 2


def test_another_requester_reads_nothing_of_it(house: House) -> None:
    """Eva's case goes into Ola's: she is told the number and no more, he nothing at all."""
    ola, ola_alert = house.ask("Printer", "It burns.")
    eva, eva_alert = house.ask("Salary", OTHER, EVA)
    house.mail(reply(eva_alert, "Hello Eva, which month is it?"))
    house.later(60)
    said = kari(house, eva_alert, f"!merge {ola}")
    assert "eva@example.net is not the requester" in said and "!accept eva@example.net" in said
    out = house.later(60)
    [told] = to(out, "eva@")
    assert ola in body(told) and "Printer" not in str(told) and str(told["Subject"]).endswith("Salary")
    assert to(out, "ola@") == []
    merged = house.ticket(ola)
    assert [(one["role"], one["internal"]) for one in merged["messages"]] == [
        ("requester", False), ("external", True), ("agent", False)
    ]  # fmt: skip
    assert {one["address"]: one["role"] for one in merged["participants"]} == {
        "ola@example.org": "requester", "eva@example.net": "external"
    }  # fmt: skip
    # Words to Ola: no copy to Eva, no id of her thread. What she wrote cannot slip into it.
    house.mail(reply(ola_alert, "Turn it off."))
    held = house.last_mail()
    if held.disposition == "held":
        kari(house, ola_alert, f"!accept {held.id}")
    [answer] = to(house.later(61), "ola@")
    assert answer["Cc"] is None and eva not in str(answer)
    assert "must not leave the house" in kari(house, ola_alert, f"!reply\n{OTHER}")
    # Her answer is kept inside until somebody lets her in.
    house.mail(reply(told, "It is the November one.", author=EVA))
    assert house.ticket(ola)["messages"][-1]["internal"]
    assert to(house.sent(), "ola@")[-1] == answer or len(to(house.sent(), "ola@")) == 2


def test_words_never_reach_another_requester_by_a_merge(house: House) -> None:
    ola, _ = house.ask("Printer", "It burns.")
    _, alert = house.ask("Salary", "Too little.", EVA)
    assert "would go to ola@example.org" in kari(house, alert, f"!merge {ola}\nHello Eva, we are on it.")
    assert house.later(120) == []


def test_only_a_proven_agent_merges_at_once(house: House) -> None:
    first, _ = house.ask("Printer", "It burns.")
    second, alert = house.ask("Printer again", "It still burns.")
    [question] = house.mail(reply(alert, f"!merge {first}"))
    assert house.became()[0] == "held" and house.ticket(second)["merged_into"] is None
    house.mail(reply(question, "ok"))
    assert house.ticket(second)["merged_into"] == first


# (what is done first, the command in an answer about the second ticket, what the receipt says)
REFUSED = [
    ("", "!merge {second}", "is this ticket itself"),
    ("", "!merge 261123999", "there is no ticket 261123999"),
    ("!close", "!merge {first}", "is closed; reopen it first"),
    ("!merge {second}", "!merge {first}", "is this ticket itself"),
]


@pytest.mark.parametrize("before, asked, said", REFUSED)
def test_what_is_not_merged(house: House, before: str, asked: str, said: str) -> None:
    first, first_alert = house.ask("Printer", "It burns.")
    second, alert = house.ask("Toner", "No toner.")
    if before:
        kari(house, first_alert, before.format(second=second))
    assert said in kari(house, alert, asked.format(first=first, second=second))


def test_at_most_ten_merges_in_a_row(house: House) -> None:
    agent = house.app.policy.agents["kari"]
    house.mail(*(letter(OLA, DESK, f"Printer {n}", f"Number {n} burns.") for n in range(12)))
    numbers = sorted(one["number"] for one in house.tickets())
    with house.app.transactions.begin(house.now) as transaction:
        desk = transaction.desk
        done = [
            desk.ask(one, agent, [Merge(CaseNumber(other))], "", words_are="note", by="command line")
            for one, other in pairwise(numbers)
        ]
    assert [type(one) for one in done] == [Done] * 10 + [NotDone]
    assert "more than 10 tickets" in str(done[-1]) and len(texts(house, numbers[10])) == 11


def test_what_was_not_answered_is_owed_by_the_target(house: House) -> None:
    first, first_alert = house.ask("Printer", "It burns.")
    house.mail(reply(first_alert, "Turn it off."))
    assert house.ticket(first)["waiting_for"] == "requester"
    _, alert = house.ask("Printer", "It burns again.")
    kari(house, alert, f"!merge {first}")
    after = house.ticket(first)
    assert after["waiting_for"] is None
    assert "next_response" in {one["target"] for one in after["deadlines"] if one["state"] == "running"}


def test_a_colleague_hears_of_a_merge_into_his_ticket(house: House) -> None:
    first, first_alert = house.ask("Printer", "It burns.")
    house.mail(reply(first_alert, "!assign per"))
    second, alert = house.ask("Toner", "No toner.")
    out = house.mail(reply(alert, f"!merge {first}", auth="pass"))
    [heard] = to(out, "per@")
    assert str(heard["To"]) == PER and f"{second} was merged into it" in body(heard)


# ---- split ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", names("split"))
def test_what_a_split_opens_and_an_undo_closes(house: House, word: str) -> None:
    number, alert = house.ask("Printer and toner", "It burns.\nAnd there is no toner.")
    before = house.ticket(number)
    said = kari(house, alert, f'!{word} "No toner"')
    [new] = [one["number"] for one in house.tickets() if one["number"] != number]
    assert f"{new} is open: No toner" in said
    assert changes(before, house.ticket(number)) == {"links": [{"kind": "split-into", "number": new}]}
    opened = house.ticket(new)
    assert (opened["title"], opened["status"], opened["requester"]["address"]) == (
        "No toner",
        "open",
        "ola@example.org",
    )
    assert opened["links"] == [{"kind": "split-from", "number": number}] and texts(house, new) == texts(house, number)
    kari(house, alert, "!undo")
    assert changes(before, house.ticket(number)) == {} and house.ticket(new)["status"] == "closed"
    assert to(house.later(3600), "ola@") == []


def test_the_requester_is_told_both_numbers_and_the_agent_can_answer(house: House) -> None:
    number, alert = house.ask("Printer and toner", "It burns.\nAnd there is no toner.")
    out = house.mail(reply(alert, '!split "No toner"\n!split "It burns"'))
    alerts = [mail for mail in to(out, "kari@") if str(mail["Reply-To"]).startswith("support+p.")]
    new = [number_in(mail) for mail in alerts]
    assert len(set(new)) == 2 and number not in new
    told = to(house.later(60), "ola@")
    assert [number_in(mail) for mail in told] == new and all(number in body(mail) for mail in told)
    house.mail(reply(alerts[0], "The toner is on its way."))
    [answer] = to(house.later(61), "ola@")
    assert number_in(answer) == new[0] and "No toner" in str(answer["Subject"])
    house.mail(reply(told[1], "Thank you!", author=OLA))
    assert house.last_mail().ticket == new[1]


def test_a_split_takes_the_messages_and_files_that_are_named(house: House) -> None:
    number, alert = house.ask("Printer", "It burns.", cc="Nina <nina@example.org>", auth="pass")
    mixed = (
        "--b1\nContent-Type: text/plain\n\nMy salary is wrong.\n--b1\nContent-Type: text/plain; name=slip.txt\n"
        "Content-Disposition: attachment; filename=slip.txt\n\n4711\n--b1--"
    )
    acknowledgement = to(house.sent(), "ola@")[0]
    nina = "Nina <nina@example.org>"
    house.mail(reply(acknowledgement, mixed, author=nina, auth="pass", content='multipart/mixed; boundary="b1"'))
    house.mail(reply(alert, f"!note\n{NOTE}"))
    for asked, files in (('!split "Salary" m2 files', ["slip.txt"]), ('!split "Salary" m2', [])):
        kari(house, alert, asked)
        new = house.ticket(max(one["number"] for one in house.tickets()))
        assert new["requester"]["address"] == "nina@example.org" and [one["text"] for one in new["messages"]] == [
            "My salary is wrong."
        ]
        assert [one["filename"] for one in new["messages"][0]["attachments"]] == files
    for asked, said in (
        ('!split "x" m3', "M3 is no message of a requester"),
        ('!split "x" m9', f"there is no M9 in {number}"),
        ('!split "x" m1 m2', "of several people"),
    ):
        assert said in kari(house, alert, asked)


# ---- link -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", names("link"))
def test_a_link_stands_on_both_sides_until_it_is_undone(house: House, word: str) -> None:
    first, _ = house.ask()
    second, alert = house.ask("Toner", "No toner.", EVA)
    before = house.ticket(first), house.ticket(second)
    assert "are linked" in kari(house, alert, f"!{word} {first}")
    assert house.ticket(first)["links"] == [{"kind": "related", "number": second}]
    assert house.ticket(second)["links"] == [{"kind": "related", "number": first}]
    kari(house, alert, "!undo")
    assert changes(before[0], house.ticket(first)) == changes(before[1], house.ticket(second)) == {}
    assert "is this ticket itself" in kari(house, alert, f"!{word} {second}")


def test_the_desk_speaks_of_it_in_the_agents_language(house: House) -> None:
    for language, merged, split in (("nb", "er flettet inn i", "er åpnet"), ("fi", "on yhdistetty", "on avattu")):
        house.configure('id = "kari"\n', f'id = "kari"\nlanguage = "{language}"\n') if language == "nb" else (
            house.configure('language = "nb"', f'language = "{language}"')
        )
        first, _ = house.ask()
        _, alert = house.ask("Toner", "No toner.")
        assert merged in kari(house, alert, f"!merge {first}"), KARI
        assert split.split()[0] in kari(house, alert, '!split "Toner"')
