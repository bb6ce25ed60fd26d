"""`mailgate demo`: a desk with 200 invented tickets, to look at and to play with."""

from __future__ import annotations

import logging
import os
import random
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from mailgate.cli.base import AtOption, app, fail, read_time, say


@app.command()
def demo(
    keep: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where it is made. Default: a folder for temporary files.")
    ] = None,
    at: AtOption = None,
) -> None:
    """A desk with 200 invented tickets, to look at; says what to look at."""
    from mailgate import demo as invented
    from mailgate.app import App, data_folder, system_clock
    from mailgate.config import load

    logging.getLogger("mailgate").addHandler(logging.NullHandler())
    logging.getLogger("mailgate").propagate = False
    now = read_time(at) if at else system_clock().replace(microsecond=0)
    folder = keep or Path(tempfile.mkdtemp(prefix="mailgate-demo-"))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if (folder / "mailgate.toml").exists() or (folder / "desk.db").exists():
            fail(f"{folder} holds a desk already; nothing was changed")
        shutil.copyfile(data_folder("config") / "demo.toml", folder / "mailgate.toml")
        happened = invented.events(invented.read_stories(data_folder("config") / "demo-stories.toml"), now)
        begin = happened[0].at
        secret = random.Random(invented.SEED).randbytes(32).hex()  # noqa: S311  it guards nothing, and is the same each time
        with open(os.open(folder / "secret.key", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(f"a {begin:%Y-%m-%d} {secret}\n")
    except OSError as error:
        fail(f"{error.filename}: {error.strerror}")
    moment = [begin]
    made = App(load(folder / "mailgate.toml"), lambda: moment[0])
    try:
        made.open_database()
        _ = made.instance
        made.readers.start()
        label = f"{invented.TICKETS} invented tickets, four weeks of mail"
        with typer.progressbar(happened, label=label, file=sys.stderr) as shown:
            invented.Builder(made, lambda time: moment.__setitem__(0, time)).build(shown, now)
    finally:
        made.close()
    _tell(folder.absolute())


def _tell(folder: Path) -> None:
    say(f"\nA living desk in {folder}. Look at it:\n")
    say(f"  export MAILGATE_CONFIG={folder / 'mailgate.toml'}")
    for command, why in (
        ("mailgate tickets", "what is not closed, newest first"),
        ("mailgate tickets --mine", "what Kari has"),
        ("mailgate tickets --search Rücksendung", "by a word"),
        ("mailgate tickets --status open", "what nobody has taken"),
        ("mailgate tickets --overdue --due-within 4h", "where a promise is broken, or will be"),
        ("mailgate ticket NUMBER", "one of them, with its notes and history"),
        ('mailgate reply NUMBER "We are on it."', "answer; the mail will lie in outgoing/new"),
        ("mailgate audit", "every mail, and what became of it"),
        ("mailgate run", "the daemon, on 127.0.0.1:2525; outgoing mail stays in the folder"),
    ):
        say(f"  {command:<42}  {why}")
    say(f"\nDone with it: rm -r {folder}")
