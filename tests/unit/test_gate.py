"""The gate lets through what was meant, and nothing else."""

from __future__ import annotations

import pytest

from mailgate.outbound.gate import GateRefused, check_outgoing

NAMES = ("From", "To", "Subject")
GOOD = b"From: a@example.com\r\nTo: b@example.com\r\nSubject: one\r\n two\r\n\r\nhello\r\n"
TO = ("b@example.com",)


def test_good_mail_passes() -> None:
    check_outgoing(GOOD, NAMES, TO, mailbox="a@example.com")


@pytest.mark.parametrize(
    "old, new, reason",
    [
        (b"one", b"one\r\nBcc: evil@example.net", "headers found"),
        (b"Subject: one", b"\r\nSubject: one", "headers found"),
        (b"To: b@example.com\r\nSubject: one\r\n two", b"Subject: one\r\nTo: b@example.com", "headers set"),
        (b"Subject", b"subject", "headers set"),
        (b"Subject: one", b"no colon", "headers set"),
        (b"one\r\n", b"one\n", "CRLF"),
        (b"one", b"o\rne", "CRLF"),
        (b"hello", b"hel\nlo", "CRLF"),
        (b"hello", b"hel\rlo", "CRLF"),
        (b"hello\r\n", b"hello\r\n.", "does not end"),
        (b"hello", b"hel\0lo", "NUL"),
        (b"one", b"x" * 990, "998"),
        (b"hello", b"x" * 999, "998"),
        (b"one", "é".encode(), "ASCII"),
        (b"\r\n\r\nhello\r\n", b"\r\n", "blank line"),
        (GOOD, b"", "does not end"),
    ],
)
def test_other_bytes_are_refused(old: bytes, new: bytes, reason: str) -> None:
    with pytest.raises(GateRefused, match=reason):
        check_outgoing(GOOD.replace(old, new), NAMES, TO)


def test_longest_lines_pass() -> None:
    check_outgoing(GOOD.replace(b"one", b"x" * 989).replace(b"hello", b"x" * 998), NAMES, TO)


def test_multipart_without_its_end_is_refused() -> None:
    data = b'Content-Type: multipart/mixed; boundary="x"\r\n\r\n--x\r\n\r\nhello\r\n'
    with pytest.raises(GateRefused, match="not well formed"):
        check_outgoing(data, ("Content-Type",), TO)


@pytest.mark.parametrize(
    "address",
    [
        "", "b", "b@", "@example.com", "b@example.com\r\nRCPT TO:<x@example.net>", "b@example.com ", "B@example.com",
        "b@EXAMPLE.com", "<b@example.com>", "b b@example.com", "b@exa\0mple.com", "@a:b@example.com", "b@[127.0.0.1]",
        "b@bl\u00e5.example", "b" * 65 + "@example.com", "b@example.com\u2028", "\ud800@example.com",
    ],
)  # fmt: skip
def test_recipient_that_is_no_stored_address_is_refused(address: str) -> None:
    with pytest.raises(GateRefused, match="not an address"):
        check_outgoing(GOOD, NAMES, (*TO, address))
    with pytest.raises(GateRefused, match="not an address"):
        check_outgoing(GOOD, NAMES, TO, mailbox=address)


@pytest.mark.parametrize("recipients", [(), tuple(f"u{n}@example.com" for n in range(101))])
def test_number_of_recipients(recipients: tuple[str, ...]) -> None:
    with pytest.raises(GateRefused, match="recipients"):
        check_outgoing(GOOD, NAMES, recipients)


def test_foreign_local_part_needs_smtputf8() -> None:
    with pytest.raises(GateRefused, match="SMTPUTF8"):
        check_outgoing(GOOD, NAMES, ("b\u00f8@example.com",))
    check_outgoing(GOOD, NAMES, ("b\u00f8@example.com",), smtputf8=True)
