"""The checklist of a ticket's type: what a mail already says of it, and what is still to be told or done (RULES 5).

Patterns are the operator's; they are tried on the beginning of a text only, so that a long mail costs no more.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Literal

from ticketing.policy import TicketType, TypeField

MOST_TEXT = 20_000
LONGEST_VALUE = 500

# Whoever reads these languages reads the other too; the templates know the same neighbours.
_NEAREST = {"nn": "nb", "no": "nb", "da": "nb"}
# Where somebody else's mail begins in a forward: its words are not those of the one who passed it on.
_FORWARDED = re.compile(
    r"^[ \t>*]*(?:-{2,}|_{2,})[^\n]{0,40}(?:forward|original|videresend|opprinnelig|oprindelig|vidarebefordr|"
    r"ursprungligt|välitetty|alkuperäinen|weitergeleitet|ursprüngliche)[^\n]{0,60}$"
    r"|^[ \t>]*(?:begin forwarded message|start på videresendt|välitetty viesti alkaa)[^\n]{0,60}$"
    r"|^[ \t>*]*(?:from|fra|från|von|lähettäjä)\*?:[^\n]{1,300}\n(?:[^\n]{1,300}\n){0,4}"
    r"[ \t>*]*(?:subject|emne|ämne|betreff|aihe)\*?:",
    re.IGNORECASE | re.MULTILINE,
)


def label_in(label: Mapping[str, str], language: str, name: str) -> str:
    """What something is called in a language, in the nearest there is, at last by its bare name."""
    exact = language.lower().replace("_", "-")
    primary = exact.partition("-")[0]
    chain = (exact, primary, _NEAREST.get(primary, primary), "", "en", *label)
    return next((label[one] for one in chain if label.get(one)), name.replace("_", " "))


def absent(
    kind: TicketType | None, known: Collection[str], who: Literal["requester", "agent"]
) -> tuple[TypeField, ...]:
    """What somebody still has to tell or do, in the order of the checklist."""
    return tuple(one for one in kind.fields if one.who == who and one.name not in known) if kind else ()


def found(fields: Iterable[TypeField], text: str) -> dict[str, str]:
    """Which items of a checklist a text tells, and what it says of each."""
    wanted = tuple(fields)
    whole = text[:MOST_TEXT]
    forwarded = _FORWARDED.search(whole)
    own = whole[: forwarded.start()] if forwarded else whole
    told, told_himself = (_without_questions(one, wanted) for one in (whole, own))
    values = {}
    for one in wanted:
        if one.own_words:
            value = _answered(one, own) or _matched(one, told_himself)
        else:
            value = _answered(one, whole) or _matched(one, told)
        if value:
            values[one.name] = value
    return values


def _without_questions(text: str, asked: Iterable[TypeField]) -> str:
    """Without what is quoted, and without our own questions where they stand bare: they would answer themselves."""
    ours = {_bare(label) for one in asked for label in one.label.values()}
    lines = (line for line in text.split("\n") if not line.lstrip().startswith(">") and _bare(line) not in ours)
    return "\n".join(lines)


def _bare(line: str) -> str:
    return " ".join(line.casefold().split()).strip("•*–-:? ")


def _matched(field: TypeField, text: str) -> str:
    for pattern in field.patterns:
        if match := pattern.search(text):
            if field.takes == "line":
                begin, end = text.rfind("\n", 0, match.start()) + 1, text.find("\n", match.end())
                return _one_line(text[begin : end if end >= 0 else len(text)])
            return _one_line(next((group for group in match.groups() if group), match[0])).rstrip(".,;:!")
    return ""


def _answered(field: TypeField, text: str) -> str:
    """What stands behind the item's own name (`Order number: 4711`), or below it where our question was quoted."""
    names = [field.name.replace("_", " "), field.name, *field.label.values()]
    names += [_ARTICLE.sub("", name) for name in names]
    alternatives = "|".join(sorted({re.escape(name) for name in names if name}, key=len, reverse=True))
    line = re.compile(rf"^(?P<before>[ \t>•*–-]*)(?:{alternatives})[ \t]*(?P<mark>[:=?]?)(?P<rest>[^\n]*)$", _LINES)
    for match in line.finditer(text):
        if match["mark"] and (value := _one_line(match["rest"])):
            return value
        if ">" in match["before"] and not match["rest"].strip():
            below = next(
                (one for one in text[match.end() : match.end() + LONGEST_VALUE].split("\n")[1:4] if one.strip()), ""
            )
            if below and not below.lstrip().startswith(">"):
                return _one_line(below)
    return ""


_ARTICLE = re.compile(r"\A(?:the|your|an?) ", re.IGNORECASE)
_LINES = re.IGNORECASE | re.MULTILINE


def _one_line(text: str) -> str:
    return " ".join(text.split())[:LONGEST_VALUE]


def key_of(written: str, types: Iterable[TicketType]) -> str | None:
    """The field that somebody means: by its name or by what it is called in any language; any other word stands for a
    field of its own. None: no name of a field."""
    wanted = _plain(written)
    for kind in types:
        for one in kind.fields:
            if wanted in (_plain(one.name), *map(_plain, one.label.values())):
                return one.name
    return wanted if re.fullmatch(r"[^\W_][\w-]{0,39}", wanted) else None


def _plain(name: str) -> str:
    return re.sub(r"[\s_]+", "_", name.strip().casefold())


def questions(fields: Sequence[TypeField], language: str) -> tuple[str, ...]:
    return tuple(label_in(one.label, language, one.name) for one in fields)
