"""What lies ready: answers with blanks, tickets that come again, cases that were opened by hand or by telephone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from agents import DESK, KARI, NOTE, House, NewHouse, body, changes, letter, number_in, reply, steps, to

from ticketing.command_words import BY_NAME
from ticketing.store import tables

OLA = "Ola <ola@example.org>"
ME = {"id": "kari", "name": "Kari Nordmann"}


@pytest.fixture
def house(new_house: NewHouse) -> Iterator[House]:
    with new_house() as house:
        (house.folder / "own").mkdir()
        house.configure("undo_seconds", 'templates = "own"\nundo_seconds')
        yield house


def put(house: House, **files: str | bytes) -> None:
    """Files of the operators' own, `canned__en__reset.md.j2` for canned/en/reset.md.j2."""
    for name, content in files.items():
        path = house.folder / "own" / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    house.reload()


RESET = """Title: A new password
Attach: choosing.pdf

Hello {{ name }}, your case is {{ number }} ({{ title }}).
Your user name{% if fields.product %} for {{ fields.product }}{% endif %} is {{ user }}.

{{ agent }} at {{ desk }}
"""


def a_shelf(house: House) -> None:
    put(house, **{
        "canned__en__reset.md.j2": RESET,
        "canned__nb__reset.md.j2": "Hei {{ name }}! Brukernavn: {{ user }}",
        "canned__en__ordinary.md.j2": "Before. {{ words }} After.",
        "guides__choosing.pdf": b"%PDF-1.4 choose well",
    })  # fmt: skip


# ---- prepared answers -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["canned", *BY_NAME["canned"].nb, *BY_NAME["canned"].fi])
def test_a_prepared_answer_goes_out_with_the_words_below(house: House, word: str) -> None:
    a_shelf(house)
    number, alert = house.ask()
    was = house.ticket(number)
    [receipt] = house.mail(reply(alert, f'!{word} RESET user="ola n"\n\nCall me if it does not work.'))
    assert "Prepared answer “reset”, with choosing.pdf." in body(receipt)
    assert "Answer M2 goes to ola@example.org in 60 seconds" in body(receipt)
    now = house.ticket(number)
    assert changes(was, now) == {
        "assignee": ME, "status": "in_progress", "waiting_for": "requester",
        "first_response_at": now["first_response_at"],
    }  # fmt: skip
    [answer] = house.later(61)
    assert body(answer).strip() == (
        f"Hello Ola, your case is {number} (Printer).\nYour user name is ola n.\n\nKari at Support\n\n"
        "Call me if it does not work."
    )
    [file] = answer.iter_attachments()
    assert (file.get_filename(), file.get_content_type()) == ("choosing.pdf", "application/pdf")
    assert file.get_content() == b"%PDF-1.4 choose well"
    assert now["messages"][1]["attachments"][0]["filename"] == "choosing.pdf"
    assert answer["Auto-Submitted"] is None


def test_it_can_be_taken_back(house: House) -> None:
    a_shelf(house)
    number, alert = house.ask()
    was = house.ticket(number)
    house.mail(reply(alert, "!canned reset user=ola"))
    [receipt] = house.mail(reply(alert, "!undo"))
    assert "Answer M2 was taken back" in body(receipt) and "Taken back: !canned" in body(receipt)
    assert house.later(120) == []
    assert changes(was, house.ticket(number)) == {}


def test_own_words_stand_where_the_answer_wants_them(house: House) -> None:
    a_shelf(house)
    _, alert = house.ask()
    house.mail(reply(alert, "!canned ordinary\nTurn it off."))
    [answer] = house.later(61)
    assert body(answer).strip() == "Before. Turn it off. After."


def test_a_note_beside_it_stays_a_note(house: House) -> None:
    a_shelf(house)
    number, alert = house.ask()
    content = 'multipart/mixed; boundary="b1"'
    text = (
        f"--b1\nContent-Type: text/plain\n\n!note\n!canned ordinary\n{NOTE}\n--b1\n"
        "Content-Type: application/pdf\nContent-Disposition: attachment; filename=inside.pdf\n\nx\n--b1--"
    )
    house.mail(reply(alert, text, content=content))
    [answer] = house.later(61)
    assert body(answer).strip() == "Before.  After." and list(answer.iter_attachments()) == []
    note, sent = house.ticket(number)["messages"][1:]
    assert (note["internal"], note["text"], len(note["attachments"])) == (True, NOTE, 1)
    assert (sent["internal"], sent["attachments"]) == (False, [])
    # Nor does it leave by an answer address that promises to keep the words inside.
    [receipt] = house.mail(reply(alert, "!priority high"))
    assert str(receipt["Reply-To"]).startswith("support+n.")
    house.mail(reply(receipt, f"!canned ordinary\n{NOTE}"))
    assert body(house.later(61)[0]).strip() == "Before.  After."


# (the mail, what the receipt must say)
WRONG = [
    ("!canned reset", "“reset” needs a value for user: !canned reset user=…"),
    ("!canned rest user=x", "there is no prepared answer “rest”. Did you mean “reset”?"),
    ("!canned xyzzy", "there is no prepared answer “xyzzy”; !canned ? shows which there are"),
    ("!canned broken", "the prepared answer “broken” is broken (line 2: ZeroDivisionError"),
    ("!canned sly", "SecurityError"),
    ("!priority high\n!canned reset\nWords.", "needs a value for user"),
]


def test_what_cannot_be_filled_in_is_not_sent(house: House) -> None:
    a_shelf(house)
    put(house, **{
        "canned__en__broken.md.j2": "One.\n{{ 1 / 0 }}", "canned__en__sly.md.j2": "{{ ''.__class__.__mro__ }}",
    })  # fmt: skip
    number, alert = house.ask()
    was = house.ticket(number)
    for text, said in WRONG:
        [receipt] = house.mail(reply(alert, text))
        assert said in body(receipt), body(receipt)
        assert house.became() == ("entry", "agent-command-error")
    assert house.later(120) == [] and changes(was, house.ticket(number)) == {}


def test_what_came_by_mail_is_no_template(house: House) -> None:
    a_shelf(house)
    _, alert = house.ask("{{ 7*7 }} {% raw %}")
    house.mail(reply(alert, "!canned reset user={{7*7}}"))
    [answer] = house.later(61)
    assert "({{ 7*7 }} {% raw %})" in body(answer) and "{{7*7}}" in body(answer)


def test_looking_before_sending(house: House) -> None:
    a_shelf(house)
    number, alert = house.ask()
    [receipt] = house.mail(reply(alert, "!canned ?"))
    assert "!canned reset: A new password (en, nb)" in body(receipt)
    assert "!canned more-details: Ask what happened (en, fi, nb)" in body(receipt)
    [receipt] = house.mail(reply(alert, "!canned ? reset user=ola"))
    assert "“reset” would say:" in body(receipt) and "Your user name is ola." in body(receipt)
    assert "It goes with: choosing.pdf" in body(receipt)
    assert house.later(120) == [] and len(house.ticket(number)["messages"]) == 1


def test_in_the_requesters_language(house: House) -> None:
    a_shelf(house)
    norwegian = "Hei, skriveren brenner og jeg vet ikke hva jeg skal gjøre med den. Kan dere hjelpe meg?"
    _, alert = house.ask("Skriver", norwegian)
    house.mail(reply(alert, "!canned reset user=ola"))
    [answer] = house.later(61)
    assert body(answer).strip() == "Hei Ola! Brukernavn: ola"
    _, alert = house.ask("Skriver", norwegian, "Eva <eva@example.net>")
    [receipt] = house.mail(reply(alert, "!canned ordinary"))
    assert "It is written in “en”; the requester's language is “nb”." in body(receipt)


@pytest.mark.parametrize("name", ["more-details", "solved"])
@pytest.mark.parametrize("language", ["en", "nb", "fi"])
def test_the_shipped_ones_can_be_used_at_once(house: House, name: str, language: str) -> None:
    from ticketing.rules import canned

    answer = house.app.policy.prepared.canned[name][language]
    assert answer.title
    for name_of_requester in ("", "Ola"):
        said = canned.fill(answer, {"name": name_of_requester, "words": ""})
        assert isinstance(said, canned.Filled) and name_of_requester in said.text


def test_every_fault_is_told_before_it_starts(house: House) -> None:
    from mailgate.outbound.templates import TemplateFault

    house.app.check_templates()
    put(house, **{
        "canned__en__a.md.j2": "Hello\n{{ name", "canned__nb__b.md.j2": "Attach: ../../mailgate.toml\n\nx",
        "canned__nb__c.md.j2": "Attach: no.pdf\n\nx", "canned__fi__d.md.j2": "\xe4".encode("latin-1"),
        "canned__xx__g.md.j2": "Hello", "canned__fi__e.md.j2": "Title: nothing\n",
        "canned__fi__f.md.j2": "{{ name | shout }}",
    })  # fmt: skip
    with pytest.raises(TemplateFault) as caught:
        house.app.check_templates()
    lines = str(caught.value).split("\n") + [str(one) for one in caught.value.more]
    assert sorted({line.partition(":")[0] for line in lines}) == [
        "canned/en/a.md.j2", "canned/fi/d.md.j2", "canned/fi/e.md.j2", "canned/fi/f.md.j2", "canned/nb/b.md.j2",
        "canned/nb/c.md.j2", "canned/xx/g.md.j2",
    ]  # fmt: skip
    assert any(line.startswith("canned/en/a.md.j2:2: ") for line in lines)
    assert "lies outside of guides/" in str(caught.value)


# ---- tickets that come again ----------------------------------------------------------------------------------------

ONBOARDING = """
title = "A new colleague"
text = "Name and first day:"
priority = "high"
assignee = "per"
tags = ["staff", "it"]
fields = { team = "none yet" }
todos = ["Order a laptop", { text = "Make the accounts", agent = "per", due = "+3d" }]
"""
PER_HAS_IT = {"id": "per", "name": "Per Hansen"}


def proven(text: str, subject: str = "something") -> str:
    return letter(KARI, DESK, subject, text, auth="pass")


@pytest.fixture
def proven_house(new_house: NewHouse) -> Iterator[House]:
    with new_house(auth="dmarc") as house:
        (house.folder / "own").mkdir()
        house.configure("undo_seconds", 'templates = "own"\nundo_seconds')
        put(house, **{"tickets__onboarding.toml": ONBOARDING})
        yield house


@pytest.mark.parametrize("word", ["new", *BY_NAME["new"].nb, *BY_NAME["new"].fi])
def test_a_ticket_from_a_template(proven_house: House, word: str) -> None:
    house = proven_house
    out = house.mail(proven(f"!{word} Onboarding\n\nNina begins on Monday."))
    [receipt] = to(out, "kari@")
    number = number_in(receipt)
    assert f"{number} is open: A new colleague" in body(receipt) and str(receipt["Reply-To"]).startswith("support+n.")
    assert house.became() == ("new", "agent-new")
    ticket = house.ticket(number)
    shown = ("title", "status", "internal", "channel", "priority", "assignee", "tags", "queue")
    assert {key: ticket[key] for key in shown} == {
        "title": "A new colleague", "status": "open", "internal": True, "channel": "internal", "priority": "high",
        "assignee": PER_HAS_IT, "tags": ["it", "staff"], "queue": "support",
    }  # fmt: skip
    assert ticket["fields"] == {"team": {"value": "none yet", "message": None}}
    assert [(one["text"], one["agent"], str(one["due_at"])[:10]) for one in ticket["tasks"]] == [
        ("Order a laptop", None, "None"), ("Make the accounts", "per", "2026-11-26")
    ]  # fmt: skip
    [words] = ticket["messages"]
    assert (words["text"], words["internal"]) == ("Name and first day:\n\nNina begins on Monday.", True)
    assert [one[1:] for one in steps(ticket)] == [("opened", None, "open")]
    assert "Nina begins" in body(to(out, "per@")[0])
    # Taken back, it is closed; nothing is deleted.
    [receipt] = to(house.mail(reply(receipt, "!undo", auth="pass")), "kari@")
    assert f"{number} is closed again." in body(receipt) and "Taken back: !new" in body(receipt)
    after = house.ticket(number)
    assert changes(ticket, after) == {"status": "closed", "closed_at": after["closed_at"]}


def test_opened_for_somebody_who_called(proven_house: House) -> None:
    house = proven_house
    out = house.mail(
        proven("!new\n!requester ola@example.org\n!priority urgent\n!claim\n!call 0:10\nIt burns.", "Printer")
    )
    receipt = to(out, "kari@")[-1]
    number = number_in(receipt)
    assert "ola@example.org is told the number." in body(receipt)
    ticket = house.ticket(number)
    assert (ticket["title"], ticket["internal"], ticket["channel"]) == ("Printer", False, "phone")
    assert (ticket["priority"], ticket["assignee"], ticket["status"]) == ("urgent", ME, "in_progress")
    assert ticket["requester"]["address"] == "ola@example.org" and ticket["time_spent_minutes"] == 10
    assert [(one["role"], one["channel"], one["internal"], one["text"]) for one in ticket["messages"]] == [
        ("requester", "phone", False, "It burns."), ("agent", "phone", True, "")
    ]  # fmt: skip
    [told] = house.later(61)
    assert "we have opened a case for you: Printer" in body(told) and number in str(told["Subject"])
    # His answer finds it.
    house.mail(reply(told, "It is out now.", author=OLA))
    assert [one["text"] for one in house.ticket(number)["messages"]][-1] == "It is out now."


def test_taken_back_before_he_is_told(proven_house: House) -> None:
    house = proven_house
    [receipt] = to(house.mail(proven("!new\n!requester ola@example.org\nIt burns.")), "kari@")
    [receipt] = to(house.mail(reply(receipt, "!undo", auth="pass")), "kari@")
    assert house.later(120) == [] and house.ticket(number_in(receipt))["status"] == "closed"


def test_our_first_message(proven_house: House) -> None:
    """`!reply` beside `!new`: the words go out, with the number, and an answer to them finds the ticket."""
    house = proven_house
    [receipt] = house.mail(proven("!new\n!requester ola@example.org\n!title Your order\n!reply\nIt is delayed."))
    number = number_in(receipt)
    [first] = house.later(61)
    assert str(first["Subject"]) == f"[#{number}] Your order" and body(first).strip() == "It is delayed."
    ticket = house.ticket(number)
    assert [(one["role"], one["internal"]) for one in ticket["messages"]] == [("agent", False)]
    assert ticket["waiting_for"] == "requester" and ticket["assignee"] == ME
    house.mail(reply(first, "Thanks for telling. How long?", author=OLA))
    assert len(house.ticket(number)["messages"]) == 2


def test_from_within_another_ticket(house: House) -> None:
    """What stands below is the new ticket's; the one at hand is only linked."""
    number, alert = house.ask()
    was = house.ticket(number)
    receipt = to(house.mail(reply(alert, "!new\n!assign per\nThe whole floor has no power.")), "kari@")[-1]
    other = number_in(receipt)
    assert other != number
    assert changes(was, house.ticket(number)) == {"links": [{"kind": "related", "number": other}]}
    new = house.ticket(other)
    assert (new["title"], new["internal"], new["assignee"]) == ("The whole floor has no power.", True, PER_HAS_IT)
    house.mail(reply(receipt, "!undo"))
    assert changes(was, house.ticket(number)) == {} and house.ticket(other)["status"] == "closed"
    assert house.later(120) == []


# (the mail, what the receipt must say)
NOT_OPENED = [
    ("!new onbording\nx", "there is no template “onbording”. Did you mean “onboarding”?"),
    ("!new xyzzy\nx", "there is no template “xyzzy” (there are: onboarding)"),
    ("!new\n!new\nx", "!new twice in one mail: write two mails, one for each"),
    ("!new\n!requester support@example.com\nx", "support@example.com is our own address"),
    ("!new onboarding\n!reopen\nx", "is open"),
]


def test_what_cannot_be_opened(proven_house: House) -> None:
    house = proven_house
    for text, said in NOT_OPENED:
        [receipt] = house.mail(proven(text))
        assert said in body(receipt), body(receipt)
        assert house.became() == ("entry", "agent-command-error")
    [receipt] = house.mail(proven("!new", "Re:"))
    assert "a new ticket needs a title or words" in body(receipt)
    assert house.tickets() == [] and house.later(120) == []


# ---- calls ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["call", *BY_NAME["call"].nb, *BY_NAME["call"].fi])
def test_a_call_is_kept_inside_and_counts(house: House, word: str) -> None:
    number, alert = house.ask()
    was = house.ticket(number)
    [receipt] = house.mail(reply(alert, f"!{word} 0:10 He turns it off tonight."))
    assert f"The call of 10 min is kept as M2 in {number}" in body(receipt)
    now = house.ticket(number)
    assert changes(was, now) == {
        "status": "in_progress", "assignee": ME, "time_spent_minutes": 10,
        "first_response_at": now["first_response_at"],
    }  # fmt: skip
    assert [one[1:] for one in steps(now)[len(was["history"]) :]] == [
        ("call", None, "M2"), ("time", None, "0:10"), ("status", "open", "in_progress"), ("assignee", None, "kari")
    ]  # fmt: skip
    call = now["messages"][1]
    assert (call["channel"], call["internal"], call["text"]) == ("phone", True, "He turns it off tonight.")
    states = {(one["target"], one["state"]) for one in now["deadlines"]}
    assert ("first_response", "met") in states
    house.mail(reply(alert, "!undo"))
    after = house.ticket(number)
    assert changes(was, after) == {} and after["messages"][1]["state"] == "undone"
    assert ("first_response", "running") in {(one["target"], one["state"]) for one in after["deadlines"]}
    assert house.later(120) == []


def test_words_below_a_call_go_where_the_address_says(house: House) -> None:
    number, alert = house.ask()
    [receipt] = house.mail(reply(alert, "!call 1:30 As we said.\n\nHello Ola, as we said."))
    [answer] = house.later(61)
    assert body(answer).strip() == "Hello Ola, as we said."
    house.mail(reply(receipt, f"!call 0:05\n{NOTE}"))
    ticket = house.ticket(number)
    assert [one["text"] for one in ticket["messages"][1:]] == ["As we said.", "Hello Ola, as we said.", NOTE]
    assert ticket["time_spent_minutes"] == 95


# ---- from the command line ------------------------------------------------------------------------------------------


def run(house: House, *arguments: str) -> str:
    """`mailgate …` in this process, at the desk's time."""
    from typer.testing import CliRunner

    from mailgate.cli import app

    with_at = (*arguments, "--config", str(house.folder / "mailgate.toml"))
    done = CliRunner().invoke(app, with_at)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.output


def test_opened_at_the_command_line(house: House) -> None:
    put(house, **{"tickets__onboarding.toml": ONBOARDING, "canned__en__hi.md.j2": "Title: Hi\nHi {{ name }}: {{ n }}."})
    at = ("--at", house.now.isoformat())
    number = run(house, "open", "--template", "onboarding", "--assign", "kari", *at).strip()
    ticket = house.ticket(number)
    assert (ticket["title"], ticket["internal"], ticket["assignee"]) == ("A new colleague", True, ME)
    assert ticket["status"] == "in_progress" and len(ticket["tasks"]) == 2
    number = run(
        house, "open", "--requester", OLA, "--subject", "Order", "--priority", "high", "--outbound", "Late.", *at
    )
    number = number.strip()
    assert run(house, "call", number, "0:20", "Told him.", *at).startswith("The call of 20 min is kept as M2")
    assert "    Hi Ola: 3." in run(house, "canned", "hi", number, "n=3", *at)
    assert "Hi Ola: 3." not in str(house.ticket(number)["messages"])
    assert "Answer M3 goes to ola@example.org" in run(house, "canned", "hi", number, "n=3", "--send", *at)
    assert "hi\ten\tHi" in run(house, "canned")
    assert "needs a value for n" in run(house, "canned", "hi", number, *at)
    first, second = to(house.later(120), "ola@")
    assert (str(first["Subject"]), body(first)) == (f"[#{number}] Order", "Late.") and body(second) == "Hi Ola: 3."
    ticket = house.ticket(number)
    assert (ticket["priority"], ticket["time_spent_minutes"], ticket["channel"]) == ("high", 20, "phone")
    assert "no template" in run(house, "open", "--template", "nothing", *at)
    assert "Add --requester" in run(house, "open", "--outbound", "x", *at)


def test_who_calls_is_known_by_name_or_number(house: House) -> None:
    house.ask("Printer", "It burns.", "Ola Nordmann <ola@example.org>")
    house.ask("Scanner", "It is cold.", "Eva Nordmann <eva@example.net>")
    with house.app.database.write() as connection:
        connection.execute(
            sa.update(tables.contact).where(tables.contact.c.name == "Eva Nordmann").values(phones=["+4722113344"])
        )
    at = ("--at", house.now.isoformat())
    callers = {
        "ola nord": "ola@example.org",
        "22113344": "eva@example.net",
        "Eva": "eva@example.net",
        "+47 22 11 33 44": "eva@example.net",
        "Nina <n@example.org>": "n@example.org",
    }
    for who, address in callers.items():
        number = run(house, "open", "--requester", who, "--silent", "Again.", *at).strip()
        assert house.ticket(number)["requester"]["address"] == address
    said = run(house, "open", "--requester", "Nordmann", "x", *at)
    assert "may be Eva Nordmann <eva@example.net>; Ola Nordmann <ola@example.org>" in said
    for nobody in ("100%", "99 88 77 66", "No_body"):
        assert "nobody we know" in run(house, "open", "--requester", nobody, "x", *at)


# ---- by chat --------------------------------------------------------------------------------------------------------

CHAT = "Chat <transcripts@chat.example.com>"
TALK = "Visitor: hello\nsupport@example.com: Hello! Your address?\nVisitor: ola@example.org, it burns."


@pytest.mark.parametrize(
    "headers, text, asked",
    [
        ((), TALK, "ola@example.org"),
        (("Reply-To: Eva <eva@example.net>",), TALK, "eva@example.net"),
        (("Reply-To: kari@example.com",), TALK, "ola@example.org"),
        ((), "Visitor: I have no address.", "transcripts@chat.example.com"),
    ],
)
def test_a_transcript_of_a_chat(house: House, headers: tuple[str, ...], text: str, asked: str) -> None:
    with (house.folder / "mailgate.toml").open("a") as file:
        file.write('\n[[sender]]\naddress = "transcripts@chat.example.com"\nchannel = "chat"\n')
    house.reload()
    house.mail(letter(CHAT, DESK, "Chat with a visitor", text, headers=headers, auth="pass"))
    [row] = house.tickets()
    ticket = house.ticket(row["number"])
    assert (ticket["channel"], ticket["requester"]["address"]) == ("chat", asked)
    [words] = ticket["messages"]
    assert (words["channel"], words["verified"]) == ("chat", asked.startswith("transcripts"))


def test_the_acknowledgement_says_whom_to_call(house: House) -> None:
    house.configure('name = "support"\n', 'name = "support"\nphone = "+47 22 00 00 00"\n')
    number, _ = house.ask()
    [told] = to(house.sent(), "ola@")
    assert f"Does it stop your work? Call +47 22 00 00 00 and say {number}." in body(told)


# ---- guides ---------------------------------------------------------------------------------------------------------

FORGOTTEN = "I have forgotten my password for the shop."
PASSWORD = "# Choosing a new password\n\nIf you have forgotten your password, ask for another one."
LINKED = "Forgotten passwords\nLink: https://example.com/password\n\nThe shop keeps no password."


def test_an_acknowledgement_names_what_may_help(house: House) -> None:
    put(house, **{"guides__en__password.md": PASSWORD, "guides__en__shop.md": LINKED})
    number, _ = house.ask("Login", FORGOTTEN, auth="pass")
    [told] = to(house.sent(), "ola@")
    assert "- Forgotten passwords: https://example.com/password\n- Choosing a new password\n" in body(told)
    assert "You find them attached." in body(told)
    [file] = told.iter_attachments()
    assert file.get_filename() == "Choosing a new password.txt" and "ask for another one" in file.get_content()
    assert [one[1:] for one in steps(house.ticket(number)) if one[1] == "guide"] == [
        ("guide", None, "Forgotten passwords"), ("guide", None, "Choosing a new password")
    ]  # fmt: skip
    counted = run(house, "guides")
    assert "password\ten\tChoosing a new password\t1\t0" in counted
    # He closes it himself, and nobody had answered: it helped.
    house.mail(reply(told, "!close", author=OLA))
    assert "shop\ten\tForgotten passwords\t1\t1" in run(house, "guides")
    # He comes back: it did not.
    house.mail(reply(told, "It does not work after all, please help me.", author=OLA))
    assert "shop\ten\tForgotten passwords\t1\t0" in run(house, "guides")


def test_an_unproven_author_gets_no_file(house: House) -> None:
    put(house, **{"guides__en__password.md": PASSWORD, "guides__en__shop.md": LINKED})
    house.ask("Login", FORGOTTEN)
    [told] = to(house.sent(), "ola@")
    assert "- Forgotten passwords: https://example.com/password\n" in body(told)
    assert "Choosing" not in body(told) and "attached" not in body(told) and list(told.iter_attachments()) == []


def test_what_an_agent_closed_did_not_help(house: House) -> None:
    put(house, **{"guides__en__shop.md": LINKED})
    _, alert = house.ask("Login", FORGOTTEN)
    house.mail(reply(alert, "!close"))
    assert "shop\ten\tForgotten passwords\t1\t0" in run(house, "guides")


def test_a_guide_needs_a_title_and_words(house: House) -> None:
    from mailgate.outbound.templates import TemplateFault

    put(house, **{"guides__en__empty.md": "# Only a title\n"})
    with pytest.raises(TemplateFault, match=r"guides/en/empty\.md:1: a guide has a title"):
        house.app.check_templates()


# ---- signatures -----------------------------------------------------------------------------------------------------


def test_a_signature_speaks_the_requesters_language(house: House) -> None:
    house.configure('name = "support"\n', 'name = "support"\nsignature = { nb = "Hilsen oss", en = "Regards" }\n')
    norwegian = "Hei, skriveren brenner og jeg vet ikke hva jeg skal gjøre med den. Kan dere hjelpe meg?"
    _, alert = house.ask("Skriver", norwegian)
    house.mail(reply(alert, "Slå den av."))
    assert body(house.later(61)[0]).endswith("\n\nHilsen oss")
    _, alert = house.ask("Printer", "The printer burns and I do not know what to do with it. Can you help me?")
    house.mail(reply(alert, "Turn it off."))
    assert body(house.later(61)[0]).endswith("\n\nRegards")
    # An agent's own comes first; of a language that has none, whatever there is.
    house.configure('addresses = ["kari@example.com"]', 'addresses = ["kari@example.com"]\nsignature = { fi = "Kari" }')
    _, alert = house.ask("Printer again", "It burns again, and I do not know what to do with it.")
    house.mail(reply(alert, "Turn it off again."))
    assert body(house.later(61)[0]).endswith("\n\nKari")


def test_a_new_requester_is_told_nothing_that_was_noted_of_the_former(new_house: NewHouse) -> None:
    with new_house(auth="dmarc") as house:
        (house.folder / "own").mkdir()
        house.configure("undo_seconds", 'templates = "own"\nundo_seconds')
        a_shelf(house)
        _, alert = house.ask("Printer", auth="pass")
        house.mail(reply(alert, "!field product=4711-OLA", auth="pass"))
        house.mail(reply(alert, "!requester eva@other.net\n!canned reset user=eva", auth="pass"))
        [told] = [one for one in to(house.later(120), "eva@") if "user name" in body(one)]
        assert "is eva" in body(told) and "4711" not in body(told)
