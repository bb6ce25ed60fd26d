"""Words that stand in HTML and that nobody sees, or perhaps nobody: too small, the colour of the paper, out of the
page.

Whoever lets a mail act by its words must know of them (RULES 6): what is done must be what its author saw. In doubt
words count as unseen. Every style is read once, in linear time.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

Colour = tuple[int, int, int] | str
"""Red, green and blue, or a name that is not in our table."""

CLEAR = "transparent"
MAX_SHEETS = 200_000
_TINY = {"px": 2.0, "": 2.0, "pt": 1.5, "em": 0.15, "rem": 0.15, "ex": 0.3, "%": 15.0, "vw": 0.2, "mm": 0.5, "cm": 0.05}
_FAR = 100.0
_FARTHEST = 2000.0
_NEAR = 24
_FAINT = 0.15


@dataclass(frozen=True, slots=True)
class Look:
    """How words look at their place."""

    tiny: bool = False
    ink: Colour = (0, 0, 0)
    paper: Colour = (255, 255, 255)
    veiled: bool = False

    @property
    def unseen(self) -> bool:
        return self.veiled or self.tiny or self.ink == CLEAR or _alike(self.ink, self.paper)


PLAIN = Look()

_MAY_HIDE = re.compile(
    r"color|background|font|opacity|overflow|position|indent|margin|clip|transform|filter|mask|visibility|bidi|zoom|"
    r"letter|scale|translate|rotate|inset|display|height|width|size|\\",
    re.IGNORECASE,
)
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_NUMBER = re.compile(r"\s*(-?[0-9]{0,6}(?:\.[0-9]{1,6})?)\s*(px|pt|rem|em|ex|%|vw|mm|cm|)", re.IGNORECASE)
_FONT_SIZE = re.compile(r"(?:\A|\s)([0-9.]{1,8})(?:(px|pt|rem|em|ex|%|vw|mm|cm)|(?=/))", re.IGNORECASE)
_HEX = re.compile(r"#([0-9a-f]{3,8})(?![0-9a-z])", re.IGNORECASE)
_RGB = re.compile(
    r"rgba?\(\s*([0-9]{1,3})[\s,]+([0-9]{1,3})[\s,]+([0-9]{1,3})\s*(?:[,/]\s*([0-9.]{1,8})(%?)\s*)?\)", re.I
)
_NAME = re.compile(r"[a-z]{3,30}")
_NAMED: dict[str, Colour] = {
    "white": (255, 255, 255), "snow": (255, 250, 250), "ivory": (255, 255, 240), "ghostwhite": (248, 248, 255),
    "whitesmoke": (245, 245, 245), "floralwhite": (255, 250, 240), "azure": (240, 255, 255),
    "mintcream": (245, 255, 250), "honeydew": (240, 255, 240), "aliceblue": (240, 248, 255),
    "seashell": (255, 245, 238), "lavenderblush": (255, 240, 245), "oldlace": (253, 245, 230),
    "window": (255, 255, 255), "canvas": (255, 255, 255), "black": (0, 0, 0), "windowtext": (0, 0, 0),
    "canvastext": (0, 0, 0), "transparent": CLEAR,
}  # fmt: skip
_NO_COLOURS = frozenset({"inherit", "initial", "unset", "revert", "currentcolor", "auto", "none", "important"})
_SIZES = frozenset({"xx-small", "x-small", "small", "medium", "large", "x-large", "xx-large"})
_OUT = ("left", "right", "top", "bottom", "margin-left", "margin-top", "text-indent")
_VEILS = (
    "clip", "clip-path", "transform", "-webkit-transform", "-moz-transform", "-ms-transform", "filter", "mask",
    "mask-image", "zoom", "scale", "translate", "rotate", "inset", "content-visibility",
)  # fmt: skip
_NO_VEIL = frozenset({"", "none", "auto", "initial", "inherit", "unset", "normal", "visible", "1", "100%"})
# Written backwards, folded, or shown where a program knows nothing better.
VEILING_TAGS = frozenset({"bdo", "details", "dialog", "datalist", "rp", "meter", "progress"})
_FLAT = ("height", "width", "max-height", "max-width", "line-height", "block-size", "max-block-size", "inline-size")
_RECKONED = (*_FLAT, *_OUT, "font-size", "opacity", "letter-spacing", "margin")


def look_of(tag: str, attributes: Mapping[str, str | None], above: Look, hiding: frozenset[str]) -> Look:
    """How the words in this element look, where it stands in something that looks like `above`. `hiding`: what the
    mail's own style sheets hide, as `hidden_by_sheets` found it."""
    look = above
    if hiding and not hiding.isdisjoint(_names(tag, attributes)):
        look = replace(look, veiled=True)
    if tag in VEILING_TAGS or "popover" in attributes:
        look = replace(look, veiled=True)
    for name, attribute in (("color", "color"), ("color", "text"), ("background-color", "bgcolor")):
        if attribute in attributes and (attribute != "text" or tag == "body"):
            look = _painted(look, name, attributes[attribute] or "")
    if tag == "font" and "size" in attributes:
        look = replace(look, tiny=False)
    style = attributes.get("style")
    return styled(look, style) if style and _MAY_HIDE.search(style) else look


def styled(look: Look, style: str) -> Look:
    """The look below a style."""
    if "/*" in style:
        style = _COMMENT.sub("", style)
    said = dict(_declarations(style))
    for name in ("color", "background", "background-color", "-webkit-text-fill-color"):
        if name in said:
            look = _painted(look, name.replace("-webkit-text-fill-", ""), said[name])
    if "font" in said and (found := _FONT_SIZE.search(said["font"])):
        look = replace(look, tiny=_is_tiny(found[1], found[2] or "", look.tiny))
    if "font-size" in said:
        look = replace(look, tiny=_sized(said["font-size"], look.tiny))
    return replace(look, veiled=True) if "\\" in style or _veils(said) else look


def hidden_by_sheets(html: str) -> frozenset[str]:
    """What the <style> of a mail hides, or may: names of tags, `.classes` and `#ids`; `*` where it cannot be told."""
    sheets: list[str] = []
    lower, at, size = html.lower(), 0, 0
    while (begin := lower.find("<style", at)) >= 0:
        at = lower.find("</style", begin)
        at = len(html) if at < 0 else at
        sheets.append(lower[begin:at].partition(">")[2])
        size += at - begin
    if size > MAX_SHEETS:
        return frozenset({"*"})
    hidden: set[str] = set()
    for block in _COMMENT.sub("", "\n".join(sheets)).split("}"):
        selectors, _, style = block.rpartition("{")
        if selectors and (hides(style) or styled(PLAIN, style).unseen):
            for selector in selectors.rpartition("{")[2][-2_000:].split(","):
                hidden.update(_selected(selector))
    return frozenset(hidden)


_HIDDEN_STYLE = re.compile(
    r"display\s{0,9}:\s{0,9}none|visibility\s{0,9}:\s{0,9}(?:hidden|collapse)|mso-hide\s{0,9}:\s{0,9}all", re.I
)
_NO_HEIGHT = re.compile(r"max-height\s{0,9}:\s{0,9}0(?:px|pt)?\s{0,9}(?:;|!|\Z)", re.I)
_NO_OVERFLOW = re.compile(r"overflow\s{0,9}:\s{0,9}hidden", re.I)


def hides(style: str) -> bool:
    """Preheaders, which no program shows. A font of no size hides nothing here: layouts give it to cells whose words
    state their own."""
    if "/*" in style:
        style = _COMMENT.sub("", style)
    if _HIDDEN_STYLE.search(style):
        return True
    return bool(_NO_HEIGHT.search(style) and _NO_OVERFLOW.search(style))


# --- what a style says -----------------------------------------------------------------------------------------------


def _declarations(style: str) -> list[tuple[str, str]]:
    pairs = (one.partition(":") for one in style.lower().split(";"))
    return [(name.strip(), value.strip()) for name, _, value in pairs if value]


def _painted(look: Look, name: str, value: str) -> Look:
    colour = _colour(value.lower())
    if colour is None:
        return look
    if name == "color":
        return replace(look, ink=colour)
    return look if colour == CLEAR else replace(look, paper=colour)


def _colour(value: str) -> Colour | None:
    """The colour that a value names, or None where it names none."""
    if found := _RGB.search(value):
        if found[4] is not None and _float(found[4]) * (0.01 if found[5] else 1) < _FAINT:
            return CLEAR
        return int(found[1]), int(found[2]), int(found[3])
    if found := _HEX.search(value):
        return _of_hex(found[1])
    if "(" in value and not value.startswith("url"):
        return CLEAR if "var(" not in value and "gradient" not in value else None  # hsl, lab and what else may come
    names = [one for one in _NAME.findall(value) if one not in _NO_COLOURS]
    return _NAMED.get(names[0], names[0]) if names else None


def _of_hex(digits: str) -> Colour:
    if len(digits) in (3, 4):
        digits = "".join(sign * 2 for sign in digits)
    if len(digits) == 8 and int(digits[6:], 16) < 255 * _FAINT:
        return CLEAR
    return (int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:6], 16)) if len(digits) >= 6 else digits


def _alike(one: Colour, other: Colour) -> bool:
    if isinstance(one, str) or isinstance(other, str):
        return one == other
    return max(abs(a - b) for a, b in zip(one, other, strict=True)) <= _NEAR


def _sized(value: str, above: bool) -> bool:
    if value.split("!")[0].strip() in _SIZES:
        return False
    found = _NUMBER.match(value)
    return above if found is None or not found[1] else _is_tiny(found[1], found[2], above)


def _is_tiny(number: str, unit: str, above: bool) -> bool:
    # A share of nothing is nothing.
    return _float(number) <= _TINY[unit.lower()] or (above and unit.lower() in ("em", "ex", "%"))


def _veils(said: Mapping[str, str]) -> bool:
    if "opacity" in said and _number(said["opacity"]) * (0.01 if "%" in said["opacity"] else 1) < _FAINT:
        return True
    if any(said.get(name, "").split("!")[0].strip() not in _NO_VEIL for name in _VEILS):
        return True
    if any(word in said.get("visibility", "") for word in ("hidden", "collapse")):
        return True
    if "override" in said.get("unicode-bidi", "") or _colour(said.get("-webkit-text-fill-color", "")) == CLEAR:
        return True
    if said.get("display", "").startswith("table-column") or any("calc(" in said.get(name, "") for name in _RECKONED):
        return True
    closing = ("hidden", "clip", "auto", "scroll")
    closed = any(said.get(name, "").startswith(closing) for name in ("overflow", "overflow-x", "overflow-y"))
    if closed and any(name in said and _number(said[name], 99) <= _TINY["px"] for name in _FLAT):
        return True
    places = [said[name] for name in _OUT if name in said] + said.get("margin", "").split()
    return any(not -_FAR < _number(one) < _FARTHEST for one in places) or (
        "letter-spacing" in said and _number(said["letter-spacing"]) <= -3
    )


def _number(value: str, otherwise: float = 1.0) -> float:
    found = _NUMBER.match(value)
    return _float(found[1]) if found and found[1] else otherwise


def _float(number: str) -> float:
    try:
        return float(number)
    except ValueError:
        return 1.0


# --- what a sheet speaks of ------------------------------------------------------------------------------------------

_COMPOUND = re.compile(r"[\s>+~]+")
_NAMED_IN_SELECTOR = re.compile(r"[.#][\w-]+")
_TAG_IN_SELECTOR = re.compile(r"[a-z][a-z0-9]*\Z")
# Not what stands there, or not until somebody points at it.
_OTHER_TIMES = (":", "before", "after", "hover", "focus", "active")


def _selected(selector: str) -> tuple[str, ...]:
    bare, _, pseudo = _COMPOUND.split(selector.strip())[-1].partition(":")
    if pseudo.startswith(_OTHER_TIMES):
        return ()
    if named := _NAMED_IN_SELECTOR.findall(bare):
        return (named[-1],)
    return (bare,) if _TAG_IN_SELECTOR.match(bare) else ("*",)


def _names(tag: str, attributes: Mapping[str, str | None]) -> list[str]:
    names = ["*", tag]
    names += [f".{one}" for one in (attributes.get("class") or "").lower().split()[:50]]
    if stated := attributes.get("id"):
        names.append(f"#{stated.lower()}")
    return names
