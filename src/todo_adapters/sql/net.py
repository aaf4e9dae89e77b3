"""What several writes to the same things come to: the rows to add, change and delete, in the order of references."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from todo_adapters.sql.collected import CollectedWrite
from todo_core.errors import MovedOn
from todo_core.model.change import AFTER, BEFORE, Place


@dataclass(slots=True)
class Effect:
    """What the writes to one thing come to. ``read`` is the revision before them, ``seq`` the number of the last.

    ``there`` says whether the thing was in its table before them or after one of them.
    """

    first: CollectedWrite
    last: CollectedWrite
    read: int
    seq: int
    there: bool

    @property
    def thing(self) -> Any:
        return self.last.thing

    @property
    def before(self) -> Place:
        return BEFORE[self.first.action]

    @property
    def after(self) -> Place:
        return AFTER[self.last.action]

    @property
    def added(self) -> bool:
        """True if a row is added to the table; also if it is deleted again, because others may have referred to it."""
        return self.before is not Place.TABLE and self.there

    @property
    def changed(self) -> bool:
        return self.before is Place.TABLE and self.after is Place.TABLE

    @property
    def deleted(self) -> bool:
        return self.there and self.after is not Place.TABLE


def effects(writes: Mapping[int, CollectedWrite], revisions: Mapping[tuple[str, UUID], int]) -> list[Effect]:
    """The effects of writes by their numbers, in the order of the last write to each thing.

    Raises MovedOn for a write to what is no longer there after an earlier one.
    """
    found: dict[tuple[str, UUID], Effect] = {}
    for seq, write in writes.items():
        key = (write.table.kind.name, write.id)
        there = Place.TABLE in (BEFORE[write.action], AFTER[write.action])
        if (earlier := found.pop(key, None)) is None:
            found[key] = Effect(write, write, revisions.get(key, write.thing.revision), seq, there)
        elif earlier.after is not BEFORE[write.action]:
            raise MovedOn
        else:
            found[key] = Effect(earlier.first, write, earlier.read, seq, earlier.there or there)
    return list(found.values())


def parents_first(each_effect: Iterable[Effect]) -> list[Effect]:
    """Effects on things of one kind, those on things to which others refer before these."""
    by_id = {effect.thing.id: effect for effect in each_effect}
    placed: set[UUID] = set()
    found: list[Effect] = []
    for effect in by_id.values():
        kind = effect.last.table.kind
        parents = [field for field, name in kind.references.items() if name == kind.name]
        chain: list[Effect] = []
        upward: Effect | None = effect
        while upward is not None and upward.thing.id not in placed:
            chain.append(upward)
            placed.add(upward.thing.id)
            upward = next((by_id[p] for field in parents if (p := getattr(upward.thing, field)) in by_id), None)
        found += reversed(chain)
    return found
