"""One entry of an owner's feed: what happened to which thing, numbered in the order of commits."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID


class Action(StrEnum):
    """What a change did."""

    CREATED = "created"
    UPDATED = "updated"
    DELETED = "deleted"
    """Moved to the trash."""

    RESTORED = "restored"
    PURGED = "purged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """``seq`` counts an owner's changes 1, 2, 3 ... without gaps; ``entity`` is the name of the thing's kind.

    ``value`` is the thing afterwards, None when it was deleted or purged.
    """

    seq: int
    at: datetime
    entity: str
    id: UUID
    action: Action
    value: Any
