"""Which ticket a mail belongs to (RULES 3): duplicates, tokens, numbers, copies, titles; by real mails, and once
through the installed command."""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from harness import Desk
from inside import BILLING, SALES, SUPPORT, InsideDesk, Out, mail, people

from ticketing import commands

OLA = "ola@firma.no"
EVE = "eve@evil.example"


# ---- T0: the same mail again ----------------------------------------------------------------------------------------


def test_the_same_mail_again_is_a_duplicate(inside: InsideDesk) -> None:
    data = mail()
    first = inside.receive(data)
    again = inside.receive(data)
    assert again.what == ("duplicate", "T0")
    assert again.ticket == first.ticket
    assert again.mails == ()
    inside.wait(days=300)
    assert inside.receive(data).what == ("duplicate", "T0")
    assert len(inside.tickets()) == 1
    assert len(inside.ticket(first.ticket)["messages"]) == 1


def test_the_same_mail_in_one_batch_is_a_duplicate(inside: InsideDesk) -> None:
    data = mail()
    assert sorted(one.disposition for one in inside.receive_all([data] * 4)) == ["duplicate"] * 3 + ["new"]


def test_the_same_id_with_other_words_is_another_mail(inside: InsideDesk) -> None:
    """Else one mail could swallow another's."""
    first = inside.receive(mail(message_id="<same@firma.no>"))
    other = inside.receive(
        mail("per@annen.no", subject="Quite another", body="Not the same.", message_id="<same@firma.no>")
    )
    assert other.disposition == "new"
    assert other.ticket != first.ticket
    assert other.told["matching"][0]["outcome"] == "processed, flagged"
    assert "its Message-ID came before with other content" in other.of("AgentAlert")[0].text
    assert any(one["what"] == "flag" for one in inside.ticket(other.ticket)["history"])


def test_without_an_id_the_content_decides(inside: InsideDesk) -> None:
    data = mail(message_id="")
    assert inside.receive(data).disposition == "new"
    inside.wait(days=40)
    assert inside.receive(data).disposition == "duplicate"
    assert inside.receive(mail(message_id="", body="Other words.")).disposition == "new"


@pytest.mark.parametrize("minutes, disposition", [(0, "duplicate"), (9.9, "duplicate"), (10.1, "new")])
def test_without_id_and_date_only_ten_minutes_count(inside: InsideDesk, minutes: float, disposition: str) -> None:
    data = mail(message_id="", date=None)
    assert inside.receive(data).disposition == "new"
    inside.wait(minutes=minutes)
    assert inside.receive(data).disposition == disposition


def test_a_copy_that_a_relay_encoded_anew_is_a_duplicate(inside: InsideDesk) -> None:
    words = "Blåbær på tørr åkerjord, med litt for lange linjer."
    eight_bit = mail(subject="=?utf-8?q?Bl=C3=A5b=C3=A6r?=", body=words, message_id="<b@firma.no>")
    import base64

    encoded = mail(
        subject="=?utf-8?b?QmzDpWLDpnI=?=",
        body=base64.encodebytes((words + "\r\n").encode()).decode().strip(),
        message_id="<b@firma.no>",
        headers=[("Content-Transfer-Encoding", "base64"), ("Received", "from a by b; Sat, 21 Nov 2026 12:00:00 +0100")],
    )
    assert inside.receive(eight_bit).disposition == "new"
    assert inside.receive(encoded).disposition == "duplicate"


def test_one_mail_to_three_of_ours_is_one_ticket(inside: InsideDesk) -> None:
    """In the first of ours in To; the other copies are duplicates, whatever envelope they came in."""
    data = mail(to=f"friend@x.no, {BILLING}, {SUPPORT}", headers=[("Cc", SALES)])
    made = [inside.receive(data, rcpt=[box]) for box in (SALES, SUPPORT, BILLING)]
    assert [one.disposition for one in made] == ["new", "duplicate", "duplicate"]
    assert {one.ticket for one in made} == {made[0].ticket}
    assert made[0].acknowledgement.message["From"] == f"Example Support <{BILLING}>"
    assert inside.ticket(made[0].ticket)["queue"] == "billing"


@pytest.mark.parametrize(
    "to, cc, rcpt, queue",
    [
        (SUPPORT, BILLING, [BILLING], "support"),
        ("x@y.no", f"{BILLING}, {SUPPORT}", [SUPPORT], "billing"),
        ("x@y.no", "", [BILLING], "billing"),
        ("help@example.com", BILLING, [BILLING], "support"),
        ("support+anything@example.com", BILLING, [BILLING], "support"),
    ],
)
def test_to_then_cc_then_the_envelope(inside: InsideDesk, to: str, cc: str, rcpt: list[str], queue: str) -> None:
    outcome = inside.receive(mail(to=to, headers=[("Cc", cc)] if cc else []), rcpt=rcpt)
    assert inside.ticket(outcome.ticket)["queue"] == queue


def test_postmaster_mail_reaches_the_operators(inside: InsideDesk) -> None:
    outcome = inside.receive(mail(to="postmaster@example.com"), rcpt=["postmaster@example.com"])
    assert outcome.disposition == "new"
    assert [one.to for one in outcome.mails] == [("kari@example.com",)]


# ---- T1 to T3: tokens and ids ---------------------------------------------------------------------------------------


def test_a_token_counts_wherever_a_recipient_stands(inside: InsideDesk) -> None:
    opened = inside.receive(mail())
    token = opened.acknowledgement.token
    ways: list[dict[str, Any]] = [
        {"to": token},
        {"to": token.upper()},
        {"to": "x@y.no", "headers": [("Cc", f"Desk <{token}>")]},
        {"to": "x@y.no", "rcpt": [token]},
        {"headers": [("Delivered-To", token)]},
        {"headers": [("X-Original-To", token)]},
    ]
    for n, way in enumerate(ways):
        rcpt = way.pop("rcpt", [SUPPORT])
        outcome = inside.receive(mail(OLA, body=f"Way {n}", **way), rcpt=rcpt)
        assert (outcome.disposition, outcome.ticket) == ("appended", opened.ticket), way
        assert outcome.told["matching"][0]["step"] == "T1"


def test_references_are_read_from_the_right_and_in_reply_to_first(inside: InsideDesk) -> None:
    one, two = (inside.receive(mail(subject=f"Printer of room {n}", body=f"{n}")) for n in range(2))
    ids = (one.acknowledgement.id, two.acknowledgement.id)
    outcome = inside.receive(mail(headers=[("References", " ".join(ids))], body="a"))
    assert outcome.ticket == two.ticket
    outcome = inside.receive(mail(headers=[("In-Reply-To", ids[0]), ("References", " ".join(ids))], body="b"))
    assert outcome.ticket == one.ticket
    far = " ".join([ids[0], *(f"<f{n}@x.no>" for n in range(60))])
    assert inside.receive(mail(subject="Far", headers=[("References", far)], body="c")).disposition == "new"


def test_the_stronger_evidence_decides_and_the_other_is_told(inside: InsideDesk) -> None:
    one, two = (inside.receive(mail(subject=f"Printer of room {n}", body=f"{n}")) for n in range(2))
    outcome = inside.receive(mail(to=one.acknowledgement.token, subject=f"Re: [#{two.ticket}] x", body="Both."))
    assert outcome.ticket == one.ticket
    assert [(step["step"], step["outcome"]) for step in outcome.told["matching"][:2]] == [
        ("T1", f"ticket {one.ticket}"),
        ("T5", "not needed"),
    ]


def test_an_inbound_id_counts_in_its_own_mailbox_only(inside: InsideDesk) -> None:
    opened = inside.receive(mail(message_id="<first@firma.no>", auth="pass"))
    elsewhere = inside.receive(mail(to=BILLING, headers=[("In-Reply-To", "<first@firma.no>")], auth="pass", body="x"))
    assert elsewhere.disposition == "new"
    here = inside.receive(mail(headers=[("In-Reply-To", "<first@firma.no>")], auth="pass", body="y"))
    assert here.ticket == opened.ticket


def forge(token: str) -> str:
    """The same token for the next case: what a guesser would write."""
    purpose, case, row, mac = token.partition("+")[2].partition("@")[0].split(".")
    return f"support+{purpose}.{int(case) - 1}.{row}.{mac}@example.com"


def test_a_forged_token_gives_nothing_and_takes_the_number_away(inside: InsideDesk) -> None:
    opened = inside.receive(mail(auth="pass"))
    token = opened.acknowledgement.token
    for n, wrong in enumerate(
        (
            forge(token),
            token.replace("+r.", "+p."),
            token.replace("support+", "billing+"),
            token.replace(".a", ".b"),
        )
    ):
        outcome = inside.receive(
            mail(f"p{n}@firma.no", wrong, f"Re: [#{opened.ticket}] {n}", f"Words {n}", auth="pass")
        )
        assert outcome.disposition == "new", wrong
        assert opened.ticket not in outcome.acknowledgement.text
        assert any(step["outcome"].startswith("forged") for step in outcome.told["matching"])
        assert {"kind": "mentions", "number": opened.ticket} in inside.ticket(outcome.ticket)["links"]


def test_many_forged_tokens_raise_one_alarm(inside: InsideDesk) -> None:
    token = inside.receive(mail()).acknowledgement.token
    made = inside.receive_all([mail(f"e{n}@x{n}.no", forge(token), f"S{n}", f"W{n}") for n in range(25)])
    assert {one.disposition for one in made} == {"new"}
    alarms = [one for one in inside.out() if one.notice == "OperatorAlarm"]
    assert len(alarms) == 1


def test_a_key_that_was_replaced_verifies_for_400_days(inside: InsideDesk) -> None:
    opened = inside.receive(mail())
    keys = inside.folder / "secret.key"
    keys.write_text(keys.read_text() + f"b 2026-11-22 {'7c' * 32}\n")
    inside.wait(days=2)
    inside.again()
    inside.ask(opened.ticket, commands.Claim())
    old = inside.receive(mail(OLA, opened.acknowledgement.token, body="By the old key."))
    assert old.what == ("appended", "append")
    fresh = inside.receive(mail("per@annen.no", body="By the new key.")).acknowledgement
    assert ".b" in fresh.token.partition("@")[0][-22:]
    inside.wait(days=401)
    inside.again()
    retired = inside.receive(mail(OLA, opened.acknowledgement.token, body="Too late."))
    assert retired.disposition == "new"
    by_id = inside.receive(mail(OLA, body="Too late, too.", headers=[("In-Reply-To", opened.acknowledgement.id)]))
    assert by_id.disposition == "new"


def test_a_row_that_is_not_there_leads_nowhere(inside: InsideDesk) -> None:
    """A right signature for a mail we never sent (a restored backup): no ticket, no fault."""
    opened = inside.receive(mail())
    token = inside.app.signer.address("r", SUPPORT, opened.ticket, "zzzzzzzz")
    assert inside.receive(mail(OLA, token, body="Where am I?")).disposition == "new"


# ---- T5: numbers in the subject -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "subject, threads",
    [
        ("[#{n}] printer", True),
        ("Re: SV: [#{n}] printer", True),
        ("[ab #{n}]", True),
        ("[AB #{n}]", True),
        ("[XY #{n}] the tag of another desk", False),
        ("saksnr {n}", True),
        ("Sak {n}", True),
        ("Saksnummer: {n}", True),
        ("case {n}", True),
        ("Ticket #{n}", True),
        ("Tapaus {n}", True),
        ("asia {n}", True),
        ("Ärende {n}", True),
        ("#{n}", True),
        ("printer {n}", True),
        ("[#{wide}] printer", True),
        ("+47 {n}", False),
        ("order 1{n}", False),
        ("{n}7", False),
        ("[#261341001] no such day", False),
        ("[#991121001] in the future", False),
        ("[#261121999] unknown", False),
    ],
)
def test_numbers_in_a_subject(inside: InsideDesk, subject: str, threads: bool) -> None:
    opened = inside.receive(mail(auth="pass"))
    wide = "".join(chr(0xFF10 + int(digit)) for digit in opened.ticket)
    outcome = inside.receive(mail(subject=subject.format(n=opened.ticket, wide=wide), body="More.", auth="pass"))
    assert (outcome.disposition == "appended") is threads
    if threads:
        assert outcome.ticket == opened.ticket


def test_two_numbers_thread_nowhere_and_link_both(inside: InsideDesk) -> None:
    one, two = (inside.receive(mail(subject=f"Printer of room {n}", body=f"{n}", auth="pass")) for n in range(2))
    outcome = inside.receive(mail(subject=f"[#{one.ticket}] and [#{two.ticket}]", body="Both.", auth="pass"))
    assert outcome.disposition == "new"
    assert {link["number"] for link in inside.ticket(outcome.ticket)["links"]} == {one.ticket, two.ticket}
    same = inside.receive(mail(subject=f"[#{one.ticket}] case {one.ticket}", body="Twice.", auth="pass"))
    assert same.ticket == one.ticket


def test_numbers_in_the_body_only_link(inside: InsideDesk) -> None:
    opened = inside.receive(mail(auth="pass"))
    outcome = inside.receive(mail(subject="Another thing", body=f"Like in [#{opened.ticket}].", auth="pass"))
    assert outcome.disposition == "new"
    assert inside.ticket(outcome.ticket)["links"] == [{"kind": "mentions", "number": opened.ticket}]
    assert inside.ticket(opened.ticket)["links"] == [{"kind": "mentioned-by", "number": outcome.ticket}]


def test_numbers_of_another_system(inside: InsideDesk) -> None:
    """A pattern of the configuration and a table: as weak as a number of ours, in any case of letters."""
    opened = inside.receive(mail(auth="pass"))
    inside.execute(
        "INSERT INTO external_number (number, ticket_id) SELECT 'AB-12345', id FROM ticket WHERE number = :n",
        n=opened.ticket,
    )
    for n, subject in enumerate(["Re: AB-12345 printer", "ab-12345"]):
        outcome = inside.receive(mail(subject=subject, body=f"More {n}.", auth="pass"))
        assert outcome.ticket == opened.ticket
    assert inside.receive(mail(subject="AB-99999", body="Unknown.", auth="pass")).disposition == "new"
    stranger = inside.receive(mail(EVE, subject="AB-12345", body="What is it?", auth="pass"))
    assert stranger.disposition == "new"


# ---- guessing -------------------------------------------------------------------------------------------------------


def disguised(answer: Out, number: str, author: str) -> str:
    """The answer without what is its own: number, row, signatures, ids, time."""
    text = answer.data.decode()
    text = re.sub(r"[a-z0-9]{8}\.a[a-z2-7]{20}", "ROW.MAC", text.replace(number, "NUMBER").replace(author, "AUTHOR"))
    text = re.sub(r"=_mailgate_[a-z0-9]{8}", "BOUNDARY", text)
    return re.sub(r"<m\d+@firma\.no>", "<ITS-ID>", text)


@pytest.mark.parametrize("auth", ["none", "pass"])
def test_a_guess_reveals_nothing(inside: InsideDesk, auth: str) -> None:
    """The answer to a guessed number is the same whether its ticket is there, merged, closed or not there at all."""
    made = [inside.receive(mail(f"p{n}@x{n}.no", subject=f"Secret {n}", body=f"Secret {n}")) for n in range(4)]
    inside.execute("UPDATE ticket SET merged_into = :a WHERE number = :b", a=made[1].ticket, b=made[0].ticket)
    inside.ask(made[2].ticket, commands.Close())
    inside.wait(days=30)
    guesses = [*(one.ticket for one in made), "261121777", "261121999"]
    forms = ["[#{}] x", "saksnr {} x", "#{} x", "{} x"]
    for form in forms:
        answers = set()
        for n, guess in enumerate(guesses):
            author = f"e{n}-{len(form)}@evil{n}.example"
            outcome = inside.receive(mail(author, subject=form.format(guess), body=f"Guess {guess}", auth=auth))
            assert outcome.what == ("new", "new")
            (answer,) = outcome.to(author)
            text = disguised(answer, outcome.ticket, author)
            # A proven author hears his own subject; the guess in it is his own, too.
            answers.add(text.replace(guess, "GUESS") if auth == "pass" else text)
        assert len(answers) == 1, form


def test_five_hundred_guesses_learn_and_change_nothing(inside: InsideDesk) -> None:
    opened = inside.receive(mail(body="Secret"))
    before = inside.ticket(opened.ticket)
    made = inside.receive_all([mail(EVE, subject=f"[#261121{n:03d}] x", body=f"Guess {n}") for n in range(500)])
    assert {one.disposition for one in made} <= {"new", "held", "appended"}
    own = {one["number"] for one in inside.tickets() if one["requester"]["address"] == EVE}
    assert {one.ticket for one in made if one.disposition == "appended"} <= own
    assert len(inside.tickets()) <= 21 + 1
    after = inside.ticket(opened.ticket)
    assert [after[key] for key in ("status", "messages", "participants", "history")] == [
        before[key] for key in ("status", "messages", "participants", "history")
    ]
    answers = [one for one in inside.out() if EVE in one.to]
    assert 1 <= len(answers) <= 3
    assert all(b"Secret" not in one.data and OLA.encode() not in one.data for one in answers)


# ---- only in Cc -----------------------------------------------------------------------------------------------------


def test_a_copy_for_information(inside: InsideDesk) -> None:
    outcome = inside.receive(mail(to="friend@x.no", headers=[("Cc", SUPPORT)]))
    assert outcome.what == ("new", "fyi")
    view = inside.ticket(outcome.ticket)
    assert (view["fyi"], view["deadlines"]) == (True, [])
    (answer,) = outcome.to(OLA)
    assert answer.notice == "FyiAnswer"
    assert "!request" in answer.text
    assert outcome.to("friend@x.no") == []
    # The short answer goes to a sender once in thirty days.
    again = inside.receive(mail(to="friend@x.no", subject="Else", body="Else", headers=[("Cc", SUPPORT)]))
    assert (again.what, again.to(OLA)) == (("new", "fyi"), [])
    inside.wait(days=31)
    later = inside.receive(mail(to="friend@x.no", subject="Later", body="Later", headers=[("Cc", SUPPORT)]))
    assert len(later.to(OLA)) == 1
    # Its author makes it a request, and the agents hear of that.
    asked = inside.receive(mail(OLA, answer.token, "Re: x", "!request"))
    assert asked.disposition == "appended"
    assert inside.ticket(outcome.ticket)["fyi"] is False
    assert len(asked.to("kari@example.com")) == 1
    assert [one.notice for one in asked.to(OLA)] == ["RequesterReceipt"]


def test_a_stranger_cannot_make_it_a_request(inside: InsideDesk) -> None:
    outcome = inside.receive(mail(to="friend@x.no", headers=[("Cc", SUPPORT)]))
    for wishes in ({"author": EVE, "auth": "pass"}, {"author": OLA}):
        inside.receive(mail(subject=f"[#{outcome.ticket}] x", body="!request", **wishes))
        assert inside.ticket(outcome.ticket)["fyi"] is True


def test_an_agent_makes_it_a_request(inside: InsideDesk) -> None:
    outcome = inside.receive(mail(to="friend@x.no", headers=[("Cc", SUPPORT)]))
    inside.ask(outcome.ticket, commands.Request())
    assert inside.ticket(outcome.ticket)["fyi"] is False


# ---- people, titles, brands -----------------------------------------------------------------------------------------


def test_copies_are_proposals_until_the_author_is_proven(inside: InsideDesk) -> None:
    cc = [("Cc", "Lise <lise@firma.no>, kari@example.com, billing@example.com")]
    unproven = inside.receive(mail(headers=cc))
    assert people(inside.ticket(unproven.ticket)) == {OLA: "requester", "lise@firma.no": "external"}
    proven = inside.receive(mail("per@firma.no", headers=cc, auth="pass"))
    assert people(inside.ticket(proven.ticket)) == {"per@firma.no": "requester", "lise@firma.no": "cc"}
    # A weak, unproven mail in a participant's name brings nobody along.
    inside.receive(mail("per@firma.no", subject=f"[#{proven.ticket}] x", body="x", headers=[("Cc", EVE)]))
    assert EVE not in people(inside.ticket(proven.ticket))


def test_organisations_come_by_domain(inside: InsideDesk) -> None:
    outcome = inside.receive(mail("ola@acme.example"))
    assert inside.ticket(outcome.ticket)["organisation"] == "Acme"
    below = inside.receive(mail("ola@sub.acme.example", body="x"))
    assert inside.ticket(below.ticket)["organisation"] is None
    # One that does not share its tickets lends its people nothing.
    silent = inside.receive(mail("ola@silent.example", auth="pass", body="y"))
    colleague = inside.receive(mail("per@silent.example", subject=f"[#{silent.ticket}] x", auth="pass", body="z"))
    assert colleague.disposition == "new"


@pytest.mark.parametrize(
    "subject", ["nettbutikk.no: Where is my order", "Re: NETTBUTIKK.NO: order", "nettbutikk.no:order"]
)
def test_a_brand_prefix_sets_what_its_table_says(inside: InsideDesk, subject: str) -> None:
    view = inside.ticket(inside.receive(mail(subject=subject)).ticket)
    assert (view["queue"], view["category"], view["organisation"]) == ("billing", "shop", "Nettbutikk")
    plain = inside.ticket(inside.receive(mail(subject=f"about {subject}", body="x")).ticket)
    assert (plain["queue"], plain["category"]) == ("support", None)


@pytest.mark.parametrize(
    "subject, body, title",
    [
        ("", "Hi\n\nThe lift stands still between two floors.", "The lift stands still between two floors."),
        ("Re:", "The lift stands still.", "The lift stands still."),
        ("hjelp", "Heisen står.", "Heisen står."),
        ("Problem", "Heisen står.", "Heisen står."),
        ("Fwd: Re: The lift", "It stands.", "The lift"),
        ("SV: VS: The lift", "It stands.", "The lift"),
        ("", "", "(no subject)"),
    ],
)
def test_titles(inside: InsideDesk, subject: str, body: str, title: str) -> None:
    assert inside.ticket(inside.receive(mail(subject=subject, body=body)).ticket)["title"] == title


def test_a_long_title_is_cut_between_words(inside: InsideDesk) -> None:
    title = inside.ticket(inside.receive(mail(subject="", body="word " * 60)).ticket)["title"]
    assert len(title) <= 80
    assert title.endswith("word…")


def test_what_the_alert_adds(inside: InsideDesk) -> None:
    """It solved itself; several topics; a colleague named who knows this person."""
    opened = inside.receive(mail())
    solved = inside.receive(mail(OLA, opened.acknowledgement.token, body="Det løste seg av seg selv."))
    assert "!done" in solved.of("AgentAlert")[0].text
    topics = inside.receive(mail(subject="Two things", body="1) Where is my order?\n2) Why is the invoice wrong?"))
    assert "more than one topic" in topics.of("AgentAlert")[0].text
    inside.ask(opened.ticket, commands.Claim(), agent="ola")
    named = inside.receive(mail(subject="New matter", body="Can Ola help me as the last time?"))
    assert "!assign ola" in named.of("AgentAlert")[0].text
    for body in ("Olafsen helped me", "Kari is nice"):
        unnamed = inside.receive(mail(subject=f"About {body}", body=body))
        assert "has helped this person before" not in unnamed.of("AgentAlert")[0].text


def test_an_author_who_cannot_be_told_gets_a_flagged_ticket(inside: InsideDesk) -> None:
    for n, author in enumerate(["a@firma.no, b@firma.no", "Friends: a@firma.no, b@firma.no;", '"']):
        outcome = inside.receive(mail(author, body=f"Who am I, {n}?"))
        assert outcome.disposition == "new"
        assert [one.to for one in outcome.mails] == [("kari@example.com",)]
        assert "author unknown" in outcome.mails[0].text
        assert outcome.mails[0].token.startswith("support+n.")
        view = inside.ticket(outcome.ticket)
        assert view["requester"] == {"name": "", "address": ""}
        assert view["participants"] == []


def test_forged_authentication_results_prove_nothing(inside: InsideDesk) -> None:
    """Only our border's own id counts, and only the topmost."""
    shapes = [
        "mx.evil.example; dmarc=pass header.from=firma.no",
        "mx.example.com.evil.example; dmarc=pass header.from=firma.no",
        "mx.example.com; dmarc=pass header.from=evil.example",
        "mx.example.com; dmarc=fail header.from=firma.no",
        "mx.example.com; none",
        "mx.example.com; x=y (dmarc=pass header.from=firma.no)",
    ]
    for n, shape in enumerate(shapes):
        outcome = inside.receive(mail(subject=f"Shape {n}", body=f"{n}", headers=[("Authentication-Results", shape)]))
        assert inside.ticket(outcome.ticket)["messages"][0]["verified"] is False, shape
    true = inside.receive(mail("per@annen.no", auth="pass", body="true"))
    assert inside.ticket(true.ticket)["messages"][0]["verified"] is True


# ---- through the installed command, on both databases ----------------------------------------------------------------


def test_a_thread_through_the_command_line(new_desk: Callable[..., Desk]) -> None:
    """explain, take and work tell one story, and `explain` leaves the database as it was."""
    desk = new_desk().init()
    desk.replace("trusted_authserv_ids = []", 'trusted_authserv_ids = ["mx.example.com"]')
    at = "2026-11-21T12:00+01:00"

    def give(data: bytes) -> dict[str, Any]:
        before = _state(desk)
        file = desk.folder / "mail.eml"
        file.write_bytes(data)
        told = desk.json("explain", str(file), "--at", at)
        assert _state(desk) == before
        desk.run("take", str(file), "--at", at)
        desk.work("--at", at)
        return dict(told)

    first = give(mail(auth="pass", message_id="<first@firma.no>"))
    (number,) = [one["number"] for one in desk.tickets()]
    assert number == "261121001"
    assert first["ticket"] == number
    assert first["disposition"] == {"name": "new", "rule": "new"}
    (answer,) = desk.outgoing_to(OLA)
    token = str(answer["Reply-To"])
    assert [one["to"] for one in first["notices"]] == [[OLA], ["kari@example.com"]]

    assert give(mail(OLA, token, body="More by token."))["ticket"] == number
    assert give(mail(EVE, subject=f"[#{number}] x", body="Guess."))["ticket"] == "261121002"
    assert len(desk.ticket(number)["messages"]) == 2
    audit = desk.audit()
    assert audit["balanced"]
    assert audit["dispositions"] == {"new": 2, "appended": 1}


def _state(desk: Desk) -> str:
    return hashlib.sha256((desk.folder / "desk.db").read_bytes()).hexdigest()


# ---- two workers at once --------------------------------------------------------------------------------------------


def test_two_workers_neither_deadlock_nor_double(new_inside: Callable[..., InsideDesk], database_url: str) -> None:
    """Two intakes take batches of answers to the same tickets in opposite order, and every mail twice. Each ends in one
    message; the database's unique keys and row locks settle who was first."""
    desk = new_inside(database_url, limits='[limits]\nalerts_agent = "off"')
    opened = desk.receive_all([mail(f"p{n}@x{n}.no", subject=f"Matter {n}", body=f"{n}") for n in range(4)])
    tokens = [one.of("Acknowledgement")[0].token for one in opened]
    replies = [
        mail(f"p{n}@x{n}.no", tokens[n], body=f"Answer {k} of {n}", message_id=f"<r{k}-{n}@x.no>")
        for k in range(8)
        for n in ((0, 1, 2, 3) if k % 2 else (3, 2, 1, 0))
    ]
    from mailgate.app import new_uid
    from mailgate.mail import Envelope, RawMail, Source
    from mailgate.readers import Readers
    from mailgate.workers.intake import Intake

    desk.app.store(
        [
            RawMail(new_uid(), data, Envelope("s@relay.example", (SUPPORT,)), Source.TAKE, desk.now, peer="127.0.0.1")
            for data in (*replies, *replies)
        ]
    )
    failures: list[BaseException] = []

    def work(name: str) -> None:
        app = desk.app
        with Readers() as readers:
            readers.start()
            intake = Intake(app.transactions, readers, app.signer, app.policy, app.trust, name)
            try:
                while intake.work(desk.now):
                    pass
            except BaseException as error:  # whatever it is, it is the finding of this test
                failures.append(error)

    workers = [threading.Thread(target=work, args=(f"worker {n}",)) for n in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert failures == []
    audit = desk.audit()
    assert audit.balanced
    assert audit.dispositions == {"new": 4, "appended": len(replies), "duplicate": len(replies)}
    for n, one in enumerate(opened):
        view = desk.ticket(one.ticket)
        texts = sorted(message["text"].strip() for message in view["messages"][1:])
        assert texts == sorted(f"Answer {k} of {n}" for k in range(8))
        assert [message["id"] for message in view["messages"]] == [f"M{m}" for m in range(1, 10)]


def test_case_numbers_follow_the_day_of_arrival(inside: InsideDesk) -> None:
    inside.now = datetime(2026, 11, 21, 22, 59, tzinfo=UTC)
    assert inside.receive(mail(body="a")).ticket == "261121001"
    inside.now += timedelta(minutes=1)
    assert inside.receive(mail(subject="b", body="b")).ticket == "261122001"
    inside.now -= timedelta(hours=1)  # a clock that was put back hands out no number twice
    assert inside.receive(mail(subject="c", body="c")).ticket == "261121002"
