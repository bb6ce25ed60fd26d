"""The command line: `mailgate COMMAND`. Imports are lazy, so that help and completion answer at once."""

from __future__ import annotations

from mailgate.cli import (  # noqa: F401  each adds its commands to `app`
    assigning,
    contacts,
    daemon,
    demo,
    desk,
    equipment,
    figures,
    inspect,
    joining,
    lines,
    parsing,
    post,
    prepared,
)
from mailgate.cli.base import app


def main() -> None:
    app(prog_name="mailgate")
