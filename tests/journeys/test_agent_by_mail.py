"""An agent works from his mail program: what the requester gets, what stays in the house (RULES 6)."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from email.message import EmailMessage
from typing import Any

import pytest
from agents import (
    DESK,
    FILE,
    KARI,
    NOTE,
    OTHER,
    PER,
    PROGRAMS,
    House,
    NewHouse,
    body,
    gmail,
    iphone,
    letter,
    number_in,
    outlook,
    reply,
    steps,
    thunderbird,
    to,
    whole,
)
from harness import Desk
from leaks import find_leaks

OLA = "ola@example.org"


# ---- a public answer ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("auth", ["token", "dmarc"])
def test_an_answer_from_any_mail_program_is_built_anew(auth: str, new_house: NewHouse) -> None:
    words = "Please turn it off, wait a minute,\nand turn it on again – it helps."
    with new_house(auth=auth) as house:
        asked = {
            program: f"<question-{program.__name__}@example.org>" for program in PROGRAMS
        }  # each requester is another person
        alerts = {
            program: house.ask(
                f"Printer {n}", f"It burns, says {n}.", f"Ola <ola{n}@example.org>", message_id=asked[program]
            )
            for n, program in enumerate(PROGRAMS)
        }
        proof = {"auth": "pass"} if auth == "dmarc" else {}
        assert house.mail(*(program(alerts[program][1], words, **proof) for program in PROGRAMS)) == []
        assert house.later(58) == []
        left = house.later(2)
        assert len(left) == len(PROGRAMS)
        for n, program in enumerate(PROGRAMS):
            number, _ = alerts[program]
            [answer] = to(left, f"ola{n}@example.org")
            expected = words if program is not thunderbird else f"> It burns, says {n}.\n\n{words}"
            assert body(answer) == expected, program
            assert str(answer["From"]) == '"Kari, Support" <support@example.com>'
            assert str(answer["To"]) == f"Ola <ola{n}@example.org>"
            assert answer["Cc"] is None and answer["Bcc"] is None
            assert str(answer["In-Reply-To"]) == asked[program]
            assert str(answer["References"]).split() == [str(answer["Message-ID"]), asked[program]]
            assert str(answer["Subject"]) == f"Re: [#{number}] Printer {n}"
            assert re.fullmatch(
                rf"support\+r\.{number}\.[a-z2-7]{{8}}\.[a-z2-7]{{21}}@example\.com", str(answer["Reply-To"])
            )
            for name in ("Auto-Submitted", "X-Auto-Response-Suppress", "X-Mailgate-Loop", "Authentication-Results"):
                assert answer[name] is None
            ticket = house.ticket(number)
            assert ticket["status"] == "in_progress" and ticket["waiting_for"] == "requester"
            assert ticket["assignee"] == {"id": "kari", "name": "Kari Nordmann"}
            assert [one["role"] for one in ticket["messages"]] == ["requester", "agent"]
            assert ticket["messages"][1]["message_id"] == str(answer["Message-ID"])


def test_the_whole_road_by_command(desk: Desk) -> None:
    """The installed command, on each database: asked, answered, not a second too early."""
    at = "2026-11-23T10:{}+01:00".format
    desk.take(letter("Ola <ola@example.org>", DESK, "Printer", "It burns.", message_id="<q@example.org>").encode(),
              arguments=["--at", at("00:00")])  # fmt: skip
    desk.work("--at", at("00:01"))
    [alert] = desk.outgoing_to("kari@example.com")
    desk.take(outlook(alert, "Turn it off.").encode(), arguments=["--at", at("05:00")])
    desk.work("--at", at("05:00"))
    desk.work("--at", at("05:59"))
    assert len(desk.outgoing()) == 2
    desk.work("--at", at("06:00"))
    [answer] = [mail for mail in desk.outgoing_to(OLA) if mail["Auto-Submitted"] is None]
    assert body(answer) == "Turn it off." and str(answer["In-Reply-To"]) == "<q@example.org>"
    data = b"".join((desk.folder / "outgoing" / "new").joinpath(name).read_bytes() for name in _files_to(desk, OLA))
    assert b"kari@example.com" not in data and b"Your answer goes to" not in data
    ticket = desk.ticket(number_in(alert))
    assert ticket["first_response_at"] == "2026-11-23T10:05:00+01:00"
    assert desk.audit()["balanced"] and desk.audit()["dispositions"] == {"new": 1, "appended": 1}


def _files_to(desk: Desk, address: str) -> list[str]:
    folder = desk.folder / "outgoing" / "new"
    return [file.name for file in folder.iterdir() if f"Delivered-To: {address}".encode() in file.read_bytes()]


def test_an_answer_goes_to_the_participants_too_and_bears_the_configured_signature(house: House) -> None:
    house.configure(
        'addresses = ["kari@example.com"]', 'addresses = ["kari@example.com"]\nsignature = "Kari\\nSupport"'
    )
    number, alert = house.ask(auth="pass", cc="Nina <nina@example.org>")
    house.mail(gmail(alert, "Turn it off."))
    [answer] = house.later(60)
    assert str(answer["Cc"]) == "Nina <nina@example.org>"
    assert body(answer) == "Turn it off.\n\nKari\nSupport"
    assert len(house.ticket(number)["participants"]) == 2


def test_it_hangs_below_the_requesters_newest_mail(house: House) -> None:
    _, first = house.ask(message_id="<one@example.org>")
    house.mail(reply(first, "Which floor?"))
    [question] = house.later(60)
    [alert] = house.mail(reply(question, "The third.", author="Ola <ola@example.org>", message_id="<two@example.org>"))
    house.mail(reply(alert, "Thank you."))
    [answer] = house.later(60)
    assert str(answer["In-Reply-To"]) == "<two@example.org>"
    chain = str(answer["References"]).split()
    assert chain[0] == str(answer["Message-ID"]) and chain[-1] == "<two@example.org>"
    assert str(question["Message-ID"]) in chain and "<one@example.org>" in chain


def test_no_waiting_where_none_is_wanted(new_house: NewHouse) -> None:
    with new_house(undo=0) as house:
        number, alert = house.ask()
        [answer] = house.mail(iphone(alert, "Turn it off."))
        assert body(answer) == "Turn it off."
        [receipt] = house.mail(reply(alert, "!undo"))
        assert "has left already" in body(receipt)
        assert house.ticket(number)["messages"][1]["state"] == "stands"


def test_undo_takes_an_answer_back_in_time(house: House) -> None:
    number, alert = house.ask()
    before = house.ticket(number)
    house.mail(reply(alert, "Wrong words."))
    assert house.ticket(number)["first_response_at"] is not None
    [receipt] = house.mail(reply(alert, "!undo"), seconds=50)
    assert "M2 was taken back" in body(receipt) and str(receipt["To"]) == "Kari Nordmann <kari@example.com>"
    assert house.later(3600) == []
    after = house.ticket(number)
    assert after["first_response_at"] is before["first_response_at"] is None and after["waiting_for"] is None
    assert after["messages"][1]["state"] == "undone"
    house.mail(reply(alert, "Right words."))
    [answer] = house.later(60)
    assert body(answer) == "Right words."
    [receipt] = house.mail(reply(alert, "!undo"))
    assert str(receipt["Subject"]).endswith("Not done: Printer") and "has left already" in body(receipt)
    # No retry brings back what was taken back.
    undone = next(row for row in house._stored() if row.state == "cancelled")
    assert Desk(house.folder).run("retry", str(undone.id), status=1).stderr.startswith(b"mailgate: mail ")
    assert house.later(60) == []


@pytest.mark.parametrize("also, undone", [
    ("!priority high", {"priority": "medium"}), ("!tag +vip\n!done", {"tags": [], "status": "in_progress"}),
    ("!wait vendor", {"waiting_for": None}), ("!close", {"status": "in_progress"}),
])  # fmt: skip
def test_undo_takes_back_what_came_with_an_answer_that_has_left(
    house: House, also: str, undone: dict[str, Any]
) -> None:
    number, alert = house.ask()
    house.mail(reply(alert, f"{also}\n\nRight words."))
    house.later(61)
    [receipt] = to(house.mail(reply(alert, "!undo")), "kari@")
    told, after = body(receipt), house.ticket(number)
    assert "Your answer has left already" in told and f"Taken back: {also.split()[0]}" in told
    assert {name: after[name] for name in undone} == undone
    assert after["messages"][1]["state"] == "stands" and after["first_response_at"] is not None
    assert after["assignee"]["id"] == "kari"
    [receipt] = house.mail(reply(alert, "!undo"))
    assert str(receipt["Subject"]).endswith("Not done: Printer")


def test_undo_and_better_words_in_one_mail(house: House) -> None:
    _, alert = house.ask()
    house.mail(reply(alert, "Wrong words."))
    house.mail(reply(alert, "!undo\n\nRight words."))
    assert [body(mail) for mail in house.later(61)] == ["Right words."]


def test_done_with_an_answer_leaves_behind_it_and_undo_takes_both_back(house: House) -> None:
    number, alert = house.ask()
    [receipt] = house.mail(reply(alert, "!done\nPlease turn it off."))
    assert str(receipt["To"]).endswith("<kari@example.com>")
    house.mail(reply(alert, "!undo"))
    assert house.later(3600) == []
    assert house.ticket(number)["status"] == "open"
    house.mail(reply(alert, "!done\nPlease turn it off."))
    answer, completed = house.later(61)
    assert body(answer) == "Please turn it off." and "solved" in body(completed)
    assert house.ticket(number)["status"] == "completed"


def test_a_file_goes_along_and_a_mail_does_not(house: House) -> None:
    number, alert = house.ask()
    text = (
        "--b1\nContent-Type: text/plain\n\nSee the drawing.\n--b1\nContent-Type: application/pdf\n"
        'Content-Disposition: attachment; filename="tegning æ.pdf"\nContent-Transfer-Encoding: base64\n\n'
        "JVBERi0xLjQK\n--b1--"
    )
    house.mail(reply(alert, text, content='multipart/mixed; boundary="b1"'))
    [answer] = house.later(60)
    [file] = list(answer.iter_attachments())
    assert file.get_filename() == "tegning æ.pdf" and file.get_content_type() == "application/pdf"
    assert file.get_payload(decode=True) == b"%PDF-1.4\n"
    assert body(answer) == "See the drawing."
    assert [one["filename"] for one in house.ticket(number)["messages"][1]["attachments"]] == ["tegning æ.pdf"]
    parts = ("text/plain\n\nSee below.", f"message/rfc822\n\n{alert.as_string()}")
    inner = "".join(f"--b1\nContent-Type: {part}\n" for part in parts) + "--b1--"
    [receipt] = house.mail(reply(alert, inner, content='multipart/mixed; boundary="b1"'))
    assert "Not done" in str(receipt["Subject"]) and house.later(100) == []


# ---- notes ----------------------------------------------------------------------------------------------------------


def test_a_note_stays_inside_until_reply_says_otherwise(house: House) -> None:
    number, alert = house.ask()
    house.mail(reply(alert, "!claim"))
    note_alert, told = house.mail(reply(alert, f"!note\n{NOTE}", author=PER, to=_to_per(house)))
    assert "M2" in body(told) and str(told["To"]) == PER
    assert re.match(r"support\+n\.", str(note_alert["Reply-To"]))
    assert body(note_alert).startswith("Your answer is an internal note.") and NOTE in body(note_alert)
    assert house.mail(reply(note_alert, "I think so too.")) == []
    assert house.became() == ("appended", "agent-note")
    assert [one["internal"] for one in house.ticket(number)["messages"]] == [False, True, True]
    assert house.later(3600) == []
    house.mail(reply(note_alert, "!reply\nPlease turn it off."))
    [answer] = house.later(60)
    assert str(answer["To"]) == "Ola <ola@example.org>" and body(answer) == "Please turn it off."


def _to_per(house: House) -> str:
    return str(next(mail for mail in house.sent() if "per@" in str(mail["To"]))["Reply-To"])


def test_note_in_an_answer_address_stays_inside(house: House) -> None:
    number, alert = house.ask()
    for words in (f"!note\n{NOTE}", f"!note {NOTE}", f"!NOTE\n\n{NOTE}"):
        [receipt] = house.mail(reply(alert, words))
        assert "the requester does not see it" in body(receipt)
    assert house.later(3600) == []
    ticket = house.ticket(number)
    assert [one["text"] for one in ticket["messages"][1:]] == [NOTE] * 3
    assert ticket["first_response_at"] is None and ticket["status"] == "open"


# ---- what must not leave --------------------------------------------------------------------------------------------

LEFT_OVER = [
    "Turn it off.\nYour answer goes to: ola@example.org",
    "Turn it off.\n:: Queue support, open, assigned to nobody",
    "Turn it off. ##- Please type your answer above this line -##",
    "Turn it off. Write to {p}",
    "Turn it off.\nRef: {ref}",
    "Turn it off.\n{ref}",
    f"Turn it off.\n{NOTE}",
    f"Turn it off.\n> {NOTE}\nSo much for that.",
    "Ask kari@example.com or Per.",
    "Ask per@example.com, please.",
    "!resolution\n:: New case from Ola\n!end",
    '!title "see {p}"',
    "!reply see {p}\nTurn it off.",
]


def test_nothing_leaves_with_a_line_of_ours_in_it(house: House) -> None:
    number, alert = house.ask(words="It burns.\nSince Monday.")
    house.mail(reply(alert, f"!note\n{NOTE}"))
    before = house.ticket(number)
    ref = re.search(r"Ref: (\S+)", whole(alert))
    assert ref is not None
    for words in LEFT_OVER:
        text = words.format(p=alert["Reply-To"], ref=ref[1])
        [receipt] = house.mail(reply(alert, f"!priority urgent\n{text}"))
        assert "Not done" in str(receipt["Subject"]), words
        assert str(receipt["To"]) == "Kari Nordmann <kari@example.com>"
        assert house.became()[0] == "entry", words
    assert house.later(3600) == []
    after = house.ticket(number)
    assert after["priority"] == before["priority"] and after["title"] == before["title"]
    assert len(after["messages"]) == len(before["messages"])


def test_the_requesters_own_words_may_be_quoted_back(house: House) -> None:
    _, alert = house.ask(words="It burns.\nSince Monday, says kari@example.com to me.")
    quoted = "> It burns.\n\nThen turn it off.\n\n> Since Monday, says kari@example.com to me.\n\nI see."
    house.canaries.pop("the agent's address")
    house.mail(reply(alert, quoted))
    [answer] = house.later(60)
    assert body(answer) == quoted


@pytest.mark.parametrize("words", ["", "   \n\n", "-- \nKari Nordmann", "> It burns."])
def test_an_empty_answer_is_told(house: House, words: str) -> None:
    number, alert = house.ask()
    [receipt] = house.mail(reply(alert, words))
    assert "no words of your own" in body(receipt) and house.became() == ("entry", "agent-empty")
    assert house.later(3600) == [] and len(house.ticket(number)["messages"]) == 1


def test_an_answer_of_nothing_but_the_quoted_alert_is_empty(house: House) -> None:
    _, alert = house.ask()
    for program in PROGRAMS:
        [receipt] = house.mail(program(alert, ""))
        assert "no words of your own" in body(receipt), program
    assert house.later(3600) == []


# ---- collisions -----------------------------------------------------------------------------------------------------


def _overtaken(house: House, how: str) -> tuple[str, EmailMessage]:
    """A ticket in which something came after the alert that Kari is about to answer."""
    number, alert = house.ask()
    if how == "colleague":
        per = next(mail for mail in house.sent() if "per@" in str(mail["To"]))
        house.mail(reply(per, "Per says hello.", author=PER))
        house.later(60)
    else:
        acknowledgement = to(house.sent(), OLA)[0]
        house.mail(reply(acknowledgement, "It burns no more.", author="Ola <ola@example.org>"))
    return number, alert


@pytest.mark.parametrize("how, shown", [("colleague", "Per says hello."), ("requester", "It burns no more.")])
@pytest.mark.parametrize("way", ["mail", "command"])
def test_an_overtaken_answer_is_held_and_shown(house: House, how: str, shown: str, way: str) -> None:
    number, alert = _overtaken(house, how)
    [receipt] = house.mail(reply(alert, "!priority high\nTurn it off."))
    assert house.became() == ("held", "collision")
    assert shown in body(receipt) and "Turn it off." in body(receipt)
    held = house.last_mail().id
    assert f"!accept {held}" in body(receipt) and f"!reject {held}" in body(receipt)
    assert house.later(3600) == [] and house.ticket(number)["priority"] == "medium"
    if way == "mail":
        told, done = to(house.mail(reply(receipt, f"!accept {held}")), "kari@")
        assert f"Held mail {held} goes through" in body(told) and "Answer" in body(done)
    else:
        assert Desk(house.folder).run("release", str(held)).stdout
        house.work()
    [answer] = [mail for mail in house.later(61) if "ola@" in str(mail["To"])]
    assert body(answer) == "Turn it off." and house.ticket(number)["priority"] == "high"


def test_a_held_answer_can_be_dropped(house: House) -> None:
    number, alert = _overtaken(house, "requester")
    house.mail(reply(alert, "Turn it off."))
    held = house.last_mail().id
    [told] = house.mail(reply(alert, f"!reject {held}"))
    assert "is rejected" in body(told)
    [again] = house.mail(reply(alert, f"!accept {held}"))
    assert "Not done" in str(again["Subject"]) and f"no held mail {held}" in body(again)
    assert house.later(3600) == []
    assert not [one for one in house.ticket(number)["messages"] if one["role"] == "agent"]


def test_ones_own_second_answer_and_a_note_are_no_collision(house: House) -> None:
    number, alert = house.ask()
    per = next(mail for mail in house.sent() if "per@" in str(mail["To"]))
    house.mail(reply(per, f"!note\n{NOTE}", author=PER))
    house.mail(reply(alert, "First."))
    house.mail(reply(alert, "Second."))
    assert [body(mail) for mail in to(house.later(61), OLA)] == ["First.", "Second."]
    assert house.ticket(number)["assignee"]["id"] == "kari"


def test_reply_to_a_receipt_is_guarded_too(house: House) -> None:
    number, alert = house.ask()
    [receipt] = house.mail(reply(alert, "!claim"))
    house.mail(reply(to(house.sent(), OLA)[0], "It burns no more.", author="Ola <ola@example.org>"))
    [held] = house.mail(reply(receipt, "!reply\nTurn it off."))
    assert house.became() == ("held", "collision") and "It burns no more." in body(held)
    assert house.ticket(number)["waiting_for"] is None


# ---- first response, turns ------------------------------------------------------------------------------------------


def test_only_a_public_answer_is_a_first_response(house: House) -> None:
    number, alert = house.ask()
    assert house.ticket(number)["first_response_at"] is None  # an acknowledgement went out
    house.mail(reply(alert, f"!note\n{NOTE}"), reply(alert, "!claim"))
    assert house.ticket(number)["first_response_at"] is None
    house.mail(reply(alert, "Turn it off."))
    first = house.ticket(number)["first_response_at"]
    assert first == house.now.astimezone().astimezone(tz=None).isoformat() or first.startswith("2026-11-23T10:00:")
    house.later(60)
    house.mail(reply(alert, "And on again."))
    assert house.ticket(number)["first_response_at"] == first


def test_whose_turn_it_is(house: House) -> None:
    number, alert = house.ask()
    house.mail(reply(alert, "Which floor?"))
    assert house.ticket(number)["waiting_for"] == "requester"
    [question] = house.later(60)
    house.mail(reply(question, "The third.", author="Ola <ola@example.org>"))
    ticket = house.ticket(number)
    assert ticket["waiting_for"] is None and ticket["status"] == "in_progress"
    assert steps(ticket)[-1] == (OLA, "waiting_for", "requester", None)


# ---- alerts ---------------------------------------------------------------------------------------------------------


def test_alerts_go_to_the_queue_and_then_to_the_assignee_alone(house: House) -> None:
    house.take(letter("Ola <ola@example.org>", DESK, "Printer", "It burns."))
    out = house.later(1)
    alerts = [mail for mail in out if "example.com" in str(mail["To"])]
    assert sorted(str(mail["To"]) for mail in alerts) == [
        "Kari Nordmann <kari@example.com>",
        "Per Hansen <per@example.com>",
    ]
    assert all(mail["Cc"] is None and body(mail).startswith("Your answer goes to: ola@example.org") for mail in alerts)
    assert len({str(mail["Reply-To"]) for mail in alerts}) == 2
    [alert] = to(alerts, "kari@")
    house.mail(reply(alert, "!claim"))
    out = house.mail(reply(to(house.sent(), OLA)[0], "Hurry.", author="Ola <ola@example.org>"))
    assert [str(mail["To"]) for mail in out] == ["Kari Nordmann <kari@example.com>"]
    [assigned] = to(house.mail(reply(alert, "!assign per")), "per@")
    assert "is now yours" in body(assigned) and re.match(r"support\+p\.", str(assigned["Reply-To"]))


def test_over_thirty_alerts_in_ten_minutes_become_one_digest(house: House) -> None:
    house.take(*(letter(f"R{n} <r{n}@example{n}.org>", DESK, f"Question {n}", f"Number {n}?") for n in range(35)))
    out = house.later(1)
    mine = to(out, "kari@")
    assert len(mine) == 31
    [digest] = [mail for mail in mine if "5 changes in your cases" in str(mail["Subject"])]
    assert [f"Question {n}" in body(digest) for n in range(28, 35)] == [False, False, True, True, True, True, True]
    assert "+n.0." in str(digest["Reply-To"])
    house.take(*(letter(f"S{n} <s{n}@example{n}.org>", DESK, f"More {n}", f"Number {n}?") for n in range(2)))
    assert to(house.later(300), "kari@") == []
    [second] = to(house.later(301), "kari@")
    assert "2 changes" in str(second["Subject"])


def test_agents_read_no_other_tickets_words_into_an_answer(house: House) -> None:
    """What another requester said, pasted by mistake with the sign of its alert, stays."""
    house.ask(words=OTHER, author="Eva <eva@example.net>")
    eva = to(house.sent(), "kari@")[-1]
    _, alert = house.ask()
    [receipt] = house.mail(reply(alert, f"Turn it off.\n{body(eva)}"))
    assert "Not done" in str(receipt["Subject"]) and to(house.later(3600), OLA) == []


# ---- on behalf ------------------------------------------------------------------------------------------------------


def _forward(words: str, inner: str, **more: Any) -> str:
    text = f"--b1\nContent-Type: text/plain\n\n{words}\n--b1\nContent-Type: message/rfc822\n\n{inner}\n--b1--"
    return letter(
        KARI, DESK, "Fwd: Coffee machine", text, content='multipart/mixed; boundary="b1"', auth="pass", **more
    )


@pytest.mark.parametrize("silent", [False, True])
def test_a_forwarded_mail_is_its_authors_case(new_house: NewHouse, silent: bool) -> None:
    with new_house(auth="dmarc") as house:
        inner = letter(
            "Ida <ida@example.net>", "kari@example.com", "Coffee machine", "No coffee since Monday.",
            message_id="<ida-1@example.net>", answers="<kari-0@example.com>",
        )  # fmt: skip
        house.canaries.pop("the agent's address")
        out = house.mail(_forward(f"{'!silent' if silent else '!priority high'}\n{NOTE}", inner))
        [row] = house.tickets()
        ticket = house.ticket(row["number"])
        assert house.became() == ("new", "on-behalf")
        assert ticket["requester"] == {"name": "Ida", "address": "ida@example.net"} and not ticket["internal"]
        assert ticket["subject"] == "Coffee machine" and ticket["priority"] == ("medium" if silent else "high")
        first, note = ticket["messages"]
        assert (first["role"], first["internal"], first["text"]) == ("requester", False, "No coffee since Monday.")
        assert (note["role"], note["internal"], note["text"]) == ("agent", True, NOTE)
        told = to(out, "ida@example.net")
        assert len(told) == (0 if silent else 1)
        if told:
            assert row["number"] in body(told[0]) and str(told[0]["In-Reply-To"]) == "<ida-1@example.net>"
            assert re.match(r"support\+r\.", str(told[0]["Reply-To"]))
        assert [str(mail["Subject"]) for mail in to(out, "kari@")]  # the receipt
        # Ida goes on in her own thread with Kari, with the desk in Cc this time.
        for answered in ("<ida-1@example.net>", "<kari-0@example.com>"):
            house.mail(
                letter(
                    "Ida <ida@example.net>", DESK, "Re: Coffee machine", "Still none.", answers=answered, auth="pass"
                )
            )
            assert house.last_mail().ticket == row["number"], answered


def test_a_forward_in_the_text_of_a_telephone_is_its_authors_case(
    new_house: NewHouse,
) -> None:
    with new_house(auth="dmarc") as house:
        forward = (
            f"!priority high\n{NOTE}\n\nSendt fra min iPhone\n\nStart på videresendt melding:\n\n"
            "> Fra: Ida Ås <ida@example.net>\n> Dato: 23. november 2026 kl. 09:12:33 CET\n"
            "> Til: Kari Nordmann <kari@example.com>\n> Emne: Kaffemaskinen\n>\n> Ingen kaffe siden mandag.\n"
        )
        out = house.mail(letter(KARI, DESK, "Fwd: Kaffemaskinen", forward, auth="pass"))
        assert house.became() == ("new", "on-behalf")
        ticket = house.ticket(house.last_mail().ticket)
        assert ticket["requester"] == {"name": "Ida Ås", "address": "ida@example.net"} and not ticket["internal"]
        assert (ticket["subject"], ticket["priority"]) == ("Kaffemaskinen", "high")
        first, note = ticket["messages"]
        assert (first["role"], first["internal"], first["text"]) == ("requester", False, "Ingen kaffe siden mandag.")
        assert (note["role"], note["internal"], note["text"]) == ("agent", True, NOTE)
        [told] = to(out, "ida@example.net")
        assert ticket["number"] in body(told) and "kari" not in told.as_string().casefold()
        # Whom he names himself goes before it; a mail of a colleague, or of the desk, is no outsider's question.
        house.mail(letter(KARI, DESK, "Fwd: Te", f"!requester eva@example.net\n{forward}", auth="pass"))
        assert house.ticket(house.last_mail().ticket)["requester"]["address"] == "eva@example.net"
        for ours in ("per@example.com", DESK):
            house.mail(letter(KARI, DESK, "Fwd: X", forward.replace("ida@example.net", ours), auth="pass"))
            assert house.became() == ("new", "agent-internal"), ours


def test_an_agents_own_mail_opens_a_case_of_the_house(new_house: NewHouse) -> None:
    with new_house(auth="dmarc") as house:
        out = house.mail(letter(KARI, DESK, "Order toner", "!assign per\nWe are out of toner.", auth="pass"))
        [row] = house.tickets()
        assert row["internal"] and row["requester"]["address"] == "kari@example.com" and row["assignee"]["id"] == "per"
        assert house.became() == ("new", "agent-internal")
        assert all(mail["Auto-Submitted"] for mail in out)
        assert row["number"] in body(to(out, "kari@")[0])
        # One wrong command, and nothing is opened.
        [receipt] = house.mail(letter(KARI, DESK, "Order paper", "!assign nobody-we-know\nNo paper.", auth="pass"))
        assert "Not done" in str(receipt["Subject"]) and "No paper." in body(receipt)
        assert len(house.tickets()) == 1 and house.became() == ("entry", "agent-command-error")


# ---- the wall itself ------------------------------------------------------------------------------------------------


def test_a_planted_leak_is_found(new_house: NewHouse) -> None:
    """The control: a desk whose mails to requesters do leak must not pass."""
    with pytest.raises(AssertionError, match="a note in"), new_house() as house:
        (house.folder / "templates" / "mail" / "en").mkdir(parents=True)
        template = house.folder / "templates" / "mail" / "en" / "reply.txt.j2"
        template.write_text(f"Subject: Re: {{{{ subject }}}}\n{{{{ words }}}}\n{{{{ signature }}}}\n\n{NOTE}\n")
        house.configure("[desk]\n", '[desk]\ntemplates = "templates"\n')
        _, alert = house.ask()
        house.mail(reply(alert, "Turn it off."))
        house.later(60)


def test_a_file_of_a_note_stays_with_the_note(house: House) -> None:
    number, alert = house.ask()
    parts = (
        f"text/plain\n\n!note\n{NOTE}",
        f'application/pdf\nContent-Disposition: attachment; filename="{FILE}"\n\n%PDF-1.4',
    )
    text = "".join(f"--b1\nContent-Type: {part}\n" for part in parts) + "--b1--"
    house.mail(reply(alert, text, content='multipart/mixed; boundary="b1"'))
    assert [one["filename"] for one in house.ticket(number)["messages"][1]["attachments"]] == [FILE]
    house.mail(reply(alert, "Turn it off."))
    [answer] = house.later(61)
    assert list(answer.iter_attachments()) == []


def test_the_check_sees_what_an_alert_holds(house: House) -> None:
    """Were an alert to go to a requester, the check would name it."""
    _, alert = house.ask()
    found = " ".join(find_leaks(alert.as_bytes(), house.canaries))
    for name in ("the agent's address", "an alert's first line", "the marker", "a line of an alert"):
        assert name in found


@pytest.mark.parametrize("auth", ["token", "dmarc"])
def test_where_the_server_knows_no_sub_addresses_the_thread_says_who_answers_what(
    auth: str, new_house: NewHouse
) -> None:
    with new_house(auth=auth) as house:
        house.configure('queue = "support"', 'queue = "support"\nplus_addressing = false')
        _, alert = house.ask("Printer", "It burns.", "Ola <ola@example.org>")
        assert "+" not in alert["Reply-To"]
        proof = {"auth": "pass"} if auth == "dmarc" else {}
        house.mail(reply(alert, "Turn it off.", to=str(alert["Reply-To"]), **proof))
        answer = to(house.later(60), OLA)
        assert [body(mail).split("\n")[0] for mail in answer] == ["Turn it off."]
        # Somebody else who answers the same alert is nobody here.
        house.mail(reply(alert, "!close", author="Mallory <mallory@evil.example>", to=str(alert["Reply-To"]), **proof))
        assert house.became() == ("held", "foreign-agent-token")


def test_an_outsider_takes_part_once_an_agent_accepts_him(
    new_house: NewHouse,
) -> None:
    friend = "Siri <siri@elsewhere.example>"
    with new_house(auth="dmarc") as house:
        number, alert = house.ask("Printer", "It burns.", "Ola <ola@example.org>")
        acknowledgement = to(house.sent(), OLA)[0]
        house.mail(letter(friend, str(acknowledgement["Reply-To"]), "Printer", "I know about printers."))
        outside = house.ticket(number)["messages"][-1]
        assert (outside["role"], outside["internal"]) == ("external", True)
        # He hears nothing yet, and a token alone does not let him in.
        house.mail(reply(alert, "Turn it off.", auth="pass"))
        house.mail(letter(KARI, str(alert["Reply-To"]), "Re: x", "!accept m2"))
        assert not any("siri@" in f"{mail['To']}{mail['Cc']}" for mail in house.later(60))
        house.mail(letter(KARI, str(alert["Reply-To"]), "Re: x", "!accept m2", auth="pass"))
        inside = next(one for one in house.ticket(number)["messages"] if one["id"] == "M2")
        assert (inside["role"], inside["internal"]) == ("cc", False)
        house.mail(reply(to(house.sent(), "kari@example.com")[-1], "!reply\nTurn it on again.", auth="pass"))
        copies = [body(mail).split("\n")[0] for mail in house.later(60) if "siri@" in str(mail["Cc"])]
        assert copies == ["Turn it on again."]


def test_an_outsider_who_is_rejected_has_no_answer_address_any_more(house: House) -> None:
    number, alert = house.ask("Printer", "It burns.", "Ola <ola@example.org>")
    acknowledgement = to(house.sent(), OLA)[0]
    friend = "Siri <siri@elsewhere.example>"
    house.mail(letter(friend, str(acknowledgement["Reply-To"]), "Printer", "Let me in."))
    house.mail(reply(alert, "!reject m2"))
    assert "stays outside" in body(to(house.sent(), "kari@example.com")[-1])
    house.mail(letter(friend, str(acknowledgement["Reply-To"]), "Printer", "Let me in again."))
    assert [one["role"] for one in house.ticket(number)["messages"]] == ["requester", "external"]


def with_file(alert: EmailMessage, words: str, kind: str, name: str, data: bytes, **more: Any) -> str:
    """An answer with one file."""
    how = more.pop("how", "attachment")
    encoded = base64.encodebytes(data).decode()
    text = (
        f"--b1\nContent-Type: text/plain\n\n{words}\n--b1\nContent-Type: {kind}\n"
        f'Content-Disposition: {how}; filename="{name}"\nContent-Transfer-Encoding: base64\n\n{encoded}\n--b1--'
    )
    return reply(alert, text, content='multipart/mixed; boundary="b1"', **more)


@pytest.mark.parametrize(
    "kind, name, wrap",
    [
        ("application/octet-stream", "alert.eml", lambda alert: alert.as_bytes()),
        ("application/octet-stream", "no-name-says-it", lambda alert: alert.as_bytes()),
        ("text/plain", "alert.txt", lambda alert: whole(alert).encode("utf-16")),
        ("text/html", "page.html", lambda alert: b"<p>write to kari@example.com</p>"),
    ],
)
def test_no_file_carries_the_alert_or_an_agents_address_out(
    house: House, kind: str, name: str, wrap: Callable[[EmailMessage], bytes]
) -> None:
    _, alert = house.ask()
    [receipt] = house.mail(with_file(alert, "See the file.", kind, name, wrap(alert)))
    assert "must not see" in body(receipt)
    assert house.later(60) == []


@pytest.mark.parametrize(
    "kind, name, how",
    [
        ("application/pkcs7-signature", "smime.p7s", "attachment"),
        ("text/vcard", "kari.vcf", "attachment"),
        ("image/png", "drawing.png", "inline"),
    ],
)
def test_what_is_not_sent_is_told(house: House, kind: str, name: str, how: str) -> None:
    _, alert = house.ask()
    [receipt] = house.mail(with_file(alert, "Turn it off.", kind, name, b"kari@example.com", how=how))
    assert name in body(receipt)
    [answer] = to(house.later(60), OLA)
    assert list(answer.iter_attachments()) == []
    assert body(answer).startswith("Turn it off.")


def test_one_mail_to_the_answer_addresses_of_two_cases_answers_neither(house: House) -> None:
    _, one = house.ask("Printer", "It burns.", "Ola <ola@example.org>")
    _, other = house.ask("Lamp", "It is dark.", "Siri <siri@example.net>")
    [receipt] = house.mail(reply(one, "Turn it off.", to=f"{one['Reply-To']}, {other['Reply-To']}"))
    assert "several cases" in body(receipt)
    assert house.later(60) == []


def test_a_note_wrapped_anew_stays_a_note(house: House) -> None:
    number, alert = house.ask()
    house.mail(reply(alert, "!note\nThis customer is a known liar, do not trust him in anything at all."))
    answer = "Hello Ola,\n\nThis customer is a known\nliar, do not trust him in\nanything at all.\n"
    [receipt] = house.mail(reply(alert, answer))
    assert "must not leave" in body(receipt)
    assert house.later(60) == []
    assert [one["internal"] for one in house.ticket(number)["messages"]] == [False, True]
