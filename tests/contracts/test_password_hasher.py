"""What every password hasher promises: right answers, equal costs, and a bench that nobody can overload."""

import asyncio
import time
from collections.abc import Iterator
from typing import Protocol

import pytest

from todo_adapters.memory.security import ScryptHasher
from todo_adapters.security.argon2_hasher import Argon2Hasher
from todo_core.errors import Unavailable
from todo_core.ports.security import PasswordHasher

PASSWORD = "correct horse battery"


class ClosableHasher(PasswordHasher, Protocol):
    def close(self) -> None: ...


class Kind(Protocol):
    """How to make a hasher of one kind: quick by default, ``dear`` for one that takes a while."""

    def __call__(self, *, dear: bool = False, waiting_max: int = 64, share_max: int = 8) -> ClosableHasher: ...


def argon2(*, dear: bool = False, waiting_max: int = 64, share_max: int = 8) -> ClosableHasher:
    cost = {"memory_kib": 65_536 if dear else 64, "time_cost": 2 if dear else 1}
    return Argon2Hasher(**cost, waiting_max=waiting_max, share_max=share_max)


def scrypt(*, dear: bool = False, waiting_max: int = 64, share_max: int = 8) -> ClosableHasher:
    return ScryptHasher(cost=15 if dear else 4, waiting_max=waiting_max, share_max=share_max)


@pytest.fixture(params=[argon2, scrypt])
def make(request: pytest.FixtureRequest) -> Iterator[Kind]:
    made: list[ClosableHasher] = []

    def making(*, dear: bool = False, waiting_max: int = 64, share_max: int = 8) -> ClosableHasher:
        made.append(request.param(dear=dear, waiting_max=waiting_max, share_max=share_max))
        return made[-1]

    yield making
    for hasher in made:
        hasher.close()


@pytest.fixture
def hasher(make: Kind) -> ClosableHasher:
    return make()


async def hashed(hasher: PasswordHasher, password: str, network: str = "") -> str:
    async with hasher.turn(network) as turn:
        return await turn.hash(password)


async def matches(hasher: PasswordHasher, stored: str | None, password: str) -> bool:
    async with hasher.turn() as turn:
        return await turn.matches(stored, password)


async def enter(hasher: PasswordHasher, network: str = "") -> None:
    async with hasher.turn(network):
        pass


async def waiting(hasher: PasswordHasher, network: str, number: int) -> list["asyncio.Task[None]"]:
    """So many from one network who ask for a turn while somebody else has it."""
    crowd = [asyncio.create_task(enter(hasher, network)) for _ in range(number)]
    await asyncio.sleep(0)
    return crowd


async def test_a_hash_matches_its_password_and_no_other(hasher: PasswordHasher) -> None:
    stored = await hashed(hasher, PASSWORD)
    assert await matches(hasher, stored, PASSWORD)
    for other in ("", PASSWORD + " ", " " + PASSWORD, PASSWORD.upper(), PASSWORD[:-1]):
        assert not await matches(hasher, stored, other)


async def test_one_turn_can_compare_and_then_hash(hasher: PasswordHasher) -> None:
    stored = await hashed(hasher, PASSWORD)
    async with hasher.turn() as turn:
        assert await turn.matches(stored, PASSWORD)
        assert await turn.hash(PASSWORD) != stored


@pytest.mark.check("A11")
async def test_two_hashes_of_one_password_differ(hasher: PasswordHasher) -> None:
    assert await hashed(hasher, PASSWORD) != await hashed(hasher, PASSWORD)


@pytest.mark.check("A7", "A9")
async def test_every_character_counts_however_long_the_password_is(hasher: PasswordHasher) -> None:
    for one, other in (("x" * 72 + "a", "x" * 72 + "b"), ("x\0a", "x\0b"), ("é" * 128, "é" * 127)):
        assert not await matches(hasher, await hashed(hasher, one), other)


@pytest.mark.check("A8")
async def test_the_hasher_takes_a_password_as_it_is(hasher: PasswordHasher) -> None:
    stored = await hashed(hasher, "caf\u00e9 caf\u00e9")
    assert not await matches(hasher, stored, "cafe\u0301 cafe\u0301")


async def test_an_unknown_user_never_matches(hasher: PasswordHasher) -> None:
    for password in ("", PASSWORD):
        assert await matches(hasher, None, password) is False


@pytest.mark.check("A13")
async def test_a_corrupt_stored_hash_never_matches(hasher: PasswordHasher) -> None:
    stored = await hashed(hasher, PASSWORD)
    damaged = ["", "x", "$", stored[:-1], stored + "A", stored[1:], stored.replace("$", "!"), stored.upper(), "ß" * 90]
    damaged += [
        stored.rsplit("$", 1)[0],
        stored.rsplit("$", 1)[0] + "$",
        "$argon2id$v=19$m=64,t=1,p=1$$",
        "\0" + stored,
    ]
    for each in damaged:
        assert await matches(hasher, each, PASSWORD) is False, each


@pytest.mark.check("A13")
@pytest.mark.parametrize(
    "absurd",
    [
        "$argon2id$v=19$m=99999999,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$aGFzaGhhc2hoYXNoaGFzaGhhc2hoYXNoaGFzaGhhc2g",
        "$argon2id$v=19$m=262145,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$aGFzaGhhc2hoYXNoaGFzaGhhc2hoYXNoaGFzaGhhc2g",
        "$argon2id$v=19$m=64,t=4000000000,p=1$c2FsdHNhbHRzYWx0c2FsdA$aGFzaGhhc2hoYXNoaGFzaGhhc2hoYXNoaGFzaGhhc2g",
        "$argon2id$v=19$m=64,t=11,p=1$c2FsdHNhbHRzYWx0c2FsdA$aGFzaGhhc2hoYXNoaGFzaGhhc2hoYXNoaGFzaGhhc2g",
        "$argon2id$v=19$m=64,t=1,p=9$c2FsdHNhbHRzYWx0c2FsdA$aGFzaGhhc2hoYXNoaGFzaGhhc2hoYXNoaGFzaGhhc2g",
        "$argon2id$v=19$m=1,t=1,p=8$c2FsdHNhbHRzYWx0c2FsdA$aGFzaGhhc2hoYXNoaGFzaGhhc2hoYXNoaGFzaGhhc2g",
        "$argon2id$v=19$m=64,t=0,p=1$c2FsdHNhbHRzYWx0c2FsdA$aGFzaGhhc2hoYXNoaGFzaGhhc2hoYXNoaGFzaGhhc2g",
        "$scrypt$ln=30,r=8,p=1$c2FsdHNhbHRzYWx0c2FsdA$aGFzaGhhc2hoYXNoaGFzaGhhc2hoYXNoaGFzaGhhc2g",
        "$scrypt$ln=0,r=8,p=1$c2FsdHNhbHRzYWx0c2FsdA$aGFzaGhhc2hoYXNoaGFzaGhhc2hoYXNoaGFzaGhhc2g",
    ],
)
async def test_an_absurdly_expensive_stored_hash_is_not_even_tried(hasher: PasswordHasher, absurd: str) -> None:
    began = time.process_time()
    assert await matches(hasher, absurd, PASSWORD) is False
    assert time.process_time() - began < 0.3


async def test_unknown_users_and_damaged_hashes_cost_what_known_ones_cost(make: Kind) -> None:
    hasher = make(dear=True)
    stored = await hashed(hasher, PASSWORD)

    async def cost(of: str | None) -> float:
        times = []
        for _ in range(3):
            began = time.process_time()
            await matches(hasher, of, "wrong password")
            times.append(time.process_time() - began)
        return min(times)

    usual = await cost(stored)
    for other in (None, "damaged", stored[:-1]):
        assert usual / 2 < await cost(other) < usual * 2


@pytest.mark.check("A10")
async def test_a_lone_surrogate_is_no_error(hasher: PasswordHasher) -> None:
    stored = await hashed(hasher, "\ud800 surrogate")
    assert not await matches(hasher, stored, PASSWORD)


@pytest.mark.check("A12")
async def test_only_hashes_with_other_parameters_are_outdated(make: Kind) -> None:
    old, new = make(), make(dear=True)
    stored = await hashed(old, PASSWORD)
    assert not old.outdated(stored)
    assert new.outdated(stored)
    assert old.outdated("nonsense")
    assert await matches(new, stored, PASSWORD), "an old hash is compared with its own parameters"


async def test_turns_are_given_in_the_order_of_asking(hasher: PasswordHasher) -> None:
    order: list[int] = []

    async def ask(number: int) -> None:
        async with hasher.turn() as turn:
            order.append(number)
            await turn.hash(PASSWORD)

    await asyncio.gather(*(ask(number) for number in range(20)))
    assert order == list(range(20))


async def test_the_event_loop_goes_on_while_a_password_is_hashed(make: Kind) -> None:
    hashing = asyncio.create_task(hashed(make(dear=True), PASSWORD))
    turns = 0
    while not hashing.done():
        turns += 1
        await asyncio.sleep(0.001)
    assert turns > 5


async def test_whoever_finds_the_queue_full_is_turned_away_at_once(make: Kind) -> None:
    hasher = make(dear=True, waiting_max=2)
    inside = [asyncio.create_task(hashed(hasher, PASSWORD)) for _ in range(3)]
    await asyncio.sleep(0)
    with pytest.raises(Unavailable) as refusal:
        hashed(hasher, PASSWORD).send(None)  # before it waits for anything
    assert refusal.value.retry_after == 1
    assert len(await asyncio.gather(*inside)) == 3
    assert await hashed(hasher, PASSWORD), "there is room again"


@pytest.mark.check("P6")
async def test_one_network_has_a_share_of_the_waiting_places(make: Kind) -> None:
    hasher = make()
    async with hasher.turn("here"):
        crowd = await waiting(hasher, "here", 20)
        assert [asker.done() for asker in crowd] == [False] * 8 + [True] * 12
        assert [type(asker.exception()) for asker in crowd[8:]] == [Unavailable] * 12
        others = await waiting(hasher, "elsewhere", 8) + await waiting(hasher, "", 20)
        assert not any(asker.done() for asker in others), "others still find places"
    await asyncio.gather(*crowd[:8], *others)
    async with hasher.turn("elsewhere"):
        again = await waiting(hasher, "here", 9)
        assert [asker.done() for asker in again] == [False] * 8 + [True]
    assert [type(outcome) for outcome in await asyncio.gather(*again, return_exceptions=True)].count(Unavailable) == 1


@pytest.mark.check("P6")
async def test_a_full_share_is_free_again_when_somebody_leaves_the_queue(make: Kind) -> None:
    hasher = make(share_max=1)
    async with hasher.turn():
        [first] = await waiting(hasher, "here", 1)
        first.cancel()
        await asyncio.wait([first])
        [second, third] = await waiting(hasher, "here", 2)
        assert (second.done(), third.done()) == (False, True)
    await second
    with pytest.raises(Unavailable) as refusal:
        await third
    assert refusal.value.retry_after == 1


async def test_without_a_queue_no_share_matters(make: Kind) -> None:
    hasher = make(share_max=0)
    for _ in range(3):
        assert await hashed(hasher, PASSWORD, "here")


async def test_work_that_was_begun_keeps_its_place_when_the_caller_leaves(make: Kind) -> None:
    hasher = make(dear=True)
    hashing = asyncio.create_task(hashed(hasher, PASSWORD))
    await asyncio.sleep(0)
    hashing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await hashing

    next_one = asyncio.create_task(enter(hasher))
    await asyncio.sleep(0)
    assert not next_one.done(), "the thread is still at it"
    await asyncio.wait_for(next_one, 30)


async def test_whoever_leaves_the_queue_frees_their_room_in_it(make: Kind) -> None:
    hasher = make(waiting_max=1)
    async with hasher.turn():
        waiting = asyncio.create_task(enter(hasher))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.wait([waiting])
        last = asyncio.create_task(enter(hasher))
        await asyncio.sleep(0)
        assert not last.done()
    await last


async def test_a_closed_hasher_is_unavailable(hasher: ClosableHasher) -> None:
    hasher.close()
    with pytest.raises(Unavailable):
        await hashed(hasher, PASSWORD)


async def test_a_place_is_free_again_after_a_failure(hasher: ClosableHasher) -> None:
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            async with hasher.turn():
                raise ZeroDivisionError
    assert await hashed(hasher, PASSWORD)
