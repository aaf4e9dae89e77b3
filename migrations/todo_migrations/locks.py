"""Locks several tables for migrations of a database that is in use."""

from typing import Final

import sqlalchemy as sa
from alembic import op

TRIES: Final = 20
NOT_AVAILABLE: Final = "55P03"


def lock_tables(*names: str) -> None:
    """Locks all of these tables, on PostgreSQL, or none of them.

    A request that has locked one of them may wait for another. So this lets go of those that it has before PostgreSQL
    looks for deadlocks (after a second), and tries again.
    """
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        return
    for left in reversed(range(TRIES)):
        try:
            with connection.begin_nested():
                connection.execute(sa.text("SET LOCAL lock_timeout = '200ms'"))
                connection.execute(sa.text(f"LOCK TABLE {', '.join(names)} IN ACCESS EXCLUSIVE MODE"))
            return
        except sa.exc.DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) != NOT_AVAILABLE or not left:
                raise
        connection.execute(sa.text("SELECT pg_sleep(0.1)"))
