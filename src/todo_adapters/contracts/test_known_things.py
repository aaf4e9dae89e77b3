"""What Things and a UnitOfWork promise of things that are read by their ids: loaded at once, and known in the trash."""

from typing import Any

import pytest

from todo_adapters.contracts.kit import IDS, NOW, a_thing, add, all_things, new_owner, trashed, write
from todo_adapters.contracts.samples import name_of, renamed
from todo_core.errors import MovedOn
from todo_core.model.kinds import Kind
from todo_core.ports.storage import Store


async def test_things_are_loaded_as_far_as_there_are_any(store: Store, kind: Kind[Any]) -> None:
    owner, stranger = await new_owner(store), await new_owner(store)
    kept, changed, gone = [await add(store, owner, f"{number}", kind=kind) for number in range(3)]
    theirs, fresh = await add(store, stranger, kind=kind), a_thing(kind, owner, "fresh")
    async with store.begin(owner, NOW, IDS) as unit:
        assert await unit.of(kind).load([kept.id, IDS.new(), theirs.id]) == {kept.id: kept}
        assert await unit.of(kind).load([]) == {}
        unit.of(kind).update(renamed(kind, changed, "changed"))
        unit.of(kind).remove(gone)
        unit.of(kind).add(fresh)
        found = await unit.of(kind).load([kept.id, changed.id, gone.id, fresh.id])
        assert {thing_id: name_of(kind, thing) for thing_id, thing in found.items()} == {
            kept.id: "0",
            changed.id: "changed",
            fresh.id: "fresh",
        }
        await unit.commit()


async def test_what_was_loaded_has_to_be_as_it_was_at_commit(store: Store, kind: Kind[Any]) -> None:
    owner = await new_owner(store)
    things = [await add(store, owner, f"{number}", kind=kind) for number in range(3)]
    async with store.begin(owner, NOW, IDS) as unit:
        read = await unit.of(kind).load([thing.id for thing in things])
    await write(store, owner, lambda unit: unit.of(kind).update(renamed(kind, things[1], "theirs")))
    async with store.begin(owner, NOW, IDS) as unit:
        for thing in read.values():
            unit.of(kind).update(renamed(kind, thing, "ours"))
        with pytest.raises(MovedOn):
            await unit.commit()
    assert [name_of(kind, thing) for thing in await all_things(store, owner, kind)] == ["0", "theirs", "2"]


async def test_an_id_is_known_while_a_thing_has_it_in_the_trash_or_not(store: Store, kind: Kind[Any]) -> None:
    owner, stranger = await new_owner(store), await new_owner(store)
    there, thrown, purged = [await add(store, owner, kind=kind) for _ in range(3)]
    for thing in (thrown, purged):
        await write(store, owner, lambda unit, thing=thing: unit.of(kind).remove(thing))  # type: ignore[misc]
    [thing] = await trashed(store, owner, purged.id)
    await write(store, owner, lambda unit: unit.of(kind).purge(thing))
    fresh = a_thing(kind, owner)
    async with store.begin(owner, NOW, IDS) as unit:
        asked = (there.id, thrown.id, purged.id, IDS.new(), fresh.id)
        assert [await unit.knows(thing_id) for thing_id in asked] == [True, True, False, False, False]
        unit.of(kind).add(fresh)
        unit.of(kind).remove(there)
        assert [await unit.knows(thing_id) for thing_id in (fresh.id, there.id)] == [True, True]
        await unit.commit()
    async with store.begin(stranger, NOW, IDS) as unit:
        assert not any([await unit.knows(thing_id) for thing_id in asked])
