"""Adds to the feed what sync needs: sets, previous changes, login sessions, roots, pruning, and the epoch.

Changes no row on PostgreSQL, so that it locks the tables only for milliseconds: 0009 does the rest.
"""

import sqlalchemy as sa
from alembic import op

from todo_migrations.locks import lock_tables

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

ID = sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite")
COLUMNS = ("set_seq", "previous", "session_id", "root_id")
FIRST_EPOCH = {
    "postgresql": "INSERT INTO feed_epoch (id, epoch) VALUES (1, gen_random_uuid())",
    "sqlite": "INSERT INTO feed_epoch (id, epoch) VALUES (1, randomblob(16))",
}


def upgrade() -> None:
    lock_tables("users", "changes")
    op.add_column("users", sa.Column("pruned", sa.BigInteger()))
    for name in COLUMNS:
        op.add_column("changes", sa.Column(name, ID if name.endswith("_id") else sa.BigInteger()))
    op.create_table(
        "feed_epoch",
        sa.Column("id", sa.SmallInteger(), nullable=False, autoincrement=False),
        sa.Column("epoch", ID, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_feed_epoch"),
        sa.CheckConstraint("id = 1", name=op.f("ck_feed_epoch_one_row")),
        sqlite_with_rowid=False,
    )
    op.execute(FIRST_EPOCH[op.get_bind().dialect.name])


def downgrade() -> None:
    lock_tables("users", "changes")
    op.drop_table("feed_epoch")
    for name in reversed(COLUMNS):
        op.drop_column("changes", name)
    op.drop_column("users", "pruned")
