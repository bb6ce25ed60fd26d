"""Titles that are not for a ticket's requester, and files that do not leave the house"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.add_column("ticket", sa.Column("title_inside", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("attachment", sa.Column("inside", sa.Boolean(), nullable=False, server_default=sa.false()))
