"""Readiness: whether everything that the service needs responds."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from time import monotonic
from typing import Final

from todo_core.errors import Unavailable

FRESH_SECONDS: Final = 1.0
"""How long a check is valid, so that probes cannot cause load."""

RETRY_SECONDS: Final = 0.05
"""Pause between two checks at the start."""

TIMEOUT_SECONDS: Final = 3.0
"""How long a check may take before it counts as failed."""


class Readiness:
    """Checks at most once per second, however many requests ask."""

    def __init__(self, check: Callable[[], Awaitable[None]]) -> None:
        self.check = check
        self.checking = asyncio.Lock()
        self.checked_at = float("-inf")
        self.failure: str | None = None
        self.draining = False

    def drain(self) -> None:
        """Makes the service not ready from now on."""
        self.draining = True

    async def settle(self, seconds: float) -> None:
        """Waits until the service is ready or draining, at most for ``seconds``."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while not self.draining and await self._check() is not None:  # noqa: ASYNC110
                    await asyncio.sleep(RETRY_SECONDS)

    async def require(self) -> None:
        """Raises Unavailable unless the service is ready."""
        if self.draining:
            raise Unavailable("The service is stopping.")
        async with self.checking:
            if monotonic() - self.checked_at >= FRESH_SECONDS:
                self.failure = await self._check()
                self.checked_at = monotonic()
        if self.failure is not None:
            raise Unavailable(self.failure)

    async def _check(self) -> str | None:
        """Why the check failed, for the operator, or None."""
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                await self.check()
        except Unavailable as unavailable:
            return unavailable.reason
        except TimeoutError:
            return "The storage does not answer."
        return None
