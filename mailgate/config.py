"""The configuration: one TOML file -> frozen `Settings`, or every fault at once, each with its dotted key.

`load` is the only door. Inside there are only good values: paths are absolute, addresses are in the form we compare
(mail.valid_address), durations are timedelta, sizes are octets, secrets are read and wrapped. Nothing here prints a
secret, opens a socket or touches a database.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, get_args
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PrivateAttr,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from mailgate.config_values import (
    Action,
    AgentId,
    Blocked,
    CalendarName,
    CategoryName,
    CompanyDomain,
    DatabaseField,
    DayOfYear,
    Duration,
    EmailAddress,
    Folder,
    FolderToMake,
    HolidayRegion,
    HostPort,
    KeyRingCredential,
    KeyRingFile,
    Labels,
    Language,
    LevelAction,
    LimitList,
    Line,
    ListenAt,
    Moment,
    Network,
    OpeningTimes,
    OrganisationName,
    OwnAddress,
    Pattern,
    Priority,
    QueueName,
    ReadableFile,
    SecretCredential,
    SecretFile,
    Server,
    Size,
    Surroundings,
    Timeout,
    TimesOfDay,
    Tls,
    TypeName,
    Zone,
    did_you_mean,
    fault,
    filesystem_of,
    is_loopback,
    read_limits,
    shown,
    some,
)
from mailgate.mail import domain_of, valid_address, without_tag
from mailgate.tokens import LONGEST_LOCAL_PART

# ------------------------------------------------------------------------------------------------------ the tables


class Table(BaseModel):
    """Strict: a number is no text and a text no number, so that a slip is a fault and not a surprise."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, arbitrary_types_allowed=True, hide_input_in_errors=True
    )


def _limits(*texts: str) -> Any:
    return Field(default=read_limits(texts))


class Desk(Table):
    name: Line = "Support"
    timezone: Zone = ZoneInfo("UTC")
    language: Language = "en"
    operators: tuple[AgentId, ...] = ()
    undo_seconds: int = Field(default=60, ge=0, le=86_400)
    auto_close: Duration = timedelta(days=7)
    reopen_window: Duration = timedelta(days=7)
    held_for: Duration = timedelta(days=90)
    templates: Folder | None = None
    allow_network_filesystem: bool = False
    database: DatabaseField = Field(default="sqlite:///desk.db", validate_default=True)
    secret_credential: KeyRingCredential | None = None
    secret_file: KeyRingFile | None = Field(default=None, validate_default=True)

    @field_validator("secret_file")
    @classmethod
    def _one_key_ring(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        _exactly_one("secret_file", value, "secret_credential", info)
        return value

    @property
    def key_ring(self) -> SecretStr:
        """The text of the key ring, known to be one: tokens.read_keys(…, today) takes it."""
        return _given(self.secret_file, self.secret_credential)


class ListenerTls(Table):
    """`starttls`: offered, and needed for AUTH. `implicit`: TLS from the first octet."""

    mode: Tls = "starttls"
    cert: ReadableFile
    key: ReadableFile


class Listener(Table):
    listen: tuple[ListenAt, ...] = (HostPort("127.0.0.1", 2525),)
    trusted_relays: tuple[Network, ...] = ("127.0.0.1/32", "::1/128")
    hostname: Line = Field(default_factory=lambda: os.uname().nodename)
    tls: ListenerTls | None = None
    size: Size = 25 << 20
    in_flight: Size = 256 << 20
    connections: int = Field(default=100, ge=1, le=10_000)
    connections_per_address: int = Field(default=20, ge=1, le=10_000)
    recipients: int = Field(default=100, ge=1, le=10_000)
    command_timeout: Timeout = timedelta(seconds=300)
    block: tuple[Blocked, ...] = ()

    @field_validator("in_flight")
    @classmethod
    def _holds_one_mail(cls, value: int, info: ValidationInfo) -> int:
        if value < info.data.get("size", 0):
            raise fault("must be at least listener.size, or the largest mail never fits")
        return value

    @property
    def only_loopback(self) -> bool:
        return all(at.is_loopback for at in self.listen)


class Authentication(Table):
    trusted_authserv_ids: tuple[Line, ...] = ()
    agent_auth: Literal["dmarc", "token"] = "dmarc"
    agent_token_age: Duration = timedelta(days=30)


class Limits(Table):
    """How often; an empty tuple is no limit."""

    ack_address: LimitList = _limits("3/10m", "5/h", "20/d")
    ack_subject: LimitList = _limits("1/h")
    ack_domain: LimitList = _limits("60/h")
    ack_desk: LimitList = _limits("200/10m")
    new_tickets_address: LimitList = _limits("20/h")
    equal_bodies_address: LimitList = _limits("3/h")
    reopens_ticket: LimitList = _limits("3/h")
    self_desk: LimitList = _limits("5/h")
    fyi_address: LimitList = _limits("1/30d")
    alerts_agent: LimitList = _limits("30/10m")
    receipts_agent: LimitList = _limits("30/h")


class Relay(Table):
    """Where outgoing mail goes: into a maildir, or to one smarthost. `tls = "none"` only on loopback."""

    maildir: FolderToMake | None = None
    smtp: Server | None = Field(default=None, validate_default=True)
    user: Line | None = None
    password_credential: SecretCredential | None = None
    password_file: SecretFile | None = None
    tls: Tls = Field(default="starttls", validate_default=True)
    envelope: Literal["signed", "mailbox", "null"] = "signed"
    timeout: Timeout = timedelta(seconds=60)

    @field_validator("smtp")
    @classmethod
    def _one_way_out(cls, value: HostPort | None, info: ValidationInfo) -> HostPort | None:
        _exactly_one("smtp", value, "maildir", info)
        return value

    @field_validator("password_file")
    @classmethod
    def _one_password(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        _at_most_one("password_file", value, "password_credential", info)
        return value

    @field_validator("tls")
    @classmethod
    def _tls_unless_loopback(cls, value: str, info: ValidationInfo) -> str:
        server = info.data.get("smtp")
        if value == "none" and server is not None and not server.is_loopback:
            raise fault(f'"none" is for loopback only, and {server.host} is not; use "starttls" or "implicit"')
        if info.data.get("user") and "password_file" in info.data and _password(info.data) is None:
            raise fault("user is set, but neither password_file nor password_credential")
        return value

    @property
    def password(self) -> SecretStr | None:
        return self.password_file or self.password_credential


class Imap(Table):
    """A mailbox that is fetched. `after`: how a stored mail is marked there: our keyword, a move, deletion."""

    host: Line
    port: int = Field(default=993, ge=1, le=65_535)
    tls: Tls = "implicit"
    user: Line
    password_credential: SecretCredential | None = None
    password_file: SecretFile | None = Field(default=None, validate_default=True)
    folder: Line = "INBOX"
    after: Literal["keyword", "move", "delete"] = "keyword"
    move_to: Line | None = Field(default=None, validate_default=True)
    trust_results: bool = False
    import_since: Moment | None = None
    sweep: Timeout = timedelta(seconds=60)
    timeout: Timeout = timedelta(seconds=60)

    @field_validator("host")
    @classmethod
    def _name_alone(cls, value: str) -> str:
        if "/" in value or value.count(":") == 1:
            raise fault(f"{shown(value)}: the name of the server alone; port and tls are keys of their own")
        return value

    @field_validator("password_file")
    @classmethod
    def _one_password(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        _exactly_one("password_file", value, "password_credential", info)
        return value

    @field_validator("tls")
    @classmethod
    def _tls_unless_loopback(cls, value: str, info: ValidationInfo) -> str:
        if value == "none" and not is_loopback(info.data.get("host", "localhost")):
            raise fault(f'"none" is for loopback only, and {info.data["host"]} is not; use "implicit" or "starttls"')
        return value

    @field_validator("move_to")
    @classmethod
    def _move_somewhere(cls, value: str | None, info: ValidationInfo) -> str | None:
        after = info.data.get("after")
        if after == "move" and value is None:
            raise fault('is missing; after = "move" needs a folder to move to')
        if value is not None and folder_name(value) == folder_name(info.data.get("folder", "")):
            raise fault("is the folder the mail comes from")
        return value

    @property
    def password(self) -> SecretStr:
        return _given(self.password_file, self.password_credential)


class Log(Table):
    format: Literal["text", "json"] = "text"
    level: Literal["debug", "info", "warning", "error"] = "info"


class Queue(Table):
    name: Line
    agents: tuple[AgentId, ...] = ()
    lead: AgentId | None = None
    assignment: Literal["none", "round-robin", "least-loaded", "skill"] = "none"
    phone: str = ""
    signature: str = ""
    private: bool = False


class Agent(Table):
    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")]
    name: Line
    addresses: Annotated[tuple[EmailAddress, ...], AfterValidator(some)]
    skills: tuple[Line, ...] = ()
    language: Language | None = None
    signature: str = ""


class Mailbox(Table):
    address: OwnAddress
    aliases: tuple[OwnAddress, ...] = ()
    queue: QueueName
    tag_word: Annotated[str, Field(pattern=r"^[A-Za-z0-9]{0,12}$")] = ""
    language: Language | None = None
    bulk: Literal["ticket", "hold"] = "ticket"
    plus_addressing: bool = Field(default=True, validate_default=True)
    contact_form_senders: tuple[EmailAddress, ...] = ()
    imap: Imap | None = None

    @field_validator("plus_addressing")
    @classmethod
    def _room_for_tokens(cls, value: bool, info: ValidationInfo) -> bool:
        local = str(info.data.get("address", "")).rpartition("@")[0]
        if value and len(local.encode()) > LONGEST_LOCAL_PART:
            raise fault(
                f'"{local}" is longer than {LONGEST_LOCAL_PART} octets, so signed addresses do not fit;'
                " take a shorter address or plus_addressing = false"
            )
        return value


class Organisation(Table):
    name: Line
    domains: tuple[CompanyDomain, ...] = ()
    shares_tickets: bool = False


class Brand(Table):
    """A brand prefix of subjects (`nettbutikk.no: …`) and what it sets."""

    prefix: Line
    organisation: OrganisationName | None = None
    queue: QueueName | None = None
    category: CategoryName | None = None


class NumberPattern(Table):
    """The form of case numbers of an older desk, for `mailgate import-numbers`; compared in any case."""

    pattern: Pattern


class TypeField(Table):
    """One item of a type's checklist: it is there when any pattern is found in the mail."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
    label: Labels
    patterns: tuple[Pattern, ...] = ()

    def label_in(self, language: str) -> str:
        return self.label.get(language) or self.label.get("") or self.label.get("en") or next(iter(self.label.values()))


class TicketType(Table):
    name: Line
    default_priority: Priority = "medium"
    fields: tuple[TypeField, ...] = ()


class Category(Table):
    name: Line
    words: tuple[Line, ...] = ()


class Week(Table):
    """Opening times by the clock on the wall; a day that is not given is closed."""

    mon: OpeningTimes = ()
    tue: OpeningTimes = ()
    wed: OpeningTimes = ()
    thu: OpeningTimes = ()
    fri: OpeningTimes = ()
    sat: OpeningTimes = ()
    sun: OpeningTimes = ()

    @property
    def days(self) -> tuple[OpeningTimes, ...]:
        """Monday first."""
        return self.mon, self.tue, self.wed, self.thu, self.fri, self.sat, self.sun


class Calendar(Table):
    """When the desk works: what its promises are measured in. `days`: by hand, and stronger than holidays and week."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$")]
    timezone: Zone | None = None
    week: Week
    holidays: tuple[HolidayRegion, ...] = ()
    days: dict[DayOfYear, TimesOfDay] = Field(default={})

    @field_validator("week")
    @classmethod
    def _opens(cls, value: Week) -> Week:
        if not any(value.days):
            raise fault("is never open")
        return value


_NOTIFY = (LevelAction("notify"),)


class Policy(Table):
    """One row of the promises: for which tickets, and how much working time. The most specific row that fits counts, as
    a whole."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$")]
    calendar: CalendarName
    queue: QueueName | None = None
    type: TypeName | None = None
    priority: Priority | None = None
    organisation: OrganisationName | None = None
    first_response: Timeout | None = None
    next_response: Timeout | None = None
    resolution: Timeout | None = None
    update: Timeout | None = None
    at_75: tuple[Action, ...] = _NOTIFY
    at_90: tuple[Action, ...] = _NOTIFY
    at_100: tuple[Action, ...] = _NOTIFY

    @model_validator(mode="after")
    def _promises_something(self) -> Policy:
        if not (self.first_response or self.next_response or self.resolution or self.update):
            raise fault("promises nothing: give first_response, next_response, resolution or update")
        return self


class Settings(Table):
    """All of the configuration, checked. Lists keep the order of the file."""

    desk: Desk = Field(default={}, validate_default=True)
    listener: Listener = Listener()
    authentication: Authentication = Authentication()
    limits: Limits = Limits()
    relay: Relay = Field(default={}, validate_default=True)
    log: Log = Log()
    queues: Annotated[tuple[Queue, ...], AfterValidator(some)] = Field(alias="queue")
    agents: tuple[Agent, ...] = Field(alias="agent", default=())
    mailboxes: Annotated[tuple[Mailbox, ...], AfterValidator(some)] = Field(alias="mailbox")
    organisations: tuple[Organisation, ...] = Field(alias="organisation", default=())
    brands: tuple[Brand, ...] = Field(alias="brand", default=())
    number_patterns: tuple[NumberPattern, ...] = Field(alias="number_pattern", default=())
    types: tuple[TicketType, ...] = Field(alias="type", default=())
    categories: tuple[Category, ...] = Field(alias="category", default=())
    calendars: tuple[Calendar, ...] = Field(alias="calendar", default=())
    policies: tuple[Policy, ...] = Field(alias="policy", default=())

    _folder: Path = PrivateAttr(default=Path())

    def model_post_init(self, context: Any, /) -> None:
        if isinstance(context, Surroundings):
            self._folder = context.folder

    @property
    def folder(self) -> Path:
        """The absolute folder of the file; what the desk keeps lies beside it."""
        return self._folder

    @property
    def operators(self) -> tuple[Agent, ...]:
        """Who hears alarms: `desk.operators`, else the first agent."""
        named = tuple(agent for agent in self.agents if agent.id in self.desk.operators)
        return named or self.agents[:1]

    @cached_property
    def mailbox_of(self) -> Mapping[str, Mailbox]:
        """Address or alias (without a +tag) -> the mailbox."""
        return {address: box for box in self.mailboxes for address in (box.address, *box.aliases)}

    @cached_property
    def agent_of(self) -> Mapping[str, Agent]:
        """Address -> the agent."""
        return {address: agent for agent in self.agents for address in agent.addresses}

    @cached_property
    def organisation_of(self) -> Mapping[str, Organisation]:
        """Domain -> the organisation."""
        return {domain: organisation for organisation in self.organisations for domain in organisation.domains}

    @cached_property
    def our_domains(self) -> frozenset[str]:
        return frozenset(map(domain_of, self.mailbox_of))

    def mailbox_for(self, address: str) -> Mailbox | None:
        """The mailbox that a recipient address means, with or without a +tag; None when it is not ours."""
        return self.mailbox_of.get(address) or self.mailbox_of.get(without_tag(address))


def _exactly_one(name: str, value: object, other: str, info: ValidationInfo) -> None:
    _at_most_one(name, value, other, info)
    # A rival that is absent from `data` was given and was wrong; it has its own fault.
    if value is None and other in info.data and info.data[other] is None:
        raise fault(f"give {name} or {other}")


def _at_most_one(name: str, value: object, other: str, info: ValidationInfo) -> None:
    if value is not None and info.data.get(other) is not None:
        raise fault(f"give {name} or {other}, not both")


def _given(*secrets: SecretStr | None) -> SecretStr:
    return next(secret for secret in secrets if secret is not None)  # validation saw to it that there is one


def _password(data: Mapping[str, Any]) -> object:
    return data.get("password_file") or data.get("password_credential")


# ------------------------------------------------------------------------------------------------------ the faults


@dataclass(frozen=True, slots=True)
class Fault:
    """`key`: dotted, list items by their name; '' where the file as a whole is meant."""

    key: str
    text: str

    def __str__(self) -> str:
        return f"{self.key}: {self.text}" if self.key else self.text


class ConfigError(Exception):
    """The file cannot be used; `str` is the whole report, one line a fault, and holds no secret."""

    def __init__(self, path: Path, faults: tuple[Fault, ...]) -> None:
        self.path, self.faults = path, faults
        count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
        super().__init__("\n".join([f"{path}: {count}", *(f"  {fault}" for fault in faults)]))


# What names an item of each list of tables.
_NAMED_BY = {
    "queue": "name",
    "agent": "id",
    "mailbox": "address",
    "organisation": "name",
    "brand": "prefix",
    "number_pattern": "pattern",
    "type": "name",
    "category": "name",
    "fields": "name",
    "calendar": "name",
    "policy": "name",
}
CALENDAR_FOLDER = "calendars"


def load(path: Path, environ: Mapping[str, str] = os.environ) -> Settings:
    """Read and check the file; ConfigError with every fault at once. `environ`: for $CREDENTIALS_DIRECTORY only."""
    document, faults = _with_calendars(path, _tuples(_read_toml(path)))
    try:
        settings = Settings.model_validate(document, context=_surroundings(path, document, environ))
    except ValidationError as error:
        faults += [_fault_from(document, dict(entry)) for entry in error.errors(include_url=False, include_input=False)]
    faults += _twice(document) + _for_the_same(document) + _fetched_twice(document)
    if not faults:
        faults += _to_ourselves(document, settings)
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
    if own is not None and not (own / "mail").is_dir():
        found.append(Fault("desk.templates", f"{own} has no folder mail/<language>/, so nothing of it is used"))
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


def _with_calendars(path: Path, document: dict[str, Any]) -> tuple[dict[str, Any], list[Fault]]:
    """The document with the calendars that lie beside it, one a file: calendars/oslo.toml is the calendar `oslo`."""
    found, faults = [], []
    for file in sorted((path.absolute().parent / CALENDAR_FOLDER).glob("*.toml")):
        try:
            found.append({"name": file.stem, **_tuples(_read_toml(file))})
        except ConfigError as error:
            faults += [Fault(f"{CALENDAR_FOLDER}/{file.name}", one.text) for one in error.faults]
    declared = document.get("calendar", ())
    if found and isinstance(declared, tuple):
        return {**document, "calendar": (*declared, *found)}, faults
    return document, faults


def _tuples(value: Any) -> Any:
    """Lists become tuples: the strict models hold nothing that could change."""
    if isinstance(value, dict):
        return {key: _tuples(item) for key, item in value.items()}
    if isinstance(value, list):
        return tuple(map(_tuples, value))
    return value


def _surroundings(path: Path, document: Mapping[str, Any], environ: Mapping[str, str]) -> Surroundings:
    names = {
        table: tuple(item[key] for item in _items(document, table) if isinstance(item.get(key), str))
        for table, key in _NAMED_BY.items()
        if isinstance(document.get(table, ()), tuple)
    }
    credentials = environ.get("CREDENTIALS_DIRECTORY")
    return Surroundings(path.absolute().parent, Path(credentials) if credentials else None, names)


def _items(document: Mapping[str, Any], table: str) -> Iterator[Mapping[str, Any]]:
    items = document.get(table)
    if isinstance(items, tuple):
        yield from (item for item in items if isinstance(item, dict))


# What may stand once only: (what it is, the table, its keys). Rows of one kind share a namespace.
_UNIQUE: tuple[tuple[str, str, tuple[str, ...], Callable[[str], str | None]], ...] = (
    ("queue", "queue", ("name",), str.casefold),
    ("agent", "agent", ("id",), str),
    ("address", "mailbox", ("address", "aliases"), valid_address),
    ("address", "agent", ("addresses",), valid_address),
    ("organisation", "organisation", ("name",), str.casefold),
    ("domain", "organisation", ("domains",), lambda domain: valid_address(f"x@{domain}")),
    ("prefix", "brand", ("prefix",), str.casefold),
    ("type", "type", ("name",), str.casefold),
    ("category", "category", ("name",), str.casefold),
    ("calendar", "calendar", ("name",), str.casefold),
    ("policy", "policy", ("name",), str.casefold),
)


def _twice(document: Mapping[str, Any]) -> list[Fault]:
    """What stands twice; the second place gets the fault, and it names the first."""
    first: dict[tuple[str, str], str] = {}
    faults = []
    for what, form, text, place in _unique_texts(document):
        if (what, form) not in first:
            first[what, form] = place
        elif first[what, form] == place:
            faults.append(Fault(place, f"{shown(text)} stands there twice"))
        else:
            faults.append(Fault(place, f"{shown(text)} stands in {first[what, form]} already"))
    return faults


def folder_name(name: str) -> str:
    """As two are compared: INBOX means the same in any case (RFC 9051 5.1), other names do not."""
    return "INBOX" if name.upper() == "INBOX" else name


def _fetched_twice(document: Mapping[str, Any]) -> list[Fault]:
    """Two mailboxes fetched from one folder: a mail would belong to whoever looks first."""
    first: dict[tuple[str, str, str], str] = {}
    faults = []
    for index, box in enumerate(document["mailbox"] if isinstance(document.get("mailbox"), tuple) else ()):
        imap = box.get("imap") if isinstance(box, dict) else None
        if not isinstance(imap, dict):
            continue
        host, user, folder = (str(imap.get(key, default)) for key, default in _SOURCE)
        place = _dotted(document, ("mailbox", index, "imap"))
        source = (host.lower(), user, folder_name(folder))
        if source in first:
            text = f"{shown(user)}, folder {shown(folder)}, is fetched for {first[source]} already"
            faults.append(Fault(place, text))
        first.setdefault(source, place)
    return faults


_SOURCE = (("host", ""), ("user", ""), ("folder", "INBOX"))


def _to_ourselves(document: Mapping[str, Any], settings: Settings) -> list[Fault]:
    """Escalations by mail to an address of our own: they would come back and be dropped as a loop."""
    ours = {address for box in settings.mailboxes for address in (box.address, *box.aliases)}
    return [
        Fault(_dotted(document, ("policy", index, key)), f"{action.whom} is an address of this desk: nobody would hear")
        for index, row in enumerate(settings.policies)
        for key in ("at_75", "at_90", "at_100")
        for action in getattr(row, key)
        if action.kind == "mail" and without_tag(action.whom) in ours
    ]


def _for_the_same(document: Mapping[str, Any]) -> list[Fault]:
    """Rows of the promises that fit the same tickets: no rule could choose between them."""
    first: dict[tuple[Any, ...], str] = {}
    faults = []
    rows = document.get("policy")
    for index, row in enumerate(rows if isinstance(rows, tuple) else ()):
        if not isinstance(row, dict):
            continue
        chosen = tuple(row.get(key) for key in ("queue", "type", "priority", "organisation"))
        if not all(one is None or isinstance(one, str) for one in chosen):
            continue
        place = _dotted(document, ("policy", index))
        if chosen in first:
            faults.append(Fault(place, f"is for the same tickets as {first[chosen]}"))
        first.setdefault(chosen, place)
    return faults


def _unique_texts(document: Mapping[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    """(what it is, the form it is compared in, as written, where) of each text that may stand once only."""
    for what, table, keys, same_form in _UNIQUE:
        for index, item in enumerate(document[table] if isinstance(document.get(table), tuple) else ()):
            for key in keys if isinstance(item, dict) else ():
                value = item.get(key)
                for text in value if isinstance(value, tuple) else (value,):
                    form = same_form(text) if isinstance(text, str) else None
                    if form is not None:
                        yield what, form, text, _dotted(document, (table, index, key))


def _fault_from(document: Mapping[str, Any], error: Mapping[str, Any]) -> Fault:
    where: tuple[str | int, ...] = error["loc"]
    where = where[:-1] if where[-1:] == ("[key]",) else where  # pydantic's mark for the key of a free table
    kind, context = error["type"], error.get("ctx", {})
    match kind:
        case "fault":
            text = error["msg"]
        case "missing":
            text = "is missing" if len(where) > 1 else f"is missing; at least one [[{where[0]}]] is needed"
        case "extra_forbidden":
            text = f"unknown key{did_you_mean(str(where[-1]), _keys_at(where[:-1]))}"
        case "literal_error":
            text = f"must be {context['expected']}".replace("'", '"')
        case "string_pattern_mismatch":
            text = f"must fit {context['pattern']}"
        case "greater_than_equal":
            text = f"must be at least {context['ge']}"
        case "less_than_equal":
            text = f"must be at most {context['le']}"
        case _:
            text = _PLAIN.get(kind) or f"{error['msg'][:1].lower()}{error['msg'][1:]}"
    return Fault(_dotted(document, where), text)


_PLAIN = {
    "string_type": "must be a text in quotes",
    "int_type": "must be a whole number",
    "bool_type": "must be true or false",
    "tuple_type": "must be a list (of tables: [[…]])",
    "model_type": "must be a table",
    "dict_type": "must be a table",
}


def _dotted(document: Any, where: tuple[str | int, ...]) -> str:
    """('mailbox', 0, 'imap', 'user') -> mailbox.support@example.com.imap.user; items of plain lists have no name."""
    steps: list[str] = []
    here = document
    for step in where:
        try:
            here = here[step]
        except (KeyError, IndexError, TypeError):
            here = None
        if isinstance(step, str):
            steps.append(step)
        elif steps[-1] in _NAMED_BY:
            name = here.get(_NAMED_BY[steps[-1]]) if isinstance(here, dict) else None
            steps.append(shown(name)[1:-1] if isinstance(name, str) and name else f"#{step + 1}")
    return ".".join(steps)


def _keys_at(where: tuple[str | int, ...]) -> list[str]:
    """The keys that the table at this place knows."""
    table: type[BaseModel] | None = Settings
    for step in where:
        if isinstance(step, str) and table is not None:
            known = {info.alias or name: info for name, info in table.model_fields.items()}
            table = _table_in(known[step].annotation) if step in known else None
    return [info.alias or name for name, info in table.model_fields.items()] if table else []


def _table_in(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for argument in get_args(annotation) if (found := _table_in(argument))), None)
