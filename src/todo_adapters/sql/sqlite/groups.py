"""Writes that share a commit: all that wait when the writer becomes free, so that the disk is asked once for them."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any, Final, TypeAlias

from todo_adapters.shield import finished
from todo_adapters.sql.connection_limiter import FULL, ConnectionLimiter
from todo_adapters.sql.sqlite.connection import begin, commit, refusal, undo
from todo_adapters.sql.statements import Row
from todo_core.errors import OwnerBusy, Unavailable

GROUP_MAX: Final = 64

Steps: TypeAlias = Sequence[tuple[str, Sequence[Any]]]
"""The statements of one write, each with its arguments. Every one must find a row, or the write comes to nothing."""

Outcome: TypeAlias = Row | Exception | None
"""The first row of a write, None when it came to nothing, or why it was refused."""

OnWriter: TypeAlias = Callable[[Callable[[sqlite3.Connection], list[Outcome]]], Awaitable[list[Outcome]]]


class Group:
    """Writes that wait together. ``ended`` brings what became of each."""

    def __init__(self) -> None:
        self.writes: list[Steps] = []
        self.ended: asyncio.Task[list[Outcome]]


class Groups:
    """Where writes wait for the writer. The first of a group stands in the limiter for all who join it there."""

    def __init__(self, limiter: ConnectionLimiter, waiting_max: int, on_writer: OnWriter) -> None:
        self._limiter = limiter
        self._waiting_max = waiting_max
        self._on_writer = on_writer
        self._forming: Group | None = None
        self.waiting = 0
        self.refused = 0
        """Both without those that the limiter counts itself: the first of each group."""

    async def write(self, steps: Steps) -> Row | None:
        """The first row of the write, once it is committed. Is finished even if the caller is cancelled."""
        if self._limiter.waiting + self.waiting >= self._waiting_max:
            self.refused += 1
            raise Unavailable(FULL)
        group = self._forming
        if group is None or len(group.writes) == GROUP_MAX:
            group = self._forming = Group()
            group.ended = asyncio.ensure_future(self._carry_out(group))
        else:
            self.waiting += 1
        place = len(group.writes)
        group.writes.append(steps)
        outcome = (await finished(group.ended))[place]
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
            self._close(group)
        try:
            return await self._on_writer(lambda connection: carry_out(connection, group.writes))
        except Exception as error:
            return _for_all(group, error)
        finally:
            self._limiter.leave()

    def _close(self, group: Group) -> None:
        """Nobody joins it any more."""
        self.waiting -= len(group.writes) - 1
        if self._forming is group:
            self._forming = None


def _for_all(group: Group, error: Exception) -> list[Outcome]:
    return [error, *[_again(error) for _ in group.writes[1:]]]


def _again(error: Exception) -> Exception:
    """The same once more, for somebody else to raise: raising an exception adds to it."""
    kind = type(error)
    another = kind.__new__(kind, *error.args)
    another.__dict__.update(error.__dict__)
    return another


def carry_out(connection: sqlite3.Connection, writes: Sequence[Steps]) -> list[Outcome]:
    """What became of each write. Raises when all failed alike: OutcomeUnknown, when they may have happened.

    Nobody hears anything before the commit, not even of a refusal: what stood in the way may yet be undone.
    """
    begin(connection)
    try:
        outcomes = [_in_savepoint(connection, steps) for steps in writes]
        commit(connection)
    except BaseException:
        with suppress(sqlite3.Error):
            undo(connection)
        raise
    return outcomes


def _in_savepoint(connection: sqlite3.Connection, steps: Steps) -> Outcome:
    """One write, which takes nothing along when it fails."""
    outcome: Outcome
    connection.execute("SAVEPOINT one")
    try:
        outcome = _first_row(connection, steps)
    except Exception as error:
        outcome = refusal(error)
    if isinstance(outcome, Exception) and not connection.in_transaction:
        raise outcome  # SQLite has undone the whole transaction by itself
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
