"""Announcements between processes with LISTEN and NOTIFY, on a connection of their own."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any, Final
from uuid import UUID

from todo_adapters.sql.postgres.address import read
from todo_adapters.sql.postgres.connecting import Connector
from todo_adapters.sql.postgres.connection import to_core_error
from todo_adapters.sql.postgres.database import PostgresOptions
from todo_core.errors import Unavailable
from todo_core.ids import UserId
from todo_core.ports.runtime import EventLog

CHANNEL: Final = "todo_changes"
NOTIFY: Final = "SELECT pg_notify($1, payload) FROM unnest($2::text[]) AS payload"
GATHER_SECONDS: Final = 0.03
"""Between two notifications, in which announcements are gathered."""

PROBE_SECONDS: Final = 5.0
"""The longest time without a notification: with nothing to announce, an empty one shows that the connection works."""

ANSWER_SECONDS: Final = 5.0
"""Within this time a notification comes back to its sender, or the connection counts as lost."""

PAUSE_MIN: Final = 0.1
PAUSE_MAX: Final = 10.0
"""Between two attempts to connect; the pause doubles after each one."""

PENDING_MAX: Final = 10_000
"""Owners that wait to be announced. More are dropped; those who look at the counters learn of their changes."""

OWNERS_AT_ONCE: Final = 240
"""Owners in one notification, whose payload may have 7,999 bytes."""

POOLED: Final = "A pooler is in front of the database; for PgBouncer set TODO_PGBOUNCER=1."


class PostgresAnnouncements:
    """Sends and hears notifications on one channel of the database; reconnects after a loss.

    Each notification comes back to its sender, which waits for that before it sends the next one; so a connection that
    has become silent is noticed. While nothing is heard announcements are dropped.
    """

    def __init__(self, options: PostgresOptions, event_log: EventLog) -> None:
        self._connector = Connector(read(options.url))
        self._event_log = event_log
        self._pending: set[UserId] = set()
        self._wanted = asyncio.Event()
        """Set when there is something to announce, or the connection has been closed."""

        self._returned = asyncio.Event()
        """Set when the last notification has come back."""

        self._heard = False

    @property
    def heard(self) -> bool:
        return self._heard

    def announce(self, owner: UserId) -> None:
        if self._heard and len(self._pending) < PENDING_MAX:
            self._pending.add(owner)
            self._wanted.set()

    async def listen(self, hear: Callable[[UserId], None]) -> None:
        lost, pause = False, PAUSE_MIN
        while True:
            try:
                async with self._listening(hear) as connection:
                    await self._send(connection)
                    self._heard = True
                    if lost:
                        self._event_log.record("announcements_heard")
                    lost, pause = False, PAUSE_MIN
                    await self._keep_sending(connection)
            except Exception as failure:  # whatever it was: without this task followers would be woken late
                if not lost:
                    self._event_log.record("announcements_lost", reason=_reason(failure))
                lost = True
            await asyncio.sleep(pause)
            pause = min(2 * pause, PAUSE_MAX)

    @asynccontextmanager
    async def _listening(self, hear: Callable[[UserId], None]) -> AsyncIterator[Any]:
        def receive(_connection: object, sender: int, _channel: str, payload: object) -> None:
            if sender == connection.get_server_pid():
                self._returned.set()
                return
            with suppress(ValueError):  # from somebody else who uses the channel
                for owner in _owners_in(str(payload)):
                    hear(owner)

        settings = {"application_name": "todo announcements", "statement_timeout": f"{ANSWER_SECONDS:.0f}s"}
        connection = await self._connector.connect(settings, cached=True, command_timeout=ANSWER_SECONDS)
        try:
            if await connection.fetchval("SELECT pg_backend_pid()") != connection.get_server_pid():
                raise Unavailable(reason=POOLED)  # LISTEN would have an effect on the connection of somebody else
            connection.add_termination_listener(lambda _: self._wanted.set())
            await connection.add_listener(CHANNEL, receive)
            yield connection
        finally:
            self._heard = False
            connection.terminate()

    async def _keep_sending(self, connection: Any) -> None:
        while True:
            await asyncio.sleep(GATHER_SECONDS)
            with suppress(TimeoutError):
                async with asyncio.timeout(PROBE_SECONDS):
                    await self._wanted.wait()
            await self._send(connection)

    async def _send(self, connection: Any) -> None:
        """Sends what is to be announced, perhaps nothing, and waits until it comes back."""
        owners, self._pending = self._pending, set()
        self._wanted.clear()
        self._returned.clear()
        await connection.execute(NOTIFY, CHANNEL, _payloads(owners))
        async with asyncio.timeout(ANSWER_SECONDS):
            await self._returned.wait()


def _payloads(owners: Collection[UserId]) -> Sequence[str]:
    """The ids in hexadecimal digits; one empty payload if there are none."""
    ids = [owner.hex for owner in owners]
    return ["".join(ids[start : start + OWNERS_AT_ONCE]) for start in range(0, len(ids) or 1, OWNERS_AT_ONCE)]


def _owners_in(payload: str) -> Sequence[UserId]:
    """Raises ValueError if this is no payload."""
    data = bytes.fromhex(payload)
    return [UserId(UUID(bytes=data[start : start + 16])) for start in range(0, len(data), 16)]


def _reason(failure: Exception) -> str:
    meaning = to_core_error(failure)
    return meaning.reason if isinstance(meaning, Unavailable) else type(failure).__name__
