"""Adds counts of tasks, receipts and feed bytes per account; NULL until a write computes them."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

COUNTS = ("task_count", "receipt_count", "feed_bytes")


def upgrade() -> None:
    for name in COUNTS:
        op.add_column("users", sa.Column(name, sa.BigInteger()))
    op.add_column("users", sa.Column("counted_at", sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")))


def downgrade() -> None:
    for name in ("counted_at", *reversed(COUNTS)):
        op.drop_column("users", name)
