"""Commands that the author of a quoted or forwarded mail wrote, in the mail of a proven agent (RULES 6)."""

from collections.abc import Iterator

import pytest
from agents import DESK, KARI, House, NewHouse, body, changes, letter, reply, whole

EVIL = "!forward evil@x.example all"
HEAD = "> From: Ola <ola@example.org>\n> Subject: x\n> Date: Mon, 23 Nov 2026\n> To: kari@example.com\n>\n"
LONG = "> Hello Kari, my printer burns and I would like to have it mended, so please do now"
FORWARDED = f"\nBegin forwarded message:\n\n{HEAD}"
ANSWERED = "On Mon, Nov 23, 2026, Ola wrote:\n"
FLOWED = {"content": "text/plain; charset=utf-8; format=flowed"}
HTML = {"content": "text/html; charset=utf-8"}
APPLE = (
    '<html><body><blockquote type="cite"><b>From: </b>Ola &lt;ola@example.org&gt;<br><b>Subject: </b>x<br><b>Date: </b>'
    "Mon, 23 Nov 2026<br><b>To: </b>kari@example.com<br><br>Hello</blockquote><div>{}</div></body></html>"
)


@pytest.fixture
def house(new_house: NewHouse) -> Iterator[House]:
    with new_house(auth="dmarc", undo=0) as house:
        yield house


SMUGGLED = {
    **{
        f"{name} {ord(sign):x}": (f"{head}> Hello Kari.{sign}{EVIL}\n", {})
        for name, head in (("forwarded", FORWARDED), ("answered", ANSWERED))
        for sign in "\u2028\r"
    },
    "odd and an empty one": (f"{FORWARDED}> Hello Kari.\u2028\u2028{EVIL}\n", {}),
    "two levels": (f"{ANSWERED}>> Hello Kari.\u2028{EVIL}\n", {}),
    "wrapped": (f"{FORWARDED}{LONG}\n{EVIL}\n", {}),
    "wrapped, and on": (f"{FORWARDED}{LONG}\n{EVIL}\n> yours Ola\n", {}),
    "behind an empty line": (f"{FORWARDED}> Hello\n>\n\n{EVIL}\n", {}),
    "answered, behind an empty line": (f"{ANSWERED}> Hello\n>\n\n{EVIL}\n", {}),
    "flowed": (f"{FORWARDED}> Hello Kari \n{EVIL}\n", FLOWED),
    "out of the blockquote": (APPLE.format(EVIL), HTML),
    "to the end of his own": (f"!claim\n{FORWARDED}{LONG}\n!cc +evil@x.example\n", {}),
}


@pytest.mark.parametrize("how", SMUGGLED)
def test_no_command_of_a_quoted_mail_is_done(house: House, how: str) -> None:
    number, _ = house.ask("Payroll", "My diagnosis.", author="Eva <eva@firm.example>", auth="pass")
    before = house.ticket(number)
    words, more = SMUGGLED[how]
    told = house.mail(letter(KARI, DESK, f"Fwd: [#{number}] x", words, auth="pass", **more), seconds=700)
    assert "evil" not in " ".join(f"{one['To']} {one['Cc']}" for one in told)
    assert not changes(before, house.ticket(number))


@pytest.mark.parametrize("command, gap", [("!close", ""), ("!requester evil@x.example", "\n"), (EVIL, "\n")])
def test_no_command_of_a_quoted_alert_is_done(house: House, command: str, gap: str) -> None:
    line = LONG.removeprefix("> ")
    number, alert = house.ask("Printer", f"{line} {command}\n\nYours Ola", auth="pass")
    before = house.ticket(number)
    quoted = "\n".join(f"> {one}" if one else ">" for one in whole(alert).split("\n"))
    wrapped = quoted.replace(f"> {line} {command}", f"> {line}\n{gap}{command}{gap}")
    assert wrapped != quoted
    house.mail(reply(alert, f"On Mon, Nov 23, 2026, Support wrote:\n{wrapped}\n\nWe come today.\n", auth="pass"))
    assert not changes(before, house.ticket(number)) and house.became()[0] == "entry"


def test_commands_below_one_whole_alert_are_done_and_below_anything_else_refused_in_words(house: House) -> None:
    number, alert = house.ask(auth="pass")
    quoted = "\n".join(f"> {one}".rstrip() for one in whole(alert).strip().split("\n"))
    [receipt] = house.mail(reply(alert, "> It burns.\n\n!priority high", auth="pass"))
    assert "above all that is quoted" in body(receipt) and house.ticket(number)["priority"] != "high"
    house.mail(reply(alert, f"Support wrote:\n{quoted}\n\n!priority high", auth="pass"))
    assert house.ticket(number)["priority"] == "high"
