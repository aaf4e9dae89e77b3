"""Health: alive from memory, ready only with what is needed, and no load from probes."""

import asyncio
from dataclasses import replace

import pytest

from tests.http.service import Api, compose, problem, serving
from todo_adapters.contracts.fakes import FixedClock
from todo_core.errors import Unavailable
from todo_http.kernel import readiness as readiness_module
from todo_http.kernel.readiness import Readiness


async def test_a_healthy_service_says_so(api: Api) -> None:
    for path in ("/health", "/health/live", "/health/ready"):
        answer = await api.client.get(path)
        assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


@pytest.mark.check("N1", "N2")
async def test_without_its_storage_the_service_is_alive_and_not_ready() -> None:
    async def check() -> None:
        raise Unavailable("The storage is out of reach.", reason="The storage says why.")

    todo, hasher = compose(FixedClock())
    async with serving(todo=replace(todo, check=check)) as api:
        assert (await api.client.get("/health/live")).status_code == 200
        assert (await api.client.get("/health")).status_code == 200
        answer = await api.client.get("/health/ready")
        assert problem(answer, 503, "unavailable")["detail"] == "The storage says why."
        assert answer.headers["retry-after"] == "1"
    hasher.close()


@pytest.mark.check("N3")
async def test_a_stopping_service_is_not_ready(api: Api) -> None:
    readiness = api.app.service.readiness
    assert readiness
    readiness.drain()
    try:
        problem(await api.client.get("/health/ready"), 503, "unavailable")
        assert (await api.client.get("/health/live")).status_code == 200
    finally:
        readiness.draining = False


@pytest.mark.check("N2")
async def test_however_many_ask_one_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    looks = 0

    async def check() -> None:
        nonlocal looks
        looks += 1
        await asyncio.sleep(0.01)

    readiness = Readiness(check)
    await asyncio.gather(*(readiness.require() for _ in range(100)))
    assert looks == 1
    monkeypatch.setattr(readiness_module, "FRESH_SECONDS", 0.0)
    await readiness.require()
    assert looks == 2


async def test_storage_that_does_not_answer_is_out_of_reach(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readiness_module, "TIMEOUT_SECONDS", 0.01)
    with pytest.raises(Unavailable, match="does not answer"):
        await Readiness(lambda: asyncio.sleep(60)).require()


async def test_a_start_waits_until_the_service_can_work() -> None:
    looks = 0

    async def check() -> None:
        nonlocal looks
        looks += 1
        if looks < 3:
            raise Unavailable("The service is still starting.")

    readiness = Readiness(check)
    await readiness.settle(5)
    assert looks == 3
    await readiness.require()


@pytest.mark.parametrize("hangs", [True, False])
async def test_a_start_does_not_wait_for_ever(hangs: bool) -> None:
    async def check() -> None:
        if hangs:
            await asyncio.sleep(60)
        raise Unavailable("The storage is out of reach.")

    async with asyncio.timeout(20):
        await Readiness(check).settle(0.2)


async def test_a_start_that_is_stopped_waits_no_longer() -> None:
    async def check() -> None:
        raise Unavailable("The storage is out of reach.")

    readiness = Readiness(check)
    waiting = asyncio.create_task(readiness.settle(60))
    await asyncio.sleep(0.1)
    readiness.drain()
    async with asyncio.timeout(20):
        await waiting
