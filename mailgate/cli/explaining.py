"""`mailgate explain`: the real way of a mail, walked in a transaction that is rolled back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mailgate.mail import RawMail
from mailgate.readers import ReaderFault
from mailgate.spool import InHand
from mailgate.workers.intake import LAST_ATTEMPT, LEVELS, as_delivered
from mailgate.workers.preparing import Preparing
from ticketing.notices import AgentAlert

if TYPE_CHECKING:
    from mailgate.app import App

# No row of the spool has this id: the mail is not there.
_NOT_SPOOLED = 0


def explain(app: App, raw: RawMail) -> dict[str, Any]:
    """What would become of a mail received now, in the shape of DESIGN's JSON. The database stays as it is."""
    app.readers.start()
    attempts = 0
    data = as_delivered(raw)
    reading = app.readers.read([(data, LEVELS[0])])[0]
    while isinstance(reading, ReaderFault) and attempts < LAST_ATTEMPT:
        attempts += 1
        reading = app.readers.read([(data, LEVELS[attempts])])[0]
    if isinstance(reading, ReaderFault):
        return _unreadable(reading)
    preparing = Preparing(app.signer, app.policy, app.trust)
    in_hand = InHand(_NOT_SPOOLED, raw, attempts, alone=False, released=False)
    with app.transactions.rehearse(app.clock()) as transaction:
        prepared = preparing.prepare(transaction.connection, transaction.desk, in_hand, reading)
        received = transaction.desk.receive(prepared.message, prepared.instructions)
        transaction.post()
        view = transaction.desk.ticket_view(received.ticket) if received.ticket else None
        in_words = transaction.desk.promises_in_words(received.ticket) if received.ticket else []
        posted = list(transaction.posted)
    opaque = attempts >= LAST_ATTEMPT
    return {
        "kind": {"name": prepared.kind.kind.value, "rule": prepared.kind.rule, "detail": prepared.kind.detail},
        "rules": [{"rule": rule, "hit": detail is not None, "detail": detail} for rule, detail in prepared.tried],
        "auth": {"result": prepared.message.auth, "reason": prepared.message.auth_reason},
        "disposition": {"name": "set_aside", "rule": "opaque"}
        if opaque
        else {"name": received.disposition, "rule": received.rule},
        "matching": [
            {"step": step.step, "evidence": step.evidence, "strength": step.strength, "outcome": step.outcome}
            for step in received.steps
        ],
        "ticket": received.ticket,
        "reason": received.reason,
        "notices": [
            {
                "to": list(mail.rcpt_to),
                "template": mail.template,
                "subject": mail.subject,
                "why": notice.why if isinstance(notice, AgentAlert) else mail.notice,
            }
            for notice, mail in posted
        ],
        "deadlines": view["deadlines"] if view else [],
        "promises": in_words,
    }


def _unreadable(fault: ReaderFault) -> dict[str, Any]:
    return {
        "kind": {"name": None, "rule": None, "detail": None},
        "rules": [],
        "auth": None,
        "disposition": {"name": "set_aside", "rule": "failed"},
        "matching": [],
        "ticket": None,
        "reason": fault.reason,
        "notices": [],
        "deadlines": [],
        "promises": [],
    }
