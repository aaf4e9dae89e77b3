"""The revision of a database is the same with and without Alembic."""

from pathlib import Path

from todo_adapters.sql import migrate, schema


def test_the_newest_revision_is_the_head_of_the_chain() -> None:
    assert schema.head() == migrate.head()


async def test_a_database_is_current_only_at_the_newest_revision(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/todo.db"
    assert not await schema.is_current(url)
    await migrate.upgrade(url, "0001")
    assert not await schema.is_current(url)
    await migrate.upgrade(url)
    assert await schema.is_current(url)


async def test_a_server_that_is_away_is_not_current() -> None:
    assert not await schema.is_current("postgresql://nobody@127.0.0.1:9/nowhere")
