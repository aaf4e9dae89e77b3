"""Event streams and requests that wait for changes: how many a user may have, and what ends them."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Final

from litestar.types import Receive

from todo_core.errors import TooManyRequests, Unavailable
from todo_core.ids import SessionId
from todo_core.ports.security import RevokedSessions

CHECK_SECONDS: Final = 0.25
"""Between two looks at which login sessions have ended."""

RETRY_SECONDS: Final = 5
"""After which a user with too many streams may try again."""

SESSION_ENDED: Final = "session-ended"
TIME_LIMIT: Final = "time-limit"
DRAINING: Final = "draining"
GONE: Final = "gone"
"""The client has closed the connection."""


class Stream:
    """One stream. ``reason`` tells why it has ended, and is empty before."""

    __slots__ = ("_limit", "reason", "session")

    def __init__(self, session: SessionId, reason: str = "") -> None:
        self.session = session
        self.reason = reason
        self._limit: asyncio.Timeout | None = None

    def end(self, reason: str) -> None:
        """Cancels the work of the stream, for this reason unless there was one before."""
        self.reason = self.reason or reason
        if self._limit is not None and not self._limit.expired():
            self._limit.reschedule(0)

    async def last(self, seconds: float, work: Callable[[], Awaitable[object]]) -> str:
        """Waits for the work, until the stream is ended, or for so long. Returns the reason, empty if it is done."""
        try:
            async with asyncio.timeout(0 if self.reason else seconds) as self._limit:
                await work()
        except TimeoutError:
            if self._limit is None or not self._limit.expired():
                raise
            self.reason = self.reason or TIME_LIMIT
        finally:
            self._limit = None
        return self.reason


class Streams:
    """All streams of one application, at most so many of each user."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._open: set[Stream] = set()
        self._counts: Counter[str] = Counter()
        self._draining = False
        self._checking: asyncio.Task[None] | None = None
        self._revoked: RevokedSessions | None = None

    def __len__(self) -> int:
        return len(self._open)

    @asynccontextmanager
    async def open(self, user: str, session: SessionId, receive: Receive) -> AsyncIterator[Stream]:
        """A stream of this user, which ends when the login session does, and when ``receive`` tells that the client
        has gone. Raises TooManyRequests.
        """
        if self._counts[user] >= self._most:
            raise TooManyRequests(RETRY_SECONDS)
        stream = Stream(session, DRAINING if self._draining else "")
        self._open.add(stream)
        self._counts[user] += 1
        watching = asyncio.create_task(_watch(receive, stream))
        try:
            yield stream
        finally:
            watching.cancel()
            self._open.remove(stream)
            self._counts[user] -= 1
            if not self._counts[user]:
                del self._counts[user]

    def has_ended(self, session: SessionId) -> bool:
        """Whether the login session has ended. Raises Unavailable if that cannot be known at the moment."""
        return self._revoked is not None and session in self._revoked

    def start(self, revoked: RevokedSessions) -> None:
        """Ends the streams of sessions from the time when they are revoked."""
        self._revoked = revoked
        self._checking = asyncio.create_task(self._keep_checking())

    def drain(self) -> None:
        """Ends all streams, also those that are opened later."""
        self._draining = True
        for stream in [*self._open]:
            stream.end(DRAINING)

    async def stop(self) -> None:
        if self._checking is not None:
            self._checking.cancel()
            with suppress(asyncio.CancelledError):
                await self._checking

    async def _keep_checking(self) -> None:
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            revoked = self._revoked or ()
            with suppress(Unavailable):  # nothing is sent meanwhile
                for stream in [each for each in self._open if each.session in revoked]:
                    stream.end(SESSION_ENDED)


async def _watch(receive: Receive, stream: Stream) -> None:
    """Ends the stream when the client has gone. Reads past the body of the request, which there should be none of."""
    message = await receive()
    while message["type"] == "http.request" and message["more_body"]:
        message = await receive()
    if message["type"] == "http.request":
        message = await receive()
    if message["type"] == "http.disconnect":
        stream.end(GONE)
