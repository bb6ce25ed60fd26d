"""One record, one prefix a line: nothing that came by mail can write a line of its own into the log."""

from __future__ import annotations

import json
import logging

import pytest

from mailgate.daemon import Pulse
from mailgate.logs import Json, Text
from mailgate.systemd import Notifier


def record(text: str, *values: object, level: int = logging.INFO, fault: Exception | None = None) -> logging.LogRecord:
    info = (type(fault), fault, fault.__traceback__) if fault else None
    made = logging.LogRecord("mailgate.intake", level, __file__, 1, text, values, info)
    made.created = 0.5
    return made


def caught() -> Exception:
    try:
        raise ValueError("two\nlines")
    except ValueError as error:
        return error


@pytest.mark.parametrize(
    "made, lines",
    [
        (record("mail %s: new", 1), ["INFO mailgate.intake: mail 1: new"]),
        (record("a\nb", level=logging.ERROR), ["ERROR mailgate.intake: a", "ERROR mailgate.intake| b"]),
        (
            record("%s", "<x@y>\r\nERROR root: forged"),
            [r"INFO mailgate.intake: <x@y>\x0d", "INFO mailgate.intake| ERROR root: forged"],
        ),
        (record("%s", "\x1b[2J\u2028\ud800"), [r"INFO mailgate.intake: \x1b[2J\x2028\xd800"]),
    ],
)  # fmt: skip
def test_text(made: logging.LogRecord, lines: list[str]) -> None:
    assert Text(journal=False).format(made).split("\n") == [f"1970-01-01T00:00:00.500Z {line}" for line in lines]
    priority = {"INFO": 6, "ERROR": 3}[made.levelname]
    assert Text(journal=True).format(made).split("\n") == [f"<{priority}>{line}" for line in lines]


def test_a_traceback_is_kept_and_every_line_of_it_prefixed() -> None:
    lines = Text(journal=True).format(record("failed", level=logging.ERROR, fault=caught())).split("\n")
    assert all(line.startswith("<3>ERROR mailgate.intake") for line in lines)
    assert lines[-2:] == ["<3>ERROR mailgate.intake| ValueError: two", "<3>ERROR mailgate.intake| lines"]


@pytest.mark.parametrize("text", ["plain", "two\nlines", "\x1b[2J\u2028", "\ud800", 'q"uote', "blåbær"])
def test_json_is_one_line_that_reads_back(text: str) -> None:
    line = Json(journal=False).format(record("%s", text, fault=caught()))
    assert "\n" not in line and line.isprintable()
    read = json.loads(line)
    assert read["message"] == text.replace("\ud800", "?")
    assert (read["time"], read["level"], read["logger"]) == ("1970-01-01T00:00:00.500Z", "info", "mailgate.intake")
    assert read["exception"].endswith("ValueError: two\nlines")


@pytest.mark.parametrize(
    "environ, seconds",
    [
        ({}, 0.0),
        ({"WATCHDOG_USEC": "60000000"}, 60.0),
        ({"WATCHDOG_USEC": "60000000", "WATCHDOG_PID": "1"}, 0.0),  # meant for another
        ({"WATCHDOG_USEC": "soon"}, 0.0),
        ({"WATCHDOG_USEC": "-5"}, 0.0),
    ],
)
def test_the_watchdog_as_systemd_states_it(environ: dict[str, str], seconds: float) -> None:
    assert Notifier(environ).watchdog == seconds


def test_nobody_at_the_socket_is_no_fault() -> None:
    for address in ("", "/nowhere/at/all", "@mailgate-nobody", "x" * 500):
        Notifier({"NOTIFY_SOCKET": address}).ready("fine")


def test_a_loop_is_missed_after_a_third_of_the_watchdog_and_later_when_it_said_so() -> None:
    from datetime import timedelta

    now = 0.0
    pulse = Pulse(60, monotonic=lambda: now)
    writer = pulse.of("writer")
    pulse.beat("send", timedelta(minutes=5))
    now = 20.0
    assert pulse.silent() == []
    now = 20.1
    assert pulse.silent() == ["writer"]
    writer()
    now = 40.0
    assert pulse.silent() == []
    now = 320.1
    assert pulse.silent() == ["writer", "send"]
