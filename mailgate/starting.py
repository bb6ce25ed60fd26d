"""What `mailgate init` writes: a commented mailgate.toml that runs at once, and its secret.

`init_files` makes the texts and is pure: the day, the machine's name and the random octets are arguments. `create`
puts them into a folder, and never over anything that is there.
"""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from mailgate.config import ConfigError, Settings, load
from mailgate.config_values import HostPort, host_port
from mailgate.mail import domain_of, valid_address, without_tag
from mailgate.tokens import LONGEST_LOCAL_PART


@dataclass(frozen=True, slots=True)
class Start:
    """What to write into an empty folder and what to tell about it. `files`: name -> (content, mode)."""

    files: Mapping[str, tuple[str, int]]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wishes:
    """The arguments of `init`, as given. `agents`: `Name <address>` or a bare address."""

    addresses: Sequence[str] = ()
    agents: Sequence[str] = ()
    listen: str = "127.0.0.1:2525"
    relay: str | None = None
    timezone: str = "UTC"
    language: str = "en"
    database: str = "sqlite:///desk.db"


@dataclass(frozen=True, slots=True)
class _Agent:
    id: str
    name: str
    address: str


class WrongWish(Exception):
    """An argument that no configuration can be made of; `str` says which and why, in one line."""


def init_files(
    wishes: Wishes, *, fqdn: str, today: date, secret: bytes, types: Mapping[str, str] | None = None
) -> Start:
    """The files of a new desk. `fqdn` gives the default address, `secret` is 32 random octets, `types` the texts of the
    types of tickets that it begins with.

    Raises WrongWish for an address, agent or HOST:PORT that is none; zone, language and database are left to `create`.
    """
    mailboxes = [_own_address(text) for text in wishes.addresses] or [f"support@{_domain(fqdn)}"]
    agents = _agents(wishes.agents)
    _refuse_twice([*mailboxes, *(agent.address for agent in agents)])
    listen = _host_port(wishes.listen, "--listen")
    relay = _host_port(wishes.relay, "--relay") if wishes.relay else None
    loopback = listen.is_loopback
    text = "\n".join(
        [
            _desk(wishes, agents),
            _listener(listen, loopback),
            _authentication(loopback),
            _LIMITS,
            _relay(relay),
            _queue(agents, "support" if "support" in (types or {}) else ""),
            *map(_agent, agents),
            *([] if agents else [_NO_AGENT]),
            *map(_mailbox, mailboxes),
            _PROMISES,
            _MORE,
        ]
    )
    mode = 0o600 if "@" in wishes.database else 0o644  # a database URL may hold a password
    # The secret first: a mailgate.toml that is there is whole.
    files = {
        "secret.key": (_key_line(today, secret), 0o600),
        **{f"types/{name}.toml": (content, 0o644) for name, content in (types or {}).items()},
        "mailgate.toml": (text, mode),
    }
    return Start(files, _notes(mailboxes, agents, listen, relay, loopback))


def create(folder: Path, start: Start) -> Settings:
    """Write the files of a new desk and load it.

    FileExistsError where there is a mailgate.toml; a secret.key that is there is kept and used, never replaced.
    ConfigError where what was wished for has a fault (a zone that does not exist): then what was written is removed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / "mailgate.toml"
    if config.exists() or config.is_symlink():
        raise FileExistsError(f"{config} is there already; nothing was changed")
    made = [path for name, (text, mode) in start.files.items() if _write_new(path := folder / name, text, mode)]
    try:
        return load(config)
    except ConfigError:
        for path in made:
            path.unlink()
        raise


def _write_new(path: Path, text: str, mode: int) -> bool:
    """True when written and on disk; False where the file was there."""
    path.parent.mkdir(exist_ok=True)
    try:
        # The mode is given at birth: a secret is never readable for a moment.
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    except FileExistsError:
        return False
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return True


def machine_zone(etc: Path = Path("/etc")) -> str:
    """The name of the zone this machine keeps: /etc/timezone, else where /etc/localtime points to, else UTC."""
    try:
        name = (etc / "timezone").read_text().strip()
        if re.fullmatch(r"[A-Za-z0-9_+/-]+", name):
            return name
    except (OSError, UnicodeDecodeError):
        pass
    try:
        _, found, name = str((etc / "localtime").resolve()).partition("/zoneinfo/")
    except (OSError, RuntimeError):
        return "UTC"
    return name.removeprefix("posix/").removeprefix("right/") if found else "UTC"


def machine_name(nodename: str | None = None, etc: Path = Path("/etc")) -> str:
    """The fully qualified name of this machine, its own or from /etc/hosts, else ''. Asks no network."""
    name = os.uname().nodename if nodename is None else nodename
    if "." in name:
        return name
    try:
        hosts = (etc / "hosts").read_text()
    except (OSError, UnicodeDecodeError):
        return ""
    for line in hosts.splitlines():
        names = line.partition("#")[0].split()[1:]
        if name in names:
            return next((other for other in names if other.startswith(f"{name}.")), "")
    return ""


def toml_text(text: str) -> str:
    """A TOML basic string that reads back as `text` (TOML 1.0, "String"); lone surrogates become U+FFFD."""
    signs = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
    clean = text.encode("utf-8", "replace").decode()
    body = "".join(
        signs.get(sign) or (f"\\u{ord(sign):04x}" if ord(sign) < 0x20 or ord(sign) == 0x7F else sign) for sign in clean
    )
    return f'"{body}"'


def _own_address(text: str) -> str:
    address = valid_address(text)
    if address is None:
        raise WrongWish(f"--address {text!r}: not a mail address")
    if without_tag(address) != address:
        raise WrongWish(f"--address {address}: must have no +tag")
    return address


def _domain(fqdn: str) -> str:
    address = valid_address(f"support@{fqdn}")
    # A host may have an underscore in its name; no domain that mail is sent to has one (RFC 1123 2.1).
    domain = domain_of(address) if address and "_" not in fqdn else ""
    # A name that only this machine knows is nobody's mail domain.
    return "example.com" if "." not in domain or domain.endswith((".localdomain", ".local", ".internal")) else domain


def _agents(texts: Sequence[str]) -> list[_Agent]:
    agents: list[_Agent] = []
    for text in texts:
        name, address = _name_and_address(text)
        agents.append(_Agent(_free_id(address, {agent.id for agent in agents}), name, address))
    return agents


def _name_and_address(text: str) -> tuple[str, str]:
    """`O'Brien "Ä" <ann@example.com>` -> the name as it stands and the address; a bare address names itself."""
    before, bracket, rest = text.strip().rpartition("<")
    if bracket and not rest.endswith(">"):
        raise WrongWish(f'--agent {text!r}: write "Name <address>"')
    address = valid_address((rest[:-1] if bracket else rest).strip())
    if address is None:
        raise WrongWish(f'--agent {text!r}: write "Name <address>"; there is no mail address in it')
    name = before.strip()
    if len(name) > 1 and name[0] == name[-1] == '"' and name.count('"') == 2:
        name = name[1:-1].strip()
    name = name or address.partition("@")[0]
    if not name.isprintable():
        raise WrongWish(f"--agent {text!r}: the name must be one line without control characters")
    return name, address


def _free_id(address: str, taken: set[str]) -> str:
    """A short word for the agent, made of the local part: what `!assign` takes."""
    base = re.sub(r"[^a-z0-9._-]", "", address.partition("@")[0].partition("+")[0])
    base = base.lstrip("._-")[:32] or "agent"
    wanted, number = base, 2
    while wanted in taken:
        wanted, number = f"{base}{number}", number + 1
    return wanted


def _refuse_twice(addresses: Sequence[str]) -> None:
    for index, address in enumerate(addresses):
        if address in addresses[:index]:
            raise WrongWish(f"{address} is given twice; an address belongs to one mailbox or one agent")


def _host_port(text: str, option: str) -> HostPort:
    read = host_port(text)
    if read is None or (read.port == 0 and option == "--relay"):
        raise WrongWish(f"{option} {text!r}: write HOST:PORT, for instance 127.0.0.1:2525 or [::1]:25")
    return read


def _key_line(today: date, secret: bytes) -> str:
    if len(secret) != 32:
        raise ValueError("a key is 32 octets")
    return (
        "# Signs the reply addresses and Message-IDs of this desk. Keep it private, and keep it in the backup:\n"
        "# without it no answer to mail already sent can be proved. A new key goes on a new line under the next\n"
        "# letter; old keys verify for 400 days.\n"
        f"a {today.isoformat()} {secret.hex()}\n"
    )


# ------------------------------------------------------------------------------------------------ the file, by table


def _desk(wishes: Wishes, agents: Sequence[_Agent]) -> str:
    operators = toml_text(agents[0].id) if agents else ""
    return f"""\
# Configuration of mailgate, written by `mailgate init`. Paths are relative to the folder of this file.
# `mailgate check` reads it and names every fault with its key. Every key there is: config/mailgate.example.toml.

[desk]
# Stands as the sender's name in what the desk itself writes.
name = "Support"
# Days, opening hours and the dates in case numbers are those of this zone.
timezone = {toml_text(wishes.timezone)}
# For requesters whose language cannot be told from their mail.
language = {toml_text(wishes.language)}
# Agents who hear alarms and see what is held.
operators = [{operators}]
# How long a public answer waits, so that `!undo` can still stop it.
undo_seconds = 60
# A completed ticket closes after this silence; a reply to a closed one reopens it within that window.
auto_close = "7d"
reopen_window = "7d"
# One file by default. PostgreSQL: "postgresql+psycopg://user@host/name".
database = {toml_text(wishes.database)}
# Signs reply addresses; only the owner may read it.
secret_file = "secret.key"
"""


def _listener(listen: HostPort, loopback: bool) -> str:
    relays = ["127.0.0.1", "::1"]
    if not loopback and (address := _ip(listen.host)) and not address.is_unspecified:
        relays.append(str(address))
    return f"""\
[listener]
# Where mail comes in by SMTP. Point your mail server here, or listen on port 25 yourself.
listen = [{toml_text(str(listen))}]
# Mail servers of yours that hand mail on: they have no connection limit, and their Authentication-Results may count.
trusted_relays = [{", ".join(map(toml_text, relays))}]
# Largest mail accepted.
size = "25MiB"
"""


def _ip(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _authentication(loopback: bool) -> str:
    why = (
        """\
# "token": an agent is known by his address and the signed reply address of an alert sent to him. Chosen because this
# desk listens on loopback only, where nothing checks DMARC. Whoever reads an agent's mail can answer for him. Once a
# mail server of yours adds Authentication-Results, name it above and write "dmarc".
agent_auth = "token"
"""
        if loopback
        else """\
# "dmarc": an agent is known when the results above say that his mail is genuine. Without any, his mail is an ordinary
# requester's; "token" would trust the signed reply address alone.
agent_auth = "dmarc"
"""
    )
    return f"""\
[authentication]
# The authserv-id of your own mail server, e.g. "mx.example.com": only its Authentication-Results count.
trusted_authserv_ids = []
{why}"""


_LIMITS = """\
# How often, at most: "3/10m" is three in any ten minutes, a list holds several at once, "off" lifts a limit.
[limits]
# Acknowledgements to one address, to one address about one subject, to one domain, by the whole desk: robots that
# answer each other run dry here.
ack_address = ["3/10m", "5/h", "20/d"]
ack_subject = ["1/h"]
ack_domain = ["60/h"]
ack_desk = ["200/10m"]
# What one address may open; further mail is held for a person to look at.
new_tickets_address = ["20/h"]
equal_bodies_address = ["3/h"]
# Beyond this an agent gets one digest instead of single alerts.
alerts_agent = ["30/10m"]
"""


def _relay(relay: HostPort | None) -> str:
    if relay is None:
        return """\
[relay]
# Outgoing mail lies here as files and goes no further: good for a trial. To send it, replace this line by
# smtp = "mail.example.com:587", with user = "…" and password_file = "relay.pw".
maildir = "outgoing"
"""
    tls = "none" if relay.is_loopback else "implicit" if relay.port == 465 else "starttls"
    return f"""\
[relay]
# The mail server that takes all outgoing mail. user = "…" and password_file = "relay.pw", if it wants a log-in.
smtp = {toml_text(str(relay))}
# "starttls" and "implicit" check the certificate; "none" is for loopback only.
tls = "{tls}"
"""


def _queue(agents: Sequence[_Agent], kind: str) -> str:
    lead = (
        f"# Hears of deadlines that were missed.\nlead = {toml_text(agents[0].id)}\n" if agents else '# lead = "kari"\n'
    )
    return f"""\
# A group of tickets that a team works.
[[queue]]
name = "support"
# They are told of new tickets.
agents = [{", ".join(toml_text(agent.id) for agent in agents)}]
{lead}# "none": agents claim tickets themselves.
assignment = "none"
{_TYPE if kind else ""}"""


_TYPE = """\
# What a new ticket is where its words say nothing else. Each type lies in the folder types, with what the
# acknowledgement asks for and the alerts show as missing; this one asks for a good description of a fault.
type = "support"
"""


def _agent(agent: _Agent) -> str:
    return f"""\
[[agent]]
id = {toml_text(agent.id)}
name = {toml_text(agent.name)}
# Every address this agent writes from; the first one gets the alerts.
addresses = [{toml_text(agent.address)}]
"""


_NO_AGENT = """\
# The people who work the tickets: put their ids into the queue above.
# [[agent]]
# id = "kari"
# name = "Kari Nordmann"
# addresses = ["kari@example.com"]
"""


def _mailbox(address: str) -> str:
    plus = ""
    if len(address.rpartition("@")[0].encode()) > LONGEST_LOCAL_PART:
        plus = (
            "# The address is too long for signed ones of the form name+…@; answers are found by Message-ID.\n"
            "plus_addressing = false\n"
        )
    return f"""\
# An address that requesters write to. Signed reply addresses have the form name+…@: your mail server must deliver them.
[[mailbox]]
address = {toml_text(address)}
queue = "support"
{plus}"""


_PROMISES = """\
# When the desk works, by the clock on the wall in its zone. Promises are measured in this time.
[[calendar]]
name = "office"
week = { mon = "09:00-16:00", tue = "09:00-16:00", wed = "09:00-16:00", thu = "09:00-16:00", fri = "09:00-16:00" }
# Public holidays of a country or a region are free: ["NO"], ["FI"], ["DE-BY"]. Single days: see mailgate.example.toml.
holidays = []

# What requesters are promised, in working time. At 75 % and 90 % whoever has the ticket is warned; at 100 % the lead
# hears of it too, and every 4 hours from then on.
[[policy]]
name = "standard"
calendar = "office"
first_response = "4h"
next_response = "8h"
resolution = "24h"
"""

_MORE = """\
# More tables, each shown with its keys in mailgate.example.toml: mailbox.imap, organisation, brand, type, category,
# number_pattern. Types of tickets may lie in files of their own, types/NAME.toml, and calendars in calendars/NAME.toml.
"""


def _notes(
    mailboxes: Sequence[str], agents: Sequence[_Agent], listen: HostPort, relay: HostPort | None, loopback: bool
) -> tuple[str, ...]:
    notes = [f"mail for {', '.join(mailboxes)} is taken on {listen}"]
    if loopback:
        notes.append(
            'agents are known by signed reply address (agent_auth = "token"), as nothing checks DMARC on loopback'
        )
    else:
        notes.append("agents are known by DMARC: set authentication.trusted_authserv_ids to your mail server's name")
    if not agents:
        notes.append(
            "there is no agent yet: add an [[agent]] and name it in the queue, or nobody is told of new tickets"
        )
    if relay is None:
        notes.append('outgoing mail lies in the folder "outgoing" and goes no further')
    return tuple(notes)
