"""Passwords to be hashed: a network that floods the queue leaves places for others, whichever operation it uses."""

import asyncio
from collections import Counter
from collections.abc import Coroutine
from typing import Any

import pytest

from tests.attacks.replicas import PASSWORD, WRONG, CountingHasher, Replica, new_email, replica
from todo_adapters.contracts.fakes import FixedClock
from todo_adapters.memory.store import MemoryStore
from todo_core.errors import TodoError
from todo_core.model.attempts import AttemptPolicy, ThrottlePolicy
from todo_core.model.user import Actor

UNCOUNTED = ThrottlePolicy(account=AttemptPolicy(free=1000), network=None)


async def log_in(one: Replica, actor: Actor, network: str) -> None:
    await one.todo.sessions.log_in(new_email(), WRONG, "a test", network)


async def register(one: Replica, actor: Actor, network: str) -> None:
    await one.register(network=network)


async def change_password(one: Replica, actor: Actor, network: str) -> None:
    await one.todo.accounts.change_password(actor, PASSWORD, "another good password", network)


async def close(one: Replica, actor: Actor, network: str) -> None:
    await one.todo.accounts.close(actor, WRONG, network)


async def outcome(deed: Coroutine[Any, Any, None]) -> str:
    try:
        await deed
    except TodoError as refusal:
        return refusal.code
    return "done"


@pytest.mark.check("P6")
@pytest.mark.parametrize("flood", [log_in, register, change_password, close])
async def test_a_network_that_floods_the_queue_leaves_places_for_others(flood: Any) -> None:
    one = replica(MemoryStore(), FixedClock(), UNCOUNTED, CountingHasher(waiting_max=64, share_max=8))
    await one.revoked.read(one.store)
    entered = await one.register()
    actor = one.todo.sessions.identify(entered.token)
    async with one.hasher.turn("here"):
        crowd = [asyncio.create_task(outcome(flood(one, actor, "here"))) for _ in range(30)]
        other = asyncio.create_task(outcome(log_in(one, actor, "elsewhere")))
        while sum(asker.done() for asker in crowd) < 22:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        assert (sum(asker.done() for asker in crowd), other.done()) == (22, False)
    assert Counter(await asyncio.gather(*crowd))["unavailable"] == 22
    assert await other == "invalid-credentials"
    one.hasher.close()
