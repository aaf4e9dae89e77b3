"""Options of writes: idempotency keys, expected revisions, dry runs; and the receipts of keys."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, TypeAlias
from uuid import UUID

from todo_core.model.change import Change

Pointers: TypeAlias = int | list["Pointers"] | None

Revisions: TypeAlias = frozenset[int] | None
"""The revisions that a write may replace; None for any."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What a write expects: that the thing with this id exists and has one of the revisions."""

    id: UUID
    revisions: Revisions

    def admits(self, revision: int) -> bool:
        return self.revisions is None or revision in self.revisions


@dataclass(frozen=True, slots=True)
class Key:
    """An idempotency key, with which a write happens at most once, and a digest of the request."""

    text: str
    fingerprint: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteOptions:
    """The options of one write. A dry run has no effect, so it neither reads nor stores a key."""

    key: Key | None = None
    expected: Expected | None = None
    dry_run: bool = False


PLAIN: Final = WriteOptions()

RECEIPTS_KEPT: Final = timedelta(hours=48)
"""How long an idempotency key is remembered. After that it can be used again, even if it has not been deleted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What is stored with a key: the digest of the request, and where in the feed its result is.

    ``answer`` is the use case's result with a number for each thing: -1, -2 ... for the first, second ... write with
    the key, counted from ``first_seq``; above 0 the change that last wrote a thing which did not need changing.
    """

    fingerprint: bytes
    first_seq: int
    answer: str

    def seqs(self) -> set[int]:
        """The changes that the answer is made of."""
        return set(_flat(json.loads(self.answer), self.first_seq))

    def result(self, changes: Mapping[int, Change]) -> Any:
        """The use case's result as it was, from those changes."""
        return _resolved(json.loads(self.answer), self.first_seq, changes)


def pointers(result: object, written: Sequence[UUID]) -> str:
    """``Receipt.answer`` for a result, when the things with these ids have been written in this order."""
    last = {thing_id: -place for place, thing_id in enumerate(written, 1)}

    def point(item: Any) -> Pointers:
        if isinstance(item, tuple):
            return [point(part) for part in item]
        return None if item is None else last.get(item.id, item.revision)

    return json.dumps(point(result))


def _seq(pointer: int, first_seq: int) -> int:
    return pointer if pointer > 0 else first_seq - pointer - 1


def _flat(answer: Pointers, first_seq: int) -> list[int]:
    if isinstance(answer, list):
        return [seq for part in answer for seq in _flat(part, first_seq)]
    return [] if answer is None else [_seq(answer, first_seq)]


def _resolved(answer: Pointers, first_seq: int, changes: Mapping[int, Change]) -> Any:
    if isinstance(answer, list):
        return tuple(_resolved(part, first_seq, changes) for part in answer)
    return None if answer is None else changes[_seq(answer, first_seq)].value
