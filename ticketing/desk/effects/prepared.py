"""Commands that use what was prepared: answers, tickets, calls."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ticketing import commands
from ticketing.desk import promises
from ticketing.desk.core import Desk, Refusal
from ticketing.desk.effects.listing import spend
from ticketing.desk.effects.words import note
from ticketing.desk.effects.work import Hand, Work, keep_words
from ticketing.model import Status, Ticket
from ticketing.policy import CannedAnswer
from ticketing.rules import canned
from ticketing.rules.lifecycle import Event
from ticketing.saying import in_hours, say
from ticketing.store import details, tickets

# ---- prepared answers -----------------------------------------------------------------------------------------------


def _canned(hand: Hand, command: commands.Canned) -> None:
    """The answer goes out as the agent's own words, together with those below; a note below it stays a note."""
    if command.look and not command.name:
        _list_canned(hand)
        return
    if not isinstance(hand, Work):
        asked = say("!canned")
        raise Refusal(say("{command} needs a ticket: write it in an answer to a mail about one", command=asked))
    answer = _find_canned(hand, command.name)
    goes_out = hand.words_are == "answer" or not hand.words.strip()
    text = _filled(hand, answer, command, hand.words if goes_out else "")
    if command.look:
        _show_canned(hand, answer, text)
        return
    if not goes_out:
        note(hand, hand.words)
        hand.files = ()
    hand.words, hand.words_are, hand.files = text, "answer", (*hand.files, *answer.files)
    if answer.files:
        files = ", ".join(file.filename or "" for file in answer.files)
        hand.lines.append(say("Prepared answer “{name}”, with {files}.", name=answer.name, files=files))
    else:
        hand.lines.append(say("Prepared answer “{name}”.", name=answer.name))
    _tell_other_language(hand, answer)


def _filled(work: Work, answer: CannedAnswer, command: commands.Canned, words: str) -> str:
    """The answer for the ticket at hand. Raises Refusal with the name of the value that is missing."""
    match canned.fill(answer, _values(work, words, dict(command.values))):
        case canned.Filled(text):
            return text
        case canned.Missing(name):
            example = say("{command} {name} {value}=…", command=say("!canned"), name=answer.name, value=name)
            raise Refusal(
                say("“{name}” needs a value for {value}: {example}", name=answer.name, value=name, example=example)
            )
        case canned.Broken(line, message):
            raise Refusal(
                say(
                    "the prepared answer “{name}” is broken (line {line}: {message}); tell your operator",
                    name=answer.name,
                    line=line,
                    message=message,
                )
            )


def _values(work: Work, words: str, given: dict[str, str]) -> dict[str, object]:
    """What a prepared answer may say of a ticket: nothing that its requester may not read. What the agent gives fills a
    field too."""
    desk, ticket = work.desk, work.ticket
    queue = desk.policy.queues.get(ticket.queue)
    more = details.of_tickets(desk.connection, [ticket.id])[ticket.id]
    return {
        "desk": desk.policy.name,
        "name": ticket.requester.name,
        "number": ticket.number,
        "title": "" if ticket.title_inside else ticket.title,
        "agent": "" if "@" in work.agent.name else work.agent.name.split()[0],
        "phone": (queue.phone if queue else None) or "",
        "words": words.strip(),
        **given,
        "fields": {**_told_by_requester(work, more), **given},
    }


def _told_by_requester(work: Work, more: details.Details) -> dict[str, str]:
    """The fields; none once somebody else is its requester: nobody knows any more of whom an agent wrote them down."""
    if work.desk.former_requesters(work.ticket):
        return {}
    return {key: value for key, value, _ in more.fields}


def _find_canned(work: Work, name: str) -> CannedAnswer:
    answers = work.desk.policy.prepared.canned
    if (found := canned.named(answers, name)) is not None:
        return canned.in_language(answers[found], *_languages(work.desk, work.ticket))
    if (meant := canned.nearest(answers, name)) is not None:
        raise Refusal(say("there is no prepared answer “{name}”. Did you mean “{meant}”?", name=name, meant=meant))
    raise Refusal(say("there is no prepared answer “{name}”; !canned ? shows which there are", name=name))


def _languages(desk: Desk, ticket: Ticket) -> tuple[str, ...]:
    return (ticket.language, desk.policy.language)


def _tell_other_language(work: Work, answer: CannedAnswer) -> None:
    wanted = work.ticket.language.partition("-")[0]
    if wanted and answer.language.partition("-")[0] != wanted:
        work.lines.append(
            say("It is written in “{language}”; the requester's language is “{wanted}”.",
                language=answer.language, wanted=wanted)
        )  # fmt: skip


def _list_canned(hand: Hand) -> None:
    answers = hand.desk.policy.prepared.canned
    if not answers:
        hand.lines.append(say("There are no prepared answers."))
    for name, languages in sorted(answers.items()):
        ticket = hand.ticket if isinstance(hand, Work) else None
        wanted = _languages(hand.desk, ticket) if ticket else (hand.agent.language or "", hand.desk.policy.language)
        title = canned.in_language(languages, *wanted).title
        known = ", ".join(sorted(languages))
        shown = "{command} {name}: {title} ({languages})" if title else "{command} {name} ({languages})"
        hand.lines.append(say(shown, command=say("!canned"), name=name, title=title, languages=known))


def _show_canned(work: Work, answer: CannedAnswer, text: str) -> None:
    work.lines.append(say("“{name}” would say:", name=answer.name))
    work.lines += [f"    {line}" for line in text.split("\n")]
    for file in answer.files:
        work.lines.append(say("It goes with: {file}", file=file.filename or ""))
    _tell_other_language(work, answer)


# ---- calls ----------------------------------------------------------------------------------------------------------


def _call(work: Work, command: commands.Call) -> None:
    """The requester has heard from us, by telephone: what was said stays inside, the time counts."""
    desk, ticket = work.desk, work.ticket
    below = work.words if work.words_are == "note" else ""
    text = "\n".join(part.strip() for part in (command.text, below) if part.strip())
    if below:
        work.words = ""
    entry = keep_words(work, text, channel="phone", spool_id=work.source.spool_id if work.source else None)
    desk.note_history(ticket, work.who, "call", None, f"M{entry.m}", work.cause)
    spend(work, command.minutes)
    if ticket.first_response_at is None:
        ticket = tickets.change_ticket(desk.connection, ticket.id, first_response_at=desk.now)
    promises.answered(desk, ticket, desk.now)
    work.ticket = desk.move_if_it_fits(ticket, Event.ANSWER, work.who, work.cause)
    if work.ticket.assignee is None and work.ticket.status is not Status.CLOSED:
        work.ticket = desk.change(work.ticket, work.who, work.cause, assignee=work.agent.id)
    work.lines.append(
        say(
            "The call of {time} is kept as M{m} in {number}; the requester does not see it.",
            time=in_hours(command.minutes),
            m=entry.m,
            number=ticket.number,
        )
    )


EFFECTS: dict[type, Callable[[Work, Any], None]] = {
    commands.Call: _call,
}
ANYWHERE: dict[type, Callable[[Hand, Any], None]] = {
    commands.Canned: _canned,
}
