"""What may leave the house: every word that an agent types and somebody outside reads passes one check."""

from __future__ import annotations

import base64
import io
import quopri
import zipfile
from collections.abc import Iterator
from dataclasses import fields
from email.message import EmailMessage
from typing import get_args

import pytest
from agents import DESK, KARI, NOTE, PER, House, NewHouse, body, letter, number_in, to

from ticketing import commands

OLA = "ola@example.org"
EVA = "eva@other.net"
LONG_NOTE = "This customer is a known liar, do not trust him in anything at all."
SECRETS = {
    "a note": NOTE,
    "a part of a note": "Beware: is a known liar, do not trust",
    "an agent's address": "Ask per@example.com",
    "an answer address": "See support+p.261123001.abcdefgh.kmnopqrstuv@example.com",
    "a line of an alert": ":: Queue support",
}


@pytest.fixture
def house(new_house: NewHouse) -> Iterator[House]:
    with new_house(auth="dmarc") as house:
        yield house


UNSEEN = {
    "a soft hyphen in an address": "Ask per\u00ad@example.com",
    "a blank of no width in an address": "Ask per@exam\u200bple.com",
    "a word joiner in an address": "Ask per\u2060@example.com",
    "other widths": "Ask ｐｅｒ＠example.com",
    "a blank in an address": "Ask per@ example.com",
    "an address in two lines": "Ask per@\nexample.com",
    "a soft hyphen in a note": NOTE.replace("kjent", "kje\u00adnt"),
}


def asked(house: House, subject: str = "Printer", words: str = "It burns.") -> tuple[str, EmailMessage]:
    number, alert = house.ask(subject, words, auth="pass")
    house.later(100)
    return number, alert


def says(house: House, alert: EmailMessage, text: str) -> str:
    """Kari answers a mail of ours; the receipt that she gets, "" for none."""
    out = house.mail(letter(KARI, str(alert["Reply-To"]), "Re: Printer", text, auth="pass", answers=alert))
    return "\n".join(body(mail) for mail in to(out, "kari@"))


def outside(house: House, before: int) -> list[str]:
    """What left to people outside since then: subject and words."""
    house.later(200)
    return [
        f"{mail['Subject']}\n{body(mail)}" for mail in house.sent()[before:] if "@example.com" not in str(mail["To"])
    ]


# ---- what an agent types --------------------------------------------------------------------------------------------

# Every text of a command: what people outside may read of it, and what stays with the agents. A new command's text has
# to be put into one of them, and what is told, into the table of tests below.
TOLD = {
    "New.title", "SetTitle.title", "Split.title", "Resolution.text", "Estimate.price", "Edit.text", "Reply.text",
    "Canned.values",
}  # fmt: skip
INSIDE = {
    "Note.text", "Assign.agent", "Ask.agent", "SetType.type", "SetCategory.category", "SetField.key", "SetField.value",
    "SetRequester.address", "SetContact.address", "SetOrganisation.name", "SetProject.name", "AddAlias.address",
    "AddNumber.number", "Forward.address", "Call.text", "Todo.words", "Todo.agent", "Remind.words", "Accept.id",
    "Away.to", "Help.about", "List.of", "Mark.add", "Mark.remove", "Reassign.of", "Reassign.to",
    "Reject.id", "Canned.name", "Tag.add", "Tag.remove", "Cc.add", "Cc.remove",
    "Equipment.add", "Equipment.remove", "New.channel", "New.mailbox", "New.template",
}  # fmt: skip


def test_every_text_of_a_command_is_known_to_leave_or_to_stay() -> None:
    texts = {
        f"{kind.__name__}.{one.name}"
        for kind in get_args(commands.Command)
        for one in fields(kind)
        if "str" in str(one.type) and "Literal" not in str(one.type)
    }
    assert texts - TOLD - INSIDE == set()


WAYS_OUT = (
    '!title "{secret}"',
    '!split "{secret}" m1',
    "!resolution\n{secret}\n!end",
    "!resolution\n{secret}\n!end\n!done",
    "!estimate 2h {secret}",
    f'!new\n!title "{{secret}}"\n!requester {EVA}\nHello.',
    f"!new\n!requester {EVA}\n{{secret}}",
    f'!new\n!title "Lamp"\n!requester {EVA}\n!reply\n{{secret}}',
    f"!forward {EVA}\n{{secret}}",
    "!reply\n{secret}",
)


def test_no_secret_leaves_by_a_command(house: House) -> None:
    _, alert = asked(house)
    says(house, alert, f"!note\n{NOTE}\n{LONG_NOTE}")
    before, cases = len(house.sent()), house.tickets()
    for n, text in enumerate(WAYS_OUT):
        # The rule is one: that every way of wording is caught by it, one command shows.
        names = SECRETS if n == 0 else ("a note", "an agent's address")
        for name in names:
            told = says(house, alert, text.format(secret=SECRETS[name]))
            assert "must not leave" in told or "must not see" in told, (text, name, told)
    assert outside(house, before) == []
    assert house.tickets() == cases


def test_what_a_former_case_holds_stays_out_of_a_new_one(house: House) -> None:
    """`!new … !reply` in an answer to Ola's alert: neither the notes of his case nor his own words are for Eva."""
    _, alert = asked(house, words="My secret diagnosis is gout, and nobody shall know.")
    before = len(house.sent())
    reply = '!new\n!title "Lamp"\n!requester {}\n!reply\nMy secret diagnosis is gout, and nobody shall know.'
    assert "must not leave" in says(house, alert, reply.format(EVA))
    assert "must not leave" not in says(house, alert, reply.format(OLA))
    [told] = outside(house, before)
    assert "gout" in told and to(house.sent()[before:], "eva@") == []


def test_what_the_mail_says_in_a_note_too_it_says_on_purpose(house: House) -> None:
    _, alert = asked(house)
    words = "The printer on the fourth floor does not work"
    number = number_in(alert)
    assert "now" in says(house, alert, f'!title "{words}"\n!note\n{words}, because of the toner.')
    assert house.ticket(number)["title"] == words
    assert "must not leave" in says(house, alert, f'!title "{words} because of the toner"')
    # An undo puts back what stood there, whatever was noted since.
    says(house, alert, '!title "Lamp"')
    says(house, alert, f"!note\n{words} at all.")
    assert "must not" not in says(house, alert, "!undo")


def test_the_subject_of_an_agents_own_mail_is_looked_at_too(house: House) -> None:
    before = len(house.sent())
    house.mail(letter(KARI, DESK, "Write to per@example.com", f"!requester {OLA}\nHe called.", auth="pass"))
    assert house.tickets() == []
    # A title that we make of a note is none for him.
    house.mail(letter(KARI, DESK, "Hjelp", f"!requester {OLA}\n\n{NOTE}, he called.", auth="pass"))
    [told] = outside(house, before)
    assert "A case for you" in told and "verulant" not in told
    assert NOTE in house.tickets()[0]["title"]


def test_what_he_was_told_already_may_be_told_again(house: House) -> None:
    _, alert = asked(house)
    words = "Please turn it off and wait for ten minutes."
    says(house, alert, words)
    house.later(100)
    says(house, alert, f"!note\nI told him: {words}")
    before = len(house.sent())
    says(house, alert, f"As I said: {words}")
    assert len(outside(house, before)) == 1


def test_what_an_agent_wrote_down_of_a_call_is_not_the_requesters_to_be_quoted(house: House) -> None:
    _, alert = asked(house)
    says(house, alert, f'!new\n!requester {OLA}\n!title "Lamp"\nHe shouted at me and it is about the lamp.')
    other = next(one for one in reversed(house.sent()) if "per@" in str(one["To"]))
    before = len(house.sent())
    text = "> He shouted at me and it is about the lamp.\n\nWe look at it."
    house.mail(letter(PER, str(other["Reply-To"]), "Re: Lamp", text, auth="pass", answers=other))
    assert [one for one in outside(house, before) if "shouted" in one] == []


def test_a_case_of_the_house_may_be_called_what_its_notes_say(house: House) -> None:
    words = "Order new toner for the printer on the fourth floor"
    house.mail(letter(KARI, DESK, "Toner", f"{words}, please.", auth="pass"))
    receipt = to(house.sent(), "kari@")[-1]
    told = says(house, receipt, f'!title "{words}"\n!resolution\n{words}: done.\n!end')
    assert "must not leave" not in told
    assert house.tickets()[0]["title"] == words


# ---- files ----------------------------------------------------------------------------------------------------------


def with_file(alert: EmailMessage, text: str, name: str, data: bytes, kind: str = "application/octet-stream") -> str:
    encoded = base64.encodebytes(data).decode()
    whole = (
        f"--b1\nContent-Type: text/plain; charset=utf-8\n\n{text}\n--b1\nContent-Type: {kind}\n"
        f'Content-Disposition: attachment; filename="{name}"\nContent-Transfer-Encoding: base64\n\n{encoded}\n--b1--'
    )
    content = 'multipart/mixed; boundary="b1"'
    return letter(KARI, str(alert["Reply-To"]), "Re: x", whole, auth="pass", answers=alert, content=content)


def zipped(name: str, text: str) -> bytes:
    with io.BytesIO() as out:
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(name, text)
        return out.getvalue()


def wrapped(secret: str) -> dict[str, tuple[str, bytes]]:
    """The same secret in files of many sorts; for each, its name and octets."""
    middle = len(secret) // 2
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "Ola <ola@example.org>", DESK, "Printer"
    mail.set_content("It burns.")
    return {
        "name": (f"{secret.replace(' ', '_')}.pdf", b"%PDF-1.4"),
        "name in a zip": ("all.zip", zipped(f"{secret}.pdf", "x")),
        "text in a zip": ("all.zip", zipped("x.txt", secret)),
        "ics": ("x.ics", f"BEGIN:VEVENT\r\nSUMMARY:{secret[:middle]}\r\n {secret[middle:]}\r\nEND:VEVENT".encode()),
        "mail": ("x.bin", mail.as_bytes()),
        "quoted-printable": ("x.dat", quopri.encodestring(f"{secret}\n".encode()).replace(b"k", b"=6B")),
        "base64": ("x.dat", b"\n" + base64.encodebytes(f"{'words before it ' * 9}\n{secret}\n".encode())),
        "entities": ("x.html", f"<p>{secret.replace('k', '&#107;').replace('@', '&#64;')}</p>".encode()),
        "300 kB": ("x.log", b"a line\n" * 45_000 + secret.encode()),
        "UTF-16": ("x.txt", secret.encode("utf-16")),
    }


def test_what_nobody_sees_hides_nothing(house: House) -> None:
    _, alert = asked(house)
    says(house, alert, f"!note\n{NOTE}")
    before = len(house.sent())
    for how, words in UNSEEN.items():
        assert "must not" in says(house, alert, f"Hello Ola.\n{words}"), how
    assert outside(house, before) == []


@pytest.mark.parametrize("secret", [NOTE, "per@example.com", "support+p.261123001.abcdefgh.kmnopqrstuv@example.com"])
def test_no_secret_leaves_in_a_file(house: House, secret: str) -> None:
    _, alert = asked(house)
    says(house, alert, f"!note\n{NOTE}")
    before = len(house.sent())
    for name, (filename, data) in wrapped(secret).items():
        [receipt] = to(house.mail(with_file(alert, "See the file.", filename, data)), "kari@")
        assert "must not see" in body(receipt), name
    assert outside(house, before) == []


@pytest.mark.parametrize(
    "name, data", [("x.pdf", b"%PDF-1.4"), ("all.zip", zipped("x.txt", "Dear Ola")), ("x.dat", b"\0\xff")]
)
def test_other_files_go(house: House, name: str, data: bytes) -> None:
    _, alert = asked(house)
    says(house, alert, f"!note\n{NOTE}")
    before = len(house.sent())
    house.mail(with_file(alert, "See the file.", name, data))
    house.later(100)
    [answer] = to(house.sent()[before:], "ola@")
    assert [one.get_filename() for one in answer.iter_attachments()] == [name]


def test_the_mail_that_an_agent_passed_on_is_not_forwarded_with_its_headers(house: House) -> None:
    inner = f"Received: from kari-pc\nFrom: Ola <{OLA}>\nTo: {KARI}\nSubject: Printer\n\nIt burns."
    text = f"--b1\nContent-Type: text/plain\n\n!claim\n--b1\nContent-Type: message/rfc822\n\n{inner}\n--b1--"
    content = 'multipart/mixed; boundary="b1"'
    out = house.mail(letter(KARI, DESK, "Fwd: Printer", text, auth="pass", content=content))
    receipt = to(out, "kari@")[-1]
    before = len(house.sent())
    told = says(house, receipt, "!forward vendor@other.net m1")
    assert "Not sent: " in told
    house.later(100)
    [shown] = to(house.sent()[before:], "vendor@")
    assert "It burns." in body(shown) and list(shown.iter_attachments()) == []


# ---- another requester ----------------------------------------------------------------------------------------------


def test_a_new_requester_reads_nothing_of_the_former(house: House) -> None:
    number, alert = asked(house, "My secret diagnosis", "It is gout.")
    says(house, alert, "!resolution\nWe wrote a letter about the gout.\n!end")
    before, start = len(house.sent()), house.ticket(number)
    told = says(house, alert, f"!requester {EVA}")
    assert "title stays inside" in told and "resolution was written for somebody else" in told
    assert house.ticket(number)["title"] == "My secret diagnosis"
    assert house.ticket(number)["resolution"] is None
    says(house, alert, "Dear Eva, we look at it.")
    says(house, alert, "!done")
    house.later(100)
    [opened, *_] = to(house.sent()[before:], "eva@")
    house.mail(letter(f"Eva <{EVA}>", str(opened["Reply-To"]), "Re: x", "!status", auth="pass", answers=opened))
    read = outside(house, before)
    assert len(read) == 4 and not [one for one in read if "diagnosis" in one or "gout" in one], read
    says(house, alert, '!title "A letter"')
    house.mail(letter(f"Eva <{EVA}>", str(opened["Reply-To"]), "Re: x", "!status", auth="pass", answers=opened))
    assert "A letter" in outside(house, before)[-1]
    assert start["subject"] == "My secret diagnosis" and house.ticket(number)["subject"] == "A letter"


@pytest.mark.parametrize("text", ['!requester {}\n!title "Lamp"', '!title "Lamp"\n!requester {}'])
def test_who_is_made_requester_by_a_mail_with_a_title_reads_it(house: House, text: str) -> None:
    number, alert = asked(house, "My secret diagnosis", "It is gout.")
    before = len(house.sent())
    start = house.ticket(number)
    says(house, alert, text.format(EVA))
    [told] = outside(house, before)
    assert told.count("Lamp") == 2 and "diagnosis" not in told
    says(house, alert, "!undo")
    assert house.ticket(number)["subject"] == start["subject"] == house.ticket(number)["title"]


def test_who_wrote_it_himself_gets_his_title_back(house: House) -> None:
    number, alert = asked(house, "My secret diagnosis", "It is gout.")
    says(house, alert, f"!requester {EVA}\n!silent")
    before = len(house.sent())
    says(house, alert, f"!requester {OLA}")
    [told] = outside(house, before)
    assert "My secret diagnosis" in told, number


def test_the_title_of_an_internal_case_is_not_told_to_its_later_requester(house: House) -> None:
    house.mail(letter(KARI, DESK, f"About {OLA}, who never pays", "Look into it.", auth="pass"))
    number = house.tickets()[0]["number"]
    receipt = to(house.sent(), "kari@")[-1]
    before = len(house.sent())
    told = says(house, receipt, f"!requester {OLA}\n!silent")
    assert "title stays inside" in told
    house.mail(letter(f"Ola <{OLA}>", DESK, "!mine", "!mine", auth="pass"))
    [mine] = outside(house, before)
    assert number in mine and "never pays" not in mine


# ---- beside an undo, and in a case of the house ---------------------------------------------------------------------


@pytest.mark.parametrize("text", [
    '!undo\n!title "{secret}"', "!undo\n!resolution\n{secret}\n!end\n!done", "!undo\n!estimate 2h {secret}",
    '!undo\n!split "{secret}" m1',
])  # fmt: skip
def test_no_secret_leaves_beside_an_undo(house: House, text: str) -> None:
    _, alert = asked(house)
    says(house, alert, f"!note\n{NOTE}")
    says(house, alert, "!tag +vip")
    before = len(house.sent())
    told = says(house, alert, text.format(secret=NOTE))
    assert "must not leave" in told, told
    assert outside(house, before) == []


def of_the_house(house: House) -> EmailMessage:
    """Kari opens a case for her colleagues: Per's alert."""
    out = house.mail(letter(KARI, DESK, "Ola is to be dismissed", "Who tells him?", auth="pass"))
    [alert] = to(out, "per@")
    return alert


def per_says(house: House, alert: EmailMessage, text: str) -> tuple[str, list[EmailMessage]]:
    out = house.mail(letter(PER, str(alert["Reply-To"]), "Re: It", text, auth="pass", answers=alert))
    out += house.later(200)
    return "\n".join(body(one) for one in to(out, "per@")), out


@pytest.mark.parametrize("lets_in", [f"!cc +{EVA}", f"!contact {EVA}"])
def test_an_answer_in_a_case_of_the_house_names_neither_agents_nor_its_title(house: House, lets_in: str) -> None:
    alert = of_the_house(house)
    per_says(house, alert, f"!note\n{NOTE}")
    told, _ = per_says(house, alert, lets_in)
    assert "Its title stays inside" in told
    told, out = per_says(house, alert, "!reply\nHello Eva, we have a question.")
    [mail] = to(out, EVA)
    assert "dismissed" not in f"{mail['Subject']}{body(mail)}" and "example.com" not in f"{mail['To']}{mail['Cc']}"
    assert "kari@" not in told and any("we have a question" in body(one) for one in to(out, "kari@"))
    # From now on what it is called is for Eva, too.
    told, _ = per_says(house, alert, f'!title "{NOTE}"')
    assert "must not leave" in told
    per_says(house, alert, '!title "A lamp"')
    _, out = per_says(house, alert, "!reply\nHello again, Eva.")
    assert "A lamp" in str(to(out, EVA)[0]["Subject"])


def test_what_a_case_of_the_house_is_called_is_not_forwarded(house: House) -> None:
    alert = of_the_house(house)
    number, _ = asked(house)
    _, out = per_says(house, alert, f"!forward {EVA} #{number}\nCan you deliver?")
    assert "dismissed" not in str(to(out, EVA)[0]["Subject"])
    _, out = per_says(house, alert, f'!title "Toner"\n!forward {EVA} #{number}\nCan you deliver now?')
    assert "Toner" in str(to(out, EVA)[0]["Subject"])


def test_whoever_is_accepted_in_a_case_of_the_house_reads_no_title(house: House) -> None:
    alert = of_the_house(house)
    _, asking = asked(house)
    says(house, asking, f"!merge {number_in(alert)}")
    [alert] = to(per_says(house, alert, "!accept ola@example.org")[1], "per@")
    _, out = per_says(house, alert, "!reply\nHello Ola, a question.")
    [mail] = [one for one in to(out, "ola@") if "a question" in body(one)]
    assert "dismissed" not in str(mail["Subject"]) and "kari@" not in f"{mail['To']}{mail['Cc']}"
