"""The configuration: one TOML file -> frozen `Settings`, or every fault at once, each with its dotted key.

`load` is the only door. Inside there are only good values: paths are absolute, addresses are in the form we compare
(mail.valid_address), durations are timedelta, sizes are octets, secrets are read and wrapped. Nothing here prints a
secret, opens a socket or touches a database.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import (
    ValidationError,
)

from mailgate.config_faults import (
    NAMED_BY,
    ConfigError,
    Fault,
    endless_patterns,
    fault_from,
    fetched_twice,
    fits_nothing,
    for_the_same,
    heard_by_nobody,
    items_of,
    not_in_private,
    not_outside,
    seen_by_nobody,
    to_ourselves,
    twice,
)
from mailgate.config_files import filesystem_of
from mailgate.config_tables import Settings
from mailgate.config_values import Surroundings

__all__ = ["ConfigError", "Fault", "Settings", "default_path", "load", "warnings"]

# What may lie in the folder of templates.
_TEMPLATES = ("mail", "canned", "guides", "tickets")
# Tables that may each lie in a file of their own, in a folder beside the configuration.
FOLDERS = {"calendar": "calendars", "type": "types"}


def load(path: Path, environ: Mapping[str, str] = os.environ) -> Settings:
    """Read and check the file; ConfigError with every fault at once. `environ`: for $CREDENTIALS_DIRECTORY only."""
    document, faults = _with_files(path, _tuples(_read_toml(path)))
    try:
        settings = Settings.model_validate(document, context=_surroundings(path, document, environ))
    except ValidationError as error:
        faults += [fault_from(document, dict(entry)) for entry in error.errors(include_url=False, include_input=False)]
    faults += twice(document) + for_the_same(document) + fetched_twice(document)
    if not faults:
        faults += to_ourselves(document, settings) + seen_by_nobody(document, settings)
        faults += heard_by_nobody(document, settings) + not_outside(document, settings)
        faults += not_in_private(document, settings) + fits_nothing(document, settings)
        faults += endless_patterns(document, settings)
    if faults:
        raise ConfigError(path, tuple(faults))
    return settings


def default_path(environ: Mapping[str, str] = os.environ) -> Path:
    """Where the configuration lies unless --config says: $MAILGATE_CONFIG, ./mailgate.toml, /etc/mailgate/."""
    if environ.get("MAILGATE_CONFIG"):
        return Path(environ["MAILGATE_CONFIG"])
    here = Path("mailgate.toml")
    there = Path("/etc/mailgate/mailgate.toml")
    return there if there.exists() and not here.exists() else here


def warnings(settings: Settings) -> tuple[Fault, ...]:
    """What is allowed but should be known; `mailgate check` prints it, nothing stops."""
    found = []
    if settings.authentication.agent_auth == "token":
        found.append(Fault("authentication.agent_auth", '"token": an agent is known by the reply address alone'))
    elif not settings.authentication.trusted_authserv_ids and settings.agents:
        found.append(Fault("authentication.trusted_authserv_ids", "empty: no agent's mail can be recognised by DMARC"))
    if not settings.agents:
        found.append(Fault("agent", "there is none: nobody is told of new tickets"))
    if settings.relay.maildir is not None:
        found.append(Fault("relay.maildir", f"outgoing mail is put into {settings.relay.maildir} and goes no further"))
    own = settings.desk.templates
    if own is not None and not any((own / one).is_dir() for one in _TEMPLATES):
        folders = ", ".join(f"{one}/" for one in _TEMPLATES)
        found.append(Fault("desk.templates", f"{own} has none of {folders}, so nothing of it is used"))
    path = settings.desk.database.path
    if path is not None and filesystem_of(path.parent) in ("tmpfs", "ramfs"):
        found.append(Fault("desk.database", f"{path} lies in memory and is gone after a restart of the machine"))
    return tuple(found)


def _read_toml(path: Path) -> dict[str, Any]:
    def fail(text: str) -> ConfigError:
        return ConfigError(path, (Fault("", text),))

    try:
        text = path.read_bytes().decode("utf-8-sig")  # some editors begin a file with a byte order mark
        return tomllib.loads(text)
    except FileNotFoundError:
        raise fail("no such file; `mailgate init` makes one") from None
    except OSError as error:
        raise fail(f"cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise fail(f"line {error.object[: error.start].count(10) + 1}: not UTF-8") from None
    except RecursionError:
        raise fail("nested too deep") from None
    except ValueError as error:  # TOMLDecodeError, and numbers too long to read
        message, _, place = str(error).partition(" (at ")
        raise fail(f"{place.rstrip(')') or 'somewhere'}: {message}") from None


def _with_files(path: Path, document: dict[str, Any]) -> tuple[dict[str, Any], list[Fault]]:
    """The document with what lies beside it, one a file: calendars/oslo.toml is the calendar `oslo`, types/order.toml
    the type `order`, tickets/NAME.toml in the folder of templates a template of tickets."""
    here = path.absolute().parent
    whole, faults = dict(document), list[Fault]()
    folders = [(table, here / folder, folder) for table, folder in FOLDERS.items()]
    desk = document.get("desk")
    if isinstance(desk, dict) and isinstance(own := desk.get("templates"), str):
        folders.append(("ticket_template", here / own / "tickets", "tickets"))
    for table, folder, shown in folders:
        found = []
        for file in sorted(folder.glob("*.toml")):
            try:
                found.append({"name": file.stem, **_tuples(_read_toml(file))})
            except ConfigError as error:
                faults += [Fault(f"{shown}/{file.name}", one.text) for one in error.faults]
        declared = document.get(table, ())
        if found and isinstance(declared, tuple):
            whole[table] = (*declared, *found)
    return whole, faults


def _tuples(value: Any) -> Any:
    """Lists become tuples: the strict models hold nothing that could change."""
    if isinstance(value, dict):
        return {key: _tuples(item) for key, item in value.items()}
    if isinstance(value, list):
        return tuple(map(_tuples, value))
    return value


def _surroundings(path: Path, document: Mapping[str, Any], environ: Mapping[str, str]) -> Surroundings:
    names = {
        table: tuple(item[key] for item in items_of(document, table) if isinstance(item.get(key), str))
        for table, key in NAMED_BY.items()
        if isinstance(document.get(table, ()), tuple)
    }
    credentials = environ.get("CREDENTIALS_DIRECTORY")
    return Surroundings(path.absolute().parent, Path(credentials) if credentials else None, names)
