"""One reader a command: what stands behind its word -> its value."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal

from mailgate.inbound.command_arguments import (
    BLANKS,
    NAMED_ADDRESS,
    Wrong,
    address_of,
    agent_named,
    case_of,
    day_at_head,
    day_at_the_end,
    minutes_at_head,
    nothing_behind,
    one_of,
    one_text,
    only_a_day,
    pairs_of,
    plain_word,
    plus_and_minus,
    tokens,
    unquoted,
)
from ticketing import case_number
from ticketing import commands as ask
from ticketing.command_words import LIST_BY_NAME, NOBODY, ORGANISATION_WORDS, PERSON_WORDS, TO, Word
from ticketing.commands import Command
from ticketing.days import read_when
from ticketing.saying import say

MAX_PRICE = 60
TAKES_LINES = frozenset({"resolution", "edit"})
_MESSAGE = re.compile(r"[mM]([0-9]{1,6})\Z")
_UNTIL = frozenset({"until", "til", "till", "asti", "saakka", "fram", "fram-til", "frem"})
_MYSELF = frozenset({"me", "meg", "minua"})
# `-17`, `done 17`; a task that is called so may say it in other words.
_TASK_DONE = re.compile(r"(?:[-–—−]|(?:done|ferdig|utført|valmis|tehty) +#?)([0-9]{1,9})\Z", re.IGNORECASE)
_ALL = frozenset({"all", "alle", "alt", "kaikki"})
_FILES = frozenset({"files", "filer", "vedlegg", "liitteet", "tiedostot"})
_BILLABLE = frozenset({"billable", "fakturerbar", "fakturerbart", "laskutettava"})
_STATUS: dict[str, Literal["open", "in_progress"]] = {
    "open": "open", "åpen": "open", "open.": "open", "avoin": "open",
    "progress": "in_progress", "in_progress": "in_progress", "in-progress": "in_progress", "in progress": "in_progress",
    "pågår": "in_progress", "under arbeid": "in_progress", "kesken": "in_progress", "työn alla": "in_progress",
    "käsittelyssä": "in_progress",
}  # fmt: skip
_PRIORITY: dict[str, Literal["low", "medium", "high", "urgent"]] = {
    "low": "low", "lav": "low", "lavt": "low", "låg": "low", "lågt": "low", "matala": "low",
    "medium": "medium", "normal": "medium", "vanlig": "medium", "middels": "medium", "normaali": "medium",
    "keskitaso": "medium",
    "high": "high", "høy": "high", "høyt": "high", "hoy": "high", "høg": "high", "høgt": "high", "korkea": "high",
    "urgent": "urgent", "haster": "urgent", "hastar": "urgent", "hast": "urgent", "kritisk": "urgent",
    "critical": "urgent", "kiireellinen": "urgent", "kiire": "urgent",
}  # fmt: skip
# "!vent på svar fra kunden"
_WAITING_FOR = frozenset({"på", "for", "on", "from", "fra", "svar", "answer", "reply", "the", "etter"})
_SAID_OF_WAITING = 5
_WAITING: dict[str, Literal["requester", "third_party"]] = {
    **dict.fromkeys(("requester", "customer", "client", "user", "innmelder", "innmelderen", "innsender", "innsenderen",
                     "kunde", "kunden", "bruker", "brukeren", "pyytäjä", "pyytäjää", "asiakas", "asiakasta"),
                    "requester"),
    **dict.fromkeys(("vendor", "supplier", "third_party", "third-party", "leverandør", "leverandøren", "tredjepart",
                     "tredjeparten", "toimittaja", "toimittajaa"), "third_party"),
}  # fmt: skip


def _plain(command: Callable[[], Command]) -> Callable[[str], Command]:
    def read(arguments: str) -> Command:
        nothing_behind(arguments)
        return command()

    return read


def with_lines(word: Word, arguments: str, body: str | None) -> Command:
    if body is None:
        raise Wrong(say("The line !end is missing below it."))
    if word.name == "resolution":
        text = "\n".join(part for part in (arguments, body) if part)
        if not text:
            raise Wrong(say("There are no words before !end."))
        return ask.Resolution(text)
    match = _MESSAGE.match(arguments)
    if not match:
        raise Wrong(say("The number of a message is needed, like m3."))
    if not body:
        raise Wrong(say("There are no words before !end."))
    return ask.Edit(int(match[1]), body)


def _assign(arguments: str) -> Command:
    agent = agent_named(arguments)
    return ask.Assign(None if agent.casefold() in NOBODY else agent)


def _status(arguments: str) -> Command:
    return ask.SetStatus("open" if one_of(arguments, dict(_STATUS), say("open, progress")) == "open" else "in_progress")


def _priority(arguments: str) -> Command:
    one_of(arguments, dict(_PRIORITY), say("low, medium, high, urgent"))
    return ask.SetPriority(_PRIORITY[plain_word(arguments)])


def _tag(arguments: str) -> Command:
    add, remove = plus_and_minus(arguments)
    return ask.Tag(tuple(add), tuple(remove))


def _cc(arguments: str) -> Command:
    add, remove = plus_and_minus(NAMED_ADDRESS.sub(r"\1\2", arguments))
    return ask.Cc(tuple(map(address_of, add)), tuple(map(address_of, remove)))


def _contact(arguments: str) -> Command:
    return ask.SetContact(None if _name_or_none(arguments) is None else address_of(one_text(arguments)))


def _name_or_none(arguments: str) -> str | None:
    text = one_text(arguments)
    return None if text.casefold() in NOBODY else text


def _equipment(arguments: str) -> Command:
    add, remove = plus_and_minus(arguments)
    return ask.Equipment(tuple(add), tuple(remove))


def _field(arguments: str) -> Command:
    key, equals, value = arguments.partition("=")
    key = unquoted(key.strip())
    if not equals or not key:
        raise Wrong(say("A field and its value are needed."))
    return ask.SetField(key, unquoted(value.strip()))


def _wait(arguments: str) -> Command:
    words = [plain_word(word) if n < _SAID_OF_WAITING else word for n, word in enumerate(tokens(arguments))]
    at = next((n for n, word in enumerate(words) if word not in _WAITING_FOR), len(words))
    if words[at : at + 2] == ["third", "party"]:
        words[at : at + 2] = ["third_party"]
    if at >= len(words) or words[at] not in _WAITING:
        raise Wrong(say("Who has the turn, the requester or a vendor?"))
    day = [word for word in words[at + 1 :] if word.casefold() not in _UNTIL]
    return ask.Wait(_WAITING[words[at]], only_a_day(day) if day else None)


def _canned(arguments: str) -> Command:
    words = tokens(arguments)
    if not words:
        raise Wrong(say("The name of the answer is missing."))
    look = words[0] == "?"
    words = words[look:]
    return ask.Canned(words[0] if words else "", pairs_of(words[1:]), look)


_QUOTED_TITLE = re.compile(r"[\"“”„«»]([^\"“”„«»]+)[\"“”„«»](?:\s+([^\"“”„«»]*))?\Z")
_LISTED = re.compile(r"\b([mM]?[0-9]{1,6})[,;]\s?")


def _split(arguments: str) -> Command:
    quoted = _QUOTED_TITLE.match(arguments)
    behind = _LISTED.sub(r"\1 ", quoted[2] or "") if quoted else ""
    words = [quoted[1], *behind.split()] if quoted else tokens(arguments)
    messages: list[int] = []
    files = False
    while words and (words[-1].casefold() in _FILES or _MESSAGE.match(words[-1])):
        word = words.pop()
        if match := _MESSAGE.match(word):
            messages.insert(0, int(match[1]))
        else:
            files = True
    if quoted and len(words) > 1:
        raise Wrong(say("Behind the title stand only messages and “files”, like m3 m4 files."))
    title = " ".join(" ".join(words).split())
    if not title:
        raise Wrong(say("The title of the new ticket is missing."))
    return ask.Split(title, tuple(messages), files)


def _forward(arguments: str) -> Command:
    words = tokens(NAMED_ADDRESS.sub(r"\2", arguments))
    if not words:
        raise Wrong(say("The address is missing."))
    address = address_of(words[0])
    messages: list[int] = []
    cases: list[case_number.CaseNumber] = []
    everything = False
    for word in words[1:]:
        if match := _MESSAGE.match(word):
            messages.append(int(match[1]))
        elif word.casefold() in _ALL:
            everything = True
        elif numbers := case_number.find(word):
            cases.extend(map(case_number.CaseNumber, numbers))
        else:
            raise Wrong(say("“{text}” is neither a message like m3, nor all, nor a case number.", text=word[:40]))
    return ask.Forward(address, tuple(messages), everything, tuple(cases))


def _one_case(command: Callable[[case_number.CaseNumber | None], Command]) -> Callable[[str], Command]:
    """A command about the ticket at hand, or about the one it names."""
    return lambda arguments: command(case_of(arguments) if arguments.strip(BLANKS + ".!") else None)


def _mark(arguments: str) -> Command:
    add, remove = plus_and_minus(arguments)
    return ask.Mark(tuple(add), tuple(remove))


def _call(arguments: str) -> Command:
    if not arguments:
        raise Wrong(say("How long did it take?"))
    minutes, about = minutes_at_head(arguments)
    return ask.Call(minutes, unquoted(about))


def _time(arguments: str) -> Command:
    if not arguments:
        raise Wrong(say("A time, and perhaps billable."))
    minutes, billable = minutes_at_head(arguments)
    if billable and billable.casefold() not in _BILLABLE:
        raise Wrong(say("A time, and perhaps billable."))
    return ask.Time(minutes, bool(billable))


def _due(arguments: str) -> Command:
    words = tokens(arguments)
    return ask.Due(None if len(words) == 1 and words[0].casefold() in NOBODY else only_a_day(words))


def _estimate(arguments: str) -> Command:
    if not arguments:
        raise Wrong(say("How long will it take?"))
    minutes, price = minutes_at_head(arguments)
    price = unquoted(price)
    if len(price) > MAX_PRICE:
        raise Wrong(say("Behind the time stands the price alone; write the rest below the commands."))
    return ask.Estimate(minutes, price)


# A version as likely as a day: "Install macOS 10.12". A day is `10.12.` or `by 10.12`.
_VERSION = re.compile(r"[0-9]{1,2}\.[0-9]{1,2}\Z")


def _todo(arguments: str) -> Command:
    if done := _TASK_DONE.match(arguments):
        return ask.TodoDone(int(done[1]))
    words = tokens(arguments)
    agents = [word for word in words if word.startswith("@") and len(word) > 1]
    words = [word for word in words if word not in agents]
    if len(agents) > 1:
        raise Wrong(say("One agent at most."))
    due, said = day_at_the_end(words)
    if due is None or not _VERSION.match(" ".join(words[len(said) :])):
        words = said
    else:
        due = None
    text = " ".join(" ".join(words).split())
    if not text:
        raise Wrong(say("What is to be done?"))
    return ask.Todo(text, agents[0][1:] if agents else None, due)


def _remind(arguments: str) -> Command:
    words = tokens(arguments)
    if len(words) > 1 and words[0].casefold() in _MYSELF:
        words = words[1:]
    if read_when(tuple(words)) is None:
        later, about = day_at_the_end(words)
        if later is not None:
            return ask.Remind(later, " ".join(about))
    when, words = day_at_head(words)
    return ask.Remind(when, " ".join(words))


def _list(arguments: str) -> Command:
    words = tokens(arguments)
    first = words[0].casefold() if words else ""
    if len(words) == 1 and first in LIST_BY_NAME:
        return ask.List(LIST_BY_NAME[first])
    if len(words) > 1 and first in PERSON_WORDS:
        return ask.List("person", address_of(words[-1]))
    if len(words) > 1 and first in ORGANISATION_WORDS:
        return ask.List("org", " ".join(words[1:]))
    if not words or first in (*PERSON_WORDS, *ORGANISATION_WORDS):
        raise Wrong(say("Which list?"))
    return ask.List("named", " ".join(words))


def _away(arguments: str) -> Command:
    words = tokens(arguments)
    if words and words[0].casefold() in _UNTIL:
        words = words[1:]
    when, words = day_at_head(words)
    words = [word for word in words if word.casefold() not in ("asti", "saakka")]
    if not words:
        return ask.Away(when)
    if words[0].casefold() not in TO or len(words) == 1:
        raise Wrong(say("Behind the day stands only: to AGENT."))
    return ask.Away(when, " ".join(words[1:]).removeprefix("@"))


def _reassign(arguments: str) -> Command:
    words = tokens(arguments)
    at = next((k for k, word in enumerate(words) if word.casefold() in TO), 0)
    of, to = " ".join(words[:at]).removeprefix("@"), " ".join(words[at + 1 :]).removeprefix("@")
    if not of or not to:
        raise Wrong(say("From whom to whom?"))
    return ask.Reassign(of, to)


AGENTS: dict[str, Callable[[str], Command]] = {
    "note": lambda arguments: ask.Note(arguments),
    "reply": lambda arguments: ask.Reply(arguments),
    "claim": _plain(ask.Claim),
    "assign": _assign,
    "ask": lambda arguments: ask.Ask(agent_named(arguments)),
    "done": _plain(ask.Done),
    "close": _plain(ask.Close),
    "reopen": _plain(ask.Reopen),
    "status": _status,
    "priority": _priority,
    "type": lambda arguments: ask.SetType(one_text(arguments)),
    "category": lambda arguments: ask.SetCategory(one_text(arguments)),
    "tag": _tag,
    "title": lambda arguments: ask.SetTitle(one_text(arguments)),
    "field": _field,
    "estimate": _estimate,
    "wait": _wait,
    "due": _due,
    "canned": _canned,
    "cc": _cc,
    "requester": lambda arguments: ask.SetRequester(address_of(one_text(arguments))),
    "contact": _contact,
    "org": lambda arguments: ask.SetOrganisation(_name_or_none(arguments)),
    "project": lambda arguments: ask.SetProject(_name_or_none(arguments)),
    "equipment": _equipment,
    "alias": lambda arguments: ask.AddAlias(address_of(one_text(arguments))),
    "number": lambda arguments: ask.AddNumber(one_text(arguments)),
    "link": lambda arguments: ask.Link(case_of(arguments)),
    "merge": lambda arguments: ask.Merge(case_of(arguments)),
    "split": _split,
    "forward": _forward,
    "call": _call,
    "time": _time,
    "todo": _todo,
    "remind": _remind,
    "spam": _plain(ask.Spam),
    "silent": _plain(ask.Silent),
    "accept": lambda arguments: ask.Accept(one_text(arguments)),
    "reject": lambda arguments: ask.Reject(one_text(arguments)),
    "undo": _plain(ask.Undo),
    "show": _one_case(ask.Show),
    "history": _one_case(ask.History),
    "sla": _plain(ask.Sla),
    "new": lambda arguments: ask.New(unquoted(arguments)),
    "list": _list,
    "star": _plain(ask.Star),
    "mark": _mark,
    "next": _plain(ask.Next),
    "away": _away,
    "back": _plain(ask.Back),
    "reassign": _reassign,
    "report": _plain(ask.Report),
    "help": lambda arguments: ask.Help(unquoted(arguments).lstrip("!")),
    "request": _plain(ask.Request),
}
REQUESTERS: dict[str, Callable[[], Command]] = {
    "help": ask.Help,
    "close": ask.Close,
    "stop": ask.Stop,
    "request": ask.Request,
    "status": ask.AskStatus,
    "mine": ask.Mine,
}
