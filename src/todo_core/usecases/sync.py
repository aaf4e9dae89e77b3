"""Reads what clients need to keep a copy: a snapshot, the changes since then, and the history of one thing."""

from dataclasses import dataclass
from typing import Any, TypeAlias
from uuid import UUID

from todo_core.errors import CursorExpired
from todo_core.model.change import Change, FeedPage, FeedPosition
from todo_core.model.kinds import Kind
from todo_core.model.registry import KINDS
from todo_core.paging import Page
from todo_core.ports.storage import View

SnapshotPosition: TypeAlias = tuple[str, UUID | None, FeedPosition]
"""The kind to go on with, the id of its last thing so far, and where the feed was when the snapshot began."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotPage:
    """Some things of one kind.

    ``position`` is the same on all pages of a snapshot: where the feed was when it began. The changes after it lead
    from the snapshot to the present, whatever was written between the pages; applying one that is in the snapshot
    already does no harm.
    """

    kind: Kind[Any]
    items: tuple[Any, ...]
    position: FeedPosition
    next: SnapshotPosition | None


async def read_snapshot(view: View, after: SnapshotPosition | None, limit: int) -> SnapshotPage:
    """Returns a page of everything that the owner has, kind by kind, without the trash. Raises NotFound."""
    kinds = [*KINDS.values()]
    if after is None:
        position, thing_id = await end_of_feed(view), None
    else:
        name, thing_id, position = after
        kinds = kinds[[kind.name for kind in kinds].index(name) :]
    for place, kind in enumerate(kinds):
        page = await view.of(kind).page(thing_id, limit)
        thing_id = None
        following = kinds[place + 1].name if place + 1 < len(kinds) else None
        if page.next is not None:
            return SnapshotPage(kind=kind, items=page.items, position=position, next=(kind.name, page.next, position))
        if page.items or following is None:
            behind = None if following is None else (following, None, position)
            return SnapshotPage(kind=kind, items=page.items, position=position, next=behind)
    raise AssertionError("the last kind has a page, if only an empty one")


async def end_of_feed(view: View) -> FeedPosition:
    """Returns the position after the latest change. Raises NotFound."""
    return (await view.changes.page(None, 0)).position


async def read_changes(view: View, after: FeedPosition | None, limit: int, entity: str | None = None) -> FeedPage:
    """Returns the changes after a position, or from the oldest one kept; of one kind if ``entity`` is given.

    Raises CursorExpired if the changes after the position are no longer kept, or if it is not one of this feed.
    """
    page = await view.changes.page(None if after is None else after.seq, limit, entity)
    if after is not None and (after.epoch != page.epoch or not page.pruned <= after.seq <= page.latest):
        raise CursorExpired
    return page


async def read_history(view: View, thing_id: UUID, kind: Kind[Any], first: int | None, limit: int) -> Page[Change, int]:
    """Returns changes of a thing, the latest first, as far back as they are kept. Raises NotFound."""
    return await view.changes.history(kind, thing_id, first, limit)
