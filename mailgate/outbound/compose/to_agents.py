"""What each notice to an agent or an operator says, and which of its words may stand bare (marks)."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

from mailgate.outbound import marks
from mailgate.outbound.compose.letter import WORDS_HERE, Letter, Writing, file_name, head, lines, title
from mailgate.outbound.mime import clean_header, clean_text
from mailgate.outbound.sayings import saying
from ticketing.model import Person, Status
from ticketing.notices import (
    AgentAlert,
    AlertDigest,
    ConfirmationRequest,
    Escalation,
    HandedOver,
    OperatorAlarm,
    Receipt,
    Reminder,
    Sheet,
)
from ticketing.saying import Said, say

# Bounces must come: else we would never hear that an agent's alerts do not arrive.
_FOR_STAFF = "OOF, AutoReply"
_NOT_THEIRS = frozenset({"external", "from the former requester"})


def _agent_alert(writing: Writing, notice: AgentAlert) -> Letter:
    about = notice.about
    # Somebody's own words are never looked up; the desk's own are.
    told = saying(notice.words, notice.language) if isinstance(notice.words, Said) else notice.words
    words = clean_text(told).strip("\n")
    # Only a requester's own words may be quoted back to him; a note's or an outsider's are signed like our lines.
    quotable = notice.answer == "p" and not _NOT_THEIRS & set(notice.badges)
    values = {
        **writing.case(about, notice.language),
        "why": clean_header(notice.why),
        # A person's name is never looked up, whatever it reads.
        "by": clean_header(saying(notice.by, notice.language) if isinstance(notice.by, Said) else notice.by),
        "requester": _named(about.requester) if notice.why in ("assigned", "asked") else None,
        "organisation": clean_header(notice.organisation or "") or None,
        "words": WORDS_HERE if words else "",
        "files": tuple({"name": file_name(file, notice.language), "size": file.size} for file in notice.files),
        "badges": lines(notice.badges, notice.language),
        "hints": lines(notice.hints, notice.language),
        "assignee": clean_header(notice.assignee or "") or None,
        "waiting": clean_header(notice.waiting or "") or None,
        "promised_at": writing.local(notice.promised_at),
        "answer": notice.answer,
        "priority": notice.priority,
        "missing": lines(notice.missing, notice.language),
        "to_do": lines(notice.to_do, notice.language),
        "theirs": lines(notice.theirs, notice.language),
        "similar": lines(notice.similar, notice.language),
        **_ready_mails(writing, notice),
    }
    return Letter(
        "agent_alert", notice.language, values, (notice.to,), notice.answer, "auto-generated", thread=notice.thread,
        agent=notice.agent_id, message=notice.message,
        head=head(notice.answer, notice.goes_to or (about.requester.address,), notice.language),
        words=words, inside=not quotable, suppress=_FOR_STAFF,
    )  # fmt: skip


def _named(person: Person) -> str | None:
    name = clean_header(person.name)
    return (f"{name} <{person.address}>" if name else person.address) or None


def _ready_mails(writing: Writing, notice: AgentAlert | Escalation) -> dict[str, str | None]:
    """Links that open a mail with the command in it, so that a phone needs no typing. All but the one for an answer go
    to the address for notes: by them no word becomes public that the agent adds without thinking of it."""
    about, tongue = notice.about, notice.language
    ready: dict[str, str | None] = dict.fromkeys(("take", "done", "reply", "note"))
    # Where the server knows no signed addresses, such a mail would belong to nothing.
    if not writing.plus or notice.agent_id is None:
        return ready
    inside = writing.address("n")
    if about.status not in (Status.COMPLETED, Status.CLOSED):
        ready["take"] = None if notice.mine else _mailto(inside, about.number, say("!claim"), tongue)
        ready["done"] = _mailto(inside, about.number, say("!done"), tongue)
    if isinstance(notice, AgentAlert) and notice.answer == "p":
        ready |= {"reply": _mailto(writing.address("p"), about.number), "note": _mailto(inside, about.number)}
    elif about.requester.address:
        # The answer to such a mail is a note already.
        ready["reply"] = _mailto(inside, about.number, say("!reply"), tongue)
    return ready


def _mailto(address: str, number: str | None, asks: Said | None = None, language: str = "en") -> str:
    """RFC 6068. Without a number the command is the subject too: some programs ask for one."""
    said = quote(saying(asks, language), safe="") if asks else ""
    return f"mailto:{quote(address, safe='@')}?subject={number or said}{f'&body={said}' if said else ''}"


def _escalation(writing: Writing, notice: Escalation) -> Letter:
    about = notice.about
    # Nobody's words go beyond the house.
    words = clean_text(notice.words).strip("\n") if notice.agent_id is not None else ""
    values = {
        **writing.case(about, notice.language),
        "target": clean_header(notice.target),
        "level": notice.level,
        "repeat": notice.repeat,
        "due_at": writing.local(notice.due_at),
        "started_at": writing.local(notice.started_at),
        "late_intake": notice.late_intake,
        "requester": clean_header(about.requester.name or about.requester.address),
        "assignee": clean_header(notice.assignee or "") or None,
        "words": WORDS_HERE if words else "",
        **_ready_mails(writing, notice),
    }
    # Whoever is no agent has no address here that takes his answer, and is asked for none.
    answers_to = "n" if notice.agent_id is not None else None
    return Letter(
        "escalation", notice.language, values, (notice.to,), answers_to, "auto-generated", thread=notice.thread,
        agent=notice.agent_id,
        head=head("n", (), notice.language) if answers_to else "", words=words, suppress=_FOR_STAFF,
    )  # fmt: skip


def _reminder(writing: Writing, notice: Reminder) -> Letter:
    about, tongue = notice.about, notice.language
    words = clean_text(notice.words).strip("\n")
    inside, ends = writing.address("n"), notice.why in ("due", "due-soon")
    values = {
        "desk": writing.desk,
        "number": writing.number,
        "title": title(about, tongue) if about else None,
        "why": notice.why,
        "due_at": writing.local(notice.due_at),
        "start": next((line for line in words.split("\n") if line.strip()), "")[:80],
        "words": WORDS_HERE if words else "",
        "show": _mailto(inside, about.number, say("!show"), tongue) if about and writing.plus else None,
        # A task of it, or what he wanted to think of, is not the whole ticket.
        "done": _mailto(inside, about.number, say("!done"), tongue) if about and writing.plus and ends else None,
    }
    return Letter(
        "reminder", tongue, values, (notice.to,), "n", "auto-generated", agent=notice.agent_id,
        head=head("n", (), tongue) if about else marks.marker(tongue), words=words, inside=True,
        suppress=_FOR_STAFF,
    )  # fmt: skip


def _alert_digest(writing: Writing, notice: AlertDigest) -> Letter:
    values = {
        "desk": writing.desk,
        "lines": lines(notice.lines, notice.language),
        "remains": lines(notice.remains, notice.language),
    }
    return Letter(
        "alert_digest", notice.language, values, (notice.to,), "n", "auto-generated", agent=notice.agent_id,
        head=marks.marker(notice.language), suppress=_FOR_STAFF,
    )  # fmt: skip


def _handed_over(writing: Writing, notice: HandedOver) -> Letter:
    values = {
        "desk": writing.desk,
        "headline": clean_header(saying(notice.headline, notice.language)),
        "lines": lines(notice.lines, notice.language),
    }
    return Letter(
        "handed_over", notice.language, values, (notice.to,), "n", "auto-generated", agent=notice.agent_id,
        head=marks.marker(notice.language), suppress=_FOR_STAFF, due_at=notice.due_at, change=notice.change,
    )  # fmt: skip


def _receipt(writing: Writing, notice: Receipt) -> Letter:
    about, tongue = notice.about, notice.language
    words = clean_text(notice.returned_words).strip("\n")
    values = {
        "desk": writing.desk,
        "number": writing.number,
        "title": title(about, tongue) if about else None,
        "done": notice.done,
        "lines": lines(notice.lines, tongue),
        "returned_words": WORDS_HERE if words else "",
        # Commands alone would have sent nothing.
        "unsent": any(line.strip() and not line.lstrip().startswith("!") for line in words.split("\n")),
    }
    return Letter(
        "receipt", tongue, values, (notice.to,), notice.answer if about else "n", "auto-replied",
        thread=notice.thread, agent=notice.agent_id, message=notice.message,
        head=head(notice.answer, notice.goes_to or (about.requester.address,), tongue)
        if about else marks.marker(tongue),
        words=words, suppress=_FOR_STAFF,
    )  # fmt: skip


def _sheet(writing: Writing, notice: Sheet) -> Letter:
    about, tongue = notice.about, notice.language
    said = list(lines(notice.lines, tongue))
    for entry in notice.entries:
        said += ["", *lines(entry.lines, tongue)]
        if writing.plus:
            address = writing.address_about(entry.number, "n")
            said.append(f"{saying(say('Show it'), tongue)}: <{_mailto(address, entry.number, say('!show'), tongue)}>")
    said += ["", *lines((notice.foot,), tongue)] if notice.foot else []
    heading = clean_header(title(about, tongue) if about and not notice.heading else saying(notice.heading, tongue))
    return Letter(
        "sheet", tongue, {"desk": writing.desk, "heading": heading, "words": WORDS_HERE}, (notice.to,), "n",
        "auto-replied", thread=notice.thread, agent=notice.agent_id,
        head=head("n", (), tongue) if about else marks.marker(tongue),
        # Notes stand in it: signed and wrapped, so that none of it can leave in an answer.
        words="\n".join(said).strip("\n"), inside=True, suppress=_FOR_STAFF,
    )  # fmt: skip


def _confirmation_request(writing: Writing, notice: ConfirmationRequest) -> Letter:
    asked = writing.address("k")
    values = {
        "desk": writing.desk,
        "number": writing.number,
        "title": title(notice.about, notice.language) if notice.about else None,
        "commands": lines(notice.commands, notice.language),
        "effects": lines(notice.effects, notice.language),
        "minutes": notice.minutes,
        "yes": _mailto(asked, writing.number, say("yes"), notice.language) if writing.plus else None,
        "no": _mailto(asked, writing.number, say("no"), notice.language) if writing.plus else None,
    }
    return Letter(
        "confirmation_request", notice.language, values, (notice.to,), "k", "auto-replied", agent=notice.agent_id,
        head=marks.marker(notice.language), message=notice.held, suppress=_FOR_STAFF,
    )  # fmt: skip


def _operator_alarm(writing: Writing, notice: OperatorAlarm) -> Letter:
    values = {
        "desk": writing.desk,
        "name": clean_header(notice.name),
        "headline": clean_header(saying(notice.headline, notice.language)),
        "lines": lines(notice.lines, notice.language),
        "ended": notice.ended,
    }
    return Letter(
        "operator_alarm", notice.language, values, notice.operators, None, "auto-generated", suppress=_FOR_STAFF
    )  # fmt: skip


LETTERS: dict[type, Callable[..., Letter]] = {
    AgentAlert: _agent_alert,
    Escalation: _escalation,
    Reminder: _reminder,
    AlertDigest: _alert_digest,
    HandedOver: _handed_over,
    Receipt: _receipt,
    Sheet: _sheet,
    ConfirmationRequest: _confirmation_request,
    OperatorAlarm: _operator_alarm,
}
"""Notice -> who writes its letter: `(writing, notice) -> Letter`."""
