"""The case number: what is made is found again, and what merely looks like one is not."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticketing.case_number import (
    MAX_OF_A_DAY,
    CaseNumber,
    Found,
    day_of,
    find,
    find_in_subject,
    make,
    parse,
    tag,
    without_tags,
)

N = CaseNumber("261121001")
DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))
# Every length alike: hypothesis would rarely leave the three-digit ones.
COUNTS = st.integers(0, 5).flatmap(lambda k: st.integers(max(1, 10**k), 10 ** (k + 1) - 1))


@pytest.mark.parametrize(
    "day, n, number",
    [
        (date(2026, 11, 21), 1, "261121001"),
        (date(2026, 11, 21), 999, "261121999"),
        (date(2026, 11, 21), 1000, "2611211000"),
        (date(2026, 1, 2), 12345, "26010212345"),
        (date(2028, 2, 29), 999_999, "280229999999"),
        (date(2005, 3, 4), 7, "050304007"),
    ],
)
def test_made(day: date, n: int, number: str) -> None:
    assert make(day, n) == number
    assert parse(number) == number
    assert day_of(make(day, n)) == day


@pytest.mark.parametrize("day, n", [(date(2026, 1, 1), 0), (date(2026, 1, 1), MAX_OF_A_DAY + 1), (date(1999, 1, 1), 1)])
def test_not_made(day: date, n: int) -> None:
    with pytest.raises(ValueError, match="no case number"):
        make(day, n)


@pytest.mark.parametrize(
    "text",
    [
        "", "2", "26112100", "261121000", "2611210999", "261321001", "260229001", "261131001", "261100001",
        "2611211000000", " 261121001", "261121001\n", "２６１１２１００１", "٢٦١١٢١٠٠١", "+61121001", "#261121001",
    ],
)  # fmt: skip
def test_no_number(text: str) -> None:
    assert parse(text) is None
    with pytest.raises(ValueError, match="not a case number"):
        CaseNumber(text)


SUBJECTS = [
    # own tags
    ("Re: [#261121001] printer", [("261121001", "tag")]),
    ("[#2611211000] busy day", [("2611211000", "tag")]),
    ("[AB #261121001] printer", [("261121001", "tag")]),
    ("SV: [ab #261121001] printer", [("261121001", "tag")]),
    ("[Ab#261121001]", [("261121001", "tag")]),
    ("Re:[#261121001]printer", [("261121001", "tag")]),
    ("[ #261121001 ]", [("261121001", "tag")]),
    ("［＃２６１１２１００１］ full width", [("261121001", "tag")]),
    ("[EXTERN] Re: [#261121001] x", [("261121001", "tag")]),
    ("[#261121001] and [#261121002]", [("261121001", "tag"), ("261121002", "tag")]),
    ("[#261121001] sak 261121001", [("261121001", "tag")]),
    ("261121001 again [#261121001]", [("261121001", "tag")]),  # the strongest form counts
    # somebody else's
    ("[RT #261121001] theirs", []),
    ("[XY #261121001] theirs", []),
    ("[example.com #261121001] theirs", []),
    ("[ABC #261121001] not AB", []),
    # worded
    ("saksnr 261121001", [("261121001", "worded")]),
    ("Saksnr. 261121001", [("261121001", "worded")]),
    ("Ad saksnummer: 261121001", [("261121001", "worded")]),
    ("sak 261121001 - printer", [("261121001", "worded")]),
    ("Sak nr. 261121001", [("261121001", "worded")]),
    ("CASE #261121001", [("261121001", "worded")]),
    ("case number 261121001", [("261121001", "worded")]),
    ("Ticket no. 2611211000", [("2611211000", "worded")]),
    ("ticket:261121001", [("261121001", "worded")]),
    ("tapaus 261121001", [("261121001", "worded")]),
    ("Asia: 261121001", [("261121001", "worded")]),
    ("ärende 261121001", [("261121001", "worded")]),
    ("a\u0308rende 261121001", [("261121001", "worded")]),  # decomposed, as a Mac may send it
    ("Ärendenr. 261121001", [("261121001", "worded")]),
    ("sagsnr. 261121001", [("261121001", "worded")]),
    ("Vorgang Nr. 261121001", [("261121001", "worded")]),
    ("Case № 261121001", [("261121001", "worded")]),
    ("[Ticket #261121001]", [("261121001", "worded")]),
    ("sak (261121001)", [("261121001", "worded")]),
    # with a hash
    ("#261121001", [("261121001", "hash")]),
    ("about (#261121001).", [("261121001", "hash")]),
    ("Re: #261121001: printer", [("261121001", "hash")]),
    ("https://x.example/#261121001", []),
    ("&#261121001;", []),
    ("##261121001", []),
    # bare
    ("261121001", [("261121001", "bare")]),
    ("Re: 261121001.", [("261121001", "bare")]),
    ("printer (261121001)", [("261121001", "bare")]),
    ("[261121001] printer", [("261121001", "bare")]),
    ("261121001, 261121002", [("261121001", "bare"), ("261121002", "bare")]),
    ("261121001 261121002", [("261121001", "bare"), ("261121002", "bare")]),
    ("disaster 261121001", [("261121001", "bare")]),  # `sak` and `case` count as words only
    ("bookcase 261121001", [("261121001", "bare")]),
    # no number of ours
    ("[#269921001] bad month", []),
    ("[#260230001] bad day", []),
    ("[#261121000] none is zero", []),
    ("[#2611210123] not a longer form", []),
    ("26112100", []),
    ("2611210010001", []),  # 13 digits
    ("+261121001", []),
    ("+47 261121001", []),
    ("0047 261121001", []),
    ("(0) 261121001", []),
    ("tlf 261121001", []),
    ("Tel.: 261121001", []),
    ("ring 261121001", []),
    ("22 261121001", []),
    ("261121001.50", []),
    ("261121001,50 kr", []),
    ("3.261121001", []),
    ("1,261121001", []),
    ("12:261121001", []),
    ("261121001:30", []),
    ("261121001-2", []),
    ("INV-261121001", []),
    ("INV_261121001", []),
    ("X261121001", []),
    ("261121001X", []),
    ("<261121001@example.com>", []),
    ("http://x.example/261121001", []),
    ("case ٢٦١١٢١٠٠١", []),  # Arabic-Indic digits are digits, but not ours
    ("٣261121001", []),
    ("", []),
]


@pytest.mark.parametrize("subject, found", SUBJECTS)
def test_found_in_a_subject(subject: str, found: list[tuple[str, str]]) -> None:
    assert [(f.number, f.form) for f in find_in_subject(subject, {"AB", "Shop"})] == found


@pytest.mark.parametrize("subject, found", SUBJECTS)
def test_find_agrees(subject: str, found: list[tuple[str, str]]) -> None:
    assert find(subject, ["ab"]) == [number for number, _ in found]


def test_unknown_tag_words_may_be_ours() -> None:
    assert find("[AB #261121001] and [XY #261121002]") == ["261121001", "261121002"]
    assert find("[AB #261121001]", ()) == []


@pytest.mark.parametrize(
    "subject, left",
    [
        ("[#261121001] printer", "printer"),
        ("Re: [AB #261121001] printer", "Re: printer"),
        ("printer [#261121001]", "printer"),
        ("[XY #261121001] printer", "[XY #261121001] printer"),
        ("[#269921001] printer", "[#269921001] printer"),
        ("sak 261121001", "sak 261121001"),
    ],
)
def test_without_tags(subject: str, left: str) -> None:
    assert without_tags(subject, ["AB"]) == left


@given(DAYS, COUNTS, st.sampled_from(["", "AB", "Shop"]))
def test_every_number_made_is_found(day: date, n: int, word: str) -> None:
    number = make(day, n)
    assert (day_of(number), int(number[6:])) == (day, n)
    assert find_in_subject(f"SV: {tag(number, word)} printer", ["ab", "SHOP"]) == [Found(number, "tag")]
    assert find_in_subject(f"saksnr. {number}", ()) == [Found(number, "worded")]
    assert find_in_subject(f"#{number}", ()) == [Found(number, "hash")]
    assert find_in_subject(f"om {number}!", ()) == [Found(number, "bare")]
    assert find(f"{tag(number, word)} {number}") == [number]
    assert without_tags(f"{tag(number, word)} printer", [word]) == "printer"


@given(DAYS, COUNTS, st.text("0123456789", min_size=1, max_size=6))
def test_no_number_inside_a_longer_run(day: date, n: int, digits: str) -> None:
    number = make(day, n)
    for run in (number + digits, digits + number):
        assert all(found == run for found in find(f"sak {run}"))


@given(st.text())
def test_whatever_is_found_could_have_been_made(text: str) -> None:
    for number in find(text):
        assert make(day_of(CaseNumber(number)), int(number[6:])) == number


@pytest.mark.parametrize(
    "unit", ["261121001 ", "[AB #", "sak ", "#", "[", "\u0301\u0316", "1", "(0) ", "+47 26112100", "case no. # "]
)
def test_hostile_subjects_take_linear_time(unit: str) -> None:
    # A million characters within the test's time limit; quadratic work would take hours.
    find((unit * (1_000_000 // len(unit)))[:1_000_000])
    without_tags((unit * (1_000_000 // len(unit)))[:1_000_000])


def test_a_thousand_days_in_a_row() -> None:
    numbers = [make(date(2026, 1, 1) + timedelta(days=k), k + 1) for k in range(1000)]
    assert find(" ".join(f"[#{number}]" for number in numbers)) == numbers
