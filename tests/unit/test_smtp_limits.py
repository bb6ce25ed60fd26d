"""The door without its sockets: where a mail ends, what a line of the envelope says, and how mails share a commit."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future
from datetime import UTC, datetime
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP
from hypothesis import given
from hypothesis import strategies as st

from mailgate.mail import Envelope, RawMail, Source
from mailgate.transport.smtp_grammar import (
    MAIL_PARAMETERS,
    Body,
    has_long_line,
    hops,
    is_sender,
    read_parameters,
    read_path,
)
from mailgate.workers.listen import Writer

# Where a mail ends


@pytest.mark.parametrize(
    "stream, mail, after",
    [
        (b".\r\n", b"", b""),
        (b"\r\n.\r\n", b"\r\n", b""),
        (b"a\r\n.\r\nQUIT\r\n", b"a\r\n", b"QUIT\r\n"),
        (b"a\r\n.\r\n.\r\n", b"a\r\n", b".\r\n"),
        (b"..\r\n.\r\n", b".\r\n", b""),
        (b"...\r\n..a\r\n.\r\n", b"..\r\n.a\r\n", b""),
        (b".a\r\n.\r\n", b"a\r\n", b""),
        (b"a\n.\n\n..\n\r\n.\r\n", b"a\n.\n\n..\n\r\n", b""),
        (b"a\r.\r\r\n.\r\n", b"a\r.\r\r\n", b""),
        (b"\r\r\n.\r\n", b"\r\r\n", b""),
        (b"\0\r\n.\0\r\n.\r\n", b"\0\r\n\0\r\n", b""),
    ],
)
@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 100])
def test_the_end_is_found_in_blocks_of_any_size(stream: bytes, mail: bytes, after: bytes, size: int) -> None:
    assert read(stream, [size] * len(stream), limit=1000) == (mail, after)


def read(stream: bytes, sizes: Sequence[int], limit: int) -> tuple[bytes, bytes] | None:
    """What the listener keeps of a stream that arrives in blocks of these sizes, and what is left for commands."""
    body = Body(limit)
    at = 0
    for size in sizes:
        after = body.feed(stream[at : at + size])
        at += size
        if after is not None:
            assert body.seen == at - len(after) or at > len(stream)
            return body.take(), after + stream[at:]
    return None


class Upstream(SMTP):
    """aiosmtpd's own loop over DATA, fed from memory: the second opinion."""

    line_length_limit = 100_000

    def __init__(self, stream: bytes) -> None:
        self.kept: Any = None
        super().__init__(self, hostname="x", loop=asyncio.get_running_loop())
        reader = asyncio.StreamReader(limit=self.line_length_limit)
        reader.feed_data(stream)
        self._reader = reader
        self.transport = asyncio.Transport()
        self.session = self._create_session()
        self.session.host_name = "x"
        self.envelope = self._create_envelope()
        self.envelope.rcpt_tos.append("a@b.example")

    async def push(self, status: Any) -> None:
        pass

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.kept = envelope.content
        return "250 Ok"


def read_by_upstream(stream: bytes) -> tuple[bytes, bytes]:
    async def run() -> tuple[bytes, bytes]:
        upstream = Upstream(stream)
        await asyncio.wait_for(upstream.smtp_DATA(""), 5)
        upstream._reader.feed_eof()
        return bytes(upstream.kept), await upstream._reader.read()

    return asyncio.run(run())


hostile = st.lists(st.sampled_from([b"\r\n", b"\r", b"\n", b".", b"..", b"\r\n.", b".\r\n", b"\0", b"a", b"\r\n.\n"]))


@given(hostile.map(b"".join), st.lists(st.integers(1, 9), min_size=1))
def test_it_reads_what_aiosmtpd_reads(stream: bytes, sizes: list[int]) -> None:
    whole = stream + b"\r\n.\r\n"
    blocks = [*sizes, *[7] * len(whole)]
    assert read(whole, blocks, limit=10_000) == read_by_upstream(whole)


@given(st.binary(max_size=300), st.lists(st.integers(1, 50)))
def test_what_an_honest_client_stuffs_comes_out_as_it_was(mail: bytes, sizes: list[int]) -> None:
    mail = mail + b"\r\n"
    stuffed = (b"\r\n" + mail).replace(b"\r\n.", b"\r\n..")[2:] + b".\r\n"
    assert read(stuffed + b"QUIT", [*sizes, *[50] * 40], limit=10_000) == (mail, b"QUIT")


@pytest.mark.parametrize(
    "mail, limit, dropped",
    [
        (b"x" * 98 + b"\r\n", 100, ""),
        (b"x" * 99 + b"\r\n", 100, "too big"),
        (b"..\r\n" * 33, 99, ""),
        (b"..\r\n" * 33, 98, "too big"),
    ],
)
@pytest.mark.parametrize("size", [1, 3, 1000])
def test_the_size_is_counted_without_stuffed_dots(mail: bytes, limit: int, dropped: str, size: int) -> None:
    body = Body(limit)
    stream = mail + b".\r\nRSET"
    after = None
    for at in range(0, len(stream), size):
        after = body.feed(stream[at : at + size]) if after is None else after + stream[at : at + size]
        assert body.held <= 2 * limit + 1010
    assert (body.dropped, after) == (dropped, b"RSET")


def test_a_dropped_mail_holds_nothing() -> None:
    body = Body(1000)
    for _ in range(1000):
        assert body.feed(b"\r\n.x" * 1000) is None
        assert body.held <= 4
    assert body.feed(b"\r\n.\r\nNOOP") == b"NOOP"


# Lines and hops


@pytest.mark.parametrize(
    "data, long",
    [
        (b"", False),
        (b"12345", False),
        (b"12345\r\n", False),
        (b"123456\r\n", True),
        (b"1\r\n12345\r\n12345\r\n", False),
        (b"1\r\n12345\r\n123456\r\n", True),
        (b"123456", True),
        (b"12345\n12345\n", False),
        (b"1\n" * 1000 + b"123456\n", True),
        (b"\n" * 1000, False),
    ],
)
def test_long_lines(data: bytes, long: bool) -> None:
    assert has_long_line(data, 5) is long


@given(st.lists(st.sampled_from([b"\r\n", b"a", b"aaaa", b"aaaaaaa"])).map(b"".join), st.integers(1, 20))
def test_long_lines_are_found_wherever_they_are(data: bytes, limit: int) -> None:
    assert has_long_line(data, limit) is (max(map(len, data.split(b"\r\n"))) > limit)


def test_hostile_lines_take_linear_time() -> None:
    hostile_data = (b"\n" + b"x" * 65_536) * 400
    started = time.process_time()
    assert not has_long_line(hostile_data, 65_536)
    assert time.process_time() - started < 1


@pytest.mark.parametrize(
    "data, count",
    [
        (b"", 0),
        (b"Received: a\r\nRECEIVED: b\r\n\r\nReceived: body\r\n", 2),
        (b"Received: a\nreceived: b\n\nReceived: body\n", 2),
        (b"X-Received: a\r\n Received: folded\r\nReceived-SPF: pass\r\n\r\n", 0),
        (b"\r\nReceived: body\r\n", 0),
        (b"Received: a", 1),
        (b"Subject: x\r\n" * 100_000 + b"Received: far down\r\n", 0),
    ],
)
def test_hops(data: bytes, count: int) -> None:
    assert hops(data) == count


# The envelope


@pytest.mark.parametrize(
    "argument, expected",
    [
        ("FROM:<a@b>", ("a@b", "")),
        ("from: <a@b> SIZE=1  BODY=7BIT", ("a@b", "SIZE=1  BODY=7BIT")),
        ("FROM:<>", ("", "")),
        ("FROM:<> SIZE=1", ("", "SIZE=1")),
        ("FROM:a@b", ("a@b", "")),
        ("FROM: a@b SIZE=1", ("a@b", "SIZE=1")),
        ('FROM:<"a>b"@c>', ('"a>b"@c', "")),
        ('FROM:<"a\\"b"@c>', ('"a\\"b"@c', "")),
        ("FROM:<a@b>SIZE=1", None),
        ("FROM:<a@b", None),
        ("FROM:<a<b>", None),
        ('FROM:<"a@b>', None),
        ("FROM:", None),
        ("FROM: ", None),
        ("FROM a@b", None),
        ("TO:<a@b>", None),
        ("", None),
    ],
)
def test_paths(argument: str, expected: tuple[str, str] | None) -> None:
    assert read_path("FROM:", argument) == expected


@pytest.mark.parametrize("unit", ['"', '"\\', '\\"', "<", '<"', '"a"', '""\\'])
def test_hostile_paths_take_linear_time(unit: str) -> None:
    started = time.process_time()
    read_path("FROM:", "FROM:<" + unit * 20_000)
    is_sender(unit * 20_000)
    assert time.process_time() - started < 1


@given(st.text())
def test_any_text_is_a_path_or_none(text: str) -> None:
    path = read_path("FROM:", "FROM:" + text)
    if path is not None:
        is_sender(path[0])
        read_parameters(path[1], MAIL_PARAMETERS)


@pytest.mark.parametrize(
    "text, expected",
    [
        ("", {}),
        ("SIZE=5", {"SIZE": "5"}),
        ("size=5 body=8bitmime SMTPUTF8", {"SIZE": "5", "BODY": "8bitmime", "SMTPUTF8": ""}),
        ("AUTH=<>", {"AUTH": "<>"}),
        ("SIZE=", None),
        ("SIZE=1e3", None),
        ("SIZE=٣", None),
        ("SMTPUTF8=yes", None),
        ("SMTPUTF8=", None),
        ("=5", None),
        ("HOLDFOR=5", None),
    ],
)
def test_parameters(text: str, expected: dict[str, str] | None) -> None:
    assert read_parameters(text, MAIL_PARAMETERS) == expected


# One commit for what waits


class Table:
    """What a database table does for the writer: all rows of a batch or none, each uid once."""

    def __init__(self) -> None:
        self.rows: list[str] = []
        self.batches: list[list[str]] = []
        self.bad: set[str] = set()
        self.away = False
        self.lose_answers = 0
        self.reached = threading.Event()
        self.gate = threading.Event()
        self.gate.set()

    def store(self, mails: Sequence[RawMail]) -> None:
        self.reached.set()
        self.gate.wait(20)
        uids = [mail.uid for mail in mails]
        self.batches.append(uids)
        if self.away or self.bad & set(uids) or set(uids) & set(self.rows):
            raise ValueError("a row that cannot be stored")
        self.rows.extend(uids)
        if self.lose_answers:
            self.lose_answers -= 1
            raise ConnectionError("the server went away during COMMIT")

    def lookup(self, uids: Sequence[str]) -> set[str]:
        if self.away:
            raise ConnectionError("no database")
        return set(uids) & set(self.rows)


def mail(uid: str, size: int = 10) -> RawMail:
    return RawMail(uid, b"x" * size, Envelope(None, ()), Source.SMTP, datetime(2026, 11, 21, tzinfo=UTC))


def batch_of(table: Table, writer: Writer, uids: Sequence[str]) -> dict[str, Future[None]]:
    """Submits a first mail, and the others while it is being stored, so that they wait together."""
    table.gate.clear()
    futures = {"first": writer.submit(mail("first"))}
    assert table.reached.wait(10)
    futures.update({uid: writer.submit(mail(uid)) for uid in uids})
    return futures


@pytest.fixture
def table() -> Table:
    return Table()


def test_what_waits_is_committed_together(table: Table) -> None:
    woken: list[int] = []
    writer = Writer(table.store, table.lookup, lambda: woken.append(len(table.rows)), batch=4)
    writer.start()
    futures = batch_of(table, writer, [f"m{n}" for n in range(6)])
    table.gate.set()
    assert writer.stop(10)
    assert all(future.result(0) is None for future in futures.values())
    assert table.batches == [["first"], ["m0", "m1", "m2", "m3"], ["m4", "m5"]]
    assert woken == [1, 5, 7]


def test_a_bad_row_does_not_fail_its_neighbours(table: Table) -> None:
    table.bad = {"m1"}
    writer = Writer(table.store, table.lookup, lambda: None)
    writer.start()
    futures = batch_of(table, writer, ["m0", "m1", "m2"])
    table.gate.set()
    assert writer.stop(10)
    assert table.rows == ["first", "m0", "m2"]
    assert isinstance(futures.pop("m1").exception(0), ValueError)
    assert all(future.result(0) is None for future in futures.values())


def test_a_commit_that_happened_though_it_failed_is_done_once(table: Table) -> None:
    table.lose_answers = 2
    writer = Writer(table.store, table.lookup, lambda: None)
    writer.start()
    futures = batch_of(table, writer, ["m0", "m1"])
    table.gate.set()
    assert writer.stop(10)
    assert all(future.result(0) is None for future in futures.values())
    assert table.rows == ["first", "m0", "m1"]
    assert len(table.batches) == 2


def test_a_database_away_fails_all_at_once_and_comes_back(table: Table) -> None:
    writer = Writer(table.store, table.lookup, lambda: None)
    writer.start()
    futures = batch_of(table, writer, ["m0", "m1", "m2"])
    table.away = True
    table.gate.set()
    assert all(future.exception(10) is not None for future in futures.values())
    assert len(table.batches) == 2
    table.away = False
    assert writer.submit(mail("later")).result(10) is None
    assert writer.stop(10)
    assert table.rows == ["later"]


def test_a_mail_taken_out_of_the_line_is_never_stored(table: Table) -> None:
    writer = Writer(table.store, table.lookup, lambda: None)
    writer.start()
    futures = batch_of(table, writer, ["m0", "m1"])
    assert futures["m0"].cancel()
    assert not futures["first"].cancel()
    table.gate.set()
    assert writer.stop(10)
    assert table.rows == ["first", "m1"]


def test_a_batch_ends_at_its_octets_too(table: Table) -> None:
    writer = Writer(table.store, table.lookup, lambda: None)
    table.gate.clear()
    big = [writer.submit(mail(f"m{n}", 9 * 2**20)) for n in range(5)]
    table.gate.set()
    writer.start()
    assert writer.stop(10)
    assert all(future.done() for future in big)
    assert table.batches == [["m0", "m1"], ["m2", "m3"], ["m4"]]


def test_a_fault_in_waking_costs_no_mail(table: Table) -> None:
    def woken() -> None:
        raise RuntimeError("intake is not there")

    writer = Writer(table.store, table.lookup, woken)
    writer.start()
    assert writer.submit(mail("a")).result(10) is None
    assert writer.submit(mail("b")).result(10) is None
    assert writer.stop(10)


def test_after_stop_nothing_is_taken(table: Table) -> None:
    writer = Writer(table.store, table.lookup, lambda: None)
    writer.start()
    assert writer.stop(10)
    assert isinstance(writer.submit(mail("late")).exception(0), RuntimeError)
    assert writer.stop(10)
    assert table.rows == []
