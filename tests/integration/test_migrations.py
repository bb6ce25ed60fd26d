"""The schema's way up: one line of versions, the same tables at its end as in the code, on both databases."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from alembic.config import Config
from alembic.script import ScriptDirectory
from schemas import SEARCH, differences, drop_everything

from mailgate import spool
from mailgate.database import Database
from ticketing.store import tables


@pytest.fixture
def database(empty_database_url: str) -> Iterator[Database]:
    database = Database(empty_database_url)
    yield database
    database.close()


def versions() -> list[str]:
    """From the first to the newest; raises where they branch."""
    config = Config()
    config.set_main_option("script_location", "mailgate:migrations")
    scripts = ScriptDirectory.from_config(config)
    return [script.revision for script in scripts.walk_revisions("base", scripts.get_current_head())][::-1]


def test_the_versions_form_one_line() -> None:
    found = versions()
    assert found == [f"{number:04}" for number in range(1, len(found) + 1)]


def test_at_its_end_are_the_tables_of_the_code(database: Database) -> None:
    assert database.schema_state() == (None, versions()[-1])
    database.migrate()
    assert database.schema_state() == (versions()[-1], versions()[-1])
    with database.read() as connection:
        assert differences(connection) == []
        migrated = _schema(connection)
    # And what that comparison does not look at: defaults, checks, conditions of indexes.
    with database.write() as connection:
        drop_everything(connection)
        assert _schema(connection) == {}
        for metadata in (spool.metadata, tables.metadata):
            metadata.create_all(connection)
        made = _schema(connection)
    assert migrated.pop("alembic_version")
    assert migrated == made


def test_a_second_time_changes_nothing(database: Database) -> None:
    database.migrate()
    with database.read() as connection:
        before = _schema(connection)
    database.migrate()
    with database.read() as connection:
        assert _schema(connection) == before


def test_step_by_step_from_the_first_schema_and_with_rows_in_it(database: Database) -> None:
    from alembic import command

    config = database._alembic()
    found = versions()
    command.upgrade(config, found[0])
    with database.write() as connection:
        connection.execute(sa.text("INSERT INTO blob (sha256, bytes) VALUES ('a', 'x')"))
    for version in found[1:]:
        command.upgrade(config, version)
    with database.read() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM blob")) == 1
        assert differences(connection) == []


def test_two_processes_at_once_wait_for_each_other(empty_database_url: str) -> None:
    script = "import sys; from mailgate.database import Database; Database(sys.argv[1]).migrate()"
    both = [
        subprocess.Popen([sys.executable, "-c", script, empty_database_url], stderr=subprocess.PIPE) for _ in range(2)
    ]
    for process in both:
        _, said = process.communicate(timeout=60)
        assert process.returncode == 0, said.decode()
    database = Database(empty_database_url)
    try:
        current, newest = database.schema_state()
        assert current == newest
    finally:
        database.close()


def _schema(connection: sa.Connection) -> dict[str, list[str]]:
    """Every table with all that the database tells of it, as sorted lines."""
    inspector = sa.inspect(connection)
    return {
        name: sorted(
            str(sorted(one.items(), key=str))
            for tell in (
                inspector.get_columns,
                inspector.get_indexes,
                inspector.get_check_constraints,
                inspector.get_foreign_keys,
                inspector.get_unique_constraints,
            )
            for one in ({key: _plain(value) for key, value in found.items()} for found in tell(name))
            if not one["name"].startswith(SEARCH)
        )
        for name in inspector.get_table_names()
        if not name.startswith(SEARCH)
    }


def _plain(value: object) -> str:
    return str({key: str(one) for key, one in value.items()}) if isinstance(value, dict) else str(value)
