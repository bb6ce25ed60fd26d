"""What each command does to a ticket. A command returns the line that its receipt says, or raises Refusal."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import time
from typing import Any

from ticketing import commands
from ticketing.commands import Command
from ticketing.desk import promises
from ticketing.desk.core import Desk, Refusal, in_words
from ticketing.model import Agent, File, IncomingMessage, Message, Person, Role, Status, Ticket
from ticketing.notices import Completed, ReplyToRequester
from ticketing.rules.lifecycle import Event
from ticketing.saying import say
from ticketing.store import tickets

# A line of a note shorter than this may stand in an answer too.
SHORT_LINE = 12
RUN = 6  # words
# What mail programs add to an agent's mail that names him: it is his, not his answer.
SIGNATURES = frozenset({
    "application/pgp-keys",
    "application/pgp-signature",
    "application/pkcs7-signature",
    "application/x-pkcs7-signature",
    "text/directory",
    "text/vcard",
    "text/x-vcard",
})  # fmt: skip


@dataclass
class Work:
    """One agent at work on one ticket: the ticket moves on with every command, `lines` is what the receipt will say.

    `source`: the mail it came by, None from the command line. `by`: what the history names as the cause.
    """

    desk: Desk
    ticket: Ticket
    agent: Agent
    by: str
    source: IncomingMessage | None = None
    lines: list[str] = field(default_factory=list)
    releases: list[tuple[int, bool]] = field(default_factory=list)
    left_out: bool = False
    command: str = ""
    """The word of the command at hand; "" while the words are written."""
    answered: Message | None = None
    """The public answer of this mail; what is told beside it leaves with it."""

    @property
    def who(self) -> str:
        return self.agent.id

    @property
    def cause(self) -> str:
        """What the history names: `!claim (mail)`, `command line`."""
        return f"!{self.command} ({self.by})" if self.command else self.by


def perform(work: Work, command: Command) -> None:
    """Does one command. Raises Refusal with words for the agent when it cannot be done."""
    word = commands.word_of(type(command))
    effect = _EFFECTS.get(type(command))
    if effect is None:
        refused = "{command} cannot be done in this version; !help lists what can"
        raise Refusal(say(refused, command=say(f"!{word}")))
    work.command = word
    try:
        effect(work, command)
    finally:
        work.command = ""


def possible() -> frozenset[str]:
    """The words of all commands that this version carries out for an agent."""
    return frozenset((*map(commands.word_of, _EFFECTS), "note", "reply"))


# ---- words ----------------------------------------------------------------------------------------------------------


def answer(work: Work, words: str) -> Message:
    """Public words to the requester, copied to the participants; they leave when the undo time is over."""
    desk, ticket = work.desk, work.ticket
    if not words.strip():
        raise Refusal(say("there are no words to send to the requester"))
    if not ticket.requester.address:
        raise Refusal(say("the requester of {number} is unknown, so nobody can be answered", number=ticket.number))
    if kept_inside := _kept_inside(desk, ticket, words):
        raise Refusal(say("this must not leave the house: {lines}", lines=" / ".join(kept_inside[:5])))
    thread = desk.thread_with(ticket)
    entry = work.answered = _add(work, words, internal=False)
    desk.note_history(ticket, work.who, "answer", None, f"M{entry.m}", work.cause)
    ticket = desk.move_if_it_fits(ticket, Event.ANSWER, work.who, "first answer")
    if ticket.first_response_at is None:
        ticket = tickets.change_ticket(desk.connection, ticket.id, first_response_at=entry.at)
    promises.answered(desk, ticket, entry.at)
    if ticket.assignee is None and ticket.status is not Status.CLOSED:
        ticket = desk.change(ticket, work.who, "first answer", assignee=work.agent.id)
    if ticket.status in (Status.OPEN, Status.IN_PROGRESS):
        ticket = desk.change(ticket, work.who, "answer", waiting_for="requester")
    work.ticket = ticket
    cc = desk.cc_of(ticket)
    queue = desk.policy.queues.get(ticket.queue)
    desk.notices.append(
        ReplyToRequester(
            about=desk.about(ticket),
            to=ticket.requester,
            cc=cc,
            thread=thread,
            agent_name=work.agent.name,
            words=words.strip(),
            signature=work.agent.signature or (queue.signature if queue else None),
            due_at=desk.now + desk.policy.undo,
            message=entry.id,
            files=entry.files,
        )
    )
    to = ", ".join((ticket.requester.address, *(one.address for one in cc)))
    seconds = int(desk.policy.undo.total_seconds())
    if seconds:
        told = say(
            "Answer M{m} goes to {to} in {seconds} seconds; !undo takes it back.", m=entry.m, to=to, seconds=seconds
        )
    else:
        told = say("Answer M{m} goes to {to}.", m=entry.m, to=to)
    work.lines.append(told)
    if ticket.assignee and ticket.assignee != work.agent.id:
        desk.alert(ticket, "answer", answer="n", by=work.agent.name, words=words, message=entry, but=work.agent.id)
    return entry


def _kept_inside(desk: Desk, ticket: Ticket, words: str) -> list[str]:
    """Lines of a public answer that stand in a note of the ticket, or name an agent's address; what the requester wrote
    himself may be said back to him."""
    inside: set[str] = set()
    theirs: set[str] = set()
    noted: set[tuple[str, ...]] = set()
    said: set[tuple[str, ...]] = set()
    for one in tickets.messages(desk.connection, ticket.id):
        if one.internal:
            inside.update(map(_squeezed, (one.text + "\n" + one.full_text).splitlines()))
            noted |= _runs(one.text)
        elif one.role in ("requester", "cc"):
            theirs.update(map(_squeezed, one.full_text.splitlines()))
            said |= _runs(one.full_text)
    # A short line of a note ("Thanks", "Hello Ola") says nothing of the note.
    inside = {line for line in inside if len(line) >= SHORT_LINE} - theirs
    # Mail programs wrap lines anew, so that a note's words may stand there in other lines.
    runs = [" ".join(run) for run in sorted(_runs(words) & (noted - said))]
    reached = {ticket.requester.address, *(one.address for one in desk.cc_of(ticket))}
    agents = [address for address in desk.policy.agent_of if address not in reached]
    return [
        line.strip()
        for line in words.splitlines()
        if (plain := _squeezed(line)) not in theirs
        and (plain in inside or any(_names(plain, address) for address in agents))
    ] or runs


def _runs(text: str) -> set[tuple[str, ...]]:
    """Every run of words in a text that is long enough not to stand in two texts by chance."""
    words = re.findall(r"\w+", text.casefold())
    return {tuple(words[n : n + RUN]) for n in range(len(words) - RUN + 1)}


def _squeezed(line: str) -> str:
    return " ".join(line.lstrip("> \t").casefold().split())


def _names(line: str, address: str) -> bool:
    return address in line and re.search(rf"(?<![\w.+-]){re.escape(address)}(?![\w-])", line) is not None


def note(work: Work, words: str) -> Message:
    """Words for the agents only."""
    if not words.strip():
        raise Refusal(say("the note is empty"))
    entry = _add(work, words, internal=True)
    work.desk.note_history(work.ticket, work.who, "note", None, f"M{entry.m}", work.cause)
    work.lines.append(
        say("Note M{m} is kept in {number}; the requester does not see it.", m=entry.m, number=work.ticket.number)
    )
    if work.ticket.assignee and work.ticket.assignee != work.agent.id:
        work.desk.alert(
            work.ticket, "note", answer="n", by=work.agent.name, words=words, message=entry, but=work.agent.id
        )
    return entry


def _add(work: Work, words: str, *, internal: bool) -> Message:
    desk, source = work.desk, work.source
    files: tuple[File, ...] = tuple(file for file in source.files if not file.inline) if source else ()
    if source and not internal:
        files = tuple(file for file in files if file.content_type not in SIGNATURES)
        left_out = [file.filename or file.content_type for file in source.files if file not in files]
        if left_out:
            work.left_out = True
            work.lines.append(
                say(
                    "Not sent: {files}. Pictures within the text, mail signatures and visiting cards stay here; attach "
                    "a picture as a file.",
                    files=", ".join(left_out),
                )
            )
    entry = tickets.add_message(
        desk.connection,
        work.ticket.id,
        files=files,
        at=desk.now,
        author=Person(work.agent.name, work.agent.address),
        agent=work.agent.id,
        role="agent",
        internal=internal,
        verified=True,
        channel="mail" if source else "internal",
        kind="personal",
        text=words.strip(),
        full_text=source.text if source and internal else words.strip(),
        message_id=source.message_id if source and internal else None,
        spool_id=source.spool_id if source else None,
    )
    tickets.change_ticket(desk.connection, work.ticket.id, changed_at=desk.now)
    return entry


# ---- moves ----------------------------------------------------------------------------------------------------------


def _claim(work: Work, _: commands.Claim) -> None:
    _give(work, work.agent.id, Event.CLAIM)


def _assign(work: Work, command: commands.Assign) -> None:
    if command.agent is None:
        work.ticket = work.desk.change(work.ticket, work.who, work.cause, assignee=None)
        work.lines.append(say("Nobody has it now; the queue is told of new messages."))
        return
    _give(work, find_agent(work.desk, command.agent).id, Event.ASSIGN)


def _give(work: Work, agent_id: str, event: Event) -> None:
    desk = work.desk
    before = work.ticket.assignee
    ticket = desk.change(work.ticket, work.who, work.cause, assignee=agent_id)
    work.ticket = desk.move_if_it_fits(ticket, event, work.who, work.cause)
    name = desk.policy.agents[agent_id].name
    has = "{name} has {number} now." if before != agent_id else "{name} has {number} already."
    work.lines.append(say(has, name=name, number=ticket.number))
    if agent_id != work.agent.id and before != agent_id:
        newest = _newest_from_outside(work)
        desk.alert(
            work.ticket,
            "assigned",
            answer="p" if newest else "n",
            by=work.agent.name,
            words=newest.text if newest else "",
            message=newest,
            only=(desk.policy.agents[agent_id],),
        )


def _done(work: Work, _: commands.Done) -> None:
    desk = work.desk
    if work.ticket.status is Status.OPEN:
        # Whoever completes a ticket that nobody had has worked on it.
        work.ticket = desk.change(work.ticket, work.who, work.cause, assignee=work.ticket.assignee or work.agent.id)
        work.ticket = desk.move(work.ticket, Event.CLAIM, work.who, work.cause)
    work.ticket = desk.move(work.ticket, Event.DONE, work.who, work.cause)
    closes_at = desk.now + desk.policy.auto_close
    work.lines.append(
        say(
            "{number} is completed; it closes by itself on {day}.",
            number=work.ticket.number,
            day=desk.local(closes_at).date(),
        )
    )
    if work.ticket.requester.address and not work.ticket.internal:
        desk.notices.append(
            Completed(
                desk.about(work.ticket),
                work.ticket.requester,
                desk.thread_with(work.ticket),
                work.ticket.resolution,
                closes_at,
                # With an answer in the same mail it leaves behind that one, and an undo takes both back.
                due_at=desk.now + desk.policy.undo if work.answered else None,
                message=work.answered.id if work.answered else None,
            )
        )


def _close(work: Work, _: commands.Close) -> None:
    _move(work, Event.CLOSE)


def _spam(work: Work, _: commands.Spam) -> None:
    _move(work, Event.SPAM)


def _reopen(work: Work, _: commands.Reopen) -> None:
    _move(work, Event.REOPEN)


def _status(work: Work, command: commands.SetStatus) -> None:
    _move(work, Event.BACK_TO_OPEN if command.status == "open" else Event.PROGRESS)


def _move(work: Work, event: Event) -> None:
    work.ticket = work.desk.move(work.ticket, event, work.who, work.cause)
    work.lines.append(say("{number} is {status} now.", number=work.ticket.number, status=in_words(work.ticket.status)))


def _set(work: Work, column: str, value: str, words: str) -> None:
    """`words`: what the receipt says of it, with `{number}` and `{value}`."""
    work.ticket = work.desk.change(work.ticket, work.who, work.cause, **{column: value})
    work.lines.append(say(words, number=work.ticket.number, value=say(value) if column == "priority" else value))


def _title(work: Work, command: commands.SetTitle) -> None:
    if not command.title.strip():
        raise Refusal(say("the title is empty"))
    _set(work, "title", command.title.strip()[:998], "Title of {number} is {value} now.")
    tickets.change_ticket(work.desk.connection, work.ticket.id, title_made=False)


def _priority(work: Work, command: commands.SetPriority) -> None:
    _set(work, "priority", command.priority, "Priority of {number} is {value} now.")


def _wait(work: Work, command: commands.Wait) -> None:
    if work.ticket.status not in (Status.OPEN, Status.IN_PROGRESS):
        status = in_words(work.ticket.status)
        raise Refusal(say("{number} is {status}, so nobody is waited for", number=work.ticket.number, status=status))
    until = command.until.at(work.desk.local(work.desk.now), time(9)) if command.until else None
    if until is not None and until <= work.desk.now:
        raise Refusal(say("that moment has passed already: {until}", until=until))
    work.ticket = work.desk.change(work.ticket, work.who, work.cause, waiting_for=command.waiting_for)
    work.ticket = tickets.change_ticket(work.desk.connection, work.ticket.id, waiting_until=until)
    if command.waiting_for == "requester":
        waits = "{number} waits for the requester until {until}." if until else "{number} waits for the requester."
    else:
        waits = "{number} waits for a third party until {until}." if until else "{number} waits for a third party."
    work.lines.append(say(waits, number=work.ticket.number, until=until))


def _resolution(work: Work, command: commands.Resolution) -> None:
    work.ticket = work.desk.change(work.ticket, work.who, work.cause, resolution=command.text.strip())
    work.lines.append(say("The resolution is kept."))


def _link(work: Work, command: commands.Link) -> None:
    other = tickets.by_number(work.desk.connection, [str(command.number)]).get(str(command.number))
    if other is None:
        raise Refusal(say("there is no ticket {number}", number=command.number))
    tickets.add_link(work.desk.connection, work.ticket, "related", other, "related")
    work.desk.note_history(work.ticket, work.who, "link", None, other.number, work.cause)
    work.lines.append(say("{number} and {other} are linked.", number=work.ticket.number, other=other.number))


def _request(work: Work, _: commands.Request) -> None:
    if not work.ticket.fyi:
        raise Refusal(say("{number} is a request already", number=work.ticket.number))
    work.ticket = promote(work.desk, work.ticket, work.who, work.cause)
    work.lines.append(say("{number} is a request now.", number=work.ticket.number))


def promote(desk: Desk, ticket: Ticket, who: str, by: str) -> Ticket:
    """What came for information becomes a request."""
    desk.note_history(ticket, who, "fyi", "true", "false", by)
    ticket = tickets.change_ticket(desk.connection, ticket.id, fyi=False, changed_at=desk.now)
    promises.opened(desk, ticket, desk.now)
    return ticket


# ---- second thoughts ------------------------------------------------------------------------------------------------


def _undo(work: Work, _: commands.Undo) -> None:
    """Takes back this agent's newest public answer while it has not left."""
    desk = work.desk
    own = [
        one
        for one in tickets.messages(desk.connection, work.ticket.id)
        if one.role == "agent" and one.agent == work.agent.id and not one.internal and one.state == "stands"
    ]
    if not own or desk.now >= own[-1].at + desk.policy.undo:
        raise Refusal(
            say("your last answer has left already") if own else say("there is no answer of yours to take back")
        )
    last = own[-1]
    tickets.change_message(desk.connection, last.id, state="undone")
    desk.withdrawals.append(last.id)
    desk.note_history(work.ticket, work.who, "answer", f"M{last.m}", "undone", work.cause)
    ticket = work.ticket
    # Whose turn it was before this answer; an earlier answer, or a wait, still stands.
    turned = next(
        (
            one
            for one in reversed(tickets.history_of(desk.connection, ticket.id))
            if one.what == "waiting_for" and one.at == last.at and one.new == "requester"
        ),
        None,
    )
    if turned is not None and ticket.waiting_for == "requester":
        ticket = desk.change(ticket, work.who, work.cause, waiting_for=turned.old)
    if ticket.first_response_at == last.at:
        ticket = tickets.change_ticket(desk.connection, ticket.id, first_response_at=None, changed_at=desk.now)
    promises.answer_taken_back(desk, ticket, last.at)
    work.lines.append(say("Answer M{m} was taken back; nothing of it was sent.", m=last.m))
    if last.at in (ticket.completed_at, ticket.closed_at):
        # The same mail ended the ticket: without its answer nobody would know.
        ticket = desk.move(ticket, Event.REOPEN, work.who, work.cause)
        work.lines.append(say("{number} is {status} again.", number=ticket.number, status=in_words(ticket.status)))
    work.ticket = ticket


def _accept(work: Work, command: commands.Accept) -> None:
    """A held mail by its id; or who wrote from outside (`m5`, or his address), who takes part from now on."""
    if (held := _held_id(command.id)) is not None:
        work.releases.append((held, True))
        work.lines.append(say("Held mail {id} goes through now.", id=command.id))
        return
    address = _outsider(work, command.id)
    if work.source is not None and work.source.auth != "pass":
        # Whoever takes part gets every answer from now on: disclosing, so a token alone is not enough (RULES 6).
        raise Refusal(say("letting somebody take part needs mail that is proven to be yours, or `mailgate accept`"))
    tickets.set_role(work.desk.connection, work.ticket.id, address, Role.CC)
    for one in tickets.messages(work.desk.connection, work.ticket.id):
        if one.role == "external" and one.author is not None and one.author.address == address:
            tickets.change_message(work.desk.connection, one.id, role="cc", internal=False)
    work.desk.note_history(work.ticket, work.who, "participant", Role.EXTERNAL, f"{address} ({Role.CC})", work.cause)
    work.lines.append(
        say(
            "{address} takes part in {number} from now on, and gets copies of answers.",
            address=address,
            number=work.ticket.number,
        )
    )


def _reject(work: Work, command: commands.Reject) -> None:
    if (held := _held_id(command.id)) is not None:
        work.releases.append((held, False))
        work.lines.append(say("Held mail {id} is rejected; its bytes are kept.", id=command.id))
        return
    address = _outsider(work, command.id)
    tickets.remove_participant(work.desk.connection, work.ticket.id, address, work.desk.now)
    work.desk.note_history(work.ticket, work.who, "participant", f"{address} ({Role.EXTERNAL})", None, work.cause)
    work.lines.append(
        say(
            "{address} stays outside; his answer addresses for {number} are void.",
            address=address,
            number=work.ticket.number,
        )
    )


def _held_id(text: str) -> int | None:
    return int(text.lstrip("#")) if text.lstrip("#").isdigit() else None


def _outsider(work: Work, text: str) -> str:
    """The address of an external of this ticket, named by a message of his or by itself."""
    wanted = text.strip().casefold()
    parts = tickets.participants(work.desk.connection, [work.ticket.id])[work.ticket.id]
    outside = {one.address for one in parts if one.role is Role.EXTERNAL and not one.removed}
    wrote = {
        f"m{one.m}": one.author.address
        for one in tickets.messages(work.desk.connection, work.ticket.id)
        if one.author is not None
    }
    address = wrote.get(wanted, wanted)
    if address not in outside:
        raise Refusal(
            say(
                "“{text}” is neither a held mail nor somebody outside {number} (there is: {there})",
                text=text,
                number=work.ticket.number,
                there=", ".join(sorted(outside)) or say("nobody"),
            )
        )
    return address


def _help(work: Work, command: commands.Help) -> None:
    work.lines.extend(help_lines(command.about))


def help_lines(about: str = "") -> list[str]:
    """What a command does, or all that this version can do."""
    word = commands.BY_NAME.get(commands.word_key(about.lstrip("!"))) if about else None
    if word is None:
        return commands.help_lines("agent", possible())
    return [commands.help_on(word)]


def _sla(work: Work, _: commands.Sla) -> None:
    work.lines.extend(promises.in_words(work.desk, work.ticket))


def _silent(work: Work, _: commands.Silent) -> None:
    work.lines.append(say("The requester hears nothing of it."))


_EFFECTS: dict[type, Callable[[Work, Any], None]] = {
    commands.Claim: _claim,
    commands.Assign: _assign,
    commands.Done: _done,
    commands.Close: _close,
    commands.Spam: _spam,
    commands.Reopen: _reopen,
    commands.SetStatus: _status,
    commands.SetPriority: _priority,
    commands.SetTitle: _title,
    commands.Wait: _wait,
    commands.Resolution: _resolution,
    commands.Link: _link,
    commands.Request: _request,
    commands.Undo: _undo,
    commands.Accept: _accept,
    commands.Reject: _reject,
    commands.Help: _help,
    commands.Sla: _sla,
    commands.Silent: _silent,
}


def find_agent(desk: Desk, text: str) -> Agent:
    """An agent by id, address or first or full name. Raises Refusal naming whom there is."""
    wanted = text.strip().lstrip("@").casefold()
    for agent in desk.policy.agents.values():
        if wanted in (agent.id.casefold(), agent.name.casefold(), *agent.addresses):
            return agent
    by_first = [one for one in desk.policy.agents.values() if one.name.casefold().split()[:1] == [wanted]]
    if len(by_first) == 1:
        return by_first[0]
    agents = ", ".join(sorted(desk.policy.agents))
    raise Refusal(say("no agent “{text}” (there are: {agents})", text=text, agents=agents))


def _newest_from_outside(work: Work) -> Message | None:
    """The requester's newest message: its words may be said back to him, so the alert shows them unsigned."""
    outside = [
        one
        for one in tickets.messages(work.desk.connection, work.ticket.id)
        if one.role in ("requester", "cc") and not one.internal
    ]
    return outside[-1] if outside else None
