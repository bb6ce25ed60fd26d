"""Prepared answers: which one is meant, in which language, and its blanks filled in.

A template is the operators' text and runs in jinja2's sandbox; what came by mail is only ever a value in it. Before its
text may stand lines that say what it is:

    Title: How to choose a new password
    Attach: choosing-a-password.pdf

    Hello {{ name }}, …
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from typing import TYPE_CHECKING, Any

from ticketing.command_words import word_key
from ticketing.policy import CannedAnswer

if TYPE_CHECKING:
    from jinja2.sandbox import SandboxedEnvironment

WORDS = "words"
"""The variable by which a template says where the agent's own words go; else they stand below it."""
_HEAD = re.compile(r"(Title|Attach):([^\n]*)\n", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Filled:
    text: str


@dataclass(frozen=True, slots=True)
class Missing:
    """The template needs a value that nobody gave."""

    name: str


@dataclass(frozen=True, slots=True)
class Broken:
    line: int
    message: str


def parts(text: str) -> tuple[str, tuple[str, ...], str]:
    """(title, names of the files to attach, the template) of a file."""
    title, attached = "", []
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    while match := _HEAD.match(text):
        if match[1].casefold() == "title":
            title = match[2].strip()
        else:
            attached += [name.strip() for name in match[2].split(",") if name.strip()]
        text = text[match.end() :]
    return title, tuple(attached), text.strip("\n")


def named(canned: Mapping[str, Mapping[str, CannedAnswer]], name: str) -> str | None:
    """The answer called so, in any case and with or without dots and rings."""
    keys = {word_key(one): one for one in canned}
    return name if name in canned else keys.get(word_key(name))


def nearest(canned: Mapping[str, Mapping[str, CannedAnswer]], name: str) -> str | None:
    close = get_close_matches(word_key(name), list(map(word_key, canned)), n=1, cutoff=0.5)
    return named(canned, close[0]) if close else None


def in_language(answers: Mapping[str, CannedAnswer], *wanted: str) -> CannedAnswer:
    """One answer in the first language it is written in; `nb-NO` may be read by whoever asked for `nb`."""
    for language in wanted:
        for one in (language.lower(), language.lower().partition("-")[0]):
            if one in answers:
                return answers[one]
    return answers["en"] if "en" in answers else answers[min(answers)]


def fill(answer: CannedAnswer, values: Mapping[str, object]) -> Filled | Missing | Broken:
    """The answer with its blanks filled in; the agent's own words (`values["words"]`) are never lost."""
    own = str(values.get(WORDS, "")).strip()
    template = _compiled(answer.source)
    if isinstance(template, Broken):
        return template
    try:
        text = template.render(values).strip()
    except _NotGiven as missing:
        return Missing(missing.args[0])
    except Exception as error:  # a template can fail in as many ways as a program can
        return Broken(_line_of(error), f"{type(error).__name__}: {error}")
    return Filled(text if not own or own in text else f"{text}\n\n{own}")


def fault(answer: CannedAnswer) -> Broken | None:
    """What is wrong with the template itself, whatever its values."""
    template = _compiled(answer.source)
    if isinstance(template, Broken):
        return template
    return None if answer.source.strip() else Broken(1, "the text is empty")


class _NotGiven(Exception):
    """The name of a variable that nobody gave."""


@cache
def _compiled(source: str) -> Any:
    from jinja2 import TemplateError

    try:
        return _environment().from_string(source)
    except TemplateError as error:
        return Broken(getattr(error, "lineno", None) or 1, error.message or "is not a template")


@cache
def _environment() -> SandboxedEnvironment:
    # In here: jinja2 takes longer to import than a command that only looks should take.
    from jinja2 import StrictUndefined, UndefinedError
    from jinja2.sandbox import ImmutableSandboxedEnvironment
    from jinja2.utils import missing

    class Undefined(StrictUndefined):
        """Whether it was given may be asked; whatever else is done with it, the name is told."""

        __slots__ = ()

        def __init__(self, hint: Any = None, obj: Any = missing, name: Any = None, exc: Any = UndefinedError) -> None:
            super().__init__(hint, obj, name, exc)
            # What the sandbox refuses has no name that anybody could give.
            if exc is UndefinedError and name is not None:
                self._undefined_exception = lambda _: _NotGiven(str(name))  # type: ignore[assignment]

        def __bool__(self) -> bool:  # type: ignore[override]
            return False

    return ImmutableSandboxedEnvironment(
        undefined=Undefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: "" if value is None else value,
    )


def _line_of(error: BaseException) -> int:
    line, frame = 1, error.__traceback__
    while frame:
        if frame.tb_frame.f_code.co_filename == "<template>":
            line = frame.tb_lineno
        frame = frame.tb_next
    return line
