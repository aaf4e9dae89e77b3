"""Mistakes that storage adapters really make, put into the memory store: each function plants one."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from todo_adapters.memory.accounts import MemoryAccountsUnitOfWork
from todo_adapters.memory.accounts_draft import AccountsDraft
from todo_adapters.memory.locks import Holding, Key
from todo_adapters.memory.sessions import MemorySessions
from todo_adapters.memory.state import Draft, Shelf, others_run
from todo_adapters.memory.tasks import MemoryTaskReads
from todo_adapters.memory.things import MemoryThingReads, MemoryWrite, Numbering
from todo_adapters.memory.users import MemoryUserReads
from todo_adapters.memory.work import MemoryUnitOfWork, MemoryView
from todo_core.errors import TodoError
from todo_core.model.change import Action, Change
from todo_core.model.kinds import Kind
from todo_core.model.session import LoginSession
from todo_core.model.task import TASKS, Task
from todo_core.model.task_sort import TaskPosition, TaskSort

good_commit = MemoryUnitOfWork.commit
good_page = MemoryTaskReads.page
good_take = Holding.take
good_check = Numbering._check_read
good_is_behind = TaskSort.is_behind
good_update = MemorySessions.update

Fault = Callable[[pytest.MonkeyPatch], None]


def instead_of(owner: type, method: str) -> Callable[[Callable[..., Any]], Fault]:
    """Makes a fault of a function, which then takes the place of this method."""

    def made(function: Callable[..., Any]) -> Fault:
        def fault(patch: pytest.MonkeyPatch) -> None:
            patch.setattr(owner, method, function)

        fault.__name__ = function.__name__
        return fault

    return made


def shelf_of(unit: MemoryUnitOfWork) -> Shelf:
    return unit._state.shelf(unit.owner)


def owner_forgotten_in_reads(patch: pytest.MonkeyPatch) -> None:
    def everybody(view: MemoryView, kind: Kind[Any]) -> Draft[Any, Any]:
        shelves = view._state.shelves.values()
        return Draft({key: thing for shelf in shelves for key, thing in shelf.table(kind).items()})

    def tasks(view: MemoryView) -> MemoryTaskReads:
        return MemoryTaskReads(everybody(view, TASKS), view._state.shelf(view.owner))

    patch.setattr(MemoryView, "tasks", property(tasks))
    patch.setattr(
        MemoryView,
        "of",
        lambda view, kind: MemoryThingReads(kind, everybody(view, kind), view._state.shelf(view.owner)),
    )


@instead_of(MemoryUnitOfWork, "commit")
async def owner_forgotten_in_removals(unit: MemoryUnitOfWork, *terms: Any) -> Sequence[Change]:
    for write in unit._writes:
        for shelf in unit._state.shelves.values() if write.action is Action.DELETED else ():
            if stolen := shelf.table(write.kind).pop(write.id, None):
                shelf_of(unit).table(write.kind)[write.id] = stolen
    return await good_commit(unit, *terms)


def revision_unchecked_on_update(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Numbering, "_check_read", lambda *_: None)


@instead_of(Numbering, "_check_read")
def update_brings_back_what_is_gone(self: Numbering, write: MemoryWrite, stored: Any) -> None:
    good_check(self, write, stored or write.thing)


def no_entry_for(kind: Action) -> Fault:
    @instead_of(MemoryUnitOfWork, "commit")
    async def fault(unit: MemoryUnitOfWork, *terms: Any) -> Sequence[Change]:
        changes = await good_commit(unit, *terms)
        feed = shelf_of(unit).feed
        feed[:] = [change for change in feed if change.action is not kind]
        return changes

    fault.__name__ = f"no_entry_for_{kind.value}"
    return fault


@instead_of(MemoryUnitOfWork, "commit")
async def number_taken_without_the_lock(unit: MemoryUnitOfWork, *terms: Any) -> Sequence[Change]:
    shelf = shelf_of(unit)
    highest = shelf.revision
    await others_run()
    numbering = Numbering(replace(shelf, revision=highest), unit.now, None)
    changes = numbering.number(unit._writes)
    numbering.publish()
    shelf.feed.extend(changes)
    shelf.revision = highest + len(changes)
    unit.close()
    return changes


@instead_of(MemoryUnitOfWork, "commit")
async def entry_visible_after_a_later_one(unit: MemoryUnitOfWork, *terms: Any) -> Sequence[Change]:
    changes = await good_commit(unit, *terms)
    feed = shelf_of(unit).feed
    for change in changes:
        feed.remove(change)
    for _ in range(changes[0].seq * 7 % 5):
        await others_run()
    feed.extend(changes)
    feed.sort(key=lambda change: change.seq)
    return changes


@instead_of(MemoryUnitOfWork, "commit")
async def refused_write_advances_the_counter(unit: MemoryUnitOfWork, *terms: Any) -> Sequence[Change]:
    try:
        return await good_commit(unit, *terms)
    except TodoError:
        shelf_of(unit).revision += 1
        raise


@instead_of(Numbering, "number")
def refused_write_leaves_half_of_it(self: Numbering, writes: Sequence[MemoryWrite]) -> tuple[Change, ...]:
    changes = []
    for seq, write in enumerate(writes, self._shelf.revision + 1):
        changes.append(self._perform(write, seq))
        self.publish()
    return tuple(changes)


@instead_of(Draft, "put")
def write_shows_before_commit(self: "Draft[Any, Any]", key: object, value: object) -> None:
    self._table[key] = value


@instead_of(Draft, "get")
def own_writes_unseen(self: "Draft[Any, Any]", key: object) -> object:
    return self._table.get(key)


@instead_of(TaskSort, "is_behind")
def position_ignores_ties(sort: TaskSort, task: Task, position: TaskPosition) -> bool:
    return sort.position(task).value != position.value and good_is_behind(sort, task, position)


@instead_of(MemoryTaskReads, "page")
async def without_priority_never_found(
    self: MemoryTaskReads, which: Any, sort: Any, after: Any, limit: int, form: Any
) -> Any:
    wanted = which.priorities - {None} if which.priorities else which.priorities
    found: Any = await good_page(self, replace(which, priorities=wanted), sort, after, limit, form)
    return replace(found, items=tuple(task for task in found.items if task.priority or not which.priorities))


@instead_of(MemoryTaskReads, "page")
async def limit_ignored(self: MemoryTaskReads, which: Any, sort: Any, after: Any, _: int, form: Any) -> Any:
    return await good_page(self, which, sort, after, 1000, form)


@instead_of(MemoryTaskReads, "page")
async def position_ignored(self: MemoryTaskReads, which: Any, sort: Any, _: object, limit: int, form: Any) -> Any:
    return await good_page(self, which, sort, None, limit, form)


def address_unchecked(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(MemoryUserReads, "_with_address", lambda *_: None)


def no_lock_on(kind: str) -> Any:
    def plant(patch: pytest.MonkeyPatch) -> None:
        async def take(self: Holding, key: Key) -> None:
            if key[0] == kind:
                self._held.add(key)
            else:
                await good_take(self, key)

        def release(self: Holding) -> None:
            held, self._held = self._held, set()
            for key in held:
                if key[0] != kind:
                    self._locks.release(key)

        patch.setattr(Holding, "take", take)
        patch.setattr(Holding, "release_all", release)
        patch.setattr(Holding, "give_back", lambda *_: None)

    plant.__name__ = f"no_lock_on_{kind}"
    return plant


def one_part_not_committed(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(AccountsDraft, "_drafts", lambda draft: (draft.users, draft.shelves, draft.revoked, draft.attempts))


@instead_of(MemorySessions, "end")
async def ended_sessions_not_remembered(self: MemorySessions, session_ids: Sequence[Any], _: object) -> None:
    for session_id in session_ids:
        self._draft.sessions.drop(session_id)


@instead_of(MemorySessions, "forget_revoked")
async def more_forgotten_than_named(self: MemorySessions, _: Sequence[Any]) -> None:
    for session_id, _at in self._draft.revoked.items():
        self._draft.revoked.drop(session_id)


@instead_of(MemorySessions, "update")
async def rotation_forgotten(self: MemorySessions, session: LoginSession) -> None:
    await good_update(self, replace(session, rotated_from=None))


def first_use_taken_back(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(LoginSession, "used", lambda session, generation: replace(session, confirmed=generation))


def account_leaves_its_tasks_behind(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(AccountsDraft, "_drafts", lambda draft: (draft.users, draft.sessions, draft.revoked, draft.attempts))
    good = AccountsDraft.publish

    def publish(draft: AccountsDraft) -> None:
        for user_id in [key for key, shelf in draft.shelves._mine.items() if shelf is None]:
            del draft.shelves._mine[user_id]
        draft.shelves.publish()
        good(draft)

    patch.setattr(AccountsDraft, "publish", publish)


def abandoned_write_accepted(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(MemoryUnitOfWork, "refuse_abandoned", lambda _: None)
    patch.setattr(MemoryAccountsUnitOfWork, "refuse_abandoned", lambda _: None)
