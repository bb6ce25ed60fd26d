"""The schema of a database against the tables of the code."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from mailgate import spool
from ticketing.store import tables

# What full-text search keeps differs between the two databases: only its migration and store.search know it.
SEARCH = "search_"


def differences(connection: sa.Connection) -> list[Any]:
    """Where the database is not what the code believes; nothing, when all is well."""

    def ours(_: object, name: str | None, *__: object) -> bool:
        return not (name or "").startswith(SEARCH)

    context = MigrationContext.configure(connection, opts={"compare_type": True, "include_object": ours})
    found: list[Any] = compare_metadata(context, [spool.metadata, tables.metadata])  # type: ignore[arg-type]
    return found


def drop_everything(connection: sa.Connection) -> None:
    connection.execute(sa.text("DROP TABLE IF EXISTS alembic_version"))
    if connection.dialect.name == "sqlite":
        for table in ("ticket", "message"):
            connection.execute(sa.text(f"DROP TABLE IF EXISTS {SEARCH}{table}"))
    for metadata in (tables.metadata, spool.metadata):
        metadata.drop_all(connection)
