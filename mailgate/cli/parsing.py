"""`mailgate parse`: what mails say, one JSON line each, for one mail or a hundred thousand."""

from __future__ import annotations

import itertools
import os
import re
import stat
import sys
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, NamedTuple

import typer

from mailgate.cli.base import app, say

if TYPE_CHECKING:
    from mailgate.readers import Readers

# What a reader is asked for at once: as intake does, a frame of its protocol.
BATCH_MAILS = 16
BATCH_OCTETS = 512_000
# An mbox parts its mails by these lines; "From " alone begins many an honest line (RFC 4155, appendix A).
_SEPARATOR = re.compile(rb"From \S+.* (?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z]{2} [ \d]?\d \d\d:\d\d")


class Mail(NamedTuple):
    """`name` as the JSON line has it: the file, `file#2` for the second mail of an mbox."""

    name: str
    data: bytes


@app.command()
def parse(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE…", help="Mails, mboxes, maildirs, folders of them, or - for standard input."),
    ],
    jobs: Annotated[
        int | None, typer.Option(min=1, max=64, metavar="N", help="Readers at once. Default: the cores, at most 4.")
    ] = None,
) -> None:
    """What mails say, one JSON line each, in order. Needs no configuration and no database."""
    unreadable: list[str] = []
    mails = found(files, unreadable)
    few = list(itertools.islice(mails, BATCH_MAILS))
    # One process is soon up and enough for a handful.
    number = jobs or (1 if len(few) < BATCH_MAILS else min(4, os.cpu_count() or 1))
    progress = _Progress()
    for lines in _read(itertools.chain(few, mails), number):
        for line in lines:
            say(line)
        progress.tell(len(lines))
    progress.end()
    for text in unreadable:
        print(f"mailgate: {text}", file=sys.stderr)  # noqa: T201
    if unreadable:
        raise typer.Exit(1)


# ---- where mails lie ------------------------------------------------------------------------------------------------


def found(paths: Iterable[Path], unreadable: list[str]) -> Iterator[Mail]:
    """Every mail, a file at a time and each once; what is not read is told in `unreadable`, and the others go on."""
    seen: set[str] = set()
    for path in paths:
        if str(path) == "-":
            yield Mail("-", sys.stdin.buffer.read())
            continue
        if str(path) == "/dev/stdin":  # whatever it is: a terminal, a pipe, a socket, which cannot be opened again
            yield from _mails_of(path, sys.stdin.buffer)
            continue
        for file in _named(path, seen, unreadable):
            try:
                with file.open("rb") as opened:
                    yield from _mails_of(file, opened)
            except OSError as error:
                unreadable.append(f"{file}: {error.strerror}")


def _named(path: Path, seen: set[str], unreadable: list[str]) -> Iterator[Path]:
    """What the command line names may be a link, and a pipe, too; a device may never end."""
    try:
        mode = path.stat().st_mode
    except OSError as error:
        unreadable.append(f"{path}: {error.strerror}")
        return
    if stat.S_ISFIFO(mode):
        yield path
    else:
        yield from _files(path, mode, os.path.realpath(path), seen, unreadable)


def _files(path: Path, mode: int, real: str, seen: set[str], unreadable: list[str]) -> Iterator[Path]:
    """The file itself; or all of a folder, deep, in order, but hidden ones and what a maildir has not finished. `mode`
    is that of what a link leads to, `real` where it is."""
    if stat.S_ISDIR(mode):
        yield from _inside(path, real, seen, unreadable)
    elif not stat.S_ISREG(mode):
        unreadable.append(f"{path}: passed over, neither a file nor a folder")
    elif real in seen:
        unreadable.append(f"{path}: passed over, the same file was read before")
    else:
        seen.add(real)
        yield path


def _inside(path: Path, real: str, seen: set[str], unreadable: list[str]) -> Iterator[Path]:
    try:
        inside = sorted(path.iterdir())
    except OSError as error:
        unreadable.append(f"{path}: {error.strerror}")
        return
    maildir = {"cur", "new"} <= {one.name for one in inside} and (path / "cur").is_dir() and (path / "new").is_dir()
    for one in inside:
        # The folders of a maildir are hidden ones.
        if one.name.startswith(".") and not maildir:
            continue
        try:
            linked = one.is_symlink()
            mode = one.stat().st_mode
        except OSError as error:
            if not one.name.startswith("."):
                unreadable.append(f"{one}: {error.strerror}")
            continue
        if maildir and (one.name == "tmp" or not stat.S_ISDIR(mode)):
            continue
        if linked and stat.S_ISDIR(mode):  # it may lead back to here
            unreadable.append(f"{one}: passed over, a link to a folder")
            continue
        yield from _files(one, mode, os.path.realpath(one) if linked else f"{real}/{one.name}", seen, unreadable)


def _mails_of(file: Path, opened: IO[bytes]) -> Iterator[Mail]:
    """One mail, or those of an mbox, which may be larger than memory. A pipe cannot be read twice."""
    first = opened.readline(1000)
    if not _SEPARATOR.match(first):
        yield Mail(str(file), first + opened.read())
        return
    pieces: list[bytes] = []
    number, blank = 1, True
    for line in itertools.chain((first,), opened):
        if blank and pieces and _SEPARATOR.match(line):
            yield Mail(f"{file}#{number}", b"".join(pieces))
            pieces, number = [], number + 1
        pieces.append(line)
        blank = not line.strip(b"\r\n")
    yield Mail(f"{file}#{number}" if number > 1 else str(file), b"".join(pieces))


# ---- readers at once ------------------------------------------------------------------------------------------------


def _read(mails: Iterable[Mail], jobs: int) -> Iterator[list[str]]:
    """JSON lines in the order of the mails, while others are being read; never more than a few batches in memory."""
    from concurrent.futures import Future, ThreadPoolExecutor
    from contextlib import ExitStack
    from queue import SimpleQueue

    from mailgate.readers import Readers

    free: SimpleQueue[Readers] = SimpleQueue()
    with ExitStack() as stack:
        for _ in range(jobs):
            free.put(stack.enter_context(Readers()))  # before any thread: each has a fork server of its own

        def work(batch: Sequence[Mail]) -> list[str]:
            readers = free.get()
            try:
                return _lines(readers, batch)
            finally:
                free.put(readers)

        pool = stack.enter_context(ThreadPoolExecutor(jobs))
        waiting: deque[Future[list[str]]] = deque()
        for batch in _batches(mails):
            waiting.append(pool.submit(work, batch))
            if len(waiting) > 2 * jobs:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _batches(mails: Iterable[Mail]) -> Iterator[list[Mail]]:
    batch: list[Mail] = []
    octets = 0
    for mail in mails:
        batch.append(mail)
        octets += len(mail.data)
        if len(batch) == BATCH_MAILS or octets > BATCH_OCTETS:
            yield batch
            batch, octets = [], 0
    if batch:
        yield batch


def _lines(readers: Readers, batch: Sequence[Mail]) -> list[str]:
    """Down the ladder for a mail that its reader did not survive (SAFETY): whole, headers only, as it is."""
    import json
    from dataclasses import replace

    from mailgate.inbound.classify import KnownToUs, classify, return_path
    from mailgate.inbound.parse import opaque, to_json
    from mailgate.readers import Level, ReaderFault
    from ticketing.rules.languages import language_meant

    lines = []
    for one, reading in zip(batch, readers.read([(one.data, Level.WHOLE) for one in batch]), strict=True):
        if isinstance(reading, ReaderFault):
            again = readers.read([(one.data, Level.HEADERS)])[0]
            mail = opaque(one.data) if isinstance(again, ReaderFault) else again
            mail = replace(mail, defects=(*mail.defects, f"unreadable: {reading.reason}"))
        else:
            mail = reading
        name = one.name.encode(errors="replace").decode()  # a file's name may be any bytes
        said = to_json(mail, name, classify(mail, KnownToUs(env_from=return_path(mail))))
        said["language"] = language_meant(mail.language, mail.new_text or mail.text)
        lines.append(json.dumps(said, ensure_ascii=False))
    return lines


class _Progress:
    """How far it is, on a terminal that does not show the lines themselves."""

    def __init__(self) -> None:
        self._shown = sys.stderr.isatty() and not sys.stdout.isatty()
        self._began = self._told = time.monotonic()
        self._count = 0

    def tell(self, more: int) -> None:
        self._count += more
        now = time.monotonic()
        if self._shown and now - self._told > 0.2:
            self._told = now
            print(f"\r{self._count} mails, {self._count / (now - self._began):.0f} a second", end="", file=sys.stderr)  # noqa: T201

    def end(self) -> None:
        if self._shown:
            print(f"\r{self._count} mails in {time.monotonic() - self._began:.1f} s\033[K", file=sys.stderr)  # noqa: T201
