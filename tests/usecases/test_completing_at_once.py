"""Fifty requests about one recurring task at once, through two replicas: one occurrence is completed once."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from typing import Any

import pytest
import pytest_asyncio

from tests.usecases.person import Person, seeing, somebody
from tests.usecases.series import EACH_DAY, TODAY, complete, completions, due, log, recurring
from todo_adapters.bootstrap import open_store
from todo_adapters.contracts.kit import IDS, together
from todo_core.model.task import Task
from todo_core.model.write_options import PLAIN, Key, WriteOptions
from todo_core.ports.storage import Store
from todo_core.usecases.completing import complete_task, reopen_task, skip_task

pytestmark = pytest.mark.asyncio(loop_scope="session")

TIMES = 20


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def stores(storage_url: str) -> AsyncIterator[Sequence[Store]]:
    """Two replicas of each kind of storage; a memory is shared within one process only."""
    async with AsyncExitStack() as closing:
        urls = [storage_url] * (1 if storage_url == "memory://" else 2)
        yield [await closing.enter_async_context(open_store(url)) for url in urls]


async def at_once(stores: Sequence[Store], ada: Person, use_case: Any, task: Task, *many: WriteOptions) -> list[Any]:
    """What became of requests that arrive at once, each with its options, at the replicas in turn."""
    runners = [Person(store, ada.owner, ada.clock).run for store in stores]
    asked = {} if use_case is reopen_task or many[0] is not PLAIN else {"asked": ada.clock.now()}
    deeds = [
        runners[number % len(runners)].carry_out(ada.owner, options, use_case, task.id, **asked)
        for number, options in enumerate(many)
    ]
    return list(await asyncio.gather(*deeds))


def keyed(text: str) -> WriteOptions:
    return WriteOptions(key=Key(text, bytes(32)))


@pytest.mark.check("K24")
@pytest.mark.parametrize("use_case", [complete_task, skip_task])
async def test_of_plain_requests_one_advances_and_the_others_return_the_task_as_it_is_then(
    stores: Sequence[Store], use_case: Any
) -> None:
    ada = await somebody(stores[0])
    task = await recurring(ada, EACH_DAY)
    await ada.add("below", parent_id=task.id, completed=True)
    outcomes = await at_once(stores, ada, use_case, task, *[PLAIN] * TIMES)
    assert Counter(bool(each.changes) for each in outcomes) == {True: 1, False: TIMES - 1}
    now = await ada.now(task)
    assert due(now) == "2026-11-21"
    assert {(due(each.value), each.value.revision) for each in outcomes} == {(due(now), now.revision)}
    assert [each.number for each in await completions(ada)] == [1]


async def test_under_one_key_one_advances_and_all_get_its_answer(stores: Sequence[Store]) -> None:
    ada = await somebody(stores[0])
    task = await recurring(ada, EACH_DAY)
    outcomes = await at_once(stores, ada, complete_task, task, *[keyed(str(IDS.new()))] * TIMES)
    assert Counter(each.replayed for each in outcomes) == {False: 1, True: TIMES - 1}
    assert {each.value for each in outcomes} == {await ada.now(task)}
    assert await log(ada) == [TODAY]


async def test_each_key_completes_an_occurrence_of_its_own(stores: Sequence[Store]) -> None:
    ada = await somebody(stores[0])
    task = await recurring(ada, EACH_DAY)
    outcomes = await at_once(stores, ada, complete_task, task, *[keyed(str(IDS.new())) for _ in range(TIMES)])
    assert len({each.value.revision for each in outcomes}) == TIMES
    assert sorted(each.number for each in await completions(ada)) == [*range(1, TIMES + 1)]
    assert due(await ada.now(task)) == "2026-12-10"


async def test_of_those_who_have_seen_the_same_occurrence_one_advances(stores: Sequence[Store]) -> None:
    ada = await somebody(stores[0])
    task = await recurring(ada, EACH_DAY)
    runners = [Person(store, ada.owner, ada.clock).run for store in stores]
    deeds = [
        runners[number % len(runners)].carry_out(ada.owner, seeing(task), complete_task, task.id)
        for number in range(TIMES)
    ]
    assert await together(*deeds) == {"done": 1, "Stale": TIMES - 1}
    assert await log(ada) == [TODAY]


async def test_taken_back_at_once_each_completion_is_taken_back_once(stores: Sequence[Store]) -> None:
    ada = await somebody(stores[0])
    task = await recurring(ada, EACH_DAY)
    for _ in range(5):
        await complete(ada, task)
    outcomes = await at_once(stores, ada, reopen_task, task, *[PLAIN] * 10)
    assert Counter(bool(each.changes) for each in outcomes) == {True: 5, False: 5}
    assert (due(await ada.now(task)), await completions(ada)) == (TODAY, [])
