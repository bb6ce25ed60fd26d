"""Command lines: every command once, the shape of the block, and each mistake with what to write instead."""

import re
from datetime import UTC, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailgate.inbound import command_readers
from mailgate.inbound.command_lines import Commands, read_commands
from ticketing import commands as ask
from ticketing.case_number import CaseNumber
from ticketing.command_words import BY_NAME, END_WORDS, NEAR, WORDS, Role, help_lines, word_key
from ticketing.days import When, read_when

N = CaseNumber("261121001")
ROLES: tuple[Role, ...] = ("agent", "requester")


def agent(text: str) -> Commands:
    return read_commands(text, for_whom="agent")


@pytest.mark.parametrize(
    "line, command",
    [
        ("!note", ask.Note()),
        ("!note ask Kari first", ask.Note("ask Kari first")),
        ("!reply", ask.Reply()),
        ("!claim", ask.Claim()),
        ("!CLAIM", ask.Claim()),
        ("  !claim  ", ask.Claim()),
        ("\u00a0!claim\u200b", ask.Claim()),
        ("!ta", ask.Claim()),
        ("!ota", ask.Claim()),
        ("! ta", ask.Claim()),
        ("!\u00a0Ta", ask.Claim()),
        ("!assign kari", ask.Assign("kari")),
        ("!assign @kari", ask.Assign("kari")),
        ("!assign Kari Nordmann", ask.Assign("Kari Nordmann")),
        ("!assign none", ask.Assign(None)),
        ("!tildel ingen", ask.Assign(None)),
        ("!ask kari@example.com", ask.Ask("kari@example.com")),
        ("!done", ask.Done()),
        ("!done.", ask.Done()),
        ("!LØST", ask.Done()),
        ("!lost", ask.Done()),
        ("!valmis", ask.Done()),
        ("!close", ask.Close()),
        ("!lukk", ask.Close()),
        ("!sulje", ask.Close()),
        ("!reopen", ask.Reopen()),
        ("!gjenåpne", ask.Reopen()),
        ('!split "a" m3,m4', ask.Split("a", (3, 4), False)),
        ('!split "Lamp 5, m3" m3, m4 files', ask.Split("Lamp 5, m3", (3, 4), True)),
        ("!todo Install macOS 10.12", ask.Todo("Install macOS 10.12", None, None)),
        ("!todo Install macOS by 10.12", ask.Todo("Install macOS", None, When("10.12"))),
        ("!todo call him next friday", ask.Todo("call him", None, When("next friday"))),
        ("!todo call him in 3 days", ask.Todo("call him", None, When("in 3 days"))),
        ("!todo call him tomorrow at 14", ask.Todo("call him", None, When("tomorrow at 14"))),
        ("!status open", ask.SetStatus("open")),
        ("!status Progress", ask.SetStatus("in_progress")),
        ("!tila käsittelyssä", ask.SetStatus("in_progress")),
        ("!status under arbeid", ask.SetStatus("in_progress")),
        ("!priority urgent", ask.SetPriority("urgent")),
        ("!prioritet Høy", ask.SetPriority("high")),
        ("!prioriteetti matala", ask.SetPriority("low")),
        ("!type incident", ask.SetType("incident")),
        ('!category "web shop"', ask.SetCategory("web shop")),
        ("!tag +vip -slow x", ask.Tag(("vip", "x"), ("slow",))),
        ('!title "Printer out"', ask.SetTitle("Printer out")),
        ("!title “Printer out”", ask.SetTitle("Printer out")),
        ("!tittel «Skriver nede»", ask.SetTitle("Skriver nede")),
        ('!title The "big" one', ask.SetTitle('The "big" one')),
        ("!title: Printer", ask.SetTitle("Printer")),
        ("!field order=4711", ask.SetField("order", "4711")),
        ('!field error text="a = b"', ask.SetField("error text", "a = b")),
        ("!field order=", ask.SetField("order", "")),
        ("!wait requester", ask.Wait("requester")),
        ("!wait vendor until 2026-12-25", ask.Wait("third_party", When("2026-12-25"))),
        ("!vent leverandør til fredag", ask.Wait("third_party", When("fredag"))),
        ("!due 25.12.", ask.Due(When("25.12."))),
        ("!due 25.12. 14:30", ask.Due(When("25.12. 14:30"))),
        ("!frist +3d", ask.Due(When("+3d"))),
        ("!due I morgen kl. 9:00", ask.Due(When("i morgen kl. 9:00"))),
        ("!canned thanks", ask.Canned("thanks")),
        ("!canned ?", ask.Canned("", look=True)),
        ("!canned ? thanks n=3", ask.Canned("thanks", (("n", "3"),), look=True)),
        ('!canned thanks name="Ola N" n=3', ask.Canned("thanks", (("name", "Ola N"), ("n", "3")))),
        ("!cc +a@x.no -b@y.no", ask.Cc(("a@x.no",), ("b@y.no",))),
        ("!cc a@x.no, c@x.no", ask.Cc(("a@x.no", "c@x.no"))),
        ("!requester Ola <OLA@x.no>", ask.SetRequester("ola@x.no")),
        ("!contact ola@x.no", ask.SetContact("ola@x.no")),
        ("!org Example AS", ask.SetOrganisation("Example AS")),
        ("!alias mailto:ola@y.no", ask.AddAlias("ola@y.no")),
        ("!number AB-1234", ask.AddNumber("AB-1234")),
        ("!link 261121001", ask.Link(N)),
        ("!link [#261121001]", ask.Link(N)),
        ("!merge #261121001", ask.Merge(N)),
        ("!slå-sammen 261121001", ask.Merge(N)),
        ('!split "The second thing"', ask.Split("The second thing")),
        ('!split "The second thing" m3 files', ask.Split("The second thing", (3,), True)),
        ("!split The second thing M3 m4", ask.Split("The second thing", (3, 4))),
        ("!forward a@x.no", ask.Forward("a@x.no")),
        ("!forward a@x.no m3 m5 #261121001", ask.Forward("a@x.no", (3, 5), False, (N,))),
        ("!videresend a@x.no alle", ask.Forward("a@x.no", (), True)),
        ("!call 0:10", ask.Call(10)),
        ("!call 10 min", ask.Call(10)),
        ("!call 10 min about the till", ask.Call(10, "about the till")),
        ("!time 30 min", ask.Time(30)),
        ("!time 1 t 30 min fakturerbart", ask.Time(90, True)),
        ("!time 1.30", ask.Time(90)),
        ("!tid 2 timer billable", ask.Time(120, True)),
        ("!aika 45 minuuttia", ask.Time(45)),
        ("!estimate 6 timer 4500 kr", ask.Estimate(360, "4500 kr")),
        ("!anslag 6t", ask.Estimate(360)),
        ("!anslag 1,5 t", ask.Estimate(90)),
        ("!estimate 6h", ask.Estimate(360)),
        ("!arvio 6 tuntia 300 €", ask.Estimate(360, "300 €")),
        ("!estimate 6:00 t 4500 kr", ask.Estimate(360, "4500 kr")),
        ("!puhelu 0:10 asked again", ask.Call(10, "asked again")),
        ("!time 1:30", ask.Time(90)),
        ("!time 0:30 billable", ask.Time(30, True)),
        ("!todo call the vendor", ask.Todo("call the vendor")),
        ("!todo call the vendor @kari fredag", ask.Todo("call the vendor", "kari", When("fredag"))),
        ("!todo call 2026-12-01 14:30", ask.Todo("call", None, When("2026-12-01 14:30"))),
        ("!todo fredag", ask.Todo("fredag")),
        ("!remind +3d ask again", ask.Remind(When("+3d"), "ask again")),
        ("!remind tomorrow", ask.Remind(When("tomorrow"))),
        ("!spam", ask.Spam()),
        ("!silent", ask.Silent()),
        ("!accept h17", ask.Accept("h17")),
        ("!reject h17", ask.Reject("h17")),
        ("!undo", ask.Undo()),
        ("!angre", ask.Undo()),
        ("!show", ask.Show()),
        ("!history", ask.History()),
        ("!sla", ask.Sla()),
        ("!new", ask.New()),
        ("!new order", ask.New("order")),
        ("!list mine", ask.List("mine")),
        ("!liste ufordelte", ask.List("unassigned")),
        ("!list person Ola <ola@x.no>", ask.List("person", "ola@x.no")),
        ("!list org Example AS", ask.List("org", "Example AS")),
        ("!list friday review", ask.List("named", "friday review")),
        ("!star", ask.Star()),
        ("!next", ask.Next()),
        ("!away until 2026-12-31", ask.Away(When("2026-12-31"))),
        ("!borte til mandag til ola", ask.Away(When("mandag"), "ola")),
        ("!poissa 31.12. asti", ask.Away(When("31.12."))),
        ("!back", ask.Back()),
        ("!reassign kari to ola", ask.Reassign("kari", "ola")),
        ("!omfordel Kari Nordmann til ola", ask.Reassign("Kari Nordmann", "ola")),
        ("!report", ask.Report()),
        ("!help", ask.Help()),
        ("!hjelp merge", ask.Help("merge")),
        ("!request", ask.Request()),
        ("!resolution\nNew cable.\n\nAnd a reboot.\n!end", ask.Resolution("New cable.\n\nAnd a reboot.")),
        ("!løsning Ny kabel\n!SLUTT", ask.Resolution("Ny kabel")),
        ("!edit M3\nbetter words\n!end", ask.Edit(3, "better words")),
    ],
)
def test_one_command(line: str, command: ask.Command) -> None:
    assert agent(line + "\n\nHello") == Commands((command,), (), "Hello")


# As people, their keyboards and their programs write them.
@pytest.mark.parametrize(
    "line, command",
    [
        ("!Done", ask.Done()),
        ("! done.", ask.Done()),
        ("!done!", ask.Done()),
        ("!done,", ask.Done()),
        ("！done", ask.Done()),
        ("！ ｄｏｎｅ", ask.Done()),
        ("!do\u200bne", ask.Done()),
        ("\ufeff!done", ask.Done()),
        ("!\u00addone", ask.Done()),
        ("- !done", ask.Done()),
        ("• !done", ask.Done()),
        ("* ! Done", ask.Done()),
        ("1. !done", ask.Done()),
        ("*!done*", ask.Done()),
        ("**!done**", ask.Done()),
        ("_!done_", ask.Done()),
        ("*!priority high*", ask.SetPriority("high")),
        ("!klar", ask.Done()),
        ("!ferdig", ask.Done()),
        ("!valmis", ask.Done()),
        ("!fixed", ask.Done()),
        ("!solved", ask.Done()),
        ("!løst", ask.Done()),
        ("!take", ask.Claim()),
        ("!prio high", ask.SetPriority("high")),
        ("!prio Haster!", ask.SetPriority("urgent")),
        ("!prioritet høy.", ask.SetPriority("high")),
        ("!priority ｈｉｇｈ", ask.SetPriority("high")),
        ("!prioritet hoy", ask.SetPriority("high")),
        ("!assign me", ask.Assign("me")),
        ("!assign to kari", ask.Assign("kari")),
        ("!tildel til @kari", ask.Assign("kari")),
        ("!tildel Kari Nordmann.", ask.Assign("Kari Nordmann")),
        ("!assign Per Hansen <per@x.no>", ask.Assign("Per Hansen <per@x.no>")),
        ("!tag +vip –slow", ask.Tag(("vip",), ("slow",))),
        ("!tag −slow", ask.Tag((), ("slow",))),
        ("!tag + vip - slow", ask.Tag(("vip",), ("slow",))),
        ("!tag • slow", ask.Tag((), ("slow",))),
        ("!tag ＋vip", ask.Tag(("vip",))),
        ("!todo –17", ask.TodoDone(17)),
        ("!title ”Skriver nede”", ask.SetTitle("Skriver nede")),
        ("!title »Skriver nede«", ask.SetTitle("Skriver nede")),
        ('!title “Skriver nede"', ask.SetTitle("Skriver nede")),
        ("!title ‘Skriver nede’", ask.SetTitle("Skriver nede")),
        ("!title\u00a0“Skriver\u00a0nede”", ask.SetTitle("Skriver nede")),
        ("!split ”Toner” m3", ask.Split("Toner", (3,))),
        ("!cc +a@x.no<mailto:a@x.no> -b@y.no <mailto:b@y.no>", ask.Cc(("a@x.no",), ("b@y.no",))),
        ("!cc Ola Nordmann <a@x.no>, -Eva-Lise Berg <b@y.no> c@x.no", ask.Cc(("a@x.no", "c@x.no"), ("b@y.no",))),
        ('!cc +"Ola Nordmann" <a@x.no>', ask.Cc(("a@x.no",))),
        ("!forward Ola Nordmann <a@x.no> m3", ask.Forward("a@x.no", (3,))),
        ("!requester ola@x.no <mailto:ola@x.no>", ask.SetRequester("ola@x.no")),
        ("!alias <mailto:ola@x.no>", ask.AddAlias("ola@x.no")),
        ("!vent på kunden til fredag", ask.Wait("requester", When("fredag"))),
        ("!vent på svar fra leverandøren", ask.Wait("third_party")),
        ("!wait for third party", ask.Wait("third_party")),
        ("!wait for the customer until Dec 1", ask.Wait("requester", When("dec 1"))),
        ("!odota asiakasta perjantaihin asti", ask.Wait("requester", When("perjantaihin"))),
        ("!odota toimittajaa 3 päivän päästä", ask.Wait("third_party", When("3 päivän päästä"))),
        ("!frist innen fredag kl 12", ask.Due(When("fredag kl 12"))),
        ("!due by friday", ask.Due(When("friday"))),
        ("!deadline 1. desember", ask.Due(When("1. desember"))),
        ("!due perjantaihin mennessä", ask.Due(When("perjantaihin"))),
        ("!due 12:00", ask.Due(When("12:00"))),
        ("!due in 3 days", ask.Due(When("in 3 days"))),
        ("!remind me on friday to call Ola", ask.Remind(When("friday"), "to call Ola")),
        ("!remind call Ola tomorrow at 12", ask.Remind(When("tomorrow at 12"), "call Ola")),
        ("!minn meg på i morgen kl 9 å ringe", ask.Remind(When("i morgen kl 9"), "å ringe")),
        ("!todo ring Ola på fredag kl. 12", ask.Todo("ring Ola", None, When("fredag kl. 12"))),
        ("!away until 1. desember", ask.Away(When("1. desember"))),
        ("!borte til 1. desember til per", ask.Away(When("1. desember"), "per")),
        ("!away friday", ask.Away(When("friday"))),
        ("!poissa perjantaihin asti", ask.Away(When("perjantaihin"))),
        ("!løsning Ny kabel", ask.Resolution("Ny kabel")),
        ("!resolution New cable", ask.Resolution("New cable")),
        ("!time 30 min.", ask.Time(30)),
        ("!tid 0,5 t", ask.Time(30)),
        ("!time 1h 30m", ask.Time(90)),
        ("!time 1h30m", ask.Time(90)),
        ("!time 1h30", ask.Time(90)),
        ("!time 90 minutes", ask.Time(90)),
        ("!tid en halv time", ask.Time(30)),
        ("!time half an hour billable", ask.Time(30, True)),
        ("!aika puoli tuntia", ask.Time(30)),
        ("!aika 1 tunti 30 minuuttia", ask.Time(90)),
        ("!time 1 hour and 30 minutes", ask.Time(90)),
        ("!time 1.5h", ask.Time(90)),
    ],
)
def test_one_command_as_people_write_it(line: str, command: ask.Command) -> None:
    assert agent(line + "\n\nHello") == Commands((command,), (), "Hello")


@pytest.mark.parametrize(
    "text, commands, rest",
    [
        ("", (), ""),
        ("!løsning Ny kabel\n!ferdig\n\nHei", (ask.Resolution("Ny kabel"), ask.Done()), "Hei"),
        ("!resolution New cable\n!edit m3\nbetter\n!end", (ask.Resolution("New cable"), ask.Edit(3, "better")), ""),
        ("!resolution New\ncable\n!end\n!done", (ask.Resolution("New\ncable"), ask.Done()), ""),
        ("- !wow\n- b", (), "- !wow\n- b"),
        ("!wow, nice", (), "!wow, nice"),
        ("*!done", (), "*!done"),
        ("Hello", (), "Hello"),
        ("\n\n  \n!done\n\n!star\nHello\n!close", (ask.Done(), ask.Star()), "Hello\n!close"),
        ("Hello\n!done", (), "Hello\n!done"),
        ("!done\n-- \n!star", (ask.Done(),), "-- \n!star"),
        ("!done\n> !star", (ask.Done(),), "> !star"),
        ("> !done", (), "> !done"),
        ("!done\n!end\n!star is what I wrote", (ask.Done(),), "!star is what I wrote"),
        ("!end\n!done", (), "!done"),
        ("> It burns.\n>\n> Still.\n\n!done\n\nIt is off.", (ask.Done(),), "It is off."),
        ("> It burns.\n!done\nIt is off.", (), "> It burns.\n!done\nIt is off."),
        ("> It burns.\n\nOff.\n\n!done", (), "> It burns.\n\nOff.\n\n!done"),
        ("! is a sign\n!done", (), "! is a sign\n!done"),
        ("!resolution\nx\n!end\n!done\nBye", (ask.Resolution("x"), ask.Done()), "Bye"),
        ("!resolution\n!done\n!end", (ask.Resolution("!done"),), ""),
        ("! done", (ask.Done(),), ""),
        ("! undone", (), "! undone"),
        ("!!done", (), "!!done"),
        ("!5 is a factorial", (), "!5 is a factorial"),
        ("(!done)", (), "(!done)"),
        ("!done\r\n\r\nHello\r\nyou", (ask.Done(),), "Hello\r\nyou"),
    ],
)
def test_the_block(text: str, commands: tuple[ask.Command, ...], rest: str) -> None:
    assert agent(text) == Commands(commands, (), rest)


MISTAKES: list[tuple[str, str | None, str]] = [
    ("!clse", "close", "Did you mean !close?"),
    ("!avlsutt", "close", "Did you mean !close?"),
    ("!ressolution", "resolution", "!resolution"),
    ("!xyzzy", None, "!help"),
    ("!stop", None, "There is no command !stop."),
    ("!assign", "assign", "Write: !assign AGENT|none"),
    ("!status", "status", "open|progress"),
    ("!status closed", "status", "is none of open, progress"),
    ("!priority asap", "priority", "low, medium, high, urgent"),
    ("!done, it works", "done", "Nothing stands behind"),
    ("!done👍", "done", "Nothing stands behind"),
    ("!close)", "close", "Nothing stands behind"),
    ("!forward m3 Ola <a@x.no>", "forward", "no mail address"),
    ("!due 9999-12-31 23:59", "due", "9999-12-31 is farther away"),
    ("!wait vendor until 0001-01-01", "wait", "farther away"),
    ("!wait until friday", "wait", "Who has the turn"),
    ("!tag -", "tag", "missing"),
    ("!done now", "done", "Nothing stands behind"),
    ("!tag", "tag", "+x -y"),
    ("!title", "title", '!title "TITLE"'),
    ('!title ""', "title", "missing"),
    ("!field order", "field", "KEY=VALUE"),
    ("!wait", "wait", "until DAY"),
    ("!wait requester until never", "wait", "A day is needed"),
    ("!due", "due", "2026-12-25"),
    ("!due 2026-02-30", "due", "A day is needed"),
    ("!due 31.2.", "due", "A day is needed"),
    ("!due friday please", "due", "too much"),
    ("!cc +a@", "cc", "no mail address"),
    ("!requester", "requester", "missing"),
    ("!requester Ola", "requester", "no mail address"),
    ("!link 4711", "link", "case number"),
    ("!merge 261121001 261121002", "merge", "One case number"),
    ("!split m3", "split", "title"),
    ('!split "a" of m3', "split", "messages"),
    ("!forward", "forward", "address"),
    ("!forward a@x.no please", "forward", "neither"),
    ("!call", "call", "0:10"),
    ("!call soon", "call", "hours:minutes"),
    ("!time 0:75", "time", "hours:minutes"),
    ("!time 0:00", "time", "zero"),
    ("!time 30", "time", "30 min"),
    ("!estimate 6", "estimate", "6:00 or 6 t"),
    ("!estimate 6 4500 kr", "estimate", "6:00 or 6 t"),
    ("!time 0:30 perhaps", "time", "billable"),
    ("!todo @kari", "todo", "What is to be done?"),
    ("!remind me", "remind", "A day is needed"),
    ("!list", "list", "Which list?"),
    ("!away", "away", "A day is needed"),
    ("!away until friday ola", "away", "to AGENT"),
    ("!reassign kari", "reassign", "From whom to whom?"),
    ("!canned", "canned", "name"),
    ("!canned a b", "canned", "KEY=VALUE"),
    ("!resolution\nno end", "resolution", "!end is missing"),
    ("!resolution\n!end", "resolution", "no words"),
    ("!edit\nx\n!end", "edit", "m3"),
    ("!edit m3\n!end", "edit", "no words"),
]


@pytest.mark.parametrize("line, nearest, part", MISTAKES)
def test_mistakes(line: str, nearest: str | None, part: str) -> None:
    read = agent("\n!star\n" + line)
    assert read.commands == (ask.Star(),)
    (error,) = read.errors
    assert error.line == 3
    assert error.word == line.split()[0][1:].split("\n")[0].rstrip(",👍)")
    assert error.nearest == nearest
    assert part in error.text


def test_ten_commands_and_not_one_more() -> None:
    ten = agent("!star\n" * 10 + "Hello")
    assert (len(ten.commands), ten.errors, ten.rest) == (10, (), "Hello")
    eleven = agent("!star\n" * 11 + "Hello")
    assert len(eleven.commands) == 10
    assert [(error.line, error.word) for error in eleven.errors] == [(11, "star")]


@pytest.mark.parametrize(
    "text, commands, rest",
    [
        ("!close", (ask.Close(),), ""),
        ("!Lukk!\n\nTakk for hjelpen", (ask.Close(),), "Takk for hjelpen"),
        ("!stop", (ask.Stop(),), ""),
        ("!stopp", (ask.Stop(),), ""),
        ("!request", (ask.Request(),), ""),
        ("!status", (ask.AskStatus(),), ""),
        ("!mine", (ask.Mine(),), ""),
        ("!omat", (ask.Mine(),), ""),
        ("!status\n!close", (ask.AskStatus(), ask.Close()), ""),
        ("!hjelp", (ask.Help(),), ""),
        ("!help me", (), "!help me"),
        ("!status of my printer?", (), "!status of my printer?"),
        ("!done", (), "!done"),
        ("!merge 261121001", (), "!merge 261121001"),
        ("!clse", (), "!clse"),
        ("!viktig: skriveren brenner", (), "!viktig: skriveren brenner"),
        ("Hello\n!close", (), "Hello\n!close"),
        ("> !close", (), "> !close"),
    ],
)
def test_requesters_have_few_words(text: str, commands: tuple[ask.Command, ...], rest: str) -> None:
    assert read_commands(text, for_whom="requester") == Commands(commands, (), rest)


NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)  # a Saturday


def check_day(text: str, moment: datetime) -> None:
    found = read_when(tuple(text.split()))
    assert found is not None
    assert found[1] == len(text.split())
    assert found[0].at(NOW, time(16, 0)) == moment


@pytest.mark.parametrize(
    "text, moment",
    [
        ("2026-12-25", datetime(2026, 12, 25, 16, 0, tzinfo=UTC)),
        ("2026-12-25 14:30", datetime(2026, 12, 25, 14, 30, tzinfo=UTC)),
        ("2026-12-25T09:05", datetime(2026, 12, 25, 9, 5, tzinfo=UTC)),
        ("25.12.", datetime(2026, 12, 25, 16, 0, tzinfo=UTC)),
        ("25.12", datetime(2026, 12, 25, 16, 0, tzinfo=UTC)),
        ("25.12.2027", datetime(2027, 12, 25, 16, 0, tzinfo=UTC)),
        ("25.12.27", datetime(2027, 12, 25, 16, 0, tzinfo=UTC)),
        ("20.11.", datetime(2027, 11, 20, 16, 0, tzinfo=UTC)),
        ("21.11.", datetime(2026, 11, 21, 16, 0, tzinfo=UTC)),
        ("29.2.", datetime(2028, 2, 29, 16, 0, tzinfo=UTC)),
        ("fredag", datetime(2026, 11, 27, 16, 0, tzinfo=UTC)),
        ("lördag", datetime(2026, 11, 28, 16, 0, tzinfo=UTC)),
        ("Perjantai", datetime(2026, 11, 27, 16, 0, tzinfo=UTC)),
        ("tomorrow", datetime(2026, 11, 22, 16, 0, tzinfo=UTC)),
        ("i morgen kl 9:00", datetime(2026, 11, 22, 9, 0, tzinfo=UTC)),
        ("huomenna klo 9.15", datetime(2026, 11, 22, 9, 15, tzinfo=UTC)),
        ("+3d", datetime(2026, 11, 24, 16, 0, tzinfo=UTC)),
        ("+2 uker", datetime(2026, 12, 5, 16, 0, tzinfo=UTC)),
        ("+2h", datetime(2026, 11, 21, 14, 0, tzinfo=UTC)),
    ],
)
def test_days(text: str, moment: datetime) -> None:
    check_day(text, moment)


# As people write them; only the day is stated where it is one of 16:00.
@pytest.mark.parametrize("text, moment", [
    ("1. desember", "12-01"), ("1.12.", "12-01"), ("1.12.2026", "12-01"), ("1. 12. 2026", "12-01"),
    ("1. joulukuuta", "12-01"), ("1. joulukuuta 2026", "12-01"), ("joulukuun 1.", "12-01"), ("Dec 1", "12-01"),
    ("December 1st", "12-01"), ("December 1, 2026", "12-01"), ("1st of December", "12-01"),
    ("the 1st of Dec.", "12-01"),
    ("den 1. desember", "12-01"), ("1 des. 2026", "12-01"), ("tirsdag 1. desember", "12-01"), ("ti 1.12.", "12-01"),
    ("Tuesday, Dec 1", "12-01"), ("tirsdag den 1.12.", "12-01"), ("1/12", "12-01"), ("1. mars 2027", "2027-03-01"),
    ("tomorrow", "11-22"), ("i morgen", "11-22"), ("imorgen", "11-22"), ("huomenna", "11-22"), ("huomiseen", "11-22"),
    ("day after tomorrow", "11-23"), ("i overmorgen", "11-23"), ("ylihuomenna", "11-23"),
    ("fredag", "11-27"), ("på fredag", "11-27"), ("til fredag", "11-27"), ("innen fredag", "11-27"),
    ("fredagen", "11-27"),
    ("by Friday", "11-27"), ("on friday", "11-27"), ("this friday", "11-27"), ("kommende fredag", "11-27"),
    ("perjantaihin", "11-27"), ("perjantaina", "11-27"), ("perjantaihin mennessä", "11-27"),
    ("perjantaihin asti", "11-27"), ("keskiviikkoon", "11-25"), ("tiistaihin", "11-24"), ("torstaina", "11-26"),
    ("next friday", "11-27"), ("neste fredag", "11-27"), ("ensi maanantaina", "11-23"), ("next week", "11-23"),
    ("friday next week", "11-27"), ("torsdag neste uke", "11-26"), ("ensi viikon torstaina", "11-26"),
    ("in 3 days", "11-24"), ("om 3 dager", "11-24"), ("om tre dager", "11-24"), ("3 päivän päästä", "11-24"),
    ("kolmen päivän kuluttua", "11-24"), ("3d", "11-24"), ("3 days", "11-24"), ("2 uker", "12-05"),
    ("om en uke", "11-28"),
    ("in a week", "11-28"), ("viikon päästä", "11-28"), ("2 viikon päästä", "12-05"), ("2 vk", "12-05"),
    ("in 2 months", "2027-01-21"), ("kuukauden kuluttua", "12-21"), ("om 3 måneder", "2027-02-21"),
    ("in 2 hours", "11-21 14:00"), ("om 2 timer", "11-21 14:00"), ("2 tunnin päästä", "11-21 14:00"),
    ("kl 13", "11-21 13:00"), ("klo 13", "11-21 13:00"), ("at 13", "11-21 13:00"), ("13:00", "11-21 13:00"),
    ("klo 13.30", "11-21 13:30"), ("kl. 9", "11-22 09:00"), ("at 9am", "11-22 09:00"), ("12:00", "11-22 12:00"),
    ("fredag kl 12", "11-27 12:00"), ("fredag kl. 12.30", "11-27 12:30"), ("perjantaina klo 12", "11-27 12:00"),
    ("friday at 12", "11-27 12:00"), ("friday at 3 pm", "11-27 15:00"), ("fri 27.11. 12:00", "11-27 12:00"),
    ("kl 12 i morgen", "11-22 12:00"), ("at 9 tomorrow", "11-22 09:00"), ("1. desember kl 8", "12-01 08:00"),
    ("1. joulukuuta klo 8.15", "12-01 08:15"), ("Dec 1, 8:15", "12-01 08:15"), ("1.12. 8:15", "12-01 08:15"),
    ("next friday at 10:00", "11-27 10:00"), ("in 3 days at 10:00", "11-24 10:00"),
])  # fmt: skip
def test_days_as_people_write_them(text: str, moment: str) -> None:
    day, _, hour = moment.partition(" ")
    year = "" if len(day) > 5 else "2026-"
    check_day(text, datetime.fromisoformat(f"{year}{day}T{hour or '16:00'}:00+00:00"))


def test_next_friday_is_of_next_week() -> None:
    on_monday = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
    days = [read_when((*text.split(),)) for text in ("friday", "this friday", "next friday", "neste fredag")]
    assert [one[0].at(on_monday, time(16)).day for one in days if one] == [27, 27, 4, 4]


@pytest.mark.parametrize("text", [
    "", "never", "32.1.", "0.1.", "2026-13-01", "+", "+3", "1.2.3.4", "12", "12.30", "3", "to", "sun", "may", "om",
    "in",
    "the", "på", "9999-12-31", "9999-12-31 23:59", "0001-01-01", "1.1.9999", "30. februar", "at 25", "at 13pm", "next",
    "next year", "3 of 4", "a", "at", "kl", "t12:00", "2026", "desember",
])  # fmt: skip
def test_no_days(text: str) -> None:
    assert read_when(tuple(text.split())) is None


def test_one_table_of_words() -> None:
    names = [word_key(name) for word in WORDS for name in (word.name, *word.nb, *word.fi, *NEAR.get(word.name, ()))]
    assert len(names) == len(set(names)), "a word names two commands"
    for_agents = {word.name for word in WORDS if "agent" in word.who}
    for_requesters = {word.name for word in WORDS if "requester" in word.who}
    assert for_agents == set(command_readers.AGENTS) | {"resolution", "edit"}
    assert for_requesters == set(command_readers.REQUESTERS)
    assert for_requesters == {"close", "stop", "request", "status", "mine", "help"}
    assert not {word_key(end) for end in END_WORDS} & set(BY_NAME)


def test_help_names_every_command() -> None:
    named = {role: {re.split(r"[ :]", line)[0] for line in help_lines(role)} for role in ROLES}
    assert named == {role: {f"!{word.name}" for word in WORDS if role in word.who} for role in ROLES}
    assert help_lines("agent", ["assign"]) == ["!assign AGENT|none: give the ticket to an agent"]


_PIECES = st.sampled_from(
    ["!", "!end", "\n", " ", '"', "“", "m3", "all", "+3d", "fredag", "261121001", "a@x.no", "0:10", "until", "="]
    + ["@", ">", "-- "]
    + [f"!{word.name}" for word in WORDS]
)


@given(st.lists(st.one_of(_PIECES, st.text(max_size=5)), max_size=30).map("".join))
def test_nothing_raises_and_nothing_is_lost(text: str) -> None:
    for role in ("agent", "requester"):
        read = read_commands(text, for_whom=role)  # type: ignore[arg-type]
        assert len(read.commands) <= 10
        assert text.rstrip().endswith(read.rest)
        assert role == "agent" or not read.errors


@pytest.mark.parametrize(
    "unit", ["!", "“", "“ ", '"', "!resolution\n", "!title “", "!cc +a@x.no ", "!todo fredag ", "\n", " "]
)
def test_hostile_texts_take_linear_time(unit: str) -> None:
    agent(unit * (250_000 // len(unit)))
    agent("!todo " + unit.replace("\n", " ") * (250_000 // len(unit)))
    agent("!" + "a" * 250_000)
