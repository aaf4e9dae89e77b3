"""One owner's feed and receipts, to read."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import accumulate, takewhile
from typing import Any
from uuid import UUID

from todo_adapters.memory.state import Shelf, State, others_run
from todo_core.errors import NotFound
from todo_core.ids import UserId
from todo_core.limits import PAGE_BYTES
from todo_core.model.change import Action, Change, FeedPage
from todo_core.model.kinds import Kind
from todo_core.model.registry import KINDS
from todo_core.model.write_options import Receipt
from todo_core.paging import Page


class MemoryChangeReads:
    def __init__(self, state: State, owner: UserId) -> None:
        self._state = state
        self._owner = owner

    async def page(self, after: int | None, limit: int, entity: str | None = None) -> FeedPage:
        shelf = self._state.shelves.get(self._owner)
        if shelf is None:
            await others_run()
            raise NotFound("account")
        begin = shelf.pruned if after is None else max(after, shelf.pruned)
        found = [each for each in shelf.feed if each.seq > begin and entity in (None, each.entity)]
        items = _within_bytes(found[:limit])
        page = FeedPage(
            items=items,
            more=len(items) < len(found),
            latest=shelf.revision,
            pruned=shelf.pruned,
            epoch=self._state.epoch,
        )
        await others_run()
        return page

    async def at(self, seqs: Collection[int]) -> Mapping[int, Change]:
        wanted = set(seqs)
        found = {change.seq: change for change in self._state.shelf(self._owner).feed if change.seq in wanted}
        await others_run()
        return found

    async def history(self, kind: Kind[Any], thing_id: UUID, first: int | None, limit: int) -> Page[Change, int]:
        shelf = self._state.shelf(self._owner)
        present = shelf.table(kind).get(thing_id) or _trashed(shelf, kind, thing_id)
        feed = {each.seq: each for each in shelf.feed if (each.entity, each.id) == (kind.name, thing_id)}
        await others_run()
        if present is None:
            raise NotFound(kind.name)
        found: list[Change] = []
        seq = present.revision if first is None else first
        while seq in feed:
            found.append(feed[seq])
            seq = feed[seq].previous or 0
        items = _within_bytes(found[:limit])
        return Page(items, found[len(items)].seq if len(items) < len(found) else None)


def old_changes(shelf: Shelf, before: datetime, limit: int) -> Sequence[Change]:
    """The changes that ``AccountsUnitOfWork.prune`` would prune."""
    unpruned = [change for change in shelf.feed if change.seq > shelf.pruned]
    return [*takewhile(lambda change: change.at < before, unpruned[:limit])]


def prune(shelf: Shelf, old: Sequence[Change]) -> None:
    """Prunes these changes: each takes the place of the thing's change before it, and the last one goes as well."""
    gone = {change.previous for change in old} | {change.seq for change in old if change.action is Action.PURGED}
    shelf.feed_bytes -= bytes_of(change for change in shelf.feed if change.seq in gone)
    shelf.feed = [change for change in shelf.feed if change.seq not in gone]
    shelf.pruned += len(old)


def bytes_of(changes: Iterable[Change]) -> int:
    """About as many as a database would need for the values of these changes."""
    return sum(len(repr(change.value).encode()) for change in changes if change.value is not None)


def _trashed(shelf: Shelf, kind: Kind[Any], thing_id: UUID) -> Any:
    found = shelf.trash.get(thing_id)
    return found.thing if found and found.kind is kind else None


def _within_bytes(changes: list[Change]) -> tuple[Change, ...]:
    sizes = [0 if each.value is None else KINDS[each.entity].text_bytes(each.value) for each in changes]
    begins = [0, *accumulate(sizes)]
    return tuple(each for each, begin in zip(changes, begins, strict=False) if begin < PAGE_BYTES)


class MemoryReceiptReads:
    def __init__(self, state: State, owner: UserId) -> None:
        self._state = state
        self._owner = owner

    async def get(self, key: str, since: datetime) -> Receipt | None:
        found = self._state.shelf(self._owner).receipts.get(key)
        await others_run()
        return found[0] if found and found[1] >= since else None
