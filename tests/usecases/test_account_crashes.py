"""Whatever goes wrong at whatever call on the way into an account and out of it: no half account, nobody locked out.

These writes take no key: a client that gets no answer asks again, and is told what is so or may go on with what it has.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any, TypeAlias, cast

import pytest

from tests.support.faulty import Killed, Plan, Watched
from tests.usecases.world import PASSWORD, World, new_world
from todo_adapters.contracts.kit import feed
from todo_core import runner
from todo_core.errors import EmailTaken, Invalid, InvalidToken, OutcomeUnknown, Unavailable
from todo_core.ids import UserId
from todo_core.model.task import TASKS
from todo_core.model.user import Actor, Registration
from todo_core.ports.storage import Store
from todo_core.usecases.accounts import Accounts
from todo_core.usecases.sessions import Sessions, SignedIn
from todo_core.usecases.things import add_thing

pytestmark = pytest.mark.check("A17", "D16", "A19", "N17")

ADDRESS = "ada@example.org"
WISH = Registration.of(email=ADDRESS, password=PASSWORD, name="Ada")
ANOTHER = "another horse, another battery"
TRIES = 3
NO_SUCCESS = (Unavailable, OutcomeUnknown, Killed)

Count: TypeAlias = Callable[[str, int], None]


@dataclass(slots=True)
class Trial:
    """Somebody on a device, perhaps with another one elsewhere, in a world where something goes wrong."""

    world: World
    accounts: Accounts
    sessions: Sessions
    plan: Plan
    here: SignedIn | None = None
    elsewhere: SignedIn | None = None

    @property
    def actor(self) -> Actor:
        assert self.here is not None
        return self.world.actor(self.here)

    async def persevere(self, act: Callable[[], Awaitable[Any]], check: Callable[[], Awaitable[None]]) -> Any:
        """Asks until there is an answer; what is there in between has to be sound as well."""
        for _ in range(TRIES):
            try:
                return await act()
            except NO_SUCCESS:
                await check()
        raise AssertionError(f"no answer after {TRIES} tries")

    async def opens(self, password: str) -> bool:
        """True when it is the password of the account, if there is one."""
        found = await self.world.store.accounts().users.credentials(ADDRESS)
        async with self.world.hasher.turn() as turn:
            return found is not None and await turn.matches(found.password_hash, password)

    async def living(self, user_id: UserId) -> int:
        return len(await self.world.store.accounts().sessions.of_user(user_id))


@asynccontextmanager
async def trial(plan: Plan, registered: bool) -> AsyncIterator[Trial]:
    """A world whose storage and hasher go wrong as the plan says, once everything is prepared."""
    world = new_world()
    here = await world.register() if registered else None
    elsewhere = await world.log_in() if registered else None
    run = runner.Runner(
        cast("Store", Watched(world.store, plan, "store")), world.clock, world.run.ids, world.run.event_log
    )
    hasher: Any = Watched(world.hasher, plan, "hasher")
    passwords = replace(world.accounts.passwords, runner=run, hasher=hasher)
    sessions = replace(world.sessions, runner=run, passwords=passwords)
    accounts = replace(world.accounts, runner=run, hasher=hasher, passwords=passwords, sessions=sessions)
    try:
        yield Trial(world, accounts, sessions, plan, here, elsewhere)
    finally:
        world.hasher.close()


async def register(trial: Trial) -> None:
    async def act() -> SignedIn:
        try:
            return await trial.accounts.register(WISH, "a browser")
        except EmailTaken:
            return await trial.sessions.log_in(ADDRESS, PASSWORD, "a browser")

    async def check() -> None:
        """Nobody, or somebody whole."""
        people = (await trial.world.accounts.list()).items
        assert len(people) <= 1
        for user in people:
            assert await trial.living(user.id) >= 1
            assert await trial.opens(PASSWORD)
            assert await trial.world.store.view(user.id).revision() == 0

    signed_in = await trial.persevere(act, check)
    await check()
    assert trial.world.actor(signed_in).user_id == signed_in.user.id
    await trial.world.run.write(signed_in.user.id, add_thing, TASKS.draft(title="Buy milk"))


async def log_in(trial: Trial) -> None:
    user_id = trial.actor.user_id

    async def check() -> None:
        assert 2 <= await trial.living(user_id) <= 2 + TRIES

    signed_in = await trial.persevere(lambda: trial.sessions.log_in(ADDRESS, PASSWORD, "a browser"), check)
    assert trial.world.actor(signed_in).user_id == user_id
    assert 3 <= await trial.living(user_id) <= 2 + TRIES
    await trial.world.sessions.refresh(signed_in.refresh_token)


async def refresh(trial: Trial) -> None:
    """The token that was sent still works, unless it was answered; the session is never thrown away."""
    assert trial.here is not None
    old = trial.here.refresh_token

    async def check() -> None:
        assert await trial.living(trial.actor.user_id) == 2

    signed_in = await trial.persevere(lambda: trial.sessions.refresh(old), check)
    assert signed_in.refresh_token != old
    assert trial.world.actor(signed_in) == trial.actor
    assert (await trial.world.sessions.refresh(signed_in.refresh_token)).refresh_token != signed_in.refresh_token


async def log_out(trial: Trial) -> None:
    assert trial.here is not None
    assert trial.elsewhere is not None
    actor = trial.actor

    async def check() -> None:
        assert await trial.living(actor.user_id) in {1, 2}

    await trial.persevere(lambda: trial.sessions.log_out(actor), check)
    assert await trial.living(actor.user_id) == 1
    with pytest.raises(InvalidToken):
        trial.world.actor(trial.here)
    with pytest.raises(InvalidToken):
        await trial.world.sessions.refresh(trial.here.refresh_token)
    await trial.world.sessions.refresh(trial.elsewhere.refresh_token)


async def change_password(trial: Trial) -> None:
    actor = trial.actor

    async def act() -> None:
        try:
            await trial.accounts.change_password(actor, PASSWORD, ANOTHER)
        except Invalid:
            assert await trial.opens(ANOTHER), "only because it was changed before"

    async def check() -> None:
        """One password, and with the new one no other session."""
        changed = await trial.opens(ANOTHER)
        assert changed != await trial.opens(PASSWORD)
        assert await trial.living(actor.user_id) == (1 if changed else 2)

    await trial.persevere(act, check)
    await check()
    assert await trial.opens(ANOTHER)
    await trial.world.sessions.log_in(ADDRESS, ANOTHER, "a browser")


async def reset_password(trial: Trial) -> None:
    user_id = trial.actor.user_id

    async def check() -> None:
        """One password, and with the new one no session."""
        changed = await trial.opens(ANOTHER)
        assert changed != await trial.opens(PASSWORD)
        assert await trial.living(user_id) == (0 if changed else 2)

    await trial.persevere(lambda: trial.accounts.reset_password(ADDRESS, ANOTHER), check)
    await check()
    await trial.world.sessions.log_in(ADDRESS, ANOTHER, "a browser")


async def close(trial: Trial) -> None:
    actor = trial.actor
    await trial.world.run.write(actor.user_id, add_thing, TASKS.draft(title="Buy milk"))

    async def act() -> None:
        try:
            await trial.accounts.close(actor, PASSWORD)
        except InvalidToken:
            assert (await trial.world.accounts.list()).items == (), "only because it was closed before"

    async def check() -> None:
        """Everything is there, or nothing."""
        there = bool((await trial.world.accounts.list()).items)
        assert await trial.living(actor.user_id) == (2 if there else 0)
        assert len(await feed(trial.world.store, actor.user_id)) == there

    await trial.persevere(act, check)
    await check()
    again = await trial.world.accounts.register(WISH, "a browser")
    assert again.user.id != actor.user_id
    assert await feed(trial.world.store, again.user.id) == []


DEEDS = [(register, 2), (log_in, 1), (refresh, 2), (log_out, 2), (change_password, 1), (reset_password, 1), (close, 1)]
"""Each with how many calls go wrong in one run: two only where there is no password to check, for the time it takes."""

every_deed = pytest.mark.parametrize(("deed", "depth"), DEEDS, ids=[deed.__name__ for deed, _ in DEEDS])


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "PAUSE", 0)


@every_deed
async def test_after_a_retry_the_account_is_whole(
    deed: Callable[[Trial], Awaitable[None]], depth: int, count: Count
) -> None:
    cases, pending = 0, [Plan()]
    while pending:
        plan = pending.pop()
        async with trial(plan, registered=deed is not register) as prepared:
            try:
                await deed(prepared)
            except Exception as failure:
                raise AssertionError(plan.told()) from failure
        if not plan.strikes:
            assert len(plan.sequels()) > 2 * len(plan.calls)
        if len(plan.strikes) < depth:
            pending += plan.sequels()
        cases += 1
    count("account stories", cases)
