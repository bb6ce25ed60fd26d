"""Every reader takes time in proportion to its input, whatever the input: n, 2n and 4n are measured (tests/linear.py).

The patterns are found in the modules themselves, and each is run as its module runs it, over texts made of the pattern.
"""

from __future__ import annotations

import ast
import email
import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import pytest
from linear import MOST, growth, hostile_texts, seconds, times

import mailgate.inbound
import mailgate.transport.smtp_grammar as smtp
import ticketing.rules
from mailgate.inbound import absence, headers, html, invitations, reply_text, rtf, tnef
from mailgate.inbound.authentication import read_results
from mailgate.inbound.bounces.reading import read_bounce
from mailgate.inbound.charsets import decode
from mailgate.inbound.classify import KnownToUs, classify
from mailgate.inbound.command_lines import read_commands
from mailgate.inbound.contact_block import without_contact_block
from mailgate.inbound.parse import opaque, parse
from ticketing import case_number, days
from ticketing.rules import languages, phrases, routing

# -- the patterns -----------------------------------------------------------------------------------------------------


def modules() -> Iterator[ModuleType]:
    yield from (case_number, days, smtp)
    for package in (mailgate.inbound, ticketing.rules):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            yield importlib.import_module(found.name)


def patterns() -> dict[str, tuple[re.Pattern[Any], set[str]]]:
    """Name of module and pattern -> the pattern and the ways its module asks it."""
    found: dict[str, tuple[re.Pattern[Any], set[str]]] = {}
    for module in modules():
        asked = ways(module)
        for name, value in vars(module).items():
            for number, one in enumerate(within(value)):
                short = module.__name__.rpartition(".")[2]
                found[f"{short}.{name}" + f"[{number}]" * (one is not value)] = one, asked.get(name, {"match"})
    return found


def within(value: object) -> Iterator[re.Pattern[Any]]:
    """The patterns in it, however deep they lie in tuples, lists and dicts."""
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from within(one)
    elif isinstance(value, (tuple, list)):
        for one in value:
            yield from within(one)


def ways(module: ModuleType) -> dict[str, set[str]]:
    """`_NAME.search(…)` anywhere in the module: {"_NAME": {"search"}}."""
    found: dict[str, set[str]] = {}
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            found.setdefault(node.value.id, set()).add(node.attr)
    known = {"match", "search", "fullmatch", "sub", "split", "findall", "finditer"}
    return {name: used & known for name, used in found.items() if used & known}


PATTERNS = patterns()

# Asked only about texts that something else bounds; what bounds them.
BOUNDED: dict[str, str] = {}


def test_the_patterns_are_found() -> None:
    assert len(PATTERNS) > 150
    assert {"prose.LISTED[0]", "languages._SCRIPTS[0]", "smtp_grammar.MAIL_PARAMETERS[0]"} <= set(PATTERNS)
    assert set(BOUNDED) <= set(PATTERNS)


@pytest.mark.parametrize("name", sorted(set(PATTERNS) - set(BOUNDED)))
def test_patterns_never_try_again_and_again(name: str) -> None:
    pattern, asked = PATTERNS[name]
    run = pattern.search if asked - {"match", "fullmatch"} else pattern.match
    everywhere = pattern.finditer if asked & {"sub", "split", "findall", "finditer"} else None
    for make in hostile_texts(pattern):
        work = run if everywhere is None else lambda text: list(everywhere(text))
        assert growth(work, make) <= MOST, make(60)


# -- the readers ------------------------------------------------------------------------------------------------------

TOP = b"From: Ola <ola@example.org>\r\nSubject: x\r\n"
PLAIN = TOP + b"\r\n"
HTML = TOP + b"Content-Type: text/html; charset=utf-8\r\n\r\n"
PARTS = TOP + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
FLOWED = TOP + b"Content-Type: text/plain; format=flowed\r\n\r\n"
ENRICHED = TOP + b"Content-Type: text/enriched\r\n\r\n"
REPORT = (
    b"From: MAILER-DAEMON@example.org\r\nSubject: Returned mail\r\n"
    b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\n\r\nnot delivered\r\n"
    b"--b\r\nContent-Type: message/delivery-status\r\n\r\n"
)


def field(name: str) -> Callable[[str], object]:
    """One header field; its lines are folded."""
    return lambda text: parse(
        f"{name}: {text}\r\n\r\n".replace("\n", "\n ", text.count("\n")).encode("utf-8", "replace")
    )


def after(lead: bytes) -> Callable[[str], object]:
    return lambda text: classify(parse(lead + text.encode("utf-8", "replace")), KnownToUs())


def bounce(text: str) -> object:
    message = email.message_from_string(f"From: MAILER-DAEMON\nSubject: Returned mail\n\n{text}")
    return read_bounce(message, text)


READERS: dict[str, Callable[[str], object]] = {
    "text": after(PLAIN),
    "html": after(HTML),
    "parts": after(PARTS),
    "flowed": after(FLOWED),
    "enriched": after(ENRICHED),
    "report": after(REPORT),
    "whole mail": after(b""),
    "opaque": lambda text: opaque(text.encode("utf-8", "replace")),
    "subject": field("Subject"),
    "addresses": field("To"),
    "author": field("From"),
    "ids": field("References"),
    "parameters": field("Content-Type"),
    "disposition": field("Content-Disposition"),
    "date": field("Date"),
    "words": headers.decode_words,
    "charset": lambda text: [decode(text.encode("utf-8", "replace"), label)
                             for label in (None, "utf-7", "iso-2022-jp", "hz", "gbk", "utf-16")],
    "fold": reply_text.fold,
    "own words": lambda text: reply_text.own_words(text, text),
    "bounce": bounce,
    "absence": lambda text: absence.absence_phrase(text, text),
    "invitation": lambda text: invitations.invitation_words(f"BEGIN:VCALENDAR\n{text}"),
    "tnef": lambda text: tnef.read_tnef(b"\x78\x9f\x3e\x22\x01\x00" + text.encode("utf-8", "replace")),
    "rtf": lambda text: rtf.rtf_words(b"{\\rtf1\\fromhtml1 " + text.encode("utf-8", "replace"), "cp1252"),
    "command lines": lambda text: read_commands(text, for_whom="agent"),
    "a command": lambda text: read_commands(f"!todo {text}", for_whom="agent"),
    "render": html.render,
    "a style": lambda text: html.render(f'<p style="color:#fff;{text}">x'),
    "a style sheet": lambda text: html.render(f"<style>{text}</style><p class=a>x"),
    "sanitise": html.sanitise,
    "strip tags": html.strip_tags,
    "contact block": lambda text: without_contact_block(text, "Ola", ["ola@example.org"]),
    "authentication": read_results,
    "case numbers": case_number.find,
    "case tags": case_number.without_tags,
    "language": languages.language_of,
    "phrases": lambda text: (phrases.is_thanks(text, has_files=False), phrases.is_confirmation(text),
                             phrases.solved_itself(text)),
    "subjects": lambda text: (phrases.generic_subject(text[:16_384]), phrases.strip_reply_prefixes(text[:16_384]),
                              phrases.normalise_subject(text[:16_384]), phrases.title_from(text)),
    "routing": lambda text: (routing.topics(text, ()), routing.names(text, "Ola")),
    "when": lambda text: days.read_when(tuple(text.split())),
    "paths": lambda text: (smtp.read_path("FROM:", f"FROM:<{text}"), smtp.is_sender(text)),
    "smtp parameters": lambda text: smtp.read_parameters(text, smtp.MAIL_PARAMETERS),
    "hops": lambda text: smtp.hops(text.encode("utf-8", "replace")),
}  # fmt: skip

UNITS = (
    " ", "\n", "\t \n", "\r", "\xa0", "̖́", "a", "1", "-", "_", "=", "*", "~", "|", ">", "> ", "> > ", "<", "</",
    "<a ", "<b>", "<div>", "<div><blockquote>", "<!--", "<![CDATA[", "&", "&#", "&amp", "<p style='",
    "<table><tr><td>", "(", "((", "[", "“ ", '"', '"\\', "\\", "'", ",", ";", ":", ".", "!", "!!a ", "?", "@", "a@",
    "<a@", "a@b.no,", "<a@b.no>: ", "a:b;", "=?", "=?utf-8?q?", "=?utf-8?b?aa?= ", "=?utf-8?q?=C3?=", "a=", "name*0=",
    "a; name*1*=%C3", "x: ", "x: y\n", " x", "From: ", "From: a\n", "From: a@b.no\nTo: b\n", "On ",
    "On 1.1.2026 a wrote", "wrote:\n", "> wrote:\n", "Am 1.1.2026 schrieb", "Fra: a <a@b.no>\n", "*Von:* a\n", "-- \n",
    "--\n", "--b\n", "--b\n\nx\n", "--b--\n", "-----Original Message-----\n",
    "---------- Forwarded message ---------\n", "a\n\n", "begin 644 a\n", "begin 644 a\n#86)C\nend\n",
    "M" + "a" * 60 + "\n", "RCPT TO:<", "550 5.1.1 ", "Final-Recipient: rfc822;a@b.no\n", "Action: failed\n",
    "Message-ID: <", "Received: x\n", "to the address ", "retry ", "（", "{", "{\\b ", "}", "\\'e5", "\\u8364?",
    "\\par ", "\\bin9", "BEGIN:VEVENT\n", "DTSTART:2026\n ", 'SUMMARY;X="', "\x02\x06\x90\x08\x00\x04\x00\x00\x00",
    "261121001 ", "[AB #", "[#261121001]", "sak ", "case no. # ", "(0) ", "+47 26112100", "Re: ", "[a] ", "takk ",
    "hat sich ", "Hei, ", "!note ", "!title “", "!cc +a@x.no ", "!todo fredag ", "https://a.b/", "www.",
    "Sent from my ", "Sendt fra min iPhone\n", "cid:", "dkim=pass (", "\x1b$B", "~{", "\u202e", "😀",
)  # fmt: skip


# What a tree builder or the cleaner is quadratic in, at a size at which it shows.
LARGE = ("<font size=%d/><p>", "<div/>", "<rp>", "<optgroup>", '<div><br title="></div>">',
         "<div><title></div></title>",
         "<div><object></div></object>", "<b id=%d><table><td></b></table>", "<span><p></span></p>", "<li><dd>", "&",
         "&amp;", "<p title='&'>")  # fmt: skip


@pytest.mark.parametrize("unit", [*LARGE, "attributes", "quotes"])
def test_large_html_is_read_in_little_time(unit: str) -> None:
    count = 200_000 // len(unit)
    text = "".join(unit.replace("%d", str(number)) for number in range(count))
    if unit == "attributes":
        text = "<p " + " ".join(f"a{number}=b" for number in range(20_000)) + ">x"
    elif unit == "quotes":
        text = "<div class=gmail_quote>" * 250 + "<p>x" * 50_000
    assert seconds(lambda: (html.render(text), html.sanitise(text)), 2) < 3


# Python sorts the marks above one letter by insertion; 10,000 signs are read, which takes it a tenth of a second.
CAPPED = {("language", "\u0301\u0316")}


@pytest.mark.parametrize("name", READERS)
def test_readers_take_linear_time(name: str) -> None:
    units = [unit for unit in UNITS if (name, unit) not in CAPPED]
    slow = {unit: found for unit in units if (found := growth(READERS[name], times(unit))) > MOST}
    assert not slow
