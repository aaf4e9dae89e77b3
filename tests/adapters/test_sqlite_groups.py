"""Writes that share a commit on SQLite: acknowledged together, refused alone, never half, and bounded in number."""

import asyncio
import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.support.sqlite_service import IDS, Service, looked_up, service_on
from todo_adapters.contracts.fakes import FixedClock
from todo_adapters.sql.sqlite.groups import GROUP_MAX
from todo_core.errors import MovedOn, OutcomeUnknown, OwnerBusy, Unavailable
from todo_core.ids import TaskId
from todo_core.model.task import TASKS, Task
from todo_core.model.write_options import Key

NOBODY = TaskId(IDS.new())


async def all_at_once(service: Service, count: int) -> list[Any]:
    return await asyncio.gather(*[service.add(f"task {number}") for number in range(count)], return_exceptions=True)


async def assert_nothing_is_half(service: Service, tasks: int) -> None:
    changes = await service.feed()
    assert [change.seq for change in changes] == list(range(1, tasks + 1))
    assert len(await service.titles()) == tasks


async def test_writes_that_wait_at_the_same_time_share_a_commit(tmp_path: Path) -> None:
    async with service_on(tmp_path / "todo.db") as service:
        seen: list[str] = []
        await service.database._writer.run(lambda connection: connection.set_trace_callback(seen.append))
        outcomes = await all_at_once(service, 2 * GROUP_MAX + 10)
        assert {type(outcome) for outcome in outcomes} == {Task}
        assert seen.count("COMMIT") == seen.count("BEGIN IMMEDIATE") == 3
        await assert_nothing_is_half(service, 2 * GROUP_MAX + 10)


async def test_whoever_is_answered_finds_the_write_in_the_file(tmp_path: Path) -> None:
    async with service_on(tmp_path / "todo.db") as service:

        async def add(number: int) -> int:
            await service.add(f"task {number}")
            rows = looked_up(tmp_path / "todo.db", "SELECT 1 FROM tasks WHERE title = ?", f"task {number}")
            return len(rows)

        assert await asyncio.gather(*[add(number) for number in range(100)]) == [1] * 100


async def test_a_refusal_in_a_group_is_one_writers_alone_and_takes_no_number(tmp_path: Path) -> None:
    async with service_on(tmp_path / "todo.db") as service:
        store, clock, key = service.run.store, FixedClock(), Key("the key", bytes(32))
        task = await service.add("the first")

        async def refused(how: str) -> None:
            async with store.begin(service.owner, clock.now(), IDS) as unit:
                if how == "gone":
                    unit.of(TASKS).remove(replace(task, id=NOBODY))
                if how == "moved":
                    unit.of(TASKS).remove(replace(task, revision=7))
                if how == "same key":
                    unit.of(TASKS).add(TASKS.new(TaskId(IDS.new()), unit.owner, TASKS.draft(title="keyed"), unit.now))
                await unit.commit(key if how == "same key" else None, "1")

        deeds = ["gone", "moved", "same key", "same key", "same key", "gone"]
        refusals = asyncio.gather(*[refused(how) for how in deeds], return_exceptions=True)
        outcomes = await all_at_once(service, 20)
        assert {type(outcome) for outcome in outcomes} == {Task}
        assert [type(refusal) for refusal in await refusals] == [
            MovedOn, MovedOn, type(None), MovedOn, MovedOn, MovedOn,
        ]  # fmt: skip
        await assert_nothing_is_half(service, 22)


async def test_who_gives_up_in_a_group_leaves_the_others_alone(tmp_path: Path) -> None:
    async with service_on(tmp_path / "todo.db") as service:
        for _ in range(5):
            writes = [asyncio.ensure_future(service.add(f"task {number}")) for number in range(40)]
            await asyncio.sleep(0.0005)
            for write in writes[::2]:
                write.cancel()
            outcomes = await asyncio.gather(*writes, return_exceptions=True)
            assert {type(outcome) for outcome in outcomes[1::2]} == {Task}
            assert {type(outcome) for outcome in outcomes[::2]} <= {Task, asyncio.CancelledError}
        await assert_nothing_is_half(service, len(await service.titles()))


class FailingAtCommit(sqlite3.Connection):
    """Commits fail with this code until it is 0; with ``done`` they happen all the same."""

    code = 0
    done = False

    def execute(self, text: str, *arguments: Any) -> sqlite3.Cursor:
        if text == "COMMIT" and self.code:
            if self.done:
                super().execute(text)
            error = sqlite3.OperationalError("disk I/O error")
            error.sqlite_errorcode = self.code
            raise error
        return super().execute(text, *arguments)


@pytest.mark.parametrize(
    ("code", "done", "told"),
    [
        (sqlite3.SQLITE_IOERR_FSYNC, False, OutcomeUnknown),
        (sqlite3.SQLITE_IOERR_FSYNC, True, OutcomeUnknown),
        (sqlite3.SQLITE_BUSY, False, Unavailable),
        (sqlite3.SQLITE_FULL, False, Unavailable),
    ],
)
async def test_a_commit_that_fails_fails_for_its_whole_group(
    tmp_path: Path, code: int, done: bool, told: type[Exception]
) -> None:
    async with service_on(tmp_path / "todo.db") as service:
        await service.add("before")
        broken = FailingAtCommit(tmp_path / "todo.db", isolation_level=None, check_same_thread=False)
        await service.database._writer.run(lambda connection: connection.close())
        service.database._writer._connection = broken
        broken.code, broken.done = code, done
        outcomes = await all_at_once(service, 30)
        assert [type(outcome) for outcome in outcomes] == [told] * 30
        assert len({id(outcome) for outcome in outcomes}) == 30
        assert not broken.in_transaction
        broken.code = 0
        await service.add("after")
        await assert_nothing_is_half(service, 2 + 30 * done)


@pytest.mark.check("K8")
async def test_more_writes_than_may_wait_are_refused_at_once_and_the_rest_in_time(tmp_path: Path) -> None:
    async with service_on(tmp_path / "todo.db", wait=2, queue=70) as service:
        database = service.database

        def waiting_and_refused() -> tuple[float, float]:
            numbers = database.numbers()
            return numbers["todo_pool_waiting"], numbers["todo_pool_refused_total"]

        async with database.transaction():
            crowd = [asyncio.ensure_future(service.add(f"task {number}")) for number in range(100)]
            refused, waiting = await asyncio.wait(crowd, timeout=0.5)
            assert {type(write.exception()) for write in refused} == {Unavailable}
            assert 70 <= len(waiting) <= 72, "the first of each group may be one too many"
            assert waiting_and_refused() == (len(waiting), len(refused))
            outcomes = await asyncio.gather(*waiting, return_exceptions=True)
            assert {type(outcome) for outcome in outcomes} == {OwnerBusy}
            assert waiting_and_refused() == (0, 100)
        outcomes = await all_at_once(service, 70)
        assert {type(outcome) for outcome in outcomes} == {Task}
        assert database.numbers()["todo_pool_in_use"] == 0


async def test_groups_and_transactions_take_turns(tmp_path: Path) -> None:
    async with service_on(tmp_path / "todo.db") as service:
        order: list[str] = []

        async def group() -> None:
            await all_at_once(service, 5)
            order.append("group")

        async def transaction(name: str) -> None:
            async with service.database.transaction():
                order.append(name)

        async with service.database.transaction():
            turns = []
            for turn in (transaction("before"), group(), transaction("behind"), group()):
                turns.append(asyncio.ensure_future(turn))
                await asyncio.sleep(0.01)
        await asyncio.gather(*turns)
        assert order == ["before", "group", "group", "behind"], "who comes while a group waits joins it"
        await assert_nothing_is_half(service, 10)
