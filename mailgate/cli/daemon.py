"""Commands that set a desk up and keep it running: init, run, work, check, migrate."""

from __future__ import annotations

import logging
import secrets
import sys
from pathlib import Path
from typing import Annotated

import typer

from mailgate.cli.base import AtOption, ConfigOption, JsonOption, app, desk_app, fail, say, say_json


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(metavar="[DIR]", help="Where the desk will live.")] = Path(),
    address: Annotated[list[str] | None, typer.Option(help="An address people write to; may be given again.")] = None,
    agent: Annotated[
        list[str] | None, typer.Option(metavar='"NAME <ADDR>"', help="Who answers; may be given again.")
    ] = None,
    listen: Annotated[str, typer.Option(metavar="HOST:PORT", help="Where SMTP is taken.")] = "127.0.0.1:2525",
    relay: Annotated[
        str | None, typer.Option(metavar="HOST:PORT", help="Smarthost. Default: a maildir, DIR/outgoing.")
    ] = None,
    timezone: Annotated[str | None, typer.Option(metavar="TZ", help="Default: this machine's.")] = None,
    language: Annotated[str, typer.Option(metavar="L", help="Of answers, where nothing else is known.")] = "en",
    database: Annotated[str, typer.Option(metavar="URL", help="Default: SQLite in DIR.")] = "sqlite:///desk.db",
) -> None:
    """Write a configuration and a secret: a desk that runs at once."""
    from mailgate import starting
    from mailgate.app import system_clock
    from mailgate.config import ConfigError

    wishes = starting.Wishes(
        addresses=tuple(address or ()),
        agents=tuple(agent or ()),
        listen=listen,
        relay=relay,
        timezone=timezone or starting.machine_zone(),
        language=language,
        database=database,
    )
    try:
        start = starting.init_files(
            wishes, fqdn=starting.machine_name(), today=system_clock().date(), secret=secrets.token_bytes(32)
        )
        starting.create(folder, start)
    except starting.WrongWish as wrong:
        fail(str(wrong), 2)
    except FileExistsError as there:
        fail(f"{there.filename or folder / 'mailgate.toml'} exists; nothing was written")
    except ConfigError as error:
        print(error, file=sys.stderr)  # noqa: T201
        raise typer.Exit(2) from None
    except OSError as error:
        fail(f"{error.filename}: {error.strerror}")
    with desk_app(folder / "mailgate.toml") as made:
        _ = made.instance
    for note in start.notes:
        say(note)
    say(f"Written: {folder / 'mailgate.toml'}")
    say(f"Start it: mailgate run --config {folder / 'mailgate.toml'}")


@app.command()
def run(
    config: ConfigOption = None,
    only: Annotated[str | None, typer.Option(metavar="ROLE,…", help="listen, fetch, intake, send, deadlines.")] = None,
) -> None:
    """The daemon: takes mail, makes tickets, sends answers, until SIGTERM."""
    from mailgate.daemon import ROLES
    from mailgate.database import DatabaseFault

    roles = tuple(one.strip() for one in only.split(",")) if only else ROLES
    if unknown := [one for one in roles if one not in ROLES]:
        fail(f"--only: no role {', '.join(unknown)} (there are: {', '.join(ROLES)})", 2)
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(levelname)s %(name)s: %(message)s", force=True)
    with desk_app(config, config_status=78, keep_closed=True) as made, made.alone():
        try:
            made.open_database()
        except DatabaseFault as fault:
            fail(str(fault))

        def ready(bound: list[tuple[str, int]]) -> None:
            places = ", ".join(f"{host}:{port}" for host, port in bound) or "nowhere"
            logging.getLogger("mailgate").info("ready; listening on %s", places)

        try:
            mails, leases = made.recover()
            if mails or leases:
                logging.getLogger("mailgate").warning(
                    "after an unclean stop: %d mails are read again, %d go out again", mails, leases
                )
            made.daemon(roles).run(ready)
        except OSError as error:
            fail(f"cannot listen: {error}")


@app.command()
def work(
    config: ConfigOption = None,
    until_idle: Annotated[bool, typer.Option("--until-idle", help="Until nothing is left to do (the default).")] = True,
    at: AtOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take in, decide and send in the foreground until nothing is left to do."""
    from mailgate.workers.intake import DatabaseAway

    _log_to_stderr()
    with desk_app(config, at, keep_closed=True) as made, made.alone():
        made.open_database()
        made.recover()
        taken = sent = 0
        made.readers.start()
        intake, sender = made.intake(), made.sender()
        try:
            made.deadlines.expire_held(made.clock())
            while True:
                made.deadlines.keep_up(made.clock())
                done = 0
                while count := intake.work(made.clock()):
                    done += count
                taken += done
                made.deadlines.send_digests(made.clock())
                while count := sender.send_due(made.clock()):
                    sent += count
                if not done:
                    break
        except DatabaseAway as away:
            fail(f"the database is away: {away}")
        finally:
            sender.close()
        if as_json:
            say_json({"taken": taken, "sent": sent})
        else:
            say(f"{taken} mails taken in, {sent} sent.")


@app.command()
def check(
    config: ConfigOption = None,
    connect: Annotated[bool, typer.Option("--connect", help="Also the database and the relay.")] = False,
) -> None:
    """Look for faults in configuration and templates, without starting anything."""
    from mailgate.config import warnings

    with desk_app(config, keep_closed=True) as made:
        from mailgate.app import read_templates

        read_templates(made.settings)
        for warning in warnings(made.settings):
            print(f"warning: {warning}", file=sys.stderr)  # noqa: T201
        if connect:
            made.open_database()
            say(f"database: {made.settings.desk.database.shown} is usable")
        say("The configuration is in order.")


@app.command()
def migrate(config: ConfigOption = None) -> None:
    """Bring the database to the newest schema. Stop all daemons first."""
    with desk_app(config, keep_closed=True) as made, made.alone():
        before, newest = made.database.schema_state()
        made.database.migrate()
        say(f"schema {before or 'empty'} -> {newest}" if before != newest else f"schema {newest}: nothing to do")


def _log_to_stderr() -> None:
    logging.basicConfig(
        stream=sys.stderr, level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s", force=True
    )
