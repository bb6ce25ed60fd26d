"""Commands at the top of an agent's mail: what they change, what the history and the receipt say, and when nothing at
all is done (RULES 6)."""

from __future__ import annotations

from typing import Any

import pytest
from agents import (
    DESK,
    KARI,
    NOTE,
    PER,
    House,
    body,
    changes,
    letter,
    outlook_web,
    reply,
    steps,
    thunderbird,
    to,
)

from ticketing.command_words import WORDS
from ticketing.desk.effects import possible
from ticketing.store import tickets

OLA = "Ola <ola@example.org>"
ME = {"id": "kari", "name": "Kari Nordmann"}
PER_HAS_IT = {"id": "per", "name": "Per Hansen"}


# (what was asked before, the commands, what differs afterwards, the history's new lines as (what, from, to), the
# receipt's words). `*`: whatever is there.
TO_PROGRESS = ("status", "open", "in_progress")
ONE_BY_ONE: list[tuple[str, str, dict[str, Any], list[tuple[str, str | None, str | None]], str]] = [
    ("", "!claim", {"assignee": ME, "status": "in_progress"}, [("assignee", None, "kari"), TO_PROGRESS],
     "Kari Nordmann has"),
    ("!claim", "!claim", {}, [], "has 261123001 already"),
    ("", "!assign per", {"assignee": PER_HAS_IT, "status": "in_progress"}, [("assignee", None, "per"), TO_PROGRESS],
     "Per Hansen has"),
    ("", "!assign @Per", {"assignee": PER_HAS_IT, "status": "in_progress"}, [("assignee", None, "per"), TO_PROGRESS],
     "Per Hansen has"),
    ("", "!ASSIGN per@example.com", {"assignee": PER_HAS_IT, "status": "in_progress"},
     [("assignee", None, "per"), TO_PROGRESS], "Per Hansen has"),
    ("!claim", "!assign none", {"assignee": None}, [("assignee", "kari", None)], "Nobody has it now"),
    ("", "!done", {"assignee": ME, "status": "completed", "completed_at": "*"},
     [("assignee", None, "kari"), TO_PROGRESS, ("status", "in_progress", "completed")], "is completed"),
    ("!claim", "!done", {"status": "completed", "completed_at": "*"}, [("status", "in_progress", "completed")],
     "closes by itself on 30 November 2026"),
    ("", "!close", {"status": "closed", "closed_at": "*"}, [("status", "open", "closed")], "is closed now"),
    ("", "!spam", {"status": "closed", "closed_at": "*"}, [("status", "open", "closed")], "is closed now"),
    ("!close", "!reopen", {"status": "in_progress", "closed_at": None}, [("status", "closed", "in_progress")],
     "is in progress now"),
    ("!done", "!reopen", {"status": "in_progress", "completed_at": None}, [("status", "completed", "in_progress")],
     "is in progress now"),
    ("!claim", "!status open", {"status": "open"}, [("status", "in_progress", "open")], "is open now"),
    ("", "!status progress", {"status": "in_progress"}, [TO_PROGRESS], "is in progress now"),
    ("", "!priority high", {"priority": "high"}, [("priority", "medium", "high")], "Priority of 261123001 is high"),
    ("", "  !Priority URGENT", {"priority": "urgent"}, [("priority", "medium", "urgent")], "is urgent now"),
    ("", '!title "The printer on the third floor"', {"title": "The printer on the third floor"},
     [("title", "Printer", "The printer on the third floor")], "Title of 261123001"),
    ("", "!wait vendor", {"waiting_for": "third_party"}, [("waiting_for", None, "third_party")], "a third party"),
    ("", "!wait requester until 2026-12-01", {"waiting_for": "requester"}, [("waiting_for", None, "requester")],
     "waits for the requester until Tuesday 1 December 2026 at 09:00"),
    ("", "!resolution\nTurned it off.\nTurned it on.\n!end", {"resolution": "Turned it off.\nTurned it on."},
     [("resolution", None, "Turned it off.\nTurned it on.")], "The resolution is kept"),
    ("", f"!note\n{NOTE}", {}, [("note", None, "M2")], "the requester does not see it"),
    ("", "!reply\nTurn it off.",
     {"assignee": ME, "status": "in_progress", "waiting_for": "requester", "first_response_at": "*"},
     [("answer", None, "M2"), TO_PROGRESS, ("assignee", None, "kari"), ("waiting_for", None, "requester")],
     "Answer M2 goes to ola@example.org in 60 seconds."),
    # Norwegian and Finnish, any case, with and without their dots and rings
    ("", "!ta", {"assignee": ME, "status": "in_progress"}, [("assignee", None, "kari"), TO_PROGRESS], "has 261123001"),
    ("", "!ota", {"assignee": ME, "status": "in_progress"}, [("assignee", None, "kari"), TO_PROGRESS], "has 261123001"),
    ("", "!Lukk", {"status": "closed", "closed_at": "*"}, [("status", "open", "closed")], "is closed now"),
    ("", "!sulje", {"status": "closed", "closed_at": "*"}, [("status", "open", "closed")], "is closed now"),
    ("!close", "!GJENÅPNE", {"status": "in_progress", "closed_at": None}, [("status", "closed", "in_progress")],
     "is in progress now"),
    ("", "!prioritet høy", {"priority": "high"}, [("priority", "medium", "high")], "is high now"),
    ("", "!prioriteetti kiireellinen", {"priority": "urgent"}, [("priority", "medium", "urgent")], "is urgent now"),
    ("", "!tildel per", {"assignee": PER_HAS_IT, "status": "in_progress"}, [("assignee", None, "per"), TO_PROGRESS],
     "Per Hansen has"),
    ("!claim", "!ferdig", {"status": "completed", "completed_at": "*"}, [("status", "in_progress", "completed")],
     "is completed"),
    # together, in one mail
    ("", f"!claim\n\n  !priority low\n!wait vendor\n!notat\n{NOTE}",
     {"assignee": ME, "status": "in_progress", "priority": "low", "waiting_for": "third_party"},
     [("assignee", None, "kari"), TO_PROGRESS, ("priority", "medium", "low"), ("waiting_for", None, "third_party"),
      ("note", None, "M2")], "Note M2"),
    ("", "!priority high\n!close\nTurn it off.",
     {"assignee": ME, "status": "closed", "closed_at": "*", "priority": "high", "first_response_at": "*"},
     [("priority", "medium", "high"), ("answer", None, "M2"), TO_PROGRESS, ("assignee", None, "kari"),
      ("waiting_for", None, "requester"), ("status", "in_progress", "closed")], "Answer M2"),
]  # fmt: skip


@pytest.mark.parametrize("before, asked, changed, history, said", ONE_BY_ONE, ids=[row[1][:20] for row in ONE_BY_ONE])
def test_what_a_command_does(
    house: House,
    before: str,
    asked: str,
    changed: dict[str, Any],
    history: list[tuple[str, str | None, str | None]],
    said: str,
) -> None:
    number, alert = house.ask()
    if before:
        house.mail(reply(alert, before))
    was = house.ticket(number)
    receipt = to(house.mail(reply(alert, asked)), "kari@")[-1]
    now = house.ticket(number)
    differs = changes(was, now)
    assert {key: "*" if changed.get(key) == "*" else value for key, value in differs.items()} == changed
    assert all(differs[key] for key, value in changed.items() if value == "*")
    new = now["history"][len(was["history"]) :]
    assert [(one["what"], one["from"], one["to"]) for one in new] == history
    assert {one["who"] for one in new} <= {"kari"}
    assert all("mail" in one["by"] or one["by"] in ("first answer", "answer") for one in new)
    assert said in body(receipt)
    assert str(receipt["Subject"]) == f"[#{number}] Done: {now['title']}"
    assert receipt["Auto-Submitted"] == "auto-replied"
    house.later(120)


def test_the_history_names_the_command(house: House) -> None:
    number, alert = house.ask()
    house.mail(reply(alert, "!claim\n!prioritet høy"))
    assert [(one["what"], one["by"]) for one in house.ticket(number)["history"][-3:]] == [
        ("assignee", "!claim (mail)"), ("status", "!claim (mail)"), ("priority", "!priority (mail)")
    ]  # fmt: skip


def test_link(house: House) -> None:
    first, _ = house.ask()
    second, alert = house.ask("Toner", "No toner.", "Eva <eva@example.net>")
    house.mail(reply(alert, f"!link {first}"))
    assert house.ticket(second)["links"] == [{"kind": "related", "number": first}]
    assert house.ticket(first)["links"] == [{"kind": "related", "number": second}]


def test_completed_is_told_to_the_requester(house: House) -> None:
    _, alert = house.ask()
    house.mail(reply(alert, "!resolution\nTurned it on.\n!end\n!done"))
    [told] = house.later(60)
    assert "Turned it on." in body(told) and "30 November 2026" in body(told)


# ---- all or nothing -------------------------------------------------------------------------------------------------

# (the mail, what the receipt must say)
WRONG = [
    ("!claim\n!prioritty high\n!close\nTurn it off.", "Did you mean !priority?"),
    ("!claim\n!clsoe\nTurn it off.", "Did you mean !close?"),
    ("!claim\n!xyzzy", "There is no command !xyzzy"),
    ("!claim\n!priority enormous\n!close", "none of low, medium, high, urgent"),
    ("!priority high\n!assign nobody-here\nTurn it off.", "no agent “nobody-here” (there are: kari, per)"),
    ("!priority high\n!reopen\nTurn it off.", "is open"),
    ("!close\n!close", "is closed"),
    ("!priority high\n!note\n", "the note is empty"),
    ("!reply\n", "no words to send"),
    ("!priority high\n!note\n!reply\nTurn it off.", "!note and !reply in one mail"),
    ("!priority high\n!resolution\nTurned it off.", "!end is missing"),
    ("!link 261123999\n!claim", "there is no ticket 261123999"),
    ("!claim\n!undo", "nothing of yours to take back"),
    ("!claim\n!accept 4711", "no held mail 4711"),
    ("!claim\n!accept me", "neither a held mail nor somebody outside"),
    ("!mine\n!claim", "There is no command !mine"),
    ("\n".join(["!priority high"] * 11) + "\nTurn it off.", "At most 10 commands"),
    *(
        (f"!priority high\n{line}\nTurn it off.", f"!{word} cannot be done in this version")
        for word, line in (
            ("report", "!report"),
        )
    ),
]  # fmt: skip


def test_one_wrong_line_and_nothing_is_done(house: House) -> None:
    house.configure("alerts_agent", 'receipts_agent = "off"\nalerts_agent')
    number, alert = house.ask()
    before = house.ticket(number)
    for text, said in WRONG:
        [receipt] = house.mail(reply(alert, text))
        assert said in body(receipt), (text, body(receipt))
        assert str(receipt["Subject"]) == f"[#{number}] Not done: Printer"
        assert str(receipt["To"]) == KARI
        for line in text.split("\n"):
            assert line in body(receipt), "his words come back to him"
        assert house.became() == ("entry", "agent-command-error")
    assert house.later(3600) == []
    after = house.ticket(number)
    assert changes(before, after) == {} and after["messages"] == before["messages"]
    assert {(who, what, to_) for who, what, _, to_ in steps(after)[len(steps(before)) :]} == {
        ("kari", "mail", "not carried out")
    }


def test_ten_commands_are_not_too_many(house: House) -> None:
    number, alert = house.ask()
    house.mail(reply(alert, "!claim\n" + "\n".join(["!priority high", "!priority low"] * 4) + "\n!priority urgent"))
    assert house.ticket(number)["priority"] == "urgent"


def test_help_lists_what_can_be_done(house: House) -> None:
    _, alert = house.ask()
    [receipt] = house.mail(reply(alert, "!help"))
    listed = {line.split()[1].rstrip(":") for line in body(receipt).splitlines() if line.startswith(":: !")}
    words = {word.name for word in WORDS if "agent" in word.who}
    assert {f"!{word}" for word in possible()} <= listed
    assert not listed & {f"!{word}" for word in words - possible()}
    [about] = house.mail(reply(alert, "!hjelp priority"))
    assert "!priority low|medium|high|urgent: how urgent it is" in body(about)


# ---- what is no command ---------------------------------------------------------------------------------------------

NOT_ASKED = {
    "in the quote": ("Turn it off.\n\nOn Mon, Nov 23, 2026 at 10:00 Support <x@example.com> wrote:\n> !close", {}),
    "quoted on top": ("> !close\n\nTurn it off.", {}),
    "in the signature": ("Turn it off.\n-- \n!close", {}),
    "below his words": ("Turn it off.\n\n!close", {}),
    "behind a mark": ("-- \n!close", {}),
    "in an old mail": ("Turn it off.\n\n-----Original Message-----\nFrom: x <x@example.org>\n\n!close", {}),
    "in the second part": (
        "--b1\nContent-Type: text/plain\n\nTurn it off.\n--b1\nContent-Type: text/plain\n\n!close\n--b1--",
        {"content": 'multipart/mixed; boundary="b1"'},
    ),
    "in a file": (
        "--b1\nContent-Type: text/plain\n\nTurn it off.\n--b1\nContent-Type: text/plain; name=a.txt\n"
        "Content-Disposition: attachment; filename=a.txt\n\n!close\n--b1--",
        {"content": 'multipart/mixed; boundary="b1"'},
    ),
    "in the HTML form alone": (
        "--b1\nContent-Type: text/plain\n\nTurn it off.\n--b1\nContent-Type: text/html\n\n<p>!close</p>\n--b1--",
        {"content": 'multipart/alternative; boundary="b1"'},
    ),
    "unseen in HTML": (
        '<html><body><div style="display:none">!close</div><p>Turn it off.</p></body></html>', {"content": "text/html"}
    ),
    "in the subject": ("Turn it off.", {"headers": ["X-Command: !close"]}),
}  # fmt: skip


@pytest.mark.parametrize("where", NOT_ASKED)
def test_what_is_no_command(house: House, where: str) -> None:
    text, more = NOT_ASKED[where]
    number, alert = house.ask(words="!close\nIt burns.")
    assert house.ticket(number)["status"] == "open"
    house.mail(reply(alert, text, **more))
    house.later(120)
    assert house.ticket(number)["status"] in ("open", "in_progress")


def test_commands_below_the_quote_are_done(house: House) -> None:
    number, alert = house.ask(words="Kassen henger igjen.")
    [receipt] = house.mail(thunderbird(alert, "!ferdig\nDen er ordnet."))
    [answer, *_] = to(house.later(60), "ola@")
    assert house.ticket(number)["status"] == "completed"
    assert "Den er ordnet." in body(answer) and "ferdig" not in body(answer)
    assert "is completed" in body(receipt)


@pytest.mark.parametrize("line", ["!close", "!ferdig", "! Valmis", "> It burns.\n!done"])
def test_a_command_within_the_text_is_not_sent(house: House, line: str) -> None:
    number, alert = house.ask()
    before = house.ticket(number)
    [receipt] = house.mail(reply(alert, f"Turn it off.\n\n{line}\nBye"))
    assert house.became()[1] == "agent-stray-command" and not changes(before, house.ticket(number))
    assert str(receipt["To"]) == KARI and f"    {line.splitlines()[-1]}" in body(receipt)
    assert "Move it to the top" in body(receipt) and not house.later(3600)


def test_a_signature_below_the_commands_is_no_answer(house: House) -> None:
    number, alert = house.ask()
    house.mail(reply(alert, "!ta\n\nMvh\nKari Nordmann\nSupport"))
    assert house.ticket(number)["assignee"] == ME and len(house.ticket(number)["messages"]) == 1


def test_commands_in_html_only_are_done_where_everybody_sees_them(house: House) -> None:
    number, alert = house.ask()
    house.mail(outlook_web(alert, "!claim\n!priority high"))
    assert house.ticket(number)["assignee"] == ME and house.ticket(number)["priority"] == "high"


@pytest.mark.parametrize(
    "words", ["<p>!claim</p><p style='color:#fff'>!close</p>", "<p>Off.</p><p style='font-size:0'>x y</p>"]
)
def test_what_html_hides_is_refused_in_words(house: House, words: str) -> None:
    number, alert = house.ask()
    before = house.ticket(number)
    [receipt] = house.mail(reply(alert, f"<html><body>{words}</body></html>", content="text/html"))
    assert "hidden in the HTML" in body(receipt) and "plain text" in body(receipt)
    assert "Not done" in str(receipt["Subject"]) and not changes(before, house.ticket(number))
    assert not house.later(120)


# ---- receipts -------------------------------------------------------------------------------------------------------


def test_at_most_thirty_receipts_an_hour(house: House) -> None:
    number, alert = house.ask()
    house.take(*(reply(alert, f"!clsoe\n{n}") for n in range(35)))
    receipts = to(house.later(1), "kari@")
    assert len(receipts) == 30
    assert sum("comes in one mail" in body(one) for one in receipts) == 1
    assert len(house.mail(reply(alert, "!clsoe\nagain"), seconds=1800)) == 0
    [receipt, gathered] = house.mail(reply(alert, "!clsoe\nonce more"), seconds=1801)
    assert "Did you mean !close?" in body(receipt)
    assert "receipts waited: 6" in body(gathered) and f"{number}: Printer" in body(gathered)
    assert not house.later(3600)


def test_a_receipt_hangs_below_the_agents_mail(house: House) -> None:
    _, alert = house.ask()
    [receipt] = house.mail(reply(alert, "!claim", message_id="<cmd@example.com>"))
    assert str(receipt["In-Reply-To"]) == "<cmd@example.com>"
    assert str(receipt["Reply-To"]).startswith("support+n.")


# ---- on finished tickets --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", ["!close", "!done"])
def test_an_agents_mail_never_reopens_by_itself(house: House, end: str) -> None:
    number, alert = house.ask()
    house.mail(reply(alert, end))
    status = house.ticket(number)["status"]
    house.mail(reply(alert, "One more thing."))
    [answer] = [mail for mail in house.later(61) if body(mail) == "One more thing."]
    assert "ola@" in str(answer["To"]) and house.ticket(number)["status"] == status
    house.mail(reply(alert, "!reopen\nAnd another."))
    assert house.ticket(number)["status"] == "in_progress"


# ---- a requester's few words ----------------------------------------------------------------------------------------


def _acknowledgement(house: House) -> Any:
    return to(house.sent(), "ola@example.org")[0]


@pytest.mark.parametrize("proof", ["token", "pass"])
def test_a_requester_may_close(house: House, proof: str) -> None:
    number, _ = house.ask(auth="pass")
    if proof == "token":
        mail = reply(_acknowledgement(house), "!close", author=OLA)
    else:
        mail = letter(OLA, DESK, f"Re: [#{number}] Printer", "!close", auth="pass")
    out = house.mail(mail)
    assert house.ticket(number)["status"] == "closed"
    [told] = to(out, "ola@")
    assert f"Your case {number} is closed." in body(told) and str(told["To"]) == OLA
    assert len(to(out, "kari@")) == 1


def test_without_proof_they_are_words(house: House) -> None:
    number, _ = house.ask(message_id="<q@example.org>")
    for more in ({"answers": "<q@example.org>"}, {}):
        out = house.mail(letter(OLA, DESK, f"Re: [#{number}] Printer", "!close", **more))
        assert house.ticket(number)["status"] == "open"
        assert to(out, "ola@") == [] and "!close" in body(to(out, "kari@")[0])


def test_asking_is_no_reply(house: House) -> None:
    """`!status` neither reopens nor opens, and tells the requester where things stand."""
    number, alert = house.ask()
    house.mail(reply(alert, "!done"))
    for seconds in (1, 9 * 86400, 9 * 86400):
        house.work(seconds)
        status = house.ticket(number)["status"]
        [told] = to(house.mail(reply(_acknowledgement(house), "!status", author=OLA)), "ola@")
        assert f"{number}: Printer" in body(told) and status in body(told)
        assert house.ticket(number)["status"] == status
    assert status == "closed" and len(house.tickets()) == 1


def test_mine_lists_ones_own_and_no_others(house: House) -> None:
    own, _ = house.ask(auth="pass")
    other, _ = house.ask("Payroll", "A question.", "Eva <eva@example.net>")
    [told] = house.mail(letter(OLA, DESK, "my cases", "!mine", auth="pass"))
    assert f"{own}: Printer" in body(told) and other not in body(told) and "Payroll" not in body(told)
    assert house.became() == ("entry", "requester-commands") and len(house.tickets()) == 2
    out = house.mail(letter("Eva <eva@example.net>", DESK, "my cases", "!mine"))
    assert len(house.tickets()) == 3 and not any("Payroll" in body(mail) for mail in to(out, "eva@"))


def test_who_gets_copies_may_leave(house: House) -> None:
    number, alert = house.ask(auth="pass", cc="Nina <nina@example.org>")
    house.mail(reply(alert, "Turn it off."))
    [answer] = house.later(61)
    house.mail(reply(answer, "!stop", author="Nina <nina@example.org>"))
    assert [one["address"] for one in house.ticket(number)["participants"]] == ["ola@example.org"]
    house.mail(reply(alert, "And on again."))
    [second] = house.later(61)
    assert second["Cc"] is None


def test_agents_words_are_not_the_requesters(house: House) -> None:
    """`!priority` from a requester is a sentence of his."""
    number, _ = house.ask()
    house.mail(reply(_acknowledgement(house), "!priority urgent\n!assign per", author=OLA))
    ticket = house.ticket(number)
    assert ticket["priority"] == "medium" and ticket["assignee"] is None
    assert ticket["messages"][1]["text"].startswith("!priority urgent")
    assert PER not in ticket["messages"][1]["text"]


@pytest.mark.parametrize("wait, whom", [
    ("!vent leverandør til fredag", "third_party"), ("!wait vendor until friday", "third_party"),
    ("!wait requester until friday", "requester"), ("!wait vendor", "third_party"),
])  # fmt: skip
def test_a_wait_stands_beside_the_answer_of_the_same_mail(house: House, wait: str, whom: str) -> None:
    number, alert = house.ask()
    house.mail(reply(alert, f"{wait}\n\nThe part is ordered."))
    ticket = house.ticket(number)
    assert ticket["waiting_for"] == whom
    with house.app.database.read() as connection:
        until = tickets.by_number(connection, [number])[number].waiting_until
    assert (until is not None) is ("til" in wait)


@pytest.mark.parametrize("words", ["", "It works again."])
def test_the_alert_shows_what_the_requester_has_done(house: House, words: str) -> None:
    _, alert = house.ask(auth="pass")
    house.mail(reply(alert, "!claim"))
    [told] = to(house.mail(reply(_acknowledgement(house), f"!close\n{words}", author=OLA)), "kari@")
    assert "was closed by Ola" in body(told) and "Queue support, closed, assigned to Kari Nordmann" in body(told)
    assert "\n:: Done: " not in body(told)


def test_the_alert_says_that_a_copy_became_a_request(house: House) -> None:
    house.mail(letter(OLA, "per@example.net", "Copy", "For information.", cc=DESK, auth="pass"))
    number = house.tickets()[0]["number"]
    out = house.mail(letter(OLA, DESK, f"Re: [#{number}] Copy", "!request\nPlease answer.", auth="pass"))
    assert "wants an answer now" in body(to(out, "kari@")[0])
