"""What trusted Authentication-Results say, and the many shapes of those that must not be believed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailgate.inbound.authentication import Trust, aligned, authenticate, is_public_suffix, read_results
from mailgate.mail import Address, InboundMail, Source

TRUST = Trust(frozenset({"mx.desk.example"}), ("127.0.0.1", "192.0.2.0/24", "2001:db8::/32"), trust_imap_results=True)


def mail(*values: str, author: str | None = "ola@firma.no") -> InboundMail:
    return InboundMail(
        message_id="<a@b>", author=Address("", author) if author else None, reply_to=(), to=(), cc=(), subject="",
        sent_at=None, in_reply_to=(), references=(), text="", html="", new_text="", folds=(), attachments=(),
        bounce=None, language=None, case_numbers=(), content_type="text/plain", content_parameters={},
        headers={"authentication-results": values} if values else {}, defects=(), fingerprint="",
    )  # fmt: skip


def result(*values: str, source: Source = Source.SMTP, peer: str = "127.0.0.1", trust: Trust = TRUST) -> str:
    return authenticate(mail(*values), source=source, peer=peer, auth_user_owns_author=False, trust=trust).result


@pytest.mark.parametrize(
    "value, expected",
    [
        ("mx.desk.example; dmarc=pass header.from=firma.no", "pass"),
        ("MX.Desk.Example 1; DMARC=Pass header.from=FIRMA.NO", "pass"),
        ('"mx.desk.example"; dmarc=pass', "pass"),
        ("(c) mx.desk.example (c) 1 (c); (c) dmarc (c) = (c) pass (c) header.from (c) = firma.no (c)", "pass"),
        ("mx.desk.example; dmarc/1=pass header.from=firma.no", "pass"),
        ("mx.desk.example;; ;dmarc=pass;", "pass"),
        ("mx.desk.example; dkim=pass header.d=firma.no header.s=a header.b=Zm9v=", "pass"),
        ("mx.desk.example; dkim=pass header.i=@firma.no", "pass"),
        ("mx.desk.example; dkim=pass header.i=\"x\"@mail.firma.no", "pass"),
        ("mx.desk.example; dkim=fail header.d=firma.no; dkim=pass header.d=mail.firma.no", "pass"),
        ("mx.desk.example; spf=pass smtp.mailfrom=bounce@m.firma.no", "pass"),
        ("mx.desk.example; spf=pass smtp.mfrom=firma.no", "pass"),
        ("mx.desk.example; dmarc=none; dkim=pass header.d=firma.no", "pass"),
        ("mx.desk.example; dmarc=temperror; dkim=pass header.d=firma.no", "pass"),
        ("mx.desk.example; dmarc=pass header.from=firma.no; dmarc=pass header.from=firma.no", "pass"),
        ("mx.desk.example; dmarc=fail (p=REJECT sp=NONE dis=NONE) header.from=firma.no", "fail"),
        ("mx.desk.example; dmarc=fail (p=none dis=quarantine) header.from=firma.no", "fail"),
        ("mx.desk.example; dmarc=fail action=oreject header.from=firma.no", "fail"),
        ("mx.desk.example; dmarc=fail policy.published-domain-policy=quarantine", "fail"),
        ("mx.desk.example; dmarc=fail (p=none sp=reject dis=none) header.from=firma.no", "none"),
        ("mx.desk.example; dmarc=fail action=none header.from=firma.no", "none"),
        ("mx.desk.example; dmarc=fail (p=none); dkim=pass header.d=firma.no", "none"),
        ("mx.desk.example; dmarc=temperror", "none"),
        ("mx.desk.example; dmarc=bestguesspass", "none"),
        ("mx.desk.example; none", "none"),
        ("mx.desk.example", "none"),
        ("", "none"),
        ("mx.desk.example; dkim=pass header.d=other.no", "none"),
        ("mx.desk.example; dkim=pass header.d=other.no header.i=@firma.no", "none"),
        ("mx.desk.example; dkim=pass", "none"),
        ("mx.desk.example; dkim=neutral header.d=firma.no", "none"),
        ("mx.desk.example; spf=pass smtp.helo=firma.no", "none"),
        ("mx.desk.example; spf=pass smtp.mailfrom=notfirma.no", "none"),
        ("mx.desk.example; spf=softfail smtp.mailfrom=firma.no", "none"),
        ("mx.desk.example; arc=pass; iprev=pass; auth=pass smtp.auth=ola@firma.no", "none"),
        ("mx.desk.example; dmarc=pass header.from=other.no", "none"),
        # Forged or broken shapes.
        ("mx.desk.example evil; dmarc=pass header.from=firma.no", "none"),
        ("evil mx.desk.example; dmarc=pass header.from=firma.no", "none"),
        ("mx.desk.example.evil.no; dmarc=pass header.from=firma.no", "none"),
        ("evil.no; (mx.desk.example;) dmarc=pass header.from=firma.no", "none"),
        ('"mx.desk.example; dmarc=pass"; dmarc=none', "none"),
        ("mx.desk.example; (dmarc=pass header.from=firma.no)", "none"),
        ("mx.desk.example; spf=none (; dmarc=pass header.from=firma.no;)", "none"),
        ('mx.desk.example; spf=none smtp.mailfrom="; dmarc=pass header.from=firma.no; "@evil.no', "none"),
        ("mx.desk.example; dmarc=pass (never closed", "none"),
        ('mx.desk.example; dmarc=pass header.from="never closed', "none"),
        ("mx.desk.example; dmarc=pass)", "none"),
        ("mx.desk.example; dmarc=pass header.from=firma.no; dmarc=fail (p=reject)", "none"),
        ("mx.desk.example; x-dmarc=pass header.from=firma.no", "none"),
        ("mx.desk.example; dmarc=passed header.from=firma.no", "none"),
        ("spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=firma.no; dmarc=pass header.from=firma.no", "none"),
        ("mx.desk.example 1 2; dmarc=pass", "none"),
        ("mx.desk.example=1; dmarc=pass", "none"),
    ],
)  # fmt: skip
def test_one_field(value: str, expected: str) -> None:
    assert result(value) == expected


FORGED = "mx.desk.example; dmarc=pass header.from=firma.no"


@pytest.mark.parametrize(
    "values, expected",
    [
        (("mx.desk.example; dmarc=none", FORGED), "none"),
        (("mx.desk.example; dmarc=fail (p=reject)", FORGED), "fail"),
        (("inner.desk.example; none", FORGED), "pass"),  # a hop behind the border, not trusted, says nothing
        (("mx.desk.example; spf=none smtp.mailfrom=(", FORGED), "none"),  # our own report, broken by the sender
        ((), "none"),
    ],
)
def test_only_the_topmost(values: tuple[str, ...], expected: str) -> None:
    assert result(*values) == expected


@pytest.mark.parametrize(
    "source, peer, trust, expected",
    [
        (Source.SMTP, "127.0.0.1", TRUST, "pass"),
        (Source.SMTP, "192.0.2.200", TRUST, "pass"),
        (Source.SMTP, "::ffff:192.0.2.200", TRUST, "pass"),
        (Source.SMTP, "2001:db8::25", TRUST, "pass"),
        (Source.SMTP, "192.0.3.1", TRUST, "none"),
        (Source.SMTP, "", TRUST, "none"),
        (Source.SMTP, "mx.desk.example", TRUST, "none"),
        (Source.IMAP, "", TRUST, "pass"),
        (Source.IMAP, "127.0.0.1", Trust(TRUST.authserv_ids, TRUST.trusted_relays), "none"),
        (Source.TAKE, "127.0.0.1", TRUST, "none"),
        (Source.SMTP, "127.0.0.1", Trust(), "none"),
        (Source.SMTP, "127.0.0.1", Trust(TRUST.authserv_ids, ("nonsense", "127.0.0.0/8")), "pass"),
    ],
)
def test_only_by_a_trusted_way(source: Source, peer: str, trust: Trust, expected: str) -> None:
    assert result(FORGED, source=source, peer=peer, trust=trust) == expected


def test_microsofts_form_only_where_it_is_trusted() -> None:
    value = (
        "spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=firma.no; dkim=none (message not signed) header.d=none;"
        "dmarc=pass action=none header.from=firma.no;compauth=pass reason=100"
    )
    assert result(value, trust=Trust(frozenset({""}), ("127.0.0.1",))) == "pass"
    assert result(value) == "none"
    # The empty name is only the missing one, never somebody's.
    assert result("evil.no; dmarc=pass", trust=Trust(frozenset({""}), ("127.0.0.1",))) == "none"


def test_smtp_auth_is_pass_and_an_unknown_author_is_none() -> None:
    def ask(author: str | None) -> str:
        return authenticate(
            mail(FORGED, author=author), source=Source.SMTP, peer="", auth_user_owns_author=True, trust=Trust()
        ).result

    assert ask("ola@firma.no") == "pass"
    assert ask(None) == "none"


@pytest.mark.parametrize(
    "one, other, expected",
    [
        ("firma.no", "firma.no", True),
        ("mail.firma.no", "firma.no", True),
        ("firma.no", "a.b.firma.no", True),
        ("xfirma.no", "firma.no", False),
        ("a.firma.no", "b.firma.no", False),  # siblings: not without a list of public suffixes
        ("firma.co.uk", "co.uk", False),
        ("bergen.kommune.no", "kommune.no", False),
        ("shop.myshopify.com", "myshopify.com", False),
        ("firma.no", "no", False),
        ("", "", False),
    ],
)
def test_alignment(one: str, other: str, expected: bool) -> None:
    assert aligned(one, other) is expected
    assert aligned(other, one) is expected


@pytest.mark.parametrize(
    "domain, expected",
    [("no", True), ("co.uk", True), ("com.au", True), ("firma.no", False), ("co.com", False), ("a.co.uk", False)],
)
def test_public_suffixes(domain: str, expected: bool) -> None:
    assert is_public_suffix(domain) is expected


@given(st.text(alphabet='mx.desk.example;= ()"\\dmarc=pass/1header.from\x00é', max_size=300))
def test_nothing_raises(value: str) -> None:
    read_results(value)
    result(value)
    result("mx.desk.example;" + value)


def test_reading_is_linear() -> None:
    # Every character is looked at once by the scanner; a quadratic reader would hang here.
    for piece in ("(", '"', ";", "a=b ", "\\", "(a)", "a", " ", "="):
        read_results("mx.desk.example; " + piece * (16_000 // len(piece)))
