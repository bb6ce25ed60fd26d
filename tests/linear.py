"""One way to say that a work is linear in its input, on a machine that does other things as well."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from re import _constants as sign  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

SIZE = 2_500
QUICK = 0.025  # seconds of four sizes: a square of 10,000 steps takes many times that
TRIES = 4
MOST = 9.0  # linear is 4, quadratic is 16


def seconds(work: Callable[[], object], times: int = 1) -> float:
    best = float("inf")
    for _ in range(times):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return best


def growth(work: Callable[[Any], object], make: Callable[[int], Any]) -> float:
    """How much longer four times the input takes; 0 where it is too quick to matter."""
    whole = make(4 * SIZE)
    if seconds(lambda: work(whole)) < QUICK:
        return 0.0
    half, quarter = make(2 * SIZE), make(SIZE)
    least = float("inf")
    for _ in range(TRIES):
        one, two, four = (seconds(lambda text=text: work(text), 2) for text in (quarter, half, whole))
        # A slow step from the first size to the second that the third does not repeat is a machine's, not ours.
        least = min(least, four / max(one, QUICK / 8), (four / max(two, QUICK / 4)) ** 2)
        if least <= MOST:
            break
    return least


def times(unit: str | bytes) -> Callable[[int], Any]:
    return lambda size: (unit * (size // len(unit) + 1))[:size]


# -- what makes a regular expression try again


def hostile_texts(pattern: re.Pattern[Any]) -> list[Callable[[int], Any]]:
    """Texts made of the pattern itself: its beginnings one after the other, so that it starts at each place and fails
    late; each piece by itself; and each beginning with its last piece drawn out."""
    text = isinstance(pattern.pattern, str)
    pieces = [sample(item) for item in parser.parse(pattern.pattern, pattern.flags & ~re.DEBUG)]
    pieces = [piece for piece in pieces if piece]
    units: list[tuple[str, str]] = []
    for end in range(1, len(pieces) + 1):
        lead = "".join(pieces[:end])
        units += [("", lead), ("", pieces[end - 1]), (lead, pieces[end - 1])]

    def made(lead: str, unit: str) -> Callable[[int], Any]:
        def make(size: int) -> Any:
            drawn = (lead + unit * (size // len(unit) + 1))[:size] + "\x01"
            return drawn if text else drawn.encode("latin-1", "replace")

        return make

    return [made(lead, unit) for lead, unit in dict.fromkeys(units)]


def sample(item: tuple[Any, Any]) -> str:
    """A short text that one item of a parsed pattern takes."""
    kind, value = item
    if kind is sign.LITERAL:
        return chr(value)
    if kind is sign.NOT_LITERAL:
        return "a" if value != ord("a") else "b"
    if kind is sign.ANY:
        return "x"
    if kind is sign.IN:
        return _of_set(value)
    if kind is sign.BRANCH:
        return "".join(map(sample, max(value[1], key=len)))
    if kind is sign.SUBPATTERN:
        return "".join(map(sample, value[-1]))
    if kind in (sign.MAX_REPEAT, sign.MIN_REPEAT, sign.POSSESSIVE_REPEAT):
        return "".join(map(sample, value[2])) * max(value[0], 1)
    if kind is sign.ATOMIC_GROUP:
        return "".join(map(sample, value))
    if kind is sign.CATEGORY:
        return _OF_CATEGORY.get(value, "x")
    return ""


_OF_CATEGORY = {sign.CATEGORY_DIGIT: "7", sign.CATEGORY_SPACE: " ", sign.CATEGORY_NOT_WORD: "-"}


def _of_set(items: list[tuple[Any, Any]]) -> str:
    if items[0][0] is not sign.NEGATE:
        kind, value = items[0]
        return chr(value[0]) if kind is sign.RANGE else sample(items[0])
    taken = re.compile("[^" + "".join(map(_as_written, items[1:])) + "]")
    return next((one for one in "a -1.é\n\x02" if taken.match(one)), "x")


def _as_written(item: tuple[Any, Any]) -> str:
    kind, value = item
    if kind is sign.RANGE:
        return f"\\U{value[0]:08x}-\\U{value[1]:08x}"
    if kind is sign.CATEGORY:
        names = {sign.CATEGORY_DIGIT: r"\d", sign.CATEGORY_NOT_DIGIT: r"\D", sign.CATEGORY_SPACE: r"\s",
                 sign.CATEGORY_NOT_SPACE: r"\S", sign.CATEGORY_WORD: r"\w", sign.CATEGORY_NOT_WORD: r"\W"}  # fmt: skip
        return names[value]
    return f"\\U{value:08x}"
