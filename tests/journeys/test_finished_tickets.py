"""A reply to a finished ticket (RULES 4), row by row, by real mails and with the clock moved by hand."""

from __future__ import annotations

from typing import Any

import pytest
from inside import InsideDesk, Outcome, mail

from ticketing import commands

OLA = "ola@firma.no"


def finished(desk: InsideDesk, status: str, author: str = OLA, auth: str = "none") -> Outcome:
    """A ticket that an agent has completed or closed."""
    opened = desk.receive(mail(author, auth=auth))
    asked = [commands.Claim(), commands.Done() if status == "completed" else commands.Close()]
    desk.ask(opened.ticket, *asked)
    assert desk.ticket(opened.ticket)["status"] == status
    return opened


def answer(desk: InsideDesk, opened: Outcome, body: str, **more: Any) -> Outcome:
    return desk.receive(mail(OLA, opened.acknowledgement.token, "Re: printer", body, **more))


@pytest.mark.parametrize(
    "body, status, rule",
    [
        ("Thank you!", "completed", "thanks"),
        ("Tusen takk for hjelpen :)", "completed", "thanks"),
        ("Kiitos paljon!", "completed", "thanks"),
        ("Takk, men den er fortsatt ødelagt.", "in_progress", "reply-to-completed"),
        ("Thanks! Could you also look at the scanner?", "in_progress", "reply-to-completed"),
        ("Thanks a lot for all you did, now I only need the same for the other twelve printers.", "in_progress",
         "reply-to-completed"),
        ("ok", "closed", "confirmed"),
        ("Ja", "closed", "confirmed"),
        ("Bekreftet", "closed", "confirmed"),
        ("Kuittaan", "closed", "confirmed"),
        ("Confirmed.", "closed", "confirmed"),
        ("solved", "closed", "confirmed"),
        ("It is not solved", "in_progress", "reply-to-completed"),
        ("ok?", "in_progress", "reply-to-completed"),
        ("It smokes again.", "in_progress", "reply-to-completed"),
    ],
)  # fmt: skip
def test_what_a_reply_does_to_a_completed_ticket(inside: InsideDesk, body: str, status: str, rule: str) -> None:
    opened = finished(inside, "completed")
    inside.wait(hours=2)
    outcome = answer(inside, opened, body)
    assert outcome.what == ("appended", rule)
    assert outcome.ticket == opened.ticket
    view = inside.ticket(opened.ticket)
    assert view["status"] == status
    assert view["assignee"]["id"] == "kari"
    assert view["messages"][-1]["text"].strip() == body
    assert outcome.to(OLA) == []
    assert len(outcome.to("kari@example.com")) == 1


def test_a_thank_you_with_a_file_is_more_than_a_thank_you(inside: InsideDesk) -> None:
    opened = finished(inside, "completed")
    with_file = (
        '--x\r\nContent-Type: text/plain\r\n\r\nThanks!\r\n--x\r\nContent-Type: image/png; name="smoke.png"\r\n'
        'Content-Disposition: attachment; filename="smoke.png"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
        "iVBORw0KGgo=\r\n--x--"
    )
    outcome = answer(
        inside,
        opened,
        with_file,
        headers=[("Content-Type", 'multipart/mixed; boundary="x"'), ("Content-Transfer-Encoding", "7bit")],
    )
    assert outcome.what == ("appended", "reply-to-completed")


def test_a_mail_to_the_confirming_address_closes(inside: InsideDesk) -> None:
    """Purpose c, whatever the words are: it is the link below "it is solved"."""
    opened = finished(inside, "completed")
    row = opened.acknowledgement.token.split(".")[2]
    token = inside.app.signer.address("c", "support@example.com", opened.ticket, row)
    outcome = inside.receive(mail(OLA, token, "Close", "Sent from my phone"))
    assert outcome.what == ("appended", "confirmed")
    assert inside.ticket(opened.ticket)["status"] == "closed"


def test_silence_closes_after_a_week_and_not_before(inside: InsideDesk) -> None:
    opened = finished(inside, "completed")
    inside.wait(days=6, hours=23)
    assert inside.ticket(opened.ticket)["status"] == "completed"
    inside.wait(hours=1, minutes=1)
    view = inside.ticket(opened.ticket)
    assert view["status"] == "closed"
    assert view["history"][-1]["by"] == "auto-close"


def test_a_thank_you_leaves_the_silence_running(inside: InsideDesk) -> None:
    opened = finished(inside, "completed")
    inside.wait(days=3)
    answer(inside, opened, "Thanks!")
    inside.wait(days=4, minutes=1)
    assert inside.ticket(opened.ticket)["status"] == "closed"


def test_an_unverified_weak_reply_stops_the_silence_and_tells(inside: InsideDesk) -> None:
    opened = finished(inside, "completed")
    outcome = inside.receive(mail(OLA, subject=f"[#{opened.ticket}] printer", body="No, it is not."))
    assert outcome.what == ("appended", "unverified-on-completed")
    assert inside.ticket(opened.ticket)["status"] == "completed"
    (alert,) = outcome.mails
    assert "unverified sender" in alert.text
    inside.wait(days=30)
    assert inside.ticket(opened.ticket)["status"] == "completed"


@pytest.mark.parametrize("days, disposition", [(1, "appended"), (6.9, "appended"), (7.1, "new"), (400, "new")])
def test_the_reopening_window(inside: InsideDesk, days: float, disposition: str) -> None:
    opened = finished(inside, "closed")
    inside.wait(days=days)
    outcome = answer(inside, opened, "It smokes again.")
    assert outcome.disposition == disposition
    if disposition == "appended":
        assert outcome.what == ("appended", "reply-to-closed")
        assert inside.ticket(opened.ticket)["status"] == "in_progress"
    else:
        assert inside.ticket(opened.ticket)["status"] == "closed"


def test_a_later_reply_opens_a_ticket_that_follows(inside: InsideDesk) -> None:
    """Both numbers are told, to a participant only; the old tag goes from the title; who asked stays."""
    opened = finished(inside, "closed", "Ola <ola@silent.example>", auth="pass")
    assert inside.ticket(opened.ticket)["organisation"] == "Silent"
    inside.wait(days=8)
    outcome = inside.receive(
        mail("ola@silent.example", opened.acknowledgement.token, f"Re: [#{opened.ticket}] The printer on floor two",
             "It smokes again.")
    )  # fmt: skip
    assert outcome.what == ("new", "follow-up")
    view = inside.ticket(outcome.ticket)
    assert view["links"] == [{"kind": "follows-up", "number": opened.ticket}]
    assert inside.ticket(opened.ticket)["links"] == [{"kind": "followed-by", "number": outcome.ticket}]
    assert view["requester"]["address"] == "ola@silent.example"
    assert view["organisation"] == "Silent"
    assert opened.ticket not in view["title"]
    assert view["title"] == "The printer on floor two"
    answer_ = outcome.acknowledgement
    assert opened.ticket in answer_.text
    assert outcome.ticket in answer_.text
    assert opened.ticket not in str(answer_.message["Subject"])


def test_an_outsiders_later_mail_learns_nothing_of_the_old_ticket(inside: InsideDesk) -> None:
    """Even with the token: it was sent to somebody else."""
    opened = finished(inside, "closed")
    inside.wait(days=8)
    outcome = inside.receive(mail("eve@evil.example", opened.acknowledgement.token, "Hello", "What is it about?"))
    assert outcome.disposition == "new"
    assert inside.ticket(outcome.ticket)["requester"]["address"] == "eve@evil.example"
    for one in outcome.to("eve@evil.example"):
        assert opened.ticket not in one.data.decode()
        assert OLA not in one.data.decode()


@pytest.mark.parametrize(
    "headers, kind",
    [
        ([("Auto-Submitted", "auto-replied")], "auto_reply"),
        ([("X-Autoreply", "yes")], "auto_reply"),
        ([("List-Id", "<news.firma.no>")], "bulk"),
        ([("Precedence", "bulk")], "bulk"),
    ],
)
@pytest.mark.parametrize("status", ["completed", "closed"])
def test_machines_never_reopen(inside: InsideDesk, status: str, headers: list[tuple[str, str]], kind: str) -> None:
    opened = finished(inside, status)
    outcome = answer(inside, opened, "I am away until Monday.", headers=headers)
    assert (outcome.kind, outcome.disposition, outcome.ticket) == (kind, "appended", opened.ticket)
    view = inside.ticket(opened.ticket)
    assert view["status"] == status
    assert view["messages"][-1]["folded"] is (kind == "auto_reply")
    assert [one for one in outcome.mails if one.notice != "AlertDigest"] == []


def test_a_copy_never_reopens(inside: InsideDesk) -> None:
    opened = finished(inside, "completed")
    outcome = inside.receive(
        mail(OLA, "other@firma.no", "Re: printer", "See below.",
             headers=[("Cc", "support@example.com"), ("In-Reply-To", opened.acknowledgement.id)])
    )  # fmt: skip
    assert outcome.disposition == "appended"
    assert inside.ticket(opened.ticket)["status"] == "completed"
    (alert,) = outcome.to("kari@example.com")
    assert "only in Cc" in alert.text


def test_three_reopenings_in_an_hour_then_no_more(inside: InsideDesk) -> None:
    opened = finished(inside, "completed")
    for n in range(3):
        assert answer(inside, opened, f"It smokes again, {n} times.").what == ("appended", "reply-to-completed")
        inside.wait(minutes=5)
        inside.ask(opened.ticket, commands.Done())
    outcome = answer(inside, opened, "And again.")
    assert outcome.what == ("appended", "reopened-too-often")
    assert inside.ticket(opened.ticket)["status"] == "completed"
    (alarm,) = outcome.of("OperatorAlarm")
    assert alarm.to == ("kari@example.com",)
    assert opened.ticket in alarm.text
    # Told once; once the hour is over it reopens as before.
    assert answer(inside, opened, "And yet again.").of("OperatorAlarm") == []
    inside.wait(minutes=61)
    assert answer(inside, opened, "Still smoking.").what == ("appended", "reply-to-completed")


def test_reopened_for_somebody_who_left_it_belongs_to_nobody(inside: InsideDesk) -> None:
    opened = finished(inside, "closed")
    inside.execute("UPDATE ticket SET assignee = 'gone'")
    answer(inside, opened, "It smokes again.")
    view = inside.ticket(opened.ticket)
    assert (view["status"], view["assignee"]) == ("in_progress", None)


def test_merged_tickets_are_followed_and_circles_refused(inside: InsideDesk) -> None:
    opened = [inside.receive(mail(f"p{n}@x{n}.no", subject=f"Printer number {n}", auth="pass")) for n in range(4)]
    numbers = [one.ticket for one in opened]

    def merge(n: int, into: int) -> None:
        inside.execute(
            "UPDATE ticket SET merged_into = :into WHERE number = :number", into=numbers[into], number=numbers[n]
        )

    merge(0, 1)
    merge(1, 2)
    outcome = inside.receive(mail("p0@x0.no", opened[0].acknowledgement.token, "Re: Printer", "More."))
    assert outcome.ticket == numbers[2]
    assert len(inside.ticket(numbers[0])["messages"]) == 1
    # A circle is never walked for ever; the message is kept in one of its tickets.
    merge(2, 0)
    outcome = inside.receive(mail("p0@x0.no", opened[0].acknowledgement.token, "Re: Printer", "And more."))
    assert outcome.disposition == "appended"
    assert outcome.ticket in numbers[:3]


def test_a_thank_you_on_a_closed_ticket_wakes_nobody(inside: InsideDesk) -> None:
    opened = finished(inside, "closed")
    outcome = answer(inside, opened, "Thanks!")
    assert outcome.what == ("appended", "thanks")
    assert inside.ticket(opened.ticket)["status"] == "closed"
