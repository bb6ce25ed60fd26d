"""Bytes of a text part or header -> text. Any label, any bytes; never raises, never gives NUL or a lone surrogate.

The order is SAFETY's: stateful charsets and UTF-16/32 as declared; UTF-8 where eight-bit octets are valid UTF-8,
whatever was declared; the declared charset, read as the superset its senders mean; windows-1252 last.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from functools import lru_cache

# What senders write -> the superset they mean (most of it the labels of the WHATWG Encoding Standard).
_ALIASES = {
    "ascii": "cp1252", "us-ascii": "cp1252", "ansi_x3.4-1968": "cp1252", "iso-ir-6": "cp1252", "ansi": "cp1252",
    "iso-8859-1": "cp1252", "iso8859-1": "cp1252", "iso_8859-1": "cp1252", "iso88591": "cp1252", "latin1": "cp1252",
    "latin-1": "cp1252", "l1": "cp1252", "x-ansi": "cp1252", "x-cp1252": "cp1252", "windows1252": "cp1252",
    "iso-8859-1-windows-1252": "cp1252", "iso-8859-8-i": "iso8859-8", "iso-8859-8-e": "iso8859-8",
    "iso-8859-6-i": "iso8859-6", "iso-8859-6-e": "iso8859-6", "iso-8859-9": "cp1254", "iso8859-9": "cp1254",
    "latin5": "cp1254", "iso-8859-11": "cp874", "iso8859-11": "cp874", "tis-620": "cp874", "windows-874": "cp874",
    "dos-874": "cp874", "gb2312": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030", "gb_2312-80": "gb18030",
    "cp936": "gb18030", "ms936": "gb18030", "windows-936": "gb18030", "euc-cn": "gb18030", "chinese": "gb18030",
    "csgb2312": "gb18030", "hz-gb-2312": "hz", "big5": "cp950", "x-x-big5": "cp950", "cn-big5": "cp950",
    "ks_c_5601-1987": "cp949", "ks_c_5601-1989": "cp949", "ksc5601": "cp949", "ksc_5601": "cp949", "euc-kr": "cp949",
    "euckr": "cp949", "korean": "cp949", "windows-949": "cp949", "x-windows-949": "cp949", "shift_jis": "cp932",
    "shift-jis": "cp932", "sjis": "cp932", "x-sjis": "cp932", "ms_kanji": "cp932", "windows-31j": "cp932",
    "cswindows31j": "cp932", "x-ms-cp932": "cp932", "iso-2022-jp": "iso2022_jp_ext", "csiso2022jp": "iso2022_jp_ext",
    "iso-2022-jp-1": "iso2022_jp_ext", "iso-2022-jp-ms": "iso2022_jp_ext", "cp50220": "iso2022_jp_ext",
    "cp50221": "iso2022_jp_ext", "x-euc-jp": "euc_jp", "eucjp": "euc_jp", "cp51932": "euc_jp", "utf8": "utf-8",
    "utf8mb4": "utf-8", "utf-8-mac": "utf-8", "unicode-1-1-utf-8": "utf-8", "cp65001": "utf-8", "utf-8-sig": "utf-8",
    "unicode": "utf-16", "ucs-2": "utf-16", "iso-10646-ucs-2": "utf-16", "utf16": "utf-16", "utf32": "utf-32",
    "macintosh": "mac-roman", "mac": "mac-roman", "x-mac-roman": "mac-roman", "x-mac-cyrillic": "mac-cyrillic",
    "x-mac-greek": "mac-greek", "x-mac-turkish": "mac-turkish", "x-mac-ce": "mac-latin2", "koi8-ru": "koi8-u",
    "koi8": "koi8-r", "koi8_r": "koi8-r", "dos-866": "cp866", "windows-1250": "cp1250", "x-cp1250": "cp1250",
    "8859_1": "cp1252", "ms-ansi": "cp1252", "latin-9": "iso8859-15", "latin-2": "iso8859-2", "koi8u": "koi8-u",
    "koi8r": "koi8-r", "gb_2312": "gb18030", "gb2312_charset": "gb18030", "ucs-2le": "utf-16-le",
    "ucs-2be": "utf-16-be", "unicode-utf-8": "utf-8", "utf-8mb4": "utf-8",
    "x-cp1251": "cp1251", "win-1251": "cp1251", "ansi-1251": "cp1251",
    "gb": "gb18030", "gb-2312": "gb18030", "gb2312-80": "gb18030", "x-mac-japanese": "cp932", "windows-1251": "cp1251",
}  # fmt: skip

# A label from the wire reaches only these codecs: Python calls base64, zlib, idna and utf-7 codecs, too.
_TEXT_CODECS = frozenset({
    "ascii", "utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be", "iso8859-1",
    "iso8859-2", "iso8859-3", "iso8859-4", "iso8859-5", "iso8859-6", "iso8859-7", "iso8859-8", "iso8859-9",
    "iso8859-10", "iso8859-11", "iso8859-13", "iso8859-14", "iso8859-15", "iso8859-16", "cp1250", "cp1251",
    "cp1252", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258", "cp437", "cp720", "cp737", "cp775",
    "cp850", "cp852", "cp855", "cp856", "cp857", "cp858", "cp860", "cp861", "cp862", "cp863", "cp864", "cp865",
    "cp866", "cp869", "cp874", "cp1125", "koi8-r", "koi8-u", "koi8-t", "kz1048", "ptcp154", "mac-roman",
    "mac-cyrillic", "mac-greek", "mac-turkish", "mac-latin2", "mac-iceland", "mac-croatian", "mac-romanian",
    "tis-620", "hp-roman8", "big5", "big5hkscs", "cp950", "gb2312", "gbk", "gb18030", "hz", "euc_jp",
    "euc_jis_2004", "euc_jisx0213", "cp932", "shift_jis", "shift_jis_2004", "shift_jisx0213", "iso2022_jp",
    "iso2022_jp_1", "iso2022_jp_2", "iso2022_jp_2004", "iso2022_jp_3", "iso2022_jp_ext", "iso2022_kr", "euc_kr",
    "cp949", "johab",
})  # fmt: skip
_STATEFUL = frozenset({
    "iso2022_jp", "iso2022_jp_1", "iso2022_jp_2", "iso2022_jp_2004", "iso2022_jp_3", "iso2022_jp_ext",
    "iso2022_kr", "hz",
})  # fmt: skip
_WIDER = {"cp950": "big5hkscs"}  # tried where the usual reading of a label fails
_SEVEN_BIT = frozenset({"us-ascii", "ascii", "ansi_x3.4-1968", "iso-ir-6"})
_LABEL = re.compile(r"[a-z0-9][a-z0-9_.:()+-]{0,59}\Z")
_AFTER_LABEL = re.compile(r"[\s(,;\"']")  # `utf-8 (Unicode)`, `utf-8, format=flowed`
_CP = re.compile(r"(?:x-)?(?:cp|pc|ibm|dos|windows|win|ms)[-_]?0*([0-9]{3,5})\Z")
_JIS_ESCAPE = re.compile(rb"\x1b\$[@B]|\x1b\(I|\x1b\$\(D")
_WIDE_OCTET = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")  # one half of a Cyrillic or Latin letter
_BAD = re.compile(r"[\x00\ud800-\udfff]")
_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe\x00\x00", "utf-32"), (b"\x00\x00\xfe\xff", "utf-32"),
         (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))  # fmt: skip


@lru_cache(maxsize=512)
def codec_for(label: str | None) -> str | None:
    """The Python codec that a charset label means, or None for an empty, unknown or unsafe one."""
    if not label:
        return None
    name = _AFTER_LABEL.split(label.strip(" \t\"'"), maxsplit=1)[0].lower()
    name = name.removeprefix("charset=")
    if not _LABEL.match(name):
        return None
    name = _ALIASES.get(name) or _ALIASES.get(name.removeprefix("x-")) or name
    if number := _CP.match(name):
        name = _ALIASES.get(f"cp{number[1]}", f"cp{number[1]}")
    try:
        found = codecs.lookup(name).name
    except (LookupError, ValueError):
        return None
    return found if found in _TEXT_CODECS else None


def decode(raw: bytes, label: str | None) -> tuple[str, str | None]:
    """The text, and a defect where the label was of no use: `charset-unknown`, `charset-unstated`,
    `charset-wrong` (another one fitted), `charset-damaged` (some characters could not be read and are U+FFFD)."""
    text, defect = _decode(raw, label)
    return (_BAD.sub("\ufffd", text) if _BAD.search(text) else text), defect


def _decode(raw: bytes, label: str | None) -> tuple[str, str | None]:
    codec = codec_for(label)
    unknown = "charset-unknown" if label and codec is None else None
    for mark, marked in _BOMS:
        # UTF-8's mark is beyond doubt; the two octets of UTF-16 could be Latin letters, so the label may speak first.
        if raw.startswith(mark) and (marked == "utf-8" or codec is None or codec.startswith("utf-")):
            text = _try(raw.removeprefix(mark) if marked == "utf-8" else raw, marked)
            if text is not None:
                return text, unknown
    if codec is not None and codec.startswith(("utf-16", "utf-32")):
        return _wide(raw, codec)
    if codec in _STATEFUL or (b"\x1b$" in raw and raw.isascii() and _JIS_ESCAPE.search(raw)):
        text = _stateful(raw, codec if codec in _STATEFUL else "iso2022_jp_ext")
        if text is not None:
            return text, unknown or ("charset-damaged" if "\ufffd" in text else None)
    if raw.isascii():
        return raw.decode("ascii"), unknown
    if (text := _try(raw, "utf-8")) is not None:
        return text, unknown or ("charset-wrong" if codec not in (None, "utf-8", "ascii") else None)
    if b"\xed" in raw and codec in (None, "utf-8") and (text := _pairs_made_whole(raw)) is not None:
        return text, "charset-wrong"
    vague = codec is None or codec in _STATEFUL or (label or "").strip("\"' ").lower() in _SEVEN_BIT
    guessed = guess(raw) if vague else _cyrillic(raw) if codec == "cp1252" else None
    if guessed:
        return raw.decode(guessed, "replace"), unknown or ("charset-wrong" if label else "charset-unstated")
    for wider in (codec, _WIDER.get(codec or "")):
        if wider and wider != "utf-8" and (text := _try(raw, wider)) is not None:
            return text, None
    for candidate in dict.fromkeys((codec or "utf-8", "utf-8")):
        text = raw.decode(candidate, "replace")
        # A text cut in mid-character is still what it says it is: a few losses among many good characters.
        lost, good = text.count("\ufffd"), sum(map((127).__lt__, map(ord, text)))
        if lost * 10 <= good or (candidate in _EAST_ASIAN_CODECS and lost == 1 and good > 3):
            return text, "charset-damaged"
    return raw.decode("cp1252", "replace"), unknown or ("charset-wrong" if label else "charset-unstated")


# Words wholly of eight-bit octets: no Western language writes such.
_FOREIGN_WORD = re.compile(rb"[\x80-\xff]{4,}")
_EIGHT_BIT = re.compile(rb"[\x80-\xff]")


def guess(raw: bytes) -> str | None:
    """The codec of Russian, Chinese, Japanese or Korean whose charset nobody stated; None where the octets may as well
    be Western, or are too few to tell."""
    beginning = raw[:8192]
    if not _has_foreign_words(beginning):
        return None
    return _cyrillic(beginning) or next((codec for codec, fits in _EAST_ASIAN if fits(beginning, raw)), None)


def _has_foreign_words(raw: bytes) -> bool:
    high = len(_EIGHT_BIT.findall(raw))
    return high >= 8 and sum(map(len, _FOREIGN_WORD.findall(raw))) * 10 >= high * 6


_COMMON_RUSSIAN = re.compile("[оеаинтсрвл]")


def _cyrillic(raw: bytes) -> str | None:
    """Both charsets have their letters in the same octets, the small ones where the other has the capitals; and ten
    letters make two thirds of any Slavic text. One word alone may be a row of Western letters."""
    beginning = raw[:8192]
    if not _has_foreign_words(beginning) or len(_FOREIGN_WORD.findall(beginning)) < 2:
        return None
    for codec in ("cp1251", "koi8-r"):
        text = beginning.decode(codec, "replace")
        letters = sum(map((127).__lt__, map(ord, text)))
        common = _COMMON_RUSSIAN.findall(text)
        if len(common) * 5 >= letters * 2 and len(set(common)) > 3:
            return codec
    return None


def _kana(codec: str) -> Callable[[bytes, bytes], bool]:
    return lambda beginning, raw: _share(raw, codec, "[\u3041-\u30fe]") >= 0.4


def _share(raw: bytes, codec: str, signs: str) -> float:
    text = _try(raw, codec) or ""
    return len(re.findall(signs, text)) / max(sum(map((127).__lt__, map(ord, text))), 1)


_KOREAN = "[가고기나는니다대도로리를사서스시어에요은을의이인일있자지하한합해]"


def _common_lead(codec: str, pair: bytes, commonest: int) -> Callable[[bytes, bytes], bool]:
    """Chinese: the tables stand in the order of use, so nearly every sign of a text is from their first half."""

    def fits(beginning: bytes, raw: bytes) -> bool:
        leads = re.findall(pair, beginning)
        common = sum(lead[0] <= commonest for lead in leads)
        return _try(raw, codec) is not None and common * 10 >= len(leads) * 9

    return fits


_EAST_ASIAN: tuple[tuple[str, Callable[[bytes, bytes], bool]], ...] = (
    ("euc_jp", _kana("euc_jp")),
    ("cp932", _kana("cp932")),
    ("cp949", lambda beginning, raw: _share(raw, "cp949", _KOREAN) >= 0.15),
    ("gb18030", _common_lead("gbk", rb"([\x80-\xff])[\x40-\xff]", 0xD7)),
    ("cp950", _common_lead("big5", rb"([\x80-\xff])[\x40-\xff]", 0xC6)),
)
_EAST_ASIAN_CODECS = frozenset({"gb18030", "cp950", "big5hkscs", "cp949", "cp932", "euc_jp"})


def _pairs_made_whole(raw: bytes) -> str | None:
    """Signs beyond the first plane as Java and Oracle write them: halves of UTF-16, each in UTF-8 (CESU-8)."""
    try:
        return raw.decode("utf-8", "surrogatepass").encode("utf-16-le", "surrogatepass").decode("utf-16-le")
    except UnicodeError:
        return None


def _try(raw: bytes, codec: str) -> str | None:
    try:
        return raw.decode(codec)
    except (UnicodeError, LookupError, ValueError):
        return None


def _wide(raw: bytes, codec: str) -> tuple[str, str | None]:
    """UTF-16 and UTF-32. Some programs declare them and write something else: text without one control octet."""
    if not _WIDE_OCTET.search(raw) and (text := _try(raw, "utf-8")) is not None:
        return text, "charset-wrong" if raw else None
    if codec == "utf-16" and raw[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        # RFC 2781 4.3 says big-endian; Windows writes the other.
        codec = "utf-16-be" if raw[0::2].count(0) >= raw[1::2].count(0) else "utf-16-le"
    text = raw.decode(codec, "replace")
    return text, "charset-damaged" if "\ufffd" in text else None


def _stateful(raw: bytes, codec: str) -> str | None:
    if (text := _try(raw, codec)) is not None:
        return text
    if not raw.isascii() and (text := _try(raw, "utf-8")) is not None:
        return text  # seven-bit charsets have no such octets
    if codec.startswith("iso2022_jp"):
        return _try(_jis_to_sjis(raw), "cp932")
    return raw.decode(codec, "replace") if raw.isascii() else None


_GETA = b"\x81\xac"


def _jis_to_sjis(raw: bytes) -> bytes:
    """ISO-2022-JP as Windows writes it holds NEC and IBM rows that Python's codec lacks but its cp932 has: the same
    cells, moved by arithmetic (JIS X 0208 row/cell -> Shift_JIS)."""
    out = bytearray()
    for chunk in re.split(rb"(?=\x1b)", raw):
        if chunk[:3] in (b"\x1b$@", b"\x1b$B"):
            pairs = chunk[3:]
            at = 0
            while at + 1 < len(pairs):
                row, cell = pairs[at], pairs[at + 1]
                if not (0x21 <= row <= 0x7E and 0x21 <= cell <= 0x7E):
                    out.append(row)
                    at += 1
                    continue
                lead = (row - 0x21 >> 1) + 0x81
                trail = (cell + 0x1F + (cell >= 0x60)) if row & 1 else cell + 0x7E
                lead = lead if lead <= 0x9F else lead + 0x40
                # Carriers put their pictures where no table has a sign: U+3013 stands for such.
                out += _GETA if lead in (0xEB, 0xEC, 0xEF) else bytes((lead, trail))
                at += 2
        elif chunk[:3] == b"\x1b(I":
            out += bytes(octet | 0x80 if 0x21 <= octet <= 0x5F else octet for octet in chunk[3:])
        else:
            out += chunk[3:] if chunk[:1] == b"\x1b" else chunk
    return bytes(out)
