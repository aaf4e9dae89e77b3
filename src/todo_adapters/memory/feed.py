"""One owner's feed and receipts, to read."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from todo_adapters.memory.state import State, others_run
from todo_core.ids import UserId
from todo_core.model.change import Change
from todo_core.model.write_options import Receipt


class MemoryChangeReads:
    def __init__(self, state: State, owner: UserId) -> None:
        self._state = state
        self._owner = owner

    async def after(self, seq: int, limit: int) -> Sequence[Change]:
        found = [change for change in self._state.shelf(self._owner).feed if change.seq > seq]
        await others_run()
        return tuple(found[:limit])

    async def at(self, seqs: Collection[int]) -> Mapping[int, Change]:
        found = {change.seq: change for change in self._state.shelf(self._owner).feed if change.seq in seqs}
        await others_run()
        return found


class MemoryReceiptReads:
    def __init__(self, state: State, owner: UserId) -> None:
        self._state = state
        self._owner = owner

    async def get(self, key: str, since: datetime) -> Receipt | None:
        found = self._state.shelf(self._owner).receipts.get(key)
        await others_run()
        return found[0] if found and found[1] >= since else None
