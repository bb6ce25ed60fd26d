"""The desk's own sentences and words by area, in the languages beside English: the English pattern is the key."""

from __future__ import annotations

from mailgate.outbound.words import (
    alarms,
    alerts,
    assigning,
    commands,
    desk,
    joining,
    life,
    listing,
    people,
    prepared,
    sorting,
    tasks,
    undoing,
)

ALL: dict[str, tuple[str, str]] = {
    **alarms.WORDS,
    **alerts.WORDS,
    **assigning.WORDS,
    **commands.WORDS,
    **desk.WORDS,
    **joining.WORDS,
    **life.WORDS,
    **listing.WORDS,
    **people.WORDS,
    **prepared.WORDS,
    **sorting.WORDS,
    **tasks.WORDS,
    **undoing.WORDS,
}
