"""Unknown people and wrong passwords: the same work for both, counted; and the same time, measured and printed.

Time is only printed, because a busy machine must not fail a test. What would make the times differ, another number of
hashes, other parameters or other statements, is asserted.
"""

import asyncio
import math
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from statistics import median
from time import perf_counter

import pytest

from tests.attacks.replicas import PASSWORD, CountingHasher, Replica, new_email, replica
from tests.attacks.watched import WatchedSqlite, watched
from todo_adapters.contracts.fakes import FixedClock
from todo_adapters.memory.store import MemoryStore
from todo_adapters.security.argon2_hasher import Argon2Hasher
from todo_adapters.sql.store import SqlStore
from todo_core.model.attempts import AttemptPolicy, ThrottlePolicy
from todo_core.usecases.passwords import PasswordCheck

UNLIMITED = ThrottlePolicy(account=AttemptPolicy(free=10**6), network=None)
SAMPLES = 60


def mann_whitney(first: Sequence[float], second: Sequence[float]) -> float:
    """The two-sided p value of the U test, by its normal approximation, without ties."""
    ranked = sorted([(value, 0) for value in first] + [(value, 1) for value in second])
    rank_sum = sum(rank for rank, (_, sample) in enumerate(ranked, 1) if sample == 0)
    n, m = len(first), len(second)
    u = rank_sum - n * (n + 1) / 2
    z = (u - n * m / 2) / math.sqrt(n * m * (n + m + 1) / 12)
    return math.erfc(abs(z) / math.sqrt(2))


def test_the_test_itself_tells_samples_apart() -> None:
    low, high = [float(number) for number in range(60)], [number + 40.5 for number in range(60)]
    assert mann_whitney(low, high) < 1e-6
    assert mann_whitney(low[::2], low[1::2]) > 0.5
    assert math.isclose(mann_whitney([1, 2, 3], [4, 5, 6]), 0.0495, abs_tol=1e-4)


@pytest.fixture
async def bank(tmp_path: Path) -> AsyncIterator[tuple[Replica, WatchedSqlite]]:
    """A replica, and the database that writes down what it is asked."""
    async with watched(tmp_path) as database:
        yield replica(SqlStore(database), FixedClock()), database


@pytest.mark.check("B2", "B3", "B4")
@pytest.mark.parametrize("network", ["", "a network"])
async def test_both_cost_the_same_statements_and_one_comparison(
    bank: tuple[Replica, WatchedSqlite], network: str
) -> None:
    one, database = bank
    known = new_email()
    await one.register(known)
    costs = []
    for email in (known, new_email(), known, new_email()):
        database.seen.clear()
        one.hasher.compared = one.hasher.made = 0
        assert await one.guess(email, network=network) == "invalid-credentials"
        costs.append((one.hasher.compared, one.hasher.made, list(database.seen)))
    assert costs[0] == costs[1]
    assert costs[2] == costs[3]
    assert costs[0][:2] == (1, 0)


@pytest.mark.check("B1", "B10")
async def test_both_are_turned_away_alike_when_they_have_to_wait(
    bank: tuple[Replica, WatchedSqlite],
) -> None:
    one, database = bank
    known, costs = new_email(), []
    await one.register(known)
    for email in (known, new_email()):
        answers = []
        for _ in range(5):
            await one.guess(email)
        for _ in range(3):
            database.seen.clear()
            one.hasher.compared = 0
            answers.append((await one.guess(email), one.hasher.compared, list(database.seen)))
        costs.append(answers)
    assert costs[0] == costs[1]
    code, hashes, statements = costs[0][-1]
    assert (code, hashes) == ("too-many-requests", 0)
    assert all(statement.startswith("SELECT") for statement in statements)


@pytest.mark.check("B1", "B5")
async def test_people_who_may_not_enter_cost_what_wrong_passwords_cost(
    bank: tuple[Replica, WatchedSqlite],
) -> None:
    one, database = bank
    email = new_email()
    await one.register(email)
    costs = []
    for _ in range(2):
        database.seen.clear()
        one.hasher.compared = 0
        assert await one.guess(email) == "invalid-credentials"
        costs.append((one.hasher.compared, list(database.seen)))
        await one.todo.accounts.disable(email)
    assert costs[0] == costs[1]
    assert await one.guess(email, PASSWORD) == "invalid-credentials"


@pytest.mark.check("B4", "A13")
async def test_unknown_people_are_compared_at_the_price_that_is_configured_now() -> None:
    class Priced(Argon2Hasher):
        def __init__(self, time_cost: int) -> None:
            super().__init__(memory_kib=1024, time_cost=time_cost)
            self.against: list[str] = []

        def _unknown_user(self, password: str) -> bool:
            self.against.append(self._unknown)
            return super()._unknown_user(password)

    for time_cost in (1, 3):
        hasher = Priced(time_cost)
        async with hasher.turn() as turn:
            assert not await turn.matches(None, "whatever")
            assert not await turn.matches("$argon2id$v=19$m=999999,t=99,p=9$x$y", "whatever")
        assert [f"m=1024,t={time_cost},p=1" in stored for stored in hasher.against] == [True, True]
        hasher.close()


async def _timed(one: Replica, email: str) -> float:
    began = perf_counter()
    assert await one.guess(email) == "invalid-credentials"
    return perf_counter() - began


@pytest.mark.check("B2", "B3")
@pytest.mark.parametrize("company", [0, 8])
async def test_the_times_are_printed(company: int, capsys: pytest.CaptureFixture[str]) -> None:
    one = replica(MemoryStore(), FixedClock(), UNLIMITED, CountingHasher(cost=9))
    assert isinstance(one.todo.sessions.passwords, PasswordCheck)
    known, busy = new_email(), True
    await one.register(known)

    async def keep_busy() -> None:
        while busy:
            await one.guess(new_email())

    others = [asyncio.create_task(keep_busy()) for _ in range(company)]
    wrong, unknown = [], []
    for _ in range(SAMPLES):  # interleaved, so that whatever else the machine does happens to both
        wrong.append(await _timed(one, known))
        unknown.append(await _timed(one, new_email()))
    busy = False
    await asyncio.gather(*others)
    one.hasher.close()
    with capsys.disabled():
        print(
            f"\nlogin timing, {company} others: wrong password {median(wrong) * 1e3:.2f} ms,"
            f" unknown user {median(unknown) * 1e3:.2f} ms, p = {mann_whitney(wrong, unknown):.2f}"
        )
    assert one.hasher.compared >= 2 * SAMPLES
