"""The history of a ticket as sentences: who did what, in words and not in the names of columns. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from ticketing.model import HistoryEntry
from ticketing.saying import Said, say

_ANY: Final = "*"
_SELF: Final = "(the same person)"

# (what, from, to, the sentence); the first row that fits. None: nothing stood there.
_SENTENCES: tuple[tuple[str, str | None, str | None, str], ...] = (
    ("opened", _ANY, _ANY, "{who} opened the ticket"),
    ("assignee", None, _SELF, "{who} took the ticket"),
    ("assignee", _ANY, _SELF, "{who} took the ticket over from {old}"),
    ("assignee", _ANY, None, "{who} put the ticket back, nobody has it"),
    ("assignee", _ANY, _ANY, "{who} gave the ticket to {new}"),
    ("status", "open", "in_progress", "{who} set the work going"),
    ("status", _ANY, "in_progress", "{who} opened the ticket again"),
    ("status", _ANY, "completed", "{who} completed the ticket"),
    ("status", _ANY, "closed", "{who} closed the ticket"),
    ("status", _ANY, _ANY, "{who} set the status to {new}"),
    ("priority", None, _ANY, "{who} set the priority to {new}"),
    ("priority", _ANY, _ANY, "{who} changed the priority from {old} to {new}"),
    ("title", _ANY, _ANY, "{who} changed the title from “{old}” to “{new}”"),
    ("waiting_for", "approval", None, "{who} let it go on"),
    ("waiting_for", _ANY, None, "{who} ended the waiting"),
    ("waiting_for", _ANY, "requester", "{who} left it to the requester, for whom it waits"),
    ("waiting_for", _ANY, "approval", "a main user was asked to approve it"),
    ("waiting_for", _ANY, "third_party", "{who} left it to a third party, for whom it waits"),
    ("resolution", _ANY, None, "{who} took the resolution away"),
    ("resolution", _ANY, _ANY, "{who} noted what solved it: {new}"),
    ("answer", _ANY, "undone", "{who} took back the answer {old}"),
    ("answer", _ANY, "held", "{who} wrote an answer that is held, because something came between"),
    ("answer", _ANY, _ANY, "{who} answered, {new}"),
    ("note", _ANY, "undone", "{who} took back the note {old}"),
    ("note", _ANY, "unverified", "somebody wrote in the name of {who}, and it is kept as a note"),
    ("note", _ANY, _ANY, "{who} noted, {new}"),
    ("message", _ANY, _ANY, "{who} wrote, {new}"),
    ("link", _ANY, _ANY, "{who} linked it with {new}"),
    ("fyi", "true", _ANY, "{who} made it a request"),
    ("participant", _ANY, None, "{who} removed {old}"),
    ("participant", _ANY, _ANY, "{who} let {new} take part"),
    ("acknowledgement", _ANY, "sent", "{who} sent the acknowledgement"),
    ("acknowledgement", _ANY, _ANY, "{who} sent no acknowledgement ({new})"),
    ("mail", _ANY, "not carried out", "{who} sent a mail that could not be carried out"),
    ("mail", _ANY, "waits for confirmation", "{who} sent a mail that waits for his confirmation"),
    ("undelivered", _ANY, _ANY, "a mail of ours did not arrive: {new}"),
    ("delayed", _ANY, _ANY, "a mail of ours is delayed: {new}"),
    ("delivered", _ANY, _ANY, "a mail of ours arrived: {new}"),
    ("deadline", _ANY, _ANY, "a deadline: {new}"),
    ("late intake", _ANY, _ANY, "it came in late: {new}"),
    ("auto-close", _ANY, "stopped", "{who} wrote, so it does not close by itself"),
    ("reopening", _ANY, "refused", "{who} wrote, but it was opened again too often and stays as it is"),
    ("flag", _ANY, _ANY, "marked: {new}"),
    ("time", _ANY, _ANY, "{who} spent {new} on it"),
    ("asked", _ANY, _ANY, "{who} asked {new}"),
    ("split", _ANY, _ANY, "{who} parted {new} from it"),
    ("merged", _ANY, _ANY, "{who} merged {new} into it"),
    ("merged_into", _ANY, None, "{who} parted it from {old} again"),
    ("merged_into", _ANY, _ANY, "{who} merged it into {new}"),
    ("forward", _ANY, _ANY, "{who} showed it to somebody outside: {new}"),
    ("edit", _ANY, _ANY, "{who} corrected {old}"),
    ("call", _ANY, _ANY, "{who} spoke on the telephone, {new}"),
    ("requester", _ANY, _ANY, "{who} named {new} as the requester"),
    ("contact", _ANY, None, "{who} removed the contact {old}"),
    ("contact", _ANY, _ANY, "{who} named {new} as the contact"),
    ("address", _ANY, _ANY, "{who} added an address, {new}"),
    ("number", _ANY, _ANY, "{who} noted {new}, its number elsewhere"),
    ("field", _ANY, None, "{who} cleared {old}"),
    ("field", _ANY, _ANY, "{who} filled in {new}"),
    ("tags", _ANY, None, "{who} removed all tags"),
    ("tags", _ANY, _ANY, "{who} set the tags {new}"),
    ("task", _ANY, "done", "{who} has done: {old}"),
    ("task", None, _ANY, "{who} put on the list: {new}"),
    ("due", _ANY, "passed", "the deadline by hand has passed: {old}"),
    ("due", _ANY, None, "{who} took the deadline away"),
    ("due", _ANY, _ANY, "{who} set the deadline {new}"),
    ("estimate", None, _ANY, "{who} sent an estimate: {new}"),
    ("estimate", _ANY, _ANY, "{who} answered the estimate: {new}"),
    ("routed", _ANY, _ANY, "{who} put it into the queue {new}"),
    ("assignment", _ANY, _ANY, "{who} found nobody who is free to take it"),
    ("looked", _ANY, _ANY, "{who} asked how it stands"),
    ("satisfaction", _ANY, "asked", "{who} asked how it was"),
    ("satisfaction", _ANY, _ANY, "{who} gave {new} of 5"),
)
_SET = "{who} set {what}: {new}"
_CHANGED = "{who} changed {what} from {old} to {new}"
_TAKEN = "{who} took away {what}: {old}"
# What a value of these is in words; of all others it stands as it is.
_WORDED = frozenset({"status", "priority"})
# What the operators have names for.
_CALLED = frozenset({"type", "category", "field"})


def sentence(
    entry: HistoryEntry,
    name_of: Callable[[str], str],
    words_of: Mapping[str, str],
    called: Callable[[str, str], str] = lambda what, value: value,
) -> Said:
    """One line of the history. `name_of`: the name of an agent's id, of an address; `words_of`: how the message M2
    begins; `called`: what a type, a category or a field is called."""
    old, new = (_value(entry.what, value, name_of, words_of, called) for value in (entry.old, entry.new))
    who = name_of(entry.who)
    for what, was, became, pattern in _SENTENCES:
        if what == entry.what and _fits(was, entry.old, entry.who) and _fits(became, entry.new, entry.who):
            return say(pattern, who=who, old=old, new=new)
    pattern = _TAKEN if entry.new is None else _SET if entry.old is None else _CHANGED
    return say(pattern, who=who, what=say(entry.what.replace("_", " ")), old=old, new=new)


def _fits(wanted: str | None, value: str | None, who: str) -> bool:
    return wanted in (_ANY, value) or (wanted == _SELF and value == who)


def _value(
    what: str,
    value: str | None,
    name_of: Callable[[str], str],
    words_of: Mapping[str, str],
    called: Callable[[str, str], str],
) -> str:
    if value is None:
        return ""
    if what in ("assignee", "asked"):
        return name_of(value)
    if what in ("answer", "note", "message", "call"):
        words = words_of.get(value, "")
        return say("{message}: {words}", message=value, words=words) if words else value
    if what in _CALLED:
        return called(what, " ".join(value.split()))
    return say(value.replace("_", " ")) if what in _WORDED else " ".join(value.split())
