"""What AccountsUnitOfWork.prune promises: of what is pruned exactly the last change of each existing thing is kept."""

import random
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from todo_adapters.contracts.kit import (
    IDS,
    NOW,
    Undo,
    a_thing,
    add,
    all_things,
    feed,
    new_owner,
    on_accounts,
    prune,
    someone,
    trashed,
    write,
)
from todo_adapters.contracts.samples import renamed
from todo_core.ids import UserId
from todo_core.model.change import Action, Change
from todo_core.model.kinds import Kind
from todo_core.model.registry import KINDS
from todo_core.model.write_options import Key
from todo_core.ports.storage import Store

BEGIN = NOW - timedelta(days=200)


def after_minutes(minutes: float) -> datetime:
    """The time of the change with this number, in the histories below."""
    return BEGIN + timedelta(minutes=minutes)


def kept(changes: Sequence[Change], pruned: int) -> dict[int, Change]:
    """By their numbers, the changes that are kept when all up to this one have been pruned."""
    latest = {change.id: change for change in changes if change.seq <= pruned}
    last = {change.seq: change for change in latest.values() if change.action is not Action.PURGED}
    return last | {change.seq: change for change in changes if change.seq > pruned}


@dataclass
class Life:
    """Somebody who does this and that with things of all kinds, one change a minute."""

    store: Store
    owner: UserId
    chance: random.Random
    present: dict[UUID, tuple[Kind[Any], Any]] = field(default_factory=dict)
    trash: dict[UUID, Kind[Any]] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)

    async def do_something(self) -> None:
        kind = self.chance.choice([*KINDS.values()])
        if self.trash and self.chance.random() < 0.3:
            thing_id, kind = self.trash.popitem()
            [thing] = await trashed(self.store, self.owner, thing_id)
            do = self.chance.choice(["restore", "purge"])
        elif self.present and self.chance.random() < 0.75:
            thing_id = self.chance.choice([*self.present])
            kind, thing = self.present[thing_id]
            do = self.chance.choice(["update", "update", "remove"])
        else:
            do, thing = "add", a_thing(kind, self.owner)
        now = after_minutes(len(self.changes) + 1)
        [change] = await write(self.store, self.owner, lambda unit: getattr(unit.of(kind), do)(thing), now)
        self.changes.append(change)
        self.present.pop(change.id, None)
        if change.value is not None:
            self.present[change.id] = kind, change.value
        elif do == "remove":
            self.trash[change.id] = kind


async def a_life(store: Store, length: int, seed: int = 1) -> Life:
    life = Life(store, await new_owner(store), random.Random(seed))
    for _ in range(length):
        await life.do_something()
    assert {change.action for change in life.changes} == {*Action}
    return life


async def stored(life: Life) -> dict[int, Change]:
    return dict(await life.store.view(life.owner).changes.at(range(len(life.changes) + 1)))


@pytest.mark.parametrize("seed", [1, 2])
async def test_the_last_change_of_each_thing_is_kept_and_everything_that_is_not_old(store: Store, seed: int) -> None:
    life = await a_life(store, 60, seed)
    things = {kind: await all_things(store, life.owner, kind) for kind in KINDS.values()}
    pruned = 0
    for until, limit in ((21, 1), (21, 7), (21, 100), (21, 100), (51, 10), (51, 100)):
        number = await prune(store, life.owner, after_minutes(until), limit)
        assert number == min(limit, until - 1 - pruned)
        pruned += number
        assert await stored(life) == kept(life.changes, pruned)
        page = await store.view(life.owner).changes.page(None, 100)
        assert list(page.items) == life.changes[pruned:]
        assert (page.pruned, page.latest, page.more) == (pruned, 60, False)
    assert things == {kind: await all_things(store, life.owner, kind) for kind in KINDS.values()}
    assert len(await stored(life)) < 30, "the test would prove nothing"


async def test_everything_can_be_pruned_and_the_account_goes_on(store: Store) -> None:
    life = await a_life(store, 40)
    assert await prune(store, life.owner, NOW) == 40
    assert await prune(store, life.owner, NOW) == 0
    assert await stored(life) == kept(life.changes, 40)
    page = await store.view(life.owner).changes.page(None, 100)
    assert (list(page.items), page.latest, page.pruned, page.position.seq) == ([], 40, 40, 40)
    for thing_id, (kind, thing) in life.present.items():
        [change] = await write(store, life.owner, lambda unit, it=(kind, thing): unit.of(it[0]).update(it[1]))  # type: ignore[misc]
        assert change.previous == thing.revision
        assert (await store.view(life.owner).changes.at([thing.revision]))[thing.revision].id == thing_id
    assert [change.seq for change in await feed(store, life.owner)] == list(range(41, 41 + len(life.present)))


async def test_no_page_goes_back_before_what_was_pruned(store: Store, kind: Kind[Any]) -> None:
    owner = await new_owner(store)
    for number in range(1, 6):
        await write(store, owner, lambda unit: unit.of(kind).add(a_thing(kind, owner)), after_minutes(number))
    assert await prune(store, owner, after_minutes(4)) == 3
    changes = store.view(owner).changes
    for after in (None, 0, 2, 3):
        assert [change.seq for change in (await changes.page(after, 10)).items] == [4, 5]
    assert [change.seq for change in (await changes.page(0, 10, kind.name)).items] == [4, 5]
    assert [change.seq for change in (await changes.page(4, 10)).items] == [5]


async def test_a_history_ends_where_it_is_no_longer_kept(store: Store, kind: Kind[Any]) -> None:
    owner = await new_owner(store)
    thing = await add(store, owner, kind=kind)
    for minute in range(5):
        do = "remove" if minute == 4 else "update"
        changed = renamed(kind, thing, f"{minute}", revision=minute + 1)
        await write(store, owner, lambda unit, it=(do, changed): getattr(unit.of(kind), it[0])(it[1]))  # type: ignore[misc]
    everything = {change.seq: change for change in await feed(store, owner)}
    for limit, expected in ((3, [6, 5, 4, 3]), (1, [6, 5, 4]), (2, [6])):
        assert await prune(store, owner, NOW + timedelta(days=1), limit) == limit
        page = await store.view(owner).changes.history(kind, thing.id, None, 10)
        assert list(page.items) == [everything[seq] for seq in expected]
        assert page.next is None
        assert list((await store.view(owner).changes.history(kind, thing.id, 2, 10)).items) == []


async def test_pruning_ends_at_the_first_change_that_is_not_old(store: Store, kind: Kind[Any]) -> None:
    """The clock may have been set back: then older times come after younger ones."""
    owner = await new_owner(store)
    for minute in (1, 2, 9, 3, 4):
        await write(store, owner, lambda unit: unit.of(kind).add(a_thing(kind, owner)), after_minutes(minute))
    assert await prune(store, owner, after_minutes(5)) == 2
    assert await prune(store, owner, after_minutes(5)) == 0
    assert await prune(store, owner, after_minutes(9)) == 0, "what is as old as that is not older"
    assert await prune(store, owner, after_minutes(10)) == 3


async def test_what_a_receipt_points_to_is_still_found(store: Store, kind: Kind[Any]) -> None:
    owner = await new_owner(store)
    old = await add(store, owner, kind=kind)
    async with store.begin(owner, NOW, IDS) as unit:
        unit.of(kind).add(a_thing(kind, owner))
        [change] = await unit.commit(Key("a key", bytes(32)), "[-1, 1]")
    assert await prune(store, owner, NOW + timedelta(days=1)) == 2
    receipt = await store.view(owner).receipts.get("a key", BEGIN)
    assert receipt is not None
    found = await store.view(owner).changes.at(receipt.seqs())
    assert found.keys() == {1, 2}
    assert receipt.result(found) == (change.value, old)


async def test_pruning_is_undone_with_its_unit_of_work(store: Store, kind: Kind[Any]) -> None:
    owner = await new_owner(store)
    thing = await add(store, owner, kind=kind)
    await write(store, owner, lambda unit: unit.of(kind).update(renamed(kind, thing, "renamed")))
    before = await feed(store, owner)
    with suppress(Undo):
        async with store.begin_accounts() as unit:
            assert await unit.prune(owner, NOW + timedelta(days=1), 10) == 2
            raise Undo
    assert await feed(store, owner) == before
    assert (await store.view(owner).changes.page(None, 10)).pruned == 0
    assert await prune(store, owner, NOW + timedelta(days=1)) == 2


async def test_nobody_elses_feed_is_pruned(store: Store, kind: Kind[Any]) -> None:
    owner, neighbour = await new_owner(store), await new_owner(store)
    for person in (owner, neighbour, owner, neighbour):
        await add(store, person, kind=kind)
    before = await feed(store, neighbour)
    assert await prune(store, owner, NOW + timedelta(days=1)) == 2
    assert await feed(store, neighbour) == before
    assert (await store.view(neighbour).changes.page(None, 10)).pruned == 0


async def test_without_an_account_there_is_nothing_to_prune(store: Store) -> None:
    assert await prune(store, someone().id, NOW + timedelta(days=1)) == 0


async def test_an_account_with_a_pruned_feed_can_be_closed(store: Store, kind: Kind[Any]) -> None:
    owner = await new_owner(store)
    thing = await add(store, owner, kind=kind)
    await prune(store, owner, NOW + timedelta(days=1))
    await on_accounts(store, lambda unit: unit.users.remove(owner))
    assert await store.view(owner).changes.at([thing.revision]) == {}
