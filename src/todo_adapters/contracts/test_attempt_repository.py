"""What AttemptReads and AttemptRepository promise: no failed login is lost, however many are counted at once."""

import asyncio
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256

import pytest

from todo_adapters.contracts.kit import IDS, NOW, Undo, on_accounts, still_waits, think, together
from todo_core.model.attempts import AttemptPolicy, Attempts
from todo_core.ports.accounts import AccountsUnitOfWork
from todo_core.ports.storage import Store
from todo_core.usecases.cleanup import BEGINNING

MINUTE = timedelta(minutes=1)


def new_key() -> bytes:
    """A key under which nothing is counted yet."""
    return sha256(IDS.new().bytes).digest()


async def put(store: Store, attempts: Attempts) -> bytes:
    """A new key under which this is counted."""
    key = new_key()

    async def count(unit: AccountsUnitOfWork) -> None:
        await unit.attempts.locked(key, NOW)
        await unit.attempts.update(key, attempts)

    await on_accounts(store, count)
    return key


async def forget(store: Store, before: datetime, limit: int = 100, after: datetime = BEGINNING) -> datetime | None:
    """Deletes one piece of the counts."""
    async with store.begin_accounts() as unit:
        end = await unit.attempts.forget(after, before, limit)
        await unit.commit()
    return end


async def test_what_nobody_counted_is_none(store: Store) -> None:
    assert await store.accounts().attempts.get(new_key()) is None


async def test_a_count_begins_when_it_is_first_looked_for(store: Store) -> None:
    async with store.begin_accounts() as unit:
        assert await unit.attempts.locked(new_key(), NOW) == Attempts(failures=0, since=NOW)


async def test_a_count_comes_back_as_it_was_stored(store: Store) -> None:
    blocked = Attempts(failures=7, since=NOW, blocked_until=NOW + MINUTE)
    key, other = await put(store, blocked), await put(store, Attempts(since=NOW))
    assert await store.accounts().attempts.get(key) == blocked
    assert await store.accounts().attempts.get(other) == Attempts(since=NOW)
    async with store.begin_accounts() as unit:
        assert await unit.attempts.locked(key, NOW + MINUTE) == blocked
        assert await unit.attempts.get(key) == blocked


async def test_a_count_shows_at_commit_and_not_if_it_is_undone(store: Store) -> None:
    key = await put(store, Attempts(failures=1, since=NOW))
    with suppress(Undo):
        async with store.begin_accounts() as unit:
            await unit.attempts.locked(key, NOW)
            await unit.attempts.update(key, Attempts(failures=2, since=NOW))
            assert await unit.attempts.get(key) == Attempts(failures=2, since=NOW)
            assert await store.accounts().attempts.get(key) == Attempts(failures=1, since=NOW)
            raise Undo
    assert await store.accounts().attempts.get(key) == Attempts(failures=1, since=NOW)


@pytest.mark.parametrize("fresh", [False, True])
async def test_a_locked_count_waits_for_the_end_of_the_unit_of_work(store: Store, fresh: bool) -> None:
    key = new_key() if fresh else await put(store, Attempts(since=NOW))

    async def look() -> Attempts:
        async with store.begin_accounts() as unit:
            return await unit.attempts.locked(key, NOW)

    async with store.begin_accounts() as unit:
        await unit.attempts.locked(key, NOW)
        second = asyncio.create_task(look())
        assert await still_waits(second)
        await unit.attempts.update(key, Attempts(failures=4, since=NOW))
        await unit.commit()
    assert await asyncio.wait_for(second, 5) == Attempts(failures=4, since=NOW)


async def test_parallel_failures_are_all_counted(store: Store) -> None:
    key, policy = new_key(), AttemptPolicy(free=100)

    async def fail() -> None:
        async with store.begin_accounts() as unit:
            attempts = await unit.attempts.locked(key, NOW)
            await think()
            await unit.attempts.update(key, attempts.charge(NOW, policy))
            await unit.commit()

    assert await together(*(fail() for _ in range(12))) == {"done": 12}
    found = await store.accounts().attempts.get(key)
    assert found is not None
    assert found.failures == 12


async def test_old_counts_that_block_nobody_are_forgotten(store: Store) -> None:
    long_ago = NOW - timedelta(days=400)
    kept = [
        Attempts(failures=1, since=long_ago),
        Attempts(failures=9, since=long_ago - MINUTE, blocked_until=long_ago + MINUTE),
    ]
    dropped = [
        Attempts(failures=1, since=long_ago - MINUTE),
        Attempts(failures=9, since=long_ago - 2 * MINUTE, blocked_until=long_ago - MINUTE),
    ]
    kept_keys = [await put(store, attempts) for attempts in kept]
    dropped_keys = [await put(store, attempts) for attempts in dropped]
    assert await forget(store, long_ago) is None
    reads = store.accounts().attempts
    assert [await reads.get(key) for key in kept_keys] == kept
    assert [await reads.get(key) for key in dropped_keys] == [None, None]


async def test_a_count_that_is_to_be_kept_is_not_forgotten_before(store: Store) -> None:
    long_ago = NOW - timedelta(days=800)
    kept = Attempts(since=long_ago - MINUTE, kept_until=long_ago)
    dropped = Attempts(since=long_ago - MINUTE, kept_until=long_ago - MINUTE)
    kept_key, dropped_key = await put(store, kept), await put(store, dropped)
    assert await forget(store, long_ago) is None
    assert await store.accounts().attempts.get(kept_key) == kept
    assert await store.accounts().attempts.get(dropped_key) is None


async def test_old_counts_are_forgotten_in_pieces_oldest_first(store: Store) -> None:
    long_ago = NOW - timedelta(days=1200)
    counts = [Attempts(failures=1, since=long_ago - minutes * MINUTE) for minutes in (2, 5, 1, 4, 3)]
    keys = [await put(store, attempts) for attempts in counts]
    reads, left = store.accounts().attempts, list[list[Attempts | None]]()
    ends = [long_ago - 5 * MINUTE - timedelta(microseconds=1)]
    while (end := await forget(store, long_ago, 2, ends[-1])) is not None:
        ends.append(end)
        left.append([await reads.get(key) for key in keys])
    left.append([await reads.get(key) for key in keys])
    assert ends[1:] == [long_ago - 4 * MINUTE, long_ago - 2 * MINUTE]
    assert left == [[counts[0], None, counts[2], None, counts[4]], [None, None, counts[2], None, None], [None] * 5]


@pytest.mark.parallel_writers
async def test_a_count_that_somebody_holds_is_neither_forgotten_nor_waited_for(store: Store) -> None:
    long_ago = NOW - timedelta(days=1600)
    held, free = [await put(store, Attempts(since=long_ago - minutes * MINUTE)) for minutes in (2, 1)]
    async with store.begin_accounts() as unit:
        found = await unit.attempts.locked(held, NOW)
        assert await asyncio.wait_for(forget(store, long_ago), 5) is None
        await unit.attempts.update(held, replace(found, failures=1))
        await unit.commit()
    assert await store.accounts().attempts.get(held) == Attempts(failures=1, since=long_ago - 2 * MINUTE)
    assert await store.accounts().attempts.get(free) is None
    await forget(store, long_ago)
