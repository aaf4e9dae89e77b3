"""Everything that one owner has, as one document, and what writes do to it."""

import pickle
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from todo_core.errors import MovedOn
from todo_core.ids import SessionId
from todo_core.model.change import Action, Change
from todo_core.model.kinds import Kind
from todo_core.model.quota import Usage
from todo_core.model.registry import KINDS
from todo_core.model.write_options import Receipt


@dataclass(frozen=True)
class Write:
    """One write of a unit of work; ``root`` is the thing whose deletion it is part of."""

    kind: Kind[Any]
    action: Action
    thing: Any
    root: UUID | None = None


@dataclass(frozen=True)
class Stored:
    """A thing with the name of its kind; in the trash also with the root and the time of its deletion."""

    kind: str
    thing: Any
    root: UUID
    at: datetime


@dataclass
class Box:
    """Everything that one owner has; ``revision`` is the number of the latest change, by which the feed goes."""

    things: dict[UUID, Stored] = field(default_factory=dict)
    trash: dict[UUID, Stored] = field(default_factory=dict)
    feed: dict[int, Change] = field(default_factory=dict)
    receipts: dict[str, tuple[Receipt, datetime]] = field(default_factory=dict)
    feed_bytes: int = 0
    revision: int = 0
    pruned: int = 0

    def copy(self) -> "Box":
        fresh = {name: getattr(self, name).copy() for name in ("things", "trash", "feed", "receipts")}
        return replace(self, **fresh)

    def of(self, kind: Kind[Any]) -> list[Any]:
        """The things of a kind, oldest first."""
        return sorted(
            (each.thing for each in self.things.values() if each.kind == kind.name), key=lambda thing: thing.id
        )

    def draw(self, write: Write, thing: Any, now: datetime) -> None:
        """Puts the thing where the write wants it."""
        self.things.pop(thing.id, None)
        self.trash.pop(thing.id, None)
        if write.action is Action.DELETED:
            self.trash[thing.id] = Stored(write.kind.name, thing, write.root or thing.id, now)
        elif write.action is not Action.PURGED:
            self.things[thing.id] = Stored(write.kind.name, thing, thing.id, now)

    def perform(self, writes: Sequence[Write], now: datetime, session: SessionId | None) -> list[Change]:
        """Carries out the writes of a unit of work, numbers them, and adds them to the feed. Raises MovedOn."""
        changes: list[Change] = []
        read_as: dict[UUID, int] = {}
        latest: dict[UUID, int] = {}
        for seq, write in enumerate(writes, self.revision + 1):
            self._check(write, read_as)
            thing = replace(write.thing, revision=seq)
            self.draw(write, thing, now)
            change = Change(
                seq=seq,
                set=self.revision + 1,
                at=now,
                entity=write.kind.name,
                id=thing.id,
                action=write.action,
                value=None if write.action in {Action.DELETED, Action.PURGED} else thing,
                previous=latest.get(thing.id, write.thing.revision) or None,
                session=session,
                root=(write.root or thing.id) if write.action is Action.DELETED else None,
            )
            latest[thing.id] = seq
            changes.append(change)
        self._check_references()
        self.feed.update({change.seq: change for change in changes})
        self.feed_bytes += sum(map(_bytes, changes))
        self.revision += len(changes)
        return changes

    def forget(self, seq: int | None) -> None:
        """Deletes a change, if it is there."""
        if change := self.feed.pop(seq or 0, None):
            self.feed_bytes -= _bytes(change)

    def _check(self, write: Write, read_as: dict[UUID, int]) -> None:
        """Raises MovedOn unless the stored thing is as it was read, by which all writes of one unit go."""
        thing_id, revision = write.thing.id, write.thing.revision
        stored = (self.trash if write.action in {Action.RESTORED, Action.PURGED} else self.things).get(thing_id)
        if write.action is Action.CREATED:
            if thing_id in self.things or thing_id in self.trash:
                raise MovedOn
        elif stored is None or revision != read_as.get(thing_id, stored.thing.revision):
            raise MovedOn
        read_as[thing_id] = revision

    def _check_references(self) -> None:
        for each in self.things.values():
            for name, kind in KINDS[each.kind].references.items():
                target = getattr(each.thing, name)
                if target and (target not in self.things or self.things[target].kind != kind):
                    raise MovedOn

    def usage(self) -> Usage:
        """What counts toward the quotas."""
        stored = [*self.things.values(), *(each for each in self.trash.values() if KINDS[each.kind].counted_in_trash)]
        counted = [KINDS[each.kind].counted for each in stored]
        return Usage(
            tasks=counted.count("tasks"),
            lists=counted.count("lists"),
            receipts=len(self.receipts),
            feed_bytes=self.feed_bytes,
        )


def _bytes(change: Change) -> int:
    return 0 if change.value is None else len(pickle.dumps(change.value))


def added(before: Usage, after: Usage) -> Usage:
    return Usage(
        tasks=after.tasks - before.tasks,
        lists=after.lists - before.lists,
        receipts=after.receipts - before.receipts,
        feed_bytes=after.feed_bytes - before.feed_bytes,
    )
