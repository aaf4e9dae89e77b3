"""What every adapter of Announcements promises: who hears what, and that nobody is disturbed by it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TypeAlias

import pytest

from tests.contracts.following import eventually
from todo_adapters.memory.announcements import Channel, MemoryAnnouncements
from todo_adapters.memory.security import ListEventLog
from todo_adapters.runtime import UuidSevens
from todo_adapters.sql.no_announcements import NoAnnouncements
from todo_adapters.sql.postgres.announcements import OWNERS_AT_ONCE, PostgresAnnouncements
from todo_adapters.sql.postgres.database import PostgresOptions
from todo_core.ids import UserId
from todo_core.ports.announcements import Announcements

NewProcess: TypeAlias = Callable[[], Announcements]

IDS = UuidSevens()


def an_owner() -> UserId:
    return UserId(IDS.new())


@pytest.fixture(params=["memory", pytest.param("postgres", marks=pytest.mark.database)])
def new_process(request: pytest.FixtureRequest) -> NewProcess:
    """Makes the announcements of one process more."""
    if request.param == "memory":
        channel = Channel()
        return lambda: MemoryAnnouncements(channel)
    url = request.getfixturevalue("postgres_url")
    return lambda: PostgresAnnouncements(PostgresOptions(url), ListEventLog())


@asynccontextmanager
async def listening(announcements: Announcements) -> AsyncIterator[list[UserId]]:
    """What is heard from now on."""
    heard: list[UserId] = []
    task = asyncio.create_task(announcements.listen(heard.append))
    try:
        await eventually(lambda: announcements.heard)
        yield heard
    finally:
        task.cancel()
        await asyncio.wait([task])
    assert task.cancelled()


async def test_the_others_hear_what_is_announced_and_its_sender_does_not(new_process: NewProcess) -> None:
    one, other, third = new_process(), new_process(), new_process()
    mine, yours = an_owner(), an_owner()
    async with listening(one) as by_one, listening(other) as by_other, listening(third) as by_third:
        one.announce(mine)
        await eventually(lambda: mine in by_other and mine in by_third)
        other.announce(yours)
        await eventually(lambda: yours in by_one and yours in by_third)
    assert mine not in by_one
    assert yours not in by_other


async def test_all_of_many_owners_are_heard(new_process: NewProcess) -> None:
    one, other = new_process(), new_process()
    owners = {an_owner() for _ in range(2 * OWNERS_AT_ONCE + 1)}
    async with listening(one), listening(other) as heard:
        for owner in owners:
            one.announce(owner)
            one.announce(owner)
        await eventually(lambda: owners <= set(heard))


async def test_nothing_is_heard_before_and_after_listening(new_process: NewProcess) -> None:
    one, other, late = new_process(), new_process(), an_owner()
    states = [one.heard]
    async with listening(one) as heard, listening(other):
        states.append(one.heard)
    assert [*states, one.heard] == [False, True, False]
    async with listening(other):
        other.announce(late)
        one.announce(late)
    assert heard == []


async def test_who_stops_listening_can_begin_again(new_process: NewProcess) -> None:
    one, other, owner = new_process(), new_process(), an_owner()
    async with listening(one):
        pass
    async with listening(one) as heard, listening(other):
        other.announce(owner)
        await eventually(lambda: heard == [owner])


async def test_where_nothing_can_be_announced_nothing_is_heard() -> None:
    announcements: Announcements = NoAnnouncements()
    task = asyncio.create_task(announcements.listen(lambda _: pytest.fail("nobody announces anything")))
    await asyncio.sleep(0)
    announcements.announce(an_owner())
    assert not announcements.heard
    assert not task.done()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
