"""What a CommittableUnit promises of dry runs: they tell what commit would have done, and do nothing."""

from dataclasses import replace
from typing import Any

import pytest

from todo_adapters.contracts.kit import IDS, NOW, a_thing, add, all_things, feed, new_owner, someone, together
from todo_adapters.contracts.samples import make_thing, name_field, name_of, renamed
from todo_core.errors import MovedOn, NotFound
from todo_core.ids import UserId
from todo_core.model.change import Action
from todo_core.model.kinds import Kind
from todo_core.model.write_options import Key
from todo_core.ports.storage import CommittableUnit, Store
from todo_core.usecases.cleanup import BEGINNING

either_way = pytest.mark.parametrize("exclusive", [False, True])


async def everything(store: Store, owner: UserId, kind: Kind[Any]) -> object:
    """All that could show that something was written."""
    view = store.view(owner)
    return await all_things(store, owner, kind), await feed(store, owner), await view.revision()


async def write_a_lot(unit: CommittableUnit, store: Store, owner: UserId, kind: Kind[Any]) -> None:
    """Of every kind one, and a look in between."""
    old, doomed = (await all_things(store, owner, kind))[:2]
    unit.of(kind).update(renamed(kind, old, "renamed"))
    unit.of(kind).add(make_thing(kind, owner, owner, NOW, **{name_field(kind): "fresh"}))
    await unit.of(kind).page(None, 10)
    unit.of(kind).remove(doomed)


@either_way
async def test_a_dry_run_tells_what_commit_does_and_leaves_nothing(
    store: Store, kind: Kind[Any], exclusive: bool
) -> None:
    owner = await new_owner(store)
    await add(store, owner, "old", kind=kind)
    await add(store, owner, "doomed", kind=kind)
    before = await everything(store, owner, kind)
    async with store.begin(owner, NOW, IDS, exclusive=exclusive) as unit:
        await write_a_lot(unit, store, owner, kind)
        tried = list(await unit.dry_run())
    assert await everything(store, owner, kind) == before
    async with store.begin(owner, NOW, IDS, exclusive=exclusive) as unit:
        await write_a_lot(unit, store, owner, kind)
        committed = list(await unit.commit())
    assert tried == committed
    assert [(change.seq, change.action) for change in committed] == [
        (3, Action.UPDATED),
        (4, Action.CREATED),
        (5, Action.DELETED),
    ]


@either_way
async def test_a_dry_run_of_one_write_takes_no_number(store: Store, kind: Kind[Any], exclusive: bool) -> None:
    owner = await new_owner(store)
    async with store.begin(owner, NOW, IDS, exclusive=exclusive) as unit:
        unit.of(kind).add(a_thing(kind, owner))
        [change] = await unit.dry_run()
    assert (change.seq, change.value and change.value.revision) == (1, 1)
    assert await all_things(store, owner, kind) == []
    assert (await add(store, owner, kind=kind)).revision == 1


@either_way
async def test_to_rehearse_nothing_is_nothing(store: Store, kind: Kind[Any], exclusive: bool) -> None:
    owner = await new_owner(store)
    async with store.begin(owner, NOW, IDS, exclusive=exclusive) as unit:
        assert list(await unit.dry_run()) == []
    assert await everything(store, owner, kind) == ([], [], 0)


async def test_a_dry_run_is_refused_as_commit_is(store: Store, kind: Kind[Any]) -> None:
    owner = await new_owner(store)
    task = await add(store, owner, kind=kind)
    async with store.begin(owner, NOW, IDS) as unit:
        unit.of(kind).update(replace(task, revision=7))
        with pytest.raises(MovedOn):
            await unit.dry_run()
    async with store.begin(owner, NOW, IDS) as unit:
        unit.of(kind).remove(replace(task, revision=7))
        with pytest.raises(MovedOn):
            await unit.dry_run()
    async with store.begin(owner, NOW, IDS) as unit:
        unit.of(kind).add(a_thing(kind, owner))
        unit.of(kind).remove(a_thing(kind, owner))
        with pytest.raises(MovedOn):
            await unit.dry_run()
    assert await everything(store, owner, kind) == ([task], await feed(store, owner), 1)


async def test_without_an_account_there_is_nothing_to_rehearse(store: Store, kind: Kind[Any]) -> None:
    nobody = someone().id
    async with store.begin(nobody, NOW, IDS) as unit:
        unit.of(kind).add(a_thing(kind, nobody))
        with pytest.raises(NotFound):
            await unit.dry_run()


async def test_a_dry_run_neither_needs_nor_leaves_a_key(store: Store, kind: Kind[Any]) -> None:
    owner, key = await new_owner(store), Key("a key", bytes(32))
    async with store.begin(owner, NOW, IDS) as unit:
        unit.of(kind).add(a_thing(kind, owner))
        await unit.dry_run()
    assert await store.view(owner).receipts.get(key.text, BEGINNING) is None
    async with store.begin(owner, NOW, IDS) as unit:
        unit.of(kind).add(a_thing(kind, owner))
        await unit.commit(key, "-1")


async def test_dry_runs_and_writes_at_once_leave_the_writes_alone(store: Store, kind: Kind[Any]) -> None:
    owner = await new_owner(store)

    async def dry_run() -> None:
        async with store.begin(owner, NOW, IDS, exclusive=True) as unit:
            unit.of(kind).add(a_thing(kind, owner, "tried"))
            assert len(await unit.dry_run()) == 1

    async def do() -> None:
        await add(store, owner, "done", kind=kind)

    runs = [run for _ in range(10) for run in (dry_run(), do())]
    assert await together(*runs) == {"done": 20}
    assert [name_of(kind, task) for task in await all_things(store, owner, kind)] == ["done"] * 10
    assert [change.seq for change in await feed(store, owner)] == list(range(1, 11))
