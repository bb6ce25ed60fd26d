"""The words people write for commands and in them: the one table `WORDS`.

The reader of command lines, the help and the nearest-name hint all go by it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Literal

from ticketing.commands import (
    AddAlias,
    AddNumber,
    AskStatus,
    OwnList,
    SetCategory,
    SetContact,
    SetField,
    SetOrganisation,
    SetPriority,
    SetProject,
    SetRequester,
    SetStatus,
    SetTitle,
    SetType,
    TodoDone,
)
from ticketing.saying import Said, say

Role = Literal["agent", "requester"]

# What people write for nobody or nothing, and between one and whom he gives something to.
NOBODY = frozenset({"none", "nobody", "ingen", "ikke", "ei-kukaan", "ei-mitään", "-"})
TO = frozenset({"to", "til", "till", "->", "→", "henkilölle"})

_OWN_LISTS: dict[OwnList, tuple[str, ...]] = {
    "mine": ("omat",),
    "unassigned": ("ufordelte", "ledige", "vapaat"),
    "overdue": ("forfalte", "myöhässä"),
    "starred": ("stjerne", "stjernemerkede", "tähti", "tähdelliset"),
    "recent": ("siste", "viimeisimmät"),
    "workload": ("fordeling", "kuormitus"),
}
LIST_BY_NAME: dict[str, OwnList] = {name: what for what, names in _OWN_LISTS.items() for name in (what, *names)}
PERSON_WORDS = ("person", "henkilö")
ORGANISATION_WORDS = ("org", "organisasjon", "organisaatio", "järjestö")
LISTS_OF_OURS = frozenset({*LIST_BY_NAME, *PERSON_WORDS, *ORGANISATION_WORDS})
"""What no list of the house may be called."""


@dataclass(frozen=True, slots=True)
class Word:
    """`name` is what help and receipts say; `nb` and `fi` are further names people write. `arguments` is shown behind
    the name. `guarded`: destructive or disclosing, so it needs an authenticated agent or his confirmation (`Cc` only
    for a new address)."""

    name: str
    nb: tuple[str, ...]
    fi: tuple[str, ...]
    arguments: str
    help: str
    who: frozenset[Role] = field(default=frozenset({"agent"}))
    guarded: bool = False


_BOTH: frozenset[Role] = frozenset({"agent", "requester"})
_REQUESTER: frozenset[Role] = frozenset({"requester"})

WORDS: tuple[Word, ...] = (
    Word("note", ("notat", "merknad"), ("muistiinpano", "huomautus"), "", "the words below stay internal"),
    Word("reply", ("svar", "svare"), ("vastaa", "vastaus"), "", "the words below go to the requester"),
    Word("claim", ("ta", "tek"), ("ota",), "", "take the ticket"),
    Word("assign", ("tildel",), ("siirrä", "osoita"), "AGENT|none", "give the ticket to an agent"),
    Word("ask", ("spør", "spør-kollega"), ("kysy",), "AGENT", "ask a colleague, keep the ticket"),
    Word("done", ("ferdig", "løst", "fullført"), ("valmis", "ratkaistu"), "", "completed"),
    Word("close", ("lukk", "avslutt"), ("sulje",), "", "closed", who=_BOTH),
    Word("reopen", ("gjenåpne", "åpne"), ("avaa", "avaa-uudelleen"), "", "back to work"),
    Word("status", ("tilstand",), ("tila",), "open|progress", "set it; a requester asks how it stands", who=_BOTH),
    Word("priority", ("prioritet", "pri"), ("prioriteetti", "kiire"), "low|medium|high|urgent", "how urgent it is"),
    Word("type", ("sakstype",), ("tyyppi",), "TYPE", "set the type"),
    Word("category", ("kategori",), ("kategoria", "luokka"), "CATEGORY", "set the category"),
    Word("tag", ("tagg", "merkelapp"), ("tunniste",), "+x -y", "add and remove tags"),
    Word("title", ("tittel", "emne"), ("otsikko",), '"TITLE"', "set the title"),
    Word("field", ("felt",), ("kenttä",), "KEY=VALUE", "fill in a field"),
    Word("estimate", ("anslag", "overslag"), ("arvio", "kustannusarvio"), "6:00 [PRICE]",
         "ask the requester to approve it"),
    Word("wait", ("vent",), ("odota",), "requester|vendor [until DAY]", "it is somebody else's turn"),
    Word("due", ("frist",), ("määräaika", "eräpäivä"), "DAY", "set a deadline"),
    Word("resolution", ("løsning", "løysing"), ("ratkaisu",), "(lines) !end", "what solved it"),
    Word("canned", ("svarmal", "mal"), ("vakiovastaus", "pohja"), "NAME [KEY=VALUE]",
         "send a prepared answer (? shows them)"),
    Word("cc", ("kopi",), ("kopio",), "+ADDRESS -ADDRESS", "who else hears of it", guarded=True),
    Word("requester", ("innmelder", "innsender"), ("pyytäjä",), "ADDRESS", "who asked", guarded=True),
    Word("contact", ("kontakt",), ("yhteyshenkilö",), "ADDRESS|none", "whom the answers go to, the requester in copy",
         guarded=True),
    Word("org", ("organisasjon",), ("organisaatio", "järjestö"), "NAME|none", "set the organisation"),
    Word("project", ("prosjekt",), ("projekti", "hanke"), "NAME|none", "set the project"),
    Word("equipment", ("utstyr", "apparat"), ("laite", "laitteet"), "SERIAL -SERIAL", "which equipment it is about"),
    Word("alias", ("adresse",), ("osoite",), "ADDRESS", "one more address of the requester", guarded=True),
    Word("number", ("nummer",), ("numero",), "NUMBER", "the number of this case in another system"),
    Word("link", ("koble", "lenke"), ("linkitä",), "CASE", "these two have to do with each other"),
    Word("merge", ("flett", "slå-sammen"), ("yhdistä",), "CASE", "this ticket goes into that one", guarded=True),
    Word("split", ("del", "splitt"), ("jaa",), '"TITLE" [m3 files]', "a new ticket out of this one"),
    Word("forward", ("videresend",), ("välitä",), "ADDRESS [m3 m5|all] [#CASE …]", "show it to somebody outside",
         guarded=True),
    Word("edit", ("rediger",), ("muokkaa",), "m3 (lines) !end", "correct a message"),
    Word("call", ("samtale", "telefon"), ("puhelu",), "0:10", "there was a telephone call"),
    Word("time", ("tid",), ("aika",), "0:30 [billable]", "time spent"),
    Word("todo", ("oppgave", "gjøremål"), ("tehtävä",), "WORDS [@AGENT] [DAY]", "something to be done"),
    Word("remind", ("påminn", "minn"), ("muistuta",), "DAY WORDS", "remind me"),
    Word("spam", ("søppel",), ("roskaposti",), "", "unwanted: close it"),
    Word("silent", ("stille",), ("hiljaa",), "", "the requester hears nothing of it"),
    Word("accept", ("godta",), ("hyväksy",), "ID", "take what waits for a decision"),
    Word("reject", ("avvis",), ("hylkää",), "ID", "refuse what waits for a decision"),
    Word("undo", ("angre",), ("peru", "kumoa"), "", "take back the last answer or change"),
    Word("show", ("vis",), ("näytä",), "[CASE]", "send me the ticket"),
    Word("history", ("historikk",), ("historia",), "[CASE]", "send me who did what"),
    Word("sla", ("frister",), ("määräajat",), "", "send me the deadlines"),
    Word("new", ("ny",), ("uusi",), "[TEMPLATE]", "open a ticket"),
    Word("list", ("liste",), ("lista", "listaa"),
         "mine|unassigned|overdue|starred|recent|workload|person ADDRESS|org NAME|NAME", "send me a list"),
    Word("star", ("stjerne",), ("tähti",), "", "put a star on it, or take it off"),
    Word("mark", ("merke", "merk"), ("merkki", "merkitse"), "NAME|-NAME", "my own mark, to find it again"),
    Word("next", ("neste",), ("seuraava",), "", "send me the most urgent free ticket"),
    Word("away", ("borte", "fravær"), ("poissa",), "until DAY [to AGENT]", "I am not here"),
    Word("back", ("tilbake",), ("takaisin", "paikalla"), "", "I am here again"),
    Word("reassign", ("omfordel", "overfør"), ("siirrä-kaikki",), "AGENT to AGENT", "all open tickets change hands",
         guarded=True),
    Word("report", ("rapport",), ("raportti",), "", "send me the figures"),
    Word("help", ("hjelp",), ("ohje", "apua"), "[COMMAND]", "send me this list", who=_BOTH),
    Word("stop", ("stopp",), ("lopeta",), "", "no further copies to me", who=_REQUESTER),
    Word("request", ("forespørsel", "henvendelse"), ("pyyntö",), "", "please treat this as a request", who=_BOTH),
    Word("mine", ("mine-saker", "mitt"), ("omat",), "", "send me my cases", who=_REQUESTER),
)  # fmt: skip

END_WORDS = ("end", "slutt", "loppu")


def word_key(word: str) -> str:
    """Any case, with or without the dots and rings: `Løsning`, `LOSNING` and `løsning` are one word."""
    plain = word.casefold().replace("ø", "o").replace("æ", "ae").replace("ß", "ss")
    return "".join(sign for sign in unicodedata.normalize("NFKD", plain[:80]) if not unicodedata.combining(sign))


NEAR: dict[str, tuple[str, ...]] = {
    "note": ("comment", "kommentar", "kommentti"),
    "reply": ("answer",),
    "claim": ("take", "grab", "overta"),
    "assign": ("tildele",),
    "done": ("fixed", "solved", "resolved", "complete", "completed", "finished", "klar", "utført", "tehty", "korjattu"),
    "close": ("closed", "lukke", "steng"),
    "priority": ("prio",),
    "tag": ("tags", "tagger"),
    "wait": ("waiting", "venter"),
    "due": ("deadline",),
    "forward": ("fwd",),
    "remind": ("reminder", "påminnelse", "muistutus"),
}
"""What people write and no help shows."""

BY_NAME: dict[str, Word] = {
    word_key(name): word for word in WORDS for name in (word.name, *word.nb, *word.fi, *NEAR.get(word.name, ()))
}


# Commands whose class has another name than the word people write.
_WORDS_OF: dict[type, str] = {
    SetStatus: "status", SetPriority: "priority", SetType: "type", SetCategory: "category", SetTitle: "title",
    SetField: "field", SetRequester: "requester", SetContact: "contact", SetOrganisation: "org", AddAlias: "alias",
    AddNumber: "number", AskStatus: "status", TodoDone: "todo", SetProject: "project",
}  # fmt: skip


def word_of(command: type) -> str:
    """The English word for a command: `priority` for SetPriority."""
    return _WORDS_OF.get(command, command.__name__.lower())


def usage(word: Word) -> Said:
    """`!assign AGENT|none`; whoever reads another language sees the names of his own."""
    command = say(f"!{word.name}")
    return say("{command} {arguments}", command=command, arguments=say(word.arguments)) if word.arguments else command


def help_on(word: Word) -> Said:
    """What a command does, in a line: `!claim: take the ticket`."""
    return say("{usage}: {help}", usage=usage(word), help=say(word.help))


_GUIDANCE = {
    "priority": (
        say("low: it can wait, and nobody is held up"),
        say("medium: somebody is hindered, but can work on"),
        say("high: somebody cannot do his work, or many are hindered"),
        say("urgent: a whole house stands still, or there is danger or loss"),
    )
}


def guidance(word: Word) -> tuple[Said, ...]:
    """What helps to choose between its arguments, a line each."""
    return _GUIDANCE.get(word.name, ())


def help_lines(role: Role, only: Collection[str] | None = None) -> list[str]:
    """One line a command, for a receipt. `only`: the words that can be carried out; None: all."""
    return [help_on(word) for word in WORDS if role in word.who and (only is None or word.name in only)]
