"""The body of a mail: its words in reading order and its files, found by one walk over its parts."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field, replace

from mailgate.inbound import html as markup
from mailgate.inbound.charsets import decode
from mailgate.inbound.headers import Fields, clean, read_fields, text_of
from mailgate.inbound.invitations import invitation_words
from mailgate.inbound.mime import ATTACHED_MAIL, Part, contents, decode_uu, split
from mailgate.inbound.plain_text import unenrich, unflow, unrich
from mailgate.inbound.rtf import MAX_RTF, rtf_words
from mailgate.inbound.smime import signed_content
from mailgate.inbound.tnef import Container, read_tnef
from mailgate.mail import Attachment, Fold

MAX_TEXT = markup.MAX_TEXT
MAX_WORDS = 2 * 1024 * 1024
MAX_NESTED = 3


@dataclass(slots=True)
class Words:
    """One part of the body that people read. `shown`: whether its words go into the text, or the other form of them
    does."""

    plain: str = ""
    html: str = ""
    shown: bool = True
    unseen: tuple[str, ...] = field(default=(), init=False)
    """Known when it is rendered: what its HTML hides."""
    _rendered: tuple[str, tuple[Fold, ...]] | None = field(default=None, init=False, repr=False)

    def render(self) -> tuple[str, tuple[Fold, ...]]:
        """Once: HTML is dear to render, and asked for by several."""
        if not self.shown:
            return "", ()
        if self._rendered is None:
            text, folds, self.unseen = markup.render_seen(self.html) if self.html else (self.plain, (), ())
            self._rendered = text, folds
        return self._rendered


@dataclass(slots=True)
class File:
    part: Part
    data: bytes
    sha256: str
    filename: str | None
    disposition: str


class Body:
    """What the walk over the parts gathers: words in reading order, files in the order they came."""

    def __init__(self) -> None:
        self.words: list[Words] = []
        self.files: list[File] = []
        self.defects: list[str] = []

    def html(self) -> str:
        return "\n".join(words.html for words in self.words if words.html)

    def safe_html(self) -> str:
        return "\n".join(markup.sanitise(words.html) for words in self.words if words.html)

    def unseen(self) -> tuple[str, ...]:
        """What the HTML of the shown words hides."""
        shown = [words for words in self.words if words.render()[0] or words.unseen]
        return tuple(piece for words in shown for piece in words.unseen)[: markup.MAX_UNSEEN]

    def attachments(self) -> list[Attachment]:
        html = self.html()
        return [
            Attachment(
                filename=file.filename,
                content_type=file.part.content_type,
                size=len(file.data),
                sha256=file.sha256,
                inline=_is_inline(file, html),
                content_id=file.part.content_id(),
                data=file.data,
                attached=file.disposition == "attachment",
            )
            for file in self.files
        ]


def _is_inline(file: File, html: str) -> bool:
    """Said to be, or shown by the HTML: some clients call their inline pictures attachments."""
    content_id = file.part.content_id()
    return file.disposition == "inline" or bool(content_id and f"cid:{content_id}" in html)


def read_body(source: bytes, root: Part) -> Body:
    walk = _Walk(source)
    walk.body.words = walk.read(root)
    if not any(words.plain.strip() or words.html.strip() for words in walk.body.words):
        walk.body.words += (walk.named_texts or walk.contained)[:1] or walk.invitations[:1]
    return walk.body


# Text that is data rather than words, unless nothing better names it.
_TEXT_FILES = frozenset({"calendar", "vcard", "x-vcard", "directory", "csv", "xml", "rfc822-headers", "x-amp-html",
                         "css", "javascript", "rtf", "x-patch", "x-diff", "tab-separated-values", "json"})  # fmt: skip
_RICH_TEXT = frozenset({"text/rtf", "application/rtf", "text/x-rtf", "application/x-rtf"})
_HTML_START = re.compile(
    r"\s{0,200}(?:<\?xml[^>]{0,100}>\s{0,9}|<!--[^>]{0,200}-->\s{0,9})?(?:<!doctype html|<html[\s>])", re.I
)
_HTML_PIECE = re.compile(r"\s{0,200}<(?:div|table|body|head|meta|center|p|font|span|h[1-6])(?:\s[^<>]{0,500})?>", re.I)
_META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s{0,5}=\s{0,5}[\"']?([A-Za-z0-9_.:-]{1,40})", re.I)
_OTHER_LINE_ENDS = "\r\x0b\x0c\x85\u2028\u2029"
_LINE_ENDS = re.compile(f"[{_OTHER_LINE_ENDS}]")
_SEPARATORS = re.compile("[\x1c-\x1e]")
_QUOTE_MARK = re.compile(r"[ \t\u00a0]{0,9}(?:> ?){1,50}")
_UU_FILE = re.compile(r"^begin [0-7]{3,4} ([^\n]{1,200})\n(?=[!-`])", re.MULTILINE)


class _Walk:
    """One walk over the tree; its depth is capped where the tree is built."""

    def __init__(self, source: bytes) -> None:
        self.source = source
        self.body = Body()
        self.named_texts: list[Words] = []
        self.contained: list[Words] = []  # what a winmail.dat or a file of rich text says
        self.invitations: list[Words] = []
        self.nested = 0

    def read(self, part: Part) -> list[Words]:
        """The words in and below a part; its files are filed on the way."""
        if not part.is_multipart:
            return self.leaf(part)
        match part.content_type:
            case "multipart/alternative":
                return _best([self.read(child) for child in part.children])
            case "multipart/related":
                return self.related(part)
            case "multipart/signed":
                first, *rest = part.children
                words = self.read(first)
                for child in rest:
                    self.file(child)
                return words
            case "multipart/encrypted":
                for child in part.children:
                    self.file(child)
                return []
        return _said_once([words for child in part.children for words in self.read(child)])

    def related(self, part: Part) -> list[Words]:
        """RFC 2387: one root, by default the first, and what it shows."""
        start = part.parameters.get("start", "").strip("<> ")
        root = next((child for child in part.children if start and child.content_id() == start), part.children[0])
        wordless = not (root.is_multipart or root.content_type.startswith("text/"))  # a phone's slide show
        words: list[Words] = []
        for child in part.children:
            spoken = wordless and child.content_type.startswith("text/")
            if child is root or child.is_multipart or spoken or not child.content_id():
                words += self.read(child)
            else:
                self.file(child)
        return _said_once(words)

    def leaf(self, part: Part) -> list[Words]:
        maintype, _, subtype = part.content_type.partition("/")
        if maintype == "multipart":
            return self.partless(part)
        disposition, _ = part.disposition()
        if maintype != "text" or subtype in _TEXT_FILES or disposition == "attachment":
            self.file(part)
            return self.signed(self.body.files[-1].data) if _is_signed(part) else []
        self.body.defects += part.fields.defects
        data = contents(self.source, part, self.body.defects)
        named, long = part.filename() is not None, len(data) > MAX_WORDS
        if named or long:
            self.file(part)
        if long:  # a log or a dump: its beginning is shown, all of it is a file
            self.body.defects.append("text-cut")
            data = data[:MAX_WORDS]
        words = self.hypertext(part, data) if subtype in ("html", "xhtml") else self.plain(part, data)
        if named:
            self.named_texts.append(words)
            return []
        return [words]

    def partless(self, part: Part) -> list[Words]:
        """A multipart whose parts were never found. Some gateways encode it as a whole, against RFC 2045 6.4; else show
        what is there, lose nothing."""
        data = contents(self.source, part, self.body.defects)
        if data != self.source[part.start : part.end] and self.nested < MAX_NESTED:
            return self.within(b"Content-Type: " + part.fields.first("content-type") + b"\r\n\r\n" + data)
        return [self.plain(part, data[:MAX_WORDS])]

    def signed(self, data: bytes) -> list[Words]:
        """What an opaque signature holds (RFC 8551 3.5.2)."""
        entity = signed_content(data) if self.nested < MAX_NESTED else None
        return self.within(entity) if entity else []

    def within(self, entity: bytes) -> list[Words]:
        """The words and files of an entity that lay encoded in another."""
        outside, self.source = self.source, entity
        self.nested += 1
        root, defects = split(entity)
        self.body.defects += defects
        words = self.read(root)
        self.nested -= 1
        self.source = outside
        return words

    def hypertext(self, part: Part, data: bytes) -> Words:
        charset = part.parameters.get("charset")
        if not charset and (found := _META_CHARSET.search(data[:4096])):
            charset = found[1].decode("ascii")
        text = self.decoded(data, charset)
        if "<" not in text and "&" not in text:  # mislabelled: its line ends mean something
            return Words(plain=_one_kind_of_line_end(text))
        return Words(html=text)

    def plain(self, part: Part, data: bytes) -> Words:
        text = _one_kind_of_line_end(self.decoded(data, part.parameters.get("charset")))
        if "<" in text[:200] and _is_html(text):
            return Words(html=text)  # mislabelled
        return Words(plain=self.take_uu_files(_as_read(part, text)))

    def take_uu_files(self, text: str) -> str:
        """Files written into the text by uuencode, as old programs do; only whole ones, from `begin` to `end`."""
        if "begin " not in text:
            return text
        out: list[str] = []
        at = 0
        following = _UU_FILE.search(text)
        while found := following:
            following = _UU_FILE.search(text, found.end())
            end = text.find("\nend", found.end() - 1, following.start() if following else len(text))
            trouble: list[str] = []
            data = decode_uu(text[found.start() : end + 4].encode("utf-8", "replace"), trouble) if end >= 0 else b""
            if trouble or not data:
                continue
            out.append(text[at : found.start()])
            at = end + 4
            part = Part(Fields(), "application/octet-stream", {"name": clean(found[1])}, 0, 0)
            self.body.files.append(File(part, data, hashlib.sha256(data).hexdigest(), part.filename(), "attachment"))
        out.append(text[at:])
        return "".join(out)

    def decoded(self, data: bytes, charset: str | None) -> str:
        text, defect = decode(data, charset)
        if defect:
            self.body.defects.append(defect)
        return text

    def file(self, part: Part) -> None:
        """A part that is kept as a file; of a multipart, each leaf."""
        for child in part.children:
            self.file(child)
        if part.is_multipart:
            return
        self.body.defects += part.fields.defects
        data = contents(self.source, part, self.body.defects)
        disposition, _ = part.disposition()
        digest = hashlib.sha256(data).hexdigest()
        name = part.filename() or part.described_name()
        if name is None and part.content_type in ATTACHED_MAIL:
            name = _name_of_mail(data)
        self.body.files.append(File(part, data, digest, name, disposition))
        if part.content_type == "text/calendar":
            calendar = decode(data[:MAX_TEXT], part.parameters.get("charset"))[0]
            said = invitation_words(calendar, part.parameters.get("method", ""))
            self.invitations += [Words(plain=said)] if said else []
        elif part.content_type in _RICH_TEXT and name is None:
            self.contained.append(Words(plain=rtf_words(data[:MAX_RTF], "cp1252")))
        elif container := read_tnef(data):
            self.unpack(container)

    def unpack(self, container: Container) -> None:
        """The files of a winmail.dat, beside the container itself: whoever lists a mail's attachments may mean either.
        Its words, where the mail has none."""
        if container.damaged:
            self.body.defects.append("tnef-damaged")
        if container.text.strip():
            self.contained.append(Words(plain=_one_kind_of_line_end(container.text[:MAX_WORDS])))
        elif container.html:
            self.contained.append(Words(html=self.decoded(container.html[:MAX_WORDS], container.charset)))
        for one in container.files:
            fields = Fields([("content-id", one.content_id.encode("utf-8", "replace"))])
            part = Part(fields, one.content_type, {}, 0, 0)
            digest = hashlib.sha256(one.data).hexdigest()
            self.body.files.append(File(part, one.data, digest, clean(one.name) or None, "attachment"))


def _is_signed(part: Part) -> bool:
    return part.content_type.endswith("pkcs7-mime") or (part.filename() or "").lower().endswith(".p7m")


_NO_NAME = re.compile(r"[\s/\\:*?\"<>|]+")


def _name_of_mail(data: bytes) -> str:
    """An attached mail is named by its subject, as mail programs do."""
    fields, _ = read_fields(data, 0)
    subject = _NO_NAME.sub(" ", text_of(fields.first("subject"))).strip(" .")
    return f"{subject[:100].strip() or 'message'}.eml"


def _one_kind_of_line_end(text: str) -> str:
    text = text.replace("\r\n", "\n")
    if any(sign in text for sign in _OTHER_LINE_ENDS):
        if "\n" in text and ">" in text:
            text = "\n".join(map(_quoted_throughout, text.split("\n")))
        text = _LINE_ENDS.sub("\n", text)
    return _SEPARATORS.sub(" ", text) if any(sign in text for sign in "\x1c\x1d\x1e") else text


def _quoted_throughout(line: str) -> str:
    """Each piece of a quoted line is quoted: whoever quoted the line saw one."""
    found = _QUOTE_MARK.match(line)
    if found is None or not any(sign in line for sign in _OTHER_LINE_ENDS):
        return line
    return f"\n{found[0].rstrip()} ".join(_LINE_ENDS.split(line))


def _as_read(part: Part, text: str) -> str:
    match part.content_type:
        case "text/enriched":
            return unenrich(text)
        case "text/richtext":
            return unrich(text)
    if part.parameters.get("format", "").lower() == "flowed":
        return unflow(text, part.parameters.get("delsp", "").lower() == "yes")
    return text


# Where the plain form is short and its words are not in the HTML one: what such a note speaks of, in any language.
_STUB = re.compile(
    r"html|browser|online|on the web|web page|nettleser|selaime|webbläsare|klicken sie|klik hier|haga clic|clique aqui|"
    r"cliquez|navigateur|navegador|clicca qui|przegląd|браузер|ブラウザ|浏览器|瀏覽器",
    re.I,
)
_PICTURE_MARK = re.compile(r"\[(?:cid|image|bilde|bild|kuva)[^\]\n]{0,300}\]|<https?://[^\s<>]{1,500}>", re.I)
MAX_STUB = 300


def _is_html(text: str) -> bool:
    """Markup under a label that says it is plain: a document, or a piece of one from the first sign to the last."""
    if _HTML_START.match(text):
        return True
    return bool(_HTML_PIECE.match(text)) and text[-200:].rstrip().endswith(">") and "</" in text


MIN_TWIN = 20


def _said_once(words: list[Words]) -> list[Words]:
    """Scripts put both forms of one text into a multipart/mixed. The plain one is shown, as of an alternative, unless
    the HTML holds much more."""
    rich = [one for one in words if one.html and one.shown]
    plain = [one for one in words if one.plain and one.shown]
    if len(rich) != 1 or len(plain) != 1 or len(plain[0].plain) > MAX_TEXT:
        return words
    said, rendered = "".join(plain[0].plain.split()), "".join(rich[0].render()[0].split())
    if len(said) < MIN_TWIN or said not in rendered:
        return words
    hidden = rich[0] if len(said) * 10 >= len(rendered) * 7 else plain[0]
    return [replace(one, shown=False) if one is hidden else one for one in words]


def _best(options: list[list[Words]]) -> list[Words]:
    """RFC 2046 5.1.4, read for a desk: the plain form for the text, unless it is empty or only says that there is
    another; the HTML form is kept beside it."""
    options = [option for option in options if option]
    plain = next((option for option in options if not any(words.html for words in option)), [])
    rich = next((option for option in reversed(options) if any(words.html for words in option)), [])
    if not rich:
        return next((option for option in options if any(words.plain.strip() for words in option)), plain)
    if _says_nothing(plain, rich):
        return rich
    if any(_LONG_COMMAND.search(words.plain[:MAX_TOP]) for words in plain):
        plain = _rejoined(plain, rich)
    return plain + [replace(words, shown=False) for words in rich if words.html]


# A line that a mail may act by, long enough to be broken, with words below it.
_LONG_COMMAND = re.compile(r"^[ \t\u00a0*]{0,9}[!！][^\n]{48,}\n[ \t]{0,9}[^\s>]", re.MULTILINE)
MAX_TOP = 20_000
MOST_PIECES = 6


def _rejoined(plain: list[Words], rich: list[Words]) -> list[Words]:
    """Web mail breaks the lines of the plain form near 78 signs. A command that goes on in the next line would end
    there, and its rest be an answer; the HTML form shows where its lines end."""
    ends = {squeezed(line) for words in rich for line in words.render()[0].split("\n")}
    return [replace(words, plain=_with_whole_lines(words.plain, ends)) for words in plain]


def _with_whole_lines(text: str, ends: set[str]) -> str:
    lines, rest = text[:MAX_TOP].split("\n"), text[MAX_TOP:]
    whole: list[str] = []
    at = 0
    while at < len(lines):
        end = at + 1
        if lines[at].lstrip(" \t\u00a0*")[:1] in ("!", "！") and squeezed(lines[at]) not in ends:
            longest = range(at + 2, min(at + MOST_PIECES, len(lines)) + 1)
            end = next((k for k in longest if squeezed(" ".join(lines[at:k])) in ends), end)
        whole.append(" ".join(line.strip() for line in lines[at:end]) if end > at + 1 else lines[at])
        at = end
    return "\n".join(whole) + rest


def _says_nothing(plain: list[Words], rich: list[Words]) -> bool:
    text = "\n".join(words.plain for words in plain).strip()
    if len(text) > MAX_STUB * 4:
        return False
    bare = _PICTURE_MARK.sub("", text).strip()
    if bare and not (len(text) <= MAX_STUB and _STUB.search(text)):
        return False
    rendered = "\n".join(words.render()[0] for words in rich)
    if not bare:
        return not text or bool(rendered)
    return len(rendered) > len(bare) and squeezed(bare) not in squeezed(rendered)


def squeezed(text: str) -> str:
    return " ".join(text.split())
