"""Fair turns at a database: owners are served in rotation, and none of them can use all connections."""

import asyncio
import random
from collections import Counter
from collections.abc import Hashable
from pathlib import Path

import pytest

from tests.support.sqlite_service import IDS, service_on
from todo_adapters.sql.connection_limiter import ConnectionLimiter
from todo_core.ids import UserId


async def visit(limiter: ConnectionLimiter, owner: Hashable, served: list[Hashable]) -> None:
    await limiter.enter(owner)
    served.append(owner)
    await asyncio.sleep(0)
    limiter.leave(owner)


@pytest.mark.check("P6")
async def test_owners_are_served_in_rotation_however_many_requests_one_has() -> None:
    limiter, served = ConnectionLimiter(1, 100, 5), list[Hashable]()
    crowd = [visit(limiter, "greedy", served) for _ in range(20)]
    await asyncio.gather(*crowd, *[visit(limiter, owner, served) for owner in ("ada", "bob", "ada")])
    assert served[:6] == ["greedy", "greedy", "ada", "bob", "greedy", "ada"]
    assert Counter(served) == {"greedy": 20, "ada": 2, "bob": 1}


@pytest.mark.check("P4", "P6")
async def test_one_owner_holds_at_most_half_of_the_places() -> None:
    limiter = ConnectionLimiter(4, 100, 5)
    greedy = [asyncio.create_task(limiter.enter("greedy")) for _ in range(10)]
    await asyncio.sleep(0)
    assert (limiter.inside, limiter.waiting) == (2, 8)
    await asyncio.wait_for(limiter.enter("ada"), 20)
    await asyncio.wait_for(limiter.enter("bob"), 20)
    assert limiter.inside == 4
    limiter.leave("ada")
    assert (limiter.inside, limiter.waiting) == (3, 8), "the place is not for somebody with a full share"
    limiter.leave("greedy")
    assert (limiter.inside, limiter.waiting) == (3, 7)
    for task in greedy:
        task.cancel()
    await asyncio.gather(*greedy, return_exceptions=True)
    assert limiter.waiting == 0


async def test_the_service_itself_may_hold_every_place() -> None:
    limiter = ConnectionLimiter(4, 0, 5)
    for _ in range(4):
        await limiter.enter()
    assert limiter.inside == 4


async def test_no_place_is_lost_whatever_happens_at_the_gate() -> None:
    chance = random.Random(7)
    limiter = ConnectionLimiter(3, 30, 0.02)
    held, worst = Counter[Hashable](), Counter[Hashable]()

    async def come(owner: Hashable) -> None:
        await limiter.enter(owner)
        held[owner] += 1
        worst[owner] = max(worst[owner], held[owner])
        try:
            await asyncio.sleep(chance.random() / 100)
        finally:
            held[owner] -= 1
            limiter.leave(owner)

    for _ in range(30):
        crowd = [asyncio.create_task(come(chance.choice([None, "ada", "bob", "eve"]))) for _ in range(30)]
        await asyncio.sleep(chance.random() / 100)
        for task in chance.sample(crowd, 8):
            task.cancel()
        await asyncio.gather(*crowd, return_exceptions=True)
        assert (limiter.inside, limiter.waiting) == (0, 0)
    assert max(worst["ada"], worst["bob"], worst["eve"]) == 2


@pytest.mark.check("P6")
async def test_a_writer_of_another_owner_does_not_wait_behind_all_transactions_of_one(tmp_path: Path) -> None:
    async with service_on(tmp_path / "todo.db") as service:
        database, ended = service.database, list[UserId]()

        async def transact(owner: UserId) -> None:
            async with database.transaction(owner):
                await asyncio.sleep(0.01)
            ended.append(owner)

        greedy, ada = UserId(IDS.new()), UserId(IDS.new())
        await service.titles()
        crowd = [asyncio.create_task(transact(greedy)) for _ in range(10)]
        await asyncio.sleep(0)
        await transact(ada)
        assert ended.index(ada) <= 2
        await asyncio.gather(*crowd)
