"""Whatever right way a mail is written, reading gives back what its author meant, and names no defect."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from datetime import datetime, timedelta, timezone

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mail_writer import File, Letter, Person, Writer, by_the_standard_library

from mailgate.inbound.addresses import read_addresses
from mailgate.inbound.parse import parse
from mailgate.mail import Address, InboundMail

WORDS = [
    "printer", "invoice", "40012", "Re:", "[#261121001]", "a", "I'm", "ok...", "100%", "(yes)", "<no>", "x@y", "#1",
    "50=50", "\"so\"", "back\\slash", "a;b", "a,b", "=?x?=", "&", "blåbærsyltetøy", "Grüße", "naïve", "señor", "Łódź",
    "žluťoučký", "İstanbul", "ğüş", "őű", "îșț", "Þórr", "привет", "Київ", "Ґанок", "Γειά", "שלום", "مرحبا", "プリンタ",
    "日本語", "印刷機", "打印机", "印表機", "프린터", "สวัสดี", "€20", "„so“", "–", "it’s", "😀", "👩‍💻",
]  # fmt: skip

words = st.lists(st.sampled_from(WORDS), min_size=1, max_size=12).map(" ".join)
subjects = words | st.lists(st.sampled_from(WORDS), min_size=1, max_size=5).map("  ".join)
pages = st.lists(words | st.just(""), min_size=1, max_size=5).map("\n".join).filter(lambda text: text.strip())
lines = st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join) | st.sampled_from(
    ["", "", "-- ", "> quoted", ">> twice", " indented", "From here", ".", "--", "--x", "\ta tab"]
)
texts = st.lists(lines, min_size=1, max_size=12).map("\n".join).filter(lambda text: text.strip())
names = st.lists(st.sampled_from([word for word in WORDS if not set(word) & set('@<>"')]), max_size=3).map(" ".join)
hosts = st.sampled_from(["example.org", "mail.example.co.uk", "a-b.example", "xn--bcher-kva.example"])
local_parts = st.from_regex(r"[a-z0-9_+=-]{1,8}(?:\.[a-z0-9_'-]{1,8}){0,2}", fullmatch=True)
people = st.builds(
    Person, names.filter(lambda name: name.strip("'") == name), st.builds("{}@{}".format, local_parts, hosts)
)
file_names = st.builds(
    lambda some, end: " ".join(some) + end,
    st.lists(st.sampled_from([word for word in WORDS if word != "I'm"]), min_size=1, max_size=4),
    st.sampled_from([".pdf", ".tar.gz", "", ".XLSX"]),
)
TYPES = [
    "application/pdf",
    "application/octet-stream",
    "image/png",
    "text/csv",
    "application/vnd.ms-excel",
    "audio/mpeg",
]
data = st.binary(max_size=200) | st.binary(min_size=1, max_size=3).map(lambda some: some * 97)
files = st.builds(File, st.none() | file_names, st.sampled_from(TYPES), data)
pictures = st.builds(File, file_names, st.sampled_from(["image/png", "image/gif"]), data, st.just("p1@example.org"))


ids = st.builds("<{}@{}>".format, st.from_regex(r"[A-Za-z0-9.$+_=-]{1,30}", fullmatch=True), hosts)
ids = ids.filter(lambda one: any(map(str.isalnum, one.partition("@")[0])))
zones = st.integers(-12 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
dates = st.datetimes(datetime(1990, 1, 1), datetime(2069, 1, 1), timezones=zones).map(
    lambda at: at.replace(microsecond=0)
)


@st.composite
def letters(draw: st.DrawFn, depth: int = 0) -> Letter:
    forms = draw(st.sampled_from(["text", "text", "html", "both", "both"]))
    html = None if forms == "text" else draw(pages)
    shown = (draw(pictures),) if html and draw(st.integers(0, 3)) == 0 else ()
    attached = draw(letters(depth + 1)) if depth < 2 and draw(st.integers(0, 4)) == 0 else None
    flowed = draw(st.integers(0, 3)) == 0
    text = None if forms == "html" else draw(texts)
    if text and flowed:  # blanks at the end would flow; a quote mark of the author's own is no quote
        text = "\n".join(line.rstrip() if line != "-- " else line for line in text.split("\n"))
    return Letter(
        subject=draw(subjects),
        author=draw(people),
        to=tuple(draw(st.lists(people, max_size=3))),
        cc=tuple(draw(st.lists(people, max_size=2))),
        text=text,
        html=html,
        files=shown + tuple(draw(st.lists(files, max_size=3))),
        attached=attached,
        flowed=flowed,
        nested=draw(st.booleans()),
        signed=draw(st.integers(0, 9)) == 0,
        sent_at=draw(dates),
        message_id=draw(ids),
        references=tuple(draw(st.lists(ids, max_size=4, unique=True))),
        more=draw(words) if draw(st.integers(0, 9)) == 0 else "",
    )


@settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(letters(), st.integers(0, 2**32))
def test_what_was_written_is_read(letter: Letter, seed: int) -> None:
    check(Writer(random.Random(seed)).write(letter), letter)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(letters(), st.integers(0, 2**32))
def test_what_was_written_carelessly_is_read(letter: Letter, seed: int) -> None:
    check(Writer(random.Random(seed), careless=True).write(letter), letter, sound=False)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(letters(), st.integers(0, 2**32))
def test_what_the_standard_library_writes_is_read(letter: Letter, seed: int) -> None:
    """Subjects and names are simpler here: Python 3.11 loses blanks between encoded words where it folds."""
    letter = plainer(letter)
    check(by_the_standard_library(letter, random.Random(seed)), letter)


def plainer(letter: Letter) -> Letter:
    def one_word(one: Person) -> Person:
        return replace(one, name=one.name.replace(" ", ""))

    return replace(
        letter,
        author=one_word(letter.author),
        to=tuple(map(one_word, letter.to)),
        cc=tuple(map(one_word, letter.cc)),
        subject="".join(word for word in letter.subject.split() if word.isascii())[:60],
        flowed=False,
        signed=False,
        more="",
        files=tuple(one for one in letter.files if not one.content_id),
        attached=plainer(letter.attached) if letter.attached else None,
    )


def check(written: bytes, letter: Letter, *, sound: bool = True) -> None:
    mail = parse(written)
    assert mail.subject == letter.subject
    assert mail.author == address(letter.author)
    assert mail.to == tuple(map(address, letter.to))
    assert mail.cc == tuple(map(address, letter.cc))
    assert (mail.sent_at, mail.message_id, mail.references) == (letter.sent_at, letter.message_id, letter.references)
    assert mail.text == expected_text(letter)
    assert kept(mail) == expected_files(letter)
    if letter.attached:
        assert embedded(mail) == (
            letter.attached.subject,
            address(letter.attached.author),
            expected_text(letter.attached),
        )
    assert mail.defects == () or not sound


def address(one: Person) -> Address:
    return Address(one.name, one.address)


def expected_text(letter: Letter) -> str:
    words = re.sub("\n{3,}", "\n\n", letter.html or "") if letter.text is None else letter.text  # HTML keeps one gap
    return words.strip("\n") + (f"\n{letter.more}" if letter.more else "")


def expected_files(letter: Letter) -> list[tuple[str | None, str, bytes]]:
    """The files in the order they are written: pictures stand with the HTML that shows them."""
    stated = sorted(letter.files, key=lambda one: not one.content_id)
    return [(one.name, one.content_type, one.data) for one in stated]


def kept(mail: InboundMail) -> list[tuple[str | None, str, bytes]]:
    ours = ("message/rfc822", "application/pgp-signature")
    return [(one.filename, one.content_type, one.data) for one in mail.attachments if one.content_type not in ours]


def embedded(mail: InboundMail) -> tuple[str, Address | None, str]:
    (one,) = mail.embedded
    return one.subject, one.author, one.text


# -- what the letters found --


def test_a_semicolon_in_a_comment_parts_nothing() -> None:
    assert read_addresses([b"a@example.org (Ola; Oslo), b@example.org"]).found == (
        Address("Ola; Oslo", "a@example.org"),
        Address("", "b@example.org"),
    )


def test_an_encoded_comma_between_addresses_parts_them() -> None:
    """Python's standard library folds so; in a name it stays a comma."""
    between = b"=?utf-8?b?w4VzZQ==?= <a@example.org> =?utf-8?q?=2C?= =?utf-8?q?=C3=98?= <b@example.org>"
    bare = b"c@example.org =?utf-8?q?=2C?= =?utf-8?q?=C3=98?= <d@example.org>"
    assert [one.address for one in read_addresses([bare]).found] == ["c@example.org", "d@example.org"]
    within = b"=?utf-8?q?=C3=98st?= =?utf-8?q?=2C?= Ola <c@example.org>"
    assert read_addresses([between]).found == (Address("Åse", "a@example.org"), Address("Ø", "b@example.org"))
    assert read_addresses([within]).found[0].address == "c@example.org"
