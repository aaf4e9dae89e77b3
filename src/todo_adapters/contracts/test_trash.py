"""What TrashReads and the writes to the trash promise for every kind: what was deleted comes back as it was."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from todo_adapters.contracts.kit import (
    IDS,
    NOW,
    a_thing,
    add,
    all_things,
    feed,
    join,
    missing,
    new_owner,
    on_accounts,
    references,
    together,
    trashed,
    write,
)
from todo_adapters.contracts.samples import every_field_given, heavy_fields, name_of, renamed
from todo_core.errors import MovedOn
from todo_core.ids import UserId
from todo_core.limits import PAGE_BYTES
from todo_core.model.kinds import Kind
from todo_core.model.trash import Trashed
from todo_core.paging import Page
from todo_core.ports.accounts import AccountsUnitOfWork
from todo_core.ports.storage import Store

LATER = NOW + timedelta(seconds=1)


async def deleted(store: Store, owner: UserId, kind: Kind[Any], name: str = "Buy milk", minutes: int = 0) -> Any:
    """A thing in the trash, numbered by its deletion so many minutes ago."""
    thing = await add(store, owner, name, kind=kind)
    await write(store, owner, lambda unit: unit.of(kind).remove(thing), NOW - timedelta(minutes=minutes))
    return (await trashed(store, owner, thing.id))[0]


async def in_the_trash(store: Store, owner: UserId) -> tuple[Trashed, ...]:
    """All deletions, the latest first, those that are not listed as well."""
    return tuple(reversed(await store.view(owner).trash.expired(LATER + timedelta(days=1), 100)))


async def test_what_was_removed_lies_in_the_trash_as_it_was(store: Store, kind: Kind[Any]) -> None:
    owner = await new_owner(store)
    there = await references(store, owner, kind)
    full = every_field_given(kind, a_thing(kind, owner), there)
    [change] = await write(store, owner, lambda unit: unit.of(kind).add(full))
    assert await in_the_trash(store, owner) == ()
    [deletion] = await write(store, owner, lambda unit: unit.of(kind).remove(change.value), LATER)
    kept = replace(full, revision=deletion.seq)
    assert await trashed(store, owner, full.id) == [kept]
    entry = Trashed(id=full.id, entity=kind.name, deleted_at=LATER, things=1, value=kept)
    assert await in_the_trash(store, owner) == (entry,)
    listed: Page[Trashed, Any] = Page((), None)
    if kind.listed_in_trash:
        listed = Page((entry,), None, deletion.seq)
    assert await store.view(owner).trash.page(None, 100) == listed


async def test_a_restored_thing_has_every_field_it_had(store: Store, kind: Kind[Any]) -> None:
    owner = await new_owner(store)
    there = await references(store, owner, kind)
    full = every_field_given(kind, a_thing(kind, owner), there)
    [change] = await write(store, owner, lambda unit: unit.of(kind).add(full))
    await write(store, owner, lambda unit: unit.of(kind).remove(change.value))
    [thing] = await trashed(store, owner, full.id)
    [restoration] = await write(store, owner, lambda unit: unit.of(kind).restore(thing))
    assert restoration.value == replace(full, revision=change.seq + 2)
    assert await store.view(owner).of(kind).get(full.id) == restoration.value
    assert await in_the_trash(store, owner) == ()
    assert await trashed(store, owner, full.id) == []


async def test_a_thing_is_restored_as_it_is_given(store: Store, kind: Kind[Any]) -> None:
    owner = await new_owner(store)
    thing = await deleted(store, owner, kind)
    await write(store, owner, lambda unit: unit.of(kind).restore(renamed(kind, thing, "as given")))
    assert [name_of(kind, each) for each in await all_things(store, owner, kind)] == ["as given"]


async def test_what_was_purged_is_gone_for_good(store: Store, kind: Kind[Any]) -> None:
    owner = await new_owner(store)
    thing, other = await deleted(store, owner, kind), await deleted(store, owner, kind, "other")
    await write(store, owner, lambda unit: unit.of(kind).purge(thing))
    assert await missing(store, owner, thing.id, kind)
    assert [each.value for each in await in_the_trash(store, owner)] == [other]
    for do in ("restore", "purge", "remove", "update"):
        with pytest.raises(MovedOn):
            await write(store, owner, lambda unit, do=do: getattr(unit.of(kind), do)(thing))  # type: ignore[misc]
    assert len(await feed(store, owner)) == 5


async def test_what_lies_in_the_trash_is_changed_only_as_it_was_read(store: Store, kind: Kind[Any]) -> None:
    owner = await new_owner(store)
    first = await deleted(store, owner, kind)
    await write(store, owner, lambda unit: unit.of(kind).restore(first))
    [thing] = await all_things(store, owner, kind)
    for do in ("restore", "purge"):
        with pytest.raises(MovedOn):
            await write(store, owner, lambda unit, do=do: getattr(unit.of(kind), do)(thing))  # type: ignore[misc]
    await write(store, owner, lambda unit: unit.of(kind).remove(thing))
    for do in ("restore", "purge"):
        with pytest.raises(MovedOn):
            await write(store, owner, lambda unit, do=do: getattr(unit.of(kind), do)(first))  # type: ignore[misc]
    [again] = await trashed(store, owner, thing.id)
    assert again.revision == 4
    await write(store, owner, lambda unit: unit.of(kind).restore(again))


async def test_of_parallel_restorations_and_purges_one_happens(store: Store, kind: Kind[Any]) -> None:
    owner = await new_owner(store)
    for _ in range(4):
        thing = await deleted(store, owner, kind)
        outcomes = await together(
            *(write(store, owner, lambda unit, thing=thing: unit.of(kind).restore(thing)) for _ in range(3)),  # type: ignore[misc]
            *(write(store, owner, lambda unit, thing=thing: unit.of(kind).purge(thing)) for _ in range(3)),  # type: ignore[misc]
        )
        assert outcomes == {"done": 1, "MovedOn": 5}


async def test_what_went_together_is_one_entry_that_begins_with_the_deleted_thing(
    store: Store, kind: Kind[Any]
) -> None:
    owner = await new_owner(store)
    things = [await add(store, owner, f"{number}", kind=kind) for number in range(4)]
    root, alone = things[1], await deleted(store, owner, kind, "alone", minutes=5)
    async with store.begin(owner, NOW, IDS) as unit:
        for thing in (things[3], things[0], things[2]):
            unit.of(kind).remove(thing, root.id)
        unit.of(kind).remove(root)
        await unit.commit()
    assert [(each.id, each.things) for each in await in_the_trash(store, owner)] == [(root.id, 4), (alone.id, 1)]
    found = await trashed(store, owner, root.id)
    assert found[0].id == root.id
    assert {thing.id for thing in found} == {thing.id for thing in things}
    assert sorted(thing.revision for thing in found) == [7, 8, 9, 10]
    reads = store.view(owner).trash
    assert len(await reads.things([root.id], 2)) == 2
    assert len(await reads.things([root.id, alone.id, IDS.new()], 100)) == 5
    assert list(await reads.things([], 100)) == []
    assert list(await reads.things([things[0].id], 100)) == [], "it was not the deleted thing"


async def test_the_latest_deletion_comes_first_and_pages_leave_nothing_out(store: Store, kind: Kind[Any]) -> None:
    owner = await new_owner(store)
    made = [await deleted(store, owner, kind, f"{number}", minutes=number // 2) for number in range(7)]
    expected = [made[place].id for place in (1, 0, 3, 2, 5, 4, 6)] if kind.listed_in_trash else []
    reads = store.view(owner).trash
    for limit in (1, 2, 3, 6, 7, 8):
        found, after = [], None
        while True:
            page = await reads.page(after, limit)
            found += [each.id for each in page.items]
            assert page.as_of == (14 if expected else None)
            assert page.next is None or page.next != after, "the next page is this one again"
            after = page.next
            if after is None:
                break
            assert (len(page.items), after) == (limit, (page.items[-1].deleted_at, page.items[-1].id))
        assert found == expected
    assert await reads.page((NOW - timedelta(days=1), IDS.new()), 10) == Page((), None)


async def test_a_page_of_the_trash_ends_where_its_texts_reach_the_limit(store: Store, kind: Kind[Any]) -> None:
    owner = await new_owner(store)
    full = heavy_fields(kind)
    each = sum(len(text.encode()) for text in full.values())
    things = [a_thing(kind, owner, **full) for _ in range(PAGE_BYTES // each + 3)]
    async with store.begin(owner, NOW, IDS) as unit:
        for thing in things:
            unit.of(kind).add(thing)
        changes = await unit.commit()
    async with store.begin(owner, NOW, IDS) as unit:
        for change in changes:
            unit.of(kind).remove(change.value)
        await unit.commit()
    first = await store.view(owner).trash.page(None, 1000)
    if not kind.listed_in_trash:
        assert first.items == ()
        return
    assert 0 < len(first.items) < len(things)
    rest = await store.view(owner).trash.page(first.next, 1000)
    assert [entry.id for entry in (*first.items, *rest.items)] == [thing.id for thing in reversed(things)]


async def test_what_has_expired_comes_earliest_first(store: Store, kind: Kind[Any]) -> None:
    owner, neighbour = await new_owner(store), await new_owner(store)
    made = [await deleted(store, owner, kind, minutes=number) for number in range(4)]
    await deleted(store, neighbour, kind, minutes=3)
    reads = store.view(owner).trash
    found = [each.id for each in await reads.expired(NOW - timedelta(minutes=1), 10)]
    assert found == [made[3].id, made[2].id]
    assert [each.id for each in await reads.expired(NOW - timedelta(minutes=1), 1)] == [made[3].id]
    assert list(await reads.expired(NOW - timedelta(minutes=3), 10)) == []


async def test_owners_of_what_has_expired_are_found(store: Store, kind: Kind[Any]) -> None:
    early, late, tidy = [await new_owner(store) for _ in range(3)]
    await deleted(store, early, kind, minutes=600)
    await deleted(store, late, kind, minutes=500)
    purged = await deleted(store, tidy, kind, minutes=600)
    await write(store, tidy, lambda unit: unit.of(kind).purge(purged))
    found = await store.accounts().owners_of_trash(NOW - timedelta(minutes=500), 10_000)
    assert len(set(found)) == len(found)
    assert {early, late, tidy} & set(found) == {early}
    assert len(await store.accounts().owners_of_trash(NOW, 1)) == 1


async def test_nobody_else_sees_or_touches_the_trash(store: Store, kind: Kind[Any]) -> None:
    owner, stranger = await new_owner(store), await new_owner(store)
    thing = await deleted(store, owner, kind)
    assert await in_the_trash(store, stranger) == ()
    assert await trashed(store, stranger, thing.id) == []
    stolen = replace(thing, user_id=stranger)
    for do in ("restore", "purge"):
        with pytest.raises(MovedOn):
            await write(store, stranger, lambda unit, do=do: getattr(unit.of(kind), do)(stolen))  # type: ignore[misc]
    assert [each.value for each in await in_the_trash(store, owner)] == [thing]
    assert await feed(store, stranger) == []


async def test_a_unit_of_work_sees_what_it_has_put_into_the_trash(store: Store, kind: Kind[Any]) -> None:
    owner = await new_owner(store)
    thing, gone = await add(store, owner, kind=kind), await deleted(store, owner, kind)
    async with store.begin(owner, NOW, IDS) as unit:
        unit.of(kind).remove(thing)
        unit.of(kind).restore(gone)
        assert [each.id for each in await unit.trash.expired(LATER, 10)] == [thing.id]
        assert [each.id for _, each in await unit.trash.things([thing.id, gone.id], 10)] == [thing.id]
        assert (await unit.of(kind).get(gone.id)).id == gone.id
        assert [each.id for each in await in_the_trash(store, owner)] == [gone.id]
        await unit.commit()
    assert [each.id for each in await in_the_trash(store, owner)] == [thing.id]


async def test_with_an_account_goes_its_trash(store: Store, kind: Kind[Any]) -> None:
    user = await join(store)
    thing = await deleted(store, user.id, kind, minutes=700)

    async def close(unit: AccountsUnitOfWork) -> None:
        await unit.users.remove(user.id)

    await on_accounts(store, close)
    assert await in_the_trash(store, user.id) == ()
    assert user.id not in await store.accounts().owners_of_trash(NOW, 10_000)
    await on_accounts(store, lambda unit: unit.users.add(user, "another hash"))
    assert await trashed(store, user.id, thing.id) == []
