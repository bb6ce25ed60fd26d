"""The tables of the configuration, each a frozen model: what may stand in them, and what follows from it.

Only good values are inside: paths are absolute, addresses are in the form we compare (mail.valid_address), durations
are timedelta, sizes are octets, secrets are read and wrapped. Nothing here prints a secret, opens a socket or touches
a database.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PrivateAttr,
    SecretStr,
    ValidationInfo,
    field_validator,
    model_validator,
)

from mailgate.config_files import (
    DatabaseField,
    Folder,
    FolderToMake,
    KeyRingCredential,
    KeyRingFile,
    ReadableFile,
    SecretCredential,
    SecretFile,
)
from mailgate.config_times import (
    DayAhead,
    DayOfYear,
    Duration,
    HolidayRegion,
    LimitList,
    Moment,
    OpeningTimes,
    QuietHours,
    Timeout,
    TimesOfDay,
    Zone,
    read_limits,
)
from mailgate.config_values import (
    ALTERNATIVES,
    Action,
    AgentId,
    AlsoTold,
    Blocked,
    BrandPrefix,
    CalendarName,
    CategoryName,
    CompanyDomain,
    EmailAddress,
    HostPort,
    Labels,
    Language,
    LevelAction,
    Line,
    ListenAt,
    ListName,
    MailboxName,
    Network,
    OrganisationName,
    OwnAddress,
    OwnId,
    Pattern,
    Phone,
    Priority,
    QueueName,
    Server,
    Size,
    Surroundings,
    TagName,
    Texts,
    TicketFilter,
    Tls,
    TypeName,
    fault,
    is_loopback,
    shown,
    some,
)
from mailgate.mail import domain_of, without_tag
from mailgate.tokens import LONGEST_LOCAL_PART


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
    require_resolution: bool = False
    satisfaction: bool = False
    open_todos: Literal["allow", "refuse"] = "allow"
    also_told: tuple[AlsoTold, ...] = ()
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


def folder_name(name: str) -> str:
    """As two are compared: INBOX means the same in any case (RFC 9051 5.1), other names do not."""
    return "INBOX" if name.upper() == "INBOX" else name


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
    phone: Phone = ""
    signature: Texts = Field(default={})
    private: bool = False
    type: TypeName | None = None
    tell_taken: bool = False


class Agent(Table):
    id: OwnId
    name: Line
    addresses: Annotated[tuple[EmailAddress, ...], AfterValidator(some)]
    skills: tuple[Line, ...] = ()
    capacity: int = Field(default=20, ge=1, le=10_000)
    language: Language | None = None
    signature: Texts = Field(default={})
    alerts: Literal["all", "mine", "none"] = "all"
    quiet: QuietHours | None = None
    digest: Literal["off", "hourly", "daily"] = "off"


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


class Sender(Table):
    """A program whose mails somebody else is the author of."""

    address: EmailAddress
    channel: Literal["chat", "form"] = "chat"


class Organisation(Table):
    name: Line
    domains: tuple[CompanyDomain, ...] = ()
    shares_tickets: bool = False
    main_users: tuple[EmailAddress, ...] = ()
    others: Annotated[Literal["open", "ask", "hold"], Field(validate_default=True)] = "open"

    @field_validator("others")
    @classmethod
    def _somebody_decides(cls, value: str, info: ValidationInfo) -> str:
        if value != "open" and not info.data.get("main_users", True):
            raise fault(f'"{value}" needs main_users')
        return value


class Brand(Table):
    """A brand prefix of subjects (`nettbutikk.no: …`) and what it sets."""

    prefix: Line
    organisation: OrganisationName | None = None
    queue: QueueName | None = None
    category: CategoryName | None = None


class SavedList(Table):
    """A list that agents ask for by its name."""

    name: ListName
    filter: TicketFilter


class RoutingWhen(Table):
    """The conditions of a routing rule: all that are given must fit, each by one of its alternatives."""

    mailbox: Annotated[tuple[MailboxName, ...], ALTERNATIVES] = ()
    brand: Annotated[tuple[BrandPrefix, ...], ALTERNATIVES] = ()
    type: Annotated[tuple[TypeName, ...], ALTERNATIVES] = ()
    category: Annotated[tuple[CategoryName, ...], ALTERNATIVES] = ()
    organisation: Annotated[tuple[OrganisationName, ...], ALTERNATIVES] = ()
    requester: Annotated[tuple[Blocked, ...], ALTERNATIVES] = ()
    words: Annotated[tuple[Line, ...], ALTERNATIVES] = ()


class RoutingThen(Table):
    """What a routing rule says of the tickets it fits."""

    queue: QueueName | None = None
    assign: AgentId | None = None
    priority: Priority | None = None
    type: TypeName | None = None
    category: CategoryName | None = None
    tags: Annotated[tuple[TagName, ...], ALTERNATIVES] = ()

    @model_validator(mode="after")
    def _says_something(self) -> RoutingThen:
        if not any((self.queue, self.assign, self.priority, self.type, self.category, self.tags)):
            raise fault("says nothing: give queue, assign, priority, type, category or tags")
        return self


class Routing(Table):
    """A rule for new tickets; the first that fits counts, alone."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,49}$")]
    when: RoutingWhen = RoutingWhen()
    then: RoutingThen


class NumberPattern(Table):
    """The form of case numbers of an older desk, for `mailgate import-numbers`; compared in any case."""

    pattern: Pattern


class EquipmentPattern(Table):
    """The form of serial numbers in mails; a group in it is the serial, else all of it. Compared in any case."""

    pattern: Pattern


class TypeField(Table):
    """One item of a type's checklist: it is there when any pattern is found in the requester's mails."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
    label: Labels
    who: Literal["requester", "agent"] = "requester"
    patterns: tuple[Pattern, ...] = ()
    own_words: bool = False
    lasting: bool = False
    takes: Literal["match", "line"] = "match"

    @field_validator("patterns")
    @classmethod
    def _agents_say_so(cls, value: tuple[Any, ...], info: ValidationInfo) -> tuple[Any, ...]:
        if value and info.data.get("who") == "agent":
            raise fault("are for what requesters write; an agent ticks his items off with !field")
        return value


SortName = Annotated[str, Field(pattern=r"^\S(?:.{0,58}\S)?$")]


class TicketType(Table):
    name: SortName
    label: Labels = {}
    words: tuple[Line, ...] = ()
    default_priority: Priority = "medium"
    fields: tuple[TypeField, ...] = ()

    @field_validator("fields")
    @classmethod
    def _each_once(cls, value: tuple[TypeField, ...]) -> tuple[TypeField, ...]:
        names = [one.name for one in value]
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise fault(f"{shown(twice)} stands there twice")
        return value


class Category(Table):
    name: SortName
    label: Labels = {}
    words: tuple[Line, ...] = ()


class TodoTemplate(Table):
    """Something to be done in a ticket of a template; a text alone is one that nobody has yet."""

    text: Line
    agent: AgentId | None = None
    due: DayAhead | None = None

    @model_validator(mode="before")
    @classmethod
    def _text_alone(cls, value: object) -> object:
        return {"text": value} if isinstance(value, str) else value


class TicketTemplate(Table):
    """What a ticket that comes again and again begins with."""

    name: Annotated[str, Field(pattern=r"^[^\W_][\w.-]{0,59}$")]
    title: Line
    text: str = ""
    type: TypeName | None = None
    category: CategoryName | None = None
    priority: Priority | None = None
    queue: QueueName | None = None
    assignee: AgentId | None = None
    tags: tuple[Annotated[Line, Field(max_length=60)], ...] = ()
    fields: dict[Annotated[str, Field(max_length=60)], str] = Field(default={})
    todos: tuple[TodoTemplate, ...] = ()


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
    senders: tuple[Sender, ...] = Field(alias="sender", default=())
    organisations: tuple[Organisation, ...] = Field(alias="organisation", default=())
    brands: tuple[Brand, ...] = Field(alias="brand", default=())
    routing: tuple[Routing, ...] = ()
    number_patterns: tuple[NumberPattern, ...] = Field(alias="number_pattern", default=())
    equipment: tuple[EquipmentPattern, ...] = ()
    types: tuple[TicketType, ...] = Field(alias="type", default=())
    categories: tuple[Category, ...] = Field(alias="category", default=())
    lists: tuple[SavedList, ...] = Field(alias="list", default=())
    ticket_templates: tuple[TicketTemplate, ...] = Field(alias="ticket_template", default=())
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
