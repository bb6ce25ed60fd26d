"""The last lines of a mail to a requester: what he can do with one touch, without a word of his own.

Each is a mailto link (RFC 6068). Closing has a signed address of its own, so that even an empty mail says it; what is
asked stands as a command in the mail that the link prepares. Where a server knows no sub-addresses the prepared mail
carries our id in its text, which does the same (RULES 3).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from markupsafe import Markup

from mailgate.outbound import marks
from mailgate.outbound.compose.letter import Touch, Writing
from mailgate.outbound.mime import clean_header
from mailgate.outbound.sayings import saying
from ticketing import case_number
from ticketing.saying import Said, say


@dataclass(frozen=True, slots=True)
class _Wanted:
    """`purpose`: of the address it goes to. `command`: what the prepared mail says, where the address alone does
    not."""

    words: Said
    purpose: str
    command: Said


_WANTED: dict[Touch, _Wanted] = {
    "confirm": _Wanted(say("Yes, it is solved"), "c", say("!close")),
    "close": _Wanted(say("Close the case"), "c", say("!close")),
    "approve": _Wanted(say("Yes, I approve it"), "c", say("Yes")),
    "decline": _Wanted(say("No, thank you"), "r", say("No")),
    "status": _Wanted(say("How does it stand?"), "r", say("!status")),
    "request": _Wanted(say("Please treat it as a request"), "r", say("!request")),
    "yes": _Wanted(say("Yes, go ahead"), "f", say("yes")),
    "no": _Wanted(say("No, leave it"), "f", say("no")),
    # The score stands first in the subject: there the desk reads it.
    "5": _Wanted(say("5 – very good"), "s", say("5")),
    "4": _Wanted(say("4 – good"), "s", say("4")),
    "3": _Wanted(say("3 – neither good nor bad"), "s", say("3")),
    "2": _Wanted(say("2 – poor"), "s", say("2")),
    "1": _Wanted(say("1 – very poor"), "s", say("1")),
}


def as_text(touches: Sequence[Touch], writing: Writing, language: str) -> str:
    """A line each, the link in angle brackets."""
    return "\n".join(f"{words} <{link}>" for words, link in _links(touches, writing, language))


def as_html(touches: Sequence[Touch], writing: Writing, language: str) -> Markup:
    """One line of links."""
    links = [Markup('<a href="{}">{}</a>').format(link, words) for words, link in _links(touches, writing, language)]
    return Markup("<p>{}</p>").format(Markup(" &middot; ").join(links)) if links else Markup("")


def _links(touches: Sequence[Touch], writing: Writing, language: str) -> list[tuple[str, str]]:
    return [(saying(_WANTED[one].words, language), _link(_WANTED[one], writing, language)) for one in touches]


def _link(wanted: _Wanted, writing: Writing, language: str) -> str:
    about = writing.about
    tag = case_number.tag(about.number, clean_header(about.tag_word)) if about else ""
    fields = {"subject": f"{tag} {saying(wanted.words, language)}".strip()}
    if not writing.plus:
        signed = f"{marks.REF} {writing.signer.body_id(writing.number, writing.row)}"
        fields["body"] = f"{saying(wanted.command, language)}\r\n\r\n{signed}"
    elif wanted.purpose in ("r", "f"):
        fields["body"] = saying(wanted.command, language)
    query = "&".join(f"{name}={quote(value, safe='!')}" for name, value in fields.items())
    return f"mailto:{quote(writing.address(wanted.purpose), safe='@+')}?{query}"
