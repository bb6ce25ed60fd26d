"""HTML of a mail: made safe to keep and show, and read as plain text, with the places where a client's quote begins.

Size and depth are bounded by a linear scan of the tags before any parser builds a tree (html_bounds).
HTML beyond them is reduced to its words by a linear strip; nothing is refused. No recursion anywhere.
"""

from __future__ import annotations

import html as entities
import re
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice

import nh3
from selectolax.lexbor import LexborHTMLParser, LexborNode

from mailgate.inbound.html_bounds import within_bounds
from mailgate.inbound.html_unseen import PLAIN, VEILING_TAGS, hidden_by_sheets, hides, look_of
from mailgate.mail import Fold

MAX_HTML = 2 * 1024 * 1024
MAX_TEXT = 256 * 1024
MAX_AMPERSANDS = 40_000

# -- words alone -------------------------------------------------------------------------------------------------------

_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,20})|<!--|<[!?/]")


def strip_tags(html: str) -> str:
    """The words of HTML no parser should see, in linear time: tags and comments cut out, entities read."""
    out: list[str] = []
    at = 0
    while found := _TAG.search(html, at):
        out.append(html[at : found.start()])
        name = (found[2] or "").lower()
        if found[0] == "<!--":
            closing = "-->"
        elif name in ("script", "style") and not found[1]:
            closing = f"</{name}"
        else:
            closing = ">"
        end = html.find(closing, found.end())
        if end < 0:
            at = len(html)
            break
        at = end + (0 if closing.startswith("</") else len(closing))
        if name in _BLOCKS or name == "br":
            out.append("\n")
    out.append(html[at:])
    lines = (" ".join(line.split()) for line in entities.unescape("".join(out)).split("\n"))
    return _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip()


# -- safe HTML --------------------------------------------------------------------------------------------------------

_ALLOWED_TAGS = {
    "a", "abbr", "acronym", "address", "article", "aside", "b", "bdi", "bdo", "big", "blockquote", "br", "caption",
    "center", "cite", "code", "col", "colgroup", "dd", "del", "details", "dfn", "div", "dl", "dt", "em", "figcaption",
    "figure", "font", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "i", "img", "ins", "kbd", "li",
    "main", "mark", "nav", "ol", "p", "pre", "q", "s", "samp", "section", "small", "span", "strike", "strong", "sub",
    "summary", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "time", "tr", "tt", "u", "ul", "var", "wbr",
}  # fmt: skip
_DROPPED_WHOLE = {"script", "style", "title", "template", "svg", "math", "iframe", "object", "embed", "applet",
                  "noscript", "noembed", "noframes", "select", "textarea", "frameset", "audio", "video",
                  "canvas"}  # fmt: skip
_ALLOWED_ATTRIBUTES = {
    "*": {"dir", "lang", "title"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "ol": {"start", "type"},
    "td": {"colspan", "rowspan", "align", "valign"},
    "th": {"colspan", "rowspan", "align", "valign"},
    "font": {"color", "size"},
    "blockquote": {"type"},
    "time": {"datetime"},
}


def _safe_attribute(tag: str, name: str, value: str) -> str | None:
    """Pictures only from within the mail: any other address tells its owner who reads, and when."""
    own = value.strip().lower().startswith("cid:")
    if name == "src":
        return value if own else None
    return None if name == "href" and own else value


_CLEANER = nh3.Cleaner(
    tags=_ALLOWED_TAGS,
    clean_content_tags=_DROPPED_WHOLE,
    attributes=_ALLOWED_ATTRIBUTES,
    attribute_filter=_safe_attribute,
    url_schemes={"http", "https", "mailto", "cid"},
    url_relative="deny",
    strip_comments=True,
    link_rel="noopener noreferrer nofollow",
)


def sanitise(html: str) -> str:
    """HTML that is safe to keep and show: no script, style, form, svg or math, no picture but our own `cid:` ones,
    links only to http, https and mailto. HTML out of bounds comes back as its words in one <pre>."""
    html = html[:MAX_HTML].replace("\0", "\ufffd")
    if not html.strip():
        return ""
    # The cleaner's parser is quadratic in ampersands.
    if html.count("&") > MAX_AMPERSANDS or not within_bounds(html):
        return f"<pre>{entities.escape(strip_tags(html))}</pre>"
    return _CLEANER.clean(html)


# -- readable text ----------------------------------------------------------------------------------------------------

# What stands in <noscript> is shown: mail programs run no scripts.
_INVISIBLE_TAGS = frozenset(_DROPPED_WHOLE - {"frameset", "noscript", "textarea"}) | {
    "head",
    "meta",
    "link",
    "base",
    "input",
}
_BLOCKS = frozenset(
    {"address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "dialog", "div", "dl",
     "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr",
     "html", "li", "main", "nav", "ol", "p", "pre", "section", "summary", "table", "tbody", "textarea", "tfoot",
     "thead", "tr", "ul"}
)  # fmt: skip
_SPACED = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "ul", "ol", "dl", "figure"})
_NO_MARGIN = re.compile(r"margin(?:-top|-bottom)?\s{0,9}:\s{0,9}0", re.I)
_KEEPS_BLANKS = re.compile(r"white-space\s{0,9}:\s{0,9}(?:pre|break-spaces)", re.I)
_HEADER_LINE = re.compile(r"border-top\s{0,9}:\s{0,9}(?:solid\s{1,9}#(?:e1e1e1|b5c4df)|#(?:e1e1e1|b5c4df)\s)", re.I)
_INDENT_ONLY = re.compile(r"border\s{0,9}:\s{0,9}(?:none|0|medium none)", re.I)
_BLANKS = re.compile(r"[ \t\r\n\f\u00a0]+")
_INVISIBLE = re.compile("[\u00ad\u034f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_BLANK_LINES = re.compile(r"\n{3,}")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_SPLITTERS = re.compile("[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
# "From:", "Von:", "差出人:"
_HEADER_LABEL = re.compile(r"[\s*]{0,40}[^\W\d_][^:\uff1a\n]{0,24}[:\uff1a]")
_FIRST_TEXTS = 400
UNREAD = "<…>"
"""Stands for what is hidden in HTML that no parser should see."""
MAX_UNSEEN = 20
_LINK = re.compile(r"(?:https?://|mailto:|tel:)", re.I)
# A forward keeps all it holds (RULES 6); clients put these words first into the container they also use for replies.
_FORWARD = re.compile(
    r"[\s>-]{0,40}(?:(?:begin )?forwarded message|videresendt (?:melding|e-post|meddelelse)|vidarebefordrat|"
    r"vidarebefordrade|välitetty viesti|edelleen lähetetty|weitergeleitete nachricht|message transféré|"
    r"mensaje reenviado|messaggio inoltrato|doorgestuurd bericht|mensagem encaminhada|przekazana wiadomość|"
    r"пересылаемое сообщение|megosztott üzenet|áframsent)",
    re.I,
)

# Where clients put the mail they answer. ELEMENT: the element is the quote. REST: all from there on is.
_CLASSES: dict[str, tuple[str, bool]] = {
    "gmail_quote": ("gmail_quote", False), "gmail_quote_container": ("gmail_quote", False),
    "gmail_attr": ("gmail_quote", False), "gmail_extra": ("gmail_quote", False),
    "yahoo_quoted": ("yahoo_quoted", False), "protonmail_quote": ("protonmail_quote", False),
    "moz-cite-prefix": ("moz-cite-prefix", False), "tutanota_quote": ("tutanota_quote", False),
    "gmx_quote": ("gmx_quote", False), "zmail_extra": ("zmail_extra", False), "hey_quote": ("hey_quote", False),
    "airmail_ext_on": ("airmail", False), "front-blockquote": ("front-blockquote", False),
    "hm_quoted": ("hm_quoted", False), "missive_quote": ("missive_quote", False),
    "freshdesk_quote": ("freshdesk_quote", False), "zendesk_quote": ("zendesk_quote", False),
    "outlookmessageheader": ("OutlookMessageHeader", True), "quoteheader": ("quoteheader", True),
    "ms-outlook-mobile-reference-message": ("mail-editor-reference-message", False),
}  # fmt: skip
_IDS: dict[str, tuple[str, bool]] = {
    "divrplyfwdmsg": ("divRplyFwdMsg", True), "appendonsend": ("appendonsend", True),
    "mail-editor-reference-message-container": ("mail-editor-reference-message", False),
    "olk_src_body_section": ("OLK_SRC_BODY_SECTION", False), "stopspelling": ("stopSpelling", True),
    "replysplit": ("replySplit", True), "isforwardcontent": ("isReplyContent", False),
    "isreplycontent": ("isReplyContent", False), "reply-intro": ("reply-intro", False),
    "aolmsgpart": ("AOLMsgPart", False), "yahoo_quoted": ("yahoo_quoted", False),
}  # fmt: skip


def render(html: str) -> tuple[str, tuple[Fold, ...]]:
    """HTML as a person reads it, at most MAX_TEXT characters, and the folds where a client's markup says "quoted".

    Blocks become lines, paragraphs get a blank line between, quotes `> `, lists `- ` and `1. `, table cells a tab,
    links ` <target>` where the label hides it. Hidden text (preheaders) is left out. Folds are ordered and disjoint.
    """
    text, folds, _ = render_seen(html)
    return text, folds


def render_seen(html: str) -> tuple[str, tuple[Fold, ...], tuple[str, ...]]:
    """What `render` gives, and the pieces of the words outside every quote that nobody sees, or perhaps nobody: those
    left out, and those that stand in the text because layouts write like that."""
    html = html[:MAX_HTML].replace("\0", "\ufffd")
    if not within_bounds(html):
        return strip_tags(html)[:MAX_TEXT], (), (UNREAD,)
    try:
        root = LexborHTMLParser(html).root
    except Exception:  # what the parser raises is its own affair; it does so when memory is short as well
        root = None
    if root is None:
        return strip_tags(html)[:MAX_TEXT], (), (UNREAD,)
    page = _Page(hidden_by_sheets(html) if "<style" in html.lower() else frozenset())
    _walk(root, page)
    return *page.finish(), tuple(page.unseen)


class _Page:
    """Lines as they are written: white space collapsed, blank lines asked for and not repeated, quote and list
    prefixes."""

    def __init__(self, hiding: frozenset[str]) -> None:
        self.hiding = hiding
        self.look = PLAIN
        self.unseen: list[str] = []
        self.lines: list[str] = []
        self.size = 0
        self.line: list[str] = []
        self.blank_wanted = False
        self.held_open = False  # by a no-break space alone: programs write an empty line so
        self.quotes = 0
        self.quotes_above = 0
        self.indent = 0
        self.bullet = ""
        self.folds: list[Fold] = []
        self.fold: tuple[int, str] | None = None
        self.folding = 0

    def hide(self, text: str) -> None:
        """Notes words that nobody sees. What a quote hides its author wrote, and not the author of this mail."""
        words = " ".join(_INVISIBLE.sub("", text).split())
        if words and not self.folding and not self.quotes and len(self.unseen) < MAX_UNSEEN:
            self.unseen.append(words[:200])

    def words(self, text: str) -> None:
        if "  " in text or not text.isprintable():  # a no-break space is not printable, nor is a line end
            self.held_open = self.held_open or "\u00a0" in text
            text = _BLANKS.sub(" ", text)
        if text[:1] == " " and (not self.line or self.line[-1][-1:] in (" ", "\t")):
            text = text[1:]
        if text:
            self.line.append(text)

    def raw(self, text: str) -> None:
        head, *rest = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u00a0", " ").split("\n")
        if head:
            self.line.append(head)
        for line in rest:
            if "".join(self.line).strip():
                self.newline()
            else:
                self._empty()
            if line:
                self.line.append(line)

    def newline(self) -> None:
        """Ends the line, also an empty one."""
        body = "".join(self.line).rstrip()
        self.line = []
        self.held_open = False
        if not body and not self.bullet:
            self._blank()
            return
        if self.blank_wanted and self.lines:
            self._blank()
        self.blank_wanted = False
        lead = "  " * max(self.indent - bool(self.bullet), 0) + self.bullet
        self.bullet = ""
        self._put(f"{'>' * self.quotes} {lead}{body}" if self.quotes else lead + body)

    def _blank(self) -> None:
        """One empty line at most, and none at the top."""
        self.blank_wanted = False
        if self.lines and self.lines[-1].strip("> "):
            self._put(">" * min(self.quotes, self.quotes_above))

    def _empty(self) -> None:
        """One more empty line, where the author's own stand."""
        self.line = []
        self.held_open = self.blank_wanted = False
        if self.lines:
            self._put(">" * self.quotes)

    def _put(self, line: str) -> None:
        self.lines.append(line)
        self.size += len(line) + 1
        self.quotes_above = self.quotes

    def end_line(self) -> None:
        if self.held_open or (self.line and "".join(self.line).strip()):
            self.newline()
        self.line = []
        self.held_open = False

    def tab(self) -> None:
        if self.line:
            self.line.append("\t")

    def space(self) -> None:
        self.end_line()
        self.blank_wanted = True

    def begin_fold(self, rule: str) -> None:
        self.end_line()
        self.folding += 1
        if self.folding == 1:
            self.fold = (self.size, rule)

    def end_fold(self) -> None:
        self.end_line()
        self.folding -= 1
        if self.folding == 0 and self.fold:
            start, rule = self.fold
            if self.size > start:
                self.folds.append(Fold(start, self.size, rule))
            self.fold = None

    def finish(self) -> tuple[str, tuple[Fold, ...]]:
        self.end_line()
        if self.fold:
            self.folds.append(Fold(self.fold[0], self.size, self.fold[1]))
        text = "\n".join(self.lines).rstrip()[:MAX_TEXT]
        bounded = (Fold(fold.start, min(fold.end, len(text)), fold.rule) for fold in self.folds)
        return text, tuple(fold for fold in bounded if fold.start < fold.end)


_Step = LexborNode | Callable[[], None]


def _walk(root: LexborNode, page: _Page) -> None:
    """Depth first with a stack of nodes to enter and things to do on leaving."""
    pre = 0
    lists: list[int] = []

    def leave_pre() -> None:
        nonlocal pre
        pre -= 1

    def leave_list() -> None:
        lists.pop()
        page.indent -= 1

    def leave_item() -> None:
        page.end_line()
        page.bullet = ""

    def leave_quote() -> None:
        page.end_line()
        page.quotes -= 1

    stack: list[_Step] = [root]
    while stack and page.size < MAX_TEXT:
        node = stack.pop()
        if not isinstance(node, LexborNode):
            node()
            continue
        tag = node.tag or ""
        if tag == "-text":
            words = node.text_content or ""
            if not words.isprintable():
                words = _SPLITTERS.sub("\n" if pre else " ", words)
                words = _CONTROLS.sub("\ufffd", words)
            (page.raw if pre else page.words)(words)
            if page.look.unseen:
                page.hide(words)
            continue
        if tag == "br":
            page.newline()
            continue
        if tag in _INVISIBLE_TAGS or (tag.startswith(("-", "_", "!")) and tag != "-document"):
            continue
        attributes = node.attributes
        style = attributes.get("style") or ""
        if "hidden" in attributes or (style and hides(style)):
            page.hide(_first_words(node))
            continue
        leaving: list[_Step] = []
        telling = attributes or page.hiding or tag in VEILING_TAGS
        look = look_of(tag, attributes, page.look, page.hiding) if telling else page.look
        if look is not page.look:
            leaving.append(partial(setattr, page, "look", page.look))
            page.look = look
        mark = _quote_mark(node, tag, attributes, style) if attributes else None
        if mark is not None:
            page.begin_fold(mark[0])
            if not mark[1]:
                leaving.append(page.end_fold)
        if tag in _BLOCKS:
            spaced = tag in _SPACED and not (tag in ("ul", "ol") and lists) and not _tight(tag, attributes, style)
            leave = page.space if spaced else page.end_line
            leave()
            leaving.append(leave)
        if tag == "blockquote" and _is_quote(attributes, style):
            page.quotes += 1
            leaving.append(leave_quote)
        elif tag in ("ul", "ol"):
            lists.append(_start_of(attributes) if tag == "ol" else -1)
            page.indent += 1
            leaving.append(leave_list)
        elif tag == "li":
            if lists and lists[-1] >= 0:
                page.bullet = f"{lists[-1]}. "
                lists[-1] += 1
            else:
                page.bullet = "- "
            leaving.append(leave_item)
        elif tag in ("td", "th"):
            leaving.append(page.tab)
        elif tag == "hr":
            page.end_line()
            page.words("-" * 20)
        elif tag == "img":
            page.words(_picture(attributes))
        elif tag == "a" and (target := _target(node, attributes)):
            leaving.append(partial(page.words, f" <{target}>"))
        if tag == "pre" or (style and _KEEPS_BLANKS.search(style)):
            pre += 1
            leaving.append(leave_pre)
        stack += leaving
        children = list(node.iter(include_text=True))
        children.reverse()
        stack += children


def _tight(tag: str, attributes: dict[str, str | None], style: str) -> bool:
    """Paragraphs without a gap: Outlook's, and those whose style says so."""
    if tag != "p":
        return False
    return "msonormal" in (attributes.get("class") or "").lower() or bool(_NO_MARGIN.search(style))


def _start_of(attributes: dict[str, str | None]) -> int:
    start = attributes.get("start") or "1"
    return int(start) if start.isascii() and start.isdigit() and len(start) < 6 else 1


def _is_quote(attributes: dict[str, str | None], style: str) -> bool:
    """Some editors indent with blockquote; those state that there is no border."""
    named = attributes.get("type") or attributes.get("class") or attributes.get("cite")
    return bool(named) or not _INDENT_ONLY.search(style)


def _picture(attributes: dict[str, str | None]) -> str:
    alt = (attributes.get("alt") or "").strip()
    if not alt or len(alt) > 120:
        return ""
    # An emoji is its own text; the sign of a command is not to stand where a picture is seen.
    return f"[{alt}]" if any(map(str.isalnum, alt)) or "!" in alt or "！" in alt else alt


def _target(node: LexborNode, attributes: dict[str, str | None]) -> str:
    href = "".join((attributes.get("href") or "").split())
    if not _LINK.match(href) or len(href) > 500:
        return ""
    label = " ".join((node.text(deep=True) or "").split()).lower()
    shown = _LINK.sub("", href, count=1).partition("?subject=")[0].rstrip("/").lower()
    if not label or not shown or shown in label or shown.removeprefix("www.") in label:
        return ""
    return href


def _quote_mark(node: LexborNode, tag: str, attributes: dict[str, str | None], style: str) -> tuple[str, bool] | None:
    """The client markup this element is, if any: the rule's name, and whether the quote is all the rest of the mail."""
    mark: tuple[str, bool] | None = None
    named = attributes.get("class")
    for name in named.lower().split()[:20] if named else ():
        while name.startswith("x_"):  # Outlook renames what it quotes
            name = name[2:]
        if mark := _CLASSES.get(name):
            break
    if mark is None and (stated := (attributes.get("id") or "").lower()):
        while stated.startswith("x_"):
            stated = stated[2:]
        mark = _IDS.get(stated) or _IDS.get(stated.rstrip("0123456789").rstrip("_"))
    if mark is None and tag == "blockquote" and (attributes.get("type") or "").lower() == "cite":
        mark = ("blockquote-cite", False)
    if (
        mark is None
        and tag == "div"
        and style
        and _HEADER_LINE.search(style)
        and _HEADER_LABEL.match(_first_words(node))
    ):
        mark = ("outlook-header", True)
    if mark is None:
        return None
    if tag in ("div", "section") and not mark[1]:
        beginning = _first_words(node)
        if _FORWARD.match(beginning) or _holds_own_words(node):
            return None
    return mark


def _holds_own_words(node: LexborNode) -> bool:
    """Words after a quote, inside the container that clients put around it: an answer between the quoted lines. Then
    the quotes themselves are folded, one by one, and not their container."""
    quotes = [child for child in node.iter(include_text=False) if child.tag == "blockquote"]
    if not quotes:
        return False
    after = quotes[0].next
    while after is not None:
        if after.tag not in ("blockquote", "-comment") and _has_words(after):
            return True
        after = after.next
    return False


def _texts(node: LexborNode) -> Iterator[str]:
    """The texts within, in order; who needs no more stops asking."""
    one = node
    while True:
        if one.tag == "-text":
            yield one.text_content or ""
        inner = one.first_child
        if inner is not None:
            one = inner
            continue
        while one.next is None or one.mem_id == node.mem_id:
            if one.mem_id == node.mem_id or one.parent is None:
                return
            one = one.parent
        one = one.next


def _first_words(node: LexborNode) -> str:
    said = ""
    for text in islice(_texts(node), _FIRST_TEXTS):
        said += text[:200]
        if len(said) >= 200:
            break
    return said[:200]


def _has_words(node: LexborNode) -> bool:
    return any(text and not text.isspace() for text in _texts(node))
