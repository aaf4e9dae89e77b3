"""Mistakes with keys, dry runs and expected revisions, put into the memory store: each function plants one."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.contracts.seeded_faults import good_check, good_commit, instead_of, shelf_of
from todo_adapters.memory import work
from todo_adapters.memory.accounts import MemoryAccountsUnitOfWork
from todo_adapters.memory.feed import MemoryReceiptReads
from todo_adapters.memory.state import Draft, Shelf, others_run
from todo_adapters.memory.tasks import MemoryTaskReads
from todo_adapters.memory.things import MemoryWrite, Numbering
from todo_adapters.memory.work import MemoryUnitOfWork, MemoryView
from todo_core.errors import MovedOn
from todo_core.model.change import Action, Change
from todo_core.model.task import TASKS
from todo_core.model.write_options import Key, Receipt
from todo_core.usecases.cleanup import BEGINNING

good_dry_run = MemoryUnitOfWork.dry_run
good_get = MemoryReceiptReads.get


def _keep(unit: MemoryUnitOfWork, key: Key, answer: str, changes: Sequence[Change]) -> None:
    first_seq = changes[0].seq if changes else 0
    kept = Receipt(fingerprint=key.fingerprint, first_seq=first_seq, answer=answer)
    shelf_of(unit).receipts[key.text] = kept, unit.now


@instead_of(MemoryUnitOfWork, "commit")
async def key_claimed_after_the_writes(
    unit: MemoryUnitOfWork, key: Key | None = None, answer: str = ""
) -> Sequence[Change]:
    """In a transaction of its own: two at once both find the key free."""
    if key and key.text in shelf_of(unit).receipts:
        raise MovedOn
    changes = await good_commit(unit)
    await others_run()
    if key:
        _keep(unit, key, answer, changes)
    return changes


@instead_of(MemoryUnitOfWork, "commit")
async def key_claimed_before_the_writes(
    unit: MemoryUnitOfWork, key: Key | None = None, answer: str = ""
) -> Sequence[Change]:
    """In a transaction of its own: it stays used when the writes are refused."""
    if key:
        if key.text in shelf_of(unit).receipts:
            raise MovedOn
        _keep(unit, key, answer, ())
    return await good_commit(unit)


@instead_of(MemoryUnitOfWork, "commit")
async def key_never_claimed(unit: MemoryUnitOfWork, *_: Any) -> Sequence[Change]:
    return await good_commit(unit)


@instead_of(MemoryUnitOfWork, "commit")
async def key_used_again_replaces_the_receipt(
    unit: MemoryUnitOfWork, key: Key | None = None, answer: str = ""
) -> Sequence[Change]:
    if key:
        shelf_of(unit).receipts.pop(key.text, None)
    return await good_commit(unit, key, answer)


@instead_of(MemoryUnitOfWork, "commit")
async def used_key_takes_a_number(unit: MemoryUnitOfWork, *terms: Any) -> Sequence[Change]:
    shelf = shelf_of(unit)
    try:
        return await good_commit(unit, *terms)
    except MovedOn:
        shelf.revision += 1
        raise


@instead_of(MemoryUnitOfWork, "commit")
async def key_without_writes_not_claimed(unit: MemoryUnitOfWork, *terms: Any) -> Sequence[Change]:
    return await good_commit(unit, *(terms if unit.written else ()))


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
    async def get(self: MemoryReceiptReads, key: str, since: datetime) -> Receipt | None:
        found = await good_get(self, key, since)
        return replace(found, **fields) if found else None

    patch.setattr(MemoryReceiptReads, "get", get)


@instead_of(MemoryReceiptReads, "get")
async def receipts_of_others_found(self: MemoryReceiptReads, key: str, since: datetime) -> Receipt | None:
    found = [shelf.receipts[key] for shelf in self._state.shelves.values() if key in shelf.receipts]
    return found[0][0] if found else None


@instead_of(MemoryUnitOfWork, "commit")
async def keys_of_others_in_the_way(
    unit: MemoryUnitOfWork, key: Key | None = None, answer: str = ""
) -> Sequence[Change]:
    if key and any(key.text in shelf.receipts for shelf in unit._state.shelves.values()):
        raise MovedOn
    return await good_commit(unit, key, answer)


@instead_of(MemoryReceiptReads, "get")
async def expired_receipts_still_valid(self: MemoryReceiptReads, key: str, since: datetime) -> Receipt | None:
    return await good_get(self, key, BEGINNING)


def expired_receipts_in_the_way(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(work, "RECEIPTS_KEPT", timedelta(days=365))


@instead_of(MemoryAccountsUnitOfWork, "forget_receipts")
async def receipts_never_forgotten(*_: object) -> None:
    pass


@instead_of(MemoryAccountsUnitOfWork, "forget_receipts")
async def young_receipts_forgotten_too(
    unit: MemoryAccountsUnitOfWork, after: datetime, before: datetime, limit: int
) -> None:
    for _, shelf in unit._draft.shelves.items():
        unit._forgotten += [(shelf, key) for key, (_, at) in shelf.receipts.items() if at <= before]


@instead_of(MemoryAccountsUnitOfWork, "forget_receipts")
async def forgetting_cannot_be_undone(unit: MemoryAccountsUnitOfWork, *_moments: object) -> None:
    for _, shelf in unit._draft.shelves.items():
        shelf.receipts.clear()


def dry_run_commits(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(MemoryUnitOfWork, "dry_run", good_commit)


@instead_of(MemoryUnitOfWork, "dry_run")
async def dry_run_takes_a_number(unit: MemoryUnitOfWork) -> Sequence[Change]:
    changes = await good_dry_run(unit)
    shelf_of(unit).revision += len(changes)
    return changes


@instead_of(MemoryUnitOfWork, "dry_run")
async def dry_run_of_what_would_be_refused(unit: MemoryUnitOfWork) -> Sequence[Change]:
    try:
        return await good_dry_run(unit)
    except MovedOn:
        return ()


@instead_of(Numbering, "_check_read")
def revision_ignored_on_removal(self: Numbering, write: MemoryWrite, stored: Any) -> None:
    if write.action is not Action.DELETED or stored is None:
        good_check(self, write, stored)


def number_of_a_page_from_another_moment(patch: pytest.MonkeyPatch) -> None:
    def tasks(view: MemoryView) -> MemoryTaskReads:
        shelf = view._state.shelf(view.owner)
        return MemoryTaskReads(Draft(shelf.table(TASKS)), Shelf(revision=shelf.revision))

    patch.setattr(MemoryView, "tasks", property(tasks))


def writes_told_once_for_each_thing(patch: pytest.MonkeyPatch) -> None:
    def written(unit: MemoryUnitOfWork) -> Sequence[Any]:
        return list(dict.fromkeys((write.kind, write.id) for write in unit._writes))

    patch.setattr(MemoryUnitOfWork, "written", property(written))
