"""The HTML of a mail to an agent: the lines of its text, no more and no fewer, and each link a button.

What an agent answers brings back what he was sent, and no line of ours may leave with it (RULES 6). So the HTML is made
of the text, and each line bears there the sign that it bears in the text: whatever a mail program makes of the HTML in
an answer, quoted or not, is known again. The requester's words stand bare in both, so that they may be quoted to him.

A telephone shows the first words of a mail in its list: there stands where an answer goes, as in the text, and at once
what happened. The line above which an answer belongs comes after that.

One column, no picture, nothing from elsewhere, no colour but a grey that shows on black and on white.
"""

from __future__ import annotations

import re
from itertools import groupby

from markupsafe import Markup

from mailgate.outbound import marks
from mailgate.outbound.compose.letter import WORDS_HERE, Letter
from mailgate.outbound.templates import paragraphs

# "Take it: <mailto:…>", a line of its own; operators' templates may leave out the brackets.
_LINK = re.compile(r"(?P<words>[^<>\n]{1,100}?):? <?(?P<link>mailto:[^<>\s]{1,900}?)>?\Z")
_PAGE = Markup('<div style="max-width:40em;font-family:sans-serif;line-height:1.4">\n{}\n</div>')
_BLOCK = Markup('<p style="margin:0 0 1em">{}</p>')
_WORDS = Markup('<div style="margin:0 0 1em;padding-left:12px;border-left:3px solid #888">\n{}\n</div>')
_SIGN = Markup('<span style="color:#888">{}</span> ').format(marks.SIGN)
# In a row as far as there is room. Each keeps its own sign: some programs make a line of every button they quote.
_BUTTON = Markup(
    '<span style="white-space:nowrap">{}<a href="{}" style="display:inline-block;margin:4px 4px 4px 0;'
    'padding:10px 12px;border:1px solid #888;border-radius:6px;text-decoration:none">{}</a></span>'
)


def has_links(letter: Letter, text: str, row: str) -> bool:
    """Whether there is something in it to touch; else the text says all that the HTML would."""
    return bool(letter.head) and any(_link(line, row) for line in f"{text}\n{letter.words}".split("\n"))


def as_html(letter: Letter, text: str, row: str) -> Markup:
    """What stands within the body. `text`: what the template says; `row`: the mail's own id."""
    *goes_to, marker = (_BLOCK.format(line) for line in letter.head.split("\n"))
    first, *more = _blocks(letter, text, row)
    head = [*goes_to, first, marker] if goes_to else [marker, first]
    return _PAGE.format(Markup("\n").join([*head, *more]))


def _blocks(letter: Letter, text: str, row: str) -> list[Markup]:
    """Somebody's words stand apart, also where an operator's template puts them within a line."""
    said, *more = text.split(WORDS_HERE)
    words = Markup("\n").join(_paragraphs(letter.words, row)) if letter.inside else paragraphs(letter.words)
    blocks = _paragraphs(said, row, headline=True)
    for part in more:
        blocks += [_WORDS.format(words), *_paragraphs(part, row)]
    return blocks


def _paragraphs(text: str, row: str, *, headline: bool = False) -> list[Markup]:
    """`headline`: the first line says what the mail is about."""
    found = []
    for block in re.split(r"\n(?:[ \t]*\n)+", text.strip("\n")):
        lines = _lines([line.rstrip() for line in block.split("\n") if line.strip()], row)
        if lines and headline:
            lines[0], headline = Markup("<strong>{}</strong>").format(lines[0]), False
        if lines:
            found.append(_BLOCK.format(Markup("<br>\n").join(lines)))
    return found


def _lines(block: list[str], row: str) -> list[Markup]:
    """Buttons that follow each other are one line."""
    lines: list[Markup] = []
    for links, some in groupby(block, lambda line: _link(line, row) is not None):
        if links:
            found = (_link(line, row) for line in some)
            lines.append(Markup("\n").join(_BUTTON.format(_SIGN, one["link"], one["words"]) for one in found if one))
        else:
            lines += [_SIGN + line for line in some]
    return lines


def _link(line: str, row: str) -> re.Match[str] | None:
    """Only to an address of this very mail: nobody could have written that into a title or a note before."""
    link = _LINK.match(line)
    return link if link and f".{row}." in link["link"] else None
