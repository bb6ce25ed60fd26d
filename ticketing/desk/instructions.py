"""What an author asks for beside what he says: read from the top of his own words before the desk sees the mail."""

from __future__ import annotations

from dataclasses import dataclass

from ticketing.commands import Command


@dataclass(frozen=True, slots=True)
class Instructions:
    """`errors`: lines that look like commands and are none, each in words that help; one error and nothing is done.
    `words`: what he wrote below the commands. `leftovers`: lines of our own mails found in those words. `stray`: lines
    of those words that begin as commands do. `inside_meant`: a line that is no command may have been meant to keep the
    words inside."""

    commands: tuple[Command, ...] = ()
    errors: tuple[str, ...] = ()
    words: str = ""
    leftovers: tuple[str, ...] = ()
    stray: tuple[str, ...] = ()
    inside_meant: bool = False
