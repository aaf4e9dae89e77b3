"""Which access tokens have been used in this process.

A refresh token that comes again is excused only until the access token that came with its successor has been used.
"""

from collections.abc import Mapping
from itertools import islice
from typing import Final

from todo_core.ids import SessionId

REMEMBERED_MAX: Final = 10_000
"""Login sessions remembered; beyond that the one that was noted first is forgotten, and its parent token excused."""


class FirstUses:
    """The newest generation of each login session whose access token has been used, as far as this process knows."""

    def __init__(self) -> None:
        self._used: dict[SessionId, int] = {}
        self._unwritten: dict[SessionId, int] = {}

    def note(self, session_id: SessionId, generation: int) -> None:
        """An access token of this generation has been used."""
        if self._used.get(session_id, 0) >= generation:
            return
        self._used.pop(session_id, None)
        if len(self._used) >= REMEMBERED_MAX:
            oldest = next(iter(self._used))
            del self._used[oldest]
            self._unwritten.pop(oldest, None)
        self._used[session_id] = self._unwritten[session_id] = generation

    def generation(self, session_id: SessionId) -> int:
        """The newest generation that has been used, 0 when none is known."""
        return self._used.get(session_id, 0)

    def unwritten(self, most: int) -> Mapping[SessionId, int]:
        """So many of those that are not in the storage yet."""
        return dict(islice(self._unwritten.items(), most))

    def written(self, used: Mapping[SessionId, int]) -> None:
        """These are in the storage now."""
        for session_id, generation in used.items():
            if self._unwritten.get(session_id) == generation:
                del self._unwritten[session_id]
