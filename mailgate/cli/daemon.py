"""Commands that set a desk up and keep it running: init, run, work, check, migrate."""

from __future__ import annotations

import logging
import os
import secrets
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mailgate.cli.base import AtOption, ConfigOption, JsonOption, app, desk_app, fail, say, say_json

if TYPE_CHECKING:
    from mailgate.app import App

log = logging.getLogger("mailgate")


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
    from mailgate.app import data_folder, system_clock
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
            wishes,
            fqdn=starting.machine_name(),
            today=system_clock().date(),
            secret=secrets.token_bytes(32),
            types={
                file.stem: file.read_text(encoding="utf-8")
                for file in sorted((data_folder("config") / "types").glob("*.toml"))
            },
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
    import_all: Annotated[
        list[str] | None,
        typer.Option(metavar="MAILBOX", help="Fetch what is older than import_since too; never acknowledged."),
    ] = None,
) -> None:
    """The daemon: takes mail, makes tickets, sends answers, until SIGTERM. SIGHUP reads the configuration anew."""
    from mailgate import logs
    from mailgate.config import default_path
    from mailgate.daemon import ROLES, Signals
    from mailgate.database import DatabaseFault

    roles = tuple(one.strip() for one in only.split(",")) if only else ROLES
    if unknown := [one for one in roles if one not in ROLES]:
        fail(f"--only: no role {', '.join(unknown)} (there are: {', '.join(ROLES)})", 2)
    path = (config or default_path()).absolute()
    with desk_app(config, config_status=78, keep_closed=True) as made, made.alone():
        logs.set_up(made.settings.log.format, made.settings.log.level)
        signals = Signals()  # one that comes while the schema is brought up is obeyed after it
        try:
            made.open_database()
        except DatabaseFault as fault:
            fail(str(fault))

        def ready(bound: list[tuple[str, int]]) -> str:
            places = ", ".join(f"{host}:{port}" for host, port in bound) or "nowhere"
            log.info("ready; listening on %s", places)
            return f"listening on {places}"

        fetched = made.accounts()
        if strange := [one for one in import_all or () if one.lower() not in fetched]:
            fail(f"--import-all: no mailbox {', '.join(strange)} is fetched (there are: {', '.join(fetched)})", 2)
        try:
            mails, leases = made.recover()
            if mails or leases:
                log.warning("after an unclean stop: %d mails are read again, %d go out again", mails, leases)
            older = [one.lower() for one in import_all or ()]
            daemon = made.daemon(roles, lambda: reload(made, path), older)
            daemon.run(ready, signals)
        except OSError as error:
            fail(f"cannot listen: {error}")
    if daemon.left_behind:
        # Its threads would keep the process for as long as a slow server likes.
        logging.shutdown()
        os._exit(0)


def reload(made: App, path: Path) -> str:
    """Takes the configuration anew, or keeps the old one and logs every fault; what became of it, in a few words."""
    from mailgate import logs
    from mailgate.config import ConfigError, load

    try:
        settings = load(path)
        waiting = made.renew(settings)
    except ConfigError as error:
        for fault in error.faults:
            log.error("%s: %s", path, fault)
        log.error("the new configuration has faults; the old one stays")
        count = "1 fault" if len(error.faults) == 1 else f"{len(error.faults)} faults"
        return f"reload refused: {count}, the old configuration stays"
    except Exception as error:
        # A template's fault names file and line; the rest is a certificate that cannot be used, or ours.
        known = type(error).__name__ == "TemplateFault" or isinstance(error, (OSError, ValueError))
        log.error("the new configuration cannot be used, the old one stays: %s", error, exc_info=not known)
        return "reload refused: the old configuration stays"
    logs.set_up(settings.log.format, settings.log.level)
    for key in waiting:
        log.warning("%s: changed, but it needs a restart", key)
    log.info("the configuration was read anew")
    return f"reloaded, {len(waiting)} changes wait for a restart" if waiting else "reloaded"


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
    connect: Annotated[
        bool, typer.Option("--connect", help="Also the database, the relay and the addresses to listen on.")
    ] = False,
) -> None:
    """Look for faults in configuration and templates, without starting anything."""
    from mailgate.config import warnings

    with desk_app(config, keep_closed=True) as made:
        made.check_templates()
        for warning in warnings(made.settings):
            print(f"warning: {warning}", file=sys.stderr)  # noqa: T201
        if connect and not (_reachable(made) and _mailboxes_answer(made)):
            raise typer.Exit(1)
        say("The configuration is in order.")


def _reachable(made: App) -> bool:
    """Tries all that the daemon will need from outside, and changes nothing."""
    from mailgate.connecting import database, listener, relay

    good = True
    for what, trial in (("database", database), ("relay", relay), ("listener", listener)):
        for found in trial(made):
            if found.good:
                say(f"{what}: {found.text}")
            else:
                print(f"mailgate: {what}: {found.text}", file=sys.stderr)  # noqa: T201
                good = False
    return good


def _mailboxes_answer(made: App) -> bool:
    """Logs in to each mailbox that is fetched and says what it found."""
    from mailgate.transport.imap import ConnectionGone, LoginRefused, Refused, probe

    good = True
    for address, account in made.accounts().items():
        try:
            found = probe(account)
        except (LoginRefused, ConnectionGone, Refused) as error:
            print(f"mailbox {address}: {account.host}:{account.port}: {error}", file=sys.stderr)  # noqa: T201
            good = False
            continue
        folder, abilities = found.folder, found.abilities
        can = {"IDLE": abilities.idle, "UIDPLUS": abilities.uidplus, "MOVE": abilities.move}
        says = [f"{name} {'yes' if has else 'no'}" for name, has in can.items()]
        says.append("read only" if folder.read_only else f"keywords {'allowed' if folder.keywords else 'not allowed'}")
        say(f"mailbox {address}: {account.folder} holds {folder.exists} mails; {', '.join(says)}")
    return good


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where the copy is made; it must not be there yet.")],
    config: ConfigOption = None,
) -> None:
    """Copy an SQLite database while the daemon runs: one moment of it, whole. Keep the key ring with it."""
    import sqlite3
    from contextlib import closing

    with desk_app(config, keep_closed=True) as made:
        path = made.settings.desk.database.path
        if path is None:
            fail("the database is PostgreSQL: use pg_dump --format=custom")
        if file.is_dir():
            fail(f"{file} is a folder: name a file in it, such as {file / 'desk.backup'}")
        draft = file.with_name(f".{file.name}.part")
        try:
            if file.exists():
                fail(f"{file} is there already; nothing was changed")
            draft.unlink(missing_ok=True)
            os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))  # mail is nobody else's business
            with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=60)) as database:
                database.execute("VACUUM INTO ?", (str(draft),))
            with draft.open("rb") as written:
                os.fsync(written.fileno())
            draft.rename(file)
        except (OSError, sqlite3.Error) as error:
            draft.unlink(missing_ok=True)
            fail(f"no copy was made: {error}")
        say(f"{file}: {file.stat().st_size} bytes. Keep the key ring with it.")


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
