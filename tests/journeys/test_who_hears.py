"""Who hears what (RULES 10), row by row with real mails: those whom the table names, and nobody else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from email.message import EmailMessage

import pytest
from agents import DESK, KARI, House, NewHouse, letter, number_in, reply, to

from ticketing.rules.telling import OPTIONS, TABLE, Hears, Who

OLA, EVA, PER = "Ola <ola@example.org>", "Eva <eva@example.net>", "Per Hansen <per@example.com>"
LEA = '\n[[agent]]\nid = "lea"\nname = "Lea Olsen"\naddresses = ["lea@example.com"]\n'
ADDRESS = {"ola@": OLA, "eva@": EVA, "kari@": KARI, "per@": PER, "lea@": "Lea Olsen <lea@example.com>"}


class Story:
    """Ola asks and has Eva in Cc. Kari and Per work in the queue that Lea leads. Whose case it is, the row says."""

    def __init__(self, house: House, event: str) -> None:
        self.house = house
        house.later(4000)  # the limits of one story are not those of the next
        out = house.mail(letter(OLA, DESK, f"Printer: {event}", f"It burns, {event}.", cc=EVA, auth="pass"))
        self.kari, self.per = to(out, "kari@")[-1], to(out, "per@")[-1]
        self.first = out
        (self.ack,) = to(out, "ola@")
        self.number = number_in(self.ack)

    def copied(self) -> list[EmailMessage]:
        """Ola writes to somebody else, and to us in Cc."""
        return self.house.mail(letter(OLA, EVA, "For your information", "It came.", cc=DESK, auth="pass"))

    def merged(self) -> list[EmailMessage]:
        """Kari puts another case of Ola's into this one."""
        out = self.house.mail(letter(OLA, DESK, "The printer again", "It still burns.", auth="pass"))
        merge = reply(to(out, "kari@")[-1], f"!merge {self.number}", auth="pass")
        return self.house.mail(merge) + self.house.later(61)

    def scored(self) -> list[EmailMessage]:
        """His case was closed, he was asked how it was, and says it."""
        self.ola("", "c")
        assert to(self.house.later(120), "ola@")
        return self.ola("4", "s")

    def passes(self, level: int) -> list[EmailMessage]:
        """The time until the first answer is used up so far; what is told of it."""
        first = [one for one in self.house.ticket(self.number)["deadlines"] if one["target"] == "first_response"]
        [due] = [datetime.fromisoformat(one["due_at"]) for one in first if one["level"] == level]
        return self._of_this(self.house.later((due - self.house.now).total_seconds() + 1))

    def goes_on(self) -> list[EmailMessage]:
        """Nobody answers still."""
        for _ in range(24):
            if out := self._of_this(self.house.later(3600)):
                return out
        raise AssertionError("nothing was told")

    def _of_this(self, mails: list[EmailMessage]) -> list[EmailMessage]:
        return [one for one in mails if self.number in str(one["Subject"])]

    def does(self, words: str, seconds: float = 61) -> list[EmailMessage]:
        """Kari writes; what leaves until her answer has left."""
        return self.house.mail(reply(self.kari, words)) + self.house.later(seconds)

    def ola(self, words: str, purpose: str = "r") -> list[EmailMessage]:
        where = str(self.ack["Reply-To"]) if purpose == "r" else self._address(purpose)
        return self.house.mail(letter(OLA, where, "Re: Printer", words, auth="pass"))

    def _address(self, purpose: str) -> str:
        row = str(self.ack["Reply-To"]).split(".")[2]
        number = str(self.ack["Reply-To"]).split(".")[1]
        return self.house.app.signer.address(purpose, DESK, number, row)

    def bounced(self, action: str, status: str) -> list[EmailMessage]:
        text = (
            "--b\nContent-Type: text/plain\n\nSorry.\n--b\nContent-Type: message/delivery-status\n\n"
            "Reporting-MTA: dns; mx.example.org\n\nFinal-Recipient: rfc822; ola@example.org\n"
            f"Action: {action}\nStatus: {status}\n\n--b--"
        )
        report = 'multipart/report; boundary="b"; report-type=delivery-status'
        return self.house.mail(
            letter("MAILER-DAEMON@example.org", self._address("b"), "Undelivered", text, content=report)
        )


# Event -> (how it comes about after the case is Per's or nobody's, who did it himself).
def _completed(story: Story) -> list[EmailMessage]:
    return story.does("!done")


EVENTS: dict[str, tuple[Callable[[Story], list[EmailMessage]], str]] = {
    "new": (lambda story: story.first, "ola@"),
    "message": (lambda story: story.ola("And it smokes."), "ola@"),
    "answer": (lambda story: story.does("Turn it off."), "kari@"),
    "note": (lambda story: story.does("!note\nHe is right."), "kari@"),
    "assigned": (lambda story: story.does("!assign lea"), "kari@"),
    "completed": (_completed, "kari@"),
    "confirmed": (lambda story: (_completed(story), story.ola("ok"))[1], "ola@"),
    "closed": (lambda story: story.ola("", "c"), "ola@"),
    "reopened": (lambda story: (_completed(story), story.ola("It burns again."))[1], "ola@"),
    "undelivered": (lambda story: story.bounced("failed", "5.7.1"), ""),
    "delayed": (lambda story: story.bounced("delayed", "4.4.1"), ""),
    "fyi": (Story.copied, "ola@"),
    "asked": (lambda story: story.does("!ask lea"), "kari@"),
    "merged": (Story.merged, "kari@"),
    "satisfaction": (Story.scored, "ola@"),
    "waiting over": (lambda story: (story.does("!wait vendor until tomorrow"), story.house.later(2 * 86400))[1], ""),
}
# What the table does not speak of: receipts, deadlines that come along, the requester's own answer to "close".
ASIDE = ("Done:", "Due soon", "Overdue", "refuses our mail", "Not done")


def heard(mails: list[EmailMessage], aside: tuple[str, ...] = ASIDE) -> set[str]:
    found = set()
    for mail in mails:
        if not any(word in str(mail["Subject"]) for word in aside):
            found |= {one for one in ADDRESS if one in f"{mail['To']} {mail['Cc'] or ''}"}
    return found


@pytest.mark.parametrize("has, told", [("per", "all that may be"), ("nobody", "always")])
def test_row_by_row(new_house: NewHouse, has: str, told: str) -> None:
    with new_house(more=LEA) as house:
        house.configure('lead = "kari"', 'lead = "lea"')
        if told != "always":
            house.configure("[desk]\n", f"[desk]\nalso_told = {sorted(OPTIONS)!r}\n".replace("'", '"'))
        house.configure("[desk]\n", "[desk]\nsatisfaction = true\n")
        for event, (happen, actor) in EVENTS.items():
            if has == "per" and event in ("new", "fyi"):
                continue  # a new case is nobody's
            story = Story(house, event)
            if has == "per":
                house.mail(reply(story.kari, "!assign per"))
                house.later(61)
            assert heard(happen(story)) == expected(event, has, told, actor), event


@pytest.mark.parametrize("has, told", [("per", "all that may be"), ("nobody", "always")])
def test_as_time_passes(new_house: NewHouse, has: str, told: str) -> None:
    with new_house(more=LEA) as house:
        house.configure('lead = "kari"', 'lead = "lea"')
        if told != "always":
            house.configure("[desk]\n", f"[desk]\nalso_told = {sorted(OPTIONS)!r}\n".replace("'", '"'))
        story = Story(house, "late")
        if has == "per":
            house.mail(reply(story.kari, "!assign per"))
            house.later(61)
        for event, level in (("deadline 75", 75), ("deadline 90", 90), ("deadline missed", 100)):
            assert heard(story.passes(level), ()) == expected(event, has, told, ""), event
        assert heard(story.goes_on(), ()) == expected("reminder", has, told, "")


def test_every_row_has_its_story() -> None:
    assert set(TABLE) == {*EVENTS, "deadline 75", "deadline 90", "deadline missed", "reminder"}


def expected(event: str, has: str, told: str, actor: str) -> set[str]:
    hears = {
        who for who, cell in TABLE[event].items()
        if cell is Hears.ALWAYS or (cell is Hears.OPTION and told != "always")
    }  # fmt: skip
    people = {Who.REQUESTER: "ola@", Who.CC: "eva@", Who.LEAD: "lea@", Who.ASKED: "lea@"}
    found = {people[who] for who in hears & set(people)} - {actor}
    if event == "assigned":
        # To Lea, who leads; whether the requester hears is the queue's `tell_taken`.
        return (found | {"lea@"} | ({"per@"} if has == "per" and Who.OLD in hears else set())) - {"ola@"}
    if has == "per":
        found |= {"per@"} if Who.ASSIGNEE in hears else set()
    elif event in ("confirmed", "reopened"):
        found |= {"kari@"}  # who has completed it has it
    elif event not in ("answer", "completed") and Who.QUEUE in hears:
        found |= {"kari@", "per@"}
    answered = {"ola@"} if event in ("new", "fyi", "closed") else set()  # he did it himself, and gets an answer
    return found - {actor} | answered
