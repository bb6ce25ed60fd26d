"""An agent's mail (RULES 6): recognised, checked, carried out as a whole or not at all, and a receipt for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from ticketing import commands
from ticketing.desk import asking, by_hand, confirming, effects, kept_inside, overtaken, receipts, writing
from ticketing.desk.core import Desk, Refusal
from ticketing.desk.instructions import Instructions
from ticketing.model import Evidence, IncomingMessage, Person, Received, Step, Ticket
from ticketing.notices import OpenedForYou
from ticketing.policy import Agent
from ticketing.rules import authority
from ticketing.rules.authority import Recognised, Recognition
from ticketing.rules.matching import Match
from ticketing.saying import say
from ticketing.store import ledger, messages, people, tickets

if TYPE_CHECKING:
    from ticketing.desk.finding import Finding

_TOLD = (
    commands.Resolution,
    commands.SetTitle,
    commands.Split,
    commands.Forward,
    commands.Edit,
    commands.Estimate,
    commands.New,
)


def agent_mail(
    desk: Desk,
    message: IncomingMessage,
    instructions: Instructions,
    recognised: Recognised,
    finding: Finding,
    open_ticket: Callable[..., Received],
) -> Received:
    """Takes a mail that bears an agent's token or comes from a proven agent."""
    step = Step("agent", recognised.reason, None, recognised.recognition.value)
    ticket = finding.match.ticket if isinstance(finding.match, Match) else None
    if recognised.evidence and recognised.evidence.ticket:
        ticket = _ticket_of(desk, recognised.evidence)
    steps = (step, *finding.match.steps)
    agent = recognised.agent
    if recognised.recognition is Recognition.FOREIGN_TOKEN or agent is None:
        desk.alarm(
            "foreign-agent-token",
            recognised.evidence.row if recognised.evidence else "",
            say("An agent's answer address was used by somebody else"),
            say("The mail is held: `mailgate spool held`. Its author: {author}.", author=_author(message)),
        )
        return Received("held", "foreign-agent-token", ticket.number if ticket else None, steps, recognised.reason)
    if message.kind in ("auto_reply", "auto_generated", "bulk"):
        return Received(
            "ignored", "agent-automatic", ticket.number if ticket else None, steps, "an agent's automatic mail"
        )
    if ticket is not None and not authority.may_see(desk.policy, agent, ticket):
        if recognised.recognition is Recognition.UNMET:
            return Received("held", "unverified-agent", None, steps, recognised.reason)
        number = (recognised.evidence.ticket if recognised.evidence else None) or ticket.number
        absent = (say("there is no ticket {number}", number=number),)
        return receipts.refused(desk, message, agent, None, steps, absent, "agent-may-not-see")
    if recognised.recognition is Recognition.UNMET:
        return _unverified(desk, message, recognised, ticket, agent, steps)
    answers_ours = bool(recognised.evidence or (message.evidence and message.embedded is None))
    if ticket is None and answers_ours and not effects.stands_alone(instructions.commands):
        lines = (say("That mail was about no ticket. Answer a mail about one, or write !show NUMBER."),)
        return receipts.refused(desk, message, agent, None, steps, instructions.errors or lines, "agent-no-ticket")
    if ticket is None:
        guarded = _guarded(message, instructions)
        if not instructions.errors and confirming.unconfirmed(desk, message, agent, guarded):
            return _hold_without_ticket(desk, message, instructions, agent, guarded, steps)
        return _without_ticket(desk, message, instructions, agent, steps, open_ticket)
    return _on_ticket(desk, message, instructions, recognised, ticket, agent, steps)


def _on_ticket(
    desk: Desk,
    message: IncomingMessage,
    instructions: Instructions,
    recognised: Recognised,
    ticket: Ticket,
    agent: Agent,
    steps: tuple[Step, ...],
) -> Received:
    evidence = recognised.evidence
    opens = _opens(instructions)
    # What stands below `!new` is the new ticket's text.
    public = evidence is not None and evidence.purpose == "p" and not opens
    goes_out = _goes_out(instructions, public)
    # What stands in these is told to people outside, now or later on.
    told = goes_out or any(isinstance(one, _TOLD) for one in instructions.commands)
    refused = partial(receipts.refused, desk, message, agent, ticket, steps)
    if public:
        anew = _answered_anew(instructions, evidence, goes_out)
        refused = partial(refused, anew=anew, lost_its_way=anew is None and bool(instructions.words.strip()))
    if instructions.errors:
        return refused(instructions.errors, "agent-command-error")
    if len(_answered(message)) > 1:
        several = (say("It goes to the answer addresses of several cases at once. Answer each of them on its own."),)
        return refused(several, "agent-several-cases")
    if told and instructions.leftovers:
        return refused(_leftover(instructions), "agent-leftovers")
    if told and instructions.stray:
        lines = (
            say("A command stands within your text, where it would not be done and the requester would read it:"),
            *(say("    {line}", line=line[:200]) for line in instructions.stray[:5]),
            say("Move it to the top, or write it without the “!”, and send it again."),
        )
        return refused(lines, "agent-stray-command")
    if not instructions.commands and not instructions.words.strip():
        lines = (say("There are no words of your own in it. Write above the quoted text, and send it again."),)
        return refused(lines, "agent-empty")
    if confirming.unconfirmed(desk, message, agent, guarded := _guarded(message, instructions)):
        # What cannot be done anyway needs no yes.
        tried = asking.rehearse(
            desk, ticket, agent, instructions.commands, instructions.words, words_are="answer" if public else "note",
            by="mail", source=message,
        )  # fmt: skip
        if isinstance(tried, asking.NotDone):
            return refused(tried.errors, "agent-command-error")
        return confirming.hold(desk, message, agent, ticket, guarded, steps, tried.lines)
    came = overtaken.what_came(desk, ticket, agent, evidence) if goes_out and not opens else ()
    if not came and not goes_out and not opens and any(overtaken.reaches_out(one) for one in instructions.commands):
        since = message.received_at if message.released else None
        came = overtaken.another_requester(desk, ticket, agent, evidence, since)
    if message.released and goes_out:
        # He has seen what came between, and sends it all the same; but to nobody he did not write to.
        came = overtaken.others_reached(desk, ticket, agent, message.received_at) if not opens else ()
    if came:
        return overtaken.hold(desk, message, agent, ticket, steps, came)
    done = asking.ask(
        desk,
        ticket,
        agent,
        instructions.commands,
        instructions.words,
        words_are="answer" if public else "note",
        by="mail",
        source=message,
    )
    if isinstance(done, asking.NotDone):
        return refused(done.errors, "agent-command-error")
    if done.opened and done.ticket is not None:
        return _opened(desk, message, agent, done, done.ticket, steps)
    ledger.arrived_in(desk.connection, message.spool_id, ticket.id, opened=False)
    desk.releases.extend(done.releases)
    if (instructions.commands and done.lines) or done.left_out:
        receipts.send(desk, message, agent, done.ticket, True, receipts.told(done))
    rule = {"answer": "agent-answer", "note": "agent-note", None: "agent-commands"}[done.wrote]
    return Received("appended" if done.wrote else "entry", rule, ticket.number, steps, recognised.reason)


def past_its_address(desk: Desk, message: IncomingMessage, agent: Agent, finding: Finding) -> Received:
    """A mail in an agent's name that answers a mail of ours to him, about no ticket, and does not prove that it is his:
    nobody's request."""
    lines = (say("That mail was about no ticket. Answer a mail about one, or write !show NUMBER."),)
    return receipts.refused(desk, message, agent, None, finding.match.steps, lines, "agent-no-ticket")


def _hold_without_ticket(
    desk: Desk,
    message: IncomingMessage,
    instructions: Instructions,
    agent: Agent,
    guarded: tuple[str, ...],
    steps: tuple[Step, ...],
) -> Received:
    if _opens(instructions) or message.embedded is not None or not effects.stands_alone(instructions.commands):
        return confirming.hold(desk, message, agent, None, guarded, steps, ())
    tried = asking.rehearse(
        desk, None, agent, instructions.commands, instructions.words, words_are="note", by="mail", source=message
    )
    if isinstance(tried, asking.NotDone):
        return receipts.refused(desk, message, agent, None, steps, tried.errors, "agent-command-error")
    return confirming.hold(desk, message, agent, None, guarded, steps, tried.lines)


def _answered_anew(instructions: Instructions, evidence: Evidence | None, goes_out: bool) -> Evidence | None:
    """The answer address whose refused answer may be mended by answering the receipt: only one that tells what it was
    about, so that what came between is still seen, and only where no word of it may have been meant for a note."""
    if evidence is None or evidence.answers is None or instructions.inside_meant:
        return None
    empty = not instructions.commands and not instructions.errors and not instructions.words.strip()
    return evidence if goes_out or empty else None


def _guarded(message: IncomingMessage, instructions: Instructions) -> tuple[str, ...]:
    """The commands that his answer address alone does not allow."""
    proven = message.auth == "pass" or message.auth_reason == "smtp-auth"
    return authority.needs_confirmation(instructions.commands, proven)


def confirmation(desk: Desk, message: IncomingMessage, evidence: Evidence) -> Received:
    """An agent's answer to the question whether he means it."""
    agent, received, lines = confirming.answered(desk, message, evidence)
    if agent is not None and lines:
        receipts.send(desk, message, agent, _ticket_of(desk, evidence), False, lines)
    return received


def _leftover(instructions: Instructions) -> tuple[str, ...]:
    return (
        say("Your text still holds lines of our own mails, which the requester must not see:"),
        *(say("    {line}", line=line) for line in instructions.leftovers[:5]),
        say("Delete them and send it again."),
    )


def _answered(message: IncomingMessage) -> set[str | None]:
    """The cases whose answer addresses it was sent to."""
    return {one.ticket for one in message.evidence if one.via == "address" and one.purpose in ("p", "n")}


def _goes_out(instructions: Instructions, public: bool) -> bool:
    if any(isinstance(one, commands.Canned) and not one.look for one in instructions.commands):
        return True
    for one in instructions.commands:
        if isinstance(one, commands.Reply):
            return True
        if isinstance(one, commands.Note):
            return False
    if any(isinstance(one, commands.Ask) for one in instructions.commands):
        return False
    return public and bool(instructions.words.strip())


def _unverified(
    desk: Desk,
    message: IncomingMessage,
    recognised: Recognised,
    ticket: Ticket | None,
    agent: Agent,
    steps: tuple[Step, ...],
) -> Received:
    """The right token and the right From, but not the proof that is asked for: kept inside, nothing done, nothing
    relayed."""
    if ticket is None:
        return Received("held", "unverified-agent", None, steps, recognised.reason)
    writing.keep(desk, ticket, message, role="unverified", text=message.text, verified=False)
    desk.note_history(ticket, _author(message), "note", None, "unverified", "unverified-agent")
    ledger.arrived_in(desk.connection, message.spool_id, ticket.id, opened=False)
    lines = (
        say("A mail in your name arrived, but it is not proven to be yours, so nothing was sent and nothing was done."),
        say("Why: {reason}.", reason=recognised.reason),
        say("It is kept as an internal note. If you wrote it, ask your operator why your mail is not signed."),
    )
    receipts.send(desk, message, agent, ticket, False, lines)
    return Received("appended", "unverified-agent", ticket.number, steps, recognised.reason)


# ---- no ticket at hand ----------------------------------------------------------------------------------------------


def _without_ticket(
    desk: Desk,
    message: IncomingMessage,
    instructions: Instructions,
    agent: Agent,
    steps: tuple[Step, ...],
    open_ticket: Callable[..., Received],
) -> Received:
    """A mail to a plain support address: the agent passes on what somebody asked him, or opens a case of the house."""
    errors = instructions.errors or _no_outsiders(desk, instructions)
    if errors:
        return receipts.refused(desk, message, agent, None, steps, errors, "agent-command-error")
    if instructions.leftovers and any(isinstance(one, commands.Reply) for one in instructions.commands):
        return receipts.refused(desk, message, agent, None, steps, _leftover(instructions), "agent-leftovers")
    if _opens(instructions) and message.embedded is not None:
        forwarded = (say("A forwarded mail opens a ticket by itself: send it again without !new."),)
        return receipts.refused(desk, message, agent, None, steps, forwarded, "agent-command-error")
    if _opens(instructions) or (effects.stands_alone(instructions.commands) and message.embedded is None):
        return _commands_alone(desk, message, instructions, agent, steps)
    noted = len(desk.notices)
    savepoint = desk.connection.begin_nested()
    asked = message.embedded
    behalf = asked.author if asked else None
    # Its title is made of the words, not of the commands above them.
    own = replace(message, new_text=instructions.words)
    given = any(isinstance(one, by_hand.GIVEN) for one in instructions.commands)
    named = _requester_named(desk, instructions)
    words = ""
    if asked is not None and (named or (behalf is not None and not _of_the_house(desk, behalf.address))):
        # Whom he names himself needs no choosing.
        who_asked = named or behalf or Person("", "")
        opened = _on_behalf(desk, message, agent, who_asked, open_ticket, hand_out=not given)
        words = instructions.words
    elif named is not None:
        opened = open_ticket(desk, own, requester=named, by_agent=agent.id, rule="on-behalf", hand_out=not given)
    else:
        opened = open_ticket(
            desk,
            own,
            requester=agent.person,
            internal=True,
            by_agent=agent.id,
            rule="agent-internal",
        )
    ticket = tickets.by_number(desk.connection, [opened.ticket or ""], lock=True)[opened.ticket or ""]
    if asked is None or not asked.subject:
        try:
            # The subject is his own; the words below it are a note, of which it says what it likes.
            written = messages.of_ticket(desk.connection, ticket.id)
            kept_inside.refuse(desk, ticket, ticket.title, but={one.id for one in written})
        except Refusal as refusal:
            savepoint.rollback()
            del desk.notices[noted:]
            return receipts.refused(desk, message, agent, None, steps, (refusal.said,), "agent-command-error")
    done_already = (commands.Silent, commands.SetRequester)
    rest = tuple(one for one in instructions.commands if not isinstance(one, done_already))
    lines: tuple[str, ...] = (say("{number} is open: {title}", number=ticket.number, title=ticket.title),)
    if rest or words.strip():
        done = asking.ask(desk, ticket, agent, rest, words, words_are="note", by="mail", source=message)
        if isinstance(done, asking.NotDone):
            savepoint.rollback()
            del desk.notices[noted:]
            return receipts.refused(desk, message, agent, None, steps, done.errors, "agent-command-error")
        desk.releases.extend(done.releases)
        lines += receipts.told(done)
        ticket = done.ticket or ticket
    savepoint.commit()
    silent = any(isinstance(one, commands.Silent) for one in instructions.commands)
    if not ticket.internal and not silent:
        desk.notices.append(OpenedForYou(desk.about(ticket), ticket.requester, desk.thread_with(ticket)))
        lines += (say("{address} is told the number.", address=ticket.requester.address),)
    receipts.send(desk, message, agent, ticket, True, lines)
    return replace(opened, steps=(*steps, *opened.steps))


def _of_the_house(desk: Desk, address: str) -> bool:
    """Whose forwarded mail is nobody's request: an agent's, or one of our own."""
    return desk.policy.agent_by_address(address) is not None or writing.is_ours(desk, address)


def _requester_named(desk: Desk, instructions: Instructions) -> Person | None:
    """Whom the agent himself names as the one who asked, which goes before any forwarded author (RULES 6)."""
    named = [one.address for one in instructions.commands if isinstance(one, commands.SetRequester)]
    if not named:
        return None
    known = people.contact_of(desk.connection, named[-1])
    return Person(known.name if known else "", named[-1])


def _on_behalf(
    desk: Desk,
    message: IncomingMessage,
    agent: Agent,
    requester: Person,
    open_ticket: Callable[..., Received],
    *,
    hand_out: bool,
) -> Received:
    """The forwarded mail's author asked, or somebody whom the agent names; its ids are kept, so that later replies in
    that thread find the ticket."""
    asked = message.embedded
    if asked is None:
        raise AssertionError("asked on behalf of nobody")
    forwarded = replace(
        message,
        subject=asked.subject or message.subject,
        text=asked.text,
        new_text=asked.text,
        html="",  # the agent's own, with his words in it
        folds=(),
        author=requester
        if asked.author is None or desk.policy.agent_by_address(asked.author.address)
        else asked.author,
        auth="none",
        cc=(),
        to=(),
        message_id=asked.message_id,
        other_ids=asked.references[::-1],
    )
    opened = open_ticket(
        desk, forwarded, requester=requester, by_agent=agent.id, on_behalf=True, rule="on-behalf", hand_out=hand_out
    )
    ticket = tickets.by_number(desk.connection, [opened.ticket or ""])[opened.ticket or ""]
    ids = [message.message_id, asked.message_id, *asked.references]
    messages.add_thread_ids(desk.connection, ticket.id, [one for one in ids if one])
    return opened


def _no_outsiders(desk: Desk, instructions: Instructions) -> tuple[str, ...]:
    errors: list[str] = []
    for one in instructions.commands:
        if isinstance(one, commands.SetRequester):
            try:
                effects.check_outsider(desk, one.address)
            except Refusal as refusal:
                errors.append(refusal.said)
    return tuple(errors)


def _opens(instructions: Instructions) -> bool:
    return any(isinstance(one, commands.New) for one in instructions.commands)


def _opened(
    desk: Desk, message: IncomingMessage, agent: Agent, done: asking.Done, ticket: Ticket, steps: tuple[Step, ...]
) -> Received:
    """`!new` made a ticket of it."""
    ledger.arrived_in(desk.connection, message.spool_id, ticket.id, opened=True)
    desk.releases.extend(done.releases)
    receipts.send(desk, message, agent, ticket, True, receipts.told(done))
    return Received("new", "agent-new", ticket.number, steps, "")


def _commands_alone(
    desk: Desk, message: IncomingMessage, instructions: Instructions, agent: Agent, steps: tuple[Step, ...]
) -> Received:
    done = asking.ask(
        desk, None, agent, instructions.commands, instructions.words, words_are="note", by="mail", source=message
    )
    if isinstance(done, asking.NotDone):
        return receipts.refused(desk, message, agent, None, steps, done.errors, "agent-command-error")
    if done.opened and done.ticket is not None:
        return _opened(desk, message, agent, done, done.ticket, steps)
    desk.releases.extend(done.releases)
    if done.lines:
        receipts.send(desk, message, agent, None, True, receipts.told(done))
    return Received("entry", "agent-commands", None, steps, "")


def _ticket_of(desk: Desk, evidence: Evidence) -> Ticket | None:
    ticket = tickets.by_number(desk.connection, [evidence.ticket or ""], lock=True).get(evidence.ticket or "")
    return tickets.follow_merges(desk.connection, ticket) if ticket else None


def _author(message: IncomingMessage) -> str:
    return message.author.address if message.author else say("unknown")
