"""What may leave the house: one check for every word that an agent types and that somebody outside reads, now or later
on (RULES 6). A note, an agent's address, an answer address and another requester's words never do."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from ticketing.desk.core import Desk, Refusal
from ticketing.model import Message, Ticket
from ticketing.saying import say
from ticketing.store import messages, people, tickets
from ticketing.store.journal import Difference

if TYPE_CHECKING:
    from ticketing.desk.effects.work import Hand

# A line of a note shorter than this may stand in an answer too.
SHORT_LINE = 12
RUN = 6  # words
# A line of a note with one word less counts too, where it is no phrase.
LONGEST_PHRASE = 24
# What stands in these columns is told to people outside, in subjects and in automatic mails.
_TOLD_OF_A_TICKET = ("title", "subject", "resolution")


def check(hand: Hand, rows: Sequence[Difference], at_hand: Ticket | None) -> None:
    """What a mail or command has written where people outside read it, by whatever command it came there. `rows`: all
    that it changed; `at_hand`: the ticket it was about at first. Raises Refusal."""
    desk = hand.desk
    # What the same mail says in a note, he has said to both on purpose.
    new = {one.key[0] for one in rows if one.table == "message" and one.before is None}
    for ticket_id, words in _written(hand, rows):
        [ticket] = tickets.by_ids(desk.connection, [ticket_id])
        if ticket.internal and ticket.title_inside and not desk.reaches_outside(ticket):
            continue  # nobody outside is told; whoever is made its requester reads neither title nor resolution
        beside = at_hand if at_hand is not None and at_hand.id != ticket.id else None
        refuse(desk, ticket, words, beside=beside, but=new)


def _written(hand: Hand, rows: Sequence[Difference]) -> Iterator[tuple[int, str]]:
    """(ticket, words that are told outside)."""
    for one in tickets.by_ids(hand.desk.connection, hand.made):
        yield one.id, one.title
    for row in rows:
        if row.after is None:
            continue
        if row.table == "ticket":
            yield from ((row.key[0], row.after[name]) for name in _TOLD_OF_A_TICKET if row.after.get(name))
        elif row.table == "estimate" and row.before is None and row.after["price"]:
            yield row.after["ticket_id"], row.after["price"]


def refuse(
    desk: Desk,
    ticket: Ticket,
    words: str,
    *,
    party: str | None = None,
    beside: Ticket | None = None,
    but: Collection[int] = (),
) -> None:
    """Raises Refusal where these words must not be told to the people outside of this ticket."""
    if lines := lines_in(desk, ticket, words, party=party, beside=beside, but=but):
        told = (
            "this must not leave the house: {lines} – delete it and send it again; a signature goes below a line “-- ”"
        )
        raise Refusal(say(told, lines=" / ".join(lines[:5])))


def lines_in(
    desk: Desk,
    ticket: Ticket,
    words: str,
    *,
    party: str | None = None,
    beside: Ticket | None = None,
    but: Collection[int] = (),
) -> list[str]:
    """Lines that stand in a note of the ticket or in the words of a former requester, or name an agent's address or an
    answer address of ours; what the requester wrote himself may be said back to him.

    `party`: the words go to somebody outside instead, who may hear again what he wrote and what was written to him.
    `beside`: the ticket that the agent had before him, whose notes, and whose words if somebody else asked there, stay
    inside too. `but`: messages that do not count.
    """
    return inside(desk, ticket, party=party, beside=beside, but=but).found_in(words)


@dataclass(frozen=True, slots=True)
class Inside:
    """What of a ticket stays inside: lines, runs of words, addresses. `theirs`: lines that whoever reads it has written
    himself."""

    lines: frozenset[str]
    theirs: frozenset[str]
    runs: frozenset[tuple[str, ...]]
    staff: tuple[str, ...]
    signed: tuple[str, ...]

    def found_in(self, words: str) -> list[str]:
        """The lines, else the runs of words, that must not leave."""
        lines = [(line, plain) for line in words.splitlines() if (plain := _squeezed(line)) not in self.theirs]
        found = [
            line.strip()
            for line, plain in lines
            if plain in self.lines
            or any(_names(plain, address) for address in self.staff)
            or any(_answer_address(plain, one) for one in self.signed)
        ]
        if not found:  # an address may be broken in two
            whole = "\n".join(plain for _, plain in lines)
            found = [address for address in self.staff if _names(whole, address)]
        return found or list(dict.fromkeys(" ".join(run) for run in self._runs_in(words)))

    def notes_in(self, text: str) -> bool:
        """Whether a long text, as a file's, says what is said inside."""
        return any(_squeezed(line) in self.lines for line in text.splitlines()) or any(self._runs_in(text))

    def _runs_in(self, words: str) -> Iterator[tuple[str, ...]]:
        # Mail programs wrap lines anew, so that a note's words may stand there in other lines.
        both = chain(_runs(words), _runs(words, RUN - 1)) if self.runs else ()
        return (run for run in both if run in self.runs)


def inside(
    desk: Desk,
    ticket: Ticket,
    *,
    party: str | None = None,
    beside: Ticket | None = None,
    but: Collection[int] = (),
) -> Inside:
    """What must not reach the people outside of a ticket; as in `lines_in`."""
    to, copies = desk.answers_to(ticket)
    written = [(one, kept) for one, kept in _messages(desk, ticket, beside, party) if one.id not in but]
    lines: set[str] = set()
    runs: set[tuple[str, ...]] = set()
    for one in (one for one, kept in written if kept):
        lines.update(map(_squeezed, (one.text + "\n" + one.full_text).splitlines()))
        runs.update(_runs(one.text), *(_runs(line, RUN - 1) for line in _short_lines(one.text)))
    said = [one.full_text for one, kept in written if not kept]
    theirs = frozenset(_squeezed(line) for text in said for line in text.splitlines())
    for text in said if runs else ():
        runs.difference_update(_runs(text), _runs(text, RUN - 1))
    reached = {party} if party is not None else {to.address, *(one.address for one in copies)}
    return Inside(
        # A short line of a note ("Thanks", "Hello Ola") says nothing of the note.
        lines=frozenset(line for line in lines if len(line) >= SHORT_LINE) - theirs,
        theirs=theirs,
        runs=frozenset(runs),
        staff=tuple(address for address in desk.policy.agent_of if address not in reached),
        signed=tuple(f"{address.partition('@')[0]}+" for address in desk.policy.mailboxes),
    )


def _messages(desk: Desk, ticket: Ticket, beside: Ticket | None, party: str | None) -> Iterator[tuple[Message, bool]]:
    """What was written, and whether it stays inside; without what says neither."""
    former, (to, _) = desk.former_requesters(ticket), desk.answers_to(ticket)
    for one in messages.of_ticket(desk.connection, ticket.id):
        wrote = one.author.address if one.author is not None else None
        if party is not None and party in (wrote, *one.to_addresses):
            yield one, False
        elif one.internal or wrote in former:
            yield one, True
        elif _own(one) or (one.role == "agent" and to.address in one.to_addresses):
            yield one, False
    if beside is None:
        return
    same = people.same_person(desk.connection, to.address) if to.address else frozenset()
    for one in messages.of_ticket(desk.connection, beside.id):
        wrote = one.author.address if one.author is not None else None
        if one.internal or beside.requester.address not in same:
            yield one, wrote not in same or one.internal
        elif _own(one):
            yield one, False


def _own(one: Message) -> bool:
    """Whether somebody outside wrote it himself; what an agent has written down for him is the agent's wording."""
    return one.role in ("requester", "cc") and one.agent is None


def _runs(text: str, length: int = RUN) -> Iterator[tuple[str, ...]]:
    """Every run of words in a text that is long enough not to stand in two texts by chance."""
    words = re.findall(r"\w+", _seen(text).casefold())
    return (tuple(words[n : n + length]) for n in range(len(words) - length + 1))


def _short_lines(text: str) -> Iterator[str]:
    return (
        line for line in text.splitlines() if len(line) >= LONGEST_PHRASE and len(re.findall(r"\w+", line)) == RUN - 1
    )


# Characters that nobody sees, soft hyphens and joiners among them: a word with one within is read as the word.
_UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
_AROUND_AT = re.compile(r"\s{0,40}@\s{0,40}")


def _seen(text: str) -> str:
    """The text as it looks: without what nobody sees, letters of other widths as the usual ones."""
    return text if text.isascii() else unicodedata.normalize("NFKC", _UNSEEN.sub("", text))


def _squeezed(line: str) -> str:
    return " ".join(_seen(line).lstrip("> \t").casefold().split())


def _names(text: str, address: str) -> bool:
    if "@" not in text:
        return False
    text = _AROUND_AT.sub("@", text)
    return address in text and re.search(rf"(?<![\w.+-]){re.escape(address)}(?![\w-])", text) is not None


def _answer_address(line: str, beginning: str) -> bool:
    """`support+p.261121001.…`: whoever has it speaks for somebody."""
    return beginning in line and re.search(rf"{re.escape(beginning)}[a-z]\.?\d", line) is not None
