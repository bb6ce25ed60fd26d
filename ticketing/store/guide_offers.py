"""Which guides were offered with which ticket, and whether that was all it took."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa

from ticketing.store.tables import guide_offer


def add(connection: sa.Connection, ticket_id: int, guides: Iterable[tuple[str, str]], now: datetime) -> None:
    """`guides`: (name, language) of each."""
    rows = [{"ticket_id": ticket_id, "guide": name, "language": tongue, "offered_at": now} for name, tongue in guides]
    if rows:
        connection.execute(sa.insert(guide_offer), rows)


def helped(connection: sa.Connection, ticket_id: int, at: datetime | None) -> None:
    """The requester closed his case by himself; None: it goes on after all."""
    connection.execute(sa.update(guide_offer).where(guide_offer.c.ticket_id == ticket_id).values(helped_at=at))


def counts(connection: sa.Connection) -> dict[tuple[str, str], tuple[int, int]]:
    """(name, language) -> how often it was offered, and how often it helped."""
    query = sa.select(
        guide_offer.c.guide,
        guide_offer.c.language,
        sa.func.count().label("offered"),
        sa.func.count(guide_offer.c.helped_at).label("helped"),
    ).group_by(guide_offer.c.guide, guide_offer.c.language)
    return {(row.guide, row.language): (row.offered, row.helped) for row in connection.execute(query)}
