"""Whether HTML stays small as a tree: one linear scan of its tags, before any parser builds one.

Tree builders go quadratic on nesting, on formatting that is never closed and on attributes. The scan keeps the names of
what is open, as a parser would (HTML 13.2.6), and where it cannot know it takes the element to stay open.
"""

from __future__ import annotations

import re
from functools import lru_cache

MAX_DEPTH = 300
MAX_FORMATTING = 100
MAX_ATTRIBUTES = 200
# So little has no room for harm.
_FEW_TAGS = MAX_FORMATTING
_SHORT = 2_000

# A quote counts only where a value begins. Nothing here is given back once taken, and a tag that never ends takes all
# the rest: so no sign is read twice.
_BLANK = r"[ \t\n\r\f]"
_ATTRIBUTE = (
    r"[^ \t\n\r\f/>][^ \t\n\r\f/>=]*+"
    rf"(?:{_BLANK}*+={_BLANK}*+(?:\"[^\"]*+\"?+|'[^']*+'?+|[^ \t\n\r\f>\"'][^ \t\n\r\f>]*+)?+)?+"
)
_TAG = re.compile(rf"<(?:(/?)([a-zA-Z][^ \t\n\r\f/>]*+)((?:[ \t\n\r\f/]++|{_ATTRIBUTE})*+)>?+|!--|[!?/])")
_ONE_ATTRIBUTE = re.compile(_ATTRIBUTE)
_COMMENT_END = re.compile(r"--!?>")

# A tree builder opens all of these anew in every later block while they are not closed (HTML 13.2.4.3).
_FORMATTING = frozenset(
    {"a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"}
)
# They do not nest: they have no content, or the next one, or the table around them, ends them. In svg and math the
# second group does nest.
_NEVER_NESTED = frozenset({"br", "hr", "img", "image", "meta", "embed", "body", "head"})
_UNNESTED = frozenset(
    {"link", "input", "col", "area", "base", "basefont", "bgsound", "keygen", "wbr", "param", "source", "track", "tr",
     "tbody", "thead", "tfoot", "colgroup", "html", "frame"}
)  # fmt: skip
_FOREIGN = frozenset({"svg", "math"})
_ITEMS = {"li": frozenset({"li"}), "dd": frozenset({"dd", "dt"}), "dt": frozenset({"dd", "dt"})}
_CELLS = frozenset({"td", "th", "caption"})
# An end tag within one of these ends nothing outside it.
_SCOPES = frozenset(
    {"table", "td", "th", "caption", "object", "applet", "marquee", "template", "select", "foreignobject", "desc",
     "title", "mi", "mo", "mn", "ms", "mtext", "annotation-xml"}
)  # fmt: skip
_TABLE_SCOPES = frozenset({"table", "template"})
# `</span>` and the like end nothing beyond one of these.
_SPECIAL = _SCOPES | {
    "address", "article", "aside", "blockquote", "button", "center", "dd", "details", "dir", "div", "dl", "dt",
    "fieldset", "figcaption", "figure", "footer", "form", "frameset", "h1", "h2", "h3", "h4", "h5", "h6", "header",
    "hgroup", "li", "listing", "main", "menu", "nav", "noscript", "ol", "p", "pre", "search", "section", "summary",
    "ul",
}  # fmt: skip
_NOT_BEFORE_ITEMS = _SPECIAL - {"address", "div", "p"}
# `</div>` ends what stands between; of the rest not every parser says so.
_BLOCKS = _SPECIAL - {"noscript", "search", "hgroup", "menu"}
_BOUNDS = {
    "p": _SCOPES | {"button"}, "li": _SCOPES | {"ol", "ul"}, "table": _TABLE_SCOPES, "td": _TABLE_SCOPES,
    "th": _TABLE_SCOPES, "caption": _TABLE_SCOPES,
}  # fmt: skip
_ENDS_P = _SPECIAL - _SCOPES - {"button", "noscript", "frameset"} | {"dialog", "hr", "xmp", "plaintext"}
# What stands in these is text, tags and all.
_RAW = frozenset({"title", "textarea", "style", "script", "xmp", "iframe", "noembed", "noframes", "plaintext"})
_RAW_WITH_NOSCRIPT = _RAW | {"noscript"}
_RAW_END = {name: re.compile(rf"</{name}(?=[ \t\n\r\f/>])", re.I) for name in _RAW_WITH_NOSCRIPT}
# Not in these, though, or not always.
_DOUBTFUL = _FOREIGN | {"select", "frameset"}


@lru_cache(maxsize=2)  # asked twice of each mail: to render it and to sanitise it
def within_bounds(html: str) -> bool:
    """Whether a tree of this HTML stays small: at most MAX_DEPTH elements open at once, MAX_FORMATTING of them
    formatting ones, and MAX_ATTRIBUTES in a tag."""
    if len(html) <= _SHORT and html.count("<") <= _FEW_TAGS:
        return True
    if not _stays_small(html, _RAW):
        return False
    # One of our two parsers takes <noscript> for text.
    return "<noscript" not in html.lower() or _stays_small(html, _RAW_WITH_NOSCRIPT)


def _stays_small(html: str, raw: frozenset[str]) -> bool:
    open_: list[str] = []
    formatting = doubtful = at = 0
    while True:
        for found in _TAG.finditer(html, at):
            closing, name, rest = found.groups()
            if name is None:
                if doubtful and html.startswith("<![CDATA[", found.start()):
                    return False  # text in svg and math, and elsewhere it ends at the first ">"
                at = behind_comment(html, found.end(), found[0])
                break
            if len(rest) > MAX_ATTRIBUTES and _too_many_attributes(rest):
                return False
            name = name.lower()
            if closing and open_ and open_[-1] == name and not doubtful:  # as most are
                open_.pop()
                formatting -= name in _FORMATTING
                continue
            if not closing and name in _ENDS_P and "p" in open_:
                _close(open_, "p")
            if name in _NEVER_NESTED or (name in _UNNESTED and not doubtful):
                continue
            if closing:
                if name in open_ and _close(open_, name):
                    formatting -= name in _FORMATTING
                    doubtful = doubtful and sum(map(_DOUBTFUL.__contains__, open_))
                continue
            if name in raw:
                end = _RAW_END[name].search(html, found.end()) if name != "plaintext" else None
                at = end.start() if end else len(html)
                if (doubtful and "<" in html[found.end() : at]) or (
                    name == "script" and _hides_its_end(html[found.end() : at])
                ):
                    return False
                break
            if name in _ITEMS:
                _end_item(open_, _ITEMS[name])
            elif name in _CELLS and not doubtful:
                if "table" not in open_:
                    continue
                _cut(open_, _last(open_, "table") + 1)
            elif name in ("option", "optgroup") and open_ and open_[-1] == "option":
                open_.pop()
            open_.append(name)
            formatting += name in _FORMATTING
            doubtful += name in _DOUBTFUL
            if len(open_) > MAX_DEPTH or formatting > MAX_FORMATTING:
                return False
        else:
            return True


def _too_many_attributes(rest: str) -> bool:
    return sum(1 for _ in _ONE_ATTRIBUTE.finditer(rest)) > MAX_ATTRIBUTES


def _hides_its_end(script: str) -> bool:
    """A script within a comment within a script: the end tag found is the inner one's."""
    return "<!--" in script and "<script" in script.lower()


def _last(open_: list[str], name: str) -> int:
    return len(open_) - 1 - open_[::-1].index(name)


def _cut(open_: list[str], at: int) -> None:
    """Ends all from there on; formatting ones go on behind it."""
    open_[at:] = [name for name in open_[at:] if name in _FORMATTING]


def _close(open_: list[str], name: str) -> bool:
    """Ends the last one of that name, and what stands in it; False where a scope keeps the end tag from it."""
    at = len(open_) - 1
    if open_[at] == name:
        open_.pop()
        return True
    if name in _FORMATTING:
        bounds = _SCOPES
    elif name not in _BLOCKS:
        bounds = _SPECIAL
    else:
        bounds = _BOUNDS.get(name, _SCOPES)
    while open_[at] != name:
        if open_[at] in bounds:
            return False
        at -= 1
    if name in _FORMATTING or name == "form":
        del open_[at]  # what stands in it stays open
    else:
        del open_[at]
        _cut(open_, at)
    return True


def _end_item(open_: list[str], ended: frozenset[str]) -> None:
    """A new item ends the one before it in the same list."""
    for at in range(len(open_) - 1, -1, -1):
        if open_[at] in ended:
            _cut(open_, at)
            return
        if open_[at] in _NOT_BEFORE_ITEMS:
            return


def behind_comment(html: str, at: int, opening: str) -> int:
    """Where a comment or declaration ends; one that never does hides all the rest."""
    if opening != "<!--":
        return html.find(">", at) + 1 or len(html)
    if html.startswith((">", "->"), at):
        return at
    end = _COMMENT_END.search(html, at)
    return end.end() if end else len(html)
