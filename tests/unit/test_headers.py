"""Header fields as programs really write them, right and wrong."""

from __future__ import annotations

import base64
import re
import time
from pathlib import Path

import pytest

from mailgate.inbound import addresses, headers
from mailgate.inbound.addresses import read_addresses
from mailgate.inbound.headers import read_parameters, text_of
from mailgate.inbound.odd_addresses import sole_address
from mailgate.inbound.parse import parse
from mailgate.mail import Address, valid_address, written
from mailgate.outbound.mime import address_header

ENCODED_WORDS = [
    (b"=?iso-8859-1?q?Bl=e5b=e6r?=", "Blåbær"),  # lower-case hex
    (b"=?ISO-8859-1?q?Bl=E5?=\t=?ISO-8859-1?Q?b=E6r?=", "Blåbær"),
    (b"=?UTF-8?B?w6Y=?==?UTF-8?B?w7g=?=", "æø"),  # no blank between
    (b"=?UTF-8?B?w6Y=?=,=?UTF-8?B?w7g=?=", "æ,ø"),
    (b"=?utf-8?B?w6XDpsO4?= (2)", "åæø (2)"),
    (b"=?utf-8?B?w6XDpsO4IA==?=(2)", "åæø (2)"),
    (b"=?utf-8?B?w6U?=", "å"),  # no padding
    (b"=?utf-8?B?w6U==?=", "å"),  # too much of it
    (b"=?utf-8?B?w6U= ?=", "å"),
    (b"=?utf-8?B?w6 XDpg==?=", "åæ"),  # a blank in base64
    (b"=?utf-8?Q?Hei p=C3=A5 deg?=", "Hei på deg"),  # raw blanks in Q
    (b"=?utf-8?Q?50=25_off=3D=3F?=", "50% off=?"),
    (b"=?utf-8?Q?a=?=", "a="),  # a lone = at the end
    (b"=?utf-8?Q?a=C3=B?=", None),  # cut within a hex pair: read without raising
    (b"=?utf-8?Q?=F0=9F=98=80?=", "\U0001f600"),
    (b"=?utf-8?Q?=F0=9F?= =?utf-8?Q?=98=80?=", "\U0001f600"),
    (b"=?us-ascii?Q?Keith_Moore?=", "Keith Moore"),
    (b"=?us-ascii*en-us?q?one?=", "one"),
    (b"=?utf8?B?w6U=?=", "å"),
    (b"=?\"utf-8\"?Q?=C3=A5?=", "å"),
    (b"=?koi8-r?B?8NLJ18XU?=", "Привет"),
    (b"=?windows-1251?B?z/Do4uXy?=", "Привет"),
    (b"=?cp1251?Q?=CF=F0=E8=E2=E5=F2?=", "Привет"),
    (b"=?Shift_JIS?B?k/qWew==?=", "日本"),
    (b"=?EUC-KR?B?x9GxuQ==?=", "한국"),
    (b"=?ks_c_5601-1987?B?x9GxuQ==?=", "한국"),
    (b"=?big5?B?pKSk5Q==?=", "中文"),
    (b"=?GBK?B?1tDOxA==?=", "中文"),
    (b"=?gb18030?B?1tDOxA==?=", "中文"),
    (b"=?iso-2022-kr?B?GyQpQw4hOw8=?=", None),
    (b"=?ISO-2022-JP?B?GyRCRnxLXBsoQg==?= =?ISO-2022-JP?B?GyRCOGwbKEI=?=", "日本語"),
    (b"=?ISO-2022-JP?B?GyRCRnxLXDhs?=", "日本語"),  # never reset to ASCII
    (b"=?iso-2022-jp?Q?=1B$BF|K\\=1B(B?=", "日本"),
    (b"=?ISO-8859-15?Q?10_=A4?=", "10 €"),
    (b"=?iso-8859-2?Q?=B3=F3d=BC?=", "łódź"),
    (b"=?windows-1257?Q?=FEal?=", "žal"),
    (b"=?utf-8?Q?=E2=80=9Cquoted=E2=80=9D?=", "“quoted”"),
    (b"=?utf-8?Q?Caf=E9?=", "Café"),
    (b"=?iso-8859-1?Q?Bl=C3=A5?=", "Blå"),
    (b"=?UTF-8?Q?a?= b =?UTF-8?Q?c?= =?UTF-8?Q?d?=", "a b cd"),
    (b"(=?utf-8?Q?=C3=A5?=)", "(å)"),
    (b"pre=?utf-8?Q?=C3=A5?=post", "preåpost"),
    (b"=?utf-8?X?abc?=", "=?utf-8?X?abc?="),  # no such encoding
    (b"=?utf-8?Q??=", ""),
    (b"=?utf-8?Q??= =?utf-8?Q?x?=", "x"),
    (b"=?utf-8?q?=3D=3Futf-8=3FQ=3Fx=3F=3D?=", "=?utf-8?Q?x?="),  # decoded once, never twice
    (b"a =?b?= c", "a =?b?= c"),
    (b"2 =? 3 ?= 4", "2 =? 3 ?= 4"),
    (b"=?utf-8?Q?What=3F?= Really?=", "What? Really?="),
    (b"=?utf-8?Q?Is_it_so?maybe?=", "Is it so?maybe"),
    (b"[#261121001] =?utf-8?Q?Sp=C3=B8rsm=C3=A5l?=", "[#261121001] Spørsmål"),
    (b"=?utf-16?B?/v8AYQBi?=", "ab"),
    (b"=?unknown-8bit?Q?Bl=C3=A5?=", "Blå"),
    (b"=?x-unknown?Q?Bl=E5?=", "Blå"),
    (b"=?default?Q?Hei?=", "Hei"),
    (b"=?cp-850?Q?Bl=86?=", "Blå"),
    (b"\xcf\xf0\xe8\xe2\xe5\xf2, \xea\xe0\xea \xe4\xe5\xeb\xe0?", None),  # raw windows-1251 with no label anywhere
    ("日本語の件名".encode(), "日本語の件名"),
    ("=?utf-8?Q?=C3=A5?= blå".encode(), "å blå"),
]  # fmt: skip


@pytest.mark.parametrize("value, text", ENCODED_WORDS)
def test_encoded_words(value: bytes, text: str | None) -> None:
    found = text_of(value)
    assert text is None or found == text


SUBJECTS = [
    (b"Subject: =?utf-8?Q?a?=\r\n =?utf-8?Q?b?=", "ab"),
    (b"Subject: one\r\n two", "one two"),
    (b"Subject: one\r\n\ttwo", "one two"),
    (b"Subject:\r\n all of it on the next line", "all of it on the next line"),
    (b"Subject:no blank", "no blank"),
    (b"SUBJECT: shouted", "shouted"),
    (b"Subject: one\r\n \r\n two\r\nTo: a@example.org", "one  two"),  # folded with nothing but blanks
    (b"Subject: =?utf-8?Q?folded_in\r\n _a_word?=", "folded in  a word"),
    (b"Subject: =?utf-8?B?w6XDp\r\n sO4?=", "åæø"),
    (b"Subject: ", ""),
    (b"Subject:", ""),
    (b"X: y", ""),
    (b"Subject: trailing   ", "trailing"),
    (b"Subject: =?utf-8?Q?Line=0D=0A_two?=", "Line  two"),
]


@pytest.mark.parametrize("head, subject", SUBJECTS)
def test_subjects(head: bytes, subject: str) -> None:
    assert parse(b"From: a@example.org\r\n" + head + b"\r\n\r\nhi").subject == subject


CHARSET_OF_THE_BODY = [
    ("windows-1251", "Вопрос по заказу", "Пётр Иванов"),
    ("koi8-r", "Вопрос по заказу", "Пётр Иванов"),
    ("shift_jis", "注文について", "山田太郎"),
    ("gbk", "关于订单的问题", "王小明"),
    ("big5", "關於訂單的問題", "王小明"),
    ("euc-kr", "주문에 대한 질문", "김철수"),
    ("iso-8859-2", "Zażółć gęślą jaźń", "Łukasz"),
    ("iso-8859-1", "Spørsmål om blåbær", "Kåre Ødegård"),
    ("utf-8", "Spørsmål om blåbær", "Kåre Ødegård"),
    ("iso-8859-7", "Ερώτηση", "Γιώργος"),
]


@pytest.mark.parametrize("charset, subject, name", CHARSET_OF_THE_BODY)
def test_raw_octets_in_headers_are_read_in_the_charset_of_the_mail(charset: str, subject: str, name: str) -> None:
    """RFC 5322 knows no such header; the programs that write it use one charset for the whole mail."""
    data = (
        f"From: {name} <a@example.org>\r\nTo: b@example.org\r\nSubject: {subject}\r\n"
        f"Content-Type: text/plain; charset={charset}\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{subject}\r\n"
    ).encode(charset)
    read = parse(data)
    assert read.subject == subject
    assert read.author == Address(name, "a@example.org")
    assert read.text == subject


ADDRESSES = [
    (b"=?utf-8?Q?K=C3=A5re_N?= <k@example.org>", "Kåre N", "k@example.org"),
    (b'"=?utf-8?Q?K=C3=A5re?=" <k@example.org>', "Kåre", "k@example.org"),
    (b"'Kari' <k@example.org>", "Kari", "k@example.org"),
    (b"\"'Kari'\" <k@example.org>", "Kari", "k@example.org"),
    (b'"Kari \\"K\\" N" <k@example.org>', 'Kari "K" N', "k@example.org"),
    (b"Kari N.<k@example.org>", "Kari N.", "k@example.org"),
    (b"Kari N. Nordmann <k@example.org>", "Kari N. Nordmann", "k@example.org"),
    (b"<k@example.org>", "", "k@example.org"),
    (b"<k@example.org> (Kari)", "Kari", "k@example.org"),
    (b"Kari <k@example.org>,", "Kari", "k@example.org"),
    (b"Kari <k@example.org>;", "Kari", "k@example.org"),
    (b"Kari < k@example.org >", "Kari", "k@example.org"),
    (b"Kari <mailto:k@example.org>", "Kari", "k@example.org"),
    (b"Kari <<k@example.org>>", "Kari", "k@example.org"),
    (b"Nordmann, Kari <k@example.org>", "Nordmann, Kari", "k@example.org"),
    (b"=?utf-8?B?S8OlcmU=?=\r\n <k@example.org>", "Kåre", "k@example.org"),
    (b"=?iso-8859-1?Q?Nordmann=2C_K=E5re?= <k@example.org>", "Nordmann, Kåre", "k@example.org"),
    (b"=?utf-8?Q?K=C3=A5re?= Nordmann <k@example.org>", "Kåre Nordmann", "k@example.org"),
    (b"Kari (Support) <k@example.org>", None, "k@example.org"),
    (b"Kari @ Example <k@example.org>", None, "k@example.org"),
    (b"Kari [Example] <k@example.org>", "Kari [Example]", "k@example.org"),
    (b'"k@example.org" <k@example.org>', "k@example.org", "k@example.org"),
    (b"K@EXAMPLE.ORG", "", "k@example.org"),
    (b"Kari <k@example.org", "Kari", "k@example.org"),
    (b'"Kari <k@example.org>" <k@example.org>', "Kari <k@example.org>", "k@example.org"),
    (b"Kari <k@example.org.>", "Kari", "k@example.org"),
]


@pytest.mark.parametrize("value, name, address", ADDRESSES)
def test_authors(value: bytes, name: str | None, address: str | None) -> None:
    author = parse(b"From: " + value + b"\r\n\r\nhi").author
    if address is not None:
        assert author is not None and author.address == address
        assert name is None or author.name == name
    read_addresses([value])


# One address, however it is written; and nobody where there could be two, or where it stands in a name.
ODD_AUTHORS = [
    (b"k.@docomo.ne.jp", "", "k.@docomo.ne.jp"),
    (b"k..n@docomo.ne.jp", "", "k..n@docomo.ne.jp"),
    (b".x@ezweb.ne.jp", "", ".x@ezweb.ne.jp"),
    (b"=?ISO-2022-JP?B?GyRCRnxLXBsoQg==?= <k..n.@docomo.ne.jp>", "日本", "k..n.@docomo.ne.jp"),
    (b'Kari <"k."@docomo.ne.jp>', "Kari", "k.@docomo.ne.jp"),
    (b'"k..n"@docomo.ne.jp', "", "k..n@docomo.ne.jp"),
    (b"x@foo_bar.example", "", "x@foo_bar.example"),
    (b'"john.doe"@example.org', "", "john.doe@example.org"),
    (b"<@relay.example,@b.example:k@example.org>", "", "k@example.org"),
    (b"Mary Smith <@node.test:mary@example.net>", "Mary Smith", "mary@example.net"),
    (b"Kari k@example.org", "Kari", "k@example.org"),
    (b'"Kari Nordmann" k@example.org', "Kari Nordmann", "k@example.org"),
    (b"Kari Nordmann [k@example.org]", "Kari Nordmann", "k@example.org"),
    (b"Kari Nordmann [mailto:k@example.org]", "Kari Nordmann", "k@example.org"),
    (b'"Kari Nordmann <k@example.org>', "Kari Nordmann", "k@example.org"),
    (b'Kari Nordmann" <k@example.org>', "Kari Nordmann", "k@example.org"),
    (b"Kari (Support <k@example.org>", None, "k@example.org"),
    (b"Kari) <k@example.org>", None, "k@example.org"),
    (b"root", None, None),
    (b"host!user", None, None),
    (b"host!user@relay.example", "", "host!user@relay.example"),
    (b"/G=Kari/S=Nordmann/O=x/@gw.example", "", "/g=kari/s=nordmann/o=x/@gw.example"),
    (b"k@example.org (Kari (home) N)", None, "k@example.org"),
    (b"Kari <k@example.org> (home)", None, "k@example.org"),
    (b"Kari<k@example.org>", "Kari", "k@example.org"),
    (b"Kari Nordmann k@example.org>", "Kari Nordmann", "k@example.org"),
    (b"k@example.org.", "", "k@example.org"),
    (b"k @ example.org", "", "k@example.org"),
    (b"Muhammed.(I am the greatest) Ali @(the)Vegas.WBA", None, "muhammed.ali@vegas.wba"),
    (rb"Pete(A nice \) chap) <pete(his account)@silly.test(his host)>", None, "pete@silly.test"),
    (b"John Doe <jdoe@machine(comment).  example>", None, "jdoe@machine.example"),
    (b'"Joe Q. Public" <john.q.public@example.com>', "Joe Q. Public", "john.q.public@example.com"),
    (b"Who? <one@y.test>", "Who?", "one@y.test"),
    (rb'"Giant; \"Big\" Box" <sysservices@example.net>', 'Giant; "Big" Box', "sysservices@example.net"),
    (b"Nordmann, Kari (Ext) <k@example.org>", None, "k@example.org"),
    (b"Kari: Support <k@example.org>", "Kari: Support", "k@example.org"),
    (rb'"Kari\" <k@example.org>', None, "k@example.org"),
    (b"mailto:k@example.org", "", "k@example.org"),
    (b"'k@example.org'", "", "k@example.org"),
    (b"Kari <'k@example.org'>", "Kari", "k@example.org"),
    (b"Kari <k@example.org> <k@example.org>", None, "k@example.org"),
    ("Kåre <kåre@blåbær.no>".encode(), "Kåre", "kåre@xn--blbr-roah.no"),
    (b"<>", None, None),
    (b"Kari <>", None, None),
    (b"Kari <k@example>", "Kari", "k@example"),
    (b"Kari <k@\r\n example.org>", "Kari", "k@example.org"),
    (b"k@example.org (=?utf-8?Q?K=C3=A5re?=)", "Kåre", "k@example.org"),
    (b'"PayPal" <service@paypal.example> <evil@x.example>', None, None),
    (b"Kari <k@example.org> via list", None, "k@example.org"),
    (b'"k@example.org" <>', None, None),
    (b'"Kari <k@example.org>"', None, None),
    (b"alice@example.org)bob@evil.example", None, None),
    (b"a@example.org, b@example.org", None, None),
    (b"undisclosed-recipients:;", None, None),
    (b"K\xe5re Nordmann (\xd8st) <k@example.org>", None, "k@example.org"),
    (b"Kari N. <k@example.org> ", "Kari N.", "k@example.org"),
    (b"Dr. Kari N. Nordmann, PhD <k@example.org>", "Dr. Kari N. Nordmann, PhD", "k@example.org"),
    (b"Kari & Ola <k@example.org>", "Kari & Ola", "k@example.org"),
    (b"Kari/IT/Oslo <k@example.org>", "Kari/IT/Oslo", "k@example.org"),
    (b"Kari_Nordmann/OSL/NO/ACME%ACME@acme.example", "", "kari_nordmann/osl/no/acme%acme@acme.example"),
    (b"Kari -- Support Team! <k@example.org>", "Kari -- Support Team!", "k@example.org"),
    (b'"Kari"Nordmann <k@example.org>', None, "k@example.org"),
    (b"=?utf-8?Q?K=C3=A5re?= =?utf-8?Q?Nordmann?= k@example.org", "KåreNordmann", "k@example.org"),
    (b'"Kari Nordmann\r\n <k@example.org>"', None, None),
    (b"Kari Nordmann \t<k@example.org>", "Kari Nordmann", "k@example.org"),
    (b"Kari Nordmann &lt;k@example.org&gt;", None, "k@example.org"),
    (b'Kari \\"K\\" <k@example.org>', None, "k@example.org"),
    (b"Kari Nordmann <k@example.org>\r\n\t(added by postmaster@x.example)", "Kari Nordmann", "k@example.org"),
    (b"<k@example.org> Kari", "Kari", "k@example.org"),
    (b"owner-list@x.example (Kari <kari@y.example>)", None, "owner-list@x.example"),
    (b"kari@example.org (kari@home)", None, "kari@example.org"),
    (b"Kari <SMTP:kari@example.org>", "Kari", "kari@example.org"),
    (b"Kari [SMTP:kari@example.org]", "Kari", "kari@example.org"),
    (b"/O=EXCH/OU=FIRST/CN=RECIPIENTS/CN=KARI", None, None),
    (b'Kari "The K" Nordmann <k@example.org>', None, "k@example.org"),
    (b"Kari, <k@example.org>", None, "k@example.org"),
    (b",k@example.org", "", "k@example.org"),
    (b'=?utf-8?Q?"Foo,_Bar"?= <k@example.org>', "Foo, Bar", "k@example.org"),
    (b"=?utf-8?Q?Foo_=3Cx=40y.example=3E?= <k@example.org>", "Foo <x@y.example>", "k@example.org"),
    (b'"=?utf-8?Q?Foo?= (Bar)" <k@example.org>', "Foo (Bar)", "k@example.org"),
    (b"k@example.org, ", "", "k@example.org"),
    (b'"" <k@example.org>', "", "k@example.org"),
    (b'" " <k@example.org>', "", "k@example.org"),
    (b'"Kari\\, Nordmann" <k@example.org>', "Kari, Nordmann", "k@example.org"),
    (b"Kari\\, Nordmann <k@example.org>", None, "k@example.org"),
    (b"(comment) Kari <k@example.org>", None, "k@example.org"),
    (b"Kari (a) (b) <k@example.org>", None, "k@example.org"),
    (b"Kari;Nordmann <k@example.org>", None, "k@example.org"),
    (b"Kari Nordmann | Acme <k@example.org>", "Kari Nordmann | Acme", "k@example.org"),
    (b"Kari (Acme), Nordmann <k@example.org>", None, "k@example.org"),
    (b"Acme: Kari: x <k@example.org>", None, "k@example.org"),
    (b"12:30 News <k@example.org>", "12:30 News", "k@example.org"),
    (b"\xf0\x9f\x98\x80 Kari <k@example.org>", "\U0001f600 Kari", "k@example.org"),
    (b"k@EXAMPLE.ORG (K)", "K", "k@example.org"),
    (b"Kari <k@example.org>, Kari <k@example.org>", None, "k@example.org"),
    (b'K <"k n"@example.org>', None, None),
    (b"k+tag=x@example.org", "", "k+tag=x@example.org"),
    (b"SRS0=abc=de=example.org=k@relay.example", "", "srs0=abc=de=example.org=k@relay.example"),
    (b"bounce-1234_HTML-12-34@bounce.s1.mc.example", "", "bounce-1234_html-12-34@bounce.s1.mc.example"),
    (b"Kari <k@example.org>\x00", "Kari", "k@example.org"),
    (b"Kari <k@xn--blbr-roah.no>", "Kari", "k@xn--blbr-roah.no"),
    ("Kari <k@例え.テスト>".encode(), "Kari", "k@xn--r8jz45g.xn--zckzah"),
    (b"Kari <k@192.0.2.1>", "Kari", "k@192.0.2.1"),
    (b"Kari <k@[192.0.2.1]>", None, None),
    (b"Kari <k@localhost>", "Kari", "k@localhost"),
    (b"Kari <k@example.org>>", "Kari", "k@example.org"),
    (b"Kari <<k@example.org>", "Kari", "k@example.org"),
    (b"Kari <k@example.org)", None, "k@example.org"),
    (b"Kari (k@example.org)", None, "k@example.org"),
    (b"Kari (k@example.org>", None, "k@example.org"),
    (b'"Kari, N." k@example.org', None, "k@example.org"),
    (b"Kari = Nordmann <k@example.org>", "Kari = Nordmann", "k@example.org"),
    (b"Kari + Ola <k@example.org>", "Kari + Ola", "k@example.org"),
    (b"Kari\tNordmann <k@example.org>", "Kari Nordmann", "k@example.org"),
    (b"Kari  Nordmann <k@example.org>", None, "k@example.org"),
    (b"Mailer-Daemon@mx.example (Mail Delivery System)", "Mail Delivery System", "mailer-daemon@mx.example"),
    (b'"Mail Delivery System" <>', None, None),
    (b"<MAILER-DAEMON>", None, None),
    (b"=?ISO-8859-1?Q?Kari?=\r\n=?ISO-8859-1?Q?_N?= <k@example.org>", None, None),
    (b"'Kari Nordmann' via List <list@example.org>", "'Kari Nordmann' via List", "list@example.org"),
]


@pytest.mark.parametrize("value, name, address", ODD_AUTHORS)
def test_authors_as_carriers_robots_and_scripts_write_them(value: bytes, name: str | None, address: str | None) -> None:
    author = parse(b"From: " + value + b"\r\n\r\nhi").author
    assert (author.address if author else None) == address
    assert name is None or (author is not None and author.name == name)


@pytest.mark.parametrize(
    "address, wire",
    [
        ("kari@example.org", "kari@example.org"),
        ("k.n@example.org", "k.n@example.org"),
        ("k.@docomo.ne.jp", '"k."@docomo.ne.jp'),
        ("k..n@docomo.ne.jp", '"k..n"@docomo.ne.jp'),
        (".k@docomo.ne.jp", '".k"@docomo.ne.jp'),
    ],
)
def test_odd_dots_are_quoted_where_they_go_out_and_read_back(address: str, wire: str) -> None:
    assert (valid_address(address), written(address), valid_address(wire)) == (address, wire, address)


@pytest.mark.parametrize(
    "text",
    ["...@example.org", "@example.org", "k@", "k@-x.example", "k@x..example", "k@.example", "k@example.org.", '""@x.no',
     '"@x.no', '"k n"@x.no', 'k"n@x.no', "k<n@x.no", "k>@x.no", "k,n@x.no", "k\\n@x.no", "k\r\n@x.no",
     "k@x.no\r\nRCPT TO:",
     "k@x_y.no>", "k@[192.0.2.1]", "k;n@x.no", "k(n)@x.no", "k:n@x.no", "." * 65 + "a@x.no"],
)  # fmt: skip
def test_what_could_break_a_line_is_no_address(text: str) -> None:
    assert valid_address(text) is None


@pytest.mark.parametrize("sign", ["@", '"', "<", "a", " ", "(", ":", "a@<", "<a@b> ", "&lt;"])
def test_odd_addresses_take_linear_time(sign: str) -> None:
    def seconds(n: int) -> float:
        line = sign * n + "k@example.org" + sign * n
        began = time.process_time()
        sole_address(line)
        return time.process_time() - began

    few, many = (min(seconds(n) for _ in range(3)) for n in (5_000, 20_000))
    assert many < 4 * 3 * max(few, 0.002)


def test_semicolons_between_addresses() -> None:
    """Outlook's way to type them, which some scripts put into the header."""
    found = read_addresses([b"a@example.org; B <b@example.org>;"]).found
    assert [one.address for one in found] == ["a@example.org", "b@example.org"]
    assert parse(b"From: a@example.org; b@example.org\r\n\r\nhi").author is None


PARAMETERS = [
    (b"a/b; name*0*=UTF-8''r%C3%A5; name*1*=%C3%A6; name*2=.txt", "råæ.txt"),
    (b"a/b; name*0*=UTF-8'en'r%C3; name*1*=%A5.txt", "rå.txt"),
    (b"a/b; name*0=\"first \"; name*1=\"second.txt\"", "first second.txt"),
    (b"a/b; name*0*=iso-8859-1''bl%E5; name*1=b%E6r.txt", "blåb%E6r.txt"),  # only starred pieces are escaped
    (b"a/b; name*=UTF-8''my%20file.txt", "my file.txt"),
    (b"a/b; name*=\"UTF-8''my%20file.txt\"", "my file.txt"),  # quoted, against the letter
    (b"a/b; name*=bl%C3%A5.txt", "blå.txt"),  # no charset
    (b"a/b; name*=''bl%C3%A5.txt", "blå.txt"),
    (b"a/b; name=\"UTF-8''bl%C3%A5.txt\"", "blå.txt"),  # the star forgotten
    (b"a/b; name=UTF-8''bl%C3%A5.txt", "blå.txt"),
    (b"a/b; name=\"100%25.txt\"", "100%25.txt"),  # percent without star means itself
    (b"a/b; name=\"my%20file.txt\"", "my%20file.txt"),
    (b"a/b; name=\"=?UTF-8?B?YmzDpS50eHQ=?=\"", "blå.txt"),
    (b"a/b; name==?UTF-8?B?YmzDpS50eHQ=?=", "blå.txt"),
    (b"a/b; name=\"=?utf-8?Q?bl=C3=A5?=\r\n =?utf-8?Q?b=C3=A6r.pdf?=\"", "blåbær.pdf"),
    (b"a/b; name=\"=?utf-8?Q?bl=C3=A5;_x.pdf?=\"", "blå; x.pdf"),
    (b"a/b; name==?utf-8?Q?bl=C3=A5;_x.pdf?=", "blå; x.pdf"),
    (b"a/b; name*0=\"=?UTF-8?B?YmzDpS50\"; name*1=\"eHQ=?=\"", "blå.txt"),  # a word cut by continuations
    (b"a/b; name=\"rapport; endelig.pdf\"", "rapport; endelig.pdf"),
    (b"a/b; name=\"a\\\\b.txt\"", "a\\b.txt"),
    (b"a/b; name=\"say \\\"hi\\\".txt\"", "say \"hi\".txt"),
    (b"a/b; name=My long file name.pdf", "My long file name.pdf"),
    (b"a/b; name=My file (1).pdf", "My file (1).pdf"),
    (b"a/b;name=x.pdf", "x.pdf"),
    (b"a/b; NAME=x.pdf", "x.pdf"),
    (b"a/b; name = x.pdf", "x.pdf"),
    (b"a/b; name = \"x.pdf\" ;", "x.pdf"),
    (b"a/b;; name=x.pdf", "x.pdf"),
    (b"a/b name=x.pdf", "x.pdf"),  # the semicolon forgotten
    (b"a/b; charset=utf-8 name=x.pdf", "x.pdf"),
    (b"a/b; x=\"y\" name=\"x.pdf\"", "x.pdf"),
    (b"a/b; name='x.pdf'", "x.pdf"),
    (b"a/b; name=\"x.pdf", "x.pdf"),
    (b"a/b; name=\"bl\xc3\xa5.pdf\"", "blå.pdf"),
    (b"a/b; name=\"bl\xe5.pdf\"", "blå.pdf"),
    (b"a/b; name=\"one\r\n two.pdf\"", "one two.pdf"),
    (b"a/b; name=\"one.pdf\"; filename=\"two.pdf\"", "one.pdf"),
    (b"a/b; name*00*=utf-8''a; name*01=b", "ab"),
    (b"a/b; name*1=b; name*2=c", "bc"),  # counted from one
    (b"a/b; name=short; name*0=long; name*1=er", "longer"),
    (b"a/b; name=\"\"", None),
    (b"a/b; name=", None),
    (b"a/b; name*=", None),
    (b"a/b; name*=shift_jis''%93%FA%96%7B.txt", "日本.txt"),
    (b"a/b; name=\"=?iso-2022-jp?B?GyRCRnxLXBsoQi50eHQ=?=\"", "日本.txt"),
    (b"a/b; name*0*=utf-8''%e2%82%ac; name*1*=%20rates.pdf", "€ rates.pdf"),
]  # fmt: skip


@pytest.mark.parametrize("value, name", PARAMETERS)
def test_names_of_files(value: bytes, name: str | None) -> None:
    _, found = read_parameters(value.replace(b"\r\n", b""))
    assert (found.get("name") or None) == name


CHARSETS_STATED = [
    (b"text/plain; charset=utf-8;", "utf-8"),
    (b'text/plain; charset="utf-8"; format=flowed', "utf-8"),
    (b"text/plain; charset='utf-8'", "utf-8"),
    (b'text/plain; charset="utf-8', "utf-8"),
    (b"text/plain; charset=utf-8 (Unicode)", "utf-8"),
    (b"text/plain; charset=utf-8, format=flowed", "utf-8"),
    (b"text/plain charset=utf-8", "utf-8"),
    (b"text/plain; charset = utf-8", "utf-8"),
    (b"text/plain; charset*=us-ascii'en'utf-8", "utf-8"),
]


@pytest.mark.parametrize("value, charset", CHARSETS_STATED)
def test_charsets_as_stated(value: bytes, charset: str) -> None:
    data = b"Content-Type: " + value + b"\r\n\r\n\xd0\xb6 \xc3\xa5"
    read = parse(data)
    assert (read.text, read.content_type) == ("ж å", "text/plain")
    assert not [one for one in read.defects if one.startswith("charset")]
    assert charset


GOLDEN = sorted((Path(__file__).parents[1] / "mails").rglob("*.eml"))
_OF_INTEREST = re.compile(
    rb"^(?:(from|to|cc|reply-to|sender)|content-type|content-disposition):[ \t]*(.*(?:\r?\n[ \t].*)*)", re.I | re.M
)


def test_the_short_way_reads_as_the_long_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Addresses and parameters of a plain form are read by one pattern each. For every such field of the golden mails,
    that gives what the whole reader gives."""
    short = 0
    for file in GOLDEN:
        for found in _OF_INTEREST.finditer(file.read_bytes()):
            value = re.sub(rb"\r?\n", b"", found[2]).strip()
            if found[1] and (plain := addresses._plain_mailbox(value)):
                with monkeypatch.context() as patched:
                    patched.setattr(addresses, "_plain_mailbox", lambda value: None)
                    assert read_addresses([value]) == addresses.Addresses((plain,), group=False, doubts=()), file
                short += 1
            elif not found[1] and headers._SIMPLE_PARAMETERS.match(value.decode("ascii", "surrogateescape")):
                assert read_parameters(value) == headers._read_odd_parameters(value.decode("ascii", "surrogateescape"))
                short += 1
    assert short > 2_000


SUBJECTS_OF_THE_WORLD = [
    (b"=?utf-8?Q?Re=3A_=5Bticket_=2312=5D?= svar", "Re: [ticket #12] svar"),
    (b"=?UTF-8?Q?=F0=9F=93=A6_Pakken_din?=\r\n\t=?UTF-8?Q?_er_p=C3=A5_vei?=", "📦 Pakken din er på vei"),
    (
        b"=?gb18030?B?"
        + base64.b64encode("回复：".encode("gb18030"))
        + b"?= RE: =?gb2312?B?"
        + base64.b64encode("报价".encode("gbk"))
        + b"?=",
        "回复： RE: 报价",
    ),
    (b"=?Windows-1252?Q?Pris=96liste_=80?=", "Pris–liste €"),
    (b"=?iso-8859-1?Q?=93sitat=94?=", "“sitat”"),
    (b"=?cp932?B?" + base64.b64encode("①番".encode("cp932")) + b"?=", "①番"),
    (
        b"=?ISO-2022-JP?B?"
        + base64.b64encode("重要なお知らせ".encode("iso2022_jp"))
        + b"?=\r\n =?ISO-2022-JP?B?"
        + base64.b64encode("です".encode("iso2022_jp"))
        + b"?=",
        "重要なお知らせです",
    ),
    (b"\x1b$B=EMW\x1b(B test", "重要 test"),
    (b"Fwd: =?utf-8?B?" + base64.b64encode("Ærlig".encode()).rstrip(b"=") + b"?=", "Fwd: Ærlig"),
    (b"=?utf-8?q?=C3?=\r\n =?utf-8?q?=85se?=", "Åse"),
    (b"=?utf-8?Q?a=C2=A0b?=", "a\u00a0b"),
    (b"=?utf-8?Q?soft=C2=ADhyphen?=", "soft\u00adhyphen"),
    (b"=?utf-8?Q?tab=09here?=", "tab here"),
    (b"=?utf-8?Q?(no_subject)?=", "(no subject)"),
    (b"[List] =?utf-8?Q?=C3=A5?=", "[List] å"),
    (b'"quoted subject"', '"quoted subject"'),
    (b"(comment) subject", "(comment) subject"),
    (b"50% off =?", "50% off =?"),
    (b"a=b&c=d", "a=b&c=d"),
    (b"=?utf-8?Q?=?=", "="),
    (b"=?utf-8?B?4pyTIMOlw6bDuCDigJMgw6XDpsO4IOKAkyDDpcOmw7g?=", "✓ åæø – åæø – åæø"),
    (b"=?UTF-8?B?RnfDpQ==?=: =?UTF-8?B?w6U=?=", "Fwå: å"),
    (b"=?iso-8859-1?Q?Sp=F8rsm=E5l?= =?utf-8?Q?_om_=C3=A5?=", "Spørsmål om å"),
    (b"=?utf-8?Q?ends_with_question=3F?=", "ends with question?"),
    (b"=?utf-8?Q?raw_\xc3\xa5_inside?=", "raw å inside"),
    (b"=?us-ascii?Q?says_ascii_=C3=A5?=", "says ascii å"),
    (b"=?ISO-8859-8-I?B?" + base64.b64encode("שלום".encode("iso8859-8")) + b"?=", "שלום"),
    (b"=?utf-8?Q?one?==?utf-8?Q?two?=", "onetwo"),
    (b"=?utf-8?Q?one?=\r\n\r\n", "one"),
    (b"=?UTF8?Q?=C3=A5?=", "å"),
    (b'=?"UTF-8"?B?w6U=?=', "å"),
    (b"=?utf-8?Q?=c3=a5=0a?=", "å"),
    (b"  leading and trailing  ", "leading and trailing"),
    (b"a\r\n b\r\n\tc", "a b c"),
    (b"\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e", "日本語"),
    (b"=?EUC-JP?B?" + base64.b64encode("日本語".encode("euc_jp")) + b"?=", "日本語"),
    (b"=?x-mac-roman?Q?bl=8C?=", "blå"),
    (b"=?windows-874?B?" + base64.b64encode("ราคา".encode("cp874")) + b"?=", "ราคา"),
    (b"=?ISO-8859-11?B?" + base64.b64encode("ราคา".encode("cp874")) + b"?=", "ราคา"),
    (b"=?utf-8?Q?" + b"=C3=A5" * 200 + b"?=", "å" * 200),
]


@pytest.mark.parametrize("value, subject", SUBJECTS_OF_THE_WORLD)
def test_subjects_of_the_world(value: bytes, subject: str) -> None:
    assert parse(b"From: a@example.org\r\nSubject: " + value + b"\r\n\r\nhi").subject == subject


def test_odd_dots_go_out_in_quotes() -> None:
    header = address_header("To", [("Hanako", "k..n.@docomo.ne.jp"), ("", "k.@docomo.ne.jp")])
    assert header.pieces == ('"Hanako"', '<"k..n."@docomo.ne.jp>,', '"k."@docomo.ne.jp')
