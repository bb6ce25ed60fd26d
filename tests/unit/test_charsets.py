"""Labels as senders write them, and octets that do not keep what the label says."""

# ruff: noqa: E501 - a label a row
from __future__ import annotations

import pytest

from mailgate.inbound.charsets import decode

KANA = "注文した商品がまだ届いていません。"

BY_LABEL = [
    ("utf8", "blå", "utf-8"), ("UTF_8", "blå", "utf-8"), ("utf-8-mac", "blå", "utf-8"), ('"utf-8"', "blå", "utf-8"),
    ("utf-8;", "blå", "utf-8"), ("utf-8 ", "blå", "utf-8"), ("charset=utf-8", "blå", "utf-8"), ("unicode-utf-8", "blå", "utf-8"),
    ("iso-8859-1", "blå", "latin-1"), ("ISO_8859-1:1987", "blå", "latin-1"), ("iso8859_1", "blå", "latin-1"),
    ("8859_1", "blå", "latin-1"), ("latin1", "blå", "latin-1"), ("iso-8859-15", "5 €", "iso8859-15"),
    ("latin-9", "5 €", "iso8859-15"), ("latin9", "5 €", "iso8859-15"), ("iso-8859-2", "łódź", "iso8859-2"),
    ("latin2", "łódź", "iso8859-2"), ("iso-8859-5", "Привет", "iso8859-5"), ("iso-8859-7", "Γειά", "iso8859-7"),
    ("iso-8859-8-i", "שלום", "iso8859-8"), ("iso-8859-13", "žąsis", "iso8859-13"), ("iso-8859-4", "žals", "iso8859-4"),
    ("windows-1250", "łódź", "cp1250"), ("windows-1251", "Привет", "cp1251"), ("win1251", "Привет", "cp1251"),
    ("windows-1252", "“blå”", "cp1252"), ("windows-1253", "Γειά", "cp1253"), ("windows-1254", "ığş", "cp1254"),
    ("windows-1255", "שלום", "cp1255"), ("windows-1256", "مرحبا", "cp1256"), ("windows-1257", "žąsis", "cp1257"),
    ("windows-1258", "đây", "cp1258"), ("cp-850", "blå", "cp850"), ("ibm850", "blå", "cp850"), ("cp437", "blå", "cp437"),
    ("ibm437", "blå", "cp437"), ("dos-850", "blå", "cp850"), ("pc850", "blå", "cp850"), ("cp866", "Привет", "cp866"),
    ("ibm866", "Привет", "cp866"), ("koi8-r", "Привет", "koi8-r"), ("koi8-u", "Їжак", "koi8-u"), ("KOI8U", "Їжак", "koi8-u"),
    ("koi8-ru", "Їжак", "koi8-u"), ("tis-620", "สวัสดี", "cp874"), ("windows-874", "สวัสดี", "cp874"),
    ("macintosh", "blå", "mac-roman"), ("x-mac-roman", "blå", "mac-roman"), ("big5", "你好嗎", "big5"),
    ("big5-hkscs", "你喺邊", "big5hkscs"), ("big5", "你喺邊", "big5hkscs"), ("gb18030", "你好𠀀", "gb18030"),
    ("gb2312", "你好", "gb2312"), ("gb_2312", "你好", "gbk"), ("GB2312_CHARSET", "你好", "gbk"), ("x-euc-cn", "你好", "gbk"),
    ("euc-kr", "안녕", "euc-kr"), ("ks_c_5601", "안녕", "euc-kr"), ("iso-2022-kr", "안녕", "iso2022_kr"),
    ("iso-2022-jp", KANA, "iso2022_jp"), ("iso-2022-jp-2", KANA, "iso2022_jp"), ("shift_jis", KANA, "cp932"),
    ("shift-jis", KANA, "cp932"), ("windows-31j", KANA, "cp932"), ("x-sjis", KANA, "cp932"), ("euc-jp", KANA, "euc-jp"),
    ("x-euc-jp", KANA, "euc-jp"), ("hz-gb-2312", "你好", "hz"), ("utf-16le", "blå 你", "utf-16-le"),
    ("utf-16le", "привет", "utf-16-le"),  # not one NUL octet in it
    ("utf-16be", "blå 你", "utf-16-be"), ("utf-16", "blå 你", "utf-16"), ("utf-32", "blå 你", "utf-32"),
    ("unicode", "blå 你", "utf-16-le"), ("ucs-2le", "blå 你", "utf-16-le"), ("ANSI_X3.4-1968", "plain", "ascii"),
    ("us-ascii", "blå", "latin-1"), ("iso-ir-100", "blå", "latin-1"), ("cp1252", "“blå”", "cp1252"), ("ms-ansi", "blå", "cp1252"),
    ("iso-10646-ucs-2", "blå 你", "utf-16-be"), ("csISOLatin1", "blå", "latin-1"), ("x-iso-8859-1", "blå", "latin-1"),
]  # fmt: skip


@pytest.mark.parametrize("label, text, codec", BY_LABEL)
def test_labels(label: str, text: str, codec: str) -> None:
    assert decode(text.encode(codec), label) == (text, None)


ODD = [
    (b"\x1b$BF|K\\8l", "iso-2022-jp", "日本語"),  # never reset
    (b"\x1b(I6E\x1b(B", "iso-2022-jp", "ｶﾅ"),  # half-width kana
    (b"\x1b(J\\\x1b(B", "iso-2022-jp", "¥"),  # JIS X 0201 Roman
    ("日本".encode(), "iso-2022-jp", "日本"),
    ("日本語です".encode("cp932"), "iso-2022-jp", "日本語です"),  # Shift_JIS under the other label
    (b"\x1b$)C\x0eH>\x0f ok", "iso-2022-kr", None),
    (b"~{<:Ky2;HFIRUnJ)HKR~}.~~", "hz-gb-2312", None),
    (b"Hei +AOU- og +2D3eAA-", "utf-7", "Hei +AOU- og +2D3eAA-"),
    (b"\xfe\xff\x00h\x00i", "utf-16le", "hi"),  # its own mark against the label
    (b"h\x00e\x00i", "utf-16", None),  # an odd octet at the end
    (b"\xe5\xe6\xf8", "utf-8", "åæø"),
    (b"\x80 5", "iso-8859-1", "€ 5"),
    (b"\x81\x8d\x90", "windows-1252", None),  # cells without a sign
    ("blå".encode(), "us-ascii", "blå"),
    ("blå".encode(), "x-unknown", "blå"),
    ("blå".encode("latin-1"), "x-unknown", "blå"),
    ("blå".encode("latin-1"), "ansi_x3.110-1983", "blå"),
    ("bl\u00c3\u00a5".encode(), "utf-8", "blÃ¥"),  # encoded twice: shown as it came, nobody can know
]  # fmt: skip


@pytest.mark.parametrize("raw, label, text", ODD)
def test_octets_that_do_not_keep_to_the_label(raw: bytes, label: str, text: str | None) -> None:
    found, _ = decode(raw, label)
    assert text is None or found == text


def _jis(text: str) -> bytes:
    return text.encode("iso2022_jp")


WRONGLY_LABELLED = [
    (_jis("こんにちは")[:-3] + b"\x75\x41\x1b(B end", "iso-2022-jp", "こんにちは〓 end"),  # a carrier's picture
    (_jis("こんにちは")[:-4], "iso-2022-jp", "こんにち"),  # cut within a sign
    ("ｱｲｳ".encode("cp932"), "iso-2022-jp", "ｱｲｳ"),
    ("日本語のテスト".encode("cp932"), "iso-2022-jp", "日本語のテスト"),
    ("日本語のテスト".encode("euc_jp"), "iso-2022-jp", "日本語のテスト"),
    *((_jis("日本語"), label, "日本語") for label in ("shift_jis", "utf-8", "euc-jp", "us-ascii", "klingon", None)),
    ("はれ".encode("cp932") + b"\xf8\x9f", "shift_jis", "はれ\ue63e"),
    ("您好您好您好".encode("gbk") + b"\xff", "gbk", "您好您好您好\ufffd"),
    ("안녕하세요".encode("cp949") + b"\xb0", "euc-kr", "안녕하세요\ufffd"),
    (b"\xed\xa0\xbd\xed\xb8\x80 ok", "utf-8", "😀 ok"),  # CESU-8
    ("Привет, как дела".encode("cp1251"), "iso-8859-1", "Привет, как дела"),
    ("Привет, как дела".encode("koi8-r"), "windows-1252", "Привет, как дела"),
    ("Здравствуйте, вопрос".encode("cp1251"), None, "Здравствуйте, вопрос"),
    ("ÄÖÜäöüßÄÖÜäöüß".encode("latin-1"), "us-ascii", "ÄÖÜäöüßÄÖÜäöüß"),  # a test of letters is no Russian
    ("ÀÁÂÃÄÅÆÇÈÉÊË".encode("latin-1"), "iso-8859-1", "ÀÁÂÃÄÅÆÇÈÉÊË"),
    ("àáâãäåæçèéêëìíîïðñòóôõö".encode("latin-1"), None, "àáâãäåæçèéêëìíîïðñòóôõö"),
    ("åååå, øøøø, ææææ!".encode("latin-1"), None, "åååå, øøøø, ææææ!"),
    ("ñññññññññññ".encode("latin-1"), "iso-8859-1", "ñññññññññññ"),
]


@pytest.mark.parametrize("raw, label, text", WRONGLY_LABELLED)
def test_octets_that_speak_louder_than_their_label(raw: bytes, label: str | None, text: str) -> None:
    assert decode(raw, label)[0] == text
