"""Whether a pattern of the operators' could stop the desk: some need more than a lifetime for a text of two lines.

Patterns whose form allows it are tried on texts made to be hard for them, in a process of its own that the kernel ends
after a little of its own time. Run as a script this module is that process; it imports nothing of ours.
"""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from functools import cache
from re import _constants as sre  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any

LENGTH = 1000
# Of processor time. What takes a square of the length is far below this, what takes a cube far above.
SECONDS = 0.15
# How often something is repeated, at most, before that is long: within another repeat, and one after the other.
MANY, VERY_MANY = 10, 200
MOST_SAMPLES, MOST_SIGNS = 120, 10
_END = "\x00"
_SIGNS = "1aA -"

# A part of a parsed pattern: (what, its arguments), as CPython's own parser gives it.
Node = tuple[Any, Any]


@cache
def endless(patterns: tuple[str, ...]) -> frozenset[str]:
    """Those that take far too long on some text. Each compiles."""
    left = [one for one in dict.fromkeys(patterns) if _suspicious(one)]
    found: set[str] = set()
    while left:
        tried = _tried(left)
        if tried == len(left):
            break
        found.add(left[tried])
        left = left[tried + 1 :]
    return frozenset(found)


def _tried(patterns: Sequence[str]) -> int:
    """How many of these ended in time, in order; the next one did not."""
    child = subprocess.run(
        [sys.executable, "-I", "-S", __file__], input=json.dumps(patterns), capture_output=True, text=True, check=False
    )
    if child.returncode not in (0, -signal.SIGVTALRM):
        raise RuntimeError(f"patterns could not be tried: {child.stderr[-500:]}")
    return len(child.stdout.split())


def _suspicious(pattern: str) -> bool:
    """Only a choice within a repeat, or several repeats one after the other, can be matched in very many ways."""
    nodes = _parser.parse(pattern, re.IGNORECASE).data
    return _in_a_row(nodes) > 2 or any(
        node[0] in (*_REPEAT, sre.BRANCH)
        for _, repeat in _repeats(nodes)
        for node in _within(repeat[1][2].data)
    )  # fmt: skip


def _in_a_row(nodes: Sequence[Node]) -> int:
    """How many long repeats one match may go through."""
    return sum(int(_is_long(node, VERY_MANY)) + max(map(_in_a_row, _inside(node)), default=0) for node in nodes)


def _is_long(node: Node, times: int = MANY) -> bool:
    return node[0] in _REPEAT and node[1][1] - node[1][0] >= times


_REPEAT = (sre.MAX_REPEAT, sre.MIN_REPEAT)


def _repeats(nodes: Sequence[Node], before: tuple[Node, ...] = ()) -> Iterator[tuple[tuple[Node, ...], Node]]:
    """(what stands before it, the repeat) of each that may go on for long, at any depth."""
    for n, node in enumerate(nodes):
        here = (*before, *nodes[:n])
        if _is_long(node):
            yield here, node
        for inner in _inside(node):
            yield from _repeats(inner, here)


def _within(nodes: Sequence[Node]) -> Iterator[Node]:
    for node in nodes:
        yield node
        for inner in _inside(node):
            yield from _within(inner)


def _inside(node: Node) -> list[Sequence[Node]]:
    what, value = node
    if what in _REPEAT or what is sre.POSSESSIVE_REPEAT:
        return [value[2].data]
    if what is sre.SUBPATTERN:
        return [value[3].data]
    if what is sre.BRANCH:
        return [one.data for one in value[1]]
    if what is sre.ATOMIC_GROUP:
        return [value.data]
    return []


# ---- texts that are hard for a pattern ------------------------------------------------------------------------------


def samples(pattern: str) -> list[str]:
    """For each repeat: what leads there, its inside over and over, and a sign that ends the hope for a match."""
    nodes = _parser.parse(pattern, re.IGNORECASE).data
    literal = (chr(value) for what, value in _within(nodes) if what is sre.LITERAL)
    signs = list(dict.fromkeys((*_SIGNS, *literal)))[:MOST_SIGNS]
    made: dict[str, None] = {}
    for before, repeat in _repeats(nodes):
        for sign in signs:
            for branch in range(3):
                for whole in (False, True):
                    again = _text(repeat[1][2].data, sign, branch, whole)
                    if again:
                        start = _text(before, sign, branch, whole)
                        made.setdefault(start + again * (LENGTH // len(again) + 1) + _END)
    return list(made)[:MOST_SAMPLES]


def _text(nodes: Sequence[Node], sign: str, branch: int, whole: bool) -> str:
    """What these nodes match, of this sign where they take it. `whole`: with what may be left out."""
    parts = []
    for node in nodes:
        what, value = node
        if what in (sre.LITERAL, sre.NOT_LITERAL, sre.ANY, sre.IN):
            parts.append(next((one for one in (sign, *_SIGNS, *_own(node)) if _takes(node, one)), ""))
        elif what in _REPEAT or what is sre.POSSESSIVE_REPEAT:
            parts.append(_text(value[2].data, sign, branch, whole) * min(max(value[0], int(whole)), LENGTH))
        elif what is sre.BRANCH:
            parts.append(_text(value[1][branch % len(value[1])].data, sign, branch, whole))
        else:
            parts += [_text(inner, sign, branch, whole) for inner in _inside(node)]
    return "".join(parts)


def _own(node: Node) -> list[str]:
    what, value = node
    if what is sre.LITERAL:
        return [chr(value)]
    items = value if what is sre.IN else ()
    return [chr(one[1] if one[0] is sre.LITERAL else one[1][0]) for one in items if one[0] in (sre.LITERAL, sre.RANGE)]


_CATEGORIES = {
    sre.CATEGORY_DIGIT: r"\d", sre.CATEGORY_NOT_DIGIT: r"\D", sre.CATEGORY_SPACE: r"\s",
    sre.CATEGORY_NOT_SPACE: r"\S", sre.CATEGORY_WORD: r"\w", sre.CATEGORY_NOT_WORD: r"\W",
}  # fmt: skip


def _takes(node: Node, sign: str) -> bool:
    what, value = node
    low = ord(sign.lower()) if len(sign.lower()) == 1 else ord(sign)
    if what is sre.ANY:
        return sign != "\n"
    if what is sre.LITERAL:
        return value in (ord(sign), low)
    if what is sre.NOT_LITERAL:
        return value not in (ord(sign), low)
    if what is sre.CATEGORY:
        return re.match(_CATEGORIES[value], sign) is not None
    if what is sre.RANGE:
        return any(value[0] <= one <= value[1] for one in (ord(sign), low))
    negated = bool(value) and value[0][0] is sre.NEGATE
    return any(_takes(one, sign) for one in value if one[0] is not sre.NEGATE) is not negated


# ---- the process that tries them ------------------------------------------------------------------------------------


def _try(patterns: Sequence[str]) -> None:
    """Says a word for each that ended in time; one that does not is the end of this process."""
    for pattern in patterns:
        compiled = re.compile(pattern, re.IGNORECASE)
        for sample in samples(pattern):
            signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
            for _ in compiled.finditer(sample):
                pass
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        print("good", flush=True)  # noqa: T201


if __name__ == "__main__":
    _try(json.load(sys.stdin))
