"""What a CommittableUnit promises of a thing that is added beside the change of another one, which is a short path."""

from dataclasses import replace
from typing import Any

import pytest

from todo_adapters.contracts.kit import IDS, NOW, a_task, a_thing, add, all_tasks, all_things, feed, new_owner
from todo_adapters.contracts.samples import every_field_given
from todo_core.errors import MovedOn
from todo_core.ids import CompletionId, SessionId, UserId
from todo_core.model.change import Action, Change
from todo_core.model.completion import COMPLETIONS, Completion
from todo_core.model.task import TASKS, Task
from todo_core.model.write_options import Key
from todo_core.ports.storage import Store

KEY = Key("a key", b"x" * 32)


async def write_pair(
    store: Store, owner: UserId, completion: Completion, task: Task, key: Key | None = None, session: Any = None
) -> list[Change]:
    async with store.begin(owner, NOW, IDS, session=session) as unit:
        unit.of(COMPLETIONS).add(completion)
        unit.of(TASKS).update(task)
        return list(await unit.commit(key, "answer"))


@pytest.mark.parametrize("key", [None, KEY], ids=["plain", "keyed"])
async def test_an_addition_beside_a_change_is_a_set_of_two(store: Store, key: Key | None) -> None:
    owner, session = await new_owner(store), SessionId(IDS.new())
    task = await add(store, owner)
    full = replace(every_field_given(TASKS, task, {}), tags=task.tags, list_id=None, parent_id=None)
    completion = every_field_given(COMPLETIONS, a_thing(COMPLETIONS, owner), {})
    changes = await write_pair(store, owner, completion, full, key, session)
    told = [(each.seq, each.set, each.action, each.previous, each.session, each.value) for each in changes]
    assert told == [
        (2, 2, Action.CREATED, None, session, replace(completion, revision=2)),
        (3, 2, Action.UPDATED, 1, session, replace(full, revision=3)),
    ]
    assert (await feed(store, owner))[1:] == changes
    assert await all_tasks(store, owner) == [replace(full, revision=3)]
    assert await all_things(store, owner, COMPLETIONS) == [replace(completion, revision=2)]
    if key:
        receipt = await store.view(owner).receipts.get(key.text, NOW)
        assert receipt is not None
        assert (receipt.first_seq, receipt.answer, receipt.fingerprint) == (2, "answer", key.fingerprint)


async def test_of_a_pair_that_is_refused_nothing_is_left(store: Store) -> None:
    owner = await new_owner(store)
    task = await add(store, owner)
    first: Completion = a_thing(COMPLETIONS, owner, task_id=task.id)
    [_, change] = await write_pair(store, owner, first, task, KEY)
    again, other = replace(first, id=CompletionId(IDS.new())), a_thing(COMPLETIONS, owner)
    refused: list[tuple[Completion, Task, Key | None]] = [
        (again, change.value, None),
        (other, task, None),
        (other, a_task(owner), None),
        (other, change.value, KEY),
    ]
    for completion, changed, key in refused:
        with pytest.raises(MovedOn):
            await write_pair(store, owner, completion, changed, key)
    assert len(await feed(store, owner)) == await store.view(owner).revision() == 3
    assert [each.id for each in await all_things(store, owner, COMPLETIONS)] == [first.id]
    assert [change.seq for change in await write_pair(store, owner, other, change.value)] == [4, 5]
