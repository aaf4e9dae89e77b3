"""The rows that a piece of collected writes adds, changes and deletes, by the statement that does it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias
from uuid import UUID

from todo_adapters.sql.collected import GONE, Author, Collected, CollectedWrite
from todo_adapters.sql.net import Effect, effects, parents_first
from todo_adapters.sql.pieces import Pace
from todo_adapters.sql.registry import KIND_TABLES
from todo_adapters.sql.set_statements import READ, SetStatement, insertion
from todo_adapters.sql.tables import changes
from todo_adapters.sql.tags import TAGS_IN, TAGS_OUT, tag_rows, tag_rows_differ
from todo_adapters.sql.trash import TRASH_IN, TRASH_OUT
from todo_core.model.change import Action, Change, Place
from todo_core.model.task import TASKS

FEED = insertion(changes, "entity_id")

Sets: TypeAlias = dict[SetStatement, list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Entry:
    """A collected write, with the values of its fields, and as JSON; both are empty when a thing is purged."""

    write: CollectedWrite
    fields: dict[str, Any]
    value: str | None
    size: int

    @classmethod
    def of(cls, write: CollectedWrite) -> "Entry":
        if write.action is Action.PURGED:
            return cls(write, {}, None, 0)
        fields = write.table.fields(write.thing)
        value = write.table.to_json(fields)
        return cls(write, fields, value.decode(), len(value))

    @property
    def feed_value(self) -> str | None:
        return None if self.write.action in GONE else self.value

    @property
    def feed_bytes(self) -> int:
        return 0 if self.write.action in GONE else self.size


def change_of(write: CollectedWrite, author: Author, seq: int, set_seq: int, read: int) -> Change:
    """The change that a write has become. ``read`` is the thing's revision before it, 0 for a new thing."""
    return Change(
        seq=seq,
        set=set_seq,
        at=author.at,
        entity=write.table.kind.name,
        id=write.id,
        action=write.action,
        value=None if write.action in GONE else replace(write.thing, revision=seq),
        previous=read or None,
        session=author.session,
        root=write.root,
    )


def numbered(piece: Sequence[Entry], author: Author, first_seq: int, collected: Collected) -> list[Change]:
    """The changes that a piece has become, with numbers from this one on."""
    collected.set_seq = collected.set_seq or first_seq
    latest: dict[tuple[str, UUID], int] = {}
    changes = []
    for seq, entry in enumerate(piece, first_seq):
        write, key = entry.write, (entry.write.table.kind.name, entry.write.id)
        read = latest.get(key) or collected.revisions.get(key, write.thing.revision)
        changes.append(change_of(write, author, seq, collected.set_seq, read))
        latest[key] = seq
    return changes


async def row_sets(
    piece: Sequence[Entry], changes: Sequence[Change], author: Author, collected: Collected, pace: Pace
) -> tuple[Sets, Sets]:
    """The rows of entries that have become these changes, in the order in which they are written.

    Those of the first part do not depend on one another, and neither do those of the second.
    """
    last = {change.seq: entry for change, entry in zip(changes, piece, strict=True)}
    found = effects({seq: entry.write for seq, entry in last.items()}, collected.revisions)
    before: Sets = {TRASH_OUT: [_key(each, each.read) for each in found if each.before is Place.TRASH]}
    after: Sets = {TAGS_IN: []}
    for table in KIND_TABLES.values():
        mine = [each for each in found if each.last.table is table]
        before[table.insertion] = [await _row(each, last, pace) for each in parents_first(e for e in mine if e.added)]
        before[table.replacement] = [await _row(each, last, pace) for each in mine if each.changed]
        if table.kind is TASKS:
            before[TAGS_OUT], after[TAGS_IN] = _tags(mine)
    for table in reversed(KIND_TABLES.values()):
        mine = [each for each in found if each.last.table is table and each.deleted]
        after[table.deletion] = [_key(each, each.seq if each.added else each.read) for each in mine]
    after[TRASH_IN] = [_trashed(each, last, author, collected) for each in found if each.after is Place.TRASH]
    after[FEED] = [_entry(change, author, last[change.seq].feed_value) for change in changes]
    return before, after


def _key(effect: Effect, read: int) -> dict[str, Any]:
    return {"user_id": effect.thing.user_id, "id": effect.thing.id, READ: read}


async def _row(effect: Effect, entries: dict[int, Entry], pace: Pace) -> dict[str, Any]:
    entry = entries[effect.seq]
    await pace.work(entry.size)
    table, thing = effect.last.table, effect.thing
    values = (entry.fields or table.fields(thing)) | table.computed(thing)  # a purged thing was there before
    return values | {"revision": effect.seq, READ: effect.read}


def _tags(of_tasks: Sequence[Effect]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The tasks whose tags are deleted, and the tags that are written."""
    stay = [each for each in of_tasks if each.after is Place.TABLE]
    written = [
        each for each in stay if each.added or tag_rows_differ(each.last.table.kind, each.first.before, each.thing)
    ]
    replaced = [each.thing for each in written if not each.added and _tags_differ(each)]
    gone = [{"user_id": task.user_id, "task_id": task.id} for task in replaced]
    return gone, [row for each in written for row in tag_rows(each.thing)]


def _tags_differ(effect: Effect) -> bool:
    before = effect.first.before
    return before is None or before.tags != effect.thing.tags


def _trashed(effect: Effect, entries: dict[int, Entry], author: Author, collected: Collected) -> dict[str, Any]:
    root = effect.last.root
    return {
        "user_id": effect.thing.user_id,
        "id": effect.thing.id,
        "root_id": root,
        "entity": effect.last.table.kind.name,
        "deleted_at": author.at,
        "things": collected.deletions[root] if root == effect.thing.id else 0,
        "value": entries[effect.seq].value,
        "revision": effect.seq,
    }


def _entry(change: Change, author: Author, value: str | None) -> dict[str, Any]:
    return {
        "user_id": author.owner,
        "seq": change.seq,
        "at": change.at,
        "entity": change.entity,
        "entity_id": change.id,
        "kind": change.action.value,
        "value": value,
        "set_seq": change.set,
        "previous": change.previous,
        "session_id": change.session,
        "root_id": change.root,
    }
