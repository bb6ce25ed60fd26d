"""PostgreSQL's index of words, folded in a twentieth of the time

`translate` compares every sign of a text with every sign of its list: 8 ms a kilobyte with the list of migration 0005.
Unicode's own decomposition needs none. The columns are made anew, which takes its time on a desk with many messages.
"""

from __future__ import annotations

import unicodedata

from alembic import op

revision = "0015"
down_revision = "0014"

# What is searched, and how much a place weighs.
_COLUMNS = {
    "ticket": {
        "number": "A",
        "subject": "B",
        "title": "A",
        "requester_name": "B",
        "requester_address": "B",
        "resolution": "B",
    },
    "message": {"subject": "C", "text": "D"},
}
_MARKS = r"[\u0300-\u036f]+"
# To blanks, or it would keep addresses and signed numbers whole.
_SEPARATORS = r"[\u0021-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u007e\u00ad\u200b]+"


def upgrade() -> None:
    if op.get_context().dialect.name == "sqlite":
        return
    for table, columns in _COLUMNS.items():
        words = " || ".join(
            f"setweight(to_tsvector('simple', {_folded(column)}), '{weight}')" for column, weight in columns.items()
        )
        for statement in (
            f"ALTER TABLE {table} DROP COLUMN search_words",
            f"ALTER TABLE {table} ADD COLUMN search_words tsvector GENERATED ALWAYS AS ({words}) STORED",
            f"CREATE INDEX search_{table}_words ON {table} USING gin (search_words)",
        ):
            op.get_bind().exec_driver_sql(statement)


def _folded(column: str) -> str:
    """100,000 signs: a tsvector holds a megabyte at most."""
    text = f"left(normalize(left(coalesce({column}, ''), 100000), NFKD), 100000)"
    text = f"regexp_replace(regexp_replace({text}, '{_MARKS}', '', 'g'), '{_SEPARATORS}', ' ', 'g')"
    return f"translate({text}, '{_CAPITALS}', '{_CAPITALS.lower()}')"


def _capitals() -> str:
    """Latin letters that are no letter with a mark; PostgreSQL knows their small ones in some locales only."""
    letters = (chr(code) for code in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00)))
    return "".join(
        one
        for one in letters
        if unicodedata.normalize("NFKD", one) == one and one != one.lower() and len(one.lower()) == 1
    )


_CAPITALS = _capitals()
