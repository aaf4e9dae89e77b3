"""Group commit: all writes that wait when the writer becomes free share one commit."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any, Final, TypeAlias

from todo_adapters.shield import finished
from todo_adapters.sql.connection_limiter import FULL, ConnectionLimiter
from todo_adapters.sql.sqlite.connection import begin, commit, roll_back, to_core_error
from todo_adapters.sql.statements import Row
from todo_core.errors import OwnerBusy, Unavailable

GROUP_MAX: Final = 64

Steps: TypeAlias = Sequence[tuple[str, Sequence[Any]]]
"""The statements of one write with their arguments. If one finds no row, the write is rolled back."""

Outcome: TypeAlias = Row | Exception | None
"""The first row of a write, None if it was rolled back, or its error."""

OnWriter: TypeAlias = Callable[[Callable[[sqlite3.Connection], list[Outcome]]], Awaitable[list[Outcome]]]


class Group:
    """Writes that wait together. ``outcomes`` has one outcome for each."""

    def __init__(self) -> None:
        self.writes: list[Steps] = []
        self.outcomes: asyncio.Task[list[Outcome]]


class Groups:
    """Groups of writes that wait for the writer. The first write of a group queues at the limiter for all of it."""

    def __init__(self, limiter: ConnectionLimiter, waiting_max: int, on_writer: OnWriter) -> None:
        self._limiter = limiter
        self._waiting_max = waiting_max
        self._on_writer = on_writer
        self._forming: Group | None = None
        self.waiting = 0
        self.refused = 0
        """Both exclude the first write of each group, which the limiter counts."""

    async def write(self, steps: Steps) -> Row | None:
        """Returns the first row of the write after its commit. Completes even if the caller is cancelled."""
        if self._limiter.waiting + self.waiting >= self._waiting_max:
            self.refused += 1
            raise Unavailable(FULL)
        group = self._forming
        if group is None or len(group.writes) == GROUP_MAX:
            group = self._forming = Group()
            group.outcomes = asyncio.ensure_future(self._carry_out(group))
        else:
            self.waiting += 1
        index = len(group.writes)
        group.writes.append(steps)
        outcome = (await finished(group.outcomes))[index]
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    async def _carry_out(self, group: Group) -> list[Outcome]:
        try:
            await self._limiter.enter(late=OwnerBusy())
        except Unavailable as late:
            self.refused += len(group.writes) - 1
            return _for_all(group, late)
        finally:
            self.waiting -= len(group.writes) - 1
            if self._forming is group:
                self._forming = None  # no more writes join it
        try:
            return await self._on_writer(lambda connection: carry_out(connection, group.writes))
        except Exception as error:
            return _for_all(group, error)
        finally:
            self._limiter.leave()


def _for_all(group: Group, error: Exception) -> list[Outcome]:
    return [error, *[_again(error) for _ in group.writes[1:]]]


def _again(error: Exception) -> Exception:
    """A copy for another caller, because raising an exception modifies it."""
    kind = type(error)
    another = kind.__new__(kind, *error.args)
    another.__dict__.update(error.__dict__)
    return another


def carry_out(connection: sqlite3.Connection, writes: Sequence[Steps]) -> list[Outcome]:
    """The outcome of each write. Raises if all failed: OutcomeUnknown if they may have happened.

    No outcome is reported before the commit, not even an error: its cause may still be rolled back.
    """
    begin(connection)
    try:
        outcomes = [_in_savepoint(connection, steps) for steps in writes]
        commit(connection)
    except BaseException:
        with suppress(sqlite3.Error):
            roll_back(connection)
        raise
    return outcomes


def _in_savepoint(connection: sqlite3.Connection, steps: Steps) -> Outcome:
    """Runs one write, which is rolled back alone if it fails."""
    outcome: Outcome
    connection.execute("SAVEPOINT one")
    try:
        outcome = _first_row(connection, steps)
    except Exception as error:
        outcome = to_core_error(error)
    if isinstance(outcome, Exception) and not connection.in_transaction:
        raise outcome  # SQLite has rolled back the whole transaction
    if outcome is None or isinstance(outcome, Exception):
        connection.execute("ROLLBACK TO one")
    connection.execute("RELEASE one")
    return outcome


def _first_row(connection: sqlite3.Connection, steps: Steps) -> Row | None:
    first: Row | None = None
    for text, arguments in steps:
        rows = connection.execute(text, arguments).fetchall()
        if not rows:
            return None
        first = first or rows[0]
    return first
