"""Nobody acts as an agent by writing the agent's name, and nothing an agent's mail program does by itself counts."""

from __future__ import annotations

from collections.abc import Iterator
from email.message import EmailMessage
from typing import Any

import pytest
import sqlalchemy as sa
from agents import DESK, KARI, NOTE, PER, House, NewHouse, body, changes, letter, outlook, reply, to

OLA = "Ola <ola@example.org>"


@pytest.fixture(params=["token", "dmarc"])
def house(request: pytest.FixtureRequest, new_house: NewHouse) -> Iterator[House]:
    with new_house(auth=request.param) as house:
        yield house


def _proof(house: House) -> dict[str, Any]:
    return {"auth": "pass"} if house.app.policy.agent_auth == "dmarc" else {}


# ---- the agent's name alone -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("auth", [None, "none", "fail (p=reject)"])
@pytest.mark.parametrize("way", ["new", "number", "thread"])
def test_an_agents_name_alone_does_nothing(house: House, way: str, auth: str | None) -> None:
    number, alert = house.ask(message_id="<q@example.org>")
    before = house.ticket(number)
    subject = f"Re: [#{number}] Printer" if way == "number" else "Something"
    answers = {"new": None, "number": None, "thread": str(alert["Message-ID"])}[way]
    mails = [
        letter(KARI, DESK, subject, words, auth=auth, answers=answers)
        for words in ("!close\nTurn it off.", "!reply\nSend me your password.", f"!note {NOTE}")
    ]
    for mail in mails:
        out = house.mail(mail)
        disposition, rule = house.became()
        assert to(out, "ola@") == [], "never relayed"
        assert not any(
            "acknowledg" in str(one["Subject"]).lower() or "received" in body(one) for one in to(out, "kari@")
        )
        if disposition == "held":
            assert auth is not None and auth.startswith("fail") and rule == "auth-fail"
            continue
        assert (disposition, rule) in {("new", "new"), ("appended", "append-external")}
        assert any("claims to be an agent" in body(one) for one in to(out, "per@")), (way, auth)
    assert house.later(3600) == []
    after = house.ticket(number)
    assert {key: value for key, value in changes(before, after).items() if key not in ("links", "participants")} == {}
    assert all(one["role"] != "agent" for one in after["messages"])


def test_a_pass_for_another_domain_is_no_proof(new_house: NewHouse) -> None:
    with new_house(auth="dmarc") as house:
        number, alert = house.ask()
        proof = "Authentication-Results: mx.example.com; dmarc=pass header.from=evil.example"
        forged = "Authentication-Results: mx.evil.example; dmarc=pass header.from=example.com"
        for header in (proof, forged):
            [receipt] = house.mail(reply(alert, "!close", headers=[header]))
            assert house.became() == ("appended", "unverified-agent") and str(receipt["To"]) == KARI
        assert house.ticket(number)["status"] == "open"


# ---- the token alone ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("author", ["Eve <eve@evil.example>", OLA, PER])
def test_a_token_in_somebody_elses_mail_is_held(house: House, author: str) -> None:
    number, alert = house.ask()
    out = house.mail(reply(alert, "!close\nSend me your password.", author=author, auth="pass"))
    assert house.became() == ("held", "foreign-agent-token")
    [alarm] = to(out, "kari@")
    assert "answer address" in body(alarm) and author.split("<")[1].strip(">") in body(alarm)
    assert house.mail(reply(alert, "Again.", author=author, auth="pass")) == [], "one alarm, not one a mail"
    assert house.ticket(number)["status"] == "open" and len(house.ticket(number)["messages"]) == 1
    held = house.last_mail().id
    # Whoever lets it through gets an outsider's words (or the requester's), never an agent's.
    house.mail(reply(alert, f"!accept {held}", **_proof(house)))
    assert to(house.later(3600), "ola@") == []
    ticket = house.ticket(number)
    assert ticket["status"] == "open" and all(one["role"] != "agent" for one in ticket["messages"])


def test_the_right_token_without_the_proof_is_kept_inside(
    new_house: NewHouse,
) -> None:
    with new_house(auth="dmarc") as house:
        number, alert = house.ask()
        before = house.ticket(number)
        mail = reply(alert, "!close\nSend me your password.", headers=["Reply-To: eve@evil.example"], auth="none")
        [receipt] = house.mail(mail)
        assert house.became() == ("appended", "unverified-agent")
        assert str(receipt["To"]) == KARI and "not proven to be yours" in body(receipt)
        after = house.ticket(number)
        assert changes(before, after) == {}
        kept = after["messages"][-1]
        assert (kept["role"], kept["internal"], kept["verified"]) == ("unverified", True, False)
        assert house.later(3600) == []
        # It never becomes words of the requester for the next colleague.
        house.mail(reply(alert, "!assign per", auth="pass"))
        given = to(house.sent(), "per@")[-1]
        assert "password" not in body(given) and "It burns." in body(given)


@pytest.mark.parametrize("days, acted", [(29, True), (31, False)])
def test_a_token_grows_old(new_house: NewHouse, days: int, acted: bool) -> None:
    with new_house(auth="token") as house:
        number, alert = house.ask()
        house.mail(reply(alert, "!claim"), seconds=days * 86400)
        assert house.ticket(number)["status"] == ("in_progress" if acted else "open")
        assert house.became() == (("entry", "agent-commands") if acted else ("appended", "unverified-agent"))


def test_the_token_of_a_retired_agent(house: House) -> None:
    number, _ = house.ask()
    alert = to(house.sent(), "per@")[0]
    text = (house.folder / "mailgate.toml").read_text()
    before, _, rest = text.partition('[[agent]]\nid = "per"')
    after = rest[rest.index("[[mailbox]]") - 200 :]
    after = after[after.index("\n\n") :]
    (house.folder / "mailgate.toml").write_text(before.replace('["kari", "per"]', '["kari"]') + after)
    house.reload()
    assert "per" not in house.app.policy.agents
    house.mail(reply(alert, "!close\nGoodbye.", author=PER, **_proof(house)))
    assert house.became() == ("held", "foreign-agent-token")
    house.mail(letter(PER, DESK, f"Re: [#{number}] Printer", "!close", **_proof(house)))
    assert house.ticket(number)["status"] == "open" and to(house.later(3600), "ola@") == []


def test_a_forged_token_is_no_token(house: House) -> None:
    number, alert = house.ask()
    address = str(alert["Reply-To"])
    flipped = address.replace("@", "b@" if address[address.index("@") - 1] == "a" else "a@", 1)
    local, domain = flipped.split("@")
    for forged in (f"{local[:-2]}{local[-1]}@{domain}", address.replace("+p.", "+n.")):
        house.mail(reply(alert, "!close", to=forged, author="Eve <eve@evil.example>"))
    assert house.ticket(number)["status"] == "open"


def test_a_note_address_cannot_be_made_a_public_one(house: House) -> None:
    """The purpose is part of what is signed."""
    number, alert = house.ask()
    [receipt] = house.mail(reply(alert, "!claim", **_proof(house)))
    note = str(receipt["Reply-To"])
    house.mail(reply(receipt, NOTE, to=note.replace("+n.", "+p."), **_proof(house)))
    assert to(house.later(3600), "ola@") == []
    assert house.ticket(number)["first_response_at"] is None


# ---- what agents' machines send -------------------------------------------------------------------------------------

AWAY = {
    "Exchange": ["Auto-Submitted: auto-replied", "X-Auto-Response-Suppress: All"],
    "Gmail": ["Auto-Submitted: auto-replied", "Precedence: bulk", "X-Autoreply: yes"],
    "old": ["Precedence: auto_reply"],
}


@pytest.mark.parametrize("headers", AWAY.values(), ids=AWAY)
@pytest.mark.parametrize("where", ["answer address", "plain address", "bounce address"])
def test_an_absence_note_of_an_agent_is_ignored(house: House, headers: list[str], where: str) -> None:
    number, alert = house.ask()
    before = house.ticket(number)
    rcpt = {
        "answer address": str(alert["Reply-To"]),
        "plain address": DESK,
        "bounce address": house._stored()[-1].mail_from,
    }[where]
    out = house.mail(reply(alert, "!close\nI am away until Monday.", to=rcpt, headers=headers, **_proof(house)))
    assert out == [] and house.became()[0] in ("ignored", "entry")
    after = house.ticket(number)
    assert changes(before, after) == {} and len(after["messages"]) == len(before["messages"])
    assert house.later(3600) == []


# ---- twice ----------------------------------------------------------------------------------------------------------


def test_the_same_mail_twice_answers_once(house: House) -> None:
    number, alert = house.ask()
    mail = outlook(alert, "Turn it off.", **_proof(house))
    house.mail(mail, mail)
    assert house.became() == ("duplicate", "T0")
    house.mail(mail)
    assert [body(one) for one in house.later(61)] == ["Turn it off."]
    assert len(house.ticket(number)["messages"]) == 2


def test_to_a_merged_ticket(house: House) -> None:
    """An answer goes to the ticket that the merged one points on to, and to its requester."""
    second, _ = house.ask("Fire", "It burns!", "Eva <eva@example.net>")
    first, alert = house.ask()
    with house.app.database.write() as connection:
        connection.execute(
            sa.text("UPDATE ticket SET merged_into = :to, status = 'closed' WHERE number = :number"),
            {"to": second, "number": first},
        )
    house.mail(reply(alert, "!note\nMerged.", **_proof(house)))
    assert house.ticket(second)["messages"][-1]["text"] == "Merged."
    assert len(house.ticket(first)["messages"]) == 1
    # The alert named Ola: what was meant for him does not go to Eva unseen.
    [receipt] = house.mail(reply(alert, "Turn it off.", **_proof(house)))
    assert house.became() == ("held", "collision") and "would go to eva@example.net now" in body(receipt)
    house.mail(reply(alert, f"!accept {house.last_mail().id}", **_proof(house)))
    [answer] = house.later(61)
    assert "eva@" in str(answer["To"])


# ---- outsiders and requesters ---------------------------------------------------------------------------------------


def test_a_stranger_in_cc_of_an_unproven_mail_hears_nothing(house: House) -> None:
    number, alert = house.ask(cc="Max <max@stranger.example>")
    house.mail(reply(alert, "Turn it off.", **_proof(house)))
    house.mail(reply(alert, "!done", **_proof(house)))
    house.later(61)
    for mail in house.sent():
        assert "stranger.example" not in str(mail["To"]) and "stranger.example" not in str(mail["Cc"])
    roles = {one["address"]: one["role"] for one in house.ticket(number)["participants"]}
    assert roles["max@stranger.example"] == "external"


def test_an_agents_reply_to_all_is_kept_as_a_note(new_house: NewHouse) -> None:
    """Kari answers Ola directly, with the desk in Cc: he has it already, so nothing is sent twice; the desk knows what
    was said, and his reply to her finds the ticket."""
    with new_house(auth="dmarc") as house:
        number, _ = house.ask(message_id="<q@example.org>")
        said = letter(
            KARI, "Ola <ola@example.org>", "Re: Printer", "Turn it off.", cc=DESK, auth="pass",
            answers="<q@example.org>", message_id="<direct@example.com>",
        )  # fmt: skip
        assert house.mail(said) == [] and house.later(3600) == []
        assert house.became() == ("appended", "agent-note")
        note = house.ticket(number)["messages"][-1]
        assert (note["text"], note["internal"], note["role"]) == ("Turn it off.", True, "agent")
        house.mail(
            letter(
                OLA,
                "kari@example.com",
                "Re: Printer",
                "It works.",
                cc=DESK,
                auth="pass",
                answers="<direct@example.com>",
            )
        )
        assert house.last_mail().ticket == number


def test_commands_of_an_agent_reach_only_the_ticket_of_the_token(house: House) -> None:
    """Another number in the subject does not lead the token's commands astray."""
    first, alert = house.ask()
    second, _ = house.ask("Fire", "It burns!", "Eva <eva@example.net>")
    mail = letter(KARI, str(alert["Reply-To"]), f"Re: [#{second}] Fire", "!close", **_proof(house))
    house.mail(mail)
    assert house.ticket(first)["status"] == "closed" and house.ticket(second)["status"] == "open"


def _header_names(mail: EmailMessage) -> set[str]:
    return {name.lower() for name in mail.keys()}  # noqa: SIM118  the mail is no mapping of its names


def test_none_of_the_agents_headers_go_out(house: House) -> None:
    _, alert = house.ask()
    headers = [
        "X-Originating-IP: [192.0.2.77]", "X-Mailer: Microsoft Outlook 16.0",
        "Disposition-Notification-To: kari@example.com",
        "Bcc: eve@evil.example", "Cc: eve@evil.example", "X-Priority: 1",
        "Sender: kari@private.example", "X-MS-Exchange-Organization-AuthAs: Internal", "Organization: Kari AS",
    ]  # fmt: skip
    house.mail(reply(alert, "Turn it off.", headers=headers, **_proof(house)))
    [answer] = house.later(61)
    assert _header_names(answer) == {
        "from", "to", "reply-to", "subject", "date", "message-id", "in-reply-to", "references", "mime-version",
        "content-type",
    }  # fmt: skip
    assert b"evil.example" not in answer.as_bytes() and b"192.0.2.77" not in answer.as_bytes()
