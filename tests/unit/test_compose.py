"""What each notice becomes as a mail: its headers, its first and last lines, and what it must not say."""

from __future__ import annotations

import dataclasses
import email.header
import time
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mailgate.mail import OutboundMail
from mailgate.outbound import marks
from mailgate.outbound.compose import LETTERS, Composer, ComposeSettings
from mailgate.outbound.gate import GateRefused
from mailgate.outbound.mime import clean_header, clean_ids, clean_text
from mailgate.outbound.templates import SAMPLES, Templates, load_templates
from mailgate.tokens import Key, Signer, Token
from tests.leaks import check_valid, find_leaks
from ticketing import case_number
from ticketing.model import File, Person
from ticketing.notices import (
    About,
    Acknowledgement,
    AgentAlert,
    AlertDigest,
    Completed,
    Escalation,
    Estimate,
    Forwarded,
    FyiAnswer,
    Merged,
    Notice,
    OpenedForYou,
    OperatorAlarm,
    Parted,
    Receipt,
    Reminder,
    ReplyToRequester,
    RequesterReceipt,
    SatisfactionRequest,
    Shown,
    Thread,
)

FOLDER = Path(__file__).parents[2] / "templates" / "mail"
SHIPPED = load_templates(
    lambda file: (FOLDER / file).read_text(encoding="utf-8"),
    [str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*.j2")],
)
SIGNER = Signer([Key("a", date(2026, 1, 1), b"k" * 32)], "instance")
NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
ROW = "abcdefgh"
BOX = "support@example.com"
NUMBER = "261121001"

OLA = Person("Ola Nordmann", "ola@example.org")
KARI = Person("Kari Nordmann", "kari@example.com")
ABOUT = About(
    NUMBER,
    "The printer burns",
    "Sv: Re: [#261121001] Printer",
    BOX,
    "",
    "support",
    "in_progress",
    "en",
    OLA,
    "+47 22 00 00 00",
)
THREAD = Thread("<answered@example.org>", ("<first@example.org>", "<second@example.org>"))

ACK = Acknowledgement(ABOUT, OLA, THREAD, reveal=True)
PLAIN_ACK = Acknowledgement(ABOUT, OLA, THREAD, reveal=False)
FYI = FyiAnswer(ABOUT, OLA, THREAD)
REPLY = ReplyToRequester(
    ABOUT, OLA, (Person("Per", "per@example.org"), OLA, Person("", BOX)), THREAD, "Kari Nordmann",
    "Please turn it off.\n", "-- \nKari\nExample Support", NOW + timedelta(seconds=60), 7,
)  # fmt: skip
COMPLETED = Completed(ABOUT, OLA, THREAD, "We put it out.", datetime(2026, 11, 28, 23, 30, tzinfo=UTC))
OPENED = OpenedForYou(ABOUT, OLA, Thread())
MERGED = Merged(ABOUT, OLA, THREAD, "261120007")
PARTED = Parted(ABOUT, OLA, THREAD, "261120007")
ASKED_HOW = SatisfactionRequest(ABOUT, OLA, THREAD)
ESTIMATE = Estimate(ABOUT, OLA, THREAD, 390, "4500 kr", 5)
FORWARDED = Forwarded(
    ABOUT, Person("", "vendor@example.net"), Thread(), "Kari Nordmann", "Do you know this?",
    (Shown("Ola Nordmann", False, NOW, "It burns."), Shown("Kari Nordmann", True, NOW, "Turn it off.")),
)  # fmt: skip
OWN_RECEIPT = RequesterReceipt(ABOUT, BOX, "en", OLA, THREAD, ("The case is closed.",))
ALERT = AgentAlert(
    ABOUT, "kari", KARI, "p", "new", "Ola Nordmann <ola@example.org>", "It burns.\n\nPlease help.",
    (File("fire.jpg", "image/jpeg", 12_345, "0" * 64, False), File(None, "text/plain", 8, "1" * 64, False)),
    ("only in Cc",), ("It solved itself? !done",), ("ola@example.org", "per@example.org"), 3, "en",
    organisation="Example AS",
)  # fmt: skip
NOTE_ALERT = dataclasses.replace(ALERT, answer="n", why="note", by="Per", words="He owes us money. " * 12, files=())
ESCALATION = Escalation(
    ABOUT, "kari", KARI, "first_response", 100, 1, datetime(2026, 11, 23, 11, 58, tzinfo=UTC), NOW, True,
    "Kari Nordmann", "en",
)  # fmt: skip
WARNING = dataclasses.replace(ESCALATION, level=75, repeat=0, target="resolution", late_intake=False, assignee=None)
ELSEWHERE = dataclasses.replace(ESCALATION, agent_id=None, to=Person("", "boss@example.com"))
REMINDER = Reminder(ABOUT, "kari", KARI, BOX, "en", "task", "Order toner.", NOW)
BARE_REMINDER = Reminder(None, "kari", KARI, BOX, "en", "remind", "", NOW)
DIGEST = AlertDigest("kari", KARI, BOX, "en", ("261121001: new message", "261121002: assigned"))
RECEIPT = Receipt("kari", KARI, BOX, "en", False, ("Line 1: !clsoe is unknown.",), THREAD, ABOUT, "!clsoe\nMy words")
BARE_RECEIPT = dataclasses.replace(RECEIPT, about=None, done=True, returned_words="")
ALARM = OperatorAlarm("loop", (KARI, Person("Per", "per@example.com")), BOX, "Two desks talk", ("Held.",))

ALL: list[Any] = [
    ACK, PLAIN_ACK, FYI, REPLY, COMPLETED, OPENED, ESTIMATE, MERGED, PARTED, FORWARDED, ASKED_HOW,
    OWN_RECEIPT, ALERT, NOTE_ALERT, ESCALATION, WARNING, ELSEWHERE, REMINDER, BARE_REMINDER, DIGEST, RECEIPT,
    BARE_RECEIPT, ALARM,
]  # fmt: skip
TO_REQUESTERS = [
    ACK,
    PLAIN_ACK,
    FYI,
    REPLY,
    COMPLETED,
    OPENED,
    ESTIMATE,
    MERGED,
    PARTED,
    FORWARDED,
    ASKED_HOW,
    OWN_RECEIPT,
]
TO_STAFF = [one for one in ALL if one not in TO_REQUESTERS]


def named(notice: object) -> str:
    return type(notice).__name__


def composer(templates: Templates | None = None, **changes: Any) -> Composer:
    given_settings = ComposeSettings("Example Support", BOX, "Europe/Oslo", **changes)
    return Composer(SIGNER, templates or Templates(SHIPPED), given_settings)


COMPOSER = composer()


def compose(notice: Notice, **changes: Any) -> OutboundMail:
    return (composer(**changes) if changes else COMPOSER).compose(notice, now=NOW, row=ROW)


def read(mail: OutboundMail) -> EmailMessage:
    message = message_from_bytes(mail.data, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def lines(mail: OutboundMail) -> list[str]:
    return str(plain_part(read(mail)).get_content()).splitlines()


def plain_part(message: EmailMessage) -> EmailMessage:
    part = message.get_body(("plain",))
    assert isinstance(part, EmailMessage)
    return part


# ---- what every mail has --------------------------------------------------------------------------------------------


def test_every_notice_has_its_letter() -> None:
    assert set(LETTERS) == set(get_args(Notice))


@pytest.mark.parametrize("notice", ALL, ids=named)
def test_every_mail_is_well_made_and_bears_its_id_three_times(notice: Notice) -> None:
    mail = compose(notice)
    case = NUMBER if mail.ticket else "0"
    assert check_valid(mail.data) == []
    assert SIGNER.read_message_id(mail.message_id) == Token("id", case, ROW)
    assert read(mail)["Message-ID"] == mail.message_id
    assert read(mail)["References"].split()[0] == mail.message_id
    assert lines(mail)[-1] == f"Ref: {SIGNER.body_id(mail.ticket, ROW)}"
    assert SIGNER.find_body_ids("\n".join(lines(mail)))[-1] == Token("id", case, ROW)
    assert read(mail)["Date"] == "Sat, 21 Nov 2026 13:00:00 +0100"
    assert (mail.row, mail.mailbox) == (ROW, BOX)


@pytest.mark.parametrize("notice", ALL, ids=named)
def test_same_notice_same_bytes(notice: Notice) -> None:
    assert compose(notice) == compose(notice)


@pytest.mark.parametrize(
    "notice, purpose, issued_to, agent, answers",
    [
        (ACK, "r", "ola@example.org", None, None),
        (PLAIN_ACK, "r", "ola@example.org", None, None),
        (FYI, "r", "ola@example.org", None, None),
        (REPLY, "r", "ola@example.org", None, 7),
        (COMPLETED, "r", "ola@example.org", None, None),
        (OPENED, "r", "ola@example.org", None, None),
        (OWN_RECEIPT, "r", "ola@example.org", None, None),
        (dataclasses.replace(OWN_RECEIPT, about=None), None, None, None, None),
        (ALERT, "p", "kari@example.com", "kari", 3),
        (NOTE_ALERT, "n", "kari@example.com", "kari", 3),
        (DIGEST, "n", "kari@example.com", "kari", None),
        (RECEIPT, "n", "kari@example.com", "kari", None),
        (dataclasses.replace(RECEIPT, answer="p"), "p", "kari@example.com", "kari", None),
        (BARE_RECEIPT, "n", "kari@example.com", "kari", None),
        (ALARM, None, None, None, None),
    ],
)
def test_where_the_answer_goes(
    notice: Notice, purpose: str | None, issued_to: str | None, agent: str | None, answers: int | None
) -> None:
    mail = compose(notice)
    reply_to = read(mail)["Reply-To"]
    token = SIGNER.read_address(str(reply_to), BOX) if reply_to else None
    number = NUMBER if notice not in (DIGEST, BARE_RECEIPT) else "0"
    assert token == (Token(purpose, number, ROW) if purpose else None)
    assert (mail.issued_to, mail.agent, mail.answers) == (issued_to, agent, answers)


def test_mailbox_without_sub_addresses() -> None:
    mail = compose(ACK, plus_addressing={BOX: False})
    assert read(mail)["Reply-To"] == BOX
    assert mail.mail_from == BOX


@pytest.mark.parametrize(
    "envelope, notice, mail_from",
    [
        ("signed", ACK, SIGNER.address("b", BOX, NUMBER, ROW)),
        ("signed", REPLY, SIGNER.address("b", BOX, NUMBER, ROW)),
        ("signed", ALARM, SIGNER.address("b", BOX, None, ROW)),
        ("mailbox", ACK, BOX),
        ("mailbox", REPLY, BOX),
        ("null", ACK, "<>"),
        ("null", ALERT, "<>"),
        # An agent's own words are no automatic mail; their bounces must find the case.
        ("null", REPLY, SIGNER.address("b", BOX, NUMBER, ROW)),
    ],
)
def test_envelope_sender(envelope: str, notice: Notice, mail_from: str) -> None:
    assert compose(notice, envelope=envelope).mail_from == mail_from


@pytest.mark.parametrize(
    "notice, submitted, suppress",
    [
        (ACK, "auto-replied", "All"),
        (PLAIN_ACK, "auto-replied", "All"),
        (FYI, "auto-replied", "All"),
        (OWN_RECEIPT, "auto-replied", "All"),
        (COMPLETED, "auto-generated", "All"),
        (OPENED, "auto-generated", "All"),
        (ALERT, "auto-generated", "OOF, AutoReply"),
        (NOTE_ALERT, "auto-generated", "OOF, AutoReply"),
        (DIGEST, "auto-generated", "OOF, AutoReply"),
        (ALARM, "auto-generated", "OOF, AutoReply"),
        (RECEIPT, "auto-replied", "OOF, AutoReply"),
    ],
)
def test_automatic_mails_say_so(notice: Notice, submitted: str, suppress: str) -> None:
    mail = compose(notice)
    assert mail.automatic
    assert read(mail)["Auto-Submitted"] == submitted
    assert read(mail)["X-Auto-Response-Suppress"] == suppress
    assert SIGNER.read_loop_header(read(mail)["X-Mailgate-Loop"])


def test_agents_own_words_are_not_automatic() -> None:
    mail = compose(REPLY)
    assert not mail.automatic
    assert not {"auto-submitted", "x-auto-response-suppress", "x-mailgate-loop", "precedence"} & {
        name.lower() for name in read(mail)
    }


# ---- thread and subject ---------------------------------------------------------------------------------------------


def test_thread_headers() -> None:
    mail = compose(REPLY)
    assert read(mail)["In-Reply-To"] == "<answered@example.org>"
    assert read(mail)["References"].split() == [
        mail.message_id, "<first@example.org>", "<second@example.org>", "<answered@example.org>",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "thread, in_reply_to, chain",
    [
        (Thread(), None, []),
        (Thread(None, ("<a@b>",)), None, ["<a@b>"]),
        (Thread("<a@b>", ("<a@b>", "<c@d>", "<c@d>")), "<a@b>", ["<c@d>", "<a@b>"]),
        (Thread("not an id", ("<a b@c>", "<>", "<a@b>\r\nBcc: x@y", "<é@b>", "<x>y>", "<ok@b>")), None, ["<ok@b>"]),
        (Thread("<" + "x" * 251 + ">", ("<" + "y" * 250 + ">",)), None, ["<" + "y" * 250 + ">"]),
        (
            Thread("<last@b>", tuple(f"<{n}@b>" for n in range(50))),
            "<last@b>",
            [*(f"<{n}@b>" for n in range(31, 50)), "<last@b>"],
        ),
    ],
)
def test_only_good_ids_and_the_newest(thread: Thread, in_reply_to: str | None, chain: list[str]) -> None:
    mail = compose(dataclasses.replace(REPLY, thread=thread))
    assert read(mail)["In-Reply-To"] == in_reply_to
    assert read(mail)["References"].split()[1:] == chain
    assert check_valid(mail.data) == []


@pytest.mark.parametrize(
    "subject, title, tag_word, expected",
    [
        ("Printer", "t", "", "Re: [#261121001] Printer"),
        ("Re: [#261121001] Printer", "t", "", "Re: [#261121001] Printer"),
        ("Re: Sv: VS: Aw: [#261121001] Printer [#261101003]", "t", "", "Re: [#261121001] Printer"),
        ("[ab #261121001] Re[2]: Printer", "t", "AB", "Re: [AB #261121001] Printer"),
        ("[OLD #261121001] Printer", "t", "AB", "Re: [AB #261121001] Printer"),
        ("[XY #261121001] Printer", "t", "", "Re: [#261121001] [XY #261121001] Printer"),
        ("Regarding: printer", "t", "", "Re: [#261121001] Regarding: printer"),
        ("", "The printer burns", "", "Re: [#261121001] The printer burns"),
        ("Re:", "The printer burns", "", "Re: [#261121001] The printer burns"),
        ("", "", "", "Re: [#261121001]"),
        ("a\r\nBcc: x@example.net\u2028b\u202e\x00c", "t", "", "Re: [#261121001] a Bcc: x@example.net b c"),
        ("Skriveren på  loftet\tbrenner", "t", "", "Re: [#261121001] Skriveren på loftet brenner"),
        ("=?utf-8?Q?not=20encoded?=", "t", "", "Re: [#261121001] =?utf-8?Q?not=20encoded?="),
        ("x" * 300, "t", "", "Re: [#261121001] " + "x" * 183),
    ],
)
def test_subject_of_a_public_reply(subject: str, title: str, tag_word: str, expected: str) -> None:
    about = dataclasses.replace(ABOUT, subject=subject, title=title, tag_word=tag_word)
    mail = compose(dataclasses.replace(REPLY, about=about), tag_words=("OLD",))
    assert mail.subject == expected
    assert read(mail)["Subject"] == expected
    assert check_valid(mail.data) == []


@pytest.mark.parametrize("notice", [one for one in ALL if one not in (DIGEST, BARE_RECEIPT, ALARM)], ids=named)
def test_tag_stands_once_and_readable_in_the_raw_subject(notice: Notice) -> None:
    about = dataclasses.replace(ABOUT, subject="Ærlig talt [#261121001]", title="Ærlig talt", tag_word="AB")
    mail = compose(dataclasses.replace(notice, about=about))  # type: ignore[arg-type]
    assert mail.subject.count("#261121001") == 1
    assert mail.data.partition(b"\r\n\r\n")[0].count(b"[AB #261121001]") == 1
    assert case_number.find(mail.subject, {"AB"}) == [NUMBER]


# ---- to requesters --------------------------------------------------------------------------------------------------


def test_plain_acknowledgement_echoes_nothing() -> None:
    secrets = {
        "subject": "Sesam aapne deg", "title": "Tittel som lekker", "name": "Forfalsket Avsender",
        "chain": "<lokkedue@evil.example>", "queue": "hemmeligko",
    }  # fmt: skip
    person = Person(secrets["name"], "victim@example.org")
    about = dataclasses.replace(
        ABOUT, subject=secrets["subject"], title=secrets["title"], requester=person, queue=secrets["queue"]
    )
    thread = Thread("<answered@example.org>", (secrets["chain"],))
    for notice in (Acknowledgement(about, person, thread, reveal=False), FyiAnswer(about, person, thread)):
        mail = compose(notice)
        assert find_leaks(mail.data, secrets) == []
        assert read(mail)["To"] == "victim@example.org"
        assert read(mail)["References"].split() == [mail.message_id, "<answered@example.org>"]
        assert NUMBER in "\n".join(lines(mail))
    assert (
        compose(Acknowledgement(about, person, thread, reveal=False)).subject
        == "[#261121001] We have received your message"
    )


def test_acknowledgement_of_a_proven_author() -> None:
    mail = compose(dataclasses.replace(ACK, follows_up="261101003"))
    text = "\n".join(lines(mail))
    assert mail.subject == "Re: [#261121001] Printer"
    assert read(mail)["To"] == "Ola Nordmann <ola@example.org>"
    for words in (
        "Hello Ola Nordmann,",
        "The printer burns",
        NUMBER,
        "261101003",
        "+47 22 00 00 00",
        "Example Support",
    ):
        assert words in text


def test_public_reply() -> None:
    mail = compose(REPLY)
    message = read(mail)
    assert message["From"] == '"Kari, Example Support" <support@example.com>'
    assert message["To"] == "Ola Nordmann <ola@example.org>"
    # Neither the requester twice nor ourselves.
    assert message["Cc"] == "Per <per@example.org>"
    assert mail.rcpt_to == ("ola@example.org", "per@example.org")
    assert mail.due_at == NOW + timedelta(seconds=60)
    # No "-- " line: readers cut what is below it, and our id with it.
    assert lines(mail) == [
        "Please turn it off.",
        "",
        "Kari",
        "Example Support",
        "",
        f"Close the case <mailto:{SIGNER.address('c', BOX, NUMBER, ROW)}?subject=%5B%23261121001%5D%20Close%20the"
        "%20case>",
        f"How does it stand? <mailto:{SIGNER.address('r', BOX, NUMBER, ROW)}?subject=%5B%23261121001%5D%20How%20does"
        "%20it%20stand%3F&body=!status>",
        "",
        f"Ref: {SIGNER.body_id(NUMBER, ROW)}",
    ]


@pytest.mark.parametrize(
    "agent_name, expected",
    [
        ("Kari Nordmann", "Kari, Example Support"),
        ("Kari", "Kari, Example Support"),
        ("Nordmann, Kari", "Kari, Example Support"),
        ("", "Example Support"),
        ("kari@example.com", "Example Support"),
        ("Åse Ødegård", "Åse, Example Support"),
        ('Kari "K"', "Kari, Example Support"),
    ],
)
def test_agents_name_in_from(agent_name: str, expected: str) -> None:
    mail = compose(dataclasses.replace(REPLY, agent_name=agent_name))
    assert read(mail)["From"].addresses[0].display_name == expected
    assert read(mail)["From"].addresses[0].addr_spec == BOX


def test_closing_day_is_a_day_of_the_desk() -> None:
    assert "on 29 November 2026." in "\n".join(lines(compose(COMPLETED)))


def test_requesters_never_see_the_agents_lines() -> None:
    for notice in TO_REQUESTERS:
        said = [line for line in lines(compose(notice))[:-1] if "<mailto:support+" not in line]
        assert [line for line in said if marks.looks_like_ours(line)] == []
        assert find_leaks(compose(notice).data, {"agent": "kari@example.com"}) == []


# ---- to agents ------------------------------------------------------------------------------------------------------


def test_alert() -> None:
    mail = compose(ALERT)
    text = lines(mail)
    assert text[:2] == [
        "Your answer goes to: ola@example.org, per@example.org",
        "##- Please type your answer above this line -##",
    ]
    assert (read(mail)["To"], read(mail)["Cc"]) == ("Kari Nordmann <kari@example.com>", None)
    assert mail.rcpt_to == ("kari@example.com",)
    assert mail.subject == "[#261121001] The printer burns"
    whole = "\n".join(text)
    for words in (
        "New case 261121001 from Ola Nordmann <ola@example.org>, Example AS", "only in Cc", "fire.jpg, 12 kB",
        "unnamed (text/plain), 8 bytes", "It solved itself? !done", "!done", "!help",
    ):  # fmt: skip
        assert words in whole
    assert "\nIt burns.\n\nPlease help.\n" in whole
    assert whole.index("It burns.") < whole.index("fire.jpg") < whole.index("!help")
    assert "http" not in whole


def test_every_line_of_an_alert_but_the_requesters_words_is_known_again() -> None:
    for notice in TO_STAFF:
        if notice is ALARM or (isinstance(notice, Escalation) and notice.agent_id is None):
            continue  # goes to whoever has no address here that takes an answer
        bare = [line for line in lines(compose(notice)) if line and not marks.looks_like_ours(line)]
        assert bare == {ALERT: ["It burns.", "Please help."], RECEIPT: ["!clsoe", "My words"]}.get(notice, [])


def test_words_within_a_line_of_an_operators_template() -> None:
    own = {("en", "agent_alert"): "Subject: x\nHe says: {{ words }}\nBye"}
    text = lines(compose(ALERT, templates=Templates(SHIPPED, own)))
    assert text[3:7] == [":: He says: It burns.", "", "Please help.", ":: Bye"]


def test_external_words_are_signed() -> None:
    mail = compose(dataclasses.replace(ALERT, badges=("external",)))
    assert ":: It burns." in lines(mail)


def test_answer_line_without_addresses_names_the_requester() -> None:
    assert lines(compose(dataclasses.replace(ALERT, goes_to=())))[0] == "Your answer goes to: ola@example.org"


def test_escalation() -> None:
    """To an agent, with an answer address for notes; every line is known again, should it come back in an answer."""
    mail = compose(ESCALATION)
    assert mail.subject == "[#261121001] Overdue: The printer burns"
    assert (mail.agent, mail.rcpt_to, mail.issued_to) == ("kari", ("kari@example.com",), "kari@example.com")
    said = lines(mail)
    assert said[0] == "Your answer is an internal note."
    assert ":: Overdue: the first answer to Ola Nordmann in case 261121001" in said
    assert ":: It was promised by Monday 23 November 2026 at 12:58." in said
    assert ":: This is reminder number 1." in said
    assert ":: The request is of Saturday 21 November 2026 at 13:00, but reached the desk only later." in said
    assert all(marks.looks_like_ours(line) for line in said if line.strip())


def test_warning_says_how_much_has_passed() -> None:
    mail = compose(WARNING)
    assert mail.subject == "[#261121001] Due soon: The printer burns"
    assert ":: It is promised by Monday 23 November 2026 at 12:58; 75 % of the time has passed." in lines(mail)


def test_escalation_beyond_the_agents_has_no_answer_address() -> None:
    mail = compose(ELSEWHERE)
    assert (read(mail)["Reply-To"], mail.issued_to, mail.agent) == (None, None, None)


@pytest.mark.parametrize("notice", [ACK, PLAIN_ACK, ALERT], ids=named)
def test_promised_time_by_the_desks_clock(notice: Any) -> None:
    promised = dataclasses.replace(notice, promised_at=datetime(2026, 11, 23, 11, 58, tzinfo=UTC))
    assert "by Monday 23 November 2026 at 12:58" in "\n".join(lines(compose(promised)))
    assert "November" not in "\n".join(lines(compose(notice)))


def test_long_notes_are_wrapped_so_that_no_client_does() -> None:
    note = [line for line in lines(compose(NOTE_ALERT)) if "owes" in line]
    assert len(note) > 1
    assert all(line.startswith(":: ") and len(line) <= 76 for line in note)


def test_receipt_gives_the_words_back() -> None:
    text = lines(compose(RECEIPT))
    assert text[0] == "Your answer is an internal note."
    assert text[text.index("!clsoe") : text.index("My words") + 1] == ["!clsoe", "My words"]


@pytest.mark.parametrize(
    "line, ours",
    [
        ("Your answer goes to: ola@example.org", True),
        ("> > your answer  GOES to: ola@example.org", True),
        ("Your answer is an internal note.", True),
        ("##- Please type your answer above this line -##", True),
        ("##- Vennligst skriv over denne linjen -##", True),
        ("\u00a0:: New note", True),
        (">::", True),
        ("::", True),
        ("Ref: c261121001.abcdefgh.a57cvzapw6nq6h7jv4yfk", True),
        ("ref: c261121001.abc", True),
        ("see <c261121001.abcdefgh.a57cvzapw6nq6h7jv4yfk@example.com>", True),
        ("From: SUPPORT+P.261121001.ABCDEFGH.A57CVZAPW6NQ6H7JV4YFK@example.com", True),
        ("mailto:support%2Bn.261121001.abcdefgh.a57cvzapw6nq6h7jv4yfk%40example.com", True),
        ("", False),
        ("It burns.", False),
        ("std::vector is fast", False),
        ("##-----", False),
        ("::1 is the loopback address", False),
        ("## Steps", False),
        ("Your answer helped me", False),
        ("My reference: 261121001", False),
        ("version 1.2.3 and c1.2.3", False),
    ],
)
def test_lines_that_look_like_ours(line: str, ours: bool) -> None:
    assert marks.looks_like_ours(line) is ours


# ---- any text -------------------------------------------------------------------------------------------------------

ANY_TEXT = st.text(
    st.one_of(
        st.characters(), st.sampled_from('\r\n\x00\x0b\x85\u2028\u202e\u200b\ufeff\ud800=?,;:<>"\\@ æ🔥ñ\u0301\ufdd0')
    ),
    max_size=300,
)


def by_own_means(value: str) -> str:
    """A second reader: unfolds, and decodes the encoded-words with the old functions of the standard library."""
    pieces = []
    for text, charset in email.header.decode_header(value.replace("\r\n", "")):
        pieces.append(text if isinstance(text, str) else text.decode(charset or "ascii"))
    return "".join(pieces)


@settings(max_examples=300, deadline=None)
@given(subject=ANY_TEXT, name=ANY_TEXT, words=ANY_TEXT, agent=ANY_TEXT)
def test_any_text_reads_back_the_same(subject: str, name: str, words: str, agent: str) -> None:
    assume(not any(map(marks.looks_like_ours, clean_text(words).split("\n"))))
    about = dataclasses.replace(ABOUT, subject=subject, title=subject, requester=Person(name, OLA.address))
    notice = dataclasses.replace(
        REPLY, about=about, to=about.requester, words=words, agent_name=agent, thread=Thread(subject, (name, words))
    )
    mail = compose(notice)
    assert check_valid(mail.data) == []
    old = message_from_bytes(mail.data, policy=policy.compat32)
    modern = read(mail)
    assert modern["Subject"] == by_own_means(old["Subject"]) == mail.subject
    assert modern["To"].addresses[0].addr_spec == OLA.address
    # The newer reader puts a blank between the encoded-words of a long name; the name itself is whole.
    shown = modern["To"].addresses[0].display_name
    assert shown == clean_header(name) or old["To"].count("=?utf-8?B?") > 1
    assert shown.replace(" ", "") == clean_header(name).replace(" ", "")
    assert mail.rcpt_to == ("ola@example.org", "per@example.org")
    payload = old.get_payload(0).get_payload(decode=True)  # type: ignore[union-attr]
    assert isinstance(payload, bytes)
    body = payload.decode("utf-8").replace("\r\n", "\n")
    assert body.startswith(clean_text(words).strip("\n").rstrip())
    assert body.endswith(f"\n\nRef: {SIGNER.body_id(NUMBER, ROW)}\n")
    assert plain_part(modern).get_content().replace("\r\n", "\n") == body


@settings(max_examples=150, deadline=None)
@given(text=ANY_TEXT, kind=st.sampled_from(ALL))
def test_no_text_makes_any_notice_raise(text: str, kind: Any) -> None:
    """Every text of the notice at once is replaced by the same hostile one."""
    notice = _filled(kind, text)
    assume(kind is not REPLY or not any(map(marks.looks_like_ours, clean_text(text).split("\n"))))
    mail = compose(notice)
    assert mail.notice == type(kind).__name__
    assert check_valid(mail.data) == []


KEPT = {"number", "mailbox", "address", "answer", "agent_id", "sha256"}


def _filled(value: Any, text: str) -> Any:
    if isinstance(value, str):
        return text
    if isinstance(value, tuple):
        return tuple(_filled(one, text) for one in value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        changes = {
            field.name: _filled(getattr(value, field.name), text)
            for field in dataclasses.fields(value)
            if field.name not in KEPT
        }
        return dataclasses.replace(value, **changes)
    return value


@pytest.mark.parametrize(
    "text, encoding",
    [
        ("Please turn it off.", "7bit"),
        ("x" * 900, "7bit"),
        ("x" * 901, "quoted-printable"),
        ("Slå den av.", "quoted-printable"),
        ("Пожалуйста, выключите принтер, он горит", "base64"),
    ],
)
def test_transfer_encoding_fits(text: str, encoding: str) -> None:
    mail = compose(dataclasses.replace(REPLY, words=text * 3 if encoding == "base64" else text, signature=None))
    assert plain_part(read(mail))["Content-Transfer-Encoding"] == encoding
    assert lines(mail)[0].startswith(text)
    if encoding != "7bit":
        assert max(map(len, mail.data.split(b"\r\n"))) <= 78


@pytest.mark.parametrize(
    "address", ["b\u00f8@example.org", "B@example.org", "", "x@example.org\r\nBcc: y@example.net", "\ud800@x"]
)
def test_recipient_that_cannot_be_written_to(address: str) -> None:
    with pytest.raises(GateRefused):
        compose(dataclasses.replace(REPLY, cc=(Person("", address),)))


def test_foreign_local_part_with_smtputf8() -> None:
    mail = compose(dataclasses.replace(REPLY, to=Person("", "b\u00f8@example.org")), smtputf8=True)
    assert "To: <bø@example.org>\r\n".replace("<", "").replace(">", "").encode() in mail.data


@pytest.mark.parametrize(
    "line",
    [
        "Your answer goes to: ola@example.org",
        "> :: He owes us money.",
        "##- Please type your answer above this line -##",
        f"write to {SIGNER.address('n', BOX, NUMBER, ROW)}",
    ],
)
def test_answer_with_a_line_of_an_alert_does_not_leave(line: str) -> None:
    with pytest.raises(GateRefused, match="a line or an address of an alert"):
        compose(dataclasses.replace(REPLY, words=f"Please turn it off.\n\n{line}\nKari"))


def test_alarm_without_operators_is_refused() -> None:
    with pytest.raises(GateRefused, match="0 recipients"):
        compose(dataclasses.replace(ALARM, operators=()))


def test_clean_ids() -> None:
    assert clean_ids(["<a@b>", "a@b", "<a@b>", "<c>"]) == ["<a@b>", "<c>"]


def test_time_is_linear() -> None:
    """Ten times the words take about ten times as long, whatever they are made of."""

    def seconds(size: int) -> float:
        began = time.process_time()
        for unit in ("a ", "Re:", "=", "[#2", "::", ".c2", "\u0301"):
            words = unit * (size // len(unit))
            about = dataclasses.replace(ABOUT, subject=words, title=words)
            compose(dataclasses.replace(ALERT, about=about, words=words, answer="n"))
            marks.looks_like_ours(words)
        return time.process_time() - began

    seconds(1_000)
    assert seconds(400_000) < 60 * max(seconds(40_000), 0.02)


# ---- templates are given what the samples promise -------------------------------------------------------------------


@pytest.mark.parametrize("notice", ALL, ids=named)
def test_samples_name_what_templates_get(notice: Notice) -> None:
    used = compose(notice).template.rpartition("/")[2]
    every = "".join(f"{{{{ {name} }}}}" for name in SAMPLES[used][0])
    mail = compose(notice, templates=Templates(SHIPPED, {("en", used): f"Subject: x\n{every}\n."}))
    assert mail.template == f"own:en/{used}"
