"""An agent's mail as he meant it: his own words, and the commands at their top. The same from every mail program."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from mailgate.inbound.command_lines import CommandError, Commands, read_commands
from mailgate.inbound.contact_block import is_signature_alone, says_something, without_contact_block
from mailgate.inbound.forwards import Forwarded
from mailgate.inbound.reply_signatures import is_reaction
from mailgate.inbound.reply_text import first_quote, own_words
from mailgate.mail import InboundMail
from ticketing.saying import say

_AT_THE_TOP = say(
    "Commands stand at the top, above all that is quoted or forwarded; below it none is read. Send it again."
)


@dataclass(frozen=True, slots=True)
class AgentsWords:
    """`words`: all of his own; `asked`: the commands in them, and what stands below. `leftovers`: lines that may be of
    what he answers. `hidden`: what its HTML hides where it would be done or sent; then nothing may be."""

    words: str
    asked: Commands
    leftovers: tuple[str, ...]
    hidden: tuple[str, ...]
    among: tuple[str, ...] = ()


def read_agents_words(
    mail: InboundMail, forward: Forwarded | None, theirs: str, name: str, addresses: Collection[str]
) -> AgentsWords:
    """`theirs`: the requester's words, which he may quote. `name` and `addresses` are the agent's."""
    html_folds = tuple(fold for fold in mail.folds if fold.rule.startswith("html"))
    if forward is None:
        text = mail.text
        quote, below = first_quote(text, html_folds)
    else:
        html_folds = tuple(fold for fold in html_folds if fold.end <= forward.above)
        over = mail.text[: forward.above].rstrip()
        text = f"{over}\n{forward.below}"
        quote, _ = first_quote(over, html_folds)
        quote, below = len(over) if quote is None else quote, False
    own = own_words(text, theirs, html_folds)
    words = without_contact_block(own.text, name, addresses)
    # A reaction is a sign to whoever wrote the mail, which here is the desk; it is an answer to nobody.
    reacted = not any(map(str.isalnum, words)) and any(
        is_reaction(line.strip().casefold()) for line in mail.text[:2000].split("\n")
    )
    if reacted or not says_something(words):
        words = ""
    asked = read_commands(words, for_whom="agent")
    if quote is not None and not below and (asked.commands or asked.errors):
        # What he answers or forwards may hold lines that look like his own, however it is quoted.
        folds_above = tuple(fold for fold in html_folds if fold.end <= quote)
        top = without_contact_block(own_words(text[:quote], theirs, folds_above).text, name, addresses)
        above = read_commands(top, for_whom="agent")
        if (asked.commands, len(asked.errors)) != (above.commands, len(above.errors)):
            asked = Commands((), (CommandError(1, "", None, _AT_THE_TOP),), words)
    if asked.commands and (is_signature_alone(asked.rest, name) or not says_something(asked.rest)):
        asked = replace(asked, rest="")
    # HTML can show one thing and say another; what is done must be what he saw.
    plain = " ".join(words.split())
    commanded = bool(asked.commands or asked.errors)
    hidden = tuple(one for one in mail.unseen if commanded or one in plain)
    return AgentsWords(words, asked, own.leftovers, hidden, own.among)
