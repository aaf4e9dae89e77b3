"""Creates accounts, login sessions, tasks, the feed, and the counts of failed logins."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ID = sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite")
INSTANT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")
SORTED_TEXT = sa.Text(collation="C").with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    _people()
    _things()
    _logins()


def _owner(table: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("user_id", ID, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], f"fk_{table}_user_id", ondelete="CASCADE"),
    ]


def _people() -> None:
    op.create_table(
        "users",
        sa.Column("id", ID, nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("disabled", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
        sa.UniqueConstraint("email", name="uq_users_email"),
        postgresql_with={"fillfactor": 80},
    )


def _things() -> None:
    op.create_table(
        "tasks",
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
        sa.CheckConstraint(
            "(due_date IS NULL) = (due_at IS NULL) AND (due_kind IS NULL) = (due_at IS NULL)", name="due"
        ),
        sa.CheckConstraint("priority BETWEEN 1 AND 3", name="priority"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_tasks_user_id_due_at_id", "tasks", ["user_id", "due_at", "id"])
    op.create_table(
        "changes",
        *_owner("changes"),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("entity_id", ID, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("value", sa.Text()),
        sa.PrimaryKeyConstraint("user_id", "seq", name="pk_changes"),
        sqlite_with_rowid=False,
    )


def _logins() -> None:
    op.create_table(
        "login_sessions",
        *_owner("login_sessions"),
        sa.Column("id", ID, nullable=False),
        sa.Column("generation", sa.BigInteger(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("last_used_at", INSTANT, nullable=False),
        sa.Column("rotated_at", INSTANT),
        sa.Column("replays", sa.BigInteger(), nullable=False),
        sa.Column("client", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "id", name="pk_login_sessions"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_login_sessions_id", "login_sessions", ["id"])
    op.create_table(
        "ended_sessions",
        sa.Column("id", ID, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_ended_sessions"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_ended_sessions_ended_at", "ended_sessions", ["ended_at"])
    op.create_table(
        "login_attempts",
        sa.Column("key", sa.LargeBinary(32), nullable=False),
        sa.Column("failures", sa.BigInteger(), nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("blocked_until", INSTANT),
        sa.PrimaryKeyConstraint("key", name="pk_login_attempts"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_login_attempts_since", "login_attempts", ["since"])


def downgrade() -> None:
    for table in ("login_attempts", "ended_sessions", "login_sessions", "changes", "tasks", "users"):
        op.drop_table(table)
