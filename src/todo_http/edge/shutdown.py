"""Shutdown of a worker process: it announces the shutdown, stops after a pause, and never outlives its parent.

Granian stops on SIGINT and on SIGTERM, and may hang when told twice. When it stops it ends connections whose request
has not come in yet, and resets those that wait to be accepted. So its workers, where they are processes of their own,
are told by these signals, each of which may come again and again:

- SIGTERM: to leave in order;
- SIGUSR2: the same, with all others, because the server stops;
- SIGUSR1: to leave without the pause;
- SIGHUP: to leave because it has been replaced already.

Only we raise SIGINT, once; that of a terminal, which goes to a whole group, does not reach them.
"""

import asyncio
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, Protocol

ORPHAN_SECONDS: Final = 20.0
"""How long the last requests of an orphaned process may take."""

TELL_SECONDS: Final = 0.1
"""SIGTERM may reach a process sooner than the parent, which then tells that all of them leave."""

SETTLE_SECONDS: Final = 0.3
"""Connections that are being established when no further ones are let in may take so long."""

IDLE_SECONDS: Final = 5.2
"""By then every connection has been used, and was closed with the answer, or was closed because it had not been."""

LOOK_SECONDS: Final = 0.1


class Host(Protocol):
    """The process that serves the application, where its parent has the listening socket too."""

    def started(self) -> None:
        """The application can serve."""

    def hold(self) -> None:
        """From now on no connection is established. What is on its way may arrive."""

    def leave(self) -> None:
        """From now on this process accepts no connection."""

    def queued(self) -> int:
        """How many connections wait to be accepted."""

    def unheard(self) -> int:
        """How many connections of this process have brought nothing so far, or something that was not read."""

    def connections(self) -> int:
        """How many connections this process has with its clients."""


@dataclass(eq=False)
class Shutdown:
    """The way out of one process. Make it on the running loop, after the server has set its handlers.

    ``unready`` and ``goodbye`` are called at once: balancers shall see it, and clients be asked to close their
    connections. The pause is for balancers: while it lasts the listener is open, so that no connection is refused.
    After ``bound`` seconds the process is ended by force.
    """

    unready: Callable[[], None]
    goodbye: Callable[[], None]
    pause: float
    bound: float
    host: Host | None

    def __post_init__(self) -> None:
        self._begun: list[asyncio.Task[None]] = []
        self._departing = self._together = self._retiring = self._stopped = False
        parent = multiprocessing.parent_process()
        if sys.platform == "win32" or not (self.pause or parent):
            return  # whoever runs us has its own way, and nothing is to be announced
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, self.depart)
        if parent:
            os.setpgid(0, 0)
            loop.add_signal_handler(signal.SIGUSR1, self.stop)
            loop.add_signal_handler(signal.SIGUSR2, self.depart_together)
            loop.add_signal_handler(signal.SIGHUP, self.retire)
            loop.add_reader(parent.sentinel, self._orphaned, parent.sentinel)

    def depart(self) -> None:
        """In order: announced now, stopped after the pause."""
        if not self._departing:
            self._departing = True
            self.unready()
            self.goodbye()
            self._begun.append(asyncio.create_task(self._depart()))

    def depart_together(self) -> None:
        """In order, like all others."""
        self._together = True
        self.depart()

    def retire(self) -> None:
        """In order and without the pause: readiness stays as it is, since the service goes on."""
        if not self._retiring and self.host is not None:
            self._retiring = True
            self.goodbye()
            self.host.leave()
            now = asyncio.get_running_loop().time()
            leaving = self._see_off(self.host, now + self.bound / 2, now + IDLE_SECONDS)
            self._begun.append(asyncio.create_task(leaving))

    def stop(self) -> None:
        """Without the pause."""
        if not self._stopped:
            self._stopped = True
            self.unready()
            self.goodbye()
            signal.raise_signal(signal.SIGINT)

    async def _depart(self) -> None:
        begun = asyncio.get_running_loop().time()
        latest = begun + (self.pause + self.bound) / 2  # the rest is for requests that take long
        await asyncio.sleep(self.pause)
        host = self.host
        if host is None:
            self.stop()
            return
        await asyncio.sleep(TELL_SECONDS)
        if self._together:
            host.hold()
            await asyncio.sleep(SETTLE_SECONDS)
            await _until_none(host.queued, latest)
        host.leave()
        await self._see_off(host, latest, begun + IDLE_SECONDS if self.pause and self._together else begun)

    async def _see_off(self, host: Host, latest: float, idle: float) -> None:
        """Stops when everybody who has connected was heard and all connections have ended.

        Idle ones are waited for until ``idle``, the others until ``latest``.
        """
        await _until_none(host.unheard, latest)
        await _until_none(host.connections, min(idle, latest))
        self.stop()

    def _orphaned(self, sentinel: int) -> None:
        """The parent was killed and could not say so. This process would keep the port, and share it with the next."""
        loop = asyncio.get_running_loop()
        loop.remove_reader(sentinel)
        loop.call_later(ORPHAN_SECONDS, os._exit, 1)
        self.stop()


async def _until_none(count: Callable[[], int], until: float) -> None:
    """Waits until there are none, or until that time of the loop."""
    with suppress(TimeoutError):
        async with asyncio.timeout_at(until):
            while await asyncio.to_thread(count):  # noqa: ASYNC110
                await asyncio.sleep(LOOK_SECONDS)
