"""Announcements between services that share a memory store in one process, as tests have them."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from todo_core.ids import UserId


@dataclass(slots=True)
class Channel:
    """What all who announce over it hear."""

    members: list["MemoryAnnouncements"] = field(default_factory=list)


class MemoryAnnouncements:
    """One member of a channel. It hears what the others announce."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._hear: Callable[[UserId], None] | None = None

    @property
    def heard(self) -> bool:
        return self._hear is not None

    def announce(self, owner: UserId) -> None:
        for member in self._channel.members:
            if member is not self and member._hear:
                asyncio.get_running_loop().call_soon(member._hear, owner)

    async def listen(self, hear: Callable[[UserId], None]) -> None:
        self._hear = hear
        self._channel.members.append(self)
        try:
            await asyncio.Event().wait()
        finally:
            self._hear = None
            self._channel.members.remove(self)
