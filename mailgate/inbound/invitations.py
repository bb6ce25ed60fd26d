"""An invitation without other words, said in a few lines: what, when, where, who (RFC 5545, RFC 5546)."""

from __future__ import annotations

import re
from datetime import datetime

MAX_EVENTS = 5
MAX_LINES = 20_000

_FOLD = re.compile(r"\r?\n[ \t]")
_LINE = re.compile(r'([A-Za-z0-9-]{1,60})((?:;[^:;"]{0,200}(?:"[^"]{0,500}"[^:;"]{0,200}){0,5}){0,20}):(.*)', re.S)
_ZONE = re.compile(r'TZID="?([^";:]{1,100})', re.I)
_NAME = re.compile(r'(?:^|;)CN=(?:"([^"]{1,200})"|([^";:]{1,200}))', re.I)
_ANSWER = re.compile(r"PARTSTAT=([A-Z-]{1,40})", re.I)
_ESCAPE = re.compile(r"\\([\\;,nN])")
_METHODS = {"REQUEST": "Invitation", "CANCEL": "Cancelled", "REPLY": "Answer", "COUNTER": "Another time proposed",
            "DECLINECOUNTER": "Proposal declined", "ADD": "Further date", "REFRESH": "Asks for the newest version",
            "PUBLISH": "Event"}  # fmt: skip


def invitation_words(calendar: str, stated_method: str = "") -> str:
    """The events of a calendar part; "" where it has none. `stated_method`: the part's own parameter, for a calendar
    that says none."""
    method = stated_method.upper() or "PUBLISH"
    events: list[dict[str, tuple[str, str]]] = []
    event: dict[str, tuple[str, str]] | None = None
    inner = 0
    for line in _FOLD.sub("", calendar).splitlines()[:MAX_LINES]:
        found = _LINE.match(line)
        if not found:
            continue
        name, parameters, value = found[1].upper(), found[2], found[3].strip()
        if name in ("BEGIN", "END"):
            opens = name == "BEGIN"
            if value.upper() in ("VEVENT", "VTODO"):
                event = {} if opens and len(events) < MAX_EVENTS else None
                if event is not None:
                    events.append(event)
                inner = 0
            elif event is not None:
                inner += 1 if opens else -1  # an alarm's own description is not the event's
        elif name == "METHOD":
            method = value.upper()
        elif event is not None and inner == 0:
            event.setdefault(name, (parameters, value))
    return "\n\n".join(_event(method, one) for one in events if one)


def _event(method: str, event: dict[str, tuple[str, str]]) -> str:
    lines = [f"{_METHODS.get(method, 'Event')}: {_text(event, 'SUMMARY') or '-'}"]
    if "DTSTART" in event:
        lines.append(f"When: {_span(event)}")
    if place := _text(event, "LOCATION"):
        lines.append(f"Where: {place}")
    if organiser := _person(event, "ORGANIZER"):
        lines.append(f"Organiser: {organiser}")
    if method in ("REPLY", "COUNTER") and (person := _person(event, "ATTENDEE")):
        answer = _ANSWER.search(event["ATTENDEE"][0])
        lines.append(f"{person}: {answer[1].lower().replace('-', ' ')}" if answer else person)
    words = (_text(event, name) for name in ("COMMENT", "DESCRIPTION"))  # why somebody declines, what it is about
    lines += [f"\n{one}" for one in words if one]
    return "\n".join(lines)


def _text(event: dict[str, tuple[str, str]], name: str) -> str:
    value = event.get(name, ("", ""))[1]
    return _ESCAPE.sub(lambda found: "\n" if found[1] in "nN" else found[1], value).strip()


def _span(event: dict[str, tuple[str, str]]) -> str:
    start = _moment(event["DTSTART"][1])
    end = _moment(event["DTEND"][1]) if "DTEND" in event else ""
    if end[:10] == start[:10] and len(end) > 10:
        end = end[11:]
    zone = _ZONE.search(event["DTSTART"][0])
    where = " UTC" if event["DTSTART"][1].endswith("Z") else f" ({zone[1]})" if zone else ""
    return (f"{start} - {end}" if end else start) + where


def _moment(value: str) -> str:
    for form, shown in (("%Y%m%dT%H%M%S", "%Y-%m-%d %H:%M"), ("%Y%m%d", "%Y-%m-%d")):
        try:
            return datetime.strptime(value.removesuffix("Z"), form).strftime(shown)  # noqa: DTZ007 - the zone is shown beside it
        except ValueError:
            continue
    return value[:40]


def _person(event: dict[str, tuple[str, str]], name: str) -> str:
    parameters, value = event.get(name, ("", ""))
    address = re.sub(r"^mailto:", "", value, flags=re.I)
    found = _NAME.search(parameters)
    named = (found[1] or found[2] or "").strip() if found else ""
    return f"{named} <{address}>" if named and named.lower() != address.lower() else address
