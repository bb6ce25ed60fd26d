"""The tables of mail in transit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = sa.MetaData(naming_convention=NAMING)
Instant = sa.DateTime(timezone=True)
Id = sa.BigInteger().with_variant(sa.Integer, "sqlite")

installation = sa.Table(
    "installation",
    metadata,
    sa.Column("instance", sa.String(32), primary_key=True),
    sa.Column("installed_at", Instant, nullable=False),
)

blob = sa.Table(
    "blob",
    metadata,
    sa.Column("sha256", sa.String(64), primary_key=True),
    sa.Column("bytes", sa.LargeBinary, nullable=False),
)

inbound_mail = sa.Table(
    "inbound_mail",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("uid", sa.String(32), nullable=False, unique=True),
    sa.Column("sha256", sa.String(64), nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("source", sa.String(8), nullable=False),
    sa.Column("mailbox", sa.String(320)),
    sa.Column("peer", sa.String(64), nullable=False, server_default=""),
    sa.Column("auth_user", sa.String(320)),
    sa.Column("mail_from", sa.String(400)),
    sa.Column("rcpt_to", sa.JSON, nullable=False),
    sa.Column("received_at", Instant, nullable=False),
    sa.Column("state", sa.String(8), nullable=False, server_default="waiting"),
    sa.Column("alone", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("taken_by", sa.String(80)),
    sa.Column("taken_until", Instant),
    sa.Column("released", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("disposition", sa.String(12)),
    sa.Column("rule", sa.String(60)),
    sa.Column("kind", sa.String(20)),
    sa.Column("kind_rule", sa.String(60)),
    sa.Column("ticket", sa.String(16)),
    sa.Column("disposed_at", Instant),
    sa.Column("error", sa.Text),
    sa.Column("quiet", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("whole_size", sa.BigInteger),
    sa.CheckConstraint("state IN ('waiting', 'in_hand', 'done')", name="state"),
    sa.Index(
        "ix_inbound_mail_undone",
        "id",
        sqlite_where=sa.text("state <> 'done'"),
        postgresql_where=sa.text("state <> 'done'"),
    ),
    sa.Index("ix_inbound_mail_disposition", "disposition", "disposed_at"),
    sa.Index("ix_inbound_mail_received_at", "received_at"),
)

outbound_mail = sa.Table(
    "outbound_mail",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("row", sa.String(16), nullable=False, unique=True),
    sa.Column("message_id", sa.String(320), nullable=False, unique=True),
    sa.Column("sha256", sa.String(64), nullable=False),
    sa.Column("mail_from", sa.String(400), nullable=False),
    sa.Column("notice", sa.String(40), nullable=False),
    sa.Column("template", sa.String(80), nullable=False),
    sa.Column("subject", sa.String(400), nullable=False),
    sa.Column("mailbox", sa.String(320), nullable=False),
    sa.Column("ticket", sa.String(16)),
    sa.Column("issued_to", sa.String(320)),
    sa.Column("agent", sa.String(64)),
    sa.Column("answers", sa.BigInteger),
    sa.Column("change_id", sa.BigInteger),
    sa.Column("purpose", sa.String(1)),
    sa.Column("automatic", sa.Boolean, nullable=False),
    sa.Column("posted_at", Instant, nullable=False),
    sa.Column("state", sa.String(10), nullable=False, server_default="waiting"),
    sa.Column("next_at", Instant),
    sa.Column("leased_by", sa.String(80)),
    sa.Column("leased_until", Instant),
    sa.Column("finished_at", Instant),
    sa.Column("error", sa.Text),
    sa.CheckConstraint("state IN ('waiting', 'held', 'sent', 'failed', 'cancelled')", name="state"),
    sa.Index(
        "ix_outbound_mail_due",
        "next_at",
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    ),
    sa.Index("ix_outbound_mail_ticket", "ticket"),
    sa.Index("ix_outbound_mail_answers", "answers"),
    sa.Index("ix_outbound_mail_change_id", "change_id"),
)

outbound_recipient = sa.Table(
    "outbound_recipient",
    metadata,
    sa.Column("mail_id", Id, sa.ForeignKey("outbound_mail.id"), primary_key=True),
    sa.Column("address", sa.String(400), primary_key=True),
    sa.Column("domain", sa.String(255), nullable=False),
    sa.Column("posted_at", Instant, nullable=False),
    sa.Column("state", sa.String(10), nullable=False, server_default="waiting"),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("next_at", Instant),
    sa.Column("reply", sa.Text),
    sa.CheckConstraint("state IN ('waiting', 'delivered', 'refused', 'expired')", name="state"),
    sa.Index("ix_outbound_recipient_address", "address", "posted_at"),
    sa.Index("ix_outbound_recipient_domain", "domain", "posted_at"),
)

# What was seen on IMAP servers; its queries are in spool/imap.py.
imap_folder = sa.Table(
    "imap_folder",
    metadata,
    sa.Column("account", sa.String(400), primary_key=True),
    sa.Column("folder", sa.String(400), primary_key=True),
    sa.Column("started_at", Instant, nullable=False),
    sa.Column("uidvalidity", sa.BigInteger),
    sa.Column("last_uid", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("history_below", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("rescan", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("fence", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("leased_by", sa.String(80)),
    sa.Column("leased_until", Instant),
)

imap_ledger = sa.Table(
    "imap_ledger",
    metadata,
    sa.Column("account", sa.String(400), primary_key=True),
    sa.Column("folder", sa.String(400), primary_key=True),
    sa.Column("uidvalidity", sa.BigInteger, primary_key=True),
    sa.Column("uid", sa.BigInteger, primary_key=True),
    sa.Column("state", sa.String(8), nullable=False),
    sa.Column("whole", sa.Boolean, nullable=False, server_default=sa.true()),
    sa.Column("internal_date", Instant),
    sa.Column("size", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("mail_uid", sa.String(32)),
    sa.Column("noted_at", Instant, nullable=False),
    sa.Column("error", sa.Text),
    sa.CheckConstraint("state IN ('kept', 'marked', 'refused', 'old', 'failing', 'gone', 'stale')", name="state"),
    sa.Index(
        "ix_imap_ledger_undone",
        *("account", "folder", "uidvalidity", "uid"),
        sqlite_where=sa.text("state IN ('kept', 'refused', 'old', 'failing')"),
        postgresql_where=sa.text("state IN ('kept', 'refused', 'old', 'failing')"),
    ),
)


def insert_missing(connection: sa.Connection, table: sa.Table, rows: Sequence[dict[str, Any]]) -> None:
    """Inserts what is not there yet; a unique key settles it, not a look before."""
    # In here: a dialect takes longer to import than a command that only looks should take in all.
    if connection.dialect.name == "postgresql":
        from sqlalchemy.dialects import postgresql

        statement: Any = postgresql.insert(table)
    else:
        from sqlalchemy.dialects import sqlite

        statement = sqlite.insert(table)
    if rows:
        connection.execute(statement.on_conflict_do_nothing(), rows)


def install(connection: sa.Connection, instance: str, now: datetime) -> tuple[str, datetime]:
    """The name of this instance and when it was installed; made the first time."""
    row = connection.execute(sa.select(installation)).first()
    if row is None:
        connection.execute(sa.insert(installation).values(instance=instance, installed_at=now))
        return instance, now
    return row.instance, row.installed_at
