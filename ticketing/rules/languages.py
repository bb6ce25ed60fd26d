"""The language of a text, told by its script, its letters and its small words.

No library: a model for a hundred languages is slow to load, and mails have ten words. Here a language is a row of the
commonest small words; a word that several languages share counts for each of them the less. Unsure is None, since a
wrong guess answers somebody in a foreign tongue.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping

MAX_READ = 10_000


def language_of(text: str) -> str | None:
    """An ISO 639-1 code (nb and nn apart), or None when unsure. In Latin or Cyrillic script at least two small words
    (or words with letters of its own) must stand there, more than of any other language, and not by chance
    in a long text."""
    plain = unicodedata.normalize("NFC", text[:MAX_READ]).casefold().replace("’", "'").replace("ʼ", "'")
    plain = _NOT_WORDS.sub(" ", plain)
    return _by_script(plain) or _by_words(plain)


def language_meant(stated: str | None, text: str) -> str | None:
    """What a mail is written in: as its Content-Language states, else as its words tell. English that is stated and not
    written is a mail program's default, as Exchange sends it whatever its user writes."""
    found = language_of(text)
    return found if found and (stated or "en").lower().startswith("en") else stated or found


# Addresses and links are in nobody's language. What they begin with cannot overlap, so a text is read once.
_NOT_WORDS = re.compile(r"(?:https?://|www\.)\S*|\S{1,64}@\S{1,255}")


def _by_script(plain: str) -> str | None:
    """Where the script alone tells. Chinese is what has Han signs and no kana; Persian and Urdu have letters that
    Arabic lacks, and Yiddish and Hebrew are not told apart."""
    letters = sum(map(str.isalpha, plain))
    counts = {name: len(pattern.findall(plain)) for name, pattern in _SCRIPTS.items()}
    if counts["kana"] and (counts["kana"] + counts["han"]) * 2 > letters:
        return "ja" if counts["kana"] * 8 >= counts["han"] else "zh"
    name, count = max(counts.items(), key=lambda one: one[1])
    if count < 2 or count * 2 <= letters:
        return None
    if name == "arabic" and _PERSIAN.search(plain):
        return None
    return _LANGUAGE_OF_SCRIPT[name]


_SCRIPTS: Mapping[str, re.Pattern[str]] = {
    "kana": re.compile(r"[\u3041-\u30ff]"),
    "han": re.compile(r"[\u4e00-\u9fff]"),
    "hangul": re.compile(r"[\uac00-\ud7a3]"),
    "greek": re.compile(r"[\u0370-\u03ff\u1f00-\u1fff]"),
    "hebrew": re.compile(r"[\u05d0-\u05ea]"),
    "arabic": re.compile(r"[\u0620-\u064a]"),
}
_LANGUAGE_OF_SCRIPT = {"kana": "ja", "han": "zh", "hangul": "ko", "greek": "el", "hebrew": "he", "arabic": "ar"}
_PERSIAN = re.compile(r"[پچژگکیہےٹڈ]")


def _by_words(plain: str) -> str | None:
    words = Counter(re.findall(r"[^\W\d_]+", plain))
    hits: Counter[str] = Counter()
    scores: dict[str, float] = dict.fromkeys(_SMALL_WORDS, 0.0)
    for word, times in words.items():
        for name in (knowing := _KNOWN_BY.get(word, ())):
            hits[name] += times
            scores[name] += times / len(knowing)
        for name in {_LETTERS[sign] for sign in word if sign in _LETTERS}:
            hits[name] += times
            scores[name] += times / 2
    (best, name), (second, _) = sorted(((score, name) for name, score in scores.items()), reverse=True)[:2]
    if hits[name] < 2 or best == second or hits[name] * 8 < words.total():
        return None
    return name


def _languages_by_word(table: Mapping[str, Iterable[str]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for name, words in table.items():
        for word in sorted(set(words)):
            found.setdefault(word, []).append(name)
    return {word: tuple(names) for word, names in found.items()}


def _words(text: str) -> frozenset[str]:
    return frozenset(text.casefold().split())


# Letters that one of these languages alone writes (nearly); a word that has one speaks for it a little.
_LETTERS: Mapping[str, str] = {
    letter: name
    for name, letters in {
        "is": "ðþ", "de": "ß", "es": "ñ¿¡", "pt": "ãõ", "pl": "łąęśźżń", "cs": "řůě", "sk": "ľĺŕ",
        "tr": "ğı", "hu": "őű", "ro": "țșăţ", "hr": "đ", "uk": "іїєґ", "ru": "ыэёъ",
    }.items()
    for letter in letters
}  # fmt: skip

_SMALL_WORDS: Mapping[str, frozenset[str]] = {
    "en": _words("""
        the and is are was i you we it to of in on for not with have has that this my your please can cannot
        when from but be at an do does how what hello thanks thank any would could there they am been if get
        got since after last which then only our about out why still again works working fine today
        yesterday customer order help need sorry into their his her us who where should being up before
        every all now same very much keeps want wants needs back here like one more than other made make
    """),
    "nb": _words("""
        jeg ikke og er det en et å på til av for med har som kan vi dere meg deg hva hvordan når men fra den
        de om eller hei takk være ble noe noen etter ut opp også nå min mitt våre vår da så hilsen skal får
        ved hvorfor fortsatt igjen fungerer virker fint i dag går kunden bestilling bestilt hjelp hjelpen
        trenger beklager inn deres hans hennes oss hvem hvor bør før alle hver samme veldig mye bra sjekke
        tusen vennligst henger hele tiden fått ennå enda gjør gjøre ser seg dette denne disse blir sin
        dessverre ønsker tilbake vil ha pengene gjerne skulle ville kunne likevel ned her der
    """),
    "nn": _words("""
        eg ikkje og er det ein ei eit å på til av for med har som kan vi dykk meg deg kva korleis når men
        frå den dei om eller hei takk vere vart noko nokon etter ut opp også no min mitt våre vår då så
        helsing skal får ved kvifor framleis fungerer verkar i dag kunden hjelp hjelpa treng beklagar inn
        deira hennar oss kven kvar før alle same veldig mykje bra sjekke gjer gjere seg dette denne desse
        blir heile tida fått enno sidan berre ønskjer høve kjem ringje att verte attende vil gjerne skulle
        ville kunne her der pengane
    """),
    "da": _words("""
        jeg ikke og er det en et at på til af for med har som kan vi jer mig dig hvad hvordan hvornår men
        fra den de om eller hej tak være blev noget nogen efter ud op også nu min mit vores da så hilsen
        skal får ved hvorfor stadig igen virker fint i dag går kunden bestilling bestilt hjælp hjælpen bruge
        beklager ind deres hans hendes os hvem hvor bør før alle hver samme meget godt bra tjekke tusind
        venligst hele tiden fået endnu gør gøre ser sig dette denne disse bliver sin desværre modtager
        modtaget vil ville nogle lige dem mange kun siden selv fordi kunne skulle ønsker tilbage gerne
        pengene her der ned alligevel
    """),
    "sv": _words("""
        jag inte och är det en ett att på till av för med har som kan vi ni mig dig vad hur när men från den
        de om eller hej tack vara blev något någon efter ut upp också nu min mitt vår våra då så hälsningar
        ska får vid varför fortfarande igen fungerar fint idag går kunden beställning beställt hjälp hjälpen
        behöver tyvärr in deras hans hennes oss vem var bör före alla varje samma mycket bra kolla tusen
        vänligen hela tiden fått ännu gör göra ser sig detta denna dessa blir sin vill skulle kunna mina
        bara sedan själv eftersom tillbaka ha gärna pengarna här där möjlighet
    """),
    "fi": _words("""
        minä en ei ja on se että hei moi kiitos olen meillä minulla ovat oli mutta tai kun jos niin kuin voi
        voiko ole tämä tämän sen mikä miten nyt vielä myös joka jotka kanssa olisi terveisin mitä saan saa
        me te ette emme mukaan miksi edelleen taas toimii hyvin tänään eilen asiakas tilaus apua avusta
        tarvitsen tarvitsemme valitettavasti heidän kuka missä pitäisi ennen kaikki sama paljon voisitteko
        voisitko voitteko jatkuvasti saanut tehdä tekee tuo nuo vaan vain sitten itse koska eikä eivät
        olemme olette pitää saako onko vaikka sekä hyvää huomenta päivää jälkeen aina uusi haluan haluamme
        takaisin haluaisin tuli tulee tässä siellä täällä uudestaan rahat
    """),
    "de": _words("""
        ich nicht und ist das der die ein eine zu auf von für mit hat haben wir sie mir mich was wie wann
        aber aus den dem oder hallo danke sein wurde etwas nach auch jetzt mein meine unser kann bitte es im
        bei sind wenn dass warum immer wieder noch funktioniert gut heute gestern kunde kunden bestellung
        hilfe brauche brauchen leider hinein ihre ihr ihnen uns wer wo sollte vor alle jeder gleiche sehr
        viel könnten können vielen dank alles kein keine keinen diese dieser dieses werden wird nur seit
        schon mehr über ständig läuft guten am einen einem zum zur vom möchte möchten zurück will hier da
        kam geld
    """),
    "nl": _words("""
        ik niet en is het de een van voor met heeft hebben wij we u je jullie mij wat hoe wanneer maar uit
        die dat of hallo bedankt zijn werd iets naar ook nu mijn ons onze kan kunnen graag kunt bij aan op
        als nog geen wordt er om te deze dit heb ben geachte beste groet groeten waarom steeds weer werkt
        goed vandaag gisteren klant bestelling hulp nodig helaas hun wie waar zou alle alles elke zelfde
        zeer veel zouden hartelijk dank goedemorgen goedemiddag wil willen moet moeten sinds al meer over na
        gaat krijgt doen door hier daar terug geld aangekomen
    """),
    "fr": _words("""
        je ne pas et est le la les un une des du de pour avec nous vous il elle mon ma mes notre votre vos
        nos ce cette ces que qui quoi comment quand mais ou bonjour merci être suis avez ai sont dans sur au
        aux en à plus depuis peux pouvez cordialement bien par se pourriez toujours pourquoi encore hier
        client commande aide besoin malheureusement leur leurs où tous tout toute même très beaucoup marche
        fonctionne maintenant déjà rien fait faire cela avons été sera lors afin aussi après avant car donc
        si non oui chez entre sans sous veuillez madame monsieur souhaite voudrais veux retour ici là arrivé
        reçu
    """),
    "es": _words("""
        yo no y es el la los las un una de del para con nosotros usted ustedes me mi mis nuestro nuestra su
        sus que qué cómo cuándo pero o hola gracias ser estoy está están tengo tiene puedo puede en a por se
        lo al más desde hace muy también buenos días saludos cuando hay favor ha he cordial todavía otra vez
        funciona bien hoy ayer cliente pedido ayuda necesito lamentablemente quién dónde antes todos todo
        cada mismo muchas ahora ya nada hacer esto esta este estos hemos sido será después sin sobre entre
        porque sí podrían podría buenas tardes han nos les ese esa quiero quisiera vuelta aquí llegó dinero
    """),
    "ca": _words("""
        jo no i és el la els les un una de del per amb nosaltres vostè em meu meva nostre nostra seu que què
        com quan però o hola gràcies sóc estic està tinc té puc pot a en al més des fa molt també bon dia
        salutacions hi ha he aquest aquesta si us plau cordialment encara avui ahir client comanda ajuda
        necessito necessitem malauradament qui on abans tots tot cada mateix moltes ara ja res fer això hem
        estat serà després sense sobre entre perquè sí podríeu podeu ens dels pels bona tarda són vull
        voldria aquí va arribar diners tornar
    """),
    "it": _words("""
        io non e è il lo la i gli le un una di del della per con noi voi lei mi mio mia nostro nostra vostro
        che cosa come quando ma o ciao buongiorno grazie essere sono siamo ho ha abbiamo posso può potete in
        a su al alla da più dal molto anche saluti cordiali questo questa ci si nel perché ancora oggi ieri
        cliente ordine aiuto bisogno purtroppo chi dove prima tutti tutto ogni stesso mille adesso ora già
        niente fare questi stato sarà dopo senza sopra tra sì potreste delle dei degli alle dello nella sul
        funziona riesco buona giornata gentile vorrei voglio indietro qui arrivata arrivato soldi
    """),
    "pt": _words("""
        eu não e é o a os as um uma de do da dos das para com nós você vocês me meu minha nosso nossa seu
        sua que como quando mas ou olá obrigado obrigada ser estou está tenho tem posso pode em no na por se
        ao mais desde muito também bom dia cumprimentos já foi isto isso consigo porquê porque ainda hoje
        ontem cliente encomenda pedido ajuda preciso infelizmente quem onde antes todos tudo cada mesmo
        agora nada fazer esta este estes temos foram será depois sem sobre entre sim podem poderia poderiam
        nos nas pela pelo boa tarde funciona continua quero gostaria volta aqui chegou dinheiro
    """),
    "pl": _words("""
        ja nie i jest to w na z do od dla ze my państwo mi mnie mój moja nasz nasza co jak kiedy ale lub
        cześć dzień dobry dziękuję proszę być jestem mam ma mogę może można się że już też po o przez czy
        tej tym tego są był pozdrawiam mamy za jeszcze bardzo dlaczego nadal znowu działa dobrze dziś
        dzisiaj wczoraj klient zamówienie pomoc pomocy potrzebuję niestety kto gdzie przed wszystko wszyscy
        każdy dużo teraz mogą mogliby państwa ten ta te ich jego jej nam nas wam które który która tylko gdy
        więc tak bo chcę chciałbym chciałabym zwrot tutaj dotarł
    """),
    "cs": _words("""
        já ne a je to v na z do od pro s my vy mi mě můj moje náš naše co jak kdy ale nebo ahoj dobrý den
        děkuji prosím být jsem mám má mohu může lze se že už také po o jsou byl byla pozdravem není jsme za
        ještě velmi při který která můžete si ve proč stále znovu funguje dobře dnes včera zákazník
        objednávka pomoc potřebuji potřebujeme bohužel kdo kde před všechno vše každý moc hodně teď mohli
        ten ta ty jejich jeho její nám nás vám které jen když tak protože díky ho ji jej tam tu zde chci
        chtěl chtěla bych zpět přišlo peníze
    """),
    "sk": _words("""
        ja nie a je to v na z do od pre s my vy mi ma môj moje náš naše čo ako kedy ale alebo ahoj dobrý deň
        ďakujem prosím byť som mám má môžem môže sa že už tiež po o sú bol bola pozdravom nemôžem sme za
        ešte veľmi pri ktorý ktorá môžete si vo prečo stále znova znovu funguje dobre dnes včera zákazník
        objednávka pomoc potrebujem potrebujeme bohužiaľ kto kde pred všetko každý veľa teraz mohli ten tá
        tie ich jeho jej nám nás vám ktoré len keď tak pretože pekne niekoho viem tam tu chcem chcel chcela
        späť prišiel peniaze
    """),
    "ru": _words("""
        я не и это в на с к от для мы вы мне меня мой моя наш ваш что как когда но или здравствуйте добрый
        день спасибо пожалуйста быть есть у могу может можно уже тоже по о из за при если бы был была было
        нет он она они так же все после уважением почему всё ещё снова работает хорошо сегодня вчера клиент
        заказ помощь нужно нужен сожалению кто где перед каждый очень много теперь сейчас могли этот эта эти
        их его её нам нас вам вас которые который которая только то ли чтобы потому большое проверьте мои
        наши со хочу хотел хотела обратно здесь тут пришёл пришел деньги
    """),
    "uk": _words("""
        я не і це в на з до від для ми ви мені мене мій моя наш ваш що як коли але або вітаю добрий день
        дякую будь ласка бути є у можу може можна вже також по про із за при якщо б був була було немає він
        вона вони так же все після та й повагою чому досі знову працює добре сьогодні вчора клієнт
        замовлення допомога потрібно потрібен жаль хто де перед кожен дуже багато тепер зараз могли цей ця
        ці їх його її нам нас вам вас які який яка тільки то би чи щоб тому щиро усе перевірте мої наші зі
        хочу хотів хотіла назад тут прийшов гроші
    """),
    "tr": _words("""
        ben değil ve bu bir için ile biz siz bana beni benim bizim sizin ne nasıl zaman ama veya merhaba
        günler iyi teşekkürler teşekkür ederim lütfen olarak var yok mi mı mu da de daha çok gibi kadar
        ancak rica her sonra en şu o olan oldu ediyorum saygılarımla yardımcı neden hala hâlâ tekrar
        çalışıyor çalışmıyor bugün dün müşteri sipariş yardım ihtiyacım maalesef kim nerede önce şey şimdi
        misiniz mısınız bunu bizi onu beri kontrol eder edebilir bey hanım merhabalar içinde üzerinde
        değildir yapmam istiyorum istiyoruz geri burada geldi
    """),
    "hu": _words("""
        én nem és ez az a egy hogy van volt mi ön nekem engem nekünk mit hogyan mikor de vagy szia üdvözlöm
        köszönöm kérem lenni vagyok meg is már csak még ki be el fel ha mert után nagyon minden lehet kell
        tudok jó napot üdvözlettel tisztelt ami most óta sem szeretném miért mindig újra működik jól ma
        tegnap ügyfél rendelés segítség szükségem sajnos hol előtt mindenki ugyanaz sok ezt azt ezek nekik
        őt minket önök lesz lett lenne volna nélkül nincs szépen kérjük szeretnék szeretnénk vissza itt
        érkezett két óra
    """),
    "ro": _words("""
        eu nu și si este e un o de la în in pe cu pentru din noi voi dumneavoastră mi mă meu mea nostru
        noastră ce cum când dar sau salut bună ziua mulțumesc multumesc vă rog fi sunt am are avem pot poate
        se că sa să mai foarte prin după nici cel care acest această aș stimă încă nou funcționează bine azi
        astăzi ieri client comanda ajutor nevoie păcate cine unde înainte toate tot totul fiecare același
        multe acum deja nimic face aceasta aceste avut fost va fără peste între puteți ați ne le lor frumos
        merge vreau doresc înapoi aici ajuns bani
    """),
    "hr": _words("""
        ja ne i je to u na s od do za mi vi meni me moj moja naš vaša što kako kada ali ili bok pozdrav
        dobar dan hvala molim biti sam imam ima mogu može se da već također po o su bio bila li kod nije
        nismo smo još vrlo jako pri koji koja možete lijepo ste nam vas zašto uvijek opet radi dobro danas
        jučer kupac narudžba pomoć trebam treba nažalost tko gdje prije sve svi svaki isto puno sada ništa
        ovaj ova ovo njihov njegov njezin nama nas vama koje samo kad tako jer želim želimo natrag ovdje
        stigla stigao novac
    """),
    "is": _words("""
        ég ekki og er það þetta í á til af við fyrir með hefur hafa þið þú mér mig hvað hvernig hvenær en
        frá sem eða halló takk vera eitthvað eftir út upp líka núna minn mitt okkar kveðja get getur góðan
        dag hæ að um var eru ykkur vinsamlegast enn mjög ekkert kemur hverju aftur virkar vel gær
        viðskiptavinur pöntun hjálp þarf þurfum því miður hver hvar áður allt allir sama mikið nú getið
        gætuð hafið okkur ykkar þessi þessa fær fengið gera gerir vil hér kom skemmd klukkan
    """),
}
_KNOWN_BY = _languages_by_word(_SMALL_WORDS)
