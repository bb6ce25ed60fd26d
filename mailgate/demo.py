"""The desk of `mailgate demo`: 200 invented tickets, made as real ones are, by mails in and answers out.

The same day gives the same desk: the dice are seeded, and nothing asks the clock.
"""

from __future__ import annotations

import random
import tomllib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from email import policy
from email.header import decode_header, make_header
from email.message import EmailMessage, Message
from email.parser import BytesHeaderParser
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from mailgate import spool
from mailgate.mail import Envelope, RawMail, Source
from ticketing.commands import Claim, Command, Done, SetPriority, Wait
from ticketing.rules.filters import EVERYTHING

if TYPE_CHECKING:
    from mailgate.app import App

TICKETS = 200
DAYS = 28
DOMAIN = "fjordoutdoor.example"
SEED = 261121
_AGENTS = {"support": ("kari", "timo"), "invoices": ("ingrid",)}
_COUNTRY = {"nb": "no", "sv": "se", "da": "dk", "fi": "fi", "en": "uk", "de": "de"}

End = Literal["new", "claimed", "answered", "waiting", "again", "done", "thanks"]


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened at the desk. `kind`: ask, again, thanks are mails of the requester, the rest the agent's
    deeds."""

    at: datetime
    kind: Literal["ask", "again", "thanks", "claim", "answer", "waiting", "done"]
    case: Case


@dataclass(frozen=True, slots=True)
class Case:
    number: int
    story: dict[str, str]
    name: str
    address: str
    agent: str
    urgent: bool


def events(stories: dict[str, Any], now: datetime) -> list[Event]:
    """What happened in the last four weeks before `now`, in order."""
    dice = random.Random(SEED)  # noqa: S311  invented people need no secrecy
    found = [event for number in range(TICKETS) for event in _life(dice, stories, number, now)]
    return sorted((event for event in found if event.at <= now), key=lambda event: (event.at, event.case.number))


def _life(dice: random.Random, stories: dict[str, Any], number: int, now: datetime) -> Iterator[Event]:
    story = dice.choice(stories["story"])
    words = {"thing": dice.choice(stories["things"]), "place": dice.choice(stories["places"])}
    words["number"] = str(dice.randrange(100_000, 999_999))
    told = {key: text.replace("{", "%(").replace("}", ")s") % words for key, text in story.items()}
    name = dice.choice(stories["people"][story["language"]])
    domain = dice.choice([f"post.{_COUNTRY[story['language']]}.example"] * 6 + _OF_ORGANISATIONS)
    address = f"{_plain(name)}{number}@{domain}"
    case = Case(number, told, name, address, dice.choice(_AGENTS[story["to"]]), dice.random() < 0.1)
    age = DAYS * 24 * (1 - (number + dice.random()) / TICKETS)
    at = now - timedelta(hours=age, minutes=dice.randrange(60), seconds=dice.randrange(60))
    end: End = dice.choices(
        ("new", "claimed", "answered", "waiting", "again", "done", "thanks"),
        (30, 20, 15, 10, 15, 5, 5) if age < 48 else (2, 4, 8, 8, 8, 35, 35),
    )[0]
    yield Event(at, "ask", case)
    steps: dict[End, tuple[Literal["claim", "answer", "again", "waiting", "done", "thanks"], ...]] = {
        "new": (),
        "claimed": ("claim",),
        "answered": ("claim", "answer"),
        "waiting": ("answer", "waiting"),
        "again": ("answer", "again"),
        "done": ("claim", "answer", "done"),
        "thanks": ("answer", "done", "thanks"),
    }
    for step in steps[end]:
        at += timedelta(minutes=dice.randrange(5, 600))
        yield Event(at, step, case)


_WAKES = timedelta(hours=2)
_OF_ORGANISATIONS = ["vardoyaturlag.example", "koivukyla.example"]


def _plain(name: str) -> str:
    """A local part that people of that name have."""
    same = str.maketrans({"å": "a", "ä": "a", "ø": "o", "ö": "o", "é": "e", "æ": "e", " ": "."})
    return name.lower().translate(same)


class Builder:
    """Fills an empty desk. `set_clock` moves the time that `made` sees."""

    def __init__(self, made: App, set_clock: Callable[[datetime], None]) -> None:
        self._made = made
        self._set_clock = set_clock
        self._intake = made.intake()
        self._sender = made.sender()
        self._seen: set[Path] = set()
        self._answer_to: dict[str, Message] = {}  # requester -> the last mail the desk sent him

    def build(self, happened: Iterable[Event], now: datetime) -> None:
        awake = None
        for event in happened:
            awake = awake or event.at
            while awake + _WAKES < event.at:
                awake += _WAKES
                self._set_clock(awake)
                self._made.deadlines.keep_up(awake)
            self._set_clock(event.at)
            if event.kind in ("ask", "again", "thanks"):
                self._receive(event)
            else:
                self._do(event)
        self._set_clock(now)
        self._made.deadlines.keep_up(now)
        self._send(now)
        self._sender.close()

    def _receive(self, event: Event) -> None:
        if event.kind != "ask":
            self._send(event.at)
        data, to = self._mail(event)
        raw = RawMail(
            f"{SEED:08x}{event.case.number:016x}{len(event.kind):08x}",
            data,
            Envelope(event.case.address, (to,)),
            Source.TAKE,
            event.at,
            peer="127.0.0.1",
        )
        with self._made.database.write() as connection:
            spool.put(connection, [raw])
        while self._intake.work(event.at):
            pass

    def _mail(self, event: Event) -> tuple[bytes, str]:
        case = event.case
        mail = EmailMessage(policy=policy.SMTP)
        mail["From"] = f'"{case.name}" <{case.address}>'
        mail["Date"] = event.at
        mail["Message-ID"] = f"<{case.number}.{event.kind}@{case.address.partition('@')[2]}>"
        to = f"{case.story['to']}@{DOMAIN}"
        mail["Subject"] = case.story["subject"]
        if event.kind != "ask" and (answered := self._answer_to.get(case.address)):
            to = str(answered["Reply-To"])
            del mail["Subject"]
            mail["Subject"] = f"Re: {make_header(decode_header(str(answered['Subject'])))}"
            mail["In-Reply-To"] = str(answered["Message-ID"])
        mail["To"] = to
        mail.set_content(f"{case.story[event.kind]}\n\n{case.name.partition(' ')[0]}\n", cte="8bit")
        return mail.as_bytes(), to

    def _do(self, event: Event) -> None:
        case, story = event.case, event.case.story
        asked: list[Command] = []
        words, words_are = "", "note"
        match event.kind:
            case "claim":
                asked, words = [Claim()], story["note"]
                asked += [SetPriority("high")] if case.urgent else []
            case "answer":
                words, words_are = story["answer"], "answer"
            case "waiting":
                asked = [Wait("requester")]
            case "done":
                asked = [Done()]
        with self._made.transactions.begin(event.at) as transaction:
            views = transaction.desk.ticket_views(EVERYTHING.narrowed(requester=case.address), limit=1)
            if views:
                agent = self._made.policy.agents[case.agent]
                are: Literal["answer", "note"] = "answer" if words_are == "answer" else "note"
                transaction.desk.ask(views[0]["number"], agent, asked, words, words_are=are, by="command line")

    def _send(self, now: datetime) -> None:
        while self._sender.send_due(now):
            pass
        folder = self._made.settings.relay.maildir
        assert folder is not None  # noqa: S101  demo.toml names one
        for file in sorted((folder / "new").glob("*"), key=lambda one: (one.stat().st_mtime_ns, one.name)):
            if file not in self._seen:
                self._seen.add(file)
                with file.open("rb") as opened:
                    mail = BytesHeaderParser().parse(opened)
                whom = policy.default.header_factory("To", str(mail["To"])).addresses
                self._answer_to[str(whom[0].addr_spec) if whom else ""] = mail


def read_stories(file: Path) -> dict[str, Any]:
    return tomllib.loads(file.read_text(encoding="utf-8"))
