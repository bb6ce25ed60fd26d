"""How the log is written: to standard error, a line a decision, as text for people or as JSON for machines.

No record can forge another: every line of one bears its prefix, and control signs are written out. Under systemd the
prefix is the journal's (`<6>`, sd-daemon(3)) and the journal adds the time; elsewhere it is the time, in UTC.
"""

from __future__ import annotations

import json
import logging
import os
import re
import sys
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from types import TracebackType
from typing import Literal, TextIO

Format = Literal["text", "json"]

_PRIORITY = {"CRITICAL": 2, "ERROR": 3, "WARNING": 4, "INFO": 6, "DEBUG": 7}
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
# Signs that could move a cursor or begin a line of their own; tab and line feed are dealt with apart.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
# Libraries that tell of every step, and may quote mail.
_TALKATIVE = ("mail.log", "imapclient", "apscheduler", "sqlalchemy", "alembic", "mailparser", "asyncio")


def set_up(style: Format = "text", level: str = "info", stream: TextIO | None = None) -> None:
    """From now on all goes there, uncaught exceptions and warnings too. May be called again, with other wishes."""
    stream = stream or sys.stderr
    journal = _is_journal(stream, os.environ)
    handler = logging.StreamHandler(stream)
    handler.setFormatter(Json(journal) if style == "json" else Text(journal))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLogger().level))
    logging.raiseExceptions = False  # a full disk under the log must not stop the mail
    logging.captureWarnings(True)
    sys.excepthook = _uncaught
    threading.excepthook = lambda told: _uncaught(told.exc_type, told.exc_value, told.exc_traceback)


class Text(logging.Formatter):
    def __init__(self, journal: bool) -> None:
        super().__init__()
        self._journal = journal

    def format(self, record: logging.LogRecord) -> str:
        prefix = f"<{_PRIORITY.get(record.levelname, 6)}>" if self._journal else f"{_moment(record)} "
        said = record.getMessage() + "".join(f" {key}={value}" for key, value in _extras(record).items())
        first, *more = (said + _traceback(self, record)).split("\n")
        head = f"{record.levelname} {record.name}"
        lines = [f"{head}: {first}", *(f"{head}| {line}" for line in more)]
        return "\n".join(prefix + _clean(line) for line in lines)


class Json(logging.Formatter):
    """One object a line: time, level, logger, message, what the caller added, exception."""

    def __init__(self, journal: bool) -> None:
        super().__init__()
        self._journal = journal

    def format(self, record: logging.LogRecord) -> str:
        said: dict[str, object] = {
            "time": _moment(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **_extras(record),
        }
        if trace := _traceback(self, record).strip():
            said["exception"] = trace
        # Escaped where needed by JSON itself; a lone surrogate could not be written.
        text = json.dumps(said, ensure_ascii=False, default=str).encode("utf-8", "replace").decode()
        prefix = f"<{_PRIORITY.get(record.levelname, 6)}>" if self._journal else ""
        return prefix + _CONTROL.sub(lambda sign: f"\\u{ord(sign[0]):04x}", text)


def _moment(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _extras(record: logging.LogRecord) -> dict[str, object]:
    return {key: value for key, value in vars(record).items() if key not in _STANDARD}


def _traceback(formatter: logging.Formatter, record: logging.LogRecord) -> str:
    trace = f"\n{formatter.formatException(record.exc_info)}" if record.exc_info else ""
    return trace + (f"\n{formatter.formatStack(record.stack_info)}" if record.stack_info else "")


def _clean(line: str) -> str:
    return _CONTROL.sub(lambda sign: f"\\x{ord(sign[0]):02x}", line)


def _is_journal(stream: TextIO, environ: Mapping[str, str]) -> bool:
    """$JOURNAL_STREAM names the socket, so that a redirected stream is not taken for it (systemd.exec(5))."""
    device, _, inode = environ.get("JOURNAL_STREAM", "").partition(":")
    try:
        found = os.fstat(stream.fileno())
    except (OSError, ValueError):
        return False
    return (device, inode) == (str(found.st_dev), str(found.st_ino))


def _uncaught(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
    if issubclass(kind, (KeyboardInterrupt, SystemExit)):
        return
    logging.getLogger("mailgate").critical("ended by a fault", exc_info=(kind, error or kind(), trace))
