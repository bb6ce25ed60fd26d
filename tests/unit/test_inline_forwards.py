"""RULES 6, "On behalf": the mail that an agent forwards in his own text."""

from __future__ import annotations

import time

import pytest

from mailgate.inbound.forwards import inline_forward

IDA = "Ida Ås <ida@example.net>"
BODY = "Ingen kaffe siden mandag.\n\nHilsen Ida"
KARI = "Kari <kari@example.com>"


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))


def _block(*lines: str, body: str = BODY) -> str:
    return "\n".join(lines) + f"\n\n{body}"


FORWARDS = {
    "iPhone, Norwegian": "Start på videresendt melding:\n\n"
    + _quoted(_block(f"Fra: {IDA}", "Dato: 23. november 2026 kl. 09:12:33 CET", f"Til: {KARI}", "Emne: Kaffe")),
    "iPhone, English": "Begin forwarded message:\n\n"
    + _quoted(_block(f"From: {IDA}", "Date: 23 November 2026 at 09:12:33 CET", f"To: {KARI}", "Subject: Kaffe",
                     body=f"\ufeff{BODY}")),
    "Gmail, English": "---------- Forwarded message ---------\n"
    + _block(f"From: {IDA}", "Date: Mon, Nov 23, 2026 at 9:12 AM", "Subject: Kaffe", f"To: {KARI},",
             "<second@example.com>", body=f"\n{BODY}"),
    "Gmail, Norwegian": "---------- Forwarded message ---------\n"
    + _block(f"Fra: {IDA}", "Date: man. 23. nov. 2026 kl. 09:12", "Subject: Kaffe", f"To: {KARI}")
    .replace("Date:", "Dato:").replace("Subject:", "Emne:").replace("To:", "Til:"),
    "Outlook, English": "________________________________\n"
    + _block(f"From: {IDA}", "Sent: Monday, November 23, 2026 9:12 AM", f"To: {KARI}", "Subject: Kaffe"),
    "Outlook, Norwegian, old": "-----Opprinnelig melding-----\n"
    + _block("Fra: Ida Ås [mailto:ida@example.net]", "Sendt: mandag 23. november 2026 09:12", f"Til: {KARI}",
             "Emne: Kaffe"),
    "Outlook, Finnish": _block("Lähettäjä: Ida Ås <ida@example.net<mailto:ida@example.net>>",
                               "Lähetetty: maanantai 23. marraskuuta 2026 9.12", f"Vastaanottaja: {KARI}",
                               "Aihe: Kaffe"),
    "Swedish": _block(f"*Från:* {IDA}", "*Skickat:* den 23 november 2026 09:12", f"*Till:* {KARI}", "*Ämne:* Kaffe"),
    "Danish": _block(f"Fra: {IDA}", "Sendt: 23. november 2026 09:12", f"Til: {KARI}", "Emne: Kaffe"),
    "German": _block(f"Von: {IDA}", "Gesendet: Montag, 23. November 2026 09:12", f"An: {KARI}", "Betreff: Kaffe"),
    "a wrapped author": _block("From: Ida Ås", "<ida@example.net>", "Date: Monday", "Subject: Kaffe"),
    "two labels": _block(f"From: {IDA}", "Subject: Kaffe"),
}  # fmt: skip


@pytest.mark.parametrize("program", FORWARDS)
@pytest.mark.parametrize("above", ["", "!priority high\nKan noen se på dette?\n\n"])
def test_a_forward_in_the_text(program: str, above: str) -> None:
    text = above + FORWARDS[program]
    found = inline_forward(text, "Fwd: Kaffe")
    assert found is not None and found.mail.author is not None
    assert (found.mail.author.name, found.mail.author.address) == ("Ida Ås", "ida@example.net")
    assert (found.mail.subject, found.mail.text) == ("Kaffe", BODY)
    assert (found.mail.message_id, found.mail.references, found.below.strip()) == (None, (), "")
    assert text[: found.above].strip() == above.strip()


NONE = {
    "an author without an address": ("Fwd: Kaffe", _block("From: Ida Ås", "Sent: Monday", f"To: {KARI}", "Subject: K")),
    "no valid address": ("Fwd: Kaffe", _block("From: Ida <ida@@example>", "Sent: Monday", "Subject: K")),
    "two authors": ("Fwd: Kaffe", _block(f"From: {IDA}, ola@example.org", "Sent: Monday", "Subject: K")),
    "one label": ("Fwd: Kaffe", f"From: {IDA}\n\n{BODY}"),
    "no From": ("Fwd: Kaffe", f"Date: Monday\nTo: {KARI}\n\n{BODY}"),
    "labels of two languages": ("Fwd: Kaffe", f"Lähettäjä: {IDA}\nBetreff: Kaffe\n\n{BODY}"),
    "a reply": ("Re: Kaffe", FORWARDS["Outlook, English"]),
    "history of a reply": ("Kaffe", _quoted(f"Hei\nFin kopp\nTakk\nHilsen\n{FORWARDS['Outlook, English']}")),
    "nothing": ("", ""),
}  # fmt: skip


@pytest.mark.parametrize("what", NONE)
def test_no_forward(what: str) -> None:
    subject, text = NONE[what]
    assert inline_forward(text, subject) is None


@pytest.mark.parametrize("line", ["From: x", "> From: x", "> From: x\nOwn", "To: a@b.example\n", ">" * 40, "", "----"])
def test_hostile_texts_are_read_quickly(line: str) -> None:
    began = time.process_time()
    assert inline_forward(f"{line}\n" * 100_000, "Fwd: x") is None
    assert time.process_time() - began < 3
