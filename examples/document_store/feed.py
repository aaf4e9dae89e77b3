"""The feed of a box: pages, changes by their numbers, histories, and what pruning leaves of it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from itertools import takewhile
from typing import Any
from uuid import UUID

from document_store.box import Box
from document_store.documents import Documents
from document_store.reads import first_ones
from todo_core.errors import NotFound
from todo_core.ids import UserId
from todo_core.model.change import Action, Change, FeedPage
from todo_core.model.kinds import Kind
from todo_core.model.registry import KINDS
from todo_core.paging import Page

FIRST_EPOCH = UUID(int=0)


class BoxChanges:
    """The feed as it is committed."""

    def __init__(self, documents: Documents, owner: UserId) -> None:
        self._documents = documents
        self._owner = owner

    async def page(self, after: int | None, limit: int, entity: str | None = None) -> FeedPage:
        box = self._box()
        if box is None:
            raise NotFound("account")
        unpruned = (change for seq, change in box.feed.items() if seq > max(after or 0, box.pruned))
        found = [change for change in unpruned if entity in (None, change.entity)]
        items = first_ones(found, limit, _size)
        epoch = self._documents.get("epoch", None) or FIRST_EPOCH
        more = len(items) < len(found)
        return FeedPage(items=items, more=more, latest=box.revision, pruned=box.pruned, epoch=epoch)

    async def at(self, seqs: Collection[int]) -> Mapping[int, Change]:
        box = self._box() or Box()
        return {seq: box.feed[seq] for seq in seqs if seq in box.feed}

    async def history(self, kind: Kind[Any], thing_id: UUID, first: int | None, limit: int) -> Page[Change, int]:
        """From change to change by ``previous``, beginning with that which gave the thing its revision."""
        box = self._box() or Box()
        stored = box.things.get(thing_id) or box.trash.get(thing_id)
        if stored is None or stored.kind != kind.name:
            raise NotFound(kind.name)
        found: list[Change] = []
        change = box.feed.get(stored.thing.revision if first is None else first)
        while change is not None and change.id == thing_id:
            found.append(change)
            change = box.feed.get(change.previous or 0)
        items = first_ones(found, limit, _size)
        return Page(items, found[len(items)].seq if len(items) < len(found) else None)

    def _box(self) -> Box | None:
        found: Box | None = self._documents.get("box", self._owner)
        return found


def _size(change: Change) -> int:
    return 0 if change.value is None else KINDS[change.entity].text_bytes(change.value)


def old_changes(box: Box, before: datetime, limit: int) -> Sequence[Change]:
    """The changes that are to be pruned next, at most so many."""
    unpruned = [change for change in box.feed.values() if change.seq > box.pruned]
    return [*takewhile(lambda change: change.at < before, unpruned[:limit])]


def prune(box: Box, old: Sequence[Change]) -> None:
    """Deletes the change before each of these, and the last one of what was purged."""
    for change in old:
        box.forget(change.previous)
        if change.action is Action.PURGED:
            box.forget(change.seq)
    box.pruned += len(old)
