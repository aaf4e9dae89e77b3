"""Records which access tokens have been used in this process.

A repeated refresh token is accepted only until the access token issued with its successor has been used.
"""

from collections.abc import Mapping
from itertools import islice
from typing import Final

from todo_core.ids import SessionId

REMEMBERED_MAX: Final = 10_000
"""Login sessions in memory; beyond that the oldest is dropped, and its previous refresh token accepted."""


class FirstUses:
    """The newest generation of each login session whose access token has been used in this process."""

    def __init__(self) -> None:
        self._used: dict[SessionId, int] = {}
        self._unwritten: dict[SessionId, int] = {}

    def note(self, session_id: SessionId, generation: int) -> None:
        """Records that an access token of this generation has been used."""
        if self._used.get(session_id, 0) >= generation:
            return
        self._used.pop(session_id, None)
        if len(self._used) >= REMEMBERED_MAX:
            oldest = next(iter(self._used))
            del self._used[oldest]
            self._unwritten.pop(oldest, None)
        self._used[session_id] = self._unwritten[session_id] = generation

    def generation(self, session_id: SessionId) -> int:
        """The newest generation that has been used, 0 if none is known."""
        return self._used.get(session_id, 0)

    def unwritten(self, most: int) -> Mapping[SessionId, int]:
        """At most this many entries that are not in the storage yet."""
        return dict(islice(self._unwritten.items(), most))

    def written(self, used: Mapping[SessionId, int]) -> None:
        """Marks these entries as stored."""
        for session_id, generation in used.items():
            if self._unwritten.get(session_id) == generation:
                del self._unwritten[session_id]
