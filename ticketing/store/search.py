"""Full-text search: which tickets hold these words, and how well.

The database keeps the index by itself (migration 0005): SQLite in two FTS5 tables, PostgreSQL in two generated columns.
Both know words by their beginning, in any case, without accents and rings; ø and æ are letters of their own. Notes are
searched too: what is found are tickets, and only agents and operators search.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa

from ticketing.store.tables import message, ticket

MAX_WORDS = 20
_LONGEST = 60

# As FTS5 reads: letters and figures make a word, with the marks that stand on them.
_TOKEN = re.compile(r"[^\W_](?:[^\W_]|[\u0300-\u036f])*")


def having(dialect: str, word: str) -> sa.ColumnElement[bool]:
    """Tickets that hold a word, or words side by side, anywhere. A word without a letter or figure stands nowhere."""
    tokens = _tokens(word)
    if not tokens:
        return sa.false()
    question = _phrase(dialect, tokens)
    in_ticket = sa.select(ids(dialect))
    in_message = _messages(dialect, sa.select(message.c.ticket_id))
    return ticket.c.id.in_(
        sa.union(
            in_ticket.where(_hit(dialect, "ticket", question)), in_message.where(_hit(dialect, "message", question))
        )
    )


def ranked(dialect: str, words: Sequence[str]) -> sa.Subquery | None:
    """(ticket_id, score): every ticket with one of the words, by its best place; a title counts more than a text. None
    where there is no word to look for."""
    question = any_of(dialect, words)
    if question is None:
        return None
    score = _score(dialect, "ticket", question)
    in_ticket = sa.select(ids(dialect).label("ticket_id"), score)
    in_message = _messages(
        dialect, sa.select(message.c.ticket_id.label("ticket_id"), _score(dialect, "message", question))
    )
    places = sa.union_all(
        in_ticket.where(_hit(dialect, "ticket", question)), in_message.where(_hit(dialect, "message", question))
    ).subquery()
    return (
        sa.select(places.c.ticket_id, sa.func.max(places.c.score).label("score"))
        .group_by(places.c.ticket_id)
        .subquery()
    )


def search(connection: sa.Connection, words: Sequence[str], limit: int) -> list[int]:
    """The ids of the tickets that hold all these words, the best first."""
    dialect = connection.dialect.name
    best = ranked(dialect, words)
    if best is None:
        return []
    query = sa.select(ticket.c.id).join(best, best.c.ticket_id == ticket.c.id)
    for word in words[:MAX_WORDS]:
        query = query.where(having(dialect, word))
    query = query.order_by(best.c.score.desc(), ticket.c.opened_at.desc(), ticket.c.id.desc()).limit(limit)
    return list(connection.scalars(query))


def any_of(dialect: str, beginnings: Sequence[str]) -> str | None:
    """The question for `hits`: one of these beginnings of words."""
    phrases = [_phrase(dialect, tokens) for one in beginnings[:MAX_WORDS] if (tokens := _tokens(one))]
    return (" OR " if dialect == "sqlite" else " | ").join(phrases) or None


def ids(dialect: str) -> sa.ColumnElement[int]:
    """The ticket's id, in a query of `hits`."""
    return _TICKET.c.rowid if dialect == "sqlite" else ticket.c.id


def hits(dialect: str, question: sa.BindParameter[str], *columns: sa.Column[Any]) -> sa.Select[Any]:
    """(id, columns of the ticket …): tickets whose number, subject, title, requester or solution answers the
    question."""
    query = sa.select(ids(dialect).label("id"), *columns)
    if dialect == "sqlite":
        query = query.select_from(_TICKET.join(ticket, ticket.c.id == _TICKET.c.rowid))
    return query.where(_hit(dialect, "ticket", question))


# ---- what differs between the two -----------------------------------------------------------------------------------

_TICKET = sa.table("search_ticket", sa.column("rowid", sa.Integer))
_MESSAGE = sa.table("search_message", sa.column("rowid", sa.Integer))
# In the order of the columns: number, subject, title, requester's name and address, resolution; subject, text.
_WEIGHTS = {"ticket": "10.0, 4.0, 8.0, 4.0, 4.0, 4.0", "message": "2.0, 1.0"}


def _messages(dialect: str, query: sa.Select[Any]) -> sa.Select[Any]:
    """Messages as the index knows them; what was taken back was never said."""
    if dialect == "sqlite":
        query = query.select_from(_MESSAGE.join(message, message.c.id == _MESSAGE.c.rowid))
    return query.where(message.c.state != "undone")


def _hit(dialect: str, table: str, question: str | sa.BindParameter[str]) -> sa.ColumnElement[bool]:
    if dialect == "sqlite":
        return sa.literal_column(f"search_{table}", sa.Text).op("MATCH", is_comparison=True)(question)
    return _column(table).op("@@", is_comparison=True)(_asked(question))


def _score(dialect: str, table: str, question: str) -> sa.Label[float]:
    if dialect == "sqlite":
        # bm25 is the lower the better.
        return (-sa.literal_column(f"bm25(search_{table}, {_WEIGHTS[table]})", sa.Float)).label("score")
    return sa.func.ts_rank_cd(_column(table), _asked(question), type_=sa.Float).label("score")


def _column(table: str) -> sa.ColumnClause[Any]:
    return sa.literal_column(f"{table}.search_words")


def _asked(question: str | sa.BindParameter[str]) -> Any:
    """A query of its own, so that PostgreSQL reads the question once and not for every row."""
    return sa.select(sa.func.to_tsquery(sa.literal_column("'simple'::regconfig"), question)).scalar_subquery()


def _tokens(word: str) -> list[str]:
    found: Collection[str] = _TOKEN.findall(unicodedata.normalize("NFC", word[:500]))
    return [one[:_LONGEST] for one in found][:MAX_WORDS]


def _phrase(dialect: str, tokens: Sequence[str]) -> str:
    """Nothing but letters and figures stands between the quotes, so nothing in it can be an operator; the last one is
    the beginning of a word."""
    if dialect == "sqlite":
        return f'"{" ".join(tokens)}" *'
    return "(" + " <-> ".join(f"'{_folded(one)}'" for one in tokens) + ":*)"


def _folded(token: str) -> str:
    """As the generated columns fold what they read (migration 0015)."""
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", token) if not "\u0300" <= sign <= "\u036f")
    return plain.lower()
