"""The facade for scripts: it reaches everything, and each write takes a key, a precondition and a dry run."""

import inspect
from typing import get_type_hints

import pytest

from tests.usecases.world import World, new_world
from todo_core import workspace
from todo_core.errors import Invalid, NotFound, Stale
from todo_core.model.kinds import Kind
from todo_core.model.rules import Reference
from todo_core.model.task import TASKS, TaskFields
from todo_core.model.task_filter import TaskQuery
from todo_core.model.task_list import LISTS, ListFields
from todo_core.model.write_options import Expected, Key, WriteOptions
from todo_core.todo import Todo
from todo_core.usecases.batch import AddStep, CompleteStep, Step
from todo_core.workspace import Workspace

DRY_RUN = WriteOptions(dry_run=True)


async def new_space() -> tuple[World, Workspace]:
    world = new_world()

    async def check() -> None:
        """Nothing to check."""

    todo = Todo(world.run, world.accounts, world.sessions, check)
    await world.register()
    return world, await todo.of_email(" ADA@example.org")


@pytest.mark.parametrize(("kind", "fields"), [(TASKS, TaskFields), (LISTS, ListFields)])
def test_the_fields_that_an_editor_offers_are_those_of_the_kind(kind: Kind[object], fields: type) -> None:  # type: ignore[type-var]
    assert get_type_hints(fields).keys() == kind.rules.keys()


def test_every_part_and_method_has_a_docstring_and_types() -> None:
    parts = [each for _, each in inspect.getmembers(workspace, inspect.isclass) if issubclass(each, workspace._Part)]
    assert len(parts) == 6
    for part in parts[:-1]:
        for name, method in inspect.getmembers(part, inspect.isfunction):
            if not name.startswith("_"):
                assert method.__doc__, name
                assert "return" in get_type_hints(method), name


async def test_a_script_can_do_what_a_client_can() -> None:
    _, space = await new_space()
    work, home = await space.lists.add(name="Work"), await space.lists.add(name="Home")
    report = await space.tasks.add(title="Report", list_id=work.id, tags=["office"])
    draft = await space.tasks.add(title="Draft", parent_id=report.id)
    assert (draft.list_id, (await space.counts()).lists) == (work.id, {work.id: 2})
    assert await space.tags.rename("office", "desk") == 1
    assert [tag.name for tag in await space.tags.all()] == ["desk"]
    assert [each.name for each in await space.lists.all()] == ["Work", "Home"]
    await space.lists.move(home.id, before=work.id)
    assert [each.name for each in await space.lists.all(archived=False)] == ["Home", "Work"]
    other = await space.tasks.add(title="Other", list_id=work.id)
    moved = await space.tasks.move(other.id, before=report.id)
    assert moved.position < report.position
    assert (await space.tasks.complete(report.id)).completed
    assert (await space.tasks.get(draft.id)).completed
    assert not (await space.tasks.reopen(report.id)).completed
    await space.lists.remove(work.id)
    assert [each.things async for each in space.trash.all()] == [4]
    assert await space.trash.restore(work.id) == await space.lists.get(work.id)
    await space.tasks.remove(other.id)
    await space.trash.purge(other.id)
    await space.lists.remove(work.id, keep_tasks=True)
    assert {task.title async for task in space.tasks.find(TaskQuery(lists=frozenset([None])))} == {"Report", "Draft"}
    await space.trash.empty()
    assert [each async for each in space.trash.all()] == []
    steps: list[Step] = [AddStep(TASKS.draft(title="New"), "new"), CompleteStep(Reference("new"))]
    assert [task.completed for task in await space.batch(steps)] == [True, True]
    assert await space.tags.remove("desk") == 1
    assert (await space.changes())[-1].seq == (await space.counts()).as_of


async def test_every_write_takes_options() -> None:
    _, space = await new_space()
    assert (await space.tasks.add(DRY_RUN, title="Not really")).revision == 1
    assert await space.changes() == ()
    once = WriteOptions(key=Key("k", b"the same request"))
    assert await space.tasks.add(once, title="Once") == await space.tasks.add(once, title="Once")
    [task] = [each async for each in space.tasks.find()]
    with pytest.raises(Stale):
        await space.tasks.remove(task.id, WriteOptions(expected=Expected(task.id, frozenset([99]))))


async def test_mistakes_are_errors_of_the_domain() -> None:
    world, space = await new_space()
    with pytest.raises(Invalid):
        await space.tasks.add(title=" ")
    with pytest.raises(Invalid):
        await space.tags.rename("x", "")
    with pytest.raises(NotFound):
        await space.lists.remove(world.run.ids.new())
