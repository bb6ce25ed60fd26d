"""What somebody wants to be reminded of, and deadlines that were set by hand"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "reminder",
        sa.Column("id", _ID, nullable=False),
        sa.Column("ticket_id", _ID, nullable=True),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("task_id", _ID, nullable=True),
        sa.Column("agent", sa.String(length=64), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_reminder_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder")),
    )
    op.create_index("ix_reminder_ticket_id", "reminder", ["ticket_id"])
    op.create_index("ix_reminder_agent", "reminder", ["agent"])
    waiting = sa.text("told_at IS NULL")
    op.create_index("ix_reminder_due", "reminder", ["due_at"], sqlite_where=waiting, postgresql_where=waiting)
    op.add_column("ticket", sa.Column("due_at", sa.DateTime(timezone=True), nullable=True))
