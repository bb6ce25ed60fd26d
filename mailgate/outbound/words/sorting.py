"""What the desk says about types, fields, categories and estimates. English: (Norwegian bokmål, Finnish)."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "Type of {number} is {value} now.": (
        "Typen til {number} er nå {value}.",
        "Tapauksen {number} tyyppi on nyt {value}.",
    ),
    "Category of {number} is {value} now.": (
        "Kategorien til {number} er nå {value}.",
        "Tapauksen {number} kategoria on nyt {value}.",
    ),
    "{key} of {number} is {value} now.": (
        "{key} i {number} er nå {value}.",
        "{key} on nyt {value} (tapaus {number}).",
    ),
    "{key} of {number} is cleared.": ("{key} i {number} er tømt.", "{key} on tyhjennetty (tapaus {number})."),
    "{number} has no {key} that could be cleared": (
        "{number} har ingen {key} som kan tømmes",
        "tapauksessa {number} ei ole tyhjennettävää kenttää {key}",
    ),
    "no type “{text}”{nearest} (there are: {there})": (
        "det finnes ingen type «{text}»{nearest} (typene er: {there})",
        "tyyppiä ”{text}” ei ole{nearest} (tyypit: {there})",
    ),
    "no category “{text}”{nearest} (there are: {there})": (
        "det finnes ingen kategori «{text}»{nearest} (kategoriene er: {there})",
        "kategoriaa ”{text}” ei ole{nearest} (kategoriat: {there})",
    ),
    ", did you mean {meant}?": (", mente du {meant}?", ", tarkoititko {meant}?"),
    "“{text}” is no name of a field: letters, figures and _ only": (
        "«{text}» er ikke et feltnavn: bare bokstaver, tall og _",
        "”{text}” ei ole kentän nimi: vain kirjaimia, numeroita ja _",
    ),
    "that is too long for a field; write it as a note": (
        "det er for langt for et felt; skriv det som et notat",
        "se on liian pitkä kenttään; kirjoita se muistiinpanoksi",
    ),
    "Estimate: {what} ({state})": ("Anslag: {what} ({state})", "Arvio: {what} ({state})"),
    "approved": ("godkjent", "hyväksytty"),
    "declined": ("avslått", "hylätty"),
    "replaced": ("erstattet", "korvattu"),
    "Still missing: {missing}": ("Mangler fortsatt: {missing}", "Puuttuu vielä: {missing}"),
    "For us to do: {what}": ("Gjenstår for oss: {what}", "Meiltä vielä tekemättä: {what}"),
    "6:00 [PRICE]": ("6:00 [PRIS]", "6:00 [HINTA]"),
    "ask the requester to approve it": ("be innmelderen godkjenne det", "pyydä asiakasta hyväksymään se"),
    "How long will it take?": ("Hvor lang tid vil det ta?", "Kuinka kauan se vie?"),
    "Behind the time stands the price alone; write the rest below the commands.": (
        "Bak tiden står bare prisen; skriv resten under kommandoene.",
        "Ajan jäljessä on vain hinta; kirjoita muu komentojen alle.",
    ),
    "{number} is {status}, so there is nothing to estimate": (
        "{number} er {status}, så det er ingenting å anslå",
        "{number} on tilassa {status}, joten arvioitavaa ei ole",
    ),
    "{number} has no requester who could approve an estimate": (
        "{number} har ingen innmelder som kan godkjenne et anslag",
        "tapauksella {number} ei ole asiakasta, joka voisi hyväksyä arvion",
    ),
    "The estimate {what} goes to {to} in {seconds} seconds. You will hear the answer.": (
        "Anslaget {what} går til {to} om {seconds} sekunder. Du får vite svaret.",
        "Arvio {what} lähtee osoitteeseen {to} {seconds} sekunnin kuluttua. Saat tiedon vastauksesta.",
    ),
    "estimate approved: {what}": ("anslaget er godkjent: {what}", "arvio hyväksytty: {what}"),
    "estimate declined: {what}": ("anslaget er avslått: {what}", "arvio hylätty: {what}"),
    "answers an older estimate: {what}": (
        "svarer på et eldre anslag: {what}",
        "vastaa vanhempaan arvioon: {what}",
    ),
    "You have approved our estimate for case {number}: {what}.": (
        "Du har godkjent anslaget vårt for sak {number}: {what}.",
        "Olet hyväksynyt arviomme tapauksesta {number}: {what}.",
    ),
    "You have declined our estimate for case {number}: {what}.": (
        "Du har avslått anslaget vårt for sak {number}: {what}.",
        "Olet hylännyt arviomme tapauksesta {number}: {what}.",
    ),
    "Yes, I approve it": ("Ja, jeg godkjenner det", "Kyllä, hyväksyn sen"),
    "No, thank you": ("Nei takk", "Ei kiitos"),
    "Yes": ("Ja", "Kyllä"),
    "No": ("Nei", "Ei"),
    "approve": ("godkjenning", "hyväksyntä"),
    "Its words fit several categories. Choose one: {ready}": (
        "Ordene passer til flere kategorier. Velg én: {ready}",
        "Sanat sopivat useaan kategoriaan. Valitse yksi: {ready}",
    ),
}
