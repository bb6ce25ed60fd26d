"""People: who somebody is, what is known of him, and his cases; for a caller's number or name too."""

from __future__ import annotations

import re
from typing import Annotated, Any

import typer

from mailgate.cli.base import AtOption, ConfigOption, JsonOption, app, desk_app, fail, readable, safe, say, say_json


@app.command()
def contact(
    who: Annotated[str, typer.Argument(metavar="ADDRESS|PHONE|NAME", help="A part of the name is enough.")],
    add_address: Annotated[list[str] | None, typer.Option(metavar="ADDRESS", help="One more address of his.")] = None,
    phone: Annotated[list[str] | None, typer.Option(metavar="NUMBER", help="One more telephone number.")] = None,
    name: Annotated[str | None, typer.Option(help="What he is called.")] = None,
    language: Annotated[str | None, typer.Option(help="What we write to him in: en, nb, fi.")] = None,
    note: Annotated[str | None, typer.Option(help="A line more for the agents.")] = None,
    organisation: Annotated[str | None, typer.Option(metavar="NAME|none", help="Where he belongs.")] = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    at: AtOption = None,
) -> None:
    """Show a person with his cases, or change what is known of him."""
    from ticketing.desk import Refusal, contacts

    phones = tuple(filter(None, (contacts.phone(one) for one in phone or ())))
    if len(phones) < len(phone or ()):
        fail(f"--phone {' '.join(phone or ())}: a telephone number has 5 to 15 figures", 2)
    changes = contacts.Changes(
        addresses=tuple(_address(one, "--add-address") for one in add_address or ()),
        phones=phones,
        name=readable(name) if name is not None else None,
        language=_language(language),
        note=readable(note) if note is not None else None,
        organisation=readable(organisation) if organisation is not None else None,
    )
    with desk_app(config, at) as made, made.transactions.begin(made.clock()) as transaction:
        desk = transaction.desk
        found = contacts.find(desk, readable(who))
        if changes.any:
            if len(found) > 1:
                fail(f"{len(found)} people are meant by {who!r}; name one by his address")
            if not found and "@" not in who:
                fail(f"nobody is known as {who!r}; name him by his address")
            try:
                address = found[0].addresses[0] if found else _address(who, "contact")
                found = [contacts.change(desk, found[0] if found else None, address, changes)]
            except Refusal as refusal:
                fail(str(refusal))
        shown = contacts.views(desk, found)
    if not shown:
        fail(f"nobody is known as {who!r}")
    for n, one in enumerate(shown):
        if as_json:
            say_json(one)
            continue
        if n:
            say("")
        for line in _lines(one):
            say(safe(line))


def _lines(one: dict[str, Any]) -> list[str]:
    head = ", ".join(part for part in (one["name"], one["organisation"], one["language"]) if part)
    return [
        *([head] if head else []),
        ", ".join((*one["addresses"], *one["phones"])),
        *one["notes"].splitlines(),
        *(f"{case['number']}  {case['status'].replace('_', ' ')}  {case['title']}" for case in one["tickets"]),
    ]


def _address(text: str, option: str) -> str:
    from mailgate.mail import valid_address

    address = valid_address(text.strip())
    if address is None:
        fail(f"{option} {text!r} is no mail address", 2)
    return address


def _language(text: str | None) -> str | None:
    if text is not None and re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z]{2,4})?", text) is None:
        fail(f"--language {text!r} is no language; write it as nb, fi or en", 2)
    return text
