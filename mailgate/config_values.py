"""How one value of the configuration is read: a text of the file -> the good value, or the fault that it is.

Every reader answers with a value that needs no second look, or raises `fault` with a text for people, in which no
secret stands. The aliases at the end are what the tables in config_tables.py are made of; times and files have
modules of their own.
"""

from __future__ import annotations

import difflib
import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo
from pydantic_core import PydanticCustomError

from mailgate.mail import domain_of, valid_address, without_tag
from ticketing.command_words import LISTS_OF_OURS, NOBODY, TO
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


def surroundings(info: ValidationInfo) -> Surroundings:
    assert isinstance(info.context, Surroundings)  # noqa: S101  (only `load` validates, and it always gives them)
    return info.context


def in_quotes(value: object, what: str) -> str:
    """The value, which is to be a text; `what` it is one of goes into the fault."""
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


def _read_size(value: object) -> int:
    factor = {"": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}
    match = re.fullmatch(r"(\d{1,10}) ?(|KiB|MiB|GiB)", str(value), re.ASCII)
    if isinstance(value, bool) or not match:
        raise fault(f'{shown(value)} is not a size such as "25MiB"')
    size = int(match[1]) * factor[match[2]]
    if not 1 << 16 <= size <= 1 << 30:
        raise fault(f"{shown(value)} is not between 64KiB and 1GiB")
    return size


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
        return str(ipaddress.ip_network(in_quotes(value, "an IP address or network"), strict=False))
    except ValueError:
        raise fault(f'{shown(value)} is not an IP address or network such as "10.0.0.0/8"') from None


def _read_address(value: object) -> str:
    address = valid_address(in_quotes(value, "an address"))
    if address is None:
        raise fault(f"{shown(value)} is not a mail address")
    return address


def _read_mailbox_address(value: object) -> str:
    address = _read_address(value)
    if without_tag(address) != address:
        raise fault(f"{address} has a +tag; our own addresses are compared without it")
    return address


def _read_domain(value: object) -> str:
    address = valid_address(f"x@{in_quotes(value, 'a domain')}")
    if address is None or "." not in domain_of(address):
        raise fault(f"{shown(value)} is not a domain")
    return domain_of(address)


def _read_company_domain(value: object) -> str:
    domain = _read_domain(value)
    if domain in FREEMAIL:
        raise fault(f"{domain} is a freemail domain; its users are no organisation")
    return domain


def _read_blocked(value: object) -> str:
    text = in_quotes(value, "an address or a domain")
    return _read_address(text) if "@" in text else _read_domain(text)


def _read_pattern(value: object) -> re.Pattern[str]:
    text = in_quotes(value, "a pattern")
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
    return {language: _one_line(in_quotes(label, "a label")) for language, label in labels.items()}


def _read_texts(value: object) -> dict[str, str]:
    """One text for all languages, or a table of language -> text; "" stands for all others."""
    texts = {"": value} if isinstance(value, str) else value
    if not isinstance(texts, dict):
        raise fault("must be a text, or a table of language and text")
    return {language: text for language, one in texts.items() if (text := in_quotes(one, "a text"))}


@dataclass(frozen=True, slots=True)
class LevelAction:
    """What a deadline does: notify, raise-priority, reassign (`whom`: an agent, or "lead") or mail (an address)."""

    kind: Literal["notify", "raise-priority", "reassign", "mail"]
    whom: str = ""


def _read_action(value: object, info: ValidationInfo) -> LevelAction:
    kind, _, whom = in_quotes(value, "an action").partition(":")
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


def _one_of(table: str) -> Callable[[str, ValidationInfo], str]:
    """A name that the file must declare in another table: `agents = ["kari"]` needs an [[agent]] with that id."""

    def check(name: str, info: ValidationInfo) -> str:
        names = surroundings(info).names.get(table)
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
Size = Annotated[int, BeforeValidator(_read_size)]
ListenAt = Annotated[HostPort, BeforeValidator(_read_host_port)]
Server = Annotated[HostPort, BeforeValidator(_read_server)]
Network = Annotated[str, BeforeValidator(_read_network)]
EmailAddress = Annotated[str, BeforeValidator(_read_address)]
OwnAddress = Annotated[str, BeforeValidator(_read_mailbox_address)]
CompanyDomain = Annotated[str, BeforeValidator(_read_company_domain)]
Blocked = Annotated[str, BeforeValidator(_read_blocked)]
Pattern = Annotated[re.Pattern[str], BeforeValidator(_read_pattern)]
Labels = Annotated[dict[str, str], BeforeValidator(_read_labels), AfterValidator(_languages)]
Texts = Annotated[dict[str, str], BeforeValidator(_read_texts), AfterValidator(_languages)]
OwnId = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$"), AfterValidator(_own_id)]
Phone = Annotated[str, AfterValidator(_phone)]
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
