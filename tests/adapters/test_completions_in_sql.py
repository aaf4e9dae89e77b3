"""The log of completions in databases: each page reads the rows that it shows, however many there are."""

import re
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest

from todo_adapters.bootstrap import open_store
from todo_adapters.contracts.kit import IDS, NOW, a_task, new_owner
from todo_adapters.contracts.test_completions import a_completion
from todo_adapters.sql.completions import LATEST_OF_TASK, OF_TASKS, PAGE, PAGE_OF_TASK
from todo_adapters.sql.migrate import upgrade
from todo_adapters.sql.postgres.connection import DIALECT as POSTGRES
from todo_adapters.sql.sqlite.connection import connect
from todo_adapters.sql.sqlite.database import DIALECT as SQLITE
from todo_adapters.sql.statements import Statement
from todo_core.model.completion import COMPLETIONS
from todo_core.model.task import TASKS

LOG, OF_TASK, ONCE = (
    "ix_completions_user_id_completed_at_id",
    "uq_completions_occurrence|sqlite_autoindex_completions_2",
    "ix_tasks_done_once",
)
INDEXES: list[tuple[Statement, list[str]]] = [(PAGE, [LOG, ONCE]), (PAGE_OF_TASK, [OF_TASK]), (LATEST_OF_TASK, [OF_TASK]), (OF_TASKS, [OF_TASK])]
by_index = pytest.mark.parametrize(("statement", "indexes"), INDEXES, ids=["page", "of task", "latest", "of tasks"])


@by_index
async def test_the_log_is_read_by_its_indexes_on_sqlite(
    tmp_path: Path, statement: Statement, indexes: list[str]
) -> None:
    await upgrade(f"sqlite:///{tmp_path}/todo.db")
    with closing(connect(tmp_path / "todo.db")) as connection:
        text = statement.prepared(SQLITE).text
        plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {text}", [None] * text.count("?"))]
    assert all(re.search(f"USING INDEX ({index})", str(plan)) for index in indexes), plan
    assert not [step for step in plan if re.match("SCAN (completions|tasks)", step)], plan


async def fill(url: str) -> UUID:
    async with open_store(url) as store:
        owner = await new_owner(store)
        for _ in range(3):
            async with store.begin(owner, NOW, IDS) as unit:
                for number in range(1_000):
                    at = NOW - timedelta(minutes=number)
                    unit.of(TASKS).add(a_task(owner, completed_at=at))
                    unit.of(COMPLETIONS).add(a_completion(owner, IDS.new(), minutes=number))
                await unit.commit()
    return owner


async def test_the_log_is_read_by_its_indexes_on_postgresql_full_or_empty(postgres_url: str) -> None:
    await upgrade(postgres_url)
    database = await asyncpg.connect(postgres_url)
    await database.execute("SET plan_cache_mode = force_generic_plan")
    try:
        for full in (False, True):
            if full:
                await fill(postgres_url)
                await database.execute("ANALYZE")
            for statement, indexes in INDEXES:
                text = statement.prepared(POSTGRES).text
                nothing = ", ".join(["NULL"] * max(map(int, re.findall(r"\$(\d+)", text))))
                await database.execute(f"PREPARE looked_up AS {text}")
                plan = "\n".join(row[0] for row in await database.fetch(f"EXPLAIN EXECUTE looked_up ({nothing})"))
                await database.execute("DEALLOCATE looked_up")
                assert "Seq Scan on completions" not in plan, plan
                assert "Seq Scan on tasks" not in plan, plan
                if full:
                    assert all(re.search(f"Index Scan .*using ({index})", plan) for index in indexes), plan
    finally:
        await database.close()
