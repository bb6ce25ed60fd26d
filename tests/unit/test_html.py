"""HTML of mails: safe to show, readable as text, and folded where a client quotes."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import SelectolaxError

from mailgate.inbound.html import MAX_HTML, MAX_TEXT, render, sanitise, strip_tags, within_bounds

DANGEROUS = re.compile(
    r"<\s*(?:script|style|iframe|object|embed|form|input|svg|math|meta|link|base|button|video|audio)\b"
    r"|\son[a-z]+\s*=|javascript:|vbscript:|data:|<[^>]+\sstyle\s*=|<img[^>]+src=\"(?!cid:)",
    re.I,
)


@pytest.mark.parametrize(
    "html, safe",
    [
        ("", ""),
        ("   ", ""),
        ("<p>hi</p>", "<p>hi</p>"),
        ("<b>un<i>closed", "<b>un<i>closed</i></b>"),
        ("<script>alert(1)</script>x", "x"),
        ("<style>p{}</style><p style='color:red' onclick=x>y</p>", "<p>y</p>"),
        ("<img src='cid:a@b' alt=x>", '<img src="cid:a@b" alt="x">'),
        ("<img src='https://track.example/p.gif'>", "<img>"),
        ("<img src='data:image/png;base64,AAAA'>", "<img>"),
        (
            "<a href='https://example.org/'>x</a>",
            '<a href="https://example.org/" rel="noopener noreferrer nofollow">x</a>',
        ),
        (
            "<a href='mailto:a@example.org'>x</a>",
            '<a href="mailto:a@example.org" rel="noopener noreferrer nofollow">x</a>',
        ),
        ("<a href='javascript:alert(1)'>x</a>", '<a rel="noopener noreferrer nofollow">x</a>'),
        ("<a href='cid:x'>x</a>", '<a rel="noopener noreferrer nofollow">x</a>'),
        ("<a href='/relative'>x</a>", '<a rel="noopener noreferrer nofollow">x</a>'),
        ("<form action=x><p>words stay</p><input name=q></form>", "<p>words stay</p>"),
        ("<svg><script>alert(1)</script></svg><math><mi>x</mi></math>y", "y"),
        ("<!-- comment --><!--[if mso]>x<![endif]-->y", "y"),
        (
            "<table><tr><td colspan=2>x</td></tr></table>",
            '<table><tbody><tr><td colspan="2">x</td></tr></tbody></table>',
        ),
    ],
)
def test_sanitise(html: str, safe: str) -> None:
    assert sanitise(html) == safe


XSS = [
    "<script>alert(1)</script>", "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<img src=x onerror=alert(1)>", "<img src=x:alert(1) onerror=eval(src)>",
    "<img \"\"\"><script>alert(1)</script>\">",
    "<svg onload=alert(1)>", "<svg><animate onbegin=alert(1) attributeName=x>", "<svg/onload=alert(1)>",
    "<math><maction actiontype=statusline xlink:href=javascript:alert(1)>x", "<body onload=alert(1)>",
    "<iframe src=javascript:alert(1)>", "<iframe srcdoc='<script>alert(1)</script>'>",
    "<object data=javascript:alert(1)>",
    "<embed src=javascript:alert(1)>", "<a href=javascript:alert(1)>x</a>", "<a href=' javascript:alert(1)'>x</a>",
    "<a href='java\tscript:alert(1)'>x</a>", "<a href='java&#10;script:alert(1)'>x</a>",
    "<a href=&#106;avascript:alert(1)>x</a>",
    "<a href='vbscript:msgbox(1)'>x</a>", "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<form action=javascript:alert(1)><input type=submit></form>", "<button formaction=javascript:alert(1)>x</button>",
    "<input autofocus onfocus=alert(1)>", "<select onfocus=alert(1) autofocus>",
    "<textarea onfocus=alert(1) autofocus>",
    "<video><source onerror=alert(1)></video>", "<audio src=x onerror=alert(1)>", "<details open ontoggle=alert(1)>",
    "<marquee onstart=alert(1)>", "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "<link rel=stylesheet href=//evil.example/x.css>", "<style>@import '//evil.example/x.css';</style>",
    "<style>*{background:url(javascript:alert(1))}</style>", "<div style='background:url(//evil.example)'>",
    "<div style=width:expression(alert(1))>", "<base href=//evil.example>", "<table background=//evil.example/x>",
    "<td background=javascript:alert(1)>", "<img srcset='//evil.example/x 1x'>", "<img lowsrc=//evil.example/x>",
    "<input type=image src=//evil.example/x>", "<xmp><script>alert(1)</script></xmp>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<template><script>alert(1)</script></template>", "<title><img src=x onerror=alert(1)></title>",
    "<textarea></textarea><script>alert(1)</script>", "<!--><script>alert(1)</script>-->",
    "<!--!><img src=x onerror=alert(1)>",
    "<![CDATA[<script>alert(1)</script>]]>", "<?xml version='1.0'?><script>alert(1)</script>",
    "<svg><style><img src=x onerror=alert(1)></style>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>", "<p onmouseover=alert(1)>x",
    "<a onclick=alert(1) href=https://example.org>x</a>", "<b/onmouseover=alert(1)>x",
    "<isindex action=javascript:alert(1)>",
    "\"><script>alert(1)</script>", "<img src='cid:x' onload=alert(1)>", "<frameset onload=alert(1)>",
]  # fmt: skip


@pytest.mark.parametrize("html", XSS)
def test_no_payload_survives(html: str) -> None:
    assert not DANGEROUS.search(sanitise(html))
    assert not DANGEROUS.search(sanitise("<div>" * 5000 + html))  # and not by way of the bounds either


@pytest.mark.parametrize(
    "html, text",
    [
        ("", ""),
        ("plain words", "plain words"),
        ("<p>a</p><p>b</p>", "a\n\nb"),
        ("<div>a</div><div>b</div>", "a\nb"),
        ("<div>a</div><div><br></div><div>b</div>", "a\n\nb"),
        ("<p class=MsoNormal>a</p><p class=MsoNormal>&nbsp;</p><p class=MsoNormal>b</p>", "a\n\nb"),
        ("a<br>b<br><br>c", "a\nb\n\nc"),
        ("  a \n  b&nbsp;c\t", "a b c"),
        ("<b>a</b><i>b</i> <u>c</u>", "ab c"),
        ("<h1>T</h1>a", "T\n\na"),
        ("<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul>", "- a\n- b\n  - c"),
        ("<ol start=3><li>a<li>b</ol>", "3. a\n4. b"),
        ("<ul><li></li></ul><p>a</p>", "a"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td><td></td></tr></table>", "a\tb\nc"),
        ("<a href='https://example.org/x'>here</a>", "here <https://example.org/x>"),
        ("<a href='https://example.org/'>example.org</a>", "example.org"),
        ("<a href='https://www.example.org/'>example.org</a>", "example.org"),
        ("<a href='mailto:a@example.org'>a@example.org</a>", "a@example.org"),
        ("<a href='javascript:x'>x</a>", "x"),
        ("<blockquote>a<br>b</blockquote>c", "> a\n> b\n\nc"),
        ("<blockquote>a<blockquote>b</blockquote></blockquote>", "> a\n>\n>> b"),
        ("<blockquote style='margin:0 0 0 40px;border:none;padding:0'>own</blockquote>", "own"),
        ("<pre>a\n  b\n\nc</pre>", "a\n  b\n\nc"),
        ("<div style='white-space: pre-wrap'>a\nb</div>", "a\nb"),
        ("<p style='margin:0'>a</p><p style='margin:0'>b</p>", "a\nb"),
        ("<div style='display:none'>x</div>a<span hidden>y</span><span style='mso-hide:all'>z</span>", "a"),
        ("<head><title>t</title><style>s</style></head><script>u</script><!-- c -->a", "a"),
        ("<img alt='a cat' src=x> <img alt='😀'> <img src=y>", "[a cat] 😀"),
        ("a<hr>b", "a\n--------------------\nb"),
        ("&lt;b&gt; &amp; &aring; &#128512;", "<b> & å 😀"),
        ("a\x00b\x0cc", "a\ufffdb c"),
        ("<td>no table", "no table"),
        ("<p>a<div>b<p>c", "a\n\nb\n\nc"),
    ],
)
def test_render(html: str, text: str) -> None:
    assert render(html)[0] == text


GMAIL = (
    "<div dir=ltr>My answer</div><br><div class='gmail_quote gmail_quote_container'><div dir=ltr class=gmail_att"
    "r>On Monday "
    "Kari wrote:<br></div><blockquote class=gmail_quote>your words</blockquote></div>"
)


@pytest.mark.parametrize(
    "html, own, rules",
    [
        (GMAIL, "My answer", ["gmail_quote"]),
        ("<p>Mine</p><blockquote type=cite>yours</blockquote>", "Mine", ["blockquote-cite"]),
        (
            "<p>Mine</p><div class=moz-cite-prefix>On x, y wrote:<br></div><blockquote type=cite>yours</blockquote>",
            "Mine",
            ["moz-cite-prefix", "blockquote-cite"],
        ),
        (
            "<div>Mine</div><div id=appendonsend></div><hr><div id=divRplyFwdMsg>From: a<br>Sent: b</div><div>yo"
            "urs</div>",
            "Mine",
            ["appendonsend"],
        ),
        ("<div>Mine</div><div id=x_divRplyFwdMsg>From: a</div>yours", "Mine", ["divRplyFwdMsg"]),
        (
            "<div class=WordSection1><p class=MsoNormal>Mine</p><div><div style='border:none;border-top:solid #E"
            "1E1E1 1.0pt;"
            "padding:3.0pt 0cm 0cm 0cm'><p class=MsoNormal>From: a</p></div></div><p class=MsoNormal>yours</p></div>",
            "Mine",
            ["outlook-header"],
        ),
        # the same line above what was pasted from Word is no reply
        ("Mine<div style='border-top:solid #E1E1E1 1.0pt'><p>Our prices</p></div>below", "Mine\nOur prices\nbelow", []),
        (
            "Mine<div style='border-top:solid #E1E1E1 1.0pt'><p><b>差出人:</b> a</p></div>yours",
            "Mine",
            ["outlook-header"],
        ),
        ("Mine<div class=yahoo_quoted id=yahoo_quoted_123>yours</div>", "Mine", ["yahoo_quoted"]),
        ("Mine<div class='protonmail_quote'>yours</div>", "Mine", ["protonmail_quote"]),
        ("Mine<div id=mail-editor-reference-message-container>yours</div>", "Mine", ["mail-editor-reference-message"]),
        ("<blockquote type=cite>yours</blockquote><p>Mine below</p>", "Mine below", ["blockquote-cite"]),
        # answers between the lines: each quote is folded, and no own word
        (
            "<div class=gmail_quote><div class=gmail_attr>Kari wrote:</div><blockquote class=gmail_quote>q1</blo"
            "ckquote><div>a1</div>"
            "<blockquote class=gmail_quote>q2</blockquote><div>a2</div></div>",
            "a1\na2",
            ["gmail_quote"] * 3,
        ),
        # forwards keep all
        (
            "<p>Look</p><div class=gmail_quote><div class=gmail_attr>---------- Forwarded message ---------<br>F"
            "rom: x</div>words</div>",
            "Look\n\n---------- Forwarded message ---------\nFrom: x\nwords",
            [],
        ),
        ("<p>no quote here</p>", "no quote here", []),
        ("<div class=gmail_quote></div>Mine", "Mine", []),
    ],
)
def test_folds(html: str, own: str, rules: list[str]) -> None:
    text, folds = render(html)
    assert [fold.rule for fold in folds] == rules
    kept, at = "", 0
    for fold in folds:
        kept += text[at : fold.start]
        at = fold.end
    kept += text[at:]
    assert re.sub(r"\n{2,}", "\n", kept.strip()) == re.sub(r"\n{2,}", "\n", own)


def test_the_strip_for_html_out_of_bounds_keeps_the_words() -> None:
    deep = "<div>" * 5000 + "<p>words &amp; more</p><style>no</style><!-- no -->end"
    assert not within_bounds(deep)
    assert strip_tags(deep) == "words & more\nend"
    assert render(deep) == ("words & more\nend", ())
    assert sanitise(deep) == "<pre>words &amp; more\nend</pre>"


# Elements that nest though their tags look as if they did not: `/>` ends nothing, a closer may be no tag at all, or end
# nothing because of what stands between.
NESTED = [
    "<font size=%d/><p>", "<div/>", "<rt>", "<rp>", "<optgroup>", "<li><dd>", "<dl><dt><dd>",
    '<div><br title="></div>">', "<div a='></div>'>", "<div><a =\"></div>\">", "<div><a b==\" ></div>\">",
    "<div><title></div></title>", "<div><style></div></style>", "<div><textarea></div></textarea>",
    "<div><iframe></div></iframe>", "<div><noscript></div></noscript>",
    "<div><script><!--<script></script></div></script>",
    "<noscript><style></noscript><div></div></style><div>", "<svg><style><div></style>", "<svg><input>",
    "<div><svg><style></div></style>", "<div><svg><![CDATA[></svg></div>]]>",
    "<div><object></div></object>", "<div><applet></div></applet>", "<div><marquee></div></marquee>",
    "<div><table></div></table>", "<table><td><div></td></div>", "<div><template></div></template>",
    "<b><object></b></object>", "<b id=%d><table><td></b></table>", "<form><div></form>", "<span><div></span></div>",
    "<span><p></span></p>",
]  # fmt: skip


@pytest.mark.parametrize("unit", NESTED)
def test_what_nests_is_out_of_bounds(unit: str) -> None:
    assert not within_bounds("".join(unit.replace("%d", str(number)) for number in range(600)))


FLAT = [
    "<p>a<br/>", "<div><span></div>", "<table><tr><td>a<td>b</table>", "<ul><li>a<li>b</ul>", "<dl><dt>a<dd>b</dl>",
    "<p><b>x</p></b>", "<div><b>x</div></b>", "<a href='x>y'>x</a>", "<div title='a>b'>x</div>", "<p>x<div>y</div>",
    "<select><option>a<option>b</select>", "<o:p>&nbsp;</o:p>", "<td><div>x</div></td>", "<style>p > b {}</style>",
    "<noscript><img src=x></noscript>", "<svg><title>x</title></svg>", "<h1>x</h1><p>y<ul><li>z</ul>", "<li>a",
    "<table><tr><td><p><b><span>x</span></b></td></tr></table>", "<div><!--></div>-->", "<DIV>x</div>",
]  # fmt: skip


@pytest.mark.parametrize("unit", FLAT)
def test_what_does_not_nest_is_within_bounds(unit: str) -> None:
    assert within_bounds(unit * 600)


def test_attributes_of_a_tag_are_bounded_and_their_size_is_not() -> None:
    assert not within_bounds("<p " + " ".join(f"a{number}=b" for number in range(1000)) + ">x")
    assert within_bounds(f"<img alt='x' src='data:image/png;base64,{'A b=' * 20_000}'>" * 3)


def test_a_parser_that_gives_up_leaves_the_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def give_up(html: str) -> None:
        raise SelectolaxError("Can't parse HTML.")

    monkeypatch.setattr("mailgate.inbound.html.LexborHTMLParser", give_up)
    assert render("<p>my <b>words</b></p>") == ("my words", ())


PIECES = ["<div>", "</div>", "<b>", "</b>", "<p>", "<table>", "<td>", "<blockquote type=cite>", "<ul>", "<li>",
          "</blockquote>", "<div class=gmail_quote>", "<a href=http://x>", "<!--", "-->", "<", "<br>", "&nbsp;", " ",
          "word", "<pre>\n", "<svg>", "<style>", "</style>", "\x00", "\ud7ff", "<div id=divRplyFwdMsg>", "<select>",
          "<template>"]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=60).map("".join))
@settings(max_examples=400, deadline=None)
def test_any_html_is_read(html: str) -> None:
    text, folds = render(html)
    last = 0
    for fold in folds:
        assert last <= fold.start < fold.end <= len(text)
        last = fold.end
    assert text == text.rstrip() and not text.startswith("\n")
    assert not DANGEROUS.search(sanitise(html))


HOSTILE = ["<div>", "<b>", "<font size=1>", "<table><tr><td>", "<blockquote type=cite>", "<a ", "<!--", "<p>x", "<br>",
           "<ul><li>", "<div class=gmail_quote>", "<td>", "</div>", "<svg><g>", "&amp;", "<p><b>", "<select><option>",
           "<", "<div title='"]  # fmt: skip


@pytest.mark.parametrize("tag", HOSTILE)
def test_twice_the_html_takes_about_twice_the_time(tag: str) -> None:
    def seconds(n: int) -> float:
        html = tag * n + "words"
        return min(timed(html) for _ in range(2))

    def timed(html: str) -> float:
        began = time.process_time()
        render(html)
        sanitise(html)
        return time.process_time() - began

    assert seconds(20_000) < 4 * 3 * max(seconds(5_000), 0.01)


def test_many_quotes_around_much_text_and_many_ampersands_are_read_in_little_time() -> None:
    began = time.process_time()
    render("<div class=gmail_quote>" * 250 + "<p>x" * 40_000)
    for unit in ("&", "&amp;", "&#"):
        sanitise(unit * (MAX_HTML // len(unit)))
    assert time.process_time() - began < 8


def test_text_is_capped() -> None:
    assert len(render("<p>" + "word " * 200_000)[0]) <= MAX_TEXT
