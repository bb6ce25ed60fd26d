"""Who hears what (RULES 10): one table, event × person. Everybody who is told of a ticket is told by this table; README
shows the same one, and a test compares them.

`always` and `never` are the desk's; `option` is silent until the configuration names it in `also_told`, as
`completed.lead`. Nobody is told of what he did himself. `queue`: its agents, as long as nobody has the ticket; `old
assignee`: who had it before; `asked`: the colleague whom an agent asks. Whether a requester hears who has
taken his case is an option of the queue, `tell_taken`.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from ticketing.model import Ticket
from ticketing.policy import Agent, DeskPolicy
from ticketing.rules import authority, routing
from ticketing.rules.assignment import Absences, in_place_of


class Who(StrEnum):
    REQUESTER = "requester"
    CC = "cc"
    OLD = "old assignee"
    ASSIGNEE = "assignee"
    ASKED = "asked"
    QUEUE = "queue"
    LEAD = "lead"


class Hears(StrEnum):
    ALWAYS = "always"
    OPTION = "option"
    NEVER = "never"


_A, _O, _N = Hears.ALWAYS, Hears.OPTION, Hears.NEVER

# fmt: off
_ROWS: dict[str, tuple[Hears, Hears, Hears, Hears, Hears, Hears, Hears]] = {
    #               requester cc  old assignee asked queue lead
    "new":             (_A,   _N,  _N,  _A,  _N,  _A,  _O),
    "fyi":             (_A,   _N,  _N,  _A,  _N,  _A,  _O),
    "message":         (_N,   _N,  _N,  _A,  _N,  _A,  _O),
    "answer":          (_A,   _A,  _N,  _A,  _N,  _O,  _O),
    "note":            (_N,   _N,  _N,  _A,  _N,  _O,  _O),
    "assigned":        (_O,   _N,  _O,  _A,  _N,  _N,  _O),
    "asked":           (_N,   _N,  _N,  _N,  _A,  _N,  _N),
    "completed":       (_A,   _O,  _N,  _O,  _N,  _N,  _O),
    "merged":          (_A,   _N,  _N,  _A,  _N,  _A,  _O),
    "confirmed":       (_N,   _N,  _N,  _A,  _N,  _A,  _O),
    "closed":          (_N,   _N,  _N,  _A,  _N,  _A,  _O),
    "satisfaction":    (_N,   _N,  _N,  _A,  _N,  _A,  _O),
    "reopened":        (_N,   _N,  _N,  _A,  _N,  _A,  _O),
    "undelivered":     (_N,   _N,  _N,  _A,  _N,  _A,  _O),
    "delayed":         (_N,   _N,  _N,  _A,  _N,  _A,  _O),
    "waiting over":    (_N,   _N,  _N,  _A,  _N,  _A,  _O),
    "deadline 75":     (_N,   _N,  _N,  _A,  _N,  _A,  _O),
    "deadline 90":     (_N,   _N,  _N,  _A,  _N,  _A,  _A),
    "deadline missed": (_N,   _N,  _N,  _A,  _N,  _A,  _A),
    "reminder":        (_N,   _N,  _N,  _O,  _N,  _O,  _A),
}
# fmt: on
TABLE: dict[str, dict[Who, Hears]] = {event: dict(zip(Who, row, strict=True)) for event, row in _ROWS.items()}
OPTIONS = frozenset(
    f"{event}.{who}"
    for event, row in TABLE.items()
    for who, hears in row.items()
    # Whether a requester hears who has his case is a matter of the queue: `tell_taken`.
    if hears is _O and who is not Who.REQUESTER
)
"""What the configuration may name in `also_told`."""


def hears(policy: DeskPolicy, event: str, who: Who) -> bool:
    """Whether these people are told of this event."""
    cell = TABLE[event][who]
    return cell is _A or (cell is _O and f"{event}.{who}" in policy.also_told)


def agents(
    policy: DeskPolicy,
    ticket: Ticket,
    event: str,
    absences: Absences,
    *,
    but: str | None = None,
    former: str | None = None,
    asked: Sequence[str] = (),
) -> tuple[Agent, ...]:
    """The agents who are told of an event, each once; whoever is away is stood in for. `but`: who did it himself.
    `former`: who had the ticket before, `asked`: whom an agent asks. Nobody is told of what he may not see; where its
    assignee may not see the ticket any more it counts as nobody's."""
    told: list[str] = [*asked] if hears(policy, event, Who.ASKED) else []
    holder = routing.holder(policy, ticket, absences)
    if hears(policy, event, Who.QUEUE if holder is None else Who.ASSIGNEE):
        told += [one.id for one in routing.who_has_it(policy, ticket, absences)]
    if former is not None and hears(policy, event, Who.OLD):
        told.append(former)
    queue = policy.queues.get(ticket.queue)
    lead = in_place_of(queue.lead, absences) if queue is not None and queue.lead else None
    if lead is not None and hears(policy, event, Who.LEAD):
        told.append(lead)
    known = (policy.agents[one] for one in dict.fromkeys(told) if one != but and one in policy.agents)
    return tuple(one for one in known if authority.may_see(policy, one, ticket))
