"""What is shown to somebody outside, how his answer comes back, and that nothing else ever goes either way."""

from __future__ import annotations

from email.message import EmailMessage
from typing import Any

import pytest
from agents import DESK, NOTE, OTHER, House, body, changes, letter, reply, to
from typer.testing import CliRunner

from mailgate.cli.base import app
from ticketing.command_words import BY_NAME, word_key

OLA = "Ola <ola@example.org>"
EVA = "Eva <eva@example.net>"
VENDOR = "Vendor <help@vendor.example>"
FORGED = "Authentication-Results: mx.example.com; dmarc=fail (p=reject dis=reject) header.from=vendor.example"
FORWARD = "!forward help@vendor.example"


def kari(house: House, alert: EmailMessage, text: str, **more: Any) -> str:
    """What the receipt says to a proven mail of hers."""
    return body(to(house.mail(reply(alert, text, auth="pass", **more)), "kari@")[-1])


def shown(house: House) -> EmailMessage:
    """The one mail that leaves for the vendor within the undo time."""
    [mail] = to(house.later(60), "help@vendor.example")
    return mail


NAMES = [name for word in ("forward",) for name in (word, *BY_NAME[word_key(word)].nb, *BY_NAME[word_key(word)].fi)]


@pytest.mark.parametrize("word", NAMES)
def test_a_forward_changes_nothing_and_can_be_stopped(house: House, word: str) -> None:
    number, alert = house.ask()
    before = house.ticket(number)
    said = kari(house, alert, f"!{word} help@vendor.example\n\nDo you know this one?")
    assert "M1 goes to help@vendor.example" in said and "kept as M2" in said
    assert changes(before, house.ticket(number)) == {}
    kari(house, alert, "!undo")
    assert house.ticket(number)["messages"][1]["state"] == "undone"
    assert to(house.later(3600), "help@vendor.example") == []


def test_there_and_back(house: House) -> None:
    """The vendor gets the message and the words; his answer comes back inside, past his Reply-To too, and Ola hears of
    neither."""
    number, alert = house.ask()
    house.mail(reply(alert, f"!claim\n!wait vendor\n!note\n{NOTE}"))
    kari(house, alert, f"{FORWARD}\n\nDo you know this one?")
    mail = shown(house)
    assert str(mail["Reply-To"]).startswith("support+f.") and mail["Cc"] is None and mail["Auto-Submitted"] is None
    assert "Do you know this one?" in body(mail) and "It burns." in body(mail) and "Ola" in body(mail)
    assert "Kari" in str(mail["From"]) and DESK in str(mail["From"])
    for answer in (
        reply(mail, "It needs a new fuse.", author=VENDOR),
        reply(mail, "Or a new cable.", author="Tom <tom@vendor.example>", to=DESK),
    ):
        [heard] = house.mail(answer)
        assert house.became() == ("appended", "outside-answer") and "kari@" in str(heard["To"])
        assert str(heard["Reply-To"]).startswith("support+n.") and "!forward" in body(heard)
    ticket = house.ticket(number)
    assert [(one["text"], one["role"], one["internal"]) for one in ticket["messages"][-2:]] == [
        ("It needs a new fuse.", "external", True), ("Or a new cable.", "external", True)
    ]  # fmt: skip
    assert ticket["waiting_for"] is None and ticket["status"] == "in_progress"
    assert [one["address"] for one in ticket["participants"]] == ["ola@example.org"]
    # What he said does not slip into an answer to Ola; what was said to him may be said to him again.
    assert "must not leave the house" in kari(house, alert, "!reply\nIt needs a new fuse.")
    kari(house, heard, f"{FORWARD}\n\nDo you know this one?\nThank you, which fuse?")
    second = shown(house)
    assert "which fuse?" in body(second) and "It burns." not in body(second)
    assert str(second["In-Reply-To"]) == ticket["messages"][-2]["message_id"]
    assert len(to(house.sent(), "ola@")) == 1, "the acknowledgement alone"


def test_his_machines_are_folded(house: House) -> None:
    number, alert = house.ask()
    kari(house, alert, FORWARD)
    mail = shown(house)
    out = house.mail(reply(mail, "I am away.", author=VENDOR, headers=["Auto-Submitted: auto-replied"]))
    assert out == [] and house.became() == ("appended", "outside-answer")
    assert house.ticket(number)["messages"][-1]["folded"]
    forged = house.mail(reply(mail, "Pay me.", author=VENDOR, headers=[FORGED]))
    assert forged == [] and house.became() == ("held", "auth-fail")


def test_his_answer_never_reopens(house: House) -> None:
    number, alert = house.ask()
    kari(house, alert, FORWARD)
    mail = shown(house)
    house.mail(reply(alert, "!close"))
    house.mail(reply(mail, "It needs a new fuse.", author=VENDOR))
    assert house.ticket(number)["status"] == "closed" and len(house.tickets()) == 1


def test_what_is_chosen_goes_with_its_files(house: House) -> None:
    mixed = (
        "--b1\nContent-Type: text/plain\n\nIt burns.\n--b1\nContent-Type: text/plain; name=fire.txt\n"
        "Content-Disposition: attachment; filename=fire.txt\n\nsmoke\n--b1--"
    )
    _, alert = house.ask(words=mixed, content='multipart/mixed; boundary="b1"')
    house.mail(reply(alert, f"!note\n{NOTE}"))
    house.mail(reply(alert, "Turn it off."))
    house.later(60)
    other, _ = house.ask("Cable", "The cable is hot.", EVA)
    kari(house, alert, f"{FORWARD} all #{other}")
    mail = shown(house)
    for words in ("It burns.", "Turn it off.", "The cable is hot.", "Kari, Support"):
        assert words in body(mail)
    assert [part.get_filename() for part in mail.iter_attachments()] == ["fire.txt"]
    kari(house, alert, f"{FORWARD} m3")
    only = shown(house)
    assert "Turn it off." in body(only) and "It burns." not in body(only)


REFUSED = [
    (f"{FORWARD} m2", "M2 of 261123001 is none that may leave the house"),
    (f"{FORWARD} #261123999", "there is no ticket 261123999"),
    ("!forward ola@example.org", "takes part in 261123001"),
    ("!forward per@example.com", "!ask per"),
    (f"!forward {DESK}", "our own address"),
    (f"{FORWARD}\n{NOTE}", "must not leave the house"),
]


def test_what_is_not_forwarded(house: House) -> None:
    _, alert = house.ask()
    house.mail(reply(alert, f"!note\n{NOTE}"))
    for asked, said in REFUSED:
        assert said in kari(house, alert, asked), asked
    assert house.later(3600) == [] or not to(house.sent(), "vendor")


def test_only_a_proven_agent_discloses_at_once(house: House) -> None:
    _, alert = house.ask()
    [question] = house.mail(reply(alert, FORWARD))
    assert house.became()[0] == "held" and to(house.later(60), "vendor") == []
    house.mail(reply(question, "ok"))
    assert "It burns." in body(shown(house))


def test_a_case_of_a_private_queue_is_not_there(house: House) -> None:
    queue = '\n[[queue]]\nname = "hr"\nagents = ["per"]\nprivate = true\n'
    box = '\n[[mailbox]]\naddress = "hr@example.com"\nqueue = "hr"\n'
    config = house.folder / "mailgate.toml"
    config.write_text(config.read_text() + queue + box)
    house.reload()
    _, alert = house.ask()
    house.mail(letter(EVA, "hr@example.com", "Salary", OTHER))
    hidden = house.last_mail().ticket
    assert f"there is no ticket {hidden}" in kari(house, alert, f"{FORWARD} #{hidden}")


def test_from_the_command_line(house: House) -> None:
    number, _ = house.ask()
    at = "2026-11-23T10:30+01:00"
    arguments = ["forward", number, "help@vendor.example", "m1", "--words", "Please look.", "--at", at]
    done = CliRunner().invoke(app, [*arguments, "--config", str(house.folder / "mailgate.toml")])
    assert done.exit_code == 0, done.output
    [mail] = to(house.later(3600), "help@vendor.example")
    assert "Please look." in body(mail) and "It burns." in body(mail)
