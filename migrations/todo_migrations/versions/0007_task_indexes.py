"""Fills the positions of tasks, builds their indexes, and validates their constraints.

On PostgreSQL every statement is a transaction of its own and waits for nobody who reads or writes tasks. What a
failure left is completed when the migration is run again.
"""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

INDEXES: Final[dict[str, tuple[list[str], str | None]]] = {
    "ix_tasks_user_id_list_id_id": (["user_id", "list_id", "id"], None),
    "ix_tasks_user_id_list_id_position_id": (["user_id", "list_id", "position", "id"], None),
    "ix_tasks_subtasks": (["user_id", "parent_id", "position", "id"], "parent_id IS NOT NULL"),
    "ix_tasks_deferred": (
        ["user_id", "id", "deferred_at", "deferred_kind", "completed_at", "list_id", "due_at", "due_kind"],
        "deferred_at IS NOT NULL",
    ),
    "ix_tasks_open": (["user_id", "list_id", "due_at", "due_kind"], "completed_at IS NULL"),
}
CONSTRAINTS: Final = ("fk_tasks_list_id", "fk_tasks_parent_id", "ck_tasks_deferred")

PIECE: Final = 5_000
PAGES: Final = 100
"""Pages of the table, of some 50 rows at most, that are looked at in one statement."""
PASSES: Final = 3
"""A row that is locked, or moved by an update, is left to the next pass. After the last one it stays as it is."""

# The position that `todo_core.model.order.newest` gives to the task's id.
FILL_ON_SQLITE: Final = "UPDATE tasks SET position = lower(substr(hex(id), 1, 16)) || 'V' WHERE position = ''"
FILL_PIECE: Final = """
    UPDATE tasks SET position = left(replace(id::text, '-', ''), 16) || 'V'
    WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM tasks
        WHERE ctid >= format('(%s,0)', CAST(:first AS bigint))::tid
        AND ctid < format('(%s,0)', CAST(:first AS bigint) + :pages)::tid AND position = ''
        LIMIT :piece FOR UPDATE SKIP LOCKED))
"""
COUNT_PAGES: Final = "SELECT pg_relation_size('tasks') / current_setting('block_size')::bigint"
INVALID: Final = """
    SELECT relname FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
    WHERE indrelid = 'tasks'::regclass AND NOT indisvalid
"""


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(FILL_ON_SQLITE)
        _build_indexes(concurrently=False)
        return
    with op.get_context().autocommit_block():
        _fill_positions()
        for name in op.get_bind().execute(sa.text(INVALID)).scalars().all():
            op.drop_index(name, "tasks", postgresql_concurrently=True, if_exists=True)
        _build_indexes(concurrently=True)
        for name in CONSTRAINTS:
            op.execute(f"ALTER TABLE tasks VALIDATE CONSTRAINT {name}")


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _drop_indexes(concurrently=False)
        return
    with op.get_context().autocommit_block():
        _drop_indexes(concurrently=True)


def _build_indexes(*, concurrently: bool) -> None:
    for name, (columns, where) in INDEXES.items():
        part = sa.text(where) if where else None
        op.create_index(
            *(name, "tasks", columns),
            if_not_exists=True,
            postgresql_concurrently=concurrently,
            postgresql_where=part,
            sqlite_where=part,
        )


def _drop_indexes(*, concurrently: bool) -> None:
    for name in reversed(INDEXES):
        op.drop_index(name, "tasks", if_exists=True, postgresql_concurrently=concurrently)


def _fill_positions() -> None:
    """Fills them before they are indexed, which keeps the updates small."""
    for _ in range(PASSES):
        pages = op.get_bind().scalar(sa.text(COUNT_PAGES)) or 0
        if not sum([_fill_pages(first) for first in range(0, pages, PAGES)]):
            return


def _fill_pages(first: int) -> int:
    """Fills the positions of the tasks in these pages. Returns how many there were."""
    filled = 0
    while True:
        piece = {"first": first, "pages": PAGES, "piece": PIECE}
        rows = op.get_bind().execute(sa.text(FILL_PIECE), piece).rowcount
        filled += rows
        if rows < PIECE:
            return filled
