"""Alembic's door: runs the versions in this folder over the tables of both packages."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import context

from mailgate import spool
from ticketing.store import tables

_TWO_AT_ONCE = 727001  # an advisory lock of PostgreSQL: two daemons starting at the same time


def run() -> None:
    engine: sa.Engine = context.config.attributes["engine"]
    with engine.connect() as connection:
        sqlite = connection.dialect.name == "sqlite"
        driver: Any = connection.connection.dbapi_connection
        if sqlite:
            # A no-op inside a transaction, therefore before it: a batch rebuild drops and renames tables.
            driver.execute("PRAGMA foreign_keys=OFF")
        else:
            connection.exec_driver_sql(f"SELECT pg_advisory_lock({_TWO_AT_ONCE})")
            connection.commit()
        try:
            context.configure(
                connection=connection,
                target_metadata=[spool.metadata, tables.metadata],
                render_as_batch=sqlite,
                compare_type=True,
            )
            with context.begin_transaction():
                context.run_migrations()
            if connection.in_transaction():
                connection.commit()
            if sqlite and (broken := driver.execute("PRAGMA foreign_key_check").fetchall()):
                raise RuntimeError(f"the migration left rows without their parents: {broken[:5]}")
        finally:
            if sqlite:
                driver.execute("PRAGMA foreign_keys=ON")
            else:
                connection.rollback()
                connection.exec_driver_sql(f"SELECT pg_advisory_unlock({_TWO_AT_ONCE})")
                connection.commit()


run()
