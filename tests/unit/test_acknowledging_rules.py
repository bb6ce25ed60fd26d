"""The conditions of an acknowledgement: each one alone refuses, and says so by its name."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import timedelta

import pytest

from ticketing.policy import Limit
from ticketing.rules.acknowledging import CONDITIONS, Circumstances, passed, refusal

ALL_HOLD = Circumstances(
    new_ticket=True, by_mail_or_form=True, kind="personal", auth="none", forbidden=None, author="ola@firma.no",
    author_is_us=False, author_is_agent=False, claims_to_be_agent=False, suppressed=None, addressed=True, held=False,
    quiet=False, already=False, limit_passed=None,
)  # fmt: skip

AGAINST: dict[str, tuple[object, str]] = {
    "new_ticket": (False, "new-ticket"),
    "by_mail_or_form": (False, "by-mail"),
    "kind": ("bulk", "personal"),
    "auth": ("fail", "auth-not-failed"),
    "forbidden": ("X-Auto-Response-Suppress: All", "not-forbidden"),
    "author": (None, "author-known"),
    "author_is_us": (True, "author-not-us"),
    "author_is_agent": (True, "author-no-agent"),
    "claims_to_be_agent": (True, "author-no-agent"),
    "suppressed": ("no such user", "not-suppressed"),
    "addressed": (False, "addressed"),
    "held": (True, "not-held"),
    "quiet": (True, "not-quiet"),
    "already": (True, "first-time"),
    "limit_passed": ("this address 3 in 10 min", "limits-free"),
}


def test_every_circumstance_and_every_condition_is_tried() -> None:
    assert set(AGAINST) == {one.name for one in fields(Circumstances)}
    assert {name for _, name in AGAINST.values()} == {name for name, _, _ in CONDITIONS}


def test_nothing_against_it() -> None:
    assert refusal(ALL_HOLD) is None
    assert refusal(replace(ALL_HOLD, auth="pass")) is None


@pytest.mark.parametrize("circumstance", AGAINST)
def test_each_alone_refuses(circumstance: str) -> None:
    value, name = AGAINST[circumstance]
    found = refusal(replace(ALL_HOLD, **{circumstance: value}))  # type: ignore[arg-type]
    assert found is not None
    assert found[0] == name
    if isinstance(value, str) and circumstance in ("forbidden", "suppressed", "limit_passed"):
        assert value in found[1]


@pytest.mark.parametrize(
    "counts, said", [([2, 4], None), ([3, 4], "x 3 in 10 min"), ([2, 5], "x 5 in 1 h"), ([9, 9], "x 3 in 10 min")]
)
def test_the_first_row_that_is_used_up(counts: list[int], said: str | None) -> None:
    rows = [Limit(3, timedelta(minutes=10)), Limit(5, timedelta(hours=1))]
    assert passed("x", counts, rows) == said
    assert passed("x", [], []) is None
