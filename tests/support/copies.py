"""What a client keeps of an account: a copy that begins with a snapshot and follows the feed."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from uuid import UUID

from todo_adapters.contracts.kit import all_things
from todo_core.ids import UserId
from todo_core.model.change import Change, FeedPosition
from todo_core.model.registry import KINDS
from todo_core.ports.storage import Store, View
from todo_core.usecases.sync import SnapshotPage, read_snapshot

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
    return {(kind.name, thing.id): thing for kind in KINDS.values() for thing in await all_things(store, owner, kind)}
