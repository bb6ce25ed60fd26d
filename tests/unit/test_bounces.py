"""Who did not get our mail: the fields of RFC 3464, the prose of many programs, and mails that are no bounces."""

from __future__ import annotations

import base64
import email
import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailgate.inbound.bounces.daemons import machine_sign
from mailgate.inbound.bounces.reading import read_bounce
from mailgate.inbound.bounces.reasons import sub_kind
from mailgate.inbound.classify import KnownToUs, classify, return_path
from mailgate.inbound.parse import parse
from mailgate.mail import BounceReport, FailedRecipient


def read(headers: str, body: str) -> BounceReport | None:
    """A mail with one text part, as a relay of our time hands it over."""
    message = email.message_from_string(f"{headers}\n\n{body}")
    return read_bounce(message, body)


def report(
    fields: str, *, text: str = "It went wrong.", returned: str = "", report_type: str = "delivery-status"
) -> BounceReport | None:
    tail = f"\n--b\nContent-Type: message/rfc822\n\n{returned}" if returned else ""
    source = (
        "From: MAILER-DAEMON@mx.example.no\nTo: support@desk.example\nSubject: Undelivered\n"
        f'Content-Type: multipart/report; report-type={report_type}; boundary="b"\n\n'
        f"--b\nContent-Type: text/plain\n\n{text}\n"
        f"--b\nContent-Type: message/delivery-status\n\n{fields}{tail}\n--b--\n"
    )
    return read_bounce(email.message_from_string(source), text)


def people(found: BounceReport | None) -> list[tuple[str, str, str, bool]]:
    assert found is not None
    return [(one.address, one.status, one.action, one.permanent) for one in found.failed]


PER_MESSAGE = "Reporting-MTA: dns; mx.example.no\nArrival-Date: Sat, 21 Nov 2026 10:00:00 +0100\n\n"


@pytest.mark.parametrize(
    "fields, expected, kind",
    [
        (
            PER_MESSAGE + "Final-Recipient: rfc822; ola@firma.no\nAction: failed\nStatus: 5.1.1\n"
            "Diagnostic-Code: smtp; 550 5.1.1 <ola@firma.no>: user unknown\n",
            [("ola@firma.no", "5.1.1", "failed", True)],
            "hard",
        ),
        (  # two recipients
            PER_MESSAGE + "Final-Recipient: rfc822;a@firma.no\nAction: failed\nStatus: 5.2.2\n\n"
            "Final-Recipient: rfc822;b@firma.no\nAction: failed\nStatus: 5.7.1\n",
            [("a@firma.no", "5.2.2", "failed", True), ("b@firma.no", "5.7.1", "failed", True)],
            "policy",
        ),
        (  # the blank line between them is missing
            "Reporting-MTA: dns; mx\nFinal-Recipient: rfc822;a@firma.no\nAction: failed\nStatus: 5.1.1\n"
            "Final-Recipient: rfc822;b@firma.no\nAction: failed\nStatus: 5.1.1\n",
            [("a@firma.no", "5.1.1", "failed", True), ("b@firma.no", "5.1.1", "failed", True)],
            "hard",
        ),
        (  # and here every line is followed by one
            "Reporting-MTA: dns; mx\n\nFinal-Recipient: rfc822;a@firma.no\n\nAction: failed\n\nStatus: 4.4.7\n",
            [("a@firma.no", "4.4.7", "failed", False)],
            "soft",
        ),
        (
            PER_MESSAGE + "Final-Recipient: rfc822;a@firma.no\nAction: delayed\nStatus: 4.4.1\n",
            [("a@firma.no", "4.4.1", "delayed", False)],
            "delayed",
        ),
        (
            PER_MESSAGE + "Final-Recipient: rfc822;a@firma.no\nAction: relayed\nStatus: 2.0.0\n",
            [("a@firma.no", "2.0.0", "relayed", False)],
            "delivered",
        ),
        (  # who got it is no failure
            PER_MESSAGE + "Final-Recipient: rfc822;a@firma.no\nAction: delivered\nStatus: 2.1.5\n\n"
            "Final-Recipient: rfc822;b@firma.no\nAction: failed\nStatus: 5.1.1\n",
            [("b@firma.no", "5.1.1", "failed", True)],
            "hard",
        ),
        (  # a general status, a telling diagnostic
            PER_MESSAGE + "Final-Recipient: rfc822;a@firma.no\nAction: failed\nStatus: 5.0.0\n"
            "Diagnostic-Code: smtp; 552 5.2.2 mailbox is full\n",
            [("a@firma.no", "5.2.2", "failed", True)],
            "soft",
        ),
        (  # no status, no enhanced code
            PER_MESSAGE
            + "Final-Recipient: rfc822;a@firma.no\nAction: failed\nDiagnostic-Code: smtp; 550 no such user\n",
            [("a@firma.no", "", "failed", True)],
            "hard",
        ),
        (  # given up after transient answers: the class of the status decides
            PER_MESSAGE + "Final-Recipient: rfc822;a@firma.no\nAction: failed\nStatus: 4.0.0\n"
            "Diagnostic-Code: smtp; 451 try again later\n",
            [("a@firma.no", "4.0.0", "failed", False)],
            "soft",
        ),
        (  # comments, a folded diagnostic, blanks before the colon
            PER_MESSAGE
            + "Final-Recipient : RFC822; <a@firma.no> (Ola)\nAction: Failed (really)\nStatus: 5.3.4 (too big)\n"
            "Diagnostic-Code: smtp; 552\n  5.3.4 message too large\n",
            [("a@firma.no", "5.3.4", "failed", True)],
            "size",
        ),
        (  # an unknown type of address; the original one is of use
            PER_MESSAGE + "Original-Recipient: rfc822;a@firma.no\nFinal-Recipient: x400; /C=no/ADMD=x/\n"
            "Action: failed\nStatus: 5.1.1\n",
            [("a@firma.no", "5.1.1", "failed", True)],
            "hard",
        ),
        (
            PER_MESSAGE + "Final-Recipient: x-unknown; a@firma.no\nAction: failed\nStatus: 5.1.1\n",
            [("a@firma.no", "5.1.1", "failed", True)],
            "hard",
        ),
        (  # internationalised (RFC 6533)
            PER_MESSAGE + "Final-Recipient: utf-8; b\\x{E5}rd@firma.no\nAction: failed\nStatus: 5.1.1\n",
            [("bård@firma.no", "5.1.1", "failed", True)],
            "hard",
        ),
        (  # somebody named the address in the diagnostic alone
            PER_MESSAGE + "Action: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 <a@firma.no> unknown\n",
            [("a@firma.no", "5.1.1", "failed", True)],
            "hard",
        ),
        (  # the sender's address is bad: nothing is wrong with the recipient's
            PER_MESSAGE + "Final-Recipient: rfc822;a@firma.no\nAction: failed\nStatus: 5.1.8\n",
            [("a@firma.no", "5.1.8", "failed", True)],
            "policy",
        ),
    ],
)
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_fields_of_a_report(fields: str, expected: list[tuple[str, str, str, bool]], kind: str, line_end: str) -> None:
    if line_end == "\r":  # a bare CR reaches us only inside a part that was encoded
        coded = base64.encodebytes(fields.replace("\n", "\r").encode()).decode()
        found = read_bounce(
            email.message_from_string(
                "From: MAILER-DAEMON@x.no\n"
                'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
                f"--b\nContent-Type: message/delivery-status\nContent-Transfer-Encoding: base64\n\n{coded}\n--b--\n"
            ),
            "",
        )
    else:
        found = report(fields.replace("\n", line_end))
    assert people(found) == expected
    assert found is not None and found.kind == kind


def test_what_came_back() -> None:
    found = report(
        PER_MESSAGE.replace("\n\n", "\nOriginal-Envelope-Id: r1+3Dab\n\n")
        + "Original-Recipient: rfc822;kari+2Bjobb@firma.no\nFinal-Recipient: rfc822;kari@gmail.com\n"
        "Action: failed\nStatus: 5.1.1\n",
        returned="Received: from a by b; now\nMessage-ID:\n <c261121001.x1.k1abc@desk.example>\nSubject: Hei\n\n"
        "On it was quoted\nMessage-ID: <other@x>\n",
    )
    assert found is not None
    assert found.original_message_id == "<c261121001.x1.k1abc@desk.example>"
    assert found.original_envelope_id == "r1=ab"
    assert found.failed[0].address == "kari@gmail.com"
    assert found.failed[0].original == "kari+jobb@firma.no"
    assert "Subject: Hei" in found.returned_text
    assert found.reason == "no such user"


MAILS = Path(__file__).parents[1] / "mails"
GOLDEN = [path for folder in ("kinds", "bounces") for path in sorted((MAILS / folder).glob("*.eml"))]


@pytest.mark.parametrize(
    "path",
    GOLDEN,
    ids=lambda path: path.stem,
)
def test_golden_mails(path: Path) -> None:
    """Notices of many programs, and mails of people that speak of them: the kind, who failed, why."""
    expected = json.loads(path.with_suffix(".json").read_text())
    mail = parse(path.read_bytes())
    found = classify(mail, KnownToUs(env_from=return_path(mail), **expected.get("known", {})))
    assert (found.kind, found.rule) == (expected["kind"], expected["rule"])
    if expected["kind"] != "bounce":
        assert mail.bounce is None
        return
    if "failed" not in expected:  # a header says what it is, and no form tells more
        return
    assert mail.bounce is not None
    assert [[one.address, one.permanent] for one in mail.bounce.failed] == expected["failed"]
    assert mail.bounce.reason == expected["reason"]
    assert mail.bounce.original_message_id == expected["original_message_id"]


@pytest.mark.parametrize(
    "end, is_bounce",
    [
        ("", True),
        ("Kari Nordmann\n+47 22 33 44 55", False),
        ("Med vennlig hilsen\nKari", False),
        ("-- \nKari", False),
        ("Regards,\nMail Delivery System", True),
        ("User unknown", True),
        ("Questions? Write to help@mx.example.no", True),
        ("Is it you who refuses us? Please tell.", False),
        ("See http://mx.example.no/why?a=1&b=2", True),
    ],
)
def test_a_daemon_that_greets_and_signs_is_somebody(end: str, is_bounce: bool) -> None:
    text = f"Hello,\n\nyour mail to ola@firma.no could not be delivered: 550 5.1.1 user unknown.\n\n{end}\n"
    head = "From: daemon@firma.no\nSubject: Undeliverable mail"
    assert (read(head, text) is not None) is is_bounce
    assert read(f"Return-Path: <>\n{head}", text) is not None
    assert read(f"Auto-Submitted: auto-replied\n{head}", text) is not None
    assert read(head, f"Hi. This is the qmail-send program at x.no.\n{text}") is not None


@pytest.mark.parametrize("report_type", ["disposition-notification", "feedback-report"])
def test_other_reports_are_none(report_type: str) -> None:
    assert report("Final-Recipient: rfc822;a@firma.no\nAction: failed\n", report_type=report_type) is None


@pytest.mark.parametrize(
    "root, sender, status, found",
    [
        ("multipart/report", "MAILER-DAEMON@x.no", True, True),  # the type of the report was forgotten
        ("multipart/mixed", "MAILER-DAEMON@x.no", True, True),
        ("multipart/mixed", "Postmaster <postmaster@x.no>", True, False),  # may be a letter with the report attached
        ("multipart/mixed", "Ola <ola@x.no>", True, False),
        ("multipart/report", "Ola <ola@x.no>", False, False),
    ],
)
def test_reports_in_odd_containers(root: str, sender: str, status: bool, found: bool) -> None:
    part = "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns;x\n\nFinal-Recipient: rfc822;a@b.no\n\n"
    head = f"From: {sender}\nSubject: Hei\nContent-Type: {root}; boundary=b\n\n--b\n\nLook.\n"
    source = f"{head}{part if status else ''}--b--\n"
    assert (read_bounce(email.message_from_string(source), "Look.") is not None) is found


@pytest.mark.parametrize(
    "status, words, reason",
    [
        ("5.1.1", "", "no such user"),
        ("5.1.10", "RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup", "no such user"),
        ("5.1.10", "550 Domain firma.no does not accept mail (nullMX)", "domain not found"),
        ("5.4.1", "Recipient address rejected: Access denied", "no such user"),
        ("5.4.4", "Name service error for name=firma.no: Host not found", "domain not found"),
        ("4.4.1", "connect to mx.firma.no[192.0.2.1]:25: Connection timed out", "host does not answer"),
        ("4.4.7", "message expired", "time ran out"),
        ("5.2.2", "", "mailbox full"),
        ("5.3.4", "", "message too large"),
        ("5.0.0", "552 message size exceeds fixed maximum", "message too large"),
        ("5.0.0", "552 mailbox size limit exceeded", "mailbox full"),
        ("5.7.1", "554 client host [192.0.2.1] blocked using zen.example", "blocked as spam"),
        ("5.7.1", "550 rejected per DMARC policy", "sender not authenticated"),
        ("5.7.1", "550 message rejected", "policy"),
        ("5.7.1", "", "blocked by policy"),
    ],
)
def test_reasons_for_people(status: str, words: str, reason: str) -> None:
    found = report(
        f"Reporting-MTA: dns;x\n\nFinal-Recipient: rfc822;a@b.no\nAction: failed\nStatus: {status}\n"
        f"Diagnostic-Code: smtp; {words}\n",
        text="",
    )
    assert found is not None
    assert found.reason == reason


def test_a_forwarded_report_is_a_letter() -> None:
    source = (
        "From: Ola <ola@firma.no>\nSubject: Fwd: Undelivered\nContent-Type: multipart/mixed; boundary=a\n\n"
        "--a\nContent-Type: text/plain\n\nWhat is this?\n"
        "--a\nContent-Type: message/rfc822\n\nFrom: MAILER-DAEMON@x.no\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
        "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns;x\n\n"
        "Final-Recipient: rfc822;a@b.no\nAction: failed\nStatus: 5.1.1\n--b--\n--a--\n"
    )
    assert read_bounce(email.message_from_string(source), "What is this?") is None


@pytest.mark.parametrize(
    "status, action, permanent, diagnostic, kind",
    [
        ("5.1.1", "failed", True, "", "hard"),
        ("5.1.10", "failed", True, "", "hard"),
        ("5.4.4", "failed", True, "", "hard"),
        ("5.2.1", "failed", True, "", "hard"),
        ("5.2.2", "failed", True, "", "soft"),
        ("5.2.3", "failed", True, "", "size"),
        ("5.3.4", "failed", True, "", "size"),
        ("5.7.1", "failed", True, "", "policy"),
        ("5.7.26", "failed", True, "", "policy"),
        ("4.7.1", "failed", False, "", "soft"),
        ("4.4.1", "delayed", False, "", "delayed"),
        ("2.0.0", "delivered", False, "", "delivered"),
        ("", "expanded", False, "", "delivered"),
        ("5.0.0", "failed", True, "550 message rejected as spam", "policy"),
        ("", "failed", True, "552 quota exceeded", "soft"),
        ("", "failed", False, "421 user unknown, or so", "soft"),
        ("5.5.0", "failed", True, "what is this", "hard"),
    ],
)
def test_sub_kind(status: str, action: str, permanent: bool, diagnostic: str, kind: str) -> None:
    assert sub_kind(FailedRecipient("a@b.no", status, action, permanent, diagnostic)) == kind


@pytest.mark.parametrize(
    "header, sign",
    [
        ("MAILER-DAEMON@mx.no", "daemon"),
        ("MAILER-DAEMON (Mail Delivery System)", "daemon"),
        ("<>", "office"),
        ("", "office"),
        ("Mail Delivery Subsystem <noreply@x.no>", "daemon"),
        ("postmaster@x.no", "office"),
        ("Post_Master@x.no", "office"),
        ("Ola Daemon <ola@x.no>", ""),
        ("Kari <kari.postmaster@x.no>", ""),
        ("Dae Mon <dae.mon@x.no>", ""),
        ("Norman <mailer@x.no>", "office"),
    ],
)
def test_machine_sign(header: str, sign: str) -> None:
    assert machine_sign(header) == sign


PIECES = [
    "Final-Recipient: rfc822;", "Action: failed\n", "\n\n", "Status: 5.", "a@b.no", "<", ">:", "RCPT TO:<", "550 ",
    "\r", "Message-ID: <", "--b\n", "=?x?b?", "(", "+2B", "\x00", "\udc80", "\\x{D800}", "\\x{FFFFFF}",
    "Content-Type: message/delivery-status\n",
]  # fmt: skip


@given(
    st.lists(st.sampled_from(PIECES) | st.text(max_size=8), max_size=40).map("".join),
    st.sampled_from(["", "base64", "quoted-printable"]),
)
def test_nothing_raises(junk: str, encoding: str) -> None:
    source = (
        f"From: MAILER-DAEMON\nSubject: Undeliverable {junk[:50]}\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
        f"--b\n\n{junk}\n--b\nContent-Type: message/delivery-status\nContent-Transfer-Encoding: {encoding}\n\n"
        f"{junk}\n--b\nContent-Type: message/rfc822\n\n{junk}"
    )
    read_bounce(email.message_from_string(source), junk)
    read("From: MAILER-DAEMON\nSubject: Returned mail", junk)
    report(junk, text=junk, returned=junk)


@pytest.mark.parametrize(
    "piece",
    ["a@", "a.", "<a@b.no>: ", "a@b.no\n", "RCPT TO:<", "x: ", "Message-ID:", "Received: x\n", "(", " ",
     "\n", "=", "> ", "to the address ", "Final-Recipient: rfc822;a@b.no\n",
     " Date: x\n", "x (a@b.no)\n", " x", "（", "retry "],
)  # fmt: skip
@pytest.mark.parametrize("sender", ["MAILER-DAEMON", "Postmaster <postmaster@x.no>"])
def test_time_is_linear(sender: str, piece: str) -> None:
    def seconds(n: int) -> float:
        text = piece * (n // len(piece))
        message = email.message_from_string(f"From: {sender}\nSubject: Returned mail\n\n{text}")
        start = time.process_time()
        read_bounce(message, text)
        return time.process_time() - start

    seconds(10_000)
    assert seconds(64_000) < 20 * max(seconds(8_000), 0.01)
