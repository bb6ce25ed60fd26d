"""Signed addresses and ids: what we made verifies, and nothing else does (RULES 3)."""

from __future__ import annotations

import string
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailgate.mail import valid_address
from mailgate.tokens import (
    KEY_LIFE,
    LONGEST_LOCAL_PART,
    PURPOSES,
    BadToken,
    Key,
    KeyFault,
    Signer,
    Token,
    new_row,
    read_keys,
)

BOX = "support@example.com"
CASE = "261121001"
ROW = "abcdefgh"
OLD = Key("a", date(2025, 1, 1), b"a" * 32)
NEW = Key("b", date(2026, 1, 1), b"b" * 32)
SIGNER = Signer([OLD, NEW], "one")

rows = st.text("abcdefghijklmnopqrstuvwxyz234567", min_size=8, max_size=8)
cases = st.one_of(st.none(), st.from_regex(r"[0-9]{9,12}", fullmatch=True))
purposes = st.sampled_from(PURPOSES)


def local_part(address: str) -> str:
    return address.rpartition("@")[0]


@given(purposes, cases, rows)
def test_address_round_trip(purpose: str, case: str | None, row: str) -> None:
    address = SIGNER.address(purpose, BOX, case, row)
    expected = Token(purpose, case or "0", row)
    assert valid_address(address) == address
    # Mail systems change the case of local parts, and an alias may stand where the mailbox stood.
    for seen in (address, address.upper(), address.title(), address.replace("support+", "help+")):
        assert SIGNER.read_address(seen, BOX) == expected


@given(cases, rows)
def test_message_id_round_trip(case: str | None, row: str) -> None:
    message_id = SIGNER.message_id("example.com", case, row)
    expected = Token("id", case or "0", row)
    for seen in (message_id, message_id.upper(), message_id.replace("example.com", "rewritten.example.net")):
        assert SIGNER.read_message_id(seen) == expected
    assert SIGNER.find_body_ids(SIGNER.body_id(case, row)) == [expected]
    assert SIGNER.read_loop_header(f" {SIGNER.loop_header(case, row)}\r\n")


@given(st.data(), purposes, rows)
def test_one_other_character_does_not_verify(data: st.DataObject, purpose: str, row: str) -> None:
    address = SIGNER.address(purpose, BOX, CASE, row)
    start = len("support+")
    at = data.draw(st.integers(start, len(local_part(address)) - 1))
    other = data.draw(
        st.sampled_from([sign for sign in string.ascii_lowercase + string.digits + ".-" if sign != address[at]])
    )
    assert not isinstance(SIGNER.read_address(address[:at] + other + address[at + 1 :], BOX), Token)


@given(st.data(), rows)
def test_one_other_character_in_an_id_does_not_verify(data: st.DataObject, row: str) -> None:
    body_id = SIGNER.body_id(CASE, row)
    loop = SIGNER.loop_header(CASE, row)
    at = data.draw(st.integers(0, len(body_id) - 1))
    other = data.draw(
        st.sampled_from([sign for sign in string.ascii_lowercase + string.digits + ".-" if sign != body_id[at]])
    )
    changed = body_id[:at] + other + body_id[at + 1 :]
    assert SIGNER.read_message_id(f"<{changed}@example.com>") is None
    assert SIGNER.find_body_ids(changed) == []
    if loop[at] != other:
        assert not SIGNER.read_loop_header(loop[:at] + other + loop[at + 1 :])


@given(st.text(max_size=120))
def test_any_text_is_read_without_raising(text: str) -> None:
    assert not isinstance(SIGNER.read_address(text, BOX), Token)
    assert SIGNER.read_message_id(text) is None
    assert not SIGNER.read_loop_header(text)
    assert SIGNER.find_body_ids(text) == []


def mac_of(address: str) -> str:
    return local_part(address).rpartition(".")[2]


@pytest.mark.parametrize(
    "address, mailbox",
    [
        (SIGNER.address("r", BOX, CASE, ROW).replace("+r.", "+p."), BOX),
        (SIGNER.address("r", BOX, CASE, ROW), "billing@example.com"),
        (SIGNER.address("r", BOX, CASE, ROW).replace(CASE, "261121002"), BOX),
        (SIGNER.address("r", BOX, CASE, ROW).replace(ROW, "abcdefgi"), BOX),
        (Signer([OLD, NEW], "two").address("r", BOX, CASE, ROW), BOX),
        (Signer([Key("b", NEW.made_on, b"x" * 32)], "one").address("r", BOX, CASE, ROW), BOX),
        (Signer([Key("c", NEW.made_on, b"c" * 32)], "one").address("r", BOX, CASE, ROW), BOX),
        # The MAC of a Message-ID or a loop header opens no address.
        (f"support+r.{SIGNER.body_id(CASE, ROW)[1:]}@example.com", BOX),
        (f"support+r.{SIGNER.loop_header(CASE, ROW)[1:]}@example.com", BOX),
        (f"support+r.{CASE}.{ROW}.{mac_of(SIGNER.address('r', BOX, CASE, ROW))[:-1]}@example.com", BOX),
        (f"support+r.{CASE}.{ROW}.{mac_of(SIGNER.address('r', BOX, CASE, ROW))}a@example.com", BOX),
        (f"support+x.{CASE}.{ROW}.{mac_of(SIGNER.address('r', BOX, CASE, ROW))}@example.com", BOX),
        (f"support+r.{CASE}.{ROW}.short234@example.com", BOX),
    ],
)
def test_what_is_shaped_like_a_token_and_is_none(address: str, mailbox: str) -> None:
    assert isinstance(SIGNER.read_address(address, mailbox), BadToken)


@pytest.mark.parametrize(
    "address",
    [
        BOX,
        "support+sales@example.com",
        "support+@example.com",
        "support+r.261121001@example.com",
        "@",
        "",
        "+",
        "support+r...@x",
    ],
)
def test_what_is_no_token_at_all(address: str) -> None:
    assert SIGNER.read_address(address, BOX) is None


@pytest.mark.parametrize(
    "message_id",
    [
        SIGNER.body_id(CASE, ROW),
        f"<{SIGNER.body_id(CASE, ROW)}>",
        f"<{SIGNER.loop_header(CASE, ROW)}@example.com>",
        f"<x{SIGNER.message_id('example.com', CASE, ROW)[1:]}",
        SIGNER.message_id("example.com", CASE, ROW) + "x",
        SIGNER.message_id("exam ple.com", CASE, ROW),
        Signer([NEW], "two").message_id("example.com", CASE, ROW),
        "<[>", "<@>", "", "<>",
    ],
)  # fmt: skip
def test_what_is_no_id_of_ours(message_id: str) -> None:
    assert SIGNER.read_message_id(message_id) is None


def test_ids_are_no_loop_headers() -> None:
    assert not SIGNER.read_loop_header(SIGNER.body_id(CASE, ROW))
    assert SIGNER.find_body_ids(SIGNER.loop_header(CASE, ROW)) == []


def test_newest_key_signs_and_older_ones_verify() -> None:
    before = Signer([OLD], "one")
    assert SIGNER.read_address(before.address("r", BOX, CASE, ROW), BOX) == Token("r", CASE, ROW)
    assert SIGNER.read_message_id(before.message_id("example.com", CASE, ROW)) == Token("id", CASE, ROW)
    assert isinstance(before.read_address(SIGNER.address("r", BOX, CASE, ROW), BOX), BadToken)


@given(purposes, st.from_regex(r"[0-9]{9,10}", fullmatch=True))
def test_local_part_fits(purpose: str, case: str) -> None:
    box = "s" * LONGEST_LOCAL_PART + "@example.com"
    assert len(local_part(SIGNER.address(purpose, box, case, ROW))) <= 64


def test_longest_local_part_is_used_up() -> None:
    box = "s" * LONGEST_LOCAL_PART + "@example.com"
    assert len(local_part(SIGNER.address("r", box, "2611211000", ROW))) == 64


BODY_ID = SIGNER.body_id(CASE, ROW)
OTHER_ID = SIGNER.body_id("261121002", "bcdefghi")


@pytest.mark.parametrize(
    "text, found",
    [
        (f"Ref: {BODY_ID}", [CASE]),
        (f"Kari wrote:\n> > Thank you\n> > Ref: {BODY_ID}\n", [CASE]),
        (f"|Ref:{BODY_ID}.", [CASE]),
        (f"&lt;{BODY_ID.upper()}@example.com&gt;", [CASE]),
        (f"(ref: {BODY_ID})", [CASE]),
        (f"\u00a0{BODY_ID}\u00a0", [CASE]),
        (f"{BODY_ID}\n{OTHER_ID}\n{BODY_ID}", [CASE, "261121002"]),
        (f"x{BODY_ID}", []),
        (f"{BODY_ID}7", []),
        (BODY_ID[:-1], []),
        ("", []),
    ],
)
def test_ids_in_a_body(text: str, found: list[str]) -> None:
    assert [token.case for token in SIGNER.find_body_ids(text)] == found


def test_only_so_many_candidates_are_looked_at() -> None:
    forged = BODY_ID[:-1] + ("a" if BODY_ID[-1] != "a" else "b")
    assert SIGNER.find_body_ids(f"{forged} " * 20 + BODY_ID) == []
    assert SIGNER.find_body_ids(f"{forged} " * 19 + BODY_ID) == [Token("id", CASE, ROW)]


def test_rows_are_random_and_well_formed() -> None:
    made = {new_row() for _ in range(200)}
    assert len(made) == 200
    assert all(len(row) == 8 and set(row) <= set("abcdefghijklmnopqrstuvwxyz234567") for row in made)


# ---- the secret file ------------------------------------------------------------------------------------------------

SECRET = "0f" * 32


def test_key_ring_is_read_in_the_order_of_days() -> None:
    text = f"# keys\n\nb 2026-05-01 {SECRET}\n  a 2026-01-01 {'ab' * 40}  \n"
    keys = read_keys(text, date(2026, 11, 21))
    assert [(key.id, key.made_on, len(key.secret)) for key in keys] == [
        ("a", date(2026, 1, 1), 40),
        ("b", date(2026, 5, 1), 32),
    ]


def test_secrets_are_not_shown() -> None:
    assert SECRET not in repr(read_keys(f"a 2026-01-01 {SECRET}", date(2026, 11, 21)))
    assert "0f0f" not in repr(read_keys(f"a 2026-01-01 {SECRET}", date(2026, 11, 21)))


@pytest.mark.parametrize(
    "days_after_its_end, verifies", [(0, True), (KEY_LIFE.days - 1, True), (KEY_LIFE.days, False), (4000, False)]
)
def test_replaced_key_verifies_for_a_while(days_after_its_end: int, verifies: bool) -> None:
    text = f"a 2020-01-01 {SECRET}\nb 2021-01-01 {SECRET}"
    keys = read_keys(text, date(2021, 1, 1) + timedelta(days=days_after_its_end))
    assert [key.id for key in keys] == (["a", "b"] if verifies else ["b"])


def test_the_only_key_never_ends() -> None:
    assert [key.id for key in read_keys(f"a 2001-01-01 {SECRET}", date(2026, 11, 21))] == ["a"]


@pytest.mark.parametrize(
    "text, message",
    [
        ("", "no key"),
        ("# nothing\n\n", "no key"),
        (f"a 2026-01-01 {SECRET}\nb", "line 2: expected"),
        (f"a 2026-13-01 {SECRET}", "line 1: expected"),
        ("a 2026-01-01 xyz", "line 1: expected"),
        (f"a 2026-01-01 {SECRET} more", "line 1: expected"),
        (f"A 2026-01-01 {SECRET}", "line 1: the id"),
        (f"ab 2026-01-01 {SECRET}", "line 1: the id"),
        (f"7 2026-01-01 {SECRET}", "line 1: the id"),
        (f"a 2026-01-01 {SECRET[:-2]}", "line 1: the id is one letter a-z, the secret"),
        (f"a 2026-01-01 {SECRET}\n\na 2026-02-01 {SECRET}", "line 3: a second key with the id 'a'"),
    ],
)
def test_faults_of_the_key_ring(text: str, message: str) -> None:
    with pytest.raises(KeyFault, match=message) as caught:
        read_keys(text, date(2026, 11, 21))
    assert "0f0f" not in str(caught.value)
