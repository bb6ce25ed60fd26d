"""What an agent asks to see from his mail client: a ticket whole, its story, lists, the next one; his own marks, and
the time he spent."""

from __future__ import annotations

import json
import re
from email.message import EmailMessage
from typing import Any
from urllib.parse import unquote

import pytest
import sqlalchemy as sa
from agents import DESK, KARI, NOTE, PER, House, NewHouse, body, changes, letter, reply, to
from typer.testing import CliRunner

from mailgate.cli import app
from ticketing.command_words import WORDS
from ticketing.store import tickets
from ticketing.store.tables import ticket_tag

EVA = "Eva Virtanen <eva@example.net>"


def listed(sheet: EmailMessage) -> list[str]:
    """The case numbers of a list, in its order."""
    return re.findall(r"^:: (\d{9,10}) ", body(sheet), re.MULTILINE)


def names(word: str) -> list[str]:
    return [name for one in WORDS if one.name == word for name in (one.name, *one.nb, *one.fi)]


# ---- a ticket, whole ------------------------------------------------------------------------------------------------


def test_show_brings_the_ticket_whole(house: House) -> None:
    number, alert = house.ask(cc="Nina <nina@example.org>", auth="pass")
    house.mail(reply(alert, f"!claim\n!priority high\n!note\n{NOTE}"))
    house.mail(reply(alert, "Turn it off."), seconds=60)
    first, *others = (house.mail(reply(alert, f"!{word}"))[0] for word in names("show"))
    assert all(body(one) == body(first) for one in others)
    sheet, text = first, body(first)
    assert str(sheet["Subject"]) == f"[#{number}] Printer" and str(sheet["To"]) == KARI
    assert text.startswith("Your answer is an internal note.")
    for line in (
        ":: in progress · priority high · queue support · Kari Nordmann ·",
        ":: From: Ola <ola@example.org>",
        ":: Others: nina@example.org",
        ":: Turn it off.\n\n:: From: Ola",
        ":: First response: kept, Monday 23 November 2026 at 10:01",
        ":: M1 · Ola · Monday 23 November 2026 at 10:00\n:: It burns.",
        f":: M2 · Kari Nordmann · Monday 23 November 2026 at 10:00 · note\n:: {NOTE}",
        ":: M3 · Kari Nordmann · Monday 23 November 2026 at 10:01\n:: Turn it off.",
    ):
        assert line in text, (line, text)
    assert text.index(":: M3") < text.index(":: M2") < text.index(":: M1")
    assert house.became() == ("entry", "agent-commands")


def test_show_goes_by_a_number_too_and_with_other_commands(house: House) -> None:
    other, _ = house.ask("Toner", "No toner.", EVA)
    number, alert = house.ask()
    out = house.mail(reply(alert, f"!claim\n!show {other}"))
    assert {str(mail["Subject"]) for mail in out} == {f"[#{number}] Done: Printer", f"[#{other}] Toner"}
    [sheet] = [mail for mail in out if "Toner" in str(mail["Subject"])]
    house.mail(reply(sheet, "!claim"))
    assert house.ticket(other)["assignee"]["id"] == "kari"
    [wrong] = house.mail(reply(alert, "!show 261123999"))
    assert "there is no ticket 261123999" in body(wrong)
    # His words below it stay inside.
    house.mail(reply(sheet, "She called twice."))
    assert house.ticket(other)["messages"][-1]["internal"]


def test_a_number_leads_to_what_its_ticket_was_merged_into(house: House) -> None:
    number, alert = house.ask()
    other, second = house.ask("Printer again", "It still burns.")
    house.mail(reply(second, f"!merge {number}", auth="pass"))
    for what in (f"!show {other}", f"!history {other}"):
        [sheet] = house.mail(reply(alert, what))
        assert str(sheet["Subject"]).startswith(f"[#{number}]")
    assert f"Kari Nordmann merged {other} into it" in body(sheet)


def test_a_long_ticket_is_cut_where_it_says_so(house: House) -> None:
    _, alert = house.ask(words="\n".join(f"line {n}" for n in range(500)))
    [sheet] = house.mail(reply(alert, "!show"))
    assert ":: line 199\n:: (300 more lines)" in body(sheet) and "line 200" not in body(sheet)


def test_history_reads_like_a_story(house: House) -> None:
    number, alert = house.ask()
    house.mail(reply(alert, "!claim\n!priority high"))
    house.mail(reply(alert, "Turn it off."), seconds=3600)
    answer = next(mail for mail in house.later(60) if "ola@" in str(mail["To"]))
    house.mail(reply(answer, "It is off.", author="Ola <ola@example.org>"), seconds=24 * 3600)
    house.mail(reply(alert, "!assign per\n!done"))
    sheet, *others = (house.mail(reply(alert, f"!{word}"))[0] for word in names("history"))
    assert all(body(one) == body(sheet) for one in others)
    assert str(sheet["Subject"]) == f"[#{number}] What happened"
    lines = [line.removeprefix(":: ") for line in body(sheet).splitlines() if line.startswith(":: ")]
    assert [line for line in lines if "desk" not in line] == [
        "23 November 2026:",
        "10:00 Ola opened the ticket",
        "10:00 Kari Nordmann took the ticket",
        "10:00 Kari Nordmann changed the priority from medium to high",
        "11:00 Kari Nordmann answered, M2: Turn it off.",
        "11:00 Kari Nordmann left it to the requester, for whom it waits",
        "24 November 2026:",
        "11:01 Ola wrote, M3: It is off.",
        "11:01 Ola ended the waiting",
        "11:01 Kari Nordmann gave the ticket to Per Hansen",
        "11:01 Kari Nordmann completed the ticket",
    ]


# ---- lists ----------------------------------------------------------------------------------------------------------


def test_lists(house: House) -> None:
    """Each brings what it says, the most urgent first, and every entry can be asked for by its own address."""
    old, alert = house.ask("Old", "It waits.")
    house.later(30 * 3600)
    late = old
    low, one = house.ask("Low", "Slow.", EVA)
    house.mail(reply(one, "!priority low"))
    urgent, two = house.ask("Boiler", "Fire.", EVA)
    house.mail(reply(two, "!priority urgent"))
    mine, three = house.ask("Mine", "Paper.", EVA)
    house.mail(reply(three, "!claim\n!star\n!mark later"))
    done, four = house.ask("Done", "Ink.", EVA)
    house.mail(reply(four, "!done"))

    def asked(what: str) -> EmailMessage:
        [sheet] = house.mail(reply(alert, f"!list {what}"))
        return sheet

    assert listed(asked("unassigned")) == [late, urgent, low]
    assert listed(asked("ledige")) == [late, urgent, low]
    assert listed(asked("mine")) == [mine]
    assert listed(asked("myöhässä")) == [late]
    assert listed(asked("starred")) == listed(asked("later")) == [mine]
    assert listed(asked("person eva@example.net")) == [done, mine, urgent, low]
    assert listed(asked("recent"))[:2] == [done, mine]
    assert listed(asked("org nobody")) == [] and "There are none." in body(asked("org nobody"))
    sheet = asked("unassigned")
    assert f":: {urgent} Boiler\n:: urgent · open · Eva Virtanen\n:: due " in body(sheet)
    assert f":: {late} Old\n:: medium · open · Ola\n:: overdue since " in body(sheet)
    assert str(sheet["Subject"]) == "Free tickets" and "internal note" not in body(sheet)
    # A tap on an entry's address brings that ticket.
    where, _, asks = re.findall(r"<mailto:(\S+)>", body(sheet))[1].partition("?")
    assert unquote(asks) == f"subject={urgent}&body=!show"
    [shown] = house.mail(letter(KARI, unquote(where), f"#{urgent}", "!show"))
    assert str(shown["Subject"]) == f"[#{urgent}] Boiler" and "Fire." in body(shown)
    [wrong] = house.mail(reply(alert, "!list nonsense"))
    assert "no list and no mark of yours “nonsense” (there are: later)" in body(wrong)


def test_an_answer_to_a_list_is_for_commands_alone(house: House) -> None:
    number, alert = house.ask()
    [sheet] = house.mail(reply(alert, "!list unassigned"))
    [shown] = house.mail(reply(sheet, f"!vis {number}"))
    assert str(shown["Subject"]) == f"[#{number}] Printer"
    for words in ("Thank you.", "!claim"):
        [receipt] = house.mail(reply(sheet, words))
        assert "That mail was about no ticket" in body(receipt) and words in body(receipt)
        assert house.became() == ("entry", "agent-no-ticket")
    assert len(house.tickets()) == 1 and house.ticket(number)["assignee"] is None


def test_a_list_ends_at_thirty_and_says_so(house: House) -> None:
    house.configure('new_tickets_address = ["20/h"]', 'new_tickets_address = "off"')
    house.take(*(letter(EVA, DESK, f"Case {n}", f"Number {n}.") for n in range(31)))
    _, alert = house.ask()
    [sheet] = house.mail(reply(alert, "!list unassigned"))
    assert len(listed(sheet)) == 30 and "The first 30; there are more." in body(sheet)


def test_private_queues_stay_private(new_house: NewHouse) -> None:
    more = (
        '\n[[queue]]\nname = "staff"\nagents = ["per"]\nprivate = true\n'
        '\n[[mailbox]]\naddress = "staff@example.com"\nqueue = "staff"\n'
    )
    with new_house(more=more) as house:
        _, alert = house.ask()
        out = house.mail(letter(EVA, "staff@example.com", "Secret", "Ill."))
        [secret] = to(out, "per@")
        for what in ("unassigned", "overdue", "recent", "person eva@example.net", "starred"):
            [sheet] = house.mail(reply(alert, f"!list {what}"))
            assert "Secret" not in body(sheet), what
        number = str(secret["Subject"])[2:11]
        [refused] = house.mail(reply(alert, f"!show {number}"))
        assert f"there is no ticket {number}" in body(refused)
        [sheet] = house.mail(reply(secret, "!list person eva@example.net", author=PER))
        assert listed(sheet) == [number]


def test_next_brings_the_most_urgent_free_ticket(house: House) -> None:
    _, first = house.ask("Slow", "Slow.")
    urgent, alert = house.ask("Fire", "It burns.", EVA)
    house.mail(reply(alert, "!priority urgent"))
    following, *others = (house.mail(reply(first, f"!{word}"))[0] for word in names("next"))
    assert [one["Subject"] for one in others] == [following["Subject"]] * len(others)
    assert str(following["Subject"]) == f"[#{urgent}] Fire"
    assert "Your answer goes to: eva@example.net" in body(following) and "\nIt burns.\n" in body(following)
    assert f":: Case {urgent}, next: Eva Virtanen" in body(following)
    house.mail(reply(following, "!claim\n!wait vendor"))
    house.mail(reply(first, "!claim"))
    [nothing] = house.mail(reply(first, "!next"))
    assert "No ticket is free in your queues." in body(nothing)


# ---- marks, time ----------------------------------------------------------------------------------------------------

# (the commands, the receipt's words, what differs in the ticket)
CHANGES: list[tuple[str, str, dict[str, Any]]] = [
    *((f"!{name}", "261123001 has your star now.", {}) for name in names("star")),
    *((f"!{name} Later", "261123001 is marked later; !list later finds it.", {}) for name in names("mark")),
    *(
        (f"!{name} 0:30", "30 min noted on 261123001; 30 min in all.", {"time_spent_minutes": 30})
        for name in names("time")
    ),
    ("!time 1:30 billable", "1 h 30 min noted on 261123001, billable; 1 h 30 min in all.", {"time_spent_minutes": 90}),
    ("!tid 1:30 fakturerbar", "billable; 1 h 30 min in all.", {"time_spent_minutes": 90}),
]


def test_what_a_command_changes_and_undo_takes_back(house: House) -> None:
    house.configure("alerts_agent", 'receipts_agent = "off"\nalerts_agent')
    number, alert = house.ask()
    was = house.ticket(number)
    for asked, said, differs in CHANGES:
        [receipt] = house.mail(reply(alert, asked))
        assert said in body(receipt), asked
        assert changes(was, house.ticket(number)) == differs
        [undone] = house.mail(reply(alert, "!undo"))
        assert "Taken back: !" in body(undone)
        assert changes(was, house.ticket(number)) == {}
    for what, found in (("starred", []), ("recent", [number])):
        [sheet] = house.mail(reply(alert, f"!list {what}"))
        assert listed(sheet) == found


def test_a_star_and_a_mark_are_the_agents_own(house: House) -> None:
    number, alert = house.ask()
    theirs = to(house.sent(), "per@")[0]
    house.mail(reply(alert, "!star\n!mark later soon"))
    [sheet] = house.mail(reply(theirs, "!list starred", author=PER))
    assert listed(sheet) == []
    house.mail(reply(alert, "!star\n!mark -later"))
    for what, found in (("starred", []), ("soon", [number])):
        [sheet] = house.mail(reply(alert, f"!list {what}"))
        assert listed(sheet) == found
    [wrong] = house.mail(reply(alert, "!mark -later"))
    assert "has no mark “later” of yours" in body(wrong)


def test_time_adds_up_whoever_takes_his_back(house: House) -> None:
    number, alert = house.ask()
    theirs = to(house.sent(), "per@")[0]
    house.mail(reply(alert, "!time 0:30"))
    house.mail(reply(theirs, "!time 1:00 billable", author=PER))
    house.mail(reply(alert, "!undo"))
    assert house.ticket(number)["time_spent_minutes"] == 60
    [sheet] = house.mail(reply(alert, "!show"))
    assert "Time spent: 1 h" in body(sheet)
    assert [(one["what"], one["to"]) for one in house.ticket(number)["history"] if one["what"] == "time"] == [
        ("time", "0:30"), ("time", "1:00 billable")
    ]  # fmt: skip


# ---- help, languages ------------------------------------------------------------------------------------------------


def test_help_on_priority_says_what_each_level_means(house: House) -> None:
    _, alert = house.ask()
    [sheet] = house.mail(reply(alert, "!help priority"))
    lines = body(sheet).splitlines()
    assert [line.split(":")[2].strip() for line in lines if re.match(r":: (low|medium|high|urgent):", line)] == [
        "low", "medium", "high", "urgent"
    ]  # fmt: skip


# language -> (command, words of its sheet)
TONGUES = {
    "nb": [
        ("!vis", ":: under arbeid · prioritet middels · kø support · Kari Nordmann"),
        ("!vis", "Åpnet: mandag 23. november 2026"),
        ("!historikk", "Kari Nordmann tok saken"),
        ("!liste mine", "Svar på denne e-posten med !vis"),
        ("!liste mine", "frist mandag 23. november"),
        ("!hjelp prioritet", "haster: en hel virksomhet"),
    ],
    "fi": [
        ("!näytä", "käsittelyssä · prioriteetti normaali · jono support"),
        ("!näytä", "Avattu: maanantaina 23. marraskuuta 2026"),
        ("!historia", "Kari Nordmann otti tapauksen"),
        ("!lista omat", "Vastaa tähän viestiin: !näytä"),
        ("!lista omat", "määräaika maanantaina"),
        ("!ohje", "!ota: ota tapaus itsellesi"),
    ],
}


@pytest.mark.parametrize("language", TONGUES)
def test_in_the_agents_language(new_house: NewHouse, language: str) -> None:
    with new_house() as house:
        house.configure('name = "Kari Nordmann"', f'name = "Kari Nordmann"\nlanguage = "{language}"')
        _, alert = house.ask()
        house.mail(reply(alert, "!claim"))
        asked = list(dict.fromkeys(command for command, _ in TONGUES[language]))
        sheets = dict(zip(asked, house.mail(reply(alert, "\n".join(asked))), strict=True))
        for command, words in TONGUES[language]:
            assert words in body(sheets[command]), body(sheets[command])


# ---- lists of the house, workload -----------------------------------------------------------------------------------

LISTS = (
    '\n[[list]]\nname = "Toner and ink"\nfilter = "toner -priority:low"\n'
    '\n[[list]]\nname = "my own"\nfilter = "assignee:me status:open,in_progress"\n'
)


def cli(house: House, *arguments: str, status: int = 0) -> str:
    done = CliRunner().invoke(app, [*arguments, "--config", str(house.folder / "mailgate.toml")])
    assert done.exit_code == status, done.output
    return str(done.stdout if status == 0 else done.stderr)


def test_lists_of_the_house(new_house: NewHouse) -> None:
    with new_house(more=LISTS) as house:
        low, one = house.ask("Toner", "No toner.", EVA)
        house.mail(reply(one, "!priority low\n!claim"))
        number, alert = house.ask("Paper", "And the toner is empty.")
        [sheet] = house.mail(reply(alert, "!list toner and ink"))
        assert listed(sheet) == [number] and str(sheet["Subject"]) == "List Toner and ink"
        [sheet] = house.mail(reply(alert, '!liste "My own"'))
        assert listed(sheet) == [low]
        theirs = to(house.sent(), "per@")[-1]
        [sheet] = house.mail(reply(theirs, "!list my own", author=PER))
        assert listed(sheet) == []
        [wrong] = house.mail(reply(alert, "!list vip"))
        assert "(there are: Toner and ink, my own)" in body(wrong)
        shown = cli(house, "tickets", "--list", "toner and ink", "--json")
        assert [json.loads(line)["number"] for line in shown.splitlines()] == [number]
        assert cli(house, "tickets", "--list", "my own", "--as", "per") == ""
        assert "no list of that name (there are: Toner and ink, my own)" in cli(
            house, "tickets", "--list", "vip", status=2
        )


def test_workload_shows_where_it_piles_up(house: House) -> None:
    house.ask("Old", "It waits.")
    house.later(30 * 3600)
    _, one = house.ask("Ink", "No ink.", EVA)
    house.mail(reply(one, "!assign per"))
    _, alert = house.ask("Toner", "No toner.", EVA)
    house.mail(reply(alert, "!claim\n!wait vendor"))
    sheet, *others = house.mail(reply(alert, "!list workload\n!liste fordeling\n!lista kuormitus"))
    assert [body(one) for one in others] == [body(sheet)] * 2
    assert str(sheet["Subject"]) == "Who has how much"
    for line in (
        ":: support: open 3, with nobody 1, overdue 1\n:: the oldest with nobody since Monday 23 November 2026 at",
        ":: Kari Nordmann: open 1, overdue 0, waiting for others 1",
        ":: Per Hansen: open 1, overdue 0, waiting for others 0",
    ):
        assert line in body(sheet), body(sheet)
    at = ("--at", house.now.isoformat())
    view = json.loads(cli(house, "workload", "--json", *at))
    assert view == {
        "agents": [
            {"id": "kari", "name": "Kari Nordmann", "open": 1, "overdue": 0, "waiting": 1},
            {"id": "per", "name": "Per Hansen", "open": 1, "overdue": 0, "waiting": 0},
        ],
        "queues": [
            {
                "name": "support", "open": 3, "unassigned": 1, "overdue": 1,
                "oldest_unassigned_at": "2026-11-23T10:00:01+01:00",
            }
        ],
    }  # fmt: skip
    assert cli(house, "workload", *at).splitlines()[0] == "support\t3\t1\t1\t2026-11-23 10:00"


# ---- the command line -----------------------------------------------------------------------------------------------


def test_time_by_ticket_agent_and_organisation(house: House) -> None:
    first, alert = house.ask()
    second, other = house.ask("Toner", "No toner.", EVA)
    house.mail(reply(alert, "!time 0:30"))
    house.mail(reply(other, "!time 2:00 billable"))
    at = ("--at", house.now.isoformat())
    assert "15 min noted on" in cli(house, "time", first, "0:15", "--billable", "--as", "per", *at)

    def sums(*arguments: str) -> list[tuple[str | None, int, int]]:
        rows = [json.loads(line) for line in cli(house, "time", *arguments, "--json").splitlines()]
        return [(row["of"], row["minutes"], row["billable_minutes"]) for row in rows]

    assert sums() == [(second, 120, 120), (first, 45, 15)]
    assert sums("--by", "agent") == [("kari", 150, 120), ("per", 15, 15)]
    assert sums("--by", "organisation") == [(None, 165, 135)]
    assert sums(first) == [("kari", 30, 0), ("per", 15, 15)]
    assert sums("--from", "2027-01-01") == [] and len(sums("--to", "2027-01-01")) == 2
    assert cli(house, "time", "--by", "agent").splitlines() == ["kari\t2:30\t2:00", "per\t0:15\t0:15"]
    assert "write hours and minutes" in cli(house, "time", first, "soon", status=2)
    assert "say ticket, agent or organisation" in cli(house, "time", "--by", "day", status=2)
    assert "there is no ticket 261123999" in cli(house, "time", "261123999", status=1)


def test_the_command_line_tells_the_same_story(house: House) -> None:
    number, alert = house.ask()
    house.mail(reply(alert, "!claim\n!time 0:30"))
    shown = cli(house, "ticket", number)
    for line in (
        "time spent: 30 min",
        "23 November 2026:",
        "10:00 Kari Nordmann took the ticket",
        "M1  2026-11-23 10:00",
    ):
        assert line in shown.replace("2026-11-23:", "23 November 2026:"), shown
    assert "assignee" not in shown and "\x1b" not in shown


def test_tickets_are_narrowed_by_type_category_and_tag(house: House) -> None:
    number, _ = house.ask()
    house.ask("Toner", "No toner.", EVA)
    for name, value in (("type", "support"), ("category", "delivery"), ("tag", "later")):
        assert cli(house, "tickets", f"--{name}", value) == ""
    with house.app.database.write() as connection:
        tickets.change_ticket(connection, 1, type="support", category="delivery")
        connection.execute(sa.insert(ticket_tag).values(ticket_id=1, tag="later"))
    for name, value in (("type", "Support"), ("category", "delivery"), ("tag", "later")):
        [line] = cli(house, "tickets", f"--{name}", value).splitlines()
        assert line.startswith(number)
