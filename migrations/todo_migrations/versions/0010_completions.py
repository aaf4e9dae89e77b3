"""Adds the recurrence of tasks, and the completions of recurring tasks.

Changes no row, so that it locks tasks only for milliseconds: 0011 builds the index of tasks that were done once.
"""

import sqlalchemy as sa
from alembic import op

from todo_migrations.locks import lock_tables

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

ID = sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite")
INSTANT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")


def upgrade() -> None:
    lock_tables("users", "tasks")
    op.add_column("tasks", sa.Column("recurrence", sa.Text()))
    op.create_table(
        "completions",
        sa.Column("user_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("task_id", ID, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("occurrence", sa.Text(), nullable=False),
        sa.Column("series", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("completed_at", INSTANT, nullable=False),
        sa.Column("skipped", sa.Boolean(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("user_id", "id", name="pk_completions"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_completions_user_id", ondelete="CASCADE"),
        sa.UniqueConstraint("user_id", "task_id", "series", "number", name="uq_completions_occurrence"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_completions_user_id_completed_at_id", "completions", ["user_id", "completed_at", "id"])


def downgrade() -> None:
    lock_tables("users", "tasks")
    op.drop_table("completions")
    op.drop_column("tasks", "recurrence")
