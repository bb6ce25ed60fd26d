"""What the desk says to an agent, for somebody at a terminal: there `!undo` is `mailgate undo 261121001`."""

from __future__ import annotations

import re
from functools import cache

from mailgate.cli.base import app
from ticketing import saying
from ticketing.saying import Said

_WORD = re.compile(r"!([a-z]+)")
# Commands of these names want something else before the number, or none.
_OTHERS = frozenset({"contact", "equipment", "reject", "open"})
_WITHOUT_NUMBER = frozenset({"list", "next", "away", "back", "reassign"})
# The terminal speaks English.
_SAID_HERE = {
    "{command} {arguments}": "mailgate {command} NUMBER {arguments}",
    "{command} needs a ticket: write it in an answer to a mail about one":
        "{command} needs a ticket: write its number first",
    "{command} cannot be done in this version; !help lists what can":
        "{command} cannot be done in this version; mailgate --help lists what can",
    "there is no prepared answer “{name}”; !canned ? shows which there are":
        "there is no prepared answer “{name}”; mailgate canned shows which there are",
    "write what was done first: !resolution, the words on lines of their own, !end, and then !done":
        "write what was done first: mailgate done NUMBER --resolution WORDS",
}  # fmt: skip


def in_terminal(text: str, number: str | None) -> str:
    """The same sentence with the commands of this command line. What somebody wrote stays as he wrote it."""
    if not isinstance(text, Said):
        return text
    values = {name: _value(value, number) for name, value in text.values.items()}
    pattern = _SAID_HERE.get(text.pattern)
    if pattern is None:
        pattern = _WORD.sub(lambda found: _as_typed(found[1], number), text.pattern)
    return saying.say(pattern, **values)


def _value(value: object, number: str | None) -> object:
    if not isinstance(value, Said):
        return value
    word = _WORD.fullmatch(value.pattern)
    return word[1] if word else in_terminal(value, number)


def _as_typed(word: str, number: str | None) -> str:
    if word in _OTHERS or word not in _names():
        return f"!{word}"
    return f"mailgate {word}" if word in _WITHOUT_NUMBER else f"mailgate {word} {number or 'NUMBER'}"


@cache
def _names() -> frozenset[str]:
    return frozenset(one.name or getattr(one.callback, "__name__", "") for one in app.registered_commands)
