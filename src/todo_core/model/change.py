"""The feed of an owner: what happened to which thing, numbered in the order of commits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, StrEnum, auto
from typing import Any, Final
from uuid import UUID

from todo_core.ids import SessionId


class Action(StrEnum):
    """What a change did."""

    CREATED = "created"
    UPDATED = "updated"
    DELETED = "deleted"
    """Moved to the trash."""

    RESTORED = "restored"
    PURGED = "purged"


class Place(Enum):
    """Where a thing is stored."""

    NOWHERE = auto()
    TABLE = auto()
    TRASH = auto()


BEFORE: Final = {
    Action.CREATED: Place.NOWHERE,
    Action.UPDATED: Place.TABLE,
    Action.DELETED: Place.TABLE,
    Action.RESTORED: Place.TRASH,
    Action.PURGED: Place.TRASH,
}
AFTER: Final = {
    Action.CREATED: Place.TABLE,
    Action.UPDATED: Place.TABLE,
    Action.DELETED: Place.TRASH,
    Action.RESTORED: Place.TABLE,
    Action.PURGED: Place.NOWHERE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """``seq`` counts an owner's changes 1, 2, 3 ... without gaps; ``entity`` is the name of the thing's kind.

    ``set`` is the number of the first change of the same unit of work. ``value`` is the thing afterwards, None when it
    was deleted or purged. ``previous`` is the number of the thing's change before this one; None if it was created.
    ``session`` is the login session that wrote it, None for scripts and the service itself. ``root`` is the thing whose
    deletion this one is part of; None for other actions.
    """

    seq: int
    set: int
    at: datetime
    entity: str
    id: UUID
    action: Action
    value: Any
    previous: int | None = None
    session: SessionId | None = None
    root: UUID | None = None


@dataclass(frozen=True, slots=True)
class FeedPosition:
    """The change up to which a reader knows the feed of an owner, 0 for none.

    ``epoch`` changes when the storage has been restored from a backup: numbers of another epoch say nothing.
    """

    epoch: UUID
    seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedPage:
    """Changes in order, and where the feed was when they were read.

    ``more`` follow. ``latest`` is the number of the latest change. Changes up to ``pruned`` are no longer kept, but for
    the last one of each thing that existed then.
    """

    items: Sequence[Change]
    more: bool
    latest: int
    pruned: int
    epoch: UUID

    @property
    def position(self) -> FeedPosition:
        """The position after these changes."""
        return FeedPosition(self.epoch, self.items[-1].seq if self.more and self.items else self.latest)
