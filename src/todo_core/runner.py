"""The transaction boundary: the only place where units of work are opened, committed and repeated.

A use case is a function of a unit of work and of values. It never commits, so several can share one unit.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Concatenate, Final, Generic, ParamSpec, TypeVar, cast
from uuid import UUID

from todo_core.errors import (
    Contention,
    KeyReused,
    MovedOn,
    NotFound,
    OutcomeUnknown,
    OwnerBusy,
    RequestInProgress,
    TodoError,
    TooMany,
    Unavailable,
)
from todo_core.ids import UserId
from todo_core.limits import AFFECTED_MAX
from todo_core.live import Hub
from todo_core.model.change import Change
from todo_core.model.kinds import Kind
from todo_core.model.write_options import PLAIN, RECEIPTS_KEPT, WHOLE_SET, Key, WriteOptions, pointers
from todo_core.ports.accounts import AccountsUnitOfWork
from todo_core.ports.runtime import Clock, EventLog, IdSource
from todo_core.ports.storage import CommittableUnit, Store, UnitOfWork, View
from todo_core.preconditions import Preconditions

P = ParamSpec("P")
T = TypeVar("T")

RETRIES: Final = 3
NOTED_MAX: Final = 100
"""Events of one write that are recorded; each tells the number of its change, so that the rest can be found."""

PAUSE: Final = 0.01
"""Seconds before the first retry after contention; it doubles."""


@dataclass(frozen=True, slots=True)
class Outcome(Generic[T]):
    """The result of a write. ``replayed``: it had happened before, under the same key.

    ``changes`` are the entries in the feed; empty if it was replayed.
    """

    value: T
    replayed: bool = False
    changes: Sequence[Change] = ()


class Runner:
    """Runs use cases, each in its own unit of work."""

    def __init__(self, store: Store, clock: Clock, ids: IdSource, event_log: EventLog, hub: Hub | None = None) -> None:
        self.store = store
        self.clock = clock
        self.ids = ids
        self.event_log = event_log
        self.hub = hub or Hub()

    async def read(
        self, owner: UserId, query: Callable[Concatenate[View, P], Awaitable[T]], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Returns what the query finds in the owner's storage."""
        return await query(self.store.view(owner), *args, **kwargs)

    async def write(
        self,
        owner: UserId,
        use_case: Callable[Concatenate[UnitOfWork, P], Awaitable[T]],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Commits a use case and returns its result, in which things are as they were stored."""
        return (await self.carry_out(owner, PLAIN, use_case, *args, **kwargs)).value

    async def carry_out(
        self,
        owner: UserId,
        options: WriteOptions,
        use_case: Callable[Concatenate[UnitOfWork, P], Awaitable[T]],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> Outcome[T]:
        """As ``write``, with these options.

        The first attempt takes no lock and commits only if nothing that was read has changed; otherwise the next one
        locks the owner first and so cannot lose again. Contention repeats the whole unit as well. Nothing is repeated
        once it may have happened. A key is looked up only after an error, which may be due to an earlier success.
        Raises Stale, KeyReused, RequestInProgress besides what the use case raises.
        """
        key, exclusive = None if options.dry_run else options.key, options.dry_run
        for attempt in range(RETRIES + 1):
            try:
                async with self._begin(owner, exclusive, options) as unit:
                    tx: Any = unit if options.expected is None else Preconditions(unit, options.expected)
                    result = await use_case(tx, *args, **kwargs)
                    written = _written(unit, tx)
                    if options.dry_run:
                        planned = await unit.dry_run()
                        return Outcome(_as_stored(result, written, planned), changes=planned)
                    changes = await unit.commit(key, pointers(result, written) if key else "")
            except Contention:
                await _pause(attempt, self.event_log)
            except TodoError as error:
                if outcome := await self._in_place_of(error, owner, key):
                    return outcome
                if not isinstance(error, MovedOn) or attempt == RETRIES:
                    raise
                self.event_log.record("retried", reason="moved_on")
                exclusive = True
            else:
                self._note(owner, use_case, changes)
                return Outcome(_as_stored(result, written, changes), changes=changes)
        raise AssertionError("the last attempt returns or raises")

    def _begin(
        self, owner: UserId, exclusive: bool, options: WriteOptions
    ) -> AbstractAsyncContextManager[CommittableUnit]:
        return self.store.begin(owner, self.clock.now(), self.ids, exclusive=exclusive, session=options.session)

    async def _in_place_of(self, error: TodoError, owner: UserId, key: Key | None) -> Outcome[Any] | None:
        """The outcome to return instead of an error, if there is one. Otherwise waits until a NotFound is durable."""
        outcome = await self._recall(owner, key, error) if key else None
        if outcome is None and isinstance(error, NotFound):
            await self.store.confirm()  # a client that repeats a deletion takes this as success
        return outcome

    async def _recall(self, owner: UserId, key: Key, error: TodoError) -> Outcome[Any] | None:
        """The outcome of an earlier write under the key, or None. Raises KeyReused if it was another request."""
        if isinstance(error, OwnerBusy):
            raise RequestInProgress from error
        if isinstance(error, Unavailable | OutcomeUnknown):
            return None
        view = self.store.view(owner)
        receipt = await view.receipts.get(key.text, self.clock.now() - RECEIPTS_KEPT)
        if receipt is None:
            return None
        if receipt.fingerprint != key.fingerprint:
            raise KeyReused
        self.event_log.record("replayed", user=str(owner))
        return Outcome(receipt.result(await view.changes.at(receipt.seqs())), replayed=True)

    async def accounts(self, use_case: Callable[[AccountsUnitOfWork], Awaitable[T]]) -> T:
        """Commits a use case on accounts and returns its result. Repeats it after contention."""
        for attempt in range(RETRIES + 1):
            try:
                async with self.store.begin_accounts() as unit:
                    result = await use_case(unit)
                    await unit.commit()
            except Contention:
                await _pause(attempt, self.event_log)
            else:
                return result
        raise AssertionError("the last attempt returns or raises")

    def _note(self, owner: UserId, use_case: Callable[..., object], changes: Sequence[Change]) -> None:
        if changes:
            self.hub.written(owner)
        name = getattr(use_case, "__name__", "write")
        for change in changes[:NOTED_MAX]:
            facts = {change.entity: str(change.id), "seq": change.seq, "kind": change.action.value}
            self.event_log.record(name.replace("thing", change.entity), user=str(owner), **facts)


async def _pause(attempt: int, event_log: EventLog) -> None:
    """Waits before the next attempt. Re-raises the Contention that is being handled after the last one."""
    if attempt == RETRIES:
        raise  # noqa: PLE0704
    event_log.record("retried", reason="contention")
    await asyncio.sleep(PAUSE * 2**attempt)


def _written(unit: CommittableUnit, tx: UnitOfWork) -> Sequence[tuple[Kind[Any], UUID]]:
    """What is to be committed. Raises TooMany, and Stale if the use case was not about the expected thing."""
    if isinstance(tx, Preconditions):
        tx.require_checked()
    written = unit.written
    if len(written) > AFFECTED_MAX:
        raise TooMany
    return written


def _as_stored(result: T, written: Sequence[tuple[Kind[Any], UUID]], changes: Sequence[Change]) -> T:
    """The result with the things in it as the commit numbered them."""
    if result is WHOLE_SET:
        return cast(T, tuple(changes))
    if not changes or result is None:
        return result
    pairs = zip(written, changes, strict=True)
    stored: dict[Any, Any] = {(kind.entity, thing_id): change.value for (kind, thing_id), change in pairs}
    if isinstance(result, tuple):
        return cast(T, tuple(stored.get((type(item), getattr(item, "id", None)), item) for item in result))
    return cast(T, stored.get((type(result), getattr(result, "id", None)), result))
