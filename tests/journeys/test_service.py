"""mailgate as a service: what systemd hears, what SIGHUP changes, how the log reads, what `check --connect` finds."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from harness import ADDRESS, MAILGATE, Desk, Smtp, free_port, tool

NewDesk = Callable[..., Desk]
SYSTEMD = Path(__file__).parents[2] / "systemd"


def letter(name: str, subject: str = "Printer") -> bytes:
    return (
        f"From: Ola <ola@example.org>\nTo: {ADDRESS}\nSubject: {subject}\nMessage-ID: <{name}@example.org>\n\nHelp.\n"
    ).encode()


@pytest.fixture
def plain(new_desk: NewDesk) -> Desk:
    return new_desk().init()


class Systemd:
    """The other end of $NOTIFY_SOCKET."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.heard: list[str] = []
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(path))
        self._socket.settimeout(0.2)
        self._open = True
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        while self._open:
            try:
                self.heard += self._socket.recv(4096).decode().splitlines()
            except TimeoutError:
                continue

    def close(self) -> None:
        self._open = False
        self._thread.join()
        self._socket.close()

    def count(self, line: str) -> int:
        return self.heard.count(line)


@pytest.fixture
def systemd(plain: Desk) -> Iterator[Systemd]:
    server = Systemd(plain.folder / "notify")
    plain.environment["NOTIFY_SOCKET"] = str(server.path)
    try:
        yield server
    finally:
        server.close()


# ---- what systemd hears ---------------------------------------------------------------------------------------------


def test_ready_after_the_port_answers_alive_while_all_loops_are_and_stopping_at_the_end(
    plain: Desk, systemd: Systemd
) -> None:
    plain.environment["WATCHDOG_USEC"] = "3000000"
    plain.start(answers=False)
    plain.wait(lambda: systemd.count("READY=1"), "READY")
    with plain.smtp() as client:  # not before it can be used
        assert client.deliver(letter("a"), "ola@example.org", [ADDRESS]).startswith("250")
    assert any(line.startswith("STATUS=listening on 127.0.0.1") for line in systemd.heard)
    # Longer than the watchdog would have waited for a daemon that does not speak.
    until = time.monotonic() + 6
    plain.wait(lambda: time.monotonic() > until, "some time to pass")
    assert systemd.count("WATCHDOG=1") >= 4
    assert "no sign of life" not in plain.said()
    assert plain.stop() == 0
    plain.wait(lambda: systemd.count("STOPPING=1"), "STOPPING")


def test_a_daemon_without_work_is_not_taken_for_dead_by_an_impatient_watchdog(plain: Desk, systemd: Systemd) -> None:
    plain.environment["WATCHDOG_USEC"] = "1000000"
    plain.start()
    plain.wait(lambda: systemd.count("WATCHDOG=1") >= 20, "twenty signs of life")
    assert "no sign of life" not in plain.said()
    assert plain.stop() == 0


def test_a_watchdog_meant_for_another_process_is_not_fed(plain: Desk, systemd: Systemd) -> None:
    plain.environment |= {"WATCHDOG_USEC": "600000", "WATCHDOG_PID": "1"}
    plain.start()
    plain.wait(lambda: systemd.count("READY=1"), "READY")
    assert plain.stop() == 0


def test_a_writer_that_hangs_starves_the_watchdog_and_is_named(plain: Desk, systemd: Systemd) -> None:
    plain.environment["WATCHDOG_USEC"] = "1500000"
    plain.start()
    plain.wait(lambda: systemd.count("WATCHDOG=1") >= 2, "the first signs of life")
    with (plain.folder / "desk.db-turn").open("r+b") as turn:
        # Another process that holds the turn to write: nothing is wrong with it, but nothing moves either.
        import fcntl

        fcntl.flock(turn, fcntl.LOCK_EX)
        with plain.smtp() as client:
            for line in ("MAIL FROM:<ola@example.org>", f"RCPT TO:<{ADDRESS}>", "DATA"):
                assert client.command(line)[:1] in "23"
            client.send(letter("hung") + b"\r\n.\r\n")
            plain.wait(lambda: "no sign of life" in plain.said(), "the silence to be told")
            assert "writer" in re.findall(r"no sign of life: (.*)", plain.said())[-1]
            fed = systemd.count("WATCHDOG=1")
            until = time.monotonic() + 1.5
            plain.wait(lambda: time.monotonic() > until, "a watchdog's time to pass")
            assert systemd.count("WATCHDOG=1") == fed
        fcntl.flock(turn, fcntl.LOCK_UN)
    plain.wait(lambda: systemd.count("WATCHDOG=1") > fed, "signs of life again")
    assert plain.stop() == 0
    assert plain.audit()["arrived"] in (0, 1)


# ---- SIGHUP ---------------------------------------------------------------------------------------------------------


def hang_up(desk: Desk, until: str) -> str:
    """SIGHUP; waits for these words in what the log says after it."""
    assert desk.process is not None
    before = len(desk.log.read_text())
    os.kill(desk.process.pid, signal.SIGHUP)
    desk.wait(lambda: until in desk.log.read_text()[before:], f"the log to say {until!r}")
    return desk.log.read_text()[before:]


def test_a_reload_takes_addresses_templates_and_names(plain: Desk, systemd: Systemd) -> None:
    plain.start()
    assert plain.send(letter("a"), rcpt_to="help@example.com").startswith("550")
    kept = plain.smtp()
    plain.replace(
        'address = "support@example.com"\n', 'address = "support@example.com"\naliases = ["help@example.com"]\n'
    )
    templates = plain.folder / "templates" / "mail" / "en"
    templates.mkdir(parents=True)
    (templates / "acknowledgement_plain.txt.j2").write_text(
        "Subject: Got it, {{ number }}\n\nWe have it, {{ desk }}.\n"
    )
    plain.replace("[desk]", '[desk]\ntemplates = "templates"')
    hang_up(plain, "read anew")
    plain.wait(lambda: systemd.count("READY=1") == 2, "the second READY")
    assert systemd.heard.index("RELOADING=1") < len(systemd.heard) - 1 - systemd.heard[::-1].index("READY=1")
    assert plain.send(letter("b"), rcpt_to="help@example.com").startswith("250")
    with kept:  # a connection from before goes on
        assert kept.deliver(letter("c", "Scanner"), "kim@example.org", [ADDRESS]).startswith("250")
    plain.settle()
    plain.wait(lambda: plain.outgoing_to("ola@example.org"), "the acknowledgement")
    assert "Got it" in str(plain.outgoing_to("ola@example.org")[0]["Subject"])
    assert plain.stop() == 0
    assert plain.audit()["balanced"]


def test_a_bad_reload_keeps_the_old_one_and_tells_every_fault(plain: Desk, systemd: Systemd) -> None:
    plain.start()
    good = plain.config.read_text()
    plain.replace("undo_seconds = 60", 'undo_seconds = "soon"')
    plain.replace('timezone = "Europe/Oslo"', 'timezone = "Europe/Olso"')
    said = hang_up(plain, "the old one stays")
    assert "desk.undo_seconds" in said and "desk.timezone" in said
    plain.wait(lambda: any("reload refused: 2 faults" in line for line in systemd.heard), "the status")
    plain.config.write_text("this is no TOML")
    hang_up(plain, "the old one stays")
    plain.config.write_text(good)
    templates = plain.folder / "templates" / "mail" / "en"
    templates.mkdir(parents=True)
    (templates / "reply.txt.j2").write_text("Subject: {{ nobody_knows_this }}\n\nx\n")
    plain.replace("[desk]", '[desk]\ntemplates = "templates"')
    said = hang_up(plain, "the old one stays")
    assert "reply.txt.j2" in said and "Traceback" not in said
    assert plain.send(letter("a")).startswith("250")
    plain.settle()
    assert plain.stop() == 0


def test_what_needs_a_restart_is_said_and_the_rest_is_taken(plain: Desk) -> None:
    plain.start()
    plain.replace(f'listen = ["127.0.0.1:{plain.port}"]', f'listen = ["127.0.0.1:{free_port()}"]')
    plain.replace("sqlite:///desk.db", "sqlite:///other.db")
    plain.replace(
        'address = "support@example.com"\n', 'address = "support@example.com"\naliases = ["help@example.com"]\n'
    )
    said = hang_up(plain, "read anew")
    assert "listener.listen: changed, but it needs a restart" in said
    assert "desk.database: changed, but it needs a restart" in said
    assert plain.send(letter("a"), rcpt_to="help@example.com").startswith("250")
    plain.replace("sqlite:///other.db", "sqlite:///desk.db")
    plain.settle()
    assert plain.stop() == 0
    assert not (plain.folder / "other.db").exists()


def certificate(folder: Path, name: str, common_name: str) -> None:
    subprocess.run(
        [
            *(tool("openssl"), "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"),
            *("-days", "2", "-subj", f"/CN={common_name}", "-addext", "subjectAltName=DNS:localhost"),
            *("-keyout", folder / f"{name}.key", "-out", folder / f"{name}.pem"),
        ],
        check=True,
        capture_output=True,
    )
    (folder / f"{name}.key").chmod(0o600)


def shown_certificate(port: int) -> bytes:
    """The one offered after STARTTLS."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with Smtp("127.0.0.1", port) as client:
        client.command("EHLO client.example.org")
        assert client.command("STARTTLS").startswith("220")
        with context.wrap_socket(client.socket, server_hostname="localhost") as secured:
            return secured.getpeercert(binary_form=True) or b""


def test_a_reload_reads_the_certificate_and_a_pair_that_does_not_fit_changes_nothing(plain: Desk) -> None:
    certificate(plain.folder, "one", "one.example.com")
    certificate(plain.folder, "two", "two.example.com")
    for end in ("pem", "key"):
        shutil.copy(plain.folder / f"one.{end}", plain.folder / f"tls.{end}")
    plain.replace("[listener]", '[listener]\ntls = { mode = "starttls", cert = "tls.pem", key = "tls.key" }')
    plain.start()
    first = shown_certificate(plain.port)
    shutil.copy(plain.folder / "two.pem", plain.folder / "tls.pem")  # and not yet its key
    plain.replace("undo_seconds = 60", "undo_seconds = 61")
    hang_up(plain, "the old one stays")
    assert shown_certificate(plain.port) == first
    shutil.copy(plain.folder / "two.key", plain.folder / "tls.key")
    hang_up(plain, "read anew")
    assert shown_certificate(plain.port) not in (b"", first)
    assert plain.stop() == 0


def test_many_hang_ups_under_load_lose_nothing(plain: Desk) -> None:
    plain.start()
    accepted = 0
    process = plain.process
    assert process is not None
    for number in range(40):
        os.kill(process.pid, signal.SIGHUP)
        accepted += plain.send(letter(f"h{number}", f"Printer {number}"), f"p{number}@example.org").startswith("250")
    assert accepted == 40
    plain.settle()
    assert plain.stop() == 0
    assert plain.audit()["arrived"] == 40 and plain.audit()["balanced"]


# ---- SIGTERM --------------------------------------------------------------------------------------------------------


def test_it_ends_within_30_seconds_though_the_relay_hangs_and_a_client_is_in_the_middle_of_a_mail(plain: Desk) -> None:
    with socket.create_server(("127.0.0.1", 0)) as black_hole:  # accepts, and never greets
        plain.replace('maildir = "outgoing"', f'smtp = "127.0.0.1:{black_hole.getsockname()[1]}"\ntls = "none"')
        plain.start()
        assert plain.send(letter("a")).startswith("250")
        black_hole.settimeout(30)
        asked, _ = black_hole.accept()
        with asked, plain.smtp() as client:
            for line in ("MAIL FROM:<ola@example.org>", f"RCPT TO:<{ADDRESS}>", "DATA"):
                assert client.command(line)[:1] in "23"
            client.send(b"Subject: half\r\n\r\nnever ended")
            started = time.monotonic()
            assert plain.stop(timeout=35) == 0
            assert time.monotonic() - started < 30
    assert plain.audit()["arrived"] == 1


# ---- the log --------------------------------------------------------------------------------------------------------


def test_the_log_as_json_is_one_object_a_line_and_holds_no_word_of_a_mail(plain: Desk) -> None:
    plain.append('[log]\nformat = "json"')
    plain.start()
    plain.send(letter("a").replace(b"Help.", b"The xyzzy is secret."))
    plain.settle()
    assert plain.stop() == 0
    lines = [json.loads(line) for line in plain.log.read_text().splitlines()]
    assert all(line.keys() >= {"time", "level", "logger", "message"} for line in lines)
    decided = [line for line in lines if line["logger"] == "mailgate.intake" and "<a@example.org>" in line["message"]]
    assert len(decided) == 1 and "new" in decided[0]["message"]
    assert "xyzzy" not in plain.log.read_text()


def test_the_log_says_its_level_and_takes_another_at_a_reload(plain: Desk) -> None:
    plain.append('[log]\nlevel = "error"')
    plain.start()
    plain.send(letter("a"))
    plain.settle()
    assert "<a@example.org>" not in plain.said()
    plain.replace('level = "error"', 'level = "info"')
    hang_up(plain, "read anew")
    plain.send(letter("b", "Scanner"))
    plain.wait(lambda: "<b@example.org>" in plain.said(), "the decision in the log")
    assert plain.stop() == 0


# ---- check --connect ------------------------------------------------------------------------------------------------


def test_connect_finds_all_in_order_before_the_start_and_while_it_runs(desk: Desk) -> None:
    before = desk.run("check", "--connect").stdout.decode()
    assert f"127.0.0.1:{desk.port} is free" in before and "maildir" in before
    desk.start()
    during = desk.run("check", "--connect").stdout.decode()
    assert f"127.0.0.1:{desk.port} is answered by this desk's daemon" in during
    assert desk.stop() == 0


def test_connect_names_everything_that_is_not_there_at_once(plain: Desk) -> None:
    with socket.create_server(("127.0.0.1", plain.port)):
        plain.replace('maildir = "outgoing"', f'smtp = "127.0.0.1:{free_port()}"\ntls = "none"')
        said = plain.run("check", "--connect", status=1).stderr.decode()
    assert "relay: 127.0.0.1" in said and "Connection refused" in said
    assert f"listener: 127.0.0.1:{plain.port}" in said and "in use" in said
    assert "Traceback" not in said


# ---- the unit -------------------------------------------------------------------------------------------------------


@pytest.fixture
def unit(tmp_path: Path) -> Path:
    """The unit as shipped, with the one path that differs here."""
    text = (SYSTEMD / "mailgate.service").read_text()
    assert "ExecStart=/opt/mailgate/bin/mailgate run" in text
    copy = tmp_path / "mailgate.service"
    copy.write_text(text.replace("/opt/mailgate/bin/mailgate", str(MAILGATE)))
    return copy


def test_systemd_has_nothing_to_say_against_the_unit(unit: Path) -> None:
    done = subprocess.run([tool("systemd-analyze", "systemd"), "verify", unit], capture_output=True, text=True)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_the_unit_is_exposed_no_more_than_two_of_ten(unit: Path) -> None:
    done = subprocess.run(
        [tool("systemd-analyze", "systemd"), "security", "--offline=true", "--threshold=20", "--no-pager", unit],
        capture_output=True,
        text=True,
    )
    level = re.search(r"Overall exposure level for mailgate.service: ([0-9.]+)", done.stdout)
    assert done.returncode == 0 and level and float(level[1]) <= 2.0, done.stdout[-300:] + done.stderr


def test_the_user_and_the_folders_are_made(tmp_path: Path) -> None:
    for folder, name in (("sysusers.d", "mailgate.sysusers"), ("tmpfiles.d", "mailgate.tmpfiles")):
        # With --root a file is looked up below it.
        (tmp_path / "usr/lib" / folder).mkdir(parents=True)
        shutil.copy(SYSTEMD / name, tmp_path / "usr/lib" / folder / "mailgate.conf")
    (tmp_path / "etc").mkdir()
    for command in (["systemd-sysusers"], ["systemd-tmpfiles", "--create"]):
        done = subprocess.run([tool(command[0], "systemd"), f"--root={tmp_path}", *command[1:]], capture_output=True)
        assert done.returncode == 0, done.stderr.decode()
    users = (tmp_path / "etc/passwd").read_text()
    assert re.search(r"^mailgate:x:\d+:\d+:.*:/var/lib/mailgate:/usr/sbin/nologin$", users, re.MULTILINE)
    modes = {name: (tmp_path / name).stat().st_mode & 0o777 for name in ("etc/mailgate", "var/lib/mailgate")}
    assert modes == {"etc/mailgate": 0o750, "var/lib/mailgate": 0o750}
    assert (tmp_path / "etc/mailgate/credentials").stat().st_mode & 0o777 == 0o700
