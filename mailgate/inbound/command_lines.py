"""Command lines of a mail -> `ticketing.commands` values (RULES 6, "Commands").

Only the top block of somebody's own words counts: lines `!word arguments`, with blanks and empty lines before and
between; an agent's may stand below the one alert that begins his mail, which `agents_words` sees to. It ends at the
first other line, at `-- `, or at an `!end` that closes nothing. What an agent mistypes is an error with a hint, and
then the whole mail does nothing; what a requester writes beyond his few words is plain text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches

from mailgate.inbound.command_arguments import BLANKS, MAX_LINE, Wrong, unlinked
from mailgate.inbound.command_readers import AGENTS, REQUESTERS, TAKES_LINES, with_lines
from ticketing.command_words import (
    BY_NAME,
    END_WORDS,
    Role,
    Word,
    usage,
    word_key,
)
from ticketing.commands import Command
from ticketing.saying import Said, say

MAX_COMMANDS = 10


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
        stripped = lines[i].strip(BLANKS)
        if not stripped:
            i += 1
            continue
        match = _read_line(stripped)
        if match is None or (for_whom == "requester" and not _is_requesters(match)):
            break
        i += 1
        number = i
        name, arguments = match[1], unlinked(match[2].strip(BLANKS))
        if word_key(name) in _ENDS:
            break
        word = BY_NAME.get(word_key(name))
        body: str | None = None
        if word is not None and word.name in TAKES_LINES:
            body, i = _lines_to_end(lines, i, alone=bool(arguments) and word.name == "resolution")
        if len(found) + len(errors) >= MAX_COMMANDS:
            errors.append(
                CommandError(number, name, None, say("At most {most} commands in one mail.", most=MAX_COMMANDS))
            )
            break
        try:
            found.append(_command(word, for_whom, name, arguments, body))
        except Wrong as wrong:
            errors.append(CommandError(number, name, wrong.nearest, wrong.text))
    return Commands(tuple(found), tuple(errors), _rest(lines[i:]))


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


def stray_commands(words: str) -> tuple[str, ...]:
    """The lines of an agent's words that begin as a command of his does and stand where none is read."""
    lines = (line.strip(BLANKS) for line in words.split("\n"))
    return tuple(line for line in lines if line[:1] in ("!", "！") and _is_agents(_read_line(line)))


def commands_in_subject(subject: str) -> bool:
    """Whether a subject is a command of an agent, behind `Re:` and a case's tag."""
    line = _BEFORE_SUBJECT.sub("", subject[:MAX_LINE], count=1).strip(BLANKS)
    return line[:1] in ("!", "！") and _is_agents(_read_line(line))


_BEFORE_SUBJECT = re.compile(r"(?:\s{0,9}(?:[^\W\d_]{2,4}\s?:|\[[^\[\]]{0,40}\])){0,9}")


def _read_line(stripped: str) -> re.Match[str] | None:
    line = stripped[:MAX_LINE].translate(_UNSEEN)
    if (match := _COMMAND.match(line)) is not None:
        return match
    bold = _BOLD.match(line)
    if (nearly := _NEARLY.match(bold[2] if bold else line)) is None:
        return None
    match = _COMMAND.match(f"!{nearly[1]} {nearly[2].strip(BLANKS)}")
    return match if match and (word_key(match[1]) in BY_NAME or word_key(match[1]) in _ENDS) else None


def _is_agents(match: re.Match[str] | None) -> bool:
    word = BY_NAME.get(word_key(match[1])) if match else None
    return word is not None and "agent" in word.who


def _below_the_quote(lines: list[str]) -> int:
    """Where the commands of somebody begin who writes below what he answers: behind the quoted lines at the top and an
    empty one. (Right below a quoted line may stand its own wrapped end.) 0 where no command stands there."""
    quoted = False
    for i, line in enumerate(lines):
        stripped = line.strip(BLANKS)
        if stripped.startswith(">"):
            quoted = True
        elif stripped:
            behind_empty = i > 0 and not lines[i - 1].strip(BLANKS)
            return i if quoted and behind_empty and _read_line(stripped) else 0
    return 0


def _is_requesters(match: re.Match[str]) -> bool:
    """One of the requester's few words, alone on its line; `!status of my printer` is a sentence."""
    word = BY_NAME.get(word_key(match[1]))
    return word is not None and "requester" in word.who and not match[2].strip(BLANKS + ".!")


def _lines_to_end(lines: list[str], begin: int, *, alone: bool) -> tuple[str | None, int]:
    """The lines up to `!end` and the line behind it; None where no `!end` comes. `alone`: the command's own line may be
    all of it; then an `!end` below the next command of this kind is that one's."""
    for i in range(begin, len(lines)):
        match = _read_line(lines[i].strip(BLANKS))
        key = word_key(match[1]) if match else ""
        if key in _ENDS:
            return "\n".join(lines[begin:i]).strip(), i + 1
        if alone and key in BY_NAME and BY_NAME[key].name in TAKES_LINES:
            break
    return ("", begin) if alone else (None, begin)


def _rest(lines: list[str]) -> str:
    return "\n".join(lines).strip()


def _command(word: Word | None, role: Role, name: str, arguments: str, body: str | None) -> Command:
    if word is None or role not in word.who:
        nearest = _nearest(name, role)
        if nearest is None:
            raise Wrong(say("There is no command !{name}. !help lists them.", name=name))
        meant = say(f"!{nearest}")
        raise Wrong(say("There is no command !{name}. Did you mean {meant}?", name=name, meant=meant), nearest)
    try:
        if role == "requester":
            return REQUESTERS[word.name]()
        if word.name in TAKES_LINES:
            return with_lines(word, arguments, body)
        return AGENTS[word.name](arguments)
    except Wrong as wrong:
        raise Wrong(say("{wrong} Write: {usage}", wrong=wrong.text, usage=usage(word)), word.name) from None


def _nearest(name: str, role: Role) -> str | None:
    names = [key for key, word in BY_NAME.items() if role in word.who]
    close = get_close_matches(word_key(name), names, n=1, cutoff=0.65)
    return BY_NAME[close[0]].name if close else None
