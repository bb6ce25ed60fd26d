"""The schema's way up: every version applies to what the one before left, and ends at what the code believes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import command
from schemas import differences

from mailgate import spool
from mailgate.database import Database


def test_a_filled_first_schema_comes_up(empty_database_url: str) -> None:
    database = Database(empty_database_url)
    try:
        command.upgrade(database._alembic(), "0001")
        with database.write() as connection:
            connection.execute(
                sa.text(
                    "INSERT INTO inbound_mail (uid, sha256, size, source, rcpt_to, received_at)"
                    " VALUES ('u1', 's', 1, 'smtp', '[]', '2026-11-21 10:00:00')"
                )
            )
        database.migrate()
        with database.read() as connection:
            row = connection.execute(sa.select(spool.inbound_mail)).one()
            assert (row.uid, row.quiet, row.whole_size) == ("u1", False, None)
    finally:
        database.close()


def test_the_newest_schema_is_what_the_code_believes(database_url: str) -> None:
    database = Database(database_url)
    try:
        with database.engine.connect() as connection:
            assert differences(connection) == []
    finally:
        database.close()
