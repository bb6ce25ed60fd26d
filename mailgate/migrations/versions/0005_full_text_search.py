"""Full-text search over tickets and messages

The database itself keeps the index, in the transaction that changes the row. Whoever later rebuilds `ticket` or
`message` in SQLite (batch_alter_table) makes the triggers anew: they go with the old table.
"""

from __future__ import annotations

import unicodedata

from alembic import op

revision = "0005"
down_revision = "0004"

# What is searched, and how much a place weighs in PostgreSQL.
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
_SEPARATORS = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~\u00a0\u00ad\u200b"


def upgrade() -> None:
    for table, columns in _COLUMNS.items():
        if op.get_context().dialect.name == "sqlite":
            _sqlite(table, list(columns))
        else:
            _postgresql(table, columns)
    op.create_index("ix_ticket_field_key", "ticket_field", ["key"])
    op.create_index("ix_ticket_tag_tag", "ticket_tag", ["tag"])
    op.create_index("ix_ticket_equipment_serial", "ticket_equipment", ["serial"])


def _sqlite(table: str, columns: list[str]) -> None:
    names = ", ".join(columns)
    index = f"search_{table}"

    def values(row: str) -> str:
        return ", ".join(f"{row}.{column}" for column in columns)

    add = f"INSERT INTO {index}(rowid, {names}) VALUES (new.id, {values('new')});"  # noqa: S608
    drop = f"INSERT INTO {index}({index}, rowid, {names}) VALUES ('delete', old.id, {values('old')});"  # noqa: S608
    for statement in (
        f"CREATE VIRTUAL TABLE {index} USING fts5({names}, content='{table}', content_rowid='id',"
        " tokenize='unicode61 remove_diacritics 2')",
        f"CREATE TRIGGER {index}_insert AFTER INSERT ON {table} BEGIN {add} END",
        f"CREATE TRIGGER {index}_delete AFTER DELETE ON {table} BEGIN {drop} END",
        f"CREATE TRIGGER {index}_update AFTER UPDATE OF {names} ON {table} BEGIN {drop} {add} END",
        f"INSERT INTO {index}({index}) VALUES ('rebuild')",  # noqa: S608
    ):
        op.get_bind().exec_driver_sql(statement)


def _postgresql(table: str, columns: dict[str, str]) -> None:
    # 'simple': no guess at a language. 100,000 signs: a tsvector holds a megabyte at most.
    parts = (
        f"setweight(to_tsvector('simple', translate(left(coalesce({column}, ''), 100000), {_quoted(_FROM)}, "
        f"{_quoted(_TO)})), '{weight}')"
        for column, weight in columns.items()
    )
    # A colon before a word or a percent sign would be a parameter in a text() of SQLAlchemy.
    words = " || ".join(parts)
    op.get_bind().exec_driver_sql(
        f"ALTER TABLE {table} ADD COLUMN search_words tsvector GENERATED ALWAYS AS ({words}) STORED".replace("%", "%%")
    )
    op.get_bind().exec_driver_sql(f"CREATE INDEX search_{table}_words ON {table} USING gin (search_words)")


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _letters() -> tuple[str, str]:
    """What PostgreSQL folds, in any locale: separators to blanks (or it would keep addresses and signed numbers whole),
    Latin letters to those without a mark, the marks themselves to nothing."""
    folds = {}
    for code in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00)):
        base = unicodedata.normalize("NFKD", chr(code))
        if base[0] != chr(code) and base[0].isascii():
            folds[chr(code)] = base[0].lower()
        elif (low := chr(code).lower()) != chr(code) and len(low) == 1:
            folds[chr(code)] = low
    gone = "".join(chr(code) for code in range(0x300, 0x370))
    return _SEPARATORS + "".join(folds) + gone, " " * len(_SEPARATORS) + "".join(folds.values())


_FROM, _TO = _letters()
