"""The acknowledgement (RULES 5): every condition made false by a real mail while the others hold, every limit, and what
an answer may say to whom."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from inside import BILLING, FORM, SUPPORT, InsideDesk, Outcome, mail, people
from leaks import find_leaks

from mailgate.mail import without_tag

OLA = "ola@firma.no"


def acknowledged(outcome: Outcome) -> bool:
    return bool(outcome.of("Acknowledgement"))


def why_not(desk: InsideDesk, outcome: Outcome) -> str:
    """The name of the condition, as the ticket's history tells it."""
    history = desk.ticket(outcome.ticket)["history"]
    (entry,) = [one for one in history if one["what"] == "acknowledgement"]
    assert entry["to"].startswith("not sent")
    return str(entry["by"])


# ---- the conditions -------------------------------------------------------------------------------------------------

REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "mass mail": ({"headers": [("List-Id", "<l.firma.no>")]}, "personal"),
    "a machine's": ({"headers": [("Auto-Submitted", "auto-generated")]}, "personal"),
    "forged, says its domain": ({"auth": "fail"}, "auth-not-failed"),
    "suppress All": ({"headers": [("X-Auto-Response-Suppress", "All")]}, "not-forbidden"),
    "suppress OOF": ({"headers": [("X-Auto-Response-Suppress", "DR, OOF")]}, "not-forbidden"),
    "suppress AutoReply": ({"headers": [("X-Auto-Response-Suppress", "AutoReply")]}, "not-forbidden"),
    **{
        f"from {local}": ({"author": f"{local}@firma.no"}, "not-forbidden")
        for local in ("no-reply", "noreply-123", "no_reply", "do-not-reply", "donotreply", "mailer-daemon",
                      "postmaster", "bounce-77", "bounces", "root", "nobody", "abuse", "majordomo", "owner-list",
                      "list-request", "list-bounces")
    },
    "an agent, unproven": ({"author": "Kari <kari@example.com>"}, "author-no-agent"),
    "two in From": ({"author": "a@firma.no, b@firma.no"}, "not-forbidden"),
    "we stand neither in To nor in Cc": ({"to": "undisclosed-recipients:;"}, "addressed"),
    "Bcc to us": ({"to": "friend@firma.no"}, "addressed"),
}  # fmt: skip


@pytest.fixture(scope="module")
def desk(new_inside_for_module: Callable[..., InsideDesk]) -> InsideDesk:
    return new_inside_for_module(
        limits='[limits]\nack_domain = "off"\nalerts_agent = "off"\nnew_tickets_address = "off"'
    )


@pytest.mark.parametrize("name", REFUSED)
def test_each_condition_alone_forbids_it(desk: InsideDesk, name: str) -> None:
    wishes, condition = REFUSED[name]
    outcome = desk.receive(mail(subject=f"Matter: {name}", body=f"About {name}.", **wishes))
    assert outcome.disposition == "new"
    assert not acknowledged(outcome)
    assert {one.to for one in outcome.mails} <= {("kari@example.com",)}
    assert why_not(desk, outcome) == condition


def test_all_conditions_hold(desk: InsideDesk) -> None:
    for n, wishes in enumerate([
        {}, {"to": "Help <help@example.com>"}, {"to": "friend@x.no", "headers": [("Cc", SUPPORT), ("To", BILLING)]},
        {"to": "SUPPORT@Example.COM"}, {"headers": [("Auto-Submitted", "no")]},
        {"headers": [("X-Auto-Response-Suppress", "DR, RN, NRN")]},
        {"headers": [("List-Unsubscribe", "<https://firma.no/off>")]},
    ]):  # fmt: skip
        author = f"person{n}@firma{n}.no"
        outcome = desk.receive(mail(author, subject=f"All is well {n}", body=f"Words {n}", **wishes))
        assert acknowledged(outcome), wishes
        assert outcome.acknowledgement.to == (author,)


def test_the_null_sender_and_a_lists_owner_are_not_answered(desk: InsideDesk) -> None:
    for n, env_from in enumerate(["<>", "owner-news@firma.no", "news-bounces@firma.no"]):
        outcome = desk.receive(mail(f"q{n}@firma.no", body=f"Sender {n}"), mail_from=env_from)
        assert not acknowledged(outcome)
        assert why_not(desk, outcome) in ("personal", "not-forbidden")
    # A provider's own bounce address behind a person's mail forbids nothing.
    assert acknowledged(desk.receive(mail("q9@firma.no", body="x"), mail_from="bounce-1234@mailer.provider.example"))


def test_a_suppressed_address_is_not_answered(desk: InsideDesk) -> None:
    desk.execute(
        "INSERT INTO suppressed (address, until, reason, since) VALUES ('gone@firma.no', '2027-01-01 00:00:00.000000',"
        " 'no such user', '2026-11-20 00:00:00.000000')"
    )
    outcome = desk.receive(mail("here@firma.no", auth="pass", headers=[("Reply-To", "gone@firma.no")]))
    assert not acknowledged(outcome)
    assert why_not(desk, outcome) == "not-suppressed"
    # Whoever writes himself may be there to read, too.
    assert acknowledged(desk.receive(mail("gone@firma.no", body="I am back")))


def test_a_reply_is_not_acknowledged(desk: InsideDesk) -> None:
    opened = desk.receive(mail("r1@firma.no", body="First."))
    again = desk.receive(mail("r1@firma.no", opened.acknowledgement.token, body="Second."))
    assert again.disposition == "appended"
    assert again.to("r1@firma.no") == []


def test_a_duplicate_is_not_acknowledged(desk: InsideDesk) -> None:
    data = mail("r2@firma.no", body="Once.")
    assert acknowledged(desk.receive(data))
    again = desk.receive(data)
    assert (again.disposition, again.mails) == ("duplicate", ())


def test_a_held_mail_is_not_acknowledged_and_a_released_one_is(inside: InsideDesk) -> None:
    for n in range(3):
        inside.receive(mail(f"x{n}@firma.no", body="Same."), explained=False)
    made = [inside.receive(mail(subject=f"S{n}", body="Same words."), explained=False) for n in range(4)]
    assert made[3].disposition == "held"
    assert not acknowledged(made[3])
    inside.wait(hours=2)
    assert acknowledged(inside.release(made[3].id))


# ---- the limits -----------------------------------------------------------------------------------------------------


def burst(desk: InsideDesk, times: int, **span: float) -> list[bool]:
    """Mails of one person about different things, with time between them; which were acknowledged."""
    answered = []
    for _ in range(times):
        n = desk.ticket_count = getattr(desk, "ticket_count", 0) + 1  # type: ignore[attr-defined]
        answered.append(acknowledged(desk.receive(mail(subject=f"Matter {n}", body=f"Words {n}"), explained=False)))
        desk.wait(**span)
    return answered


def test_an_address_gets_three_in_ten_minutes(inside: InsideDesk) -> None:
    assert burst(inside, 5, minutes=1) == [True] * 3 + [False] * 2
    inside.wait(minutes=6)
    assert burst(inside, 1, minutes=1) == [True]


def test_an_address_gets_five_in_an_hour(inside: InsideDesk) -> None:
    assert burst(inside, 7, minutes=6) == [True] * 5 + [False] * 2
    inside.wait(minutes=30)
    assert burst(inside, 1, minutes=1) == [True]


def test_an_address_gets_twenty_in_a_day(inside: InsideDesk) -> None:
    assert burst(inside, 22, minutes=20) == [True] * 20 + [False] * 2
    inside.wait(hours=17)
    assert burst(inside, 1, minutes=1) == [True]


@pytest.mark.parametrize("first, second", [("Printer", "RE: printer"), ("", ""), ("Re:", "SV: ")])
def test_a_subject_is_acknowledged_once_an_hour(inside: InsideDesk, first: str, second: str) -> None:
    assert acknowledged(inside.receive(mail(subject=first, body="One.")))
    refused = inside.receive(mail(subject=second, body="Two."))
    assert (refused.disposition, acknowledged(refused)) == ("new", False)
    assert why_not(inside, refused) == "limits-free"
    assert acknowledged(inside.receive(mail("per@annen.no", subject=second, body="Three.")))
    inside.wait(minutes=61)
    assert acknowledged(inside.receive(mail(subject=second, body="Four.")))


def test_a_domain_gets_sixty_in_an_hour(inside: InsideDesk) -> None:
    made = inside.receive_all([mail(f"p{n}@big.example", subject=f"S{n}", body=f"W{n}") for n in range(63)])
    assert [acknowledged(one) for one in made].count(True) == 60
    assert acknowledged(inside.receive(mail("p@other.example", body="Me too")))
    inside.wait(minutes=61)
    assert acknowledged(inside.receive(mail("p99@big.example", body="Now?")))


@pytest.mark.long_only
def test_the_desk_sends_two_hundred_in_ten_minutes_then_rests(inside: InsideDesk) -> None:
    made = inside.receive_all([mail(f"p@d{n}.example", subject=f"S{n}", body=f"W{n}") for n in range(203)])
    assert {one.disposition for one in made} == {"new"}
    assert [acknowledged(one) for one in made].count(True) == 200
    alarms = [one for one in inside.out() if one.notice == "OperatorAlarm"]
    assert [one.to for one in alarms] == [("kari@example.com",)]
    assert "Acknowledgements are stopped" in alarms[0].text
    # Below the limit again, the breaker stays open until half an hour has passed below it.
    inside.wait(minutes=15)
    assert not acknowledged(inside.receive(mail("a@late.example", body="Hello?")))
    inside.wait(minutes=30)
    alarms = [one for one in inside.out() if one.notice == "OperatorAlarm"]
    assert len(alarms) == 2
    assert "This is over" in alarms[1].text
    assert acknowledged(inside.receive(mail("b@late.example", body="Hello again?")))


# ---- what it says, and to whom --------------------------------------------------------------------------------------

CANARIES = {
    "name": "Zebulon Quick",
    "subject": "crimson walrus",
    "body": "velvet hammock",
    "link": "https://lottery.example/win",
    "file": "orchid-plan.pdf",
}
LETTER = (
    "--b\nContent-Type: text/plain; charset=utf-8\n\nvelvet hammock https://lottery.example/win\n"
    '--b\nContent-Type: application/pdf; name="orchid-plan.pdf"\nContent-Disposition: attachment;'
    ' filename="orchid-plan.pdf"\nContent-Transfer-Encoding: base64\n\nJVBERi0=\n--b--'
)
MULTIPART = [("Content-Type", 'multipart/mixed; boundary="b"'), ("Content-Transfer-Encoding", "7bit")]


def test_an_unproven_author_hears_nothing_of_what_he_wrote(inside: InsideDesk) -> None:
    outcome = inside.receive(
        mail("Zebulon Quick <zq@firma.no>", subject="crimson walrus", body=LETTER, headers=MULTIPART)
    )
    (answer,) = outcome.to("zq@firma.no")
    assert find_leaks(answer.data, CANARIES) == []
    # The same question finds them all where they may stand: the check can see.
    (alert,) = outcome.to("kari@example.com")
    assert {one.split(" in ")[0] for one in find_leaks(alert.data, CANARIES)} == set(CANARIES)
    assert answer.template.endswith("acknowledgement_plain")
    assert outcome.ticket in answer.text


def test_a_proven_author_hears_his_own_subject_and_name(inside: InsideDesk) -> None:
    outcome = inside.receive(
        mail("Zebulon Quick <zq@firma.no>", subject="crimson walrus", body=LETTER, headers=MULTIPART, auth="pass")
    )
    (answer,) = outcome.to("zq@firma.no")
    assert "crimson walrus" in str(answer.message["Subject"])
    assert "Zebulon Quick" in answer.text
    assert "velvet hammock" not in answer.text
    assert answer.template.endswith("acknowledgement")


@pytest.mark.parametrize("auth", ["none", "pass"])
def test_its_headers(inside: InsideDesk, auth: str) -> None:
    outcome = inside.receive(mail(auth=auth, message_id="<first@firma.no>"))
    answer = outcome.acknowledgement
    message = answer.message
    assert message["Auto-Submitted"] == "auto-replied"
    assert message["X-Auto-Response-Suppress"] == "All"
    assert inside.app.signer.read_loop_header(str(message["X-Mailgate-Loop"]))
    assert message["In-Reply-To"] == "<first@firma.no>"
    assert str(message["References"]).split() == [answer.id, "<first@firma.no>"]
    assert f"[#{outcome.ticket}]" in str(message["Subject"])
    assert message["From"] == "Example Support <support@example.com>"
    assert answer.token.startswith(f"support+r.{outcome.ticket}.")
    assert answer.mail_from.startswith(f"support+b.{outcome.ticket}.")
    assert without_tag(answer.mail_from) == SUPPORT
    assert message["Cc"] is None
    assert answer.body_id.endswith(str(answer.id).strip("<>").partition("@")[0])


@pytest.mark.parametrize("envelope, sender", [("mailbox", SUPPORT), ("null", "<>")])
def test_its_envelope_sender_is_a_wish(new_inside: Callable[..., InsideDesk], envelope: str, sender: str) -> None:
    desk = new_inside()
    desk.config.write_text(desk.config.read_text().replace("[relay]", f'[relay]\nenvelope = "{envelope}"'))
    desk.again()
    assert desk.receive(mail()).acknowledgement.mail_from == sender


def test_nobody_in_cc_is_answered(inside: InsideDesk) -> None:
    for auth in ("none", "pass"):
        outcome = inside.receive(
            mail(f"{auth}@firma.no", auth=auth, body=auth, headers=[("Cc", "Boss <boss@firma.no>, chief@else.no")])
        )
        assert outcome.acknowledgement.to == (f"{auth}@firma.no",)
        assert outcome.to("boss@firma.no") == outcome.to("chief@else.no") == []


@pytest.mark.parametrize(
    "auth, reply_to, answered",
    [
        ("none", "victim@other.example", OLA),
        ("pass", "ola@home.example", "ola@home.example"),
        ("pass", "a@home.example, b@home.example", OLA),
        ("pass", SUPPORT, OLA),
        ("pass", "support+x@example.com", OLA),
        ("pass", "kari@example.com", OLA),
        ("pass", "no-reply@firma.no", None),
    ],
)
def test_reply_to_is_believed_of_a_proven_author_only(
    inside: InsideDesk, auth: str, reply_to: str, answered: str | None
) -> None:
    outcome = inside.receive(mail(auth=auth, headers=[("Reply-To", reply_to)]))
    assert [one.to for one in outcome.of("Acknowledgement")] == ([(answered,)] if answered else [])
    # It is an answer address and never an identity.
    assert people(inside.ticket(outcome.ticket)) == {OLA: "requester"}


@pytest.mark.parametrize("form", [FORM, "noreply@shop.example"])
def test_a_contact_form_asks_for_somebody_else(inside: InsideDesk, form: str) -> None:
    """The operator named the form: whoever it names in Reply-To asked. Nothing he typed is echoed, or the form would
    send anybody's words to anybody."""
    for n in range(4):
        outcome = inside.receive(
            mail(f"Shop <{form}>", subject="Contact form", body=f"Name: Per\nI want my money back {n}.", auth="pass",
                 headers=[("Reply-To", f"per{n}@kunde.no")])
        )  # fmt: skip
        answer = outcome.acknowledgement
        assert answer.to == (f"per{n}@kunde.no",)
        assert find_leaks(answer.data, {"words": "money back", "subject": "Contact form"}) == []
        view = inside.ticket(outcome.ticket)
        assert (view["channel"], view["requester"]["address"]) == ("form", f"per{n}@kunde.no")
        assert people(view) == {f"per{n}@kunde.no": "requester"}
        assert view["messages"][0]["verified"] is False
    again = inside.receive(mail("per3@kunde.no", answer.token, body="Hello?"))
    assert again.what == ("appended", "append")


def test_a_stranger_is_no_contact_form(inside: InsideDesk) -> None:
    outcome = inside.receive(mail("form@other.example", headers=[("Reply-To", "victim@kunde.no")]))
    assert outcome.to("victim@kunde.no") == []
    assert inside.ticket(outcome.ticket)["channel"] == "mail"


def test_the_language_of_the_requester(inside: InsideDesk) -> None:
    """What his mail is written in, else what he wrote in before, else the desk's."""
    finnish = inside.receive(
        mail("matti@yritys.fi", body="Hei, minulla on ongelma ja tulostin ei toimi, kun se on päällä.")
    )
    short = inside.receive(mail("matti@yritys.fi", subject="Foto", body="123"))
    nothing = inside.receive(mail("x@y.example", subject="Foto", body="123"))
    with inside.sql() as connection:
        rows = dict(connection.exec_driver_sql("SELECT number, language FROM ticket").all())
    assert [rows[one.ticket] for one in (finnish, short, nothing)] == ["fi", "fi", "en"]
