"""Adds the network of a login session's last rotation, and the newest generation whose access token was used."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("login_sessions", sa.Column("rotated_from", sa.LargeBinary(32)))
    op.add_column("login_sessions", sa.Column("confirmed", sa.BigInteger(), nullable=False, server_default="0"))


def downgrade() -> None:
    op.drop_column("login_sessions", "confirmed")
    op.drop_column("login_sessions", "rotated_from")
