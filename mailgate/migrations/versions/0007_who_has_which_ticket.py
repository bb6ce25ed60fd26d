"""Agents who are away, tickets lent to a stand-in, questions to colleagues, and whose turn it is"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "absence",
        sa.Column("agent", sa.String(length=64), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stand_in", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("agent", name=op.f("pk_absence")),
    )
    op.create_table(
        "lent",
        sa.Column("ticket_id", _ID, autoincrement=False, nullable=False),
        sa.Column("agent", sa.String(length=64), nullable=False),
        sa.Column("stand_in", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_lent_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("ticket_id", name=op.f("pk_lent")),
    )
    op.create_index("ix_lent_agent", "lent", ["agent"])
    op.create_table(
        "question",
        sa.Column("ticket_id", _ID, autoincrement=False, nullable=False),
        sa.Column("agent", sa.String(length=64), nullable=False),
        sa.Column("asked_by", sa.String(length=64), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_question_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("ticket_id", "agent", "asked_by", name=op.f("pk_question")),
    )
    op.create_table(
        "rotation",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("turns", _ID, nullable=False),
        sa.Column("last_agent", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_rotation")),
    )
