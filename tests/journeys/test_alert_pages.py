"""An agent answers the HTML of an alert, in whatever his mail program makes of it: nothing of the alert reaches the
requester but his own words, or nothing is sent. `House.close` looks through every mail."""

from __future__ import annotations

import html
import re
import textwrap
from collections.abc import Callable, Iterator
from email.message import EmailMessage

import pytest
from agents import DESK, KARI, House, NewHouse, body, letter, reply, to

OLA = "Ola Nordmann <ola@example.org>"
ASKED = "It is on fire since nine this morning.\n\nThe second tray burns too, and the lid is hot."
ANSWER = "Turn it off, please."
WROTE = f"On Mon, Nov 23, 2026 at 10:00 AM Support <{DESK}> wrote:"
HEAD = f"From: Support <{DESK}>\nSent: Monday, November 23, 2026 10:00 AM\nTo: {KARI}\nSubject: Printer\n\n"


@pytest.fixture
def house(new_house: NewHouse) -> Iterator[House]:
    with new_house(undo=0) as house:
        yield house


def page(alert: EmailMessage) -> str:
    """What stands within the body of its HTML."""
    part = alert.get_body(("html",))
    assert isinstance(part, EmailMessage)
    whole: str = part.get_content()
    return whole.partition("<body>")[2].partition("</body>")[0]


def words_of(rich: str, link: str = "{words} &lt;{href}&gt;") -> str:
    """HTML as a mail program turns it into text; `link`: how it writes one."""
    text = re.sub(
        r'<a href="([^"]*)"[^>]*>(.*?)</a>', lambda found: link.format(href=found[1], words=found[2]), rich, flags=re.S
    )
    text = re.sub(r"<br>\n?", "\n", re.sub(r"</(?:p|div)>", "\n\n", text.replace("\n", " ").replace("<br> ", "<br>")))
    lines = (" ".join(line.split()) for line in html.unescape(re.sub(r"<[^>]*>", "", text)).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def quoted(text: str, width: int) -> str:
    """Each line broken where the program breaks it, and marked."""
    return "\n".join(
        f"> {piece}".rstrip()
        for line in text.split("\n")
        for piece in textwrap.wrap(line, width, break_long_words=False, break_on_hyphens=False) or [""]
    )


# ---- mail programs --------------------------------------------------------------------------------------------------


def gmail(alert: EmailMessage) -> str:
    rich = (
        f'<div dir="ltr">{ANSWER}</div><br><div class="gmail_quote gmail_quote_container"><div dir="ltr" '
        f'class="gmail_attr">{html.escape(WROTE)}<br></div><blockquote class="gmail_quote" style="margin:0 0 0 0.8ex">'
        f"{page(alert)}</blockquote></div>"
    )
    return both(alert, f"{ANSWER}\n\n{WROTE}\n\n{quoted(words_of(page(alert)), 76)}", rich)


def iphone(alert: EmailMessage) -> str:
    rich = (
        f'<html><body dir="auto">{ANSWER}<div dir="ltr"></div><div dir="ltr"><br><blockquote type="cite">'
        f'{html.escape(WROTE)}<br><br></blockquote></div><blockquote type="cite"><div dir="ltr">\ufeff{page(alert)}'
        f"</div></blockquote></body></html>"
    )
    return reply(alert, rich, content="text/html; charset=utf-8")


def outlook(alert: EmailMessage) -> str:
    """Its text has no mark before the old words, and no blank before a link."""
    rich = (
        f"<html><body><div class=WordSection1><p class=MsoNormal>{ANSWER}</p><div style='border:none;border-top:solid "
        f"#E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm'><p class=MsoNormal>{html.escape(HEAD)}</p></div>{page(alert)}</div>"
        f"</body></html>"
    )
    return both(alert, f"{ANSWER}\n\n{HEAD}{words_of(page(alert), '{words}&lt;{href}&gt;')}", rich)


def outlook_web(alert: EmailMessage) -> str:
    rich = (
        f'<html><body><div class="elementToProof">{ANSWER}</div><div id="appendonsend"></div><hr><div '
        f'id="divRplyFwdMsg" dir="ltr">{html.escape(HEAD)}</div><div>{page(alert)}</div></body></html>'
    )
    return reply(alert, rich, content="text/html; charset=utf-8")


def thunderbird(alert: EmailMessage) -> str:
    """Text below the quote, broken at 72, links as it writes them."""
    quote = quoted(words_of(page(alert)), 70)
    return reply(alert, f"{WROTE}\n{quote}\n\n{ANSWER}", content="text/plain; charset=UTF-8; format=flowed")


def marked_down(alert: EmailMessage) -> str:
    """Links in square brackets, the answer below."""
    return reply(alert, f"{WROTE}\n\n{quoted(words_of(page(alert), '[{words}]({href})'), 200)}\n\n{ANSWER}")


def a_line_each(alert: EmailMessage) -> str:
    """Every button on a line of its own, and no link: `Reply` alone would be nobody's line."""
    text = words_of(page(alert).replace("</a></span>", "</a></span><br>"), "{words}")
    assert "\n:: Done\n" in text
    return reply(alert, f"{ANSWER}\n\n{WROTE}\n\n{quoted(text, 40)}")


def both(alert: EmailMessage, plain: str, rich: str) -> str:
    parts = (
        f"--b1\nContent-Type: text/{kind}; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n{text}\n"
        for kind, text in (("plain", plain), ("html", rich))
    )
    return reply(alert, f"{''.join(parts)}--b1--", content='multipart/alternative; boundary="b1"')


PROGRAMS = (gmail, iphone, outlook, outlook_web, thunderbird, marked_down, a_line_each)


def an_alert(house: House) -> tuple[str, EmailMessage]:
    house.configure('id = "kari"\n', 'id = "kari"\nlanguage = "en"\n')
    return house.ask("Printer", ASKED, OLA)


@pytest.mark.parametrize("program", PROGRAMS)
def test_only_what_is_his_leaves(house: House, program: Callable[[EmailMessage], str]) -> None:
    _, alert = an_alert(house)
    [answer] = to(house.mail(program(alert)), "ola@")
    left = [line for line in body(answer).splitlines() if line.strip(" >") and ANSWER not in line]
    asked = " ".join(ASKED.split())
    assert ANSWER in body(answer)
    assert all(line.lstrip("> ") in asked for line in left), left


def test_an_answer_between_his_words(house: House) -> None:
    _, alert = an_alert(house)
    first, second = ASKED.split("\n\n")
    within = page(alert).replace(
        f"<p>{second}</p>", f'</blockquote><div>{ANSWER}</div><blockquote type="cite"><p>{second}</p>'
    )
    assert ANSWER in within
    rich = f'<html><body>{html.escape(WROTE)}<br><blockquote type="cite">{within}</blockquote></body></html>'
    [answer] = to(house.mail(reply(alert, rich, content="text/html; charset=utf-8")), "ola@")
    assert body(answer).split("\n")[0] == f"> {first}" and ANSWER in body(answer) and "::" not in body(answer)


@pytest.mark.parametrize("line", range(3))
def test_a_line_that_is_left_stops_it(house: House, line: int) -> None:
    """Copied out of the page, with no mark of a quote."""
    _, alert = an_alert(house)
    signed = [one for one in words_of(page(alert)).splitlines() if one.startswith("::")]
    some = (signed[0], next(one for one in signed if "mailto:" in one), signed[-1])[line]
    [receipt] = house.mail(reply(alert, f"{ANSWER}\n{some}"))
    assert "still holds lines of our own mails" in body(receipt) and to([receipt], "ola@") == []
    link = some.rpartition("<")[2].rstrip(">")
    if "mailto:" in link:
        assert to(house.mail(reply(alert, f"{ANSWER}\n{link}")), "ola@") == []


def test_a_tap_on_reply_answers_him(house: House) -> None:
    number, alert = an_alert(house)
    link = re.search(r'<a href="mailto:([^"?]*)\?subject=(\d+)"[^>]*>Reply</a>', page(alert))
    assert link
    [answer] = to(house.mail(letter(KARI, link[1].replace("%2B", "+"), link[2], ANSWER)), "ola@")
    assert body(answer).startswith(ANSWER) and house.ticket(number)["status"] == "in_progress"


def test_a_deadline_shows_his_last_words(house: House) -> None:
    an_alert(house)
    told = [one for one in to(house.later(6 * 3600), "kari@") if "Overdue" in str(one["Subject"])]
    assert told and f":: What Ola Nordmann wrote last:\n\n{ASKED}\n" in body(told[0])
