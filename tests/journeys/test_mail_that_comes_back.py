"""Mail of ours that comes back (RULES 7): which mail it was, what follows, and what never follows.

The last test is the story over the installed command; the others are the table behind it, with real mails read by a
real reader, at the time the row says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from harness import Desk, plain_text
from indoor import ADDRESS, KARI, OLA, T0, House, letter, report, signed_sender

from mailgate import spool
from mailgate.readers import Readers
from ticketing.commands import Done

NO_SUCH_USER = ("5.1.1", "smtp; 550 5.1.1 no such user here")
BLOCKED = ("5.7.1", "smtp; 550 5.7.1 blocked")
FULL = ("4.2.2", "smtp; 452 4.2.2 mailbox full")


class Story(House):
    letters = 0
    bounces = 0

    def writes(self, text: str = "The printer is on fire.") -> str:
        """Ola writes about something new; the number of the ticket."""
        self.letters += 1
        known = set(self.tickets())
        mail = letter(f"Printer no {self.letters}", text, message_id=f"letter-{self.letters}@example.org")
        self.arrives(mail, mail_from=OLA)
        (number,) = set(self.tickets()) - known
        return number

    def newest(self, address: str = OLA) -> EmailMessage:
        return self.sent(address)[-1]

    def comes_back(
        self, mail: EmailMessage, status: str = "5.1.1", said: str = NO_SUCH_USER[1], **more: str
    ) -> list[str]:
        """A mail bounces to its signed sender; the texts of what leaves because of it."""
        self.bounces += 1
        whom, back = str(mail["Delivered-To"]), signed_sender(mail)
        bounce = report(whom, status, said, to=back, message_id=f"bounce-{self.bounces}", **more)
        sent = self.arrives(bounce, rcpt=back)
        return [plain_text(one) for one in sent]


@pytest.fixture
def make_story(tmp_path: Path, readers: Readers) -> Iterator[Callable[..., Story]]:
    made: list[Story] = []

    def make(*agents: str) -> Story:
        made.append(Story(tmp_path / "desk", readers, **({"agents": agents} if agents else {})))
        return made[-1]

    yield make
    for story in made:
        assert story.balance().balanced
        assert story.balance().waiting_in == 0
        assert story.faults_of_sent() == []
        story.close()


@pytest.fixture
def story(make_story: Callable[..., Story]) -> Story:
    return make_story()


# ---- which mail it was ----------------------------------------------------------------------------------------------


def by_token(mail: EmailMessage) -> tuple[bytes, str]:
    return report("x@forwarded.example", to=signed_sender(mail), returned=""), signed_sender(mail)


def by_token_in_to_alone(mail: EmailMessage) -> tuple[bytes, str]:
    return report("x@forwarded.example", to=signed_sender(mail), returned=""), ADDRESS


def by_envelope_id(mail: EmailMessage) -> tuple[bytes, str]:
    plain = str(mail["Message-ID"]).strip("<>").partition("@")[0]
    return report("x@forwarded.example", returned="", envelope_id=plain), ADDRESS


def by_returned_id(mail: EmailMessage) -> tuple[bytes, str]:
    return report("x@forwarded.example", returned=f"Message-ID: {mail['Message-ID']}\r\nSubject: x"), ADDRESS


def by_returned_references(mail: EmailMessage) -> tuple[bytes, str]:
    returned = f"Message-ID: <rewritten@provider.example>\r\nReferences: {mail['Message-ID']}\r\nSubject: x"
    return report("x@forwarded.example", returned=returned), ADDRESS


def by_id_in_the_body(mail: EmailMessage) -> tuple[bytes, str]:
    text = f"Could not deliver:\r\n\r\n{plain_text(mail)}"
    return report("x@forwarded.example", returned="", text=text), ADDRESS


def by_recipient(mail: EmailMessage) -> tuple[bytes, str]:
    return report(OLA, returned=""), ADDRESS


def by_recipient_beside_a_rewritten_id(mail: EmailMessage) -> tuple[bytes, str]:
    return report(OLA, returned="Message-ID: <rewritten@provider.example>\r\nSubject: x"), ADDRESS


@pytest.mark.parametrize(
    "how",
    [
        by_token,
        by_token_in_to_alone,
        by_envelope_id,
        by_returned_id,
        by_returned_references,
        by_id_in_the_body,
        by_recipient,
        by_recipient_beside_a_rewritten_id,
    ],
)
def test_a_bounce_finds_its_mail(story: Story, how: Callable[[EmailMessage], tuple[bytes, str]]) -> None:
    number = story.writes()
    bounce, rcpt = how(story.newest())
    (alert,) = story.arrives(bounce, rcpt=rcpt)
    assert story.tickets() == [number], "a bounce never makes a ticket"
    (line,) = story.history(number, "undelivered")
    assert "no such user" in line
    assert KARI in str(alert["To"]), "the queue is told, and nobody else"
    assert "no such user" in plain_text(alert)
    assert story.balance().dispositions == {"new": 1, "entry": 1}


def test_the_recipient_alone_is_enough_for_five_days(story: Story) -> None:
    number = story.writes()
    story.later(days=5, minutes=-1)
    story.arrives(report(OLA, returned=""))
    assert len(story.history(number, "undelivered")) == 1
    story.later(minutes=2)
    story.arrives(report(OLA, returned="", message_id="another"))
    assert len(story.history(number, "undelivered")) == 1
    assert [row["rule"] for row in story.spool("held")] == ["bounce-unmatched"]


@pytest.mark.parametrize(
    "bounce, disposition, rule",
    [
        # A spammer wrote in our name: nothing to anybody, least of all to the one who bounced it.
        (report("victim@example.net"), "ignored", "backscatter"),
        (report("victim@example.net", returned=""), "held", "bounce-unmatched"),
    ],
)
def test_a_bounce_of_nothing_of_ours(story: Story, bounce: bytes, disposition: str, rule: str) -> None:
    assert story.explain(bounce)["disposition"] == {"name": disposition, "rule": rule}
    assert story.arrives(bounce) == []
    assert story.tickets() == []
    assert story.balance().dispositions == {disposition: 1}


def test_a_forged_token_is_no_token(story: Story) -> None:
    number = story.writes()
    local, _, domain = signed_sender(story.newest()).rpartition("@")
    forged = f"{local[:-1]}{'b' if local.endswith('a') else 'a'}@{domain}"
    assert story.arrives(report("x@forwarded.example", returned="", to=forged), rcpt=forged) == []
    assert story.history(number, "undelivered") == []
    assert [row["rule"] for row in story.spool("held")] == ["bounce-unmatched"]


# ---- what follows ---------------------------------------------------------------------------------------------------


def test_an_answer_that_did_not_arrive_wakes_a_completed_ticket(story: Story) -> None:
    number = story.writes()
    story.ask(number, Done(), answer="Turn it off.")
    answer, completed = story.sent(OLA)[-2:]
    assert story.ticket(number)["status"] == "completed"
    (told,) = story.comes_back(answer)
    assert "no such user" in told
    moves = [(line["from"], line["to"], line["by"]) for line in story.ticket(number)["history"]]
    assert ("completed", "in_progress", "undelivered") in moves
    story.comes_back(completed)
    assert story.ticket(number)["status"] == "in_progress", "it cannot wake twice"
    assert len(story.history(number, "undelivered")) == 2
    failed = [row for row in story.spool("out") if row["state"] == "failed"]
    assert len(failed) == 2


def test_whoever_has_not_read_the_answer_is_not_waited_for(story: Story) -> None:
    number = story.writes()
    (answer,) = story.ask(number, answer="Is it plugged in?")
    assert story.ticket(number)["waiting_for"] == "requester"
    story.comes_back(answer)
    ticket = story.ticket(number)
    assert (ticket["status"], ticket["waiting_for"]) == ("in_progress", None)
    assert ticket["messages"][-1]["state"] == "undelivered"
    running = {one["target"] for one in ticket["deadlines"] if one["state"] == "running"}
    assert "resolution" in running, "its clock goes on"


def test_a_closed_ticket_wakes_too(story: Story) -> None:
    number = story.writes()
    (answer, _) = story.ask(number, Done(), answer="Turn it off.")
    story.later(days=8)
    story.work()
    assert story.ticket(number)["status"] == "closed"
    story.comes_back(answer)
    assert story.ticket(number)["status"] == "in_progress"


def test_an_older_mail_that_did_not_arrive_wakes_nothing(story: Story) -> None:
    number = story.writes()
    acknowledgement = story.newest()
    (first,) = story.ask(number, answer="First words.")
    story.ask(number, Done(), answer="Second words.")
    story.comes_back(first)
    story.comes_back(acknowledgement)
    assert story.ticket(number)["status"] == "completed"
    assert len(story.history(number, "undelivered")) == 2


def test_one_of_two_recipients(story: Story) -> None:
    """The report names both; only the one who failed is stopped and shown."""
    number = story.writes()
    acknowledgement = story.newest()
    good = "Final-Recipient: rfc822; per@example.net\r\nAction: delivered\r\nStatus: 2.0.0\r\n\r\n"
    story.comes_back(acknowledgement, more=good)
    (line,) = story.history(number, "undelivered")
    assert OLA in line
    assert "per@example.net" not in line


def test_a_dead_address_gets_nothing_automatic_until_its_owner_writes_again(story: Story) -> None:
    number = story.writes()
    story.comes_back(story.newest())
    told = len(story.sent(OLA))
    story.ask(number, Done())
    assert len(story.sent(OLA)) == told, "the word that it is completed is automatic"
    assert any("no such user" in line for line in story.history(number, "mail"))
    # A machine at that address is no sign of life; a person is.
    machine = letter("Report", "x", "Auto-Submitted: auto-generated", message_id="machine@example.org")
    story.arrives(machine, mail_from=OLA)
    assert len(story.sent(OLA)) == told
    story.writes("Here I am again.")
    assert len(story.sent(OLA)) == told + 1


def test_an_agents_own_words_go_to_a_dead_address_all_the_same(story: Story) -> None:
    number = story.writes()
    story.comes_back(story.newest())
    assert [str(mail["To"]) for mail in story.ask(number, answer="I call you.")] == [OLA]


def test_a_dead_address_is_tried_again_after_sixty_days(story: Story) -> None:
    first, second = story.writes(), story.writes()
    story.comes_back(story.newest())
    told = len(story.sent(OLA))
    story.later(days=59)
    story.ask(first, Done())
    assert len(story.sent(OLA)) == told
    story.later(days=2)
    story.ask(second, Done())
    assert len(story.sent(OLA)) == told + 1


@pytest.mark.parametrize("times, hours, rests", [(2, 20, False), (3, 20, True), (3, 40, False)])
def test_full_three_times_in_three_days_rests_a_week(story: Story, times: int, hours: int, rests: bool) -> None:
    number = story.writes()
    other = story.writes()
    for n in range(times):
        story.later(hours=hours)
        story.ask(number, answer=f"Words no {n}.")
        story.comes_back(story.newest(), *FULL)
    told = len(story.sent(OLA))
    story.ask(number, Done())
    assert len(story.sent(OLA)) == (told if rests else told + 1)
    story.later(days=7, hours=1)
    story.ask(other, Done())
    assert len(story.sent(OLA)) == (told + 1 if rests else told + 2)


def test_refused_by_policy_alarms_the_operators_once(story: Story) -> None:
    """It is our mail that is not liked, not the address that is dead: the next acknowledgement goes out."""
    for _ in range(2):
        story.writes()
        story.comes_back(story.newest(), *BLOCKED)
        story.later(minutes=5)
    alarms = [mail for mail in story.sent(KARI) if "example.org refuses our mail" in plain_text(mail)]
    assert len(alarms) == 1
    assert len(story.sent(OLA)) == 2


def test_too_big_tells_the_agent_the_limit(story: Story) -> None:
    number = story.writes()
    (answer,) = story.ask(number, answer="See the film.")
    (told,) = story.comes_back(answer, "5.3.4", "smtp; 552 5.3.4 message exceeds the limit of 10485760")
    assert "10485760" in told
    assert "too large" in told
    assert "The largest mail that is taken there: 10 MB." in " ".join(told.replace(":: ", "").split())


def test_a_delay_is_an_entry_and_moves_nothing(story: Story) -> None:
    number = story.writes()
    answer, _ = story.ask(number, Done(), answer="Turn it off.")
    story.comes_back(answer, "4.4.1", "smtp; connection timed out", action="delayed")
    assert story.ticket(number)["status"] == "completed"
    assert len(story.history(number, "delayed")) == 1
    assert story.history(number, "undelivered") == []
    assert story.spool("out") == [], "it is not failed"


def test_delivered_is_an_entry_and_tells_nobody(story: Story) -> None:
    number = story.writes()
    answer, _ = story.ask(number, Done(), answer="Turn it off.")
    assert story.comes_back(answer, "2.0.0", "smtp; 250 ok", action="delivered") == []
    assert story.ticket(number)["status"] == "completed"
    assert len(story.history(number, "delivered")) == 1


def other_report(kind: str, author: str, about: EmailMessage) -> bytes:
    """A read receipt (RFC 8098) or a complaint (RFC 5965)."""
    part = {
        "disposition-notification": f"Final-Recipient: rfc822;{OLA}\r\nOriginal-Message-ID: {about['Message-ID']}\r\n"
        "Disposition: manual-action/MDN-sent-manually; displayed\r\n",
        "feedback-report": "Feedback-Type: abuse\r\nVersion: 1\r\nUser-Agent: x/1\r\n",
    }[kind]
    return (
        f"From: {author}\r\nTo: {ADDRESS}\r\nSubject: About your mail\r\nMessage-ID: <{kind}@example.org>\r\n"
        f'MIME-Version: 1.0\r\nContent-Type: multipart/report; boundary="b"; report-type={kind}\r\n\r\n'
        f"--b\r\nContent-Type: text/plain\r\n\r\nSee below.\r\n--b\r\nContent-Type: message/{kind}\r\n\r\n{part}\r\n"
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {about['Message-ID']}\r\nSubject: x\r\n\r\n"
        "--b--\r\n"
    ).encode()


def test_a_read_receipt_is_an_entry_and_tells_nobody(story: Story) -> None:
    number = story.writes()
    answer, _ = story.ask(number, Done(), answer="Turn it off.")
    assert story.arrives(other_report("disposition-notification", OLA, answer), mail_from=OLA) == []
    ticket = story.ticket(number)
    assert (ticket["status"], len(ticket["messages"])) == ("completed", 2)
    assert len(story.history(number, "receipt")) == 1


def test_a_complaint_is_an_entry_and_the_operators_hear_of_it(story: Story) -> None:
    number = story.writes()
    answer, _ = story.ask(number, Done(), answer="Turn it off.")
    (alarm,) = story.arrives(
        other_report("feedback-report", "fbl@provider.example", answer), mail_from="fbl@provider.example"
    )
    assert KARI in str(alarm["To"])
    assert number in plain_text(alarm)
    ticket = story.ticket(number)
    assert (ticket["status"], len(ticket["messages"])) == ("completed", 2)
    assert len(story.history(number, "complaint")) == 1


# ---- the house's own addresses --------------------------------------------------------------------------------------


def test_an_agents_dead_address_stops_his_alerts_and_touches_no_ticket(make_story: Callable[..., Story]) -> None:
    story = make_story("Kari Nordmann <kari@example.com>", "Per Hansen <per@example.com>")
    per = "per@example.com"
    number = story.writes()
    before = story.ticket(number)
    (alarm,) = story.comes_back(story.newest(per))
    assert "agent per" in alarm
    assert story.ticket(number) == before
    told = len(story.sent(per))
    story.writes()
    assert len(story.sent(per)) == told
    # He writes himself, so his address lives.
    story.arrives(letter("Hello", "I am back.", author=per, message_id="per@example.com"), mail_from=per)
    told = len(story.sent(per))
    story.writes()
    assert len(story.sent(per)) == told + 1


@pytest.mark.parametrize(
    "failure, follows, hears",
    [
        (NO_SUCH_USER, "Alerts to this address stop until it is mended.", False),
        (FULL, "they stop when it fails three times", True),
        (BLOCKED, "the address is not dead", True),
    ],
)
def test_what_a_failing_agents_address_means_for_his_alerts(
    make_story: Callable[..., Story], failure: tuple[str, str], follows: str, hears: bool
) -> None:
    story = make_story("Kari Nordmann <kari@example.com>", "Per Hansen <per@example.com>")
    story.writes()
    (alarm,) = [text for text in story.comes_back(story.newest("per@example.com"), *failure) if "agent per" in text]
    assert follows in alarm
    told = len(story.sent("per@example.com"))
    story.writes()
    assert (len(story.sent("per@example.com")) > told) == hears


@pytest.mark.parametrize("status, said", [NO_SUCH_USER, BLOCKED, FULL])
def test_an_alarm_that_comes_back_ends_there(story: Story, status: str, said: str) -> None:
    """The only operator's address fails: all that tells of it goes to the address that fails."""
    story.writes()
    waiting = story.sent(KARI)
    came_back = 0
    for _ in range(48):
        for mail in waiting:
            came_back += 1
            bounce = report(KARI, status, said, to=signed_sender(mail), message_id=f"bounce-{came_back}")
            story.take(bounce, rcpt=signed_sender(mail))
        waiting = [mail for mail in story.work() if KARI in str(mail["To"])]
        story.later(minutes=31)
    assert waiting == []
    assert came_back <= 8
    assert len(story.tickets()) == 1


# ---- what anybody could have written --------------------------------------------------------------------------------


@pytest.mark.parametrize("released", [False, True])
def test_a_stranger_cannot_silence_an_agent(make_story: Callable[..., Story], released: bool) -> None:
    """A bounce that names an agent and holds nothing of ours waits for a person; only he makes it true."""
    story = make_story("Kari Nordmann <kari@example.com>", "Per Hansen <per@example.com>")
    per = "per@example.com"
    story.writes()
    (alarm,) = story.arrives(report(per, returned="", message_id="forged"))
    assert "forged" in plain_text(alarm)
    (held,) = story.spool("held")
    assert held["rule"] == "bounce-unproven"
    if released:
        with story.app.database.write() as connection:
            assert spool.release(connection, held["id"])
        story.work()
    told = len(story.sent(per))
    story.writes()
    assert len(story.sent(per)) == told + (not released)


def test_whoever_has_a_mail_of_ours_cannot_fail_somebody_else_with_it(make_story: Callable[..., Story]) -> None:
    story = make_story("Kari Nordmann <kari@example.com>", "Per Hansen <per@example.com>")
    story.writes()
    mine = story.newest()
    returned = f"Message-ID: {mine['Message-ID']}\r\nSubject: x"
    story.arrives(report("per@example.com", returned=returned, to=signed_sender(mine)), rcpt=signed_sender(mine))
    told = len(story.sent("per@example.com"))
    story.writes()
    assert len(story.sent("per@example.com")) == told + 1


def test_a_bounce_that_only_names_the_requester_moves_nothing(story: Story) -> None:
    number = story.writes()
    story.ask(number, Done())
    story.arrives(report(OLA, returned=""))
    assert story.ticket(number)["status"] == "completed"
    assert "perhaps" in story.history(number, "undelivered")[0]


def test_an_alarm_about_the_only_operator_reaches_a_colleague(make_story: Callable[..., Story]) -> None:
    story = make_story("Kari Nordmann <kari@example.com>", "Per Hansen <per@example.com>")
    story.writes()
    before = len(story.sent("per@example.com"))
    story.comes_back(story.newest(KARI))
    assert "agent kari" in plain_text(story.sent("per@example.com")[before:][0])


# ---- the story over the installed command ---------------------------------------------------------------------------


@pytest.mark.long_only
def test_a_thousand_bounces(new_desk: Callable[..., Desk]) -> None:
    """No ticket, no mail to the address that failed, and alerts that end in a digest."""
    desk = new_desk().init()
    at = ("--at", T0.isoformat())
    desk.take(letter(), arguments=("--mail-from", OLA, *at))
    desk.work(*at)
    (acknowledgement,) = desk.outgoing_to(OLA)
    desk.clear_outgoing()
    folder = desk.folder / "bounces"
    folder.mkdir()
    for n in range(1000):
        mail = report(OLA, to=signed_sender(acknowledgement), message_id=f"bounce-{n}")
        (folder / f"{n}.eml").write_bytes(mail)
    rcpt = signed_sender(acknowledgement)
    desk.run("take", "--mail-from", "<>", "--rcpt", rcpt, *at, *map(str, folder.iterdir()))
    desk.work(*at)
    assert len(desk.tickets()) == 1
    assert desk.outgoing_to(OLA) == []
    alerts = desk.outgoing_to(KARI)
    assert 1 <= len(alerts) <= 31, "thirty in ten minutes, then a digest"
    assert len(alerts) == len(desk.outgoing()), "nobody else hears of it"
    figures = desk.audit()
    assert figures["dispositions"] == {"new": 1, "entry": 1000}
    assert figures["balanced"]
