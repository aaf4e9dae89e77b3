"""What an operator's reset of a password ends and forgives, on every replica."""

import pytest

from tests.attacks.replicas import PASSWORD, WRONG, Replica, new_email, new_network

Pair = tuple[Replica, Replica]
NEW = "another good password"


@pytest.mark.check("A19")
async def test_every_login_session_ends_on_every_replica(pair: Pair) -> None:
    one, other = pair
    email = new_email()
    here = await one.register(email)
    there = await other.todo.sessions.log_in(email, PASSWORD, "a test")
    await one.todo.accounts.reset_password(email, NEW)
    for token in (here.token, there.token):
        assert not await one.accepts(token)
        assert not await other.accepts(token)
    assert await other.refresh(here.refresh_token) == "invalid-token"
    assert await other.guess(email, PASSWORD) == "invalid-credentials"
    assert await other.guess(email, NEW) == "in"


@pytest.mark.check("B12")
@pytest.mark.parametrize("known", [False, True], ids=["elsewhere", "in a known network"])
async def test_whoever_had_to_wait_gets_in_at_once(pair: Pair, known: bool) -> None:
    one, other = pair
    email, network = new_email(), new_network()
    await one.register(email, network if known else new_network())
    one.clock.advance(seconds=1)
    assert [await one.guess(email, network=network) for _ in range(6)][4:] == [
        "invalid-credentials",
        "too-many-requests",
    ]
    await other.todo.accounts.reset_password(email, NEW)
    assert await one.guess(email, NEW, network) == "in"


@pytest.mark.check("B11")
async def test_networks_are_known_again_from_the_next_login_on(pair: Pair) -> None:
    one, other = pair
    email, network = new_email(), new_network()
    await one.register(email, network)
    one.clock.advance(seconds=1)
    await one.todo.accounts.reset_password(email, NEW)
    for _ in range(5):
        await other.guess(email, network=new_network())
    assert await one.guess(email, NEW, network) == "too-many-requests", "whoever knew the old password is a stranger"
    one.clock.advance(seconds=3600)
    assert await one.guess(email, NEW, network) == "in"
    for _ in range(5):
        await other.guess(email, network=new_network())
    assert await other.guess(email, NEW, new_network()) == "too-many-requests"
    assert await other.guess(email, NEW, network) == "in"


async def test_the_old_password_and_wrong_ones_count_as_before(pair: Pair) -> None:
    one, other = pair
    email = new_email()
    await one.register(email)
    await one.todo.accounts.reset_password(email, NEW)
    guesses = [await other.guess(email, password) for password in (PASSWORD, WRONG, WRONG, WRONG, WRONG, NEW)]
    assert guesses == ["invalid-credentials"] * 5 + ["too-many-requests"]
