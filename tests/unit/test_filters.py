"""What somebody writes to see certain tickets, and what it means."""

from __future__ import annotations

import pytest

from ticketing.rules.filters import EVERYTHING, Filter, Term, fits_nothing, parse
from ticketing.saying import Said


@pytest.mark.parametrize("text, wanted", [
    ("", EVERYTHING),
    ("printer burns", Filter(("printer", "burns"))),
    ('"paper jam" printer', Filter(("paper jam", "printer"))),
    ('"paper jam', Filter(("paper jam",))),  # a quote that never ends
    ('"" - ""', Filter(("-",))),
    ("status:open", Filter(terms=(Term("status", ("open",)),))),
    ("Status:Open,progress", Filter(terms=(Term("status", ("open", "in_progress")),))),
    ("-tag:later -old", Filter(without=("old",), terms=(Term("tag", ("later",), negated=True),))),
    ('org:"Nordvik, Barnehage"', Filter(terms=(Term("organisation", ("Nordvik, Barnehage",)),))),
    ("order:4711", Filter(terms=(Term("order", ("4711",)),))),
    ("assignee:none requester:Ola@Example.org",
     Filter(terms=(Term("assignee", ("none",)), Term("requester", ("ola@example.org",))))),
    ("is:overdue waiting:vendor", Filter(terms=(Term("is", ("overdue",)), Term("waiting", ("third_party",))))),
    ("https://example.org/x 12:30 ola@example.org", Filter(("https://example.org/x", "12:30", "ola@example.org"))),
    ("Note: the printer", Filter(("Note:", "the", "printer"))),
])  # fmt: skip
def test_what_is_asked_for(text: str, wanted: Filter) -> None:
    assert parse(text) == wanted


@pytest.mark.parametrize("text, fault", [
    ("status:opne", "status:opne is not known; say open, in_progress, completed, closed"),
    ("priority:high,hihg", "priority:hihg is not known; say low, medium, high, urgent"),
    ("is:late", "is:late is not known; say overdue"),
    ("status: open", "status: say what it should be, as in status:VALUE"),
    ("tag:,", "tag: say what it should be, as in tag:VALUE"),
    ("a " * 21, "That is too much at once: at most 20 words and properties"),
])  # fmt: skip
def test_what_is_wrong_with_it(text: str, fault: str) -> None:
    said = parse(text)
    assert isinstance(said, Said) and said == fault


@pytest.mark.parametrize("text, fault", [
    ("statu:open", "there is no property or field statu; did you mean status?"),
    ("ordre_number:4711", "there is no property or field ordre_number; did you mean order_number?"),
    ("toner -colour:red", "there is no property or field colour (there is: status, priority,"),
    ("(((", "“(((” holds no letter and no figure, so it stands nowhere"),
    ("toner order_number:4711 -(((", None),
])  # fmt: skip
def test_what_no_ticket_can_fit(text: str, fault: str | None) -> None:
    wanted = parse(text)
    assert isinstance(wanted, Filter)
    said = fits_nothing(wanted, {"order_number"})
    assert said is None if fault is None else said is not None and said.startswith(fault)


def test_me_is_who_asks() -> None:
    wanted = parse("assignee:me tag:me")
    assert isinstance(wanted, Filter)
    assert wanted.asked_by("kari").terms == (Term("assignee", ("kari",)), Term("tag", ("me",)))


def test_more_is_asked_for() -> None:
    assert Filter(("x",)).narrowed(queue="support", status=("open", "closed"), organisation=None, type=()) == Filter(
        ("x",), terms=(Term("queue", ("support",)), Term("status", ("open", "closed")))
    )
