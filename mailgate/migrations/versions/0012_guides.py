"""Which guides were offered with which ticket, and whether they helped"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "guide_offer",
        sa.Column("ticket_id", _ID, autoincrement=False, nullable=False),
        sa.Column("guide", sa.String(length=100), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("helped_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_guide_offer_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("ticket_id", "guide", name=op.f("pk_guide_offer")),
    )
