"""What a requester is promised and what becomes of it, from his mail to the last escalation, by the machine's clock.

Each row is a story: when the mail came, what the agents did, what was promised, when the desk spoke. Between two lines
the desk wakes every twenty minutes, as the daemon's scheduler wakes it more often.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from freezegun import freeze_time
from freezegun.api import FrozenDateTimeFactory
from harness import plain_text
from indoor import KARI, OLA, House, letter

from mailgate.app import system_clock
from mailgate.readers import Readers
from ticketing.commands import Command, Done, Note, Wait

OSLO = ZoneInfo("Europe/Oslo")
WAKES = timedelta(minutes=20)


class Live(House):
    """Its clock is the machine's, which freezegun holds."""

    def __init__(self, folder: Path, readers: Readers, frozen: FrozenDateTimeFactory) -> None:
        self._frozen = frozen
        super().__init__(folder, readers, more=lambda text: text.replace("holidays = []", 'holidays = ["NO"]'))

    @property
    def now(self) -> datetime:
        return system_clock()

    @now.setter
    def now(self, moment: datetime) -> None:
        self._frozen.move_to(moment)

    def live_until(self, moment: datetime) -> list[tuple[str, str]]:
        """Wakes every twenty minutes, and then; when a mail to Kari left, and what its subject says of the ticket."""
        told = []
        while self.now < moment:
            self.now = min(moment, self.now + WAKES)
            when = f"{self.now.astimezone(OSLO):%F %H:%M}"
            told += [(when, first_words(mail)) for mail in self.work() if KARI in str(mail["To"])]
        return told


@dataclass(frozen=True)
class Story:
    name: str
    written: str
    promised: str
    """As the acknowledgement says it."""
    deeds: tuple[tuple[str, str | Command], ...] = ()
    """When, and an agent's words or command; words with > are the requester's reply."""
    until: str = ""
    told: tuple[tuple[str, str], ...] = ()
    """When the agent heard of a promise, and what."""
    deadlines: dict[str, str] = field(default_factory=dict)
    """Target -> state of its 100 % at the end."""


STORIES = (
    Story(
        "Friday 15:58, and nobody answers",
        "2026-11-20 15:58",
        "Monday 23 November 2026 at 12:58",
        until="2026-11-23 16:59",
        # 75 % and 90 % of four hours, the end of them, and four working hours later: on Tuesday, so not here.
        told=(
            ("2026-11-23 11:58", "Due soon"),
            ("2026-11-23 12:38", "Due soon"),
            ("2026-11-23 12:58", "Overdue"),
        ),
        deadlines={"first_response": "breached", "resolution": "running"},
    ),
    Story(
        "answered in time",
        "2026-11-20 15:58",
        "Monday 23 November 2026 at 12:58",
        deeds=(("2026-11-23 10:00", "Turn it off, please."),),
        until="2026-11-27 16:00",
        deadlines={"first_response": "met", "resolution": "resting"},
    ),
    Story(
        "a note is no answer",
        "2026-11-23 09:00",
        "Monday 23 November 2026 at 13:00",
        deeds=(("2026-11-23 10:00", Note("Who has it?")),),
        until="2026-11-23 13:00",
        told=(
            ("2026-11-23 12:02", "Due soon"),
            ("2026-11-23 12:42", "Due soon"),
            ("2026-11-23 13:00", "Overdue"),
        ),
        deadlines={"first_response": "breached", "resolution": "running"},
    ),
    Story(
        "Christmas comes between",
        "2026-12-24 15:00",
        "Monday 28 December 2026 at 12:00",
        until="2026-12-28 11:59",
        told=(("2026-12-28 11:00", "Due soon"), ("2026-12-28 11:40", "Due soon")),
        deadlines={"first_response": "running", "resolution": "running"},
    ),
    Story(
        "the night that has an hour less",
        "2026-03-27 15:00",
        "Monday 30 March 2026 at 12:00",
        until="2026-03-30 12:00",
        told=(
            ("2026-03-30 11:00", "Due soon"),
            ("2026-03-30 11:40", "Due soon"),
            ("2026-03-30 12:00", "Overdue"),
        ),
        deadlines={"first_response": "breached", "resolution": "running"},
    ),
    Story(
        "the night that has an hour more",
        "2026-10-23 15:00",
        "Monday 26 October 2026 at 12:00",
        until="2026-10-26 12:00",
        told=(
            ("2026-10-26 11:00", "Due soon"),
            ("2026-10-26 11:40", "Due soon"),
            ("2026-10-26 12:00", "Overdue"),
        ),
        deadlines={"first_response": "breached", "resolution": "running"},
    ),
    Story(
        "rests while the requester has the turn, and goes on with his reply",
        "2026-11-23 09:00",
        "Monday 23 November 2026 at 13:00",
        deeds=(
            ("2026-11-23 10:00", "Which printer is it?"),
            ("2026-11-24 10:00", "> The one on floor two."),
            ("2026-11-24 11:00", Wait("third_party")),
        ),
        until="2026-11-27 16:00",
        deadlines={"first_response": "met", "next_response": "resting", "resolution": "resting"},
    ),
    Story(
        "completed: nothing is owed any more",
        "2026-11-23 09:00",
        "Monday 23 November 2026 at 13:00",
        deeds=(("2026-11-23 10:00", Done()),),
        until="2026-11-26 16:00",
        deadlines={"first_response": "resting", "resolution": "resting"},
    ),
)


def first_words(mail: EmailMessage) -> str:
    """`[#261120001] Due soon: Printer` -> `Due soon`."""
    return str(mail["Subject"]).partition("] ")[2].partition(":")[0]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=OSLO)


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_story(story: Story, tmp_path: Path, readers: Readers) -> None:
    with freeze_time(at(story.written)) as frozen:
        assert isinstance(frozen, FrozenDateTimeFactory)
        desk = Live(tmp_path / "desk", readers, frozen)
        desk.now = at(story.written)
        date = f"{at(story.written):%a, %d %b %Y %H:%M:00 %z}"
        desk.arrives(letter().replace(b"Mon, 23 Nov 2026 08:00:00 +0000", date.encode()), mail_from=OLA)
        (number,) = desk.tickets()
        assert f"hear from us by {story.promised}." in plain_text(desk.sent(OLA)[0])
        told: list[tuple[str, str]] = []
        for when, deed in story.deeds:
            told += desk.live_until(at(when))
            if isinstance(deed, str) and deed.startswith("> "):
                back = str(desk.sent(OLA)[-1]["Reply-To"])
                desk.arrives(letter(text=deed[2:], to=back, message_id="reply@example.org"), mail_from=OLA, rcpt=back)
            elif isinstance(deed, str):
                desk.ask(number, answer=deed)
            else:
                desk.ask(number, deed)
        told += desk.live_until(at(story.until))
        assert tuple(one for one in told if one[1] in ("Due soon", "Overdue")) == story.told
        states = {one["target"]: one["state"] for one in desk.ticket(number)["deadlines"] if one["level"] == 100}
        assert states == story.deadlines
        assert desk.balance().balanced and desk.faults_of_sent() == []
        desk.close()
