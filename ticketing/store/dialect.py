"""The one statement that SQLite and PostgreSQL have and SQL has not: an insert that says what to do on a conflict."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa


def insert(connection: sa.Connection, table: sa.Table) -> Any:
    """An INSERT with on_conflict_do_nothing and on_conflict_do_update."""
    # Imported here: the other database's dialect takes longer to import than a command that only looks should take.
    if connection.dialect.name == "postgresql":
        from sqlalchemy.dialects import postgresql

        return postgresql.insert(table)
    from sqlalchemy.dialects import sqlite

    return sqlite.insert(table)
