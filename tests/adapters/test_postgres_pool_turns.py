"""Taking turns at a pool of connections: in order, not for ever, not too many, and no place is lost to who gives up."""

import asyncio
from time import perf_counter

import pytest

from tests.support.pools import NAP, pid_of, watched_pool
from tests.support.proxy import proxy_to
from todo_adapters.sql.connection_limiter import FULL, LATE
from todo_adapters.sql.failures import CLOSED
from todo_adapters.sql.postgres import pool as postgres_pool
from todo_core.errors import Unavailable


async def test_connections_are_lent_in_the_order_of_asking(postgres_url: str) -> None:
    async with watched_pool(postgres_url, size=2) as watched:
        await asyncio.gather(*[watched.visit(0.01) for _ in range(2)])
        served = []

        async def visit(number: int) -> None:
            link = await watched.pool.take()
            served.append(number)
            await pid_of(link)
            watched.pool.give_back(link)

        await asyncio.gather(*[visit(number) for number in range(20)])
        assert served == list(range(20))


async def test_nobody_overtakes_whoever_a_connection_was_just_handed_to(postgres_url: str) -> None:
    async with watched_pool(postgres_url, size=1) as watched:
        link = await watched.pool.take()
        first = asyncio.create_task(watched.pool.take())
        await asyncio.sleep(0)
        watched.pool.give_back(link)
        second = asyncio.create_task(watched.pool.take())
        done, _ = await asyncio.wait([first, second], return_when=asyncio.FIRST_COMPLETED)
        assert done == {first}
        watched.pool.give_back(await first)
        watched.pool.give_back(await second)


async def test_connections_are_made_one_by_one_as_they_are_needed_and_never_too_many(postgres_url: str) -> None:
    async with watched_pool(postgres_url, size=3) as watched:
        assert await watched.at_the_server() == set()
        for _ in range(5):
            await watched.visit()
        assert len(await watched.at_the_server()) == 1
        await asyncio.gather(*[watched.visit(0.01) for _ in range(20)])
        assert len(await watched.at_the_server()) == 3


@pytest.mark.check("K8")
async def test_too_long_a_wait_ends_in_late(postgres_url: str) -> None:
    async with watched_pool(postgres_url, size=1, patience=0.1) as watched:
        link = await watched.pool.take()
        started = perf_counter()
        with pytest.raises(Unavailable, match=LATE):
            await watched.pool.take()
        assert perf_counter() - started > 0.05
        watched.pool.give_back(link)
        await watched.visit()


@pytest.mark.check("K8")
async def test_a_full_queue_refuses_at_once(postgres_url: str) -> None:
    async with watched_pool(postgres_url, size=1, queue=2) as watched:
        link = await watched.pool.take()
        waiting = [asyncio.create_task(watched.visit()) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(Unavailable, match=FULL):
            watched.pool.take().send(None)  # before it waits for anything
        assert (watched.limiter.inside, watched.limiter.waiting, watched.limiter.refused) == (1, 2, 1)
        watched.pool.give_back(link)
        await asyncio.gather(*waiting)


@pytest.mark.check("K7")
async def test_who_gives_up_while_waiting_is_passed_over(postgres_url: str) -> None:
    async with watched_pool(postgres_url, size=1) as watched:
        link = await watched.pool.take()
        hasty, patient = (asyncio.create_task(watched.visit()) for _ in range(2))
        await asyncio.sleep(0)
        hasty.cancel()
        await asyncio.wait([hasty])
        assert watched.limiter.waiting == 1
        watched.pool.give_back(link)
        await asyncio.wait_for(patient, 20)


@pytest.mark.check("K7")
@pytest.mark.parametrize("given_back_first", [True, False])
async def test_who_gives_up_in_the_moment_of_the_hand_over_passes_the_connection_on(
    postgres_url: str, given_back_first: bool
) -> None:
    async with watched_pool(postgres_url, size=1) as watched:
        link = await watched.pool.take()
        hasty, patient = (asyncio.create_task(watched.visit()) for _ in range(2))
        await asyncio.sleep(0)
        if given_back_first:
            watched.pool.give_back(link)
            hasty.cancel()
        else:
            hasty.cancel()
            watched.pool.give_back(link)
        await asyncio.wait_for(patient, 20)
        assert hasty.cancelled()
        assert len(await watched.at_the_server()) == 1


async def test_who_gives_up_while_a_connection_is_made_leaves_the_place(postgres_url: str) -> None:
    async with watched_pool(postgres_url, size=1) as watched:
        for delay in range(12):
            visit = asyncio.create_task(watched.visit())
            await asyncio.sleep(delay / 1_500)
            visit.cancel()
            await asyncio.wait([visit])
            await asyncio.wait_for(watched.visit(), 20)
            await watched.kill(next(iter(await watched.at_the_server("idle"))))


@pytest.mark.check("K9")
async def test_a_server_that_comes_up_later_is_found(postgres_url: str) -> None:
    async with proxy_to(postgres_url) as proxy, watched_pool(postgres_url, size=2) as watched:
        watched.url = proxy.url
        await proxy.down()
        outcomes = await asyncio.gather(*[watched.visit() for _ in range(6)], return_exceptions=True)
        assert {type(outcome) for outcome in outcomes} == {Unavailable}
        assert watched.limiter.inside == 0
        await proxy.up()
        await asyncio.gather(*[watched.visit() for _ in range(6)])
        await watched.pool.close()


async def test_closing_serves_those_inside_and_refuses_those_who_wait(postgres_url: str) -> None:
    async with watched_pool(postgres_url, size=2) as watched:
        links = [await watched.pool.take() for _ in range(2)]
        waiting = [asyncio.create_task(watched.visit()) for _ in range(3)]
        await asyncio.sleep(0)
        closing = asyncio.create_task(watched.pool.close())
        await asyncio.sleep(0.05)
        with pytest.raises(Unavailable, match=CLOSED):
            await watched.pool.take()
        for link in links:
            assert await pid_of(link)
            watched.pool.give_back(link)
        await asyncio.wait_for(closing, 20)
        outcomes = await asyncio.gather(*waiting, return_exceptions=True)
        assert [str(outcome) for outcome in outcomes] == [CLOSED] * 3
        assert watched.made == 2  # nobody has bothered the server for a connection in vain


async def test_closing_takes_the_connection_from_who_does_not_end(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_pool, "GRACE_SECONDS", 0.2)
    async with watched_pool(postgres_url, size=1) as watched:
        link = await watched.pool.take()
        nap = asyncio.create_task(link.rows(NAP, {}))
        await watched.until(1, "active")
        started = perf_counter()
        await watched.pool.close()
        assert 0.1 < perf_counter() - started < 20
        with pytest.raises(Unavailable):
            await nap
        watched.pool.give_back(link)
        await watched.kill(next(iter(await watched.at_the_server("active"))))


async def test_a_connection_that_is_being_made_when_the_pool_closes_is_not_left_open(postgres_url: str) -> None:
    async with watched_pool(postgres_url, size=1) as watched:
        watched.connect_seconds = 0.1
        visit = asyncio.create_task(watched.visit())
        await asyncio.sleep(0.01)
        await watched.pool.close()
        with pytest.raises(Unavailable, match=CLOSED):
            await visit
        await watched.until(0)
