"""Adds the time until which a network is known to an account."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "login_attempts",
        sa.Column("kept_until", sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")),
    )


def downgrade() -> None:
    op.drop_column("login_attempts", "kept_until")
