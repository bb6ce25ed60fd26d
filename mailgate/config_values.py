"""How one value of the configuration is read: a text of the file -> the good value, or the fault that it is.

Every reader answers with a value that needs no second look, or raises `fault` with a text for people, in which no
secret stands. The aliases at the end are what the tables in config.py are made of.
"""

from __future__ import annotations

import difflib
import ipaddress
import re
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import quote, unquote, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationInfo
from pydantic_core import PydanticCustomError

from mailgate.mail import domain_of, valid_address, without_tag
from mailgate.tokens import KeyFault, read_keys
from ticketing.commands import LISTS_OF_OURS, NOBODY, TO, read_when
from ticketing.rules import filters


@dataclass(frozen=True, slots=True)
class HostPort:
    """Where to listen or connect. `host` is a name or an IP address without brackets."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def is_loopback(self) -> bool:
        return is_loopback(self.host)


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `count` in any `period`."""

    count: int
    period: timedelta


@dataclass(frozen=True, slots=True)
class DatabaseUrl:
    """`url` for SQLAlchemy (it may hold a password, so no repr shows it); `path` is the file of an SQLite one."""

    url: str = field(repr=False)
    path: Path | None

    @property
    def is_sqlite(self) -> bool:
        return self.path is not None

    @property
    def shown(self) -> str:
        """The URL for people: without the password."""
        return _without_password(self.url)


def is_loopback(host: str) -> bool:
    """True for `localhost` and the addresses of this machine's own loopback; a name is never looked up."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


_FREEMAIL = """
aol.com bluewin.ch bol.com.br btinternet.com comcast.net elisanet.fi email.com fastmail.com free.fr freenet.de
gmail.com gmx.at gmx.ch gmx.com gmx.de gmx.net googlemail.com hotmail.co.uk hotmail.com hotmail.de hotmail.es
hotmail.fi hotmail.fr hotmail.it hotmail.no hotmail.se hushmail.com icloud.com inbox.lv jubii.dk kolumbus.fi
laposte.net libero.it live.com live.dk live.fi live.no live.se luukku.com mac.com mail.com mail.dk mail.ru
mailbox.org me.com msn.com naver.com o2.pl online.no orange.fr outlook.com outlook.de pm.me posteo.de proton.me
protonmail.com qq.com rocketmail.com seznam.cz sfr.fr start.no suomi24.fi t-online.de telia.com tuta.com
tutanota.com wanadoo.fr web.de wp.pl yahoo.co.uk yahoo.com yahoo.de yahoo.fr yahoo.no yahoo.se yandex.com yandex.ru
ymail.com zoho.com 163.com
"""
FREEMAIL = frozenset(_FREEMAIL.split())
NETWORK_FILESYSTEMS = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "glusterfs", "fuse.sshfs"}
)

# ------------------------------------------------------------------------------------------------ reading one value


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What one value may be checked against: the file's folder and the names the file itself declares.

    A table that is no list has its own fault; it is absent from `names`, so that nothing is held against the others.
    """

    folder: Path
    credentials: Path | None
    names: Mapping[str, tuple[str, ...]]


def fault(text: str) -> PydanticCustomError:
    return PydanticCustomError("fault", "{text}", {"text": text})


def _here(info: ValidationInfo) -> Surroundings:
    assert isinstance(info.context, Surroundings)  # noqa: S101  (only `load` validates, and it always gives them)
    return info.context


def _text(value: object, what: str) -> str:
    if not isinstance(value, str):
        raise fault(f"must be {what} in quotes")
    return value


def _one_line(value: str) -> str:
    if not value.strip():
        raise fault("must not be empty")
    if not value.isprintable():
        raise fault("must be one line without control characters")
    return value.strip()


# What stands for somebody else, or for nobody, where an agent is named; `mailgate` is the desk itself in a history.
_NO_AGENTS = NOBODY | TO | {filters.ME, "lead", "mailgate"}


def _own_id(text: str) -> str:
    if text in _NO_AGENTS:
        raise fault(f"{shown(text)} means something else where agents are named: give him another id")
    return text


def _phone(text: str) -> str:
    return _one_line(text) if text else ""


def _language(text: str) -> str:
    """Of a language that there is: a slip would be one that nobody writes."""
    if not is_language(text):
        raise fault(f'{shown(text)} is no language; write it as "nb", "fi" or "en"')
    return text


def is_language(code: str) -> bool:
    from babel.localedata import exists  # when it is asked for

    return exists(code.replace("-", "_"))


def _languages(texts: dict[str, str]) -> dict[str, str]:
    for one in texts:
        if one:
            _language(one)
    return texts


def _list_name(text: str) -> str:
    if text.casefold().split()[0] in LISTS_OF_OURS:
        raise fault(f"{shown(text)} is a list of our own: give it another name")
    return text


def _ticket_filter(text: str) -> str:
    wanted = filters.parse(text)
    if isinstance(wanted, str):
        raise fault(str(wanted))
    return text


# Event and hearer, as `ticketing.rules.telling` has them; a test compares the two.
ALSO_TOLD = (
    *(
        f"{event}.lead"
        for event in (
            "new", "fyi", "message", "answer", "note", "assigned", "completed", "merged", "confirmed", "closed",
            "satisfaction", "reopened", "undelivered", "delayed", "waiting over", "deadline 75",
        )
    ),
    "answer.queue", "note.queue", "reminder.queue", "completed.assignee", "reminder.assignee", "assigned.old assignee",
    "completed.cc",
)  # fmt: skip


def _read_also_told(value: Any) -> str:
    if not isinstance(value, str) or value not in ALSO_TOLD:
        hint = did_you_mean(str(value), list(ALSO_TOLD)) or f" (have: {', '.join(ALSO_TOLD)})"
        raise fault(f"{shown(value)} is nothing that somebody may be told beside the others{hint}")
    return value


def some(values: tuple[Any, ...]) -> tuple[Any, ...]:
    """Not pydantic's min_length: that one speaks up when the only item is at fault, too."""
    if not values:
        raise fault("must not be empty")
    return values


_DURATION = re.compile(r"(?:\d{1,9}[smhdw])+\Z", re.ASCII)
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def duration(text: str) -> timedelta | None:
    """`90s`, `10m`, `1h30m`, `7d`, `2w` -> timedelta; None for anything else, or for more than ten years."""
    if not _DURATION.match(text):
        return None
    total = timedelta()
    for number, unit in re.findall(r"(\d+)([smhdw])", text):
        try:
            total += timedelta(**{_UNITS[unit]: int(number)})
        except OverflowError:
            return None
    return total if total <= timedelta(days=3660) else None


def limit(text: str) -> Limit | None:
    """`3/10m`, `5/h`, `1/30d` -> Limit; None for anything else."""
    count, slash, period = text.partition("/")
    length = duration(period if period[:1].isdigit() else f"1{period}")
    if not slash or not re.fullmatch(r"[1-9]\d{0,8}", count, re.ASCII) or not length:
        return None
    return Limit(int(count), length)


def host_port(text: str) -> HostPort | None:
    """`127.0.0.1:2525`, `[::1]:25`, `mail.example.com:587` -> HostPort; None for anything else."""
    host, colon, port = text.rpartition(":")
    if not colon or not re.fullmatch(r"\d{1,5}", port, re.ASCII) or int(port) > 65535:
        return None
    if host.startswith("[") and host.endswith("]"):
        try:
            return HostPort(str(ipaddress.IPv6Address(host[1:-1])), int(port))
        except ValueError:
            return None
    if not re.fullmatch(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,252})", host, re.ASCII):
        return None
    return HostPort(host, int(port))


def _read_duration(value: object) -> timedelta:
    text = value if isinstance(value, str) else ""
    length = duration(text)
    if length is None:
        raise fault(f'{shown(value)} is not a time span such as "10m", "4h" or "7d"')
    return length


def _read_timeout(value: object) -> timedelta:
    length = _read_duration(value)
    if length <= timedelta():
        raise fault("must be more than nothing")
    return length


def _read_size(value: object) -> int:
    factor = {"": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}
    match = re.fullmatch(r"(\d{1,10}) ?(|KiB|MiB|GiB)", str(value), re.ASCII)
    if isinstance(value, bool) or not match:
        raise fault(f'{shown(value)} is not a size such as "25MiB"')
    size = int(match[1]) * factor[match[2]]
    if not 1 << 16 <= size <= 1 << 30:
        raise fault(f"{shown(value)} is not between 64KiB and 1GiB")
    return size


def read_limits(value: object) -> tuple[Limit, ...]:
    if value == "off":
        return ()
    texts = value if isinstance(value, tuple) else (value,)
    if not texts:
        raise fault('write "off" to lift this limit')
    limits = []
    for text in texts:
        read = limit(text) if isinstance(text, str) else None
        if read is None:
            raise fault(f'{shown(text)} is not a limit such as "3/10m" or "5/h" (or "off" for the whole list)')
        limits.append(read)
    return tuple(limits)


def _read_host_port(value: object) -> HostPort:
    read = host_port(value) if isinstance(value, str) else None
    if read is None:
        raise fault(f'{shown(value)} is not HOST:PORT such as "127.0.0.1:2525" or "[::1]:25"')
    return read


def _read_server(value: object) -> HostPort:
    server = _read_host_port(value)
    if server.port == 0:
        raise fault(f"{shown(value)} needs a port that can be connected to")
    return server


def _read_network(value: object) -> str:
    try:
        return str(ipaddress.ip_network(_text(value, "an IP address or network"), strict=False))
    except ValueError:
        raise fault(f'{shown(value)} is not an IP address or network such as "10.0.0.0/8"') from None


def _read_address(value: object) -> str:
    address = valid_address(_text(value, "an address"))
    if address is None:
        raise fault(f"{shown(value)} is not a mail address")
    return address


def _read_mailbox_address(value: object) -> str:
    address = _read_address(value)
    if without_tag(address) != address:
        raise fault(f"{address} has a +tag; our own addresses are compared without it")
    return address


def _read_domain(value: object) -> str:
    address = valid_address(f"x@{_text(value, 'a domain')}")
    if address is None or "." not in domain_of(address):
        raise fault(f"{shown(value)} is not a domain")
    return domain_of(address)


def _read_company_domain(value: object) -> str:
    domain = _read_domain(value)
    if domain in FREEMAIL:
        raise fault(f"{domain} is a freemail domain; its users are no organisation")
    return domain


def _read_blocked(value: object) -> str:
    text = _text(value, "an address or a domain")
    return _read_address(text) if "@" in text else _read_domain(text)


def _read_zone(value: object) -> ZoneInfo:
    text = _text(value, "a time zone")
    try:
        return ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise fault(f"no time zone named {shown(text)}{did_you_mean(text, sorted(available_timezones()))}") from None


def _read_moment(value: object) -> datetime:
    """A TOML date or date-time; without an offset it is taken as UTC."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            raise fault(f"{shown(value)} is not a date such as 2026-11-21") from None
    if isinstance(value, datetime):
        try:
            return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
        except OverflowError:
            raise fault(f"{shown(str(value))} is too far away") from None
    if isinstance(value, date):
        return datetime.combine(value, time(), tzinfo=UTC)
    raise fault(f"{shown(value)} is not a date such as 2026-11-21")


def _read_pattern(value: object) -> re.Pattern[str]:
    text = _text(value, "a pattern")
    try:
        pattern = re.compile(text, re.IGNORECASE)
    except (re.error, OverflowError, RecursionError) as error:
        raise fault(f"not a regular expression: {error}") from None
    if pattern.match(""):
        raise fault("matches the empty text, so it would match everywhere")
    return pattern


def _read_labels(value: object) -> dict[str, str]:
    """One label for all languages, or a table of language -> label. The language "" stands for all others."""
    labels = {"": value} if isinstance(value, str) else value
    if not isinstance(labels, dict) or not labels:
        raise fault("must be a text, or a table of language and text")
    return {language: _one_line(_text(label, "a label")) for language, label in labels.items()}


def _read_texts(value: object) -> dict[str, str]:
    """One text for all languages, or a table of language -> text; "" stands for all others."""
    texts = {"": value} if isinstance(value, str) else value
    if not isinstance(texts, dict):
        raise fault("must be a text, or a table of language and text")
    return {language: text for language, one in texts.items() if (text := _text(one, "a text"))}


def _read_times(value: object) -> tuple[tuple[time, time], ...]:
    """`09:00-16:00`, or a list of such; in order, without overlap. 24:00 is the midnight that ends the day."""
    texts = (value,) if isinstance(value, str) else value
    if not isinstance(texts, tuple):
        raise fault('must be opening times such as "09:00-16:00", or a list of them')
    periods = sorted((_read_period(text) for text in texts), key=lambda period: period[0])
    for (_, end, before), (start, _, text) in pairwise(periods):
        if end is None or start < end:
            raise fault(f"{before} and {text} overlap")
    return tuple((start, end or time()) for start, end, _ in periods)


def _read_quiet_hours(value: object) -> tuple[time, time]:
    """`22:00-07:00`: by the clock on the wall, over midnight too."""
    text = value if isinstance(value, str) else ""
    match = re.fullmatch(r"([01]\d|2[0-3]):([0-5]\d) ?[-–] ?([01]\d|2[0-3]):([0-5]\d)", text, re.ASCII)
    if not match:
        raise fault(f'{shown(value)} are no quiet hours such as "22:00-07:00"')
    start, end = time(int(match[1]), int(match[2])), time(int(match[3]), int(match[4]))
    if start == end:
        raise fault(f'{text} begins when it ends; who wants no alerts at all says alerts = "none"')
    return start, end


def _read_period(value: object) -> tuple[time, time | None, str]:
    """(opens, closes or None for midnight, as written)."""
    text = value if isinstance(value, str) else ""
    match = re.fullmatch(r"([01]\d|2[0-3]):([0-5]\d) ?[-–] ?(?:([01]\d|2[0-3]):([0-5]\d)|24:00)", text, re.ASCII)
    if not match:
        raise fault(f'{shown(value)} is no opening time such as "09:00-16:00"')
    start = time(int(match[1]), int(match[2]))
    end = time(int(match[3]), int(match[4])) if match[3] else None
    if end is not None and end <= start:
        raise fault(f"{text} ends before it begins; over midnight, give each day its part: 22:00-24:00, 00:00-06:00")
    return start, end, text


def _read_times_of_day(value: object) -> tuple[tuple[time, time], ...]:
    """The same for one day by hand, which may be `closed`."""
    return () if value == "closed" else _read_times(value)


def _read_day(value: object) -> str:
    """`2026-12-24`, or `12-24` for every year."""
    text = value if isinstance(value, str) else ""
    try:
        # A leap year stands for every year, so that 02-29 is a day.
        date.fromisoformat(f"2028-{text}" if re.fullmatch(r"\d\d-\d\d", text, re.ASCII) else text)
    except ValueError:
        text = ""
    if not re.fullmatch(r"(?:\d{4}-)?\d\d-\d\d", text, re.ASCII):
        raise fault("is no day such as 2026-12-24, or 12-24 for every year")
    return text


def _read_region(value: object) -> str:
    """A country, or a region of one, whose public holidays are known: `NO`, `DE-BY`."""
    from holidays import list_supported_countries  # when it is asked for: the library is large

    text = _text(value, 'a country such as "NO", or a region of one such as "DE-BY"')
    country, dash, part = text.partition("-")
    known = list_supported_countries()
    if country not in known:
        raise fault(f'{shown(text)} is no country whose holidays are known; write "NO", or with a region "DE-BY"')
    if dash and part not in known[country]:
        have = f"have: {', '.join(known[country])}" if known[country] else "there is none"
        raise fault(f"{country} has no region {shown(part)} ({have})")
    return text


@dataclass(frozen=True, slots=True)
class LevelAction:
    """What a deadline does: notify, raise-priority, reassign (`whom`: an agent, or "lead") or mail (an address)."""

    kind: Literal["notify", "raise-priority", "reassign", "mail"]
    whom: str = ""


def _read_action(value: object, info: ValidationInfo) -> LevelAction:
    kind, _, whom = _text(value, "an action").partition(":")
    match kind:
        case "notify" | "raise-priority" if not whom:
            return LevelAction(kind)
        case "reassign" if whom:
            return LevelAction("reassign", whom if whom == "lead" else _one_of("agent")(whom, info))
        case "mail" if whom:
            return LevelAction("mail", _read_address(whom))
    raise fault(
        f'{shown(value)} is no action; there are "notify", "raise-priority", "reassign:AGENT", "reassign:lead" and '
        '"mail:ADDRESS"'
    )


def _read_path(value: object, info: ValidationInfo) -> Path:
    text = _text(value, "a path")
    if not text or "\0" in text:
        raise fault("must not be empty")
    return _here(info).folder / Path(text).expanduser()


def _read_folder_to_make(value: object, info: ValidationInfo) -> Path:
    path = _read_path(value, info)
    if path.exists() and not path.is_dir():
        raise fault(f"not a folder: {path}")
    if not path.exists() and not path.parent.is_dir():
        raise fault(f"no such folder: {path.parent}")
    return path


def _read_folder(value: object, info: ValidationInfo) -> Path:
    path = _read_path(value, info)
    if not path.is_dir():
        raise fault(f"no such folder: {path}")
    return path


def _read_readable_file(value: object, info: ValidationInfo) -> Path:
    path = _read_path(value, info)
    _content(path)
    return path


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise fault(f"no such file: {path}") from None
    except OSError as error:
        raise fault(f"cannot be read: {path} ({error.strerror})") from None


def _secret_content(path: Path) -> str:
    try:
        text = _content(path).decode().rstrip("\r\n")
    except UnicodeDecodeError:
        raise fault(f"not UTF-8: {path}") from None
    if not text:
        raise fault(f"empty file: {path}")
    return text


def _private_content(value: object, info: ValidationInfo) -> str:
    """The text of a secret file that only its owner can read (its group too where root owns it, as servers deploy)."""
    path = _read_path(value, info)
    text = _secret_content(path)
    state = path.stat()
    too_open = 0o037 if state.st_uid == 0 else 0o077
    if state.st_mode & too_open:
        raise fault(f"open to others (mode {stat.S_IMODE(state.st_mode):04o}): chmod 600 {path}")
    return text


def _credential_content(value: object, info: ValidationInfo) -> str:
    """The text of a systemd credential (LoadCredential=), by its name."""
    name = _text(value, "the name of a credential")
    if not re.fullmatch(r"[A-Za-z0-9_.:-]{1,255}", name) or name in (".", ".."):
        raise fault(f"{shown(name)} is not the name of a credential")
    folder = _here(info).credentials
    if folder is None:
        raise fault(f"credential {name}: $CREDENTIALS_DIRECTORY is not set (LoadCredential= in the unit sets it)")
    return _secret_content(folder / name)


def _key_ring(text: str) -> SecretStr:
    """Checked here, kept as text: which keys still verify depends on the day, and there is no clock here."""
    try:
        read_keys(text, date.min)
    except KeyFault as wrong:
        raise fault(str(wrong)) from None
    return SecretStr(text)


_DATABASES = ("sqlite", "postgresql", "postgresql+psycopg")


def _read_database(value: object, info: ValidationInfo) -> DatabaseUrl:
    url = _text(value, "a database URL")
    scheme, mark, rest = url.partition("://")
    if not mark or scheme not in _DATABASES:
        raise fault('must begin with "sqlite:///" or "postgresql+psycopg://"')
    if scheme != "sqlite":
        try:
            urlsplit(url).port  # noqa: B018  (reading it is the check; without a server it is the local socket)
        except ValueError:
            raise fault(f"not a database URL: {_without_password(url)}") from None
        return DatabaseUrl(f"postgresql+psycopg://{rest}", None)
    file = unquote(rest.removeprefix("/"))
    if not rest.startswith("/") or not file or file == ":memory:" or "?" in rest or "\0" in file:
        raise fault('must name a file: "sqlite:///desk.db" (beside this file) or "sqlite:////var/lib/mailgate/desk.db"')
    path = _here(info).folder / file
    if path.is_dir() or not path.parent.is_dir():
        raise fault(f"is a folder: {path}" if path.is_dir() else f"no such folder: {path.parent}")
    kind = filesystem_of(path.parent)
    if kind in NETWORK_FILESYSTEMS and not info.data.get("allow_network_filesystem"):
        # Locks and fsync over the network are not what SQLite's promise rests on.
        raise fault(f"{path} lies on {kind}; use a local disk or PostgreSQL (or allow_network_filesystem = true)")
    return DatabaseUrl(f"sqlite:///{quote(str(path))}", path)


def _without_password(url: str) -> str:
    """Cut by hand, so that it also holds for URLs that no parser takes. The last @ ends the user's part."""
    scheme, _, rest = url.partition("://")
    user, at, server = rest.rpartition("@")
    server = re.sub(r"(?i)(password=)[^&]*", r"\1***", server)
    return f"{scheme}://{user.partition(':')[0]}{at}{server}"


def filesystem_of(path: Path, mountinfo: str | None = None) -> str:
    """The type of the file system `path` lies on (`ext4`, `nfs4`, …), '' where the kernel does not tell. proc(5)."""
    if mountinfo is None:
        try:
            mountinfo = Path("/proc/self/mountinfo").read_text(errors="surrogateescape")
        except OSError:
            return ""
    real = path.resolve()
    deepest, kind = -1, ""
    for line in mountinfo.splitlines():
        mount, _, rest = line.partition(" - ")
        words = mount.split(" ")
        if len(words) < 5 or not rest:
            continue
        point = Path(re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), words[4]))
        # Equal depth: mounted over the earlier one.
        if real.is_relative_to(point) and len(point.parts) >= deepest:
            deepest, kind = len(point.parts), rest.split(" ")[0]
    return kind


def _check_day_ahead(text: str) -> str:
    words = tuple(text.split())
    found = read_when(words)
    if found is None or found[1] != len(words):
        raise fault(f'{shown(text)} is no day that is counted from the opening; write it as "+3d", "friday" or "+2w"')
    return text


def _one_of(table: str) -> Callable[[str, ValidationInfo], str]:
    """A name that the file must declare in another table: `agents = ["kari"]` needs an [[agent]] with that id."""

    def check(name: str, info: ValidationInfo) -> str:
        names = _here(info).names.get(table)
        if names is not None and name not in names:
            have = f"have: {', '.join(names[:12])}{', …' if len(names) > 12 else ''}" if names else "there is none"
            raise fault(f"no {table} named {shown(name)} ({have})")
        return name

    return check


def shown(value: object) -> str:
    """A value in a fault: short, on one line, as it would stand in the file."""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    text = "".join(sign if sign.isprintable() else "?" for sign in text)
    text = text if len(text) <= 60 else f"{text[:59]}…"
    return f'"{text}"' if isinstance(value, str) else text


def did_you_mean(word: str, words: list[str]) -> str:
    near = difflib.get_close_matches(word[:100], words, n=1)
    return f"; did you mean `{near[0]}`?" if near else ""


Line = Annotated[str, AfterValidator(_one_line)]
ListName = Annotated[Line, AfterValidator(_list_name)]
TicketFilter = Annotated[Line, AfterValidator(_ticket_filter)]
AlsoTold = Annotated[str, BeforeValidator(_read_also_told)]
Duration = Annotated[timedelta, BeforeValidator(_read_duration)]
Timeout = Annotated[timedelta, BeforeValidator(_read_timeout)]
Size = Annotated[int, BeforeValidator(_read_size)]
LimitList = Annotated[tuple[Limit, ...], BeforeValidator(read_limits)]
ListenAt = Annotated[HostPort, BeforeValidator(_read_host_port)]
Server = Annotated[HostPort, BeforeValidator(_read_server)]
Network = Annotated[str, BeforeValidator(_read_network)]
EmailAddress = Annotated[str, BeforeValidator(_read_address)]
OwnAddress = Annotated[str, BeforeValidator(_read_mailbox_address)]
CompanyDomain = Annotated[str, BeforeValidator(_read_company_domain)]
Blocked = Annotated[str, BeforeValidator(_read_blocked)]
Zone = Annotated[ZoneInfo, BeforeValidator(_read_zone)]
Moment = Annotated[datetime, BeforeValidator(_read_moment)]
Pattern = Annotated[re.Pattern[str], BeforeValidator(_read_pattern)]
Labels = Annotated[dict[str, str], BeforeValidator(_read_labels), AfterValidator(_languages)]
Texts = Annotated[dict[str, str], BeforeValidator(_read_texts), AfterValidator(_languages)]
OwnId = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$"), AfterValidator(_own_id)]
Phone = Annotated[str, AfterValidator(_phone)]
FolderToMake = Annotated[Path, BeforeValidator(_read_folder_to_make)]
DayAhead = Annotated[str, AfterValidator(_check_day_ahead)]
Folder = Annotated[Path, BeforeValidator(_read_folder)]
ReadableFile = Annotated[Path, BeforeValidator(_read_readable_file)]
SecretFile = Annotated[SecretStr, BeforeValidator(lambda value, info: SecretStr(_private_content(value, info)))]
SecretCredential = Annotated[
    SecretStr, BeforeValidator(lambda value, info: SecretStr(_credential_content(value, info)))
]
KeyRingFile = Annotated[SecretStr, BeforeValidator(lambda value, info: _key_ring(_private_content(value, info)))]
KeyRingCredential = Annotated[
    SecretStr, BeforeValidator(lambda value, info: _key_ring(_credential_content(value, info)))
]
DatabaseField = Annotated[DatabaseUrl, BeforeValidator(_read_database)]
OpeningTimes = Annotated[tuple[tuple[time, time], ...], BeforeValidator(_read_times)]
QuietHours = Annotated[tuple[time, time], BeforeValidator(_read_quiet_hours)]
TimesOfDay = Annotated[tuple[tuple[time, time], ...], BeforeValidator(_read_times_of_day)]
DayOfYear = Annotated[str, BeforeValidator(_read_day)]
HolidayRegion = Annotated[str, BeforeValidator(_read_region)]
Action = Annotated[LevelAction, BeforeValidator(_read_action)]
# A single text stands for a list of one.
ALTERNATIVES = BeforeValidator(lambda value: (value,) if isinstance(value, str) else value)
MailboxName = Annotated[str, AfterValidator(_one_of("mailbox"))]
BrandPrefix = Annotated[str, AfterValidator(_one_of("brand"))]
TagName = Annotated[str, Field(pattern=r"^[^\s,;:\"]{1,60}$")]
CalendarName = Annotated[str, AfterValidator(_one_of("calendar"))]
TypeName = Annotated[str, AfterValidator(_one_of("type"))]
AgentId = Annotated[str, AfterValidator(_one_of("agent"))]
QueueName = Annotated[str, AfterValidator(_one_of("queue"))]
OrganisationName = Annotated[str, AfterValidator(_one_of("organisation"))]
CategoryName = Annotated[str, AfterValidator(_one_of("category"))]
Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}$"), AfterValidator(_language)]
Priority = Literal["low", "medium", "high", "urgent"]
Tls = Literal["starttls", "implicit", "none"]
