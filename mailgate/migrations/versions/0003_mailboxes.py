"""What was seen on IMAP servers"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "imap_folder",
        sa.Column("account", sa.String(length=400), nullable=False),
        sa.Column("folder", sa.String(length=400), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("uidvalidity", sa.BigInteger(), nullable=True),
        sa.Column("last_uid", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("history_below", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("rescan", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("fence", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("leased_by", sa.String(length=80), nullable=True),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("account", "folder", name=op.f("pk_imap_folder")),
    )
    op.create_table(
        "imap_ledger",
        sa.Column("account", sa.String(length=400), nullable=False),
        sa.Column("folder", sa.String(length=400), nullable=False),
        sa.Column("uidvalidity", sa.BigInteger(), nullable=False),
        sa.Column("uid", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("whole", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("internal_date", sa.DateTime(timezone=True), nullable=True),
        sa.Column("size", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("mail_uid", sa.String(length=32), nullable=True),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state IN ('kept', 'marked', 'refused', 'old', 'failing', 'gone', 'stale')",
            name=op.f("ck_imap_ledger_state"),
        ),
        sa.PrimaryKeyConstraint("account", "folder", "uidvalidity", "uid", name=op.f("pk_imap_ledger")),
    )
    op.create_index(
        "ix_imap_ledger_undone",
        "imap_ledger",
        ["account", "folder", "uidvalidity", "uid"],
        unique=False,
        sqlite_where=sa.text("state IN ('kept', 'refused', 'old', 'failing')"),
        postgresql_where=sa.text("state IN ('kept', 'refused', 'old', 'failing')"),
    )
    # Added in place: both databases do so without rewriting the table, and no trigger or reference is touched.
    op.add_column("inbound_mail", sa.Column("quiet", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("inbound_mail", sa.Column("whole_size", sa.BigInteger(), nullable=True))
