"""Revocations on one replica reach another one that has a busy pool or no connection at all."""

import asyncio
import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import text

from tests.support.proxy import proxy_to
from tests.support.replicas import register, replicas, until
from tests.support.server import SECRET
from todo_adapters.bootstrap import open_todo
from todo_adapters.security.signing_secrets import derive
from todo_adapters.sql import migrate
from todo_adapters.sql.statements import Statement
from todo_core.errors import InvalidToken, TodoError, Unavailable
from todo_core.todo import Todo
from todo_core.usecases.sessions import SignedIn

PASSWORD = "correct horse battery staple"
PROMISED = 1.0
BUSY_MACHINE = 1.5
"""Seconds that a machine with other things to do is given besides."""

COUNTING = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 4000000) SELECT count(*) FROM n"
NAPS = {"sqlite": COUNTING, "postgresql": "SELECT pg_sleep(3)"}


@pytest_asyncio.fixture
async def url(empty_database: str) -> str:
    """The address of a database that is up to date."""
    await migrate.upgrade(empty_database)
    return empty_database


def says(todo: Todo, signed_in: SignedIn) -> str:
    """The code of the refusal, or "in"."""
    try:
        todo.sessions.identify(signed_in.token)
    except TodoError as refusal:
        return refusal.code
    return "in"


@asynccontextmanager
async def busy(todo: Todo, nap: str) -> AsyncIterator[None]:
    """All connections run slow statements, and more wait for one."""
    database: Any = todo.run.store._database  # type: ignore[attr-defined]

    async def be_slow() -> None:
        while True:
            with suppress(Unavailable):
                await database.all(Statement(text(nap)), {})

    crowd = [asyncio.create_task(be_slow()) for _ in range(24)]
    try:
        while database.numbers()["todo_pool_waiting"] < 10:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        yield
        assert database.numbers()["todo_pool_waiting"] >= 10, "all the time"
    finally:
        for visitor in crowd:
            visitor.cancel()
        await asyncio.gather(*crowd, return_exceptions=True)


@pytest.mark.check("P12")
async def test_a_busy_pool_delays_no_revocation(url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async with replicas(tmp_path, url, url) as (one, other):
        took = []
        alive = await register(other)
        entered = [await register(other) for _ in range(3)]
        async with busy(one, NAPS[url.partition(":")[0]]):
            await asyncio.sleep(2.5)
            for signed_in in entered:
                assert says(one, signed_in) == says(one, alive) == "in"
                await other.sessions.log_out(other.sessions.identify(signed_in.token))

                async def gone(signed_in: SignedIn = signed_in) -> bool:
                    return says(one, signed_in) == "invalid-token"

                took.append(await until(gone))
                assert says(one, alive) == "in", "those who live are not refused meanwhile"
        with capsys.disabled():
            print(f"\nrevocation beside a busy pool: {', '.join(f'{seconds:.2f} s' for seconds in took)}")
        assert max(took) < PROMISED + BUSY_MACHINE


@pytest.mark.check("P12")
async def test_a_replica_that_cannot_look_refuses_tokens_until_it_can(postgres_url: str, tmp_path: Path) -> None:
    await migrate.upgrade(postgres_url)
    async with proxy_to(postgres_url) as proxy, replicas(tmp_path, proxy.url, postgres_url) as (cut_off, other):
        revoked, alive = await register(other), await register(other)
        await other.sessions.log_out(other.sessions.identify(revoked.token))

        async def told(signed_in: SignedIn, code: str) -> bool:
            return says(cut_off, signed_in) == code

        await until(lambda: told(revoked, "invalid-token"))
        await proxy.down()
        await until(lambda: told(alive, "unavailable"))
        with pytest.raises(Unavailable) as refusal:
            cut_off.sessions.identify(alive.token)
        assert refusal.value.retry_after == 1
        assert says(cut_off, revoked) == "invalid-token"
        with pytest.raises(InvalidToken):
            cut_off.sessions.identify("nonsense")
        await proxy.up()
        await until(lambda: told(alive, "in"))
        assert says(cut_off, revoked) == "invalid-token"


async def test_a_first_use_on_one_replica_is_known_to_the_other(url: str, tmp_path: Path) -> None:
    async with replicas(tmp_path, url, url) as (one, other):
        entered = await register(one)
        fresh = await one.sessions.refresh(entered.refresh_token)
        one.sessions.identify(fresh.token)

        async def known() -> bool:
            [session] = await other.run.store.accounts().sessions.of_user(entered.user.id)
            return session.confirmed == 2

        await until(known)
        with pytest.raises(InvalidToken):
            await other.sessions.refresh(entered.refresh_token)


async def test_digests_are_made_with_a_key_of_the_first_secret(tmp_path: Path) -> None:
    two = f"{SECRET},{SECRET[::-1]}"
    async with replicas(tmp_path, "memory://", BETTER_AUTH_SECRET=two) as (one,):
        assert one.sessions.passwords.digests.key == derive(SECRET, "attempts")


async def test_a_script_learns_what_others_end_and_may_be_busy_for_long(url: str, tmp_path: Path) -> None:
    async with open_todo(url) as script:
        entered, alive = await register(script), await register(script)
        async with replicas(tmp_path, url) as (service,):
            await service.accounts.disable(entered.user.email)

        async def gone() -> bool:
            return says(script, entered) == "invalid-token"

        await until(gone)
        assert script.sessions.revoked._current_until == math.inf  # type: ignore[attr-defined]
        assert says(script, alive) == "in"
