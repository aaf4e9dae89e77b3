"""Reads on SQLite: those by key run on the loop and hold nobody up, all others in a thread."""

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from uuid import UUID

from sqlalchemy import text

import todo_adapters.sql
from tests.support.sqlite_service import looked_up, service_on
from todo_adapters.sql import migrate
from todo_adapters.sql.page_shapes import PageShape
from todo_adapters.sql.sqlite.connection import connect
from todo_adapters.sql.sqlite.database import DIALECT
from todo_adapters.sql.statements import Statement
from todo_adapters.sql.subtrees import SUBTREES
from todo_adapters.sql.task_pages import page_statement
from todo_core.ids import TaskId
from todo_core.model.task_filter import TaskFilter
from todo_core.model.task_sort import SortField, TaskPosition, TaskSort

SLOW = Statement(
    text("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000000) SELECT max(i) FROM n")
)
RIVAL = """
import fcntl, sys
with open(sys.argv[1] + "-shm", "r+b") as index:
    fcntl.lockf(index, fcntl.LOCK_EX, 3, 120)  # the locks of who writes, checkpoints and recovers
    index.write(bytes(96))  # the index of the log has to be made anew, which needs those locks
    index.flush()
    print("locked", flush=True)
    sys.stdin.readline()
"""
"""Another process that died while it wrote, and one that is mending it: the only way to make a reader wait."""


def pages() -> Iterator[tuple[TaskSort, TaskFilter, Statement]]:
    """Every order, from the start and from within, of all tasks and of those that are open."""
    for field in SortField:
        for sort in (TaskSort(field), TaskSort(field, descending=True)):
            for after in (None, TaskPosition("", TaskId(UUID(int=7)))):
                for which in (TaskFilter(), TaskFilter(completed=False)):
                    yield sort, which, page_statement(PageShape.of(which, sort, after, 50))


def constants() -> Iterator[Statement]:
    """The statements that the modules of the SQL adapters hold."""
    for module in iter_modules(todo_adapters.sql.__path__, "todo_adapters.sql."):
        yield from (value for value in vars(import_module(module.name)).values() if isinstance(value, Statement))


async def test_what_is_read_by_key_goes_straight_to_its_rows(tmp_path: Path) -> None:
    await migrate.upgrade(f"sqlite:///{tmp_path}/todo.db")
    keyed = {statement for statement in constants() if statement.keyed}
    keyed |= {statement for _, _, statement in pages() if statement.keyed}
    assert len(keyed) > 10, "they are found"
    for statement in keyed:
        prepared = statement.prepared(DIALECT)
        nothing = [None] * prepared.text.count("?")
        plan = [row[3] for row in looked_up(tmp_path / "todo.db", f"EXPLAIN QUERY PLAN {prepared.text}", *nothing)]
        for step in plan:
            assert step.startswith(("SEARCH", "SCALAR SUBQUERY")), (prepared.text, plan)
            assert "SEARCH" not in step or " USING " in step, (prepared.text, plan)


async def test_subtasks_are_found_by_their_index(tmp_path: Path) -> None:
    await migrate.upgrade(f"sqlite:///{tmp_path}/todo.db")
    text = SUBTREES.prepared(DIALECT).text
    nothing = [None] * text.count("?")
    with closing(connect(tmp_path / "todo.db")) as connection:
        plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {text}", nothing)]
    [step] = [step for step in plan if "ix_tasks_subtasks" in step]
    assert "parent_id=?" in step


async def test_only_plain_pages_in_the_order_of_the_key_are_read_by_it() -> None:
    for sort, which, statement in pages():
        assert statement.keyed == (sort.field is SortField.CREATED_AT and which == TaskFilter())


async def ticks_until(work: "asyncio.Future[object]") -> int:
    """How often the loop comes round, a hundred times a second at most, before the work is done."""
    ticks = 0
    while not work.done():
        await asyncio.sleep(0.01)
        ticks += 1
    return ticks


async def test_what_takes_long_leaves_the_loop_alone(tmp_path: Path) -> None:
    async with service_on(tmp_path / "todo.db") as service:
        await service.titles()
        assert await ticks_until(asyncio.ensure_future(service.database.all(SLOW, {}))) >= 10


async def test_a_read_that_would_wait_for_a_lock_waits_in_the_thread(tmp_path: Path) -> None:
    async with service_on(tmp_path / "todo.db") as service:
        await service.add("there")
        assert await service.titles() == ["there"]
        with subprocess.Popen(
            [sys.executable, "-c", RIVAL, str(tmp_path / "todo.db")], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as rival:
            assert rival.stdout
            assert rival.stdout.readline() == b"locked\n"
            began = time.monotonic()
            look = asyncio.ensure_future(service.titles())
            await asyncio.sleep(0)
            assert time.monotonic() - began < 2, "the loop has not waited for as long as a lock is waited for"
            await asyncio.sleep(0.1)
            assert not look.done(), "the thread waits"
            rival.communicate(b"enough\n")
        assert await look == ["there"]


async def test_whoever_does_nothing_but_read_lets_others_have_their_turn(tmp_path: Path) -> None:
    async with service_on(tmp_path / "todo.db") as service:
        await service.titles()
        write, looks = asyncio.ensure_future(service.add()), 0
        while not write.done():
            await service.titles()
            looks += 1
            assert looks < 100_000
        assert (await write).title == "Buy milk"
