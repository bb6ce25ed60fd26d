"""`tests/mails/coverage` knows of each golden mail which program, language and posting style it stands for."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

MAILS = Path(__file__).parents[1] / "mails"
POSTING = {"top", "bottom", "interleaved", "forward-inline", "forward-attached", "forward-of-forward",
           "embedded-headers", "no-quote", "notice"}  # fmt: skip


def coverage(*options: str) -> str:
    command = [sys.executable, str(MAILS / "coverage"), *options]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def test_every_golden_mail_has_its_tags() -> None:
    rows: list[dict[str, Any]] = [json.loads(line) for line in coverage("--json").splitlines()]
    assert len(rows) == len(list(MAILS.glob("*/*.json"))) > 700
    for row in rows:
        assert len(row["language"]) == 2 and row["posting"] and set(row["posting"]) <= POSTING, row


def test_the_tables_fit_a_terminal_and_name_what_is_empty() -> None:
    printed = coverage()
    assert "nobody's mail, of people:" in printed
    assert max(map(len, printed.partition("nobody's mail")[0].splitlines())) <= 130
