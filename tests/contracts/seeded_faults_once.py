"""Mistakes with keys, dry runs and expected revisions, put into the memory store: each function plants one."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from tests.contracts.seeded_faults import good_commit, shelf_of
from todo_adapters.memory import work
from todo_adapters.memory.accounts import MemoryAccountsUnitOfWork
from todo_adapters.memory.feed import MemoryReceiptReads
from todo_adapters.memory.state import Draft, Shelf, others_run
from todo_adapters.memory.tasks import MemoryTaskPages
from todo_adapters.memory.things import MemoryThings
from todo_adapters.memory.work import MemoryUnitOfWork, MemoryView
from todo_core.errors import MovedOn
from todo_core.model.change import Change
from todo_core.model.task import TASKS
from todo_core.model.write_options import Key, Receipt
from todo_core.usecases.cleanup import BEGINNING


def _keep(unit: MemoryUnitOfWork, key: Key, answer: str, changes: Sequence[Change]) -> None:
    first_seq = changes[0].seq if changes else 0
    kept = Receipt(fingerprint=key.fingerprint, first_seq=first_seq, answer=answer)
    shelf_of(unit).receipts[key.text] = kept, unit.now


def key_claimed_after_the_writes(patch: pytest.MonkeyPatch) -> None:
    """In a transaction of its own: two at once both find the key free."""

    async def commit(unit: MemoryUnitOfWork, key: Key | None = None, answer: str = "") -> Sequence[Change]:
        if key and key.text in shelf_of(unit).receipts:
            raise MovedOn
        changes = await good_commit(unit)
        await others_run()
        if key:
            _keep(unit, key, answer, changes)
        return changes

    patch.setattr(MemoryUnitOfWork, "commit", commit)


def key_claimed_before_the_writes(patch: pytest.MonkeyPatch) -> None:
    """In a transaction of its own: it stays used when the writes are refused."""

    async def commit(unit: MemoryUnitOfWork, key: Key | None = None, answer: str = "") -> Sequence[Change]:
        if key:
            if key.text in shelf_of(unit).receipts:
                raise MovedOn
            _keep(unit, key, answer, ())
        return await good_commit(unit)

    patch.setattr(MemoryUnitOfWork, "commit", commit)


def key_never_claimed(patch: pytest.MonkeyPatch) -> None:
    async def commit(unit: MemoryUnitOfWork, *_: Any) -> Sequence[Change]:
        return await good_commit(unit)

    patch.setattr(MemoryUnitOfWork, "commit", commit)


def key_used_again_replaces_the_receipt(patch: pytest.MonkeyPatch) -> None:
    async def commit(unit: MemoryUnitOfWork, key: Key | None = None, answer: str = "") -> Sequence[Change]:
        if key:
            shelf_of(unit).receipts.pop(key.text, None)
        return await good_commit(unit, key, answer)

    patch.setattr(MemoryUnitOfWork, "commit", commit)


def used_key_takes_a_number(patch: pytest.MonkeyPatch) -> None:
    async def commit(unit: MemoryUnitOfWork, *terms: Any) -> Sequence[Change]:
        shelf = shelf_of(unit)
        try:
            return await good_commit(unit, *terms)
        except MovedOn:
            shelf.revision += 1
            raise

    patch.setattr(MemoryUnitOfWork, "commit", commit)


def key_without_writes_not_claimed(patch: pytest.MonkeyPatch) -> None:
    async def commit(unit: MemoryUnitOfWork, *terms: Any) -> Sequence[Change]:
        return await good_commit(unit, *(terms if unit.written else ()))

    patch.setattr(MemoryUnitOfWork, "commit", commit)


def first_number_forgotten(patch: pytest.MonkeyPatch) -> None:
    altered(patch, first_seq=1)


def fingerprint_lost(patch: pytest.MonkeyPatch) -> None:
    altered(patch, fingerprint=b"")


class LikeAny(bytes):
    """A fingerprint that equals every other."""

    def __eq__(self, other: object) -> bool:
        return True

    def __ne__(self, other: object) -> bool:
        return False

    __hash__ = bytes.__hash__


def fingerprint_ignored(patch: pytest.MonkeyPatch) -> None:
    altered(patch, fingerprint=LikeAny())


def altered(patch: pytest.MonkeyPatch, **fields: Any) -> None:
    good = MemoryReceiptReads.get

    async def get(self: MemoryReceiptReads, key: str, since: datetime) -> Receipt | None:
        found = await good(self, key, since)
        return replace(found, **fields) if found else None

    patch.setattr(MemoryReceiptReads, "get", get)


def receipts_of_others_found(patch: pytest.MonkeyPatch) -> None:
    async def get(self: MemoryReceiptReads, key: str, since: datetime) -> Receipt | None:
        found = [shelf.receipts[key] for shelf in self._state.shelves.values() if key in shelf.receipts]
        return found[0][0] if found else None

    patch.setattr(MemoryReceiptReads, "get", get)


def keys_of_others_in_the_way(patch: pytest.MonkeyPatch) -> None:
    async def commit(unit: MemoryUnitOfWork, key: Key | None = None, answer: str = "") -> Sequence[Change]:
        if key and any(key.text in shelf.receipts for shelf in unit._state.shelves.values()):
            raise MovedOn
        return await good_commit(unit, key, answer)

    patch.setattr(MemoryUnitOfWork, "commit", commit)


def expired_receipts_still_valid(patch: pytest.MonkeyPatch) -> None:
    good = MemoryReceiptReads.get

    async def get(self: MemoryReceiptReads, key: str, since: datetime) -> Receipt | None:
        return await good(self, key, BEGINNING)

    patch.setattr(MemoryReceiptReads, "get", get)


def expired_receipts_in_the_way(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(work, "RECEIPTS_KEPT", timedelta(days=365))


def receipts_never_forgotten(patch: pytest.MonkeyPatch) -> None:
    async def forget_receipts(*_: object) -> None:
        pass

    patch.setattr(MemoryAccountsUnitOfWork, "forget_receipts", forget_receipts)


def young_receipts_forgotten_too(patch: pytest.MonkeyPatch) -> None:
    async def forget_receipts(unit: MemoryAccountsUnitOfWork, after: datetime, before: datetime, limit: int) -> None:
        for _, shelf in unit._draft.shelves.items():
            unit._forgotten += [(shelf, key) for key, (_, at) in shelf.receipts.items() if at <= before]

    patch.setattr(MemoryAccountsUnitOfWork, "forget_receipts", forget_receipts)


def forgetting_cannot_be_undone(patch: pytest.MonkeyPatch) -> None:
    async def forget_receipts(unit: MemoryAccountsUnitOfWork, *_moments: object) -> None:
        for _, shelf in unit._draft.shelves.items():
            shelf.receipts.clear()

    patch.setattr(MemoryAccountsUnitOfWork, "forget_receipts", forget_receipts)


def dry_run_commits(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(MemoryUnitOfWork, "dry_run", good_commit)


def dry_run_takes_a_number(patch: pytest.MonkeyPatch) -> None:
    good = MemoryUnitOfWork.dry_run

    async def dry_run(unit: MemoryUnitOfWork) -> Sequence[Change]:
        changes = await good(unit)
        shelf_of(unit).revision += len(changes)
        return changes

    patch.setattr(MemoryUnitOfWork, "dry_run", dry_run)


def dry_run_of_what_would_be_refused(patch: pytest.MonkeyPatch) -> None:
    good = MemoryUnitOfWork.dry_run

    async def dry_run(unit: MemoryUnitOfWork) -> Sequence[Change]:
        try:
            return await good(unit)
        except MovedOn:
            return ()

    patch.setattr(MemoryUnitOfWork, "dry_run", dry_run)


def revision_ignored_on_removal(patch: pytest.MonkeyPatch) -> None:
    good = MemoryThings.remove

    async def remove(self: MemoryThings[Any], thing_id: UUID, _: int | None = None) -> None:
        await good(self, thing_id)

    patch.setattr(MemoryThings, "remove", remove)


def number_of_a_page_from_another_moment(patch: pytest.MonkeyPatch) -> None:
    def tasks(view: MemoryView) -> MemoryTaskPages:
        shelf = view._state.shelf(view.owner)
        return MemoryTaskPages(Draft(shelf.table(TASKS)), Shelf(revision=shelf.revision))

    patch.setattr(MemoryView, "tasks", property(tasks))


def writes_told_once_for_each_thing(patch: pytest.MonkeyPatch) -> None:
    def written(unit: MemoryUnitOfWork) -> Sequence[Any]:
        return list(dict.fromkeys(write.id for write in unit._writes))

    patch.setattr(MemoryUnitOfWork, "written", property(written))
