"""Announcements of changes between the processes of one service."""

from collections.abc import Callable
from typing import Protocol

from todo_core.ids import UserId


class Announcements(Protocol):
    """Tells the other processes whose feeds have new changes, and hears it from them.

    Announcements are hints: they may come late, more than once, or not at all. What has changed is read from the feed.
    """

    @property
    def heard(self) -> bool:
        """True while announcements of the other processes arrive here, or there are no others."""

    def announce(self, owner: UserId) -> None:
        """Tells the others about changes that have been committed. Never waits, never raises."""

    async def listen(self, hear: Callable[[UserId], None]) -> None:
        """Sends what is announced and calls ``hear`` for what others announce, until cancelled. Never raises."""
