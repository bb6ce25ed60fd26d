"""Commands that hand tickets out: asking a colleague, being away, whole lists that change hands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import time
from functools import partial
from typing import Any

from ticketing import commands
from ticketing.desk import assigning, background
from ticketing.desk.core import Desk, Refusal
from ticketing.desk.effects.work import Hand, Work, find_agent, find_colleague, newest_from_outside
from ticketing.model import Absence, Ticket
from ticketing.policy import Agent
from ticketing.rules import authority
from ticketing.saying import say
from ticketing.store import agents


def _ask(work: Work, command: commands.Ask) -> None:
    """The words below are the question: a note, which the colleague gets. Who has the ticket has it still."""
    desk, colleague = work.desk, find_colleague(work, command.agent)
    if colleague.id == work.agent.id:
        raise Refusal(say("that is you yourself"))
    agents.ask(desk.connection, work.ticket.id, colleague.id, work.agent.id, desk.now)
    desk.note_history(work.ticket, work.who, "asked", None, colleague.id, work.cause)
    work.lines.append(say("{name} is asked; the answer comes to you as a note.", name=colleague.name))
    warn_if_away(work, colleague)
    if work.words_are == "note" and work.words.strip():
        work.asking.append(colleague)  # is told with the note
        return
    newest = newest_from_outside(work)
    words = newest.text if newest else ""
    desk.alert(
        work.ticket,
        "asked",
        answer="n",
        by=work.agent.name,
        words=words,
        message=newest,
        beside=partial(background.gather, desk.connection, work.ticket, words, desk.now),
        only=(colleague,),
    )


def warn_if_away(work: Work, agent: Agent) -> None:
    if (absence := work.desk.absences.get(agent.id)) is not None:
        work.lines.append(say("{name} is away until {until}.", name=agent.name, until=work.desk.day(absence.until)))


# ---- away and back --------------------------------------------------------------------------------------------------


def _away(hand: Hand, command: commands.Away) -> None:
    desk, agent = hand.desk, hand.agent
    until = command.until.at(desk.local(desk.now), time(0))
    if until <= desk.now:
        raise Refusal(say("that moment has passed already: {until}", until=until))
    stand_in = find_agent(desk, command.to) if command.to else None
    if stand_in is not None and stand_in.id == agent.id:
        raise Refusal(say("nobody can stand in for himself"))
    if stand_in is not None and (absent := desk.absences.get(stand_in.id)) is not None:
        raise Refusal(say("{name} is away until {until}", name=stand_in.name, until=desk.day(absent.until)))
    if (earlier := desk.absences.get(agent.id)) is not None:
        _return(hand, earlier)
    own = assigning.locked(desk, agents.unfinished_of(desk.connection, agent.id), agent.id)
    hand.watch("ticket", *(one.id for one in own))
    agents.set_absence(desk.connection, Absence(agent.id, until, stand_in.id if stand_in else None), desk.now)
    desk.away = None
    day = desk.day(until)
    hand.lines.append(say("You are away until {until}; new cases go to others.", until=day))
    if stand_in is None:
        hand.lines.append(say("Your cases stay yours; what comes in them is told to your colleagues."))
        return
    given = assigning.give_all(desk, own, stand_in, hand.who, hand.cause)
    agents.lend(desk.connection, [one.id for one in given], agent.id, stand_in.id)
    _refresh(hand, given)
    told = say("{name} has your cases until you are here again: {count}.", name=stand_in.name, count=len(given))
    hand.lines.append(told)
    _tell_what_stays(hand, own, given, stand_in)
    headline = say("You stand in for {name} until {until}, and have these cases meanwhile.", name=agent.name, until=day)
    assigning.tell(desk, stand_in, headline, given)


def _back(hand: Hand, _: commands.Back) -> None:
    absence = hand.desk.absences.get(hand.agent.id)
    if absence is None:
        raise Refusal(say("you are not away"))
    hand.lines.append(say("Welcome back: new cases and alerts come to you again."))
    returned = _return(hand, absence)
    hand.lines.extend(assigning.line_of(one) for one in returned[: assigning.LINES])


def _return(hand: Hand, absence: Absence) -> list[Ticket]:
    desk = hand.desk
    lent = assigning.still_lent(desk, absence)
    hand.watch("ticket", *(one.id for one in lent))
    agents.end_absence(desk.connection, absence.agent)
    returned = assigning.give_back(desk, absence, hand.who, hand.cause, lent)
    _refresh(hand, returned)
    return returned


# ---- whole lists ----------------------------------------------------------------------------------------------------


def _reassign(hand: Hand, command: commands.Reassign) -> None:
    desk = hand.desk
    of, to = _of_whom(desk, command.of), find_agent(desk, command.to)
    if of == to.id:
        raise Refusal(say("{name} has them already", name=to.name))
    locked = assigning.locked(desk, agents.unfinished_of(desk.connection, of), of)
    theirs = [one for one in locked if authority.may_see(desk.policy, hand.agent, one)]
    former = desk.policy.agents.get(of)
    name = former.name if former else of
    if not theirs:
        raise Refusal(say("{name} has no open cases", name=name))
    hand.watch("ticket", *(one.id for one in theirs))
    given = assigning.give_all(desk, theirs, to, hand.who, hand.cause)
    if not given:
        raise Refusal(say("{name} may see none of these cases", name=to.name))
    _refresh(hand, given)
    hand.lines.append(
        say("Cases that {name} has from {former} now: {count}.", name=to.name, former=name, count=len(given))
    )
    hand.lines.extend(assigning.line_of(one) for one in given[: assigning.LINES])
    _tell_what_stays(hand, theirs, given, to)
    if to.id != hand.agent.id:
        assigning.tell(
            desk, to, say("These cases of {former} are yours now, by {who}.", former=name, who=hand.agent.name), given
        )
    if former is not None and former.id != hand.agent.id:
        headline = say("These cases of yours are with {name} now, by {who}.", name=to.name, who=hand.agent.name)
        assigning.tell(desk, former, headline, given)


def _of_whom(desk: Desk, text: str) -> str:
    """An agent; or the id of one who has left the configuration, and cases behind."""
    former = text.strip()
    if former not in desk.policy.agents and agents.unfinished_of(desk.connection, former):
        return former
    return find_agent(desk, text).id


def _tell_what_stays(hand: Hand, theirs: Sequence[Ticket], given: Sequence[Ticket], to: Agent) -> None:
    gone = {one.id for one in given}
    policy = hand.desk.policy
    stays = [one.number for one in theirs if one.id not in gone and authority.may_see(policy, hand.agent, one)]
    if stays:
        hand.lines.append(
            say("Not given to {name}, who may not see them: {numbers}", name=to.name, numbers=", ".join(stays))
        )


def _refresh(hand: Hand, changed: Sequence[Ticket]) -> None:
    """The ticket at hand may be one of them."""
    if isinstance(hand, Work):
        hand.ticket = next((one for one in changed if one.id == hand.ticket.id), hand.ticket)


EFFECTS: dict[type, Callable[[Work, Any], None]] = {
    commands.Ask: _ask,
}
ANYWHERE: dict[type, Callable[[Hand, Any], None]] = {
    commands.Away: _away,
    commands.Back: _back,
    commands.Reassign: _reassign,
}
