"""The transaction boundary: the one place where units of work are opened, committed, and run again.

A use case is a function of a unit of work and of values. It never commits, so several can share one unit.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Concatenate, Final, ParamSpec, TypeVar, cast

from todo_core.errors import Contention, MovedOn
from todo_core.ids import UserId
from todo_core.model.change import Change
from todo_core.model.task import Task
from todo_core.ports.runtime import Clock, IdSource, Journal
from todo_core.ports.storage import AccountsUnitOfWork, Store, UnitOfWork, View

P = ParamSpec("P")
T = TypeVar("T")

RETRIES: Final = 3
PAUSE: Final = 0.01
"""Seconds before the first retry after contention; it doubles."""


class Runner:
    """Runs use cases, each in a unit of work of its own."""

    def __init__(self, store: Store, clock: Clock, ids: IdSource, journal: Journal) -> None:
        self.store = store
        self.clock = clock
        self.ids = ids
        self.journal = journal

    async def read(
        self,
        owner: UserId,
        query: Callable[Concatenate[View, P], Awaitable[T]],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """What the query finds in the owner's storage."""
        return await query(self.store.view(owner), *args, **kwargs)

    async def write(
        self,
        owner: UserId,
        use_case: Callable[Concatenate[UnitOfWork, P], Awaitable[T]],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """The result of the use case, committed; what it wrote comes back as it was stored.

        The first try takes no lock and commits only if nothing that was read has moved on; when it has, the
        next one locks the owner first and so cannot lose again. Serialisation failures and deadlocks run the
        whole unit again as well. Nothing is repeated once it may have happened.
        """
        exclusive = False
        for attempt in range(RETRIES + 1):
            try:
                async with self.store.begin(owner, self.clock.now(), self.ids, exclusive=exclusive) as unit:
                    result = await use_case(unit, *args, **kwargs)
                    changes = await unit.commit()
            except MovedOn:
                if attempt == RETRIES:
                    raise
                exclusive = True
            except Contention:
                await _pause(attempt)
            else:
                self._note(owner, use_case, changes)
                return _as_stored(result, changes)
        raise AssertionError("the last attempt returns or raises")

    async def accounts(self, use_case: Callable[[AccountsUnitOfWork], Awaitable[T]]) -> T:
        """The result of a use case on the accounts, committed; run again after contention."""
        for attempt in range(RETRIES + 1):
            try:
                async with self.store.begin_accounts() as unit:
                    result = await use_case(unit)
                    await unit.commit()
            except Contention:
                await _pause(attempt)
            else:
                return result
        raise AssertionError("the last attempt returns or raises")

    def _note(self, owner: UserId, use_case: Callable[..., object], changes: Sequence[Change]) -> None:
        name = getattr(use_case, "__name__", "write")
        for change in changes:
            facts = {change.entity.value: str(change.id), "seq": change.seq, "kind": change.kind.value}
            self.journal.record(name, user=str(owner), **facts)


async def _pause(attempt: int) -> None:
    """Called while a Contention is being handled: raises it again after the last attempt."""
    if attempt == RETRIES:
        raise  # noqa: PLE0704
    await asyncio.sleep(PAUSE * 2**attempt)


def _as_stored(result: T, changes: Sequence[Change]) -> T:
    """The result with the tasks in it as the commit numbered them."""
    if not changes:
        return result
    stored: dict[Any, Any] = {change.id: change.value for change in changes}
    if isinstance(result, Task):
        return cast(T, stored.get(result.id, result))
    if isinstance(result, tuple):
        return cast(T, tuple(stored.get(item.id, item) if isinstance(item, Task) else item for item in result))
    return result
