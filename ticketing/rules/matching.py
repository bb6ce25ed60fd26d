"""Which ticket a message belongs to, and whether its author may append to it (RULES 3)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from ticketing import case_number
from ticketing.model import Auth, Step, Strength, Ticket

# Anybody can guess a case number: the number is a label, the token or the participant's proven address is the key.
STRENGTH = {
    "T1": Strength.STRONG,
    "T2a": Strength.STRONG,
    "T2b": Strength.MEDIUM,
    "T3": Strength.STRONG,
    "T5": Strength.WEAK,
}


@dataclass(frozen=True, slots=True)
class Pointer:
    """One piece of evidence. `ticket` None: it leads nowhere (unknown row, unknown number). `addressed`: To and Cc
    of the mail it refers to. `void`: why it does not count all the same (a removed participant's token)."""

    step: str
    evidence: str
    ticket: Ticket | None
    addressed: frozenset[str] = frozenset()
    void: str | None = None


@dataclass(frozen=True, slots=True)
class Match:
    ticket: Ticket
    step: str
    strength: Strength
    addressed: frozenset[str]
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class NoMatch:
    steps: tuple[Step, ...]


def match(pointers: Sequence[Pointer], *, bad_token: bool, two_numbers: bool) -> Match | NoMatch:
    """The first pointer that leads to a ticket decides; the rest is told in the steps.

    `pointers` stand in the order T1, T2a, T2b, T3, T5. A bad token in a recipient, or two different numbers of ours
    in the subject, take T5 out.
    """
    steps: list[Step] = []
    decided: Pointer | None = None
    for pointer in pointers:
        strength = STRENGTH[pointer.step]
        if decided is not None:
            outcome = "not needed"
        elif pointer.void:
            outcome = pointer.void
        elif pointer.ticket is None:
            outcome = "unknown"
        elif pointer.step == "T5" and bad_token:
            outcome = "disabled by a forged token"
        elif pointer.step == "T5" and two_numbers:
            outcome = "two numbers, links only"
        else:
            outcome = f"ticket {pointer.ticket.number}"
            decided = pointer
        steps.append(Step(pointer.step, pointer.evidence, strength.value, outcome))
    if decided is None or decided.ticket is None:
        return NoMatch(tuple(steps))
    return Match(decided.ticket, decided.step, STRENGTH[decided.step], decided.addressed, tuple(steps))


class Verdict(StrEnum):
    """What a matched message may do."""

    APPEND = "append"
    UNVERIFIED = "append-unverified"
    CAUTIOUS = "append-cautious"
    EXTERNAL = "append-external"
    OBSERVER = "append-observer"
    NEW_LINKED = "new-linked"
    HOLD = "hold"


_P, _O = True, False
# (takes part, auth, strength) -> verdict. EXTERNAL: hidden from other outsiders, no participant until accepted.
# CAUTIOUS: appended if not closed; no reopening, no status change, no new Cc.
MATRIX: dict[tuple[bool, Auth, Strength], Verdict] = {
    (_P, "pass", Strength.STRONG): Verdict.APPEND,
    (_P, "pass", Strength.MEDIUM): Verdict.APPEND,
    (_P, "pass", Strength.WEAK): Verdict.APPEND,
    (_P, "none", Strength.STRONG): Verdict.APPEND,
    (_P, "none", Strength.MEDIUM): Verdict.UNVERIFIED,
    (_P, "none", Strength.WEAK): Verdict.CAUTIOUS,
    (_O, "pass", Strength.STRONG): Verdict.EXTERNAL,
    (_O, "pass", Strength.MEDIUM): Verdict.OBSERVER,
    (_O, "pass", Strength.WEAK): Verdict.NEW_LINKED,
    (_O, "none", Strength.STRONG): Verdict.EXTERNAL,
    (_O, "none", Strength.MEDIUM): Verdict.OBSERVER,
    (_O, "none", Strength.WEAK): Verdict.NEW_LINKED,
    (_P, "fail", Strength.STRONG): Verdict.HOLD,
    (_P, "fail", Strength.MEDIUM): Verdict.HOLD,
    (_P, "fail", Strength.WEAK): Verdict.HOLD,
    (_O, "fail", Strength.STRONG): Verdict.HOLD,
    (_O, "fail", Strength.MEDIUM): Verdict.HOLD,
    (_O, "fail", Strength.WEAK): Verdict.HOLD,
}


def verdict(*, takes_part: bool, auth: Auth, strength: Strength, was_addressed: bool) -> Verdict:
    """`was_addressed`: the author stands in To or Cc of the mail that was referred to; without it an outsider's medium
    evidence only makes a new, linked ticket."""
    found = MATRIX[takes_part, auth, strength]
    if found is Verdict.OBSERVER and not was_addressed:
        return Verdict.NEW_LINKED
    return found


def subject_numbers(
    subject: str, tag_words: Collection[str], today: date, *, known: Collection[str], takes_part_in: Collection[str]
) -> list[str]:
    """The case numbers in a subject that count (T5), in order: of a day that was, known to us, and a bare number
    only where the author takes part in its ticket."""
    numbers = []
    for found in case_number.find_in_subject(subject, tag_words):
        if case_number.day_of(found.number) > today or found.number not in known:
            continue
        if found.form == "bare" and found.number not in takes_part_in:
            continue
        numbers.append(found.number)
    return list(dict.fromkeys(numbers))
