"""How a write is carried out: once under an idempotency key, over an expected revision, or as a dry run."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, TypeAlias
from uuid import UUID

from todo_core.errors import Stale
from todo_core.ids import SessionId
from todo_core.model.change import Change
from todo_core.model.kinds import Entity, Kind

Pointers: TypeAlias = int | list["Pointers"] | dict[str, int] | None

Revisions: TypeAlias = frozenset[int] | None
"""The revisions that may be written over; None for any."""


@dataclass(frozen=True, slots=True)
class Expected:
    """The revisions that the thing with this id may have. It has to exist."""

    id: UUID
    revisions: Revisions

    def check(self, thing: Entity) -> None:
        """Raises Stale if the thing has another revision."""
        if self.revisions is not None and thing.revision not in self.revisions:
            raise Stale(thing.revision)


@dataclass(frozen=True, slots=True)
class Key:
    """An idempotency key, and a digest of the request that is made under it."""

    text: str
    fingerprint: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteOptions:
    """The options of one write. A dry run stores nothing, so it neither uses nor claims a key.

    ``session`` is the login session that writes, which the feed tells.
    """

    key: Key | None = None
    expected: Expected | None = None
    dry_run: bool = False
    session: SessionId | None = None


PLAIN: Final = WriteOptions()

WHOLE_SET: Final = object()
"""The result of a use case whose result is the changes that it writes."""

RECEIPTS_KEPT: Final = timedelta(hours=48)
"""How long an idempotency key is remembered. After that it is free again, whether its receipt was deleted or not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What is stored under a key: the digest of the request, and where its result is in the feed.

    ``answer`` has the form of the use case's result, with a number for each thing: -1, -2 ... for the first,
    second ... write under the key, counted from ``first_seq``; a positive number for the latest change of a thing
    that did not need changing. A result that is a number is {"number": ...}, WHOLE_SET with its writes {"set": ...}.
    """

    fingerprint: bytes
    first_seq: int
    answer: str

    def seqs(self) -> set[int]:
        """The numbers of the changes in the result."""
        return set(_flat(json.loads(self.answer), self.first_seq))

    def result(self, changes: Mapping[int, Change]) -> Any:
        """The use case's result, restored from those changes."""
        return _resolved(json.loads(self.answer), self.first_seq, changes)


def pointers(result: object, written: Sequence[tuple[Kind[Any], UUID]]) -> str:
    """``Receipt.answer`` for a result, given the ids of the things that were written, in order."""
    last = {(kind.entity, thing_id): -number for number, (kind, thing_id) in enumerate(written, 1)}

    def point(item: Any) -> Pointers:
        if item is WHOLE_SET:
            return {"set": len(written)}
        if isinstance(item, tuple):
            return [point(part) for part in item]
        if isinstance(item, int):
            return {"number": item}
        return None if item is None else last.get((type(item), item.id), item.revision)

    return json.dumps(point(result))


def _seq(pointer: int, first_seq: int) -> int:
    return pointer if pointer > 0 else first_seq - pointer - 1


def _flat(answer: Pointers, first_seq: int) -> list[int]:
    if isinstance(answer, list):
        return [seq for part in answer for seq in _flat(part, first_seq)]
    if isinstance(answer, dict):
        return list(range(first_seq, first_seq + answer.get("set", 0)))
    return [_seq(answer, first_seq)] if isinstance(answer, int) else []


def _resolved(answer: Pointers, first_seq: int, changes: Mapping[int, Change]) -> Any:
    if isinstance(answer, list):
        return tuple(_resolved(part, first_seq, changes) for part in answer)
    if isinstance(answer, dict):
        return answer["number"] if "number" in answer else tuple(changes[seq] for seq in _flat(answer, first_seq))
    return None if answer is None else changes[_seq(answer, first_seq)].value
