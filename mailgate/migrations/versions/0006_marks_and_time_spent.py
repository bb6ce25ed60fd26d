"""An agent's own marks on tickets, and the time spent on them"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "mark",
        sa.Column("ticket_id", _ID, autoincrement=False, nullable=False),
        sa.Column("agent", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_mark_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("ticket_id", "agent", "name", name=op.f("pk_mark")),
    )
    op.create_index("ix_mark_agent", "mark", ["agent", "name"])
    op.create_table(
        "time_entry",
        sa.Column("id", _ID, nullable=False),
        sa.Column("ticket_id", _ID, nullable=False),
        sa.Column("agent", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("billable", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_time_entry_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_time_entry")),
    )
    op.create_index(op.f("ix_time_entry_ticket_id"), "time_entry", ["ticket_id"])
    op.create_index("ix_time_entry_at", "time_entry", ["at"])
    # Nothing ever stood there: what was spent is the sum of its entries.
    op.drop_column("ticket", "time_spent_minutes")
