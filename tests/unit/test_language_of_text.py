"""The language of short mails, five to forty words; and when it is better to say nothing."""

import string
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticketing.rules.languages import language_meant, language_of

MAILS = {
    "nb": (
        "Hei, jeg får ikke logget inn på nettsiden etter at dere byttet passord.",
        "Skriveren i andre etasje virker ikke, og vi trenger den før møtet i morgen. Kan noen se på den?",
        "Takk for svar, men det hjalp dessverre ikke. Hva gjør jeg nå?",
        "Fakturaen har feil beløp. Vennligst send en ny til meg.",
    ),
    "nn": (
        "Hei, eg får ikkje logga inn på nettsida. Kva skal eg gjere?",
        "Skrivaren verkar ikkje, og me treng han før møtet. Kan nokon sjå på han?",
        "Takk for hjelpa, men no er det same feilen att. Korleis får eg han bort?",
    ),
    "da": (
        "Hej, jeg kan ikke logge ind efter at I har skiftet noget. Hvad skal jeg gøre?",
        "Printeren virker ikke, og vi skal bruge den i morgen. Kan I hjælpe mig af med fejlen?",
        "Tak for svaret, men det hjalp ikke noget. Hvornår er den nye klar?",
    ),
    "sv": (
        "Hej, jag kan inte logga in och vet inte vad jag ska göra.",
        "Skrivaren fungerar inte och vi behöver den till mötet. Kan någon titta på den?",
        "Tack för svaret, men det hjälpte tyvärr inte. När kommer den nya?",
    ),
    "fi": (
        "Hei, en pääse kirjautumaan sivustolle. Mitä minun pitää tehdä? Kiitos",
        "Tulostin ei toimi ja kokous on huomenna. Voiko joku auttaa?",
        "Kiitos vastauksesta, mutta se ei auttanut. Mitä nyt?",
    ),
    "is": (
        "Góðan dag, ég get ekki skráð mig inn á síðuna. Hvað á ég að gera?",
        "Prentarinn virkar ekki og við þurfum hann á morgun. Getur einhver hjálpað okkur?",
    ),
    "en": (
        "Hello, I cannot log in and do not know what to do.",
        "The printer on the second floor is out of toner again, could someone look at it before the meeting?",
        "It still fails with the same error when I save the form.",
        "Please send me the invoice for March.",
    ),
    "de": (
        "Guten Tag, ich kann mich nicht mehr anmelden. Was ist zu tun?",
        "Der Drucker im zweiten Stock druckt nicht, und wir brauchen ihn für die Sitzung.",
        "Leider funktioniert es immer noch nicht, bitte rufen Sie mich an.",
    ),
    "nl": (
        "Goedemorgen, ik kan niet meer inloggen op de website. Wat moet ik doen?",
        "De printer op de tweede verdieping doet het niet, kunt u iemand sturen?",
        "Bedankt voor het antwoord, maar het werkt nog steeds niet.",
    ),
    "fr": (
        "Bonjour, je ne peux pas me connecter au site depuis hier",
        "L'imprimante du deuxième étage ne marche plus, pouvez-vous envoyer quelqu'un ?",
        "Merci pour votre réponse, mais cela ne fonctionne toujours pas.",
    ),
    "es": (
        "Buenos días, no puedo entrar en la página desde ayer. ¿Qué tengo que hacer?",
        "La impresora no funciona y la necesitamos para la reunión de mañana.",
        "Gracias por la respuesta, pero el error sigue apareciendo.",
    ),
    "ca": (
        "Bon dia, no puc entrar al web des d'ahir. Què he de fer? Gràcies",
        "La impressora no funciona i la necessitem per a la reunió. Hi ha algú que pugui ajudar amb això?",
    ),
    "it": (
        "Buongiorno, non riesco più ad accedere al sito. Che cosa devo fare?",
        "La stampante del secondo piano non funziona e ci serve per la riunione di domani.",
        "Grazie per la risposta, ma il problema non è risolto.",
    ),
    "pt": (
        "Bom dia, não consigo entrar no site desde ontem. O que devo fazer?",
        "A impressora não funciona e precisamos dela para a reunião de amanhã.",
        "Obrigado pela resposta, mas o erro continua a aparecer.",
    ),
    "pl": (
        "Dzień dobry, nie mogę zalogować się do systemu od wczoraj, proszę o pomoc w tej sprawie",
        "Drukarka na drugim piętrze nie działa, a jest nam potrzebna na jutro.",
        "Dziękuję za odpowiedź, ale to nie pomogło.",
    ),
    "cs": (
        "Dobrý den, od včerejška se nemohu přihlásit. Co mám dělat?",
        "Tiskárna ve druhém patře nefunguje a potřebujeme ji na zítřejší poradu.",
        "Děkuji za odpověď, ale chyba je tam pořád.",
    ),
    "sk": (
        "Dobrý deň, od včera sa neviem prihlásiť. Čo mám robiť? Ďakujem",
        "Tlačiareň na druhom poschodí nefunguje, môžete prosím niekoho poslať?",
    ),
    "ru": (
        "Здравствуйте, не могу войти в систему со вчерашнего дня. Что мне делать?",
        "Принтер на втором этаже не работает, а он нужен нам завтра.",
    ),
    "uk": (
        "Добрий день, не можу увійти в систему з учорашнього дня. Що мені робити?",
        "Принтер на другому поверсі не працює, а він потрібен нам завтра.",
    ),
    "tr": (
        "Merhaba, dünden beri siteye giriş yapamıyorum. Ne yapmam gerekiyor? Teşekkürler",
        "İkinci kattaki yazıcı çalışmıyor ve yarın bizim için çok gerekli.",
    ),
    "el": ("Καλημέρα, δεν μπορώ να συνδεθώ από χθες.", "Ο εκτυπωτής δεν λειτουργεί."),
    "hu": (
        "Jó napot, tegnap óta nem tudok belépni az oldalra. Mit kell tennem?",
        "A második emeleti nyomtató nem működik, és holnap szükségünk van rá.",
    ),
    "ro": (
        "Bună ziua, nu mă mai pot autentifica de ieri. Ce trebuie să fac?",
        "Imprimanta de la etajul doi nu merge și avem nevoie de ea mâine.",
    ),
    "hr": (
        "Dobar dan, od jučer se ne mogu prijaviti. Što trebam učiniti?",
        "Pisač na drugom katu ne radi, a treba nam za sutra. Možete li poslati nekoga?",
    ),
    "he": ("שלום, איני מצליח להתחבר מאז אתמול.", "המדפסת לא עובדת."),
    "ar": ("مرحبا، لا أستطيع تسجيل الدخول منذ أمس.", "الطابعة لا تعمل."),
    "ja": ("昨日からログインできません。どうすればよいですか。", "二階のプリンターが動きません。"),
    "zh": ("您好，我从昨天起无法登录，请问该怎么办？", "二樓的印表機壞了。"),
    "ko": ("어제부터 로그인이 되지 않습니다. 어떻게 해야 하나요?", "프린터가 작동하지 않습니다."),
}


@pytest.mark.parametrize("language, mail", [(language, mail) for language, mails in MAILS.items() for mail in mails])
def test_language_of(language: str, mail: str) -> None:
    assert language_of(mail) == language
    assert language_of(mail.upper()) == language or language == "tr"  # Turkish capitals fold another way
    assert language_of(f"{mail}\n\nola.hansen@firma.example\nhttps://firma.example/the/and/is/not") == language


@pytest.mark.parametrize(
    "text",
    [
        "", "ok", "4711", "Ola Hansen", "VPN", "Jeg har et problem",  # the last Norwegian and Danish alike
        "ERROR 0x80070005 kernel32.dll", "https://firma.example/the/and/is/not", "the@is.not",
        "سلام، من نمی‌توانم وارد شوم. چه کار کنم؟",  # Persian, which we do not know
        "Σ", "я",
    ],
)  # fmt: skip
def test_better_unsure(text: str) -> None:
    assert language_of(text) is None


FINNISH = "Hei, minulla on ongelma ja tulostin ei toimi, kun se on päällä."


@pytest.mark.parametrize(
    "stated, text, language",
    [
        (None, FINNISH, "fi"),
        (None, "123", None),
        ("nb-NO", "123", "nb-NO"),
        ("nb-NO", FINNISH, "nb-NO"),
        ("en-US", "123", "en-US"),
        # What Exchange states for everybody.
        ("en-US", FINNISH, "fi"),
    ],
)
def test_language_meant(stated: str | None, text: str, language: str | None) -> None:
    assert language_meant(stated, text) == language


@given(st.text(max_size=300) | st.text(alphabet=string.ascii_letters + " @./:", max_size=300))
def test_nothing_raises(text: str) -> None:
    language_of(text)


@pytest.mark.parametrize("unit", ["a", "a@", "http://", "www.", "the is ", "\u0301", "あ", "@ ", "ğ "])
def test_hostile_texts_cost_no_more_than_their_beginning(unit: str) -> None:
    started = perf_counter()
    for size in (10_000, 20_000, 40_000, 1_000_000):
        language_of(unit * (size // len(unit)))
    assert perf_counter() - started < 1
