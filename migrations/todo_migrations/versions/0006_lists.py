"""Adds lists, tags, subtasks, manual order, deferring, and the trash.

Changes no row on PostgreSQL, so that it locks ``tasks`` only for milliseconds: 0007 does the rest.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from todo_migrations.locks import lock_tables

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

ID = sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite")
INSTANT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")
SORTED_TEXT = sa.Text(collation="C").with_variant(sa.Text(), "sqlite")

DUE = "(due_date IS NULL) = (due_at IS NULL) AND (due_kind IS NULL) = (due_at IS NULL)"
DEFERRED = "(deferred_until IS NULL) = (deferred_at IS NULL) AND (deferred_kind IS NULL) = (deferred_at IS NULL)"
OLD_COLUMNS = (
    *("user_id", "id", "title", "description", "completed_at", "priority", "due_date", "due_kind", "due_at"),
    *("revision", "created_at", "updated_at", "title_key", "description_key"),
)


def upgrade() -> None:
    lock_tables("users", "tasks")
    op.add_column("users", sa.Column("list_count", sa.BigInteger()))
    _create_lists()
    if op.get_bind().dialect.name == "sqlite":
        _rebuild_tasks([*_old_columns(), *_new_columns(), *_references()])
    else:
        _extend_tasks()
    _create_task_tags()
    _create_trash()


def downgrade() -> None:
    lock_tables("users", "tasks")
    op.drop_table("trash")
    op.drop_table("task_tags")
    if op.get_bind().dialect.name == "sqlite":
        _rebuild_tasks(_old_columns())
    else:
        for name in ("ck_tasks_deferred", "fk_tasks_parent_id", "fk_tasks_list_id"):
            op.drop_constraint(op.f(name), "tasks")
        for column in reversed(_new_columns()):
            op.drop_column("tasks", column.name)
    op.drop_table("lists")
    op.drop_column("users", "list_count")


def _owner(table: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("user_id", ID, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], f"fk_{table}_user_id", ondelete="CASCADE"),
    ]


def _create_lists() -> None:
    op.create_table(
        "lists",
        *_owner("lists"),
        sa.Column("id", ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("color", sa.Text()),
        sa.Column("archived", sa.Boolean(), nullable=False),
        sa.Column("position", SORTED_TEXT, nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("user_id", "id", name="pk_lists"),
        sqlite_with_rowid=False,
    )


def _new_columns() -> list[sa.Column[object]]:
    return [
        sa.Column("deferred_until", sa.Text()),
        sa.Column("deferred_kind", sa.Text()),
        sa.Column("deferred_at", INSTANT),
        sa.Column("list_id", ID),
        sa.Column("parent_id", ID),
        sa.Column("position", SORTED_TEXT, nullable=False, server_default=sa.text("''")),
        sa.Column("tags", sa.Text(), nullable=False, server_default="[]"),
    ]


def _references() -> list[sa.schema.SchemaItem]:
    return [
        sa.ForeignKeyConstraint(["user_id", "list_id"], ["lists.user_id", "lists.id"], "fk_tasks_list_id"),
        sa.ForeignKeyConstraint(["user_id", "parent_id"], ["tasks.user_id", "tasks.id"], "fk_tasks_parent_id"),
        sa.CheckConstraint(DEFERRED, name=op.f("ck_tasks_deferred")),
    ]


def _extend_tasks() -> None:
    """Adds columns and references on PostgreSQL, without reading or changing a row."""
    for column in _new_columns():
        op.add_column("tasks", column)
    for name, table in (("list_id", "lists"), ("parent_id", "tasks")):
        columns = ["user_id", name], ["user_id", "id"]
        op.create_foreign_key(f"fk_tasks_{name}", "tasks", table, *columns, postgresql_not_valid=True)
    op.create_check_constraint(op.f("ck_tasks_deferred"), "tasks", DEFERRED, postgresql_not_valid=True)


def _old_columns() -> list[sa.schema.SchemaItem]:
    """The table as it was before, on SQLite."""
    return [
        *_owner("tasks"),
        sa.Column("id", ID, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("description", sa.Text()),
        sa.Column("completed_at", INSTANT),
        sa.Column("priority", sa.SmallInteger()),
        sa.Column("due_date", sa.Text()),
        sa.Column("due_kind", sa.Text()),
        sa.Column("due_at", INSTANT),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.Column("title_key", SORTED_TEXT, nullable=False),
        sa.Column("description_key", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "id", name="pk_tasks"),
        sa.CheckConstraint(DUE, name=op.f("ck_tasks_due")),
        sa.CheckConstraint("priority BETWEEN 1 AND 3", name=op.f("ck_tasks_priority")),
    ]


def _rebuild_tasks(items: Sequence[sa.schema.SchemaItem]) -> None:
    """Copies the table to one of these columns: SQLite cannot add a reference of several columns to a table."""
    op.create_table("new_tasks", *items, sqlite_with_rowid=False)
    old, new = [sa.table(name, *map(sa.column, OLD_COLUMNS)) for name in ("tasks", "new_tasks")]
    op.execute(new.insert().from_select(OLD_COLUMNS, sa.select(*old.c).order_by(old.c.user_id, old.c.id)))
    op.drop_table("tasks")
    op.rename_table("new_tasks", "tasks")
    op.create_index("ix_tasks_user_id_due_at_id", "tasks", ["user_id", "due_at", "id"])


def _create_task_tags() -> None:
    op.create_table(
        "task_tags",
        sa.Column("user_id", ID, nullable=False),
        sa.Column("tag", SORTED_TEXT, nullable=False),
        sa.Column("task_id", ID, nullable=False),
        sa.Column("name", SORTED_TEXT, nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "task_id", "tag", name="pk_task_tags"),
        sa.ForeignKeyConstraint(
            ["user_id", "task_id"], ["tasks.user_id", "tasks.id"], "fk_task_tags_task_id", ondelete="CASCADE"
        ),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_task_tags_tag", "task_tags", ["user_id", "tag", "task_id", "open", "name"])


def _create_trash() -> None:
    op.create_table(
        "trash",
        *_owner("trash"),
        sa.Column("id", ID, nullable=False),
        sa.Column("root_id", ID, nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("deleted_at", INSTANT, nullable=False),
        sa.Column("things", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "id", name="pk_trash"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_trash_user_id_root_id", "trash", ["user_id", "root_id"])
    roots = sa.text("things > 0")
    for name, columns in (("deletions", ["user_id", "deleted_at", "id"]), ("deleted_at", ["deleted_at"])):
        op.create_index(f"ix_trash_{name}", "trash", columns, sqlite_where=roots, postgresql_where=roots)
