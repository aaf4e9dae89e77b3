"""Builds the index of tasks that were done once.

On PostgreSQL this waits for nobody who reads or writes tasks. An index that a failure left is built anew when the
migration is run again.
"""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

NAME: Final = "ix_tasks_done"
PART: Final = sa.text("completed_at IS NOT NULL AND recurrence IS NULL")


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.create_index(NAME, "tasks", ["user_id", "completed_at", "id"], sqlite_where=PART)
        return
    with op.get_context().autocommit_block():
        op.drop_index(NAME, "tasks", if_exists=True, postgresql_concurrently=True)
        op.create_index(
            *(NAME, "tasks", ["user_id", "completed_at", "id"]),
            postgresql_where=PART,
            postgresql_concurrently=True,
        )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.drop_index(NAME, "tasks", if_exists=True)
        return
    with op.get_context().autocommit_block():
        op.drop_index(NAME, "tasks", if_exists=True, postgresql_concurrently=True)
