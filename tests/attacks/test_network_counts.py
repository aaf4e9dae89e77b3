"""What one network may try in a minute: failed logins, registrations, and attempts of every kind."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from hashlib import sha256
from itertools import permutations

import pytest
import pytest_asyncio

from tests.attacks.replicas import PASSWORD, Replica, new_email, new_network, replica, two_replicas
from todo_adapters.contracts.fakes import FixedClock
from todo_adapters.memory.store import MemoryStore
from todo_core.errors import TodoError, TooManyRequests
from todo_core.model.attempts import ThrottlePolicy, per_minute
from todo_core.usecases.digests import Digests

Pair = tuple[Replica, Replica]


@pytest_asyncio.fixture
async def strict(storage_url: str) -> AsyncIterator[Pair]:
    """Two replicas on which a network has 3 failures a minute, and so 30 attempts."""
    async with two_replicas(storage_url, ThrottlePolicy(network=per_minute(3))) as made:
        yield made


async def register(one: Replica, email: str, network: str) -> str:
    """The code of the refusal, or "in"."""
    try:
        await one.register(email, network)
    except TodoError as refusal:
        return refusal.code
    return "in"


@pytest.mark.check("P7")
async def test_registrations_count_as_failures_of_their_network(pair: Pair) -> None:
    one, other = pair
    network = new_network()
    answers = await asyncio.gather(*[register(pair[number % 2], new_email(), network) for number in range(40)])
    assert Counter(answers) == {"in": 30, "too-many-requests": 10}
    assert await one.guess(new_email(), network=network) == "too-many-requests"
    assert await register(other, new_email(), new_network()) == "in"
    one.clock.advance(seconds=60)
    assert await register(other, new_email(), network) == "in"


@pytest.mark.check("P7")
async def test_asking_for_addresses_that_are_taken_counts_as_well_and_costs_no_hash(pair: Pair) -> None:
    one, other = pair
    email, network = new_email(), new_network()
    await one.register(email)
    made = one.hasher.made + other.hasher.made
    answers = [await register(pair[number % 2], email, network) for number in range(31)]
    assert Counter(answers) == {"email-taken": 30, "too-many-requests": 1}
    assert one.hasher.made + other.hasher.made == made
    with pytest.raises(TooManyRequests) as refusal:
        await other.register(email, network)
    assert refusal.value.retry_after == 60
    assert other.event_log.entries[-1] == ("too_many_requests", {"of": "place", "wait": 60})


@pytest.mark.check("P7")
async def test_a_registration_is_never_given_back(strict: Pair) -> None:
    one, other = strict
    email, network = new_email(), new_network()
    await one.register(email, network)
    assert [await other.guess(email, PASSWORD, network) for _ in range(5)] == ["in"] * 5
    assert [await register(one, new_email(), network) for _ in range(3)] == ["in", "in", "too-many-requests"]


@pytest.mark.check("P7")
async def test_right_logins_count_against_their_network(strict: Pair) -> None:
    one, other = strict
    emails, network = [new_email() for _ in range(40)], new_network()
    for email in emails:
        await one.register(email)
    answers = [await strict[number % 2].guess(email, PASSWORD, network) for number, email in enumerate(emails)]
    assert answers == ["in"] * 30 + ["too-many-requests"] * 10
    with pytest.raises(TooManyRequests) as refusal:
        await other.todo.sessions.log_in(emails[-1], PASSWORD, "a test", network)
    assert refusal.value.retry_after == 60
    assert other.event_log.entries[-1] == ("too_many_requests", {"of": "attempts", "wait": 60})
    assert await register(one, new_email(), network) == "too-many-requests"
    assert await one.guess(emails[0], PASSWORD, network) == "in", "an account that is known there is not kept out"
    assert await one.guess(emails[-1], PASSWORD, new_network()) == "in"
    one.clock.advance(seconds=60)
    assert await other.guess(emails[-1], PASSWORD, network) == "in"


@pytest.mark.check("P7")
async def test_right_logins_at_once_count_together_on_all_replicas(strict: Pair) -> None:
    emails, network = [new_email() for _ in range(40)], new_network()
    for email in emails:
        await strict[0].register(email)
    # Three at a time: each may turn out wrong until it is settled, and three wrong ones are all that there may be.
    answers = []
    for number in range(0, 40, 3):
        crowd = [
            strict[turn % 2].guess(email, PASSWORD, network) for turn, email in enumerate(emails[number : number + 3])
        ]
        answers += await asyncio.gather(*crowd)
    assert Counter(answers) == {"in": 30, "too-many-requests": 10}


async def test_without_a_limit_or_a_network_nothing_of_it_is_counted(storage_url: str) -> None:
    async with two_replicas(storage_url, ThrottlePolicy(network=None)) as (one, _):
        network = new_network()
        assert [await register(one, new_email(), network) for _ in range(40)] == ["in"] * 40
    async with two_replicas(storage_url) as (one, _):
        assert [await register(one, new_email(), "") for _ in range(40)] == ["in"] * 40


async def test_what_is_stored_about_attempts_can_be_tested_only_with_the_key() -> None:
    store, clock, email, network = MemoryStore(), FixedClock(), new_email(), new_network()
    one = replica(store, clock)
    await one.register(email, network)
    await one.guess(email, network=network)
    await one.guess(new_email(), network=network)
    stored = set(store._state.attempts)
    assert len(stored) >= 4
    words = ("account", "place", "known", "attempts", email, network)
    for count in (1, 2, 3):
        for parts in permutations(words, count):
            assert sha256("\0".join(parts).encode()).digest() not in stored
    assert Digests(b"k" * 32).of("place", network) != Digests(b"l" * 32).of("place", network)


@pytest.mark.parametrize("key", [b"", b"short"])
def test_a_digest_without_a_proper_key_is_refused(key: bytes) -> None:
    with pytest.raises(ValueError, match="key"):
        Digests(key)


def test_a_key_is_not_told_by_accident() -> None:
    assert "secret" not in repr(Digests(b"a secret of 32 bytes, or nearly"))
