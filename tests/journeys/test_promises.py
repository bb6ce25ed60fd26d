"""A promise over a weekend: only `mailgate run`, its clock moved by libfaketime while it runs, and what it mails."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest
from harness import Desk, libfaketime, plain_text

PRINTER = (
    b"From: Ola <ola@example.org>\nTo: support@example.com\nSubject: Printer\nMessage-ID: <p1@a.example>\n\nHelp.\n"
)
BILL = b"From: Per <per@example.org>\nTo: support@example.com\nSubject: Bill\nMessage-ID: <p2@a.example>\n\nHow much?\n"
# Deadlines are looked at in a rhythm of their own, on a busy machine later.
SCHEDULED = 90.0


class Clock:
    """The time that all processes of a desk see: from the moment in a file on, in UTC; monotonic time is left alone."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "now"
        self.environment = {
            "LD_PRELOAD": str(libfaketime()),
            "FAKETIME_TIMESTAMP_FILE": str(self.file),
            "FAKETIME_NO_CACHE": "1",
            "DONT_FAKE_MONOTONIC": "1",
            "TZ": "UTC",
        }

    def move(self, moment: str) -> None:
        following = self.file.with_suffix(".next")
        following.write_text(f"@{moment}\n")
        os.replace(following, self.file)


def alerts(desk: Desk, subject: str) -> list[EmailMessage]:
    return [mail for mail in desk.outgoing_to("kari@example.com") if subject in str(mail["Subject"])]


@pytest.mark.timeout(300)
def test_a_weekend_a_breach_a_kill_and_a_restart(new_desk: Callable[..., Desk], database_url: str) -> None:
    desk = new_desk(None if database_url.startswith("sqlite") else database_url)
    desk.folder.mkdir()
    clock = Clock(desk.folder)
    desk.environment = clock.environment
    clock.move("2026-11-20 14:57:30")  # Friday 15:57:30 in Oslo
    desk.init(at=lambda: datetime(2026, 11, 20, 14, 57, 30, tzinfo=UTC))
    desk.start()
    assert desk.send(PRINTER).startswith("250")
    acknowledgement = desk.wait(lambda: desk.outgoing_to("ola@example.org"), "the acknowledgement")[0]
    assert "hear from us by Monday 23 November 2026 at 12:5" in plain_text(acknowledgement)

    # A second ticket waits for its requester until Sunday noon: the alert then shows that the scheduler lived through
    # the weekend, in which nothing else is due.
    assert desk.send(BILL, "per@example.org").startswith("250")
    told = desk.wait(lambda: alerts(desk, "Bill"), "the alert")[0]
    wait = f"From: Kari <kari@example.com>\nTo: {told['Reply-To']}\nSubject: Re: Bill\nMessage-ID: <k1@example.com>\n\n"
    command = "!wait requester until 2026-11-22 12:00\n"
    assert desk.send(wait + command, "kari@example.com", str(told["Reply-To"])).startswith("250")
    desk.wait(lambda: desk.ticket("261120002")["waiting_for"] == "requester", "the ticket to wait")
    clock.move("2026-11-22 11:30:00")
    desk.wait(lambda: len(alerts(desk, "Bill")) > 2, "the end of waiting", SCHEDULED)
    assert "waiting over" in plain_text(alerts(desk, "Bill")[-1])
    assert not alerts(desk, "Overdue") and not alerts(desk, "Due soon"), "nobody works on a Sunday"

    # Monday, two minutes of Friday and almost four hours: the warning of 90 %; then the breach.
    clock.move("2026-11-23 11:50:00")
    warning = desk.wait(lambda: alerts(desk, "Due soon: Printer"), "the warning", SCHEDULED)
    assert len(warning) == 1 and "90 % of the time has passed" in plain_text(warning[0])
    clock.move("2026-11-23 12:00:00")
    breach = desk.wait(lambda: alerts(desk, "Overdue: Printer"), "the escalation", SCHEDULED)
    text = plain_text(breach[0])
    assert "Overdue: the first answer to Ola in case 261120001" in text
    assert "It was promised by Monday 23 November 2026 at 12:5" in text
    assert "+n.261120001." in str(breach[0]["Reply-To"])
    assert breach[0]["Auto-Submitted"] == "auto-generated"

    # Killed, and down until Wednesday: three reminders were due meanwhile, one is sent.
    desk.kill()
    clock.move("2026-11-25 11:00:00")
    desk.start()
    reminder = desk.wait(lambda: alerts(desk, "Overdue: Printer")[1:], "the reminder", SCHEDULED)
    assert "This is reminder number 1" in plain_text(reminder[0])
    assert [one["number"] for one in desk.tickets("--overdue")] == ["261120002", "261120001"]
    states = {
        one["level"]: one["state"] for one in desk.ticket("261120001")["deadlines"] if one["target"] == "first_response"
    }
    assert states == {75: "warned", 90: "warned", 100: "breached"}
    # Not by SIGTERM: under libfaketime Python's time.sleep fails (EINVAL). Stopping is proved in test_stopping.
    desk.kill()
    assert len(alerts(desk, "Overdue: Printer")) == 2, "each deadline is told once"
    assert [mail["Subject"] for mail in desk.outgoing_to("ola@example.org")] == [acknowledgement["Subject"]]
    assert desk.audit()["balanced"]
