"""The trash: what was deleted, until it is restored or purged."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Trashed:
    """One deletion: the thing that was deleted, and how many things went to the trash with it, itself included.

    ``entity`` is the name of its kind, ``value`` the thing as it was, with the number of its deletion as revision.
    """

    id: UUID
    entity: str
    deleted_at: datetime
    things: int
    value: Any


TrashPosition: TypeAlias = tuple[datetime, UUID]
"""A position in the trash: the latest deletion comes first; of several at one time that with the greatest id."""
