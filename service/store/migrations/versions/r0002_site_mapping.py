"""Decisions name the version of the site's mapping that they were made under."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "decision", sa.Column("site_mapping", sa.Text(), nullable=False, server_default="")
    )


def downgrade() -> None:
    op.drop_column("decision", "site_mapping")
