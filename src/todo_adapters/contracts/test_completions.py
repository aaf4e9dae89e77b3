"""What CompletionReads promises: one log of completions and of tasks that were done once; no occurrence twice."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import product
from typing import Any
from uuid import UUID

import pytest

from todo_adapters.contracts.kit import (
    IDS,
    NOW,
    a_task,
    a_thing,
    add,
    all_things,
    join,
    new_owner,
    think,
    together,
    trashed,
    write,
)
from todo_adapters.contracts.samples import sample
from todo_core.errors import MovedOn
from todo_core.ids import UserId
from todo_core.limits import PAGE_BYTES
from todo_core.model.change import Action
from todo_core.model.completion import COMPLETIONS, Completion, Done, DoneFilter, done_by, done_once
from todo_core.model.due import DueDate
from todo_core.model.task import TASKS
from todo_core.ports.storage import Store
from todo_core.ports.things import CompletionReads

EVERYTHING = DoneFilter()


def a_completion(owner: UserId, task_id: UUID, number: int = 1, minutes: int = 0, **fields: Any) -> Completion:
    """A completion that is not stored yet, of so many minutes ago."""
    at = NOW - timedelta(minutes=minutes)
    found: Completion = a_thing(COMPLETIONS, owner, task_id=task_id, number=number, completed_at=at, **fields)
    return found


async def complete(store: Store, owner: UserId, task_id: UUID, number: int = 1, minutes: int = 0) -> Completion:
    """A stored completion."""
    completion = a_completion(owner, task_id, number, minutes, skipped=number % 3 == 0)
    [change] = await write(store, owner, lambda unit: unit.of(COMPLETIONS).add(completion))
    stored: Completion = change.value
    return stored


async def done(store: Store, owner: UserId, minutes: int = 0, **fields: Any) -> Any:
    """A stored task that was completed so many minutes ago."""
    return await add(store, owner, f"{minutes}", completed_at=NOW - timedelta(minutes=minutes), **fields)


async def a_log(store: Store, owner: UserId) -> list[Done]:
    """What somebody has done, the latest first, with several things at one time, and beside it what is not done."""
    once = [await done(store, owner, minutes) for minutes in (0, 2, 2, 4, 9)]
    task = await done(store, owner, 1, due_date=DueDate("2026-11-20"), recurrence=sample(TASKS, "recurrence"))
    await add(store, owner, "open")
    often = [await complete(store, owner, task.id, number, minutes) for number, minutes in enumerate((2, 2, 3, 4, 8))]
    found = [done_by(each) for each in often] + [log for each in once if (log := done_once(each))]
    return sorted(found, key=position, reverse=True)


def position(each: Done) -> tuple[datetime, UUID]:
    return each.completed_at, each.id


async def every_page(reads: CompletionReads, which: DoneFilter, limit: int) -> list[Done]:
    found: list[Done] = []
    after = None
    while True:
        page = await reads.page(which, after, limit)
        found += page.items
        assert page.next is None or page.next != after, "the next page is this one again"
        after = page.next
        if after is None:
            return found
        assert (len(page.items), after) == (limit, position(page.items[-1]))


async def test_the_log_tells_completions_and_what_was_done_once_the_latest_first(store: Store) -> None:
    owner = await new_owner(store)
    expected = await a_log(store, owner)
    reads = store.view(owner).completions
    page = await reads.page(EVERYTHING, None, 100)
    assert (list(page.items), page.next, page.as_of) == (expected, None, 12)
    for limit in (1, 2, 3, 9, 10, 11):
        assert await every_page(reads, EVERYTHING, limit) == expected
    assert {each.occurrence is None for each in expected} == {True, False}
    assert {each.skipped for each in expected} == {True, False}


async def test_the_log_is_restricted_as_the_filter_says(store: Store) -> None:
    owner = await new_owner(store)
    everything = await a_log(store, owner)
    often = next(each.task_id for each in everything if each.id != each.task_id)
    tasks = (None, often, everything[-1].task_id, IDS.new())
    times = (None, *(NOW - timedelta(minutes=minutes) for minutes in (0, 2, 3, 8)))
    reads = store.view(owner).completions
    for task_id, since, until in product(tasks, times, times):
        which = DoneFilter(task_id=task_id, since=since, until=until)
        assert await every_page(reads, which, 2) == [each for each in everything if which.matches(each)], which


async def test_what_is_in_the_trash_is_not_in_the_log(store: Store) -> None:
    owner = await new_owner(store)
    task = await done(store, owner)
    completion = await complete(store, owner, IDS.new())
    await write(store, owner, lambda unit: unit.of(TASKS).remove(task))
    await write(store, owner, lambda unit: unit.of(COMPLETIONS).remove(completion))
    reads = store.view(owner).completions
    assert (await reads.page(EVERYTHING, None, 10)).items == ()
    assert await reads.latest(completion.task_id) is None
    assert list(await reads.of_tasks([completion.task_id], 10)) == []


async def test_a_completion_outlives_that_its_task_is_in_the_trash(store: Store) -> None:
    owner = await new_owner(store)
    task = await add(store, owner)
    completion = await complete(store, owner, task.id)
    await write(store, owner, lambda unit: unit.of(TASKS).remove(task))
    assert (await store.view(owner).completions.page(EVERYTHING, None, 10)).items == (done_by(completion),)


async def test_a_page_of_the_log_ends_where_its_titles_reach_the_limit(store: Store) -> None:
    owner = await new_owner(store)
    title = "\u00e9" * 10_000
    things = [a_completion(owner, IDS.new(), minutes=number, title=title) for number in range(PAGE_BYTES // 20_000 + 3)]
    async with store.begin(owner, NOW, IDS) as unit:
        for thing in things:
            unit.of(COMPLETIONS).add(thing)
        await unit.commit()
    reads = store.view(owner).completions
    first = await reads.page(EVERYTHING, None, 1_000)
    assert 0 < len(first.items) < len(things)
    rest = await reads.page(EVERYTHING, first.next, 1_000)
    assert [each.id for each in (*first.items, *rest.items)] == [each.id for each in things]
    assert rest.next is None


async def test_nobody_else_sees_what_was_done(store: Store) -> None:
    owner, stranger = await new_owner(store), await new_owner(store)
    everything = await a_log(store, owner)
    reads = store.view(stranger).completions
    for task_id in (None, *(each.task_id for each in everything)):
        assert (await reads.page(DoneFilter(task_id=task_id), None, 100)).items == ()
    tasks = [each.task_id for each in everything]
    assert await reads.latest(tasks[0]) is None
    assert list(await reads.of_tasks(tasks, 100)) == []


async def test_the_completions_of_tasks_are_found(store: Store) -> None:
    owner = await new_owner(store)
    first, second, other = IDS.new(), IDS.new(), IDS.new()
    late, later = [await complete(store, owner, first, number, 5) for number in (1, 2)]
    earlier, elsewhere = await complete(store, owner, first, 3, 9), await complete(store, owner, second)
    reads = store.view(owner).completions
    assert [await reads.latest(each) for each in (first, second, other)] == [earlier, elsewhere, None]
    again = a_completion(owner, first, 2, 99, series=earlier.series + 1)
    await write(store, owner, lambda unit: unit.of(COMPLETIONS).add(again))
    assert await reads.latest(first) == replace(again, revision=5)
    assert list(await reads.of_tasks([first, second, other], 100)) == [late, later, earlier, replace(again, revision=5), elsewhere]
    assert list(await reads.of_tasks([first], 2)) == [late, later]
    assert list(await reads.of_tasks([], 100)) == []


async def test_a_unit_of_work_sees_what_it_has_done(store: Store) -> None:
    user = await join(store, time_zone="Asia/Kathmandu")
    old = await complete(store, user.id, IDS.new(), minutes=5)
    new, task = a_completion(user.id, old.task_id, 2), a_task(user.id, completed_at=NOW - timedelta(minutes=1))
    async with store.begin(user.id, NOW, IDS) as unit:
        assert (await unit.zone()).key == "Asia/Kathmandu"
        unit.of(COMPLETIONS).add(new)
        unit.of(TASKS).add(task)
        page = await unit.completions.page(EVERYTHING, None, 10)
        assert [each.id for each in page.items] == [new.id, task.id, old.id]
        found = await unit.completions.latest(old.task_id)
        assert found and found.id == new.id
        unit.of(COMPLETIONS).remove(old)
        assert [each.id for each in await unit.completions.of_tasks([old.task_id], 10)] == [new.id]
        assert (await unit.zone()).key == "Asia/Kathmandu"
        assert len((await store.view(user.id).completions.page(EVERYTHING, None, 10)).items) == 1
        await unit.commit()
    assert await ids(store, user.id) == [new.id]


async def ids(store: Store, owner: UserId) -> list[UUID]:
    return [each.id for each in await all_things(store, owner, COMPLETIONS)]


async def test_no_occurrence_is_completed_twice(store: Store) -> None:
    owner, stranger = await new_owner(store), await new_owner(store)
    first = await complete(store, owner, IDS.new())
    again = replace(first, id=IDS.new(), revision=0)
    with pytest.raises(MovedOn):
        await write(store, owner, lambda unit: unit.of(COMPLETIONS).add(again))
    with pytest.raises(MovedOn):
        await write_all(store, owner, [(Action.CREATED, again), (Action.CREATED, a_completion(owner, IDS.new()))])
    assert await ids(store, owner) == [first.id]
    for other in ({"task_id": IDS.new()}, {"series": first.series + 1}, {"number": first.number + 1}):
        await write(store, owner, lambda unit, other=other: unit.of(COMPLETIONS).add(replace(again, id=IDS.new(), **other)))  # type: ignore[misc] # fmt: skip
    await write(store, stranger, lambda unit: unit.of(COMPLETIONS).add(replace(again, user_id=stranger)))
    assert len(await ids(store, owner)) == 4


async def test_a_completion_that_was_taken_back_makes_room_for_another(store: Store) -> None:
    owner = await new_owner(store)
    first = await complete(store, owner, IDS.new())
    second, third, fourth = [replace(first, id=IDS.new(), revision=0) for _ in range(3)]
    await write_all(store, owner, [(Action.DELETED, first), (Action.CREATED, second)])
    [stored] = await all_things(store, owner, COMPLETIONS)
    assert stored.id == second.id
    rest = [(Action.CREATED, third), (Action.DELETED, third), (Action.CREATED, fourth)]
    changes = await write_all(store, owner, [(Action.DELETED, stored), *rest])
    assert [change.seq for change in changes] == [4, 5, 6, 7]
    assert await ids(store, owner) == [fourth.id]
    [taken_back] = await trashed(store, owner, first.id)
    with pytest.raises(MovedOn):
        await write(store, owner, lambda unit: unit.of(COMPLETIONS).restore(taken_back))
    [last] = await all_things(store, owner, COMPLETIONS)
    await write_all(store, owner, [(Action.DELETED, last), (Action.RESTORED, taken_back)])
    assert await ids(store, owner) == [first.id]
    assert len(await trashed(store, owner, third.id)) == 1


async def write_all(store: Store, owner: UserId, writes: Sequence[tuple[Action, Completion]]) -> Sequence[Any]:
    """One unit of work that does all of this in order."""
    async with store.begin(owner, NOW, IDS) as unit:
        things = unit.of(COMPLETIONS)
        do = {Action.CREATED: things.add, Action.DELETED: things.remove, Action.RESTORED: things.restore}
        for action, completion in writes:
            do[action](completion)
        return await unit.commit()


async def test_of_parallel_completions_of_one_occurrence_one_wins(store: Store) -> None:
    owner, task_id = await new_owner(store), IDS.new()

    async def attempt() -> None:
        async with store.begin(owner, NOW, IDS) as unit:
            await unit.completions.latest(task_id)
            await think()
            unit.of(COMPLETIONS).add(a_completion(owner, task_id))
            await unit.commit()

    assert await together(*(attempt() for _ in range(6))) == {"done": 1, "MovedOn": 5}
    assert len(await ids(store, owner)) == 1
