"""HTML as programs write it, and the words a person reads in it."""

# ruff: noqa: E501 - a mail a row
from __future__ import annotations

import pytest

from mailgate.inbound.html import render

WORDS = [
    ('<textarea>my words</textarea>', 'my words'),
    ('<map><p>my words</p><area href=x></map>', 'my words'),
    ('<p>one<p>two', 'one\n\ntwo'),
    ('<div>one</div><div>two</div>', 'one\ntwo'),
    ('<div>one<br></div><div><br></div><div>two</div>', 'one\n\ntwo'),
    ('one<br/>two<BR>three', 'one\ntwo\nthree'),
    ('<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul>', '- a\n- b\n  - c'),
    ('<ol><li>a<li>b</ol>', '1. a\n2. b'),
    ('<ol start=3><li>a</ol>', '3. a'),
    ('<h1>Head</h1><p>text</p>', 'Head\n\ntext'),
    ('<pre>a\n  b\n</pre>c', 'a\n  b\n\nc'),
    ('<table><tr><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr></table>', 'a\tb\nc\td'),
    ('<table><tr><td><table><tr><td>a</td></tr></table></td></tr></table>', 'a'),
    ('a&nbsp;b&amp;c&lt;d&gt;&quot;&#39;&eacute;&#229;&#xe5;', 'a b&c<d>"\'éåå'),
    ("<span style='display:none'>pre</span>x", 'x'),
    ('<div style="display:none;max-height:0;overflow:hidden">preheader</div>x', 'x'),
    ("<div style='mso-hide:all'>pre</div>x", 'x'),
    ("<div style='max-height:0px;overflow:hidden'>preheader</div>x", 'x'),
    ('<head><title>t</title><style>p{}</style></head><body>x</body>', 'x'),
    ('<script>a<b</script>x', 'x'),
    ('<!--[if mso]><p>mso</p><![endif]-->x', 'x'),
    ('<![if !mso]>shown<![endif]>', 'shown'),
    ('<!--[if !mso]><!-->shown<!--<![endif]-->', 'shown'),
    ('<p class=MsoNormal>a<o:p></o:p></p><p class=MsoNormal><o:p>&nbsp;</o:p></p><p class=MsoNormal>b<o:p></o:p></p>', 'a\n\nb'),
    ("<a href='https://example.org/x'>here</a>", 'here <https://example.org/x>'),
    ("<a href='https://example.org/x'>https://example.org/x</a>", 'https://example.org/x'),
    ("<a href='mailto:k@example.org'>k@example.org</a>", 'k@example.org'),
    ('<a name=x>y</a>', 'y'),
    ("<img src='cid:x'>y", 'y'),
    ('<blockquote type=cite>q</blockquote>x', '> q\n\nx'),
    ('<b><i>x</b></i>y', 'xy'),
    ('<p>one <b>two</b>, three</p>', 'one two, three'),
    ('<p>one\n   two\t three</p>', 'one two three'),
    ('a<sup>2</sup>', 'a2'),
    ('<p>a</p>\n\n\n<p>b</p>', 'a\n\nb'),
    ('a<hr>b', 'a\n--------------------\nb'),
    ('5 < 6 & 7 > 3', '5 < 6 & 7 > 3'),
    ('<font size=2>a</font> <font>b</font>', 'a b'),
    ('<dl><dt>term<dd>meaning</dl>', 'term\nmeaning'),
    ('<button>Press</button>', 'Press'),
    ('<center>mid</center>x', 'mid\nx'),
    ('<html><body></body></html>trailing words', 'trailing words'),
    ('<td>a</td>', 'a'),
    ('<body>café <wbr>ok', 'café ok'),
    ('<p>a<span> </span>b</p>', 'a b'),
    ('<xyz:unknown>words</xyz:unknown>', 'words'),
    ('<details><summary>s</summary>d</details>', 's\nd'),
    ('<select><option>a</select>x', 'x'),
    ('<form>Name: <input value=v></form>', 'Name:'),
    ('<s>old</s> new', 'old new'),
    ('&lt;not a tag&gt;', '<not a tag>'),
    ('<p>line one<br>\nline two</p>', 'line one\nline two'),
    ('<p>&nbsp;</p><p>a</p>', 'a'),
    ("<span style='visibility:hidden'>h</span>x", 'x'),
    ('<div hidden>h</div>x', 'x'),
    ("<base href='https://example.org/'><a href='/x'>x</a>", 'x'),
    ("<table>" + "<tr><td><div>x</div></td></tr>" * 1000 + "</table>", "x\n" * 999 + "x"),
]  # fmt: skip


@pytest.mark.parametrize("html, text", WORDS)
def test_words(html: str, text: str) -> None:
    assert render(html)[0] == text


def test_a_preheader_may_state_overflow_first_and_a_layout_of_font_size_nought_is_seen() -> None:
    assert render("<div style='overflow:hidden;max-height:0;'>pre</div>x")[0] == "x"
    assert render("<td style='font-size:0'><div style='font-size:14px'>words</div></td>")[0] == "words"
