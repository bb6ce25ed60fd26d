"""Agents' answers as mail programs write them, HTML only: each does what the same words do as plain text. And what HTML
can hide is neither done nor sent.

The shapes are ours, written in the manner of each program.
"""

from __future__ import annotations

import html
from collections.abc import Callable

import pytest

from mailgate.inbound.agents_words import AgentsWords, read_agents_words
from mailgate.inbound.parse import parse
from ticketing import commands as ask

NAME, ADDRESSES = "Kari Nordmann", ("kari@example.com",)
THEIRS = "Kassen henger igjen.\nHva gjør jeg?\n- en\n- to"
ALERTS = {
    "en": f"""\
Your answer goes to: ola@example.org
##- Please type your answer above this line -##

:: New case 261123001 from Ola <ola@example.org>
:: Printer

{THEIRS}

:: Queue support, open, assigned to nobody

:: Take it: mailto:support%2Bn.261123001.6l4tioj2.ahdqnaogozlcwrfjjwkhe@example.com?subject=261123001&body=%21claim

:: Commands go first, one a line, for example:
:: !claim, !assign AGENT, !done, !wait requester, !priority high, !note, !help

Ref: c261123001.6l4tioj2.apgzvq2bdi334qudxdyvg""",
    "nb": f"""\
Svaret ditt går til: ola@example.org
##- Skriv svaret ditt over denne linjen -##

:: Ny sak 261123001 fra Ola <ola@example.org>
:: Printer

{THEIRS}

:: Kø support, åpen, ikke tildelt noen

:: Kommandoer står først, én på hver linje, for eksempel:
:: !ta, !tildel NAVN, !ferdig, !vent innmelder, !prioritet høy, !notat, !hjelp

Ref: c261123001.bc4r2o66.apyxjflf6dr45mtmllnq2""",
    "fi": f"""\
Vastauksesi lähetetään tänne: ola@example.org
##- Kirjoita vastauksesi tämän rivin yläpuolelle -##

:: Uusi tapaus 261123001, lähettäjä Ola <ola@example.org>
:: Printer

{THEIRS}

:: Jono support, avoin, ei käsittelijää

:: Komennot kirjoitetaan alkuun, yksi kullekin riville, esimerkiksi:
:: !ota, !siirrä NIMI, !valmis, !odota asiakas, !kiire korkea, !huomautus, !ohje

Ref: c261123001.irkj6qql.awqnxl3wfbp5qfokehqmc""",
}
WROTE = {
    "en": "On Mon, Nov 23, 2026 at 10:00 AM Support <support@example.com> wrote:",
    "nb": "man. 23. nov. 2026 kl. 10:00 skrev Support <support@example.com>:",
    "fi": "ma 23. marrask. 2026 klo 10.00 Support (support@example.com) kirjoitti:",
}
HEADERS = {
    "en": ("From", "Sent", "Monday, November 23, 2026 10:00 AM", "To", "Subject"),
    "nb": ("Fra", "Sendt", "mandag 23. november 2026 10:00", "Til", "Emne"),
    "fi": ("Lähettäjä", "Lähetetty", "maanantai 23. marraskuuta 2026 10.00", "Vastaanottaja", "Aihe"),
}
PHONE = {
    "iphone": {"en": "Sent from my iPhone", "nb": "Sendt fra min iPhone", "fi": "Lähetetty iPhonesta"},
    "galaxy": {"en": "Sent from my Galaxy", "nb": "Sendt fra min Galaxy", "fi": "Lähetetty Galaxysta"},
    "k9": {
        "en": "Sent from my Android device with K-9 Mail. Please excuse my brevity.",
        "nb": "Sendt fra min Android-enhet med K-9 Mail. Unnskyld at jeg er kortfattet.",
        "fi": "Lähetetty Android-laitteestani K-9 Maililla. Pahoittelut vähäsanaisuudestani.",
    },
    "outlook": {"en": "Get Outlook for iOS", "nb": "Skaff deg Outlook for iOS", "fi": "Hanki Outlook for iOS"},
    "yahoo": {
        "en": "Sent from Yahoo Mail on Android", "nb": "Sendt fra Yahoo Mail på Android",
        "fi": "Lähetetty Yahoo Mailista Androidilla",
    },
    "proton": {
        "en": "Sent with Proton Mail secure email.", "nb": "Sendt med Proton Mail sikker e-post.",
        "fi": "Lähetetty Proton Mailin suojatulla sähköpostilla.",
    },
}  # fmt: skip


def _e(text: str) -> str:
    return html.escape(text, quote=False)


def _lines(text: str, tag: str = "<div>{}</div>", empty: str = "<br>") -> str:
    return "".join(tag.format(_e(line) or empty) for line in text.split("\n"))


def _breaks(text: str) -> str:
    return "<br>\n".join(_e(line) for line in text.split("\n"))


def _block(lang: str, sep: str = "<br>") -> str:
    sender, sent, when, to, subject = HEADERS[lang]
    rows = (
        (sender, "Support &lt;support@example.com&gt;"),
        (sent, when),
        (to, NAME),
        (subject, "[#261123001] Printer"),
    )
    return sep.join(f"<b>{name}:</b> {value}" for name, value in rows)


Shape = Callable[[str, str, str], str]
"""(the words, the words among the quote or below it, the language) -> the mail's HTML."""


def gmail_web(words: str, below: str, lang: str) -> str:
    return (
        f'<div dir="ltr">{_lines(words)}</div><br><div class="gmail_quote gmail_quote_container"><div dir="ltr" '
        f'class="gmail_attr">{_e(WROTE[lang])}<br></div><blockquote class="gmail_quote" style="margin:0px 0px 0px '
        f'0.8ex;border-left:1px solid rgb(204,204,204);padding-left:1ex">{_breaks(ALERTS[lang])}</blockquote></div>'
    )


def gmail_android(words: str, below: str, lang: str) -> str:
    paragraphs = _lines(words, '<p dir="ltr">{}</p>\n')
    return (
        f'<div dir="auto">{paragraphs}</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">'
        f'{_e(WROTE[lang])}<br></div><blockquote class="gmail_quote" style="margin:0 0 0 .8ex;border-left:1px #ccc '
        f'solid;padding-left:1ex">{_breaks(ALERTS[lang])}</blockquote></div>'
    )


def outlook_desktop(words: str, below: str, lang: str) -> str:
    paragraphs = _lines(words, "<p class=MsoNormal><span lang=EN-US style='font-size:11.0pt;mso-ansi-language:EN-US'>"
                        "{}<o:p></o:p></span></p>\n", "<o:p>&nbsp;</o:p>")  # fmt: skip
    old = _lines(ALERTS[lang], "<p class=MsoNormal>{}<o:p></o:p></p>\n", "<o:p>&nbsp;</o:p>")
    return (
        '<html xmlns:o="urn:schemas-microsoft-com:office:office" xmlns="http://www.w3.org/TR/REC-html40"><head><meta '
        'name=Generator content="Microsoft Word 15 (filtered medium)"><!--[if !mso]><style>v\\:* '
        "{behavior:url(#default#VML);}\n.shape {behavior:url(#default#VML);}\n</style><![endif]--><style><!--\n/* Font "
        'Definitions */\n@font-face\n\t{font-family:"Cambria Math";\n\tpanose-1:2 4 5 3 5 4 6 3 2 4;}\n/* Style '
        "Definitions */\np.MsoNormal, li.MsoNormal, div.MsoNormal\n\t{margin:0cm;\n\tfont-size:11.0pt;}\n"
        "a:link, span.MsoHyperlink\n\t{mso-style-priority:99;\n\tcolor:#0563C1;\n\ttext-decoration:underline;}\n"
        "span.EmailStyle17\n\t{mso-style-type:personal-reply;\n\tcolor:windowtext;}\n.MsoChpDefault\n\t"
        "{mso-style-type:export-only;\n\tfont-size:10.0pt;}\n@page WordSection1\n\t{size:612.0pt 792.0pt;\n\tmargin:"
        "70.85pt 70.85pt 70.85pt 70.85pt;}\ndiv.WordSection1\n\t{page:WordSection1;}\n--></style><!--[if gte mso 9]>"
        '<xml>\n<o:shapedefaults v:ext="edit" spidmax="1026" />\n</xml><![endif]--></head><body lang=NO-BOK '
        'link="#0563C1" vlink="#954F72" style=\'word-wrap:break-word\'><div class=WordSection1>'
        f"{paragraphs}<p class=MsoNormal><o:p>&nbsp;</o:p></p><div><div style='border:none;border-top:solid #E1E1E1 "
        f"1.0pt;padding:3.0pt 0cm 0cm 0cm'><p class=MsoNormal>{_block(lang)}<o:p></o:p></p></div></div>"
        f"<p class=MsoNormal><o:p>&nbsp;</o:p></p>{old}</div></body></html>"
    )


def outlook_web(words: str, below: str, lang: str) -> str:
    style = "font-family: Aptos, Calibri; font-size: 12pt; color: rgb(0, 0, 0);"
    paragraphs = _lines(words, f'<div class="elementToProof" style="{style}">\n{{}}</div>\n')
    return (
        '<html><head>\n<meta http-equiv="Content-Type" content="text/html; charset=utf-8">\n<style type="text/css" '
        'style="display:none;"> P {margin-top:0;margin-bottom:0;} </style>\n</head>\n<body dir="ltr">\n'
        f'{paragraphs}<div id="appendonsend"></div>\n<hr style="display:inline-block;width:98%" tabindex="-1">\n'
        f'<div id="divRplyFwdMsg" dir="ltr"><font face="Calibri, sans-serif" style="font-size:11pt" color="#000000">'
        f'{_block(lang)}</font>\n<div>&nbsp;</div>\n</div>\n<div class="Body"><font size="2"><span '
        f'style="font-size:11pt;"><div>{_breaks(ALERTS[lang])}</div></span></font></div></body></html>'
    )


def outlook_mobile(words: str, below: str, lang: str) -> str:
    return (
        '<html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8"></head><body><div '
        f'style="direction: ltr; font-family: Aptos, sans-serif; font-size: 12pt;">{_lines(words)}</div><div '
        f'style="direction: ltr;"><br></div><div id="ms-outlook-mobile-signature" style="color: inherit;">'
        f'{PHONE["outlook"][lang].removesuffix("Outlook for iOS")}<a href="https://aka.ms/o0ukef">Outlook for iOS</a>'
        "</div>"
        f'<div id="mail-editor-reference-message-container"><hr style="display: inline-block; width: 98%;"><div '
        f'id="divRplyFwdMsg" style="font-size: 11pt;">{_block(lang)}<br><br></div>{_breaks(ALERTS[lang])}</div></body>'
        "</html>"
    )


def apple_ios(words: str, below: str, lang: str) -> str:
    return (
        '<html><head><meta http-equiv="content-type" content="text/html; charset=utf-8"></head><body dir="auto">'
        f'{_lines(words)}<br id="lineBreakAtBeginningOfSignature"><div dir="ltr">{PHONE["iphone"][lang]}</div><div '
        f'dir="ltr"><br><blockquote type="cite">{_e(WROTE[lang])}<br><br></blockquote></div><blockquote type="cite">'
        f'<div dir="ltr">\ufeff{_breaks(ALERTS[lang])}</div></blockquote></body></html>'
    )


def thunderbird(words: str, below: str, lang: str) -> str:
    pieces = ALERTS[lang].split(THEIRS.split("\n")[1] + "\n")
    above = f"<p>{_breaks(words)}</p>" if words else ""
    cite = '<blockquote type="cite" cite="mid:c1@example.com"><pre wrap="" class="moz-quote-pre">{}</pre></blockquote>'
    if not below:
        old = cite.format(_e(ALERTS[lang]))
    else:
        question = pieces[0] + THEIRS.split("\n")[1]
        old = cite.format(_e(question)) + f"<p>{_breaks(below)}</p>" + cite.format(_e(pieces[1]))
    return (
        '<!DOCTYPE html><html><head><meta http-equiv="Content-Type" content="text/html; charset=UTF-8"></head><body>'
        f'{above}<div class="moz-cite-prefix">{_e(WROTE[lang])}<br></div>{old}<div class="moz-signature">-- <br>'
        f"Kari Nordmann<br>kari@example.com</div></body></html>"
    )


def thunderbird_below(words: str, below: str, lang: str) -> str:
    """As it comes from the shop: the answer below the quote."""
    return (
        f'<html><head></head><body><div class="moz-cite-prefix">{_e(WROTE[lang])}<br></div><blockquote type="cite" '
        f'cite="mid:c261123001@example.com"><pre wrap="" class="moz-quote-pre">{_e(ALERTS[lang])}</pre></blockquote>'
        f'<p>{_breaks(words)}</p><div class="moz-signature">-- <br>Kari Nordmann</div></body></html>'
    )


def k9(words: str, below: str, lang: str) -> str:
    return (
        f'<html><head></head><body><div dir="auto">{_breaks(words)}<br><br>-- <br>{PHONE["k9"][lang]}</div><br><br>'
        f'<div class="gmail_quote"><div dir="auto">{_e(WROTE[lang])}</div><blockquote class="gmail_quote" '
        f'style="margin: 0pt 0pt 0pt 0.8ex; border-left: 1px solid rgb(204, 204, 204); padding-left: 1ex;">\n<pre '
        f'dir="auto" class="k9mail">{_e(ALERTS[lang])}</pre></blockquote></div></body></html>'
    )


def samsung(words: str, below: str, lang: str) -> str:
    return (
        '<html><head><meta http-equiv="Content-Type" content="text/html; charset=UTF-8"></head><body dir="auto">'
        f'{_lines(words, "<div dir=auto>{}</div>")}<div dir="auto"><br></div><div id="composer_signature" dir="auto">'
        f'{PHONE["galaxy"][lang]}</div><div dir="auto"><br></div><div><br></div><div align="left" dir="auto" '
        f'style="font-size:100%;color:#000000"><div>-------- Original message --------</div><div>'
        f"{_block(lang, '</div><div>')}</div><div><br></div></div>{_breaks(ALERTS[lang])}</body></html>"
    )


def yahoo(words: str, below: str, lang: str) -> str:
    return (
        '<html><head></head><body><div class="ydp1a2b3c4dyahoo-style-wrap" style="font-family:Helvetica Neue; '
        f'font-size:13px;">{_lines(words, "<div dir=ltr data-setdir=false>{}</div>")}<div><br></div><div>'
        f'{PHONE["yahoo"][lang]}</div></div><div id="ydp5e6f7a8byahoo_quoted_1234" class="ydp5e6f7a8byahoo_quoted '
        f'yahoo_quoted"><div style="font-family:Helvetica;font-size:13px;color:#26282a;"><div>{_e(WROTE[lang])}</div>'
        f"<div><br></div><div>{_breaks(ALERTS[lang])}</div></div></div></body></html>"
    )


def proton(words: str, below: str, lang: str) -> str:
    style = "font-family: Arial, sans-serif; font-size: 14px;"
    return (
        f'{_lines(words, f"""<div style="{style}">{{}}</div>""")}<div style="{style}"><br></div><div '
        f'class="protonmail_signature_block" style="{style}"><div class="protonmail_signature_block-user '
        f'protonmail_signature_block-empty"></div><div class="protonmail_signature_block-proton">'
        f'{PHONE["proton"][lang]}</div></div><div style="{style}"><br></div>'
        f'<div class="protonmail_quote">\n{_e(WROTE[lang])}<br><br>\n'
        f'<blockquote class="protonmail_quote" type="cite">\n{_breaks(ALERTS[lang])}\n</blockquote><br>\n</div>'
    )


def zoho(words: str, below: str, lang: str) -> str:
    return (
        '<!DOCTYPE html><html><head></head><body><div style="font-family: Verdana, Arial, Helvetica, sans-serif; '
        f'font-size: 10pt;">{_lines(words)}<div><br></div><div class="zmail_extra_hr" style="border-top: 1px solid '
        f'rgb(204, 204, 204); height: 0px; margin-top: 10px; line-height: 0px;"><br></div><div class="zmail_extra" '
        f'data-zbluepencil-ignore="true"><div><br></div><div id="Zm-_Id_-Sgn1">---- {_e(WROTE[lang])} ----<br></div>'
        f'<div><br></div><blockquote id="blockquote_zmail" style="margin: 0px;"><div>{_breaks(ALERTS[lang])}</div>'
        f"</blockquote></div></div></body></html>"
    )


PROGRAMS: tuple[Shape, ...] = (
    gmail_web, gmail_android, outlook_desktop, outlook_web, outlook_mobile, apple_ios, thunderbird, thunderbird_below,
    k9, samsung, yahoo, proton, zoho,
)  # fmt: skip

# (what is written, the commands in it, the words that are left)
WRITTEN: dict[str, tuple[tuple[str, tuple[ask.Command, ...], str], ...]] = {
    "en": (
        ("Turn it off.\n\nAnd on again.", (), "Turn it off.\n\nAnd on again."),
        ("!done\nTurn it off.", (ask.Done(),), "Turn it off."),
        ("!priority high\n!assign per", (ask.SetPriority("high"), ask.Assign("per")), ""),
        ("!claim\n\nBest regards\nKari Nordmann\nSupport", (ask.Claim(),), ""),
        ("!note\nAsk Per first.", (ask.Note(),), "Ask Per first."),
        ("!resolution\nTurned it off.\n\nThen on.\n!end\n!done",
         (ask.Resolution("Turned it off.\n\nThen on."), ask.Done()), ""),
    ),
    "nb": (
        ("Slå den av.\nOg på igjen, så går det.", (), "Slå den av.\nOg på igjen, så går det."),
        ("!ferdig\n\nSlå den av.", (ask.Done(),), "Slå den av."),
        ("! Ta\n!prioritet høy", (ask.Claim(), ask.SetPriority("high")), ""),
        ("!ta\n\nMvh\nKari Nordmann\nSupport", (ask.Claim(),), ""),
        ("!notat\nSpør Per først.", (ask.Note(),), "Spør Per først."),
        ("!løsning\nSlått av.\n!slutt\n!ferdig", (ask.Resolution("Slått av."), ask.Done()), ""),
    ),
    "fi": (
        ("Sammuta se.\n\nKäynnistä uudelleen.", (), "Sammuta se.\n\nKäynnistä uudelleen."),
        ("!valmis\nSammuta se.", (ask.Done(),), "Sammuta se."),
        ("!ota\n!prioriteetti korkea", (ask.Claim(), ask.SetPriority("high")), ""),
        ("!ota\n\nYstävällisin terveisin\nKari Nordmann", (ask.Claim(),), ""),
        ("!huomautus\nKysy ensin Periltä.", (ask.Note(),), "Kysy ensin Periltä."),
        ("!ratkaisu\nSammutettu.\n!loppu\n!valmis", (ask.Resolution("Sammutettu."), ask.Done()), ""),
    ),
}  # fmt: skip


def read(body: str, content: str = "text/html") -> AgentsWords:
    head = (
        "From: Kari <kari@example.com>\nTo: support@example.com\nSubject: Re: Printer\nMIME-Version: 1.0\n"
        f"Content-Type: {content}; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n"
    )
    mail = parse(f"{head}{body}".encode())
    return read_agents_words(mail, None, THEIRS, NAME, ADDRESSES)


@pytest.mark.parametrize("lang", WRITTEN)
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda one: one.__name__)
def test_html_does_what_plain_text_does(program: Shape, lang: str) -> None:
    for words, commands, rest in WRITTEN[lang]:
        plain = read(words, "text/plain")
        found = read(program(words, "", lang))
        assert (plain.asked.commands, plain.asked.rest, plain.asked.errors) == (commands, rest, ()), words
        assert (found.asked.commands, found.asked.errors) == (commands, ()), (words, found)
        # Below the quote, what he quoted of the requester stays above an answer.
        left = [
            line
            for line in found.asked.rest.split("\n")
            if line and not (program is thunderbird_below and line.startswith(">"))
        ]
        assert left == [line for line in rest.split("\n") if line], found
        assert not found.leftovers and not found.hidden, found


def _asked_and_rest(lang: str) -> tuple[str, str]:
    """The alert up to the question that is answered right below it, and what follows."""
    question = THEIRS.split("\n")[1]
    above, below = ALERTS[lang].split(question + "\n")
    return above + question, below


def gmail_among(words: str, below: str, lang: str) -> str:
    quote = (
        '<blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;border-left:1px solid #ccc">{}</blockquote>'
    )
    first, second = map(_breaks, _asked_and_rest(lang))
    return (
        f'<div dir="ltr"><div dir="ltr">{words}</div><br><div class="gmail_quote gmail_quote_container"><div dir="ltr" '
        f'class="gmail_attr">{_e(WROTE[lang])}<br></div>{quote.format(first)}<div>{below}</div>{quote.format(second)}'
        "</div></div>"
    )


def apple_among(words: str, below: str, lang: str) -> str:
    first, second = map(_breaks, _asked_and_rest(lang))
    return (
        f'<html><body>{words}<div><br><blockquote type="cite"><div>{_e(WROTE[lang])}</div><br><div>{first}</div>'
        f'</blockquote><div><br></div>{below}<br><blockquote type="cite"><div>{second}</div></blockquote>'
        "</div></body></html>"
    )


@pytest.mark.parametrize("lang", WRITTEN)
@pytest.mark.parametrize("top, command", [("", ()), ("!done", (ask.Done(),)), ("!note", (ask.Note(),))])
@pytest.mark.parametrize("program", [thunderbird, gmail_among, apple_among])
def test_an_answer_among_the_quote(program: Shape, top: str, command: tuple[ask.Command, ...], lang: str) -> None:
    found = read(program(top, "Slå den av.", lang))
    assert found.asked.commands == command and not found.hidden and not found.leftovers
    assert found.asked.rest == "> Kassen henger igjen.\n> Hva gjør jeg?\n\nSlå den av.", found


# ---- what HTML hides ------------------------------------------------------------------------------------------------

DONE = "<div>!done</div>"
# (HTML with the words "!close" hidden, whether they must stop the mail)
HIDING = [
    ('<div style="display:none">!close</div>', True),
    ('<div style="display:/* */none">!close</div>', True),
    ('<div style="visibility: hidden">!close</div>', True),
    ('<div style="visibility: collapse">!close</div>', True),
    ('<div style="mso-hide:all">!close</div>', True),
    ("<div hidden>!close</div>", True),
    ('<div style="font-size:0">!close</div>', True),
    ('<div style="font-size:1px">!close</div>', True),
    ('<div style="font:0/0 a">!close</div>', True),
    ('<div style="font-size:0"><span style="font-size:100%">!close</span></div>', True),
    ('<div style="color:#fff">!close</div>', True),
    ('<div style="color:#FEFEFE !important">!close</div>', True),
    ('<div style="color: white">!close</div>', True),
    ('<div style="color: rgba(0, 0, 0, 0)">!close</div>', True),
    ('<div style="color: transparent">!close</div>', True),
    ('<div style="color:hsl(0,0%,100%)">!close</div>', True),
    ('<font color="white">!close</font><br>', True),
    ('<div style="background:#000">!close</div>', True),
    ('<div style="background-color:red;color:red">!close</div>', True),
    ('<table bgcolor="#102030"><tr><td style="color:#102030">!close</td></tr></table>', True),
    ('<div style="opacity:0">!close</div>', True),
    ('<div style="opacity: 0.01">!close</div>', True),
    ('<div style="height:0;overflow:hidden">!close</div>', True),
    ('<div style="max-height:0px;overflow:hidden">!close</div>', True),
    ('<div style="width:1px;height:1px;overflow:hidden">!close</div>', True),
    ('<div style="position:absolute;left:-9999px">!close</div>', True),
    ('<div style="text-indent:-9999px">!close</div>', True),
    ('<div style="clip:rect(0,0,0,0)">!close</div>', True),
    ('<div style="transform:scale(0)">!close</div>', True),
    ('<div style="dis\\70lay:none">!close</div>', True),
    ("<style>.x{display:none}</style><div class=x>!close</div>", True),
    ("<style>#x, .y > p{font-size:0}</style><p id=X>!close</p>", True),
    ("<style><!-- div { color : #fff } --></style><div>!close</div>", True),
    ("<style>[data-x]{opacity:0}</style><div data-x=1>!close</div>", True),
    ("<bdo dir=rtl>!close</bdo><br>", True),
    ('<div style="height:0;overflow:auto">!close</div>', True),
    ('<div style="position:absolute;left:9999px">!close</div>', True),
    ('<div style="scale:0">!close</div>', True),
    ('<div style="display:table-column">!close</div>', True),
    ('<div style="font-size:calc(0px)">!close</div>', True),
    ('<div style="margin:0 0 0 -9999px">!close</div>', True),
    ('<div style="translate:-9999px 0">!close</div>', True),
    ('<div style="inset:-9999px auto auto -9999px">!close</div>', True),
    ('<div style="-webkit-transform:scale(0)">!close</div>', True),
    ('<div style="opacity:calc(0)">!close</div>', True),
    ('<div style="block-size:0;overflow:hidden">!close</div>', True),
    ('<div style="-webkit-text-fill-color:white">!close</div>', True),
    ("<dialog>!close</dialog><br>", True),
    ("<details><summary>a</summary>!close</details>", True),
    ("<datalist>!close</datalist><br>", True),
    ("<div popover>!close</div>", True),
    ("<meter>!close</meter><br>", True),
    ("<title>!close</title>", False),
    ("<!-- !close -->", False),
    ("<style>!close</style>", False),
    ("<script>!close</script>", False),
    ("<template>!close</template>", False),
    ('<div style="display:none">\u200b\u00a0</div>', False),
    ('<img alt="!close" src="cid:x"><br>', False),
    ('<img alt="!" src="cid:x">close<br>', False),
]


@pytest.mark.parametrize("hiding, stops", HIDING)
def test_what_is_hidden_is_not_done(hiding: str, stops: bool) -> None:
    for body in (f"{hiding}{DONE}", f"{DONE}{hiding}"):
        found = read(f"<html><body>{body}<p>Turn it off.</p></body></html>")
        assert bool(found.hidden) == stops, found
        assert stops or ask.Close() not in found.asked.commands
    found = read(f"<html><body><p>Turn it off.</p>{hiding}</body></html>")
    assert found.hidden or not found.words.endswith("!close")


@pytest.mark.parametrize("body", [
    '<div style="color:#1f497d">!done</div>',
    '<div style="background:white;color:windowtext">!done</div>',
    '<div style="background:#222"><p style="color:white">!done</p></div>',
    '<body bgcolor="#000000" text="#ffffff"><p>!done</p></body>',
    '<div style="font-size:0"><span style="font-size:14px">!done</span></div>',
    '<div style="caret-color: rgb(255, 255, 255); text-decoration-color: white; border-color: white">!done</div>',
    '<p style="margin-left:36.0pt;text-indent:-18.0pt;mso-list:l0 level1 lfo1">!done</p>',
    '<div style="overflow:hidden;height:auto;opacity:1;filter:none;transform:none">!done</div>',
    '<div style="font: 400 14px/1.5 Arial">!done</div>',
    '<style>@media (max-width:600px){.y{display:none}} a:hover{color:#fff}</style><div class="z">!done</div>',
    '<div style="color:var(--text)">!done</div>',
])  # fmt: skip
def test_what_is_seen_is_done(body: str) -> None:
    found = read(f"<html>{body}</html>")
    assert found.asked.commands == (ask.Done(),) and not found.hidden


def test_what_the_quote_hides_is_not_asked() -> None:
    body = gmail_web("!done", "", "en").replace("Printer", '<span style="display:none">secret</span>Printer')
    assert read(body).asked.commands == (ask.Done(),) and not read(body).hidden


# ---- what web mail breaks -------------------------------------------------------------------------------------------

LONG = "!todo Ring Ola og spør om han har fått det nye kassesystemet til å virke, og om han trenger hjelp @per"
BROKEN = LONG.replace("virke, og om ", "virke, og\nom ")


@pytest.mark.parametrize("plain, rich, todo, rest", [
    (f"{BROKEN}\nHei.", f"{LONG}\nHei.", True, "Hei."),
    (f"{BROKEN}\n!ta", f"{LONG}\n!ta", True, ""),
    (f"*{BROKEN}*", f"*{LONG}*", True, ""),
    (BROKEN, BROKEN, False, "om han trenger hjelp @per"),
])  # fmt: skip
def test_a_long_command_is_one_line(plain: str, rich: str, todo: bool, rest: str) -> None:
    head = "--b\nContent-Type: text/{}; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n"
    body = f"{head.format('plain')}{plain}\n\n{head.format('html')}{gmail_web(rich, '', 'nb')}\n--b--\n"
    found = read(body, "multipart/alternative; boundary=b")
    [first, *_] = found.asked.commands
    assert isinstance(first, ask.Todo) and (first.agent == "per") == todo and found.asked.rest == rest
