"""One line of an owner's feed: what happened to which thing, numbered in the order of commits."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias
from uuid import UUID

from todo_core.model.task import Task

Entity: TypeAlias = Task
"""The things whose writes are numbered."""


class EntityKind(StrEnum):
    """What a change is about."""

    TASK = "task"


class ChangeKind(StrEnum):
    """What a change did."""

    CREATED = "created"
    UPDATED = "updated"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """``seq`` counts an owner's changes 1, 2, 3 ... without gaps; ``value`` is the thing afterwards, or None."""

    seq: int
    at: datetime
    entity: EntityKind
    id: UUID
    kind: ChangeKind
    value: Entity | None
