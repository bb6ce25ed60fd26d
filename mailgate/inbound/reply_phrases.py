"""What mail programs write where a quote begins, in the languages people write to a help desk.

Tables only; `reply_text` reads them. Everything is compared casefolded and without direction marks. A phrase that only
ever stands in one program's one version is still worth its row: a missing row shows a whole history as new words.
"""

from __future__ import annotations

import re


def _words(text: str) -> frozenset[str]:
    return frozenset(text.casefold().split())


# --- "On Tuesday Kari wrote:" ----------------------------------------------------------------------------------------

_WROTE_WORDS = (
    r"wrote|writes|has written",                                              # en
    r"skrev|skreiv|skriver",                                                  # nb nn da sv
    r"kirjoitti|kirjoittaa|kirjoittanut",                                     # fi
    r"skrifaði|ritaði|skrifar",                                               # is
    r"schrieb|schreibt|geschrieben",                                          # de
    r"a [ée]crit|[ée]crivait|[ée]crivit",                                     # fr
    r"schreef|geschreven|schrijft",                                           # nl
    r"escribi[oó]|ha escrito|escribe",                                        # es
    r"va escriure|ha escrit|escrigu[eé]|missatge de",                                     # ca
    r"ha scritto|scrisse|scrive",                                             # it
    r"escreveu|escreve|escribiu",                                             # pt gl
    r"napisał(?:\(a\)|/a|a)?|pisze|napisan[oaey](?: przez)?|nadesłał(?:a)?",                                 # pl
    r"napsal(?:\(a\)|/a|a)?|píše|napísal(?:\(a\)|/a|a)?",                     # cs sk
    r"пишет|писал(?:\(а\)|а|и)?|написал(?:\(а\)|а)?",                           # ru
    r"пише|писав|написав(?:\(ла\)|\(-ла\))?|написала",                        # uk
    r"yazdı|yazmış|yazıyor",                                                  # tr
    r"έγραψε|γράφει",                                                 # el
    r"írta|írja",                                                             # hu
    r"a scris|scrie",                                                         # ro
    r"napisa(?:o|la)(?:[/(](?:je )?(?:la|a)\)?)?|je napisa(?:o|la)|написа(?:о|ла)?|napisal(?:\(a\))?",  # hr sr sl bg
    r"kirjutas|rakstīja|rašė|parašė",                                         # et lv lt
    r"đã viết|menulis|idatzi|shkroi|ka shkruar",                              # vi id eu sq
)  # fmt: skip
# "Kari said:" is a program's, and a person's who tells of a talk: alone above unmarked words it is not believed.
_SAID_WORDS = (
    r"said|says|typed|opined|spake|spoke thus|thus spoke|scribbled|scrawled|babbled|posted",                  # en
    r"sa|seier|säger|siger|sier|sagde|sanoi|sagði|sagte|meinte|a dit|zei|zegt|dijo|dice|ha detto|disse|diz|"
    r"powiedzia[łl](?:\(a\)|a)?|řekl(?:\(a\)|a)?|povedal(?:\(a\)|a)?|сказал(?:\(а\)|а)?|говорит|сказав",
)  # fmt: skip
_WROTE_UNSPACED = (
    "כתב", "כתבה", "כתבו", "מאת",                                              # he
    "كتب", "كتبت", "كتابة", "نوشت",                                            # ar fa
    "書きました", "書いています", "のメール", "のメッセージ", "からのメール",      # ja
    "写道", "寫道", "写到", "来信", "撰写",                                      # zh
    "작성", "썼습니다", "쓴 글", "님의 글", "님이 쓴",                           # ko
    "เขียนว่า", "เขียน", "लिखा",                                                # th hi
)  # fmt: skip
WROTE = re.compile(rf"(?<!\w)(?:{'|'.join(_WROTE_WORDS + _SAID_WORDS)})(?!\w)|{'|'.join(_WROTE_UNSPACED)}")
SAID_ALONE = re.compile(rf"([^:@\d]{{2,60}}?) (?:{'|'.join(_SAID_WORDS)})\s?[:：]\Z")
# "Kari Nordmann wrote:", the whole line: the name.
# Some programs put the date behind.
NAMED_ALONE = re.compile(
    rf"([^:\d]{{2,60}}?) (?:{'|'.join(_WROTE_WORDS)})(?: [^:\n]{{0,40}}\d{{1,2}}[:.]\d{{2}})?\s?[:：]\Z"
)
# "Quoting Kari <kari@example.com>:" needs no verb, and usenet's "In article <id>, Kari wrote:" no date.
QUOTING = _words("quoting zitat citat citando sitat lainaus citerar quota citata")
IN_ARTICLE = re.compile(r"in (?:article|message|news:|<news:)[^\n]{0,120}[^\s@<>]@[^\s@<>]")

# "You wrote:" is somebody's own sentence; no mail program writes it.
SAID_TO_SOMEBODY = re.compile(
    r"(?<!\w)(?:you|i|we|they|he|she|du|dere|de|jeg|eg|dykk|vi|ni|jag|han|hun|hon|ho|sinä|sä|te|minä|mä|he|hän|"
    r"me|ihr|sie|ich|wir|"
    r"tu|vous|je(?! napisa)|nous|jij|u|ik|wij|tú|usted|yo|lei|io|você|eu|ty|wy|ja|pan|pani|вы|ты|я|ви|ти)"
    r"(?: (?:also|previously|earlier|tidligere|også|ha|har|have|had|habe|haben|hast|avez|a|as|há|ai))? (?:"
    + "|".join(_WROTE_WORDS + _SAID_WORDS) + r")(?!\w)"
    r"|(?<!\w)(?:skrev|skreiv|schrieb|schreef) (?:du|dere|jeg|eg|vi|han|hun|hon|ho|ni|jag|dykk|de|ihr|sie|ich|"
    r"wir|jij|je|u|ik)(?!\w)"
    r"|(?<!\w)kirjoit(?:it|itte|in|imme)(?!\w)|(?<!\w)(?:napsal|napísal) jste?(?!\w)"
)  # fmt: skip

# "at 10:12 our boss wrote", "skrev sjefen vår": so begins somebody's own sentence; names as programs give them do not.
_OWNED = (
    r"our|my|your|his|their|the|one|vår|våre|vårt|min|mitt|mine|sjefen|kollegaen|kunden|chefen|kollegan|chefens|"
    r"meidän|minun|eräs|unser|unsere|mein|meine|der|die|ein|eine|notre|mon|un|une|onze|mijn|een|"
    r"nuestro|nuestra|"
    r"mi|nostro|nostra|il mio|la mia|o nosso|a nossa|nosso|nossa|meu|minha|nasz|nasza|mój|moja"
)
REPORTED = re.compile(
    rf"\d[:.h]\d\d(?: ?[AaPp]\.?[Mm]\.?| Uhr)?,? (?:{_OWNED}) [^\W\d_]|"
    rf"(?<!\w)(?:skrev|skreiv|schrieb|schreef|kirjoitti|escribió|ha scritto|escreveu|napisał|"
    rf"a écrit) (?:{_OWNED}) [^\W\d_]"
)

# What the line of a mail program begins with, beside a figure.
ATTRIBUTION_STARTS = _words(
    # prepositions and the like
    "on at in quoting message wiadomość missatge "
    "den d på i kl lähettäjä lainaus am um zitat le op el en il in em no w dnia dne dňa "
    "dana na στις στισ την pe în la el a tarihinde þann sitat citat citerar citerat citando quota quoting le du "
    "בתאריך ב ב- ביום في بتاريخ يوم 于 於 在 kuupäeval vào pada "
    # weekdays, whole and as cut by mail programs
    "mon tue tues wed thu thur thurs fri sat sun monday tuesday wednesday thursday friday saturday sunday "
    "man tir tirs ons tor tors fre lør lørs søn laur sun mandag tirsdag tysdag onsdag torsdag fredag lørdag laurdag "
    "søndag sundag mån tis lör sön måndag tisdag lördag söndag "
    "ma ti ke to pe la su maanantai tiistai keskiviikko torstai perjantai lauantai sunnuntai maanantaina tiistaina "
    "keskiviikkona torstaina perjantaina lauantaina sunnuntaina "
    "mán þri mið fim fös lau montag dienstag mittwoch donnerstag freitag samstag sonntag di mi do fr sa so mo "
    "lundi mardi mercredi jeudi vendredi samedi dimanche lun mar mer mie jeu jue ven vie sam sáb sab dim dom "
    "lunes martes miércoles jueves viernes sábado domingo lunedì martedì mercoledì giovedì venerdì sabato domenica "
    "seg ter qua qui sex segunda terça quarta quinta sexta dl dt dc dj dv ds dg zo wo vr za maandag dinsdag "
    "woensdag donderdag vrijdag zaterdag zondag "
    "pon wt śr czw pt sob niedz nie ndz poniedziałek wtorek środa czwartek piątek sobota niedziela "
    "po út st čt pá so ne ut št pi pondělí úterý středa čtvrtek pátek sobota neděle "
    "пн вт ср чт пт сб вс нд понедельник вторник среда четверг пятница суббота воскресенье понеділок вівторок "
    "середа четвер пʼятниця п'ятниця субота неділя "
    "pzt sal çar per cum cmt paz δευ τρί τρι τετ πέμ πεμ παρ σάβ σαβ κυρ h k sze cs p szo v "
    "mie joi vin sâm dum uto sri čet ned esm sp nd lt"
)

# --- "-----Original Message-----" ------------------------------------------------------------------------------------

ORIGINAL_MESSAGE = frozenset(phrase.casefold() for phrase in (
    "original", "original message", "original mail", "original email", "original e-mail", "original appointment",
    "reply message", "reply separator", "previous message", "original text", "quoted message",
    "opprinnelig melding", "opprinneleg melding", "opprinnelig e-post",
    "oprindelig meddelelse", "oprindelig besked", "original meddelelse", "originalmelding", "original melding",
    "ursprungligt meddelande", "originalmeddelande", "ursprungligt mejl", "ursprungligt mail",
    "alkuperäinen viesti", "alkuperäinen sähköposti", "upprunaleg skilaboð", "upphafleg skilaboð",
    "ursprüngliche nachricht", "antwort nachricht", "originalnachricht", "ursprüngliche mail",
    "original-nachricht", "originale nachricht",
    "ursprüngliche e-mail", "message d'origine", "message d’origine", "message original",
    "message initial", "courriel original", "oorspronkelijk bericht", "origineel bericht",
    "oorspronkelijke e-mail", "oorspronkelijk e-mail",
    "mensaje original", "mensaje de origen", "missatge original", "messaggio originale", "messaggio original",
    "mensagem original", "wiadomość oryginalna", "oryginalna wiadomość", "oryginalny e-mail", "oryginał wiadomości",
    "původní zpráva", "původní e-mail", "pôvodná správa", "исходное сообщение", "оригинальное сообщение",
    "первоначальное сообщение", "вихідне повідомлення", "оригінальне повідомлення", "початкове повідомлення",
    "orijinal mesaj", "özgün ileti", "özgün i̇leti",
    "orjinal mesaj", "orijinal i̇leti", "orijinal ileti", "αρχικό μήνυμα",
    "αρχικο μηνυμα", "eredeti üzenet", "eredeti levél", "mesaj original", "mesajul original", "mesajul inițial",
    "izvorna poruka", "originalna poruka", "prvotno sporočilo", "izvirno sporočilo", "оригинално съобщение",
    "оригинално писмо",
    "הודעה מקורית", "ההודעה המקורית", "الرسالة الأصلية", "رسالة أصلية", "元のメッセージ", "オリジナルメッセージ",
    "原始邮件", "原始郵件", "邮件原件", "原始信件", "원본 메시지", "원본 메일", "원본 이메일",
    "回复的原邮件", "原邮件", "원문", "پیام اصلی", "ข้อความเดิม", "ข้อความต้นฉบับ", "オリジナル メッセージ",
    "mail original", "e-mail d'origine", "messaggio di origine", "thư ban đầu", "original nachricht",
    "изходно съобщение", "оригинална порука", "изворна порука", "e-poçt", "originál zprávy", "originál správy",
    "algne kiri", "algne sõnum", "sākotnējais ziņojums", "originalus laiškas", "pradinis pranešimas",
    "thư gốc", "pesan asli",
))  # fmt: skip

# Between dashes and with an address behind it, the same.
MESSAGE_FROM = (
    "message from ", "mensagem de ", "nachricht von ", "message de ", "melding fra ", "meddelande från ", "besked fra ",
    "messaggio da ", "mensaje de ", "bericht van ", "viesti lähettäjältä ", "wiadomość od ", "zpráva od ",
)  # fmt: skip

# --- "---------- Forwarded message ---------" ------------------------------------------------------------------------

# Within a line of dashes a stem is enough; without dashes the whole line must be the phrase.
FORWARD_STEMS = tuple(stem.casefold() for stem in (
    "forwarded message", "forwarded by", "forwarded mail", "forwarded e-mail", "videresendt", "vidaresend",
    "vidarebefordra", "välitet", "edelleenlähet", "lähetetty edelleen", "framsen", "áframsen", "weitergeleitet",
    "transféré", "réexpédié", "doorgestuurd", "doorgezonden", "reenviad", "reenviat", "rebotad", "inoltrat",
    "encaminhad", "reencaminhad", "przekazan", "przesłan", "přeposlan", "preposlan", "пересыла", "пересла",
    "iletilen", "yönlendirilen", "προωθ", "továbbított", "redirecționat", "redirectionat", "proslijeđen", "prosleđen",
    "posredovan", "препратен", "שהועברה", "توجيه", "محولة", "転送", "转发", "轉寄", "轉發", "전달", "edastatud",
    "pārsūtī", "persiųst",
    "chuyển tiếp", "diteruskan",
))  # fmt: skip
FORWARD_PHRASES = frozenset(phrase.casefold() for phrase in (
    "begin forwarded message", "forwarded message", "start of forwarded message",
    "begynnelse på videresendt melding", "start på videresendt melding", "videresendt melding", "videresendt e-post",
    "start på videresendt besked", "videresendt meddelelse", "vidarebefordrat brev", "vidarebefordrat meddelande",
    "påbörjat vidarebefordrat brev", "börjar vidarebefordrat meddelande", "vidarebefordrat mejl",
    "alkaa välitetty viesti", "välitetty viesti alkaa", "aloita edelleenlähetetty viesti", "välitetty viesti",
    "edelleenlähetetty viesti", "edelleenlähetetty viesti alkaa", "alku edelleen lähetetylle viestille",
    "anfang der weitergeleiteten nachricht", "anfang der weitergeleiteten e-mail", "weitergeleitete nachricht",
    "début du message transféré", "début du message réexpédié", "message transféré", "begin doorgestuurd bericht",
    "doorgestuurd bericht", "inicio del mensaje reenviado", "mensaje reenviado", "inici del missatge reenviat",
    "inizio messaggio inoltrato", "messaggio inoltrato", "início da mensagem reencaminhada",
    "início da mensagem encaminhada", "mensagem encaminhada", "początek przekazywanej wiadomości",
    "wiadomość napisana przez", "začátek přeposílané zprávy", "přeposlaná zpráva", "začiatok preposlanej správy",
    "начало переадресованного сообщения", "начало пересылаемого сообщения", "пересылаемое сообщение",
    "початок листа, що пересилається", "iletilmiş mesajın başlangıcı", "iletilen mesaj", "αρχή προωθημένου μηνύματος",
    "továbbított levél kezdete", "továbbított üzenet", "început mesaj redirecționat", "započni proslijeđenu poruku",
    "תחילת הודעה שהועברה", "بداية الرسالة المعاد توجيهها", "転送されたメッセージ", "转发的邮件", "開始轉寄郵件",
    "下面是被转发的邮件", "전달된 메시지", "전달된 메시지 시작",
))  # fmt: skip

# --- From: Sent: To: Subject: ----------------------------------------------------------------------------------------

# One row a language, alternatives divided by a bar: from, date, to, cc, subject.
_HEADER_ROWS = (
    ("from|author", "sent|date|sent on|date/time", "to", "cc|bcc", "subject|re subject"),                       # en
    ("fra", "sendt|dato|sendt den", "til|mottaker", "kopi|kopi til", "emne"),                            # nb da
    ("frå", "sendt|dato", "til", "kopi", "emne"),                                                        # nn
    ("från|avsändare", "skickat|skickades|datum", "till|mottagare", "kopia", "ämne|ärende"),             # sv
    ("afsender|avsender", "dato|modtaget", "modtager", "kopi", "vedr"),                                  # da nb
    ("lähettäjä", "lähetetty|päivämäärä|päiväys|aika|pvm", "vastaanottaja|vastaanottajat|vast.ott.|saaja|kenelle",
     "kopio|kopiot", "aihe|otsikko"),  # fi
    ("frá|sendandi", "sent|dagsetning|dags", "til|viðtakandi", "afrit", "efni"),                         # is
    ("von|absender", "gesendet|datum|gesendet am", "an|empfänger", "kopie", "betreff|betr"),             # de
    ("de|expéditeur", "envoyé|envoyée|date|date d'envoi|date d’envoi|envoyé le", "à|a|destinataire|pour",
     "copie à|copie", "objet|sujet"),  # fr
    ("van|afzender", "verzonden|datum", "aan|ontvanger", "kopie", "onderwerp"),                          # nl
    ("de|remitente", "enviado|enviado el|fecha", "para|a|destinatario", "copia", "asunto"),              # es
    ("de", "enviat|enviat el|data", "per a|a", "a/c|còpia", "assumpte|tema"),                            # ca
    ("da|mittente", "inviato|data", "a|destinatario", "copia", "oggetto|ogg"),                               # it
    ("de|remetente", "enviado|enviada|enviada em|enviado em|data", "para", "cópia", "assunto"),          # pt
    ("od|nadawca", "wysłano|wysłane|data|dnia", "do|adresat", "dw|udw|kopia", "temat"),                  # pl
    ("od|odesílatel", "odesláno|datum|odesláno dne", "komu|pro", "kopie", "předmět|věc"),                # cs
    ("od|odosielateľ", "odoslané|dátum", "komu|pre", "kópia", "predmet|vec"),                            # sk
    ("от|от кого|отправитель", "отправлено|дата", "кому", "копия", "тема"),                              # ru
    ("від|від кого|відправник", "надіслано|відправлено|дата", "кому", "копія", "тема"),                  # uk
    ("kimden|gönderen", "gönderildi|tarih|gönderme tarihi", "kime|alıcı", "bilgi", "konu"),              # tr
    ("από|αποστολέας", "στάλθηκε|ημερομηνία|εστάλη", "προς", "κοιν|κοινοποίηση", "θέμα"),                # el
    ("feladó", "elküldve|küldve|dátum", "címzett", "másolatot kap|másolat", "tárgy"),                    # hu
    ("de la|expeditor", "trimis|data|trimis la", "către|la", "cc|copie", "subiect"),                     # ro
    ("šalje|od|pošiljatelj", "poslano|poslato|datum", "prima|za|primatelj", "kopija", "predmet|tema|zadeva"),  # sl
    ("saatja|kellelt", "saadetud|kuupäev", "adressaat|kellele", "koopia", "teema"),                      # et
    ("no|sūtītājs", "nosūtīts|datums", "kam", "kopija", "temats|tēma"),                                  # lv
    ("nuo", "išsiųsta|data", "kam|gavėjas", "kopija", "tema"),                                           # lt
    ("от|подател", "изпратено|изпратено на|дата", "до|получател", "копие", "относно|тема"),       # bg
    ("מאת", "נשלח|תאריך", "אל", "עותק|העתק", "נושא|הנדון"),                                              # he
    ("من", "تاريخ الإرسال|تم الإرسال|بتاريخ|تاريخ|التاريخ|أرسلت|الإرسال|إرسال", "إلى|الى", "نسخة", "الموضوع|موضوع"),
    ("از", "ارسال|تاریخ", "به", "رونوشت", "موضوع"),                                                      # fa
    ("差出人|送信者|送信元", "送信日時|日時|日付", "宛先", "cc", "件名|題名"),                           # ja
    ("发件人|发自", "发送时间|发送日期|日期|时间", "收件人", "抄送", "主题|标题"),                       # zh
    ("寄件者|寄件人|發件人", "傳送時間|寄件日期|日期|時間", "收件者|收件人", "副本", "主旨|主題"),       # zh-Hant
    ("보낸 사람|보낸사람|발신", "보낸 날짜|보낸날짜|보낸 시간|날짜|일시", "받는 사람|받는사람|수신", "참조", "제목"),
    ("од|шаље", "послато|датум", "за|прима|коме", "копија", "тема|наслов|предмет"),                      # sr
    ("nork", "bidaltze-data|data|bidalia", "nori", "kopia", "gaia"),                                     # eu
    ("จาก", "ส่ง|วันที่", "ถึง", "สำเนา", "เรื่อง|หัวเรื่อง"),                                                     # th
    ("од", "испратено|датум", "до|за", "копија", "тема|предмет"),                                        # mk
    ("nga", "dërguar|data", "për|te", "kopje", "subjekti|tema"),                                         # sq
    ("daripada|dari", "dihantar|tarikh", "kepada", "salinan", "subjek|perkara"),                         # ms
    ("से", "भेजा गया|दिनांक", "को|प्रति", "प्रतिलिपि", "विषय"),                                                   # hi
    ("từ", "ngày|đã gửi|gửi", "đến|tới", "cc", "chủ đề"),                                                # vi
    ("dari", "tanggal|dikirim", "kepada|ke", "cc", "subjek|perihal|judul"),                                    # id
)  # fmt: skip


# Headers that some programs quote beside those, above them or among them.
OTHER_HEADERS = frozenset((
    "message-id", "mime-version", "user-agent", "x-mailer", "content-type", "organization", "organisation", "reply-to",
    "sender", "in-reply-to", "references", "return-path", "delivered-to", "received", "newsgroups", "importance",
    "priority", "attachments", "sensitivity", "list-id", "x-originating-ip", "thread-topic", "mailing-list",
))  # fmt: skip


def _header_slots() -> dict[str, dict[int, str]]:
    """Word -> slot in each language (row number) that knows it: `da` is From in Italian, `do` To in Polish."""
    slots: dict[str, dict[int, str]] = {}
    for language, row in enumerate(_HEADER_ROWS):
        for slot, words in zip(("from", "date", "to", "cc", "subject"), row, strict=True):
            for word in words.casefold().split("|"):
                slots.setdefault(word, {})[language] = slot
    return slots


HEADER_SLOTS = _header_slots()
HEADER_LINE = re.compile(r"[*_]{0,2}([^\W\d_][^:*：]{0,24})[*_]{0,2}\s?[:：][*_]{0,2}(.*)\Z", re.DOTALL)

# "I got this", "is this real": the last words above headers that the author pasted to ask about them.
PASTED_BELOW = re.compile(
    r"(?<!\w)(?:"
    r"(?:got|received|found|had) (?:this|the following)(?: (?:strange|weird|odd))?(?: (?:one|e-?mail|mail|"
    r"message|letter))?|"
    r"(?:see|look at|check) this (?:e-?mail|mail|message)|did you send this(?: (?:e-?mail|mail|message))?|"
    r"is (?:this|it)(?: (?:e-?mail|mail|message|one))? (?:real|genuine|legit(?:imate)?|spam|phishing|fake|"
    r"safe|from you|"
    r"(?:a )?(?:scam|fraud))|"
    r"(?:fikk|fekk|fik|mottok|modtog|mottatt|modtaget|fått|fået) (?:nettopp |akkurat |lige )?(?:denne|dette|følgende)"
    r"(?: (?:rare|merkelige))?(?: (?:mailen|mail|e-?posten|e-?mailen|meldingen|besked))?|"
    r"(?:se|sjå|sjekk) denne (?:mailen|e-?posten|meldingen|mail)|"
    r"er (?:denne|dette|den|det)(?: (?:mailen|e-?posten|meldingen|mail))? (?:ekte|ægte|svindel|spam|phishing|falsk|"
    r"fra (?:dere|dykk|jer))|"
    r"(?:fick|mottog|fått|mottagit) (?:precis |nyss )?(?:det här|den här|denna|detta|följande)"
    r"(?: (?:mejlet|mailet|meddelandet|mejl|mail))?|"
    r"är (?:det här|detta|den här|det)(?: (?:mejlet|mailet))? (?:äkta|bluff|spam|falskt?|från er)|"
    r"(?:sain|saimme|tuli) (?:juuri )?(?:tämän|tällaisen|seuraavan|tämä|tällainen)(?: (?:viesti|sähköposti)n?)?|"
    r"onko tämä(?: (?:viesti|sähköposti))? (?:aito|huijaus(?:ta)?|roskapostia|oikea|teiltä)|"
    r"(?:diese|folgende|die)s? (?:komische |seltsame )?(?:e-?mail|mail|nachricht) (?:bekommen|erhalten|gekriegt)|"
    r"(?:bekam|erhielt) (?:ich )?(?:diese|folgende)(?: (?:e-?mail|mail|nachricht))?|das (?:bekommen|erhalten)|"
    r"ist (?:das|die|diese)(?: (?:e-?mail|mail|nachricht))? (?:echt|spam|phishing|betrug|von (?:euch|ihnen))|"
    r"reçu (?:ceci|cela|ça|ce (?:mail|message|courriel)|cet e-?mail)|"
    r"est-ce (?:vrai|du spam|authentique|une arnaque|de vous)|"
    r"(?:kreeg|ontving)(?: ik)? (?:deze|dit)(?: (?:e-?mail|mail|bericht))?|"
    r"(?:deze|dit)(?: (?:e-?mail|mail|bericht))? (?:gekregen|ontvangen)|"
    r"is (?:dit|deze mail) (?:echt|spam|phishing|nep|van jullie)|"
    r"(?:recib[íi]|recibido|llegó) (?:esto|este (?:correo|mensaje|mail))|es (?:esto )?(?:real|verdadero|spam|"
    r"de ustedes)|"
    r"ricevuto (?:questo|questa)(?: (?:messaggio|e-?mail|mail))?|è (?:ver[oa]|autentic[ao]|spam|vostra)|"
    r"(?:recebi|recebemos) (?:isto|isso|est[ea]|ess[ea])(?: (?:e-?mail|mensagem))?|é (?:verdade|verdadeiro|spam|real)|"
    r"(?:dosta|otrzyma)ł[ea]m (?:to|takiego|tego|taką|tę|taki)(?: (?:e-?maila?|wiadomość))?|"
    r"czy to (?:jest )?(?:prawda|prawdziw[aey]|spam|od was)"
    r")(?: (?:today|yesterday|just now|now|i dag|i går|nå|nu|idag|igår|tänään|eilen|heute|gestern))?[ .,!?…:-]{0,6}\Z"
)  # fmt: skip

# --- signatures ------------------------------------------------------------------------------------------------------

_DEVICE = (
    r"(?:iphon|ipad|ipod|android|galaxy|samsung|huawei|oneplus|nokia|pixel|xiaomi|redmi|xperia|motorola|blackberry|"
    r"fairphone|windows[ -]?phone|mobie?l|watch|palm\b|treo|kindle|chromebook|macbook|device|"
    r"smart(?:ph|t?elef)on|handy|telefon|phone|puhelime|älypuhelime|tablet|nettbrett|"
    r"surfplatt|outlook|(?:mail|e-post|sähköposti) (?:for|til|för|für|pour|para|per|dla) (?:windows|android|ios)|"
    r"yahoo|proton|gmx|mailspring|superhuman|polymail|newton|boxer|missive|edison|blue ?mail|aqua ?mail|canary|"
    r"mailbox\Z|mailbird|libero|tutanota|mailo\b|k-9|fairemail|"
    r"hey\b|wp mail|мобильной почты|mail\.ru|yandex|яндекс|телефон|"
    r"web\.de|fastmail|tuta|zoho|aol|gmail|spark|airmail|thunderbird)"
)
_SENT_FROM = (
    r"(?:sent (?:from|via) (?:my|the) [^\s,]{1,12},|sent (?:from|via|with|using)|"
    r"(?:typed|written|composed|dictated|tapped) (?:on|from|with|using|by|in)|skrevet på|geschrieben (?:auf|mit)|"
    r"sendt (?:fra|frå|med|via)|send fra|skickat (?:från|med|via)|lähetetty|"
    r"(?:diese nachricht wurde )?(?:gesendet )?(?:von|mit|über)|gesendet|envoyé (?:de|depuis|avec|via|à partir d['’e])|"
    r"(?:verzonden|verstuurd) (?:vanaf|met|via)|enviad[oa] (?:desde|do|de|a partir do|via|com)|enviat (?:des|amb)|"
    r"inviato (?:da|dal|con)|wysłan[eo] (?:z|ze|za)|odesl[áa]n[éo] z|odoslan[éo] z|отправлено (?:с|из)|"
    r"надіслано (?:з|із)|"
    r"στάλθηκε (?:από|με)|trimis (?:de pe|din|cu)|elküldve|poslano (?:s|sa|iz)|poslato sa|sent úr|saadetud|išsiųsta iš|"
    r"nosūtīts no|נשלח מה-?|أُ?رسلت من|تم الإرسال من|ارسال شده از|đã gửi từ|được gửi từ|dikirim (?:dari|melalui)|"
    r"изпратено от|послато са|послано с|gönderen|saadetud|išsiųsta)"
)
# What stands below "Sent from my phone" and belongs to it.
BREVITY = re.compile(
    r"brevity|terse|typo|misspell|spelling|autocorrect|auto-correct|skrivefeil|trykkfeil|slåfejl|stavfel|kirjoitusvirh|"
    r"tippfehler|kürze|schreibfehler|faute|brièveté|errores|brevedad|errori|brevità|erros|brevidade|literówk|překlep"
)
# So do the links that mail programs put below their own name; any other is the author's.
PROGRAM_LINK = re.compile(
    r"[<(\[]?https?://(?:(?:www|go|get|m|apps?|mail|mobile|more|overview|info|play|itunes)\.){0,2}"
    r"(?:aka\.ms|onelink\.me|yahoo\.[a-z.]{2,6}|yho\.com|aol\.[a-z.]{2,6}|(?:go\.)?microsoft\.com|google\.com/store|"
    r"apple\.com|samsung\.com|mobisystems\.com|proton(?:mail)?\.(?:me|com|ch)|tuta(?:nota)?\.(?:com|de|io)|"
    r"edison\.tech|bluemail\.(?:me|app)|sparkmailapp\.com|readdle\.com|gmx\.[a-z]{2,3}|web\.de|hey\.com|mail\.ru|"
    r"yandex\.[a-z.]{2,6}|zoho\.[a-z.]{2,6}|fastmail\.com|superhuman\.com|(?:get)?mailspring\.com|canarymail\.io|"
    r"newtonhq\.com|cloudmagic\.com|typeapp\.com|aqua-mail\.com|emclient\.com|getmailbird\.com|thunderbird\.net|"
    r"mozilla\.org|k9mail\.app|libero\.it|orange\.fr|mailo\.com|polymail\.io|missiveapp\.com|blackberry\.com|"
    r"telekom\.de|t-online\.de|email\.cz|wp\.pl|onet\.pl|interia\.pl)(?:[/?#]\S*)?\Z"
)
_EXCUSE = (
    r"excuse|forgive|pardon|apolog|sorry|brevity|typo|misspell|spelling|unnskyld|beklager|skrivefeil|ursäkta|undskyld|"
    r"anteeksi|pahoittel|entschuldig|kürze|tippfehler|désolé|brièveté|disculp|brevedad|scus|brevità|desculp|brevidade"
)
# A line of few words: the program's or the telephone's, never a sentence of somebody's.
MOBILE_SIGNATURE = re.compile(
    rf"{_SENT_FROM}(?: [^\s,]{{1,14}}){{0,4}}? ?[^\s,]{{0,2}}{_DEVICE}[^\s,]{{0,20}}(?: [^\s,]{{1,20}}){{0,5}}"
    r"(?:, an? [^\n]{1,40}(?:smartphone|device|phone|tablet))?"
    rf"(?:[.,;:!–-]{{1,2}} ?[^\n]{{0,60}}(?:{_EXCUSE})[^\n]{{0,80}})?\Z"
    r"|(?:get|hent|få|skaff(?: deg)?|last ned|hämta|ladda ned|hanki|lataa|holen sie sich|laden sie|obtenir|obtenez|"
    r"télécharger|téléchargez|obtener|obtenga|descargar|scarica|ottieni|obter|obtenha|baixe|pobierz|získat|stáhnout|"
    r"скачать|получить|отримати|отримайте|завантажити|download|obține|letöltés)"
    r"(?: o| the)? [^\s,]{2,20}(?: mail)? \S{1,5} (?:ios|android|mac|windows|iphone|your phone|mobile)\S{0,5}\Z"
    r"|sent from my(?: [^\s,.!?:]{1,15}){1,3}\.?\Z"
    r"|outlook (?:for|til|för|für|pour|para|per|dla|pro|для) (?:ios|android|mac)(?: \S{1,20}){0,3}\Z"
    r"|[^\s,]{0,20}(?:iphone|ipad|android|samsung|outlook)[^\s,]{0,20}(?: [^\s,]{1,20}){0,3} "
    r"(?:lähetetty|gesendet|gönderildi|küldve)\Z"
    r"|elküldve [^\n]{0,40}-omról\Z|(?:az )?iphone-?omról küldve\Z"
    r"|(?:从我的|从|來自|從我的|發自我的|发自我的|내|나의) ?(?:iphone|ipad|android|galaxy)[^\n]{0,12}\Z"
    r"|(?:从|来自|來自|從|發自|发自|發送自|发送自)我的?[^\n]{1,16}(?:手机|手機|平板|客户端)[^\n]{0,6}\Z"
    r"|yahoo mail: search, organize, conquer\Z"
    r"|provenance ?: (?:courrier|mail|outlook)(?: \S{1,12}){0,4}\Z"
    r"|[^\n]{0,8}(?:iphone|ipad|android|スマートフォン|スマホ|携帯)[^\n]{0,12}から(?:の)?送信[^\n]{0,4}\Z"
    r"|ส่งจาก ?(?:iphone|ipad|android)[^\n]{0,12}\Z"
)

# Behind a dash at the end of a mail these answer, greet or thank; they are nobody's name.
NO_NAMES = _words(
    "yes no ok okay done fixed works working same thanks thank cheers regards best sincerely hi hello please sorry bye "
    "good great perfect fine sure agreed none nothing never maybe both all not the it is this that we you see "
    "ja nei nej jo takk tack tak hilsen mvh vh beste hei hej greit bra kiitos terveisin kyllä ei moi joo danke gruß lg "
    "vg mfg nein gut oui non merci cordialement bonjour sí si gracias saludos hola sim não obrigado obrigada abraço "
    "grazie ciao saluti bedankt groeten nee dank tak nie dzięki pozdrawiam díky ano ne да нет спасибо так ні дякую "
    "evet hayır teşekkürler köszönöm igen nem mulțumesc da nu ναι όχι ευχαριστώ"
)

# --- "##- Please type your reply above this line -##" ----------------------------------------------------------------

# Other desks ask for the answer above a drawn line; everything from it on is theirs.
REPLY_ABOVE = re.compile(
    r"(?:above|before|over) (?:this|the) line"                                     # en
    r"|over denne (?:linj|streg|tekst)|ovenfor denne (?:linj|streg)|ovanför (?:den här |denna )?(?:rad|linje|text)"
    r"|(?:oberhalb|über) (?:dieser|diese|der) (?:linie|zeile|markierung)"                                      # de
    r"|(?:tämän|alla olevan) (?:rivin|viivan) yläpuolelle|fyrir ofan þessa línu"                               # fi is
    r"|au[- ]dessus de (?:cette|la) ligne|boven deze (?:lijn|regel)"                                           # fr nl
    r"|(?:encima|arriba) de esta l[ií]nea|per sobre d'aquesta línia|sopra (?:a )?questa (?:riga|linea)"  # es ca it
    r"|acima d(?:esta|essa|a) linha|powyżej tej linii|nad t(?:ento|ímto) (?:řád|riad)\w{1,4}"  # pt pl cs sk
    r"|выше этой (?:линии|строки|черты)|вище цього рядка|bu (?:satırın|çizginin) üst"       # ru uk tr
    r"|πάνω από αυτήν? τη γραμμή|e fölé a sor fölé|deasupra acestei linii|iznad ov(?:e|og) (?:linije|retka)"
    r"|над (?:този ред|тази линия)|מעל (?:ה)?שורה זו|מעל קו זה|فوق هذا (?:السطر|الخط)"                        # bg he ar
    r"|この(?:行|線)より上|在此(?:行|线|線)之?上|이 (?:줄|선) 위"                      # ja zh ko
)  # fmt: skip

# --- prefixes of a subject -------------------------------------------------------------------------------------------

REPLY_PREFIXES = _words(
    "re sv aw antw ant odp res rif ynt atb απ σχετ vá vs ad bls refr r ref отв відп 回复 回覆 答复 答覆 返信 회신 답장 "
    "תגובה תשובה رد"
)  # fmt: skip
# Not `vs`: it forwards in Norwegian and Danish and replies in Finnish; the header block tells which.
FORWARD_PREFIXES = _words(
    "fwd fw vb vl wg tr rv enc doorst i fs pd továbbítás i̇lt ilt πρθ προωθ áfr framsent пересл переслать "
    "переадр 转发 轉寄 "
    "轉發 転送 전달 הועבר העברה إعادة-توجيه"
)
SUBJECT_PREFIX = re.compile(
    r"\s*(?:\[[^\[\]]{0,80}\]\s*)*([^\s:：\[\]()]{1,12})"
    r"\s?(?:\[\d{1,3}\]|\(\d{1,3}\)|\^\d{1,3})?\s?[:：]"
)

# --- "my answers stand below, in red" --------------------------------------------------------------------------------

ANSWERS_BELOW = re.compile(
    r"(?<!\w)(?:"
    r"(?:answers?|repl(?:y|ies)|comments?|responses?)[^.!?\n]{0,25}(?:below|inline|in[- ]line|in (?:red|blue|"
    r"green|bold|the text))|"
    r"(?:see|answered|commented|replied)[^.!?\n]{0,15}(?:inline|in-line|in (?:red|blue|green|bold))|"
    r"(?:svar(?:t|er)?|kommentar(?:er|ar)?|svarene|svara|kommentert)[^.!?\n]{0,25}(?:nedenfor|nedanfor|nedan|"
    r"under|inne i|med (?:rødt|raudt|blått|"
    r"rött|grønt|fet)|i (?:rødt|raudt|blått|rött|grønt|teksten|texten))|"
    r"(?:vastau(?:s|kset|kseni)|kommentit|kommenttini|vastasin)[^.!?\n]{0,25}(?:alla|alempana|punaisella|"
    r"sinisellä|tekstissä|väliin)|"
    r"(?:antwort(?:en)?|kommentare?|anmerkungen)[^.!?\n]{0,25}(?:unten|im text|inline|in rot|in blau|rot markiert)|"
    r"(?:réponses?|répon(?:ds|du|dons)|commentaires?)[^.!?\n]{0,30}(?:ci-dessous|plus bas|en (?:rouge|bleu|gras|vert)|"
    r"dans le (?:texte|corps|message))|"
    r"(?:antwoord(?:en)?|reacties?|opmerkingen)[^.!?\n]{0,30}(?:hieronder|onderstaand|in het (?:rood|blauw|groen)|"
    r"tussen de regels|in de tekst)|"
    r"(?:respuestas?|respondo|contesto|comentarios?)[^.!?\n]{0,30}(?:abajo|a continuación|más abajo|"
    r"en (?:rojo|azul|negrita|verde)|(?:entre líneas|en el texto))|"
    r"(?:rispost[ae]|rispondo|commenti)[^.!?\n]{0,30}(?:sotto|di seguito|in (?:rosso|blu|grassetto|verde)|nel testo)|"
    r"(?:respostas?|respondo|respondi|comentários?)[^.!?\n]{0,30}(?:abaixo|"
    r"em (?:vermelho|azul|negrito|verde)|no texto)|"
    r"(?:odpowied(?:zi|ź|ziałe?a?m)|komentarze|uwagi)[^.!?\n]{0,30}(?:poniżej|"
    r"na (?:czerwono|niebiesko)|w (?:tekście|treści))|"
    r"(?:odpověd[iě]|odpovídám|komentáře|odpovede)[^.!?\n]{0,30}(?:níže|nižšie|červeně|modře|v textu|v texte)|"
    r"(?:ответ(?:ы|ил|ила|ил\(а\))?|комментарии|отвечаю)[^.!?\n]{0,30}(?:ниже|красным|синим|в тексте|по тексту)|"
    r"(?:відповід(?:і|ь|ав)|відповідаю|коментарі)[^.!?\n]{0,30}(?:нижче|червоним|синім|у тексті|в тексті)|"
    r"(?:svör|svara)[^.!?\n]{0,25}(?:fyrir neðan|hér að neðan|í rauðu)|"
    r"(?:cevaplar(?:ım)?|yanıtlar(?:ım)?)[^.!?\n]{0,30}(?:aşağıda|kırmızı)"
    r")(?!\w)"
)  # fmt: skip
# More of the kind, asked of the first and last own lines only.
ANSWERS_MARKED = re.compile(
    r"(?<!\w)(?:"
    # how they are marked: "in CAPS", "marked with ***"; of many answers only, since "your answer in the mail" is theirs
    r"(?:answers|replies|comments|responses)[^.!?\n]{0,25}(?:in (?:all )?(?:caps|capitals?|italics?|purple|orange|"
    r"brackets|yellow|colou?r)|(?:marked|prefixed|starting|highlighted)|interspersed|"
    r"(?:in|within|between|among|amongst) (?:your|the) (?:text|mail|e-?mail|message|lines|quote|original))|"
    r"(?:svar(?:ene|a)?|kommentar(?:er|ene)?|besvart|besvaret)[^.!?\n]{0,25}(?:med (?:store bokstaver|versaler|"
    r"store bogstaver|stora bokstäver|kursiv|gult|lilla)|merket|märkta?|markert|markeret|markerad|mærket|inni|inline|"
    r"i (?:fet|fetstil|kursiv|versaler|blåt?|gult)|mellom linjene|mellem linjerne|mellan raderna)|"
    r"(?:vastaukset|vastaukseni|kommentit|kommenttini|vastasin|vastailin|kommentoin)[^.!?\n]{0,25}(?:lihavoi\w{0,8}|"
    r"isoilla kirjaimilla|vihreällä|keltaisella|merkitty|joukkoon|joukossa|sekaan|seassa|viestin? sisä\w{2,4}|"
    r"rivien väli\w{2,4})|"
    r"(?:antworten|kommentare|anmerkungen|geantwortet|kommentiert)[^.!?\n]{0,25}(?:in (?:gro(?:ß|ss)buchstaben|grün|"
    r"fett|kursiv|farbe|versalien|deine[mr]|ihre[mr]|der mail)|markiert|gekennzeichnet|dazwischen|zwischen den zeilen|"
    r"im (?:original|zitat))|"
    r"(?:réponses|répon(?:ds|du|dons)|commentaires)[^.!?\n]{0,30}(?:en (?:majuscules?|italiques?|orange|"
    r"violet|couleur)|"
    r"dans (?:votre|ton|le mail)|entre les lignes|marqué[e]?s|ci-après|au fil du texte)|"
    r"(?:antwoorden|reacties|opmerkingen)[^.!?\n]{0,30}(?:in (?:hoofdletters|je|uw|het vet|het bericht|vet|rood)|"
    r"gemarkeerd|tussendoor|inline)|"
    r"(?:respuestas|respondo|comentarios)[^.!?\n]{0,30}(?:en (?:mayúsculas|cursiva|color|tu|su)|marcad[oa]s|"
    r"debajo|inline)|"
    r"(?:risposte|rispondo|commenti)[^.!?\n]{0,30}(?:in (?:maiuscolo|corsivo|linea|stampatello|colore)|[tf]ra le righe|"
    r"evidenziat[ei]|qui sotto|inline|nel (?:tuo|suo))|"
    r"(?:respostas|respondi|comentários)[^.!?\n]{0,30}(?:em (?:maiúsculas|itálico|caixa alta|cor)|"
    r"entre as linhas|marcad[oa]s|"
    r"a seguir|inline|no (?:seu|teu))|"
    r"(?:odpowiedzi|komentarze|uwagi)[^.!?\n]{0,30}(?:wielkimi literami|pogrubi\w{2,5}|kursywą|zaznaczon[eya]|"
    r"między wierszami|na zielono|inline)|"
    # where to look, without a word for what is there
    r"(?:see|look|read)[^.!?\n]{0,12} (?:below|further down|down)(?: in)? (?:the|your) (?:text|mail|e-?mail|message)|"
    r"siehe (?:weiter )?(?:unten )?(?:im|in (?:deinem|ihrem|der)) (?:text|mail|e-?mail|nachricht)|"
    r"(?:se|sjå) (?:nede |lenger nede |nedenfor |under |nedan )?(?:i|inne i|inni) (?:te[kx]sten|mailen|mejlet|"
    r"e-posten)|"
    r"(?:ks|katso)\.? (?:alla |alta )?tekstistä|voir (?:ci-dessous |plus bas )?dans le (?:texte|corps|message|mail)|"
    r"zie (?:hieronder |beneden )?(?:in|tussen) de (?:tekst|regels|mail)|"
    r"(?:ver|véase) (?:abajo |más abajo )?(?:en el|no) (?:texto|correo|corpo)|veja (?:abaixo )?no (?:texto|corpo)|"
    r"vedi (?:sotto |di seguito )?nel (?:testo|messaggio)|patrz (?:niżej |poniżej )?w (?:tekście|treści)"
    r")(?!\w)"
)  # fmt: skip

# The same, where it is the whole line.
ANSWERS_BELOW_ALONE = frozenset((
    "inline", "in line", "in-line", "see inline", "see in-line", "answers inline", "my answers inline", "inline below",
    "replies inline", "comments inline", "inline replies", "inline answers", "inline comments", "inline response",
    "inline responses", "interspersed", "answered inline", "replied inline", "below inline", "in text", "in the text",
    "see in text", "see in the text", "see my notes", "see between the lines", "between the lines", "see within",
    "im text", "unten im text", "siehe im text", "siehe inline", "im text unten", "s. u. im text", "s.u. im text",
    "zwischen den zeilen", "siehe zwischen den zeilen", "weiter unten im text", "direkt im text", "steht im text",
    "i teksten", "se i teksten", "se inline", "i texten", "se i texten", "se teksten", "mellom linjene", "inni teksten",
    "mellem linjerne", "mellan raderna", "svar inline", "kommentarer inline", "tekstissä", "tekstin seassa",
    "rivien välissä", "viestin seassa", "ks. teksti", "dans le texte", "entre les lignes", "voir dans le texte",
    "in de tekst", "zie in de tekst", "tussen de regels", "zie inline", "en el texto", "entre líneas", "nel testo",
    "tra le righe", "fra le righe", "no texto", "entre as linhas", "w tekście", "w treści", "między wierszami",
))  # fmt: skip
# "[Ola] Yes": answers put into the mail answered begin so. Gateways and pictures leave such words too.
NAMED_ANSWER = re.compile(
    r"\[(?!ext|eks|image|bild|logo|photo|foto|inline|cid|spam|warn|caution|achtung|safe|linkedin|facebook|"
    r"twitter|insta|"
    r"you|http)[^\W\d_][\w.'’ -]{0,24}\](?=:? \S)"
)
