"""What people do with tasks: add, change, complete, reopen, remove, find."""

from datetime import timedelta

import pytest

from tests.usecases.world import World
from todo_adapters.contracts.fakes import NOON
from todo_core.errors import NotFound
from todo_core.ids import TaskId
from todo_core.model.change import Action
from todo_core.model.task import TASKS
from todo_core.model.task_filter import DueOption, TaskQuery
from todo_core.model.user import ProfilePatch
from todo_core.ports.storage import UnitOfWork
from todo_core.usecases.completing import complete_task, reopen_task
from todo_core.usecases.tasks import find_tasks
from todo_core.usecases.things import add_thing, change_thing, get_thing, remove_thing

MILK = TASKS.draft(title="Buy milk")


async def test_an_added_task_comes_back_as_it_was_stored(world: World) -> None:
    owner = await world.owner()
    task = await world.run.write(owner, add_thing, MILK)
    assert (task.title, task.revision, task.created_at) == ("Buy milk", 1, NOON)
    assert await world.run.read(owner, get_thing, task.id, TASKS) == task


async def test_a_change_takes_the_next_revision_and_the_time(world: World) -> None:
    owner = await world.owner()
    task = await world.run.write(owner, add_thing, MILK)
    later = world.clock.advance(seconds=60)
    changed = await world.run.write(owner, change_thing, task.id, TASKS.patch(title="Buy bread"))
    assert (changed.title, changed.revision, changed.updated_at) == ("Buy bread", 2, later)
    assert await world.run.read(owner, get_thing, task.id, TASKS) == changed


async def test_a_change_that_changes_nothing_is_not_a_write(world: World) -> None:
    owner = await world.owner()
    task = await world.run.write(owner, add_thing, MILK)
    world.clock.advance(seconds=60)
    assert await world.run.write(owner, change_thing, task.id, TASKS.patch(title=" Buy milk ")) == task
    assert await world.run.write(owner, reopen_task, task.id) == task
    assert len((await world.store.view(owner).changes.page(0, 10)).items) == 1


async def test_to_complete_twice_keeps_the_first_time_and_revision(world: World) -> None:
    owner = await world.owner()
    task = await world.run.write(owner, add_thing, MILK)
    first = world.clock.advance(seconds=60)
    done = await world.run.write(owner, complete_task, task.id)
    world.clock.advance(seconds=60)
    assert await world.run.write(owner, complete_task, task.id) == done
    assert (done.completed_at, done.revision) == (first, 2)


async def test_what_was_completed_can_be_reopened(world: World) -> None:
    owner = await world.owner()
    task = await world.run.write(owner, add_thing, MILK)
    await world.run.write(owner, complete_task, task.id)
    reopened = await world.run.write(owner, reopen_task, task.id)
    assert (reopened.completed, reopened.completed_at, reopened.revision) == (False, None, 3)


async def test_what_was_removed_is_gone_and_stays_so(world: World) -> None:
    owner = await world.owner()
    task = await world.run.write(owner, add_thing, MILK)
    await world.run.write(owner, remove_thing, task.id, TASKS)
    with pytest.raises(NotFound):
        await world.run.read(owner, get_thing, task.id, TASKS)
    with pytest.raises(NotFound):
        await world.run.write(owner, remove_thing, task.id, TASKS)
    for use_case in (complete_task, reopen_task):
        with pytest.raises(NotFound):
            await world.run.write(owner, use_case, task.id)


async def test_another_persons_tasks_are_as_good_as_not_there(world: World) -> None:
    ada, bob = await world.owner("ada"), await world.owner("bob")
    task = await world.run.write(ada, add_thing, MILK)
    with pytest.raises(NotFound):
        await world.run.read(bob, get_thing, task.id, TASKS)
    with pytest.raises(NotFound):
        await world.run.write(bob, change_thing, task.id, TASKS.patch(title="Mine"))
    with pytest.raises(NotFound):
        await world.run.write(bob, remove_thing, task.id, TASKS)
    assert await world.run.read(ada, get_thing, task.id, TASKS) == task


async def test_several_use_cases_share_one_unit_of_work(world: World) -> None:
    owner = await world.owner()

    async def add_done(tx: UnitOfWork) -> tuple[object, ...]:
        task = await add_thing(tx, MILK)
        return task, await complete_task(tx, task.id)

    added, done = await world.run.write(owner, add_done)
    assert added == done == await world.run.read(owner, get_thing, done.id, TASKS)  # type: ignore[attr-defined]
    changes = (await world.store.view(owner).changes.page(0, 10)).items
    assert [change.action for change in changes] == [Action.CREATED, Action.UPDATED]


async def test_if_one_of_several_fails_none_has_happened(world: World) -> None:
    owner = await world.owner()

    async def add_and_fail(tx: UnitOfWork) -> None:
        await add_thing(tx, MILK)
        await complete_task(tx, TaskId(tx.ids.new()))

    with pytest.raises(NotFound):
        await world.run.write(owner, add_and_fail)
    assert (await world.run.write(owner, add_thing, MILK)).revision == 1


async def test_today_is_the_day_where_the_person_lives(world: World) -> None:
    signed_in = await world.register()
    owner = signed_in.user.id
    for day in ("2026-11-20", "2026-11-21"):
        await world.run.write(owner, add_thing, TASKS.draft(title=day, due_date=day))

    async def todays() -> list[str]:
        query = TaskQuery(due=DueOption.TODAY)
        page = await world.run.read(owner, find_tasks, world.clock, query)
        return [task.title for task in page.items]

    assert await todays() == ["2026-11-20"]
    await world.accounts.change_profile(world.actor(signed_in), ProfilePatch.of(time_zone="Pacific/Kiritimati"))
    assert await todays() == ["2026-11-21"]
    world.clock.advance(timedelta(hours=22))
    assert await todays() == []


async def test_every_write_is_noted_and_never_with_a_title(world: World) -> None:
    owner = await world.owner()
    world.event_log.entries.clear()
    task = await world.run.write(owner, add_thing, MILK)
    await world.run.write(owner, complete_task, task.id)
    await world.run.write(owner, complete_task, task.id)
    await world.run.write(owner, remove_thing, task.id, TASKS)
    assert world.event_log.events == ["add_task", "complete_task", "remove_task"]
    assert world.event_log.entries[0][1] == {"user": str(owner), "task": str(task.id), "seq": 1, "kind": "created"}
    assert "milk" not in repr(world.event_log.entries)
