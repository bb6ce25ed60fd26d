"""The daemon stops when it is told to, however often."""

from __future__ import annotations

import os
import signal

from harness import Desk

LETTER = b"""From: Ola <ola@example.org>
To: support@example.com
Subject: Printer
Message-ID: <s1@example.org>

Help.
"""


def test_many_signals_at_once_stop_it_as_one_does(desk: Desk) -> None:
    desk.start()
    desk.send(LETTER)
    assert desk.process is not None
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGTERM, signal.SIGTERM):
        os.kill(desk.process.pid, number)
    assert desk.wait_for_end() == 0
    assert desk.audit()["arrived"] == 1


def test_a_terminal_that_interrupts_the_whole_group_gets_no_traceback(desk: Desk) -> None:
    desk.start()
    assert desk.process is not None
    os.killpg(os.getpgid(desk.process.pid), signal.SIGINT)
    assert desk.wait_for_end() == 0
    assert "Traceback" not in desk.log.read_text()
