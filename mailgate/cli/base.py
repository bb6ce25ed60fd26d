"""What all commands share: the application, the options, how a fault ends it.

Exit 0: done. 1: not done, said on stderr in one line. 2: wrong usage or configuration. `run`: 78 for a bad
configuration, 75 when one already runs.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

if TYPE_CHECKING:
    from mailgate.app import App

app = typer.Typer(
    help="The help desk that lives in e-mail.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain help: rich takes three times as long to import as all the rest
    context_settings={"help_option_names": ["-h", "--help"]},
)

ConfigOption = Annotated[
    Path | None,
    typer.Option(
        "--config", metavar="FILE", help="Default: $MAILGATE_CONFIG, ./mailgate.toml, /etc/mailgate/mailgate.toml."
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="For machines: one object, or one a line.")]
AtOption = Annotated[
    str | None,
    typer.Option("--at", metavar="TIME", help="Act as if it were this time (ISO 8601), for tests and repair."),
]
AsOption = Annotated[
    str | None, typer.Option("--as", metavar="AGENT", help="Who does it. Default: the first operator.")
]
MailFromOption = Annotated[
    str | None, typer.Option("--mail-from", metavar="ADDRESS", help='Envelope sender; "<>" is the null sender.')
]
RcptOption = Annotated[
    list[str] | None, typer.Option("--rcpt", metavar="ADDRESS", help="Envelope recipient; may be given again.")
]
# What begins with a minus is a part of the line (`-1`, `-vip`), and `-help` no request for help.
AS_WRITTEN = {"ignore_unknown_options": True, "help_option_names": ["--help"]}


def fail(text: str, status: int = 1) -> NoReturn:
    print(f"mailgate: {text}", file=sys.stderr)  # noqa: T201
    raise typer.Exit(status)


def say(text: str) -> None:
    print(text)  # noqa: T201


def say_json(value: Any) -> None:
    say(json.dumps(value, ensure_ascii=False, default=_plain))


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(type(value).__name__)


@contextmanager
def desk_app(
    config: Path | None, at: str | None = None, *, config_status: int = 2, keep_closed: bool = False
) -> Iterator[App]:
    """The app of a configuration, with its database open and its schema current; every known fault ends the command.

    `keep_closed`: the database is not touched.
    """
    import logging

    from mailgate.app import AlreadyRunning, App, system_clock
    from mailgate.config import ConfigError, default_path, load
    from mailgate.database import DatabaseFault

    logging.getLogger("mailgate").addHandler(logging.NullHandler())
    moment = read_time(at) if at else None
    try:
        settings = load(config or default_path())
    except ConfigError as error:
        print(error, file=sys.stderr)  # noqa: T201
        raise typer.Exit(config_status) from None
    made = App(settings, (lambda: moment) if moment else system_clock)
    try:
        if not keep_closed:
            made.open_database()
        yield made
    except AlreadyRunning as other:
        fail(str(other), 75)
    except DatabaseFault as fault:
        fail(str(fault))
    except Exception as error:
        # By name, because only commands that compose import templates.
        if type(error).__name__ == "TemplateFault":
            fail(f"template {error}", config_status)
        if type(error).__module__.startswith("sqlalchemy."):
            fail(f"the database cannot be used ({settings.desk.database.shown}): {str(error).splitlines()[0]}")
        raise
    finally:
        made.close()


def read_time(text: str, option: str = "--at") -> datetime:
    """ISO 8601; without an offset it is taken in this machine's zone. Case numbers begin in 2000 and end with 2099."""
    try:
        moment = datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        moment = None
    if moment is None or not 2000 < moment.year < 2099:
        fail(f"{option} {text!r} is not a time of ours; write it as 2026-11-21T09:30+01:00", 2)
    return moment


def readable(text: str) -> str:
    """Words from the command line or standard input; bytes that are no UTF-8 end the command."""
    try:
        text.encode()
    except UnicodeEncodeError:
        fail("the text is not valid UTF-8", 2)
    return text


def table(headers: list[str], rows: list[list[str]], empty: str, loud: Collection[int] = ()) -> None:
    """A table on a terminal, tab-separated lines elsewhere. `loud`: the rows to be seen first, by colour."""
    if not rows:
        say(empty) if sys.stdout.isatty() else None
        return
    if not sys.stdout.isatty():
        for row in rows:
            say("\t".join(row))
        return
    from rich.console import Console
    from rich.table import Table

    shown = Table(*headers, box=None, header_style="bold", pad_edge=False)
    for n, row in enumerate(rows):
        shown.add_row(*(cell.replace("[", "\\[") for cell in row), style="bold red" if n in loud else None)
    Console().print(shown)


def bold(text: str) -> str:
    """On a terminal that wants it."""
    return f"\x1b[1m{text}\x1b[0m" if sys.stdout.isatty() and not os.environ.get("NO_COLOR") else text


def short_time(moment: str) -> str:
    """`2026-11-21 09:30`, of a time as JSON says it."""
    return moment[:16].replace("T", " ")


def safe(text: object) -> str:
    """A text that came by mail, for a terminal: no control characters, so that it cannot move the cursor or write
    titles."""
    return "".join(sign if sign == "\n" or sign.isprintable() else "�" for sign in str(text))
