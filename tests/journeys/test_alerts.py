"""What an agent reads when a ticket comes in: who asks, what was before, what solved it, and links that do the work."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from agents import DESK, KARI, PER, House, body, letter, number_in, reply, to

EVA = "Eva <eva@example.net>"
OLA = "Ola Nordmann <ola@example.org>"
ACME = '\n[[organisation]]\nname = "Acme"\ndomains = ["example.org"]\n'
SECRET = """
[[queue]]
name = "board"
agents = ["per"]
lead = "per"
private = true

[[mailbox]]
address = "board@example.com"
queue = "board"
"""


def speaks(house: House, language: str) -> None:
    house.configure('id = "kari"\n', f'id = "kari"\nlanguage = "{language}"\n')


def ready_mail(alert: Any, name: str) -> str:
    """The mail that a tap on a link of the alert makes, as a mail program sends it."""
    link = re.search(rf"^:: {name}: <(mailto:\S+)>$", body(alert), re.MULTILINE)
    assert link, body(alert)
    url = urlsplit(link[1])
    asked = parse_qs(url.query)
    return letter(KARI, unquote(url.path), asked["subject"][0], *asked.get("body", ["Called him."]))


# ---- who asks, and what was before ----------------------------------------------------------------------------------


def test_what_was_before(house: House) -> None:
    """The requester's other cases, open ones first, at most three; earlier ones like it with what solved them."""
    old, alert = house.ask("The scanner is slow", "It takes a minute a page.", EVA)
    house.mail(reply(alert, "!resolution\nWiped the glass\nand set 300 dpi.\n!end\n!done"))
    _, answered = house.ask("Scanner much too slow", "A page takes a minute.", "Nils <nils@example.com.au>")
    house.mail(reply(answered, "!done\nPlease restart it."))
    for n in range(5):
        house.ask(f"Matter {n}", f"Words {n}.", OLA)
    number, alert = house.ask("Slow scanner", "One page takes a minute.", OLA)
    text = body(alert)
    theirs = text.partition(":: Also from this requester:\n")[2].partition("\n\n")[0].splitlines()
    assert theirs == [f":: {int(number) - 1 - n} Matter {4 - n}, open" for n in range(3)]
    solved = text.partition(":: Solved before:\n")[2].partition("\n\n")[0].splitlines()
    assert solved == [
        f":: {int(old) + 1} Scanner much too slow", ":: = Please restart it.",
        f":: {old} The scanner is slow", ":: = Wiped the glass and set 300 dpi.",
    ]  # fmt: skip
    assert all(line.startswith(":: ") for line in [*theirs, *solved])


def test_nothing_beside_it(house: House) -> None:
    """An open ticket like it has solved nothing; another person's is not hers."""
    house.ask("Slow scanner", "One page takes a minute.", EVA)
    _, alert = house.ask("Slow scanner", "One page takes a minute.", OLA)
    assert "Solved before" not in body(alert) and "Also from" not in body(alert)


def test_a_private_ticket_is_told_to_its_own_people_only(new_house: Callable[..., Any]) -> None:
    with new_house(more=SECRET + ACME) as house:
        [alert] = to(house.mail(letter(OLA, "board@example.com", "Merger with Globex", "Say nothing.")), "per@")
        hidden = number_in(alert)
        house.mail(reply(alert, "!resolution\nSigned.\n!end\n!done", author=PER))
        out = house.mail(letter(OLA, DESK, "Merger with Globex", "Is it true?"))
        [kari], [per] = to(out, "kari@"), to(out, "per@")
        assert hidden in body(per) and "Signed." in body(per)
        assert hidden not in body(kari) and "Signed." not in body(kari)


def test_a_colleague_wrote_before(new_house: Callable[..., Any]) -> None:
    with new_house(more=ACME) as house:
        first, _ = house.ask("No network", "Nothing works.", "Nina <nina@example.org>")
        _, alert = house.ask("Internet down", "Since nine.", OLA)
        assert ":: New case" in body(alert) and ", Acme\n" in body(alert)
        assert ":: Nina, of the same organisation, wrote lately:\n" in body(alert)
        ready = f"!merge {first} or !link {first}"
        assert f":: {first} No network, open\n:: If it is the same thing: {ready}\n" in body(alert)
        house.later(3 * 86400)
        _, alert = house.ask("Internet down again", "Since ten.", OLA)
        assert "wrote lately" not in body(alert)


def test_several_topics_come_with_the_commands(house: House) -> None:
    _, alert = house.ask("Two things", '1) Where is my "big" order?\n2) Why is the invoice wrong?\n3) Hm.', OLA)
    assert ':: There is more than one topic in it. To part them:\n:: !split "Why is the invoice wrong?"\n' in body(
        alert
    )


@pytest.mark.parametrize("language, who", [("en", "Requester"), ("nb", "Innmelder"), ("fi", "Asiakas")])
def test_who_gets_it_from_a_colleague_knows_as_much(new_house: Callable[..., Any], language: str, who: str) -> None:
    with new_house(more=ACME) as house:
        speaks(house, language)
        earlier, _ = house.ask("Scanner", "It is slow.", OLA)
        house.ask("No toner", "It is empty.", OLA)
        [alert] = to(house.sent(), "per@")[-1:]
        [asked] = to(house.mail(reply(alert, "!ask kari", author=PER)), "kari@")
        [given] = to(house.mail(reply(alert, "!assign kari", author=PER)), "kari@")
        for mail in (asked, given):
            assert f":: {who}: Ola Nordmann <ola@example.org>, Acme\n" in body(mail)
            assert f":: {earlier} Scanner" in body(mail) and "It is empty." in body(mail)


# ---- links that do the work -----------------------------------------------------------------------------------------

LINKS = [("en", "Take it", "Done", "Note"), ("nb", "Ta saken", "Ferdig", "Notat"), ("fi", "Ota tapaus", "Valmis",
         "Muistiinpano")]  # fmt: skip


@pytest.mark.parametrize("language, take, done, note", LINKS)
def test_links_do_the_work(house: House, language: str, take: str, done: str, note: str) -> None:
    speaks(house, language)
    number, alert = house.ask(author=OLA)
    house.mail(ready_mail(alert, take))
    assert house.ticket(number)["assignee"]["id"] == "kari"
    out = house.mail(ready_mail(alert, note))
    entry = house.ticket(number)["messages"][-1]
    assert entry["internal"] and entry["text"] == "Called him." and to(out, "ola@") == []
    house.mail(ready_mail(alert, done))
    assert house.ticket(number)["status"] == "completed"


def test_links_fit_what_is_left_to_do(house: House) -> None:
    """Nothing to take for who has it, nothing to complete in what is completed, no note beside a note."""
    _, alert = house.ask(author=OLA)
    assert all(f":: {name}: <mailto:support%2Bn" in body(alert) for name in ("Take it", "Done", "Note"))
    assert all(len(line) < 140 for line in body(alert).splitlines())
    house.mail(reply(alert, "!claim"))
    [more] = house.mail(letter(OLA, DESK, f"Re: [#{number_in(alert)}] Printer", "Still.", auth="pass"))
    assert "Take it" not in body(more) and ":: Done: <mailto:" in body(more)
    [asked] = to(house.mail(reply(more, "!assign per")), "per@")
    house.mail(reply(asked, "!claim", author=PER))
    [noted] = house.mail(reply(alert, "!note\nIt is old."))[:1]
    assert "internal note" in body(noted) and ":: Note:" not in body(noted)


def test_without_signed_addresses_there_are_no_links(house: House) -> None:
    house.configure(f'address = "{DESK}"\n', f'address = "{DESK}"\nplus_addressing = false\n')
    _, alert = house.ask(author=OLA)
    assert "mailto:" not in body(alert)


# ---- what an agent wants to hear ------------------------------------------------------------------------------------


def kari_wants(house: House, settings: str) -> None:
    house.configure('id = "kari"\n', f'id = "kari"\n{settings}\n')


def digests(mails: list[Any]) -> list[Any]:
    """Those to Kari; promises are told all the while."""
    return [mail for mail in to(mails, "kari@") if "in your cases" in str(mail["Subject"])]


def heard(house: House, subject: str, **more: Any) -> list[str]:
    """Who was alerted of a new ticket."""
    out = house.mail(letter(OLA, DESK, subject, f"About {subject}", **more))
    return [name for name in ("kari", "per") for _ in to(out, f"{name}@")]


def test_quiet_hours_end_with_one_mail(house: House) -> None:
    kari_wants(house, 'quiet = "20:00-07:00"')
    assert heard(house, "By day") == ["kari", "per"]
    house.later(11 * 3600)  # 21:00 in Oslo
    assert heard(house, "By night") == ["per"]
    [alert] = to(house.sent(), "per@")[-1:]
    assert to(house.mail(reply(alert, "!ask kari\nDo you know?", author=PER)), "kari@") == []
    assert heard(house, "Also by night") == ["per"]
    assert to(house.later(5 * 3600), "kari@") == []
    [digest] = to(house.later(6 * 3600), "kari@")
    assert "By night" in body(digest) and "Also by night" in body(digest) and "By day" not in body(digest)
    assert digests(house.later(24 * 3600)) == []


def test_what_is_urgent_wakes(house: House) -> None:
    kari_wants(house, 'quiet = "20:00-07:00"')
    number, alert = house.ask("The flood", "It rises.", OLA)
    house.mail(reply(alert, "!priority urgent"))
    house.later(11 * 3600)
    out = house.mail(letter(OLA, DESK, f"Re: [#{number}] The flood", "Still.", auth="pass"))
    assert len(to(out, "kari@")) == 1


def test_only_mine(house: House) -> None:
    kari_wants(house, 'alerts = "mine"')
    assert heard(house, "Printer") == ["per"]
    [alert] = to(house.sent(), "per@")
    [asked] = to(house.mail(reply(alert, "!ask kari\nDo you know?", author=PER)), "kari@")
    house.mail(reply(asked, "!claim"))
    out = house.mail(letter(OLA, DESK, f"Re: [#{number_in(alert)}] Printer", "Still.", auth="pass"))
    assert len(to(out, "kari@")) == 1


def test_none(house: House) -> None:
    kari_wants(house, 'alerts = "none"')
    assert heard(house, "Printer") == ["per"]


def test_a_daily_digest(house: House) -> None:
    kari_wants(house, 'digest = "daily"')
    assert heard(house, "Monday one") == ["per"]
    assert to(house.later(3600), "kari@") == []
    assert heard(house, "Monday two") == ["per"]
    alert = to(house.sent(), "per@")[-1]
    house.mail(reply(alert, "!todo Order toner @kari\n!todo Call him", author=PER))
    house.mail(reply(alert, "!todo -2", author=PER))
    [digest] = digests(house.later(23 * 3600))
    told = body(digest).partition("Still to be done in them:")[2]
    assert told.strip() == f":: {number_in(alert)}  1: Order toner · Kari Nordmann"
    assert "Monday one" in body(digest) and "Monday two" in body(digest)
    assert heard(house, "Tuesday") == ["per"]
    assert digests(house.later(3600)) == []
