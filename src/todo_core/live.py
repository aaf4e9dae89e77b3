"""Wakes those who follow a feed when it has grown: at once in the process that wrote, soon in the others.

What has changed is always read from the feed; so order, completeness and resumption are those of the feed.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from typing import Final

from todo_core.ids import UserId
from todo_core.ports.announcements import Announcements
from todo_core.ports.storage import Store

LOOK_SECONDS: Final = 2.0
"""Between two looks at the counters while announcements are heard, because some may get lost."""

LOOK_OFTEN_SECONDS: Final = 0.25
"""The same while none are heard."""

LOOKED_AT_ONCE: Final = 1_000
"""Owners whose counters one statement reads."""


class Follower:
    """Waits for changes of one owner. Made by ``Hub.follow``.

    ``seen`` is the number up to which it has read the feed; set it after each read. A look wakes followers that have
    not seen everything.
    """

    __slots__ = ("_woken", "seen")

    def __init__(self) -> None:
        self._woken = asyncio.Event()
        self.seen = 0

    def wake(self) -> None:
        """Ends the wait that is going on, or the next one."""
        self._woken.set()

    async def wait(self, seconds: float) -> bool:
        """Waits until there may be changes since the last wait ended, at most for so long. True if there may be."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._woken.wait()
        woken = self._woken.is_set()
        self._woken.clear()
        return woken


class Hub:
    """All who follow feeds in this process. Run ``run`` as a task.

    Without ``announcements`` there are no other processes.
    """

    def __init__(self, announcements: Announcements | None = None) -> None:
        self._announcements = announcements
        self._followers: dict[UserId, set[Follower]] = {}

    @contextmanager
    def follow(self, owner: UserId) -> Iterator[Follower]:
        """Wakes this follower of the owner's feed while it is open. Begin before the first read of the feed."""
        follower = Follower()
        self._followers.setdefault(owner, set()).add(follower)
        try:
            yield follower
        finally:
            others = self._followers[owner]
            others.discard(follower)
            if not others:
                del self._followers[owner]

    def written(self, owner: UserId) -> None:
        """This process has committed changes."""
        self._wake(owner)
        if self._announcements:
            self._announcements.announce(owner)

    async def run(self, store: Store) -> None:
        """Hears announcements and looks at the counters, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            if self._announcements:
                tasks.create_task(self._announcements.listen(self._wake))
            tasks.create_task(self._keep_looking(store))

    async def look(self, store: Store) -> None:
        """Wakes the followers who have not seen everything. Raises what the storage raises."""
        owners = iter([*self._followers])
        while piece := [*islice(owners, LOOKED_AT_ONCE)]:
            revisions = await store.accounts().revisions(piece)
            for owner in piece:
                for follower in self._followers.get(owner, ()):
                    if follower.seen != revisions.get(owner):
                        follower.wake()

    async def _keep_looking(self, store: Store) -> None:
        while True:
            heard = self._announcements is None or self._announcements.heard
            await asyncio.sleep(LOOK_SECONDS if heard else LOOK_OFTEN_SECONDS)
            with suppress(Exception):  # whatever it was: the next look makes up for it
                await self.look(store)

    def _wake(self, owner: UserId) -> None:
        for follower in self._followers.get(owner, ()):
            follower.wake()
