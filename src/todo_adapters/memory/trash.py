"""The trash of one owner."""

from collections.abc import Collection, Sequence
from datetime import datetime
from itertools import accumulate
from typing import Any
from uuid import UUID

from todo_adapters.memory.state import Draft, Shelf, TrashedThing, others_run
from todo_core.limits import PAGE_BYTES
from todo_core.model.kinds import Kind
from todo_core.model.trash import Trashed, TrashPosition
from todo_core.paging import Page


class MemoryTrashReads:
    """The trash as it is committed, with the changes of a draft on top."""

    def __init__(self, trash: Draft[UUID, TrashedThing], shelf: Shelf) -> None:
        self._trash = trash
        self._shelf = shelf

    async def page(self, after: TrashPosition | None, limit: int) -> Page[Trashed, TrashPosition]:
        deletions = self._deletions()
        kinds = {each.thing.id: each.kind for each in self._trash.values()}
        as_of = self._shelf.revision
        await others_run()
        behind = [each for each in reversed(deletions) if after is None or _position(each) < after]
        begins = [0, *accumulate(kinds[each.id].text_bytes(each.value) for each in behind[:limit])]
        items = [each for each, begin in zip(behind[:limit], begins, strict=False) if begin < PAGE_BYTES]
        last = _position(items[-1]) if len(behind) > len(items) else None
        return Page(tuple(items), last, as_of if behind else None)

    async def expired(self, before: datetime, limit: int) -> Sequence[Trashed]:
        deletions = self._deletions()
        await others_run()
        return [each for each in deletions if each.deleted_at < before][:limit]

    async def things(self, roots: Collection[UUID], most: int) -> Sequence[tuple[Kind[Any], Any]]:
        wanted = set(roots)
        # What was deleted last of one deletion is what was deleted itself: it is the first to be put back.
        found = [each for each in reversed(self._trash.values()) if each.root in wanted]
        await others_run()
        found.sort(key=lambda each: each.root)
        return [(each.kind, each.thing) for each in found][:most]

    def _deletions(self) -> list[Trashed]:
        """All deletions, the earliest first."""
        numbers: dict[UUID, int] = {}
        for each in self._trash.values():
            numbers[each.root] = numbers.get(each.root, 0) + 1
        found = [
            Trashed(
                id=each.root,
                entity=each.kind.name,
                deleted_at=each.at,
                things=numbers[each.root],
                value=each.thing,
            )
            for each in self._trash.values()
            if each.thing.id == each.root
        ]
        return sorted(found, key=_position)


def _position(deletion: Trashed) -> TrashPosition:
    return deletion.deleted_at, deletion.id
