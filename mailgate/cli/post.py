"""Commands about mail in transit: take, spool, retry, release, reject, audit."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from mailgate.cli.base import (
    AtOption,
    ConfigOption,
    JsonOption,
    MailFromOption,
    RcptOption,
    app,
    desk_app,
    fail,
    read_time,
    safe,
    say,
    say_json,
    table,
)

MOST_ID = 2**63 - 1


@app.command()
def take(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Mails, or - for standard input.")],
    config: ConfigOption = None,
    mailbox: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Which of ours it came to. Default: as To and Cc say.")
    ] = None,
    mail_from: MailFromOption = None,
    rcpt: RcptOption = None,
    at: AtOption = None,
    as_json: JsonOption = False,
) -> None:
    """Put mails into the spool as if this machine's own mail server had handed them over."""
    from mailgate.mail import Source

    with desk_app(config, at) as made:
        mails = [raw_mail(made, read_file(file), mailbox, mail_from, rcpt or [], Source.TAKE) for file in files]
        made.store(mails)
        for file, mail in zip(files, mails, strict=True):
            if as_json:
                say_json({"file": str(file), "uid": mail.uid, "size": len(mail.data), "received_at": mail.received_at})
            else:
                say(f"{file}: taken, {len(mail.data)} bytes")


def raw_mail(made: Any, data: bytes, mailbox: str | None, mail_from: str | None, rcpt: list[str], source: Any) -> Any:
    """A mail as the listener would have made it of a client on this machine."""
    from mailgate.app import new_uid
    from mailgate.mail import NULL_SENDER, Envelope, RawMail, valid_address

    if mailbox is not None and made.settings.mailbox_for(mailbox.lower()) is None:
        ours = ", ".join(box.address for box in made.settings.mailboxes)
        fail(f"{mailbox} is none of our mailboxes (there are: {ours})", 2)
    sender = None
    if mail_from is not None:
        sender = NULL_SENDER if mail_from in ("", NULL_SENDER) else valid_address(mail_from)
        if sender is None:
            fail(f"--mail-from {mail_from!r} is not an address", 2)
    recipients = tuple(one.lower() for one in (rcpt or ([mailbox] if mailbox else [])))
    return RawMail(
        new_uid(), data, Envelope(sender, recipients), source, made.clock(), mailbox=mailbox, peer="127.0.0.1"
    )


def read_file(file: Path) -> bytes:
    if str(file) == "-":
        return sys.stdin.buffer.read()
    try:
        return file.read_bytes()
    except OSError as error:
        fail(f"{file}: {error.strerror}")


@app.command()
def spool(
    which: Annotated[str | None, typer.Argument(metavar="[in|out|held|aside]", help="Default: all of them.")] = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Mail in transit, and what waits for a person's decision."""
    from mailgate import spool as rows

    if which not in (None, "in", "out", "held", "aside"):
        fail(f"spool {which}: say in, out, held or aside", 2)
    with desk_app(config) as made:
        with made.database.read() as connection:
            found = rows.listing(connection, which)
        zone = made.settings.desk.timezone
        for row in found:
            row["at"] = row["at"].astimezone(zone)
            if row.get("next_at"):
                row["next_at"] = row["next_at"].astimezone(zone)
        if as_json:
            for row in found:
                say_json(row)
            return
        table(
            ["id", "way", "state", "at", "rule", "ticket", "from", "to", "error"],
            [
                [
                    str(row["id"]),
                    row["direction"],
                    row["state"],
                    f"{row['at']:%Y-%m-%d %H:%M}",
                    row["rule"] or "",
                    row["ticket"] or "",
                    safe(row["mail_from"] or ""),
                    safe(", ".join(row["rcpt_to"])),
                    safe(row["error"] or "")[:60],
                ]
                for row in found
            ],
            "Nothing is in transit and nothing waits for a decision.",
        )


@app.command()
def retry(
    mail_id: Annotated[
        int, typer.Argument(metavar="ID", min=1, max=MOST_ID, help="From `mailgate spool out` or `spool aside`.")
    ],
    config: ConfigOption = None,
    incoming: Annotated[bool, typer.Option("--in", help="An incoming mail that was set aside.")] = False,
) -> None:
    """Send an outgoing mail now, or read a mail again that was set aside."""
    from mailgate import spool as rows

    def change(connection: Any, now: datetime) -> bool:
        return rows.release(connection, mail_id) if incoming else rows.retry(connection, mail_id, now)

    refused = "was not set aside; see `mailgate spool aside`" if incoming else "has nobody left to send to"
    _decide(config, change, f"mail {mail_id} is tried again", f"mail {mail_id} {refused}")


@app.command()
def release(
    mail_id: Annotated[int, typer.Argument(metavar="ID", min=1, max=MOST_ID, help="From `mailgate spool held`.")],
    config: ConfigOption = None,
) -> None:
    """Let a held mail through, as if it had never been held."""
    from mailgate import spool as rows

    _decide(
        config,
        lambda connection, _: rows.release(connection, mail_id),
        f"mail {mail_id} goes through",
        f"mail {mail_id} is not held; see `mailgate spool held`",
    )


@app.command()
def reject(
    mail_id: Annotated[int, typer.Argument(metavar="ID", min=1, max=MOST_ID, help="From `mailgate spool held`.")],
    config: ConfigOption = None,
) -> None:
    """Decide against a held mail: it is ignored, its bytes are kept."""
    from mailgate import spool as rows

    _decide(
        config,
        lambda connection, now: rows.reject(connection, mail_id, now),
        f"mail {mail_id} is rejected",
        f"mail {mail_id} is not held; see `mailgate spool held`",
    )


def _decide(config: Path | None, change: Callable[[Any, datetime], bool], done: str, not_done: str) -> None:
    with desk_app(config) as made:
        with made.database.write() as connection:
            changed = change(connection, made.clock())
        if not changed:
            fail(not_done)
        say(done)


@app.command()
def audit(
    config: ConfigOption = None,
    start: Annotated[str | None, typer.Option("--from", metavar="TIME", help="Arrivals from this time on.")] = None,
    end: Annotated[str | None, typer.Option("--to", metavar="TIME", help="Arrivals before this time.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Compare arrivals with what became of them; exit 1 where they differ."""
    from mailgate import spool as rows

    begin = read_time(start, "--from") if start else None
    until = read_time(end, "--to") if end else None
    with desk_app(config) as made:
        with made.looking() as (connection, desk):
            found = rows.balance(connection, made.clock(), begin, until)
            missing = rows.without_ticket(connection, desk.known_numbers, begin, until)
        balanced = found.balanced and not missing
        if as_json:
            say_json(
                {
                    "arrived": found.arrived,
                    "dispositions": found.dispositions,
                    "waiting_in": found.waiting_in,
                    "waiting_out": found.waiting_out,
                    "waiting": found.waiting_in + found.waiting_out,
                    "balanced": balanced,
                    "stray": list(found.stray),
                    "without_ticket": list(missing),
                }
            )
        else:
            say(f"arrived          {found.arrived}")
            for name, count in sorted(found.dispositions.items()):
                say(f"  {name:<15}{count}")
            say(f"waiting in       {found.waiting_in}")
            say(f"waiting out      {found.waiting_out}")
        if not balanced:
            for mail_id in found.stray:
                print(f"mailgate: mail {mail_id} has no disposition and stands in no line", file=sys.stderr)  # noqa: T201
            for mail_id in missing:
                print(f"mailgate: mail {mail_id} names a ticket that is not there", file=sys.stderr)  # noqa: T201
            fail("arrivals and dispositions differ")
