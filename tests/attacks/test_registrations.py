"""How many accounts one network may open in an hour, on all replicas together."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.attacks.replicas import Replica, new_email, new_network, two_replicas
from todo_core.errors import TodoError, TooManyRequests
from todo_core.model.attempts import ThrottlePolicy, per_hour
from todo_core.model.user import Registration
from todo_core.usecases.cleanup import forget_expired_attempts

Pair = tuple[Replica, Replica]
POLICY = ThrottlePolicy(registrations=per_hour(3))
HOUR = 3600


@pytest_asyncio.fixture
async def strict(storage_url: str) -> AsyncIterator[Pair]:
    """Two replicas on which a network may register three accounts an hour."""
    async with two_replicas(storage_url, POLICY) as made:
        yield made


async def register(one: Replica, network: str, email: str = "") -> str:
    """The code of the refusal, or "in"."""
    try:
        await one.register(email or new_email(), network)
    except TodoError as refusal:
        return refusal.code
    return "in"


@pytest.mark.check("P7")
async def test_a_network_registers_so_many_accounts_an_hour_on_all_replicas(strict: Pair) -> None:
    one, other = strict
    network = new_network()
    answers = await asyncio.gather(*[register(strict[number % 2], network) for number in range(6)])
    assert Counter(answers) == {"in": 3, "too-many-requests": 3}
    with pytest.raises(TooManyRequests) as refusal:
        await other.register(new_email(), network)
    assert refusal.value.retry_after == HOUR
    assert other.event_log.entries[-1] == ("too_many_requests", {"of": "registrations", "wait": HOUR})
    assert await register(one, new_network()) == "in"


async def test_the_limit_ends_after_an_hour_and_not_before(strict: Pair) -> None:
    one, other = strict
    network = new_network()
    assert [await register(one, network) for _ in range(4)] == ["in"] * 3 + ["too-many-requests"]
    one.clock.advance(seconds=HOUR - 10)
    await forget_expired_attempts(one.todo.run, one.clock.now() - POLICY.window)
    assert await register(other, network) == "too-many-requests"
    one.clock.advance(seconds=10)
    assert [await register(other, network) for _ in range(4)] == ["in"] * 3 + ["too-many-requests"]


async def test_registrations_are_remembered_for_an_hour_although_failures_are_not(strict: Pair) -> None:
    one, other = strict
    network = new_network()
    assert [await register(one, network) for _ in range(2)] == ["in"] * 2
    one.clock.advance(seconds=HOUR - 1)
    await forget_expired_attempts(one.todo.run, one.clock.now() - POLICY.window)
    assert [await register(other, network) for _ in range(2)] == ["in", "too-many-requests"]


async def test_logging_in_is_neither_counted_nor_refused_with_registrations(strict: Pair) -> None:
    one, other = strict
    network, email = new_network(), new_email()
    for _ in range(4):
        assert await one.guess(new_email(), network=network) == "invalid-credentials"
    assert await register(one, network, email) == "in"
    assert [await register(one, network) for _ in range(3)] == ["in"] * 2 + ["too-many-requests"]
    assert await other.guess(new_email(), network=network) == "invalid-credentials"
    assert await other.guess(email, "correct horse battery staple", network) == "in"


async def test_operators_add_as_many_accounts_as_they_like(strict: Pair) -> None:
    for _ in range(5):
        wish = Registration.of(email=new_email(), password="correct horse battery staple", name="Ada")
        await strict[0].todo.accounts.add(wish)


async def test_the_limit_can_be_lifted_without_lifting_that_of_failures(storage_url: str) -> None:
    async with two_replicas(storage_url, ThrottlePolicy(registrations=None)) as (one, other):
        network = new_network()
        assert [await register(one, network) for _ in range(31)] == ["in"] * 30 + ["too-many-requests"]
        assert other.event_log.entries[-1:] == []
        assert one.event_log.entries[-1] == ("too_many_requests", {"of": "place", "wait": 60})
