"""Whether the service runs, and whether it can work."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from time import monotonic
from typing import Final, Literal

import msgspec

from todo_core.errors import Unavailable
from todo_http.kernel.call import Call
from todo_http.kernel.operation import Gives, operation
from todo_http.kernel.responses import Answer

FRESH: Final = 1.0
"""Seconds for which a look at the resources is believed, so that probes cannot make load."""

KNOCK_SECONDS: Final = 0.05
"""Pause between two checks at the start."""

PATIENCE: Final = 3.0
"""Seconds after which resources that do not answer count as out of reach."""


class Health(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All is well."""

    status: Literal["ok"] = "ok"


class Readiness:
    """Whether everything that is needed answers; looked at once a second at most, however many ask."""

    def __init__(self, check: Callable[[], Awaitable[None]]) -> None:
        self.check = check
        self.looking = asyncio.Lock()
        self.looked_at = float("-inf")
        self.trouble: str | None = None
        self.draining = False

    def drain(self) -> None:
        """From now on the service is not ready, whatever else is true."""
        self.draining = True

    async def settle(self, seconds: float) -> None:
        """Waits until the service is ready or has to stop, at most so many seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while not self.draining and await self._look() is not None:  # noqa: ASYNC110
                    await asyncio.sleep(KNOCK_SECONDS)

    async def require(self) -> None:
        """Raises Unavailable unless the service can work now."""
        if self.draining:
            raise Unavailable("The service is stopping.")
        async with self.looking:
            if monotonic() - self.looked_at >= FRESH:
                self.trouble = await self._look()
                self.looked_at = monotonic()
        if self.trouble is not None:
            raise Unavailable(self.trouble)

    async def _look(self) -> str | None:
        try:
            async with asyncio.timeout(PATIENCE):
                await self.check()
        except Unavailable as unavailable:
            return unavailable.detail
        except TimeoutError:
            return "The storage does not answer."
        return None


OK = Gives(description="It is.", body=Health)
FINE = Answer.json(200, Health())


@operation("GET", "/health", id="health", tag="service", summary="Is it running?", public=True, gives={200: OK})
async def health(request: Call) -> Answer:
    return FINE


@operation(
    "GET",
    "/health/live",
    id="live",
    tag="service",
    summary="Is the process alive?",
    description="Answered from memory: a service without its database is alive.",
    public=True,
    gives={200: OK},
)
async def live(request: Call) -> Answer:
    return FINE


@operation(
    "GET",
    "/health/ready",
    id="ready",
    tag="service",
    summary="Can it work now?",
    description="503 while it starts, while it stops, and without its database.",
    public=True,
    gives={200: OK},
    refuses=("unavailable",),
)
async def ready(request: Call) -> Answer:
    readiness = request.service.readiness
    if readiness is None:
        raise Unavailable("The service is starting.")
    await readiness.require()
    return FINE
