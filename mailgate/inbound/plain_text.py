"""Text parts whose lines are not yet the lines people read: flowed, enriched, rich. Pure, linear in the text."""

from __future__ import annotations

import re

_SIGNATURE = "-- "
_MARKS = re.compile(r">*")


def unflow(text: str, delete_space: bool) -> str:
    """RFC 3676: a line that ends with a blank goes on in the next line of the same quote depth; a blank that was put
    before a line's first sign is taken off; the signature line never flows. With `delete_space` (DelSp=yes) the blank
    itself was added, too."""
    paragraphs: list[str] = []
    pieces: list[str] = []
    depth = 0
    for line in text.split("\n"):
        marks = _MARKS.match(line)
        deep = marks.end() if marks else 0
        words = line[deep:].removeprefix(" ")
        signs = words == _SIGNATURE
        if pieces and (deep != depth or signs or not words):  # an empty line is meant, whatever flows into it
            paragraphs.append(_paragraph(depth, pieces))
            pieces = []
        depth = deep
        flows = words.endswith(" ") and not signs
        pieces.append(words[:-1] if flows and delete_space else words)
        if not flows:
            paragraphs.append(_paragraph(depth, pieces))
            pieces = []
    if pieces:
        paragraphs.append(_paragraph(depth, pieces))
    return "\n".join(paragraphs)


def _paragraph(depth: int, pieces: list[str]) -> str:
    words = "".join(pieces)
    return f"{'>' * depth} {words}" if depth and words else ">" * depth + words


_COMMAND = re.compile(r"<(?!<)([^<>]{0,100})>")
_PARAMETER = re.compile(r"<param>[^<]{0,2000}</param>", re.I)
_LINE_RUN = re.compile(r"\n+")
_NO_FILL = re.compile(r"<(/?)nofill>", re.I)


def unenrich(text: str) -> str:
    """text/enriched (RFC 1896): one line end is a blank, n of them are n - 1; `<<` is a sign, all else in angles is
    dress."""
    out: list[str] = []
    fill = True
    for index, piece in enumerate(_NO_FILL.split(_PARAMETER.sub("", text.rstrip()))):
        if index % 2:  # "" opened a stretch whose lines stay as they are, "/" closed one
            fill = piece == "/"
            continue
        words = _LINE_RUN.sub(_fewer, piece) if fill else piece
        out.append(_COMMAND.sub("", words).replace("<<", "<"))
    return "".join(out)


def _fewer(run: re.Match[str]) -> str:
    return "\n" * (len(run[0]) - 1) or " "


_RICH = {"nl": "\n", "np": "\n\n", "lt": "<", "paragraph": "\n", "/paragraph": "\n"}


def unrich(text: str) -> str:
    """text/richtext (RFC 1341 7.1.3), the older one: line ends mean nothing, `<nl>` is one."""
    text = _COMMAND.sub(lambda found: _RICH.get(found[1].lower(), ""), text.replace("\n", " "))
    return "\n".join(line.strip() for line in text.split("\n"))
