"""The facade for scripts: it reaches everything, and each write takes a key, a precondition and a dry run."""

import inspect
from dataclasses import fields
from datetime import date, datetime, timedelta
from typing import Any, get_args, get_type_hints
from uuid import UUID

import pytest

from tests.usecases.world import World, new_world
from todo_core import (
    LISTS,
    TASKS,
    AddStep,
    CompleteStep,
    DueOption,
    Expected,
    Invalid,
    Key,
    ListFields,
    NotFound,
    Reference,
    SortField,
    SortName,
    Stale,
    Step,
    TaskFields,
    TaskQuery,
    Tasks,
    TaskSort,
    Todo,
    Workspace,
    WriteOptions,
    workspace,
)
from todo_core.model.kinds import Kind
from todo_core.model.task_filter import QUERY_RULES
from todo_core.usecases.tasks import find_tasks
from todo_core.workspace_tasks import Part

DRY_RUN = WriteOptions(dry_run=True)


async def new_space() -> tuple[World, Workspace]:
    world = new_world()

    async def check() -> None:
        """Nothing to check."""

    todo = Todo(world.run, world.accounts, world.sessions, check)
    await world.register()
    return world, await todo.of_email(" ADA@example.org")


@pytest.mark.parametrize(("kind", "offered"), [(TASKS, TaskFields), (LISTS, ListFields)])
def test_the_fields_that_an_editor_offers_are_those_of_the_kind(kind: Kind[object], offered: type) -> None:  # type: ignore[type-var]
    assert get_type_hints(offered).keys() == kind.rules.keys()


def test_every_part_and_method_has_a_docstring_and_types() -> None:
    parts = [each for _, each in inspect.getmembers(workspace, inspect.isclass) if issubclass(each, Part)]
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
    assert {task.title async for task in space.tasks.find(lists=[None])} == {"Report", "Draft"}
    await space.trash.empty()
    assert [each async for each in space.trash.all()] == []
    steps: list[Step] = [AddStep(TASKS.draft(title="New"), "new"), CompleteStep(Reference("new"))]
    assert [task.completed for task in await space.batch(steps)] == [True, True]
    assert await space.tags.remove("desk") == 1
    assert (await space.changes()).items[-1].seq == (await space.counts()).as_of


async def test_a_search_in_plain_values_finds_what_the_query_means() -> None:
    world, space = await new_space()
    home = await space.lists.add(name="Home")
    for number, each in enumerate(
        [
            {"title": "Oat milk", "priority": "high", "due_date": "2026-11-20", "tags": ["Shop", "home"]},
            {"title": "Bread", "priority": "low", "due_date": "2026-11-18", "list_id": home.id},
            {"title": "Milk tooth", "deferred_until": "2027-01-01", "completed": True},
        ]
    ):
        await space.tasks.add(id=UUID(int=0x7000_8000_0000_0000_0000 + number), **each)  # type: ignore[arg-type]

    async def found(**wanted: Any) -> list[str]:
        return [task.title.split()[0] async for task in space.tasks.find(**wanted)]

    assert await found(words="MILK", completed=False) == ["Oat"]
    assert await found(due="today") == ["Oat"]
    assert await found(due=DueOption.OVERDUE) == ["Bread"]
    assert await found(due_before=date(2026, 11, 19)) == ["Bread"]
    assert await found(due_after=world.clock.now() - timedelta(days=1)) == ["Oat"]
    assert await found(priorities=["low", None]) == ["Bread", "Milk"]
    assert await found(lists=[str(home.id)]) == ["Bread"]
    assert await found(tags=["HOME", "shop"]) == ["Oat"]
    assert await found(has_tags=False, deferred=True) == ["Milk"]
    assert await found(sort="-priority", limit=2) == ["Oat", "Bread"]
    [parent] = [task async for task in space.tasks.find(words="bread")]
    await space.tasks.add(title="Butter", parent_id=parent.id)
    assert await found(parents=[parent.id]) == ["Butter"]


async def test_a_search_reads_no_more_than_its_limit() -> None:
    world, space = await new_space()
    for number in range(3):
        await space.tasks.add(title=str(number))
    assert [[task.title async for task in space.tasks.find(limit=limit)] for limit in (0, 2, 3, None)] == [
        [],
        ["0", "1"],
        ["0", "1", "2"],
        ["0", "1", "2"],
    ]
    first = await world.run.read(space.owner, find_tasks, world.clock, limit=2)
    assert [task.title for task in first.items] == ["0", "1"]


@pytest.mark.parametrize(
    ("wanted", "codes"),
    [
        ({"tags": "home", "lists": "inbox"}, {"wrong-type"}),
        ({"due": "soon"}, {"unknown-value"}),
        ({"sort": "size"}, {"unknown-value"}),
        ({"due_before": datetime(2026, 11, 20)}, {"invalid-date"}),  # noqa: DTZ001 - the mistake
        ({"due_after": "2026-11-20"}, {"wrong-type"}),
        ({"priorities": ["urgent"], "words": "a\0"}, {"unknown-value", "control-character"}),
    ],
)
async def test_a_wrong_search_is_refused_when_it_is_made(wanted: dict[str, Any], codes: set[str]) -> None:
    _, space = await new_space()
    with pytest.raises(Invalid) as refusal:
        space.tasks.find(**wanted)
    assert {violation.code for violation in refusal.value.violations} == codes


def test_the_arguments_of_a_search_are_the_fields_of_the_query_and_the_names_of_all_orders() -> None:
    arguments = set(inspect.signature(Tasks.find).parameters) - {"self", "sort", "limit"}
    assert arguments == {field.name for field in fields(TaskQuery)} == QUERY_RULES.keys()
    orders = {TaskSort.of(name) for name in get_args(SortName)}
    assert orders == {TaskSort(field, descending) for field in SortField for descending in (False, True)}


async def test_every_write_takes_options() -> None:
    _, space = await new_space()
    assert (await space.tasks.add(DRY_RUN, title="Not really")).revision == 1
    assert (await space.changes()).items == ()
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


async def test_a_script_skips_looks_ahead_and_reads_what_was_done() -> None:
    world, space = await new_space()
    plants = await space.tasks.add(title="Plants", due_date="2026-11-20", recurrence={"rule": "FREQ=DAILY"})
    assert [due.text for due in await space.tasks.occurrences(plants.id, 2)] == ["2026-11-20", "2026-11-21"]
    await space.tasks.complete(plants.id)
    world.clock.advance(timedelta(minutes=1))
    await space.tasks.skip(plants.id)
    await space.tasks.add(title="Milk", completed=True)
    done = [(each.title, each.skipped) async for each in space.done(task_id=plants.id)]
    assert done == [("Plants", True), ("Plants", False)]
    assert len([each async for each in space.done(after=date(2026, 11, 20))]) == 3
    assert [each async for each in space.done(before=date(2026, 11, 20))] == []
    with pytest.raises(Invalid):
        [each async for each in space.done(after="yesterday")]  # type: ignore[arg-type]
