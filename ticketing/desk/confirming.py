"""What destroys or discloses waits for a yes, where the agent is known by his answer address only (RULES 6).

His mail is held; a question goes to his stored address, and his answer to it (purpose k, 15 minutes) lets the held mail
go through as if it had been proven.
"""

from __future__ import annotations

from ticketing.command_words import BY_NAME, word_key
from ticketing.desk.core import Desk
from ticketing.model import Evidence, IncomingMessage, Received, Step, Ticket
from ticketing.notices import ConfirmationRequest
from ticketing.policy import Agent
from ticketing.rules import authority, phrases
from ticketing.saying import say
from ticketing.store import confirmations, people

RULE = "awaits-confirmation"
MOST_LINES = 100
LONGEST = 300


def unconfirmed(desk: Desk, message: IncomingMessage, agent: Agent, words: tuple[str, ...]) -> bool:
    """Whether something of it still needs the agent's yes."""
    return bool(words) and not confirmations.is_confirmed(desk.connection, message.spool_id, agent.id)


def hold(
    desk: Desk,
    message: IncomingMessage,
    agent: Agent,
    ticket: Ticket | None,
    words: tuple[str, ...],
    steps: tuple[Step, ...],
    effects: tuple[str, ...],
) -> Received:
    """Nothing is done; the agent is asked. `effects`: what would come of the mail."""
    confirmations.ask(desk.connection, message.spool_id, agent.id, ticket.id if ticket else None, desk.now)
    if not people.is_suppressed(desk.connection, agent.address, desk.now):
        desk.notices.append(
            ConfirmationRequest(
                about=desk.about(ticket) if ticket else None,
                agent_id=agent.id,
                to=agent.person,
                mailbox=ticket.mailbox if ticket else message.mailbox,
                language=agent.language or desk.policy.language,
                held=message.spool_id,
                commands=_as_written(message, words),
                effects=effects,
                minutes=int(authority.CONFIRM_WITHIN.total_seconds() // 60),
            )
        )
    if ticket is not None:
        desk.note_history(ticket, agent.id, "mail", None, "waits for confirmation", RULE)
    return Received("held", RULE, ticket.number if ticket else None, steps, "it needs the agent's confirmation")


def _as_written(message: IncomingMessage, words: tuple[str, ...]) -> tuple[str, ...]:
    """The lines that ask for it, with whom and what they name: a yes to a bare word could be a yes to anything."""
    lines = [line.strip() for line in message.new_text.split("\n")[:MOST_LINES] if line.strip().startswith(("!", "！"))]
    named = [(BY_NAME.get(word_key(line[1:].split(" ")[0])), line) for line in lines]
    found = tuple(say("{text}", text=line[:LONGEST]) for word, line in named if word is not None and word.name in words)
    return found or tuple(say(f"!{word}") for word in words)


def token(message: IncomingMessage) -> Evidence | None:
    """The confirming address it was sent to."""
    return next((one for one in message.evidence if one.purpose == "k" and one.via == "address"), None)


def answered(
    desk: Desk, message: IncomingMessage, evidence: Evidence
) -> tuple[Agent | None, Received, tuple[str, ...]]:
    """The answer to the question: who gave it, what becomes of his mail, and what he is told."""
    agent = desk.policy.agent_by_address(message.author.address) if message.author else None
    step = Step("T1", f"address k.{evidence.case}.{evidence.row}", "strong", "confirmation")
    if agent is None or evidence.agent != agent.id or message.auth == "fail":
        desk.alarm(
            "foreign-agent-token",
            evidence.row,
            say("An agent's answer address was used by somebody else"),
            say(
                "The mail is held: `mailgate spool held`. Its author: {author}.",
                author=message.author.address if message.author else say("unknown"),
            ),
        )
        return (
            None,
            Received("held", "foreign-agent-token", evidence.ticket, (step,), "somebody else's confirmation"),
            (),
        )
    if message.kind != "personal":
        return None, Received("ignored", "agent-automatic", evidence.ticket, (step,), "an agent's automatic mail"), ()
    entry = Received("entry", "agent-confirmation", evidence.ticket, (step,), "")
    held = evidence.answers
    waiting = confirmations.waiting(desk.connection, held, agent.id) if held is not None else None
    if waiting is None or held is None:
        return agent, entry, (say("Nothing waits for this confirmation any more."),)
    if desk.now - waiting > authority.CONFIRM_WITHIN:
        _drop(desk, held)
        return agent, entry, (say("The confirmation came too late, so nothing was done. Send your mail again."),)
    own = message.own_words.text if message.own_words else ""
    words = (own or message.new_text).strip()  # a yes is one above his signature too
    if words and not phrases.is_confirmation(words):
        _drop(desk, held)
        return agent, entry, (say("That was no ok, so nothing was done. To do it after all, send your mail again."),)
    confirmations.confirm(desk.connection, held, desk.now)
    desk.releases.append((held, True))
    return agent, entry, ()


def _drop(desk: Desk, held: int) -> None:
    confirmations.drop(desk.connection, held)
    desk.releases.append((held, False))
