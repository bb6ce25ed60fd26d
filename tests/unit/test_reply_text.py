"""The new words of a reply. Rows are written as mail programs write them; a real miss gets its row here first."""

import time

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from mailgate.inbound.reply_text import OwnWords, fold, own_words
from mailgate.mail import Fold

QUOTE = "> Hei Ola,\n> prøv å starte den på nytt.\n"
HISTORY = "Hei Ola,\nprøv å starte den på nytt.\n\nMvh Kari\n"

# What stands above a quote that is marked with `>`.
ATTRIBUTIONS = [
    ("gmail en", "On Sat, Nov 21, 2026 at 10:30 AM Kari Nordmann <kari@example.com> wrote:"),
    ("gmail en wrapped", "On Sat, Nov 21, 2026 at 10:30 AM Kari Nordmann via Support <\nsupport@example.com> wrote:"),
    (
        "gmail en in three",
        "On Sat, Nov 21, 2026 at 10:30 AM Kari Nordmann\n<support+r.261121001.abc.k@example.com>\nwrote:",
    ),
    ("old gmail", "2026-11-21 10:30 GMT+01:00 Kari Nordmann <kari@example.com>:"),
    ("older gmail", "2026/11/21 Kari Nordmann <kari@example.com>"),
    ("apple en", "On 21 Nov 2026, at 10:30, Kari Nordmann <kari@example.com> wrote:"),
    ("thunderbird en", "On 11/21/26 10:30, Kari Nordmann wrote:"),
    ("name only", "Kari Nordmann wrote:"),
    ("horde", "Quoting Kari Nordmann <kari@example.com>:"),
    ("mutt", "* Kari Nordmann <kari@example.com> [2026-11-21 10:30]:"),
    ("gmail nb", "lør. 21. nov. 2026 kl. 10:30 skrev Kari Nordmann <kari@example.com>:"),
    ("apple nb", "21. nov. 2026 kl. 10:30 skrev Kari Nordmann <kari@example.com>:"),
    ("thunderbird nb", "Den 21.11.2026 10:30, skrev Kari Nordmann:"),
    ("nn", "laur. 21. nov. 2026 kl. 10:30 skreiv Kari Nordmann <kari@example.com>:"),
    ("gmail sv", "Den lör 21 nov. 2026 kl 10:30 skrev Kari Nordmann <kari@example.com>:"),
    ("apple sv", "21 nov. 2026 kl. 10:30 skrev Kari Nordmann <kari@example.com>:"),
    ("gmail da", "Den lør. 21. nov. 2026 kl. 10.30 skrev Kari Nordmann <kari@example.com>:"),
    ("gmail fi", "la 21. marrask. 2026 klo 10.30 Kari Nordmann (kari@example.com) kirjoitti:"),
    ("thunderbird fi", "Kari Nordmann kirjoitti 21.11.2026 klo 10.30:"),
    ("apple fi", "Kari Nordmann <kari@example.com> kirjoitti 21.11.2026 kello 10.30:"),
    ("is", "lau., 21. nóv. 2026 kl. 10:30 skrifaði Kari Nordmann <kari@example.com>:"),
    ("gmail de", "Am Sa., 21. Nov. 2026 um 10:30 Uhr schrieb Kari Nordmann <kari@example.com>:"),
    ("thunderbird de", "Am 21.11.26 um 10:30 schrieb Kari Nordmann:"),
    ("gmx de", "Zitat von Kari Nordmann <kari@example.com>:"),
    ("gmail fr", "Le sam. 21 nov. 2026 à 10:30, Kari Nordmann <kari@example.com> a écrit :"),
    ("thunderbird fr", "Le 21/11/2026 à 10:30, Kari Nordmann a écrit\u00a0:"),
    ("gmail nl", "Op za 21 nov 2026 om 10:30 schreef Kari Nordmann <kari@example.com>:"),
    ("apple nl", "Op 21 nov. 2026, om 10:30 heeft Kari Nordmann <kari@example.com> het volgende geschreven:"),
    ("gmail es", "El sáb, 21 nov 2026 a las 10:30, Kari Nordmann (<kari@example.com>) escribió:"),
    ("gmail ca", "Missatge de Kari Nordmann <kari@example.com> del dia ds., 21 de nov. 2026 a les 10:30:"),
    ("gmail it", "Il giorno sab 21 nov 2026 alle ore 10:30 Kari Nordmann <kari@example.com> ha scritto:"),
    ("gmail pt", "Em sáb., 21 de nov. de 2026 às 10:30, Kari Nordmann <kari@example.com> escreveu:"),
    ("gmail pl", "sob., 21 lis 2026 o 10:30 Kari Nordmann <kari@example.com> napisał(a):"),
    ("thunderbird pl", "W dniu 21.11.2026 o 10:30, Kari Nordmann pisze:"),
    ("gmail cs", "so 21. 11. 2026 v 10:30 odesílatel Kari Nordmann <kari@example.com> napsal:"),
    ("thunderbird cs", "Dne 21. 11. 26 v 10:30 Kari Nordmann napsal(a):"),
    ("gmail sk", "so 21. 11. 2026 o 10:30 Kari Nordmann <kari@example.com> napísal(a):"),
    ("gmail ru", "сб, 21 нояб. 2026 г. в 10:30, Kari Nordmann <kari@example.com>:"),
    ("thunderbird ru", "21.11.2026 10:30, Kari Nordmann пишет:"),
    ("gmail uk", "сб, 21 лист. 2026 р. о 10:30 Kari Nordmann <kari@example.com> пише:"),
    ("gmail tr", "Kari Nordmann <kari@example.com>, 21 Kas 2026 Cmt, 10:30 tarihinde şunu yazdı:"),
    ("gmail el", "Στις Σάβ 21 Νοε 2026 στις 10:30 π.μ., ο χρήστης Kari Nordmann <kari@example.com> έγραψε:"),
    ("gmail hu", "Kari Nordmann <kari@example.com> ezt írta (időpont: 2026. nov. 21., Szo, 10:30):"),
    ("gmail ro", "În sâm., 21 nov. 2026 la 10:30, Kari Nordmann <kari@example.com> a scris:"),
    ("gmail hr", "sub, 21. stu 2026. u 10:30 Kari Nordmann <kari@example.com> napisao je:"),
    (
        "gmail he",
        "\u202bבתאריך שבת, 21 בנוב׳ 2026 ב-10:30 מאת \u202aKari Nordmann\u202c\u200f "
        "<\u202akari@example.com\u202c\u200f>:\u202c",
    ),
    ("gmail ar", "في السبت، ٢١ نوفمبر ٢٠٢٦ في ١٠:٣٠ ص تمت كتابة ما يلي بواسطة Kari Nordmann <kari@example.com>:"),
    ("gmail ja", "2026年11月21日(土) 10:30 Kari Nordmann <kari@example.com>:"),
    ("apple ja", "2026/11/21 10:30、Kari Nordmann <kari@example.com>のメール:"),
    ("gmail zh", "Kari Nordmann <kari@example.com> 于2026年11月21日周六 10:30写道："),
    ("gmail ko", "2026년 11월 21일 (토) 오전 10:30, Kari Nordmann <kari@example.com>님이 작성:"),
    ("et", "Kari Nordmann (<kari@example.com>) kirjutas kuupäeval L, 21. november 2026 kell 10:30:"),
]


@pytest.mark.parametrize("line", [line for _, line in ATTRIBUTIONS], ids=[name for name, _ in ATTRIBUTIONS])
def test_attribution_above_a_quote(line: str) -> None:
    for between in ("\n", "\n\n"):
        assert fold(f"Det virker!\n\n{line}{between}{QUOTE}")[0] == "Det virker!"
        # a reply below the quote, and answers between quoted lines
        assert fold(f"{line}{between}{QUOTE}\nDet virker!")[0] == "Det virker!"
        whole = f"{line}{between}> Virker den?\nJa.\n> Og den andre?\nNei."
        assert fold(whole) == (whole, ())


@pytest.mark.parametrize("line", [line for _, line in ATTRIBUTIONS], ids=[name for name, _ in ATTRIBUTIONS])
def test_attribution_that_is_quoted_too(line: str) -> None:
    quoted = "> " + line.replace("\n", "\n> ")
    assert fold(f"Det virker!\n\n{quoted}\n>\n{QUOTE}")[0] == "Det virker!"


# Followed by history without any `>`, as web mail writes it: an attribution must be beyond doubt.
BARE_ATTRIBUTIONS = [
    "On Saturday, 21 November 2026 at 10:30:15 CET, Kari Nordmann <kari@example.com> wrote:",
    "On Nov 21, 2026, at 10:30, Kari Nordmann <\nkari@example.com>\nwrote:",
    "lørdag 21. november 2026 kl. 10:30 skrev Kari Nordmann <kari@example.com>:",
    "Den 21 november, 2026 10:30:18, Kari Nordmann (kari@example.com) skrev:",
    "Am 21.11.2026 um 10:30 schrieb Kari Nordmann <kari@example.com>:",
    "Le 21 nov. 2026 à 10:30, Kari Nordmann <kari@example.com<mailto:kari@example.com>> a écrit :",
    "2026年11月21日 周六 10:30 Kari <kari@example.com> 写道：",
    "---- On Sat, 21 Nov 2026 10:30:00 +0100 Kari Nordmann <kari@example.com> wrote ----",
    "------On 11/21/2026 10:30, Kari Nordmann wrote-----",
]


@pytest.mark.parametrize("line", BARE_ATTRIBUTIONS)
def test_attribution_above_plain_history(line: str) -> None:
    assert fold(f"Det virker!\n\n{line}\n\n{HISTORY}")[0] == "Det virker!"


HEADER_BLOCKS = [
    ("outlook nb", "Fra: Kari <kari@example.com>\nSendt: lørdag 21. november 2026 10:30\nTil: Ola\nEmne: Re: x"),
    ("outlook names only", "Fra: Kari Nordmann\nSendt: lørdag 21. november 2026 10:30\nTil: Ola Nordmann\nEmne: x"),
    (
        "outlook en",
        "From: Kari <kari@example.com>\nSent: Saturday, November 21, 2026 10:30 AM\nTo: Ola\nCc: B\nSubject: x",
    ),
    ("bold", "*From:* Kari [mailto:\nkari@example.com]\n*Sent:* Saturday\n*To:* Ola\n*Subject:* x"),
    ("other order", "Subject: x\nDate: Sat, 21 Nov 2026\nTo: ola@example.com\nFrom: kari@example.com"),
    ("reply-to between", "From: a@example.com\nReply-To: b@example.com\nSent: Sat\nTo: c@example.com\nSubject: x"),
    ("sv", "Från: Kari\nSkickat: den 21 november 2026 10:30\nTill: Ola\nÄmne: x"),
    ("da", "Fra: Kari\nSendt: 21. november 2026 10:30\nTil: Ola\nEmne: x"),
    ("fi", "Lähettäjä: Kari\nLähetetty: lauantai 21. marraskuuta 2026 10.30\nVastaanottaja: Ola\nAihe: x"),
    ("is", "Frá: Kari\nSent: laugardagur 21. nóvember 2026\nTil: Ola\nEfni: x"),
    ("de", "Von: Kari\nGesendet: Samstag, 21. November 2026 10:30\nAn: Ola\nBetreff: x"),
    ("fr", "De : Kari\nEnvoyé : samedi 21 novembre 2026 10:30\nÀ : Ola\nObjet : x"),
    ("nl", "Van: Kari\nVerzonden: zaterdag 21 november 2026\nAan: Ola\nOnderwerp: x"),
    ("es", "De: Kari\nEnviado el: sábado, 21 de noviembre de 2026\nPara: Ola\nAsunto: x"),
    ("ca", "De: Kari\nEnviat el: dissabte, 21 de novembre de 2026\nPer a: Ola\nAssumpte: x"),
    ("it", "Da: Kari\nInviato: sabato 21 novembre 2026\nA: Ola\nOggetto: x"),
    ("pt", "De: Kari\nEnviada em: sábado, 21 de novembro de 2026\nPara: Ola\nAssunto: x"),
    ("pl", "Od: Kari\nWysłano: sobota, 21 listopada 2026\nDo: Ola\nTemat: x"),
    ("cs", "Od: Kari\nOdesláno: sobota 21. listopadu 2026\nKomu: Ola\nPředmět: x"),
    ("sk", "Od: Kari\nOdoslané: sobota 21. novembra 2026\nKomu: Ola\nPredmet: x"),
    ("ru", "От: Kari\nОтправлено: 21 ноября 2026 г.\nКому: Ola\nТема: x"),
    ("uk", "Від: Kari\nНадіслано: 21 листопада 2026 р.\nКому: Ola\nТема: x"),
    ("tr", "Kimden: Kari\nGönderildi: 21 Kasım 2026\nKime: Ola\nKonu: x"),
    ("el", "Από: Kari\nΣτάλθηκε: Σάββατο, 21 Νοεμβρίου 2026\nΠρος: Ola\nΘέμα: x"),
    ("hu", "Feladó: Kari\nElküldve: 2026. november 21.\nCímzett: Ola\nTárgy: x"),
    ("ro", "De la: Kari\nTrimis: sâmbătă, 21 noiembrie 2026\nCătre: Ola\nSubiect: x"),
    ("hr", "Šalje: Kari\nPoslano: 21. studenog 2026.\nPrima: Ola\nPredmet: x"),
    ("he", "מאת: Kari\nנשלח: שבת 21 נובמבר 2026\nאל: Ola\nנושא: x"),
    ("ar", "من: Kari\nتم الإرسال: ٢١ نوفمبر\nإلى: Ola\nالموضوع: x"),
    ("ja", "差出人: Kari\n送信日時: 2026年11月21日\n宛先: Ola\n件名: x"),
    ("zh", "发件人: Kari\n发送时间: 2026年11月21日\n收件人: Ola\n主题: x"),
    ("zh wide colon", "寄件者：Kari\n傳送時間：2026年11月21日\n收件者：Ola\n主旨：x"),
    ("ko", "보낸 사람: Kari\n보낸 날짜: 2026년 11월 21일\n받는 사람: Ola\n제목: x"),
]


@pytest.mark.parametrize("block", [block for _, block in HEADER_BLOCKS], ids=[name for name, _ in HEADER_BLOCKS])
def test_header_blocks(block: str) -> None:
    for above in ("\n", "\n\n", "\n\n________________________________\n", "\n\n-----Original Message-----\n"):
        assert fold(f"Det virker!{above}{block}\n\n{HISTORY}", subject="Re: x")[0] == "Det virker!"


ORIGINALS = [
    "-----Original Message-----", "-------- Original message --------", "-----Opprinnelig melding-----",
    "-----Ursprungligt meddelande-----", "-----Oprindelig meddelelse-----", "-----Alkuperäinen viesti-----",
    "-----Ursprüngliche Nachricht-----", "-----Message d'origine-----", "-----Oorspronkelijk bericht-----",
    "-----Mensaje original-----", "-----Messaggio originale-----", "-----Mensagem original-----",
    "-----Wiadomość oryginalna-----", "-----Původní zpráva-----", "-----Pôvodná správa-----",
    "-----Исходное сообщение-----", "-----Orijinal Mesaj-----", "-----Αρχικό μήνυμα-----", "-----Eredeti üzenet-----",
    "-----Mesaj original-----", "-----Izvorna poruka-----", "-----הודעה מקורית-----", "-----الرسالة الأصلية-----",
    "-----元のメッセージ-----", "-----邮件原件-----", "-----원본 메시지-----", "- - - Original Message - - -",
]  # fmt: skip


@pytest.mark.parametrize("line", ORIGINALS)
def test_original_message(line: str) -> None:
    assert fold(f"Det virker!\n\n{line}\n\n{HISTORY}")[0] == "Det virker!"


@pytest.mark.parametrize(
    "text, new, rules",
    [
        ("Hei", "Hei", []),
        ("", "", []),
        ("   \n\n", "", []),
        (f"Ja\n\n##- Svar over denne linjen -##\n{HISTORY}", "Ja", ["own-marker"]),
        (f"Ja\n\nTung lørdag 21. 10:30 schrob Kari:\n##- x\n{HISTORY}", "Ja", ["attribution-or-marker"]),
        (f"Ja\n\n> ##- Svar over -##\n{QUOTE}", "Ja", ["quoted-lines"]),
        (f"Ja\n\n{QUOTE}", "Ja", ["quoted-lines"]),
        (f"{QUOTE}\nJa", "Ja", ["quoted-lines"]),
        (f"Hei\n\n{QUOTE}\nJa", None, []),  # nothing says that these lines are a quote
        ("I run\n> npm install\nand it fails", None, []),
        ("Hei\n> one?\nyes\n> two?\nno", None, []),
        (QUOTE, None, []),  # nothing of his own: all is shown
        (f"On 21.11.2026 10:30 Kari wrote:\n{QUOTE}", None, []),
        ("Hei\n\n-- \nOla Nordmann\nEksempel AS", "Hei", ["signature"]),
        ("Hei\n\n--\nOla", "Hei", ["signature"]),
        ("-- \nOla", None, []),
        (f"Hei\n\n-- \nOla\n\nOn 21.11.2026 10:30 Kari wrote:\n{QUOTE}", "Hei", ["signature", "attribution"]),
        (f"Hei\n\nOn 21.11.2026 10:30 Kari wrote:\n{QUOTE}\n-- \nOla", "Hei", ["attribution"]),
        (f"On 21.11.2026 10:30 Kari wrote:\n{QUOTE}\nHei\n\n-- \nOla", "Hei", ["attribution", "signature"]),
        ("A\n--\n" + "b\n" * 30, None, []),  # somebody's own ruling, no signature
        ("Hei\n\nMvh\nOla", None, []),
        ("Hei\n\nSendt fra min iPhone", "Hei", ["mobile-signature"]),
        ("Hei\n\nSent from my iPhone\n", "Hei", ["mobile-signature"]),
        ("Hei\n\nLähetetty iPhonesta", "Hei", ["mobile-signature"]),
        ("Hei\n\nSkickat från min iPhone", "Hei", ["mobile-signature"]),
        ("Hei\n\nVon meinem iPhone gesendet", "Hei", ["mobile-signature"]),
        ("Hei\n\nGet Outlook for Android<https://aka.ms/AAb9ysg>", "Hei", ["mobile-signature"]),
        ("Hei\n\nSendt fra Outlook for iOS", "Hei", ["mobile-signature"]),
        ("Faktura ble sendt fra mobilen min i går, se på den.\nHilsen Ola", None, []),
        ("Sent from my iPhone", None, []),
        (
            "Hei\n\nGet Outlook for iOS<https://aka.ms/o0ukef>\n________________________________\n"
            "From: Kari <k@example.com>\n"
            f"Sent: Saturday, November 21, 2026 10:30:00 AM\nTo: Ola\nSubject: x\n\n{HISTORY}",
            "Hei",
            ["mobile-signature", "header-block"],
        ),
        # prose that looks like headers
        ("Reisen:\nFra: Oslo\nTil: Bergen\nDato: 3.3.2026\n\nKan dere bestille?", None, []),
        ("Merk: dette haster\nTil: dere alle\n\nHei", None, []),
        ("Feilen:\nSent: 3\nReceived: 2\nFrom: 1\n\nHva nå?", None, []),
        # prose that looks like an attribution
        ("On 3 March 2026 at 10:30 you wrote:\nit is done\n\nBut it is not.", None, []),
        ("Den 3. mars 2026 kl. 10:30 skrev dere:\ndet er ferdig\n\nMen det er det ikke.", None, []),
        ("Kari skrev til meg:\nring Ola\n\nHvem er Ola?", None, []),
        ("Her er det Kari <k@example.com> skrev 3. mars 2026:\nring meg\n\nHvem er det?", None, []),
        ("I wrote:\nplease fix\n\nand nobody did", None, []),
        # wrapped by a relay in the middle of a sentence
        (
            "Ja!\n\nOn 21.11.2026 10:30 Kari wrote:\n"
            "> This is a rather long line of text that a relay on its way to us broke\n"
            "into two\n> and went on.\n",
            "Ja!",
            ["attribution"],
        ),
        # an unescaped "From"
        ("Hei\n\n>From here on it fails", None, []),
        # answers announced below
        (
            "Se mine svar under, i rødt.\n\nFra: Kari <k@example.com>\nSendt: 21.11.2026\nTil: Ola\n"
            "Emne: x\n\nVirker den?\nJa",
            None,
            [],
        ),
        # nested history
        (
            f"Ja\n\nOn 21.11.2026 10:30 Kari wrote:\n> Hei\n>\n> On 20.11.2026 10:30 Ola wrote:\n>> Hjelp\n\n{QUOTE}",
            "Ja",
            ["attribution"],
        ),
    ],
)
def test_fold(text: str, new: str | None, rules: list[str]) -> None:
    """`new` None: nothing is cut."""
    words, folds = fold(text)
    assert words == (text.strip() if new is None else new)
    if rules != ["attribution-or-marker"]:
        assert [f.rule for f in folds] == rules


MOBILE = [
    "Sent from my iPhone", "Sent from my Galaxy", "Sent from Mail for Windows", "Sent from Yahoo Mail on Android",
    "Sent from Outlook for iOS<https://aka.ms/x>", "Get Outlook for iOS", "Sent with Proton Mail secure email.",
    "Sendt fra min iPhone", "Sendt fra min mobil", "Sendt fra min Samsung-telefon", "Sendt fra Outlook for Android",
    "Skaff deg Outlook for iOS", "Få Outlook for iOS", "Last ned Outlook for Android", "Sendt frå min iPhone",
    "Skickat från min iPhone", "Skickat från Outlook för iOS", "Hämta Outlook för iOS", "Sendt fra min iPad",
    "Hent Outlook til iOS", "Lähetetty iPhonesta", "Lähetetty puhelimestani", "Lähetetty Outlook for iOS:stä",
    "Hanki Outlook for Android", "Lähetetty Samsung Galaxy -älypuhelimesta.", "Von meinem iPhone gesendet",
    "Gesendet von Outlook für iOS", "Gesendet mit der GMX Mail App", "Holen Sie sich Outlook für Android",
    "Diese Nachricht wurde von meinem Android Mobiltelefon mit GMX Mail gesendet.", "Envoyé de mon iPhone",
    "Télécharger Outlook pour iOS", "Envoyé depuis mon mobile", "Verzonden vanaf mijn iPhone",
    "Verstuurd vanaf mijn iPad",
    "Enviado desde mi iPhone", "Obtener Outlook para iOS", "Enviado do meu iPhone", "Obter o Outlook para iOS",
    "Inviato da iPhone", "Inviato dal mio iPhone", "Wysłane z iPhone'a", "Odesláno z iPhonu", "Odoslané z iPhonu",
    "Отправлено с iPhone", "Отправлено с моего iPhone", "Надіслано з iPhone", "iPhone'umdan gönderildi",
    "Στάλθηκε από το iPhone μου", "Trimis de pe iPhone-ul meu", "Poslano s mog iPhonea", "Sent úr iPhone",
    "iPhoneから送信", "发自我的iPhone", "從我的 iPhone 傳送", "나의 iPhone에서 보냄", "נשלח מה-iPhone שלי",
    "أُرسلت من الـ iPhone",
    "Enviat des del meu iPhone", "Elküldve az iPhone-omról",
]  # fmt: skip


@pytest.mark.parametrize("line", MOBILE)
def test_mobile_signatures(line: str) -> None:
    assert fold(f"Det virker!\n\n{line}\n")[0] == "Det virker!"
    assert fold(f"Det virker!\n\n{line}\n\nOn 21.11.2026 10:30 Kari wrote:\n{QUOTE}")[0] == "Det virker!"


@pytest.mark.parametrize(
    "line",
    [
        "Mailen ble sendt fra min iPhone, men kom ikke fram.",
        "Sent from my desk, the letter arrived.",
        "Get Outlook to start, please",
        "Skickat från lagret igår",
        "Lähetetty eilen",
        "Gesendet von Kari gestern",
        "Sendt fra lageret i dag med Posten",
    ],
)
def test_sentences_are_no_mobile_signatures(line: str) -> None:
    text = f"Det virker ikke.\n\n{line}"
    assert fold(text) == (text, ())


@pytest.mark.parametrize(
    "text, subject, kept",
    [
        (
            "Se under\n\n---------- Forwarded message ---------\nFrom: a@example.com\nDate: x\nTo: b\nSubject: c\n\nx",
            "",
            True,
        ),
        (
            "FYI\n\n-------- Videresendt melding --------\nEmne: a\nDato: b\nFra: c@example.com\nTil: d\n\nx",
            "Fwd: a",
            True,
        ),
        ("Begin forwarded message:\n\nFrom: a@example.com\nSubject: c\nDate: x\nTo: b\n\nx", "", True),
        ("Hei\n\nVälitetty viesti alkaa:\n\nLähettäjä: a@example.com\nAihe: c\nPäiväys: 1.1.2026\n\nx", "", True),
        ("Se under\n\nFra: a@example.com\nSendt: 1.1.2026\nTil: b\nEmne: c\n\nx", "VS: c", True),
        ("Se under\n\nFra: a@example.com\nSendt: 1.1.2026\nTil: b\nEmne: c\n\nx", "SV: c", False),
        ("Kiitos\n\nLähettäjä: a@example.com\nLähetetty: 1.1.2026\nVastaanottaja: b\nAihe: c\n\nx", "VS: c", False),
        ("FYI\n\nFrom: a@example.com\nSent: 1.1.2026\nTo: b\nSubject: c\n\nx", "FW: c", True),
        ("FYI\n\nFrom: a@example.com\nSent: 1.1.2026\nTo: b\nSubject: c\n\nx", "[#261121001] Fwd: c", True),
        ("Ja\n\nFrom: a@example.com\nSent: 1.1.2026\nTo: b\nSubject: Fwd: c\n\nx", "Re: Fwd: c", False),
        # headers of some other mail, pasted into a new one
        (
            "I got this:\n\nFrom: a@example.com\nDate: 1.1.2026\nTo: b\nSubject: You won\n\nx\n\nWhat is it?",
            "Spam?",
            True,
        ),
        ("Ja\n\nFrom: a@example.com\nSent: 1.1.2026\nTo: b\nSubject: c\n\nx", "c", False),
        # a forward deeper in the history is history
        (
            "Ja\n\n-----Original Message-----\n\nFYI\n\n---------- Forwarded message ----------\n"
            "From: b@example.com\n\nx",
            "",
            False,
        ),
        ("Ja\n\nOn 21.11.2026 10:30 Kari wrote:\n> ---------- Forwarded message ---------\n> x", "", False),
    ],
)
def test_forwards_are_kept_whole(text: str, subject: str, kept: bool) -> None:
    words, folds = fold(text, subject=subject)
    assert (words == text.strip()) is kept
    assert (folds == ()) is kept


def _html(text: str, begin: str, end: str | None = None, rule: str = "gmail_quote") -> tuple[Fold, ...]:
    start = text.index(begin)
    return (Fold(start, len(text) if end is None else text.index(end), rule),)


@pytest.mark.parametrize(
    "text, begin, end, new",
    [
        # markup tells what no table of words knows
        ("Ja\n\nTung vrd 9 schrob Kari <k@example.com>:\n> Hei", "Tung", None, "Ja"),
        ("Ja\n\nTung vrd 9 schrob Kari:\n\n> Hei", "> Hei", None, "Ja"),
        ("Ja\n\nHei Ola,\nprøv igjen", "Hei Ola", None, "Ja"),
        ("> Hei Ola\n\nJa", "> Hei", "\nJa", "Ja"),
        ("> a?\n\nJa\n\n> b?\n\nNei", "> a?", None, None),
        ("Ja\n\nHei Ola,\nprøv igjen\n\nHilsen meg", "Hei Ola", "\nHilsen meg", "Ja\n\nHilsen meg"),
        ("---------- Forwarded message ---------\nFrom: a\n\nx", "-----", None, None),
        ("Se her\n\n---------- Forwarded message ---------\nFrom: a\n\nx", "-----", None, None),
        ("Hei Ola,\nprøv igjen", "Hei", None, None),
    ],
)
def test_markup(text: str, begin: str, end: str | None, new: str | None) -> None:
    words, _ = fold(text, _html(text, begin, end))
    assert words == (text if new is None else new)


def test_offsets_are_exact() -> None:
    text = f"Hei\n\n-- \nOla\n\nOn 21.11.2026 10:30 Kari wrote:\n{QUOTE}"
    new, folds = fold(text)
    assert new == "Hei"
    assert [text[f.start : f.end] for f in folds] == ["-- \nOla\n\n", f"On 21.11.2026 10:30 Kari wrote:\n{QUOTE}"]


# --- agents ----------------------------------------------------------------------------------------------------------

ALERT = (
    "> ##- Write above -##\n> Your answer goes to: ola@example.com\n>\n> Skriveren virker ikke.\n> Den blinker rødt.\n"
)
WORDS = "Skriveren virker ikke.\nDen blinker rødt."


@pytest.mark.parametrize(
    "text, sent",
    [
        (f"Start den på nytt.\n\nOn 21.11.2026 10:30 Desk <d@example.com> wrote:\n{ALERT}", "Start den på nytt."),
        (f"Start den på nytt.\n\n-- \nKari\nSupport\n\nOn 21.11.2026 10:30 Desk wrote:\n{ALERT}", "Start den på nytt."),
        ("Start den.\n\nSendt fra min iPhone", "Start den."),
        ("Start den.\n\n-----Original Message-----\nFrom: Desk\n\n##- x\nsecret", "Start den."),
        ("Start den.\n\n##- x\nsecret", "Start den."),
        ("Start den.\n\nFrom: d@example.com\nSent: 21.11.2026\nTo: Kari\nSubject: x\n\nsecret", "Start den."),
        (
            f"On 21.11.2026 10:30 Desk wrote:\n{ALERT}\nStart den på nytt.",
            "> Skriveren virker ikke.\n> Den blinker rødt.\n\nStart den på nytt.",
        ),
        (
            "> Your answer goes to: x\n> Skriveren virker ikke.\n\nBytt kabel.\n\n"
            "> Den blinker rødt.\n\nBytt toner.\n> internal",
            "> Skriveren virker ikke.\n\nBytt kabel.\n\n> Den blinker rødt.\n\nBytt toner.",
        ),
        (f"On 21.11.2026 10:30 Desk wrote:\n{ALERT}", ""),
        ("", ""),
    ],
)
def test_an_agent_sends_only_his_own_words(text: str, sent: str) -> None:
    assert own_words(text, WORDS) == OwnWords(sent)


@pytest.mark.parametrize(
    "text, leftover",
    [
        ("Her: support+p.261121001.abc.kmac@example.com", "Her: support+p.261121001.abc.kmac@example.com"),
        ("See <c261121001.abc.kmac@example.com>", "See <c261121001.abc.kmac@example.com>"),
        # the end of an alert's line that a relay broke
        ("> Note by Per: the customer is\na pest\n> and more\n\nHello", "a pest"),
    ],
)
def test_what_looks_like_an_alert_is_named(text: str, leftover: str) -> None:
    assert leftover in own_words(text, WORDS).leftovers


def test_the_requesters_words_may_be_wrapped_anew() -> None:
    long = "Skriveren i tredje etasje virker ikke etter at vi flyttet den i går kveld."
    text = "> Skriveren i tredje etasje virker ikke\n> etter at vi flyttet den i går kveld.\n\nStart den."
    assert own_words(text, long).text == text


# --- compositions ----------------------------------------------------------------------------------------------------

_OWN = st.lists(
    st.sampled_from(
        ["It works now.", "Hei,\n\ntakk for hjelpen!", "1. open\n2. close", "I see this:\n  Error: 5 > 4\nstrange.",
         "Dear Kari,\n\nOn Monday I wrote to you:\nnothing.", "Mvh\nOla", "Danke!\n\nMit freundlichen Grüßen\nUwe",
         "Phone: +47 22 00 00 00\nE-mail: ola@example.com", "From: Oslo\nto Bergen", "To: be\nor not", "* a\n* b",
         "Kari wrote that it was fine.", "Спасибо!", "好的，谢谢", "PS: one more:", "=====\nheading\n=====",
         "Sent it today.",
         "The button above this line is red.", "Regards,\nOla <ola@example.com>", "On 9 March 2026 at 16:12:", "--> no",
         "I need:\n\n- Black\n- Cyan", "-Yes", "-Both", "First half.\n---\nThe second half", "---\nThanks", "~ 5 mm",
         "Kari said:\nrestart it\n\nI did.", "Kari Nordmann wrote:\nrestart it", "He said: no.",
         "On 3 March Kari wrote a list:\n1. a", "Quoting the manual:\npress OK.", "In article 5 it says:\nno.",
         "----------\nSerial: 1234567890\nModel: X1", "Date: Monday\nSubject: none", ": (", "| a | b |",
         "| a | b |\n|---|---|\n| 1 | 2 |", "Sent it from my office yesterday.", "Typed it again.", "» voir ici",
         "Sorry for the typo.", "https://example.org/a", "***\nImportant\n***", "Original message:\nnone",
         "Message-ID: none", "At 16:12 it said:\nno toner", "The log of 9 March 2026, 16:12:\nno toner",
         "Please write to support@example.com:\nnobody reads it", "Newsletter\n========", "-Ola, by the way",
         "Von 9:00 bis 16:12:\nnichts", "Ola\nExample Club"]
    ),
    min_size=1, max_size=3, unique=True,
).map("\n\n".join)  # fmt: skip
_SIGNATURES = st.sampled_from(
    ["", "", "\n\n-- \nOla Nordmann", "\n\nSent from my iPhone", "\n\n--\nOla", "\n\n__\nOla Nordmann", "\n\n-Ola",
     "\n\n---\nOla Nordmann\n+47 22 33 44 55", "\n\n--\nSent from my phone\nPlease excuse my brevity"]
)  # fmt: skip
_SAID = st.sampled_from([QUOTE.strip(), "> Does it work?", "> Guten Tag,\n>\n> geht es?\n> -- \n> Kari"])
_ABOVE = st.sampled_from([line for _, line in ATTRIBUTIONS])
_BLOCKS = st.sampled_from([block for _, block in HEADER_BLOCKS])
_BARE = st.sampled_from(BARE_ATTRIBUTIONS)
_RULES = st.sampled_from(["", "________________________________\n", "-----Original Message-----\n"])


@st.composite
def _replies(draw: st.DrawFn) -> tuple[str, str, str]:
    """A reply as some program composes it, its author's words, and the form."""
    own, signature, said = draw(_OWN), draw(_SIGNATURES), draw(_SAID)
    form = draw(st.sampled_from(["top", "below", "plain", "headers", "trailing", "no history", "between"]))
    if form == "top":
        return f"{own}{signature}\n\n{draw(_ABOVE)}\n{said}", own, form
    if form == "below":
        return f"{draw(_ABOVE)}\n{said}\n\n{own}{signature}", own, form
    if form == "plain":
        return f"{own}{signature}\n\n{draw(_BARE)}\n\n{HISTORY}", own, form
    if form == "headers":
        return f"{own}{signature}\n\n{draw(_RULES)}{draw(_BLOCKS)}\n\n{HISTORY}", own, form
    if form == "trailing":
        return f"{own}{signature}\n\n{said}", own, form
    if form == "no history":
        return f"{own}{signature}", own, form
    return f"{draw(_ABOVE)}\n> One?\n\n{own}\n\n> Two?\n\nNo.", f"{own}\n\n> Two?\n\nNo.", form


@given(_replies())
def test_no_word_of_the_author_is_folded(reply: tuple[str, str, str]) -> None:
    """How often the rest is folded too, `--hypothesis-show-statistics` tells."""
    text, own, form = reply
    new, _ = fold(text, subject="Re: x")
    event(f"{form}: exactly his words" if new == own else f"{form}: more than his words")
    assert own in new


# --- laws ------------------------------------------------------------------------------------------------------------

_LINES = st.sampled_from(
    [line for _, line in ATTRIBUTIONS] + [block for _, block in HEADER_BLOCKS] + ORIGINALS + BARE_ATTRIBUTIONS
    + ["", "", "> x", ">", ">> y", "-- ", "--", "Ola", "Hei,", "##- x", "Sent from my iPhone", "____________",
       "---------- Forwarded message ---------", "Se svar under", "\r", "\u202b", ">From x"]
)  # fmt: skip
_TEXTS = st.lists(st.one_of(_LINES, st.text(max_size=30)), max_size=14).map("\n".join)
_SUBJECTS = st.sampled_from(["", "Re: x", "VS: x", "Fwd: x", "x"])


@given(_TEXTS, _SUBJECTS, st.lists(st.tuples(st.integers(0, 300), st.integers(0, 300)), max_size=3))
def test_nothing_is_altered_or_lost(text: str, subject: str, spans: list[tuple[int, int]]) -> None:
    html = tuple(Fold(min(a, b), max(a, b), "gmail_quote") for a, b in spans)
    new, folds = fold(text, html, subject)
    edges = [edge for f in folds for edge in (f.start, f.end)]
    assert edges == sorted(edges)
    assert all(0 <= f.start < f.end <= len(text) and f.rule for f in folds)
    kept = "".join(text[a:b] for a, b in zip([0, *edges[1::2]], [*edges[0::2], len(text)], strict=True))
    assert kept.strip() == new
    assert bool(new) == bool(text.strip())


@given(_TEXTS, st.text(max_size=100))
def test_an_agents_words_come_from_his_mail(text: str, words: str) -> None:
    lines = {line.strip() for line in text.split("\n")}
    sent = own_words(text, words).text
    assert not sent or all(line.strip() in lines for line in sent.split("\n"))


HOSTILE = [
    "\n", " ", ">", "> ", "On ", "On x wrote:\n", "On 3 <a@b> wrote:\n\n", "from: x\n",
    "Fra: a@b\nTil: c\n", "-----", "-- \n", "(", "<",
    "skrev ", "a skrev b:\n", "\u0301\u0316", "\u202b", "> a\nb\n", "Sent from my ", "___________\n",
    "1 ", "1:", "svar ", "[a] ",
    "> x <http://a\n", "--\n", "__\n", "—\nOla 5\n", "you wrote ", ">>> a 1.2.2026 10:30\n", ">>> a 10:30 >>>\n\n",
    "|-------\n", "|  to: x\n", "a@b\n> wrote:\n", "a wrote:\nAB> x\n",
    "AB> ", "on 1:10:10:10 ", "          a   to\n",
    "-- above this line --", "from: a\n\n", "sent from my a, ", "=", "a\n====\n", "*on 3 wrote:*\n", "above this ",
    "-Ola\n", "Kari Nordmann wrote:\n\n", "---\nOla Nordmann\n+47\n\n", "From: a Sent: b To: c@d Subject: e\n> x\n",
    "message-id: x\n", "(a)\n\nwrote:\n\n", "Message-ID: x\nFrom: a@b\nTo: c\nDate: d\n\n> x\n", ": x\n| y\n",
    "a b wrote:\n: x\n", "On\nOn 3\n", "Original Message\n", "=====\nreply above this line\n", "On 3 at\n10:30\n",
    "##- x\n", "lør. 21. nov. 2026 kl. 10:30 skrev\n",
]  # fmt: skip


@pytest.mark.parametrize("unit", HOSTILE)
def test_time_grows_with_the_length_only(unit: str) -> None:
    def seconds(size: int) -> float:
        text = (unit * (size // len(unit) + 1))[:size]
        html = tuple(Fold(k, size, "gmail_quote") for k in range(200))
        began = time.process_time()
        fold(text, html, subject=text[:2000])
        fold(text)
        own_words(text, text)
        return time.process_time() - began

    # Four times the text in well under sixteen times the time; the constant forgives a busy machine.
    assert seconds(80_000) < 9 * seconds(20_000) + 0.5
