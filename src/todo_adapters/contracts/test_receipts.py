"""What ReceiptReads and a CommittableUnit with a key promise: it happens once, and its receipt is kept for a while."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import pytest

from todo_adapters.contracts.kit import (
    IDS,
    NOW,
    Undo,
    a_thing,
    add,
    all_things,
    feed,
    forget,
    join,
    new_owner,
    on_accounts,
    someone,
    together,
    write,
)
from todo_adapters.contracts.samples import kind_of, name_of, renamed
from todo_core.errors import MovedOn, NotFound
from todo_core.ids import UserId
from todo_core.model.change import Change
from todo_core.model.kinds import Kind
from todo_core.model.write_options import Key, Receipt
from todo_core.ports.accounts import AccountsUnitOfWork
from todo_core.ports.storage import Store
from todo_core.usecases.cleanup import BEGINNING

DIGEST = bytes(range(32))
KEY = Key("a key", DIGEST)


async def add_under(store: Store, key: Key, *things: Any, answer: str = "-1", now: datetime = NOW) -> Sequence[Change]:
    """What adding the things of one owner under a key caused."""
    async with store.begin(things[0].user_id, now, IDS) as unit:
        for thing in things:
            unit.of(kind_of(thing)).add(thing)
        return await unit.commit(key, answer)


async def claim(store: Store, owner: UserId, key: Key, answer: str = "null") -> None:
    """Commits nothing but the key."""
    async with store.begin(owner, NOW, IDS) as unit:
        assert list(await unit.commit(key, answer)) == []


async def receipt(store: Store, owner: UserId, key: str = KEY.text) -> Receipt | None:
    return await store.view(owner).receipts.get(key, BEGINNING)


async def test_what_was_done_under_a_key_leaves_a_receipt(store: Store, kind: Kind[Any]) -> None:
    owner = await new_owner(store)
    await add(store, owner, kind=kind)
    assert await receipt(store, owner) is None
    [change] = await add_under(store, KEY, a_thing(kind, owner))
    assert change.seq == 2
    assert await receipt(store, owner) == Receipt(fingerprint=DIGEST, first_seq=2, answer="-1")
    assert (await feed(store, owner))[1:] == [change]


@pytest.mark.check("G3")
@pytest.mark.parametrize("size", [1, 3])
async def test_a_key_commits_once_and_then_nothing_and_takes_no_number(
    store: Store, kind: Kind[Any], size: int
) -> None:
    owner = await new_owner(store)
    changes = await add_under(store, KEY, *(a_thing(kind, owner) for _ in range(size)))
    for fingerprint in (DIGEST, DIGEST[::-1]):
        for again in (1, 2):
            with pytest.raises(MovedOn):
                await add_under(store, Key(KEY.text, fingerprint), *(a_thing(kind, owner) for _ in range(again)))
        with pytest.raises(MovedOn):
            await claim(store, owner, Key(KEY.text, fingerprint))
    assert await feed(store, owner) == list(changes)
    assert await store.view(owner).revision() == size
    assert (await add(store, owner, kind=kind)).revision == size + 1
    assert await receipt(store, owner) == Receipt(fingerprint=DIGEST, first_seq=1, answer="-1")


async def test_a_used_key_undoes_updates_and_removals_too(store: Store, kind: Kind[Any]) -> None:
    owner = await new_owner(store)
    task = await add(store, owner, kind=kind)
    await claim(store, owner, KEY)
    async with store.begin(owner, NOW, IDS) as unit:
        unit.of(kind).update(renamed(kind, task, "renamed"))
        with pytest.raises(MovedOn):
            await unit.commit(KEY, "-1")
    async with store.begin(owner, NOW, IDS) as unit:
        unit.of(kind).remove(task)
        with pytest.raises(MovedOn):
            await unit.commit(KEY, "null")
    assert await all_things(store, owner, kind) == [task]
    assert [change.seq for change in await feed(store, owner)] == [1]


@pytest.mark.check("G6")
@pytest.mark.parametrize("exclusive", [False, True])
@pytest.mark.parametrize("size", [0, 1, 2])
async def test_of_twenty_parallel_commits_under_one_key_one_wins(
    store: Store, kind: Kind[Any], size: int, exclusive: bool
) -> None:
    owner = await new_owner(store)

    async def attempt(number: int) -> None:
        async with store.begin(owner, NOW, IDS, exclusive=exclusive) as unit:
            for _ in range(size):
                unit.of(kind).add(a_thing(kind, owner, f"attempt {number}"))
            await unit.commit(KEY, str(number))

    assert await together(*(attempt(number) for number in range(20))) == {"done": 1, "MovedOn": 19}
    kept = await receipt(store, owner)
    assert kept is not None
    assert [name_of(kind, task) for task in await all_things(store, owner, kind)] == [f"attempt {kept.answer}"] * size
    assert [change.seq for change in await feed(store, owner)] == list(range(1, size + 1))


async def test_parallel_commits_under_different_keys_all_win(store: Store, kind: Kind[Any]) -> None:
    owner = await new_owner(store)
    keys = [Key(f"key {i}", DIGEST) for i in range(20)]
    runs = [add_under(store, key, *(a_thing(kind, owner) for _ in range(1 + i % 2))) for i, key in enumerate(keys)]
    changes = await asyncio.gather(*runs)
    assert [change.seq for change in await feed(store, owner)] == list(range(1, 31))
    for key, [first, *_] in zip(keys, changes, strict=True):
        assert await receipt(store, owner, key.text) == Receipt(fingerprint=DIGEST, first_seq=first.seq, answer="-1")


async def test_a_key_without_writes_is_used_all_the_same(store: Store, kind: Kind[Any]) -> None:
    owner = await new_owner(store)
    task = await add(store, owner, kind=kind)
    await claim(store, owner, KEY, "1")
    kept = await receipt(store, owner)
    assert kept is not None
    assert (kept.fingerprint, kept.answer) == (DIGEST, "1")
    assert kept.result(await store.view(owner).changes.at(kept.seqs())) == task
    assert await store.view(owner).revision() == 1


async def test_several_writes_under_one_key_are_found_from_the_number_of_the_first(
    store: Store, kind: Kind[Any]
) -> None:
    owner = await new_owner(store)
    await add(store, owner, kind=kind)
    old, fresh = await add(store, owner, "old", kind=kind), a_thing(kind, owner, "fresh")
    async with store.begin(owner, NOW, IDS) as unit:
        unit.of(kind).add(fresh)
        unit.of(kind).update(renamed(kind, old, "renamed"))
        unit.of(kind).remove(old)
        changes = await unit.commit(KEY, "[-1, -2, null, -3, 1]")
    kept = await receipt(store, owner)
    assert kept is not None
    assert kept.first_seq == 3
    assert kept.seqs() == {1, 3, 4, 5}
    entries = await store.view(owner).changes.at(kept.seqs())
    first = (await feed(store, owner))[0].value
    assert kept.result(entries) == (changes[0].value, changes[1].value, None, None, first)


@pytest.mark.check("G7")
async def test_the_same_key_of_somebody_else_is_another_key(store: Store, kind: Kind[Any]) -> None:
    owner, neighbour = await new_owner(store), await new_owner(store)
    await add_under(store, KEY, a_thing(kind, owner))
    assert await receipt(store, neighbour) is None
    await add(store, neighbour, kind=kind)
    await add_under(store, Key(KEY.text, DIGEST[::-1]), a_thing(kind, neighbour), answer="null")
    assert await receipt(store, neighbour) == Receipt(fingerprint=DIGEST[::-1], first_seq=2, answer="null")
    assert await receipt(store, owner) == Receipt(fingerprint=DIGEST, first_seq=1, answer="-1")


@pytest.mark.parametrize("text", ["k", "K", "k ", "~" * 255, "'; --", '"quoted"', "%", "_"])
async def test_keys_are_told_apart_character_by_character(store: Store, kind: Kind[Any], text: str) -> None:
    owner = await new_owner(store)
    await claim(store, owner, Key("k" if text != "k" else "K", DIGEST))
    await claim(store, owner, Key(text, DIGEST))
    with pytest.raises(MovedOn):
        await claim(store, owner, Key(text, DIGEST))


@pytest.mark.check("G9", "G12")
@pytest.mark.parametrize("size", [0, 1, 2])
async def test_what_is_undone_or_refused_leaves_the_key_free(store: Store, kind: Kind[Any], size: int) -> None:
    owner = await new_owner(store)
    gone = await add(store, owner, kind=kind)
    await write(store, owner, lambda unit: unit.of(kind).remove(gone))
    with suppress(Undo):
        async with store.begin(owner, NOW, IDS, exclusive=True) as unit:
            for _ in range(size):
                unit.of(kind).add(a_thing(kind, owner))
            raise Undo
    async with store.begin(owner, NOW, IDS) as unit:
        for _ in range(size):
            unit.of(kind).add(a_thing(kind, owner))
        unit.of(kind).update(gone)
        with pytest.raises(MovedOn):
            await unit.commit(KEY, "-1")
    assert await receipt(store, owner) is None
    assert await store.view(owner).revision() == 2
    await add_under(store, KEY, a_thing(kind, owner))


async def test_without_an_account_no_key_can_be_claimed(store: Store, kind: Kind[Any]) -> None:
    """One statement that finds nothing to do cannot tell why: MovedOn may stand for NotFound there."""
    nobody = someone().id
    with pytest.raises(NotFound):
        await claim(store, nobody, KEY)
    with pytest.raises((NotFound, MovedOn)):
        await add_under(store, KEY, a_thing(kind, nobody))
    with pytest.raises(NotFound):
        await add_under(store, KEY, a_thing(kind, nobody), a_thing(kind, nobody))
    assert await receipt(store, nobody) is None


@pytest.mark.check("G14")
async def test_receipts_are_forgotten_after_a_time_and_their_keys_are_free_again(store: Store, kind: Kind[Any]) -> None:
    owner, neighbour = await new_owner(store), await new_owner(store)
    old, young = Key("old", DIGEST), Key("young", DIGEST)
    long_ago = NOW - timedelta(days=2)
    for person in (owner, neighbour):
        await add_under(store, old, a_thing(kind, person), now=long_ago - timedelta(microseconds=1))
        await add_under(store, young, a_thing(kind, person), now=long_ago)
    await on_accounts(store, lambda unit: forget(unit.forget_receipts, long_ago))
    for person in (owner, neighbour):
        assert await receipt(store, person, old.text) is None
        assert await receipt(store, person, young.text) is not None
    with pytest.raises(MovedOn):
        await add_under(store, young, a_thing(kind, owner))
    await add_under(store, old, a_thing(kind, owner))
    assert await receipt(store, owner, old.text) == Receipt(fingerprint=DIGEST, first_seq=3, answer="-1")
    assert await store.view(owner).revision() == 3


@pytest.mark.check("P14")
async def test_a_receipt_from_before_a_moment_is_not_found(store: Store, kind: Kind[Any]) -> None:
    owner = await new_owner(store)
    await add_under(store, KEY, a_thing(kind, owner))
    reads = store.view(owner).receipts
    assert await reads.get(KEY.text, NOW) is not None
    assert await reads.get(KEY.text, NOW + timedelta(microseconds=1)) is None


async def test_forgetting_is_undone_with_its_unit_of_work(store: Store, kind: Kind[Any]) -> None:
    owner = await new_owner(store)
    await add_under(store, KEY, a_thing(kind, owner), now=NOW - timedelta(days=9))
    with suppress(Undo):
        async with store.begin_accounts() as unit:
            await forget(unit.forget_receipts, NOW - timedelta(days=8))
            raise Undo
    assert await receipt(store, owner) is not None


@pytest.mark.check("G15")
async def test_receipts_go_with_the_account(store: Store, kind: Kind[Any]) -> None:
    user = await join(store)
    await add_under(store, KEY, a_thing(kind, user.id))

    async def close(unit: AccountsUnitOfWork) -> None:
        await unit.users.remove(user.id)

    await on_accounts(store, close)
    assert await receipt(store, user.id) is None
    await on_accounts(store, lambda unit: unit.users.add(user, "another hash"))
    assert await receipt(store, user.id) is None
    [change] = await add_under(store, KEY, a_thing(kind, user.id))
    assert change.seq == 1


async def test_a_cancelled_caller_leaves_the_key_with_its_writes_or_free(store: Store, kind: Kind[Any]) -> None:
    owner = await new_owner(store)
    for steps in range(0, 30, 2):
        key, title = Key(f"key {steps}", DIGEST), f"task {steps}"
        running = asyncio.create_task(add_under(store, key, a_thing(kind, owner, title), a_thing(kind, owner, title)))
        for _ in range(steps):
            await asyncio.sleep(0)
        running.cancel()
        await asyncio.wait([running])
        async with store.begin(owner, NOW, IDS, exclusive=True):  # waits for a commit that was begun
            titles = [name_of(kind, task) for task in await all_things(store, owner, kind)]
            assert titles.count(title) == (2 if await receipt(store, owner, key.text) else 0)


async def test_there_is_no_receipt_of_what_nobody_did(store: Store, kind: Kind[Any]) -> None:
    owner = await new_owner(store)
    await claim(store, owner, KEY)
    assert await receipt(store, owner, "another key") is None
    assert await receipt(store, someone().id) is None
