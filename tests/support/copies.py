"""What a client keeps of an account: a copy that begins with a snapshot and follows the feed."""

import random
from collections.abc import Iterable
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeAlias
from uuid import UUID

from todo_core.errors import CursorExpired
from todo_core.ids import UserId
from todo_core.model.change import Change, FeedPage, FeedPosition
from todo_core.model.registry import KINDS
from todo_core.paging import every_page
from todo_core.ports.storage import Store, View
from todo_core.runner import Runner
from todo_core.usecases.following import follow_feed
from todo_core.usecases.sync import SnapshotPage, SnapshotPosition, read_changes, read_snapshot

Things: TypeAlias = dict[tuple[str, UUID], Any]
"""Things by the names of their kinds and their ids."""


@dataclass(slots=True)
class Copy:
    """``position`` is up to where the feed is in the copy; None before the first snapshot."""

    things: Things = field(default_factory=dict)
    position: FeedPosition | None = None

    def take(self, page: SnapshotPage) -> None:
        """Takes in a page of a snapshot."""
        self.position = page.position
        self.things.update({(page.kind.name, thing.id): thing for thing in page.items})

    def apply(self, changes: Iterable[Change]) -> None:
        """Takes in changes, as far as they are newer than what is there."""
        for change in changes:
            key = (change.entity, change.id)
            known = self.things.get(key)
            if known is not None and known.revision >= change.seq:
                continue
            if change.value is None:
                self.things.pop(key, None)
            else:
                self.things[key] = change.value


async def snapshot(view: View, limit: int) -> Copy:
    """A copy as it is after the last page of a snapshot."""
    copy = Copy()
    page = await read_snapshot(view, None, limit)
    copy.take(page)
    while page.next is not None:
        page = await read_snapshot(view, page.next, limit)
        copy.take(page)
    return copy


async def everything(store: Store, owner: UserId) -> Things:
    """What the server has."""
    view, found = store.view(owner), Things()
    for kind in KINDS.values():
        async for page in every_page(partial(view.of(kind).page, limit=1_000)):
            found |= {(kind.name, thing.id): thing for thing in page.items}
    return found


@dataclass(slots=True)
class Reader:
    """A client that may be cut off at any moment, and then goes on where it was.

    ``seen`` are the numbers of the changes since the latest snapshot, ``snapshots`` how many it has begun.
    """

    run: Runner
    owner: UserId
    chance: random.Random
    copy: Copy = field(default_factory=Copy)
    position: FeedPosition | None = None
    seen: list[int] = field(default_factory=list)
    snapshots: int = 0
    _next: SnapshotPosition | None = None

    async def read(self) -> None:
        """Reads a page: of a snapshot as long as there is none, of changes afterwards."""
        view, limit = self.run.store.view(self.owner), self.chance.randint(1, 9)
        if self.position is None:
            self._take(await read_snapshot(view, self._next, limit))
            return
        try:
            self._apply(await read_changes(view, self.position, limit))
        except CursorExpired:
            self.position = None

    async def follow(self) -> None:
        """Reads until it is cut off."""
        while True:
            while self.position is None:
                await self.read()
            limit = self.chance.randint(1, 9)
            try:
                async with aclosing(follow_feed(self.run, self.owner, self.position, 60.0, limit)) as pages:
                    async for page in pages:
                        self._apply(page)
            except CursorExpired:
                self.position = None

    def _take(self, page: SnapshotPage) -> None:
        if self._next is None:
            self.copy, self.seen, self.snapshots = Copy(), [], self.snapshots + 1
        self.copy.take(page)
        self._next = page.next
        if page.next is None:
            self.position = page.position

    def _apply(self, page: FeedPage) -> None:
        assert self.position is not None
        numbers = [change.seq for change in page.items]
        assert numbers == [*range(self.position.seq + 1, page.position.seq + 1)], "one is missing, or came twice"
        self.copy.apply(page.items)
        self.seen += numbers
        self.position = page.position
