"""Announcements over PostgreSQL survive whatever happens to their connection, and never cost more than is bounded."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest

from tests.contracts.following import eventually
from tests.support.proxy import Proxy, proxy_to
from todo_adapters.memory.security import ListEventLog
from todo_adapters.runtime import UuidSevens
from todo_adapters.sql.postgres import announcements as module
from todo_adapters.sql.postgres.announcements import CHANNEL, PostgresAnnouncements
from todo_adapters.sql.postgres.database import PostgresOptions
from todo_core.ids import UserId

pytestmark = pytest.mark.database

IDS = UuidSevens()


def an_owner() -> UserId:
    return UserId(IDS.new())


class Process:
    """The announcements of one process, and what it has heard and logged."""

    def __init__(self, url: str) -> None:
        self.log = ListEventLog()
        self.announcements = PostgresAnnouncements(PostgresOptions(url), self.log)
        self.heard: list[UserId] = []

    @asynccontextmanager
    async def listening(self, *, connected: bool = True) -> AsyncIterator["Process"]:
        task = asyncio.create_task(self.announcements.listen(self.heard.append))
        try:
            await eventually(lambda: self.announcements.heard or not connected)
            yield self
        finally:
            task.cancel()
            await asyncio.wait([task])

    async def exchange(self, other: "Process") -> None:
        """Announces an owner to the other process until it has heard; the first ones may get lost."""
        owner = an_owner()
        async with asyncio.timeout(30):
            while owner not in other.heard:
                self.announcements.announce(owner)
                await asyncio.sleep(0.01)


async def test_a_lost_connection_is_replaced_and_its_loss_and_end_are_logged_once(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PROBE_SECONDS", 3_600.0)  # the loss is noticed without a probe
    async with (
        proxy_to(postgres_url) as proxy,
        Process(proxy.url).listening() as one,
        Process(postgres_url).listening() as other,
    ):
        await one.exchange(other)
        await proxy.down()
        await eventually(lambda: not one.announcements.heard)
        one.announcements.announce(an_owner())
        assert not one.announcements._pending, "what cannot be sent is not kept"
        await eventually(lambda: one.log.events == ["announcements_lost"])
        await _refused_again(one, proxy)
        await proxy.up()
        await eventually(lambda: one.announcements.heard)
        await one.exchange(other)
        await other.exchange(one)
        assert one.log.events == ["announcements_lost", "announcements_heard"]
    assert other.log.events == []


async def _refused_again(process: Process, proxy: Proxy) -> None:
    """Waits until the process has tried to connect more than once."""
    attempts = 0
    connect = process.announcements._connector.connect

    async def counted(*args: object, **kwargs: object) -> object:
        nonlocal attempts
        attempts += 1
        return await connect(*args, **kwargs)  # type: ignore[arg-type]

    process.announcements._connector.connect = counted  # type: ignore[method-assign, assignment]
    await eventually(lambda: attempts >= 2)


async def test_a_session_that_the_server_ends_is_replaced(postgres_url: str) -> None:
    admin = await asyncpg.connect(postgres_url)
    async with Process(postgres_url).listening() as one, Process(postgres_url).listening() as other:
        ended = await admin.fetchval(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE application_name = 'todo announcements' AND datname = current_database()"
        )
        assert ended == 2
        await eventually(lambda: len(one.log.events) == len(other.log.events) == 2)
        await one.exchange(other)
    await admin.close()


async def test_a_server_that_is_not_there_at_first_is_waited_for(postgres_url: str) -> None:
    async with proxy_to(postgres_url) as proxy, Process(postgres_url).listening() as other:
        await proxy.down()
        async with Process(proxy.url).listening(connected=False) as one:
            await eventually(lambda: one.log.events == ["announcements_lost"])
            await proxy.up()
            await other.exchange(one)


async def test_a_connection_that_has_become_silent_counts_as_lost(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Process(postgres_url).listening() as one:
        monkeypatch.setattr(module, "ANSWER_SECONDS", 0.05)
        monkeypatch.setattr(one.announcements._returned, "set", lambda: None)
        one.announcements.announce(an_owner())
        await eventually(lambda: one.log.events == ["announcements_lost"])
        assert not one.announcements.heard
        monkeypatch.undo()
        await eventually(lambda: one.announcements.heard)


async def test_with_nothing_to_announce_an_empty_notification_shows_that_the_connection_works(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PROBE_SECONDS", 0.01)
    sent: asyncio.Queue[str] = asyncio.Queue()
    watcher = await asyncpg.connect(postgres_url)
    await watcher.add_listener(CHANNEL, lambda *notification: sent.put_nowait(str(notification[3])))
    async with Process(postgres_url).listening() as one, asyncio.timeout(30):
        assert [await sent.get() for _ in range(3)] == ["", "", ""]
    assert one.log.events == []
    await watcher.close()


async def test_a_flood_of_owners_is_dropped_beyond_a_bound(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PENDING_MAX", 10)
    async with Process(postgres_url).listening() as one, Process(postgres_url).listening() as other:
        await one.exchange(other)
        for _ in range(100):
            one.announcements.announce(an_owner())
        assert len(one.announcements._pending) <= 10
        await one.exchange(other)
    assert len(set(other.heard)) <= 12


async def test_notifications_of_others_who_use_the_channel_are_ignored(
    postgres_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    stranger = await asyncpg.connect(postgres_url)
    async with Process(postgres_url).listening() as one, Process(postgres_url).listening() as other:
        for payload in ("", "hello", "ff", "é" * 3_999, "0" * 31, "00" * 3_990):
            await stranger.execute("SELECT pg_notify($1, $2)", CHANNEL, payload)
        await other.exchange(one)
    assert one.log.events == []
    assert caplog.records == []  # such as a failed callback of the event loop
    await stranger.close()


async def test_the_connection_is_closed_when_listening_ends(postgres_url: str) -> None:
    admin = await asyncpg.connect(postgres_url)
    async with Process(postgres_url).listening():
        pass
    left = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'todo announcements'"
    async with asyncio.timeout(30):
        while await admin.fetchval(left):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    await admin.close()
