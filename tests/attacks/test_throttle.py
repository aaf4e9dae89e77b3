"""Guessing passwords: how many guesses an account and a network get, on all replicas together, and who is kept out."""

import asyncio
from collections import Counter
from datetime import timedelta

import pytest

from tests.attacks.replicas import (
    DIGESTS,
    PASSWORD,
    WRONG,
    Replica,
    Troubled,
    new_email,
    new_network,
    replica,
    two_replicas,
)
from todo_adapters.contracts.fakes import NOON, FixedClock
from todo_adapters.memory.store import MemoryStore
from todo_core.errors import Invalid, TooManyRequests, Unavailable
from todo_core.model.attempts import AttemptPolicy, Attempts, ThrottlePolicy, per_minute
from todo_core.usecases.cleanup import forget_expired_attempts

Pair = tuple[Replica, Replica]


def compared(pair: Pair) -> int:
    return sum(each.hasher.compared for each in pair)


@pytest.mark.check("B6", "B7")
async def test_a_hundred_parallel_guesses_on_two_replicas_cost_five_comparisons(pair: Pair) -> None:
    email, network = new_email(), new_network()
    await pair[0].register(email)
    answers = await asyncio.gather(*[pair[number % 2].guess(email, network=network) for number in range(100)])
    assert Counter(answers) == {"invalid-credentials": 5, "too-many-requests": 95}
    assert compared(pair) == 5
    assert await pair[1].guess(email, PASSWORD, network) == "too-many-requests"


@pytest.mark.check("B10", "J13", "J14")
async def test_whoever_has_to_wait_costs_no_hash_and_no_place_at_the_bench(pair: Pair) -> None:
    one, other = pair
    email = new_email()
    for _ in range(5):
        await one.guess(email)
    made = compared(pair)
    async with other.hasher.turn():  # nobody else can be served meanwhile
        with pytest.raises(TooManyRequests) as refusal:
            await asyncio.wait_for(other.todo.sessions.log_in(email, WRONG, "a test"), 30)
    assert refusal.value.retry_after == 60
    assert compared(pair) == made
    assert other.event_log.entries == [("too_many_requests", {"of": "account", "wait": 60})]


@pytest.mark.check("B11")
async def test_strangers_never_keep_somebody_out_where_they_have_logged_in_before(pair: Pair) -> None:
    one, other = pair
    email, home, abroad = new_email(), new_network(), new_network()
    await one.register(email)
    assert await one.guess(email, PASSWORD, home) == "in"
    for _ in range(20):
        await other.guess(email, network=new_network())
    assert await one.guess(email, PASSWORD, abroad) == "too-many-requests"
    assert await one.guess(email, PASSWORD, home) == "in"
    assert [await one.guess(email, network=home) for _ in range(6)] == ["invalid-credentials"] * 5 + [
        "too-many-requests"
    ]


@pytest.mark.check("B11")
async def test_a_network_full_of_guessers_does_not_keep_out_who_lives_there(pair: Pair) -> None:
    one, other = pair
    email, shared = new_email(), new_network()
    await one.register(email, shared)
    answers = [await other.guess(new_email(), network=shared) for _ in range(31)]
    assert Counter(answers) == {"invalid-credentials": 29, "too-many-requests": 2}, "registering has cost one as well"
    assert await one.guess(email, PASSWORD, shared) == "in"
    assert await one.guess(new_email(), PASSWORD, shared) == "too-many-requests"


@pytest.mark.check("B11")
async def test_a_place_is_known_for_two_weeks_after_the_last_login_there(pair: Pair) -> None:
    one, other = pair
    email, home = new_email(), new_network()
    await one.register(email, home)

    async def attacked() -> str:
        for _ in range(5):
            await other.guess(email, network=new_network())
        return await one.guess(email, PASSWORD, home)

    for days in (13, 13):
        one.clock.advance(timedelta(days=days))
        await forget_expired_attempts(one.todo.run, one.clock.now() - ThrottlePolicy().window)
        assert await attacked() == "in"
    one.clock.advance(timedelta(days=14))
    assert await attacked() == "too-many-requests"


@pytest.mark.check("B6")
async def test_a_network_gets_thirty_failures_a_minute_whatever_account_they_are_for(pair: Pair) -> None:
    network = new_network()
    for _ in range(2):
        answers = await asyncio.gather(*[pair[number % 2].guess(new_email(), network=network) for number in range(60)])
        assert Counter(answers) == {"invalid-credentials": 30, "too-many-requests": 30}
        assert await pair[0].guess(new_email(), network=new_network()) == "invalid-credentials"
        pair[0].clock.advance(seconds=60)
    assert pair[0].event_log.entries[-1] == ("login_failed", {"user": None})
    # Which replica turned whom away, and whether for a minute or for an attempt under way, is a matter of chance.
    entries = [entry for one in pair for entry in one.event_log.entries]
    refused = [facts["of"] for event, facts in entries if event == "too_many_requests"]
    assert refused == ["place"] * 60


@pytest.mark.check("B12", "B14")
async def test_a_success_forgives_the_account_wherever_the_failures_came_from(pair: Pair) -> None:
    one, other = pair
    email = new_email()
    await one.register(email)
    for _ in range(3):
        network = new_network()
        assert [await other.guess(email, network=network) for _ in range(4)] == ["invalid-credentials"] * 4
        assert await one.guess(email, PASSWORD, network) == "in"


@pytest.mark.check("B14")
async def test_a_success_does_not_forgive_the_network(pair: Pair) -> None:
    one, other = pair
    email, network = new_email(), new_network()
    await one.register(email)
    for number in range(30):
        assert await one.guess(new_email(), network=network) == "invalid-credentials"
        if number < 29:
            assert await other.guess(email, PASSWORD, network) == "in"
    assert await one.guess(new_email(), network=network) == "too-many-requests"


@pytest.mark.check("B13")
async def test_parallel_logins_with_the_right_password_all_succeed(pair: Pair) -> None:
    email, network = new_email(), new_network()
    await pair[0].register(email)
    for _ in range(4):
        await pair[0].guess(email, network=new_network())
    assert await asyncio.gather(*[pair[n % 2].guess(email, PASSWORD, network) for n in range(40)]) == ["in"] * 40


@pytest.mark.check("B11", "B12")
async def test_pauses_double_and_none_is_longer_than_a_quarter_of_an_hour(pair: Pair) -> None:
    one, other = pair
    email, waits = new_email(), list[int]()
    for _ in range(12):
        while await one.guess(email) == "invalid-credentials":
            pass
        with pytest.raises(TooManyRequests) as refusal:
            await other.todo.sessions.log_in(email, WRONG, "a test")
        waits.append(refusal.value.retry_after)
        one.clock.advance(seconds=waits[-1])
    assert waits[:4] == [60, 120, 240, 480]
    assert max(waits) <= 900
    assert await other.guess(email) == "invalid-credentials"


@pytest.mark.check("A18")
async def test_asking_for_the_password_again_counts_as_well(pair: Pair) -> None:
    one, other = pair
    email = new_email()
    actor = one.todo.sessions.identify((await one.register(email)).token)
    for number in range(5):
        changing = one.todo.accounts.change_password(actor, WRONG, "another password", "here")
        closing = other.todo.accounts.close(actor, WRONG, "here")
        using, leaving = (changing, closing) if number % 2 else (closing, changing)
        leaving.close()
        with pytest.raises(Invalid):
            await using
    with pytest.raises(TooManyRequests):
        await one.todo.accounts.change_password(actor, PASSWORD, "another password", "here")
    assert await other.guess(email, PASSWORD) == "too-many-requests"


@pytest.mark.check("B21")
async def test_a_clock_that_jumps_neither_unlocks_nor_locks_for_longer_than_the_bound() -> None:
    store, right, wrong = MemoryStore(), FixedClock(), FixedClock(NOON + timedelta(hours=1))
    honest, ahead = replica(store, right), replica(store, wrong)
    email = new_email()
    for _ in range(5):
        assert await ahead.guess(email) == "invalid-credentials"
    assert await honest.guess(email) == "too-many-requests"
    right.advance(timedelta(minutes=14))
    assert await honest.guess(email) == "too-many-requests"
    right.advance(timedelta(minutes=1))
    assert await honest.guess(email) == "invalid-credentials"
    right.advance(timedelta(hours=-1))
    assert await honest.guess(email) == "too-many-requests"
    right.advance(timedelta(minutes=15))
    assert await honest.guess(email) == "invalid-credentials"


@pytest.mark.check("B19")
async def test_what_is_counted_is_thrown_away_soon_after_it_has_ceased_to_matter() -> None:
    store, clock = MemoryStore(), FixedClock()
    one = replica(store, clock)
    rows = store._state.attempts
    for hour in range(10):
        for _ in range(300):
            await one.guess(new_email(), network=new_network())
        await forget_expired_attempts(one.todo.run, clock.now() - ThrottlePolicy().window)
        assert len(rows) <= 900, hour
        clock.advance(timedelta(minutes=61))
    await forget_expired_attempts(one.todo.run, clock.now() - ThrottlePolicy().window)
    assert rows == {}


@pytest.mark.check("B19")
async def test_a_network_that_has_to_wait_leaves_nothing_behind(storage_url: str) -> None:
    policy = ThrottlePolicy(network=per_minute(3))
    async with two_replicas(storage_url, policy) as (one, other):
        network, emails = new_network(), [new_email() for _ in range(30)]
        for email in emails:
            await one.guess(email, network=network)
        keys = [DIGESTS.of("account", email) for email in emails]
        counted = [await other.store.accounts().attempts.get(key) for key in keys]
        assert sum(each is not None for each in counted) == 3


@pytest.mark.check("B20")
async def test_nobody_is_let_in_while_attempts_cannot_be_counted() -> None:
    store = Troubled()
    one = replica(store, FixedClock())
    email = new_email()
    await one.register(email)
    store.trouble, store.times = Unavailable, 2
    assert [await one.guess(email, PASSWORD), await one.guess(email)] == ["unavailable"] * 2
    assert one.hasher.compared == 0
    assert await one.guess(email, PASSWORD) == "in"


@pytest.mark.check("B14", "B21")
def test_counts_hold_against_wrong_clocks_and_right_passwords() -> None:
    policy = AttemptPolicy(free=2)
    pending = Attempts(since=NOON).charge(NOON, policy).charge(NOON, policy)
    assert pending.wait(NOON, policy) == 5
    full = pending.settle(NOON, policy)
    assert full.wait(NOON, policy) == 60
    assert full.refund_one(policy) == Attempts(failures=1, since=NOON)
    assert full.charge(NOON, policy).refund_one(policy).blocked_until is not None
    assert full.clamped(NOON, policy) is full
    early = NOON - timedelta(hours=1)
    assert full.clamped(early, policy).blocked_until == early + policy.longest_pause


async def test_without_a_place_only_the_account_is_counted() -> None:
    one = replica(MemoryStore(), FixedClock())
    assert Counter([await one.guess(new_email()) for _ in range(60)]) == {"invalid-credentials": 60}
