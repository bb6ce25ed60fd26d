"""The versions of a message that was corrected"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "message_version",
        sa.Column("message_id", _ID, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("ticket_id", _ID, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("agent", sa.String(length=64), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_message_version_message_id_message")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_message_version_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("message_id", "n", name=op.f("pk_message_version")),
    )
    op.create_index("ix_message_version_ticket_id", "message_version", ["ticket_id"])
