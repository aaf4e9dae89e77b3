"""The tables: the single source for statements, migrations and drift tests.

Every owned table's primary key starts with ``user_id``, so that one person's rows lie together and no key
crosses people.
"""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
    false,
    text,
)

from todo_adapters.sql.types import COUNT, ID, INSTANT, SMALL, SORTED_TEXT, TEXT

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)


def owner() -> Column[object]:
    """The owner of the row, which is deleted with the account."""
    return Column("user_id", ID, ForeignKey("users.id", ondelete="CASCADE"), nullable=False)


users = Table(
    "users",
    metadata,
    Column("id", ID, nullable=False),
    Column("email", TEXT, nullable=False),
    Column("name", TEXT, nullable=False),
    Column("time_zone", TEXT, nullable=False),
    Column("created_at", INSTANT, nullable=False),
    Column("disabled", Boolean, nullable=False, server_default=false()),
    Column("password_hash", TEXT, nullable=False),
    Column("revision", COUNT, nullable=False, server_default="0"),
    Column("task_count", COUNT),
    Column("receipt_count", COUNT),
    Column("feed_bytes", COUNT),
    Column("counted_at", INSTANT),
    Column("list_count", COUNT),
    Column("pruned", COUNT),
    PrimaryKeyConstraint("id"),
    UniqueConstraint("email"),
    postgresql_with={"fillfactor": 80},
)
"""``revision`` is the owner's counter: advanced under the row's lock, first in every write.

The four counts beside it are for quotas. NULL means "not counted yet". When one of them is NULL, or has reached its
limit, what is stored is counted (again), at ``counted_at``. ``pruned`` is the number of the last change that has been
pruned, NULL before the first.
"""

lists = Table(
    "lists",
    metadata,
    owner(),
    Column("id", ID, nullable=False),
    Column("name", TEXT, nullable=False),
    Column("color", TEXT),
    Column("archived", Boolean, nullable=False),
    Column("position", SORTED_TEXT, nullable=False),
    Column("revision", COUNT, nullable=False),
    Column("created_at", INSTANT, nullable=False),
    Column("updated_at", INSTANT, nullable=False),
    PrimaryKeyConstraint("user_id", "id"),
    sqlite_with_rowid=False,
)


def part_of_tasks(name: str, *columns: str, where: str) -> Index:
    """An index of some of the tasks."""
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))


tasks = Table(
    "tasks",
    metadata,
    owner(),
    Column("id", ID, nullable=False),
    Column("title", TEXT, nullable=False),
    Column("description", TEXT),
    Column("completed_at", INSTANT),
    Column("priority", SMALL),
    Column("due_date", TEXT),
    Column("due_kind", TEXT),
    Column("due_at", INSTANT),
    Column("revision", COUNT, nullable=False),
    Column("created_at", INSTANT, nullable=False),
    Column("updated_at", INSTANT, nullable=False),
    Column("title_key", SORTED_TEXT, nullable=False),
    Column("description_key", TEXT, nullable=False),
    Column("deferred_until", TEXT),
    Column("deferred_kind", TEXT),
    Column("deferred_at", INSTANT),
    Column("list_id", ID),
    Column("parent_id", ID),
    Column("position", SORTED_TEXT, nullable=False, server_default=text("''")),
    Column("tags", TEXT, nullable=False, server_default="[]"),
    PrimaryKeyConstraint("user_id", "id"),
    ForeignKeyConstraint(["user_id", "list_id"], ["lists.user_id", "lists.id"], "fk_tasks_list_id"),
    ForeignKeyConstraint(["user_id", "parent_id"], ["tasks.user_id", "tasks.id"], "fk_tasks_parent_id"),
    CheckConstraint("(due_date IS NULL) = (due_at IS NULL) AND (due_kind IS NULL) = (due_at IS NULL)", name="due"),
    CheckConstraint(
        "(deferred_until IS NULL) = (deferred_at IS NULL) AND (deferred_kind IS NULL) = (deferred_at IS NULL)",
        name="deferred",
    ),
    CheckConstraint("priority BETWEEN 1 AND 3", name="priority"),
    Index("ix_tasks_user_id_due_at_id", "user_id", "due_at", "id"),
    Index("ix_tasks_user_id_list_id_id", "user_id", "list_id", "id"),
    Index("ix_tasks_user_id_list_id_position_id", "user_id", "list_id", "position", "id"),
    part_of_tasks("ix_tasks_subtasks", "user_id", "parent_id", "position", "id", where="parent_id IS NOT NULL"),
    part_of_tasks(
        "ix_tasks_deferred",
        *("user_id", "id", "deferred_at", "deferred_kind", "completed_at", "list_id", "due_at", "due_kind"),
        where="deferred_at IS NOT NULL",
    ),
    part_of_tasks("ix_tasks_open", "user_id", "list_id", "due_at", "due_kind", where="completed_at IS NULL"),
    sqlite_with_rowid=False,
)
"""The two ``_key`` columns are the folded texts that searching and sorting look at.

``tags`` is a JSON array of the names as they were sent. ``position`` is empty only in rows that
an earlier release added during an upgrade: they come first, in the order of creation. The indexes of deferred and of
open tasks have all columns that counting needs.
"""

task_tags = Table(
    "task_tags",
    metadata,
    Column("user_id", ID, nullable=False),
    Column("tag", SORTED_TEXT, nullable=False),
    Column("task_id", ID, nullable=False),
    Column("name", SORTED_TEXT, nullable=False),
    Column("open", Boolean, nullable=False),
    PrimaryKeyConstraint("user_id", "task_id", "tag"),
    ForeignKeyConstraint(
        ["user_id", "task_id"], ["tasks.user_id", "tasks.id"], "fk_task_tags_task_id", ondelete="CASCADE"
    ),
    Index("ix_task_tags_tag", "user_id", "tag", "task_id", "open", "name"),
    sqlite_with_rowid=False,
)
"""The tags of tasks: follows from ``tasks``, and is written with it. ``tag`` is the folded name.

The index has all columns, so that counting reads nothing else.
"""

trash = Table(
    "trash",
    metadata,
    owner(),
    Column("id", ID, nullable=False),
    Column("root_id", ID, nullable=False),
    Column("entity", TEXT, nullable=False),
    Column("deleted_at", INSTANT, nullable=False),
    Column("things", COUNT, nullable=False),
    Column("value", TEXT, nullable=False),
    Column("revision", COUNT, nullable=False),
    PrimaryKeyConstraint("user_id", "id"),
    Index("ix_trash_user_id_root_id", "user_id", "root_id"),
    Index(
        "ix_trash_deletions",
        *("user_id", "deleted_at", "id"),
        sqlite_where=text("things > 0"),
        postgresql_where=text("things > 0"),
    ),
    Index("ix_trash_deleted_at", "deleted_at", sqlite_where=text("things > 0"), postgresql_where=text("things > 0")),
    sqlite_with_rowid=False,
)
"""What was deleted, as in the feed. ``root_id`` is the thing whose deletion it was part of.

``things`` is the number of things of the deletion in the row of its root, and 0 in the others. ``revision`` is the
number of the change that deleted the thing.
"""

changes = Table(
    "changes",
    metadata,
    owner(),
    Column("seq", COUNT, nullable=False),
    Column("at", INSTANT, nullable=False),
    Column("entity", TEXT, nullable=False),
    Column("entity_id", ID, nullable=False),
    Column("kind", TEXT, nullable=False),
    Column("value", TEXT),
    Column("set_seq", COUNT),
    Column("previous", COUNT),
    Column("session_id", ID),
    Column("root_id", ID),
    PrimaryKeyConstraint("user_id", "seq"),
    sqlite_with_rowid=False,
)
"""The feed. ``value`` is the thing afterwards, as JSON of its own columns.

``set_seq`` is the number of the first change of the same unit of work, NULL in one that is alone. ``previous`` is the
number of the thing's change before; NULL if it was created, and in rows that an earlier release added during an
upgrade. ``root_id`` is that of ``trash``, in deletions.
"""

feed_epoch = Table(
    "feed_epoch",
    metadata,
    Column("id", SMALL, nullable=False, autoincrement=False),
    Column("epoch", ID, nullable=False),
    PrimaryKeyConstraint("id"),
    CheckConstraint("id = 1", name="one_row"),
    sqlite_with_rowid=False,
)
"""One row: the epoch of all feeds, which is renewed when the database has been restored from a backup."""

receipts = Table(
    "receipts",
    metadata,
    owner(),
    Column("key", TEXT, nullable=False),
    Column("fingerprint", LargeBinary(32), nullable=False),
    Column("first_seq", COUNT, nullable=False),
    Column("answer", TEXT, nullable=False),
    Column("at", INSTANT, nullable=False),
    PrimaryKeyConstraint("user_id", "key"),
    Index("ix_receipts_at", "at"),
    sqlite_with_rowid=False,
)
"""What was done under idempotency keys: where in the feed its answer is to be found again."""

login_sessions = Table(
    "login_sessions",
    metadata,
    owner(),
    Column("id", ID, nullable=False),
    Column("generation", COUNT, nullable=False),
    Column("created_at", INSTANT, nullable=False),
    Column("last_used_at", INSTANT, nullable=False),
    Column("rotated_at", INSTANT),
    Column("replays", COUNT, nullable=False),
    Column("client", TEXT, nullable=False),
    Column("rotated_from", LargeBinary(32)),
    Column("confirmed", COUNT, nullable=False, server_default="0"),
    PrimaryKeyConstraint("user_id", "id"),
    Index("ix_login_sessions_id", "id"),
    sqlite_with_rowid=False,
)

ended_sessions = Table(
    "ended_sessions",
    metadata,
    Column("id", ID, nullable=False),
    Column("ended_at", INSTANT, nullable=False),
    PrimaryKeyConstraint("id"),
    Index("ix_ended_sessions_ended_at", "ended_at"),
    sqlite_with_rowid=False,
)
"""Does not refer to a user, so that rows outlive the account."""

login_attempts = Table(
    "login_attempts",
    metadata,
    Column("key", LargeBinary(32), nullable=False),
    Column("failures", COUNT, nullable=False),
    Column("since", INSTANT, nullable=False),
    Column("blocked_until", INSTANT),
    Column("kept_until", INSTANT),
    PrimaryKeyConstraint("key"),
    Index("ix_login_attempts_since", "since"),
    sqlite_with_rowid=False,
)
