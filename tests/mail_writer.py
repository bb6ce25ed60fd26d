"""A mail as somebody means it, and a writer that puts it into bytes in one of the many ways that are right.

`Letter` says what a reader must give back. `Writer` draws the form by dice: charsets, transfer encodings, encoded words
split anywhere between two characters, continued parameters, folding, case, comments, line ends, boundaries. It shares
no code with the reader, and writes nothing that RFC 5322, 2045-2047, 2183, 2231, 3676 or 6532 forbids.
"""

from __future__ import annotations

import base64
import binascii
import itertools
import random
import re
import string
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import policy
from email.headerregistry import Address as HeaderAddress
from email.message import EmailMessage
from html import escape
from urllib.parse import quote


@dataclass(frozen=True)
class Person:
    name: str
    address: str


@dataclass(frozen=True)
class File:
    """`name`: None where none is stated. `content_id`: it is a picture that the HTML shows."""

    name: str | None
    content_type: str
    data: bytes
    content_id: str = ""


@dataclass(frozen=True)
class Letter:
    """`text` and `html`: None where there is no such form; the lines people see. `more`: words below the files.
    `sent_at` as a Date field states it."""

    subject: str
    author: Person
    to: tuple[Person, ...] = ()
    cc: tuple[Person, ...] = ()
    text: str | None = None
    html: str | None = None
    files: tuple[File, ...] = ()
    attached: Letter | None = None
    flowed: bool = False
    nested: bool = False
    signed: bool = False
    sent_at: datetime = datetime(2026, 11, 21, 10, 30, tzinfo=UTC)
    message_id: str = "<1.ab@mail.example.org>"
    references: tuple[str, ...] = ()
    more: str = ""


CHARSETS = (
    "utf-8", "UTF-8", "us-ascii", "iso-8859-1", "ISO-8859-2", "iso-8859-5", "iso-8859-7", "iso-8859-8", "iso-8859-9",
    "iso-8859-15", "windows-1250", "windows-1251", "Windows-1252", "windows-1253", "windows-1254", "windows-1255",
    "windows-1256", "koi8-r", "koi8-u", "iso-2022-jp", "Shift_JIS", "EUC-JP", "gb2312", "GBK", "gb18030", "Big5",
    "euc-kr", "ks_c_5601-1987", "tis-620", "hz-gb-2312", "iso-2022-kr",
)  # fmt: skip
WIDE = ("utf-16", "utf-16le", "UTF-16BE", "utf-32")
_PYTHON = {"ks_c_5601-1987": "euc-kr", "hz-gb-2312": "hz"}
_ATOM = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?: [A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*\Z")
_TOKEN = re.compile(r"[A-Za-z0-9!#$%&+^_`{|}~.-]+\Z")


@dataclass
class Leaf:
    """A part written: its own header lines and its body, lines ended by LF (a body in binary stays as it is)."""

    lines: list[str]
    body: bytes


@dataclass
class Writer:
    dice: random.Random
    boundaries: list[str] = field(default_factory=list)
    careless: bool = False  # also what no RFC allows, and programs write all the same

    def slips(self, chance: float = 0.3) -> bool:
        return self.careless and self.dice.random() < chance

    def write(self, letter: Letter) -> bytes:
        mail = self.mail(letter)
        if self.slips(0.2):  # header lines by one program, the body by another
            head, blank, body = mail.partition(b"\n\n")
            return head.replace(b"\n", b"\r\n") + b"\r\n\r\n" + body if blank else mail
        return mail if self.dice.random() < 0.3 else mail.replace(b"\n", b"\r\n")

    def mail(self, letter: Letter) -> bytes:
        """With LF throughout; no body holds a CR of its own."""
        lines = [
            self.header("From", [self.person(letter.author)]),
            self.header("Subject", self.words(letter.subject)),
            self.header("Date", self.date(letter.sent_at)),
            self.header("Message-ID", [letter.message_id]),
            *([self.header("References", list(letter.references))] if letter.references else []),
            *([] if self.slips() else [self.header("MIME-Version", ["1.0", *self.maybe("(Letter 1.0)")])]),
            *([self.header("To", self.people(letter.to))] if letter.to else []),
            *([self.header("Cc", self.people(letter.cc))] if letter.cc else []),
            *self.maybe("X-Empty:"),
        ]
        self.dice.shuffle(lines)
        whole = self.whole(letter)
        return self.joined(Leaf(lines + whole.lines, whole.body))

    def joined(self, leaf: Leaf) -> bytes:
        return "".join(line + "\n" for line in leaf.lines).encode() + b"\n" + leaf.body

    # -- structure

    def whole(self, letter: Letter) -> Leaf:
        shown = tuple(one for one in letter.files if one.content_id)
        beside = [self.file(one) for one in letter.files if not one.content_id]
        if letter.attached is not None:
            beside.append(self.attached(letter.attached))
        main = self.words_and_pictures(letter, [self.file(one) for one in shown])
        if letter.nested and beside:
            main = self.multipart("mixed", [main, beside.pop(0)])
        if letter.more:
            beside.append(self.encoded("text/plain", letter.more, []))
        if beside:
            main = self.multipart("mixed", [main, *beside])
        if letter.signed:
            seal = Leaf(["Content-Type: application/pgp-signature"], b"sealed")
            main = self.multipart("signed", [main, seal], 'protocol="application/pgp-signature"', "micalg=pgp-sha256")
        return main

    def words_and_pictures(self, letter: Letter, pictures: list[Leaf]) -> Leaf:
        plain = [] if letter.text is None else [self.text(letter)]
        rich = [] if letter.html is None else [self.html(letter.html, letter.files)]
        if pictures and rich and self.dice.random() < 0.5:
            rich = [self.multipart("related", [rich[0], *pictures], *self.maybe('type="text/html"'))]
            pictures = []
        forms = plain + rich
        main = self.multipart("alternative", forms) if len(forms) > 1 or self.dice.random() < 0.1 else forms[0]
        return self.multipart("related", [main, *pictures]) if pictures else main

    def multipart(self, subtype: str, parts: list[Leaf], *parameters: str) -> Leaf:
        boundary = self.boundary()
        stated = [f"multipart/{subtype}", *parameters, self.stated("boundary", boundary)]
        body = self.dice.choice([b"", b"", b"This is a multi-part message in MIME format.\n"])
        for part in parts:
            body += f"--{boundary}{self.dice.choice(['', '', '  '])}\n".encode() + self.joined(part) + b"\n"
        body += f"--{boundary}--".encode() + self.dice.choice([b"\n", b"", b"\n\nepilogue\n"])
        return Leaf([self.header("Content-Type", self.parameters(stated))], body)

    def boundary(self) -> str:
        """Also one that begins as an outer one does."""
        signs = string.ascii_letters + string.digits + "'()+_,-./:=?"
        fresh = "".join(self.dice.choices(signs, k=self.dice.randint(12, 50)))
        if self.boundaries and self.dice.random() < 0.3:
            fresh = self.dice.choice(self.boundaries)[:48] + "".join(self.dice.choices(string.ascii_letters, k=12))
        self.boundaries.append(fresh)
        return fresh

    # -- leaves

    def text(self, letter: Letter) -> Leaf:
        text = letter.text or ""
        extra: list[str] = []
        if letter.flowed:
            delete = self.dice.random() < 0.5
            text = self.flow(text, delete)
            extra = ["format=flowed", *(["delsp=yes"] if delete else [])]
        return self.encoded("text/plain", text, extra)

    def flow(self, text: str, delete: bool) -> str:
        """RFC 3676 4.2: no line ends in a blank by chance, and what begins like a quote or a blank is stuffed."""
        out = []
        for line in text.split("\n"):
            pieces = [line]
            if line != "-- ":
                cuts = [m.end() for m in re.finditer(r" (?=[^ ])", line)]
                chosen = [at for at in cuts if self.dice.random() < 0.4]
                ends = [0, *chosen, len(line)]
                pieces = [line[a:b] for a, b in itertools.pairwise(ends)]
                if delete:
                    pieces = [piece + " " for piece in pieces[:-1]] + pieces[-1:]
            out += [" " + one if one.startswith((" ", ">", "From ")) else one for one in pieces]
        return "\n".join(out)

    def html(self, words: str, files: tuple[File, ...]) -> Leaf:
        shown = "".join(f'<img src="cid:{one.content_id}">' for one in files if one.content_id)
        lines = [self.entities(line) for line in words.split("\n")]
        brk, div = self.dice.choice([("<br>", "div"), ("<br/>", "DIV"), ("<BR clear=all>\n", 'div class="x"')])
        if self.dice.random() < 0.5:
            page = brk.join(lines) + shown
        else:
            page = "".join(f"<{div}>{line or brk}</{div.split()[0]}>" for line in lines) + shown
        if self.dice.random() < 0.5:
            page = f"<html><head><title>x</title><style>p {{}}</style></head>\n<body>{page}</body></html>"
        # Without a tag it is read as the plain text that it most likely is, line by line.
        return self.encoded("text/html", page if "<" in page else f"<p>{page}</p>", [])

    def entities(self, line: str) -> str:
        """Signs as themselves or as references, words dressed, blanks as any white space."""
        if not line:
            return ""
        out = []
        for word in line.split(" "):
            signs = "".join(escape(one) if self.dice.random() < 0.9 else f"&#{ord(one)};" for one in word)
            out.append(
                self.dice.choice(
                    [signs] * 6 + [f"<b>{signs}</b>", f"<SPAN style='x'>{signs}</SPAN>", f"<!-- - -->{signs}"]
                )
            )
        return "".join(one + self.dice.choice([" ", " ", " ", "\n", "  "]) for one in out[:-1]) + out[-1]

    def encoded(self, content_type: str, text: str, extra: list[str]) -> Leaf:
        charset, data = self.octets(text, (*CHARSETS, *WIDE))
        ends = b"\n" if charset not in WIDE else None
        ascii_only, short = data.isascii(), max(map(len, data.split(b"\n"))) < 900
        choices = ["base64"]
        if ends and b"\r" not in data:
            choices += ["quoted-printable"]
            if short:
                choices += ["7bit", ""] if ascii_only else ["8bit"]
        encoding = self.dice.choice(choices)
        if encoding == "base64" and ends and self.dice.random() < 0.5:
            data = data.replace(b"\n", b"\r\n")
        body = self.transferred(data, encoding, binary=False)
        parameters = [content_type, self.stated("charset", charset), *extra]
        if charset == "us-ascii" and content_type == "text/plain" and not extra and self.dice.random() < 0.5:
            return Leaf(self.transfer(encoding), body)  # the defaults of RFC 2045 5.2
        return Leaf([self.header("Content-Type", self.parameters(parameters)), *self.transfer(encoding)], body)

    def octets(self, text: str, charsets: tuple[str, ...]) -> tuple[str, bytes]:
        """A charset that has every sign, and whose octets are not UTF-8 by chance: those are read as UTF-8, always."""
        for charset in self.dice.sample(charsets, len(charsets)):
            try:
                data = text.encode(_PYTHON.get(charset, charset))
            except UnicodeEncodeError:
                continue
            halves = charset in WIDE and (min(data) < 9 or not _is_utf8(data))
            if charset.lower() == "utf-8" or halves or (charset not in WIDE and (data.isascii() or not _is_utf8(data))):
                return charset, data
        return "utf-8", text.encode()

    def transfer(self, encoding: str) -> list[str]:
        if not encoding:
            return []
        word = self.dice.choice([encoding, encoding.upper(), encoding.capitalize()])
        return [self.header("Content-Transfer-Encoding", [word])]

    def transferred(self, data: bytes, encoding: str, *, binary: bool) -> bytes:
        if encoding == "base64":
            width = self.dice.choice([57, 45, 54, 3])
            lines = [base64.b64encode(data[at : at + width]) for at in range(0, len(data), width)]
            return b"\n".join(lines) + self.dice.choice([b"", b"\n"]) * bool(lines)
        if encoding == "quoted-printable":
            return self.printable(data, binary)
        if encoding == "x-uuencode":
            return uuencoded("x", data)
        return data

    def printable(self, data: bytes, binary: bool) -> bytes:
        """RFC 2045 6.7: line ends stand for themselves in text only, and no line ends in a blank."""
        out = []
        for line in [data] if binary else data.split(b"\n"):
            column, written = 0, bytearray()
            for at, octet in enumerate(line):
                blank = octet in b" \t" and at + 1 < len(line)
                plain = blank or (33 <= octet <= 126 and octet != 61 and self.dice.random() < 0.98)
                piece = bytes([octet]) if plain else f"={octet:02X}".encode()
                if column + len(piece) > 75:
                    written += b"=\n"
                    column = 0
                written += piece
                column += len(piece)
            out.append(bytes(written))
        return b"\n".join(out)

    def file(self, one: File) -> Leaf:
        choices = ["base64", "base64", "quoted-printable", "x-uuencode"] if one.data else ["base64"]
        if not set(one.data) & set(b"\r\n\0"):
            choices += ["8bit", "binary"]
        encoding = self.dice.choice(choices)
        stated, disposed = [one.content_type], ["inline" if one.content_id else "attachment"]
        if one.name is not None:
            form = self.dice.randrange(3)
            if form != 1:
                disposed += self.named("filename", one.name)
            if form != 0:
                stated += self.named("name", one.name)
        lines = [
            self.header("Content-Type", self.parameters(stated)),
            self.header("Content-Disposition", self.parameters(disposed)),
            *self.transfer(encoding),
            *([self.header("Content-ID", [f"<{one.content_id}>"])] if one.content_id else []),
        ]
        self.dice.shuffle(lines)
        return Leaf(lines, self.transferred(one.data, encoding, binary=True))

    def attached(self, letter: Letter) -> Leaf:
        inner = Writer(self.dice, careless=self.careless).mail(letter)
        return Leaf([self.header("Content-Type", ["message/rfc822"])], inner)

    # -- header fields

    def header(self, name: str, tokens: list[str]) -> str:
        """Folded before tokens only: what stands between two of them is one blank, whichever way it is written."""
        name = self.dice.choice([name, name, name.lower(), name.upper()])
        colon = " :" if self.slips(0.1) else ":"
        line, written = f"{name}{colon}" + self.dice.choice([" ", " ", "", "  ", "\t"]), []
        never = self.dice.random() < 0.1  # RFC 5322 2.1.1: a line may have 998 signs
        if self.dice.random() < 0.1:
            written, line = [line], " "
        for index, token in enumerate(tokens):
            room = len(line) + len(token) < (900 if never else 76)
            if index and (not room or (self.dice.random() < 0.2 and not never)):
                written.append(line)
                line = ""
            line += (self.dice.choice(" \t") if not line else " " if index else "") + token
        return "\n".join([*written, line])

    def date(self, at: datetime) -> list[str]:
        day = at.strftime("%a, ") if self.dice.random() < 0.8 else ""
        number = str(at.day) if self.dice.random() < 0.5 else f"{at.day:02}"
        clock = at.strftime("%H:%M:%S %z") if at.second or self.dice.random() < 0.8 else at.strftime("%H:%M %z")
        return [
            *f"{day}{number} {at.strftime('%b %Y')} {clock}".split(),
            *self.maybe("(CET)"),
            *self.maybe("(a (b) c)"),
        ]

    def maybe(self, token: str) -> list[str]:
        return [token] if self.dice.random() < 0.2 else []

    def people(self, people: tuple[Person, ...]) -> list[str]:
        written = [self.person(one) + ("," if index + 1 < len(people) else "") for index, one in enumerate(people)]
        return [f"{self.dice.choice(['Team', 'undisclosed'])}:", *written, ";"] if self.dice.random() < 0.1 else written

    def person(self, one: Person) -> str:
        if not one.name:
            return self.dice.choice([one.address, f"<{one.address}>"])
        if self.slips(0.2) and not one.name.isascii():
            return f'"{" ".join(self.encoded_words(one.name))}" <{one.address}>'
        forms = [" ".join(self.words(one.name, phrase=True))]
        if self.dice.random() < 0.15 and not set(one.name) & set("()\\"):  # RFC 822's way, still written
            return f"{one.address} ({' '.join(self.words(one.name, phrase=True, comment=True))})"
        quoted = '"' + one.name.replace("\\", "\\\\").replace('"', '\\"') + '"'
        if one.name.isascii():
            forms += [quoted] * 2
        else:
            forms.append(quoted)  # RFC 6532
        if _ATOM.match(one.name):
            forms.append(one.name)
        return f"{self.dice.choice(forms)}{self.dice.choice([' ', ' ', ''])}<{one.address}>"

    def words(self, text: str, *, phrase: bool = False, comment: bool = False) -> list[str]:
        """Unstructured text, or a phrase, as tokens; each run of words in clear, raw (RFC 6532) or encoded."""
        raw = not phrase and self.dice.random() < 0.15
        runs: list[tuple[bool, list[str]]] = []
        stated = text.split(" ")
        for index, word in enumerate(stated):
            blanks = "" in stated[max(index - 1, 0) : index + 2]  # two in a row: within one run, or one is lost
            hidden = (
                blanks
                or "=?" in word
                or (phrase and not comment and not _ATOM.match(word))
                or not (word.isascii() or raw)
            )
            encode = hidden or self.dice.random() < 0.15
            if runs and runs[-1][0] == encode:
                runs[-1][1].append(word)
            else:
                runs.append((encode, [word]))
        tokens: list[str] = []
        for encode, some in runs:
            tokens += self.encoded_words(" ".join(some)) if encode else some
        return tokens

    def encoded_words(self, text: str) -> list[str]:
        """RFC 2047: each at most 75 signs and whole characters; blanks between two of them are not shown."""
        if self.slips():
            return self.cut_words(text)
        out = []
        while text:
            size = self.dice.randint(1, 16)
            piece, text = text[:size], text[size:]
            word = self.encoded_word(piece)
            while len(word) > 75:
                piece, text = piece[: len(piece) // 2], piece[len(piece) // 2 :] + text
                word = self.encoded_word(piece)
            out.append(word)
        return out

    def cut_words(self, text: str) -> list[str]:
        """Octets cut anywhere, in the middle of a character too; base64 of each piece on its own, with its padding or
        without; blanks left in Q."""
        charset, data = self.octets(text, ("utf-8", "gb18030", "Shift_JIS", "iso-8859-1", "windows-1251"))
        out = []
        while data:
            size = self.dice.randint(1, 60)
            piece, data = data[:size], data[size:]
            if self.dice.random() < 0.5:
                digits = base64.b64encode(piece).decode()
                out.append(f"=?{charset}?B?{digits.rstrip('=') if self.dice.random() < 0.3 and not data else digits}?=")
            else:
                out.append(f"=?{charset}?Q?{''.join(f'={octet:02x}' for octet in piece)}?=")
        return out

    def encoded_word(self, piece: str) -> str:
        charset, data = self.octets(piece, CHARSETS)
        if self.dice.random() < 0.1:
            charset += "*en"  # RFC 2231 5
        if self.dice.random() < 0.5:
            return f"=?{charset}?{self.dice.choice('Bb')}?{base64.b64encode(data).decode()}?="
        safe = (string.ascii_letters + string.digits + "!*+-/").encode()
        digits = "".join("_" if o == 32 else chr(o) if o in safe else f"={o:02X}" for o in data)
        return f"=?{charset}?{self.dice.choice('Qq')}?{digits}?="

    # -- parameters

    def parameters(self, tokens: list[str]) -> list[str]:
        return [one + ";" for one in tokens[:-1]] + tokens[-1:]

    def stated(self, name: str, value: str) -> str:
        name = self.dice.choice([name, name, name.capitalize()])
        quoted = '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
        if self.slips(0.2) and name.lower() == "charset":
            return self.dice.choice([f"{name} = {quoted}", f"{name}='{value}'", f"{name}= {value}", f"{name}={value};"])
        if name == "boundary" and self.dice.random() < 0.1:
            return f'{name}*0="{value[:7]}"; {name}*1="{value[7:]}"'
        return f"{name}={value if _TOKEN.match(value) and self.dice.random() < 0.5 else quoted}"

    def named(self, name: str, value: str) -> list[str]:
        """A file's name: quoted, extended (RFC 2231 4), continued (3), raw (RFC 6532), or as the world writes it, in
        encoded words within quotes."""
        forms = [self.extended, self.continued]
        if "%" not in value and "=?" not in value and "'" not in value:
            forms.append(self.simple)
        if not value.isascii():
            forms.append(self.in_words)
        if self.slips():
            return self.careless_name(name, value)
        return self.dice.choice(forms)(name, value)

    def careless_name(self, name: str, value: str) -> list[str]:
        forms = [
            [*self.extended(name, value), f'{name}="fallback"'],
            [f'{name}="fallback"', *self.extended(name, value)],
        ]
        if not set(value) & set("\"\\;%'()<>@,:/[]?=") and value == value.strip():
            forms.append([f"{name}={value}"])  # no quotes, blanks and all
        if not value.isascii():
            forms.append([f"{name}={''.join(self.encoded_words(value))}"])
        return self.dice.choice(forms)

    def simple(self, name: str, value: str) -> list[str]:
        return [self.stated(name, value)]

    def in_words(self, name: str, value: str) -> list[str]:
        return [f'{name}="{" ".join(self.encoded_words(value))}"']

    def extended(self, name: str, value: str) -> list[str]:
        charset, data = self.octets(value, CHARSETS)
        return [f"{name}*={charset}'{self.dice.choice(['', 'en'])}'{quote(data, safe='')}"]

    def continued(self, name: str, value: str) -> list[str]:
        """Pieces with stars are escaped, pieces without are in clear; they may come in any order."""
        charset, data = self.octets(value, CHARSETS)
        pieces, at = [], 0
        while at < len(data) or not pieces:
            size = self.dice.randint(1, 20)
            piece = data[at : at + size]
            at += size
            number = len(pieces)
            clear = number and all(32 <= o < 127 and o not in b'"\\%' for o in piece)
            if clear and self.dice.random() < 0.5:
                pieces.append(f'{name}*{number}="{piece.decode()}"')
            else:
                label = f"{charset}''" if not number else ""
                pieces.append(f"{name}*{number}*={label}{quote(piece, safe='')}")
        if self.dice.random() < 0.2:
            self.dice.shuffle(pieces)
        return pieces


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def uuencoded(name: str, data: bytes) -> bytes:
    lines = b"".join(binascii.b2a_uu(data[at : at + 45]) for at in range(0, len(data), 45))
    return f"begin 644 {name}\n".encode() + lines + b"`\nend\n"


def by_the_standard_library(letter: Letter, dice: random.Random) -> bytes:
    """The same letter as Python's own generator writes it, as many scripts do. Flowed text, signatures and words below
    the files are beyond it, as are two blanks in a row in a header."""
    return _message(letter, dice).as_bytes(policy=dice.choice([policy.SMTP, policy.SMTPUTF8, policy.default]))


def _message(letter: Letter, dice: random.Random) -> EmailMessage:
    message = EmailMessage(policy=policy.SMTP)
    message["From"] = _address(letter.author)
    message["Subject"] = letter.subject
    message["Date"] = letter.sent_at
    message["Message-ID"] = letter.message_id
    if letter.references:
        message["References"] = " ".join(letter.references)
    if letter.to:
        message["To"] = [_address(one) for one in letter.to]
    if letter.cc:
        message["Cc"] = [_address(one) for one in letter.cc]
    encoding = dice.choice([None, "base64", "quoted-printable"])
    rich = "<br>".join(escape(line) for line in (letter.html or "").split("\n"))
    if letter.text is not None:
        message.set_content(letter.text, cte=encoding)
        if letter.html is not None:
            message.add_alternative(rich, subtype="html")
    else:
        message.set_content(rich, subtype="html", cte=encoding)
    for one in letter.files:
        maintype, _, subtype = one.content_type.partition("/")
        message.add_attachment(one.data, maintype=maintype, subtype=subtype, filename=one.name)
    if letter.attached is not None:
        message.add_attachment(_message(letter.attached, dice))
    return message


def _address(one: Person) -> HeaderAddress:
    return HeaderAddress(one.name, addr_spec=one.address)
