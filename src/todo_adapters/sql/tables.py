"""The tables: the single source for statements, migrations and drift tests.

Every owned table's primary key starts with ``user_id``, so that one person's rows lie together and no key
crosses people.
"""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
    false,
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
    PrimaryKeyConstraint("id"),
    UniqueConstraint("email"),
    postgresql_with={"fillfactor": 80},
)
"""``revision`` is the owner's counter: advanced under the row's lock, first in every write.

The three counts beside it are for quotas. NULL means "not counted yet". When one of them is NULL, or has reached its
limit, what is stored is counted (again), at ``counted_at``.
"""

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
    PrimaryKeyConstraint("user_id", "id"),
    CheckConstraint("(due_date IS NULL) = (due_at IS NULL) AND (due_kind IS NULL) = (due_at IS NULL)", name="due"),
    CheckConstraint("priority BETWEEN 1 AND 3", name="priority"),
    Index("ix_tasks_user_id_due_at_id", "user_id", "due_at", "id"),
    sqlite_with_rowid=False,
)
"""The two ``_key`` columns are the folded texts that searching and sorting look at."""

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
    PrimaryKeyConstraint("user_id", "seq"),
    sqlite_with_rowid=False,
)
"""The feed. ``value`` is the thing afterwards, as JSON of its own columns."""

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
