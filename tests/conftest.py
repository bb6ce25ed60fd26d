"""Both databases for every test that asks for one, and a whole desk for the journeys.

A test that takes `database_url`, `empty_database_url` or `desk` runs once on SQLite and once on PostgreSQL; the closing
lines say how often on each, and with --both-databases (`make test`) unequal or empty counts fail the run.
"""

from __future__ import annotations

import itertools
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import pytest
import sqlalchemy as sa

sys.path.insert(0, str(Path(__file__).parent))  # harness.py and postgres.py, however pytest was started

from agents import House, NewHouse, a_house
from dovecot import Dovecot, running_dovecot
from harness import Desk
from inside import InsideDesk
from postgres import Cluster, running_cluster

from mailgate.readers import Readers

DATABASES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
BOTH = [pytest.param(name, marks=getattr(pytest.mark, f"on_{name}")) for name in DATABASES]

_counter = itertools.count(1)
_runs = pytest.StashKey[dict[str, int]]()


# --------------------------------------------------------------------------------------------------------- options


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--both-databases", action="store_true", help="fail unless as many tests ran on one as on the other"
    )
    parser.addoption("--long", action="store_true", help="the long share of the fault and random tests")


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_runs] = dict.fromkeys(DATABASES, 0)
    for name, title in DATABASES.items():
        config.addinivalue_line("markers", f"on_{name}: runs on {title}")
    config.addinivalue_line("markers", "long_only: takes long; only run with --long")
    config.pluginmanager.register(_Counts(config), "database-counts")
    # No deadline: a machine that is busy with something else is no defect.
    hypothesis.settings.register_profile("quick", deadline=None, print_blob=True)
    hypothesis.settings.register_profile("long", deadline=None, print_blob=True, max_examples=10_000)
    hypothesis.settings.load_profile("long" if config.getoption("long") else "quick")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("long"):
        put_off = [item for item in items if item.get_closest_marker("long_only")]
        config.hook.pytest_deselected(items=put_off)
        items[:] = [item for item in items if item not in put_off]


class _Counts:
    """Counts from the reports, which also come from the workers of a run in parallel."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.runs = config.stash[_runs]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" and not report.skipped:
            for name in DATABASES:
                self.runs[name] += f"on_{name}" in report.keywords

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        on_worker = hasattr(session.config, "workerinput")
        if self.config.getoption("both_databases") and not on_worker and self.unequal and session.exitstatus == 0:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if any(self.runs.values()) or self.config.getoption("both_databases"):
            counts = ", ".join(f"{title} {self.runs[name]}" for name, title in DATABASES.items())
            terminalreporter.write_line(f"tests on each database: {counts}, {self.unequal or 'equal'}")

    @property
    def unequal(self) -> str:
        counts = set(self.runs.values())
        return "UNEQUAL" if len(counts) > 1 else "NONE RAN" if counts == {0} else ""


@pytest.fixture(scope="session")
def long_run(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("long"))


# ------------------------------------------------------------------------------------------------------- databases


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """A running PostgreSQL; a missing one is an error that says what to install, never a skip."""
    with running_cluster() as cluster:
        yield cluster


@pytest.fixture
def durable_postgres() -> Iterator[Cluster]:
    """A cluster of its own on a real disk, for a test that stops it hard."""
    with running_cluster(durable=True) as cluster:
        yield cluster


@pytest.fixture(params=BOTH)
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database without a schema."""
    yield from _database(request, tmp_path, migrated=False)


@pytest.fixture(params=BOTH)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database with the newest schema, and nothing in it."""
    yield from _database(request, tmp_path, migrated=True)


@pytest.fixture
def connection(database_url: str) -> Iterator[sa.Connection]:
    """A transaction in such a database, for the queries of the store."""
    from mailgate.database import Database

    database = Database(database_url)
    try:
        with database.write() as connection:
            yield connection
    finally:
        database.close()


def _database(request: pytest.FixtureRequest, folder: Path, migrated: bool) -> Iterator[str]:
    if request.param == "sqlite":
        file = folder / "desk.db"
        if migrated:
            shutil.copy(request.getfixturevalue("_migrated_sqlite"), file)
        yield f"sqlite:///{file}"
        return
    cluster: Cluster = request.getfixturevalue("postgres")
    template = request.getfixturevalue("_migrated_postgres") if migrated else "template0"
    name = f"test_{next(_counter)}"
    try:
        yield cluster.create(name, template)
    finally:
        cluster.drop(name)


@pytest.fixture(scope="session")
def _migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("template") / "desk.db"
    _migrate(f"sqlite:///{file}")
    # Whatever is still in the write-ahead log would not be copied.
    assert not file.with_name("desk.db-wal").exists()
    return file


@pytest.fixture(scope="session")
def _migrated_postgres(postgres: Cluster) -> str:
    _migrate(postgres.create("template_mailgate"))
    return "template_mailgate"


def _migrate(url: str) -> None:
    from mailgate.database import Database

    database = Database(url)
    try:
        database.migrate()
    finally:
        database.close()


# ---------------------------------------------------------------------------------------------------- mail servers


@pytest.fixture(scope="session")
def dovecot() -> Iterator[Dovecot]:
    """A running Dovecot; a missing one is an error that says what to install, never a skip."""
    with running_dovecot() as server:
        yield server


# ------------------------------------------------------------------------------------------------------------ desks


@pytest.fixture
def new_desk(_migrated_sqlite: Path) -> Iterator[Callable[..., Desk]]:
    """Makes desks, in the embedded database unless told otherwise; whatever runs is ended after the test."""
    desks: list[Desk] = []
    # Not tmp_path: under root that is closed to other users, and its name is too long for a Unix socket.
    with tempfile.TemporaryDirectory(prefix="mailgate-", ignore_cleanup_errors=True) as folder:

        def make(database: str | None = None) -> Desk:
            desks.append(Desk(Path(folder) / f"desk{len(desks) + 1}", database, _migrated_sqlite))
            return desks[-1]

        try:
            yield make
        finally:
            for desk in desks:
                desk.clean_up()


@pytest.fixture
def desk(new_desk: Callable[..., Desk], database_url: str) -> Desk:
    """A desk just initialised, once on each database; nothing runs yet."""
    return new_desk(None if database_url.startswith("sqlite") else database_url).init()


@pytest.fixture(scope="session")
def readers() -> Iterator[Readers]:
    """Reader processes for all desks inside this process; a mail that kills one costs the others nothing."""
    with Readers() as readers:
        readers.start()
        yield readers


@pytest.fixture
def new_house(tmp_path: Path, _migrated_sqlite: Path, readers: Readers) -> NewHouse:
    """Makes the house of a story: a desk inside this process with its agents and requesters."""
    return lambda **wishes: a_house(tmp_path / "desk", _migrated_sqlite, readers, **wishes)


@pytest.fixture
def house(new_house: NewHouse) -> Iterator[House]:
    with new_house() as house:
        yield house


@pytest.fixture
def new_inside(readers: Readers, _migrated_sqlite: Path, tmp_path: Path) -> Iterator[Callable[..., InsideDesk]]:
    """Makes desks inside this process; SQLite unless given another URL."""
    yield from _inside_desks(readers, _migrated_sqlite, tmp_path)


@pytest.fixture(scope="module")
def new_inside_for_module(
    readers: Readers, _migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[..., InsideDesk]]:
    """The same for tables whose rows share one desk."""
    yield from _inside_desks(readers, _migrated_sqlite, tmp_path_factory.mktemp("inside"))


def _inside_desks(readers: Readers, template: Path, folder: Path) -> Iterator[Callable[..., InsideDesk]]:
    desks: list[InsideDesk] = []

    def make(url: str | None = None, **wishes: str) -> InsideDesk:
        home = folder / f"desk{len(desks) + 1}"
        home.mkdir()
        if url is None:
            shutil.copy(template, home / "desk.db")
        desks.append(InsideDesk(home, readers, url or "sqlite:///desk.db", **wishes))
        return desks[-1]

    try:
        yield make
    finally:
        for desk in desks:
            desk.close()


@pytest.fixture
def inside(new_inside: Callable[..., InsideDesk]) -> InsideDesk:
    return new_inside()
