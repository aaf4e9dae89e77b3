"""For databases over which processes cannot announce anything: SQLite, and PostgreSQL behind PgBouncer."""

import asyncio
from collections.abc import Callable

from todo_core.ids import UserId


class NoAnnouncements:
    """Announces nothing and hears nothing, so that processes look at the counters more often."""

    heard = False

    def announce(self, owner: UserId) -> None:
        pass

    async def listen(self, hear: Callable[[UserId], None]) -> None:
        await asyncio.Event().wait()
