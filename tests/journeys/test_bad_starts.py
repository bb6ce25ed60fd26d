"""What stops the start, and how it is said: loud, at once, with the key or the file, and never at a mail's cost."""

from __future__ import annotations

import os
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from harness import MAILGATE, Desk, Smtp
from postgres import Cluster

NewDesk = Callable[..., Desk]

LETTER = b"""From: Ola <ola@example.org>
To: support@example.com
Subject: Printer
Message-ID: <s@example.org>

Help.
"""


@pytest.fixture
def plain(new_desk: NewDesk) -> Desk:
    """On the embedded database."""
    return new_desk().init()


def said(desk: Desk, *arguments: str, status: int) -> list[str]:
    """The lines on standard error of a command that must end so, and say nothing on standard output."""
    return ended(desk, *arguments, status=status)[1].splitlines()


def ended(desk: Desk, *arguments: str, status: int | None) -> tuple[int, str]:
    """Status and standard error of a command that says nothing on standard output. Its standard input is a mail."""
    if arguments[0] in ("run", "work"):
        process = desk.run(*arguments, status=status, timeout=60)
        assert process.stdout == b"" and b"Traceback" not in process.stderr
        return process.returncode, process.stderr.decode()
    done = desk.inside(*arguments, status=status, stdin=LETTER)
    assert done.stdout == ""
    return done.exit_code, done.stderr


# ---- configuration --------------------------------------------------------------------------------------------------


def test_every_fault_at_once_each_with_its_key_and_no_secret(plain: Desk) -> None:
    plain.replace('timezone = "Europe/Oslo"', 'timezone = "Europe/Olso"')
    plain.replace("undo_seconds = 60", 'undo_seconds = "soon"')
    plain.replace('database = "sqlite:///desk.db"', 'database = "mysql://mailgate:hunter2@db.example.com/desk"')
    (plain.folder / "secret.key").chmod(0o644)
    secret = (plain.folder / "secret.key").read_text().split()[-1]
    for command, status in (("run", 78), ("check", 2), ("tickets", 2)):
        lines = said(plain, command, status=status)
        assert lines[0] == f"{plain.config}: 4 faults", command
        named = {line.split(":")[0].strip() for line in lines[1:]}
        assert named == {"desk.timezone", "desk.undo_seconds", "desk.database", "desk.secret_file"}, command
        assert "hunter2" not in "\n".join(lines) and secret not in "\n".join(lines)


def test_no_configuration_at_all(plain: Desk, tmp_path: Path) -> None:
    for command, status in (("run", 78), ("tickets", 2)):
        lines = said(plain, command, "--config", str(tmp_path / "none.toml"), status=status)
        assert len(lines) <= 2 and "none.toml" in lines[0]
    alone = {name: value for name, value in os.environ.items() if name != "MAILGATE_CONFIG"}
    done = subprocess.run([MAILGATE, "tickets"], cwd=tmp_path, env=alone, capture_output=True, check=False)
    assert done.returncode == 2 and b"mailgate.toml" in done.stderr


def test_a_broken_template_stops_the_start_with_file_and_line(plain: Desk) -> None:
    folder = plain.folder / "templates" / "mail" / "en"
    folder.mkdir(parents=True)
    plain.replace("[desk]", '[desk]\ntemplates = "templates"')
    for text, line in (
        ("Subject: {{ number }}\n\nHello {{ nobody_knows_this }}\n", 3),
        ("Subject: {{ number }\n", 1),
        ("Subject: x\n\n{% for one in %}\n", 3),
        ("no subject line\n", 1),
    ):
        (folder / "acknowledgement.txt.j2").write_text(text)
        for command, status in (("run", 78), ("check", 2)):
            (only,) = said(plain, command, status=status)
            assert f"acknowledgement.txt.j2:{line}" in only, only
    plain.take(LETTER)  # what needs no template works
    assert plain.audit()["waiting_in"] == 1


# ---- another one ----------------------------------------------------------------------------------------------------


def test_a_second_daemon_ends_and_names_the_first(plain: Desk) -> None:
    plain.start()
    assert plain.process is not None
    for command in ("run", "work"):
        (line,) = said(plain, command, status=75)
        assert f"process {plain.process.pid}" in line and "desk.db" in line
    assert plain.send(LETTER).startswith("250")  # the first one has not noticed
    plain.settle()
    plain.take(LETTER.replace(b"<s@", b"<t@"))  # other commands write beside it
    plain.settle()
    assert len(plain.tickets()) == 2
    plain.kill()
    plain.start()  # the dead hold nothing
    assert plain.stop() == 0


def test_two_daemons_share_a_postgresql(new_desk: NewDesk, postgres: Cluster) -> None:
    url = postgres.create("shared")
    desk = new_desk(url).init()
    desk.start()
    other = Desk(desk.folder, url)
    try:
        other.start("--only", "intake,send", answers=False)
        desk.wait(lambda: desk.said().count("mailgate: ready") == 2, "the other one to be there")
        for number in range(6):
            assert desk.send(LETTER.replace(b"<s@", b"<s%d@" % number)).startswith("250")
        desk.settle()
        assert desk.audit()["dispositions"]["new"] == 3  # the fourth equal body within an hour is held
        assert other.stop() == 0 and desk.stop() == 0
    finally:
        other.clean_up()
        desk.clean_up()
        postgres.drop("shared")


def test_a_port_that_is_taken(plain: Desk) -> None:
    with socket.create_server(("127.0.0.1", plain.port)):
        lines = said(plain, "run", status=1)
    assert any(str(plain.port) in line and "in use" in line.lower() for line in lines), lines


# ---- the database ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["corrupt", "a folder", "not ours", "read-only"])
def test_a_database_that_cannot_be_used(plain: Desk, state: str, tmp_path: Path) -> None:
    file = plain.folder / "desk.db"
    match state:
        case "corrupt":
            file.write_bytes(b"this is no database at all, " * 400)
        case "a folder":
            file.unlink()
            file.mkdir()
        case "not ours":
            file.write_bytes((plain.folder / "mailgate.toml").read_bytes())
        case "read-only":
            # Root may write whatever the mode says; a file under a name that is taken may not be made by anybody.
            file.unlink()
            plain.replace("sqlite:///desk.db", "sqlite:////dev/null/desk.db")
    for command in ("run", "tickets", "take"):
        status, text = ended(plain, command, *(["-"] if command == "take" else []), status=None)
        assert status in ((1, 78) if command == "run" else (1, 2)), (command, status, text)
        assert text.strip(), command
    if state in ("corrupt", "not ours"):
        assert "desk.db" in ended(plain, "tickets", status=1)[1]


def test_a_database_that_somebody_else_has_locked(plain: Desk) -> None:
    """Nothing is answered 250 and nothing is lost: the client keeps its mail until the lock is gone."""
    plain.start()
    engine = sa.create_engine(f"sqlite:///{plain.folder / 'desk.db'}")
    connection = engine.connect()
    connection.exec_driver_sql("BEGIN IMMEDIATE")
    with plain.smtp(timeout=60) as client:
        client.command("MAIL FROM:<ola@example.org>")
        answer = client.command("RCPT TO:<support@example.com>")
        assert answer.startswith("250")
        answer = client.command("DATA")
        if answer.startswith("354"):
            client.send(LETTER.replace(b"\n", b"\r\n") + b"\r\n.\r\n")
            answer = client.reply()
    assert answer[:1] == "4"
    connection.exec_driver_sql("ROLLBACK")
    connection.close()
    engine.dispose()
    plain.wait(lambda: plain.send(LETTER).startswith("250"), "the database to be there again")
    plain.settle()
    assert len(plain.tickets()) == 1
    assert plain.stop() == 0


def test_a_wrong_password_of_postgresql(new_desk: NewDesk) -> None:
    """It is told, with the place and without the password; a cluster that asks for one."""
    from postgres import running_cluster

    with running_cluster() as cluster:
        access = cluster._data / "pg_hba.conf"
        url = cluster.create("guarded")
        guarded = url.replace("mailgate@", "mailgate:hunter2@")
        desk = new_desk(guarded).init()
        access.write_text("host all all 127.0.0.1/32 scram-sha-256\n")
        cluster.stop()
        cluster.start()
        for command in ("run", "tickets"):
            lines = said(desk, command, status=1)
            assert any("password" in line or "guarded" in line for line in lines), lines
            assert "hunter2" not in "\n".join(lines)
        assert "hunter2" not in desk.inside("check").stderr
        cluster.stop()
        lines = said(desk, "tickets", status=1)  # and none that answers at all
        assert lines and "hunter2" not in "\n".join(lines)
        cluster.start()


def test_a_postgresql_that_may_lose_commits(new_desk: NewDesk) -> None:
    from postgres import running_cluster

    with running_cluster() as cluster:
        desk = new_desk(cluster.create("fast")).init()
        with (cluster._data / "postgresql.conf").open("a") as settings:
            settings.write("fsync = off\n")
        cluster.stop()
        cluster.start()
        for command in ("run", "take"):
            lines = said(desk, command, *(["-"] if command == "take" else []), status=1)
            assert "fsync" in lines[-1]


def test_an_old_schema_on_postgresql_is_left_to_migrate(new_desk: NewDesk, postgres: Cluster) -> None:
    """A filled PostgreSQL may have other daemons on it: only `migrate` brings it up, and says what it did."""
    url = postgres.create("old")
    desk = new_desk(url).init()
    engine = sa.create_engine(url)
    try:
        with engine.begin() as connection:
            connection.execute(sa.text("UPDATE alembic_version SET version_num = '0000'"))
        for command in ("run", "take", "tickets"):
            lines = said(desk, command, *(["-"] if command == "take" else []), status=1)
            assert "0000" in lines[-1] and "mailgate migrate" in lines[-1], command
        with engine.begin() as connection:
            newest = "SELECT version_num FROM alembic_version"
            assert connection.scalar(sa.text(newest)) == "0000"  # nobody touched it
            connection.execute(sa.text("DROP SCHEMA public CASCADE"))
            connection.execute(sa.text("CREATE SCHEMA public"))
        assert "empty -> " in desk.inside("migrate").stdout
        assert "nothing to do" in desk.inside("migrate").stdout
        desk.take(LETTER)
    finally:
        engine.dispose()
        postgres.drop("old")


def test_a_newer_schema_than_this_mailgate_knows(plain: Desk) -> None:
    engine = sa.create_engine(f"sqlite:///{plain.folder / 'desk.db'}")
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    for command in ("run", "tickets", "migrate"):
        lines = said(plain, command, status=1)
        assert "9999" in lines[-1], (command, lines)


# ---- the way out ----------------------------------------------------------------------------------------------------


def test_a_folder_that_cannot_be_written_keeps_mail_waiting(plain: Desk) -> None:
    outgoing = plain.folder / "outgoing" / "tmp"
    outgoing.parent.mkdir()
    outgoing.write_text("in the way")
    plain.start()
    assert plain.send(LETTER).startswith("250")
    waiting = plain.wait(
        lambda: [row for row in plain.spool("out") if row["attempts"]], "the first attempt to fail", timeout=30
    )
    assert all(row["state"] == "waiting" and "maildir" in row["error"] for row in waiting)
    assert len(plain.tickets()) == 1 and plain.audit()["balanced"]
    outgoing.unlink()
    for row in plain.spool("out"):
        plain.inside("retry", str(row["id"]))
    plain.settle()
    assert len(plain.outgoing()) == 2 and plain.spool("out") == []
    assert plain.stop() == 0


# ---- mail that is there already ------------------------------------------------------------------------------------


def test_a_refused_start_costs_no_mail(plain: Desk) -> None:
    """Whatever stopped it: what was accepted before is worked when it starts again."""
    plain.take(LETTER)
    text = plain.config.read_text()
    plain.config.write_text(text.replace('timezone = "Europe/Oslo"', 'timezone = "nowhere"'))
    said(plain, "run", status=78)
    plain.config.write_text(text)
    plain.start()
    plain.settle()
    assert len(plain.tickets()) == 1
    with Smtp("127.0.0.1", plain.port) as client:
        assert client.greeting.startswith("220")
    assert plain.stop() == 0
