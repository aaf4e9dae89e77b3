"""Alembic environment: uses the connection passed by the service, or DATABASE_URL for the ``alembic`` command."""

import asyncio
import os

from alembic import context
from sqlalchemy import Connection

from todo_adapters.sql.tables import metadata


def run(connection: Connection) -> None:
    """Runs the requested migrations: on PostgreSQL each in a transaction, on SQLite all in the open one."""
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        transactional_ddl=True,
        transaction_per_migration=connection.dialect.name == "postgresql",
        compare_type=True,
    )
    context.run_migrations()


given: Connection | None = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    from todo_adapters.sql.migrate import locked

    asyncio.run(locked(os.environ["DATABASE_URL"], run))
