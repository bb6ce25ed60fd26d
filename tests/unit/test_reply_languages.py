"""What opens the history in the languages people write to a help desk: as Outlook, Gmail, Apple Mail, Thunderbird,
Yahoo and the web mail of each country write it. The history below has no `>`; the new words are what stands above."""

import pytest

from mailgate.inbound.reply_text import fold

# By language: the author's words, and the openings.
OPENINGS = {
    'danish': ('Den sorte.', [
        'Fra: Kari Nordmann <kari@example.com>\n'
        'Dato: mandag den 9. marts 2026 kl. 16.12\n'
        'Til: Ola <ola@example.org>\n'
        'Emne: Re: Toner',
        'Den 09.03.2026 kl. 16.12 skrev Kari Nordmann <kari@example.com>:',
        '----- Oprindelig meddelelse -----\n'
        'Fra: Kari\n'
        'Til: Ola\n'
        'Sendt: 9. marts 2026 16:12\n'
        'Emne: Toner',
    ]),
    'swedish': ('Den svarta.', [
        'Från: Kari Nordmann <kari@example.com>\n'
        'Datum: måndag 9 mars 2026 16:12\n'
        'Till: Ola <ola@example.org>\n'
        'Ämne: Re: Toner',
        'Från: "Kari Nordmann" <kari@example.com>\n'
        'Till: ola@example.org\n'
        'Skickat: måndag, 9 mar 2026 16:12:33\n'
        'Ämne: Re: Toner',
        'måndag 9 mars 2026 kl. 16:12 skrev Kari Nordmann <kari@example.com>:',
        'Den mån 9 mars 2026 16:12Kari Nordmann <kari@example.com> skrev:',
        '----Ursprungligt meddelande----\n'
        'Från : kari@example.com\n'
        'Datum : 2026-03-09 - 16:12 (CET)\n'
        'Till : ola@example.org\n'
        'Ämne : Re: Toner',
    ]),
    'finnish': ('Musta.', [
        'Lähettäjä: Kari Nordmann <kari@example.com>\n'
        'Päivämäärä: maanantai 9. maaliskuuta 2026 klo 16.12\n'
        'Vastaanottaja: Ola <ola@example.org>\n'
        'Aihe: Re: Toner',
        'Lähettäjä: Kari Nordmann\n'
        'Lähetetty: 9.3.2026 16.12\n'
        'Kenelle: Ola\n'
        'Aihe: Toner',
        '-----Alkuperäinen viesti-----\n'
        'Lähettäjä: Kari Nordmann\n'
        'Lähetetty: 9.3.2026\n'
        'Vast.ott.: Ola',
        'Kari Nordmann kirjoitti 9.3.2026 16:12:',
        'ma 9. maalisk. 2026 klo 16.12 Kari Nordmann <kari@example.com> kirjoitti:',
    ]),
    'icelandic': ('Svarti.', [
        'Frá: Kari <kari@example.com>\n'
        'Sent: mánudagur, 9. mars 2026 16:12\n'
        'Til: Ola\n'
        'Efni: Re: Toner',
        'mán., 9. mar. 2026 kl. 16:12 skrifaði Kari Nordmann <kari@example.com>:',
    ]),
    'german': ('Schwarz.', [
        'Von: Kari Nordmann <kari@example.com>\n'
        'Datum: Montag, 9. März 2026 um 16:12\n'
        'An: Ola <ola@example.org>\n'
        'Betreff: Re: Toner',
        'Von: Kari Nordmann <kari@example.com>\n'
        'An: Ola <ola@example.org>\n'
        'Gesendet: 16:12 Montag, 9.März 2026\n'
        'Betreff: Re: Toner',
        'Gesendet: Montag, 09. März 2026 um 16:12 Uhr\n'
        'Von: "Kari Nordmann" <kari@example.com>\n'
        'An: ola@example.org\n'
        'Betreff: Re: Toner',
        '-------- Ursprüngliche Nachricht --------\n'
        'Von: Kari Nordmann <kari@example.com>\n'
        'Datum: 09.03.26 16:12 (GMT+01:00)\n'
        'An: ola@example.org\n'
        'Betreff: Re: Toner',
        'Am 09.03.2026 um 16:12 schrieb Kari Nordmann:',
        'Am Mo., 9. März 2026 um 16:12 Uhr schrieb Kari Nordmann <\n'
        'kari@example.com>:',
        '-----Ursprüngliche Nachricht-----\n'
        'Von: Kari Nordmann [mailto:kari@example.com] \n'
        'Gesendet: Montag, 9. März 2026 16:12\n'
        'An: Ola\n'
        'Betreff: Toner',
    ]),
    'dutch': ('Zwart.', [
        'Van: Kari Nordmann <kari@example.com>\n'
        'Verzonden: maandag 9 maart 2026 16:12\n'
        'Aan: Ola\n'
        'Onderwerp: Re: Toner',
        'Op ma 9 mrt 2026 om 16:12 schreef Kari Nordmann <kari@example.com>:',
        'Kari Nordmann schreef op 09-03-2026 16:12:',
        'Op 9-3-2026 om 16:12 schreef Kari Nordmann:',
        '-------- Oorspronkelijk bericht --------\n'
        'Van: Kari Nordmann <kari@example.com>\n'
        'Datum: 09-03-2026 16:12 (GMT+01:00)\n'
        'Aan: Ola <ola@example.org>\n'
        'Onderwerp: Re: Toner',
        '----- Oorspronkelijk e-mail -----\n'
        'Van: "Kari" <kari@example.com>\n'
        'Aan: "Ola" <ola@example.org>\n'
        'Verzonden: Maandag 9 maart 2026 16:12:33\n'
        'Onderwerp: Re: Toner',
    ]),
    'french': ('La noire.', [
        'De : Kari Nordmann <kari@example.com>\n'
        'À : Ola <ola@example.org>\n'
        'Envoyé le : Lundi 9 mars 2026 16h12\n'
        'Objet : Re: Toner',
        'De: "Kari Nordmann" <kari@example.com>\n'
        'À: "Ola" <ola@example.org>\n'
        'Envoyé: Lundi 9 Mars 2026 16:12:33\n'
        'Objet: Re: Toner',
        'De : Kari Nordmann\n'
        'Date : 9 mars 2026 à 16:12\n'
        'À : Ola\n'
        'Objet : Re: Toner',
        'Le lundi 9 mars 2026 à 16:12:33 UTC+1, Kari Nordmann <kari@example.com> a écrit :',
        'Le lun. 9 mars 2026 16:12, Kari Nordmann <kari@example.com> a écrit :',
        '----- Mail original -----\n'
        'De: "Kari" <kari@example.com>\n'
        'À: "Ola" <ola@example.org>\n'
        'Envoyé: Lundi 9 Mars 2026 16:12:33\n'
        'Objet: Toner',
        "-----Message d'origine-----\n"
        'De : Kari Nordmann [mailto:kari@example.com]\n'
        'Envoyé : lundi 9 mars 2026 16:12\n'
        'À : Ola\n'
        'Objet : Re: Toner',
        'Le 09/03/2026 à 16:12, Kari Nordmann a écrit :',
        'Kari Nordmann a écrit :',
    ]),
    'spanish': ('El negro.', [
        'De: Kari Nordmann <kari@example.com>\n'
        'Para: Ola <ola@example.org>\n'
        'Enviado: Lunes 9 de marzo de 2026 16:12\n'
        'Asunto: Re: Toner',
        'De: Kari Nordmann\n'
        'Fecha: lunes, 9 de marzo de 2026, 16:12\n'
        'Para: Ola\n'
        'Asunto: Re: Toner',
        'El lun, 9 mar 2026 a las 16:12, Kari Nordmann (<kari@example.com>) escribió:',
        'El lunes, 9 de marzo de 2026 16:12:33 CET, Kari Nordmann <kari@example.com> escribió:',
        'El 09/03/2026 a las 16:12, Kari Nordmann escribió:',
        'El 9 mar 2026, a las 16:12, Kari Nordmann <kari@example.com> escribió:',
        '-----Mensaje original-----\n'
        'De: Kari Nordmann [mailto:kari@example.com]\n'
        'Enviado el: lunes, 9 de marzo de 2026 16:12\n'
        'Para: Ola\n'
        'Asunto: Re: Toner',
    ]),
    'portuguese': ('O preto.', [
        'De: Kari Nordmann <kari@example.com>\n'
        'Para: Ola <ola@example.org>\n'
        'Enviadas: Segunda-feira, 9 de Março de 2026 16:12\n'
        'Assunto: Re: Toner',
        'De: Kari Nordmann\n'
        'Enviado: 9 de março de 2026 16:12\n'
        'Para: Ola\n'
        'Assunto: Re: Toner',
        'Em seg., 9 de mar. de 2026 às 16:12, Kari Nordmann <kari@example.com>\n'
        'escreveu:',
        'Em 09/03/2026 16:12, Kari Nordmann escreveu:',
        'Kari Nordmann <kari@example.com> escreveu (segunda, 9/03/2026 à(s) 16:12):',
        '-----Mensagem Original----- \n'
        'From: Kari Nordmann\n'
        'Sent: Monday, March 09, 2026 4:12 PM\n'
        'To: Ola\n'
        'Subject: Re: Toner',
        'A segunda, 9 de mar de 2026, 16:12, Kari Nordmann <kari@example.com> escreveu:',
    ]),
    'italian': ('Il nero.', [
        'Da: Kari Nordmann <kari@example.com>\n'
        'A: Ola <ola@example.org>\n'
        'Inviato: Lunedì 9 Marzo 2026 16:12\n'
        'Oggetto: Re: Toner',
        'Da: Kari Nordmann [mailto:kari@example.com]\n'
        'Inviato: lunedì 9 marzo 2026 16:12\n'
        'A: Ola\n'
        'Oggetto: R: Toner',
        'Il giorno lun 9 mar 2026 alle ore 16:12 Kari Nordmann <kari@example.com>\n'
        'ha scritto:',
        'Il 09/03/2026 16:12, Kari Nordmann ha scritto:',
        'Il lunedì 9 marzo 2026 16:12:33 CET, Kari Nordmann <kari@example.com> ha scritto:',
        '----Messaggio originale----\n'
        'Da: kari@example.com\n'
        'Data: 09/03/2026 16.12\n'
        'A: <ola@example.org>\n'
        'Ogg: Re: Toner',
    ]),
    'polish': ('Czarny.', [
        'Od: Kari Nordmann <kari@example.com>\n'
        'Do: Ola <ola@example.org>\n'
        'Wysłane: Poniedziałek, 9 Marca 2026 16:12\n'
        'Temat: Re: Toner',
        'Dnia 9 marca 2026 16:12 Kari Nordmann <kari@example.com> napisał(a):',
        'pon., 9 mar 2026 o 16:12 Kari Nordmann <kari@example.com> napisał(a):',
        'W dniu 2026-03-09 o 16:12, Kari Nordmann pisze:',
        'W dniu poniedziałek, 9 marca 2026 16:12:33 CET użytkownik Kari Nordmann <kari@example.com> napisał:',
        '-----Original Message-----\n'
        'Od: Kari\n'
        'Wysłano: 9 marca 2026\n'
        'Do: Ola\n'
        'Temat: Toner',
        'Wiadomość napisana przez Kari Nordmann <kari@example.com> w dniu 9 mar 2026, o godz. 16:12:',
    ]),
    'czech': ('Černý.', [
        'Od: Kari Nordmann <kari@example.com>\n'
        'Komu: Ola <ola@example.org>\n'
        'Datum: 9. 3. 2026 16:12:33\n'
        'Předmět: Re: Toner',
        'po 9. 3. 2026 v 16:12 odesílatel Kari Nordmann <kari@example.com> napsal:',
        '---------- Původní e-mail ----------\n'
        'Od: Kari Nordmann <kari@example.com>\n'
        'Komu: ola@example.org\n'
        'Datum: 9. 3. 2026 16:12:33\n'
        'Předmět: Re: Toner',
    ]),
    'slovak': ('Čierny.', [
        'Od: Kari Nordmann <kari@example.com>\n'
        'Dátum: pondelok, 9. marca 2026, 16:12\n'
        'Komu: Ola\n'
        'Predmet: Re: Toner',
        'po 9. 3. 2026 o 16:12 Kari Nordmann <kari@example.com> napísal(a):',
    ]),
    'slovene': ('Črni.', [
        'Od: Kari Nordmann <kari@example.com>\n'
        'Poslano: ponedeljek, 9. marec 2026 16:12\n'
        'Za: Ola\n'
        'Zadeva: Re: Toner',
        'V V pon., 9. mar. 2026 ob 16:12 je oseba Kari Nordmann <kari@example.com> napisala:',
    ]),
    'croatian': ('Crni.', [
        'Od: Kari Nordmann <kari@example.com>\n'
        'Poslano: 9. ožujka 2026. 16:12\n'
        'Prima: Ola\n'
        'Predmet: Re: Toner',
        'pon, 9. ožu 2026. u 16:12 Kari Nordmann <kari@example.com> napisao je:',
        'Dana 9.3.2026. u 16:12, Kari Nordmann je napisao/la:',
    ]),
    'serbian': ('Црни.', [
        'Од: Kari Nordmann <kari@example.com>\n'
        'Послато: 9. март 2026. 16:12\n'
        'За: Ola\n'
        'Тема: Re: Toner',
        'пон, 9. мар 2026. у 16:12 Kari Nordmann <kari@example.com> је написао/ла:',
    ]),
    'russian': ('Чёрный.', [
        'От кого: Kari Nordmann <kari@example.com>\n'
        'Кому: Ola <ola@example.org>\n'
        'Дата: понедельник, 9 марта 2026, 16:12 +03:00\n'
        'Тема: Re: Toner',
        'От: Kari Nordmann <kari@example.com>\n'
        'Дата: понедельник, 9 марта 2026 г. в 16:12\n'
        'Кому: Ola\n'
        'Тема: Re: Toner',
        '9 марта 2026 г., 16:12 пользователь Kari Nordmann <kari@example.com> написал:',
        '9 марта 2026 г., в 16:12, Kari Nordmann <kari@example.com> написал(а):',
        'пн, 9 мар. 2026 г. в 16:12, Kari Nordmann <kari@example.com>:',
        '09.03.2026 16:12, Kari Nordmann пишет:',
        '-------- Исходное сообщение --------\n'
        'От: Kari Nordmann <kari@example.com>\n'
        'Дата: 09.03.2026 16:12 (GMT+03:00)\n'
        'Кому: Ola\n'
        'Тема: Re: Toner',
        '-----Original Message-----\n'
        'From: Kari Nordmann <kari@example.com>\n'
        'To: ola@example.org\n'
        'Date: Mon, 9 Mar 2026 16:12:33 +0300\n'
        'Subject: Re: Toner',
    ]),
    'ukrainian': ('Чорний.', [
        'Від: Kari Nordmann <kari@example.com>\n'
        'Дата: понеділок, 9 березня 2026 р. о 16:12\n'
        'Кому: Ola\n'
        'Тема: Re: Toner',
        'пн, 9 бер. 2026 р. о 16:12 Kari Nordmann <kari@example.com> пише:',
        '9 березня 2026, 16:12:33, від "Kari Nordmann" <kari@example.com>:',
    ]),
    'bulgarian': ('Черният.', [
        'От: Kari Nordmann <kari@example.com>\n'
        'Изпратено: понеделник, 9 март 2026 г. 16:12\n'
        'До: Ola\n'
        'Тема: Re: Toner',
        'На пн, 9.03.2026 г. в 16:12 Kari Nordmann <kari@example.com> написа:',
        '-------- Оригинално писмо --------\n'
        'От: Kari kari@example.com\n'
        'Относно: Toner\n'
        'До: ola@example.org\n'
        'Изпратено на: 09.03.2026 16:12',
    ]),
    'turkish': ('Siyah.', [
        'Kimden: Kari Nordmann <kari@example.com>\n'
        'Tarih: 9 Mart 2026 Pazartesi 16:12\n'
        'Kime: Ola\n'
        'Konu: Re: Toner',
        'Kari Nordmann <kari@example.com>, 9 Mar 2026 Pzt, 16:12 tarihinde şunu yazdı:',
        '9 Mart 2026 Pazartesi tarihinde Kari Nordmann <kari@example.com> yazdı:',
        '-----Özgün İleti-----\n'
        'Kimden: Kari\n'
        'Gönderildi: 9 Mart 2026\n'
        'Kime: Ola\n'
        'Konu: Toner',
    ]),
    'greek': ('Το μαύρο.', [
        'Από: Kari Nordmann <kari@example.com>\n'
        'Ημερομηνία: Δευτέρα, 9 Μαρτίου 2026 στις 16:12\n'
        'Προς: Ola\n'
        'Θέμα: Re: Toner',
        'Στις Δευ 9 Μαρ 2026 στις 4:12 μ.μ., ο/η Kari Nordmann <kari@example.com> έγραψε:',
        'Στις 9/3/2026 16:12, ο Kari Nordmann έγραψε:',
    ]),
    'hungarian': ('A fekete.', [
        'Feladó: Kari Nordmann <kari@example.com>\n'
        'Dátum: 2026. március 9., hétfő 16:12\n'
        'Címzett: Ola\n'
        'Tárgy: Re: Toner',
        'Kari Nordmann <kari@example.com> ezt írta (időpont: 2026. márc. 9., H, 16:12):',
        '2026.03.09. 16:12 keltezéssel, Kari Nordmann írta:',
        '-----Eredeti üzenet-----\n'
        'Feladó: Kari\n'
        'Elküldve: 2026. március 9.\n'
        'Címzett: Ola\n'
        'Tárgy: Toner',
    ]),
    'romanian': ('Cel negru.', [
        'De la: Kari Nordmann <kari@example.com>\n'
        'Data: luni, 9 martie 2026, 16:12\n'
        'Către: Ola\n'
        'Subiect: Re: Toner',
        'În lun., 9 mar. 2026 la 16:12, Kari Nordmann <kari@example.com> a scris:',
        'Pe 09.03.2026 16:12, Kari Nordmann a scris:',
        'From: Kari\n'
        'To: Ola\n'
        'Sent: luni, 9 martie 2026\n'
        'Subject: Toner',
    ]),
    'estonian': ('Must.', [
        'Saatja: Kari Nordmann <kari@example.com>\n'
        'Saadetud: esmaspäev, 9. märts 2026 16:12\n'
        'Adressaat: Ola\n'
        'Teema: Re: Toner',
        'Kari Nordmann (<kari@example.com>) kirjutas kuupäeval E, 9. märts 2026 kell 16:12:',
    ]),
    'latvian': ('Melnais.', [
        'No: Kari Nordmann <kari@example.com>\n'
        'Nosūtīts: pirmdiena, 2026. gada 9. marts 16:12\n'
        'Kam: Ola\n'
        'Tēma: Re: Toner',
        'Lietotājs Kari Nordmann (<kari@example.com>) rakstīja (pirmd., 2026. g. 9. marts, plkst. 16:12):',
    ]),
    'lithuanian': ('Juoda.', [
        'Nuo: Kari Nordmann <kari@example.com>\n'
        'Išsiųsta: 2026 m. kovo 9 d. 16:12\n'
        'Kam: Ola\n'
        'Tema: Re: Toner',
        '2026-03-09, pr, 16:12 Kari Nordmann <kari@example.com> rašė:',
    ]),
    'hebrew': ('השחור.', [
        'מאת: Kari Nordmann <kari@example.com>\n'
        'תאריך: יום שני, 9 במרץ 2026\n'
        'אל: Ola\n'
        'נושא: Re: Toner',
        'בתאריך יום ב׳, 9 במרץ 2026 ב-16:12 מאת Kari Nordmann <kari@example.com>:',
        '-----הודעה מקורית-----\n'
        'מאת: Kari\n'
        'נשלח: 9 מרץ 2026\n'
        'אל: Ola\n'
        'נושא: Toner',
    ]),
    'arabic': ('الأسود.', [
        'من: Kari Nordmann <kari@example.com>\n'
        'التاريخ: الاثنين، 9 مارس 2026\n'
        'إلى: Ola\n'
        'الموضوع: Re: Toner',
        'في الاثنين، 9 مارس 2026 في 4:12 م تمت كتابة ما يلي بواسطة Kari Nordmann <kari@example.com>:',
        'في 9 مارس 2026 16:12، كتب Kari Nordmann <kari@example.com>:',
    ]),
    'thai': ('สีดำ', [
        'จาก: Kari Nordmann <kari@example.com>\n'
        'ส่ง: 9 มีนาคม 2026 16:12\n'
        'ถึง: Ola\n'
        'เรื่อง: Re: Toner',
        'เมื่อ จ. 9 มี.ค. 2026 เวลา 16:12 Kari Nordmann <kari@example.com> เขียนว่า:',
    ]),
    'vietnamese': ('Màu đen.', [
        'Từ: Kari Nordmann <kari@example.com>\n'
        'Đã gửi: Thứ Hai, 9 tháng 3, 2026 16:12\n'
        'Đến: Ola\n'
        'Chủ đề: Re: Toner',
        'Vào Th 2, 9 thg 3, 2026 vào lúc 16:12 Kari Nordmann <kari@example.com> đã viết:',
    ]),
    'indonesian': ('Hitam.', [
        'Dari: Kari Nordmann <kari@example.com>\n'
        'Kepada: Ola <ola@example.org>\n'
        'Dikirim: Senin, 9 Maret 2026 16:12\n'
        'Judul: Re: Toner',
        'Pada tanggal Sen, 9 Mar 2026 pukul 16.12 Kari Nordmann <kari@example.com> menulis:',
    ]),
    'japanese': ('黒です。', [
        'From: Kari Nordmann <kari@example.com>\n'
        'Date: 2026年3月9日(月) 16:12\n'
        'Subject: Re: Toner\n'
        'To: ola@example.org',
        '差出人: Kari Nordmann <kari@example.com>\n'
        '日付: 2026年3月9日 月曜日 16:12\n'
        '宛先: Ola <ola@example.org>\n'
        '件名: Re: Toner',
        '2026年3月9日(月) 16:12 Kari Nordmann <kari@example.com>:',
        '2026/03/09 16:12、Kari Nordmann <kari@example.com>のメール:',
        '2026年3月9日 16:12、Kari Nordmann <kari@example.com> wrote:',
        'On 2026/03/09 16:12, Kari Nordmann wrote:',
        '----- Original Message -----\n'
        '差出人: "Kari" <kari@example.com>\n'
        '宛先: ola@example.org\n'
        '日付: 2026/03/09 月 16:12\n'
        '件名: Re: Toner',
    ]),
    'chinese': ('黑色的。', [
        '发件人: Kari Nordmann <kari@example.com>\n'
        '日期: 2026年3月9日 星期一 16:12\n'
        '收件人: Ola\n'
        '主题: Re: Toner',
        '在 2026年3月9日，16:12，Kari Nordmann <kari@example.com> 写道：',
        '于 2026/3/9 16:12, Kari Nordmann 写道:',
        'Kari Nordmann <kari@example.com> 於 2026年3月9日 週一 下午4:12寫道：',
        '在2026年03月09日 16:12，Kari Nordmann<kari@example.com> 写道：',
        '---原始邮件---\n'
        '发件人: "Kari"<kari@example.com>\n'
        '发送时间: 2026年3月9日(周一) 下午4:12\n'
        '收件人: "Ola"<ola@example.org>;\n'
        '主题: Re: Toner',
        '在 2026-03-09 16:12:33，"Kari Nordmann" <kari@example.com> 写道：',
    ]),
    'korean': ('검은색.', [
        '보낸사람: Kari Nordmann <kari@example.com>\n'
        '받는사람: Ola <ola@example.org>\n'
        '날짜: 2026년 3월 9일 월요일, 16시 12분 33초 +0900\n'
        '제목: Re: Toner',
        '2026년 3월 9일 (월) 오후 4:12, Kari Nordmann <kari@example.com>님이 작성:',
        '-----Original Message-----\n'
        'From: "Kari"<kari@example.com>\n'
        'To: "Ola"<ola@example.org>;\n'
        'Cc:\n'
        'Sent: 2026-03-09 (월) 16:12:33 (GMT+09:00)\n'
        'Subject: Re: Toner',
        '2026. 3. 9. 오후 4:12, Kari Nordmann <kari@example.com> 작성:',
    ]),
    'catalan': ('El negre.', [
        'De: Kari Nordmann <kari@example.com>\n'
        'Enviat: dilluns, 9 de març de 2026 16:12\n'
        'Per a: Ola\n'
        'Tema: Re: Toner',
        'El dl., 9 de març 2026, 16:12, Kari Nordmann <kari@example.com> va escriure:',
        'Missatge de Kari Nordmann <kari@example.com> del dia dl., 9 de març 2026 a les 16:12:',
    ]),
    'norwegian': ('Den svarte.', [
        'Fra: Kari Nordmann <kari@example.com>\n'
        'Dato: mandag 9. mars 2026 kl. 16:12\n'
        'Til: Ola <ola@example.org>\n'
        'Emne: Re: Toner',
        'man. 9. mars 2026, 16:12 skrev Kari Nordmann <kari@example.com>:',
        'På 9. mars 2026 kl. 16:12:33, Kari Nordmann <kari@example.com> skrev:',
        '-------- Opprinnelig melding --------\n'
        'Fra: Kari Nordmann <kari@example.com>\n'
        'Dato: 09.03.2026 16:12 (GMT+01:00)\n'
        'Til: Ola\n'
        'Emne: Re: Toner',
        'Den 9. mars 2026 16:12 skrev "Kari Nordmann" <kari@example.com>:',
        '---- man., 09 mars 2026 16:12:33 +0100 Kari Nordmann <kari@example.com> skrev ----',
    ]),
    'persian': ('سیاه.', [
        'از: Kari Nordmann <kari@example.com>\n'
        'تاریخ: دوشنبه ۹ مارس ۲۰۲۶\n'
        'به: Ola\n'
        'موضوع: Re: Toner',
    ]),
    'basque': ('Beltza.', [
        'Nork: Kari Nordmann <kari@example.com>\n'
        'Bidaltze-data: 2026(e)ko martxoak 9, astelehena 16:12\n'
        'Nori: Ola\n'
        'Gaia: Re: Toner',
    ]),
}  # fmt: skip
ROWS = [(own, opening) for own, openings in OPENINGS.values() for opening in openings]


@pytest.mark.parametrize("own, opening", ROWS, ids=[opening[:40] for _, opening in ROWS])
def test_history_below_is_folded(own: str, opening: str) -> None:
    text = f"{own}\n\n{opening}\n\nWhich one is empty?\nKari\n"
    assert fold(text, subject="Re: Toner")[0] == own
    assert fold(text)[0] == own


@pytest.mark.parametrize("own, opening", ROWS, ids=[opening[:40] for _, opening in ROWS])
def test_a_quote_below_is_folded(own: str, opening: str) -> None:
    quote = "> Which one is empty?\n> Kari\n"
    assert fold(f"{own}\n\n{opening}\n\n{quote}", subject="Re: Toner")[0] == own
    assert fold(f"{opening}\n\n{quote}\n{own}\n", subject="Re: Toner")[0] == own


@pytest.mark.parametrize("own, opening", ROWS, ids=[opening[:40] for _, opening in ROWS])
def test_answers_between_keep_all(own: str, opening: str) -> None:
    text = f"{opening}\n\n> Which one is empty?\n\n{own}\n\n> Is it?\n\n{own}"
    assert fold(text, subject="Re: Toner")[0] == text
