"""What an agent asked to see, sent to him: beside the receipt, a mail of its own."""

from __future__ import annotations

from collections.abc import Sequence

from ticketing.desk.effects.work import Hand
from ticketing.model import Ticket
from ticketing.notices import Entry, Sheet, Thread
from ticketing.saying import Said, say
from ticketing.store import ledger, people


def send(
    hand: Hand,
    heading: Said | str,
    lines: Sequence[str],
    *,
    ticket: Ticket | None = None,
    entries: tuple[Entry, ...] = (),
    foot: str = "",
) -> None:
    """To the agent's stored address, within the limit of receipts; at the command line, its lines are simply said."""
    desk, agent = hand.desk, hand.agent
    if hand.source is None:
        hand.lines += [*lines, *(line for one in entries for line in one.lines)]
        return
    if people.is_suppressed(desk.connection, agent.address, desk.now):
        return
    if desk.used_up("receipt", "receipts to an agent", desk.policy.limits.receipts_agent, address=agent.address):
        return
    ledger.note_told(desk.connection, "receipt", agent.address, desk.now, ticket_id=ticket.id if ticket else None)
    desk.notices.append(
        Sheet(
            agent_id=agent.id,
            to=agent.person,
            mailbox=ticket.mailbox if ticket else hand.source.mailbox,
            language=agent.language or desk.policy.language,
            heading=heading,
            lines=tuple(lines),
            thread=Thread(hand.source.message_id),
            about=desk.about(ticket) if ticket else None,
            entries=entries,
            foot=foot,
        )
    )


SHOW_HINT = say("Answer this mail with !show NUMBER to get one of them.")
