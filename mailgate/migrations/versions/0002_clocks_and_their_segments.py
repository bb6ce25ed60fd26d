"""Clocks and their segments"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "calendar_version",
        sa.Column("version", sa.String(length=16), nullable=False),
        sa.Column("definition", sa.JSON(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_calendar_version")),
    )
    op.create_table(
        "clock",
        sa.Column("ticket_id", ID, autoincrement=False, nullable=False),
        sa.Column("target", sa.String(length=20), nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("policy", sa.String(length=60), nullable=False),
        sa.Column("calendar", sa.String(length=60), nullable=False),
        sa.Column("version", sa.String(length=16), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=10), nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_clock_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("ticket_id", "target", "n", name=op.f("pk_clock")),
    )
    op.create_index(
        "ix_clock_unfinished",
        "clock",
        ["calendar", "version"],
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "clock_segment",
        sa.Column("ticket_id", ID, autoincrement=False, nullable=False),
        sa.Column("target", sa.String(length=20), nullable=False),
        sa.Column("clock", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("running", sa.Boolean(), nullable=False),
        sa.Column("cause", sa.String(length=60), nullable=False),
        sa.Column("version", sa.String(length=16), nullable=False),
        sa.Column("spent", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version"], ["calendar_version.version"], name=op.f("fk_clock_segment_version_calendar_version")
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id", "target", "clock"],
            ["clock.ticket_id", "clock.target", "clock.n"],
            name=op.f("fk_clock_segment_ticket_id_clock"),
        ),
        sa.PrimaryKeyConstraint("ticket_id", "target", "clock", "n", name=op.f("pk_clock_segment")),
    )
    # Only what runs can be due: what was told, kept or dropped must not be walked through for ever.
    op.drop_index("ix_deadline_due", "deadline")
    op.create_index(
        "ix_deadline_due",
        "deadline",
        ["due_at"],
        sqlite_where=sa.text("state = 'running'"),
        postgresql_where=sa.text("state = 'running'"),
    )
