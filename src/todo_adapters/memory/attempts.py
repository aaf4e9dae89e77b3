"""Counts of failed logins in memory."""

from datetime import datetime

from todo_adapters.memory.accounts_draft import AccountsDraft
from todo_adapters.memory.state import oldest, others_run
from todo_adapters.memory.strictness import Misuse, check_storable
from todo_core.model.attempts import Attempts


class MemoryAttemptReads:
    def __init__(self, draft: AccountsDraft) -> None:
        self._draft = draft

    async def get(self, key: bytes) -> Attempts | None:
        found = self._draft.attempts.get(key)
        await others_run()
        return found


class MemoryAttempts(MemoryAttemptReads):
    async def locked(self, key: bytes, now: datetime) -> Attempts:
        check_storable(now)
        await self._draft.holding.take(("attempts", key))
        await others_run()
        return self._draft.attempts.get(key) or Attempts(since=now)

    async def update(self, key: bytes, attempts: Attempts) -> None:
        check_storable(attempts)
        if ("attempts", key) not in self._draft.holding:
            raise Misuse("the count was not obtained from locked")
        self._draft.attempts.put(key, attempts)

    async def forget(self, after: datetime, before: datetime, limit: int) -> datetime | None:
        counts = [(attempts.since, key) for key, attempts in self._draft.attempts.items()]
        piece, end = oldest(counts, after, before, limit)
        for _, key in sorted(piece, key=lambda count: count[1]):
            expired = _expired(self._draft.attempts.get(key), before)
            if expired and await self._draft.holding.take_if_free(("attempts", key)):
                self._draft.attempts.drop(key)
        return end


def _expired(attempts: Attempts | None, moment: datetime) -> bool:
    if attempts is None:
        return False
    ends = (attempts.since, attempts.blocked_until, attempts.kept_until)
    return all(end is None or end < moment for end in ends)
