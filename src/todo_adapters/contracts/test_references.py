"""What storage promises of references: they point to things of the same owner that are there, or nothing is written."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from todo_adapters.contracts.kit import (
    IDS,
    NOW,
    a_task,
    add,
    all_tasks,
    feed,
    new_owner,
    references,
    together,
    trashed,
    write,
)
from todo_adapters.contracts.samples import kind_called
from todo_core.errors import MovedOn
from todo_core.ids import UserId
from todo_core.model.task import TASKS
from todo_core.ports.storage import Store, UnitOfWork

every_field = pytest.mark.parametrize("field", TASKS.references)


async def remove(unit: UnitOfWork, field: str, thing_id: UUID) -> None:
    """Removes the thing to which a field refers."""
    things = unit.of(kind_called(TASKS.references[field]))
    things.remove(await things.get(thing_id))


async def refused(store: Store, owner: UserId, task: Any) -> None:
    """The task cannot be stored, neither alone nor with others, and takes no number."""
    before = await feed(store, owner)
    with pytest.raises(MovedOn):
        await write(store, owner, lambda unit: (unit.of(TASKS).update if task.revision else unit.of(TASKS).add)(task))
    async with store.begin(owner, NOW, IDS) as unit:
        unit.of(TASKS).add(a_task(owner))
        (unit.of(TASKS).update if task.revision else unit.of(TASKS).add)(task)
        with pytest.raises(MovedOn):
            await unit.commit()
    assert await feed(store, owner) == before


@every_field
async def test_a_reference_to_another_owners_thing_cannot_be_stored(store: Store, field: str) -> None:
    owner, stranger = await new_owner(store), await new_owner(store)
    theirs = (await references(store, stranger, TASKS))[field]
    await refused(store, owner, a_task(owner, **{field: theirs}))
    mine = await add(store, owner)
    await refused(store, owner, replace(mine, **{field: theirs}))
    assert await all_tasks(store, owner) == [mine]


@every_field
async def test_a_reference_to_nothing_cannot_be_stored(store: Store, field: str) -> None:
    owner = await new_owner(store)
    nothing: dict[str, Any] = {field: IDS.new()}
    await refused(store, owner, a_task(owner, **nothing))
    await refused(store, owner, replace(await add(store, owner), **nothing))


@every_field
async def test_a_reference_to_what_lies_in_the_trash_cannot_be_stored(store: Store, field: str) -> None:
    owner = await new_owner(store)
    there = await references(store, owner, TASKS)
    gone = there[field]
    await write(store, owner, lambda unit: remove(unit, field, gone))
    await refused(store, owner, a_task(owner, **{field: gone}))


@every_field
async def test_what_is_removed_at_once_may_refer_to_nothing_in_the_trash(store: Store, field: str) -> None:
    owner = await new_owner(store)
    task, lost = await add(store, owner), IDS.new()
    nothing: dict[str, Any] = {field: lost}
    async with store.begin(owner, NOW, IDS) as unit:
        changed = replace(await unit.of(TASKS).get(task.id), **nothing)
        unit.of(TASKS).update(changed)
        unit.of(TASKS).remove(changed)
        await unit.commit()
    [thing] = await trashed(store, owner, task.id)
    assert getattr(thing, field) == lost


@every_field
async def test_what_is_referred_to_cannot_be_removed_alone(store: Store, field: str) -> None:
    owner = await new_owner(store)
    there = await references(store, owner, TASKS)
    task = await add(store, owner, **{field: there[field]})
    with pytest.raises(MovedOn):
        await write(store, owner, lambda unit: remove(unit, field, there[field]))
    async with store.begin(owner, NOW, IDS) as unit:
        unit.of(TASKS).remove(task, there[field])
        await remove(unit, field, there[field])
        await unit.commit()
    assert task.id not in {left.id for left in await all_tasks(store, owner)}


@every_field
async def test_a_reference_that_is_given_up_lets_its_thing_go(store: Store, field: str) -> None:
    owner = await new_owner(store)
    there = await references(store, owner, TASKS)
    task = await add(store, owner, **{field: there[field]})
    async with store.begin(owner, NOW, IDS) as unit:
        unit.of(TASKS).update(replace(task, **{field: None}))
        await remove(unit, field, there[field])
        await unit.commit()
    assert getattr(await store.view(owner).of(TASKS).get(task.id), field) is None


@every_field
async def test_a_restored_reference_needs_its_thing(store: Store, field: str) -> None:
    owner = await new_owner(store)
    there = await references(store, owner, TASKS)
    task = await add(store, owner, **{field: there[field]})
    async with store.begin(owner, NOW, IDS) as unit:
        unit.of(TASKS).remove(task)
        await unit.commit()
    await write(store, owner, lambda unit: remove(unit, field, there[field]))
    [thing] = await trashed(store, owner, task.id)
    with pytest.raises(MovedOn):
        await write(store, owner, lambda unit: unit.of(TASKS).restore(thing))
    await write(store, owner, lambda unit: unit.of(TASKS).restore(replace(thing, **{field: None})))


@every_field
async def test_a_thing_and_what_refers_to_it_can_be_added_in_one_unit(store: Store, field: str) -> None:
    owner = await new_owner(store)
    kind = kind_called(TASKS.references[field])
    target = (await references(store, owner, TASKS))[field]
    async with store.begin(owner, NOW, IDS) as unit:
        copy = replace(await unit.of(kind).get(target), id=IDS.new(), revision=0)
        unit.of(kind).add(copy)
        unit.of(TASKS).add(a_task(owner, **{field: copy.id}))
        changes = await unit.commit()
    assert getattr(changes[1].value, field) == copy.id


@every_field
async def test_a_removal_and_a_new_reference_at_once_never_both_happen(store: Store, field: str) -> None:
    owner = await new_owner(store)
    for _ in range(5):
        target = (await references(store, owner, TASKS))[field]
        task = a_task(owner, **{field: target})
        outcomes = await together(
            write(store, owner, lambda unit, target=target: remove(unit, field, target)),  # type: ignore[misc]
            write(store, owner, lambda unit, task=task: unit.of(TASKS).add(task)),  # type: ignore[misc]
        )
        assert outcomes == {"done": 1, "MovedOn": 1}
