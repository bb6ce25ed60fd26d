"""The one statement that SQLite and PostgreSQL have and SQL has not: an insert that says what to do on a conflict.

The statements of the hot path are built once: making one costs five times what running it costs. Their values are bound
when they run; names of bound values that are no columns begin with `the_`.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import sqlalchemy as sa


def insert(connection: sa.Connection, table: sa.Table) -> Any:
    """An INSERT with on_conflict_do_nothing and on_conflict_do_update."""
    return bare_insert(connection.dialect.name, table)


@cache
def insert_missing(dialect: str, table: sa.Table) -> Any:
    """Inserts what is not there yet; the values are bound when it runs."""
    return bare_insert(dialect, table).on_conflict_do_nothing()


def bare_insert(dialect: str, table: sa.Table) -> Any:
    # Imported here: the other database's dialect takes longer to import than a command that only looks should take.
    if dialect == "postgresql":
        from sqlalchemy.dialects import postgresql

        return postgresql.insert(table)
    from sqlalchemy.dialects import sqlite

    return sqlite.insert(table)
