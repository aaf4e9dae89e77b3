"""The chain of migrations, on both databases: up equals the tables, down leaves nothing, and up again works."""

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, insert, inspect, select, update

from todo_adapters.contracts.fakes import NOON
from todo_adapters.sql import migrate
from todo_adapters.sql.tables import metadata


async def look(url: str, question: Any) -> Any:
    """What the question finds on a connection."""
    found = []
    await migrate.on_connection(url, lambda connection: found.append(question(connection)))
    return found[0]


def differences(connection: Connection) -> list[Any]:
    context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
    return list(compare_metadata(context, metadata))


def constraint_names(connection: Connection) -> dict[str, set[str | None]]:
    inspector = inspect(connection)
    names: dict[str, set[str | None]] = {}
    for table in metadata.tables:
        found: list[Sequence[Any]] = [
            [inspector.get_pk_constraint(table)],
            inspector.get_foreign_keys(table),
            inspector.get_unique_constraints(table),
            inspector.get_check_constraints(table),
        ]
        names[table] = {entry["name"] for entries in found for entry in entries}
    return names


@pytest.mark.check("M8")
async def test_up_gives_the_tables_that_the_statements_use_and_down_leaves_nothing(empty_database: str) -> None:
    await migrate.upgrade(empty_database)
    assert await migrate.current(empty_database) == migrate.head()
    assert await look(empty_database, differences) == []
    declared = {
        name: {str(constraint.name) for constraint in table.constraints} for name, table in metadata.tables.items()
    }
    assert await look(empty_database, constraint_names) == declared

    await migrate.downgrade(empty_database, "base")
    assert await migrate.current(empty_database) is None
    assert await look(empty_database, lambda connection: set(inspect(connection).get_table_names())) == {
        "alembic_version"
    }

    await migrate.upgrade(empty_database)
    assert await look(empty_database, differences) == []
    await migrate.downgrade(empty_database, "base")


async def test_a_release_that_knows_nothing_of_rotations_goes_on_on_the_new_schema(empty_database: str) -> None:
    await migrate.upgrade(empty_database)
    sessions, user_id = metadata.tables["login_sessions"], uuid4()
    people = metadata.tables["users"]
    who = {"id": user_id, "email": "ada@example.org", "name": "Ada", "time_zone": "UTC", "password_hash": "-"}
    known = {"user_id": user_id, "id": uuid4(), "generation": 1, "created_at": NOON, "last_used_at": NOON}

    def serve(connection: Connection) -> None:
        connection.execute(insert(people).values(**who, created_at=NOON))
        connection.execute(insert(sessions).values(**known, replays=0, client="a browser"))
        connection.execute(update(sessions).values(generation=2, rotated_at=NOON))

    await migrate.on_connection(empty_database, serve)
    columns = [sessions.c.generation, sessions.c.rotated_from, sessions.c.confirmed]
    assert await look(empty_database, lambda connection: tuple(connection.execute(select(*columns)).one())) == (
        2,
        None,
        0,
    )
    await migrate.downgrade(empty_database, "base")


@pytest.mark.check("M5")
async def test_replicas_may_start_together(empty_database: str) -> None:
    await asyncio.gather(*[migrate.upgrade(empty_database) for _ in range(4)])
    assert await migrate.current(empty_database) == migrate.head()
    await migrate.downgrade(empty_database, "base")


async def test_a_migration_that_fails_leaves_the_schema_as_it_was(empty_database: str) -> None:
    def fail(connection: Connection) -> None:
        metadata.create_all(connection)
        raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError):
        await migrate.on_connection(empty_database, fail)
    tables = await look(empty_database, lambda connection: set(inspect(connection).get_table_names()))
    assert "tasks" not in tables
