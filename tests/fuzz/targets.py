"""What the fuzzer feeds and what must hold whatever it feeds: one function a reader, and the seeds of each.

A target takes bytes and raises only where the reader broke a promise. Seeds come from the golden mails.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

from mailgate.inbound.classify import KnownToUs, classify, return_path
from mailgate.inbound.command_lines import read_commands
from mailgate.inbound.html import MAX_TEXT, render, sanitise
from mailgate.inbound.parse import parse, to_json
from mailgate.inbound.reply_text import fold, own_words
from mailgate.inbound.rtf import MAX_RTF, decompress, rtf_words
from mailgate.inbound.tnef import MAX_FILES, SIGNATURE, read_tnef
from mailgate.mail import Fold, InboundMail, Kind
from mailgate.transport.smtp_grammar import (
    MAIL_PARAMETERS,
    has_long_line,
    hops,
    is_sender,
    read_parameters,
    read_path,
    unbase64,
)

MAILS = Path(__file__).parents[1] / "mails"
RTF = b"{\\rtf1\\ansi\\ansicpg1252\\fromhtml1{\\*\\htmltag <p>}Bl\\'e5 \\u8364?{\\bin3 abc}\\par Ola\\tab x}"


def parse_mail(data: bytes) -> None:
    mail = parse(data)
    check_mail(mail)
    parse(data, headers_only=True)


def check_mail(mail: InboundMail) -> None:
    said = to_json(mail, "x", classify(mail, KnownToUs()))
    json.dumps(said, ensure_ascii=False).encode()  # a lone surrogate would raise
    assert len(mail.text) <= MAX_TEXT and len(mail.attachments) <= 2 * MAX_FILES
    check_folds(mail.text, mail.new_text, mail.folds)
    assert not set(mail.subject) & set("\r\n\0")
    assert mail.author is None or mail.author.address.count("@") == 1


def check_folds(text: str, new: str, folds: tuple[Fold, ...]) -> None:
    """In order, apart, inside; what they leave is the new words; where they left nothing there are none."""
    assert all(0 <= one.start < one.end <= len(text) for one in folds)
    assert all(one.end <= other.start for one, other in pairwise(folds))
    left, at = [], 0
    for one in folds:
        left.append(text[at : one.start])
        at = one.end
    assert squeezed(new) == squeezed("".join([*left, text[at:]]))
    assert squeezed(new) or not squeezed(text)


def squeezed(text: str) -> str:
    return "".join(text.split())


def fold_reply(data: bytes) -> None:
    subject, _, text = read(data).partition("\n")
    new, folds = fold(text, subject=subject)
    check_folds(text, new, folds)


def read(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def judge(data: bytes) -> None:
    """The first line says what is known; a mail follows."""
    first, _, rest = data.partition(b"\n")
    mail = parse(rest)
    found = classify(mail, KnownToUs(env_from="<>" if b"<>" in first else return_path(mail)))
    assert found.kind in Kind and found.rule
    if mail.bounce is not None:
        assert all(one.address is not None and one.action for one in mail.bounce.failed)
        json.dumps([mail.bounce.reason, mail.bounce.returned_text], ensure_ascii=False).encode()


def unpack(data: bytes) -> None:
    container = read_tnef(SIGNATURE + data.removeprefix(SIGNATURE))
    assert container is not None and len(container.files) <= MAX_FILES


def rich_text(data: bytes) -> None:
    whole = decompress(data)
    assert len(whole) <= MAX_RTF
    for rtf in (data, whole):
        rtf_words(rtf, "cp1252")


def hypertext(data: bytes) -> None:
    html = read(data)
    text, folds = render(html)
    assert len(text) <= MAX_TEXT
    assert all(0 <= one.start <= one.end <= len(text) for one in folds)
    assert "<script" not in sanitise(html).lower()


def smtp(data: bytes) -> None:
    line = read(data)
    for keyword in ("FROM:", "TO:"):
        path = read_path(keyword, line)
        if path is not None:
            is_sender(path[0])
            read_parameters(path[1], MAIL_PARAMETERS)
    unbase64(line)
    assert hops(data) <= data.count(b"\n") + 1
    assert not has_long_line(data, 100) or max(map(len, data.split(b"\n"))) > 100


def agent(data: bytes) -> None:
    """An agent's answer, and behind a NUL what the requester had written."""
    text, _, theirs = read(data).partition("\0")
    own = own_words(text, theirs)
    assert len(own.text) <= len(text) + 1
    for role in ("agent", "requester"):
        commands = read_commands(own.text, for_whom=role)  # type: ignore[arg-type]
        assert len(commands.commands) <= 10
        assert role == "agent" or not commands.errors


TARGETS: dict[str, Callable[[bytes], None]] = {
    "parse": parse_mail,
    "fold": fold_reply,
    "classify": judge,
    "tnef": unpack,
    "rtf": rich_text,
    "html": hypertext,
    "smtp": smtp,
    "agent": agent,
}


def seeds(name: str) -> Iterator[bytes]:
    replies = [file.read_bytes() for file in sorted((MAILS / "reply").glob("*.txt"))]
    mails = sorted(MAILS.rglob("*.eml"))
    match name:
        case "parse":
            yield from (file.read_bytes() for file in mails)
        case "classify":
            yield from (b"\n" + file.read_bytes() for file in mails)
        case "fold":
            yield from (b"Re: Printer\n" + reply for reply in replies)
        case "agent":
            yield from (b"!claim\n!priority high\n\n" + reply + b"\0Please restart it." for reply in replies)
        case "html":
            yield from (parse(file.read_bytes()).html.encode() for file in mails)
        case "tnef":
            attached = [one.data for file in mails for one in parse(file.read_bytes()).attachments]
            yield from (data for data in attached if data.startswith(SIGNATURE))
        case "rtf":
            yield RTF
            yield len(RTF).to_bytes(4, "little") * 2 + b"MELA" + b"\0" * 4 + RTF
            yield len(RTF).to_bytes(4, "little") * 2 + b"LZFu" + b"\0" * 4 + b"\0" + RTF[:8] + b"\1\x02\x03" + RTF[8:]
        case "smtp":
            yield b"FROM:<ola@example.org> SIZE=1000 BODY=8BITMIME SMTPUTF8"
            yield b'TO:<"a b"@[127.0.0.1]>'
            yield b"Received: a\r\n b\r\nReceived: c\r\n\r\n" + b"x" * 120
