"""Command lines of a mail -> `ticketing.commands` values (RULES 6, "Commands").

Only the top block of somebody's own words counts: lines `!word arguments`, with blanks and empty lines before and
between; an agent's may stand below the quote that begins his mail. It ends at the first other line, at `-- `, or at an
`!end` that closes nothing. What an agent mistypes is an error with a hint, and then the whole mail does nothing; what a
requester writes beyond his few words is plain text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

from mailgate.mail import valid_address
from ticketing import case_number
from ticketing import commands as ask
from ticketing.command_words import (
    BY_NAME,
    END_WORDS,
    LIST_BY_NAME,
    NOBODY,
    ORGANISATION_WORDS,
    PERSON_WORDS,
    TO,
    Role,
    Word,
    usage,
    word_key,
)
from ticketing.commands import Command
from ticketing.days import MAX_WORDS, When, is_far, read_when
from ticketing.saying import Said, say

MAX_COMMANDS = 10
MAX_LINE = 2000
MAX_PRICE = 60


@dataclass(frozen=True, slots=True)
class CommandError:
    """`line` counts from 1 in the own words; `word` as written, without its `!`; `nearest`: the command probably meant,
    or None; `text` says what is wrong and what to write."""

    line: int
    word: str
    nearest: str | None
    text: Said


@dataclass(frozen=True, slots=True)
class Commands:
    """What was asked, what was wrong (then nothing may be done), and the words below the block."""

    commands: tuple[Command, ...]
    errors: tuple[CommandError, ...]
    rest: str


def read_commands(own_words: str, *, for_whom: Role) -> Commands:
    """Read the top block of somebody's own words: no quotes in it, since `reply_text` cut them."""
    lines = own_words.split("\n")
    found: list[Command] = []
    errors: list[CommandError] = []
    i = _below_the_quote(lines) if for_whom == "agent" else 0
    while i < len(lines):
        stripped = lines[i].strip(_BLANKS)
        if not stripped:
            i += 1
            continue
        match = _read_line(stripped)
        if match is None or (for_whom == "requester" and not _is_requesters(match)):
            break
        i += 1
        number = i
        name, arguments = match[1], _unlinked(match[2].strip(_BLANKS))
        if word_key(name) in _ENDS:
            break
        word = BY_NAME.get(word_key(name))
        body: str | None = None
        if word is not None and word.name in _TAKES_LINES:
            body, i = _lines_to_end(lines, i, alone=bool(arguments) and word.name == "resolution")
        if len(found) + len(errors) >= MAX_COMMANDS:
            errors.append(
                CommandError(number, name, None, say("At most {most} commands in one mail.", most=MAX_COMMANDS))
            )
            break
        try:
            found.append(_command(word, for_whom, name, arguments, body))
        except _Wrong as wrong:
            errors.append(CommandError(number, name, wrong.nearest, wrong.text))
    return Commands(tuple(found), tuple(errors), _rest(lines[i:]))


_BLANKS = " \t\r\f\v\u00a0\u200b\u200c\u200d\u2060\ufeff"
_COMMAND = re.compile(r"[!！]([^\W\d_][\w-]{0,39})[.:!]?(?=\s|\Z)([^\n]*)\Z", re.DOTALL)
# Keyboards of telephones put a blank behind the sign, editors make a list of the lines or set them bold, and a comma
# slips in; then the word must be a known one.
_NEARLY = re.compile(
    r"(?:(?:[-–—•·*▪◦‣]|[0-9]{1,2}[.)])[ \t\u00a0]{1,5})?[!！][ \t\u00a0]{0,3}"
    r"([^\W\d_][\w-]{0,39})[.:!,;…]{0,3}(?=[^\w-]|\Z)([^\n]*)\Z",
    re.DOTALL,
)
_BOLD = re.compile(r"(\*{1,2}|_{1,2})([!！][^\n]*)\1\Z", re.DOTALL)
# Nobody sees them. The joiners are not among them, since words and pictures are made with those.
_UNSEEN = dict.fromkeys([0xAD, 0x200B, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2060, 0x206A), 0xFEFF])
_ENDS = frozenset(map(word_key, END_WORDS))
_TAKES_LINES = frozenset({"resolution", "edit"})


class _Wrong(Exception):
    def __init__(self, text: Said, nearest: str | None = None) -> None:
        super().__init__(text)
        self.text = text
        self.nearest = nearest


def stray_commands(words: str) -> tuple[str, ...]:
    """The lines of an agent's words that begin as a command of his does and stand where none is read."""
    lines = (line.strip(_BLANKS) for line in words.split("\n"))
    return tuple(line for line in lines if line[:1] in ("!", "！") and _is_agents(_read_line(line)))


def commands_in_subject(subject: str) -> bool:
    """Whether a subject is a command of an agent, behind `Re:` and a case's tag."""
    line = _BEFORE_SUBJECT.sub("", subject[:MAX_LINE], count=1).strip(_BLANKS)
    return line[:1] in ("!", "！") and _is_agents(_read_line(line))


_BEFORE_SUBJECT = re.compile(r"(?:\s{0,9}(?:[^\W\d_]{2,4}\s?:|\[[^\[\]]{0,40}\])){0,9}")


def _read_line(stripped: str) -> re.Match[str] | None:
    line = stripped[:MAX_LINE].translate(_UNSEEN)
    if (match := _COMMAND.match(line)) is not None:
        return match
    bold = _BOLD.match(line)
    if (nearly := _NEARLY.match(bold[2] if bold else line)) is None:
        return None
    match = _COMMAND.match(f"!{nearly[1]} {nearly[2].strip(_BLANKS)}")
    return match if match and (word_key(match[1]) in BY_NAME or word_key(match[1]) in _ENDS) else None


def _is_agents(match: re.Match[str] | None) -> bool:
    word = BY_NAME.get(word_key(match[1])) if match else None
    return word is not None and "agent" in word.who


def _below_the_quote(lines: list[str]) -> int:
    """Where the commands of somebody begin who writes below what he answers: behind the quoted lines at the top and an
    empty one. (Right below a quoted line may stand its own wrapped end.) 0 where no command stands there."""
    quoted = False
    for i, line in enumerate(lines):
        stripped = line.strip(_BLANKS)
        if stripped.startswith(">"):
            quoted = True
        elif stripped:
            behind_empty = i > 0 and not lines[i - 1].strip(_BLANKS)
            return i if quoted and behind_empty and _read_line(stripped) else 0
    return 0


def _is_requesters(match: re.Match[str]) -> bool:
    """One of the requester's few words, alone on its line; `!status of my printer` is a sentence."""
    word = BY_NAME.get(word_key(match[1]))
    return word is not None and "requester" in word.who and not match[2].strip(_BLANKS + ".!")


def _lines_to_end(lines: list[str], begin: int, *, alone: bool) -> tuple[str | None, int]:
    """The lines up to `!end` and the line behind it; None where no `!end` comes. `alone`: the command's own line may be
    all of it; then an `!end` below the next command of this kind is that one's."""
    for i in range(begin, len(lines)):
        match = _read_line(lines[i].strip(_BLANKS))
        key = word_key(match[1]) if match else ""
        if key in _ENDS:
            return "\n".join(lines[begin:i]).strip(), i + 1
        if alone and key in BY_NAME and BY_NAME[key].name in _TAKES_LINES:
            break
    return ("", begin) if alone else (None, begin)


def _rest(lines: list[str]) -> str:
    return "\n".join(lines).strip()


def _command(word: Word | None, role: Role, name: str, arguments: str, body: str | None) -> Command:
    if word is None or role not in word.who:
        nearest = _nearest(name, role)
        if nearest is None:
            raise _Wrong(say("There is no command !{name}. !help lists them.", name=name))
        meant = say(f"!{nearest}")
        raise _Wrong(say("There is no command !{name}. Did you mean {meant}?", name=name, meant=meant), nearest)
    try:
        if role == "requester":
            return _REQUESTERS[word.name]()
        if word.name in _TAKES_LINES:
            return _with_lines(word, arguments, body)
        return _AGENTS[word.name](arguments)
    except _Wrong as wrong:
        raise _Wrong(say("{wrong} Write: {usage}", wrong=wrong.text, usage=usage(word)), word.name) from None


def _nearest(name: str, role: Role) -> str | None:
    names = [key for key, word in BY_NAME.items() if role in word.who]
    close = get_close_matches(word_key(name), names, n=1, cutoff=0.65)
    return BY_NAME[close[0]].name if close else None


# --- arguments -------------------------------------------------------------------------------------------------------

# Editors turn any quotation mark into any other.
_TOKEN = re.compile(r"""([^\s"“”„‟«»]*)["“”„‟«»]([^"“”„‟«»]*)["“”„‟«»]|(\S+)""")
_WHOLE_QUOTE = re.compile(r"""(?:["“”„‟«»]([^"“”„‟«»]*)["“”„‟«»]|[‘‚]([^‘’]*)[’‘])\Z""")
# `a@x.no <mailto:a@x.no>`, as programs write a link into plain text.
_LINKED = re.compile(r"(?<!\S)([^\s<>]++)[ \u00a0]?<(?:mailto:|https?://|tel:)[^<>\s]{1,500}+>")
# `Ola Nordmann <ola@x.no>`, as programs complete an address.
_NAMED_ADDRESS = re.compile(
    r"(?<!\S)([+＋–−-]?)[^\s<>@,0-9]+(?:\s+[^\s<>@,0-9]+){0,4}\s*<(?:mailto:)?([^<>\s@]+@[^<>\s@]+)>"
)
_PLUS, _MINUS = "+＋", "-–—−‐‑‒﹣－•·▪◦‣"
_HOURS = r"(?:t|h|hrs?|time|timer|timar|hours?|tunti|tuntia)\.?(?=\s|\Z)"
_CLOCKED = re.compile(rf"([0-9]{{1,3}})[:.]([0-5][0-9])(?:\s*{_HOURS}|(?=\s|\Z))", re.IGNORECASE)
# `6 t`, `1,5 h`, `1 t 30 min`, `30 min`; a point and two digits are minutes: `1.30`.
_IN_MINUTES = r"([0-9]{1,4})\s*(?:m|min|mins|minutt|minutter|minutes?|minuutti|minuuttia)\.?(?=\s|\Z)"
_IN_UNITS = re.compile(
    rf"([0-9]{{1,3}}(?:\.[0-9]|,[0-9]{{1,2}})?)\s*{_HOURS}(?:\s+(?:(?:and|og|ja)\s+)?{_IN_MINUTES})?|{_IN_MINUTES}",
    re.IGNORECASE,
)
_RUN_TOGETHER = re.compile(r"([0-9]{1,3})\s?[ht]([0-5]?[0-9])(?:m|min)?\.?(?=\s|\Z)", re.IGNORECASE)
_IN_WORDS = {
    "half an hour": 30, "half hour": 30, "en halv time": 30, "halv time": 30, "ein halv time": 30, "puoli tuntia": 30,
    "an hour": 60, "one hour": 60, "en time": 60, "én time": 60, "ein time": 60, "tunti": 60, "tunnin": 60,
    "halvannen time": 90, "puolitoista tuntia": 90, "et kvarter": 15, "kvarter": 15, "vartti": 15,
}  # fmt: skip
_WORDED = re.compile(rf"({'|'.join(sorted(_IN_WORDS, key=len, reverse=True))})(?=\s|\Z)", re.IGNORECASE)
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


def _tokens(arguments: str) -> list[str]:
    """Words; a quoted piece is one, without its quotation marks."""
    return [m[3] if m[3] is not None else m[1] + m[2] for m in _TOKEN.finditer(arguments)]


def _unlinked(arguments: str) -> str:
    if "<" not in arguments:
        return arguments
    return _LINKED.sub(lambda found: found[1] if "@" in found[1] or "." in found[1] else found[0], arguments)


def _unquoted(arguments: str) -> str:
    match = _WHOLE_QUOTE.match(arguments)
    text = next((part for part in match.groups() if part is not None), "") if match else arguments
    return " ".join(text.split())


def _text(arguments: str) -> str:
    text = _unquoted(arguments)
    if not text:
        raise _Wrong(say("Something is missing."))
    return text


def _nothing(arguments: str) -> None:
    if arguments.strip(_BLANKS + ".!"):
        raise _Wrong(say("Nothing stands behind this command."))


def _address(token: str) -> str:
    found = re.search(r"<([^<>]*)>", token)
    address = valid_address((found[1] if found else token).removeprefix("mailto:").strip(" ,;"))
    if address is None:
        raise _Wrong(say("“{text}” is no mail address.", text=token[:60]))
    return address


def _agent(arguments: str) -> str:
    text = _text(arguments)
    named = text.partition(" ")
    if named[0].casefold() in TO and named[2]:
        text = named[2]
    return text.removeprefix("@").rstrip(".!")


def _case(arguments: str) -> case_number.CaseNumber:
    numbers = case_number.find(arguments)
    if len(numbers) != 1:
        raise _Wrong(say("One case number is needed."))
    return case_number.CaseNumber(numbers[0])


def _minutes(arguments: str) -> tuple[int, str]:
    """The time at the head of some words, and the words behind it."""
    if (match := _CLOCKED.match(arguments)) or (match := _RUN_TOGETHER.match(arguments)):
        minutes = int(match[1]) * 60 + int(match[2])
    elif match := _WORDED.match(arguments):
        minutes = _IN_WORDS[match[1].casefold()]
    elif match := _IN_UNITS.match(arguments):
        hours = float((match[1] or "0").replace(",", "."))
        minutes = round(hours * 60) + int(match[2] or match[3] or 0)
    else:
        token = arguments.split(maxsplit=1)[0]
        if token.replace(",", "").isdecimal():
            raise _Wrong(say("“{text}” of what? Write 6:00 or 6 t for six hours, 0:30 or 30 min.", text=token[:20]))
        raise _Wrong(say("“{text}” is no time: hours:minutes, like 0:10 or 1:30.", text=token[:20]))
    if not minutes:
        raise _Wrong(say("The time is zero."))
    return minutes, arguments[match.end() :].strip()


def _when(tokens: list[str]) -> tuple[When, list[str]]:
    """The day at the head of some words, and the words behind it."""
    found = read_when(tuple(tokens))
    if found is None and (far := next((token for token in tokens if is_far(token)), None)):
        raise _Wrong(say("{day} is farther away than can be reckoned.", day=far))
    if found is None:
        raise _Wrong(say("A day is needed, like 2026-12-25, 25.12., friday, fredag, perjantai or +3d."))
    when, taken = found
    return when, tokens[taken:]


def _only_when(tokens: list[str]) -> When:
    when, more = _when(tokens)
    if more:
        raise _Wrong(say("“{text}” behind the day is too much.", text=" ".join(more)[:60]))
    return when


def _plain_word(arguments: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", arguments[:MAX_LINE]).casefold().split()).rstrip(".!")


def _one_of(arguments: str, table: dict[str, str], known: Said) -> str:
    word = _plain_word(arguments)
    if not word:
        raise _Wrong(say("Something is missing."))
    if word not in table:
        raise _Wrong(say("“{text}” is none of {known}.", text=arguments[:40], known=known))
    return table[word]


def _plus_and_minus(arguments: str) -> tuple[list[str], list[str]]:
    """What is added and what is removed. A sign alone belongs to the word behind it."""
    add: list[str] = []
    remove: list[str] = []
    sign = ""
    for token in _tokens(arguments.replace(",", " ")):
        sign = token[0] if token[:1] and token[0] in _PLUS + _MINUS else sign
        word = token.lstrip(_PLUS + _MINUS)
        if word:
            (remove if sign and sign in _MINUS else add).append(word)
            sign = ""
    if not any(add + remove):
        raise _Wrong(say("Something is missing."))
    return add, remove


def _pairs(tokens: list[str]) -> tuple[tuple[str, str], ...]:
    pairs = []
    for token in tokens:
        key, equals, value = token.partition("=")
        if not equals or not key:
            raise _Wrong(say("“{text}” is no KEY=VALUE.", text=token[:40]))
        pairs.append((key, value))
    return tuple(pairs)


# --- one reader a command --------------------------------------------------------------------------------------------


def _plain(command: Callable[[], Command]) -> Callable[[str], Command]:
    def read(arguments: str) -> Command:
        _nothing(arguments)
        return command()

    return read


def _with_lines(word: Word, arguments: str, body: str | None) -> Command:
    if body is None:
        raise _Wrong(say("The line !end is missing below it."))
    if word.name == "resolution":
        text = "\n".join(part for part in (arguments, body) if part)
        if not text:
            raise _Wrong(say("There are no words before !end."))
        return ask.Resolution(text)
    match = _MESSAGE.match(arguments)
    if not match:
        raise _Wrong(say("The number of a message is needed, like m3."))
    if not body:
        raise _Wrong(say("There are no words before !end."))
    return ask.Edit(int(match[1]), body)


def _assign(arguments: str) -> Command:
    agent = _agent(arguments)
    return ask.Assign(None if agent.casefold() in NOBODY else agent)


def _status(arguments: str) -> Command:
    return ask.SetStatus(
        "open" if _one_of(arguments, dict(_STATUS), say("open, progress")) == "open" else "in_progress"
    )


def _priority(arguments: str) -> Command:
    _one_of(arguments, dict(_PRIORITY), say("low, medium, high, urgent"))
    return ask.SetPriority(_PRIORITY[_plain_word(arguments)])


def _tag(arguments: str) -> Command:
    add, remove = _plus_and_minus(arguments)
    return ask.Tag(tuple(add), tuple(remove))


def _cc(arguments: str) -> Command:
    add, remove = _plus_and_minus(_NAMED_ADDRESS.sub(r"\1\2", arguments))
    return ask.Cc(tuple(map(_address, add)), tuple(map(_address, remove)))


def _contact(arguments: str) -> Command:
    return ask.SetContact(None if _name_or_none(arguments) is None else _address(_text(arguments)))


def _name_or_none(arguments: str) -> str | None:
    text = _text(arguments)
    return None if text.casefold() in NOBODY else text


def _equipment(arguments: str) -> Command:
    add, remove = _plus_and_minus(arguments)
    return ask.Equipment(tuple(add), tuple(remove))


def _field(arguments: str) -> Command:
    key, equals, value = arguments.partition("=")
    key = _unquoted(key.strip())
    if not equals or not key:
        raise _Wrong(say("A field and its value are needed."))
    return ask.SetField(key, _unquoted(value.strip()))


def _wait(arguments: str) -> Command:
    words = [_plain_word(word) if n < _SAID_OF_WAITING else word for n, word in enumerate(_tokens(arguments))]
    at = next((n for n, word in enumerate(words) if word not in _WAITING_FOR), len(words))
    if words[at : at + 2] == ["third", "party"]:
        words[at : at + 2] = ["third_party"]
    if at >= len(words) or words[at] not in _WAITING:
        raise _Wrong(say("Who has the turn, the requester or a vendor?"))
    day = [word for word in words[at + 1 :] if word.casefold() not in _UNTIL]
    return ask.Wait(_WAITING[words[at]], _only_when(day) if day else None)


def _canned(arguments: str) -> Command:
    words = _tokens(arguments)
    if not words:
        raise _Wrong(say("The name of the answer is missing."))
    look = words[0] == "?"
    words = words[look:]
    return ask.Canned(words[0] if words else "", _pairs(words[1:]), look)


def _split(arguments: str) -> Command:
    words = _tokens(arguments)
    messages: list[int] = []
    files = False
    while words and (words[-1].casefold() in _FILES or _MESSAGE.match(words[-1])):
        word = words.pop()
        if match := _MESSAGE.match(word):
            messages.insert(0, int(match[1]))
        else:
            files = True
    title = " ".join(" ".join(words).split())
    if not title:
        raise _Wrong(say("The title of the new ticket is missing."))
    return ask.Split(title, tuple(messages), files)


def _forward(arguments: str) -> Command:
    words = _tokens(_NAMED_ADDRESS.sub(r"\2", arguments))
    if not words:
        raise _Wrong(say("The address is missing."))
    address = _address(words[0])
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
            raise _Wrong(say("“{text}” is neither a message like m3, nor all, nor a case number.", text=word[:40]))
    return ask.Forward(address, tuple(messages), everything, tuple(cases))


def _one_case(command: Callable[[case_number.CaseNumber | None], Command]) -> Callable[[str], Command]:
    """A command about the ticket at hand, or about the one it names."""
    return lambda arguments: command(_case(arguments) if arguments.strip(_BLANKS + ".!") else None)


def _mark(arguments: str) -> Command:
    add, remove = _plus_and_minus(arguments)
    return ask.Mark(tuple(add), tuple(remove))


def _call(arguments: str) -> Command:
    if not arguments:
        raise _Wrong(say("How long did it take?"))
    minutes, about = _minutes(arguments)
    return ask.Call(minutes, _unquoted(about))


def _time(arguments: str) -> Command:
    if not arguments:
        raise _Wrong(say("A time, and perhaps billable."))
    minutes, billable = _minutes(arguments)
    if billable and billable.casefold() not in _BILLABLE:
        raise _Wrong(say("A time, and perhaps billable."))
    return ask.Time(minutes, bool(billable))


def _due(arguments: str) -> Command:
    words = _tokens(arguments)
    return ask.Due(None if len(words) == 1 and words[0].casefold() in NOBODY else _only_when(words))


def _estimate(arguments: str) -> Command:
    if not arguments:
        raise _Wrong(say("How long will it take?"))
    minutes, price = _minutes(arguments)
    price = _unquoted(price)
    if len(price) > MAX_PRICE:
        raise _Wrong(say("Behind the time stands the price alone; write the rest below the commands."))
    return ask.Estimate(minutes, price)


def _todo(arguments: str) -> Command:
    if done := _TASK_DONE.match(arguments):
        return ask.TodoDone(int(done[1]))
    words = _tokens(arguments)
    agents = [word for word in words if word.startswith("@") and len(word) > 1]
    words = [word for word in words if word not in agents]
    if len(agents) > 1:
        raise _Wrong(say("One agent at most."))
    due, words = _day_at_the_end(words)
    text = " ".join(" ".join(words).split())
    if not text:
        raise _Wrong(say("What is to be done?"))
    return ask.Todo(text, agents[0][1:] if agents else None, due)


def _day_at_the_end(words: list[str]) -> tuple[When | None, list[str]]:
    """The longest day at the end of some words, of which one at least is left. The day's first words may stand alone as
    a day too ("2026-12-01 14:30")."""
    for k in range(max(1, len(words) - MAX_WORDS), len(words)):
        found = read_when(tuple(words[k:]))
        if found is not None and found[1] == len(words) - k:
            return found[0], words[:k]
    return None, words


def _remind(arguments: str) -> Command:
    words = _tokens(arguments)
    if len(words) > 1 and words[0].casefold() in _MYSELF:
        words = words[1:]
    if read_when(tuple(words)) is None:
        later, about = _day_at_the_end(words)
        if later is not None:
            return ask.Remind(later, " ".join(about))
    when, words = _when(words)
    return ask.Remind(when, " ".join(words))


def _list(arguments: str) -> Command:
    words = _tokens(arguments)
    first = words[0].casefold() if words else ""
    if len(words) == 1 and first in LIST_BY_NAME:
        return ask.List(LIST_BY_NAME[first])
    if len(words) > 1 and first in PERSON_WORDS:
        return ask.List("person", _address(words[-1]))
    if len(words) > 1 and first in ORGANISATION_WORDS:
        return ask.List("org", " ".join(words[1:]))
    if not words or first in (*PERSON_WORDS, *ORGANISATION_WORDS):
        raise _Wrong(say("Which list?"))
    return ask.List("named", " ".join(words))


def _away(arguments: str) -> Command:
    words = _tokens(arguments)
    if words and words[0].casefold() in _UNTIL:
        words = words[1:]
    when, words = _when(words)
    words = [word for word in words if word.casefold() not in ("asti", "saakka")]
    if not words:
        return ask.Away(when)
    if words[0].casefold() not in TO or len(words) == 1:
        raise _Wrong(say("Behind the day stands only: to AGENT."))
    return ask.Away(when, " ".join(words[1:]).removeprefix("@"))


def _reassign(arguments: str) -> Command:
    words = _tokens(arguments)
    at = next((k for k, word in enumerate(words) if word.casefold() in TO), 0)
    of, to = " ".join(words[:at]).removeprefix("@"), " ".join(words[at + 1 :]).removeprefix("@")
    if not of or not to:
        raise _Wrong(say("From whom to whom?"))
    return ask.Reassign(of, to)


_AGENTS: dict[str, Callable[[str], Command]] = {
    "note": lambda arguments: ask.Note(arguments),
    "reply": lambda arguments: ask.Reply(arguments),
    "claim": _plain(ask.Claim),
    "assign": _assign,
    "ask": lambda arguments: ask.Ask(_agent(arguments)),
    "done": _plain(ask.Done),
    "close": _plain(ask.Close),
    "reopen": _plain(ask.Reopen),
    "status": _status,
    "priority": _priority,
    "type": lambda arguments: ask.SetType(_text(arguments)),
    "category": lambda arguments: ask.SetCategory(_text(arguments)),
    "tag": _tag,
    "title": lambda arguments: ask.SetTitle(_text(arguments)),
    "field": _field,
    "estimate": _estimate,
    "wait": _wait,
    "due": _due,
    "canned": _canned,
    "cc": _cc,
    "requester": lambda arguments: ask.SetRequester(_address(_text(arguments))),
    "contact": _contact,
    "org": lambda arguments: ask.SetOrganisation(_name_or_none(arguments)),
    "project": lambda arguments: ask.SetProject(_name_or_none(arguments)),
    "equipment": _equipment,
    "alias": lambda arguments: ask.AddAlias(_address(_text(arguments))),
    "number": lambda arguments: ask.AddNumber(_text(arguments)),
    "link": lambda arguments: ask.Link(_case(arguments)),
    "merge": lambda arguments: ask.Merge(_case(arguments)),
    "split": _split,
    "forward": _forward,
    "call": _call,
    "time": _time,
    "todo": _todo,
    "remind": _remind,
    "spam": _plain(ask.Spam),
    "silent": _plain(ask.Silent),
    "accept": lambda arguments: ask.Accept(_text(arguments)),
    "reject": lambda arguments: ask.Reject(_text(arguments)),
    "undo": _plain(ask.Undo),
    "show": _one_case(ask.Show),
    "history": _one_case(ask.History),
    "sla": _plain(ask.Sla),
    "new": lambda arguments: ask.New(_unquoted(arguments)),
    "list": _list,
    "star": _plain(ask.Star),
    "mark": _mark,
    "next": _plain(ask.Next),
    "away": _away,
    "back": _plain(ask.Back),
    "reassign": _reassign,
    "report": _plain(ask.Report),
    "help": lambda arguments: ask.Help(_unquoted(arguments).lstrip("!")),
    "request": _plain(ask.Request),
}
_REQUESTERS: dict[str, Callable[[], Command]] = {
    "help": ask.Help,
    "close": ask.Close,
    "stop": ask.Stop,
    "request": ask.Request,
    "status": ask.AskStatus,
    "mine": ask.Mine,
}
