"""The tables of the desk. What DESIGN's JSON names has its column or table from the first schema on."""

from __future__ import annotations

from datetime import timedelta

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


def _ticket_id() -> sa.Column[int]:
    return sa.Column("ticket_id", Id, sa.ForeignKey("ticket.id"), nullable=False, index=True)


day_counter = sa.Table(
    "day_counter",
    metadata,
    sa.Column("day", sa.String(6), primary_key=True),
    sa.Column("n", sa.Integer, nullable=False),
)

contact = sa.Table(
    "contact",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("name", sa.String(200), nullable=False, server_default=""),
    sa.Column("organisation", sa.String(200)),
    sa.Column("language", sa.String(16)),
    sa.Column("phones", sa.JSON, nullable=False, server_default="[]"),
    sa.Column("notes", sa.Text, nullable=False, server_default=""),
    sa.Column("created_at", Instant, nullable=False),
)

contact_address = sa.Table(
    "contact_address",
    metadata,
    sa.Column("address", sa.String(320), primary_key=True),
    sa.Column("contact_id", Id, sa.ForeignKey("contact.id"), nullable=False, index=True),
)

ticket = sa.Table(
    "ticket",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("number", sa.String(16), nullable=False, unique=True),
    sa.Column("subject", sa.String(998), nullable=False),
    sa.Column("title", sa.String(998), nullable=False),
    sa.Column("title_made", sa.Boolean, nullable=False),
    sa.Column("title_inside", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("status", sa.String(12), nullable=False),
    sa.Column("waiting_for", sa.String(16)),
    sa.Column("waiting_until", Instant),
    sa.Column("fyi", sa.Boolean, nullable=False),
    sa.Column("internal", sa.Boolean, nullable=False),
    sa.Column("channel", sa.String(10), nullable=False),
    sa.Column("priority", sa.String(10), nullable=False),
    sa.Column("type", sa.String(60)),
    sa.Column("category", sa.String(60)),
    sa.Column("queue", sa.String(60), nullable=False),
    sa.Column("mailbox", sa.String(320), nullable=False),
    sa.Column("language", sa.String(16)),
    sa.Column("requester_name", sa.String(200), nullable=False),
    sa.Column("requester_address", sa.String(320), nullable=False),
    sa.Column("requester_id", Id, sa.ForeignKey("contact.id")),
    sa.Column("contact_id", Id, sa.ForeignKey("contact.id")),
    sa.Column("organisation", sa.String(200)),
    sa.Column("project", sa.String(200)),
    sa.Column("assignee", sa.String(64)),
    sa.Column("opened_at", Instant, nullable=False),
    sa.Column("first_response_at", Instant),
    sa.Column("completed_at", Instant),
    sa.Column("closed_at", Instant),
    sa.Column("auto_close_at", Instant),
    sa.Column("changed_at", Instant, nullable=False),
    sa.Column("merged_into", sa.String(16)),
    sa.Column("resolution", sa.Text),
    sa.Column("due_at", Instant),
    sa.CheckConstraint("status IN ('open', 'in_progress', 'completed', 'closed')", name="status"),
    sa.Index(
        "ix_ticket_unclosed",
        "opened_at",
        sqlite_where=sa.text("status <> 'closed'"),
        postgresql_where=sa.text("status <> 'closed'"),
    ),
    sa.Index("ix_ticket_opened_at", "opened_at"),
    sa.Index("ix_ticket_assignee", "assignee", "status"),
    sa.Index("ix_ticket_requester", "requester_address", "opened_at"),
    sa.Index("ix_ticket_organisation", "organisation", "opened_at"),
    sa.Index(
        "ix_ticket_auto_close",
        "auto_close_at",
        sqlite_where=sa.text("auto_close_at IS NOT NULL"),
        postgresql_where=sa.text("auto_close_at IS NOT NULL"),
    ),
)

participant = sa.Table(
    "participant",
    metadata,
    sa.Column("ticket_id", Id, sa.ForeignKey("ticket.id"), primary_key=True),
    sa.Column("address", sa.String(320), primary_key=True),
    sa.Column("name", sa.String(200), nullable=False, server_default=""),
    sa.Column("role", sa.String(12), nullable=False),
    sa.Column("removed_at", Instant),
    sa.Index("ix_participant_address", "address"),
)

message = sa.Table(
    "message",
    metadata,
    sa.Column("id", Id, primary_key=True),
    _ticket_id(),
    sa.Column("m", sa.Integer, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("author_name", sa.String(200)),
    sa.Column("author_address", sa.String(320)),
    sa.Column("agent", sa.String(64)),
    sa.Column("role", sa.String(12), nullable=False),
    sa.Column("internal", sa.Boolean, nullable=False),
    sa.Column("verified", sa.Boolean, nullable=False),
    sa.Column("channel", sa.String(10), nullable=False),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("subject", sa.String(998), nullable=False, server_default=""),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("full_text", sa.Text, nullable=False),
    sa.Column("html", sa.Text, nullable=False, server_default=""),
    sa.Column("folds", sa.JSON, nullable=False, server_default="[]"),
    sa.Column("folded", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("message_id", sa.String(998)),
    sa.Column("reference_ids", sa.JSON, nullable=False, server_default="[]"),
    sa.Column("to_addresses", sa.JSON, nullable=False, server_default="[]"),
    sa.Column("only_in_cc", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("spool_id", Id),
    sa.Column("state", sa.String(10), nullable=False, server_default="stands"),
    sa.UniqueConstraint("ticket_id", "m"),
    sa.Index("ix_message_message_id", "message_id"),
    sa.CheckConstraint("state IN ('stands', 'queued', 'held', 'undone', 'undelivered')", name="state"),
)

message_version = sa.Table(
    "message_version",
    metadata,
    sa.Column("message_id", Id, sa.ForeignKey("message.id"), primary_key=True),
    sa.Column("n", sa.Integer, primary_key=True),
    _ticket_id(),
    sa.Column("at", Instant, nullable=False),
    sa.Column("agent", sa.String(64)),
    sa.Column("text", sa.Text, nullable=False),
)
"""What a corrected message said: 1 as it was written, then each correction. None: it was never corrected."""

attachment = sa.Table(
    "attachment",
    metadata,
    sa.Column("message_id", Id, sa.ForeignKey("message.id"), primary_key=True),
    sa.Column("n", sa.Integer, primary_key=True),
    sa.Column("filename", sa.Text),
    sa.Column("content_type", sa.String(200), nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("sha256", sa.String(64), nullable=False),
    sa.Column("inline", sa.Boolean, nullable=False),
    sa.Column("inside", sa.Boolean, nullable=False, server_default=sa.false()),
)

received = sa.Table(
    "received",
    metadata,
    sa.Column("message_key", sa.String(1000), primary_key=True),
    sa.Column("fingerprint", sa.String(64), primary_key=True),
    sa.Column("spool_id", Id, nullable=False),
    sa.Column("received_at", Instant, nullable=False),
    sa.Column("ticket_id", Id, sa.ForeignKey("ticket.id")),
    sa.Column("author_address", sa.String(320)),
    sa.Column("body_key", sa.String(64)),
    sa.Column("opened", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Index("ix_received_fingerprint", "fingerprint", "received_at"),
    sa.Index("ix_received_author_address", "author_address", "received_at"),
)

thread_id = sa.Table(
    "thread_id",
    metadata,
    sa.Column("message_id", sa.String(998), primary_key=True),
    _ticket_id(),
)
"""Message-IDs of a personal thread that an agent forwarded to the desk, so that later replies in it find the ticket."""

ticket_tag = sa.Table(
    "ticket_tag",
    metadata,
    sa.Column("ticket_id", Id, sa.ForeignKey("ticket.id"), primary_key=True),
    sa.Column("tag", sa.String(60), primary_key=True),
    sa.Index("ix_ticket_tag_tag", "tag"),
)

ticket_field = sa.Table(
    "ticket_field",
    metadata,
    sa.Column("ticket_id", Id, sa.ForeignKey("ticket.id"), primary_key=True),
    sa.Column("key", sa.String(60), primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
    sa.Column("message_id", Id, sa.ForeignKey("message.id")),
    sa.Index("ix_ticket_field_key", "key"),
)

ticket_equipment = sa.Table(
    "ticket_equipment",
    metadata,
    sa.Column("ticket_id", Id, sa.ForeignKey("ticket.id"), primary_key=True),
    sa.Column("serial", sa.String(100), primary_key=True),
    sa.Index("ix_ticket_equipment_serial", "serial"),
)

equipment = sa.Table(
    "equipment",
    metadata,
    sa.Column("serial", sa.String(100), primary_key=True),
    sa.Column("name", sa.String(200), nullable=False, server_default=""),
    sa.Column("organisation", sa.String(200)),
    sa.Column("place", sa.String(200), nullable=False, server_default=""),
    sa.Column("warranty", sa.Date),
)
"""What people write about, as `mailgate equipment import` told. A ticket may name a serial that is not in it."""

task = sa.Table(
    "task",
    metadata,
    sa.Column("id", Id, primary_key=True),
    _ticket_id(),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("agent", sa.String(64)),
    sa.Column("due_at", Instant),
    sa.Column("done", sa.Boolean, nullable=False, server_default=sa.false()),
)

reminder = sa.Table(
    "reminder",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("ticket_id", Id, sa.ForeignKey("ticket.id"), index=True),
    sa.Column("kind", sa.String(12), nullable=False),
    sa.Column("task_id", Id),
    sa.Column("agent", sa.String(64), index=True),
    sa.Column("words", sa.Text, nullable=False),
    sa.Column("due_at", Instant, nullable=False),
    sa.Column("told_at", Instant),
    sa.Index(
        "ix_reminder_due",
        "due_at",
        sqlite_where=sa.text("told_at IS NULL"),
        postgresql_where=sa.text("told_at IS NULL"),
    ),
)
"""Mails to agents that wait for their moment: asked for by `!remind`, or about a task's day or a deadline by hand."""

estimate = sa.Table(
    "estimate",
    metadata,
    sa.Column("id", Id, primary_key=True),
    _ticket_id(),
    sa.Column("agent", sa.String(64), nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("minutes", sa.Integer, nullable=False),
    sa.Column("price", sa.String(60), nullable=False, server_default=""),
    sa.Column("state", sa.String(10), nullable=False, server_default="open"),
    sa.Column("answered_at", Instant),
    sa.CheckConstraint("state IN ('open', 'approved', 'declined', 'replaced')", name="state"),
)
"""What the requester was told that the work would take, and what he said to it."""

deadline = sa.Table(
    "deadline",
    metadata,
    sa.Column("id", Id, primary_key=True),
    _ticket_id(),
    sa.Column("target", sa.String(20), nullable=False),
    sa.Column("clock", sa.Integer, nullable=False),
    sa.Column("level", sa.Integer, nullable=False),
    sa.Column("repeat", sa.Integer, nullable=False, server_default="0"),
    sa.Column("due_at", Instant),
    sa.Column("fired_at", Instant),
    sa.Column("state", sa.String(10), nullable=False),
    sa.UniqueConstraint("ticket_id", "target", "clock", "level", "repeat"),
    sa.Index(
        "ix_deadline_due",
        "due_at",
        sqlite_where=sa.text("state = 'running'"),
        postgresql_where=sa.text("state = 'running'"),
    ),
)

history = sa.Table(
    "history",
    metadata,
    sa.Column("id", Id, primary_key=True),
    _ticket_id(),
    sa.Column("at", Instant, nullable=False),
    sa.Column("who", sa.String(320), nullable=False),
    sa.Column("what", sa.String(40), nullable=False),
    sa.Column("old", sa.Text),
    sa.Column("new", sa.Text),
    sa.Column("by", sa.String(60), nullable=False),
)

link = sa.Table(
    "link",
    metadata,
    sa.Column("ticket_id", Id, sa.ForeignKey("ticket.id"), primary_key=True),
    sa.Column("kind", sa.String(20), primary_key=True),
    sa.Column("number", sa.String(16), primary_key=True),
)

mark = sa.Table(
    "mark",
    metadata,
    sa.Column("ticket_id", Id, sa.ForeignKey("ticket.id"), primary_key=True, autoincrement=False),
    sa.Column("agent", sa.String(64), primary_key=True),
    sa.Column("name", sa.String(60), primary_key=True),
    sa.Index("ix_mark_agent", "agent", "name"),
)
"""An agent's own marks on tickets, which only he sees; `*` is his star."""

time_entry = sa.Table(
    "time_entry",
    metadata,
    sa.Column("id", Id, primary_key=True),
    _ticket_id(),
    sa.Column("agent", sa.String(64), nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("minutes", sa.Integer, nullable=False),
    sa.Column("billable", sa.Boolean, nullable=False),
    sa.Index("ix_time_entry_at", "at"),
)
"""Time that an agent spent on a ticket."""

change = sa.Table(
    "change",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("ticket_id", Id, sa.ForeignKey("ticket.id")),
    sa.Column("agent", sa.String(64), nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("asked", sa.JSON, nullable=False),
    sa.Column("rows", sa.JSON, nullable=False),
    sa.Column("told", sa.JSON, nullable=False),
    sa.Column("undone_at", Instant),
    sa.Index("ix_change_agent", "agent", "ticket_id", "id"),
)
"""What an agent's mail or command changed, for `!undo`: see `store.journal`."""

confirmation = sa.Table(
    "confirmation",
    metadata,
    sa.Column("spool_id", Id, primary_key=True, autoincrement=False),
    sa.Column("agent", sa.String(64), nullable=False),
    sa.Column("ticket_id", Id, sa.ForeignKey("ticket.id")),
    sa.Column("asked_at", Instant, nullable=False),
    sa.Column("confirmed_at", Instant),
)
"""Mails of agents that ask for something destructive or disclosing and wait for a yes (RULES 6)."""

satisfaction = sa.Table(
    "satisfaction",
    metadata,
    sa.Column("ticket_id", Id, sa.ForeignKey("ticket.id"), primary_key=True, autoincrement=False),
    sa.Column("ask_at", Instant),
    sa.Column("asked_at", Instant),
    sa.Column("answered_at", Instant),
    sa.Column("score", sa.Integer),
    sa.Column("words", sa.Text, nullable=False, server_default=""),
    sa.CheckConstraint("score BETWEEN 1 AND 5", name="score"),
    sa.Index(
        "ix_satisfaction_due",
        "ask_at",
        sqlite_where=sa.text("asked_at IS NULL"),
        postgresql_where=sa.text("asked_at IS NULL"),
    ),
)
"""How it was, said by the requester. `ask_at`: when to ask him; he is asked once, whatever happens afterwards."""

guide_offer = sa.Table(
    "guide_offer",
    metadata,
    sa.Column("ticket_id", Id, sa.ForeignKey("ticket.id"), primary_key=True, autoincrement=False),
    sa.Column("guide", sa.String(100), primary_key=True),
    sa.Column("language", sa.String(16), nullable=False),
    sa.Column("offered_at", Instant, nullable=False),
    sa.Column("helped_at", Instant),
)
"""Guides that an acknowledgement named; `helped_at`: the requester closed the case before an agent had answered."""

notice_log = sa.Table(
    "notice_log",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("address", sa.String(320), nullable=False),
    sa.Column("domain", sa.String(255), nullable=False),
    sa.Column("subject_key", sa.String(64), nullable=False, server_default=""),
    sa.Column("ticket_id", Id),
    sa.Column("at", Instant, nullable=False),
    sa.Column("sent", sa.Boolean, nullable=False, server_default=sa.true()),
    sa.Index("ix_notice_log_address", "kind", "address", "at"),
    sa.Index("ix_notice_log_domain", "kind", "domain", "at"),
    sa.Index("ix_notice_log_at", "kind", "at"),
    sa.Index("ix_notice_log_ticket", "ticket_id", "kind"),
)
"""What was told to whom and when: the limits of RULES 5 count here. `sent` False: due for a digest instead."""

suppressed = sa.Table(
    "suppressed",
    metadata,
    sa.Column("address", sa.String(320), primary_key=True),
    sa.Column("until", Instant, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("since", Instant, nullable=False),
)

soft_failure = sa.Table(
    "soft_failure",
    metadata,
    sa.Column("address", sa.String(320), primary_key=True),
    sa.Column("row", sa.String(16), primary_key=True),
    sa.Column("at", Instant, nullable=False),
)

breaker = sa.Table(
    "breaker",
    metadata,
    sa.Column("name", sa.String(40), primary_key=True),
    sa.Column("subject", sa.String(320), primary_key=True),
    sa.Column("tripped_at", Instant, nullable=False),
    sa.Column("last_over_at", Instant, nullable=False),
)
"""A limit that was passed (RULES 2, 5). It closes after 30 minutes below its limit."""

external_number = sa.Table(
    "external_number",
    metadata,
    sa.Column("number", sa.String(64), primary_key=True),
    _ticket_id(),
)
"""Numbers of another system -> our ticket: imported, or set by `!number`."""


# ---- promises -------------------------------------------------------------------------------------------------------


class Span(sa.TypeDecorator[timedelta]):
    """A length of time, kept as whole microseconds."""

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: timedelta | None, dialect: sa.Dialect) -> int | None:
        return None if value is None else value // timedelta(microseconds=1)

    def process_result_value(self, value: int | None, dialect: sa.Dialect) -> timedelta | None:
        return None if value is None else timedelta(microseconds=value)


# What a calendar said when time was measured by it.
calendar_version = sa.Table(
    "calendar_version",
    metadata,
    sa.Column("version", sa.String(16), primary_key=True),
    sa.Column("definition", sa.JSON, nullable=False),
    sa.Column("seen_at", Instant, nullable=False),
)

# One start of one target.
clock = sa.Table(
    "clock",
    metadata,
    sa.Column("ticket_id", Id, sa.ForeignKey("ticket.id"), primary_key=True, autoincrement=False),
    sa.Column("target", sa.String(20), primary_key=True),
    sa.Column("n", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("policy", sa.String(60), nullable=False),
    sa.Column("calendar", sa.String(60), nullable=False),
    sa.Column("version", sa.String(16), nullable=False),
    sa.Column("amount", Span, nullable=False),
    sa.Column("started_at", Instant, nullable=False),
    sa.Column("entered_at", Instant, nullable=False),
    sa.Column("ended_at", Instant),
    sa.Column("outcome", sa.String(10)),
    sa.Index(
        "ix_clock_unfinished",
        "calendar",
        "version",
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    ),
)

# Append-only: rows are added, never changed. A segment lasts until the next one or the clock's end.
clock_segment = sa.Table(
    "clock_segment",
    metadata,
    sa.Column("ticket_id", Id, primary_key=True, autoincrement=False),
    sa.Column("target", sa.String(20), primary_key=True),
    sa.Column("clock", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("n", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("running", sa.Boolean, nullable=False),
    sa.Column("cause", sa.String(60), nullable=False),
    sa.Column("version", sa.String(16), sa.ForeignKey("calendar_version.version"), nullable=False),
    sa.Column("spent", Span, nullable=False),
    sa.ForeignKeyConstraint(["ticket_id", "target", "clock"], ["clock.ticket_id", "clock.target", "clock.n"]),
)


# ---- who has which ticket -------------------------------------------------------------------------------------------

# Agents who are not here: until when, and who stands in for them.
absence = sa.Table(
    "absence",
    metadata,
    sa.Column("agent", sa.String(64), primary_key=True),
    sa.Column("since", Instant, nullable=False),
    sa.Column("until", Instant, nullable=False),
    sa.Column("stand_in", sa.String(64)),
)

# Tickets that a stand-in has while their own agent is away.
lent = sa.Table(
    "lent",
    metadata,
    sa.Column("ticket_id", Id, sa.ForeignKey("ticket.id"), primary_key=True, autoincrement=False),
    sa.Column("agent", sa.String(64), nullable=False, index=True),
    sa.Column("stand_in", sa.String(64), nullable=False),
)

# What an agent asked a colleague about a ticket; the colleague's next note answers it.
question = sa.Table(
    "question",
    metadata,
    sa.Column("ticket_id", Id, sa.ForeignKey("ticket.id"), primary_key=True, autoincrement=False),
    sa.Column("agent", sa.String(64), primary_key=True),
    sa.Column("asked_by", sa.String(64), primary_key=True),
    sa.Column("asked_at", Instant, nullable=False),
    sa.Column("answered_at", Instant),
)

# Who was given a ticket last, by the name of what hands them out; whoever holds the row is the only one who does.
rotation = sa.Table(
    "rotation",
    metadata,
    sa.Column("name", sa.String(60), primary_key=True),
    sa.Column("turns", Id, nullable=False),
    sa.Column("last_agent", sa.String(64)),
)
