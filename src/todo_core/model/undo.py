"""What a set of changes did to each thing, and what takes it back as long as nothing else has touched it since."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from todo_core.errors import CursorExpired, FieldConflict
from todo_core.model.change import AFTER, BEFORE, Action, Change, Place
from todo_core.model.kinds import Kind
from todo_core.model.registry import KINDS

KEPT: Final = frozenset({"id", "user_id", "revision", "created_at", "updated_at"})
"""Fields that are not reverted."""


@dataclass(frozen=True, slots=True)
class State:
    """Where a thing is at some time, and what it is like then.

    ``thing`` is None if there is none, or if nobody knows its fields any more. ``root`` is that of the deletion with
    which it is in the trash.
    """

    place: Place
    thing: Any = None
    root: UUID | None = None


NOWHERE: Final = State(Place.NOWHERE)


@dataclass(frozen=True, slots=True)
class Effect:
    """What a set of changes did to one thing; ``seq`` is the number of the last of them."""

    kind: Kind[Any]
    id: UUID
    before: State
    after: State
    seq: int

    @property
    def deletes(self) -> bool:
        return self.before.place is Place.TABLE and self.after.place is Place.TRASH


@dataclass(frozen=True, slots=True)
class Reversal:
    """What becomes of one thing: ``present`` is where and what it is now, ``thing`` what it will be in this place.

    ``root`` is that of the deletion with which it was in the trash before, if it goes back there.
    """

    kind: Kind[Any]
    present: State
    place: Place
    thing: Any
    root: UUID | None = None

    @property
    def id(self) -> UUID:
        thing_id: UUID = self.thing.id
        return thing_id

    @property
    def restores(self) -> bool:
        return self.present.place is Place.TRASH

    @property
    def removes(self) -> bool:
        return self.place is Place.TRASH

    @property
    def relocates(self) -> bool:
        """True if what the thing refers to may change, or what refers to it may lose it."""
        fields = self.kind.references
        return (
            self.restores
            or self.removes
            or any(getattr(self.thing, field) != getattr(self.present.thing, field) for field in fields)
        )


def earlier(changes: Iterable[Change]) -> set[int]:
    """The numbers of the changes before these."""
    return {change.previous for change in changes if change.previous is not None}


def by_thing(changes: Sequence[Change]) -> Iterable[Sequence[Change]]:
    """The changes of a set, those of each thing together."""
    found: dict[tuple[str, UUID], list[Change]] = {}
    for change in changes:
        found.setdefault((change.entity, change.id), []).append(change)
    return found.values()


def effect_of(changes: Sequence[Change], kept: Mapping[int, Change]) -> Effect:
    """What these changes did to the one thing that they are about.

    ``kept`` has the change before the first one, and if that was a deletion the change before it, as far as they are
    kept. Raises CursorExpired if what they changed is unknown.
    """
    first, last = changes[0], changes[-1]
    previous = kept.get(first.previous or 0)
    before = State(BEFORE[first.action], None if previous is None else previous.value)
    if first.action is Action.CREATED:
        before = NOWHERE
    elif first.action is Action.RESTORED and previous is not None:
        deleted = kept.get(previous.previous or 0)
        before = State(Place.TRASH, None if deleted is None else deleted.value, previous.root)
    elif first.action is Action.UPDATED and before.thing is None:
        raise CursorExpired("It is no longer known what was there before these changes.")
    values = [change.value for change in changes if change.value is not None]
    root = (last.root or last.id) if last.action is Action.DELETED else None
    after = State(AFTER[last.action], values[-1] if values else before.thing, root)
    return Effect(KINDS[first.entity], first.id, before, after, last.seq)


class Reversals:
    """Gathers what reverts the effects of a set, one after the other, and the conflicts."""

    def __init__(self, now: datetime) -> None:
        self.found: dict[UUID, Reversal] = {}
        self.conflicts: list[FieldConflict] = []
        self._effects: dict[UUID, Effect] = {}
        self._joined: set[UUID | None] = set()
        self._now = now

    def revert(self, effect: Effect, present: State) -> None:
        """Takes back what the set did to a thing, whose present state is NOWHERE if it is in an unrelated deletion."""
        self._effects[effect.id] = effect
        before, after = effect.before, effect.after
        if before.place is Place.TABLE:
            if after.place is not Place.TABLE or differing(effect):
                self._keep_in_table(effect, present)
        elif present.place is Place.TABLE and after.place is Place.TABLE:
            self._remove(effect, present)
        elif before.place is Place.TRASH and after.place is Place.NOWHERE:
            self._gone(effect)
        elif before.place is Place.TRASH and present.place is Place.TRASH and present.root != before.root:
            self._add(Reversal(effect.kind, present, Place.TRASH, present.thing, before.root))

    def take_along(self, deletion: Sequence[tuple[Kind[Any], State]]) -> None:
        """Takes a deletion apart if something leaves or joins it. It is given in the order of restoring.

        What the set has created, or found in the trash, goes back there; the rest goes where its container goes.
        """
        if not any(state.root in self._joined or state.thing.id in self.found for _, state in deletion):
            return
        for kind, state in deletion:
            thing = state.thing
            if thing.id in self.found:
                continue
            container = next((self.found[each] for each in containers(kind, thing) if each in self.found), None)
            place, root = Place.TABLE if container is None else container.place, None
            if effect := self._effects.get(thing.id):
                place, root = Place.TRASH, effect.before.root
            self._add(Reversal(kind, state, place, thing, root))

    def _add(self, reversal: Reversal) -> None:
        self.found[reversal.id] = reversal
        if reversal.root is not None:
            self._joined.add(reversal.root)

    def _keep_in_table(self, effect: Effect, present: State) -> None:
        if present.place is not Place.TABLE and (present.place is not effect.after.place or not effect.deletes):
            self._gone(effect)
            return
        thing = self._reverted(effect, present)
        if present.place is Place.TRASH or thing is not present.thing:
            self._add(Reversal(effect.kind, present, Place.TABLE, thing))

    def _remove(self, effect: Effect, present: State) -> None:
        if effect.before.place is Place.TRASH:
            thing = self._reverted(effect, present)
            self._add(Reversal(effect.kind, present, Place.TRASH, thing, effect.before.root))
            return
        for name in reverted_fields(effect.kind):
            if getattr(present.thing, name) != getattr(effect.after.thing, name):
                self._changed_since(effect, name)
        self._add(Reversal(effect.kind, present, Place.TRASH, present.thing))

    def _reverted(self, effect: Effect, present: State) -> Any:
        """The present thing with the earlier values of the fields that the set changed; itself if there are none."""
        values = {}
        for name in differing(effect):
            old, new, now = (getattr(each.thing, name) for each in (effect.before, effect.after, present))
            if now == new:
                values[name] = old
            elif now != old:
                self._changed_since(effect, name)
        return replace(present.thing, **values, updated_at=self._now) if values else present.thing

    def _changed_since(self, effect: Effect, name: str) -> None:
        detail = "This has been changed since; change it back yourself if you still want to."
        self.conflicts.append(FieldConflict(effect.kind.name, effect.id, name, "changed-since", detail))

    def _gone(self, effect: Effect) -> None:
        detail = "This has been deleted since; restore it first if it is in the trash."
        self.conflicts.append(FieldConflict(effect.kind.name, effect.id, None, "gone", detail))


def differing(effect: Effect) -> list[str]:
    """The fields that the set changed, as far as their values before and after it are known."""
    before, after = effect.before.thing, effect.after.thing
    if before is None or after is None:
        return []
    names = reverted_fields(effect.kind)
    return [name for name in names if getattr(before, name) != getattr(after, name)]


def reverted_fields(kind: Kind[Any]) -> list[str]:
    """The fields of a kind that can be reverted."""
    return [name for name in kind.names if name not in KEPT]


def containers(kind: Kind[Any], thing: Any) -> list[UUID]:
    """The ids of what a thing refers to, the nearest first: its parent, then its list."""
    return [target for field in reversed([*kind.references]) if (target := getattr(thing, field)) is not None]
